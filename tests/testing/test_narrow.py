"""A large network is made narrow by its description alone, in whatever style it is written."""

import keras
import pytest
from keras import layers

from autograder.student.proxy import Student
from autograder.student.transport import LocalTransport
from autograder.testing import CheckError, assert_same_network
from autograder.testing.narrow import narrowed


def classifier(width, activation="relu"):
    images = keras.Input((8, 6, 3))
    x = layers.Conv2D(width, 3, padding="same", activation="relu")(images)
    x = layers.Flatten()(layers.MaxPooling2D(2)(x))
    x = layers.Dense(4 * width, activation=activation)(x)
    return keras.Model(images, layers.Dense(5)(x))


def in_another_style(width):
    """An inner model with an input of its own, and reshaping to a fixed number of values."""
    images = keras.Input((8, 6, 3))
    x = layers.ReLU()(layers.Conv2D(width, 3, padding="same")(images))
    x = layers.Reshape((4, 3 * width))(keras.ops.reshape(layers.MaxPooling2D(2)(x), (-1, 12 * width)))
    inner = [layers.Flatten(), layers.Dense(4 * width, activation="relu"), layers.Dense(5)]
    return keras.Model(images, keras.Sequential([keras.Input((4, 3 * width)), *inner])(x))


def of_no_use():
    return 3


@pytest.fixture
def student():
    return Student(LocalTransport(dict(globals())))


@pytest.mark.parametrize("name", ["classifier", "in_another_style"])
def test_the_narrow_network_is_the_one_that_is_built_narrow(student, name):
    found = narrowed(student.structure(name, 64), 16)
    assert_same_network(found, classifier(4))
    assert found.parameters == classifier(4).count_params()


def test_what_is_wrong_in_the_large_network_is_wrong_in_the_narrow_one(student):
    found = narrowed(student.structure("classifier", 64, None), 16)
    with pytest.raises(CheckError, match="computes something else"):
        assert_same_network(found, classifier(4))


def test_numbers_that_cannot_be_divided_stay(student):
    found = narrowed(student.structure("classifier", 61), 16)
    assert found.parameters == student.structure("classifier", 61).parameters


def test_what_is_no_network_is_told(student):
    with pytest.raises(CheckError, match="should be a Keras model"):
        narrowed(student.of_no_use(), 16)
