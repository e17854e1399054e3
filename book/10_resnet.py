# %% [markdown]
# # ResNet
#
# Lesson 9 ended with a contradiction. A deep network can do everything that a shallow one can: it only has to copy its input in the layers that are too many. And yet gradient descent does not find this. Thirty plain convolutions, normalized and with healthy gradients, ended with a third of their **training** images wrong.
#
# If copying is so hard to learn, then do not make the network learn it. Add a wire that copies, and let the layers learn only what has to be **changed**. That is all: one addition for every two layers, no weights, next to no work. In December 2015 Kaiming He and his colleagues at Microsoft Research reported networks of up to 152 layers built in this way, eight times as deep as VGG ([@he2016]). They won five competitions with them, among them ILSVRC. Since then hardly a deep network has been built without this wire, whether it reads images or text.
#
# <div class="box goals">
#
# **What you will be able to do**
#
# - write down a residual block, say why each part stands where it stands, and when the shortcut needs a projection;
# - show in an experiment that the addition alone turns degradation around;
# - derive the gradient through $y = x + F(x)$, by hand and for a chain of blocks, and measure what it predicts;
# - explain the bottleneck block by its bill;
# - build ResNet-18, 34, 50, 101, and 152 from one table, and count their parameters and work;
# - check a network of your own against a published one, weight by weight;
# - write a network that is not a chain with Keras's functional API, and train it;
# - say what the pre-activation variant changes, and measure it;
# - quote ResNet's error rates with their protocol.
#
# </div>
#
# **Prerequisites.** Lesson 9 (degradation, identity layers), lesson 3 (batch normalization, BN), lesson 7 (stages), the chain rule with Jacobian matrices. **Time.** About two hours, and about one minute of computing on two CPU cores.
#
# ## Notation
#
# | symbol | meaning |
# |:--|:--|
# | $x,\ y$ | feature map before and behind a block |
# | $F(x)$ | what the layers of the block compute, the **branch** |
# | $J$ | Jacobian of the branch, $J_{ij} = \partial F_i / \partial x_j$ |
# | $x_k$ | the **stream**: feature map behind block $k$; $x_0$ comes out of the stem |
# | $K$ | number of blocks |
# | $I$ | identity matrix |
# | $C$ | channels |
#
# ## Set up

# %%
import functools
import sys
from collections import defaultdict
from itertools import combinations
from math import prod
from typing import NamedTuple

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from cycler import cycler
from matplotlib.patches import Arc, FancyBboxPatch
from sklearn.datasets import load_digits

# %% [markdown]
# Two things are trained: small networks of up to 31 convolutions, and the toy ResNet of the lecture's notebook. With a GPU both see CIFAR-10. Without one, the small networks see handwritten digits of 8x8 pixels, as in lesson 9, and the toy sees photo patches, as in lesson 7. **The numbers in the text belong to the CPU profile.**

# %%
PROFILES = {
    "cpu": {
        "data": "digits",  # ships inside scikit-learn
        "num_train": 1400,
        "num_test": 397,
        "blocks": [1, 3, 5],  # pairs of convolutions in each of three stages: 7, 19, 31 convolutions
        "width": 16,  # filters per convolution
        "batch_size": 64,
        "epochs": 3,
        "learning_rate": 0.2,
        "bold_rate": 0.5,  # for original against pre-activation
        "bold_epochs": 2,
        "probe_images": 64,  # for measuring signals and gradients
        "toy_data": "patches",  # cut from photographs that ship inside scikit-image and scikit-learn
        "toy_train": 1000,
        "toy_test": 300,
        "toy_crop": 24,  # the middle of each image, in pixels
        "toy_epochs": 3,
        "seeds": [0, 1, 2],  # every measurement and training is repeated with each of them
        "dtype": "float32",
        "jit_compile": False,  # XLA makes such small networks slower on a CPU
        "loss_scale": 1.0,
    },
    "gpu": {
        "data": "cifar10",  # needs a network; falls back to the digits
        "num_train": 20_000,
        "num_test": 2_000,
        "blocks": [1, 3, 5],
        "width": 32,
        "batch_size": 128,
        "epochs": 6,
        "learning_rate": 0.2,
        "bold_rate": 0.5,
        "bold_epochs": 6,
        "probe_images": 64,
        "toy_data": "cifar10",  # falls back to photo patches
        "toy_train": 20_000,
        "toy_test": 2_000,
        "toy_crop": 32,
        "toy_epochs": 8,
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
    "num_test": 16,
    "blocks": [1, 2],
    "width": 4,
    "batch_size": 8,
    "epochs": 1,
    "bold_epochs": 1,
    "probe_images": 8,
    "toy_train": 16,
    "toy_test": 8,
    "toy_epochs": 1,
    "seeds": [0],
}

# %% [markdown]
# The helpers that set the look of figures, draw networks, count costs, load images, and train are those of earlier lessons. Unfold them if you are curious; nothing later depends on how they work.

# %% include tags=["hide-input"]
from convlab.figures import COLORS, set_figure_style

# %%
set_figure_style()

# %% include tags=["hide-input"]
from convlab.batch_normalization import estimate_population_statistics
from convlab.block_diagrams import block_extent, draw_block, draw_blocks, draw_series, series_extent
from convlab.data import load_cifar10_images, load_digit_images, load_images
from convlab.depth import gradient_agreement
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
seeds = CONFIG["seeds"]
x_train, y_train, x_test, y_test = load_images(CONFIG["data"], CONFIG["num_train"], CONFIG["num_test"])
probe_x, probe_y = x_train[: CONFIG["probe_images"]], y_train[: CONFIG["probe_images"]]
print(f"train {x_train.shape}, test {x_test.shape}")

# %% [markdown]
# ## One plus sign
#
# ### The block
#
# Take two convolutions of a plain network, each with BN. Their input is $x$, and what they compute is $F(x)$, before the second ReLU. A plain pair puts out $\mathrm{ReLU}(F(x))$. A **residual block** puts out
#
# $$y = \mathrm{ReLU}\big(x + F(x)\big) \tag{1}$$
#
# The convolutions of $F$ are called the **residual branch**, because what they have to learn is the residue: if $H(x)$ is the map that would be best at this place, the branch has to become $H(x) - x$. The wire around them is the **shortcut** (also **skip connection**). It has no weights, and the addition takes one operation per number, where a 3x3 convolution of 64 channels takes 576 multiply-accumulates.

# %% figure alt="Three block diagrams from top to bottom. Plain pair: x, 3 by 3 convolution with C filters and BN, ReLU, 3 by 3 convolution with BN, ReLU, y. Residual block: the same, but a line leads from x around both convolutions to a circled plus sign in front of the last ReLU. Residual block with projection: the first convolution has stride 2 and twice the filters, and on the line around stands a 1 by 1 convolution with stride 2 and BN." tags=["hide-input"]
first = second = ("3×3, C\nBN", "convolution")
relu_box, plus = ("ReLU", "activation"), ("+", "addition")
shrinking = ("3×3, 2C\nstride 2, BN", "convolution")
projecting = ("1×1, 2C\nstride 2, BN", "convolution")
diagrams = {
    "plain pair": [("x", "text"), first, relu_box, second, relu_box, ("y", "text")],
    "residual block": [("x", "text"), [[first, relu_box, second], []], plus, relu_box, ("y", "text")],
    "with projection": [
        ("x", "text"),
        [[shrinking, relu_box, ("3×3, 2C\nBN", "convolution")], [projecting]],
        plus,
        relu_box,
        ("y", "text"),
    ],
}
fig, ax = plt.subplots()
draw_blocks(ax, diagrams)
plt.show()

# %% [markdown]
# The details are not free to choose.
#
# - **No ReLU at the end of the branch.** It would let the branch only add, never subtract: $F(x) \ge 0$, and the stream could only grow. The last thing in the branch is BN, which puts out both signs.
# - **Around two layers at least.** Around a single convolution, $x + W x = (I + W)\,x$ is just another convolution; the paper found no advantage in it.
# - **The shortcut begins in front of the first convolution**, not behind its BN or ReLU.
#
# In this drawing and the next ones, "3×3, C" is a 3x3 convolution with C filters.
#
# Here it is in code, in three functions. `branch_plan` lists the convolutions of the branch (for the bottleneck, wait a little), `convolve` puts one of them with BN behind a tensor, and `add_block` adds the shortcut.

# %% include
from convlab.resnet import add_block, branch_plan, convolve

# %% [markdown]
# ### Doing nothing
#
# A plain layer copies when its kernel has a 1 in the middle, zeros everywhere else, and a BN that undoes itself: 2,304 weights that all have to hit their value. What does it take here?
#
# **Predict, then run.** We set $\gamma$ and $\beta$ of the last BN in the branch to zero. What does the residual block put out? And what does the plain pair with the same weights put out?

# %%
entrance = keras.Input((8, 8, 16))
block = keras.Model(entrance, add_block(entrance, branch_plan("basic", 16), "block"))
last_bn = block.get_layer("block_convolution2_normalization")
plain_pair = keras.Model(entrance, keras.layers.ReLU()(last_bn.output))
feature_maps = np.maximum(rng.normal(size=(4, 8, 8, 16)), 0).astype("float32")  # as a ReLU leaves them
for variable in (last_bn.gamma, last_bn.beta):
    variable.assign(np.zeros(16))
block_change = float(np.abs(np.asarray(block(feature_maps)) - feature_maps).max())
pair_output = float(np.abs(np.asarray(plain_pair(feature_maps))).max())
print(f"residual block: input and output differ by {block_change}")
print(f"plain pair: largest output {pair_output}")

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# The residual block puts out $x$, exactly: $F(x) = 0$ and $\mathrm{ReLU}(x + 0) = x$, because $x$ comes out of a ReLU. The plain pair puts out nothing at all.
#
# </details>
#
# **Weights of zero mean "no change" in the one and "no signal" in the other.** All that pulls weights toward zero (small initial values, weight decay) pulls a residual block toward the identity and a plain layer toward extinction. Some go all the way and start the training with $\gamma = 0$ in the last BN of each branch, so that a network of any depth begins as a shallow one ([@goyal2017]).
#
# ### When shapes differ
#
# $x$ and $F(x)$ can be added only if they have the same shape. At the entrance of a stage they have not: the branch halves height and width with a stride of 2, and doubles the channels. There the shortcut becomes a **projection shortcut**: a 1x1 convolution with the same stride and the new number of filters, and BN (without ReLU) behind it. The rule is in one line of `add_block`: compare the shapes. Stride **or** channels is enough to need it; if both are unchanged, there is none.

# %%
projections = {}
for channels, filters, stride in ((64, 64, 1), (64, 64, 2), (64, 128, 1), (64, 128, 2)):
    before = keras.Input((8, 8, channels))
    model = keras.Model(before, add_block(before, branch_plan("basic", filters, stride), "b"))
    extra = sum(layer.count_params() for layer in model.layers if layer.name.startswith("b_shortcut"))
    projections[channels, filters, stride] = extra
    print(
        f"{channels} to {filters:3d} channels, stride {stride}: {extra:6,} parameters in the shortcut", end=""
    )
    print(" (512 of them belong to BN, half of these are moving statistics)" if extra == 8704 else "")

# %% [markdown]
# **Question.** A 1x1 convolution with stride 2 reads one of four positions and ignores the other three. Is that not a waste?
#
# <details class="answer"><summary>Answer</summary>
#
# It is, on the shortcut: three quarters of $x$ do not get across by this way. They still reach the branch, whose 3x3 kernel with stride 2 reads all of them. Later variants put an average pooling of 2x2 in front of the projection, to use everything.
#
# </details>
#
# The paper compared three kinds of shortcut for 34 layers (one network, ten crops, validation images): **A**, no weights at all, channels filled up with zeros; **B**, projections only where shapes differ; **C**, projections everywhere.
#
# | 34 layers | top-1 error | top-5 error |
# |:--|--:|--:|
# | plain | 28.54 % | 10.02 % |
# | A: no weights in any shortcut | 25.03 % | 7.76 % |
# | B: projections where needed | 24.52 % | 7.46 % |
# | C: projections everywhere | 24.19 % | 7.40 % |
#
# The step from plain to A is 3.5 points; from A to C it is less than one. So **the wire does it, not the weights on it**. B became the usual choice, and it is the one of this lesson.
#
# ## Plain against residual
#
# To see what the addition does, nothing else may differ. So we build pairs of networks with the same convolutions in the same order, the same BN, the same number of parameters: a stem, then three stages with equally many pairs, 16 filters everywhere. Because the number of filters stays, a shortcut needs no weights even where the map shrinks: it takes every other row and column. The plain ones are the networks of lesson 9 with one more convolution in front. (The third kind in the code is for later.)

# %% include
from convlab.residual import build_stack

# %% [markdown]
# **Predict, then run.** 7, 19, and 31 convolutions, plain and residual, three seeds each, three epochs, the same learning rate for all. In lesson 9 the error of the plain networks on the training images grew with depth. What will the curve of the residual networks look like: the same but lower, flat, or falling?


# %%
def new_trainer(kind, blocks):
    """Return a Trainer of one of the three kinds of network."""
    net = build_stack(kind, x_train.shape[1:], CONFIG["width"], blocks, dtype=CONFIG["dtype"])
    return Trainer(net, CONFIG["jit_compile"], CONFIG["loss_scale"])


def error_rate(trainer, images, labels):
    """Return the share of wrong predictions, with batches that fit into a GPU's memory."""
    return 1 - trainer.accuracy(images, labels, batch_size=min(len(images), 1400))


def train_all_seeds(trainer, rate, epochs):
    """Train from each seed; return arrays, one entry per seed, and the trained weights."""
    found = defaultdict(list)
    for seed in seeds:
        trainer.reset(seed)
        losses = trainer.fit(x_train, y_train, CONFIG["batch_size"], rate, epochs)
        found["loss"].append(losses)
        found["train"].append(error_rate(trainer, x_train, y_train))
        found["test"].append(error_rate(trainer, x_test, y_test))
        found["weights"].append(trainer.model.get_weights())
    return {key: values if key == "weights" else np.array(values) for key, values in found.items()}


trainers, results = {}, {}
print("convolutions  kind       parameters      training error          test error")
for blocks in CONFIG["blocks"]:
    for kind in ("plain", "residual"):
        trainers[kind, blocks] = new_trainer(kind, blocks)
        results[kind, blocks] = train_all_seeds(
            trainers[kind, blocks], CONFIG["learning_rate"], CONFIG["epochs"]
        )
        count = trainers[kind, blocks].model.count_params()
        print(f"{6 * blocks + 1:>12}  {kind:<9} {count:>11,}", end="")
        for part in ("train", "test"):
            values = results[kind, blocks][part]
            print(f"{values.min():>12.1%} to {values.max():>5.1%}", end="")
        print()

# %% figure alt="Three panels. Left, plain networks: training loss against step for 7, 19 and 31 convolutions; the deeper the network, the higher the curve, and the deepest ends above 1.3. Middle, residual networks on the same axes: all begin higher, but fall below 0.3, the two deeper ones fastest and to below 0.1. Right: training error against the number of convolutions; plain rises from 4 percent to between 30 and 65 percent, residual falls from 2 percent to below 1 percent." tags=["hide-input"]
fig, axes = plt.subplots(1, 3, figsize=(7.5, 3.9), width_ratios=[1, 1, 1.05])
axes[1].sharey(axes[0])
depth_looks = dict(zip(CONFIG["blocks"], (("sky", ":"), ("orange", "--"), ("black", "-")), strict=False))
kind_looks = {"plain": ("vermilion", "s", "--"), "residual": ("blue", "o", "-")}
window = min(6, len(results["plain", CONFIG["blocks"][0]]["loss"][0]))
for ax, kind in zip(axes, kind_looks, strict=False):
    for blocks, (color, line) in depth_looks.items():
        losses = results[kind, blocks]["loss"]
        smooth = np.array([np.convolve(run, np.ones(window) / window, "valid") for run in losses])
        steps = np.arange(smooth.shape[1]) + window
        ax.fill_between(steps, smooth.min(0), smooth.max(0), color=COLORS[color], alpha=0.2, linewidth=0)
        ax.plot(steps, smooth.mean(0), line, color=COLORS[color], label=f"{6 * blocks + 1} convolutions")
    ax.set(xlabel="training step")
    ax.set_title(kind)
axes[0].set(ylabel="training loss", ylim=(0, None))
axes[1].tick_params(labelleft=False)
for kind, (color, marker, line) in kind_looks.items():
    depths = [6 * blocks + 1 for blocks in CONFIG["blocks"]]
    errors = np.array([results[kind, blocks]["train"] for blocks in CONFIG["blocks"]])
    axes[2].fill_between(depths, errors.min(1), errors.max(1), color=COLORS[color], alpha=0.2, linewidth=0)
    axes[2].plot(depths, errors.mean(1), line, marker=marker, color=COLORS[color], markersize=7)
    axes[2].annotate(
        kind,
        (depths[-1], errors[-1].mean()),
        (-8, 6 if kind == "residual" else 12),
        textcoords="offset points",
        ha="right",
        color=COLORS[color],
        fontsize=11,
        weight="bold",
    )
axes[2].set(xlabel="convolutions", xticks=depths, ylim=(-0.02, 0.72))
axes[2].yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
axes[2].set_title("training error")
handles, names = axes[0].get_legend_handles_labels()
fig.legend(handles, names, loc="outside lower center", ncols=3, fontsize=10)
plt.show()

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# Falling. The plain network with 31 convolutions ends with more than 20 % of its training images wrong on every seed, the residual one with less than 2 %. And the order of depths has turned around: among the residual networks, both deeper ones are better than the shallow one on every seed.
#
# </details>
#
# One detail of the middle panel: the residual networks begin with a **higher** loss than that of guessing, 2.3. The stream has grown on its way, as we will see, and so the first logits are large and wrong. It takes a few steps to repair.
#
# Compare the parameters: line by line the same number. The same convolutions, the same images, the same steps; nothing was added but additions. **What was a burden has become a benefit**: the network with 31 convolutions is the worst of the plain ones, and among the residual ones it is as good as any.
#
# At full size it was the same picture ([@he2016], one network, ten crops, top-1 error): plain networks went from 27.94 % with 18 layers to 28.54 % with 34; residual ones from 27.88 % to 25.03 %. With 18 layers the two hardly differ in the end, but the residual network gets there sooner. The shortcut helps optimization. It is not a better classifier, it is one that can be found.
#
# ## What the shortcut does to the gradient
#
# ### One block
#
# Leave the last ReLU aside for a moment and take $y = x + F(x)$. A change $\mathrm{d}x$ of the input changes the output by $\mathrm{d}y = \mathrm{d}x + J\,\mathrm{d}x$. Backward, with the transposed matrix, as always:
#
# $$\frac{\partial L}{\partial x} = (I + J)^{\mathsf T}\, \frac{\partial L}{\partial y} = \frac{\partial L}{\partial y} + J^{\mathsf T}\, \frac{\partial L}{\partial y} \tag{2}$$
#
# In words: **the gradient behind the block arrives in front of it unchanged, plus what the branch sends back.** A plain pair has only the second term. If its Jacobian is small, everything in front of it starves; if it is a random matrix, the gradient leaves it in a random direction. In a residual block there is always the first term.
#
# ### Many blocks
#
# A chain of $K$ blocks multiplies its factors, and a product of sums is a sum of products. For three:
#
# $$(I + J_3)(I + J_2)(I + J_1) = I + \underbrace{J_1 + J_2 + J_3}_{\text{one branch}} + \underbrace{J_2 J_1 + J_3 J_1 + J_3 J_2}_{\text{two branches}} + \underbrace{J_3 J_2 J_1}_{\text{all three}} \tag{3}$$
#
# Every block doubles the number of terms: the gradient comes back on $2^K$ **paths**, one for each choice of branches to pass through ([@veit2016]). A plain chain has only the last of these terms. Let us believe it only after a computation.

# %%
jacobians = [rng.normal(0, 0.5, (4, 4)) for _ in range(3)]
arriving = rng.normal(size=4)
through_all = arriving.copy()
for jacobian in reversed(jacobians):  # the last block comes first on the way back
    through_all = jacobian.T @ through_all + through_all
by_paths, path_count = np.zeros(4), 0
for length in range(4):
    for chosen in combinations(range(3), length):
        along = functools.reduce(lambda vector, k: jacobians[k].T @ vector, reversed(chosen), arriving)
        by_paths, path_count = by_paths + along, path_count + 1
paths_difference = float(np.abs(by_paths - through_all).max())
print(
    f"{path_count} paths; their sum differs from equation (2), applied three times, by {paths_difference:.0e}"
)

# %% [markdown]
# **Predict.** Our deepest network has 15 blocks. How many paths are there? How many branches does the average path pass through, and how many paths pass through all 15?
#
# <details class="answer"><summary>Answer</summary>
#
# $2^{15} = 32{,}768$ paths. Each branch is in half of them, so the average is 7.5, and the number of branches is distributed like heads in 15 tosses of a coin: 96 % of the paths pass through between 4 and 11 branches. Exactly one passes through all 15, and that one is all that the plain network has.
#
# </details>
#
# A warning before this picture is carried too far. It does **not** say that residual networks are good because gradients no longer vanish. In lesson 9 they did not vanish in the plain networks either, thanks to BN. What does change? We measure.
#
# ### Measured
#
# Three things, in networks with 31 convolutions before the first training step: the size of the stream behind every pair; the length of the gradient that gets there; and, as in lesson 9, how well the gradient at an image agrees with the gradient right next to it.

# %% include
from convlab.residual import follow_stream

# %% [markdown]
# **Predict, then run.** (a) Each branch ends in BN, so it adds numbers with a mean square of 1 to the stream. How does the stream grow from block to block, in the residual network and in the plain one? (b) The plain network's gradients at two images that differ by 1 % had a cosine near 0.1. What is it with shortcuts?

# %%
most = CONFIG["blocks"][-1]
trainers["pre-activation", most] = new_trainer("pre-activation", most)
nudges = [0.01, 0.03, 0.1, 0.3]
at_start, agreement = {}, {}
for kind in ("plain", "residual", "pre-activation"):
    trainer, runs, cosines = trainers[kind, most], [], []
    for seed in seeds:
        trainer.reset(seed)
        runs.append(follow_stream(trainer.model, probe_x, probe_y, CONFIG["loss_scale"]))
        estimate_population_statistics(trainer.model, x_train[:256])
        cosines.append(gradient_agreement(trainer.model, probe_x, nudges, seed))
    at_start[kind] = {key: np.array([run[key] for run in runs]) for key in runs[0]}
    agreement[kind] = np.array(cosines)
for kind in ("plain", "residual"):
    stream, gradient, cosines = at_start[kind]["stream"], at_start[kind]["gradient"], agreement[kind]
    ratio = gradient[:, 0] / gradient[:, -1]
    print(
        f"{kind:>8}: stream {stream[:, 0].mean():.1f} at first, {stream[:, -1].mean():.1f} at the end;",
        end=" ",
    )
    print(f"gradient, first over last: {ratio.min():.0f} to {ratio.max():.0f};", end=" ")
    print(f"cosine {cosines[:, 0].min():.2f} to {cosines[:, 0].max():.2f}")

# %% figure alt="Three panels for plain and residual networks before training. Left: size of the stream against the pair; plain is level at 0.7, residual rises like a square root to 3.4. Middle: gradient on a logarithmic axis; plain falls a hundredfold from the first pair to the last, residual about twelvefold. Right: cosine of gradients against the move of the image; plain is near 0.1 and 0, residual begins at 0.9 and falls to 0.2 at 30 percent." tags=["hide-input"]


def draw_start(kinds):
    """Draw stream, gradient and agreement of some kinds of network before training."""
    fig, axes = plt.subplots(1, 3, figsize=(7.5, 3.7))
    looks = {**kind_looks, "pre-activation": ("green", "^", "-.")}
    for kind in kinds:
        color, marker, line = looks[kind]
        for ax, key in zip(axes, ("stream", "gradient"), strict=False):
            values = at_start[kind][key]
            pairs = np.arange(values.shape[1])
            ax.fill_between(pairs, values.min(0), values.max(0), color=COLORS[color], alpha=0.2, linewidth=0)
            ax.plot(pairs, values.mean(0), line, color=COLORS[color], label=kind)
        axes[2].plot(nudges, agreement[kind].mean(0), line, marker=marker, color=COLORS[color], markersize=6)
    axes[0].set(xlabel="pair", ylim=(0, None))
    axes[0].set_title("size of the stream")
    axes[1].set_yscale("log")
    axes[1].set_xlabel("pair")
    axes[1].set_title("gradient")
    axes[2].set_xscale("log")
    axes[2].set_xticks(nudges, [f"{nudge:.0%}" for nudge in nudges])
    axes[2].minorticks_off()
    axes[2].set(xlabel="image moved by", ylim=(-0.05, 1.03))
    axes[2].set_title("cosine of gradients")
    handles, names = axes[0].get_legend_handles_labels()
    fig.legend(handles, names, loc="outside lower center", ncols=3, fontsize=10)
    plt.show()


draw_start(["plain", "residual"])

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# (a) In the plain network it stays level, near 0.7, since each ReLU follows a BN. In the residual network the squares add up, so the stream grows about like the square root of the number of blocks, to more than 3. (b) Above 0.85 on every seed.
#
# </details>
#
# Three findings, and the last one is the one that matters.
#
# - **The stream grows, so each block changes it less.** BN gives every branch the same size, about 1, while the stream it is added to becomes larger. Behind the last block the stream is more than twice as large as what its branch added. Batch normalization and shortcut together make a deep network start out near the identity, without anybody having asked for it ([@de2020]).
# - **The gradient is more even.** First over last it is about a hundred in the plain network, about twelve in the residual one. Neither vanishes.
# - **The gradient is no longer shattered.** In the plain network an invisible change of the image gave a nearly unrelated gradient; with shortcuts the two agree ([@balduzzi2017]). Most of what arrives has passed few branches, by (3), and few ReLUs that could flip. A gradient that holds in its neighborhood is one along which a step of finite length makes sense.
#
# ### Leaving a pair out
#
# If a network with $K$ blocks is a sum over $2^K$ paths, then it should not depend on any one block too much: without one block, half of the paths are still there. In a plain chain **every** path leads through every layer. Veit et al. tried it on trained networks ([@veit2016]), and so do we. A pair is taken out of a trained network by making it the identity, at test time, without any more training: the branch is silenced where there is a shortcut, and where there is none the pair gets the copying kernels of lesson 9.

# %% include
from convlab.residual import bypass_pair

# %% [markdown]
# **Predict, then run.** Networks with 19 convolutions, so nine pairs; both kinds had learned the digits, with more than 80 % of the test images right on every seed. Take out pair 8. What is the test error of the residual network? Of the plain one?

# %%
middle = CONFIG["blocks"][1]
without_pair = {}
for kind in ("plain", "residual"):
    trainer, errors = trainers[kind, middle], []
    for weights in results[kind, middle]["weights"]:
        errors.append([])
        for k in range(1, 3 * middle + 1):
            trainer.model.set_weights(weights)
            bypass_pair(trainer.model, k)
            errors[-1].append(error_rate(trainer, x_test, y_test))
    without_pair[kind] = np.array(errors)
for kind, errors in without_pair.items():
    print(f"{kind:>8}, test error complete: {results[kind, middle]['test'].max():.0%} at most;", end=" ")
    print(f"without pair 1: {errors[:, 0].min():.0%} to {errors[:, 0].max():.0%};", end=" ")
    print(f"without pair {3 * middle - 1}: {errors[:, -2].min():.0%} to {errors[:, -2].max():.0%}")

# %% figure alt="Test error after one of nine pairs was taken out, for three seeds. Plain: near 90 percent, which is chance, whichever pair is missing. Residual: about 60 percent without pair 1, 25 without pair 2, falling to less than 5 percent from pair 6 on. Horizontal lines near 2 and 7 percent mark the complete networks." tags=["hide-input"]
fig, ax = plt.subplots(figsize=(7.5, 3.9))
for kind, (color, marker, line) in kind_looks.items():
    errors = without_pair[kind]
    pairs = np.arange(errors.shape[1]) + 1
    ax.fill_between(pairs, errors.min(0), errors.max(0), color=COLORS[color], alpha=0.2, linewidth=0)
    ax.plot(pairs, errors.mean(0), line, marker=marker, color=COLORS[color], markersize=7, label=kind)
    ax.axhline(results[kind, middle]["test"].mean(), color=COLORS[color], linewidth=1, linestyle=line)
ax.text(len(pairs) + 0.45, 0.1, "complete", fontsize=10, ha="right", va="bottom", color=COLORS["gray"])
ax.set(
    xlabel="pair that is taken out",
    ylabel="test error",
    ylim=(0, 1),
    xticks=pairs,
    xlim=(0.7, len(pairs) + 0.5),
)
ax.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
ax.set_title("One pair missing, no more training")
ax.legend(frameon=False, fontsize=10, loc="center right", bbox_to_anchor=(1.0, 0.6))
plt.show()

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# The residual network barely notices: less than 10 % error without pair 8, where the complete one has 2 or 3 %. The plain network is ruined: more than half of the digits are wrong on every seed, whichever pair is missing.
#
# </details>
#
# Early blocks matter far more than late ones; without the first, the residual network too gets more than a third of the digits wrong. That fits the growing stream: the first branches make up most of what there is, the last ones add touches. So "a ResNet is an ensemble of shallow networks" is a useful picture with limits: the paths share their weights, they were trained together, and some of them carry nearly everything.
#
# ## The bottleneck
#
# For more than 34 layers the two 3x3 convolutions become too expensive. A **bottleneck block** has three: a 1x1 convolution that reduces the channels to a quarter, a 3x3 that works on the few, and a 1x1 that restores the number. You know the trick from GoogLeNet (lesson 8). The stream is wide, the expensive convolution is narrow.

# %% figure alt="Two block diagrams. Basic block: 56 by 56 by 64 comes in, two 3 by 3 convolutions with 64 filters, plus sign, ReLU. Bottleneck block: 56 by 56 by 256 comes in, 1 by 1 convolution with 64 filters, 3 by 3 convolution with 64, 1 by 1 convolution with 256, plus sign, ReLU. Both have a line around the convolutions." tags=["hide-input"]
diagrams = {
    "basic": [
        ("56×56×64", "text"),
        [
            [("3×3, 64\nBN, ReLU", "convolution"), ("3×3, 64\nBN", "convolution")],
            [],
        ],
        plus,
        relu_box,
        ("56×56×64", "text"),
    ],
    "bottleneck": [
        ("56×56×256", "text"),
        [
            [
                ("1×1, 64\nBN, ReLU", "convolution"),
                ("3×3, 64\nBN, ReLU", "convolution"),
                ("1×1, 256\nBN", "convolution"),
            ],
            [],
        ],
        plus,
        relu_box,
        ("56×56×256", "text"),
    ],
}
fig, ax = plt.subplots()
draw_blocks(ax, diagrams)
plt.show()

# %% [markdown]
# **Predict, then run.** The bottleneck block passes on four times as many channels as the basic block, through three layers instead of two. Does it have more weights, or fewer? How many would a basic block with 256 channels have?


# %%
def kernel_weights(plan, channels):
    """Count the weights in the convolutions of a branch behind so many channels."""
    total = 0
    for filters, size, _ in plan:
        total += size**2 * channels * filters
        channels = filters
    return total


block_weights = {
    "basic, 64 channels": kernel_weights(branch_plan("basic", 64), 64),
    "bottleneck, 256 channels": kernel_weights(branch_plan("bottleneck", 64), 256),
    "basic, 256 channels": kernel_weights(branch_plan("basic", 256), 256),
}
for name, weights in block_weights.items():
    print(f"{name:>25}: {weights:>9,} weights")

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# Fewer: 69,632 against 73,728. A basic block with 256 channels would have 1,179,648, seventeen times as many. (Multiply by $56 \cdot 56$ positions for the work: the ratio is the same.)
#
# </details>
#
# The weights split as $256 \cdot 64 + 9 \cdot 64 \cdot 64 + 64 \cdot 256$: the 3x3 convolution takes a little more than half. And now a projection would be costly. In a bottleneck block the shortcut joins the two **wide** ends, so a 1x1 convolution on it would have $256 \cdot 256 = 65{,}536$ weights, nearly as many as the whole branch. That is one more reason for shortcuts without weights wherever possible.
#
# ## The family
#
# ### ResNet-18 to 152
#
# All of it now fits into a table of five lines. A ResNet is a **stem**: a 7x7 convolution with stride 2 and a max-pooling of 3x3 with stride 2. Then four stages of blocks, with 64, 128, 256, and 512 filters in their 3x3 convolutions; the first block of each stage but the first has stride 2. Then a global average, and a single fully connected layer. (The stem counts as stage 1, so the stages of blocks have the numbers 2 to 5, as in the paper.)

# %% include
from convlab.resnet import RESNETS, build_resnet, resnet_costs, resnet_plan

# %% [markdown]
# The name counts layers with weights, along the longest way and without the shortcuts. Check it: ResNet-50 has $3 + 4 + 6 + 3 = 16$ blocks of three convolutions, one convolution in the stem, and one fully connected layer, $48 + 2 = 50$.
#
# The lecture says "no pooling, only strided downsampling". That is the rule **between the stages**, and there it is right: VGG's max-poolings have gone. But there are two poolings left, and you see both in the drawing: the max-pooling of the stem, and the average at the end, which the next line of the slide mentions itself.

# %% figure alt="Drawing of ResNet-50 as a chain of feature maps to scale: image 224 by 224 by 3, stem 112 by 112 by 64, max-pooling 56 by 56 by 64, stage 2 with 3 blocks 56 by 56 by 256, stage 3 with 4 blocks 28 by 28 by 512, stage 4 with 6 blocks 14 by 14 by 1024, stage 5 with 3 blocks 7 by 7 by 2048, average 2048, fully connected layer 1000." tags=["hide-input"]
volumes = [
    ("image", "input", (224, 224, 3)),
    ("stem", "convolution", (112, 112, 64), "7×7, stride 2"),
    ("pool", "pooling", (56, 56, 64), "3×3, stride 2"),
]
for stage, count in enumerate(RESNETS[50][1], start=2):
    shape = (56 // 2 ** (stage - 2),) * 2 + (256 * 2 ** (stage - 2),)
    volumes.append((f"stage {stage}", "convolution", shape, f"{count} blocks"))
volumes += [("average", "pooling", (2048,)), ("head", "fully connected", (1000,))]
fig, ax = plt.subplots()
draw_volumes(ax, in_rows(volumes))
plt.show()

# %% figure alt="Three strips of bars, one bar per layer, colored by stage and lower from stage to stage. Plain, 34 layers: bars only. ResNet-34: the same bars with 16 arcs, each over two bars; three arcs, at the entrances of stages 3, 4 and 5, are dashed. ResNet-50: sixteen arcs, each over three bars, of which the outer two are pale because they are 1 by 1; four arcs are dashed." tags=["hide-input"]
STAGE_COLORS = dict(zip(range(1, 6), ("gray", "blue", "orange", "green", "purple"), strict=True))


def draw_strip(ax, y, title, depth, arcs):
    """Draw a network as a row of bars, one for each layer with weights, with arcs for its shortcuts."""
    bars = [(1, 7, None)]
    for name, plan in resnet_plan(depth).items():
        bars += [(int(name[5]), size, name) for _, size, _ in plan]
    spacing = PAGE_WIDTH / (len(bars) + 2)
    for i, (stage, size, _) in enumerate(bars):
        height, color = 0.75 * 2 ** (-0.5 * (stage - 1)) + 0.08, COLORS[STAGE_COLORS[stage]]
        place = ((i + 0.5) * spacing, y)
        opacity = 0.4 if size == 1 else 0.95
        ax.add_patch(plt.Rectangle(place, 0.62 * spacing, height, color=color, alpha=opacity, lw=0))
    end = (len(bars) + 0.5) * spacing
    ax.add_patch(plt.Rectangle((end, y), 0.62 * spacing, 0.2, color="black", lw=0))
    places = [name for _, _, name in bars]
    for name, plan in resnet_plan(depth).items() if arcs else ():
        left = (places.index(name) + 0.32) * spacing
        right = left + len(plan) * spacing
        projected = name.endswith("block1") and (name[5] != "2" or len(plan) == 3)
        height = 0.75 * 2 ** (-0.5 * (int(name[5]) - 1)) + 0.1
        arc = Arc(((left + right) / 2, y + height), right - left, 0.3, theta1=0, theta2=180)
        arc.set(color="black", lw=1.4, linestyle=(0, (2, 1.2)) if projected else "-")
        ax.add_patch(arc)
    ax.text(0.5 * spacing, y + 1.02, title, fontsize=11, weight="bold", va="bottom")


fig, ax = plt.subplots()
draw_strip(ax, -1.3, "plain, 34 layers", 34, arcs=False)
draw_strip(ax, -2.9, "ResNet-34 (dashed: projection)", 34, arcs=True)
draw_strip(ax, -4.5, "ResNet-50 (pale: 1×1)", 50, arcs=True)
for stage, color in STAGE_COLORS.items():
    text = "stem" if stage == 1 else f"stage {stage}: {112 // 2 ** (stage - 1)}×{112 // 2 ** (stage - 1)}"
    ax.text((0.1, 0.9, 2.6, 4.1, 5.6)[stage - 1], -4.85, "■ " + text, fontsize=10, color=COLORS[color])
finish_drawing(ax, (0, PAGE_WIDTH), (-5.0, 0.05))
plt.show()

# %% [markdown]
# ### Where parameters and work sit
#
# **Predict, then run.** ResNet-34 and ResNet-50 have the same numbers of blocks. Which of the two takes more work? And does ResNet-152 take more than VGG-16, which has 15.5 billion MACs (lesson 7)?

# %%
family = {depth: resnet_costs(depth) for depth in RESNETS}
as_published = {depth: resnet_costs(depth, stride_on="1x1") for depth in RESNETS}
trainable = {depth: sum(row.parameters for row in rows) for depth, rows in family.items()}
moving = {
    depth: sum(row.parameters for row in rows if row.kind == "normalization")
    for depth, rows in family.items()
}
giga_macs = {depth: sum(row.macs for row in rows) / 1e9 for depth, rows in family.items()}
giga_published = {depth: sum(row.macs for row in rows) / 1e9 for depth, rows in as_published.items()}
convolution_count = {depth: sum(row.kind == "convolution" for row in rows) for depth, rows in family.items()}
print("                 convolutions                        moving      billion MACs, stride on")
print("network    on the way  in shortcuts     trainable   statistics     3x3    first 1x1")
for depth in RESNETS:
    shortcuts = sum(row.name.endswith("shortcut") and row.kind == "convolution" for row in family[depth])
    print(f"ResNet-{depth:<3} {convolution_count[depth] - shortcuts:>9} {shortcuts:>12}", end="")
    print(
        f"{trainable[depth]:>16,} {moving[depth]:>11,} {giga_macs[depth]:>9.2f} {giga_published[depth]:>10.2f}"
    )

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# They take about the same, 3.7 and 4.1 billion MACs: for 12 % more work ResNet-50 has 16 layers more. And even ResNet-152 takes less than VGG-16, by a quarter, with less than half of its parameters. What makes VGG expensive is not its depth. It is 3x3 convolutions at full width on large maps, and fully connected layers.
#
# </details>
#
# The numbers of trainable parameters are those of torchvision's models, to the last digit ([@torchvision2026]). Keras shows a larger "total" for the same network, because it also lists the moving mean and moving variance of each BN: as many numbers again as there are $\gamma$ and $\beta$.
#
# **Two networks are called ResNet-50.** In the paper the **first 1x1** convolution of a stage's first block has the stride, and so reads only every fourth position. Torchvision moves the stride to the **3x3** convolution, which overlaps and misses nothing; this variant is known as version 1.5. Parameters are the same, the work is 6 % larger (the last two columns), and the weights of one are useless in the other. The paper prints 3.8 billion for the first variant, and 1.8, 3.6, 7.6, and 11.3 for the others; it says FLOPs and counts multiply-adds.

# %% figure alt="Two panels of stacked horizontal bars for ResNet-18, 34, 50, 101 and 152. Left, parameters in millions: 11.7, 21.8, 25.6, 44.5, 60.2; stage 5 dominates up to ResNet-50, stage 4 in 101 and 152; stem, stage 2 are hardly visible. Right, billion MACs: 1.8, 3.7, 4.1, 7.8, 11.5; stages 2 to 5 are of similar size in ResNet-18, stage 4 dominates in 101 and 152, the head is invisible." tags=["hide-input"]
fig, (left, right) = plt.subplots(1, 2, figsize=(7.5, 3.7), sharey=True)
part_looks = {
    "stem": "gray",
    "stage2": "blue",
    "stage3": "orange",
    "stage4": "green",
    "stage5": "purple",
    "head": "black",
}
part_sums = {}
for position, (depth, rows) in enumerate(family.items()):
    offsets = [0.0, 0.0]
    for part, color in part_looks.items():
        mine = [row for row in rows if row.name.split("_")[0] == part]
        amounts = sum(row.parameters for row in mine) / 1e6, sum(row.macs for row in mine) / 1e9
        part_sums[depth, part] = amounts
        for ax, amount, axis in ((left, amounts[0], 0), (right, amounts[1], 1)):
            label = part.replace("stage", "stage ") if position == axis == 0 else None
            ax.barh(position, amount, left=offsets[axis], color=COLORS[color], height=0.65, label=label)
            offsets[axis] += amount
    for ax, total, text in ((left, offsets[0], "{:.1f}"), (right, offsets[1], "{:.1f}")):
        ax.text(
            total * 1.0 + (0.8 if ax is left else 0.15),
            position,
            text.format(total),
            va="center",
            fontsize=10,
        )
left.set_yticks(range(len(family)), [f"ResNet-{depth}" for depth in family])
left.invert_yaxis()
left.set(xlim=(0, 72), xlabel="million parameters")
right.set(xlim=(0, 13.8), xlabel="billion MACs")
left.set_title("Parameters")
right.set_title("Work")
handles, names = left.get_legend_handles_labels()
fig.legend(handles, names, loc="outside lower center", ncols=6, fontsize=10, handlelength=1, columnspacing=1)
plt.show()

# %% [markdown]
# The deep ones differ from ResNet-50 in stage 4 almost only: 6, 23, and 36 blocks. And the fully connected layer, which held three quarters of VGG-16's parameters, is down to 8 % in ResNet-50 and to next to nothing of the work.
#
# ### The one that Keras ships
#
# Is our ResNet-50 the real one? Equal counts are a hint and no proof: a stride in the wrong place, a ReLU too many, or padding on one side do not change a count. The proof is to copy all weights and compare outputs. Keras's ResNet-50 follows the paper (stride on the first 1x1 convolution), has biases in its convolutions, which the BN behind them makes superfluous, and an $\epsilon$ of $1.001 \cdot 10^{-5}$. Ours has no biases; a bias can move into BN's moving mean, since $(z + b) - \tilde\mu = z - (\tilde\mu - b)$. We give both random weights and random moving statistics, because with the initial ones (means 0, variances 1) half of the mistakes would not show.

# %% include
from convlab.resnet import copy_from_keras

# %%
shape = (64, 64, 3)  # small images; the weights do not depend on the size
theirs = keras.applications.ResNet50(weights=None, input_shape=shape, classifier_activation=None)
for layer in theirs.layers:
    if isinstance(layer, keras.layers.BatchNormalization):
        size = layer.gamma.shape
        draws = [rng.uniform(0.5, 1.5, size), *rng.normal(0, 0.02, (2, *size)), rng.uniform(0.5, 1.5, size)]
        layer.set_weights(draws)
    elif isinstance(layer, keras.layers.Conv2D):
        layer.bias.assign(rng.normal(0, 0.02, layer.bias.shape))
ours = build_resnet(50, input_shape=shape, stride_on="1x1", epsilon=1.001e-5)
copied_layers = copy_from_keras(theirs, ours)
pictures = rng.normal(0, 2, (4, 1, 1, 3)) + rng.normal(size=(4, *shape))  # four colors, and noise
their_logits, our_logits = np.asarray(theirs(pictures)), np.asarray(ours(pictures))
spread = float((their_logits - their_logits.mean(axis=0)).std())  # from image to image
relative_difference = float(np.abs(their_logits - our_logits).max() / spread)
superfluous = theirs.count_params() - ours.count_params()
print(f"{copied_layers} layers with weights copied; Keras has {superfluous:,} superfluous biases")
print(f"largest difference of two logits, over their spread from image to image: {relative_difference:.0e}")
moved = build_resnet(50, input_shape=shape, stride_on="3x3", epsilon=1.001e-5)
copy_from_keras(theirs, moved)
moved_difference = float(np.abs(their_logits - np.asarray(moved(pictures))).max() / spread)
print(f"the same with the stride on the 3x3 convolution: {moved_difference:.1f}")
del theirs, ours, moved

# %% [markdown]
# The same network, up to rounding. And the last line shows how much a misplaced stride costs, though every shape and every count is right: the answers have nothing to do with each other.
#
# ## The toy ResNet
#
# The lecture links to a notebook with "a simple toy ResNet model using the Keras functional API". It is the example of Keras's own guide ([@kerasfunctional2026]), and a good one for learning how to write a network that is not a chain.
#
# `keras.Sequential` is a list of layers and can only express chains. The **functional API** treats a layer as a function: `y = layer(x)` takes a symbolic tensor, which has a shape but no values, and returns another one. Use a tensor twice, and the graph forks. Give a layer two tensors, and it joins. `keras.Model(inputs, outputs)` walks back from the outputs and collects what it needs. All networks of this lesson were built in this way. Here is the toy; its argument `shortcuts` is ours, for an experiment.

# %% include
from convlab.residual import build_toy

# %% figure alt="Drawing of the toy ResNet for 32 by 32 images as a chain of feature maps to scale: image 32 by 32 by 3, conv 1 30 by 30 by 32, conv 2 28 by 28 by 64, max-pooling 9 by 9 by 64, block 1 and block 2 with 9 by 9 by 64, conv 7 by 7 by 64, average 64, fully connected 256, logits 10." tags=["hide-input"]
toy_volumes = [
    ("image", "input", (32, 32, 3)),
    ("conv1", "convolution", (30, 30, 32), "3×3"),
    ("conv2", "convolution", (28, 28, 64), "3×3"),
    ("pool", "pooling", (9, 9, 64), "3×3"),
    ("block 1", "addition", (9, 9, 64), "x + F(x)"),
    ("block 2", "addition", (9, 9, 64), "x + F(x)"),
    ("conv3", "convolution", (7, 7, 64), "3×3"),
    ("average", "pooling", (64,)),
    ("fc1", "fully connected", (256,)),
    ("logits", "fully connected", (10,)),
]
fig, ax = plt.subplots()
draw_volumes(ax, in_rows(toy_volumes, 1.6), 1.6)
plt.show()

# %% [markdown]
# **Predict, then run.** Count the parameters by hand before you run the cell: convolutions from 3 to 32 and from 32 to 64 channels, five from 64 to 64, fully connected layers from 64 to 256 and from 256 to 10, all with biases. What would the count be for images of 224x224?

# %%
toy_parameters = build_toy((32, 32, 3)).count_params()
by_hand = [(9 * 3 + 1) * 32, (9 * 32 + 1) * 64, 5 * (9 * 64 + 1) * 64, (64 + 1) * 256, (256 + 1) * 10]
print(
    f"{toy_parameters:,} parameters; by hand {' + '.join(f'{part:,}' for part in by_hand)} = {sum(by_hand):,}"
)
print(f"for images of 224x224: {build_toy((224, 224, 3)).count_params():,}")

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# 223,242, for any size of image: the global average turns a map of any size into 64 numbers.
#
# </details>
#
# Now we train it with `compile` and `fit`, as the guide does: cross-entropy, batches of 64, few images, a learning rate of 0.001. (The guide's optimizer is RMSprop; we take its more common relative Adam, [@kingma2015].) The guide takes 1,000 images of CIFAR-10 and one epoch, to save time; with a GPU we take more of both. Without one it is 1,000 photo patches, of which we take the middle 24x24 pixels to save time. Chance is 10 %.

# %%
toy_train, toy_labels, toy_test, toy_test_labels = load_image_set(
    CONFIG["toy_data"], CONFIG["toy_train"], CONFIG["toy_test"]
)
margin = (toy_train.shape[1] - CONFIG["toy_crop"]) // 2
inner = slice(margin, margin + CONFIG["toy_crop"])
toy_train, toy_test = toy_train[:, inner, inner], toy_test[:, inner, inner]
toy_histories = []
for seed in seeds:
    keras.utils.set_random_seed(seed)
    toy = build_toy(toy_train.shape[1:])
    toy.compile(
        optimizer=keras.optimizers.Adam(1e-3),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        jit_compile=CONFIG["jit_compile"],
    )
    history = toy.fit(
        toy_train,
        toy_labels,
        batch_size=64,
        epochs=CONFIG["toy_epochs"],
        validation_data=(toy_test, toy_test_labels),
        verbose=0,
    )
    toy_histories.append(history.history)
    print(f"seed {seed}: training loss {history.history['loss'][0]:.2f}", end=" ")
    print(f"-> {history.history['loss'][-1]:.2f}, test accuracy {history.history['val_accuracy'][-1]:.2f}")
toy_accuracy = np.array([history["val_accuracy"][-1] for history in toy_histories])
toy_loss = np.array([history["loss"] for history in toy_histories])

# %% [markdown]
# It learns: after three passes over a thousand images it is more than three times as good as guessing, on every seed. Look at the toy with the eyes of this lesson, though, and you find what is missing for a ResNet.
#
# - **No BN**, and so biases. With seven convolutions that works. With thirty it would not: without BN, each branch with He's initial weights adds about as much mean square as the stream has, so that it doubles with every block.
# - **A ReLU at the end of the branch, none behind the addition.** So $F(x) \ge 0$: the blocks can only add. He et al. tried this order on CIFAR-10 and found it worse than the original one ([@he2016identity]).
# - **A fully connected layer of 256 and dropout.** ResNets go from the average straight to the logits, and use no dropout.
#
# ## Pre-activation
#
# In equation (2) we put the last ReLU aside. In the original block it is there, and it sits **on the stream**: whatever goes along the shortcuts must pass 15 ReLUs in our network, and its negative part is lost each time. The **pre-activation** block moves BN and ReLU to the front of each convolution ([@he2016identity]):
#
# $$y = x + F(x), \qquad F = \text{BN, ReLU, convolution, BN, ReLU, convolution} \tag{4}$$
#
# and nothing stands behind the addition. One last BN and ReLU follow behind the last block.

# %% figure alt="Three block diagrams side by side. Original: on the branch convolution BN, ReLU, convolution BN; plus; ReLU behind the plus. Pre-activation: on the branch BN ReLU, convolution, BN ReLU, convolution; plus; nothing behind. Toy: on the branch convolution, ReLU, convolution, ReLU; plus; nothing behind." tags=["hide-input"]
norm_relu, bare = ("BN, ReLU", "activation"), ("3×3, C", "convolution")
diagrams = {
    "original": [("x", "text"), [[first, relu_box, second], []], plus, relu_box, ("y", "text")],
    "pre-activation": [("x", "text"), [[norm_relu, bare, norm_relu, bare], []], plus, ("y", "text")],
    "toy": [("x", "text"), [[bare, relu_box, bare, relu_box], []], plus, ("y", "text")],
}
fig, ax = plt.subplots()
draw_blocks(ax, diagrams)
plt.show()

# %% [markdown]
# Now the stream is a plain sum from the first block to the last, and so is its gradient:
#
# $$x_K = x_k + \sum_{j=k+1}^{K} F_j(x_{j-1}), \qquad \frac{\partial L}{\partial x_k} = \frac{\partial L}{\partial x_K} + \Big(\frac{\partial}{\partial x_k} \sum_{j=k+1}^{K} F_j\Big)^{\!\mathsf T} \frac{\partial L}{\partial x_K} \tag{5}$$
#
# The gradient at the end arrives at **every** block, unchanged and in the first term, without a factor per layer. (Where a stage begins, the shortcut is not the identity, so it holds within stages.)
#
# **Predict, then run.** The deepest networks again, but with a bolder learning rate, 0.5, the one of lesson 9. At 0.2 the original residual network was fine. Which of the two stands the higher rate?

# %%
bold = {}
for kind in ("residual", "pre-activation"):
    bold[kind] = train_all_seeds(trainers[kind, most], CONFIG["bold_rate"], CONFIG["bold_epochs"])
    values, cosines = bold[kind]["train"], agreement[kind][:, 0]
    print(
        f"{kind:>14}, rate {CONFIG['bold_rate']}: training error {values.min():.1%} to {values.max():.1%},",
        end=" ",
    )
    print(f"cosine before training {cosines.min():.2f} to {cosines.max():.2f}")

# %% figure alt="Left: training loss at the learning rate 0.5 against step, for the original and the pre-activation network with 31 convolutions, three seeds each. Pre-activation falls smoothly below 0.2 on all seeds. Original: begins at 4 to 6 and stays above pre-activation on all seeds. Right: cosine of gradients against the move of the image before training; pre-activation lies above residual, which lies far above plain." tags=["hide-input"]
fig, (left, right) = plt.subplots(1, 2, figsize=(7.5, 3.9), width_ratios=[1.4, 1])
all_looks = {**kind_looks, "pre-activation": ("green", "^", "-.")}
for kind in ("residual", "pre-activation"):
    color, _, line = all_looks[kind]
    for number, losses in enumerate(bold[kind]["loss"]):
        smooth = np.convolve(losses, np.ones(window) / window, "valid")
        label = {"residual": "original"}.get(kind, kind) if number == 0 else None
        steps = np.arange(len(smooth)) + window
        left.plot(steps, smooth, line, color=COLORS[color], linewidth=1.6, label=label)
left.set(xlabel="training step", ylabel=f"training loss (mean of {window} steps)", ylim=(0, None))
left.set_title(f"{6 * most + 1} convolutions, rate {CONFIG['bold_rate']}, each seed")
left.legend(frameon=False, fontsize=10, loc="upper right")
for kind, (color, marker, line) in all_looks.items():
    label = {"residual": "original"}.get(kind, kind)
    right.plot(nudges, agreement[kind].mean(0), line, marker=marker, color=COLORS[color], label=label)
right.set_xscale("log")
right.set_xticks(nudges, [f"{nudge:.0%}" for nudge in nudges])
right.minorticks_off()
right.set(xlabel="image moved by", ylim=(-0.05, 1.03))
right.set_title("cosine of gradients")
right.legend(frameon=False, fontsize=10, loc="center left", bbox_to_anchor=(0.0, 0.3))
plt.show()

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# The pre-activation network: below 10 % training error on every seed after two epochs. The original one is worse on every seed, by a wide margin on most.
#
# </details>
#
# So the shortcut is no insurance against everything. The original block with a rate that is too high falls behind; with a rate of 0.2 it was excellent. He et al. report the same tendency where it gets extreme: on CIFAR-10 a network with 1,001 layers had a test error of 7.61 % with original blocks and 4.92 % with pre-activation; with 110 layers the difference was small, 6.61 % against 6.37 % ([@he2016identity]). For the depths that are used in practice, both are in use.
#
# One more thing follows from (5), and a designer should know it: the stream is never normalized and never cut, so it grows, and its last feature map has seen no BN and no ReLU. That is why a pre-activation network needs that one last BN and ReLU in front of the average. Forget it, and the classifier sees numbers whose scale depends on the depth.
#
# ## How good was it?
#
# The lecture gives ResNet-152 a top-5 accuracy of 94.29 % and calls it the winner of 2015. Both halves are right, but they belong to different measurements ([@he2016], Tables 3 to 5).
#
# | networks | how it was tested | images | top-5 error | accuracy |
# |:--|:--|:--|--:|--:|
# | ResNet-152, one network | ten crops | validation | 5.71 % | **94.29 %** |
# | ResNet-152, one network | several scales, dense | validation | 4.49 % | 95.51 % |
# | six networks of different depths: **the entry of 2015** | several scales, dense | test | **3.57 %** | 96.43 % |
#
# The ensemble had only two networks of 152 layers in it. The "five major competitions" were ILSVRC's classification, detection, and localization, and the COCO challenge's detection and segmentation, all of 2015. The one human whose error was measured for ILSVRC had 5.1 % (lesson 4).

# %%
ten_crop_top1 = {  # top-1 error in %, one network, ten crops, validation images
    "plain": {18: 27.94, 34: 28.54},
    "residual": {18: 27.88, 34: 25.03, 50: 22.85, 101: 21.75, 152: 21.43},
}

# %% figure alt="Top-1 error on ImageNet against the number of layers. Plain: 27.94 percent with 18 layers, 28.54 with 34, rising. Residual: 27.88, 25.03, 22.85, 21.75 and 21.43 percent with 18, 34, 50, 101 and 152 layers, falling and flattening." tags=["hide-input"]
fig, ax = plt.subplots(figsize=(7.5, 3.7))
for kind, errors in ten_crop_top1.items():
    color, marker, line = kind_looks[kind]
    ax.plot(list(errors), list(errors.values()), line, marker=marker, color=COLORS[color], markersize=8)
    for depth, error in errors.items():
        place = (0, 9) if kind == "plain" else (-25, -6) if depth == 18 else (22, 4)
        ax.annotate(f"{error}", (depth, error), place, textcoords="offset points", ha="center", fontsize=10)
    name_at = {"plain": (40, 28.5), "residual": (70, 23.2)}[kind]
    ax.text(*name_at, kind, color=COLORS[color], fontsize=11, weight="bold", va="center")
ax.set(xlabel="layers with weights", ylabel="top-1 error in %", xlim=(8, 168), ylim=(20, 30))
ax.set_xticks([18, 34, 50, 101, 152])
ax.set_title("ImageNet, one network, ten crops, validation images")
plt.show()

# %% [markdown]
# The plain networks stop where the story of lesson 9 stopped. The residual ones go on, with shrinking gains: 0.3 points from 101 to 152 layers. Is there an end? On CIFAR-10 the authors trained a network with 1,202 layers. It had no difficulty: its training error fell below 0.1 %. But its test error was 7.93 %, against 6.43 % for 110 layers ([@he2016]). You know the two words from lesson 9, and which of them fits this time: low training error, higher test error. **That is overfitting.** For depth, degradation was the first wall, and shortcuts took it down. Behind it stands the ordinary one.
#
# ## Common mistakes
#
# <div class="box mistakes">
#
# - **ReLU in front of the addition.** Then the branch can only add. In the original block it stands behind.
# - **A projection on every shortcut**, or only on those with a stride. It is needed exactly where stride **or** channels change: a bottleneck stage with stride 1 needs one too, where it first widens 64 channels to 256.
# - **Taking the shortcut from the wrong tensor**, behind the first convolution or behind the pre-activation. Shapes are right, the network trains, and it is another network.
# - **Stride on both 3x3 convolutions.** The map shrinks fourfold, and if the projection has stride 4 as well, nothing complains.
# - **Concatenating.** ResNet adds. Concatenation is another architecture (DenseNet, lesson 12).
# - **Loading weights across variants.** Stride on the 1x1 or on the 3x3: same shapes, same counts, wrong answers.
# - **Counting a network by its Keras total.** Moving statistics are in it, and they are not trained.
# - **"Residual networks work because gradients do not vanish."** With BN they do not vanish in plain ones either. Better to say: they start near the identity, and their gradients hold in a neighborhood.
# - **"With shortcuts, deeper is always better."** Not at any learning rate, and not on any amount of data.
# - **Quoting 94.29 % as the result of the winner.** One network on validation images; the winning ensemble had 96.43 % on test images.
#
# </div>
#
# ## Self-check
#
# <div class="box quiz">
#
# **1.** A block gets a map of 28x28x128 and has two 3x3 convolutions with 256 filters, the first with stride 2. How many weights do the three convolutions have (without BN)?
#
# <details class="answer"><summary>Answer</summary>
#
# Branch: $9 \cdot 128 \cdot 256 + 9 \cdot 256 \cdot 256 = 884{,}736$. Projection: $128 \cdot 256 = 32{,}768$. Together 917,504.
#
# </details>
#
# **2.** $F(x) = A x$ with a matrix $A$, $y = x + F(x)$, and $\partial L/\partial y = (1, 2)^{\mathsf T}$, $A = \begin{pmatrix} 0 & 3 \\ 0 & 0 \end{pmatrix}$. What is $\partial L/\partial x$?
#
# <details class="answer"><summary>Answer</summary>
#
# $(1, 2) + A^{\mathsf T} (1, 2) = (1, 2) + (0, 3) = (1, 5)$. With $A$ in place of $A^{\mathsf T}$ you would get $(7, 2)$: the classical mistake.
#
# </details>
#
# **3.** Can the gradient in front of a residual block be zero although the gradient behind it is not?
#
# <details class="answer"><summary>Answer</summary>
#
# Yes, if $J^{\mathsf T} g = -g$, that is, if the branch cancels the shortcut in this direction. And with a ReLU behind the addition, wherever $x + F(x) < 0$. It is unlikely for a whole batch, but "there is always a path" is no theorem about lengths.
#
# </details>
#
# **4.** How many convolutions, shortcuts included, does ResNet-101 have? How many BN layers?
#
# <details class="answer"><summary>Answer</summary>
#
# $3 \cdot (3 + 4 + 23 + 3) = 99$ in the branches, 1 in the stem, 4 in shortcuts: 104. Each has its BN: 104. (The name counts 99 + 1 + 1 fully connected.)
#
# </details>
#
# **5.** Why do the convolutions of a ResNet have no biases?
#
# <details class="answer"><summary>Answer</summary>
#
# Behind each stands BN, which subtracts the mean and with it any bias (lesson 3). Keras's ResNet-50 has 26,560 of them all the same, which do nothing.
#
# </details>
#
# **6.** A plain network with 20 layers has 2 % training and 9 % test error, one with 56 layers 5 % and 12 %. A colleague suggests (a) dropout, (b) shortcuts, (c) more images. What do you say?
#
# <details class="answer"><summary>Answer</summary>
#
# It is degradation: the deeper one is worse on its **training** images. (a) and (c) are remedies for overfitting. (b).
#
# </details>
#
# **7.** In a pre-activation network with 100 blocks every branch puts out numbers with variance 1, independent of the stream, and the stream begins with variance 1. What share of the stream's variance does the last branch contribute? What would that be in a plain network?
#
# <details class="answer"><summary>Answer</summary>
#
# The variances add up to 101, so $1/101$, about 1 %. In a plain network the last pair **is** the feature map: 100 %.
#
# </details>
#
# </div>
#
# ## Assignment
#
# Now build it yourself: both blocks, with projections exactly where they belong, the five ResNets, the toy, and the gradient through a block by hand. The notebook has checks that you can run as often as you like.
#
# - [Open the assignment in Colab](colab:exercises/10_resnet/10_resnet.ipynb)
# - [See it in the repository](repository:exercises/10_resnet/10_resnet.ipynb)
#
# ## References
#
# [@references]
