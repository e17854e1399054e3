"""Correct answers to assignment 02 by other ways than the solution's: each has to earn every point."""

import math
from functools import cache

import numpy as np


@cache
def tensorflow():
    import tensorflow  # takes seconds, so only where it is needed

    return tensorflow


# ---------------------------------------------------------------- loops over plain numbers; lists as results


def loops_steps(num_samples, batch_size, drop_remainder=False):
    steps, left = 0, num_samples
    while left >= batch_size:
        steps, left = steps + 1, left - batch_size
    return steps + 1 if left and not drop_remainder else steps


def loops_minibatches(x, y, batch_size, rng=None):
    """Shuffles card by card (Fisher and Yates), and fills lists until they are long enough."""
    order = list(range(len(x)))
    if rng is not None:
        for last in range(len(order) - 1, 0, -1):
            other = int(rng.integers(last + 1))
            order[last], order[other] = order[other], order[last]
    x_batch, y_batch = [], []
    for i in order:
        x_batch.append(x[i].tolist())
        y_batch.append(y[i].tolist())
        if len(x_batch) == batch_size:
            yield x_batch, y_batch
            x_batch, y_batch = [], []
    if x_batch:
        yield x_batch, y_batch


def loops_probabilities(weights, bias, sample):
    logits = []
    for c in range(len(bias)):
        logits.append(sum(float(v) * float(w) for v, w in zip(sample, weights[:, c], strict=True)) + bias[c])
    top = max(logits)
    total = sum(math.exp(z - top) for z in logits)
    return [math.exp(z - top) / total for z in logits]


def loops_gradient(weights, bias, x, y):
    d, k = weights.shape
    d_weights, d_bias = [[0.0] * k for _ in range(d)], [0.0] * k
    for sample, label in zip(x, y, strict=True):
        for c, p in enumerate(loops_probabilities(weights, bias, sample)):
            slope = (p - 1 if c == label else p) / len(x)
            d_bias[c] += slope
            for j in range(d):
                d_weights[j][c] += float(sample[j]) * slope
    return [d_weights, d_bias]


def loops_combine(gradients, batch_sizes):
    total = np.zeros(gradients[0].shape)
    for index in np.ndindex(*total.shape):
        for gradient, size in zip(gradients, batch_sizes, strict=True):
            total[index] += float(gradient[index]) * size
    return (total / sum(batch_sizes)).tolist()


def loops_train(weights, bias, x, y, batch_size, learning_rate, rng=None):
    weights, bias, losses = weights.astype(float), bias.astype(float), []
    for x_batch, y_batch in loops_minibatches(x, y, batch_size, rng):
        loss = 0.0
        for sample, label in zip(x_batch, y_batch, strict=True):
            loss -= math.log(loops_probabilities(weights, bias, sample)[label]) / len(x_batch)
        losses.append(loss)
        d_weights, d_bias = loops_gradient(weights, bias, x_batch, y_batch)
        for c in range(len(bias)):
            bias[c] -= learning_rate * d_bias[c]
            for j in range(len(weights)):
                weights[j, c] -= learning_rate * d_weights[j][c]
    return weights.tolist(), bias.tolist(), losses


# ---------------------------------------------------------------- einsum; orders from sorted random numbers


def einsum_steps(num_samples, batch_size, drop_remainder=False):
    return int((np.floor if drop_remainder else np.ceil)(num_samples / batch_size))


def einsum_minibatches(x, y, batch_size, rng=None):
    """Returns all batches at once, as lists in a list."""
    order = np.arange(len(x)) if rng is None else np.argsort(rng.random(len(x)))
    x, y = np.take(x, order, axis=0), np.take(y, order, axis=0)
    cuts = range(batch_size, len(x), batch_size)
    return [list(pair) for pair in zip(np.split(x, cuts), np.split(y, cuts), strict=True)]


def einsum_log_probabilities(weights, bias, x):
    logits = np.einsum("md,dk->mk", x, weights) + bias
    return logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)


def einsum_gradient(weights, bias, x, y):
    p = np.exp(einsum_log_probabilities(weights, bias, x))
    p[range(len(y)), y] -= 1
    return np.einsum("md,mk->dk", x, p) / len(y), np.einsum("mk->k", p) / len(y)


def einsum_combine(gradients, batch_sizes):
    shares = np.array(batch_sizes) / np.sum(batch_sizes)
    return np.einsum("b,b...->...", shares, np.stack(gradients))


def einsum_train(weights, bias, x, y, batch_size, learning_rate, rng=None):
    losses = np.zeros(einsum_steps(len(x), batch_size))
    for step, (x_batch, y_batch) in enumerate(einsum_minibatches(x, y, batch_size, rng)):
        logarithms = einsum_log_probabilities(weights, bias, x_batch)
        losses[step] = -np.take_along_axis(logarithms, y_batch[:, np.newaxis].astype(int), axis=1).mean()
        d_weights, d_bias = einsum_gradient(weights, bias, x_batch, y_batch)
        weights, bias = weights - learning_rate * d_weights, bias - learning_rate * d_bias
    return weights, bias, losses


# ---------------------------------------------------------------- NumPy in float32 throughout


def float32_steps(num_samples, batch_size, drop_remainder=False):
    complete, rest = np.divmod(num_samples, batch_size)
    return complete if drop_remainder else complete + np.minimum(rest, 1)


def float32_minibatches(x, y, batch_size, rng=None):
    """Draws sample by sample from those that are left, gives float32, and uses one array again and again."""
    left = np.arange(len(x)) if rng is None else rng.choice(len(x), size=len(x), replace=False)
    x_batch = np.empty((batch_size, *x.shape[1:]), dtype=np.float32)
    y_batch = np.empty((batch_size, *y.shape[1:]), dtype=np.int16)
    while len(left):
        now, left = left[:batch_size], left[batch_size:]
        x_batch[: len(now)], y_batch[: len(now)] = x[now], y[now]
        yield x_batch[: len(now)], y_batch[: len(now)]


def float32_probabilities(weights, bias, x):
    logits = np.float32(x) @ np.float32(weights) + np.float32(bias)
    logits -= logits.max(axis=-1)[:, None]
    np.exp(logits, out=logits)
    return logits / logits.sum(axis=-1)[:, None]


def float32_gradient(weights, bias, x, y):
    error = float32_probabilities(weights, bias, x) - (np.asarray(y)[:, None] == np.arange(len(bias)))
    return np.float32(x).T @ error / np.float32(len(x)), error.mean(axis=0, dtype=np.float32)


def float32_combine(gradients, batch_sizes):
    """A running mean: every batch pulls the mean so far towards itself by its share."""
    mean, seen = np.float32(gradients[0]), batch_sizes[0]
    for gradient, size in zip(gradients[1:], batch_sizes[1:], strict=True):
        seen += size
        mean = mean + np.float32(size / seen) * (np.float32(gradient) - mean)
    return mean


def float32_train(weights, bias, x, y, batch_size, learning_rate, rng=None):
    """Updates copies in place, on shuffled copies of the samples."""
    weights, bias = np.array(weights, dtype=np.float32), np.array(bias, dtype=np.float32)
    if rng is not None:
        order = rng.permutation(len(y))
        x, y = x[order], y[order]
    losses = []
    for start in range(0, len(y), batch_size):
        x_batch, y_batch = x[start : start + batch_size], y[start : start + batch_size]
        p = float32_probabilities(weights, bias, x_batch)
        losses.append(np.mean(-np.log(p[np.arange(len(y_batch)), y_batch] + np.float32(1e-8))))
        d_weights, d_bias = float32_gradient(weights, bias, x_batch, y_batch)
        weights -= np.float32(learning_rate) * d_weights
        bias -= np.float32(learning_rate) * d_bias
    return [weights, bias, tuple(losses)]


# ---------------------------------------------------------------- TensorFlow


def tensorflow_steps(num_samples, batch_size, drop_remainder=False):
    dataset = tensorflow().data.Dataset.range(num_samples)
    return dataset.batch(batch_size, drop_remainder=drop_remainder).cardinality().numpy()


def tensorflow_minibatches(x, y, batch_size, rng=None):
    """Lets TensorFlow cut the batches; the order comes from the generator all the same."""
    tf = tensorflow()
    order = np.arange(len(x)) if rng is None else rng.permuted(np.arange(len(x)))
    yield from tf.data.Dataset.from_tensor_slices((x[order], y[order])).batch(batch_size)


def tensorflow_loss(weights, bias, x, y):
    tf = tensorflow()
    logits = tf.matmul(tf.cast(x, tf.float32), weights) + bias
    return tf.reduce_mean(
        tf.nn.sparse_softmax_cross_entropy_with_logits(labels=tf.cast(y, tf.int32), logits=logits)
    )


def tensorflow_gradient(weights, bias, x, y):
    tf = tensorflow()
    parameters = tf.cast(weights, tf.float32), tf.cast(bias, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(parameters)
        loss = tensorflow_loss(*parameters, x, y)
    return tape.gradient(loss, parameters)


def tensorflow_combine(gradients, batch_sizes):
    tf = tensorflow()
    sizes = tf.cast(batch_sizes, tf.float32)
    return tf.tensordot(sizes / tf.reduce_sum(sizes), tf.cast(tf.stack(gradients), tf.float32), 1)


def tensorflow_train(weights, bias, x, y, batch_size, learning_rate, rng=None):
    tf = tensorflow()
    variables = [tf.Variable(tf.cast(start, tf.float32)) for start in (weights, bias)]
    optimizer, losses = tf.keras.optimizers.SGD(learning_rate), []
    for x_batch, y_batch in tensorflow_minibatches(x, y, batch_size, rng):
        with tf.GradientTape() as tape:
            loss = tensorflow_loss(*variables, x_batch, y_batch)
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        losses.append(loss)
    return *variables, losses


NAMES = ["steps_per_epoch", "iterate_minibatches", "softmax_gradient", "combine_gradients", "train_epoch"]


def _named(*answers):
    return dict(zip(NAMES, answers, strict=True))


ALTERNATIVES = {
    "loops": _named(loops_steps, loops_minibatches, loops_gradient, loops_combine, loops_train),
    "einsum": _named(einsum_steps, einsum_minibatches, einsum_gradient, einsum_combine, einsum_train),
    "float32": _named(float32_steps, float32_minibatches, float32_gradient, float32_combine, float32_train),
    "tensorflow": _named(
        tensorflow_steps, tensorflow_minibatches, tensorflow_gradient, tensorflow_combine, tensorflow_train
    ),
}
