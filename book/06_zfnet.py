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
from convlab.pretrained import (
    EFFICIENTNET_LITE0_SHA256,
    TensorUnpickler,
    build_efficientnet_lite0,
    imagenet_class_names,
    load_pretrained_network,
    read_pytorch_weights,
)

# %% include tags=["hide-input"]
from convlab.training import Trainer

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
unpadded = [
    layer | {"padding": 0} if layer["name"] in ("conv1", "pool1", "pool2") else layer for layer in zfnet
]
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
# The first layer looks through a **smaller window in smaller steps**: 7x7 with stride 2 instead of 11x11 with stride 4. To keep the later sizes, conv2 now takes the step of 2 that conv1 gave away. From conv3 on nothing differs. The smaller windows save 20,736 weights, 0.03 % of the network, so parameters cannot be the point. The point is the first map: it holds four times as many numbers, and all stored outputs together take more than twice the memory. The multiply-accumulates grow by only 3 %: conv2, with its step of 2, gives back half of what conv1 takes.
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
    ax.plot(
        x, np.cos(2 * np.pi * x / period), color=COLORS["sky"], linewidth=1.4, label="the stripes, period 5"
    )
    if seen != period:
        ax.plot(
            x, np.cos(2 * np.pi * x / seen), "--", color=COLORS["vermilion"], label=f"seen: period {seen}"
        )
    ax.plot(
        places, np.cos(2 * np.pi * places / period), "o", color="black", markersize=5.5, label="what is kept"
    )
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
# - **Depth matters more than parameters.** Removing conv3 and conv4, 3.5 % of the parameters, costs as much as removing fc1 and fc2, which hold 87 % of them. (What is left then is 21 %, because fc3 becomes larger.) Removing either pair is bearable; removing both is a disaster.
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

# %% figure alt="Test accuracy of six small networks against their multiply-accumulates, three seeds and a mean each, between about 0.6 and 0.74. The 3 by 3 windows are highest, at stride 2 as well as at stride 1; 7 by 7 lies lower and 11 by 11 lowest. Points of stride 2 lie to the right of those of stride 4 with the same window, but not above them." tags=["hide-input"]
fig, ax = plt.subplots(figsize=(7.5, 3.8))
for stride, color, marker in ((4, "vermilion", "s"), (2, "blue", "o"), (1, "green", "^")):
    for size in (11, 7, 3):
        if (size, stride) in trial_accuracy:
            values = trial_accuracy[size, stride]
            work = trial_macs[size, stride]
            ax.plot(np.full(len(values), work), values, marker, color=COLORS[color], markersize=5, alpha=0.5)
            ax.plot(work, values.mean(), marker, color=COLORS[color], markersize=9)
            name = f"{size}×{size}, stride {stride}"
            ax.annotate(
                name, (work, values.mean()), (9, 0), textcoords="offset points", va="center", fontsize=10
            )
ax.set_xscale("log")
ax.set_xticks([0.25, 0.5, 1, 2], ["0.25", "0.5", "1", "2"])
ax.minorticks_off()
ax.set_xlim(right=ax.get_xlim()[1] * 2.2)
ax.set(xlabel="multiply-accumulates per image, in millions", ylabel="test accuracy")
ax.set_title("One first layer exchanged, all else equal (seeds and their mean)")
plt.show()

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# Here it is the window. At a stride of 2 the mean accuracy rises from 11x11 to 7x7 to 3x3, and at a stride of 4 from 11x11 to 7x7; 3x3 with stride 2 beats 11x11 with stride 2 by more than three points in the mean, though a single seed may say otherwise: of six others that we tried, one did. Halving the stride costs about four times the multiply-accumulates and gains nothing that the seeds agree on: the means differ by less than three points, and not always in its favor.
#
# </details>
#
# What does the experiment say about ZFNet? It supports the first repair and is silent about the second. That is no contradiction. An 11x11 window has 363 weights per filter, and 1,000 small images are few to learn them from; a smaller window has less to learn. Aliasing is real, as (1) proves, but whether it costs accuracy depends on how much of a task hangs on fine stripes. Patches of ten photographs, largely told apart by their colors, need few. And the paper changed both at once, so that its 1.6 points do not say which of the two earned them. The trend has gone on since: lesson 7 opens with 3x3 windows, and many networks after it begin with a 3x3 or 7x7 window and a stride of 2.
#
# ## Looking inside a trained network
#
# Now to the paper's real subject. A ZFNet with trained weights is not at hand, so we look into a network of 2020 that comes as a small package: EfficientNet-Lite0 (a relative of networks in lessons 11 and 12), which has been trained on ImageNet and has met us in lesson 4. The means are the same for every convolutional network.

# %%
network, preprocess, source = load_pretrained_network()
class_names = imagenet_class_names()
photographs = {name: crop_to_square(photo) for name, photo in load_photographs(list(PHOTOGRAPHS)).items()}
print(source)


def picture(photo, size):
    """Make a small picture of a square photograph, for figures."""
    return resize_bilinear(photo, size, size).round().astype("uint8")


for name in ("chelsea", "coffee", "camera"):
    probabilities = np.asarray(network(preprocess(photographs[name][np.newaxis])))[0]
    guesses = [f"{class_names[k]} {probabilities[k]:.0%}" for k in probabilities.argsort()[::-1][:3]]
    print(f"{name:8s} ({PHOTOGRAPHS[name]}):", ", ".join(guesses))

# %% [markdown]
# ### First filters
#
# Only in the first layer can weights be looked at directly, because only there do the input channels have colors. A filter of shape $3 \times 3 \times 3$ is a tiny color image. We scale each so that a weight of 0 becomes middle gray and the largest weight in absolute value becomes black or full color, and order the filters by how colorful they are: what share of the sum of squared weights is left when the three colors are replaced by their mean?

# %%
first_layer = next(layer for layer in network.layers if isinstance(layer, keras.layers.Conv2D))
kernels = np.moveaxis(first_layer.kernel.numpy(), -1, 0)  # (filters, 3, 3, colors)
gray_part = np.repeat(kernels.mean(axis=-1, keepdims=True), 3, axis=-1)
gray_share = (gray_part**2).sum(axis=(1, 2, 3)) / (kernels**2).sum(axis=(1, 2, 3))
by_color = gray_share.argsort()
print(f"{len(kernels)} filters of {kernels.shape[1]}x{kernels.shape[2]}, stride {first_layer.strides[0]}")
print("share that does not depend on color:", gray_share[by_color].round(2))
num_pure_color = int((gray_share < 0.1).sum())

# %% figure alt="Thirty-two tiles of three by three pixels in four rows. The first seven are colored patches, for example blue against yellow or red against green, with hardly any dark or light; the following ones mix color with edges; the last ones are nearly gray: light against dark, horizontal, vertical, diagonal, and a dot." tags=["hide-input"]
fig, axes = plt.subplots(4, 8, figsize=(7.5, 4.2))
for ax, index in zip(axes.flat, by_color, strict=True):
    ax.imshow(0.5 + 0.5 * kernels[index] / abs(kernels[index]).max(), interpolation="none")
    ax.set_title(f"{gray_share[index]:.0%}", fontsize=10, loc="center", pad=3)
    ax.set(xticks=[], yticks=[])
fig.suptitle("The first filters, and how much of each is gray", fontsize=12)
plt.show()

# %% [markdown]
# **Predict, then run.** The first seven filters have a gray share below 10 %: their weights for red, green, and blue cancel at every place. What do they answer to a black-and-white photograph? And to a surface of one even color?

# %%
gray_photo = photographs["camera"] / 255
assert np.ptp(gray_photo, axis=-1).max() == 0  # three equal channels
even_photo = np.ones((224, 224, 3)) * [0.9, 0.5, 0.1]  # orange
pure, rest = by_color[:num_pure_color], by_color[num_pure_color:]
mean_answer = {}
for name, image in (
    ("gray photograph", gray_photo),
    ("coffee", photographs["coffee"] / 255),
    ("even orange", even_photo),
):
    answers = tf.nn.conv2d(
        image[np.newaxis].astype("float32"), first_layer.kernel, strides=2, padding="VALID"
    )
    strength = np.abs(answers).mean(axis=(0, 1, 2)) / np.sqrt((kernels**2).sum(axis=(1, 2, 3)))
    mean_answer[name] = strength[pure].mean(), strength[rest].mean()
    print(f"{name:16s} color filters {mean_answer[name][0]:.3f}, all others {mean_answer[name][1]:.3f}")

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# To the black-and-white photograph: almost nothing. If red, green, and blue are equal, weights that cancel give 0. To an even color they answer with the same number everywhere, and strongly if it is their color: they are thermometers of a hue rather than detectors of edges. The others do the reverse: each has a part that ignores color, and most compare light with dark.
#
# </details>
#
# AlexNet's and ZFNet's first filters, 11 and 7 pixels wide, show the same division: edges of all directions without color, and soft patches of color. Hardly any network that is trained on photographs fails to find it. In deeper layers, such pictures stop working. A filter of the second layer has 32 input channels or more, and no three of them are red, green, and blue. There we must look at answers instead of weights.
#
# ### Feature maps
#
# A feature map is an image too: where in the photograph does this channel answer, and how strongly? We take the last layer with an activation function at each size of map, from 112x112 down to 7x7, and of each the four channels whose maps vary most. This network's activation function is a ReLU that also cuts off answers above 6; for the pictures we leave that cut out, because it would paint every strong answer the same white.

# %%
activations = {  # rows of the map: last layer with an activation function that has as many
    layer.output.shape[1]: layer
    for layer in network.layers
    if isinstance(layer, (keras.layers.ReLU, keras.layers.Activation)) and len(layer.output.shape) == 4
}
inside = keras.Model(network.input, [layer.input for layer in activations.values()])
all_photos = preprocess(np.stack(list(photographs.values())))
raw_answers = dict(zip(activations, (np.asarray(maps) for maps in inside(all_photos)), strict=True))
feature_maps = {rows: np.maximum(maps, 0) for rows, maps in raw_answers.items()}
active_share = {}  # per size: one number per photograph
for rows, maps in feature_maps.items():
    active_share[rows] = (maps > 0).mean(axis=(1, 2, 3))
    low, high = active_share[rows].min(), active_share[rows].max()
    print(
        f"{rows:>3d}x{rows:<3d} {maps.shape[-1]:>5d} channels, {low:.0%}-{high:.0%} of the numbers are above zero"
    )

# %% figure alt="Five rows of four feature maps of the photograph of a cat. At 112 by 112 every map shows the cat's outlines and fur in fine bright lines on black. At 56 by 56 two maps keep edges and two are grainy; at 28 by 28 one cannot recognize the cat any more. At 14 by 14 there are bright areas on the face or along its border, and at 7 by 7 a block of bright cells on black." tags=["hide-input"]
cat = list(photographs).index("chelsea")
fig, axes = plt.subplots(5, 5, figsize=(7.5, 7.6))
for row_of_axes, (rows, maps) in zip(axes, feature_maps.items(), strict=True):
    row_of_axes[0].text(0.95, 0.5, f"{rows}×{rows}", ha="right", va="center")
    row_of_axes[0].axis("off")
    busiest = maps[cat].std(axis=(0, 1)).argsort()[::-1][:4]
    for ax, channel in zip(row_of_axes[1:], busiest, strict=True):
        ax.imshow(maps[cat, ..., channel], cmap="gray", interpolation="none")
        ax.set(xticks=[], yticks=[])
axes[0, 0].imshow(picture(photographs["chelsea"], 112), interpolation="none", extent=(0, 1, 0, 1))
axes[0, 0].texts[0].remove()
axes[0, 0].set_title("112×112 →", fontsize=11, loc="center")
fig.suptitle("The photograph, and four feature maps of each size", fontsize=12)
plt.show()

# %% [markdown]
# From the top to the bottom three things change. The maps lose the photograph's detail. They become **sparser**: about four fifths of the numbers are above zero at 112x112, and less than a fifth at 7x7, on each of the ten photographs. And they become more decided: a deep channel is silent in most places and loud in a few. Early layers describe every place of every image; late layers say yes or no to something. To what?
#
# ### What a channel answers to most
#
# The paper's best-known pictures answer with examples: run many images through the network, and show for a channel the pieces of image with the strongest answers. The paper does this with 50,000 images; we have ten photographs, which is enough to see the idea and too few to trust it. Again we look at the numbers before the activation function.

# %%
strongest = []  # (rows of the map, channel, photographs, their places), best photograph first
for rows in (28, 14):
    maps = raw_answers[rows]
    flat = maps.reshape(len(maps), -1, maps.shape[-1])
    peaks = flat.max(axis=1)  # (photographs, channels)
    prominence = (peaks.max(axis=0) - flat.mean(axis=(0, 1))) / flat.std(axis=(0, 1))
    favorites = []
    for channel in prominence.argsort()[::-1]:
        order = peaks[:, channel].argsort()[::-1]
        if order[0] not in favorites and len(favorites) < 3:  # another favorite photograph per row
            favorites.append(order[0])
            strongest.append((rows, channel, order[:5], flat[order[:5], :, channel].argmax(axis=1)))
for rows, channel, order, _ in strongest:
    print(f"{rows}x{rows}, channel {channel}: first", list(photographs)[order[0]])

# %% figure alt="Six rows of five pieces of photographs. Among them: a row of bright spots on dark ground, from galaxies to the reflection on a spoon; a row of faces and a cat's nose; a row of pointed tops, a pagoda roof and a rocket among them; a row of things that radiate from a center: a dahlia, a gland in tissue, a lamp with rays, the disc of a retina." tags=["hide-input"]
fig, axes = plt.subplots(6, 5, figsize=(7.5, 8.6))
for row_of_axes, (rows, channel, order, places) in zip(axes, strongest, strict=True):
    half = 28 if rows == 28 else 44  # pixels from the middle to the edge of what is shown
    for ax, photo, place in zip(row_of_axes, order, places, strict=True):
        middle = (np.array(divmod(place, rows)) + 0.5) * 224 / rows
        top, left = np.clip(middle - half, 0, 224 - 2 * half).astype(int)
        piece = list(photographs.values())[photo][top : top + 2 * half, left : left + 2 * half]
        ax.imshow(picture(piece, 44), interpolation="none")
        ax.set(xticks=[], yticks=[])
    row_of_axes[0].set_ylabel(f"{rows}×{rows}\nch. {channel}", fontsize=10)
fig.suptitle("Where six channels answer most strongly, in their five best photographs", fontsize=12)
plt.show()

# %% [markdown]
# Some rows can almost be named. The first collects bright spots: galaxies, the reflection on a spoon. Further down, channel 287 finds faces, a cat's nose among them; channel 33 finds pointed tops, on a pagoda as on a rocket; channel 59 finds things that radiate from a center, be it a dahlia, a gland in a stained tissue, or a lamp at night. Nobody told the network about such concepts; they were useful for telling 1,000 classes apart. Others resist a name, and towards the right of each row the pieces have less in common: ten photographs do not hold five good examples of everything.
#
# Two warnings. The pieces show what excites a channel **among the images that were tried**; a channel that likes steering wheels must find something else here. And that a human can name what the pieces have in common does not prove that the network uses it in this way: the name is ours.
#
# ## Back to the pixels: the deconvnet
#
# A piece of image still contains more than what the channel saw in it. The paper's tool, the **deconvnet**, goes on: keep one activation of a feature map, set all others to zero, and lead it backward through the layers to a picture of the size of the input. Each layer has a step back:
#
# - **convolution**: the same filters, mirrored, that is, a transposed convolution;
# - **max-pooling**: put each value back where the maximum was; these places, the **switches**, have been noted on the way forward, and all other places become zero;
# - **ReLU**: another ReLU, so that what travels back is never negative.
#
# If this reminds you of backpropagation, you are right. The first two steps **are** the backward pass of these layers. Let automatic differentiation confirm it.

# %%
generator = np.random.default_rng(0)
one_map = generator.permutation(16.0 * np.arange(16)).reshape(1, 4, 4, 1).astype("float32")
sent_back = np.array([[1.0, 2.0], [3.0, 4.0]], "float32").reshape(1, 2, 2, 1)
watched = tf.Variable(one_map)
with tf.GradientTape() as tape:
    pooled = tf.nn.max_pool2d(watched, 2, 2, "VALID")
    total = tf.reduce_sum(pooled * sent_back)
pooling_gradient = tape.gradient(total, watched).numpy()[0, ..., 0]
windows = one_map.reshape(2, 2, 2, 2).transpose(0, 2, 1, 3).reshape(2, 2, 4)
switches = np.eye(4)[windows.argmax(axis=-1)]  # 1 at the place of each maximum
unpooled = (switches * sent_back.reshape(2, 2, 1)).reshape(2, 2, 2, 2).transpose(0, 2, 1, 3).reshape(4, 4)
print("unpooled with switches:\n", unpooled)
print("equals the gradient of max-pooling:", np.array_equal(unpooled, pooling_gradient))

signal, kernel = generator.normal(size=(1, 6, 6, 3)), generator.normal(size=(3, 3, 3, 2))
watched = tf.Variable(signal)
with tf.GradientTape() as tape:
    answer = tf.nn.conv2d(watched, kernel, 1, "VALID")
    total = tf.reduce_sum(answer * answer.numpy())  # numpy() makes a constant: what is sent back
transposed = tf.nn.conv2d_transpose(answer, kernel, (1, 6, 6, 3), 1, "VALID")
convolution_difference = float(abs(tape.gradient(total, watched) - transposed).numpy().max())
print(f"transposed convolution against gradient: largest difference {convolution_difference:.0e}")

# %% [markdown]
# Only the ReLU differs. The gradient passes where the **forward** value was positive; the deconvnet passes where the **backward** value is positive. In numbers:
#
# | | | | | |
# |:--|--:|--:|--:|--:|
# | forward value, before the ReLU | $-1$ | $2$ | $3$ | $-4$ |
# | arrives on the way back | $5$ | $-6$ | $7$ | $8$ |
# | gradient passes on | $0$ | $-6$ | $7$ | $0$ |
# | deconvnet passes on | $5$ | $0$ | $7$ | $8$ |
#
# Soon after, it was pointed out that the plain gradient of a class score with respect to the image can be used in the same way, and how the two are related ([@simonyan2013]). Which is the better picture? The deconvnet's is cleaner, and that is not only to its credit: a later analysis found that its rule, in networks with random weights too, largely **recovers the image** rather than what the network's decision depends on ([@nie2018]). A picture that pleases the eye is not yet an explanation. So it is good that the paper also contains a test that asks the network itself.
#
# ## Occlusion sensitivity
#
# Cover a part of the photograph with a gray square, and ask again. If the probability of the class falls, the network needed that part. Move the square over the whole image, and the falls make a map of what mattered: **occlusion sensitivity**. The test needs neither gradients nor access to the inside of the network; it would work with a classifier in another building.
#
# Write $p(x)$ for the probability that the network gives the class for the image $x$, and $x_{ij}$ for the image whose part $(i, j)$ is covered. We map the **drop**
#
# $$d_{ij} = p(x) - p(x_{ij}) \tag{2}$$
#
# so that parts which speak for the class are positive and parts which speak against it negative. The function below covers an 8x8 grid of places. It makes all 64 copies by broadcasting: a pixel is covered if its row is within the square's rows **and** its column within the square's columns, two small tables of true and false that NumPy combines.

# %% include
from convlab.zfnet import covered_copies, drop_when_covered

# %% [markdown]
# We ask for two scores at once, as the paper does: the probabilities, and the activity of the last feature map (its mean over the 7x7 positions, per channel). One grid costs 65 passes through the network. The squares have a side of 56 pixels, a quarter of the image, so that neighbors overlap by half.

# %%
last_maps = keras.layers.GlobalAveragePooling2D()(activations[7].output)
asked = keras.Model(network.input, keras.layers.Concatenate()([network.output, last_maps]))


def scores_of(images):
    """Return probabilities of the 1,000 classes and, behind them, the mean of each last feature map."""
    return np.asarray(asked(preprocess(images)))


grid, gray = CONFIG["grid"], 127.0
occluded = {}
for name in ("coffee", "camera", "chelsea"):
    photo = photographs[name]
    scores = scores_of(photo[np.newaxis])[0]
    drops = drop_when_covered(scores_of, photo, grid, 56, gray)
    best, channel = int(scores[:1000].argmax()), 1000 + int(scores[1000:].argmax())
    occluded[name] = {
        "class": class_names[best],
        "probability": float(scores[best]),
        "drop": drops[..., best],
        "activity": drops[..., channel] / scores[channel],
        "all": drops,
    }
    drop = drops[..., best]
    print(
        f"{name:8s} {class_names[best]}: {scores[best]:.0%}, drop from {drop.min():+.2f} to {drop.max():+.2f}"
    )

# %% [markdown]
# **Predict before you look.** The answers are *espresso* for the cup, *tripod* for the photographer, and *Egyptian cat* for the cat, whose face fills the photograph. Where will the map be hot? For which photograph will the drop be largest, and for which smallest?

# %% figure alt="Three columns: a cup of espresso, a photographer with a camera on a tripod, the face of a cat. Below each a heat map of the drop of the probability over the faded photograph: red on the surface of the coffee; dark red at the feet of the tripod and red along its leg; for the cat pale patches, most of them blue. Below that the drop of the strongest feature map: blue on the coffee, red on the photographer's head and on the cat's eye." tags=["hide-input"]
fig, axes = plt.subplots(3, 3, figsize=(7.5, 7.2))
rows_of_maps = (("drop", 0.35, "drop of the probability"), ("activity", 0.35, "drop of the map, relative"))
for column, (name, result) in zip(axes.T, occluded.items(), strict=True):
    column[0].imshow(picture(photographs[name], 112), interpolation="none")
    column[0].set_title(f"{result['class']}, {result['probability']:.0%}", loc="center")
    faded = picture(photographs[name], 75).mean(axis=-1)
    for ax, (key, limit, label) in zip(column[1:], rows_of_maps, strict=True):
        ax.imshow(faded, cmap="gray", vmin=0, vmax=255, interpolation="none", extent=(0, 1, 0, 1))
        look = {"cmap": "RdBu_r", "vmin": -limit, "vmax": limit, "alpha": 0.65, "extent": (0, 1, 0, 1)}
        heat = ax.imshow(result[key], interpolation="none", **look)
        if name == "chelsea":
            bar = fig.colorbar(heat, ax=list(axes[1 if key == "drop" else 2]), shrink=0.9, pad=0.02)
            bar.set_label(label)
            bar.outline.set_visible(False)
for ax in axes.flat:
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
plt.show()

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# *Espresso* hangs on the surface of the coffee: covering it costs up to 20 points, while the handle, the saucer, and even the rest of the cup can be covered at little cost. *Tripod* hangs on the feet and the legs of the tripod, with the largest drop of all, more than 25 points; the man who fills the left half is not missed, and covering his head even helps a little.
#
# And the cat? No part of the face stands out. Covering costs at most 15 points, and most of the map is blue: with a square over the ear, *Egyptian cat* gains up to about 20 points, at the expense of *tiger cat*.
#
# </details>
#
# The cat teaches the most. A flat map does **not** say that the network looks at nothing. An eye, the stripes, the nose, the whiskers: each is enough for a cat, so none is missed when the others are there. What the squares do move is the choice among similar classes. Add up the five kinds of domestic cat that ILSVRC knows, and the drop nearly vanishes.
#
# The last row of the figure is the paper's second view: how much of the strongest feature map is lost. It need not follow the class. The channel that the photographer excites most follows his head, not the tripod; that of the cat follows an eye; and that of the cup answers **more** when the coffee is covered. A class is decided by many channels together, and the strongest one need not be the decisive one.

# %%
cats = [
    k
    for k in range(1000)
    if class_names[k] in ("tabby", "tiger cat", "Persian cat", "Siamese cat", "Egyptian cat")
]
cat_scores = scores_of(photographs["chelsea"][np.newaxis])[0]
five_cats = float(cat_scores[cats].sum())
five_cats_drop = occluded["chelsea"]["all"][..., cats].sum(axis=-1)
print(f"five kinds of cat together: {five_cats:.0%}, largest drop {five_cats_drop.max():.2f}")

# %% [markdown]
# ### How far can the map be trusted?
#
# The test has two knobs that nobody tells us how to set: the size of the square, and what it shows. Let us turn both, on the photographer.

# %%
camera, tripod = photographs["camera"], class_names.index("tripod")
by_side = {56: occluded["camera"]["drop"]}
for side in (28, 112):
    by_side[side] = drop_when_covered(scores_of, camera, grid, side, gray)[..., tripod]
for side in sorted(by_side):
    row, column = np.unravel_index(by_side[side].argmax(), by_side[side].shape)
    print(
        f"square of {side:>3d} pixels: largest drop {by_side[side].max():.2f} in row {row + 1}, column {column + 1}"
    )

by_fill = {"gray": by_side[56]}
for name, fill in (("black", 0.0), ("white", 255.0)):
    by_fill[name] = drop_when_covered(scores_of, camera, grid, 56, fill)[..., tripod]
fill_agreement = {}
for name in ("black", "white"):
    fill_agreement[name] = float(np.corrcoef(by_fill["gray"].ravel(), by_fill[name].ravel())[0, 1])
    print(
        f"{name} squares: largest drop {by_fill[name].max():.2f}, correlation with gray {fill_agreement[name]:.2f}"
    )

# %% [markdown]
# The size first. Squares of 28 pixels find next to nothing, less than 10 points anywhere, since the rest of the tripod is enough. Squares of 112 pixels cost more than 60 points, but they cover a quarter of the photograph each, and say little about the place. The color matters as much: black and white squares leave the same pattern, with a correlation above 0.6, but their largest drop is more than 20 points larger than with gray. A gray square lies on gray grass like a piece of background; a black or a white one is an object of its own, with edges that the photograph never had. Part of every drop is the fault of the square.
#
# So report the side, the stride, and the color of the square with every such map, and try more than one of each before you believe it. And remember what a drop means: not "the network looks here" but "the network misses this, and finds no substitute".
#
# ## Common mistakes
#
# <div class="box mistakes">
#
# - **`padding="same"` for ZFNet's first layer.** It gives 112, the paper's map has 110. Count before you build.
# - **512, 1024, 512 filters as "the" ZFNet.** That is the wider variant, with 108 million parameters.
# - **Quoting 11.7 % for ZFNet.** That is Clarifai's entry. ZFNet: 14.8 % on the test images, with six networks.
# - **Comparing a validation error with a test error**, or one network with an average of several.
# - **Drawing filters of deep layers as color images.** Their input channels are not colors.
# - **Scaling each feature map on its own and then comparing their brightness.** The scale is gone.
# - **Feeding covered images around the preprocessing.** Cover the photograph first, then preprocess, or the gray of the square is another gray.
# - **Changing the image in place** while the square moves: after the first row everything is covered. Work on copies.
# - **A square that is too small.** The map shows noise, and the noise will be interpreted.
# - **Reading a heat map as proof of a cause.** It shows what this network, for this image, cannot replace.
#
# </div>
#
# ## Self-check
#
# <div class="box quiz">
#
# **1.** An image of 200x200 pixels enters ZFNet's conv1 (7x7, stride 2, padding 1). What is the size of the map, and how many parameters has the layer?
#
# <details class="answer"><summary>Answer</summary>
#
# $\lfloor (200 - 7 + 2)/2 \rfloor + 1 = 98$, so 98x98x96. The parameters do not depend on the image: $7 \cdot 7 \cdot 3 \cdot 96 + 96 = 14{,}208$.
#
# </details>
#
# **2.** Stripes with a period of 3 pixels pass a layer with stride 2. Which period do they seem to have?
#
# <details class="answer"><summary>Answer</summary>
#
# By (1) the frequency becomes $1/2 - 1/3 = 1/6$: a period of 6 pixels. $3 < 2S = 4$, so they are not safe.
#
# </details>
#
# **3.** ZFNet has fewer parameters than AlexNet in one piece, yet needs more than twice the memory for its outputs. How?
#
# <details class="answer"><summary>Answer</summary>
#
# Parameters depend on the window, memory on the number of positions. A stride of 2 instead of 4 gives four times the positions in conv1, which has the largest map; a window of 7 instead of 11 gives fewer weights.
#
# </details>
#
# **4.** "ZFNet lowered the error from 16.4 % to 11.7 %." What is wrong, and what would be right?
#
# <details class="answer"><summary>Answer</summary>
#
# 11.7 % belongs to Clarifai's entry. The paper reports 14.8 % on the test images with six networks; with five networks, as many as AlexNet's 16.4 %, it is 15.3 %.
#
# </details>
#
# **5.** In which way does a deconvnet treat a ReLU differently from backpropagation?
#
# <details class="answer"><summary>Answer</summary>
#
# Backpropagation lets a number pass where the input of the ReLU was positive on the way forward. The deconvnet lets it pass where the number itself is positive on the way back.
#
# </details>
#
# **6.** An occlusion map of a school bus is flat: no position of the square lowers the probability by more than 2 points. Does the network not look at the bus?
#
# <details class="answer"><summary>Answer</summary>
#
# It may well look at all of it. If wheels, windows, and color are each enough, no single part is missed. Try a larger square, or cover everything but one part.
#
# </details>
#
# **7.** How many passes through the network does an 8x8 map cost for ten photographs? How many does the gradient cost?
#
# <details class="answer"><summary>Answer</summary>
#
# $10 \cdot (64 + 1) = 650$ forward passes. The gradient costs one forward and one backward pass per photograph, about 30 forward passes in all. The map is bought with computing time; what you get is a measured effect instead of a slope.
#
# </details>
#
# </div>
#
# ## Assignment
#
# Now it is your turn. In the assignment you build ZFNet in Keras with exactly the paper's sizes, write an occlusion map with a square that moves by a stride of your choice, for any classifier, and the measure that says which share of the errors a newer network removes.
#
# - [Open the assignment in Colab](colab:exercises/06_zfnet/06_zfnet.ipynb)
# - [See it in the repository](repository:exercises/06_zfnet/06_zfnet.ipynb)
#
# ## References
#
# [@references]
