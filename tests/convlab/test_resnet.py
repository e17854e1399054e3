import keras
import numpy as np
import pytest

from convlab.resnet import (
    RESNETS,
    add_block,
    branch_plan,
    build_resnet,
    convolve,
    copy_from_keras,
    resnet_costs,
    resnet_plan,
)

TRAINABLE = {18: 11_689_512, 34: 21_797_672, 50: 25_557_032, 101: 44_549_160, 152: 60_192_808}


def drawn(model, seed):
    """Give a model random weights, normalizations with random statistics among them."""
    rng = np.random.default_rng(seed)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            size = layer.gamma.shape
            layer.set_weights(
                [
                    rng.uniform(0.5, 1.5, size),
                    rng.normal(0, 0.2, size),
                    rng.normal(0, 0.2, size),
                    rng.uniform(0.5, 1.5, size),
                ]
            )
        elif layer.weights:
            kernel, *bias = (variable.shape for variable in layer.weights)
            scale = (2 / np.prod(kernel[:-1])) ** 0.5
            layer.set_weights([rng.normal(0, scale, kernel), *(rng.normal(0, 0.2, shape) for shape in bias)])
    return model


def trainable(model):
    return sum(int(np.prod(variable.shape)) for variable in model.trainable_variables)


@pytest.mark.parametrize("depth", RESNETS)
def test_every_depth_has_the_published_number_of_trainable_parameters(depth):
    with keras.StatelessScope(initialize_variables=False):
        model = build_resnet(depth)
    assert trainable(model) == TRAINABLE[depth]
    assert model.output_shape == (None, 1000)


@pytest.mark.parametrize("depth", [18, 50])
@pytest.mark.parametrize("stride_on", ["1x1", "3x3"])
def test_costs_are_those_of_the_model(depth, stride_on):
    with keras.StatelessScope(initialize_variables=False):
        model = build_resnet(depth, 10, (96, 64, 3), stride_on=stride_on)
    rows = resnet_costs(depth, (96, 64, 3), stride_on, num_classes=10)
    for row in rows:
        name = f"{row.name}_normalization" if row.kind == "normalization" else row.name
        layer = model.get_layer(name)
        assert tuple(layer.output.shape[1:]) == row.output_shape, name
        assert sum(int(np.prod(v.shape)) for v in layer.trainable_variables) == row.parameters, name
    assert sum(row.parameters for row in rows) == trainable(model)


@pytest.mark.parametrize(
    ("depth", "stride_on", "giga"),
    [
        (18, "1x1", 1.8),
        (34, "1x1", 3.7),
        (50, "1x1", 3.9),
        (101, "1x1", 7.6),
        (152, "1x1", 11.3),
        (50, "3x3", 4.1),
    ],
)
def test_the_work_is_the_published_one(depth, stride_on, giga):
    assert round(sum(row.macs for row in resnet_costs(depth, stride_on=stride_on)) / 1e9, 1) == giga


@pytest.mark.parametrize("depth", RESNETS)
def test_costs_have_the_published_number_of_trainable_parameters(depth):
    assert sum(row.parameters for row in resnet_costs(depth)) == TRAINABLE[depth]


@pytest.mark.parametrize("depth", RESNETS)
def test_the_depth_counts_layers_with_weights_outside_shortcuts(depth):
    assert sum(len(plan) for plan in resnet_plan(depth).values()) + 2 == depth


@pytest.mark.parametrize("stride_on", ["1x1", "3x3"])
def test_the_place_of_the_stride_changes_no_parameter_and_no_final_shape(stride_on):
    with keras.StatelessScope(initialize_variables=False):
        model = build_resnet(50, stride_on=stride_on)
    assert trainable(model) == TRAINABLE[50]
    sides = [model.get_layer(f"stage{stage}_block1_output").output.shape[1] for stage in range(2, 6)]
    assert sides == [56, 28, 14, 7]
    inner = model.get_layer("stage3_block1_convolution1").output.shape[1]
    assert inner == {"1x1": 28, "3x3": 56}[stride_on]


def test_a_depth_that_was_not_published_is_refused():
    with pytest.raises(ValueError, match="none of 20"):
        build_resnet(20)


def test_unknown_kinds_and_places_are_refused():
    with pytest.raises(ValueError, match="'wide'"):
        branch_plan("wide", 64)
    with pytest.raises(ValueError, match="'7x7'"):
        branch_plan("bottleneck", 64, stride_on="7x7")


@pytest.mark.parametrize(
    ("channels", "filters", "stride", "projected"),
    [(16, 16, 1, False), (16, 16, 2, True), (16, 32, 1, True), (16, 32, 2, True)],
)
def test_a_shortcut_is_projected_exactly_where_shapes_differ(channels, filters, stride, projected):
    inputs = keras.Input((8, 8, channels))
    block = keras.Model(inputs, add_block(inputs, branch_plan("basic", filters, stride), "block"))
    assert ("block_shortcut" in [layer.name for layer in block.layers]) == projected
    assert block.output_shape == (None, 8 // stride, 8 // stride, filters)


def test_a_bottleneck_that_does_not_change_its_channels_needs_no_projection_in_the_first_stage():
    names = [layer.name for layer in build_resnet(18, 10, (32, 32, 3), width=4).layers]
    assert sum(name.endswith("_shortcut") for name in names) == 3
    names = [layer.name for layer in build_resnet(50, 10, (32, 32, 3), width=4).layers]
    assert sum(name.endswith("_shortcut") for name in names) == 4


@pytest.mark.parametrize("kind", ["basic", "bottleneck"])
def test_a_block_adds_its_branch_to_its_input(kind):
    rng = np.random.default_rng(0)
    inputs = keras.Input((6, 6, 8))
    block = keras.Model(
        inputs, add_block(inputs, branch_plan(kind, 8 if kind == "basic" else 2), "block", bias=True)
    )
    drawn(block, 1)
    last = "block_convolution2" if kind == "basic" else "block_convolution3"
    branch = keras.Model(inputs, block.get_layer(f"{last}_normalization").output)
    x = rng.normal(size=(2, 6, 6, 8)).astype("float32")
    assert np.allclose(block(x), np.maximum(x + np.asarray(branch(x)), 0), atol=1e-5)
    # With nothing in the branch, the block is the identity behind a ReLU.
    normalization = block.get_layer(f"{last}_normalization")
    normalization.gamma.assign(np.zeros(8))
    normalization.beta.assign(np.zeros(8))
    assert np.array_equal(block(np.abs(x)), np.abs(x))


@pytest.mark.parametrize("extent", [8, 9])
def test_padding_is_symmetric_with_a_stride(extent):
    inputs = keras.Input((extent, extent, 1))
    model = keras.Model(inputs, convolve(inputs, (1, 3, 2), "one", relu=False, epsilon=0.0))
    model.get_layer("one").set_weights([np.ones((3, 3, 1, 1))])
    counts = np.asarray(model(np.ones((1, extent, extent, 1))))[0, :, :, 0]
    assert counts.shape == (-(-extent // 2),) * 2
    assert counts[0, 0] == 4
    assert counts[-1, -1] == (4 if extent % 2 else 9)


def test_half_precision_ends_in_float32():
    model = build_resnet(18, 10, (32, 32, 3), width=4, dtype="mixed_float16")
    assert model.get_layer("stage2_block1_convolution1").compute_dtype == "float16"
    assert model.get_layer("stage2_block1_sum").compute_dtype == "float16"
    assert model.output.dtype == "float32"


@pytest.fixture(scope="module")
def keras_resnet():
    # Logits, because a softmax of such large ones is 0 and 1 only, and would hide differences.
    shape = {"input_shape": (64, 64, 3), "classifier_activation": None}
    return drawn(keras.applications.ResNet50(weights=None, **shape), seed=0)


@pytest.mark.parametrize("bias", [True, False])
def test_resnet_50_is_the_one_that_keras_ships(keras_resnet, bias):
    ours = build_resnet(50, 1000, (64, 64, 3), stride_on="1x1", bias=bias, epsilon=1.001e-5)
    kinds = (keras.layers.Conv2D, keras.layers.Dense)
    shapes = [
        sorted(
            (tuple(layer.kernel.shape), tuple(layer.output.shape))
            for layer in model.layers
            if isinstance(layer, kinds)
        )
        for model in (keras_resnet, ours)
    ]
    assert shapes[0] == shapes[1]
    assert keras_resnet.count_params() - ours.count_params() == (0 if bias else 26_560)
    assert copy_from_keras(keras_resnet, ours) == 107
    x = np.random.default_rng(1).normal(size=(2, 64, 64, 3)).astype("float32")
    theirs, found = np.asarray(keras_resnet(x)), np.asarray(ours(x))
    assert theirs.std() > 0.1  # the answers are no constants
    assert abs(theirs - found).max() < 1e-4 * theirs.std()
    inner = [
        keras.Model(model.input, [model.get_layer(name.format(stage)).output for stage in range(2, 6)])(x)
        for model, name in ((keras_resnet, "conv{}_block1_out"), (ours, "stage{}_block1_output"))
    ]
    for one, other in zip(*inner, strict=True):
        assert np.allclose(one, other, rtol=1e-3, atol=1e-3 * float(np.std(one)))


def test_the_wrong_place_of_the_stride_gives_other_outputs(keras_resnet):
    ours = build_resnet(50, 1000, (64, 64, 3), stride_on="3x3", epsilon=1.001e-5)
    copy_from_keras(keras_resnet, ours)
    x = np.random.default_rng(1).normal(size=(2, 64, 64, 3)).astype("float32")
    theirs, found = np.asarray(keras_resnet(x)), np.asarray(ours(x))
    assert abs(theirs - found).max() > 0.1 * theirs.std()
