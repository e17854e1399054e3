# %% [markdown]
# # Other architectures
#
# The lecture ends its tour with five names on one slide: Network in Network, ResNeXt, DenseNet, SqueezeNet, MobileNet. None of them won the classification task of ILSVRC. All of them left something behind that you meet in almost every network of today: the 1x1 convolution as a layer of its own, groups, concatenation instead of addition, the habit of counting before building, and the convolution taken apart into "look around" and "mix".
#
# Five networks in one lesson would be long if each had its own code. But they have a lot in common: each is **one block, repeated**, and each block fits on a line of text. So we first agree on a notation for such lines, and write three short programs that read them: one counts, one builds a Keras model, one draws. From then on a new network costs one line, and five lines more for the published network in full size, whose parameters must then come out right to the last digit.
#
# <div class="box goals">
#
# **What you will be able to do**
#
# - compare standard, 1x1, grouped, and depthwise separable convolutions: who reads whom, how many weights, how many multiply-accumulates (MACs);
# - explain the idea of each of the five networks in two sentences, and draw its block;
# - count the published networks from their tables, and find a misprint in one of them;
# - say which resource each design saves, and which it spends instead;
# - measure that fewer MACs need not mean less time, and say why;
# - compare small versions of the five in an experiment with a fair opponent.
#
# </div>
#
# **Prerequisites.** Costs of layers (lesson 5), batch normalization (BN, lesson 3), concatenated branches and global average pooling (lesson 8), residual blocks (lesson 10). **Time.** About two hours, and about one minute of computing on two CPU cores.
#
# ## Notation
#
# | symbol | meaning |
# |:--|:--|
# | $H, W$ | rows and columns of a layer's **output** |
# | $k$ | rows and columns of a kernel, $F_h = F_w = k$ |
# | $C_{in},\ C_{out}$ | channels of a layer's input and output |
# | $G$ | number of groups of a grouped convolution |
# | $d$ | channels in one group |
# | $r$ (`growth`) | growth rate: channels that one layer of a DenseNet adds |
# | $\alpha$ | width multiplier: a factor on the number of filters of all layers |
#
# ## Set up

# %%
import re
import sys
import time
from math import prod
from typing import NamedTuple

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from cycler import cycler
from matplotlib.patches import FancyBboxPatch

# %% [markdown]
# What is trained in this lesson are small versions of the five networks. With a GPU that happens on CIFAR-10, with twice the filters, half-precision arithmetic and XLA compilation. Without one it happens on photo patches (the task: from which of ten photographs was this patch cut?), cut down to 12x12 pixels. **The numbers in the text belong to the CPU profile.**

# %%
PROFILES = {
    "cpu": {
        "data": "patches",  # cut from photographs that ship inside scikit-image and scikit-learn
        "num_train": 1152,
        "num_test": 800,
        "crop": 24,  # the middle of each image, in pixels
        "block": 2,  # averaged over blocks of so many pixels
        "width": 1,  # factor on the filters of all small networks
        "batch_size": 64,
        "epochs": 4,
        "learning_rate": 0.3,
        "seeds": [0, 1, 2],  # every training is repeated with each of them
        "split_groups": True,  # a CPU is bad at grouped convolutions, as you will see
        "timed_channels": [32, 64, 128],
        "repeats": 12,  # of every measurement of time
        "dtype": "float32",
        "jit_compile": False,  # XLA makes such small networks slower on a CPU
        "loss_scale": 1.0,
    },
    "gpu": {
        "data": "cifar10",  # needs a network; falls back to photo patches
        "num_train": 20_000,
        "num_test": 2_000,
        "crop": 32,
        "block": 1,
        "width": 2,
        "batch_size": 128,
        "epochs": 8,
        "learning_rate": 0.3,
        "seeds": [0, 1, 2],
        "split_groups": True,  # the same networks as on a CPU
        "timed_channels": [32, 64, 128, 256],
        "repeats": 12,
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
    "crop": 24,
    "block": 2,
    "width": 1,
    "batch_size": 8,
    "epochs": 1,
    "seeds": [0],
    "timed_channels": [32, 64],
    "repeats": 1,
}

# %% [markdown]
# The helpers that set the look of figures, load the images, count a layer, draw blocks, and train are those of earlier lessons. Unfold them if you are curious.

# %% include tags=["hide-input"]
from convlab.figures import COLORS, set_figure_style

# %%
set_figure_style()

# %% include tags=["hide-input"]
from convlab.block_diagrams import block_extent, draw_block, draw_blocks, draw_series, series_extent
from convlab.data import load_cifar10_images
from convlab.drawing import LAYER_COLORS, draw_arrow, finish_drawing
from convlab.layer_costs import LayerCost, cost_of_layer, count_positions
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
# ## A network in one line
#
# Words, set apart by spaces, are layers in the order in which they are applied.
#
# | word | layer |
# |:--|:--|
# | `3x3-64` | convolution with 64 filters of 3x3, "same" padding |
# | `3x3-64/2` | the same with stride 2; a `v` at the end stands for "valid" padding |
# | `3x3-64-g8` | the same with 8 groups |
# | `3x3-dw` | one kernel of 3x3 for each channel by itself (see below) |
# | `bn`, `relu`, `drop` | batch normalization, ReLU, dropout |
# | `max3/2`, `avg2/2` | max- and average pooling, window 3 or 2, stride 2 |
# | `gap`, `fc-1000` | global average pooling, fully connected layer |
# | `[ a \| b ] concat` | branches `a` and `b` get the same input; their outputs are concatenated |
# | `[ a \| ] add` | outputs are added; an empty branch hands its input on |
#
# Convolutions have biases in networks without BN, and none in networks with BN, where a bias would do nothing (lesson 3). One function reads a word, another one a line. Both are mostly patterns for text; what comes out is a list of dictionaries of the kind that lesson 5 counts.

# %% include tags=["hide-input"]
from convlab.layer_notation import BLOCKS, CONVOLUTION, POOLING, WORDS, expand, read_network, read_word

# %%
for layer in read_network("3x3-64/2 bn [1x1-64 relu | ] add"):
    print(layer)

# %% [markdown]
# Such a list can be used in three ways. The first: **count it**. For every layer we get the shape of its output, its parameters, and its MACs. A fork counts each branch, and then says what the outputs become together.

# %% include
from convlab.compact_networks import count_depth, count_layer, count_network

# %% [markdown]
# The second: **build it**, layer by layer, with Keras's functional API. `grow_graph` takes a tensor and gives a tensor, and for a fork it calls itself.
# %% include
from convlab.network_building import build, convolve, grow_graph

# %% [markdown]
# The third: **draw it**.
# %% include tags=["hide-input"]
from convlab.network_diagrams import diagram

# %%
trial = "3x3-16 relu [1x1-8 relu 3x3-16 | ] add relu gap fc-10"
trial_rows = count_network(read_network(trial), (32, 32, 3))
trial_model = build(trial, (32, 32, 3))
print(f"counted {sum(row.parameters for row in trial_rows):,}, Keras has {trial_model.count_params():,}")

# %% [markdown]
# ## Four ways to connect channels
#
# Before the networks, their material. A convolution does two things at once: it looks around, over $k \times k$ positions, and it mixes channels, all $C_{in}$ of them for every output channel. That is why it has so many weights:
#
# $$\text{weights} = k^2\, C_{in}\, C_{out}, \qquad \text{MACs} = H\, W\, k^2\, C_{in}\, C_{out} \tag{1}$$
#
# Each weight is used once per output position, so for one layer weights and MACs always have the same ratio, $H W$. There are three ways to have fewer.
#
# **Do not look around.** A 1x1 convolution, also called **pointwise convolution**, has $k = 1$ and mixes only: $C_{in} C_{out}$ weights. At each position it is a fully connected layer from $C_{in}$ to $C_{out}$ numbers, the same one everywhere.
#
# **Mix less.** A grouped convolution (lesson 5) divides the channels into $G$ groups, and an output channel reads its own group only. Of the weights in (1) a $G$-th is left:
#
# $$\text{weights} = \frac{k^2\, C_{in}\, C_{out}}{G} \tag{2}$$
#
# **Do not mix at all.** With as many groups as channels, $G = C_{in} = C_{out}$, every channel is filtered by itself. This is a **depthwise convolution**, with $k^2 C_{in}$ weights. Alone it is not of much use, because no output ever sees two channels. Followed by a 1x1 convolution it is: first look around in each channel, then mix at each position. The pair is a **depthwise separable convolution**:
#
# $$\text{weights} = k^2\, C_{in} + C_{in}\, C_{out} \tag{3}$$
#
# Divide (3) by (1), and $C_{in}$ cancels:
#
# $$\frac{k^2 C_{in} + C_{in} C_{out}}{k^2 C_{in} C_{out}} = \frac{1}{C_{out}} + \frac{1}{k^2} \tag{4}$$
#
# The figure shows who reads whom. It is not drawn by hand: we build each layer with 8 channels in and out, take one position of the output, and ask automatic differentiation how many pixels of each input channel reach each output channel.


# %%
def count_readings(text, channels):
    """Count for every pair of output and input channel the pixels that the output in the middle reads."""
    model = build(text, (7, 7, channels))
    image = tf.Variable(rng.normal(size=(1, 7, 7, channels)), dtype="float32")
    with tf.GradientTape(persistent=True) as tape:
        outputs = tf.unstack(model(image)[0, 3, 3])
    slopes = np.array([tape.gradient(output, image)[0] for output in outputs])
    return np.count_nonzero(slopes, axis=(1, 2))  # over rows and columns of the image


connections = {
    "standard\n3x3": "3x3-8",
    "1x1": "1x1-8",
    "grouped\n3x3, G = 4": "3x3-8-g4",
    "depthwise\n3x3": "3x3-dw",
    "depthwise 3x3,\nthen 1x1": "3x3-dw 1x1-8",
}
readings = {name: count_readings(text, 8) for name, text in connections.items()}
connection_weights = {
    name: sum(row.weights for row in count_network(read_network(text), (7, 7, 8)))
    for name, text in connections.items()
}

# %% figure alt="Five square grids of 8 output channels by 8 input channels. Standard 3 by 3: all cells are dark, 9 pixels each, 576 weights. 1 by 1: all cells are pale, 1 pixel each, 64 weights. Grouped: only four blocks of 2 by 2 cells along the diagonal are dark, 144 weights. Depthwise: only the diagonal is dark, 72 weights. Depthwise followed by 1 by 1: all cells are dark again as in the standard convolution, with 136 weights." tags=["hide-input"]
fig, axes = plt.subplots(1, 5, figsize=(7.5, 2.6), sharey=True)
for ax, (name, counts) in zip(axes, readings.items(), strict=True):
    for (output, source), count in np.ndenumerate(counts):
        shade = {0: "#F0F0F0", 1: "#A9CCE8"}.get(int(count), COLORS["blue"])
        ax.add_patch(plt.Rectangle((source, output), 1, 1, facecolor=shade, edgecolor="white", lw=1))
    ax.set(xlim=(0, 8), ylim=(8, 0), aspect="equal", xticks=[], yticks=[])
    ax.set_title(name, loc="center", fontsize=10)
    ax.set_xlabel(f"{connection_weights[name]} weights", fontsize=10)
    ax.spines[:].set_visible(False)
axes[0].set_ylabel("output channel")
fig.supxlabel("input channel (dark: 9 pixels are read, pale: 1, gray: none)", fontsize=10)
plt.show()

# %% [markdown]
# Look at the last panel. The depthwise separable convolution reads exactly what the standard one reads, all pixels of all channels, with 136 weights instead of 576. What it has lost is freedom: all output channels share the same 8 spatial filters and differ only in how they mix them.
#
# **Predict, then run.** A standard 3x3 convolution has 256 channels in and out. By which factor does each of the others reduce the weights: 1x1, 8 groups, 32 groups, depthwise separable? And with 5x5 kernels?

# %%
alternatives = {
    "1x1": "1x1-256",
    "8 groups": "{0}-256-g8",
    "32 groups": "{0}-256-g32",
    "separable": "{0}-dw 1x1-256",
}
saving = {}
for window in ("3x3", "5x5"):
    full = count_network(read_network(f"{window}-256"), (14, 14, 256))
    for name, text in alternatives.items():
        rows = count_network(read_network(text.format(window)), (14, 14, 256))
        saving[window, name] = sum(row.macs for row in full) / sum(row.macs for row in rows)
    print(window, ", ".join(f"{name}: {saving[window, name]:.1f}" for name in alternatives))

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# 9, 8, 32, and by (4) $1/(1/256 + 1/9) = 8.7$; with 5x5 it is 25, 8, 32, and 22.8. For many channels the first term of (4) hardly counts: **the separable convolution costs about as much as its 1x1 part**, and the size of the kernel is nearly free. (With few channels the first term does count. Behind 8 channels we had $136/576$, a factor of 4.2.)
#
# </details>
#
# ## Network in Network
#
# A convolution followed by a ReLU is a simple feature detector: a weighted sum, cut at zero. In 2013 Lin, Chen, and Yan put a more capable function in its place, a small network of three layers, applied at every position, the same one everywhere ([@lin2014]). A network slides inside the network, hence the name. They call the layer **mlpconv**, for "multilayer perceptron". Its first layer is the convolution. Its other two are fully connected layers at every position, that is, 1x1 convolutions, so the whole thing is written as
#
# ```text
# 5x5-192 relu  1x1-160 relu  1x1-96 relu
# ```
#
# This is the paper that brought 1x1 convolutions into use; GoogLeNet took them up a year later (lesson 8). Its second idea is at the other end. The last mlpconv has as many channels as there are classes, and its output goes through global average pooling straight into the softmax. There is no fully connected layer with its weights per position, and each of the last feature maps can be looked at as a map of where its class is seen.


# %% figure alt="Two block diagrams. Left, a plain convolution: x, a 5 by 5 convolution with 192 filters and ReLU, y. Right, an mlpconv: x, a 5 by 5 convolution with 192 filters and ReLU, a 1 by 1 convolution with 160 and ReLU, a 1 by 1 convolution with 96 and ReLU, y." tags=["hide-input"]
def framed(text):
    """Draw a line of the notation with its input x and its output y."""
    return [("x", "text"), *diagram(read_network(text)), ("y", "text")]


fig, ax = plt.subplots()
draw_blocks(ax, {"convolution": framed("5x5-192 relu"), "mlpconv": framed("mlpconv(5,192,160,96)")})
plt.show()

# %% [markdown]
# That a 1x1 convolution and a fully connected layer at each position are the same can be tested in three lines: put all positions of all images one below the other, as if they were examples.

# %%
maps = rng.normal(size=(2, 6, 6, 10)).astype("float32")
pointwise = keras.layers.Conv2D(4, 1, activation="relu")
by_convolution = keras.ops.convert_to_numpy(pointwise(maps))
kernel, bias = pointwise.get_weights()
by_position = np.maximum(maps.reshape(-1, 10) @ kernel[0, 0] + bias, 0).reshape(2, 6, 6, 4)
pointwise_difference = float(abs(by_convolution - by_position).max())
print(f"72 positions as 72 examples: largest difference {pointwise_difference:.1e}")

# %% [markdown]
# Blocks can be named, so that a network reads like the table of its paper. Here are all blocks of this lesson. Numbers in braces are filled in; `mlpconv(5,192,160,96)` stands for the line above.

# %%
for name, text in BLOCKS.items():
    print(f"{name:>10}  {text}")

# %% [markdown]
# And here are the published networks. Read the first one now, the others when their turn comes; `*2` behind a block repeats it.

# %% include
from convlab.compact_networks import NETWORKS

# %% [markdown]
# The Network in Network is the version for CIFAR-10, with the filter numbers of the model definition that is usually quoted; the text of the paper does not list them. For it we count one image of 32x32, for the ImageNet networks 224x224 (SqueezeNet's layers without padding fit 227x227, the size of its authors' definition). As in lesson 7, Keras builds inside a scope in which no weight is initialized.

# %%
SIZES = {"Network in Network": 32, "SqueezeNet 1.0": 227, "SqueezeNet 1.1": 227}
tables, models, depths = {}, {}, {}
with keras.StatelessScope(initialize_variables=False):
    for name, text in NETWORKS.items():
        shape = (SIZES.get(name, 224), SIZES.get(name, 224), 3)
        tables[name] = count_network(read_network(text), shape)
        models[name] = build(text, shape)
        depths[name] = count_depth(read_network(text))
parameters = {name: sum(row.parameters for row in rows) for name, rows in tables.items()}
macs = {name: sum(row.macs for row in rows) for name, rows in tables.items()}
learned = {
    name: sum(prod(weight.shape) for weight in model.trainable_variables) for name, model in models.items()
}
for row in tables["Network in Network"]:
    if row.weights:
        print(f"{row.name}  to {'×'.join(map(str, row.output_shape)):>9}  {row.parameters:>8,} parameters")
print(f"together {parameters['Network in Network']:,}; the Keras model {learned['Network in Network']:,}")

# %% [markdown]
# Just under a million: 966,986. The mixing layers are not the expensive part: 84 % of the parameters are in the three convolutions that look around. The authors reported a test error of 10.4 % on CIFAR-10, and 8.8 % with data augmentation ([@lin2014]).
#
# **Predict.** Suppose the last feature map, 8x8 with 192 channels, were flattened and followed by AlexNet's two hidden layers of 4,096 and the 10 classes. How many parameters would that head have?

# %%
head_rows = count_network(read_network("flatten fc-4096 relu fc-4096 relu fc-10"), (8, 8, 192))
head_parameters = sum(row.parameters for row in head_rows)
print(f"{head_parameters:,}")

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# 67 million, 70 times as many as the whole network has. The last mlpconv layer with average pooling costs 1,930. This is the stroke that made networks small, and all networks of this lesson use it.
#
# </details>
#
# ## ResNeXt
#
# ResNet's bottleneck block (lesson 10) goes from 256 channels to 64, looks around there, and comes back to 256. ResNeXt ([@xie2017]) asks: instead of **one** path through 64 channels, why not 32 narrow paths through 4 channels each, added up? Inception modules had shown that many paths are good (lesson 8), but each of their branches is tuned by hand. In ResNeXt all paths have the same shape, so there is a single new number to choose: how many. The authors call it **cardinality**.
#
# 32 paths with 1x1 to 4 channels, 3x3 from 4 to 4, 1x1 to 256: written out, that is a monster of a block. But the 32 first layers together are one 1x1 convolution to 128 channels, the 32 last layers with the addition are one 1x1 convolution from 128 channels, and what is in the middle is a 3x3 convolution with 32 groups. So ResNeXt is ResNet with groups in the middle and more channels there.

# %% figure alt="Three block diagrams with residual connections. ResNet: 1 by 1 with 64 filters, 3 by 3 with 64, 1 by 1 with 256, added to x. ResNeXt as paths, drawn for two of thirty-two: each path has 1 by 1 with 4, 3 by 3 with 4, 1 by 1 with 256, all are added to x. ResNeXt as a grouped convolution: 1 by 1 with 128, 3 by 3 with 128 in 32 groups, 1 by 1 with 256, added to x." tags=["hide-input"]
fig, ax = plt.subplots()
path = "1x1-4 3x3-4 1x1-256"
draw_blocks(
    ax,
    {
        "ResNet": framed("[1x1-64 3x3-64 1x1-256 | ] add"),
        "ResNeXt, 2 of 32 paths": framed(f"[{path} | {path} | ] add"),
        "in one piece": framed("[1x1-128 3x3-128-g32 1x1-256 | ] add"),
    },
)
plt.show()

# %% [markdown]
# (BN and ReLU are left out of the drawing; they are where ResNet has them.) Lesson 5 showed that a grouped convolution is nothing but small convolutions side by side. The other half of the argument is the last layer: adding up 32 outputs of 1x1 convolutions is one 1x1 convolution of the concatenated channels. With numbers:

# %%
paths = rng.normal(size=(32, 5, 5, 4))  # what each of 32 paths has behind its 3x3 convolution
mixers = rng.normal(size=(32, 4, 256))  # the 1x1 kernel at the end of each path
summed = sum(values @ mixer for values, mixer in zip(paths, mixers, strict=True))
side_by_side = np.concatenate(paths, axis=-1) @ np.concatenate(mixers, axis=0)
path_difference = float(abs(summed - side_by_side).max())
print(f"{side_by_side.shape}; largest difference {path_difference:.1e}")

# %% [markdown]
# What does it cost, and what do we get? A block with $G$ paths of $d$ channels on 256 channels has
#
# $$256 \cdot G d + k^2 \cdot G d \cdot d + G d \cdot 256 \tag{5}$$
#
# weights. The authors kept (5) fixed near 70,000 and moved from one wide path to many narrow ones. The errors are theirs (ResNet-50 and its relatives, top-1, one crop of validation images; [@xie2017], Tables 2 and 3).

# %%
REPORTED_ERROR = {(1, 64): 23.9, (2, 40): 23.0, (4, 24): 22.6, (8, 14): 22.3, (32, 4): 22.2}
block_weights = {}
print("paths  channels per path  together  weights  million MACs on 56×56  top-1 error")
for (count, each), error in REPORTED_ERROR.items():
    inner = count * each
    rows = count_network(read_network(f"1x1-{inner} bn 3x3-{inner}-g{count} bn 1x1-256 bn"), (56, 56, 256))
    rows = [row for row in rows if row.kind == "convolution"]
    block_weights[count, each] = sum(row.weights for row in rows)
    print(f"{count:>5}{each:>19}{inner:>10}{block_weights[count, each]:>9,}", end="")
    print(f"{sum(row.macs for row in rows) / 1e6:>23.0f}{error:>11} %")

# %% [markdown]
# **At the same price, more paths are better**, by 1.7 points from 1 to 32. The money for it comes from mixing less: the 3x3 convolution has twice as many channels, and each of its outputs reads 4 of them instead of 64. Most of the gain comes early; from 8 to 32 paths it is 0.1 points.
#
# The whole network, ResNeXt-50 (32x4d), follows ResNet-50 stage by stage, with 3, 4, 6, and 3 blocks; in `NETWORKS` the block that enters a stage has a projection and, except in the first stage, stride 2. It has 25,028,904 learned numbers, as in PyTorch's torchvision ([@torchvision2026]), and 4.2 billion MACs. Write the same text with one group and half the channels in the middle, and it is ResNet-50 (lesson 10).

# %%
resnet_text = NETWORKS["ResNeXt-50 (32x4d)"]
for inner in (128, 256, 512, 1024):
    resnet_text = resnet_text.replace(f"({inner},{2 * inner},32", f"({inner // 2},{2 * inner},1")
resnet_rows = count_network(read_network(resnet_text), (224, 224, 3))
resnet_parameters = sum(row.parameters for row in resnet_rows)
resnet_macs = sum(row.macs for row in resnet_rows)
for name, counted, multiplied in (
    ("ResNeXt-50", learned["ResNeXt-50 (32x4d)"], macs["ResNeXt-50 (32x4d)"]),
    ("ResNet-50", resnet_parameters, resnet_macs),
):
    print(f"{name:>10}: {counted:,} learned numbers, {multiplied / 1e9:.2f} billion MACs")

# %% [markdown]
# ## DenseNet
#
# A residual block adds what it found to what it was given, and from then on nobody can tell the two apart. DenseNet ([@huang2017]) keeps both: it **concatenates**. Inside a **dense block**, every layer gets the outputs of **all** layers before it, and adds a few channels of its own to the pile. The number of channels that each layer adds is the **growth rate** $r$, and it can be small (32 in DenseNet-121, 12 in the small nets for CIFAR), because nothing has to be carried along: what was once found stays in reach.
#
# With $C_0$ channels at the entrance of the block, layer $l$ of it reads
#
# $$C_0 + (l - 1)\, r \tag{6}$$
#
# channels. A block of $L$ layers has $L(L+1)/2$ direct connections instead of $L$, counting the block's input as a source.

# %% figure alt="Block diagram of two layers of a dense block. In each, the input goes two ways: straight on, and through BN and ReLU, a 1 by 1 convolution with 128 filters, BN and ReLU, and a 3 by 3 convolution with 32 filters. Both ways meet in a concatenation." tags=["hide-input"]
fig, ax = plt.subplots()
draw_blocks(ax, {"two layers of a dense block": framed("grow(32,128)*2")})
plt.show()

# %% figure alt="A staircase of stacked bars, one bar per layer of the first block of DenseNet-121. The first layer reads 64 channels of the stem; each further layer reads 32 channels more, those of each layer before it, up to 256 channels at the transition." tags=["hide-input"]
fig, ax = plt.subplots(figsize=(7.5, 3.6))
shades = plt.get_cmap("cividis")(np.linspace(0.05, 0.95, 7))
sources = [("stem", 64)] + [(f"layer {number}", 32) for number in range(1, 7)]
for reader in range(7):
    bottom = 0
    for (_, channels), shade in zip(sources[: reader + 1], shades, strict=False):
        ax.bar(reader, channels, 0.8, bottom, color=shade, edgecolor="white", lw=0.8)
        bottom += channels
    ax.text(reader, bottom + 4, bottom, ha="center", fontsize=10)
ax.set_xticks(range(7), [*(f"layer {number}" for number in range(1, 7)), "transition"])
ax.set(ylabel="channels that it reads", ylim=(0, 290))
ax.set_title("DenseNet-121, block 1: who reads whose channels")
for (name, _), shade in zip(sources, shades, strict=True):
    ax.plot([], [], "s", color=shade, markersize=9, label=name)
ax.legend(frameon=False, fontsize=10, loc="upper left", labelspacing=0.2, ncols=2)
plt.show()

# %% [markdown]
# Two details keep the pile in check.
#
# - **A 1x1 convolution in front.** Deep in a block, hundreds of channels come in. A 3x3 convolution on all of them would be expensive, so each layer first brings them down to $4r = 128$.
# - **Transitions.** Between two blocks stands a **transition layer**: BN, ReLU, a 1x1 convolution that halves the number of channels, and average pooling. (The authors call the version with both details DenseNet-BC.)
#
# Note the order in a layer: BN, ReLU, convolution, as in pre-activation residual networks (lesson 10). It matters more here. Each reader normalizes the pile anew, with its own $\gamma$ and $\beta$, and so decides for itself which of the old channels it wants.
#
# **Predict, then run.** How many channels does the last layer of block 3 read (24 layers, 256 channels at the entrance)? DenseNet-121 has 121 layers where ResNet-50 has 50. Does it have more parameters? More MACs?

# %%
third_block = count_network(read_network("grow(32,128)*24"), (14, 14, 256))
last_reads = [row for row in third_block if row.kind == "normalization"][-2].output_shape[-1]
print(f"the last layer of block 3 reads {last_reads} channels")
print(f"DenseNet-121: {depths['DenseNet-121']} layers, {parameters['DenseNet-121']:,} parameters", end=", ")
print(f"{macs['DenseNet-121'] / 1e9:.2f} billion MACs")
dense_reference = keras.applications.DenseNet121
with keras.StatelessScope(initialize_variables=False):
    dense_shipped = dense_reference(weights=None).count_params()
print(f"with moving statistics {models['DenseNet-121'].count_params():,}; Keras ships {dense_shipped:,}")

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# $256 + 23 \cdot 32 = 992$. With 7.98 million parameters, DenseNet-121 has less than a third of ResNet-50's, and about 70 % of its MACs. Its error is reported as 25.0 % top-1 and 7.7 % top-5 (one crop, validation; [@huang2017]), a point more than the 23.9 % in the first line of the table above.
#
# </details>
#
# There are two numbers for the parameters, 7,978,856 and 8,062,504. Both are right: torchvision reports the learned ones, Keras also the moving statistics of BN (lesson 3). DenseNet has a lot of BN, and the two differ by 83,648.
#
# And the price? Concatenation copies. Written straightforwardly, every layer stores a normalized copy of everything before it, so what training has to keep grows with the **square** of the number of layers in a block. The authors devoted a report of its own to sharing that memory ([@pleiss2017]).

# %%
piles = [row.stored for row in third_block if row.kind == "normalization" and row.output_shape[-1] != 128]
new_channels = [row.stored for row in third_block if row.name == "3×3"]
pile_ratio = sum(piles) / sum(new_channels)
print(f"block 3: {sum(new_channels) / 1e6:.2f} million numbers are new,", end=" ")
print(f"{sum(piles) / 1e6:.2f} million are normalized copies of old ones ({pile_ratio:.0f} times as many)")

# %% [markdown]
# ## SqueezeNet
#
# SqueezeNet ([@iandola2016]) asked a different question: not how good can a network be, but how **small** can it be and still do what AlexNet does? Small means parameters here: a model that has to be sent to a car or fit on a chip. The paper gives three strategies: use 1x1 kernels instead of 3x3 where possible; let few channels go into the 3x3 kernels that are left; and pool late, so that feature maps stay large, which is meant to help accuracy.
#
# The first two make the **fire module**. A 1x1 convolution **squeezes** the channels to a few; then an **expand** layer makes many again, half of them with 1x1 and half with 3x3 kernels, concatenated. No BN (the network was described in early 2016 without it), and biases everywhere.

# %% figure alt="Block diagram of a fire module: x, a 1 by 1 convolution with 16 filters and ReLU, then a fork into a 1 by 1 convolution with 64 filters and ReLU and a 3 by 3 convolution with 64 filters and ReLU, which meet in a concatenation, y." tags=["hide-input"]
fig, ax = plt.subplots()
draw_blocks(ax, {"fire(16,64)": framed("fire(16,64)"), "a 3×3 convolution": framed("3x3-128 relu")})
plt.show()

# %%
fire_rows = count_network(read_network("fire(16,64)"), (55, 55, 128))
plain_rows = count_network(read_network("3x3-128 relu"), (55, 55, 128))
fire_ratio = sum(row.parameters for row in plain_rows) / sum(row.parameters for row in fire_rows)
print(f"fire(16,64) on 128 channels: {sum(row.parameters for row in fire_rows):,} parameters,", end=" ")
print(f"a 3x3 convolution to 128: {sum(row.parameters for row in plain_rows):,} ({fire_ratio:.0f} times)")
for version in ("SqueezeNet 1.0", "SqueezeNet 1.1"):
    size = 4 * parameters[version] / 1e6
    print(
        f"{version}: {parameters[version]:,} parameters, {size:.1f} million bytes, {depths[version]} layers"
    )

# %% [markdown]
# 1,248,424 and 1,235,496, as in torchvision. The paper's title speaks of 50 times fewer parameters than AlexNet; with AlexNet's 61.1 million (lesson 5) it is 49 times. (The title's second number, less than 0.5 MB, needs pruning and 6-bit weights on top. In the paper's table the network itself takes 4.8 MB.) Its accuracy is reported as 57.5 % top-1 and 80.3 % top-5, as good as AlexNet in the same comparison.
#
# **Predict, then run.** SqueezeNet 1.0 has 2 % of AlexNet's parameters. Which share of its 717 million MACs does it have?

# %%
alexnet_parameters, alexnet_macs = 61_100_840, 716.8e6  # lesson 5
for version in ("SqueezeNet 1.0", "SqueezeNet 1.1"):
    print(f"{version}: {parameters[version] / alexnet_parameters:.1%} of the parameters,", end=" ")
    print(f"{macs[version] / 1e6:.0f} million MACs, {macs[version] / alexnet_macs:.0%}")
version_ratio = macs["SqueezeNet 1.0"] / macs["SqueezeNet 1.1"]
print(f"1.0 takes {version_ratio:.1f} times the MACs of 1.1")

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# 116 %. It has **more** work to do than AlexNet. Parameters were saved where they are plenty, in the fully connected layers, and these do hardly any work (lesson 5). And pooling late, the third strategy, means that every weight is used at many positions. "Small" and "fast" are two different aims.
#
# </details>
#
# The authors' later version 1.1 repairs that: a 3x3 stem with 64 filters instead of 7x7 with 96, and pooling earlier. The parameters stay the same, the MACs fall by a factor of 2.4, and according to the authors the accuracy does not suffer.
#
# ## MobileNet
#
# MobileNet ([@howard2017]) counts MACs, because it is meant for phones. Its block is the depthwise separable convolution, with BN and ReLU behind both halves. (Such convolutions were known; a large and accurate network had been built from them shortly before, [@chollet2017].) There is nothing else: one ordinary 3x3 convolution at the entrance, 13 such blocks, average pooling, one fully connected layer. No branches, no shortcuts; even pooling is left to strides.

# %% figure alt="Two block diagrams. Left, a standard convolution: x, 3 by 3 with 128 filters, BN, ReLU, y. Right, a depthwise separable block: x, 3 by 3 depthwise, BN, ReLU, 1 by 1 with 128 filters, BN, ReLU, y." tags=["hide-input"]
fig, ax = plt.subplots()
draw_blocks(ax, {"standard": framed("3x3-128 bn relu"), "depthwise separable": framed("separable(128,1)")})
plt.show()

# %%
with keras.StatelessScope(initialize_variables=False):
    mobile_shipped = keras.applications.MobileNet(weights=None)
    shapes_agree = sorted(prod(w.shape) for w in mobile_shipped.weights) == sorted(
        prod(w.shape) for w in models["MobileNet"].weights
    )
print(
    f"learned {learned['MobileNet']:,}, with moving statistics {models['MobileNet'].count_params():,}",
    end="; ",
)
print(f"Keras ships {mobile_shipped.count_params():,}, every weight as large as ours: {shapes_agree}")
all_standard = read_network(NETWORKS["MobileNet"], {"separable": "3x3-{0}/{1} bn relu"})
all_standard_rows = count_network(all_standard, (224, 224, 3))
all_standard_macs = sum(row.macs for row in all_standard_rows)
all_standard_parameters = sum(row.parameters for row in all_standard_rows)
print(f"{macs['MobileNet'] / 1e6:.0f} million MACs; with standard convolutions", end=" ")
print(f"{all_standard_macs / 1e6:,.0f} million, and {all_standard_parameters / 1e6:.1f} million parameters")

# %% [markdown]
# 569 million MACs and 4.2 million parameters are the paper's numbers too. With standard convolutions in place of the separable ones it would be 8.6 times the work and 29.3 million parameters. The paper trained both: 71.7 % top-1 with standard convolutions, 70.6 % with separable ones. **One point of accuracy for seven eighths of the work** is the best exchange rate in this lesson.
#
# ### Where its work is
#
# **Predict, then run.** Which share of MobileNet's MACs is in the depthwise convolutions, which in the 1x1 convolutions?

# %%
mobile_rows = [row for row in tables["MobileNet"] if row.weights and row.kind != "normalization"]
mobile_total = np.sum([(row.macs, row.parameters) for row in mobile_rows], axis=0)
of_mobile = {}
for row in mobile_rows:
    so_far = of_mobile.setdefault(row.name, np.zeros(2))
    so_far += np.array([row.macs, row.parameters]) / mobile_total
for name, (of_macs, of_parameters) in of_mobile.items():
    print(f"{name:>22}: {of_macs:7.2%} of the MACs, {of_parameters:7.2%} of the parameters")

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# 3 % and 95 %: MobileNet is nearly all 1x1 convolutions, which are matrix products without im2col (lesson 1). The authors name that as an advantage: a matrix product is what libraries are best at.
#
# </details>
#
# The paper prints this table (its Table 2) as well, and three of its four shares of MACs agree with ours to the last digit: 94.86, 3.06, and 0.18 %. For the standard convolution at the entrance it has 1.19 %; we get 1.91 %. Which is right? The four printed shares add up to 99.29 %, ours to 100 %. Two digits changed places in print. (In its Table 1 the last depthwise layer is listed with stride 2 though its input and output are both 7x7; it has stride 1.) Counting a published table yourself is not pedantry: it is how one finds out whether one has understood it.
#
# ### Two knobs
#
# MobileNet is a family. The **width multiplier** $\alpha$ multiplies the filters of all layers, and the size of the input image can be changed. Since both $C_{in}$ and $C_{out}$ scale with $\alpha$, and 1x1 convolutions dominate, MACs and parameters of the convolutions go roughly with $\alpha^2$. The paper's accuracies:

# %% include tags=["hide-input"]
from convlab.layer_notation import widen

# %%
REPORTED_TOP_1 = {
    (1, 224): 70.6,
    (0.75, 224): 68.4,
    (0.5, 224): 63.7,
    (0.25, 224): 50.6,
    (1, 192): 69.1,
    (1, 160): 67.2,
    (1, 128): 64.4,
}
family = {}
for alpha, side in REPORTED_TOP_1:
    rows = count_network(read_network(widen(NETWORKS["MobileNet"], alpha)), (side, side, 3))
    family[alpha, side] = sum(row.parameters for row in rows), sum(row.macs for row in rows)

# %% figure alt="Top-1 accuracy of the MobileNet family against millions of multiply-accumulates on a logarithmic axis. Two curves start at the same point, 569 million and 70.6 percent. Narrower networks at 224 pixels fall to 68.4 at 325, 63.7 at 149 and 50.6 percent at 41 million. The full network on smaller images, 192, 160 and 128 pixels, lies a little lower or level at 418, 291 and 186 million, with 69.1, 67.2 and 64.4 percent." tags=["hide-input"]
fig, ax = plt.subplots(figsize=(7.5, 3.8))
for label, keys, color, marker, line in (
    (r"width multiplier $\alpha$, 224 pixels", [(a, 224) for a in (1, 0.75, 0.5, 0.25)], "blue", "o", "-"),
    (r"image size, $\alpha = 1$", [(1, side) for side in (224, 192, 160, 128)], "vermilion", "s", "--"),
):
    places = [family[key][1] / 1e6 for key in keys]
    heights = [REPORTED_TOP_1[key] for key in keys]
    ax.plot(places, heights, line, marker=marker, color=COLORS[color], label=label)
    for (alpha, side), place, height in zip(keys, places, heights, strict=True):
        if color == "blue":
            note, offset, align = f"{alpha}: {family[alpha, side][0] / 1e6:.1f} M", (-6, 7), "right"
        else:
            note, offset, align = f"{side}" if side < 224 else "", (6, -14), "left"
        style = {"textcoords": "offset points", "ha": align, "fontsize": 10, "color": COLORS[color]}
        ax.annotate(note, (place, height), offset, **style)
ax.set_xscale("log")
ax.set_xticks([50, 100, 200, 400, 600], ["50", "100", "200", "400", "600"])
ax.minorticks_off()
ax.set(
    xlabel="million MACs (computed)", ylabel="top-1 accuracy in % (reported)", xlim=(26, 700), ylim=(48, 75)
)
ax.set_title("MobileNet: two ways to have less work")
ax.legend(frameon=False, fontsize=10, loc="lower right")
plt.show()

# %% [markdown]
# The MACs, computed from our line of text, are 569, 325, 149, and 41 million, and 418, 291, and 186 million for the smaller images: again the paper's numbers (it has 290 for 160 pixels). Down to about 190 million MACs it makes a difference of about a point which knob is turned. But they save different things: a narrower network also has fewer parameters, a smaller image has not.
#
# ## Side by side
#
# Everything so far in one table, with ResNet-50 and AlexNet from their lessons for comparison. (More columns, among them memory and time, are added in lesson 11.)

# %%
print(f"{'':>20}{'layers':>7}{'parameters':>12}{'million MACs':>14}{'MACs per parameter':>20}")
for name in NETWORKS:
    print(f"{name:>20}{depths[name]:>7}{parameters[name]:>12,}{macs[name] / 1e6:>14,.0f}", end="")
    print(f"{macs[name] / parameters[name]:>20,.0f}")
for name, layers, counted, multiplied in (
    ("ResNet-50", count_depth(read_network(resnet_text)), resnet_parameters, resnet_macs),
    ("AlexNet", 8, alexnet_parameters, alexnet_macs),
):
    print(f"{name:>20}{layers:>7}{counted:>12,}{multiplied / 1e6:>14,.0f}{multiplied / counted:>20,.0f}")

# %% figure alt="Two groups of stacked horizontal bars, one bar per network, split by kind of layer. Parameters: Network in Network mostly kernels larger than 1 by 1; ResNeXt, DenseNet, SqueezeNet and MobileNet more than half 1 by 1, MobileNet with a quarter in its fully connected layer. MACs: in ResNeXt and MobileNet nearly everything is 1 by 1, in DenseNet and SqueezeNet about half." tags=["hide-input"]
groups = {
    "1×1": "blue",
    "grouped or depthwise": "orange",
    "larger kernels": "vermilion",
    "fully connected": "green",
}


def group_of(row):
    """Say which of the groups of the figure a layer with weights belongs to."""
    if row.kind == "fully connected" or row.name == "1×1":
        return row.name
    return "grouped or depthwise" if "grouped" in row.name or "depthwise" in row.name else "larger kernels"


work = {}  # (network, group) -> shares of parameters and MACs of the layers with weights
for name, rows in tables.items():
    layers = [row for row in rows if row.weights and row.kind != "normalization"]
    total = np.array([sum(row.parameters for row in layers), sum(row.macs for row in layers)])
    for group in groups:
        chosen = [(row.parameters, row.macs) for row in layers if group_of(row) == group]
        work[name, group] = np.sum(chosen or [(0, 0)], axis=0) / total
fig, axes = plt.subplots(1, 2, figsize=(7.5, 3.6), sharey=True)
for column, (ax, title) in enumerate(zip(axes, ("parameters", "MACs"), strict=True)):
    start = np.zeros(len(tables))
    for group, color in groups.items():
        shares = np.array([100 * work[name, group][column] for name in tables])
        ax.barh(range(len(tables)), shares, 0.7, start, color=COLORS[color], edgecolor="white", label=group)
        for y, (share, left_edge) in enumerate(zip(shares, start, strict=True)):
            if share >= 11:
                ax.text(
                    left_edge + share / 2,
                    y,
                    f"{share:.0f} %",
                    ha="center",
                    va="center",
                    fontsize=10,
                    color="white",
                )
        start += shares
    ax.set(xlim=(0, 100), xticks=[])
    ax.set_title(title)
    ax.grid(visible=False)
axes[0].set_yticks(range(len(tables)), list(tables))
axes[0].invert_yaxis()
fig.legend(
    *axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4, fontsize=10, frameon=False
)
plt.show()

# %% [markdown]
# What most of them have in common stands in blue. In VGG there is no 1x1 convolution at all (configuration C aside); in the four ImageNet networks here 1x1 convolutions do between a quarter and 95 % of the work, and hold most of the parameters of the convolutions. In ResNeXt and MobileNet looking around has become the cheap part, and mixing the expensive one.
#
# The published accuracies belong to different recipes and years, so read them with care ([@lin2014; @xie2017; @huang2017; @iandola2016; @howard2017]).
#
# | network | protocol, as reported | result |
# |:--|:--|:--|
# | Network in Network | CIFAR-10, test, with augmentation | 8.8 % error |
# | ResNeXt-50 (32x4d) | ImageNet validation, one crop | 22.2 % top-1 error |
# | DenseNet-121 | ImageNet validation, one crop | 25.0 % top-1, 7.7 % top-5 error |
# | SqueezeNet 1.0 | ImageNet, as AlexNet in the same paper | 42.5 % top-1, 19.7 % top-5 error |
# | MobileNet | ImageNet | 29.4 % top-1 error |
#
# ResNeXt's authors took second place in the classification task of 2016 with an ensemble of larger relatives ([@xie2017]).
#
# ## MACs are not time
#
# By (4), a depthwise separable convolution saves a factor of 7 to 9. Does it save that much time? And a grouped one? We measure one layer on a batch of feature maps, in four forms, and for several numbers of channels.
#
# **Predict, then run.** With 64 channels the separable convolution has 7.9 times fewer MACs than the standard one, the grouped one with 32 groups 32 times fewer. How many times faster will they be on your machine?


# %%
def shortest_times(calls, repeats):
    """Time each call in turn, again and again, and return the shortest time of each in milliseconds."""
    for call in calls.values():
        call()  # the first call compiles
    shortest = dict.fromkeys(calls, np.inf)
    for _ in range(repeats):
        for name, call in calls.items():
            start = time.perf_counter()
            call()
            shortest[name] = min(shortest[name], 1000 * (time.perf_counter() - start))
    return shortest


def timed_call(text, maps):
    """Return a call that runs a line of the notation on feature maps and waits for the result."""
    model = build(text, maps.shape[1:])
    run = tf.function(model, autograph=False)
    return lambda: run(maps, training=False).numpy()


forms = {
    "standard": "3x3-{0}",
    "8 groups": "3x3-{0}-g8",
    "32 groups": "3x3-{0}-g32",
    "separable": "3x3-dw 1x1-{0}",
}
layer_times, layer_macs = {}, {}
print("channels           form  million MACs  milliseconds  MACs saved  time saved")
for channels in CONFIG["timed_channels"]:
    maps = tf.constant(rng.normal(size=(8, 28, 28, channels)), "float32")
    lines = {name: text.format(channels) for name, text in forms.items()}
    found = shortest_times({name: timed_call(text, maps) for name, text in lines.items()}, CONFIG["repeats"])
    for name, text in lines.items():
        counted = 8 * sum(row.macs for row in count_network(read_network(text), maps.shape[1:]))
        layer_times[channels, name], layer_macs[channels, name] = found[name], counted
        print(f"{channels:>8}{name:>15}{counted / 1e6:>14.1f}{found[name]:>14.2f}", end="")
        print(f"{layer_macs[channels, 'standard'] / counted:>11.1f}x", end="")
        print(f"{found['standard'] / found[name]:>11.1f}x")

# %% figure alt="Two panels with bars for 8 groups, 32 groups and separable, for each number of channels. Left, how many times fewer multiply-accumulates than a standard convolution: 8, 32, and 7 to 8. Right, how many times faster on a logarithmic axis: the bars of the separable convolution are lower than its saving in multiply-accumulates; those of the grouped convolutions point below the line at 1, that is, they are slower than the standard convolution." tags=["hide-input"]
fig, (left, right) = plt.subplots(1, 2, figsize=(7.5, 3.6))
places = np.arange(len(CONFIG["timed_channels"]))
for number, (name, color, hatch) in enumerate(
    (("8 groups", "sky", "//"), ("32 groups", "orange", ".."), ("separable", "blue", ""))
):
    for ax, quantity in ((left, layer_macs), (right, layer_times)):
        ratios = [quantity[c, "standard"] / quantity[c, name] for c in CONFIG["timed_channels"]]
        ax.bar(
            places + 0.27 * (number - 1),
            np.array(ratios) - 1,  # from the line at 1, up or down
            0.25,
            1,
            color=COLORS[color],
            hatch=hatch,
            edgecolor="white",
            label=name,
        )
for ax, title in ((left, "How many times fewer MACs"), (right, "How many times faster")):
    ax.set_xticks(places, CONFIG["timed_channels"])
    ax.set(xlabel="channels", yscale="log", ylim=(0.05, 60))
    ax.set_yticks([0.1, 1, 10], ["0.1", "1", "10"])
    ax.minorticks_off()
    ax.axhline(1, color="black", linewidth=1)
    ax.set_title(title)
fig.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=3, fontsize=10, frameon=False)
plt.show()

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# On our CPU the separable convolution gains less than its MACs promise: with few channels little may be left, with 64 less than a factor of 7.9, and with 128 it is clearly faster. And the grouped convolution, with a thirty-second of the work, is **slower than the standard one**.
#
# </details>
#
# Two reasons.
#
# - **Memory.** A MAC is only cheap if its numbers are at hand. A standard convolution uses each number that it loads for all $C_{out}$ outputs; a depthwise one uses it for 9 multiplications, and is done. In the words of lesson 1 its arithmetic intensity is low, so it waits for memory. And the pair writes and reads a feature map more than the single layer.
# - **Software.** A formula is only as fast as the program somebody wrote for it. TensorFlow has carefully tuned code for standard convolutions on a CPU, good code for depthwise ones, and hardly any for groups (Keras hands them to the XLA compiler, because of gaps in TensorFlow's own code). On a GPU with cuDNN the picture differs, and again is not what the MACs say.
#
# So a count of MACs tells you what a layer **could** save. What it does save, on your device, with your library, only a clock can tell. Lesson 11 does that for whole networks.
#
# That is also why the small networks below are built with `split_groups`: their groups are written as small convolutions side by side, which computes the same. Does it? We copy the weights of one form into the other.

# %%
grouped_net, split_net = (build("3x3-12-g3", (6, 6, 6), split_groups=split) for split in (False, True))
parts = [layer for layer in split_net.layers if isinstance(layer, keras.layers.Conv2D)]
kernel, bias = grouped_net.get_weights()
for part, part_kernel, part_bias in zip(parts, np.split(kernel, 3, -1), np.split(bias, 3), strict=True):
    part.set_weights([part_kernel, part_bias])
images = rng.normal(size=(2, 6, 6, 6)).astype("float32")
split_difference = float(abs(grouped_net(images).numpy() - split_net(images).numpy()).max())
print(f"three convolutions for three groups: largest difference {split_difference:.1e}")

# %% [markdown]
# ## Five micro-nets
#
# Now we train. Each design gets a network that is as small as it can be and still show its block, on images of 12x12 pixels. To compare the **blocks**, everything else is the same: BN everywhere (the two oldest designs did not have it), the same batches, learning rate, and number of epochs.
#
# What should they be compared with? An ordinary network of 3x3 convolutions, "plain", is an obvious choice. But if a design has a third of the parameters and loses two points, is that good? A plain network with a third of the parameters would lose something, too. So the fair opponent is the plain network **made narrower**, with half the filters in each layer. A block is worth its trouble if it beats **that**.

# %% include
from convlab.micro_nets import MICRO_NETS, with_normalization

# %% [markdown]
# (NIN stands for Network in Network.) **Predict, then run.** Sort the seven networks by test accuracy before you look. Which one will have the best accuracy for its parameters? Which will take the most time per MAC?


# %%
def shrink(images):
    """Cut out the middle of each image and average over blocks of pixels, as CONFIG says."""
    size, block = CONFIG["crop"], CONFIG["block"]
    margin = (images.shape[1] - size) // 2
    middle = images[:, margin : margin + size, margin : margin + size]
    return middle.reshape(len(images), size // block, block, size // block, block, 3).mean(axis=(2, 4))


x_train, y_train, x_test, y_test = load_image_set(CONFIG["data"], CONFIG["num_train"], CONFIG["num_test"])
x_train, x_test = shrink(x_train), shrink(x_test)
contestants = {"plain": MICRO_NETS["plain"], "plain, half": widen(MICRO_NETS["plain"], 0.5)} | MICRO_NETS
micro = {}
print(f"{'':>20}{'parameters':>11}{'million MACs':>14}{'test accuracy':>15}{'ms per step':>13}")
for name, text in contestants.items():
    line = with_normalization(widen(text, CONFIG["width"]))
    rows = count_network(read_network(line), x_train.shape[1:])
    model = build(line, x_train.shape[1:], CONFIG["dtype"], CONFIG["split_groups"])
    trainer = Trainer(model, CONFIG["jit_compile"], CONFIG["loss_scale"])
    found = {"parameters": sum(row.parameters for row in rows), "macs": sum(row.macs for row in rows)}
    found |= {"accuracy": [], "loss": [], "milliseconds": []}
    for seed in CONFIG["seeds"]:
        trainer.reset(seed)
        start = time.process_time()
        losses = trainer.fit(
            x_train, y_train, CONFIG["batch_size"], CONFIG["learning_rate"], CONFIG["epochs"]
        )
        found["milliseconds"].append(1000 * (time.process_time() - start) / len(losses))
        found["loss"].append(losses[-len(losses) // CONFIG["epochs"] :].mean())
        found["accuracy"].append(trainer.accuracy(x_test, y_test, batch_size=min(len(x_test), 400)))
    micro[name] = found
    print(f"{name:>20}{found['parameters']:>11,}{found['macs'] / 1e6:>14.2f}", end="")
    print(f"{min(found['accuracy']):>10.2f}-{max(found['accuracy']):.2f}{min(found['milliseconds']):>13.1f}")

# %% figure alt="Three panels with the same vertical axis, test accuracy, against parameters, multiply-accumulates and processor time per training step. A dotted line joins the plain net of half and of full width. Against parameters all five designs but MobileNet lie above the line. Against multiply-accumulates Network in Network and ResNeXt lie above it, DenseNet at or below it. Against time ResNeXt, DenseNet and SqueezeNet lie far to the right of the plain net." tags=["hide-input"]
fig, axes = plt.subplots(1, 3, figsize=(7.5, 4.2), sharey=True)
looks = {
    "plain": ("black", "o"),
    "plain, half": ("gray", "o"),
    "Network in Network": ("orange", "s"),
    "ResNeXt": ("vermilion", "D"),
    "DenseNet": ("green", "^"),
    "SqueezeNet": ("purple", "v"),
    "MobileNet": ("blue", "P"),
}
for ax, (title, value) in zip(
    axes,
    {
        "parameters (thousand)": lambda found: found["parameters"] / 1e3,
        "million MACs": lambda found: found["macs"] / 1e6,
        "processor time per\ntraining step (ms)": lambda found: min(found["milliseconds"]),
    }.items(),
    strict=True,
):
    for name, (color, marker) in looks.items():
        found = micro[name]
        x, scores = value(found), 100 * np.array(found["accuracy"])
        ax.plot([x, x], [scores.min(), scores.max()], color=COLORS[color], linewidth=1.5)
        ax.plot(x, scores.mean(), marker, color=COLORS[color], markersize=9, label=name, linestyle="none")
    pair = [micro[name] for name in ("plain, half", "plain")]
    ax.plot(
        [value(found) for found in pair],
        [100 * np.mean(found["accuracy"]) for found in pair],
        ":",
        color=COLORS["gray"],
        zorder=0,
    )
    ax.set_xlabel(title)
    ax.set_xlim(0, 1.05 * ax.get_xlim()[1])
axes[0].set_ylabel("test accuracy in %")
fig.suptitle("One accuracy, three prices (mean and range over seeds)", fontsize=12)
fig.legend(
    *axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4, fontsize=10, frameon=False
)
plt.show()

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# Plain and ResNeXt lead, NIN, SqueezeNet and DenseNet follow within a few points, MobileNet and the half-width plain net bring up the rear. But the order depends on what you pay with.
#
# **Parameters.** The dotted line joins the two plain nets, a rough guide to what plain nets in between would do. Four of the five designs are clearly above it. With less than a third of the parameters of the plain net, DenseNet is more than 3 points better on average than the half-width plain net, and so are NIN, SqueezeNet, and ResNeXt. ResNeXt, with 58 % of the parameters, is level with the plain net: the means are less than 4 points apart.
#
# **MACs.** DenseNet's advantage is gone. It takes slightly more MACs than the plain net and is less accurate. What it saved was parameters only. NIN, SqueezeNet, and ResNeXt are still above the line.
#
# **Time.** ResNeXt and DenseNet take more than 1.7 times as long per training step as the plain net, though their MACs are fewer or about the same. Many small layers, each with BN and ReLU, read and write many feature maps (and split groups are many small convolutions).
#
# **MobileNet** is about level with the half-width plain net at about the same number of parameters: here its block gains nothing. On ImageNet the exchange was excellent. The difference to keep in mind: there the layers have up to 1,024 channels and see a million images, here they have 32 to 128 and see a thousand, for 72 steps. Whether the width, the data, or the few steps decide, this experiment does not say. `CONFIG` has all three.
#
# </details>
#
# One task, one recipe, tiny networks: this does not rank the five designs, and it is not meant to. It shows what a comparison must contain to be one: an opponent of the same size, several seeds, and **every** price that is paid. Lesson 11 asks which networks are on the front line of such plots and which are beaten in every respect.
#
# ## Common mistakes
#
# <div class="box mistakes">
#
# - **"Fewer parameters, so faster."** SqueezeNet 1.0 has 2 % of AlexNet's parameters and more of its work. Parameters, MACs, memory, and time are four different things.
# - **"Fewer MACs, so faster."** See above; measure on the device that counts.
# - **A depthwise convolution counted with $C_{in}$ in every kernel.** Each kernel has one channel: $k^2 C_{in}$ weights in all, not $k^2 C_{in}^2$.
# - **A depthwise convolution alone.** Without the 1x1 convolution behind it, channels never meet.
# - **Groups that do not divide the channels.** Both $C_{in}$ and $C_{out}$ must be multiples of $G$.
# - **Adding where DenseNet concatenates**, or concatenating where ResNeXt adds. After an addition the number of channels is the same, after a concatenation it has grown; the next layer's parameters give the mistake away.
# - **The squeeze after the expansion.** The 1x1 convolution must come first, or the 3x3 kernels read many channels and nothing is saved.
# - **BN forgotten behind the depthwise half.** MobileNet has BN and ReLU behind **both** halves.
# - **Comparing with an opponent of another size.** Make the plain network as small as the clever one before you praise the clever one.
# - **Comparing parameter counts of two libraries** without asking whether moving statistics are in them.
#
# </div>
#
# ## Self-check
#
# <div class="box quiz">
#
# **1.** A depthwise separable convolution with 5x5 kernels goes from 32 to 64 channels. How many weights does it have, and which share of a standard convolution is that?
#
# <details class="answer"><summary>Answer</summary>
#
# $25 \cdot 32 + 32 \cdot 64 = 2{,}848$ of $25 \cdot 32 \cdot 64 = 51{,}200$: 5.6 %, which is $1/64 + 1/25$.
#
# </details>
#
# **2.** A 3x3 convolution from 96 to 96 channels has 12 groups. How many weights does it have? How many of the 96 input channels can one output channel read?
#
# <details class="answer"><summary>Answer</summary>
#
# $9 \cdot 96 \cdot 96 / 12 = 6{,}912$; each output channel reads the 8 channels of its group.
#
# </details>
#
# **3.** Two grouped 3x3 convolutions with the same groups follow each other, with a ReLU in between and nothing else. What is wrong with that design? What do ResNeXt and MobileNet do about it?
#
# <details class="answer"><summary>Answer</summary>
#
# Channels of different groups never meet; the network falls apart into $G$ networks that know nothing of each other. ResNeXt and MobileNet put 1x1 convolutions without groups in between, which mix everything.
#
# </details>
#
# **4.** A dense block has 6 layers, growth rate 12, and 24 channels at its entrance. How many channels leave it? How many does its last layer read?
#
# <details class="answer"><summary>Answer</summary>
#
# $24 + 6 \cdot 12 = 96$ leave it; the last layer reads $24 + 5 \cdot 12 = 84$.
#
# </details>
#
# **5.** `fire(16,64)` gets 128 channels. How many does it put out, and which of its three convolutions has the most weights?
#
# <details class="answer"><summary>Answer</summary>
#
# $64 + 64 = 128$. The 3x3 part of the expansion has $9 \cdot 16 \cdot 64 = 9{,}216$ weights, the squeeze 2,048, the 1x1 part of the expansion 1,024.
#
# </details>
#
# **6.** With $\alpha = 0.5$ MobileNet's MACs fall to 26 %, but its parameters only to 31 %. Why is neither 25 %, and why are the two different?
#
# <details class="answer"><summary>Answer</summary>
#
# Only the 1x1 convolutions have $\alpha$ at both ends. The depthwise convolutions, the entrance (3 channels in), and the fully connected layer (1,000 classes out) shrink only to a half. Among the parameters the fully connected layer has a large share, a quarter, among the MACs hardly any.
#
# </details>
#
# **7.** True or false: a 1x1 convolution cannot do anything useful, because it looks at a single pixel.
#
# <details class="answer"><summary>Answer</summary>
#
# False. It looks at a single position, but at **all channels** there, and each of these already describes a neighborhood. It mixes, it changes the number of channels, and with a ReLU it adds a non-linearity.
#
# </details>
#
# </div>
#
# ## Assignment
#
# Now write the blocks yourself, without a notation in between, as functions that take a Keras tensor and give one back: an mlpconv, a ResNeXt block with its projection, a dense block, a fire module, a separable block; and count what groups and depthwise convolutions save. The notebook has checks that you can run as often as you like.
#
# - [Open the assignment in Colab](colab:exercises/12_other_architectures/12_other_architectures.ipynb)
# - [See it in the repository](repository:exercises/12_other_architectures/12_other_architectures.ipynb)
#
# Then write a line of your own in the notation: is there a block that beats all of the above on the patches?
#
# ## References
#
# [@references]
