/* Two guesses with boxes to drag, an image with two cats and a dog's tail: lesson 4. */

parts.install("boxes", (place) => {
  const WIDTH = 320;
  const HEIGHT = 200;
  const STEP = 4;
  const labels = ["cat", "dog", "sofa"];
  const truths = [{ label: "cat", boxes: [[40, 60, 130, 160], [190, 40, 280, 120]] }];
  const guesses = [
    { label: "cat", box: [60, 80, 160, 180] },
    { label: "dog", box: [200, 50, 300, 140] },
  ];

  const told = parts.element("table", { class: "told" });
  const errors = parts.status();
  const drawing = parts.element("svg", {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    class: "scene",
    role: "group",
    "aria-label": "An image with two instances of cat, and the boxes of two guesses.",
  });
  truths[0].boxes.forEach((box, i) => {
    const name = caption([box[0], box[3] - 20], `cat ${i + 1}`, "truth"); // in the lower corner, free of the guesses' names
    drawing.append(rectangle(box, "truth"), name);
  });

  function rectangle(box, kind) {
    const made = parts.element("rect", { class: kind });
    put(made, box);
    return made;
  }
  function caption(box, text, kind) {
    return parts.element("text", { x: box[0] + 4, y: box[1] + 14, class: kind }, text);
  }
  function put(rect, [left, top, right, bottom]) {
    for (const [name, value] of Object.entries({ x: left, y: top, width: right - left, height: bottom - top })) {
      rect.setAttribute(name, value);
    }
  }
  const clamp = (value, most) => Math.min(Math.max(value, 0), most);
  const move = (guess, dx, dy) => {
    const [left, top, right, bottom] = guess.box;
    const x = clamp(left + dx, WIDTH - (right - left));
    const y = clamp(top + dy, HEIGHT - (bottom - top));
    guess.box = [x, y, x + right - left, y + bottom - top];
  };
  const resize = (guess, dx, dy) => {
    guess.box[2] = Math.min(Math.max(guess.box[2] + dx, guess.box[0] + 12), WIDTH);
    guess.box[3] = Math.min(Math.max(guess.box[3] + dy, guess.box[1] + 12), HEIGHT);
  };

  const shapes = guesses.map((guess, i) => {
    const box = rectangle(guess.box, `guess guess-${i + 1}`);
    box.setAttribute("tabindex", "0");
    box.setAttribute("role", "application");
    const corner = parts.element("rect", { class: `corner guess-${i + 1}`, width: 14, height: 14 });
    const text = caption(guess.box, `guess ${i + 1}`, `guess-${i + 1}`);
    const drag = (element, action) => {
      let last = null;
      element.addEventListener("pointerdown", (event) => {
        last = [event.clientX, event.clientY];
        element.setPointerCapture(event.pointerId);
        event.preventDefault();
        box.focus();
      });
      element.addEventListener("pointermove", (event) => {
        if (!last) return;
        const scale = WIDTH / drawing.getBoundingClientRect().width;
        action(guess, (event.clientX - last[0]) * scale, (event.clientY - last[1]) * scale);
        last = [event.clientX, event.clientY];
        show();
      });
      for (const end of ["pointerup", "pointercancel"]) element.addEventListener(end, () => (last = null));
    };
    drag(box, move);
    drag(corner, resize);
    box.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] }[event.key];
      if (!by) return;
      event.preventDefault();
      (event.shiftKey ? resize : move)(guess, ...by);
      show();
    });
    drawing.append(box, text, corner);
    return { box, corner, text };
  });

  const show = () => {
    const rows = guesses.map((guess, i) => {
      const { box, corner, text } = shapes[i];
      put(box, guess.box);
      corner.setAttribute("x", guess.box[2] - 14);
      corner.setAttribute("y", guess.box[3] - 14);
      text.setAttribute("x", guess.box[0] + 4);
      text.setAttribute("y", guess.box[1] + 14);
      text.textContent = `${i + 1}: ${guess.label}`;
      const overlaps = truths[0].boxes.map((each) => workbook.iou(guess.box, each));
      const right = guess.label === truths[0].label;
      const fits = Math.max(...overlaps) > 0.5;
      box.setAttribute("aria-label", `Guess ${i + 1}, ${guess.label}. Arrow keys move it, with shift they resize it.`);
      return parts.element(
        "tr",
        {},
        ...[
          `guess ${i + 1}: ${guess.label}`,
          right ? "0, right" : "1, wrong",
          ...overlaps.map((overlap) => parts.number(overlap)),
          fits ? "0, fits" : "1, does not",
        ].map((cell) => parts.element("td", {}, cell)),
      );
    });
    const heading = ["", "label d", "IoU with cat 1", "IoU with cat 2", "best box f"];
    told.replaceChildren(
      parts.element("tr", {}, ...heading.map((name) => parts.element("th", { scope: "col" }, name))),
      ...rows,
    );
    errors.textContent =
      `Classification error ${workbook.classificationError(guesses, truths)}, ` +
      `localization error ${workbook.localizationError(guesses, truths)}.`;
  };

  place.append(
    parts.element(
      "div",
      { class: "controls" },
      ...guesses.map((guess, i) =>
        parts.choice(`label of guess ${i + 1}`, labels, guess.label, (label) => {
          guess.label = label;
          show();
        }),
      ),
    ),
    drawing,
    errors,
    parts.element("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "The guesses" }, told),
  );
  show();
});
