from math import prod

import keras
import numpy as np
import pytest
import tensorflow as tf

from convlab.alexnet import alexnet_layers
from convlab.compact_networks import NETWORKS
from convlab.complexity import (
    COURSE_NETWORKS,
    IMAGE_SIZES,
    Complexity,
    blank_network,
    complexity_of,
    course_complexities,
    course_text,
    profiled_macs,
    profiled_operations,
)
from convlab.googlenet import GOOGLENET, layers_from_rows
from convlab.layer_costs import cost_table
from convlab.network_building import build
from convlab.resnet import resnet_costs
from convlab.vgg import VGG_CONFIGURATIONS, vgg_layers
from convlab.zfnet import zfnet_layers

COSTS = course_complexities()
# The other ways in which this book writes these networks down, each with its own lesson and tests.
EARLIER = {
    "AlexNet": lambda: cost_table(alexnet_layers(), (227, 227, 3)),
    "ZFNet": lambda: cost_table(zfnet_layers(), (224, 224, 3)),
    "VGG-16": lambda: cost_table(vgg_layers(VGG_CONFIGURATIONS["D"]), (224, 224, 3)),
    "VGG-19": lambda: cost_table(vgg_layers(VGG_CONFIGURATIONS["E"]), (224, 224, 3)),
    "GoogLeNet": lambda: cost_table(layers_from_rows(GOOGLENET), (224, 224, 3)),
    "ResNet-18": lambda: resnet_costs(18),
    "ResNet-50": lambda: resnet_costs(50),
    "ResNet-152": lambda: resnet_costs(152),
}
# Where torchvision has the network as it is here: learned parameters, and billions of MACs ("GFLOPS").
TORCHVISION = {
    "AlexNet": (61_100_840, None),  # its first map is 55x55
    "VGG-16": (138_357_544, 15.470),
    "VGG-19": (143_667_240, 19.632),
    "ResNet-18": (11_689_512, 1.814),
    "ResNet-50": (25_557_032, 4.089),
    "ResNet-152": (60_192_808, 11.514),
    "ResNeXt-50": (25_028_904, 4.230),
    "DenseNet-121": (7_978_856, 2.834),
    "SqueezeNet": (1_248_424, None),  # its poolings round up
}


def without_values(name):
    side = IMAGE_SIZES.get(name, 224)
    with keras.StatelessScope(initialize_variables=False):
        return build(course_text(name), (side, side, 3))


@pytest.mark.parametrize("name", EARLIER)
def test_a_network_costs_what_it_costs_in_its_own_lesson(name):
    rows = EARLIER[name]()
    assert COSTS[name].parameters == sum(row.parameters for row in rows)
    assert COSTS[name].macs == sum(row.macs for row in rows)
    if "ResNet" not in name:  # there the additions have no rows
        assert COSTS[name].activations == sum(row.stored for row in rows)


@pytest.mark.parametrize("name", TORCHVISION)
def test_the_networks_have_the_published_sizes(name):
    parameters, billions = TORCHVISION[name]
    assert COSTS[name].parameters == parameters
    assert billions is None or round(COSTS[name].macs / 1e9, 3) == billions


@pytest.mark.parametrize("name", COURSE_NETWORKS)
def test_the_profiler_agrees(name):
    assert abs(profiled_macs(without_values(name)) / COSTS[name].macs - 1) < 0.01


@pytest.mark.parametrize("name", ["ResNet-18", "MobileNet", "EfficientNet-Lite0", "ResNeXt-50"])
def test_activations_are_what_layers_put_out(name):
    model = without_values(name)
    in_place = keras.layers.InputLayer | keras.layers.ReLU | keras.layers.Dropout | keras.layers.Flatten
    counted = [prod(layer.output.shape[1:]) for layer in model.layers if not isinstance(layer, in_place)]
    assert COSTS[name].activations == sum(counted)
    assert COSTS[name].parameters == sum(prod(variable.shape) for variable in model.trainable_variables)


def test_efficientnet_lite0_is_the_one_that_keras_builds_from_its_weights():
    """As `convlab.pretrained` builds it: kernels, strides and shortcuts at the same places."""
    model = without_values("EfficientNet-Lite0")
    convolutions = keras.layers.Conv2D | keras.layers.DepthwiseConv2D
    kinds = [type(layer).__name__ for layer in model.layers if isinstance(layer, convolutions)]
    assert (kinds.count("Conv2D"), kinds.count("DepthwiseConv2D")) == (33, 16)
    assert sum(isinstance(layer, keras.layers.Add) for layer in model.layers) == 9
    assert COSTS["EfficientNet-Lite0"].parameters == 4_652_008


@pytest.mark.parametrize(
    ("layer", "macs"),
    [
        (keras.layers.Conv2D(8, 3, strides=2, padding="same"), 4 * 3 * 9 * 4 * 8),
        (keras.layers.Conv2D(8, 3, groups=4, padding="same"), 8 * 6 * 9 * 1 * 8),
        (keras.layers.Conv2D(8, 3, dilation_rate=2), 4 * 2 * 9 * 4 * 8),
        (keras.layers.DepthwiseConv2D(3), 6 * 4 * 9 * 4),
        (keras.layers.Dense(5), 8 * 6 * 4 * 5),
    ],
)
def test_the_profiler_reads_every_kind_of_layer(layer, macs):
    assert profiled_macs(keras.Sequential([keras.Input((8, 6, 4)), layer])) == macs


def test_the_profiler_leaves_everything_as_it_was():
    model = without_values("VGG-16")
    verbosity = tf.get_logger().level
    profiled_operations(model)
    assert not tf.config.functions_run_eagerly()
    assert tf.get_logger().level == verbosity
    assert all(variable._value is None for variable in model.variables)  # 550 MB were not needed


def test_training_memory():
    cost = Complexity(parameters=10, macs=7, activations=3)
    assert cost.training_bytes(0) == 120
    assert cost.training_bytes(5) - cost.training_bytes(4) == 12


def test_blocks_and_errors():
    assert complexity_of("conv(8)*2", (4, 4, 3)).parameters == 27 * 8 + 8 + 72 * 8 + 8
    with pytest.raises(ValueError, match="no block"):
        complexity_of("convolution(8)", (4, 4, 3))
    with pytest.raises(KeyError):
        course_complexities(["LeNet"])


@pytest.mark.parametrize("text", ["3x3-8 bn relu gap fc-10", "3x3-6-g3/2 relu 3x3-dw gap"])
def test_a_blank_network_computes_zeros_from_images_of_any_size(text):
    run = blank_network(text, (None, None, 3))
    for side in (8, 13):
        found = run(tf.ones((2, side, side, 3))).numpy()
        assert found.shape == (2, 10 if "fc" in text else 6)
        np.testing.assert_array_equal(found, 0)


def test_names_are_those_of_lesson_12():
    assert COURSE_NETWORKS["SqueezeNet"] == NETWORKS["SqueezeNet 1.0"]
