"""Hidden tests of assignment 09, deeper networks.

Random networks are compared with what theory says about wide ones, in the mean of several draws, since the
order in which the random numbers are drawn is free. Narrow ones tell exactly what theory of wide ones cannot:
with one neuron per layer and no activation function, the ratio of two numbers is the size of a weight.
"""

from itertools import pairwise

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from autograder.testing import (
    CheckError,
    as_network,
    assert_close,
    assert_output_shape,
    assert_parameters,
    assert_same_network,
)

# ---------------------------------------------------------------- gradient_norms: 7 points


def fill(model, rng, scale=1.0):
    """Draws all weights of a model, biases and the like too, so that signals keep their size."""
    for weight in model.weights:
        values = rng.normal(size=weight.shape) * scale * (2 / max(np.prod(weight.shape[:-1]), 2)) ** 0.5
        kind = weight.path.rsplit("/", 1)[-1]
        if kind in ("gamma", "moving_variance"):
            values = rng.uniform(0.5, 2, weight.shape)
        weight.assign(values)
    return model


def dense_model(rng):
    """Three fully connected layers with biases, from 6 features to 4 logits."""
    inputs = keras.Input((6,))
    hidden = layers.Dense(7, "tanh")(layers.Dense(9, "relu")(inputs))
    return fill(keras.Model(inputs, layers.Dense(4)(hidden)), rng)


def image_model(rng, normalize=False):
    """Two convolutions and a fully connected layer, from images of 6x5x2 to 3 logits."""
    x = inputs = keras.Input((6, 5, 2))
    x = layers.Conv2D(4, 3, padding="same", activation=None if normalize else "relu")(x)
    if normalize:
        x = layers.ReLU()(layers.BatchNormalization()(x))
    x = layers.Conv2D(5, (3, 2), strides=2, activation="relu")(layers.MaxPooling2D(2, 1)(x))
    return fill(keras.Model(inputs, layers.Dense(3)(layers.Flatten()(x))), rng)


def norms_of(model, x, y, training=False):
    """The norms, kernel by kernel, from the gradient with respect to the logits' errors."""
    kernels = [layer.kernel for layer in model.layers if hasattr(layer, "kernel")]
    with tf.GradientTape() as tape:
        logits = model(tf.cast(x, tf.float32), training=training)
        total = tf.nn.sparse_softmax_cross_entropy_with_logits(tf.cast(y, tf.int32), logits)
        loss = tf.reduce_sum(total) / len(y)
    return [np.linalg.norm(np.asarray(slope, np.float64)) for slope in tape.gradient(loss, kernels)]


def assert_norms(found, expected):
    """Compares a list of norms; they may be differences of weights before and after a step."""
    values = numbers_in(found, len(expected), "kernels")
    assert_close(values, expected, "the list of norms", rtol=2e-3, atol=1e-5)


def numbers_in(found, count, what):
    """Checks that a result is a list of so many finite numbers, each perhaps an array, and returns them."""
    if not isinstance(found, (list, tuple, np.ndarray)) or np.ndim(found) == 0:
        raise CheckError(f"the result should be a list, but is of type {type(found).__name__}.")
    if len(found) != count:
        raise CheckError(f"the list holds {len(found)} numbers, and there are {count} {what}.")
    values = [item.item() if isinstance(item, np.ndarray) and item.size == 1 else item for item in found]
    assert_close(values, np.zeros(count), "the list", atol=np.inf)
    return np.asarray(values, np.float64)


def batch_for(model, rng, size, classes):
    """Random inputs and labels."""
    shape = (size, *model.input.shape[1:])
    return rng.normal(size=shape).astype(np.float32), rng.integers(0, classes, size)


@pytest.mark.cell("gradient_norms", weight=1.5)
def test_norms_of_fully_connected_layers(student, rng):
    """In a network of fully connected layers, each kernel's gradient has the right length."""
    model = dense_model(rng)
    x, y = batch_for(model, rng, 5, 4)
    assert_norms(student.gradient_norms(model, x, y), norms_of(model, x, y))


@pytest.mark.cell("gradient_norms", weight=1.5)
def test_norms_of_convolutions(student, rng):
    """In a network with convolutions, each kernel's gradient has the right length, all its axes together."""
    model = image_model(rng)
    x, y = batch_for(model, rng, 4, 3)
    assert_norms(student.gradient_norms(model=model, x=x, y=y), norms_of(model, x, y))


@pytest.mark.cell("gradient_norms", weight=1)
def test_norms_belong_to_the_mean(student, rng):
    """The gradient is that of the mean over the batch: every example twice changes nothing."""
    model = image_model(rng)
    x, y = batch_for(model, rng, 3, 3)
    for times in (1, 2, 5):
        many = np.tile(x, (times, 1, 1, 1)), np.tile(y, times)
        assert_norms(student.gradient_norms(model, *many), norms_of(model, x, y))


@pytest.mark.cell("gradient_norms", weight=0.75)
def test_norms_in_the_order_of_the_signal(student, rng):
    """The list begins with the layer next to the input, in whichever order the layers were made."""
    later, logits, first = layers.Dense(8, "relu"), layers.Dense(4), layers.Dense(5, "relu")
    inputs = keras.Input((6,))
    model = fill(keras.Model(inputs, logits(later(first(inputs)))), rng)
    x, y = batch_for(model, rng, 6, 4)
    assert_norms(student.gradient_norms(model, x, y), norms_of(model, x, y))


@pytest.mark.cell("gradient_norms", weight=0.75)
def test_norms_of_large_logits(student, rng):
    """Logits in the hundreds, and all predictions wrong: the norms are right even then."""
    model = dense_model(rng)
    model.layers[-1].kernel.assign(model.layers[-1].kernel * 400)
    x, _ = batch_for(model, rng, 6, 4)
    y = np.argmin(model(x), axis=1)
    assert_norms(student.gradient_norms(model, x, y), norms_of(model, x, y))


@pytest.mark.cell("gradient_norms", weight=0.75)
def test_norms_of_kernels_only(student, rng):
    """With batch normalization in the model, too, the list holds one number for each kernel."""
    model = image_model(rng, normalize=True)
    x, y = batch_for(model, rng, 8, 3)
    found = student.gradient_norms(model, x, y)
    try:  # training mode or inference: both are right
        assert_norms(found, norms_of(model, x, y, training=False))
    except CheckError:
        assert_norms(found, norms_of(model, x, y, training=True))


@pytest.mark.cell("gradient_norms", weight=0.5)
def test_norms_of_one_integer_image(student, rng):
    """A single image of integers gives the same norms as the same numbers written as floats."""
    model = image_model(rng)
    x, y = rng.integers(0, 8, (1, 6, 5, 2), dtype=np.uint8), np.array([2])
    assert_norms(student.gradient_norms(model, x, y), norms_of(model, x, y))


@pytest.mark.cell("gradient_norms", weight=0.25)
def test_norms_leave_the_model_alone(student, rng):
    """The norms are right, and the model and the batch are the same after the call as before."""
    model = image_model(rng)
    x, y = batch_for(model, rng, 4, 3)
    result = student.call("gradient_norms", model, x, y)
    assert_norms(result.value, norms_of(model, x, y))
    if result.changed_arguments:
        raise CheckError("The model, or the batch, was changed.")


# ---------------------------------------------------------------- signal_scale: 6 points

FUNCTIONS = {"relu": lambda z: np.maximum(z, 0), "tanh": np.tanh, "linear": np.asarray}


def theory(depth, gain, activation):
    """Standard deviations in a very wide network, whose inputs to each activation function are Gaussian."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(201)
    weights /= weights.sum()
    size, scales = 1.0, []
    for _ in range(depth):
        values = FUNCTIONS[activation](gain * size * nodes)
        size = np.sqrt(weights @ values**2)
        scales.append(np.sqrt(size**2 - (weights @ values) ** 2))
    return np.array(scales)


def assert_scales(found, depth):
    """Checks that there is one number for each layer, and returns them."""
    values = numbers_in(found, depth, "layers")
    if (values < 0).any():
        raise CheckError("a standard deviation is never negative.")
    return values


def check_scales(student, rng, activation, width, gains, tolerances):
    """Compares the geometric mean of three wide networks with theory.

    Args:
        student: The fixture.
        rng: Likewise.
        activation: Name of the activation function.
        width: Neurons per layer.
        gains: Several gains.
        tolerances: Relative difference that is allowed behind each layer; about seven standard deviations.
    """
    depth = len(tolerances)
    for gain in gains:
        generator = student.generator(int(rng.integers(2**31)))
        std = gain / width**0.5
        drawn = [
            assert_scales(student.signal_scale(depth, width, std, activation, generator), depth)
            for _ in range(3)
        ]
        logarithms = np.log(np.maximum(drawn, 1e-30)).mean(axis=0) - np.log(theory(depth, gain, activation))
        for number, (distance, tolerance) in enumerate(zip(logarithms, tolerances, strict=True), start=1):
            if abs(distance) > tolerance:
                raise CheckError(
                    f"behind layer {number} of a wide network with gain {gain} and {activation} the standard "
                    f"deviation should be near {theory(depth, gain, activation)[number - 1]:.2g}, but is "
                    f"{np.exp(np.log(np.maximum(drawn, 1e-30)).mean(axis=0))[number - 1]:.2g}."
                )


@pytest.mark.cell("signal_scale", weight=1)
def test_scale_of_linear_networks(student, rng):
    """Without an activation function the standard deviation grows or falls by the gain in each layer."""
    check_scales(student, rng, "linear", 100, (0.6, 1.7), (0.05, 0.08, 0.1, 0.12, 0.14))


@pytest.mark.cell("signal_scale", weight=1.5)
def test_scale_of_relu_networks(student, rng):
    """With ReLU the standard deviations are those of the activations, measured from their mean."""
    check_scales(student, rng, "relu", 160, (1.0, 2.0), (0.05, 0.2, 0.28, 0.34))


@pytest.mark.cell("signal_scale", weight=1)
def test_scale_of_tanh_networks(student, rng):
    """With tanh small signals fall and large ones saturate, as they should."""
    check_scales(student, rng, "tanh", 100, (0.7, 3.0), (0.05, 0.08, 0.1, 0.12))


@pytest.mark.cell("signal_scale", weight=0.5)
def test_scale_has_one_number_per_layer(student, rng):
    """There is one number for each layer, also for a single layer, a single neuron and arguments by name."""
    generator = student.generator(int(rng.integers(2**31)))
    for depth, width, activation in [(1, 4, "relu"), (12, 5, "tanh"), (1, 1, "linear"), (3, 2, "relu")]:
        found = student.signal_scale(
            depth=depth, width=width, weight_std=0.8, activation=activation, rng=generator
        )
        assert_scales(found, depth)


@pytest.mark.cell("signal_scale", weight=0.5)
def test_scale_with_gaussian_weights(student, rng):
    """Every layer has weights of its own, and they are Gaussian with the standard deviation asked for."""
    generator, depth, ratios = student.generator(int(rng.integers(2**31))), 50, []
    for _ in range(14):
        scales = assert_scales(student.signal_scale(depth, 1, 1.9, "linear", generator), depth)
        if scales.min() <= 0:
            raise CheckError("in a linear network with a single neuron no signal is ever 0.")
        ratios += [later / earlier for earlier, later in pairwise(scales)]
    sizes = np.array(ratios) / 1.9  # the sizes of 686 weights
    if np.isclose(sizes[1:], sizes[:-1], rtol=1e-3).mean() > 0.1:
        raise CheckError("all layers have the same weights.")
    for limit, share in [(0.5, 0.617), (1, 0.317), (1.8, 0.0719), (2.35, 0.0188)]:
        if abs((sizes > limit).mean() - share) > 6 * np.sqrt(share * (1 - share) / len(sizes)):
            raise CheckError("the weights are not Gaussian, or have another standard deviation.")
    if sizes.max() < 2.2:
        raise CheckError("the weights are not Gaussian: none of hundreds is as large as some should be.")


@pytest.mark.cell("signal_scale", weight=0.5)
def test_scale_without_biases(student, rng):
    """Without biases a signal that shrinks goes on shrinking, as there is nothing that could stop it."""
    generator, depth, width = student.generator(int(rng.integers(2**31))), 14, 40
    found = student.signal_scale(depth, width, 0.3 / width**0.5, "linear", generator)
    scales = assert_scales(found, depth)
    expected = theory(depth, 0.3, "linear")
    if (scales > 4 * expected).any() or (scales < expected / 4).any():
        raise CheckError(
            f"behind 14 layers the standard deviation is {scales[-1]:.1g}, not near {expected[-1]:.1g}."
        )


@pytest.mark.cell("signal_scale", weight=0.5)
def test_scale_of_512_inputs(student, rng):
    """The batch holds 512 inputs."""
    generator, widest = student.generator(int(rng.integers(2**31))), []
    for _ in range(24):
        (scale,) = assert_scales(student.signal_scale(1, 1, 1e9, "tanh", generator), 1)
        widest.append(scale)
    # So saturated, each output is 1 or -1: one minus the square of the standard deviation is the square of
    # their mean, and their sum is an even number. Divided by 511 instead of 512, the variance is right, too.
    variances = np.square(widest)
    for variance in (variances, variances * 511 / 512):
        sums = 2 * np.round(np.sqrt(np.maximum(1 - variance, 0)) * 256)
        if np.abs((sums / 512) ** 2 - (1 - variance)).max() < 2.5e-6 and (sums % 4 > 0).any():
            return
    raise CheckError("the standard deviation is not one of 512 activations.")


@pytest.mark.cell("signal_scale", weight=0.5)
def test_scale_draws_from_the_generator(student, rng):
    """The same seed repeats a result, and two calls with one generator give different ones."""
    seed, arguments = int(rng.integers(2**31)), (3, 6, 0.7, "tanh")
    one, other = student.generator(seed), student.generator(seed)
    first = assert_scales(student.signal_scale(*arguments, one), 3)
    second = assert_scales(student.signal_scale(*arguments, one), 3)
    assert_close(student.signal_scale(*arguments, other), first, "the result for the same seed", rtol=1e-3)
    assert_close(student.signal_scale(*arguments, other), second, "the second result for it", rtol=1e-3)
    if np.isclose(first, second, rtol=1e-5).all():
        raise CheckError("two calls with one generator give the same numbers.")


# ---------------------------------------------------------------- append_identity_layers: 7 points


def map_model(rng, shape=(6, 7, 2), channels=5, pool=True, activation="relu"):
    """A model that puts out a feature map without negative numbers."""
    x = inputs = keras.Input(shape)
    x = layers.Conv2D(3, 3, padding="same", activation="relu")(x)
    x = layers.Conv2D(channels, (2, 3), activation=activation)(x)
    return fill(keras.Model(inputs, layers.MaxPooling2D(2, 1)(x) if pool else x), rng)


def images_for(model, rng, size=3, scale=1.0):
    """Random images for a model."""
    return (scale * rng.normal(size=(size, *model.input.shape[1:]))).astype(np.float32)


def computed(network, x):
    """What a student's model computes with its own weights."""
    network = as_network(network, "the new model")
    if network.values is None:
        raise CheckError("the new model came without its weights.")
    return np.asarray(network.model(x, training=False))


def assert_unchanged(found, model, *batches):
    """Checks that the student's model computes what the old one does."""
    assert_output_shape(found, model.output.shape[1:], "the new model")
    for x in batches:
        expected = np.asarray(model(x))
        assert_close(
            computed(found, x), expected, "the new feature map", atol=1e-5 * max(expected.max(), 1e-3)
        )


def deeper(model, count, use_bias):
    """The right architecture; its values do not matter."""
    x = model.output
    for _ in range(count):
        x = layers.Conv2D(x.shape[-1], (3, 3), padding="same", use_bias=use_bias)(x)
        x = layers.ReLU()(x)
    return keras.Model(model.input, x)


def added_biases(found, model, count):
    """Whether the student's new layers have biases; neither number of parameters is wrong.

    Raises:
        CheckError: When the number of parameters fits to neither.
    """
    channels = model.output.shape[-1]
    without = model.count_params() + count * 9 * channels**2
    if as_network(found, "the new model").parameters == without:
        return False
    assert_parameters(found, without + count * channels, "the new model")
    return True


@pytest.mark.cell("append_identity_layers", weight=2)
def test_identity_keeps_the_feature_map(student, rng):
    """The deeper model computes the same feature map, with dark images, bright ones and a single one."""
    model = map_model(rng)
    batches = [images_for(model, rng), images_for(model, rng, 2, 50.0), images_for(model, rng, 1, 0.1)]
    assert_unchanged(student.append_identity_layers(model, 2), model, *batches)


@pytest.mark.cell("append_identity_layers", weight=1)
def test_identity_of_many_layers(student, rng):
    """A single layer, and six in a row, leave the feature map as it is."""
    model = map_model(rng, channels=4, pool=False)
    for count in (1, 6):
        found = student.append_identity_layers(model=model, count=count)
        assert_unchanged(found, model, images_for(model, rng))


@pytest.mark.cell("append_identity_layers", weight=1)
def test_identity_adds_so_many_layers(student, rng):
    """There are `count` further 3x3 convolutions, and no other weights."""
    model = map_model(rng, channels=int(rng.integers(4, 8)))
    for count in (1, 2, 5):
        found = student.append_identity_layers(model, count)
        assert_output_shape(found, model.output.shape[1:], "the new model")
        added_biases(found, model, count)


@pytest.mark.cell("append_identity_layers", weight=1.5)
def test_identity_is_made_of_convolutions_and_relu(student, rng):
    """With other weights, too, the model computes what 3x3 convolutions with ReLU behind the old one do."""
    for count, pool in [(1, False), (3, True)]:
        model = map_model(rng, (9, 7, 3), 5, pool=pool)
        found = student.append_identity_layers(model, count)
        reference = deeper(model, count, added_biases(found, model, count))
        assert_same_network(found, reference, "the new model, with other weights")


@pytest.mark.cell("append_identity_layers", weight=1)
def test_identity_behind_other_models(student, rng):
    """The model may have one channel, a map of two rows or one, or another activation function at its end."""
    shapes = [((5, 4, 1), 1, "relu"), ((2, 3, 2), 4, "relu"), ((4, 8, 2), 3, "sigmoid")]
    for shape, channels, activation in shapes:
        model = map_model(rng, shape, channels, pool=False, activation=activation)
        assert_unchanged(student.append_identity_layers(model, 3), model, images_for(model, rng))
    inputs = keras.Input((7, 9, 1))
    halved = layers.Conv2D(4, 3, strides=2, padding="same")(inputs)
    model = fill(keras.Model(inputs, layers.ReLU()(halved)), rng)
    assert_unchanged(student.append_identity_layers(model, 2), model, images_for(model, rng))


@pytest.mark.cell("append_identity_layers", weight=0.5)
def test_identity_leaves_the_model_alone(student, rng):
    """The new model is right, and the old one is the same after the call as before."""
    model = map_model(rng, (5, 6, 2), 3, pool=False)
    result = student.call("append_identity_layers", model, 2)
    assert_unchanged(result.value, model, images_for(model, rng))
    if result.changed_arguments:
        raise CheckError("The old model was changed.")


# ---------------------------------------------------------------- diagnose: 4 points


def check_diagnoses(student, expected, cases):
    """Compares the diagnoses of several (shallow_train, shallow_test, deep_train, deep_test)."""
    for case in cases:
        found = student.diagnose(*case)
        if not isinstance(found, str):
            raise CheckError(f"the diagnosis should be a text, but is of type {type(found).__name__}.")
        if found != expected:
            shown = ", ".join(f"{value:.4g}" for value in case)
            raise CheckError(f'errors of {shown}: "{found[:30]}" is not the right diagnosis.')


@pytest.mark.cell("diagnose", weight=1.25)
def test_diagnosis_of_degradation(student, rng):
    """A larger training error of the deeper network is degradation, whether its test error rises or falls."""
    train, test = rng.uniform(0.05, 0.1), rng.uniform(0.12, 0.2)
    worse = train + rng.uniform(0.01, 0.05)
    cases = [(train, test, worse, other) for other in (test + 0.03, test - 0.01, test, test + 0.2)]
    check_diagnoses(student, "degradation", cases)


@pytest.mark.cell("diagnose", weight=1.25)
def test_diagnosis_of_overfitting(student, rng):
    """A smaller training error with a larger test error is overfitting, however large the gaps are."""
    train, test = rng.uniform(0.05, 0.1), rng.uniform(0.12, 0.2)
    cases = [(train, test, train - 0.03, test + 0.04), (train, test, 0.0, test + 0.002)]
    cases += [(0.3, 0.1, 0.2, 0.15), (train, test, train - 0.001, test + 0.3)]
    check_diagnoses(student, "overfitting", cases)


@pytest.mark.cell("diagnose", weight=0.75)
def test_diagnosis_of_improvement(student, rng):
    """Smaller errors on both sides are an improvement, even if the gap between the two has grown."""
    train, test = rng.uniform(0.05, 0.1), rng.uniform(0.12, 0.2)
    cases = [(train, test, train - 0.02, test - 0.03), (train, test, 0.0, test - 0.002)]
    check_diagnoses(student, "improvement", [*cases, (0.1, 0.3, 0.09, 0.05)])


@pytest.mark.cell("diagnose", weight=0.5)
def test_diagnosis_of_equal_errors(student, rng):
    """Equal errors are neither worse nor better: without a difference in training it is an improvement."""
    train, test = rng.uniform(0.05, 0.1), rng.uniform(0.12, 0.2)
    cases = [(train, test, train, other) for other in (test, test + 0.05, test - 0.05)]
    check_diagnoses(student, "improvement", [*cases, (train, test, train - 0.02, test)])


@pytest.mark.cell("diagnose", weight=0.25)
def test_diagnosis_of_percentages(student):
    """Errors in percent, and by name, give the same diagnoses; small differences count."""
    check_diagnoses(student, "degradation", [(4, 9, 7, 11), (20.0, 30.0, 20.1, 25.0)])
    check_diagnoses(student, "overfitting", [(4, 9, 1, 12), (20.1, 30.0, 20.0, 30.1)])
    check_diagnoses(student, "improvement", [(40, 50, 30, 20), (20.1, 30.1, 20.0, 30.0)])
    found = student.diagnose(shallow_test=0.3, deep_test=0.2, shallow_train=0.1, deep_train=0.15)
    if found != "degradation":
        raise CheckError("with arguments given by name the diagnosis is another one.")
