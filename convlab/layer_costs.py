"""What each layer of a network costs, computed from a specification: sizes, memory, parameters, work."""

from math import prod
from typing import NamedTuple


class LayerCost(NamedTuple):
    """One row of a table of costs, for one image.

    Attributes:
        name: Name of the layer.
        kind: Kind of the layer, as in the specification.
        output_shape: (H, W, C) or (C,).
        stored: Numbers in the output that need memory of their own; 0 for a layer that only reshapes.
        weights: Learned weights without biases.
        biases: Learned biases.
        macs: Multiplications, each followed by an addition (multiply-accumulates).

    >>> row = LayerCost("fc", "fully connected", (10,), stored=10, weights=640, biases=10, macs=640)
    >>> row.parameters, row.kilobytes
    (650, 0.0390625)
    """

    name: str
    kind: str
    output_shape: tuple
    stored: int
    weights: int
    biases: int
    macs: int

    @property
    def parameters(self):
        """Learned numbers, weights and biases."""
        return self.weights + self.biases

    @property
    def kilobytes(self):
        """Memory of the output in units of 1,024 bytes, with 4 bytes per number."""
        return 4 * self.stored / 1024


def count_positions(extent, size, stride, padding):
    """Count the places at which a window fits along one axis.

    Args:
        extent: Rows or columns of the input.
        size: Rows or columns of the window.
        stride: Step from one place to the next.
        padding: Zeros added at each end, or "same" for as many as make ceil(extent / stride) places.

    Returns:
        Number of places.

    Raises:
        ValueError: If the window is larger than the padded input.

    >>> count_positions(227, size=11, stride=4, padding=2), count_positions(112, 3, 2, "same")
    (56, 56)
    """
    if padding == "same":
        return -(-extent // stride)
    room = extent + padding + padding - size
    if room < 0:
        raise ValueError(f"A window of {size} does not fit into {extent} with padding {padding}.")
    return 1 + room // stride


def cost_of_layer(layer, shape):
    """Compute the row of one layer.

    Args:
        layer: Dictionary with "name", "kind" and what the kind needs: "convolution" has "filters", "size",
            and may have "stride" (1), "padding" (0) and "groups" (1); "pooling" has "size", and may have
            "stride" (the size) and "padding" (0); "fully connected" has "units"; both layers with weights
            may have "bias" (True). "global pooling" and "flatten" need nothing.
        shape: Shape of the layer's input, (H, W, C) or (C,).

    Returns:
        LayerCost.

    Raises:
        ValueError: If a window or a number of groups does not fit, or the kind is unknown.

    >>> layer = {"name": "conv1", "kind": "convolution", "filters": 64, "size": 11, "stride": 4, "padding": 2}
    >>> row = cost_of_layer(layer, (227, 227, 3))
    >>> row.output_shape, row.kilobytes, row.weights, row.biases, row.macs
    ((56, 56, 64), 784.0, 23232, 64, 72855552)
    """
    name, kind, out, weights, biases, macs = layer["name"], layer["kind"], shape, 0, 0, 0
    if kind == "convolution":
        filters, size, groups = layer["filters"], layer["size"], layer.get("groups", 1)
        if shape[-1] % groups or filters % groups:
            raise ValueError(f"{name}: {groups} groups do not divide {shape[-1]} and {filters} channels.")
        window = size, layer.get("stride", 1), layer.get("padding", 0)
        out = (*(count_positions(extent, *window) for extent in shape[:2]), filters)
        per_filter = size**2 * shape[-1] // groups
        weights, biases, macs = per_filter * filters, filters, per_filter * prod(out)
    elif kind == "fully connected":
        out = (layer["units"],)
        weights, biases, macs = prod(shape) * out[0], out[0], prod(shape) * out[0]
    elif kind == "pooling":
        window = layer["size"], layer.get("stride", layer["size"]), layer.get("padding", 0)
        out = (*(count_positions(extent, *window) for extent in shape[:2]), shape[-1])
    elif kind == "global pooling":
        out = shape[-1:]
    elif kind == "flatten":
        return LayerCost(name, kind, (prod(shape),), 0, 0, 0, 0)
    else:
        raise ValueError(f"{name}: there is no kind {kind!r}.")
    return LayerCost(name, kind, out, prod(out), weights, biases * layer.get("bias", True), macs)


def cost_table(specification, input_shape):
    """Compute what each layer of a network costs.

    Args:
        specification: List of layers as in `cost_of_layer`, first to last. A layer of kind "branches" has
            under "branches" a list of specifications that all get its input; their outputs are concatenated
            along the channels.
        input_shape: Shape (H, W, C) of one image.

    Returns:
        List of LayerCost, one row per layer, for one image; for "branches" the rows of all branches and then
        a row for the concatenation.

    Raises:
        ValueError: If a layer does not fit its input or branches do not fit each other.

    >>> pooling = {"name": "pool", "kind": "pooling", "size": 2}
    >>> table = cost_table([pooling, {"name": "fc", "kind": "fully connected", "units": 10}], (8, 8, 3))
    >>> [(row.name, row.output_shape, row.parameters) for row in table]
    [('pool', (4, 4, 3), 0), ('fc', (10,), 490)]
    """
    table, shape = [], tuple(input_shape)
    for layer in specification:
        if layer["kind"] != "branches":
            table.append(cost_of_layer(layer, shape))
        else:
            parts = [cost_table(branch, shape) for branch in layer["branches"]]
            ends = [part[-1].output_shape if part else shape for part in parts]
            if len({end[:-1] for end in ends}) > 1:
                raise ValueError(f"{layer['name']}: outputs {ends} cannot be concatenated.")
            out = (*ends[0][:-1], sum(end[-1] for end in ends))
            table += [row for part in parts for row in part]
            table.append(LayerCost(layer["name"], "concatenation", out, prod(out), 0, 0, 0))
        shape = table[-1].output_shape
    return table
