"""Correct answers to assignment 10 by other ways than the solution's: each has to earn every point."""

import keras
import numpy as np
from keras import Sequential, layers, ops

REPEATS = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}

# ---------------------------------------------------------------- layer by layer; loops


def layers_residual_block(x, filters, stride=1):
    shortcut = x
    y = layers.Conv2D(filters, (3, 3), strides=(stride, stride), padding="same", use_bias=False)(x)
    y = layers.BatchNormalization(momentum=0.9, epsilon=1e-5)(y)
    y = layers.Activation("relu")(y)
    y = layers.Conv2D(filters, (3, 3), padding="same", use_bias=False)(y)
    y = layers.BatchNormalization(momentum=0.9, epsilon=1e-5)(y)
    if tuple(shortcut.shape[1:]) != tuple(y.shape[1:]):
        shortcut = layers.Conv2D(filters, (1, 1), strides=(stride, stride), use_bias=False)(shortcut)
        shortcut = layers.BatchNormalization(momentum=0.9, epsilon=1e-5)(shortcut)
    return layers.Activation("relu")(layers.Add()([y, shortcut]))


def layers_bottleneck_block(x, filters, stride=1):
    """The stride on the first 1x1 convolution."""
    shortcut = x
    y = layers.Conv2D(filters, 1, strides=stride, use_bias=False)(x)
    y = layers.ReLU()(layers.BatchNormalization()(y))
    y = layers.Conv2D(filters, 3, padding="same", use_bias=False)(y)
    y = layers.ReLU()(layers.BatchNormalization()(y))
    y = layers.Conv2D(4 * filters, 1, use_bias=False)(y)
    y = layers.BatchNormalization()(y)
    if tuple(shortcut.shape[1:]) != tuple(y.shape[1:]):
        shortcut = layers.Conv2D(4 * filters, 1, strides=stride, use_bias=False)(shortcut)
        shortcut = layers.BatchNormalization()(shortcut)
    return layers.ReLU()(layers.Add()([shortcut, y]))


def layers_build_resnet(depth, num_classes=1000, input_shape=(224, 224, 3)):
    """Logits; names; blocks as functions; the stride on the first 1x1 convolution."""
    if depth not in (18, 34, 50, 101, 152):
        raise ValueError(f"no ResNet-{depth}")
    block = layers_residual_block if depth in (18, 34) else layers_bottleneck_block
    images = keras.Input(input_shape, name="images")
    x = layers.Conv2D(64, 7, strides=2, padding="same", use_bias=False, name="conv1")(images)
    x = layers.ReLU(name="relu1")(layers.BatchNormalization(name="bn1")(x))
    x = layers.MaxPooling2D(3, strides=2, padding="same", name="pool1")(x)
    filters = 64
    for stage, repeat in enumerate(REPEATS[depth]):
        x = block(x, filters, 1 if stage == 0 else 2)
        for _ in range(repeat - 1):
            x = block(x, filters)
        filters = 2 * filters
    x = layers.GlobalAveragePooling2D(name="gap")(x)
    return keras.Model(images, layers.Dense(num_classes, name="logits")(x), name=f"resnet{depth}")


def layers_build_toy_resnet(num_classes=10, input_shape=(32, 32, 3)):
    """As in Keras's guide."""
    inputs = keras.Input(shape=input_shape, name="img")
    x = layers.Conv2D(32, 3, activation="relu")(inputs)
    x = layers.Conv2D(64, 3, activation="relu")(x)
    block_1 = layers.MaxPooling2D(3)(x)
    x = layers.Conv2D(64, 3, activation="relu", padding="same")(block_1)
    x = layers.Conv2D(64, 3, activation="relu", padding="same")(x)
    block_2 = layers.add([x, block_1])
    x = layers.Conv2D(64, 3, activation="relu", padding="same")(block_2)
    x = layers.Conv2D(64, 3, activation="relu", padding="same")(x)
    block_3 = layers.add([x, block_2])
    x = layers.Conv2D(64, 3, activation="relu")(block_3)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dense(256, activation="relu")(x)
    x = layers.Dropout(0.5)(x)
    return keras.Model(inputs, layers.Dense(num_classes)(x), name="toy_resnet")


def loops_residual_gradient(dy, branch_jacobian):
    d = len(dy)
    result = [float(dy[j]) for j in range(d)]
    for j in range(d):
        for i in range(d):
            result[j] += float(branch_jacobian[i, j]) * float(dy[i])
    return result


# ---------------------------------------------------------------- keras.ops, explicit padding, softmax


def _convolve(x, filters, size, stride=1):
    """Zeros on all four sides, as many as the kernel reaches."""
    if size > 1:
        x = layers.ZeroPadding2D(size // 2)(x)
    return layers.BatchNormalization(axis=-1)(layers.Conv2D(filters, size, stride, use_bias=False)(x))


def _shortcut(x, filters, stride):
    """Takes every stride-th row and column first; the 1x1 convolution then has no stride."""
    if stride == 1 and x.shape[-1] == filters:
        return x
    return _convolve(layers.MaxPooling2D(1, stride)(x), filters, 1)


def operations_residual_block(x, filters, stride=1):
    y = ops.relu(_convolve(x, filters, 3, stride))
    return ops.maximum(_convolve(y, filters, 3) + _shortcut(x, filters, stride), 0)


def operations_bottleneck_block(x, filters, stride=1):
    y = ops.relu(_convolve(x, filters, 1))
    y = ops.relu(_convolve(y, filters, 3, stride))
    return ops.relu(ops.add(_shortcut(x, 4 * filters, stride), _convolve(y, 4 * filters, 1)))


def operations_build_resnet(depth, num_classes=1000, input_shape=(224, 224, 3)):
    try:
        repeats = REPEATS[depth]
    except KeyError:
        raise ValueError("unknown depth") from None
    images = keras.Input(input_shape)
    x = ops.relu(_convolve(images, 64, 7, 2))
    x = layers.MaxPooling2D(3, 2)(layers.ZeroPadding2D(1)(x))
    for stage, repeat in enumerate(repeats):
        for number in range(repeat):
            stride = 2 if stage > 0 and number == 0 else 1
            if depth < 50:
                x = operations_residual_block(x, 64 * 2**stage, stride)
            else:
                x = operations_bottleneck_block(x, 64 * 2**stage, stride)
    return keras.Model(images, ops.softmax(layers.Dense(num_classes)(ops.mean(x, axis=(1, 2)))))


def operations_build_toy_resnet(num_classes=10, input_shape=(32, 32, 3)):
    images = keras.Input(input_shape)
    x = ops.relu(layers.Conv2D(32, 3)(images))
    x = ops.relu(layers.Conv2D(64, 3)(x))
    x = layers.MaxPooling2D(3, 3)(x)
    for _ in range(2):
        y = ops.relu(layers.Conv2D(64, 3)(layers.ZeroPadding2D(1)(x)))
        x = ops.relu(layers.Conv2D(64, 3)(layers.ZeroPadding2D(1)(y))) + x
    x = ops.mean(ops.relu(layers.Conv2D(64, 3)(x)), axis=[1, 2])
    x = ops.relu(layers.Dense(256)(x))
    return keras.Model(images, layers.Softmax()(layers.Dense(num_classes)(x)))


def einsum_residual_gradient(dy, branch_jacobian):
    dy32, jacobian32 = np.asarray(dy, dtype=np.float32), np.asarray(branch_jacobian, dtype=np.float32)
    return dy32 + np.einsum("ij,i->j", jacobian32, dy32)


# ---------------------------------------------------------------- models in models


def _branch(x, *convolutions):
    made = [keras.Input(x.shape[1:])]
    for number, (filters, size, stride) in enumerate(convolutions):
        made += [layers.ReLU()] if number else []
        made += [layers.Conv2D(filters, size, stride, padding="same", use_bias=False)]
        made += [layers.BatchNormalization()]
    return Sequential(made)


def _nested_block(x, *convolutions):
    inputs = keras.Input(x.shape[1:])
    filters = convolutions[-1][0]
    stride = max(step for _, _, step in convolutions)
    same = stride == 1 and inputs.shape[-1] == filters
    shortcut = inputs if same else _branch(inputs, (filters, 1, stride))(inputs)
    total = layers.Add()([shortcut, _branch(inputs, *convolutions)(inputs)])
    return keras.Model(inputs, layers.ReLU()(total))(x)


def nested_residual_block(x, filters, stride=1):
    return _nested_block(x, (filters, 3, stride), (filters, 3, 1))


def nested_bottleneck_block(x, filters, stride=1):
    return _nested_block(x, (filters, 1, stride), (filters, 3, 1), (4 * filters, 1, 1))


def nested_build_resnet(depth, num_classes=1000, input_shape=(224, 224, 3)):
    """A stem, blocks and a head, each a model."""
    if depth not in REPEATS:
        raise ValueError("depth must be 18, 34, 50, 101 or 152")
    x = images = keras.Input(input_shape)
    stem = [keras.Input(input_shape), layers.Conv2D(64, 7, 2, padding="same", use_bias=False)]
    stem += [layers.BatchNormalization(), layers.ReLU(), layers.MaxPooling2D(3, 2, padding="same")]
    x = Sequential(stem)(x)
    block = nested_residual_block if depth < 50 else nested_bottleneck_block
    for filters, repeat in zip((64, 128, 256, 512), REPEATS[depth], strict=True):
        for number in range(repeat):
            x = block(x, filters, 2 if filters > 64 and number == 0 else 1)
    head = [keras.Input(x.shape[1:]), layers.GlobalAveragePooling2D(keepdims=True), layers.Flatten()]
    return keras.Model(images, Sequential([*head, layers.Dense(num_classes, activation="softmax")])(x))


def nested_build_toy_resnet(num_classes=10, input_shape=(32, 32, 3)):
    def block(x):
        inputs = keras.Input(x.shape[1:])
        y = inputs
        for _ in range(2):
            y = layers.Activation("relu")(layers.Conv2D(64, 3, padding="same")(y))
        return keras.Model(inputs, inputs + y)(x)

    images = keras.Input(input_shape)
    stem = [layers.Conv2D(32, 3, activation="relu"), layers.Conv2D(64, 3, activation="relu")]
    x = block(block(Sequential([keras.Input(input_shape), *stem, layers.MaxPooling2D(3)])(images)))
    head = [layers.Conv2D(64, 3, activation="relu"), layers.GlobalAveragePooling2D()]
    head += [layers.Dense(256, activation="relu"), layers.Dense(num_classes, activation="softmax")]
    return keras.Model(images, Sequential([keras.Input(x.shape[1:]), *head])(x))


def tensor_residual_gradient(dy, branch_jacobian):
    """By automatic differentiation of a linear branch that has this Jacobian."""
    import tensorflow as tf

    x = tf.Variable(np.zeros(len(dy)), dtype=tf.float64)
    jacobian = tf.constant(np.asarray(branch_jacobian, dtype=np.float64))
    with tf.GradientTape() as tape:
        y = x + tf.linalg.matvec(jacobian, x)
    return tape.gradient(y, x, output_gradients=tf.constant(np.asarray(dy, dtype=np.float64))).numpy()


NAMES = ["residual_block", "bottleneck_block", "build_resnet", "build_toy_resnet", "residual_gradient"]


def _named(*answers):
    return dict(zip(NAMES, answers, strict=True))


ALTERNATIVES = {
    "layers and loops": _named(
        layers_residual_block,
        layers_bottleneck_block,
        layers_build_resnet,
        layers_build_toy_resnet,
        loops_residual_gradient,
    ),
    "operations and explicit padding": _named(
        operations_residual_block,
        operations_bottleneck_block,
        operations_build_resnet,
        operations_build_toy_resnet,
        einsum_residual_gradient,
    ),
    "nested": _named(
        nested_residual_block,
        nested_bottleneck_block,
        nested_build_resnet,
        nested_build_toy_resnet,
        tensor_residual_gradient,
    ),
}
