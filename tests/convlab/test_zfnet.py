"""Sizes, parameters and covered images of lesson 06, checked by other means."""

import keras
import numpy as np
import pytest

from convlab.layer_costs import cost_table
from convlab.zfnet import covered_copies, drop_when_covered, model_from_layers, trial_layers, zfnet_layers


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_the_full_network_has_the_sizes_and_the_parameters_of_the_paper():
    table = cost_table(zfnet_layers(), (224, 224, 3))
    assert [row.output_shape[0] for row in table[:8]] == [110, 55, 26, 13, 13, 13, 13, 6]
    assert sum(row.parameters for row in table) == 62_357_608


def test_a_scaled_down_network_in_keras_agrees_with_the_table():
    layers = zfnet_layers(filters=(2, 3, 4, 5, 6), units=7, num_classes=8)
    table, model = cost_table(layers, (224, 224, 3)), model_from_layers(layers, (224, 224, 3))
    assert [model.get_layer(row.name).output.shape[1:] for row in table] == [
        row.output_shape for row in table
    ]
    assert model.count_params() == sum(row.parameters for row in table)


def test_four_convolutions_are_not_zfnet():
    with pytest.raises(ValueError, match="five convolutions, got 4"):
        zfnet_layers(filters=(1, 2, 3, 4))


@pytest.mark.parametrize(("size", "stride"), [(11, 4), (7, 2), (3, 1)])
def test_behind_the_first_layer_all_trials_are_alike(size, stride):
    table = cost_table(trial_layers(size, stride), (32, 32, 3))
    assert table[0].parameters == 12 * (size * size * 3 + 1)
    assert [row.parameters for row in table[1:]] == [16 * (9 * 12 + 1), 0, 0, 10 * (256 + 1)]
    assert table[2].output_shape == (4, 4, 16)


def test_a_trial_refuses_a_stride_that_leaves_no_map_of_four():
    with pytest.raises(ValueError, match="stride of 3"):
        trial_layers(size=3, stride=3)


def test_normalization_and_half_precision_stand_in_front_of_every_relu_and_logits_are_float32():
    model = model_from_layers(trial_layers(3, 2), (32, 32, 3), normalize=True, dtype="mixed_float16")
    kinds = [type(layer).__name__ for layer in model.layers]
    assert kinds.count("BatchNormalization") == kinds.count("ReLU") == kinds.count("Conv2D") == 2
    assert model.get_layer("conv1").compute_dtype == "float16"
    assert keras.backend.standardize_dtype(model.outputs[0].dtype) == "float32"


@pytest.mark.parametrize(("grid", "side"), [(1, 1), (3, 2), (4, 5), (7, 4), (2, 100)])
def test_covered_copies_cover_what_a_loop_covers(rng, grid, side):
    image = rng.normal(size=(9, 14, 2))
    kept = image.copy()
    copies = covered_copies(image, grid, side, fill=[5.0, -5.0])
    for i in range(grid):
        for j in range(grid):
            top = int(np.floor((i + 0.5) * 9 / grid - side / 2 + 0.5))
            left = int(np.floor((j + 0.5) * 14 / grid - side / 2 + 0.5))
            expected = image.copy()
            expected[max(top, 0) : top + side, max(left, 0) : left + side] = [5.0, -5.0]
            np.testing.assert_array_equal(copies[i, j], expected)
    np.testing.assert_array_equal(image, kept)


def test_cells_without_overlap_share_out_a_sum(rng):
    image = rng.normal(size=(12, 12, 3))
    drops = drop_when_covered(lambda x: x.sum(axis=(1, 2)), image, grid=4, side=3, fill=0.0, batch_size=5)
    assert drops.shape == (4, 4, 3)
    np.testing.assert_allclose(drops.sum(axis=(0, 1)), image.sum(axis=(0, 1)))


def test_batches_do_not_change_the_drops(rng):
    image = rng.normal(size=(8, 8, 1))
    score = lambda x: np.tanh(x).mean(axis=(1, 2, 3))  # noqa: E731 - a name for the error message
    one, many = (drop_when_covered(score, image, 3, 4, 0.5, size) for size in (1, 100))
    np.testing.assert_allclose(one, many)


@pytest.mark.parametrize(("grid", "side"), [(0, 1), (1, 0)])
def test_nothing_is_covered_with_nothing(grid, side):
    with pytest.raises(ValueError, match="at least 1"):
        covered_copies(np.zeros((4, 4, 1)), grid, side, 0)
