"""What the lesson on batch normalization experiments with: a small network and ways to normalize in it."""

import keras
import numpy as np


def build_conv_net(
    input_shape,
    width,
    depth,
    normalize=None,
    kernel_initializer="glorot_uniform",
    dtype="float32",
    num_classes=10,
):
    """Build a plain classifier: 3x3 convolutions, each normalized (or not) before its ReLU.

    Two of the convolutions have stride 2, so that the feature maps shrink after each third of the depth. The
    convolutions have biases only when nothing is normalized: normalization would cancel them.

    Args:
        input_shape: Shape (H, W, C) of one image.
        width: Filters per convolution.
        depth: Number of convolutions, at least 3.
        normalize: Function from Keras tensor to Keras tensor, applied before each ReLU; None for none.
        kernel_initializer: Initializer of the convolution kernels; the default is Keras's own.
        dtype: Data type or policy of the convolutions, such as "float32" or "mixed_float16".
        num_classes: Number of logits.

    Returns:
        Keras model from images (N, H, W, C) to float32 logits (N, num_classes).

    Raises:
        ValueError: If the depth is less than 3.

    >>> build_conv_net((8, 8, 1), width=4, depth=6).output_shape
    (None, 10)
    """
    if depth < 3:
        raise ValueError(f"depth must be at least 3, got {depth}.")
    x = inputs = keras.Input(input_shape)
    for i in range(depth):
        strides = 2 if i in (depth // 3, 2 * depth // 3) else 1
        x = keras.layers.Conv2D(
            width,
            3,
            strides=strides,
            padding="same",
            use_bias=normalize is None,
            kernel_initializer=kernel_initializer,
            dtype=dtype,
        )(x)
        if normalize is not None:
            x = normalize(x)
        x = keras.layers.ReLU(dtype=dtype)(x)
    x = keras.layers.GlobalAveragePooling2D(dtype=dtype)(x)
    return keras.Model(inputs, keras.layers.Dense(num_classes, dtype="float32")(x))


def normalize_in_groups(x, group_size):
    """Normalize each `group_size` consecutive images of a batch on their own, like a batch of that size.

    Stacking the images of a group into one tall image turns "per channel over the group" into "per channel
    over one image", which Keras has as `GroupNormalization(groups=-1)`. There are no moving statistics.

    Args:
        x: Keras tensor (N, H, W, C); N must be a multiple of `group_size` when the model runs.
        group_size: Images that share a mean and a variance, at least 1.

    Returns:
        Keras tensor of the shape of `x`, with learned gamma and beta.

    Raises:
        ValueError: If the group size is less than 1.

    >>> x = keras.Input((8, 8, 3))
    >>> normalize_in_groups(x, 2).shape
    (None, 8, 8, 3)
    """
    if group_size < 1:
        raise ValueError(f"group_size must be at least 1, got {group_size}.")
    height, width, channels = x.shape[1:]
    tall = keras.ops.reshape(x, (-1, group_size * height, width, channels))
    tall = keras.layers.GroupNormalization(groups=-1)(tall)
    return keras.ops.reshape(tall, (-1, height, width, channels))


class DriftingNoise(keras.layers.Layer):
    """Scale and shift every channel at random, afresh for each training batch; leave inference alone.

    The layer after it sees a distribution that jumps from step to step, further than training moves it.

    Args:
        shift: Shifts are uniform between -shift and shift.
        scale: Scales are uniform between 1 and `scale`.
        seed: Seed of the random factors.

    Raises:
        ValueError: If the shift is negative or the scale is less than 1.

    Source: Santurkar et al. (2018), arXiv 1805.11604, inject noise of this kind after each normalization.

    >>> x = np.ones((2, 1, 1, 3), "float32")
    >>> noise = DriftingNoise(shift=0.5)
    >>> bool(np.allclose(noise(x, training=False), x)), bool(np.allclose(noise(x, training=True), x))
    (True, False)
    """

    def __init__(self, shift=0.5, scale=1.25, seed=0, **kwargs):
        """Keep the ranges and start the random numbers."""
        super().__init__(**kwargs)
        if shift < 0 or scale < 1:
            raise ValueError(f"shift must be at least 0 and scale at least 1, got {shift} and {scale}.")
        self.shift, self.scale = shift, scale
        self.numbers = keras.random.SeedGenerator(seed)

    def call(self, inputs, training=False):
        """Return `inputs` (N, H, W, C), in training with one random scale and shift per channel."""
        if not training:
            return inputs
        shape = (1,) * (len(inputs.shape) - 1) + (inputs.shape[-1],)
        scale = keras.random.uniform(shape, 1.0, self.scale, dtype=inputs.dtype, seed=self.numbers)
        shift = keras.random.uniform(shape, -self.shift, self.shift, dtype=inputs.dtype, seed=self.numbers)
        return inputs * scale + shift


def try_learning_rates(trainer, data, learning_rates, seeds, batch_size, epochs):
    """Train from scratch for every learning rate and seed.

    Args:
        trainer: `Trainer` of the network.
        data: Tuple `(x_train, y_train, x_test, y_test)`.
        learning_rates: Rates at the start of training.
        seeds: Seeds of initial weights and batch order.
        batch_size: Images per step.
        epochs: Passes over the training images.

    Returns:
        Tuple `(accuracy, losses)`: test accuracy at inference, shape (rates, seeds), and the training loss of
        every step, shape (rates, seeds, steps).

    Raises:
        ValueError: If there is no learning rate or no seed.

    >>> from convlab.training import Trainer
    >>> x, y = np.ones((8, 8, 8, 1), "float32"), np.zeros(8, "int32")
    >>> trainer = Trainer(build_conv_net((8, 8, 1), width=2, depth=3))
    >>> accuracy, losses = try_learning_rates(trainer, (x, y, x, y), [0.1, 1.0], [0], batch_size=4, epochs=2)
    >>> accuracy.shape, losses.shape
    ((2, 1), (2, 1, 4))
    """
    if len(learning_rates) == 0 or len(seeds) == 0:
        raise ValueError("At least one learning rate and one seed are needed.")
    x_train, y_train, x_test, y_test = data
    accuracy, losses = [], []
    for rate in learning_rates:
        for seed in seeds:
            trainer.reset(seed)
            losses.append(trainer.fit(x_train, y_train, batch_size, rate, epochs))
            accuracy.append(trainer.accuracy(x_test, y_test))
    shape = (len(learning_rates), len(seeds))
    return np.reshape(accuracy, shape), np.reshape(losses, (*shape, -1))


def follow_inference(trainer, data, seed, batch_size, learning_rate, epochs):
    """Train once and test after every epoch, both with batch statistics and with moving statistics.

    Args:
        trainer: `Trainer` of a network that has `BatchNormalization` layers.
        data: Tuple `(x_train, y_train, x_test, y_test)`.
        seed: Seed of initial weights and batch order.
        batch_size: Images per step.
        learning_rate: Rate at the start of training.
        epochs: Passes over the training images.

    Returns:
        Dictionary with "batch" and "moving", the test accuracies of shape (epochs,), and "variance", the
        moving variance of the last normalization after each step, its mean over the channels, (steps + 1,).

    Raises:
        ValueError: If the network has no `BatchNormalization` layer.

    >>> from convlab.training import Trainer
    >>> x, y = np.ones((8, 8, 8, 1), "float32"), np.zeros(8, "int32")
    >>> trainer = Trainer(build_conv_net((8, 8, 1), 2, 3, lambda h: keras.layers.BatchNormalization()(h)))
    >>> found = follow_inference(trainer, (x, y, x, y), 0, batch_size=4, learning_rate=0.1, epochs=3)
    >>> found["moving"].shape, found["variance"].shape
    ((3,), (7,))
    """
    x_train, y_train, x_test, y_test = data
    layers = [layer for layer in trainer.model.layers if isinstance(layer, keras.layers.BatchNormalization)]
    if not layers:
        raise ValueError("The network has no BatchNormalization layer whose statistics could be followed.")
    trainer.reset(seed)
    steps_per_epoch = len(x_train) // batch_size
    found = {"batch": [], "moving": [], "variance": [layers[-1].moving_variance.numpy().mean()]}

    def after_step(step):
        found["variance"].append(layers[-1].moving_variance.numpy().mean())
        if step % steps_per_epoch == 0:
            found["batch"].append(trainer.accuracy(x_test, y_test, training=True))
            found["moving"].append(trainer.accuracy(x_test, y_test))

    trainer.fit(x_train, y_train, batch_size, learning_rate, epochs, after_step)
    return {key: np.array(values) for key, values in found.items()}


def estimate_population_statistics(model, x):
    """Set the moving statistics of each `BatchNormalization` layer to those of all of `x`, in one pass.

    Args:
        model: Keras model; its momentum is set to 0 for the pass and put back.
        x: Images (N, H, W, C), as many as fit into memory.

    Raises:
        ValueError: If the network has no `BatchNormalization` layer.

    Source: Wu and Johnson (2021), arXiv 2105.07576, section 3, average over many batches to the same end.

    >>> model = keras.Sequential([keras.Input((1,)), keras.layers.BatchNormalization()])
    >>> estimate_population_statistics(model, np.array([[1.0], [3.0]]))
    >>> model.layers[0].moving_mean.numpy()
    array([2.], dtype=float32)
    """
    layers = [layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)]
    if not layers:
        raise ValueError("The network has no BatchNormalization layer whose statistics could be set.")
    momenta = [layer.momentum for layer in layers]
    for layer in layers:
        layer.momentum = 0.0
    model(x, training=True)
    for layer, momentum in zip(layers, momenta, strict=True):
        layer.momentum = momentum
