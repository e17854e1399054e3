"""Hidden tests of assignment 07, VGG.

Receptive fields are worked out here from the output back to the input, the other way round than the usual
formula. Models are compared by what they compute; of the full networks, whose weights would fill gigabytes,
only the structure is looked at, and a narrow copy of it is run.
"""

from functools import cache

import keras
import numpy as np
import pytest
from keras import layers

from autograder.student.endpoint import without_values
from autograder.testing import (
    CheckError,
    StudentError,
    assert_close,
    assert_output_shape,
    assert_parameters,
    assert_same_network,
)
from autograder.testing.narrow import narrowed


def assert_count(actual, expected, name):
    """Checks a count: its value, to the last digit."""
    assert_close(actual, expected, name, rtol=0)


def assert_integer(actual, name):
    """Checks that a count is of an integer type."""
    if np.asarray(actual).dtype.kind not in "iu":
        raise CheckError(f"{name} should be an int, but is of type {type(actual).__name__}.")


# ---------------------------------------------------------------- receptive_field: 5 points


def seen(network):
    """Number of pixels, along one axis, that the output at position 0 sees, followed back layer by layer."""
    last = 0
    for kernel_size, stride in reversed(network):
        last = last * stride + kernel_size - 1
    return last + 1


def check_fields(student, *networks):
    """Compares the receptive fields of several networks."""
    for network in networks:
        assert_count(student.receptive_field(network), seen(network), "the receptive field")


@pytest.mark.cell("receptive_field", weight=0.5)
def test_field_of_one_layer(student, rng):
    """A single layer sees as much as its kernel covers, whatever its stride."""
    kernel_size = int(rng.integers(4, 9))
    check_fields(student, [(kernel_size, 1)], [(kernel_size, 3)], [(11, 4)], [(1, 1)])


@pytest.mark.cell("receptive_field", weight=1)
def test_field_of_stacks(student, rng):
    """With stride 1, every further layer adds its kernel size less one."""
    sizes = rng.integers(2, 8, 4)
    check_fields(student, [(3, 1)] * 3, [(5, 1)] * 2, [(3, 1), (1, 1), (7, 1)], [(int(k), 1) for k in sizes])


@pytest.mark.cell("receptive_field", weight=1)
def test_field_after_a_stride(student, rng):
    """A layer's stride pulls apart what the layers after it see."""
    stride = int(rng.integers(3, 6))
    check_fields(student, [(2, 2), (3, 1)], [(7, stride), (4, 1)], [(7, 2), (3, 1), (3, 1), (5, 1)])


@pytest.mark.cell("receptive_field", weight=0.75)
def test_field_with_several_strides(student, rng):
    """Strides one after the other multiply."""
    network = [(int(rng.integers(4, 8)), int(rng.integers(2, 5))) for _ in range(3)]
    check_fields(student, [(3, 2), (3, 2), (3, 2), (3, 1)], [(5, 4), (3, 3), (2, 1)], [*network, (3, 1)])


@pytest.mark.cell("receptive_field", weight=0.75)
def test_field_depends_on_the_order(student, rng):
    """A stride matters for later layers only, so the order of layers does."""
    before, after = (3, 1), (int(rng.integers(4, 9)), 3)
    for network in ([(3, 1), (2, 2)], [(7, 1), (3, 2), (5, 1)], [before, before, after], [(2, 2), (5, 3)]):
        check_fields(student, network, network[::-1])


@pytest.mark.cell("receptive_field", weight=0.5)
def test_field_of_known_networks(student, rng):
    """The values of the last feature maps of AlexNet and VGG see as much of the image as they should."""
    alexnet = [(11, 4), (3, 2), (5, 1), (3, 2), (3, 1), (3, 1), (3, 1), (3, 2)]
    vgg = [layer for repeats in (2, 2, 3, 3, 3) for layer in [(3, 1)] * repeats + [(2, 2)]]
    check_fields(student, alexnet, vgg, alexnet[: int(rng.integers(3, 7))])


@pytest.mark.cell("receptive_field", weight=0.25)
def test_field_is_an_integer(student, rng):
    """The receptive field is right, and a whole number of an integer type, with strides and without."""
    for network in ([(3, 1), (3, 1)], [(int(rng.integers(3, 7)), 2), (3, 2), (2, 1)]):
        field = student.receptive_field(network)
        assert_count(field, seen(network), "the receptive field")
        assert_integer(field, "the receptive field")


@pytest.mark.cell("receptive_field", weight=0.25)
def test_field_leaves_its_argument_alone(student, rng):
    """The receptive field is right, and the list of layers is the same after the call as before."""
    network = [(3, 1), (int(rng.integers(3, 7)), 2), (3, 1)]
    result = student.call("receptive_field", network)
    assert_count(result.value, seen(network), "the receptive field")
    assert not result.changed_arguments


# ---------------------------------------------------------------- stack_parameters: 3 points


def check_stacks(student, *stacks):
    """Compares the weights of several stacks, added up kernel by kernel."""
    for kernel_size, depth, channels in stacks:
        expected = sum(np.ones((kernel_size, kernel_size, channels, channels)).size for _ in range(depth))
        count = student.stack_parameters(kernel_size, depth, channels)
        assert_count(count, expected, "the number of weights")


@pytest.mark.cell("stack_parameters", weight=0.75)
def test_weights_of_one_layer(student, rng):
    """One layer has a square kernel for every pair of an input and an output channel, and no biases."""
    channels = int(rng.integers(5, 20))
    check_stacks(student, (3, 1, channels), (7, 1, 4), (5, 1, 32))


@pytest.mark.cell("stack_parameters", weight=1)
def test_weights_of_several_layers(student, rng):
    """Every layer of a stack has as many weights as the first."""
    depth = int(rng.integers(4, 9))
    check_stacks(student, (3, 3, 16), (5, 2, 7), (3, depth, 10))


@pytest.mark.cell("stack_parameters", weight=0.5)
def test_weights_in_the_smallest_cases(student, rng):
    """1x1 kernels have one weight for each pair of channels, and one channel has one kernel per layer."""
    depth = int(rng.integers(2, 6))
    check_stacks(student, (1, 1, 6), (1, depth, 5), (3, depth, 1), (1, 1, 1))


@pytest.mark.cell("stack_parameters", weight=0.5)
def test_weights_compared(student, rng):
    """Three layers of 3x3 have 27/49 of the weights of one layer of 7x7, for any number of channels."""
    for channels in (64, int(rng.integers(30, 60))):
        stack = student.stack_parameters(kernel_size=3, depth=3, channels=channels)
        assert_count(stack, 27 * channels * channels, "the number of weights of the stack")
        single = student.stack_parameters(kernel_size=7, depth=1, channels=channels)
        assert_count(single, 49 * channels * channels, "the number of weights of the single layer")


@pytest.mark.cell("stack_parameters", weight=0.25)
def test_weights_are_an_integer(student, rng):
    """The number of weights is right, and a whole number of an integer type."""
    for stack in [(3, 2, int(rng.integers(5, 9))), (2, 3, 8)]:
        check_stacks(student, stack)
        assert_integer(student.stack_parameters(*stack), "the number of weights")


# ---------------------------------------------------------------- vgg_block: 6 points


@cache
def block(shape, num_convs, filters):
    """A block on images of the given shape; the activations are layers of their own."""
    x = images = keras.Input(shape)
    for _ in range(num_convs):
        x = layers.ReLU()(layers.Conv2D(filters, (3, 3), padding="same")(x))
    return keras.Model(images, layers.MaxPooling2D((2, 2), (2, 2))(x))


def check_block(student, *arguments, seed=0):
    """Compares what a block computes."""
    shape, num_convs, filters = arguments
    found = student.vgg_block(keras.Input(shape), num_convs, filters)
    assert_same_network(found, block(*arguments), "the block", seed=seed)


@pytest.mark.cell("vgg_block", weight=1)
def test_block_halves_the_size(student, rng):
    """A block halves height and width and puts out as many channels as it has filters."""
    H, W, filters = 2 * int(rng.integers(4, 7)), 2 * int(rng.integers(7, 10)), int(rng.integers(7, 12))
    found = student.vgg_block(keras.Input((H, W, 5)), 2, filters)
    assert_output_shape(found, (H // 2, W // 2, filters), "the block")


@pytest.mark.cell("vgg_block", weight=1)
def test_block_has_its_convolutions(student, rng):
    """A block has as many convolutions as asked for, each with 3x3 kernels, biases, and the same filters."""
    num_convs, filters = int(rng.integers(4, 6)), int(rng.integers(7, 12))
    found = student.vgg_block(x=keras.Input((8, 8, 3)), num_convs=num_convs, filters=filters)
    expected = (27 + 1) * filters + (num_convs - 1) * (9 * filters + 1) * filters
    assert_parameters(found, expected, "the block")


@pytest.mark.cell("vgg_block", weight=1.5)
def test_block_with_one_convolution(student):
    """A block with one convolution computes convolution, ReLU and max-pooling, in this order."""
    check_block(student, (8, 6, 3), 1, 5)


@pytest.mark.cell("vgg_block", weight=1.5)
def test_block_with_several_convolutions(student):
    """In a block with three convolutions each works on what the one before gives, with a ReLU after each."""
    # With this seed some values are larger than 6, where a ReLU6 would cut them off.
    check_block(student, (12, 10, 3), 3, 7, seed=25)


@pytest.mark.cell("vgg_block", weight=1)
def test_block_that_keeps_the_channels(student):
    """Convolutions that keep the number of channels, as in the last stage, have their own weights each."""
    check_block(student, (4, 4, 6), 2, 6)


# ---------------------------------------------------------------- build_vgg: 8 points

STAGES = {16: [2, 2, 3, 3, 3], 19: [2, 2, 4, 4, 4]}
WIDTHS = [64, 128, 256, 512, 512]
NARROW = 16  # what channels are divided by where a network is run


@cache
def narrow_vgg(depth, num_classes, input_shape):
    """A VGG with a sixteenth of its channels; its values do not matter."""
    with without_values():
        x = images = keras.Input(input_shape)
        for num_convs, width in zip(STAGES[depth], WIDTHS, strict=True):
            for _ in range(num_convs):
                x = layers.ReLU()(layers.Conv2D(width // NARROW, (3, 3), padding="same")(x))
            x = layers.MaxPooling2D((2, 2), (2, 2))(x)
        x = layers.Flatten()(x)
        x = layers.ReLU()(layers.Dense(4096 // NARROW)(x))
        x = layers.ReLU()(layers.Dense(4096 // NARROW)(x))
        return keras.Model(images, layers.Dense(num_classes)(x))


def check_shapes(model, num_classes, input_shape, parameters, name):
    """Compares the shapes of input and output, and the number of parameters."""
    assert_output_shape(model, (num_classes,), name)
    found = tuple(model.structure.input.shape[1:])
    if found != input_shape:
        raise CheckError(f"{name} takes images of shape {found}, and should take {input_shape}.")
    assert_parameters(model, parameters, name)


def vgg_parameters(depth, num_classes, input_shape):
    """Number of parameters of a VGG."""
    H, W, channels = input_shape
    count = 0
    for num_convs, width in zip(STAGES[depth], WIDTHS, strict=True):
        for _ in range(num_convs):
            count, channels = count + (9 * channels + 1) * width, width
    for inputs, units in [(H // 32 * (W // 32) * channels, 4096), (4096, 4096), (4096, num_classes)]:
        count += (inputs + 1) * units
    return count


def check_computation(model, depth, num_classes, input_shape):
    """Compares what a network computes, with the same layers but fewer channels."""
    name = f"VGG-{depth}"
    check_shapes(model, num_classes, input_shape, vgg_parameters(depth, num_classes, input_shape), name)
    assert_same_network(
        narrowed(model, NARROW, name),
        narrow_vgg(depth, num_classes, input_shape),
        f"{name} with a sixteenth of its channels",
        classifier=True,
        seed=3,  # gives small logits, so that a softmax hides nothing
    )


@pytest.mark.cell("build_vgg", weight=1.5)
def test_vgg16_has_its_parameters(student):
    """VGG-16 takes images of 224x224x3, tells 1,000 classes apart, and has 138,357,544 parameters."""
    check_shapes(student.structure("build_vgg", 16), 1000, (224, 224, 3), 138_357_544, "VGG-16")


@pytest.mark.cell("build_vgg", weight=1.5)
def test_vgg19_has_its_parameters(student):
    """VGG-19 takes images of 224x224x3, tells 1,000 classes apart, and has 143,667,240 parameters."""
    check_shapes(student.structure("build_vgg", 19), 1000, (224, 224, 3), 143_667_240, "VGG-19")


@pytest.mark.cell("build_vgg", weight=2)
def test_vgg16_computes_the_right_thing(student):
    """For other images too, VGG-16 has all layers in the right order, and a ReLU after all but the last."""
    model = student.structure("build_vgg", depth=16, num_classes=7, input_shape=(64, 96, 3))
    check_computation(model, 16, 7, (64, 96, 3))


@pytest.mark.cell("build_vgg", weight=2)
def test_vgg19_computes_the_right_thing(student):
    """For other images too, VGG-19 has all layers in the right order, and a ReLU after all but the last."""
    model = student.structure("build_vgg", 19, 5, (96, 64, 1))
    check_computation(model, 19, 5, (96, 64, 1))


@pytest.mark.cell("build_vgg", weight=1)
def test_vgg_refuses_other_depths(student):
    """A depth other than 16 and 19 leads to a ValueError."""
    for depth in (17, 20, 13, 11):
        try:
            student.structure("build_vgg", depth, num_classes=7, input_shape=(64, 96, 3))
        except StudentError as error:
            if "ValueError" not in error.types:
                raise
        else:
            raise CheckError(f"There was no ValueError for depth {depth}.")
