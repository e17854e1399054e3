# %% [markdown]
# # VGG
#
# AlexNet and ZFNet look like the result of many experiments: 11x11 here, 5x5 there, stride 4 in one layer and 2 in another, pooling behind some convolutions and not behind others. In 2014 two researchers at Oxford's Visual Geometry Group asked what happens if all of these choices are made once, as simply as possible, and then only **one** thing is changed: the number of layers ([@simonyan2015]). Every convolution is 3x3. Every pooling is 2x2. The rest is depth.
#
# The answer took the second place in the classification task of ILSVRC 2014 and the first in localization, and the network that it left behind, **VGG-16**, is still in use as a feature extractor. Its two lessons outlived it: small kernels in stacks, and networks written down as a table of stages. A third one followed from its bill: 138 million parameters, most of them in a place where they do little. This lesson looks at all three.
#
# <div class="box goals">
#
# **What you will be able to do**
#
# - state VGG's design rules, and write down VGG-16 and VGG-19 from memory;
# - compute the receptive field of any chain of convolutions and poolings, and say what it does not tell you;
# - compare a stack of 3x3 convolutions with one large kernel: weights, work, memory, non-linearities;
# - build and count all configurations of the paper from a specification of one line each, without allocating a weight;
# - say where a network's parameters, work and memory sit, and why that is in three different places;
# - read a fully connected layer as a convolution;
# - test the claim "small kernels are better" in an experiment with a control;
# - quote VGG's error rates together with their protocol.
#
# </div>
#
# **Prerequisites.** Output sizes and costs of layers (lessons 1 and 5), batch normalization (lesson 3), the error measures of ILSVRC (lesson 4). **Time.** About two hours, and about one minute of computing on two CPU cores.
#
# ## Notation
#
# | symbol | meaning |
# |:--|:--|
# | $F_l,\ S_l$ | kernel size and stride of layer $l$, a convolution or a pooling |
# | $r_l$ | **receptive field** of layer $l$: how many pixels of the image, along one axis, can influence one of its outputs |
# | $j_l$ | **spacing**: distance in pixels of the image between two neighboring outputs of layer $l$ |
# | $C$ | channels of a feature map |
# | $n$ | layers in a stack |
#
# ## Set up

# %%
import sys
import time
from itertools import pairwise
from math import prod
from typing import NamedTuple

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from cycler import cycler
from matplotlib.patches import FancyBboxPatch

# %% [markdown]
# Two things are trained in this lesson: a slim VGG, and the small networks of an experiment. With a GPU that happens on CIFAR-10, with half-precision arithmetic and XLA compilation, and the VGG is then configuration D, VGG-16, in full width. Without one it happens on photo patches of 32x32 pixels (the task: from which of ten photographs was this patch cut?), and the VGG is configuration A with an eighth of the filters. **The numbers in the text belong to the CPU profile.**

# %%
PROFILES = {
    "cpu": {
        "data": "patches",  # cut from photographs that ship inside scikit-image and scikit-learn
        "num_train": 2000,
        "num_test": 1000,
        "batch_size": 64,
        "seeds": [0, 1, 2],  # every training is repeated with each of them
        # the slim VGG
        "column": "A",  # of the paper's table
        "column_width": 8,  # filters of its first stage; 64 in the paper
        "column_units": 64,  # outputs of its hidden fully connected layers; 4096 in the paper
        "column_epochs": 3,
        "column_rate": 0.1,
        # stacks against kernels
        "crop": 24,  # the middle of each image, in pixels
        "block": 2,  # averaged over blocks of so many pixels
        "width": 16,
        "epochs": 10,
        "learning_rate": 0.3,
        "dtype": "float32",
        "jit_compile": False,  # XLA makes such small networks slower on a CPU
        "loss_scale": 1.0,
    },
    "gpu": {
        "data": "cifar10",  # needs a network; falls back to photo patches
        "num_train": 20_000,
        "num_test": 2_000,
        "batch_size": 128,
        "seeds": [0, 1, 2],
        "column": "D",
        "column_width": 64,
        "column_units": 512,
        "column_epochs": 10,
        "column_rate": 0.1,
        "crop": 32,
        "block": 1,
        "width": 64,
        "epochs": 10,
        "learning_rate": 0.3,
        "dtype": "mixed_float16",
        "jit_compile": True,
        "loss_scale": 256.0,  # keeps small float16 gradients from vanishing
    },
}
CONFIG = PROFILES["gpu" if tf.config.list_physical_devices("GPU") else "cpu"]
# Everything that sets the length of a run, cut to the bone. For a quick look:
# CONFIG.update(CONFIG["smoke"])
CONFIG["smoke"] = {
    "num_train": 32,
    "num_test": 16,
    "batch_size": 8,
    "seeds": [0],
    "column_width": 4,
    "column_units": 8,
    "column_epochs": 1,
    "width": 4,
    "epochs": 1,
}

# %% [markdown]
# The helpers that set the look of figures, load the images, count, draw networks, and train are those of earlier lessons. Unfold them if you are curious; nothing later depends on how they work.

# %% include tags=["hide-input"]
from convlab.figures import COLORS, set_figure_style

# %%
set_figure_style()

# %% include tags=["hide-input"]
from convlab.block_diagrams import block_extent, draw_block, draw_blocks, draw_series, series_extent
from convlab.data import load_cifar10_images
from convlab.drawing import (
    LAYER_COLORS,
    LETTER,
    PAGE_WIDTH,
    box_size,
    draw_arrow,
    draw_box,
    draw_row,
    draw_volumes,
    finish_drawing,
    in_rows,
    volume_label,
    volume_width,
)
from convlab.layer_costs import LayerCost, cost_of_layer, cost_table, count_positions
from convlab.photographs import (
    PHOTOGRAPHS,
    cut_patches,
    load_image_set,
    load_photo_patches,
    load_photographs,
    resize_bilinear,
)
from convlab.training import Trainer

# %%
keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)

# %% [markdown]
# ## A regular design
#
# The whole network follows from five rules.
#
# 1. Every convolution is 3x3 with stride 1 and padding 1 ($F = 3$, $S = 1$, $P = 1$), so it keeps height and width: $H - 3 + 2 + 1 = H$.
# 2. Behind every convolution stands a ReLU.
# 3. Some convolutions in a row and then one max-pooling of 2x2 with stride 2 ($F = 2$, $S = 2$) make a **stage**. Pooling halves height and width. There are five stages: $224 \to 112 \to 56 \to 28 \to 14 \to 7$.
# 4. All convolutions of a stage have the same number of filters. The first stage has 64, and each stage doubles the number of the one before, up to 512.
# 5. Three fully connected layers end the network, with 4,096, 4,096, and 1,000 outputs.
#
# What is left open is how many convolutions each stage has. The lecture writes a stage as `[conv layer] x 2/3/4 - [pooling layer]`. The paper's table has five columns, A to E, and the next cell is that table, turned on its side. Read `3-64` as the paper does, "a 3x3 convolution with 64 filters", and each bar as a pooling; a pooling also stands at the end of each line.

# %% include
from convlab.vgg import VGG_CONFIGURATIONS

# %%
for column, text in VGG_CONFIGURATIONS.items():
    per_stage = [len(stage.split()) for stage in text.split("|")]
    print(
        f"{column}: {' + '.join(map(str, per_stage))} = {sum(per_stage)} convolutions, 3 fully connected layers"
    )

# %% [markdown]
# Columns D and E are what everybody calls **VGG-16** and **VGG-19**. The number counts layers with weights: $13 + 3$ and $16 + 3$. Column C is D with three of its kernels shrunk to 1x1; we will come back to it. (There is a sixth column in the paper, A with local response normalization, the layer that AlexNet had behind its first convolutions. It made nothing better, and no other column has it.)
#
# From the line of text to a list of layers is a short way. `width` lets us have the same network with fewer filters.

# %% include
from convlab.vgg import vgg_layers

# %%
layers = {column: vgg_layers(text) for column, text in VGG_CONFIGURATIONS.items()}
tables = {column: cost_table(one, (224, 224, 3)) for column, one in layers.items()}
PUBLISHED = {"A": 133, "B": 133, "C": 134, "D": 138, "E": 144}  # millions of parameters, the paper's Table 2
depths, parameters, macs = {}, {}, {}
print("column  layers with weights  parameters   published  MACs")
for column, table in tables.items():
    depths[column] = sum(row.weights > 0 for row in table)
    parameters[column] = sum(row.parameters for row in table)
    macs[column] = sum(row.macs for row in table)
    print(f"{column:6s}{depths[column]:13d}{parameters[column]:>20,}", end="")
    print(f"{PUBLISHED[column]:>8d} M{macs[column] / 1e9:>9.2f} billion")

# %% [markdown]
# All five agree with the paper's Table 2, and D and E with the lecture's comparison on its GoogLeNet page (about 138 and 144 million): to the last digit they are 138,357,544 and 143,667,240. One thing in this table should surprise you. From A to E the network gets eight layers and 158 % more work, and only 8 % more parameters. We will see where the others are.
#
# Here is VGG-16, to the same scale as AlexNet in lesson 5 (extents are drawn as their square roots).

# %% figure alt="VGG-16 as a chain of boxes in rows. Two tall thin sheets of 224 by 224 by 64 in blue, then an orange pooling of half the height, then two boxes of 112 by 112 by 128, and so on: with each stage the boxes become lower and thicker, up to 14 by 14 by 512 and a last pooling of 7 by 7 by 512. Within a stage all blue boxes look the same. The fully connected layers are three long green bars of 4096, 4096 and 1000." tags=["hide-input"]
volumes = [("image", "input", (224, 224, 3))]
volumes += [(row.name, row.kind, row.output_shape) for row in tables["D"] if row.kind != "flatten"]
fig, ax = plt.subplots()
draw_volumes(ax, in_rows(volumes))
plt.show()

# %% [markdown]
# ### Why double?
#
# **Predict, then run.** Take the second convolution of each stage of VGG-16: conv1_2, conv2_2, ..., conv5_2. From one to the next, height and width are halved and the channels (nearly always) doubled. How do their multiply-accumulates (MACs) compare? And their parameters?

# %%
d_rows = {row.name: row for row in tables["D"]}
second = [d_rows[f"conv{stage}_2"] for stage in range(1, 6)]
for row in second:
    shape = "×".join(str(extent) for extent in row.output_shape)
    print(f"{row.name}  {shape:>12s}  {row.macs / 1e6:>8,.1f} million MACs  {row.weights:>9,} weights")

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# A 3x3 convolution from $C$ to $C$ channels takes $9\, H W C^2$ MACs. Half of $H$, half of $W$ and twice $C$ give $\frac12 \cdot \frac12 \cdot 2^2 = 1$: **the work stays exactly the same**, 1,849.7 million in each of the first four stages. That is the point of doubling: no stage is a bottleneck, and none is idle. The weights, $9C^2$, are multiplied by 4 each time.
#
# The fifth is the exception. It has a quarter of the work, and no more weights than the fourth, because **its filters do not double**.
#
# </details>
#
# The lecture's slide says that the number of filters doubles after every pooling layer. That is the rule for the first three poolings; behind the fourth, stage 5 stays at 512. The paper gives no reason, but we can compute what the rule would have cost.

# %%
doubled_text = VGG_CONFIGURATIONS["D"].rpartition("|")[0] + "| 3-1024 3-1024 3-1024"
doubled_table = cost_table(vgg_layers(doubled_text), (224, 224, 3))
doubled_parameters = sum(row.parameters for row in doubled_table)
doubled_fc1 = next(row.parameters for row in doubled_table if row.name == "fc1")
print(f"stage 5 with 1,024 filters: {doubled_parameters / 1e6:.0f} million parameters instead of 138,")
print(f"{doubled_fc1 / 1e6:.0f} million of them in fc1")

# %% [markdown]
# ## Many small kernels for a large one
#
# Why 3x3? It is the smallest kernel that has a left and a right, an up and a down. And what a larger kernel sees, a few small ones see together.
#
# ### The receptive field
#
# The **receptive field** of an output is the part of the image that can influence it. Look at one axis. An output of a 3x3 convolution sees 3 pixels. An output of a second one sees 3 outputs of the first, and these see 5 pixels, since their windows overlap. With a third it is 7.

# %% figure alt="Left: four rows of cells. One cell of the third convolution is connected to three cells of the second, these to five of the first, and these to seven pixels of the image, in a widening trapezoid. Right: a single cell of one convolution with a kernel of seven is connected to the same seven pixels directly." tags=["hide-input"]
fig, (left, right) = plt.subplots(1, 2, figsize=(7.5, 2.9))


def draw_levels(ax, levels, labels):
    """Draw rows of cells, the last on top, each window as a wedge; `levels` says how many cells are seen."""
    for height, (seen, label) in enumerate(zip(levels, labels, strict=True)):
        for cell in range(-5, 6):
            lit = abs(cell) <= seen // 2
            color = (COLORS["gray"] if height == 0 else COLORS["blue"]) if lit else "#E4E4E4"
            corner = (cell - 0.42, 2.2 * height)
            ax.add_patch(plt.Rectangle(corner, 0.84, 0.84, facecolor=color, edgecolor="white"))
        ax.text(5.8, 2.2 * height + 0.42, label, va="center", fontsize=10)
    for height, (below, above) in enumerate(pairwise(levels)):
        low, high = 2.2 * height + 0.86, 2.2 * height + 2.18
        corners = [(-below / 2, low), (below / 2, low), (above / 2, high), (-above / 2, high)]
        ax.add_patch(plt.Polygon(corners, facecolor=COLORS["sky"], alpha=0.3, edgecolor=COLORS["blue"]))
    ax.set(xlim=(-5.6, 10.4), ylim=(-0.2, 7.8), aspect="equal")
    ax.axis("off")


draw_levels(left, [7, 5, 3, 1], ["7 pixels", "5 of layer 1", "3 of layer 2", "1 of layer 3"])
left.set_title("Three kernels of 3")
draw_levels(right, [7, 1], ["7 pixels", "1 of layer 1"])
right.set_title("One kernel of 7")
plt.show()

# %% [markdown]
# With strides and poolings one needs two numbers per layer. Let $j_l$ be the distance, in pixels of the image, between two neighboring outputs of layer $l$. The image itself has $r_0 = j_0 = 1$. A window of $F_l$ values of the layer below adds $F_l - 1$ steps of length $j_{l-1}$ to what one of them sees:
#
# $$r_l = r_{l-1} + (F_l - 1)\, j_{l-1}, \qquad j_l = j_{l-1}\, S_l \tag{1}$$
#
# Without strides $j$ stays 1, and $n$ kernels of size $F$ see
#
# $$r = n\,(F - 1) + 1 \tag{2}$$
#
# pixels: two 3x3 like a 5x5, three like a 7x7, five like an 11x11. Padding does not appear in (1). It moves a window over the edge, where it sees zeros, but it does not make it larger.
#
# By hand, the first two stages of VGG-16:
#
# | layer | $F_l$ | $S_l$ | $r_l$ | $j_l$ |
# |:--|--:|--:|--:|--:|
# | image | | | 1 | 1 |
# | conv1_1 | 3 | 1 | $1 + 2 \cdot 1 = 3$ | 1 |
# | conv1_2 | 3 | 1 | $3 + 2 \cdot 1 = 5$ | 1 |
# | pool1 | 2 | 2 | $5 + 1 \cdot 1 = 6$ | 2 |
# | conv2_1 | 3 | 1 | $6 + 2 \cdot 2 = 10$ | 2 |
# | conv2_2 | 3 | 1 | $10 + 2 \cdot 2 = 14$ | 2 |
# | pool2 | 2 | 2 | $14 + 1 \cdot 2 = 16$ | 4 |
#
# Each pooling doubles the length of all later steps, which is why a network of 3x3 kernels can see far at all. You will turn (1) into code in the assignment. Here we check it in a way that shares nothing with it: we build the network, let every weight be 1, and ask automatic differentiation which pixels reach an output.

# %% include
from convlab.vgg import count_paths

# %%
names = [layer["name"] for layer in layers["D"]]
measured, profiles, bulk = {}, {}, {}
for stage in range(1, 6):
    paths = count_paths(layers["D"][: names.index(f"pool{stage}") + 1], 256)
    seen = np.flatnonzero(paths.sum(axis=0))
    measured[f"pool{stage}"] = len(seen)
    profiles[f"pool{stage}"] = paths.sum(axis=0)[seen]
    for margin in range(len(seen) // 2, -1, -1):  # the smallest square in the middle that holds 95 % of paths
        inside = slice(seen[0] + margin, seen[-1] + 1 - margin)
        if paths[inside, inside].sum() >= 0.95 * paths.sum():
            bulk[f"pool{stage}"] = len(seen) - 2 * margin
            break
    print(f"pool{stage}: sees {len(seen):3d} pixels, 95 % of the paths in the middle {bulk[f'pool{stage}']}")
e_names = [layer["name"] for layer in layers["E"]]
e_paths = count_paths(layers["E"][: e_names.index("pool5") + 1], 320)
measured["VGG-19, pool5"] = int((e_paths.sum(axis=0) > 0).sum())
print(f"VGG-19, pool5: {measured['VGG-19, pool5']} pixels")

# %% [markdown]
# 6 and 16, as by hand, then 44, 100, and 212: one number in the last feature map of VGG-16 looks at nearly the whole image of 224. In VGG-19 it is 268, more than there is.
#
# ### What it does not tell you
#
# The function counts **paths**: in how many ways can a pixel reach the output? A pixel in the corner of the receptive field has one path, a pixel in the middle has very many. Three 3x3 convolutions show the principle.

# %% figure alt="Four square heat maps with a number in each cell. One 3 by 3 convolution: nine ones. Two: a 5 by 5 square with 1 in the corners and 9 in the middle. Three: a 7 by 7 square with 1 in the corners and 49 in the middle, a bell shape. A single 7 by 7 convolution: forty-nine ones." tags=["hide-input"]
stacks = {"one 3×3": "3-1", "two 3×3": "3-1 3-1", "three 3×3": "3-1 3-1 3-1", "one 7×7": "7-1"}
path_maps = {}
fig, axes = plt.subplots(1, 4, figsize=(7.5, 2.3))
for ax, (title, text) in zip(axes, stacks.items(), strict=True):
    convolutions = [layer for layer in vgg_layers(text) if layer["kind"] == "convolution"]
    path_maps[title] = count_paths(convolutions, 11)[2:9, 2:9]
    shown = path_maps[title] / path_maps[title].max()
    ax.imshow(np.where(shown > 0, shown, np.nan), cmap="Blues", vmin=-0.25, vmax=2)
    for (row, column), count in np.ndenumerate(path_maps[title]):
        if count:
            ax.text(column, row, f"{count:.0f}", ha="center", va="center", fontsize=10)
    ax.set_title(title, loc="center")
    ax.axis("off")
plt.show()

# %% figure alt="Left: how the paths to one output are distributed over the pixels along one axis, for the five poolings of VGG-16; the curves are bells, narrow for pool1 and wide for pool5. Right: pairs of bars for the five poolings; the receptive field grows 6, 16, 44, 100, 212, and the middle part that holds 95 percent of the paths grows 6, 12, 30, 60, 122." tags=["hide-input"]
fig, (left, right) = plt.subplots(1, 2, figsize=(7.5, 3.8))
shades = ("gray", "sky", "green", "orange", "blue")
lines = (":", "--", "-.", (0, (5, 1)), "-")
for (name, profile), color, line in zip(profiles.items(), shades, lines, strict=True):
    offsets = np.arange(len(profile)) - (len(profile) - 1) / 2
    left.plot(offsets, profile / profile.max(), linestyle=line, color=COLORS[color], label=name)
left.set(xlabel="pixels from the middle", ylabel="paths, relative to the middle")
left.set_title("How a pixel counts")
left.legend(frameon=False, fontsize=10, handlelength=1.8)
places = np.arange(5)
right.bar(
    places - 0.2, [measured[name] for name in profiles], 0.38, color=COLORS["sky"], label="receptive field"
)
right.bar(
    places + 0.2,
    list(bulk.values()),
    0.38,
    color=COLORS["blue"],
    hatch="//",
    edgecolor="white",
    label="95 % of paths",
)
for x, name in enumerate(profiles):
    right.text(x - 0.2, measured[name] + 3, measured[name], ha="center", fontsize=10)
    right.text(x + 0.24, bulk[name] + 3, bulk[name], ha="center", fontsize=10)
right.set_xticks(places, list(profiles))
right.set(ylabel="pixels along one axis", ylim=(0, 245))
right.set_title("How far it sees")
right.legend(frameon=False, fontsize=10, loc="upper left")
plt.show()

# %% [markdown]
# One kernel of 7x7 can weigh each of its 49 pixels freely. Behind a stack, the pixels in the middle have a head start, and with each layer the distribution comes closer to a bell (sums of many small steps do that). For pool5 of VGG-16, 95 % of all paths run through the middle 122x122 of its 212x212 pixels. So the **effective receptive field** is smaller than $r$ says. In trained networks it has been measured; it grows during training, and it stays a bell ([@luo2016]). Take $r$ as what it is: a limit. Beyond it an output is blind; within it, the edges count little.
#
# ### Weights
#
# A convolution from $C$ to $C$ channels has $F^2 C^2$ weights, biases aside. A stack of $n$ layers of 3x3 has $9nC^2$, and the kernel that sees as much as the stack does, by (2), has $(2n+1)^2 C^2$. The stack grows linearly with what it sees, the kernel with its square. With our table of costs, for $C = 256$ channels of 56x56:

# %%
C = 256
stack_costs, kernel_costs = {}, {}
print("sees    weights: kernel   stack  ratio   ReLUs  stored numbers")
for n in range(1, 6):
    seen = 2 * n + 1
    inner = {"kind": "convolution", "filters": C, "padding": "same", "bias": False}
    stack_costs[seen] = cost_table([{"name": f"conv{i}", "size": 3, **inner} for i in range(n)], (56, 56, C))
    kernel_costs[seen] = cost_table([{"name": "conv", "size": seen, **inner}], (56, 56, C))
    small, large = (sum(row.weights for row in rows) for rows in (stack_costs[seen], kernel_costs[seen]))
    stored = sum(row.stored for row in stack_costs[seen])
    print(f"{seen:2d}×{seen:<2d}{large:>18,}{small:>11,}{large / small:>6.2f}", end="")
    print(f"{1:>5d} / {n}{kernel_costs[seen][0].stored / 1e6:>8.1f} / {stored / 1e6:.1f} million")

# %% [markdown]
# The 7x7 kernel has 49/27 times the weights of three 3x3 layers, **81 % more**, which is the paper's own example. The MACs have the same ratio, since each weight is used once per position. Two columns deserve a second look.
#
# - **Non-linearities.** The stack has $n$ ReLUs where the kernel has one.
# - **Memory.** The stack stores $n$ feature maps where the kernel stores one, and training has to keep all of them for the backward pass. This is the price, and it is seldom mentioned.
#
# And one condition: the comparison assumes that **all** layers have $C$ channels in and out. The first convolution of a stage does not.
#
# **Predict, then run.** Stage 3 of configuration B has two convolutions, from 128 to 256 channels and from 256 to 256. One 5x5 convolution from 128 to 256 channels would see as much. Which has fewer weights?

# %%
entry_pair = cost_table(vgg_layers("3-256 3-256")[:2], (56, 56, 128))
entry_kernel = cost_table(vgg_layers("5-256")[:1], (56, 56, 128))
entry_weights = [sum(row.weights for row in rows) for rows in (entry_pair, entry_kernel)]
print(f"two 3×3: {entry_weights[0]:,} weights; one 5×5: {entry_weights[1]:,} weights")

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# The 5x5 kernel, by 7 %. With $C$ channels out and $C/2$ in, the pair has $9 \cdot \frac{C}{2} \cdot C + 9C^2 = 13.5\, C^2$ weights and the kernel $25 \cdot \frac{C}{2} \cdot C = 12.5\, C^2$. The second layer of the pair pays for all its $C$ input channels. At the image, with 3 channels in, the difference is much larger. So "small kernels are cheaper" is true inside a stage and false at its entrance.
#
# </details>
#
# ### Non-linearities
#
# What are the ReLUs in between good for? Leave them out and see what is left. We take two 3x3 kernels, send a single bright pixel (an **impulse**) through both, and read off the 5x5 kernel that does the same in one step.


# %%
def convolve(images, kernel):
    """Apply one 3x3 or 5x5 kernel (F_h, F_w) to images (N, H, W, 1), without padding."""
    return keras.ops.convert_to_numpy(keras.ops.conv(images, kernel[:, :, None, None].astype("float32")))


first, then = rng.normal(size=(2, 3, 3))
impulse = np.zeros((1, 9, 9, 1), "float32")
impulse[0, 4, 4, 0] = 1
response = convolve(convolve(impulse, first), then)[0, :, :, 0]
composed = response[::-1, ::-1]  # a cross-correlation answers to an impulse with its kernel turned around

some_images = rng.normal(size=(4, 12, 12, 1)).astype("float32")
two_steps = convolve(convolve(some_images, first), then)
linear_difference = abs(two_steps - convolve(some_images, composed)).max()
with_relu = convolve(np.maximum(convolve(some_images, first), 0), then)
relu_difference = abs(with_relu - convolve(some_images, composed)).max()
print(f"composed kernel {composed.shape}; difference to two steps: {linear_difference:.1e},")
print(f"with a ReLU in between: {relu_difference:.1f}")

# %% [markdown]
# **Predict.** Without ReLUs, can a stack of two 3x3 kernels do anything that one 5x5 kernel cannot? Can the 5x5 kernel do anything that the stack cannot?
#
# <details class="answer"><summary>Answer</summary>
#
# The stack can do nothing new: whatever the two kernels are, there is one 5x5 kernel with the same output. The reverse is not true. Two 3x3 kernels have 18 numbers, the 5x5 kernel has 25, so most 5x5 kernels are not the composition of two 3x3. Without ReLUs a stack is a large kernel with its hands tied. The paper calls it a regularization: the large kernel is forced to be a composition of small ones, with non-linearities in between.
#
# </details>
#
# So a stack can do **less** than a large kernel in one respect and **more** in another. Which weighs more is not a question of arithmetic. We will put it to an experiment.
#
# Column C of the table plays with the same idea from the other side. Its 1x1 convolutions see nothing new (in (1), $F - 1 = 0$), but they mix channels, and each adds a ReLU.
#
# ## At full size
#
# Now the network itself, as a Keras model. One loop turns the list of layers into a model; this is all there is to VGG.

# %% include
from convlab.vgg import build_network

# %% [markdown]
# A model of 138 million parameters takes half a gigabyte before it has done anything. To count and to compare we need none of it: inside a `StatelessScope` that is told not to initialize variables, Keras builds the model with shapes instead of numbers. Keras also ships VGG-16 and VGG-19 of its own, so that we can compare.

# %%
counts = {}
with keras.StatelessScope(initialize_variables=False):
    for column, reference in (("D", keras.applications.VGG16), ("E", keras.applications.VGG19)):
        ours, theirs = build_network(layers[column], (224, 224, 3)), reference(weights=None)
        shapes = [[tuple(variable.shape) for variable in model.weights] for model in (ours, theirs)]
        counts[column] = (ours.count_params(), theirs.count_params(), shapes[0] == shapes[1])
        print(f"{column}: {counts[column][0]:,}; Keras's {reference.__name__}: {counts[column][1]:,}", end="")
        print(", every weight of the same shape" if counts[column][2] else ", shapes differ")
    shapes_agree = all(
        tuple(ours.get_layer(row.name).output.shape[1:]) == row.output_shape for row in tables["E"]
    )
megabytes = 4 * parameters["D"] / 1024**2
print(f"the weights of VGG-16 in float32: {megabytes:.0f} MB")

# %% [markdown]
# ### Where it all sits
#
# **Predict, then run.** VGG-16 has 13 convolutions and 3 fully connected layers. Which single layer holds the most parameters, and what share of the 138 million? Which layers do the most work? Which leave the most numbers behind?

# %% figure alt="Three bar charts with one bar per layer of VGG-16, convolutions in blue, pooling in orange, fully connected layers in green. Memory of outputs: conv1_1 and conv1_2 have 21 percent each, and the bars shrink stage by stage. Parameters: almost nothing in the convolutions, 74 percent in fc1, 12 in fc2. Multiply-accumulates: 12 percent in most convolutions of stages 1 to 4, 6 in the first of a stage, 3 in each of stage 5, under 1 in the fully connected layers." tags=["hide-input"]
shown = [row for row in tables["D"] if row.kind != "flatten"]
fig, axes = plt.subplots(1, 3, figsize=(7.5, 6.0), sharey=True)
columns = {
    "memory of outputs": [row.stored for row in shown],
    "parameters": [row.parameters for row in shown],
    "MACs": [row.macs for row in shown],
}
for ax, (title, values) in zip(axes, columns.items(), strict=True):
    shares = 100 * np.array(values) / sum(values)
    ax.barh(range(len(shown)), shares, color=[COLORS[LAYER_COLORS[row.kind]] for row in shown])
    for y, share in enumerate(shares):
        if share >= 0.5:
            ax.text(share + shares.max() / 40, y, f"{share:.0f} %", va="center", fontsize=10)
    ax.set(xlim=(0, shares.max() * 1.25), xticks=[])
    ax.set_title(title, loc="center")
    ax.grid(visible=False)
axes[0].set_yticks(range(len(shown)), [row.name for row in shown])
axes[0].invert_yaxis()
plt.show()

# %%
by_kind = {
    kind: np.array([(row.parameters, row.macs, row.stored) for row in tables["D"] if row.kind == kind]).sum(
        axis=0
    )
    for kind in ("convolution", "pooling", "fully connected")
}
share_of = {kind: found / sum(by_kind.values()) for kind, found in by_kind.items()}
for kind, (of_parameters, of_macs, of_memory) in share_of.items():
    print(
        f"{kind:>16s}: {of_parameters:6.1%} of parameters, {of_macs:6.1%} of MACs, {of_memory:6.1%} of memory"
    )
fc1_share = d_rows["fc1"].parameters / parameters["D"]
print(f"fc1 alone: {d_rows['fc1'].parameters:,} parameters, {fc1_share:.1%}")
output_megabytes = sum(row.kilobytes for row in tables["D"]) / 1024
print(f"outputs of all layers, one image: {output_megabytes:.1f} MB")

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# Three questions, three places. **Memory** sits at the front: the two convolutions of stage 1 leave 43 % of all numbers behind. **Work** is spread evenly, by design. **Parameters** sit at the end: fc1 alone holds 102.8 million, 74 % of the network, because it connects all $7 \cdot 7 \cdot 512 = 25{,}088$ numbers of the last feature map with 4,096 outputs. The convolutions, which do 99 % of the work, have 11 % of the parameters.
#
# </details>
#
# This explains the surprise in the table of A to E: all five columns share the same three fully connected layers, 123.6 million parameters, and differ in what is left.
#
# Beside AlexNet with its 61,100,840 parameters and 0.72 billion MACs (lesson 5), VGG-16 has a little more than twice the parameters, and **more than twenty times the work**. A single image leaves 58 MB of feature maps behind, and in training every image of the batch does. The authors report two to three weeks of training for one network, on four GPUs.
#
# Are the three large layers needed? One can also average each channel over all positions of the last feature map and put a single fully connected layer behind that.

# %% include
from convlab.vgg import with_average_head

# %%
short_table = cost_table(with_average_head(layers["D"]), (224, 224, 3))
short_parameters = sum(row.parameters for row in short_table)
print(f"VGG-16 with an average at the end: {short_parameters:,} parameters")

# %% [markdown]
# 15 million remain of 138. (The last pooling goes too; in front of an average it has nothing to do.) Of course this is another network, and it must be trained anew. The networks of the next lessons are built like that.
#
# ### A fully connected layer is a convolution
#
# fc1 multiplies each of the $7 \times 7 \times 512$ numbers with a weight and adds up, 4,096 times. A convolution with 4,096 filters of 7x7, without padding, does exactly this if its input is 7x7: there is only one position. fc2 and fc3 are then 1x1 convolutions. Nothing is gained on an image of 224x224. But the convolution also accepts **larger** images, and then gives a map of scores instead of one score per class. That is how the authors tested their networks, which they call dense evaluation: the whole image goes in at once, and the scores are averaged over all positions. On a small relative of VGG:

# %%
small = build_network(vgg_layers("3-64 | 3-128", width=8, units=32, num_classes=10), (16, 16, 3))


def score_map(images):
    """Run `small` on images of any size, with its fully connected layers as convolutions."""
    x = images
    for layer in small.layers[1:]:  # up to the last pooling
        if layer.name == "flatten":
            break
        x = layer(x)
    side = 4  # fc1 saw feature maps of 4x4
    for name in ("fc1", "fc2", "fc3"):
        weights, bias = small.get_layer(name).get_weights()
        x = keras.ops.conv(x, weights.reshape(side, side, -1, weights.shape[1])) + bias
        x = keras.ops.relu(x) if name != "fc3" else x
        side = 1
    return keras.ops.convert_to_numpy(x)


trial = rng.normal(size=(2, 16, 16, 3)).astype("float32")
dense_difference = abs(score_map(trial)[:, 0, 0] - keras.ops.convert_to_numpy(small(trial))).max()
larger = score_map(rng.normal(size=(2, 24, 32, 3)).astype("float32"))
print(f"16×16 pixels: {score_map(trial).shape}, difference {dense_difference:.1e}; 24×32: {larger.shape}")

# %% [markdown]
# **Predict.** VGG-16 gets an image of 384x384 pixels in this way. How large is its map of scores?
#
# <details class="answer"><summary>Answer</summary>
#
# Five poolings make $384 / 32 = 12$. A 7x7 convolution without padding leaves $12 - 7 + 1 = 6$: a map of 6x6, that is, 36 overlapping looks at the image for much less than the price of 36.
#
# </details>
#
# ## Getting it to train
#
# VGG was built in 2014, a year before batch normalization, and the deeper columns did not train from scratch with the small random weights that were customary. The authors trained column A, and used its first four convolutions and its fully connected layers to initialize the others. After their entry they found that a better scale of the initial weights makes this unnecessary ([@glorot2010]). The rest of the recipe is AlexNet's: batches of 256, momentum 0.9, weight decay 0.0005, dropout of 0.5 in the first two fully connected layers, a learning rate of 0.01 that is divided by ten three times, random crops and mirroring ([@simonyan2015]).
#
# How hard is "hard to train"? We take column A with an eighth of the filters, for images of 32x32, which five poolings turn into a single position. It gets He initialization (lesson 3), so it starts better than the original, and it is trained twice: as published, and with batch normalization behind each convolution, as it is mostly used today.
#
# **Predict, then run.** Both versions have the same plan, the same learning rate, and see each image three times. How far are they apart?

# %%
x_train, y_train, x_test, y_test = load_image_set(CONFIG["data"], CONFIG["num_train"], CONFIG["num_test"])
slim_layers = vgg_layers(
    VGG_CONFIGURATIONS[CONFIG["column"]], CONFIG["column_width"], CONFIG["column_units"], num_classes=10
)
slim_accuracy, slim_losses = {}, {}
for version, normalized in (("as published", False), ("with batch normalization", True)):
    model = build_network(slim_layers, x_train.shape[1:], normalized, dtype=CONFIG["dtype"])
    trainer = Trainer(model, CONFIG["jit_compile"], CONFIG["loss_scale"])
    slim_accuracy[version], slim_losses[version] = [], []
    for seed in CONFIG["seeds"]:
        trainer.reset(seed)
        losses = trainer.fit(
            x_train, y_train, CONFIG["batch_size"], CONFIG["column_rate"], CONFIG["column_epochs"]
        )
        slim_losses[version].append(losses)
        slim_accuracy[version].append(trainer.accuracy(x_test, y_test))
    found = slim_accuracy[version]
    print(
        f"{version:>24s}: {model.count_params():,} parameters, test accuracy {min(found):.2f}-{max(found):.2f}"
    )

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# Far. As published, eleven layers are at 40 to 60 % after three epochs; with batch normalization every seed passes 70 %, and the worst seed with it beats the best without by more than ten points. More epochs help the published version, slowly (change `column_epochs` and see). Why signals fade in deep networks, and what else helps, is the subject of lesson 9.
#
# </details>
#
# The experiment that follows compares networks of different depth. To compare their **design** rather than their trouble with training, all of them get batch normalization.
#
# ## What made the difference? Stacks against kernels
#
# Is it the stack? The paper has an experiment on this: each pair of 3x3 layers in column B was replaced by one 5x5 layer, with the same receptive field. The top-1 error is reported to be 7 % higher. We repeat the question at our scale, with three layers of 3x3 against one of 7x7, and add a control. Two stages of each kind, with 16 filters everywhere; then an average over all positions, and a single fully connected layer:
#
# 1. **stack**: three 3x3 convolutions, a ReLU behind each;
# 2. **kernel**: one 7x7 convolution with a ReLU;
# 3. **stack without inner ReLUs**: three 3x3 convolutions with one ReLU behind the last. It has the layers, the weights and the receptive field of the first, and the non-linearities of the second.
#
# If 1 beats 2, it can be because of the small kernels or because of the ReLUs. The third network tells the two apart.

# %% figure alt="Three block diagrams from top to bottom. Stack: x, then three boxes 3 by 3 convolution with BN and ReLU, y. Kernel: x, one box 7 by 7 convolution with BN and ReLU, y. Stack without inner ReLUs: x, two boxes 3 by 3 convolution with BN only, a third with BN and ReLU, y." tags=["hide-input"]
active = ("3×3 convolution\nBN, ReLU", "convolution")
bare = ("3×3 convolution\nBN", "convolution")
diagrams = {
    "stack": [("x", "text"), active, active, active, ("y", "text")],
    "kernel": [("x", "text"), ("7×7 convolution\nBN, ReLU", "convolution"), ("y", "text")],
    "without inner ReLUs": [("x", "text"), bare, bare, active, ("y", "text")],
}
fig, ax = plt.subplots()
draw_blocks(ax, diagrams)
plt.show()

# %% [markdown]
# All three are lines of text again, and they get the short end with the average.


# %%
def shrink(images):
    """Cut out the middle of each image and average over blocks of pixels, as CONFIG says."""
    size, block = CONFIG["crop"], CONFIG["block"]
    margin = (images.shape[1] - size) // 2
    middle = images[:, margin : margin + size, margin : margin + size]
    return middle.reshape(len(images), size // block, block, size // block, block, 3).mean(axis=(2, 4))


designs = {
    "stack": "3-64 3-64 3-64 | 3-64 3-64 3-64",
    "kernel": "7-64 | 7-64",
    "without inner ReLUs": "3-64-linear 3-64-linear 3-64 | 3-64-linear 3-64-linear 3-64",
}
small_train, small_test = shrink(x_train), shrink(x_test)
steps_per_epoch = len(small_train) // CONFIG["batch_size"]
design_parameters, design_macs, accuracy, curves, seconds = {}, {}, {}, {}, {}
print(f"images {small_train.shape[1:]}")
for name, text in designs.items():
    plan = with_average_head(vgg_layers(text, CONFIG["width"], num_classes=10))
    model = build_network(plan, small_train.shape[1:], batch_normalization=True, dtype=CONFIG["dtype"])
    trainer = Trainer(model, CONFIG["jit_compile"], CONFIG["loss_scale"])
    design_parameters[name] = model.count_params()
    design_macs[name] = sum(row.macs for row in cost_table(plan, small_train.shape[1:]))
    accuracy[name], curves[name], seconds[name] = [], [], []
    for seed in CONFIG["seeds"]:
        trainer.reset(seed)
        start = time.process_time()
        losses = trainer.fit(
            small_train, y_train, CONFIG["batch_size"], CONFIG["learning_rate"], CONFIG["epochs"]
        )
        seconds[name].append(time.process_time() - start)
        curves[name].append(losses)
        accuracy[name].append(trainer.accuracy(small_test, y_test))
    final = [losses[-steps_per_epoch:].mean() for losses in curves[name]]
    print(f"{name:>20s}: {design_parameters[name]:6,} parameters, {design_macs[name]:,} MACs,", end=" ")
    print(
        f"loss {min(final):.2f}-{max(final):.2f}, accuracy {min(accuracy[name]):.2f}-{max(accuracy[name]):.2f}"
    )
final_loss = {
    name: np.array([losses[-steps_per_epoch:].mean() for losses in each]) for name, each in curves.items()
}
time_ratio = min(seconds["stack"]) / min(seconds["kernel"])
print(f"processor time of the stack over that of the kernel: {time_ratio:.1f}")

# %% figure alt="Left: test accuracy of the three designs, a dot for every seed and a bar for the mean. The stack is clearly above the other two, which overlap. Right: training loss against epoch, mean over seeds with the range shaded: the stack falls fastest and ends lowest." tags=["hide-input"]
fig, (left, right) = plt.subplots(1, 2, figsize=(7.5, 4.0), width_ratios=[1, 1.25])
looks = {
    "stack": ("blue", "o", "-"),
    "kernel": ("vermilion", "s", "--"),
    "without inner ReLUs": ("orange", "^", ":"),
}
for x, (name, (color, marker, line)) in enumerate(looks.items()):
    left.plot([x - 0.25, x + 0.25], [np.mean(accuracy[name])] * 2, color=COLORS[color])
    places = x + np.linspace(-0.12, 0.12, len(accuracy[name]))
    left.plot(places, accuracy[name], marker, color=COLORS[color], markersize=8, alpha=0.7)
    by_epoch = np.array([losses.reshape(-1, steps_per_epoch).mean(axis=1) for losses in curves[name]])
    epochs = np.arange(by_epoch.shape[1]) + 1
    right.fill_between(epochs, by_epoch.min(0), by_epoch.max(0), color=COLORS[color], alpha=0.18, linewidth=0)
    right.plot(epochs, by_epoch.mean(0), line, marker=marker, color=COLORS[color], label=name)
left.set_xticks(range(3), ["stack", "kernel", "without\ninner ReLUs"])
left.set(ylabel="test accuracy", xlim=(-0.5, 2.5))
left.set_title("Test accuracy")
right.set(xlabel="epoch", ylabel="training loss", ylim=(0, None))
right.set_title("Training loss")
right.legend(frameon=False, fontsize=10)
plt.show()

# %% [markdown]
# The stack wins: on every seed its training loss is lower than that of the other two, and its test accuracy is on average more than 3 points ahead of both, with fewer parameters than the kernel has. The control says why. **Without its inner ReLUs the stack falls back to the level of the kernel**: the two means are less than 6 points apart, and the dots overlap. Small kernels alone did little here; what counted is that there is a non-linearity behind each.
#
# Before you carry that home, three remarks on what this experiment is not.
#
# - **The stack was not cheaper.** It has fewer parameters, but almost a quarter more MACs, because the first layer reads 3 channels instead of 16 (the entrance of a stage again), and it took more than 1.3 times the processor time: six layers with BN and ReLU read and write three times as many feature maps as two. MACs are not time; lesson 11 measures that.
# - **It had help.** All three have BN. Without it the six layers of the stack are harder to train than the two of the kernel, and in our trials of a few epochs the order turned around.
# - **It is one task and one kind of network.** Ten epochs on 2,000 patches are not ImageNet. In another trial, which this page does not repeat, we gave all three VGG's own end, two hidden fully connected layers, and on these few images the kernel was then as good as the stack. Try it: leave out `with_average_head` and pass `units=64`. A claim of the form "X is better" always holds for networks, data, and budgets **like these**. That it held on ImageNet as well, in networks of 13 layers, is what makes it a good rule.
#
# ## How good was it?
#
# The lecture gives a top-5 accuracy of 92.0 % for VGG. That number is in the paper, and like most numbers of this kind it has small print: it is VGG-19, one network, validation images, each seen at one scale. The same networks have several error rates, depending on how they are asked ([@simonyan2015], Tables 3 to 7).
#
# | networks | how it was tested | images | top-5 error | accuracy |
# |:--|:--|:--|--:|--:|
# | VGG-19 | one scale | validation | 8.0 % | **92.0 %** |
# | VGG-19 | several scales | validation | 7.5 % | 92.5 % |
# | VGG-19 | several scales, many crops, and dense | validation | 7.1 % | 92.9 % |
# | seven networks: **the entry of 2014** | several scales, dense | test | **7.3 %** | 92.7 % |
# | VGG-16 and VGG-19, after the entry | several scales, many crops, and dense | test | **6.8 %** | 93.2 % |
#
# The winner of 2014, GoogLeNet, had 6.67 % with seven networks ([@szegedy2015]). So the distance between first and second place was 0.6 points, not the 0.2 that one might read from the lecture's 92.2 and 92.0. After the challenge, with better testing and two networks instead of seven, VGG all but closed it.
#
# And depth, the one thing that was varied? Here is the paper's Table 3: one network, one test scale, validation images. The upper line is training with images of one size; the lower one is training with random sizes (**scale jittering**, a kind of augmentation).

# %%
ONE_SIZE = {
    "A": 10.4,
    "B": 9.9,
    "C": 9.4,
    "D": 8.8,
    "E": 9.0,
}  # top-5 error in %, training images of 256 pixels
RANDOM_SIZES = {"C": 8.8, "D": 8.1, "E": 8.0}  # training images of 256 to 512 pixels

# %% figure alt="Top-5 validation error against layers with weights. Training at one size: A with 11 layers 10.4, B with 13 layers 9.9, C with 16 layers 9.4, D with 16 layers 8.8, E with 19 layers 9.0. Training at random sizes is 0.6 to 1 point lower: C 8.8, D 8.1, E 8.0. At 16 layers C lies above D in both cases." tags=["hide-input"]
fig, ax = plt.subplots(figsize=(7.5, 4.0))
for errors, color, marker, line, label, shift, note_at in (
    (ONE_SIZE, "vermilion", "o", "-", "trained at one size", -0.1, (7, 6)),
    (RANDOM_SIZES, "blue", "s", "--", "trained at random sizes", 0.1, (8, -14)),
):
    path = [column for column in errors if column != "C"]
    places = [depths[column] + shift for column in path]
    ax.plot(places, [errors[column] for column in path], line, color=COLORS[color], label=label)
    for column, error in errors.items():
        fill = "white" if column == "C" else COLORS[color]
        place = (depths[column] + shift, error)
        ax.plot(*place, marker, color=COLORS[color], markersize=8, markerfacecolor=fill)
        note = f"{column}: {error}" + (" (with 1×1)" if column == "C" else "")
        ax.annotate(note, place, note_at, textcoords="offset points", fontsize=10, color=COLORS[color])
ax.set(xlabel="layers with weights", ylabel="top-5 error, validation (%)", ylim=(7.4, 11), xlim=(10.5, 20.5))
ax.set_xticks([11, 13, 16, 19])
ax.set_title("Deeper was better, up to a point")
ax.legend(frameon=False, fontsize=10, loc="upper right")
plt.show()

# %% [markdown]
# Read three things from it.
#
# - **Depth helps**: 1.6 points from 11 to 16 layers.
# - **What the added layers see matters.** C and D have the same number of layers and ReLUs; where C has a 1x1, D has a 3x3. C is better than B, so the additional non-linearities help. D is better than C, so looking around helps more.
# - **It stops.** From 16 to 19 layers nothing is gained, at one size even lost. The paper says that the error saturates and that larger data sets might want deeper networks. Others took it as a question: why should more layers not help? Lesson 9 is about that question and lesson 10 about its answer.
#
# ## Common mistakes
#
# <div class="box mistakes">
#
# - **Counting poolings as layers.** 16 and 19 are layers with weights; with its poolings VGG-16 has 21.
# - **Doubling in stage 5.** It stays at 512.
# - **A 5x5 plus a 5x5 sees 10.** It sees 9: windows overlap, so sizes less one are added.
# - **Forgetting the stride of the poolings** in the receptive field. Behind $k$ poolings a 3x3 kernel adds $2 \cdot 2^k$ pixels, not 2.
# - **Taking the receptive field for what the network looks at.** It is a limit; the weight sits in the middle.
# - **"3x3 is always cheaper."** Inside a stage, yes. Where the number of channels grows, at the image above all, no; and the stack stores more feature maps and takes more steps.
# - **Leaving out the inner ReLUs.** What is left is one kernel with fewer possibilities.
# - **Changing the input size and keeping the fully connected layers.** fc1 fits one size only, unless it is written as a convolution.
# - **Quoting an error rate without its protocol**: which network, how many, how many scales and crops, which images.
#
# </div>
#
# ## Self-check
#
# <div class="box quiz">
#
# **1.** Four 3x3 convolutions, a pooling of 2x2 with stride 2, and one more 3x3 convolution. What is the receptive field?
#
# <details class="answer"><summary>Answer</summary>
#
# $1 + 4 \cdot 2 = 9$; pooling: $9 + 1 = 10$, and from now on the spacing is 2; the last one: $10 + 2 \cdot 2 = 14$ pixels.
#
# </details>
#
# **2.** Which single kernel sees as much as four 3x3 convolutions, and how many weights do both have with 128 channels in and out?
#
# <details class="answer"><summary>Answer</summary>
#
# A 9x9 kernel. The stack has $4 \cdot 9 \cdot 128^2 = 589{,}824$ weights, the kernel $81 \cdot 128^2 = 1{,}327{,}104$, 2.25 times as many.
#
# </details>
#
# **3.** You build VGG-16 for images of 448x448. What happens to the parameters of its convolutions, and to those of fc1?
#
# <details class="answer"><summary>Answer</summary>
#
# The convolutions stay as they are: a kernel does not depend on the size of the image. fc1 now sees $14 \times 14 \times 512$ numbers, four times as many, and has 411 million weights instead of 103.
#
# </details>
#
# **4.** Why does conv5_2 take a quarter of the MACs of conv4_2, though both have the same number of weights?
#
# <details class="answer"><summary>Answer</summary>
#
# Each weight is used once per position, and there are 14x14 positions instead of 28x28.
#
# </details>
#
# **5.** A network is too slow, and someone proposes to cut the fully connected layers of VGG-16 to a tenth. Someone else proposes to cut the filters of stage 1 in half. What does each proposal save?
#
# <details class="answer"><summary>Answer</summary>
#
# The first saves most of the parameters (the file, the memory for weights) and less than 1 % of the work. The second saves hardly any parameters, but a good part of the work of stage 1 and half of its feature maps, which are the largest of all.
#
# </details>
#
# **6.** True or false: three 3x3 convolutions without activation functions can compute everything that one 7x7 convolution can.
#
# <details class="answer"><summary>Answer</summary>
#
# False. They can compute less: their composition is a 7x7 kernel, but not every 7x7 kernel is such a composition. With ReLUs in between they compute functions that no single convolution can.
#
# </details>
#
# **7.** Two papers report 7.3 % and 7.5 % for "VGG". Must one of them be wrong?
#
# <details class="answer"><summary>Answer</summary>
#
# No. 7.3 % is the entry of 2014, seven networks on test images; 7.5 % is a single network on validation images at several scales. Both stand in the same paper.
#
# </details>
#
# </div>
#
# ## Assignment
#
# Now build it yourself: the receptive field of any chain of layers, the weights of a stack, a stage, and from it VGG-16 and VGG-19 in full size. The notebook has checks that you can run as often as you like.
#
# - [Open the assignment in Colab](colab:exercises/07_vgg/07_vgg.ipynb)
# - [See it in the repository](repository:exercises/07_vgg/07_vgg.ipynb)
#
# ## References
#
# [@references]
