"""Keras models from the student's side, rebuilt here from their descriptions.

A model is first built without memory for its variables, and its size is checked, before anything of that size
exists.
"""

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from autograder.student.endpoint import without_values
from autograder.student.rebuilding import NetworkError, part, rebuild

if TYPE_CHECKING:
    import keras

MAX_CONFIG_CHARACTERS = 8 * 2**20
MAX_PARAMETERS = 400_000_000
MAX_ACTIVATIONS = 2_000_000_000  # of all layers together, for one input


@dataclass(frozen=True, eq=False)
class Network:
    """A model that the student's code has made.

    Attributes:
        config: Its description, as Keras serializes it, unchecked.
        values: The values of its variables in Keras's order; None when they have stayed there.
    """

    config: Any
    values: list[np.ndarray] | None = field(default=None, repr=False)

    @cached_property
    def structure(self) -> "keras.Model":
        """The model with the shapes of its variables, but without values: for counting and looking.

        Raises:
            NetworkError: When it holds anything unknown, or is too large.
        """
        with without_values():
            model = rebuild(self.config)
        parameters = sum(math.prod(variable.shape) for variable in model.variables)
        if parameters > MAX_PARAMETERS:
            raise NetworkError(f"the model has {parameters:,} parameters, more than can be checked")
        activations = sum(
            math.prod(size or 1 for size in tensor.shape)
            for operation in _operations(model)
            for node in operation._inbound_nodes  # a layer may be used several times
            for tensor in node.output_tensors
        )
        if activations > MAX_ACTIVATIONS:
            raise NetworkError(f"the layers put out {activations:,} numbers, more than can be checked")
        return model

    @cached_property
    def model(self) -> "keras.Model":
        """The model with memory for its variables, and with the student's values where they have come along.

        Raises:
            NetworkError: See ``structure``; and when the values do not fit.
        """
        assert self.structure is not None  # which checks the size
        model = rebuild(self.config)
        if self.values is not None:
            if [value.shape for value in self.values] != [
                tuple(variable.shape) for variable in model.variables
            ]:
                raise NetworkError("the values of the model do not fit its layers")
            for variable, value in zip(model.variables, self.values, strict=True):
                variable.assign(value)
        return model

    @property
    def operations(self) -> list[Any]:
        """Every layer and operation, those of inner models too, from input to output."""
        return list(_operations(self.structure))

    @property
    def parameters(self) -> int:
        """Number of weights, trainable or not; random seeds' state is none."""
        return sum(math.prod(weight.shape) for weight in self.structure.weights)

    @property
    def trainable_parameters(self) -> int:
        """Number of trainable weights."""
        return sum(math.prod(weight.shape) for weight in self.structure.trainable_weights)


def _operations(model: "keras.Model") -> Iterator[Any]:
    import keras

    for operation in model.operations:
        if isinstance(operation, keras.Model):
            yield from _operations(operation)
        elif not isinstance(operation, keras.layers.InputLayer):
            yield operation


def read_network(content: Any, decode: Callable[[Any], Any]) -> Network:
    """Reads the description of a model from the wire.

    Args:
        content: ``{"config": <JSON>, "values": [...] or None}``.
        decode: Reads one value.

    Raises:
        NetworkError: When it has another form.
    """
    text, values = part(content, "config", str), content.get("values")
    if len(text) > MAX_CONFIG_CHARACTERS:
        raise NetworkError("the description of the model is too long")
    if values is not None:
        if not isinstance(values, list):
            raise NetworkError("the description of the model has the wrong form")
        values = [np.asarray(decode(value)) for value in values]
    try:
        return Network(json.loads(text), values)
    except (ValueError, RecursionError):
        raise NetworkError("the description of the model is not JSON") from None
