"""A training loop that is quick to repeat: one compiled step, many learning rates and seeds."""

import keras
import numpy as np
import tensorflow as tf


class Trainer:
    """Train one classifier again and again with plain stochastic gradient descent.

    The training step is compiled once, and the learning rate is an input of it. A new run therefore costs
    only its steps: `reset` draws new weights into the variables that are there.

    Args:
        model: Keras model that maps images (N, H, W, C) to logits (N, classes).
        jit_compile: Compile the step with XLA (worth it on a GPU only).
        loss_scale: Factor on the loss while gradients are computed, undone afterwards. float16 gradients
            need it to stay above the smallest float16 number; 1 changes nothing.

    >>> model = keras.Sequential([keras.Input((2, 2, 1)), keras.layers.Flatten(), keras.layers.Dense(2)])
    >>> trainer = Trainer(model)
    >>> trainer.reset(seed=0)
    >>> x = np.array([0.0, 1.0] * 8, "float32").reshape(-1, 1, 1, 1) * np.ones((1, 2, 2, 1), "float32")
    >>> losses = trainer.fit(x, np.array([0, 1] * 8), batch_size=4, learning_rate=1.0, epochs=2)
    >>> losses.shape
    (8,)
    """

    def __init__(self, model, jit_compile=False, loss_scale=1.0):
        """Compile the training step."""
        self.model = model
        self.rng = np.random.default_rng(0)
        self._initial_weights = model.get_weights()
        loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

        def step(x, y, learning_rate):
            with tf.GradientTape() as tape:
                loss = loss_of(y, model(x, training=True))
                scaled_loss = loss * loss_scale
            variables = model.trainable_variables
            for variable, gradient in zip(variables, tape.gradient(scaled_loss, variables), strict=True):
                variable.assign_sub(learning_rate * gradient / loss_scale)
            return loss

        self._step = tf.function(step, jit_compile=jit_compile, reduce_retracing=True)

    def reset(self, seed):
        """Draw new initial kernels and restart the order of the batches, both from `seed`."""
        keras.utils.set_random_seed(seed)
        self.rng = np.random.default_rng(seed)
        self.model.set_weights(self._initial_weights)
        for layer in self.model.layers:
            if hasattr(layer, "kernel"):
                # An initializer repeats its numbers; a clone of it draws new ones.
                layer.kernel.assign(layer.kernel_initializer.clone()(layer.kernel.shape))

    def fit(self, x, y, batch_size, learning_rate, epochs, after_step=None):
        """Descend for some epochs, while the learning rate falls linearly to zero.

        Every epoch visits the images once in a new random order; an incomplete last batch is left out.

        Args:
            x: Images (N, H, W, C).
            y: Integer labels (N,).
            batch_size: Images per step, between 1 and N.
            learning_rate: Step length at the start.
            epochs: Number of passes over the images, at least 1.
            after_step: Called as `after_step(step)` after every update, `step` counting from 1.

        Returns:
            Loss of every step before its update, shape (epochs * (N // batch_size),).

        Raises:
            ValueError: If the batch size or the number of epochs is out of range.
        """
        if not 1 <= batch_size <= len(x):
            raise ValueError(f"batch_size must be between 1 and {len(x)}, got {batch_size}.")
        if epochs < 1:
            raise ValueError(f"epochs must be at least 1, got {epochs}.")
        complete = len(x) // batch_size * batch_size
        orders = np.concatenate([self.rng.permutation(len(x))[:complete] for _ in range(epochs)])
        batches = orders.reshape(-1, batch_size)
        losses = []
        for step, batch in enumerate(batches):
            rate = tf.constant(learning_rate * (1 - step / len(batches)), tf.float32)
            losses.append(self._step(x[batch], y[batch], rate))
            if after_step is not None:
                after_step(step + 1)
        return np.array(losses)

    def accuracy(self, x, y, training=False, batch_size=None):
        """Return the share of correct predictions, leaving the model as it was.

        Args:
            x: Images (N, H, W, C).
            y: Integer labels (N,).
            training: False normalizes with the moving statistics, True with those of each batch.
            batch_size: Images per forward pass; None takes all at once. An incomplete last batch is left out.

        Returns:
            Accuracy as a float between 0 and 1.

        Raises:
            ValueError: If the batch size does not lie between 1 and N.
        """
        batch_size = len(x) if batch_size is None else batch_size
        if not 1 <= batch_size <= len(x):
            raise ValueError(f"batch_size must be between 1 and {len(x)}, got {batch_size}.")
        # A forward pass in training mode updates the moving statistics, so keep them and put them back.
        kept = [variable.numpy() for variable in self.model.non_trainable_variables]
        stop = len(x) // batch_size * batch_size
        correct = [
            np.argmax(self.model(x[i : i + batch_size], training=training), axis=-1) == y[i : i + batch_size]
            for i in range(0, stop, batch_size)
        ]
        for variable, value in zip(self.model.non_trainable_variables, kept, strict=True):
            variable.assign(value)
        return float(np.mean(correct))
