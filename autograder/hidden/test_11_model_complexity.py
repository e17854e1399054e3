"""Hidden tests of assignment 11, model complexity.

Expected numbers follow from the sizes that a test chooses, not from what Keras says of its layers. Models are
small in their layers, not always in their feature maps: nothing is run, so that this costs no time.
"""

import math

import keras
import numpy as np
import pytest
from keras import layers

from autograder.student.endpoint import without_values
from autograder.testing import CheckError, assert_close


def stack(shape, *parts):
    """A sequential model: its list of layers does not begin with the input."""
    with without_values():  # quick: nothing here depends on them
        return keras.Sequential([keras.Input(shape), *parts])


def chain(shape, *parts):
    """The same as a functional model, whose list does."""
    inputs = x = keras.Input(shape)
    with without_values():
        for part in parts:
            x = part(x)
        return keras.Model(inputs, x)


def numbers(rng, count, low=4, high=12):
    """Sizes that are all different."""
    return [int(number) for number in rng.permutation(np.arange(low, high))[:count]]


def assert_count(actual, expected, name):
    """Checks a count: its value, to the last digit."""
    assert_close(actual, 0, name, atol=np.inf)  # that it is one finite number
    number = np.asarray(actual).item()
    if number != expected:
        raise CheckError(f"{name} is not {number:,}.")


def assert_integer(actual, name):
    """Checks that a count is of an integer type."""
    kind = np.asarray(actual).dtype
    if kind.kind not in "iu":
        raise CheckError(f"{name} should be an integer, but is of type {kind.name}.")


def assert_unchanged(result, name):
    """Checks that a call has changed nothing."""
    if result.changed_arguments:
        raise CheckError(f"{name} was changed.")


# ---------------------------------------------------------------- count_parameters: 4 points


def assert_pair(found, trainable, non_trainable):
    """Checks both numbers of a result."""
    if not isinstance(found, (tuple, list, np.ndarray)) or len(found) != 2:
        raise CheckError("the result should be a pair, (trainable, non_trainable).")
    assert_count(found[0], trainable, "the number of trainable parameters")
    assert_count(found[1], non_trainable, "the number of non-trainable parameters")


@pytest.mark.cell("count_parameters", weight=1)
def test_parameters_of_layers_with_and_without_biases(student, rng):
    """Weights and biases of convolutions and fully connected layers are trainable; other layers have none."""
    a, b, c, d = numbers(rng, 4)
    model = stack(
        (9, 7, a),
        layers.Conv2D(b, (3, 2)),
        layers.MaxPooling2D(2),
        layers.DepthwiseConv2D(3, padding="same", use_bias=False),
        layers.GlobalAveragePooling2D(),
        layers.Dense(c, activation="relu"),
        layers.Dense(d, use_bias=False),
    )
    assert_pair(student.count_parameters(model), 6 * a * b + b + 9 * b + b * c + c + c * d, 0)


@pytest.mark.cell("count_parameters", weight=1)
def test_parameters_of_batch_normalization(student, rng):
    """Batch normalization has gamma and beta, which are trainable, and two moving averages, which are not."""
    a, b, c = numbers(rng, 3)
    model = chain(
        (5, 6, a),
        layers.Conv2D(b, 1, use_bias=False),
        layers.BatchNormalization(),
        layers.Conv2D(c, 1),
        layers.BatchNormalization(scale=False),  # no gamma
    )
    assert_pair(student.count_parameters(model), a * b + 2 * b + b * c + c + c, 2 * b + 2 * c)


@pytest.mark.cell("count_parameters", weight=1)
def test_parameters_of_frozen_layers(student, rng):
    """Every parameter of a frozen layer is non-trainable, gamma and beta of batch normalization too."""
    a, b, c = numbers(rng, 3)
    normalization = layers.BatchNormalization()
    model = chain(
        (a,), layers.Dense(b, trainable=False), normalization, layers.Dense(c), layers.BatchNormalization()
    )
    normalization.trainable = False
    assert_pair(student.count_parameters(model), b * c + 3 * c, (a + 1) * b + 4 * b + 2 * c)


@pytest.mark.cell("count_parameters", weight=0.25)
def test_parameters_of_a_frozen_model(student, rng):
    """In a frozen model every parameter is non-trainable."""
    a, b, c = numbers(rng, 3)
    model = stack((a,), layers.Dense(b), layers.BatchNormalization(), layers.Dense(c))
    model.trainable = False
    assert_pair(student.count_parameters(model), 0, (a + 1) * b + 4 * b + (b + 1) * c)


@pytest.mark.cell("count_parameters", weight=0.5)
def test_parameters_are_no_random_states(student, rng):
    """The state of the random generator of Dropout is not a parameter, trainable or not."""
    a, b = numbers(rng, 2)
    model = chain((a,), layers.Dropout(0.2), layers.Dense(b), layers.Dropout(0.5), layers.Dense(3))
    assert_pair(student.count_parameters(model=model), (a + 1) * b + 3 * (b + 1), 0)


@pytest.mark.cell("count_parameters", weight=0.25)
def test_parameters_are_integers_and_the_model_stays(student, rng):
    """Both numbers are integers, also for a model without parameters, and the model is left as it is."""
    a, b = numbers(rng, 2)
    for model in (stack((a, b, 2), layers.MaxPooling2D(2)), stack((a,), layers.Dense(b))):
        result = student.call("count_parameters", model)
        assert_pair(result.value, sum(math.prod(weight.shape) for weight in model.weights), 0)
        for number in result.value:
            assert_integer(number, "each of the two numbers")
        assert_unchanged(result, "The model")


# ---------------------------------------------------------------- count_macs: 8 points


def assert_macs(found, expected):
    """Checks a number of multiply-accumulates."""
    assert_count(found, expected, "the number of MACs")


@pytest.mark.cell("count_macs", weight=1)
def test_macs_of_convolutions(student, rng):
    """A convolution takes one MAC for each number of its kernel at each output position; biases take none."""
    a, b, c, height, width = numbers(rng, 5, 5, 16)
    model = chain(
        (height, width, a),
        layers.Conv2D(b, (3, 5), padding="same"),
        layers.Conv2D(c, 1, padding="same", activation="relu"),
    )
    assert_macs(student.count_macs(model), height * width * (15 * a * b + b * c))


@pytest.mark.cell("count_macs", weight=1)
def test_macs_with_strides_and_without_padding(student, rng):
    """What counts is the number of positions of the output, not of the input, on each axis by itself."""
    a, b, c = numbers(rng, 3)
    height, width = int(rng.integers(20, 26)), int(rng.integers(30, 36))
    model = stack(
        (height, width, a),
        layers.Conv2D(b, (3, 4), strides=(2, 3), padding="same"),
        layers.Conv2D(c, (2, 3), strides=2),
    )
    first = math.ceil(height / 2), math.ceil(width / 3)
    second = len(range(0, first[0] - 1, 2)), len(range(0, first[1] - 2, 2))
    expected = math.prod(first) * 12 * a * b + math.prod(second) * 6 * b * c
    assert_macs(student.count_macs(model), expected)


@pytest.mark.cell("count_macs", weight=1)
def test_macs_of_grouped_convolutions(student, rng):
    """In a grouped convolution each filter sees only the input channels of its group."""
    a, b, c = numbers(rng, 3, 2, 7)
    height, width = numbers(rng, 2)
    model = stack(
        (height, width, 3 * a),
        layers.Conv2D(3 * b, 3, groups=3, padding="same"),  # each filter sees a channels
        layers.Conv2D(3 * b * c, 1, groups=3 * b),  # each filter sees one channel
    )
    assert_macs(student.count_macs(model), height * width * (9 * a * 3 * b + 3 * b * c))


@pytest.mark.cell("count_macs", weight=0.5)
def test_macs_of_dilated_convolutions(student, rng):
    """Dilation spreads a kernel over a larger window, but does not give it more numbers."""
    a, b = numbers(rng, 2)
    height, width = int(rng.integers(20, 26)), int(rng.integers(30, 36))
    model = stack((height, width, a), layers.Conv2D(b, (3, 2), dilation_rate=(2, 4)))
    assert_macs(student.count_macs(model), (height - 4) * (width - 4) * 6 * a * b)


@pytest.mark.cell("count_macs", weight=1)
def test_macs_of_depthwise_convolutions(student, rng):
    """In a depthwise convolution each filter sees one input channel, however many channels there are."""
    a, height, width = numbers(rng, 3, 6, 15)
    model = stack(
        (height, width, a),
        layers.DepthwiseConv2D((3, 2), depth_multiplier=3, padding="same"),
        layers.DepthwiseConv2D(3, strides=2),
    )
    positions = len(range(0, height - 2, 2)) * len(range(0, width - 2, 2))
    assert_macs(student.count_macs(model), height * width * 6 * 3 * a + positions * 9 * 3 * a)


@pytest.mark.cell("count_macs", weight=1)
def test_macs_of_separable_convolutions(student, rng):
    """A separable convolution is a depthwise one with the layer's stride, and then a 1x1 convolution."""
    a, b, height, width = numbers(rng, 4, 7, 16)
    model = chain(
        (height, width, a),
        layers.SeparableConv2D(b, (3, 5), strides=2, depth_multiplier=2, padding="same"),
    )
    positions = math.ceil(height / 2) * math.ceil(width / 2)
    assert_macs(student.count_macs(model), positions * (15 * 2 * a + 2 * a * b))


@pytest.mark.cell("count_macs", weight=0.5)
def test_macs_of_fully_connected_layers(student, rng):
    """A fully connected layer on a vector takes one MAC for each pair of input and output."""
    a, b, c = numbers(rng, 3)
    model = stack((a, 3, 2), layers.Flatten(), layers.Dense(b, "relu"), layers.Dense(c, use_bias=False))
    assert_macs(student.count_macs(model=model), 6 * a * b + b * c)


@pytest.mark.cell("count_macs", weight=0.5)
def test_macs_of_dense_layers_on_feature_maps(student, rng):
    """A Dense layer on an input with more axes is applied at every position."""
    a, b, c, height, width = numbers(rng, 5, 4, 14)
    model = chain((height, width, a), layers.Dense(b), layers.Reshape((height * width, b)), layers.Dense(c))
    assert_macs(student.count_macs(model), height * width * (a * b + b * c))


@pytest.mark.cell("count_macs", weight=0.5)
def test_macs_of_other_layers(student, rng):
    """Other layers count 0: pooling, normalization and activations, even those with weights."""
    a, b, height, width = numbers(rng, 4, 6, 15)
    model = stack(
        (height, width, a),
        layers.BatchNormalization(),
        layers.PReLU(),
        layers.AveragePooling2D(2),
        layers.LayerNormalization(),
        layers.GlobalAveragePooling2D(),
        layers.Dense(b),
    )
    assert_macs(student.count_macs(model), a * b)


@pytest.mark.cell("count_macs", weight=0.5)
def test_macs_of_branches(student, rng):
    """In a model with branches each layer's own input and output count, whatever stands before it."""
    a, b, c, height, width = numbers(rng, 5, 5, 16)
    inputs = keras.Input((height, width, a))
    left = layers.Conv2D(b, 3, padding="same")(inputs)
    right = layers.Conv2D(c, 1)(inputs)
    left = layers.Conv2D(c, 1)(left)
    x = layers.Concatenate()([layers.Add()([left, right]), inputs])
    model = keras.Model(inputs, layers.Dense(3)(layers.GlobalMaxPooling2D()(x)))
    expected = height * width * (9 * a * b + a * c + b * c) + 3 * (a + c)
    assert_macs(student.count_macs(model), expected)


@pytest.mark.cell("count_macs", weight=0.5)
def test_macs_are_exact_integers_and_the_model_stays(student, rng):
    """The number is an integer, exact also when it is in the billions, and the model is left as it is."""
    a, b, extra = numbers(rng, 3, 40, 50)
    for model, expected in [
        (stack((5,), layers.Dense(4)), 20),
        (stack((4, 4, 2), layers.MaxPooling2D(2)), 0),
        (stack((500 + extra, 600, a), layers.Conv2D(b, 3, padding="same")), (500 + extra) * 5400 * a * b),
    ]:
        result = student.call("count_macs", model)
        assert_macs(result.value, expected)
        assert_integer(result.value, "the number of MACs")
        assert_unchanged(result, "The model")


# ---------------------------------------------------------------- activation_memory: 6 points


def assert_memory(found, expected):
    """Checks a number of bytes."""
    assert_count(found, expected, "the number of bytes")


@pytest.mark.cell("activation_memory", weight=1)
def test_memory_of_the_outputs(student, rng):
    """The outputs of convolutions, pooling and fully connected layers count, 4 bytes for each number."""
    a, b, c, d = numbers(rng, 4)
    model = chain(
        (12, 19, a),
        layers.Conv2D(b, 3, strides=2, activation="relu"),  # 5 x 9
        layers.MaxPooling2D(2),  # 2 x 4
        layers.DepthwiseConv2D(2, depth_multiplier=2),  # 1 x 3
        layers.GlobalAveragePooling2D(),
        layers.Dense(c, activation="relu"),
        layers.Dense(d, activation="softmax"),
    )
    assert_memory(student.activation_memory(model), 4 * (45 * b + 8 * b + 6 * b + 2 * b + c + d))


@pytest.mark.cell("activation_memory", weight=0.75)
def test_memory_without_the_input(student, rng):
    """The input is not counted, and the first layer after it is, in sequential and in functional models."""
    a, b, height, width = numbers(rng, 4)
    for build in (stack, chain):
        model = build((height, width, a), layers.Conv2D(b, 1), layers.GlobalMaxPooling2D())
        assert_memory(student.activation_memory(model), 4 * (height * width * b + b))


@pytest.mark.cell("activation_memory", weight=1.25)
def test_memory_without_reshapes_and_layers_in_place(student, rng):
    """Outputs of Flatten, Reshape, Dropout and Activation layers are not counted."""
    a, b, height, width = numbers(rng, 4)
    for part in (
        layers.Activation("relu"),
        layers.Dropout(0.25),
        layers.Reshape((width, height * a)),
        layers.Flatten(),
    ):
        model = chain((height, width, b), layers.Conv2D(a, 1), part, layers.Dense(3))
        rows = {"Reshape": width, "Flatten": 1}.get(type(part).__name__, height * width)
        assert_memory(student.activation_memory(model), 4 * (height * width * a + 3 * rows))


@pytest.mark.cell("activation_memory", weight=0.75)
def test_memory_of_layers_of_other_kinds(student, rng):
    """All other layers count, with weights or without: batch normalization, ReLU, zero padding, ..."""
    a, height, width = numbers(rng, 3)
    for parts, count in [
        ([layers.BatchNormalization()], 1),
        ([layers.ReLU()], 1),
        ([layers.Softmax(), layers.LayerNormalization()], 2),
    ]:
        model = chain((height, width, a), *parts)
        assert_memory(student.activation_memory(model), 4 * count * height * width * a)
    model = chain((height, width, a), layers.ZeroPadding2D(1), layers.UpSampling2D(2))
    assert_memory(student.activation_memory(model), 4 * 5 * (height + 2) * (width + 2) * a)


@pytest.mark.cell("activation_memory", weight=0.5)
def test_memory_of_branches(student, rng):
    """In a model with branches each layer counts once, Add and Concatenate among them."""
    a, b, height, width = numbers(rng, 4)
    inputs = keras.Input((height, width, a))
    x = layers.Conv2D(b, 1)(inputs)
    x = layers.Add()([x, layers.Conv2D(b, 3, padding="same")(x)])
    model = keras.Model(inputs, layers.Concatenate()([x, inputs]))
    assert_memory(student.activation_memory(model), 4 * height * width * (3 * b + a + b))


@pytest.mark.cell("activation_memory", weight=0.75)
def test_memory_of_a_batch(student, rng):
    """A batch takes as many times the memory as it has images."""
    a, b, batch_size = numbers(rng, 3)
    model = stack((a,), layers.Dense(b), layers.Dense(5))
    assert_memory(student.activation_memory(model, batch_size=batch_size), batch_size * 4 * (b + 5))
    assert_memory(student.activation_memory(model, 128), 128 * 4 * (b + 5))


@pytest.mark.cell("activation_memory", weight=0.5)
def test_memory_of_numbers_of_other_sizes(student, rng):
    """Each number takes bytes_per_value bytes, whatever the size of the batch."""
    a, b, batch_size = numbers(rng, 3)
    model = stack((a,), layers.Dense(b), layers.Dense(5))
    assert_memory(student.activation_memory(model, bytes_per_value=2), 2 * (b + 5))
    assert_memory(student.activation_memory(model, batch_size, 8), batch_size * 8 * (b + 5))


@pytest.mark.cell("activation_memory", weight=0.5)
def test_memory_is_an_exact_integer_and_the_model_stays(student, rng):
    """The number is an integer, exact also when it is in the billions, and the model is left as it is."""
    a, b = numbers(rng, 2)
    for model, count in [
        (stack((101, 97, a), layers.Conv2D(b, 1)), 101 * 97 * b),
        (stack((a, 2), layers.Flatten()), 0),
    ]:
        result = student.call("activation_memory", model, batch_size=100_003)
        assert_memory(result.value, 100_003 * 4 * count)
        assert_integer(result.value, "the number of bytes")
        assert_unchanged(result, "The model")


# ---------------------------------------------------------------- pareto_front: 6 points


def indices_in(found):
    """Checks that a result is a list of indices, and returns it as a list."""
    if not isinstance(found, (list, tuple, np.ndarray)) or np.ndim(found) != 1:
        raise CheckError("the result should be an array of indices, with one axis.")
    values = np.asarray(found)
    if values.dtype.kind == "b":
        raise CheckError("the result should hold indices, not True and False.")
    assert_close(values, np.zeros(len(values)), "the result", atol=np.inf)
    return values.tolist()


def assert_members(found, expected):
    """Checks which points are on the front, in any order."""
    found = indices_in(found)
    if len(set(found)) < len(found):
        raise CheckError("an index occurs twice.")
    if extra := len(set(found) - set(expected)):
        raise CheckError(f"{extra} of your {len(found)} indices do not belong to points on the front.")
    if missing := len(set(expected) - set(found)):
        raise CheckError(f"{missing} of {len(expected)} points on the front are missing.")


def points(*pairs):
    """Costs and accuracies as two arrays."""
    return tuple(np.array(pairs, dtype=float).T)


def staircase(rng, count):
    """Points none of which dominates another, from cheap to expensive, below a line from end to end."""
    cost = np.cumsum(rng.uniform(1, 2, count))
    return cost, np.cumsum(rng.uniform(1, 1.5, count) * 1.6 ** np.arange(count)) / 200


@pytest.mark.cell("pareto_front", weight=1.25)
def test_front_without_dominated_points(student, rng):
    """A point is on the front exactly if no other point costs less and is more accurate."""
    for _ in range(3):
        cost, accuracy = staircase(rng, 6)
        worse = [(cost + rng.uniform(0.1, 9, 6), accuracy - rng.uniform(0.001, 0.2, 6)) for _ in range(2)]
        cost, accuracy = (np.concatenate(parts) for parts in zip((cost, accuracy), *worse, strict=True))
        order = rng.permutation(18)
        on_the_front = [place for place, number in enumerate(order) if number < 6]
        assert_members(student.pareto_front(cost[order], accuracy[order]), on_the_front)


@pytest.mark.cell("pareto_front", weight=1.25)
def test_front_sorted_by_cost(student, rng):
    """The indices are positions in the arrays as given, in the order of increasing cost."""
    for order in (np.arange(7)[::-1], rng.permutation(7), np.roll(np.arange(7), 3)):
        cost, accuracy = staircase(rng, 7)
        found = indices_in(student.pareto_front(cost[order], accuracy[order]))
        if found != np.argsort(order).tolist():
            raise CheckError("the indices of the front are not those of its points in order of their cost.")


@pytest.mark.cell("pareto_front", weight=0.75)
def test_front_among_equal_costs(student, rng):
    """Of points with the same cost only the most accurate one is on the front."""
    shift = float(rng.integers(1, 9))
    cost, accuracy = points((3, 0.5), (3, 0.7), (3, 0.6), (5, 0.9), (5, 0.8), (1, 0.2))
    assert_members(student.pareto_front(cost + shift, accuracy), [1, 3, 5])


@pytest.mark.cell("pareto_front", weight=0.75)
def test_front_among_equal_accuracies(student, rng):
    """Of points with the same accuracy only the cheapest one is on the front."""
    shift = float(rng.integers(1, 9))
    cost, accuracy = points((4, 0.5), (2, 0.5), (3, 0.5), (9, 0.75), (7, 0.75), (1, 0.25))
    assert_members(student.pareto_front(cost + shift, accuracy), [1, 4, 5])


@pytest.mark.cell("pareto_front", weight=0.75)
def test_front_with_equal_points(student, rng):
    """Points that are equal in both stay all, or go all if another point dominates them."""
    shift = float(rng.integers(1, 9))
    cost, accuracy = points((6, 0.9), (2, 0.5), (6, 0.9), (3, 0.4), (1, 0.3), (3, 0.4), (6, 0.9), (4, 0.6))
    found = student.pareto_front(cost + shift, accuracy)
    assert_members(found, [4, 1, 7, 0, 2, 6])
    assert_members(student.pareto_front(np.full(3, shift), np.full(3, 0.5)), [0, 1, 2])


@pytest.mark.cell("pareto_front", weight=0.5)
def test_front_of_one_point_and_of_many(student, rng):
    """One point alone is the front; one point may dominate all others, or none of them."""
    assert_members(student.pareto_front(np.array([3.5]), np.array([0.0])), [0])
    cost, accuracy = staircase(rng, 5)
    assert_members(student.pareto_front(cost, accuracy), range(5))
    assert_members(student.pareto_front(cost, accuracy[::-1].copy()), [0])


@pytest.mark.cell("pareto_front", weight=0.5)
def test_front_of_integers(student, rng):
    """Costs and accuracies may be integers, and very large; neither array is changed."""
    cost = np.array([15, 2, 7, 4, 20]) * 10**9 + int(rng.integers(1, 99))
    accuracy = np.array([71, 69, 70, 68, 76])
    result = student.call("pareto_front", cost=cost, accuracy=accuracy)
    assert_members(result.value, [1, 2, 0, 4])
    assert_unchanged(result, "An argument")


@pytest.mark.cell("pareto_front", weight=0.25)
def test_front_of_integer_indices(student, rng):
    """Indices are integers, so that they can be used as such."""
    cost, accuracy = staircase(rng, 4)
    found = student.pareto_front(cost, accuracy)
    assert_members(found, range(4))
    assert_integer(found, "each index")
