"""Ten photographs that ship inside scikit-image and scikit-learn, and a task made from them."""

import numpy as np

from convlab.data import load_cifar10_images

PHOTOGRAPHS = {
    "astronaut": "Eileen Collins, by NASA, public domain",
    "camera": "photographer with a camera, by Lav Varshney, CC0; the one gray photograph",
    "chelsea": "Chelsea the cat, by Stefan van der Walt, CC0",
    "china": "Chinese temple, by danielbuechele on Flickr, CC BY 2.0",
    "coffee": "cup of espresso, by Rachel Michetti, CC0",
    "flower": "dahlia, by vultilion on Flickr, CC BY 2.0",
    "hubble_deep_field": "eXtreme Deep Field, by NASA, public domain",
    "immunohistochemistry": "stained colon tissue, by the CMMI, no known copyright restrictions",
    "retina": "left human eye, by Mikael Häggström, CC0",
    "rocket": "launch of DSCOVR, by SpaceX, public domain",
}


def load_photographs(names):
    """Load photographs that ship inside scikit-image and scikit-learn; no network is needed.

    Args:
        names: Keys of `PHOTOGRAPHS`, which gives the credit of each.

    Returns:
        Dictionary from name to uint8 array (H, W, 3), in the order of `names`.

    Raises:
        ValueError: If a name is unknown.

    >>> {name: photo.shape for name, photo in load_photographs(["coffee", "china"]).items()}
    {'coffee': (400, 600, 3), 'china': (427, 640, 3)}
    """
    import skimage.data
    from sklearn.datasets import load_sample_image

    photographs = {}
    for name in names:
        if name not in PHOTOGRAPHS:
            raise ValueError(f"{name!r} is none of the photographs {', '.join(PHOTOGRAPHS)}.")
        in_sklearn = name in ("china", "flower")
        photo = load_sample_image(f"{name}.jpg") if in_sklearn else getattr(skimage.data, name)()
        photographs[name] = photo if photo.ndim == 3 else np.repeat(photo[..., np.newaxis], 3, axis=-1)
    return photographs


def resize_bilinear(image, height, width):
    """Resize an image to any size, interpolating between its pixels.

    When the image shrinks by a factor of two or more, whole blocks of pixels are averaged first, so that no
    detail is skipped.

    Args:
        image: Array (H, W, C).
        height: Rows of the result, at least 1.
        width: Columns of the result, at least 1.

    Returns:
        float32 array (height, width, C) with the values of the input's range.

    Raises:
        ValueError: If the height or the width is less than 1.

    >>> resize_bilinear(np.array([[[0], [3]]]), 1, 6)[0, :, 0].round(1).tolist()
    [0.0, 0.0, 1.0, 2.0, 3.0, 3.0]
    """
    if height < 1 or width < 1:
        raise ValueError(f"height and width must be at least 1, got {height} and {width}.")
    image = np.asarray(image, "float32")
    for axis, size in ((0, height), (1, width)):
        image = np.moveaxis(image, axis, 0)
        block = max(1, len(image) // size)
        image = image[: len(image) // block * block]
        image = image.reshape(-1, block, *image.shape[1:]).mean(axis=1)
        # The centers of the new pixels, counted in old ones from the center of the first.
        places = np.clip((np.arange(size) + 0.5) * len(image) / size - 0.5, 0, len(image) - 1)
        before = np.floor(places).astype(int)
        after = np.minimum(before + 1, len(image) - 1)
        share = (places - before).astype("float32")[:, np.newaxis, np.newaxis]
        image = (1 - share) * image[before] + share * image[after]
        image = np.moveaxis(image, 0, axis)
    return image


def crop_to_square(image, size=224):
    """Cut the largest square from the middle of an image and resize it.

    Args:
        image: Array (H, W, C).
        size: Rows and columns of the result, at least 1.

    Returns:
        float32 array (size, size, C) with the values of the input's range.

    Raises:
        ValueError: If the size is less than 1.

    >>> crop_to_square(load_photographs(["coffee"])["coffee"]).shape
    (224, 224, 3)
    """
    side = min(image.shape[:2])
    top, left = (image.shape[0] - side) // 2, (image.shape[1] - side) // 2
    return resize_bilinear(image[top : top + side, left : left + side], size, size)


def cut_patches(photo, top, left, side, size=32):
    """Cut squares of different sizes out of one photograph and resize all of them, bilinearly, at once.

    Args:
        photo: Array (H, W, C).
        top: First row of each square, integers (n,).
        left: First column of each square, integers (n,).
        side: Rows and columns of each square, integers (n,), from `size` to twice that.
        size: Rows and columns of the results.

    Returns:
        float32 array (n, size, size, C) with the values of the photograph's range.

    Raises:
        ValueError: If a square reaches out of the photograph.

    >>> ramp = np.arange(16.0).reshape(1, 16, 1) * np.ones((16, 1, 1))
    >>> cut_patches(ramp, np.array([0]), np.array([8]), np.array([8]), size=4)[0, 0, :, 0]
    array([ 8.5, 10.5, 12.5, 14.5], dtype=float32)
    """
    bottom, right = top + side, left + side
    if min(top.min(), left.min()) < 0 or bottom.max() > photo.shape[0] or right.max() > photo.shape[1]:
        raise ValueError("A square reaches out of the photograph.")
    photo, side = np.asarray(photo, "float32"), side[:, np.newaxis]
    # The centers of the new pixels, counted in old ones from the center of the square's first.
    places = (np.arange(size) + 0.5) * side / size - 0.5
    before = np.floor(places).astype(int)
    share = (places - before).astype("float32")
    patches = 0
    for down in (0, 1):
        rows = (top[:, np.newaxis] + np.clip(before + down, 0, side - 1))[:, :, np.newaxis]
        row_weights = (share if down else 1 - share)[:, :, np.newaxis, np.newaxis]
        for across in (0, 1):
            columns = (left[:, np.newaxis] + np.clip(before + across, 0, side - 1))[:, np.newaxis]
            column_weights = (share if across else 1 - share)[:, np.newaxis, :, np.newaxis]
            patches = patches + row_weights * column_weights * photo[rows, columns]
    return patches


def load_photo_patches(num_train=10_000, num_test=2_000, seed=0):
    """Make the task "which of ten photographs does this patch come from?".

    Every photograph is divided into blocks of 64x64 pixels, of which a quarter is kept for the test set. A
    patch is a square of 32 to 64 pixels from within one block, resized to 32x32 and mirrored or not, at
    random; so no pixel of a test patch is in any training patch. The classes are equally frequent.

    Args:
        num_train: Number of training patches, at least 1.
        num_test: Number of test patches, at least 1.
        seed: Seed of the random choices; the same seed gives the same patches.

    Returns:
        Tuple `(x_train, y_train, x_test, y_test)`. Patches are float32 of shape (N, 32, 32, 3), standardized
        per color channel with the mean and standard deviation of the training patches; labels are int32 of
        shape (N,), positions in `list(PHOTOGRAPHS)`.

    Raises:
        ValueError: If fewer than one patch is asked for.

    >>> x_train, y_train, x_test, y_test = load_photo_patches(num_train=50, num_test=20)
    >>> x_train.shape, y_train.shape, x_test.shape
    ((50, 32, 32, 3), (50,), (20, 32, 32, 3))
    """
    if num_train < 1 or num_test < 1:
        raise ValueError(f"num_train and num_test must be at least 1, got {num_train} and {num_test}.")
    photographs = list(load_photographs(PHOTOGRAPHS).values())

    def draw(count, in_test, rng):
        labels = rng.permutation(np.arange(count) % len(photographs)).astype("int32")
        patches = np.empty((count, 32, 32, 3), "float32")
        for label in np.unique(labels):
            photo = photographs[label]
            shrink = max(1, min(photo.shape[:2]) // 400)  # brings the largest to the size of the others
            photo = resize_bilinear(photo, photo.shape[0] // shrink, photo.shape[1] // shrink)
            rows, columns = np.indices((photo.shape[0] // 64, photo.shape[1] // 64)).reshape(2, -1)
            allowed = np.flatnonzero(((rows + columns) % 4 == 0) == in_test)
            of_label = np.flatnonzero(labels == label)
            block = rng.choice(allowed, len(of_label))
            side = rng.integers(32, 65, len(of_label))
            top = rows[block] * 64 + rng.integers(0, 65 - side)
            left = columns[block] * 64 + rng.integers(0, 65 - side)
            cut = cut_patches(photo, top, left, side)
            mirrored = rng.random(len(of_label)) < 0.5
            cut[mirrored] = cut[mirrored, :, ::-1]
            patches[of_label] = cut
        return patches, labels

    x_train, y_train = draw(num_train, False, np.random.default_rng([seed, 0]))
    x_test, y_test = draw(num_test, True, np.random.default_rng([seed, 1]))
    # float32 would lose digits in sums of so many pixels.
    mean = x_train.mean(axis=(0, 1, 2), dtype="float64").astype("float32")
    std = x_train.std(axis=(0, 1, 2), dtype="float64").astype("float32")
    return (x_train - mean) / std, y_train, (x_test - mean) / std, y_test


def load_image_set(name, num_train, num_test, seed=0):
    """Load the color images of a profile; without a network, patches serve where CIFAR-10 was wanted.

    Args:
        name: "patches" or "cifar10".
        num_train: Number of training images, at least 1.
        num_test: Number of test images, at least 1.
        seed: Seed of the patches; CIFAR-10 is the same for every seed.

    Returns:
        Tuple `(x_train, y_train, x_test, y_test)`. Images are float32 of shape (N, 32, 32, 3), standardized
        per color channel, labels int32 of shape (N,) with values 0 to 9.

    Raises:
        ValueError: If the name is unknown or a number is less than 1.

    >>> [part.shape for part in load_image_set("patches", num_train=40, num_test=10)]
    [(40, 32, 32, 3), (40,), (10, 32, 32, 3), (10,)]
    """
    if name not in ("patches", "cifar10"):
        raise ValueError(f'name must be "patches" or "cifar10", got {name!r}.')
    if name == "cifar10":
        try:
            return load_cifar10_images(num_train, num_test)
        except ValueError:
            raise
        except Exception as error:  # Keras wraps every network problem in a bare Exception
            print(f"CIFAR-10 cannot be downloaded ({error}), so photo patches serve.")
            num_train, num_test = min(num_train, 10_000), min(num_test, 2_000)
    return load_photo_patches(num_train, num_test, seed)
