/* Small parts that the widgets share: elements, labelled controls, drawings. */

const parts = {
  /* An element with attributes and children; text is always text, never markup. */
  element(name, attributes = {}, ...children) {
    const svg = ["svg", "rect", "line", "g", "text", "title"].includes(name);
    const made = svg
      ? document.createElementNS("http://www.w3.org/2000/svg", name)
      : document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
      else if (value !== false && value != null) made.setAttribute(key, value === true ? "" : value);
    }
    made.append(...children);
    return made;
  },

  /* A slider with its name and its value. */
  slider(name, options, change) {
    const shown = parts.element("output", {}, String(options.value));
    const input = parts.element("input", { type: "range", ...options });
    input.addEventListener("input", () => {
      shown.textContent = input.value;
      change(Number(input.value));
    });
    const label = parts.element("label", { class: "control" }, name, " ", shown, input);
    label.set = (value, maximum) => {
      if (maximum != null) input.max = maximum;
      input.value = value;
      shown.textContent = input.value;
    };
    return label;
  },

  /* A list to choose from. */
  choice(name, values, chosen, change) {
    const select = parts.element(
      "select",
      { onchange: () => change(select.value) },
      ...values.map((value) => parts.element("option", { selected: value === chosen }, value)),
    );
    return parts.element("label", { class: "control" }, name, " ", select);
  },

  button(name, press) {
    return parts.element("button", { type: "button", onclick: press }, name);
  },

  /* A table of numbers; `mark` gives a class for a cell. */
  grid(rows, caption, mark = () => "") {
    const body = rows.map((row, i) =>
      parts.element(
        "tr",
        {},
        ...row.map((value, j) => parts.element("td", { class: mark(i, j) }, parts.number(value))),
      ),
    );
    return parts.element("table", { class: "grid" }, parts.element("caption", {}, caption), ...body);
  },

  /* At most two digits behind the point, and a real minus sign. */
  number(value) {
    if (value === "") return "";
    const rounded = Math.round(value * 100) / 100 || 0; // never minus zero
    return rounded.toLocaleString("en").replace("-", "−");
  },

  /* Bars with their values in words; the longest takes the whole width. */
  bars(items, most) {
    return parts.element(
      "table",
      { class: "bars" },
      ...items.map(({ name, value, color }) =>
        parts.element(
          "tr",
          {},
          parts.element("th", { scope: "row" }, name),
          parts.element(
            "td",
            {},
            parts.element("span", {
              class: "bar",
              style: `width:${most ? (100 * value) / most : 0}%;background:${color}`,
            }),
          ),
          parts.element("td", { class: "value" }, value.toLocaleString("en")),
        ),
      ),
    );
  },

  /* Where a widget says what has changed, also to those who do not see it. */
  status() {
    return parts.element("p", { class: "status", role: "status" });
  },

  /* Fills every place in the page that asks for this widget. */
  install(name, build) {
    document.addEventListener("DOMContentLoaded", () => {
      for (const place of document.querySelectorAll(`[data-widget="${name}"]`)) {
        place.replaceChildren();
        build(place);
        place.dataset.ready = "yes";
      }
    });
  },
};
