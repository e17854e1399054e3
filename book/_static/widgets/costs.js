/* What 1x1 reductions save in an inception module, and in a residual block: lessons 8 and 10. */

parts.install("costs", (place) => {
  const BLUE = "#0072B2";
  const ORANGE = "#E69F00";
  const state = { side: 28, inputs: 192, f1: 64, reduce3: 96, f3: 128, reduce5: 16, f5: 32, projection: 32 };
  const block = { side: 56, channels: 256 };

  const inception = parts.element("div");
  const told = parts.status();
  const residual = parts.element("div");
  const toldResidual = parts.status();

  const showInception = () => {
    const { side, inputs, f1, reduce3, f3, reduce5, f5, projection } = state;
    const { reduced, naive } = workbook.inceptionMacs(side, side, inputs, f1, reduce3, f3, reduce5, f5, projection);
    const names = ["1x1", "3x3", "5x5", "pooling"];
    const most = Math.max(...reduced, ...naive);
    const total = (list) => list.reduce((sum, value) => sum + value, 0);
    inception.replaceChildren(
      parts.bars(
        names.flatMap((name, i) => [
          { name: `${name}, with reduction`, value: reduced[i], color: BLUE },
          { name: `${name}, without`, value: naive[i], color: ORANGE },
        ]),
        most,
      ),
    );
    const ratio = total(naive) / total(reduced);
    told.textContent =
      `Multiply-accumulates: ${total(reduced).toLocaleString("en")} with reductions, ` +
      `${total(naive).toLocaleString("en")} without: ${parts.number(ratio)} times as many. ` +
      `Channels out: ${f1 + f3 + f5 + projection} with, ${f1 + f3 + f5 + inputs} without.`;
  };
  const showResidual = () => {
    const { side, channels } = block;
    const found = workbook.residualCosts(side, side, channels);
    residual.replaceChildren(
      parts.bars(
        [
          { name: "two 3x3", value: found.basic.macs, color: ORANGE },
          { name: "1x1, 3x3, 1x1", value: found.bottleneck.macs, color: BLUE },
        ],
        found.basic.macs,
      ),
    );
    toldResidual.textContent =
      `Weights: ${found.basic.weights.toLocaleString("en")} in two 3x3 convolutions of ${channels} channels, ` +
      `${found.bottleneck.weights.toLocaleString("en")} in a bottleneck through ${channels / 4}: ` +
      `${parts.number(found.basic.weights / found.bottleneck.weights)} times fewer.`;
  };
  const set = (name) => (value) => {
    state[name] = value;
    showInception();
  };
  const setBlock = (name) => (value) => {
    block[name] = value;
    showResidual();
  };
  const filters = (name, key, max) =>
    parts.slider(name, { min: 8, max, step: 8, value: state[key] }, set(key));

  place.append(
    parts.element("h3", {}, "Inception module"),
    parts.element(
      "div",
      { class: "controls" },
      parts.slider("height and width", { min: 7, max: 56, step: 7, value: state.side }, set("side")),
      filters("channels in", "inputs", 832),
      filters("1x1 filters", "f1", 384),
      filters("reduction before 3x3", "reduce3", 384),
      filters("3x3 filters", "f3", 384),
      filters("reduction before 5x5", "reduce5", 128),
      filters("5x5 filters", "f5", 128),
      filters("filters after pooling", "projection", 128),
    ),
    told,
    inception,
    parts.element("h3", {}, "Residual block"),
    parts.element(
      "div",
      { class: "controls" },
      parts.slider("height and width", { min: 7, max: 56, step: 7, value: block.side }, setBlock("side")),
      parts.slider("channels", { min: 64, max: 2048, step: 64, value: block.channels }, setBlock("channels")),
    ),
    toldResidual,
    residual,
  );
  showInception();
  showResidual();
});
