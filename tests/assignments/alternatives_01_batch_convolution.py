"""Correct answers to assignment 01 by other ways than the solution's: each has to earn every point."""

import math
from functools import cache

import numpy as np


@cache
def tensorflow():
    import tensorflow  # takes seconds, so only where it is needed

    return tensorflow


# ---------------------------------------------------------------- loops over plain numbers; lists as results


def loops_size(input_size, kernel_size, stride=1, padding=0):
    count, end = 0, kernel_size
    while end <= input_size + 2 * padding:
        count, end = count + 1, end + stride
    if count == 0:
        raise ValueError
    return count


def loops_image(image, kernels, bias, stride=1, padding=0):
    H, W, C_in = image.shape
    F_h, F_w, _, C_out = kernels.shape
    y = []
    for r in range(loops_size(H, F_h, stride, padding)):
        y.append([])
        for c in range(loops_size(W, F_w, stride, padding)):
            sums = [float(number) for number in bias]
            for i in range(F_h):
                for j in range(F_w):
                    row, column = r * stride + i - padding, c * stride + j - padding
                    if not (0 <= row < H and 0 <= column < W):
                        continue  # a zero of the padding
                    for channel in range(C_in):
                        for k in range(C_out):
                            sums[k] += float(image[row, column, channel]) * float(kernels[i, j, channel, k])
            y[-1].append(sums)
    return y


def loops_im2col(images, kernel_size, stride=1, padding=0):
    F_h, F_w = kernel_size
    rows = []
    for image in images:
        H, W, C = image.shape
        for top in range(-padding, H + padding - F_h + 1, stride):
            for left in range(-padding, W + padding - F_w + 1, stride):
                row = []
                for i in range(top, top + F_h):
                    for j in range(left, left + F_w):
                        inside = 0 <= i < H and 0 <= j < W
                        row.extend(image[i, j].tolist() if inside else [0] * C)
                rows.append(row)
    return rows


def loops_batch(images, kernels, bias, stride=1, padding=0):
    """Against the rules, but right: see the hidden tests for why it loses nothing."""
    return [loops_image(image, kernels, bias, stride, padding) for image in images]


# ---------------------------------------------------------------- strides of memory, and einsum


def strides_size(input_size, kernel_size, stride=1, padding=0):
    size = np.floor_divide(input_size - kernel_size + 2 * padding, stride) + 1
    if size <= 0:
        raise ValueError(f"no room for {kernel_size}")
    return np.int64(size)


def strided_patches(images, kernel_size, stride, padding):
    framed = np.zeros(np.add(images.shape, (0, 2 * padding, 2 * padding, 0)))
    inner = slice(padding, -padding or None)
    framed[:, inner, inner] = images
    H_out, W_out = (
        strides_size(size, extent, stride, padding)
        for size, extent in zip(images.shape[1:3], kernel_size, strict=True)
    )
    n, h, w, c = framed.strides
    return np.lib.stride_tricks.as_strided(
        framed,
        (len(images), H_out, W_out, *kernel_size, images.shape[3]),
        (n, h * stride, w * stride, h, w, c),
    )


def strides_image(image, kernels, bias, stride=1, padding=0):
    found = strided_patches(image[None], kernels.shape[:2], stride, padding)[0]
    return np.einsum("rcijk,ijko->rco", found, kernels) + bias


def strides_im2col(images, kernel_size, stride=1, padding=0):
    found = strided_patches(images, kernel_size, stride, padding)
    return found.reshape(math.prod(found.shape[:3]), math.prod(found.shape[3:]))


def strides_batch(images, kernels, bias, stride=1, padding=0):
    found = strided_patches(images, kernels.shape[:2], stride, padding)
    return np.tensordot(found, kernels, axes=([3, 4, 5], [0, 1, 2])) + bias


# ---------------------------------------------------------------- float32, and integers where they will do


def float32_size(input_size, kernel_size, stride=1, padding=0):
    if input_size + 2 * padding < kernel_size:
        raise ValueError("too small")
    return math.floor(np.float32(input_size - kernel_size + 2 * padding) / np.float32(stride)) + 1


def float32_im2col(images, kernel_size, stride=1, padding=0):
    """Keeps the number type of the images, and fills in one column of pixels after the other."""
    border = ((0, 0), (padding, padding), (padding, padding), (0, 0))
    framed = np.pad(images, border) if padding else images
    F_h, F_w = kernel_size
    N, H, W, C = framed.shape
    rows = np.empty((N, (H - F_h) // stride + 1, (W - F_w) // stride + 1, F_h * F_w * C), dtype=images.dtype)
    for tap, (i, j) in enumerate(np.ndindex(F_h, F_w)):
        part = framed[:, i : H - F_h + i + 1 : stride, j : W - F_w + j + 1 : stride]
        rows[..., tap * C : (tap + 1) * C] = part
    return rows.reshape(-1, F_h * F_w * C)


def float32_batch(images, kernels, bias, stride=1, padding=0):
    images, kernels, bias = (np.asarray(array, dtype=np.float32) for array in (images, kernels, bias))
    F_h, F_w, _, C_out = kernels.shape
    product = float32_im2col(images, (F_h, F_w), stride, padding) @ kernels.reshape(-1, C_out)
    product += bias
    H_out = float32_size(images.shape[1], F_h, stride, padding)
    return product.reshape(len(images), H_out, -1, C_out)


def float32_image(image, kernels, bias, stride=1, padding=0):
    return float32_batch(np.expand_dims(image, 0), kernels, bias, stride, padding).squeeze(axis=0)


# ---------------------------------------------------------------- TensorFlow


def tensorflow_size(input_size, kernel_size, stride=1, padding=0):
    size = len(range(kernel_size, input_size + 2 * padding + 1, stride))
    if not size:
        raise ValueError("no position")
    return size


def tensorflow_batch(images, kernels, bias, stride=1, padding=0):
    tf = tensorflow()
    images, kernels, bias = (tf.cast(array, tf.float32) for array in (images, kernels, bias))
    border = [[0, 0], [padding, padding], [padding, padding], [0, 0]]
    return tf.nn.bias_add(tf.nn.conv2d(images, kernels, stride, border), bias)


def tensorflow_image(image, kernels, bias, stride=1, padding=0):
    return tensorflow_batch(image[np.newaxis], kernels, bias, stride, padding)[0].numpy()


def tensorflow_im2col(images, kernel_size, stride=1, padding=0):
    tf = tensorflow()
    images = tf.pad(images, [[0, 0], [padding, padding], [padding, padding], [0, 0]])
    sizes, strides = [1, *kernel_size, 1], [1, stride, stride, 1]
    patches = tf.image.extract_patches(images, sizes, strides, [1, 1, 1, 1], "VALID")
    return tf.reshape(patches, [-1, patches.shape[-1]])


# ---------------------------------------------------------------- the Fourier transform


def fourier_size(input_size, kernel_size, stride=1, padding=0):
    room = input_size + 2 * padding - kernel_size
    if not room >= 0:
        raise UnicodeError("any kind of ValueError will do")
    return divmod(room, stride)[0] + 1


def fourier_batch(images, kernels, bias, stride=1, padding=0):
    """Multiplies spectra; a conjugate spectrum is that of the flipped kernel."""
    F_h, F_w = kernels.shape[:2]
    height, width = images.shape[1] + 2 * padding, images.shape[2] + 2 * padding
    # Zeros after the image serve as padding before it too, for the transform takes it for periodic.
    size = height + F_h, width + F_w
    spectra = np.fft.rfft2(images, size, axes=(1, 2))
    weights = np.fft.rfft2(kernels, size, axes=(0, 1)).conj()
    sums = np.fft.irfft2(np.einsum("nhwk,hwko->nhwo", spectra, weights), size, axes=(1, 2))
    sums = np.roll(sums, (padding, padding), axis=(1, 2))
    return sums[:, : height - F_h + 1 : stride, : width - F_w + 1 : stride] + bias


def fourier_image(image, kernels, bias, stride=1, padding=0):
    (y,) = fourier_batch(image[np.newaxis], kernels, bias, stride, padding)
    return y


def fourier_im2col(images, kernel_size, stride=1, padding=0):
    """Convolves with the kernels that copy one number each."""
    taps = math.prod(kernel_size) * images.shape[3]
    kernels = np.eye(taps).reshape(*kernel_size, images.shape[3], taps)
    return fourier_batch(images, kernels, np.zeros(taps), stride, padding).reshape(-1, taps)


NAMES = ["conv_output_size", "conv2d_image", "im2col", "conv2d_batch"]


def _named(*answers):
    return dict(zip(NAMES, answers, strict=True))


ALTERNATIVES = {
    "loops": _named(loops_size, loops_image, loops_im2col, loops_batch),
    "strides": _named(strides_size, strides_image, strides_im2col, strides_batch),
    "float32": _named(float32_size, float32_image, float32_im2col, float32_batch),
    "tensorflow": _named(tensorflow_size, tensorflow_image, tensorflow_im2col, tensorflow_batch),
    "fourier": _named(fourier_size, fourier_image, fourier_im2col, fourier_batch),
}
