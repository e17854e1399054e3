/* One feature over a mini-batch goes through the four equations: lesson 3. */

parts.install("batch_normalization", (place) => {
  const state = { mean: 3, spread: 1.5, size: 64, gamma: 1, beta: 0, epsilon: -3 };
  const RANGE = 8; // every histogram shows -8 to 8
  const BINS = 32;

  const stages = parts.element("div", { class: "histograms" });
  const told = parts.status();

  const histogram = (values, name) => {
    const counts = Array(BINS).fill(0);
    for (const value of values) {
      const bin = Math.floor(((value + RANGE) / (2 * RANGE)) * BINS);
      counts[Math.min(Math.max(bin, 0), BINS - 1)] += 1; // the outer bins take what lies beyond
    }
    const most = Math.max(...counts);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
    const bars = counts.map((count, i) =>
      parts.element("rect", {
        x: i * 10 + 0.5,
        width: 9,
        y: 100 - (count / most) * 95,
        height: (count / most) * 95,
        class: "bin",
      }),
    );
    const said = `mean ${parts.number(mean)}, standard deviation ${parts.number(deviation)}`;
    return parts.element(
      "figure",
      {},
      parts.element("figcaption", {}, name, parts.element("span", {}, said)),
      parts.element(
        "svg",
        { viewBox: "0 0 320 118", role: "img", "aria-label": `Histogram of ${name}: ${said}.` },
        ...bars,
        parts.element("line", { x1: 160, x2: 160, y1: 0, y2: 100, class: "zero" }),
        parts.element("line", { x1: 0, x2: 320, y1: 100, y2: 100, class: "axis" }),
        ...[-8, -4, 0, 4, 8].map((x) =>
          parts.element(
            "text",
            { x: 160 + x * 20, y: 114, "text-anchor": x < -7 ? "start" : x > 7 ? "end" : "middle" },
            parts.number(x),
          ),
        ),
      ),
    );
  };

  const show = () => {
    const x = workbook.gaussians(state.size, 7).map((value) => state.mean + state.spread * value);
    const epsilon = 10 ** state.epsilon;
    const found = workbook.batchNormalize(x, state.gamma, state.beta, epsilon);
    const centered = x.map((value) => value - found.mean);
    stages.replaceChildren(
      histogram(x, "x, the input"),
      histogram(centered, "x − μ, centered"),
      histogram(found.normalized, "x̂, normalized"),
      histogram(found.y, "y = γ x̂ + β, the output"),
    );
    told.textContent =
      `Of ${state.size} values: μ = ${parts.number(found.mean)}, σ² = ${parts.number(found.variance)}, ` +
      `√(σ² + ε) = ${parts.number(Math.sqrt(found.variance + epsilon))} with ε = ${epsilon.toPrecision(1)}.`;
  };
  const set = (name) => (value) => {
    state[name] = value;
    show();
  };

  place.append(
    parts.element(
      "div",
      { class: "controls" },
      parts.slider("mean of the input", { min: -5, max: 5, step: 0.1, value: state.mean }, set("mean")),
      parts.slider("its standard deviation", { min: 0, max: 3, step: 0.1, value: state.spread }, set("spread")),
      parts.slider("batch size m", { min: 1, max: 512, step: 1, value: state.size }, set("size")),
      parts.slider("scale γ", { min: -2, max: 3, step: 0.1, value: state.gamma }, set("gamma")),
      parts.slider("shift β", { min: -4, max: 4, step: 0.1, value: state.beta }, set("beta")),
      parts.slider("ε, as a power of ten", { min: -5, max: 1, step: 1, value: state.epsilon }, set("epsilon")),
    ),
    told,
    stages,
  );
  show();
});
