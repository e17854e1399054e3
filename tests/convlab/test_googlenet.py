import keras
import numpy as np
import pytest

from convlab.auxiliary_heads import attach_heads, auxiliary_layers, kernel_gradients
from convlab.googlenet import (
    GOOGLENET,
    apply_layers,
    build_inception_network,
    inception_branches,
    layers_from_rows,
    rows_for_small_images,
    weighted_depth,
    width_within_budget,
)
from convlab.layer_costs import cost_table

TABLE_1 = {  # output sizes of the paper; its average pooling gives 1x1x1024
    "conv1": (112, 112, 64),
    "pool1": (56, 56, 64),
    "conv2": (56, 56, 192),
    "pool2": (28, 28, 192),
    "3a": (28, 28, 256),
    "3b": (28, 28, 480),
    "pool3": (14, 14, 480),
    "4a": (14, 14, 512),
    "4b": (14, 14, 512),
    "4c": (14, 14, 512),
    "4d": (14, 14, 528),
    "4e": (14, 14, 832),
    "pool4": (7, 7, 832),
    "5a": (7, 7, 832),
    "5b": (7, 7, 1024),
    "gap": (1024,),
    "fc": (1000,),
}


def small_network(**settings):
    settings = {"input_shape": (32, 32, 3), "width": 0.05, "num_classes": 7} | settings
    return build_inception_network(rows_for_small_images(last="3b"), **settings)


def test_the_full_network_has_the_published_size_and_shapes():
    table = cost_table(layers_from_rows(GOOGLENET), (224, 224, 3))
    assert sum(row.parameters for row in table) == 6_998_552
    assert {row.name: row.output_shape for row in table if row.name in TABLE_1} == TABLE_1
    with keras.StatelessScope(initialize_variables=False):
        model = build_inception_network(GOOGLENET, (224, 224, 3))
        assert model.count_params() == 6_998_552
        assert {name: tuple(model.get_layer(name).output.shape[1:]) for name in TABLE_1} == TABLE_1


def test_the_work_is_that_of_the_papers_table_where_the_table_is_right():
    table = cost_table(layers_from_rows(GOOGLENET), (224, 224, 3))
    published = {"3a": 128, "3b": 304, "4a": 73, "4b": 88, "4c": 100, "4d": 119, "4e": 170, "5b": 71}
    for name, millions in published.items():
        macs = sum(row.macs for row in table if row.name.startswith(f"{name}_"))
        assert macs / 1e6 == pytest.approx(millions, abs=1)


@pytest.mark.parametrize("naive", [False, True])
def test_the_model_has_the_shapes_and_parameters_that_are_counted(naive):
    rows, shape = rows_for_small_images((3, 1)), (20, 28, 3)
    model = build_inception_network(rows, shape, 0.07, num_classes=5, naive=naive)
    for row in cost_table(layers_from_rows(rows, 0.07, 5, naive), shape):
        layer = model.get_layer(row.name)
        assert tuple(layer.output.shape[1:]) == row.output_shape
        assert layer.count_params() == row.parameters


def test_a_module_is_its_four_branches_side_by_side():
    x = keras.Input((6, 5, 4))
    model = keras.Model(x, apply_layers(x, [inception_branches("m", (2, 3, 4, 2, 3, 5))]))
    image = np.random.default_rng(0).normal(size=(2, 6, 5, 4)).astype("float32")

    def convolve(name, values):
        return np.maximum(model.get_layer(f"m_{name}")(values), 0)

    pooled = keras.ops.max_pool(image, 3, strides=1, padding="same")
    branches = [
        convolve("1x1", image),
        convolve("3x3", convolve("3x3_reduce", image)),
        convolve("5x5", convolve("5x5_reduce", image)),
        convolve("pool_proj", pooled),
    ]
    assert np.allclose(model(image), np.concatenate(branches, axis=-1), atol=1e-5)


def test_a_naive_module_hands_on_all_its_channels():
    (*_, row) = cost_table([inception_branches("m", (64, 96, 128, 16, 32, 32), naive=True)], (28, 28, 192))
    assert row.output_shape == (28, 28, 64 + 128 + 32 + 192)


def test_width_scales_filters_and_never_to_nothing():
    layers = layers_from_rows(GOOGLENET, width=1 / 64, num_classes=10)
    convolutions = [layer for layer in layers if layer["kind"] == "convolution"]
    assert [layer["filters"] for layer in convolutions] == [2, 2, 3]
    assert layers[-1]["units"] == 10
    table = cost_table(layers, (224, 224, 3))
    assert min(row.output_shape[-1] for row in table if row.kind == "convolution") == 2


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="there is no kind 'attention'"):
        layers_from_rows([("first", "attention", 8), ("fc", "fully connected", 10)])


def test_small_images_keep_the_modules():
    rows = rows_for_small_images((3, 1), "4b")
    assert rows[0] == ("conv1", "convolution", 3, 1, 64)
    assert [row for row in rows if row[1] == "inception"] == [row for row in GOOGLENET[5:10] if len(row) == 8]
    assert [row[0] for row in rows[-2:]] == ["gap", "fc"]


@pytest.mark.parametrize("naive", [False, True])
def test_a_budget_is_kept_within_a_tenth(naive):
    rows, shape = rows_for_small_images(last="4a"), (32, 32, 3)
    width = width_within_budget(rows, shape, 2e6, naive)
    macs = sum(row.macs for row in cost_table(layers_from_rows(rows, width, 10, naive), shape))
    assert macs == pytest.approx(2e6, rel=0.1)


def test_batch_normalization_takes_the_place_of_biases():
    kinds = [type(layer).__name__ for layer in small_network(normalize=True).layers]
    assert kinds.count("BatchNormalization") == kinds.count("Conv2D") == kinds.count("ReLU") == 15
    assert not small_network(normalize=True).get_layer("3a_3x3").use_bias
    assert small_network().get_layer("3a_3x3").use_bias


def test_half_precision_ends_in_float32():
    model = small_network(dtype="mixed_float16")
    assert model.get_layer("3a_3x3").compute_dtype == "float16"
    assert model.output.dtype == "float32"


def test_images_may_have_any_size():
    model = small_network(input_shape=(None, None, 3))
    assert [model(np.ones((2, size, 40, 3), "float32")).shape for size in (24, 32)] == [(2, 7), (2, 7)]


def test_depth_is_the_longest_way():
    layers = layers_from_rows(GOOGLENET)
    assert weighted_depth(layers) == 22
    assert weighted_depth(layers_from_rows(GOOGLENET, naive=True)) == 13
    assert sum(row.weights > 0 for row in cost_table(layers, (224, 224, 3))) == 58


@pytest.mark.parametrize(("shape", "parameters"), [((14, 14, 512), 3_188_840), ((14, 14, 528), 3_190_888)])
def test_the_heads_have_the_size_that_the_paper_describes(shape, parameters):
    table = cost_table(auxiliary_layers("head"), shape)
    assert table[0].output_shape == (4, 4, shape[-1])
    assert sum(row.parameters for row in table) == parameters


def test_a_model_with_heads_shares_the_layers_of_the_one_without():
    model = small_network()
    heads = {
        "3a": auxiliary_layers("head1", 2, 2, 0.05, 7),
        "3b": auxiliary_layers("head2", 2, 2, 0.05, 7),
    }
    with_heads = attach_heads(model, heads)
    image = np.random.default_rng(0).normal(size=(3, 32, 32, 3)).astype("float32")
    assert [output.shape for output in with_heads.outputs] == 3 * [(None, 7)]
    assert np.allclose(with_heads(image)[0], model(image))
    assert with_heads.get_layer("3a_3x3") is model.get_layer("3a_3x3")
    assert with_heads.get_layer("head1_fc1").activation is keras.activations.relu
    assert with_heads.get_layer("head1_fc2").activation is keras.activations.linear


def test_a_head_sends_a_gradient_to_what_stands_in_front_of_it_only():
    with_heads = attach_heads(small_network(), {"3a": auxiliary_layers("head", 2, 2, 0.05, 7)})
    images = np.random.default_rng(0).normal(size=(4, 32, 32, 3)).astype("float32")
    norms = kernel_gradients(with_heads, images, np.arange(4), [0.0, 1.0])
    assert norms["conv1"] > 0
    assert norms["head_conv"] > 0
    assert all(norm == 0 for name, norm in norms.items() if name.startswith("3b"))


def test_the_norms_are_those_of_the_weighted_sum():
    with_heads = attach_heads(small_network(), {"3b": auxiliary_layers("head", 2, 2, 0.05, 7)})
    images, labels = np.ones((2, 32, 32, 3), "float32"), np.array([0, 1])
    once, twice = (kernel_gradients(with_heads, images, labels, [k, 0.3 * k]) for k in (1.0, 2.0))
    assert all(twice[name] == pytest.approx(2 * norm, rel=1e-4, abs=1e-12) for name, norm in once.items())
