# %% [markdown]
# # Assignment 7: VGG
#
# You work out why VGG stacks small kernels, with two functions that count, and you build the network: first
# one of its blocks, then VGG-16 and VGG-19 from what they have in common. The
# [lesson on VGG](colab:book/07_vgg.ipynb) has everything that you need.
#
# | part | what you write | points |
# |---|---|---:|
# | 1 | `receptive_field` | 5 |
# | 2 | `stack_parameters` | 3 |
# | 3 | `vgg_block` | 6 |
# | 4 | `build_vgg` | 8 |
# | 5 | written question: three small kernels or one big one | 4 |
# | 6 | written question: the same network for larger images | 4 |
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
# The checks that you see try small examples. Grading tries others: more layers, other sizes, the full
# networks. Each part is graded on its own, and a part that is half right gets part of the points.
#
# You may add cells, helper functions and imports, and print what you like. Do not delete or copy cells that
# are already here.

# %% [markdown]
# ## Conventions
#
# - All kernels and pooling windows are square. `kernel_size` is their side, and `stride` is the step in both
#   directions.
# - Functions that count return a whole number of the type `int` (or one of NumPy's integer types).
# - Your functions never change the lists that they are given.
# - Networks are built with the functional API of Keras from Keras's own layers. A **Keras tensor** such as
#   `x = keras.Input((32, 32, 3))` stands for images that come later; a layer applied to it gives the next
#   Keras tensor.
# - What counts is what a network computes, not how you write it: the names of layers do not matter, a ReLU may
#   be an argument, a layer or an operation of `keras.ops`, and models may be put into models.

# %%
import math

import keras
import numpy as np
from keras import layers

# %% [markdown]
# ## 1. The receptive field
#
# One value of a feature map depends on a square of pixels of the network's input, its **receptive field**.
# Return the side of this square for the output of the last layer.
#
# `layers` describes the network: a list of pairs `(kernel_size, stride)` from the first layer to the last. A
# pooling layer is such a pair too, as in `(2, 2)`. Padding makes no difference to the receptive field, and
# neither does the border of the image: think of a value in the middle of a very large one.
#
# A hint: after a layer with stride 2, two neighbors in the feature map look at squares of the input that lie
# two pixels apart. The next layer's kernel spans several such neighbors.
#
# (Inside this function the name `layers` is the argument, not Keras's module. That does no harm.)


# %% solution receptive_field
def receptive_field(layers):
    """Compute how far one value of a network's output sees.

    Args:
        layers: List of pairs (kernel_size, stride), first layer to last.

    Returns:
        Side of the square of input pixels that a value of the last layer's output depends on, an int.
    """
    ### BEGIN SOLUTION
    # `step` is the distance, in pixels of the input, between neighbors of the feature map reached so far.
    size, step = 1, 1
    for kernel_size, stride in layers:
        size += (kernel_size - 1) * step
        step *= stride
    return size
    ### END SOLUTION


# %% test receptive_field points=5
def check_receptive_field():
    """Try receptive_field on networks small enough to be drawn on squared paper."""
    size = receptive_field([(3, 1)])
    assert size is not None, "The function returns nothing. Does it end with a return statement?"
    assert size == 3, f"One layer with a 3x3 kernel sees 3x3 pixels: 3. Yours: {size}"
    assert isinstance(size, (int, np.integer)), (
        f"The receptive field must be an int, but is of type {type(size).__name__}."
    )
    size = receptive_field([(7, 2)])
    assert size == 7, f"One layer with a 7x7 kernel sees 7x7 pixels, whatever its stride: 7. Yours: {size}"
    size = receptive_field([(3, 1), (3, 1)])
    assert size == 5, (
        f"Two layers with 3x3 kernels: the second spans three neighbors, whose squares reach over 5 pixels.\n"
        f"Yours: {size}. Draw it in one dimension."
    )
    size = receptive_field([(2, 2), (3, 1)])
    assert size == 6, (
        f"3x3 after 2x2 pooling: three neighbors of the pooled map, each made of two pixels of its own: 6.\n"
        f"Yours: {size}. How far apart are neighbors after a stride of 2?"
    )
    size = receptive_field([(3, 1), (2, 2)])
    assert size == 4, (
        f"2x2 pooling after 3x3: two neighbors, whose squares of 3 pixels lie one pixel apart: 4.\n"
        f"Yours: {size}. Does a layer's own stride matter for it, or only for the layers after it?"
    )
    network = [(3, 2), (3, 2), (3, 1)]
    size = receptive_field(network)
    assert size == 15, (
        f"3x3 with stride 2, twice, then 3x3: 3 + 2 * 2 + 2 * 4 = 15. Yours: {size}. What do two strides of 2\n"
        "do together?"
    )
    assert network == [(3, 2), (3, 2), (3, 1)], "The argument `layers` was changed. Leave it as it is."


check_receptive_field()

# %% [markdown]
# ## 2. Parameters of a stack
#
# Several convolutions one after the other, each with kernels of `kernel_size` x `kernel_size` that turn
# `channels` channels into `channels` channels. How many weights do the `depth` layers have together? Biases do
# not count here.


# %% solution stack_parameters
def stack_parameters(kernel_size, depth, channels):
    """Count the weights of a stack of equal convolutions.

    Args:
        kernel_size: Side of the square kernels.
        depth: Number of convolution layers.
        channels: Number of channels before, between and after the layers.

    Returns:
        Number of weights of all layers together, without biases, an int.
    """
    ### BEGIN SOLUTION
    taps = math.prod(np.broadcast_to(kernel_size, 2).tolist())  # a pair (F_h, F_w) would do as well
    return depth * taps * channels**2
    ### END SOLUTION


# %% test stack_parameters points=3
def check_stack_parameters():
    """Try stack_parameters on stacks whose weights can be counted one by one."""
    count = stack_parameters(3, 1, 1)
    assert count is not None, "The function returns nothing. Does it end with a return statement?"
    assert count == 9, f"One 3x3 kernel for one channel has 9 weights, and there is no bias. Yours: {count}"
    assert isinstance(count, (int, np.integer)), (
        f"The number of weights must be an int, but is of type {type(count).__name__}."
    )
    count = stack_parameters(1, 1, 5)
    assert count == 25, (
        f"A 1x1 convolution from 5 channels to 5 is a table of 5 x 5 weights. Yours: {count}.\n"
        "Every output channel has weights for every input channel."
    )
    count = stack_parameters(3, 2, 5)
    assert count == 450, f"Two layers with 9 * 25 weights each have 450. Yours: {count}"


check_stack_parameters()

# %% [markdown]
# ## 3. One block
#
# A block of VGG is `num_convs` convolutions, followed by one pooling. On a Keras tensor `x` build
#
# - `num_convs` convolutions, one after the other, each with `filters` kernels of 3x3, stride 1, a bias, and
#   zero padding that keeps height and width ("same"); a ReLU after each;
# - then max-pooling with a window of 2x2 and stride 2. (Height and width of `x` are even here.)
#
# Return the Keras tensor that comes out. `x` may have any number of channels, `filters` too.


# %% solution vgg_block
def vgg_block(x, num_convs, filters):
    """Append a block of VGG: convolutions with ReLU, then max-pooling.

    Args:
        x: Keras tensor of shape (N, H, W, C) with even H and W.
        num_convs: Number of convolutions.
        filters: Number of kernels of each convolution.

    Returns:
        Keras tensor of shape (N, H / 2, W / 2, filters).
    """
    ### BEGIN SOLUTION
    for _ in range(num_convs):
        x = layers.Conv2D(filters, kernel_size=3, activation="relu", padding="same")(x)
    return layers.MaxPool2D(2, 2)(x)
    ### END SOLUTION


# %% test vgg_block points=6
def check_vgg_block():
    """Try vgg_block on small images; weights of known values make its results predictable."""
    x = keras.Input((4, 6, 3))
    y = vgg_block(x, num_convs=2, filters=5)
    assert y is not None, "The function returns nothing. Does it end with a return statement?"
    assert isinstance(y, keras.KerasTensor), (
        f"Return the Keras tensor that comes out of the last layer, not an object of type {type(y).__name__}."
    )
    assert tuple(y.shape) == (None, 2, 3, 5), (
        f"Images of 4x6 become maps of 2x3 with 5 channels: (None, 2, 3, 5). Yours: {tuple(y.shape)}.\n"
        "The convolutions keep the size, the pooling halves it."
    )
    count = keras.Model(x, y).count_params()
    assert count == 370, (
        "From 3 channels to 5, then from 5 to 5, with 3x3 kernels and biases:\n"
        f"(27 * 5 + 5) + (45 * 5 + 5) = 370 parameters. Yours: {count}"
    )
    # One convolution whose only weight, in the middle of its kernel, passes the image on as it is.
    x = keras.Input((2, 4, 1))
    model = keras.Model(x, vgg_block(x, num_convs=1, filters=1))
    kernel = np.zeros((3, 3, 1, 1), dtype="float32")
    kernel[1, 1] = 1
    model.set_weights([kernel, np.zeros(1, dtype="float32")])
    image = np.array([[1.0, 8.0, -1.0, -2.0], [3.0, 4.0, -3.0, -4.0]]).reshape(1, 2, 4, 1)
    left, right = np.ravel(model(image))
    assert left == 8, (
        f"Pooling takes the largest of the four values 1, 8, 3, 4: 8. Yours: {left}. (4 would be their mean.)"
    )
    assert right == 0, (
        f"Of -1, -2, -3, -4 the ReLU leaves four zeros, so that pooling gives 0. Yours: {right}"
    )


check_vgg_block()

# %% [markdown]
# ## 4. VGG-16 and VGG-19
#
# The number in the name, `depth`, counts the layers with weights. Both networks have five stages, each a
# block as in part 3, and then the same three fully connected layers:
#
# | part of the network | channels | convolutions in VGG-16 | convolutions in VGG-19 |
# |---|---:|---:|---:|
# | stage 1 | 64 | 2 | 2 |
# | stage 2 | 128 | 2 | 2 |
# | stage 3 | 256 | 3 | 4 |
# | stage 4 | 512 | 3 | 4 |
# | stage 5 | 512 | 3 | 4 |
# | flatten | | | |
# | fully connected, with ReLU | 4096 | | |
# | fully connected, with ReLU | 4096 | | |
# | fully connected | `num_classes` | | |
#
# The last layer may end in a softmax or give the logits, as you like; dropout after the two layers before it
# is welcome, but not asked for. Every layer has biases, and there is no batch normalization: VGG is older.
#
# `input_shape` is (height, width, channels); the two sides are multiples of 32 and need not be equal. For a
# `depth` other than 16 and 19 raise a `ValueError`.
#
# For images of 224x224x3 and 1,000 classes VGG-16 has 138,357,544 parameters and VGG-19 has 143,667,240.
# Such a network fills half a gigabyte with weights, and building it takes some seconds: try yours on small
# images first. You may call `vgg_block`, but this part is graded by itself: if your block is wrong, so is the
# network.


# %% solution build_vgg
def build_vgg(depth, num_classes=1000, input_shape=(224, 224, 3)):
    """Build VGG-16 or VGG-19.

    Args:
        depth: Number of layers with weights, 16 or 19.
        num_classes: Number of classes.
        input_shape: (height, width, channels) of the images.

    Returns:
        keras.Model from images to one number for each class.

    Raises:
        ValueError: The depth is neither 16 nor 19.
    """
    ### BEGIN SOLUTION
    if depth not in {16, 19}:
        raise ValueError("Only VGG-16 and VGG-19 can be built.")
    repeats = [2, 2, 3, 3, 3] if depth == 16 else [2, 2, 4, 4, 4]
    # Written out, without the function above, so that an error in one part costs that part only.
    x = images = keras.Input(shape=input_shape)
    for stage, filters in enumerate([64, 128, 256, 512, 512]):
        for _ in range(repeats[stage]):
            x = layers.Conv2D(filters, kernel_size=3, activation="relu", padding="same")(x)
        x = layers.MaxPool2D(2, 2)(x)
    x = layers.Flatten()(x)
    for _ in range(2):
        x = layers.Dense(4096, "relu")(x)
    return keras.Model(images, layers.Dense(num_classes, activation="softmax")(x))
    ### END SOLUTION


# %% test build_vgg points=8
def check_build_vgg():
    """Build VGG-16 for images of 64x64 and 10 classes (40 million parameters: it takes a second)."""
    model = build_vgg(16, num_classes=10, input_shape=(64, 64, 3))
    assert model is not None, "The function returns nothing. Does it end with a return statement?"
    assert isinstance(model, keras.Model), (
        f"Return a keras.Model(inputs, outputs), not an object of type {type(model).__name__}."
    )
    assert tuple(model.input_shape) == (None, 64, 64, 3), (
        f"The input must have the shape (None, 64, 64, 3), as the argument says. Yours: {model.input_shape}"
    )
    assert tuple(model.output_shape) == (None, 10), (
        f"For 10 classes the output has the shape (None, 10). Yours: {model.output_shape}"
    )
    count = model.count_params()
    assert count == 39_929_674, (
        "VGG-16 for 64x64x3 and 10 classes has 39,929,674 parameters: 14,714,688 in the convolutions,\n"
        f"8,392,704 + 16,781,312 + 40,970 in the fully connected layers. Yours: {count:,}.\n"
        "model.summary() shows where they are."
    )
    for depth in (17, 11):
        try:
            build_vgg(depth, num_classes=10, input_shape=(32, 32, 3))
        except ValueError:
            continue
        except Exception as error:
            raise AssertionError(
                f"Depth {depth} must lead to a ValueError; yours is a {type(error).__name__}."
            ) from error
        raise AssertionError(f"There is no VGG-{depth} here: raise a ValueError.")


check_build_vgg()

# %% [markdown]
# ## 5. Written question: three small kernels or one big one
#
# A designer has the choice between one convolution with 7x7 kernels and a stack of three convolutions with
# 3x3 kernels, from $C$ channels to $C$ channels everywhere, with a ReLU after each convolution.
#
# 1. Compare the receptive fields, the weights and the multiplications per output position. By what percentage
#    does the choice of the stack change each of the three?
# 2. Leave the ReLUs out for a moment. Is every stack then equal to some 7x7 convolution? Is every 7x7
#    convolution equal to some stack? Reason with your numbers from question 1.
# 3. So what do the two ReLUs inside of the stack buy, apart from the savings?
# 4. Name something that the stack costs **more** of than the single layer, in training or in use.

# %% written small_kernels [markdown] points=4
# 1. Receptive field: 7 in both cases, since $1 + 3 \cdot 2 = 7$; no change. Weights: $49\,C^2$ against
#    $3 \cdot 9\,C^2 = 27\,C^2$, that is 45 % fewer. With stride 1 and "same" padding every weight is used once
#    for every output position, so the multiplications shrink by the same 45 %.
# 2. Away from the border, every stack is some 7x7 convolution: a convolution of a convolution is a linear map
#    that is the same at every position and reaches 7x7 pixels far. (Biases add up to one bias per channel. At
#    the border the two can differ, because the stack pads its intermediate maps with zeros, too.) The
#    converse is false: $27\,C^2$ numbers cannot describe all choices of $49\,C^2$ numbers. So without ReLUs the
#    stack is a restricted, one may say regularized, 7x7 convolution.
# 3. With ReLUs in between the stack is no longer linear: it can make decisions on what its first and second
#    layer found, which a single convolution with one ReLU at its end cannot. It computes functions that no
#    7x7 convolution computes, with fewer weights.
# 4. Memory for activations: three feature maps (and their gradients) are kept for the backward pass instead of
#    one. Also time that does not shrink like the multiplications: three layers run one after the other, and
#    each has to read and write whole feature maps. And a deeper network is harder to train.
#
# *Marking: 1 point for each part. Part 2 needs both directions with a reason.*

# %% [markdown]
# ## 6. Written question: the same network for larger images
#
# VGG-16 for 224x224 images has 138.4 million parameters and needs about 15.5 billion multiply-accumulates per
# image, 15.3 billion of them in its convolutions. Someone builds it for images of 448x448, again with 1,000
# classes: `build_vgg(16, input_shape=(448, 448, 3))`.
#
# 1. How many parameters does this network have? Say which layers changed and which did not, and why.
# 2. About how many multiply-accumulates does it need? Again say where the change comes from.
# 3. The weights of a trained VGG-16 for 224x224 are at hand. Which of them can be used in the larger network
#    as they are, and which cannot?
# 4. Propose a change of the architecture that makes the number of parameters independent of the size of the
#    images, and say how many parameters your network has.

# %% written larger_images [markdown] points=4
# 1. 446,638,888. The convolutions keep their 14,714,688 parameters: a kernel is used at every position and
#    does not know how many there are. The last pooling now puts out 14x14x512 instead of 7x7x512 numbers, so
#    the first fully connected layer has $100{,}352 \cdot 4096 + 4096 = 411{,}045{,}888$ parameters instead of
#    102,764,544. The other two see 4096 numbers as before: 16,781,312 and 4,097,000.
# 2. About 61.8 billion. Every convolution has four times as many positions: 4 times 15.35 billion are 61.4.
#    The first fully connected layer does as many multiplications as it has weights, 0.41 billion instead of
#    0.10; the others stay. (So what decides about the time are the convolutions, and what decides about the
#    memory for weights is one layer.)
# 3. All kernels and biases of the convolutions, and the second and third fully connected layer, have the same
#    shapes. (Whether the values still do well is another question, since objects are twice as large now.) The
#    weights of the first fully connected layer do not fit: it has four times as many inputs, and each of its
#    weights belongs to one position of the 7x7 map.
# 4. For example global average pooling in the place of flattening: the classifier then sees 512 numbers,
#    whatever the size of the images. With a single fully connected layer after it the network has
#    $14{,}714{,}688 + 512 \cdot 1000 + 1000 = 15{,}227{,}688$ parameters; with the three layers kept,
#    $14{,}714{,}688 + 2{,}101{,}248 + 16{,}781{,}312 + 4{,}097{,}000 = 37{,}694{,}248$. Also right: pooling to
#    a fixed grid of 7x7, or the fully connected layers as convolutions (7x7, then 1x1) with an average over
#    all positions at the end; both keep 138,357,544.
#
# *Marking: 1 point for each part; in parts 1 and 2 half a point for the number, half for the reason.*
