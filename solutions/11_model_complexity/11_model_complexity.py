# %% [markdown]
# # Assignment 11: Model complexity
#
# You write the functions behind a comparison of networks: they take any Keras model apart layer by layer and
# count its parameters, its multiply-accumulates and the memory of its outputs. A fourth function finds the
# networks that no other network beats. The [lesson on model complexity](colab:book/11_model_complexity.ipynb)
# has everything that you need.
#
# | part | what you write | points |
# |---|---|---:|
# | 1 | `count_parameters` | 4 |
# | 2 | `count_macs` | 8 |
# | 3 | `activation_memory` | 6 |
# | 4 | `pareto_front` | 6 |
# | 5 | written question: few MACs, little time? | 3 |
# | 6 | written question: which network to take | 3 |
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
# The checks that you see try small examples. Grading tries others: more layers, other values of every
# argument, special cases that the text mentions. Each part is graded on its own, and a part that is half
# right gets part of the points.
#
# You may add cells, helper functions and imports, print what you like, and use loops, NumPy or TensorFlow. Do
# not delete or copy cells that are already here.

# %% [markdown]
# ## Conventions
#
# - `model` is a Keras model, sequential or functional, that consists of Keras's own layers. It may have
#   branches. Its input shape is known, except for the batch axis, whose size is `None`; images and feature
#   maps have the shape `(N, H, W, C)`, and `H` and `W` may differ. Every layer is called once, and no layer
#   is itself a model.
# - `model.layers` lists the layers. `layer.output.shape` is the shape of a layer's output, `layer.weights`
#   its weights, and each weight has a `shape`. In a functional model the list begins with a layer of the
#   class `keras.layers.InputLayer`; in a sequential model it does not.
# - All counts are integers: a Python `int` or an integer of NumPy, not a floating-point number. Some networks
#   have billions of multiply-accumulates, so count with whole numbers of at least 64 bits. (`math.prod` of a
#   shape is a Python `int`. `np.sum` of an empty list is a `float`.)
# - Your functions never change what they are given.

# %%
import math

import keras
import numpy as np
from keras import layers

# %% [markdown]
# ## 1. Parameters
#
# A parameter is one number in a weight of the model. It is **trainable** when training changes it by its
# gradient. The others are **non-trainable**:
#
# - the moving mean and the moving variance of batch normalization. Its `gamma` and `beta` are trainable;
# - all parameters of a layer that has been frozen with `layer.trainable = False`, and of all layers of a
#   frozen model.
#
# Count both kinds. The state of a random generator, which `Dropout` keeps for itself, is not a parameter, and
# `model.weights` does not contain it (`model.variables` does).


# %% solution count_parameters
def count_parameters(model):
    """Count the parameters of a model.

    Args:
        model: Keras model.

    Returns:
        Tuple (trainable, non_trainable) of two integers.
    """
    ### BEGIN SOLUTION
    every = model.count_params()
    learned = sum(math.prod(weight.shape) for weight in model.trainable_weights)
    return learned, every - learned
    ### END SOLUTION


# %% test count_parameters points=4
def check_count_parameters():
    """Try count_parameters on models that can be counted by hand."""
    small = keras.Sequential([keras.Input((3,)), layers.Dense(2)])
    result = count_parameters(small)
    assert result is not None, "The function returns nothing. Does it end with a return statement?"
    assert np.shape(result) == (2,), f"Return two numbers, (trainable, non_trainable). Yours: {result}"
    assert result[0] == 8, f"A layer from 3 to 2 units has 6 weights and 2 biases. Yours: {result[0]}"
    assert result[1] == 0, f"This model has no non-trainable parameters. Yours: {result[1]}"
    for number in result:
        assert isinstance(number, (int, np.integer)), (
            f"Counts are integers. Yours is of type {type(number).__name__}."
        )
    images = keras.Input((8, 6, 3))
    convolution, normalization = layers.Conv2D(4, 3), layers.BatchNormalization()
    x = normalization(convolution(images))
    x = layers.Dropout(0.5)(layers.GlobalAveragePooling2D()(x))
    model = keras.Model(images, layers.Dense(5)(x))
    trainable, non_trainable = count_parameters(model)
    assert non_trainable != 10, "The two numbers of the random generator of Dropout are not parameters."
    assert (trainable, non_trainable) == (145, 8), (
        "The convolution has 112 parameters and the last layer 25. Batch normalization of 4 channels has 8\n"
        f"that are trainable and 8 that are not: 145 and 8 together. Yours: {trainable} and {non_trainable}"
    )
    convolution.trainable = False
    trainable, non_trainable = count_parameters(model)
    assert (trainable, non_trainable) == (33, 120), (
        "With the convolution frozen, its 112 parameters are non-trainable: 33 and 120.\n"
        f"Yours: {trainable} and {non_trainable}"
    )


check_count_parameters()

# %% [markdown]
# ## 2. Multiply-accumulates
#
# A **multiply-accumulate** (MAC) is one multiplication together with the addition of its product: one MAC,
# not two operations. Count the MACs that the model needs for **one** image, in these layers:
#
# - `Conv2D`, with any `strides`, `padding`, `groups` and `dilation_rate`. With `groups` a filter sees only
#   the input channels of its own group. With a `dilation_rate` the numbers of the kernel are spread over a
#   larger window, but they do not become more.
# - `DepthwiseConv2D`: each filter sees one input channel. There are `depth_multiplier` filters for each.
# - `SeparableConv2D`: a depthwise convolution, which has the layer's stride, and after it a 1x1 convolution.
# - `Dense`: on a vector as usual. On an input with more axes, such as a feature map `(N, H, W, C)`, it is
#   applied to the last axis, at every position.
#
# Windows that reach over the edge count in full: products with zeros of the padding are products. Adding a
# bias is not counted. All other layers count 0, whatever they do: pooling, normalization, activations (also
# those with weights), additions and concatenations.


# %% solution count_macs
def count_macs(model):
    """Count the multiply-accumulates of a model for one image.

    Args:
        model: Keras model.

    Returns:
        Number of multiply-accumulates in Conv2D, DepthwiseConv2D, SeparableConv2D and Dense layers, an
        integer.
    """
    ### BEGIN SOLUTION
    total = 0
    for layer in model.layers:
        if isinstance(layer, layers.Conv2D | layers.DepthwiseConv2D | layers.SeparableConv2D | layers.Dense):
            # At every position of the output each number of a kernel is used once; a bias has one axis.
            kernels = [math.prod(weight.shape) for weight in layer.weights if len(weight.shape) > 1]
            total += math.prod(layer.output.shape[1:-1]) * sum(kernels)
    return total
    ### END SOLUTION


# %% test count_macs points=8
def check_count_macs():
    """Try count_macs on models of one or two layers."""

    def macs(shape, *stack):
        return count_macs(keras.Sequential([keras.Input(shape), *stack]))

    number = macs((3,), layers.Dense(2))
    assert number is not None, "The function returns nothing. Does it end with a return statement?"
    assert np.shape(number) == (), f"Return one number. Yours has shape {np.shape(number)}."
    assert number != 8, "Adding a bias is not counted."
    assert number != 12, "A multiplication with the addition of its product is one MAC, not two."
    assert number == 6, f"A layer from 3 to 2 units takes 3 * 2 MACs. Yours: {number}"
    assert isinstance(number, (int, np.integer)), f"Return an integer. Yours: {type(number).__name__}"
    number = macs((5, 4, 3), layers.Dense(2))
    assert number == 120, (
        f"A layer from 3 to 2 channels, at each of 5 * 4 positions: 120 MACs. Yours: {number}"
    )
    number = macs((6, 5, 2), layers.Conv2D(4, 3))
    assert number == 864, (
        "Without padding, a 3x3 kernel fits into 6 by 5 pixels at 4 * 3 positions. 4 filters of 3 * 3 * 2\n"
        f"weights make 864 MACs. Yours: {number}"
    )
    number = macs((6, 5, 2), layers.Conv2D(4, 3, groups=2, padding="same"))
    assert number == 1080, (
        "In 2 groups, each of 4 filters has 3 * 3 * 1 weights; at 6 * 5 positions that makes 1080 MACs.\n"
        f"Yours: {number}"
    )
    number = macs((6, 5, 2), layers.DepthwiseConv2D(3, padding="same"))
    assert number == 540, (
        "Depthwise: one filter of 3 * 3 weights for each of 2 channels; at 6 * 5 positions that makes 540.\n"
        f"Yours: {number}"
    )
    number = macs((6, 5, 2), layers.SeparableConv2D(4, 3, padding="same"))
    assert number == 780, (
        "Separable: 540 MACs in the depthwise convolution, and 2 * 4 at each of 6 * 5 positions in the 1x1\n"
        f"convolution: 780. Yours: {number}"
    )
    number = macs((6, 5, 2), layers.BatchNormalization(), layers.Flatten(), layers.Dense(7))
    assert number == 420, f"Only the Dense layer counts, with 60 * 7 MACs. Yours: {number}"


check_count_macs()

# %% [markdown]
# ## 3. Memory of the outputs
#
# For training, the outputs of the layers have to be kept until the backward pass has used them. Return how
# many **bytes** the outputs of all layers of a model take together, for a batch of `batch_size` images, with
# `bytes_per_value` bytes for each number. Four kinds of layers are left out, because their numbers are those
# of another layer's output or can take their place:
#
# - `Flatten` and `Reshape`, which only arrange numbers in another way;
# - `Dropout` and `Activation`, which can write their output over their input.
#
# The input is not counted either (the output of an `InputLayer`). Every other layer counts, those without
# weights too, and its output counts once, whether or not it has an activation function inside. We decide by
# the class of a layer: `keras.layers.ReLU` or `keras.layers.Softmax` is not an `Activation`, so its output
# counts. Weights are not part of this number.


# %% solution activation_memory
def activation_memory(model, batch_size=1, bytes_per_value=4):
    """Compute how much memory the outputs of all layers take.

    Args:
        model: Keras model.
        batch_size: Number of images in a batch.
        bytes_per_value: Number of bytes for each number.

    Returns:
        Number of bytes, an integer. The input, and the outputs of Flatten, Reshape, Dropout and Activation
        layers, are not counted.
    """
    ### BEGIN SOLUTION
    free = layers.InputLayer | layers.Flatten | layers.Reshape | layers.Dropout | layers.Activation
    stored = [math.prod(layer.output.shape[1:]) for layer in model.layers if not isinstance(layer, free)]
    return batch_size * bytes_per_value * sum(stored)
    ### END SOLUTION


# %% test activation_memory points=6
def check_activation_memory():
    """Try activation_memory on a small network."""
    images = keras.Input((6, 5, 2))
    x = layers.Conv2D(4, 3, activation="relu")(images)  # (4, 3, 4): 48 numbers
    x = layers.MaxPooling2D(2)(x)  # (2, 1, 4): 8 numbers
    x = layers.Dropout(0.5)(layers.Flatten()(x))
    model = keras.Model(images, layers.Dense(3)(x))  # 3 numbers
    memory = activation_memory(model)
    assert memory is not None, "The function returns nothing. Does it end with a return statement?"
    assert np.shape(memory) == (), f"Return one number. Yours has shape {np.shape(memory)}."
    assert memory != 59, "The outputs hold 59 numbers. How many bytes are that?"
    assert memory != 476, "The image, 60 numbers, is not counted."
    assert memory != 300, "Flatten and Dropout are not counted."
    assert memory != 428, "The activation function inside the convolution takes no memory of its own here."
    assert memory == 236, (
        f"Convolution, pooling and the last layer put out 48 + 8 + 3 numbers of 4 bytes. Yours: {memory}"
    )
    assert isinstance(memory, (int, np.integer)), f"Return an integer. Yours: {type(memory).__name__}"
    memory = activation_memory(model, batch_size=10)
    assert memory == 2360, f"10 images take 10 times as much, 2360 bytes. Yours: {memory}"
    memory = activation_memory(model, batch_size=10, bytes_per_value=2)
    assert memory == 1180, f"With 2 bytes for each number these are 1180 bytes. Yours: {memory}"
    stack = [keras.Input((2, 2, 1)), layers.Conv2D(3, 1), layers.BatchNormalization()]
    memory = activation_memory(keras.Sequential([*stack, layers.Activation("relu")]))
    assert memory == 96, (
        "Convolution and batch normalization put out 12 numbers each, the Activation layer is not counted:\n"
        f"96 bytes. Yours: {memory}. (In a sequential model `model.layers` does not begin with the input.)"
    )
    memory = activation_memory(keras.Sequential([*stack, layers.ReLU()]))
    assert memory == 144, (
        f"A ReLU layer is none of the four kinds that are left out: 144 bytes. Yours: {memory}"
    )


check_activation_memory()

# %% [markdown]
# ## 4. The Pareto front
#
# Each network is a point with a cost (such as its MACs) and an accuracy. A network **dominates** another one
# when it is at least as good in both, cost no higher and accuracy no lower, and better in at least one of
# them. Whoever would choose a dominated network could as well take the other one. The networks that nobody
# dominates form the **Pareto front**.
#
# Return the indices of the networks on the front, sorted by cost, the cheapest first. They are positions in
# the arrays `cost` and `accuracy` as you get them. These arrays need not be sorted, and they may hold
# integers.
#
# - Of networks with the same cost, only the most accurate one can be on the front; of networks with the same
#   accuracy, only the cheapest one.
# - Networks with the same cost **and** the same accuracy do not dominate each other: if one is on the front,
#   they all are. The order among them is up to you.


# %% solution pareto_front
def pareto_front(cost, accuracy):
    """Find the points that no other point dominates.

    Args:
        cost: Cost of each point, array of shape (n,), n at least 1; less is better.
        accuracy: Accuracy of each point, array of shape (n,); more is better.

    Returns:
        Array of integers: indices of the points on the front, in the order of increasing cost.
    """
    ### BEGIN SOLUTION
    cost, accuracy = np.asarray(cost), np.asarray(accuracy)
    # Entry [i, j] of these tables says how point i compares with point j.
    no_worse = (cost[:, None] <= cost) & (accuracy[:, None] >= accuracy)
    better = (cost[:, None] < cost) | (accuracy[:, None] > accuracy)
    front = np.flatnonzero(~(no_worse & better).any(axis=0))
    return front[cost[front].argsort()]
    ### END SOLUTION


# %% test pareto_front points=6
def check_pareto_front():
    """Try pareto_front on a few points."""
    # Point 0 costs as much as 2 and is less accurate; point 4 costs more than 1 and is as accurate.
    cost = np.array([2.0, 5.0, 2.0, 1.0, 7.0, 9.0])
    accuracy = np.array([0.5, 0.8, 0.6, 0.3, 0.8, 0.9])
    front = pareto_front(cost, accuracy)
    assert front is not None, "The function returns nothing. Does it end with a return statement?"
    assert np.ndim(front) == 1, f"Return a list or an array with one axis. Yours: {front}"
    front = list(front)
    assert 0 not in front, "Point 0 costs as much as point 2 and is less accurate: it is dominated."
    assert 4 not in front, "Point 4 is as accurate as point 1 and costs more: it is dominated."
    assert sorted(front) == [1, 2, 3, 5], (
        f"Nobody dominates the points 1, 2, 3 and 5. Return their indices. Yours: {front}"
    )
    assert front == [3, 2, 1, 5], f"Sorted by cost these are the points 3, 2, 1, 5. Yours: {front}"
    assert all(isinstance(index, (int, np.integer)) for index in front), "Indices are integers."
    assert list(cost) == [2, 5, 2, 1, 7, 9], "The argument `cost` was changed. Leave it as it is."
    twins = list(pareto_front(np.array([4, 3, 4]), np.array([70, 60, 70])))
    assert sorted(twins) == [0, 1, 2] and twins[0] == 1, (
        f"The points 0 and 2 are equal, so neither dominates the other; both come after 1. Yours: {twins}"
    )


check_pareto_front()

# %% [markdown]
# ## 5. Written question: few MACs, little time?
#
# Two layers take a feature map of shape (56, 56, 128) and put out one of the same shape: A is a 3x3
# convolution, B a 3x3 depthwise convolution, both with `padding="same"` and without biases. A processor can
# do $10^{12}$ MACs per second and move $10^{11}$ bytes per second between its memory and its arithmetic
# units. Numbers take 4 bytes.
#
# 1. How many MACs does each layer need for one image? By which factor do they differ?
# 2. Each layer has to read its input and its kernel at least once, and to write its output. How many bytes
#    are that? A layer takes at least as long as its MACs and at least as long as its transfers. Which of the
#    two is longer for A, and which for B? How many times faster than A is B if both take no longer than that?
# 3. Batch normalization, ReLU and the addition of a shortcut count no MACs in part 2. Why can a network with
#    many such layers be slower than its MACs let you expect? Name one more reason why two networks with the
#    same number of MACs may differ in their running time.

# %% written macs_and_time [markdown] points=3
# 1. A: 56 * 56 * 3 * 3 * 128 * 128 = 462,422,016. B: 56 * 56 * 3 * 3 * 128 = 3,612,672. The factor is 128,
#    the number of input channels that a filter of A sees.
# 2. Input and output take 56 * 56 * 128 * 4 = 1,605,632 bytes each. The kernel of A takes 589,824 bytes, that
#    of B 4,608. So A moves 3,801,088 bytes, in 38 microseconds, and computes for 462: arithmetic is the
#    longer part. B moves 3,215,872 bytes, in 32 microseconds, and computes for 3.6: the transfers are. So
#    B is 462 / 32 = 14 times faster than A, not 128 times.
# 3. They compute hardly anything, but each of them reads its input and writes its output, which takes as long
#    as in B, unless it is merged with the layer before it. More reasons (one is enough): layers that follow
#    each other must wait for each other, so that many small layers use a parallel processor worse than few
#    large ones; starting a layer takes time by itself; libraries are tuned better for some kernel sizes,
#    numbers of channels and groups than for others; intermediate results fit into the fast
#    memory of a processor or not; small batches do not fill the processor.
#
# *Marking: 1 point for each part. Small differences from other rounding do not matter.*

# %% [markdown]
# ## 6. Written question: which network to take
#
# Six networks have been trained for the same task. (The numbers are made up.)
#
# | network | parameters (millions) | MACs (billions) | accuracy (%) |
# |---|---:|---:|---:|
# | A | 60 | 0.7 | 57.0 |
# | B | 138 | 15.5 | 71.5 |
# | C | 7 | 1.5 | 69.8 |
# | D | 12 | 1.8 | 69.7 |
# | E | 26 | 4.1 | 76.1 |
# | F | 5 | 2.0 | 70.5 |
#
# 1. Which networks are on the Pareto front of MACs and accuracy? Which are on that of parameters and
#    accuracy? How can a network be on one of them and not on the other?
# 2. Trained again with other random numbers, each network's accuracy changes by up to 0.3 percentage points.
#    Which of your answers to question 1 can change? What follows for throwing away dominated networks?
# 3. An app may take up 40 MB for the weights, of 4 bytes each (1 MB = 1024 KB), and 3 billion MACs for each
#    image. Which network do you take? Why is it not enough to look at one of the two fronts? What would you
#    measure before you decide?

# %% written choice_of_a_network [markdown] points=3
# 1. MACs: A, C, F, E. Parameters: F and E. Dominance is about one cost at a time. C has fewer MACs than F,
#    but more parameters and less accuracy; A has the fewest MACs of all, but many parameters, as when most of
#    the weights are in fully connected layers, where each is used once per image.
# 2. D can come onto the front of MACs: C, with fewer MACs, is ahead by 0.1 points only. F can fall to 70.2,
#    and C can rise to 70.1, so that F stays ahead; D reaches 70.0 at most, so F (70.2 at least, and fewer
#    parameters) still dominates it on the other front. All other differences are much larger than 0.3 points.
#    B stays dominated by E in any case. So a network that is dominated by a hair, like D, should not be
#    thrown away without more runs, or when it has other advantages.
# 3. 40 MB are 10.5 million parameters: that leaves C (26.7 MB) and F (19.1 MB). Both need fewer than 3
#    billion MACs, and F is more accurate: F. The front of MACs alone would also offer A, which takes 229 MB;
#    the front of parameters alone knows nothing of time. Before deciding: the time per image on the device
#    itself, the memory that it takes while running, and the accuracy on the app's own images, with several
#    runs.
#
# *Marking: 1 point for each part.*
