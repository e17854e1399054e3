// Loads MathJax, which is larger than a lesson, when it is needed: when a formula is in sight, or the reader
// does the first thing on the page (scrolls, presses a key, moves the mouse), which comes before printing, too.
"use strict";
{
  const source = document.currentScript.dataset.formulas;
  const deeds = ["scroll", "keydown", "pointermove", "pointerdown", "beforeprint"];
  const inSight = new IntersectionObserver((seen) => seen.some((entry) => entry.isIntersecting) && load());
  const load = () => {
    deeds.forEach((deed) => removeEventListener(deed, load));
    inSight.disconnect();
    const script = document.createElement("script");
    script.src = source;
    document.head.append(script);
  };
  addEventListener("load", () => {
    deeds.forEach((deed) => addEventListener(deed, load, { passive: true }));
    document.querySelectorAll(".math").forEach((formula) => inSight.observe(formula));
  });
}
