"""Plain, residual and pre-activation nets that differ in nothing else, and what is measured in them."""

import functools

import keras
import numpy as np
import tensorflow as tf


def build_stack(
    kind, input_shape, width, blocks, num_classes=10, epsilon=1e-3, momentum=0.9, dtype="float32"
):
    """Build one of three nets with the same convolutions: a stem and pairs of 3x3 convolutions.

    The pairs form three stages, each of which begins with half the height and width of the one before. All
    convolutions have equally many filters, so shortcuts need no weights: where the feature map shrinks, they
    take every other row and column.

    Args:
        kind: "plain", "residual" (a shortcut around every pair, ReLU behind the addition) or "pre-activation"
            (normalization and ReLU in front of each convolution, nothing behind the addition).
        input_shape: Shape (H, W, C) of one image.
        width: Filters per convolution.
        blocks: Pairs per stage, at least 1; the net has 6 * blocks + 1 convolutions.
        num_classes: Number of logits.
        epsilon: Of the normalizations.
        momentum: Of the normalizations.
        dtype: Data type or policy of the convolutions, such as "float32" or "mixed_float16".

    Returns:
        Keras model from images (N, H, W, C) to float32 logits (N, num_classes). The feature map behind pair k
        is the output of the layer "stream_k", that of the stem of "stream_0"; the branch of pair k ends in
        the layer "branch_k".

    Raises:
        ValueError: If the kind is unknown or there is no block.

    >>> nets = [build_stack(kind, (8, 8, 1), width=4, blocks=2) for kind in ("plain", "residual")]
    >>> nets[0].count_params() == nets[1].count_params()
    True
    """
    if kind not in ("plain", "residual", "pre-activation"):
        raise ValueError(f'kind must be "plain", "residual" or "pre-activation", got {kind!r}.')
    if blocks < 1:
        raise ValueError(f"blocks must be at least 1, got {blocks}.")
    new, early = keras.layers, kind == "pre-activation"

    def three_by_three(x, name, stride=1):
        options = {"padding": "same", "use_bias": False, "kernel_initializer": "he_normal", "dtype": dtype}
        return new.Conv2D(width, 3, stride, name=name, **options)(x)

    def normalize(x, name):
        return new.BatchNormalization(momentum=momentum, epsilon=epsilon, dtype=dtype, name=name)(x)

    def relu(x, name=None):
        return new.ReLU(dtype=dtype, name=name)(x)

    def one_pair(x, k, stride):
        if early:
            x = three_by_three(relu(normalize(x, f"normalization_{k}_1")), f"convolution_{k}_1", stride)
            return three_by_three(relu(normalize(x, f"normalization_{k}_2")), f"branch_{k}")
        x = relu(normalize(three_by_three(x, f"convolution_{k}_1", stride), f"normalization_{k}_1"))
        return normalize(three_by_three(x, f"convolution_{k}_2"), f"branch_{k}")

    inputs = keras.Input(input_shape)
    x = three_by_three(inputs, "stream_0" if early else "stem")
    x = x if early else relu(normalize(x, "stem_normalization"), "stream_0")
    for k in range(1, 3 * blocks + 1):
        stride = 2 if k in (blocks + 1, 2 * blocks + 1) else 1
        found = one_pair(x, k, stride)
        if kind != "plain":
            every_other = new.MaxPooling2D(1, stride, dtype=dtype)(x) if stride > 1 else x
            found = new.Add(dtype=dtype, name=f"stream_{k}" if early else None)([every_other, found])
        x = found if early else relu(found, f"stream_{k}")
    x = relu(normalize(x, "last_normalization")) if early else x
    x = new.GlobalAveragePooling2D(dtype=dtype)(x)
    return keras.Model(inputs, new.Dense(num_classes, dtype="float32")(x), name=kind.replace("-", "_"))


def follow_stream(model, x, y, loss_scale=1.0):
    """Measure the feature map behind every pair of a net, what its branch adds, and the gradient there.

    The net runs in training mode, and is left as it was.

    Args:
        model: Model as `build_stack` returns it.
        x: Images (N, H, W, C).
        y: Integer labels (N,).
        loss_scale: Factor on the loss while gradients are computed, undone afterwards; float16 needs it.

    Returns:
        Dictionary with three arrays: "stream", root mean square of the feature map behind the stem and
        behind each pair (pairs + 1,); "branch", root mean square of what each branch puts out (pairs,);
        "gradient", Euclidean length of the gradient of the mean cross-entropy with respect to each feature
        map of the stream (pairs + 1,).

    >>> net = build_stack("residual", (8, 8, 1), width=4, blocks=2)
    >>> found = follow_stream(net, np.ones((3, 8, 8, 1), "float32"), np.zeros(3, "int32"))
    >>> found["stream"].shape, found["branch"].shape, found["gradient"].shape
    ((7,), (6,), (7,))
    """
    names = [layer.name for layer in model.layers]
    pairs = sum(name.startswith("branch_") for name in names)
    tapped = [f"stream_{k}" for k in range(pairs + 1)] + [f"branch_{k}" for k in range(1, pairs + 1)]
    listener = keras.Model(model.input, [*(model.get_layer(name).output for name in tapped), model.output])
    criterion = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    # A forward pass in training mode updates the moving statistics, so keep them and put them back.
    kept = [variable.numpy() for variable in model.non_trainable_variables]
    with tf.GradientTape() as tape:
        *maps, logits = listener(x, training=True)
        objective = criterion(y, logits) * loss_scale
    slopes = tape.gradient(objective, maps[: pairs + 1])
    for variable, value in zip(model.non_trainable_variables, kept, strict=True):
        variable.assign(value)
    sizes = np.array([np.sqrt(np.mean(np.asarray(one, "float64") ** 2)) for one in maps])
    lengths = np.array([np.linalg.norm(np.asarray(slope, "float64")) for slope in slopes])
    return {
        "stream": sizes[: pairs + 1],
        "branch": sizes[pairs + 1 :],
        "gradient": lengths / loss_scale,
    }


def bypass_pair(model, k):
    """Make pair k of a net do nothing at inference: whatever comes in goes out.

    With a shortcut it is enough to silence the branch. Without one, both convolutions get a kernel that
    copies every channel, and both normalizations a gamma and beta that undo them.

    Args:
        model: Model as `build_stack` returns it; it is changed.
        k: Number of the pair, from 1.

    Raises:
        ValueError: If there is no such pair.

    Source: the experiment is that of Veit et al. (2016), arXiv 1605.06431, section 4.1.

    >>> net = build_stack("plain", (8, 8, 1), width=4, blocks=1)
    >>> bypass_pair(net, 1)
    >>> maps = keras.Model(net.input, [net.get_layer(f"stream_{k}").output for k in (0, 1)])
    >>> before, after = maps(np.random.default_rng(0).normal(size=(2, 8, 8, 1)))
    >>> bool(np.allclose(before, after, atol=1e-6))
    True
    """
    if f"branch_{k}" not in [layer.name for layer in model.layers]:
        raise ValueError(f"The net has no pair {k}.")
    last = model.get_layer(f"branch_{k}")
    if model.name != "plain":
        for variable in last.trainable_variables:
            variable.assign(np.zeros(variable.shape))
        return
    for number, normalization in enumerate((model.get_layer(f"normalization_{k}_1"), last), start=1):
        convolution = model.get_layer(f"convolution_{k}_{number}")
        copying = np.zeros(convolution.kernel.shape)
        copying[1, 1] = np.eye(copying.shape[-1])
        convolution.kernel.assign(copying)
        _, _, mean, variance = normalization.get_weights()
        normalization.set_weights([np.sqrt(variance + normalization.epsilon), mean, mean, variance])


def build_toy(input_shape=(32, 32, 3), num_classes=10, shortcuts=True):
    """Build the toy ResNet of Keras's guide to the functional API: 7 convolutions, no normalization.

    Args:
        input_shape: Shape (H, W, C) of one image, at least 19 rows and columns.
        num_classes: Number of logits.
        shortcuts: Whether the two shortcuts are there; without them it is a plain chain.

    Returns:
        Keras model from images (N, H, W, C) to logits (N, num_classes).

    Source: keras.io, guide "The Functional API", section "A toy ResNet model".

    >>> build_toy().count_params(), build_toy(shortcuts=False).count_params()
    (223242, 223242)
    """
    convolution = functools.partial(keras.layers.Conv2D, kernel_size=3, activation="relu")
    x = inputs = keras.Input(input_shape, name="image")
    for filters in (32, 64):
        x = convolution(filters)(x)
    x = keras.layers.MaxPooling2D(3)(x)
    for number in (1, 2):
        branch = x
        for _ in range(2):
            branch = convolution(64, padding="same")(branch)
        x = keras.layers.Add(name=f"sum{number}")([branch, x]) if shortcuts else branch
    head = [
        convolution(64),
        keras.layers.GlobalAveragePooling2D(),
        keras.layers.Dense(256, "relu"),
        keras.layers.Dropout(0.5),
        keras.layers.Dense(num_classes, name="logits"),
    ]
    for layer in head:
        x = layer(x)
    return keras.Model(inputs, x, name="toy_resnet")
