import keras
import pytest

from convlab.layer_costs import cost_of_layer, cost_table, count_positions


def convolution(filters, size, **more):
    return {"name": "conv", "kind": "convolution", "filters": filters, "size": size, **more}


@pytest.mark.parametrize(
    ("extent", "size", "stride", "padding", "expected"),
    [
        (227, 11, 4, 0, 55),
        (227, 11, 4, 2, 56),
        (224, 11, 4, 2, 55),
        (7, 3, 2, 0, 3),
        (8, 3, 2, 0, 3),
        (3, 3, 1, 0, 1),
    ],
)
def test_places_of_a_window(extent, size, stride, padding, expected):
    assert count_positions(extent, size, stride, padding) == expected


def test_a_window_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="A window of 5 does not fit into 2 with padding 1"):
        count_positions(2, 5, 1, 1)


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize("bias", [True, False])
def test_a_convolution_is_counted_as_keras_counts_it(padding, groups, bias):
    layer = keras.layers.Conv2D(6, 3, 2, padding, groups=groups, use_bias=bias)
    out = tuple(layer(keras.Input((9, 12, 4))).shape[1:])
    described = convolution(
        6, 3, stride=2, padding="same" if padding == "same" else 0, groups=groups, bias=bias
    )
    row = cost_of_layer(described, (9, 12, 4))
    assert row.output_shape == out
    assert row.parameters == layer.count_params()
    assert row.macs == out[0] * out[1] * row.weights
    assert row.stored == out[0] * out[1] * out[2]


def test_a_fully_connected_layer_has_a_bias_per_output():
    row = cost_of_layer({"name": "fc1", "kind": "fully connected", "units": 4096}, (9216,))
    assert row.parameters == 9216 * 4096 + 4096 == 37_752_832
    assert row.macs == 9216 * 4096
    assert row.kilobytes == 16


def test_pooling_has_nothing_to_learn_and_moves_by_its_size_unless_told():
    row = cost_of_layer({"name": "pool", "kind": "pooling", "size": 2}, (9, 8, 5))
    assert (row.output_shape, row.parameters, row.macs) == ((4, 4, 5), 0, 0)
    row = cost_of_layer({"name": "pool", "kind": "pooling", "size": 3, "stride": 2}, (55, 13, 5))
    assert row.output_shape == (27, 6, 5)
    row = cost_of_layer({"name": "gap", "kind": "global pooling"}, (7, 7, 512))
    assert (row.output_shape, row.stored) == ((512,), 512)


def test_flatten_needs_no_memory_of_its_own():
    row = cost_of_layer({"name": "flatten", "kind": "flatten"}, (6, 6, 256))
    assert (row.output_shape, row.stored, row.kilobytes, row.parameters) == ((9216,), 0, 0, 0)


def test_branches_get_the_same_input_and_are_concatenated():
    branches = [
        [convolution(64, 1)],
        [convolution(96, 1), convolution(128, 3, padding=1)],
        [convolution(16, 1), convolution(32, 5, padding="same")],
        [{"name": "pool", "kind": "pooling", "size": 3, "stride": 1, "padding": 1}, convolution(32, 1)],
    ]
    table = cost_table([{"name": "3a", "kind": "branches", "branches": branches}], (28, 28, 192))
    assert len(table) == 8
    assert table[-1].output_shape == (28, 28, 256)
    assert sum(row.parameters for row in table) == 163_696  # inception 3a, with biases
    assert table[-1].parameters == table[-1].macs == 0


def test_an_empty_branch_passes_its_input_on():
    table = cost_table(
        [{"name": "dense", "kind": "branches", "branches": [[], [convolution(32, 3, padding=1)]]}], (8, 8, 64)
    )
    assert table[-1].output_shape == (8, 8, 96)


def test_a_table_is_a_chain():
    table = cost_table([convolution(8, 3), convolution(4, 3)], (10, 10, 3))
    assert [row.output_shape for row in table] == [(8, 8, 8), (6, 6, 4)]
    assert table[1].weights == 9 * 8 * 4


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (convolution(6, 3, groups=4), "4 groups do not divide 3 and 6"),
        ({"name": "x", "kind": "magic"}, "x: there is no kind 'magic'"),
        (
            {"name": "b", "kind": "branches", "branches": [[convolution(1, 1)], [convolution(1, 3)]]},
            "b: outputs .* cannot be concatenated",
        ),
    ],
)
def test_what_does_not_fit_is_refused(layer, message):
    with pytest.raises(ValueError, match=message):
        cost_table([layer], (8, 8, 3))
