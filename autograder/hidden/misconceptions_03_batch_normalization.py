"""Known wrong answers to assignment 03, batch normalization, each with a hint for the student who gave it.

Each is a complete answer that differs from a right one by exactly one misunderstanding.
"""
# ruff: noqa: D101, D102, D103, D107 - the hint says what a misconception is

import numpy as np

from autograder.testing import misconception


def _axes(x):
    """All axes but the last."""
    return tuple(range(x.ndim - 1))


def _statistics(x, axes=None, **keywords):
    """Mean and variance, over all axes but the last unless told otherwise."""
    axes = _axes(x) if axes is None else axes
    return x.mean(axis=axes, **keywords), x.var(axis=axes, **keywords)


def _normalize(x, gamma, beta, mean, variance, epsilon):
    return gamma * (x - mean) / np.sqrt(variance + epsilon) + beta


@np.errstate(invalid="ignore")
def _as_type_of(x, values):
    """What becomes of values that are put into an array made with zeros_like(x)."""
    result = np.zeros_like(x)
    result[...] = values
    return result


# ---------------------------------------------------------------- batchnorm_train


@misconception(
    "batchnorm_train",
    hint="Your variance is divided by m - 1. Batch normalization uses the biased variance: the mean of "
    "the squared deviations, divided by m (np.var without ddof).",
)
def unbiased_variance(x, gamma, beta, epsilon=1e-3):
    mean, variance = _statistics(x)
    m = x.size // x.shape[-1]
    with np.errstate(invalid="ignore", divide="ignore"):
        variance = variance * m / np.float64(m - 1)
    return _normalize(x, gamma, beta, mean, variance, epsilon), mean, variance


@misconception(
    "batchnorm_train",
    hint="Epsilon has no effect in your code. It belongs under the root, added to the variance, so "
    "that a feature that hardly varies does not lead to a division by (nearly) zero.",
)
@np.errstate(invalid="ignore", divide="ignore")
def epsilon_omitted(x, gamma, beta, epsilon=1e-3):
    mean, variance = _statistics(x)
    return _normalize(x, gamma, beta, mean, variance, 0), mean, variance


@misconception(
    "batchnorm_train",
    hint="You divide by the standard deviation plus epsilon. Epsilon is added to the variance, and the "
    "root is taken of the sum.",
)
def epsilon_outside_root(x, gamma, beta, epsilon=1e-3):
    mean, variance = _statistics(x)
    return gamma * (x - mean) / (np.sqrt(variance) + epsilon) + beta, mean, variance


@misconception(
    "batchnorm_train",
    hint="Your epsilon is always 0.001. It is an argument: use the value that the caller gives, and "
    "0.001 only as its default.",
)
def epsilon_fixed(x, gamma, beta, epsilon=1e-3):
    mean, variance = _statistics(x)
    return _normalize(x, gamma, beta, mean, variance, 1e-3), mean, variance


@misconception(
    "batchnorm_train",
    hint="The third result is the standard deviation. Return the variance, without the root: the "
    "moving average collects variances.",
)
def deviation_returned_as_variance(x, gamma, beta, epsilon=1e-3):
    mean, variance = _statistics(x)
    return _normalize(x, gamma, beta, mean, variance, epsilon), mean, np.sqrt(variance)


@misconception(
    "batchnorm_train",
    hint="The variance that you return contains epsilon. Epsilon only protects the division; the "
    "returned statistic is the variance of the batch itself.",
)
def epsilon_in_returned_variance(x, gamma, beta, epsilon=1e-3):
    mean, variance = _statistics(x)
    return _normalize(x, gamma, beta, mean, variance, epsilon), mean, variance + epsilon


@misconception(
    "batchnorm_train",
    hint="You divide by the variance. Divide by its root, the standard deviation, so that the result "
    "has variance 1.",
)
def root_forgotten(x, gamma, beta, epsilon=1e-3):
    mean, variance = _statistics(x)
    return gamma * (x - mean) / (variance + epsilon) + beta, mean, variance


@misconception(
    "batchnorm_train",
    hint="For images you take the statistics over the first axis only, so that every pixel is "
    "normalized by itself. A channel is one feature: average over examples, rows and columns, all "
    "axes but the last.",
)
def first_axis_only(x, gamma, beta, epsilon=1e-3):
    mean, variance = _statistics(x, axes=0)
    return _normalize(x, gamma, beta, mean, variance, epsilon), mean, variance


@misconception(
    "batchnorm_train",
    hint="For images you normalize each image by itself (that is instance normalization). The "
    "statistics of a batch also run over the examples, axis 0.",
)
def each_image_by_itself(x, gamma, beta, epsilon=1e-3):
    axes = 0 if x.ndim == 2 else (1, 2)
    y = _normalize(x, gamma, beta, *_statistics(x, axes, keepdims=True), epsilon)
    return y, *_statistics(x, axes)


@misconception(
    "batchnorm_train",
    hint="You normalize each example over its own features (that is layer normalization). Batch "
    "normalization compares the examples of the batch with each other, feature by feature.",
)
def each_example_by_itself(x, gamma, beta, epsilon=1e-3):
    axes = tuple(range(1, x.ndim))
    y = _normalize(x, gamma, beta, *_statistics(x, axes, keepdims=True), epsilon)
    return y, *_statistics(x, axes)


@misconception(
    "batchnorm_train",
    hint="You take one mean and one variance of the whole array. Every feature or channel has its own: "
    "name the axes, all but the last.",
)
def one_mean_for_all(x, gamma, beta, epsilon=1e-3):
    mean, variance = x.mean(), x.var()
    return _normalize(x, gamma, beta, mean, variance, epsilon), mean, variance


@misconception(
    "batchnorm_train",
    hint="The statistics that you return have extra axes of length 1. Return one number for each "
    "feature or channel, shape (d,) or (C,): leave out keepdims, or squeeze the result.",
)
def axes_kept(x, gamma, beta, epsilon=1e-3):
    mean, variance = _statistics(x, keepdims=True)
    return _normalize(x, gamma, beta, mean, variance, epsilon), mean, variance


@misconception(
    "batchnorm_train",
    hint="Your result is normalized, but not scaled by gamma and shifted by beta. The last of the four "
    "equations is missing.",
)
def scale_and_shift_forgotten(x, gamma, beta, epsilon=1e-3):
    mean, variance = _statistics(x)
    return _normalize(x, 1, 0, mean, variance, epsilon), mean, variance


@misconception(
    "batchnorm_train",
    hint="You shift first and scale afterwards, which multiplies beta by gamma too. Scale by gamma, "
    "then add beta.",
)
def shift_before_scale(x, gamma, beta, epsilon=1e-3):
    mean, variance = _statistics(x)
    return gamma * _normalize(x, 1, beta, mean, variance, epsilon), mean, variance


@misconception(
    "batchnorm_train",
    hint="You subtract the mean in place, so that the caller's x is changed. Write x = x - mean "
    "instead of x -= mean.",
)
def input_changed(x, gamma, beta, epsilon=1e-3):
    mean, variance = _statistics(x)
    x -= mean
    return _normalize(x, gamma, beta, 0, variance, epsilon), mean, variance


@misconception(
    "batchnorm_train",
    hint="Your result has the number type of x, so that integer images give truncated results. Do not "
    "put results into an array made with zeros_like(x) or empty_like(x), or give it dtype=float.",
)
def result_has_type_of_input(x, gamma, beta, epsilon=1e-3):
    mean, variance = _statistics(x)
    return _as_type_of(x, _normalize(x, gamma, beta, mean, variance, epsilon)), mean, variance


@misconception(
    "batchnorm_train",
    hint="You square x before you convert it. In uint8 images squares overflow at 16 * 16 = 256: "
    "convert x to floating point first, or square the deviations from the mean.",
)
@np.errstate(invalid="ignore")
def squares_overflow(x, gamma, beta, epsilon=1e-3):
    mean = x.mean(axis=_axes(x))
    variance = (x**2).mean(axis=_axes(x)) - mean**2
    return _normalize(x, gamma, beta, mean, variance, epsilon), mean, variance


# ---------------------------------------------------------------- update_moving_average


@misconception(
    "update_moving_average",
    hint="You give the share `momentum` to the batch. That is the convention of PyTorch; in Keras and "
    "here, momentum is the share of the old average that stays.",
)
def momentum_reversed(moving, batch_value, momentum=0.99):
    return moving * (1 - momentum) + batch_value * momentum


@misconception(
    "update_moving_average",
    hint="You write the new average into the array `moving`, which belongs to the caller. Return a new "
    "array: no *=, += or [:] = on an argument.",
)
def moving_changed(moving, batch_value, momentum=0.99):
    moving[...] = moving * momentum + batch_value * (1 - momentum)
    return moving


@misconception(
    "update_moving_average",
    hint="You take the mean of the old average and the batch value, whatever the momentum. The two "
    "have the weights momentum and 1 - momentum.",
)
def plain_mean(moving, batch_value, momentum=0.99):
    return (moving + batch_value) / 2


@misconception(
    "update_moving_average",
    hint="You add the whole batch value. It only gets the share that the old average gives up, 1 - "
    "momentum; without that the average grows with every step.",
)
def batch_unweighted(moving, batch_value, momentum=0.99):
    return moving * momentum + batch_value


@misconception(
    "update_moving_average",
    hint="You keep the whole old average. Its share is momentum; without that the average grows with "
    "every step.",
)
def old_average_unweighted(moving, batch_value, momentum=0.99):
    return moving + batch_value * (1 - momentum)


@misconception(
    "update_moving_average",
    hint="Your momentum is always 0.99. It is an argument: use the value that the caller gives.",
)
def momentum_fixed(moving, batch_value, momentum=0.99):
    return moving * 0.99 + batch_value * (1 - 0.99)


@misconception(
    "update_moving_average",
    hint="While the average is still zero you return the batch value itself. The moving average of "
    "Keras has no such exception: it starts at its initial value and moves away from it step by "
    "step.",
)
def first_batch_taken_whole(moving, batch_value, momentum=0.99):
    return moving * momentum + batch_value * (1 - momentum) if np.any(moving) else batch_value


@misconception(
    "update_moving_average",
    hint="Your result has the number type of `moving`, so that an integer average is truncated at "
    "every step. Compute the new average in floating point.",
)
def average_has_type_of_old(moving, batch_value, momentum=0.99):
    return _as_type_of(moving, moving * momentum + batch_value * (1 - momentum))


# ---------------------------------------------------------------- batchnorm_inference


@misconception(
    "batchnorm_inference",
    hint="You normalize with the statistics of the batch. At inference mean and variance are the "
    "moving statistics, so that a result does not depend on the other examples.",
)
def batch_statistics_at_inference(x, gamma, beta, moving_mean, moving_variance, epsilon=1e-3):
    return _normalize(x, gamma, beta, *_statistics(x), epsilon)


@misconception(
    "batchnorm_inference",
    hint="You subtract the mean of the batch. At inference the mean is the moving mean, just as the "
    "variance is the moving variance.",
)
def batch_mean_at_inference(x, gamma, beta, moving_mean, moving_variance, epsilon=1e-3):
    return _normalize(x, gamma, beta, x.mean(axis=_axes(x)), moving_variance, epsilon)


@misconception(
    "batchnorm_inference",
    hint="You divide by the standard deviation plus epsilon. Epsilon is added to the moving variance, "
    "and the root is taken of the sum.",
)
def inference_epsilon_outside_root(x, gamma, beta, moving_mean, moving_variance, epsilon=1e-3):
    return gamma * (x - moving_mean) / (np.sqrt(moving_variance) + epsilon) + beta


@misconception(
    "batchnorm_inference",
    hint="Epsilon has no effect in your code. The network was trained with epsilon under the root; at "
    "inference it belongs there too.",
)
def inference_epsilon_omitted(x, gamma, beta, moving_mean, moving_variance, epsilon=1e-3):
    return _normalize(x, gamma, beta, moving_mean, moving_variance, 0)


@misconception(
    "batchnorm_inference",
    hint="Your epsilon is always 0.001. It is an argument: use the value that the caller gives, and "
    "0.001 only as its default.",
)
def inference_epsilon_fixed(x, gamma, beta, moving_mean, moving_variance, epsilon=1e-3):
    return _normalize(x, gamma, beta, moving_mean, moving_variance, 1e-3)


@misconception(
    "batchnorm_inference",
    hint="You divide by the moving variance. Divide by the root of moving variance plus epsilon.",
)
def inference_root_forgotten(x, gamma, beta, moving_mean, moving_variance, epsilon=1e-3):
    return gamma * (x - moving_mean) / (moving_variance + epsilon) + beta


@misconception(
    "batchnorm_inference",
    hint="You square the moving variance, as if it were a standard deviation. It is a variance "
    "already: add epsilon and take the root.",
)
def variance_taken_for_deviation(x, gamma, beta, moving_mean, moving_variance, epsilon=1e-3):
    return _normalize(x, gamma, beta, moving_mean, moving_variance.astype(float) ** 2, epsilon)


@misconception(
    "batchnorm_inference",
    hint="gamma and beta are missing. They were learned together with the rest of the network and "
    "scale and shift the result at inference just as in training.",
)
def scale_and_shift_forgotten_at_inference(x, gamma, beta, moving_mean, moving_variance, epsilon=1e-3):
    return _normalize(x, 1, 0, moving_mean, moving_variance, epsilon)


@misconception(
    "batchnorm_inference",
    hint="beta is missing. It shifts the result at inference just as in training.",
)
def shift_forgotten_at_inference(x, gamma, beta, moving_mean, moving_variance, epsilon=1e-3):
    return _normalize(x, gamma, 0, moving_mean, moving_variance, epsilon)


@misconception(
    "batchnorm_inference",
    hint="You subtract the moving mean in place, so that the caller's x is changed. Write x = x - "
    "moving_mean instead of x -= moving_mean.",
)
def inference_input_changed(x, gamma, beta, moving_mean, moving_variance, epsilon=1e-3):
    x -= moving_mean
    return _normalize(x, gamma, beta, 0, moving_variance, epsilon)


@misconception(
    "batchnorm_inference",
    hint="Your result has the number type of x, so that integer images give truncated results. Do not "
    "put results into an array made with zeros_like(x) or empty_like(x), or give it dtype=float.",
)
def inference_result_has_type_of_input(x, gamma, beta, moving_mean, moving_variance, epsilon=1e-3):
    return _as_type_of(x, _normalize(x, gamma, beta, moving_mean, moving_variance, epsilon))


# ---------------------------------------------------------------- BatchNorm


class _Layer:
    """A right layer, cut into steps; each misconception replaces one of them."""

    def __init__(self, num_channels, momentum=0.99, epsilon=1e-3):
        self.momentum, self.epsilon = momentum, epsilon
        self.gamma, self.beta = np.ones(num_channels), np.zeros(num_channels)
        self.moving_mean, self.moving_variance = np.zeros(num_channels), np.ones(num_channels)

    def __call__(self, x, training):
        if training:
            mean, variance = self.batch_statistics(x)
            self.update(mean, variance)
        else:
            mean, variance = self.moving_mean, self.moving_variance
        return self.normalize(x, mean, variance, training)

    def batch_statistics(self, x):
        return _statistics(x)

    def update(self, mean, variance):
        self.moving_mean = self.average(self.moving_mean, mean)
        self.moving_variance = self.average(self.moving_variance, variance)

    def average(self, moving, batch_value):
        return moving * self.momentum + batch_value * (1 - self.momentum)

    def normalize(self, x, mean, variance, training):
        return _normalize(x, self.gamma, self.beta, mean, variance, self.epsilon)


@misconception(
    "BatchNorm",
    hint="Your layer gives the share `momentum` to the batch. That is the convention of PyTorch; in "
    "Keras and here, momentum is the share of the old moving average that stays.",
)
class MomentumReversed(_Layer):
    def average(self, moving, batch_value):
        return moving * (1 - self.momentum) + batch_value * self.momentum


@misconception(
    "BatchNorm",
    hint="Your layer always works with momentum 0.99. It is an argument of __init__: keep it, and use "
    "it in every step.",
)
class MomentumIgnored(_Layer):
    def average(self, moving, batch_value):
        return moving * 0.99 + batch_value * (1 - 0.99)


@misconception(
    "BatchNorm",
    hint="The moving statistics of your layer are those of the last batch. Mix them with the old ones: "
    "the share `momentum` stays.",
)
class LastBatchOnly(_Layer):
    def average(self, moving, batch_value):
        return batch_value


@misconception(
    "BatchNorm",
    hint="Your layer updates its moving statistics at inference too. Only calls with training=True may "
    "change them: test data must leave no trace in the model.",
)
class UpdatesAtInference(_Layer):
    def __call__(self, x, training):
        y = super().__call__(x, training)
        if not training:
            self.update(*self.batch_statistics(x))
        return y


@misconception(
    "BatchNorm",
    hint="Your layer normalizes with the statistics of the batch at inference. With training=False it "
    "has to use its moving statistics.",
)
class BatchStatisticsAtInference(_Layer):
    def normalize(self, x, mean, variance, training):
        return super().normalize(x, *self.batch_statistics(x), training)


@misconception(
    "BatchNorm",
    hint="Your layer normalizes with the moving statistics in training. In training the batch is "
    "normalized with its own statistics; the moving ones are only collected.",
)
class MovingStatisticsInTraining(_Layer):
    def normalize(self, x, mean, variance, training):
        return super().normalize(x, self.moving_mean, self.moving_variance, training)


@misconception(
    "BatchNorm",
    hint="Your layer collects standard deviations in moving_variance. Average the variances, and take "
    "the root only when you normalize.",
)
class DeviationAveraged(_Layer):
    def update(self, mean, variance):
        super().update(mean, np.sqrt(variance))


@misconception(
    "BatchNorm",
    hint="Your layer collects the unbiased variance, divided by m - 1. PyTorch does so; Keras and this "
    "assignment average the biased variance, the one that normalizes the batch.",
)
class UnbiasedVarianceAveraged(_Layer):
    def __call__(self, x, training):
        self.m = x.size // x.shape[-1]
        return super().__call__(x, training)

    def update(self, mean, variance):
        super().update(mean, variance * self.m / (self.m - 1))


@misconception(
    "BatchNorm",
    hint="Your layer never updates moving_variance. Both moving statistics take a step in every call "
    "with training=True.",
)
class VarianceNeverUpdated(_Layer):
    def update(self, mean, variance):
        self.moving_mean = self.average(self.moving_mean, mean)


@misconception(
    "BatchNorm",
    hint="Your layer leaves out gamma and beta at inference. They were learned together with the rest "
    "of the network: scale and shift in both modes.",
)
class ScaleAndShiftForgottenAtInference(_Layer):
    def normalize(self, x, mean, variance, training):
        y = _normalize(x, 1, 0, mean, variance, self.epsilon)
        return self.gamma * y + self.beta if training else y


@misconception(
    "BatchNorm",
    hint="Your layer does not use its attributes gamma and beta. An optimizer assigns new values to "
    "them: scale and shift with the current ones in every call.",
)
class ScaleAndShiftForgotten(_Layer):
    def normalize(self, x, mean, variance, training):
        return _normalize(x, 1, 0, mean, variance, self.epsilon)


@misconception(
    "BatchNorm",
    hint="For images your layer averages over the first axis only, so that every pixel is normalized "
    "by itself. Average over examples, rows and columns, all axes but the last.",
)
class FirstAxisOnly(_Layer):
    def batch_statistics(self, x):
        return _statistics(x, axes=0)


@misconception(
    "BatchNorm",
    hint="Your layer divides by the standard deviation plus epsilon. Epsilon is added to the variance, "
    "and the root is taken of the sum.",
)
class EpsilonOutsideRoot(_Layer):
    def normalize(self, x, mean, variance, training):
        return self.gamma * (x - mean) / (np.sqrt(variance) + self.epsilon) + self.beta


@misconception(
    "BatchNorm",
    hint="Your layer always works with epsilon 0.001. It is an argument of __init__: keep it, and use "
    "it in every call.",
)
class EpsilonIgnored(_Layer):
    def normalize(self, x, mean, variance, training):
        return _normalize(x, self.gamma, self.beta, mean, variance, 1e-3)


@misconception(
    "BatchNorm",
    hint="In your layer gamma and moving_variance are the same array (and maybe beta and moving_mean), "
    "and an update in place changes both. `a = b = np.ones(n)` makes one array with two names: "
    "make one for each attribute.",
)
class ArraysShared(_Layer):
    def __init__(self, num_channels, momentum=0.99, epsilon=1e-3):
        super().__init__(num_channels, momentum, epsilon)
        self.gamma, self.beta = self.moving_variance, self.moving_mean

    def update(self, mean, variance):
        for name, batch_value in [("moving_mean", mean), ("moving_variance", variance)]:
            moving = getattr(self, name)
            if moving.dtype.kind == "f":
                moving[...] = self.average(moving, batch_value)
            else:
                setattr(self, name, self.average(moving, batch_value))


@misconception(
    "BatchNorm",
    hint="Your layer updates its moving statistics in place, which fails or rounds when integers were "
    "assigned to them. Bind a new array instead: self.moving_mean = ... without *= or [:].",
)
class UpdatesInPlace(_Layer):
    def update(self, mean, variance):
        self.moving_mean *= self.momentum
        self.moving_mean += mean * (1 - self.momentum)
        self.moving_variance *= self.momentum
        self.moving_variance += variance * (1 - self.momentum)


# ---------------------------------------------------------------- batchnorm_backward


def _gradients(dy, x, gamma, epsilon, axes=None, m=None):
    """The pieces of the backward pass: scale, normalized x, dgamma, dbeta, m, and dx of them."""
    axes = _axes(x) if axes is None else axes
    mean, variance = _statistics(x, axes)
    scale = 1 / np.sqrt(variance + epsilon)
    x_hat = (x - mean) * scale
    return scale, x_hat, (dy * x_hat).sum(axis=axes), dy.sum(axis=axes), m or x.size / mean.size


def _dx(dy, gamma, scale, x_hat, dgamma, dbeta, m):
    return gamma * scale * (dy - dbeta / m - x_hat * dgamma / m)


@misconception(
    "batchnorm_backward",
    hint="You take mean and variance as constants. They are functions of the batch: every x has a path "
    "to every y of its feature through the mean, and another one through the variance.",
)
def statistics_constant(dy, x, gamma, epsilon=1e-3):
    scale, _, dgamma, dbeta, _ = _gradients(dy, x, gamma, epsilon)
    return gamma * scale * dy, dgamma, dbeta


@misconception(
    "batchnorm_backward",
    hint="You follow the gradient through the mean, but take the variance as a constant. The variance "
    "is a function of the batch too and adds a term with x_hat.",
)
def variance_constant(dy, x, gamma, epsilon=1e-3):
    scale, _, dgamma, dbeta, m = _gradients(dy, x, gamma, epsilon)
    return gamma * scale * (dy - dbeta / m), dgamma, dbeta


@misconception(
    "batchnorm_backward",
    hint="You follow the gradient through the variance, but take the mean as a constant. A change of "
    "one x also moves the mean that is subtracted from all of them, so dx has to add up to zero "
    "in each feature.",
)
def mean_constant(dy, x, gamma, epsilon=1e-3):
    scale, x_hat, dgamma, dbeta, m = _gradients(dy, x, gamma, epsilon)
    return gamma * scale * (dy - x_hat * dgamma / m), dgamma, dbeta


@misconception(
    "batchnorm_backward",
    hint="In dx you subtract sums over the batch where means belong: the factor 1/m of mean and "
    "variance is missing.",
)
def sums_for_means(dy, x, gamma, epsilon=1e-3):
    scale, x_hat, dgamma, dbeta, _ = _gradients(dy, x, gamma, epsilon)
    return _dx(dy, gamma, scale, x_hat, dgamma, dbeta, 1), dgamma, dbeta


@misconception(
    "batchnorm_backward",
    hint="For images you divide by the number of examples. A channel has m = N * H * W values: count "
    "all axes but the last.",
)
def m_counts_examples_only(dy, x, gamma, epsilon=1e-3):
    scale, x_hat, dgamma, dbeta, _ = _gradients(dy, x, gamma, epsilon)
    return _dx(dy, gamma, scale, x_hat, dgamma, dbeta, len(x)), dgamma, dbeta


@misconception(
    "batchnorm_backward",
    hint="For images you sum and average over the first axis only. A channel is one feature: its "
    "gradients collect examples, rows and columns, all axes but the last.",
)
def gradients_over_first_axis_only(dy, x, gamma, epsilon=1e-3):
    scale, x_hat, dgamma, dbeta, _ = _gradients(dy, x, gamma, epsilon, axes=0)
    return _dx(dy, gamma, scale, x_hat, dgamma, dbeta, len(x)), dgamma, dbeta


@misconception(
    "batchnorm_backward",
    hint="Your dgamma multiplies dy by x. gamma multiplies the normalized x_hat in the forward pass, "
    "so dgamma is the sum of dy times x_hat.",
)
def dgamma_from_x(dy, x, gamma, epsilon=1e-3):
    pieces = _gradients(dy, x, gamma, epsilon)
    return _dx(dy, gamma, *pieces), (dy * x.astype(float)).sum(axis=_axes(x)), pieces[3]


@misconception(
    "batchnorm_backward",
    hint="Your dgamma multiplies dy by x - mean. The division by the root is missing: gamma multiplies "
    "x_hat, which is also scaled.",
)
def dgamma_from_centered_x(dy, x, gamma, epsilon=1e-3):
    pieces = _gradients(dy, x, gamma, epsilon)
    return _dx(dy, gamma, *pieces), (dy * (x - x.mean(axis=_axes(x)))).sum(axis=_axes(x)), pieces[3]


@misconception(
    "batchnorm_backward",
    hint="dgamma and dbeta are means in your code. gamma and beta act on every value of their feature, "
    "so their gradients are sums; if the loss is a mean, its 1/m is in dy already.",
)
def parameter_gradients_averaged(dy, x, gamma, epsilon=1e-3):
    pieces = _, _, dgamma, dbeta, m = _gradients(dy, x, gamma, epsilon)
    return _dx(dy, gamma, *pieces), dgamma / m, dbeta / m


@misconception(
    "batchnorm_backward",
    hint="dgamma and dbeta are exchanged. The order of the results is dx, dgamma, dbeta; beta's "
    "gradient is the sum of dy alone.",
)
def dgamma_and_dbeta_exchanged(dy, x, gamma, epsilon=1e-3):
    pieces = _, _, dgamma, dbeta, _ = _gradients(dy, x, gamma, epsilon)
    return _dx(dy, gamma, *pieces), dbeta, dgamma


@misconception(
    "batchnorm_backward",
    hint="gamma is missing in dx. The forward pass multiplies x_hat by gamma, so the gradient on its "
    "way back is multiplied by gamma, too.",
)
def gamma_forgotten(dy, x, gamma, epsilon=1e-3):
    pieces = _gradients(dy, x, gamma, epsilon)
    return _dx(dy, 1, *pieces), *pieces[2:4]


@misconception(
    "batchnorm_backward",
    hint="dx lacks the factor 1 / root of variance plus epsilon: you stop at the gradient with respect "
    "to x - mean scaled to variance 1. One more step of the chain rule leads to x.",
)
def scale_forgotten(dy, x, gamma, epsilon=1e-3):
    _, *pieces = _gradients(dy, x, gamma, epsilon)
    return _dx(dy, gamma, 1, *pieces), *pieces[1:3]


@misconception(
    "batchnorm_backward",
    hint="The term of the variance has the wrong sign. A bigger variance makes y smaller, so this term "
    "is subtracted, like that of the mean.",
)
def variance_term_added(dy, x, gamma, epsilon=1e-3):
    scale, x_hat, dgamma, dbeta, m = _gradients(dy, x, gamma, epsilon)
    return gamma * scale * (dy - dbeta / m + x_hat * dgamma / m), dgamma, dbeta


@misconception(
    "batchnorm_backward",
    hint="Epsilon has no effect in your code. The forward pass divides by the root of variance plus "
    "epsilon; use the same root in x_hat and in dx.",
)
@np.errstate(invalid="ignore", divide="ignore")
def backward_epsilon_omitted(dy, x, gamma, epsilon=1e-3):
    pieces = _gradients(dy, x, gamma, 0)
    return _dx(dy, gamma, *pieces), *pieces[2:4]


@misconception(
    "batchnorm_backward",
    hint="Your epsilon is always 0.001. It is an argument: use the value that the caller gives, and "
    "0.001 only as its default.",
)
def backward_epsilon_fixed(dy, x, gamma, epsilon=1e-3):
    pieces = _gradients(dy, x, gamma, 1e-3)
    return _dx(dy, gamma, *pieces), *pieces[2:4]


@misconception(
    "batchnorm_backward",
    hint="You subtract the mean from x in place, so that the caller's array is changed. Write x = x - "
    "mean instead of x -= mean.",
)
def backward_input_changed(dy, x, gamma, epsilon=1e-3):
    x -= x.mean(axis=_axes(x))
    pieces = _gradients(dy, x, gamma, epsilon)
    return _dx(dy, gamma, *pieces), *pieces[2:4]


@misconception(
    "batchnorm_backward",
    hint="Your dx has the number type of x, so that for integer images it is truncated. Do not put it "
    "into an array made with zeros_like(x) or empty_like(x), or give it dtype=float.",
)
def dx_has_type_of_input(dy, x, gamma, epsilon=1e-3):
    pieces = _gradients(dy, x, gamma, epsilon)
    return _as_type_of(x, _dx(dy, gamma, *pieces)), *pieces[2:4]


# ---------------------------------------------------------------- fold_batchnorm


def _scale(gamma, moving_variance, epsilon):
    return gamma / np.sqrt(moving_variance + epsilon)


def _fold(kernels, bias, scale, beta, moving_mean):
    return kernels * scale, (bias - moving_mean) * scale + beta


@misconception(
    "fold_batchnorm",
    hint="The old bias is not scaled. Batch normalization sees the convolution's output with its bias: "
    "subtract the moving mean from the bias, and scale the difference.",
)
def bias_not_scaled(kernels, bias, gamma, beta, moving_mean, moving_variance, epsilon=1e-3):
    scale = _scale(gamma, moving_variance, epsilon)
    return kernels * scale, bias + beta - moving_mean * scale


@misconception(
    "fold_batchnorm",
    hint="The old bias is missing. It is part of what batch normalization sees, so it is normalized "
    "and goes into the new bias.",
)
def bias_forgotten(kernels, bias, gamma, beta, moving_mean, moving_variance, epsilon=1e-3):
    return _fold(kernels, 0, _scale(gamma, moving_variance, epsilon), beta, moving_mean)


@misconception(
    "fold_batchnorm",
    hint="The moving mean is missing. Batch normalization subtracts it from the convolution's output; "
    "this constant goes into the new bias.",
)
def moving_mean_forgotten(kernels, bias, gamma, beta, moving_mean, moving_variance, epsilon=1e-3):
    return _fold(kernels, bias, _scale(gamma, moving_variance, epsilon), beta, 0)


@misconception(
    "fold_batchnorm",
    hint="The moving mean has the wrong sign or is not scaled. It is subtracted from the old bias "
    "before the difference is scaled.",
)
def moving_mean_not_scaled(kernels, bias, gamma, beta, moving_mean, moving_variance, epsilon=1e-3):
    scale = _scale(gamma, moving_variance, epsilon)
    return kernels * scale, bias * scale - moving_mean + beta


@misconception(
    "fold_batchnorm",
    hint="beta is missing. Batch normalization adds it at the end; it goes into the new bias as it is.",
)
def beta_forgotten(kernels, bias, gamma, beta, moving_mean, moving_variance, epsilon=1e-3):
    return _fold(kernels, bias, _scale(gamma, moving_variance, epsilon), 0, moving_mean)


@misconception(
    "fold_batchnorm",
    hint="You scale beta, too. Batch normalization scales first and adds beta afterwards.",
)
def beta_scaled(kernels, bias, gamma, beta, moving_mean, moving_variance, epsilon=1e-3):
    return _fold(kernels, bias + beta, _scale(gamma, moving_variance, epsilon), 0, moving_mean)


@misconception(
    "fold_batchnorm",
    hint="The kernels are not changed. Batch normalization scales what they produce, so each output "
    "channel of the kernels is multiplied by gamma / root of variance plus epsilon.",
)
def kernels_not_scaled(kernels, bias, gamma, beta, moving_mean, moving_variance, epsilon=1e-3):
    return kernels, _fold(kernels, bias, _scale(gamma, moving_variance, epsilon), beta, moving_mean)[1]


@misconception(
    "fold_batchnorm",
    hint="You scale the kernels' input channels. gamma belongs to the channels of the convolution's "
    "output, the last axis of kernels in (F_h, F_w, C_in, C_out).",
)
def input_channels_scaled(kernels, bias, gamma, beta, moving_mean, moving_variance, epsilon=1e-3):
    scale = _scale(gamma, moving_variance, epsilon)
    return kernels * scale[:, np.newaxis], _fold(kernels, bias, scale, beta, moving_mean)[1]


@misconception(
    "fold_batchnorm",
    hint="You scale by gamma only. Batch normalization also divides by the root of moving variance "
    "plus epsilon.",
)
def division_forgotten(kernels, bias, gamma, beta, moving_mean, moving_variance, epsilon=1e-3):
    return _fold(kernels, bias, gamma, beta, moving_mean)


@misconception(
    "fold_batchnorm",
    hint="gamma is missing. Batch normalization multiplies by gamma after the division by the root, so "
    "the scale of each channel is gamma / root of variance plus epsilon.",
)
def gamma_left_out(kernels, bias, gamma, beta, moving_mean, moving_variance, epsilon=1e-3):
    return _fold(kernels, bias, _scale(1, moving_variance, epsilon), beta, moving_mean)


@misconception(
    "fold_batchnorm",
    hint="You divide by the moving variance. Divide by the root of moving variance plus epsilon.",
)
def fold_root_forgotten(kernels, bias, gamma, beta, moving_mean, moving_variance, epsilon=1e-3):
    return _fold(kernels, bias, gamma / (moving_variance + epsilon), beta, moving_mean)


@misconception(
    "fold_batchnorm",
    hint="You divide by the standard deviation plus epsilon. Epsilon is added to the moving variance, "
    "and the root is taken of the sum.",
)
def fold_epsilon_outside_root(kernels, bias, gamma, beta, moving_mean, moving_variance, epsilon=1e-3):
    return _fold(kernels, bias, gamma / (np.sqrt(moving_variance) + epsilon), beta, moving_mean)


@misconception(
    "fold_batchnorm",
    hint="Epsilon has no effect in your code. It is part of what batch normalization does at "
    "inference, so the folded convolution needs it, too.",
)
def fold_epsilon_omitted(kernels, bias, gamma, beta, moving_mean, moving_variance, epsilon=1e-3):
    return _fold(kernels, bias, _scale(gamma, moving_variance, 0), beta, moving_mean)


@misconception(
    "fold_batchnorm",
    hint="Your epsilon is always 0.001. It is an argument: use the value that the caller gives, and "
    "0.001 only as its default.",
)
def fold_epsilon_fixed(kernels, bias, gamma, beta, moving_mean, moving_variance, epsilon=1e-3):
    return _fold(kernels, bias, _scale(gamma, moving_variance, 1e-3), beta, moving_mean)


@misconception(
    "fold_batchnorm",
    hint="You scale the kernels in place, so that the caller's array is changed. Write kernels = "
    "kernels * scale instead of kernels *= scale.",
)
def kernels_changed(kernels, bias, gamma, beta, moving_mean, moving_variance, epsilon=1e-3):
    kernels *= _scale(gamma, moving_variance, epsilon)
    return kernels, _fold(1, bias, _scale(gamma, moving_variance, epsilon), beta, moving_mean)[1]
