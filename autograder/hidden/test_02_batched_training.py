"""Hidden tests of assignment 02, batched training.

How a right answer shuffles is its own affair. So tests of shuffling check what holds for every random order
(each sample once, pairs together, another order for every epoch), or look for an order that explains a
result. The bounds on randomness are such that a right answer fails once in ten million times.
"""

from functools import partial
from itertools import combinations

import numpy as np
import pytest

from autograder.testing import CheckError, assert_close

# In float32, losses and weights around 10 are right to about 1e-5 after some steps.
assert_close = partial(assert_close, atol=1e-4)
# Some add a small number to a probability before they take its logarithm.
assert_losses_close = partial(assert_close, rtol=1e-3, atol=1e-3)


# ---------------------------------------------------------------- steps_per_epoch: 2 points


@pytest.mark.cell("steps_per_epoch", weight=0.5)
def test_steps_count_the_remainder(student, rng):
    """Samples that are left over make one more step, whether they are few or nearly a batch."""
    for batch_size, complete in [(32, 156), (7, 3), (int(rng.integers(50, 90)), 40)]:
        for rest in (batch_size - 1, 1):
            steps = student.steps_per_epoch(complete * batch_size + rest, batch_size)
            assert_close(steps, complete + 1, "the number of steps", rtol=0)


@pytest.mark.cell("steps_per_epoch", weight=0.5)
def test_steps_drop_the_remainder(student, rng):
    """With drop_remainder only complete batches count, and what is left over makes no step."""
    for batch_size, complete in [(64, 78), (9, 2), (int(rng.integers(50, 90)), 30)]:
        for rest in (batch_size - 1, 1):
            steps = student.steps_per_epoch(complete * batch_size + rest, batch_size, drop_remainder=True)
            assert_close(steps, complete, "the number of steps", rtol=0)


@pytest.mark.cell("steps_per_epoch", weight=0.5)
def test_steps_without_remainder(student, rng):
    """When the batch size divides the number of samples, there is no further step, and none is dropped."""
    for batch_size, complete in [(25, 200), (1, 17), (48, int(rng.integers(5, 50)))]:
        for drop_remainder in (False, True):
            steps = student.steps_per_epoch(complete * batch_size, batch_size, drop_remainder)
            assert_close(steps, complete, "the number of steps", rtol=0)


@pytest.mark.cell("steps_per_epoch", weight=0.25)
def test_steps_of_small_data_sets(student, rng):
    """Fewer samples than the batch size make one step, or none when the remainder is dropped."""
    batch_size = int(rng.integers(20, 60))
    for num_samples in (1, batch_size - 1):
        assert_close(student.steps_per_epoch(num_samples, batch_size), 1, "the number of steps")
        steps = student.steps_per_epoch(num_samples, batch_size, drop_remainder=True)
        assert_close(steps, 0, "the number of steps without the remainder")


@pytest.mark.cell("steps_per_epoch", weight=0.25)
def test_steps_are_an_integer(student, rng):
    """The number of steps is right and has an integer type, with and without the remainder."""
    complete, batch_size = int(rng.integers(5, 20)), 16
    for drop_remainder in (False, True):
        steps = student.steps_per_epoch(complete * batch_size + 9, batch_size, drop_remainder=drop_remainder)
        assert_close(steps, complete + (not drop_remainder), "the number of steps")
        if np.asarray(steps).dtype.kind not in "iu":
            raise CheckError(f"the number of steps should be an int, but is of type {type(steps).__name__}.")


# ---------------------------------------------------------------- iterate_minibatches: 6 points


def numbered(rng, m):
    """Samples with two features and labels; all numbers in x are different, and all in y."""
    return rng.permutation(8 * m)[: 2 * m].reshape(m, 2), 1000 + rng.permutation(9 * m)[:m]


def generator(student, rng):
    """A random generator on the student's side, with a seed from the test's own."""
    return student.generator(int(rng.integers(2**32)))


def pairs(reply):
    """The batches of one epoch as pairs of arrays."""
    if not isinstance(reply, (list, tuple)):
        raise CheckError("iterate_minibatches should give its batches one after the other, but gives none.")
    if not all(isinstance(batch, (list, tuple)) and len(batch) == 2 for batch in reply):
        raise CheckError("every batch should be a pair (x_batch, y_batch).")
    return [tuple(np.asarray(part, dtype=float) for part in batch) for batch in reply]


def sizes(batches):
    """The numbers of samples and of labels in each batch."""
    return [(len(x_batch), len(y_batch)) for x_batch, y_batch in batches]


def order_of(batches, x):
    """Which samples of x the batches hold, by number and in the order in which they come."""
    if not batches:
        raise CheckError("there is not a single batch.")
    seen = np.concatenate([x_batch for x_batch, _ in batches])
    if seen.shape[1:] != x.shape[1:]:
        raise CheckError(f"samples of shape {x.shape[1:]} have the shape {seen.shape[1:]} in the batches.")
    same = np.isclose(seen.reshape(len(seen), 1, -1), x.reshape(1, len(x), -1)).all(axis=2)
    if not same.any(axis=1).all():
        raise CheckError("a batch holds a sample that is not in x.")
    return same.argmax(axis=1)


def assert_batches_in_order(batches, x, y, batch_size):
    """Checks that the batches are x and y cut into pieces of batch_size."""
    order = order_of(batches, x)
    if (order != np.arange(len(order))).any() and set(order) == set(range(len(x))):
        raise CheckError("without a generator the samples should come in their order.")
    for step, (x_batch, y_batch) in enumerate(batches):
        piece = slice(step * batch_size, (step + 1) * batch_size)
        assert_close(x_batch, x[piece], f"x_batch of step {step + 1}")
        assert_close(y_batch, y[piece], f"y_batch of step {step + 1}")
    if len(batches) != -(-len(x) // batch_size):
        raise CheckError(f"{len(x)} samples in batches of {batch_size} came as {len(batches)} batches.")


def assert_every_sample_once(batches, x):
    """Checks that the batches hold the samples of x, each exactly once."""
    times = np.bincount(order_of(batches, x), minlength=len(x))
    if (times != 1).any():
        missing, repeated = (times == 0).sum(), (times > 1).sum()
        raise CheckError(f"of {len(x)} samples, {missing} never came, and {repeated} came more than once.")


@pytest.mark.cell("iterate_minibatches", weight=0.75)
def test_batches_keep_the_order(student, rng):
    """Without a generator, the batches are the samples and their labels in order, batch_size at a time."""
    for m, batch_size in [(12, 4), (5, 1), (6, 6)]:
        x, y = numbered(rng, m)
        assert_batches_in_order(pairs(student.iterate_minibatches(x, y, batch_size)), x, y, batch_size)


@pytest.mark.cell("iterate_minibatches", weight=1)
def test_batches_hold_the_remainder(student, rng):
    """The last batch holds what is left over, in order and shuffled, also when it is the only one."""
    for m, batch_size in [(23, 5), (13, 6), (5, 8)]:
        x, y = numbered(rng, m)
        assert_batches_in_order(pairs(student.iterate_minibatches(x, y, batch_size)), x, y, batch_size)
        batches = pairs(student.iterate_minibatches(x, y, batch_size, generator(student, rng)))
        expected = [(min(batch_size, m - start),) * 2 for start in range(0, m, batch_size)]
        if sizes(batches) != expected:
            lengths = [size for size, _ in sizes(batches)]
            raise CheckError(f"{m} samples in batches of {batch_size} came as batches of sizes {lengths}.")


@pytest.mark.cell("iterate_minibatches", weight=0.75)
def test_shuffled_batches_hold_every_sample_once(student, rng):
    """With a generator, every sample comes exactly once in an epoch."""
    for m, batch_size in [(24, 6), (17, 5)]:
        x, y = numbered(rng, m)
        batches = pairs(student.iterate_minibatches(x, y, batch_size, generator(student, rng)))
        assert_every_sample_once(batches, x)


@pytest.mark.cell("iterate_minibatches", weight=1)
def test_shuffled_samples_keep_their_labels(student, rng):
    """With a generator, every sample comes together with its own label."""
    for m, batch_size in [(24, 6), (20, 20)]:
        x, y = numbered(rng, m)
        batches = pairs(student.iterate_minibatches(x, y, batch_size, rng=generator(student, rng)))
        labels = np.concatenate([y_batch for _, y_batch in batches])
        assert labels.shape == (m,)
        wrong = (np.abs(labels - y[order_of(batches, x)]) > 0.1).sum()
        if wrong:
            raise CheckError(f"{wrong} of {m} samples came with the label of another one.")


@pytest.mark.cell("iterate_minibatches", weight=0.75)
def test_shuffled_order_is_random(student, rng):
    """With a generator, the samples come in random order, mixed within and across the batches."""
    m = 60
    x, y = numbered(rng, m)
    batches = pairs(student.iterate_minibatches(x, y, 10, generator(student, rng)))
    assert_every_sample_once(batches, x)
    order = order_of(batches, x)
    # For random orders: 2 neighbors on average, at most 14; a mean way of 20 places, at least 10.
    neighbors, way = (np.abs(np.diff(order)) == 1).sum(), np.abs(order - np.arange(m)).mean()
    if neighbors == m - 1:
        raise CheckError("the samples are not shuffled.")
    if neighbors > 14:
        raise CheckError("many samples come next to the same sample as before; the order is hardly random.")
    if way < 10:
        raise CheckError("the samples stay near their old places; the order is hardly random.")


@pytest.mark.cell("iterate_minibatches", weight=0.5)
def test_shuffled_epochs_differ(student, rng):
    """One generator gives every epoch another order, and two seeds give two orders."""
    x, y = numbered(rng, 40)
    one = generator(student, rng)
    generators = [one] * 6 + [generator(student, rng), generator(student, rng)]
    epochs = [order_of(pairs(student.iterate_minibatches(x, y, 10, each)), x) for each in generators]
    if any(np.array_equal(first, second) for first, second in combinations(epochs[:6], 2)):
        raise CheckError("two epochs with one generator have the same order.")
    if np.array_equal(*epochs[6:]):
        raise CheckError("generators with two seeds give the same order.")
    if any(len({epoch[place] for epoch in epochs}) == 1 for place in (0, -1)):
        raise CheckError("the same sample comes first, or last, in every epoch.")


@pytest.mark.cell("iterate_minibatches", weight=0.5)
def test_shuffled_epoch_is_repeated_by_its_seed(student, rng):
    """A new generator with the same seed gives the same batches: all randomness comes from the generator."""
    (x, y), seed = numbered(rng, 21), int(rng.integers(2**32))
    first, second = (pairs(student.iterate_minibatches(x, y, 4, student.generator(seed))) for _ in range(2))
    assert_every_sample_once(first, x)
    if not np.array_equal(order_of(first, x), order_of(second, x)):
        raise CheckError("the same seed gave another order the second time.")


@pytest.mark.cell("iterate_minibatches", weight=0.25)
def test_batches_of_images(student, rng):
    """Images with one-hot labels are cut and shuffled along the first axis and keep their shapes."""
    x, y = rng.integers(0, 256, (7, 2, 3, 2), dtype=np.uint8), np.eye(4)[[2, 0, 3, 1, 1, 2, 0]]
    assert_batches_in_order(pairs(student.iterate_minibatches(x[:6], y[:6], 3)), x[:6], y[:6], 3)
    batches = pairs(student.iterate_minibatches(x, y, 7, generator(student, rng)))
    assert_every_sample_once(batches, x)
    assert batches[0][1].shape == y.shape


@pytest.mark.cell("iterate_minibatches", weight=0.5)
def test_batches_leave_arguments_alone(student, rng):
    """The batches are right, and x and y are the same after the epoch as before."""
    x, y = numbered(rng, 20)
    result = student.call("iterate_minibatches", x, y, 5)
    assert_batches_in_order(pairs(result.value), x, y, 5)
    assert not result.changed_arguments
    result = student.call("iterate_minibatches", x, y, 5, generator(student, rng))
    assert_every_sample_once(pairs(result.value), x)
    if result.changed_arguments:
        raise CheckError("the caller's arrays are shuffled after the call.")


# ---------------------------------------------------------------- softmax_gradient: 6 points


def problem(rng, m, d, k):
    """Weights, bias, samples and labels; the last class is among the labels, and every class when m >= k."""
    y = np.concatenate([np.arange(k)[::-1], rng.integers(0, k, m)])[:m]
    weights, bias = 0.6 * rng.normal(size=(d, k)), rng.normal(size=k) + 1
    return weights, bias, rng.normal(size=(m, d)) + 0.5, rng.permutation(y)


def softmax(weights, bias, x):
    """The probabilities of every sample and their logarithms, in double precision."""
    logits = np.einsum("md,dk->mk", np.asarray(x, dtype=float), np.asarray(weights, dtype=float)) + bias
    above = logits - logits.max(axis=1)[:, np.newaxis]
    logarithms = above - np.log(np.exp(above).sum(axis=1))[:, np.newaxis]
    return np.exp(logarithms), logarithms


def mean_loss(weights, bias, x, y):
    """Mean cross-entropy of softmax regression."""
    return -softmax(weights, bias, x)[1][range(len(y)), y].mean()


def gradient(weights, bias, x, y):
    """Gradient of mean_loss with respect to weights and bias, sample by sample."""
    probabilities, _ = softmax(weights, bias, x)
    d_weights, d_bias = np.zeros(np.shape(weights)), np.zeros(np.shape(bias))
    for sample, label, d_logits in zip(x, y, probabilities, strict=True):
        d_logits[label] -= 1
        d_weights += np.multiply.outer(sample, d_logits) / len(y)
        d_bias += d_logits / len(y)
    return d_weights, d_bias


def numerical_d_weights(weights, bias, x, y, step=1e-5):
    """Gradient of mean_loss with respect to the weights, by central differences."""
    result = np.zeros(weights.shape)
    for index in np.ndindex(*weights.shape):
        change = np.zeros(weights.shape)
        change[index] = step
        above, below = (mean_loss(weights + sign * change, bias, x, y) for sign in (1, -1))
        result[index] = (above - below) / (2 * step)
    return result


@pytest.mark.cell("softmax_gradient", weight=1.5)
def test_softmax_d_weights_agrees_with_differences(student, rng):
    """d_weights is right: what a small change of a weight does to the mean loss of the batch."""
    for m, d, k in [(7, 4, 3), (6, 2, 5)]:
        arguments = problem(rng, m, d, k)
        d_weights, _ = student.softmax_gradient(*arguments)
        assert_close(d_weights, numerical_d_weights(*arguments), "d_weights", rtol=1e-3)


@pytest.mark.cell("softmax_gradient", weight=1)
def test_softmax_d_bias(student, rng):
    """d_bias is right: the mean over the samples of probabilities minus labels."""
    for m, d, k in [(8, 3, 4), (5, 4, 2)]:
        arguments = problem(rng, m, d, k)
        _, d_bias = student.softmax_gradient(*arguments)
        assert_close(d_bias, gradient(*arguments)[1], "d_bias")


@pytest.mark.cell("softmax_gradient", weight=0.5)
def test_softmax_single_sample(student, rng):
    """For a batch of one sample both gradients are those of its own loss."""
    arguments = problem(rng, 1, 3, 4)
    d_weights, d_bias = student.softmax_gradient(*arguments)
    expected_d_weights, expected_d_bias = gradient(*arguments)
    assert_close(d_weights, expected_d_weights, "d_weights")
    assert_close(d_bias, expected_d_bias, "d_bias")


@pytest.mark.cell("softmax_gradient", weight=0.5)
def test_softmax_gradient_is_a_mean(student, rng):
    """A batch that holds every sample twice has the same gradients as the batch that holds it once."""
    weights, bias, x, y = problem(rng, 4, 3, 3)
    d_weights, d_bias = student.softmax_gradient(weights, bias, np.repeat(x, 2, axis=0), np.repeat(y, 2))
    expected_d_weights, expected_d_bias = gradient(weights, bias, x, y)
    assert_close(d_weights, expected_d_weights, "d_weights of the doubled batch")
    assert_close(d_bias, expected_d_bias, "d_bias of the doubled batch")


def large_logits(rng):
    """A bias around 1000 and small weights: whole numbers, which float32 holds exactly."""
    return rng.permutation([[0, 1, 2], [2, 0, 1]]).astype(float), 1000.0 + rng.permutation(3)


@pytest.mark.cell("softmax_gradient", weight=0.75)
def test_softmax_survives_large_logits(student, rng):
    """Logits of 1000 and of -1000 give the gradients that their differences say."""
    weights, bias = large_logits(rng)
    x, y = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]), rng.permutation(3)
    for sign in (1, -1):
        d_weights, d_bias = student.softmax_gradient(weights, sign * bias, x, y)
        expected_d_weights, expected_d_bias = gradient(weights, sign * bias, x, y)
        assert_close(d_weights, expected_d_weights, "d_weights")
        assert_close(d_bias, expected_d_bias, "d_bias")


@pytest.mark.cell("softmax_gradient", weight=0.25)
def test_softmax_survives_logits_far_apart(student, rng):
    """Logits may differ by 1000 from sample to sample in a batch, and within a sample, too."""
    # The logits of the samples: around 1000, around -1000, and 0, 900, -900 in some order.
    weights, bias = np.stack([[1000.0, 1001.0, 1002.0], 900 * rng.permutation([-1.0, 0.0, 1.0])]), np.zeros(3)
    x, y = np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0]]), rng.permutation(3)
    d_weights, d_bias = student.softmax_gradient(weights, bias, x, y)
    expected_d_weights, expected_d_bias = gradient(weights, bias, x, y)
    assert_close(d_weights, expected_d_weights, "d_weights")
    assert_close(d_bias, expected_d_bias, "d_bias")


@pytest.mark.cell("softmax_gradient", weight=0.5)
def test_softmax_batch_without_some_classes(student, rng):
    """Classes that no sample of the batch has, first or last ones, have their columns in the gradients."""
    for labels in ([1, 0, 1, 2, 0], [4, 3, 2, 3, 4]):
        weights, bias, x, _ = problem(rng, 5, 3, 5)
        arguments = weights, bias, x, rng.permutation(labels)
        d_weights, d_bias = student.softmax_gradient(*arguments)
        expected_d_weights, expected_d_bias = gradient(*arguments)
        assert_close(d_weights, expected_d_weights, "d_weights")
        assert_close(d_bias, expected_d_bias, "d_bias")


@pytest.mark.cell("softmax_gradient", weight=0.5)
def test_softmax_accepts_integers(student, rng):
    """Integer images, labels, weights and bias give the gradients of the same numbers written as floats."""
    _, _, _, y = problem(rng, 6, 4, 3)
    x = rng.integers(0, 256, (6, 4), dtype=np.uint8)
    weights, bias = np.array([[1, 0, 1], [1, 1, 0], [0, 1, 1], [2, 2, 2]]), np.array([1, 2, 3])
    x[:, :3] //= 50  # so that no probability is nearly 1
    d_weights, d_bias = student.softmax_gradient(weights, bias, x, y.astype(np.uint8))
    expected_d_weights, expected_d_bias = gradient(weights, bias, x, y)
    assert_close(d_weights, expected_d_weights, "d_weights")
    assert_close(d_bias, expected_d_bias, "d_bias")


@pytest.mark.cell("softmax_gradient", weight=0.5)
def test_softmax_leaves_arguments_alone(student, rng):
    """The gradients are right, and all arguments are the same after the call as before."""
    arguments = problem(rng, 5, 2, 3)
    result = student.call("softmax_gradient", *arguments)
    d_weights, d_bias = result.value
    expected_d_weights, expected_d_bias = gradient(*arguments)
    assert_close(d_weights, expected_d_weights, "d_weights")
    assert_close(d_bias, expected_d_bias, "d_bias")
    assert not result.changed_arguments


# ---------------------------------------------------------------- combine_gradients: 3 points


def combination(gradients, batch_sizes):
    """The gradient of the full batch, as a mean over a list that holds every gradient once per sample."""
    return np.mean(np.repeat(np.asarray(gradients, dtype=float), batch_sizes, axis=0), axis=0)


@pytest.mark.cell("combine_gradients", weight=1)
def test_combine_weighs_by_batch_size(student, rng):
    """Every gradient counts as often as its batch has samples, whatever its shape."""
    for shape, batch_sizes in [((4,), [5, 2]), ((3, 2), [8, 8, 3]), ((2, 3, 1, 4), [1, 9, 4, 2])]:
        gradients = [rng.normal(size=shape) + 2 * number for number in range(len(batch_sizes))]
        combined = student.combine_gradients(gradients, batch_sizes)
        assert_close(combined, combination(gradients, batch_sizes), "the combined gradient")


@pytest.mark.cell("combine_gradients", weight=0.5)
def test_combine_gives_the_full_gradient(student, rng):
    """The gradients of the batches of a data set combine to the gradient of the whole data set."""
    weights, bias, x, y = problem(rng, 23, 3, 4)
    pieces = [slice(start, start + 5) for start in range(0, 23, 5)]
    gradients = [gradient(weights, bias, x[piece], y[piece])[0] for piece in pieces]
    combined = student.combine_gradients(gradients, [5, 5, 5, 5, 3])
    assert_close(combined, gradient(weights, bias, x, y)[0], "the combined gradient")


@pytest.mark.cell("combine_gradients", weight=0.5)
def test_combine_equal_batches(student, rng):
    """Batches of one size combine to the plain mean of their gradients, however large they are."""
    for batch_size in (1, 256):
        gradients = [rng.normal(size=(2, 3)) + 5 for _ in range(4)]
        combined = student.combine_gradients(gradients, [batch_size] * 4)
        assert_close(combined, np.stack(gradients).mean(axis=0), "the combined gradient")


@pytest.mark.cell("combine_gradients", weight=0.25)
def test_combine_single_batch(student, rng):
    """A single batch is the full batch: its gradient stays as it is."""
    only = rng.normal(size=(3, 4)) + 3
    assert_close(student.combine_gradients([only], [6]), only, "the combined gradient")


@pytest.mark.cell("combine_gradients", weight=0.25)
def test_combine_accepts_integers(student, rng):
    """Gradients that hold integers combine to floating-point numbers, not to rounded ones."""
    gradients, batch_sizes = [rng.integers(-9, 9, 6), rng.integers(10, 19, 6)], [4, 3]
    combined = student.combine_gradients(gradients, batch_sizes)
    assert_close(combined, combination(gradients, batch_sizes), "the combined gradient")


@pytest.mark.cell("combine_gradients", weight=0.5)
def test_combine_leaves_arguments_alone(student, rng):
    """The result is right, and the gradients and sizes are the same after the call as before."""
    gradients, batch_sizes = [rng.normal(size=(2, 3)) + number for number in range(3)], [4, 4, 1]
    result = student.call("combine_gradients", gradients, batch_sizes)
    assert_close(result.value, combination(gradients, batch_sizes), "the combined gradient")
    assert not result.changed_arguments


# ---------------------------------------------------------------- train_epoch: 7 points


def take_step(weights, bias, x, y, learning_rate):
    """Weights and bias after one step on one batch."""
    d_weights, d_bias = gradient(weights, bias, x, y)
    return weights - learning_rate * d_weights, bias - learning_rate * d_bias


def train(weights, bias, x, y, batch_size, learning_rate):
    """Weights, bias and losses of one epoch in order."""
    losses = []
    for start in range(0, len(y), batch_size):
        batch = x[start : start + batch_size], y[start : start + batch_size]
        losses.append(mean_loss(weights, bias, *batch))
        weights, bias = take_step(weights, bias, *batch, learning_rate)
    return weights, bias, losses


def is_explained(result, weights, bias, x, y, batch_size, learning_rate, left=None):
    """Whether some order of the samples leads to the given weights, bias and losses."""
    left = frozenset(range(len(y))) if left is None else left
    final_weights, final_bias, losses = result
    if not left:
        ends = [(final_weights, weights), (final_bias, bias)]
        return all(np.allclose(end, expected, rtol=1e-4, atol=1e-4) for end, expected in ends)
    for chosen in combinations(sorted(left), min(batch_size, len(left))):
        batch = x[list(chosen)], y[list(chosen)]
        loss = mean_loss(weights, bias, *batch)
        if abs(loss - losses[0]) < 1e-3 * (1 + loss):
            after = take_step(weights, bias, *batch, learning_rate)
            rest = (final_weights, final_bias, losses[1:])
            if is_explained(rest, *after, x, y, batch_size, learning_rate, left - set(chosen)):
                return True
    return False


@pytest.mark.cell("train_epoch", weight=1)
def test_train_one_step(student, rng):
    """When one batch holds all samples, the epoch is one step along the negative mean gradient."""
    for batch_size in (6, 10):
        arguments = problem(rng, 6, 4, 3)
        weights, bias, _ = student.train_epoch(*arguments, batch_size, 0.5)
        expected_weights, expected_bias = take_step(*arguments, 0.5)
        assert_close(weights, expected_weights, "weights after one step")
        assert_close(bias, expected_bias, "bias after one step")


@pytest.mark.cell("train_epoch", weight=1.5)
def test_train_steps_in_order(student, rng):
    """Without a generator, weights and bias are those after one step on every batch, in order."""
    for batch_size, learning_rate in [(4, 0.7), (1, 0.2)]:
        arguments = (*problem(rng, 12, 3, 4), batch_size, learning_rate)
        weights, bias, _ = student.train_epoch(*arguments)
        expected_weights, expected_bias, _ = train(*arguments)
        assert_close(weights, expected_weights, "weights after the epoch")
        assert_close(bias, expected_bias, "bias after the epoch")


@pytest.mark.cell("train_epoch", weight=1)
def test_train_losses(student, rng):
    """There is one loss for every step: the mean loss of its batch, before its update."""
    for batch_size, learning_rate in [(5, 0.6), (10, 1.5)]:
        arguments = (*problem(rng, 20, 3, 4), batch_size, learning_rate)
        _, _, losses = student.train_epoch(*arguments)
        assert_losses_close(losses, train(*arguments)[2], "losses")


@pytest.mark.cell("train_epoch", weight=0.75)
def test_train_uses_the_remainder(student, rng):
    """The samples that are left over make the last step, with means over their own number."""
    for m, batch_size in [(11, 4), (7, 6)]:
        arguments = (*problem(rng, m, 3, 3), batch_size, 0.8)
        weights, bias, losses = student.train_epoch(*arguments)
        expected_weights, expected_bias, expected_losses = train(*arguments)
        assert_losses_close(losses, expected_losses, "losses")
        assert_close(weights, expected_weights, "weights after the epoch")
        assert_close(bias, expected_bias, "bias after the epoch")


@pytest.mark.cell("train_epoch", weight=1)
def test_train_on_shuffled_batches(student, rng):
    """With a generator, weights, bias and losses are those of the same samples in some order."""
    for _ in range(2):
        weights, bias, x, y = problem(rng, 7, 3, 7)  # every label once
        reply = student.train_epoch(weights, bias, x, y, 3, 0.9, rng=generator(student, rng))
        result = new_weights, new_bias, losses = [np.asarray(part, dtype=float) for part in reply]
        shapes = [("weights", new_weights, (3, 7)), ("bias", new_bias, (7,)), ("losses", losses, (3,))]
        for name, part, shape in shapes:
            if part.shape != shape:
                raise CheckError(f"{name} should have the shape {shape}, but has the shape {part.shape}.")
        if not is_explained(result, weights, bias, x, y, 3, 0.9):
            raise CheckError("no order of the samples and their labels leads to these weights and losses.")


@pytest.mark.cell("train_epoch", weight=0.75)
def test_train_order_is_random(student, rng):
    """With a generator, every epoch has another random order of samples; the same seed repeats it."""
    weights, bias, x, y = problem(rng, 20, 3, 4)
    in_order, seed = -softmax(weights, bias, x)[1][range(20), y], int(rng.integers(2**32))
    one, same = student.generator(seed), student.generator(seed)
    # With learning rate 0 and batches of one sample, the losses tell the samples.
    epochs = [student.train_epoch(weights, bias, x, y, 1, 0.0, each)[2] for each in (one, one, same)]
    for losses in epochs:
        assert_losses_close(np.sort(losses), np.sort(in_order), "the sorted row of losses")
    first, second, repeated = (np.asarray(losses, dtype=float) for losses in epochs)
    if np.allclose(first, in_order, atol=1e-3):
        raise CheckError("the samples are not shuffled.")
    if np.allclose(first, second, atol=1e-3):
        raise CheckError("two epochs with one generator have the same order.")
    if not np.allclose(first, repeated, atol=1e-3):
        raise CheckError("the same seed gave another order the second time.")
    _, _, losses = student.train_epoch(weights, bias, x, y, 4, 0.0, one)
    assert_losses_close(np.mean(losses, dtype=float), in_order.mean(), "the mean of the losses")
    if np.allclose(np.sort(losses), np.sort(in_order.reshape(5, 4).mean(axis=1)), atol=1e-3):
        raise CheckError("every batch holds the same samples as without a generator.")


@pytest.mark.cell("train_epoch", weight=0.25)
def test_train_survives_large_logits(student, rng):
    """Logits of 1000, and such that differ by 1000, overflow neither in the gradient nor in the loss."""
    weights, bias = large_logits(rng)
    near = weights, bias, np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]), rng.permutation(3)
    # The logits of the samples: around 1000, around -1000, and 900, 0, -900 with the first label.
    weights, bias = np.array([[1000.0, 1001.0, 1002.0], [900.0, 0.0, -900.0]]), np.zeros(3)
    apart = weights, bias, np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0]]), np.array([1, 2, 0])
    for arguments in (near, apart):
        _, new_bias, losses = student.train_epoch(*arguments, 3, 1.0)
        _, expected_bias, expected_losses = train(*arguments, 3, 1.0)
        assert_losses_close(losses, expected_losses, "losses")
        # What the step has changed, since a tolerance relative to 1000 would see nothing.
        change, expected_change = (np.asarray(after) - arguments[1] for after in (new_bias, expected_bias))
        assert_close(change, expected_change, "the change of bias")


@pytest.mark.cell("train_epoch", weight=0.25)
def test_train_accepts_integers(student, rng):
    """Integer images, weights and bias are trained like the same numbers written as floats."""
    _, _, _, y = problem(rng, 6, 3, 3)
    x = rng.integers(0, 4, (6, 3), dtype=np.uint8)
    weights, bias = np.array([[1, 0, 1], [-1, 1, 0], [0, 2, 1]]), np.array([0, 1, 0])
    new_weights, new_bias, losses = student.train_epoch(weights, bias, x, y.astype(np.uint8), 3, 0.25)
    expected_weights, expected_bias, expected_losses = train(weights, bias, x, y, 3, 0.25)
    assert_close(new_weights, expected_weights, "weights after the epoch")
    assert_close(new_bias, expected_bias, "bias after the epoch")
    assert_losses_close(losses, expected_losses, "losses")


@pytest.mark.cell("train_epoch", weight=0.5)
def test_train_leaves_arguments_alone(student, rng):
    """The results are right, and all arguments are the same after the epoch as before, shuffled or not."""
    arguments = (*problem(rng, 6, 3, 3), 6, 0.5)
    expected_weights, expected_bias = take_step(*arguments[:4], 0.5)
    for order in ((), (generator(student, rng),)):
        result = student.call("train_epoch", *arguments, *order)
        weights, bias, _ = result.value
        assert_close(weights, expected_weights, "weights after one step")
        assert_close(bias, expected_bias, "bias after one step")
        assert not result.changed_arguments
