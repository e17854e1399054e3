"""Known wrong answers to assignment 08, GoogLeNet, each with a hint for the student who gave it.

Each is a complete answer that differs from a right one by exactly one misunderstanding.
"""
# ruff: noqa: D103 - the hint says what a misconception is

import keras
import numpy as np
from keras import layers

from autograder.testing import misconception

# ---------------------------------------------------------------- inception_module


def _convolution(x, filters, size=1, activation="relu", padding="same", **settings):
    return layers.Conv2D(filters, size, activation=activation, padding=padding, **settings)(x)


def _reduced(x, reduce, filters, size, **settings):
    """A 1x1 convolution and a larger one."""
    return _convolution(_convolution(x, reduce, **settings), filters, size, **settings)


def _pooled(x):
    return layers.MaxPooling2D(3, strides=1, padding="same")(x)


def _branches(x, f1, f3_reduce, f3, f5_reduce, f5, pool_proj, **settings):
    return [
        _convolution(x, f1, **settings),
        _reduced(x, f3_reduce, f3, 3, **settings),
        _reduced(x, f5_reduce, f5, 5, **settings),
        _convolution(_pooled(x), pool_proj, **settings),
    ]


def _module(x, *numbers, **replaced):
    """A module of which some branches are replaced, each by its number as in branch2."""
    branches = _branches(x, *numbers)
    for name, branch in replaced.items():
        branches[int(name.removeprefix("branch")) - 1] = branch
    return layers.Concatenate()(branches)


@misconception(
    "inception_module",
    hint="You add the branches up. They are concatenated: their channels come one behind the other, so that "
    "the branches may have different numbers of channels.",
)
def branches_added(x, f1, f3_reduce, f3, f5_reduce, f5, pool_proj):
    return layers.Add()(_branches(x, f1, f3_reduce, f3, f5_reduce, f5, pool_proj))


@misconception(
    "inception_module",
    hint="You concatenate along the height. The channels are the last axis: axis=-1, which is also the "
    "default of Keras.",
)
def concatenated_along_the_height(x, f1, f3_reduce, f3, f5_reduce, f5, pool_proj):
    return layers.Concatenate(axis=1)(_branches(x, f1, f3_reduce, f3, f5_reduce, f5, pool_proj))


@misconception(
    "inception_module",
    hint="Your pooling makes the map smaller, so that it does not fit to the other branches. Give it the "
    "stride 1: Keras's default is the size of the window.",
)
def pooling_with_stride_two(x, f1, f3_reduce, f3, f5_reduce, f5, pool_proj):
    pooled = layers.MaxPooling2D(3, strides=2, padding="same")(x)
    numbers = f1, f3_reduce, f3, f5_reduce, f5, pool_proj
    return _module(x, *numbers, branch4=_convolution(pooled, pool_proj))


@misconception(
    "inception_module",
    hint="Without padding the branches have different sizes and cannot be concatenated. Give 3x3 and 5x5 "
    "convolutions and the pooling 'same' padding.",
)
def valid_padding(x, f1, f3_reduce, f3, f5_reduce, f5, pool_proj):
    numbers = f1, f3_reduce, f3, f5_reduce, f5, pool_proj
    return layers.Concatenate()(_branches(x, *numbers, padding="valid"))


@misconception(
    "inception_module",
    hint="There is no 1x1 convolution after your pooling. It brings the pooled channels, as many as x has, "
    "down to pool_proj.",
)
def projection_missing(x, f1, f3_reduce, f3, f5_reduce, f5, pool_proj):
    return _module(x, f1, f3_reduce, f3, f5_reduce, f5, pool_proj, branch4=_pooled(x))


@misconception(
    "inception_module",
    hint="Your 1x1 convolution stands before the pooling. In the fourth branch the pooling comes first.",
)
def projection_before_the_pooling(x, f1, f3_reduce, f3, f5_reduce, f5, pool_proj):
    projected = _pooled(_convolution(x, pool_proj))
    return _module(x, f1, f3_reduce, f3, f5_reduce, f5, pool_proj, branch4=projected)


@misconception(
    "inception_module",
    hint="Your reductions come after the 3x3 and 5x5 convolutions. They save something only before: then the "
    "expensive convolution sees few channels.",
)
def reduction_afterwards(x, f1, f3_reduce, f3, f5_reduce, f5, pool_proj):
    return _module(
        x,
        *(f1, f3_reduce, f3, f5_reduce, f5, pool_proj),
        branch2=_convolution(_convolution(x, f3, 3), f3_reduce),
        branch3=_convolution(_convolution(x, f5, 5), f5_reduce),
    )


@misconception(
    "inception_module",
    hint="Your 3x3 and 5x5 convolutions come before the 1x1 convolutions, with their numbers of filters "
    "exchanged. First the 1x1 convolution with f3_reduce (f5_reduce) filters, then the large one with "
    "f3 (f5).",
)
def large_kernels_first(x, f1, f3_reduce, f3, f5_reduce, f5, pool_proj):
    return _module(
        x,
        *(f1, f3_reduce, f3, f5_reduce, f5, pool_proj),
        branch2=_convolution(_convolution(x, f3_reduce, 3), f3),
        branch3=_convolution(_convolution(x, f5_reduce, 5), f5),
    )


@misconception(
    "inception_module",
    hint="Your 3x3 and 5x5 convolutions work on x itself. They work on what the 1x1 convolutions before them "
    "gave: that is the bottleneck.",
)
def reductions_missing(x, f1, f3_reduce, f3, f5_reduce, f5, pool_proj):
    numbers = f1, f3_reduce, f3, f5_reduce, f5, pool_proj
    return _module(x, *numbers, branch2=_convolution(x, f3, 3), branch3=_convolution(x, f5, 5))


@misconception(
    "inception_module",
    hint="Your 3x3 and 5x5 branches share one 1x1 convolution. Each has its own, with f3_reduce and "
    "f5_reduce filters.",
)
def reduction_shared(x, f1, f3_reduce, f3, f5_reduce, f5, pool_proj):
    reduced = _convolution(x, f3_reduce)
    numbers = f1, f3_reduce, f3, f5_reduce, f5, pool_proj
    return _module(x, *numbers, branch2=_convolution(reduced, f3, 3), branch3=_convolution(reduced, f5, 5))


@misconception(
    "inception_module",
    hint="Your third branch works on the output of the second. All four branches work on x, side by side.",
)
def branches_in_a_row(x, f1, f3_reduce, f3, f5_reduce, f5, pool_proj):
    second = _reduced(x, f3_reduce, f3, 3)
    numbers = f1, f3_reduce, f3, f5_reduce, f5, pool_proj
    return _module(x, *numbers, branch2=second, branch3=_reduced(second, f5_reduce, f5, 5))


@misconception(
    "inception_module",
    hint="The third branch of yours has a 3x3 kernel. It has 5x5, so that the module sees three scales.",
)
def three_by_three_twice(x, f1, f3_reduce, f3, f5_reduce, f5, pool_proj):
    numbers = f1, f3_reduce, f3, f5_reduce, f5, pool_proj
    return _module(x, *numbers, branch3=_reduced(x, f5_reduce, f5, 3))


@misconception(
    "inception_module",
    hint="You write the 5x5 convolution as two 3x3 convolutions. Later versions of Inception do that; this "
    "one has a 5x5 kernel.",
)
def five_by_five_as_a_stack(x, f1, f3_reduce, f3, f5_reduce, f5, pool_proj):
    numbers = f1, f3_reduce, f3, f5_reduce, f5, pool_proj
    return _module(x, *numbers, branch3=_convolution(_reduced(x, f5_reduce, f5, 3), f5, 3))


@misconception(
    "inception_module",
    hint="Your fourth branch averages. It takes the maximum of each window.",
)
def average_pooling(x, f1, f3_reduce, f3, f5_reduce, f5, pool_proj):
    pooled = layers.AveragePooling2D(3, strides=1, padding="same")(x)
    numbers = f1, f3_reduce, f3, f5_reduce, f5, pool_proj
    return _module(x, *numbers, branch4=_convolution(pooled, pool_proj))


@misconception(
    "inception_module",
    hint="The window of your pooling is 2x2. It is 3x3, so that it is centered at each position.",
)
def small_pooling_window(x, f1, f3_reduce, f3, f5_reduce, f5, pool_proj):
    pooled = layers.MaxPooling2D(2, strides=1, padding="same")(x)
    numbers = f1, f3_reduce, f3, f5_reduce, f5, pool_proj
    return _module(x, *numbers, branch4=_convolution(pooled, pool_proj))


@misconception(
    "inception_module",
    hint="The pooling is missing: your fourth branch is a 1x1 convolution of x itself.",
)
def pooling_missing(x, f1, f3_reduce, f3, f5_reduce, f5, pool_proj):
    numbers = f1, f3_reduce, f3, f5_reduce, f5, pool_proj
    return _module(x, *numbers, branch4=_convolution(x, pool_proj))


@misconception(
    "inception_module",
    hint="Your convolutions have no ReLU. Every convolution of the module is followed by one.",
)
def relu_forgotten(x, f1, f3_reduce, f3, f5_reduce, f5, pool_proj):
    numbers = f1, f3_reduce, f3, f5_reduce, f5, pool_proj
    return layers.Concatenate()(_branches(x, *numbers, activation=None))


@misconception(
    "inception_module",
    hint="The 1x1 convolutions before the 3x3 and 5x5 convolutions have no ReLU. Every convolution is "
    "followed by one, so one ReLU behind the concatenation is not enough.",
)
def reductions_without_relu(x, f1, f3_reduce, f3, f5_reduce, f5, pool_proj):
    numbers = f1, f3_reduce, f3, f5_reduce, f5, pool_proj
    return layers.ReLU()(layers.Concatenate()(_branches(x, *numbers, activation=None)))


@misconception(
    "inception_module",
    hint="The 1x1 convolution after the pooling has no ReLU. Every convolution of the module is followed by "
    "one.",
)
def projection_without_relu(x, f1, f3_reduce, f3, f5_reduce, f5, pool_proj):
    projected = _convolution(_pooled(x), pool_proj, activation=None)
    return _module(x, f1, f3_reduce, f3, f5_reduce, f5, pool_proj, branch4=projected)


@misconception(
    "inception_module",
    hint="Your convolutions have no biases. They are only left out where batch normalization follows, and "
    "this module has none.",
)
def biases_left_out(x, f1, f3_reduce, f3, f5_reduce, f5, pool_proj):
    numbers = f1, f3_reduce, f3, f5_reduce, f5, pool_proj
    return layers.Concatenate()(_branches(x, *numbers, use_bias=False))


@misconception(
    "inception_module",
    hint="You take f3 for f3_reduce and f5 for f5_reduce. The order of the six numbers is f1, f3_reduce, f3, "
    "f5_reduce, f5, pool_proj.",
)
def reductions_exchanged(x, f1, f3_reduce, f3, f5_reduce, f5, pool_proj):
    return _module(x, f1, f3, f3_reduce, f5, f5_reduce, pool_proj)


# ---------------------------------------------------------------- inception_macs


def _macs_per_position(c_in, f1, f3_reduce, f3, f5_reduce, f5, pool_proj, nine=9, twenty_five=25):
    ones = c_in * (f1 + f3_reduce + f5_reduce + pool_proj)
    return ones + nine * f3_reduce * f3 + twenty_five * f5_reduce * f5


@misconception(
    "inception_macs",
    hint="You leave out the 1x1 convolutions before the 3x3 and 5x5 convolutions. They save work, but they "
    "are work, too.",
)
def reductions_not_counted(height, width, c_in, f1, f3_reduce, f3, f5_reduce, f5, pool_proj):
    return height * width * (c_in * (f1 + pool_proj) + 9 * f3_reduce * f3 + 25 * f5_reduce * f5)


@misconception(
    "inception_macs",
    hint="Your 3x3 and 5x5 convolutions see all c_in channels. They see what the 1x1 convolutions left of "
    "them: f3_reduce and f5_reduce.",
)
def large_kernels_see_all_channels(height, width, c_in, f1, f3_reduce, f3, f5_reduce, f5, pool_proj):
    ones = f1 + f3_reduce + f5_reduce + pool_proj
    return height * width * c_in * (ones + 9 * f3 + 25 * f5)


@misconception(
    "inception_macs",
    hint="You multiply by 3 and 5. A 3x3 kernel has 9 weights for each pair of channels, a 5x5 kernel has "
    "25.",
)
def sides_instead_of_squares(height, width, c_in, f1, f3_reduce, f3, f5_reduce, f5, pool_proj):
    numbers = f1, f3_reduce, f3, f5_reduce, f5, pool_proj
    return height * width * _macs_per_position(c_in, *numbers, nine=3, twenty_five=5)


@misconception(
    "inception_macs",
    hint="You count the 5x5 kernel like a 3x3 kernel, with 9 weights. It has 25.",
)
def five_counted_as_three(height, width, c_in, f1, f3_reduce, f3, f5_reduce, f5, pool_proj):
    numbers = f1, f3_reduce, f3, f5_reduce, f5, pool_proj
    return height * width * _macs_per_position(c_in, *numbers, twenty_five=9)


@misconception(
    "inception_macs",
    hint="You leave out the fourth branch. Its pooling costs no multiplications, but the 1x1 convolution "
    "after it does.",
)
def projection_not_counted(height, width, c_in, f1, f3_reduce, f3, f5_reduce, f5, pool_proj):
    return height * width * _macs_per_position(c_in, f1, f3_reduce, f3, f5_reduce, f5, 0)


@misconception(
    "inception_macs",
    hint="Your projection sees the channels of the other branches. It works on the pooled input, which has "
    "c_in channels like x itself.",
)
def projection_of_the_other_branches(height, width, c_in, f1, f3_reduce, f3, f5_reduce, f5, pool_proj):
    others = _macs_per_position(c_in, f1, f3_reduce, f3, f5_reduce, f5, 0)
    return height * width * (others + (f1 + f3 + f5) * pool_proj)


@misconception(
    "inception_macs",
    hint="You count weights. Each weight is used at every position of the map, so multiply by height and "
    "width.",
)
def positions_forgotten(height, width, c_in, f1, f3_reduce, f3, f5_reduce, f5, pool_proj):
    return _macs_per_position(c_in, f1, f3_reduce, f3, f5_reduce, f5, pool_proj)


@misconception(
    "inception_macs",
    hint="You take the map for a square: height times height. It has height times width positions.",
)
def height_squared(height, width, c_in, f1, f3_reduce, f3, f5_reduce, f5, pool_proj):
    return height**2 * _macs_per_position(c_in, f1, f3_reduce, f3, f5_reduce, f5, pool_proj)


@misconception(
    "inception_macs",
    hint="You count a bias for each output. A bias is added, not multiplied, and does not count here.",
)
def biases_counted(height, width, c_in, f1, f3_reduce, f3, f5_reduce, f5, pool_proj):
    numbers = f1, f3_reduce, f3, f5_reduce, f5, pool_proj
    return height * width * (_macs_per_position(c_in, *numbers) + sum(numbers))


@misconception(
    "inception_macs",
    hint="You count multiplications and additions singly. Here one multiplication with its addition is one.",
)
def counted_singly(height, width, c_in, f1, f3_reduce, f3, f5_reduce, f5, pool_proj):
    return 2 * height * width * _macs_per_position(c_in, f1, f3_reduce, f3, f5_reduce, f5, pool_proj)


@misconception(
    "inception_macs",
    hint="You count 9 operations per channel for the pooling. It compares and does not multiply, and it does "
    "not count here.",
)
def pooling_counted(height, width, c_in, f1, f3_reduce, f3, f5_reduce, f5, pool_proj):
    convolutions = _macs_per_position(c_in, f1, f3_reduce, f3, f5_reduce, f5, pool_proj)
    return height * width * (convolutions + 9 * c_in)


@misconception(
    "inception_macs",
    hint="You leave out positions at the border for the 3x3 and 5x5 convolutions. With 'same' padding they "
    "have an output at every position, and all positions count alike.",
)
def border_left_out(height, width, c_in, f1, f3_reduce, f3, f5_reduce, f5, pool_proj):
    ones = height * width * c_in * (f1 + f3_reduce + f5_reduce + pool_proj)
    threes = (height - 2) * (width - 2) * 9 * f3_reduce * f3
    return ones + threes + (height - 4) * (width - 4) * 25 * f5_reduce * f5


# ---------------------------------------------------------------- naive_inception_macs


@misconception(
    "naive_inception_macs",
    hint="You multiply by 3 and 5. A 3x3 kernel has 9 weights for each pair of channels, a 5x5 kernel has "
    "25.",
)
def naive_sides_instead_of_squares(height, width, c_in, f1, f3, f5):
    return height * width * c_in * (f1 + 3 * f3 + 5 * f5)


@misconception(
    "naive_inception_macs",
    hint="You count the 5x5 kernel like a 3x3 kernel, with 9 weights. It has 25.",
)
def naive_five_counted_as_three(height, width, c_in, f1, f3, f5):
    return height * width * c_in * (f1 + 9 * f3 + 9 * f5)


@misconception(
    "naive_inception_macs",
    hint="You count a convolution after the pooling. In the naive module the pooled map is passed on as it "
    "is.",
)
def pooled_branch_projected(height, width, c_in, f1, f3, f5):
    return height * width * c_in * (f1 + 9 * f3 + 25 * f5 + c_in)


@misconception(
    "naive_inception_macs",
    hint="You count 9 operations per channel for the pooling. It compares and does not multiply, and it does "
    "not count here.",
)
def naive_pooling_counted(height, width, c_in, f1, f3, f5):
    return height * width * c_in * (f1 + 9 * f3 + 25 * f5 + 9)


@misconception(
    "naive_inception_macs",
    hint="You count weights. Each weight is used at every position of the map, so multiply by height and "
    "width.",
)
def naive_positions_forgotten(height, width, c_in, f1, f3, f5):
    return c_in * (f1 + 9 * f3 + 25 * f5)


@misconception(
    "naive_inception_macs",
    hint="You take the map for a square: height times height. It has height times width positions.",
)
def naive_height_squared(height, width, c_in, f1, f3, f5):
    return height**2 * c_in * (f1 + 9 * f3 + 25 * f5)


@misconception(
    "naive_inception_macs",
    hint="In your module one convolution works on the output of the other. All of them work on the c_in "
    "channels of the input, side by side.",
)
def naive_branches_in_a_row(height, width, c_in, f1, f3, f5):
    return height * width * (c_in * f1 + 9 * f1 * f3 + 25 * f3 * f5)


@misconception(
    "naive_inception_macs",
    hint="You count a bias for each output. A bias is added, not multiplied, and does not count here.",
)
def naive_biases_counted(height, width, c_in, f1, f3, f5):
    return height * width * (c_in * (f1 + 9 * f3 + 25 * f5) + f1 + f3 + f5)


@misconception(
    "naive_inception_macs",
    hint="You count multiplications and additions singly. Here one multiplication with its addition is one.",
)
def naive_counted_singly(height, width, c_in, f1, f3, f5):
    return 2 * height * width * c_in * (f1 + 9 * f3 + 25 * f5)


# ---------------------------------------------------------------- global_average_pool


@misconception(
    "global_average_pool",
    hint="You add up the positions without dividing by their number. A mean is asked for.",
)
def summed(x):
    return x.sum(axis=(1, 2), dtype=float)


@misconception(
    "global_average_pool",
    hint="You take the maximum of each channel. A mean is asked for.",
)
def maximum_taken(x):
    return x.max(axis=(1, 2)).astype(float)


@misconception(
    "global_average_pool",
    hint="You average over the batch, too. Each image has means of its own: leave axis 0 alone.",
)
def batch_averaged(x):
    return x.mean(axis=(0, 1, 2))


@misconception(
    "global_average_pool",
    hint="You average over axes 2 and 3, as if the channels were axis 1. Here the order is (N, H, W, C), so "
    "rows and columns are axes 1 and 2.",
)
def channels_first(x):
    return x.mean(axis=(2, 3))


@misconception(
    "global_average_pool",
    hint="You average over one axis only. A mean over all positions runs over rows and columns.",
)
def rows_only(x):
    return x.mean(axis=1)


@misconception(
    "global_average_pool",
    hint="You average over the channels. Each channel keeps its own mean; the average runs over rows and "
    "columns.",
)
def channels_averaged(x):
    return x.mean(axis=-1)


@misconception(
    "global_average_pool",
    hint="Your result has two axes of length 1 too many. The shape should be (N, C): leave out keepdims, or "
    "squeeze axes 1 and 2.",
)
def axes_kept(x):
    return x.mean(axis=(1, 2), keepdims=True)


@misconception(
    "global_average_pool",
    hint="You remove all axes of length 1, so that a batch of one image, or a single channel, loses its "
    "axis. Squeeze axes 1 and 2 only, or do not keep them at all.",
)
def everything_squeezed(x):
    return np.squeeze(x.mean(axis=(1, 2), keepdims=True))


@misconception(
    "global_average_pool",
    hint="You divide by height times height. A map has height times width positions.",
)
def divided_by_height_squared(x):
    return x.sum(axis=(1, 2), dtype=float) / x.shape[1] ** 2


@misconception(
    "global_average_pool",
    hint="You reshape to (N, C, positions) before you average, which mixes channels and positions: reshaping "
    "moves no axis. The channels are last: (N, positions, C).",
)
def reshaped_to_channels_first(x):
    N, H, W, C = x.shape
    return x.reshape(N, C, H * W).mean(axis=2)


@misconception(
    "global_average_pool",
    hint="Your sum has the number type of x. In uint8 images it overflows at 256: convert to floating point "
    "first, or use mean.",
)
def sum_overflows(x):
    return x.sum(axis=(1, 2), dtype=x.dtype) / (x.shape[1] * x.shape[2])


@misconception(
    "global_average_pool",
    hint="Your result has the number type of x, so that the means of integer images are cut off. The result "
    "should be floating-point numbers.",
)
def result_has_type_of_input(x):
    return x.mean(axis=(1, 2)).astype(x.dtype)


@misconception(
    "global_average_pool",
    hint="You write into the array x, which belongs to the caller. Make a new array instead: no *=, /= or "
    "[:] = on an argument.",
)
def input_changed(x):
    y = x.mean(axis=(1, 2))
    x -= x
    return y


# ---------------------------------------------------------------- build_googlenet

_NUMBERS = {
    "3a": (64, 96, 128, 16, 32, 32),
    "3b": (128, 128, 192, 32, 96, 64),
    "4a": (192, 96, 208, 16, 48, 64),
    "4b": (160, 112, 224, 24, 64, 64),
    "4c": (128, 128, 256, 24, 64, 64),
    "4d": (112, 144, 288, 32, 64, 64),
    "4e": (256, 160, 320, 32, 128, 128),
    "5a": (256, 160, 320, 32, 128, 128),
    "5b": (384, 192, 384, 48, 128, 128),
}


def _smaller(x, pool=layers.MaxPooling2D, padding="same"):
    return pool(3, strides=2, padding=padding)(x)


def _stem(x, smaller=_smaller, **settings):
    x = smaller(_convolution(x, 64, 7, strides=2, **settings))
    return smaller(_convolution(_convolution(x, 64, **settings), 192, 3, **settings))


def _googlenet(
    num_classes,
    input_shape,
    stem=_stem,
    module=_module,
    numbers=_NUMBERS,
    smaller=_smaller,
    last=layers.GlobalAveragePooling2D,
    hidden=(),
    activation="softmax",
):
    """GoogLeNet with one thing changed by an argument."""
    x = inputs = keras.Input(input_shape)
    x = stem(x)
    for name, six in numbers.items():
        if name in ("4a", "5a"):
            x = smaller(x)
        x = module(x, *six)
    x = last()(x)
    for units in hidden:
        x = layers.Dense(units, activation="relu")(x)
    return keras.Model(inputs, layers.Dense(num_classes, activation=activation)(x))


@misconception(
    "build_googlenet",
    hint="You flatten the last feature map. GoogLeNet averages over all positions first, so that the fully "
    "connected layer has 1,024 inputs and not fifty thousand.",
)
def flattened(num_classes=1000, input_shape=(224, 224, 3)):
    return _googlenet(num_classes, input_shape, last=layers.Flatten)


@misconception(
    "build_googlenet",
    hint="You take the maximum over all positions before the fully connected layer. GoogLeNet takes the "
    "mean.",
)
def last_maximum(num_classes=1000, input_shape=(224, 224, 3)):
    return _googlenet(num_classes, input_shape, last=layers.GlobalMaxPooling2D)


@misconception(
    "build_googlenet",
    hint="There is a second fully connected layer. GoogLeNet has only one, from 1,024 channels to the "
    "classes.",
)
def hidden_layer_added(num_classes=1000, input_shape=(224, 224, 3)):
    return _googlenet(num_classes, input_shape, hidden=(1024,))


@misconception(
    "build_googlenet",
    hint="The last layer has a ReLU. It turns all negative logits into 0, and the classes cannot be told "
    "apart any more: end in logits or in a softmax.",
)
def relu_after_the_last_layer(num_classes=1000, input_shape=(224, 224, 3)):
    return _googlenet(num_classes, input_shape, activation="relu")


@misconception(
    "build_googlenet",
    hint="The 1x1 convolution before the modules is missing: a 1x1 convolution with 64 filters comes before "
    "the 3x3 convolution with 192.",
)
def stem_without_one_by_one(num_classes=1000, input_shape=(224, 224, 3)):
    def stem(x):
        return _smaller(_convolution(_smaller(_convolution(x, 64, 7, strides=2)), 192, 3))

    return _googlenet(num_classes, input_shape, stem=stem)


@misconception(
    "build_googlenet",
    hint="Your first convolution has stride 1. With stride 2 it halves the image, so that 224x224 becomes "
    "112x112.",
)
def first_stride_one(num_classes=1000, input_shape=(224, 224, 3)):
    def stem(x):
        x = _smaller(_convolution(x, 64, 7))
        return _smaller(_convolution(_convolution(x, 64), 192, 3))

    return _googlenet(num_classes, input_shape, stem=stem)


@misconception(
    "build_googlenet",
    hint="There is no pooling between the groups of modules. Before 4a and before 5a max-pooling halves the "
    "size.",
)
def no_pooling_between_modules(num_classes=1000, input_shape=(224, 224, 3)):
    return _googlenet(num_classes, input_shape, smaller=lambda x: x)


@misconception(
    "build_googlenet",
    hint="You pool after 3a and 4a instead of before 4a and 5a: the first module of a group works on the "
    "smaller map, together with the others of its group.",
)
def pooling_one_module_late(num_classes=1000, input_shape=(224, 224, 3)):
    count = iter(range(len(_NUMBERS)))

    def module(x, *six):
        x = _module(x, *six)
        return _smaller(x) if next(count) in (2, 7) else x

    return _googlenet(num_classes, input_shape, module=module, smaller=lambda x: x)


@misconception(
    "build_googlenet",
    hint="Your poolings have no padding, so that the maps are 55, 27, 13 and 6 positions wide. With 'same' "
    "padding they are 56, 28, 14 and 7.",
)
def poolings_without_padding(num_classes=1000, input_shape=(224, 224, 3)):
    def smaller(x):
        return _smaller(x, padding="valid")

    return _googlenet(num_classes, input_shape, stem=lambda x: _stem(x, smaller), smaller=smaller)


@misconception(
    "build_googlenet",
    hint="The poolings between your modules average. They take the maximum of each window.",
)
def poolings_average(num_classes=1000, input_shape=(224, 224, 3)):
    def smaller(x):
        return _smaller(x, pool=layers.AveragePooling2D)

    return _googlenet(num_classes, input_shape, stem=lambda x: _stem(x, smaller), smaller=smaller)


@misconception(
    "build_googlenet",
    hint="Your modules have no 1x1 convolutions before the 3x3 and 5x5 convolutions. Without these "
    "bottlenecks the network is several times as large.",
)
def without_bottlenecks(num_classes=1000, input_shape=(224, 224, 3)):
    return _googlenet(num_classes, input_shape, module=reductions_missing)


@misconception(
    "build_googlenet",
    hint="Your modules have no 1x1 convolution after the pooling, so that their channels become more and "
    "more.",
)
def without_projections(num_classes=1000, input_shape=(224, 224, 3)):
    return _googlenet(num_classes, input_shape, module=projection_missing)


@misconception(
    "build_googlenet",
    hint="The pooling in your modules averages. It takes the maximum of each window.",
)
def modules_average(num_classes=1000, input_shape=(224, 224, 3)):
    return _googlenet(num_classes, input_shape, module=average_pooling)


@misconception(
    "build_googlenet",
    hint="The convolutions in your modules have no ReLU. Every convolution is followed by one.",
)
def modules_without_relu(num_classes=1000, input_shape=(224, 224, 3)):
    return _googlenet(num_classes, input_shape, module=relu_forgotten)


@misconception(
    "build_googlenet",
    hint="The convolutions before your modules have no ReLU. Every convolution is followed by one.",
)
def stem_without_relu(num_classes=1000, input_shape=(224, 224, 3)):
    return _googlenet(num_classes, input_shape, stem=lambda x: _stem(x, activation=None))


@misconception(
    "build_googlenet",
    hint="Your third branches have 3x3 kernels. They have 5x5, also where later versions of GoogLeNet have "
    "3x3.",
)
def five_by_five_replaced(num_classes=1000, input_shape=(224, 224, 3)):
    return _googlenet(num_classes, input_shape, module=three_by_three_twice)


@misconception(
    "build_googlenet",
    hint="A module is missing. There are nine: 3a, 3b, 4a to 4e, 5a and 5b.",
)
def last_module_missing(num_classes=1000, input_shape=(224, 224, 3)):
    numbers = {name: six for name, six in _NUMBERS.items() if name != "5b"}
    return _googlenet(num_classes, input_shape, numbers=numbers)


@misconception(
    "build_googlenet",
    hint="Your network always has 1,000 classes. The argument `num_classes` says how many.",
)
def always_1000_classes(num_classes=1000, input_shape=(224, 224, 3)):
    return _googlenet(1000, input_shape)


@misconception(
    "build_googlenet",
    hint="Your network always takes images of 224x224x3. The argument `input_shape` says how large they are.",
)
def always_224(num_classes=1000, input_shape=(224, 224, 3)):
    return _googlenet(num_classes, (224, 224, 3))
