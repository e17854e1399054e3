# %% [markdown]
# # ZFNet: looking inside
#
# A year after AlexNet (lesson 5), Matthew Zeiler and Rob Fergus asked a question that the victory had left open: what do these networks look at? They built a tool that shows, for any neuron, what in an image excites it. The tool showed them two faults in the first layers of AlexNet. They repaired both, and the repaired network, **ZFNet** after its authors, was better ([@zeiler2014]). So the architecture of this lesson is less its topic than its example: a network was improved by looking at it rather than by guessing.
#
# We first recompute the network and its faults, then test the repair in a small experiment, and then look inside a network of today with the means that the paper made popular: filters, feature maps, the strongest answers of a channel, and a heat map of what matters in a photograph.
#
# <div class="box goals">
#
# **What you will be able to do**
#
# - name the changes from AlexNet to ZFNet, and compute every size and the number of parameters;
# - explain with a wave and a ruler what a large stride in the first layer destroys;
# - quote ZFNet's error rates with the protocol that they belong to;
# - draw filters and feature maps of a trained network, and say what such pictures can and cannot tell;
# - find the parts of images that a channel answers to most strongly;
# - explain how a deconvnet leads an activation back to the pixels, and how it differs from a gradient;
# - measure which parts of a photograph a network's answer depends on, and read the result with care.
#
# </div>
#
# **Prerequisites.** Convolution and pooling (lesson 1), batch normalization (lesson 3), top-5 error (lesson 4), AlexNet and its cost table (lesson 5). **Time.** About 90 minutes, and about one minute of computing on two CPU cores.
#
# ## Set up

# %%
import hashlib
import importlib.util
import io
import pickle
import sys
from collections import OrderedDict
from math import prod
from pathlib import Path
from typing import NamedTuple

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from cycler import cycler

# %% [markdown]
# The experiment on first layers trains on photo patches of 32x32 pixels without a GPU, and on CIFAR-10 with one, there with half-precision arithmetic and XLA compilation. The trained network that we look into is the same on both. **The numbers in the text belong to the CPU profile.**

# %%
PROFILES = {
    "cpu": {
        "data": "patches",  # cut from photographs that ship inside scikit-image and scikit-learn
        "num_train": 1000,
        "num_test": 1000,
        "filters": (12, 16),  # of the two convolutions
        "batch_size": 50,
        "epochs": 5,
        "learning_rate": 0.2,
        "seeds": [0, 1, 2],  # every training is repeated with each of them
        "dtype": "float32",
        "jit_compile": False,  # XLA makes such small networks slower on a CPU
        "loss_scale": 1.0,
        "grid": 8,  # covered places per row and column of a photograph
    },
    "gpu": {
        "data": "cifar10",  # needs a network; falls back to photo patches
        "num_train": 20_000,
        "num_test": 2_000,
        "filters": (48, 64),
        "batch_size": 128,
        "epochs": 8,
        "learning_rate": 0.2,
        "seeds": [0, 1, 2],
        "dtype": "mixed_float16",
        "jit_compile": True,
        "loss_scale": 256.0,  # keeps small float16 gradients from vanishing
        "grid": 16,
    },
}
CONFIG = PROFILES["gpu" if tf.config.list_physical_devices("GPU") else "cpu"]
# Everything that sets the length of a run, cut to the bone. For a quick look:
# CONFIG.update(CONFIG["smoke"])
CONFIG["smoke"] = {
    "num_train": 32,
    "num_test": 20,
    "filters": (2, 3),
    "batch_size": 8,
    "epochs": 1,
    "seeds": [0],
    "grid": 2,
}

# %% [markdown]
# Helpers for figures, images, drawing, counting, and training are folded away. All but the last group you know from earlier lessons; that one loads a network which others have trained on ImageNet, and lesson 4 used it too.

# %% include tags=["hide-input"]
from convlab.figures import COLORS, set_figure_style

# %%
set_figure_style()

# %% include tags=["hide-input"]
from convlab.data import load_cifar10_images

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
from convlab.layer_costs import LayerCost, cost_of_layer, cost_table, count_positions

# %% include tags=["hide-input"]
from convlab.training import Trainer

# %% include tags=["hide-input"]
from convlab.pretrained import (
    EFFICIENTNET_LITE0_SHA256,
    TensorUnpickler,
    build_efficientnet_lite0,
    imagenet_class_names,
    load_pretrained_network,
    read_pytorch_weights,
)

# %% [markdown]
# ## From AlexNet to ZFNet
#
# ZFNet has the same eight layers with weights, in the same order: five convolutions with three poolings among them, then three fully connected layers. Here it is as a list, in the form in which lesson 5 wrote AlexNet.

# %% include
from convlab.zfnet import zfnet_layers

# %%
zfnet = zfnet_layers()
zfnet_table = cost_table(zfnet, (224, 224, 3))
print(f"{'layer':8s}{'window':>9s}{'output':>13s}{'parameters':>13s}")
for layer, row in zip(zfnet, zfnet_table, strict=True):
    window = f"{layer['size']}/{layer['stride']}" if "size" in layer else ""
    shape = "×".join(str(extent) for extent in row.output_shape)
    print(f"{row.name:8s}{window:>9s}{shape:>13s}{row.parameters:>13,}")
zfnet_sizes = [row.output_shape[0] for row in zfnet_table[:8]]
zfnet_parameters = sum(row.parameters for row in zfnet_table)
print(f"sizes {zfnet_sizes}; {zfnet_parameters:,} parameters")

# %% figure alt="ZFNet as a chain of boxes in rows. The image of 224 by 224 by 3 is a tall thin sheet; conv1 is half as tall in pixels, 110 by 110 by 96, then 55, 26, and 13 rows with 256 to 384 channels; after the last pooling 6 by 6 by 256, and three long thin bars of 4096, 4096 and 1000." tags=["hide-input"]
volumes = [("image", "input", (224, 224, 3))]
for layer, row in zip(zfnet, zfnet_table, strict=True):
    if row.kind != "flatten":
        window = [f"{layer['size']}×{layer['size']}, stride {layer['stride']}"] if "size" in layer else []
        volumes.append((row.name, row.kind, row.output_shape, *window))
fig, ax = plt.subplots()
draw_volumes(ax, in_rows(volumes))
plt.show()

# %% [markdown]
# (Every extent is drawn as its square root, as in lesson 5.)
#
# **Predict, then run.** The paper draws a 224x224 image, a 7x7 window with stride 2, and a map of 110x110; then pooling with a 3x3 window and stride 2, and a map of 55x55. It mentions no padding. Which sizes would you get without any?

# %%
unpadded = [layer | {"padding": 0} if layer["name"] in ("conv1", "pool1", "pool2") else layer for layer in zfnet]
unpadded_sizes = [row.output_shape[0] for row in cost_table(unpadded, (224, 224, 3))[:8]]
print("as drawn:       ", zfnet_sizes)
print("without padding:", unpadded_sizes)

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# $(224 - 7)/2 + 1 = 109.5$, so 109, and from there 54, 25, 12, and at last 5 instead of 6. One row of zeros at each edge of conv1, pool1, and pool2 gives the drawn sizes. (The paper's own software may have rounded up in pooling, which comes to the same for pool1 and pool2. If you build the network in Keras, `padding="same"` gives 112 in conv1, which is not the paper's 110.)
#
# </details>
#
# ### What changed, in four lines
#
# Since both networks are lists, we can turn one into the other, and see all that is different. (As in the paper, we compare with AlexNet in one piece, without its division between two GPUs.)

# %%
BACK_TO_ALEXNET = {
    "conv1": {"size": 11, "stride": 4, "padding": 0},
    "pool1": {"padding": 0},
    "conv2": {"stride": 1, "padding": 2},
    "pool2": {"padding": 0},
}
alexnet = [layer | BACK_TO_ALEXNET.get(layer["name"], {}) for layer in zfnet]
alexnet_table = cost_table(alexnet, (227, 227, 3))
print(f"{'':8s}{'AlexNet':>35s}{'ZFNet':>37s}")
print(f"{'layer':8s}" + 2 * f"{'output':>13s}{'parameters':>12s}{'MACs (M)':>11s}")
for old, new in zip(alexnet_table[:5], zfnet_table[:5], strict=True):
    cells = ""
    for row in (old, new):
        shape = "×".join(str(extent) for extent in row.output_shape)
        cells += f"{shape:>13s}{row.parameters:>12,}{row.macs / 1e6:>11.1f}"
    print(f"{old.name:8s}{cells}")
totals = {}
for name, table in (("AlexNet", alexnet_table), ("ZFNet", zfnet_table)):
    totals[name] = {
        "parameters": sum(row.parameters for row in table),
        "macs": sum(row.macs for row in table),
        "stored": sum(row.stored for row in table),
    }
    print(f"{name:8s}", "  ".join(f"{key} {value:,}" for key, value in totals[name].items()))

# %% [markdown]
# The first layer looks through a **smaller window in smaller steps**: 7x7 with stride 2 instead of 11x11 with stride 4. To keep the later sizes, conv2 now takes the step of 2 that conv1 gave away. From conv3 on nothing differs. The smaller windows save 20,736 weights, 0.03 % of the network, so parameters cannot be the point. The point is the first map: it holds four times as many numbers, and all stored outputs together take more than twice the memory. The multiply-accumulates hardly change, because what conv1 costs more, conv2 costs less.
#
# A third difference does not show in the list: AlexNet's conv2, conv4, and conv5 saw only the channels on their own GPU. ZFNet was trained on a single card, with all connections.
#
# Many tables on the web give ZFNet's conv3 to conv5 as 512, 1024, and 512 filters. That is not the network of the paper's figure but a **wider variant**, which the paper lists separately, and which was better as a single network.

# %%
wide_table = cost_table(zfnet_layers(filters=(96, 256, 512, 1024, 512)), (224, 224, 3))
wide_parameters = sum(row.parameters for row in wide_table)
wide_macs = sum(row.macs for row in wide_table)
print(f"wider variant: {wide_parameters:,} parameters, {wide_macs / 1e6:,.0f} million MACs")
print(f"figure 3:      {zfnet_parameters:,} parameters, {totals['ZFNet']['macs'] / 1e6:,.0f} million MACs")

# %% [markdown]
# ### Why: two faults that one can see
#
# The authors looked at AlexNet's first two layers and reported two things ([@zeiler2014], section 4.1).
#
# 1. The first filters were a mixture of very coarse and very fine patterns, with little in between. Hence the smaller window.
# 2. The second layer's pictures showed **aliasing**, an artifact that the stride of 4 brings in. Hence the smaller stride.
#
# The second is worth understanding to the bottom, because no later layer can repair it. A convolution with stride $S$ looks at every $S$-th position only. Take a pattern of stripes that repeats after $T$ pixels, so that a filter's answer along a row is $\cos(2\pi x / T)$. Sampled at $x = 0, S, 2S, \dots$ the numbers are
#
# $$\cos\!\left(2\pi \frac{k S}{T}\right) = \cos\!\left(2\pi k S \left(\frac{1}{S} - \frac{1}{T}\right)\right), \qquad k = 0, 1, 2, \dots \tag{1}$$
#
# because $2\pi k$ can be added and a sign changed without changing a cosine. So stripes with the frequency $1/T$ and stripes with the frequency $1/S - 1/T$ leave **the same numbers** behind. Only frequencies up to $1/(2S)$, that is, periods of at least $2S$ pixels, are free of this confusion.
#
# **Predict, then run.** A cat's whiskers or a knitted sweater make stripes with a period of 5 pixels. Which period do they seem to have after a stride of 4? After a stride of 2?

# %%
period = 5
strided_answers = {}
for stride in (4, 2):
    places = np.arange(0, 40, stride)
    strided_answers[stride] = np.cos(2 * np.pi * places / period)
    frequency = abs(1 / period - round(stride / period) / stride)  # the slowest wave with these samples
    imposter = np.cos(2 * np.pi * places * frequency)
    same = np.allclose(strided_answers[stride], imposter)
    print(f"stride {stride}: looks like a period of {1 / frequency:.0f} pixels; same numbers: {same}")

# %% figure alt="Two panels with the same wave of period 5 along 40 pixels. Left, sampled at every fourth pixel: the dots lie on the wave and equally on a slow dashed wave of period 20, which is what the next layer sees. Right, sampled at every second pixel: the dots follow the true wave, two to three to a period." tags=["hide-input"]
fig, axes = plt.subplots(1, 2, figsize=(7.5, 3.3), sharey=True)
x = np.linspace(0, 38, 400)
for ax, stride, seen in zip(axes, (4, 2), (20, 5), strict=True):
    places = np.arange(0, 39, stride)
    ax.plot(x, np.cos(2 * np.pi * x / period), color=COLORS["sky"], linewidth=1.4, label="the stripes, period 5")
    if seen != period:
        ax.plot(x, np.cos(2 * np.pi * x / seen), "--", color=COLORS["vermilion"], label=f"seen: period {seen}")
    ax.plot(places, np.cos(2 * np.pi * places / period), "o", color="black", markersize=5.5, label="what is kept")
    ax.set_title(f"stride {stride}")
    ax.set(xlabel="position in pixels", ylim=(-1.2, 2.25), yticks=[-1, 0, 1])
    ax.legend(loc="upper left", frameon=False, fontsize=10, labelspacing=0.25)
axes[0].set_ylabel("answer of a filter")
plt.show()

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# With a stride of 4 the period 5 is below $2S = 8$. By (1) the frequency $1/5$ turns into $1/4 - 1/5 = 1/20$: broad stripes of 20 pixels that are nowhere in the image. With a stride of 2 it is above $2S = 4$ and stays what it is.
#
# </details>
#
# A filter that blurs could remove the fine stripes before the step, but then they are lost instead of disguised. Either way, what conv1 lets go is gone.
#
# ### What the paper measured
#
# Looking at pictures suggests a change; only a measurement supports it. The paper trains one network of each kind and finds a top-5 error of 18.1 % on the validation images for its copy of AlexNet, and of 16.5 % for ZFNet. It also removes or resizes parts of the network and trains again. Here are these results, as reported, next to the parameters that we compute.

# %%
def without(layers, *names):
    """Leave some layers of a specification out."""
    return [layer for layer in layers if layer["name"] not in names]


VARIANTS = {  # top-5 error in percent, validation, one network: tables 2 and 3 of the paper
    "AlexNet, their copy": (alexnet, 227, 18.1),
    "without conv3, conv4": (without(alexnet, "conv3", "conv4"), 227, 22.1),
    "without fc2": (without(alexnet, "fc2"), 227, 18.4),
    "without fc1, fc2": (without(alexnet, "fc1", "fc2"), 227, 22.4),
    "without all four": (without(alexnet, "conv3", "conv4", "fc1", "fc2"), 227, 50.1),
    "ZFNet": (zfnet, 224, 16.5),
    "ZFNet, 2048 units": (zfnet_layers(units=2048), 224, 17.6),
    "ZFNet, 8192 units": (zfnet_layers(units=8192), 224, 17.0),
    "ZFNet, wider variant": (zfnet_layers(filters=(96, 256, 512, 1024, 512)), 224, 16.0),
}
variant_parameters = {}
print(f"{'':22s}{'parameters (M)':>16s}{'top-5 error':>13s}")
for name, (layers, side, error) in VARIANTS.items():
    variant_parameters[name] = sum(row.parameters for row in cost_table(layers, (side, side, 3)))
    print(f"{name:22s}{variant_parameters[name] / 1e6:>16.1f}{error:>11.1f} %")
left_over = variant_parameters["without fc1, fc2"] / variant_parameters["AlexNet, their copy"]
print(f"without fc1 and fc2, {left_over:.0%} of the parameters are left")

# %% [markdown]
# Three things deserve a second look.
#
# - **Depth matters more than parameters.** Removing conv3 and conv4 costs as much as removing fc1 and fc2, though the latter have nine tenths of all parameters. Removing either pair is bearable; removing both is a disaster.
# - **fc2 is nearly superfluous**: 16.8 million parameters for 0.3 points.
# - **More units can hurt.** With 8,192 units the paper reports a much lower training error and a higher validation error, which is overfitting.
#
# Lessons 7 and 8 follow the first two hints: more convolutions, and away with the large fully connected layers.
#
# ### What the slide says, and what the numbers belong to
#
# The lecture's slide gives ZFNet a top-5 accuracy of 85.3 % and an error reduction from 16.4 % to 11.7 %. Both pairs of digits exist; they belong to different entries and different images.

# %%
PER_THOUSAND = {  # images in a thousand whose five guesses are all wrong
    "AlexNet, 5 networks, test": 164,
    "ZFNet, 1 network, validation": 165,
    "ZFNet, wider variant, 1 network, test": 161,
    "ZFNet, 5 networks, test": 153,
    "ZFNet, 6 networks, validation": 147,
    "ZFNet, 6 networks, test": 148,
    "Clarifai's entry, 2013, test": 117,
}
for name, wrong in PER_THOUSAND.items():
    print(f"{name:40s}{wrong / 10:5.1f} % wrong, {(1000 - wrong) / 10:5.1f} % right")

# %% [markdown]
# - **85.3 %** is $100 - 14.7$: six networks, averaged, on the **validation** images. On the test images the same six made 14.8 % errors, so 85.2 %.
# - **11.7 %** is the entry with which Clarifai, a company that Zeiler founded, won the classification task of 2013 ([@russakovsky2015]). It grew out of this work, but the paper does not describe it.
# - From 16.4 % to 14.8 %, the paper's own step, 16 of the 164 errors in a thousand images disappear. From 16.4 % to 11.7 % it is 47. The assignment has you write the measure behind such comparisons.
# - Part of the step is not architecture: ZFNet with five networks, 15.3 %, against AlexNet with five, 16.4 %, is the fairest pair in the table.
#
# ## Does the repair help elsewhere?
#
# We cannot train ZFNet here, but we can ask its question on a small scale. A network with two convolutions gets 32x32 pixels. Its first layer has one of six windows and strides. Everything behind it is the same: a 3x3 convolution, pooling to a map of 4x4, and one fully connected layer. Batch normalization stands behind both convolutions, so that one learning rate suits all (lesson 3).

# %% include
from convlab.zfnet import model_from_layers, trial_layers

# %%
x_train, y_train, x_test, y_test = load_image_set(CONFIG["data"], CONFIG["num_train"], CONFIG["num_test"])
TRIALS = [(11, 4), (7, 4), (11, 2), (7, 2), (3, 2), (3, 1)]  # size and stride of the first window
trial_accuracy, trial_macs = {}, {}
print("window/stride  conv1 parameters  MACs (M)  test accuracy")
for size, stride in TRIALS:
    layers = trial_layers(size, stride, CONFIG["filters"])
    rows = cost_table(layers, (32, 32, 3))
    trial_macs[size, stride] = sum(row.macs for row in rows) / 1e6
    model = model_from_layers(layers, (32, 32, 3), normalize=True, dtype=CONFIG["dtype"])
    trainer = Trainer(model, CONFIG["jit_compile"], CONFIG["loss_scale"])
    results = []
    for seed in CONFIG["seeds"]:
        trainer.reset(seed)
        trainer.fit(x_train, y_train, CONFIG["batch_size"], CONFIG["learning_rate"], CONFIG["epochs"])
        results.append(trainer.accuracy(x_test, y_test))
    trial_accuracy[size, stride] = np.array(results)
    print(f"{size:>8d}/{stride:<4d}{rows[0].parameters:>18,}{trial_macs[size, stride]:>10.2f}", end="")
    print(f"{min(results):>10.2f}-{max(results):.2f}")

# %% [markdown]
# **Predict before you look at the figure.** Two things change along the list: the size of the window and the stride. Which matters more?

# %% figure alt="PLACEHOLDER" tags=["hide-input"]
fig, ax = plt.subplots(figsize=(7.5, 3.8))
for stride, color, marker in ((4, "vermilion", "s"), (2, "blue", "o"), (1, "green", "^")):
    for size in (11, 7, 3):
        if (size, stride) in trial_accuracy:
            values = trial_accuracy[size, stride]
            work = trial_macs[size, stride]
            ax.plot(np.full(len(values), work), values, marker, color=COLORS[color], markersize=5, alpha=0.5)
            ax.plot(work, values.mean(), marker, color=COLORS[color], markersize=9)
            name = f"{size}×{size}, stride {stride}"
            ax.annotate(name, (work, values.mean()), (9, 0), textcoords="offset points", va="center", fontsize=10)
ax.set_xscale("log")
ax.set_xlim(right=ax.get_xlim()[1] * 2.2)
ax.set(xlabel="multiply-accumulates per image, in millions", ylabel="test accuracy")
ax.set_title("One first layer exchanged, all else equal (seeds and their mean)")
plt.show()
