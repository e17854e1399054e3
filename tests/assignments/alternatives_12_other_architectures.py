"""Correct answers to assignment 12 by other ways than the solution's: each has to earn every point."""

import keras
import numpy as np
from keras import Sequential, layers, ops

# ---------------------------------------------------------------- layer by layer; loops


def layers_mlpconv_block(x, filters, kernel_size, stride=1):
    x = layers.Conv2D(filters, kernel_size, stride, padding="same", name=f"spatial{id(x)}")(x)
    x = layers.Activation("relu")(x)
    x = layers.Conv2D(filters, (1, 1))(x)
    x = layers.Activation("relu")(x)
    x = layers.Conv2D(filters, (1, 1))(x)
    return layers.Activation("relu")(x)


def loops_grouped_conv_parameters(kernel_size, c_in, c_out, groups):
    if c_in % groups != 0 or c_out % groups != 0:
        raise ValueError(f"{groups} groups for {c_in} and {c_out} channels")
    count = 0
    for _ in range(groups):
        count += (c_in // groups) * (c_out // groups) * kernel_size * kernel_size
    return count


def layers_resnext_block(x, filters, cardinality, group_width, stride=1):
    """The stride on the first convolution."""
    shortcut = x
    width = group_width * cardinality
    y = layers.Conv2D(width, (1, 1), strides=stride, use_bias=False)(x)
    y = layers.ReLU()(layers.BatchNormalization(epsilon=1e-5, momentum=0.9)(y))
    y = layers.Conv2D(width, (3, 3), groups=cardinality, padding="same", use_bias=False)(y)
    y = layers.ReLU()(layers.BatchNormalization(epsilon=1e-5, momentum=0.9)(y))
    y = layers.BatchNormalization(epsilon=1e-5)(layers.Conv2D(filters, (1, 1), use_bias=False)(y))
    if shortcut.shape[-1] != filters or stride != 1:
        shortcut = layers.Conv2D(filters, (1, 1), strides=stride, use_bias=False)(shortcut)
        shortcut = layers.BatchNormalization(epsilon=1e-5)(shortcut)
    return layers.Activation("relu")(layers.Add()([y, shortcut]))


def layers_dense_block(x, num_layers, growth_rate):
    """All outputs in a list, concatenated for every layer anew."""
    features = [x]
    for _ in range(num_layers):
        y = layers.Concatenate()(features) if len(features) > 1 else x
        y = layers.BatchNormalization(epsilon=1e-5)(y)
        y = layers.Activation("relu")(y)
        features.append(layers.Conv2D(growth_rate, (3, 3), padding="same", use_bias=False)(y))
    return layers.Concatenate(axis=3)(features)


def layers_fire_module(x, squeeze, expand1, expand3):
    x = layers.Activation("relu")(layers.Conv2D(squeeze, (1, 1))(x))
    left = layers.Activation("relu")(layers.Conv2D(expand1, (1, 1))(x))
    right = layers.Activation("relu")(layers.Conv2D(expand3, (3, 3), padding="same")(x))
    return layers.Concatenate(axis=-1)([left, right])


def layers_separable_block(x, filters, stride=1):
    x = layers.DepthwiseConv2D((3, 3), strides=(stride, stride), padding="same", use_bias=False)(x)
    x = layers.BatchNormalization(epsilon=1e-5)(x)
    x = layers.ReLU()(x)
    x = layers.Conv2D(filters, (1, 1), padding="same", use_bias=False)(x)
    x = layers.BatchNormalization(epsilon=1e-5)(x)
    return layers.ReLU()(x)


def counted_separable_saving(kernel_size, c_out):
    depthwise, pointwise = kernel_size**2, c_out
    return (depthwise + pointwise) / (kernel_size**2 * c_out)


# ---------------------------------------------------------------- keras.ops, explicit padding, other orders


def _convolve(x, filters, size, stride=1, use_bias=False):
    """Zeros on all four sides, as many as the kernel reaches."""
    if size > 1:
        x = layers.ZeroPadding2D(size // 2)(x)
    return layers.Conv2D(filters, size, stride, use_bias=use_bias)(x)


def _bn(x):
    return layers.BatchNormalization(axis=-1)(x)


def operations_mlpconv_block(x, filters, kernel_size, stride=1):
    first = layers.Conv2D(filters, kernel_size, stride, padding="same")
    for layer in (first, layers.Conv2D(filters, 1), layers.Conv2D(filters, 1)):
        x = ops.relu(layer(x))
    return x


def arrays_grouped_conv_parameters(kernel_size, c_in, c_out, groups):
    inputs, outputs = np.array([c_in, c_out]) // groups
    if not np.array_equal(np.array([inputs, outputs]) * groups, [c_in, c_out]):
        raise ValueError("does not divide")
    return np.prod(np.broadcast_to(kernel_size, 2)) * inputs * outputs * groups


def operations_resnext_block(x, filters, cardinality, group_width, stride=1):
    """Small convolutions side by side, one BN behind them."""
    y = ops.relu(_bn(_convolve(x, cardinality * group_width, 1)))
    parts = ops.split(y, cardinality, axis=-1) if cardinality > 1 else [y]
    parts = [_convolve(part, group_width, 3, stride) for part in parts]
    y = ops.relu(_bn(ops.concatenate(parts, axis=-1) if cardinality > 1 else parts[0]))
    y = _bn(_convolve(y, filters, 1))
    if x.shape[1:] != y.shape[1:]:
        x = _bn(_convolve(layers.MaxPooling2D(1, stride)(x), filters, 1))
    return ops.maximum(ops.add(x, y), 0)


def operations_dense_block(x, num_layers, growth_rate):
    """What is new comes first."""
    for _ in range(num_layers):
        x = ops.concatenate([_convolve(ops.relu(_bn(x)), growth_rate, 3), x], axis=-1)
    return x


def operations_fire_module(x, squeeze, expand1, expand3):
    x = ops.relu(_convolve(x, squeeze, 1, use_bias=True))
    both = [_convolve(x, expand3, 3, use_bias=True), _convolve(x, expand1, 1, use_bias=True)]
    return ops.relu(ops.concatenate(both, axis=-1))


def operations_separable_block(x, filters, stride=1):
    """A grouped convolution with a group for each channel."""
    C = x.shape[-1]
    x = layers.Conv2D(C, 3, stride, groups=C, use_bias=False)(layers.ZeroPadding2D(1)(x))
    return ops.maximum(_bn(_convolve(ops.relu(_bn(x)), filters, 1)), 0)


def float32_separable_saving(kernel_size, c_out):
    return np.float32(1) / np.float32(c_out) + np.float32(1) / np.float32(kernel_size) ** 2


# ---------------------------------------------------------------- models in models


def _chain(x, *made):
    return Sequential([keras.Input(x.shape[1:]), *made])(x)


def nested_mlpconv_block(x, filters, kernel_size, stride=1):
    window = layers.Conv2D(filters, kernel_size, stride, padding="same", activation="relu")
    return _chain(x, window, *(layers.Dense(filters, activation="relu") for _ in range(2)))


def keras_grouped_conv_parameters(kernel_size, c_in, c_out, groups):
    """Keras itself refuses what does not divide."""
    layer = layers.Conv2D(c_out, kernel_size, groups=groups, use_bias=False)
    layer.build((None, None, None, c_in))
    return layer.count_params()


def nested_resnext_block(x, filters, cardinality, group_width, stride=1):
    """Paths of their own up to the last convolution."""
    inputs = keras.Input(x.shape[1:])
    paths = [
        _chain(
            inputs,
            layers.Conv2D(group_width, 1, use_bias=False),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.Conv2D(group_width, 3, stride, padding="same", use_bias=False),
            layers.BatchNormalization(),
            layers.ReLU(),
        )
        for _ in range(cardinality)
    ]
    joined = layers.concatenate(paths) if cardinality > 1 else paths[0]
    branch = _chain(joined, layers.Conv2D(filters, 1, use_bias=False), layers.BatchNormalization())
    shortcut = inputs
    if stride > 1 or inputs.shape[-1] != filters:
        projection = layers.Conv2D(filters, 1, stride, use_bias=False), layers.BatchNormalization()
        shortcut = _chain(inputs, *projection)
    return keras.Model(inputs, layers.ReLU()(branch + shortcut))(x)


def nested_dense_block(x, num_layers, growth_rate):
    if num_layers == 0:
        return x
    inputs = keras.Input(x.shape[1:])
    convolution = layers.Conv2D(growth_rate, 3, padding="same", use_bias=False)
    found = _chain(inputs, layers.BatchNormalization(), layers.ReLU(), convolution)
    model = keras.Model(inputs, layers.concatenate([found, inputs] if num_layers % 2 else [inputs, found]))
    return nested_dense_block(model(x), num_layers - 1, growth_rate)


def nested_fire_module(x, squeeze, expand1, expand3):
    narrow = keras.Input((*x.shape[1:3], squeeze))
    wide = layers.Conv2D(expand3, 3, padding="same", activation="relu")(narrow)
    points = layers.Dense(expand1, activation="relu")(narrow)
    expansion = keras.Model(narrow, layers.concatenate([points, wide]))
    return _chain(x, layers.Conv2D(squeeze, 1, activation="relu"), expansion)


def nested_separable_block(x, filters, stride=1):
    return _chain(
        x,
        layers.DepthwiseConv2D(3, stride, padding="same", use_bias=False),
        layers.BatchNormalization(),
        layers.ReLU(),
        layers.Conv2D(filters, 1, use_bias=False),
        layers.BatchNormalization(),
        layers.ReLU(),
    )


def tensor_separable_saving(kernel_size, c_out):
    import tensorflow as tf

    return tf.add(1 / tf.constant(c_out, tf.float32), 1 / tf.square(tf.constant(kernel_size, tf.float32)))


NAMES = [
    "mlpconv_block",
    "grouped_conv_parameters",
    "resnext_block",
    "dense_block",
    "fire_module",
    "separable_block",
    "separable_saving",
]


def _named(*answers):
    return dict(zip(NAMES, answers, strict=True))


ALTERNATIVES = {
    "layers and loops": _named(
        layers_mlpconv_block,
        loops_grouped_conv_parameters,
        layers_resnext_block,
        layers_dense_block,
        layers_fire_module,
        layers_separable_block,
        counted_separable_saving,
    ),
    "operations and explicit padding": _named(
        operations_mlpconv_block,
        arrays_grouped_conv_parameters,
        operations_resnext_block,
        operations_dense_block,
        operations_fire_module,
        operations_separable_block,
        float32_separable_saving,
    ),
    "nested": _named(
        nested_mlpconv_block,
        keras_grouped_conv_parameters,
        nested_resnext_block,
        nested_dense_block,
        nested_fire_module,
        nested_separable_block,
        tensor_separable_saving,
    ),
}
