"""Hidden tests of assignment 10, ResNet.

Blocks and networks are compared by what they compute, on maps of odd size wherever there is a stride: there
"same" padding and padding with equally many zeros on all sides are the same. A bottleneck's stride may be in
two places, so there are two right answers. Of the full networks only the structure is looked at, and a narrow
copy of it is run.
"""

from functools import cache

import keras
import numpy as np
import pytest
from keras import layers

from autograder.student.endpoint import without_values
from autograder.testing import (
    CheckError,
    StudentError,
    as_network,
    assert_close,
    assert_output_shape,
    assert_parameters,
    assert_same_network,
)
from autograder.testing.narrow import narrowed
from autograder.testing.networks import example, outputs, values_for, weight_shapes


def convolved(x, filters, size, stride=1):
    """Appends a convolution without bias and batch normalization."""
    x = layers.Conv2D(filters, (size, size), (stride, stride), padding="same", use_bias=False)(x)
    return layers.BatchNormalization()(x)


def joined(x, branch, stride):
    """Adds a branch to what it began with, or to a projection of it."""
    filters = branch.shape[-1]
    shortcut = x if (stride, x.shape[-1]) == (1, filters) else convolved(x, filters, 1, stride)
    return layers.ReLU()(layers.Add()([branch, shortcut]))


def basic(x, filters, stride=1):
    """Appends a block of two 3x3 convolutions."""
    branch = layers.ReLU()(convolved(x, filters, 3, stride))
    return joined(x, convolved(branch, filters, 3), stride)


def bottleneck(x, filters, stride=1, early=False):
    """Appends a block of three convolutions; the stride is on the 3x3 convolution or, early, before it."""
    branch = layers.ReLU()(convolved(x, filters, 1, stride if early else 1))
    branch = layers.ReLU()(convolved(branch, filters, 3, 1 if early else stride))
    return joined(x, convolved(branch, 4 * filters, 1), stride)


@cache
def single_block(kind, shape, *arguments):
    """A block on maps of the given shape; its values do not matter."""
    with without_values():
        x = keras.Input(shape)
        return keras.Model(x, kind(x, *arguments))


def normalized_weights(*convolutions, moving=False):
    """Counts weights of convolutions (size, channels in, channels out), each with its normalization."""
    per_channel = 4 if moving else 2
    return sum(size * size * c_in * c_out + per_channel * c_out for size, c_in, c_out in convolutions)


def check_weights(block, *convolutions):
    """Compares the numbers of parameters of a block, the trainable ones and all."""
    assert_parameters(block, normalized_weights(*convolutions), "the block", trainable=True)
    assert_parameters(block, normalized_weights(*convolutions, moving=True), "the block")


# ---------------------------------------------------------------- residual_block: 7 points


def check_basic(student, shape, filters, stride, seed=0):
    """Compares what a residual block computes."""
    found = student.residual_block(keras.Input(shape), filters, stride)
    assert_same_network(found, single_block(basic, shape, filters, stride), "the block", seed=seed)


@pytest.mark.cell("residual_block", weight=0.5)
def test_residual_block_shapes(student, rng):
    """The stride divides height and width, rounded up, and as many channels come out as there are filters."""
    H, W, filters = int(rng.integers(4, 7)), int(rng.integers(7, 10)), int(rng.integers(6, 10))
    for shape, stride in [
        ((2 * H, 2 * W, 3), 2),
        ((2 * H + 1, 2 * W - 1, 3), 2),
        ((W, H, 5), 1),
        ((2, 2, 3), 2),
    ]:
        found = student.residual_block(keras.Input(shape), filters, stride)
        expected = (-(-shape[0] // stride), -(-shape[1] // stride), filters)
        assert_output_shape(found, expected, f"the block with stride {stride}")


@pytest.mark.cell("residual_block", weight=1)
def test_residual_block_needs_no_projection(student, rng):
    """With stride 1, the default, and as many filters as channels, the shortcut has no weights."""
    C = int(rng.integers(6, 10))
    check_weights(student.residual_block(keras.Input((5, 7, C)), C), (3, C, C), (3, C, C))


@pytest.mark.cell("residual_block", weight=1)
def test_residual_block_projects_for_its_stride(student, rng):
    """With a stride there is a projection, also where the number of channels stays the same."""
    C = int(rng.integers(6, 10))
    found = student.residual_block(keras.Input((9, 5, C)), C, 2)
    check_weights(found, (3, C, C), (3, C, C), (1, C, C))


@pytest.mark.cell("residual_block", weight=1)
def test_residual_block_projects_for_its_channels(student, rng):
    """When the number of channels grows or shrinks, there is a projection, also with stride 1."""
    filters = int(rng.integers(6, 10))
    for C in (3, 11, 1):
        found = student.residual_block(x=keras.Input((4, 4, C)), filters=filters)
        check_weights(found, (3, C, filters), (3, filters, filters), (1, C, filters))


@pytest.mark.cell("residual_block", weight=1.5)
def test_residual_block_computes_its_sum(student):
    """Without a projection: convolution, BN, ReLU, convolution, BN, plus x, and a ReLU behind the sum."""
    check_basic(student, (8, 11, 5), 5, 1)


@pytest.mark.cell("residual_block", weight=0.75)
def test_residual_block_computes_with_a_stride(student):
    """With a stride, the first convolution and the projection have it, the second convolution has not."""
    check_basic(student, (9, 13, 6), 6, 2)


@pytest.mark.cell("residual_block", weight=0.75)
def test_residual_block_computes_with_other_channels(student):
    """With other numbers of channels, and with a stride of 2 or more, branch and projection are right."""
    check_basic(student, (6, 7, 4), 7, 1)
    check_basic(student, (17, 5, 3), 8, 2)
    check_basic(student, (7, 13, 9), 5, 3)


@pytest.mark.cell("residual_block", weight=0.5)
def test_residual_block_on_the_smallest_maps(student):
    """On maps with a single channel or a single position, too, the block is right."""
    check_basic(student, (5, 9, 1), 4, 2)
    check_basic(student, (1, 1, 6), 6, 1)


# ---------------------------------------------------------------- bottleneck_block: 6 points


def assert_one_of(found, references, name):
    """Checks that a model computes what one of several models does."""
    for number, reference in enumerate(references, start=1):
        try:
            return assert_same_network(found, reference, name)
        except CheckError:
            if number == len(references):
                raise


def check_bottleneck(student, shape, filters, stride):
    """Compares what a bottleneck block computes."""
    found = student.bottleneck_block(keras.Input(shape), filters, stride)
    places = (False, True) if stride > 1 else (False,)
    assert_one_of(
        found, [single_block(bottleneck, shape, filters, stride, early) for early in places], "the block"
    )


def bottleneck_convolutions(c_in, filters):
    """The convolutions of the branch: (size, channels in, channels out)."""
    return (1, c_in, filters), (3, filters, filters), (1, filters, 4 * filters)


@pytest.mark.cell("bottleneck_block", weight=0.5)
def test_bottleneck_shapes(student, rng):
    """The stride divides height and width, rounded up, and 4 * filters channels come out."""
    H, W, filters = int(rng.integers(4, 7)), int(rng.integers(7, 10)), int(rng.integers(3, 7))
    for shape, stride in [((2 * H, 2 * W, 3), 2), ((2 * H + 1, 2 * W - 1, 3), 2), ((W, H, 5), 1)]:
        found = student.bottleneck_block(keras.Input(shape), filters, stride)
        expected = (-(-shape[0] // stride), -(-shape[1] // stride), 4 * filters)
        assert_output_shape(found, expected, f"the block with stride {stride}")


@pytest.mark.cell("bottleneck_block", weight=1)
def test_bottleneck_needs_no_projection(student, rng):
    """With stride 1, the default, and four times as many channels as filters, the shortcut has no weights."""
    filters = int(rng.integers(3, 6))
    found = student.bottleneck_block(keras.Input((5, 7, 4 * filters)), filters)
    check_weights(found, *bottleneck_convolutions(4 * filters, filters))


@pytest.mark.cell("bottleneck_block", weight=1)
def test_bottleneck_projects_for_its_stride(student, rng):
    """With a stride there is a projection, also where the number of channels stays the same."""
    filters = int(rng.integers(3, 6))
    found = student.bottleneck_block(keras.Input((9, 5, 4 * filters)), filters, stride=2)
    check_weights(found, *bottleneck_convolutions(4 * filters, filters), (1, 4 * filters, 4 * filters))


@pytest.mark.cell("bottleneck_block", weight=1)
def test_bottleneck_projects_for_its_channels(student, rng):
    """When channels are not four times the filters, there is a projection, also with stride 1."""
    filters = int(rng.integers(3, 6))
    for C in (filters, 3 * filters, 1):
        found = student.bottleneck_block(x=keras.Input((4, 4, C)), filters=filters)
        check_weights(found, *bottleneck_convolutions(C, filters), (1, C, 4 * filters))


@pytest.mark.cell("bottleneck_block", weight=1.25)
def test_bottleneck_computes_its_sum(student):
    """Without a projection: three convolutions with BN, a ReLU after two of them, plus x, and a last ReLU."""
    check_bottleneck(student, (8, 5, 12), 3, 1)


@pytest.mark.cell("bottleneck_block", weight=0.75)
def test_bottleneck_computes_with_a_stride(student):
    """With a stride, one of the first two convolutions and the projection have it, and no other."""
    check_bottleneck(student, (9, 13, 8), 2, 2)


@pytest.mark.cell("bottleneck_block", weight=0.5)
def test_bottleneck_computes_with_other_channels(student):
    """With other numbers of channels, and with a stride of 2 or more, branch and projection are right."""
    check_bottleneck(student, (6, 7, 5), 3, 1)
    check_bottleneck(student, (5, 17, 7), 3, 2)
    check_bottleneck(student, (7, 13, 6), 2, 3)


# ---------------------------------------------------------------- build_resnet: 9 points

BLOCKS = {
    18: (basic, (2, 2, 2, 2)),
    50: (bottleneck, (3, 4, 6, 3)),
}
NARROW = 16  # what channels are divided by where a network is run
SMALL = (33, 65, 3)  # odd all the way down: 33, 17, 9, 5, 3


@cache
def narrow_resnet(depth, num_classes, input_shape, *places):
    """A ResNet with a sixteenth of its channels; its values do not matter."""
    kind, repeats = BLOCKS[depth]
    with without_values():
        images = keras.Input(input_shape)
        x = layers.ReLU()(convolved(images, 64 // NARROW, 7, 2))
        x = layers.MaxPooling2D((3, 3), (2, 2), padding="same")(x)
        for stage, repeat in enumerate(repeats):
            for number in range(repeat):
                x = kind(x, (64 << stage) // NARROW, 2 if stage and not number else 1, *places)
        return keras.Model(images, layers.Dense(num_classes)(layers.GlobalAveragePooling2D()(x)))


def check_shapes(model, num_classes, input_shape, name):
    """Compares the shapes of input and output."""
    assert_output_shape(model, (num_classes,), name)
    found = tuple(model.structure.input.shape[1:])
    if found != input_shape:
        raise CheckError(f"{name} takes images of shape {found}, and should take {input_shape}.")


def with_quiet_head(model, x, num_classes, factor):
    """What a filled model puts out when all weights of its last layer are multiplied by a factor.

    The logits of deep networks with random weights are huge, and behind a softmax nothing but the largest of
    them would be seen.
    """
    weights = {id(weight) for weight in model.weights}

    def values(variables):
        for variable in variables:
            known = id(variable) in weights
            value = values_for(variable) if known else np.zeros(variable.shape, variable.dtype)
            yield value * factor if known and variable.shape[-1] == num_classes else value

    trained, others = (
        list(values(some)) for some in (model.trainable_variables, model.non_trainable_variables)
    )
    return np.asarray(model.stateless_call(trained, others, x, training=False)[0])


def assert_same_classifier(found, references, name):
    """Checks that a model computes the logits, or their softmax, of one of several models."""
    model = as_network(found, name).structure
    if weight_shapes(model) != weight_shapes(references[0]):
        assert_parameters(found, references[0].count_params(), name)
        raise CheckError(f"{name} has not the weights that it should have, or other ones are trainable.")
    x = example(references[0])
    for reference in references:
        right = outputs(reference, x)
        factor = 2 / np.abs(right).max()
        y, right = with_quiet_head(model, x, right.shape[-1], factor), right * factor
        if (y >= 0).all() and np.allclose(y.sum(axis=-1), 1, atol=1e-3):
            right = np.exp(right) / np.exp(right).sum(axis=-1, keepdims=True)
        if (np.abs(y - right) <= 2e-3 * np.abs(right).max()).all():
            return
    raise CheckError(f"{name} has the right weights, but computes something else from its input.")


def check_count(student, depth, trainable, **settings):
    """Compares the number of trainable parameters of a network for 1,000 classes."""
    model = student.structure("build_resnet", depth, **settings)
    check_shapes(model, 1000, settings.get("input_shape", (224, 224, 3)), f"ResNet-{depth}")
    assert_parameters(model, trainable, f"ResNet-{depth}", trainable=True)


@pytest.mark.cell("build_resnet", weight=1)
def test_resnet18_has_its_parameters(student):
    """ResNet-18 takes images of 224x224x3, tells 1,000 classes apart, and trains 11,689,512 parameters."""
    check_count(student, 18, 11_689_512)


@pytest.mark.cell("build_resnet", weight=1)
def test_resnet50_has_its_parameters(student):
    """ResNet-50 takes images of 224x224x3, tells 1,000 classes apart, and trains 25,557,032 parameters."""
    check_count(student, 50, 25_557_032)


@pytest.mark.cell("build_resnet", weight=1)
def test_resnet34_has_its_parameters(student):
    """ResNet-34 for 1,000 classes trains 21,797,672 parameters, for images of another size as well."""
    check_count(student, 34, 21_797_672, input_shape=SMALL)


@pytest.mark.cell("build_resnet", weight=1)
def test_resnet101_has_its_parameters(student):
    """ResNet-101 for 1,000 classes trains 44,549,160 parameters, for images of another size as well."""
    check_count(student, 101, 44_549_160, input_shape=SMALL)


@pytest.mark.cell("build_resnet", weight=1)
def test_resnet152_has_its_parameters(student):
    """ResNet-152 for 1,000 classes trains 60,192,808 parameters, for images of another size as well."""
    check_count(student, 152, 60_192_808, input_shape=SMALL)


def convolved_sizes(network):
    """Heights and widths of what the convolutions put out; maps of a single position do not count."""
    shapes = {
        tuple(tensor.shape[1:3])
        for operation in network.operations
        if isinstance(operation, layers.Conv2D)
        for node in operation._inbound_nodes
        for tensor in node.output_tensors
    }
    return shapes - {(1, 1)}


@pytest.mark.cell("build_resnet", weight=0.5)
def test_resnet_halves_the_size_five_times(student):
    """The convolutions give maps of a half, a quarter, an eighth, a 16th and a 32nd of height and width."""
    model = student.structure("build_resnet", depth=18, num_classes=3, input_shape=(192, 224, 3))
    check_shapes(model, 3, (192, 224, 3), "ResNet-18")
    found, expected = convolved_sizes(model), {(192 >> step, 224 >> step) for step in range(1, 6)}
    known = {size for size in found if None not in size}
    if known - expected or (found == known and found != expected):
        listed = ", ".join(f"{height}x{width}" for height, width in sorted(known, reverse=True))
        raise CheckError(f"For images of 192x224 the convolutions put out maps of these sizes: {listed}.")


@pytest.mark.cell("build_resnet", weight=1.5)
def test_resnet18_computes_the_right_thing(student):
    """For other images and classes, ResNet-18 has stem, blocks, shortcuts and classifier in order."""
    model = student.structure("build_resnet", depth=18, num_classes=7, input_shape=SMALL)
    check_shapes(model, 7, SMALL, "ResNet-18")
    convolutions = [(7, 3, 64), *[(3, 64, 64)] * 4]
    for C in (64, 128, 256):
        convolutions += [(3, C, 2 * C), *[(3, 2 * C, 2 * C)] * 3, (1, C, 2 * C)]
    expected = normalized_weights(*convolutions, moving=True) + 513 * 7
    assert_parameters(model, expected, "ResNet-18")
    assert_same_classifier(
        narrowed(model, NARROW, "ResNet-18"),
        [narrow_resnet(18, 7, SMALL)],
        "ResNet-18 with a sixteenth of its channels",
    )


@pytest.mark.cell("build_resnet", weight=1.5)
def test_resnet50_computes_the_right_thing(student):
    """For gray images and other classes, ResNet-50 has stem, blocks, shortcuts and classifier in order."""
    model = student.structure("build_resnet", 50, 7, (65, 33, 1))
    check_shapes(model, 7, (65, 33, 1), "ResNet-50")
    assert_same_classifier(
        narrowed(model, NARROW, "ResNet-50"),
        [narrow_resnet(50, 7, (65, 33, 1), early) for early in (False, True)],
        "ResNet-50 with a sixteenth of its channels",
    )


@pytest.mark.cell("build_resnet", weight=0.5)
def test_resnet_refuses_other_depths(student):
    """A depth other than 18, 34, 50, 101 and 152 leads to a ValueError."""
    for depth in (20, 56, 17, 110):
        try:
            student.structure("build_resnet", depth, num_classes=7, input_shape=SMALL)
        except StudentError as error:
            if "ValueError" not in error.types:
                raise
        else:
            raise CheckError(f"There was no ValueError for depth {depth}.")


# ---------------------------------------------------------------- build_toy_resnet: 4 points


@cache
def toy(num_classes, input_shape, narrow=1):
    """The toy ResNet, perhaps with fewer channels; its values do not matter."""

    def relu(x, filters, padding="valid"):
        return layers.ReLU()(layers.Conv2D(filters // narrow, (3, 3), padding=padding)(x))

    with without_values():
        images = keras.Input(input_shape)
        x = layers.MaxPooling2D((3, 3), (3, 3))(relu(relu(images, 32), 64))
        for _ in range(2):
            x = layers.Add()([relu(relu(x, 64, "same"), 64, "same"), x])
        x = layers.GlobalAveragePooling2D()(relu(x, 64))
        return keras.Model(images, layers.Dense(num_classes)(layers.ReLU()(layers.Dense(256 // narrow)(x))))


@pytest.mark.cell("build_toy_resnet", weight=1)
def test_toy_has_its_parameters(student):
    """The toy takes images of 32x32x3, tells 10 classes apart, and has 223,242 parameters."""
    model = student.structure("build_toy_resnet")
    check_shapes(model, 10, (32, 32, 3), "the toy")
    assert_parameters(model, 223_242, "the toy")


@pytest.mark.cell("build_toy_resnet", weight=0.5)
def test_toy_does_not_depend_on_the_size(student):
    """For larger images the toy has as many parameters as for small ones: it averages its last map."""
    model = student.structure("build_toy_resnet", num_classes=6, input_shape=(40, 64, 3))
    check_shapes(model, 6, (40, 64, 3), "the toy")
    assert_parameters(model, 223_242 - 4 * 257, "the toy")


@pytest.mark.cell("build_toy_resnet", weight=1.5)
def test_toy_computes_the_right_thing(student):
    """Convolutions, pooling, blocks with ReLUs and shortcuts, and fully connected layers are right."""
    model = student.structure("build_toy_resnet")
    assert_same_classifier(model, [toy(10, (32, 32, 3))], "the toy")


@pytest.mark.cell("build_toy_resnet", weight=1)
def test_toy_computes_the_right_thing_for_other_images(student):
    """For gray images whose sides differ, and another number of classes, the toy is right, too."""
    # With so many classes it has more than 8 million parameters: misconceptions are then recognized by what
    # they compute with fewer channels, and not with values that allow for any order.
    model = student.structure("build_toy_resnet", 30_511, (22, 27, 1))
    check_shapes(model, 30_511, (22, 27, 1), "the toy")
    assert_parameters(model, 223_242 - 576 + (30_511 - 10) * 257, "the toy")
    narrow = narrowed(model, 4, "the toy")
    assert_same_classifier(narrow, [toy(30_511, (22, 27, 1), 4)], "the toy with a quarter of its channels")


# ---------------------------------------------------------------- residual_gradient: 4 points


def through_the_sum(dy, jacobian):
    """The gradient with respect to x, number by number."""
    d = len(dy)
    return [dy[j] + sum(jacobian[i][j] * dy[i] for i in range(d)) for j in range(d)]


def check_gradient(student, dy, jacobian):
    """Compares one gradient."""
    assert_close(student.residual_gradient(dy, jacobian), through_the_sum(dy, jacobian), "the gradient")


@pytest.mark.cell("residual_gradient", weight=1)
def test_gradient_of_any_branch(student, rng):
    """The gradient has a share that came along the shortcut, and one that came through the branch."""
    for d in (3, 6):
        check_gradient(student, rng.normal(size=d), rng.normal(size=(d, d)))


@pytest.mark.cell("residual_gradient", weight=1)
def test_gradient_predicts_the_change_of_the_loss(student, rng):
    """For a branch that is not linear, the gradient tells how much the loss changes with each number of x."""
    d = 4
    first, second, x, dy = (rng.normal(size=size) for size in ((d, d), (d, d), d, d))

    def loss(point):
        return dy @ (point + second @ np.tanh(first @ point))

    jacobian = second @ ((1 - np.tanh(first @ x) ** 2)[:, None] * first)
    steps = 1e-5 * np.eye(d)
    slopes = [(loss(x + step) - loss(x - step)) / 2e-5 for step in steps]
    assert_close(student.residual_gradient(dy, jacobian), slopes, "the gradient", rtol=1e-3, atol=1e-4)


@pytest.mark.cell("residual_gradient", weight=0.5)
def test_gradient_without_a_branch(student, rng):
    """Through a branch that puts out constants nothing comes: the gradient is dy."""
    check_gradient(student, rng.normal(size=5), np.zeros((5, 5)))


@pytest.mark.cell("residual_gradient", weight=0.5)
def test_gradient_of_a_branch_that_cancels(student, rng):
    """A branch that takes away all of x, or most of it, leaves no gradient, or a small one."""
    for kept in (0.0, 0.125):
        check_gradient(student, rng.normal(size=4), (kept - 1) * np.eye(4))


@pytest.mark.cell("residual_gradient", weight=0.5)
def test_gradient_of_integers(student, rng):
    """Integers in dy, in the Jacobian or in both give what the same numbers written as floats give."""
    dy, jacobian = rng.integers(-9, 9, 4), rng.integers(-9, 9, (4, 4))
    check_gradient(student, dy, rng.normal(size=(4, 4)))
    check_gradient(student, rng.normal(size=4), jacobian)
    check_gradient(student, dy, jacobian)


@pytest.mark.cell("residual_gradient", weight=0.25)
def test_gradient_of_a_single_number(student, rng):
    """With d = 1 the gradient still has one axis."""
    check_gradient(student, rng.normal(size=1), rng.normal(size=(1, 1)))


@pytest.mark.cell("residual_gradient", weight=0.25)
def test_gradient_leaves_its_arguments_alone(student, rng):
    """The gradient is right, and both arguments are the same after the call as before."""
    dy, jacobian = rng.normal(size=3), rng.normal(size=(3, 3))
    result = student.call("residual_gradient", dy=dy, branch_jacobian=jacobian)
    assert_close(result.value, through_the_sum(dy, jacobian), "the gradient")
    assert not result.changed_arguments
