"""Keras models cross the border as descriptions, and what is rebuilt from them can do no harm."""

import json

import keras
import numpy as np
import pytest
from keras import layers
from keras.src.backend.common.stateless_scope import in_stateless_scope

from autograder.student.endpoint import encode
from autograder.student.network import Network
from autograder.student.proxy import Student, StudentError
from autograder.student.rebuilding import NetworkError
from autograder.student.transport import LocalTransport
from autograder.student.wire import ReplyError, decode
from autograder.testing import (
    CheckError,
    as_network,
    assert_output_shape,
    assert_parameters,
    assert_same_network,
)
from autograder.testing.networks import same_network


def block(x, filters, stride=1):
    shortcut = x
    y = layers.Conv2D(filters, 3, strides=stride, padding="same", use_bias=False)(x)
    y = layers.ReLU()(layers.BatchNormalization()(y))
    y = layers.BatchNormalization()(layers.Conv2D(filters, 3, padding="same", use_bias=False)(y))
    if stride != 1 or x.shape[-1] != filters:
        shortcut = layers.BatchNormalization()(layers.Conv2D(filters, 1, strides=stride, use_bias=False)(x))
    return layers.ReLU()(layers.Add()([shortcut, y]))


def block_in_another_style(x, filters, stride=1):
    """Other order of layers, explicit padding, an inner model, operators and keras.ops, another epsilon."""
    shortcut = x
    if stride != 1 or x.shape[-1] != filters:
        shortcut = layers.BatchNormalization(momentum=0.5)(
            layers.Conv2D(filters, 1, strides=stride, use_bias=False)(x)
        )
    y = layers.Conv2D(filters, 3, strides=stride, use_bias=False)(layers.ZeroPadding2D(1)(x))
    y = keras.ops.relu(layers.BatchNormalization()(y))
    inner = [
        keras.Input(y.shape[1:]),
        layers.Conv2D(filters, 3, padding="same", use_bias=False),
        layers.BatchNormalization(epsilon=1e-5),
    ]
    return keras.ops.maximum(keras.Sequential(inner)(y) + shortcut, 0)


def block_in_a_model(x, filters, stride=1):
    """The block is an inner model, called after another call whose result is not used."""
    inputs = keras.Input(x.shape[1:])
    inner = keras.Model(inputs, block(inputs, filters, stride))
    inner(keras.Input(x.shape[1:]))
    return inner(x)


def block_without_addition(x, filters, stride=1):
    y = layers.Conv2D(filters, 3, strides=stride, padding="same", use_bias=False)(x)
    y = layers.ReLU()(layers.BatchNormalization()(y))
    y = layers.BatchNormalization()(layers.Conv2D(filters, 3, padding="same", use_bias=False)(y))
    return layers.ReLU()(y)


def block_with_early_relu(x, filters, stride=1):
    y = layers.Conv2D(filters, 3, strides=stride, padding="same", use_bias=False)(x)
    y = layers.ReLU()(layers.BatchNormalization()(y))
    y = layers.BatchNormalization()(layers.Conv2D(filters, 3, padding="same", use_bias=False)(y))
    return layers.Add()([x, layers.ReLU()(y)])


def sliced(x, start=0):
    """Every other row and column of the first half of the channels."""
    return x[:, start::2, start::2, :][..., : x.shape[-1] // 2]


def sampled(x):
    """The same without slices."""
    return layers.MaxPooling2D(1, strides=2)(keras.ops.split(x, 2, axis=-1)[0])


def classifier(softmax=True, first="small"):
    inputs = keras.Input((17, 17, 3))
    small = layers.Conv2D(3, 1, activation="relu")(inputs)
    large = layers.Conv2D(5, 3, padding="same", activation="relu")(inputs)
    x = layers.Concatenate()([small, large] if first == "small" else [large, small])
    x = layers.GlobalAveragePooling2D()(layers.Conv2D(4, 3, activation="relu")(x))
    return keras.Model(inputs, layers.Dense(6, activation="softmax" if softmax else None)(x))


def huge():
    return keras.Sequential([keras.Input((100,)), layers.Dense(5_000_000)])


def needs_values():
    model = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
    model.layers[0].kernel.assign([[3.0], [2.0]])
    return model


def only_with_values():
    model = needs_values()
    if model.layers[0].kernel.numpy()[0] != 3 or in_stateless_scope():
        raise ValueError("no values")
    return model


def same(model):
    return model


def set_to_one(model):
    model.layers[-1].kernel.assign(keras.ops.ones_like(model.layers[-1].kernel))


class Own(layers.Layer):
    def call(self, x):
        return 2 * x


def own_layer():
    return keras.Sequential([keras.Input((2,)), Own()])


def with_lambda():
    return keras.Sequential([keras.Input((2,)), layers.Lambda(lambda x: x)])


def without_shape():
    return keras.Sequential([layers.Dense(2)])


def count_to(number):
    for step in range(number):
        yield np.full(2, step), step


def draw(rng, transform):
    return transform(rng.integers(10**9))


@pytest.fixture
def student():
    return Student(LocalTransport(dict(globals())))


def model_of(function, *arguments, size=17, channels=4):
    inputs = keras.Input((size, size, channels))
    return keras.Model(inputs, function(inputs, *arguments))


@pytest.mark.parametrize("arguments", [(4,), (6,), (4, 2)])
def test_a_block_is_the_same_in_any_style(student, arguments):
    for name in ("block", "block_in_another_style", "block_in_a_model"):
        found = student.call(name, keras.Input((17, 17, 4)), *arguments)
        assert found.changed_arguments == []
        assert_same_network(found.value, model_of(block, *arguments), "the block")


@pytest.mark.parametrize("name", ["block_without_addition", "block_with_early_relu"])
def test_a_block_that_computes_something_else_is_noticed(student, name):
    found = getattr(student, name)(keras.Input((17, 17, 4)), 4)
    with pytest.raises(CheckError, match="computes something else"):
        assert_same_network(found, model_of(block, 4), "the block")
    right, again = (student.block(keras.Input((17, 17, 4)), 4) for _ in range(2))
    assert same_network(right, again)
    assert not same_network(right, found)


def test_slices_are_rebuilt(student):
    inputs = keras.Input((17, 17, 4))
    assert_same_network(student.sliced(inputs), model_of(sampled), "the samples")
    with pytest.raises(CheckError):
        assert_same_network(student.sliced(inputs, 1), model_of(sampled), "the samples")


def test_a_forged_slice_is_refused():
    for end in (10**12, "2", [2], {"class_name": "function", "config": "open"}):
        tree = description(model_of(sliced))
        index = entry(tree, "GetItem")["inbound_nodes"][0]["args"][1]
        next(part for part in index if isinstance(part, dict))["config"]["stop"] = end
        with pytest.raises(NetworkError):
            assert Network(tree).structure


def two_outputs(size=17):
    inputs = keras.Input((size, size, 3))
    features = layers.Conv2D(4, 3)(inputs)
    return keras.Model(
        inputs, [layers.GlobalAveragePooling2D()(features), layers.GlobalMaxPooling2D()(features)]
    )


def two_inputs():
    inputs = [keras.Input((17,)), keras.Input((17,))]
    return keras.Model(inputs, layers.Dense(3)(layers.Add()(inputs)))


def any_size(size):
    inputs = keras.Input((size, size, 3))
    return keras.Model(inputs, layers.GlobalAveragePooling2D()(layers.Conv2D(4, 3)(inputs)))


@pytest.mark.parametrize("name", ["two_outputs", "two_inputs"])
def test_models_with_several_ends_can_be_recognized_and_are_no_right_answer(student, name):
    found, again = (getattr(student, name)() for _ in range(2))
    assert same_network(found, again)
    assert not same_network(found, student.any_size(17))
    assert not same_network(student.any_size(17), found)
    with pytest.raises(CheckError, match="should have one input and one output"):
        assert_same_network(found, any_size(17))


def test_models_for_other_sizes_are_told_apart(student):
    assert same_network(student.any_size(17), student.any_size(17))
    assert not same_network(student.any_size(17), student.any_size(9))
    assert not same_network(student.two_outputs(), student.two_outputs(9))


def test_shapes_and_parameters_are_compared_first(student):
    found = student.block(keras.Input((17, 17, 4)), 6, 2)
    assert_output_shape(found, (9, 9, 6))
    assert_parameters(found, found.structure.count_params())
    assert found.trainable_parameters == found.parameters - 36
    with pytest.raises(CheckError, match=r"puts out the shape \(9, 9, 6\) per image and should"):
        assert_output_shape(found, (17, 17, 6))
    with pytest.raises(CheckError, match="should have 7"):
        assert_parameters(found, 7)
    with pytest.raises(CheckError, match="instead of"):
        assert_same_network(found, model_of(block_without_addition, 6, 2))


def test_order_of_channels_and_softmax_may_be_free(student):
    reference = classifier()
    for softmax in (True, False):
        for first in ("small", "large"):
            found = student.classifier(softmax, first)
            assert_same_network(found, reference, free_order=True, classifier=True)
    with pytest.raises(CheckError):
        assert_same_network(student.classifier(True, "large"), reference)
    with pytest.raises(CheckError):
        assert_same_network(student.classifier(False), reference)


def test_large_models_cost_neither_time_nor_memory(student):
    found = student.structure("huge")
    assert found.values is None
    with pytest.raises(NetworkError, match=r"has 505,000,000 parameters, more than can be checked"):
        assert found.structure
    with pytest.raises(CheckError, match="more than can be checked"):
        as_network(found)


def test_models_without_values_never_get_any(student):
    found = student.structure("classifier")
    with keras.StatelessScope():
        pass  # when it ends, Keras gives values to all variables that wait for theirs
    assert all(weight._value is None for weight in found.structure.weights)


def test_code_that_needs_values_gets_them(student):
    for found in (student.needs_values(), student.structure("only_with_values")):
        assert [value.tolist() for value in found.values] == [[[3.0], [2.0]], [0.0]]
        assert np.allclose(found.model(np.ones((1, 2))), 5)
    assert student.structure("needs_values").parameters == 3


def test_models_travel_both_ways_with_their_values(student):
    model = model_of(block, 4)
    back = student.same(model)
    for found, expected in zip(back.model.weights, model.weights, strict=True):
        assert np.array_equal(found, expected)
    assert student.call("same", model).changed_arguments == []
    assert student.call("set_to_one", needs_values()).changed_arguments == [0]


@pytest.mark.parametrize(
    ("name", "reason"),
    [("own_layer", "holds Own"), ("with_lambda", "holds Lambda"), ("without_shape", "has no input shape")],
)
def test_only_built_in_layers_are_rebuilt(student, name, reason):
    with pytest.raises(CheckError, match=reason):
        as_network(getattr(student, name)())


@pytest.mark.parametrize("value", [None, 3, np.zeros(2), "model"])
def test_what_is_no_model_is_told(value):
    with pytest.raises(CheckError, match="should be a Keras model"):
        as_network(value)


def test_generators_arrive_as_lists(student):
    found = student.count_to(3)
    assert [step for _, step in found] == [0, 1, 2]
    with pytest.raises(StudentError, match="yields more than 10000 items"):
        student.count_to(10**9)


def test_random_generators_and_functions_are_made_there(student):
    double = student.function("double", "def double(x):\n    return 2 * x")
    rng = student.generator(7)
    first, second = student.call("draw", rng, double), student.draw(rng=rng, transform=double)
    assert first.value == 2 * np.random.default_rng(7).integers(10**9)
    assert first.changed_arguments == []
    assert second != first.value
    assert student.draw(student.generator(7), double) == first.value


# ---------------------------------------------------------------- forged descriptions


def description(model=None) -> dict:
    return json.loads(encode(model or model_of(block, 4))["model"]["config"])


def entry(tree: dict, kind: str) -> dict:
    return next(layer for layer in tree["config"]["layers"] if layer["class_name"] == kind)


FORGERIES = {
    "a class from anywhere": lambda tree: entry(tree, "ReLU").update(module="os", class_name="system"),
    "a class that runs code": lambda tree: entry(tree, "ReLU").update(class_name="TorchModuleWrapper"),
    "a registered name": lambda tree: entry(tree, "ReLU").update(module="x", registered_name="x>ReLU"),
    "an operation that opens files": lambda tree: entry(tree, "ReLU").update(
        module="keras.src.saving", class_name="load_model"
    ),
    "a nested object as a setting": lambda tree: entry(tree, "Conv2D")["config"].update(
        strides={"class_name": "function", "config": "open"}
    ),
    "an activation by name": lambda tree: entry(tree, "Conv2D")["config"].update(activation="os.system"),
    "more filters than there are": lambda tree: entry(tree, "Conv2D")["config"].update(filters=10**12),
    "not a number": lambda tree: entry(tree, "Conv2D")["config"].update(filters=float("nan")),
    "a kernel larger than memory": lambda tree: entry(tree, "Conv2D")["config"].update(
        kernel_size=[10**6, 10**6]
    ),
    "padding larger than memory": lambda tree: entry(tree, "ReLU").update(
        class_name="ZeroPadding2D", config={"padding": [[10**6, 10**6], [10**6, 10**6]]}
    ),
    "an input larger than memory": lambda tree: entry(tree, "InputLayer")["config"].update(
        batch_shape=[None, 10**6, 10**6, 4]
    ),
    "a graph in a circle": lambda tree: entry(tree, "Conv2D").update(
        inbound_nodes=entry(tree, "Add")["inbound_nodes"]
    ),
    "no output": lambda tree: tree["config"].update(output_layers=["nowhere", 0, 0]),
    "no layers": lambda tree: tree["config"].update(layers=None),
    "layers without names": lambda tree: [layer.pop("name") for layer in tree["config"]["layers"]],
    "layers without end": lambda tree: tree["config"].update(
        layers=[entry(tree, "InputLayer"), *[entry(tree, "Conv2D")] * 4000]
    ),
    "a setting without end": lambda tree: entry(tree, "Conv2D")["config"].update(strides=[1] * 1000),
    "a model that is a list": lambda tree: tree.update(config=[]),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_description_is_refused(name):
    tree = description()
    FORGERIES[name](tree)
    with pytest.raises(NetworkError) as caught:
        assert Network(tree).structure
    assert len(str(caught.value)) < 400


def test_models_in_models_end_somewhere():
    tree = description(keras.Sequential([keras.Input((2,)), layers.Dense(2)]))
    for _ in range(50):
        tree = {**tree, "config": {**tree["config"], "layers": [tree["config"]["layers"][0], tree]}}
    with pytest.raises(NetworkError, match="nested too deeply"):
        assert Network(tree).structure


@pytest.mark.parametrize(
    "content",
    [
        None,
        {"config": 3, "values": None},
        {"config": "{", "values": None},
        {"config": "[" * 100_000, "values": None},
        {"config": "{}", "values": 3},
        {"config": "{}", "values": ["text"] * 200_000},
        {"config": " " * (9 * 2**20), "values": None},
    ],
    ids=str,
)
def test_a_malformed_description_is_refused(content):
    with pytest.raises((ReplyError, NetworkError)):
        assert decode({"model": content}).structure


def test_values_that_do_not_fit_are_refused():
    network = decode(encode(needs_values()))
    with pytest.raises(NetworkError, match="do not fit"):
        assert Network(network.config, network.values[:1]).model
    with pytest.raises(NetworkError, match="do not fit"):
        assert Network(network.config, [np.zeros((2, 1)), np.zeros(10**6)]).model


def test_compiling_a_model_does_not_change_it():
    x = keras.Input((3,))
    model = keras.Model(x, layers.Dense(2)(x))

    def compiles(model):
        model.compile("sgd", "mse", metrics=["mae"])

    def trains(model):
        model.compile("sgd", "mse")
        model.fit(np.ones((1, 3)), np.ones((1, 2)), verbose=0)

    student = Student(LocalTransport({"compiles": compiles, "trains": trains}))
    assert student.call("compiles", model).changed_arguments == []
    assert student.call("trains", model).changed_arguments == [0]


def test_models_with_other_values_are_told_apart_where_values_count():
    x = keras.Input((3,))
    one, other, third = (
        decode(encode(keras.Model(x, layers.Dense(2, kernel_initializer=kind)(x))))
        for kind in ("ones", "zeros", "ones")
    )
    assert same_network(one, other)
    assert not same_network(one, other, values=True)
    assert same_network(one, third, values=True)
