"""Hidden tests of assignment 06, ZFNet and occlusion maps.

Networks are built without values for their many weights: sizes and parameters are looked at, and a copy with
a sixteenth of the channels is run. Occlusion maps are computed here by filling one array with all positions.
"""

from functools import cache
from itertools import product

import keras
import numpy as np
import pytest
from keras import layers

from autograder.testing import (
    CheckError,
    as_network,
    assert_close,
    assert_output_shape,
    assert_parameters,
    assert_same_network,
)
from autograder.testing.narrow import narrowed

# ---------------------------------------------------------------- build_zfnet: 8 points

NARROW = 16  # what channels are divided by where a network is run
PARAMETERS = 62_357_608


@cache
def narrow_zfnet(num_classes, input_shape, conv1, pool1, pool2):
    """A ZFNet with a sixteenth of its channels.

    Args:
        num_classes: Number of outputs.
        input_shape: Shape of an image.
        conv1: Rows and columns of zeros before and after the image.
        pool1: Likewise, before and after the input of the layer.
        pool2: Likewise.
    """
    x = images = keras.Input(input_shape)
    for filters, window, stride, zeros, pool in [
        (96, 7, 2, conv1, pool1),
        (256, 5, 2, (0, 0), pool2),
        (384, 3, 1, (1, 1), None),
        (384, 3, 1, (1, 1), None),
        (256, 3, 1, (1, 1), (0, 0)),
    ]:
        x = layers.ZeroPadding2D((zeros, zeros))(x)
        x = layers.ReLU()(layers.Conv2D(filters // NARROW, window, strides=stride)(x))
        if pool is not None:  # nothing is smaller than zero after a ReLU
            x = layers.MaxPooling2D(3, 2)(layers.ZeroPadding2D((pool, pool))(x))
    x = layers.Flatten()(x)
    for _ in range(2):
        x = layers.ReLU()(layers.Dense(4096 // NARROW)(x))
    return keras.Model(images, layers.Dense(num_classes)(x))


def assert_computes_zfnet(model, num_classes, input_shape):
    """Compares what a network computes, with few channels.

    A row of zeros on one side alone gives the right sizes, too, as "same" does it; any mixture of that and of
    zeros on both sides is right.
    """
    narrow, name = narrowed(model, NARROW), "the model with a sixteenth of its channels"
    for padding in product([(1, 1), (0, 1)], repeat=3):
        reference = narrow_zfnet(num_classes, input_shape, *padding)
        try:
            return assert_same_network(narrow, reference, name, classifier=True)
        except CheckError as error:
            finding = error
    raise finding


def assert_input_shape(model, expected):
    """Checks for which images a model is made."""
    found = tuple(as_network(model, "the model").structure.input.shape[1:])
    if found != expected:
        raise CheckError(f"The model takes images of shape {found} and should take {expected}.")


def assert_sizes(model, *sizes):
    """Checks the sizes of the feature maps, whichever operations put them out."""
    operations = as_network(model, "the model").operations
    found = {tuple(getattr(operation.output, "shape", ()))[1:] for operation in operations}
    names = ["conv1", "pool1", "conv2", "pool2", "conv3 and conv4", "conv5", "pool3"]
    for name, size, channels in zip(names, sizes, [96, 96, 256, 256, 384, 256, 256], strict=True):
        if (*size, channels) not in found:
            raise CheckError(f"No feature map has the shape {(*size, channels)}, which {name} should have.")


@pytest.mark.cell("build_zfnet", weight=1.5)
def test_zfnet_has_its_parameters(student):
    """The model for the default arguments has 62,357,608 parameters, all of them trainable."""
    model = student.structure("build_zfnet")
    assert_parameters(model, PARAMETERS)
    assert_parameters(model, PARAMETERS, trainable=True)


@pytest.mark.cell("build_zfnet", weight=1.5)
def test_zfnet_has_its_sizes(student):
    """For images of 224x224 pixels the sizes are 110, 55, 26, 13, 13, 13, 13 and 6."""
    model = student.structure("build_zfnet")
    assert_input_shape(model, (224, 224, 3))
    assert_sizes(model, *[(size, size) for size in (110, 55, 26, 13, 13, 13, 6)])


@pytest.mark.cell("build_zfnet", weight=0.5)
def test_zfnet_takes_its_arguments(student):
    """The model takes images of the shape that is asked for, and has 1,000 outputs by default."""
    model = student.structure("build_zfnet", input_shape=(96, 64, 4))
    assert_input_shape(model, (96, 64, 4))
    assert_output_shape(model, (1000,))


@pytest.mark.cell("build_zfnet", weight=1)
def test_zfnet_for_other_images(student, rng):
    """Other images and numbers of classes change sizes, and the parameters of conv1, fc1 and fc3 only."""
    num_classes = int(rng.integers(5, 50))
    model = student.structure("build_zfnet", num_classes=num_classes, input_shape=(160, 256, 1))
    assert_output_shape(model, (num_classes,))
    assert_sizes(model, (78, 126), (39, 63), (18, 30), (9, 15), (9, 15), (9, 15), (4, 7))
    changed = (1 - 3) * 49 * 96 + (4 * 7 - 6 * 6) * 256 * 4096 + (num_classes - 1000) * 4097
    assert_parameters(model, PARAMETERS + changed)


@pytest.mark.cell("build_zfnet", weight=3.5)
def test_zfnet_computes_what_it_should(student, rng):
    """For any weights the model computes what ZFNet computes from images of 128x96 pixels."""
    arguments = int(rng.integers(5, 12)), (128, 96, 3)
    assert_computes_zfnet(student.structure("build_zfnet", *arguments), *arguments)


# ---------------------------------------------------------------- occlusion_map: 9 points

# Every value of the image counts, each with a weight of its own; four classes, none of them near 0 or 1.
PREDICT = """
def predict(images):
    images = np.asarray(images, dtype=float)
    if images.ndim != 4 or images.shape[1:] != {shape}:
        raise ValueError(f"predict takes images of the shape (N, *{shape}), not {{images.shape}}")
    draw = np.random.default_rng({seed})
    weights = draw.choice([-1, 1], ({size}, 4)) * draw.uniform(0.5, 1, ({size}, 4)) / {size} ** 0.5
    powers = np.exp(np.clip(images.reshape(-1, {size}) @ weights, -9, 9))
    return powers / powers.sum(axis=1, keepdims=True)
"""


class Classifier:
    """A classifier that exists here and on the student's side.

    Attributes:
        predict: The function, here.
        theirs: The function, there.
    """

    def __init__(self, student, rng, shape):
        """Draws the classifier for images of one shape."""
        size = int(np.prod(shape))
        source = PREDICT.format(shape=tuple(shape), size=size, seed=int(rng.integers(2**31)))
        names = {"np": np}
        exec(source, names)
        self.predict, self.theirs = names["predict"], student.function("predict", source)

    def map(self, image, class_index, patch_size, stride, fill=0.5):
        """The right occlusion map: all positions in one batch."""
        corners = [range(0, size - patch_size + 1, stride) for size in image.shape[:2]]
        batch = np.repeat(np.float64(image)[np.newaxis], len(corners[0]) * len(corners[1]), axis=0)
        for hidden, (top, left) in zip(batch, product(*corners), strict=True):
            rows, columns = np.ogrid[: image.shape[0], : image.shape[1]]
            inside = (rows >= top) & (rows < top + patch_size) & (columns >= left)
            hidden[inside & (columns < left + patch_size)] = fill
        return self.predict(batch)[:, class_index].reshape([len(axis) for axis in corners])


def picture(rng, *shape):
    """An image whose values are far from the usual fills, so that hiding shows."""
    return rng.uniform(1.5, 4, shape) * rng.choice([-1, 1], shape)


def check_maps(student, rng, shape, *cases):
    """Compares the maps of one image for several (patch_size, stride)."""
    image, classifier = picture(rng, *shape), Classifier(student, rng, shape)
    class_index = int(rng.integers(1, 4))
    for patch_size, stride in cases:
        found = student.occlusion_map(classifier.theirs, image, class_index, patch_size, stride)
        assert_close(found, classifier.map(image, class_index, patch_size, stride), "the map")


@pytest.mark.cell("occlusion_map", weight=1.5)
def test_map_hides_one_square_at_a_time(student, rng):
    """Every number belongs to the image in which one square, and nothing else, is hidden."""
    check_maps(student, rng, (5, 5, 1), (2, 1), (3, 1))


@pytest.mark.cell("occlusion_map", weight=1)
def test_map_hides_all_channels(student, rng):
    """Hidden pixels are filled in all channels."""
    check_maps(student, rng, (4, 4, 3), (2, 1))
    check_maps(student, rng, (3, 3, 2), (1, 1))


@pytest.mark.cell("occlusion_map", weight=1.5)
def test_map_of_wide_and_tall_images(student, rng):
    """Wide images have wide maps and tall images tall ones, each number in its place."""
    check_maps(student, rng, (3, 6, 2), (2, 1))
    check_maps(student, rng, (7, 4, 1), (3, 1), (1, 1))


@pytest.mark.cell("occlusion_map", weight=1.5)
def test_map_with_strides(student, rng):
    """The patch moves by the stride on both axes, and never reaches beyond the last row or column."""
    check_maps(student, rng, (7, 9, 1), (3, 2), (2, 2))
    check_maps(student, rng, (8, 6, 2), (2, 3), (1, 2))


@pytest.mark.cell("occlusion_map", weight=0.5)
def test_map_in_the_extreme_cases(student, rng):
    """Patches as large as the image, single pixels and strides larger than the patch come out right."""
    check_maps(student, rng, (4, 5, 2), (4, 1), (4, 3), (1, 4))
    check_maps(student, rng, (3, 3, 1), (3, 2), (1, 5))


@pytest.mark.cell("occlusion_map", weight=1)
def test_map_uses_fill(student, rng):
    """Hidden pixels get the value of the argument fill, which is 0.5 unless another one is given."""
    shape = (4, 5, 2)
    image, classifier = picture(rng, *shape), Classifier(student, rng, shape)
    found = student.occlusion_map(classifier.theirs, image, 1, 2, 1)
    assert_close(found, classifier.map(image, 1, 2, 1, 0.5), "the map with the default fill")
    for fill in (0.0, -1.25, float(rng.uniform(2, 3))):
        found = student.occlusion_map(
            predict=classifier.theirs, image=image, class_index=2, patch_size=2, stride=2, fill=fill
        )
        assert_close(found, classifier.map(image, 2, 2, 2, fill), "the map with another fill")


@pytest.mark.cell("occlusion_map", weight=1)
def test_map_is_that_of_the_class(student, rng):
    """The map holds the probability of the class asked for, whichever class is the most probable."""
    shape = (4, 3, 2)
    image, classifier = picture(rng, *shape), Classifier(student, rng, shape)
    for class_index in range(4):
        found = student.occlusion_map(classifier.theirs, image, class_index, 2, 1)
        assert_close(found, classifier.map(image, class_index, 2, 1), "the map")


@pytest.mark.cell("occlusion_map", weight=0.5)
def test_map_of_integers(student, rng):
    """An image of integers gives the same map as the same numbers written as floats."""
    shape = (4, 5, 3)
    classifier = Classifier(student, rng, shape)
    for kind in (np.uint8, np.int64):
        image = rng.integers(2, 6, shape, dtype=kind)
        found = student.occlusion_map(classifier.theirs, image, 1, 2, 2)
        assert_close(found, classifier.map(image, 1, 2, 2), "the map")
        found = student.occlusion_map(classifier.theirs, image, 2, 3, 1, fill=-0.75)
        assert_close(found, classifier.map(image, 2, 3, 1, -0.75), "the map with a negative fill")


@pytest.mark.cell("occlusion_map", weight=0.5)
def test_map_leaves_the_image_alone(student, rng):
    """The map is right, and the image is the same after the call as before."""
    for shape, stride in [((4, 5, 2), 1), ((5, 3, 3), 2)]:
        image, classifier = picture(rng, *shape), Classifier(student, rng, shape)
        result = student.call("occlusion_map", classifier.theirs, image, 3, 2, stride)
        assert_close(result.value, classifier.map(image, 3, 2, stride), "the map")
        if result.changed_arguments:
            raise CheckError("The image was changed.")


# ---------------------------------------------------------------- relative_error_reduction: 2 points


def check_reductions(student, *errors):
    """Compares the reductions for several (before, after)."""
    for before, after in errors:
        found = student.relative_error_reduction(before, after)
        assert_close(found, (before - after) / before, "the reduction")


@pytest.mark.cell("relative_error_reduction", weight=0.75)
def test_reduction_of_shares(student, rng):
    """For errors between 0 and 1 the result is the share of the old error that is gone."""
    before = float(rng.uniform(0.3, 0.6))
    check_reductions(student, (0.164, 0.148), (before, 0.7 * before), (1.0, 0.35))


@pytest.mark.cell("relative_error_reduction", weight=0.5)
def test_reduction_of_percentages(student, rng):
    """Errors in percent give the same fraction as the same errors as shares."""
    check_reductions(student, (25.8, 16.4), (float(rng.uniform(20, 40)), 15.3), (0.9, 0.3))


@pytest.mark.cell("relative_error_reduction", weight=0.5)
def test_reduction_in_the_extreme_cases(student, rng):
    """The result is 1 when no error is left, 0 when nothing changed, and negative when the error grew."""
    before = float(rng.uniform(0.1, 0.3))
    check_reductions(student, (before, 0.0), (before, before), (before, 1.4 * before), (0.2, 0.7))


@pytest.mark.cell("relative_error_reduction", weight=0.25)
def test_reduction_of_integers(student, rng):
    """Errors that are integers give a fraction that is not rounded."""
    after = int(rng.integers(3, 7))
    check_reductions(student, (9, after), (30, 11), (7, 0))
    found = student.relative_error_reduction(before=16, after=after)
    assert_close(found, (16 - after) / 16, "the reduction")
