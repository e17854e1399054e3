"""What `fit` does with its arguments, and the same training written by hand."""

import keras
import numpy as np
import tensorflow as tf


def build_small_net(input_shape, width, dropout=0.0, dtype="float32", num_classes=10):
    """Build a small classifier without batch normalization: three 3x3 convolutions and a dense layer.

    The second and third convolution have stride 2 and twice the filters. Nothing in the network mixes the
    images of a batch, so that the gradient of a batch is the mean of the gradients of its images.

    Args:
        input_shape: Shape (H, W, C) of one image.
        width: Filters of the first convolution, at least 1.
        dropout: Share of the features that training drops in front of the dense layer; 0 adds no layer.
        dtype: Data type or policy of the convolutions, such as "float32" or "mixed_float16".
        num_classes: Number of logits.

    Returns:
        Keras model from images (N, H, W, C) to float32 logits (N, num_classes).

    Raises:
        ValueError: If the width is less than 1 or the dropout does not lie in [0, 1).

    >>> build_small_net((8, 8, 1), width=4).output_shape
    (None, 10)
    """
    if width < 1:
        raise ValueError(f"width must be at least 1, got {width}.")
    if not 0 <= dropout < 1:
        raise ValueError(f"dropout must be at least 0 and less than 1, got {dropout}.")
    x = inputs = keras.Input(input_shape)
    for filters, strides in ((width, 1), (2 * width, 2), (2 * width, 2)):
        x = keras.layers.Conv2D(
            filters,
            3,
            strides=strides,
            padding="same",
            activation="relu",
            kernel_initializer="he_normal",
            dtype=dtype,
        )(x)
    x = keras.layers.Flatten(dtype=dtype)(x)
    if dropout > 0:
        x = keras.layers.Dropout(dropout, dtype=dtype)(x)
    return keras.Model(inputs, keras.layers.Dense(num_classes, dtype="float32")(x))


class FitRecorder(keras.Model):
    """A model that learns nothing: it writes down what `fit` hands to it, batch by batch.

    `training` and `validation` are lists of batches. A batch is a tuple of arrays: inputs, targets and, where
    there are any, the weights of the samples.

    >>> recorder = FitRecorder()
    >>> history = recorder.fit(np.arange(10), np.arange(10), batch_size=4, shuffle=False, verbose=0)
    >>> [batch[0].tolist() for batch in recorder.training]
    [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    """

    def __init__(self):
        """Start with empty records; run step by step in Python, so that arrays can be kept."""
        super().__init__()
        self.training, self.validation = [], []
        self.compile(run_eagerly=True)

    def train_step(self, data):
        """Keep a batch of the training set."""
        self.training.append(tuple(np.asarray(part) for part in data))
        return {"loss": tf.zeros(())}

    def test_step(self, data):
        """Keep a batch of the validation set."""
        self.validation.append(tuple(np.asarray(part) for part in data))
        return {"loss": tf.zeros(())}


def batch_stream(x, y, batch_size, epochs, seed):
    """Line up the batches of all epochs in one data set, every epoch in an order of its own.

    Read again, the stream gives the same batches again. (A plain `shuffle(n, seed)` does not: it goes on with
    new orders, and `fit` begins to read more often than one thinks.) The seed counts together with
    TensorFlow's global seed at the time of the call, so call `keras.utils.set_random_seed` before.

    Args:
        x: Images, shape (n, ...).
        y: Labels, shape (n,).
        batch_size: Images per batch; the last batch of an epoch holds what is left.
        epochs: Number of passes over the images, at least 1.
        seed: Seed of the order of the first epoch; the k-th epoch has seed + k - 1.

    Returns:
        `tf.data.Dataset` of pairs (images, labels).

    Raises:
        ValueError: If the batch size or the number of epochs is less than 1.

    >>> stream = batch_stream(np.arange(5.0), np.arange(5), batch_size=2, epochs=2, seed=0)
    >>> [len(labels) for _, labels in stream]
    [2, 2, 1, 2, 2, 1]
    """
    if batch_size < 1 or epochs < 1:
        raise ValueError(f"batch_size and epochs must be at least 1, got {batch_size} and {epochs}.")
    samples = tf.data.Dataset.from_tensor_slices((x, y))
    stream = samples.take(0).batch(batch_size)
    for epoch in range(epochs):
        mixed = samples.shuffle(len(x), seed=seed + epoch, reshuffle_each_iteration=False)
        stream = stream.concatenate(mixed.batch(batch_size))
    return stream


def make_update(model, optimizer, compiled=True, jit_compile=False):
    """Return the function that does one training step: forward, backward, update.

    Args:
        model: Keras model that maps images (N, H, W, C) to logits (N, classes).
        optimizer: Keras optimizer.
        compiled: Turn the step into a TensorFlow graph; False runs it operation by operation in Python.
        jit_compile: Compile the graph with XLA (worth it on a GPU only).

    Returns:
        Function `update(x, y) -> (loss, logits)`; both are from before the update.

    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2, kernel_initializer="zeros")])
    >>> update = make_update(model, keras.optimizers.SGD(1.0))
    >>> loss, logits = update(tf.ones((4, 2)), tf.zeros(4, tf.int32))
    >>> round(float(loss), 3), model.get_weights()[1].tolist()
    (0.693, [0.5, -0.5])
    """
    loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    optimizer.build(model.trainable_variables)

    def update(x, y):
        with tf.GradientTape() as tape:
            logits = model(x, training=True)
            loss = loss_of(y, logits)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply(gradients, model.trainable_variables)
        return loss, logits

    return tf.function(update, jit_compile=jit_compile, reduce_retracing=True) if compiled else update


def fit_by_hand(model, optimizer, stream, steps, validation_data):
    """Train like `model.fit(stream, steps_per_epoch=steps, ...)`, with every line in the open.

    Args:
        model: Keras model that maps images (N, H, W, C) to logits (N, classes).
        optimizer: Keras optimizer.
        stream: Iterable of batches (images, labels); an epoch ends after each `steps` of them.
        steps: Batches per epoch, at least 1.
        validation_data: Pair (images, labels), looked at after each epoch.

    Returns:
        Dictionary of lists with one number per epoch, under the names that `fit` uses: "loss", "accuracy",
        "val_loss", "val_accuracy".

    Raises:
        ValueError: If `steps` is less than 1.

    >>> x, y = np.ones((6, 8, 8, 1), "float32"), np.zeros(6, "int32")
    >>> stream = batch_stream(x, y, batch_size=4, epochs=3, seed=0)
    >>> model = build_small_net((8, 8, 1), width=1)
    >>> history = fit_by_hand(model, keras.optimizers.SGD(0.1), stream, steps=2, validation_data=(x, y))
    >>> [len(values) for values in history.values()]
    [3, 3, 3, 3]
    """
    if steps < 1:
        raise ValueError(f"steps must be at least 1, got {steps}.")
    update = make_update(model, optimizer)
    loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    x_validation, y_validation = validation_data
    mean_loss = keras.metrics.Mean()
    accuracy = keras.metrics.SparseCategoricalAccuracy()
    history = {"loss": [], "accuracy": [], "val_loss": [], "val_accuracy": []}
    for step, (x, y) in enumerate(stream, start=1):
        loss, logits = update(x, y)
        mean_loss.update_state(loss, sample_weight=len(x))  # a short last batch counts less
        accuracy.update_state(y, logits)
        if step % steps == 0:  # the epoch is over
            history["loss"].append(float(mean_loss.result()))
            history["accuracy"].append(float(accuracy.result()))
            mean_loss.reset_state()
            accuracy.reset_state()

            logits = model(x_validation, training=False)
            accuracy.update_state(y_validation, logits)
            history["val_loss"].append(float(loss_of(y_validation, logits)))
            history["val_accuracy"].append(float(accuracy.result()))
            accuracy.reset_state()
    return history
