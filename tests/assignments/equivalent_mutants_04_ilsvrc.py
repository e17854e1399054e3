"""Mutants of assignment 04 that no hidden test can tell from the solution, each with the reason."""

NEGATIVE = "one negative side times the other one, which is at least 0, is no more above the areas than 0 is"
SIDES = "(x2.clip(max=u2) - x1.clip(min=u1)).clip({}) * (y2.clip(max=v2) - y1.clip(min=v1)).clip({})"

EQUIVALENT = {
    "iou: left, top, right, bottom = np.array([box_a, box_b], float).T -> "
    "left, top, right, bottom = np.array([box_b, box_a], float).T": (
        "the IoU does not depend on the order of the boxes"
    ),
    "localization_error: width = (right.clip(max=x_max) - left.clip(min=x_min)).clip(0) -> "
    "width = (right.clip(max=x_max) - left.clip(min=x_min)).clip(-1)": NEGATIVE,
    "localization_error: height = (bottom.clip(max=y_max) - top.clip(min=y_min)).clip(0) -> "
    "height = (bottom.clip(max=y_max) - top.clip(min=y_min)).clip(-1)": NEGATIVE,
    f"dataset_errors: both = {SIDES.format(0, 0)} -> both = {SIDES.format(-1, 0)}": NEGATIVE,
    f"dataset_errors: both = {SIDES.format(0, 0)} -> both = {SIDES.format(0, -1)}": NEGATIVE,
}
