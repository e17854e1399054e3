# %% [markdown]
# # Assignment 2: Batched training
#
# You write what `fit` does behind the curtain, in NumPy: count the steps of an epoch, cut the data into
# shuffled mini-batches, compute the gradient of a batch, combine the gradients of several batches, and put it
# all together in one epoch of stochastic gradient descent. The model is softmax regression, one layer whose
# gradient fits into a few lines. The [lesson on batched training](colab:book/02_batched_training.ipynb) has
# everything that you need.
#
# | part | what you write | points |
# |---|---|---:|
# | 1 | `steps_per_epoch` | 2 |
# | 2 | `iterate_minibatches` | 6 |
# | 3 | `softmax_gradient` | 6 |
# | 4 | `combine_gradients` | 3 |
# | 5 | `train_epoch` | 7 |
# | 6 | written question: a large batch that learns less | 3 |
# | 7 | written question: a loss that stays at 2.30 | 3 |
# | | **total** | **30** |

# %% [markdown]
# ## How this works
#
# - **Write** your code where it says `# YOUR CODE HERE`, and delete the line `raise NotImplementedError()`
#   below it. Keep the name and the arguments of each function. Written answers go where it says "YOUR ANSWER
#   HERE".
# - **Check** your code with the cell below each function. It is silent when all is well; otherwise its
#   message says what to look at. Change your code and run both cells again.
# - **Validate** before you hand in: restart the kernel and run all cells from top to bottom. In JupyterLab
#   with nbgrader the *Validate* button does this for you. A part that you have not written yet fails its
#   check; that is no reason not to hand in the others.
# - **Hand in** the notebook under the name that it has now. In Colab you get it from the menu with *File >
#   Download > Download .ipynb*.
#
# The checks that you see try small examples. Grading tries others: more shapes, other values of every
# argument, special cases that the text mentions. Each part is graded on its own, and a part that is half
# right gets part of the points.
#
# You may add cells, helper functions and imports, print what you like, and use loops, `einsum` or TensorFlow.
# Do not delete or copy cells that are already here.

# %% [markdown]
# ## Conventions
#
# - `x` holds samples and `y` their labels; sample $i$ is the pair `x[i]`, `y[i]`. Both arrays have the same
#   length, and it need not be a multiple of the batch size.
# - Every batch holds `batch_size` samples except the last one of an epoch, which holds what is left over
#   (the **remainder**). A batch size larger than the data set is allowed and gives one batch with everything.
# - **Randomness** comes from the argument `rng` and from nowhere else. It is a generator of NumPy, made with
#   `np.random.default_rng(seed)`. Every use moves it on, so that two calls with one and the same generator
#   give different results, while a new generator with the same seed repeats them. Hence: draw from `rng`
#   itself, make no generator of your own, and use no function of `np.random`.
# - Your functions never change the arrays and lists that they are given.
# - Every array may hold integers (images are often `uint8`); gradients, weights and losses are floating-point
#   numbers all the same. The precision of `float32` is enough.

# %%
import numpy as np

# %% [markdown]
# ## 1. Steps per epoch
#
# In one epoch every sample is used once, and every batch is one step. How many steps is that? The remainder,
# if there is one, is a batch too, unless `drop_remainder` is true: then only complete batches count, and a
# data set that is smaller than one batch has no step at all.
#
# Return a whole number of the type `int` (or one of NumPy's integer types): `range` refuses `3.0`.


# %% solution steps_per_epoch
def steps_per_epoch(num_samples, batch_size, drop_remainder=False):
    """Count the batches of one epoch.

    Args:
        num_samples: Number of samples in the data set, at least 1.
        batch_size: Number of samples in a complete batch, at least 1.
        drop_remainder: True to leave out an incomplete last batch.

    Returns:
        Number of batches, an int.
    """
    ### BEGIN SOLUTION
    if drop_remainder:
        return num_samples // batch_size
    # Rounding up is rounding down behind a minus sign; it stays with integers.
    return -(-num_samples // batch_size)
    ### END SOLUTION


# %% test steps_per_epoch points=2
def check_steps_per_epoch():
    """Try steps_per_epoch on numbers that can be counted on the fingers."""
    steps = steps_per_epoch(10, 4)
    assert steps is not None, "The function returns nothing. Does it end with a return statement?"
    assert steps == 3, (
        f"10 samples in batches of 4: two complete batches and one with 2 samples, 3 steps. Yours: {steps}"
    )
    assert isinstance(steps, (int, np.integer)), (
        f"The number of steps must be an integer, not {steps!r}. Which kind of division do you use?"
    )
    assert steps_per_epoch(9, 4) == 3, (
        f"The ninth sample needs a step, too: 3. Yours: {steps_per_epoch(9, 4)}"
    )
    steps = steps_per_epoch(8, 4)
    assert steps == 2, f"8 samples are exactly 2 batches of 4; nothing is left over. Yours: {steps}"
    steps = steps_per_epoch(10, 4, drop_remainder=True)
    assert steps == 2, f"Without the remainder, 10 samples give 2 batches of 4. Yours: {steps}"
    steps = steps_per_epoch(8, 4, drop_remainder=True)
    assert steps == 2, f"8 samples have no remainder, so nothing is dropped: 2 steps. Yours: {steps}"
    steps = steps_per_epoch(3, 4), steps_per_epoch(3, 4, drop_remainder=True)
    assert steps == (1, 0), (
        f"3 samples in batches of 4 are 1 step, and 0 steps when it is dropped. Yours: {steps[0]} and {steps[1]}"
    )


check_steps_per_epoch()

# %% [markdown]
# ## 2. Mini-batches
#
# Write a generator function, one with `yield` in the place of `return`, that hands out one epoch of
# mini-batches `(x_batch, y_batch)`, one after the other:
#
# - every sample comes **exactly once**, together with **its own** label;
# - every batch has `batch_size` samples, the last one what is left over (no empty batch when nothing is);
# - without `rng` the samples come in the order in which they are;
# - with `rng` they come in random order, any order being as likely as any other. It is not enough to shuffle
#   the batches among themselves, or the samples within each batch.
#
# Since a new epoch is a new call, the order changes from epoch to epoch when both get the same generator:
#
# ```python
# rng = np.random.default_rng(0)
# for epoch in range(3):
#     for x_batch, y_batch in iterate_minibatches(x, y, 32, rng):
#         ...  # one step
# ```
#
# `x` and `y` are arrays with any number of axes: feature vectors `(m, d)` or images `(N, H, W, C)`, labels
# `(m,)` or, one-hot, `(m, k)`. The first axis counts the samples. Generators have methods such as
# [`permutation`, `shuffle` and `random`](https://numpy.org/doc/stable/reference/random/generator.html); look
# up which of them works in place.


# %% solution iterate_minibatches
def iterate_minibatches(x, y, batch_size, rng=None):
    """Yield the mini-batches of one epoch.

    Args:
        x: Samples, an array of shape (m, ...).
        y: Labels, an array of shape (m,) or (m, ...).
        batch_size: Number of samples in every batch but the last, at least 1.
        rng: numpy.random.Generator that decides on the order; None to keep the order.

    Yields:
        Tuples (x_batch, y_batch) of arrays of shape (batch_size, ...); the last may be shorter.
    """
    ### BEGIN SOLUTION
    # Positions are shuffled, not the arrays: one order for both, and the arrays stay as they are.
    order = np.arange(len(x))
    if rng is not None:
        rng.shuffle(order)
    for start in range(0, len(order), batch_size):
        chosen = order[start : start + batch_size]
        yield x[chosen], y[chosen]
    ### END SOLUTION


# %% test iterate_minibatches points=6
def check_iterate_minibatches():
    """Try iterate_minibatches on a few samples, in order and shuffled."""

    def epoch_of(x, y, batch_size, rng=None):
        result = iterate_minibatches(x, y, batch_size, rng)
        assert result is not None, "The function gives nothing. Does it have a yield statement?"
        assert not isinstance(result, tuple), "You return a single pair. Yield one pair for every batch."
        batches = list(result)
        assert all(len(batch) == 2 for batch in batches), "Yield pairs: x_batch, y_batch."
        return [(np.asarray(x_batch), np.asarray(y_batch)) for x_batch, y_batch in batches]

    # Seven samples with two features; the label is ten times the first feature.
    x = np.array([[0, 1], [2, 3], [4, 5], [6, 7], [8, 9], [10, 11], [12, 13]])
    y = np.array([0, 20, 40, 60, 80, 100, 120])
    batches = epoch_of(x, y, 3)
    sizes = [len(x_batch) for x_batch, _ in batches]
    assert sizes != [3, 3], "7 samples in batches of 3: the seventh sample is missing. It is a batch, too."
    assert sizes == [3, 3, 1], f"7 samples in batches of 3: the sizes must be 3, 3 and 1. Yours: {sizes}"
    assert np.array_equal(batches[1][0], x[3:6]), (
        f"Without rng the second batch of x holds samples 3, 4 and 5:\n{x[3:6]}\nYours:\n{batches[1][0]}"
    )
    assert np.array_equal(batches[1][1], [60, 80, 100]), (
        f"The second batch of y must hold 60, 80 and 100. Yours: {batches[1][1]}"
    )
    sizes = [len(x_batch) for x_batch, _ in epoch_of(x[:6], y[:6], 3)]
    assert sizes == [3, 3], f"6 samples are exactly 2 batches of 3. Your batches have the sizes {sizes}."
    # Shuffled, with enough samples that a random order is never the old one.
    x, y = np.arange(60).reshape(30, 2), np.arange(0, 600, 20)
    rng = np.random.default_rng(0)
    epochs = [epoch_of(x, y, 8, rng) for _ in range(2)]
    assert np.array_equal(x, np.arange(60).reshape(30, 2)), "The argument `x` was changed. Leave it as it is."
    assert np.array_equal(y, np.arange(0, 600, 20)), "The argument `y` was changed. Leave it as it is."
    assert [len(x_batch) for x_batch, _ in epochs[0]] == [8, 8, 8, 6], (
        "30 samples in batches of 8: the sizes must be 8, 8, 8 and 6 when shuffled, too."
    )
    first, second = (np.concatenate([x_batch for x_batch, _ in epoch])[:, 0] for epoch in epochs)
    assert not np.array_equal(first, x[:, 0]), "With rng, the samples must come in another order."
    assert np.array_equal(np.sort(first), x[:, 0]), (
        "Every sample must come exactly once in an epoch. In yours, some are missing or come twice."
    )
    labels = np.concatenate([y_batch for _, y_batch in epochs[0]])
    assert np.array_equal(labels, 10 * first), (
        "Some samples have got the label of another one. Is it the same order for x and for y?"
    )
    assert not np.array_equal(first, second), (
        "Two epochs with one generator must have different orders. Do you draw from rng?"
    )
    again = np.concatenate([x_batch for x_batch, _ in epoch_of(x, y, 8, np.random.default_rng(0))])[:, 0]
    assert np.array_equal(first, again), (
        "A new generator with the same seed must repeat the order. Does all randomness come from rng?"
    )


check_iterate_minibatches()

# %% [markdown]
# ## 3. The gradient of a batch
#
# Softmax regression turns a sample $x_i$ of $d$ features into $k$ numbers, the **logits** $z_i$, and these
# into probabilities $p_i$ of the $k$ classes. The loss of a batch is the mean cross-entropy of its $m$
# samples, with the natural logarithm:
#
# $$z_i = x_i W + b
# \qquad
# p_{ic} = \frac{e^{z_{ic}}}{\sum_{j} e^{z_{ij}}}
# \qquad
# L = -\frac{1}{m} \sum_{i=1}^{m} \log p_{i, y_i}$$
#
# Compute the gradients $\partial L / \partial W$ and $\partial L / \partial b$, in the shapes of `weights` and
# `bias`. With $t_i$ for the label of sample $i$ written one-hot (1 at place $y_i$, 0 elsewhere), the gradient
# with respect to the logits is short; if you have not seen it before, derive it:
#
# $$\frac{\partial L}{\partial z_{ic}} = \frac{1}{m} \left( p_{ic} - t_{ic} \right)$$
#
# - Labels are integers from 0 to $k - 1$. A batch need not have a sample of every class.
# - **Logits can be large**: for a logit of 1000, $e^{1000}$ is beyond the range of `float64`, although
#   the probabilities are nothing unusual. They do not change when the same number is subtracted from all
#   logits *of one sample*; choose that number well. Logits of one sample can be far apart, too.


# %% solution softmax_gradient
def softmax_gradient(weights, bias, x, y):
    """Compute the gradient of the mean cross-entropy of softmax regression.

    Args:
        weights: Array of shape (d, k).
        bias: Array of shape (k,).
        x: Batch of samples, shape (m, d).
        y: Integer labels from 0 to k - 1, shape (m,).

    Returns:
        Tuple (d_weights, d_bias) of gradients, with the shapes of weights and bias.
    """
    ### BEGIN SOLUTION
    logits = x @ weights + bias
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities = exponentials / exponentials.sum(axis=1, keepdims=True)
    d_logits = (probabilities - np.eye(len(bias))[y]) / len(x)
    return x.T @ d_logits, d_logits.sum(axis=0)
    ### END SOLUTION


# %% test softmax_gradient points=6
def check_softmax_gradient():
    """Try softmax_gradient on two samples whose gradients can be worked out by hand."""

    def close(actual, expected):
        return np.allclose(actual, expected, atol=1e-4)

    # All weights are 0, so the bias alone decides: the probabilities are 1/4, 1/2 and 1/4 for every sample.
    weights, bias = np.zeros((2, 3)), np.array([0.0, np.log(2), 0.0])
    x, y = np.array([[8.0, 16.0], [8.0, 0.0]]), np.array([0, 1])
    result = softmax_gradient(weights, bias, x, y)
    assert result is not None, "The function returns nothing. Does it end with a return statement?"
    assert len(result) == 2, f"Return two things: d_weights and d_bias. You return {len(result)}."
    d_weights, d_bias = result
    assert np.shape(d_weights) == (2, 3), (
        f"d_weights: must have the shape of weights, (2, 3). Yours has shape {np.shape(d_weights)}."
    )
    assert np.shape(d_bias) == (3,), (
        f"d_bias: must have the shape of bias, (3,). Yours has shape {np.shape(d_bias)}."
    )
    # Probabilities minus one-hot labels: -3/4, 1/2, 1/4 for the first sample, 1/4, -1/2, 1/4 for the second.
    assert not close(d_bias, [-0.5, 0, 0.5]), "d_bias: this is the sum over the samples. The loss is a mean."
    assert not close(d_bias, [0.25, 0, -0.25]), "d_bias: the sign is wrong. Probabilities minus labels."
    assert close(d_bias, [-0.25, 0, 0.25]), f"d_bias: expected -0.25, 0, 0.25. Yours: {d_bias}"
    assert close(d_weights, [[-2, 0, 2], [-6, 4, 2]]), (
        f"d_weights: expected\n{np.array([[-2, 0, 2], [-6, 4, 2]])}\nYours:\n{np.asarray(d_weights)}\n"
        "Each sample adds (its feature) times (its probability minus label), and the loss is a mean."
    )
    assert close(x, [[8, 16], [8, 0]]), "The argument `x` was changed. Make a new array instead."
    assert close(weights, 0), "The argument `weights` was changed. A gradient is computed, not applied."
    assert close(bias, [0, np.log(2), 0]), "The argument `bias` was changed. Make a new array instead."
    # Logits 1000, 1000, -1000: the probabilities are 1/2, 1/2 and 0.
    with np.errstate(all="ignore"):
        _, d_bias = softmax_gradient(weights, np.array([1000.0, 1000.0, -1000.0]), x[:1], y[:1])
    assert np.isfinite(d_bias).all(), (
        f"Logits of 1000 lead to {d_bias}. Subtract the largest logit of each sample before you use exp."
    )
    assert close(d_bias, [-0.5, 0.5, 0]), (
        f"Logits 1000, 1000 and -1000 with label 0: d_bias must be -0.5, 0.5, 0. Yours: {d_bias}"
    )


check_softmax_gradient()

# %% [markdown]
# ## 4. Combining gradients
#
# Several devices, or one device after several passes, each have the gradient of the **mean** loss of their
# own mini-batch. Together they are to take the step that one device with all samples in one batch would take.
# What is the gradient of the mean loss of all samples together? Start from the sums: a mean gradient times
# the size of its batch is a sum over samples.
#
# `gradients` is a list of arrays of one shape, any shape; `batch_sizes` is a list of as many whole numbers,
# and they may differ. The result is an array of that shape.


# %% solution combine_gradients
def combine_gradients(gradients, batch_sizes):
    """Compute the gradient of the full batch from those of its mini-batches.

    Args:
        gradients: List of arrays of one shape; each is the gradient of a mini-batch's mean loss.
        batch_sizes: List of ints: the number of samples in each of these mini-batches, at least 1.

    Returns:
        The gradient of the mean loss of all samples, an array of that shape.
    """
    ### BEGIN SOLUTION
    return np.average(gradients, axis=0, weights=batch_sizes)
    ### END SOLUTION


# %% test combine_gradients points=3
def check_combine_gradients():
    """Try combine_gradients on batches of two samples and of one."""

    def close(actual, expected):
        return np.allclose(actual, expected, atol=1e-4)

    # Two samples whose gradients have the mean (1, 10), and one with (4, 40).
    gradients, batch_sizes = [np.array([1.0, 10.0]), np.array([4.0, 40.0])], [2, 1]
    combined = combine_gradients(gradients, batch_sizes)
    assert combined is not None, "The function returns nothing. Does it end with a return statement?"
    assert np.shape(combined) == (2,), (
        f"The result must have the shape of one gradient, (2,). Yours has shape {np.shape(combined)}."
    )
    assert not close(combined, [2.5, 25]), (
        "You take the plain mean of the gradients. But a batch of two samples counts twice."
    )
    assert not close(combined, [6, 60]), "This is the sum over all samples. Divide by their number."
    assert close(combined, [2, 20]), f"(1 + 1 + 4) / 3 = 2, and (10 + 10 + 40) / 3 = 20. Yours: {combined}"
    assert close(gradients, [[1, 10], [4, 40]]), "The arrays in `gradients` were changed. Make a new array."
    assert batch_sizes == [2, 1], "The list `batch_sizes` was changed. Leave it as it is."
    combined = combine_gradients([np.ones((2, 3)), np.zeros((2, 3))], [3, 1])
    assert np.shape(combined) == (2, 3), f"Gradients may have any shape. (2, 3) became {np.shape(combined)}."
    assert close(combined, 0.75), f"Ones from 3 samples, zeros from 1: all 0.75. Yours:\n{combined}"


check_combine_gradients()

# %% [markdown]
# ## 5. One epoch
#
# Now train softmax regression (part 3) for one epoch. For every mini-batch (part 2: remainder included,
# shuffled when there is an `rng`, in order otherwise) take one step of stochastic gradient descent with the
# learning rate $\eta$ (`learning_rate`):
#
# $$W \leftarrow W - \eta \, \frac{\partial L}{\partial W}
# \qquad
# b \leftarrow b - \eta \, \frac{\partial L}{\partial b}$$
#
# $L$ is the mean cross-entropy of **this mini-batch** alone, both gradients are taken at the same weights and
# bias, and the next step starts from the new ones. Return the final weights and bias, and a list `losses`
# that holds one number for every step: $L$ of its mini-batch, **before** the step's update.
#
# Large logits must not overflow here, either. A learning rate of 0 is allowed: then nothing is learned, and
# the losses are those of the given weights.
#
# You may call your functions from above, but this part is graded by itself: if one of them is wrong, this
# one is wrong as well. If a part above is not finished yet, write the few lines here once more.


# %% solution train_epoch
def train_epoch(weights, bias, x, y, batch_size, learning_rate, rng=None):
    """Train softmax regression for one epoch with stochastic gradient descent.

    Args:
        weights: Array of shape (d, k).
        bias: Array of shape (k,).
        x: Samples, shape (m, d).
        y: Integer labels from 0 to k - 1, shape (m,).
        batch_size: Number of samples in every batch but the last, at least 1.
        learning_rate: Step length.
        rng: numpy.random.Generator that decides on the order of the samples; None to keep the order.

    Returns:
        Tuple (weights, bias, losses): new arrays after the last step, and a list with the mean loss of each
        mini-batch before its step.
    """
    ### BEGIN SOLUTION
    # Written out, without the functions above, so that an error in one part costs that part only.
    order, losses = np.arange(len(x)), []
    if rng is not None:
        rng.shuffle(order)
    for start in range(0, len(order), batch_size):
        samples, labels = x[order[start : start + batch_size]], y[order[start : start + batch_size]]
        logits = samples @ weights + bias
        logits = logits - logits.max(axis=1, keepdims=True)
        log_probabilities = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
        targets = np.eye(len(bias))[labels]
        losses.append(-(targets * log_probabilities).sum(axis=1).mean())
        d_logits = (np.exp(log_probabilities) - targets) / len(labels)
        weights = weights - learning_rate * (samples.T @ d_logits)
        bias = bias - learning_rate * d_logits.sum(axis=0)
    return weights, bias, losses
    ### END SOLUTION


# %% test train_epoch points=7
def check_train_epoch():
    """Try train_epoch on two steps that can be worked out by hand, and on shuffled samples."""

    def close(actual, expected):
        return np.allclose(actual, expected, atol=1e-4)

    # One feature, two classes, all weights 0. The first batch holds two samples, the second one.
    weights, bias = np.zeros((1, 2)), np.zeros(2)
    x, y = np.array([[2.0], [2.0], [0.0]]), np.array([0, 0, 1])
    result = train_epoch(weights, bias, x[:2], y[:2], batch_size=2, learning_rate=1.0)
    assert result is not None, "The function returns nothing. Does it end with a return statement?"
    assert len(result) == 3, f"Return three things: weights, bias and losses. You return {len(result)}."
    # All probabilities are 1/2, so probabilities minus labels are -1/2 and 1/2, and the loss is log 2.
    assert close(result[0], [[1, -1]]), (
        f"weights: after one step on two equal samples they are 1 and -1. Yours: {result[0]}.\n"
        "Is the gradient a mean? Do you subtract it?"
    )
    assert close(result[1], [0.5, -0.5]), f"bias: after that step it is 0.5, -0.5. Yours: {result[1]}"
    assert np.shape(result[2]) == (1,), (
        f"losses: one number for every step, shape (1,) for one step. Yours has shape {np.shape(result[2])}."
    )
    assert close(result[2], np.log(2)), (
        f"losses: with probabilities of 1/2 the loss before the step is log 2 = 0.6931. Yours: {result[2]}"
    )
    assert close(weights, 0), "The argument `weights` was changed. Write weights = weights - ..."
    assert close(bias, 0), "The argument `bias` was changed. Write bias = bias - ..."
    # The third sample's feature is 0, so its logits are the new bias, and its step changes the bias only.
    new_weights, new_bias, losses = train_epoch(weights, bias, x, y, batch_size=2, learning_rate=1.0)
    assert np.shape(losses) == (2,), (
        f"losses: 3 samples in batches of 2 are 2 steps, shape (2,). Yours has shape {np.shape(losses)}."
    )
    assert close(losses, [0.6931, 1.3133]), (
        f"losses: expected 0.6931 and 1.3133. Yours: {np.asarray(losses)}.\n"
        "Each is the mean over its own batch; the second step starts from the bias that the first one has made."
    )
    assert close(new_weights, [[1, -1]]), f"weights: after two steps still 1 and -1. Yours: {new_weights}"
    assert close(new_bias, [-0.2311, 0.2311]), (
        f"bias: after two steps it is -0.2311, 0.2311. Yours: {new_bias}.\n"
        "The second batch holds one sample: its mean is over one."
    )
    # With learning rate 0 and batches of one sample, the losses are those of the samples, in their order.
    weights, bias = np.array([[1.0, -1.0]]), np.zeros(2)
    x, y = np.linspace(-2, 2, 25).reshape(25, 1), np.arange(25) % 2
    _, _, in_order = train_epoch(weights, bias, x, y, 1, 0.0)
    assert close(in_order, np.log(1 + np.exp(np.where(y == 0, -2, 2) * x[:, 0]))), (
        "losses: with learning rate 0, batches of one sample and no rng they must be the losses of all samples\n"
        "in their order."
    )
    rng = np.random.default_rng(0)
    first, second = (train_epoch(weights, bias, x, y, 1, 0.0, rng)[2] for _ in range(2))
    assert close(np.sort(first), np.sort(in_order)), (
        "With rng, every sample must still come exactly once, and with its own label."
    )
    assert not close(first, in_order), "With rng, the samples must come in random order."
    assert not close(first, second), "Two epochs with one generator must have different orders."
    assert close(x[:, 0], np.linspace(-2, 2, 25)), "The argument `x` was changed. Leave it as it is."


check_train_epoch()

# %% [markdown]
# ## 6. Written question: a large batch that learns less
#
# A classmate trains the same network twice on the same 50,000 images: five epochs with batch size 50, and
# five epochs with batch size 5000. Learning rate, initial weights and everything else are the same; the
# learning rate suits the small batches. On her GPU an epoch with large batches takes a quarter of the time.
# But at the end the training loss is 0.4 with the small batches and 1.9 with the large ones. "Strange," she
# says, "the large batches have the better gradient."
#
# 1. How many updates has each of the two runs made?
# 2. In which sense is her gradient better? By what factor does the standard deviation of a mini-batch gradient
#    differ between the two (take the samples of a batch as drawn independently)?
# 3. Explain the two losses with 1 and 2.
# 4. Name two changes, either of which should bring the large batches closer to the small ones. What speaks
#    against taking each of them as far as the numbers in 1 suggest?

# %% written large_batch [markdown] points=3
# 1. $50{,}000 / 50 = 1000$ steps per epoch, 5000 updates; $50{,}000 / 5000 = 10$ steps per epoch, 50 updates.
# 2. Both are unbiased estimates of the gradient of all 50,000 images; the large batch's has less noise. The
#    variance of a mean of $m$ independent samples is $\sigma^2 / m$, so the standard deviations differ by
#    $\sqrt{5000 / 50} = 10$.
# 3. The large batches make 100 times fewer updates of about the same length, since the expected gradient
#    does not depend on the batch size and the learning rate is the same. A direction that is ten times more
#    precise does not make up for that: the small batches' direction is right on average, and over many
#    steps their errors cancel to a large part. 50 short steps do not lead far, so the loss is still high. The
#    work per epoch is the same in both runs; the time is less because the hardware is better used.
# 4. A larger learning rate: the less noisy gradient allows longer steps. The linear rule would take it times
#    100, but one step is only as good as the gradient's validity along it: beyond a certain length the loss
#    rises and training diverges, whatever the noise (hence rules with a warm-up, or with the root of the
#    ratio). More epochs: times 100 would make up for the updates, but each costs a quarter of the time of an
#    epoch with small batches, so the same loss would take 25 times as long. (Also right: a batch size in
#    between, which is large enough for the GPU, and an optimizer that adapts the step length.)
#
# *Marking: 1 point for parts 1 and 2 with their numbers; 1 point for few updates of about equal length as the
# reason; 1 point for two changes with their limits.*

# %% [markdown]
# ## 7. Written question: a loss that stays at 2.30
#
# Another classmate trains on 10,000 images, 1000 of each of 10 classes. The training loss is 2.3 at the
# beginning and 2.30 after fifty epochs, whatever learning rate he takes. At the start of each epoch his loop
# says
#
# ```python
# x = rng.permutation(x)
# y = rng.permutation(y)
# ```
#
# 1. What is wrong with these two lines, although each of them is a correct shuffle?
# 2. Why does the loss go to 2.30 and not to some other number? Compute it.
# 3. Suppose he writes the two lines **before** the loop over epochs, so that they run only once. With a large
#    network, what do you expect of the training loss and of the accuracy on the test set?
# 4. Describe a check, to be run before any training, that would have found the mistake. Why would comparing the
#    shapes of all batches, or their labels' frequencies, not have found it?

# %% written shuffled_apart [markdown] points=3
# 1. They draw two different orders, so that an image gets the label of another one. One order has to be drawn
#    and applied to both arrays.
# 2. The labels no longer say anything about the images: given an image, each class has the probability 1/10.
#    The best that a network can do is to predict just that, whatever the image, and the cross-entropy of the
#    prediction 1/10 is $-\log 0.1 = \log 10 \approx 2.303$ for every label. As the pairs are drawn anew in
#    every epoch, there is nothing to memorize either: any other prediction is worse on the next epoch's pairs.
#    (The loss starts near the same number, because a new network's predictions are close to uniform.)
# 3. Now the pairs are wrong, but always the same. A network that is large enough can learn them by heart, so
#    the training loss falls, in the end to nearly 0, more slowly than with right labels. What it has learned says
#    nothing about new images: the test accuracy is about 10 %, that of guessing. A falling training loss
#    is no proof that data are in order.
# 4. Take data in which the label can be computed from the sample (for example `x[:, 0] = y`), or give each
#    sample and its label the same number, draw an epoch, and compare pair by pair. Looking at some images
#    of a batch with their labels does it, too. Shapes and frequencies do not depend on the order, so they
#    are right for every permutation of the labels.
#
# *Marking: 1 point for one order for both arrays together with a check of pairs (parts 1 and 4); 1 point for
# $\log 10$ with its reason; 1 point for memorizing without generalizing.*
