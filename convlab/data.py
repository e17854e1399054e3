"""Image sets for the lessons: one that ships inside scikit-learn and one that needs a network."""

import keras
import numpy as np
from sklearn.datasets import load_digits


def load_digit_images(num_test=397, seed=0):
    """Load the handwritten digits that ship inside scikit-learn, standardized and split.

    The 1,797 grey images of 8x8 pixels are shuffled once, the last `num_test` become the test set, and both
    parts are standardized with the mean and standard deviation of the training pixels.

    Args:
        num_test: Number of test images, between 1 and 1796.
        seed: Seed of the shuffle; the same seed gives the same split.

    Returns:
        Tuple `(x_train, y_train, x_test, y_test)`. Images are float32 of shape (N, 8, 8, 1), labels int32 of
        shape (N,) with values 0 to 9.

    Raises:
        ValueError: If `num_test` leaves no training image or no test image.

    Source: Alpaydin and Kaynak (1998), doi 10.24432/C50P49, the test part of the UCI set.

    >>> x_train, y_train, x_test, y_test = load_digit_images()
    >>> x_train.shape, y_train.shape, x_test.shape
    ((1400, 8, 8, 1), (1400,), (397, 8, 8, 1))
    """
    images, labels = load_digits(return_X_y=True)
    if not 1 <= num_test < len(images):
        raise ValueError(f"num_test must be between 1 and {len(images) - 1}, got {num_test}.")
    order = np.random.default_rng(seed).permutation(len(images))
    images = images[order].reshape(-1, 8, 8, 1).astype("float32")
    labels = labels[order].astype("int32")
    train, test = images[:-num_test], images[-num_test:]
    mean, std = train.mean(), train.std()
    return (train - mean) / std, labels[:-num_test], (test - mean) / std, labels[-num_test:]


def load_cifar10_images(num_train=50_000, num_test=10_000):
    """Download CIFAR-10 through Keras and standardize it per color channel.

    Args:
        num_train: How many training images to keep, from the front.
        num_test: How many test images to keep, from the front.

    Returns:
        Tuple `(x_train, y_train, x_test, y_test)`. Images are float32 of shape (N, 32, 32, 3), labels int32
        of shape (N,) with values 0 to 9.

    Raises:
        ValueError: If fewer than one image is asked for.
        Exception: Whatever the download raises when there is no network.

    Source: Krizhevsky (2009), "Learning multiple layers of features from tiny images".

    >>> load_cifar10_images(num_train=0)
    Traceback (most recent call last):
        ...
    ValueError: num_train and num_test must be at least 1, got 0 and 10000.
    """
    if num_train < 1 or num_test < 1:
        raise ValueError(f"num_train and num_test must be at least 1, got {num_train} and {num_test}.")
    (train, y_train), (test, y_test) = keras.datasets.cifar10.load_data()
    train, test = train[:num_train].astype("float32"), test[:num_test].astype("float32")
    # float32 would lose digits in sums of so many pixels.
    mean = train.mean(axis=(0, 1, 2), dtype="float64").astype("float32")
    std = train.std(axis=(0, 1, 2), dtype="float64").astype("float32")
    y_train, y_test = y_train[:num_train].reshape(-1), y_test[:num_test].reshape(-1)
    return (train - mean) / std, y_train.astype("int32"), (test - mean) / std, y_test.astype("int32")


def load_images(name, num_train, num_test):
    """Load the image set of a profile; without a network, fall back to the one that needs none.

    Args:
        name: "digits" or "cifar10".
        num_train: Upper bound on the number of training images.
        num_test: Number of test images.

    Returns:
        Tuple `(x_train, y_train, x_test, y_test)` as `load_digit_images` and `load_cifar10_images` return it.

    Raises:
        ValueError: If the name is unknown.

    >>> x_train, y_train, x_test, y_test = load_images("digits", num_train=100, num_test=50)
    >>> x_train.shape, x_test.shape
    ((100, 8, 8, 1), (50, 8, 8, 1))
    """
    if name not in ("digits", "cifar10"):
        raise ValueError(f'name must be "digits" or "cifar10", got {name!r}.')
    if name == "cifar10":
        try:
            return load_cifar10_images(num_train, num_test)
        except Exception as error:  # Keras wraps every network problem in a bare Exception
            print(f"CIFAR-10 cannot be downloaded ({error}), so the bundled digits serve.")
    x_train, y_train, x_test, y_test = load_digit_images(min(num_test, 397))
    return x_train[:num_train], y_train[:num_train], x_test, y_test
