# %% [markdown]
# # GoogLeNet
#
# In the same challenge in which VGG took the second place with 138 million parameters, the first place went to a network with 7 million. It had more layers than VGG, it made fewer errors, and it needed a tenth of the arithmetic. Its authors had fixed the bill before they designed the network: about 1.5 billion multiply-accumulates per image, so that it would not stay "a purely academic curiosity" ([@szegedy2015]). They called it **GoogLeNet**, with a bow to LeNet.
#
# Where does such a saving come from? From three ideas, each of which you will find in most networks built since. Filters of several sizes work side by side. Before each expensive convolution a cheap one, 1x1, reduces the number of channels. And at the end a mean takes the place of the large fully connected layers. This lesson computes what each of them saves, builds the network from the table of its paper, and asks in experiments what the saving costs.
#
# <div class="box goals">
#
# **What you will be able to do**
#
# - draw an inception module, and give the shape, the parameters, and the multiply-accumulates of each of its branches;
# - say what a 1x1 convolution computes, and when a reduction in front of another convolution pays;
# - read the paper's table, and build GoogLeNet from it in full size or scaled down;
# - explain global average pooling, what goes in and what comes out, and what it makes possible;
# - compute the numbers of parameters of LeNet, AlexNet, VGG, and GoogLeNet, and say where they sit;
# - compare two designs fairly: at equal cost, and by the cost at equal accuracy;
# - add auxiliary heads to a network, train with them, and drop them;
# - quote GoogLeNet's error rates together with the number of networks and crops behind them.
#
# </div>
#
# **Prerequisites.** Costs of layers (lessons 1 and 5), batch normalization (lesson 3), the error measures of ILSVRC (lesson 4), stacks and receptive fields (lesson 7). **Time.** About two hours, and about one minute of computing on two CPU cores.
#
# ## Notation
#
# | symbol | meaning |
# |:--|:--|
# | $H, W, C$ | height, width, channels of the feature map that goes into a module |
# | $F$ | rows and columns of a kernel: 1, 3 or 5 |
# | $n_1, n_3, n_5$ | filters of the 1x1, 3x3 and 5x5 convolutions of a module |
# | $r_3, r_5$ | filters of the 1x1 convolutions in front of the 3x3 and the 5x5 |
# | $p$ | filters of the 1x1 convolution behind the pooling |
# | $L_0, L_1, L_2$ | losses of the main output and of two additional outputs |
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

# %% [markdown]
# With a GPU, scaled-down networks with all nine modules are trained on CIFAR-10, with half-precision arithmetic and XLA compilation. Without one, most experiments use the first three modules, an eighth of the filters, and photo patches of 32x32 pixels (the task: from which of ten photographs was this patch cut?). **The numbers in the text belong to the CPU profile.**

# %%
PROFILES = {
    "cpu": {
        "data": "patches",  # cut from photographs that ship inside scikit-image and scikit-learn
        "num_train": 1000,
        "num_test": 1000,
        "num_few": 200,  # training images for the experiment on the end of the network
        "first": (5, 2),  # size and stride of the first convolution; (7, 2) in the paper
        "last": "4a",  # last module of the networks in the experiments
        "width": 1 / 8,  # share of the paper's filters
        "batch_size": 50,
        "epochs": 3,
        "few_epochs": 15,
        "learning_rate": 0.2,
        "head_window": (2, 2),  # size and stride of the pooling in the auxiliary heads; (5, 3) in the paper
        "head_epochs": 2,
        "seeds": [0, 1, 2],  # every training is repeated with each of them
        "dtype": "float32",
        "jit_compile": False,  # XLA makes such small networks slower on a CPU
        "loss_scale": 1.0,
        "threads": 1,  # per operation; such small ones are done before the work has been shared out
    },
    "gpu": {
        "data": "cifar10",  # needs a network; falls back to photo patches
        "num_train": 20_000,
        "num_test": 2_000,
        "num_few": 2_000,
        "first": (3, 1),
        "last": "5b",
        "width": 1 / 4,
        "batch_size": 100,
        "epochs": 6,
        "few_epochs": 20,
        "learning_rate": 0.1,
        "head_window": (4, 2),
        "head_epochs": 6,
        "seeds": [0, 1, 2],
        "dtype": "mixed_float16",
        "jit_compile": True,
        "loss_scale": 256.0,  # keeps small float16 gradients from vanishing
        "threads": 0,  # 0 lets TensorFlow choose
    },
}
CONFIG = PROFILES["gpu" if tf.config.list_physical_devices("GPU") else "cpu"]
# Everything that sets the length of a run, cut to the bone. For a quick look:
# CONFIG.update(CONFIG["smoke"])
CONFIG["smoke"] = {
    "num_train": 32,
    "num_test": 24,
    "num_few": 16,
    "last": "3a",
    "width": 1 / 16,
    "batch_size": 8,
    "epochs": 1,
    "few_epochs": 1,
    "head_epochs": 1,
    "seeds": [0],
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
tf.config.threading.set_intra_op_parallelism_threads(CONFIG["threads"])
keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)

# %% [markdown]
# ## What GoogLeNet won
#
# The lecture's slide gives three facts: 22 layers, "Inception V2", and a top-5 accuracy of 92.2 % for the winner of 2014. The first is right, and we will count the layers. The other two belong to a younger relative.
#
# - **The name.** GoogLeNet is **Inception v1**. When batch normalization appeared a year later, its authors put it into a modified GoogLeNet; that network, BN-Inception, is what the family's own history calls Inception v2 ([@szegedy2017]).
# - **The number.** The winning entry had 6.67 % top-5 errors on the test images, so an accuracy of **93.33 %**. It was an ensemble of seven networks, each of which looked at 144 crops of every image ([@szegedy2015]).
#
# What would give 92.2? The paper has a table of error rates, all on validation images, for fewer networks and fewer crops.

# %%
VALIDATION_ERROR = {  # networks, crops: top-5 error in %, the paper's Table 3
    (1, 1): 10.07,
    (1, 10): 9.15,
    (1, 144): 7.89,
    (7, 1): 8.09,
    (7, 10): 7.62,
    (7, 144): 6.67,
}
print("networks  crops  forward passes per image  top-5 error  accuracy")
for (networks, crops), error in VALIDATION_ERROR.items():
    print(f"{networks:8d}{crops:7d}{networks * crops:26,d}{error:11.2f} %{100 - error:8.2f} %")
bn_inception_error = 7.82  # one network, one crop, validation: Ioffe and Szegedy (2015), Figure 4
print(f"BN-Inception, 1 network, 1 crop: {100 - bn_inception_error:.2f} %")
gain_of_all = VALIDATION_ERROR[1, 1] - VALIDATION_ERROR[7, 144]

# %% [markdown]
# No row rounds to 92.2. What does is **BN-Inception** with one network and a single crop: 7.82 % errors, 92.18 % ([@ioffe2015]). It was never an entry. And a single GoogLeNet that sees one crop is right for 89.93 %. So "the accuracy of GoogLeNet" is anything from 89.9 to 93.3 %, depending on how much one is ready to compute: for the last figure, 1,008 forward passes per image, for 3.4 points. (A detail from the paper that may comfort you: all seven networks were started from the same initial weights, "due to an oversight". They differ only in how the training images were cropped and ordered, and in that one of them is wider.)
#
# ## The inception module
#
# How large should the kernels of a layer be? AlexNet takes 11, 5 and 3, VGG always 3. But the things in an image come in all sizes. GoogLeNet does not choose: it applies 1x1, 3x3 and 5x5 convolutions to the **same** input, side by side, adds a branch with a 3x3 max-pooling, and leaves it to training which channels will be useful. The outputs of the four branches are put behind each other along the channel axis (they are **concatenated**, not added). The whole is an **inception module**, and GoogLeNet is mostly a chain of nine of them.
#
# For the concatenation all branches must have the same height and width. So everything in a module has stride 1 and "same" padding, **the pooling too**, which is unusual: it does not shrink the map, it replaces each value by the largest in its neighborhood.

# %% figure alt="Two block diagrams. Naive: the input goes to four branches side by side, a 1 by 1 convolution, a 3 by 3 convolution, a 5 by 5 convolution and a 3 by 3 max-pooling, which meet in a concatenation. With reductions: the 3 by 3 and the 5 by 5 convolution each have a 1 by 1 convolution in front, and the pooling has a 1 by 1 convolution behind it; the numbers of filters are those of module 3a." tags=["hide-input"]
join, source = ("concatenation", "concatenation"), ("C channels", "input")
diagrams = {
    "naive": [
        source,
        [
            [("1×1", "convolution")],
            [("3×3", "convolution")],
            [("5×5", "convolution")],
            [("3×3\nmax", "pooling")],
        ],
        join,
    ],
    "with reductions (3a: C = 192)": [
        source,
        [
            [("1×1\n64", "convolution")],
            [("1×1\n96", "convolution"), ("3×3\n128", "convolution")],
            [("1×1\n16", "convolution"), ("5×5\n32", "convolution")],
            [("3×3\nmax", "pooling"), ("1×1\n32", "convolution")],
        ],
        join,
    ],
}
fig, ax = plt.subplots()
draw_blocks(ax, diagrams)
plt.show()

# %% [markdown]
# **Predict, then go on.** The module on the right is the first of GoogLeNet, called 3a; its input is 28x28x192. How many channels has its output? How many would the output of the naive module on the left have, with the same 64, 128 and 32 filters?
#
# <details class="answer"><summary>Answer</summary>
#
# Channels of concatenated branches add up: $n_1 + n_3 + n_5 + p = 64 + 128 + 32 + 32 = 256$. In the naive module the pooling hands on all 192 channels that it gets, so there are $64 + 128 + 32 + 192 = 416$. A naive module can only ever add channels. Remember this for later.
#
# </details>
#
# ### What a 1x1 convolution does
#
# A 1x1 kernel sees a single position, so it cannot find an edge or a shape. What it sees there is the whole vector of $C$ channels, and it forms a weighted sum of them. A 1x1 convolution with $r$ filters is one matrix of $C \times r$ numbers, applied to every position by itself. We check that against Keras.

# %%
some_map = rng.normal(size=(2, 28, 28, 192)).astype("float32")
reduction = keras.layers.Conv2D(16, 1)
by_keras = reduction(some_map).numpy()
matrix = reduction.kernel.numpy()[0, 0]
by_product = some_map.reshape(-1, 192) @ matrix
one_by_one_difference = float(abs(by_keras - by_product.reshape(by_keras.shape)).max())
print(f"{some_map.shape} -> {by_keras.shape} with a matrix {matrix.shape};", end=" ")
print(f"largest difference {one_by_one_difference:.1e}")

# %% [markdown]
# With $r < C$ it squeezes the channels: 192 numbers per position become 16. Something must get lost. But neighboring channels of a feature map carry much of the same information, and **which** 16 combinations are kept is learned, together with everything else. With a ReLU behind it, the 1x1 convolution is also one more layer. The idea comes from *Network in Network* (lesson 12), whose authors used it to make each convolution more expressive ([@lin2014]); GoogLeNet uses it above all to save.
#
# ### The saving, computed
#
# A convolution with $n$ filters of $F \times F$ on an input of $C$ channels takes, at each of the $H W$ positions, $F^2 C n$ multiply-accumulates (MACs):
#
# $$M_{\text{direct}} = H W \cdot F^2\, C\, n \tag{1}$$
#
# With a reduction to $r$ channels in front there are two convolutions:
#
# $$M_{\text{reduced}} = H W \left( C\, r + F^2\, r\, n \right) = H W \cdot r \left( C + F^2 n \right) \tag{2}$$
#
# A 1x1 convolution that is there to make the next one cheaper is called a **reduction layer** or **1x1 bottleneck**. The saving is the ratio
#
# $$\frac{M_{\text{direct}}}{M_{\text{reduced}}} = \frac{F^2\, C\, n}{r\,(C + F^2 n)} \tag{3}$$
#
# For the 5x5 branch of module 3a, with $C = 192$, $r_5 = 16$, $n_5 = 32$ on 28x28 positions, by hand:
#
# - direct: $784 \cdot 25 \cdot 192 \cdot 32 = 120{,}422{,}400$;
# - the reduction: $784 \cdot 192 \cdot 16 = 2{,}408{,}448$; the 5x5 behind it: $784 \cdot 25 \cdot 16 \cdot 32 = 10{,}035{,}200$; together $12{,}443{,}648$.
#
# That is 9.7 times less. When $F^2 n$ is much larger than $C$, (3) comes close to $C / r$, here 12.
#
# **Predict, then run.** The 3x3 branch has $r_3 = 96$ and $n_3 = 128$. Does it save more than the 5x5 branch or less? And the branch with the pooling, which needs no MACs in the naive module?
#
# The next cell spells out the branches of a module as a list of layers, as `cost_table` of lesson 5 reads it.

# %% include
from convlab.googlenet import inception_branches

# %%
numbers_3a = (64, 96, 128, 16, 32, 32)  # 1x1, 3x3 reduce, 3x3, 5x5 reduce, 5x5, pool projection
modules_3a = {naive: inception_branches("3a", numbers_3a, naive) for naive in (True, False)}
branch_macs = {
    naive: [sum(row.macs for row in cost_table(branch, (28, 28, 192))) for branch in module["branches"]]
    for naive, module in modules_3a.items()
}
print("branch          naive  with reductions")
for name, direct, reduced in zip(("1x1", "3x3", "5x5", "pooling"), *branch_macs.values(), strict=True):
    ratio = f"{direct / reduced:5.1f} times less" if direct > reduced else ""
    print(f"{name:8s}{direct:13,d}{reduced:17,d}  {ratio}".rstrip())
total_naive, total_reduced = (sum(values) for values in branch_macs.values())
print(f"{'module':8s}{total_naive:13,d}{total_reduced:17,d}  {total_naive / total_reduced:5.1f} times less")

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# The 3x3 branch saves less, a factor of 1.7: its reduction only halves the channels. It is still the most expensive branch of the module, by far. The branch with the pooling now costs something, since the 1x1 convolution behind it, the **pool projection**, is not there to save work in this module. It saves work in the next one, which gets 256 channels instead of 416.
#
# </details>
#
# Does a reduction always pay? It does as long as (3) is above 1, that is, for
#
# $$r < \frac{F^2\, C\, n}{C + F^2 n} \tag{4}$$
#
# which means up to 154 channels for the 5x5 branch of 3a and up to 164 for the 3x3 branch. For its 1x1 convolution, $F = 1$ and $n_1 = 64$, the limit is 48: one would have to squeeze 192 channels into fewer than 48 to save anything at all, and so the first branch has no reduction. (On the site, the page *Playground* has this to try by hand: change any number of filters and see all branches.)
#
# ### What happens without
#
# The factor for a single module, 2.4, is not the point. In a chain, each naive module hands more channels to the next, and **every** branch of that one becomes more expensive. For the whole network we need all its rows. Here they are: the paper's table, in its order.

# %% include
from convlab.googlenet import GOOGLENET

# %%
MODULES = [name for name, kind, *_ in GOOGLENET if kind == "inception"]
print(f"{len(MODULES)} modules: {', '.join(MODULES)}")

# %% [markdown]
# One function turns such rows into a list of layers. It can leave out the reductions, and `width` scales all numbers of filters; both will be needed.

# %% include
from convlab.googlenet import layers_from_rows

# %%
specifications = {naive: layers_from_rows(GOOGLENET, naive=naive) for naive in (False, True)}
tables = {naive: cost_table(layers, (224, 224, 3)) for naive, layers in specifications.items()}
totals = {
    naive: (sum(row.parameters for row in table), sum(row.macs for row in table))
    for naive, table in tables.items()
}
module_macs, module_channels = {}, {}
for naive in (True, False):
    module_macs[naive] = [
        sum(row.macs for row in tables[naive] if row.name.startswith(f"{name}_")) for name in MODULES
    ]
    module_channels[naive] = [row.output_shape[-1] for row in tables[naive] if row.name in MODULES]
    print("naive" if naive else "with reductions", end=": ")
    print(f"{totals[naive][0]:,} parameters, {totals[naive][1] / 1e9:.2f} billion MACs,")
    print(f"   channels behind the modules: {module_channels[naive]}")
blow_up = [naive / reduced for naive, reduced in zip(*module_macs.values(), strict=True)]

# %% figure alt="Two bars for each of the nine modules 3a to 5b, one without and one with reductions. With reductions each module costs between 51 and 304 million multiply-accumulates. Without, the cost rises to 3.3 billion in module 4e. The factors above the bars grow from 2.4 in 3a to about 20 in 5a and 5b." tags=["hide-input"]
fig, ax = plt.subplots(figsize=(7.5, 3.9))
places = np.arange(len(MODULES))
for shift, naive, color, hatch, label in (
    (-0.2, True, "vermilion", "//", "naive"),
    (0.2, False, "blue", "", "with reductions"),
):
    heights = np.array(module_macs[naive]) / 1e9
    ax.bar(places + shift, heights, 0.38, color=COLORS[color], hatch=hatch, edgecolor="white", label=label)
for x, factor, height in zip(places, blow_up, module_macs[True], strict=True):
    ax.text(x - 0.2, height / 1e9 + 0.05, f"{factor:.1f}×", ha="center", fontsize=10)
ax.set_xticks(places, MODULES)
ax.set(ylabel="billion MACs", xlabel="module", ylim=(0, 3.7))
ax.set_title("Without reductions each module makes the next one dearer")
ax.legend(frameon=False, fontsize=10, loc="upper left")
plt.show()

# %% [markdown]
# The naive network would end with 4,944 channels instead of 1,024. It would cost 12.6 billion MACs instead of 1.6, nearly eight times as much, and have 98 million parameters instead of 7. The paper calls it a "computational blow up within a few stages". So the reductions do not make the network a little cheaper, they make it possible.
#
# This is arithmetic. It does not say whether a network **with** reductions is as good as one without, which is a matter for an experiment (below).
#
# ## Global average pooling
#
# The second place where the money went, in AlexNet and in VGG, is the first fully connected layer. It connects every number of the last feature map with every hidden unit. In GoogLeNet the last feature map is 7x7x1024.
#
# GoogLeNet replaces the large layers by a mean, as we did at the end of lesson 7. **Global average pooling** (GAP) averages each channel over all positions, so that each channel leaves one number:
#
# $$y_c = \frac{1}{H W} \sum_{i=1}^{H} \sum_{j=1}^{W} x_{ijc} \tag{5}$$
#
# One fully connected layer with 1,000 outputs follows, and that is the end of the network. This idea too is from *Network in Network*, where the last feature map has one channel per class and nothing follows but the softmax ([@lin2014]); GoogLeNet's authors added the fully connected layer for convenience, as they write, so that the network can be adapted to other classes.
#
# **Predict, then run.** How many parameters would it cost to put VGG's three fully connected layers (4,096, 4,096, 1,000) behind a map of 7x7x1024? How many does GAP with its one layer cost?

# %%
FC = "fully connected"
ends = {
    "VGG's end": [
        {"name": "flatten", "kind": "flatten"},
        *({"name": f"fc{i}", "kind": FC, "units": units} for i, units in enumerate((4096, 4096, 1000))),
    ],
    "GAP": [{"name": "gap", "kind": "global pooling"}, {"name": "fc", "kind": FC, "units": 1000}],
}
end_parameters = {
    name: sum(row.parameters for row in cost_table(layers, (7, 7, 1024))) for name, layers in ends.items()
}
for name, count in end_parameters.items():
    print(f"{name:>9s} behind 7x7x1024: {count:11,d} parameters")

last_map = rng.normal(size=(4, 7, 7, 1024)).astype("float32")
as_in_paper = keras.layers.AveragePooling2D(7)(last_map).numpy()  # a window of 7x7 fits once
as_in_keras = keras.layers.GlobalAveragePooling2D()(last_map).numpy()
shuffled = rng.permuted(last_map.reshape(4, 49, 1024), axis=1).reshape(last_map.shape)
gap_difference = float(abs(as_in_paper[:, 0, 0] - as_in_keras).max())
shuffle_difference = float(abs(keras.layers.GlobalAveragePooling2D()(shuffled).numpy() - as_in_keras).max())
print(
    f"{last_map.shape[1:]} -> {as_in_paper.shape[1:]} in the paper, {as_in_keras.shape[1:]} in Keras,",
    end=" ",
)
print(f"difference {gap_difference:.1e}")
print(f"all positions of each channel shuffled: difference {shuffle_difference:.1e}")

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# 226 million, more than all of VGG-16; 205.5 million of them in the first layer, $50{,}176 \cdot 4{,}096$. With GAP it is one million, and GAP itself has no parameter at all.
#
# </details>
#
# The lecture's slide says that the GAP layer *outputs* a 7x7x1024 volume. That is what goes **in**. What comes out is **1x1x1024**, a vector of 1,024 means: collapsing the spatial size is the purpose of the layer.
#
# Three properties follow from (5).
#
# - **Position is gone.** Shuffle the positions of each channel, and the output stays the same (up to rounding). Whatever a channel has found, it counts the same wherever it was found. A flattened map keeps positions, and a fully connected layer must learn each of them separately.
# - **The size is free.** A mean can be taken over 7x7 values or over 9x13. A network that ends in GAP takes images of any size.
# - **Scores have places.** The fully connected layer is linear, so its score for a class is the mean over all positions of the score **at** each position. That is the class activation map of lesson 4, and we will draw one further down.
#
# The paper reports that going from fully connected layers to the mean improved the top-1 accuracy by about 0.6 %. Fewer parameters, and better. (Dropout, of 40 % of the 1,024 means, stayed necessary all the same.)
#
# ## The whole network
#
# ### From the image to the first module
#
# The nine modules do not start at the image. A **stem** of ordinary layers comes first: a 7x7 convolution with stride 2, max-pooling, a 1x1 and a 3x3 convolution, max-pooling. It brings 224x224 down to 28x28 quickly, so that the many channels of the modules have few positions to work at. (The paper's reason for an ordinary stem is technical: it used less memory in training. Its figure also has two local response normalizations in the stem. They have no parameters, later implementations leave them out, and so do we.)
#
# Between the modules two more poolings halve height and width, behind 3b and behind 4e. The figure in a module's name counts these stages; the stem has the first two.

# %%
PAPER_SHAPES = {  # output sizes of the paper's Table 1
    "conv1": (112, 112, 64),
    "pool1": (56, 56, 64),
    "conv2": (56, 56, 192),
    "pool2": (28, 28, 192),
    "3a": (28, 28, 256),
    "3b": (28, 28, 480),
    "pool3": (14, 14, 480),
    "4a": (14, 14, 512),
    "4b": (14, 14, 512),
    "4c": (14, 14, 512),
    "4d": (14, 14, 528),
    "4e": (14, 14, 832),
    "pool4": (7, 7, 832),
    "5a": (7, 7, 832),
    "5b": (7, 7, 1024),
    "gap": (1024,),  # 1x1x1024
    "fc": (1000,),
}
PAPER_MACS = {"conv1": 34, "conv2": 360, "3a": 128, "3b": 304, "4a": 73, "4b": 88, "4c": 100, "4d": 119}
PAPER_MACS |= {"4e": 170, "5a": 54, "5b": 71, "fc": 1}  # its column "ops", in millions
table = tables[False]
computed_shapes = {row.name: row.output_shape for row in table if row.name in PAPER_SHAPES}
parts = {  # a module with its branches, conv2 with its reduction
    name: [row for row in table if row.name == name or row.name.startswith(f"{name}_")]
    for name in PAPER_SHAPES
}
own_macs = {name: sum(row.macs for row in rows) for name, rows in parts.items()}
own_parameters = {name: sum(row.parameters for row in rows) for name, rows in parts.items()}
print("layer    output            parameters  million MACs  paper")
for name, shape in computed_shapes.items():
    text = "×".join(str(extent) for extent in shape)
    print(f"{name:8s} {text:14s}{own_parameters[name]:14,d}{own_macs[name] / 1e6:14.1f}", end="")
    print(f"{PAPER_MACS[name]:7d}" if name in PAPER_MACS else "")
googlenet_parameters, googlenet_macs = totals[False]
print(f"total{googlenet_parameters:32,d}{googlenet_macs / 1e6:14.1f}")
unlike = [name for name, macs in PAPER_MACS.items() if abs(own_macs[name] / 1e6 - macs) > 1]
print("rows that differ from the paper's by more than a million:", ", ".join(unlike))
stem_share = (own_macs["conv1"] + own_macs["conv2"]) / googlenet_macs
print(f"share of the stem: {stem_share:.0%} of the MACs")

# %% [markdown]
# All output shapes are those of the paper's Table 1, and the total is the published 6,998,552 parameters. The work agrees with the paper's column "ops" in ten of twelve rows. Two rows we cannot reproduce: a 7x7 convolution with 64 filters on three channels takes 118 million MACs at 112x112 positions, not 34, and 5a takes 51, not 54. That is worth knowing in general: **numbers in published tables contain slips**, and a specification from which one can compute is worth more than a column of results.
#
# ### Drawn and counted
#
# The network to the scale of lessons 5 and 7 (extents are drawn as their square roots). A module is drawn as what it puts out.

# %% figure alt="GoogLeNet as a chain of boxes in rows. The stem: a convolution of 112 by 112 by 64, pooling to 56, two convolutions of 56 by 56, pooling to 28 by 28 by 192. Then light blue boxes for the modules: 3a and 3b of 28 by 28, 4a to 4e of 14 by 14, 5a and 5b of 7 by 7 by 1024, with poolings between the groups. At the end global average pooling, a thin bar of 1024, and one fully connected bar of 1000." tags=["hide-input"]
top_level = [name for name, *_ in GOOGLENET]
volumes = [("image", "input", (224, 224, 3))]
volumes += [
    (row.name, row.kind.removeprefix("global "), row.output_shape) for row in table if row.name in top_level
]
fig, ax = plt.subplots()
draw_volumes(ax, in_rows(volumes))
plt.show()

# %% [markdown]
# **Predict, then run.** The lecture counts 22 layers. A module holds six convolutions, and there are nine modules. How can it be 22?

# %% include
from convlab.googlenet import weighted_depth

# %%
layers_with_weights = sum(row.weights > 0 for row in table)
googlenet_depth = weighted_depth(specifications[False])
outer_poolings = sum(row.name in top_level and "pool" in row.kind for row in table)
print(f"layers with weights: {layers_with_weights}, on the longest way: {googlenet_depth};", end=" ")
print(f"poolings outside the modules: {outer_poolings}")

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# Depth counts the layers **on the longest way** from the image to the output, and branches lie side by side. The stem has 3 layers with weights (the 1x1 convolution is one), each module has 2 on its longest way, a reduction and a convolution, and there is one fully connected layer: $3 + 9 \cdot 2 + 1 = 22$. With the five poolings outside the modules it is 27, the paper's other number. In all there are 58 layers with weights.
#
# </details>
#
# ### In Keras
#
# One loop turns the list of layers into a model. Where the list branches, it calls itself.

# %% include
from convlab.googlenet import apply_layers

# %%
with keras.StatelessScope(initialize_variables=False):  # shapes without numbers are enough to count
    image = keras.Input((224, 224, 3))
    full_size = keras.Model(image, apply_layers(image, specifications[False]))
    keras_parameters = full_size.count_params()
    keras_shapes = {name: tuple(full_size.get_layer(name).output.shape[1:]) for name in PAPER_SHAPES}
print(f"Keras: {keras_parameters:,} parameters; shapes as in the paper: {keras_shapes == PAPER_SHAPES}")

# %% [markdown]
# `width` and the size of the input are free, so the same few functions give the small networks of our experiments. For images of 32x32 pixels the stem would leave hardly anything to the modules. We give it a smaller first kernel and one pooling less.

# %% include
from convlab.googlenet import rows_for_small_images

# %%
rows = rows_for_small_images(CONFIG["first"], CONFIG["last"])
image_shape = (32, 32, 3)
small_table = cost_table(layers_from_rows(rows, CONFIG["width"], num_classes=10), image_shape)
for row in small_table:
    if row.name in top_level:
        print(f"{row.name:13s}{'×'.join(map(str, row.output_shape))}")

# %% [markdown]
# ## The lecture's table of parameters
#
# The slide compares five networks. We have specifications of all of them: AlexNet's from lesson 5, VGG's from lesson 7, GoogLeNet's from above. LeNet is short enough to write down, in its modern form, with the 32x32 pixels of its paper and nothing but convolutions, poolings, and fully connected layers ([@lecun1998]).

# %% include tags=["hide-input"]
from convlab.alexnet import alexnet_layers
from convlab.googlenet import build_inception_network
from convlab.vgg import VGG_CONFIGURATIONS, vgg_layers

# %%
lenet = [
    {"name": "c1", "kind": "convolution", "filters": 6, "size": 5},
    {"name": "s2", "kind": "pooling", "size": 2},
    {"name": "c3", "kind": "convolution", "filters": 16, "size": 5},
    {"name": "s4", "kind": "pooling", "size": 2},
    {"name": "flatten", "kind": "flatten"},
    {"name": "c5", "kind": FC, "units": 120},
    {"name": "f6", "kind": FC, "units": 84},
    {"name": "output", "kind": FC, "units": 10},
]
networks = {
    "LeNet": (lenet, (32, 32, 1), "30 thousand"),
    "AlexNet": (alexnet_layers(), (227, 227, 3), "60 million"),
    "VGG-16": (vgg_layers(VGG_CONFIGURATIONS["D"]), (224, 224, 3), "138 million"),
    "VGG-19": (vgg_layers(VGG_CONFIGURATIONS["E"]), (224, 224, 3), "144 million"),
    "GoogLeNet": (specifications[False], (224, 224, 3), "7 million"),
}
zoo = {}
print("network     parameters  on the slide  layers  in FC layers  million MACs")
for name, (layers, shape, on_slide) in networks.items():
    costs = cost_table(layers, shape)
    by_kind = {
        kind: np.array([(row.parameters, row.macs) for row in costs if row.kind == kind]).sum(axis=0)
        for kind in ("convolution", FC)
    }
    parameters, macs = (int(count) for count in sum(by_kind.values()))
    in_fc = by_kind[FC][0] / parameters
    zoo[name] = {"parameters": parameters, "macs": macs, "by_kind": by_kind, "in_fc": in_fc}
    zoo[name]["depth"] = weighted_depth(layers)
    print(f"{name:10s}{parameters:>12,d}{on_slide:>14s}{zoo[name]['depth']:8d}", end="")
    print(f"{in_fc:14.0%}{macs / 1e6:14,.1f}")
ORIGINAL_LENET = {"C1": 156, "S2": 12, "C3": 1516, "S4": 32, "C5": 48_120, "F6": 10_164}
print(f"LeNet-5 as its paper has it: {sum(ORIGINAL_LENET.values()):,}")
fewer_than_alexnet = zoo["AlexNet"]["parameters"] / zoo["GoogLeNet"]["parameters"]
print(f"AlexNet has {fewer_than_alexnet:.1f} times the parameters of GoogLeNet")

# %% [markdown]
# The slide's numbers of layers (5, 8, 16, 19, 22) come out right, and so do four of its five numbers of parameters. Two remarks.
#
# - **LeNet has twice as many** as the slide says: 61,706 in the modern form, and exactly 60,000 in the original, as its paper states. The two differ in details: in the original, each map of C3 sees only some maps of S2 (1,516 parameters instead of 2,416), the poolings have two learned numbers per map, and the ten outputs compare with fixed patterns instead of learning (nothing instead of 850).
# - **Twelve times fewer than AlexNet**, as the GoogLeNet paper says? By these counts it is 8.7 times. The paper does not say how it counted.
#
# **Predict, then look.** Order the four large networks by parameters, then by MACs. Is it the same order?

# %% figure alt="Two stacked bar charts for LeNet, AlexNet, VGG-16, VGG-19 and GoogLeNet, convolutions in blue, fully connected layers in green. Parameters: AlexNet 61 million, VGG 138 and 144 million, nearly all of it green; GoogLeNet 7 million, mostly blue. MACs: AlexNet 0.7 billion, VGG 15.5 and 19.6, GoogLeNet 1.6, all nearly entirely blue. LeNet is too small to be seen in both." tags=["hide-input"]
fig, axes = plt.subplots(1, 2, figsize=(7.5, 3.6), sharey=True)
places = np.arange(len(zoo))
for ax, column, unit, title in (
    (axes[0], 0, 1e6, "parameters (million)"),
    (axes[1], 1, 1e9, "MACs (billion)"),
):
    ends_at = np.zeros(len(zoo))
    for kind, hatch in (("convolution", ""), (FC, "//")):
        lengths = np.array([entry["by_kind"][kind][column] for entry in zoo.values()]) / unit
        look = {"color": COLORS[LAYER_COLORS[kind]], "hatch": hatch, "edgecolor": "white", "linewidth": 0}
        ax.barh(places, lengths, left=ends_at, label=kind, **look)
        ends_at += lengths
    for y, total in enumerate(ends_at):
        text = f"{total:.1f}" if total > 0.1 else f"{total:.1g}"
        ax.text(total + ends_at.max() / 50, y, text, va="center", fontsize=10)
    ax.set(xlim=(0, ends_at.max() * 1.2))
    ax.set_title(title)
    ax.grid(axis="y", visible=False)
axes[0].set_yticks(places, list(zoo))
axes[0].invert_yaxis()
handles, labels = axes[0].get_legend_handles_labels()
fig.legend(handles, labels, loc="outside lower center", ncols=2, frameon=False, fontsize=10)
plt.show()

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# No. GoogLeNet has the fewest parameters of the four, but twice AlexNet's work. The parameters of AlexNet and VGG sit in their fully connected layers (96 % and 86 to 89 %), which do hardly any work. Take these layers away, and AlexNet, with 2.5 million left, is the smallest. GoogLeNet has 15 % of its parameters in the one fully connected layer that remains. So most of the distance to VGG on the slide comes from GAP, and the tenfold difference in **work** from the reductions and the quick stem.
#
# </details>
#
# ## Experiment 1: what do the reductions cost?
#
# The reductions save work, and they throw channels away. To judge that, "the network with reductions is a little worse" is not enough, and neither is "it is cheaper". Two fair questions are: how good are both designs **at equal cost**? And what does each cost **at equal accuracy**?
#
# We train four networks: both designs at two budgets.
#
# 1. **reductions**: the modules up to 4a, with an eighth of the paper's filters;
# 2. **naive**: the same numbers of filters without reductions and pool projections;
# 3. **naive, slim**: so few filters that it costs what 1 costs;
# 4. **reductions, wide**: so many filters that it costs what 2 costs.
#
# All have batch normalization in front of each ReLU, which the original did not have (it came a year later); without it our few training steps would not be enough. All are trained alike.

# %% include
from convlab.googlenet import width_within_budget

# %%
data = load_image_set(CONFIG["data"], CONFIG["num_train"], CONFIG["num_test"])
x_train, y_train, x_test, y_test = data
print(f"train {x_train.shape}, test {x_test.shape}")


def count_macs(width, naive):
    """Return the multiply-accumulates of one of the small networks."""
    return sum(row.macs for row in cost_table(layers_from_rows(rows, width, 10, naive), image_shape))


small_budget, large_budget = (count_macs(CONFIG["width"], naive) for naive in (False, True))
designs = {  # width, naive
    "reductions": (CONFIG["width"], False),
    "naive": (CONFIG["width"], True),
    "naive, slim": (width_within_budget(rows, image_shape, small_budget, naive=True), True),
    "reductions, wide": (width_within_budget(rows, image_shape, large_budget), False),
}


def train_often(trainer, images, labels, epochs):
    """Train once per seed; return the accuracies on these images and on the test images, (seeds, 2)."""
    found = []
    for seed in CONFIG["seeds"]:
        trainer.reset(seed)
        trainer.fit(images, labels, CONFIG["batch_size"], CONFIG["learning_rate"], epochs)
        found.append((trainer.accuracy(images, labels), trainer.accuracy(x_test, y_test)))
    return np.array(found)


design_macs, design_parameters, design_accuracy, trainers = {}, {}, {}, {}
for name, (width, naive) in designs.items():
    model = build_inception_network(
        rows, image_shape, width, 10, naive, normalize=True, dtype=CONFIG["dtype"]
    )
    trainers[name] = Trainer(model, CONFIG["jit_compile"], CONFIG["loss_scale"])
    design_macs[name], design_parameters[name] = count_macs(width, naive), model.count_params()
    accuracy = train_often(trainers[name], x_train, y_train, CONFIG["epochs"])[:, 1]
    design_accuracy[name] = accuracy
    print(
        f"{name:>16s}: {design_macs[name] / 1e6:5.2f} million MACs, {model.count_params():7,d} parameters,",
        end=" ",
    )
    print(f"accuracy {accuracy.min():.2f}-{accuracy.max():.2f}")

# %% figure alt="Test accuracy against million MACs on a logarithmic axis, a dot for every seed and a line through the means of each design. At about 0.9 million MACs the dots with reductions lie near 0.7 and the naive ones near 0.6, at about 3.1 million near 0.75 and near 0.7. The line with reductions is above the other." tags=["hide-input"]
fig, ax = plt.subplots(figsize=(7.5, 3.9))
for pair, color, marker, line, label in (
    (("reductions", "reductions, wide"), "blue", "o", "-", "with reductions"),
    (("naive, slim", "naive"), "vermilion", "s", "--", "naive"),
):
    costs = [design_macs[name] / 1e6 for name in pair]
    for cost, name in zip(costs, pair, strict=True):
        accuracy = design_accuracy[name]
        ax.plot([cost] * len(accuracy), accuracy, marker, color=COLORS[color], markersize=7, alpha=0.5)
    means = [design_accuracy[name].mean() for name in pair]
    ax.plot(costs, means, line, marker=marker, color=COLORS[color], markersize=10, label=label)
ax.set_xscale("log")
ticks = [
    round(budget / 1e6, 1) for budget in (small_budget, np.sqrt(small_budget * large_budget), large_budget)
]
ax.set_xticks(ticks, ticks)
ax.minorticks_off()
ax.set(xlabel="million MACs per image", ylabel="test accuracy")
ax.set_title(f"Both designs at two budgets ({len(CONFIG['seeds'])} seeds and their mean)")
ax.legend(frameon=False, fontsize=10, loc="lower right")
plt.show()

# %%
cost_ratio = design_macs["naive"] / design_macs["reductions"]
parameter_ratio = design_parameters["naive"] / design_parameters["reductions"]
mean_accuracy = {name: accuracy.mean() for name, accuracy in design_accuracy.items()}
lead_at_small = mean_accuracy["reductions"] - mean_accuracy["naive, slim"]
lead_at_large = mean_accuracy["reductions, wide"] - mean_accuracy["naive"]
lead_of_naive = mean_accuracy["naive"] - mean_accuracy["reductions"]
print(f"equal cost, small budget: reductions lead by {100 * lead_at_small:.1f} points,", end=" ")
print(f"large budget: by {100 * lead_at_large:.1f}")
print(f"equal filters: naive leads by {100 * lead_of_naive:.1f} points,", end=" ")
print(f"for {cost_ratio:.1f} times the MACs and {parameter_ratio:.1f} times the parameters")

# %% [markdown]
# **At equal cost** the design with reductions is the better one: at the small budget its mean is more than 3 points above that of the naive network; at the large budget it leads too, by less, and single runs may overlap. **With equal filters** the naive network gains less than 5 points on average, and often nothing, and pays 3.4 times the MACs and 4.4 times the parameters for that. It throws nothing away, but what it keeps is not worth what it costs; the same money is better spent on more filters behind reductions.
#
# Two things the experiment does not show. The first is **why**. The module with reductions is not only cheaper: it has one more layer and one more ReLU on two of its branches. Perhaps these are what helps, as in the stacks of lesson 7. A control would be reductions without a ReLU. Try it: in `apply_layers`, leave out the ReLU where `name` ends in `reduce`. The second is what happens **elsewhere**. All four networks share one learning rate and 60 training steps, and three seeds are few. In trials with twice or three times as many steps, which this page does not repeat, the order at equal cost stayed the same. With equal filters the naive network came out a few points behind in some trials and a few points ahead in others, with a smaller learning rate. So do not read more into that comparison than "about as good".
#
# ## Experiment 2: a mean against large layers
#
# Now the end of the network. The same modules get two different ends:
#
# - **GAP**: the mean over all positions, then one fully connected layer;
# - **dense**: the map is flattened, and two hidden fully connected layers follow, as in AlexNet and VGG.
#
# Large layers are said to overfit. To see that we give both networks few images and many epochs, and look at the accuracy on the **training** images as well. The gap between training and test accuracy is what a network learned about these images and not about photographs.

# %%
dense_end = [("flatten", "flatten"), ("fc1", FC, 2048), ("fc2", FC, 2048), ("fc", FC, 10)]
dense_network = build_inception_network(
    [*rows[:-2], *dense_end], image_shape, CONFIG["width"], 10, normalize=True, dtype=CONFIG["dtype"]
)
two_ends = {
    "GAP": trainers["reductions"],
    "dense": Trainer(dense_network, CONFIG["jit_compile"], CONFIG["loss_scale"]),
}
few = CONFIG["num_few"]
end_accuracy, end_counts = {}, {}
for name, trainer in two_ends.items():
    end_counts[name] = trainer.model.count_params()
    end_accuracy[name] = train_often(trainer, x_train[:few], y_train[:few], CONFIG["few_epochs"])
    on_train, on_test = end_accuracy[name].T
    print(
        f"{name:>5s}: {end_counts[name]:7,d} parameters, training {on_train.min():.2f}-{on_train.max():.2f},",
        end=" ",
    )
    print(f"test {on_test.min():.2f}-{on_test.max():.2f}, gap {(on_train - on_test).mean():.2f} on average")
end_ratio = end_counts["dense"] / end_counts["GAP"]
mean_gap = {name: float((values[:, 0] - values[:, 1]).mean()) for name, values in end_accuracy.items()}

# %% figure alt="Left: accuracy of the two ends on training and on test images, joined by a line for each seed. The lines of the dense end start higher and fall further than those of GAP; the test accuracies of both lie around 0.7. Right: bars of parameters, 19 thousand with GAP and 349 thousand with the dense end." tags=["hide-input"]
fig, (left, right) = plt.subplots(1, 2, figsize=(7.5, 3.8), width_ratios=[1.5, 1])
for x, (name, color, marker) in enumerate((("GAP", "blue", "o"), ("dense", "vermilion", "s"))):
    shifts = np.linspace(-0.06, 0.06, len(CONFIG["seeds"]))
    for shift, values in zip(shifts, end_accuracy[name], strict=True):
        spots = [2 * x + shift, 2 * x + 1 + shift]
        left.plot(spots, values, "-", marker=marker, color=COLORS[color], alpha=0.7, markersize=7)
    right.bar(x, end_counts[name] / 1e3, 0.6, color=COLORS[color])
    right.text(x, end_counts[name] / 1e3 * 1.01, f"{end_counts[name] / 1e3:.0f}", ha="center", va="bottom")
left.set_xticks(range(4), ["training", "test", "training", "test"])
left.set(ylabel="accuracy", xlim=(-0.4, 3.4))
low, high = left.get_ylim()
left.set_ylim(low, high + 0.12 * (high - low))
for x, name in ((0.5, "GAP"), (2.5, "dense")):
    left.text(x, high + 0.03 * (high - low), name, ha="center", weight="bold")
left.set_title(f"{few} training images")
right.set_xticks([0, 1], ["GAP", "dense"])
right.set(ylabel="thousand parameters", xlim=(-0.6, 1.6), ylim=(0, max(end_counts.values()) / 1e3 * 1.12))
right.set_title("Parameters")
right.grid(axis="x", visible=False)
plt.show()

# %% [markdown]
# The network with the dense end has 19 times the parameters of the one with GAP. It fits the training images better and does no better on the test images; its gap is wider, on average by more than 2 points. So here GAP gives up nothing but parameters that were of no use, and it protects a little against overfitting.
#
# It is a matter of the number of images, though. On all 1,000 of them, in trials that this page does not repeat, the two ends could hardly be told apart. A mean is a strong assumption (position does not matter). Such an assumption helps while images are few, and it can harm if it is wrong: where it matters **where** something is, averaging throws the answer away.
#
# ### Any size
#
# A network that ends in GAP has no layer that knows the size of the image. We take the wide network of experiment 1, trained on single patches of 32x32, and hand in one image of 128x192 pixels, put together from test patches: four each of six photographs. And since the last layer is linear, we can ask it for its scores at every position of the last feature map, before the mean.

# %%
wide_model = trainers["reductions, wide"].model
any_size = build_inception_network(rows, (None, None, 3), designs["reductions, wide"][0], 10, normalize=True)
any_size.set_weights(wide_model.get_weights())
to_map = keras.Model(any_size.input, any_size.get_layer("gap").input)
last_layer = any_size.get_layer("fc")

in_mosaic = [0, 3, 4, 5, 7, 9]  # classes, from left to right and from top to bottom
tiles = np.stack([x_test[np.resize(np.flatnonzero(y_test == label), 4)] for label in in_mosaic])
# Axes: two rows and three columns of blocks, in each two rows and two columns of patches.
tiles = tiles.reshape(2, 3, 2, 2, 32, 32, 3)
mosaic = tiles.transpose(0, 2, 4, 1, 3, 5, 6).reshape(1, 128, 192, 3)
score_map = last_layer(to_map(mosaic)).numpy()[0]
whole_scores = any_size(mosaic).numpy()[0]
map_difference = float(abs(score_map.mean(axis=(0, 1)) - whole_scores).max())
print(f"{mosaic.shape[1:]} -> scores {score_map.shape} -> mean {whole_scores.shape}")
print(f"mean of the map and output of the network differ by {map_difference:.1e}")
cells = score_map.shape[0] // 2  # positions along one side of a block
per_block = score_map.reshape(2, cells, 3, cells, 10).mean(axis=(1, 3)).reshape(6, 10)
block_hits = int((per_block.argmax(axis=1) == in_mosaic).sum())
print(f"averaged inside each block, the scores name the right class for {block_hits} of 6 blocks")

# %% figure alt="Left: an image of six blocks, each of four photo patches of one class. Middle and right: the scores of coffee and of rocket at each position of the last feature map, with a frame around the block that shows this class. The score of rocket is high inside its frame and low nearly everywhere else; the score of coffee is high inside its frame, but also in parts of other blocks." tags=["hide-input"]
fig, axes = plt.subplots(1, 3, figsize=(7.5, 1.9))
low, high = mosaic.min(axis=(0, 1, 2)), mosaic.max(axis=(0, 1, 2))
visible = ((mosaic[0] - low) / (high - low) * 255).round().astype("uint8")
place = {"extent": (0, 192, 128, 0), "interpolation": "none"}
axes[0].imshow(visible, **place)
axes[0].set_title("24 patches")
class_names = list(PHOTOGRAPHS) if CONFIG["data"] == "patches" else [f"class {i}" for i in range(10)]
most = abs(score_map).max()
for ax, label in zip(axes[1:], (4, 9), strict=True):
    shown = ax.imshow(score_map[..., label], cmap="cividis", vmin=-most, vmax=most, **place)
    ax.set_title(f"score of {class_names[label]}")
    number = in_mosaic.index(label)
    corner = (64 * (number % 3), 64 * (number // 3))
    ax.add_patch(plt.Rectangle(corner, 64, 64, fill=False, edgecolor=COLORS["vermilion"], linewidth=2.5))
for ax in axes:
    ax.axis("off")
fig.colorbar(shown, ax=list(axes), shrink=0.75, pad=0.02)
plt.show()

# %% [markdown]
# The output for the whole mosaic is the mean of the map, to the last digits. The maps show where in the image the network finds what it looks for, although nobody told it about places. They are not sharp. A position of the last feature map sees 89x89 pixels, more than a block, so what lies next to a block leaks in.
#
# ## Auxiliary heads
#
# In 2014, 22 layers were many, and the authors doubted that the gradient would find its way back through all of them. (Vanishing gradients are a subject of lesson 9.) Their remedy: during training, two more classifiers sit on the outputs of 4a and 4d. Such an **auxiliary head** is a small network of its own: average pooling of 5x5 with stride 3, a 1x1 convolution with 128 filters, a fully connected layer with 1,024 outputs, dropout of 70 %, and a fully connected layer with 1,000. It predicts the same classes as the main output, and its loss is added with a small weight:
#
# $$L = L_0 + 0.3\, L_1 + 0.3\, L_2 \tag{6}$$
#
# When training is over, the heads are thrown away.

# %% include
from convlab.auxiliary_heads import auxiliary_layers

# %% figure alt="Block diagram: the image passes the stem and modules 3a, 3b, 4a. Then the way forks: to the left auxiliary head 1 with a loss times 0.3, to the right modules 4b, 4c, 4d and a second fork, to auxiliary head 2 with a loss times 0.3 and to modules 4e, 5a, 5b, global average pooling and the fully connected layer with its loss. All three losses meet in a sum, the total loss." tags=["hide-input"]
head = ("mean 5×5, stride 3\n1×1, 128\nFC 1,024\nFC 1,000", "fully connected")
main_end = [
    ("4e, 5a, 5b", "concatenation"),
    ("GAP", "pooling"),
    ("FC 1,000", "fully connected"),
    ("loss 0", "text"),
]
trunk = [
    ("image", "input"),
    ("stem, 3a, 3b, 4a", "concatenation"),
    [
        [("head 1", "text"), head, ("0.3 · loss 1", "text")],
        [("4b, 4c, 4d", "concatenation"), [[("head 2", "text"), head, ("0.3 · loss 2", "text")], main_end]],
    ],
    ("+", "addition"),
    ("total loss", "text"),
]
fig, ax = plt.subplots()
draw_blocks(ax, {"": trunk})
plt.show()

# %% [markdown]
# **Predict, then run.** GoogLeNet has 7.0 million parameters. How many has it during training, with both heads?

# %%
head_parameters = {
    name: sum(row.parameters for row in cost_table(auxiliary_layers("head"), computed_shapes[name]))
    for name in ("4a", "4d")
}
in_training = googlenet_parameters + sum(head_parameters.values())
print(f"heads: {head_parameters}; GoogLeNet in training: {in_training:,} parameters")

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# 13.4 million, nearly twice as many. Two thirds of each head sit in its first fully connected layer, which sees $4 \cdot 4 \cdot 128 = 2{,}048$ numbers. A count of about 13 million for GoogLeNet includes the heads.
#
# </details>
#
# ### What they do to the gradient
#
# A head reaches into the network from the side. In code it starts from the output of a layer, found by its name, and the model with heads **shares** all layers with the model without.

# %% include
from convlab.auxiliary_heads import attach_heads, kernel_gradients

# %% [markdown]
# We take the scaled-down network with all nine modules, without batch normalization as in 2014, right after its weights were drawn, and compute for one batch the gradient of each convolution's kernel: once of $L_0$ alone, once of (6).

# %%
all_rows = rows_for_small_images(CONFIG["first"])


def network_with_heads(normalize, dtype):
    """Build the scaled-down network with all modules, and the model that has two heads on it."""
    width = CONFIG["width"]
    main = build_inception_network(all_rows, image_shape, width, 10, normalize=normalize, dtype=dtype)
    heads = {
        name: auxiliary_layers(f"head{number}", *CONFIG["head_window"], width, 10)
        for number, name in enumerate(("4a", "4d"), start=1)
    }
    return main, attach_heads(main, heads, dtype)


_, untrained = network_with_heads(normalize=False, dtype="float32")
drawer = Trainer(untrained)  # its reset draws new weights
found = {"main loss alone": [], "with both heads": []}
for seed in CONFIG["seeds"]:
    drawer.reset(seed)
    for label, weights in (("main loss alone", [1, 0, 0]), ("with both heads", [1, 0.3, 0.3])):
        found[label].append(kernel_gradients(untrained, x_train[:64], y_train[:64], weights))
trunk_names = [name for name in found["main loss alone"][0] if not name.startswith("head")]
part_names = ["stem", *MODULES]
part_of = np.array([name[:2] if name[:2] in MODULES else "stem" for name in trunk_names])
lengths = {}  # of shape (seeds, parts)
for label, runs in found.items():
    norms = np.array([[run[name] for name in trunk_names] for run in runs])
    lengths[label] = np.stack(
        [np.linalg.norm(norms[:, part_of == part], axis=1) for part in part_names], axis=1
    )
growth = lengths["with both heads"] / lengths["main loss alone"]
groups = {"stem to 4a": slice(0, 4), "4b to 4d": slice(4, 7), "4e to 5b": slice(7, 10)}
for group, members in groups.items():
    low, high = growth[:, members].min(), growth[:, members].max()
    print(f"{group}: with heads the gradient is {low:.2f} to {high:.2f} times as long")
front, _, back = (lengths["main loss alone"][:, members].mean(axis=1) for members in groups.values())
print(f"main loss alone, first group over last group: {min(front / back):.2f} to {max(front / back):.2f}")

# %% figure alt="Length of the gradient in each part of the network, from the stem to module 5b, for three seeds and their mean. With the main loss alone the mean stays near the same height from left to right. With both heads it is clearly higher from the stem to 4a, a little higher from 4b to 4d, and the same from 4e on." tags=["hide-input"]
fig, ax = plt.subplots(figsize=(7.5, 3.9))
for label, color, marker, line in (
    ("main loss alone", "vermilion", "s", "--"),
    ("with both heads", "blue", "^", "-"),
):
    for values in lengths[label]:
        ax.plot(part_names, values, marker, color=COLORS[color], alpha=0.35, markersize=6)
    means = lengths[label].mean(axis=0)
    ax.plot(part_names, means, line, marker=marker, color=COLORS[color], markersize=8, label=label)
for name, label in (("4a", "head 1"), ("4d", "head 2")):
    place = part_names.index(name)
    ax.axvline(place, color=COLORS["gray"], linewidth=1, linestyle=":")
    ax.text(place + 0.08, 0.97, label, transform=ax.get_xaxis_transform(), va="top", fontsize=10)
ax.set(
    ylim=(0, None),
    xlabel="part of the network, from the image to the output",
    ylabel="length of the gradient",
)
ax.set_title(f"The heads feed the layers in front of them ({len(CONFIG['seeds'])} seeds and their mean)")
ax.legend(frameon=False, fontsize=10, loc="upper right")
plt.show()

# %% [markdown]
# In front of the first head the gradient is longer with heads than without, on every seed; behind the second nothing changes, since no head hangs there. So the heads do what they were meant to do. Whether it was needed is another matter. In our small network the gradient of the main loss alone does **not** fade towards the image: the dashed line, the mean over the seeds, is about as high on the left as on the right. Single draws of the weights scatter around it, as the last line of numbers above shows.
#
# ### Training with them, and without them afterwards
#
# Keras adds up losses by itself: `compile` takes one loss per output, and `loss_weights` are the factors in (6). We train the network with all nine modules for a moment, with batch normalization again.

# %%
whole, whole_with_heads = network_with_heads(normalize=True, dtype=CONFIG["dtype"])
cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
whole_with_heads.compile(
    optimizer=keras.optimizers.SGD(CONFIG["learning_rate"], loss_scale_factor=CONFIG["loss_scale"]),
    loss=[cross_entropy] * 3,
    loss_weights=[1.0, 0.3, 0.3],
    jit_compile=CONFIG["jit_compile"],
)
history = whole_with_heads.fit(
    x_train, [y_train] * 3, CONFIG["batch_size"], CONFIG["head_epochs"], verbose=0
).history
loss_names = [name for name in history if name != "loss"]
for name in ["loss", *loss_names]:
    print(f"{name:>15s}: {', '.join(f'{value:.2f}' for value in history[name])}")
weighted_sum = sum(
    weight * history[name][-1] for weight, name in zip((1.0, 0.3, 0.3), loss_names, strict=True)
)
print(f"1.0, 0.3 and 0.3 times the three: {weighted_sum:.2f}")

in_use = whole(x_test[:100]).numpy()
same_with_heads = whole_with_heads(x_test[:100])[0].numpy()
dropped_difference = float(abs(in_use - same_with_heads).max())
print(
    f"{whole_with_heads.count_params():,} parameters in training, {whole.count_params():,} in use;", end=" "
)
print(f"outputs differ by {dropped_difference:.1e}")

# %% [markdown]
# All three losses fall. And dropping the heads takes no step at all: `whole` is the model without them, it holds the trained layers, and it answers as before.
#
# Did the heads help GoogLeNet win? The paper itself reports a minor effect, about 0.5 %, for which one of the two would have done. The authors came back to the question a year later with better experiments: with and without heads, networks learned **equally fast** at the beginning, when a lack of gradient should hurt most. Only near the end the one with heads went a little higher. They concluded that the heads do not help the early layers to learn, and act as a regularizer ([@szegedy2016]). With batch normalization and, later, shortcuts (lesson 10), heads of this kind have become rare.
#
# ## What became of it
#
# - **Inception v2 and v3.** Batch normalization; and, with VGG's argument, each 5x5 convolution becomes two 3x3, some 7x7 a pair of 1x7 and 7x1 ([@szegedy2016]).
# - **GAP** and one fully connected layer: the end of nearly every classification network since, from lesson 10 on.
# - **1x1 bottlenecks**: ResNet-50 and its larger sisters (lesson 10) reduce with a 1x1 convolution, apply a 3x3, and expand again with a 1x1.
# - **Branches** side by side, all alike: ResNeXt (lesson 12).
#
# What did not last is the module itself with its six numbers, different in nearly every row. Its authors write that one must be cautious: it is questionable whether the success of the architecture can be attributed to the principles that led to it. Later networks prefer designs with fewer numbers.
#
# ## Common mistakes
#
# <div class="box mistakes">
#
# - **Adding the branches instead of concatenating them.** It does not even fit, unless all have the same number of channels, and it is another network.
# - **Concatenating along the wrong axis.** Channels are the last axis in NHWC, `axis=-1`.
# - **Pooling with stride 2 inside a module.** Its map is then half as large as the others. Keras's `MaxPooling2D(3)` has stride 3 if you do not say otherwise.
# - **"valid" padding** inside a module, with the same effect.
# - **Reduction behind the 3x3 or 5x5** instead of in front: it saves nothing there. In the branch with the pooling it is the other way round: the pooling has no weights, and the projection comes **behind** it.
# - **No ReLU behind a reduction.** Without it, reduction and convolution together are one linear map that can do less than the convolution alone.
# - **GAP "outputs 7x7x1024".** That is its input; it outputs 1x1x1024.
# - **Counting 58 layers, or 13.4 million parameters.** Depth is the longest way, 22; the heads are not part of the network in use.
# - **Comparing designs at equal filters only.** Compare at equal cost, or the cost at equal accuracy.
#
# </div>
#
# ## Self-check
#
# <div class="box quiz">
#
# **1.** Module 4a: input 14x14x480, numbers (192, 96, 208, 16, 48, 64). What is the shape of its output? How many weights has its 5x5 branch, without biases?
#
# <details class="answer"><summary>Answer</summary>
#
# $192 + 208 + 48 + 64 = 512$, so 14x14x512. The 5x5 branch: $480 \cdot 16 + 25 \cdot 16 \cdot 48 = 7{,}680 + 19{,}200 = 26{,}880$ weights.
#
# </details>
#
# **2.** How many MACs does the 5x5 branch of 4a take, and how many would it take without the reduction?
#
# <details class="answer"><summary>Answer</summary>
#
# Each weight is used once per position: $196 \cdot 26{,}880 = 5{,}268{,}480$. Without: $196 \cdot 25 \cdot 480 \cdot 48 = 112{,}896{,}000$, 21 times as many.
#
# </details>
#
# **3.** Why has the branch with the 1x1 convolution no reduction in front?
#
# <details class="answer"><summary>Answer</summary>
#
# By (4), with $F = 1$, a reduction saves work only for $r < C n / (C + n)$, which is less than either of $C$ and $n$. One would squeeze hard and save little. A 1x1 convolution is already as cheap as a reduction.
#
# </details>
#
# **4.** A feature map of 8x8x2048 goes into GAP and a fully connected layer for 10 classes. Shapes, parameters?
#
# <details class="answer"><summary>Answer</summary>
#
# 8x8x2048 becomes 2,048 means, then 10 scores: $2{,}048 \cdot 10 + 10 = 20{,}490$ parameters, all in the last layer. Flattened it would be $131{,}072 \cdot 10 + 10$.
#
# </details>
#
# **5.** You feed GoogLeNet with images of 448x448. Which layers have to change?
#
# <details class="answer"><summary>Answer</summary>
#
# None. Convolutions and poolings do not care, the last map is 14x14x1024, and GAP makes 1,024 means of it. (With the paper's 7x7 average pooling in place of GAP, it would not fit.) Whether it is still accurate is another question: objects are now twice as large for it.
#
# </details>
#
# **6.** A colleague reports that her network with heads has a training loss of 2.1, and yours without heads has 1.5. Is yours better?
#
# <details class="answer"><summary>Answer</summary>
#
# You cannot tell. Hers may be the sum in (6): if all three losses were 1.3, the sum would be $1.3 + 2 \cdot 0.3 \cdot 1.3 = 2.08$. Compare the main losses.
#
# </details>
#
# **7.** True or false: GoogLeNet has fewer parameters than VGG-16 because of its 1x1 convolutions.
#
# <details class="answer"><summary>Answer</summary>
#
# Half true. 124 of VGG-16's 138 million parameters sit in its fully connected layers; replacing those by GAP is the larger part of the difference. The 1x1 convolutions make the convolutional part small: 6 million in spite of 1,024 channels at the end, where the naive design would need more than 90.
#
# </details>
#
# </div>
#
# ## Assignment
#
# Now build it yourself: the inception module, its cost with and without reductions, global average pooling in NumPy, and from them GoogLeNet in full size. The notebook has checks that you can run as often as you like.
#
# - [Open the assignment in Colab](colab:exercises/08_googlenet/08_googlenet.ipynb)
# - [See it in the repository](repository:exercises/08_googlenet/08_googlenet.ipynb)
#
# ## References
#
# [@references]
