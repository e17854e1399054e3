"""Hidden tests of assignment 03, batch normalization.

What is expected is computed here in double precision and by other ways than the solution's; nothing of it
comes from the student. A test compares only what its sentence is about, so that one slip does not fail all
tests of a cell; every test compares values.
"""

from functools import partial

import numpy as np
import pytest

from autograder.testing import assert_close

# In float32, sums of a hundred numbers around 10, divided by a deviation of 1, are right to about 1e-5.
assert_close = partial(assert_close, atol=1e-4)


def statistics(x):
    """Mean and biased variance of each channel (the last axis) of x, in double precision."""
    columns = np.asarray(x, dtype=np.float64).reshape(-1, np.shape(x)[-1])
    mean = np.einsum("mc->c", columns) / len(columns)
    return mean, np.einsum("mc,mc->c", columns - mean, columns - mean) / len(columns)


def normalize(x, gamma, beta, mean, variance, epsilon):
    """Batch normalization of x with given statistics, in double precision."""
    root = (np.asarray(variance, dtype=np.float64) + epsilon) ** 0.5
    return gamma * ((np.asarray(x, dtype=np.float64) - mean) / root) + beta


def normalize_batch(x, gamma, beta, epsilon=1e-3):
    """Batch normalization of x with its own statistics."""
    return normalize(x, gamma, beta, *statistics(x), epsilon)


def gradients(dy, x, gamma, epsilon=1e-3):
    """Gradients of sum(dy * normalize_batch(x, ...)): dx, dgamma, dbeta; the chain rule in single steps."""
    shape, channels = np.shape(x), np.shape(x)[-1]
    dy = np.asarray(dy, dtype=np.float64).reshape(-1, channels)
    columns = np.asarray(x, dtype=np.float64).reshape(-1, channels)
    mean, variance = statistics(columns)
    centered, root = columns - mean, (variance + epsilon) ** 0.5
    d_normalized = dy * gamma
    d_variance = (d_normalized * centered).sum(axis=0) * -0.5 * root**-3
    d_centered = d_normalized / root + d_variance * 2 * centered / len(columns)
    dx = d_centered - d_centered.sum(axis=0) / len(columns)
    return dx.reshape(shape), (dy * centered / root).sum(axis=0), dy.sum(axis=0)


def numerical_dx(dy, x, gamma, epsilon):
    """Gradient of sum(dy * normalize_batch(x, ...)) with respect to x, by central differences."""
    step, dx = 1e-5, np.zeros(x.shape)
    for index in np.ndindex(*x.shape):
        shift = np.zeros(x.shape)
        shift[index] = step
        above, below = (normalize_batch(x + sign * shift, gamma, 0.0, epsilon) for sign in (1, -1))
        dx[index] = (dy * (above - below)).sum() / (2 * step)
    return dx


def convolve(images, kernels, bias):
    """Cross-correlation of NHWC images, stride 1, without padding, plus bias."""
    rows, columns = kernels.shape[:2]
    windows = np.lib.stride_tricks.sliding_window_view(images, (rows, columns), axis=(1, 2))
    return np.einsum("nhwcij,ijco->nhwo", windows, kernels) + bias


def table(rng, rows, features):
    """A batch of feature vectors; every feature has its own place and spread."""
    return rng.normal(size=(rows, features)) * rng.uniform(1, 4, features) + rng.uniform(-5, 5, features)


def feature_maps(rng, *shape):
    """A batch of feature maps; examples, rows, columns and channels all differ in their means."""
    images = rng.normal(size=shape) * rng.uniform(1, 3, shape[-1])
    for axis, size in enumerate(shape):
        images += np.moveaxis(rng.uniform(-2, 2, [1] * 3 + [size]), -1, axis)
    return images


def scale_and_shift(rng, channels):
    """Values for gamma, of both signs and never 1, and for beta, never 0."""
    gamma = rng.uniform(1.2, 2.5, channels) * np.where(np.arange(channels) % 2, -1, 1)
    return gamma, rng.uniform(0.5, 3, channels)


def moving_statistics(rng, channels):
    """Values for a moving mean and a moving variance, far from 0 and 1."""
    return rng.uniform(2, 5, channels), rng.uniform(2, 9, channels)


# ---------------------------------------------------------------- batchnorm_train: 4 points


@pytest.mark.cell("batchnorm_train", weight=0.5)
def test_train_normalizes_tables(student, rng):
    """For feature vectors, every feature is normalized over the batch, then scaled and shifted."""
    x, (gamma, beta) = table(rng, 7, 4), scale_and_shift(rng, 4)
    y, _, _ = student.batchnorm_train(x, gamma, beta)
    assert_close(y, normalize_batch(x, gamma, beta), "y")


@pytest.mark.cell("batchnorm_train", weight=1)
def test_train_normalizes_images(student, rng):
    """For images, every channel is normalized over all examples, rows and columns together."""
    for shape in [(4, 3, 5, 2), (2, 6, 3, 5)]:
        x, (gamma, beta) = feature_maps(rng, *shape), scale_and_shift(rng, shape[-1])
        y, _, _ = student.batchnorm_train(x, gamma, beta)
        assert_close(y, normalize_batch(x, gamma, beta), "y")


@pytest.mark.cell("batchnorm_train", weight=0.5)
def test_train_returns_statistics(student, rng):
    """The returned mean and variance are those of the batch, one number for each feature or channel."""
    for x in (table(rng, 5, 3), feature_maps(rng, 2, 3, 4, 5), rng.normal(scale=0.2, size=(6, 2))):
        mean, variance = statistics(x)
        _, student_mean, student_variance = student.batchnorm_train(x, *scale_and_shift(rng, x.shape[-1]))
        assert_close(student_mean, mean, "mean")
        assert_close(student_variance, variance, "variance")


@pytest.mark.cell("batchnorm_train", weight=0.5)
def test_train_uses_epsilon(student, rng):
    """Epsilon is added to the variance under the root, and is 0.001 unless another value is given."""
    x, (gamma, beta) = 0.02 * rng.normal(size=(9, 3)), scale_and_shift(rng, 3)
    y, _, _ = student.batchnorm_train(x, gamma, beta)
    assert_close(y, normalize_batch(x, gamma, beta), "y with the default epsilon")
    y, _, _ = student.batchnorm_train(x, gamma, beta, epsilon=0.02)
    assert_close(y, normalize_batch(x, gamma, beta, 0.02), "y with another epsilon")


@pytest.mark.cell("batchnorm_train", weight=0.5)
def test_train_accepts_integers(student, rng):
    """Integer images, gamma and beta give the same results as the same numbers written as floats."""
    x = rng.integers(0, 256, (3, 4, 2, 3), dtype=np.uint8)
    gamma, beta = np.array([2, -1, 3]), np.array([1, 2, -4])
    y, mean, variance = student.batchnorm_train(x, gamma, beta)
    assert_close(y, normalize_batch(x, gamma, beta), "y")
    assert_close(mean, statistics(x)[0], "mean")
    assert_close(variance, statistics(x)[1], "variance")


@pytest.mark.cell("batchnorm_train", weight=0.5)
def test_train_handles_unusual_batches(student, rng):
    """Values around 100, a feature that never changes, and a batch of one example all come out right."""
    x, (gamma, beta) = 100 + rng.normal(size=(40, 3)), scale_and_shift(rng, 3)
    x[:, 1] = 3
    y, _, variance = student.batchnorm_train(x, gamma, beta)
    # A one-pass variance in float32 is right to about two digits here.
    assert_close(y, normalize_batch(x, gamma, beta), "y for values around 100", atol=0.06)
    assert_close(variance, statistics(x)[1], "variance for values around 100", rtol=0.05)
    x = table(rng, 1, 3)
    y, mean, variance = student.batchnorm_train(x, gamma, beta)
    # Computed as x * scale - mean * scale, y is a small difference of numbers near 1000.
    assert_close(y, beta[np.newaxis], "y for a single example", atol=1e-3)
    assert_close(mean, x[0], "mean of a single example")
    assert_close(variance, np.zeros(3), "variance of a single example")


@pytest.mark.cell("batchnorm_train", weight=0.5)
def test_train_leaves_arguments_alone(student, rng):
    """The results are right, and x, gamma and beta are the same after the call as before."""
    for x in (table(rng, 6, 3), feature_maps(rng, 2, 4, 3, 3)):
        gamma, beta = scale_and_shift(rng, 3)
        result = student.call("batchnorm_train", x, gamma, beta)
        y, _, _ = result.value
        assert_close(y, normalize_batch(x, gamma, beta), "y")
        assert not result.changed_arguments


# ---------------------------------------------------------------- update_moving_average: 2 points


@pytest.mark.cell("update_moving_average", weight=0.5)
def test_update_takes_one_step(student, rng):
    """The old average keeps the share given by momentum; the batch gets the rest."""
    for momentum in (0.9, rng.uniform(0.6, 0.8)):
        moving, batch_value = rng.uniform(1, 5, 4), rng.uniform(-9, -2, 4)
        new = student.update_moving_average(moving, batch_value, momentum=momentum)
        assert_close(new, batch_value + momentum * (moving - batch_value), "the new average")


@pytest.mark.cell("update_moving_average", weight=0.5)
def test_update_starts_from_zeros_and_repeats(student, rng):
    """Several steps from zeros, with the default momentum 0.99, give the moving average of all batches."""
    batch_values = rng.uniform(2, 8, (6, 3))
    moving = np.zeros(3)
    for step in range(1, 7):
        moving = student.update_moving_average(moving, batch_values[step - 1])
        weights = 0.01 * 0.99 ** np.arange(step - 1, -1, -1)
        assert_close(moving, weights @ batch_values[:step], f"the average after step {step}")


@pytest.mark.cell("update_moving_average", weight=0.5)
def test_update_covers_extreme_momentum(student, rng):
    """Momentum 0 gives the batch value, momentum 1 the old average, and what lies between is a mixture."""
    moving, batch_value = rng.uniform(1, 5, 3), rng.uniform(6, 9, 3)
    mixture = 0.25 * moving + 0.75 * batch_value
    for momentum, expected in [(0.0, batch_value), (1.0, moving), (0.25, mixture)]:
        new = student.update_moving_average(moving, batch_value, momentum=momentum)
        assert_close(new, expected, f"the new average with momentum {momentum}")


@pytest.mark.cell("update_moving_average", weight=0.25)
def test_update_accepts_integers(student, rng):
    """Old averages or batch values that hold integers give a floating-point average, not a rounded one."""
    for moving, batch_value in [
        (rng.integers(0, 5, 4), rng.uniform(6, 9, 4)),
        (np.zeros(4, dtype=np.int64), rng.integers(6, 9, 4)),
        (rng.uniform(0, 5, 4), rng.integers(6, 9, 4)),
    ]:
        new = student.update_moving_average(moving, batch_value, 0.7)
        assert_close(new, 0.7 * moving + 0.3 * batch_value, "the new average")


@pytest.mark.cell("update_moving_average", weight=0.25)
def test_update_leaves_arguments_alone(student, rng):
    """The new average is right, and both arguments are the same after the call as before."""
    moving, batch_value = rng.uniform(1, 5, 3), rng.uniform(6, 9, 3)
    result = student.call("update_moving_average", moving, batch_value, 0.8)
    assert_close(result.value, 0.8 * moving + 0.2 * batch_value, "the new average")
    assert not result.changed_arguments


# ---------------------------------------------------------------- batchnorm_inference: 3 points


@pytest.mark.cell("batchnorm_inference", weight=0.5)
def test_inference_normalizes_tables(student, rng):
    """For feature vectors, each is normalized with its moving statistics, then scaled and shifted."""
    x, parameters = table(rng, 6, 4), (*scale_and_shift(rng, 4), *moving_statistics(rng, 4))
    y = student.batchnorm_inference(x, *parameters)
    assert_close(y, normalize(x, *parameters, 1e-3), "the result")


@pytest.mark.cell("batchnorm_inference", weight=0.75)
def test_inference_normalizes_images(student, rng):
    """For images, every channel is normalized with its moving statistics, then scaled and shifted."""
    for shape in [(3, 4, 6, 2), (2, 5, 3, 7)]:
        x, parameters = (
            feature_maps(rng, *shape),
            (*scale_and_shift(rng, shape[-1]), *moving_statistics(rng, shape[-1])),
        )
        y = student.batchnorm_inference(x, *parameters)
        assert_close(y, normalize(x, *parameters, 1e-3), "the result")


@pytest.mark.cell("batchnorm_inference", weight=0.5)
def test_inference_uses_epsilon(student, rng):
    """Epsilon is added to the moving variance under the root, and is 0.001 unless another value is given."""
    x, (gamma, beta) = rng.normal(size=(5, 3)), scale_and_shift(rng, 3)
    moving_mean, moving_variance = rng.normal(size=3), rng.uniform(1e-4, 1e-3, 3)
    y = student.batchnorm_inference(x, gamma, beta, moving_mean, moving_variance)
    assert_close(
        y,
        normalize(x, gamma, beta, moving_mean, moving_variance, 1e-3),
        "the result with the default epsilon",
    )
    y = student.batchnorm_inference(x, gamma, beta, moving_mean, moving_variance, epsilon=0.05)
    assert_close(
        y, normalize(x, gamma, beta, moving_mean, moving_variance, 0.05), "the result with another epsilon"
    )


@pytest.mark.cell("batchnorm_inference", weight=0.5)
def test_inference_does_not_depend_on_the_batch(student, rng):
    """One example gets the same result alone and together with others."""
    x, parameters = table(rng, 5, 3), (*scale_and_shift(rng, 3), *moving_statistics(rng, 3))
    expected = normalize(x, *parameters, 1e-3)
    for batch in (slice(2, 3), slice(1, 5)):
        assert_close(student.batchnorm_inference(x[batch], *parameters), expected[batch], "the result")


@pytest.mark.cell("batchnorm_inference", weight=0.5)
def test_inference_accepts_integers(student, rng):
    """Integer images and parameters give the same results as the same numbers written as floats."""
    x = rng.integers(0, 256, (2, 3, 4, 3), dtype=np.uint8)
    parameters = (
        np.array([3, -1, 2]),
        np.array([1, 2, -4]),
        rng.integers(90, 160, 3),
        rng.integers(900, 4000, 3),
    )
    y = student.batchnorm_inference(x, *parameters)
    assert_close(y, normalize(x, *parameters, 1e-3), "the result")


@pytest.mark.cell("batchnorm_inference", weight=0.25)
def test_inference_leaves_arguments_alone(student, rng):
    """The result is right, and all arguments are the same after the call as before."""
    x, parameters = feature_maps(rng, 2, 3, 5, 4), (*scale_and_shift(rng, 4), *moving_statistics(rng, 4))
    result = student.call("batchnorm_inference", x, *parameters)
    assert_close(result.value, normalize(x, *parameters, 1e-3), "the result")
    assert not result.changed_arguments


# ---------------------------------------------------------------- BatchNorm: 5 points


@pytest.mark.cell("BatchNorm", weight=0.5)
def test_layer_starts_neutral(student, rng):
    """A new layer has gamma 1, beta 0, moving mean 0 and moving variance 1, and works with them."""
    for channels in (3, 5):
        layer = student.BatchNorm(channels, epsilon=0.5)
        for name, start in [("gamma", 1), ("beta", 0), ("moving_mean", 0), ("moving_variance", 1)]:
            assert_close(getattr(layer, name), np.full(channels, start), name)
        x = table(rng, 4, channels)
        assert_close(layer(x, training=False), x / 1.5**0.5, "the output of a new layer at inference")


@pytest.mark.cell("BatchNorm", weight=0.75)
def test_layer_normalizes_in_training(student, rng):
    """In training, feature vectors and images are normalized with the statistics of their batch."""
    for x in (table(rng, 6, 4), feature_maps(rng, 3, 2, 5, 4)):
        layer = student.BatchNorm(4, momentum=0.9, epsilon=0.01)
        for batch in (x, 2 * x + 1):
            assert_close(layer(batch, True), normalize_batch(batch, 1, 0, 0.01), "the output in training")


@pytest.mark.cell("BatchNorm", weight=0.5)
def test_layer_updates_moving_statistics(student, rng):
    """One call in training takes one step of both moving averages, with the biased variance of the batch."""
    for x in (table(rng, 5, 3), feature_maps(rng, 2, 4, 3, 5)):
        layer = student.BatchNorm(x.shape[-1], momentum=0.7)
        layer(x, training=True)
        mean, variance = statistics(x)
        assert_close(layer.moving_mean, 0.3 * mean, "moving_mean after one step")
        assert_close(layer.moving_variance, 0.7 + 0.3 * variance, "moving_variance after one step")


@pytest.mark.cell("BatchNorm", weight=0.75)
def test_layer_averages_over_steps(student, rng):
    """Over several steps the moving statistics follow the batches, and inference then uses them."""
    layer = student.BatchNorm(3, momentum=0.6)
    moving_mean, moving_variance = np.zeros(3), np.ones(3)
    for rows in (5, 8, 6):
        x = table(rng, rows, 3)
        layer(x, training=True)
        mean, variance = statistics(x)
        moving_mean += 0.4 * (mean - moving_mean)
        moving_variance += 0.4 * (variance - moving_variance)
    assert_close(layer.moving_mean, moving_mean, "moving_mean after three steps")
    assert_close(layer.moving_variance, moving_variance, "moving_variance after three steps")
    y = layer(x, training=False)
    assert_close(y, normalize(x, 1, 0, moving_mean, moving_variance, 1e-3), "the output at inference")


@pytest.mark.cell("BatchNorm", weight=0.75)
def test_layer_uses_assigned_moving_statistics(student, rng):
    """At inference the output comes from the moving statistics that the layer has now, whatever the batch."""
    for x in (feature_maps(rng, 2, 3, 4, 5), table(rng, 1, 5)):
        layer, (moving_mean, moving_variance) = student.BatchNorm(5), moving_statistics(rng, 5)
        layer.moving_mean, layer.moving_variance = moving_mean, moving_variance
        y = layer(x, training=False)
        assert_close(y, normalize(x, 1, 0, moving_mean, moving_variance, 1e-3), "the output at inference")


@pytest.mark.cell("BatchNorm", weight=0.5)
def test_layer_learns_nothing_at_inference(student, rng):
    """Calls at inference leave the moving statistics as the last training step left them."""
    layer = student.BatchNorm(3, momentum=0.8)
    x = table(rng, 6, 3)
    layer(x, training=True)
    for _ in range(2):
        layer(table(rng, 4, 3), training=False)
    mean, variance = statistics(x)
    assert_close(layer.moving_mean, 0.2 * mean, "moving_mean")
    assert_close(layer.moving_variance, 0.8 + 0.2 * variance, "moving_variance")


@pytest.mark.cell("BatchNorm", weight=0.5)
def test_layer_uses_assigned_gamma_and_beta(student, rng):
    """Assigned values of gamma and beta scale and shift the output, in training and at inference."""
    x, (gamma, beta) = feature_maps(rng, 3, 2, 4, 3), scale_and_shift(rng, 3)
    for training in (True, False):
        layer = student.BatchNorm(3)
        layer.gamma, layer.beta = gamma, beta
        mean, variance = statistics(x) if training else (0, 1)
        y = layer(x, training=training)
        mode = "in training" if training else "at inference"
        assert_close(y, normalize(x, gamma, beta, mean, variance, 1e-3), f"the output {mode}")


@pytest.mark.cell("BatchNorm", weight=0.25)
def test_layer_uses_momentum_and_epsilon(student, rng):
    """Momentum is 0.99 and epsilon 0.001 unless other values are given, and the extremes 0 and 1 work too."""
    x = 0.02 * rng.normal(size=(6, 3)) + rng.uniform(0.5, 1.5, 3)
    mean, variance = statistics(x)
    for keywords in ({}, {"momentum": 0.0, "epsilon": 0.01}, {"momentum": 1.0}):
        layer = student.BatchNorm(3, **keywords)
        momentum, epsilon = keywords.get("momentum", 0.99), keywords.get("epsilon", 1e-3)
        assert_close(
            layer(x, training=True), normalize_batch(x, 1, 0, epsilon), "the output in training", atol=1e-3
        )
        moving_mean, moving_variance = (1 - momentum) * mean, momentum + (1 - momentum) * variance
        assert_close(layer.moving_mean, moving_mean, "moving_mean")
        assert_close(layer.moving_variance, moving_variance, "moving_variance")
        y, expected = layer(x, training=False), normalize(x, 1, 0, moving_mean, moving_variance, epsilon)
        assert_close(y, expected, "the output at inference", atol=1e-3)


@pytest.mark.cell("BatchNorm", weight=0.25)
def test_layer_accepts_integers(student, rng):
    """Integer images are welcome, and so are integer arrays that are assigned to the attributes."""
    layer = student.BatchNorm(3, momentum=0.9)
    layer.gamma, layer.beta = gamma, beta = np.array([[2, -1, 3], [1, 2, -4]])
    layer.moving_mean, layer.moving_variance = old_mean, old_variance = np.array([[9, 5, 7], [100, 200, 300]])
    x = rng.integers(0, 256, (2, 4, 3, 3), dtype=np.uint8)
    mean, variance = statistics(x)
    y = layer(x, training=True)
    assert_close(y, normalize_batch(x, gamma, beta), "the output in training")
    assert_close(layer.moving_mean, 0.9 * old_mean + 0.1 * mean, "moving_mean")
    assert_close(layer.moving_variance, 0.9 * old_variance + 0.1 * variance, "moving_variance")


@pytest.mark.cell("BatchNorm", weight=0.25)
def test_layer_shares_nothing(student, rng):
    """Training one layer changes neither its gamma and beta nor anything in another layer."""
    trained, other = student.BatchNorm(3, momentum=0.5), student.BatchNorm(3, momentum=0.5)
    x = table(rng, 5, 3)
    trained(x, training=True)
    mean, variance = statistics(x)
    assert_close(trained.moving_mean, 0.5 * mean, "moving_mean of the trained layer")
    assert_close(trained.moving_variance, 0.5 + 0.5 * variance, "moving_variance of the trained layer")
    assert_close(trained.gamma, np.ones(3), "gamma of the trained layer")
    assert_close(trained.beta, np.zeros(3), "beta of the trained layer")
    assert_close(other.moving_mean, np.zeros(3), "moving_mean of the other layer")
    assert_close(other.moving_variance, np.ones(3), "moving_variance of the other layer")


# ---------------------------------------------------------------- batchnorm_backward: 6 points


@pytest.mark.cell("batchnorm_backward", weight=0.75)
def test_backward_sums_parameters_over_the_batch(student, rng):
    """For feature vectors, dgamma and dbeta are right: one sum over the batch for each feature."""
    x, dy, gamma = table(rng, 6, 4), rng.normal(size=(6, 4)) + 1, scale_and_shift(rng, 4)[0]
    _, expected_dgamma, expected_dbeta = gradients(dy, x, gamma)
    _, dgamma, dbeta = student.batchnorm_backward(dy, x, gamma)
    assert_close(dgamma, expected_dgamma, "dgamma")
    assert_close(dbeta, expected_dbeta, "dbeta")


@pytest.mark.cell("batchnorm_backward", weight=0.75)
def test_backward_sums_parameters_over_positions(student, rng):
    """For images, dgamma and dbeta are right: one sum over examples, rows and columns for each channel."""
    for shape in [(3, 2, 4, 5), (2, 5, 3, 3)]:
        x, dy = feature_maps(rng, *shape), rng.normal(size=shape) + 0.5
        gamma = scale_and_shift(rng, shape[-1])[0]
        _, expected_dgamma, expected_dbeta = gradients(dy, x, gamma)
        _, dgamma, dbeta = student.batchnorm_backward(dy, x, gamma)
        assert_close(dgamma, expected_dgamma, "dgamma")
        assert_close(dbeta, expected_dbeta, "dbeta")


@pytest.mark.cell("batchnorm_backward", weight=1.25)
def test_backward_dx_agrees_with_differences(student, rng):
    """For feature vectors, dx is right: what a small change of x does, through mean and variance too."""
    x, dy, gamma = table(rng, 5, 3), rng.normal(size=(5, 3)) + 1, scale_and_shift(rng, 3)[0]
    dx, _, _ = student.batchnorm_backward(dy, x, gamma, epsilon=0.1)
    assert_close(dx, numerical_dx(dy, x, gamma, 0.1), "dx", rtol=1e-3)


@pytest.mark.cell("batchnorm_backward", weight=1.25)
def test_backward_dx_for_images(student, rng):
    """For images, dx is right: every value depends on all examples, rows and columns of its channel."""
    for shape in [(3, 4, 2, 5), (2, 3, 4, 2)]:
        x, dy = feature_maps(rng, *shape), rng.normal(size=shape) + 1
        gamma = scale_and_shift(rng, shape[-1])[0]
        dx, _, _ = student.batchnorm_backward(dy, x, gamma)
        assert_close(dx, gradients(dy, x, gamma)[0], "dx")


@pytest.mark.cell("batchnorm_backward", weight=0.75)
def test_backward_uses_epsilon(student, rng):
    """Epsilon is in every root as in the forward pass, and is 0.001 unless another value is given."""
    x, dy, gamma = 0.03 * rng.normal(size=(6, 3)), rng.normal(size=(6, 3)), scale_and_shift(rng, 3)[0]
    for keywords in ({}, {"epsilon": 0.02}):
        expected = gradients(dy, x, gamma, **keywords)
        result = student.batchnorm_backward(dy, x, gamma, **keywords)
        dx, dgamma, _ = result
        assert_close(dx, expected[0], "dx", atol=1e-3)
        assert_close(dgamma, expected[1], "dgamma")


@pytest.mark.cell("batchnorm_backward", weight=0.25)
def test_backward_handles_small_batches(student, rng):
    """A batch of two examples comes out right, and for a single example dx and dgamma are zero."""
    x, dy, gamma = table(rng, 2, 3), rng.normal(size=(2, 3)) + 2, scale_and_shift(rng, 3)[0]
    for rows in (2, 1):
        expected = gradients(dy[:rows], x[:rows], gamma, 0.5)
        result = student.batchnorm_backward(dy[:rows], x[:rows], gamma, epsilon=0.5)
        dx, dgamma, dbeta = result
        for name, value, right in zip(("dx", "dgamma", "dbeta"), (dx, dgamma, dbeta), expected, strict=True):
            assert_close(value, right, f"{name} for a batch of {rows}")


@pytest.mark.cell("batchnorm_backward", weight=0.5)
def test_backward_accepts_integers(student, rng):
    """Integer images, dy and gamma give the same gradients as the same numbers written as floats."""
    x = rng.integers(0, 256, (2, 3, 4, 3), dtype=np.uint8)
    dy, gamma = rng.integers(-4, 9, x.shape), np.array([20, -10, 30])
    dx, dgamma, dbeta = student.batchnorm_backward(dy, x, gamma)
    expected_dx, expected_dgamma, expected_dbeta = gradients(dy, x, gamma)
    assert_close(dx, expected_dx, "dx")
    assert_close(dgamma, expected_dgamma, "dgamma")
    assert_close(dbeta, expected_dbeta, "dbeta")


@pytest.mark.cell("batchnorm_backward", weight=0.5)
def test_backward_leaves_arguments_alone(student, rng):
    """The gradients are right, and dy, x and gamma are the same after the call as before."""
    for shape in [(6, 3), (2, 3, 4, 3)]:
        x, dy, gamma = rng.normal(size=shape), rng.normal(size=shape) + 1, scale_and_shift(rng, 3)[0]
        result = student.call("batchnorm_backward", dy, x, gamma)
        dx, dgamma, _ = result.value
        expected_dx, expected_dgamma, _ = gradients(dy, x, gamma)
        assert_close(dx, expected_dx, "dx")
        assert_close(dgamma, expected_dgamma, "dgamma")
        assert not result.changed_arguments


# ---------------------------------------------------------------- fold_batchnorm: 4 points


def convolution(rng, *shape):
    """Kernels of the given shape, a bias, and the parameters of the batch normalization that follows."""
    channels = shape[-1]
    bias = rng.uniform(-3, -1, channels)
    return rng.normal(size=shape), bias, *scale_and_shift(rng, channels), *moving_statistics(rng, channels)


@pytest.mark.cell("fold_batchnorm", weight=0.75)
def test_fold_scales_kernels(student, rng):
    """Every output channel of the kernels is scaled as batch normalization scales it."""
    for shape in [(3, 2, 4, 5), (1, 1, 3, 2), (3, 3, 4, 4)]:
        arguments = kernels, _, gamma, _, _, moving_variance = convolution(rng, *shape)
        new_kernels, _ = student.fold_batchnorm(*arguments)
        assert_close(new_kernels, kernels * (gamma / (moving_variance + 1e-3) ** 0.5), "kernels")


@pytest.mark.cell("fold_batchnorm", weight=0.75)
def test_fold_normalizes_bias(student, rng):
    """The new bias is batch normalization of the old one."""
    for shape in [(2, 3, 3, 4), (5, 1, 2, 3)]:
        arguments = _, bias, *parameters = convolution(rng, *shape)
        _, new_bias = student.fold_batchnorm(*arguments)
        assert_close(new_bias, normalize(bias, *parameters, 1e-3), "bias")


@pytest.mark.cell("fold_batchnorm", weight=1)
def test_fold_gives_an_equal_convolution(student, rng):
    """For random images the folded convolution gives what convolution and normalization give together."""
    kernels, bias, *parameters = convolution(rng, 3, 2, 3, 4)
    images = feature_maps(rng, 2, 6, 5, 3)
    new_kernels, new_bias = (np.asarray(part) for part in student.fold_batchnorm(kernels, bias, *parameters))
    assert new_kernels.shape == kernels.shape
    assert new_bias.shape == bias.shape
    expected = normalize(convolve(images, kernels, bias), *parameters, 1e-3)
    assert_close(convolve(images, new_kernels, new_bias), expected, "the output of the folded convolution")


@pytest.mark.cell("fold_batchnorm", weight=0.75)
def test_fold_uses_epsilon(student, rng):
    """Epsilon is added to the moving variance under the root, and is 0.001 unless another value is given."""
    kernels, bias, gamma, beta, moving_mean, _ = convolution(rng, 2, 3, 2, 3)
    moving_variance = rng.uniform(1e-4, 1e-3, 3)
    for keywords in ({}, {"epsilon": 0.03}):
        epsilon = keywords.get("epsilon", 1e-3)
        result = student.fold_batchnorm(kernels, bias, gamma, beta, moving_mean, moving_variance, **keywords)
        new_kernels, new_bias = result
        assert_close(new_kernels, kernels * gamma / (moving_variance + epsilon) ** 0.5, "kernels")
        assert_close(new_bias, normalize(bias, gamma, beta, moving_mean, moving_variance, epsilon), "bias")


@pytest.mark.cell("fold_batchnorm", weight=0.25)
def test_fold_accepts_integers(student, rng):
    """Integer arrays give the same results as the same numbers written as floats."""
    kernels, bias = rng.integers(-9, 9, (3, 2, 2, 3)), rng.integers(-9, -1, 3)
    gamma, beta = np.array([3, -2, 5]), np.array([1, 2, -4])
    moving_mean, moving_variance = rng.integers(2, 9, 3), rng.integers(2, 9, 3)
    new_kernels, new_bias = student.fold_batchnorm(kernels, bias, gamma, beta, moving_mean, moving_variance)
    assert_close(new_kernels, kernels * gamma / (moving_variance + 1e-3) ** 0.5, "kernels")
    assert_close(new_bias, normalize(bias, gamma, beta, moving_mean, moving_variance, 1e-3), "bias")


@pytest.mark.cell("fold_batchnorm", weight=0.5)
def test_fold_leaves_arguments_alone(student, rng):
    """The results are right, and all arguments are the same after the call as before."""
    arguments = kernels, bias, gamma, beta, moving_mean, moving_variance = convolution(rng, 3, 1, 2, 3)
    result = student.call("fold_batchnorm", *arguments)
    new_kernels, new_bias = result.value
    assert_close(new_kernels, kernels * gamma / (moving_variance + 1e-3) ** 0.5, "kernels")
    assert_close(new_bias, normalize(bias, gamma, beta, moving_mean, moving_variance, 1e-3), "bias")
    assert not result.changed_arguments
