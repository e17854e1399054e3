"""Comparisons whose messages may be shown to students: they tell what is wrong and give no test away."""

from typing import Any

import numpy as np


class CheckError(AssertionError):
    """A hidden test's finding, in words for the student; other assertion errors stay hidden."""


def assert_close(actual: Any, expected: Any, name: str, rtol: float = 1e-4, atol: float = 1e-5) -> None:
    """Checks that a result has the expected shape and values to the precision of float32.

    Args:
        actual: A number or an array from the student.
        expected: What it should be.
        name: What to call the result in the message, as in "moving_mean".
        rtol: Allowed difference, relative to the expected value.
        atol: Allowed difference on top of it.

    Raises:
        CheckError: When it is not numeric, has another shape, holds NaN or infinity, or differs by more.
    """
    expected = np.asarray(expected)
    if isinstance(actual, bool) or not isinstance(actual, (int, float, np.number, np.ndarray, list, tuple)):
        raise CheckError(f"{name} should be {_kind(expected)}, but is of type {type(actual).__name__}.")
    try:
        values = np.asarray(actual, dtype=np.float64)
    except (TypeError, ValueError):
        raise CheckError(f"{name} should be {_kind(expected)}, but holds something else.") from None
    if values.shape != expected.shape:
        raise CheckError(f"{name} should have the shape {expected.shape}, but has the shape {values.shape}.")
    if not np.isfinite(values).all():
        raise CheckError(f"{name} holds NaN or infinity.")
    wrong = np.abs(values - expected) > atol + rtol * np.abs(expected)
    if wrong.any():
        share = "" if expected.ndim == 0 else f" in {wrong.sum()} of {wrong.size} places"
        raise CheckError(f"{name} has the right shape, but wrong values{share}.")


def _kind(expected: np.ndarray) -> str:
    return "a number" if expected.ndim == 0 else "an array"
