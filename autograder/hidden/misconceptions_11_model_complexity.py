"""Known wrong answers to assignment 11, model complexity, each with a hint for the student who gave it.

Each is a complete answer that differs from a right one by exactly one misunderstanding.
"""
# ruff: noqa: D103 - the hint says what a misconception is

import math
from itertools import pairwise

import numpy as np
from keras import layers

from autograder.testing import misconception

# ---------------------------------------------------------------- count_parameters


def _sum(weights):
    return sum(math.prod(weight.shape) for weight in weights)


def _sum_by_layer(model, trainable):
    """Both sums, where trainable tells it of a layer and one of its weights."""
    sums = [0, 0]
    for layer in model.layers:
        for weight in layer.weights:
            sums[not trainable(layer, weight)] += math.prod(weight.shape)
    return tuple(sums)


@misconception(
    "count_parameters",
    hint="You count the moving averages of batch normalization as trainable. They are not changed by a "
    "gradient.",
)
def moving_averages_trainable(model):
    return _sum_by_layer(model, lambda layer, weight: layer.trainable)


@misconception(
    "count_parameters",
    hint="You count all parameters of batch normalization as non-trainable. Its gamma and beta are learned.",
)
def normalization_not_trainable(model):
    return _sum_by_layer(
        model,
        lambda layer, weight: layer.trainable and not isinstance(layer, layers.BatchNormalization),
    )


@misconception(
    "count_parameters",
    hint="You count parameters of frozen layers as trainable. Look at what the layer or the weight says of "
    "itself.",
)
def frozen_counted_as_trainable(model):
    return _sum_by_layer(model, lambda layer, weight: "moving" not in weight.path.rsplit("/", 1)[-1])


@misconception(
    "count_parameters",
    hint="You treat gamma and beta of a frozen batch normalization as trainable. Freezing a layer makes all "
    "of its parameters non-trainable.",
)
def frozen_normalization_trainable(model):
    return _sum_by_layer(
        model,
        lambda layer, weight: (
            weight.path.rsplit("/", 1)[-1] in ("gamma", "beta")
            if isinstance(layer, layers.BatchNormalization)
            else layer.trainable
        ),
    )


@misconception(
    "count_parameters",
    hint="You leave out the parameters of frozen layers. They are parameters, too: non-trainable ones.",
)
def frozen_left_out(model):
    kept = [layer for layer in model.layers if layer.trainable]
    return tuple(
        sum(_sum(getattr(layer, kind)) for layer in kept)
        for kind in ("trainable_weights", "non_trainable_weights")
    )


@misconception(
    "count_parameters",
    hint="Your second number is always 0. Moving averages and frozen layers have non-trainable parameters.",
)
def non_trainable_left_out(model):
    return _sum(model.trainable_weights), 0


@misconception(
    "count_parameters",
    hint="You count the state of the random generator of Dropout. Take `weights`, not `variables`.",
)
def random_state_counted(model):
    return _sum(model.trainable_variables), _sum(model.non_trainable_variables)


@misconception(
    "count_parameters",
    hint="Your first number is that of all parameters. Those that are not trainable belong into the second "
    "number only.",
)
def total_for_trainable(model):
    return _sum(model.weights), _sum(model.non_trainable_weights)


@misconception(
    "count_parameters",
    hint="Your second number is that of all parameters. Subtract the trainable ones.",
)
def total_for_non_trainable(model):
    return _sum(model.trainable_weights), _sum(model.weights)


@misconception(
    "count_parameters",
    hint="Your two numbers stand in the wrong order. The trainable parameters come first.",
)
def order_reversed(model):
    return _sum(model.non_trainable_weights), _sum(model.trainable_weights)


@misconception(
    "count_parameters",
    hint="You count weights, such as a kernel or a bias. Count the numbers in them: the product of the "
    "shape.",
)
def arrays_counted(model):
    return len(model.trainable_weights), len(model.non_trainable_weights)


@misconception(
    "count_parameters",
    hint="Biases are missing from your number of parameters. They are learned as well.",
)
def biases_left_out(model):
    return tuple(
        _sum(weight for weight in weights if weight.path.rsplit("/", 1)[-1] != "bias")
        for weights in (model.trainable_weights, model.non_trainable_weights)
    )


@misconception(
    "count_parameters",
    hint="You count kernels only. Biases, and the gamma, beta and moving averages of batch normalization, "
    "are parameters as well.",
)
def kernels_only(model):
    return tuple(
        _sum(weight for weight in weights if len(weight.shape) > 1)
        for weights in (model.trainable_weights, model.non_trainable_weights)
    )


@misconception(
    "count_parameters",
    hint="Your counts are floating-point numbers. Counts are integers; `math.prod` and `sum` give such.",
)
def counts_as_floats(model):
    return float(_sum(model.trainable_weights)), float(_sum(model.non_trainable_weights))


# ---------------------------------------------------------------- count_macs


def _size(weight):
    return math.prod(weight.shape)


def _places(tensor):
    return math.prod(tensor.shape[1:-1])


def _kernels(layer):
    return sum(_size(weight) for weight in layer.weights if len(weight.shape) > 1)


def _conv(layer):
    return _places(layer.output) * _size(layer.kernel)


def _separable(layer):
    return _places(layer.output) * (_size(layer.depthwise_kernel) + _size(layer.pointwise_kernel))


def _nothing(layer):
    return 0


_RIGHT = {"Conv2D": _conv, "DepthwiseConv2D": _conv, "SeparableConv2D": _separable, "Dense": _conv}


def _macs(model, other=_nothing, **changed):
    """A right answer, but for the kinds of layers of which a changed cost is given."""
    kinds = {**_RIGHT, **changed}
    return sum(kinds.get(type(layer).__name__, other)(layer) for layer in model.layers)


def _everywhere(cost):
    """The same cost for all four kinds."""
    return dict.fromkeys(_RIGHT, cost)


@misconception(
    "count_macs",
    hint="You count the addition of biases, by counting all parameters at every position. A bias is not "
    "multiplied with anything.",
)
def biases_at_every_position(model):
    return _macs(model, **_everywhere(lambda layer: _places(layer.output) * layer.count_params()))


@misconception(
    "count_macs",
    hint="You add the number of biases. A bias is not multiplied with anything.",
)
def biases_once(model):
    return _macs(model) + sum(
        _size(layer.bias) for layer in model.layers if type(layer).__name__ in _RIGHT and layer.use_bias
    )


@misconception(
    "count_macs",
    hint="You count twice as much: a multiplication and the addition of its product are one "
    "multiply-accumulate.",
)
def counted_twice(model):
    return 2 * _macs(model)


@misconception(
    "count_macs",
    hint="You count each number of a kernel once. It is used at every position of the output.",
)
def positions_forgotten(model):
    return _macs(model, **_everywhere(_kernels))


@misconception(
    "count_macs",
    hint="You multiply by the size of the input. With a stride or without padding the output has fewer "
    "positions, and only these count.",
)
def positions_of_the_input(model):
    return _macs(
        model,
        **{
            kind: (lambda layer, cost=cost: cost(layer) // _places(layer.output) * _places(layer.input))
            for kind, cost in _RIGHT.items()
        },
    )


@misconception(
    "count_macs",
    hint="You take feature maps for square: you use the height for the width, too. The two may differ.",
)
def height_for_width(model):
    def square(layer):
        shape = layer.output.shape
        return _kernels(layer) * (shape[1] ** 2 if len(shape) == 4 else _places(layer.output))

    return _macs(model, **_everywhere(square))


@misconception(
    "count_macs",
    hint="You take kernels for square: you use their number of rows for the columns, too.",
)
def rows_for_columns(model):
    def square(cost):
        return lambda layer: cost(layer) // layer.kernel_size[1] * layer.kernel_size[0]

    def separable(layer):
        rows = layer.kernel_size[0]
        channels = layer.depthwise_kernel.shape[2] * layer.depth_multiplier
        return _places(layer.output) * (rows * rows * channels + _size(layer.pointwise_kernel))

    return _macs(model, Conv2D=square(_conv), DepthwiseConv2D=square(_conv), SeparableConv2D=separable)


@misconception(
    "count_macs",
    hint="You ignore groups: each filter sees only the input channels of its own group.",
)
def groups_ignored(model):
    return _macs(model, Conv2D=lambda layer: _conv(layer) * layer.groups)


@misconception(
    "count_macs",
    hint="You divide by the number of groups once too often: with G groups a grouped convolution takes 1/G "
    "of the MACs of a standard one.",
)
def groups_divided_twice(model):
    return _macs(model, Conv2D=lambda layer: _conv(layer) // layer.groups)


@misconception(
    "count_macs",
    hint="You take a dilated kernel for as large as its window. The places between its numbers are skipped.",
)
def dilation_enlarges_the_kernel(model):
    def dilated(layer):
        window = [
            rate * (size - 1) + 1 for rate, size in zip(layer.dilation_rate, layer.kernel_size, strict=True)
        ]
        return _conv(layer) // math.prod(layer.kernel_size) * math.prod(window)

    return _macs(model, Conv2D=dilated)


@misconception(
    "count_macs",
    hint="You count a depthwise convolution as if each filter saw all input channels. It sees one.",
)
def depthwise_times_channels(model):
    return _macs(model, DepthwiseConv2D=lambda layer: _conv(layer) * layer.input.shape[-1])


@misconception(
    "count_macs",
    hint="You leave out depthwise convolutions. They are not a kind of Conv2D in Keras: ask for their "
    "class, too.",
)
def depthwise_left_out(model):
    return _macs(model, DepthwiseConv2D=_nothing)


@misconception(
    "count_macs",
    hint="You ignore `depth_multiplier`: so many filters there are for each input channel.",
)
def depth_multiplier_ignored(model):
    def separable(layer):
        return _separable(layer) // layer.depth_multiplier

    return _macs(
        model,
        DepthwiseConv2D=lambda layer: _conv(layer) // layer.depth_multiplier,
        SeparableConv2D=separable,
    )


@misconception(
    "count_macs",
    hint="In a separable convolution you count the depthwise half only. A 1x1 convolution follows it.",
)
def pointwise_half_left_out(model):
    return _macs(model, SeparableConv2D=lambda layer: _places(layer.output) * _size(layer.depthwise_kernel))


@misconception(
    "count_macs",
    hint="In a separable convolution you count the 1x1 half only. A depthwise convolution goes before it.",
)
def depthwise_half_left_out(model):
    return _macs(model, SeparableConv2D=lambda layer: _places(layer.output) * _size(layer.pointwise_kernel))


@misconception(
    "count_macs",
    hint="You count a separable convolution as a standard one. It is a depthwise and a 1x1 convolution.",
)
def separable_as_standard(model):
    return _macs(
        model,
        SeparableConv2D=lambda layer: (
            _places(layer.output) * math.prod(layer.kernel_size) * layer.input.shape[-1] * layer.filters
        ),
    )


@misconception(
    "count_macs",
    hint="You leave out separable convolutions. They are not a kind of Conv2D in Keras: ask for their "
    "class, too.",
)
def separable_left_out(model):
    return _macs(model, SeparableConv2D=_nothing)


@misconception(
    "count_macs",
    hint="In a separable convolution you let the 1x1 half do the stride. The depthwise half has it, and so "
    "computes only the positions of the output.",
)
def stride_in_the_pointwise_half(model):
    return _macs(
        model,
        SeparableConv2D=lambda layer: (
            _places(layer.input) * _size(layer.depthwise_kernel)
            + _places(layer.output) * _size(layer.pointwise_kernel)
        ),
    )


@misconception(
    "count_macs",
    hint="You leave out fully connected layers.",
)
def dense_left_out(model):
    return _macs(model, Dense=_nothing)


@misconception(
    "count_macs",
    hint="You count a Dense layer once, although on an input with more axes it is applied at every position.",
)
def dense_at_one_position(model):
    return _macs(model, Dense=lambda layer: _size(layer.kernel))


@misconception(
    "count_macs",
    hint="You count a Dense layer on a feature map as if the map were flattened and every output connected "
    "with all of it. It is applied to the last axis, at every position.",
)
def dense_connects_everything(model):
    return _macs(
        model, Dense=lambda layer: math.prod(layer.input.shape[1:]) * math.prod(layer.output.shape[1:])
    )


@misconception(
    "count_macs",
    hint="You count layers that have weights but are none of the four kinds, such as normalization or "
    "PReLU. They count 0.",
)
def all_weights_counted(model):
    return _macs(
        model,
        other=lambda layer: _places(layer.output) * sum(map(_size, layer.weights)) if layer.weights else 0,
    )


@misconception(
    "count_macs",
    hint="You count the comparisons or additions of pooling. Pooling counts 0.",
)
def pooling_counted(model):
    def pooling(layer):
        if not hasattr(layer, "pool_size"):
            return 0
        return math.prod(layer.output.shape[1:]) * math.prod(layer.pool_size)

    return _macs(model, other=pooling)


@misconception(
    "count_macs",
    hint="You count an operation for every output of the other layers, such as normalization or Add. They "
    "count 0.",
)
def outputs_of_others_counted(model):
    def once(layer):
        free = layers.InputLayer | layers.Flatten | layers.Reshape
        return 0 if isinstance(layer, free) else math.prod(layer.output.shape[1:])

    return _macs(model, other=once)


@misconception(
    "count_macs",
    hint="You take the layer before in the list `model.layers` for the one that feeds a layer. In a model "
    "with branches it is another one: look at `layer.input` or at the kernel.",
)
def fed_by_the_layer_before(model):
    total, channels = 0, model.input.shape[-1]
    for layer in model.layers:
        kind = type(layer).__name__
        if kind in ("Conv2D", "Dense"):
            total += _conv(layer) // layer.kernel.shape[-2] * (channels // getattr(layer, "groups", 1))
        else:
            total += _RIGHT.get(kind, _nothing)(layer)
        channels = layer.output.shape[-1]
    return total


@misconception(
    "count_macs",
    hint="Your number is a floating-point number. Counts are integers; large ones lose digits as floats.",
)
def macs_as_a_float(model):
    return float(_macs(model))


@misconception(
    "count_macs",
    hint="Your number overflows: counts in the billions do not fit into 32 bits.",
)
def macs_in_32_bits(model):
    total = _macs(model)
    return (total + 2**31) % 2**32 - 2**31


# ---------------------------------------------------------------- activation_memory

_FREE = ("Flatten", "Reshape", "Dropout", "Activation")


def _numbers(model, free=("InputLayer", *_FREE), tensor=lambda layer: layer.output):
    return sum(
        math.prod(tensor(layer).shape[1:]) for layer in model.layers if type(layer).__name__ not in free
    )


def _counting(kind):
    """All kinds of layers that are not counted, but one."""
    return tuple(name for name in ("InputLayer", *_FREE) if name != kind)


@misconception(
    "activation_memory",
    hint="You count the input. It is not the output of a layer that computes something.",
)
def input_counted(model, batch_size=1, bytes_per_value=4):
    size = _numbers(model) + math.prod(model.input.shape[1:])
    return batch_size * bytes_per_value * size


@misconception(
    "activation_memory",
    hint="You leave out the first entry of `model.layers`. In a sequential model it is the first layer, not "
    "the input.",
)
def first_layer_left_out(model, batch_size=1, bytes_per_value=4):
    size = sum(
        math.prod(layer.output.shape[1:]) for layer in model.layers[1:] if type(layer).__name__ not in _FREE
    )
    return batch_size * bytes_per_value * size


@misconception(
    "activation_memory",
    hint="You count the output of Flatten. Its numbers are those of the layer before.",
)
def flatten_counted(model, batch_size=1, bytes_per_value=4):
    return batch_size * bytes_per_value * _numbers(model, _counting("Flatten"))


@misconception(
    "activation_memory",
    hint="You count the output of Reshape. Its numbers are those of the layer before.",
)
def reshape_counted(model, batch_size=1, bytes_per_value=4):
    return batch_size * bytes_per_value * _numbers(model, _counting("Reshape"))


@misconception(
    "activation_memory",
    hint="You count the output of Dropout, which can be written over its input.",
)
def dropout_counted(model, batch_size=1, bytes_per_value=4):
    return batch_size * bytes_per_value * _numbers(model, _counting("Dropout"))


@misconception(
    "activation_memory",
    hint="You count the output of Activation layers, which can be written over their input.",
)
def activation_layer_counted(model, batch_size=1, bytes_per_value=4):
    return batch_size * bytes_per_value * _numbers(model, _counting("Activation"))


@misconception(
    "activation_memory",
    hint="You count all layers but the input. Flatten, Reshape, Dropout and Activation are left out, too.",
)
def all_layers_counted(model, batch_size=1, bytes_per_value=4):
    return batch_size * bytes_per_value * _numbers(model, ("InputLayer",))


@misconception(
    "activation_memory",
    hint="You leave out ReLU layers. They are of a class of their own and none of the four kinds.",
)
def relu_left_out(model, batch_size=1, bytes_per_value=4):
    return batch_size * bytes_per_value * _numbers(model, ("InputLayer", *_FREE, "ReLU"))


@misconception(
    "activation_memory",
    hint="You leave out batch normalization. Its output takes memory like that of any other layer.",
)
def normalization_left_out(model, batch_size=1, bytes_per_value=4):
    return batch_size * bytes_per_value * _numbers(model, ("InputLayer", *_FREE, "BatchNormalization"))


@misconception(
    "activation_memory",
    hint="You leave out Add or Concatenate. Their outputs take memory, too.",
)
def joints_left_out(model, batch_size=1, bytes_per_value=4):
    return batch_size * bytes_per_value * _numbers(model, ("InputLayer", *_FREE, "Add", "Concatenate"))


@misconception(
    "activation_memory",
    hint="You count only layers with weights. Pooling, padding, additions and the like put something out, "
    "too.",
)
def layers_with_weights_only(model, batch_size=1, bytes_per_value=4):
    size = sum(math.prod(layer.output.shape[1:]) for layer in model.layers if layer.weights)
    return batch_size * bytes_per_value * size


@misconception(
    "activation_memory",
    hint="You count the activation function inside a layer as an output of its own. The layer's output "
    "counts once.",
)
def inner_activation_counted(model, batch_size=1, bytes_per_value=4):
    size = _numbers(model)
    for layer in model.layers:
        if type(layer).__name__ in ("Conv2D", "Dense") and layer.get_config()["activation"] != "linear":
            size += math.prod(layer.output.shape[1:])
    return batch_size * bytes_per_value * size


@misconception(
    "activation_memory",
    hint="You count inputs of layers instead of their outputs.",
)
def inputs_of_layers(model, batch_size=1, bytes_per_value=4):
    def size(layer):
        tensors = layer.input if isinstance(layer.input, list) else [layer.input]
        return sum(math.prod(tensor.shape[1:]) for tensor in tensors)

    total = sum(size(layer) for layer in model.layers if type(layer).__name__ not in ("InputLayer", *_FREE))
    return batch_size * bytes_per_value * total


@misconception(
    "activation_memory",
    hint="You return the largest output. In training the outputs of all layers have to be kept: add them up.",
)
def largest_output(model, batch_size=1, bytes_per_value=4):
    sizes = [
        math.prod(layer.output.shape[1:])
        for layer in model.layers
        if type(layer).__name__ not in ("InputLayer", *_FREE)
    ]
    return batch_size * bytes_per_value * max(sizes, default=0)


@misconception(
    "activation_memory",
    hint="You return the output of the last layer only. The outputs of all layers have to be kept.",
)
def last_output(model, batch_size=1, bytes_per_value=4):
    return batch_size * bytes_per_value * math.prod(model.output.shape[1:])


@misconception(
    "activation_memory",
    hint="You add the memory of the weights. Only outputs are asked for.",
)
def weights_added(model, batch_size=1, bytes_per_value=4):
    return bytes_per_value * (batch_size * _numbers(model) + model.count_params())


@misconception(
    "activation_memory",
    hint="You ignore the size of the batch. Each image has outputs of its own.",
)
def batch_size_ignored(model, batch_size=1, bytes_per_value=4):
    return bytes_per_value * _numbers(model)


@misconception(
    "activation_memory",
    hint="You always take 4 bytes for a number. How many there are is the argument `bytes_per_value`.",
)
def always_four_bytes(model, batch_size=1, bytes_per_value=4):
    return batch_size * 4 * _numbers(model)


@misconception(
    "activation_memory",
    hint="You return how many numbers the outputs hold. Multiply by the bytes of one number.",
)
def numbers_for_bytes(model, batch_size=1, bytes_per_value=4):
    return batch_size * _numbers(model)


@misconception(
    "activation_memory",
    hint="You return kilobytes. Bytes are asked for.",
)
def kilobytes_for_bytes(model, batch_size=1, bytes_per_value=4):
    return batch_size * bytes_per_value * _numbers(model) / 1024


@misconception(
    "activation_memory",
    hint="Your number is a floating-point number. A number of bytes is an integer.",
)
def bytes_as_a_float(model, batch_size=1, bytes_per_value=4):
    return float(batch_size * bytes_per_value * _numbers(model))


@misconception(
    "activation_memory",
    hint="You leave out the height of a feature map, or the length of a vector. Only the first axis of a "
    "shape is the batch; multiply all others.",
)
def first_axis_dropped(model, batch_size=1, bytes_per_value=4):
    size = sum(
        math.prod(layer.output.shape[2:])
        for layer in model.layers
        if type(layer).__name__ not in ("InputLayer", *_FREE)
    )
    return batch_size * bytes_per_value * size


# ---------------------------------------------------------------- pareto_front


def _front(cost, accuracy, dominates):
    """The front, sorted by cost; dominates compares two points (cost, accuracy)."""
    points = list(zip(np.asarray(cost).tolist(), np.asarray(accuracy).tolist(), strict=True))
    kept = [
        index
        for index, one in enumerate(points)
        if not any(dominates(other, one) for place, other in enumerate(points) if place != index)
    ]
    return np.array(sorted(kept, key=lambda index: points[index][0]), dtype=int)


def _dominates(one, other):
    return one != other and one[0] <= other[0] and one[1] >= other[1]


@misconception(
    "pareto_front",
    hint="You let a point stay unless another one is better in both. It also goes when another one is equal "
    "in one and better in the other.",
)
def better_in_both(cost, accuracy):
    return _front(cost, accuracy, lambda one, other: one[0] < other[0] and one[1] > other[1])


@misconception(
    "pareto_front",
    hint="You keep points that cost as much as a more accurate one. Of equal costs, only the most accurate "
    "point can stay.",
)
def equal_costs_kept(cost, accuracy):
    return _front(cost, accuracy, lambda one, other: one[0] < other[0] and one[1] >= other[1])


@misconception(
    "pareto_front",
    hint="You keep points that are as accurate as a cheaper one. Of equal accuracies, only the cheapest "
    "point can stay.",
)
def equal_accuracies_kept(cost, accuracy):
    return _front(cost, accuracy, lambda one, other: one[0] <= other[0] and one[1] > other[1])


@misconception(
    "pareto_front",
    hint="You drop points because an equal one exists. Equal points do not dominate each other: both stay.",
)
def equal_points_dropped(cost, accuracy):
    return _front(cost, accuracy, lambda one, other: one[0] <= other[0] and one[1] >= other[1])


@misconception(
    "pareto_front",
    hint="Of equal points you keep one. None of them dominates the others: all stay.",
)
def one_of_equal_points(cost, accuracy):
    front = _front(cost, accuracy, _dominates)
    places = [(cost[index], accuracy[index]) for index in front]
    return front[[places.index(place) == number for number, place in enumerate(places)]]


@misconception(
    "pareto_front",
    hint="Your indices are not sorted by cost, but in the order of the arrays.",
)
def order_of_the_arrays(cost, accuracy):
    return np.sort(_front(cost, accuracy, _dominates))


@misconception(
    "pareto_front",
    hint="Your front begins with the most expensive point. It should begin with the cheapest.",
)
def most_expensive_first(cost, accuracy):
    return _front(cost, accuracy, _dominates)[::-1]


@misconception(
    "pareto_front",
    hint="You return positions in the sorted arrays. Translate them back to positions in the arrays as "
    "given.",
)
def positions_after_sorting(cost, accuracy):
    order = np.argsort(cost, kind="stable")
    return _front(np.asarray(cost)[order], np.asarray(accuracy)[order], _dominates)


@misconception(
    "pareto_front",
    hint="You return the costs of the points on the front. Return their indices.",
)
def costs_for_indices(cost, accuracy):
    return cost[_front(cost, accuracy, _dominates)]


@misconception(
    "pareto_front",
    hint="You return True and False for all points. Return the indices of those on the front.",
)
def mask_for_indices(cost, accuracy):
    mask = np.zeros(len(cost), dtype=bool)
    mask[_front(cost, accuracy, _dominates)] = True
    return mask


@misconception(
    "pareto_front",
    hint="You treat a higher cost as better. A cheaper point is better.",
)
def expensive_is_better(cost, accuracy):
    return _front(-np.asarray(cost), accuracy, _dominates)[::-1]


@misconception(
    "pareto_front",
    hint="You treat accuracy like an error, lower as better. A more accurate point is better.",
)
def inaccurate_is_better(cost, accuracy):
    return _front(cost, -np.asarray(accuracy), _dominates)


@misconception(
    "pareto_front",
    hint="You drop points because others do better by the accuracy per cost, or lie on a line above them. A "
    "point goes only when a single other point is at least as good in both.",
)
def convex_hull(cost, accuracy):
    front = _front(cost, accuracy, _dominates)
    hull = []
    for index in front:
        while len(hull) > 1 and _rises_after(cost, accuracy, hull[-2], hull[-1], index):
            hull.pop()
        hull.append(index)
    return np.array(hull)


def _rises_after(cost, accuracy, first, middle, last):
    """Whether the middle point lies below the line from the first to the last."""
    return (accuracy[middle] - accuracy[first]) * (cost[last] - cost[first]) < (
        accuracy[last] - accuracy[first]
    ) * (cost[middle] - cost[first])


@misconception(
    "pareto_front",
    hint="You compare a point only with the next cheaper one. Any cheaper point can dominate it, so compare "
    "with the best accuracy so far.",
)
def compared_with_neighbors(cost, accuracy):
    order = sorted(range(len(cost)), key=lambda index: (cost[index], -accuracy[index]))
    kept = order[:1]
    for before, index in pairwise(order):
        equal = cost[index] == cost[before] and accuracy[index] == accuracy[before]
        if accuracy[index] > accuracy[before] or (equal and before in kept):
            kept.append(index)
    return np.array(kept)


@misconception(
    "pareto_front",
    hint="You return every point, sorted by cost. Leave out those that another point dominates.",
)
def dominated_points_kept(cost, accuracy):
    return np.argsort(cost, kind="stable")


@misconception(
    "pareto_front",
    hint="You return only the point with the best accuracy per cost. Everything that no other point "
    "dominates is on the front.",
)
def best_ratio_only(cost, accuracy):
    return np.array([np.argmax(accuracy / cost)])


@misconception(
    "pareto_front",
    hint="Your indices are floating-point numbers, which cannot be used as indices. Make them integers.",
)
def indices_as_floats(cost, accuracy):
    return [float(index) for index in _front(cost, accuracy, _dominates)]
