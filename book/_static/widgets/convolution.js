/* A kernel walks over a batch of small images: lesson 1. */

parts.install("convolution", (place) => {
  const kernels = {
    "edge, left to right": (size) => (i, j) => Math.sign(j - (size - 1) / 2),
    "mean (times its number of weights)": () => () => 1,
    "the middle only": (size) => (i, j) => Number(i === size >> 1 && j === size >> 1),
    "counting up": (size) => (i, j) => i * size + j + 1,
  };
  const state = { size: 6, kernel: 3, stride: 1, padding: 0, batch: 2, pattern: "edge, left to right", seed: 1 };
  let position = 0;
  let timer = null;

  const makeKernel = () =>
    Array.from({ length: state.kernel }, (_, i) =>
      Array.from({ length: state.kernel }, (_, j) => kernels[state.pattern](state.kernel)(i, j)),
    );
  const makeImages = () => {
    const uniform = workbook.random(state.seed);
    return Array.from({ length: state.batch }, () =>
      Array.from({ length: state.size }, () => Array.from({ length: state.size }, () => Math.floor(uniform() * 5))),
    );
  };

  const formula = parts.element("p", { class: "formula" });
  const pictures = parts.element("div", { class: "pictures" });
  const sum = parts.status();
  const walk = parts.slider("position", { min: 1, max: 1, value: 1, step: 1 }, (value) => {
    position = value - 1;
    show();
  });
  const play = parts.button("play", () => {
    if (timer) return stop();
    play.textContent = "pause";
    timer = setInterval(() => step(1), 700);
  });
  const stop = () => {
    clearInterval(timer);
    timer = null;
    play.textContent = "play";
  };
  const count = () => {
    const side = workbook.outputSize(state.size, state.kernel, state.stride, state.padding);
    return { side, total: state.batch * side * side };
  };
  const step = (by) => {
    const { total } = count();
    position = total ? (position + by + total) % total : 0;
    show();
  };

  const show = () => {
    const { size, kernel, stride, padding, batch } = state;
    const { side, total } = count();
    position = Math.min(position, Math.max(total - 1, 0));
    walk.set(position + 1, Math.max(total, 1));
    const exact = (size - kernel + 2 * padding) / stride + 1;
    formula.textContent =
      `(${size} − ${kernel} + 2·${padding}) / ${stride} + 1 = ${parts.number(exact)}` +
      (side === 0
        ? ": the kernel does not fit."
        : `${exact === side ? "" : `, rounded down ${side}`}. Input (${batch}, ${size}, ${size}, 1), ` +
          `output (${batch}, ${side}, ${side}, 1).`);
    if (side === 0) {
      stop();
      pictures.replaceChildren();
      sum.textContent = "Make the image or the padding larger, or the kernel smaller.";
      return;
    }
    const images = makeImages();
    const weights = makeKernel();
    const n = Math.floor(position / (side * side));
    const row = Math.floor(position / side) % side;
    const column = position % side;
    const output = workbook.convolve(images, weights, stride, padding)[n];
    const under = (i, j) =>
      i >= row * stride && i < row * stride + kernel && j >= column * stride && j < column * stride + kernel;
    const outside = (i, j) => i < padding || j < padding || i >= size + padding || j >= size + padding;
    pictures.replaceChildren(
      parts.grid(
        workbook.pad(images[n], padding),
        `image ${n + 1} of ${batch}${padding ? ", padded" : ""}`,
        (i, j) => `${under(i, j) ? "here" : ""} ${outside(i, j) ? "padding" : ""}`,
      ),
      parts.grid(weights, "kernel"),
      parts.grid(
        output.map((line, i) => line.map((value, j) => (i * side + j <= row * side + column ? value : ""))),
        "output",
        (i, j) => (i === row && j === column ? "here" : ""),
      ),
    );
    const { products, sum: total_ } = workbook.productsAt(images[n], weights, stride, padding, row, column);
    const written = products.map(({ value, weight }) => `${value}·${weight < 0 ? `(${parts.number(weight)})` : weight}`);
    const told = written.length > 16 ? [...written.slice(0, 15), `… ${written.length - 15} more`] : written;
    sum.textContent =
      `Image ${n + 1}, output row ${row + 1}, column ${column + 1}: ${told.join(" + ")} = ${parts.number(total_)}`;
  };
  const set = (name) => (value) => {
    state[name] = value;
    show();
  };

  place.append(
    parts.element(
      "div",
      { class: "controls" },
      parts.slider("image size", { min: 3, max: 9, value: state.size }, set("size")),
      parts.slider("kernel size", { min: 1, max: 5, value: state.kernel }, set("kernel")),
      parts.slider("stride", { min: 1, max: 3, value: state.stride }, set("stride")),
      parts.slider("padding", { min: 0, max: 2, value: state.padding }, set("padding")),
      parts.slider("images in the batch", { min: 1, max: 4, value: state.batch }, set("batch")),
      parts.choice("kernel", Object.keys(kernels), state.pattern, set("pattern")),
    ),
    formula,
    parts.element(
      "div",
      { class: "buttons" },
      parts.button("back", () => step(-1)),
      parts.button("step", () => step(1)),
      play,
      parts.button("other numbers", () => {
        state.seed += 1;
        show();
      }),
    ),
    walk,
    pictures,
    sum,
  );
  show();
});
