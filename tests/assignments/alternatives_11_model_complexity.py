"""Correct answers to assignment 11 by other ways than the solution's: each has to earn every point."""

import math
from functools import cache

import numpy as np


@cache
def keras():
    import keras  # takes seconds, so only where it is needed

    return keras


# ---------------------------------------------------------------- formulas for each kind of layer, loops


def parameters_by_layer(model):
    trainable = non_trainable = 0
    for layer in model.layers:
        for weight in layer.weights:
            if weight.trainable:
                trainable += int(np.prod(weight.shape))
            else:
                non_trainable += int(np.prod(weight.shape))
    return [trainable, non_trainable]


def macs_by_formula(model):
    layers = keras().layers
    total = 0
    for layer in model.layers:
        channels = layer.output.shape[-1]
        if isinstance(layer, layers.Conv2D):
            _, height, width, filters = layer.output.shape
            rows, columns = layer.kernel_size
            total += height * width * filters * rows * columns * (layer.input.shape[-1] // layer.groups)
        elif isinstance(layer, layers.DepthwiseConv2D):
            _, height, width, filters = layer.output.shape
            total += height * width * filters * layer.kernel_size[0] * layer.kernel_size[1]
        elif isinstance(layer, layers.SeparableConv2D):
            _, height, width, filters = layer.output.shape
            between = layer.input.shape[-1] * layer.depth_multiplier
            rows, columns = layer.kernel_size
            total += height * width * (rows * columns * between + between * filters)
        elif isinstance(layer, layers.Dense):
            vectors = 1
            for size in layer.input.shape[1:-1]:
                vectors *= size
            total += vectors * layer.input.shape[-1] * channels
    return total


def memory_by_loop(model, batch_size=1, bytes_per_value=4):
    layers = keras().layers
    memory = 0
    for layer in model.layers:
        if isinstance(layer, (layers.Activation, layers.Dropout, layers.Flatten, layers.Reshape)):
            continue
        if isinstance(layer, layers.InputLayer):
            continue
        size = bytes_per_value * batch_size
        for extent in layer.output.shape[1:]:
            size *= extent
        memory += size
    return memory


def front_by_pairs(cost, accuracy):
    front = []
    for i in range(len(cost)):
        dominated = False
        for j in range(len(cost)):
            if cost[j] <= cost[i] and accuracy[j] >= accuracy[i]:
                dominated = dominated or cost[j] < cost[i] or accuracy[j] > accuracy[i]
        if not dominated:
            front.append(i)
    front.sort(key=lambda i: cost[i])
    return front


# ---------------------------------------------------------------- NumPy numbers and arrays as results


def numpy_parameters(model):
    sizes = np.array([np.prod(weight.shape, dtype=np.int64) for weight in model.weights], dtype=np.int64)
    learned = np.array([weight.trainable for weight in model.weights], dtype=bool)
    return np.array([sizes[learned].sum(), sizes[~learned].sum()])


def numpy_macs(model):
    kernels = {
        "Conv2D": ["kernel"],
        "Dense": ["kernel"],
        "DepthwiseConv2D": ["kernel"],
        "SeparableConv2D": ["depthwise_kernel", "pointwise_kernel"],
    }
    products = [np.int64(0)]
    for layer in model.layers:
        for name in kernels.get(layer.__class__.__name__, []):
            shape = (*getattr(layer, name).shape, *layer.output.shape[1:-1])
            products.append(np.prod(shape, dtype=np.int64))
    return np.sum(products)


def numpy_memory(model, batch_size=1, bytes_per_value=4):
    free = {"InputLayer", "Flatten", "Reshape", "Dropout", "Activation"}
    shapes = [
        (batch_size, *layer.output.shape[1:]) for layer in model.layers if type(layer).__name__ not in free
    ]
    return np.array(sum(np.prod(shape, dtype=np.int64) for shape in shapes) * bytes_per_value)


def front_by_sweep(cost, accuracy):
    """From cheap to expensive, within one cost from accurate to inaccurate."""
    order = np.lexsort((-accuracy, cost))
    best, best_cost, front = -np.inf, None, []
    for index in order:
        if accuracy[index] > best:
            best, best_cost = accuracy[index], cost[index]
            front.append(index)
        elif accuracy[index] == best and cost[index] == best_cost:
            front.append(index)
    return np.array(front)


# ---------------------------------------------------------------- Keras's and TensorFlow's own functions


def keras_parameters(model):
    from keras.src.utils.summary_utils import count_params

    return count_params(model.trainable_weights), count_params(model.non_trainable_weights)


def macs_from_settings(model):
    """From the description of each layer, and the shape that Keras computes from that of the input."""
    total = 0
    for layer in model.layers:
        settings, kind = layer.get_config(), type(layer).__name__
        if kind not in ("Conv2D", "DepthwiseConv2D", "SeparableConv2D", "Dense"):
            continue
        shape = layer.input.shape
        output = layer.compute_output_shape(shape)
        window = math.prod(settings.get("kernel_size", (1,)))
        if kind in ("Conv2D", "Dense"):
            total += window * shape[-1] * math.prod(output[1:]) // settings.get("groups", 1)
        elif kind == "DepthwiseConv2D":
            total += window * math.prod(output[1:])
        else:
            filters = shape[-1] * settings["depth_multiplier"]
            total += math.prod(output[1:-1]) * filters * (window + output[-1])
    return total


def memory_of_tensors(model, batch_size=1, bytes_per_value=4):
    """From the shapes that come out when all outputs are computed from a symbolic batch."""
    layers = keras().layers
    kept = []
    for layer in model.layers:
        match layer:
            case layers.InputLayer() | layers.Flatten() | layers.Reshape():
                pass
            case layers.Dropout() | layers.Activation():
                pass
            case _:
                kept.append(layer.output)
    if not kept:
        return 0
    every = keras().Model(model.inputs, kept)
    batch = keras().KerasTensor((batch_size, *model.input_shape[1:]))
    results = keras().tree.flatten(every(batch))
    return sum(math.prod(tensor.shape) for tensor in results) * bytes_per_value


def front_with_tensorflow(cost, accuracy):
    import tensorflow as tf

    cost, accuracy = (tf.cast(tf.convert_to_tensor(values), tf.float64) for values in (cost, accuracy))
    cheaper = cost[:, tf.newaxis] - cost[tf.newaxis, :]
    stronger = accuracy[tf.newaxis, :] - accuracy[:, tf.newaxis]
    dominates = (cheaper <= 0) & (stronger <= 0) & ((cheaper < 0) | (stronger < 0))
    kept = tf.where(~tf.reduce_any(dominates, axis=0))[:, 0]
    return tf.gather(kept, tf.argsort(tf.gather(cost, kept), stable=True))


NAMES = ["count_parameters", "count_macs", "activation_memory", "pareto_front"]


def _named(*answers):
    return dict(zip(NAMES, answers, strict=True))


ALTERNATIVES = {
    "loops": _named(parameters_by_layer, macs_by_formula, memory_by_loop, front_by_pairs),
    "numpy": _named(numpy_parameters, numpy_macs, numpy_memory, front_by_sweep),
    "keras": _named(keras_parameters, macs_from_settings, memory_of_tensors, front_with_tensorflow),
}
