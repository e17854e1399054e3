"""ZFNet as a list of layers, small networks that differ in the first one, and tests with covered images."""

import keras
import numpy as np


def zfnet_layers(filters=(96, 256, 384, 384, 256), units=4096, num_classes=1000):
    """List the layers of ZFNet, for images of 224x224 pixels.

    Args:
        filters: Filters of the five convolutions.
        units: Units of the two hidden fully connected layers.
        num_classes: Units of the last layer.

    Returns:
        Specification as `cost_table` reads it. The zeros around conv1, pool1 and pool2 are not in the paper;
        they are what gives its sizes.

    Raises:
        ValueError: If there are not five numbers of filters.

    Source: Zeiler and Fergus (2014), arXiv 1311.2901, figure 3. The contrast normalization has no parameters
    and is left out.

    >>> [layer["size"] for layer in zfnet_layers() if layer["kind"] == "convolution"]
    [7, 5, 3, 3, 3]
    """
    windows = {  # size, stride, padding
        "conv1": (7, 2, 1),
        "pool1": (3, 2, 1),
        "conv2": (5, 2, 0),
        "pool2": (3, 2, 1),
        "conv3": (3, 1, 1),
        "conv4": (3, 1, 1),
        "conv5": (3, 1, 1),
        "pool3": (3, 2, 0),
    }
    if len(filters) != 5:
        raise ValueError(f"ZFNet has five convolutions, got {len(filters)} numbers of filters.")
    layers, remaining = [], iter(filters)
    for name, window in windows.items():
        layer = dict(zip(("size", "stride", "padding"), window, strict=True))
        if name.startswith("conv"):
            layers.append({"name": name, "kind": "convolution", "filters": next(remaining)} | layer)
        else:
            layers.append({"name": name, "kind": "pooling"} | layer)
    layers.append({"name": "flatten", "kind": "flatten"})
    for number, width in enumerate((units, units, num_classes), start=1):
        layers.append({"name": f"fc{number}", "kind": "fully connected", "units": width})
    return layers


def trial_layers(size, stride, filters=(12, 16), extent=32, num_classes=10):
    """List the layers of a small network of which only the first is under trial.

    Whatever the first convolution does, the second has the same weights and the last pooling leaves a map of
    4x4, so that all that follows conv1 has the same number of parameters.

    Args:
        size: Window of the first convolution.
        stride: Its stride; `extent` divided by it must be a multiple of 4.
        filters: Filters of the two convolutions.
        extent: Rows and columns of the images.
        num_classes: Units of the last layer.

    Returns:
        Specification as `cost_table` reads it.

    Raises:
        ValueError: If the stride does not leave a map that can be pooled to 4x4.

    >>> trial_layers(size=11, stride=4)[2]
    {'name': 'pool', 'kind': 'pooling', 'size': 2}
    """
    if extent % (4 * stride):
        raise ValueError(f"A stride of {stride} leaves no multiple of 4 of {extent} rows.")
    convolution = {"kind": "convolution", "padding": "same"}
    return [
        convolution | {"name": "conv1", "filters": filters[0], "size": size, "stride": stride},
        convolution | {"name": "conv2", "filters": filters[1], "size": 3},
        {"name": "pool", "kind": "pooling", "size": extent // (4 * stride)},
        {"name": "flatten", "kind": "flatten"},
        {"name": "fc", "kind": "fully connected", "units": num_classes},
    ]


def model_from_layers(layers, input_shape, normalize=False, dtype="float32"):
    """Turn a list of layers into a Keras model with a ReLU behind all layers with weights but the last.

    Args:
        layers: Specification of kinds "convolution", "pooling", "flatten" and "fully connected"; padding is
            a number of zeros or "same".
        input_shape: Shape (H, W, C) of one image.
        normalize: Put batch normalization (momentum 0.9) between each convolution and its ReLU.
        dtype: Data type or policy of all layers but the last, which puts out float32.

    Returns:
        Keras model from images (N, H, W, C) to logits (N, classes).

    Raises:
        KeyError: If a kind is unknown.

    >>> model_from_layers(trial_layers(size=7, stride=2), (32, 32, 3)).count_params()
    6090
    """

    def pad(x, amount):
        # Behind a ReLU no value is below zero, so zeros never win the maximum of a pooling window.
        is_number = amount not in (0, "same")
        return keras.layers.ZeroPadding2D(amount, dtype=dtype)(x) if is_number else x

    def convolve(x, layer):
        padding = layer.get("padding", 0)
        x = keras.layers.Conv2D(
            layer["filters"],
            layer["size"],
            layer.get("stride", 1),
            "same" if padding == "same" else "valid",
            name=layer["name"],
            dtype=dtype,
        )(pad(x, padding))
        if normalize:
            x = keras.layers.BatchNormalization(momentum=0.9, dtype=dtype)(x)
        return keras.layers.ReLU(dtype=dtype)(x)

    def pool(x, layer):
        stride = layer.get("stride", layer["size"])
        x = pad(x, layer.get("padding", 0))
        return keras.layers.MaxPooling2D(layer["size"], stride, name=layer["name"], dtype=dtype)(x)

    def connect(x, layer):
        is_last = layer is layers[-1]
        x = keras.layers.Dense(layer["units"], name=layer["name"], dtype="float32" if is_last else dtype)(x)
        return x if is_last else keras.layers.ReLU(dtype=dtype)(x)

    makers = {
        "convolution": convolve,
        "pooling": pool,
        "flatten": lambda x, layer: keras.layers.Flatten(name=layer["name"], dtype=dtype)(x),
        "fully connected": connect,
    }
    inputs = x = keras.Input(input_shape)
    for layer in layers:
        x = makers[layer["kind"]](x, layer)
    return keras.Model(inputs, x)


def covered_copies(image, grid, side, fill):
    """Copy an image once for each cell of a grid, with a square over the middle of the cell.

    Args:
        image: Array (H, W, C); it stays as it is.
        grid: Cells per row and per column, at least 1.
        side: Rows and columns of the square in pixels; at the edge of the image it is cut off.
        fill: What the square shows, a number or C numbers.

    Returns:
        Array (grid, grid, H, W, C): at [i, j] the square covers the cell in row i and column j.

    Raises:
        ValueError: If the grid or the side is less than 1.

    >>> covered_copies(np.ones((2, 4, 1)), grid=2, side=2, fill=0)[1, 0, ..., 0]
    array([[1., 1., 1., 1.],
           [0., 0., 1., 1.]])
    """
    if grid < 1 or side < 1:
        raise ValueError(f"grid and side must be at least 1, got {grid} and {side}.")
    image = np.asarray(image)
    hit = []
    for extent in image.shape[:2]:
        first = np.floor((np.arange(grid) + 0.5) * extent / grid - side / 2 + 0.5)
        pixel = np.arange(extent)
        hit.append((first[:, np.newaxis] <= pixel) & (pixel < first[:, np.newaxis] + side))
    # (grid, 1, H, 1, 1) and (1, grid, 1, W, 1): a pixel is covered if its row and its column are.
    masks = hit[0][:, None, :, None, None] & hit[1][None, :, None, :, None]
    return np.where(masks, np.asarray(fill, image.dtype), image)


def drop_when_covered(score, image, grid, side, fill, batch_size=32):
    """Measure how much each part of an image contributes to a score, by covering it.

    Args:
        score: Function from images (N, H, W, C) to one number (N,) or several numbers (N, K) for each.
        image: Array (H, W, C).
        grid: Cells per row and per column.
        side: Side of the covering square in pixels.
        fill: What the square shows.
        batch_size: Images per call of `score`.

    Returns:
        Array (grid, grid) or (grid, grid, K): score of the image minus score with that cell covered.
        Positive where the covered part spoke for the score, negative where it spoke against.

    Source: Zeiler and Fergus (2014), arXiv 1311.2901, section 4.2, who show the score itself.

    >>> corner = np.zeros((4, 4, 1))
    >>> corner[0, 0] = 8.0
    >>> drop_when_covered(lambda images: images.sum(axis=(1, 2, 3)), corner, grid=2, side=2, fill=0)
    array([[8., 0.],
           [0., 0.]])
    """
    copies = covered_copies(image, grid, side, fill).reshape(-1, *np.shape(image))
    parts = [np.asarray(score(copies[i : i + batch_size])) for i in range(0, len(copies), batch_size)]
    scores = np.concatenate(parts)
    whole = np.asarray(score(np.asarray(image)[np.newaxis]))[0]
    return (whole - scores).reshape(grid, grid, *scores.shape[1:])
