import keras
import numpy as np
import pytest

from convlab.batch_normalization import (
    DriftingNoise,
    build_conv_net,
    estimate_population_statistics,
    follow_inference,
    normalize_in_groups,
    try_learning_rates,
)
from convlab.training import Trainer


def keras_normalization(tensor):
    return keras.layers.BatchNormalization(momentum=0.5)(tensor)


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(24, 8, 8, 1)).astype("float32")
    y = rng.integers(0, 10, 24).astype("int32")
    return x[:16], y[:16], x[16:], y[16:]


def test_the_net_has_one_convolution_per_depth_and_shrinks_twice():
    net = build_conv_net((32, 32, 3), width=5, depth=6)
    convolutions = [layer for layer in net.layers if isinstance(layer, keras.layers.Conv2D)]
    assert len(convolutions) == 6
    assert [layer.output.shape[1] for layer in convolutions] == [32, 32, 16, 16, 8, 8]
    assert net.output_shape == (None, 10)
    assert net.output.dtype == "float32"


def test_only_a_net_without_normalization_has_biases():
    for normalize, biased in ((None, True), (keras_normalization, False)):
        net = build_conv_net((8, 8, 1), 4, 3, normalize)
        convolutions = [layer for layer in net.layers if isinstance(layer, keras.layers.Conv2D)]
        assert [layer.use_bias for layer in convolutions] == [biased] * 3


def test_normalization_stands_between_convolution_and_activation():
    net = build_conv_net((8, 8, 1), 4, 3, keras_normalization)
    kinds = [type(layer).__name__ for layer in net.layers]
    assert kinds[1:4] == ["Conv2D", "BatchNormalization", "ReLU"]


def test_the_net_computes_in_mixed_precision_and_answers_in_float32():
    net = build_conv_net((8, 8, 1), 4, 3, keras_normalization, dtype="mixed_float16")
    assert net.layers[1].compute_dtype == "float16"
    assert net(np.zeros((2, 8, 8, 1))).dtype == "float32"


def test_a_net_that_is_too_shallow_is_refused():
    with pytest.raises(ValueError, match="depth must be at least 3, got 2"):
        build_conv_net((8, 8, 1), 4, 2)


def test_groups_are_normalized_as_batches_of_their_size():
    inputs = keras.Input((4, 5, 3))
    grouped = keras.Model(inputs, normalize_in_groups(inputs, 2))
    x = np.random.default_rng(0).normal(3, 2, (6, 4, 5, 3)).astype("float32")
    expected = [keras.layers.BatchNormalization()(x[i : i + 2], training=True) for i in (0, 2, 4)]
    assert np.allclose(grouped(x), np.concatenate(expected), atol=1e-4)


def test_an_empty_group_is_refused():
    with pytest.raises(ValueError, match="group_size must be at least 1, got 0"):
        normalize_in_groups(keras.Input((4, 5, 3)), 0)


def test_noise_is_one_scale_and_shift_per_channel_and_new_in_each_call():
    noise = DriftingNoise(shift=0.5, scale=1.25, seed=1)
    x = np.random.default_rng(0).normal(size=(8, 4, 4, 3)).astype("float32")
    first, second = noise(x, training=True).numpy(), noise(x, training=True).numpy()
    assert not np.allclose(first, second)
    for channel in range(3):
        scale, shift = np.polyfit(x[..., channel].ravel(), first[..., channel].ravel(), 1)
        assert 1 <= scale <= 1.25
        assert -0.5 <= shift <= 0.5
        assert np.allclose(first[..., channel], scale * x[..., channel] + shift, atol=1e-5)
    assert np.array_equal(noise(x, training=False), x)


def test_noise_repeats_with_its_seed():
    x = np.ones((2, 2, 2, 3), "float32")
    assert np.array_equal(DriftingNoise(seed=5)(x, training=True), DriftingNoise(seed=5)(x, training=True))


@pytest.mark.parametrize("bad", [{"shift": -0.1}, {"scale": 0.9}])
def test_noise_outside_its_range_is_refused(bad):
    with pytest.raises(ValueError, match="shift must be at least 0 and scale at least 1"):
        DriftingNoise(**bad)


def test_learning_rates_are_tried_from_the_same_start(data):
    trainer = Trainer(build_conv_net((8, 8, 1), 3, 3, keras_normalization))
    accuracy, losses = try_learning_rates(trainer, data, [0.1, 0.1, 1.0], [0, 1], batch_size=8, epochs=2)
    assert accuracy.shape == (3, 2)
    assert losses.shape == (3, 2, 4)
    assert np.array_equal(losses[0], losses[1])
    assert np.array_equal(losses[0, :, 0], losses[2, :, 0])
    assert not np.array_equal(losses[0, 0], losses[0, 1])


@pytest.mark.parametrize(("rates", "seeds"), [([], [0]), ([0.1], [])])
def test_an_empty_experiment_is_refused(data, rates, seeds):
    trainer = Trainer(build_conv_net((8, 8, 1), 3, 3))
    with pytest.raises(ValueError, match="At least one learning rate and one seed"):
        try_learning_rates(trainer, data, rates, seeds, batch_size=8, epochs=1)


def test_inference_is_followed_from_the_initial_statistics_on(data):
    trainer = Trainer(build_conv_net((8, 8, 1), 3, 3, keras_normalization))
    found = follow_inference(trainer, data, 0, batch_size=8, learning_rate=0.1, epochs=3)
    assert found["batch"].shape == found["moving"].shape == (3,)
    assert found["variance"].shape == (7,)
    assert found["variance"][0] == 1
    last = [layer for layer in trainer.model.layers if isinstance(layer, keras.layers.BatchNormalization)][-1]
    assert found["variance"][-1] == last.moving_variance.numpy().mean()


def test_without_moving_statistics_there_is_nothing_to_follow(data):
    trainer = Trainer(build_conv_net((8, 8, 1), 3, 3))
    with pytest.raises(ValueError, match="no BatchNormalization layer"):
        follow_inference(trainer, data, 0, batch_size=8, learning_rate=0.1, epochs=1)


def test_population_statistics_make_inference_equal_to_training(data):
    net = build_conv_net((8, 8, 1), 3, 4, keras_normalization)
    x = data[0]
    in_training = net(x, training=True).numpy()
    estimate_population_statistics(net, x)
    assert np.allclose(net(x, training=False), in_training, atol=1e-4)
    assert {layer.momentum for layer in net.layers if hasattr(layer, "momentum")} == {0.5}


def test_without_moving_statistics_there_is_nothing_to_set(data):
    with pytest.raises(ValueError, match="no BatchNormalization layer"):
        estimate_population_statistics(build_conv_net((8, 8, 1), 3, 3), data[0])
