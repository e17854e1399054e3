"""Large networks made narrow, so that it costs little to see what they compute.

VGG-16 has 138 million weights, and to fill them with values takes seconds. The same layers with a sixteenth
of the channels compute the same kind of thing in a few hundredths of a second: layers that are missing, out
of place or without an activation show all the same.
"""

from typing import Any

from autograder.student.network import Network
from autograder.testing.networks import as_network

_NUMBERS = ("filters", "units")
_SHAPES = ("batch_shape", "target_shape", "newshape")  # of inputs and of what reshapes; channels come last


def narrowed(value: Any, factor: int, name: str = "the model") -> Network:
    """Divides the number of channels of every layer that makes channels.

    Numbers that the factor does not divide stay: let the numbers of classes and of the images' channels be
    such numbers.

    Args:
        value: What the student's function gave.
        factor: What to divide by; it should divide the numbers of channels that a right answer has.
        name: What to call the model in messages.

    Returns:
        The narrow network, without values.

    Raises:
        CheckError: When the value is not a model, or a model that cannot be checked.
    """
    return Network(_narrow(as_network(value, name).config, factor))


def _narrow(tree: Any, factor: int, key: str | None = None) -> Any:
    if isinstance(tree, dict):
        return {name: _narrow(item, factor, name) for name, item in tree.items()}
    if isinstance(tree, list):
        items = [_narrow(item, factor) for item in tree]
        return [*items[:-1], _divide(items[-1], factor)] if key in _SHAPES and items else items
    return _divide(tree, factor) if key in _NUMBERS else tree


def _divide(number: Any, factor: int) -> Any:
    return number // factor if type(number) is int and number % factor == 0 else number
