"""Correct answers to assignment 08 by other ways than the solution's: each has to earn every point."""

import keras
import numpy as np
from keras import Sequential, layers, ops

NUMBERS = [
    (64, 96, 128, 16, 32, 32),
    (128, 128, 192, 32, 96, 64),
    (192, 96, 208, 16, 48, 64),
    (160, 112, 224, 24, 64, 64),
    (128, 128, 256, 24, 64, 64),
    (112, 144, 288, 32, 64, 64),
    (256, 160, 320, 32, 128, 128),
    (256, 160, 320, 32, 128, 128),
    (384, 192, 384, 48, 128, 128),
]


def _count(height, width, c_in, c_out, size):
    return height * width * size * size * c_in * c_out


# ---------------------------------------------------------------- layer by layer; loops


def layers_inception_module(x, f1, f3_reduce, f3, f5_reduce, f5, pool_proj):
    one = layers.ReLU()(layers.Conv2D(f1, (1, 1))(x))
    three = layers.ReLU()(layers.Conv2D(f3_reduce, (1, 1))(x))
    three = layers.ReLU()(layers.Conv2D(f3, (3, 3), padding="same")(three))
    five = layers.Activation("relu")(layers.Conv2D(f5_reduce, (1, 1))(x))
    five = layers.Activation("relu")(layers.Conv2D(f5, (5, 5), padding="same")(five))
    pool = layers.MaxPooling2D((3, 3), strides=(1, 1), padding="same")(x)
    pool = layers.ReLU()(layers.Conv2D(pool_proj, (1, 1))(pool))
    return layers.Concatenate(axis=3)([one, three, five, pool])


def loops_inception_macs(height, width, c_in, f1, f3_reduce, f3, f5_reduce, f5, pool_proj):
    total = 0
    for inputs, outputs, size in [
        (c_in, f1, 1),
        (c_in, f3_reduce, 1),
        (f3_reduce, f3, 3),
        (c_in, f5_reduce, 1),
        (f5_reduce, f5, 5),
        (c_in, pool_proj, 1),
    ]:
        total += _count(height, width, inputs, outputs, size)
    return total


def loops_naive_inception_macs(height, width, c_in, f1, f3, f5):
    return sum(_count(height, width, c_in, filters, size) for filters, size in [(f1, 1), (f3, 3), (f5, 5)])


def loops_global_average_pool(x):
    N, H, W, C = x.shape
    result = []
    for n in range(N):
        means = [0.0] * C
        for i in range(H):
            for j in range(W):
                for k in range(C):
                    means[k] += float(x[n, i, j, k]) / (H * W)
        result.append(means)
    return result


def layers_build_googlenet(num_classes=1000, input_shape=(224, 224, 3)):
    """Dropout, logits, and everything with names."""
    images = keras.Input(input_shape, name="images")
    x = layers.Conv2D(64, 7, strides=2, padding="same", name="conv1")(images)
    x = layers.MaxPooling2D(3, 2, padding="same", name="pool1")(layers.ReLU(name="relu1")(x))
    x = layers.ReLU()(layers.Conv2D(64, 1, name="conv2_reduce")(x))
    x = layers.ReLU()(layers.Conv2D(192, 3, padding="same", name="conv2")(x))
    x = layers.MaxPooling2D(3, 2, padding="same", name="pool2")(x)
    for number, numbers in enumerate(NUMBERS):
        if number in (2, 7):
            x = layers.MaxPooling2D(3, 2, padding="same")(x)
        x = layers_inception_module(x, *numbers)
    x = layers.Dropout(0.4)(layers.GlobalAveragePooling2D(name="gap")(x))
    return keras.Model(images, layers.Dense(num_classes, name="logits")(x), name="googlenet")


# ---------------------------------------------------------------- keras.ops, explicit padding, other orders


def _relu(x, filters, size=1, stride=1):
    if size > 1:
        x = layers.ZeroPadding2D(size // 2)(x)
    return ops.relu(layers.Conv2D(filters, size, stride)(x))


def _padded_pool(x, stride):
    return layers.MaxPooling2D(3, stride)(layers.ZeroPadding2D(1)(x))


def operations_inception_module(x, f1, f3_reduce, f3, f5_reduce, f5, pool_proj):
    pool = _relu(_padded_pool(x, 1), pool_proj)
    five = _relu(_relu(x, f5_reduce), f5, 5)
    three = _relu(_relu(x, f3_reduce), f3, 3)
    return ops.concatenate([pool, five, three, _relu(x, f1)], axis=-1)


def arrays_inception_macs(height, width, c_in, f1, f3_reduce, f3, f5_reduce, f5, pool_proj):
    inputs = np.array([c_in, c_in, f3_reduce, c_in, f5_reduce, c_in])
    outputs = np.array([f1, f3_reduce, f3, f5_reduce, f5, pool_proj])
    return np.sum(np.square([1, 1, 3, 1, 5, 1]) * inputs * outputs) * height * width


def arrays_naive_inception_macs(height, width, c_in, f1, f3, f5):
    return np.int64(height * width * c_in) * np.dot([1, 9, 25], [f1, f3, f5])


def einsum_global_average_pool(x):
    return np.einsum("nijk->nk", x.astype(np.float32)) / np.float32(x.shape[1] * x.shape[2])


def operations_build_googlenet(num_classes=1000, input_shape=(224, 224, 3)):
    """Explicit padding at both ends; the order of branches changes from module to module."""
    images = x = keras.Input(input_shape)
    x = _padded_pool(_relu(x, 64, 7, 2), 2)
    x = _padded_pool(_relu(_relu(x, 64), 192, 3), 2)
    for number, (f1, f3_reduce, f3, f5_reduce, f5, pool_proj) in enumerate(NUMBERS):
        if number == 2 or number == 7:
            x = _padded_pool(x, 2)
        branches = [
            _relu(x, f1),
            _relu(_relu(x, f3_reduce), f3, 3),
            _relu(_relu(x, f5_reduce), f5, 5),
            _relu(_padded_pool(x, 1), pool_proj),
        ]
        first = number % 4
        x = ops.concatenate(branches[first:] + branches[:first], axis=-1)
    x = ops.mean(x, axis=(1, 2))
    return keras.Model(images, ops.softmax(layers.Dense(num_classes)(x)))


# ---------------------------------------------------------------- models in models, nested concatenations


def _branch(x, *convolutions):
    made = [layers.Conv2D(filters, size, padding="same", activation="relu") for filters, size in convolutions]
    return Sequential([keras.Input(x.shape[1:]), *made])(x)


def nested_inception_module(x, f1, f3_reduce, f3, f5_reduce, f5, pool_proj):
    inputs = keras.Input(x.shape[1:])
    pooled = layers.MaxPooling2D(3, strides=1, padding="same")(inputs)
    left = layers.concatenate([_branch(inputs, (f3_reduce, 1), (f3, 3)), _branch(inputs, (f1, 1))])
    right = layers.concatenate([_branch(pooled, (pool_proj, 1)), _branch(inputs, (f5_reduce, 1), (f5, 5))])
    return keras.Model(inputs, layers.concatenate([left, right]))(x)


def keras_inception_macs(height, width, c_in, f1, f3_reduce, f3, f5_reduce, f5, pool_proj):
    """Weights of the layers, each used at every position."""
    with keras.StatelessScope(initialize_variables=False):
        x = keras.Input((height, width, c_in))
        model = keras.Model(x, nested_inception_module(x, f1, f3_reduce, f3, f5_reduce, f5, pool_proj))
    kernels = sum(int(np.prod(weight.shape)) for weight in model.weights if len(weight.shape) == 4)
    return height * width * kernels


def difference_naive_inception_macs(height, width, c_in, f1, f3, f5):
    per_pair = height * width
    return per_pair * (c_in * f1) + per_pair * (3**2 * c_in * f3) + per_pair * (5**2 * c_in * f5)


def keras_global_average_pool(x):
    return layers.GlobalAveragePooling2D()(x.astype("float32"))


def nested_build_googlenet(num_classes=1000, input_shape=(224, 224, 3)):
    """A stem, modules and a head, each a model."""
    images = keras.Input(input_shape)
    stem = Sequential(
        [
            keras.Input(input_shape),
            layers.Conv2D(64, 7, 2, padding="same", activation="relu"),
            layers.MaxPooling2D(3, 2, padding="same"),
            layers.Conv2D(64, 1, activation="relu"),
            layers.Conv2D(192, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(3, 2, padding="same"),
        ]
    )
    x = stem(images)
    for number, numbers in enumerate(NUMBERS):
        if number in (2, 7):
            x = layers.MaxPooling2D(3, 2, padding="same")(x)
        x = nested_inception_module(x, *numbers)
    x = layers.GlobalAveragePooling2D(keepdims=True)(x)
    head = [keras.Input(x.shape[1:]), layers.Dropout(0.4), layers.Flatten()]
    return keras.Model(images, Sequential([*head, layers.Dense(num_classes, activation="softmax")])(x))


NAMES = [
    "inception_module",
    "inception_macs",
    "naive_inception_macs",
    "global_average_pool",
    "build_googlenet",
]


def _named(*answers):
    return dict(zip(NAMES, answers, strict=True))


ALTERNATIVES = {
    "layers and loops": _named(
        layers_inception_module,
        loops_inception_macs,
        loops_naive_inception_macs,
        loops_global_average_pool,
        layers_build_googlenet,
    ),
    "operations and arrays": _named(
        operations_inception_module,
        arrays_inception_macs,
        arrays_naive_inception_macs,
        einsum_global_average_pool,
        operations_build_googlenet,
    ),
    "nested": _named(
        nested_inception_module,
        keras_inception_macs,
        difference_naive_inception_macs,
        keras_global_average_pool,
        nested_build_googlenet,
    ),
}
