"""ResNet: the five published depths as one table, and the network that a row of it describes."""

from math import prod

import keras

from convlab.layer_costs import LayerCost, cost_of_layer

RESNETS = {  # layers with weights: kind of block, blocks in each of the four stages
    18: ("basic", (2, 2, 2, 2)),
    34: ("basic", (3, 4, 6, 3)),
    50: ("bottleneck", (3, 4, 6, 3)),
    101: ("bottleneck", (3, 4, 23, 3)),
    152: ("bottleneck", (3, 8, 36, 3)),
}


def branch_plan(kind, filters, stride=1, stride_on="3x3"):
    """List the convolutions of the branch F of one block.

    Args:
        kind: "basic", two convolutions of 3x3, or "bottleneck", 1x1, 3x3 and 1x1 with four times the filters.
        filters: Filters of the 3x3 convolutions.
        stride: Stride of the block.
        stride_on: Which convolution of a bottleneck takes the stride: "1x1", the first one, as in the paper
            and in Keras, or "3x3", as in torchvision.

    Returns:
        List of tuples (filters, kernel size, stride), first to last.

    Raises:
        ValueError: If the kind or the place of the stride is unknown.

    Source: He et al. (2016), arXiv 1512.03385, figure 5.

    >>> branch_plan("basic", 64)
    [(64, 3, 1), (64, 3, 1)]
    >>> branch_plan("bottleneck", 128, stride=2)
    [(128, 1, 1), (128, 3, 2), (512, 1, 1)]
    """
    if kind not in ("basic", "bottleneck"):
        raise ValueError(f'kind must be "basic" or "bottleneck", got {kind!r}.')
    if stride_on not in ("1x1", "3x3"):
        raise ValueError(f'stride_on must be "1x1" or "3x3", got {stride_on!r}.')
    if kind == "basic":
        return [(filters, 3, stride), (filters, 3, 1)]
    early, late = (stride, 1) if stride_on == "1x1" else (1, stride)
    return [(filters, 1, early), (filters, 3, late), (4 * filters, 1, 1)]


def resnet_plan(depth, width=64, stride_on="3x3"):
    """List the blocks of a ResNet, each with the convolutions of its branch.

    The stem counts as stage 1, so the stages of blocks have the numbers 2 to 5, as in the paper's table.

    Args:
        depth: 18, 34, 50, 101 or 152.
        width: Filters of the first stage; every stage doubles them.
        stride_on: As in `branch_plan`.

    Returns:
        Dictionary from names such as "stage3_block1" to lists as `branch_plan` returns them, in order.

    Raises:
        ValueError: If there is no ResNet of this depth.

    Source: He et al. (2016), arXiv 1512.03385, table 1.

    >>> plan = resnet_plan(50)
    >>> len(plan), plan["stage3_block1"]
    (16, [(128, 1, 1), (128, 3, 2), (512, 1, 1)])
    """
    if depth not in RESNETS:
        raise ValueError(f"There is a ResNet of depth {', '.join(map(str, RESNETS))}, but none of {depth}.")
    kind, repeats = RESNETS[depth]
    return {
        f"stage{stage}_block{number}": branch_plan(
            kind, width * 2 ** (stage - 2), 2 if stage > 2 and number == 1 else 1, stride_on
        )
        for stage, count in enumerate(repeats, start=2)
        for number in range(1, count + 1)
    }


def convolve(x, step, name, relu=True, bias=False, epsilon=1e-5, momentum=0.9, dtype="float32"):
    """Put a convolution, batch normalization and perhaps a ReLU behind a Keras tensor.

    Padding is symmetric, also where there is a stride. Keras's "same" would then pad one side only.

    Args:
        x: Keras tensor (N, H, W, C).
        step: Tuple (filters, kernel size, stride); the kernel size is odd.
        name: Name of the convolution; the other layers' names begin with it.
        relu: Whether a ReLU follows.
        bias: Whether the convolution has biases, which the normalization makes superfluous.
        epsilon: Of the normalization.
        momentum: Of the normalization, in Keras's convention.
        dtype: Data type or policy of the layers, such as "float32" or "mixed_float16".

    Returns:
        Keras tensor (N, ceil(H / stride), ceil(W / stride), filters).

    >>> convolve(keras.Input((8, 8, 3)), (16, 3, 2), "first").shape
    (None, 4, 4, 16)
    """
    filters, size, stride = step
    if stride > 1 and size > 1:
        x = keras.layers.ZeroPadding2D(size // 2, dtype=dtype, name=f"{name}_pad")(x)
    options = {"padding": "same" if stride == 1 else "valid", "use_bias": bias, "dtype": dtype}
    x = keras.layers.Conv2D(filters, size, stride, kernel_initializer="he_normal", name=name, **options)(x)
    x = keras.layers.BatchNormalization(
        momentum=momentum, epsilon=epsilon, dtype=dtype, name=f"{name}_normalization"
    )(x)
    return keras.layers.ReLU(dtype=dtype, name=f"{name}_relu")(x) if relu else x


def add_block(x, plan, name, **options):
    """Put one residual block behind a Keras tensor: y = ReLU(shortcut(x) + F(x)).

    The shortcut passes x on as it is wherever that is possible. Only where height, width or channels of the
    branch differ, it is a projection: a 1x1 convolution with batch normalization.

    Args:
        x: Keras tensor (N, H, W, C).
        plan: List as `branch_plan` returns it.
        name: Name of the block, with which the names of its layers begin.
        **options: As in `convolve`: bias, epsilon, momentum, dtype.

    Returns:
        Keras tensor (N, H / stride, W / stride, filters of the last convolution).

    Source: He et al. (2016), arXiv 1512.03385, section 3.2.

    >>> entrance = keras.Input((8, 8, 64))
    >>> block = keras.Model(entrance, add_block(entrance, branch_plan("bottleneck", 16), "block"))
    >>> [layer.name for layer in block.layers if isinstance(layer, keras.layers.Conv2D)]
    ['block_convolution1', 'block_convolution2', 'block_convolution3']
    """
    branch = x
    for number, step in enumerate(plan, start=1):
        last = number == len(plan)
        branch = convolve(branch, step, f"{name}_convolution{number}", relu=not last, **options)
    shortcut = x
    if tuple(x.shape[1:]) != tuple(branch.shape[1:]):
        total_stride = max(stride for _, _, stride in plan)
        shortcut = convolve(x, (plan[-1][0], 1, total_stride), f"{name}_shortcut", relu=False, **options)
    dtype = options.get("dtype", "float32")
    total = keras.layers.Add(dtype=dtype, name=f"{name}_sum")([shortcut, branch])
    return keras.layers.ReLU(dtype=dtype, name=f"{name}_output")(total)


def build_resnet(
    depth, num_classes=1000, input_shape=(224, 224, 3), width=64, stride_on="3x3", activation=None, **options
):
    """Build a ResNet: a stem, four stages of residual blocks, an average and one fully connected layer.

    Args:
        depth: 18, 34, 50, 101 or 152.
        num_classes: Outputs of the last layer.
        input_shape: Shape (H, W, C) of one image.
        width: Filters of the stem; 64 in the paper.
        stride_on: As in `branch_plan`.
        activation: Of the last layer, such as "softmax"; None for logits.
        **options: As in `convolve`: bias, epsilon, momentum, dtype.

    Returns:
        Keras model from images (N, H, W, C) to float32 outputs (N, num_classes).

    Raises:
        ValueError: If there is no ResNet of this depth.

    Source: He et al. (2016), arXiv 1512.03385, table 1.

    >>> small = build_resnet(50, num_classes=10, input_shape=(64, 64, 3), width=4)
    >>> small.get_layer("stage5_block3_output").output.shape, small.output.shape
    ((None, 2, 2, 128), (None, 10))
    """
    blocks = resnet_plan(depth, width, stride_on)
    dtype = options.get("dtype", "float32")
    inputs = keras.Input(input_shape)
    x = convolve(inputs, (width, 7, 2), "stem", **options)
    x = keras.layers.ZeroPadding2D(1, dtype=dtype, name="stem_pool_pad")(x)
    x = keras.layers.MaxPooling2D(3, 2, dtype=dtype, name="stem_pool")(x)
    for name, plan in blocks.items():
        x = add_block(x, plan, name, **options)
    x = keras.layers.GlobalAveragePooling2D(dtype=dtype, name="average")(x)
    head = keras.layers.Dense(num_classes, activation, dtype="float32", name="head")
    return keras.Model(inputs, head(x), name=f"resnet{depth}")


def resnet_costs(depth, input_shape=(224, 224, 3), stride_on="3x3", num_classes=1000):
    """Count what each layer of a ResNet costs, from its plan alone.

    Args:
        depth: 18, 34, 50, 101 or 152.
        input_shape: Shape (H, W, C) of one image.
        stride_on: As in `branch_plan`.
        num_classes: Outputs of the last layer.

    Returns:
        List of `LayerCost`, one per convolution, normalization, pooling and fully connected layer. The
        weights and biases of a normalization are its gamma and beta.

    Raises:
        ValueError: If there is no ResNet of this depth.

    >>> rows = resnet_costs(50)
    >>> sum(row.parameters for row in rows), round(sum(row.macs for row in rows) / 1e9, 2)
    (25557032, 4.09)
    """
    rows = []

    def count(name, shape, step):
        layer = {"name": name, "kind": "convolution", "padding": step[1] // 2, "bias": False}
        row = cost_of_layer(layer | dict(zip(("filters", "size", "stride"), step, strict=True)), shape)
        out = row.output_shape
        rows.extend((row, LayerCost(name, "normalization", out, prod(out), out[-1], out[-1], 0)))
        return out

    shape = count("stem", input_shape, (64, 7, 2))
    pooling = {"name": "stem_pool", "kind": "pooling", "size": 3, "stride": 2, "padding": 1}
    rows.append(cost_of_layer(pooling, shape))
    shape = rows[-1].output_shape
    for block, plan in resnet_plan(depth, stride_on=stride_on).items():
        end = shape
        for number, step in enumerate(plan, start=1):
            end = count(f"{block}_convolution{number}", end, step)
        if end != shape:
            count(f"{block}_shortcut", shape, (end[-1], 1, shape[0] // end[0]))
        shape = end
    rows.append(cost_of_layer({"name": "average", "kind": "global pooling"}, shape))
    head = {"name": "head", "kind": "fully connected", "units": num_classes}
    return [*rows, cost_of_layer(head, rows[-1].output_shape)]


def copy_from_keras(theirs, ours):
    """Copy all weights of Keras's own ResNet-50, 101 or 152 into a ResNet of `build_resnet`.

    Keras's convolutions have biases. Where ours have none, the bias goes into the moving mean of the
    normalization behind it: (z + b) - mean = z - (mean - b).

    Args:
        theirs: Model from `keras.applications`, such as `ResNet50`.
        ours: Model of the same depth; for equal outputs built with stride_on="1x1", epsilon=1.001e-5 and
            activation="softmax". It is overwritten.

    Returns:
        Number of layers with weights that were copied.

    Raises:
        ValueError: If a layer has no counterpart, or one of another shape.

    >>> theirs = keras.applications.ResNet50(weights=None, input_shape=(32, 32, 3), classes=3)
    >>> copy_from_keras(theirs, build_resnet(50, num_classes=3, input_shape=(32, 32, 3), stride_on="1x1"))
    107
    """
    copied = 0
    for layer in ours.layers:
        if not layer.weights:
            continue
        # "stage2_block1_convolution3_normalization" is "conv2_block1_3_bn" in Keras, a shortcut has number 0.
        name = layer.name.replace("stage", "conv").replace("stem", "conv1").replace("head", "predictions")
        name = name.replace("_convolution", "_").replace("_shortcut", "_0")
        if name != "predictions":
            kind = "bn" if name.endswith("_normalization") else "conv"
            name = f"{name.removesuffix('_normalization')}_{kind}"
        values = theirs.get_layer(name).get_weights()
        if isinstance(layer, keras.layers.Conv2D) and not layer.use_bias:
            values = values[:1]
        if isinstance(layer, keras.layers.BatchNormalization):
            convolution = layer.name.removesuffix("_normalization")
            if not ours.get_layer(convolution).use_bias:
                gamma, beta, mean, variance = values
                bias = theirs.get_layer(name.removesuffix("_bn") + "_conv").get_weights()[1]
                values = [gamma, beta, mean - bias, variance]
        layer.set_weights(values)
        copied += 1
    return copied
