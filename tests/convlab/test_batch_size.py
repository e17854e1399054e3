import sys
import time

import keras
import numpy as np
import pytest
import tensorflow as tf

from convlab.batch_size import GradientNoise, compare_with_powers_of_two, peak_memory, time_alternating


def test_jobs_take_turns_and_the_first_round_does_not_count():
    calls = []
    seconds = time_alternating({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, rounds=6)
    assert [len(values) for values in seconds.values()] == [6, 6]
    assert len(calls) == 14
    assert all(sorted(calls[i : i + 2]) == ["a", "b"] for i in range(0, 14, 2))
    assert len({tuple(calls[i : i + 2]) for i in range(0, 14, 2)}) == 2


def test_times_are_those_of_the_jobs():
    slow_at_first = iter([0.05, 0.004, 0.004, 0.004])
    seconds = time_alternating({"job": lambda: time.sleep(next(slow_at_first))}, rounds=3)["job"]
    assert (seconds >= 0.004).all()
    assert seconds.min() < 0.05


def test_no_rounds_are_refused():
    with pytest.raises(ValueError, match="rounds must be at least 1, got 0"):
        time_alternating({"job": lambda: None}, rounds=0)


def test_a_straight_line_has_no_special_sizes():
    seconds = {size: 0.5 + 0.01 * size for size in (1, 2, 3, 4, 8, 12, 15, 16, 20)}
    ratios = compare_with_powers_of_two(seconds)
    assert list(ratios) == [3, 12, 15]
    assert np.allclose(list(ratios.values()), 1)


def test_a_size_that_pays_for_the_next_power_is_found():
    assert compare_with_powers_of_two({64: 1.0, 65: 2.0, 128: 2.0})[65] == pytest.approx(2 / (1 + 1 / 64))


def test_the_high_water_mark_rises_with_what_is_held_and_never_falls():
    before = peak_memory()
    block = np.ones(int((before + 200) * 1024**2 / 8))  # more than the process has ever held
    held = peak_memory()
    assert held > before + 100
    del block
    assert peak_memory() >= held - 1  # Linux counts a few pages per thread late


def test_units_are_those_of_the_system(monkeypatch):
    before = peak_memory()
    monkeypatch.setattr(sys, "platform", "darwin" if sys.platform != "darwin" else "linux")
    factor = peak_memory() / before
    assert factor == pytest.approx(1 / 1024, rel=0.01) or factor == pytest.approx(1024, rel=0.01)


@pytest.fixture(scope="module")
def noise():
    keras.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(6, "tanh"), keras.layers.Dense(3)])
    return GradientNoise(model, rng.normal(size=(40, 4)).astype("float32"), rng.integers(0, 3, 40)), model


def single_gradients(noise, model):
    loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    rows = []
    for i in range(len(noise.x)):
        with tf.GradientTape() as tape:
            loss = loss_of(noise.y[i : i + 1], model(noise.x[i : i + 1]))
        rows.append(np.concatenate([part.numpy().ravel() for part in tape.gradient(loss, model.weights)]))
    return np.array(rows, "float64")


def test_signal_and_spread_are_those_of_the_single_gradients(noise):
    noise, model = noise
    gradients = single_gradients(noise, model)
    signal, spread = noise.signal_and_spread()
    assert signal == pytest.approx(np.linalg.norm(gradients.mean(0)), rel=1e-4)
    assert spread == pytest.approx(np.sqrt(gradients.var(0, ddof=1).sum()), rel=1e-4)


@pytest.mark.parametrize("batch_size", [1, 4, 20, 36])
def test_the_noise_falls_as_the_theory_says(noise, batch_size):
    noise, _ = noise
    _, spread = noise.signal_and_spread()
    expected = spread / np.sqrt(batch_size) * np.sqrt(1 - batch_size / 40)
    assert noise.measure(batch_size, draws=150) == pytest.approx(expected, rel=0.2)


def test_a_seed_repeats_the_draws(noise):
    noise, _ = noise
    assert noise.measure(5, draws=3, seed=1) == noise.measure(5, draws=3, seed=1)
    assert noise.measure(5, draws=3, seed=1) != noise.measure(5, draws=3, seed=2)


@pytest.mark.parametrize(("batch_size", "draws"), [(0, 1), (41, 1), (5, 0)])
def test_impossible_draws_are_refused(noise, batch_size, draws):
    noise, _ = noise
    with pytest.raises(ValueError, match="1 <= batch_size <= 40 and draws >= 1 are needed"):
        noise.measure(batch_size, draws)


def test_a_single_image_has_no_spread():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(2)])
    with pytest.raises(ValueError, match="At least two images are needed, got 1"):
        GradientNoise(model, np.ones((1, 1), "float32"), np.zeros(1, "int32"))
