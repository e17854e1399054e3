import keras
import numpy as np
import pytest

from convlab.compact_networks import count_network
from convlab.layer_notation import read_network
from convlab.network_building import build
from convlab.training import Trainer

EVERYTHING = """3x3-8 bn relu max3/2 [3x3-8-g4 bn | ] add
    3x3-dw drop avg2/2v [1x1-4 | 3x3-4] concat flatten fc-5"""


def test_the_model_has_what_is_counted():
    model = build(EVERYTHING, (12, 10, 3))
    table = count_network(read_network(EVERYTHING), (12, 10, 3))
    learned = sum(int(np.prod(variable.shape)) for variable in model.trainable_variables)
    assert learned == sum(row.parameters for row in table)
    assert model.output_shape == (None, *table[-1].output_shape)


def test_groups_may_be_split():
    images = np.random.default_rng(0).normal(size=(2, 7, 7, 6)).astype("float32")
    whole, split = (build("3x3-12-g3/2", (7, 7, 6), split_groups=each) for each in (False, True))
    parts = [layer for layer in split.layers if isinstance(layer, keras.layers.Conv2D)]
    kernel, bias = whole.get_weights()
    for part, *weights in zip(parts, np.split(kernel, 3, axis=-1), np.split(bias, 3), strict=True):
        part.set_weights(weights)
    np.testing.assert_allclose(whole(images), split(images), atol=1e-5)
    assert whole.count_params() == split.count_params()


@pytest.mark.parametrize("text", ["3x3-8 bn relu gap fc-3", "3x3-8 bn relu 1x1-3 gap"])
def test_half_precision_ends_in_float32(text):
    model = build(text, (6, 6, 3), "mixed_float16")
    assert model.layers[1].compute_dtype == "float16"
    assert model.output.dtype == "float32"


def test_the_trainer_draws_new_depthwise_kernels():
    model = build("3x3-dw bn relu gap fc-3", (6, 6, 4))
    (depthwise,) = [layer for layer in model.layers if isinstance(layer, keras.layers.DepthwiseConv2D)]
    trainer = Trainer(model)
    kernels = []
    for seed in (0, 0, 1):
        trainer.reset(seed)
        kernels.append(depthwise.kernel.numpy())
    np.testing.assert_array_equal(kernels[0], kernels[1])
    assert not np.array_equal(kernels[0], kernels[2])


def test_depthwise_kernels_start_at_the_size_that_keeps_signals():
    model = build("3x3-dw", (6, 6, 512))
    assert abs(model.layers[1].kernel.numpy().std() - np.sqrt(2 / 9)) < 0.01
