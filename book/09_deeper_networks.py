# %% [markdown]
# # Deeper networks
#
# In 2012 a network with eight layers won the ImageNet challenge, in 2014 one with twenty-two. If eight are good and twenty-two are better, then why not fifty, or two hundred? Layers are cheap to add: one more line in a loop. The lecture asks it as a question, "Are deeper networks better?", and gives two reasons why it is not that simple: deep networks are hard to train, because gradients vanish; and when they do train, they come out **worse** than shallow ones.
#
# Both halves deserve a closer look, because they are two different things. Vanishing gradients are real, and you will measure them down to $10^{-8}$. But they were largely repaired by 2015, with good initial weights and batch normalization (BN), and deep networks **still** came out worse ([@he2016]). This lesson separates the two phenomena with experiments that take seconds: first the signals, then the puzzle that is left when the signals are healthy.
#
# <div class="box goals">
#
# **What you will be able to do**
#
# - say what a trend over competition winners shows about depth, and what it cannot show;
# - predict from the scale of the initial weights how signals and gradients grow or shrink from layer to layer, for linear, tanh, and ReLU networks;
# - measure both, layer by layer, in any Keras network;
# - reproduce **degradation**: training error that grows with depth;
# - tell degradation, overfitting, and vanishing gradients apart, by the measurement that each of them calls for;
# - build the weights of a deep network that computes exactly what a shallow one computes, and say what this proves and what it does not;
# - report what is known about the cause of degradation, and what is not.
#
# </div>
#
# **Prerequisites.** Batch normalization (lesson 3), the networks of lessons 5 to 8 by name, the chain rule, variance of a sum. **Time.** About two hours, and about one minute of computing on two CPU cores.
#
# ## Notation
#
# | symbol | meaning |
# |:--|:--|
# | $D$ | **depth**: the number of layers with weights on the way from the image to the logits |
# | $\ell$ | number of a layer, 1 next to the image |
# | $n$ | **fan-in**: how many inputs one output of a layer sums; $d$ behind $d$ features, $F_h F_w C_{in}$ for a convolution |
# | $z$ | output of a linear layer or convolution, before the activation function $\varphi$ |
# | $a$ | activation, $a = \varphi(z)$; $a_\ell$ are all activations of layer $\ell$ |
# | $q_\ell$ | mean square of the activations of layer $\ell$ |
# | $\sigma_w$ | standard deviation of a layer's initial weights |
# | $\kappa$ (`gain`) | $\sigma_w \sqrt{n}$, the scale of the weights with the fan-in taken out |
# | $L$ | the loss; $\partial L/\partial a_\ell$ is the gradient that reaches layer $\ell$ |
#
# ## Set up

# %%
import sys
from collections import defaultdict

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
        "chain_width": 100,  # neurons per layer of the random chains
        "chain_depth": 30,
        "gains": [0.7, 1.0, 2**0.5, 2.0],
        "depths": [6, 18, 30],  # convolutions of the networks that are trained
        "width": 16,  # filters per convolution
        "batch_size": 64,
        "epochs": 4,
        "learning_rate": 0.5,
        "other_rate": 0.1,  # a second try for the deepest network
        "gentle_rate": 0.05,  # for leaving a good solution where it is
        "few_epochs": 60,  # on a single batch, to overfit on purpose
        "probe_images": 64,  # for measuring signals and gradients
        "seeds": [0, 1, 2],  # every measurement and training is repeated with each of them
        "dtype": "float32",
        "jit_compile": False,  # XLA makes such small networks slower on a CPU
        "loss_scale": 1.0,
    },
    "gpu": {
        "data": "cifar10",  # needs a network; falls back to the digits
        "num_train": 20_000,
        "num_test": 2_000,
        "chain_width": 100,
        "chain_depth": 30,
        "gains": [0.7, 1.0, 2**0.5, 2.0],
        "depths": [6, 18, 30],
        "width": 32,
        "batch_size": 128,
        "epochs": 6,
        "learning_rate": 0.5,
        "other_rate": 0.1,
        "gentle_rate": 0.05,
        "few_epochs": 60,
        "probe_images": 64,
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
    "chain_width": 10,
    "chain_depth": 3,
    "gains": [1.0, 2**0.5],
    "depths": [3, 6],
    "width": 4,
    "batch_size": 8,
    "epochs": 1,
    "few_epochs": 2,
    "probe_images": 8,
    "seeds": [0],
}

# %% [markdown]
# Two helpers first: one loads the images, the other gives all figures one look. Nothing later depends on how they work.

# %% include tags=["hide-input"]
from convlab.data import load_cifar10_images, load_digit_images, load_images

# %% include tags=["hide-input"]
from convlab.figures import COLORS, set_figure_style

# %%
set_figure_style()
keras.utils.set_random_seed(0)
x_train, y_train, x_test, y_test = load_images(CONFIG["data"], CONFIG["num_train"], CONFIG["num_test"])
seeds = CONFIG["seeds"]
probe_x, probe_y = x_train[: CONFIG["probe_images"]], y_train[: CONFIG["probe_images"]]
print(f"train {x_train.shape}, test {x_test.shape}; probing with {len(probe_x)} images")

# %% [markdown]
# ## Is deeper better?
#
# ### What the winners show
#
# First the facts. A network's depth is counted in layers with weights, along the longest way from the image to the logits; pooling and activation functions do not count, and neither does the width. So the numbers on the slides can be added up from what each network is made of ([@krizhevsky2012; @zeiler2014; @simonyan2015; @szegedy2015]). The errors of the entries are those of the challenge's report ([@russakovsky2015]), except ZFNet's, which its paper gives.

# %%
made_of = {  # convolutions stage by stage, then fully connected layers
    "LeNet-5": ([1, 1], 3),
    "AlexNet": ([1, 1, 3], 3),
    "ZFNet": ([1, 1, 3], 3),
    "VGG-16": ([2, 2, 3, 3, 3], 3),
    "VGG-19": ([2, 2, 4, 4, 4], 3),
    "GoogLeNet": ([1, 2] + 9 * [2], 1),  # nine inception modules: a 1x1 and then a 3x3 or 5x5 convolution
}
depth_of = {name: sum(stages) + dense for name, (stages, dense) in made_of.items()}
print(", ".join(f"{name}: {layers}" for name, layers in depth_of.items()))

# Top-5 error in percent on the test images of the challenge.
challenge_error = {
    "AlexNet": (2012, 16.4),  # five networks, supplied data only
    "ZFNet": (2013, 14.8),  # the paper's best
    "VGG-19": (2014, 7.3),  # seven networks of up to 19 layers, second place
    "GoogLeNet": (2014, 6.67),  # seven networks, the winner
}
# Table 3 of the VGG paper: one network, one scale (256 pixels), validation images.
vgg_series = {11: 10.4, 13: 9.9, 16: 8.8, 19: 9.0}

# %% figure alt="Two panels of top-5 error against the number of layers. Left: AlexNet and ZFNet with 8 layers at 16.4 and 14.8 percent, VGG with 19 layers at 7.3 and GoogLeNet with 22 layers at 6.67 percent; the trend falls steeply. Right: VGG with 11, 13, 16 and 19 layers at 10.4, 9.9, 8.8 and 9.0 percent; the curve falls and then turns up slightly at the end." tags=["hide-input"]
fig, (left, right) = plt.subplots(1, 2, figsize=(7.5, 3.9), sharey=True)
label_places = {
    "AlexNet": ((8, 8), "left"),
    "ZFNet": ((8, -4), "left"),
    "VGG-19": ((-8, 5), "right"),
    "GoogLeNet": ((4, -17), "right"),
}
for name, (year, error) in challenge_error.items():
    left.plot(depth_of[name], error, "o", color=COLORS["vermilion"], markersize=8)
    place, side = label_places[name]
    left.annotate(
        f"{name}, {year}",
        (depth_of[name], error),
        place,
        textcoords="offset points",
        ha=side,
        fontsize=10,
    )
left.set(xlabel="layers with weights", ylabel="top-5 error in %", xlim=(5, 24), ylim=(0, 18))
left.set_xticks([8, 11, 13, 16, 19, 22])
left.set_title("Entries, test images")
right.plot(list(vgg_series), list(vgg_series.values()), "-s", color=COLORS["blue"], markersize=8)
for layers, error in vgg_series.items():
    right.annotate(f"{error}", (layers, error), (0, 9), textcoords="offset points", ha="center", fontsize=10)
right.set(xlabel="layers with weights", xlim=(9, 21), xticks=list(vgg_series))
right.set_title("VGG only, validation images")
plt.show()

# %% [markdown]
# **Predict, then look again.** The left panel is the "very obvious trend" of the slide. Name three things besides depth that changed between AlexNet and GoogLeNet. What would you have to do to find out what depth alone contributes?
#
# <details class="answer"><summary>Answer</summary>
#
# Kernel sizes, 1x1 convolutions, global average pooling, the number of parameters (61 million against 7 million), data augmentation, how many networks were averaged (five against seven), two years of experience. With four points that differ in everything, any one of these "explains" the trend. To isolate depth, change **only** depth: same recipe, same data, same everything else. That is what the right panel does.
#
# </details>
#
# The right panel is the better evidence. The authors of VGG trained networks of 11 to 19 layers by one recipe, with nearly the same number of parameters (133 to 144 million), and measured each of them alone. From 11 to 16 layers the error falls by 1.6 percentage points; with 19 layers it is no better than with 16 (at this scale; at the others the two are within 0.1 points). They write that the error of their architecture **saturates** at 19 layers ([@simonyan2015]).
#
# Two details of that year show that depth did not come for free. The deeper VGG networks were not trained from random weights at first: some of their layers started from those of the trained 11-layer network. And GoogLeNet had auxiliary classifiers attached half-way up, whose purpose was to bring gradient to the lower layers. Why should the gradient need help?
#
# ## How a signal travels through many layers
#
# ### One layer
#
# Take a network before its first training step. Its weights are random numbers with mean 0 and standard deviation $\sigma_w$, independent of each other and of the data. One output of a layer sums $n$ products, $z = \sum_{i=1}^{n} w_i\, a_i$. All cross terms vanish on average, and what remains is
#
# $$\mathrm{E}[z^2] = n\, \sigma_w^2\, q_{\ell-1} = \kappa^2\, q_{\ell-1}, \qquad \kappa = \sigma_w \sqrt{n} \tag{1}$$
#
# So only one number matters for the size of the signal: the gain $\kappa$. What the activation function does to $z$ decides the rest.
#
# - **Linear** ($a = z$): $q_\ell = \kappa^2 q_{\ell-1}$.
# - **ReLU**: $z$ is as often negative as positive, so half of the squares survive: $q_\ell = \tfrac12 \kappa^2 q_{\ell-1}$.
# - **tanh**: $|\tanh z| \le |z|$, with near equality for small $z$. Small signals behave as in a linear network; large ones are cut off at 1.
#
# The **size** of a signal is the root of its mean square. From layer to layer it is multiplied by a factor $r$, and after $D$ layers by
#
# $$r^D, \qquad r_{\text{linear}} = \kappa, \qquad r_{\text{ReLU}} = \kappa / \sqrt2 \tag{2}$$
#
# A power of the depth has no mercy: a factor is either 1, or the signal dies, or it blows up.
#
# | $r$ | $r^{8}$ | $r^{22}$ | $r^{30}$ | $r^{100}$ |
# |--:|--:|--:|--:|--:|
# | 0.7 | 0.06 | 0.0004 | 0.00002 | $3 \cdot 10^{-16}$ |
# | 0.9 | 0.43 | 0.10 | 0.04 | 0.00003 |
# | 1 | 1 | 1 | 1 | 1 |
# | 1.1 | 2.1 | 8.1 | 17 | 14,000 |
# | 1.4 | 15 | 1,600 | 24,000 | $4 \cdot 10^{14}$ |
#
# The eight layers of AlexNet forgive a factor of 0.9. Thirty layers do not.
#
# ### And back
#
# Backpropagation goes through the same matrices, transposed. One component of $\partial L/\partial a_{\ell-1}$ sums over the outputs that this activation feeds, each weighted with a $w$ and with the slope $\varphi'(z)$. If the layers are equally wide, the sum has $n$ terms again:
#
# $$\mathrm{E}\!\left[\Big(\frac{\partial L}{\partial a_{\ell-1}}\Big)^{2}\right] = \kappa^2\; \mathrm{E}\big[\varphi'(z)^2\big]\; \mathrm{E}\!\left[\Big(\frac{\partial L}{\partial a_{\ell}}\Big)^{2}\right] \tag{3}$$
#
# The slope of a linear unit is 1. That of a ReLU is 1 for half of the inputs and 0 for the others, so $\mathrm{E}[\varphi'^2] = \frac12$. Hence **the same factors $r$ as in (2)**, now read from the last layer to the first. The slope of tanh is at most 1, and close to 0 where it saturates.
#
# These sums are behind the two rules for initial weights that Keras offers by name. Glorot and Bengio ask for $\sigma_w^2 = 2/(n_{in} + n_{out})$, a compromise between forward and backward ([@glorot2010]); for equally wide layers that is $\kappa = 1$, and it is derived for activation functions that are linear near zero. He et al. add the ReLU's factor: $\sigma_w^2 = 2/n_{in}$, that is $\kappa = \sqrt2$ ([@he2015]). Keras's default is Glorot's rule (`glorot_uniform`), whatever activation function follows.
#
# ### Measured
#
# Now we check the theory on a chain of thirty equally wide layers. Three functions build the chain, draw its weights, and listen at every layer. The last one makes a model that has the outputs of all activation functions among its own outputs, and differentiates the loss with respect to each of them.

# %% include
from convlab.depth import build_dense_chain, draw_kernels, signals_by_depth

# %% [markdown]
# **Predict, then run.** Thirty layers, four gains. (a) For which gain does the signal keep its size in the linear network, for which in the ReLU network? (b) A tanh can put out nothing larger than 1. Does this make it safe to choose $\kappa$ too large rather than too small?

# %%
vectors = probe_x.reshape(len(probe_x), -1)
gains = CONFIG["gains"]
chain_signals = {}
for activation in ("tanh", "relu", "linear"):
    chain = build_dense_chain(vectors.shape[1], CONFIG["chain_width"], CONFIG["chain_depth"], activation)
    for gain in gains:
        runs = []
        for seed in seeds:
            draw_kernels(chain, gain, seed)
            runs.append(signals_by_depth(chain, vectors, probe_y))
        chain_signals[activation, gain] = {key: np.array([run[key] for run in runs]) for key in runs[0]}


def factor_per_layer(sizes):
    """Return the mean factor from one layer to the next, one number per seed."""
    return (sizes[:, -1] / sizes[:, 0]) ** (1 / (sizes.shape[1] - 1))


print("factor per layer:   theory   signal forward   gradient backward")
chain_factors = {}
for (activation, gain), found in chain_signals.items():
    forward, backward = factor_per_layer(found["activation"]), 1 / factor_per_layer(found["gradient"])
    chain_factors[activation, gain] = forward, backward
    theory = {"linear": f"{gain:.2f}", "relu": f"{gain / 2**0.5:.2f}"}.get(activation, "")
    print(f"{activation:>7}, gain {gain:.2f}: {theory:>7}", end="")
    print("".join(f"{values.min():>12.2f}-{values.max():.2f}" for values in (forward, backward)))

# %% figure alt="Six panels. Upper row: size of the activations against the layer, on a logarithmic axis, for tanh, ReLU and linear networks with four gains. In the linear network only gain 1 stays level, in the ReLU network only gain 1.41; the others run away as straight lines over many powers of ten. In the tanh network large gains stay level and small ones fall. Lower row: the gradient relative to the last layer. The same straight lines mirrored for ReLU and linear; for tanh the gain of 2, whose activations were level, grows about a hundredfold toward the first layer." tags=["hide-input"]
fig, axes = plt.subplots(2, 3, figsize=(7.5, 5.6), sharex=True, sharey="row")
looks = dict(
    zip(gains, (("purple", ":"), ("orange", "-."), ("blue", "-"), ("vermilion", "--")), strict=False)
)
layers = np.arange(1, CONFIG["chain_depth"] + 1)
for column, activation in enumerate(("tanh", "relu", "linear")):
    for gain in gains:
        found, (color, line) = chain_signals[activation, gain], looks[gain]
        rows = found["activation"], found["gradient"] / found["gradient"][:, -1:]
        for ax, values in zip(axes[:, column], rows, strict=True):
            ax.fill_between(
                layers, values.min(0), values.max(0), color=COLORS[color], alpha=0.18, linewidth=0
            )
            middle = np.exp(np.log(values).mean(axis=0))
            ax.plot(layers, middle, line, color=COLORS[color], label=f"{gain:.2g}")
    axes[0, column].set_title({"relu": "ReLU"}.get(activation, activation))
    axes[1, column].set_xlabel("layer")
for ax in axes.flat:
    ax.set_yscale("log")
axes[0, 0].set_ylabel("std of the activations")
axes[1, 0].set_ylabel("gradient, last layer = 1")
handles, names = axes[0, 0].get_legend_handles_labels()
fig.legend(handles, names, title=r"gain $\kappa = \sigma_w \sqrt{n}$", loc="outside upper center", ncols=4)
plt.show()

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# (a) $\kappa = 1$ in the linear network, $\kappa = \sqrt2$ in the ReLU network, as (2) says; the measured factors agree with the theory within 5 %. With Glorot's $\kappa = 1$ a ReLU network loses 30 % per layer: after thirty layers less than a ten-thousandth is left. With $\kappa = 2$ it gains 41 % per layer.
#
# (b) No. Forward, the tanh network with $\kappa = 2$ looks perfectly healthy: its activations settle near 0.7. But its **gradient** grows by 17 % per layer on the way back, to about 90 times at the first layer. Saturation limits the signal, not the gradient: in (3) the factor $\kappa^2$ is still there, and most slopes are not small enough to cancel it.
#
# </details>
#
# Two things to keep. **A healthy forward signal does not prove a healthy gradient**; measure both. And the words: a gradient that shrinks toward the first layers is called **vanishing**, one that grows is called **exploding**. The problem was described in recurrent networks first, where the same matrix is multiplied again and again ([@bengio1994]), long before anyone trained thirty convolutions.
#
# ### Convolutions, and a leak at the edges
#
# For a convolution the fan-in is $n = F_h F_w C_{in}$, here $3 \cdot 3 \cdot 16 = 144$, and everything else stays the same. Almost. We take the plain network of lesson 3 with thirty convolutions: 3x3 kernels, each followed by BN (or not) and a ReLU, in three **stages** of equal length whose feature maps have 8x8, 4x4, and 2x2 positions. First without BN, initialized by both rules. (Unfold the network, and the training loop for later, if you do not remember them.)

# %% include tags=["hide-input"]
from convlab.batch_normalization import build_conv_net, estimate_population_statistics

# %% include tags=["hide-input"]
from convlab.training import Trainer

# %% [markdown]
# **Predict, then run.** With He's rule ($\kappa = \sqrt2$), is the signal behind the thirtieth convolution as large as behind the first?

# %%
deepest = CONFIG["depths"][-1]
bare_net = build_conv_net(x_train.shape[1:], CONFIG["width"], deepest, normalize=None)
bare_signals = {}
for gain in (1.0, 2**0.5):
    runs = []
    for seed in seeds:
        draw_kernels(bare_net, gain, seed)
        runs.append(signals_by_depth(bare_net, probe_x, probe_y))
    bare_signals[gain] = {key: np.array([run[key] for run in runs]) for key in runs[0]}
    first, last = bare_signals[gain]["activation"][:, 0], bare_signals[gain]["activation"][:, -1]
    ratio = bare_signals[gain]["gradient"][:, 0] / bare_signals[gain]["gradient"][:, -1]
    print(f"gain {gain:.2f}: activations {first.mean():.2f} behind the first convolution,", end=" ")
    print(f"{last.min():.0e} to {last.max():.0e} behind the last;")
    print(
        f"           gradient at the first over gradient at the last: {ratio.min():.0e} to {ratio.max():.0e}"
    )

stage_length = deepest // 3
print("stage  map     share of a 3x3 kernel inside   root of it   measured factor per layer")
stage_factors = []
for stage in range(3):
    size = x_train.shape[1] // 2**stage
    inside = ((3 * size - 2) / (3 * size)) ** 2
    part = bare_signals[2**0.5]["activation"][:, stage * stage_length : (stage + 1) * stage_length]
    stage_factors.append((inside**0.5, factor_per_layer(part)))
    print(f"{stage + 1:>5}  {size}x{size} {inside:>22.2f} {inside**0.5:>20.2f}", end="")
    print(f"{stage_factors[-1][1].min():>18.2f}-{stage_factors[-1][1].max():.2f}")

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# No, it is hundreds of times smaller, on some seeds thousands of times. He's rule counts on all $n$ inputs being there, but next to the border of a map a 3x3 kernel hangs over the edge, and the zeros of the padding contribute nothing. Along one axis of a map of size $s$, $3s - 2$ of the $3s$ taps fall inside. On an 8x8 map that is a loss of 8 % per layer; on a 2x2 map **every** position is a corner, only four of nine taps see anything, and the factor per layer is $\sqrt{4/9} = 2/3$. Ten such layers in a row leave less than 2 %.
#
# </details>
#
# This is typical. A rule for initial weights is a computation about an idealized layer, made once, before training; padding, pooling, dropout, or a few hundred training steps, and it no longer holds. With Glorot's rule, the default, this network is dead on arrival: the gradient at its first layer is less than a millionth of that at its last.
#
# ### What batch normalization changes
#
# BN does not compute in advance, it measures. Behind it $z$ has mean 0 and variance 1, whatever the weights are and however deep the layer is. Behind the ReLU, half of a bell curve is left, and its standard deviation is $\sqrt{\tfrac12 - \tfrac1{2\pi}} \approx 0.584$, at every depth.
#
# And the gradient? Let the ReLU outputs have the variance $v = \tfrac12 - \tfrac1{2\pi}$. The convolution turns it into $\kappa^2 v$, because BN removes the mean, and BN divides by the root of that. Backward, a gradient is divided by the same root, multiplied by $\kappa$ in the convolution, and loses half of its square in the ReLU:
#
# $$\text{factor of the gradient per layer} \approx \sqrt{\frac{1}{\kappa^2 v} \cdot \kappa^2 \cdot \frac12} = \sqrt{\frac{1/2}{1/2 - 1/(2\pi)}} = \sqrt{\frac{\pi}{\pi - 1}} \approx 1.21 \tag{4}$$
#
# The gain has canceled: with BN, the scale of the weights does not matter. But the factor is not 1. Before the first step, the gradient of a deep network with BN **grows** toward the first layers ([@yang2019]).


# %%
def normalize(tensor):
    """Put Keras's BatchNormalization behind a tensor, with a momentum that suits short trainings."""
    return keras.layers.BatchNormalization(momentum=0.9)(tensor)


def build_trainer(depth):
    """Return a Trainer of the plain network with BN and so many convolutions."""
    net = build_conv_net(x_train.shape[1:], CONFIG["width"], depth, normalize, dtype=CONFIG["dtype"])
    return Trainer(net, CONFIG["jit_compile"], CONFIG["loss_scale"])


def listen(trainer):
    """Measure the signals in a trainer's network on the probe images."""
    return signals_by_depth(trainer.model, probe_x, probe_y, CONFIG["loss_scale"])


depths = CONFIG["depths"]
trainers = {depth: build_trainer(depth) for depth in depths}
at_start = []
for seed in seeds:
    trainers[deepest].reset(seed)
    at_start.append(listen(trainers[deepest]))
normalized_signals = {key: np.array([run[key] for run in at_start]) for key in at_start[0]}
behind_bn = normalized_signals["activation"]
growth_at_start = normalized_signals["gradient"][:, 0] / normalized_signals["gradient"][:, -1]
gradient_factor = 1 / factor_per_layer(normalized_signals["gradient"])
print(f"activations: {behind_bn.min():.2f} to {behind_bn.max():.2f} over all layers and seeds")
print(f"gradient at the first layer over gradient at the last: {growth_at_start.round()}")
print(f"gradient, factor per layer: {gradient_factor.min():.2f}-{gradient_factor.max():.2f}", end="; ")
print(f"equation (4): {(np.pi / (np.pi - 1)) ** 0.5:.2f}")

# %% figure alt="Left: standard deviation of the activations against the layer, logarithmic axis. With BN it is level near 0.58. Without BN and gain 1.41 it falls slowly and then faster, to about a thousandth; with gain 1 it falls to about one hundred-millionth. Right: length of the gradient. Without BN it shrinks toward the first layer, by seven powers of ten for gain 1. With BN it grows toward the first layer, about a hundredfold." tags=["hide-input"]
fig, (left, right) = plt.subplots(1, 2, figsize=(7.5, 4.2))
curves = [
    ("with BN", normalized_signals, "blue", "-"),
    (r"without BN, $\kappa = \sqrt{2}$ (He)", bare_signals[2**0.5], "orange", "--"),
    (r"without BN, $\kappa = 1$ (Glorot)", bare_signals[1.0], "vermilion", ":"),
]
layers = np.arange(1, deepest + 1)
for ax, key in ((left, "activation"), (right, "gradient")):
    for name, found, color, line in curves:
        values = found[key]
        ax.fill_between(layers, values.min(0), values.max(0), color=COLORS[color], alpha=0.18, linewidth=0)
        ax.plot(layers, np.exp(np.log(values).mean(0)), line, color=COLORS[color], label=name)
    ax.set_yscale("log")
    ax.set_xlabel("convolution")
left.set_title("Activations, forward")
left.set_ylabel("standard deviation")
right.set_title("Gradient, backward")
right.set_ylabel("length of $\\partial L / \\partial a_\\ell$")
handles, names = left.get_legend_handles_labels()
fig.legend(handles, names, loc="outside lower center", ncols=3, fontsize=10)
plt.show()

# %% [markdown]
# Read the right panel from right to left, the way a gradient travels. The slide's sentence, "gradients get smaller and smaller as they back propagate", is right for deep networks without normalization and with badly scaled weights; the dotted line is just that. It is **not** what happens in a network with BN. There the signal keeps its size through all thirty layers, and the gradient arrives at the first layer a hundred times **larger** than it left the last. Keep this picture in mind: if such a network fails to train, "vanishing gradients" cannot be the reason.
#
# ## Degradation
#
# ### The experiment
#
# Now we train. Three networks that differ in nothing but depth: 6, 18, and 30 convolutions, all with BN, 16 filters each, the same images, batch size, learning rate, and number of steps, on three seeds. We record the training loss, and afterwards the error on the training images and on the test images. For the deepest network we also listen at its layers: before the first step, after it, and at the end.
#
# **Predict, then run.** The 30-layer network has more than five times the weights of the 6-layer one. Which has the lower error on the **training** images? Which on the test images?


# %%
def error_rate(trainer, images, labels, training=False):
    """Return the share of wrong predictions, with batches that fit into a GPU's memory."""
    return 1 - trainer.accuracy(images, labels, training, batch_size=min(len(images), 1400))


results = defaultdict(list)  # (depth, what) -> one entry per seed
for depth, trainer in trainers.items():

    def after_step(step, depth=depth, trainer=trainer):
        """Listen to the deepest network once its first step is done."""
        if step == 1 and depth == deepest:
            results[depth, "after one step"].append(listen(trainer))

    for seed in seeds:
        trainer.reset(seed)
        losses = trainer.fit(
            x_train,
            y_train,
            CONFIG["batch_size"],
            CONFIG["learning_rate"],
            CONFIG["epochs"],
            after_step,
        )
        results[depth, "loss"].append(losses)
        results[depth, "train"].append(error_rate(trainer, x_train, y_train))
        results[depth, "test"].append(error_rate(trainer, x_test, y_test))
        results[depth, "weights"].append(trainer.model.get_weights())
        if depth == deepest:
            results[depth, "at the end"].append(listen(trainer))
            results[depth, "batch statistics"].append(error_rate(trainer, x_train, y_train, training=True))

train_error = {depth: np.array(results[depth, "train"]) for depth in depths}
test_error = {depth: np.array(results[depth, "test"]) for depth in depths}
print("depth  parameters     training error        test error")
for depth in depths:
    print(f"{depth:>5}  {trainers[depth].model.count_params():>10,}", end="  ")
    for values in (train_error[depth], test_error[depth]):
        print(f"{values.min():>9.1%} to {values.max():>5.1%}", end="")
    print()

# %% figure alt="Left: training loss against step for networks of 6, 18 and 30 convolutions. The shallowest falls fastest and ends near zero, the middle one follows later, the deepest stays above 1. Right: training error, filled, and test error, open, against depth for three seeds. Both rise together, from near zero at 6 layers to about half of all images at 30 layers." tags=["hide-input"]
fig, (left, right) = plt.subplots(1, 2, figsize=(7.5, 4.0))
depth_looks = dict(
    zip(depths, (("blue", "-", "o"), ("orange", "--", "s"), ("vermilion", ":", "^")), strict=False)
)
window = min(8, len(results[depths[0], "loss"][0]))
for depth in depths:
    color, line, marker = depth_looks[depth]
    smooth = np.array([np.convolve(r, np.ones(window) / window, "valid") for r in results[depth, "loss"]])
    steps = np.arange(smooth.shape[1]) + window
    left.fill_between(steps, smooth.min(0), smooth.max(0), color=COLORS[color], alpha=0.18, linewidth=0)
    left.plot(steps, smooth.mean(0), line, color=COLORS[color], label=f"{depth} convolutions")
    right.plot(
        np.full(len(seeds), depth - 0.5), train_error[depth], marker, color=COLORS[color], markersize=8
    )
    right.plot(
        np.full(len(seeds), depth + 0.5),
        test_error[depth],
        marker,
        color=COLORS[color],
        markersize=8,
        markerfacecolor="white",
    )
left.set(xlabel="training step", ylabel=f"training loss (mean of {window} steps)", ylim=(0, None))
left.set_title("Training")
handles, names = left.get_legend_handles_labels()
fig.legend(handles, names, loc="outside lower center", ncols=3, fontsize=10)
right.plot([], [], "o", color="black", label="training images")
right.plot([], [], "o", color="black", markerfacecolor="white", label="test images")
right.set(xlabel="convolutions", ylabel="error", ylim=(-0.02, 0.72), xticks=depths)
right.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
right.set_title("After training")
right.legend(frameon=False, fontsize=10, loc="upper left")
plt.show()

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# The shallow one, both times. With 6 convolutions every seed ends below 1 % training error; with 18 a few percent are wrong; with 30 **more than 15 %** on every seed, and far more in most runs. The order is the same for every seed, and the test errors follow the training errors.
#
# </details>
#
# This is **degradation**: beyond some depth, adding layers to a plain network makes its **training** error grow. He et al. showed it at full size ([@he2016]). On CIFAR-10 their plain network with 56 layers had a higher training error than the one with 20 throughout training, and one with 110 layers had an error above 60 %. On ImageNet, a plain network of 34 layers had a higher training error than one of 18, and ended at a top-1 validation error of 28.54 % against 27.94 %. Others had seen it before ([@hesun2015; @srivastava2015]).
#
# The effect in our small experiment is much larger than on ImageNet, because we train for 84 steps instead of up to 600,000. What is the same is the direction, and where it shows: on the training images.
#
# Now to the suspects.
#
# ### Suspect 1: overfitting
#
# More weights, higher test error: many people's first thought was overfitting, says the slide, and rightly adds that it is not. The proof is in one number. **Overfitting means low training error and high test error**, because the network has learned its training images by heart. Here the deep network does worse on the images that it was trained with. There is nothing it could have overfitted to.
#
# So that you know the real thing when you see it, we overfit on purpose: the 6-layer network, trained for long on a single batch of 64 images.

# %%
few = CONFIG["batch_size"]
few_train_error, few_test_error = [], []
for seed in seeds:
    trainers[depths[0]].reset(seed)
    trainers[depths[0]].fit(x_train[:few], y_train[:few], few, 0.3, CONFIG["few_epochs"])
    few_train_error.append(error_rate(trainers[depths[0]], x_train[:few], y_train[:few]))
    few_test_error.append(error_rate(trainers[depths[0]], x_test, y_test))
few_train_error, few_test_error = np.array(few_train_error), np.array(few_test_error)
print(f"{few} training images: training error {few_train_error.max():.1%} at most,", end=" ")
print(f"test error {few_test_error.min():.1%} to {few_test_error.max():.1%}")
worst_gap = max(abs(test_error[depth] - train_error[depth]).max() for depth in depths)
batch_error = np.array(results[deepest, "batch statistics"])
print(f"trained on all images: test and training error differ by {worst_gap:.1%} at most, at any depth")
print(f"{deepest} convolutions with batch statistics: training error", end=" ")
print(f"{batch_error.min():.1%} to {batch_error.max():.1%}")

# %% figure alt="Test error against training error. A gray diagonal marks equal errors. The networks of 6, 18 and 30 convolutions lie along the diagonal, the deeper the further up, which is labeled degradation. The network trained on 64 images lies at zero training error and above 20 percent test error, far above the diagonal, which is labeled overfitting." tags=["hide-input"]
fig, ax = plt.subplots(figsize=(7.5, 4.4))
ax.plot([0, 0.7], [0, 0.7], color=COLORS["gray"], linewidth=1.2)
ax.text(0.66, 0.64, "equal errors", color=COLORS["gray"], ha="left", va="top", fontsize=10)
for depth in depths:
    color, _, marker = depth_looks[depth]
    ax.plot(
        train_error[depth],
        test_error[depth],
        marker,
        color=COLORS[color],
        markersize=9,
        label=f"{depth} convolutions",
    )
ax.plot(
    few_train_error,
    few_test_error,
    "D",
    color=COLORS["purple"],
    markersize=9,
    label=f"{depths[0]} convolutions, {few} images",
)
ax.annotate(
    "overfitting", (0.01, few_test_error.mean()), (0.1, 0.33), arrowprops={"arrowstyle": "->"}, fontsize=11
)
ax.annotate("", (0.33, 0.26), (0.06, 0.0), arrowprops={"arrowstyle": "->"})
ax.text(0.24, 0.12, "degradation", fontsize=11)
ax.set(xlabel="training error", ylabel="test error", xlim=(-0.02, 0.8), ylim=(-0.02, 0.72))
for axis in (ax.xaxis, ax.yaxis):
    axis.set_major_formatter(lambda value, _: f"{value:.0%}")
ax.set_title("Two ways to be bad at testing")
ax.legend(frameon=False, fontsize=10, loc="upper left", bbox_to_anchor=(0.0, 1.0))
plt.show()

# %% [markdown]
# The overfitted network stands far above the diagonal. The deep networks move **along** it: what they get wrong on new images, they already get wrong on the old ones. Remedies against overfitting (more data, augmentation, dropout, weight decay) do not help them: each of these makes the training images **harder** to fit.
#
# The last printed line rules out the trap of lesson 3. The deepest network is not the victim of bad moving statistics; with batch statistics it is about as wrong.
#
# ### Suspect 2: vanishing gradients
#
# The networks have BN, and we have seen that their gradients do not vanish before the first step. But maybe they do later? We recorded them.

# %%
moments = {
    "before the first step": [
        {key: values[k] for key, values in normalized_signals.items()} for k in range(len(seeds))
    ],
    "after one step": results[deepest, "after one step"],
    "at the end": results[deepest, "at the end"],
}
history = {
    moment: {key: np.array([run[key] for run in runs]) for key in runs[0]} for moment, runs in moments.items()
}
spread = {}
for moment, found in history.items():
    size, gradient = found["activation"], found["gradient"]
    spread[moment] = gradient.max(axis=1) / gradient.min(axis=1)
    first_to_last = gradient[:, 0] / gradient[:, -1]
    print(f"{moment:>21}: activations {size.min():.2f}-{size.max():.2f},", end=" ")
    print(f"gradient first/last {first_to_last.min():.1f}-{first_to_last.max():.1f},", end=" ")
    print(f"largest/smallest {spread[moment].min():.1f}-{spread[moment].max():.1f}")

# %% figure alt="Left: the standard deviation of the activations of all thirty layers is between about 0.5 and 0.8 before the first step, after one step and at the end. Right: the gradient's length on a logarithmic axis. Before the first step it falls from about 6 at the first layer to 0.07 at the last; after one step and at the end the curves are nearly level, within a factor of ten, and highest at the first layer." tags=["hide-input"]
fig, (left, right) = plt.subplots(1, 2, figsize=(7.5, 4.0))
for (moment, found), (color, line) in zip(
    history.items(), (("gray", ":"), ("orange", "--"), ("blue", "-")), strict=True
):
    for ax, key in ((left, "activation"), (right, "gradient")):
        values = found[key]
        ax.fill_between(layers, values.min(0), values.max(0), color=COLORS[color], alpha=0.2, linewidth=0)
        ax.plot(layers, values.mean(0), line, color=COLORS[color], label=moment)
left.set(xlabel="convolution", ylabel="standard deviation", ylim=(0, 1))
left.set_title("Activations")
right.set_yscale("log")
right.set(xlabel="convolution", ylabel="length of $\\partial L / \\partial a_\\ell$", ylim=(0.005, 20))
right.set_title("Gradient")
handles, names = left.get_legend_handles_labels()
fig.legend(handles, names, loc="outside lower center", ncols=3, fontsize=10)
plt.show()

# %% [markdown]
# Nothing vanishes, at no time and in no layer. The lopsided start is gone after a single step, as theory and larger experiments say too ([@yang2019]); from then on the largest and the smallest gradient of the thirty layers differ by a factor of about ten or less, and the first layer never gets less than the last. **And still the network ends with more than 15 % of its training images wrong.**
#
# He et al. argue in the same way. Their plain networks have BN, so the signals that go forward have a variance that is not zero; they also checked that the gradients that come back have healthy lengths; hence they consider it unlikely that vanishing gradients cause the difficulty ([@he2016]). The slide that says otherwise is not far off: vanishing gradients **were** the obstacle before, with the same symptom, deep networks that do not train. It took a measurement to see that the obstacle had changed.
#
# ### Suspect 3: the wrong learning rate, or not enough training
#
# A fair objection: perhaps 0.5 suits the shallow network and not the deep one. So we give the deepest network a second chance with a rate that is five times smaller.

# %%
other_error = []
for seed in seeds:
    trainers[deepest].reset(seed)
    trainers[deepest].fit(x_train, y_train, CONFIG["batch_size"], CONFIG["other_rate"], CONFIG["epochs"])
    other_error.append(error_rate(trainers[deepest], x_train, y_train))
other_error = np.array(other_error)
print(f"{deepest} convolutions, rate {CONFIG['other_rate']}: training error", end=" ")
print(f"{other_error.min():.1%} to {other_error.max():.1%}")

# %% [markdown]
# Better, and on every seed still worse than the 6-layer network, by more than three percentage points. A comparison of depths is only fair if each depth gets a rate that suits it; we have tried two, and you can try more in `CONFIG`.
#
# And more training? Set `epochs` to 15 and run it again: expect the deepest network to close much of the gap, and see whether it closes all of it. So here the deep network is **slow** rather than stuck. On ImageNet three times as many iterations did not make the degradation go away. He et al. conjecture that deep plain networks converge **exponentially slowly** with depth, and leave the reason to future study ([@he2016]).
#
# ### Suspect 4: it cannot be done
#
# One suspect is left. Perhaps thirty plain layers with ReLUs in between simply **cannot** represent a good classifier; perhaps too much is lost on the way. This one can be refuted by construction.
#
# ## A better solution exists
#
# ### A layer that does nothing
#
# Take a 3x3 kernel with a 1 in the middle and zeros around it. As a cross-correlation it copies its input: each output is once the pixel under the middle, plus eight times nothing. A ReLU behind it changes nothing **if the input has no negative numbers**, and the output of a ReLU has none. So such a layer, put behind a ReLU, is an **identity layer**: any number of them in a row leaves a feature map untouched.

# %%
digit = x_train[3, :, :, :1]
one_map = np.maximum(digit, 0)[np.newaxis]  # what a ReLU lets through
copying_kernel = np.array([[0, 0, 0], [0, 1, 0], [0, 0, 0]], "float32").reshape(3, 3, 1, 1)
random_kernel = np.random.default_rng(2).normal(0, (2 / 9) ** 0.5, (3, 3, 1, 1)).astype("float32")


def repeat_layer(feature_map, kernel, times):
    """Apply one convolution with ReLU again and again."""
    for _ in range(times):
        feature_map = keras.ops.relu(keras.ops.conv(feature_map, kernel, padding="same"))
    return keras.ops.convert_to_numpy(feature_map)


copied_map = repeat_layer(one_map, copying_kernel, 24)
scrambled_map = repeat_layer(one_map, random_kernel, 6)
cut_map = repeat_layer(digit[np.newaxis], copying_kernel, 1)
copy_change = float(abs(copied_map - one_map).max())
cut_change = float(abs(cut_map - digit[np.newaxis]).max())
print(f"24 identity layers change a map without negative numbers by {copy_change}")
print(f"one identity layer changes the raw image, which has negative pixels, by up to {cut_change:.2f}")

# %% figure alt="Four small images. First a 3 by 3 kernel with a one in the middle and zeros around it. Then a feature map of a handwritten digit. Then the same map after 24 identity layers, with no visible difference. Last the map after only six layers with one random kernel: a blurred shape in which the digit is not recognizable." tags=["hide-input"]
fig, axes = plt.subplots(1, 4, figsize=(7.5, 2.5))
axes[0].imshow(copying_kernel[..., 0, 0], cmap="Greys", vmin=0, vmax=2)
for (row, column), value in np.ndenumerate(copying_kernel[..., 0, 0]):
    axes[0].text(column, row, f"{value:.0f}", ha="center", va="center", fontsize=14)
for ax, picture in zip(axes[1:], (one_map, copied_map, scrambled_map), strict=True):
    ax.imshow(picture[0, ..., 0], cmap="Greys", vmin=0, vmax=max(float(picture.max()), 1e-6))
for ax, title in zip(
    axes,
    ("the kernel", "a feature map", "after 24\nidentity layers", "after 6 layers,\nrandom kernel"),
    strict=True,
):
    ax.set_title(title, fontsize=11)
    ax.grid(False)
    ax.set(xticks=[], yticks=[])
plt.show()

# %% [markdown]
# With several channels the kernel has the shape $(3, 3, C, C)$: channel $c$ of the output takes the middle pixel of channel $c$ of the input, and zeros of all others. If BN stands between convolution and ReLU, its $\gamma$ and $\beta$ can undo the normalization: choose them so that $\gamma = \sqrt{\sigma^2 + \epsilon}$ and $\beta = \mu$ (lesson 3).
#
# ### A deep network made of a shallow one
#
# Now the argument of He et al. ([@he2016]), carried out on our own networks. We take the **trained** 6-layer network and the 30-layer architecture, the very one that SGD left with so many images wrong. Each stage of the deep network has ten convolutions, each stage of the shallow one has two. The first two of each ten take over the trained weights; the other eight become identity layers.

# %% include
from convlab.depth import copy_into_deeper, stages_of

# %% [markdown]
# **Predict, then run.** How large is the difference between the logits of the two networks? What is the training error of this 30-layer network?

# %%
shallow, deep = trainers[depths[0]], trainers[deepest]
planted_weights, logit_difference, shallow_error, planted_error = [], [], [], []
for k in range(len(seeds)):
    shallow.model.set_weights(results[depths[0], "weights"][k])
    copy_into_deeper(shallow.model, deep.model, x_train[:1400])
    planted_weights.append(deep.model.get_weights())
    difference = abs(np.asarray(shallow.model(x_test)) - np.asarray(deep.model(x_test))).max()
    logit_difference.append(float(difference))
    shallow_error.append(error_rate(shallow, x_train, y_train))
    planted_error.append(error_rate(deep, x_train, y_train))
planted_error, shallow_error = np.array(planted_error), np.array(shallow_error)
print(f"stages of {[len(stage) for stage in stages_of(deep.model)]} convolutions")
print(f"largest difference of two logits: {max(logit_difference):.0e}")
print("training error   shallow    ", *[f"{error:7.2%}" for error in shallow_error])
print("                 deep, built", *[f"{error:7.2%}" for error in planted_error])
print("                 deep, SGD  ", *[f"{error:7.2%}" for error in train_error[deepest]])

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# None but rounding error (below one ten-thousandth), and so the training error is that of the shallow network, below 1 %. Weights with that error have been there all along, in the same architecture in which SGD ended above 15 %.
#
# </details>
#
# This is an **existence proof**. For every shallow plain network there is a deeper one that is exactly as good on every image, so the best deep network is at least as good as the best shallow one. If training finds something worse, then **the architecture is able and the search is not**. The slide says that a larger model should "easily" be able to emulate a smaller one; that it is able is proved here, that it is easy is not. The slide calls degradation "underfitting". That is right as a description (the training error is high), and misleading as a diagnosis, because the word usually means that a model has too few parameters.
#
# ### Does SGD stay there?
#
# An existence proof says nothing about finding. But we can ask an easier question: if we **start** at the good solution, does SGD stay? We continue training the 30-layer network from the built weights for one epoch, once with the learning rate of the experiment and once with a gentle one.

# %%
continued = {}
for rate in (CONFIG["learning_rate"], CONFIG["gentle_rate"]):
    runs, errors = [], []
    for k, seed in enumerate(seeds):
        deep.model.set_weights(planted_weights[k])
        deep.rng = np.random.default_rng(seed)
        runs.append(deep.fit(x_train, y_train, CONFIG["batch_size"], rate, epochs=1))
        errors.append(error_rate(deep, x_train, y_train))
    continued[rate] = {"loss": np.array(runs), "error": np.array(errors)}
    runs = continued[rate]["loss"]
    for name, values in (("first", runs[:, 0]), ("highest", runs.max(axis=1)), ("last", runs[:, -1])):
        print(f"rate {rate}: {name:>7} loss {values.min():.2f} to {values.max():.2f}")
gentle_error = continued[CONFIG["gentle_rate"]]["error"]
print(f"training error after the gentle epoch: {gentle_error.min():.1%} to {gentle_error.max():.1%}")

# %% figure alt="Training loss against step over one epoch for the deep network. From random weights at the training's rate it falls slowly from above 2. From the built weights at the gentle rate it stays level below 0.15. From the built weights at the training's rate it begins as low but shoots up within about four steps to 3 and comes down to about 1.5." tags=["hide-input"]
fig, ax = plt.subplots(figsize=(7.5, 3.8))
one_epoch = continued[CONFIG["learning_rate"]]["loss"].shape[1]
curves = [
    (
        f"from random weights, rate {CONFIG['learning_rate']}",
        np.array(results[deepest, "loss"])[:, :one_epoch],
        "gray",
        ":",
    ),
    (
        f"from the built weights, rate {CONFIG['learning_rate']}",
        continued[CONFIG["learning_rate"]]["loss"],
        "vermilion",
        "--",
    ),
    (
        f"from the built weights, rate {CONFIG['gentle_rate']}",
        continued[CONFIG["gentle_rate"]]["loss"],
        "blue",
        "-",
    ),
]
steps = np.arange(1, one_epoch + 1)
for name, values, color, line in curves:
    ax.fill_between(steps, values.min(0), values.max(0), color=COLORS[color], alpha=0.18, linewidth=0)
    ax.plot(steps, values.mean(0), line, color=COLORS[color], label=name)
ax.set(xlabel="training step", ylabel="training loss", ylim=(0, None), xticks=steps[::2])
ax.set_title(f"{deepest} convolutions: leaving a good place, and staying")
ax.legend(frameon=False, fontsize=10, loc="center left", bbox_to_anchor=(0.5, 0.3))
plt.show()

# %% [markdown]
# With gentle steps the deep network stays where it is, with less than 1 % of the training images wrong on every seed: the good solution is a place at which thirty layers can live. With the steps that trained the shallow network in four epochs, it is thrown out within a handful of steps, its loss climbs above 2.3, that of guessing, and one epoch is not enough to come back. So the good place exists, but it is narrow, and nothing in a plain layer points to it: a kernel has $9 \cdot 16 \cdot 16 = 2304$ numbers that start at random, and 24 of these kernels would have to come near the one that copies, all at the same time.
#
# This is as far as the slide's "maybe" can be taken: maybe plain layers have difficulty in learning the identity. It is the hypothesis of He et al., and it suggests a cure.
#
# ## What a length does not show
#
# If gradients have healthy lengths, what is wrong with them? Here is a measurement that is less often made. A gradient is a promise about a **neighborhood**: step this way, and the loss falls. The promise is worth something only if the gradient points in about the same direction a small step further on.
#
# ### Directions
#
# We compare the gradient at an image with the gradient at the same image, moved a little in a random direction, and take the cosine of the angle between the two: 1 means the same direction, 0 means that they have nothing to do with each other. In a linear network it would be 1 for any step.

# %% include
from convlab.depth import gradient_agreement

# %% [markdown]
# **Predict, then run.** Networks with BN before the first training step, with 6, 18, and 30 convolutions. Each image is moved by 1 % of its length, a change that you could not see. What are the cosines?

# %%
nudges = [0.01, 0.03, 0.1, 0.3]
agreement = {"before": {}, "after": {}}
for depth, trainer in trainers.items():
    before, after = [], []
    for k, seed in enumerate(seeds):
        trainer.reset(seed)
        estimate_population_statistics(trainer.model, x_train[:256])
        before.append(gradient_agreement(trainer.model, probe_x, nudges, seed))
        trainer.model.set_weights(results[depth, "weights"][k])
        after.append(gradient_agreement(trainer.model, probe_x, nudges, seed))
    agreement["before"][depth], agreement["after"][depth] = np.array(before), np.array(after)
for when, found in agreement.items():
    for depth, values in found.items():
        print(f"{when} training, {depth:>2} convolutions, moved by 1 %:", end=" ")
        print(f"cosine {values[:, 0].min():.2f} to {values[:, 0].max():.2f}")


# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# About 0.97 with 6 convolutions, about 0.7 with 18, and below 0.2 with 30. In the deep network an invisible change of the image turns the gradient into an almost unrelated one, though its length is as healthy as before.
#
# </details>
#
# This is called **shattered gradients** ([@balduzzi2017]): in plain ReLU networks the agreement between gradients at neighboring inputs decays exponentially with depth, until they resemble white noise. A product of thirty matrices is switched by thousands of ReLUs, and each small step flips some of them.
#
# Do not take it for the whole story. After training (dashed in the figure) the gradients of the 30-layer network agree nearly as well as those of the shallow one, and the network is bad all the same: the first steps were made on worthless promises, and they led to a place that is smooth and poor.
#
# ### Averages
#
# The second thing a length hides is what becomes of single directions. Multiply $D$ random matrices with $\kappa = 1$, the right gain for a linear network. Averaged over all directions, the size of a vector is preserved, as (2) promises. Direction by direction, it is not: the **singular values** of the product say by which factor each direction is stretched.

# %%
random_numbers = np.random.default_rng(0)
size = 100
singular_values = {}
for factors in (1, 10, 30):
    product = np.eye(size)
    for _ in range(factors):
        product = random_numbers.normal(0, 1 / size**0.5, (size, size)) @ product
    singular_values[factors] = np.linalg.svd(product, compute_uv=False)
    found = singular_values[factors]
    print(f"{factors:>2} matrices: root mean square {np.sqrt((found**2).mean()):.2f},", end=" ")
    print(f"largest {found[0]:.1f}, median {np.median(found):.0e}, below 0.01: {(found < 0.01).mean():.0%}")

# %% figure alt="Left: mean cosine between the gradient at an image and at the image moved by a share of its length, for 1 to 30 percent. Before training, solid: 6 convolutions fall from 0.97 to 0.4, 18 from 0.7 to 0, 30 are at 0.15 and below. After training, dashed, all three begin above 0.9. Right: the hundred singular values of a product of random matrices, sorted, on a logarithmic axis. One matrix: all within about two powers of ten. Ten: spread over many powers. Thirty: only a few are near one, most are below one hundredth. A horizontal line at 1 for orthogonal matrices." tags=["hide-input"]
fig, (left, right) = plt.subplots(1, 2, figsize=(7.5, 4.3))
for depth in depths:
    color, _, marker = depth_looks[depth]
    for when, line, face in (("before", "-", COLORS[color]), ("after", "--", "white")):
        values = agreement[when][depth]
        left.plot(
            nudges,
            values.mean(axis=0),
            line,
            marker=marker,
            color=COLORS[color],
            markerfacecolor=face,
            markersize=6,
        )
    left.plot([], [], "-", marker=marker, color=COLORS[color], label=f"{depth} convolutions")
left.plot([], [], "-", color="black", label="before training")
left.plot([], [], "--", color="black", label="after training")
left.set_xscale("log")
left.set_xticks(nudges, [f"{nudge:.0%}" for nudge in nudges])
left.minorticks_off()
left.set(xlabel="image moved by", ylabel="cosine of the two gradients", ylim=(-0.08, 1.03))
left.set_title("Do gradients agree?")
for factors, (color, line) in zip(
    singular_values, (("blue", "-"), ("orange", "--"), ("vermilion", ":")), strict=True
):
    right.plot(
        np.arange(1, size + 1),
        np.maximum(singular_values[factors], 1e-13),
        line,
        color=COLORS[color],
        label=f"{factors} random {'matrix' if factors == 1 else 'matrices'}",
    )
right.axhline(1, color="black", linewidth=1.2, label="orthogonal, any number")
right.set_yscale("log")
right.set(xlabel="direction, sorted", ylabel="stretched by", ylim=(1e-10, 100))
right.set_title("What an average hides")
for ax in (left, right):
    handles, names = ax.get_legend_handles_labels()
    ax.legend(handles, names, frameon=False, fontsize=10, loc="upper center", bbox_to_anchor=(0.5, -0.2))
plt.show()

# %% [markdown]
# The root mean square stays near 1 for any number of factors, while more than half of all directions shrink below a hundredth: the average is carried by a few. **Orthogonal** initial weights keep every singular value at 1; for linear networks it was shown that learning then takes about the same time at any depth ([@saxe2014]). For the networks of this lesson, with ReLUs that switch, no initialization does that.
#
# ## What is known
#
# | statement | standing |
# |:--|:--|
# | without normalization, badly scaled weights make signals and gradients vanish or explode with depth | theory and measurement agree; (2), (3) |
# | degradation is overfitting | false: the **training** error grows |
# | degradation in networks with BN is caused by vanishing gradients | unlikely: lengths are healthy; measured by He et al. and here |
# | plain deep networks cannot represent the solution | false: identity layers |
# | plain layers have difficulty in learning the identity; convergence is exponentially slow | hypotheses of He et al. ([@he2016]) |
# | gradients of plain deep networks shatter | measured and, for simple cases, derived ([@balduzzi2017]) |
# | BN itself makes gradients explode before the first step | derived and measured ([@yang2019]); (4) |
#
# How much each of the last three contributes is not settled. But one conclusion does not wait for an answer. If the trouble is that layers have to **find** the identity, then build the network so that they **have** it: let a group of layers compute a correction that is added to its own input, so that doing nothing is what it does with weights of zero. That is the residual network, and lesson 10 builds it. Its authors won the challenge of 2015 with up to 152 layers.
#
# ## Common mistakes
#
# <div class="box mistakes">
#
# - **Diagnosing from the test error alone.** A test error that rises with depth can be overfitting or degradation. Only the training error tells them apart.
# - **"Underfitting, so it needs more parameters."** The deep network has more parameters than the one that fits.
# - **"BN is there, so depth is no problem."** BN repairs the scale of signals. Degradation was found in networks with BN.
# - **"It does not train, so gradients vanish."** Measure before you say it. With BN they are more likely to explode, at the start.
# - **Looking forward only.** The tanh network with a gain of 2 has healthy activations and a gradient that explodes.
# - **One rule for all activation functions.** He's $\kappa = \sqrt2$ lets a linear network explode; Glorot's $\kappa = 1$, Keras's default, lets a deep ReLU network without BN vanish.
# - **Trusting a rule on tiny maps.** With zero padding on 2x2 maps, four ninths of the inputs are what is left of the fan-in.
# - **Identity behind something that can be negative.** A ReLU cuts raw pixels, and the outputs of a linear layer, at zero. Put identity layers behind a ReLU.
# - **"The deep network contains the shallow one, so it trains at least as well."** It contains it. Whether training finds it is another question.
# - **Comparing depths on one seed, or with one learning rate.** The deep network's error scatters by tens of percentage points over seeds.
#
# </div>
#
# ## Self-check
#
# <div class="box quiz">
#
# **1.** A linear network has layers of 400 neurons and weights with a standard deviation of 0.04. By which factor does the size of a signal change over 20 layers?
#
# <details class="answer"><summary>Answer</summary>
#
# $\kappa = 0.04 \cdot \sqrt{400} = 0.8$, and $0.8^{20} \approx 0.012$. With ReLUs it would be $(0.8/\sqrt2)^{20} \approx 0.00001$.
#
# </details>
#
# **2.** Three deep networks are compared with their shallow versions. Errors, shallow to deep: (a) training 4 % to 1 %, test 9 % to 12 %; (b) training 4 % to 7 %, test 9 % to 11 %; (c) training 4 % to 2 %, test 9 % to 8 %. Which of them would more training images help?
#
# <details class="answer"><summary>Answer</summary>
#
# (a): it fits its training images better and generalizes worse, which is overfitting, and data is the remedy. (b) is degradation: it does not even fit the images that it has. (c) is what one hopes for from depth.
#
# </details>
#
# **3.** A friend plots the standard deviation of the activations of a 40-layer tanh network, finds it near 0.6 in every layer, and concludes that the initialization is right. What is missing?
#
# <details class="answer"><summary>Answer</summary>
#
# The gradient. A tanh that saturates keeps activations at such a level for any large gain, while by (3) the gradient grows or shrinks with $\kappa^2\, \mathrm{E}[\varphi'(z)^2]$ per layer.
#
# </details>
#
# **4.** In a network with BN, all kernels are multiplied by 10 before training. What happens to the activations? What to the factor in (4)?
#
# <details class="answer"><summary>Answer</summary>
#
# Nothing and nothing (up to $\epsilon$). BN divides by what it measures, and $\kappa$ cancels in (4). The gradient with respect to the kernels is divided by 10, as in lesson 3.
#
# </details>
#
# **5.** What exactly does the construction with identity layers prove, and what does it not prove?
#
# <details class="answer"><summary>Answer</summary>
#
# It proves that weights exist with which the deep network is exactly as good as the shallow one, so that the best deep network is at least as good. It does not prove that gradient descent finds such weights from a random start, and the experiment shows that it did not.
#
# </details>
#
# **6.** Can you build identity layers with tanh in place of ReLU, behind a feature map with values between 0 and 1?
#
# <details class="answer"><summary>Answer</summary>
#
# Not exactly: $\tanh(x) < x$ for every $x > 0$, so each layer shrinks the map a little. You can come close by scaling down before the tanh, where it is nearly linear, and up again in the next convolution. The exact copy is a gift of the ReLU.
#
# </details>
#
# **7.** A ReLU network without BN and biases has $\kappa = 1$ in all of its 30 layers. The gradient with respect to the **activations** is ten thousand times smaller at the first layer than at the last. Is the gradient with respect to the first **kernel** also ten thousand times smaller than that of the last?
#
# <details class="answer"><summary>Answer</summary>
#
# No. The gradient of a kernel is made of products: what came in (forward) times what comes back (backward). At the first layer the input is large and the gradient small, at the last it is the other way round, and the product is about equally tiny everywhere. Which is worse: **no** layer learns, not even the last. You will measure it in the assignment.
#
# </details>
#
# </div>
#
# ## Assignment
#
# Now build the instruments yourself: a function that gives the lengths of the gradients of all kernels of a model, one that follows the size of a signal through random layers, one that appends identity layers to a model, and one that tells degradation from overfitting by four errors. The notebook has checks that you can run as often as you like.
#
# - [Open the assignment in Colab](colab:exercises/09_deeper_networks/09_deeper_networks.ipynb)
# - [See it in the repository](repository:exercises/09_deeper_networks/09_deeper_networks.ipynb)
#
# ## References
#
# [@references]
