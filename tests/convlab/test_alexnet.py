import keras
import numpy as np
import pytest
import tensorflow as tf

from convlab.alexnet import RecipeTrainer, alexnet_layers, build_network, mirror_images, shift_images
from convlab.layer_costs import cost_table

SIZES = [
    (56, 56, 64),
    (27, 27, 64),
    (27, 27, 192),
    (13, 13, 192),
    (13, 13, 384),
    (13, 13, 256),
    (13, 13, 256),
]
SIZES += [(6, 6, 256), (9216,), (4096,), (4096,), (1000,)]
TINY = alexnet_layers(filters=2, units=8, num_classes=3, first=(5, 2, 2))


@pytest.fixture(scope="module")
def full():
    return build_network(alexnet_layers(), (227, 227, 3))


def test_the_list_gives_the_sizes_of_the_lecture():
    table = cost_table(alexnet_layers(), (227, 227, 3))
    assert [row.output_shape for row in table] == SIZES
    assert sum(row.parameters for row in table) == 61_100_840
    assert sum(row.macs for row in table) == 716_767_232


def test_the_model_is_the_list(full):
    assert full.count_params() == 61_100_840
    for row in cost_table(alexnet_layers(), (227, 227, 3)):
        layer = full.get_layer(row.name)
        assert tuple(layer.output.shape[1:]) == row.output_shape
        assert layer.count_params() == row.parameters
    activations = {layer.name: layer.activation.__name__ for layer in full.layers if hasattr(layer, "kernel")}
    assert activations.pop("fc3") == "linear"
    assert set(activations.values()) == {"relu"}


def test_a_narrow_network_keeps_the_plan():
    wide, narrow = alexnet_layers(), alexnet_layers(filters=8)
    for one, other in zip(wide, narrow, strict=True):
        if one["kind"] == "convolution":
            assert one["filters"] == 8 * other["filters"]
        assert {**one, "filters": 0} == {**other, "filters": 0}
    model = build_network(TINY, (32, 32, 3))
    assert model.output_shape == (None, 3)
    assert model.get_layer("pool3").output.shape == (None, 1, 1, 8)


def test_groups_reach_the_convolution():
    layers = [dict(layer) for layer in TINY]
    layers[2]["groups"] = 2
    model = build_network(layers, (32, 32, 3))
    (row,) = [row for row in cost_table(layers, (32, 32, 3)) if row.name == "conv2"]
    assert model.get_layer("conv2").count_params() == row.parameters == 25 * 1 * 6 + 6


def test_dropout_follows_the_hidden_fully_connected_layers_and_no_other():
    kinds = [type(layer).__name__ for layer in build_network(TINY, (32, 32, 3), dropout=0.5).layers]
    assert kinds[-5:] == ["Dense", "Dropout", "Dense", "Dropout", "Dense"]
    assert kinds.count("Dropout") == 2
    assert "Dropout" not in [type(layer).__name__ for layer in build_network(TINY, (32, 32, 3)).layers]


def test_tanh_comes_with_the_initializer_that_suits_it():
    layer = build_network(TINY, (32, 32, 3), activation="tanh").get_layer("conv3")
    assert layer.activation.__name__ == "tanh"
    assert isinstance(layer.kernel_initializer, keras.initializers.GlorotUniform)


def test_the_network_computes_in_mixed_precision_and_answers_in_float32():
    model = build_network(TINY, (32, 32, 3), dropout=0.5, dtype="mixed_float16")
    assert model.get_layer("conv1").compute_dtype == "float16"
    assert model(np.zeros((2, 32, 32, 3))).dtype == "float32"


def test_about_half_of_the_images_are_mirrored_each_as_a_whole():
    images = np.random.default_rng(0).normal(size=(200, 3, 4, 2)).astype("float32")
    result = mirror_images(images, tf.random.Generator.from_seed(0)).numpy()
    mirrored = [np.array_equal(new, old[:, ::-1]) for new, old in zip(result, images, strict=True)]
    kept = [np.array_equal(new, old) for new, old in zip(result, images, strict=True)]
    assert all(a != b for a, b in zip(mirrored, kept, strict=True))
    assert 70 < sum(mirrored) < 130


def test_each_image_is_shifted_by_its_own_amounts():
    image = np.arange(25, dtype="float32").reshape(1, 5, 5, 1)
    result = shift_images(np.repeat(image, 300, axis=0), tf.random.Generator.from_seed(0), most=2).numpy()
    moves = {(int(12 - shifted[2, 2, 0]) // 5, int(12 - shifted[2, 2, 0]) % 5) for shifted in result}
    assert len({shifted.tobytes() for shifted in result}) == 25 == len(moves)
    assert {float(shifted[2, 2, 0]) for shifted in result} == set(range(25))
    assert set(result.ravel()) <= set(image.ravel())


def test_a_seed_repeats_a_run_with_all_its_random_choices():
    trainer = RecipeTrainer(build_network(TINY, (32, 32, 3), dropout=0.5), augment=shift_images)
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(24, 32, 32, 3)).astype("float32"), rng.integers(0, 3, 24)
    losses = []
    for seed in (0, 1, 0):
        trainer.reset(seed)
        losses.append(trainer.fit(x, y, 8, 0.01, epochs=2))
    assert np.array_equal(losses[0], losses[2])
    assert not np.array_equal(losses[0], losses[1])


def test_the_step_is_that_of_the_paper():
    model = keras.Sequential([keras.Input((1, 1, 1)), keras.layers.Flatten(), keras.layers.Dense(2)])
    trainer = RecipeTrainer(model, momentum=0.5, weight_decay=0.1, loss_scale=4.0)
    trainer.reset(0)
    kernel = model.layers[1].kernel.numpy()
    found = []
    trainer.fit(
        np.zeros((2, 1, 1, 1), "float32"),
        np.zeros(2, "int32"),
        1,
        1.0,
        epochs=1,
        after_step=lambda step: found.append((model.layers[1].kernel.numpy(), model.layers[1].bias.numpy())),
    )
    # Zero images: the kernel has no gradient and only decays. Rates are 1 and 1/2.
    velocity = -1.0 * 0.1 * kernel
    assert np.allclose(found[0][0], kernel + velocity)
    velocity = 0.5 * velocity - 0.5 * 0.1 * found[0][0]
    assert np.allclose(found[1][0], found[0][0] + velocity)
    # The first gradient of the biases is softmax(0, 0) - (1, 0).
    assert np.allclose(found[0][1], [0.5, -0.5])


def test_reset_stops_the_velocities():
    trainer = RecipeTrainer(build_network(TINY, (32, 32, 3)))
    trainer.reset(0)
    trainer.fit(np.ones((8, 32, 32, 3), "float32"), np.zeros(8), 4, 0.1, epochs=1)
    assert any(tf.reduce_any(velocity != 0) for velocity in trainer.velocities)
    trainer.reset(0)
    assert not any(tf.reduce_any(velocity != 0) for velocity in trainer.velocities)
