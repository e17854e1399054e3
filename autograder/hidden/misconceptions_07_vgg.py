"""Known wrong answers to assignment 07, VGG, each with a hint for the student who gave it.

Each is a complete answer that differs from a right one by exactly one misunderstanding.
"""
# ruff: noqa: D103 - the hint says what a misconception is

import math

import keras
from keras import layers as keras_layers

from autograder.testing import misconception

# ---------------------------------------------------------------- receptive_field


@misconception(
    "receptive_field",
    hint="You leave the strides out. After a stride of 2, neighbors in the feature map look at squares that "
    "lie two pixels apart, so everything that a later layer adds counts twice.",
)
def strides_ignored(layers):
    return 1 + sum(kernel_size - 1 for kernel_size, _ in layers)


@misconception(
    "receptive_field",
    hint="You count a layer's own stride for that layer. Its stride only moves the places at which its "
    "outputs lie, so it matters for the layers after it.",
)
def own_stride_counted(layers):
    size, step = 1, 1
    for kernel_size, stride in layers:
        step *= stride
        size += (kernel_size - 1) * step
    return size


@misconception(
    "receptive_field",
    hint="You add the whole kernel size for each layer. A kernel of size k reaches k - 1 steps beyond the "
    "value that it starts from, which has been counted already.",
)
def whole_kernel_added(layers):
    size, step = 0, 1
    for kernel_size, stride in layers:
        size += kernel_size * step
        step *= stride
    return size


@misconception(
    "receptive_field",
    hint="Your result is too small by one: you add up the steps between the first and the last pixel. From "
    "pixel 1 to pixel 3 it is two steps, and they are three pixels.",
)
def steps_instead_of_pixels(layers):
    return _field(layers) - 1


@misconception(
    "receptive_field",
    hint="You multiply the kernel sizes. Neighbors of a feature map see squares that overlap, so that each "
    "layer adds to the field: two 3x3 layers see 5x5 pixels, not 9x9.",
)
def kernel_sizes_multiplied(layers):
    return math.prod(kernel_size for kernel_size, _ in layers)


@misconception(
    "receptive_field",
    hint="You go through the layers in the wrong direction: as you count, the strides of later layers pull "
    "apart what earlier layers see. It is the other way round.",
)
def layers_in_reverse(layers):
    return _field(layers[::-1])


@misconception(
    "receptive_field",
    hint="For each layer you use the stride of the layer just before it. The strides of all layers before it "
    "work together: their product counts.",
)
def last_stride_only(layers):
    size, step = 1, 1
    for kernel_size, stride in layers:
        size += (kernel_size - 1) * step
        step = stride
    return size


@misconception(
    "receptive_field",
    hint="You add up the strides of the layers before. A stride of 2 after a stride of 2 takes every fourth "
    "pixel, a third one every eighth: strides multiply.",
)
def strides_added(layers):
    size, before = 1, []
    for kernel_size, stride in layers:
        size += (kernel_size - 1) * (sum(before) or 1)
        before.append(stride)
    return size


@misconception(
    "receptive_field",
    hint="You return the number of pixels in the square. The side of the square is asked for.",
)
def area_instead_of_side(layers):
    return _field(layers) ** 2


@misconception(
    "receptive_field",
    hint="You divide by the strides. A stride makes the feature map smaller, but what one of its values sees "
    "becomes larger.",
)
def divided_by_strides(layers):
    size, step = 1, 1
    for kernel_size, stride in layers:
        size += (kernel_size - 1) // step
        step *= stride
    return size


@misconception(
    "receptive_field",
    hint="You leave out the last layer. The receptive field of its output is asked for, so its kernel "
    "counts, too.",
)
def last_layer_left_out(layers):
    return _field(layers[:-1])


@misconception(
    "receptive_field",
    hint="Your result is right, but the caller's list is empty or changed afterwards. Go through it with a "
    "for loop instead of pop.",
)
def list_used_up(layers):
    size, step = 1, 1
    while layers:
        kernel_size, stride = layers.pop(0)
        size += (kernel_size - 1) * step
        step *= stride
    return size


def _field(network):
    field = 1
    for kernel_size, stride in reversed(network):
        field = (field - 1) * stride + kernel_size
    return field


# ---------------------------------------------------------------- stack_parameters


@misconception(
    "stack_parameters",
    hint="You count a bias for each output channel. Here only weights count.",
)
def biases_counted(kernel_size, depth, channels):
    return depth * (kernel_size**2 * channels + 1) * channels


@misconception(
    "stack_parameters",
    hint="You count one layer. A stack of several layers has the weights of all of them.",
)
def depth_forgotten(kernel_size, depth, channels):
    return kernel_size**2 * channels**2


@misconception(
    "stack_parameters",
    hint="You count one kernel for each channel. Every output channel has weights for every input channel, "
    "so that the number of channels comes in twice.",
)
def channels_once(kernel_size, depth, channels):
    return depth * kernel_size**2 * channels


@misconception(
    "stack_parameters",
    hint="You count kernel_size weights for each pair of channels. A square kernel has kernel_size times "
    "kernel_size.",
)
def side_instead_of_square(kernel_size, depth, channels):
    return depth * kernel_size * channels**2


@misconception(
    "stack_parameters",
    hint="You raise the weights of one layer to the power of the depth. Weights of layers that follow one "
    "another are added: depth times those of one layer.",
)
def depth_as_exponent(kernel_size, depth, channels):
    return (kernel_size**2 * channels**2) ** depth


@misconception(
    "stack_parameters",
    hint="You count the weights of one large kernel that sees as much as the stack. The stack has depth "
    "small kernels, and that is its advantage.",
)
def one_large_kernel(kernel_size, depth, channels):
    return (depth * (kernel_size - 1) + 1) ** 2 * channels**2


@misconception(
    "stack_parameters",
    hint="You let the first layer begin with the three channels of an image. Here every layer goes from "
    "`channels` channels to `channels` channels.",
)
def first_layer_sees_colors(kernel_size, depth, channels):
    return kernel_size**2 * channels * (3 + (depth - 1) * channels)


@misconception(
    "stack_parameters",
    hint="You double the channels from layer to layer. Inside of a stack their number stays the same.",
)
def channels_doubled(kernel_size, depth, channels):
    return sum(kernel_size**2 * channels**2 * 2 * 4**layer for layer in range(depth))


@misconception(
    "stack_parameters",
    hint="You count bytes, four for each weight. The number of weights is asked for.",
)
def bytes_counted(kernel_size, depth, channels):
    return 4 * depth * kernel_size**2 * channels**2


# ---------------------------------------------------------------- vgg_block


def _convolution(x, filters, kernel_size=3, activation="relu", padding="same", **settings):
    return keras_layers.Conv2D(filters, kernel_size, activation=activation, padding=padding, **settings)(x)


def _convolutions(x, num_convs, filters, **settings):
    for _ in range(num_convs):
        x = _convolution(x, filters, **settings)
    return x


def _pool(x):
    return keras_layers.MaxPooling2D(2)(x)


@misconception(
    "vgg_block",
    hint="Your convolutions make the maps smaller. With padding='same' a border of zeros keeps their size; "
    "the default of Keras is 'valid', without a border.",
)
def valid_padding(x, num_convs, filters):
    return _pool(_convolutions(x, num_convs, filters, padding="valid"))


@misconception(
    "vgg_block",
    hint="Your pooling moves by one pixel, so that the size hardly changes. Give it the stride 2, which is "
    "also Keras's default for a window of 2x2.",
)
def pooling_with_stride_one(x, num_convs, filters):
    return keras_layers.MaxPooling2D(2, strides=1)(_convolutions(x, num_convs, filters))


@misconception(
    "vgg_block",
    hint="Your convolutions have no ReLU. Without it the whole stack is only one linear map, however many "
    "layers it has.",
)
def relu_forgotten(x, num_convs, filters):
    return _pool(_convolutions(x, num_convs, filters, activation=None))


@misconception(
    "vgg_block",
    hint="You apply one ReLU at the end of the block. Every convolution is followed by its own: without it, "
    "two convolutions one after the other are one linear map.",
)
def relu_at_the_end_only(x, num_convs, filters):
    x = _convolutions(x, num_convs, filters, activation=None)
    return _pool(keras_layers.ReLU()(x))


@misconception(
    "vgg_block",
    hint="Your last convolution has no ReLU. Every convolution of the block is followed by one, also the one "
    "before the pooling.",
)
def relu_missing_after_the_last(x, num_convs, filters):
    return _pool(_convolution(_convolutions(x, num_convs - 1, filters), filters, activation=None))


@misconception(
    "vgg_block",
    hint="Your pooling averages. VGG takes the maximum of each window.",
)
def average_pooling(x, num_convs, filters):
    return keras_layers.AveragePooling2D(2)(_convolutions(x, num_convs, filters))


@misconception(
    "vgg_block",
    hint="You pool first. A block begins with its convolutions, on maps of full size, and ends with the "
    "pooling.",
)
def pooling_first(x, num_convs, filters):
    return _convolutions(_pool(x), num_convs, filters)


@misconception(
    "vgg_block",
    hint="You pool after every convolution. A block has one pooling, after all of its convolutions: look at "
    "the indentation of that line.",
)
def pooling_every_time(x, num_convs, filters):
    for _ in range(num_convs):
        x = _pool(_convolution(x, filters))
    return x


@misconception(
    "vgg_block",
    hint="The pooling at the end is missing: height and width should be halved.",
)
def pooling_forgotten(x, num_convs, filters):
    return _convolutions(x, num_convs, filters)


@misconception(
    "vgg_block",
    hint="Your pooling has a window of 3x3, as in AlexNet, where windows overlap. In VGG it is 2x2 with "
    "stride 2.",
)
def overlapping_pooling(x, num_convs, filters):
    return keras_layers.MaxPooling2D(3, strides=2, padding="same")(_convolutions(x, num_convs, filters))


@misconception(
    "vgg_block",
    hint="You make the maps smaller by a convolution with stride 2. All convolutions of VGG have stride 1; "
    "the pooling halves the size.",
)
def strided_convolution(x, num_convs, filters):
    return _convolution(_convolutions(x, num_convs - 1, filters), filters, strides=2)


@misconception(
    "vgg_block",
    hint="You double the filters from convolution to convolution. Inside of a block all have the same number "
    "of filters; it changes from block to block.",
)
def filters_doubled_inside(x, num_convs, filters):
    for position in range(num_convs):
        x = _convolution(x, filters * 2**position)
    return _pool(x)


@misconception(
    "vgg_block",
    hint="Your convolutions have twice as many filters as x has channels. The argument `filters` says how "
    "many there are; they do not always double.",
)
def filters_from_input(x, num_convs, filters):
    return _pool(_convolutions(x, num_convs, 2 * x.shape[-1]))


@misconception(
    "vgg_block",
    hint="Only one convolution is in your block. Repeat it num_convs times, each time on what the one before "
    "gave: a convolution that works on the input of the block again leaves the others unused.",
)
def one_convolution_only(x, num_convs, filters):
    return _pool(_convolution(x, filters))


@misconception(
    "vgg_block",
    hint="You count the pooling as one of the num_convs layers, so that one convolution is missing.",
)
def pooling_counted_as_convolution(x, num_convs, filters):
    return _pool(_convolutions(x, num_convs - 1, filters))


@misconception(
    "vgg_block",
    hint="You make one convolution layer and use it again and again, so that all convolutions share their "
    "weights (and the second one fails when the number of channels changes). Make a new layer each "
    "time.",
)
def one_layer_used_again(x, num_convs, filters):
    layer = keras_layers.Conv2D(filters, 3, padding="same", activation="relu")
    for _ in range(num_convs):
        x = layer(x)
    return _pool(x)


@misconception(
    "vgg_block",
    hint="Your kernels are 5x5. VGG has 3x3 kernels everywhere and gets its reach from stacking them.",
)
def kernels_too_large(x, num_convs, filters):
    return _pool(_convolutions(x, num_convs, filters, kernel_size=5))


@misconception(
    "vgg_block",
    hint="Your convolutions have no biases. They are only left out where batch normalization follows, and "
    "VGG has none.",
)
def biases_left_out(x, num_convs, filters):
    return _pool(_convolutions(x, num_convs, filters, use_bias=False))


@misconception(
    "vgg_block",
    hint="You added batch normalization. VGG is older than it and has none.",
)
def batch_normalization_added(x, num_convs, filters):
    for _ in range(num_convs):
        x = keras_layers.BatchNormalization()(_convolution(x, filters, activation=None))
        x = keras_layers.ReLU()(x)
    return _pool(x)


# ---------------------------------------------------------------- build_vgg


def _repeats(depth):
    if depth not in (16, 19):
        raise ValueError("depth must be 16 or 19")
    return [2, 2, 3, 3, 3] if depth == 16 else [2, 2, 4, 4, 4]


def _vgg(
    repeats,
    num_classes,
    input_shape,
    block=lambda x, num_convs, filters: _pool(_convolutions(x, num_convs, filters)),
    widths=(64, 128, 256, 512, 512),
    flatten=keras_layers.Flatten,
    hidden=2,
    hidden_activation="relu",
    last_activation="softmax",
):
    """A VGG with one thing changed by an argument."""
    x = inputs = keras.Input(input_shape)
    for num_convs, filters in zip(repeats, widths, strict=True):
        x = block(x, num_convs, filters)
    x = flatten()(x)
    for _ in range(hidden):
        x = keras_layers.Dense(4096, activation=hidden_activation)(x)
    return keras.Model(inputs, keras_layers.Dense(num_classes, activation=last_activation)(x))


@misconception(
    "build_vgg",
    hint="You double the channels after every pooling, up to 1,024. The last stage does not follow this "
    "rule: stages 4 and 5 both have 512.",
)
def last_stage_doubled(depth, num_classes=1000, input_shape=(224, 224, 3)):
    return _vgg(_repeats(depth), num_classes, input_shape, widths=(64, 128, 256, 512, 1024))


@misconception(
    "build_vgg",
    hint="The two fully connected layers with 4,096 units are missing. They hold most of VGG's parameters.",
)
def hidden_layers_missing(depth, num_classes=1000, input_shape=(224, 224, 3)):
    return _vgg(_repeats(depth), num_classes, input_shape, hidden=0)


@misconception(
    "build_vgg",
    hint="There is only one fully connected layer with 4,096 units before the last one. VGG has two of them.",
)
def one_hidden_layer_missing(depth, num_classes=1000, input_shape=(224, 224, 3)):
    return _vgg(_repeats(depth), num_classes, input_shape, hidden=1)


@misconception(
    "build_vgg",
    hint="You average over all positions. That came later; VGG flattens its last feature map, and its first "
    "fully connected layer has weights for every position.",
)
def averaged_instead_of_flattened(depth, num_classes=1000, input_shape=(224, 224, 3)):
    flatten = keras_layers.GlobalAveragePooling2D
    return _vgg(_repeats(depth), num_classes, input_shape, flatten=flatten)


@misconception(
    "build_vgg",
    hint="Your fully connected layers have no ReLU. Without it the three of them are one linear map.",
)
def hidden_layers_without_relu(depth, num_classes=1000, input_shape=(224, 224, 3)):
    return _vgg(_repeats(depth), num_classes, input_shape, hidden_activation=None)


@misconception(
    "build_vgg",
    hint="The last layer has a ReLU. It turns all negative logits into 0, and the classes cannot be told "
    "apart any more: end in logits or in a softmax.",
)
def relu_after_the_last_layer(depth, num_classes=1000, input_shape=(224, 224, 3)):
    return _vgg(_repeats(depth), num_classes, input_shape, last_activation="relu")


@misconception(
    "build_vgg",
    hint="The last layer has a sigmoid. An image belongs to one of the classes, so their probabilities add "
    "up to 1: end in a softmax, or in logits.",
)
def sigmoid_after_the_last_layer(depth, num_classes=1000, input_shape=(224, 224, 3)):
    return _vgg(_repeats(depth), num_classes, input_shape, last_activation="sigmoid")


@misconception(
    "build_vgg",
    hint="Your convolutions have no ReLU. Every convolution of VGG is followed by one.",
)
def convolutions_without_relu(depth, num_classes=1000, input_shape=(224, 224, 3)):
    return _vgg(_repeats(depth), num_classes, input_shape, block=_linear_block)


def _linear_block(x, num_convs, filters):
    return _pool(_convolutions(x, num_convs, filters, activation=None))


@misconception(
    "build_vgg",
    hint="Your stages end in average pooling. VGG takes the maximum of each window.",
)
def stages_averaged(depth, num_classes=1000, input_shape=(224, 224, 3)):
    return _vgg(_repeats(depth), num_classes, input_shape, block=average_pooling)


@misconception(
    "build_vgg",
    hint="Your stages begin with the pooling. The first convolutions of VGG see the image in full size, and "
    "each stage ends with the pooling.",
)
def stages_begin_with_pooling(depth, num_classes=1000, input_shape=(224, 224, 3)):
    return _vgg(_repeats(depth), num_classes, input_shape, block=pooling_first)


@misconception(
    "build_vgg",
    hint="Your convolutions make the maps smaller, since they have no border of zeros. In VGG they keep "
    "height and width: padding='same'.",
)
def convolutions_without_padding(depth, num_classes=1000, input_shape=(224, 224, 3)):
    return _vgg(_repeats(depth), num_classes, input_shape, block=valid_padding)


@misconception(
    "build_vgg",
    hint="Your VGG has batch normalization. The networks of the exercise are older than it and have none.",
)
def vgg_with_batch_normalization(depth, num_classes=1000, input_shape=(224, 224, 3)):
    return _vgg(_repeats(depth), num_classes, input_shape, block=batch_normalization_added)


@misconception(
    "build_vgg",
    hint="The last convolution of your stages 3 to 5 has 1x1 kernels. The paper has such a network, too "
    "(configuration C); VGG-16 is configuration D, with 3x3 kernels everywhere.",
)
def configuration_c(depth, num_classes=1000, input_shape=(224, 224, 3)):
    return _vgg(_repeats(depth), num_classes, input_shape, block=_block_ending_in_1x1)


def _block_ending_in_1x1(x, num_convs, filters):
    threes = min(num_convs, 2)
    x = _convolutions(x, threes, filters)
    return _pool(_convolutions(x, num_convs - threes, filters, kernel_size=1))


@misconception(
    "build_vgg",
    hint="You count convolutions only. The depth counts all layers with weights, so the three fully "
    "connected layers are among the 16 or 19.",
)
def depth_without_fully_connected_layers(depth, num_classes=1000, input_shape=(224, 224, 3)):
    repeats = {16: [2, 2, 4, 4, 4], 19: [2, 2, 5, 5, 5]}
    return _vgg(repeats[depth] if depth in repeats else _repeats(depth), num_classes, input_shape)


@misconception(
    "build_vgg",
    hint="Your VGG-19 has its three further convolutions in other stages than the paper's. Stages 3, 4 and 5 "
    "get a fourth convolution each.",
)
def further_convolutions_elsewhere(depth, num_classes=1000, input_shape=(224, 224, 3)):
    repeats = [2, 2, 3, 4, 5] if depth == 19 else _repeats(depth)
    return _vgg(repeats, num_classes, input_shape)


@misconception(
    "build_vgg",
    hint="Whatever the depth, you build VGG-16. The argument `depth` decides how many convolutions stages 3 "
    "to 5 have.",
)
def always_vgg16(depth, num_classes=1000, input_shape=(224, 224, 3)):
    return _vgg(_repeats(depth) and [2, 2, 3, 3, 3], num_classes, input_shape)


@misconception(
    "build_vgg",
    hint="Every depth other than 16 gives you a VGG-19. Raise a ValueError for a depth that is neither 16 "
    "nor 19.",
)
def any_other_depth_is_19(depth, num_classes=1000, input_shape=(224, 224, 3)):
    return _vgg(_repeats(16 if depth == 16 else 19), num_classes, input_shape)


@misconception(
    "build_vgg",
    hint="You work out the convolutions from the depth, and so build something for every depth. Raise a "
    "ValueError for a depth that is neither 16 nor 19.",
)
def any_depth_accepted(depth, num_classes=1000, input_shape=(224, 224, 3)):
    longer = (depth - 7) // 3
    return _vgg([2, 2, longer, longer, longer], num_classes, input_shape)


@misconception(
    "build_vgg",
    hint="For a depth that you do not know, your code stops with a KeyError. Look first whether the depth is "
    "one of the two, and raise a ValueError otherwise.",
)
def key_error_for_other_depths(depth, num_classes=1000, input_shape=(224, 224, 3)):
    repeats = {16: [2, 2, 3, 3, 3], 19: [2, 2, 4, 4, 4]}
    return _vgg(repeats[depth], num_classes, input_shape)


@misconception(
    "build_vgg",
    hint="Your network always has 1,000 classes. The argument `num_classes` says how many.",
)
def always_1000_classes(depth, num_classes=1000, input_shape=(224, 224, 3)):
    return _vgg(_repeats(depth), 1000, input_shape)


@misconception(
    "build_vgg",
    hint="Your network always takes images of 224x224x3. The argument `input_shape` says how large they are.",
)
def always_224(depth, num_classes=1000, input_shape=(224, 224, 3)):
    return _vgg(_repeats(depth), num_classes, (224, 224, 3))
