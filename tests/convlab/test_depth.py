import keras
import numpy as np
import pytest

from convlab.batch_normalization import build_conv_net
from convlab.depth import (
    build_dense_chain,
    copy_into_deeper,
    draw_kernels,
    gradient_agreement,
    signals_by_depth,
    stages_of,
)
from convlab.training import Trainer


def keras_normalization(tensor):
    return keras.layers.BatchNormalization(momentum=0.5)(tensor)


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    return rng.normal(size=(32, 8, 8, 1)).astype("float32"), rng.integers(0, 10, 32).astype("int32")


@pytest.fixture(scope="module")
def net():
    return build_conv_net((8, 8, 1), 4, 6, keras_normalization)


def test_the_chain_has_one_activation_per_hidden_layer_and_no_biases():
    chain = build_dense_chain(7, width=5, depth=4, activation="tanh", num_classes=3)
    assert sum(isinstance(layer, keras.layers.Activation) for layer in chain.layers) == 4
    assert chain.count_params() == 7 * 5 + 3 * 5 * 5 + 5 * 3
    assert chain.output_shape == (None, 3)


def test_a_chain_without_layers_is_refused():
    with pytest.raises(ValueError, match="depth must be at least 1, got 0"):
        build_dense_chain(7, width=5, depth=0, activation="tanh")


def test_kernels_are_scaled_by_the_fan_in_of_dense_layers_and_convolutions():
    net = build_conv_net((8, 8, 1), 64, 3)
    draw_kernels(net, gain=1.5, seed=0)
    for layer in net.layers:
        if hasattr(layer, "kernel"):
            kernel = layer.kernel.numpy()
            fan_in = kernel.size / kernel.shape[-1]
            assert kernel.std() == pytest.approx(1.5 / np.sqrt(fan_in), rel=0.1)
            assert abs(kernel.mean()) < 5 * kernel.std() / np.sqrt(kernel.size)


def test_a_seed_repeats_the_kernels_and_layers_differ():
    chain = build_dense_chain(6, width=6, depth=2, activation="relu")
    draws = []
    for seed in (0, 0, 1):
        draw_kernels(chain, 1.0, seed)
        draws.append([weights.copy() for weights in chain.get_weights()])
    assert np.array_equal(draws[0][0], draws[1][0])
    assert not np.array_equal(draws[0][0], draws[2][0])
    assert not np.array_equal(draws[0][0], draws[0][1])


def test_a_gain_of_zero_is_refused():
    with pytest.raises(ValueError, match="gain must be positive, got 0"):
        draw_kernels(build_dense_chain(6, 6, 2, "relu"), 0, seed=0)


def test_signals_of_a_linear_chain_are_those_of_matrix_products():
    rng = np.random.default_rng(1)
    chain = build_dense_chain(4, width=5, depth=2, activation="linear", num_classes=3)
    draw_kernels(chain, 1.0, seed=0)
    x, y = rng.normal(size=(8, 4)).astype("float32"), rng.integers(0, 3, 8)
    first, second, last = chain.get_weights()
    hidden = [x @ first, x @ first @ second]
    logits = hidden[1] @ last
    share = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    at_logits = (share - np.eye(3)[y]) / 8
    found = signals_by_depth(chain, x, y)
    assert np.allclose(found["activation"], [h.std() for h in hidden], rtol=1e-5)
    backward = [at_logits @ last.T @ second.T, at_logits @ last.T]
    assert np.allclose(found["gradient"], [np.linalg.norm(g) for g in backward], rtol=1e-5)


def test_signals_do_not_depend_on_the_loss_scale(net, data):
    plain, scaled = (signals_by_depth(net, *data, loss_scale=scale) for scale in (1.0, 64.0))
    assert np.allclose(plain["gradient"], scaled["gradient"], rtol=1e-4)


def test_listening_leaves_the_model_as_it_was(net, data):
    before = net.get_weights()
    signals_by_depth(net, *data)
    for old, new in zip(before, net.get_weights(), strict=True):
        assert np.array_equal(old, new)


def test_signals_run_in_training_mode(net, data):
    shifted = data[0] * 100 + 50
    plain, large = (signals_by_depth(net, x, data[1])["activation"] for x in (data[0], shifted))
    assert np.allclose(plain[1:], large[1:], rtol=0.5)


def test_a_model_without_activations_has_nothing_to_listen_to():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    with pytest.raises(ValueError, match="no activation function"):
        signals_by_depth(model, np.ones((2, 3)), np.zeros(2, "int32"))


def test_stages_are_told_apart_by_their_map_size(net):
    stages = stages_of(net)
    assert [len(stage) for stage in stages] == [2, 2, 2]
    assert [stage[0][0].strides for stage in stages] == [(1, 1), (2, 2), (2, 2)]


def test_a_net_without_normalization_has_no_stages():
    with pytest.raises(ValueError, match="there are 3, 0 and 3"):
        stages_of(build_conv_net((8, 8, 1), 2, 3))


def test_the_deeper_net_computes_what_the_trained_shallow_net_computes(net, data):
    trainer = Trainer(net)
    trainer.reset(0)
    trainer.fit(*data, batch_size=8, learning_rate=0.3, epochs=5)
    deep = build_conv_net((8, 8, 1), 4, 15, keras_normalization)
    copy_into_deeper(net, deep, data[0])
    others = np.random.default_rng(5).normal(size=(20, 8, 8, 1)).astype("float32")
    assert np.allclose(net(others), deep(others), atol=1e-4)


def test_surplus_layers_nearly_keep_the_map_in_training_mode_too(net, data):
    deep = build_conv_net((8, 8, 1), 4, 9, keras_normalization)
    copy_into_deeper(net, deep, data[0])
    copied, surplus = stages_of(deep)[0][1:]
    look = keras.Model(deep.input, [copied[2].output, surplus[2].output])
    before, after = look(data[0], training=False)
    assert np.allclose(before, after, atol=1e-5)


def test_a_shallower_target_is_refused(net, data):
    with pytest.raises(ValueError, match=r"\[2, 2, 2\] layers do not fit into stages of \[1, 1, 1\]"):
        copy_into_deeper(net, build_conv_net((8, 8, 1), 4, 3, keras_normalization), data[0])


def test_gradients_agree_the_less_the_further_the_image_is_moved(net, data):
    # Another seed than that of the images: moved along itself, an image is only scaled, and a net without
    # biases has the same gradient there.
    found = gradient_agreement(net, data[0], [0.001, 0.1, 1.0], seed=1)
    assert found.shape == (3,)
    assert 0.9 < found[0] <= 1.0001
    assert found[0] > found[1] > found[2]


def test_a_gradient_of_zero_agrees_with_nothing():
    model = keras.Sequential([keras.Input((2, 2, 1)), keras.layers.Flatten(), keras.layers.Dense(2)])
    model.layers[1].set_weights([np.zeros((4, 2)), np.zeros(2)])
    assert gradient_agreement(model, np.ones((3, 2, 2, 1)), [0.1], seed=0).tolist() == [0.0]


def test_a_step_of_no_length_is_refused(net, data):
    with pytest.raises(ValueError, match="nudges must be positive, got 0"):
        gradient_agreement(net, data[0], [0.1, 0], seed=0)
