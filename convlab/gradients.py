"""Gradients by finite differences, to check derivations against."""

import numpy as np


def numerical_gradient(function, x, step=1e-5):
    """Estimate the gradient of a scalar function by central differences.

    Args:
        function: Function from an array of the shape of `x` to a number.
        x: Point at which to differentiate, any shape.
        step: Distance to each side; about 1e-5 suits float64.

    Returns:
        float64 array of the shape of `x` with df/dx.

    Raises:
        ValueError: If `step` is not positive.

    >>> numerical_gradient(lambda x: (x**2).sum(), np.array([1.0, -2.0])).round(6)
    array([ 2., -4.])
    """
    if step <= 0:
        raise ValueError(f"step must be positive, got {step}.")
    x = np.array(x, "float64")
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        original = x[index]
        x[index] = original + step
        above = float(function(x))
        x[index] = original - step
        below = float(function(x))
        x[index] = original
        gradient[index] = (above - below) / (2 * step)
    return gradient
