# %% [markdown]
# # Assignment 9: Deeper networks
#
# Why do deeper networks not simply become better? You write the instruments with which one finds out: a function
# that measures the gradient of every kernel, one that follows the size of a signal through random layers, one
# that makes a network deeper without changing what it computes, and one that tells by four errors what went
# wrong. The [lesson on deeper networks](colab:book/09_deeper_networks.ipynb) has everything that you need.
#
# | part | what you write | points |
# |---|---|---:|
# | 1 | `gradient_norms` | 7 |
# | 2 | `signal_scale` | 6 |
# | 3 | `append_identity_layers` | 7 |
# | 4 | `diagnose` | 4 |
# | 5 | written question: where is the gradient small? | 3 |
# | 6 | written question: what the identity proves | 3 |
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
# The checks that you see try small examples. Grading tries others: more networks, other sizes, special cases
# that the text mentions. Each part is graded on its own, and a part that is half right gets part of the
# points.
#
# You may add cells, helper functions and imports, and print what you like. Do not delete or copy cells that
# are already here.

# %% [markdown]
# ## Conventions
#
# - Images and feature maps have the shape `(N, H, W, C)`. Height and width need not be equal.
# - A model that your function gets as an argument is a Keras model with one input and one output. Its layers
#   stand in a row, each with an input and an output of its own, and no layer is a model itself. The function
#   leaves it as it was: no weight is changed, and no layer added to it.
# - The precision of `float32` is enough.
# - What counts is what a function computes, not how: names of layers do not matter, and a ReLU may be an
#   argument, a layer or an operation of `keras.ops`.

# %%
import keras
import numpy as np
import tensorflow as tf
from keras import layers

# %% [markdown]
# ## 1. The gradient of every kernel
#
# The first instrument of the lesson: how strongly does the loss pull at each layer? The loss of a batch is
# the **mean** over its examples of the cross-entropy
#
# $$L = \frac{1}{N} \sum_{i=1}^{N} -\log p_i(y_i) \qquad p_i = \operatorname{softmax}(\text{logits of example } i)$$
#
# The model puts out **logits**, so the softmax belongs to the loss. For each kernel $K$ (the `kernel` of a
# convolution or fully connected layer, whatever its shape) you want the length of the gradient, the root of
# the sum of the squares of all its entries:
#
# $$\left\lVert \frac{\partial L}{\partial K} \right\rVert_2
# = \sqrt{\sum_j \Big(\frac{\partial L}{\partial K_j}\Big)^2}$$
#
# Return them as a list, from the first layer to the last, as the signal passes them. Biases, and the `gamma`
# and `beta` of batch normalization, are no kernels and have no place in the list, nor in its numbers.
#
# `x` holds images or feature vectors, floating-point numbers or integers; it may be a single one. Logits may be
# so large that their exponentials overflow; the result has to be right even then. The models hold convolutions and fully connected layers, activation functions, pooling,
# flattening, and perhaps batch normalization; for that one, training mode and inference are both right, as
# long as the model is the same after the call as before.


# %% solution gradient_norms
def gradient_norms(model, x, y):
    """Measure how long the gradient of each kernel is.

    Args:
        model: Keras model from `x` to logits (N, classes).
        x: Batch of inputs, the first axis counts the N examples.
        y: Integer labels of shape (N,).

    Returns:
        List of floats, one for each kernel, first to last layer: the L2 norm of the gradient of the mean
        cross-entropy with respect to that kernel.
    """
    ### BEGIN SOLUTION
    kernels = [weight for weight in model.trainable_weights if weight.name == "kernel"]
    with tf.GradientTape() as record:
        cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)(y, model(x))
    return [tf.norm(gradient).numpy() for gradient in record.gradient(cross_entropy, kernels)]
    ### END SOLUTION


# %% test gradient_norms points=7
def check_gradient_norms():
    """Try gradient_norms on models whose gradients can be worked out by hand."""

    def close(actual, expected):
        return np.allclose(actual, expected, rtol=1e-3)

    # One layer, all weights 0: both classes have the probability 1/2, so the gradient with respect to the
    # logits is 1/2 - 1 for the right class and 1/2 for the other one.
    model = keras.Sequential([keras.Input((2,)), layers.Dense(2, kernel_initializer="zeros")])
    norms = gradient_norms(model, np.array([[3.0, 4.0]]), np.array([0]))
    assert norms is not None, "The function returns nothing. Does it end with a return statement?"
    assert np.shape(norms) == (1,), (
        f"The model has a single kernel, so the list holds a single number. Yours has the shape {np.shape(norms)}.\n"
        "Is the bias among them?"
    )
    # The kernel's gradient is [[-1.5, 1.5], [-2, 2]], whose squares add up to 12.5.
    assert not close(norms, [12.5]), "12.5 is the sum of the squares. Take its root."
    assert not close(norms, [13**0.5]), "There is something in your norm besides the kernel: the bias?"
    assert close(norms, [12.5**0.5]), (
        "The gradient is [[-1.5, 1.5], [-2, 2]], and its length is the root of 12.5, 3.536. Yours:\n"
        f"{norms}. Does your loss know that the model puts out logits?"
    )
    x, y = np.array([[3.0, 4.0]] * 2), np.array([0, 0])
    norms = gradient_norms(model, x, y)
    assert close(norms, [12.5**0.5]), (
        f"The same example twice has the same mean, so the norm is 3.536 again. Yours: {norms}"
    )
    norms = gradient_norms(model, x, np.array([0, 1]))
    assert np.allclose(norms, [0], atol=1e-4), (
        "The same example with both labels: the two gradients cancel, and the gradient of the mean is 0.\n"
        f"Yours: {norms}. It is the norm of a mean that is asked for, not a mean of norms."
    )
    # Two kernels: the convolution puts out 2 everywhere, and has weights of 1 and a bias.
    model = keras.Sequential(
        [
            keras.Input((2, 3, 1)),
            layers.Conv2D(1, (2, 3), activation="relu", kernel_initializer="ones"),
            layers.Flatten(),
            layers.Dense(2, kernel_initializer="zeros"),
        ]
    )
    before = model.get_weights()
    norms = gradient_norms(model, np.ones((1, 2, 3, 1)), np.array([1]))
    assert np.shape(norms) == (2,), (
        f"A convolution and a fully connected layer: two numbers. Yours have the shape {np.shape(norms)}."
    )
    assert close(norms[1], 18**0.5), (
        "The fully connected layer sees a 6, and its gradient is [[3, -3]]: a norm of 4.243. Its kernel is\n"
        f"all 0, so nothing reaches the convolution: 0. First to last layer that is [0, 4.243]. Yours: {norms}"
    )
    assert np.allclose(norms[0], 0), f"No gradient reaches the convolution: [0, 4.243]. Yours: {norms}"
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True)), (
        "The weights of the model were changed. Compute gradients, but take no step."
    )


check_gradient_norms()

# %% [markdown]
# ## 2. The size of a signal
#
# The second instrument needs no data. Take a network of `depth` fully connected layers, each with `width`
# neurons and `width` inputs, **without biases**. All weights are drawn from a Gaussian (normal) distribution
# with mean 0 and standard deviation `weight_std`; take that number as it is. Every layer has weights of its
# own. Behind each layer comes the activation function: `"relu"`, `"tanh"`, or `"linear"`, which leaves
# everything as it is.
#
# Feed the network with a batch of **512** random inputs, each made of `width` Gaussian numbers with mean 0 and
# standard deviation 1. Behind each activation function, take the standard deviation of all 512 x `width`
# activations together: the root of the mean squared distance from their common mean. Return these numbers as
# a list of length `depth`, first to last layer. The inputs are not in the list.
#
# All random numbers come from `rng`, a `numpy.random.Generator`, in an order of your choice. So the same seed
# repeats a result, and two calls with one generator give different ones. Depth and width may be 1.


# %% solution signal_scale
def signal_scale(depth, width, weight_std, activation, rng):
    """Follow the size of a signal through a random fully connected network without biases.

    Args:
        depth: Number of layers, at least 1.
        width: Number of inputs and of neurons of every layer, at least 1.
        weight_std: Standard deviation of the Gaussian weights.
        activation: "relu", "tanh" or "linear".
        rng: The numpy.random.Generator that all random numbers are drawn from.

    Returns:
        List of floats: the standard deviation of the activations behind each layer, for a batch of 512
        inputs that are Gaussian with mean 0 and standard deviation 1.
    """
    ### BEGIN SOLUTION
    signal = rng.normal(size=(512, width))
    functions = {"relu": lambda z: np.maximum(z, 0), "tanh": np.tanh, "linear": lambda z: z}
    scales = []
    for _ in range(depth):
        signal = functions[activation](signal @ (weight_std * rng.normal(size=(width, width))))
        scales.append(signal.std())
    return scales
    ### END SOLUTION


# %% test signal_scale points=6
def check_signal_scale():
    """Try signal_scale on wide networks: they are random, but the theory of the lesson fits them well."""
    scales = signal_scale(3, 200, 0.1, "linear", np.random.default_rng(1))
    assert scales is not None, "The function returns nothing. Does it end with a return statement?"
    assert np.shape(scales) == (3,), (
        f"Three layers, three numbers. Yours have the shape {np.shape(scales)}. Are the inputs in your list?"
    )
    assert not np.allclose(scales, [2, 4, 8], rtol=0.15), (
        f"2, 4, 8 are the variances of this network. Take the standard deviation. Yours: {scales}"
    )
    assert np.allclose(scales, [2**0.5, 2, 8**0.5], rtol=0.15), (
        "Weights with standard deviation 0.1 and 200 inputs have the gain 0.1 * sqrt(200) = 1.41: a linear\n"
        f"network gives about 1.4, 2, 2.8. Yours: {scales}. Do you scale the weights yourself?"
    )
    again = signal_scale(3, 200, 0.1, "linear", np.random.default_rng(1))
    assert np.allclose(scales, again, rtol=1e-6), (
        f"The same seed must repeat the result. Yours: {scales} and {again}. Does every number come from rng?"
    )
    rng = np.random.default_rng(2)
    first, second = (signal_scale(1, 5, 1.0, "tanh", rng) for _ in range(2))
    assert not np.allclose(first, second, rtol=1e-6), (
        "Two calls with one generator must give different results. Do you make a generator of your own?"
    )
    (scale,) = signal_scale(1, 400, 0.05, "relu", np.random.default_rng(3))
    assert abs(scale - 1) > 0.1, "1.0 is the standard deviation before the ReLU. It is asked for behind it."
    assert abs(scale - 0.707) > 0.05, (
        "0.707 is the root of the mean square. The standard deviation is measured from the mean, which is not\n"
        "0 behind a ReLU."
    )
    assert abs(scale - 0.584) < 0.05, f"With a gain of 1, a ReLU leaves 0.584. Yours: {scale}"
    scales = signal_scale(4, 100, 100.0, "tanh", np.random.default_rng(4))
    assert np.allclose(scales, 1, atol=0.05), (
        f"With huge weights every tanh saturates at -1 or 1, and the standard deviation is 1. Yours: {scales}"
    )


check_signal_scale()

# %% [markdown]
# ## 3. Layers that do nothing
#
# Make a network deeper without changing what it computes. `model` puts out a feature map that holds no
# negative number, because it ends with a ReLU, for instance (or with a pooling behind a ReLU). It was made by
# `keras.Model(inputs, outputs)`, so you find its ends as `model.input` and `model.output`. Behind its output, append `count` further layers: each is a 3x3 convolution with stride 1 and "same" padding that keeps
# the number of channels, **followed by a ReLU**. Their weights are such that the new model gives the same
# feature map as the old one, for every image. With or without biases: as you like.
#
# All the weights of these layers could be trained afterwards: they are ordinary convolutions that begin as an
# identity, each with a kernel of its own. Nothing else is added, no shortcut and no normalization.
#
# The old model is the same after the call as before. The new one may share its layers or have copies of
# them, with the same weights. `count` is at least 1.


# %% solution append_identity_layers
def append_identity_layers(model, count):
    """Append convolutions to a model that change nothing, as long as they are not trained.

    Args:
        model: Keras model from images to a feature map (N, H, W, C) without negative numbers.
        count: How many convolutions with ReLU to append, at least 1.

    Returns:
        Keras model that computes the same as `model`.
    """
    ### BEGIN SOLUTION
    channels = model.output.shape[-1]
    weights = np.zeros((3, 3, channels, channels))
    weights[1, 1] = np.identity(channels)
    start = keras.initializers.Constant(weights)
    x = model.output
    for _ in range(count):
        x = layers.Conv2D(channels, 3, padding="same", activation="relu", kernel_initializer=start)(x)
    return keras.Model(model.input, x)
    ### END SOLUTION


# %% test append_identity_layers points=7
def check_append_identity_layers():
    """Try append_identity_layers on a model with three feature maps."""
    inputs = keras.Input((6, 7, 2))
    model = keras.Model(inputs, layers.Conv2D(3, 3, padding="same", activation="relu")(inputs))
    image = np.random.default_rng(0).normal(size=(2, 6, 7, 2)).astype("float32")
    before, weights = np.asarray(model(image)), model.get_weights()
    deeper = append_identity_layers(model, 2)
    assert deeper is not None, "The function returns nothing. Does it end with a return statement?"
    assert isinstance(deeper, keras.Model), f"Return a Keras model, not {type(deeper).__name__}."
    after = np.asarray(deeper(image))
    assert after.shape == before.shape, (
        f"The shape of the output stays as it is, {before.shape}. Yours: {after.shape}. Look at the padding."
    )
    added = deeper.count_params() - model.count_params()
    assert added in (2 * 81, 2 * 84), (
        "Two 3x3 convolutions from 3 channels to 3 have 2 * 81 weights, and 6 biases if you want them.\n"
        f"You added {added} parameters."
    )
    # One bright pixel tells what becomes of it.
    one_by_one = [np.allclose(after[..., k], before[..., k], atol=1e-5) for k in range(3)]
    assert all(one_by_one), (
        f"The feature map has changed (unchanged channels: {one_by_one}). A kernel of shape (3, 3, C, C) that\n"
        "copies: the pixel in the middle counts, and each channel comes from the same channel alone."
    )
    assert len(model.layers) == 2 and all(
        np.array_equal(a, b) for a, b in zip(weights, model.get_weights(), strict=True)
    ), "The old model was changed. Build a new one."
    # With all new weights turned to their negatives, nothing gets through a ReLU.
    for weight in deeper.weights[len(model.weights) :]:
        weight.assign(-weight)
    after = np.asarray(deeper(image))
    assert (after == 0).all(), (
        "With kernels of the opposite sign nothing would get through a ReLU. In your model something does. Is\n"
        "there a ReLU behind each new convolution?"
    )


check_append_identity_layers()

# %% [markdown]
# ## 4. The diagnosis
#
# A shallow network and a deeper one were trained with the same recipe. You know four **errors** (not
# accuracies), those of both networks on the training images and on the test images. What did depth do?
#
# | the deeper network is | answer |
# |---|---|
# | worse in training, whatever the test says | `"degradation"` |
# | better in training and worse in the test | `"overfitting"` |
# | anything else | `"improvement"` |
#
# "Worse" means a larger error and "better" a smaller one, by however little. Equal errors are neither: with
# equal training errors the answer is `"improvement"`, and so it is with a better training error and equal
# test errors. The errors may be shares or percentages, floating-point numbers or integers, all four alike.


# %% solution diagnose
def diagnose(shallow_train, shallow_test, deep_train, deep_test):
    """Tell from four errors what additional layers did.

    Args:
        shallow_train: Error of the shallow network on the training images.
        shallow_test: Error of the shallow network on the test images.
        deep_train: Error of the deeper network on the training images.
        deep_test: Error of the deeper network on the test images.

    Returns:
        "degradation", "overfitting" or "improvement".
    """
    ### BEGIN SOLUTION
    if deep_train > shallow_train:
        return "degradation"
    if deep_train < shallow_train and deep_test > shallow_test:
        return "overfitting"
    return "improvement"
    ### END SOLUTION


# %% test diagnose points=4
def check_diagnose():
    """Try diagnose on the three cases."""
    found = diagnose(0.04, 0.09, 0.07, 0.11)
    assert found is not None, "The function returns nothing. Does it end with a return statement?"
    assert found in ("degradation", "overfitting", "improvement"), (
        f'The answer is one of "degradation", "overfitting" and "improvement". Yours: {found!r}'
    )
    assert found == "degradation", (
        "Training error from 4 % to 7 %, test error from 9 % to 11 %: the deeper network does not even fit the\n"
        f"images that it has seen. That is degradation, not {found}."
    )
    found = diagnose(0.04, 0.09, 0.01, 0.12)
    assert found == "overfitting", (
        "Training error from 4 % to 1 %, test error from 9 % to 12 %: it fits its training images better, and\n"
        f"others worse. That is overfitting, not {found}."
    )
    found = diagnose(0.04, 0.09, 0.02, 0.08)
    assert found == "improvement", f"Both errors have become smaller. That is an improvement, not {found}."
    found = diagnose(0.04, 0.09, 0.04, 0.09)
    assert found == "improvement", f"Equal errors count as improvement. Yours: {found}"


check_diagnose()

# %% [markdown]
# ## 5. Written question: where is the gradient small?
#
# The function below makes a chain of thirty fully connected layers with ReLU and without batch normalization,
# and a layer of logits behind them. In further cells of your own, measure `gradient_norms(make_chain(gain), x, y)`
# for the gains 1 and $\sqrt2$, and `signal_scale(30, 100, gain / 10, "relu", rng)` for both.
#
# 1. Report how large the norms are for the two gains, at the first layer, in the middle, and at the last. In the
#    lesson, the gradient with respect to the **activations** of a chain with gain 1 shrinks ten thousand
#    times on its way to the first layer. Why does the gradient of the kernels behave otherwise?
# 2. "With gain 1 the first layers cannot learn, because the gradient vanishes." What is right about this sentence
#    and what is not? What do the layers close to the logits learn?
# 3. Could one repair the network with gain 1 by a learning rate that is a hundred thousand times larger? Name a
#    better remedy.


# %%
def make_chain(gain, depth=30, width=100):
    """Make a chain whose weights have the standard deviation gain / sqrt(fan-in)."""
    chain = keras.Sequential([keras.Input((width,))])
    for number in range(depth):
        start = keras.initializers.RandomNormal(stddev=gain / width**0.5, seed=number)
        chain.add(layers.Dense(width, "relu", use_bias=False, kernel_initializer=start))
    chain.add(layers.Dense(10, kernel_initializer=keras.initializers.RandomNormal(stddev=0.1, seed=depth)))
    return chain


numbers = np.random.default_rng(0)
x, y = numbers.normal(size=(64, 100)), numbers.integers(0, 10, 64)

# %% written where_is_the_gradient_small [markdown] points=3
# 1. With the gain $\sqrt2$ all norms are near 1, within a factor of about five; with gain 1 all of them are some
#    $10^{-5}$, at the first layer as at the last. The gradient of a kernel is a sum of products of what came in
#    (the activations of the layer before) and what comes back (the gradient at the layer's output). Forward,
#    the signal shrinks by $1/\sqrt2$ per layer, backward the gradient does. At the first layer the input is
#    large and the gradient tiny, at the last it is the other way round. The product has gone through about
#    thirty factors $1/\sqrt2$ everywhere: $2^{-15} \approx 3 \cdot 10^{-5}$.
# 2. Right: nothing is learned, since every kernel is pulled at a hundred thousand times less than with the other
#    gain. Wrong: that it is a matter of the first layers. The last ones, too, get next to nothing, but for
#    another reason: nothing reaches them that depends on the input. The logits are all but the biases, so
#    before anything else the network learns how frequent the classes are: the gradient of the last bias is as
#    large as ever.
# 3. Hardly. At the start it would make the steps of the kernels as large as those of the healthy network, but the
#    last bias, whose gradient is not small, would be thrown about (and a rate that suits the start does not suit the
#    kernels once the signal gets through). A rate for each kernel, as Adam has it, comes closer. Better
#    remedies treat the cause: initialization with the gain $\sqrt2$ that a ReLU needs, or batch normalization,
#    which restores the size of the signal in every layer.
#
# *Marking: 1 point for each part; part 1 needs both the numbers and the product.*

# %% [markdown]
# ## 6. Written question: what the identity proves
#
# 1. With `append_identity_layers` you can make a network with twenty further layers that has exactly the training
#    error of the shallow one. Somebody trains the same deep architecture from random weights, gets a much larger
#    training error, and says: "So the deep network has too few parameters for the problem." What does your
#    construction prove about this, and what does it leave open?
# 2. Why is the ReLU harmless in your layers, and why would $\tanh$ not be? What would happen if the layers
#    were put behind the **first** convolution of a network before its ReLU?
# 3. The training error of a deeper network is larger than that of the shallow one, and so is its test error. Which
#    of these would you try, and why: more training images, dropout, another initialization, another
#    architecture?

# %% written what_the_identity_proves [markdown] points=3
# 1. It proves that the deep architecture can represent a network with the small training error: weights that
#    achieve it exist. So the best deep network is at least as good in training as the shallow one, and a lack of
#    parameters cannot be the reason; training did not find what exists. The construction leaves open why:
#    whether gradients, the start or the shape of the loss are to blame, and how one would find such weights
#    without knowing the shallow network. It also says nothing about the test error of other solutions.
# 2. A ReLU leaves numbers alone that are not negative, and the layers begin behind such a map, whose copy is not
#    negative either. $\tanh(x) < x$ for every positive $x$: each layer would shrink the map a bit more. Behind a
#    convolution without ReLU there are negative numbers, which the first added ReLU would set to 0. If a ReLU
#    follows there anyway (with nothing in between), the function would even stay the same: a ReLU twice is a ReLU.
#    Without one, it would change.
# 3. It is degradation: not even the training images are fitted. More images and dropout are remedies for
#    overfitting, and would make the training error larger still. Another initialization is worth a try where
#    signals or gradients vanish or explode, which one can measure; if they are healthy, as with batch
#    normalization, it will not help much. What remains is an architecture in which the identity is easy to
#    learn: shortcuts around groups of layers.
#
# *Marking: 1 point for each part.*
