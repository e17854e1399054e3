# %% [markdown]
# # Assignment 3: Batch normalization
#
# You write batch normalization in NumPy: the forward pass for training, the moving averages, the forward pass
# for inference, a layer that puts them together, the backward pass, and the folding of a trained layer into
# the convolution before it. The [lesson on batch normalization](colab:book/03_batch_normalization.ipynb) has
# everything that you need.
#
# | part | what you write | points |
# |---|---|---:|
# | 1 | `batchnorm_train` | 4 |
# | 2 | `update_moving_average` | 2 |
# | 3 | `batchnorm_inference` | 3 |
# | 4 | `BatchNorm` | 5 |
# | 5 | `batchnorm_backward` | 6 |
# | 6 | `fold_batchnorm` | 4 |
# | 7 | written question: good in training, useless afterwards | 3 |
# | 8 | written question: a bias before batch normalization | 3 |
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
# - `x` holds a batch of $m$ feature vectors, shape `(m, d)`, or a batch of images or feature maps, shape
#   `(N, H, W, C)`. Statistics are taken **per feature or channel**, that is, over all axes but the last.
# - `gamma`, `beta`, means and variances have one entry per feature or channel: shape `(d,)` or `(C,)`.
# - Variances are **biased**: a mean of squared deviations, divided by the number of values and not by one
#   less.
# - `momentum` is meant as in Keras: the share of the **old** moving average that stays.
# - Your functions never change the arrays that they are given.
# - Every array may hold integers (images are often `uint8`); the results are floating-point numbers all the
#   same. The precision of `float32` is enough.

# %%
import numpy as np

# %% [markdown]
# ## 1. The forward pass in training
#
# Normalize every feature of a mini-batch with the statistics of that mini-batch, then scale and shift:
#
# $$\mu = \frac{1}{m} \sum_{i=1}^{m} x_i
# \qquad
# \sigma^2 = \frac{1}{m} \sum_{i=1}^{m} (x_i - \mu)^2
# \qquad
# \hat{x}_i = \frac{x_i - \mu}{\sqrt{\sigma^2 + \epsilon}}
# \qquad
# y_i = \gamma \, \hat{x}_i + \beta$$
#
# For images, $i$ runs over all $m = N \cdot H \cdot W$ values of a channel. Return $y$ together with $\mu$
# and $\sigma^2$: the next part needs them. The variance that you return is $\sigma^2$ as above, without
# $\epsilon$.
#
# A batch may hold a single example. Then $\sigma^2$ is 0, and every $y$ is $\beta$.


# %% solution batchnorm_train
def batchnorm_train(x, gamma, beta, epsilon=1e-3):
    """Normalize a batch with its own statistics, then scale and shift.

    Args:
        x: Batch of shape (m, d) or (N, H, W, C).
        gamma: Scale of each feature or channel, shape (d,) or (C,).
        beta: Shift of each feature or channel, shape (d,) or (C,).
        epsilon: Small number that is added to the variance.

    Returns:
        Tuple (y, mean, variance): y has the shape of x; mean and variance are the statistics of the batch,
        of shape (d,) or (C,).
    """
    ### BEGIN SOLUTION
    axes = tuple(range(x.ndim - 1))
    mean = x.mean(axis=axes)
    variance = x.var(axis=axes)
    y = gamma * (x - mean) / np.sqrt(variance + epsilon) + beta
    return y, mean, variance
    ### END SOLUTION


# %% test batchnorm_train points=4
def check_batchnorm_train():
    """Try batchnorm_train on small batches whose results can be worked out by hand."""

    def close(actual, expected):
        return np.allclose(actual, expected, atol=1e-4)

    # Two features. The first: mean 3, variance 4. The second: mean 30, variance 400.
    x = np.array([[1.0, 10.0], [5.0, 50.0], [1.0, 10.0], [5.0, 50.0]])
    gamma, beta = np.array([1.0, 2.0]), np.array([0.0, 7.0])
    result = batchnorm_train(x, gamma, beta, epsilon=0.0)
    assert result is not None, "The function returns nothing. Does it end with a return statement?"
    assert len(result) == 3, f"Return three things: y, mean and variance. You return {len(result)}."
    y, mean, variance = (np.asarray(part) for part in result)
    assert np.shape(mean) == (2,), (
        f"mean: one number per feature, shape (2,). Yours has shape {np.shape(mean)}."
    )
    assert close(mean, [3, 30]), f"mean: the columns of x have the means 3 and 30. Yours: {mean}"
    assert np.shape(variance) == (2,), (
        f"variance: one number per feature, shape (2,). Yours has shape {np.shape(variance)}."
    )
    assert close(variance, [4, 400]), (
        f"variance: the mean squared deviations are 4 and 400. Yours: {variance}.\n"
        "Which number do you divide by? Is it the variance or its root?"
    )
    assert np.shape(y) == x.shape, f"y: must have the shape of x, {x.shape}. Yours has shape {np.shape(y)}."
    assert close(y[:, 0], [-1, 1, -1, 1]), (
        f"y: with gamma 1, beta 0 and epsilon 0 the first feature becomes -1, 1, -1, 1. Yours: {y[:, 0]}"
    )
    assert close(y[:, 1], [5, 9, 5, 9]), (
        f"y: with gamma 2 and beta 7 the second feature becomes 5, 9, 5, 9. Yours: {y[:, 1]}.\n"
        "Scale first, then shift."
    )
    # Epsilon is added to the variance 4: the root of 4 + 12 is 4, and 2 / 4 = 0.5.
    y, _, variance = (np.asarray(part) for part in batchnorm_train(x, gamma, beta, epsilon=12.0))
    assert close(y[:, 0], [-0.5, 0.5, -0.5, 0.5]), (
        f"y: with epsilon 12 the first feature becomes -0.5, 0.5, -0.5, 0.5. Yours: {y[:, 0]}.\n"
        "Look at where epsilon stands in the formula."
    )
    assert close(variance, [4, 400]), "variance: epsilon is no part of the variance that you return."
    assert close(x, [[1, 10], [5, 50]] * 2), "The argument `x` was changed. Make a new array instead."
    # One image of 1 x 2 pixels and 3 channels, twice, the second time with other values.
    images = np.array([[[[0.0, 1.0, 5.0], [2.0, 1.0, 5.0]]], [[[0.0, 3.0, 5.0], [2.0, 3.0, 5.0]]]])
    y, mean, variance = batchnorm_train(images, np.ones(3), np.zeros(3))
    assert np.shape(mean) == (3,), (
        f"mean: images have one mean per channel, here shape (3,). Yours has shape {np.shape(mean)}.\n"
        "Over which axes do you take it?"
    )
    assert close(mean, [1, 2, 5]), f"mean: the channels have the means 1, 2 and 5. Yours: {mean}"
    assert close(variance, [1, 1, 0]), f"variance: the channels have 1, 1 and 0. Yours: {variance}"
    assert np.shape(y) == images.shape, f"y: must have the shape {images.shape}. Yours: {np.shape(y)}."


check_batchnorm_train()

# %% [markdown]
# ## 2. Moving averages
#
# For inference we need statistics that do not depend on the batch at hand. During training they are collected
# in moving averages: after every step the old average $a$ keeps the share $\rho$ (`momentum`), and the value
# $b$ of the current batch comes in with the rest:
#
# $$a_\text{new} = \rho \, a + (1 - \rho) \, b$$
#
# Return the new average as a new array. `moving` and `batch_value` have the same shape and stay as they are.


# %% solution update_moving_average
def update_moving_average(moving, batch_value, momentum=0.99):
    """Take one step of an exponential moving average, in the convention of Keras.

    Args:
        moving: The average so far, shape (C,).
        batch_value: The statistic of the current batch, shape (C,).
        momentum: Share of the old average that is kept, from 0 to 1.

    Returns:
        The new average, an array of floating-point numbers of shape (C,).
    """
    ### BEGIN SOLUTION
    return moving * momentum + batch_value * (1 - momentum)
    ### END SOLUTION


# %% test update_moving_average points=2
def check_update_moving_average():
    """Try update_moving_average on numbers that can be worked out by hand."""

    def close(actual, expected):
        return np.allclose(actual, expected, atol=1e-4)

    moving, batch_value = np.array([0.0, 10.0]), np.array([8.0, 2.0])
    new = update_moving_average(moving, batch_value, momentum=0.75)
    assert new is not None, "The function returns nothing. Does it end with a return statement?"
    assert np.shape(new) == (2,), (
        f"The new average must have the shape of the old one, (2,), not {np.shape(new)}."
    )
    assert not close(new, [6, 4]), (
        "Momentum is the share of the OLD average that stays. You give that share to the batch."
    )
    assert close(new, [2, 8]), (
        f"0 and 8 with momentum 0.75 give 2, because 0.75 * 0 + 0.25 * 8 = 2; 10 and 2 give 8. Yours: {new}"
    )
    assert np.array_equal(moving, [0, 10]), "The argument `moving` was changed. Make a new array instead."
    assert np.array_equal(batch_value, [8, 2]), "The argument `batch_value` was changed. Leave it as it is."
    new = update_moving_average(moving, batch_value)
    assert close(new, [0.08, 9.92]), f"Without a momentum argument it is 0.99: 0.08 and 9.92. Yours: {new}"


check_update_moving_average()

# %% [markdown]
# ## 3. The forward pass at inference
#
# The same formula, but with the moving averages $\tilde\mu$ (`moving_mean`) and $\tilde\sigma^2$
# (`moving_variance`) in the place of the batch's own statistics:
#
# $$y = \gamma \, \frac{x - \tilde\mu}{\sqrt{\tilde\sigma^2 + \epsilon}} + \beta$$
#
# So what happens to one example does not depend on the others in its batch. `x` is again `(m, d)` or
# `(N, H, W, C)`.


# %% solution batchnorm_inference
def batchnorm_inference(x, gamma, beta, moving_mean, moving_variance, epsilon=1e-3):
    """Normalize a batch with the moving statistics, then scale and shift.

    Args:
        x: Batch of shape (m, d) or (N, H, W, C).
        gamma: Scale of each feature or channel, shape (d,) or (C,).
        beta: Shift of each feature or channel, shape (d,) or (C,).
        moving_mean: Mean of each feature or channel as collected in training, shape (d,) or (C,).
        moving_variance: Variance of each feature or channel as collected in training, shape (d,) or (C,).
        epsilon: Small number that is added to the variance.

    Returns:
        Array with the shape of x.
    """
    ### BEGIN SOLUTION
    # As floats, since differences of unsigned integers would wrap around.
    return gamma * (x.astype(float) - moving_mean) / np.sqrt(moving_variance + epsilon) + beta
    ### END SOLUTION


# %% test batchnorm_inference points=3
def check_batchnorm_inference():
    """Try batchnorm_inference on small batches whose results can be worked out by hand."""

    def close(actual, expected):
        return np.allclose(actual, expected, atol=1e-4)

    x = np.array([[3.0, 10.0], [5.0, 10.0], [9.0, 40.0]])
    moving_mean, moving_variance = np.array([5.0, 20.0]), np.array([4.0, 100.0])
    y = batchnorm_inference(
        x, np.array([1.0, 3.0]), np.array([0.0, 1.0]), moving_mean, moving_variance, epsilon=0.0
    )
    assert y is not None, "The function returns nothing. Does it end with a return statement?"
    y = np.asarray(y)
    assert np.shape(y) == x.shape, f"The result must have the shape of x, {x.shape}. Yours: {np.shape(y)}"
    assert close(y[:, 0], [-1, 0, 2]), (
        f"The first feature, minus its moving mean 5, divided by 2, gives -1, 0, 2. Yours: {y[:, 0]}.\n"
        "Do you use the moving statistics, and the root of the variance?"
    )
    assert close(y[:, 1], [-2, -2, 7]), (
        f"The second feature has gamma 3 and beta 1 and becomes -2, -2, 7. Yours: {y[:, 1]}"
    )
    assert close(x, [[3, 10], [5, 10], [9, 40]]), "The argument `x` was changed. Make a new array instead."
    # Now with gamma 1 and beta 0. Epsilon is added to the moving variance: the root of 4 + 12 is 4.
    neutral = np.ones(2), np.zeros(2)
    y = np.asarray(batchnorm_inference(x, *neutral, moving_mean, moving_variance, epsilon=12.0))
    assert close(y[:, 0], [-0.5, 0, 1]), (
        f"With epsilon 12 the first feature becomes -0.5, 0, 1. Yours: {y[:, 0]}. Where does epsilon stand?"
    )
    one = batchnorm_inference(x[2:], *neutral, moving_mean, moving_variance, epsilon=0.0)
    assert close(one, [[2, 2]]), f"An example alone gets the same result as in a batch: 2, 2. Yours: {one}"
    images = np.arange(24.0).reshape(2, 2, 3, 2)
    y = batchnorm_inference(images, *neutral, np.zeros(2), np.ones(2), epsilon=0.0)
    assert np.shape(y) == images.shape, (
        f"Images of shape {images.shape} keep their shape. Yours: {np.shape(y)}"
    )
    assert close(y, images), "Moving mean 0 and variance 1, gamma 1, beta 0, epsilon 0: nothing changes."


check_batchnorm_inference()

# %% [markdown]
# ## 4. The layer
#
# Put the parts together in a class. A layer for `num_channels` features or channels has four attributes, all
# of shape `(num_channels,)`:
#
# | attribute | starts at | changes |
# |---|---|---|
# | `gamma` | 1 | only from outside, by an optimizer |
# | `beta` | 0 | only from outside, by an optimizer |
# | `moving_mean` | 0 | in every call with `training=True` |
# | `moving_variance` | 1 | in every call with `training=True` |
#
# `layer(x, training=True)` normalizes `x` with the statistics of the batch and takes one step of both moving
# averages; the biased variance goes into the average, as in Keras. `layer(x, training=False)` normalizes with
# the moving statistics and changes nothing. Both return an array with the shape of `x`.
#
# From outside, any of the four attributes may be given a new array (of integers, too) between two calls. The
# layer works with the new values from then on. Two layers have nothing in common.
#
# You may call your functions from above, but the layer is graded by itself: if one of them is wrong, the
# layer is wrong as well. If a part above is not finished yet, write the few lines here once more.


# %% solution BatchNorm
class BatchNorm:
    """Batch normalization layer.

    Attributes:
        gamma: Scale of each channel, shape (num_channels,), at first all 1.
        beta: Shift of each channel, shape (num_channels,), at first all 0.
        moving_mean: Moving average of the batch means, shape (num_channels,), at first all 0.
        moving_variance: Moving average of the batch variances, shape (num_channels,), at first all 1.
    """

    def __init__(self, num_channels, momentum=0.99, epsilon=1e-3):
        """Create a layer that has seen no data.

        Args:
            num_channels: Number of features or channels, the last axis of the layer's input.
            momentum: Share of the old moving average that one training step keeps.
            epsilon: Small number that is added to the variance.
        """
        ### BEGIN SOLUTION
        self.momentum = momentum
        self.epsilon = epsilon
        self.gamma = np.ones(num_channels)
        self.beta = np.zeros(num_channels)
        self.moving_mean = np.zeros(num_channels)
        self.moving_variance = np.ones(num_channels)
        ### END SOLUTION

    def __call__(self, x, training):
        """Normalize a batch; in training, also update the moving statistics.

        Args:
            x: Batch of shape (m, num_channels) or (N, H, W, num_channels).
            training: True to use and collect the statistics of the batch, False to use the moving statistics.

        Returns:
            Array with the shape of x.
        """
        ### BEGIN SOLUTION
        # Written out, without the functions above, so that an error in one part costs that part only.
        if training:
            axes = tuple(range(x.ndim - 1))
            mean = x.mean(axis=axes)
            variance = x.var(axis=axes)
            self.moving_mean = self.moving_mean * self.momentum + mean * (1 - self.momentum)
            self.moving_variance = self.moving_variance * self.momentum + variance * (1 - self.momentum)
        else:
            mean = self.moving_mean
            variance = self.moving_variance
        return self.gamma * (x.astype(float) - mean) / np.sqrt(variance + self.epsilon) + self.beta
        ### END SOLUTION


# %% test BatchNorm points=5
def check_batchnorm_layer():
    """Try a BatchNorm layer on a small batch, in training and at inference."""

    def close(actual, expected):
        return np.allclose(actual, expected, atol=1e-4)

    layer = BatchNorm(2, momentum=0.75, epsilon=0.0)
    for name, start in [("gamma", 1), ("beta", 0), ("moving_mean", 0), ("moving_variance", 1)]:
        assert hasattr(layer, name), f"A new layer has no attribute `{name}`. Set self.{name} in __init__."
        value = getattr(layer, name)
        assert np.shape(value) == (2,), (
            f"{name}: shape (2,) in a layer for 2 channels. Yours: {np.shape(value)}"
        )
        assert close(value, start), f"{name}: starts at {start}. Yours: {value}"
    # Feature means 3 and 30, variances 4 and 400.
    x = np.array([[1.0, 10.0], [5.0, 50.0]])
    y = layer(x, training=True)
    assert y is not None, "Calling the layer returns nothing. Does __call__ end with a return statement?"
    assert np.shape(y) == x.shape, f"The output must have the shape of x, {x.shape}. Yours: {np.shape(y)}"
    assert close(y, [[-1, -1], [1, 1]]), (
        f"In training the batch is normalized with its own statistics: -1 and 1 in each column. Yours: {y}"
    )
    assert close(layer.moving_mean, [0.75, 7.5]), (
        "moving_mean: from 0, with momentum 0.75 and batch means 3 and 30, one step leads to 0.75 and 7.5.\n"
        f"Yours: {layer.moving_mean}"
    )
    assert close(layer.moving_variance, [1.75, 100.75]), (
        "moving_variance: from 1, with batch variances 4 and 400, one step leads to 1.75 and 100.75.\n"
        f"Yours: {layer.moving_variance}"
    )
    layer.moving_mean, layer.moving_variance = np.array([1.0, 10.0]), np.array([4.0, 16.0])
    y = layer(x, training=False)
    assert close(y, [[0, 0], [2, 10]]), (
        "At inference x is normalized with the moving statistics that were assigned:\n"
        f"0, 0 and 2, 10. Yours: {y}"
    )
    assert close(layer.moving_mean, [1, 10]), "moving_mean: inference must not change it."
    assert close(layer.moving_variance, [4, 16]), "moving_variance: inference must not change it."
    layer.gamma, layer.beta = np.array([2.0, 1.0]), np.array([0.0, 5.0])
    y = layer(x, training=False)
    assert close(y, [[0, 5], [4, 15]]), (
        f"At inference, with gamma 2, 1 and beta 0, 5 the result becomes 0, 5 and 4, 15. Yours: {y}"
    )
    y = layer(x, training=True)
    assert close(y, [[-2, 4], [2, 6]]), (
        f"In training, with gamma 2, 1 and beta 0, 5 the result becomes -2, 4 and 2, 6. Yours: {y}"
    )
    assert close(layer.gamma, [2, 1]), "gamma: calls must not change it."
    assert close(layer.beta, [0, 5]), "beta: calls must not change it."
    # The same numbers as two pixels of one image.
    layer = BatchNorm(2, momentum=0.75)
    y = layer(x.reshape(1, 2, 1, 2), training=True)
    assert np.shape(y) == (1, 2, 1, 2), f"The output for images must have their shape. Yours: {np.shape(y)}"
    assert np.shape(layer.moving_mean) == (2,), (
        f"moving_mean: one number per channel for images, too. Yours has shape {np.shape(layer.moving_mean)}."
    )
    assert close(layer.moving_mean, [0.75, 7.5]), (
        f"moving_mean: two pixels of one image count like two examples. Yours: {layer.moving_mean}"
    )


check_batchnorm_layer()

# %% [markdown]
# ## 5. The backward pass
#
# Let $L$ be the loss, and `dy` the gradient $\partial L / \partial y$ that comes from the layer above.
# Compute the three gradients of the **training** forward pass of part 1:
#
# - `dx`, $\partial L / \partial x$, with the shape of `x`;
# - `dgamma`, $\partial L / \partial \gamma$, and `dbeta`, $\partial L / \partial \beta$, of shape `(d,)` or
#   `(C,)`.
#
# Remember that $\mu$ and $\sigma^2$ are functions of the whole batch, so that every $x_i$ has a hand in every
# $y_j$ of its feature. The lesson derives the formula. `gamma` and `beta` are shared by all examples (and by
# all positions of an image): their gradients are **sums**. `beta` has no influence on any of the three
# gradients, so it is no argument.
#
# To test a gradient, compare it with differences of the function: change one entry of `x` by a small $\pm h$,
# run your `batchnorm_train`, and see how $\sum_{ij} \mathtt{dy}_{ij} \, y_{ij}$ changes.


# %% solution batchnorm_backward
def batchnorm_backward(dy, x, gamma, epsilon=1e-3):
    """Compute the gradients of batch normalization in training.

    Args:
        dy: Gradient of the loss with respect to the output y, with the shape of x.
        x: Input of the forward pass, shape (m, d) or (N, H, W, C).
        gamma: Scale of each feature or channel, shape (d,) or (C,).
        epsilon: Small number that the forward pass added to the variance.

    Returns:
        Tuple (dx, dgamma, dbeta) of gradients of the loss: dx has the shape of x, the other two have the
        shape of gamma.
    """
    ### BEGIN SOLUTION
    axes = tuple(range(x.ndim - 1))
    scale = 1 / np.sqrt(x.var(axis=axes) + epsilon)
    x_hat = (x - x.mean(axis=axes)) * scale
    dgamma = (dy * x_hat).sum(axis=axes)
    dbeta = dy.astype(float).sum(axis=axes)
    # The two means carry the gradient that flows through the mean and through the variance of the batch.
    dx = gamma * scale * (dy - dy.mean(axis=axes) - x_hat * (dy * x_hat).mean(axis=axes))
    return dx, dgamma, dbeta
    ### END SOLUTION


# %% test batchnorm_backward points=6
def check_batchnorm_backward():
    """Try batchnorm_backward on a batch whose gradients can be worked out by hand."""

    def close(actual, expected):
        return np.allclose(actual, expected, atol=1e-4)

    # One feature with mean 2 and variance 1; with epsilon 3 the root is 2, and x_hat is -0.5, 0.5, -0.5, 0.5.
    x = np.array([[1.0], [3.0], [1.0], [3.0]])
    dy = np.array([[4.0], [0.0], [0.0], [0.0]])
    result = batchnorm_backward(dy, x, np.array([8.0]), epsilon=3.0)
    assert result is not None, "The function returns nothing. Does it end with a return statement?"
    assert len(result) == 3, f"Return three things: dx, dgamma and dbeta. You return {len(result)}."
    dx, dgamma, dbeta = result
    assert np.shape(dgamma) == (1,), f"dgamma: must have the shape of gamma, (1,). Yours: {np.shape(dgamma)}"
    assert np.shape(dbeta) == (1,), f"dbeta: must have the shape of gamma, (1,). Yours: {np.shape(dbeta)}"
    assert close(dbeta, 4), f"dbeta: the entries of dy add up to 4. Yours: {dbeta}"
    assert close(dgamma, -2), (
        f"dgamma: each dy times its x_hat, added up: 4 * (-0.5) = -2. Yours: {dgamma}.\n"
        "x_hat is normalized, with epsilon."
    )
    assert np.shape(dx) == x.shape, f"dx: must have the shape of x, {x.shape}. Yours: {np.shape(dx)}"
    dx = np.asarray(dx)
    assert abs(dx.sum()) < 1e-4, (
        "dx: a constant added to a feature does not change the output, so dx must add up to 0.\n"
        f"Yours add up to {dx.sum()}. Did you follow the gradient through the mean?"
    )
    assert close(dx[:, 0], [11, -3, -5, -3]), (
        f"dx: expected 11, -3, -5, -3. Yours: {dx[:, 0]}.\n"
        "Check the path through the variance, the factor gamma, and the place of epsilon."
    )
    assert close(x, [[1], [3], [1], [3]]), "The argument `x` was changed. Make a new array instead."
    # The same numbers as an image of 2 x 2 pixels, next to a channel without any gradient.
    images = np.stack([x, x + 1], axis=-1).reshape(1, 2, 2, 2)
    d_images = np.stack([dy, 0 * dy], axis=-1).reshape(1, 2, 2, 2)
    dx, dgamma, dbeta = batchnorm_backward(d_images, images, np.array([8.0, 8.0]), epsilon=3.0)
    assert np.shape(dx) == images.shape, f"dx: must have the shape {images.shape} here. Yours: {np.shape(dx)}"
    assert np.shape(dgamma) == np.shape(dbeta) == (2,), (
        f"dgamma and dbeta: one number per channel, shape (2,). Yours: {np.shape(dgamma)}, {np.shape(dbeta)}"
    )
    assert close(dbeta, [4, 0]), f"dbeta: the channels of dy add up to 4 and 0. Yours: {dbeta}"
    assert close(np.ravel(dx), [11, 0, -3, 0, -5, 0, -3, 0]), (
        "dx: four pixels of one image must get what four examples got above. Over which axes do you average?"
    )


check_batchnorm_backward()

# %% [markdown]
# ## 6. Folding the layer into a convolution
#
# After training, a convolution followed by batch normalization at inference is one affine map, so one
# convolution can do the work of both. Compute its kernels and bias, so that for every input
#
# $$\text{convolution with the new kernels and the new bias}
# \;=\; \text{batch normalization (part 3) of the convolution with the old ones}.$$
#
# Kernels have the shape `(F_h, F_w, C_in, C_out)`, as in Keras, and the bias has the shape `(C_out,)`; batch
# normalization works on the `C_out` channels of the convolution's output. Remember that the old convolution
# has a bias too.


# %% solution fold_batchnorm
def fold_batchnorm(kernels, bias, gamma, beta, moving_mean, moving_variance, epsilon=1e-3):
    """Fold batch normalization at inference into the convolution before it.

    Args:
        kernels: Kernels of the convolution, shape (F_h, F_w, C_in, C_out).
        bias: Bias of the convolution, shape (C_out,).
        gamma: Scale of each output channel, shape (C_out,).
        beta: Shift of each output channel, shape (C_out,).
        moving_mean: Moving mean of each output channel, shape (C_out,).
        moving_variance: Moving variance of each output channel, shape (C_out,).
        epsilon: Small number that is added to the variance.

    Returns:
        Tuple (kernels, bias) of the one convolution, with the shapes of the arguments of that name.
    """
    ### BEGIN SOLUTION
    scale = gamma / np.sqrt(moving_variance + epsilon)
    # The bias goes through batch normalization like any other output of the convolution.
    return kernels * scale, (bias.astype(float) - moving_mean) * scale + beta
    ### END SOLUTION


# %% test fold_batchnorm points=4
def check_fold_batchnorm():
    """Try fold_batchnorm on a 1x1 convolution, which is a matrix product at every pixel."""

    def close(actual, expected):
        return np.allclose(actual, expected, atol=1e-4)

    # From three channels to two. The variances 4 and 25 have the roots 2 and 5.
    kernels = np.array([[[[1.0, 5.0], [2.0, 10.0], [3.0, 0.0]]]])
    bias, gamma, beta = np.array([4.0, 0.0]), np.array([4.0, 1.0]), np.array([7.0, 1.0])
    moving_mean, moving_variance = np.array([1.0, 10.0]), np.array([4.0, 25.0])
    result = fold_batchnorm(kernels, bias, gamma, beta, moving_mean, moving_variance, epsilon=0.0)
    assert result is not None, "The function returns nothing. Does it end with a return statement?"
    assert len(result) == 2, f"Return two things: kernels and bias. You return {len(result)}."
    new_kernels, new_bias = result
    assert np.shape(new_kernels) == kernels.shape, (
        f"kernels: the shape stays {kernels.shape}. Yours: {np.shape(new_kernels)}"
    )
    assert np.shape(new_bias) == bias.shape, (
        f"bias: the shape stays {bias.shape}. Yours: {np.shape(new_bias)}"
    )
    # A black pixel shows the bias alone: the convolution gives 4 and 0, normalization turns them into 13, -1.
    assert close(new_bias, [13, -1]), (
        f"bias: for a black image, batch normalization of the old bias gives 13 and -1. Yours: {new_bias}"
    )
    # A pixel with the value 1 in channel k shows the kernels' row k.
    assert close(new_kernels, [[[[2, 1], [4, 2], [6, 0]]]]), (
        f"kernels: the output channels are scaled by 4 / 2 and 1 / 5. Yours: {new_kernels}.\n"
        "Which axis of the kernels belongs to gamma?"
    )
    assert close(kernels[0, 0, 1], [2, 10]), "The argument `kernels` was changed. Make a new array instead."
    assert close(bias, [4, 0]), "The argument `bias` was changed. Make a new array instead."


check_fold_batchnorm()

# %% [markdown]
# ## 7. Written question: good in training, useless afterwards
#
# A classmate trains a network with batch normalization after each convolution, with Keras's default
# `momentum=0.99`. The training set has 640 images, the batch size is 128, and she trains for 4 epochs. At the
# end the accuracy that `fit` shows for the training images is 0.94. Then she calls `evaluate` **on the same
# training images**, and the accuracy is that of guessing.
#
# 1. Why can overfitting not be the reason?
# 2. What is the reason? Support it with a number: how much of `moving_mean` is still its initial value?
# 3. How would you confirm the reason without training again?
# 4. What would you change, and what would the number from question 2 be then? Why is calling the finished
#    network with `training=True` not a good way out?

# %% written inference_trap [markdown] points=3
# 1. Overfitting is a gap between data that the network was trained on and new data. Here both figures are for
#    the same images and nearly the same weights (`fit` averages over its last epoch); what differs is the
#    mode in which the layers run.
# 2. In training, batch normalization uses the statistics of the batch; `evaluate` uses the moving averages.
#    Four epochs of 5 steps are 20 steps, and the initial values 0 and 1 still have the weight
#    $0.99^{20} \approx 0.82$. The other 18 % come from batches that the network saw when its weights were
#    different. So at inference every layer normalizes with statistics that have little to do with its input,
#    and the error grows from layer to layer.
# 3. Run the network on the training images with `training=True`: if the accuracy is about 0.94 again,
#    weights, `gamma` and `beta` are fine and the moving statistics are at fault. (Look also at the moving
#    means and variances beside the statistics of a big batch.) Such a call updates the moving averages in
#    Keras, so it belongs on a copy of the model.
# 4. A smaller momentum: with 0.8, $0.8^{20} \approx 0.01$ of the initial value is left, with 0.9 about 0.12.
#    Or more steps (smaller batches, more epochs), since $0.99^{500} < 0.01$. Or, after training, an estimate
#    of the statistics from the whole training set with fixed weights. With `training=True` at inference, the
#    prediction for an image depends on the other images in its batch, and a batch that is small, sorted by
#    class or a single image gives quite different, for fully connected layers even constant, results.
#
# *Marking: 1 point for same data and hence the mode (parts 1 and 3 together); 1 point for the initial values
# with 0.82; 1 point for a remedy with its number and the dependence on the rest of the batch.*

# %% [markdown]
# ## 8. Written question: a bias before batch normalization
#
# In most networks convolutions that are followed by batch normalization are built with `use_bias=False`.
#
# 1. Let the convolution's output in one channel be $z_i + b$ with a bias $b$. Show with the formulas of part
#    1 that in training the output of batch normalization does not depend on $b$.
# 2. What is the gradient of the loss with respect to $b$, then? Which property of `dx` in part 5 says the
#    same?
# 3. Nevertheless `fold_batchnorm` returns a bias, also for a convolution that has none. What is it needed
#    for?

# %% written bias_before_batchnorm [markdown] points=3
# 1. The mean of $z_i + b$ is $\mu_z + b$. In $(z_i + b) - (\mu_z + b) = z_i - \mu_z$ the bias is gone; so it
#    is in the variance, which is made of these differences, and hence in $\hat{x}_i$ and $y_i$. What the bias
#    could do, shifting the channel, is left to $\beta$.
# 2. Since the loss does not depend on $b$, its gradient is 0. By the chain rule
#    $\partial L / \partial b = \sum_i \partial L / \partial x_i$, because $b$ is added to every $x_i$. So the
#    entries of `dx` add up to 0 in each channel. (Parameters that never get a gradient cost memory, and
#    weight decay is all that moves them.)
# 3. The folded convolution has to do what batch normalization did: subtract the moving mean and add $\beta$.
#    Both become the constant $\beta - \gamma \tilde\mu / \sqrt{\tilde\sigma^2 + \epsilon}$ of
#    each channel, which no kernel can produce. At inference the mean is a constant, so a shift is not removed
#    any more.
#
# *Marking: 1 point for each part.*
