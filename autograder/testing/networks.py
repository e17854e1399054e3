"""Comparisons of Keras models that do not ask how a model was written.

Two models do the same when they have weights of the same shapes and, with the same values in weights of the
same shape, put out the same numbers. Values depend on the shape of a weight alone, not on its name or place,
so it does not matter in which order layers are made, whether models are nested, or whether ``+`` or ``Add``
joins two branches.
"""

import math
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from autograder.student.network import Network
from autograder.student.rebuilding import NetworkError
from autograder.testing.checks import CheckError

if TYPE_CHECKING:
    import keras

_LARGE = 8_000_000  # parameters; beyond that, models are compared with fewer channels, or by their layers
_NARROW = 16  # what channels are divided by then
_TOLERANCE = 2e-3  # of the largest output: float32 through a hundred layers, any epsilon
_VARIANCE = 1000.0  # of every moving variance, so that the epsilon beside it does not matter


def as_network(value: Any, name: str = "the result") -> Network:
    """Checks that the student's function gave a Keras model (or, on a symbolic tensor, a symbolic tensor).

    Raises:
        CheckError: When it is something else, or a model that cannot be checked.
    """
    if not isinstance(value, Network):
        kind = "nothing (None)" if value is None else f"an object of type {type(value).__name__}"
        raise CheckError(f"{name} should be a Keras model or a Keras tensor, but is {kind}.")
    try:
        assert value.structure is not None
    except NetworkError as error:
        raise CheckError(f"{name} cannot be checked: {error}.") from error
    return value


def assert_parameters(value: Any, expected: int, name: str = "the model", trainable: bool = False) -> None:
    """Checks the number of parameters, all or only the trainable ones.

    Raises:
        CheckError: When it differs; the message tells the student's number.
    """
    network = as_network(value, name)
    found = network.trainable_parameters if trainable else network.parameters
    if found != expected:
        kind = "trainable parameters" if trainable else "parameters"
        raise CheckError(f"{name} has {found:,} {kind} and should have {expected:,}.")


def assert_output_shape(value: Any, expected: tuple, name: str = "the model") -> None:
    """Checks the shape of the output without the batch axis.

    Raises:
        CheckError: When it differs.
    """
    network = as_network(value, name)
    found = _single_output(network.structure, name).shape[1:]
    if tuple(found) != tuple(expected):
        raise CheckError(
            f"{name} puts out the shape {tuple(found)} per image and should put out {tuple(expected)}."
        )


def assert_same_network(
    value: Any,
    reference: "keras.Model",
    name: str = "the model",
    *,
    free_order: bool = False,
    classifier: bool = False,
    seed: int = 0,
) -> None:
    """Checks that a student's model computes the same function as a reference, whatever the weights are.

    Strided layers with "same" padding and with explicit symmetric padding differ on even sizes and agree on
    odd ones. Where both are right, let the sizes be odd all the way down, as in 33, 17, 9, 5, 3.

    Args:
        value: What the student's function gave.
        reference: A model of which the answer is right; its own values do not matter, and it need have none.
        name: What to call it in messages.
        free_order: Whether the channels may be in any order, inside and at the end, as after a concatenation.
        classifier: Whether logits and their softmax are both right.
        seed: Seeds the values and the input.

    Raises:
        CheckError: When shapes or outputs differ.
    """
    network = as_network(value, name)
    found, expected = _single_output(network.structure, name).shape, reference.output.shape
    if tuple(found[1:]) != tuple(expected[1:]):
        raise CheckError(
            f"{name} puts out the shape {tuple(found[1:])} and should put out {tuple(expected[1:])}."
        )
    if weight_shapes(network.structure) != weight_shapes(reference):
        raise CheckError(
            f"{name} has not the weights that it should have: {_difference(network, reference)}."
        )
    x = example(reference, seed)
    student, right = (outputs(model, x, free_order, seed) for model in (network.structure, reference))
    if classifier and _is_softmax(student) and not _is_softmax(right):
        right = _softmax(right)
    elif classifier and _is_softmax(right) and not _is_softmax(student):
        student = _softmax(student)
    if not np.isfinite(student).all() or _distance(student, right) > _TOLERANCE:
        raise CheckError(
            f"{name} has the right weights and shapes, but computes something else from its input."
        )


def weight_shapes(model: "keras.Model") -> Counter:
    """Counts weights by (rows, columns, trainable): a 1x1 convolution and a dense layer are alike."""
    return Counter((*_matrix(weight.shape), weight.trainable) for weight in model.weights)


def example(model: "keras.Model", seed: int = 0, batch: int = 2) -> np.ndarray:
    """Draws an input for a model; axes of unknown length get 17."""
    shape = [size or 17 for size in model.input.shape[1:]]
    return np.random.default_rng(seed).normal(size=(batch, *shape)).astype("float32")


def values_for(weight: Any, free_order: bool = False, seed: int = 0) -> np.ndarray:
    """Draws values that depend on a weight's shape and kind alone and keep signals at a steady size."""
    rows, columns = _matrix(weight.shape)
    kind = weight.path.rsplit("/", 1)[-1]
    columns_drawn = 1 if free_order and kind not in ("kernel", "pointwise_kernel") else columns
    rng = np.random.default_rng([seed, rows, columns, sum(kind.encode())])
    if len(weight.shape) == 1:
        low, high = {"moving_variance": (1, 2), "gamma": (1, 2)}.get(kind, (-0.2, 0.2))
        values = rng.uniform(low, high, columns_drawn)
        if kind == "moving_variance":
            values *= _VARIANCE
        elif kind == "gamma":
            values *= math.sqrt(_VARIANCE)
    elif free_order and len(weight.shape) > 1:
        # The same for all channels that come in: only their sum counts, whatever their order.
        taps = rows // weight.shape[-2]
        values = rng.normal(size=(taps, 1, columns)) / rows * np.ones((1, weight.shape[-2], 1)) * 2
    else:
        values = rng.normal(size=(rows, columns)) * math.sqrt(2 / rows)
    values = np.broadcast_to(values, weight.shape) if values.size == 1 else values.reshape(weight.shape)
    return values.astype("float32")


def outputs(model: "keras.Model", x: np.ndarray, free_order: bool = False, seed: int = 0) -> np.ndarray:
    """What a filled model puts out in inference, in a fixed order of channels where the order is free.

    The values are passed beside the model, so that its variables need none: to make them takes Keras longer
    than to compute with them.
    """
    weights = {id(weight) for weight in model.weights}
    values = [
        [
            values_for(variable, free_order, seed)
            if id(variable) in weights
            else np.zeros(variable.shape, variable.dtype)  # the state of a random generator
            for variable in variables
        ]
        for variables in (model.trainable_variables, model.non_trainable_variables)
    ]
    y, _ = model.stateless_call(*values, x, training=False)
    y = np.asarray(y)
    if free_order:
        keys = y.reshape(-1, y.shape[-1])
        y = y[..., np.lexsort(np.round(keys[:3], 3))]
    return y


def same_network(one: Network, other: Network, values: bool = False) -> bool:
    """Whether two models from the student's side compute the same, in any order of channels.

    Args:
        one: A model.
        other: Another one.
        values: Whether they have to compute the same with the values that they came with, too.
    """
    from autograder.testing.narrow import narrowed  # which needs this module

    try:
        first, second = one.structure, other.structure
        if _ends(first) != _ends(second) or weight_shapes(first) != weight_shapes(second):
            return False
        if (one.values is None) != (other.values is None):
            return False
        if len(first.inputs) != 1 or len(first.outputs) != 1:
            return _layers(one) == _layers(other)
        if values and one.values is not None:
            x = example(first)
            own = [np.asarray(network.model(x, training=False)) for network in (one, other)]
            if _distance(*own) > _TOLERANCE:
                return False
        large = one.parameters > _LARGE
        if large:
            one, other = (narrowed(network, _NARROW) for network in (one, other))
        if one.parameters > _LARGE:  # made of numbers that cannot be divided
            return _layers(one) == _layers(other)
        x = example(one.structure)
        models = [network.structure for network in (one, other)]
        if large:  # deep ones: values that allow for any order would let too little of the input through
            return _distance(*(outputs(model, x) for model in models)) <= _TOLERANCE
        return (
            _distance(*(np.sort(outputs(model, x, free_order=True), axis=-1) for model in models))
            <= _TOLERANCE
        )
    except MemoryError:
        raise
    except Exception:  # whatever a strange model leads to: it is like no other, and must not stop the grading
        return False


def _ends(model: "keras.Model") -> list[list[tuple]]:
    """Shapes of inputs and outputs."""
    return [[tuple(tensor.shape) for tensor in tensors] for tensors in (model.inputs, model.outputs)]


def _single_output(model: "keras.Model", name: str) -> Any:
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        raise CheckError(f"{name} should have one input and one output.")
    return model.output


def _matrix(shape: tuple) -> tuple[int, int]:
    return math.prod(shape[:-1]), shape[-1] if shape else 1


def _distance(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.abs(one - other).max() / (np.abs(other).max() + 1e-9))


def _is_softmax(y: np.ndarray) -> bool:
    return bool((y >= 0).all() and np.allclose(y.sum(axis=-1), 1, atol=1e-3))


def _softmax(y: np.ndarray) -> np.ndarray:
    powers = np.exp(y - y.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def _layers(network: Network) -> Counter:
    kept = ("strides", "padding", "pool_size", "activation", "use_bias", "rate")
    found = []
    for operation in network.operations:
        settings = operation.get_config()
        shape = getattr(operation.output, "shape", None)
        found.append((type(operation).__name__, shape, str([settings.get(key) for key in kept])))
    return Counter(found)


def _difference(network: Network, reference: "keras.Model") -> str:
    """Tells by how much the parameters differ, without telling how the reference is made."""
    expected = sum(math.prod(weight.shape) for weight in reference.weights)
    if network.parameters != expected:
        return f"{network.parameters:,} parameters instead of {expected:,}"
    return "their number is right, but their shapes are not, or other ones are trainable"
