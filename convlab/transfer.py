"""Few images, a network that was trained on many others, and what it takes to join the two."""

import keras
import numpy as np
import tensorflow as tf

from convlab.photographs import PHOTOGRAPHS, load_photographs, resize_bilinear


def draw_patches(photographs, per_class, size, in_test, seed):
    """Draw the same number of square patches from each photograph.

    Every photograph is divided into blocks of 64x64 pixels, of which a quarter is kept for the test. A patch
    has 48 to 64 pixels, lies within one block, and is resized. As long as there are blocks left, each patch
    of a photograph comes from another one.

    Args:
        photographs: List of arrays (H, W, 3) with values 0 to 255; the position in it is the class.
        per_class: Patches per photograph, at least 1.
        size: Rows and columns of the results.
        in_test: Whether to draw from the blocks for the test or from the others.
        seed: Seed of the random choices.

    Returns:
        Tuple `(patches, labels)`: float32 (N, size, size, 3) with values 0 to 255, and int32 (N,). The
        classes take turns, so the first `k * len(photographs)` patches hold k of each class.

    Raises:
        ValueError: If fewer than one patch is asked for.

    >>> patches, labels = draw_patches([np.zeros((128, 320, 3))] * 3, 2, size=32, in_test=False, seed=0)
    >>> patches.shape, labels.tolist()
    ((6, 32, 32, 3), [0, 1, 2, 0, 1, 2])
    """
    if per_class < 1:
        raise ValueError(f"per_class must be at least 1, got {per_class}.")
    rng = np.random.default_rng([seed, int(in_test)])
    patches = np.empty((per_class, len(photographs), size, size, 3), "float32")
    for label, photo in enumerate(photographs):
        rows, columns = np.indices((photo.shape[0] // 64, photo.shape[1] // 64)).reshape(2, -1)
        allowed = np.flatnonzero(((rows + columns) % 4 == 0) == in_test)
        rounds = -(-per_class // len(allowed))
        order = np.concatenate([rng.permutation(allowed) for _ in range(rounds)])
        for number, block in enumerate(order[:per_class]):
            side = rng.integers(48, 65)
            top, left = (64 * line[block] + rng.integers(0, 65 - side) for line in (rows, columns))
            cut = photo[top : top + side, left : left + side]
            patches[number, label] = resize_bilinear(cut, size, size)
    labels = np.tile(np.arange(len(photographs), dtype="int32"), per_class)
    return patches.reshape(-1, size, size, 3), labels


def load_few_images(name, per_class, num_test, size, seeds):
    """Load small training sets of colored images, one for each seed, and one test set for all of them.

    Args:
        name: "patches", or "cifar10", for which patches serve where there is no network.
        per_class: Images per class in each training set.
        num_test: Images per class in the test set.
        size: Rows and columns to which the images are resized.
        seeds: One training set is drawn for each.

    Returns:
        Tuple `(train, test)`: `train` is a list of pairs `(images, labels)`, `test` one such pair. Images are
        float32 (N, size, size, 3) with values 0 to 255, **not** standardized, since every pretrained network
        wants its own scaling. Labels are int32 (N,), 0 to 9, taking turns: the first 10 k images hold k of
        each class.

    Raises:
        ValueError: If the name is unknown.

    >>> train, test = load_few_images("patches", per_class=2, num_test=1, size=32, seeds=[0, 1])
    >>> len(train), train[0][0].shape, test[1].tolist()
    (2, (20, 32, 32, 3), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    """
    if name not in ("patches", "cifar10"):
        raise ValueError(f'name must be "patches" or "cifar10", got {name!r}.')
    if name == "cifar10":
        try:
            parts = keras.datasets.cifar10.load_data()
        except Exception as error:  # Keras wraps every network problem in a bare Exception
            print(f"CIFAR-10 cannot be downloaded ({error}), so photo patches serve.")
        else:

            def choose(part, count, seed):
                images, labels = part[0], part[1].reshape(-1)
                order = np.random.default_rng(seed).permutation(len(labels))
                of_class = [order[labels[order] == label][:count] for label in range(10)]
                chosen = np.stack(of_class, axis=1).reshape(-1)
                resized = np.stack([resize_bilinear(image, size, size) for image in images[chosen]])
                return resized, labels[chosen].astype("int32")

            return [choose(parts[0], per_class, seed) for seed in seeds], choose(parts[1], num_test, 0)
    photographs = []
    for photo in load_photographs(PHOTOGRAPHS).values():
        shrink = max(1, min(photo.shape[:2]) // 400)  # brings the largest to the size of the others
        photographs.append(resize_bilinear(photo, photo.shape[0] // shrink, photo.shape[1] // shrink))
    train = [draw_patches(photographs, per_class, size, False, seed) for seed in seeds]
    return train, draw_patches(photographs, num_test, size, True, 0)


def split_backbone(model, size):
    """Cut the classes off a network, and what is left into a lower and an upper part.

    The cut goes behind the last addition of a shortcut, where everything passes through one feature map.

    Args:
        model: Keras model from images to classes, with shortcuts and a global average pooling.
        size: Rows and columns of the images that will be used; convolutions do not mind another size.

    Returns:
        Tuple `(lower, upper)` of Keras models with copies of the weights: from images (N, size, size, 3) to a
        feature map, and from that to features (N, C), the output of the global average pooling.

    >>> inputs = keras.Input((8, 8, 3))
    >>> x = keras.layers.Conv2D(4, 3, padding="same")(inputs)
    >>> x = keras.layers.Add()([x, keras.layers.ReLU()(x)])
    >>> x = keras.layers.GlobalAveragePooling2D()(keras.layers.Conv2D(6, 3)(x))
    >>> lower, upper = split_backbone(keras.Model(inputs, keras.layers.Dense(5)(x)), size=16)
    >>> lower.output_shape, upper.output_shape
    ((None, 16, 16, 4), (None, 6))
    """
    copy = keras.models.clone_model(model, input_tensors=keras.Input((size, size, 3)))
    copy.set_weights(model.get_weights())
    cut = [layer for layer in copy.layers if isinstance(layer, keras.layers.Add)][-1].output
    pool = [layer for layer in copy.layers if isinstance(layer, keras.layers.GlobalAveragePooling2D)][-1]
    return keras.Model(copy.inputs[0], cut), keras.Model(cut, pool.output)


def normalization_layers(model):
    """Find all batch normalization layers of a model, also those of models inside it.

    Args:
        model: Keras model.

    Returns:
        List of layers, in the model's order.

    >>> inner = keras.Sequential([keras.Input((3,)), keras.layers.BatchNormalization(name="inside")])
    >>> [layer.name for layer in normalization_layers(keras.Sequential([inner, keras.layers.Dense(2)]))]
    ['inside']
    """
    found = []
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            found += normalization_layers(layer)
        elif isinstance(layer, keras.layers.BatchNormalization):
            found.append(layer)
    return found


def with_head(upper, num_classes, freeze_normalization):
    """Copy the upper part of a network and put a new fully connected layer on it.

    Args:
        upper: Keras model that gives features (N, C).
        num_classes: Outputs of the new layer.
        freeze_normalization: Whether batch normalization keeps its moving statistics, scales and shifts.

    Returns:
        Keras model from the upper part's inputs to logits (N, num_classes), with weights of its own.

    >>> upper = keras.Sequential([keras.Input((3,)), keras.layers.BatchNormalization()])
    >>> [len(with_head(upper, 5, freeze).trainable_variables) for freeze in (True, False)]
    [2, 4]
    """
    copy = keras.models.clone_model(upper)
    copy.set_weights(upper.get_weights())
    for layer in normalization_layers(copy):
        layer.trainable = not freeze_normalization
    return keras.Model(copy.inputs[0], keras.layers.Dense(num_classes)(copy.outputs[0]))


def compute_in_portions(function, images, portion=50):
    """Apply a function to many images, a few at a time, so that little memory is needed.

    Args:
        function: Maps images (n, H, W, C) to a tensor whose first axis is n.
        images: Array (N, H, W, C).
        portion: Images per call.

    Returns:
        Array whose first axis is N.

    >>> compute_in_portions(lambda x: 2 * x, np.arange(5.0), portion=2)
    array([0., 2., 4., 6., 8.])
    """
    parts = [function(images[start : start + portion]) for start in range(0, len(images), portion)]
    return np.concatenate([np.asarray(part) for part in parts])


def drift_of_statistics(network, show, images, batch_size, steps, seed, at_steps, measure):
    """Show batches to a network in training mode, change no weight, and measure what becomes of it.

    Nothing is learned here: only the moving statistics of batch normalization follow the batches. They are
    put back at the end.

    Args:
        network: Keras model whose layers are trainable.
        show: Function that runs the network on a batch in training mode, compiled or not.
        images: Preprocessed images (N, H, W, C).
        batch_size: Images per batch, drawn at random.
        steps: Number of batches.
        seed: Seed of the draws.
        at_steps: Numbers of batches after which to measure; 0 is before the first.
        measure: Function without arguments that returns a number.

    Returns:
        List with one number for each of `at_steps`.

    >>> network = keras.Sequential([keras.Input((1,)), keras.layers.BatchNormalization(momentum=0.5)])
    >>> mean = lambda: float(network.layers[0].moving_mean[0])
    >>> show = lambda batch: network(batch, training=True)
    >>> drift_of_statistics(network, show, np.full((4, 1), 8.0, "float32"), 2, 2, 0, [0, 1, 2], mean)
    [0.0, 4.0, 6.0]
    """
    kept = network.get_weights()
    rng = np.random.default_rng(seed)
    found = []
    for step in range(steps + 1):
        if step in at_steps:
            found.append(measure())
        if step < steps:
            show(tf.constant(images[rng.choice(len(images), batch_size, replace=False)]))
    network.set_weights(kept)
    return found
