# %% [markdown]
# # Batch convolution
#
# You know how a kernel slides over one image. A convolutional network is never fed like that: it gets 32, 64, or 256 images at once, a **batch**, while it trains, and often when it is used. In the mathematics this adds one index. For the machine it changes nearly everything: the same billion multiplications can take minutes or a tenth of a second, depending on how they are laid out.
#
# This lesson goes from one image to a batch, from the definition to code, and from code that is right to code that is fast. Everything later in the book stands on three things from here: shapes that you can predict, an output size that you can compute, and a feeling for what a convolution costs.
#
# <div class="box goals">
#
# **What you will be able to do**
#
# - predict the shape of every array in a convolution layer, for one image and for a batch, and count its parameters and multiplications;
# - compute the output size for any kernel, stride, and padding, and say where Keras's `"same"` differs from padding both sides alike;
# - tell convolution from cross-correlation, and know which one your library computes;
# - turn the convolution of a batch into one matrix product, and say what that costs in memory;
# - explain with numbers why batches suit hardware, and when they do not help;
# - read and convert the two memory layouts, NHWC and NCHW, without scrambling an image.
#
# </div>
#
# **Prerequisites.** The convolution of one image with one kernel, NumPy arrays and their shapes, the matrix product. **Time.** About ninety minutes, and less than a minute of computing on two CPU cores.
#
# ## Notation
#
# | symbol | meaning |
# |:--|:--|
# | $N$ | images in a batch |
# | $H, W$ | height and width of an image or feature map; $H_{out}, W_{out}$ those of the output |
# | $C_{in}, C_{out}$ | channels of the input and of the output |
# | $F_h, F_w$ | height and width of a kernel; $F$ when they are equal |
# | $S, P$ | stride: step from one position of the kernel to the next; padding: zeros added on each side |
# | $x, y$ | input and output of the layer |
# | $w, b$ | its learned numbers: kernels of shape $(F_h, F_w, C_{in}, C_{out})$ and one bias per output channel |
#
# ## Set up

# %%
import math
import sys
import time
from functools import partial

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from cycler import cycler
from matplotlib.colors import to_rgb
from sklearn.datasets import load_sample_image

# %% [markdown]
# Nothing is trained in this lesson, but a lot is timed. With a GPU the batches grow larger and the last measurements use half-precision arithmetic and XLA compilation; the photographs are the same two, which ship inside scikit-learn. **The numbers in the text belong to the CPU profile.** Times are compared with each other in one run and never across machines, so the text speaks of ratios.

# %%
PROFILES = {
    "cpu": {
        "data": ["china.jpg", "flower.jpg"],  # photographs inside scikit-learn
        "bench_batch": 32,  # images for loops, im2col and Conv2D
        "bench_size": 32,  # their height and width
        "bench_channels": 64,  # channels in and out
        "batch_sizes": [1, 2, 4, 8, 16, 32],
        "repeats": 7,  # the shortest time of so many rounds counts
        "matrix_size": 1024,  # for the machine's arithmetic speed
        "vector_size": 2**24,  # for its memory bandwidth
        "dtype": "float32",
        "jit_compile": False,  # XLA does not speed up single layers on a CPU
    },
    "gpu": {
        "data": ["china.jpg", "flower.jpg"],
        "bench_batch": 32,
        "bench_size": 32,
        "bench_channels": 64,
        "batch_sizes": [1, 4, 16, 64, 256],
        "repeats": 10,
        "matrix_size": 8192,
        "vector_size": 2**28,
        "dtype": "mixed_float16",
        "jit_compile": True,
    },
}
HAS_GPU = bool(tf.config.list_physical_devices("GPU"))
CONFIG = PROFILES["gpu" if HAS_GPU else "cpu"]
# Everything that sets the length of a run, cut to the bone. For a quick look:
# CONFIG.update(CONFIG["smoke"])
CONFIG["smoke"] = {
    "bench_batch": 2,
    "bench_size": 8,
    "bench_channels": 4,
    "batch_sizes": [1, 2],
    "repeats": 1,
    "matrix_size": 64,
    "vector_size": 2**12,
}

# %% [markdown]
# Two helpers give the figures their look and draw boxes. Unfold them if you are curious; nothing later depends on how they work.

# %% include tags=["hide-input"]
from convlab.figures import COLORS, set_figure_style

# %% include tags=["hide-input"]
from convlab.volumes import draw_volume

# %%
set_figure_style()
keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)

# %% [markdown]
# ## One image
#
# A color image is not a square but a box: $H$ rows, $W$ columns, and $C_{in} = 3$ **channels** (red, green, blue). Arrays with this third direction are called **volumes**. One **filter** of a convolution layer is a smaller box, its **kernel**, which is as deep as the input: it has $F_h \cdot F_w \cdot C_{in}$ weights. The filter is laid over the image at some row and column, the weights are multiplied with the numbers under them, all products are added, a **bias** is added once, and that makes **one** output number. At every place where the kernel fits this gives a sheet of numbers, a **feature map**. A layer has $C_{out}$ filters, so its output is again a volume, with one channel per filter:
#
# $$y_{r,c,k} = b_k + \sum_{i=0}^{F_h-1}\ \sum_{j=0}^{F_w-1}\ \sum_{l=1}^{C_{in}} w_{i,j,l,k}\; x_{rS + i - P,\ cS + j - P,\ l} \tag{1}$$
#
# Here $r, c$ are row and column of the output, $k$ is the filter, $l$ the input channel. $S$ and $P$ come later; for now the kernel moves by one pixel ($S = 1$) and stays inside the image ($P = 0$). The kernel slides in **two** directions only. It does not slide through the channels: it spans all of them.

# %% figure alt="Left: a blue glass box, the input of 32 by 32 pixels and 3 channels; inside it a small green box of 5 by 5 pixels reaches from the front to the back, through all channels. Middle: four small boxes in four colors, the filters. Right: four sheets in the same colors, the output of 28 by 28 numbers and 4 channels. Arrows lead from the patch to the green filter and from there to a single cell of the green sheet." tags=["hide-input"]
filter_colors = [COLORS[name] for name in ("green", "orange", "purple", "vermilion")]
fig, ax = plt.subplots(figsize=(7.5, 4.0))
draw_volume(ax, (1.1, 2.2), (0.8, 0.8, 1.6), filter_colors[0])
place = draw_volume(ax, (0, 0), (4.0, 4.0, 1.6), COLORS["sky"], opacity=0.3, edge=COLORS["blue"])
ax.text(2.0, -0.2, "$W = 32$", ha="center", va="top")
ax.text(-0.2, 2.0, "$H = 32$", ha="right", va="center")
ax.text(*place(0.0, 0.0, 0.5), "$C_{in} = 3$ ", ha="right", va="bottom")
ax.text(2.2, -0.95, "input $x$", ha="center", va="top", fontsize=12, fontweight="bold")
for k, color in enumerate(filter_colors):
    draw_volume(ax, (6.4, 4.0 - 1.4 * k), (0.8, 0.8, 1.6), color)
ax.text(6.9, -0.95, "filters $w$:\n$5 \\times 5 \\times 3$, four times", ha="center", va="top", fontsize=11)
for k in reversed(range(4)):
    draw_volume(ax, (9.6 + 0.55 * k, 0.1 + 0.37 * k), (3.5, 3.5, 0.4), filter_colors[k])
cell = (10.7, 2.0)
ax.add_patch(plt.Rectangle(cell, 0.3, 0.3, facecolor="white", edgecolor="black", lw=1.2, zorder=200))
arrow = {"arrowstyle": "-|>", "color": "black", "lw": 1.6}
ax.annotate("", (6.3, 4.5), (2.75, 2.9), arrowprops=arrow, zorder=201)
ax.annotate("", (cell[0] - 0.03, cell[1] + 0.2), (8.05, 4.5), arrowprops=arrow, zorder=201)
ax.text(11.3, -0.1, "$W_{out} = 28$", ha="center", va="top")
ax.text(15.1, 2.9, "$H_{out}$\n$= 28$", ha="left", va="center")
ax.text(13.2, 5.0, "$C_{out} = 4$", ha="center", va="bottom")
ax.text(11.8, -0.95, "output $y$", ha="center", va="top", fontsize=12, fontweight="bold")
ax.set(xlim=(-1.9, 16.4), ylim=(-2.3, 6.1), aspect="equal")
ax.axis("off")
ax.set_title("A filter reaches through all channels and gives one sheet of the output")
plt.show()

# %% [markdown]
# Two counts follow from the figure, and you will need them for every network in this book.
#
# - **Parameters**: $F_h \cdot F_w \cdot C_{in}$ weights per filter, $C_{out}$ filters, and one bias for each: $5 \cdot 5 \cdot 3 \cdot 4 + 4 = 304$.
# - **Work**: every output number takes $F_h \cdot F_w \cdot C_{in}$ multiplications, each followed by an addition. Such a pair is called a **multiply-accumulate** (MAC): $28 \cdot 28 \cdot 4 \cdot 75 = 235{,}200$ MACs. One MAC is two **floating-point operations** (FLOPs). Authors often write FLOPs for MACs; the lecture's table of AlexNet does, in its column "FLOPs (Mul+Add)".
#
# **Predict, then run.** The same layer is given an image of $64 \times 64$ pixels. What becomes of the number of parameters, and of the number of MACs?

# %%
layer = keras.layers.Conv2D(4, 5)  # four filters of 5x5; "valid" padding is the default: none
parameters, macs = {}, {}
for size in (32, 64):
    y = layer(rng.normal(size=(1, size, size, 3)).astype("float32"))
    parameters[size] = layer.count_params()
    macs[size] = math.prod(y.shape[1:]) * math.prod(layer.kernel.shape[:3])
    print(f"{size}x{size}: output {tuple(y.shape[1:])}, {parameters[size]} parameters, {macs[size]:,} MACs")
print("kernel", tuple(layer.kernel.shape), "bias", tuple(layer.bias.shape))

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# The parameters stay at 304: the same kernels slide over a larger image. The MACs grow to $60 \cdot 60 \cdot 4 \cdot 75 = 1{,}080{,}000$, by more than four, because the border that is lost weighs less. This is the bargain of convolution: few numbers to learn, much work for each of them.
#
# </details>
#
# ## A batch
#
# Now $N$ images of the same size. Stacked along a new first axis they make an array $(N, H, W, C_{in})$, and the layer answers with $(N, H_{out}, W_{out}, C_{out})$. In (1) every $x$ and every $y$ gets an index $n$, and $w$ and $b$ get **none**:
#
# $$y_{n,r,c,k} = b_k + \sum_{i,\,j,\,l} w_{i,j,l,k}\; x_{n,\ rS + i - P,\ cS + j - P,\ l} \tag{2}$$
#
# That is all. There is no sum over $n$: each image is convolved on its own, with the same filters. (Keep this in mind. The first layer that lets the images of a batch see each other is batch normalization, lesson 3.)

# %% figure alt="Three blue boxes, image 1, image 2, and image N, stand below each other on the left; arrows lead from each of them through one shared set of four small colored filters in the middle to an output box of four colored sheets of its own on the right." tags=["hide-input"]
fig, ax = plt.subplots(figsize=(7.5, 4.6))
arrow = {"arrowstyle": "-|>", "color": COLORS["gray"], "lw": 1.6}
for name, bottom in (("$1$", 6.2), ("$2$", 3.1), ("$N$", -1.4)):
    draw_volume(ax, (0, bottom), (2.0, 2.0, 0.9), COLORS["sky"])
    ax.text(-0.25, bottom + 1.0, f"image {name}", ha="right", va="center")
    for k in reversed(range(4)):
        draw_volume(ax, (11.4 + 0.36 * k, bottom + 0.24 * k), (1.6, 1.6, 0.25), filter_colors[k])
    ax.annotate("", (5.5, 0.35 * bottom + 2.35), (2.7, bottom + 1.2), arrowprops=arrow)
    ax.annotate("", (11.2, bottom + 1.1), (8.3, 0.35 * bottom + 2.35), arrowprops=arrow)
for x in (1.2, 12.7):
    ax.text(x, 1.85, r"$\vdots$", ha="center", va="center", fontsize=18)
ax.add_patch(
    plt.Rectangle((5.7, 0.0), 2.4, 6.3, facecolor="#F4F4F4", edgecolor=COLORS["gray"], lw=1.2, zorder=-1)
)
for k, color in enumerate(filter_colors):
    draw_volume(ax, (6.35, 5.0 - 1.5 * k), (0.7, 0.7, 0.9), color)
ax.text(1.2, 9.3, "$(N, 32, 32, 3)$", ha="center")
ax.text(6.9, 6.6, "one set of filters\n$(5, 5, 3, 4)$", ha="center", va="bottom")
ax.text(12.8, 9.3, "$(N, 28, 28, 4)$", ha="center")
ax.set(xlim=(-2.8, 15.6), ylim=(-1.8, 10.0), aspect="equal")
ax.axis("off")
plt.show()

# %% [markdown]
# Let us see it on photographs: two of them, each cropped twice, make a batch of four. They are scaled to 80x80 pixels and to values between 0 and 1. (Photographs: China by danielbuechele, flower by vultilion, both from Flickr under CC BY 2.0, here cropped and reduced; they ship with scikit-learn.)

# %%
china, flower = (load_sample_image(name).astype("float32") / 255 for name in CONFIG["data"])


def crop_and_shrink(photo, top, left, factor):
    """Cut out a square and replace each `factor` x `factor` block by its mean: 80x80 pixels."""
    square = photo[top : top + 80 * factor, left : left + 80 * factor]
    return square.reshape(80, factor, 80, factor, 3).mean(axis=(1, 3))


photos = np.stack(
    [
        crop_and_shrink(china, 20, 60, 4),
        crop_and_shrink(china, 90, 110, 2),
        crop_and_shrink(flower, 60, 150, 4),
        crop_and_shrink(flower, 130, 220, 2),
    ]
)
print("batch", photos.shape, photos.dtype, f"from {photos.min():.2f} to {photos.max():.2f}")

# %% [markdown]
# Three filters, written by hand. The first takes brightness on the right minus brightness on the left, so it answers to vertical edges. The second takes the center minus the mean of its surroundings: fine detail. The third ignores the shape and looks at color only: red minus green, averaged over its window. In a trained network such filters are not written but found by gradient descent; lesson 6 looks at some.

# %%
filters = np.zeros((3, 3, 3, 3), "float32")  # (F_h, F_w, C_in, C_out)
filters[:, :, :, 0] = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])[:, :, np.newaxis] / 3
filters[:, :, :, 1] = -1 / 3 / 9
filters[1, 1, :, 1] += 1 / 3
filters[:, :, :, 2] = np.array([1, -1, 0]) / 9  # +1 for red, -1 for green, 0 for blue
by_hand = keras.layers.Conv2D(3, 3, use_bias=False)
by_hand.build(photos.shape)
by_hand.set_weights([filters])
responses = keras.ops.convert_to_numpy(by_hand(photos))
one_by_one = np.stack([keras.ops.convert_to_numpy(by_hand(photo[np.newaxis]))[0] for photo in photos])
batch_difference = float(abs(responses - one_by_one).max())
print(f"{photos.shape} -> {responses.shape}")
print(f"largest difference between the batch and the same images one by one: {batch_difference:.1e}")

# %% figure alt="A table of pictures. Rows: a Chinese tower, a part of its roof, an orange flower, the center of the flower. Columns: the photograph, vertical edges, fine detail, and red against green. Edges show the outlines of columns and petals; detail shows thin lines; in the last column the flower is bright all over, its background dark, and the tower of mixed gray." tags=["hide-input"]
fig, axes = plt.subplots(4, 4, figsize=(6.6, 6.8))
titles = ["photograph", "vertical edges", "fine detail", "red against green"]
for row, photo, response in zip(axes, photos, responses, strict=True):
    row[0].imshow(photo, interpolation="none")
    for k, ax in enumerate(row[1:]):
        reach = np.quantile(abs(responses[..., k]), 0.98)
        ax.imshow(response[..., k], cmap="gray", vmin=-reach, vmax=reach, interpolation="none")
for ax, title in zip(axes[0], titles, strict=True):
    ax.set_title(title, fontsize=11, loc="center")
for ax in axes.flat:
    ax.axis("off")
fig.suptitle("One call: four images, three filters, twelve feature maps", fontsize=12)
plt.show()

# %% [markdown]
# Gray is zero, white positive, black negative. Each row is one image, each column one filter, and image $n$ has left no trace in row $m$.
#
# **Predict, then run.** (a) We hand the layer the four photographs in reverse order: what happens to the output? (b) We hand it **one** photograph of shape $(80, 80, 3)$, as it is: what happens?

# %%
reversed_responses = keras.ops.convert_to_numpy(by_hand(photos[::-1]))
order_kept = bool(np.allclose(reversed_responses, responses[::-1], atol=1e-6))
print("(a) the output is reversed too, and nothing else:", order_kept)
try:
    by_hand(photos[0])
    complaint = ""
except ValueError as error:
    complaint = str(error)
print("(b)", complaint)

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# (a) The feature maps come out in reverse order, otherwise unchanged: (2) treats every $n$ alike. (b) Keras refuses: a convolution layer expects four axes and found three. A single image is a batch of size one: `photo[np.newaxis]` has the shape $(1, 80, 80, 3)$.
#
# </details>
#
# ## Output size
#
# How large is the output? Ask along one axis first, the columns. The kernel's left edge starts at column $-P$, in the padding, and moves right in steps of $S$ as long as the whole kernel fits, so its last possible place is $W + P - F_w$. **The output has as many columns as the kernel has places**:
#
# $$W_{out} = \left\lfloor \frac{W - F_w + 2P}{S} \right\rfloor + 1 \tag{3}$$
#
# The brackets $\lfloor\ \rfloor$ mean rounding down: a last step that would lead the kernel over the edge is not taken. The $+1$ is the place where it starts. Rows work the same with $H$ and $F_h$; kernels, strides, and images need not be square ([@dumoulin2016]).
#
# Three names to remember. Padding 0 is called **valid**. A padding that keeps the size at stride 1 is called **same**: by (3) it is $P = (F - 1)/2$, which is why kernels have odd sizes. A stride of 2 halves the size, roughly, and with it the area to a quarter.

# %% include
from convlab.convolution import kernel_positions

# %%
cases = [(7, 3, 1, 0), (7, 3, 1, 1), (7, 3, 2, 1), (8, 3, 2, 0)]
print(" W  F  S  P   first pixel of the kernel    formula (3)")
sizes_agree = True
for W, F, S, P in cases:
    starts = kernel_positions(W, F, S, P)
    by_formula = math.floor((W - F + 2 * P) / S) + 1
    sizes_agree = sizes_agree and len(starts) == by_formula
    print(f"{W:2d} {F:2d} {S:2d} {P:2d}   {starts!s:28s} {by_formula}")

# %% figure alt="Four grids. Input 7 by 7, kernel 3, stride 1, no padding: 5 by 5 positions, marked by dots at the kernel's center. With padding 1 the grid has a dashed border of zeros and 7 by 7 dots, one on each pixel. With stride 2 and padding 1 there are 4 by 4 dots, two pixels apart. Input 8 by 8 with stride 2 and no padding: 3 by 3 dots, and the last row and column are gray because no kernel reaches them." tags=["hide-input"]
fig, axes = plt.subplots(2, 2, figsize=(7.0, 7.2))
for ax, (W, F, S, P) in zip(axes.flat, cases, strict=True):
    starts = kernel_positions(W, F, S, P)
    for r in range(-P, W + P):
        for c in range(-P, W + P):
            inside = 0 <= r < W and 0 <= c < W
            reached = max(r, c) < starts[-1] + F
            face = "white" if not inside else "#D6EAF8" if reached else "#C8C8C8"
            style = "-" if inside else ":"
            ax.add_patch(
                plt.Rectangle((c, r), 1, 1, facecolor=face, edgecolor=COLORS["gray"], lw=0.9, ls=style)
            )
    for start, color, style in ((starts[1], "orange", "--"), (starts[0], "vermilion", "-")):
        ax.add_patch(
            plt.Rectangle(
                (start, starts[0]), F, F, fill=False, edgecolor=COLORS[color], lw=3, ls=style, zorder=3
            )
        )
    centers = starts + F / 2
    ax.plot(*np.meshgrid(centers, centers), ".", color=COLORS["black"], markersize=8, zorder=4)
    ax.set(xlim=(-1.3, 9.3), ylim=(9.3, -1.3), aspect="equal")
    ax.axis("off")
    size = len(starts)
    ax.set_title(
        f"$W = {W},\\ F = {F},\\ S = {S},\\ P = {P}$:\n${size} \\times {size}$ positions",
        loc="center",
        fontsize=11,
    )
fig.suptitle("Each dot is the center of one position of the kernel, and one output number", fontsize=12)
plt.show()

# %% [markdown]
# The solid frame is the first position, the dashed one the second; dotted cells are zeros of the padding. In the last grid one row and one column are never read: $(8 - 3)/2 = 2.5$ is rounded down to 2. (On the site, the page *Playground* has this to try by hand: move a kernel over a batch, with any stride and padding.)
#
# ### The sizes on the lecture's slide
#
# The lecture's table of AlexNet has eight convolution and pooling layers in a row, and a pooling window slides like a kernel. Let us see whether (3) gives its column $W_{out}$, starting from 227 pixels.

# %%
alexnet_windows = {  # name: (size of the window, stride, padding), as in the lecture's table
    "conv1": (11, 4, 2),
    "pool1": (3, 2, 0),
    "conv2": (5, 1, 2),
    "pool2": (3, 2, 0),
    "conv3": (3, 1, 1),
    "conv4": (3, 1, 1),
    "conv5": (3, 1, 1),
    "pool3": (3, 2, 0),
}
size, alexnet_sizes = 227, []
for F, S, P in alexnet_windows.values():
    size = len(kernel_positions(size, F, S, P))
    alexnet_sizes.append(size)
print("227 ->", " -> ".join(map(str, alexnet_sizes)))
print("conv1 on 224 pixels with the same settings:", len(kernel_positions(224, 11, 4, 2)))

# %% [markdown]
# They are the slide's numbers: 56, 27, 27, 13, 13, 13, 13, 6. One detail is worth adding: the slide's formula has no rounding sign, and it needs one. In `pool1`, $(56 - 3)/2 = 26.5$, and the table's 27 is $26 + 1$: the last row and column of `conv1`'s output are never pooled. The 224 pixels that the slide's text names would need it in `conv1` already, $(224 - 11 + 4)/4 = 54.25$. (Which of the two sizes belongs to AlexNet, and with which padding, is a story for lesson 5.)
#
# ### Two meanings of "same"
#
# Keras's `Conv2D` knows `padding="valid"` and `padding="same"`. With stride 1 and an odd kernel, `"same"` is $P = (F-1)/2$ on both sides. With a larger stride it means something else: the output gets $\lceil W / S \rceil$ columns ($\lceil\ \rceil$ rounds up), and exactly as many zeros are added as that takes. **If their number is odd, the extra zero goes to the right and to the bottom.**
#
# **Predict, then run.** A row of six pixels holds the numbers 0 to 5. A kernel of size 3 with the weights $(0, 1, 0)$ copies the pixel under its center. The stride is 2. Which pixels come out with `"same"`, which with one zero on each side?

# %%
ramp = np.arange(6, dtype="float32").reshape(1, 1, 6, 1)  # one image of one row, six columns, one channel
take_center = np.array([0, 1, 0], "float32").reshape(1, 3, 1, 1)
same = keras.layers.Conv2D(1, (1, 3), strides=2, padding="same", use_bias=False)
valid = keras.layers.Conv2D(1, (1, 3), strides=2, padding="valid", use_bias=False)
for each in (same, valid):
    each.build(ramp.shape)
    each.set_weights([take_center])
both_sides = keras.layers.ZeroPadding2D((0, 1))  # no rows, one column on the left and one on the right
centers_same = keras.ops.convert_to_numpy(same(ramp)).ravel()
centers_both = keras.ops.convert_to_numpy(valid(both_sides(ramp))).ravel()
print('"same":          ', centers_same)
print("zeros both sides:", centers_both)

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# Both have three outputs, but `"same"` puts its centers on pixels 1, 3, 5 and the symmetric padding on 0, 2, 4. Three outputs need $2 \cdot 2 + 3 = 7$ columns; six are there, one zero is missing, and Keras adds it on the right. PyTorch pads both sides alike. So weights that were trained there and are copied into a Keras layer with `"same"` and stride 2 see an image that is shifted by one pixel: all shapes fit, no error appears, and the accuracy drops. `ZeroPadding2D` followed by a `"valid"` convolution is the way around it.
#
# </details>
#
# ## Convolution or cross-correlation?
#
# Look at (1) again: $i$ and $j$ run in the same direction in $w$ and in $x$. The kernel is laid on the image as it is. In mathematics that is a **cross-correlation**. The **convolution** of mathematics and signal processing turns the kernel by 180° first, which puts a minus sign into the formula; for one channel, stride 1, and an odd kernel size, with rows and columns counted from the kernel's center,
#
# $$\text{cross-correlation:}\quad y_{r,c} = \sum_{i,j} w_{i,j}\, x_{r+i,\,c+j} \qquad\qquad \text{convolution:}\quad y_{r,c} = \sum_{i,j} w_{i,j}\, x_{r-i,\,c-j} \tag{4}$$
#
# **Predict, then run.** The image is black except for a single pixel of value 1. What does a Keras convolution layer put out: a picture of the kernel, a picture turned by 180°, or something else?

# %%
impulse = np.zeros((1, 7, 7, 1), "float32")
impulse[0, 3, 3, 0] = 1.0
hook = np.array([[1.0, 2.0, 3.0], [4.0, 0.0, 0.0], [5.0, 0.0, 0.0]], "float32")
asymmetric = keras.layers.Conv2D(1, 3, padding="same", use_bias=False)
asymmetric.build(impulse.shape)
asymmetric.set_weights([hook[:, :, np.newaxis, np.newaxis]])
correlated = keras.ops.convert_to_numpy(asymmetric(impulse))[0, :, :, 0]
asymmetric.set_weights([hook[::-1, ::-1, np.newaxis, np.newaxis]])
convolved = keras.ops.convert_to_numpy(asymmetric(impulse))[0, :, :, 0]
print("Keras:\n", correlated[2:5, 2:5])
print("Keras with the kernel turned by 180 degrees:\n", convolved[2:5, 2:5])

# %% figure alt="Four grids with numbers. An image with a single 1 in its center; a 3 by 3 kernel with 1, 2, 3 in its top row and 4, 5 below in its left column; the result of Keras's layer, in which this pattern stands upside down and mirrored; and the result of a true convolution, in which the pattern stands as in the kernel." tags=["hide-input"]
fig, axes = plt.subplots(1, 4, figsize=(7.5, 2.6), width_ratios=[7, 3.6, 7, 7])
grids = {
    "image": impulse[0, :, :, 0],
    "kernel": hook,
    "cross-correlation\n(Keras)": correlated,
    "convolution": convolved,
}
for ax, (title, values) in zip(axes, grids.items(), strict=True):
    rows, columns = values.shape
    for r in range(rows):
        for c in range(columns):
            strength = values[r, c] / values.max()
            shade = 1 - 0.75 * strength * (1 - np.array(to_rgb(COLORS["blue"])))
            ax.add_patch(plt.Rectangle((c, r), 1, 1, facecolor=shade, edgecolor="#BBBBBB", lw=0.8))
            if values[r, c]:
                ax.text(c + 0.5, r + 0.53, f"{values[r, c]:.0f}", ha="center", va="center", fontsize=10)
    ax.set(xlim=(-0.1, columns + 0.1), ylim=(rows + 0.1, -0.1), aspect="equal")
    ax.set_title(title, loc="center", fontsize=11)
    ax.axis("off")
plt.show()

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# Turned by 180°. The output at row $r$ sees the pixel through weight $i = 3 - r$ (counted from the center): above the pixel its lower weights touch it, to the left of it the right ones. A true convolution gives a picture of the kernel as it is; that is why opticians and signal engineers like it, and why it is called the **impulse response**.
#
# </details>
#
# Deep learning libraries compute cross-correlation and call it convolution ([@goodfellow2016]), and so do we from here on. For learning it makes no difference: gradient descent finds the kernel that is needed, and if the layer flipped it, gradient descent would find the flipped one. It matters when a kernel comes from outside: `scipy.signal.convolve2d` and `np.convolve` flip, `Conv2D` does not.
#
# ## Three ways to compute it
#
# ### Loops
#
# Formula (2) has seven indices, so the direct way has seven nested loops. Here are the inner four, for one channel and one kernel, and then the other three around them. They use stride 1 and no padding.

# %% include
from convlab.convolution import apply_kernel, convolve_batch_by_loops

# %%
by_loops = convolve_batch_by_loops(photos[:1], filters)
loops_difference = float(abs(by_loops - responses[:1]).max())
print(f"first photograph, {by_loops.size * 27:,} MACs: largest difference from Keras {loops_difference:.1e}")

# %% [markdown]
# This is right, it can be read, and it will be hopelessly slow: for each multiplication Python looks up indices, checks types, and makes a number object.
#
# ### One matrix product: im2col
#
# Every output number is a **dot product**: the weights of a filter, written as one long row, times the numbers of a patch, written as one long row. So write **every** patch of **every** image as a row of one matrix, and every filter as a column of another. Their product holds every output number of the batch:
#
# $$\underbrace{\text{patches}}_{(N H_{out} W_{out}) \,\times\, (F_h F_w C_{in})} \cdot \underbrace{\text{filters}}_{(F_h F_w C_{in}) \,\times\, C_{out}} = \underbrace{\text{outputs}}_{(N H_{out} W_{out}) \,\times\, C_{out}} \tag{5}$$
#
# The trick is known as **im2col**, "image to columns" (in our order the patches are rows), and was described in 2006 as a way to make convolutional networks fast ([@chellapilla2006]). Few routines are tuned as carefully as the matrix product; the libraries that hold it are called **BLAS** (basic linear algebra subprograms), and `@` in NumPy calls one. Note where the batch has gone: $N$ only makes the matrix taller. There is no loop over images.
#
# First the patches. Nothing has to be copied to see them: an array is a description of memory, and another description of the same memory lets one pixel appear in every patch that contains it.

# %% include
from convlab.convolution import unfold_patches

# %%
patches = unfold_patches(photos, (3, 3))
same_memory = np.shares_memory(patches, photos)
print(f"{photos.shape} -> {patches.shape}, which is (N, H_out, W_out, F_h, F_w, C)")
print(f"{patches.size / photos.size:.2f} times as many numbers; in the same memory: {same_memory}")

# %% [markdown]
# Then the product. The `reshape` to a matrix is where the copy happens: no description of the old memory can make the numbers of a patch lie in one row.

# %% include
from convlab.convolution import convolve_batch_by_matmul

# %% [markdown]
# On two tiny images, unfolded by this very function:

# %% figure alt="Left: two images of 3 by 3 pixels, numbered 0 to 8 and 10 to 18; a 2 by 2 patch of the first is framed. Middle: a matrix with eight rows and four columns; rows one to four are the patches of the first image, rows five to eight those of the second; the framed patch is the second row. It is multiplied by a matrix of four rows and two columns, one column per filter. Right: the product, eight rows and two columns, with its second row framed." tags=["hide-input"]
tiny = np.stack([np.arange(9), np.arange(10, 19)]).reshape(2, 3, 3, 1).astype("float32")
tiny_filters = np.array([[1, 0], [0, 1], [0, 0], [1, -1]], "float32").reshape(2, 2, 1, 2)
tiny_rows = unfold_patches(tiny, (2, 2)).reshape(8, 4)
tiny_output = convolve_batch_by_matmul(tiny, tiny_filters)


def draw_numbers(ax, values, x, y, colors, size=1.0):
    """Draw a table of numbers whose upper left corner is (x, y); one color per row or one for all."""
    for r, row in enumerate(values):
        for c, value in enumerate(row):
            corner = (x + c * size, y - (r + 1) * size)
            face = colors[r] if isinstance(colors, list) else colors
            ax.add_patch(plt.Rectangle(corner, size, size, facecolor=face, edgecolor="white", lw=1.0))
            ax.text(
                corner[0] + size / 2,
                corner[1] + size / 2,
                f"{value:.0f}",
                ha="center",
                va="center",
                fontsize=10,
            )


first, second = "#BBDDF2", "#F6D9A6"
fig, ax = plt.subplots(figsize=(7.5, 4.4))
draw_numbers(ax, tiny[0, :, :, 0], 0, 8, first)
draw_numbers(ax, tiny[1, :, :, 0], 0, 3.4, second)
draw_numbers(ax, tiny_rows, 5.2, 8, [first] * 4 + [second] * 4)
draw_numbers(ax, tiny_filters.reshape(4, 2), 10.8, 6, "#D5EFE3")
draw_numbers(ax, tiny_output.reshape(8, 2), 14.6, 8, [first] * 4 + [second] * 4)
for corner, width, height in (((1, 6), 2, 2), ((5.2, 6), 4, 1), ((14.6, 6), 2, 1)):
    ax.add_patch(
        plt.Rectangle(corner, width, height, fill=False, edgecolor=COLORS["vermilion"], lw=2.5, zorder=300)
    )
arrow = {"arrowstyle": "-|>", "color": COLORS["gray"], "lw": 1.6}
ax.annotate("", (5.0, 6.5), (3.2, 6.8), arrowprops=arrow)
for x, symbol in ((10.0, r"$\cdot$"), (13.7, "$=$")):
    ax.text(x, 4.0, symbol, fontsize=18, ha="center", va="center")
ax.text(1.5, 8.25, "two images\n$(2, 3, 3, 1)$", ha="center", va="bottom")
ax.text(
    7.2, 8.25, "patches as rows\n$(2 \\cdot 2 \\cdot 2,\\ 2 \\cdot 2 \\cdot 1)$", ha="center", va="bottom"
)
ax.text(11.8, 6.25, "filters as columns\n$(4, 2)$", ha="center", va="bottom")
ax.text(15.6, 8.25, "outputs\n$(8, 2)$", ha="center", va="bottom")
ax.set(xlim=(-0.3, 17.2), ylim=(-0.4, 9.9), aspect="equal")
ax.axis("off")
plt.show()

# %% [markdown]
# ### The library
#
# `keras.layers.Conv2D` calls a library that knows several algorithms and picks one for the shape at hand. The usual one is a matrix product of the kind of (5) whose patch matrix is never written to memory: small tiles of it are put together in fast memory when they are needed ([@chetlur2014]). For 3x3 kernels there are also algorithms that need fewer multiplications ([@lavin2016]).
#
# **Predict.** The patch matrix for a 3x3 kernel is almost 9 times as large as the images. How large is it for an 11x11 kernel with stride 1, and for the first layer of AlexNet, 11x11 with stride 4?
#
# <details class="answer"><summary>Answer</summary>
#
# With stride 1 each pixel stands in $F_h \cdot F_w$ patches (fewer at the border): about 121 times. A stride of 4 leaves every fourth place in each direction, one in sixteen: about $121/16 \approx 7.6$ times. That is the price of im2col, and the reason why libraries avoid writing the matrix out.
#
# </details>
#
# ### Side by side
#
# First a check that all three agree, on a small layer: 8 images of 16x16x3, 16 filters of 3x3. Then the race, on this layer and on one like those in real networks: 32 images, 64 channels in and out. The timing function runs the competitors in turn and takes the shortest of several times, so that other programs on your machine do not favor one of them.

# %% include
from convlab.convolution import fastest_times

# %%
small_images = rng.normal(size=(8, 16, 16, 3)).astype("float32")
small_kernels = rng.normal(size=(3, 3, 3, 16)).astype("float32")
batch, size, channels = CONFIG["bench_batch"], CONFIG["bench_size"], CONFIG["bench_channels"]
large_images = rng.normal(size=(batch, size, size, channels)).astype("float32")
large_kernels = rng.normal(size=(3, 3, channels, channels)).astype("float32")


def keras_convolution(images, kernels):
    """Return a function without arguments that convolves on the CPU with Keras's Conv2D."""
    with tf.device("CPU"):
        tensor = tf.constant(images)
        layer = keras.layers.Conv2D(kernels.shape[3], kernels.shape[:2], use_bias=False)
        layer.build(images.shape)
        layer.set_weights([kernels])

    def call():
        with tf.device("CPU"):
            return layer(tensor)

    return call


reference = convolve_batch_by_loops(small_images, small_kernels)
agreement = [
    float(abs(reference - convolve_batch_by_matmul(small_images, small_kernels)).max()),
    float(abs(reference - keras_convolution(small_images, small_kernels)().numpy()).max()),
]
print(f"largest difference from the loops: im2col {agreement[0]:.0e}, Keras {agreement[1]:.0e}")

# %% [markdown]
# The loops would need minutes for the large layer, so they get one image and one filter of it, and their time is multiplied by the number of images and filters. Is that fair? On the small layer we can do both. This once the clock is the processor's own (`process_time`), which stands still while other programs run.

# %%
loop_times = fastest_times(
    {
        "everything": lambda: convolve_batch_by_loops(small_images, small_kernels),
        "one image, one filter": lambda: convolve_batch_by_loops(small_images[:1], small_kernels[..., :1]),
    },
    repeats=3,
    clock=time.process_time,
)
estimate_to_truth = loop_times["one image, one filter"] * 8 * 16 / loop_times["everything"]
print(f"loops, estimated from a part / measured: {estimate_to_truth:.2f}")

# %%
small_times = fastest_times(
    {
        "loops": lambda: convolve_batch_by_loops(small_images, small_kernels),
        "im2col": lambda: convolve_batch_by_matmul(small_images, small_kernels),
        "Keras": keras_convolution(small_images, small_kernels),
    },
    CONFIG["repeats"],
)
large_times = fastest_times(
    {
        "loops": lambda: convolve_batch_by_loops(large_images[:1], large_kernels[..., :1]),
        "im2col": lambda: convolve_batch_by_matmul(large_images, large_kernels),
        "Keras": keras_convolution(large_images, large_kernels),
    },
    repeats=CONFIG["repeats"],
)
large_times["loops"] *= batch * channels
speedup_of_im2col = large_times["loops"] / large_times["im2col"]
im2col_to_keras = large_times["im2col"] / large_times["Keras"]
print(f"{'':20s}{'small layer':>14s}{'large layer':>14s}")
for name in ("loops", "im2col", "Keras"):
    print(f"{name:20s}{small_times[name] * 1e3:11.1f} ms{large_times[name] * 1e3:11.1f} ms")
print(f"large layer: im2col is {speedup_of_im2col:,.0f} times faster than loops")
print(f"             and takes {im2col_to_keras:.1f} times as long as Keras")

# %% figure alt="Horizontal bars on a logarithmic axis of seconds. For the large layer the loops take minutes, im2col and Keras both around a tenth of a second. For the small layer the loops take a few tenths of a second, im2col and Keras milliseconds or less." tags=["hide-input"]
fig, ax = plt.subplots(figsize=(7.5, 3.4))
bars = [
    (f"{layer_name}: {name}", times[name], color, hatch)
    for layer_name, times in (("small", small_times), ("large", large_times))
    for name, color, hatch in (("loops", "gray", ""), ("im2col", "orange", "//"), ("Keras", "blue", ".."))
]
places = [6.5, 5.5, 4.5, 3, 2, 1]
for y, (_, duration, color, hatch) in zip(places, bars, strict=True):
    ax.barh(y, duration, 0.8, color=COLORS[color], hatch=hatch, edgecolor="white")
    value, unit = (duration, "s") if duration >= 1 else (duration * 1e3, "ms")
    text = f" {value:,.0f} {unit}" if value >= 10 else f" {value:.2g} {unit}"
    ax.text(duration, y, text, va="center")
ax.set_yticks(places, [label for label, *_ in bars])
ax.set_xscale("log")
durations = [duration for _, duration, *_ in bars]
ax.set_xlim(min(durations) / 3, max(durations) * 8)
ax.set_xlabel("seconds for the whole batch (logarithmic)")
ax.set_title("The same numbers, three ways")
ax.grid(axis="y", visible=False)
plt.show()

# %% [markdown]
# On the large layer im2col is more than fifty times faster than the loops (in our runs more than two thousand times), although it does exactly the same multiplications and additionally copies every number nine times. It takes less than five times as long as Keras's own convolution, in our runs less than twice as long. On the small layer it may even win, because a call of Keras has a fixed cost that is larger than the work. **The arithmetic was never the problem; what the processor does around it was.** A BLAS routine loads many numbers with one instruction, multiplies them with one instruction, uses all cores, and reuses numbers while they are close at hand.
#
# ## Why batches suit hardware
#
# A batch of 64 needs 64 times the MACs of one image. If it took 64 times as long, there would be no point in it. Three things can make it cheaper.
#
# 1. **Fixed costs.** Each call of a layer passes through Python, the library, and, on a GPU, the launch of a program. That takes some ten to some hundred microseconds, whatever the size of the layer. A batch pays once.
# 2. **Weights are read once.** They have to come from memory to the arithmetic units. With a batch they serve $N$ images.
# 3. **Enough to do at the same time.** A GPU has thousands of arithmetic units. A small feature map of one image cannot keep them busy; those of 64 images can.
#
# ### Arithmetic intensity
#
# Point 2 can be computed. A processor has two speeds: how many FLOPs it can do in a second, and how many bytes it can move from or to memory in a second, its **memory bandwidth**. A task has a matching number, its **arithmetic intensity**: FLOPs per byte moved. If a layer's inputs, outputs, and weights each cross the border once, then with $M$ MACs, $A$ numbers in and out for one image, $B$ weights, and 4 bytes per number,
#
# $$I(N) = \frac{2\, N M}{4\, (N A + B)} \tag{6}$$
#
# For small $N$ the weights $B$ dominate below and $I$ grows like $N$; for large $N$ it levels off at $M / (2A)$. A processor that can do $p$ FLOPs per second and move $q$ bytes per second needs $I > p/q$ to work at full speed. Below that it waits for memory, and the best it can reach is $q \cdot I$. The two limits together, $\min(p,\, q\, I)$, are called the **roofline** ([@williams2009]).
#
# Take four layers: a small convolution like those in lesson 3's network for digits, and three from the lecture's table of AlexNet. Their MACs in millions stand on the slide: 224 for `conv2`, 100 for `conv5`, 17 for `fc2`, which is **fully connected**: every input number is multiplied with its own weight for every output number.

# %%
layer_specs = {  # name: (shape of one input, layer)
    "small": ((8, 8, 16), partial(keras.layers.Conv2D, 16, 3, padding="same")),
    "conv2": ((27, 27, 64), partial(keras.layers.Conv2D, 192, 5, padding="same")),
    "conv5": ((13, 13, 256), partial(keras.layers.Conv2D, 256, 3, padding="same")),
    "fc2": ((4096,), partial(keras.layers.Dense, 4096)),
}
batch_sizes = np.array(CONFIG["batch_sizes"])
bytes_per_number = 4 if CONFIG["dtype"] == "float32" else 2
layers, layer_macs, intensity = {}, {}, {}
print(
    f"{'':8s}{'million MACs':>14s}{'numbers in + out':>18s}{'weights':>12s}{'I(1)':>8s}{f'I({batch_sizes[-1]})':>8s}"
)
for name, (shape, make) in layer_specs.items():
    layers[name] = make(use_bias=False, dtype=CONFIG["dtype"])
    layers[name].build((None, *shape))
    output_shape = layers[name].compute_output_shape((1, *shape))[1:]
    weights = layers[name].count_params()
    positions = math.prod(output_shape[:-1])  # 1 for a fully connected layer
    layer_macs[name] = positions * weights
    numbers = math.prod(shape) + math.prod(output_shape)
    intensity[name] = (
        2 * batch_sizes * layer_macs[name] / (bytes_per_number * (batch_sizes * numbers + weights))
    )
    print(
        f"{name:8s}{layer_macs[name] / 1e6:14.2f}{numbers:18,d}{weights:12,d}"
        f"{intensity[name][0]:8.1f}{intensity[name][-1]:8.1f}"
    )

# %% [markdown]
# A convolution uses each weight at every position: 169 times in `conv5`, for one image. The fully connected layer uses each weight once per image, so at $N = 1$ it does half a FLOP for every byte that it fetches.
#
# **Predict, then run.** We time the four layers with batches of different sizes and divide by the number of images. (A GFLOP/s is a billion FLOPs per second.) For which layers does one image get much cheaper in a batch, for which does it make little difference (on a CPU)?

# %%
wait = tf.test.experimental.sync_devices if HAS_GPU else None  # a GPU works on while Python continues
calls = {}
for name, (shape, _) in layer_specs.items():
    inputs = tf.cast(tf.random.normal((batch_sizes[-1], *shape)), layers[name].compute_dtype)
    any_batch = tf.TensorSpec((None, *shape), inputs.dtype)
    run = tf.function(layers[name], [any_batch], jit_compile=CONFIG["jit_compile"])  # little Python per call
    for n in batch_sizes:
        calls[name, n] = partial(run, inputs[:n])

# The machine's own two speeds, measured in the same rounds.
half = tf.float32 if CONFIG["dtype"] == "float32" else tf.float16
square = tf.cast(tf.random.normal((CONFIG["matrix_size"],) * 2), half)
vector = tf.zeros(CONFIG["vector_size"], half)
calls["product"] = partial(tf.function(lambda matrix: matrix @ matrix), square)
calls["addition"] = partial(tf.function(lambda numbers: numbers + 1), vector)
seconds = fastest_times(calls, CONFIG["repeats"], wait)

per_image = {name: np.array([seconds[name, n] / n for n in batch_sizes]) for name in layer_specs}
speed = {name: 2 * layer_macs[name] / times for name, times in per_image.items()}  # FLOPs per second
gain = {name: float(times[0] / times[-1]) for name, times in per_image.items()}
# The roof is the best that anything reached in this run.
peak = max(2 * CONFIG["matrix_size"] ** 3 / seconds["product"], *(values.max() for values in speed.values()))
bandwidth = max(  # the addition reads and writes every number once
    2 * bytes_per_number * CONFIG["vector_size"] / seconds["addition"],
    *((values / intensity[name]).max() for name, values in speed.items()),
)
bend = peak / bandwidth
print(f"this machine: {peak / 1e9:,.0f} GFLOP/s, {bandwidth / 1e9:,.0f} GB/s, {bend:.1f} FLOPs per byte")
print(f"{'':8s}" + "".join(f"{f'N = {n}':>11s}" for n in batch_sizes) + "     gain")
for name, times in per_image.items():
    print(f"{name:8s}" + "".join(f"{t * 1e3:>8.3f} ms" for t in times) + f"{gain[name]:>8.1f}x")

# %% figure alt="Left: time per image relative to a batch of one, against batch size, both logarithmic. The small layer and the fully connected layer fall steeply; the two large convolutions fall much less or rise. Right: roofline, speed against arithmetic intensity. The fully connected layer starts far left under the sloping part of the roof and moves up and right as its batch grows; the large convolutions lie far right under the flat part with every batch size; the small layer starts at the bottom and rises almost vertically." tags=["hide-input"]
fig, (left, right) = plt.subplots(1, 2, figsize=(7.5, 4.3))
looks = {
    "small": ("green", "^", ":"),
    "conv2": ("orange", "s", "--"),
    "conv5": ("vermilion", "D", "-."),
    "fc2": ("blue", "o", "-"),
}
for name, (color, marker, line) in looks.items():
    left.plot(
        batch_sizes,
        per_image[name] / per_image[name][0],
        line,
        marker=marker,
        color=COLORS[color],
        label=name,
    )
    right.plot(intensity[name], speed[name] / 1e9, line, marker=marker, color=COLORS[color], markersize=5)
left.set_xscale("log", base=2)
left.set_yscale("log", base=2)
left.set_xticks(batch_sizes, batch_sizes)
ticks = [t for t in (2.0, 1.0, 0.5, 0.25, 0.125, 1 / 16, 1 / 32, 1 / 64)]
left.set_yticks(ticks, ["2", "1", "1/2", "1/4", "1/8", "1/16", "1/32", "1/64"])
left.set(xlabel="batch size $N$", ylabel="time per image, relative to $N = 1$")
left.set_title("What a batch saves")
left.legend(frameon=False, fontsize=10, loc="lower left")
reach = np.geomspace(0.3, 1500, 100)
right.plot(reach, np.minimum(peak, bandwidth * reach) / 1e9, color="black", linewidth=1.5)
right.text(1200, peak / 1e9 * 1.15, "arithmetic speed", ha="right", va="bottom", fontsize=10)
right.text(2.6, bandwidth / 1e9 * 4, "memory\nbandwidth", ha="right", va="bottom", fontsize=10)
right.set_xscale("log")
right.set_yscale("log")
right.set_ylim(top=peak / 1e9 * 4)
right.set(xlabel="arithmetic intensity, FLOPs per byte", ylabel="speed, GFLOP/s")
right.set_title("The roof, and who is under it")
plt.show()

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# On the CPU, an image costs `small` and `fc2` less than half in the largest batch, and on a quiet machine less than a fifth. The reasons differ. `small` is all fixed cost: its arithmetic takes microseconds, and the call takes far longer than that. `fc2` waits for its 67 megabytes of weights, which one image uses only once. The two large convolutions gain much less or nothing: one image already keeps two cores busy, at an intensity far to the right of the bend in the roof. They may even lose, when the feature maps of a large batch outgrow the processor's fast memory (its **cache**) or when other programs interrupt a long run more often than a short one.
#
# </details>
#
# So "batches are faster" is not a law. It holds where something is shared or idle: fixed costs, weights, arithmetic units. On a GPU all three matter more. As reported by its maker, an A100 does 312 trillion half-precision FLOPs and moves 2.04 trillion bytes per second ([@nvidia2023gpu]), so it wants some 150 FLOPs per byte before it runs at full speed, and more than one small feature map to fill its units. Run this lesson on Colab to see the curves of the convolutions bend.
#
# The gain has an end: once the roof is reached, doubling the batch doubles the time. And a batch has its price. Every feature map of every image must be kept in memory for the backward pass, an answer has to wait until the batch is full, and fewer, larger batches mean fewer steps of gradient descent. What that does to training, and whether powers of two are special, is measured in lesson 2.
#
# ## NHWC and NCHW
#
# Memory is one long row of numbers. A four-dimensional array is a promise about the order in which they lie there, and there are two customs, named by their axes from the slowest to the fastest: **NHWC** (the channels of a pixel lie next to each other; Keras and TensorFlow call it `channels_last`) and **NCHW** (each channel is a picture of its own; `channels_first`, the default in PyTorch).
#
# NumPy knows where a number lies by the array's **memory strides**: how many bytes to go forward to get to the next number along each axis. (They have nothing to do with the stride of a kernel.)

# %%
nhwc = np.arange(2 * 2 * 2 * 3, dtype="float32").reshape(2, 2, 2, 3)  # two images of 2x2 pixels, 3 channels
turned = nhwc.transpose(0, 3, 1, 2)  # axes in the order N, C, H, W
nchw = np.ascontiguousarray(turned)  # the same, copied so that memory follows the axes
for name, array in (("NHWC", nhwc), ("transposed", turned), ("NCHW", nchw)):
    order = [float(v) for v in array.ravel(order="K")[:6]]  # "K": as they lie in memory
    print(f"{name:11s} shape {array.shape}, memory strides {array.strides}, memory begins with {order}")
print("the transposed array shares the memory of the first:", np.shares_memory(nhwc, turned))

# %% figure alt="Two rows of 24 cells, the memory of two images of four pixels. In NHWC red, green and blue alternate from cell to cell, and one pixel is three neighbors. In NCHW four red cells are followed by four green and four blue ones, and the three values of a pixel are four cells apart. The cells of pixel 2 of the first image are framed in both." tags=["hide-input"]
fig, ax = plt.subplots(figsize=(7.5, 2.8))
letters, fills = "RGB", ("#F2B8A0", "#A8DCC8", "#A6CDE8")
for y, name in ((2.6, "NHWC"), (0.0, "NCHW")):
    cells = []
    for n in range(2):
        if name == "NHWC":
            cells += [(n, pixel, c) for pixel in range(4) for c in range(3)]
        else:
            cells += [(n, pixel, c) for c in range(3) for pixel in range(4)]
    for i, (n, pixel, c) in enumerate(cells):
        framed = n == 0 and pixel == 2
        ax.add_patch(
            plt.Rectangle(
                (i + 0.35 * n, y),
                1,
                1,
                facecolor=fills[c],
                edgecolor="black" if framed else "white",
                lw=2.2 if framed else 1.0,
                zorder=3 if framed else 1,
            )
        )
        ax.text(
            i + 0.35 * n + 0.5,
            y + 0.48,
            f"{letters[c]}{pixel}",
            ha="center",
            va="center",
            fontsize=10,
            zorder=4,
        )
    ax.text(-0.3, y + 0.5, name, ha="right", va="center", fontweight="bold")
    ax.text(6.0, y + 1.15, "image 1", ha="center", va="bottom", fontsize=10)
    ax.text(18.35, y + 1.15, "image 2", ha="center", va="bottom", fontsize=10)
ax.set(xlim=(-2.8, 24.6), ylim=(-0.4, 4.7))
ax.axis("off")
ax.set_title("The same 24 numbers in memory: pixels 0 to 3, channels R, G, B")
plt.show()

# %% [markdown]
# A transpose costs nothing, however large the array: it makes new memory strides and leaves the numbers where they are. The bill comes later, when someone reads the array in an order in which it does not lie. Let us unfold patches, the copy inside im2col, from both layouts, and read a single channel from both.

# %%
in_nhwc = large_images
in_nchw = np.ascontiguousarray(large_images.transpose(0, 3, 1, 2))
seen_as_nhwc = in_nchw.transpose(0, 2, 3, 1)  # the shape that unfold_patches wants; memory is still NCHW
same_patches = bool(np.array_equal(unfold_patches(in_nhwc, (3, 3)), unfold_patches(seen_as_nhwc, (3, 3))))
layout_times = fastest_times(
    {
        "transpose": lambda: in_nhwc.transpose(0, 3, 1, 2),
        "transpose and copy": lambda: np.ascontiguousarray(in_nhwc.transpose(0, 3, 1, 2)),
        "patches from NHWC": lambda: unfold_patches(in_nhwc, (3, 3)).copy(),
        "patches from NCHW": lambda: unfold_patches(seen_as_nhwc, (3, 3)).copy(),
        "channel 0 from NHWC": lambda: in_nhwc[..., 0].sum(),
        "channel 0 from NCHW": lambda: in_nchw[:, 0].sum(),
    },
    CONFIG["repeats"],
)
for name, duration in layout_times.items():
    print(f"{name:20s}{duration * 1e6:12,.1f} µs")

# %% [markdown]
# Patches come faster from NHWC, where each row of a patch is one unbroken run of $F_w \cdot C$ numbers; a single channel is read faster from NCHW, where it is one run and not every 64th number. Convolutions want patches, and NVIDIA recommends NHWC for its convolutions on a GPU ([@nvidia2023conv]). Mathematically the layouts are the same, and a network's accuracy does not know them.
#
# ### Transpose, do not reshape
#
# `reshape` to the wanted shape runs without complaint and gives nonsense: it leaves the numbers in their order and only counts them off anew.

# %%
by_transpose = photos.transpose(0, 3, 1, 2)
by_reshape = photos.reshape(by_transpose.shape)
right_red = bool(np.array_equal(by_transpose[0, 0], photos[0, :, :, 0]))
wrong_red = bool(np.array_equal(by_reshape[0, 0], photos[0, :, :, 0]))
print(f"shapes {by_transpose.shape} and {by_reshape.shape}; red channel right: {right_red} and {wrong_red}")

# %% figure alt="Two rows of three gray pictures. Above, after a transpose: the red, green and blue channel of the tower, each a complete picture. Below, after a reshape: three pictures of fine horizontal stripes, in which distorted pieces of the roof can barely be guessed." tags=["hide-input"]
fig, axes = plt.subplots(2, 3, figsize=(5.6, 4.0))
for row, images in zip(axes, (by_transpose, by_reshape), strict=True):
    for c, ax in enumerate(row):
        ax.imshow(images[0, c], cmap="gray", vmin=0, vmax=1, interpolation="none")
        ax.set(xticks=[], yticks=[])
        ax.grid(visible=False)
for ax, name in zip(axes[0], ("red", "green", "blue"), strict=True):
    ax.set_title(f"channel {name}", loc="center", fontsize=11)
axes[0, 0].set_ylabel("transpose")
axes[1, 0].set_ylabel("reshape")
plt.show()

# %% [markdown]
# ### What Keras uses
#
# Keras's default is NHWC, and this book uses nothing else. The setting stands in `keras.config.image_data_format()`; single layers take `data_format="channels_first"`. Kernels have a layout too.
#
# | | images | kernels | from NHWC and Keras's kernels |
# |:--|:--|:--|:--|
# | Keras, TensorFlow | $(N, H, W, C)$ | $(F_h, F_w, C_{in}, C_{out})$ | as they are |
# | PyTorch | $(N, C, H, W)$ | $(C_{out}, C_{in}, F_h, F_w)$ | `images.transpose(0, 3, 1, 2)`, `kernels.transpose(3, 2, 0, 1)` |
#
# With `channels_first` Keras changes the order of the images only; its kernels stay as they are. Inside, a library may use yet another order and convert on the way in and out; that is its business, not yours.

# %%
data_format = keras.config.image_data_format()
first = keras.layers.Conv2D(4, 5, data_format="channels_first")
first.build((None, 3, 32, 32))
kernel_shapes = (tuple(layer.kernel.shape), tuple(first.kernel.shape))
print(
    f"default: {data_format}; kernels with channels_last {kernel_shapes[0]}, channels_first {kernel_shapes[1]}"
)
print("output with channels_first:", first.compute_output_shape((None, 3, 32, 32)))

# %% [markdown]
# ## Common mistakes
#
# <div class="box mistakes">
#
# - **No batch axis.** One image is `image[np.newaxis]`, and its answer is `output[0]`.
# - **A kernel that slides through the channels.** It does not; it spans them all. `Conv2D(4, 5)` on three channels has kernels $(5, 5, 3, 4)$.
# - **One bias per weight or per position.** There is one per filter, added once to each output number.
# - **Rounding up, or forgetting the $+1$.** Count the places where the kernel fits; the last incomplete step is not taken.
# - **Padding on one side only, a stride on one axis only.** $P$ zeros go on all four sides, and $S$ holds for rows and columns. (Keras's `"same"` with stride 2 is the exception that shifts the image.)
# - **Rows and columns mixed up.** Square images hide it. Test with images and kernels that are not square.
# - **Flipping the kernel** because the layer is called convolution.
# - **`reshape` where a `transpose` is meant.** Shapes fit, numbers do not.
# - **NHWC given to a layer that expects NCHW.** If it is the layer's first batch, $(32, 28, 28, 64)$ passes as 28 channels of 28x64 pixels, and nothing complains until the answers are bad.
# - **Measuring a GPU without waiting for it.** The call returns before the work is done; what you have timed is Python.
#
# </div>
#
# ## Self-check
#
# <div class="box quiz">
#
# **1.** A layer `Conv2D(32, 3, strides=2)` without padding gets a batch $(16, 65, 49, 8)$. What are the shapes of kernel, bias, and output, and how many MACs does it take for the batch?
#
# <details class="answer"><summary>Answer</summary>
#
# Kernel $(3, 3, 8, 32)$, bias $(32,)$. Rows: $\lfloor (65 - 3)/2 \rfloor + 1 = 32$; columns: $\lfloor (49 - 3)/2 \rfloor + 1 = 24$; output $(16, 32, 24, 32)$. MACs: $16 \cdot 32 \cdot 24 \cdot 32 \cdot 72 = 28{,}311{,}552$.
#
# </details>
#
# **2.** Which padding keeps the size at stride 1 for a 7x7 kernel? Why is there no good answer for a 4x4 kernel?
#
# <details class="answer"><summary>Answer</summary>
#
# $P = (7 - 1)/2 = 3$. For $F = 4$ it would be 1.5: one side would have to get one zero more than the other, and the output would be shifted by half a pixel.
#
# </details>
#
# **3.** In the matrix product of im2col, which of the three sizes (rows, columns of the first matrix, columns of the second) change when the batch doubles? When the number of filters doubles? When the stride doubles?
#
# <details class="answer"><summary>Answer</summary>
#
# The batch: the rows, $N H_{out} W_{out}$, double. The filters: the columns of the second matrix double. The stride: the rows shrink to about a quarter. The columns of the first matrix, $F_h F_w C_{in}$, change in none of these cases.
#
# </details>
#
# **4.** A colleague applies a kernel for left edges from a textbook on image processing, and Keras's layer answers with negative values where the book shows positive ones. What has happened?
#
# <details class="answer"><summary>Answer</summary>
#
# The book means convolution and flips the kernel; Keras does not. Turning $(-1, 0, 1)$ by 180° gives $(1, 0, -1)$, the negative. Turn the kernel before you set it.
#
# </details>
#
# **5.** A 1x1 convolution with 256 channels in and out works on 7x7 maps. What is its arithmetic intensity for $N = 1$ and for very large $N$, in float32?
#
# <details class="answer"><summary>Answer</summary>
#
# $M = 49 \cdot 256 \cdot 256 = 3.21$ million MACs, $A = 2 \cdot 49 \cdot 256 = 25{,}088$, $B = 65{,}536$. $I(1) = 2M / (4(A + B)) \approx 17.7$; for large $N$ it tends to $M/(2A) = 64$.
#
# </details>
#
# **6.** True or false: "Twice the batch, half the time per image."
#
# <details class="answer"><summary>Answer</summary>
#
# False in general. It is nearly true while fixed costs or the reading of weights fill the time, and it ends when the arithmetic units are busy. On a CPU a large convolution is there with a single image.
#
# </details>
#
# </div>
#
# ## Assignment
#
# Now build it yourself. In the assignment you write the output size, the convolution of one image with stride, padding, and bias, im2col with stride and padding, and the convolution of a batch without a loop over images or positions. The lesson's functions leave that out on purpose: stride, padding, and bias are yours to add. The notebook has checks that you can run as often as you like.
#
# - [Open the assignment in Colab](colab:exercises/01_batch_convolution/01_batch_convolution.ipynb)
# - [See it in the repository](repository:exercises/01_batch_convolution/01_batch_convolution.ipynb)
#
# ## References
#
# [@references]
