# %% [markdown]
# # Batch normalization
#
# A convolutional network is a chain: whatever one layer puts out, the next must work with. **Batch normalization** (BN) puts a small, cheap station between the links. It looks at a whole mini-batch, moves every channel to mean 0 and variance 1, and then lets training choose a better mean and variance. Since its publication ([@ioffe2015]) it has been part of most convolutional networks that you will meet in this book.
#
# The idea fits in four lines of mathematics. Most of its difficulties do not: what is averaged, what happens when there is no batch, why a network that is right nine times out of ten while it trains can be lost the moment you use it. This lesson takes these apart one by one, and measures each claim.
#
# <div class="box goals">
#
# **What you will be able to do**
#
# - write the four equations of BN, and say for any input shape which numbers share a mean and a variance;
# - explain why training and inference compute different things, and follow the moving statistics that connect them;
# - translate between the momentum and variance conventions of the paper, Keras, and PyTorch;
# - derive the backward pass, and check a derivation numerically;
# - use every argument of Keras's `BatchNormalization` layer on purpose, and place the layer well;
# - recognize the inference trap and the small-batch problem in an experiment, and repair both;
# - fold BN into the layer before it;
# - separate what is known about why BN works from what is often repeated.
#
# </div>
#
# **Prerequisites.** Convolution of a batch of images (lesson 1), mini-batch gradient descent (lesson 2), the chain rule, mean and variance. **Time.** About two hours, and about one minute of computing on two CPU cores.
#
# ## Notation
#
# | symbol | meaning |
# |:--|:--|
# | $N, H, W, C$ | images in a batch, height, width, channels of a feature map; arrays have the shape $(N, H, W, C)$ |
# | $m$ | how many numbers are averaged for one mean: the batch size for a vector of features, $N \cdot H \cdot W$ for a feature map |
# | $d$ | features per example; a batch of feature vectors has the shape $(m, d)$ |
# | $x_i,\ \hat{x}_i,\ y_i$ | the $i$-th value of one feature or channel: before BN, normalized, after BN |
# | $\mu,\ \sigma^2$ | **batch statistics**: mean and variance of $x_1, \dots, x_m$ |
# | $\epsilon$ (`epsilon`) | small positive constant inside the square root |
# | $\gamma,\ \beta$ (`gamma`, `beta`) | learned scale and shift, one pair per feature or channel |
# | $\tilde\mu,\ \tilde\sigma^2$ (`moving_mean`, `moving_variance`) | **moving statistics**: averages of the batch statistics, kept for inference |
# | $\rho$ (`momentum`) | share of the old moving statistic that survives one update, in Keras's convention |
# | $L$ | the loss; $\partial L / \partial y_i$ is what backpropagation hands to BN |
#
# ## Set up

# %%
import inspect
import sys
import textwrap

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from cycler import cycler
from sklearn.datasets import load_digits

# %% [markdown]
# Everything that depends on your machine stands in one place. With a GPU the experiments run on CIFAR-10 with half-precision arithmetic and XLA compilation; without one they run on 1,797 handwritten digits of 8x8 pixels ([@alpaydin1998]). **The numbers in the text belong to the CPU profile.**

# %%
PROFILES = {
    "cpu": {
        "data": "digits",  # ships inside scikit-learn
        "num_train": 1400,
        "num_test": 397,
        "width": 16,  # filters per convolution
        "depth": 6,  # convolutions
        "batch_size": 64,
        "epochs": 4,
        "learning_rates": [0.01, 0.1, 0.3, 1.0, 3.0],
        "group_sizes": [2, 4, 8, 64],
        "seeds": [0, 1, 2],  # every training is repeated with each of them
        "dtype": "float32",
        "jit_compile": False,  # XLA makes such small networks slower on a CPU
        "loss_scale": 1.0,
    },
    "gpu": {
        "data": "cifar10",  # needs a network; falls back to the digits
        "num_train": 20_000,
        "num_test": 2_000,
        "width": 32,
        "depth": 6,
        "batch_size": 128,
        "epochs": 4,
        "learning_rates": [0.01, 0.1, 0.3, 1.0, 3.0],
        "group_sizes": [2, 4, 8, 128],
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
    "width": 4,
    "depth": 3,
    "batch_size": 8,
    "epochs": 1,
    "learning_rates": [0.1, 1.0],
    "group_sizes": [2, 8],
    "seeds": [0],
}

# %% [markdown]
# Three helpers load the images. A fourth gives all figures of the book one look. Unfold them if you are curious; nothing later depends on how they work.

# %% include tags=["hide-input"]
from convlab.data import load_cifar10_images, load_digit_images, load_images

# %% include tags=["hide-input"]
from convlab.figures import COLORS, set_figure_style

# %%
set_figure_style()
keras.utils.set_random_seed(0)
data = load_images(CONFIG["data"], CONFIG["num_train"], CONFIG["num_test"])
x_train, y_train, x_test, y_test = data
print(f"train {x_train.shape}, test {x_test.shape}, mean {x_train.mean():.3f}, std {x_train.std():.3f}")

# %% [markdown]
# ## The four equations
#
# Take **one** feature: for instance the value of one neuron for each of the $m$ examples of a mini-batch, $x_1, \dots, x_m$. BN does four things to these $m$ numbers ([@ioffe2015]):
#
# $$\mu = \frac{1}{m} \sum_{i=1}^{m} x_i \tag{1}$$
#
# $$\sigma^2 = \frac{1}{m} \sum_{i=1}^{m} (x_i - \mu)^2 \tag{2}$$
#
# $$\hat{x}_i = \frac{x_i - \mu}{\sqrt{\sigma^2 + \epsilon}} \tag{3}$$
#
# $$y_i = \gamma\, \hat{x}_i + \beta \tag{4}$$
#
# Equations (1) and (2) measure the batch, (3) **normalizes** it, (4) scales and shifts the result. $\gamma$ and $\beta$ are learned like any weight; they start at 1 and 0. Note three details that are easy to get wrong:
#
# - the variance is the **biased** one, divided by $m$, not by $m - 1$;
# - $\epsilon$ stands **inside** the root, next to the variance; it keeps the division safe when a feature is constant;
# - $\mu$ and $\sigma^2$ are computed **from** $x$, so they are not constants: the gradient will flow through them.
#
# Here they are, one after the other, on eight numbers.

# %%
feature = np.array([4.0, 7.0, 5.0, 9.0, 6.0, 5.0, 8.0, 4.0])
m = len(feature)
gamma, beta, epsilon = 0.5, 2.0, 1e-3

mu = feature.sum() / m  # (1)
sigma2 = ((feature - mu) ** 2).sum() / m  # (2)
normalized = (feature - mu) / np.sqrt(sigma2 + epsilon)  # (3)
output = gamma * normalized + beta  # (4)

print(f"(1) mean            {mu:.3f}")
print(f"(2) variance        {sigma2:.3f}")
print(f"(3) normalized      {normalized.round(2)}")
print(f"    its mean        {abs(normalized.mean()):.6f}")
print(f"    its variance    {normalized.var():.6f}")
print(f"(4) output          {output.round(2)}")

# %% [markdown]
# **Predict, then run.** The variance of the normalized values is printed as a little less than 1. Is that rounding? What would it be for a feature whose variance is 0.001, with $\epsilon = 0.001$?
#
# <details class="answer"><summary>Answer</summary>
#
# It is not rounding. Dividing by $\sqrt{\sigma^2 + \epsilon}$ leaves a variance of $\sigma^2 / (\sigma^2 + \epsilon)$. For a feature with $\sigma^2 = \epsilon$ that is exactly one half. "Unit variance" holds for features that vary much more than $\epsilon$. Keras's default of 0.001 is a hundred times PyTorch's, which matters when you copy weights from one to the other.
#
# </details>
#
# The same four steps on something real: the values that the first convolution of a network puts out for a batch of images, before any activation function. The figure follows one channel. In the last panel we choose $\gamma$ and $\beta$ by hand to show what training is free to do: it decides how much of the channel a ReLU lets through, the activation function that keeps what is positive and sets the rest to 0 (lesson 5).

# %% figure alt="Four histograms of the same channel. Raw values are narrow and centered near one; after subtracting the mean they are centered at zero; after dividing by the root of the variance plus epsilon they have unit spread; after scale 1.5 and shift 1 the part right of zero, which a ReLU would pass, has grown to about three quarters." tags=["hide-input"]
keras.utils.set_random_seed(3)
first_convolution = keras.layers.Conv2D(8, 3)
responses = keras.ops.convert_to_numpy(first_convolution(x_train[: CONFIG["batch_size"]]))
spread = [responses[..., k].std() for k in range(8)]
# Adding 1 stands for a bias that training has learned.
channel = responses[..., int(np.argmax(spread))].ravel() + 1.0

centered = channel - channel.mean()
scaled = centered / np.sqrt((centered**2).mean() + epsilon)
panels = [
    (channel, "as it comes", "$x$", "gray"),
    (centered, "minus the mean", r"$x - \mu$", "sky"),
    (scaled, r"divided by $\sqrt{\sigma^2 + \epsilon}$", r"$\hat{x}$", "blue"),
    (1.5 * scaled + 1.0, r"times $\gamma = 1.5$, plus $\beta = 1$", r"$y$", "vermilion"),
]
fig, axes = plt.subplots(2, 2, figsize=(7.5, 4.8), sharex=True, sharey=True)
bins = np.linspace(-5, 6, 67)
for ax, (values, title, symbol, color) in zip(axes.flat, panels, strict=True):
    ax.hist(values, bins, color=COLORS[color], alpha=0.35, density=True)
    passed = values[values > 0]
    share = 1 / len(values) / (bins[1] - bins[0])
    ax.hist(passed, bins, color=COLORS[color], weights=np.full(len(passed), share))
    ax.axvline(values.mean(), color="black", linewidth=1.2)
    ax.set_title(title)
    ax.text(
        0.98,
        0.95,
        f"mean {round(float(values.mean()), 2) + 0.0:.2f}\nstd {values.std():.2f}\n{(values > 0).mean():.0%} pass a ReLU",
        transform=ax.transAxes,
        ha="right",
        va="top",
        fontsize=10,
    )
    ax.set_xlabel(symbol)
axes[0, 0].set_ylim(0, 0.95)
for ax in axes[:, 0]:
    ax.set_ylabel("density")
fig.suptitle("One channel on its way through the four equations (solid: passes a ReLU)", fontsize=12)
plt.show()

# %% [markdown]
# ### Why scale and shift again?
#
# It looks odd to normalize and then undo it. But a layer whose output is always centered and of unit variance can express less: every ReLU behind it would pass about half of its inputs, for ever. With $\gamma$ and $\beta$ the layer can restore any mean and variance: choose $\gamma = \sqrt{\sigma^2 + \epsilon}$ and $\beta = \mu$, and $y = x$. What changed is **who decides**. Before, the scale of a channel was a side effect of all the weights in front of it; now it is two numbers that gradient descent sets directly.
#
# A word on the usual summary "BN gives zero mean and unit variance": it is true for $\hat{x}$, per channel, in training, up to $\epsilon$. After (4) the mean is $\beta$ and the standard deviation is close to $|\gamma|$. (On the site, the page *Playground* has this to try by hand: sliders for all of these, and for the batch size.)
#
# ## Which numbers are averaged?
#
# The equations speak of $m$ numbers. Which ones?
#
# | layer before BN | shape | one mean and variance for each ... | averaged over | $m$ |
# |:--|:--|:--|:--|:--|
# | fully connected | $(m, d)$ | feature: $d$ of them | the batch | batch size |
# | convolution | $(N, H, W, C)$ | channel: $C$ of them | batch, rows, **and** columns | $N \cdot H \cdot W$ |
#
# The rule behind both rows: **all axes but the last** (in NHWC order, which Keras uses by default). A convolution applies one kernel at every position, so all positions of its channel are values of the same quantity, and BN treats them alike. This keeps the layer **equivariant to translation**: shift the image, and the feature map shifts with it.

# %% figure alt="Left: a grid of six examples by four features; each column has its own color and its own mean and variance below. Right: three images, each drawn as four stacked sheets, one per channel; the sheets of one channel share a color across all three images, and all cells of one color, 48 values, give one mean and one variance." tags=["hide-input"]
fig, (left, right) = plt.subplots(1, 2, figsize=(7.5, 4.3), width_ratios=[1, 1.5])
channel_colors = [COLORS[name] for name in ("blue", "orange", "green", "purple")]


def draw_sheet(ax, x, y, rows, columns, color, size=1.0):
    """Draw a grid of colored cells whose lower left corner is (x, y), over everything drawn before."""
    layer = len(ax.patches)
    for r in range(rows):
        for c in range(columns):
            cell = (x + c * size, y + r * size)
            ax.add_patch(
                plt.Rectangle(cell, size, size, facecolor=color, edgecolor="white", lw=0.9, zorder=layer)
            )


for j, color in enumerate(channel_colors):
    draw_sheet(left, j * 1.35, 0, 6, 1, color)
    left.annotate(
        "",
        (j * 1.35 + 0.5, -1.15),
        (j * 1.35 + 0.5, -0.1),
        arrowprops={"arrowstyle": "-|>", "color": color, "lw": 2},
    )
    left.text(
        j * 1.35 + 0.5, -1.25, f"$\\mu_{j + 1}$\n$\\sigma_{j + 1}^2$", ha="center", va="top", fontsize=12
    )
left.text(-0.3, 3, "$m$ examples", rotation=90, ha="right", va="center")
left.text(2.5, 6.25, "$d = 4$ features", ha="center", va="bottom")
left.set_title("per feature: $(m, d)$", loc="center")
left.set(xlim=(-1.2, 5.4), ylim=(-3.2, 7.2))

for n in range(3):
    for j in reversed(range(4)):
        draw_sheet(right, n * 4.3 + j * 0.55, 1.0 + j * 0.75, 4, 4, channel_colors[j], 0.62)
    right.text(n * 4.3 + 1.24, 0.8, f"image {n + 1}", ha="center", va="top")
right.text(-0.15, 2.24, "$H$", ha="right", va="center")
right.text(2.9, 6.0, "$W$", ha="center", va="bottom")
right.text(11.6, 6.0, "$C = 4$ sheets\nper image", ha="center", va="bottom")
for j, color in enumerate(channel_colors):
    center = 1.4 + j * 3.2
    right.annotate(
        "", (center, -1.15), (center, -0.55), arrowprops={"arrowstyle": "-|>", "color": color, "lw": 2}
    )
    right.text(center, -1.25, f"$\\mu_{j + 1}$\n$\\sigma_{j + 1}^2$", ha="center", va="top", fontsize=12)
right.text(
    6.2,
    -0.05,
    "each color: $m = N \\cdot H \\cdot W = 3 \\cdot 4 \\cdot 4 = 48$ values",
    ha="center",
    va="center",
)
right.set_title("per channel: $(N, H, W, C)$", loc="center")
right.set(xlim=(-1.2, 13.8), ylim=(-3.2, 7.2))
for ax in (left, right):
    ax.axis("off")
plt.show()

# %% [markdown]
# Keras's layer follows the same rule. We give it feature maps whose channels live on very different scales and look at each channel of what comes out.

# %%
rng = np.random.default_rng(0)
maps = rng.normal(loc=[0.0, 50.0, -3.0], scale=[1.0, 10.0, 0.1], size=(16, 5, 7, 3)).astype("float32")
normalized_maps = keras.ops.convert_to_numpy(keras.layers.BatchNormalization()(maps, training=True))
print(f"shape {maps.shape} -> {normalized_maps.shape}")
for k in range(3):
    before, after = maps[..., k], normalized_maps[..., k]
    print(f"channel {k}: mean {before.mean():6.2f} -> {abs(after.mean()):.2f}", end=", ")
    print(f"standard deviation {before.std():5.2f} -> {after.std():.3f}")
one_image_means = [float(normalized_maps[n, ..., 0].mean()) for n in range(4)]
print("mean of channel 0 in four single images:", np.round(one_image_means, 2))

# %% [markdown]
# Channel 2 has a variance of only 0.01, so $\epsilon = 0.001$ is felt: it comes out a little narrower than the others. And the last line shows what BN does **not** do: single images keep their differences. Only the average over all of them is zero.
#
# **Predict, then run.** A batch of **one** example goes through BN behind a fully connected layer: the shape is $(1, d)$. What does BN put out in training mode, whatever the input?

# %%
single = np.array([[3.0, -200.0, 0.5]], "float32")
lonely_output = keras.ops.convert_to_numpy(
    keras.layers.BatchNormalization(beta_initializer=keras.initializers.Constant(7))(single, training=True)
)
print(lonely_output)

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# It puts out $\beta$, and nothing else: with $m = 1$ the mean **is** the value, so $x - \mu = 0$. The input is wiped out, and no gradient passes. (Behind a convolution a single image still leaves $m = H \cdot W$ values per channel. PyTorch refuses the first case with an error; Keras does not.)
#
# </details>
#
# ## Training and inference
#
# In training, the output for one image depends on the other images of its batch. When the network is in use that is unacceptable: a photograph should not be classified differently because of what else was uploaded in the same second, and often there is only one photograph. So at **inference** the layer replaces the batch statistics by constants $\tilde\mu$ and $\tilde\sigma^2$ that were collected during training:
#
# $$y = \gamma\, \frac{x - \tilde\mu}{\sqrt{\tilde\sigma^2 + \epsilon}} + \beta \tag{5}$$
#
# $\gamma$ and $\beta$ are still there, and so is $\epsilon$. What has gone is every dependence on the batch: (5) treats each value on its own, and it is **affine** in $x$ (a multiple of $x$ plus a constant), which will let us merge the layer with the one in front of it.

# %% figure alt="Two flow diagrams. In training, x feeds a box for the batch mean and variance, which feeds the normalize box; its output passes scale and shift to y. A dashed arrow goes from the batch statistics to a store of moving mean and moving variance. At inference the normalize box is fed by that store alone, and there is no arrow from x to any statistics." tags=["hide-input"]
fig, ax = plt.subplots(figsize=(7.5, 4.4))


def draw_box(x, y, text, color, width=2.3, height=1.0):
    """Draw a labeled box centered at (x, y)."""
    ax.add_patch(
        plt.Rectangle(
            (x - width / 2, y - height / 2), width, height, facecolor=color + "22", edgecolor=color, lw=1.8
        )
    )
    ax.text(x, y, text, ha="center", va="center", fontsize=11)


def draw_arrow(start, end, color="black", **style):
    """Draw an arrow between two points."""
    ax.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": color, "lw": 1.8, **style})


for y, name in ((4.6, "training"), (0.6, "inference")):
    ax.text(-1.3, y + 0.62, name, fontsize=12, fontweight="bold", ha="left")
    ax.text(-1.0, y, "$x$", fontsize=14, ha="center", va="center")
    draw_arrow((-0.75, y), (1.8, y))
    draw_box(3.0, y, "normalize (3)" if name == "training" else "normalize (5)", COLORS["blue"])
    draw_arrow((4.15, y), (5.35, y))
    draw_box(6.5, y, r"scale $\gamma$, shift $\beta$", COLORS["vermilion"])
    draw_arrow((7.65, y), (8.7, y))
    ax.text(8.95, y, "$y$", fontsize=14, ha="center", va="center")
draw_box(0.7, 3.0, "batch statistics\n$\\mu,\\ \\sigma^2$", COLORS["green"], 2.5)
draw_arrow((0.0, 4.55), (0.0, 3.55), COLORS["green"])
draw_arrow((1.6, 3.55), (2.6, 4.05), COLORS["green"])
draw_box(6.0, 2.45, "moving statistics\n$\\tilde\\mu,\\ \\tilde\\sigma^2$", COLORS["orange"], 2.7)
draw_arrow((2.0, 2.95), (4.6, 2.55), COLORS["orange"], linestyle="--")
ax.text(3.4, 3.0, "update, no gradient", ha="center", va="bottom", fontsize=10, rotation=-5)
draw_arrow((4.9, 1.9), (3.7, 1.15), COLORS["orange"])
ax.text(
    -1.3,
    1.85,
    "no arrow from $x$ to a statistic:\neach image stands alone",
    fontsize=10,
    ha="left",
    va="center",
)
ax.set(xlim=(-1.5, 9.3), ylim=(0, 5.6))
ax.axis("off")
ax.set_title("The same layer, two different computations")
plt.show()

# %% [markdown]
# ### Moving averages and momentum
#
# Where do $\tilde\mu$ and $\tilde\sigma^2$ come from? Keeping every batch would be wasteful, and old batches were seen by weights that are long gone. An **exponential moving average** needs one number per statistic. After each training batch Keras updates
#
# $$\tilde\mu \leftarrow \rho\, \tilde\mu + (1 - \rho)\, \mu, \qquad \tilde\sigma^2 \leftarrow \rho\, \tilde\sigma^2 + (1 - \rho)\, \sigma^2 \tag{6}$$
#
# with the momentum $\rho = 0.99$ by default. This has nothing to do with the momentum of an optimizer (lesson 5). Unroll (6) over $n$ steps with a constant batch mean $\mu$ and a start at 0:
#
# $$\tilde\mu_n = (1 - \rho^n)\, \mu \tag{7}$$
#
# so $\rho^n$ of the starting value is still in there, and about $1 / (1 - \rho)$ steps make the memory: 100 for $\rho = 0.99$, 10 for $\rho = 0.9$.
#
# **Predict, then run.** The moving variance starts at 1. The data has variance 25. How many steps does $\rho = 0.99$ need until the moving variance is within 5 % of it: about 30, 100, 300?

# %%
layer = keras.layers.BatchNormalization(momentum=0.99)
batch = rng.normal(10.0, 5.0, size=(256, 1)).astype("float32")
target_mean, target_variance = float(batch.mean()), float(batch.var())
steps_until_close = None
for n in range(1, 501):
    layer(batch, training=True)
    reached = float(layer.moving_variance[0])
    if n in (1, 10, 100):
        expected = (1 - 0.99**n) * target_mean
        print(
            f"step {n:3d}: moving_mean {float(layer.moving_mean[0]):6.3f}, equation (7) says {expected:6.3f}"
        )
    if steps_until_close is None and abs(reached / target_variance - 1) < 0.05:
        steps_until_close = n
print(f"moving_variance within 5 % after {steps_until_close} steps")

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# About 300. The distance to the target shrinks by 0.99 per step, from $25 - 1 = 24$ to $1.25$: $\ln(1.25/24) / \ln 0.99 \approx 294$. A short training of a small network has fewer steps than that, and this is the **inference trap** that we walk into on purpose further down.
#
# </details>
#
# ### Conventions: the paper, Keras, PyTorch
#
# The same words mean different things in different places.
#
# | | paper ([@ioffe2015]) | Keras 3 ([@keras2026]) | PyTorch ([@pytorch2026]) |
# |:--|:--|:--|:--|
# | update of a moving statistic | averages over many batches after training; moving averages to watch progress | $\tilde\mu \leftarrow \rho\,\tilde\mu + (1-\rho)\,\mu$ | $\tilde\mu \leftarrow (1-\alpha)\,\tilde\mu + \alpha\,\mu$ |
# | "momentum" | no value given | $\rho = 0.99$: share of the **old** value | $\alpha = 0.1$: share of the **new** value, so $\rho = 0.9$ |
# | variance that normalizes in training | biased ($1/m$) | biased | biased |
# | variance kept for inference | unbiased: batch average times $m/(m-1)$ | biased | unbiased ($1/(m-1)$) |
# | default $\epsilon$ | no value given | 0.001 | 0.00001 |
# | names of $\tilde\mu,\ \tilde\sigma^2$ | $\mathrm{E}[x],\ \mathrm{Var}[x]$ | `moving_mean`, `moving_variance` | `running_mean`, `running_var` |
# | names of $\gamma,\ \beta$ | $\gamma,\ \beta$ | `gamma`, `beta` | `weight`, `bias` |
#
# The lecture's slide, like Keras's own docstring, writes `moving_var`; the attribute is called `moving_variance`. The docstring also speaks of a moving average of the standard deviation; what is averaged is the **variance**. You need not take the table's word for Keras: with a momentum of 0 the layer keeps exactly the last batch's value.

# %%
probe = keras.layers.BatchNormalization(momentum=0.0)
four_numbers = np.array([[1.0], [2.0], [3.0], [6.0]], "float32")
probe(four_numbers, training=True)
kept_variance = float(probe.moving_variance[0])
print(f"biased {four_numbers.var():.4f}, unbiased {four_numbers.var(ddof=1):.4f}, kept {kept_variance:.4f}")

# %% [markdown]
# The gap between the two is a factor of $m/(m-1)$: 33 % here with $m = 4$, and nothing to worry about behind a convolution with $m$ in the thousands. (Old habits differ: TensorFlow's fused kernel, which Keras 2 used for feature maps, keeps the unbiased variance.)
#
# ## The Keras layer, argument by argument
#
# | argument | default | meaning |
# |:--|:--|:--|
# | `axis` | `-1` | the axis that **keeps** its own statistics (features or channels); `1` for NCHW |
# | `momentum` | `0.99` | $\rho$ in (6) |
# | `epsilon` | `0.001` | $\epsilon$ in (3) and (5) |
# | `center` | `True` | learn $\beta$; `False` leaves it out |
# | `scale` | `True` | learn $\gamma$; `False` is enough when a linear layer or a ReLU and a linear layer follow, which can absorb a positive scale |
# | `beta_initializer` | `"zeros"` | start of $\beta$ |
# | `gamma_initializer` | `"ones"` | start of $\gamma$; zeros on the last BN of a residual branch (lesson 10) make the block start as the identity |
# | `moving_mean_initializer` | `"zeros"` | start of $\tilde\mu$ |
# | `moving_variance_initializer` | `"ones"` | start of $\tilde\sigma^2$ |
# | `beta_regularizer`, `gamma_regularizer` | `None` | penalty on $\beta$, $\gamma$ that is added to the loss |
# | `beta_constraint`, `gamma_constraint` | `None` | projection of $\beta$, $\gamma$ after each update, such as non-negativity |
# | `renorm` | `False` | batch renormalization ([@ioffe2017]): correct the batch statistics toward slowly moving ones, for small or dependent batches |
# | `renorm_clipping` | `None` | limits `rmin`, `rmax`, `dmax` of that correction |
# | `renorm_momentum` | `0.99` | momentum of the statistics that it corrects toward |
# | `synchronized` | `False` | with several devices: statistics over all of them instead of each device's share of the batch (TensorFlow backend) |
# | `**kwargs` | | `name`, `dtype`, `trainable`, as for every layer |
#
# When the layer is **called** there are two more: `training` and `mask` (positions with `False` are left out of the statistics). And one attribute changes everything: `trainable`.
#
# | call | normalizes with | updates the moving statistics | who calls like this |
# |:--|:--|:--|:--|
# | `layer(x, training=True)` | batch statistics | yes | `fit`, `train_on_batch` |
# | `layer(x, training=False)`, or no argument | moving statistics | no | `predict`, `evaluate`, a plain `model(x)` |
# | `layer(x, training=True)` with `layer.trainable = False` | **moving** statistics | **no** | fine-tuning with frozen layers (lesson 13) |
#
# The last row is special to this layer. For other layers `trainable = False` only stops weight updates; a frozen BN layer also runs in inference mode, so that a pretrained network is not disturbed by the statistics of your new, small data set.

# %%
signature = inspect.signature(keras.layers.BatchNormalization.__init__).parameters
arguments = ", ".join(str(parameter) for parameter in signature.values())
print(textwrap.fill(f"Keras {keras.__version__}: {arguments}", width=76))

layer = keras.layers.BatchNormalization(momentum=0.9)
layer(maps)  # a first call builds the weights, without training
rows = []
for trainable, training in ((True, False), (True, True), (False, True)):
    layer.trainable = trainable
    mean_before = float(layer.moving_mean[1])
    result = keras.ops.convert_to_numpy(layer(maps, training=training))
    updated = float(layer.moving_mean[1]) != mean_before
    rows.append((trainable, training, float(result[..., 1].std()), updated))
    print(f"trainable={trainable!s:5} training={training!s:5}", end=" ")
    print(f"std {rows[-1][2]:.2f}, statistics updated: {updated}")
layer.trainable = True
print("trainable:    ", {w.name: tuple(w.shape) for w in layer.trainable_weights})
print("non-trainable:", {w.name: tuple(w.shape) for w in layer.non_trainable_weights})

# %% [markdown]
# A layer behind $C$ channels has $4C$ numbers: $2C$ that gradient descent learns and $2C$ that are only counted. `model.summary()` reports the second half as "non-trainable", which surprises people who froze nothing.
#
# One more thing the layer does quietly: with 16-bit inputs it computes in 32 bits, because sums of squares overflow float16 (its largest number is 65,504) sooner than one thinks.
#
# ## Where to place it
#
# The paper puts BN between a layer and its activation function; so does the lecture's slide, and so do most networks in this book:
#
# ```text
# convolution (no bias)  ->  batch normalization  ->  ReLU
# ```
#
# The argument: the output of a linear layer is closer to a symmetric bell shape than the output of a ReLU, so normalizing it makes more sense. The other order, convolution, ReLU, BN, works too, and pre-activation residual networks (lesson 10) use BN, ReLU, convolution. Be consistent, and do not put BN behind the last layer: logits need no fixed scale.
#
# **The bias in front of BN is redundant.** A constant added to every $x_i$ is added to $\mu$ as well and cancels in $x_i - \mu$. It has no effect, so its gradient is zero; $\beta$ does its job. Hence `use_bias=False`.

# %%
convolution = keras.layers.Conv2D(4, 3, use_bias=True)
normalization = keras.layers.BatchNormalization()
images = x_train[:32]
with tf.GradientTape(persistent=True) as tape:
    activations = normalization(convolution(images), training=True)
    some_loss = tf.reduce_sum(tf.sin(3.0 * activations))
bias_gradient = tape.gradient(some_loss, convolution.bias).numpy()
beta_gradient = tape.gradient(some_loss, normalization.beta).numpy()
print(f"largest gradient of a bias {abs(bias_gradient).max():.5f}, of a beta {abs(beta_gradient).max():.1f}")
bias_to_beta = abs(bias_gradient).max() / abs(beta_gradient).max()

# %% [markdown]
# The rest is rounding error.
#
# ## The backward pass
#
# Backpropagation gives BN the numbers $g_i = \partial L / \partial y_i$ and wants $\partial L/\partial \gamma$, $\partial L/\partial \beta$, and $\partial L / \partial x_i$. We derive them for one feature, step by step, walking the four equations backward. Write $s = \sqrt{\sigma^2 + \epsilon}$.
#
# **Equation (4)**, $y_i = \gamma \hat{x}_i + \beta$. Every $y_i$ depends on the same $\gamma$ and $\beta$, so their gradients are sums:
#
# $$\frac{\partial L}{\partial \beta} = \sum_{i} g_i, \qquad \frac{\partial L}{\partial \gamma} = \sum_{i} g_i\, \hat{x}_i, \qquad \frac{\partial L}{\partial \hat{x}_i} = \gamma\, g_i \tag{8}$$
#
# **Equation (3)**, $\hat{x}_i = (x_i - \mu)\,(\sigma^2 + \epsilon)^{-1/2}$. The variance acts on all $\hat{x}_i$ at once:
#
# $$\frac{\partial L}{\partial \sigma^2} = \sum_i \gamma g_i\,(x_i - \mu) \cdot \left(-\tfrac{1}{2}\right)(\sigma^2 + \epsilon)^{-3/2} = -\frac{\gamma}{2 s^2} \sum_i g_i\, \hat{x}_i \tag{9}$$
#
# The mean acts directly through (3), and also through $\sigma^2$, which contains it:
#
# $$\frac{\partial L}{\partial \mu} = -\frac{\gamma}{s} \sum_i g_i \;+\; \frac{\partial L}{\partial \sigma^2} \cdot \underbrace{\left(-\frac{2}{m}\right) \sum_i (x_i - \mu)}_{=\,0} \tag{10}$$
#
# The second part vanishes because deviations from the mean sum to zero.
#
# **Equations (1) and (2)**. Now $x_i$ reaches the loss on three paths: directly through its own $\hat{x}_i$, through $\sigma^2$ with $\partial \sigma^2/\partial x_i = \frac{2}{m}(x_i - \mu)$ (we have accounted for $\mu$'s part in (10)), and through $\mu$ with $\partial \mu / \partial x_i = \frac1m$:
#
# $$\frac{\partial L}{\partial x_i} = \underbrace{\frac{\gamma}{s}\, g_i}_{\text{direct}} \;+\; \underbrace{\frac{\partial L}{\partial \sigma^2} \cdot \frac{2}{m} (x_i - \mu)}_{\text{through the variance}} \;+\; \underbrace{\frac{\partial L}{\partial \mu} \cdot \frac{1}{m}}_{\text{through the mean}} \tag{11}$$
#
# Insert (9) and (10), use $x_i - \mu = s\,\hat{x}_i$, and collect:
#
# $$\boxed{\;\frac{\partial L}{\partial x_i} = \frac{\gamma}{s} \left( g_i \;-\; \frac{1}{m} \sum_{j} g_j \;-\; \hat{x}_i \cdot \frac{1}{m} \sum_{j} g_j\, \hat{x}_j \right)\;} \tag{12}$$
#
# Read it in words: take the incoming gradient, **remove its mean, remove its correlation with $\hat{x}$**, and rescale. This makes sense. Shifting all inputs together does not change the output, so the loss cannot have a slope in that direction, and (up to $\epsilon$) neither can it have one in the direction that stretches all inputs. Those are the two directions that are taken out.
#
# ### Checking it
#
# A derivation that has not been checked is a rumor. The strongest check is one that shares nothing with the derivation: nudge each input, and see how the loss moves.

# %% include
from convlab.gradients import numerical_gradient

# %%
upstream = np.array([-0.6, 1.2, 0.4, 2.0, -0.5, 0.8, 1.0, 0.3])  # the numbers g_i
float64_layer = keras.layers.BatchNormalization(epsilon=epsilon, dtype="float64")
float64_layer.build((None, 1))
float64_layer.gamma.assign([gamma])
float64_layer.beta.assign([beta])


def keras_loss(values):
    """Return the sum of g_i times y_i, so that dL/dy_i is exactly g_i."""
    return tf.reduce_sum(float64_layer(tf.reshape(values, (m, 1)), training=True) * upstream.reshape(m, 1))


watched = tf.Variable(feature, dtype="float64")
with tf.GradientTape() as tape:
    loss = keras_loss(watched)
by_tape = tape.gradient(loss, watched).numpy()
by_nudging = numerical_gradient(keras_loss, feature)

i = 3  # equation (12) for the fourth example, by hand
correlation = sum(upstream[j] * normalized[j] for j in range(m)) / m
by_hand = gamma / np.sqrt(sigma2 + epsilon) * (upstream[i] - sum(upstream) / m - normalized[i] * correlation)

print("automatic", by_tape.round(4))
print("nudging  ", by_nudging.round(4))
print(f"equation (12) for example 4: {by_hand:.4f}")
print(f"sum of the gradient {by_tape.sum():.1e}, product with x hat {by_tape @ normalized:.1e}")

# %% [markdown]
# **Predict, then run.** For a batch of only $m = 2$ different values and $\epsilon \to 0$, what is $\partial L/\partial x_i$?

# %%
two = tf.Variable([[3.0], [11.0]], dtype="float64")
pair_layer = keras.layers.BatchNormalization(epsilon=1e-12, dtype="float64")
with tf.GradientTape() as tape:
    loss = tf.reduce_sum(pair_layer(two, training=True) * np.array([[5.0], [-2.0]]))
pair_gradient = tape.gradient(loss, two).numpy()
print("gradient:", pair_gradient.ravel().round(9))

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# Zero, for every upstream gradient. Two values are always normalized to $-1$ and $+1$, whatever they were, so the output does not depend on them except for their order. In the language of (12): a vector of two numbers has only two directions, and both are removed. BN on batches of two feature vectors cannot train the layers in front of it.
#
# </details>
#
# What do the two corrections do? Automatic differentiation can be told to treat the mean, or both statistics, as constants. The differences between the three results are the three terms of (11).


# %%
def gradient_with(mean_flows, variance_flows):
    """Differentiate one feature's BN, letting the gradient through the mean and the variance or not."""
    with tf.GradientTape() as tape:
        mean_part = tf.reduce_mean(watched)
        mean_part = mean_part if mean_flows else tf.stop_gradient(mean_part)
        variance_part = tf.reduce_mean((watched - mean_part) ** 2)
        variance_part = variance_part if variance_flows else tf.stop_gradient(variance_part)
        y = gamma * (watched - mean_part) / tf.sqrt(variance_part + epsilon) + beta
        loss = tf.reduce_sum(y * upstream)
    return tape.gradient(loss, watched).numpy()


direct = gradient_with(mean_flows=False, variance_flows=False)
through_mean = gradient_with(mean_flows=True, variance_flows=False) - direct
through_variance = gradient_with(mean_flows=True, variance_flows=True) - direct - through_mean

# %% figure alt="Grouped bars for eight examples. The direct term varies freely; the mean term is the same negative constant for all; the variance term is proportional to how far the example lies from the batch mean. Diamonds mark their sum, which is what automatic differentiation of the whole layer gives." tags=["hide-input"]
order = np.argsort(feature, kind="stable")
fig, ax = plt.subplots(figsize=(7.5, 3.9))
positions = np.arange(m)
for offset, (name, term, color, hatch) in zip(
    (-0.25, 0, 0.25),
    (
        ("direct", direct, "blue", ""),
        ("through the mean", through_mean, "orange", "//"),
        ("through the variance", through_variance, "green", ".."),
    ),
    strict=True,
):
    ax.bar(
        positions + offset, term[order], 0.24, color=COLORS[color], hatch=hatch, edgecolor="white", label=name
    )
ax.plot(
    positions, by_tape[order], "D", color="black", markersize=7, label=r"sum $= \partial L / \partial x_i$"
)
ax.axhline(0, color="black", linewidth=0.8)
ax.set_xticks(
    positions, [f"{value:.0f}\n({upstream[j]:+.1f})" for j, value in zip(order, feature[order], strict=True)]
)
ax.set_xlabel("input $x_i$, sorted (its upstream gradient $g_i$ in brackets)")
ax.set_ylabel("gradient")
ax.set_title("The three paths of the gradient in equation (11)")
ax.legend(ncols=2, frameon=False, fontsize=10)
ax.set_ylim(top=ax.get_ylim()[1] * 1.35)
plt.show()

# %% [markdown]
# The blue bars alone would be right if $\mu$ and $\sigma^2$ were constants, as at inference. In training they are not, and an implementation that forgets the other two is wrong by as much as the figure shows.
#
# ## Experiment 1: batch normalization and the learning rate
#
# The best-known benefit of BN is that it allows large learning rates. We train a plain network of six convolutions and no tricks, from scratch, for several learning rates and seeds. It comes in three versions:
#
# 1. **without BN**, weights drawn by Keras's default initializer (`glorot_uniform`);
# 2. **without BN, He initialization** ([@he2015]), which is made for ReLU networks: the fair opponent;
# 3. **with BN**, Keras's default initializer.
#
# All versions use plain gradient descent with a learning rate that falls linearly to zero. The momentum of BN is 0.9, for a reason that experiment 2 will show.
#
# **Predict, then run.** Which version fails at which rates? Does He initialization make BN unnecessary?
#
# The network and the training loop, in full:

# %% include
from convlab.batch_normalization import build_conv_net

# %% include
from convlab.training import Trainer


# %%
def make_trainer(normalize, kernel_initializer="glorot_uniform"):
    """Return a Trainer of the network that CONFIG describes."""
    model = build_conv_net(
        x_train.shape[1:], CONFIG["width"], CONFIG["depth"], normalize, kernel_initializer, CONFIG["dtype"]
    )
    return Trainer(model, CONFIG["jit_compile"], CONFIG["loss_scale"])


def keras_normalization(momentum):
    """Return a function that puts Keras's BatchNormalization behind a tensor."""
    return lambda tensor: keras.layers.BatchNormalization(momentum=momentum)(tensor)


# %% include
from convlab.batch_normalization import try_learning_rates

# %%
versions = {
    "without BN": make_trainer(None),
    "without BN, He init": make_trainer(None, "he_normal"),
    "with BN": make_trainer(keras_normalization(momentum=0.9)),
}
rates, seeds = CONFIG["learning_rates"], CONFIG["seeds"]
rate_accuracy, rate_losses = {}, {}
for name, trainer in versions.items():
    rate_accuracy[name], rate_losses[name] = try_learning_rates(
        trainer, data, rates, seeds, CONFIG["batch_size"], CONFIG["epochs"]
    )
print(f"{'learning rate':>20}" + "".join(f"{rate:>11g}" for rate in rates))
for name, values in rate_accuracy.items():
    print(f"{name:>20}" + "".join(f"{row.min():>6.2f}-{row.max():.2f}" for row in values))

# %% figure alt="Test accuracy against learning rate on a logarithmic axis, three curves through the means, with a dot for every seed. Without BN and with the default initializer accuracy is near chance at small rates and unreliable at larger ones. With He initialization there is a peak in the middle and a collapse at the largest rate. With BN accuracy is close to one at the three largest rates." tags=["hide-input"]
fig, ax = plt.subplots(figsize=(7.5, 4.0))
styles = {
    "with BN": ("blue", "o", "-"),
    "without BN, He init": ("vermilion", "s", "--"),
    "without BN": ("gray", "^", ":"),
}
for shift, (name, (color, marker, line)) in zip((1.07, 1.0, 0.935), styles.items(), strict=True):
    values, places = (
        rate_accuracy[name],
        np.array(rates) * shift,
    )  # side by side, so that no dot hides another
    ax.plot(places, values, marker, color=COLORS[color], markersize=5, alpha=0.5)
    ax.plot(places, values.mean(axis=1), line, marker=marker, color=COLORS[color], markersize=8, label=name)
ax.axhline(0.1, color="black", linewidth=0.8)
ax.text(0.03, 0.09, "chance", fontsize=10, va="top")
ax.set_xscale("log")
ax.set_xticks(rates, [f"{rate:g}" for rate in rates])
ax.minorticks_off()
ax.set(xlabel="learning rate at the start", ylabel="test accuracy", ylim=(0, 1.03))
ax.set_title(f"With BN a wide range of rates works ({len(seeds)} seeds and their mean)")
ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False, fontsize=10, labelspacing=1.2)
plt.show()

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# Without BN and with the default initializer, no seed gets beyond 45 % at the rates 0.01 and 0.1: the signal shrinks from layer to layer, and so does the gradient. He initialization repairs that, and at 0.1 every seed passes 75 %. So the fair opponent can be trained, **if** you hit its window. At a rate of 3 both versions without BN are lost (no seed passes 30 %), while with BN every seed passes 90 % at 0.3, 1, and 3.
#
# He initialization sets the scale of the signal once, before training. BN keeps setting it, at each step, however far the weights have moved. It does not make **every** rate good: at 0.01 a few epochs are too short with BN too.
#
# </details>
#
# ## Experiment 2: the inference trap
#
# Now we leave everything at Keras's defaults, above all `momentum=0.99`, and train for a few epochs of about twenty steps each. After every epoch we test twice: with the statistics of the test batch (`training=True`, for diagnosis only), and as a user would, with the moving statistics.
#
# **Predict, then run.** After one epoch, which share of the moving variance still comes from its starting value 1? What will that do to the accuracy?

# %% include
from convlab.batch_normalization import follow_inference

# %%
trap = {}
for momentum in (0.99, 0.9):
    trainer = versions["with BN"] if momentum == 0.9 else make_trainer(keras_normalization(momentum))
    trap[momentum] = [
        follow_inference(
            trainer, data, seed, CONFIG["batch_size"], learning_rate=0.3, epochs=CONFIG["epochs"]
        )
        for seed in seeds
    ]
steps_per_epoch = len(x_train) // CONFIG["batch_size"]
by_batch = np.array([run["batch"] for run in trap[0.99]])  # shape (seeds, epochs)
by_moving = {momentum: np.array([run["moving"] for run in runs]) for momentum, runs in trap.items()}
print(
    f"{steps_per_epoch} steps per epoch; share of the start left after one epoch: {0.99**steps_per_epoch:.2f}"
)
print("epoch", " " * 26, *[f"{epoch + 1:>10d}" for epoch in range(CONFIG["epochs"])])
for name, values in (
    ("batch statistics", by_batch),
    ("moving statistics, momentum 0.99", by_moving[0.99]),
    ("moving statistics, momentum 0.9", by_moving[0.9]),
):
    print(
        f"{name:>32}",
        *[f"{low:>5.2f}-{high:.2f}" for low, high in zip(values.min(0), values.max(0), strict=True)],
    )

# %% figure alt="Left: test accuracy after each epoch. With batch statistics, and with moving statistics of momentum 0.9, it is above 0.9 from the second epoch on; with moving statistics of momentum 0.99 it starts far below and climbs slowly, with a wide range over seeds. Right: the moving variance of the last layer per step; with momentum 0.9 it drops from 1 to the level of the batches within about forty steps, with 0.99 it is still far above after the last step." tags=["hide-input"]
fig, (left, right) = plt.subplots(1, 2, figsize=(7.5, 4.4))
epochs = np.arange(1, CONFIG["epochs"] + 1)
for name, values, color, marker, line in (
    ("batch statistics", by_batch, "black", "o", "-"),
    ("moving, 0.9", by_moving[0.9], "blue", "s", "--"),
    ("moving, 0.99", by_moving[0.99], "vermilion", "^", ":"),
):
    left.fill_between(epochs, values.min(0), values.max(0), color=COLORS[color], alpha=0.15, linewidth=0)
    left.plot(epochs, values.mean(0), line, marker=marker, color=COLORS[color], label=name)
left.set(xlabel="epoch", ylabel="test accuracy", ylim=(0, 1.03), xticks=epochs)
left.set_title("Same weights, three answers")
left.legend(loc="lower right", frameon=False, fontsize=10)

steps = np.arange(len(trap[0.99][0]["variance"]))
batch_variance = (
    trap[0.9][0]["variance"][1:] - 0.9 * trap[0.9][0]["variance"][:-1]
) / 0.1  # equation (6) solved
right.plot(steps[1:], batch_variance, ".", color=COLORS["gray"], markersize=4, label="each batch")
right.plot(steps, trap[0.9][0]["variance"], "--", color=COLORS["blue"], label="moving, 0.9")
right.plot(steps, trap[0.99][0]["variance"], ":", color=COLORS["vermilion"], label="moving, 0.99")
right.set(xlabel="training step", ylabel="variance, mean over channels", ylim=(0, None))
right.set_title("The moving variance, last layer")
right.legend(frameon=False, fontsize=10)
plt.show()

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# $0.99^{21} \approx 0.81$: four fifths of the moving variance are still the made-up starting value. After the first epoch the network loses more than 20 points of accuracy on every seed when it is tested at inference, though its weights are fine: with batch statistics every seed is above 80 %. With momentum 0.9 the gap has closed after the last epoch (less than 3 points on every seed).
#
# </details>
#
# The trap looks exactly like overfitting: training accuracy high, validation accuracy poor. The test is to evaluate the **training** images with `training=False`: if those are bad too, it is not overfitting. The remedies:
#
# - lower the momentum when a training has only a few hundred steps (0.9 is a good start);
# - train longer: after 500 steps, $0.99^{500} < 1\,\%$ of the start is left;
# - or recompute the statistics when training is over, from many images at once, as the paper itself proposes and a later review recommends ([@wu2021]). For a small network this is one forward pass:

# %% include
from convlab.batch_normalization import estimate_population_statistics

# %%
trapped = make_trainer(keras_normalization(momentum=0.99))
trapped.reset(seeds[0])
trapped.fit(x_train, y_train, CONFIG["batch_size"], learning_rate=0.3, epochs=1)
accuracy_before = trapped.accuracy(x_test, y_test)
estimate_population_statistics(trapped.model, x_train[:2000])
accuracy_after = trapped.accuracy(x_test, y_test)
print(
    f"after one epoch with momentum 0.99: {accuracy_before:.2f}; statistics recomputed: {accuracy_after:.2f}"
)

# %% [markdown]
# ## Experiment 3: small batches
#
# Batch statistics are estimates from a sample, and small samples estimate badly. For $m$ independent values with standard deviation $\sigma$, the mean of a batch scatters by $\sigma / \sqrt{m}$. That noise enters every normalized value. It is a mild regularizer while it is small, and a nuisance when it is not.
#
# To see the effect of the **normalization** batch alone, we must not change the batch of gradient descent. So each training step uses the same number of images as before, but they are normalized in groups of 2, 4, 8, ... images, each group with its own statistics. Afterwards each network is tested twice: with groups of the size it was trained with, and at inference with statistics of all training images.

# %% include
from convlab.batch_normalization import normalize_in_groups

# %%
population = make_trainer(keras_normalization(momentum=0.9))
group_sizes = CONFIG["group_sizes"]
group_loss, group_accuracy, population_accuracy = np.zeros((3, len(group_sizes), len(seeds)))
print("group size  training loss  accuracy in groups  accuracy at inference")
for row, size in enumerate(group_sizes):
    trainer = make_trainer(lambda tensor, size=size: normalize_in_groups(tensor, size))
    for column, seed in enumerate(seeds):
        trainer.reset(seed)
        losses = trainer.fit(
            x_train, y_train, CONFIG["batch_size"], learning_rate=0.3, epochs=CONFIG["epochs"]
        )
        group_loss[row, column] = losses[-steps_per_epoch:].mean()
        group_accuracy[row, column] = trainer.accuracy(x_test, y_test, batch_size=CONFIG["batch_size"])
        for target, source in zip(
            population.model.trainable_variables, trainer.model.trainable_variables, strict=True
        ):
            target.assign(source)
        estimate_population_statistics(population.model, x_train[:2000])
        population_accuracy[row, column] = population.accuracy(x_test, y_test)
    results = (group_loss[row], group_accuracy[row], population_accuracy[row])
    print(
        f"{size:>10d}",
        *[f"{v.min():>{w}.2f}-{v.max():.2f}" for v, w in zip(results, (9, 14, 17), strict=True)],
    )

# %%
neuron = keras.ops.convert_to_numpy(
    keras.layers.Dense(1, use_bias=False)(x_train.reshape(len(x_train), -1))
).ravel()
neuron = neuron / neuron.std()  # one feature of all training images, in units of its standard deviation
sample_sizes = np.array([2, 4, 8, 16, 32, 64, 128, 256])
scatter = np.array([rng.choice(neuron, size=(2000, k)).mean(axis=1).std() for k in sample_sizes])
scatter_to_theory = scatter * np.sqrt(sample_sizes)
print("scatter of the mean / (sigma / sqrt(m)):", scatter_to_theory.round(2))

# %% figure alt="Left: the scatter of the batch mean of one neuron against m on logarithmic axes; the points lie on the line one over root m. Right: accuracy against the number of images normalized together; when tested in such groups it rises from roughly 0.8 at two images to 0.98 at sixty-four, while at inference with population statistics it is above 0.9 for all sizes." tags=["hide-input"]
fig, (left, right) = plt.subplots(1, 2, figsize=(7.5, 4.0))
left.plot(sample_sizes, 1 / np.sqrt(sample_sizes), "-", color=COLORS["black"], linewidth=1.2)
left.plot(sample_sizes, scatter, "o", color=COLORS["blue"], markersize=7)
left.set_xscale("log", base=2)
left.set_yscale("log", base=2)
left.set_xticks(sample_sizes, sample_sizes)
left.set_yticks([1 / 16, 1 / 8, 1 / 4, 1 / 2, 1], ["1/16", "1/8", "1/4", "1/2", "1"])
left.text(20, 0.36, r"theory: $\sigma/\sqrt{m}$", ha="left")
left.set(xlabel="values averaged, $m$", ylabel=r"scatter of the batch mean, in $\sigma$")
left.set_title("Small samples are noisy")

for name, values, color, marker, line in (
    ("at inference", population_accuracy, "blue", "s", "--"),
    ("in groups, as trained", group_accuracy, "vermilion", "o", "-"),
):
    right.fill_between(
        group_sizes, values.min(1), values.max(1), color=COLORS[color], alpha=0.18, linewidth=0
    )
    right.plot(group_sizes, values.mean(1), line, marker=marker, color=COLORS[color], label=name)
right.set_xscale("log", base=2)
right.set_xticks(group_sizes, group_sizes)
right.set(xlabel="images normalized together", ylabel="test accuracy", ylim=(None, 1.01))
right.set_title("Noise costs accuracy")
right.legend(loc="lower right", frameon=False, fontsize=10)
plt.show()

# %% [markdown]
# The training loss with groups of two is more than twice that with the largest groups, on every seed, although both see the same images in the same order with the same rate. Tested in their own groups, the networks trained on pairs stay below 90 %. Replacing the noisy statistics by those of the population recovers most of it here: the weights are better than the noise lets them look. On a harder task they are not: with two images per device, the error of ResNet-50 on ImageNet (lessons 4 and 10) is reported to be 10.6 percentage points higher with BN than with **group normalization**, which averages over groups of channels of a single image and so needs no batch ([@wu2018]).
#
# When memory forces small batches on you: `synchronized=True` over several devices, `GroupNormalization`, batch renormalization ([@ioffe2017]), or frozen pretrained statistics.
#
# ## Folding: batch normalization for free
#
# At inference (5) is affine, and the layer in front of it is linear. Two affine maps in a row are one. Take a channel $c$ with kernel $w_c$ and bias $b_c$, and write $a_c = \gamma_c / \sqrt{\tilde\sigma_c^2 + \epsilon}$ for its factor:
#
# $$a_c \left(w_c \cdot x + b_c - \tilde\mu_c\right) + \beta_c = \underbrace{a_c\, w_c}_{\text{new kernel}} \cdot\, x + \underbrace{a_c\, (b_c - \tilde\mu_c) + \beta_c}_{\text{new bias}} \tag{13}$$
#
# So a trained network can be shipped without its BN layers: fewer numbers, fewer passes over memory, the same answers. Deployment tools such as LiteRT do this for you. It works because every output channel has its own factor; it does not work across a ReLU, nor in training mode, where (5) does not hold.
#
# We can verify that a fully connected layer with BN behind it is one fully connected layer, without using (13): an affine map is known completely once we know what it does to zero and to each unit vector.

# %%
pair = keras.Sequential(
    [keras.Input((5,)), keras.layers.Dense(3), keras.layers.BatchNormalization(momentum=0.5)]
)
for _ in range(20):  # let the moving statistics move
    pair(rng.normal(2.0, 3.0, size=(64, 5)).astype("float32"), training=True)
pair.layers[1].gamma.assign([0.5, 2.0, -1.0])
pair.layers[1].beta.assign([1.0, 0.0, 3.0])

answer_to_zero = pair.predict(np.zeros((1, 5)), verbose=0)[0]
answers_to_units = pair.predict(np.eye(5), verbose=0)
single_layer = keras.Sequential([keras.Input((5,)), keras.layers.Dense(3)])
single_layer.set_weights([answers_to_units - answer_to_zero, answer_to_zero])

questions = rng.normal(size=(1000, 5)).astype("float32")
fold_difference = abs(pair.predict(questions, verbose=0) - single_layer.predict(questions, verbose=0)).max()
print(
    f"{pair.count_params()} numbers against {single_layer.count_params()}; largest difference {fold_difference:.1e}"
)

# %% [markdown]
# For a convolution you will do it properly, with (13), in the assignment.
#
# ## Why does it work?
#
# ### What was claimed, and what was found
#
# Ioffe and Szegedy argued that training is slow because each layer's inputs keep changing their distribution while the layers in front learn, which they named **internal covariate shift**, and that BN helps by reducing it ([@ioffe2015]). The lecture's slide states it as a fact. It is a **hypothesis**, and the measurements speak against it.
#
# - In one study ([@santurkar2018]) random noise was added **behind** each BN layer, with a mean and variance that change at every step. That makes the inputs of the next layer far less stable than in an ordinary network, yet the noisy network still trained about as well as with plain BN, and better than without. Where the shift was measured directly, BN did not reduce it. What was found instead: with BN the loss and its gradient change more smoothly along the step, so that a large step goes where the gradient said it would.
# - Another study ([@bjorck2018]) found the larger learning rate to be the main benefit: without BN, large steps let activations grow from layer to layer until training diverges. Experiment 1 looks like that.
# - Scale: multiply the weights in front of BN by $k > 0$, and (up to $\epsilon$) the output does not change, while the gradient with respect to the weights is divided by $k$. Weights that have grown through too large steps take smaller ones from then on: a built-in brake. It also means that weight decay (lesson 5) in front of BN acts on the effective learning rate rather than on the function ([@vanlaarhoven2017]).
# - Noise in the batch statistics (experiment 3) regularizes a little.
#
# These explanations do not exclude each other, and none is complete. What you can safely say: **BN makes training much less sensitive to the scale of weights and steps**; why it generalizes so well is still being studied.
#
# ### Two of the claims, measured
#
# First the scale. We multiply the kernel of a layer in front of BN by 10 and compare outputs and gradients.

# %%
dense, behind = keras.layers.Dense(6, use_bias=False), keras.layers.BatchNormalization(epsilon=1e-7)
inputs = rng.normal(size=(128, 20)).astype("float32")
targets = rng.normal(size=(128, 6)).astype("float32")
found = []
for factor in (1.0, 10.0):
    if factor == 1.0:
        dense.build(inputs.shape)
        original_kernel = dense.kernel.numpy()
    dense.kernel.assign(factor * original_kernel)
    with tf.GradientTape() as tape:
        answers = behind(dense(inputs), training=True)
        loss = tf.reduce_mean((answers - targets) ** 2)
    found.append((answers.numpy(), tape.gradient(loss, dense.kernel).numpy()))
output_change = abs(found[0][0] - found[1][0]).max()
gradient_ratio = np.linalg.norm(found[0][1]) / np.linalg.norm(found[1][1])
print(f"kernel times 10: outputs change by at most {output_change:.1e},")
print(f"the gradient is {gradient_ratio:.2f} times smaller")

# %% [markdown]
# Then noise like that of the first study, in our small network: after each BN, every channel is multiplied by a random factor and shifted by a random amount that change with every batch. The next layer's inputs now jump about. If stable inputs were the reason for BN's success, this should undo it. We train at the largest rate of experiment 1, at which no network without BN got anywhere.

# %% include
from convlab.batch_normalization import DriftingNoise

# %%
noisy = make_trainer(lambda tensor: DriftingNoise()(keras_normalization(momentum=0.9)(tensor)))
_, losses_with_noise = try_learning_rates(
    noisy, data, rates[-1:], seeds, CONFIG["batch_size"], CONFIG["epochs"]
)
noise_losses = {
    "without BN, He init": rate_losses["without BN, He init"][-1],
    "with BN": rate_losses["with BN"][-1],
    "with BN and noise": losses_with_noise[0],
}  # each of shape (seeds, steps)
last_epoch_loss = {name: losses[:, -steps_per_epoch:].mean(axis=1) for name, losses in noise_losses.items()}
for name, losses in last_epoch_loss.items():
    print(f"{name:>20}: training loss in the last epoch {losses.min():.2f}-{losses.max():.2f}")


def follow_one_channel(trainer, steps):
    """Record the mean of one channel that the third ReLU sees, on one fixed batch, while training."""
    before_relu = [layer.input for layer in trainer.model.layers if isinstance(layer, keras.layers.ReLU)][2]
    look = tf.function(keras.Model(trainer.model.inputs, before_relu))
    size = CONFIG["batch_size"]
    seen = []
    trainer.reset(seeds[0])
    trainer.fit(
        x_train[: steps * size],
        y_train[: steps * size],
        size,
        learning_rate=rates[-1],
        epochs=1,
        after_step=lambda step: seen.append(
            float(tf.reduce_mean(look(x_train[:size], training=True)[..., 0]))
        ),
    )
    return np.array(seen)


drift = {
    "with BN": follow_one_channel(versions["with BN"], steps=20),
    "with BN and noise": follow_one_channel(noisy, steps=20),
}
drift_per_step = {name: float(np.abs(np.diff(values)).mean()) for name, values in drift.items()}
for name, change in drift_per_step.items():
    print(f"{name:>20}: the mean of the channel moves by {change:.3f} per step")

# %% figure alt="Left: the mean of one channel behind BN over the first training steps; it wanders slowly with BN and jumps up and down with added noise. Right: training loss against step at the largest learning rate; with BN and with BN and noise both fall quickly, while without BN the loss stays near 2.3, the value of guessing." tags=["hide-input"]
fig, (left, right) = plt.subplots(1, 2, figsize=(7.5, 4.0))
looks = {
    "without BN, He init": ("vermilion", ":", "s"),
    "with BN": ("blue", "-", "o"),
    "with BN and noise": ("orange", "--", "^"),
}
for name, values in drift.items():
    color, line, marker = looks[name]
    left.plot(
        np.arange(len(values)) + 1, values, line, marker=marker, markersize=5, color=COLORS[color], label=name
    )
left.set(xlabel="training step", ylabel="mean of one channel")
left.set_ylim(top=left.get_ylim()[0] + 1.35 * np.ptp(left.get_ylim()))
left.set_title("What the next layer sees")
left.legend(frameon=False, fontsize=10, loc="upper right")

window = min(8, steps_per_epoch)
for name, losses in noise_losses.items():
    color, line, _ = looks[name]
    curves = np.array([np.convolve(row, np.ones(window) / window, "valid") for row in losses])
    steps = np.arange(curves.shape[1]) + window
    right.fill_between(steps, curves.min(0), curves.max(0), color=COLORS[color], alpha=0.18, linewidth=0)
    right.plot(steps, curves.mean(0), line, color=COLORS[color], label=name)
right.set(xlabel="training step", ylabel=f"training loss (mean of {window} steps)", ylim=(0, 3))
right.set_title(f"It trains all the same (rate {rates[-1]:g})")
right.legend(frameon=False, fontsize=10, loc="center right")
plt.show()

# %% [markdown]
# Behind plain BN the mean of a channel is its $\beta$, which learning moves little by little. With noise it moves more than five times as far per step. Yet on every seed the training loss of the noisy network falls below 0.5 at a rate at which the network without BN diverges or does no better than guessing. Whatever BN does for training, stable inputs for the next layer are not the main part of it. (We compare **training** losses: the noise is absent at inference, so the moving statistics do not quite fit there.)
#
# ## Common mistakes
#
# <div class="box mistakes">
#
# - **Averaging over the batch axis only** for a feature map. Each position then gets its own statistics, and translation equivariance is gone. Average over $N$, $H$, and $W$.
# - **$\epsilon$ outside the root**, or the standard deviation kept where a variance belongs.
# - **Momentum the wrong way round.** Keras's 0.99 is PyTorch's 0.01.
# - **Forgetting `training=`** in a loop of your own. `model(x)` means inference: batch statistics are not used and moving statistics never move.
# - **Calling with `training=True` to evaluate.** It gives answers that depend on the batch, and it silently updates the moving statistics.
# - **Short trainings with momentum 0.99.** See experiment 2.
# - **Treating $\mu$ and $\sigma^2$ as constants** in the backward pass.
# - **A bias in front of BN.** It costs memory and does nothing.
# - **Forgetting $\gamma$ and $\beta$ at inference.** They are part of (5).
# - **Fine-tuning without a plan.** Decide whether BN layers are frozen (`trainable = False`) before you compile.
# - **Batches that are not mixed.** If every batch holds a single class, batch statistics give the class away, and inference falls apart.
#
# </div>
#
# ## Self-check
#
# <div class="box quiz">
#
# **1.** A feature map has the shape $(32, 14, 14, 256)$. How many means does BN compute, over how many values each, and how many learned numbers does the layer have?
#
# <details class="answer"><summary>Answer</summary>
#
# 256 means over $32 \cdot 14 \cdot 14 = 6272$ values each; $2 \cdot 256 = 512$ learned numbers ($\gamma$ and $\beta$), and 512 more in the moving statistics.
#
# </details>
#
# **2.** You port a PyTorch model with `momentum=0.03` and `eps=1e-5`. What do you write in Keras? Which difference remains?
#
# <details class="answer"><summary>Answer</summary>
#
# `BatchNormalization(momentum=0.97, epsilon=1e-5)`. PyTorch keeps the unbiased variance, Keras the biased one: a factor $m/(m-1)$.
#
# </details>
#
# **3.** Validation accuracy jumps from 12 % to 96 % when you evaluate with `training=True`. What is wrong, and what are two ways to repair it?
#
# <details class="answer"><summary>Answer</summary>
#
# The moving statistics do not describe the trained network yet: too few steps for the momentum. Lower the momentum or train longer, or recompute the statistics from many training images.
#
# </details>
#
# **4.** Someone adds 100 to every input of a BN layer. What happens to its output in training, what at inference?
#
# <details class="answer"><summary>Answer</summary>
#
# In training nothing: the mean moves along and is subtracted. At inference the output moves by $100\,\gamma/\sqrt{\tilde\sigma^2 + \epsilon}$, because $\tilde\mu$ is a constant.
#
# </details>
#
# **5.** Why is $\sum_i \partial L / \partial x_i = 0$ for each channel in training? Is it so at inference?
#
# <details class="answer"><summary>Answer</summary>
#
# Adding the same constant to all $x_i$ does not change the output, so the loss has no slope in that direction, and that slope is the sum. At inference it is not so: the gradient is simply $\gamma g_i / \sqrt{\tilde\sigma^2 + \epsilon}$.
#
# </details>
#
# **6.** True or false: "BN works because it reduces internal covariate shift."
#
# <details class="answer"><summary>Answer</summary>
#
# As a statement of fact: false. It was the hypothesis of the original paper. Experiments in which the shift was increased on purpose found that BN still helped ([@santurkar2018]).
#
# </details>
#
# </div>
#
# ## Assignment
#
# Now build it yourself. In the assignment you write BN in NumPy for both shapes: the training pass, the moving averages, inference, a layer class, the backward pass, and folding into a convolution. The notebook has checks that you can run as often as you like.
#
# - [Open the assignment in Colab](colab:exercises/03_batch_normalization/03_batch_normalization.ipynb)
# - [See it in the repository](repository:exercises/03_batch_normalization/03_batch_normalization.ipynb)
#
# ## References
#
# [@references]
