"""Known wrong answers to assignment 01, convolution of a batch, each with a hint for the student who gave it.

Each is a complete answer that differs from a right one by exactly one misunderstanding. A batch's convolution
and one image's share most of them, so those for one image call those for a batch.
"""
# ruff: noqa: D103 - the hint says what a misconception is

import numpy as np

from autograder.testing import misconception


def _patches(images, kernel_size, steps, border, mode="constant"):
    """Patches of a batch, (N, H_out, W_out, F_h, F_w, C); steps down and right, border before and after."""
    framed = np.pad(images, ((0, 0), border, border, (0, 0)), mode=mode)
    views = np.lib.stride_tricks.sliding_window_view(framed, kernel_size, axis=(1, 2))
    return np.moveaxis(views[:, :: steps[0], :: steps[1]], 3, -1)


def _right_patches(images, kernel_size, stride, padding):
    return _patches(images, kernel_size, (stride, stride), (padding, padding))


def _products(patches, kernels):
    """The sums of products in floating point, without the bias."""
    return np.einsum("nrcijk,ijko->nrco", patches.astype(float), kernels)


def _right(images, kernels, stride, padding):
    return _products(_right_patches(images, kernels.shape[:2], stride, padding), kernels)


def _rows(patches):
    """One patch per row, its numbers in the order that the array has."""
    return patches.reshape(np.prod(patches.shape[:3]), -1)


def _rounded_up(size, kernel_size, stride, padding):
    """How many zeros are missing at the end for the last, incomplete step."""
    return -(size + 2 * padding - kernel_size) % stride


def _patches_rounded_up(images, kernel_size, stride, padding):
    down, right = (_rounded_up(images.shape[axis + 1], kernel_size[axis], stride, padding) for axis in (0, 1))
    images = np.pad(images, ((0, 0), (0, down), (0, right), (0, 0)))
    return _right_patches(images, kernel_size, stride, padding)


def _patches_without_gaps(images, kernel_size, stride, padding):
    """As many patches as is right, but each one pixel after the one before."""
    H_out, W_out = _right_patches(images, kernel_size, stride, padding).shape[1:3]
    return _right_patches(images, kernel_size, 1, padding)[:, :H_out, :W_out]


def _patches_for_unpadded_size(images, kernel_size, stride, padding):
    """Padded patches, but only as many as there are without padding."""
    counts = (
        max((size - extent) // stride + 1, 0)
        for size, extent in zip(images.shape[1:3], kernel_size, strict=True)
    )
    H_out, W_out = counts
    return _right_patches(images, kernel_size, stride, padding)[:, :H_out, :W_out]


def _patches_as_if_square(images, kernel_size, stride, padding):
    """Patches of which as many are taken in a row as there are rows; an error when that is too many."""
    (F_h, F_w), framed = kernel_size, np.pad(images, ((0, 0), *[(padding, padding)] * 2, (0, 0)))
    count = (framed.shape[1] - F_h) // stride + 1
    taps = [
        framed[:, i : i + count * stride : stride, j : j + count * stride : stride]
        for i in range(F_h)
        for j in range(F_w)
    ]
    return np.stack(taps, axis=3).reshape(len(images), count, -1, F_h, F_w, images.shape[-1])


def _channels_first_by_reshape(images):
    """What one gets who takes the numbers for (N, C, H, W), and moves the channels to the end."""
    N, H, W, C = images.shape
    return np.moveaxis(images.reshape(N, C, H, W), 1, -1)


def _put_border_to_zero(images, padding):
    """Overwrites the outermost pixels of the images themselves."""
    if padding:
        images[:, :padding] = images[:, -padding:] = 0
        images[:, :, :padding] = images[:, :, -padding:] = 0


@np.errstate(invalid="ignore")
def _as_type_of(x, values):
    """What becomes of values that are put into an array with the number type of x."""
    return values.astype(x.dtype)


# ---------------------------------------------------------------- conv_output_size


def _room(input_size, kernel_size, padding):
    """What the kernel has to move in."""
    if kernel_size > input_size + 2 * padding:
        raise ValueError("The kernel does not fit.")
    return input_size + 2 * padding - kernel_size


@misconception(
    "conv_output_size",
    hint="You round up. When the last step would lead beyond the end, it is not taken: round the quotient "
    "down (the operator //), then add 1.",
)
def size_rounded_up(input_size, kernel_size, stride=1, padding=0):
    return -(-_room(input_size, kernel_size, padding) // stride) + 1


@misconception(
    "conv_output_size",
    hint="You round to the nearest whole number. A last step that is not complete is never taken: round "
    "down, whatever the rest.",
)
def size_rounded_to_nearest(input_size, kernel_size, stride=1, padding=0):
    return round(_room(input_size, kernel_size, padding) / stride) + 1


@misconception(
    "conv_output_size",
    hint="You do not round at all: a size is a whole number. The brackets in the formula mean rounding "
    "down, which the operator // does.",
)
def size_not_rounded(input_size, kernel_size, stride=1, padding=0):
    return _room(input_size, kernel_size, padding) / stride + 1


@misconception(
    "conv_output_size",
    hint="You count the padding once. Zeros are added on each of the two sides, so the input grows by 2P.",
)
def padding_counted_once(input_size, kernel_size, stride=1, padding=0):
    if kernel_size > input_size + padding:
        raise ValueError("The kernel does not fit.")
    return (input_size + padding - kernel_size) // stride + 1


@misconception(
    "conv_output_size",
    hint="Padding has no effect in your code. The input grows by P zeros on each side, so by 2P.",
)
def padding_left_out_of_size(input_size, kernel_size, stride=1, padding=0):
    return _room(input_size, kernel_size, 0) // stride + 1


@misconception(
    "conv_output_size",
    hint="You compare the kernel with the input as it was before padding. Zeros give the kernel room, too: "
    "it fits when it is not larger than W + 2P.",
)
def fit_judged_without_padding(input_size, kernel_size, stride=1, padding=0):
    _room(input_size, kernel_size, 0)
    return _room(input_size, kernel_size, padding) // stride + 1


@misconception(
    "conv_output_size",
    hint="The stride has no effect in your code. The kernel moves by S pixels at a time, so the number of "
    "steps is divided by S.",
)
def stride_left_out_of_size(input_size, kernel_size, stride=1, padding=0):
    return _room(input_size, kernel_size, padding) + 1


@misconception(
    "conv_output_size",
    hint="The 1 is missing. The quotient counts steps; the position before the first step counts, too.",
)
def steps_for_positions(input_size, kernel_size, stride=1, padding=0):
    return _room(input_size, kernel_size, padding) // stride


@misconception(
    "conv_output_size",
    hint="You add 1 before you divide. Divide the room of the kernel by the stride, round down, and add 1 "
    "at the end.",
)
def one_added_before_division(input_size, kernel_size, stride=1, padding=0):
    return (_room(input_size, kernel_size, padding) + 1) // stride


@misconception(
    "conv_output_size",
    hint="The kernel's size has no effect: you divide the size of the input, as padding of the kind 'same' "
    "would have it. Here the padding is an argument; use the formula.",
)
def size_of_same_padding(input_size, kernel_size, stride=1, padding=0):
    _room(input_size, kernel_size, padding)
    return -(-input_size // stride)


@misconception(
    "conv_output_size",
    hint="You do not check whether the kernel fits, so that a size of 0 or less comes out. Raise a "
    "ValueError when the kernel is larger than the padded input.",
)
def misfit_not_noticed(input_size, kernel_size, stride=1, padding=0):
    return (input_size + 2 * padding - kernel_size) // stride + 1


@misconception(
    "conv_output_size",
    hint="For a kernel that does not fit you return 0. Raise a ValueError instead: a size of 0 would lead "
    "to an error much later, where nobody looks for its cause.",
)
def misfit_gives_zero(input_size, kernel_size, stride=1, padding=0):
    return max((input_size + 2 * padding - kernel_size) // stride + 1, 0)


@misconception(
    "conv_output_size",
    hint="For a kernel that does not fit you use assert, which raises an AssertionError. Raise a "
    "ValueError: raise ValueError('...').",
)
def misfit_asserted(input_size, kernel_size, stride=1, padding=0):
    if kernel_size > input_size + 2 * padding:
        raise AssertionError
    return _room(input_size, kernel_size, padding) // stride + 1


@misconception(
    "conv_output_size",
    hint="You refuse a kernel that is just as large as the padded input. It has one position; only a "
    "larger one does not fit.",
)
def exact_fit_refused(input_size, kernel_size, stride=1, padding=0):
    if _room(input_size, kernel_size, padding) == 0:
        raise ValueError("The kernel does not fit.")
    return _room(input_size, kernel_size, padding) // stride + 1


@misconception(
    "conv_output_size",
    hint="You raise a ValueError when the stride does not divide the kernel's room. Such a stride is "
    "allowed: the rest at the end is not used, that is, the quotient is rounded down.",
)
def rest_refused(input_size, kernel_size, stride=1, padding=0):
    if _room(input_size, kernel_size, padding) % stride:
        raise ValueError("The stride does not fit.")
    return _room(input_size, kernel_size, padding) // stride + 1


@misconception(
    "conv_output_size",
    hint="The size is right, but it is a float, because you divide with /. A size counts pixels, and shapes "
    "and ranges want an int: divide with //, which rounds down too.",
)
def size_is_a_float(input_size, kernel_size, stride=1, padding=0):
    return float(_room(input_size, kernel_size, padding) // stride + 1)


# ---------------------------------------------------------------- conv2d_batch


@misconception(
    "conv2d_batch",
    hint="You flip the kernel. That is the convolution of mathematics; the layer computes a cross- "
    "correlation: the kernel's first entry belongs to the upper left pixel of the patch.",
)
def kernel_flipped(images, kernels, bias, stride=1, padding=0):
    return _right(images, kernels[::-1, ::-1], stride, padding) + bias


@misconception(
    "conv2d_batch",
    hint="The kernels go into the matrix product in another order than the columns of the patches, namely "
    "with their input channels first. Both must have the order (F_h, F_w, C_in).",
)
def kernels_in_another_order(images, kernels, bias, stride=1, padding=0):
    shuffled = kernels.transpose(2, 0, 1, 3).reshape(kernels.shape)
    return _right(images, shuffled, stride, padding) + bias


@misconception(
    "conv2d_batch",
    hint="You reshape the kernels as if output channels came first, to (C_out, ...), and transpose. The "
    "output channel is their last axis: reshape to (-1, C_out), which gives one column for each "
    "kernel.",
)
def kernels_reshaped_with_output_first(images, kernels, bias, stride=1, padding=0):
    shuffled = kernels.reshape(kernels.shape[3], -1).T.reshape(kernels.shape)
    return _right(images, shuffled, stride, padding) + bias


@misconception(
    "conv2d_batch",
    hint="Batch and space are interleaved in your result: the rows of the matrix are ordered (n, row, "
    "column), but your reshape counts positions first and images last. Reshape to (N, H_out, W_out, "
    "C_out).",
)
def batch_and_space_interleaved(images, kernels, bias, stride=1, padding=0):
    y = _right(images, kernels, stride, padding) + bias
    N, H_out, W_out, C_out = y.shape
    return y.reshape(H_out, W_out, N, C_out).transpose(2, 0, 1, 3)


@misconception(
    "conv2d_batch",
    hint="Rows and columns are exchanged in your result: you reshape to (N, W_out, H_out, C_out) and "
    "exchange the axes, or go through columns first. Rows come before columns.",
)
def rows_and_columns_interleaved(images, kernels, bias, stride=1, padding=0):
    y = _right(images, kernels, stride, padding) + bias
    N, H_out, W_out, C_out = y.shape
    return y.reshape(N, W_out, H_out, C_out).transpose(0, 2, 1, 3)


@misconception(
    "conv2d_batch",
    hint="You reshape the product to (N, C_out, H_out, W_out) and move the axes afterwards, which mixes "
    "channels with positions. The channel is the last axis of the product: reshape to (N, H_out, "
    "W_out, C_out).",
)
def channels_and_space_interleaved(images, kernels, bias, stride=1, padding=0):
    y = _right(images, kernels, stride, padding) + bias
    return _channels_first_by_reshape(y)


@misconception(
    "conv2d_batch",
    hint="Your result has the channels before rows and columns, NCHW. Here the channels are the last axis: "
    "(N, H_out, W_out, C_out).",
)
def result_channels_first(images, kernels, bias, stride=1, padding=0):
    return np.moveaxis(_right(images, kernels, stride, padding) + bias, -1, 1)


@misconception(
    "conv2d_batch",
    hint="You take the images' numbers as if they were in the order NCHW (a reshape does that). They are "
    "NHWC: use the axes as they are.",
)
def images_taken_for_channels_first(images, kernels, bias, stride=1, padding=0):
    return _right(_channels_first_by_reshape(images), kernels, stride, padding) + bias


@misconception(
    "conv2d_batch",
    hint="All images of your result are the same: they come from the first image of the batch.",
)
def first_image_only(images, kernels, bias, stride=1, padding=0):
    y = _right(images, kernels, stride, padding) + bias
    return np.broadcast_to(y[:1], y.shape)


@misconception(
    "conv2d_batch",
    hint="You use the first input channel only. Each kernel has weights for all input channels and adds up "
    "over them.",
)
def first_channel_only(images, kernels, bias, stride=1, padding=0):
    return _right(images[..., :1], kernels[:, :, :1], stride, padding) + bias


@misconception(
    "conv2d_batch",
    hint="You take the mean over the patch (or divide by its size). A convolution adds the products up; "
    "an average would be up to the weights.",
)
def mean_over_patch(images, kernels, bias, stride=1, padding=0):
    return _right(images, kernels, stride, padding) / np.prod(kernels.shape[:3]) + bias


@misconception(
    "conv2d_batch",
    hint="You add the bias once for each entry of the patch, inside the loop over the kernel. It belongs "
    "to each result once: add it after the sum.",
)
def bias_added_per_tap(images, kernels, bias, stride=1, padding=0):
    return _right(images, kernels, stride, padding) + np.prod(kernels.shape[:2]) * bias.astype(float)


@misconception(
    "conv2d_batch",
    hint="You add the bias once for each product, so F_h * F_w * C_in times. It belongs to each result "
    "once: add it after the sum.",
)
def bias_added_per_product(images, kernels, bias, stride=1, padding=0):
    return _right(images, kernels, stride, padding) + np.prod(kernels.shape[:3]) * bias.astype(float)


@misconception("conv2d_batch", hint="The bias is missing. Each output channel has one: add it to the sum.")
def bias_forgotten(images, kernels, bias, stride=1, padding=0):
    return _right(images, kernels, stride, padding)


@misconception(
    "conv2d_batch",
    hint="The stride holds for rows only in your code. Patches also move by S pixels from left to right.",
)
def stride_down_only(images, kernels, bias, stride=1, padding=0):
    patches = _patches(images, kernels.shape[:2], (stride, 1), (padding, padding))
    return _products(patches, kernels) + bias


@misconception(
    "conv2d_batch",
    hint="The stride holds for columns only in your code. Patches also move down by S pixels.",
)
def stride_right_only(images, kernels, bias, stride=1, padding=0):
    patches = _patches(images, kernels.shape[:2], (1, stride), (padding, padding))
    return _products(patches, kernels) + bias


@misconception(
    "conv2d_batch",
    hint="The stride has no effect in your code. It is the distance from one patch to the next, in both "
    "directions.",
)
def stride_ignored(images, kernels, bias, stride=1, padding=0):
    return _right(images, kernels, 1, padding) + bias


@misconception(
    "conv2d_batch",
    hint="Your result has the right size for the stride, but the patches are those of stride 1. The patch "
    "of row r and column c begins at pixel r * S, c * S.",
)
def stride_in_size_only(images, kernels, bias, stride=1, padding=0):
    return _products(_patches_without_gaps(images, kernels.shape[:2], stride, padding), kernels) + bias


@misconception(
    "conv2d_batch",
    hint="Padding has no effect in your code. Add P rows or columns of zeros on each of the four sides "
    "before you take patches.",
)
def padding_ignored(images, kernels, bias, stride=1, padding=0):
    return _right(images, kernels, stride, 0) + bias


@misconception(
    "conv2d_batch",
    hint="You add zeros at the bottom and at the right only. Padding P means P rows or columns on each of "
    "the four sides: (padding, padding) for both axes in np.pad.",
)
def padding_on_one_side(images, kernels, bias, stride=1, padding=0):
    patches = _patches(images, kernels.shape[:2], (stride, stride), (0, padding))
    return _products(patches, kernels) + bias


@misconception(
    "conv2d_batch",
    hint="You add all zeros, 2P, at the bottom and at the right, so the size is right, but the image is "
    "not in the middle. Half of them belong to the top and to the left.",
)
def padding_all_at_the_end(images, kernels, bias, stride=1, padding=0):
    patches = _patches(images, kernels.shape[:2], (stride, stride), (0, 2 * padding))
    return _products(patches, kernels) + bias


@misconception(
    "conv2d_batch",
    hint="You pad by repeating the outermost pixels. Padding is with zeros here, np.pad's mode 'constant'.",
)
def edge_repeated(images, kernels, bias, stride=1, padding=0):
    patches = _patches(images, kernels.shape[:2], (stride, stride), (padding, padding), mode="edge")
    return _products(patches, kernels) + bias


@misconception(
    "conv2d_batch",
    hint="You pad the images, but compute the size of the result without padding, so that positions at the "
    "bottom and at the right are missing. Take the size of the padded images.",
)
def size_without_padding(images, kernels, bias, stride=1, padding=0):
    patches = _patches_for_unpadded_size(images, kernels.shape[:2], stride, padding)
    return _products(patches, kernels) + bias


@misconception(
    "conv2d_batch",
    hint="You pad all axes, also those of images and channels: np.pad(images, padding) does that. Give it "
    "one pair for each axis, and (0, 0) for the first and the last.",
)
def every_axis_padded(images, kernels, bias, stride=1, padding=0):
    return _right(np.pad(images, padding), kernels, stride, 0) + bias


@misconception(
    "conv2d_batch",
    hint="You round the size up, so that the last patches stick out of the image. A position at which the "
    "kernel does not fit completely is not taken: round down.",
)
def last_patch_incomplete(images, kernels, bias, stride=1, padding=0):
    return _products(_patches_rounded_up(images, kernels.shape[:2], stride, padding), kernels) + bias


@misconception(
    "conv2d_batch",
    hint="Your code takes as many positions in a row as there are rows, which is right for square images "
    "and kernels only. Compute the two sizes separately, the width from W and F_w.",
)
def square_images_only(images, kernels, bias, stride=1, padding=0):
    return _products(_patches_as_if_square(images, kernels.shape[:2], stride, padding), kernels) + bias


@misconception(
    "conv2d_batch",
    hint="Your code takes the kernel's height for its width, which is right for square kernels only. Read "
    "both from kernels.shape.",
)
def square_kernels_only(images, kernels, bias, stride=1, padding=0):
    F_h, F_w = kernels.shape[0], kernels.shape[0]
    patches = _right_patches(images, (F_h, F_w), stride, padding)
    return sum(patches[:, :, :, i, j] @ kernels[i, j] for i in range(F_h) for j in range(F_w)) + bias


@misconception(
    "conv2d_batch",
    hint="Your result has the number type of the images, so that integer images give truncated or wrapped "
    "results. Make it with dtype=float, or convert the images first.",
)
def result_has_type_of_images(images, kernels, bias, stride=1, padding=0):
    return _as_type_of(images, _right(images, kernels, stride, padding) + bias)


@misconception(
    "conv2d_batch",
    hint="You add up in an array of the images' number type: for uint8 images, NumPy refuses to add "
    "floating-point products to it. Make it with dtype=float, or convert the images first.",
)
def sums_have_type_of_images(images, kernels, bias, stride=1, padding=0):
    y = np.zeros_like(images, shape=_right(images, kernels, stride, padding).shape)
    y += _right(images, kernels, stride, padding)
    return y + bias


@misconception(
    "conv2d_batch",
    hint="You assign a new shape to kernels, which belong to the caller. Write flat = kernels.reshape(...) "
    "and leave the argument as it is.",
)
def kernels_reshaped_in_place(images, kernels, bias, stride=1, padding=0):
    y = _right(images, kernels, stride, padding) + bias
    kernels.shape = (-1, len(bias))
    return y


@misconception(
    "conv2d_batch",
    hint="You put the outermost pixels of the caller's images to zero. Padding adds zeros around all "
    "pixels of the image, in a new and larger array (np.pad makes one).",
)
def border_overwritten(images, kernels, bias, stride=1, padding=0):
    _put_border_to_zero(images, padding)
    return _right(images, kernels, stride, 0) + bias


# ---------------------------------------------------------------- conv2d_image


def _alone(convolution, image, *arguments):
    """Convolves one image as a batch."""
    return convolution(image[np.newaxis], *arguments)[0]


@misconception(
    "conv2d_image",
    hint="You flip the kernel. That is the convolution of mathematics; the layer computes a cross- "
    "correlation: the kernel's first entry belongs to the upper left pixel of the patch.",
)
def image_kernel_flipped(image, kernels, bias, stride=1, padding=0):
    return _alone(kernel_flipped, image, kernels, bias, stride, padding)


@misconception(
    "conv2d_image",
    hint="Your result has the channels first, (C_out, H_out, W_out). Here they are the last axis: (H_out, "
    "W_out, C_out).",
)
def image_result_channels_first(image, kernels, bias, stride=1, padding=0):
    return _alone(result_channels_first, image, kernels, bias, stride, padding)


@misconception(
    "conv2d_image",
    hint="You take the image's numbers as if they were in the order (C, H, W) (a reshape does that). The "
    "order is (H, W, C): use the axes as they are.",
)
def image_taken_for_channels_first(image, kernels, bias, stride=1, padding=0):
    return _alone(images_taken_for_channels_first, image, kernels, bias, stride, padding)


@misconception(
    "conv2d_image",
    hint="You use the first input channel only. Each kernel has weights for all input channels and adds up "
    "over them.",
)
def image_first_channel_only(image, kernels, bias, stride=1, padding=0):
    return _alone(first_channel_only, image, kernels, bias, stride, padding)


@misconception(
    "conv2d_image",
    hint="You add up the results of all kernels. Each kernel makes an output channel of its own: the "
    "result has the shape (H_out, W_out, C_out).",
)
def kernels_added_up(image, kernels, bias, stride=1, padding=0):
    y = _right(image[np.newaxis], kernels, stride, padding)[0] + bias
    return y.sum(axis=-1)


@misconception(
    "conv2d_image",
    hint="You take the mean over the patch (or divide by its size). A convolution adds the products up; "
    "an average would be up to the weights.",
)
def image_mean_over_patch(image, kernels, bias, stride=1, padding=0):
    return _alone(mean_over_patch, image, kernels, bias, stride, padding)


@misconception(
    "conv2d_image",
    hint="You add the bias once for each entry of the patch, inside the loop over the kernel. It belongs "
    "to each result once: add it after the sum.",
)
def image_bias_added_per_tap(image, kernels, bias, stride=1, padding=0):
    return _alone(bias_added_per_tap, image, kernels, bias, stride, padding)


@misconception(
    "conv2d_image",
    hint="You add the bias once for each product, so F_h * F_w * C_in times. It belongs to each result "
    "once: add it after the sum.",
)
def image_bias_added_per_product(image, kernels, bias, stride=1, padding=0):
    return _alone(bias_added_per_product, image, kernels, bias, stride, padding)


@misconception("conv2d_image", hint="The bias is missing. Each output channel has one: add it to the sum.")
def image_bias_forgotten(image, kernels, bias, stride=1, padding=0):
    return _alone(bias_forgotten, image, kernels, bias, stride, padding)


@misconception(
    "conv2d_image",
    hint="The stride holds for rows only in your code. Patches also move by S pixels from left to right.",
)
def image_stride_down_only(image, kernels, bias, stride=1, padding=0):
    return _alone(stride_down_only, image, kernels, bias, stride, padding)


@misconception(
    "conv2d_image",
    hint="The stride holds for columns only in your code. Patches also move down by S pixels.",
)
def image_stride_right_only(image, kernels, bias, stride=1, padding=0):
    return _alone(stride_right_only, image, kernels, bias, stride, padding)


@misconception(
    "conv2d_image",
    hint="The stride has no effect in your code. It is the distance from one patch to the next, in both "
    "directions.",
)
def image_stride_ignored(image, kernels, bias, stride=1, padding=0):
    return _alone(stride_ignored, image, kernels, bias, stride, padding)


@misconception(
    "conv2d_image",
    hint="Your result has the right size for the stride, but the patches are those of stride 1. The patch "
    "of row r and column c begins at pixel r * S, c * S.",
)
def image_stride_in_size_only(image, kernels, bias, stride=1, padding=0):
    return _alone(stride_in_size_only, image, kernels, bias, stride, padding)


@misconception(
    "conv2d_image",
    hint="Padding has no effect in your code. Add P rows or columns of zeros on each of the four sides "
    "before you take patches.",
)
def image_padding_ignored(image, kernels, bias, stride=1, padding=0):
    return _alone(padding_ignored, image, kernels, bias, stride, padding)


@misconception(
    "conv2d_image",
    hint="You add zeros at the bottom and at the right only. Padding P means P rows or columns on each of "
    "the four sides: (padding, padding) for both axes in np.pad.",
)
def image_padding_on_one_side(image, kernels, bias, stride=1, padding=0):
    return _alone(padding_on_one_side, image, kernels, bias, stride, padding)


@misconception(
    "conv2d_image",
    hint="You add all zeros, 2P, at the bottom and at the right, so the size is right, but the image is "
    "not in the middle. Half of them belong to the top and to the left.",
)
def image_padding_all_at_the_end(image, kernels, bias, stride=1, padding=0):
    return _alone(padding_all_at_the_end, image, kernels, bias, stride, padding)


@misconception(
    "conv2d_image",
    hint="You pad by repeating the outermost pixels. Padding is with zeros here, np.pad's mode 'constant'.",
)
def image_edge_repeated(image, kernels, bias, stride=1, padding=0):
    return _alone(edge_repeated, image, kernels, bias, stride, padding)


@misconception(
    "conv2d_image",
    hint="You pad the image, but compute the size of the result without padding, so that positions at the "
    "bottom and at the right are missing. Take the size of the padded image.",
)
def image_size_without_padding(image, kernels, bias, stride=1, padding=0):
    return _alone(size_without_padding, image, kernels, bias, stride, padding)


@misconception(
    "conv2d_image",
    hint="You round the size up, so that the last patches stick out of the image. A position at which the "
    "kernel does not fit completely is not taken: round down.",
)
def image_last_patch_incomplete(image, kernels, bias, stride=1, padding=0):
    return _alone(last_patch_incomplete, image, kernels, bias, stride, padding)


@misconception(
    "conv2d_image",
    hint="Your code takes as many positions in a row as there are rows, which is right for square images "
    "and kernels only. Compute the two sizes separately, the width from W and F_w.",
)
def image_square_only(image, kernels, bias, stride=1, padding=0):
    return _alone(square_images_only, image, kernels, bias, stride, padding)


@misconception(
    "conv2d_image",
    hint="Your code takes the kernel's height for its width, which is right for square kernels only. Read "
    "both from kernels.shape.",
)
def image_square_kernels_only(image, kernels, bias, stride=1, padding=0):
    return _alone(square_kernels_only, image, kernels, bias, stride, padding)


@misconception(
    "conv2d_image",
    hint="Your result has the number type of the image, so that an integer image gives truncated or "
    "wrapped results. Make it with dtype=float, or convert the image first.",
)
def image_result_has_type_of_image(image, kernels, bias, stride=1, padding=0):
    return _alone(result_has_type_of_images, image, kernels, bias, stride, padding)


@misconception(
    "conv2d_image",
    hint="You add up in an array of the image's number type: for a uint8 image, NumPy refuses to add "
    "floating-point products to it. Make it with dtype=float, or convert the image first.",
)
def image_sums_have_type_of_image(image, kernels, bias, stride=1, padding=0):
    return _alone(sums_have_type_of_images, image, kernels, bias, stride, padding)


@misconception(
    "conv2d_image",
    hint="You put the outermost pixels of the caller's image to zero. Padding adds zeros around all pixels "
    "of the image, in a new and larger array (np.pad makes one).",
)
def image_border_overwritten(image, kernels, bias, stride=1, padding=0):
    return _alone(border_overwritten, image, kernels, bias, stride, padding)


@misconception(
    "conv2d_image",
    hint="You assign a new shape to kernels, which belong to the caller. Write flat = kernels.reshape(...) "
    "and leave the argument as it is.",
)
def image_kernels_reshaped_in_place(image, kernels, bias, stride=1, padding=0):
    return _alone(kernels_reshaped_in_place, image, kernels, bias, stride, padding)


# ---------------------------------------------------------------- im2col


@misconception(
    "im2col",
    hint="Your columns run through the channels first: (C, F_h, F_w), the order of sliding_window_view. "
    "They have to be in the order of the kernels, (F_h, F_w, C): move the channel to the end before "
    "you reshape.",
)
def channels_before_pixels(images, kernel_size, stride=1, padding=0):
    return _rows(np.moveaxis(_right_patches(images, kernel_size, stride, padding), -1, 3))


@misconception(
    "im2col",
    hint="Your columns run through a patch column by column: (F_w, F_h, C). They have to run row by row, "
    "in the order (F_h, F_w, C).",
)
def patch_read_column_by_column(images, kernel_size, stride=1, padding=0):
    return _rows(np.swapaxes(_right_patches(images, kernel_size, stride, padding), 3, 4))


@misconception(
    "im2col",
    hint="Your columns run through each patch backwards. im2col copies patches as they are; the kernel is "
    "not flipped, nor are they.",
)
def patch_flipped(images, kernel_size, stride=1, padding=0):
    return _rows(_right_patches(images, kernel_size, stride, padding)[:, :, :, ::-1, ::-1])


@misconception(
    "im2col",
    hint="Batch and space are interleaved: your rows run through the positions first and through the "
    "images last. All patches of one image come first, then those of the next: (n, row, column).",
)
def images_run_fastest(images, kernel_size, stride=1, padding=0):
    return _rows(np.moveaxis(_right_patches(images, kernel_size, stride, padding), 0, 2))


@misconception(
    "im2col",
    hint="Your rows run through the positions from top to bottom first. They have to be in the order (n, "
    "row, column): from left to right, then down.",
)
def positions_column_by_column(images, kernel_size, stride=1, padding=0):
    return _rows(np.swapaxes(_right_patches(images, kernel_size, stride, padding), 1, 2))


@misconception(
    "im2col",
    hint="Your matrix is transposed: each patch is a column. Here each patch is a row, so that the "
    "matrix is multiplied by the kernels from the right.",
)
def patches_as_columns(images, kernel_size, stride=1, padding=0):
    return _rows(_right_patches(images, kernel_size, stride, padding)).T


@misconception(
    "im2col",
    hint="You keep the images apart and return an array with three axes. All images go into one matrix "
    "with N * H_out * W_out rows.",
)
def one_matrix_per_image(images, kernel_size, stride=1, padding=0):
    rows = _rows(_right_patches(images, kernel_size, stride, padding))
    return rows.reshape(len(images), -1, rows.shape[1])


@misconception("im2col", hint="You use the first image only. The patches of all images follow each other.")
def rows_of_first_image_only(images, kernel_size, stride=1, padding=0):
    return _rows(_right_patches(images[:1], kernel_size, stride, padding))


@misconception(
    "im2col",
    hint="You take the images' numbers as if they were in the order NCHW (a reshape does that). They are "
    "NHWC: use the axes as they are.",
)
def rows_from_channels_first(images, kernel_size, stride=1, padding=0):
    return _rows(_right_patches(_channels_first_by_reshape(images), kernel_size, stride, padding))


@misconception(
    "im2col",
    hint="The stride holds for rows only in your code. Patches also move by S pixels from left to right.",
)
def rows_with_stride_down_only(images, kernel_size, stride=1, padding=0):
    return _rows(_patches(images, kernel_size, (stride, 1), (padding, padding)))


@misconception(
    "im2col",
    hint="The stride holds for columns only in your code. Patches also move down by S pixels.",
)
def rows_with_stride_right_only(images, kernel_size, stride=1, padding=0):
    return _rows(_patches(images, kernel_size, (1, stride), (padding, padding)))


@misconception(
    "im2col",
    hint="The stride has no effect in your code. It is the distance from one patch to the next, in both "
    "directions.",
)
def rows_without_stride(images, kernel_size, stride=1, padding=0):
    return _rows(_right_patches(images, kernel_size, 1, padding))


@misconception(
    "im2col",
    hint="Your matrix has the right number of rows for the stride, but the patches are those of stride 1. "
    "The patch of row r and column c begins at pixel r * S, c * S.",
)
def stride_in_number_of_rows_only(images, kernel_size, stride=1, padding=0):
    return _rows(_patches_without_gaps(images, kernel_size, stride, padding))


@misconception(
    "im2col",
    hint="Your patches lie side by side, as if the stride were the size of the patch. They overlap when "
    "the stride is smaller: each begins S pixels after the one before.",
)
def patches_side_by_side(images, kernel_size, stride=1, padding=0):
    return _rows(_patches(images, kernel_size, kernel_size, (padding, padding)))


@misconception(
    "im2col",
    hint="Padding has no effect in your code. Add P rows or columns of zeros on each of the four sides "
    "before you take patches.",
)
def rows_without_padding(images, kernel_size, stride=1, padding=0):
    return _rows(_right_patches(images, kernel_size, stride, 0))


@misconception(
    "im2col",
    hint="You add zeros at the bottom and at the right only. Padding P means P rows or columns on each of "
    "the four sides: (padding, padding) for both axes in np.pad.",
)
def rows_with_padding_on_one_side(images, kernel_size, stride=1, padding=0):
    return _rows(_patches(images, kernel_size, (stride, stride), (0, padding)))


@misconception(
    "im2col",
    hint="You add all zeros, 2P, at the bottom and at the right, so the size is right, but the image is "
    "not in the middle. Half of them belong to the top and to the left.",
)
def rows_with_padding_all_at_the_end(images, kernel_size, stride=1, padding=0):
    return _rows(_patches(images, kernel_size, (stride, stride), (0, 2 * padding)))


@misconception(
    "im2col",
    hint="You pad by repeating the outermost pixels. Padding is with zeros here, np.pad's mode 'constant'.",
)
def rows_with_edge_repeated(images, kernel_size, stride=1, padding=0):
    return _rows(_patches(images, kernel_size, (stride, stride), (padding, padding), mode="edge"))


@misconception(
    "im2col",
    hint="You pad all axes, also those of images and channels: np.pad(images, padding) does that. Give it "
    "one pair for each axis, and (0, 0) for the first and the last.",
)
def rows_with_every_axis_padded(images, kernel_size, stride=1, padding=0):
    return _rows(_right_patches(np.pad(images, padding), kernel_size, stride, 0))


@misconception(
    "im2col",
    hint="You pad the images, but compute the number of patches without padding, so that positions at the "
    "bottom and at the right are missing. Take the size of the padded images.",
)
def number_of_rows_without_padding(images, kernel_size, stride=1, padding=0):
    return _rows(_patches_for_unpadded_size(images, kernel_size, stride, padding))


@misconception(
    "im2col",
    hint="You round the size up, so that the last patches stick out of the image. A position at which the "
    "patch does not fit completely is not taken: round down.",
)
def rows_of_incomplete_patches(images, kernel_size, stride=1, padding=0):
    return _rows(_patches_rounded_up(images, kernel_size, stride, padding))


@misconception(
    "im2col",
    hint="Your code takes as many positions in a row as there are rows, which is right for square images "
    "and patches only. Compute the two sizes separately, the width from W and F_w.",
)
def rows_of_square_images_only(images, kernel_size, stride=1, padding=0):
    return _rows(_patches_as_if_square(images, kernel_size, stride, padding))


@misconception(
    "im2col",
    hint="Your code takes the patch's height for its width, which is right for square patches only. "
    "kernel_size is the pair (F_h, F_w).",
)
def rows_of_square_patches_only(images, kernel_size, stride=1, padding=0):
    return _rows(_right_patches(images, (kernel_size[0], kernel_size[0]), stride, padding))


@misconception(
    "im2col",
    hint="You exchange the two numbers of kernel_size. It is the pair (F_h, F_w): height first.",
)
def height_and_width_exchanged(images, kernel_size, stride=1, padding=0):
    return _rows(_right_patches(images, kernel_size[::-1], stride, padding))


@misconception(
    "im2col",
    hint="You put the outermost pixels of the caller's images to zero. Padding adds zeros around all "
    "pixels of the image, in a new and larger array (np.pad makes one).",
)
def rows_with_border_overwritten(images, kernel_size, stride=1, padding=0):
    _put_border_to_zero(images, padding)
    return _rows(_right_patches(images, kernel_size, stride, 0))
