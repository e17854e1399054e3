import keras
import numpy as np
import pytest

from convlab.residual import build_stack, build_toy, bypass_pair, follow_stream
from convlab.training import Trainer

KINDS = ("plain", "residual", "pre-activation")


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    return rng.normal(size=(24, 8, 8, 1)).astype("float32"), rng.integers(0, 10, 24).astype("int32")


@pytest.fixture(scope="module")
def trained(data):
    nets = {}
    for kind in KINDS:
        trainer = Trainer(build_stack(kind, (8, 8, 1), width=4, blocks=2))
        trainer.reset(0)
        trainer.fit(*data, batch_size=8, learning_rate=0.1, epochs=5)
        nets[kind] = trainer.model
    return nets


@pytest.mark.parametrize("blocks", [1, 3])
def test_the_three_kinds_have_the_same_convolutions(blocks):
    kernels = {}
    for kind in KINDS:
        net = build_stack(kind, (8, 8, 1), width=4, blocks=blocks)
        kernels[kind] = [
            (tuple(layer.kernel.shape), layer.strides, tuple(layer.output.shape))
            for layer in net.layers
            if isinstance(layer, keras.layers.Conv2D)
        ]
        assert len(kernels[kind]) == 6 * blocks + 1
        assert sum(strides == (2, 2) for _, strides, _ in kernels[kind]) == 2
    assert kernels["plain"] == kernels["residual"] == kernels["pre-activation"]


def test_plain_and_residual_net_have_equally_many_parameters():
    plain, residual, early = (
        build_stack(kind, (9, 9, 3), width=4, blocks=2).count_params() for kind in KINDS
    )
    assert plain == residual == early


def test_unknown_kinds_and_empty_stages_are_refused():
    with pytest.raises(ValueError, match="'dense'"):
        build_stack("dense", (8, 8, 1), 4, 1)
    with pytest.raises(ValueError, match="at least 1, got 0"):
        build_stack("plain", (8, 8, 1), 4, 0)


def test_the_stream_is_shortcut_plus_branch(trained, data):
    for kind in ("residual", "pre-activation"):
        net = trained[kind]
        names = ["stream_1", "branch_2", "stream_2", "branch_3", "stream_3"]
        one, branch, two, next_branch, three = (
            np.asarray(value)
            for value in keras.Model(net.input, [net.get_layer(name).output for name in names])(data[0])
        )
        last = (lambda total: np.maximum(total, 0)) if kind == "residual" else (lambda total: total)
        assert np.allclose(two, last(one + branch), atol=1e-5)
        # The third pair begins the second stage: half the height and width.
        assert np.allclose(three, last(two[:, ::2, ::2] + next_branch), atol=1e-5)


def test_nothing_stands_on_the_stream_of_a_pre_activation_net():
    net = build_stack("pre-activation", (8, 8, 1), width=4, blocks=1)
    assert isinstance(net.get_layer("stream_1"), keras.layers.Add)
    assert isinstance(build_stack("residual", (8, 8, 1), 4, 1).get_layer("stream_1"), keras.layers.ReLU)


def test_gradients_of_the_stream_are_those_of_the_tape(trained, data):
    net = trained["pre-activation"]
    before = net.get_weights()
    found = follow_stream(net, *data)
    scaled = follow_stream(net, *data, loss_scale=64.0)
    assert np.allclose(found["gradient"], scaled["gradient"], rtol=1e-4)
    for old, new in zip(before, net.get_weights(), strict=True):
        assert np.array_equal(old, new)
    # The last gradient by hand is that of logits which come from the last feature map.
    sizes = keras.Model(net.input, net.get_layer("stream_0").output)(data[0])
    assert found["stream"][0] == pytest.approx(float(np.sqrt(np.mean(np.square(sizes)))), rel=1e-4)
    assert (found["gradient"] > 0).all()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("k", [1, 2, 4])
def test_a_bypassed_pair_passes_its_input_on(trained, data, kind, k):
    net = keras.models.clone_model(trained[kind])
    net.set_weights(trained[kind].get_weights())
    bypass_pair(net, k)
    before, after = (
        keras.Model(net.input, net.get_layer(f"stream_{number}").output)(data[0]) for number in (k - 1, k)
    )
    assert np.allclose(before, after, atol=1e-5)


def test_a_pair_that_is_not_there_cannot_be_bypassed(trained):
    with pytest.raises(ValueError, match="no pair 7"):
        bypass_pair(trained["plain"], 7)


def test_the_toy_adds_what_comes_in_to_what_comes_out():
    toy = build_toy()
    shapes = [toy.get_layer(f"sum{number}").output.shape for number in (1, 2)]
    assert shapes == [(None, 9, 9, 64)] * 2
    first = toy.get_layer("sum1")
    x = np.random.default_rng(0).normal(size=(2, 32, 32, 3)).astype("float32")
    branch, shortcut = (np.asarray(value) for value in keras.Model(toy.input, first.input)(x))
    assert np.allclose(keras.Model(toy.input, first.output)(x), branch + shortcut, atol=1e-6)
    assert branch.min() >= 0


def test_the_toy_without_shortcuts_has_no_additions():
    kinds = [type(layer).__name__ for layer in build_toy(shortcuts=False).layers]
    assert "Add" not in kinds
    assert kinds.count("Conv2D") == 7
