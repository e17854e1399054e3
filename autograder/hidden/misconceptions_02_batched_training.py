"""Known wrong answers to assignment 02, batched training, each with a hint for the student who gave it.

Each is a complete answer that differs from a right one by exactly one misunderstanding. Those that shuffle do
it in the most common way: a student who shuffles in another way gets the points that are due, but no hint.
"""
# ruff: noqa: D101, D102, D103, D107 - the hint says what a misconception is

import copy
import math

import numpy as np

from autograder.testing import misconception

# ---------------------------------------------------------------- steps_per_epoch


@misconception(
    "steps_per_epoch",
    hint="You always round down, so that the samples that are left over never count. They make one more "
    "step, unless drop_remainder is true.",
)
def remainder_never_counted(num_samples, batch_size, drop_remainder=False):
    return num_samples // batch_size


@misconception(
    "steps_per_epoch",
    hint="Your code takes no notice of drop_remainder. When it is true, only complete batches count: round "
    "down instead of up.",
)
def drop_remainder_ignored(num_samples, batch_size, drop_remainder=False):
    return math.ceil(num_samples / batch_size)


@misconception(
    "steps_per_epoch",
    hint="drop_remainder works the wrong way round in your code: when it is true, the incomplete batch is "
    "left out.",
)
def drop_remainder_reversed(num_samples, batch_size, drop_remainder=False):
    return math.ceil(num_samples / batch_size) if drop_remainder else num_samples // batch_size


@misconception(
    "steps_per_epoch",
    hint="Without the argument drop_remainder, your code drops the remainder. Its default is False: the "
    "samples that are left over count.",
)
def dropped_by_default(num_samples, batch_size, drop_remainder=True):
    return num_samples // batch_size if drop_remainder else math.ceil(num_samples / batch_size)


@misconception(
    "steps_per_epoch",
    hint="You always add one step for the remainder, even if there is none: 8 samples in batches of 4 are "
    "two steps, not three.",
)
def always_one_more(num_samples, batch_size, drop_remainder=False):
    return num_samples // batch_size + (0 if drop_remainder else 1)


@misconception(
    "steps_per_epoch",
    hint="With drop_remainder you always drop the last batch, even if it is complete. 8 samples in batches "
    "of 4 have no remainder, and so two steps.",
)
def complete_batch_dropped(num_samples, batch_size, drop_remainder=False):
    return math.ceil(num_samples / batch_size) - bool(drop_remainder)


@misconception(
    "steps_per_epoch",
    hint="You round to the nearest number, so that a remainder counts only when it is at least half a batch. "
    "A single sample makes a batch, too: round up.",
)
def rounded_to_nearest(num_samples, batch_size, drop_remainder=False):
    return num_samples // batch_size if drop_remainder else round(num_samples / batch_size)


@misconception(
    "steps_per_epoch",
    hint="Your result is the plain quotient. A number of steps is a whole number: round up, or down when "
    "the remainder is dropped.",
)
def quotient_not_rounded(num_samples, batch_size, drop_remainder=False):
    return num_samples // batch_size if drop_remainder else num_samples / batch_size


@misconception(
    "steps_per_epoch",
    hint="You count at least one step. When the only batch is incomplete and incomplete batches are "
    "dropped, no step is left: 0.",
)
def at_least_one(num_samples, batch_size, drop_remainder=False):
    return max(1, num_samples // batch_size) if drop_remainder else math.ceil(num_samples / batch_size)


@misconception(
    "steps_per_epoch",
    hint="The number of steps is right, but it is a float (np.ceil and / give floats). range refuses it: "
    "make it an int, or divide with //.",
)
def steps_are_a_float(num_samples, batch_size, drop_remainder=False):
    steps = num_samples / batch_size
    return float(math.floor(steps) if drop_remainder else math.ceil(steps))


# ---------------------------------------------------------------- iterate_minibatches


def _shuffled(m, rng):
    return np.arange(m) if rng is None else rng.permutation(m)


def _cut(x, y, batch_size, order):
    for start in range(0, len(x), batch_size):
        chosen = order[start : start + batch_size]
        yield x[chosen], y[chosen]


@misconception(
    "iterate_minibatches",
    hint="The samples that do not fill a batch never come. The last batch of an epoch holds what is left "
    "over, also when it is the only one.",
)
def remainder_dropped(x, y, batch_size, rng=None):
    for x_batch, y_batch in _cut(x, y, batch_size, _shuffled(len(x), rng)):
        if len(x_batch) == batch_size:
            yield x_batch, y_batch


@misconception(
    "iterate_minibatches",
    hint="You cut the samples into batches of nearly equal sizes. Every batch has exactly batch_size "
    "samples, and the last one what is left over.",
)
def sizes_evened_out(x, y, batch_size, rng=None):
    for chosen in np.array_split(_shuffled(len(x), rng), math.ceil(len(x) / batch_size)):
        yield x[chosen], y[chosen]


@misconception(
    "iterate_minibatches",
    hint="You put the samples that are left over into the batch before. They make a batch of their own, "
    "however few they are.",
)
def remainder_joined_to_last_batch(x, y, batch_size, rng=None):
    order, steps = _shuffled(len(x), rng), max(1, len(x) // batch_size)
    for step in range(steps):
        stop = len(x) if step == steps - 1 else (step + 1) * batch_size
        chosen = order[step * batch_size : stop]
        yield x[chosen], y[chosen]


@misconception(
    "iterate_minibatches",
    hint="You fill the last batch with samples that have already come. Every sample comes exactly once in "
    "an epoch; the last batch is just shorter.",
)
def last_batch_filled_up(x, y, batch_size, rng=None):
    order = _shuffled(len(x), rng)
    for start in range(0, len(x), batch_size):
        chosen = np.take(order, range(start, start + batch_size), mode="wrap")
        yield x[chosen], y[chosen]


@misconception(
    "iterate_minibatches",
    hint="When the batch size divides the number of samples, you give an empty batch at the end. Its mean "
    "loss would be 0/0: stop when no sample is left.",
)
def empty_batch_at_the_end(x, y, batch_size, rng=None):
    order = _shuffled(len(x), rng)
    for step in range(len(x) // batch_size + 1):
        chosen = order[step * batch_size : (step + 1) * batch_size]
        yield x[chosen], y[chosen]


@misconception(
    "iterate_minibatches",
    hint="You shuffle x and y apart, so that samples get the labels of others. Draw one order and use it "
    "for both.",
)
def shuffled_apart(x, y, batch_size, rng=None):
    if rng is not None:
        x, y = x[rng.permutation(len(x))], y[rng.permutation(len(y))]
    yield from _cut(x, y, batch_size, np.arange(len(x)))


@misconception(
    "iterate_minibatches",
    hint="You shuffle x, but y stays in order, so that samples get the labels of others. Draw one order and "
    "use it for both.",
)
def labels_not_shuffled(x, y, batch_size, rng=None):
    x = x[_shuffled(len(x), rng)]
    yield from _cut(x, y, batch_size, np.arange(len(x)))


@misconception(
    "iterate_minibatches",
    hint="Your batches come in order even if there is a generator. With rng, draw a random order of the "
    "samples from it.",
)
def never_shuffled(x, y, batch_size, rng=None):
    yield from _cut(x, y, batch_size, np.arange(len(x)))


@misconception(
    "iterate_minibatches",
    hint="Your order is the same in every epoch. Draw it from rng itself, which moves on with every use; a "
    "copy of it starts again each time.",
)
def same_order_every_epoch(x, y, batch_size, rng=None):
    yield from _cut(x, y, batch_size, _shuffled(len(x), copy.deepcopy(rng)))


@misconception(
    "iterate_minibatches",
    hint="You draw the order from a generator of your own with a fixed seed, whatever rng is. Every epoch "
    "has the same order then: draw from rng.",
)
def own_generator(x, y, batch_size, rng=None):
    yield from _cut(x, y, batch_size, _shuffled(len(x), rng and np.random.default_rng(0)))


@misconception(
    "iterate_minibatches",
    hint="You shuffle the caller's arrays themselves. Shuffle the positions 0, 1, 2, ... instead, and pick "
    "samples by position.",
)
def callers_arrays_shuffled(x, y, batch_size, rng=None):
    order = _shuffled(len(x), rng)
    x[:], y[:] = x[order], y[order]
    yield from _cut(x, y, batch_size, np.arange(len(x)))


@misconception(
    "iterate_minibatches",
    hint="You shuffle the batches, but every batch holds the same neighbors in every epoch. Shuffle the "
    "samples, then cut them into batches.",
)
def batches_shuffled_only(x, y, batch_size, rng=None):
    for step in _shuffled(math.ceil(len(x) / batch_size), rng):
        piece = slice(step * batch_size, (step + 1) * batch_size)
        yield x[piece], y[piece]


@misconception(
    "iterate_minibatches",
    hint="You shuffle within each batch only, so that every batch holds the same samples in every epoch. "
    "Shuffle all samples, then cut them into batches.",
)
def shuffled_within_batches(x, y, batch_size, rng=None):
    for x_batch, y_batch in _cut(x, y, batch_size, np.arange(len(x))):
        order = _shuffled(len(x_batch), rng)
        yield x_batch[order], y_batch[order]


@misconception(
    "iterate_minibatches",
    hint="You draw the samples of the epoch with replacement: some come twice and others never. Use a "
    "permutation, which holds each position once.",
)
def drawn_with_replacement(x, y, batch_size, rng=None):
    order = np.arange(len(x)) if rng is None else rng.integers(0, len(x), len(x))
    yield from _cut(x, y, batch_size, order)


@misconception(
    "iterate_minibatches",
    hint="You draw every batch anew from all samples, so that some come in several batches of an epoch and "
    "others in none. Draw one order per epoch, and cut it into batches.",
)
def each_batch_drawn_anew(x, y, batch_size, rng=None):
    for start in range(0, len(x), batch_size):
        size = min(batch_size, len(x) - start)
        chosen = np.arange(start, start + size) if rng is None else rng.choice(len(x), size, replace=False)
        yield x[chosen], y[chosen]


@misconception(
    "iterate_minibatches",
    hint="You return the first batch and leave the function with it. Write yield in the place of return: "
    "the loop then goes on to the next batch.",
)
def first_batch_returned(x, y, batch_size, rng=None):
    return next(_cut(x, y, batch_size, _shuffled(len(x), rng)))


@misconception(
    "iterate_minibatches",
    hint="Your pairs are (labels, samples). The order is (x_batch, y_batch).",
)
def pair_exchanged(x, y, batch_size, rng=None):
    yield from _cut(y, x, batch_size, _shuffled(len(x), rng))


# ---------------------------------------------------------------- softmax_gradient


def _exponentials(logits):
    return np.exp(logits - logits.max(axis=1, keepdims=True))


def _softmax(weights, bias, x):
    exponentials = _exponentials(x @ weights + bias)
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def _one_hot(y, bias):
    return np.eye(len(bias))[y]


def _gradient(x, d_logits):
    return x.T @ d_logits, d_logits.sum(axis=0)


@misconception(
    "softmax_gradient",
    hint="Your gradients are sums over the samples. The loss is a mean: divide by the number of samples in "
    "the batch.",
)
def gradient_summed(weights, bias, x, y):
    return _gradient(x, _softmax(weights, bias, x) - _one_hot(y, bias))


@misconception(
    "softmax_gradient",
    hint="You divide by the number of samples times the number of classes. The loss is a mean over samples "
    "only: divide by m.",
)
def divided_by_all_entries(weights, bias, x, y):
    d_logits = _softmax(weights, bias, x) - _one_hot(y, bias)
    return _gradient(x, d_logits / d_logits.size)


@misconception(
    "softmax_gradient",
    hint="d_weights is a mean over the batch, but d_bias is a sum. Divide both by the number of samples.",
)
def only_d_weights_averaged(weights, bias, x, y):
    d_weights, d_bias = _gradient(x, _softmax(weights, bias, x) - _one_hot(y, bias))
    return d_weights / len(x), d_bias


@misconception(
    "softmax_gradient",
    hint="Your softmax overflows: exp of a logit above 709 is infinite. Subtract the largest logit of each "
    "sample first; the probabilities stay the same.",
)
@np.errstate(over="ignore", invalid="ignore", divide="ignore")
def softmax_overflows(weights, bias, x, y):
    exponentials = np.exp(x @ weights + bias)
    probabilities = exponentials / exponentials.sum(axis=1, keepdims=True)
    return _gradient(x, (probabilities - _one_hot(y, bias)) / len(x))


@misconception(
    "softmax_gradient",
    hint="You subtract the largest logit of the whole batch. For a sample whose logits are far below it, "
    "every exp becomes 0, and 0/0 is no probability: subtract the largest logit of each sample.",
)
@np.errstate(invalid="ignore")
def maximum_of_the_batch(weights, bias, x, y):
    logits = x @ weights + bias
    exponentials = np.exp(logits - logits.max())
    probabilities = exponentials / exponentials.sum(axis=1, keepdims=True)
    return _gradient(x, (probabilities - _one_hot(y, bias)) / len(x))


@misconception(
    "softmax_gradient",
    hint="You clip large logits, which makes them equal and changes the probabilities. Subtract the largest "
    "logit of each sample instead; this changes nothing.",
)
def logits_clipped(weights, bias, x, y):
    exponentials = np.exp(np.clip(x @ weights + bias, -500, 500))
    probabilities = exponentials / exponentials.sum(axis=1, keepdims=True)
    return _gradient(x, (probabilities - _one_hot(y, bias)) / len(x))


@misconception(
    "softmax_gradient",
    hint="Your gradients have the wrong sign. The derivative of the loss is probabilities minus one-hot "
    "labels; the minus sign of the descent comes with the step.",
)
def sign_reversed(weights, bias, x, y):
    return _gradient(x, (_one_hot(y, bias) - _softmax(weights, bias, x)) / len(x))


@misconception(
    "softmax_gradient",
    hint="You normalize over the samples of the batch. The probabilities of the classes add up to 1 for "
    "each sample: sum over axis 1.",
)
def softmax_over_samples(weights, bias, x, y):
    logits = x @ weights + bias
    exponentials = np.exp(logits - logits.max(axis=0))
    return _gradient(x, (exponentials / exponentials.sum(axis=0) - _one_hot(y, bias)) / len(x))


@misconception(
    "softmax_gradient",
    hint="The labels have no effect on your gradients. Subtract 1 from the probability of each sample's own "
    "class.",
)
def labels_forgotten(weights, bias, x, y):
    return _gradient(x, _softmax(weights, bias, x) / len(x))


@misconception(
    "softmax_gradient",
    hint="The bias is missing in your logits. They are x @ weights + bias.",
)
def bias_forgotten(weights, bias, x, y):
    return _gradient(x, (_softmax(weights, 0 * bias, x) - _one_hot(y, bias)) / len(x))


@misconception(
    "softmax_gradient",
    hint="You use the logits as if they were probabilities; that is the gradient of a squared error. The "
    "softmax is missing.",
)
def softmax_forgotten(weights, bias, x, y):
    return _gradient(x, (x @ weights + bias - _one_hot(y, bias)) / len(x))


@misconception(
    "softmax_gradient",
    hint="You use a sigmoid for every class by itself. The classes exclude each other: softmax makes their "
    "probabilities add up to 1.",
)
@np.errstate(over="ignore")
def sigmoid_for_softmax(weights, bias, x, y):
    return _gradient(x, (1 / (1 + np.exp(-(x @ weights + bias))) - _one_hot(y, bias)) / len(x))


@misconception(
    "softmax_gradient",
    hint="You multiply by p (1 - p) once more. Probabilities minus labels is already the gradient with "
    "respect to the logits: the derivative of the softmax is in it.",
)
def softmax_derived_twice(weights, bias, x, y):
    p = _softmax(weights, bias, x)
    return _gradient(x, (p - _one_hot(y, bias)) * p * (1 - p) / len(x))


@misconception(
    "softmax_gradient",
    hint="Your d_weights has the shape (k, d). It must have the shape of weights, (d, k): x.T comes first in "
    "the product.",
)
def d_weights_transposed(weights, bias, x, y):
    d_weights, d_bias = _gradient(x, (_softmax(weights, bias, x) - _one_hot(y, bias)) / len(x))
    return d_weights.T, d_bias


@misconception(
    "softmax_gradient",
    hint="Your d_bias has an extra axis of length 1. It must have the shape of bias, (k,): leave out "
    "keepdims.",
)
def d_bias_keeps_axis(weights, bias, x, y):
    d_weights, d_bias = _gradient(x, (_softmax(weights, bias, x) - _one_hot(y, bias)) / len(x))
    return d_weights, d_bias[np.newaxis]


@misconception(
    "softmax_gradient",
    hint="You take the number of classes from the labels of the batch. A batch need not have a sample of the "
    "last class: the length of bias is the number of classes.",
)
def classes_counted_in_the_batch(weights, bias, x, y):
    one_hot = np.eye(int(y.max()) + 1)[y]
    return _gradient(x, (_softmax(weights, bias, x) - one_hot) / len(x))


@misconception(
    "softmax_gradient",
    hint="Your labels count from 1. They are integers from 0 to k - 1 and can be used as positions as they "
    "are.",
)
def labels_counted_from_one(weights, bias, x, y):
    return _gradient(x, (_softmax(weights, bias, x) - _one_hot(y.astype(int) - 1, bias)) / len(x))


@misconception(
    "softmax_gradient",
    hint="Your gradients have the number type of weights and bias, so that integer weights give truncated "
    "gradients. Do not put them into arrays made with zeros_like, or give these dtype=float.",
)
def gradient_has_type_of_weights(weights, bias, x, y):
    d_weights, d_bias = _gradient(x, (_softmax(weights, bias, x) - _one_hot(y, bias)) / len(x))
    return d_weights.astype(weights.dtype), d_bias.astype(bias.dtype)


@misconception(
    "softmax_gradient",
    hint="You change the caller's weights and bias. This function computes gradients; the step is taken "
    "elsewhere.",
)
def step_taken(weights, bias, x, y):
    d_weights, d_bias = _gradient(x, (_softmax(weights, bias, x) - _one_hot(y, bias)) / len(x))
    if weights.dtype.kind == "f":
        weights -= d_weights
        bias -= d_bias
    return d_weights, d_bias


# ---------------------------------------------------------------- combine_gradients


def _weighted_sum(gradients, factors):
    return sum(factor * gradient for factor, gradient in zip(factors, gradients, strict=True))


@misconception(
    "combine_gradients",
    hint="You take the plain mean of the gradients. That gives the samples of a small batch more weight "
    "than those of a large one: weigh each gradient by the size of its batch.",
)
def unweighted_mean(gradients, batch_sizes):
    return np.mean(gradients, axis=0)


@misconception(
    "combine_gradients",
    hint="You add the gradients up. The result is to be the gradient of a mean loss: weigh each by its share "
    "of the samples.",
)
def gradients_summed(gradients, batch_sizes):
    return np.sum(gradients, axis=0)


@misconception(
    "combine_gradients",
    hint="Your result is the gradient of the sum over all samples. Divide by the number of all samples.",
)
def total_not_divided(gradients, batch_sizes):
    return _weighted_sum(gradients, batch_sizes)


@misconception(
    "combine_gradients",
    hint="You multiply by the batch sizes, but divide by the number of batches. Divide by the number of all "
    "samples.",
)
def divided_by_number_of_batches(gradients, batch_sizes):
    return _weighted_sum(gradients, batch_sizes) / len(gradients)


@misconception(
    "combine_gradients",
    hint="You divide by the batch sizes, so that small batches count more. A mean gradient times its batch "
    "size is a sum over samples: multiply.",
)
def inverse_weights(gradients, batch_sizes):
    return np.average(gradients, axis=0, weights=1 / np.array(batch_sizes))


@misconception(
    "combine_gradients",
    hint="You take the given gradients for sums: you add them up and divide by the number of all samples. "
    "They are means already; multiply each by its batch size first.",
)
def means_taken_for_sums(gradients, batch_sizes):
    return np.sum(gradients, axis=0) / sum(batch_sizes)


@misconception(
    "combine_gradients",
    hint="You divide the weighted sum by the number of batches times the first batch size, which is right "
    "only if all batches have that size. Divide by the sum of the sizes.",
)
def all_batches_taken_for_complete(gradients, batch_sizes):
    return _weighted_sum(gradients, batch_sizes) / (len(gradients) * batch_sizes[0])


@misconception(
    "combine_gradients",
    hint="Your result is one number. The gradients are combined entry by entry, so that the result has "
    "their shape: axis=0.",
)
def averaged_over_entries(gradients, batch_sizes):
    return np.average(gradients, axis=0, weights=batch_sizes).mean()


@misconception(
    "combine_gradients",
    hint="You collect the sum in the caller's first gradient. Start from a new array: no += or *= on an "
    "array that came as an argument.",
)
def first_gradient_changed(gradients, batch_sizes):
    combined = np.average(gradients, axis=0, weights=batch_sizes)
    if gradients[0].dtype.kind == "f":
        gradients[0][...] = combined
    return combined


@misconception(
    "combine_gradients",
    hint="Your result has the number type of the gradients, so that integers give a truncated mean. Do not "
    "put it into an array made with zeros_like, or give this dtype=float.",
)
def mean_has_type_of_gradients(gradients, batch_sizes):
    return np.average(gradients, axis=0, weights=batch_sizes).astype(gradients[0].dtype)


# ---------------------------------------------------------------- train_epoch


class _Epoch:
    """A right epoch, cut into steps; each misconception replaces one of them."""

    def __init__(self, weights, bias, x, y, batch_size, learning_rate, rng=None):
        self.weights, self.bias = weights, bias
        self.x, self.y = x, y
        self.batch_size, self.learning_rate, self.rng = batch_size, learning_rate, rng

    def run(self):
        losses = [self.step(*batch) for batch in self.batches()]
        return self.weights, self.bias, losses

    def order(self):
        return _shuffled(len(self.x), self.rng)

    def batches(self):
        return _cut(self.x, self.y, self.batch_size, self.order())

    def step(self, x, y):
        loss, gradients = self.loss(x, y), self.gradients(x, y)
        self.update(*gradients)
        return loss

    def softmax(self, x):
        return _softmax(self.weights, self.bias, x)

    def loss(self, x, y):
        return -np.log(self.softmax(x)[range(len(y)), y]).mean()

    def gradients(self, x, y):
        return _gradient(x, (self.softmax(x) - _one_hot(y, self.bias)) / len(x))

    def update(self, d_weights, d_bias):
        self.weights = self.weights - self.learning_rate * d_weights
        self.bias = self.bias - self.learning_rate * d_bias


def _train_epoch(hint):
    """Marks an epoch as a misconception: a function of its name that runs it."""

    def mark(epoch):
        def answer(weights, bias, x, y, batch_size, learning_rate, rng=None):
            return epoch(weights, bias, x, y, batch_size, learning_rate, rng).run()

        answer.__name__ = epoch.__name__
        return misconception("train_epoch", hint=hint)(answer)

    return mark


@_train_epoch(
    "You compute the loss after the update. The loss of a step is that of its batch before the weights "
    "change.",
)
class LossAfterUpdate(_Epoch):
    def step(self, x, y):
        self.update(*self.gradients(x, y))
        return self.loss(x, y)


@_train_epoch(
    "The samples that do not fill a batch are never used. They make the last step of the epoch.",
)
class RemainderNotTrained(_Epoch):
    def batches(self):
        return (batch for batch in super().batches() if len(batch[0]) == self.batch_size)


@_train_epoch(
    "Your steps follow the sum of the gradients of a batch. The loss is a mean: divide by the number of "
    "samples, or the step length depends on the batch size.",
)
class GradientsSummed(_Epoch):
    def gradients(self, x, y):
        return _gradient(x, self.softmax(x) - _one_hot(y, self.bias))


@_train_epoch(
    "Your losses are sums over the samples of a batch. Return the mean loss of each batch.",
)
class LossesSummed(_Epoch):
    def loss(self, x, y):
        return super().loss(x, y) * len(y)


@_train_epoch(
    "You always divide by batch_size. The last batch may hold fewer samples: its means are over their "
    "number.",
)
class RemainderDividedByBatchSize(_Epoch):
    def loss(self, x, y):
        return super().loss(x, y) * len(y) / min(self.batch_size, len(self.x))

    def gradients(self, x, y):
        share = len(y) / min(self.batch_size, len(self.x))
        return [share * part for part in super().gradients(x, y)]


@_train_epoch(
    "Every step uses the gradient of all samples. A step of an epoch uses the samples of its own batch only.",
)
class FullGradientInEveryStep(_Epoch):
    def gradients(self, x, y):
        return super().gradients(self.x, self.y)


@_train_epoch(
    "Your losses are those of the whole data set. The loss of a step is the mean over its own batch.",
)
class LossOfAllSamples(_Epoch):
    def loss(self, x, y):
        return super().loss(self.x, self.y)


@_train_epoch(
    "All gradients of your epoch are taken at the first weights. Every step starts from the weights that the "
    "step before has made.",
)
class GradientsAtFirstWeights(_Epoch):
    def run(self):
        epoch = [(self.loss(*batch), self.gradients(*batch)) for batch in self.batches()]
        for _, gradients in epoch:
            self.update(*gradients)
        return self.weights, self.bias, [loss for loss, _ in epoch]


@_train_epoch(
    "You add the gradient, so that the loss grows. The step goes against the gradient: subtract.",
)
class Ascent(_Epoch):
    def update(self, d_weights, d_bias):
        super().update(-d_weights, -d_bias)


@_train_epoch(
    "The bias does not change in your steps. It has a gradient of its own and is updated like the weights.",
)
class BiasNotTrained(_Epoch):
    def update(self, d_weights, d_bias):
        super().update(d_weights, 0 * d_bias)


@_train_epoch(
    "The gradient of the bias is taken after the weights have changed. Compute both gradients first, then "
    "update.",
)
class BiasGradientAtNewWeights(_Epoch):
    def step(self, x, y):
        loss = self.loss(x, y)
        self.weights = self.weights - self.learning_rate * self.gradients(x, y)[0]
        self.bias = self.bias - self.learning_rate * self.gradients(x, y)[1]
        return loss


@_train_epoch(
    "You return one loss for the whole epoch. Return a list with the loss of every step.",
)
class OneLossForTheEpoch(_Epoch):
    def run(self):
        weights, bias, losses = super().run()
        return weights, bias, float(np.mean(losses))


@_train_epoch(
    "Your losses are means over all steps so far, as `fit` shows them while it works. Return the loss of "
    "each step by itself.",
)
class RunningMeanOfLosses(_Epoch):
    def run(self):
        weights, bias, losses = super().run()
        return weights, bias, [np.mean(losses[: step + 1]) for step in range(len(losses))]


@_train_epoch(
    "Your softmax overflows: exp of a logit above 709 is infinite. Subtract the largest logit of each sample "
    "first; the probabilities stay the same.",
)
class SoftmaxOverflows(_Epoch):
    @np.errstate(over="ignore", invalid="ignore", divide="ignore")
    def softmax(self, x):
        exponentials = np.exp(x @ self.weights + self.bias)
        return exponentials / exponentials.sum(axis=1, keepdims=True)


@_train_epoch(
    "Your samples come in order even if there is a generator. With rng, draw a random order from it.",
)
class NeverShuffled(_Epoch):
    def order(self):
        return np.arange(len(self.x))


@_train_epoch(
    "You shuffle the batches, but every batch holds the same neighbors in every epoch. Shuffle the samples, "
    "then cut them into batches.",
)
class BatchesShuffledOnly(_Epoch):
    def batches(self):
        epoch = list(_cut(self.x, self.y, self.batch_size, np.arange(len(self.x))))
        return (epoch[step] for step in _shuffled(len(epoch), self.rng))


@_train_epoch(
    "You draw the samples of the epoch with replacement: some come twice and others never. Use a "
    "permutation, which holds each position once.",
)
class DrawnWithReplacement(_Epoch):
    def order(self):
        m = len(self.x)
        return np.arange(m) if self.rng is None else self.rng.integers(0, m, m)


@_train_epoch(
    "Your order is the same in every epoch. Draw it from rng itself, which moves on with every use; a copy "
    "of it starts again each time.",
)
class SameOrderEveryEpoch(_Epoch):
    def order(self):
        return _shuffled(len(self.x), copy.deepcopy(self.rng))


@_train_epoch(
    "You draw the order from a generator of your own with a fixed seed, whatever rng is. Every epoch has the "
    "same order then: draw from rng.",
)
class OwnGenerator(_Epoch):
    def order(self):
        return _shuffled(len(self.x), self.rng and np.random.default_rng(0))


@_train_epoch(
    "You shuffle x and y apart, so that samples are trained with the labels of others. Draw one order and "
    "use it for both.",
)
class SamplesAndLabelsShuffledApart(_Epoch):
    def batches(self):
        x, y = self.x[self.order()], self.y[self.order()]
        return _cut(x, y, self.batch_size, np.arange(len(x)))


@_train_epoch(
    "You change the caller's weights and bias. Bind new arrays: weights = weights - ... instead of "
    "weights -= ...",
)
class CallersWeightsChanged(_Epoch):
    def update(self, d_weights, d_bias):
        if self.weights.dtype.kind == "f":
            self.weights -= self.learning_rate * d_weights
            self.bias -= self.learning_rate * d_bias
        else:
            super().update(d_weights, d_bias)


@_train_epoch(
    "You shuffle the caller's x and y themselves. Shuffle the positions 0, 1, 2, ... instead, and pick "
    "samples by position.",
)
class CallersSamplesShuffled(_Epoch):
    def batches(self):
        order = self.order()
        self.x[:], self.y[:] = self.x[order], self.y[order]
        return _cut(self.x, self.y, self.batch_size, np.arange(len(order)))


@_train_epoch(
    "You update a copy of the weights in place, which fails when they are integers. Bind new arrays, "
    "weights = weights - ..., or make the copy floating-point.",
)
class IntegerWeightsUpdatedInPlace(_Epoch):
    def __init__(self, weights, bias, *arguments):
        super().__init__(weights.copy(), bias.copy(), *arguments)

    def update(self, d_weights, d_bias):
        self.weights -= self.learning_rate * d_weights
        self.bias -= self.learning_rate * d_bias
