# %% [markdown]
# # Assignment 1: Batch convolution
#
# You write the forward pass of a convolution layer in NumPy: the size of its output, the convolution of one
# image, the rearrangement `im2col` that turns convolution into a matrix product, and the convolution of a
# whole batch at once. The [lesson on batch convolution](colab:book/01_batch_convolution.ipynb) has everything
# that you need.
#
# | part | what you write | points |
# |---|---|---:|
# | 1 | `conv_output_size` | 3 |
# | 2 | `conv2d_image` | 6 |
# | 3 | `im2col` | 6 |
# | 4 | `conv2d_batch` | 6 |
# | 5 | written question: what `im2col` costs and what it buys | 4 |
# | 6 | written question: images that got mixed up | 3 |
# | | **total** | **28** |

# %% [markdown]
# ## How this works
#
# - **Write** your code where it says `# YOUR CODE HERE`, and delete the line `raise NotImplementedError()`
#   below it. Keep the name and the arguments of each function. Written answers go where it says "YOUR ANSWER
#   HERE".
# - **Check** your code with the cell below each function. It is silent when all is well; otherwise its
#   message says what to look at. Change your code and run both cells again.
# - **Validate** before you hand in: restart the kernel and run all cells from top to bottom. In JupyterLab
#   with nbgrader the *Validate* button does this for you. A part that you have not written yet fails its
#   check; that is no reason not to hand in the others.
# - **Hand in** the notebook under the name that it has now. In Colab you get it from the menu with *File >
#   Download > Download .ipynb*.
#
# The checks that you see try small examples. Grading tries others: more shapes, other values of every
# argument, special cases that the text mentions. Each part is graded on its own, and a part that is half
# right gets part of the points.
#
# You may add cells, helper functions and imports, print what you like, and use loops (part 4 says which),
# `einsum` or TensorFlow. Do not delete or copy cells that are already here.

# %% [markdown]
# ## Conventions
#
# - A batch of images has the shape `(N, H, W, C)`, one image the shape `(H, W, C)`. Kernels have the shape
#   `(F_h, F_w, C_in, C_out)`, as in Keras: `kernels[..., k]` is the kernel that makes output channel $k$. The
#   bias has the shape `(C_out,)`.
# - Neither images nor kernels need to be **square**. A batch may hold a single image, a kernel may be 1x1,
#   and the numbers of channels may be anything from 1 up.
# - As in Keras, a convolution layer computes a cross-correlation: the kernel is **not flipped**.
# - `stride` $S$ and `padding` $P$ are one number each and hold for both directions. Padding adds $P$ rows or
#   columns of **zeros on each of the four sides**. The stride may be larger than the kernel.
# - The kernel takes only positions at which it fits completely into the padded image; rows and columns that
#   are left over at the bottom and at the right are not used. In parts 2 to 4 it fits at least once.
# - Your functions never change the arrays that they are given.
# - Every array may hold integers (images are often `uint8`); the results are floating-point numbers all the
#   same. The precision of `float32` is enough.

# %%
import sys

import numpy as np

# %% [markdown]
# ## 1. The size of the output
#
# Along one axis, an input of size $W$ with $P$ zeros added on each side, a kernel of size $F$ and the stride
# $S$ give an output of size
#
# $$\left\lfloor \frac{W - F + 2P}{S} \right\rfloor + 1$$
#
# Return it as an `int`, since shapes and loops need whole numbers. If the kernel is larger than the padded
# input, there is no position for it: raise a `ValueError`. A kernel that fits exactly has one position.


# %% solution conv_output_size
def conv_output_size(input_size, kernel_size, stride=1, padding=0):
    """Compute the size of a convolution's output along one axis.

    Args:
        input_size: Size of the input along this axis.
        kernel_size: Size of the kernel along this axis.
        stride: Step of the kernel from one position to the next.
        padding: Number of zeros that are added on each side of the input.

    Returns:
        Number of positions that the kernel takes, an int.

    Raises:
        ValueError: The kernel does not fit into the padded input.
    """
    ### BEGIN SOLUTION
    room = input_size + 2 * padding - kernel_size
    if room < 0:
        raise ValueError("The kernel is larger than the padded input.")
    return room // stride + 1
    ### END SOLUTION


# %% test conv_output_size points=3
def check_conv_output_size():
    """Try conv_output_size on sizes that can be counted on paper."""
    size = conv_output_size(7, 3)
    assert size is not None, "The function returns nothing. Does it end with a return statement?"
    assert size == 5, f"A kernel of size 3 has five positions in an input of size 7. Yours: {size}"
    assert isinstance(size, (int, np.integer)), (
        f"The size must be an int, but is of type {type(size).__name__}. Try the operator //."
    )
    size = conv_output_size(7, 3, stride=2)
    assert size == 3, f"Input 7, kernel 3, stride 2: the kernel starts at 0, 2 and 4. Yours: {size}"
    size = conv_output_size(10, 3, stride=4)
    assert size == 2, (
        f"Input 10, kernel 3, stride 4: at 0 and 4; at 8 the kernel would stick out. Yours: {size}.\n"
        "Do you round down?"
    )
    size = conv_output_size(5, 3, padding=1)
    assert size == 5, f"Input 5 with a zero on each side is 7 long: kernel 3 has 5 positions. Yours: {size}"
    size = conv_output_size(3, 5, stride=2, padding=1)
    assert size == 1, f"Input 3 with a zero on each side is as long as kernel 5: one position. Yours: {size}"
    for arguments in [(4, 5), (4, 9, 3, 2)]:
        try:
            outcome = conv_output_size(*arguments)
        except Exception as error:
            outcome = error
        assert isinstance(outcome, ValueError), (
            f"conv_output_size{arguments} must raise a ValueError, since the kernel does not fit.\n"
            f"Yours: {outcome!r}"
        )


check_conv_output_size()

# %% [markdown]
# ## 2. One image
#
# Let $\tilde{x}$ be the padded image, $w$ the kernels and $b$ the bias. At each of its positions (row $r$,
# column $c$) every kernel looks at a patch of $F_h \times F_w$ pixels with all their channels, multiplies
# entry by entry and adds up:
#
# $$y_{r,c,k} = b_k + \sum_{i=0}^{F_h - 1} \; \sum_{j=0}^{F_w - 1} \; \sum_{l=0}^{C_{in} - 1}
# \tilde{x}_{rS+i,\; cS+j,\; l} \; w_{i,j,l,k}$$
#
# The result has the shape `(H_out, W_out, C_out)` with sizes as in part 1. Loops are fine here.


# %% solution conv2d_image
def conv2d_image(image, kernels, bias, stride=1, padding=0):
    """Convolve one image.

    Args:
        image: Image of shape (H, W, C_in).
        kernels: Kernels of shape (F_h, F_w, C_in, C_out).
        bias: Bias of each output channel, shape (C_out,).
        stride: Step of the kernels from one position to the next, in both directions.
        padding: Number of rows or columns of zeros that are added on each side of the image.

    Returns:
        Array of shape (H_out, W_out, C_out).
    """
    ### BEGIN SOLUTION
    F_h, F_w, _, C_out = kernels.shape
    x = np.pad(image.astype(float), [(padding, padding)] * 2 + [(0, 0)])
    # The ranges end where the kernel would stick out, so they round down by themselves.
    tops = range(0, x.shape[0] - F_h + 1, stride)
    lefts = range(0, x.shape[1] - F_w + 1, stride)
    y = np.empty((len(tops), len(lefts), C_out))
    for r, top in enumerate(tops):
        for c, left in enumerate(lefts):
            y[r, c] = np.tensordot(x[top : top + F_h, left : left + F_w], kernels, axes=3) + bias
    return y
    ### END SOLUTION


# %% test conv2d_image points=6
def check_conv2d_image():
    """Try conv2d_image on images of digits, with kernels that show in their results what they have read."""

    def close(actual, expected):
        return np.shape(actual) == np.shape(expected) and np.allclose(actual, expected, atol=1e-4)

    image = np.array([[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0], [9.0, 0.0, 1.0, 2.0]])[..., np.newaxis]
    kernels = np.array([[1.0, 10.0], [100.0, 1000.0]])[..., np.newaxis, np.newaxis]
    # Read backwards, a result names the four pixels of its patch: 6521 comes from 1, 2 above 5, 6.
    y = conv2d_image(image, kernels, np.zeros(1))
    assert y is not None, "The function returns nothing. Does it end with a return statement?"
    assert np.shape(y) == (2, 3, 1), (
        f"A 2x2 kernel has 2 x 3 positions in a 3x4 image: shape (2, 3, 1). Yours: {np.shape(y)}"
    )
    y = np.asarray(y)
    assert not close(y[0, 0], [1256]), "You flip the kernel. Its first entry belongs to the upper left pixel."
    assert close(y[..., 0], [[6521, 7632, 8743], [965, 1076, 2187]]), (
        f"Expected 6521, 7632, 8743 in the first row and 965, 1076, 2187 in the second. Yours: {y[..., 0]}"
    )
    assert kernels.shape == (2, 2, 1, 1), (
        f"The argument `kernels` has the shape {kernels.shape} now. Do not assign to its shape; use reshape."
    )
    y = conv2d_image(image, kernels, np.array([0.5]))
    assert close(np.ravel(y)[:3], [6521.5, 7632.5, 8743.5]), (
        f"With the bias 0.5 every result grows by 0.5, once. Yours begin with {np.ravel(y)[:3]}."
    )
    y = conv2d_image(image, kernels, np.zeros(1), stride=2)
    assert close(y, [[[6521], [8743]]]), (
        "With stride 2 only the results 6521 and 8743 are left, in the shape (1, 2, 1).\n"
        f"Yours has the shape {np.shape(y)}: {np.ravel(y)}"
    )
    y = conv2d_image(image, kernels, np.zeros(1), padding=1)
    assert np.shape(y) == (4, 5, 1), (
        f"With padding 1 the image is 5x6, and the result has the shape (4, 5, 1). Yours: {np.shape(y)}"
    )
    y = np.asarray(y)
    assert close([y[0, 0, 0], y[-1, -1, 0]], [1000, 2]), (
        "With padding 1 the first patch holds 0, 0, 0, 1 and gives 1000; the last holds 2, 0, 0, 0 and\n"
        f"gives 2. Yours: {y[0, 0, 0]} and {y[-1, -1, 0]}. Are there zeros on all four sides?"
    )
    # Two pixels with two channels each; the first kernel shows all four numbers, the second adds them up.
    image = np.array([[[1, 2], [3, 4]]], dtype=np.uint8)
    kernels = np.array([[[[1.0, 1.0], [10.0, 1.0]], [[100.0, 1.0], [1000.0, 1.0]]]])
    y = conv2d_image(image, kernels, np.array([0.25, 5.0]))
    assert close(y, [[[4321.25, 15]]]), (
        "Each kernel adds up over all channels of its patch and makes one channel of the result:\n"
        f"4321.25 and 15, in the shape (1, 1, 2). Yours has the shape {np.shape(y)}: {np.ravel(y)}"
    )
    assert np.array_equal(image, [[[1, 2], [3, 4]]]), (
        "The argument `image` was changed. Make a new array instead."
    )


check_conv2d_image()

# %% [markdown]
# ## 3. Patches as rows
#
# Loops in Python are slow; one large matrix product is fast. `im2col` prepares it: it writes each patch of
# each image as one row of a matrix. The result has the shape
#
# $$\left( N \cdot H_{out} \cdot W_{out}, \;\; F_h \cdot F_w \cdot C \right)$$
#
# - **Rows** are in the order (image, row, column) of the patches: first all patches of image 0, from left to
#   right and then from top to bottom, then those of image 1, and so on.
# - **Columns** are in the order (row, column, channel) within the patch: first all channels of its upper
#   left pixel, then all channels of the pixel to the right of that, and so on.
#
# `kernel_size` is the pair `(F_h, F_w)`; padding and stride are as in part 2.


# %% solution im2col
def im2col(images, kernel_size, stride=1, padding=0):
    """Write the patches of a batch of images as rows of a matrix.

    Args:
        images: Batch of shape (N, H, W, C).
        kernel_size: Height and width of a patch, the pair (F_h, F_w).
        stride: Step from one patch to the next, in both directions.
        padding: Number of rows or columns of zeros that are added on each side of the images.

    Returns:
        Array of shape (N * H_out * W_out, F_h * F_w * C).
    """
    ### BEGIN SOLUTION
    F_h, F_w = kernel_size
    N, H, W, C = images.shape
    framed = np.pad(images.astype(float), ((0, 0), *[(padding, padding)] * 2, (0, 0)))
    # Which rows and which columns each patch covers: shapes (H_out, F_h) and (W_out, F_w).
    down = np.add.outer(np.arange(0, H + 2 * padding - F_h + 1, stride), np.arange(F_h))
    right = np.add.outer(np.arange(0, W + 2 * padding - F_w + 1, stride), np.arange(F_w))
    # As indices they are spread over four axes: H_out, W_out, F_h, F_w.
    found = framed[:, down[:, None, :, None], right[:, None]]
    return found.reshape(N * len(down) * len(right), F_h * F_w * C)
    ### END SOLUTION


# %% test im2col points=6
def check_im2col():
    """Try im2col on images of digits."""

    def same(actual, expected):
        return np.shape(actual) == np.shape(expected) and np.allclose(actual, expected, atol=1e-4)

    # Two images of 2x3 pixels, one channel.
    images = np.array([[[1, 2, 3], [4, 5, 6]], [[7, 8, 9], [0, 1, 2]]])[..., np.newaxis]
    rows = im2col(images, (2, 2))
    assert rows is not None, "The function returns nothing. Does it end with a return statement?"
    assert np.shape(rows) == (4, 4), (
        f"Two images with two patches each, of 2x2 pixels: shape (4, 4). Yours: {np.shape(rows)}"
    )
    assert same(rows, [[1, 2, 4, 5], [2, 3, 5, 6], [7, 8, 0, 1], [8, 9, 1, 2]]), (
        "Expected the rows 1 2 4 5, then 2 3 5 6 (the other patch of the first image), then 7 8 0 1 and\n"
        f"8 9 1 2. Yours:\n{np.asarray(rows)}"
    )
    # One image whose only patch holds, pixel by pixel, the channels 1 2, 3 4, 5 6 above 7 8, 9 0, 1 2.
    image = np.array([[[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], [[7.0, 8.0], [9.0, 0.0], [1.0, 2.0]]]])
    rows = im2col(image, (2, 3))
    assert same(rows, [[1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2]]), (
        "A patch's columns run through its pixels, row by row, and at each pixel through its channels:\n"
        f"1 2 3 4 5 6 7 8 9 0 1 2. Yours: {np.asarray(rows)}"
    )
    rows = im2col(image, (1, 1), stride=2)
    assert same(rows, [[1, 2], [5, 6]]), (
        "With 1x1 patches and stride 2, the first and third pixel of the first row are left: 1 2 and 5 6.\n"
        f"Yours: {np.asarray(rows)}"
    )
    rows = im2col(image, (2, 3), padding=1)
    assert np.shape(rows) == (9, 12), (
        f"With padding 1 there are 3 x 3 positions for a 2x3 patch: shape (9, 12). Yours: {np.shape(rows)}"
    )
    first, last = [0] * 8 + [1, 2, 3, 4], [9, 0, 1, 2] + [0] * 8
    assert same(rows[0], first) and same(rows[-1], last), (
        "With padding 1 the first row is 0 0 0 0 0 0 0 0 1 2 3 4, and the last is 9 0 1 2 0 0 0 0 0 0 0 0.\n"
        f"Yours: {np.asarray(rows[0])} and {np.asarray(rows[-1])}. Are there zeros on all four sides?"
    )
    assert same(rows[1], [0] * 6 + [1, 2, 3, 4, 5, 6]), (
        "With padding 1 the next row belongs to the patch one pixel to the right: 0 0 0 0 0 0 1 2 3 4 5 6.\n"
        f"Yours: {np.asarray(rows[1])}"
    )
    assert np.array_equal(image[0, 1], [[7, 8], [9, 0], [1, 2]]), "The argument `images` was changed."


check_im2col()

# %% [markdown]
# ## 4. A batch
#
# Now convolve all images of a batch at once: `(N, H, W, C_in)` becomes `(N, H_out, W_out, C_out)`, and each
# image is treated as in part 2.
#
# Write it **without a Python loop over images or over positions**, and without anything that is such a loop
# in disguise (a comprehension, `np.vectorize`). A loop over the few entries of a kernel is fine. With the
# matrix of part 3 it takes a single matrix product. Think about the shape in which the kernels go into it,
# and about what the rows of its result are. The check below counts how many lines of this notebook run for
# one image and for forty, for a small image and for a high or a wide one: a loop gives itself away.
#
# You may call your functions from above, but this one is graded by itself: if one of them is wrong, the
# result is wrong as well.


# %% solution conv2d_batch
def conv2d_batch(images, kernels, bias, stride=1, padding=0):
    """Convolve a batch of images.

    Args:
        images: Batch of shape (N, H, W, C_in).
        kernels: Kernels of shape (F_h, F_w, C_in, C_out).
        bias: Bias of each output channel, shape (C_out,).
        stride: Step of the kernels from one position to the next, in both directions.
        padding: Number of rows or columns of zeros that are added on each side of the images.

    Returns:
        Array of shape (N, H_out, W_out, C_out).
    """
    ### BEGIN SOLUTION
    # Another way than im2col, so that an error in one part costs that part only: entry (i, j) of the kernels
    # meets the same pixels in all patches, a shifted copy of the images of which each stride-th pixel counts.
    framed = np.pad(images.astype(float), ((0, 0), *[(padding, padding)] * 2, (0, 0)))
    F_h, F_w = kernels.shape[:2]
    bottom, right = framed.shape[1] - F_h + 1, framed.shape[2] - F_w + 1
    y = bias
    for i in range(F_h):
        for j in range(F_w):
            y = y + framed[:, i : i + bottom : stride, j : j + right : stride] @ kernels[i, j]
    return y
    ### END SOLUTION


# %% test conv2d_batch points=6
def check_conv2d_batch():
    """Try conv2d_batch on images of digits, and count the lines that it runs."""

    def close(actual, expected):
        return np.shape(actual) == np.shape(expected) and np.allclose(actual, expected, atol=1e-4)

    images = np.array(
        [[[1, 2, 3, 4], [5, 6, 7, 8], [9, 0, 1, 2]], [[9, 8, 7, 6], [5, 4, 3, 2], [1, 0, 9, 8]]],
        dtype=np.uint8,
    )[..., np.newaxis]
    # The first kernel shows the four pixels of its patch backwards, the second adds them up.
    kernels = np.array([[[[1.0, 1.0]], [[10.0, 1.0]]], [[[100.0, 1.0]], [[1000.0, 1.0]]]])
    y = conv2d_batch(images, kernels, np.array([0.5, 0.0]))
    assert y is not None, "The function returns nothing. Does it end with a return statement?"
    assert np.shape(y) == (2, 2, 3, 2), (
        "Two 3x4 images with 2 x 3 positions for each of two kernels: the shape (2, 2, 3, 2).\n"
        f"Yours: {np.shape(y)}"
    )
    y = np.asarray(y)
    assert close(y[0, :, :, 0], [[6521.5, 7632.5, 8743.5], [965.5, 1076.5, 2187.5]]), (
        "The first image must give what it gives alone, in channel 0: 6521.5, 7632.5, 8743.5 in the first\n"
        f"row, 965.5, 1076.5, 2187.5 in the second. Yours: {y[0, :, :, 0]}. Do the columns of the matrix\n"
        "have the order of the kernels? Does its reshape keep images, rows and columns apart?"
    )
    assert close(y[0, :, :, 1], [[14, 18, 22], [20, 14, 18]]), (
        "The second kernel adds up the patches of the first image: 14, 18, 22 in the first row, 20, 14, 18\n"
        f"in the second. Yours: {y[0, :, :, 1]}"
    )
    assert close(y[1, :, :, 0], [[4589.5, 3478.5, 2367.5], [145.5, 9034.5, 8923.5]]), (
        "The second image, channel 0: 4589.5, 3478.5, 2367.5 in the first row, 145.5, 9034.5, 8923.5 in the\n"
        f"second. Yours: {y[1, :, :, 0]}"
    )
    assert images.shape == (2, 3, 4, 1) and np.array_equal(images[0, 0, :, 0], [1, 2, 3, 4]), (
        "The argument `images` was changed. Make a new array instead."
    )
    assert kernels.shape == (2, 2, 1, 2), (
        f"The argument `kernels` has the shape {kernels.shape} now. Do not assign to its shape; use reshape."
    )
    y = np.asarray(conv2d_batch(images, kernels, np.zeros(2), stride=2))
    assert close(y[..., 0], [[[6521, 8743]], [[4589, 2367]]]), (
        "With stride 2 the first kernel's results are 6521 and 8743 for the first image, 4589 and 2367 for\n"
        f"the second. Yours have the shape {np.shape(y[..., 0])}: {np.ravel(y[..., 0])}"
    )
    y = np.asarray(conv2d_batch(images, kernels, np.zeros(2), padding=1))
    assert np.shape(y) == (2, 4, 5, 2), (
        f"With padding 1 the images are 5x6, and the result has the shape (2, 4, 5, 2). Yours: {np.shape(y)}"
    )
    assert close(y[:, 0, 0, 0], [1000, 9000]) and close(y[:, -1, -1, 0], [2, 8]), (
        "With padding 1 the first patches hold one pixel each and give 1000 and 9000, the last give 2 and 8.\n"
        f"Yours: {y[:, 0, 0, 0]} and {y[:, -1, -1, 0]}. Are there zeros on all four sides of every image?"
    )
    # Two images of two pixels with two channels each.
    images = np.array([[[[1, 2], [3, 4]]], [[[5, 6], [7, 8]]]])
    kernels = np.array([[[[1.0], [10.0]], [[100.0], [1000.0]]]])
    y = conv2d_batch(images, kernels, np.zeros(1))
    assert close(y, [[[[4321]]], [[[8765]]]]), (
        "Two images of two pixels with the channels 1 2, 3 4 and 5 6, 7 8 give 4321 and 8765, in the shape\n"
        f"(2, 1, 1, 1). Yours have the shape {np.shape(y)}: {np.ravel(y)}. Do patches and kernels have the\n"
        "same order?"
    )

    def lines_run(shape):
        """Count the lines of this notebook that run while conv2d_batch works on images of this shape."""
        count = 0

        def trace(frame, event, argument):
            nonlocal count
            if frame.f_globals is not globals():
                return None  # code of NumPy and other libraries
            count += event == "line"
            return trace

        previous = sys.gettrace()
        sys.settrace(trace)
        try:
            conv2d_batch(np.ones(shape), np.ones((2, 2, 1, 1)), np.zeros(1))
        finally:
            sys.settrace(previous)
        return count

    small = lines_run((1, 3, 3, 1))
    for shape, where in [
        ((40, 3, 3, 1), "over the images"),
        ((1, 40, 3, 1), "over the rows of positions"),
        ((1, 3, 40, 1), "over the columns of positions"),
    ]:
        large = lines_run(shape)
        assert large < small + 30, (
            f"For images of shape (1, 3, 3, 1) {small} lines run, for shape {shape} {large} lines.\n"
            f"There seems to be a Python loop {where}. Let NumPy do that."
        )


check_conv2d_batch()

# %% [markdown]
# ## 5. Written question: what `im2col` costs and what it buys
#
# A layer gets a batch of 32 color images of 224x224 pixels and has 64 kernels of 3x3, stride 1, padding 1.
#
# 1. Which shape does the matrix of `im2col` have? How many MB does it take in `float32` (4 bytes per number,
#    1 MB = 1024 * 1024 bytes), and how many times more is that than the batch itself? Where does this factor
#    come from?
# 2. How many multiplications does the layer take with the loops of part 2, and how many as a matrix product?
# 3. Why is the matrix product nevertheless so much faster? Name two reasons.
# 4. Give two kinds of convolution (kernel size, stride, padding) for which the matrix has no more numbers
#    than the batch.

# %% written cost_of_im2col [markdown] points=4
# 1. Padding 1 keeps the size 224, so there are $32 \cdot 224 \cdot 224 = 1{,}605{,}632$ rows, and
#    $3 \cdot 3 \cdot 3 = 27$ columns. That makes 43,352,064 numbers or 165.4 MB. The batch has 4,816,896
#    numbers, 18.4 MB: a factor of 9. With stride 1 each pixel lies in nine patches, one for each of the
#    $F_h \cdot F_w$ entries of a kernel, and is copied into each of them (at the border into fewer, but there
#    zeros fill up).
# 2. The same number both times. Each of the 1,605,632 rows is multiplied by 64 columns of length 27:
#    $1{,}605{,}632 \cdot 27 \cdot 64 = 2{,}774{,}532{,}096$, about 2.8 billion. `im2col` saves no arithmetic.
# 3. The loops interpret some Python statements for each of 1.6 million positions, and that takes longer than
#    the $27 \cdot 64 = 1728$ multiplications which they start; the product is a single call. The library
#    behind it does several multiplications per instruction, uses all cores, and works on blocks that stay in
#    the fast caches, where each number that was fetched is used many times: a row with all 64 kernels, a
#    kernel with many rows. (The copies of part 1 are the price.)
# 4. With 1x1 kernels, stride 1 and no padding, each pixel is one row: the matrix is the batch itself, only
#    reshaped. With a stride that is equal to the kernel size (or larger) and no padding the patches do not
#    overlap, so each pixel is copied once at most. (The extreme case is a kernel as large as the image: then
#    the convolution is a fully connected layer, and the matrix has one row for each image.)
#
# *Marking: 1 point for each part.*

# %% [markdown]
# ## 6. Written question: images that got mixed up
#
# PyTorch keeps batches in the order NCHW, shape `(N, C, H, W)`; our functions want NHWC. A classmate converts
# a batch with `images.reshape(N, H, W, C)`. There is no error message, and all shapes are as they should be.
#
# 1. Take one image with two channels of 2x2 pixels, channel 0 with the rows 1 2 and 3 4, channel 1 with the
#    rows 5 6 and 7 8. Which two numbers are together in the upper left pixel after the `reshape`, and which
#    should be? Which call does it right?
# 2. The network that she trains on these images still learns something, but with small kernels less than it
#    should. Which property of images do convolutions rely on that the `reshape` has destroyed?
# 3. Her own convolution of a batch also ends with a wrong `reshape`, one that mixes images with positions.
#    Describe a test that finds this error although you have **no** other implementation to compare with.

# %% written mixed_up [markdown] points=3
# 1. `reshape` leaves the numbers in memory where they are, 1 2 3 4 5 6 7 8, and only counts them off anew. So
#    the upper left pixel gets 1 and 2, two neighbors of channel 0. It should get 1 and 5, what the two
#    channels say about it. `images.transpose(0, 2, 3, 1)` (or `np.moveaxis(images, 1, -1)`) moves the axes.
# 2. Neighbors in the array are no longer neighbors in the picture: what stands in one pixel as its channels
#    are pixels side by side, and the channels of one pixel are far apart. A small kernel relies on near
#    pixels belonging together (edges, textures), and on a channel meaning the same at every position. All
#    numbers are still there, so a network can learn from them, but patches of such images show scraps.
# 3. What happens to one image must not depend on the others. Convolve a batch of different images, then each
#    image alone as a batch of one, where there is nothing to mix: the results must be equal. Likewise a batch
#    in another order must give the same results in that order, and changing one image must change the result
#    of this image only. (The images must differ, and the batch must have more than one of them: otherwise
#    the test cannot fail.)
#
# *Marking: 1 point for each part.*
