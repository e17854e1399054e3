"""What the lesson on deeper networks measures: signals and gradients layer by layer, and surplus layers."""

import keras
import numpy as np
import tensorflow as tf


def build_dense_chain(num_inputs, width, depth, activation, num_classes=10):
    """Build a chain of equally wide fully connected layers without biases, and a layer of logits.

    Args:
        num_inputs: Numbers per example.
        width: Neurons per hidden layer.
        depth: Number of hidden layers, at least 1.
        activation: Name of the activation function behind each of them, such as "tanh".
        num_classes: Number of logits.

    Returns:
        Keras model from vectors (m, num_inputs) to logits (m, num_classes).

    Raises:
        ValueError: If the depth is less than 1.

    >>> chain = build_dense_chain(64, width=5, depth=3, activation="tanh")
    >>> [layer.name.split("_")[0] for layer in chain.layers[1:]]
    ['dense', 'activation', 'dense', 'activation', 'dense', 'activation', 'dense']
    """
    if depth < 1:
        raise ValueError(f"depth must be at least 1, got {depth}.")
    x = inputs = keras.Input((num_inputs,))
    for _ in range(depth):
        x = keras.layers.Dense(width, use_bias=False)(x)
        x = keras.layers.Activation(activation)(x)
    return keras.Model(inputs, keras.layers.Dense(num_classes, use_bias=False)(x))


def draw_kernels(model, gain, seed):
    """Draw every kernel of a model anew, Gaussian with standard deviation gain / sqrt(fan-in).

    The fan-in is the number of inputs that one output sums: d behind d features, F_h * F_w * C_in for a
    convolution. A gain of sqrt(2) is the initialization of He et al., a gain of 1 for layers with equally
    many inputs and outputs that of Glorot and Bengio.

    Args:
        model: Keras model; its kernels are overwritten.
        gain: Factor, above 0.
        seed: Seed of the numbers.

    Raises:
        ValueError: If the gain is not positive.

    Source: He et al. (2015), arXiv 1502.01852, section 2.2.

    >>> chain = build_dense_chain(400, width=300, depth=1, activation="relu")
    >>> draw_kernels(chain, gain=2.0, seed=0)
    >>> bool(abs(chain.layers[1].kernel.numpy().std() - 0.1) < 0.001)
    True
    """
    if gain <= 0:
        raise ValueError(f"gain must be positive, got {gain}.")
    rng = np.random.default_rng(seed)
    for layer in model.layers:
        if hasattr(layer, "kernel"):
            fan_in = np.prod(layer.kernel.shape[:-1])
            layer.kernel.assign(rng.normal(0.0, gain / np.sqrt(fan_in), layer.kernel.shape))


def signals_by_depth(model, x, y, loss_scale=1.0):
    """Measure how large activations and their gradients are behind each activation function.

    The model runs in training mode, and is left as it was.

    Args:
        model: Keras model with activation functions as layers of their own, from `x` to logits.
        x: Inputs, the first axis is the batch.
        y: Integer labels (N,).
        loss_scale: Factor on the loss while gradients are computed, undone afterwards; float16 needs it.

    Returns:
        Dictionary with two arrays, first to last activation function: "activation", the standard deviation
        of all values of the batch, and "gradient", the Euclidean length of the gradient of the mean
        cross-entropy with respect to these values.

    Raises:
        ValueError: If the model has no layer of class `ReLU` or `Activation`.

    >>> chain = build_dense_chain(64, width=50, depth=3, activation="relu")
    >>> found = signals_by_depth(chain, np.ones((4, 64), "float32"), np.zeros(4, "int32"))
    >>> found["activation"].shape, found["gradient"].shape
    ((3,), (3,))
    """
    kinds = (keras.layers.ReLU, keras.layers.Activation)
    tapped = [layer.output for layer in model.layers if isinstance(layer, kinds)]
    if not tapped:
        raise ValueError("The model has no activation function as a layer of its own.")
    listener = keras.Model(model.input, [*tapped, model.output])
    criterion = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    # A forward pass in training mode updates the moving statistics, so keep them and put them back.
    kept = [variable.numpy() for variable in model.non_trainable_variables]
    with tf.GradientTape() as tape:
        *signals, logits = listener(x, training=True)
        objective = criterion(y, logits) * loss_scale
    slopes = tape.gradient(objective, signals)
    for variable, value in zip(model.non_trainable_variables, kept, strict=True):
        variable.assign(value)
    return {
        "activation": np.array([np.std(np.asarray(signal, "float64")) for signal in signals]),
        "gradient": np.array([np.linalg.norm(np.asarray(slope, "float64")) for slope in slopes]) / loss_scale,
    }


def stages_of(model):
    """Group the convolutions of a plain normalized net by the size of their feature maps.

    Args:
        model: Keras model of convolutions, each followed by `BatchNormalization` and `ReLU`.

    Returns:
        List of stages; a stage is a list of tuples (convolution, normalization, activation), first to last.

    Raises:
        ValueError: If there are not equally many of the three kinds of layer.

    >>> from convlab.batch_normalization import build_conv_net
    >>> net = build_conv_net((8, 8, 1), 2, 7, lambda tensor: keras.layers.BatchNormalization()(tensor))
    >>> [len(stage) for stage in stages_of(net)]
    [2, 2, 3]
    """
    kinds = (keras.layers.Conv2D, keras.layers.BatchNormalization, keras.layers.ReLU)
    convolutions, normalizations, activations = (
        [layer for layer in model.layers if isinstance(layer, kind)] for kind in kinds
    )
    if not len(convolutions) == len(normalizations) == len(activations):
        raise ValueError(
            f"A convolution needs a normalization and an activation; there are {len(convolutions)},"
            f" {len(normalizations)} and {len(activations)}."
        )
    stages, size = [], None
    for triple in zip(convolutions, normalizations, activations, strict=True):
        if triple[0].output.shape[1:3] != size:
            stages.append([])
            size = triple[0].output.shape[1:3]
        stages[-1].append(triple)
    return stages


def copy_into_deeper(shallow, deep, x):
    """Give a deep plain net the weights of a shallow one, and let its surplus layers do nothing.

    The layers at the beginning of each stage take over the weights of the shallow net's stage. Each layer
    behind them gets a kernel that copies every channel, a 1 in the middle among zeros, and a gamma and beta
    that undo its normalization. Its ReLU changes nothing either, because its input comes out of a ReLU.

    Args:
        shallow: Trained plain net with normalization.
        deep: Net with as many stages, none of them shorter, and the same channels; it is overwritten.
        x: Images (N, H, W, C) whose statistics the normalizations of the surplus layers take.

    Raises:
        ValueError: If the stages do not fit.

    Source: the construction is that of He et al. (2016), arXiv 1512.03385, section 1.

    >>> from convlab.batch_normalization import build_conv_net
    >>> shallow, deep = (
    ...     build_conv_net((8, 8, 1), 2, depth, lambda tensor: keras.layers.BatchNormalization()(tensor))
    ...     for depth in (3, 9)
    ... )
    >>> x = np.random.default_rng(0).normal(size=(5, 8, 8, 1)).astype("float32")
    >>> copy_into_deeper(shallow, deep, x)
    >>> bool(np.allclose(shallow(x), deep(x), atol=1e-5))
    True
    """
    sources, targets = stages_of(shallow), stages_of(deep)
    lengths = [len(stage) for stage in sources], [len(stage) for stage in targets]
    if len(sources) != len(targets) or any(a > b for a, b in zip(*lengths, strict=True)):
        raise ValueError(f"Stages of {lengths[0]} layers do not fit into stages of {lengths[1]}.")
    outlook = keras.Model(shallow.input, [stage[-1][2].output for stage in sources])
    impulse = np.array([0.0, 1.0, 0.0])
    for source, target, maps in zip(sources, targets, outlook(x, training=False), strict=True):
        for old, new in zip(source, target, strict=False):
            for part in (0, 1):
                new[part].set_weights(old[part].get_weights())
        mean, variance = np.mean(maps, axis=(0, 1, 2)), np.var(maps, axis=(0, 1, 2))
        for convolution, normalization, _ in target[len(source) :]:
            copying = np.einsum("h,w,io->hwio", impulse, impulse, np.eye(len(mean)))
            convolution.set_weights([copying])
            gamma = np.sqrt(variance + normalization.epsilon)
            normalization.set_weights([gamma, mean, mean, variance])
    deep.layers[-1].set_weights(shallow.layers[-1].get_weights())


def gradient_agreement(model, x, nudges, seed):
    """Compare the gradient at an image with the gradient next to it.

    Each image is moved in a random direction by a small share of its own length. Compared is the gradient of
    the first logit with respect to the image, at inference.

    Args:
        model: Keras model from images to logits.
        x: Images (N, H, W, C).
        nudges: How far to move, as shares of the image's length.
        seed: Seed of the directions.

    Returns:
        Mean cosine between the two gradients, one number per nudge, shape (nudges,): 1 for the same
        direction, 0 for directions that have nothing to do with each other.

    Raises:
        ValueError: If a nudge is not positive.

    Source: Balduzzi et al. (2017), arXiv 1702.08591, compare gradients at neighboring inputs.

    >>> linear = keras.Sequential([keras.Input((2, 2, 1)), keras.layers.Flatten(), keras.layers.Dense(3)])
    >>> gradient_agreement(linear, np.ones((4, 2, 2, 1)), [0.1, 10.0], seed=0).round(5).tolist()
    [1.0, 1.0]
    """
    if min(nudges) <= 0:
        raise ValueError(f"nudges must be positive, got {min(nudges)}.")

    random = np.random.default_rng(seed).normal(size=x.shape)
    axes = tuple(range(1, x.ndim))
    lengths = [np.sqrt((values**2).sum(axis=axes, keepdims=True)) for values in (x, random)]
    one_length = random / lengths[1] * lengths[0]
    images = tf.constant(np.concatenate([x, *(x + nudge * one_length for nudge in nudges)]), tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(images)
        total = tf.reduce_sum(model(images, training=False)[:, 0])
    slopes = tape.gradient(total, images).numpy().reshape(1 + len(nudges), len(x), -1)
    # A gradient of zero agrees with nothing: its cosine is 0, not nan.
    slopes = slopes / np.maximum(np.linalg.norm(slopes, axis=2, keepdims=True), 1e-30)
    return (slopes[0] * slopes[1:]).sum(axis=2).mean(axis=1)
