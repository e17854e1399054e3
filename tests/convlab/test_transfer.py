import keras
import numpy as np
import pytest

from convlab.photographs import PHOTOGRAPHS, load_photographs
from convlab.transfer import (
    compute_in_portions,
    draw_patches,
    drift_of_statistics,
    load_few_images,
    normalization_layers,
    split_backbone,
    with_head,
)


def small_network():
    """Convolution, BN, a shortcut, a second BN, pooling, classes: the parts that the functions look for."""
    keras.utils.set_random_seed(0)
    inputs = keras.Input((8, 8, 3))
    x = keras.layers.Conv2D(4, 3, padding="same")(inputs)
    normalized = keras.layers.BatchNormalization(momentum=0.5)(x)
    x = keras.layers.Add()([x, keras.layers.ReLU()(normalized)])
    x = keras.layers.BatchNormalization(momentum=0.5)(keras.layers.Conv2D(6, 3)(x))
    x = keras.layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, keras.layers.Dense(5)(x))


def test_no_pixel_is_in_training_and_test():
    # A photograph whose pixels tell their own place: channel 0 the block's number, plus 1.
    rows, columns = np.indices((320, 448))
    photo = np.stack([rows // 64 * 7 + columns // 64 + 1] * 3, axis=-1)
    places = {}
    for in_test in (False, True):
        patches, _ = draw_patches([photo], 60, size=32, in_test=in_test, seed=3)
        assert all(patch.min() == patch.max() for patch in patches)  # each from within one block
        places[in_test] = {int(patch[0, 0, 0]) for patch in patches}
    assert places[False] & places[True] == set()
    assert len(places[False] | places[True]) == 35


def test_patches_come_from_different_blocks_as_long_as_there_are_any():
    rows, columns = np.indices((320, 448))
    photo = np.stack([rows // 64 * 7 + columns // 64] * 3, axis=-1)
    patches, _ = draw_patches([photo], 20, size=16, in_test=False, seed=0)
    assert len({int(patch[0, 0, 0]) for patch in patches}) == 20


def test_classes_take_turns_and_every_seed_gives_other_images():
    train, (x_test, y_test) = load_few_images("patches", 3, 2, size=24, seeds=[0, 1])
    assert len(train) == 2
    for images, labels in train:
        assert images.shape == (30, 24, 24, 3)
        assert images.dtype == "float32"
        assert images.min() >= 0
        assert images.max() <= 255.01
        assert labels.tolist() == 3 * list(range(10))
    assert not np.array_equal(train[0][0], train[1][0])
    assert x_test.shape == (20, 24, 24, 3)
    assert y_test.tolist() == 2 * list(range(10))


def test_a_patch_shows_its_photograph():
    train, _ = load_few_images("patches", 4, 1, size=24, seeds=[0])
    gray = list(PHOTOGRAPHS).index("camera")
    of_camera = train[0][0][train[0][1] == gray]
    assert np.allclose(of_camera[..., 0], of_camera[..., 2], atol=1e-3)
    assert load_photographs(["camera"])["camera"].shape[2] == 3


def test_cifar_10_is_resized_and_balanced(monkeypatch):
    random = np.random.default_rng(0)
    labels = random.integers(0, 10, (300, 1), dtype="uint8")
    images = np.broadcast_to(labels.reshape(-1, 1, 1, 1), (300, 32, 32, 3)).astype("uint8")
    monkeypatch.setattr(keras.datasets.cifar10, "load_data", lambda: ((images, labels), (images, labels)))
    ((x_train, y_train),), (_, y_test) = load_few_images("cifar10", 5, 4, size=48, seeds=[0])
    assert x_train.shape == (50, 48, 48, 3)
    assert y_train.tolist() == 5 * list(range(10))
    assert y_test.tolist() == 4 * list(range(10))
    assert np.allclose(x_train[:, 0, 0, 0], y_train)


def test_without_a_network_patches_serve_and_one_sentence_says_so(monkeypatch, capsys):
    def no_network():
        raise Exception("URL fetch failure: no network")

    monkeypatch.setattr(keras.datasets.cifar10, "load_data", no_network)
    train, _ = load_few_images("cifar10", 1, 1, size=24, seeds=[0])
    assert train[0][0].shape == (10, 24, 24, 3)
    assert "cannot be downloaded (URL fetch failure: no network), so photo patches" in capsys.readouterr().out


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match=r"per_class must be at least 1, got 0\."):
        draw_patches([np.zeros((64, 64, 3))], 0, size=8, in_test=False, seed=0)
    with pytest.raises(ValueError, match="'digits'"):
        load_few_images("digits", 1, 1, size=8, seeds=[0])


def test_both_parts_of_a_network_together_give_its_features():
    model = small_network()
    lower, upper = split_backbone(model, size=8)
    images = np.random.default_rng(1).normal(size=(4, 8, 8, 3)).astype("float32")
    whole = keras.Model(model.inputs[0], model.layers[-2].output)
    assert np.allclose(upper(lower(images)), whole(images), atol=1e-5)
    assert lower.output_shape == (None, 8, 8, 4)


def test_parts_have_weights_of_their_own():
    model = small_network()
    lower, _ = split_backbone(model, size=16)
    before = model.get_weights()
    lower.set_weights([0 * weight for weight in lower.get_weights()])
    assert all(np.array_equal(old, new) for old, new in zip(before, model.get_weights(), strict=True))


@pytest.mark.parametrize("freeze", [True, False])
def test_a_head_on_a_copy_with_frozen_normalization_or_not(freeze):
    _, upper = split_backbone(small_network(), size=8)
    model = with_head(upper, 3, freeze)
    maps = np.random.default_rng(2).normal(5, 3, (6, 8, 8, 4)).astype("float32")
    before = [layer.moving_mean.numpy() for layer in normalization_layers(model)]
    model(maps, training=True)
    after = [layer.moving_mean.numpy() for layer in normalization_layers(model)]
    assert len(before) == 1
    assert np.array_equal(before, after) == freeze
    assert not normalization_layers(upper)[0].moving_mean.numpy().any()


def test_portions_do_not_change_a_result():
    x = np.random.default_rng(3).normal(size=(7, 2))
    assert np.allclose(compute_in_portions(lambda part: part**2, x, portion=3), x**2)


def test_the_drift_changes_nothing_for_good():
    model = small_network()
    before = model.get_weights()
    images = np.random.default_rng(4).normal(2, 3, (10, 8, 8, 3)).astype("float32")

    def mean():
        return float(normalization_layers(model)[0].moving_mean.numpy()[0])

    found = drift_of_statistics(
        model,
        lambda batch: model(batch, training=True),
        images,
        4,
        3,
        seed=0,
        at_steps=[0, 1, 3],
        measure=mean,
    )
    assert found[0] == 0
    assert len({*found}) == 3
    assert all(np.array_equal(old, new) for old, new in zip(before, model.get_weights(), strict=True))


def test_fit_overrules_training_false_as_the_lesson_says():
    body = keras.Sequential([keras.Input((3,)), keras.layers.BatchNormalization()])
    inputs = keras.Input((3,))
    model = keras.Model(inputs, keras.layers.Dense(1)(body(inputs, training=False)))
    model.compile("sgd", "mse", jit_compile=False)
    x = np.full((8, 3), 5, "float32")
    model.fit(x, np.zeros((8, 1)), epochs=1, verbose=0)
    assert body.layers[0].moving_mean.numpy().min() > 0
    body.trainable = False
    kept = body.layers[0].moving_mean.numpy()
    model.compile("sgd", "mse", jit_compile=False)
    model.fit(x, np.zeros((8, 1)), epochs=1, verbose=0)
    assert np.array_equal(body.layers[0].moving_mean.numpy(), kept)
