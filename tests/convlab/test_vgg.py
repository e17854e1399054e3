import keras
import numpy as np
import pytest

from convlab.layer_costs import cost_table
from convlab.vgg import VGG_CONFIGURATIONS, build_network, count_paths, vgg_layers, with_average_head


def table_of(column):
    return cost_table(vgg_layers(VGG_CONFIGURATIONS[column]), (224, 224, 3))


@pytest.mark.parametrize(
    ("column", "with_weights", "parameters"),
    [
        ("A", 11, 132_863_336),
        ("B", 13, 133_047_848),
        ("C", 16, 133_638_952),
        ("D", 16, 138_357_544),
        ("E", 19, 143_667_240),
    ],
)
def test_the_configurations_have_the_published_sizes(column, with_weights, parameters):
    table = table_of(column)
    assert sum(row.weights > 0 for row in table) == with_weights
    assert sum(row.parameters for row in table) == parameters


def test_shapes_of_the_table():
    shapes = {row.name: row.output_shape for row in table_of("D")}
    poolings = [shapes[f"pool{stage}"] for stage in range(1, 6)]
    assert poolings == [(112, 112, 64), (56, 56, 128), (28, 28, 256), (14, 14, 512), (7, 7, 512)]
    assert shapes["flatten"] == (25_088,)


@pytest.mark.parametrize(("column", "reference"), [("D", "VGG16"), ("E", "VGG19")])
def test_the_model_is_the_one_that_keras_ships(column, reference):
    with keras.StatelessScope(initialize_variables=False):
        ours = build_network(vgg_layers(VGG_CONFIGURATIONS[column]), (224, 224, 3))
        theirs = getattr(keras.applications, reference)(weights=None)
    assert [tuple(v.shape) for v in ours.weights] == [tuple(v.shape) for v in theirs.weights]
    assert ours.count_params() == sum(row.parameters for row in table_of(column))


def test_the_model_has_the_shapes_that_are_counted():
    layers = vgg_layers("3-64 1-32-linear | 5-128", width=16, units=24, num_classes=7)
    model = build_network(layers, (12, 8, 3))
    for row in cost_table(layers, (12, 8, 3)):
        layer = model.get_layer(row.name)
        assert tuple(layer.output.shape[1:]) == row.output_shape
        assert layer.count_params() == row.parameters


def test_width_scales_all_filters():
    filters = [
        layer["filters"] for layer in vgg_layers(VGG_CONFIGURATIONS["A"], width=8) if "filters" in layer
    ]
    assert filters == [8, 16, 32, 32, 64, 64, 64, 64]


def test_linear_entries_have_no_relu():
    model = build_network(vgg_layers("3-64-linear 3-64", width=4, units=4, num_classes=2), (4, 4, 1))
    relus = [layer for layer in model.layers if isinstance(layer, keras.layers.ReLU)]
    assert [layer.input.name for layer in relus] == [model.get_layer("conv1_2").output.name]


def test_batch_normalization_replaces_the_biases_of_convolutions():
    layers = vgg_layers("3-64 | 3-64", width=4, units=4, num_classes=2)
    model = build_network(layers, (4, 4, 1), batch_normalization=True, dropout=0.5)
    kinds = [type(layer).__name__ for layer in model.layers]
    assert kinds.count("BatchNormalization") == 2
    assert kinds.count("Dropout") == 2
    assert not any(model.get_layer(name).use_bias for name in ("conv1_1", "conv2_1"))


def test_half_precision_ends_in_float32():
    model = build_network(
        vgg_layers("3-64", width=4, units=4, num_classes=2), (4, 4, 1), dtype="mixed_float16"
    )
    assert model.get_layer("conv1_1").compute_dtype == "float16"
    assert model.output.dtype == "float32"


def test_an_average_replaces_the_hidden_fully_connected_layers():
    layers = with_average_head(vgg_layers(VGG_CONFIGURATIONS["D"]))
    assert sum(row.parameters for row in cost_table(layers, (224, 224, 3))) == 14_714_688 + 513_000
    model = build_network(with_average_head(vgg_layers("3-64 | 3-64", width=4, num_classes=2)), (8, 8, 1))
    assert model.get_layer("gap").output.shape == (None, 4)
    assert model.output.shape == (None, 2)


@pytest.mark.parametrize("text", ["3-64-tanh", "3-64-linear-linear"])
def test_an_entry_that_cannot_be_read_is_refused(text):
    with pytest.raises(ValueError, match="An entry looks like"):
        vgg_layers(text)


@pytest.mark.parametrize(("text", "seen"), [("3-1", 3), ("3-1 3-1 3-1", 7), ("5-1 5-1", 9), ("1-1 3-1", 3)])
def test_paths_of_stacks_are_those_of_repeated_sums(text, seen):
    layers = [layer for layer in vgg_layers(text, width=64) if layer["kind"] == "convolution"]
    paths = count_paths(layers, 15)
    line = np.ones(1)
    for layer in layers:
        line = np.convolve(line, np.ones(layer["size"]))
    middle = slice(7 - seen // 2, 8 + seen // 2)
    assert np.array_equal(paths[middle, middle], np.outer(line, line))
    assert paths.sum() == line.sum() ** 2


@pytest.mark.parametrize(("column", "extent", "seen"), [("D", 256, 212), ("E", 320, 268)])
def test_what_the_last_feature_map_sees(column, extent, seen):
    layers = vgg_layers(VGG_CONFIGURATIONS[column])
    names = [layer["name"] for layer in layers]
    paths = count_paths(layers[: names.index("pool5") + 1], extent)
    assert (paths > 0).any(axis=0).sum() == (paths > 0).any(axis=1).sum() == seen


def test_pixels_at_the_border_are_refused():
    with pytest.raises(ValueError, match="take a larger extent"):
        count_paths([{"kind": "convolution", "size": 7}], 7)
