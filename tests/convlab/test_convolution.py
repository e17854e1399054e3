import keras
import numpy as np
import pytest

from convlab.convolution import (
    apply_kernel,
    convolve_batch_by_loops,
    convolve_batch_by_matmul,
    fastest_times,
    kernel_positions,
    unfold_patches,
)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def by_keras(images, kernels):
    layer = keras.layers.Conv2D(kernels.shape[3], kernels.shape[:2], use_bias=False)
    layer.build(images.shape)
    layer.set_weights([kernels])
    return keras.ops.convert_to_numpy(layer(images))


@pytest.mark.parametrize("size", [5, 8, 9])
@pytest.mark.parametrize("kernel_size", [1, 2, 3, 5])
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("padding", [0, 1, 2])
def test_a_kernel_has_as_many_positions_as_keras_has_outputs(size, kernel_size, stride, padding):
    image = np.zeros((1, size, size, 1), "float32")
    padded = keras.layers.ZeroPadding2D(padding)(image)
    output = keras.layers.Conv2D(1, kernel_size, strides=stride)(padded)
    starts = kernel_positions(size, kernel_size, stride, padding)
    assert len(starts) == output.shape[1]
    assert starts[0] == -padding
    assert starts[-1] + kernel_size <= size + padding


def test_a_kernel_that_does_not_fit_has_no_position():
    assert len(kernel_positions(3, 5)) == 0
    assert len(kernel_positions(3, 5, padding=1)) == 1


@pytest.mark.parametrize("bad", [(0, 3), (7, 0), (7, 3, 0), (7, 3, 1, -1)])
def test_positions_of_nothing_are_refused(bad):
    with pytest.raises(ValueError, match="must be at least 1 and padding at least 0"):
        kernel_positions(*bad)


def test_one_kernel_is_not_flipped():
    impulse = np.zeros((5, 5))
    impulse[2, 2] = 1
    kernel = np.arange(9.0).reshape(3, 3)
    assert np.array_equal(apply_kernel(impulse, kernel), kernel[::-1, ::-1])


def test_the_channel_and_the_kernel_need_not_be_square(rng):
    channel, kernel = rng.normal(size=(6, 9)), rng.normal(size=(2, 4))
    assert np.allclose(
        apply_kernel(channel, kernel), np.einsum("rcij,ij->rc", patches_of(channel, (2, 4)), kernel)
    )


def patches_of(channel, window):
    return np.lib.stride_tricks.sliding_window_view(channel, window)


@pytest.mark.parametrize("convolve", [convolve_batch_by_loops, convolve_batch_by_matmul])
@pytest.mark.parametrize(
    ("shape", "kernel_shape"),
    [
        ((3, 6, 8, 2), (3, 3, 2, 4)),
        ((1, 5, 4, 3), (2, 3, 3, 1)),
        ((2, 3, 4, 1), (3, 4, 1, 5)),
        ((2, 4, 5, 3), (1, 1, 3, 2)),
    ],
)
def test_loops_and_matrix_product_agree_with_keras(rng, convolve, shape, kernel_shape):
    images = rng.normal(size=shape).astype("float32")
    kernels = rng.normal(size=kernel_shape).astype("float32")
    expected = by_keras(images, kernels)
    result = convolve(images, kernels)
    assert result.shape == expected.shape
    assert np.allclose(result, expected, atol=1e-4)


def test_the_matrix_product_computes_in_the_type_of_its_inputs(rng):
    images, kernels = rng.normal(size=(2, 4, 4, 3)), rng.normal(size=(3, 3, 3, 2))
    assert convolve_batch_by_matmul(images, kernels).dtype == "float64"
    assert convolve_batch_by_matmul(images.astype("float32"), kernels.astype("float32")).dtype == "float32"


def test_inputs_stay_as_they_are(rng):
    images, kernels = rng.normal(size=(2, 4, 5, 3)), rng.normal(size=(3, 2, 3, 2))
    before = images.copy(), kernels.copy()
    convolve_batch_by_loops(images, kernels)
    convolve_batch_by_matmul(images, kernels)
    assert np.array_equal(images, before[0])
    assert np.array_equal(kernels, before[1])


def test_patches_are_a_view_with_the_channels_last(rng):
    batch = rng.normal(size=(2, 5, 7, 3))
    patches = unfold_patches(batch, (3, 2))
    assert patches.shape == (2, 3, 6, 3, 2, 3)
    assert np.shares_memory(patches, batch)
    assert np.array_equal(patches[1, 2, 4], batch[1, 2:5, 4:6])


def test_patches_do_not_depend_on_the_memory_layout(rng):
    batch = rng.normal(size=(2, 5, 7, 3))
    other_layout = np.ascontiguousarray(batch.transpose(0, 3, 1, 2)).transpose(0, 2, 3, 1)
    assert np.array_equal(unfold_patches(other_layout, (3, 3)), unfold_patches(batch, (3, 3)))


@pytest.mark.parametrize("convolve", [convolve_batch_by_loops, convolve_batch_by_matmul])
def test_what_does_not_fit_is_refused(convolve):
    with pytest.raises(ValueError, match="have 3 channels, the kernels 2"):
        convolve(np.zeros((1, 4, 4, 3)), np.zeros((3, 3, 2, 1)))
    with pytest.raises(ValueError, match="does not fit"):
        convolve(np.zeros((1, 4, 2, 3)), np.zeros((3, 3, 3, 1)))


def test_the_shortest_of_the_counted_times_is_kept():
    now = 0.0
    durations = iter([100.0, 9.0, 5.0, 7.0])  # the first round does not count

    def work():
        nonlocal now
        now += next(durations)

    assert fastest_times({"work": work}, repeats=3, clock=lambda: now) == {"work": 5.0}


def test_functions_take_turns_and_are_waited_for():
    seen = []
    calls = {name: lambda name=name: seen.append(name) for name in "ab"}
    fastest_times(calls, repeats=2, wait=lambda: seen.append("wait"))
    assert seen == ["a", "wait", "b", "wait"] * 3


def test_no_round_is_refused():
    with pytest.raises(ValueError, match="repeats must be at least 1, got 0"):
        fastest_times({}, repeats=0)
