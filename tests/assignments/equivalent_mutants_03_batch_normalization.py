"""Mutants of assignment 03 that no hidden test can tell from the solution, each with the reason."""

EQUIVALENT = {
    "batchnorm_backward: axes = tuple(range(x.ndim - 1)) -> axes = tuple(range(dy.ndim - 1))": (
        "dy has the shape of x, and so its number of axes"
    ),
}
