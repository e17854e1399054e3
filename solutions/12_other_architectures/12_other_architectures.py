# %% [markdown]
# # Assignment 12: other architectures
#
# Five networks, five blocks: you write the block of Network in Network, ResNeXt, DenseNet, SqueezeNet and
# MobileNet, each as a function that takes a Keras tensor and gives one back. Two short functions count what
# groups and depthwise convolutions save. The
# [lesson on other architectures](colab:book/12_other_architectures.ipynb) has everything that you need.
#
# | part | what you write | points |
# |---|---|---:|
# | 1 | `mlpconv_block` | 4 |
# | 2 | `grouped_conv_parameters` | 3 |
# | 3 | `resnext_block` | 7 |
# | 4 | `dense_block` | 5 |
# | 5 | `fire_module` | 4 |
# | 6 | `separable_block` | 5 |
# | 7 | `separable_saving` | 2 |
# | 8 | written question: groups that never talk | 3 |
# | 9 | written question: add or concatenate | 3 |
# | | **total** | **36** |

# %% [markdown]
# ## How this works
#
# - **Write** your code where it says `# YOUR CODE HERE`, and delete the line `raise NotImplementedError()`
#   below it. Keep the name and the arguments of each function. Written answers go where it says "YOUR ANSWER
#   HERE".
# - **Check** your code with the cell below each function. It is silent when all is well; otherwise its
#   message says what to look at. Change your code and run both cells again.
# - **Validate** before you hand in: restart the kernel and run all cells from top to bottom. In JupyterLab
#   with nbgrader the *Validate* button does this for you. A part that you have not written yet fails its
#   check; that is no reason not to hand in the others.
# - **Hand in** the notebook under the name that it has now. In Colab you get it from the menu with *File >
#   Download > Download .ipynb*.
#
# The checks that you see try small examples. Grading tries others: more shapes, strides and numbers of
# channels. Each part is graded on its own, and a part that is half right gets part of the points.
#
# You may add cells, helper functions and imports, and print what you like. Do not delete or copy cells that
# are already here.

# %% [markdown]
# ## Conventions
#
# - Feature maps have the shape `(N, H, W, C)`. Height and width need not be equal.
# - Networks are built with the functional API of Keras from Keras's own layers. A **Keras tensor** such as
#   `x = keras.Input((56, 56, 64))` stands for feature maps that come later; a layer applied to it gives the
#   next Keras tensor.
# - What counts is what a block computes, not how you write it: the names of layers do not matter, `+` is as
#   good as `layers.Add`, a ReLU may be an argument, a layer or an operation of `keras.ops`, and models may be
#   put into models. Where tensors are concatenated, any order of them is right.
# - **Padding** is with zeros, so that without a stride height and width stay as they are. Where a layer has a
#   stride, you may take "same" or the same number of zeros on all four sides. On maps of even size these are
#   different networks; here both are right. Either way a stride divides height and width and rounds up: from
#   9 positions to 5 with stride 2.
# - `kernel_size` is one number for square windows, or a pair `(F_h, F_w)` of rows and columns.
# - **Batch normalization** (BN) is Keras's layer, over the channels; its epsilon and momentum are up to you. A
#   **ReLU** is the plain one, which does not cut off large values.
# - Convolutions have a bias unless the text says otherwise.

# %%
import math

import keras
import numpy as np
from keras import layers

# %% [markdown]
# ## 1. Network in Network: the mlpconv block
#
# A small network slides over the map: first a convolution with the given `kernel_size` and `stride`, then two
# 1x1 convolutions with stride 1. All three have `filters` filters and a bias, and after **each** of them comes
# a ReLU. `x` is a Keras tensor; return the Keras tensor that comes out.


# %% solution mlpconv_block
def mlpconv_block(x, filters, kernel_size, stride=1):
    """Append a convolution and two 1x1 convolutions.

    Args:
        x: Keras tensor of shape (N, H, W, C).
        filters: Filters of each of the three convolutions.
        kernel_size: Window of the first convolution.
        stride: Stride of the first convolution.

    Returns:
        Keras tensor of shape (N, ceil(H / stride), ceil(W / stride), filters).
    """
    ### BEGIN SOLUTION
    for window, step in [(kernel_size, stride), (1, 1), (1, 1)]:
        x = layers.Conv2D(filters, window, step, "same", activation="relu")(x)
    return x
    ### END SOLUTION


# %% test mlpconv_block points=4
def check_mlpconv_block():
    """Try mlpconv_block on small maps; with weights of known values its results can be worked out by hand."""
    x = keras.Input((4, 6, 3))
    y = mlpconv_block(x, 5, 3)
    assert y is not None, "The function returns nothing. Does it end with a return statement?"
    assert isinstance(y, keras.KerasTensor), (
        f"Return the Keras tensor that comes out of the block, not an object of type {type(y).__name__}."
    )
    assert tuple(y.shape) == (None, 4, 6, 5), (
        f"With 5 filters and stride 1, maps of 4x6x3 become 4x6x5. The shape of yours: {tuple(y.shape)}"
    )
    count = keras.Model(x, y).count_params()
    assert count == 200, (
        "From 3 channels to 5 with a window of 3x3, and twice from 5 to 5 with 1x1: 9 * 3 * 5, 5 * 5 and 5 * 5\n"
        f"weights, and 3 * 5 biases, 200 parameters. Yours: {count}"
    )
    y = mlpconv_block(keras.Input((9, 5, 3)), filters=5, kernel_size=5, stride=2)
    assert tuple(y.shape) == (None, 5, 3, 5), (
        f"With stride 2, maps of 9x5 become 5x3. The shape of yours: {tuple(y.shape)}.\n"
        "Only the first convolution has the stride."
    )
    # One channel, one position: the first convolution adds 2, the other two multiply by -2 and add 2.
    x = keras.Input((1, 1, 1))
    model = keras.Model(x, mlpconv_block(x, 1, 3))
    for weight in model.weights:
        value = {(3, 3, 1, 1): 1.0, (1, 1, 1, 1): -2.0}.get(tuple(weight.shape), 2.0)
        weight.assign(np.full(weight.shape, value))
    positive, negative = np.asarray(model(np.array([3.0, -3.0]).reshape(2, 1, 1, 1))).ravel()
    assert np.isclose(positive, 2), (
        "3 becomes 5; then -10 + 2 = -8, which the ReLU makes 0; then 0 + 2 = 2.\n"
        f"Yours: {positive}. Is there a ReLU after the first 1x1 convolution?"
    )
    assert np.isclose(negative, 0), (
        "-3 becomes -1, which the ReLU makes 0; then 0 + 2 = 2; then -4 + 2 = -2, which the ReLU makes 0.\n"
        f"Yours: {negative}. Is there a ReLU at the end?"
    )


check_mlpconv_block()

# %% [markdown]
# ## 2. What groups save
#
# A grouped convolution divides its `c_in` input channels and its `c_out` output channels into `groups` groups
# of equal size; an output channel reads the input channels of its own group only. How many weights does it
# have, without biases?
#
# Where `groups` does not divide **both** numbers of channels, there is no such convolution: raise a
# `ValueError`. The result is a whole number of the type `int` (or one of NumPy's integer types).


# %% solution grouped_conv_parameters
def grouped_conv_parameters(kernel_size, c_in, c_out, groups):
    """Count the weights of a grouped convolution.

    Args:
        kernel_size: Rows and columns of the window, one number for both or a pair.
        c_in: Number of input channels.
        c_out: Number of output channels.
        groups: Number of groups.

    Returns:
        Number of weights without biases, an int.

    Raises:
        ValueError: The groups do not divide the channels.
    """
    ### BEGIN SOLUTION
    if math.gcd(groups, c_in, c_out) != groups:
        raise ValueError("The groups must divide both numbers of channels.")
    return math.prod(np.broadcast_to(kernel_size, 2).tolist()) * (c_in // groups) * c_out
    ### END SOLUTION


# %% test grouped_conv_parameters points=3
def check_grouped_conv_parameters():
    """Try grouped_conv_parameters on convolutions that can be counted by hand."""
    count = grouped_conv_parameters(3, 4, 6, 1)
    assert count is not None, "The function returns nothing. Does it end with a return statement?"
    assert count == 216, (
        f"One group is an ordinary convolution: 4 * 6 kernels of 3x3 have 216 weights. Yours: {count}"
    )
    count = grouped_conv_parameters(kernel_size=3, c_in=4, c_out=6, groups=2)
    assert count == 108, (
        "Two groups, each from 2 channels to 3: 2 * 3 kernels of 3x3 in each, 54 weights per group, 108\n"
        f"together. Yours: {count}"
    )
    assert isinstance(count, (int, np.integer)), (
        f"The number must be an int, but is of type {type(count).__name__}."
    )
    for c_in, c_out, groups in [(4, 6, 4), (6, 4, 4)]:
        try:
            count = grouped_conv_parameters(3, c_in, c_out, groups)
        except ValueError:
            continue
        except Exception as error:
            raise AssertionError(
                f"{groups} groups for {c_in} and {c_out} channels must lead to a ValueError; yours is a "
                f"{type(error).__name__}."
            ) from error
        raise AssertionError(
            f"{groups} groups cannot share out {c_in} and {c_out} channels: raise a ValueError. Yours: {count}"
        )


check_grouped_conv_parameters()

# %% [markdown]
# ## 3. The ResNeXt block
#
# ResNeXt's block is ResNet's bottleneck with a grouped convolution in the middle. Its **branch**:
#
# | convolution | filters | followed by |
# |---|---:|---|
# | 1x1 | `cardinality * group_width` | BN, ReLU |
# | 3x3 in `cardinality` groups | `cardinality * group_width` | BN, ReLU |
# | 1x1 | `filters` | BN |
#
# No convolution has a bias. The stride belongs to **one** of the first two convolutions; which of them is up to
# you. The grouped convolution may be one layer with the argument `groups`, or small convolutions side by side.
#
# The **shortcut** passes `x` on as it is, without any weights, wherever this is possible. It is a
# **projection** exactly where the stride is not 1 or the number of channels changes: a 1x1 convolution with
# `filters` filters and the same stride, without bias, then BN. Branch and shortcut are added, and a ReLU
# follows the addition.


# %% solution resnext_block
def resnext_block(x, filters, cardinality, group_width, stride=1):
    """Append a residual block with a grouped convolution.

    Args:
        x: Keras tensor of shape (N, H, W, C).
        filters: Channels that come out.
        cardinality: Number of groups of the 3x3 convolution.
        group_width: Channels in each group.
        stride: Stride of the block.

    Returns:
        Keras tensor of shape (N, ceil(H / stride), ceil(W / stride), filters).
    """

    ### BEGIN SOLUTION
    def normalized(features, width, side, step=1, groups=1):
        features = layers.Conv2D(width, side, step, "same", groups=groups, use_bias=False)(features)
        return layers.BatchNormalization()(features)

    width = cardinality * group_width
    change = layers.ReLU()(normalized(x, width, 1))
    change = layers.ReLU()(normalized(change, width, 3, stride, cardinality))
    change = normalized(change, filters, 1)
    if stride > 1 or x.shape[-1] != filters:
        x = normalized(x, filters, 1, stride)
    return layers.ReLU()(x + change)
    ### END SOLUTION


# %% test resnext_block points=7
def silence(model, beta):
    """Set all kernels to 0: every BN then gives beta, whatever comes in."""
    for weight in model.weights:
        kind = weight.path.rsplit("/", 1)[-1]
        weight.assign(np.full(weight.shape, {"beta": beta, "moving_variance": 1.0}.get(kind, 0.0)))


def check_resnext_block():
    """Try resnext_block on small maps; with silent convolutions its results can be worked out by hand."""
    x = keras.Input((4, 6, 5))
    y = resnext_block(x, 5, cardinality=3, group_width=2)
    assert y is not None, "The function returns nothing. Does it end with a return statement?"
    assert isinstance(y, keras.KerasTensor), (
        f"Return the Keras tensor that comes out of the block, not an object of type {type(y).__name__}."
    )
    assert tuple(y.shape) == (None, 4, 6, 5), (
        f"With 5 filters and stride 1, maps of 4x6x5 stay 4x6x5. The shape of yours: {tuple(y.shape)}"
    )
    model = keras.Model(x, y)
    count = model.count_params()
    assert count == 236, (
        "3 groups of 2 channels are 6. From 5 channels to 6, from 2 to 2 in 3 groups, from 6 to 5: kernels with\n"
        "5 * 6, 9 * 2 * 2 * 3 and 6 * 5 weights, and BN with 4 * (6 + 6 + 5) numbers, 236 parameters.\n"
        f"Yours: {count}. Is the middle convolution grouped, are there biases, or a projection that is not needed?"
    )
    silence(model, beta=-1.0)
    maps = np.full((1, 4, 6, 5), [3.0, 1.0, 0.5, 0.0, -2.0], dtype="float32")
    y = np.asarray(model(maps))[0, 1, 1]
    assert np.allclose(y, [2, 0, 0, 0, 0]), (
        "When the branch gives -1 everywhere, x = (3, 1, 0.5, 0, -2) becomes (2, 0, -0.5, -1, -3) by the\n"
        f"addition, and (2, 0, 0, 0, 0) by the ReLU behind it. Yours: {y}"
    )
    x = keras.Input((9, 5, 4))
    y = resnext_block(x, 7, 3, 2, stride=2)
    assert tuple(y.shape) == (None, 5, 3, 7), (
        f"With 7 filters and stride 2, maps of 9x5x4 become 5x3x7. The shape of yours: {tuple(y.shape)}"
    )
    count = keras.Model(x, y).count_params()
    assert count == 306, (
        "From 4 channels to 6, 6 and 7 the branch has 24 + 108 + 42 weights, the projection 4 * 7, and the BN\n"
        f"have 4 * (6 + 6 + 7 + 7) numbers: 306 parameters. Yours: {count}"
    )


check_resnext_block()

# %% [markdown]
# ## 4. The dense block
#
# A dense block has `num_layers` layers. Each of them consists of BN, ReLU and a 3x3 convolution with
# `growth_rate` filters, **in this order**, without bias and without the 1x1 convolution that larger DenseNets
# put in front. What the convolution gives is concatenated to what its layer was given, along the channels; the
# next layer works on both. So does whatever comes behind the block: return the last concatenation.


# %% solution dense_block
def dense_block(x, num_layers, growth_rate):
    """Append a dense block.

    Args:
        x: Keras tensor of shape (N, H, W, C).
        num_layers: Number of layers, at least 1.
        growth_rate: Channels that each layer adds.

    Returns:
        Keras tensor of shape (N, H, W, C + num_layers * growth_rate).
    """
    ### BEGIN SOLUTION
    for _ in range(num_layers):
        prepared = layers.ReLU()(layers.BatchNormalization()(x))
        found = layers.Conv2D(growth_rate, 3, padding="same", use_bias=False)(prepared)
        x = layers.concatenate([x, found])
    return x
    ### END SOLUTION


# %% test dense_block points=5
def check_dense_block():
    """Try dense_block on small maps, and count its parameters layer by layer."""
    x = keras.Input((4, 6, 5))
    y = dense_block(x, 1, 2)
    assert y is not None, "The function returns nothing. Does it end with a return statement?"
    assert isinstance(y, keras.KerasTensor), (
        f"Return the Keras tensor that comes out of the block, not an object of type {type(y).__name__}."
    )
    assert tuple(y.shape) == (None, 4, 6, 7), (
        "One layer with growth rate 2 makes 5 channels 7: those that came in stay, 2 are new.\n"
        f"The shape of yours: {tuple(y.shape)}"
    )
    count = keras.Model(x, y).count_params()
    assert count == 110, (
        "The BN comes first, on 5 channels, with 4 * 5 numbers; the convolution has 9 * 5 * 2 weights and no\n"
        f"bias: 110 parameters. Yours: {count}"
    )
    y = dense_block(x, num_layers=3, growth_rate=2)
    assert tuple(y.shape) == (None, 4, 6, 11), (
        f"Three layers with growth rate 2 make 5 channels 11. The shape of yours: {tuple(y.shape)}"
    )
    count = keras.Model(x, y).count_params()
    assert count == 462, (
        "The three layers read 5, 7 and 9 channels; each has (4 + 9 * 2) parameters per channel that it reads,\n"
        f"462 together. Yours: {count}. Does each layer work on everything that there is so far?"
    )
    # One channel with the value -3; BN passes it on, its beta adds 1, and kernels of ones add up.
    x = keras.Input((1, 1, 1))
    model = keras.Model(x, dense_block(x, 1, 1))
    for weight in model.weights:
        kind = weight.path.rsplit("/", 1)[-1]
        value = 0.0 if kind == "moving_mean" else 1.0
        weight.assign(np.full(weight.shape, value))
    y = sorted(np.asarray(model(np.full((1, 1, 1, 1), -3.0))).ravel().tolist())
    assert np.allclose(y, [-3, 0]), (
        "For the value -3: it stays itself in one channel; in the other, BN makes it -2, the ReLU 0, and the\n"
        f"convolution of 0 is 0. Yours: {y}. In which order do BN, ReLU and convolution come?"
    )


check_dense_block()

# %% [markdown]
# ## 5. SqueezeNet: the fire module
#
# A 1x1 convolution with `squeeze` filters makes the map narrow. What it gives goes into two convolutions side
# by side: one of 1x1 with `expand1` filters, and one of 3x3 with `expand3` filters. Their results are
# concatenated along the channels. All three convolutions have a bias and are followed by a ReLU.


# %% solution fire_module
def fire_module(x, squeeze, expand1, expand3):
    """Append a fire module.

    Args:
        x: Keras tensor of shape (N, H, W, C).
        squeeze: Filters of the first 1x1 convolution.
        expand1: Filters of the 1x1 convolution behind it.
        expand3: Filters of the 3x3 convolution behind it.

    Returns:
        Keras tensor of shape (N, H, W, expand1 + expand3).
    """
    ### BEGIN SOLUTION
    narrow = layers.Conv2D(squeeze, 1, activation="relu")(x)
    points = layers.Conv2D(expand1, 1, activation="relu")(narrow)
    squares = layers.Conv2D(expand3, 3, padding="same", activation="relu")(narrow)
    return layers.concatenate([points, squares])
    ### END SOLUTION


# %% test fire_module points=4
def check_fire_module():
    """Try fire_module on small maps; weights of known values make its results predictable."""
    x = keras.Input((4, 6, 5))
    y = fire_module(x, squeeze=2, expand1=3, expand3=4)
    assert y is not None, "The function returns nothing. Does it end with a return statement?"
    assert isinstance(y, keras.KerasTensor), (
        f"Return the Keras tensor that comes out of the module, not an object of type {type(y).__name__}."
    )
    assert tuple(y.shape) == (None, 4, 6, 7), (
        f"Side by side, 3 and 4 channels are 7, and 4x6 stays 4x6. The shape of yours: {tuple(y.shape)}"
    )
    count = keras.Model(x, y).count_params()
    assert count == 97, (
        "From 5 channels to 2, then from 2 to 3 with 1x1 and from 2 to 4 with 3x3: 5 * 2 + 2, 2 * 3 + 3 and\n"
        f"9 * 2 * 4 + 4 parameters, 97 together. Yours: {count}. Do both see what the first convolution gave?"
    )
    # One channel everywhere, and all weights 1: each convolution adds up what it sees.
    x = keras.Input((3, 3, 1))
    model = keras.Model(x, fire_module(x, 1, 1, 1))
    for weight in model.weights:
        weight.assign(np.full(weight.shape, 0.0 if len(weight.shape) == 1 else 1.0))
    image = np.zeros((1, 3, 3, 1), dtype="float32")
    image[0, 0, 0], image[0, 2, 2] = 2, -4
    y = np.asarray(model(image))
    seen = sorted(int((y[..., k] > 0).sum()) for k in range(2))
    assert seen == [1, 4], (
        "A single bright pixel in the corner of a 3x3 image shows up at 1 position behind the 1x1 convolution\n"
        "and at 4 behind the 3x3 convolution; a dark one is gone behind the first ReLU.\n"
        f"Yours: {seen[0]} and {seen[1]}"
    )


check_fire_module()

# %% [markdown]
# ## 6. MobileNet: the separable block
#
# First look around, then mix:
#
# | layer | kernels | followed by |
# |---|---|---|
# | depthwise convolution with the given `stride` | one of 3x3 for each channel of `x` | BN, ReLU |
# | 1x1 convolution | `filters` | BN, ReLU |
#
# Neither of them has a bias. The stride may be 1, 2 or more.


# %% solution separable_block
def separable_block(x, filters, stride=1):
    """Append a depthwise and a 1x1 convolution, each with BN and ReLU.

    Args:
        x: Keras tensor of shape (N, H, W, C).
        filters: Channels that come out.
        stride: Stride of the depthwise convolution.

    Returns:
        Keras tensor of shape (N, ceil(H / stride), ceil(W / stride), filters).
    """
    ### BEGIN SOLUTION
    for layer in [
        layers.DepthwiseConv2D(3, stride, "same", use_bias=False),
        layers.Conv2D(filters, 1, use_bias=False),
    ]:
        x = layers.ReLU()(layers.BatchNormalization()(layer(x)))
    return x
    ### END SOLUTION


# %% test separable_block points=5
def check_separable_block():
    """Try separable_block on small maps; with weights of known values its results can be worked out by hand."""
    x = keras.Input((4, 6, 5))
    y = separable_block(x, 7)
    assert y is not None, "The function returns nothing. Does it end with a return statement?"
    assert isinstance(y, keras.KerasTensor), (
        f"Return the Keras tensor that comes out of the block, not an object of type {type(y).__name__}."
    )
    assert tuple(y.shape) == (None, 4, 6, 7), (
        f"With 7 filters and stride 1, maps of 4x6x5 become 4x6x7. The shape of yours: {tuple(y.shape)}"
    )
    count = keras.Model(x, y).count_params()
    assert count == 128, (
        "Five kernels of 3x3, one for each channel, have 45 weights; the 1x1 convolution has 5 * 7; the BN have\n"
        f"4 * 5 and 4 * 7 numbers: 128 parameters. Yours: {count}"
    )
    y = separable_block(keras.Input((9, 5, 3)), filters=4, stride=2)
    assert tuple(y.shape) == (None, 5, 3, 4), (
        f"With stride 2, maps of 9x5 become 5x3. The shape of yours: {tuple(y.shape)}.\n"
        "Only one of the two convolutions has the stride."
    )
    # A single number: the first convolution passes it on, the second changes its sign; each BN adds 1.
    x = keras.Input((1, 1, 1))
    model = keras.Model(x, separable_block(x, 1))
    for weight in model.weights:
        kind = weight.path.rsplit("/", 1)[-1]
        value = {"moving_mean": 0.0}.get(kind, 1.0)
        weight.assign(np.full(weight.shape, -1.0 if tuple(weight.shape) == (1, 1, 1, 1) else value))
    small, large = np.asarray(model(np.array([-3.0, 3.0]).reshape(2, 1, 1, 1))).ravel()
    assert np.isclose(small, 1, atol=0.01), (
        "-3 becomes -2 by the first BN, 0 by its ReLU; the 1x1 convolution leaves 0, the second BN makes it 1.\n"
        f"Yours: {small:.3g}. Is there a ReLU between the two convolutions?"
    )
    assert np.isclose(large, 0, atol=0.01), (
        "3 becomes 4 by the first BN, -4 by the 1x1 convolution, -3 by the second BN, and 0 by the last ReLU.\n"
        f"Yours: {large:.3g}"
    )


check_separable_block()

# %% [markdown]
# ## 7. What a separable convolution saves
#
# A standard convolution with kernels of `kernel_size`, `c_out` output channels and stride 1 is replaced by a
# depthwise convolution with kernels of this size, followed by a 1x1 convolution to `c_out` channels. Which
# fraction of the multiply-accumulates is left? Return the cost of the new pair divided by the cost of the old
# convolution, a floating-point number. (The number of input channels does not matter. Biases and BN do not
# count.)


# %% solution separable_saving
def separable_saving(kernel_size, c_out):
    """Compare a depthwise separable convolution with a standard one.

    Args:
        kernel_size: Rows and columns of the window, one number for both or a pair.
        c_out: Number of output channels.

    Returns:
        Multiply-accumulates of the separable convolution divided by those of the standard one, a float.
    """
    ### BEGIN SOLUTION
    return 1 / c_out + 1 / math.prod(np.broadcast_to(kernel_size, 2).tolist())
    ### END SOLUTION


# %% test separable_saving points=2
def check_separable_saving():
    """Try separable_saving on a convolution that can be counted by hand."""
    left = separable_saving(2, 8)
    assert left is not None, "The function returns nothing. Does it end with a return statement?"
    assert np.isclose(left, 0.375), (
        "With one input channel, 8 output channels and kernels of 2x2, a standard convolution takes 32\n"
        "multiply-accumulates at each position; the depthwise convolution takes 4, and the 1x1 convolution\n"
        f"behind it 8. 12 / 32 = 0.375. Yours: {left}"
    )
    left = separable_saving(kernel_size=1, c_out=4)
    assert np.isclose(left, 1.25), (
        "With kernels of 1x1 and one input channel, the pair takes 1 + 4, the single convolution 4: nothing is\n"
        f"saved, 5 / 4 = 1.25. Yours: {left}"
    )


check_separable_saving()

# %% [markdown]
# ## 8. Written question: groups that never talk
#
# Someone builds a network from grouped 3x3 convolutions only, each with 32 groups, 128 channels in and out, and
# a ReLU behind it. Everything else, the 1x1 convolutions of ResNeXt, is left out.
#
# 1. How many of the 128 channels of the network's input can one channel of the output depend on, behind one
#    such layer, and behind ten? What is the network as a whole then, seen from the groups?
# 2. Name two ways to mend this, and say for each what one of the layers costs in weights afterwards, the
#    mending included.
# 3. MobileNet goes further and gives each channel a group of its own. Why does it not have this problem, and
#    where are most of its weights therefore?

# %% written groups_that_never_talk [markdown] points=3
# 1. Four, behind one layer and behind ten: a group of 4 output channels reads a group of 4 input channels, and
#    the next layer divides the channels in the same way, so that nothing ever passes from one group to another.
#    The network is 32 separate narrow networks side by side, each of which sees 4 of the input channels. The
#    ReLU works on each channel by itself and changes nothing of this.
# 2. A layer has $9 \cdot 4 \cdot 128 = 4608$ weights. (a) A 1x1 convolution from 128 to 128 channels behind
#    each: $128 \cdot 128 = 16{,}384$ more, 20,992 together. (b) Channels are put in another order between the
#    layers, so that each group of the next layer gets channels from many groups (channel shuffle): no weights
#    more, still 4608; after a few layers every output can depend on every input channel. Also right: layers
#    without groups in between ($9 \cdot 128 \cdot 128 = 147{,}456$), or other numbers of groups that overlap.
# 3. Behind every depthwise convolution there is a 1x1 convolution that mixes all channels. It has
#    $C_{in} C_{out}$ weights, the depthwise one only $9\, C_{in}$: with hundreds of channels nearly all weights
#    of the blocks (and most multiplications) are in the 1x1 convolutions.
#
# *Marking: 1 point for each part. Part 2 needs two ways, with a cost for each.*

# %% [markdown]
# ## 9. Written question: add or concatenate
#
# A residual block hands on $x + F(x)$, a layer of a dense block hands on $x$ and $F(x)$ side by side.
#
# 1. A dense block begins with $C$ channels and has $L$ layers of growth rate $r$. How many channels does its
#    last layer read, and how does the number of weights of the whole block grow with $L$, when $L$ is large?
#    How is this for $L$ residual blocks with $C$ channels?
# 2. Someone replaces the concatenation in a dense block by an addition and finds that with $r = C$ it runs
#    without an error. What can a later layer of the dense block do with an early feature that a layer behind
#    the additions cannot?
# 3. DenseNet has few parameters for its accuracy, and yet its training was notorious for the memory it took.
#    Where does the memory go?

# %% written add_or_concatenate [markdown] points=3
# 1. The last layer reads $C + (L - 1)\, r$ channels. Layer $l$ has $9\, r\, (C + (l - 1)\, r)$ weights (and BN's
#    numbers); the sum over $l$ is $9\, r\, (L\, C + r\, L (L - 1) / 2)$, for large $L$ it grows with the square of
#    $L$. Residual blocks with $C$ channels have $18\, C^2$ weights each, whatever comes before: the number grows
#    in proportion to $L$.
# 2. It can read the feature as it was, by itself, with weights of its own, or ignore it. Behind an addition
#    there is only the sum: early and late features share the same channels, and a later layer reads them with the
#    same weights; to take one of them out again it has to be known or to lie in other channels.
# 3. Into the activations. Backpropagation needs the input of each layer; layer $l$ reads a map of
#    $C + (l - 1)\, r$ channels. A program that stores each concatenation, and what BN and ReLU make of it, holds
#    copies of the early features again and again: memory that grows with the square of the depth, too, though
#    only $r$ channels are new each time. (Sharing this memory and computing BN and ReLU again in the backward
#    pass makes it grow in proportion to the depth.)
#
# *Marking: 1 point for each part. In part 1 half a point for the channels and half for both growths.*
