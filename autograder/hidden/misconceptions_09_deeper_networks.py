"""Known wrong answers to assignment 09, deeper networks, each with a hint for the student who gave it.

Each is a complete answer that differs from a right one by exactly one misunderstanding.
"""
# ruff: noqa: D103 - the hint says what a misconception is

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from autograder.testing import misconception

# ---------------------------------------------------------------- gradient_norms


def _crossentropy(y, logits):
    return keras.losses.SparseCategoricalCrossentropy(from_logits=True)(y, logits)


def _kernels(model):
    return [layer.kernel for layer in model.layers if hasattr(layer, "kernel")]


def _gradients(model, x, y, loss=_crossentropy, wanted=_kernels):
    """Gradients of a loss with respect to some of a model's weights, as arrays."""
    with tf.GradientTape() as tape:
        value = loss(y, model(x))
    return [np.asarray(slope) for slope in tape.gradient(value, wanted(model))]


def _lengths(gradients):
    return [float(np.sqrt((slope**2).sum())) for slope in gradients]


@misconception(
    "gradient_norms",
    hint="You add the losses of the examples up. The loss of a batch is their mean, so that it does not "
    "grow with the batch.",
)
def summed_over_the_batch(model, x, y):
    return _lengths(_gradients(model, x, y, lambda y, logits: len(y) * _crossentropy(y, logits)))


@misconception(
    "gradient_norms",
    hint="You apply a softmax to the output and tell the loss that it gets logits: so softmax is applied "
    "twice. Give the loss the model's output as it is.",
)
def softmax_twice(model, x, y):
    return _lengths(_gradients(model, x, y, lambda y, logits: _crossentropy(y, tf.nn.softmax(logits))))


@misconception(
    "gradient_norms",
    hint="Your loss takes the logits for probabilities, which is Keras's default. Say from_logits=True.",
)
def logits_taken_for_probabilities(model, x, y):
    return _lengths(_gradients(model, x, y, keras.losses.SparseCategoricalCrossentropy()))


@misconception(
    "gradient_norms",
    hint="You compute a softmax and its logarithm one after the other. For large logits the exponentials "
    "overflow; let the loss do both at once: from_logits=True.",
)
def softmax_overflows(model, x, y):
    def loss(y, logits):
        powers = tf.exp(logits)
        probabilities = powers / tf.reduce_sum(powers, axis=1, keepdims=True)
        return -tf.reduce_mean(tf.math.log(tf.gather(probabilities, y, axis=1, batch_dims=1)))

    return _lengths(_gradients(model, x, y, loss))


@misconception(
    "gradient_norms",
    hint="Your list has entries for all weights, biases among them. Only kernels are asked for.",
)
def all_weights(model, x, y):
    return _lengths(_gradients(model, x, y, wanted=lambda model: model.trainable_weights))


@misconception(
    "gradient_norms",
    hint="In your norms each kernel is taken together with the bias of its layer. The kernel alone is "
    "asked for.",
)
def biases_in_the_norms(model, x, y):
    kernels, biases = (
        _gradients(model, x, y, wanted=lambda model, kind=kind: [getattr(v, kind) for v in _with(model)])
        for kind in ("kernel", "bias")
    )
    return [
        float(np.sqrt((one**2).sum() + (other**2).sum())) for one, other in zip(kernels, biases, strict=True)
    ]


def _with(model):
    return [layer for layer in model.layers if hasattr(layer, "kernel")]


@misconception(
    "gradient_norms",
    hint="Your list holds a single number for all kernels together. Each kernel has its own.",
)
def one_norm_for_all(model, x, y):
    return [float(np.sqrt(sum((slope**2).sum() for slope in _gradients(model, x, y))))]


@misconception(
    "gradient_norms",
    hint="Your list begins with the last layer. Backpropagation reaches that one first, but the list "
    "begins next to the input.",
)
def last_to_first(model, x, y):
    return _lengths(_gradients(model, x, y))[::-1]


@misconception(
    "gradient_norms",
    hint="Your list is in the order in which the layers were made, by their names or numbers. It should be "
    "that in which the signal passes them; model.layers has it.",
)
def in_order_of_creation(model, x, y):
    def number(weight):
        name = weight.path.split("/")[-2]
        return int(name.rsplit("_", 1)[-1]) if name[-1].isdigit() and "_" in name else 0

    def wanted(model):
        return sorted(_kernels(model), key=lambda weight: (weight.shape.rank, -number(weight)), reverse=True)

    return _lengths(_gradients(model, x, y, wanted=wanted))


@misconception(
    "gradient_norms",
    hint="You return the sums of the squares. The norm is the root of that.",
)
def squared_norms(model, x, y):
    return [float((slope**2).sum()) for slope in _gradients(model, x, y)]


@misconception(
    "gradient_norms",
    hint="You return roots of the mean square. For the norm the squares are added up, not averaged.",
)
def root_mean_squares(model, x, y):
    return [float(np.sqrt((slope**2).mean())) for slope in _gradients(model, x, y)]


@misconception(
    "gradient_norms",
    hint="You add up absolute values, which is the L1 norm. The L2 norm is the root of the sum of the "
    "squares.",
)
def sums_of_absolute_values(model, x, y):
    return [float(np.abs(slope).sum()) for slope in _gradients(model, x, y)]


@misconception(
    "gradient_norms",
    hint="You return the largest entry of each gradient. The L2 norm is the root of the sum of the squares.",
)
def largest_entries(model, x, y):
    return [float(np.abs(slope).max()) for slope in _gradients(model, x, y)]


@misconception(
    "gradient_norms",
    hint="For matrices your norm is the largest singular value (that is what ord=2 means there). The root "
    "of the sum of the squares of all entries is asked for: flatten first.",
)
def spectral_norms(model, x, y):
    flat = [slope.reshape(-1, slope.shape[-1]) for slope in _gradients(model, x, y)]
    return [float(np.linalg.norm(slope, 2)) for slope in flat]


@misconception(
    "gradient_norms",
    hint="You average the norms of single examples. The gradient of the mean loss comes first, then its "
    "norm: gradients of different examples cancel in part.",
)
def mean_of_norms(model, x, y):
    single = [_lengths(_gradients(model, x[i : i + 1], y[i : i + 1])) for i in range(len(x))]
    return np.mean(single, axis=0).tolist()


@misconception(
    "gradient_norms",
    hint="You return the norms of the kernels themselves. The norms of their gradients are asked for.",
)
def norms_of_the_weights(model, x, y):
    return _lengths([np.asarray(kernel) for kernel in _kernels(model)])


@misconception(
    "gradient_norms",
    hint="You divide by the norm of the kernel. That is a useful number, but the norm of the gradient "
    "itself is asked for.",
)
def relative_to_the_weights(model, x, y):
    sizes = _lengths([np.asarray(kernel) for kernel in _kernels(model)])
    return [one / other for one, other in zip(_lengths(_gradients(model, x, y)), sizes, strict=True)]


@misconception(
    "gradient_norms",
    hint="You look at convolutions only. Fully connected layers have kernels, too.",
)
def convolutions_only(model, x, y):
    def wanted(model):
        return [kernel for kernel in _kernels(model) if kernel.shape.rank == 4]

    return _lengths(_gradients(model, x, y, wanted=wanted)) if wanted(model) else []


@misconception(
    "gradient_norms",
    hint="You look at fully connected layers only. Convolutions have kernels, too, with four axes.",
)
def matrices_only(model, x, y):
    return _lengths(
        _gradients(model, x, y, wanted=lambda model: [k for k in _kernels(model) if k.shape.rank == 2])
    )


@misconception(
    "gradient_norms",
    hint="Your list holds the gradients' norms for gamma of batch normalization, too. It is a scale, not a "
    "kernel.",
)
def gamma_counted(model, x, y):
    def wanted(model):
        return [weight for weight in model.trainable_weights if weight.name in ("kernel", "gamma")]

    return _lengths(_gradients(model, x, y, wanted=wanted))


@misconception(
    "gradient_norms",
    hint="Your function trains: it takes a step, and the model's weights are others afterwards. Compute "
    "gradients without an optimizer, or put the old weights back.",
)
def takes_a_step(model, x, y):
    gradients = _gradients(model, x, y)
    keras.optimizers.SGD(0.1).apply(gradients, _kernels(model))
    return _lengths(gradients)


# ---------------------------------------------------------------- signal_scale


def _scales(
    depth,
    width,
    weight_std,
    activation,
    rng,
    measured=np.std,
    weights=lambda rng, std, size: rng.normal(0, std, size),
    biases=lambda rng, std, width: 0.0,
    inputs=lambda rng, size: rng.normal(size=size),
    batch=512,
    before=False,
):
    """The right answer but for one argument."""
    functions = {"relu": lambda z: np.maximum(z, 0), "tanh": np.tanh, "linear": lambda z: z}
    signal, found = inputs(rng, (batch, width)), []
    for _ in range(depth):
        z = signal @ weights(rng, weight_std, (width, width)) + biases(rng, weight_std, width)
        signal = functions[activation](z)
        found.append(float(measured(z if before else signal)))
    return found


@misconception("signal_scale", hint="You return variances. The standard deviation is the root of that.")
def variances(depth, width, weight_std, activation, rng):
    return _scales(depth, width, weight_std, activation, rng, measured=np.var)


@misconception(
    "signal_scale",
    hint="You measure before the activation function. The activations behind it are asked for.",
)
def before_the_activation(depth, width, weight_std, activation, rng):
    return _scales(depth, width, weight_std, activation, rng, before=True)


@misconception(
    "signal_scale",
    hint="You take the root of the mean square. The standard deviation is measured from the mean, which is "
    "not 0 behind a ReLU.",
)
def root_mean_square(depth, width, weight_std, activation, rng):
    return _scales(depth, width, weight_std, activation, rng, measured=lambda a: np.sqrt((a**2).mean()))


@misconception(
    "signal_scale",
    hint="You return the mean of the absolute values. The standard deviation is asked for.",
)
def mean_absolute_values(depth, width, weight_std, activation, rng):
    return _scales(depth, width, weight_std, activation, rng, measured=lambda a: np.abs(a).mean())


@misconception(
    "signal_scale",
    hint="You take the standard deviation of each neuron and average. All 512 x width activations have one "
    "standard deviation together, which also counts how the neurons differ.",
)
def mean_over_neurons(depth, width, weight_std, activation, rng):
    return _scales(depth, width, weight_std, activation, rng, measured=lambda a: a.std(axis=0).mean())


@misconception(
    "signal_scale",
    hint="You take the standard deviation over the neurons of each input and average. All 512 x width "
    "activations have one standard deviation together.",
)
def mean_over_inputs(depth, width, weight_std, activation, rng):
    return _scales(depth, width, weight_std, activation, rng, measured=lambda a: a.std(axis=1).mean())


@misconception(
    "signal_scale",
    hint="Your layers have random biases. The network has none.",
)
def random_biases(depth, width, weight_std, activation, rng):
    def biases(rng, std, width):
        return rng.normal(0, std, width)

    return _scales(depth, width, weight_std, activation, rng, biases=biases)


@misconception(
    "signal_scale",
    hint="You divide the weights by the root of the width. Their standard deviation is weight_std as it "
    "is; who wants a rule for initial weights puts it in there.",
)
def divided_by_the_root_of_the_width(depth, width, weight_std, activation, rng):
    return _scales(depth, width, weight_std / np.sqrt(width), activation, rng)


@misconception(
    "signal_scale",
    hint="You take weight_std for the variance of the weights, and draw with its root (or the other way "
    "round). It is the standard deviation, which is what rng.normal wants.",
)
def taken_for_the_variance(depth, width, weight_std, activation, rng):
    return _scales(depth, width, np.sqrt(weight_std), activation, rng)


@misconception(
    "signal_scale",
    hint="Your weights do not depend on weight_std: they have the standard deviation 1.",
)
def standard_normal_weights(depth, width, weight_std, activation, rng):
    return _scales(depth, width, 1.0, activation, rng)


@misconception(
    "signal_scale",
    hint="You draw the weights from a uniform distribution. They are Gaussian: rng.normal.",
)
def uniform_weights(depth, width, weight_std, activation, rng):
    def weights(rng, std, size):
        return rng.uniform(-std * 3**0.5, std * 3**0.5, size)

    return _scales(depth, width, weight_std, activation, rng, weights=weights)


@misconception(
    "signal_scale",
    hint="You draw the inputs from a uniform distribution between 0 and 1. They are Gaussian with mean 0 "
    "and standard deviation 1: rng.normal.",
)
def uniform_inputs(depth, width, weight_std, activation, rng):
    return _scales(depth, width, weight_std, activation, rng, inputs=lambda rng, size: rng.random(size))


@misconception(
    "signal_scale",
    hint="All layers of yours have the same weights. Draw new ones for each.",
)
def same_weights_everywhere(depth, width, weight_std, activation, rng):
    drawn = []

    def weights(rng, std, size):
        drawn.append(drawn[0] if drawn else rng.normal(0, std, size))
        return drawn[-1]

    return _scales(depth, width, weight_std, activation, rng, weights=weights)


@misconception(
    "signal_scale",
    hint="You feed the network with a single input. The batch holds 512.",
)
def a_single_input(depth, width, weight_std, activation, rng):
    return _scales(depth, width, weight_std, activation, rng, batch=1)


@misconception(
    "signal_scale",
    hint="Your batch does not hold 512 inputs. Its size is not that of the layers.",
)
def as_many_inputs_as_neurons(depth, width, weight_std, activation, rng):
    return _scales(depth, width, weight_std, activation, rng, batch=max(width, 2))


@misconception(
    "signal_scale",
    hint="Your list begins with the inputs. It holds one number for each layer, the first one behind the "
    "first layer.",
)
def inputs_in_the_list(depth, width, weight_std, activation, rng):
    first = []

    def inputs(rng, size):
        first.append(rng.normal(size=size))
        return first[0]

    scales = _scales(depth, width, weight_std, activation, rng, inputs=inputs)
    return [float(first[0].std()), *scales]


@misconception(
    "signal_scale",
    hint="You return a single number, that of the last layer. Each layer has one.",
)
def last_layer_only(depth, width, weight_std, activation, rng):
    return _scales(depth, width, weight_std, activation, rng)[-1]


@misconception(
    "signal_scale",
    hint="Your layers do not follow each other: each works on the inputs again. A layer's input is what "
    "the one before it gave.",
)
def every_layer_sees_the_inputs(depth, width, weight_std, activation, rng):
    functions = {"relu": lambda z: np.maximum(z, 0), "tanh": np.tanh, "linear": lambda z: z}
    x = rng.normal(size=(512, width))
    weights = [rng.normal(0, weight_std, (width, width)) for _ in range(depth)]
    return [float(functions[activation](x @ one).std()) for one in weights]


@misconception(
    "signal_scale",
    hint="Your network has no activation function, whatever the argument says.",
)
def always_linear(depth, width, weight_std, activation, rng):
    return _scales(depth, width, weight_std, "linear", rng)


@misconception(
    "signal_scale",
    hint="You do not use the generator that you are given, but make one of your own. So two calls give the "
    "same numbers.",
)
def a_generator_of_its_own(depth, width, weight_std, activation, rng):
    return _scales(depth, width, weight_std, activation, np.random.default_rng(0))


# ---------------------------------------------------------------- append_identity_layers


def _appended(
    model,
    count,
    kernel=None,
    size=3,
    padding="same",
    activation="relu",
    bias="zeros",
    shared=False,
    more=lambda x, before: x,
):
    """The right answer but for one argument."""
    channels = model.output.shape[-1]
    if kernel is None:
        kernel = _copying(channels, size, size // 2)
    x, layer = model.output, None
    for _ in range(count):
        if layer is None or not shared:
            layer = layers.Conv2D(
                channels,
                size,
                padding=padding,
                activation=activation,
                kernel_initializer=keras.initializers.Constant(kernel),
                bias_initializer=bias,
            )
        x = more(layer(x), x)
    return keras.Model(model.input, x)


def _copying(channels, size, place):
    kernel = np.zeros((size, size, channels, channels))
    kernel[place, place] = np.eye(channels)
    return kernel


@misconception(
    "append_identity_layers",
    hint="The 1 of your kernels is in their upper left corner, so every layer shifts the map. It belongs "
    "in the middle, [1, 1].",
)
def kernel_not_centered(model, count):
    return _appended(model, count, _copying(model.output.shape[-1], 3, 0))


@misconception(
    "append_identity_layers",
    hint="Your kernels have a 1 in the middle for every pair of channels, so each output is the sum of all "
    "channels. Between different channels there must be a 0.",
)
def channels_mixed(model, count):
    channels = model.output.shape[-1]
    kernel = np.zeros((3, 3, channels, channels))
    kernel[1, 1] = 1
    return _appended(model, count, kernel)


@misconception(
    "append_identity_layers",
    hint="Your kernels are 1 at all nine taps, and add up a neighborhood. Only the tap in the middle is 1.",
)
def all_taps_one(model, count):
    channels = model.output.shape[-1]
    return _appended(model, count, np.ones((3, 3, 1, 1)) * np.eye(channels))


@misconception(
    "append_identity_layers",
    hint="Your kernels average a neighborhood, which blurs the map. Only the tap in the middle counts.",
)
def averages(model, count):
    channels = model.output.shape[-1]
    return _appended(model, count, np.ones((3, 3, 1, 1)) * np.eye(channels) / 9)


@misconception(
    "append_identity_layers",
    hint="The middles of your kernels are identity matrices, but from left to right and top to bottom "
    "there are ones as well: you filled the wrong axes. The kernel's shape is (3, 3, C_in, C_out).",
)
def identity_on_the_wrong_axes(model, count):
    channels = model.output.shape[-1]
    return _appended(model, count, np.eye(3)[:, :, np.newaxis, np.newaxis] * np.eye(channels))


@misconception(
    "append_identity_layers",
    hint="Your new layers have random weights, as Keras gives them. They must be set so that they copy "
    "their input.",
)
def random_weights(model, count):
    channels = model.output.shape[-1]
    kernel = np.random.default_rng(0).normal(0, 0.1, (3, 3, channels, channels))
    return _appended(model, count, kernel)


@misconception(
    "append_identity_layers",
    hint="Your new layers have weights of 0 and put out nothing. In a network with shortcuts that would be "
    "the identity; here the kernel has to copy.",
)
def zero_weights(model, count):
    channels = model.output.shape[-1]
    return _appended(model, count, np.zeros((3, 3, channels, channels)))


@misconception(
    "append_identity_layers",
    hint="Your new layers have biases of 1. They must be 0, or missing.",
)
def biases_of_one(model, count):
    return _appended(model, count, bias="ones")


@misconception(
    "append_identity_layers",
    hint="Your new convolutions have no ReLU. With these weights it makes no difference, but they are "
    "layers of a deep network, which may be trained.",
)
def relu_missing(model, count):
    return _appended(model, count, activation=None)


@misconception(
    "append_identity_layers",
    hint="There is one ReLU behind all of your new convolutions. Each of them is followed by its own.",
)
def one_relu_at_the_end(model, count):
    new = _appended(model, count, activation=None)
    return keras.Model(new.input, layers.ReLU()(new.output))


@misconception(
    "append_identity_layers",
    hint="Your new layers have tanh instead of ReLU, which makes every value smaller.",
)
def tanh_instead(model, count):
    return _appended(model, count, activation="tanh")


@misconception(
    "append_identity_layers",
    hint="Your ReLU stops at 6. The feature map may hold larger numbers.",
)
def relu_of_six(model, count):
    return _appended(model, count, activation="relu6")


@misconception(
    "append_identity_layers",
    hint='Your new convolutions have no padding, so the map becomes smaller. Use "same" padding.',
)
def padding_missing(model, count):
    return _appended(model, count, padding="valid")


@misconception(
    "append_identity_layers",
    hint="Your new convolutions have 1x1 kernels. They should be ordinary 3x3 convolutions that begin as "
    "an identity.",
)
def one_by_one(model, count):
    return _appended(model, count, size=1)


@misconception(
    "append_identity_layers",
    hint="Your new convolutions are depthwise: each sees one channel only. They should be ordinary "
    "convolutions, which training can make anything of.",
)
def depthwise(model, count):
    x, kernel = model.output, np.zeros((3, 3, model.output.shape[-1], 1))
    kernel[1, 1] = 1
    for _ in range(count):
        start = keras.initializers.Constant(kernel)
        x = layers.DepthwiseConv2D(3, padding="same", activation="relu", depthwise_initializer=start)(x)
    return keras.Model(model.input, x)


@misconception(
    "append_identity_layers",
    hint="You add one layer too many, or count the model's own last layer: there should be `count` new ones.",
)
def one_too_many(model, count):
    return _appended(model, count + 1)


@misconception(
    "append_identity_layers",
    hint="You add one layer too few. There should be `count` new ones.",
)
def one_too_few(model, count):
    return _appended(model, count - 1)


@misconception(
    "append_identity_layers",
    hint="You use one layer again and again, so all new layers share their weights. Each has a kernel of "
    "its own.",
)
def layer_shared(model, count):
    return _appended(model, count, shared=True)


@misconception(
    "append_identity_layers",
    hint="Your new layers have shortcuts around them, so that the map doubles with each. The input goes "
    "through the convolution only.",
)
def shortcut_added(model, count):
    return _appended(model, count, more=lambda x, before: layers.Add()([x, before]))


@misconception(
    "append_identity_layers",
    hint="There is batch normalization in your new layers. With its initial values it divides by the root "
    "of 1 + epsilon, and it has weights that nobody asked for.",
)
def normalized(model, count):
    return _appended(model, count, more=lambda x, before: layers.BatchNormalization()(x))


@misconception(
    "append_identity_layers",
    hint="The layers of your new model have lost the weights of the old one: clone_model copies the "
    "architecture only. Copy the weights, too, or use the old layers.",
)
def weights_lost(model, count):
    clone = keras.models.clone_model(model)
    for weight in clone.weights:
        weight.assign(np.random.default_rng(1).normal(0, 0.3, weight.shape))
    return _appended(clone, count)


@misconception(
    "append_identity_layers",
    hint="You return the model as it is. It computes the same, but it has not become deeper.",
)
def nothing_appended(model, count):
    return _appended(model, 0)


@misconception(
    "append_identity_layers",
    hint="Your new layers stand in front of the model. The image may hold negative numbers, which a ReLU "
    "sets to 0, so the model's output changes: put them behind the last feature map.",
)
def put_in_front(model, count):
    start = keras.Input(model.input.shape[1:])
    front = _appended(keras.Model(start, layers.Activation("linear")(start)), count)
    return keras.Model(front.input, model(front.output))


@misconception(
    "append_identity_layers",
    hint="You average the feature map over all positions before you append. The layers work on the map "
    "itself.",
)
def behind_global_average_pooling(model, count):
    pooled = layers.GlobalAveragePooling2D(keepdims=True)(model.output)
    return _appended(keras.Model(model.input, pooled), count)


@misconception(
    "append_identity_layers",
    hint="Your function changes the weights of the model that it is given. The old model stays as it is.",
)
def old_model_changed(model, count):
    clone = keras.models.clone_model(model)
    clone.set_weights(model.get_weights())
    for weight in model.weights:
        weight.assign(weight * 0)
    return _appended(clone, count)


# ---------------------------------------------------------------- diagnose


@misconception(
    "diagnose",
    hint="You compare test errors to find degradation. It shows in the training error: the network does "
    "not even fit the images that it has seen.",
)
def test_error_taken(shallow_train, shallow_test, deep_train, deep_test):
    if deep_test > shallow_test:
        return "degradation"
    return "overfitting" if deep_train < shallow_train and deep_test > shallow_test else "improvement"


@misconception(
    "diagnose",
    hint="You call it overfitting whenever the test error grew. If the training error grew as well, the "
    "network has not fitted its training images at all: that is degradation.",
)
def degradation_called_overfitting(shallow_train, shallow_test, deep_train, deep_test):
    if deep_test > shallow_test:
        return "overfitting"
    return "degradation" if deep_train > shallow_train else "improvement"


@misconception(
    "diagnose",
    hint="You have exchanged the names. Worse in training is degradation; better in training and worse in "
    "the test is overfitting.",
)
def names_exchanged(shallow_train, shallow_test, deep_train, deep_test):
    if deep_train > shallow_train:
        return "overfitting"
    return "degradation" if deep_train < shallow_train and deep_test > shallow_test else "improvement"


@misconception(
    "diagnose",
    hint="You take the numbers for accuracies, or the deeper network for the shallow one. They are errors: "
    "larger is worse.",
)
def taken_for_accuracies(shallow_train, shallow_test, deep_train, deep_test):
    if deep_train < shallow_train:
        return "degradation"
    return "overfitting" if deep_train > shallow_train and deep_test < shallow_test else "improvement"


@misconception(
    "diagnose",
    hint="For degradation you ask for a larger test error, too. A larger training error is enough, "
    "whatever the test says.",
)
def both_must_grow(shallow_train, shallow_test, deep_train, deep_test):
    if deep_train > shallow_train and deep_test > shallow_test:
        return "degradation"
    return "overfitting" if deep_train < shallow_train and deep_test > shallow_test else "improvement"


@misconception(
    "diagnose",
    hint="You look at the gap between training and test error. A gap that grows is no overfitting as long "
    "as the test error falls.",
)
def gap_taken(shallow_train, shallow_test, deep_train, deep_test):
    if deep_train > shallow_train:
        return "degradation"
    return "overfitting" if deep_test - deep_train > shallow_test - shallow_train else "improvement"


@misconception(
    "diagnose",
    hint="You look at the deeper network alone: its test error is above its training error. That is so "
    "with nearly every network; compare it with the shallow one.",
)
def deeper_network_alone(shallow_train, shallow_test, deep_train, deep_test):
    if deep_train > shallow_train:
        return "degradation"
    return "overfitting" if deep_test > deep_train else "improvement"


@misconception(
    "diagnose",
    hint="You mixed up the arguments: they are the shallow network's training and test error, then the "
    "deep network's.",
)
def arguments_mixed_up(shallow_train, shallow_test, deep_train, deep_test):
    if shallow_test > shallow_train:
        return "degradation"
    return "overfitting" if shallow_test < shallow_train and deep_test > deep_train else "improvement"


@misconception(
    "diagnose",
    hint="With equal training errors you say degradation. Equal is not worse.",
)
def equal_called_degradation(shallow_train, shallow_test, deep_train, deep_test):
    if deep_train >= shallow_train:
        return "degradation"
    return "overfitting" if deep_test > shallow_test else "improvement"


@misconception(
    "diagnose",
    hint="With equal training errors and a larger test error you say overfitting. For that, the training "
    "error must have become smaller.",
)
def overfitting_without_a_better_fit(shallow_train, shallow_test, deep_train, deep_test):
    if deep_train > shallow_train:
        return "degradation"
    return "overfitting" if deep_test > shallow_test else "improvement"


@misconception(
    "diagnose",
    hint="With equal test errors you say overfitting. For that, the test error must have become larger.",
)
def overfitting_without_a_worse_test(shallow_train, shallow_test, deep_train, deep_test):
    if deep_train > shallow_train:
        return "degradation"
    return "overfitting" if deep_train < shallow_train and deep_test >= shallow_test else "improvement"


@misconception(
    "diagnose",
    hint="You overlook small differences. However little an error grew, it is worse.",
)
def small_differences_overlooked(shallow_train, shallow_test, deep_train, deep_test):
    if deep_train > 1.02 * shallow_train:
        return "degradation"
    return "overfitting" if deep_train < shallow_train and deep_test > 1.02 * shallow_test else "improvement"


@misconception(
    "diagnose",
    hint='Your answers are written otherwise than asked for: "degradation", "overfitting" and '
    '"improvement" in small letters.',
)
def capital_letters(shallow_train, shallow_test, deep_train, deep_test):
    if deep_train > shallow_train:
        return "Degradation"
    return "Overfitting" if deep_train < shallow_train and deep_test > shallow_test else "Improvement"
