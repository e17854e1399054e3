from math import prod

import keras
import numpy as np
import pytest

from convlab.compact_networks import NETWORKS, count_depth, count_layer, count_network
from convlab.layer_notation import read_network, widen
from convlab.network_building import build

PUBLISHED = {  # learned parameters; those of torchvision where it has the network
    "Network in Network": (966_986, 9),
    "ResNeXt-50 (32x4d)": (25_028_904, 50),
    "DenseNet-121": (7_978_856, 121),
    "SqueezeNet 1.0": (1_248_424, 18),
    "SqueezeNet 1.1": (1_235_496, 18),
    "MobileNet": (4_231_976, 28),
}


def size_of(name):
    return {"Network in Network": 32, "SqueezeNet 1.0": 227, "SqueezeNet 1.1": 227}.get(name, 224)


def table_of(name):
    return count_network(read_network(NETWORKS[name]), (size_of(name), size_of(name), 3))


@pytest.mark.parametrize("name", NETWORKS)
def test_the_networks_have_the_published_sizes(name):
    parameters, depth = PUBLISHED[name]
    assert sum(row.parameters for row in table_of(name)) == parameters
    assert count_depth(read_network(NETWORKS[name])) == depth
    with keras.StatelessScope(initialize_variables=False):
        model = build(NETWORKS[name], (size_of(name), size_of(name), 3))
    assert sum(prod(variable.shape) for variable in model.trainable_variables) == parameters


@pytest.mark.parametrize(
    ("name", "millions"),
    # torchvision's counts for the first two, the papers' and authors' for the others
    [("ResNeXt-50 (32x4d)", 4230), ("DenseNet-121", 2834), ("MobileNet", 569), ("SqueezeNet 1.0", 833)],
)
def test_macs(name, millions):
    assert round(sum(row.macs for row in table_of(name)) / 1e6) == millions


@pytest.mark.parametrize(("name", "reference"), [("DenseNet-121", "DenseNet121"), ("MobileNet", "MobileNet")])
def test_the_models_are_those_that_keras_ships(name, reference):
    with keras.StatelessScope(initialize_variables=False):
        ours = build(NETWORKS[name], (224, 224, 3))
        theirs = getattr(keras.applications, reference)(weights=None)
    # A depthwise kernel is (3, 3, C, 1) in both; ours has the fully connected layer where Keras has a 1x1.
    assert [prod(v.shape) for v in ours.weights] == [prod(v.shape) for v in theirs.weights]
    # Their additional layers pad, name or reshape.
    kinds = (keras.layers.Conv2D, keras.layers.DepthwiseConv2D, keras.layers.Concatenate)
    shapes = [
        [tuple(layer.output.shape) for layer in model.layers if isinstance(layer, kinds)]
        for model in (ours, theirs)
    ]
    assert shapes[0] == [shape for shape in shapes[1] if shape != (None, 1, 1, 1000)]


def test_mobilenet_computes_what_the_shipped_one_computes():
    # Keras's has ReLU6 as the authors' code has; activations stay below 6 here.
    theirs = keras.applications.MobileNet((64, 64, 3), weights=None, classifier_activation=None)
    ours = build(NETWORKS["MobileNet"], (64, 64, 3))
    ours.set_weights(
        [
            weights.reshape(variable.shape)
            for weights, variable in zip(theirs.get_weights(), ours.weights, strict=True)
        ]
    )
    images = keras.random.normal((2, 64, 64, 3), seed=1)
    expected = np.asarray(theirs(images))
    np.testing.assert_allclose(ours(images), expected, atol=1e-3 * abs(expected).max())


@pytest.mark.parametrize(("alpha", "parameters"), [(0.75, 2_601_976), (0.5, 1_342_536), (0.25, 475_544)])
def test_the_width_multiplier_is_keras_alpha(alpha, parameters):
    with keras.StatelessScope(initialize_variables=False):
        ours = build(widen(NETWORKS["MobileNet"], alpha), (224, 224, 3))
        theirs = keras.applications.MobileNet(alpha=alpha, weights=None)
    assert ours.count_params() == theirs.count_params() == parameters


def test_sizes_of_feature_maps():
    poolings = {
        name: [row.output_shape[0] for row in table_of(name) if row.kind == "pooling"] for name in NETWORKS
    }
    assert poolings["SqueezeNet 1.0"] == [55, 27, 13]
    assert poolings["SqueezeNet 1.1"] == [56, 27, 13]
    assert poolings["DenseNet-121"] == [56, 28, 14, 7]
    assert poolings["Network in Network"] == [16, 8]


def test_a_row_for_each_layer():
    table = count_network(read_network("3x3-8 bn relu [1x1-4-g2 bn | ] concat drop gap fc-3"), (6, 5, 2))
    assert [(row.name, row.output_shape, row.parameters, row.macs) for row in table] == [
        ("3×3", (6, 5, 8), 144, 4320),
        ("normalization", (6, 5, 8), 16, 0),
        ("activation", (6, 5, 8), 0, 0),
        ("1×1 grouped", (6, 5, 4), 16, 480),
        ("normalization", (6, 5, 4), 8, 0),
        ("concat", (6, 5, 12), 0, 0),
        ("dropout", (6, 5, 12), 0, 0),
        ("global pooling", (12,), 0, 0),
        ("fully connected", (3,), 39, 36),
    ]


def test_a_depthwise_convolution_has_a_kernel_per_channel():
    row = count_layer(read_network("3x3-dw/2")[0], (7, 7, 6))
    assert (row.output_shape, row.weights, row.biases, row.macs) == ((4, 4, 6), 54, 6, 864)


@pytest.mark.parametrize(
    "text", ["[3x3-4 | ] add", "[3x3-8/2 | ] concat", "[3x3-8/2 | 3x3-8 ] add", "3x3-9-g2"]
)
def test_what_does_not_fit_is_refused(text):
    with pytest.raises(ValueError, match=r"fit|divide"):
        count_network(read_network(text), (6, 6, 8))
