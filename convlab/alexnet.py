"""AlexNet from a list of its layers, at any size, and the recipe that it was trained with."""

import keras
import tensorflow as tf

from convlab.training import Trainer


def alexnet_layers(filters=64, units=4096, num_classes=1000, first=(11, 4, 2)):
    """List the layers of AlexNet in its one-tower form, or of a narrower network of the same plan.

    Args:
        filters: Filters of the first convolution; the others keep their ratio 1 : 3 : 6 : 4 : 4 to it.
        units: Outputs of each of the first two fully connected layers.
        num_classes: Outputs of the last.
        first: Size, stride and padding of the first convolution; (11, 4, 2) suits photographs of 227x227,
            (5, 2, 2) images of 32x32.

    Returns:
        List of dictionaries as `convlab.layer_costs.cost_table` reads them.

    Source: the table of the lecture, which follows Krizhevsky (2014), arXiv 1404.5997.

    >>> [layer["name"] for layer in alexnet_layers()[:4]]
    ['conv1', 'pool1', 'conv2', 'pool2']
    """
    conv, pool, fc = "convolution", "pooling", "fully connected"
    rows = [
        # name, kind, filters or units, size, stride, padding
        ("conv1", conv, filters, *first),
        ("pool1", pool, None, 3, 2, 0),
        ("conv2", conv, 3 * filters, 5, 1, 2),
        ("pool2", pool, None, 3, 2, 0),
        ("conv3", conv, 6 * filters, 3, 1, 1),
        ("conv4", conv, 4 * filters, 3, 1, 1),
        ("conv5", conv, 4 * filters, 3, 1, 1),
        ("pool3", pool, None, 3, 2, 0),
        ("flatten", "flatten", None, None, None, None),
        ("fc1", fc, units, None, None, None),
        ("fc2", fc, units, None, None, None),
        ("fc3", fc, num_classes, None, None, None),
    ]
    columns = ("name", "kind", "filters", "size", "stride", "padding")
    layers = [{key: v for key, v in zip(columns, row, strict=True) if v is not None} for row in rows]
    for layer in layers:
        if layer["kind"] == fc:
            layer["units"] = layer.pop("filters")
    return layers


def build_network(layers, input_shape, activation="relu", dropout=0.0, dtype="float32"):
    """Build a Keras model from a list of layers, each named as in the list.

    Args:
        layers: List as `alexnet_layers` returns it; the last entry is a fully connected layer for the logits.
        input_shape: Shape (H, W, C) of one image.
        activation: Activation function of every layer with weights but the last.
        dropout: Share of the outputs of each fully connected layer but the last that training drops.
        dtype: Data type or policy of all layers but the last, such as "float32" or "mixed_float16".

    Returns:
        Keras model from images (N, H, W, C) to float32 logits (N, num_classes).

    >>> tiny = alexnet_layers(filters=4, units=16, num_classes=10, first=(5, 2, 2))
    >>> build_network(tiny, (32, 32, 3)).get_layer("conv5").output.shape
    (None, 3, 3, 16)
    """
    initializer = "he_normal" if activation == "relu" else "glorot_uniform"
    active = {"activation": activation, "kernel_initializer": initializer, "dtype": dtype}
    x = inputs = keras.Input(input_shape)
    for layer in layers[:-1]:
        name, kind, window = layer["name"], layer["kind"], (layer.get("size"), layer.get("stride"))
        if layer.get("padding"):
            x = keras.layers.ZeroPadding2D(layer["padding"], dtype=dtype)(x)
        if kind == "convolution":
            groups = layer.get("groups", 1)
            x = keras.layers.Conv2D(layer["filters"], *window, groups=groups, name=name, **active)(x)
        elif kind == "pooling":
            x = keras.layers.MaxPooling2D(*window, name=name, dtype=dtype)(x)
        elif kind == "flatten":
            x = keras.layers.Flatten(name=name, dtype=dtype)(x)
        else:
            x = keras.layers.Dense(layer["units"], name=name, **active)(x)
            x = keras.layers.Dropout(dropout, dtype=dtype)(x) if dropout else x
    logits = keras.layers.Dense(layers[-1]["units"], name=layers[-1]["name"], dtype="float32")(x)
    return keras.Model(inputs, logits)


def mirror_images(images, numbers):
    """Mirror each image of a batch with probability 1/2.

    Args:
        images: Tensor (N, H, W, C).
        numbers: `tf.random.Generator`.

    Returns:
        Tensor of the same shape.

    >>> images = tf.reshape(tf.range(3.0), (1, 1, 3, 1))
    >>> mirror_images(images, tf.random.Generator.from_seed(1)).shape
    TensorShape([1, 1, 3, 1])
    """
    mirrored = numbers.uniform((tf.shape(images)[0], 1, 1, 1)) < 0.5
    return tf.where(mirrored, images[:, :, ::-1], images)


def shift_images(images, numbers, most=1):
    """Shift each image of a batch by up to `most` pixels along both axes, each by its own random amounts.

    Args:
        images: Tensor (N, H, W, C).
        numbers: `tf.random.Generator`.
        most: Largest shift; what comes in at the border is a reflection of the image.

    Returns:
        Tensor of the same shape.

    >>> images = tf.reshape(tf.range(9.0), (1, 3, 3, 1))
    >>> shift_images(images, tf.random.Generator.from_seed(1)).shape
    TensorShape([1, 3, 3, 1])
    """
    _, H, W, _ = images.shape
    wide = tf.pad(images, [(0, 0), (most, most), (most, most), (0, 0)], "SYMMETRIC")
    start = numbers.uniform((2, tf.shape(images)[0], 1), 0, 2 * most + 1, tf.int32)
    rows = tf.gather(wide, start[0] + tf.range(H), axis=1, batch_dims=1)
    return tf.gather(rows, start[1] + tf.range(W), axis=2, batch_dims=1)


class RecipeTrainer(Trainer):
    """Train with momentum, weight decay and augmentation, as AlexNet was trained.

    Every step computes, for each weight w with its velocity v, v <- momentum * v - learning_rate * (gradient
    + weight_decay * w), and then w <- w + v.

    Args:
        model: Keras model that maps images (N, H, W, C) to logits (N, classes).
        momentum: Share of the velocity that survives a step.
        weight_decay: Factor of the weights in the step.
        augment: Function from a batch of images and a `tf.random.Generator` to a batch of the same shape,
            used in training only; None for none.
        jit_compile: Compile the step with XLA (worth it on a GPU only).
        loss_scale: Factor on the loss while gradients are computed, undone afterwards.

    Source: Krizhevsky et al. (2012), section 5.

    >>> model = keras.Sequential([keras.Input((2, 2, 1)), keras.layers.Flatten(), keras.layers.Dense(2)])
    >>> trainer = RecipeTrainer(model, augment=mirror_images)
    >>> trainer.reset(seed=0)
    >>> trainer.fit(tf.ones((8, 2, 2, 1)).numpy(), tf.zeros(8).numpy(), 4, learning_rate=0.1, epochs=2).shape
    (4,)
    """

    def __init__(
        self, model, momentum=0.9, weight_decay=0.0005, augment=None, jit_compile=False, loss_scale=1.0
    ):
        """Prepare velocities and random numbers, and compile the training step."""
        super().__init__(model)
        weights = model.trainable_variables
        self.velocities = [tf.Variable(tf.zeros(w.shape)) for w in weights]
        self.numbers = tf.random.Generator.from_seed(0)
        loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

        def step(x, y, learning_rate):
            x = x if augment is None else augment(x, self.numbers)
            with tf.GradientTape() as tape:
                loss = loss_of(y, model(x, training=True))
                scaled_loss = loss * loss_scale
            gradients = tape.gradient(scaled_loss, weights)
            for w, v, gradient in zip(weights, self.velocities, gradients, strict=True):
                v.assign(momentum * v - learning_rate * (gradient / loss_scale + weight_decay * w))
                w.assign_add(v)
            return loss

        self._step = tf.function(step, jit_compile=jit_compile, reduce_retracing=True)

    def reset(self, seed):
        """Draw new initial kernels, stop all velocities and restart every random choice from `seed`."""
        super().reset(seed)
        for velocity in self.velocities:
            velocity.assign(tf.zeros(velocity.shape))
        self.numbers.reset_from_seed(seed)
        for layer in self.model.layers:
            if isinstance(layer, keras.layers.Dropout):
                layer.seed_generator.state.assign([seed, 0])
