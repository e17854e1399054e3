"""Builds a Keras model from a description that nobody has checked.

The description is read as data: nothing is imported by name, nothing is unpickled, no code in it runs.
A model may consist of the layers and operations listed here and of nothing else.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # importing Keras takes seconds, and assignments without models need none
    import keras

MAX_DEPTH = 6  # models in models
MAX_LAYERS = 3000
MAX_NUMBER = 10**7  # for every number in a layer's configuration

LAYERS = frozenset(
    [
        "Activation",
        "Add",
        "Average",
        "AveragePooling2D",
        "BatchNormalization",
        "Concatenate",
        "Conv2D",
        "Cropping2D",
        "Dense",
        "DepthwiseConv2D",
        "Dropout",
        "ELU",
        "Flatten",
        "GaussianDropout",
        "GlobalAveragePooling2D",
        "GlobalMaxPooling2D",
        "GroupNormalization",
        "Identity",
        "LayerNormalization",
        "LeakyReLU",
        "MaxPooling2D",
        "Maximum",
        "Minimum",
        "Multiply",
        "PReLU",
        "Permute",
        "ReLU",
        "Rescaling",
        "Reshape",
        "SeparableConv2D",
        "Softmax",
        "SpatialDropout2D",
        "Subtract",
        "UpSampling2D",
        "ZeroPadding2D",
    ]
)
OPERATIONS = {
    "keras.src.ops.numpy": frozenset(
        [
            "Absolute",
            "Add",
            "Amax",
            "Amin",
            "Average",
            "Clip",
            "Concatenate",
            "Divide",
            "Exp",
            "ExpandDims",
            "GetItem",
            "Log",
            "Max",
            "Maximum",
            "Mean",
            "Min",
            "Minimum",
            "Multiply",
            "Negative",
            "Pad",
            "Power",
            "Reshape",
            "Split",
            "Sqrt",
            "Square",
            "Squeeze",
            "Subtract",
            "Sum",
            "Tanh",
            "Transpose",
            "TrueDivide",
        ]
    ),
    "keras.src.ops.nn": frozenset(
        [
            "AveragePool",
            "Elu",
            "Gelu",
            "LeakyRelu",
            "LogSoftmax",
            "MaxPool",
            "Relu",
            "Relu6",
            "Selu",
            "Sigmoid",
            "Silu",
            "Softmax",
            "Softplus",
        ]
    ),
}
ACTIVATIONS = frozenset(
    [
        "elu",
        "gelu",
        "leaky_relu",
        "linear",
        "log_softmax",
        "relu",
        "relu6",
        "selu",
        "sigmoid",
        "silu",
        "softmax",
        "softplus",
        "tanh",
    ]
)
_MODELS = ("Functional", "Model", "Sequential")


class NetworkError(Exception):
    """A description that cannot be rebuilt; the message says why, in words for the student."""


def rebuild(config: Any) -> "keras.Model":
    """Builds a model; values are zeros, or ones where something is scaled.

    Raises:
        NetworkError: When the description has another form, or holds anything that is not listed.
    """
    try:
        return _Builder().model(config, depth=0)
    except NetworkError:
        raise
    except Exception as error:  # whatever Keras says to an impossible configuration
        raise NetworkError(f"the model cannot be rebuilt: {str(error)[:300]}") from error


@dataclass
class _Builder:
    """Builds one model and the models in it.

    Attributes:
        left: How many more layers there may be.
    """

    left: int = MAX_LAYERS

    def model(self, tree: Any, depth: int) -> "keras.Model":
        kind, config = _class(tree), part(tree, "config", dict)
        if kind not in _MODELS:
            raise NetworkError(f"the result is a {kind}, not a Keras model made of Keras's own layers")
        if depth > MAX_DEPTH:
            raise NetworkError("the model holds models in models that are nested too deeply")
        entries = part(config, "layers", list)
        return (
            self._sequential(entries, depth)
            if kind == "Sequential"
            else self._functional(config, entries, depth)
        )

    def _sequential(self, entries: list, depth: int) -> "keras.Model":
        import keras

        if not entries or _class(entries[0]) != "InputLayer":
            raise NetworkError(
                "the Sequential model has no input shape: let it begin with keras.Input(shape)"
            )
        x = inputs = self._input(entries[0])
        for entry in entries[1:]:
            x = self._layer(entry, depth)(x)
        return keras.Model(inputs, x)

    def _functional(self, config: dict, entries: list, depth: int) -> "keras.Model":
        """Follows the graph: every node is computed once all tensors that it needs are there."""
        import keras

        tensors: dict[tuple[str, int], list] = {}  # by the layer's name and the number of the call
        waiting = []
        for entry in entries:
            name = part(entry, "name", str)
            if _class(entry) == "InputLayer":
                tensors[name, 0] = [self._input(entry)]
                continue
            layer = self._layer(entry, depth)
            nodes = part(entry, "inbound_nodes", list)
            waiting += [(layer, name, number, node) for number, node in enumerate(nodes)]

        def lookup(history: Any) -> Any:
            name, node, position = history
            return tensors[name, node][position]

        while waiting:  # one pass is enough for layers in the order in which Keras writes them
            before, left, waiting = len(waiting), waiting, []
            for layer, name, number, node in left:
                if not all(tuple(need[:2]) in tensors for need in _needs(node)):
                    waiting.append((layer, name, number, node))
                    continue
                arguments = [_argument(item, lookup) for item in part(node, "args", list)]
                keywords = {key: _argument(item, lookup) for key, item in part(node, "kwargs", dict).items()}
                keywords.pop("mask", None)
                tensors[name, number] = keras.tree.flatten(layer(*arguments, **keywords))
            if len(waiting) == before:
                raise NetworkError("the model's layers do not form a graph from its inputs to its outputs")
        # At the ends, and only there, Keras counts the calls of an inner functional model from 1.
        inner = {part(entry, "name", str) for entry in entries if _class(entry) == "Functional"}
        inputs, outputs = (
            [
                lookup([name, node - (name in inner), position])
                for name, node, position in _histories(config.get(key))
            ]
            for key in ("input_layers", "output_layers")
        )
        one = lambda items: items[0] if len(items) == 1 else items  # noqa: E731
        return keras.Model(one(inputs), one(outputs))

    def _input(self, entry: dict) -> Any:
        import keras

        shape = part(part(entry, "config", dict), "batch_shape", list)[1:]
        if not all(size is None or (type(size) is int and 0 < size <= MAX_NUMBER) for size in shape):
            raise NetworkError(f"the input shape {shape} cannot be used")
        return keras.Input(shape)

    def _layer(self, entry: dict, depth: int) -> Callable:
        self.left -= 1
        if self.left < 0:
            raise NetworkError(f"the model has more than {MAX_LAYERS} layers")
        kind = _class(entry)
        if kind in _MODELS and str(entry.get("module", "")).startswith("keras"):
            return self.model(entry, depth + 1)
        made = _maker(kind, entry.get("module"))
        return made(**_settings(kind, part(entry, "config", dict)))


def _maker(kind: str, module: Any) -> Callable:
    """The class of a layer or operation, if it is one that is known here."""
    import keras
    from keras.src.ops import nn, numpy

    if module == "keras.layers" and kind in LAYERS:
        return getattr(keras.layers, kind)
    if isinstance(module, str) and kind in OPERATIONS.get(module, ()):
        return getattr(nn if module.endswith(".nn") else numpy, kind)
    raise NetworkError(
        f"the model holds {kind}, which is none of Keras's common layers and cannot be checked"
    )


def _settings(kind: str, config: dict) -> dict[str, Any]:
    """The arguments of a layer: plain values; what only matters in training is left out."""
    settings = {}
    for key, value in config.items():
        if not isinstance(key, str) or len(key) > 50:
            raise NetworkError(f"the configuration of {kind} cannot be read")
        if key in ("name", "dtype") or key.endswith(
            ("_regularizer", "_regulariser", "_constraint", "regularizer")
        ):
            continue
        if key.endswith("_initializer"):
            # Values are set later. Zeros are quick; what is divided by or multiplied with starts at one.
            settings[key] = "ones" if key.startswith(("gamma", "moving_variance")) else "zeros"
        elif key == "activation":
            settings[key] = _activation(value)
        elif _plain(value):
            settings[key] = value
        else:
            raise NetworkError(f"the setting {key} of {kind} cannot be checked")
    return settings


def _activation(value: Any) -> str | None:
    if isinstance(value, dict):  # a function is written as its name, an activation layer as its class
        value = (
            value.get("config")
            if value.get("class_name") == "function"
            else str(value.get("class_name")).lower()
        )
    if value is None or value in ACTIVATIONS:
        return value
    raise NetworkError(
        f"the activation {str(value)[:50]} is none of Keras's common ones and cannot be checked"
    )


def _plain(value: Any, depth: int = 0) -> bool:
    if isinstance(value, list):
        return depth < 3 and len(value) <= 16 and all(_plain(item, depth + 1) for item in value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return math.isfinite(value) and abs(value) <= MAX_NUMBER
    return value is None or isinstance(value, bool) or (isinstance(value, str) and len(value) <= 50)


def _is_tensor(item: Any) -> bool:
    return isinstance(item, dict) and item.get("class_name") == "__keras_tensor__"


def _needs(node: Any) -> Iterator[list]:
    """The tensors that a node needs, each as [layer, node, position]."""
    pending = [*part(node, "args", list), *part(node, "kwargs", dict).values()]
    while pending:
        item = pending.pop()
        if _is_tensor(item):
            yield _history(part(item, "config", dict).get("keras_history"))
        elif isinstance(item, list):
            pending += item


def _argument(item: Any, lookup: Callable) -> Any:
    if _is_tensor(item):
        return lookup(_history(item["config"]["keras_history"]))
    if isinstance(item, list) and not _plain(item):
        found = [_argument(part, lookup) for part in item]
        index = any(isinstance(each, slice) or each is ... for each in found)
        return tuple(found) if index else found
    if isinstance(item, dict) and item.get("class_name") == "__ellipsis__":
        return ...
    if isinstance(item, dict) and item.get("class_name") == "__slice__":
        ends = [part(item, "config", dict).get(key) for key in ("start", "stop", "step")]
        if all(end is None or (type(end) is int and _plain(end)) for end in ends):
            return slice(*ends)
    if _plain(item):
        return item
    raise NetworkError("a layer of the model is called with something that is no tensor")


def _history(value: Any) -> list:
    if (
        isinstance(value, list)
        and len(value) == 3
        and isinstance(value[0], str)
        and all(type(number) is int for number in value[1:])
    ):
        return value
    raise NetworkError("the model's layers cannot be followed")


def _histories(value: Any) -> list[list]:
    """``input_layers`` and ``output_layers`` hold one history or a list of them."""
    if isinstance(value, list) and value and isinstance(value[0], list):
        return [_history(item) for item in value]
    return [_history(value)]


def _class(tree: Any) -> str:
    return part(tree, "class_name", str)[:50]


def part(tree: Any, key: str, kind: type) -> Any:
    """An entry of a dictionary, if it is of the right kind."""
    if isinstance(tree, dict) and isinstance(tree.get(key), kind):
        return tree[key]
    raise NetworkError("the description of the model has the wrong form")
