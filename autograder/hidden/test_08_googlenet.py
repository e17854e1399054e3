"""Hidden tests of assignment 08, GoogLeNet.

Modules and networks are compared by what they compute. The branches of a module may be concatenated in any
order: the channels of a single module are sorted, and for the network the orders are read off the student's
model and the model that is right is built with the same ones.

Feature maps inside of the network are never negative, so that there it makes no difference whether
max-pooling pads with zeros or with nothing; it must make no difference here either.
"""

from functools import cache, partial
from math import prod

import keras
import numpy as np
import pytest
from keras import layers

from autograder.student.endpoint import without_values
from autograder.testing import (
    CheckError,
    as_network,
    assert_close,
    assert_output_shape,
    assert_parameters,
    assert_same_network,
)
from autograder.testing.narrow import narrowed
from autograder.testing.networks import example, outputs, weight_shapes

assert_count = partial(assert_close, rtol=0, atol=0)
IN_ORDER = (0, 1, 2, 3)


def assert_integer(actual, name):
    """Checks that a count is of an integer type."""
    if np.asarray(actual).dtype.kind not in "iu":
        raise CheckError(f"{name} should be an int, but is of type {type(actual).__name__}.")


def module(x, f1, f3_reduce, f3, f5_reduce, f5, pool_proj, order=IN_ORDER):
    """Appends an inception module with its branches in any order; the activations are layers of their own."""

    def relu_convolution(features, filters, size):
        return layers.ReLU()(layers.Conv2D(filters, (size, size), padding="same")(features))

    branches = [relu_convolution(x, f1, 1)]
    for size, filters, reduced in [(3, f3, f3_reduce), (5, f5, f5_reduce)]:
        branches.append(relu_convolution(relu_convolution(x, reduced, 1), filters, size))
    branches.append(relu_convolution(layers.MaxPooling2D((3, 3), (1, 1), padding="same")(x), pool_proj, 1))
    return layers.Concatenate()([branches[number] for number in order])


# ---------------------------------------------------------------- inception_module: 7 points

# All different, and different from the numbers of channels below: so no two of the kernels have one shape.
NUMBERS = {"f1": 5, "f3_reduce": 3, "f3": 8, "f5_reduce": 2, "f5": 9, "pool_proj": 7}


@cache
def single_module(shape):
    """A module on maps of the given shape; its values do not matter."""
    with without_values():
        x = keras.Input(shape)
        return keras.Model(x, module(x, **NUMBERS))


def check_module(student, shape, prepare, compared=...):
    """Compares what a module computes.

    Args:
        student: The fixture.
        shape: Height, width and channels of the maps.
        prepare: What to do to random maps with values around 0.
        compared: Index of the positions to look at, in arrays of shape (N, H, W, C).
    """
    network = as_network(student.inception_module(keras.Input(shape), *NUMBERS.values()), "the module")
    reference = single_module(shape)
    assert_output_shape(network, reference.output.shape[1:], "the module")
    if weight_shapes(network.structure) != weight_shapes(reference):
        assert_parameters(network, reference.count_params(), "the module")
        raise CheckError("the kernels of the module have not the shapes that they should have.")
    x = prepare(example(reference))
    found, right = (np.sort(outputs(model, x)[compared], axis=-1) for model in (network.structure, reference))
    if not (np.abs(found - right) <= 2e-3 * right.max()).all():
        raise CheckError("the module has the right weights and shapes, but computes something else.")


@pytest.mark.cell("inception_module", weight=1)
def test_module_keeps_the_size(student, rng):
    """Height and width stay as they are, and the channels of the four branches come one behind the other."""
    H, W = int(rng.integers(8, 12)), int(rng.integers(13, 16))
    found = student.inception_module(keras.Input((W, H, 4)), 6, 2, 6, 2, 6, 6)
    assert_output_shape(found, (W, H, 24), "a module whose branches have equal numbers of channels")
    found = student.inception_module(keras.Input((H, W, 4)), *NUMBERS.values())
    assert_output_shape(found, (H, W, 29), "the module")


@pytest.mark.cell("inception_module", weight=1)
def test_module_has_six_convolutions(student, rng):
    """The module has its six convolutions, each with the right kernels, filters and biases."""
    c_in, f1 = int(rng.integers(10, 15)), int(rng.integers(15, 20))
    found = student.inception_module(x=keras.Input((5, 5, c_in)), **{**NUMBERS, "f1": f1})
    one_by_one = (c_in + 1) * (f1 + 3 + 2 + 7)
    assert_parameters(found, one_by_one + (9 * 3 + 1) * 8 + (25 * 2 + 1) * 9, "the module")


@pytest.mark.cell("inception_module", weight=3)
def test_module_computes_the_right_thing(student):
    """On maps without negative values, as they are behind a ReLU, all four branches are right everywhere."""
    check_module(student, (6, 9, 4), np.abs)


@pytest.mark.cell("inception_module", weight=1.5)
def test_module_handles_negative_values(student):
    """On maps with negative values, too, all four branches are right (at the border anything is)."""
    check_module(student, (7, 6, 6), np.asarray, np.s_[:, 1:-1, 1:-1])


@pytest.mark.cell("inception_module", weight=0.5)
def test_module_on_a_single_position(student):
    """On a map of a single position, smaller than its kernels, the module is right, too."""
    check_module(student, (1, 1, 10), np.abs)


# ---------------------------------------------------------------- inception_macs: 4 points

MODULES = {
    "3a": (28, 192, [64, 96, 128, 16, 32, 32]),
    "3b": (28, 256, [128, 128, 192, 32, 96, 64]),
    "4a": (14, 480, [192, 96, 208, 16, 48, 64]),
    "4b": (14, 512, [160, 112, 224, 24, 64, 64]),
    "4c": (14, 512, [128, 128, 256, 24, 64, 64]),
    "4d": (14, 512, [112, 144, 288, 32, 64, 64]),
    "4e": (14, 528, [256, 160, 320, 32, 128, 128]),
    "5a": (7, 832, [256, 160, 320, 32, 128, 128]),
    "5b": (7, 832, [384, 192, 384, 48, 128, 128]),
}


def macs(height, width, convolutions):
    """Multiply-accumulates of convolutions (kernel size, channels in, channels out), added up one by one."""
    return sum(prod((height, width, size, size, c_in, c_out)) for size, c_in, c_out in convolutions)


def module_macs(height, width, c_in, f1, f3_reduce, f3, f5_reduce, f5, pool_proj):
    """Multiply-accumulates of an inception module."""
    to = [(1, c_in, f1), (1, c_in, f3_reduce), (1, c_in, f5_reduce), (1, c_in, pool_proj)]
    return macs(height, width, [*to, (3, f3_reduce, f3), (5, f5_reduce, f5)])


def check_macs(student, *arguments):
    """Compares the cost of one module."""
    found = student.inception_macs(*arguments)
    assert_count(found, module_macs(*arguments), "the number of multiply-accumulates")


@pytest.mark.cell("inception_macs", weight=0.75)
def test_macs_of_the_paper(student):
    """The modules of GoogLeNet have the right cost."""
    for size, c_in, numbers in [MODULES["3a"], MODULES["4d"], MODULES["5b"]]:
        check_macs(student, size, size, c_in, *numbers)


@pytest.mark.cell("inception_macs", weight=0.5)
def test_macs_of_the_one_by_one_branch(student, rng):
    """The first branch, made large, has the right share in the cost."""
    check_macs(student, 8, 8, int(rng.integers(20, 40)), 1000, 1, 2, 1, 3, 1)


@pytest.mark.cell("inception_macs", weight=0.75)
def test_macs_of_the_three_by_three_branch(student, rng):
    """The second branch, made large, has the right share: its 3x3 convolution sees the reduced channels."""
    check_macs(student, 8, 8, int(rng.integers(20, 40)), 1, 50, 400, 2, 3, 1)


@pytest.mark.cell("inception_macs", weight=0.75)
def test_macs_of_the_five_by_five_branch(student, rng):
    """The third branch, made large, has the right share: its 5x5 convolution sees the reduced channels."""
    check_macs(student, 8, 8, int(rng.integers(20, 40)), 1, 2, 3, 50, 400, 2)


@pytest.mark.cell("inception_macs", weight=0.5)
def test_macs_of_the_pooled_branch(student, rng):
    """The fourth branch, made large, has the right share: a 1x1 convolution that sees all channels."""
    check_macs(student, 8, 8, int(rng.integers(20, 40)), 2, 1, 3, 2, 1, 1000)


@pytest.mark.cell("inception_macs", weight=0.5)
def test_macs_at_all_positions(student, rng):
    """Every position of a map counts alike, whether the map is high, wide, or a single position."""
    numbers = [int(number) for number in rng.integers(5, 20, 7)]
    for height, width in [(5, 12), (9, 4), (1, 1)]:
        check_macs(student, height, width, *numbers)


@pytest.mark.cell("inception_macs", weight=0.25)
def test_macs_are_an_integer(student, rng):
    """The cost is right, and a whole number of an integer type, with arguments given by name."""
    shape = {"height": 6, "width": int(rng.integers(3, 6)), "c_in": 12}
    found = student.inception_macs(**shape, **NUMBERS)
    assert_count(found, module_macs(**shape, **NUMBERS), "the number of multiply-accumulates")
    assert_integer(found, "the number of multiply-accumulates")


# ---------------------------------------------------------------- naive_inception_macs: 2 points


def check_naive_macs(student, height, width, c_in, f1, f3, f5):
    """Compares the cost of one naive module."""
    found = student.naive_inception_macs(height, width, c_in, f1, f3, f5)
    expected = macs(height, width, [(1, c_in, f1), (3, c_in, f3), (5, c_in, f5)])
    assert_count(found, expected, "the number of multiply-accumulates")


@pytest.mark.cell("naive_inception_macs", weight=0.75)
def test_naive_macs_of_the_paper(student):
    """The modules of GoogLeNet without their bottlenecks have the right cost."""
    for size, c_in, (f1, _, f3, _, f5, _) in [MODULES["3a"], MODULES["4c"], MODULES["5a"]]:
        check_naive_macs(student, size, size, c_in, f1, f3, f5)


@pytest.mark.cell("naive_inception_macs", weight=0.5)
def test_naive_macs_of_each_branch(student, rng):
    """Each of the three convolutions, made large, has the right share in the cost."""
    c_in = int(rng.integers(20, 40))
    for filters in [(1000, 2, 3), (2, 1000, 3), (3, 2, 1000)]:
        check_naive_macs(student, 8, 8, c_in, *filters)


@pytest.mark.cell("naive_inception_macs", weight=0.5)
def test_naive_macs_at_all_positions(student, rng):
    """Every position of a map counts alike, whether the map is high, wide, or a single position."""
    numbers = [int(number) for number in rng.integers(5, 20, 4)]
    for height, width in [(5, 12), (9, 4), (1, 1)]:
        check_naive_macs(student, height, width, *numbers)


@pytest.mark.cell("naive_inception_macs", weight=0.25)
def test_naive_macs_are_an_integer(student, rng):
    """The cost is right, and a whole number of an integer type, with arguments given by name."""
    width = int(rng.integers(3, 6))
    found = student.naive_inception_macs(height=6, width=width, c_in=12, f1=3, f3=5, f5=7)
    assert_count(found, 6 * width * 12 * (3 + 45 + 175), "the number of multiply-accumulates")
    assert_integer(found, "the number of multiply-accumulates")


# ---------------------------------------------------------------- global_average_pool: 3 points


def means(x):
    """The mean of every channel of every image, in double precision."""
    return np.einsum("nhwc->nc", np.asarray(x, dtype=np.float64)) / (x.shape[1] * x.shape[2])


def check_pool(student, x, **tolerance):
    """Compares the means of one batch."""
    assert_close(student.global_average_pool(x), means(x), "the result", **tolerance)


@pytest.mark.cell("global_average_pool", weight=1)
def test_pool_averages_positions(student, rng):
    """Every channel of every image is averaged over rows and columns, also where their numbers differ."""
    for shape in [(2, 4, 4, 3), (3, 2, 5, 4), (4, 6, 3, 2)]:
        check_pool(student, rng.normal(size=shape) + rng.uniform(1, 5, (shape[0], 1, 1, shape[3])))


@pytest.mark.cell("global_average_pool", weight=0.5)
def test_pool_smallest_cases(student, rng):
    """A single image, a single position and a single channel keep their axes."""
    for shape in [(1, 3, 4, 5), (3, 1, 1, 2), (2, 3, 3, 1), (1, 1, 1, 1)]:
        check_pool(student, rng.normal(size=shape))


@pytest.mark.cell("global_average_pool", weight=0.75)
def test_pool_accepts_integers(student, rng):
    """Integer images give the same means as the same numbers written as floats: no rounding, no overflow."""
    for dtype in (np.uint8, np.int64):
        check_pool(student, rng.integers(0, 256, (2, 9, 11, 3)).astype(dtype), rtol=1e-3)


@pytest.mark.cell("global_average_pool", weight=0.5)
def test_pool_of_dark_and_uniform_images(student, rng):
    """Negative values, values far from 0 and channels that are the same everywhere come out right."""
    check_pool(student, rng.normal(size=(2, 3, 5, 3)) - 100)
    check_pool(student, np.ones((2, 4, 3, 1)) * rng.uniform(-9, -1, (2, 1, 1, 3)))


@pytest.mark.cell("global_average_pool", weight=0.25)
def test_pool_leaves_its_argument_alone(student, rng):
    """The result is right, and x is the same after the call as before."""
    x = rng.normal(size=(2, 3, 4, 3))
    result = student.call("global_average_pool", x)
    assert_close(result.value, means(x), "the result")
    assert not result.changed_arguments


# ---------------------------------------------------------------- build_googlenet: 8 points

NARROW = 8  # what channels are divided by where the network is run


def sources(tensor):
    """The convolutions whose outputs a tensor holds, in the order of its channels: (kernel size, filters)."""
    operation, node, _ = tensor._keras_history
    if isinstance(operation, layers.Conv2D):
        return [(operation.kernel_size[0], operation.filters)]
    if isinstance(operation, keras.Model) and (found := sources(operation.outputs[0])):
        return found
    inputs = operation._inbound_nodes[node].input_tensors
    merged = inputs if type(operation).__name__ == "Concatenate" else inputs[:1]
    return [source for one in merged for source in sources(one)]


def orders_of(network):
    """In which order each module concatenates its branches; a guess where that cannot be told."""
    outputs_of = [
        operation._inbound_nodes[0].output_tensors[0]
        for operation in network.operations
        if type(operation).__name__ == "Concatenate"
    ]
    concatenated = [found for found in map(sources, outputs_of) if len(found) == len(IN_ORDER)]
    orders = []
    for found, (_, _, numbers) in zip(concatenated, MODULES.values(), strict=False):
        f1, _, f3, _, f5, pool_proj = (number // NARROW for number in numbers)
        branches = [(1, f1), (3, f3), (5, f5), (1, pool_proj)]
        if sorted(found) != sorted(branches):
            break
        orders.append(tuple(branches.index(source) for source in found))
    return tuple(orders) if len(orders) == len(MODULES) else (IN_ORDER,) * len(MODULES)


@cache
def narrow_googlenet(num_classes, input_shape, orders):
    """GoogLeNet with an eighth of its channels; its values do not matter."""

    def convolution(features, filters, size, stride=1):
        features = layers.Conv2D(filters // NARROW, (size, size), (stride, stride), padding="same")(features)
        return layers.ReLU()(features)

    halve = partial(layers.MaxPooling2D, (3, 3), (2, 2), padding="same")
    with without_values():
        images = keras.Input(input_shape)
        x = halve()(convolution(images, 64, 7, 2))
        x = halve()(convolution(convolution(x, 64, 1), 192, 3))
        for (name, (_, _, numbers)), order in zip(MODULES.items(), orders, strict=True):
            if name in ("4a", "5a"):
                x = halve()(x)
            x = module(x, *(number // NARROW for number in numbers), order)
        return keras.Model(images, layers.Dense(num_classes)(layers.GlobalAveragePooling2D()(x)))


def parameters(num_classes, channels):
    """Number of parameters of GoogLeNet for images with some number of channels."""
    count = (49 * channels + 1) * 64 + 65 * 64 + (9 * 64 + 1) * 192
    for _, c_in, (f1, f3_reduce, f3, f5_reduce, f5, pool_proj) in MODULES.values():
        count += (c_in + 1) * (f1 + f3_reduce + f5_reduce + pool_proj)
        count += (9 * f3_reduce + 1) * f3 + (25 * f5_reduce + 1) * f5
    return count + 1025 * num_classes


def check_shapes(model, num_classes, input_shape):
    """Compares the shapes of input and output."""
    assert_output_shape(model, (num_classes,), "GoogLeNet")
    found = tuple(model.structure.input.shape[1:])
    if found != input_shape:
        raise CheckError(f"GoogLeNet takes images of shape {found}, and should take {input_shape}.")


def convolved_sizes(network):
    """Heights and widths of what the convolutions put out; maps of a single position do not count."""
    shapes = {
        tuple(tensor.shape[1:3])
        for operation in network.operations
        if isinstance(operation, layers.Conv2D)
        for node in operation._inbound_nodes
        for tensor in node.output_tensors
    }
    return shapes - {(1, 1)}


@pytest.mark.cell("build_googlenet", weight=2.5)
def test_googlenet_has_its_parameters(student):
    """GoogLeNet takes images of 224x224x3, tells 1,000 classes apart, and has 6,998,552 parameters."""
    model = student.structure("build_googlenet")
    check_shapes(model, 1000, (224, 224, 3))
    assert_parameters(model, 6_998_552, "GoogLeNet")


# With so many classes the networks have more than 8 million parameters: misconceptions are then recognized by
# what they compute with fewer channels, and not with values that allow for any order.
@pytest.mark.cell("build_googlenet", weight=1.5)
def test_googlenet_halves_the_size_five_times(student):
    """Images of 224x224 become maps of 112x112, 56x56, 28x28, 14x14 and 7x7, each with its convolutions."""
    model = student.structure("build_googlenet", num_classes=2999)
    check_shapes(model, 2999, (224, 224, 3))
    found, expected = convolved_sizes(model), {(size, size) for size in (112, 56, 28, 14, 7)}
    known = {size for size in found if None not in size}
    if known - expected or (found == known and found != expected):
        listed = ", ".join(f"{height}x{width}" for height, width in sorted(known, reverse=True))
        raise CheckError(f"The convolutions of GoogLeNet put out maps of these sizes: {listed}.")


@pytest.mark.cell("build_googlenet", weight=3)
def test_googlenet_computes_the_right_thing(student):
    """For images of another size, too, all layers are in order, with a ReLU after each convolution."""
    model = student.structure("build_googlenet", 2999, (33, 65, 3))
    check_shapes(model, 2999, (33, 65, 3))
    assert_parameters(model, parameters(2999, 3), "GoogLeNet")
    narrow = narrowed(model, NARROW, "GoogLeNet")
    assert_same_network(
        narrow,
        narrow_googlenet(2999, (33, 65, 3), orders_of(narrow)),
        "GoogLeNet with an eighth of its channels",
        classifier=True,
    )


@pytest.mark.cell("build_googlenet", weight=1)
def test_googlenet_for_gray_images(student):
    """For images with one channel and another number of classes, first and last layer are others."""
    model = student.structure("build_googlenet", num_classes=5, input_shape=(64, 96, 1))
    check_shapes(model, 5, (64, 96, 1))
    assert_parameters(model, parameters(5, 1), "GoogLeNet")
