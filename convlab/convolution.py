"""Convolution of a batch of images by loops and by one matrix product, and a way to time both fairly."""

import math
import time

import numpy as np


def kernel_positions(size, kernel_size, stride=1, padding=0):
    """List where a kernel starts along one axis of an image.

    Args:
        size: Pixels of the image along the axis.
        kernel_size: Pixels of the kernel along the axis.
        stride: Step from one position to the next, in pixels.
        padding: Zeros added on each side, in pixels.

    Returns:
        Integer array with one pixel coordinate per output value: the kernel's first pixel. Pixel 0 is the
        image's first; negative coordinates lie in the padding. It is empty when the kernel does not fit.

    Raises:
        ValueError: If size, kernel size or stride is less than 1, or the padding is negative.

    Source: Dumoulin and Visin (2016), arXiv 1603.07285, count the same positions by formulas.

    >>> kernel_positions(7, kernel_size=3, stride=2, padding=1)
    array([-1,  1,  3,  5])
    """
    if min(size, kernel_size, stride) < 1 or padding < 0:
        raise ValueError(
            f"size, kernel_size and stride must be at least 1 and padding at least 0,"
            f" got {size}, {kernel_size}, {stride} and {padding}."
        )
    last_start = size + padding - kernel_size
    return np.arange(-padding, last_start + 1, stride)


def apply_kernel(channel, kernel):
    """Cross-correlate one channel with one kernel, one multiplication at a time.

    The kernel moves by one pixel and stays inside the image: stride 1, no padding.

    Args:
        channel: Array (H, W).
        kernel: Array (F_h, F_w).

    Returns:
        float64 array (H - F_h + 1, W - F_w + 1).

    Raises:
        ValueError: If the kernel does not fit into the channel.

    >>> apply_kernel(np.array([[1, 2, 3], [4, 5, 6]]), np.array([[1, 0], [0, 10]]))
    array([[51., 62.]])
    """
    if kernel.shape[0] > channel.shape[0] or kernel.shape[1] > channel.shape[1]:
        raise ValueError(f"A kernel of shape {kernel.shape} does not fit into a channel of {channel.shape}.")
    pixels, weights = channel.tolist(), kernel.tolist()  # plain lists: the quickest that loops can have
    result = []
    for top in range(len(pixels) - len(weights) + 1):
        row = []
        for left in range(len(pixels[0]) - len(weights[0]) + 1):
            total = 0.0
            for i in range(len(weights)):
                for j in range(len(weights[0])):
                    total += weights[i][j] * pixels[top + i][left + j]
            row.append(total)
        result.append(row)
    return np.array(result)


def convolve_batch_by_loops(images, kernels):
    """Convolve a batch as it is defined: image by image, filter by filter, channel by channel.

    Args:
        images: Array (N, H, W, C_in).
        kernels: Array (F_h, F_w, C_in, C_out), applied as cross-correlation without bias.

    Returns:
        float64 array (N, H - F_h + 1, W - F_w + 1, C_out).

    Raises:
        ValueError: If the channels differ or the kernels do not fit into the images.

    >>> convolve_batch_by_loops(np.ones((2, 4, 5, 3)), np.ones((3, 3, 3, 6))).shape
    (2, 2, 3, 6)
    """
    channels, filters = kernels.shape[2:]
    if images.shape[3] != channels:
        raise ValueError(f"The images have {images.shape[3]} channels, the kernels {channels}.")
    maps = [
        [
            sum(apply_kernel(image[:, :, c], kernels[:, :, c, k]) for c in range(channels))
            for k in range(filters)
        ]
        for image in images
    ]
    return np.moveaxis(np.array(maps), 1, -1)


def unfold_patches(batch, window):
    """Show every patch of every image that a kernel sees, without copying a number.

    Args:
        batch: Array (N, H, W, C) in any memory layout.
        window: Height and width (F_h, F_w) of the kernel, which moves by one pixel without padding.

    Returns:
        Read-only view (N, H - F_h + 1, W - F_w + 1, F_h, F_w, C) of the same memory.

    Raises:
        ValueError: If the window does not fit into the images.

    >>> unfold_patches(np.zeros((2, 4, 5, 3)), (3, 3)).shape
    (2, 2, 3, 3, 3, 3)
    """
    height, width = batch.shape[1:3]
    if window[0] > height or window[1] > width:
        raise ValueError(f"A window of {window} does not fit into images of {(height, width)}.")
    views = np.lib.stride_tricks.sliding_window_view(batch, window, axis=(1, 2))  # (..., C, F_h, F_w)
    return np.moveaxis(views, 3, -1)


def convolve_batch_by_matmul(batch, kernels):
    """Convolve a batch with one matrix product: im2col.

    Args:
        batch: Images (N, H, W, C_in).
        kernels: Array (F_h, F_w, C_in, C_out), applied as cross-correlation without bias.

    Returns:
        Array (N, H - F_h + 1, W - F_w + 1, C_out).

    Raises:
        ValueError: If the channels differ or the kernels do not fit into the images.

    Source: Chellapilla, Puri and Simard (2006), HAL inria-00112631, call it unrolled convolution.

    >>> convolve_batch_by_matmul(np.ones((2, 4, 5, 3)), np.ones((3, 3, 3, 6))).shape
    (2, 2, 3, 6)
    """
    if batch.shape[3] != kernels.shape[2]:
        raise ValueError(f"The images have {batch.shape[3]} channels, the kernels {kernels.shape[2]}.")
    patches = unfold_patches(batch, kernels.shape[:2])
    places, taps = patches.shape[:3], math.prod(patches.shape[3:])
    matrix = patches.reshape(math.prod(places), taps)  # the copy: one row for each place of a kernel
    return (matrix @ kernels.reshape(taps, -1)).reshape(*places, -1)


def fastest_times(calls, repeats, wait=None, clock=time.perf_counter):
    """Time several functions side by side; whatever else the machine does disturbs all of them alike.

    Each round runs every function once, and the shortest of its times counts: other work on the machine can
    make a run longer, but never shorter. A first round, which may compile, is not counted.

    Args:
        calls: Dictionary from name to function without arguments.
        repeats: Number of rounds, at least 1.
        wait: Function to call before the clock is stopped, for devices that work while Python goes on.
        clock: Function that returns seconds; `time.process_time` stands still while other programs run.

    Returns:
        Dictionary from name to seconds.

    Raises:
        ValueError: If there is no round.

    >>> list(fastest_times({"sum": lambda: sum(range(100)), "nothing": lambda: None}, repeats=3))
    ['sum', 'nothing']
    """
    if repeats < 1:
        raise ValueError(f"repeats must be at least 1, got {repeats}.")
    best = dict.fromkeys(calls, math.inf)
    for counted in [False] + [True] * repeats:
        for name, call in calls.items():
            start = clock()
            call()
            if wait is not None:
                wait()
            if counted:
                best[name] = min(best[name], clock() - start)
    return best
