# %% [markdown]
# # Model complexity
#
# "VGG-16 has 138 million parameters, so it is slow." The first half of the sentence is right, and so is the second. The "so" is wrong: AlexNet has almost half as many parameters and needs a twentieth of the arithmetic. DenseNet-121 has an eighth of AlexNet's parameters, and its layers put out more than fifty times as many numbers, which training has to keep. And MobileNet, with less than a third of the arithmetic of ResNet-18, is not three times as fast. Size, work, memory, and time are four different quantities, and each of them pays a different bill.
#
# The lecture gives this one slide, *Model Complexity Comparison*. Here we compute the picture that belongs under such a title: every number in it except the accuracies comes out of code that you can read, a second counter checks it, and a clock has the last word.
#
# <div class="box goals">
#
# **What you will be able to do**
#
# - say what parameters, multiply-accumulates (MACs), activations, and time each decide: disk, energy, memory, waiting;
# - count the first three for a whole network, and check the count against an independent one;
# - read "FLOPs", "GFLOPS", and "MAdds" in other people's tables without being off by a factor of two;
# - estimate how large a batch fits into a given memory;
# - explain, and show by measurement, why two networks with equally many MACs take different times;
# - draw accuracy against cost, read off which networks are worth considering, and say what such a chart leaves out.
#
# </div>
#
# **Prerequisites.** Arithmetic intensity (lesson 1), the cost of a layer (lesson 5), AlexNet to ResNet (lessons 5 to 10). **Time.** About an hour and a half, and less than a minute of computing on two CPU cores.
#
# ## Notation
#
# | symbol | meaning |
# |:--|:--|
# | $P$ | parameters of a network |
# | $M$ | MACs for one image |
# | $A$ | activations for one image: numbers that all layers together put out |
# | $N$ | images in a batch |
# | $t(N)$ | time for a batch of $N$ images |
#
# ## Set up

# %%
import math
import re
import sys
import time
from functools import partial
from math import prod
from typing import NamedTuple

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from cycler import cycler

# %% [markdown]
# Nothing is trained in this lesson. Networks are counted on paper, and some of them are run to see how long they take, on images of noise. **The measured numbers in the text belong to the CPU profile.**

# %%
PROFILES = {
    "cpu": {
        "data": "noise",  # what the timed networks look at: "noise" or "blank"
        "timed": [  # VGG-19, ZFNet and ResNet-152 would only make you wait
            *("AlexNet", "VGG-16", "GoogLeNet", "ResNet-18", "ResNet-50"),
            *("SqueezeNet", "MobileNet", "DenseNet-121", "ResNeXt-50", "EfficientNet-Lite0"),
        ],
        "batch": 32,
        "batch_side": 64,  # rows and columns of the images in the batch; 224 would take minutes on a CPU
        "repeats": 6,  # of every measurement of time
        "batch_repeats": 3,
        "layer_repeats": 20,
    },
    "gpu": {
        "data": "noise",
        "timed": [
            *("AlexNet", "VGG-16", "GoogLeNet", "ResNet-18", "ResNet-50"),
            *("SqueezeNet", "MobileNet", "DenseNet-121", "ResNeXt-50", "EfficientNet-Lite0"),
        ],
        "batch": 32,
        "batch_side": 224,
        "repeats": 20,
        "batch_repeats": 10,
        "layer_repeats": 50,
    },
}
HAS_GPU = bool(tf.config.list_physical_devices("GPU"))
CONFIG = PROFILES["gpu" if HAS_GPU else "cpu"]
# Everything that sets the length of a run, cut to the bone. For a quick look:
# CONFIG.update(CONFIG["smoke"])
CONFIG["smoke"] = {
    "timed": ["ResNet-18", "SqueezeNet", "MobileNet"],
    "batch": 2,
    "batch_side": 64,
    "repeats": 1,
    "batch_repeats": 1,
    "layer_repeats": 1,
}

# %% [markdown]
# The helpers that set the look of figures, read a network from a line of text, count it, build it, and measure time are those of other lessons. Unfold them if you are curious.

# %% include tags=["hide-input"]
from convlab.compact_networks import NETWORKS, count_layer, count_network
from convlab.convolution import fastest_times
from convlab.figures import COLORS, set_figure_style
from convlab.layer_costs import LayerCost, cost_of_layer, count_positions
from convlab.layer_notation import BLOCKS, CONVOLUTION, POOLING, WORDS, expand, read_network, read_word
from convlab.network_building import build, convolve, grow_graph

# %%
set_figure_style()
rng = np.random.default_rng(0)

# %% [markdown]
# ## Every network on one page
#
# To compare networks, they have to be written down in one language. Lesson 12 introduces one in which a layer is a word and a network a line, together with functions that read, count, and build such lines; we borrow it. `3x3-64/2` is a convolution with 64 filters of 3x3 and stride 2, `3x3-64-g8` one with 8 groups, `3x3-dw` one that filters every channel by itself (a **depthwise convolution**, lesson 12). `max3/2` is max-pooling, `gap` global average pooling, `fc-1000` a fully connected layer, `[ a | b ] concat` and `[ a | ] add` are branches that meet. A `v` stands for "valid" padding, all other layers have "same". Blocks have names and numbers: `conv(64)*2` is VGG's pair of 3x3 convolutions with their ReLUs.
# %% include
from convlab.complexity import COURSE_BLOCKS, COURSE_NETWORKS, IMAGE_SIZES, course_text

# %%
print("one fire module of SqueezeNet:", expand("fire(16,64)"))
print("the beginning of ResNet-50:", course_text("ResNet-50")[:85], "...")

# %% [markdown]
# Thirteen networks on one page. Eight of them you know. SqueezeNet, MobileNet, DenseNet-121, and ResNeXt-50 are the subject of lesson 12; for now each is a name with a cost. EfficientNet-Lite0 is the network that classified photographs in lesson 4. AlexNet is the one-tower form of the lecture's table (lesson 5), SqueezeNet its version 1.0.
#
# All take images of 224x224, with two exceptions that are a matter of padding: one row of zeros makes ZFNet's 224 into 225, and SqueezeNet 1.0 comes out right with 227, as its authors' files have it.
#
# ## Four quantities, four bills
#
# **Parameters** $P$: the learned numbers. Each takes 4 bytes in single precision. They decide the size of the file, the time of a download, the memory that is taken before the first image arrives. Moving statistics of batch normalization (BN) are stored as well, but not learned; we leave them out, as torchvision does.
#
# **MACs** $M$: one multiplication and the addition of its product, counted for convolutions and fully connected layers. They decide how much arithmetic there is, and with it a part of the energy. $M$ depends on the size of the image; $P$, in a network that ends in global average pooling, does not.
#
# **Activations** $A$: the numbers that the layers put out. In training all of them are kept until the backward pass has used them, times the batch size. In use they can be thrown away as soon as the next layer has read them, so what counts there is only the largest few that live at the same time. What exactly counts as an activation is a convention. Ours: a ReLU or a dropout can write over its input, and a flatten moves nothing, so these three count nothing; every other output counts once.
#
# **Time** $t(N)$: seconds from the image to the answer, called **latency**, usually for a batch of one; or images per second in large batches, the **throughput**. Time belongs to a network **on a device with a library**. It cannot be counted, only measured.
#
# The first three are sums over layers, and each layer's share is known from lesson 5. For a convolution with $k \times k$ kernels in $G$ groups,
#
# $$P = k^2\, \frac{C_{in}}{G}\, C_{out}\ (+\, C_{out}), \qquad M = H\, W\, k^2\, \frac{C_{in}}{G}\, C_{out}, \qquad A = H\, W\, C_{out} \tag{1}$$
#
# Look at what $M$ and $A$ share: the positions $H W$. Early layers have many positions and few channels; they are expensive in $M$ and $A$ and cheap in $P$. Late layers are the other way round. So the same network looks different through each of the three windows.

# %% include
from convlab.complexity import Complexity, complexity_of, course_complexities

# %% [markdown]
# **Predict, then run.** Which network has the most parameters, which the most activations? Rank AlexNet, DenseNet-121, and MobileNet in each column before you look.

# %%
costs = course_complexities()
print(
    f"{'':20s}{'parameters':>13s}{'file, MB':>10s}{'MACs, millions':>16s}{'activations':>13s}{'MACs / par.':>13s}"
)
for name, cost in costs.items():
    print(f"{name:20s}{cost.parameters:>13,d}{4 * cost.parameters / 1e6:>10.1f}", end="")
    print(f"{cost.macs / 1e6:>16,.0f}{cost.activations:>13,d}{cost.macs / cost.parameters:>13.0f}")

# %% figure alt="Three panels of horizontal bars for thirteen networks on logarithmic axes. Parameters: VGG-19, VGG-16, ZFNet, AlexNet and ResNet-152 are longest, SqueezeNet is shortest. MACs: VGG-19 and VGG-16 are longest, EfficientNet-Lite0 is shortest. Activations: ResNet-152, ResNeXt-50, DenseNet-121 and ResNet-50 are longest, AlexNet is shortest by far." tags=["hide-input"]
fig, axes = plt.subplots(1, 3, figsize=(7.5, 4.6), sharey=True)
panels = (
    ("Parameters", "parameters", "blue", 1e6),
    ("MACs", "macs", "orange", 1e9),
    ("Activations", "activations", "green", 1e6),
)
names = list(costs)
for ax, (title, field, color, unit) in zip(axes, panels, strict=True):
    values = [getattr(costs[name], field) / unit for name in names]
    ax.barh(names, values, color=COLORS[color])
    for y, value in enumerate(values):
        ax.text(value * 1.12, y, f"{value:.2g}" if value < 100 else f"{value:.0f}", va="center", fontsize=10)
    ax.set_xscale("log")
    ax.set_xlim(min(values) / 2, max(values) * 5)
    ax.set_xlabel("billions" if unit == 1e9 else "millions")
    ax.set_title(title)
    ax.grid(axis="y", visible=False)
    ax.minorticks_off()
axes[0].invert_yaxis()
plt.show()

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# Parameters: VGG-19 leads; AlexNet 61.1 million, DenseNet-121 8.0, MobileNet 4.2. MACs: DenseNet-121 2,834 million, AlexNet 717, MobileNet 569. Activations: ResNet-152 leads; DenseNet-121 33.1 million, MobileNet 10.1, AlexNet 0.59.
#
# </details>
#
# The last column of the table says how often a parameter is used for one image, on average. In AlexNet it is 12 times: nearly all its parameters sit in fully connected layers, where each is used once. In SqueezeNet, which has no fully connected layer, it is 667 times. **Few parameters used often, or many parameters used once: both can be the same amount of work.** SqueezeNet has 2 % of AlexNet's parameters and 16 % more MACs.
#
# And activations go their own way. Networks with BN count two outputs per convolution, that of the convolution and that of the normalization. Networks with many thin layers, such as DenseNet, put out a lot while learning little per output. The smallest network of all by $A$ is AlexNet, because its first layer takes steps of 4 pixels and pooling follows at once.
#
# ## A second opinion
#
# A count is easily wrong: a stride forgotten, groups not divided by, a shortcut's projection left out. So it should be checked by something that shares no code with it. TensorFlow has such a thing, a profiler that walks through the operations of a graph and knows for each how many floating-point operations (FLOPs, lesson 1) it takes. It sees the network as TensorFlow does, not as we wrote it down.

# %% include
from convlab.complexity import profiled_macs, profiled_operations

# %%
checked = {}
for name in ("AlexNet", "GoogLeNet", "ResNet-18", "SqueezeNet", "MobileNet", "ResNeXt-50"):
    side = IMAGE_SIZES.get(name, 224)
    with keras.StatelessScope(initialize_variables=False):  # the shapes of weights, without their memory
        model = build(course_text(name), (side, side, 3))
    checked[name] = profiled_macs(model)
    ratio = checked[name] / costs[name].macs
    print(f"{name:12s} counted {costs[name].macs:>13,d}   profiler {checked[name]:>13,d}   ratio {ratio:.4f}")
mobilenet_operations = profiled_operations(build("3x3-dw bn relu 1x1-64", (56, 56, 32)))
print("FLOPs of a depthwise separable pair:", mobilenet_operations)

# %% [markdown]
# The two agree to the last digit, in networks with branches, with groups, and with depthwise convolutions. (The tests of this book check all thirteen.) Four things are worth knowing about such counters.
#
# - **They count FLOPs, we count MACs.** A MAC is two FLOPs. Which of the two a table means, it often does not say, and the word is no help: torchvision's column "GFLOPS" has 4.09 for ResNet-50 ([@torchvisionmodels2026]), which is the number of **MACs** in billions. The paper on ResNet, too, speaks of FLOPs and means "multiply-adds" ([@he2016]).
# - **They count more.** The profiler also counts the arithmetic of BN and biases. Compared with convolutions it is little, about one part in a hundred for MobileNet.
# - **Conventions differ.** The authors of EfficientNet-Lite0 report 407 million multiply-adds ([@efficientnetlite2020]); we and the profiler find 385. What else they counted, they do not say. Compare numbers that come from one counter.
# - **They can overlook something.** TensorFlow's profiler does not look inside functions that a graph calls, and Keras puts grouped convolutions into such functions. Our first count of ResNeXt-50 came out 5 % too small, exactly its grouped 3x3 convolutions. That is what the two lines about `run_functions_eagerly` are for. A check that disagrees is a reason to look at both sides.
#
# ## What MACs and parameters do to energy
#
# For a battery, arithmetic is not the main item; moving numbers is. As reported by Horowitz for a chip of the year 2014 ([@horowitz2014]), a 32-bit floating-point multiplication takes about 3.7 picojoules and an addition 0.9, but fetching 32 bits from the main memory (DRAM) takes about 640. Newer chips have other numbers, and the gap has remained.
#
# **Predict, then run.** A single image goes through the network, and every weight is fetched from main memory once. For which networks does fetching the weights take more energy than all of the arithmetic?

# %%
MULTIPLY, ADD, FETCH = 3.7e-12, 0.9e-12, 640e-12  # joules
energy = {}
for name, cost in costs.items():
    energy[name] = {"arithmetic": cost.macs * (MULTIPLY + ADD), "weights": cost.parameters * FETCH}
    arithmetic, weights = (1000 * part for part in energy[name].values())
    print(
        f"{name:20s} arithmetic {arithmetic:6.1f} mJ, weights {weights:6.1f} mJ, ratio {weights / arithmetic:5.1f}"
    )

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# One fetch costs as much as 139 MACs, so the column "MACs / par." of the table decides: below 139, weights cost more. That holds for AlexNet (12 times as much), ZFNet (7 times), EfficientNet-Lite0 (1.7 times), VGG-16 (1.2 times), and by a hair for VGG-19 and MobileNet. For GoogLeNet, the ResNets, DenseNet, ResNeXt, and SqueezeNet, arithmetic costs more.
#
# </details>
#
# This is a rough estimate. Activations have to be moved as well, and caches avoid part of the way. But it shows why people compress weights even where nobody minds the size of the file, and why batches save energy: they fetch each weight once for many images (lesson 1).
#
# ## What fits into memory
#
# Training with momentum holds three numbers per parameter: the weight, its gradient, its velocity (lesson 5). On top come the activations of the whole batch. With 4 bytes per number,
#
# $$\text{bytes} = 4\,(3 P + N A) \tag{2}$$
#
# **Predict, then run.** A graphics card has 8 GB. Which of the networks can be trained with the largest batch, which with the smallest, and what is the factor between them?

# %%
CARD = 8e9  # bytes
largest_batch = {
    name: int((CARD / 4 - 3 * cost.parameters) // cost.activations) for name, cost in costs.items()
}
for name in sorted(largest_batch, key=largest_batch.get):
    share = 12 * costs[name].parameters / costs[name].training_bytes(largest_batch[name])
    print(
        f"{name:20s} largest batch {largest_batch[name]:>5,d}   weights, gradients, velocities {share:5.1%}"
    )

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# ResNet-152 gets a batch of about 30, AlexNet one of about 3,000: a factor of 100, although the two have almost the same number of parameters. In all modern networks the weights are a small part of the bill.
#
# </details>
#
# Read (2) as a lower bound. Libraries keep additional copies, workspaces for fast convolutions, and the gradients of activations for a while. On the other side, half precision halves the second term, and recomputing activations in the backward pass trades time for memory. What does **not** help is a smaller file: with a batch of 32, DenseNet-121 needs more memory than VGG-16, which has 17 times its parameters.

# %%
for name in ("DenseNet-121", "VGG-16"):
    print(f"{name}: {costs[name].training_bytes(32) / 1e9:.2f} GB with a batch of 32")

# %% [markdown]
# ## MACs are not time
#
# Now the clock. We run ten of the networks on this machine, a batch of one image of 224x224, the same round again and again for all of them, and keep the shortest time of each. On a CPU our clock is the processor's own, added up over its cores: it stands still while other programs are at work, so that the comparison can be repeated on a busy machine. (For an app you would look at the clock on the wall.) Seconds depend on your machine, so we give **ratios to ResNet-18**. To save memory and time the weights are all zero; a processor multiplies zeros as fast as other numbers.

# %% include
from convlab.complexity import BLANKS, blank_network

# %% [markdown]
# Batches of 32 at full size would take minutes on a CPU. So the second measurement uses 32 images of 64x64, which is 2.6 times the arithmetic of one image of 224x224, and only networks that end in global average pooling and take images of any size.
#
# **Predict, then run.** ResNeXt-50 has 3 % more MACs than ResNet-50, MobileNet has 3.2 times fewer than ResNet-18, EfficientNet-Lite0 4.7 times fewer. How will their times compare? And VGG-16 with 8.5 times more than ResNet-18?

# %%
wait = tf.test.experimental.sync_devices if HAS_GPU else None  # a GPU works on while Python continues
clock = time.perf_counter if HAS_GPU else time.process_time
make_images = {"noise": lambda *shape: rng.normal(size=shape), "blank": lambda *shape: np.zeros(shape)}
side = CONFIG["batch_side"]
batch_images = tf.constant(make_images[CONFIG["data"]](CONFIG["batch"], side, side, 3), "float32")
single_calls, batch_calls = {}, {}
for name in CONFIG["timed"]:
    text, extent = course_text(name), IMAGE_SIZES.get(name, 224)
    any_size = "flatten" not in text
    network = blank_network(text, (None, None, 3) if any_size else (extent, extent, 3))
    image = tf.constant(make_images[CONFIG["data"]](1, extent, extent, 3), "float32")
    single_calls[name] = partial(network, image)
    if any_size:
        batch_calls[name] = partial(network, batch_images)
single_seconds = fastest_times(single_calls, CONFIG["repeats"], wait, clock)
batch_seconds = fastest_times(batch_calls, CONFIG["batch_repeats"], wait, clock)

# %%
YARDSTICK = "ResNet-18"


def relative(quantities):
    """Divide all values of a dictionary by that of ResNet-18."""
    return {name: value / quantities[YARDSTICK] for name, value in quantities.items()}


macs_ratio = relative({name: costs[name].macs for name in single_calls})
time_ratio, batch_ratio = relative(single_seconds), relative(batch_seconds)
print(
    f"{'relative to ResNet-18':22s}{'MACs':>8s}{'t(1), 224':>11s}{'t(32), ' + str(side):>11s}{'time per MAC':>14s}"
)
for name in sorted(single_calls, key=macs_ratio.get):
    in_batch = f"{batch_ratio[name]:.2f}" if name in batch_ratio else "-"
    print(f"{name:22s}{macs_ratio[name]:>8.2f}{time_ratio[name]:>11.2f}{in_batch:>11s}", end="")
    print(f"{time_ratio[name] / macs_ratio[name]:>14.2f}")

# %% [markdown]
# The figure shows the same twice. On the left, time against MACs: if MACs were time, all points would lie on the line. On the right, the time of one MAC against the **arithmetic intensity** of lesson 1, here for a whole network: FLOPs divided by the bytes that move if every activation is written once and read once, and every weight is read once,
#
# $$I = \frac{2 M}{4\,(2 A + P)} \tag{3}$$

# %%
intensity = {
    name: 2 * costs[name].macs / (4 * (2 * costs[name].activations + costs[name].parameters))
    for name in single_calls
}
per_mac = {name: time_ratio[name] / macs_ratio[name] for name in single_calls}

# %% figure alt="Two scatter plots of the timed networks with logarithmic axes. Left: time against MACs, both relative to ResNet-18, with a diagonal line for time equal to MACs. VGG-16, ResNet-50, GoogLeNet and SqueezeNet lie near the line, and AlexNet, MobileNet, EfficientNet-Lite0 and ResNeXt-50 above it. Right: time per MAC against arithmetic intensity: the points fall from upper left, with AlexNet, EfficientNet-Lite0 and MobileNet, to lower right, where SqueezeNet, the ResNets, GoogLeNet and VGG-16 lie close together; ResNeXt-50 lies above the others of its intensity." tags=["hide-input"]
fig, (left, right) = plt.subplots(1, 2, figsize=(7.5, 4.4))
families = {
    "blue": ("AlexNet", "VGG-16"),
    "vermilion": ("MobileNet", "EfficientNet-Lite0"),
    "orange": ("ResNeXt-50",),
}
look = {name: COLORS[color] for color, members in families.items() for name in members}
marks = {COLORS["blue"]: "s", COLORS["vermilion"]: "^", COLORS["orange"]: "D", COLORS["green"]: "o"}
short = {"EfficientNet-Lite0": "EffNet-Lite0", "DenseNet-121": "DenseNet"}
for ax, horizontal, vertical in ((left, macs_ratio, time_ratio), (right, intensity, per_mac)):
    for name in single_calls:
        color = look.get(name, COLORS["green"])
        ax.plot(horizontal[name], vertical[name], marks[color], color=color, markersize=8)
    ax.set(xscale="log", yscale="log")
    ax.minorticks_off()
span = np.array([min(macs_ratio.values()), max(macs_ratio.values())])
left.plot(span, span, color="black", linewidth=1, zorder=0)
left.set_xticks([0.25, 0.5, 1, 2, 4, 8], ["1/4", "1/2", "1", "2", "4", "8"])
left.set_yticks([0.25, 0.5, 1, 2, 4, 8], ["1/4", "1/2", "1", "2", "4", "8"])
left.set(xlabel="MACs, relative to ResNet-18", ylabel="time, relative to ResNet-18")
left.set_title("If MACs were time")
right.set_xticks([2, 5, 10, 20, 50, 100], [2, 5, 10, 20, 50, 100])
right.set_yticks([0.5, 1, 2, 4], ["1/2", "1", "2", "4"])
right.set(xlabel="FLOPs per byte", ylabel="time per MAC, ResNet-18: 1")
right.set_title("What one MAC costs")
LABEL_SHIFTS = {  # points to the right and up, for both panels
    "AlexNet": ((-6, 8), (8, 6)),
    "VGG-16": ((-48, -2), None),  # None: in the cloud at the lower right
    "GoogLeNet": ((8, -12), None),
    "ResNet-18": ((-46, 12), None),
    "ResNet-50": ((8, -12), None),
    "SqueezeNet": ((8, -8), None),
    "MobileNet": ((-8, -18), (8, 3)),
    "DenseNet-121": ((-62, 4), (-58, -8)),
    "ResNeXt-50": ((-72, 3), (8, 4)),
    "EfficientNet-Lite0": ((-6, 14), (6, 8)),
}
for name in single_calls:
    for ax, horizontal, vertical, shift in zip(
        (left, right), (macs_ratio, intensity), (time_ratio, per_mac), LABEL_SHIFTS[name], strict=True
    ):
        if shift is not None:
            point = (horizontal[name], vertical[name])
            ax.annotate(short.get(name, name), point, shift, textcoords="offset points", fontsize=10)
right.text(95, 0.83, "SqueezeNet, ResNets,\nGoogLeNet, VGG-16", ha="right", va="top", fontsize=10)
plt.show()

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# ResNeXt-50 takes clearly longer than ResNet-50, in our runs about twice as long, with the same number of MACs. MobileNet and EfficientNet-Lite0 gain less time than they save MACs: one of their MACs takes longer than one of ResNet-18's. VGG-16 takes about as long as its MACs say: they are as cheap as those of ResNet-18.
#
# </details>
#
# The reasons, with what you can see of each in the figure:
#
# - **Memory.** Networks that do little with each number they move stand on the left and high. AlexNet stands there because of its 59 million fully connected weights, which a batch of one uses once; the two mobile networks because of their depthwise convolutions.
# - **Software.** ResNeXt-50 stands above its neighbors though its intensity is not low. Grouped convolutions on a CPU are not well supported by TensorFlow (lesson 12). The same network on another device, with another library, has another place.
# - **Fixed costs.** Every layer has to be started, and its output has to be finished before the next one begins. DenseNet-121 has 120 convolutions; AlexNet has five.
#
# With a batch, MACs that waited for weights get cheaper, as lesson 1 showed for single layers. Canziani, Paszke, and Culurciello, who made such comparisons popular, found in 2016 that the number of operations was a **good** predictor of time ([@canziani2016]). They had AlexNet to ResNet and Inception on a small embedded GPU: networks of ordinary convolutions. Among ordinary convolutions the rule still works. The networks designed to have few MACs are the ones that break it.
#
# ### One layer under the microscope
#
# To see the effect of memory alone, take a single layer: a 3x3 convolution on a feature map of 28x28 with 256 channels in and out, and its depthwise form.
#
# **Predict, then run.** The depthwise form has 256 times fewer MACs. How many times faster is it?

# %%
maps = tf.constant(rng.normal(size=(8, 28, 28, 256)), "float32")
forms = {"standard": "3x3-256", "depthwise": "3x3-dw"}
layer_calls, layer_counts = {}, {}
for form, text in forms.items():
    layer_counts[form] = complexity_of(text, (28, 28, 256))
    layer_calls[form] = partial(blank_network(text, (28, 28, 256)), maps)
layer_seconds = fastest_times(layer_calls, CONFIG["layer_repeats"], wait, clock)
fewer_macs = layer_counts["standard"].macs / layer_counts["depthwise"].macs
less_time = layer_seconds["standard"] / layer_seconds["depthwise"]
map_size = 28 * 28 * 256
for form, count in layer_counts.items():
    moved = 4 * (8 * 2 * map_size + count.parameters)  # bytes for the batch: maps in, maps out, weights
    print(
        f"{form:10s} {8 * count.macs / 1e6:7.0f} million MACs, {16 * count.macs / moved:6.1f} FLOPs per byte"
    )
print(f"{fewer_macs:.0f} times fewer MACs, {less_time:.0f} times faster")

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# Far less than 256 times; in our runs some 30 times. Both forms have to read and to write the same feature maps. The standard form does almost 490 FLOPs for each byte it moves, the depthwise form about 2. On a processor that can do, say, ten FLOPs in the time in which one byte arrives, the second one spends most of its time waiting.
#
# </details>
#
# ## The bubble chart
#
# Now the accuracies. They are the only numbers in this lesson that we have not computed, and lesson 4 taught what to ask about such a number: which images, how many crops, how many networks, whose weights. Here: **top-1 accuracy on the validation images of ILSVRC, one network, one central crop.**
#
# | networks | reported by | remarks |
# |:--|:--|:--|
# | AlexNet, VGG-16, VGG-19, GoogLeNet, ResNet-18, 50, 152, SqueezeNet 1.0, DenseNet-121, ResNeXt-50 | torchvision, the first set of weights of each ([@torchvisionmodels2026]) | its GoogLeNet has BN and differs in a few layers |
# | MobileNet | Keras Applications ([@kerasapplications2026]) | |
# | EfficientNet-Lite0 | its authors' repository ([@efficientnetlite2020]) | trained with newer methods than the others |
# | ZFNet | its paper, a single network ([@zeiler2014]) | **another protocol**: the paper's own way of testing; shown as a hollow bubble |

# %%
top1 = {
    "AlexNet": 56.522,
    "ZFNet": 61.6,
    "VGG-16": 71.592,
    "VGG-19": 72.376,
    "GoogLeNet": 69.778,
    "ResNet-18": 69.758,
    "ResNet-50": 76.130,
    "ResNet-152": 78.312,
    "SqueezeNet": 58.092,
    "MobileNet": 70.4,
    "DenseNet-121": 74.434,
    "ResNeXt-50": 77.618,
    "EfficientNet-Lite0": 75.1,
}

# %% figure alt="Bubble chart: top-1 accuracy against MACs on a logarithmic axis, area of a bubble proportional to parameters. Upper left EfficientNet-Lite0, at 75 percent with the fewest MACs and a small bubble. To the right of it, higher up, DenseNet-121, ResNet-50, ResNeXt-50 and ResNet-152. Lower left AlexNet with a large bubble and SqueezeNet with a tiny one, both below 60 percent. Far right the two huge bubbles of VGG-16 and VGG-19 at 72 percent." tags=["hide-input"]
fig, ax = plt.subplots(figsize=(7.5, 5.0))
groups = {
    "blue": ("AlexNet", "ZFNet", "VGG-16", "VGG-19"),
    "green": ("GoogLeNet", "ResNet-18", "ResNet-50", "ResNet-152", "DenseNet-121", "ResNeXt-50"),
    "vermilion": ("SqueezeNet", "MobileNet", "EfficientNet-Lite0"),
}
AREA = 12  # square points for a million parameters
for color, members in groups.items():
    for name in members:
        ax.scatter(
            costs[name].macs / 1e9,
            top1[name],
            s=AREA * costs[name].parameters / 1e6,
            facecolor="none" if name == "ZFNet" else COLORS[color] + "70",
            edgecolor=COLORS[color],
            linewidth=1.5,
        )
        ax.plot(costs[name].macs / 1e9, top1[name], ".", color="black", markersize=3)
BUBBLE_LABELS = {  # points to the right and up, alignment
    "AlexNet": (17, -10, "left"),
    "ZFNet": (17, -5, "left"),
    "VGG-16": (0, -36, "center"),
    "VGG-19": (0, 26, "center"),
    "GoogLeNet": (-8, -14, "right"),
    "ResNet-18": (9, -10, "left"),
    "ResNet-50": (-2, -22, "left"),
    "ResNet-152": (17, 4, "left"),
    "SqueezeNet": (5, 8, "left"),
    "MobileNet": (-7, -13, "center"),
    "DenseNet-121": (-9, 3, "right"),
    "ResNeXt-50": (-12, 4, "right"),
    "EfficientNet-Lite0": (-4, 9, "left"),
}
bubble_texts = {}
for name, (x, y, alignment) in BUBBLE_LABELS.items():
    bubble_texts[name] = ax.annotate(
        name,
        (costs[name].macs / 1e9, top1[name]),
        (x, y),
        textcoords="offset points",
        ha=alignment,
        va="center",
        fontsize=10,
    )
for millions, x in ((5, 2.6), (50, 4.3), (140, 8.6)):
    ax.scatter(x, 58.5, s=AREA * millions, facecolor="#DDDDDD", edgecolor=COLORS["gray"])
    ax.text(x, 55.2, f"{millions}", ha="center", va="center", fontsize=10)
ax.text(4.7, 53.6, "million parameters", ha="center", va="center", fontsize=10)
ax.set(xscale="log", xlim=(0.3, 32), ylim=(52.5, 80.5))
ax.set_xticks([0.5, 1, 2, 5, 10, 20], ["0.5", "1", "2", "5", "10", "20"])
ax.minorticks_off()
ax.set(xlabel="MACs for one image, billions (logarithmic)", ylabel="top-1 accuracy in %, one crop")
ax.set_title("What the networks of this book cost, and what they reach")
plt.show()

# %% [markdown]
# Charts of this kind became known through [@canziani2016]. Read ours as a story from left to right and from large to small. VGG bought 15 points over AlexNet with twenty times the work. GoogLeNet had nearly as much with a tenth of VGG's work and a twentieth of its parameters. ResNet-50 passed both. Then there are two directions: further up, with ResNeXt and ResNet-152, and further to the left, with MobileNet and EfficientNet-Lite0.
#
# **What a chart like this, and the lecture's slide, can show:** the trade of accuracy against one cost, with a second cost as area. Area is a weak channel: few readers can say whether one bubble is twice or three times as large as another, so use the table for numbers.
#
# **What it does not show:**
#
# - **time**, on whichever device. We have just seen how far MACs may be from it;
# - **activations**, so that DenseNet-121 looks like a light network;
# - **how the weights were trained.** torchvision has a second set of weights for ResNet-50, trained longer and with more augmentation, and reports 80.858 % for it ([@torchvisionmodels2026]). Same network, same place on the horizontal axis, 4.7 points higher: more than the whole distance from ResNet-50 to ResNet-152. A point on this chart is a network **with its training**;
# - **the protocol**, unless somebody writes it down. Ten crops instead of one cost ten times the MACs;
# - **uncertainty.** Two networks 0.02 points apart, such as GoogLeNet and ResNet-18, are equal. Each point is a single training; another seed moves it by a few tenths (lesson 3 showed how much a seed can do);
# - **other tasks.** Accuracy on ILSVRC is a guess at the accuracy on your images, no more.
#
# ## The front
#
# Thirteen networks are too many to think about. Some can be dropped at once: why would anybody take a network if another one is more accurate **and** cheaper? What is left is called the **Pareto front**, after Vilfredo Pareto, an economist.
#
# A picture makes it plain. Imagine a budget that grows from left to right, and at each point draw the best accuracy that can be bought with it. The result is a staircase. It is flat as long as more budget buys nothing better, and rises wherever a network is the first to offer more. The networks at the front edges of the steps are the ones worth thinking about; all others are below the stairs.


# %%
def affordable(budget, price, quality):
    """Return the best quality among the networks whose price is within the budget, or None."""
    return max((quality[name] for name in price if price[name] <= budget), default=None)


prices = {
    "MACs, billions": {name: cost.macs / 1e9 for name, cost in costs.items()},
    "parameters, millions": {name: cost.parameters / 1e6 for name, cost in costs.items()},
    "activations, millions": {name: cost.activations / 1e6 for name, cost in costs.items()},
}
stairs = {}
for title, price in prices.items():
    budgets = np.geomspace(0.8 * min(price.values()), 1.5 * max(price.values()), 400)
    stairs[title] = budgets, [affordable(budget, price, top1) for budget in budgets]

# %% figure alt="Three panels of top-1 accuracy against a cost on a logarithmic axis, each with a staircase of the best accuracy that the budget buys. MACs: the stairs begin high, at EfficientNet-Lite0, and rise at ResNet-50, ResNeXt-50 and ResNet-152. Parameters: they begin at SqueezeNet and rise at MobileNet, EfficientNet-Lite0, ResNeXt-50 and ResNet-152. Activations: they begin at AlexNet and rise at ZFNet, GoogLeNet, MobileNet, EfficientNet-Lite0, ResNet-50, ResNeXt-50 and ResNet-152." tags=["hide-input"]
EDGE_LABELS = {  # points to the right and up, alignment
    "MACs, billions": {
        "EfficientNet-Lite0": (-2, -14, "left"),
        "ResNet-50": (-7, 0, "right"),
        "ResNeXt-50": (-7, 3, "right"),
        "ResNet-152": (-2, 12, "right"),
    },
    "parameters, millions": {
        "SqueezeNet": (0, -13, "left"),
        "MobileNet": (-8, 0, "right"),
        "EfficientNet-Lite0": (-2, 12, "center"),
        "ResNeXt-50": (-7, 4, "right"),
        "ResNet-152": (-2, 12, "right"),
    },
    "activations, millions": {
        "AlexNet": (2, -13, "left"),
        "ZFNet": (-8, 4, "right"),
        "GoogLeNet": (-8, -5, "right"),
        "MobileNet": (-8, 8, "right"),
    },
}
LEFT_EDGES = {"MACs, billions": 0.3, "parameters, millions": 0.3, "activations, millions": 0.3}
fig, axes = plt.subplots(1, 3, figsize=(7.5, 4.4), sharey=True)
for ax, (title, price) in zip(axes, prices.items(), strict=True):
    budgets, best = stairs[title]
    reached = [(b, q) for b, q in zip(budgets, best, strict=True) if q is not None]
    ax.step(*zip(*reached, strict=True), where="post", color=COLORS["orange"], linewidth=2)
    for name, value in price.items():
        at_edge = affordable(value, price, top1) == top1[name]
        ax.plot(
            value,
            top1[name],
            "o" if at_edge else "x",
            color=COLORS["blue"] if at_edge else COLORS["gray"],
            markersize=7 if at_edge else 6,
        )
    for name, (x, y, alignment) in EDGE_LABELS[title].items():
        label = name.replace("Efficient", "Eff")
        place = {"xytext": (x, y), "textcoords": "offset points", "ha": alignment, "va": "center"}
        ax.annotate(label, (price[name], top1[name]), **place, fontsize=10)
    ax.set(xscale="log", xlabel=title, ylim=(54, 80.5))
    ax.set_xlim(left=LEFT_EDGES[title])
    ax.minorticks_off()
axes[0].set_xticks([0.5, 2, 10], ["0.5", "2", "10"])
axes[1].set_xticks([1, 10, 100], ["1", "10", "100"])
axes[2].set_xticks([1, 10, 50], ["1", "10", "50"])
axes[0].set_ylabel("top-1 accuracy in %")
fig.suptitle("The best that a budget buys (blue: at an edge of the stairs)", fontsize=12)
plt.show()

# %% [markdown]
# **Predict before you compare the panels.** Which networks are at an edge in all three? Can a network be at an edge for parameters and not for MACs?
#
# <details class="answer"><summary>Answer</summary>
#
# EfficientNet-Lite0, ResNeXt-50, and ResNet-152 are at an edge in all three. SqueezeNet and MobileNet are at an edge for parameters, not for MACs: EfficientNet-Lite0 has fewer MACs than either and is more accurate. AlexNet, of all networks, is at an edge for activations, because nothing puts out fewer. **A front belongs to a cost.** With every cost that you add, more networks have something that no other one has.
#
# </details>
#
# (The figure's test for an edge, "nothing within this budget is better", is careless: of two networks with the same accuracy it also marks the dearer one. There is no such pair here.)
#
# Two warnings. A network below the stairs is not a bad network: ResNet-18 is below them in every panel, and is used everywhere because it is simple, fast, and supported by every tool. And an edge that is ahead by less than the uncertainty of the measurement is not ahead. In the assignment you write the function that finds the front, including the cases in which two networks tie.
#
# ## How to choose
#
# 1. Ask which bill hurts: file size, battery, memory in training, waiting time. Each has its own column.
# 2. Drop what is clearly beaten on **that** cost, and keep what is close.
# 3. Measure time for the few that are left, on the device and with the library that will be used, at the batch size that will be used.
# 4. Measure accuracy on your own images, with several seeds. Lesson 13 shows how to start from a network that somebody else has trained.
#
# ## Common mistakes
#
# <div class="box mistakes">
#
# - **MACs and FLOPs mixed.** A factor of two between two tables is almost always this. Compute one well-known network yourself (ResNet-50: 4.09 billion MACs) and see what the table says.
# - **"Fewer parameters, so less memory in training."** Activations times batch size are the larger part in all but the oldest networks.
# - **"Fewer MACs, so faster."** Only among networks made of the same kinds of layer, on the same device.
# - **Time of the first call.** It includes tracing and compiling. Run once, then measure, several times, and take the shortest.
# - **Networks timed one after the other.** If the machine gets busy in the meantime, the second one looks slow. Let them take turns.
# - **Images of different sizes compared.** $M$ and $A$ grow with $H W$: from 224 to 299 pixels by a factor of 1.8.
# - **Accuracies of different protocols in one chart**, without a sign.
# - **A chart with linear axes**, in which VGG sits at the right and all others are a heap at the left.
# - **Radius proportional to parameters instead of area.** Then a network with twice the parameters looks four times as large.
#
# </div>
#
# ## Self-check
#
# <div class="box quiz">
#
# **1.** A table says "ResNet-18: 3.6 GFLOPs", another one "1.8 GFLOPs". Which one is wrong?
#
# <details class="answer"><summary>Answer</summary>
#
# Neither need be. ResNet-18 has 1.81 billion MACs, which are 3.63 billion FLOPs. The second table counts MACs and calls them FLOPs.
#
# </details>
#
# **2.** All images get twice as many rows and columns. What becomes of $P$, $M$, and $A$ in ResNet-50? And in VGG-16?
#
# <details class="answer"><summary>Answer</summary>
#
# ResNet-50: $P$ stays, $M$ and $A$ grow about four times. In VGG-16 the convolutions behave likewise, but the first fully connected layer gets four times as many inputs, so that $P$ grows as well, by 308 million.
#
# </details>
#
# **3.** Why does AlexNet gain more from a batch of 32 than ResNet-50?
#
# <details class="answer"><summary>Answer</summary>
#
# With one image it moves 61 million weights for 717 million MACs, 12 MACs for each. A batch moves them once for all its images. ResNet-50 uses each weight 160 times for a single image already.
#
# </details>
#
# **4.** A network has 10 million parameters and 20 million activations per image. How much memory does training with a batch of 64 take at least, and which part would half precision for activations save?
#
# <details class="answer"><summary>Answer</summary>
#
# $4 (3 \cdot 10 + 64 \cdot 20) \cdot 10^6 = 5.24 \cdot 10^9$ bytes. Half precision saves half of $5.12 \cdot 10^9$, so it leaves 2.68 GB.
#
# </details>
#
# **5.** Two networks have 2 billion MACs each. One has 20 layers, the other 200. Which one will be faster on a large GPU with a batch of one, and why?
#
# <details class="answer"><summary>Answer</summary>
#
# Most likely the one with 20 layers. Layers wait for each other, each has a fixed cost, and small layers do not fill a large GPU. With a large batch the difference shrinks.
#
# </details>
#
# **6.** Network X is at an edge of the stairs. Then somebody publishes network Y, which is cheaper and less accurate than X. Can X lose its place? And if Y is cheaper and more accurate?
#
# <details class="answer"><summary>Answer</summary>
#
# In the first case no: Y adds a step below X and takes nothing from it. In the second case X is below the stairs.
#
# </details>
#
# </div>
#
# ## Assignment
#
# Now count yourself: the parameters, the MACs, and the activations of any Keras model, taken apart layer by layer, and the front of any set of networks. The notebook has checks that you can run as often as you like.
#
# - [Open the assignment in Colab](colab:exercises/11_model_complexity/11_model_complexity.ipynb)
# - [See it in the repository](repository:exercises/11_model_complexity/11_model_complexity.ipynb)
#
# ## References
#
# [@references]
