"""GoogLeNet from rows that read like the table of its paper, at any width, with or without reductions."""

import keras
import numpy as np

from convlab.layer_costs import cost_table

GOOGLENET = [
    # convolution: size, stride, filters; pooling: size, stride; fully connected: outputs
    ("conv1", "convolution", 7, 2, 64),
    ("pool1", "pooling", 3, 2),
    ("conv2_reduce", "convolution", 1, 1, 64),
    ("conv2", "convolution", 3, 1, 192),
    ("pool2", "pooling", 3, 2),
    # inception: 1x1, 3x3 reduce, 3x3, 5x5 reduce, 5x5, pool projection
    ("3a", "inception", 64, 96, 128, 16, 32, 32),
    ("3b", "inception", 128, 128, 192, 32, 96, 64),
    ("pool3", "pooling", 3, 2),
    ("4a", "inception", 192, 96, 208, 16, 48, 64),
    ("4b", "inception", 160, 112, 224, 24, 64, 64),
    ("4c", "inception", 128, 128, 256, 24, 64, 64),
    ("4d", "inception", 112, 144, 288, 32, 64, 64),
    ("4e", "inception", 256, 160, 320, 32, 128, 128),
    ("pool4", "pooling", 3, 2),
    ("5a", "inception", 256, 160, 320, 32, 128, 128),
    ("5b", "inception", 384, 192, 384, 48, 128, 128),
    ("gap", "global pooling"),
    ("fc", "fully connected", 1000),
]


def rows_for_small_images(first=(5, 2), last="5b"):
    """Adapt the rows of `GOOGLENET` to images of about 32x32 pixels, and stop early if wanted.

    The first convolution gets smaller, pool2 is left out, and nothing stands between the last module and the
    mean over all positions.

    Args:
        first: Size and stride of the first convolution.
        last: Name of the last inception module that is kept.

    Returns:
        List of rows.

    >>> [row[0] for row in rows_for_small_images(last="4a")]
    ['conv1', 'pool1', 'conv2_reduce', 'conv2', '3a', '3b', 'pool3', '4a', 'gap', 'fc']
    """
    names = [row[0] for row in GOOGLENET]
    body = GOOGLENET[1 : names.index(last) + 1]
    conv1 = ("conv1", "convolution", *first, GOOGLENET[0][-1])
    return [conv1, *(row for row in body if row[0] != "pool2"), *GOOGLENET[-2:]]


def inception_branches(name, numbers, naive=False):
    """Spell out the four branches of an inception module.

    Args:
        name: Name of the module, such as "3a".
        numbers: Filters as in `GOOGLENET`: 1x1, 3x3 reduce, 3x3, 5x5 reduce, 5x5, pool projection.
        naive: Leave out the reductions and the pool projection.

    Returns:
        Layer of kind "branches" as `convlab.layer_costs.cost_table` reads it.

    >>> module = inception_branches("3a", (64, 96, 128, 16, 32, 32))
    >>> [[layer["name"] for layer in branch] for branch in module["branches"]]
    [['3a_1x1'], ['3a_3x3_reduce', '3a_3x3'], ['3a_5x5_reduce', '3a_5x5'], ['3a_pool', '3a_pool_proj']]
    """

    def convolution(suffix, size, filters):
        layer = {"name": f"{name}_{suffix}", "kind": "convolution", "size": size, "filters": filters}
        return layer | {"padding": "same"}

    pool = {"name": f"{name}_pool", "kind": "pooling", "size": 3, "stride": 1, "padding": "same"}
    branches = [
        [convolution("1x1", 1, numbers[0])],
        [convolution("3x3_reduce", 1, numbers[1]), convolution("3x3", 3, numbers[2])],
        [convolution("5x5_reduce", 1, numbers[3]), convolution("5x5", 5, numbers[4])],
        [pool, convolution("pool_proj", 1, numbers[5])],
    ]
    if naive:
        branches = [branches[0], branches[1][1:], branches[2][1:], branches[3][:1]]
    return {"name": name, "kind": "branches", "branches": branches}


def layers_from_rows(rows, width=1.0, num_classes=1000, naive=False):
    """Turn rows like those of `GOOGLENET` into a specification, scaling all numbers of filters.

    Args:
        rows: List of tuples (name, kind, numbers ...); the last is the fully connected layer for the classes.
        width: Factor on every number of filters and hidden outputs; at least 2 remain.
        num_classes: Outputs of the last layer, whatever its row says.
        naive: Build inception modules without reductions and pool projection.

    Returns:
        List of layers as `convlab.layer_costs.cost_table` reads it.

    Raises:
        ValueError: If a kind is unknown.

    >>> layers_from_rows(GOOGLENET, width=0.25)[0]
    {'name': 'conv1', 'kind': 'convolution', 'size': 7, 'stride': 2, 'filters': 16, 'padding': 'same'}
    """
    layers = []
    for name, kind, *numbers in rows:
        layer = {"name": name, "kind": kind}
        if kind == "inception":
            layer = inception_branches(name, [max(2, round(width * number)) for number in numbers], naive)
        elif kind == "convolution":
            layer |= {"size": numbers[0], "stride": numbers[1]}
            layer |= {"filters": max(2, round(width * numbers[2])), "padding": "same"}
        elif kind == "pooling":
            layer |= {"size": numbers[0], "stride": numbers[1], "padding": "same"}
        elif kind == "fully connected":
            layer["units"] = max(2, round(width * numbers[0]))
        elif kind not in ("global pooling", "flatten"):
            raise ValueError(f"{name}: there is no kind {kind!r}.")
        layers.append(layer)
    layers[-1]["units"] = num_classes
    return layers


def width_within_budget(rows, input_shape, macs, naive=False):
    """Find the width at which a network costs about a given number of multiply-accumulates.

    Args:
        rows: As in `layers_from_rows`.
        input_shape: Shape (H, W, C) of one image.
        macs: Multiply-accumulates for one image.
        naive: As in `layers_from_rows`.

    Returns:
        Width as a float, a multiple of 0.005 up to 1.

    >>> width_within_budget(GOOGLENET, (224, 224, 3), macs=1.6e9)
    1.0
    """
    widths = np.arange(1, 201) / 200
    costs = [
        sum(row.macs for row in cost_table(layers_from_rows(rows, width, 10, naive), input_shape))
        for width in widths
    ]
    return float(widths[np.argmin(np.abs(np.array(costs) - macs))])


def apply_layers(x, layers, normalize=False, dtype="float32"):
    """Send a Keras tensor through the layers of a specification.

    Every convolution is followed by a ReLU, and so is every fully connected layer but a last one.

    Args:
        x: Keras tensor (N, H, W, C).
        layers: List as `layers_from_rows` returns it. Pooling takes maxima, or means where "average" is set.
        normalize: Put batch normalization (momentum 0.9) between each convolution and its ReLU.
        dtype: Data type or policy of all layers but a last fully connected one, which is float32.

    Returns:
        Keras tensor.

    >>> module = inception_branches("3a", (64, 96, 128, 16, 32, 32))
    >>> apply_layers(keras.Input((28, 28, 192)), [module]).shape
    (None, 28, 28, 256)
    """
    for layer in layers:
        name, kind, size, stride = layer["name"], layer["kind"], layer.get("size"), layer.get("stride", 1)
        padding = layer.get("padding", "valid")
        if kind == "branches":
            ends = [apply_layers(x, branch, normalize, dtype) for branch in layer["branches"]]
            x = keras.layers.Concatenate(name=name, dtype=dtype)(ends)
        elif kind == "convolution":
            settings = {"padding": padding, "use_bias": not normalize, "dtype": dtype, "name": name}
            x = keras.layers.Conv2D(layer["filters"], size, stride, **settings)(x)
            if normalize:
                x = keras.layers.BatchNormalization(momentum=0.9, dtype=dtype)(x)
            x = keras.layers.ReLU(dtype=dtype)(x)
        elif kind == "pooling":
            pooling = keras.layers.AveragePooling2D if layer.get("average") else keras.layers.MaxPooling2D
            x = pooling(size, stride, padding, name=name, dtype=dtype)(x)
        elif kind == "global pooling":
            x = keras.layers.GlobalAveragePooling2D(name=name, dtype=dtype)(x)
        elif kind == "flatten":
            x = keras.layers.Flatten(name=name, dtype=dtype)(x)
        else:
            last = {"dtype": "float32"} if layer is layers[-1] else {"dtype": dtype, "activation": "relu"}
            x = keras.layers.Dense(layer["units"], name=name, **last)(x)
    return x


def build_inception_network(
    rows, input_shape, width=1.0, num_classes=1000, naive=False, normalize=False, dtype="float32"
):
    """Build the Keras model that a table of rows describes.

    Args:
        rows: As in `layers_from_rows`.
        input_shape: Shape (H, W, C) of one image; H and W may be None if the rows end in a global pooling.
        width: As in `layers_from_rows`.
        num_classes: Number of logits.
        naive: As in `layers_from_rows`.
        normalize: As in `apply_layers`.
        dtype: As in `apply_layers`.

    Returns:
        Keras model from images (N, H, W, C) to float32 logits (N, num_classes).

    >>> build_inception_network(rows_for_small_images(), (32, 32, 3), width=0.1, num_classes=10).output_shape
    (None, 10)
    """
    inputs = keras.Input(input_shape)
    layers = layers_from_rows(rows, width, num_classes, naive)
    return keras.Model(inputs, apply_layers(inputs, layers, normalize, dtype))


def weighted_depth(layers):
    """Count the layers with weights on the longest way through a network.

    Args:
        layers: List as `layers_from_rows` returns it.

    Returns:
        Number of convolutions and fully connected layers.

    >>> weighted_depth(layers_from_rows(GOOGLENET))
    22
    """
    depth = 0
    for layer in layers:
        if layer["kind"] == "branches":
            depth += max(weighted_depth(branch) for branch in layer["branches"])
        else:
            depth += layer["kind"] in ("convolution", "fully connected")
    return depth
