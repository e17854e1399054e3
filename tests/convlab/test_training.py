import keras
import numpy as np
import pytest

from convlab.batch_normalization import build_conv_net
from convlab.training import Trainer


def keras_normalization(tensor):
    return keras.layers.BatchNormalization(momentum=0.5)(tensor)


@pytest.fixture(scope="module")
def trainer():
    return Trainer(build_conv_net((8, 8, 1), width=4, depth=3, normalize=keras_normalization, num_classes=2))


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 60)
    x = rng.normal(size=(60, 8, 8, 1)) + y[:, None, None, None]
    return x.astype("float32"), y.astype("int32")


def test_a_seed_repeats_a_run_exactly(trainer, data):
    losses = []
    for seed in (0, 0, 1):
        trainer.reset(seed)
        losses.append(trainer.fit(*data, batch_size=16, learning_rate=0.1, epochs=2))
    assert np.array_equal(losses[0], losses[1])
    assert not np.array_equal(losses[0], losses[2])


def test_reset_starts_moving_statistics_and_biases_anew(trainer, data):
    trainer.reset(0)
    start = trainer.model.get_weights()
    trainer.fit(*data, batch_size=16, learning_rate=0.1, epochs=1)
    trainer.reset(0)
    for before, after in zip(start, trainer.model.get_weights(), strict=True):
        assert np.array_equal(before, after)


def test_reset_draws_different_kernels_for_every_layer_and_seed(trainer):
    kernels = []
    for seed in (0, 1):
        trainer.reset(seed)
        kernels += [layer.kernel.numpy() for layer in trainer.model.layers if hasattr(layer, "kernel")]
    same_shape = [kernel for kernel in kernels if kernel.shape == (3, 3, 4, 4)]
    assert len(same_shape) == 4
    assert len({kernel.tobytes() for kernel in same_shape}) == 4


def test_training_learns_an_easy_task(trainer, data):
    trainer.reset(0)
    losses = trainer.fit(*data, batch_size=20, learning_rate=0.3, epochs=10)
    assert losses.shape == (30,)
    assert losses[-3:].mean() < 0.5 * losses[0]
    assert trainer.accuracy(*data, training=True) > 0.95


def test_steps_are_plain_gradient_descent_with_a_falling_rate():
    model = keras.Sequential([keras.Input((1, 1, 1)), keras.layers.Flatten(), keras.layers.Dense(2)])
    trainer = Trainer(model, loss_scale=8.0)
    trainer.reset(0)
    kernel = model.layers[1].kernel.numpy()
    biases = []

    def after_step(step):
        biases.append(model.layers[1].bias.numpy())

    trainer.fit(
        np.zeros((2, 1, 1, 1), "float32"), np.zeros(2, "int32"), 1, 1.0, epochs=1, after_step=after_step
    )
    # With zero images the logits are the biases: the first gradient is softmax(0, 0) - (1, 0) = (-1/2, 1/2).
    assert np.allclose(biases[0], [0.5, -0.5])
    wrong = 1 / (1 + np.exp(1.0))
    assert np.allclose(biases[1] - biases[0], [0.5 * wrong, -0.5 * wrong], atol=1e-6)
    assert np.array_equal(model.layers[1].kernel.numpy(), kernel)


def test_after_step_counts_from_one(trainer, data):
    steps = []
    trainer.reset(0)
    trainer.fit(*data, batch_size=16, learning_rate=0.1, epochs=2, after_step=steps.append)
    assert steps == [1, 2, 3, 4, 5, 6]


def test_accuracy_leaves_the_model_as_it_was(trainer, data):
    trainer.reset(0)
    before = trainer.model.get_weights()
    trainer.accuracy(*data, training=True, batch_size=10)
    for old, new in zip(before, trainer.model.get_weights(), strict=True):
        assert np.array_equal(old, new)


def test_accuracy_counts_correct_predictions():
    model = keras.Sequential([keras.Input((1, 1, 2)), keras.layers.Flatten()])
    x = np.eye(2, dtype="float32")[[0, 1, 1, 0]].reshape(4, 1, 1, 2)
    trainer = Trainer(model)
    assert trainer.accuracy(x, np.array([0, 1, 0, 0])) == 0.75
    assert trainer.accuracy(x, np.array([0, 1, 0, 0]), batch_size=3) == pytest.approx(2 / 3)


@pytest.mark.parametrize("batch_size", [0, 61])
def test_batch_sizes_that_do_not_fit_are_refused(trainer, data, batch_size):
    with pytest.raises(ValueError, match="batch_size must be between 1 and 60"):
        trainer.fit(*data, batch_size=batch_size, learning_rate=0.1, epochs=1)
    with pytest.raises(ValueError, match="batch_size must be between 1 and 60"):
        trainer.accuracy(*data, batch_size=batch_size)


def test_no_epochs_are_refused(trainer, data):
    with pytest.raises(ValueError, match="epochs must be at least 1"):
        trainer.fit(*data, batch_size=16, learning_rate=0.1, epochs=0)
