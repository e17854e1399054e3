"""Hidden tests of assignment 01, convolution of a batch.

What is expected is computed here in double precision and by other ways than the solution's; nothing of it
comes from the student. A test compares only what its sentence is about, so that one slip does not fail all
tests of a cell; every test compares values. Images are square, the stride is 1, and padding and bias are 0,
where a sentence is not about that.
"""

from functools import partial

import numpy as np
import pytest

from autograder.testing import CheckError, StudentError, assert_close

# In float32, sums of fifty products of numbers around 1 are right to about 1e-5.
assert_close = partial(assert_close, atol=1e-4)
# The same for pixels up to 255 and weights up to 9.
assert_close_for_pixels = partial(assert_close, atol=0.02)


def positions(input_size, kernel_size, stride=1, padding=0):
    """Where the kernel starts along one axis of the padded input."""
    return range(0, input_size + 2 * padding - kernel_size + 1, stride)


def patches(images, kernel_size, stride=1, padding=0):
    """All patches of padded images in double precision: (N, H_out, W_out, F_h, F_w, C)."""
    N, H, W, C = images.shape
    canvas = np.zeros((N, H + 2 * padding, W + 2 * padding, C))
    canvas[:, padding : padding + H, padding : padding + W] = images
    views = np.lib.stride_tricks.sliding_window_view(canvas, kernel_size, axis=(1, 2))
    return np.einsum("nrckij->nrcijk", views[:, ::stride, ::stride])


def convolve(images, kernels, bias, stride=1, padding=0):
    """Cross-correlation of NHWC images with zero padding, plus bias."""
    found = patches(images, kernels.shape[:2], stride, padding)
    return np.einsum("nrcijk,ijko->nrco", found, kernels) + bias


def layer(rng, *shape):
    """Kernels of the given shape (F_h, F_w, C_in, C_out), and a bias of zeros."""
    return rng.normal(size=shape), np.zeros(shape[-1])


def biased_layer(rng, *shape):
    """Kernels, and a bias that is far from 0 in every channel."""
    return rng.normal(size=shape), rng.uniform(2, 5, shape[-1]) * np.where(np.arange(shape[-1]) % 2, -1, 1)


def pixels(rng, *shape):
    """Photographs' numbers: uint8, up to 255."""
    return rng.integers(0, 256, shape, dtype=np.uint8)


def integer_layer(rng, *shape):
    """Kernels and bias of integers, of NumPy's usual type."""
    return rng.integers(-9, 10, shape), rng.integers(2, 9, shape[-1])


# ---------------------------------------------------------------- conv_output_size: 3 points


def check_sizes(student, cases):
    """Compares the output sizes of several cases (input_size, kernel_size, stride, padding)."""
    for case in cases:
        assert_close(student.conv_output_size(*case), len(positions(*case)), "the size")


@pytest.mark.cell("conv_output_size", weight=0.5)
def test_size_with_defaults(student, rng):
    """Without other arguments, the kernel moves by 1 from one end of the input to the other."""
    check_sizes(student, [(7, 3), (32, 5), (9, 1), (rng.integers(20, 40), rng.integers(2, 12))])


@pytest.mark.cell("conv_output_size", weight=0.5)
def test_size_with_padding(student, rng):
    """Padding counts twice, once on each side."""
    check_sizes(student, [(5, 3, 1, 1), (224, 11, 1, 2), (rng.integers(9, 20), 4, 1, rng.integers(1, 6))])
    size = student.conv_output_size(input_size=12, kernel_size=5, padding=2)
    assert_close(size, 12, "the size")


@pytest.mark.cell("conv_output_size", weight=0.5)
def test_size_with_stride(student, rng):
    """A stride that leads exactly to the end divides the number of steps."""
    steps, stride = rng.integers(3, 8), rng.integers(2, 6)
    check_sizes(student, [(7, 3, 2), (227, 11, 4), (steps * stride + 5, 5, stride), (9, 3, 2, 1), (16, 2, 7)])


@pytest.mark.cell("conv_output_size", weight=0.5)
def test_size_rounds_down(student, rng):
    """When the last step would lead beyond the end, it is not taken: the size is rounded down."""
    steps, padding = rng.integers(3, 8), rng.integers(1, 4)
    check_sizes(student, [(8, 3, 2), (224, 7, 2, 3), *((4 * steps + 3 + rest, 3, 4) for rest in (1, 2, 3))])
    check_sizes(student, [(5 * steps + 2 + rest, 2 + 2 * padding, 5, padding) for rest in (1, 4)])


@pytest.mark.cell("conv_output_size", weight=0.25)
def test_size_with_one_position(student, rng):
    """A kernel as large as the padded input, or a stride that leads beyond its end at once, gives 1."""
    size, padding = rng.integers(3, 9), rng.integers(1, 5)
    check_sizes(student, [(size, size), (size + 2, size, 3), (size, size + 2 * padding, 2, padding)])


@pytest.mark.cell("conv_output_size", weight=0.25)
def test_size_is_an_int(student, rng):
    """The size is an int, for every combination of arguments."""
    for case in [(7, 3), (8, 3, 2), (rng.integers(10, 20), 3, 4, 1)]:
        size = student.conv_output_size(*case)
        assert_close(size, len(positions(*case)), "the size")
        if not isinstance(size, int):
            raise CheckError(f"The size should be an int, but is of type {type(size).__name__}.")


@pytest.mark.cell("conv_output_size", weight=0.5)
def test_size_refuses_kernels_that_do_not_fit(student, rng):
    """A kernel that is larger than the padded input, and only such a kernel, leads to a ValueError."""
    size, padding = rng.integers(3, 9), rng.integers(1, 5)
    for input_size, stride, pad in [(size, 1, 0), (size, 3, 0), (size, 2, padding)]:
        room = input_size + 2 * pad
        check_sizes(student, [(input_size, room, stride, pad)])
        for kernel_size in (room + 7, room + 2, room + 1):
            try:
                student.conv_output_size(input_size, kernel_size, stride, pad)
            except StudentError as error:
                if "ValueError" not in error.types:
                    raise
            else:
                raise CheckError("There was no ValueError for a kernel that does not fit.")


# ---------------------------------------------------------------- conv2d_image: 6 points


def check_image(student, image, kernels, bias, close=assert_close, **keywords):
    """Compares the convolution of one image."""
    y = student.conv2d_image(image, kernels, bias, **keywords)
    close(y, convolve(image[np.newaxis], kernels, bias, **keywords)[0], "the result")


@pytest.mark.cell("conv2d_image", weight=1)
def test_image_meets_the_kernel_at_every_position(student, rng):
    """With one channel and one kernel, every result is the sum of a patch times the kernel."""
    for size, kernel_size in [(6, 3), (5, 2)]:
        check_image(student, rng.normal(size=(size, size, 1)), *layer(rng, kernel_size, kernel_size, 1, 1))


@pytest.mark.cell("conv2d_image", weight=1)
def test_image_channels(student, rng):
    """Every kernel adds up over all input channels and gives one output channel."""
    for c_in, c_out in [(3, 1), (1, 4), (4, 3)]:
        check_image(student, rng.normal(size=(6, 6, c_in)), *layer(rng, 3, 3, c_in, c_out))


@pytest.mark.cell("conv2d_image", weight=0.75)
def test_image_bias(student, rng):
    """Every output channel has its own bias, which is added to each of its results, once."""
    for kernel_size, c_out in [(3, 4), (2, 1)]:
        image = rng.normal(size=(5, 5, 2))
        check_image(student, image, *biased_layer(rng, kernel_size, kernel_size, 2, c_out))


@pytest.mark.cell("conv2d_image", weight=0.75)
def test_image_stride(student, rng):
    """The stride holds in both directions, also when it leaves a rest, and when it exceeds the kernel."""
    for size, kernel_size, stride in [(7, 3, 2), (8, 3, 2), (9, 2, 3), (10, 2, 4)]:
        image = rng.normal(size=(size, size, 2))
        check_image(student, image, *layer(rng, kernel_size, kernel_size, 2, 3), stride=stride)


@pytest.mark.cell("conv2d_image", weight=0.75)
def test_image_padding(student, rng):
    """Padding adds zeros on all four sides, as many as the argument says."""
    for kernel_size, padding in [(3, 1), (2, 2), (7, 1)]:
        image = rng.normal(size=(5, 5, 2))
        check_image(student, image, *layer(rng, kernel_size, kernel_size, 2, 3), padding=padding)


@pytest.mark.cell("conv2d_image", weight=0.75)
def test_image_need_not_be_square(student, rng):
    """Images and kernels may be high or wide, with and without stride and padding."""
    for H, W, F_h, F_w, stride, padding in [
        (4, 7, 2, 2, 1, 0),
        (8, 5, 3, 3, 1, 0),
        (6, 6, 4, 2, 1, 0),
        (6, 6, 1, 3, 1, 1),
        (9, 6, 2, 3, 3, 1),
    ]:
        image = rng.normal(size=(H, W, 3))
        check_image(student, image, *layer(rng, F_h, F_w, 3, 2), stride=stride, padding=padding)


@pytest.mark.cell("conv2d_image", weight=0.25)
def test_image_smallest_cases(student, rng):
    """A kernel as large as the image gives one result per output channel; 1x1 kernels mix channels only."""
    for size, kernel_size in [(4, 4), (1, 1), (3, 1)]:
        check_image(student, rng.normal(size=(size, size, 3)), *layer(rng, kernel_size, kernel_size, 3, 2))


@pytest.mark.cell("conv2d_image", weight=0.5)
def test_image_accepts_integers(student, rng):
    """Integer images, kernels and bias give the same results as the same numbers written as floats."""
    image, (kernels, bias) = pixels(rng, 6, 6, 3), integer_layer(rng, 3, 3, 3, 2)
    for some_kernels in (rng.normal(size=kernels.shape), kernels):
        check_image(student, image, some_kernels, bias, close=assert_close_for_pixels, padding=1)


@pytest.mark.cell("conv2d_image", weight=0.25)
def test_image_leaves_arguments_alone(student, rng):
    """The result is right, and image, kernels and bias are the same after the call as before."""
    for padding in (0, 1):
        image, (kernels, bias) = rng.normal(size=(5, 5, 2)), biased_layer(rng, 3, 3, 2, 3)
        result = student.call("conv2d_image", image, kernels, bias, 2, padding)
        expected = convolve(image[np.newaxis], kernels, bias, 2, padding)[0]
        assert_close(result.value, expected, "the result")
        assert not result.changed_arguments


# ---------------------------------------------------------------- im2col: 6 points


def check_rows(student, images, kernel_size, **keywords):
    """Compares the whole matrix."""
    expected = patches(images, kernel_size, **keywords).reshape(-1, np.prod(kernel_size) * images.shape[-1])
    assert_close(student.im2col(images, kernel_size, **keywords), expected, "the matrix")


@pytest.mark.cell("im2col", weight=1)
def test_im2col_orders_columns(student, rng):
    """Columns run through a patch's pixels, row by row, and at each pixel through its channels."""
    for kernel_size, channels in [(2, 3), (3, 2), (4, 4)]:
        images = rng.normal(size=(1, kernel_size, kernel_size, channels))
        check_rows(student, images, (kernel_size, kernel_size))


@pytest.mark.cell("im2col", weight=1)
def test_im2col_orders_rows(student, rng):
    """Rows run through the images, and in each image through its patches, from left to right, then down."""
    for N, size, kernel_size in [(1, 5, 2), (3, 4, 2), (4, 3, 1)]:
        check_rows(student, rng.normal(size=(N, size, size, 1)), (kernel_size, kernel_size))


@pytest.mark.cell("im2col", weight=1)
def test_im2col_stride(student, rng):
    """The stride holds in both directions, also when it leaves a rest, and when it exceeds the patch."""
    for size, kernel_size, stride in [(7, 3, 2), (6, 3, 2), (8, 2, 3), (9, 1, 4)]:
        check_rows(student, rng.normal(size=(2, size, size, 2)), (kernel_size, kernel_size), stride=stride)


@pytest.mark.cell("im2col", weight=1)
def test_im2col_padding(student, rng):
    """Padding adds zeros on all four sides of every image, as many as the argument says."""
    for kernel_size, padding in [(3, 1), (2, 2), (6, 1)]:
        check_rows(student, rng.normal(size=(2, 4, 4, 3)), (kernel_size, kernel_size), padding=padding)


@pytest.mark.cell("im2col", weight=1)
def test_im2col_need_not_be_square(student, rng):
    """Images and patches may be high or wide, with and without stride and padding."""
    for H, W, kernel_size, stride, padding in [
        (3, 5, (2, 2), 1, 0),
        (5, 4, (2, 2), 1, 0),
        (5, 5, (1, 3), 1, 0),
        (4, 4, (4, 2), 1, 0),
        (7, 5, (3, 2), 3, 1),
    ]:
        check_rows(student, rng.normal(size=(2, H, W, 2)), kernel_size, stride=stride, padding=padding)


@pytest.mark.cell("im2col", weight=0.5)
def test_im2col_turns_convolution_into_a_product(student, rng):
    """The matrix times the kernels, reshaped to one column each, gives the convolution of the batch."""
    images, (kernels, bias) = rng.normal(size=(2, 5, 6, 3)), layer(rng, 3, 2, 3, 4)
    rows = np.asarray(student.im2col(images, kernel_size=(3, 2), stride=2, padding=1))
    assert_close(np.shape(rows), (2 * 3 * 4, 3 * 2 * 3), "the shape of the matrix")
    expected = convolve(images, kernels, bias, 2, 1)
    product = np.einsum("xy,yo->xo", rows, kernels.reshape(18, 4)).reshape(expected.shape)
    assert_close(product + bias, expected, "the convolution with your matrix")


@pytest.mark.cell("im2col", weight=0.25)
def test_im2col_accepts_integers(student, rng):
    """Integer images give the same numbers as the same images written as floats."""
    for padding in (0, 1):
        check_rows(student, pixels(rng, 2, 4, 4, 3), (3, 3), padding=padding)


@pytest.mark.cell("im2col", weight=0.25)
def test_im2col_leaves_arguments_alone(student, rng):
    """The matrix is right, and the images are the same after the call as before."""
    for padding in (0, 1):
        images = rng.normal(size=(2, 4, 4, 3))
        result = student.call("im2col", images, (2, 2), 2, padding)
        assert_close(result.value, patches(images, (2, 2), 2, padding).reshape(-1, 12), "the matrix")
        assert not result.changed_arguments


# ---------------------------------------------------------------- conv2d_batch: 6 points

# That no Python loop runs over images or positions is not tested here, and a loop costs no points. Hidden
# tests see results only, so that time would be the one trace of a loop, and a limit on time is not fair. A
# loop takes about 10 us for a position, and half a million positions are as much as a test can afford to
# send: on a busy machine right answers would miss every limit that catches such a loop. The same notebook
# would get other marks on another day. And slow but correct is honest work. So it is the visible check that
# looks for a loop: it counts the lines that run for a small input and for larger ones, which is exact and
# the same everywhere. What it says stands in the feedback, too.


def check_batch(student, images, kernels, bias, close=assert_close, **keywords):
    """Compares the convolution of a batch."""
    y = student.conv2d_batch(images, kernels, bias, **keywords)
    close(y, convolve(images, kernels, bias, **keywords), "the result")


@pytest.mark.cell("conv2d_batch", weight=1)
def test_batch_treats_every_image_alike(student, rng):
    """Every image of a batch gives what it gives alone: sums of its patches times the kernel."""
    for N, size, kernel_size in [(3, 6, 3), (4, 5, 2), (2, 4, 2)]:
        images = rng.normal(size=(N, size, size, 1))
        check_batch(student, images, *layer(rng, kernel_size, kernel_size, 1, 1))


@pytest.mark.cell("conv2d_batch", weight=1)
def test_batch_channels(student, rng):
    """Every kernel adds up over all input channels and gives one output channel."""
    for c_in, c_out in [(3, 1), (1, 4), (4, 3)]:
        check_batch(student, rng.normal(size=(2, 5, 5, c_in)), *layer(rng, 3, 3, c_in, c_out))


@pytest.mark.cell("conv2d_batch", weight=0.75)
def test_batch_bias(student, rng):
    """Every output channel has its own bias, which is added to each of its results, once."""
    for kernel_size, c_out in [(3, 4), (2, 1)]:
        images = rng.normal(size=(2, 5, 5, 2))
        check_batch(student, images, *biased_layer(rng, kernel_size, kernel_size, 2, c_out))


@pytest.mark.cell("conv2d_batch", weight=0.75)
def test_batch_stride(student, rng):
    """The stride holds in both directions, also when it leaves a rest, and when it exceeds the kernel."""
    for size, kernel_size, stride in [(7, 3, 2), (8, 3, 2), (9, 2, 3), (10, 2, 4)]:
        images = rng.normal(size=(2, size, size, 2))
        check_batch(student, images, *layer(rng, kernel_size, kernel_size, 2, 3), stride=stride)


@pytest.mark.cell("conv2d_batch", weight=0.75)
def test_batch_padding(student, rng):
    """Padding adds zeros on all four sides of every image, as many as the argument says."""
    for kernel_size, padding in [(3, 1), (2, 2), (7, 1)]:
        images = rng.normal(size=(2, 5, 5, 2))
        check_batch(student, images, *layer(rng, kernel_size, kernel_size, 2, 3), padding=padding)


@pytest.mark.cell("conv2d_batch", weight=0.75)
def test_batch_need_not_be_square(student, rng):
    """Images and kernels may be high or wide, with and without stride and padding."""
    for H, W, F_h, F_w, stride, padding in [
        (4, 7, 2, 2, 1, 0),
        (8, 5, 3, 3, 1, 0),
        (6, 6, 4, 2, 1, 0),
        (6, 6, 1, 3, 1, 1),
        (9, 6, 2, 3, 3, 1),
    ]:
        images = rng.normal(size=(3, H, W, 3))
        check_batch(student, images, *layer(rng, F_h, F_w, 3, 2), stride=stride, padding=padding)


@pytest.mark.cell("conv2d_batch", weight=0.25)
def test_batch_smallest_cases(student, rng):
    """A batch of one image, a kernel as large as the images, and 1x1 kernels all come out right."""
    for N, size, kernel_size in [(1, 5, 3), (3, 4, 4), (2, 3, 1), (1, 1, 1)]:
        images = rng.normal(size=(N, size, size, 3))
        check_batch(student, images, *layer(rng, kernel_size, kernel_size, 3, 2))


@pytest.mark.cell("conv2d_batch", weight=0.5)
def test_batch_accepts_integers(student, rng):
    """Integer images, kernels and bias give the same results as the same numbers written as floats."""
    images, (kernels, bias) = pixels(rng, 2, 5, 5, 3), integer_layer(rng, 3, 3, 3, 2)
    for some_kernels in (rng.normal(size=kernels.shape), kernels):
        check_batch(student, images, some_kernels, bias, close=assert_close_for_pixels, padding=1)


@pytest.mark.cell("conv2d_batch", weight=0.25)
def test_batch_leaves_arguments_alone(student, rng):
    """The result is right, and images, kernels and bias are the same after the call as before."""
    for padding in (0, 1):
        images, (kernels, bias) = rng.normal(size=(2, 5, 5, 2)), biased_layer(rng, 3, 3, 2, 3)
        result = student.call("conv2d_batch", images, kernels, bias, 2, padding)
        assert_close(result.value, convolve(images, kernels, bias, 2, padding), "the result")
        assert not result.changed_arguments
