import keras
import numpy as np
import pytest
import tensorflow as tf

from convlab.batched_training import FitRecorder, batch_stream, build_small_net, fit_by_hand, make_update


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 22)
    x = rng.normal(size=(22, 8, 8, 1)) + y[:, None, None, None]
    return x.astype("float32"), y.astype("int32")


def convolutions(net):
    return [layer for layer in net.layers if isinstance(layer, keras.layers.Conv2D)]


def test_the_net_has_three_convolutions_and_shrinks_twice():
    net = build_small_net((32, 32, 3), width=5, num_classes=7)
    assert [tuple(layer.output.shape[1:]) for layer in convolutions(net)] == [
        (32, 32, 5),
        (16, 16, 10),
        (8, 8, 10),
    ]
    assert net.output_shape == (None, 7)


def test_the_net_computes_in_mixed_precision_and_answers_in_float32():
    net = build_small_net((8, 8, 1), 4, dropout=0.5, dtype="mixed_float16")
    assert {layer.compute_dtype for layer in convolutions(net)} == {"float16"}
    assert net(np.zeros((2, 8, 8, 1))).dtype == "float32"


def test_the_net_treats_every_image_on_its_own(data):
    net = build_small_net((8, 8, 1), 4)
    together = net(data[0], training=True).numpy()
    alone = np.concatenate([net(data[0][i : i + 1], training=True) for i in range(len(data[0]))])
    assert np.allclose(together, alone, atol=1e-5)


def test_dropout_is_a_layer_only_where_it_is_asked_for():
    for dropout, count in ((0.0, 0), (0.25, 1)):
        net = build_small_net((8, 8, 1), 4, dropout)
        assert sum(isinstance(layer, keras.layers.Dropout) for layer in net.layers) == count


@pytest.mark.parametrize("bad", [{"width": 0}, {"width": 4, "dropout": 1.0}, {"width": 4, "dropout": -0.1}])
def test_a_net_out_of_range_is_refused(bad):
    with pytest.raises(ValueError, match="must be at least"):
        build_small_net((8, 8, 1), **bad)


def test_the_recorder_keeps_what_fit_hands_over():
    recorder = FitRecorder()
    x, y = np.arange(10), np.arange(10) % 2
    recorder.fit(
        x, y, batch_size=4, shuffle=False, validation_split=0.2, class_weight={0: 1.0, 1: 3.0}, verbose=0
    )
    assert [batch[0].tolist() for batch in recorder.training] == [[0, 1, 2, 3], [4, 5, 6, 7]]
    assert recorder.training[0][1].tolist() == [0, 1, 0, 1]
    assert recorder.training[0][2].tolist() == [1, 3, 1, 3]
    assert [batch[0].tolist() for batch in recorder.validation] == [[8, 9]]


def test_a_stream_visits_every_sample_once_per_epoch_in_new_orders():
    keras.utils.set_random_seed(0)
    stream = batch_stream(np.arange(10), 10 * np.arange(10), batch_size=4, epochs=3, seed=0)
    batches = [(x.numpy(), y.numpy()) for x, y in stream]
    assert [len(x) for x, _ in batches] == [4, 4, 2] * 3
    assert all(np.array_equal(10 * x, y) for x, y in batches)
    epochs = [np.concatenate([x for x, _ in batches[i : i + 3]]) for i in (0, 3, 6)]
    assert all(sorted(order) == list(range(10)) for order in epochs)
    assert len({tuple(order) for order in epochs}) == 3


def test_a_stream_repeats_itself_and_its_seed():
    def orders(seed):
        keras.utils.set_random_seed(0)
        stream = batch_stream(np.arange(10), np.arange(10), batch_size=4, epochs=2, seed=seed)
        return [np.concatenate([x.numpy() for x, _ in stream]).tolist() for _ in range(2)]

    first, again = orders(0)
    assert first == again == orders(0)[0]
    assert first != orders(7)[0]


@pytest.mark.parametrize("bad", [{"batch_size": 0, "epochs": 1}, {"batch_size": 1, "epochs": 0}])
def test_an_empty_stream_is_refused(bad):
    with pytest.raises(ValueError, match="batch_size and epochs must be at least 1"):
        batch_stream(np.arange(4), np.arange(4), seed=0, **bad)


@pytest.mark.parametrize("compiled", [True, False])
def test_an_update_is_one_step_of_gradient_descent(compiled):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2, kernel_initializer="zeros")])
    update = make_update(model, keras.optimizers.SGD(2.0), compiled)
    loss, logits = update(tf.constant([[1.0, 0.0], [0.0, 3.0]]), tf.constant([0, 0]))
    # With zero weights both logits are equal: each image's gradient is (-1/2, 1/2), halved by the mean.
    assert float(loss) == pytest.approx(np.log(2))
    assert np.array_equal(logits, np.zeros((2, 2)))
    kernel, bias = model.get_weights()
    assert np.allclose(kernel, [[0.5, -0.5], [1.5, -1.5]])
    assert np.allclose(bias, [1.0, -1.0])


def test_one_graph_serves_batches_of_all_lengths(data):
    update = make_update(build_small_net((8, 8, 1), 2), keras.optimizers.SGD(0.1))
    for size in (8, 4, 6, 2):
        update(data[0][:size], data[1][:size])
    assert update.experimental_get_tracing_count() <= 2


def test_the_loop_does_what_fit_does(data):
    x, y = data

    def start():
        keras.utils.set_random_seed(1)
        net = build_small_net((8, 8, 1), 4, dropout=0.4, num_classes=3)
        stream = batch_stream(x, y, batch_size=8, epochs=3, seed=0)
        return net, keras.optimizers.Adam(0.01), stream

    fitted, optimizer, stream = start()
    fitted.compile(
        optimizer,
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        jit_compile=False,
    )
    history = fitted.fit(
        stream, steps_per_epoch=3, epochs=3, validation_data=(x, y), shuffle=False, verbose=0
    ).history

    by_hand, optimizer, stream = start()
    found = fit_by_hand(by_hand, optimizer, stream, steps=3, validation_data=(x, y))
    assert found.keys() == history.keys()
    for name, values in found.items():
        assert values == pytest.approx(history[name], abs=1e-3), name
    for a, b in zip(fitted.get_weights(), by_hand.get_weights(), strict=True):
        assert np.allclose(a, b, atol=1e-3)


def test_a_loop_without_steps_is_refused(data):
    with pytest.raises(ValueError, match="steps must be at least 1, got 0"):
        fit_by_hand(build_small_net((8, 8, 1), 1), keras.optimizers.SGD(), [], 0, data)
