"""Known wrong answers to assignment 12, other architectures, each with a hint for the student who gave it.

Each is a complete answer that differs from a right one by exactly one misunderstanding.
"""
# ruff: noqa: D103 - the hint says what a misconception is

import keras
from keras import layers

from autograder.testing import misconception

# ---------------------------------------------------------------- parts from which wrong answers are made


def _biased(x, filters, size, stride=1, relu=True, padding="same", use_bias=True):
    """A convolution with bias, and a ReLU."""
    x = layers.Conv2D(filters, size, strides=stride, padding=padding, use_bias=use_bias)(x)
    return layers.ReLU()(x) if relu else x


def _normed(x, filters, size, stride=1, relu=True, groups=1, use_bias=False, normalize=True, padding="same"):
    """A convolution without bias, BN, and a ReLU."""
    x = layers.Conv2D(filters, size, stride, padding, groups=groups, use_bias=use_bias)(x)
    x = layers.BatchNormalization()(x) if normalize else x
    return layers.ReLU()(x) if relu else x


def _mlpconv(
    x,
    filters,
    kernel_size,
    stride,
    relus=(True, True, True),
    strides=None,
    sizes=(None, 1, 1),
    **settings,
):
    for relu, step, size in zip(relus, strides or (stride, 1, 1), sizes, strict=True):
        x = _biased(x, filters, size or kernel_size, step, relu, **settings)
    return x


# ---------------------------------------------------------------- mlpconv_block


@misconception(
    "mlpconv_block",
    hint="There is no ReLU after your first convolution. Each of the three is followed by one.",
)
def first_relu_missing(x, filters, kernel_size, stride=1):
    return _mlpconv(x, filters, kernel_size, stride, relus=(False, True, True))


@misconception(
    "mlpconv_block",
    hint="There is no ReLU between your two 1x1 convolutions, so that together they are no more than one.",
)
def middle_relu_missing(x, filters, kernel_size, stride=1):
    return _mlpconv(x, filters, kernel_size, stride, relus=(True, False, True))


@misconception(
    "mlpconv_block",
    hint="There is no ReLU at the end of your block. The last convolution is followed by one, too.",
)
def last_mlpconv_relu_missing(x, filters, kernel_size, stride=1):
    return _mlpconv(x, filters, kernel_size, stride, relus=(True, True, False))


@misconception(
    "mlpconv_block",
    hint="Only your first convolution is followed by a ReLU. Then the 1x1 convolutions are linear maps.",
)
def relu_after_the_first_only(x, filters, kernel_size, stride=1):
    return _mlpconv(x, filters, kernel_size, stride, relus=(True, False, False))


@misconception(
    "mlpconv_block",
    hint="There is a ReLU at the end of your block only. Without those in between, the three convolutions "
    "are one linear map.",
)
def relu_at_the_end_only(x, filters, kernel_size, stride=1):
    return _mlpconv(x, filters, kernel_size, stride, relus=(False, False, True))


@misconception(
    "mlpconv_block",
    hint="Your block has one 1x1 convolution. Two of them follow the first convolution.",
)
def one_pointwise_convolution(x, filters, kernel_size, stride=1):
    return _biased(_biased(x, filters, kernel_size, stride), filters, 1)


@misconception(
    "mlpconv_block",
    hint="Your block has three 1x1 convolutions. Two of them follow the first convolution, so that there "
    "are three in all.",
)
def three_pointwise_convolutions(x, filters, kernel_size, stride=1):
    return _biased(_mlpconv(x, filters, kernel_size, stride), filters, 1)


@misconception(
    "mlpconv_block",
    hint="All three of your convolutions have the large window. The second and third are of 1x1: they mix "
    "channels and do not look around.",
)
def large_windows_everywhere(x, filters, kernel_size, stride=1):
    return _mlpconv(x, filters, kernel_size, stride, sizes=(None, None, None))


@misconception(
    "mlpconv_block",
    hint="Your 1x1 convolutions come first. The block begins with the convolution that looks around.",
)
def window_at_the_end(x, filters, kernel_size, stride=1):
    return _mlpconv(x, filters, kernel_size, stride, sizes=(1, 1, None), strides=(1, 1, stride))


@misconception(
    "mlpconv_block",
    hint="All of your convolutions have the stride. Only the first one has it.",
)
def stride_everywhere(x, filters, kernel_size, stride=1):
    return _mlpconv(x, filters, kernel_size, stride, strides=(stride, stride, stride))


@misconception(
    "mlpconv_block",
    hint="Your block always has stride 1. The argument `stride` belongs to the first convolution.",
)
def mlpconv_stride_ignored(x, filters, kernel_size, stride=1):
    return _mlpconv(x, filters, kernel_size, 1)


@misconception(
    "mlpconv_block",
    hint="Your first convolution does not pad, so that the map loses its border.",
)
def valid_padding(x, filters, kernel_size, stride=1):
    return _mlpconv(x, filters, kernel_size, stride, padding="valid")


@misconception(
    "mlpconv_block",
    hint="Your convolutions have no biases. There is no batch normalization here that would replace them.",
)
def biases_left_out(x, filters, kernel_size, stride=1):
    return _mlpconv(x, filters, kernel_size, stride, use_bias=False)


@misconception(
    "mlpconv_block",
    hint="Your block has batch normalization. Network in Network is older: its convolutions have biases "
    "and no BN.",
)
def normalization_added(x, filters, kernel_size, stride=1):
    x = _normed(x, filters, kernel_size, stride, use_bias=True)
    return _normed(_normed(x, filters, 1, use_bias=True), filters, 1, use_bias=True)


@misconception(
    "mlpconv_block",
    hint="You set your two 1x1 convolutions side by side. They stand one behind the other.",
)
def pointwise_side_by_side(x, filters, kernel_size, stride=1):
    x = _biased(x, filters, kernel_size, stride)
    return layers.add([_biased(x, filters, 1), _biased(x, filters, 1)])


# ---------------------------------------------------------------- grouped_conv_parameters


def _refuse(groups, *channels):
    if any(number % groups for number in channels):
        raise ValueError("the groups do not divide the channels")


@misconception(
    "grouped_conv_parameters",
    hint="Your count does not depend on the number of groups. An output channel reads only the input "
    "channels of its own group.",
)
def groups_ignored(kernel_size, c_in, c_out, groups):
    _refuse(groups, c_in, c_out)
    return kernel_size**2 * c_in * c_out


@misconception(
    "grouped_conv_parameters",
    hint="You divide both numbers of channels by the groups: that is the count of a single group. There "
    "are as many such groups as the argument says.",
)
def one_group_only(kernel_size, c_in, c_out, groups):
    _refuse(groups, c_in, c_out)
    return kernel_size**2 * (c_in // groups) * (c_out // groups)


@misconception(
    "grouped_conv_parameters",
    hint="You multiply by the number of groups. Every group has its kernels, but they read and give fewer "
    "channels.",
)
def multiplied_by_groups(kernel_size, c_in, c_out, groups):
    _refuse(groups, c_in, c_out)
    return kernel_size**2 * c_in * c_out * groups


@misconception(
    "grouped_conv_parameters",
    hint="You count one kernel per input channel, as in a depthwise convolution. Each output channel has a"
    " kernel for every input channel of its group.",
)
def counted_as_depthwise(kernel_size, c_in, c_out, groups):
    _refuse(groups, c_in, c_out)
    return kernel_size**2 * c_in


@misconception(
    "grouped_conv_parameters",
    hint="You count the side of the window once. A window has rows and columns.",
)
def side_of_the_window(kernel_size, c_in, c_out, groups):
    _refuse(groups, c_in, c_out)
    return kernel_size * (c_in // groups) * c_out


@misconception(
    "grouped_conv_parameters",
    hint="You count a bias for each output channel. Here only the weights of the kernels count.",
)
def biases_counted(kernel_size, c_in, c_out, groups):
    _refuse(groups, c_in, c_out)
    return kernel_size**2 * (c_in // groups) * c_out + c_out


@misconception(
    "grouped_conv_parameters",
    hint="Your number is right, but it is a float. Divide with // : the groups divide the channels without"
    " a rest.",
)
def float_of_weights(kernel_size, c_in, c_out, groups):
    _refuse(groups, c_in, c_out)
    return kernel_size**2 * c_in * c_out / groups


@misconception(
    "grouped_conv_parameters",
    hint="You do not check whether the groups divide the channels. Where they do not, raise a ValueError.",
)
def nothing_refused(kernel_size, c_in, c_out, groups):
    return kernel_size**2 * (c_in // groups) * c_out


@misconception(
    "grouped_conv_parameters",
    hint="You check the input channels only. The output channels are shared out among the groups as well.",
)
def only_the_input_checked(kernel_size, c_in, c_out, groups):
    _refuse(groups, c_in)
    return kernel_size**2 * (c_in // groups) * c_out


@misconception(
    "grouped_conv_parameters",
    hint="You check the output channels only. The input channels are shared out among the groups as well.",
)
def only_the_output_checked(kernel_size, c_in, c_out, groups):
    _refuse(groups, c_out)
    return kernel_size**2 * c_in * c_out // groups


@misconception(
    "grouped_conv_parameters",
    hint="You refuse only when the groups divide neither number of channels. It is enough that they do not"
    " divide one of them: write `or`, not `and`.",
)
def refused_when_both_fail(kernel_size, c_in, c_out, groups):
    if c_in % groups and c_out % groups:
        raise ValueError("the groups do not divide the channels")
    return kernel_size**2 * c_in * c_out // groups


@misconception(
    "grouped_conv_parameters",
    hint="You check whether the groups divide the product of the two numbers of channels. They have to "
    "divide each of them.",
)
def product_checked(kernel_size, c_in, c_out, groups):
    _refuse(groups, c_in * c_out)
    return kernel_size**2 * c_in * c_out // groups


@misconception(
    "grouped_conv_parameters",
    hint="Where the groups do not divide the channels you raise another error. It has to be a ValueError.",
)
def assertion_instead(kernel_size, c_in, c_out, groups):
    assert c_in % groups == 0
    assert c_out % groups == 0
    return kernel_size**2 * (c_in // groups) * c_out


@misconception(
    "grouped_conv_parameters",
    hint="You refuse when the two numbers of channels differ. They may, as long as the groups divide both.",
)
def equal_channels_required(kernel_size, c_in, c_out, groups):
    _refuse(groups, c_in, c_out)
    if c_in != c_out:
        raise ValueError("the numbers of channels differ")
    return kernel_size**2 * (c_in // groups) * c_out


# ---------------------------------------------------------------- resnext_block


def _needed(x, filters, stride):
    return stride != 1 or x.shape[-1] != filters


def _project(x, filters, stride):
    return _normed(x, filters, 1, stride, relu=False)


def _sum(x, branch):
    return layers.ReLU()(layers.add([x, branch]))


def _resnext(
    x,
    filters,
    cardinality,
    width,
    stride,
    groups=None,
    sizes=(1, 3, 1),
    relus=(True, True),
    strides=None,
    needed=_needed,
    project=_project,
    join=_sum,
    **settings,
):
    """A block with one thing changed by an argument; ``width`` is that of all groups together."""
    first, second, third = strides or (1, stride, 1)
    y = _normed(x, width, sizes[0], first, relus[0], **settings)
    y = _normed(y, width, sizes[1], second, relus[1], groups or cardinality, **settings)
    y = _normed(y, filters, sizes[2], third, False, **settings)
    if needed(x, y.shape[-1], stride):
        x = project(x, y.shape[-1], stride)
    return join(x, y)


@misconception(
    "resnext_block",
    hint="Your 3x3 convolution is an ordinary one: each output reads all channels. It has `cardinality` "
    "groups.",
)
def groups_of_the_block_ignored(x, filters, cardinality, group_width, stride=1):
    return _resnext(x, filters, cardinality, cardinality * group_width, stride, groups=1)


@misconception(
    "resnext_block",
    hint="Your 3x3 convolution has `group_width` groups. It has `cardinality` groups; `group_width` is the"
    " number of channels in each.",
)
def cardinality_and_width_exchanged(x, filters, cardinality, group_width, stride=1):
    return _resnext(x, filters, cardinality, cardinality * group_width, stride, groups=group_width)


@misconception(
    "resnext_block",
    hint="Your 3x3 convolution is depthwise: every channel by itself. It has `cardinality` groups with "
    "`group_width` channels each.",
)
def depthwise_in_the_middle(x, filters, cardinality, group_width, stride=1):
    width = cardinality * group_width
    return _resnext(x, filters, cardinality, width, stride, groups=width)


@misconception(
    "resnext_block",
    hint="Your first two convolutions have `group_width` filters. That is the number of channels in one "
    "group; there are `cardinality` groups.",
)
def width_of_one_group(x, filters, cardinality, group_width, stride=1):
    return _resnext(x, filters, 1, group_width, stride)


@misconception(
    "resnext_block",
    hint="Your first two convolutions have `filters` filters. Inside, the block has cardinality * "
    "group_width channels; only the last convolution has `filters`.",
)
def filters_inside(x, filters, cardinality, group_width, stride=1):
    return _resnext(x, filters, cardinality, filters, stride)


@misconception(
    "resnext_block",
    hint="Your last convolution has 4 * filters filters, as in ResNet's bottleneck. Here `filters` is the "
    "number of channels that come out.",
)
def four_times_the_filters(x, filters, cardinality, group_width, stride=1):
    return _resnext(x, 4 * filters, cardinality, cardinality * group_width, stride)


@misconception(
    "resnext_block",
    hint="Your grouped convolution has 1x1 kernels, so that the block never looks around. They are 3x3.",
)
def no_look_around(x, filters, cardinality, group_width, stride=1):
    return _resnext(x, filters, cardinality, cardinality * group_width, stride, sizes=(1, 1, 1))


@misconception(
    "resnext_block",
    hint="Your first convolution has 3x3 kernels. Only the grouped one in the middle looks around.",
)
def large_first_kernel(x, filters, cardinality, group_width, stride=1):
    return _resnext(x, filters, cardinality, cardinality * group_width, stride, sizes=(3, 3, 1))


@misconception(
    "resnext_block",
    hint="Your convolutions have biases. The BN behind them takes any constant away again: leave the "
    "biases out.",
)
def biases_in_the_block(x, filters, cardinality, group_width, stride=1):
    return _resnext(x, filters, cardinality, cardinality * group_width, stride, use_bias=True)


@misconception(
    "resnext_block",
    hint="There is no BN in your branch. Each of its convolutions is followed by one.",
)
def normalization_missing(x, filters, cardinality, group_width, stride=1):
    return _resnext(x, filters, cardinality, cardinality * group_width, stride, normalize=False)


@misconception(
    "resnext_block",
    hint="The BN behind the last convolution of your branch is missing. It comes before the addition.",
)
def last_normalization_missing(x, filters, cardinality, group_width, stride=1):
    width = cardinality * group_width
    y = _normed(_normed(x, width, 1), width, 3, stride, groups=cardinality)
    y = _normed(y, filters, 1, relu=False, normalize=False)
    return _sum(_project(x, filters, stride) if _needed(x, filters, stride) else x, y)


@misconception(
    "resnext_block",
    hint="Your projection has no BN. It is followed by one, as every convolution of the block.",
)
def normalization_of_the_projection_missing(x, filters, cardinality, group_width, stride=1):
    def project(x, filters, stride):
        return _normed(x, filters, 1, stride, relu=False, normalize=False)

    return _resnext(x, filters, cardinality, cardinality * group_width, stride, project=project)


@misconception(
    "resnext_block",
    hint="The ReLUs inside of your branch are missing, so that it is only a linear map.",
)
def inner_relus_missing(x, filters, cardinality, group_width, stride=1):
    return _resnext(x, filters, cardinality, cardinality * group_width, stride, relus=(False, False))


@misconception(
    "resnext_block",
    hint="The ReLU behind the grouped convolution of your branch is missing.",
)
def second_relu_missing(x, filters, cardinality, group_width, stride=1):
    return _resnext(x, filters, cardinality, cardinality * group_width, stride, relus=(True, False))


@misconception(
    "resnext_block",
    hint="Your last ReLU stands before the addition, at the end of the branch. It belongs behind the sum.",
)
def relu_before_the_sum(x, filters, cardinality, group_width, stride=1):
    def join(x, branch):
        return layers.add([x, layers.ReLU()(branch)])

    return _resnext(x, filters, cardinality, cardinality * group_width, stride, join=join)


@misconception(
    "resnext_block",
    hint="You have a ReLU at the end of the branch and another one behind the addition. The one in the "
    "branch is too many: with it the branch can only add, never subtract.",
)
def relu_before_and_behind_the_sum(x, filters, cardinality, group_width, stride=1):
    def join(x, branch):
        return _sum(x, layers.ReLU()(branch))

    return _resnext(x, filters, cardinality, cardinality * group_width, stride, join=join)


@misconception(
    "resnext_block",
    hint="The ReLU behind the addition is missing.",
)
def last_relu_missing(x, filters, cardinality, group_width, stride=1):
    def join(x, branch):
        return layers.add([x, branch])

    return _resnext(x, filters, cardinality, cardinality * group_width, stride, join=join)


@misconception(
    "resnext_block",
    hint="The shape is right, but nothing is added: you return what the branch gives.",
)
def never_added(x, filters, cardinality, group_width, stride=1):
    def join(x, branch):
        return layers.ReLU()(branch)

    return _resnext(x, filters, cardinality, cardinality * group_width, stride, join=join)


@misconception(
    "resnext_block",
    hint="You concatenate the shortcut and the branch, as DenseNet does. ResNeXt adds them.",
)
def concatenated_with_the_shortcut(x, filters, cardinality, group_width, stride=1):
    def join(x, branch):
        return layers.ReLU()(layers.concatenate([x, branch]))

    return _resnext(x, filters, cardinality, cardinality * group_width, stride, join=join)


@misconception(
    "resnext_block",
    hint="You project where the stride is not 1, but not where only the number of channels changes. Then, "
    "too, x and the branch have different shapes and cannot be added.",
)
def projection_on_stride_only(x, filters, cardinality, group_width, stride=1):
    def needed(x, filters, stride):
        return stride != 1

    return _resnext(x, filters, cardinality, cardinality * group_width, stride, needed=needed)


@misconception(
    "resnext_block",
    hint="You project where the number of channels changes, but not where only the stride makes the map "
    "smaller. Then, too, x and the branch have different shapes and cannot be added.",
)
def projection_on_channels_only(x, filters, cardinality, group_width, stride=1):
    def needed(x, filters, stride):
        return x.shape[-1] != filters

    return _resnext(x, filters, cardinality, cardinality * group_width, stride, needed=needed)


@misconception(
    "resnext_block",
    hint="You project every time. Where stride and channels leave the shape as it is, x goes on unchanged:"
    " that is the point of a shortcut.",
)
def always_projecting(x, filters, cardinality, group_width, stride=1):
    def needed(x, filters, stride):
        return True

    return _resnext(x, filters, cardinality, cardinality * group_width, stride, needed=needed)


@misconception(
    "resnext_block",
    hint="Both of your first convolutions have the stride, so that the branch shrinks twice and does not "
    "fit to the projection. Only one of them has it.",
)
def stride_on_two_convolutions(x, filters, cardinality, group_width, stride=1):
    return _resnext(x, filters, cardinality, cardinality * group_width, stride, strides=(stride, stride, 1))


@misconception(
    "resnext_block",
    hint="Your block always has stride 1. The argument `stride` says by how much it makes the map smaller.",
)
def stride_ignored(x, filters, cardinality, group_width, stride=1):
    return _resnext(x, filters, cardinality, cardinality * group_width, 1)


# ---------------------------------------------------------------- dense_block


def _normal_relu(x):
    return layers.ReLU()(layers.BatchNormalization()(x))


def _new(x, filters, size=3, use_bias=False, padding="same"):
    return layers.Conv2D(filters, size, padding=padding, use_bias=use_bias)(x)


def _dense(x, num_layers, growth_rate, layer=None, join=None):
    """A block with one thing changed by an argument."""
    for _ in range(num_layers):
        y = layer(x, growth_rate) if layer else _new(_normal_relu(x), growth_rate)
        x = join(x, y) if join else layers.concatenate([x, y])
    return x


@misconception(
    "dense_block",
    hint="You add what a layer found to what it was given. A dense block concatenates: the channels grow.",
)
def added(x, num_layers, growth_rate):
    return _dense(x, num_layers, growth_rate, join=lambda x, y: layers.add([x, y]))


@misconception(
    "dense_block",
    hint="Your layers have as many filters as they read channels, and the results are added: that is a "
    "residual network. Each layer has `growth_rate` filters, and the results are concatenated.",
)
def added_with_all_channels(x, num_layers, growth_rate):
    def layer(x, growth_rate):
        return _new(_normal_relu(x), x.shape[-1])

    return _dense(x, num_layers, growth_rate, layer, join=lambda x, y: layers.add([x, y]))


@misconception(
    "dense_block",
    hint="Your layers hand on what they found, without what they were given. Concatenate both.",
)
def not_concatenated(x, num_layers, growth_rate):
    return _dense(x, num_layers, growth_rate, join=lambda x, y: y)


@misconception(
    "dense_block",
    hint="Your last layer hands on what it found, without what it was given. The block ends with a "
    "concatenation, too.",
)
def last_concatenation_missing(x, num_layers, growth_rate):
    x = _dense(x, num_layers - 1, growth_rate)
    return _new(_normal_relu(x), growth_rate)


@misconception(
    "dense_block",
    hint="All of your layers work on the input of the block. Each works on all that there is so far: the "
    "input and what the layers before it found.",
)
def all_read_the_input(x, num_layers, growth_rate):
    return layers.concatenate([x, *(_new(_normal_relu(x), growth_rate) for _ in range(num_layers))])


@misconception(
    "dense_block",
    hint="Each of your layers works only on what the layer before it found, and everything is concatenated"
    " at the end. Each works on all that there is so far.",
)
def chain_of_layers(x, num_layers, growth_rate):
    found = [x]
    for _ in range(num_layers):
        found.append(_new(_normal_relu(found[-1]), growth_rate))
    return layers.concatenate(found)


@misconception(
    "dense_block",
    hint="Each of your layers concatenates to the input of the block, so that what the layers before it "
    "found is lost. It is concatenated to all that its layer was given.",
)
def growth_lost(x, num_layers, growth_rate):
    block = x
    return _dense(x, num_layers, growth_rate, join=lambda x, y: layers.concatenate([block, y]))


@misconception(
    "dense_block",
    hint="Your layers have the order convolution, BN, ReLU. In a dense block BN and ReLU come before the "
    "convolution.",
)
def convolution_first(x, num_layers, growth_rate):
    return _dense(x, num_layers, growth_rate, lambda x, r: _normal_relu(_new(x, r)))


@misconception(
    "dense_block",
    hint="In your layers the ReLU comes before the BN. The order is BN, ReLU, convolution.",
)
def relu_before_normalization(x, num_layers, growth_rate):
    def layer(x, growth_rate):
        return _new(layers.BatchNormalization()(layers.ReLU()(x)), growth_rate)

    return _dense(x, num_layers, growth_rate, layer)


@misconception(
    "dense_block",
    hint="There is no BN in your layers. Each begins with one.",
)
def layer_normalization_missing(x, num_layers, growth_rate):
    return _dense(x, num_layers, growth_rate, lambda x, r: _new(layers.ReLU()(x), r))


@misconception(
    "dense_block",
    hint="There is no ReLU in your layers. It stands between BN and convolution.",
)
def layer_relu_missing(x, num_layers, growth_rate):
    return _dense(x, num_layers, growth_rate, lambda x, r: _new(layers.BatchNormalization()(x), r))


@misconception(
    "dense_block",
    hint="Your concatenation passes on x after BN and ReLU. What a layer was given goes on as it was.",
)
def normalized_input_passed_on(x, num_layers, growth_rate):
    for _ in range(num_layers):
        x = _normal_relu(x)
        x = layers.concatenate([x, _new(x, growth_rate)])
    return x


@misconception(
    "dense_block",
    hint="Your convolutions have biases. Here they have none.",
)
def layer_biases_kept(x, num_layers, growth_rate):
    return _dense(x, num_layers, growth_rate, lambda x, r: _new(_normal_relu(x), r, use_bias=True))


@misconception(
    "dense_block",
    hint="Your layers begin with a 1x1 convolution, as in DenseNet-121. The text asks for layers without it.",
)
def bottleneck_added(x, num_layers, growth_rate):
    def layer(x, growth_rate):
        return _new(_normal_relu(_new(_normal_relu(x), 4 * growth_rate, 1)), growth_rate)

    return _dense(x, num_layers, growth_rate, layer)


@misconception(
    "dense_block",
    hint="Your kernels are 1x1. They are 3x3.",
)
def small_kernels(x, num_layers, growth_rate):
    return _dense(x, num_layers, growth_rate, lambda x, r: _new(_normal_relu(x), r, 1))


@misconception(
    "dense_block",
    hint="Your convolutions do not pad, so that what they give does not fit to what they were given.",
)
def dense_valid_padding(x, num_layers, growth_rate):
    return _dense(x, num_layers, growth_rate, lambda x, r: _new(_normal_relu(x), r, padding="valid"))


@misconception(
    "dense_block",
    hint="Your layers find more and more channels. Each of them adds `growth_rate` channels; what grows is"
    " what they read.",
)
def growing_growth(x, num_layers, growth_rate):
    for number in range(1, num_layers + 1):
        x = layers.concatenate([x, _new(_normal_relu(x), number * growth_rate)])
    return x


@misconception(
    "dense_block",
    hint="Your block has one layer too few. `num_layers` layers add channels.",
)
def one_layer_too_few(x, num_layers, growth_rate):
    return _dense(x, num_layers - 1, growth_rate)


@misconception(
    "dense_block",
    hint="Your block ends with BN and ReLU. It ends with the last concatenation.",
)
def normalization_at_the_end(x, num_layers, growth_rate):
    return _normal_relu(_dense(x, num_layers, growth_rate))


@misconception(
    "dense_block",
    hint="You concatenate along the height or the width. The channels are the last axis.",
)
def concatenated_along_the_height(x, num_layers, growth_rate):
    return _dense(x, num_layers, growth_rate, join=lambda x, y: layers.concatenate([x, y], axis=1))


# ---------------------------------------------------------------- fire_module


def _fire(x, squeeze, expand1, expand3, relus=(True,) * 3, sizes=(1, 1, 3), join=layers.concatenate, **rest):
    narrow = _biased(x, squeeze, sizes[0], relu=relus[0], **rest)
    points = _biased(narrow, expand1, sizes[1], relu=relus[1], **rest)
    return join([points, _biased(narrow, expand3, sizes[2], relu=relus[2], **rest)])


@misconception(
    "fire_module",
    hint="There is no ReLU behind your squeeze. All three convolutions are followed by one.",
)
def squeeze_without_relu(x, squeeze, expand1, expand3):
    return _fire(x, squeeze, expand1, expand3, relus=(False, True, True))


@misconception(
    "fire_module",
    hint="There are no ReLUs behind your expansions. All three convolutions are followed by one.",
)
def expansions_without_relu(x, squeeze, expand1, expand3):
    return _fire(x, squeeze, expand1, expand3, relus=(True, False, False))


@misconception(
    "fire_module",
    hint="There is no ReLU behind your 3x3 convolution. All three convolutions are followed by one.",
)
def wide_expansion_without_relu(x, squeeze, expand1, expand3):
    return _fire(x, squeeze, expand1, expand3, relus=(True, True, False))


@misconception(
    "fire_module",
    hint="Your expansions read the input of the module. They read what the squeeze gave.",
)
def expansions_of_the_input(x, squeeze, expand1, expand3):
    narrow = _biased(x, squeeze, 1)
    return layers.concatenate([narrow, _biased(x, expand1, 1), _biased(x, expand3, 3)])


@misconception(
    "fire_module",
    hint="You expand first, and the squeeze comes behind the concatenation. The squeeze comes first, so "
    "that the 3x3 kernels have few channels to read.",
)
def expand_before_squeeze(x, squeeze, expand1, expand3):
    return _biased(layers.concatenate([_biased(x, expand1, 1), _biased(x, expand3, 3)]), squeeze, 1)


@misconception(
    "fire_module",
    hint="Your module has no squeeze: both expansions read all channels of the input.",
)
def squeeze_missing(x, squeeze, expand1, expand3):
    return layers.concatenate([_biased(x, expand1, 1), _biased(x, expand3, 3)])


@misconception(
    "fire_module",
    hint="Your module has the expansion with 1x1 kernels only. The one with 3x3 kernels is missing.",
)
def narrow_expansion_only(x, squeeze, expand1, expand3):
    return _biased(_biased(x, squeeze, 1), expand1, 1)


@misconception(
    "fire_module",
    hint="Your module has the expansion with 3x3 kernels only. The one with 1x1 kernels is missing.",
)
def wide_expansion_only(x, squeeze, expand1, expand3):
    return _biased(_biased(x, squeeze, 1), expand3, 3)


@misconception(
    "fire_module",
    hint="Your 3x3 expansion reads what the 1x1 expansion gave. Both stand side by side and read the "
    "squeeze.",
)
def expansions_in_a_row(x, squeeze, expand1, expand3):
    points = _biased(_biased(x, squeeze, 1), expand1, 1)
    return layers.concatenate([points, _biased(points, expand3, 3)])


@misconception(
    "fire_module",
    hint="You add the two expansions. They are concatenated, and need not have equal numbers of channels.",
)
def expansions_added(x, squeeze, expand1, expand3):
    return _fire(x, squeeze, expand1, expand3, join=layers.add)


@misconception(
    "fire_module",
    hint="You concatenate along the height. The channels are the last axis.",
)
def expansions_along_the_height(x, squeeze, expand1, expand3):
    return _fire(x, squeeze, expand1, expand3, join=layers.Concatenate(axis=1))


@misconception(
    "fire_module",
    hint="Your convolutions do not pad, so that the results of the two expansions do not fit together.",
)
def expansions_with_valid_padding(x, squeeze, expand1, expand3):
    return _fire(x, squeeze, expand1, expand3, padding="valid")


@misconception(
    "fire_module",
    hint="Your squeeze has 3x3 kernels. It has 1x1 kernels; only one of the expansions looks around.",
)
def large_squeeze(x, squeeze, expand1, expand3):
    return _fire(x, squeeze, expand1, expand3, sizes=(3, 1, 3))


@misconception(
    "fire_module",
    hint="Both of your expansions have 3x3 kernels. One of them has 1x1 kernels: `expand1` is its filters.",
)
def both_expansions_large(x, squeeze, expand1, expand3):
    return _fire(x, squeeze, expand1, expand3, sizes=(1, 3, 3))


@misconception(
    "fire_module",
    hint="You have exchanged the filters of the expansions: `expand1` belongs to the 1x1 kernels, "
    "`expand3` to the 3x3 kernels.",
)
def expansions_exchanged(x, squeeze, expand1, expand3):
    return _fire(x, squeeze, expand3, expand1)


@misconception(
    "fire_module",
    hint="Your convolutions have no biases. There is no batch normalization here that would replace them.",
)
def fire_biases_left_out(x, squeeze, expand1, expand3):
    return _fire(x, squeeze, expand1, expand3, use_bias=False)


@misconception(
    "fire_module",
    hint="Your module has a shortcut past it. The fire module of the text has none.",
)
def shortcut_added(x, squeeze, expand1, expand3):
    y = _fire(x, squeeze, expand1, expand3)
    return layers.add([x if x.shape[-1] == y.shape[-1] else _biased(x, y.shape[-1], 1), y])


@misconception(
    "fire_module",
    hint="Your concatenation holds the squeeze as well. Only the two expansions are concatenated.",
)
def squeeze_concatenated(x, squeeze, expand1, expand3):
    narrow = _biased(x, squeeze, 1)
    return layers.concatenate([narrow, _biased(narrow, expand1, 1), _biased(narrow, expand3, 3)])


# ---------------------------------------------------------------- separable_block


def _finish(x, normalize=True, relu=True):
    x = layers.BatchNormalization()(x) if normalize else x
    return layers.ReLU()(x) if relu else x


def _separable(x, filters, stride, first=None, second=None, step=1, size=1, **settings):
    """A block with one thing changed by an argument; first and second go to what follows a convolution."""
    settings = {"use_bias": False, "padding": "same", **settings}
    x = _finish(layers.DepthwiseConv2D(3, stride, **settings)(x), **first or {})
    return _finish(layers.Conv2D(filters, size, step, **settings)(x), **second or {})


@misconception(
    "separable_block",
    hint="Your first convolution mixes channels: it has a kernel for each pair of channels. A depthwise "
    "convolution has one kernel for each channel.",
)
def standard_convolution_first(x, filters, stride=1):
    return _normed(_normed(x, x.shape[-1], 3, stride), filters, 1)


@misconception(
    "separable_block",
    hint="Your block is a single 3x3 convolution. It is taken apart here: depthwise first, then 1x1.",
)
def one_standard_convolution(x, filters, stride=1):
    return _normed(x, filters, 3, stride)


@misconception(
    "separable_block",
    hint="There is no BN in your block. Both convolutions are followed by one.",
)
def no_normalization(x, filters, stride=1):
    return _separable(x, filters, stride, {"normalize": False}, {"normalize": False})


@misconception(
    "separable_block",
    hint="The BN between the two convolutions is missing.",
)
def no_normalization_between(x, filters, stride=1):
    return _separable(x, filters, stride, {"normalize": False})


@misconception(
    "separable_block",
    hint="Between the two convolutions there is neither BN nor ReLU, as in Keras's SeparableConv2D. "
    "MobileNet has both after each of the two.",
)
def nothing_between(x, filters, stride=1):
    return _separable(x, filters, stride, {"normalize": False, "relu": False})


@misconception(
    "separable_block",
    hint="The BN at the end of the block is missing.",
)
def no_normalization_at_the_end(x, filters, stride=1):
    return _separable(x, filters, stride, second={"normalize": False})


@misconception(
    "separable_block",
    hint="The ReLU between the two convolutions is missing.",
)
def no_relu_between(x, filters, stride=1):
    return _separable(x, filters, stride, {"relu": False})


@misconception(
    "separable_block",
    hint="The ReLU at the end of the block is missing. (MobileNet v2 leaves it out, this is the first "
    "version.)",
)
def no_relu_at_the_end(x, filters, stride=1):
    return _separable(x, filters, stride, second={"relu": False})


@misconception(
    "separable_block",
    hint="In your block the ReLU comes before the BN. It comes behind it.",
)
def relu_before_the_normalization(x, filters, stride=1):
    x = layers.ReLU()(layers.DepthwiseConv2D(3, stride, "same", use_bias=False)(x))
    x = layers.Conv2D(filters, 1, use_bias=False)(layers.BatchNormalization()(x))
    return layers.BatchNormalization()(layers.ReLU()(x))


@misconception(
    "separable_block",
    hint="You mix first and look around afterwards. The depthwise convolution comes first.",
)
def pointwise_first(x, filters, stride=1):
    x = _normed(x, filters, 1)
    return _finish(layers.DepthwiseConv2D(3, stride, "same", use_bias=False)(x))


@misconception(
    "separable_block",
    hint="Both of your convolutions have the stride. Only the depthwise one has it.",
)
def stride_on_both(x, filters, stride=1):
    return _separable(x, filters, stride, step=stride)


@misconception(
    "separable_block",
    hint="Your block always has stride 1. The argument `stride` belongs to the depthwise convolution.",
)
def block_stride_ignored(x, filters, stride=1):
    return _separable(x, filters, 1)


@misconception(
    "separable_block",
    hint="Your convolutions have biases. The BN behind them takes any constant away again: leave the "
    "biases out.",
)
def biases_kept(x, filters, stride=1):
    return _separable(x, filters, stride, use_bias=True)


@misconception(
    "separable_block",
    hint="Your convolutions do not pad, so that the map loses its border.",
)
def block_valid_padding(x, filters, stride=1):
    return _separable(x, filters, stride, padding="valid")


@misconception(
    "separable_block",
    hint="Your second convolution has 3x3 kernels. It only mixes: its kernels are 1x1.",
)
def mixing_with_large_kernels(x, filters, stride=1):
    return _separable(x, filters, stride, size=3)


@misconception(
    "separable_block",
    hint="Your block ends with the depthwise convolution. The 1x1 convolution that mixes the channels is "
    "missing.",
)
def never_mixed(x, filters, stride=1):
    return _finish(layers.DepthwiseConv2D(3, stride, "same", use_bias=False)(x))


@misconception(
    "separable_block",
    hint="Your depthwise convolution makes `filters` channels out of each channel. It gives one for each "
    "channel; the 1x1 convolution changes their number.",
)
def multiplied_channels(x, filters, stride=1):
    x = layers.DepthwiseConv2D(3, stride, "same", depth_multiplier=filters, use_bias=False)(x)
    return _normed(_finish(x), filters, 1)


@misconception(
    "separable_block",
    hint="You add x where the shapes allow it. The first MobileNet has no shortcuts.",
)
def shortcut_where_it_fits(x, filters, stride=1):
    y = _separable(x, filters, stride)
    return keras.layers.add([x, y]) if x.shape == y.shape else y


# ---------------------------------------------------------------- separable_saving


@misconception(
    "separable_saving",
    hint="You return how many times cheaper the pair is. Return which fraction of the cost is left: the "
    "new cost divided by the old one.",
)
def inverted(kernel_size, c_out):
    return 1 / (1 / c_out + 1 / kernel_size**2)


@misconception(
    "separable_saving",
    hint="You return the fraction that is saved. Return the fraction that is left.",
)
def saved_fraction(kernel_size, c_out):
    return 1 - (1 / c_out + 1 / kernel_size**2)


@misconception(
    "separable_saving",
    hint="You left the 1x1 convolution out. It costs more than the depthwise convolution in most layers.",
)
def pointwise_left_out(kernel_size, c_out):
    return 1 / c_out


@misconception(
    "separable_saving",
    hint="You left the depthwise convolution out. It costs little, but it does cost something.",
)
def depthwise_left_out(kernel_size, c_out):
    return 1 / kernel_size**2


@misconception(
    "separable_saving",
    hint="You took the side of the window for its size. A window has rows and columns.",
)
def side_for_window(kernel_size, c_out):
    return 1 / c_out + 1 / kernel_size


@misconception(
    "separable_saving",
    hint="You multiply the two shares. The costs of the two convolutions add up.",
)
def shares_multiplied(kernel_size, c_out):
    return 1 / (c_out * kernel_size**2)


@misconception(
    "separable_saving",
    hint="You add below the fraction line. Divide each of the two costs by the old one, then add.",
)
def added_below(kernel_size, c_out):
    return 1 / (c_out + kernel_size**2)


@misconception(
    "separable_saving",
    hint="You return a percentage. Return a fraction: a tenth is 0.1.",
)
def percentage(kernel_size, c_out):
    return 100 * (1 / c_out + 1 / kernel_size**2)


@misconception(
    "separable_saving",
    hint="You divide whole numbers with // , which leaves no fraction. Divide with / .",
)
def whole_division(kernel_size, c_out):
    return (kernel_size**2 + c_out) // (kernel_size**2 * c_out)


@misconception(
    "separable_saving",
    hint="You count the depthwise convolution as if each kernel read all channels: then it costs as much "
    "as a standard convolution that keeps the channels.",
)
def depthwise_times_the_channels(kernel_size, c_out):
    return 1 + 1 / kernel_size**2
