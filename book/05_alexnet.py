# %% [markdown]
# # AlexNet
#
# In the autumn of 2012 a convolutional network with eight layers won the classification task of ILSVRC (lesson 4), and it did not win narrowly: the runner-up, built on carefully designed image features, made 26.2 % top-5 errors; the network, named **AlexNet** after its first author, made 15.3 % ([@krizhevsky2012]). Hardly anything in it was new. Convolution, pooling, backpropagation, rectified units, dropout, even training on graphics processors had all been published. New were their combination, their size, and the patience to make it run.
#
# This lesson takes the network apart twice. First with pencil and paper: every entry of the lecture's table is computed, and where the table differs from the computation, we find out why. Then with experiments: which of the ingredients still make a difference in a small network that trains in seconds, and which claims are easier to repeat than to reproduce?
#
# <div class="box goals">
#
# **What you will be able to do**
#
# - draw AlexNet from memory, layer by layer, with the size of every feature map;
# - compute output size, memory, parameters, and multiply-accumulates of any convolution, pooling, or fully connected layer;
# - say which layers of a network hold its parameters, and which do its work;
# - build a network from a list of its layers, at full size or scaled down;
# - explain what ReLU, dropout, augmentation, weight decay, and two GPUs each contributed, and test such a claim fairly;
# - count what a grouped convolution saves;
# - quote AlexNet's error rates together with the protocol that they belong to.
#
# </div>
#
# **Prerequisites.** Convolution and pooling (lesson 1), mini-batch training (lesson 2), error measures of ILSVRC (lesson 4). **Time.** About two hours, and about one minute of computing on two CPU cores.
#
# ## Set up

# %%
import sys
from math import prod
from typing import NamedTuple

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from cycler import cycler
from matplotlib.patches import FancyBboxPatch
from sklearn.datasets import load_digits

# %% [markdown]
# With a GPU the experiments run on CIFAR-10, with half-precision arithmetic and XLA compilation. Without one they run on two sets that need no network: **photo patches** of 32x32 pixels, cut from ten photographs (the task: which photograph does this patch come from?), and handwritten digits of 8x8 pixels ([@alpaydin1998]). **The numbers in the text belong to the CPU profile.**

# %%
PROFILES = {
    "cpu": {
        "data": "patches",  # cut from photographs that ship inside scikit-image and scikit-learn
        "num_train": 1000,
        "num_test": 1000,
        "filters": 8,  # of conv1; 64 in the full network
        "units": 64,  # of fc1 and fc2; 4096 in the full network
        "batch_size": 50,
        "epochs": 6,
        "learning_rates": [0.003, 0.01, 0.03],
        "few_data": "digits",  # for dropout and augmentation: ships inside scikit-learn
        "num_few": [100, 200],  # training images for augmentation, for dropout
        "few_units": 256,
        "few_epochs": 60,
        "seeds": [0, 1, 2],  # every training is repeated with each of them
        "dtype": "float32",
        "jit_compile": False,  # XLA makes such small networks slower on a CPU
        "loss_scale": 1.0,
    },
    "gpu": {
        "data": "cifar10",  # needs a network; falls back to photo patches
        "num_train": 20_000,
        "num_test": 2_000,
        "filters": 32,
        "units": 512,
        "batch_size": 128,
        "epochs": 6,
        "learning_rates": [0.003, 0.01, 0.03],
        "few_data": "cifar10",
        "num_few": [1000, 2000],
        "few_units": 512,
        "few_epochs": 60,
        "seeds": [0, 1, 2],
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
    "num_test": 20,
    "filters": 2,
    "units": 8,
    "batch_size": 8,
    "epochs": 1,
    "learning_rates": [0.003, 0.03],
    "num_few": [16, 20],
    "few_units": 8,
    "few_epochs": 2,
    "seeds": [0],
}

# %% [markdown]
# The helpers that set the look of figures, load the images, draw networks, and train are folded away. Unfold them if you are curious; nothing later depends on how they work.

# %% include tags=["hide-input"]
from convlab.figures import COLORS, set_figure_style

# %%
set_figure_style()

# %% include tags=["hide-input"]
from convlab.data import load_cifar10_images, load_digit_images, load_images

# %% include tags=["hide-input"]
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

# %% include tags=["hide-input"]
from convlab.photographs import (
    PHOTOGRAPHS,
    crop_to_square,
    cut_patches,
    load_image_set,
    load_photo_patches,
    load_photographs,
    resize_bilinear,
)

# %% include tags=["hide-input"]
from convlab.training import Trainer

# %%
keras.utils.set_random_seed(0)

# %% [markdown]
# ## The architecture
#
# Eight layers have weights: five convolutions and three fully connected layers. Max-pooling stands behind the first, the second, and the fifth convolution. Every layer with weights but the last is followed by a **rectified linear unit** (ReLU, $\max(0, x)$), and the last one by a softmax over 1,000 classes. That is all, and it fits into a list. We write it down once and use the list for everything: for drawing, for counting, and for building the model.

# %% include
from convlab.alexnet import alexnet_layers

# %%
layers = alexnet_layers()
for layer in layers:
    print("  ".join(f"{key} {value}" for key, value in layer.items() if key != "kind"))

# %% [markdown]
# ### Sizes
#
# A window of size $F$ that moves along an axis of length $H$ in steps of $S$, with $P$ zeros added at each end, stops at
#
# $$H_{out} = \left\lfloor \frac{H - F + 2P}{S} \right\rfloor + 1 \tag{1}$$
#
# positions. The lecture's slide writes the formula without the floor brackets. In its first row they are not needed, since $(227 - 11 + 4) / 4 = 55$ is a whole number. In the second row they are: $(56 - 3)/2 = 26.5$, and pooling stops at 27 positions, not at 27.5. The last row and the last column of the map are then in no window.
#
# The functions below apply (1) layer by layer and count what each layer costs; we come to the other columns in a moment.

# %% include
from convlab.layer_costs import LayerCost, cost_of_layer, cost_table, count_positions

# %%
table = cost_table(layers, (227, 227, 3))
for row in table:
    print(f"{row.name:8s}", "×".join(str(extent) for extent in row.output_shape))

# %% [markdown]
# Drawn to scale, the network looks like this. Each box is a feature map: height and depth of the box stand for the rows and columns of the map, its thickness for the channels. (Every extent is drawn as its square root, so that 6 pixels can still be seen beside 227.) The network trades space for channels, from 227x227 positions with 3 numbers each to a single position with 4,096. (The slide says that the depth increases; from conv3 to conv4 it goes down once.)


# %% figure alt="AlexNet as a chain of boxes in three rows. The input is a tall thin sheet of 227 by 227 by 3. The boxes get smaller and thicker from convolution to convolution: 56 by 56 by 64, 27 by 27 by 192, 13 by 13 by 384, then 256, and after the last pooling 6 by 6 by 256. The three fully connected layers are long thin bars of 4096, 4096 and 1000." tags=["hide-input"]
def describe_window(layer):
    """Say in words which window a layer moves, or nothing for a layer without one."""
    size, stride = layer.get("size"), layer.get("stride", 1)
    step = f", stride {stride}" if stride > 1 else ""
    return [f"{size}×{size}{step}"] if size else []


volumes = [("image", "input", (227, 227, 3))]
for layer, row in zip(layers, table, strict=True):
    if row.kind != "flatten":
        volumes.append((row.name, row.kind, row.output_shape, *describe_window(layer)))
fig, ax = plt.subplots()
draw_volumes(ax, in_rows(volumes))
plt.show()

# %% [markdown]
# ### 224 or 227?
#
# The slide's first page says that the input is 224x224, and so does the paper. The table says 227x227 with padding 2. Which is right?
#
# **Predict, then run.** The paper's first feature map has 55x55 positions, with $F = 11$ and $S = 4$. Which of these gives 55: 224 without padding, 227 without padding, 224 with padding 2, 227 with padding 2? Does it matter after the first pooling?

# %%
first_sizes = {}
for side, padding in ((224, 0), (227, 0), (224, 2), (227, 2)):
    small = [dict(layer, padding=padding) if layer["name"] == "conv1" else layer for layer in layers]
    rows = {row.name: row for row in cost_table(small, (side, side, 3))}
    first_sizes[side, padding] = [rows[name].output_shape[0] for name in ("conv1", "pool1", "pool2", "pool3")]
    exact = (side - 11 + 2 * padding) / 4 + 1
    print(f"{side} with padding {padding}: {exact:.2f}, sizes", *first_sizes[side, padding])

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# 227 without padding gives exactly 55, and so does 224 with padding 2 (55.25, rounded down). 224 without padding gives 54 and in the end a last map of 5x5 instead of 6x6, which cannot be what the authors ran. The usual explanation is that the paper's 224 is a slip for 227. 227 with padding 2, the lecture's table, gives 56, but the difference of one column is gone after the first pooling: 27, 13, 6 in all three cases.
#
# </details>
#
# So there are several AlexNets about, and it helps to say which one is meant:
#
# | | input, padding | conv1 | filters of conv1 to conv5 | towers |
# |:--|:--|:--|:--|:--|
# | the paper ([@krizhevsky2012]) | 224 in the text, 227 in effect, none | 55x55x96 | 96, 256, 384, 384, 256 | two, one per GPU |
# | a later one-tower form ([@krizhevsky2014]), as in torchvision ([@torchvision2026]) | 224, padding 2 | 55x55x64 | 64, 192, 384, 256, 256 | one |
# | the lecture's table, and this lesson | 227, padding 2 | 56x56x64 | 64, 192, 384, 256, 256 | one |
#
# ## The table, cell by cell
#
# Three costs belong to each layer. Write $H_{out} \times W_{out} \times C_{out}$ for its output and $C_{in}$ for the channels (or, in a fully connected layer, the numbers) that it reads.
#
# | | convolution | fully connected | pooling |
# |:--|:--|:--|:--|
# | **memory** of the output, in KB | $4\, H_{out} W_{out} C_{out} / 1024$ | $4\, C_{out} / 1024$ | as for a convolution |
# | **parameters** | $F^2\, C_{in}\, C_{out} + C_{out}$ | $C_{in}\, C_{out} + C_{out}$ | 0 |
# | **multiply-accumulates** | $H_{out} W_{out} C_{out} \cdot F^2 C_{in}$ | $C_{in}\, C_{out}$ | 0 |
#
# - A number takes 4 bytes (float32). The memory is what one image leaves behind in that layer; in training it has to be kept for the backward pass, for each image of the batch.
# - The parameters are the weights and **one bias per output channel**, because a bias is a number that is added to an output.
# - A **multiply-accumulate** (MAC) is one multiplication and the addition of its result to a sum. Each output of a convolution needs as many as its window has weights.
#
# Take conv1: $4 \cdot 56 \cdot 56 \cdot 64 / 1024 = 784$ KB, $11^2 \cdot 3 \cdot 64 + 64 = 23{,}296$ parameters, $56 \cdot 56 \cdot 64 \cdot 363 = 72.9$ million MACs.
#
# **Predict, then run.** Before you look: which layer has the most parameters? Which does the most work? Which leaves the largest output behind? It is a different layer each time.
#
# Now the whole table, with the lecture's numbers beside ours. A star marks each cell that is off by more than half a unit.

# %%
LECTURE = {  # as printed on the slide: memory (KB), parameters (K), "FLOPs" (M); None is an empty cell
    "conv1": (784, 23, 73),
    "pool1": (182, 0, 0),
    "conv2": (547, 307, 224),
    "pool2": (127, 0, 0),
    "conv3": (254, 664, 112),
    "conv4": (169, 885, 150),
    "conv5": (169, 590, 100),
    "pool3": (36, 0, 0),
    "flatten": (36, 0, 0),
    "fc1": (None, 37758, 38),
    "fc2": (None, 16781, 17),
    "fc3": (None, 4100, 4),
}


def compare_cell(ours, lecture, width):
    """Write our figure, then the lecture's in brackets, then a star if it is off by more than 1/2."""
    same = lecture is not None and abs(ours - lecture) <= 0.5
    return f"{ours:{width}.1f} ({'' if lecture is None else lecture}){' ' if same else '*'}"


differing = []
print(f"{'layer':8s}{'output':>12s}{'memory (KB)':>20s}{'parameters (K)':>22s}{'MACs (M)':>17s}")
for row in table:
    ours = (row.kilobytes, row.parameters / 1e3, row.macs / 1e6)
    cells = [compare_cell(*pair, 9) for pair in zip(ours, LECTURE[row.name], strict=True)]
    differing += [(row.name, column) for column, cell in enumerate(cells) if cell.endswith("*")]
    shape = "×".join(str(extent) for extent in row.output_shape)
    print(f"{row.name:8s}{shape:>12s}{cells[0]:>20s}{cells[1]:>22s}{cells[2]:>17s}")
memory = sum(row.kilobytes for row in table)
parameters = sum(row.parameters for row in table)
macs = sum(row.macs for row in table)
totals = zip((memory, parameters / 1e3, macs / 1e6), (2304, 61108, 718), strict=True)
cells = [compare_cell(*pair, 9) for pair in totals]
print(f"{'total':20s}{cells[0]:>20s}{cells[1]:>22s}{cells[2]:>17s}")
print(f"exactly: {parameters:,} parameters, {macs:,} multiply-accumulates")

# %% [markdown]
# 36 cells, and 30 of them agree. Here is what is behind the other six and the totals.
#
# **Fully connected parameters.** The slide's formula is $C_{out} C_{in} + C_{in}$: one bias per **input**. A fully connected layer has one per output. For fc2, with 4,096 of both, nobody can tell. For fc1 and fc3 the slide's formula gives exactly its own 37,758 K and 4,100 K, and one bias per output gives 37,752,832 and 4,097,000. torchvision's AlexNet reports the same total as we do, 61,100,840 ([@torchvision2026]).
#
# **Convolution parameters.** Here the slide's general formula is right ($+\,C_{out}$), but the worked example beside it, $64 \cdot 11 \cdot 11 \cdot 3$, leaves the biases out. In thousands both round to 23.
#
# **Flatten.** Flattening only renames positions: (row, column, channel) becomes a single index, and no number moves. The slide counts its 36 KB a second time. On the other hand it leaves the memory of the three fully connected layers empty, $4 \cdot (4096 + 4096 + 1000)/1024 = 35.9$ KB. One mistake adds 36 and the other drops 35.9, so that the total of 2,304 KB is right by coincidence.
#
# **Totals.** The slide adds rounded numbers. Its 718 M is the sum of its rounded cells; the sum of the exact ones is 716.8 M.
#
# **"FLOPs (Mul+Add)".** What the formula counts are multiply-accumulates. If you count multiplications and additions singly, as the word FLOP suggests, the network needs about 1.43 billion of them for one image. Both conventions are in use, often under the same name, and a comparison of two papers can be wrong by a factor of two for this reason alone. In this book, **MACs** are MACs.

# %%
rows = {row.name: row for row in table}
bias_per_input = {
    name: rows[name].weights + rows[name].weights // rows[name].biases for name in ("fc1", "fc3")
}
print("one bias per input: ", {name: f"{count:,}" for name, count in bias_per_input.items()})
print("one bias per output:", {name: f"{rows[name].parameters:,}" for name in bias_per_input})
print(f"conv1: {rows['conv1'].weights:,} weights + {rows['conv1'].biases} biases")
slide_sums = [sum(cells[column] or 0 for cells in LECTURE.values()) for column in range(3)]
fc_memory = sum(rows[name].kilobytes for name in ("fc1", "fc2", "fc3"))
print("sums of the slide's rounded cells:", slide_sums)
print(f"memory {memory:.1f} = {memory - fc_memory:.2f} + fully connected {fc_memory:.2f}")
print(f"counted singly: {2 * macs / 1e9:.2f} billion operations per image")

# %% [markdown]
# ### Where the cost sits
#
# The slide draws two conclusions, and a picture of our table supports both.

# %% figure alt="Three bar charts with one bar per layer, convolutions in blue, pooling in orange, fully connected layers in green. Memory: conv1 has a third, and the bars shrink from there. Parameters: almost nothing in the convolutions, 62 percent in fc1, 27 in fc2. Multiply-accumulates: conv2 leads with 31 percent, the five convolutions have 92 percent together." tags=["hide-input"]
shown = [row for row in table if row.kind != "flatten"]
fig, axes = plt.subplots(1, 3, figsize=(7.5, 4.0), sharey=True)
columns = (("memory of outputs", [row.kilobytes for row in shown]),)
columns += (
    ("parameters", [row.parameters for row in shown]),
    ("multiply-accumulates", [row.macs for row in shown]),
)
for ax, (title, values) in zip(axes, columns, strict=True):
    shares = 100 * np.array(values) / sum(values)
    ax.barh(range(len(shown)), shares, color=[COLORS[LAYER_COLORS[row.kind]] for row in shown])
    for y, share in enumerate(shares):
        if share >= 0.5:
            ax.text(share + 1, y, f"{share:.0f} %", va="center", fontsize=10)
    ax.set_title(title)
    ax.set(xlim=(0, 79), xticks=[0, 20, 40, 60])
    ax.grid(axis="y", visible=False)
axes[0].set_yticks(range(len(shown)), [row.name for row in shown])
axes[0].invert_yaxis()
axes[1].set_xlabel("share of the whole network in percent")
plt.show()

# %%
convolutions = [row for row in table if row.kind == "convolution"]
fully_connected = [row for row in table if row.kind == "fully connected"]
fc_parameter_share = sum(row.parameters for row in fully_connected) / parameters
conv_mac_share = sum(row.macs for row in convolutions) / macs
print(f"fully connected layers: {fc_parameter_share:.1%} of the parameters")
print(f"convolutions: {conv_mac_share:.1%} of the multiply-accumulates")

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# fc1 has the most parameters (62 %), conv2 does the most work (31 %), conv1 leaves the largest output (34 %).
#
# </details>
#
# The reason is sharing. A weight of a convolution is used at each position: conv2's 307,200 weights are multiplied $27 \cdot 27 = 729$ times each. A weight of a fully connected layer is used once per image. So the fully connected layers hold nearly all parameters and the convolutions do nearly all work, and the two have to be made cheaper by different means. Lesson 8 removes the large fully connected layers; lessons 11 and 12 attack the convolutions.
#
# ### Build it
#
# The same list becomes a Keras model. Note what the loop does **not** contain: no sizes of inputs. Keras finds them by the same rule (1).

# %% include
from convlab.alexnet import build_network

# %%
alexnet = build_network(layers, (227, 227, 3), dropout=0.5)
keras_shapes = [tuple(alexnet.get_layer(row.name).output.shape[1:]) for row in table]
shapes_agree = keras_shapes == [row.output_shape for row in table]
noise_image = np.random.default_rng(0).normal(size=(1, 227, 227, 3)).astype("float32")
logits = alexnet(noise_image)
print(f"Keras counts {alexnet.count_params():,} parameters; all shapes as in our table: {shapes_agree}")
print(f"one image in, {logits.shape[1]:,} logits out")
model_parameters = alexnet.count_params()
del alexnet  # a quarter of a gigabyte

# %% [markdown]
# ### What did training cost?
#
# For each image the backward pass computes two gradients per layer, with respect to its weights and to its input, and each takes about as many operations as the forward pass. So one step costs about three forward passes. The paper reports some 90 passes over 1.2 million images, in five to six days on two GTX 580 cards with 3 GB of memory each.
#
# **Predict, then run.** A GTX 580 can do at most 1.58 trillion single-precision operations per second (512 cores at 1.544 GHz, a multiplication and an addition per cycle). Which share of that did AlexNet reach: about 1 %, 10 %, 30 %?

# %%
original = alexnet_layers(first=(11, 4, 0))
paper_filters = {"conv1": 96, "conv2": 256, "conv3": 384, "conv4": 384, "conv5": 256}
one_piece = [
    layer | {"filters": paper_filters[layer["name"]]} if layer["name"] in paper_filters else layer
    for layer in original
]
in_two = [
    dict(layer, groups=2) if layer["name"] in ("conv2", "conv4", "conv5") else layer for layer in one_piece
]
paper_table = cost_table(in_two, (227, 227, 3))
paper_macs = sum(row.macs for row in paper_table)
operations = 90 * 1.2e6 * 3 * 2 * paper_macs
seconds = 5.5 * 24 * 3600
utilization = operations / seconds / (2 * 1.58e12)
print(f"{operations:.1e} operations in {seconds:,.0f} s: {utilization:.0%} of what two cards can do at most")

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# About 30 %. For 2012 that is remarkable, and it is the least quoted reason for the success: the convolutions were hand-written GPU code of high quality. (The cell uses the paper's two-tower network, which we come to below.)
#
# </details>
#
# ## What made it win?
#
# The paper lists the novelties of its architecture in the order of estimated importance, ReLU first. Such lists are hard to check, because nobody trains all the combinations. At full size we cannot either. But we can take the plan of AlexNet, make it narrow, and train it many times. The scaled-down network has the same eight layers; conv1 has 8 filters of 5x5 with stride 2 instead of 64 of 11x11 with stride 4, and fc1 and fc2 have 64 units.

# %%
data = load_image_set(CONFIG["data"], CONFIG["num_train"], CONFIG["num_test"])
x_train, y_train, x_test, y_test = data
small_layers = alexnet_layers(CONFIG["filters"], CONFIG["units"], num_classes=10, first=(5, 2, 2))
for row in cost_table(small_layers, x_train.shape[1:]):
    print(f"{row.name:8s}{'×'.join(str(extent) for extent in row.output_shape):>10s}{row.parameters:>10,}")

# %% [markdown]
# It is trained by the recipe of the paper ([@krizhevsky2012], section 5): mini-batch gradient descent with momentum 0.9 and weight decay 0.0005. For each weight $w$ with its gradient $g$ and its **velocity** $v$ (the code calls the learning rate $\eta$ `learning_rate`):
#
# $$v \leftarrow 0.9\, v - \eta\, (g + 0.0005\, w), \qquad w \leftarrow w + v \tag{2}$$
#
# The paper starts at $\eta = 0.01$ and divides it by ten, three times, when the validation error stops improving. We let it fall linearly to zero, as in lesson 3.

# %% include
from convlab.alexnet import RecipeTrainer


# %%
def make_trainer(layers, images, activation="relu", dropout=0.0, augment=None):
    """Return a RecipeTrainer of a network for such images, with the device's settings."""
    model = build_network(layers, images.shape[1:], activation, dropout, CONFIG["dtype"])
    return RecipeTrainer(
        model, augment=augment, jit_compile=CONFIG["jit_compile"], loss_scale=CONFIG["loss_scale"]
    )


# %% [markdown]
# ### ReLU against tanh
#
# The usual activation function before 2012 was the hyperbolic tangent. For large positive or negative inputs it **saturates**: its derivative $1 - \tanh^2 x$ goes to zero, and a gradient that passes the unit is multiplied by next to nothing. The rectified linear unit, $\max(0, x)$, has the derivative 1 wherever it is active, it costs one comparison, and it returns exact zeros.
#
# The slide calls AlexNet the "first use of ReLU in practice". It was not: Nair and Hinton had used rectified linear units for object recognition two years before ([@nair2010]), and Glorot and others showed in 2011 that deep rectifier networks train well without pre-training ([@glorot2011]). AlexNet made ReLU the standard.
#
# How much does it help? The paper's first figure shows a network of four convolutional layers on CIFAR-10 that reaches 25 % training error six times sooner with ReLU than with tanh, each at the learning rate that suits it best. That last half-sentence matters. Gradients of the two networks have different sizes, so a rate that is good for one may be bad for the other, and with a single rate you can prove whatever you like. We try three.
#
# For fairness each network also gets the initialization that was made for it: He's for ReLU ([@he2015]), Glorot's for tanh ([@glorot2010]).
#
# **Predict, then run.** Which network has the lower training loss at each rate after six epochs?

# %%
rates, seeds = CONFIG["learning_rates"], CONFIG["seeds"]
activation_loss, activation_accuracy, trained = {}, {}, {}
for activation in ("relu", "tanh"):
    trainer = trained[activation] = make_trainer(small_layers, x_train, activation)
    last_epoch = len(x_train) // CONFIG["batch_size"]
    losses, accuracies = np.zeros((2, len(rates), len(seeds)))
    for i, rate in enumerate(rates):
        for j, seed in enumerate(seeds):
            trainer.reset(seed)
            every_step = trainer.fit(x_train, y_train, CONFIG["batch_size"], rate, CONFIG["epochs"])
            losses[i, j] = every_step[-last_epoch:].mean()
            accuracies[i, j] = trainer.accuracy(x_test, y_test)
    activation_loss[activation], activation_accuracy[activation] = losses, accuracies
    for rate, one_rate, score in zip(rates, losses, accuracies, strict=True):
        print(f"{activation} at {rate:g}: training loss {one_rate.min():.2f}-{one_rate.max():.2f}", end=", ")
        print(f"test accuracy {score.min():.2f}-{score.max():.2f}")

# %% [markdown]
# Did the units of the tanh network saturate? For each layer of the two networks that were trained last, we compute the mean derivative of its activation function over test images. For ReLU that is the share of units that are active; for tanh it is near 1 where nothing saturates and near 0 where everything does.

# %%
gates = {}
for activation, trainer in trained.items():
    names = [row["name"] for row in small_layers[:-1] if row["kind"] in ("convolution", "fully connected")]
    look = keras.Model(trainer.model.input, [trainer.model.get_layer(name).output for name in names])
    outputs = [np.asarray(output, "float32") for output in look(x_test[:200])]
    derivatives = [output > 0 if activation == "relu" else 1 - output**2 for output in outputs]
    gates[activation] = [float(derivative.mean()) for derivative in derivatives]
    print(activation, {name: round(gate, 2) for name, gate in zip(names, gates[activation], strict=True)})

# %% figure alt="Left: tanh and ReLU with their derivatives; the derivative of tanh is a bell that is close to zero beyond plus and minus two, that of ReLU is a step from zero to one. Right: training loss after six epochs against the learning rate, three dots per activation and rate. At the smallest rate ReLU is far lower; at the largest it has no advantage; the lowest means of both are at about the same height." tags=["hide-input"]
fig, (left, right) = plt.subplots(1, 2, figsize=(7.5, 3.8))
x = np.linspace(-3.5, 3.5, 281)
for name, color, value, derivative in (
    ("ReLU", "blue", np.maximum(x, 0), (x > 0).astype(float)),
    ("tanh", "vermilion", np.tanh(x), 1 - np.tanh(x) ** 2),
):
    left.plot(x, value, color=COLORS[color], label=name)
    left.plot(x, derivative, "--", color=COLORS[color], label="its derivative", linewidth=1.5)
left.set(ylim=(-1.2, 2.2), xlabel="$x$")
left.set_title("The functions")
left.legend(frameon=False, fontsize=10, loc="upper left")
for name, label, color, marker, shift in (
    ("relu", "ReLU", "blue", "o", 0.95),
    ("tanh", "tanh", "vermilion", "^", 1.05),
):
    places = np.array(rates) * shift
    right.plot(places, activation_loss[name], marker, color=COLORS[color], markersize=5, alpha=0.5)
    right.plot(
        places, activation_loss[name].mean(axis=1), "-", marker=marker, color=COLORS[color], label=label
    )
right.set_xscale("log")
right.set_xticks(rates, [f"{rate:g}" for rate in rates])
right.minorticks_off()
right.set(xlabel="learning rate at the start", ylabel="training loss, last epoch")
right.set_ylim(bottom=0)
right.set_title(f"Training ({len(seeds)} seeds and their mean)")
right.legend(frameon=False, fontsize=10, loc="lower left")
plt.show()

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# At the rate 0.003 ReLU is far ahead: its worst seed has a lower loss than the best seed of tanh. At 0.03 nothing is left of this lead. And with each network at its own best rate there is little between them: the mean losses differ by less than a quarter. The paper's factor of six is not to be seen here.
#
# </details>
#
# That is worth a thought, because "ReLU trains several times faster" stands in every textbook. The derivatives show why there is nothing to win in this small network: nothing saturates. Behind conv1 the mean derivative of tanh is above 0.45 in every layer, so every layer passes a good part of the gradient on. ReLU passes the gradient at full strength, but only where a unit is active, and that is half of the units at most. What remains of ReLU's advantage is that it learns faster at a small rate.
#
# None of this says that the paper is wrong. Its networks were wider and trained for longer, on a harder task, from weights drawn with a standard deviation of 0.01 in every layer, whatever its size, and tanh units do saturate when weights grow. Lesson 9 follows signals through many more layers. What the experiment does say is how to make such a claim: **tune both sides, and tell the conditions.**
#
# ### Dropout
#
# AlexNet has 61 million parameters and saw 1.2 million images, so it could have learned many of them by heart. **Dropout** ([@hinton2012]; [@srivastava2014]) makes that hard. In training, each output of fc1 and fc2 is set to zero with probability $p = 0.5$, anew for each image. A unit cannot rely on particular other units being there, so it has to be useful on its own. Seen from further away, each step trains another one of exponentially many thinned networks that share their weights, and at inference all of them vote at once.
#
# At inference nothing is dropped. So that the next layer still sees sums of the usual size, someone has to make up for the missing half in training: the paper multiplies the outputs by 0.5 at inference; Keras divides the survivors by $1 - p$ in training, which comes to the same and leaves inference untouched.

# %%
ones = np.ones((1, 10_000), "float32")
dropped = np.asarray(keras.layers.Dropout(0.5)(ones, training=True))
print("values in training:", np.unique(dropped), f"mean {dropped.mean():.2f};", end=" ")
print("at inference:", np.unique(keras.layers.Dropout(0.5)(ones, training=False)))

# %% [markdown]
# Does it help? We need a case in which a network is able to learn by heart and should not. So we take only 200 handwritten digits and a network with one convolution and two fully connected layers of 256 units. We train it twice: with the correct labels, and with 30 % of the labels replaced by wrong ones. A network that learns the wrong labels by heart will pay for it on the test set, whose labels are all correct. (The case is chosen so that the effect can be seen. In short trials with the scaled-down AlexNet on photo patches, with dropout in front of fc1 and fc2, dropout only slowed the training down.)
#
# **Predict, then run.** What will dropout do to the training accuracy and to the test accuracy in each of the two cases?

# %%
few_x, few_y, few_x_test, few_y_test = load_images(CONFIG["few_data"], 20_000, 400)
few_layers = [
    {"name": "conv1", "kind": "convolution", "filters": 16, "size": 3, "stride": 1, "padding": 1},
    {"name": "pool1", "kind": "pooling", "size": 3, "stride": 2},
    {"name": "flatten", "kind": "flatten"},
    {"name": "fc1", "kind": "fully connected", "units": CONFIG["few_units"]},
    {"name": "fc2", "kind": "fully connected", "units": CONFIG["few_units"]},
    {"name": "fc3", "kind": "fully connected", "units": 10},
]


def draw_few(count, seed, wrong_share=0.0):
    """Choose training images at random and replace a share of their labels by wrong ones."""
    rng = np.random.default_rng(seed)
    chosen = rng.permutation(len(few_x))[:count]
    labels = few_y[chosen].copy()
    wrong = rng.permutation(count)[: round(wrong_share * count)]
    labels[wrong] = (labels[wrong] + rng.integers(1, 10, len(wrong))) % 10
    return few_x[chosen], labels


few_count = CONFIG["num_few"][1]
dropout_train, dropout_test = {}, {}
for rate in (0.0, 0.5):
    trainer = make_trainer(few_layers, few_x, dropout=rate)
    for wrong_share in (0.0, 0.3):
        found = []
        for seed in seeds:
            images, labels = draw_few(few_count, seed, wrong_share)
            trainer.reset(seed)
            trainer.fit(images, labels, few_count // 5, learning_rate=0.01, epochs=CONFIG["few_epochs"])
            found.append((trainer.accuracy(images, labels), trainer.accuracy(few_x_test, few_y_test)))
        dropout_train[wrong_share, rate], dropout_test[wrong_share, rate] = np.array(found).T
        cell = [f"{v.min():.2f}-{v.max():.2f}" for v in np.array(found).T]
        print(f"{wrong_share:.0%} wrong labels, dropout {rate}: training {cell[0]}, test {cell[1]}")

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# With correct labels it makes no difference that three seeds could show: learning these digits by heart does no harm, since what is learned is true. With 30 % wrong labels the network without dropout learns nearly all of them, wrong ones included (training accuracy above 95 %), and its test accuracy suffers. With dropout the training accuracy stays below 90 %, close to the 70 % that are correct, and on every seed the test accuracy is at least 3 percentage points higher.
#
# </details>
#
# Dropout is not a bonus that is added to each network. It is a brake on memorizing, it slows training (the paper: about twice as many iterations), and it helps where memorizing is the problem. AlexNet's fully connected layers, with 59 of 61 million parameters, were such a place. Convolutions with few, shared weights are less so, and the residual networks of lesson 10 do without dropout.
#
# ### Augmentation
#
# The cheapest way to more training images is to change those that you have in ways that leave the label alone. The paper does it in two ways.
#
# - **Crops and mirror images.** Images are stored at 256x256. Each time an image is used, a window of 224x224 is cut out at a random place and mirrored or not. The paper counts $32 \cdot 32 \cdot 2 = 2048$ versions of each image. (Strictly, there are $33 \cdot 33$ places.) At test time ten crops, the four corners and the center with their mirror images, are classified, and their predictions are averaged.
# - **Light.** The principal components of the RGB values of all training pixels are computed once. A random multiple of each, in proportion to its eigenvalue, is added to all pixels of an image, which imitates a change of the intensity and color of the light. The paper reports that it lowers the top-1 error by more than one percentage point.

# %% figure alt="Six pictures of a cat. The first is the whole picture with a white and a black frame that mark two crops. The others are these two crops, the second one mirrored, and the first one in more and in less light." tags=["hide-input"]
chelsea = crop_to_square(load_photographs(["chelsea"])["chelsea"], 256) / 255
colors = chelsea.reshape(-1, 3) - chelsea.reshape(-1, 3).mean(axis=0)
eigenvalues, components = np.linalg.eigh(colors.T @ colors / len(colors))
brighter = components[:, -1] * np.sign(components[:, -1].sum()) * eigenvalues[-1]
upper, lower = chelsea[:224, :224], chelsea[32:, 32:]
panels = [
    (chelsea, "256×256"),
    (upper, "white frame"),
    (lower, "black frame"),
    (lower[:, ::-1], "mirrored"),
    (np.clip(upper + 5 * brighter, 0, 1), "more light"),
    (np.clip(upper - 5 * brighter, 0, 1), "less light"),
]
fig, axes = plt.subplots(2, 3, figsize=(7.5, 5.2))
for ax, (picture, title) in zip(axes.flat, panels, strict=True):
    side = len(picture)
    ax.imshow(picture[::2, ::2], extent=(0, side, side, 0), interpolation="none")
    ax.set_title(title)
    ax.axis("off")
for corner, color in ((1, "white"), (32, "black")):
    axes[0, 0].add_patch(plt.Rectangle((corner, corner), 223, 223, fill=False, edgecolor=color, lw=2))
plt.show()
print("Photograph:", PHOTOGRAPHS["chelsea"])

# %% [markdown]
# (The last two pictures use one photograph's own first component, and a multiple far larger than the paper's, whose random factor has a standard deviation of 0.1.)
#
# Which changes leave the label alone depends on the task. Let us measure it on 100 digits, with two changes: shifts by up to one pixel, and mirror images. We test on the ordinary test images, and on test images that are themselves shifted by up to one pixel.
#
# **Predict, then run.** Which of the two helps, and where? Does one of them do harm?

# %% include
from convlab.alexnet import mirror_images, shift_images

# %%
shifted_test = np.asarray(shift_images(few_x_test, tf.random.Generator.from_seed(0)))
few_count = CONFIG["num_few"][0]
augmented_test, augmented_shifted = {}, {}
for name, augment in (("nothing", None), ("shifts", shift_images), ("mirror images", mirror_images)):
    trainer = make_trainer(few_layers, few_x, augment=augment)
    found = []
    for seed in seeds:
        images, labels = draw_few(few_count, seed)
        trainer.reset(seed)
        trainer.fit(images, labels, few_count // 5, learning_rate=0.01, epochs=CONFIG["few_epochs"])
        found.append((trainer.accuracy(few_x_test, few_y_test), trainer.accuracy(shifted_test, few_y_test)))
    augmented_test[name], augmented_shifted[name] = np.array(found).T
    cell = [f"{v.min():.2f}-{v.max():.2f}" for v in np.array(found).T]
    print(f"{name:>13s}: test accuracy {cell[0]}, on shifted images {cell[1]}")

# %% figure alt="Left: test accuracy with and without dropout. With correct labels the dots are at the same height near 0.93; with 30 percent wrong labels the dots with dropout are clearly higher. Right: test accuracy on ordinary and on shifted images for training with nothing, shifts, and mirror images. On shifted images training with shifts is above 0.75 and the others are near 0.5; on ordinary images shifts are level or a little better and mirror images a little worse." tags=["hide-input"]
fig, (left, right) = plt.subplots(1, 2, figsize=(7.5, 3.9), sharey=True)
for offset, rate, color, marker in ((-0.1, 0.0, "vermilion", "^"), (0.1, 0.5, "blue", "o")):
    label = "dropout 0.5" if rate else "no dropout"
    for place, share in enumerate((0.0, 0.3)):
        values = dropout_test[share, rate]
        left.plot(
            np.full(len(values), place + offset), values, marker, color=COLORS[color], label=label, alpha=0.7
        )
        label = None
left.set_xticks([0, 1], ["correct\nlabels", "30 % wrong\nlabels"])
left.set(xlim=(-0.5, 1.5), ylabel="test accuracy")
left.set_title(f"Dropout, {CONFIG['num_few'][1]} images")
left.legend(frameon=False, fontsize=10, loc="lower left")
looks = {"nothing": ("vermilion", "^"), "shifts": ("blue", "o"), "mirror images": ("orange", "s")}
for offset, (name, (color, marker)) in zip((-0.15, 0, 0.15), looks.items(), strict=True):
    label = name
    for place, values in enumerate((augmented_test[name], augmented_shifted[name])):
        right.plot(
            np.full(len(values), place + offset), values, marker, color=COLORS[color], label=label, alpha=0.7
        )
        label = None
right.set_xticks([0, 1], ["ordinary\ntest images", "shifted\ntest images"])
right.set(xlim=(-0.5, 1.5))
right.set_title(f"Augmentation, {CONFIG['num_few'][0]} images")
right.legend(frameon=False, fontsize=10, loc="lower left")
plt.show()

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# Shifts raise the accuracy on shifted images by more than 15 points on every seed; on the ordinary images, whose digits are all centered, they do no harm worth speaking of. Mirror images do harm: a mirrored 3 is not a 3, and a mirrored 5 looks more like a 2. A mirrored cat is a cat.
#
# </details>
#
# Augmentation tells the network which changes do not matter. That is knowledge about the task, and it comes from you.
#
# ### Weight decay
#
# In (2), $0.0005\, w$ is the gradient of the penalty $\frac{0.0005}{2} w^2$, so this is the $L_2$ regularization of the slide. A weight that the loss does not care about ($g = 0$) shrinks towards zero; a weight that matters is held in place by its gradient. The paper notes that the term did more than to regularize: without it, the **training** error was higher too.
#
# **Predict, then run.** At $\eta = 0.01$, how many steps does it take until a weight without gradient has halved: about 140, 14,000, 1,400,000? (An epoch had about 9,400 steps.)

# %%
weight, velocity, halving = 1.0, 0.0, 0
while weight > 0.5:
    velocity = 0.9 * velocity - 0.01 * 0.0005 * weight
    weight += velocity
    halving += 1
print(f"{halving:,} steps, {halving / (1.2e6 / 128):.1f} epochs")

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# About 14,000. Each push of $0.01 \cdot 0.0005 = 5 \cdot 10^{-6}$ of the weight is repeated by the momentum, in total $1/(1 - 0.9) = 10$ times, so the weight shrinks by $5 \cdot 10^{-5}$ per step, and $\ln 2 / (5 \cdot 10^{-5}) \approx 13{,}900$. At the full rate that is an epoch and a half: slow against a single gradient, and fast against 90 epochs.
#
# </details>
#
# ### Two GPUs and grouped convolutions
#
# Weights, gradients, and velocities of 61 million parameters take $3 \cdot 4 \cdot 61$ million bytes, 0.73 GB. The outputs of all layers for a batch of 128 images come on top (how much, you will compute in the assignment), and a card had 3 GB. So the network was cut in two **towers**, one per GPU. To save traffic between the cards the towers exchange their feature maps only before conv3 and in the fully connected layers.

# %% include tags=["hide-input"]
from convlab.block_diagrams import block_extent, draw_block, draw_blocks, draw_series, series_extent

# %% figure alt="Two block diagrams. Left, one tower: image, conv1 and conv2 with pooling, conv3 to conv5 with pooling, three fully connected layers, in one line. Right, two towers: the image goes to two branches with conv1 of 48 and conv2 of 128 filters each; their outputs are exchanged; then two branches with conv3 of 192, conv4 of 192 and conv5 of 128 filters each; then the outputs are joined for the fully connected layers." tags=["hide-input"]
conv, fc, both = "convolution", "fully connected", "concatenation"
one_tower = [
    ("227×227×3", "text"),
    ("conv1: 64, pool\nconv2: 192, pool", conv),
    ("conv3: 384\nconv4: 256\nconv5: 256, pool", conv),
    ("fc1: 4096\nfc2: 4096\nfc3: 1000", fc),
]
lower_half = [("conv1: 48, pool\nconv2: 128, pool", conv)]
upper_half = [("conv3: 192\nconv4: 192\nconv5: 128, pool", conv)]
two_towers = [
    ("227×227×3", "text"),
    [lower_half, lower_half],
    ("each tower gets both outputs", both),
    [upper_half, upper_half],
    ("fc1: 4096\nfc2: 4096\nfc3: 1000", fc),
]
fig, ax = plt.subplots()
draw_blocks(ax, {"one tower": one_tower, "two towers (the paper)": two_towers})
plt.show()

# %% [markdown]
# In today's words, conv2, conv4, and conv5 are **grouped convolutions** with two groups: the input channels are divided into $G$ groups, the filters too, and filters of one group read only the channels of their group. Each filter has $F^2 C_{in} / G$ weights, so parameters and MACs are divided by $G$. A grouped convolution is nothing but $G$ smaller convolutions side by side:

# %%
rng = np.random.default_rng(0)
maps = rng.normal(size=(1, 9, 9, 8)).astype("float32")
grouped = keras.layers.Conv2D(6, 3, groups=2)
whole = np.asarray(grouped(maps))
kernel, bias = grouped.get_weights()
halves = [
    tf.nn.conv2d(maps[..., 4 * g : 4 * g + 4], kernel[..., 3 * g : 3 * g + 3], 1, "VALID") for g in range(2)
]
group_difference = float(abs(whole - bias - np.concatenate(halves, axis=-1)).max())
print(f"kernel {kernel.shape}; largest difference to two convolutions side by side {group_difference:.1e}")

# %% [markdown]
# What did the cut save, apart from making the network fit at all?

# %%
paper_costs = {}
for name, described in (("in one piece", one_piece), ("in two towers", in_two)):
    counted = cost_table(described, (227, 227, 3))
    paper_costs[name] = (sum(row.parameters for row in counted), sum(row.macs for row in counted))
    print(f"{name:>13s}: {paper_costs[name][0]:,} parameters, {paper_costs[name][1] / 1e6:,.0f} million MACs")
with_weights = [row for row in paper_table if row.weights]
neurons = sum(row.stored for row in with_weights)
print(f"outputs of the layers with weights: {neurons:,}")

# %% [markdown]
# Only 2 % of the parameters, since most of them are in the fully connected layers, but more than a third of the work. The counts agree with the paper, which speaks of 60 million parameters and 650,000 neurons. Against a network with half the filters that fits on one card, the two-tower network had lower errors, by 1.7 points (top-1) and 1.2 points (top-5) as reported in the paper.
#
# The cut was a makeshift, and the one-tower form went back on it. But the idea proved to be good for more: groups as a means to spend a budget of MACs on more channels came back in ResNeXt ([@xie2017]), and with as many groups as channels they are the depthwise convolution of MobileNet (lesson 12).
#
# ### Two details that did not last
#
# **Local response normalization.** Behind the ReLUs of conv1 and conv2 the paper divides each value $a_c$ by a power of the sum of squares of its neighbors among the channels, at the same position:
#
# $$b_c = a_c \Big/ \Big(2 + 10^{-4} \sum_{j = c-2}^{c+2} a_j^2\Big)^{0.75} \tag{3}$$
#
# It is reported to have lowered the top-1 and top-5 errors by 1.4 and 1.2 points. The authors of VGG found no gain from it ([@simonyan2015]), and batch normalization (lesson 3) took its place. TensorFlow still has it:

# %%
values = rng.normal(size=(1, 1, 1, 12)).astype("float32")
by_library = tf.nn.local_response_normalization(values, depth_radius=2, bias=2.0, alpha=1e-4, beta=0.75)
by_hand = [
    values[0, 0, 0, c] / (2 + 1e-4 * sum(values[0, 0, 0, max(c - 2, 0) : c + 3] ** 2)) ** 0.75
    for c in range(12)
]
response_difference = float(abs(by_library - np.array(by_hand)).numpy().max())
print(
    f"largest difference {response_difference:.1e}; with values of this size it divides by {2**0.75:.2f}, no more"
)

# %% [markdown]
# **Overlapping pooling.** The windows are 3x3 and move by 2, so that neighbors share a row or a column. Against 2x2 windows the paper reports a gain of 0.4 and 0.3 points.
#
# ## The results, and which is which
#
# "AlexNet's error" is at least five different numbers ([@krizhevsky2012]):
#
# | test | network | top-1 | top-5 |
# |:--|:--|:--|:--|
# | ILSVRC-2010, test set | one network | 37.5 % | 17.0 % |
# | ILSVRC-2012, validation set | one network | 40.7 % | 18.2 % |
# | ILSVRC-2012, test set | average of five networks, supplied data only | not given | **16.4 %** |
# | ILSVRC-2012, validation set | average of seven, two of them pre-trained on the ImageNet release of fall 2011 | 36.7 % | 15.4 % |
# | ILSVRC-2012, test set | the same seven | not given | **15.3 %** |
# | ILSVRC-2012, test set | runner-up, no network | not given | 26.2 % |
#
# The slides use several of them without saying so. The abstract that they quote has the first line. Their accuracy of 84.6 % is $100 - 15.4$: seven networks, additional training images, **validation** set; on the test set it is 84.7 %. And "25.8 % to 16.4 %" compares the winner of 2011, measured on the test images of 2011 ([@russakovsky2015]), with the 2012 entry that used the supplied data only, measured on the test images of 2012. The fair comparison within one year is 26.2 % against 16.4 % on the same data and the same images, or 15.3 % when additional images are allowed. The conclusion is the same. The habit of saying which network, which data, which crops, and which test set will still save you from wrong conclusions later in this book, where the differences are smaller than between two lines of this table.

# %%
runner_up, supplied_only, with_additional, single = 26.2, 16.4, 15.3, 18.2
print(
    f"errors avoided against the runner-up: {1 - supplied_only / runner_up:.0%} on the supplied data,",
    end=" ",
)
print(f"{1 - with_additional / runner_up:.0%} with additional images")
print(
    f"by averaging five networks instead of one: {single - supplied_only:.1f} points (18.2 is on validation)"
)

# %% [markdown]
# ## Impact
#
# AlexNet was the first convolutional network to win ILSVRC. It was not the first one to win a contest: networks of Cireşan and others had won competitions in traffic signs and handwriting before, also trained on GPUs ([@ciresan2012]), and LeNet had read digits commercially in the 1990s ([@lecun1998]). What ILSVRC added was a task that the whole field had worked on for years with other means, and a margin that left no room for excuses.
#
# What followed:
#
# - From 2013 on, the leading entries of ILSVRC were convolutional networks ([@russakovsky2015]), and the next lessons are about the best of them.
# - Features that a network learns on ImageNet turned out to serve for other tasks with little data ([@razavian2014]). That is how most people use such networks today (lesson 13).
# - Graphics processors became the standard equipment of machine learning, and convolution libraries for them an industry.
# - On the day of the lecture's screenshot (25 August 2021) the paper had been cited 85,837 times.
#
# The network itself is history: many that have a fraction of its parameters are more accurate (lesson 11). Its recipe is alive. Momentum, weight decay, a falling rate, random crops and mirror images, ReLU: you would still start with them.
#
# ## Common mistakes
#
# <div class="box mistakes">
#
# - **Biases per input.** A layer has one bias per output channel, a fully connected layer one per output.
# - **Parameters for pooling.** It has none, and neither has flatten.
# - **Forgetting the input channels.** A "3x3 convolution" on 192 channels has $3 \cdot 3 \cdot 192$ weights per filter.
# - **Rounding up.** Formula (1) rounds down unless a layer says otherwise (Keras's `padding="same"` rounds $H/S$ up).
# - **MACs taken for FLOPs**, or compared with them.
# - **KB and K.** Memory is divided by 1,024 here, parameters by 1,000.
# - **Parameters taken for cost.** fc1 has 62 % of the parameters and 5 % of the MACs.
# - **Comparing at one learning rate.** See ReLU against tanh.
# - **Dropout at inference**, or dropout without rescaling.
# - **Augmenting what changes the label**, and augmenting the test images without averaging.
# - **Quoting an error without its protocol.** Single network or average, supplied data or more, validation or test, how many crops.
#
# </div>
#
# ## Self-check
#
# <div class="box quiz">
#
# **1.** A convolution with 32 filters of 5x5, stride 2, padding 1 reads a map of 28x28x16. What is the size of its output? How many parameters and MACs has it?
#
# <details class="answer"><summary>Answer</summary>
#
# $\lfloor (28 - 5 + 2)/2 \rfloor + 1 = 13$, so 13x13x32. Parameters: $5 \cdot 5 \cdot 16 \cdot 32 + 32 = 12{,}832$. MACs: $13 \cdot 13 \cdot 32 \cdot 400 = 2{,}163{,}200$.
#
# </details>
#
# **2.** You feed AlexNet images of 454x454 instead of 227x227. Which parameter counts change, and what happens to the MACs of the convolutions?
#
# <details class="answer"><summary>Answer</summary>
#
# Convolutions keep their weights; only fc1 grows, since it reads the whole last map, which becomes 13x13x256 instead of 6x6x256. The MACs of the convolutions become about four times as many.
#
# </details>
#
# **3.** Why does the lecture's memory total agree with ours to a KB, although two of its columns' entries are wrong?
#
# <details class="answer"><summary>Answer</summary>
#
# Counting flatten again adds 36 KB, leaving out the fully connected outputs drops 35.9 KB.
#
# </details>
#
# **4.** A colleague reports: "With ReLU the loss after one epoch is half of that with tanh, both with the rate 0.001." What do you ask?
#
# <details class="answer"><summary>Answer</summary>
#
# What the losses are at the best rate of each network, with the initialization that suits each, and over how many seeds.
#
# </details>
#
# **5.** conv4 of the two-tower network has 384 filters of 3x3 on 384 channels, in two groups. How many weights? How many without groups?
#
# <details class="answer"><summary>Answer</summary>
#
# $384 \cdot 9 \cdot 192 = 663{,}552$; without groups twice as many, $1{,}327{,}104$.
#
# </details>
#
# **6.** A layer with dropout 0.8 in Keras: by what are the surviving outputs multiplied in training, and what happens at inference?
#
# <details class="answer"><summary>Answer</summary>
#
# By $1/(1 - 0.8) = 5$. At inference nothing is dropped and nothing is multiplied.
#
# </details>
#
# **7.** "AlexNet reached 84.7 %." Complete the sentence.
#
# <details class="answer"><summary>Answer</summary>
#
# Top-5 accuracy on the test set of ILSVRC-2012, by averaging seven networks, two of which were pre-trained on additional images.
#
# </details>
#
# </div>
#
# ## Assignment
#
# In the assignment you write the functions behind the table yourself: the cost of a convolution, of pooling, and of a fully connected layer, then the whole table, the model in Keras, and the memory that training needs. The notebook has checks that you can run as often as you like.
#
# - [Open the assignment in Colab](colab:exercises/05_alexnet/05_alexnet.ipynb)
# - [See it in the repository](repository:exercises/05_alexnet/05_alexnet.ipynb)
#
# ## References
#
# [@references]
