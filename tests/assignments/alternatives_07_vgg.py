"""Correct answers to assignment 07 by other ways than the solution's: each has to earn every point."""

import keras
import numpy as np
from keras import Sequential, ops
from keras.layers import (
    Activation,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    MaxPooling2D,
    ReLU,
    Reshape,
    ZeroPadding2D,
)


def _stages(depth):
    return {16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}[depth]


def _check(depth):
    if depth != 16 and depth != 19:
        raise ValueError(depth)


# ---------------------------------------------------------------- pixels one by one; layers one by one


def pixels_receptive_field(layers):
    needed = {0}
    for kernel_size, stride in layers[::-1]:
        needed = {position * stride + tap for position in needed for tap in range(kernel_size)}
    return max(needed) - min(needed) + 1


def loops_stack_parameters(kernel_size, depth, channels):
    count = 0
    for _ in range(depth):
        for _ in range(channels):
            count += kernel_size * kernel_size * channels
    return count


def layers_vgg_block(x, num_convs, filters):
    for i in range(num_convs):
        x = Conv2D(filters, (3, 3), (1, 1), "same", name=f"conv{i}_{id(x)}")(x)
        x = Activation("relu")(x)
    return MaxPooling2D((2, 2), strides=(2, 2), padding="same")(x)


def sequential_build_vgg(depth, num_classes=1000, input_shape=(224, 224, 3)):
    _check(depth)
    model = Sequential([keras.Input(input_shape)])
    for number, repeats in enumerate(_stages(depth)):
        for _ in range(repeats):
            model.add(Conv2D(min(64 << number, 512), 3, padding="same"))
            model.add(ReLU())
        model.add(MaxPooling2D())
    model.add(Flatten())
    for _ in "ab":
        model.add(Dense(4096))
        model.add(ReLU())
        model.add(Dropout(0.5))
    model.add(Dense(num_classes))
    model.add(keras.layers.Softmax())
    return model


# ---------------------------------------------------------------- arrays; keras.ops, explicit padding


def arrays_receptive_field(layers):
    sizes, strides = np.array(layers).T
    steps = np.cumprod(np.append(1, strides[:-1]))
    return 1 + (sizes - 1) @ steps


def arrays_stack_parameters(kernel_size, depth, channels):
    return np.prod([depth, kernel_size, kernel_size, channels, channels])


def operations_vgg_block(x, num_convs, filters):
    for _ in range(num_convs):
        x = ops.relu(Conv2D(filters, 3)(ZeroPadding2D(1)(x)))
    return ops.max_pool(x, 2, 2)


def convolutional_build_vgg(depth, num_classes=1000, input_shape=(224, 224, 3)):
    """The fully connected layers are convolutions; ends in logits."""
    _check(depth)
    images = x = keras.Input(input_shape)
    for width, repeats in zip((64, 128, 256, 512, 512), _stages(depth), strict=True):
        x = operations_vgg_block(x, repeats, width)
    x = Conv2D(4096, x.shape[1:3], activation="relu")(x)
    x = Conv2D(4096, 1, activation=ops.relu)(x)
    x = Conv2D(num_classes, 1)(x)
    return keras.Model(images, ops.squeeze(x, (1, 2)))


# ---------------------------------------------------------------- recursion; models in models


def recursive_receptive_field(layers):
    if not layers:
        return 1
    (kernel_size, stride), *rest = layers
    return kernel_size + stride * (recursive_receptive_field(rest) - 1)


def keras_stack_parameters(kernel_size, depth, channels):
    convolution = Conv2D(channels, kernel_size, use_bias=False)
    convolution.build((None, None, None, channels))
    return depth * convolution.count_params()


def nested_vgg_block(x, num_convs, filters):
    block = [keras.Input(x.shape[1:])]
    block += [Conv2D(filters, 3, padding="same", activation="relu") for _ in range(num_convs)]
    return Sequential([*block, MaxPooling2D(2)])(x)


def nested_build_vgg(depth, num_classes=1000, input_shape=(224, 224, 3)):
    _check(depth)
    images = keras.Input(input_shape)
    features = images
    for width, repeats in zip((64, 128, 256, 512, 512), _stages(depth), strict=True):
        features = nested_vgg_block(features, repeats, width)
    numbers = int(np.prod(features.shape[1:]))
    head = Sequential(
        [
            keras.Input(features.shape[1:]),
            Reshape((numbers,)),
            Dense(4096, activation="relu"),
            Dropout(0.5),
            Dense(4096, activation="relu"),
            Dense(num_classes, activation="softmax"),
        ],
        name="classifier",
    )
    return keras.Model(inputs=images, outputs=head(features), name=f"vgg{depth}")


# ---------------------------------------------------------------- float32; pooling before the last ReLU


def float32_receptive_field(layers):
    size = np.float32(1)
    step = np.float32(1)
    for kernel_size, stride in layers:
        size = size + np.float32(kernel_size - 1) * step
        step = step * np.float32(stride)
    return round(float(size))


def tensor_stack_parameters(kernel_size, depth, channels):
    import tensorflow as tf

    return tf.size(tf.zeros((depth, kernel_size, kernel_size, channels, channels)))


def late_relu_vgg_block(x, num_convs, filters):
    for i in range(1, num_convs + 1):
        x = Conv2D(filters, 3, padding="same")(x)
        if i == num_convs:
            x = MaxPooling2D(2)(x)
        x = ops.maximum(x, 0)
    return x


def reshaping_build_vgg(depth, num_classes=1000, input_shape=(224, 224, 3)):
    _check(depth)
    images = x = keras.Input(input_shape)
    for width, repeats in zip((64, 128, 256, 512, 512), _stages(depth), strict=True):
        x = late_relu_vgg_block(x, repeats, width)
    x = ops.reshape(x, (-1, x.shape[1] * x.shape[2] * x.shape[3]))
    x = ops.relu(Dense(4096)(x))
    x = ops.relu(Dense(4096)(x))
    return keras.Model(images, ops.softmax(Dense(num_classes)(x)))


NAMES = ["receptive_field", "stack_parameters", "vgg_block", "build_vgg"]


def _named(*answers):
    return dict(zip(NAMES, answers, strict=True))


ALTERNATIVES = {
    "one by one": _named(
        pixels_receptive_field, loops_stack_parameters, layers_vgg_block, sequential_build_vgg
    ),
    "arrays and operations": _named(
        arrays_receptive_field, arrays_stack_parameters, operations_vgg_block, convolutional_build_vgg
    ),
    "nested": _named(recursive_receptive_field, keras_stack_parameters, nested_vgg_block, nested_build_vgg),
    "float32 and reshaping": _named(
        float32_receptive_field, tensor_stack_parameters, late_relu_vgg_block, reshaping_build_vgg
    ),
}
