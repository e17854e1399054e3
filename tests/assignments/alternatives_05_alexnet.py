"""Correct answers to assignment 05 by other ways than the solution's: each has to earn every point."""

import math
from functools import cache

import numpy as np


@cache
def keras():
    import keras  # takes seconds, so only where it is needed

    return keras


# ---------------------------------------------------------------- counting one by one; a model with operators


def counted_conv(input_shape, filters, kernel_size, stride, padding):
    rows, columns = kernel_size if isinstance(kernel_size, (tuple, list)) else (kernel_size, kernel_size)
    height = width = 0
    while height * stride + rows <= input_shape[0] + 2 * padding:
        height += 1
    while width * stride + columns <= input_shape[1] + 2 * padding:
        width += 1
    cost = {"output_shape": (height, width, filters), "note": "a key more does no harm"}
    cost["memory_kb"] = height * width * filters * 4 / 1024
    cost["parameters"] = (rows * columns * input_shape[-1] + 1) * filters
    cost["macs"] = height * width * filters * (rows * columns * input_shape[-1])
    return cost


def counted_pool(input_shape, kernel_size, stride, padding=0):
    like = counted_conv(input_shape, input_shape[-1], kernel_size, stride, padding)
    return {**like, "parameters": 0, "macs": 0}


def counted_dense(inputs, outputs):
    return counted_conv([1, 1, inputs], outputs, 1, 1, 0) | {"output_shape": (outputs,)}


def counted_table():
    table, shape = [], (227, 227, 3)

    def add(name, cost):
        nonlocal shape
        table.append({"name": name} | cost)
        shape = cost["output_shape"]

    add("conv1", counted_conv(shape, 64, 11, 4, 2))
    add("pool1", counted_pool(shape, 3, 2))
    add("conv2", counted_conv(shape, 192, 5, 1, 2))
    add("pool2", counted_pool(shape, 3, 2))
    for number, filters in [(3, 384), (4, 256), (5, 256)]:
        add(f"conv{number}", counted_conv(shape, filters, 3, 1, 1))
    add("pool3", counted_pool(shape, 3, 2))
    add("flatten", {"output_shape": (math.prod(shape),), "memory_kb": 0, "parameters": 0, "macs": 0})
    for number, outputs in [(1, 4096), (2, 4096), (3, 1000)]:
        add(f"fc{number}", counted_dense(*shape, outputs))
    return table


def counted_memory(table, batch_size):
    total = 0
    for _ in range(batch_size):
        for row in table:
            total += row["memory_kb"]
    return total / 1024


def functional_model(num_classes=1000, input_shape=(227, 227, 3)):
    """Functions of keras.ops, an inner model, dropout, and a softmax at the end."""
    layers, ops = keras().layers, keras().ops
    inputs = keras().Input(input_shape)
    x = ops.pad(inputs, [[0, 0], [2, 2], [2, 2], [0, 0]])
    x = ops.relu(layers.Conv2D(64, 11, 4)(x))
    x = layers.MaxPooling2D(3, 2)(x)
    x = ops.maximum(layers.Conv2D(192, 5, padding="same")(x), 0)
    x = layers.MaxPooling2D(3, 2)(x)
    inner = keras().Sequential(
        [
            keras().Input(x.shape[1:]),
            layers.Conv2D(384, 3, padding="same"),
            layers.Activation("relu"),
            layers.Conv2D(256, 3, padding="same"),
            layers.ReLU(),
        ]
    )
    x = layers.Conv2D(256, 3, padding="same", activation="relu")(inner(x))
    x = layers.MaxPooling2D(3, 2)(x)
    x = layers.Reshape((math.prod(x.shape[1:]),))(x)
    for units in (4096, 4096):
        x = layers.Dense(units, activation=keras().activations.relu)(layers.Dropout(0.5)(x))
    return keras().Model(inputs, layers.Softmax()(layers.Dense(num_classes)(x)))


# ---------------------------------------------------------------- Keras's own sizes


def keras_conv(input_shape, filters, kernel_size, stride, padding):
    layers = keras().layers
    window = [kernel_size] * 2 if np.ndim(kernel_size) == 0 else list(kernel_size)
    padded = layers.ZeroPadding2D(padding).compute_output_shape((None, *input_shape))
    output = layers.Conv2D(filters, window, strides=stride).compute_output_shape(padded)[1:]
    weights = math.prod([*window, input_shape[2], filters])
    return {
        "macs": weights * output[0] * output[1],
        "parameters": weights + filters,
        "memory_kb": math.prod(output) / 2**8,
        "output_shape": output,
    }


def keras_pool(input_shape, kernel_size, stride, padding=0):
    layers = keras().layers
    padded = layers.ZeroPadding2D(padding).compute_output_shape((None, *input_shape))
    pooling = layers.MaxPooling2D(kernel_size, strides=stride)
    output = pooling.compute_output_shape(padded)[1:]
    return dict(output_shape=output, memory_kb=math.prod(output) / 2**8, parameters=0, macs=0)


def keras_dense(inputs, outputs):
    output = keras().layers.Dense(outputs).compute_output_shape((None, inputs))[1:]
    macs = inputs * outputs
    return dict(output_shape=output, memory_kb=output[0] / 2**8, parameters=macs + outputs, macs=macs)


def keras_table():
    """Reads the model."""
    layers = keras().layers
    names = {layers.Conv2D: "conv", layers.MaxPooling2D: "pool", layers.Dense: "fc"}
    names[layers.Flatten] = "flatten"
    table, numbers = [], dict.fromkeys(names, 0)
    for layer in sequential_model().layers:
        if type(layer) in names:
            numbers[type(layer)] += 1
            shape, flatten = layer.output.shape[1:], isinstance(layer, layers.Flatten)
            kernel = math.prod(layer.kernel.shape) if layer.weights else 0
            row = {
                "name": names[type(layer)] + ("" if flatten else str(numbers[type(layer)])),
                "output_shape": shape,
                "memory_kb": 0 if flatten else math.prod(shape) / 256,
                "parameters": layer.count_params(),
                "macs": kernel * math.prod(shape[:-1]),
            }
            table.append(row)
    return table


def keras_memory(table, batch_size):
    return np.sum([row["memory_kb"] for row in table], dtype=np.float32) * batch_size / np.float32(1024)


def sequential_model(num_classes=1000, input_shape=(227, 227, 3)):
    """Explicit zeros before every convolution; softmax as an activation."""
    layers = keras().layers
    model = keras().Sequential([keras().Input(input_shape)])
    for filters, window, stride, zeros, pool in [
        (64, 11, 4, 2, True),
        (192, 5, 1, 2, True),
        (384, 3, 1, 1, False),
        (256, 3, 1, 1, False),
        (256, 3, 1, 1, True),
    ]:
        model.add(layers.ZeroPadding2D(zeros))
        model.add(layers.Conv2D(filters, window, strides=stride, activation="relu"))
        if pool:
            model.add(layers.MaxPooling2D((3, 3), strides=(2, 2)))
    model.add(layers.Flatten())
    model.add(layers.Dense(4096, "relu"))
    model.add(layers.Dense(4096, "relu"))
    model.add(layers.Dense(num_classes, "softmax"))
    return model


# ---------------------------------------------------------------- NumPy numbers, lists and arrays as results


def numpy_conv(input_shape, filters, kernel_size, stride, padding):
    window = np.ones(2, dtype=np.int64) * kernel_size
    size = np.floor((np.array(input_shape[:2]) - window + 2 * padding) / stride).astype(np.int64) + 1
    weights = np.prod(window) * input_shape[2] * filters
    return {
        "output_shape": [*size, filters],
        "memory_kb": np.float32(size.prod() * filters * 4 / 1024),
        "parameters": weights + filters,
        "macs": size.prod() * weights,
    }


def numpy_pool(input_shape, kernel_size, stride, padding=0):
    cost = numpy_conv(input_shape, input_shape[2], kernel_size, stride, padding)
    cost["parameters"] = cost["macs"] = np.int64(0)
    return cost


def numpy_dense(inputs, outputs):
    macs = np.multiply(inputs, outputs, dtype=np.int64)
    shape = np.array([outputs])
    return dict(output_shape=shape, memory_kb=np.float64(outputs) / 256, parameters=macs + outputs, macs=macs)


def numpy_table():
    shape = [227, 227, 3]
    table = []
    lines = """
        conv1 64 11 4 2 / pool1 0 3 2 0 / conv2 192 5 1 2 / pool2 0 3 2 0 / conv3 384 3 1 1 / conv4 256 3 1 1
        / conv5 256 3 1 1 / pool3 0 3 2 0 / flatten / fc1 4096 / fc2 4096 / fc3 1000
    """
    for line in lines.split("/"):
        name, *numbers = line.split()
        numbers = [int(number) for number in numbers]
        if name == "flatten":
            cost = numpy_dense(0, np.prod(shape)) | {"memory_kb": 0.0, "parameters": 0}
        elif name.startswith("fc"):
            cost = numpy_dense(shape[0], *numbers)
        else:
            cost = numpy_conv(shape, *numbers) if numbers[0] else numpy_pool(shape, *numbers[1:])
        shape = cost["output_shape"]
        table.append({**cost, "name": name})
    return tuple(table)


def numpy_memory(table, batch_size):
    return np.dot([row["memory_kb"] for row in table], np.full(len(table), batch_size)) / 2**10


def convolutional_model(num_classes=1000, input_shape=(227, 227, 3)):
    """Fully connected layers as convolutions, whose window is the whole feature map."""
    layers = keras().layers
    x = inputs = keras().Input(input_shape)
    x = layers.Conv2D(64, (11, 11), (4, 4), activation="relu")(layers.ZeroPadding2D(((2, 2), (2, 2)))(x))
    x = layers.MaxPooling2D(3, 2)(x)
    x = layers.Conv2D(192, (5, 5), activation="relu", padding="same")(x)
    x = layers.MaxPooling2D(3, 2)(x)
    for filters in (384, 256, 256):
        x = layers.Conv2D(filters, (3, 3), activation="relu", padding="same")(x)
    x = layers.MaxPooling2D(3, 2)(x)
    x = layers.Conv2D(4096, x.shape[1:3], activation="relu")(x)
    x = layers.Conv2D(4096, 1, activation="relu")(x)
    return keras().Model(inputs, layers.Flatten()(layers.Conv2D(num_classes, 1)(x)))


NAMES = [
    "conv_layer_cost",
    "pool_layer_cost",
    "dense_layer_cost",
    "alexnet_table",
    "memory_for_training",
    "build_alexnet",
]


def _named(*answers):
    return dict(zip(NAMES, answers, strict=True))


ALTERNATIVES = {
    "counted": _named(
        counted_conv, counted_pool, counted_dense, counted_table, counted_memory, functional_model
    ),
    "keras": _named(keras_conv, keras_pool, keras_dense, keras_table, keras_memory, sequential_model),
    "numpy": _named(numpy_conv, numpy_pool, numpy_dense, numpy_table, numpy_memory, convolutional_model),
}
