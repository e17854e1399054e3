"""Hidden tests of assignment 05, the costs of AlexNet.

Places of a window are counted one by one, the values of the table stand here as numbers, and networks are
compared by what they compute. Each test looks at one entry of a cost, so that one slip costs little.
"""

import math

import numpy as np
import pytest

from autograder.testing import (
    CheckError,
    assert_close,
    assert_output_shape,
    assert_parameters,
    assert_same_network,
)
from autograder.testing.narrow import narrowed


def positions(extent, window, stride, padding):
    """Number of places for a window on one axis, counted."""
    return len(range(-padding, extent + padding - window + 1, stride))


def cost_of(result):
    """Checks that a result is a dictionary."""
    if not isinstance(result, dict):
        raise CheckError(f"A cost should be a dictionary, but is of type {type(result).__name__}.")
    return result


def assert_shape(cost, expected):
    """Checks the entry output_shape: whole numbers in a tuple (or list, or array)."""
    shape = cost_of(cost)["output_shape"]
    shape = shape.tolist() if isinstance(shape, np.ndarray) else shape
    if not isinstance(shape, (tuple, list)) or not all(_is_whole(number) for number in shape):
        raise CheckError("output_shape should be a tuple of integers.")
    if tuple(shape) != tuple(expected):
        raise CheckError(f"output_shape has the wrong values or length: {tuple(shape)}.")


def assert_count(cost, key, expected):
    """Checks the entry parameters or macs: an exact integer."""
    number = cost_of(cost)[key]
    number = number.item() if isinstance(number, np.ndarray) and number.size == 1 else number
    if not _is_whole(number):
        raise CheckError(f"{key} should be an integer, but is of type {type(number).__name__}.")
    if number != expected:
        raise CheckError(f"{key} is wrong: {number:,}.")


def assert_memory(cost, numbers):
    """Checks the entry memory_kb, for so many numbers."""
    assert_close(cost_of(cost)["memory_kb"], numbers / 256, "memory_kb", atol=0)


def _is_whole(number):
    return isinstance(number, int) and not isinstance(number, bool)


def sizes(rng):
    """Height, width and channels, all different and none small."""
    return tuple(int(number) for number in rng.permutation([13, 18, 22]) + rng.integers(0, 4))


# ---------------------------------------------------------------- conv_layer_cost: 5 points


def convolutions(rng):
    """Arguments of convolutions: steps that fit and that do not, with and without padding; and the output."""
    for window, stride, padding in [(3, 1, 1), (5, 2, 0), (4, 3, 1), (7, 2, 3), (1, 1, 0), (2, 5, 4)]:
        shape, filters = sizes(rng), int(rng.integers(30, 50))
        height, width = (positions(extent, window, stride, padding) for extent in shape[:2])
        yield (shape, filters, window, stride, padding), (height, width)


@pytest.mark.cell("conv_layer_cost", weight=1)
def test_conv_output_shape(student, rng):
    """The output shape is right for any size, stride and padding, rounded down where the steps do not fit."""
    for arguments, (height, width) in convolutions(rng):
        assert_shape(student.conv_layer_cost(*arguments), (height, width, arguments[1]))


@pytest.mark.cell("conv_layer_cost", weight=1)
def test_conv_parameters(student, rng):
    """Each filter has a weight for every place of its window in every input channel, and one bias."""
    for (shape, filters, window, *steps), _ in convolutions(rng):
        expected = filters * (window * window * shape[2] + 1)
        assert_count(student.conv_layer_cost(shape, filters, window, *steps), "parameters", expected)


@pytest.mark.cell("conv_layer_cost", weight=1)
def test_conv_macs(student, rng):
    """Each output number takes one multiply-accumulate for every weight of its filter."""
    for (shape, filters, window, *steps), (height, width) in convolutions(rng):
        expected = height * width * filters * window * window * shape[2]
        assert_count(student.conv_layer_cost(shape, filters, window, *steps), "macs", expected)


@pytest.mark.cell("conv_layer_cost", weight=0.75)
def test_conv_memory(student, rng):
    """The output takes 4 bytes for each number, given in KB of 1024 bytes, not rounded."""
    for arguments, (height, width) in convolutions(rng):
        assert_memory(student.conv_layer_cost(*arguments), height * width * arguments[1])


@pytest.mark.cell("conv_layer_cost", weight=0.75)
def test_conv_windows_that_are_not_square(student, rng):
    """A pair as kernel_size gives rows first, then columns; the same number twice is a square window."""
    for rows, columns in [(2, 6), (7, 1), (3, 4), (5, 5)]:
        shape, filters = sizes(rng), int(rng.integers(3, 9))
        stride, padding = (int(number) for number in rng.integers(1, 3, 2))
        cost = student.conv_layer_cost(shape, filters, (rows, columns), stride, padding)
        height, width = (
            positions(shape[0], rows, stride, padding),
            positions(shape[1], columns, stride, padding),
        )
        assert_shape(cost, (height, width, filters))
        assert_count(cost, "parameters", filters * (rows * columns * shape[2] + 1))
        assert_count(cost, "macs", height * width * filters * rows * columns * shape[2])
        assert_memory(cost, height * width * filters)


@pytest.mark.cell("conv_layer_cost", weight=0.25)
def test_conv_of_extreme_sizes(student, rng):
    """Single pixels, single channels and very large layers are counted exactly."""
    for shape, filters, window, stride, padding in [
        ((1, 1, 1), 1, 1, 1, 0),
        ((1, 1, 40), 1, 3, 1, 1),
        ((9, 7, 1), 5, 7, 1, 0),
        ((3000, 5000, 512), 2048, 11, 1, 5),
    ]:
        height, width = (positions(extent, window, stride, padding) for extent in shape[:2])
        cost = student.conv_layer_cost(shape, filters, window, stride, padding)
        assert_shape(cost, (height, width, filters))
        assert_count(cost, "parameters", filters * (window * window * shape[2] + 1))
        assert_count(cost, "macs", height * width * filters * window * window * shape[2])
        assert_memory(cost, height * width * filters)


@pytest.mark.cell("conv_layer_cost", weight=0.25)
def test_conv_takes_names_and_lists(student, rng):
    """Arguments may be given by name, the shape as a list, and nothing that is given is changed."""
    shape = list(sizes(rng))
    result = student.call(
        "conv_layer_cost", input_shape=shape, filters=6, kernel_size=[3, 5], stride=2, padding=1
    )
    height, width = positions(shape[0], 3, 2, 1), positions(shape[1], 5, 2, 1)
    assert_shape(result.value, (height, width, 6))
    assert_count(result.value, "parameters", 6 * (15 * shape[2] + 1))
    assert_count(result.value, "macs", height * width * 6 * 15 * shape[2])
    assert_memory(result.value, height * width * 6)
    if result.changed_arguments:
        raise CheckError("An argument was changed.")


# ---------------------------------------------------------------- pool_layer_cost: 3 points


def poolings(rng):
    """Arguments of pooling layers, and the output shape."""
    for window, stride, padding in [(3, 2, 0), (2, 2, 0), (4, 1, 0), (3, 3, 1), (5, 2, 2), (2, 4, 1)]:
        shape = sizes(rng)
        output = (*(positions(extent, window, stride, padding) for extent in shape[:2]), shape[2])
        yield (shape, window, stride, padding), output


@pytest.mark.cell("pool_layer_cost", weight=1)
def test_pool_output_shape(student, rng):
    """The output shape is that of a convolution, rounded down, with the channels of the input."""
    for arguments, output in poolings(rng):
        assert_shape(student.pool_layer_cost(*arguments), output)
    shape = sizes(rng)
    output = positions(shape[0], 2, 3, 0), positions(shape[1], 5, 3, 0), shape[2]
    assert_shape(student.pool_layer_cost(shape, (2, 5), 3), output)


@pytest.mark.cell("pool_layer_cost", weight=0.25)
def test_pool_padding_is_zero_unless_given(student, rng):
    """Without the argument padding nothing is added on any side."""
    for window, stride in [(3, 1), (5, 3), (2, 2)]:
        shape = sizes(rng)
        output = (*(positions(extent, window, stride, 0) for extent in shape[:2]), shape[2])
        assert_shape(student.pool_layer_cost(shape, kernel_size=window, stride=stride), output)


@pytest.mark.cell("pool_layer_cost", weight=0.5)
def test_pool_has_no_parameters(student, rng):
    """Pooling has nothing to learn: 0 parameters."""
    for arguments, _ in poolings(rng):
        assert_count(student.pool_layer_cost(*arguments), "parameters", 0)


@pytest.mark.cell("pool_layer_cost", weight=0.5)
def test_pool_multiplies_nothing(student, rng):
    """Pooling compares and does not multiply: 0 MACs."""
    for arguments, _ in poolings(rng):
        assert_count(student.pool_layer_cost(*arguments), "macs", 0)


@pytest.mark.cell("pool_layer_cost", weight=0.5)
def test_pool_memory(student, rng):
    """The output takes 4 bytes for each number, given in KB of 1024 bytes, not rounded."""
    for arguments, output in poolings(rng):
        assert_memory(student.pool_layer_cost(*arguments), math.prod(output))


@pytest.mark.cell("pool_layer_cost", weight=0.25)
def test_pool_takes_names_and_lists(student, rng):
    """Arguments may be given by name, the shape as a list, and nothing that is given is changed."""
    shape = list(sizes(rng))
    result = student.call("pool_layer_cost", input_shape=shape, kernel_size=[3, 2], stride=2, padding=1)
    output = positions(shape[0], 3, 2, 1), positions(shape[1], 2, 2, 1), shape[2]
    assert_shape(result.value, output)
    assert_count(result.value, "parameters", 0)
    assert_count(result.value, "macs", 0)
    assert_memory(result.value, math.prod(output))
    if result.changed_arguments:
        raise CheckError("An argument was changed.")


# ---------------------------------------------------------------- dense_layer_cost: 2 points


def dense_layers(rng):
    """Inputs and outputs, more of the one or more of the other."""
    for factors in [(1, 1), (3, 40), (50, 2), (1000, 1300), (1, 7)]:
        yield tuple(int(number) for number in rng.integers(7, 30, 2) * factors)
    yield 70_000, 90_000


@pytest.mark.cell("dense_layer_cost", weight=0.5)
def test_dense_output_shape(student, rng):
    """The output shape is a tuple with the number of outputs."""
    for inputs, outputs in dense_layers(rng):
        assert_shape(student.dense_layer_cost(inputs, outputs), (outputs,))


@pytest.mark.cell("dense_layer_cost", weight=0.5)
def test_dense_parameters(student, rng):
    """There is a weight from every input to every output, and a bias for every output."""
    for inputs, outputs in dense_layers(rng):
        expected = (inputs + 1) * outputs
        assert_count(student.dense_layer_cost(inputs, outputs), "parameters", expected)


@pytest.mark.cell("dense_layer_cost", weight=0.5)
def test_dense_macs(student, rng):
    """Every weight takes one multiply-accumulate; a bias takes none."""
    for inputs, outputs in dense_layers(rng):
        assert_count(student.dense_layer_cost(inputs=inputs, outputs=outputs), "macs", inputs * outputs)


@pytest.mark.cell("dense_layer_cost", weight=0.5)
def test_dense_memory(student, rng):
    """The output takes 4 bytes for each number, given in KB of 1024 bytes, not rounded."""
    for inputs, outputs in dense_layers(rng):
        assert_memory(student.dense_layer_cost(inputs, outputs), outputs)


# ---------------------------------------------------------------- alexnet_table: 5 points

ROWS = {
    # name: output shape, parameters, MACs
    "conv1": ((56, 56, 64), 23_296, 72_855_552),
    "pool1": ((27, 27, 64), 0, 0),
    "conv2": ((27, 27, 192), 307_392, 223_948_800),
    "pool2": ((13, 13, 192), 0, 0),
    "conv3": ((13, 13, 384), 663_936, 112_140_288),
    "conv4": ((13, 13, 256), 884_992, 149_520_384),
    "conv5": ((13, 13, 256), 590_080, 99_680_256),
    "pool3": ((6, 6, 256), 0, 0),
    "flatten": ((9216,), 0, 0),
    "fc1": ((4096,), 37_752_832, 37_748_736),
    "fc2": ((4096,), 16_781_312, 16_777_216),
    "fc3": ((1000,), 4_097_000, 4_096_000),
}


def table_of(student):
    """The student's rows, by name."""
    return {row["name"]: row for row in student.alexnet_table()}


def check_rows(student, check, *names):
    """Applies a check to the student's rows and names the row in which something is wrong."""
    table = table_of(student)
    for name in names or ROWS:
        if name not in table:
            raise CheckError(f"There is no row {name}.")
        try:
            check(table[name], *ROWS[name])
        except CheckError as error:
            raise CheckError(f"Row {name}: {error}") from error


@pytest.mark.cell("alexnet_table", weight=0.5)
def test_table_has_the_rows_of_the_lecture(student):
    """The table has twelve rows with the names of the layers, in their order."""
    names = [row["name"] for row in student.alexnet_table()]
    if names != list(ROWS):
        raise CheckError(f"The rows are called {', '.join(map(str, names))[:200]}.")


@pytest.mark.cell("alexnet_table", weight=1)
def test_table_output_shapes(student):
    """Every layer has the right output shape, and gets the output of the one before as its input."""
    check_rows(student, lambda row, shape, _parameters, _macs: assert_shape(row, shape))


@pytest.mark.cell("alexnet_table", weight=0.75)
def test_table_parameters_of_convolutions(student):
    """Convolutions have the right number of parameters, biases among them; pooling and flatten have none."""
    names = [name for name in ROWS if not name.startswith("fc")]
    check_rows(
        student, lambda row, _shape, parameters, _macs: assert_count(row, "parameters", parameters), *names
    )


@pytest.mark.cell("alexnet_table", weight=0.75)
def test_table_parameters_of_fully_connected_layers(student):
    """Fully connected layers have a weight for each pair of input and output, and a bias for each output."""
    names = ["fc1", "fc2", "fc3"]
    check_rows(
        student, lambda row, _shape, parameters, _macs: assert_count(row, "parameters", parameters), *names
    )


@pytest.mark.cell("alexnet_table", weight=0.75)
def test_table_macs(student):
    """The multiply-accumulates of every layer are right, not counted twice and without biases."""
    check_rows(student, lambda row, _shape, _parameters, macs: assert_count(row, "macs", macs))


@pytest.mark.cell("alexnet_table", weight=0.75)
def test_table_memory(student):
    """Every output takes 4 bytes for each number, in KB of 1024 bytes; those of fc1, fc2 and fc3, too."""
    names = [name for name in ROWS if name != "flatten"]
    check_rows(student, lambda row, shape, *_counts: assert_memory(row, math.prod(shape)), *names)


@pytest.mark.cell("alexnet_table", weight=0.5)
def test_table_flatten_costs_nothing(student):
    """Flatten has an output shape, but no memory of its own: its numbers are those of pool3."""

    def check(row, shape, parameters, macs):
        assert_shape(row, shape)
        assert_close(row["memory_kb"], 0, "memory_kb")
        assert_count(row, "parameters", parameters)
        assert_count(row, "macs", macs)

    check_rows(student, check, "flatten")


# ---------------------------------------------------------------- memory_for_training: 3 points


def row(name, shape, parameters=0, macs=0):
    """A row of a table; flatten has no memory of its own."""
    memory = 0.0 if name.startswith("flatten") else math.prod(shape) / 256
    return dict(name=name, output_shape=shape, memory_kb=memory, parameters=parameters, macs=macs)


def network(rng):
    """The table of some network, and its number of stored outputs."""
    size, channels, units = (int(number) for number in rng.integers(20, 60, 3))
    table = [
        row("conv1", (2 * size, 3 * size, channels), 28 * channels, 6 * size * size * channels * 27),
        row("pool1", (size, size, channels)),
        row("conv2", (size, size, 2 * channels), 18 * channels**2, 18 * channels**2 * size**2),
        row("flatten", (size * size * 2 * channels,)),
        row("fc1", (units,), units * size * size * 2 * channels, units * size * size * 2 * channels),
    ]
    return table, (6 * size**2 + size**2 + 2 * size**2) * channels + units


@pytest.mark.cell("memory_for_training", weight=1)
def test_memory_of_one_image(student, rng):
    """For a batch of one image, the memory of all rows adds up, in MB of 1024 KB."""
    for _ in range(2):
        table, numbers = network(rng)
        assert_close(student.memory_for_training(table, 1), numbers * 4 / 2**20, "the memory")


@pytest.mark.cell("memory_for_training", weight=1)
def test_memory_grows_with_the_batch(student, rng):
    """A batch takes as many times the memory of one image as it has images."""
    table, numbers = network(rng)
    for batch_size in (2, 25, int(rng.integers(100, 1000))):
        memory = student.memory_for_training(table, batch_size)
        assert_close(memory, batch_size * numbers * 4 / 2**20, f"the memory of a batch of {batch_size}")


@pytest.mark.cell("memory_for_training", weight=0.75)
def test_memory_of_alexnet(student):
    """A batch of 128 images in AlexNet takes 287.9 MB; flatten adds nothing to it."""
    table = [row(name, *values) for name, values in ROWS.items()]
    assert_close(student.memory_for_training(table, 128), 287.89453125, "the memory")


@pytest.mark.cell("memory_for_training", weight=0.25)
def test_memory_leaves_the_table_alone(student, rng):
    """The memory is right, and the table is the same after the call as before."""
    table, numbers = network(rng)
    result = student.call("memory_for_training", table=table, batch_size=16)
    assert_close(result.value, 16 * numbers * 4 / 2**20, "the memory")
    if result.changed_arguments:
        raise CheckError("The table was changed.")


# ---------------------------------------------------------------- build_alexnet: 6 points


NARROW = 16  # what the numbers of channels are divided by where a network is run


def narrow_alexnet(num_classes, input_shape):
    """AlexNet with fewer channels, by the functional API."""
    import keras
    from keras import layers

    inputs = keras.Input(input_shape)
    x = layers.ZeroPadding2D(2)(inputs)
    for filters, window, stride, pooled in [
        (64, 11, 4, True),
        (192, 5, 1, True),
        (384, 3, 1, False),
        (256, 3, 1, False),
        (256, 3, 1, True),
    ]:
        padding = "valid" if stride == 4 else "same"
        x = layers.ReLU()(layers.Conv2D(filters // NARROW, window, strides=stride, padding=padding)(x))
        if pooled:
            x = layers.MaxPooling2D(3, 2)(x)
    x = layers.Flatten()(x)
    for _ in range(2):
        x = layers.ReLU()(layers.Dense(4096 // NARROW)(x))
    return keras.Model(inputs, layers.Dense(num_classes)(x))


@pytest.mark.cell("build_alexnet", weight=1.5)
def test_alexnet_has_the_right_number_of_parameters(student):
    """The model for the default arguments has 61,100,840 parameters, all trainable."""
    model = student.structure("build_alexnet")
    assert_parameters(model, 61_100_840)
    assert_parameters(model, 61_100_840, trainable=True)


@pytest.mark.cell("build_alexnet", weight=0.5)
def test_alexnet_input_and_output(student):
    """The model takes images of the shape that is asked for and puts out one number for each class."""
    for arguments, shape, num_classes in [
        ({}, (227, 227, 3), 1000),
        ({"num_classes": 12, "input_shape": (67, 99, 1)}, (67, 99, 1), 12),
    ]:
        model = student.structure("build_alexnet", **arguments)
        assert_output_shape(model, (num_classes,))
        if tuple(model.structure.input.shape[1:]) != shape:
            raise CheckError(f"The model takes images of another shape than {shape}.")


@pytest.mark.cell("build_alexnet", weight=1)
def test_alexnet_for_other_images_and_classes(student, rng):
    """Other image sizes, channels and numbers of classes change only conv1, fc1 and the last layer."""
    num_classes = int(rng.integers(5, 50))
    # Height and width after conv1: 48 and 39, after the poolings: 23 and 19, 11 and 9, 5 and 4.
    model = student.structure("build_alexnet", num_classes, (195, 160, 1))
    changed = (1 - 3) * 121 * 64 + (5 * 4 - 6 * 6) * 256 * 4096 + (num_classes - 1000) * 4097
    assert_parameters(model, 61_100_840 + changed)


@pytest.mark.cell("build_alexnet", weight=3)
def test_alexnet_computes_what_it_should(student):
    """For an image of 67 by 99 pixels and any weights, the model computes what AlexNet computes."""
    arguments = 7, (67, 99, 3)
    model = narrowed(student.structure("build_alexnet", *arguments), NARROW)
    name = "the model with a sixteenth of its channels"
    assert_same_network(model, narrow_alexnet(*arguments), name, classifier=True)
