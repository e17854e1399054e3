"""Correct answers to assignment 09 by other ways than the solution's: each has to earn every point."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers

# ---------------------------------------------------------------- layer by layer, NumPy and TensorFlow


def loops_gradient_norms(model, x, y):
    """A stable cross-entropy, written out, and one tape for each kernel."""
    norms = []
    for layer in model.layers:
        if not isinstance(layer, (layers.Conv2D, layers.Dense)):
            continue
        with tf.GradientTape() as tape:
            logits = model(tf.convert_to_tensor(x, tf.float32), training=False)
            right = tf.reduce_sum(logits * tf.one_hot(y, logits.shape[-1]), axis=1)
            loss = tf.reduce_mean(tf.reduce_logsumexp(logits, axis=1) - right)
        total = 0.0
        for value in np.asarray(tape.gradient(loss, layer.kernel), dtype=np.float64).ravel():
            total += value**2
        norms.append(total**0.5)
    return norms


def loops_signal_scale(depth, width, weight_std, activation, rng):
    """All weights first, then one input after the other, in single precision."""
    weights = [weight_std * rng.standard_normal((width, width), np.float32) for _ in range(depth)]
    collected = [[] for _ in range(depth)]
    for _ in range(512):
        a = rng.standard_normal(width, np.float32)
        for number, matrix in enumerate(weights):
            a = matrix @ a
            if activation == "relu":
                a = a * (a > 0)
            elif activation == "tanh":
                a = np.tanh(a)
            collected[number].append(a)
    return tuple(np.std(np.stack(found)) for found in collected)


def loops_append_identity_layers(model, count):
    """Layers of their own for convolution and ReLU; weights are set afterwards; no biases."""
    x, added = model.outputs[0], []
    C = x.shape[-1]
    for _ in range(count):
        added.append(layers.Conv2D(C, (3, 3), padding="same", use_bias=False))
        x = layers.ReLU()(added[-1](x))
    kernel = np.zeros((3, 3, C, C), dtype="float32")
    for c in range(C):
        kernel[1, 1, c, c] = 1
    for layer in added:
        layer.set_weights([kernel])
    return keras.Model(model.inputs[0], x)


def loops_diagnose(shallow_train, shallow_test, deep_train, deep_test):
    if deep_train <= shallow_train:
        if deep_train == shallow_train or deep_test <= shallow_test:
            return "improvement"
        return "overfitting"
    return "degradation"


# ---------------------------------------------------------------- steps of training, nested models


def steps_gradient_norms(model, x, y):
    """The step of SGD with rate 1 is the gradient; a copy takes it."""
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    copy.compile(keras.optimizers.SGD(1.0), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    kernels = [weight for weight in copy.trainable_weights if weight.name == "kernel"]
    before = [kernel.numpy() for kernel in kernels]
    copy.train_on_batch(np.asarray(x, dtype="float32"), np.asarray(y))
    return [np.linalg.norm(old - new.numpy()) for old, new in zip(before, kernels, strict=True)]


def steps_signal_scale(depth, width, weight_std, activation, rng):
    """A Keras model with random weights."""
    activations = {"relu": keras.ops.relu, "tanh": keras.ops.tanh, "linear": lambda z: z}
    x = tf.constant(rng.normal(0, 1, (512, width)), tf.float32)
    scales = []
    for _ in range(depth):
        x = activations[activation](x @ tf.constant(rng.normal(0, weight_std, (width, width)), tf.float32))
        scales.append(keras.ops.std(x))
    return scales


def steps_append_identity_layers(model, count):
    """The old model is the first layer of a new one."""
    C = model.output_shape[-1]
    deeper = keras.Sequential([keras.Input(model.input_shape[1:]), model])
    for _ in range(count):
        deeper.add(layers.ZeroPadding2D(1))
        deeper.add(layers.Conv2D(C, 3))
        kernel = np.zeros((9, C * C))
        kernel[4] = np.eye(C).ravel()
        deeper.layers[-1].set_weights([kernel.reshape(3, 3, C, C), np.zeros(C)])
        deeper.add(layers.Activation("relu"))
    return deeper


def steps_diagnose(shallow_train, shallow_test, deep_train, deep_test):
    fits_better, fits_worse = deep_train < shallow_train, deep_train > shallow_train
    names = {(True, False): "degradation", (False, True): "overfitting"}
    return names.get((fits_worse, fits_better and deep_test > shallow_test), "improvement")


# ---------------------------------------------------------------- the model itself is trained and put back


def compiled_gradient_norms(model, x, y):
    """Compiles the model that is given, in training mode, and puts its weights back."""
    weights = model.get_weights()
    model.compile("sgd", loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    with tf.GradientTape() as tape:
        loss = model.compute_loss(x=x, y=y, y_pred=model(x, training=True))
    kernels = [weight for weight in model.trainable_variables if len(weight.shape) > 1]
    norms = tf.stack([tf.linalg.global_norm([slope]) for slope in tape.gradient(loss, kernels)])
    model.set_weights(weights)
    return norms.numpy()


def transposed_signal_scale(depth, width, weight_std, activation, rng):
    """Columns are inputs; the variance is a difference of means, the draw of all weights a single one."""
    weights = rng.normal(scale=weight_std, size=(depth, width, width))
    a, found = rng.normal(size=(width, 512)), np.empty(depth)
    for number in range(depth):
        z = np.einsum("ij,jn->in", weights[number], a)
        a = {"relu": np.where(z > 0, z, 0), "tanh": 1 - 2 / (np.exp(2 * np.clip(z, -300, 300)) + 1)}.get(
            activation, z
        )
        found[number] = np.sqrt(np.mean((a - a.mean()) ** 2))
    return found


def cloned_append_identity_layers(model, count):
    """A copy of the model, an initializer that is a function, and keras.ops."""

    def copying(shape, dtype=None):
        middle = np.pad(np.ones((1, 1)), 1)[:, :, None, None]
        return tf.constant(middle * np.eye(shape[-1]), dtype or tf.float32)

    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    images = keras.Input(model.input.shape[1:])
    x = copy(images)
    for number in range(count):
        name = f"identity_{number}"
        convolution = layers.Conv2D(x.shape[-1], 3, 1, "same", kernel_initializer=copying, name=name)
        x = keras.ops.maximum(convolution(x), 0)
    return keras.Model(images, x)


def signs_diagnose(shallow_train, shallow_test, deep_train, deep_test):
    train, test = np.sign(np.float64(deep_train) - shallow_train), np.sign(deep_test - shallow_test)
    return np.array(["improvement", "degradation", "overfitting"])[
        1 if train == 1 else 2 * int(train == -1 and test == 1)
    ]


NAMES = ["gradient_norms", "signal_scale", "append_identity_layers", "diagnose"]


def _named(*answers):
    return dict(zip(NAMES, answers, strict=True))


ALTERNATIVES = {
    "loops": _named(loops_gradient_norms, loops_signal_scale, loops_append_identity_layers, loops_diagnose),
    "steps of training": _named(
        steps_gradient_norms, steps_signal_scale, steps_append_identity_layers, steps_diagnose
    ),
    "other forms": _named(
        compiled_gradient_norms,
        transposed_signal_scale,
        cloned_append_identity_layers,
        signs_diagnose,
    ),
}
