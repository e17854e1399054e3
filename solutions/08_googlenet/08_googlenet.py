# %% [markdown]
# # Assignment 8: GoogLeNet
#
# You build GoogLeNet: its inception module, and the network of nine such modules. Before that you count what
# the 1x1 convolutions in a module save, and write the pooling that made huge fully connected layers
# unnecessary. The [lesson on GoogLeNet](colab:book/08_googlenet.ipynb) has everything that you need.
#
# | part | what you write | points |
# |---|---|---:|
# | 1 | `inception_module` | 7 |
# | 2 | `inception_macs` | 4 |
# | 3 | `naive_inception_macs` | 2 |
# | 4 | `global_average_pool` | 3 |
# | 5 | `build_googlenet` | 8 |
# | 6 | written question: what a bottleneck saves, and what it may cost | 3 |
# | 7 | written question: the last pooling | 3 |
# | | **total** | **30** |

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
# The checks that you see try small examples. Grading tries others: more shapes, other numbers of filters, the
# full network. Each part is graded on its own, and a part that is half right gets part of the points.
#
# You may add cells, helper functions and imports, and print what you like. Do not delete or copy cells that
# are already here.

# %% [markdown]
# ## Conventions
#
# - Images and feature maps have the shape `(N, H, W, C)`. Height and width need not be equal.
# - Six numbers describe an inception module, always in this order: `f1`, `f3_reduce`, `f3`, `f5_reduce`, `f5`,
#   `pool_proj`. Part 1 says what they mean.
# - Networks are built with the functional API of Keras from Keras's own layers. A **Keras tensor** such as
#   `x = keras.Input((28, 28, 192))` stands for images that come later; a layer applied to it gives the next
#   Keras tensor.
# - What counts is what a network computes, not how you write it: the names of layers do not matter, a ReLU may
#   be an argument, a layer or an operation of `keras.ops`, and models may be put into models. Where branches
#   are concatenated, any order of them is right.
# - Functions that count return a whole number of the type `int` (or one of NumPy's integer types).
# - Your functions never change the arrays that they are given.

# %%
import keras
import numpy as np
from keras import layers

# %% [markdown]
# ## 1. The inception module
#
# An inception module looks at its input `x` in four ways at once:
#
# | branch | first | then |
# |---|---|---|
# | 1 | 1x1 convolution, `f1` filters | |
# | 2 | 1x1 convolution, `f3_reduce` filters | 3x3 convolution, `f3` filters |
# | 3 | 1x1 convolution, `f5_reduce` filters | 5x5 convolution, `f5` filters |
# | 4 | max-pooling, window 3x3, stride 1 | 1x1 convolution, `pool_proj` filters |
#
# All of them keep height and width ("same" padding), all convolutions have a bias, and after **every**
# convolution comes a ReLU. The four results are laid one behind the other along the channels. `x` is a Keras
# tensor; return the Keras tensor that comes out.


# %% solution inception_module
def inception_module(x, f1, f3_reduce, f3, f5_reduce, f5, pool_proj):
    """Append an inception module.

    Args:
        x: Keras tensor of shape (N, H, W, C).
        f1: Filters of the 1x1 convolution that stands alone.
        f3_reduce: Filters of the 1x1 convolution before the 3x3 convolution.
        f3: Filters of the 3x3 convolution.
        f5_reduce: Filters of the 1x1 convolution before the 5x5 convolution.
        f5: Filters of the 5x5 convolution.
        pool_proj: Filters of the 1x1 convolution after the pooling.

    Returns:
        Keras tensor of shape (N, H, W, f1 + f3 + f5 + pool_proj).
    """

    ### BEGIN SOLUTION
    def convolve(features, filters, side):
        return layers.Conv2D(filters, side, activation="relu", padding="same")(features)

    three = convolve(convolve(x, f3_reduce, 1), f3, 3)
    five = convolve(convolve(x, f5_reduce, 1), f5, 5)
    largest = layers.MaxPool2D(3, 1, "same")(x)
    return layers.concatenate([convolve(x, f1, 1), three, five, convolve(largest, pool_proj, 1)])
    ### END SOLUTION


# %% test inception_module points=7
def check_inception_module():
    """Try inception_module on small maps; weights of known values make its results predictable."""
    x = keras.Input((4, 6, 3))
    y = inception_module(x, f1=1, f3_reduce=2, f3=4, f5_reduce=5, f5=7, pool_proj=8)
    assert y is not None, "The function returns nothing. Does it end with a return statement?"
    assert isinstance(y, keras.KerasTensor), (
        f"Return the Keras tensor that comes out of the module, not an object of type {type(y).__name__}."
    )
    assert tuple(y.shape[1:3]) == (4, 6), (
        f"Height and width stay as they are, 4x6. Yours: {y.shape[1]}x{y.shape[2]}.\n"
        "Look at the padding and at the strides."
    )
    assert y.shape[-1] == 20, (
        "The branches end with 1, 4, 7 and 8 channels; one behind the other that makes 20.\n"
        f"Yours: {y.shape[-1]}"
    )
    count = keras.Model(x, y).count_params()
    # Weights and biases of the six convolutions, branch after branch.
    expected = (3 + 1) * 1 + (3 + 1) * 2 + (9 * 2 + 1) * 4 + (3 + 1) * 5 + (25 * 5 + 1) * 7 + (3 + 1) * 8
    assert count == expected, (
        f"The six convolutions have {expected} parameters together. Yours: {count}. Does the 3x3 convolution\n"
        "work on what the 1x1 convolution before it gave, and is there a 1x1 convolution after the pooling?"
    )
    # One channel everywhere, and all weights 1: every branch adds up what it sees.
    x = keras.Input((3, 3, 1))
    model = keras.Model(x, inception_module(x, 1, 1, 1, 1, 1, 1))
    model.set_weights([np.zeros_like(w) if w.ndim == 1 else np.ones_like(w) for w in model.get_weights()])
    image = np.zeros((1, 3, 3, 1), dtype="float32")
    image[0, 0, 0] = 2
    y = np.asarray(model(image))
    seen = sorted(int((y[..., k] > 0).sum()) for k in range(4))
    assert seen == [1, 4, 4, 9], (
        "A single bright pixel in the corner of a 3x3 image shows up at 1 position behind the 1x1 convolution,\n"
        "at 4 behind the 3x3 convolution, at 9 behind the 5x5 convolution and at 4 behind the pooling.\n"
        f"Yours, from few to many: {seen}"
    )
    dark = np.asarray(model(-image - 1))
    assert (dark == 0).all(), (
        f"Negative values everywhere: behind a ReLU nothing but 0 is left. Your smallest result: {dark.min()},\n"
        f"your largest: {dark.max()}"
    )


check_inception_module()

# %% [markdown]
# ## 2. What a module costs
#
# How many multiplications does an inception module need for one image? Count the six convolutions of part 1
# on a feature map of `height` x `width` with `c_in` channels. (Each multiplication comes with an addition, so
# the result is a number of multiply-accumulates, MACs.) All positions count alike, those at the border too,
# where a part of the kernel meets the padding. Biases, ReLU and pooling do not count.


# %% solution inception_macs
def inception_macs(height, width, c_in, f1, f3_reduce, f3, f5_reduce, f5, pool_proj):
    """Count the multiply-accumulates of an inception module.

    Args:
        height: Height of the feature map.
        width: Width of the feature map.
        c_in: Channels of the feature map.
        f1: Filters of the 1x1 convolution that stands alone.
        f3_reduce: Filters of the 1x1 convolution before the 3x3 convolution.
        f3: Filters of the 3x3 convolution.
        f5_reduce: Filters of the 1x1 convolution before the 5x5 convolution.
        f5: Filters of the 5x5 convolution.
        pool_proj: Filters of the 1x1 convolution after the pooling.

    Returns:
        Number of multiply-accumulates for one image, an int.
    """
    ### BEGIN SOLUTION
    small_kernels = c_in * (f1 + f3_reduce + f5_reduce + pool_proj)
    return height * width * (small_kernels + 9 * f3_reduce * f3 + 25 * f5_reduce * f5)
    ### END SOLUTION


# %% test inception_macs points=4
def check_inception_macs():
    """Try inception_macs on modules in which most convolutions do next to nothing."""
    macs = inception_macs(1, 1, 10, f1=7, f3_reduce=0, f3=0, f5_reduce=0, f5=0, pool_proj=0)
    assert macs is not None, "The function returns nothing. Does it end with a return statement?"
    assert macs == 70, f"At one position, a 1x1 convolution from 10 channels to 7 takes 70. Yours: {macs}"
    assert isinstance(macs, (int, np.integer)), (
        f"The number must be an int, but is of type {type(macs).__name__}."
    )
    macs = inception_macs(1, 1, 10, f1=0, f3_reduce=2, f3=3, f5_reduce=0, f5=0, pool_proj=0)
    assert macs == 74, (
        "The second branch alone, with 2 and 3 filters: 10 * 2 for its 1x1 convolution and 9 * 2 * 3 for its\n"
        f"3x3 convolution are 74. Yours: {macs}. How many channels does the 3x3 convolution see?"
    )
    macs = inception_macs(1, 1, 10, f1=0, f3_reduce=0, f3=0, f5_reduce=2, f5=3, pool_proj=0)
    assert macs == 170, f"The third branch alone: 10 * 2 + 25 * 2 * 3 = 170. Yours: {macs}"
    macs = inception_macs(1, 1, 10, f1=0, f3_reduce=0, f3=0, f5_reduce=0, f5=0, pool_proj=4)
    assert macs == 40, (
        f"The fourth branch alone: pooling keeps the 10 channels, so 10 * 4 = 40. Yours: {macs}"
    )
    macs = inception_macs(2, 5, 10, f1=7, f3_reduce=2, f3=3, f5_reduce=2, f5=3, pool_proj=4)
    assert macs == 3540, f"All together at 2 * 5 positions: 10 * (70 + 74 + 170 + 40). Yours: {macs}"


check_inception_macs()

# %% [markdown]
# ## 3. What it would cost without bottlenecks
#
# The naive module, which the paper shows first, has no 1x1 convolutions before the 3x3 and the 5x5
# convolution, and none after the pooling: the 3x3 and the 5x5 convolution see all channels of the input, and
# the pooled map goes into the concatenation as it is. Count its multiply-accumulates in the same way.


# %% solution naive_inception_macs
def naive_inception_macs(height, width, c_in, f1, f3, f5):
    """Count the multiply-accumulates of an inception module without reductions and projection.

    Args:
        height: Height of the feature map.
        width: Width of the feature map.
        c_in: Channels of the feature map.
        f1: Filters of the 1x1 convolution.
        f3: Filters of the 3x3 convolution.
        f5: Filters of the 5x5 convolution.

    Returns:
        Number of multiply-accumulates for one image, an int.
    """
    ### BEGIN SOLUTION
    return height * width * c_in * (f1 + 9 * f3 + 25 * f5)
    ### END SOLUTION


# %% test naive_inception_macs points=2
def check_naive_inception_macs():
    """Try naive_inception_macs on modules that have one convolution only."""
    macs = naive_inception_macs(2, 3, 10, f1=7, f3=0, f5=0)
    assert macs is not None, "The function returns nothing. Does it end with a return statement?"
    assert macs == 420, f"A 1x1 convolution from 10 channels to 7, at 2 * 3 positions: 420. Yours: {macs}"
    assert isinstance(macs, (int, np.integer)), (
        f"The number must be an int, but is of type {type(macs).__name__}."
    )
    macs = naive_inception_macs(1, 1, 10, f1=0, f3=7, f5=0)
    assert macs == 630, f"A 3x3 convolution from 10 channels to 7, at one position: 9 * 70. Yours: {macs}"
    macs = naive_inception_macs(1, 1, 10, f1=0, f3=0, f5=7)
    assert macs == 1750, f"A 5x5 convolution from 10 channels to 7, at one position: 25 * 70. Yours: {macs}"


check_naive_inception_macs()

# %% [markdown]
# ## 4. Global average pooling
#
# Where AlexNet and VGG flatten their last feature map, GoogLeNet takes the mean of each channel over all
# positions. Write this in NumPy, for a batch `x` of shape `(N, H, W, C)`; the result has the shape `(N, C)`.
#
# Every image keeps means of its own. `x` may hold integers (images are often `uint8`); the result holds
# floating-point numbers all the same, and the precision of `float32` is enough.


# %% solution global_average_pool
def global_average_pool(x):
    """Average every channel of every image over all positions.

    Args:
        x: Batch of shape (N, H, W, C).

    Returns:
        Array of floating-point numbers of shape (N, C).
    """
    ### BEGIN SOLUTION
    N, H, W, C = x.shape
    return x.reshape(N, H * W, C).mean(axis=1)
    ### END SOLUTION


# %% test global_average_pool points=3
def check_global_average_pool():
    """Try global_average_pool on a batch whose means can be worked out by hand."""
    # Two images of 1 x 3 pixels with two channels.
    x = np.array([[[[1.0, 10.0], [2.0, 20.0], [6.0, 30.0]]], [[[0.0, 5.0], [0.0, 5.0], [3.0, 5.0]]]])
    y = global_average_pool(x)
    assert y is not None, "The function returns nothing. Does it end with a return statement?"
    assert np.shape(y) == (2, 2), (
        f"Two images with two channels: the result has the shape (2, 2). Yours: {np.shape(y)}.\n"
        "Over which axes do you average?"
    )
    assert np.allclose(y, [[3, 20], [1, 5]]), (
        f"The channels' means are 3 and 20 in the first image, 1 and 5 in the second. Yours: {y}"
    )
    assert np.array_equal(x[0, 0, :, 0], [1, 2, 6]), "The argument `x` was changed. Make a new array instead."
    y = global_average_pool(np.full((1, 20, 30, 1), 255, dtype=np.uint8))
    assert np.allclose(y, 255), f"600 pixels of value 255 have the mean 255. Yours: {y}. Did a sum overflow?"
    y = global_average_pool(np.array([1, 2], dtype=np.uint8).reshape(1, 2, 1, 1))
    assert np.allclose(y, 1.5), f"The mean of the integers 1 and 2 is 1.5. Yours: {y}"


check_global_average_pool()

# %% [markdown]
# ## 5. GoogLeNet
#
# The network, without its two auxiliary classifiers, which only help in training, and without the local
# response normalization of the original:
#
# | layer | output for 224x224x3 |
# |---|---:|
# | 7x7 convolution, 64 filters, stride 2 | 112x112x64 |
# | max-pooling, window 3x3, stride 2 | 56x56x64 |
# | 1x1 convolution, 64 filters | 56x56x64 |
# | 3x3 convolution, 192 filters | 56x56x192 |
# | max-pooling, window 3x3, stride 2 | 28x28x192 |
# | modules 3a, 3b | 28x28x480 |
# | max-pooling, window 3x3, stride 2 | 14x14x480 |
# | modules 4a, 4b, 4c, 4d, 4e | 14x14x832 |
# | max-pooling, window 3x3, stride 2 | 7x7x832 |
# | modules 5a, 5b | 7x7x1024 |
# | global average pooling | 1024 |
# | fully connected | `num_classes` |
#
# Every convolution has "same" padding, a bias and a ReLU; the poolings have "same" padding too. The cell below
# holds the numbers of filters of the nine modules. The last layer may end in a softmax or give the logits, as
# you like; dropout before it is welcome, but not asked for.
#
# `input_shape` is (height, width, channels); the network has to work for other sizes than 224x224, odd ones
# too, and the two sides need not be equal. For images of 224x224x3 and 1,000 classes it has 6,998,552
# parameters. You may call `inception_module`, but this part is graded by itself: if your module is wrong, so
# is the network.

# %%
# Filters of each module: f1, f3_reduce, f3, f5_reduce, f5, pool_proj.
MODULES = {
    "3a": (64, 96, 128, 16, 32, 32),
    "3b": (128, 128, 192, 32, 96, 64),
    "4a": (192, 96, 208, 16, 48, 64),
    "4b": (160, 112, 224, 24, 64, 64),
    "4c": (128, 128, 256, 24, 64, 64),
    "4d": (112, 144, 288, 32, 64, 64),
    "4e": (256, 160, 320, 32, 128, 128),
    "5a": (256, 160, 320, 32, 128, 128),
    "5b": (384, 192, 384, 48, 128, 128),
}


# %% solution build_googlenet
def build_googlenet(num_classes=1000, input_shape=(224, 224, 3)):
    """Build GoogLeNet without auxiliary classifiers.

    Args:
        num_classes: Number of classes.
        input_shape: (height, width, channels) of the images.

    Returns:
        keras.Model from images to one number for each class.
    """

    ### BEGIN SOLUTION
    def convolve(features, filters, side, stride=1):
        return layers.Conv2D(filters, side, stride, "same", activation="relu")(features)

    def pool(features, stride=2):
        return layers.MaxPool2D(3, stride, "same")(features)

    images = keras.Input(shape=input_shape)
    x = pool(convolve(images, 64, 7, stride=2))
    x = pool(convolve(convolve(x, 64, 1), 192, 3))
    for name, (f1, f3_reduce, f3, f5_reduce, f5, pool_proj) in MODULES.items():
        if name in {"4a", "5a"}:
            x = pool(x)
        # Written out, without the function of part 1, so that an error in one part costs that part only.
        three = convolve(convolve(x, f3_reduce, 1), f3, 3)
        five = convolve(convolve(x, f5_reduce, 1), f5, 5)
        projected = convolve(pool(x, stride=1), pool_proj, 1)
        x = layers.concatenate([convolve(x, f1, 1), three, five, projected])
    x = layers.GlobalAvgPool2D()(x)
    return keras.Model(images, layers.Dense(num_classes, activation="softmax")(x))
    ### END SOLUTION


# %% test build_googlenet points=8
def check_build_googlenet():
    """Build GoogLeNet for small images and 10 classes (it takes a second)."""
    model = build_googlenet(num_classes=10, input_shape=(64, 32, 3))
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
    count = model.count_params()
    assert count == 5_983_802, (
        "GoogLeNet for 10 classes has 5,983,802 parameters: 124,416 in the convolutions before the modules,\n"
        f"5,849,136 in the modules, 10,250 in the fully connected layer. Yours: {count:,}.\n"
        "model.summary() shows where they are."
    )


check_build_googlenet()

# %% [markdown]
# ## 6. Written question: what a bottleneck saves, and what it may cost
#
# Module 3a works on maps of 28x28 with 192 channels and has the numbers (64, 96, 128, 16, 32, 32).
#
# 1. How many multiply-accumulates does it need, and how many would the naive module with the same 64, 128 and
#    32 filters need? What are their numbers of output channels?
# 2. Imagine several naive modules in a row. Why does the cost grow from module to module even if the numbers
#    of filters stay the same, and which branch is to blame?
# 3. A 1x1 convolution to $r$ channels in front of a 3x3 convolution from $c$ channels to $f$ is an expense, too.
#    For which $r$ does it save multiplications? Apply your condition to the second branch of module 3a. If a
#    smaller $r$ always saves more, why not take $r = 1$?

# %% written bottleneck [markdown] points=3
# 1. With bottlenecks $28^2 \cdot (192 \cdot (64 + 96 + 16 + 32) + 9 \cdot 96 \cdot 128 + 25 \cdot 16 \cdot 32)
#    = 128{,}049{,}152$, naive $28^2 \cdot 192 \cdot (64 + 9 \cdot 128 + 25 \cdot 32) = 303{,}464{,}448$: 2.4
#    times as many. The output has $64 + 128 + 32 + 32 = 256$ channels with the projection,
#    $64 + 128 + 32 + 192 = 416$ without.
# 2. The pooled branch hands on all channels of the input, and the others come on top. So each module has more
#    output channels than input channels, by f1 + f3 + f5, and every convolution of the next module has to
#    work on all of them. The projection after the pooling breaks this chain: it decides by itself how many
#    channels the fourth branch contributes.
# 3. With bottleneck the branch needs $c\,r + 9\,r f$ multiplications at each position, without it $9\,c f$. It
#    saves as long as $r < 9\,c f / (c + 9 f)$. For $c = 192$ and $f = 128$ that is $r < 164.6$; the module has
#    96, and the branch needs 58 % of the multiplications. But all that the 3x3 convolution gets to know about
#    the input must pass through the $r$ channels: with $r = 1$ it would see one weighted sum of 192 channels,
#    whose negative values the ReLU removes. Channels are redundant to some degree, which is why a moderate
#    reduction does little harm, but not to that degree.
#
# *Marking: 1 point for each part; in part 3 half for the condition, half for what the reduction may lose.*

# %% [markdown]
# ## 7. Written question: the last pooling
#
# GoogLeNet averages its last feature map, 7x7x1024, over all positions before the only fully connected layer.
#
# 1. How many parameters would that layer, and the whole network, have if the map were flattened instead?
# 2. Let $a_{ijk}$ be the last feature map, $w_{kc}$ and $b_c$ weights and biases of the fully connected layer.
#    Show that the logit of class $c$ is the average over all positions of scores that the same weights give at
#    each single position.
# 3. What can one see in the 7x7 scores of a class? And which question about an image could a network with
#    flattening answer, but not a network whose feature maps are averaged like this?

# %% written last_pooling [markdown] points=3
# 1. $7 \cdot 7 \cdot 1024 = 50{,}176$ inputs and 1,000 outputs make $50{,}176{,}000 + 1{,}000 = 50{,}177{,}000$
#    parameters instead of $1{,}025{,}000$. The network would have 56,150,552 instead of 6,998,552: the one layer
#    would be eight times as large as everything before it.
# 2. The logit is $b_c + \sum_k w_{kc} \frac{1}{49} \sum_{ij} a_{ijk}$. Sums may be exchanged, and the bias is the
#    mean of 49 equal numbers, so this is $\frac{1}{49} \sum_{ij} \left( b_c + \sum_k w_{kc} \, a_{ijk} \right)$. In
#    the brackets is what the fully connected layer, used as a 1x1 convolution, gives at position $(i, j)$.
# 3. They tell how much each region speaks for the class, so they show where in the image the network sees it: a
#    coarse localization, although the network was trained with labels only. (Each of the 49 values sees a
#    large part of the image, so the map is not sharp.) On the other side the average does not depend on where
#    something is: if the 49 feature vectors change places, the logits stay the same. Whether the cat is to the
#    left or to the right of the dog is lost, unless the convolutions have written the place into the features,
#    for which the padding at the border gives them some means. A flattened map keeps the positions apart.
#
# *Marking: 1 point for each part.*
