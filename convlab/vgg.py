"""VGG: the paper's configurations as lines of text, the networks they describe, what an output sees."""

import keras
import numpy as np
import tensorflow as tf

VGG_CONFIGURATIONS = dict(
    A="3-64      | 3-128       | 3-256 3-256             | 3-512 3-512             | 3-512 3-512",
    B="3-64 3-64 | 3-128 3-128 | 3-256 3-256             | 3-512 3-512             | 3-512 3-512",
    C="3-64 3-64 | 3-128 3-128 | 3-256 3-256 1-256       | 3-512 3-512 1-512       | 3-512 3-512 1-512",
    D="3-64 3-64 | 3-128 3-128 | 3-256 3-256 3-256       | 3-512 3-512 3-512       | 3-512 3-512 3-512",
    E="3-64 3-64 | 3-128 3-128 | 3-256 3-256 3-256 3-256 | 3-512 3-512 3-512 3-512 | 3-512 3-512 3-512 3-512",
)


def vgg_layers(configuration, width=64, units=4096, num_classes=1000):
    """List the layers of a network that is written down as a column of the paper's table.

    Args:
        configuration: Text such as "3-64 3-64 | 3-128 3-128": a 3x3 convolution with 64 filters, another one,
            pooling (every "|" and the end of the text), and so on. "3-64-linear" has no ReLU.
        width: Filters that stand for the 64 of the table; all others keep their ratio to it.
        units: Outputs of each of the first two fully connected layers.
        num_classes: Outputs of the last.

    Returns:
        List of dictionaries as `convlab.layer_costs.cost_table` reads them.

    Raises:
        ValueError: If an entry of the configuration cannot be read.

    Source: Simonyan and Zisserman (2015), arXiv 1409.1556, Table 1.

    >>> [layer["name"] for layer in vgg_layers("3-64 3-64 | 3-128")]
    ['conv1_1', 'conv1_2', 'pool1', 'conv2_1', 'pool2', 'flatten', 'fc1', 'fc2', 'fc3']
    """
    layers = []
    for stage, entries in enumerate(configuration.split("|"), start=1):
        for number, entry in enumerate(entries.split(), start=1):
            size, filters, *rest = entry.split("-")
            if rest not in ([], ["linear"]):
                raise ValueError(f'An entry looks like "3-64" or "3-64-linear", not like {entry!r}.')
            layer = {"name": f"conv{stage}_{number}", "kind": "convolution", "padding": "same"}
            layer |= {"size": int(size), "filters": int(filters) * width // 64, "linear": bool(rest)}
            layers.append(layer)
        layers.append({"name": f"pool{stage}", "kind": "pooling", "size": 2})
    layers.append({"name": "flatten", "kind": "flatten"})
    for number, outputs in enumerate((units, units, num_classes), start=1):
        layers.append({"name": f"fc{number}", "kind": "fully connected", "units": outputs})
    return layers


def with_average_head(layers):
    """Replace the end of a network, from the last pooling on, by one average over all positions.

    Args:
        layers: List as `vgg_layers` returns it.

    Returns:
        List of layers: the convolutions with the poolings between them, global pooling, the last layer.

    >>> [layer["name"] for layer in with_average_head(vgg_layers("3-64 | 3-128"))]
    ['conv1_1', 'pool1', 'conv2_1', 'gap', 'fc3']
    """
    last_convolution = max(i for i, layer in enumerate(layers) if layer["kind"] == "convolution")
    return [*layers[: last_convolution + 1], {"name": "gap", "kind": "global pooling"}, layers[-1]]


def build_network(layers, input_shape, batch_normalization=False, dropout=0.0, dtype="float32"):
    """Build the Keras model that a list of layers describes, every layer under its name.

    Args:
        layers: List as `vgg_layers` returns it; the last entry gives the logits.
        input_shape: Shape (H, W, C) of one image.
        batch_normalization: Put batch normalization behind every convolution, which then has no bias.
        dropout: Share of the outputs of each hidden fully connected layer that are dropped in training.
        dtype: Data type or policy of all layers but the last, such as "float32" or "mixed_float16".

    Returns:
        Keras model from images (N, H, W, C) to float32 logits (N, num_classes).

    >>> layers = vgg_layers("3-64 3-64 | 3-128", width=8, units=32, num_classes=10)
    >>> small = build_network(layers, (16, 16, 3))
    >>> small.get_layer("conv2_1").output.shape, small.count_params()
    ((None, 8, 8, 16), 11586)
    """
    new = keras.layers
    x = inputs = keras.Input(input_shape)
    for layer in layers[:-1]:
        common = {"name": layer["name"], "dtype": dtype}
        match layer["kind"]:
            case "convolution":
                start = "lecun_normal" if layer["linear"] else "he_normal"
                bias = {"use_bias": not batch_normalization, "kernel_initializer": start}
                x = new.Conv2D(layer["filters"], layer["size"], padding="same", **bias, **common)(x)
                if batch_normalization:
                    x = new.BatchNormalization(momentum=0.9, dtype=dtype)(x)
                if not layer["linear"]:
                    x = new.ReLU(dtype=dtype)(x)
            case "pooling":
                x = new.MaxPooling2D(layer["size"], **common)(x)
            case "global pooling":
                x = new.GlobalAveragePooling2D(**common)(x)
            case "flatten":
                x = new.Flatten(**common)(x)
            case "fully connected":
                x = new.Dense(layer["units"], "relu", kernel_initializer="he_normal", **common)(x)
                x = new.Dropout(dropout, dtype=dtype)(x) if dropout else x
    return keras.Model(inputs, new.Dense(layers[-1]["units"], name=layers[-1]["name"], dtype="float32")(x))


def count_paths(layers, extent):
    """Count the paths that lead from each input pixel to the output in the middle, one channel per layer.

    Every weight is 1, there are no activation functions, and pooling adds up, so the gradient of the output
    with respect to a pixel is the number of ways from the one to the other. Where it is 0, the output does
    not see the pixel.

    Args:
        layers: Convolutions and poolings as `vgg_layers` returns them.
        extent: Rows and columns of the input, more than the output sees.

    Returns:
        float32 array (extent, extent).

    Raises:
        ValueError: If the output sees pixels at the border, so that some may be cut off.

    Source: Luo et al. (2016), arXiv 1701.04128, section 2.

    >>> layers = [{"kind": "convolution", "size": 3}, {"kind": "pooling", "size": 2}]
    >>> count_paths(layers, 8)[4].astype(int).tolist()
    [0, 0, 0, 2, 4, 4, 2, 0]
    """
    with tf.device("CPU:0"):  # the quick algorithms of a GPU round, and a 0 must stay a 0
        x = inputs = keras.Input((extent, extent, 1))
        for layer in layers:
            stride, padding = (layer["size"], "valid") if layer["kind"] == "pooling" else (1, "same")
            ones = {"kernel_initializer": "ones", "use_bias": False, "dtype": "float32"}
            x = keras.layers.Conv2D(1, layer["size"], stride, padding, **ones)(x)
        network = keras.Model(inputs, x)
        image = tf.zeros((1, extent, extent, 1))
        with tf.GradientTape() as tape:
            tape.watch(image)
            answers = network(image)
            middle = answers[0, answers.shape[1] // 2, answers.shape[2] // 2, 0]
        paths = tape.gradient(middle, image).numpy()[0, :, :, 0]
    if np.any(paths[[0, -1]]) or np.any(paths[:, [0, -1]]):
        raise ValueError(f"The output sees the border of {extent}x{extent} pixels; take a larger extent.")
    return paths
