"""Hidden tests of assignment 12, other architectures.

Blocks are compared by what they compute, on maps of odd size wherever there is a stride: there "same" padding
and padding with equally many zeros on all sides are the same. Where a block may be written in several ways
that do not have the same weights, or may put channels in another order, there are several right answers.
"""

from functools import cache, partial
from itertools import product

import keras
import numpy as np
import pytest
from keras import layers

from autograder.student.endpoint import without_values
from autograder.testing import (
    CheckError,
    StudentError,
    as_network,
    assert_close,
    assert_output_shape,
    assert_parameters,
    assert_same_network,
)
from autograder.testing.networks import example, outputs, weight_shapes

assert_count = partial(assert_close, rtol=0, atol=0)


def assert_integer(actual, name):
    """Checks that a count is of an integer type."""
    if np.asarray(actual).dtype.kind not in "iu":
        raise CheckError(f"{name} should be an int, but is of type {type(actual).__name__}.")


@cache
def single_block(kind, shape, *arguments):
    """A block on maps of the given shape; its values do not matter."""
    with without_values():
        x = keras.Input(shape)
        return keras.Model(x, kind(x, *arguments))


def assert_one_of(found, references, name="the block", **settings):
    """Checks that a model computes what one of several models does, each of them right.

    The references are made one after the other, the most likely one first: mostly it is the only one.
    """
    shapes = weight_shapes(as_network(found, name).structure)
    failure = None
    for reference in references:
        if failure is None or weight_shapes(reference) == shapes:
            try:
                return assert_same_network(found, reference, name, **settings)
            except CheckError as error:
                failure = error
    raise failure


def convolved(x, filters, size, stride=1, groups=1):
    """Appends a convolution without bias and batch normalization."""
    x = layers.Conv2D(filters, (size, size), (stride, stride), padding="same", groups=groups, use_bias=False)(
        x
    )
    return layers.BatchNormalization()(x)


def normalized_weights(*convolutions, moving=False):
    """Counts weights of convolutions (size, channels read, channels out), each with its normalization."""
    per_channel = 4 if moving else 2
    return sum(size * size * c_read * c_out + per_channel * c_out for size, c_read, c_out in convolutions)


def check_weights(block, *convolutions):
    """Compares the numbers of parameters of a block, the trainable ones and all."""
    assert_parameters(block, normalized_weights(*convolutions), "the block", trainable=True)
    assert_parameters(block, normalized_weights(*convolutions, moving=True), "the block")


def check_sizes(append, channels, stride=2):
    """Compares output shapes on maps of even and odd size.

    Args:
        append: Function of a Keras tensor and a stride that gives what the student's block makes of it.
        channels: Channels that come out.
        stride: Stride, 2 or more.
    """
    for H, W in [(6, 11), (9, 4)]:
        expected = (-(-H // stride), -(-W // stride), channels)
        assert_output_shape(append(keras.Input((H, W, 3)), stride), expected, f"the block, stride {stride},")


# ---------------------------------------------------------------- mlpconv_block: 4 points


def mlpconv(x, filters, kernel_size, stride=1):
    """Appends three convolutions; the activations are layers of their own."""
    x = layers.ReLU()(layers.Conv2D(filters, (kernel_size, kernel_size), stride, padding="same")(x))
    for _ in range(2):
        x = layers.ReLU()(layers.Conv2D(filters, (1, 1))(x))
    return x


def check_mlpconv(student, shape, *arguments, seeds=(0,)):
    """Compares what a block computes."""
    found = student.mlpconv_block(keras.Input(shape), *arguments)
    for seed in seeds:
        assert_same_network(found, single_block(mlpconv, shape, *arguments), "the block", seed=seed)


@pytest.mark.cell("mlpconv_block", weight=0.75)
def test_mlpconv_shapes(student, rng):
    """The stride divides height and width, rounded up, and as many channels come out as there are filters."""
    filters = int(rng.integers(6, 10))
    check_sizes(lambda x, stride: student.mlpconv_block(x, filters, 3, stride), filters)
    found = student.mlpconv_block(keras.Input((5, 8, 4)), filters, 5)
    assert_output_shape(found, (5, 8, filters), "the block without a stride")


@pytest.mark.cell("mlpconv_block", weight=0.75)
def test_mlpconv_has_its_convolutions(student, rng):
    """There is one convolution with the window that is asked for, then two of 1x1, all with biases."""
    filters, size = int(rng.integers(6, 10)), int(rng.integers(3, 6))
    found = student.mlpconv_block(x=keras.Input((7, 7, 4)), filters=filters, kernel_size=size, stride=1)
    expected = (size * size * 4 + 1) * filters + 2 * (filters + 1) * filters
    assert_parameters(found, expected, "the block")


@pytest.mark.cell("mlpconv_block", weight=1.25)
def test_mlpconv_computes_the_right_thing(student):
    """Without a stride, the three convolutions are in order, with a ReLU after each."""
    check_mlpconv(student, (6, 9, 4), 7, 3, seeds=(0, 1))


@pytest.mark.cell("mlpconv_block", weight=0.75)
def test_mlpconv_computes_with_a_stride(student):
    """With a stride of 2 or more, the first convolution has it, and the others have not."""
    check_mlpconv(student, (9, 13, 4), 7, 3, 2)
    check_mlpconv(student, (13, 7, 3), 5, 5, 3)


@pytest.mark.cell("mlpconv_block", weight=0.5)
def test_mlpconv_with_other_windows(student):
    """Windows of 1x1 and 5x5, a single channel and as many filters as channels are right, too."""
    check_mlpconv(student, (8, 5, 1), 4, 5)
    check_mlpconv(student, (4, 4, 6), 6, 1)


# ---------------------------------------------------------------- grouped_conv_parameters: 3 points


def check_grouped(student, *cases):
    """Compares numbers of weights, counted group by group."""
    for kernel_size, c_in, c_out, groups in cases:
        expected = sum(kernel_size**2 * (c_in // groups) * (c_out // groups) for _ in range(groups))
        count = student.grouped_conv_parameters(kernel_size, c_in, c_out, groups)
        assert_count(count, expected, f"the number of weights with {groups} groups")


def check_refusals(student, *cases):
    """Checks that there is a ValueError."""
    for kernel_size, c_in, c_out, groups in cases:
        try:
            student.grouped_conv_parameters(kernel_size, c_in, c_out, groups)
        except StudentError as error:
            if "ValueError" not in error.types:
                raise
        else:
            raise CheckError(f"There was no ValueError for {groups} groups, {c_in} and {c_out} channels.")


@pytest.mark.cell("grouped_conv_parameters", weight=1)
def test_weights_of_a_grouped_convolution(student, rng):
    """Each output channel reads only the input channels of its group, with a kernel for each of them."""
    d, e = (int(value) for value in rng.integers(3, 8, 2))
    check_grouped(student, (3, 32 * d, 32 * e, 32), (5, 4 * d, 4 * e, 4), (2, 3 * d, 3 * e + 3, 3))


@pytest.mark.cell("grouped_conv_parameters", weight=0.5)
def test_weights_at_both_ends(student, rng):
    """One group is an ordinary convolution, as many groups as channels make it depthwise."""
    C = int(rng.integers(5, 10))
    check_grouped(student, (3, C, 7, 1), (3, C, C, C), (5, C, 2 * C, C), (1, 6, 9, 3), (3, 1, 1, 1))


@pytest.mark.cell("grouped_conv_parameters", weight=0.5)
def test_groups_that_do_not_divide_the_input(student, rng):
    """Groups that do not divide the input channels lead to a ValueError."""
    groups = int(rng.integers(5, 8))
    check_refusals(student, (3, groups + 1, 2 * groups, groups), (3, 4, 8, 8), (3, 9, 4, 4))


@pytest.mark.cell("grouped_conv_parameters", weight=0.5)
def test_groups_that_do_not_divide_the_output(student, rng):
    """Groups that do not divide the output channels lead to a ValueError."""
    groups = int(rng.integers(5, 8))
    check_refusals(student, (3, 2 * groups, groups + 1, groups), (3, 8, 4, 8), (3, 4, 9, 4))


@pytest.mark.cell("grouped_conv_parameters", weight=0.25)
def test_groups_that_divide_only_together(student):
    """Groups that divide neither number of channels, or only their product or sum, lead to a ValueError."""
    check_refusals(student, (3, 6, 10, 4), (3, 10, 15, 6), (3, 5, 7, 4), (1, 7, 7, 2))


@pytest.mark.cell("grouped_conv_parameters", weight=0.25)
def test_weights_are_an_integer(student, rng):
    """The number of weights is right, and a whole number of an integer type."""
    d = int(rng.integers(3, 8))
    check_grouped(student, (3, 2 * d, 4 * d, 2))
    count = student.grouped_conv_parameters(kernel_size=3, c_in=2 * d, c_out=4 * d, groups=2)
    assert_integer(count, "the number of weights")


# ---------------------------------------------------------------- resnext_block: 7 points


def side_by_side(x, width, stride, groups, own=False):
    """Appends a grouped 3x3 convolution written as small ones; BN behind each of them, or behind all."""
    d = width // groups
    parts = [x[..., i * d : (i + 1) * d] for i in range(groups)]
    if own:
        return layers.Concatenate()([convolved(part, d, 3, stride) for part in parts])
    parts = [layers.Conv2D(d, 3, stride, padding="same", use_bias=False)(part) for part in parts]
    return layers.BatchNormalization()(layers.Concatenate()(parts))


def resnext(x, filters, cardinality, group_width, stride=1, form="grouped", early=False):
    """Appends a block whose grouped convolution takes one of several forms."""
    width, first, second = cardinality * group_width, stride if early else 1, 1 if early else stride
    if form.startswith("paths"):
        branch = []
        for _ in range(cardinality):
            path = layers.ReLU()(convolved(x, group_width, 1, first))
            branch.append(layers.ReLU()(convolved(path, group_width, 3, second)))
        branch = layers.Concatenate()(branch) if cardinality > 1 else branch[0]
    else:
        branch = layers.ReLU()(convolved(x, width, 1, first))
        if form == "grouped":
            branch = convolved(branch, width, 3, second, cardinality)
        else:
            branch = side_by_side(branch, width, second, cardinality, form == "own BN")
        branch = layers.ReLU()(branch)
    if form == "paths, summed":
        d = group_width
        parts = [branch[..., i * d : (i + 1) * d] for i in range(cardinality)]
        total = layers.Add()([layers.Conv2D(filters, 1, use_bias=False)(part) for part in parts])
        branch = layers.BatchNormalization()(total)
    else:
        branch = convolved(branch, filters, 1)
    shortcut = x if (stride, x.shape[-1]) == (1, filters) else convolved(x, filters, 1, stride)
    return layers.ReLU()(layers.Add()([branch, shortcut]))


def check_resnext(student, shape, filters, cardinality, group_width, stride):
    """Compares what a ResNeXt block computes."""
    found = student.resnext_block(keras.Input(shape), filters, cardinality, group_width, stride)
    forms = ["grouped"] if cardinality == 1 else ["grouped", "shared BN", "own BN", "paths", "paths, summed"]
    places = (False, True) if stride > 1 else (False,)
    sizes = filters, cardinality, group_width, stride
    assert_one_of(
        found,
        (single_block(resnext, shape, *sizes, form, early) for form, early in product(forms, places)),
    )


def resnext_convolutions(c_in, filters, cardinality, group_width):
    """The convolutions of the branch: (size, channels read, channels out)."""
    width = cardinality * group_width
    return (1, c_in, width), (3, group_width, width), (1, width, filters)


@pytest.mark.cell("resnext_block", weight=0.5)
def test_resnext_shapes(student, rng):
    """The stride divides height and width, rounded up, and as many channels come out as there are filters."""
    filters = int(rng.integers(6, 10))
    check_sizes(lambda x, stride: student.resnext_block(x, filters, 2, 4, stride), filters)
    found = student.resnext_block(keras.Input((8, 5, filters)), filters, 2, 4)
    assert_output_shape(found, (8, 5, filters), "the block without a stride")


@pytest.mark.cell("resnext_block", weight=1.25)
def test_resnext_needs_no_projection(student, rng):
    """With stride 1, the default, and as many filters as channels, the shortcut has no weights."""
    C, cardinality = int(rng.integers(11, 15)), int(rng.integers(3, 5))
    found = student.resnext_block(keras.Input((5, 7, C)), C, cardinality, 2)
    check_weights(found, *resnext_convolutions(C, C, cardinality, 2))


@pytest.mark.cell("resnext_block", weight=1)
def test_resnext_projects_for_its_stride(student, rng):
    """With a stride there is a projection, also where the number of channels stays the same."""
    C = int(rng.integers(11, 15))
    found = student.resnext_block(keras.Input((9, 5, C)), C, cardinality=2, group_width=5, stride=2)
    check_weights(found, *resnext_convolutions(C, C, 2, 5), (1, C, C))


@pytest.mark.cell("resnext_block", weight=1)
def test_resnext_projects_for_its_channels(student, rng):
    """When the number of channels grows or shrinks, there is a projection, also with stride 1."""
    filters = int(rng.integers(7, 10))
    for C in (4, 11, 1):
        found = student.resnext_block(x=keras.Input((4, 4, C)), filters=filters, cardinality=2, group_width=3)
        check_weights(found, *resnext_convolutions(C, filters, 2, 3), (1, C, filters))


@pytest.mark.cell("resnext_block", weight=1)
def test_resnext_computes_its_sum(student):
    """With a single group and no projection: three convolutions with BN and ReLU, plus x, and a last ReLU."""
    check_resnext(student, (8, 5, 7), 7, 1, 4, 1)


@pytest.mark.cell("resnext_block", weight=1)
def test_resnext_computes_with_groups(student):
    """With several groups, each output of the 3x3 convolution reads the channels of its own group."""
    check_resnext(student, (4, 7, 5), 6, 3, 4, 1)


@pytest.mark.cell("resnext_block", weight=0.75)
def test_resnext_computes_with_a_stride(student):
    """With a stride, one of the first two convolutions and the projection have it, and no other."""
    check_resnext(student, (9, 13, 8), 8, 1, 3, 2)
    check_resnext(student, (13, 7, 3), 9, 2, 5, 3)


@pytest.mark.cell("resnext_block", weight=0.5)
def test_resnext_with_groups_of_one_channel(student):
    """Groups of a single channel on a map of a single column are right, too."""
    check_resnext(student, (5, 1, 3), 3, 4, 1, 1)


# ---------------------------------------------------------------- dense_block: 5 points


def dense(x, num_layers, growth_rate, new_first=False):
    """Appends a dense block; what is new comes behind what there was, or in front of it."""
    for _ in range(num_layers):
        new = layers.ReLU()(layers.BatchNormalization()(x))
        new = layers.Conv2D(growth_rate, (3, 3), padding="same", use_bias=False)(new)
        x = layers.Concatenate()([new, x] if new_first else [x, new])
    return x


def dense_weights(c_in, num_layers, growth_rate, per_channel):
    """Counts the weights of a dense block, with so many numbers of BN per channel."""
    read = [c_in + number * growth_rate for number in range(num_layers)]
    return sum((per_channel + 9 * growth_rate) * channels for channels in read)


@pytest.mark.cell("dense_block", weight=1)
def test_dense_block_grows(student, rng):
    """Every layer adds as many channels as the growth rate; height and width stay as they are."""
    r, C = int(rng.integers(3, 6)), int(rng.integers(6, 9))
    for shape, num_layers, growth_rate in [((8, 5, C), 4, r), ((4, 7, C), 2, C)]:
        found = student.dense_block(keras.Input(shape), num_layers, growth_rate)
        expected = (*shape[:2], shape[2] + num_layers * growth_rate)
        assert_output_shape(found, expected, f"a block of {num_layers} layers")


@pytest.mark.cell("dense_block", weight=1)
def test_dense_block_reads_everything(student, rng):
    """Every layer has a BN and a kernel, without bias, for all channels that there are so far."""
    r, C, num_layers = int(rng.integers(3, 6)), int(rng.integers(6, 9)), int(rng.integers(3, 6))
    found = student.dense_block(x=keras.Input((5, 5, C)), num_layers=num_layers, growth_rate=r)
    assert_parameters(found, dense_weights(C, num_layers, r, 2), "the block", trainable=True)
    assert_parameters(found, dense_weights(C, num_layers, r, 4), "the block")


@pytest.mark.cell("dense_block", weight=1.25)
def test_dense_block_of_one_layer(student):
    """A single layer computes BN, ReLU and convolution, in this order, and keeps what it was given."""
    for shape, growth_rate in [((4, 5, 4), 4), ((6, 9, 5), 3)]:
        found = student.dense_block(keras.Input(shape), 1, growth_rate)
        assert_one_of(found, (single_block(dense, shape, 1, growth_rate, order) for order in (False, True)))


@pytest.mark.cell("dense_block", weight=1.25)
def test_dense_block_of_several_layers(student):
    """In a block of two or more layers, each works on all that there is so far."""
    for shape, num_layers, growth_rate in [((5, 7, 6), 2, 4), ((4, 6, 3), 4, 2)]:
        found = student.dense_block(keras.Input(shape), num_layers, growth_rate)
        reference = single_block(dense, shape, num_layers, growth_rate)
        assert_same_network(found, reference, "the block", free_order=True)


@pytest.mark.cell("dense_block", weight=0.5)
def test_dense_block_in_the_smallest_cases(student):
    """A single channel, a growth rate of 1 and a map of a single position are right, too."""
    for shape, growth_rate in [((5, 4, 1), 3), ((1, 1, 4), 1)]:
        found = student.dense_block(keras.Input(shape), 1, growth_rate)
        assert_one_of(found, (single_block(dense, shape, 1, growth_rate, order) for order in (False, True)))


# ---------------------------------------------------------------- fire_module: 4 points


def fire(x, squeeze, expand1, expand3, wide_first=False):
    """Appends a fire module with its expansions in one of two orders."""
    narrow = layers.ReLU()(layers.Conv2D(squeeze, (1, 1))(x))
    points = layers.ReLU()(layers.Conv2D(expand1, (1, 1))(narrow))
    squares = layers.ReLU()(layers.Conv2D(expand3, (3, 3), padding="same")(narrow))
    return layers.Concatenate()([squares, points] if wide_first else [points, squares])


def check_fire(student, shape, *filters, seeds=(0,)):
    """Compares what a fire module computes."""
    found = student.fire_module(keras.Input(shape), *filters)
    for seed in seeds:
        references = (single_block(fire, shape, *filters, order) for order in (False, True))
        assert_one_of(found, references, "the module", seed=seed)


@pytest.mark.cell("fire_module", weight=1)
def test_fire_module_shapes(student, rng):
    """Height and width stay as they are, and the channels of both expansions come one behind the other."""
    H, W, filters = int(rng.integers(5, 8)), int(rng.integers(9, 12)), int(rng.integers(6, 9))
    for shape in [(H, W, 5), (W, H, filters)]:
        found = student.fire_module(keras.Input(shape), 3, filters, filters)
        assert_output_shape(found, (*shape[:2], 2 * filters), "a module with equal expansions")
    found = student.fire_module(keras.Input((H, W, 5)), 3, filters, 4)
    assert_output_shape(found, (H, W, filters + 4), "the module")


@pytest.mark.cell("fire_module", weight=1)
def test_fire_module_has_three_convolutions(student, rng):
    """The module has its three convolutions, each with the right kernels, filters and biases."""
    C, expand1 = int(rng.integers(11, 15)), int(rng.integers(5, 8))
    found = student.fire_module(x=keras.Input((5, 5, C)), squeeze=3, expand1=expand1, expand3=9)
    assert_parameters(found, (C + 1) * 3 + (3 + 1) * expand1 + (9 * 3 + 1) * 9, "the module")


@pytest.mark.cell("fire_module", weight=1.5)
def test_fire_module_computes_the_right_thing(student):
    """Squeeze and both expansions are right, with a ReLU after each, everywhere on the map."""
    check_fire(student, (6, 9, 7), 3, 5, 8, seeds=(0, 1))


@pytest.mark.cell("fire_module", weight=0.5)
def test_fire_module_in_other_sizes(student):
    """Equal expansions, a squeeze to one channel, and a map of a single position are right, too."""
    check_fire(student, (4, 5, 6), 2, 4, 4)
    check_fire(student, (1, 1, 5), 1, 3, 2)


# ---------------------------------------------------------------- separable_block: 5 points


def separable(x, filters, stride=1, grouped=False):
    """Appends a depthwise convolution, or a grouped one with a group for each channel, and a 1x1."""
    C = x.shape[-1]
    if grouped:
        x = layers.Conv2D(C, (3, 3), stride, padding="same", groups=C, use_bias=False)(x)
    else:
        x = layers.DepthwiseConv2D((3, 3), stride, padding="same", use_bias=False)(x)
    x = layers.ReLU()(layers.BatchNormalization()(x))
    return layers.ReLU()(convolved(x, filters, 1))


def separable_references(shape, filters, stride):
    """Both ways to write the block."""
    return (single_block(separable, shape, filters, stride, grouped) for grouped in (False, True))


def check_separable(student, shape, filters, stride):
    """Compares what a separable block computes."""
    found = student.separable_block(keras.Input(shape), filters, stride)
    assert_one_of(found, separable_references(shape, filters, stride))


@pytest.mark.cell("separable_block", weight=0.5)
def test_separable_block_shapes(student, rng):
    """The stride divides height and width, rounded up, and as many channels come out as there are filters."""
    filters = int(rng.integers(6, 10))
    check_sizes(lambda x, stride: student.separable_block(x, filters, stride), filters)
    found = student.separable_block(keras.Input((8, 5, 4)), filters)
    assert_output_shape(found, (8, 5, filters), "the block without a stride")


@pytest.mark.cell("separable_block", weight=1.25)
def test_separable_block_weights(student, rng):
    """There is one 3x3 kernel for each channel, and a 1x1 convolution, both with BN and without biases."""
    C, filters = int(rng.integers(5, 8)), int(rng.integers(9, 12))
    for channels in (C, filters):
        found = student.separable_block(x=keras.Input((5, 7, channels)), filters=filters)
        check_weights(found, (3, 1, channels), (1, channels, filters))


@pytest.mark.cell("separable_block", weight=1.5)
def test_separable_block_computes_the_right_thing(student):
    """Without a stride: depthwise, BN, ReLU, 1x1, BN, ReLU, in this order."""
    check_separable(student, (6, 9, 4), 7, 1)
    check_separable(student, (5, 4, 6), 6, 1)


@pytest.mark.cell("separable_block", weight=1)
def test_separable_block_computes_with_a_stride(student):
    """With a stride of 2 or more, the depthwise convolution has it, and the 1x1 convolution has not."""
    check_separable(student, (9, 13, 4), 7, 2)
    check_separable(student, (13, 7, 5), 3, 3)


@pytest.mark.cell("separable_block", weight=0.5)
def test_separable_block_in_the_smallest_cases(student):
    """A single channel, a single filter and a map of a single position are right, too."""
    check_separable(student, (5, 7, 1), 4, 2)
    check_separable(student, (1, 1, 5), 1, 1)


@pytest.mark.cell("separable_block", weight=0.25)
def test_separable_block_does_not_cut_off(student):
    """On large values, too, the block is right: its ReLUs cut off nothing but what is negative."""
    shape = (4, 5, 6)
    network = as_network(student.separable_block(keras.Input(shape), 3), "the block")
    assert_output_shape(network, (4, 5, 3), "the block")
    shapes = weight_shapes(network.structure)
    for reference in separable_references(shape, 3, 1):
        if weight_shapes(reference) == shapes:
            x = 100 * example(reference)
            assert_close(
                outputs(network.structure, x), outputs(reference, x), "the map", rtol=5e-3, atol=0.05
            )
            break
    else:
        raise CheckError("the block has not the weights that it should have.")


# ---------------------------------------------------------------- separable_saving: 2 points


def macs_left(kernel_size, c_out):
    """The fraction by counting: 6 channels in, one position."""
    taps, c_in = kernel_size * kernel_size, 6
    return (taps * c_in + c_in * c_out) / (taps * c_in * c_out)


def check_saving(student, *cases):
    """Compares fractions."""
    for kernel_size, c_out in cases:
        left = student.separable_saving(kernel_size, c_out)
        assert_close(left, macs_left(kernel_size, c_out), "the fraction that is left", rtol=1e-4, atol=1e-7)


@pytest.mark.cell("separable_saving", weight=1)
def test_saving_of_usual_layers(student, rng):
    """For windows of 3x3 and usual numbers of channels, the new cost is divided by the old one."""
    check_saving(student, (3, 64), (3, int(rng.integers(100, 900))), (3, 8))


@pytest.mark.cell("separable_saving", weight=0.5)
def test_saving_with_other_windows(student, rng):
    """For other windows the fraction is right, too."""
    check_saving(student, (5, int(rng.integers(10, 90))), (7, 16), (2, 6), (4, 512))


@pytest.mark.cell("separable_saving", weight=0.5)
def test_saving_where_nothing_is_saved(student, rng):
    """With a window of 1x1, or a single output channel, the pair costs more than the single convolution."""
    for kernel_size, c_out in [(1, int(rng.integers(5, 9))), (3, 1), (1, 1)]:
        left = student.separable_saving(kernel_size=kernel_size, c_out=c_out)
        assert_close(left, macs_left(kernel_size, c_out), "the fraction that is left")
