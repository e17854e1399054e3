"""Correct answers to assignment 03 by other ways than the solution's: each has to earn every point."""

import math
from functools import cache

import numpy as np


@cache
def tensorflow():
    import tensorflow  # takes seconds, so only where it is needed

    return tensorflow


# ---------------------------------------------------------------- loops over plain numbers; lists as results


def loops_train(x, gamma, beta, epsilon=1e-3):
    shape = x.shape
    rows = x.reshape(-1, shape[-1]).tolist()
    mean, variance = [], []
    for k in range(shape[-1]):
        mean.append(sum(row[k] for row in rows) / len(rows))
        variance.append(sum((row[k] - mean[k]) ** 2 for row in rows) / len(rows))
    y = []
    for row in rows:
        for k, value in enumerate(row):
            y.append(float(gamma[k]) * (value - mean[k]) / math.sqrt(variance[k] + epsilon) + float(beta[k]))
    return [np.array(y).reshape(shape).tolist(), mean, variance]


def loops_update(moving, batch_value, momentum=0.99):
    return [
        momentum * float(a) + (1.0 - momentum) * float(b) for a, b in zip(moving, batch_value, strict=True)
    ]


def loops_inference(x, gamma, beta, moving_mean, moving_variance, epsilon=1e-3):
    y = np.empty(x.shape)
    for index in np.ndindex(*x.shape):
        k = index[-1]
        root = math.sqrt(moving_variance[k] + epsilon)
        y[index] = (float(x[index]) - moving_mean[k]) / root * gamma[k] + beta[k]
    return y


class LoopsBatchNorm:
    """Keeps its statistics in lists, and everything behind properties."""

    def __init__(self, num_channels, momentum=0.99, epsilon=1e-3):
        self._values = {"gamma": [1.0] * num_channels, "beta": [0.0] * num_channels}
        self._values |= {"moving_mean": [0.0] * num_channels, "moving_variance": [1.0] * num_channels}
        self._momentum, self._epsilon = momentum, epsilon

    def _attribute(name):  # noqa: N805 - called while the class is made
        def write(self, value):
            self._values[name] = [float(number) for number in value]

        return property(lambda self: np.array(self._values[name]), write)

    gamma, beta = _attribute("gamma"), _attribute("beta")
    moving_mean, moving_variance = _attribute("moving_mean"), _attribute("moving_variance")

    def __call__(self, x, training):
        if not training:
            return loops_inference(
                x, self.gamma, self.beta, self.moving_mean, self.moving_variance, epsilon=self._epsilon
            )
        y, mean, variance = loops_train(x, self.gamma, self.beta, self._epsilon)
        self.moving_mean = loops_update(self.moving_mean, mean, self._momentum)
        self.moving_variance = loops_update(self.moving_variance, variance, self._momentum)
        return y


def loops_backward(dy, x, gamma, epsilon=1e-3):
    """Goes through the whole Jacobian: dx_i is the sum over j of dy_j times dy_j/dx_i."""
    channels = x.shape[-1]
    columns, gradients = x.reshape(-1, channels).astype(float), dy.reshape(-1, channels)
    m = len(columns)
    dx, dgamma, dbeta = np.zeros(columns.shape), np.zeros(channels), np.zeros(channels)
    for k in range(channels):
        mean = sum(columns[:, k]) / m
        root = math.sqrt(sum((value - mean) ** 2 for value in columns[:, k]) / m + epsilon)
        for j in range(m):
            normalized = (columns[j, k] - mean) / root
            dgamma[k] += gradients[j, k] * normalized
            dbeta[k] += gradients[j, k]
            for i in range(m):
                through_variance = normalized * (columns[i, k] - mean) / root
                slope = gamma[k] / root * ((i == j) - (1 + through_variance) / m)
                dx[i, k] += gradients[j, k] * slope
    return dx.reshape(x.shape), dgamma, dbeta


def loops_fold(kernels, bias, gamma, beta, moving_mean, moving_variance, epsilon=1e-3):
    new_kernels, new_bias = kernels.astype(float), bias.astype(float)
    for channel in range(kernels.shape[-1]):
        factor = gamma[channel] / math.sqrt(moving_variance[channel] + epsilon)
        new_kernels[..., channel] *= factor
        new_bias[channel] = beta[channel] - moving_mean[channel] * factor + bias[channel] * factor
    return [new_kernels.tolist(), list(new_bias)]


# ---------------------------------------------------------------- einsum, and statistics from raw moments


def einsum_train(x, gamma, beta, epsilon=1e-3):
    flat = np.array(x, dtype=np.float64, ndmin=2).reshape(-1, x.shape[-1])
    weights = np.full(len(flat), 1 / len(flat))
    mean = np.einsum("m,mc->c", weights, flat)
    variance = np.maximum(np.einsum("m,mc,mc->c", weights, flat, flat) - mean**2, 0)
    factor = gamma * (variance + epsilon) ** -0.5
    return (np.einsum("...c,c->...c", x, factor) + (beta - mean * factor), mean, variance)


def einsum_update(moving, batch_value, momentum=0.99):
    return np.einsum("i,ic->c", np.array([momentum, 1 - momentum]), np.stack([moving, batch_value]))


def einsum_inference(x, gamma, beta, moving_mean, moving_variance, epsilon=1e-3):
    factor = np.divide(gamma, np.sqrt(np.add(moving_variance, epsilon)))
    return np.einsum("...c,c->...c", x, factor) + np.subtract(beta, np.multiply(moving_mean, factor))


class EinsumBatchNorm:
    """Updates by moving a step towards the batch, and calls the functions of this section."""

    def __init__(self, num_channels, momentum=0.99, epsilon=1e-3):
        self.gamma, self.moving_variance = np.ones((2, num_channels))
        self.beta, self.moving_mean = np.zeros((2, num_channels))
        self.rate, self.epsilon = 1 - momentum, epsilon

    def __call__(self, x, training):
        if training:
            y, mean, variance = einsum_train(x, self.gamma, self.beta, self.epsilon)
            self.moving_mean = self.moving_mean + self.rate * (mean - self.moving_mean)
            self.moving_variance = self.moving_variance + self.rate * (variance - self.moving_variance)
            return y
        return einsum_inference(
            x, self.gamma, self.beta, self.moving_mean, self.moving_variance, self.epsilon
        )


def einsum_backward(dy, x, gamma, epsilon=1e-3):
    normalized, _, variance = einsum_train(x, np.ones_like(gamma), np.zeros_like(gamma), epsilon)
    dgamma = np.einsum("mc,mc->c", *(array.reshape(-1, len(gamma)) for array in (dy, normalized)))
    dbeta = np.einsum("mc->c", dy.reshape(-1, len(gamma)))
    m = x.size // len(gamma)
    return gamma / (m * np.sqrt(variance + epsilon)) * (m * dy - dbeta - normalized * dgamma), dgamma, dbeta


def einsum_fold(kernels, bias, gamma, beta, moving_mean, moving_variance, epsilon=1e-3):
    diagonal = np.diag(gamma / (moving_variance + epsilon) ** 0.5)
    return np.einsum("ijco,ok->ijck", kernels, diagonal), diagonal @ (bias - moving_mean) + beta


# ---------------------------------------------------------------- NumPy in float32 throughout


def float32_train(x, gamma, beta, epsilon=1e-3):
    x, gamma, beta = (np.asarray(array, dtype=np.float32) for array in (x, gamma, beta))
    axes = (0, 1, 2) if x.ndim == 4 else (0,)
    mean = np.mean(x, axis=axes, dtype=np.float32, keepdims=True)
    variance = np.mean(np.square(x), axis=axes, dtype=np.float32, keepdims=True) - mean**2
    variance = np.maximum(variance, np.float32(0))
    y = gamma * ((x - mean) / np.sqrt(variance + np.float32(epsilon))) + beta
    return y, mean.ravel(), variance.ravel()


def float32_update(moving, batch_value, momentum=0.99):
    momentum = np.float32(momentum)
    return np.float32(moving) * momentum + np.float32(batch_value) * (np.float32(1) - momentum)


def float32_inference(x, gamma, beta, moving_mean, moving_variance, epsilon=1e-3):
    arrays = (np.float32(array) for array in (x, gamma, beta, moving_mean, moving_variance))
    x, gamma, beta, moving_mean, moving_variance = arrays
    return gamma * (x - moving_mean) / np.sqrt(moving_variance + np.float32(epsilon)) + beta


class Float32BatchNorm:
    """Updates its arrays in place where it can, and prints as it goes."""

    def __init__(self, num_channels, momentum=0.99, epsilon=1e-3):
        self.momentum, self.epsilon = momentum, epsilon
        self.gamma = np.ones(num_channels, dtype=np.float32)
        self.beta = np.zeros(num_channels, dtype=np.float32)
        self.moving_mean = np.zeros(num_channels, dtype=np.float32)
        self.moving_variance = np.ones(num_channels, dtype=np.float32)

    def __call__(self, x, training=False):
        statistics = (self.moving_mean, self.moving_variance)
        if not training:
            return float32_inference(x, self.gamma, self.beta, *statistics, self.epsilon)
        self.moving_mean, self.moving_variance = (np.array(array, dtype=np.float32) for array in statistics)
        y, mean, variance = float32_train(x, self.gamma, self.beta, self.epsilon)
        for moving, batch_value in [(self.moving_mean, mean), (self.moving_variance, variance)]:
            moving *= np.float32(self.momentum)
            moving += np.float32(1 - self.momentum) * batch_value
        return y


def float32_backward(dy, x, gamma, epsilon=1e-3):
    dy, x, gamma = (np.asarray(array, dtype=np.float32) for array in (dy, x, gamma))
    axes = tuple(range(x.ndim - 1))
    centered = x - x.mean(axes)
    root = np.sqrt((centered * centered).mean(axes) + np.float32(epsilon))
    d_hat = dy * gamma
    d_root = (d_hat * centered).sum(axes) * (-1 / root**2)
    d_centered = d_hat / root + d_root / root * centered / np.float32(x.size / x.shape[-1])
    dgamma, dbeta = (dy * (centered / root)).sum(axes), dy.sum(axes)
    return d_centered - d_centered.mean(axes), dgamma, dbeta


def float32_fold(kernels, bias, gamma, beta, moving_mean, moving_variance, epsilon=1e-3):
    zero = np.zeros_like(gamma)
    factor = float32_inference(np.ones(len(gamma)), gamma, zero, zero, moving_variance, epsilon)
    new_bias = float32_inference(bias, gamma, beta, moving_mean, moving_variance, epsilon)
    return kernels.astype(np.float32) * factor, new_bias


# ---------------------------------------------------------------- TensorFlow and Keras


def tensorflow_train(x, gamma, beta, epsilon=1e-3):
    tf = tensorflow()
    x, gamma, beta = (tf.cast(array, tf.float32) for array in (x, gamma, beta))
    mean, variance = tf.nn.moments(x, axes=list(range(x.ndim - 1)))
    return tf.nn.batch_normalization(x, mean, variance, beta, gamma, epsilon), mean, variance


def tensorflow_update(moving, batch_value, momentum=0.99):
    tf = tensorflow()
    variable = tf.Variable(tf.cast(moving, tf.float32))
    variable.assign_sub((variable - tf.cast(batch_value, tf.float32)) * (1 - momentum))
    return variable


def tensorflow_inference(x, gamma, beta, moving_mean, moving_variance, epsilon=1e-3):
    tf = tensorflow()
    arrays = (tf.cast(array, tf.float64) for array in (x, moving_mean, moving_variance, beta, gamma))
    return tf.nn.batch_normalization(*arrays, epsilon)


class KerasBatchNorm:
    """Lets Keras do the work; its variables are the attributes."""

    def __init__(self, num_channels, momentum=0.99, epsilon=1e-3):
        layer = tensorflow().keras.layers.BatchNormalization(momentum=momentum, epsilon=epsilon)
        layer.build((None, num_channels))
        object.__setattr__(self, "layer", layer)

    def __getattr__(self, name):
        return getattr(self.layer, name).numpy()

    def __setattr__(self, name, value):
        getattr(self.layer, name).assign(value)

    def __call__(self, x, training):
        rows = x.astype(np.float32).reshape(-1, x.shape[-1])  # an image's pixels are feature vectors
        return self.layer(rows, training=training).numpy().reshape(x.shape)


def tensorflow_backward(dy, x, gamma, epsilon=1e-3):
    tf = tensorflow()
    x, gamma, beta = tf.cast(x, tf.float32), tf.cast(gamma, tf.float32), tf.zeros(len(gamma))
    with tf.GradientTape() as tape:
        tape.watch([x, gamma, beta])
        y, _, _ = tensorflow_train(x, gamma, beta, epsilon)
    return tape.gradient(y, [x, gamma, beta], output_gradients=tf.cast(dy, tf.float32))


def tensorflow_fold(kernels, bias, gamma, beta, moving_mean, moving_variance, epsilon=1e-3):
    """Measures the affine map instead of computing it: its value at zero and at every unit input."""
    tf = tensorflow()
    parameters = gamma, beta, moving_mean, moving_variance, epsilon
    height, width, channels, _ = kernels.shape
    units = np.eye(height * width * channels).reshape(-1, height, width, channels)
    inputs = np.concatenate([np.zeros((1, height, width, channels)), units])
    outputs = tf.nn.conv2d(inputs, tf.cast(kernels, tf.float64), 1, "VALID")[:, 0, 0]
    outputs = tensorflow_inference(outputs + bias, *parameters)
    return tf.reshape(outputs[1:] - outputs[0], kernels.shape), outputs[0]


NAMES = [
    "batchnorm_train",
    "update_moving_average",
    "batchnorm_inference",
    "BatchNorm",
    "batchnorm_backward",
    "fold_batchnorm",
]


def _named(*answers):
    return dict(zip(NAMES, answers, strict=True))


ALTERNATIVES = {
    "loops": _named(loops_train, loops_update, loops_inference, LoopsBatchNorm, loops_backward, loops_fold),
    "einsum": _named(
        einsum_train, einsum_update, einsum_inference, EinsumBatchNorm, einsum_backward, einsum_fold
    ),
    "float32": _named(
        float32_train, float32_update, float32_inference, Float32BatchNorm, float32_backward, float32_fold
    ),
    "tensorflow": _named(
        tensorflow_train,
        tensorflow_update,
        tensorflow_inference,
        KerasBatchNorm,
        tensorflow_backward,
        tensorflow_fold,
    ),
}
