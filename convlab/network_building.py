"""A network in the notation of `convlab.layer_notation` becomes a Keras model."""

import keras
import numpy as np

from convlab.layer_notation import read_network


def convolve(layer, x, dtype="float32", split_groups=False):
    """Put a convolution, standard, grouped or depthwise, behind a Keras tensor.

    Args:
        layer: Dictionary of a convolution as `convlab.layer_notation.read_word` makes it, with "bias".
        x: Keras tensor.
        dtype: Data type or policy of the layer.
        split_groups: Write a grouped convolution as many small convolutions side by side. It computes the
            same, and on a CPU it trains far faster.

    Returns:
        Keras tensor.

    >>> layer = {"kind": "convolution", "size": 3, "filters": 8, "stride": 2, "groups": 2, "bias": True}
    >>> convolve(layer | {"padding": "same"}, keras.Input((6, 6, 4))).shape
    (None, 3, 3, 8)
    """
    size, padding = layer["size"], "valid" if layer["padding"] == 0 else "same"
    common = {"strides": layer["stride"], "padding": padding, "use_bias": layer["bias"], "dtype": dtype}
    if layer["kind"] == "depthwise convolution":
        # The fan-in of one output is size * size; Keras would count all channels.
        start = keras.initializers.RandomNormal(stddev=np.sqrt(2) / size)
        depthwise = keras.layers.DepthwiseConv2D(size, depthwise_initializer=start, **common)
        depthwise.kernel_initializer = start  # the name under which the Trainer looks for it
        return depthwise(x)
    filters, groups = layer["filters"], layer["groups"]
    common["kernel_initializer"] = "he_normal"
    if groups == 1 or not split_groups:
        return keras.layers.Conv2D(filters, size, groups=groups, **common)(x)
    parts = keras.ops.split(x, groups, axis=-1)
    found = [keras.layers.Conv2D(filters // groups, size, **common)(part) for part in parts]
    return keras.layers.Concatenate(dtype=dtype)(found)


def grow_graph(layers, x, dtype="float32", split_groups=False):
    """Put the layers of a network behind a Keras tensor.

    Args:
        layers: List as `convlab.layer_notation.read_network` returns it.
        x: Keras tensor.
        dtype: Data type or policy of the layers; that of fully connected layers is float32.
        split_groups: As in `convolve`.

    Returns:
        Keras tensor.

    >>> grow_graph(read_network("[3x3-8 | 1x1-4] concat max2/2"), keras.Input((6, 6, 4))).shape
    (None, 3, 3, 12)
    """
    new = keras.layers
    for layer in layers:
        match layer["kind"]:
            case "branches":
                ends = [grow_graph(branch, x, dtype, split_groups) for branch in layer["branches"]]
                x = (new.Add if layer["join"] == "add" else new.Concatenate)(dtype=dtype)(ends)
            case "convolution" | "depthwise convolution":
                x = convolve(layer, x, dtype, split_groups)
            case "pooling":
                pooling = new.MaxPooling2D if layer["how"] == "max" else new.AveragePooling2D
                padding = "valid" if layer["padding"] == 0 else "same"
                x = pooling(layer["size"], layer["stride"], padding, dtype=dtype)(x)
            case "normalization":
                x = new.BatchNormalization(momentum=0.9, dtype=dtype)(x)
            case "activation":
                x = new.ReLU(dtype=dtype)(x)
            case "dropout":
                x = new.Dropout(0.5, dtype=dtype)(x)
            case "global pooling":
                x = new.GlobalAveragePooling2D(dtype=dtype)(x)
            case "flatten":
                x = new.Flatten(dtype=dtype)(x)
            case "fully connected":
                x = new.Dense(layer["units"], dtype="float32")(x)
    return x


def build(text, input_shape, dtype="float32", split_groups=False):
    """Build the Keras model that a line of text describes.

    Args:
        text: Network as in `convlab.layer_notation.read_network`.
        input_shape: Shape (H, W, C) of one image.
        dtype: Data type or policy of the layers; logits are float32.
        split_groups: As in `convolve`.

    Returns:
        Keras model from images (N, H, W, C) to what the last layer puts out.

    Raises:
        ValueError: If the text cannot be read.

    >>> model = build("3x3-8/2 bn relu separable(16,1) gap fc-10", (8, 8, 3))
    >>> model.output_shape, model.count_params()
    ((None, 10), 714)
    """
    inputs = keras.Input(input_shape)
    outputs = grow_graph(read_network(text), inputs, dtype, split_groups)
    if outputs.dtype != "float32":
        outputs = keras.layers.Activation("linear", dtype="float32")(outputs)
    return keras.Model(inputs, outputs)
