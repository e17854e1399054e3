# %% [markdown]
# # Assignment 10: ResNet
#
# You build ResNet in all its published depths: first its two kinds of blocks, with projections exactly where
# they belong, then the five networks. A toy ResNet from Keras's guide shows another way to put a block
# together, and a gradient worked out by hand shows what a shortcut is good for. The
# [lesson on ResNet](colab:book/10_resnet.ipynb) has everything that you need.
#
# | part | what you write | points |
# |---|---|---:|
# | 1 | `residual_block` | 7 |
# | 2 | `bottleneck_block` | 6 |
# | 3 | `build_resnet` | 9 |
# | 4 | `build_toy_resnet` | 4 |
# | 5 | `residual_gradient` | 4 |
# | 6 | written question: the last ReLU and the first step | 3 |
# | 7 | written question: fifty factors | 3 |
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
# The checks that you see try small examples. Grading tries others: more shapes and strides, all five depths.
# Each part is graded on its own, and a part that is half right gets part of the points.
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
# - What counts is what a network computes, not how you write it: the names of layers do not matter, `+` is as
#   good as `layers.Add`, a ReLU may be an argument, a layer or an operation of `keras.ops`, and models may be
#   put into models.
# - **Padding** is with zeros. Where a layer has a stride, you may take "same" or the same number of zeros on
#   all four sides (1 for 3x3 kernels, 3 for 7x7). On maps of even size these are different networks; here both
#   are right.
# - **Batch normalization** (BN) is Keras's layer, over the channels; its epsilon and momentum are up to you.
# - Each BN has four numbers per channel: gamma and beta, which are trained, and the two moving statistics, which
#   are not. Numbers of **trainable** parameters leave the latter out.
# - Your functions never change the arrays that they are given.

# %%
import keras
import numpy as np
from keras import layers

# %% [markdown]
# ## 1. The residual block
#
# The **branch** of the block: a 3x3 convolution with `filters` filters and the given `stride`, BN, ReLU, a
# second 3x3 convolution with `filters` filters and stride 1, BN. No convolution has a bias.
#
# The **shortcut** passes `x` on as it is, without any weights, wherever this is possible. It is a
# **projection** exactly where the stride is not 1 or the number of channels changes: a 1x1 convolution with
# `filters` filters and the same stride, without bias, then BN.
#
# Branch and shortcut are added, and a ReLU follows the addition. `x` is a Keras tensor with any number of
# channels, and `stride` may be 1, 2 or more; return the Keras tensor that comes out.


# %% solution residual_block
def residual_block(x, filters, stride=1):
    """Append a residual block of two 3x3 convolutions.

    Args:
        x: Keras tensor of shape (N, H, W, C).
        filters: Filters of each convolution.
        stride: Stride of the block.

    Returns:
        Keras tensor of shape (N, ceil(H / stride), ceil(W / stride), filters).
    """

    ### BEGIN SOLUTION
    def normalized(features, side, step):
        features = layers.Conv2D(filters, side, step, "same", use_bias=False)(features)
        return layers.BatchNormalization()(features)

    change = layers.ReLU()(normalized(x, 3, stride))
    change = normalized(change, 3, 1)
    if stride > 1 or x.shape[-1] != filters:
        x = normalized(x, 1, stride)
    return layers.ReLU()(x + change)
    ### END SOLUTION


# %% test residual_block points=7
def set_weights_of(model, beta):
    """Silence all convolutions: every BN then gives beta, whatever comes in."""
    for weight in model.weights:
        kind = weight.path.rsplit("/", 1)[-1]
        value = {"beta": beta, "moving_variance": 1.0}.get(kind, 0.0)
        weight.assign(np.full(weight.shape, value))


def check_residual_block():
    """Try residual_block on small maps; with silent convolutions its results can be worked out by hand."""
    x = keras.Input((4, 6, 5))
    y = residual_block(x, 5)
    assert y is not None, "The function returns nothing. Does it end with a return statement?"
    assert isinstance(y, keras.KerasTensor), (
        f"Return the Keras tensor that comes out of the block, not an object of type {type(y).__name__}."
    )
    assert tuple(y.shape) == (None, 4, 6, 5), (
        f"With 5 filters and stride 1, maps of 4x6x5 stay 4x6x5. The shape of yours: {tuple(y.shape)}"
    )
    model = keras.Model(x, y)
    count = model.count_params()
    assert count == 490, (
        "From 5 channels to 5 without a stride, the block has two kernels with 9 * 5 * 5 weights and two BN\n"
        f"with 4 * 5 numbers: 490 parameters. Yours: {count}. Are there biases, or is there a projection\n"
        "that is not needed?"
    )
    set_weights_of(model, beta=-1.0)
    maps = np.full((1, 4, 6, 5), [3.0, 1.0, 0.5, 0.0, -2.0], dtype="float32")
    y = np.asarray(model(maps))[0, 1, 1]
    assert np.allclose(y, [2, 0, 0, 0, 0]), (
        "When the branch gives -1 everywhere, x = (3, 1, 0.5, 0, -2) becomes (2, 0, -0.5, -1, -3) by the\n"
        f"addition, and (2, 0, 0, 0, 0) by the ReLU behind it. Yours: {y}"
    )
    x = keras.Input((4, 6, 3))
    y = residual_block(x, filters=5, stride=2)
    assert tuple(y.shape) == (None, 2, 3, 5), (
        f"With 5 filters and stride 2, maps of 4x6x3 become 2x3x5. The shape of yours: {tuple(y.shape)}"
    )
    count = keras.Model(x, y).count_params()
    assert count == 435, (
        "From 3 channels to 5 the branch has 9 * 3 * 5 + 9 * 5 * 5 weights, the projection 3 * 5, and three BN\n"
        f"have 4 * 5 numbers each: 435 parameters. Yours: {count}"
    )


check_residual_block()

# %% [markdown]
# ## 2. The bottleneck block
#
# The deeper ResNets have a block whose branch consists of three convolutions:
#
# | convolution | filters | followed by |
# |---|---:|---|
# | 1x1 | `filters` | BN, ReLU |
# | 3x3 | `filters` | BN, ReLU |
# | 1x1 | 4 * `filters` | BN |
#
# The stride belongs to **one** of the first two convolutions; which of them is up to you, as both variants are
# in use. Everything else is as in part 1: no biases, a shortcut that is a projection (now with 4 * `filters`
# filters) exactly where the stride is not 1 or the number of channels changes, addition, ReLU.


# %% solution bottleneck_block
def bottleneck_block(x, filters, stride=1):
    """Append a residual block of a 1x1, a 3x3 and a 1x1 convolution.

    Args:
        x: Keras tensor of shape (N, H, W, C).
        filters: Filters of the first two convolutions; the third has four times as many.
        stride: Stride of the block.

    Returns:
        Keras tensor of shape (N, ceil(H / stride), ceil(W / stride), 4 * filters).
    """

    ### BEGIN SOLUTION
    def normalized(features, width, side, step):
        features = layers.Conv2D(width, side, step, "same", use_bias=False)(features)
        return layers.BatchNormalization()(features)

    change = layers.ReLU()(normalized(x, filters, 1, 1))
    change = layers.ReLU()(normalized(change, filters, 3, stride))
    change = normalized(change, 4 * filters, 1, 1)
    if stride > 1 or x.shape[-1] != 4 * filters:
        x = normalized(x, 4 * filters, 1, stride)
    return layers.ReLU()(x + change)
    ### END SOLUTION


# %% test bottleneck_block points=6
def check_bottleneck_block():
    """Try bottleneck_block on small maps, and count its parameters one by one."""
    x = keras.Input((4, 6, 8))
    y = bottleneck_block(x, 2)
    assert y is not None, "The function returns nothing. Does it end with a return statement?"
    assert isinstance(y, keras.KerasTensor), (
        f"Return the Keras tensor that comes out of the block, not an object of type {type(y).__name__}."
    )
    assert tuple(y.shape) == (None, 4, 6, 8), (
        f"With 2 filters, 8 channels come out: four times as many. The shape of yours: {tuple(y.shape)}"
    )
    count = keras.Model(x, y).count_params()
    assert count == 116, (
        "From 8 channels to 2, to 2, to 8: kernels with 8 * 2, 9 * 2 * 2 and 2 * 8 weights, and BN with\n"
        f"4 * (2 + 2 + 8) numbers, 116 parameters. Yours: {count}. Is a projection needed here?"
    )
    x = keras.Input((4, 6, 2))
    y = bottleneck_block(x, filters=2)
    count = keras.Model(x, y).count_params()
    assert count == 152, (
        "From 2 channels to 8 the shapes differ although the stride is 1. The branch has\n"
        "2 * 2 + 9 * 2 * 2 + 2 * 8 weights, the projection 2 * 8, the BN 4 * (2 + 2 + 8 + 8) numbers: 152\n"
        f"parameters. Yours: {count}"
    )
    y = bottleneck_block(x, filters=2, stride=2)
    assert tuple(y.shape) == (None, 2, 3, 8), (
        f"With stride 2, maps of 4x6 become 2x3. The shape of yours: {tuple(y.shape)}.\n"
        "The stride belongs to one convolution of the branch, and to the projection."
    )


check_bottleneck_block()

# %% [markdown]
# ## 3. ResNet-18 to ResNet-152
#
# All five networks have the same frame:
#
# | part of the network | output for 224x224x3 |
# |---|---:|
# | 7x7 convolution, 64 filters, stride 2, no bias, padded; BN, ReLU | 112x112x64 |
# | max-pooling, window 3x3, stride 2, padded | 56x56x64 |
# | stage 2: blocks with `filters` = 64 | 56x56 |
# | stage 3: blocks with `filters` = 128, the first with stride 2 | 28x28 |
# | stage 4: blocks with `filters` = 256, the first with stride 2 | 14x14 |
# | stage 5: blocks with `filters` = 512, the first with stride 2 | 7x7 |
# | global average pooling | |
# | fully connected, with bias | `num_classes` |
#
# They differ in the kind and the number of blocks:
#
# | `depth` | block | stage 2 | stage 3 | stage 4 | stage 5 | trainable parameters |
# |---:|---|---:|---:|---:|---:|---:|
# | 18 | of part 1 | 2 | 2 | 2 | 2 | 11,689,512 |
# | 34 | of part 1 | 3 | 4 | 6 | 3 | 21,797,672 |
# | 50 | bottleneck | 3 | 4 | 6 | 3 | 25,557,032 |
# | 101 | bottleneck | 3 | 4 | 23 | 3 | 44,549,160 |
# | 152 | bottleneck | 3 | 8 | 36 | 3 | 60,192,808 |
#
# The parameters are those for 1,000 classes and images with three channels. The last layer may end in a softmax
# or give the logits, as you like.
#
# `input_shape` is (height, width, channels); the network has to work for other sizes than 224x224, odd ones
# too, and the two sides need not be equal. For a `depth` that is not in the table raise a `ValueError`. You may
# call your blocks, but this part is graded by itself: if a block is wrong, so is the network.


# %% solution build_resnet
def build_resnet(depth, num_classes=1000, input_shape=(224, 224, 3)):
    """Build a ResNet.

    Args:
        depth: Number of layers with weights, shortcuts left out: 18, 34, 50, 101 or 152.
        num_classes: Number of classes.
        input_shape: (height, width, channels) of the images.

    Returns:
        keras.Model from images to one number for each class.

    Raises:
        ValueError: There is no ResNet of this depth.
    """

    ### BEGIN SOLUTION
    def normalized(features, width, side, step=1):
        features = layers.Conv2D(width, side, step, "same", use_bias=False)(features)
        return layers.BatchNormalization()(features)

    repeats = {18: [2, 2, 2, 2], 34: [3, 4, 6, 3], 50: [3, 4, 6, 3], 101: [3, 4, 23, 3], 152: [3, 8, 36, 3]}
    if depth not in repeats:
        raise ValueError("No ResNet has this depth.")
    basic = depth in {18, 34}
    images = keras.Input(shape=input_shape)
    x = layers.MaxPool2D(3, 2, "same")(layers.ReLU()(normalized(images, 64, 7, 2)))
    for stage, repeat in enumerate(repeats[depth]):
        filters = 64 * 2**stage
        width = filters if basic else 4 * filters
        for position in range(repeat):
            step = 2 if position == 0 and stage > 0 else 1
            # Written out, without the functions above, so that an error in one part costs that part only.
            if basic:
                change = layers.ReLU()(normalized(x, filters, 3, step))
                change = normalized(change, filters, 3)
            else:
                change = layers.ReLU()(normalized(x, filters, 1))
                change = layers.ReLU()(normalized(change, filters, 3, step))
                change = normalized(change, width, 1)
            if x.shape[-1] != width:  # it is, wherever the stride is 2
                x = normalized(x, width, 1, step)
            x = layers.ReLU()(x + change)
    x = layers.GlobalAvgPool2D()(x)
    return keras.Model(images, layers.Dense(num_classes)(x))
    ### END SOLUTION


# %% test build_resnet points=9
def check_build_resnet():
    """Build ResNet-18 and ResNet-50 for small images and 10 classes (it takes some seconds)."""
    for depth, expected in ((18, 11_181_642), (50, 23_528_522)):
        model = build_resnet(depth, num_classes=10, input_shape=(64, 32, 3))
        assert model is not None, "The function returns nothing. Does it end with a return statement?"
        assert isinstance(model, keras.Model), (
            f"Return a keras.Model(inputs, outputs), not an object of type {type(model).__name__}."
        )
        assert tuple(model.input_shape) == (None, 64, 32, 3), (
            f"The input must have the shape (None, 64, 32, 3), as the argument says. Yours: {model.input_shape}"
        )
        assert tuple(model.output_shape) == (None, 10), (
            f"For 10 classes the output has the shape (None, 10). Yours: {model.output_shape}"
        )
        count = sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)
        assert count == expected, (
            f"ResNet-{depth} for 10 classes has {expected:,} trainable parameters. Yours: {count:,}.\n"
            "model.summary() shows where they are. In which blocks is there a projection?"
        )
    try:
        build_resnet(20, num_classes=10, input_shape=(32, 32, 3))
    except ValueError:
        return
    except Exception as error:
        raise AssertionError(
            f"Depth 20 must lead to a ValueError; yours is a {type(error).__name__}."
        ) from error
    raise AssertionError("There is no ResNet-20 here: raise a ValueError.")


check_build_resnet()

# %% [markdown]
# ## 4. A toy ResNet
#
# Keras's guide to the functional API has a small example of a network with shortcuts. It is no member of the
# family above: it has no BN, all its convolutions have biases, there are no projections, and its blocks have
# the ReLU in another place.
#
# | layer | output for 32x32x3 |
# |---|---:|
# | 3x3 convolution, 32 filters, no padding, ReLU | 30x30x32 |
# | 3x3 convolution, 64 filters, no padding, ReLU | 28x28x64 |
# | max-pooling, window 3x3, stride 3, no padding | 9x9x64 |
# | block | 9x9x64 |
# | block | 9x9x64 |
# | 3x3 convolution, 64 filters, no padding, ReLU | 7x7x64 |
# | global average pooling | 64 |
# | fully connected, 256 units, ReLU | 256 |
# | fully connected | `num_classes` |
#
# A block of the toy adds to its input what comes out of two 3x3 convolutions with 64 filters each, padding
# "same", and **a ReLU after each** of them, the second one included; nothing follows the addition. The last
# layer may end in a softmax or give the logits; dropout before it is welcome, but not asked for.
#
# For images with three channels and 10 classes the toy has 223,242 parameters, whatever the size of the images.
# They have at least 19 rows and columns.


# %% solution build_toy_resnet
def build_toy_resnet(num_classes=10, input_shape=(32, 32, 3)):
    """Build the toy ResNet of Keras's guide to the functional API.

    Args:
        num_classes: Number of classes.
        input_shape: (height, width, channels) of the images.

    Returns:
        keras.Model from images to one number for each class.
    """
    ### BEGIN SOLUTION
    images = keras.Input(shape=input_shape)
    x = layers.Conv2D(32, 3, activation="relu")(images)
    x = layers.MaxPool2D(3)(layers.Conv2D(64, 3, activation="relu")(x))
    for _ in range(2):
        change = layers.Conv2D(64, 3, padding="same", activation="relu")(x)
        x += layers.Conv2D(64, 3, padding="same", activation="relu")(change)
    x = layers.Conv2D(64, 3, activation="relu")(x)
    x = layers.Dense(256, "relu")(layers.GlobalAvgPool2D()(x))
    return keras.Model(images, layers.Dense(num_classes)(x))
    ### END SOLUTION


# %% test build_toy_resnet points=4
def check_build_toy_resnet():
    """Build the toy for two kinds of images, and count its parameters."""
    for num_classes, input_shape, expected in ((10, (32, 32, 3), 223_242), (2, (24, 40, 1), 220_610)):
        model = build_toy_resnet(num_classes=num_classes, input_shape=input_shape)
        assert model is not None, "The function returns nothing. Does it end with a return statement?"
        assert isinstance(model, keras.Model), (
            f"Return a keras.Model(inputs, outputs), not an object of type {type(model).__name__}."
        )
        assert tuple(model.input_shape) == (None, *input_shape), (
            f"The input must have the shape {(None, *input_shape)}, as the argument says. "
            f"Yours: {model.input_shape}"
        )
        assert tuple(model.output_shape) == (None, num_classes), (
            f"For {num_classes} classes the output has the shape {(None, num_classes)}. "
            f"Yours: {model.output_shape}"
        )
        count = model.count_params()
        assert count == expected, (
            f"For images of the shape {input_shape} and {num_classes} classes the toy has {expected:,} parameters.\n"
            f"Yours: {count:,}. model.summary() shows where they are."
        )


check_build_toy_resnet()

# %% [markdown]
# ## 5. The gradient through a block
#
# Take a block without the last ReLU, on vectors: $y = x + F(x)$, with $x$ and $y$ of length $d$. Somebody gives
# you `dy`, the gradient of the loss with respect to $y$, and the Jacobian matrix of the branch at $x$,
#
# $$J_{ij} = \frac{\partial F_i}{\partial x_j}$$
#
# Return the gradient of the loss with respect to $x$, in NumPy and by hand, without automatic differentiation.
# Work out on paper how much the loss changes with $x_j$: through $y_j$ directly, and through **all** $F_i$.
#
# Both arguments may hold integers; nothing is to be rounded then.


# %% solution residual_gradient
def residual_gradient(dy, branch_jacobian):
    """Send a gradient back through y = x + F(x).

    Args:
        dy: Gradient of the loss with respect to y, of shape (d,).
        branch_jacobian: Array of shape (d, d) with [i, j] = dF_i/dx_j.

    Returns:
        Gradient of the loss with respect to x, of shape (d,).
    """
    ### BEGIN SOLUTION
    return dy @ (np.eye(len(dy)) + branch_jacobian)
    ### END SOLUTION


# %% test residual_gradient points=4
def check_residual_gradient():
    """Try residual_gradient on two numbers, where the chain rule can be written out."""
    dy, jacobian = np.array([10.0, 1.0]), np.zeros((2, 2))
    dx = residual_gradient(dy, jacobian)
    assert dx is not None, "The function returns nothing. Does it end with a return statement?"
    assert np.shape(dx) == (2,), f"The gradient has the shape of x, (2,). The shape of yours: {np.shape(dx)}"
    assert np.allclose(dx, [10, 1]), (
        f"A branch that never changes leaves y = x + constant: the gradient passes as it is, (10, 1). Yours: {dx}"
    )
    jacobian = np.array([[0.0, 2.0], [0.0, 0.0]])
    dx = residual_gradient(dy, jacobian)
    assert np.allclose(dx, [10, 21]), (
        "With F_0 = 2 x_1 and F_1 = 0 we have y_0 = x_0 + 2 x_1 and y_1 = x_1. So x_0 acts through y_0 only: 10,\n"
        f"and x_1 through both: 2 * 10 + 1 = 21. Yours: {dx}"
    )
    assert dy.tolist() == [10, 1] and jacobian.tolist() == [[0, 2], [0, 0]], (
        "An argument was changed. Make a new array instead."
    )


check_residual_gradient()

# %% [markdown]
# ## 6. Written question: the last ReLU and the first step
#
# 1. Somebody moves the last ReLU of the block from behind the addition to the end of the branch, so that
#    $y = x + \mathrm{ReLU}(\dots)$. Compare $y$ and $x$, value by value. What can a chain of such blocks not do
#    with a feature map, and why can a chain of the blocks of part 1 do it?
# 2. Before training you set $\gamma$ and $\beta$ of the **last** BN of every branch to 0 (part 1's blocks,
#    shortcuts without projection). What does such a block compute, for an $x$ that comes out of a ReLU?
# 3. Which parameters of this block get a gradient other than 0 in the first training step, and which do not?
#    Will the latter stay as they are forever?

# %% written last_relu [markdown] points=3
# 1. What is added is never negative, so each value of $y$ is at least as large as that of $x$. Through a chain of
#    such blocks every value can only grow: none of them can lower or delete what an earlier one has written, and
#    deeper networks get larger and larger values. In part 1 the branch ends with BN, whose results have both
#    signs; it can subtract, down to 0, where the ReLU behind the addition cuts off.
# 2. The branch gives $0 \cdot \hat z + 0 = 0$, so the block computes $\mathrm{ReLU}(x + 0) = x$, since $x$ has no
#    negative values. It is the identity, and a network of any depth begins as a shallow one.
# 3. The gradient arrives at the branch's output as it does at the shortcut (where the ReLU lets it through). From
#    there $\beta$ gets the sum of it, and $\gamma$ the sum of it times $\hat z$: in general neither is 0. All that
#    lies before the last BN, that is both kernels and the first BN, gets a gradient with the factor $\gamma = 0$,
#    so nothing. But after the first step $\gamma$ is no longer 0, and from the second step on they learn as well.
#
# *Marking: 1 point for each part; in part 3 half for the two groups, half for what happens in the second step.*

# %% [markdown]
# ## 7. Written question: fifty factors
#
# A chain of fifty blocks on single numbers, all with the same derivative of the branch: $F'(x) = a$ everywhere.
#
# 1. By which factor is a gradient multiplied on its way from the end to the beginning of the chain, in a plain
#    network ($y = F(x)$) and in a residual one ($y = x + F(x)$)? Give both numbers for $a = 0.1$ and for
#    $a = -0.1$.
# 2. "With shortcuts the gradient arrives at the first layer unchanged." What do your numbers say about this
#    sentence? What is true in it?
# 3. Now the branches become weaker as the network becomes deeper: $a = 1/K$ in a chain of $K$ blocks. What
#    happens to both factors for large $K$? Which part of a real ResNet keeps a branch's share in its sum small?

# %% written fifty_factors [markdown] points=3
# 1. Plain $a^{50}$: $10^{-50}$ for both signs, which is 0 in single precision. Residual $(1 + a)^{50}$:
#    $1.1^{50} \approx 117$ for $a = 0.1$, and $0.9^{50} \approx 0.0052$ for $a = -0.1$.
# 2. It is not right as it stands: the factor can become large or small with shortcuts, too, and grows or shrinks
#    exponentially with the depth. What is true: one of the terms of $(1 + a)^{50}$, the 1, is the gradient that
#    has passed along all shortcuts and is unchanged. The others come on top and may strengthen it or cancel it.
#    And the factor stays near 1 for weak branches, where a plain chain loses everything.
# 3. Residual: $(1 + 1/K)^K$ tends to $e \approx 2.72$, so that the depth has no effect any more. Plain:
#    $K^{-K}$ tends to 0, faster than any exponential. In a ResNet BN at the end of each branch does this in
#    effect: every branch adds numbers of about the same size, while the sum to which they are added grows from
#    block to block, so that the share of each later branch becomes smaller.
#
# *Marking: 1 point for each part. In part 3 also right: small initial values of the last gamma.*
