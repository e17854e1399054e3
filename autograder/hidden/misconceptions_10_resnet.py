"""Known wrong answers to assignment 10, ResNet, each with a hint for the student who gave it.

Each is a complete answer that differs from a right one by exactly one misunderstanding.
"""
# ruff: noqa: D103 - the hint says what a misconception is

from functools import partial

import keras
import numpy as np
from keras import layers

from autograder.testing import misconception

# ---------------------------------------------------------------- parts from which wrong answers are made


def _conv(x, filters, size, stride=1, use_bias=False, normalize=True, padding="same"):
    """A convolution and BN."""
    x = layers.Conv2D(filters, size, strides=stride, padding=padding, use_bias=use_bias)(x)
    return layers.BatchNormalization()(x) if normalize else x


_relu = layers.ReLU


def _basic_branch(x, filters, stride, strides=None, inner=True, **settings):
    first, second = strides or (stride, 1)
    x = _conv(x, filters, 3, first, **settings)
    return _conv(_relu()(x) if inner else x, filters, 3, second, **settings)


def _bottleneck_branch(
    x, filters, stride, strides=None, inner=True, widths=(1, 1, 4), sizes=(1, 3, 1), **settings
):
    for number, (width, size, step) in enumerate(zip(widths, sizes, strides or (1, stride, 1), strict=True)):
        if number and inner:
            x = _relu()(x)
        x = _conv(x, width * filters, size, step, **settings)
    return x


def _needed(x, channels, stride):
    return stride != 1 or x.shape[-1] != channels


def _project(x, channels, stride, size=1, **settings):
    return _conv(x, channels, size, stride, **settings)


def _sum(x, branch):
    return _relu()(layers.add([x, branch]))


def _block(x, filters, stride, branch, needed=_needed, project=_project, join=_sum, **settings):
    """A block with one thing changed by an argument."""
    y = branch(x, filters, stride, **settings)
    if needed(x, y.shape[-1], stride):
        x = project(x, y.shape[-1], stride)
    return join(x, y)


_basic = partial(_block, branch=_basic_branch)
_bottleneck = partial(_block, branch=_bottleneck_branch)


def _on_stride_only(x, channels, stride):
    return stride != 1


def _on_channels_only(x, channels, stride):
    return x.shape[-1] != channels


def _always(x, channels, stride):
    return True


def _relu_before(x, branch):
    return layers.add([x, _relu()(branch)])


def _relu_before_and_behind(x, branch):
    return _relu()(layers.add([x, _relu()(branch)]))


def _no_relu(x, branch):
    return layers.add([x, branch])


def _branch_only(x, branch):
    return _relu()(branch)


def _concatenated(x, branch):
    return _relu()(layers.concatenate([x, branch]))


def _multiplied(x, branch):
    return _relu()(layers.multiply([x, branch]))


def _subtracted(x, branch):
    return _relu()(layers.subtract([x, branch]))


def _normalized_sum(x, branch):
    return _relu()(layers.BatchNormalization()(layers.add([x, branch])))


def _averaged(x, channels, stride):
    return _conv(layers.AveragePooling2D(stride, padding="same")(x), channels, 1)


def _rectified(x, channels, stride):
    return _relu()(_conv(x, channels, 1, stride))


def _filled_up(x, channels, stride):
    """Every stride-th row and column, with channels of zeros; no weights, unless there are fewer channels."""
    if x.shape[-1] > channels:
        return _project(x, channels, stride)
    x = layers.MaxPooling2D(1, stride)(x)
    return keras.ops.pad(x, [[0, 0], [0, 0], [0, 0], [0, channels - x.shape[-1]]])


# ---------------------------------------------------------------- residual_block


@misconception(
    "residual_block",
    hint="You project where the stride is not 1, but not where only the number of channels changes. Then, "
    "too, x and the branch have different shapes and cannot be added.",
)
def projection_on_stride_only(x, filters, stride=1):
    return _basic(x, filters, stride, needed=_on_stride_only)


@misconception(
    "residual_block",
    hint="You project where the number of channels changes, but not where only the stride makes the map "
    "smaller. Then, too, x and the branch have different shapes and cannot be added.",
)
def projection_on_channels_only(x, filters, stride=1):
    return _basic(x, filters, stride, needed=_on_channels_only)


@misconception(
    "residual_block",
    hint="You project every time. Where stride and channels leave the shape as it is, x goes on unchanged: "
    "that is the point of a shortcut.",
)
def always_projecting(x, filters, stride=1):
    return _basic(x, filters, stride, needed=_always)


@misconception(
    "residual_block",
    hint="Your last ReLU stands before the addition, at the end of the branch. It belongs behind the sum, so "
    "that the branch can also subtract.",
)
def relu_before_the_add(x, filters, stride=1):
    return _basic(x, filters, stride, join=_relu_before)


@misconception(
    "residual_block",
    hint="You have a ReLU at the end of the branch and another one behind the addition. The one in the "
    "branch is too many: with it the branch can only add, never subtract.",
)
def relu_before_and_behind_the_add(x, filters, stride=1):
    return _basic(x, filters, stride, join=_relu_before_and_behind)


@misconception(
    "residual_block",
    hint="The ReLU behind the addition is missing.",
)
def last_relu_missing(x, filters, stride=1):
    return _basic(x, filters, stride, join=_no_relu)


@misconception(
    "residual_block",
    hint="The ReLU between the two convolutions is missing, so that the branch is only a linear map.",
)
def inner_relu_missing(x, filters, stride=1):
    return _basic(x, filters, stride, inner=False)


@misconception(
    "residual_block",
    hint="Your shortcut begins behind the first convolution. It begins with x, in front of the whole branch.",
)
def shortcut_behind_the_first_convolution(x, filters, stride=1):
    first = _relu()(_conv(x, filters, 3, stride))
    return _sum(first, _conv(first, filters, 3))


@misconception(
    "residual_block",
    hint="You have overwritten x before the shortcut takes it, so you add the branch to itself. Keep the x "
    "that came in under a name of its own.",
)
def x_overwritten(x, filters, stride=1):
    x = _basic_branch(x, filters, stride)
    return _sum(x, x)


@misconception(
    "residual_block",
    hint="Branch and shortcut end in different sizes. The first 3x3 convolution and the projection take the "
    "stride: not the second 3x3, and not the branch alone.",
)
def stride_on_both_convolutions(x, filters, stride=1):
    return _basic(x, filters, stride, strides=(stride, stride))


@misconception(
    "residual_block",
    hint="Both of your 3x3 convolutions have the stride, and the projection has its square: shapes fit, but "
    "the map shrinks twice. Only the first convolution has the stride, and the projection the same.",
)
def stride_on_both_and_squared_in_the_projection(x, filters, stride=1):
    def project(x, channels, stride):
        return _project(x, channels, stride**2)

    return _basic(x, filters, stride, strides=(stride, stride), project=project)


@misconception(
    "residual_block",
    hint="The stride is on your second convolution. The first one has it, so that the second one works on "
    "the smaller map already.",
)
def stride_on_the_second_convolution(x, filters, stride=1):
    return _basic(x, filters, stride, strides=(1, stride))


@misconception(
    "residual_block",
    hint="Your block always has stride 1. The argument `stride` says by how much it makes the map smaller.",
)
def stride_ignored(x, filters, stride=1):
    return _basic(x, filters, 1)


@misconception(
    "residual_block",
    hint="You take the stride 2 wherever the number of channels changes. The two are independent of each "
    "other: the argument `stride` says what it is.",
)
def stride_two_for_other_channels(x, filters, stride=1):
    return _basic(x, filters, 1 if x.shape[-1] == filters else 2)


@misconception(
    "residual_block",
    hint="The shape is right, but nothing is added: you return what the branch gives. Then it is a pair of "
    "plain convolutions.",
)
def never_added(x, filters, stride=1):
    return _basic(x, filters, stride, join=_branch_only)


@misconception(
    "residual_block",
    hint="You concatenate x and the branch. ResNet adds them, value by value.",
)
def concatenated(x, filters, stride=1):
    return _basic(x, filters, stride, join=_concatenated)


@misconception(
    "residual_block",
    hint="You multiply x and the branch. They are added.",
)
def multiplied(x, filters, stride=1):
    return _basic(x, filters, stride, join=_multiplied)


@misconception(
    "residual_block",
    hint="You subtract the branch from x. The two are added: the sign is something that the branch learns "
    "itself.",
)
def subtracted(x, filters, stride=1):
    return _basic(x, filters, stride, join=_subtracted)


@misconception(
    "residual_block",
    hint="Your convolutions have biases. The BN behind them takes any constant away again: leave the biases "
    "out.",
)
def biases_kept(x, filters, stride=1):
    return _basic(x, filters, stride, use_bias=True, project=partial(_project, use_bias=True))


@misconception(
    "residual_block",
    hint="There is no BN in your block. Each of its convolutions is followed by one.",
)
def normalization_missing(x, filters, stride=1):
    return _basic(x, filters, stride, normalize=False, project=partial(_project, normalize=False))


@misconception(
    "residual_block",
    hint="Your projection has no BN. It is followed by one, as every convolution of the block.",
)
def normalization_of_the_projection_missing(x, filters, stride=1):
    return _basic(x, filters, stride, project=partial(_project, normalize=False))


@misconception(
    "residual_block",
    hint="Your second BN stands behind the addition, where it normalizes x as well. It belongs at the end of "
    "the branch.",
)
def normalization_behind_the_add(x, filters, stride=1):
    y = _conv(_relu()(_conv(x, filters, 3, stride)), filters, 3, normalize=False)
    return _normalized_sum(_project(x, filters, stride) if _needed(x, filters, stride) else x, y)


@misconception(
    "residual_block",
    hint="Your first ReLU stands before the BN. In ResNet the order is convolution, BN, ReLU.",
)
def relu_before_the_normalization(x, filters, stride=1):
    y = layers.BatchNormalization()(_relu()(_conv(x, filters, 3, stride, normalize=False)))
    return _sum(_project(x, filters, stride) if _needed(x, filters, stride) else x, _conv(y, filters, 3))


@misconception(
    "residual_block",
    hint="You put BN and ReLU before each convolution. That is the pre-activation variant; here the order is "
    "convolution, BN, ReLU.",
)
def pre_activation(x, filters, stride=1):
    y = x
    for step in (stride, 1):
        y = layers.BatchNormalization()(y)
        y = _conv(_relu()(y), filters, 3, step, normalize=False)
    return layers.add([_project(x, filters, stride) if _needed(x, filters, stride) else x, y])


@misconception(
    "residual_block",
    hint="Your projection has 3x3 kernels. A projection only mixes channels: 1x1.",
)
def projection_with_large_kernels(x, filters, stride=1):
    return _basic(x, filters, stride, project=partial(_project, size=3))


@misconception(
    "residual_block",
    hint="There is a ReLU behind your projection. The shortcut has none: only the sum goes through one.",
)
def projection_with_relu(x, filters, stride=1):
    return _basic(x, filters, stride, project=_rectified)


@misconception(
    "residual_block",
    hint="You average before the projection. Here the 1x1 convolution itself has the stride (the other way "
    "is a later variant).",
)
def projection_behind_a_pooling(x, filters, stride=1):
    return _basic(x, filters, stride, project=_averaged)


@misconception(
    "residual_block",
    hint="You make shapes fit without weights, by leaving out positions and filling up channels with zeros. "
    "This variant exists, but here a projection is asked for.",
)
def channels_filled_up(x, filters, stride=1):
    return _basic(x, filters, stride, project=_filled_up)


@misconception(
    "residual_block",
    hint="Your 3x3 convolutions have no padding, so that the branch gives smaller maps than the shortcut.",
)
def padding_missing(x, filters, stride=1):
    return _basic(x, filters, stride, padding="valid")


# ---------------------------------------------------------------- bottleneck_block


@misconception(
    "bottleneck_block",
    hint="You project where the stride is not 1, but not where only the number of channels changes, as at "
    "the beginning of stage 2.",
)
def bottleneck_projection_on_stride_only(x, filters, stride=1):
    return _bottleneck(x, filters, stride, needed=_on_stride_only)


@misconception(
    "bottleneck_block",
    hint="You project where the number of channels changes, but not where only the stride makes the map "
    "smaller.",
)
def bottleneck_projection_on_channels_only(x, filters, stride=1):
    return _bottleneck(x, filters, stride, needed=_on_channels_only)


@misconception(
    "bottleneck_block",
    hint="You project every time. Where stride and channels leave the shape as it is, x goes on unchanged.",
)
def bottleneck_always_projecting(x, filters, stride=1):
    return _bottleneck(x, filters, stride, needed=_always)


@misconception(
    "bottleneck_block",
    hint="You compare the channels of x with `filters`. The block puts out 4 * filters channels, so these "
    "are what to compare with.",
)
def channels_compared_with_filters(x, filters, stride=1):
    return _bottleneck(x, filters, stride, needed=lambda x, channels, stride: _needed(x, filters, stride))


@misconception(
    "bottleneck_block",
    hint="Your last convolution has `filters` filters. It has four times as many, which makes the block wide "
    "at both ends and narrow inside.",
)
def expansion_forgotten(x, filters, stride=1):
    return _bottleneck(x, filters, stride, widths=(1, 1, 1))


@misconception(
    "bottleneck_block",
    hint="You take `filters` for the channels that come out, and a quarter of it inside. It is the number of "
    "filters of the first two convolutions; the last one has four times as many.",
)
def filters_taken_for_the_output(x, filters, stride=1):
    return _bottleneck(x, max(filters // 4, 1), stride, widths=(1, 1, 4))


@misconception(
    "bottleneck_block",
    hint="Your 3x3 convolution works on 4 * filters channels. Only the last 1x1 convolution widens; the "
    "expensive 3x3 convolution is narrow.",
)
def widened_too_early(x, filters, stride=1):
    return _bottleneck(x, filters, stride, widths=(1, 4, 4))


@misconception(
    "bottleneck_block",
    hint="Your kernels are 3x3 everywhere. The first and the last convolution of a bottleneck are 1x1.",
)
def large_kernels_everywhere(x, filters, stride=1):
    return _bottleneck(x, filters, stride, sizes=(3, 3, 3))


@misconception(
    "bottleneck_block",
    hint="Your last ReLU stands before the addition, at the end of the branch. It belongs behind the sum.",
)
def bottleneck_relu_before_the_add(x, filters, stride=1):
    return _bottleneck(x, filters, stride, join=_relu_before)


@misconception(
    "bottleneck_block",
    hint="You have a ReLU at the end of the branch and another one behind the addition. The one in the "
    "branch is too many.",
)
def bottleneck_relu_before_and_behind_the_add(x, filters, stride=1):
    return _bottleneck(x, filters, stride, join=_relu_before_and_behind)


@misconception(
    "bottleneck_block",
    hint="The ReLU behind the addition is missing in your bottleneck.",
)
def bottleneck_last_relu_missing(x, filters, stride=1):
    return _bottleneck(x, filters, stride, join=_no_relu)


@misconception(
    "bottleneck_block",
    hint="There is no ReLU inside of your branch. The first two convolutions are each followed by BN and "
    "ReLU.",
)
def bottleneck_inner_relu_missing(x, filters, stride=1):
    return _bottleneck(x, filters, stride, inner=False)


@misconception(
    "bottleneck_block",
    hint="Your shortcut begins behind the first 1x1 convolution, where there are few channels. It begins "
    "with x.",
)
def bottleneck_shortcut_from_the_narrow_part(x, filters, stride=1):
    first = _relu()(_conv(x, filters, 1))
    y = _conv(_relu()(_conv(first, filters, 3, stride)), 4 * filters, 1)
    return _sum(_project(first, 4 * filters, stride), y)


@misconception(
    "bottleneck_block",
    hint="You have overwritten x before the shortcut takes it, so you add the branch to itself.",
)
def bottleneck_x_overwritten(x, filters, stride=1):
    x = _bottleneck_branch(x, filters, stride)
    return _sum(x, x)


@misconception(
    "bottleneck_block",
    hint="Both the first 1x1 and the 3x3 convolution have the stride, so that the map shrinks twice. One of "
    "them has it, whichever you like.",
)
def bottleneck_stride_on_both(x, filters, stride=1):
    return _bottleneck(x, filters, stride, strides=(stride, stride, 1))


@misconception(
    "bottleneck_block",
    hint="Your block always has stride 1, whatever the argument `stride` says.",
)
def bottleneck_stride_ignored(x, filters, stride=1):
    return _bottleneck(x, filters, 1)


@misconception(
    "bottleneck_block",
    hint="The shape is right, but nothing is added: you return what the branch gives.",
)
def bottleneck_never_added(x, filters, stride=1):
    return _bottleneck(x, filters, stride, join=_branch_only)


@misconception(
    "bottleneck_block",
    hint="You concatenate x and the branch, as GoogLeNet does. ResNet adds them.",
)
def bottleneck_concatenated(x, filters, stride=1):
    return _bottleneck(x, filters, stride, join=_concatenated)


@misconception(
    "bottleneck_block",
    hint="Your convolutions have biases. The BN behind them takes any constant away: leave the biases out.",
)
def bottleneck_biases_kept(x, filters, stride=1):
    return _bottleneck(x, filters, stride, use_bias=True, project=partial(_project, use_bias=True))


@misconception(
    "bottleneck_block",
    hint="There is no BN in your block. Each of its convolutions, the projection too, is followed by one.",
)
def bottleneck_normalization_missing(x, filters, stride=1):
    return _bottleneck(x, filters, stride, normalize=False, project=partial(_project, normalize=False))


@misconception(
    "bottleneck_block",
    hint="Your projection has no BN behind it. Every convolution of the block has one.",
)
def bottleneck_normalization_of_the_projection_missing(x, filters, stride=1):
    return _bottleneck(x, filters, stride, project=partial(_project, normalize=False))


@misconception(
    "bottleneck_block",
    hint="This is the block of part 1, with two 3x3 convolutions. A bottleneck has three: 1x1, 3x3 and 1x1.",
)
def basic_instead_of_bottleneck(x, filters, stride=1):
    return _basic(x, 4 * filters, stride)


# ---------------------------------------------------------------- build_resnet

_REPEATS = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}


def _repeats(depth):
    if depth not in _REPEATS:
        raise ValueError("no such depth")
    return _REPEATS[depth]


def _stem(x, stride=2, pool=layers.MaxPooling2D, pool_padding="same", activation=_relu, **settings):
    x = _conv(x, 64, 7, stride, **settings)
    if activation:
        x = activation()(x)
    return pool(3, strides=2, padding=pool_padding)(x) if pool else x


def _resnet(
    depth,
    num_classes,
    input_shape,
    repeats=_repeats,
    stem=_stem,
    is_basic=lambda depth: depth < 50,
    strides=(1, 2, 2, 2),
    average=layers.GlobalAveragePooling2D,
    **settings,
):
    """A ResNet with one thing changed by an argument."""
    block = _basic if is_basic(depth) else _bottleneck
    counts = repeats(depth)
    x = inputs = keras.Input(input_shape)
    x = stem(x)
    for filters, repeat, stride in zip((64, 128, 256, 512), counts, strides, strict=True):
        for number in range(repeat):
            x = block(x, filters, stride if number == 0 else 1, **settings)
    return keras.Model(inputs, layers.Dense(num_classes)(average()(x)))


@misconception(
    "build_resnet",
    hint="You project where the stride is 2, but not where only the channels change: stage 2 of the deeper "
    "networks goes from 64 to 256 channels with stride 1.",
)
def network_projecting_on_stride_only(depth, num_classes=1000, input_shape=(224, 224, 3)):
    return _resnet(depth, num_classes, input_shape, needed=_on_stride_only)


@misconception(
    "build_resnet",
    hint="You project in the first block of every stage. In stage 2 of ResNet-18 and 34 the shape does not "
    "change, so there is no projection.",
)
def network_projecting_in_each_stage(depth, num_classes=1000, input_shape=(224, 224, 3)):
    def needed(x, channels, stride):
        return _needed(x, channels, stride) or x._keras_history.operation.name.startswith("max_pool")

    return _resnet(depth, num_classes, input_shape, needed=needed)


@misconception(
    "build_resnet",
    hint="In your blocks the last ReLU stands before the addition. It belongs behind the sum.",
)
def network_with_relu_before_the_add(depth, num_classes=1000, input_shape=(224, 224, 3)):
    return _resnet(depth, num_classes, input_shape, join=_relu_before)


@misconception(
    "build_resnet",
    hint="Your blocks have no ReLU behind the addition.",
)
def network_without_last_relu(depth, num_classes=1000, input_shape=(224, 224, 3)):
    return _resnet(depth, num_classes, input_shape, join=_no_relu)


@misconception(
    "build_resnet",
    hint="Your network has no shortcuts: the results of the branches are never added to anything.",
)
def plain_network(depth, num_classes=1000, input_shape=(224, 224, 3)):
    return _resnet(depth, num_classes, input_shape, join=_branch_only)


@misconception(
    "build_resnet",
    hint="The max-pooling in front of the blocks is missing.",
)
def pooling_of_the_stem_missing(depth, num_classes=1000, input_shape=(224, 224, 3)):
    return _resnet(depth, num_classes, input_shape, stem=partial(_stem, pool=None))


@misconception(
    "build_resnet",
    hint="The max-pooling in front of the blocks has no padding, so that 112 positions become 55 and not 56.",
)
def pooling_of_the_stem_unpadded(depth, num_classes=1000, input_shape=(224, 224, 3)):
    return _resnet(depth, num_classes, input_shape, stem=partial(_stem, pool_padding="valid"))


@misconception(
    "build_resnet",
    hint="Your first convolution has stride 1. With stride 2 it halves the image, so that 224 becomes 112.",
)
def stem_without_stride(depth, num_classes=1000, input_shape=(224, 224, 3)):
    return _resnet(depth, num_classes, input_shape, stem=partial(_stem, stride=1))


@misconception(
    "build_resnet",
    hint="There is no ReLU between the first BN and the max-pooling.",
)
def stem_without_relu(depth, num_classes=1000, input_shape=(224, 224, 3)):
    return _resnet(depth, num_classes, input_shape, stem=partial(_stem, activation=None))


@misconception(
    "build_resnet",
    hint="Your stage 2 begins with a stride of 2. The max-pooling has just halved the map, so the stride "
    "comes with stage 3 only.",
)
def first_stage_with_stride(depth, num_classes=1000, input_shape=(224, 224, 3)):
    return _resnet(depth, num_classes, input_shape, strides=(2, 2, 2, 2))


@misconception(
    "build_resnet",
    hint="All convolutions have biases. Those in front of a BN have none; only the fully connected layer has "
    "one.",
)
def network_with_biases(depth, num_classes=1000, input_shape=(224, 224, 3)):
    project, stem = partial(_project, use_bias=True), partial(_stem, use_bias=True)
    return _resnet(depth, num_classes, input_shape, stem=stem, project=project, use_bias=True)


@misconception(
    "build_resnet",
    hint="Your deeper networks consist of the blocks of part 1. From 50 layers on they have bottleneck "
    "blocks.",
)
def basic_blocks_only(depth, num_classes=1000, input_shape=(224, 224, 3)):
    return _resnet(depth, num_classes, input_shape, is_basic=lambda depth: True)


@misconception(
    "build_resnet",
    hint="Your ResNet-34 has bottleneck blocks, and is really ResNet-50. The bottlenecks begin with 50 "
    "layers.",
)
def bottlenecks_from_34_on(depth, num_classes=1000, input_shape=(224, 224, 3)):
    return _resnet(depth, num_classes, input_shape, is_basic=lambda depth: depth < 34)


@misconception(
    "build_resnet",
    hint="Your bottleneck blocks do not widen: their last convolution has four times the filters.",
)
def network_without_expansion(depth, num_classes=1000, input_shape=(224, 224, 3)):
    wrong = {} if depth < 50 else {"branch": partial(_bottleneck_branch, widths=(1, 1, 1))}
    return _resnet(depth, num_classes, input_shape, **wrong)


@misconception(
    "build_resnet",
    hint="Your stage 3 of ResNet-152 has four blocks, as in the smaller networks. It has eight.",
)
def few_blocks_in_resnet152(depth, num_classes=1000, input_shape=(224, 224, 3)):
    def repeats(depth):
        return (3, 4, 36, 3) if depth == 152 else _repeats(depth)

    return _resnet(depth, num_classes, input_shape, repeats=repeats)


@misconception(
    "build_resnet",
    hint="Every stage has one block too many. The first block of a stage, which changes the shape, is one of "
    "those in the table.",
)
def one_block_too_many(depth, num_classes=1000, input_shape=(224, 224, 3)):
    def repeats(depth):
        return tuple(repeat + 1 for repeat in _repeats(depth))

    return _resnet(depth, num_classes, input_shape, repeats=repeats)


@misconception(
    "build_resnet",
    hint="You flatten the last feature map. ResNet averages over all positions first.",
)
def network_flattened(depth, num_classes=1000, input_shape=(224, 224, 3)):
    return _resnet(depth, num_classes, input_shape, average=layers.Flatten)


@misconception(
    "build_resnet",
    hint="For a depth that is not in the table you build some network all the same. Raise a ValueError.",
)
def any_depth_accepted(depth, num_classes=1000, input_shape=(224, 224, 3)):
    return _resnet(depth if depth in _REPEATS else 50, num_classes, input_shape)


@misconception(
    "build_resnet",
    hint="For a depth that is not in the table your function ends with an error of another type, as when a "
    "dictionary has no such key. Raise a ValueError.",
)
def error_of_another_type(depth, num_classes=1000, input_shape=(224, 224, 3)):
    return _resnet(depth, num_classes, input_shape, repeats=_REPEATS.__getitem__)


@misconception(
    "build_resnet",
    hint="Your network always has 1,000 classes. The argument `num_classes` says how many.",
)
def number_of_classes_ignored(depth, num_classes=1000, input_shape=(224, 224, 3)):
    return _resnet(depth, 1000, input_shape)


@misconception(
    "build_resnet",
    hint="Your network always takes images of 224x224x3. The argument `input_shape` says how large they are.",
)
def size_of_images_ignored(depth, num_classes=1000, input_shape=(224, 224, 3)):
    return _resnet(depth, num_classes, (224, 224, 3))


# ---------------------------------------------------------------- build_toy_resnet


def _toy_conv(x, filters=64, activation="relu", padding="valid", **settings):
    return layers.Conv2D(filters, 3, activation=activation, padding=padding, **settings)(x)


def _toy_branch(x, last="relu", **settings):
    return _toy_conv(_toy_conv(x, padding="same", **settings), padding="same", activation=last, **settings)


def _toy_block(x, join=lambda x, branch: layers.add([x, branch]), **settings):
    return join(x, _toy_branch(x, **settings))


_toy_pool = partial(layers.MaxPooling2D, 3)
_toy_hidden = partial(layers.Dense, 256, activation="relu")


def _toy(
    num_classes,
    input_shape,
    padding="valid",
    pool=_toy_pool,
    block=_toy_block,
    blocks=2,
    last_convolution=True,
    average=layers.GlobalAveragePooling2D,
    hidden=_toy_hidden,
    activation=None,
    **settings,
):
    """The toy with one thing changed by an argument."""
    x = inputs = keras.Input(input_shape)
    for filters in (32, 64):
        x = _toy_conv(x, filters, padding=padding, **settings)
    x = pool()(x) if pool else x
    for _ in range(blocks):
        x = block(x, **settings)
    if last_convolution:
        x = _toy_conv(x, padding=padding, **settings)
    x = average()(x)
    x = hidden()(x) if hidden else x
    return keras.Model(inputs, layers.Dense(num_classes, activation=activation)(x))


@misconception(
    "build_toy_resnet",
    hint="In your blocks the second ReLU stands behind the addition, as in ResNet. The toy has it before the "
    "addition, behind the second convolution.",
)
def toy_relu_behind_the_add(num_classes=10, input_shape=(32, 32, 3)):
    return _toy(num_classes, input_shape, block=partial(_toy_block, last=None, join=_sum))


@misconception(
    "build_toy_resnet",
    hint="The second convolution of your blocks has no ReLU.",
)
def toy_branch_without_last_relu(num_classes=10, input_shape=(32, 32, 3)):
    return _toy(num_classes, input_shape, block=partial(_toy_block, last=None))


@misconception(
    "build_toy_resnet",
    hint="Your toy has no shortcuts: nothing is added to the results of the blocks' convolutions.",
)
def toy_never_added(num_classes=10, input_shape=(32, 32, 3)):
    return _toy(num_classes, input_shape, block=partial(_toy_block, join=lambda x, branch: branch))


@misconception(
    "build_toy_resnet",
    hint="The shortcut of your second block begins at the input of the first block. It begins at the output "
    "of the first block.",
)
def toy_second_shortcut_from_the_first_input(num_classes=10, input_shape=(32, 32, 3)):
    def blocks(x):
        return layers.add([x, _toy_branch(_toy_block(x))])

    return _toy(num_classes, input_shape, block=blocks, blocks=1)


@misconception(
    "build_toy_resnet",
    hint="The shortcut in your blocks begins behind the first convolution. It begins at the input of the "
    "block.",
)
def toy_shortcut_behind_the_first_convolution(num_classes=10, input_shape=(32, 32, 3)):
    def block(x):
        first = _toy_conv(x, padding="same")
        return layers.add([first, _toy_conv(first, padding="same")])

    return _toy(num_classes, input_shape, block=block)


@misconception(
    "build_toy_resnet",
    hint="You have overwritten x before it is added, so you add the branch to itself.",
)
def toy_x_overwritten(num_classes=10, input_shape=(32, 32, 3)):
    return _toy(num_classes, input_shape, block=partial(_toy_block, join=lambda x, branch: branch + branch))


@misconception(
    "build_toy_resnet",
    hint="You concatenate in your blocks, so that the channels become more and more. The toy adds.",
)
def toy_concatenated(num_classes=10, input_shape=(32, 32, 3)):
    block = partial(_toy_block, join=lambda x, branch: layers.concatenate([x, branch]))
    return _toy(num_classes, input_shape, block=block)


@misconception(
    "build_toy_resnet",
    hint="The convolutions outside of your blocks are padded. Only those in the blocks are, since their "
    "results are added to something.",
)
def toy_padded_everywhere(num_classes=10, input_shape=(32, 32, 3)):
    return _toy(num_classes, input_shape, padding="same")


@misconception(
    "build_toy_resnet",
    hint="The convolutions in your blocks have no padding. Their results are smaller than the input of the "
    "block and cannot be added to it.",
)
def toy_blocks_unpadded(num_classes=10, input_shape=(32, 32, 3)):
    return _toy(num_classes, input_shape, block=lambda x: layers.add([x, _toy_conv(_toy_conv(x))]))


@misconception(
    "build_toy_resnet",
    hint="Your max-pooling has a window of 2x2. In the toy it is 3x3, with stride 3.",
)
def toy_small_pooling(num_classes=10, input_shape=(32, 32, 3)):
    return _toy(num_classes, input_shape, pool=layers.MaxPooling2D)


@misconception(
    "build_toy_resnet",
    hint="Your max-pooling has stride 2, so that its windows overlap. In the toy the stride is 3, Keras's "
    "default for a window of 3x3.",
)
def toy_overlapping_pooling(num_classes=10, input_shape=(32, 32, 3)):
    return _toy(num_classes, input_shape, pool=partial(layers.MaxPooling2D, 3, strides=2))


@misconception(
    "build_toy_resnet",
    hint="The max-pooling behind the second convolution is missing.",
)
def toy_pooling_missing(num_classes=10, input_shape=(32, 32, 3)):
    return _toy(num_classes, input_shape, pool=None)


@misconception(
    "build_toy_resnet",
    hint="You flatten the last feature map. The toy averages over all positions, so that its size does not "
    "depend on that of the images.",
)
def toy_flattened(num_classes=10, input_shape=(32, 32, 3)):
    return _toy(num_classes, input_shape, average=layers.Flatten)


@misconception(
    "build_toy_resnet",
    hint="You take the maximum over all positions. The toy takes the mean.",
)
def toy_maximum_instead_of_mean(num_classes=10, input_shape=(32, 32, 3)):
    return _toy(num_classes, input_shape, average=layers.GlobalMaxPooling2D)


@misconception(
    "build_toy_resnet",
    hint="The convolution between the blocks and the average is missing.",
)
def toy_last_convolution_missing(num_classes=10, input_shape=(32, 32, 3)):
    return _toy(num_classes, input_shape, last_convolution=False)


@misconception(
    "build_toy_resnet",
    hint="The fully connected layer with 256 units is missing.",
)
def toy_hidden_layer_missing(num_classes=10, input_shape=(32, 32, 3)):
    return _toy(num_classes, input_shape, hidden=None)


@misconception(
    "build_toy_resnet",
    hint="The fully connected layer with 256 units has no ReLU, so that it and the last one are one linear "
    "map.",
)
def toy_hidden_layer_without_relu(num_classes=10, input_shape=(32, 32, 3)):
    return _toy(num_classes, input_shape, hidden=partial(layers.Dense, 256))


@misconception(
    "build_toy_resnet",
    hint="Your convolutions have no biases. They are left out where BN follows, and the toy has no BN.",
)
def toy_biases_left_out(num_classes=10, input_shape=(32, 32, 3)):
    return _toy(num_classes, input_shape, use_bias=False)


@misconception(
    "build_toy_resnet",
    hint="You added BN to the blocks. The toy has none.",
)
def toy_normalized(num_classes=10, input_shape=(32, 32, 3)):
    block = partial(_toy_block, join=lambda x, branch: layers.add([x, layers.BatchNormalization()(branch)]))
    return _toy(num_classes, input_shape, block=block)


@misconception(
    "build_toy_resnet",
    hint="Only one block is in your toy. There are two.",
)
def toy_single_block(num_classes=10, input_shape=(32, 32, 3)):
    return _toy(num_classes, input_shape, blocks=1)


@misconception(
    "build_toy_resnet",
    hint="Your toy always has 10 classes. The argument `num_classes` says how many.",
)
def toy_number_of_classes_ignored(num_classes=10, input_shape=(32, 32, 3)):
    return _toy(10, input_shape)


@misconception(
    "build_toy_resnet",
    hint="Your toy always takes images of 32x32x3. The argument `input_shape` says how large they are.",
)
def toy_size_of_images_ignored(num_classes=10, input_shape=(32, 32, 3)):
    return _toy(num_classes, (32, 32, 3))


# ---------------------------------------------------------------- residual_gradient


@misconception(
    "residual_gradient",
    hint="You multiply by the Jacobian as it is. x_j acts through all F_i, so the sum runs over the first "
    "index: on the way back it is the transposed matrix.",
)
def jacobian_not_transposed(dy, branch_jacobian):
    return dy + branch_jacobian @ dy


@misconception(
    "residual_gradient",
    hint="You leave out the shortcut. y_j contains x_j itself, so dy comes on top of what the branch sends "
    "back.",
)
def identity_forgotten(dy, branch_jacobian):
    return branch_jacobian.T @ dy


@misconception(
    "residual_gradient",
    hint="You return dy. That is what comes along the shortcut; the share of the branch is missing.",
)
def branch_forgotten(dy, branch_jacobian):
    return np.array(dy)


@misconception(
    "residual_gradient",
    hint="You add 1 to every element of the Jacobian. The shortcut's Jacobian is the identity matrix: ones "
    "on the diagonal only, np.eye(d).",
)
def ones_instead_of_identity(dy, branch_jacobian):
    return (1 + branch_jacobian).T @ dy


@misconception(
    "residual_gradient",
    hint="You subtract the branch's share. y = x + F(x) has a plus, and so has its derivative.",
)
def branch_subtracted(dy, branch_jacobian):
    return dy - branch_jacobian.T @ dy


@misconception(
    "residual_gradient",
    hint="You use only the diagonal of the Jacobian. Each F_i may depend on every x_j.",
)
def diagonal_only(dy, branch_jacobian):
    return dy * (1 + np.diag(branch_jacobian))


@misconception(
    "residual_gradient",
    hint="You multiply element by element with *, which gives a matrix. The chain rule asks for a matrix "
    "product, @.",
)
def multiplied_element_by_element(dy, branch_jacobian):
    return dy + branch_jacobian.T * dy


@misconception(
    "residual_gradient",
    hint="You add up the Jacobian over i without weights. How much the loss depends on y_i is in dy: F_i "
    "counts dy_i times.",
)
def jacobian_summed_without_dy(dy, branch_jacobian):
    return dy + branch_jacobian.sum(axis=0)


@misconception(
    "residual_gradient",
    hint="You multiply the shortcut's share and the branch's share. y is a sum, so the shares are added.",
)
def shares_multiplied(dy, branch_jacobian):
    return dy * (branch_jacobian.T @ dy)


@misconception(
    "residual_gradient",
    hint="You solve a system of equations with I + J. Going backward does not mean to invert: the transposed "
    "matrix is multiplied with dy.",
)
def inverted_instead_of_transposed(dy, branch_jacobian):
    return np.linalg.pinv(np.eye(len(dy)) + branch_jacobian) @ dy


@misconception(
    "residual_gradient",
    hint="You count the shortcut twice. It contributes dy once.",
)
def identity_counted_twice(dy, branch_jacobian):
    return 2 * dy + branch_jacobian.T @ dy


@misconception(
    "residual_gradient",
    hint="Your result has a second axis of length 1. The gradient has the shape of x, (d,).",
)
def result_as_a_column(dy, branch_jacobian):
    return (dy + branch_jacobian.T @ dy)[:, None]


@misconception(
    "residual_gradient",
    hint="There is a ReLU in your gradient, which removes negative numbers. The block here has no ReLU "
    "behind the addition, and gradients may be negative.",
)
def negative_values_removed(dy, branch_jacobian):
    return np.maximum(dy + branch_jacobian.T @ dy, 0)


@misconception(
    "residual_gradient",
    hint="Your result has the number type of dy, so that with integers in dy it is cut off.",
)
def result_rounded(dy, branch_jacobian):
    return (dy + branch_jacobian.T @ dy).astype(dy.dtype)


@misconception(
    "residual_gradient",
    hint="You write into the array dy, which belongs to the caller. Make a new array instead: no += on an "
    "argument.",
)
def argument_changed(dy, branch_jacobian):
    share = branch_jacobian.T @ dy
    if dy.dtype.kind == "f":
        dy += share
        return dy
    return dy + share
