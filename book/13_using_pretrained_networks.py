# %% [markdown]
# # Using pretrained networks
#
# You have 50 photographs, five for each of ten classes, and need a classifier by tomorrow. AlexNet saw 1.2 million. Training one of the networks of this book on 50 images would teach it these 50 images by heart and little else. The lecture ends with the advice that solves most such problems: take a network off the shelf, no need to build a new one.
#
# What is on the shelf is more than a drawing. With the architecture come the **weights**, the result of weeks of computing on other people's photographs, and these turn out to be useful for questions that nobody asked when they were trained. This lesson measures how useful, with a real network on real images, and shows the four places where it goes wrong without an error message: statistics that move in layers that you believed to be frozen, images scaled for another network, a learning rate that destroys what you came for, and test images that are not as new as they should be.
#
# <div class="box goals">
#
# **What you will be able to do**
#
# - cut the classes off a pretrained network, compute features once, and train a new head on them in a fraction of a second;
# - compare it fairly with a network that is trained from scratch on the same few images;
# - fine-tune the last layers, and choose the learning rate by what there is to lose;
# - say in which of four situations batch normalization (BN) in a pretrained network changes its statistics, and prove it by looking;
# - recognize wrong preprocessing by its symptoms;
# - check a split for test images that the training set already shows;
# - choose between features, fine-tuning, and training from scratch by the size of the data and the likeness of the tasks.
#
# </div>
#
# **Prerequisites.** Batch normalization (lesson 3), the ImageNet challenge (lesson 4). **Time.** About 90 minutes, and about one minute of computing on two CPU cores.
#
# ## Set up

# %%
import hashlib
import importlib.util
import io
import pickle
import sys
from collections import OrderedDict
from pathlib import Path

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from cycler import cycler
from sklearn.datasets import load_digits

# %% [markdown]
# What depends on your machine stands in one place. With a GPU the images are a handful of CIFAR-10; without one they are patches of ten photographs that ship inside scikit-image and scikit-learn. **The numbers in the text belong to the CPU profile and to EfficientNet-Lite0.**

# %%
PROFILES = {
    "cpu": {
        "data": "patches",  # of bundled photographs
        "size": 96,  # rows and columns that the pretrained network sees
        "counts": [1, 2, 5, 10, 20],  # training images per class
        "num_test": 20,  # test images per class
        "seeds": [0, 1, 2],  # a new training set for each
        "head_steps": 100,
        "epochs": 25,  # of the network from scratch
        "batch_size": 32,
        "learning_rate": 0.3,
        "fine_count": 10,  # images per class for fine-tuning
        "fine_rates": [0.01, 0.1, 1.0],
        "fine_epochs": 5,
        "fine_batch": 10,
        "drift_steps": 20,
        "drift_batches": [2, 16],
        "probe_test": 10,  # test images per class where only a difference is to be seen
        "dtype": "float32",
        "jit_compile": False,
        "loss_scale": 1.0,
        "keras_weights": None,  # "imagenet" downloads
    },
    "gpu": {
        "data": "cifar10",  # needs a network; falls back to the patches
        "size": 96,
        "counts": [1, 2, 5, 10, 20, 50],
        "num_test": 100,
        "seeds": [0, 1, 2],
        "head_steps": 100,
        "epochs": 50,
        "batch_size": 32,
        "learning_rate": 0.3,
        "fine_count": 10,
        "fine_rates": [0.01, 0.1, 1.0],
        "fine_epochs": 5,
        "fine_batch": 10,
        "drift_steps": 20,
        "drift_batches": [2, 16],
        "probe_test": 50,
        "dtype": "mixed_float16",
        "jit_compile": True,
        "loss_scale": 256.0,
        "keras_weights": "imagenet",
    },
}
CONFIG = PROFILES["gpu" if tf.config.list_physical_devices("GPU") else "cpu"]
# Everything that sets the length of a run, cut to the bone. For a quick look:
# CONFIG.update(CONFIG["smoke"])
CONFIG["smoke"] = {
    "size": 32,
    "counts": [1, 2],
    "num_test": 2,
    "seeds": [0],
    "head_steps": 3,
    "epochs": 1,
    "batch_size": 8,
    "fine_count": 2,
    "fine_rates": [0.01, 0.1],
    "fine_epochs": 1,
    "drift_steps": 1,
    "drift_batches": [2],
    "probe_test": 1,
    "keras_weights": None,
}

# %% include tags=["hide-input"]
from convlab.figures import COLORS, set_figure_style

# %% include tags=["hide-input"]
from convlab.photographs import PHOTOGRAPHS, load_photographs, resize_bilinear

# %% include tags=["hide-input"]
from convlab.pretrained import (
    EFFICIENTNET_LITE0_SHA256,
    TensorUnpickler,
    build_efficientnet_lite0,
    load_pretrained_network,
    read_pytorch_weights,
)

# %% include tags=["hide-input"]
from convlab.training import Trainer

# %% [markdown]
# ## The lecture's summary, and what it leaves open
#
# The lecture closes with five sentences. In our words: AlexNet and VGG showed what convolutional networks can do when there is very much data (lessons 5 and 7); inception and residual blocks made deeper ones trainable and efficient (lessons 8 and 10); the competition that drove all this has moved on; for most problems a known architecture will do; and later in the course these networks are changed for other tasks.
#
# "Use an off-the-shelf architecture" can mean two things. Take the **architecture** and train it from random weights: then you save the design, but not the data. Or take architecture **and weights**: then you save both. The second is called **transfer learning**: what was learned on one task, with plenty of data, is carried over to another, with little.
#
# Think of a classifier as two parts. Everything up to the global average pooling turns an image $x$ into a vector of **features** $f_\theta(x)$; this part is called the body or the backbone, and $\theta$ are its weights. The last fully connected layer, the **head**, turns features into logits $W f_\theta(x) + b$. The 1,000 outputs of an ImageNet head are of no use to you, so a new head is needed in any case. For the body there are two ways.
#
# - **Feature extraction**: keep $\theta = \theta_0$, the pretrained weights, and train the head alone,
#
# $$\min_{W,\, b}\ \frac1n \sum_{i=1}^{n} L\big(W f_{\theta_0}(x_i) + b,\ y_i\big) \tag{1}$$
#
# - **Fine-tuning**: start from $\theta_0$ and train the body, or its last layers, as well,
#
# $$\min_{W,\, b,\, \theta}\ \frac1n \sum_{i=1}^{n} L\big(W f_{\theta}(x_i) + b,\ y_i\big), \qquad \theta \text{ starting at } \theta_0 \tag{2}$$
#
# In (1) the features of an image never change. So compute them **once**; what is left is a linear classifier on vectors, a convex problem whose solution takes a fraction of a second. Razavian et al. showed in 2014 that such features with a linear classifier were a match for specialized systems on a row of recognition tasks ([@razavian2014]).
#
# ## A small task
#
# The task is "which of ten photographs does this patch come from?". It is not about objects; it asks for surfaces, colors, and shapes, and no network was ever trained for it. Each photograph is divided into blocks of 64x64 pixels. A quarter of the blocks is kept for the test, so no test pixel is in any training patch. A patch of 48 to 64 pixels is cut out of a block and resized to 96x96. Each seed draws its own training set; the test set is the same for all.

# %% include tags=["hide-input"]
from convlab.transfer import draw_patches, load_few_images

# %%
set_figure_style()
keras.utils.set_random_seed(0)
counts, seeds, size = CONFIG["counts"], CONFIG["seeds"], CONFIG["size"]
train_sets, (x_test, y_test) = load_few_images(CONFIG["data"], max(counts), CONFIG["num_test"], size, seeds)
train_labels = train_sets[0][1]  # the classes take turns, so the labels are the same for every seed
print(f"{len(seeds)} training sets {train_sets[0][0].shape}, test set {x_test.shape}, values 0 to 255")

# %% figure alt="Two rows of ten patches, one column for each class. The upper row comes from the training set and the lower one from the test set: parts of an astronaut's portrait, a gray photograph of a cameraman, a cat, a temple, a coffee cup, a flower, stars, stained tissue, a retina, and a rocket on its launch pad. Some are easy to match by color, others show only sky, grass or a plain surface." tags=["hide-input"]
fig, axes = plt.subplots(2, 10, figsize=(7.5, 2.0))
for row, (name, images) in enumerate((("train", train_sets[0][0]), ("test", x_test))):
    for column in range(10):
        axes[row, column].imshow(images[column, ::2, ::2].round().astype("uint8"))
        axes[row, column].set(xticks=[], yticks=[])
        axes[row, column].grid(False)
    axes[row, 0].set_ylabel(name)
plt.show()

# %% [markdown]
# ## The network, and where to cut it
#
# With Keras the body of a pretrained network is one call. This is the code to use when you have a network connection; in a build without one the same code runs with random weights, which is enough to count.


# %%
def pretrained_classifier(num_classes, weights):
    """Put a new head on a frozen EfficientNetV2B0, which takes images with values 0 to 255."""
    body = keras.applications.EfficientNetV2B0(
        weights=weights, include_top=False, pooling="avg", input_shape=(size, size, 3)
    )
    body.trainable = False  # before the first training step; freezes the weights and the BN statistics
    return keras.Sequential([body, keras.layers.Dense(num_classes)])


try:
    classifier = pretrained_classifier(10, CONFIG["keras_weights"])
except Exception as error:  # Keras wraps every network problem in a bare Exception
    print(f"The weights cannot be downloaded ({error}), so random ones serve for counting.")
    classifier = pretrained_classifier(10, None)
trainable = sum(int(np.prod(variable.shape)) for variable in classifier.trainable_variables)
print(f"EfficientNetV2B0 with a new head: {classifier.count_params():,} numbers, {trainable:,} to be trained")
del classifier

# %% [markdown]
# The measurements below use EfficientNet-Lite0 from a package where that is installed, and EfficientNetB0 from Keras elsewhere (lesson 4 tells more about it; [@tan2019]). We cut it twice: behind the global average pooling, so that the classes are gone, and once more behind the last addition of a shortcut (lesson 10), so that the last layers can be trained by themselves. Convolutions do not mind another size of image, so we use 96x96 instead of 224x224, at less than a fifth of the work.

# %% include
from convlab.transfer import compute_in_portions, normalization_layers, split_backbone, with_head

# %%
network, preprocess, source = load_pretrained_network()
lower, upper = split_backbone(network, size)
num_features = upper.output_shape[-1]
print(source)
print(f"lower part: {lower.count_params():,} numbers, {lower.output_shape[1:]} for each image")
print(f"upper part: {upper.count_params():,} numbers, {num_features} features for each image")
run_lower = tf.function(lambda batch: lower(batch, training=False), autograph=False, reduce_retracing=True)
run_upper = tf.function(lambda maps: upper(maps, training=False), autograph=False, reduce_retracing=True)


def maps_of(images):
    """Return the lower part's feature maps of preprocessed images."""
    return compute_in_portions(run_lower, images)


def features_of(images):
    """Return the features (N, C) of preprocessed images."""
    return compute_in_portions(run_upper, maps_of(images))


test_maps = maps_of(preprocess(x_test))
test_features = compute_in_portions(run_upper, test_maps)
train_maps = [maps_of(preprocess(images)) for images, _ in train_sets]
train_features = [compute_in_portions(run_upper, maps) for maps in train_maps]

# %% [markdown]
# That was the expensive part, and it is done: one forward pass per image. Everything on the head works with rows of numbers.
#
# ## Features and a head
#
# The head is trained by gradient descent on the full (small) batch. Features of one network can be a hundred times larger than those of another, and a learning rate that suits one would not suit the other. So the features are centered and divided by one number first, and afterwards both is folded into the head, as lesson 3 folds BN into a convolution. **Mean and scale come from the training features only.**


# %%
def new_head_trainer(width):
    """Return a Trainer of a single fully connected layer."""
    return Trainer(keras.Sequential([keras.Input((width,)), keras.layers.Dense(10)]))


def train_head(trainer, features, labels, seed):
    """Train a head on features (n, C); return its kernel and bias for the features as they are."""
    mean = features.mean(axis=0)
    scale = np.sqrt(((features - mean) ** 2).sum(axis=1).mean())
    trainer.reset(seed)
    trainer.fit((features - mean) / scale, labels, len(features), 5.0, CONFIG["head_steps"])
    kernel, bias = trainer.model.get_weights()
    return kernel / scale, bias - mean @ kernel / scale


def head_accuracy(head, features, labels):
    """Return the share of features whose largest logit is that of their label."""
    kernel, bias = head
    return float(((features @ kernel + bias).argmax(axis=1) == labels).mean())


# %% [markdown]
# An accuracy means little without opponents. We give it two.
#
# - **From scratch**: a small convolutional network with BN, 24,000 weights, trained on the same images at 32x32 pixels and on their mirror images, for 25 passes. It has seen nothing else in its life.
# - **Colors only**: six numbers per image, the mean and the standard deviation of each color channel, with the same kind of head. If this were as good, the task would need no network at all.
#
# **Predict, then run.** Ten classes, so guessing gives 10 %. Estimate the accuracy of the three with one image per class and with twenty. From which number on will the network from scratch be better than the colors?


# %%
def build_scratch_net():
    """Build three strided convolutions with BN, a global average pooling, and a head."""
    layers = [keras.Input((32, 32, 3))]
    for filters in (16, 32, 64):
        layers.append(
            keras.layers.Conv2D(filters, 3, 2, "same", use_bias=False, dtype=CONFIG["dtype"])
        )
        layers.append(keras.layers.BatchNormalization(momentum=0.9, dtype=CONFIG["dtype"]))
        layers.append(keras.layers.ReLU(dtype=CONFIG["dtype"]))
    layers += [keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(10, dtype="float32")]
    return keras.Sequential(layers)


def shrink(images):
    """Resize to 32x32 pixels and scale to about -2 to 2."""
    return (np.stack([resize_bilinear(image, 32, 32) for image in images]) - 127) / 64


def color_statistics(images):
    """Return mean and standard deviation of each color channel, (N, 6)."""
    return np.concatenate([images.mean(axis=(1, 2)), images.std(axis=(1, 2))], axis=1)


scratch = Trainer(build_scratch_net(), CONFIG["jit_compile"], CONFIG["loss_scale"])
feature_head, color_head = new_head_trainer(num_features), new_head_trainer(6)
small_test, color_test = shrink(x_test), color_statistics(x_test)
small_train = [shrink(images) for images, _ in train_sets]
color_train = [color_statistics(images) for images, _ in train_sets]
accuracy = {name: np.zeros((len(seeds), len(counts))) for name in ("features", "scratch", "colors")}
scratch_train = np.zeros((len(seeds), len(counts)))
for i, seed in enumerate(seeds):
    for j, count in enumerate(counts):
        few, labels = slice(10 * count), train_labels[: 10 * count]  # the first 10 k hold k of each class
        head = train_head(feature_head, train_features[i][few], labels, seed)
        accuracy["features"][i, j] = head_accuracy(head, test_features, y_test)
        head = train_head(color_head, color_train[i][few], labels, seed)
        accuracy["colors"][i, j] = head_accuracy(head, color_test, y_test)
        both = np.concatenate([small_train[i][few], small_train[i][few][:, :, ::-1]])
        twice = np.tile(labels, 2)
        scratch.reset(seed)
        batch_size = min(CONFIG["batch_size"], len(both))
        scratch.fit(both, twice, batch_size, CONFIG["learning_rate"], CONFIG["epochs"])
        accuracy["scratch"][i, j] = scratch.accuracy(small_test, y_test)
        scratch_train[i, j] = scratch.accuracy(both, twice)
print(f"scratch: {scratch.model.count_params():,} numbers; images per class:", counts)
for name, values in accuracy.items():
    print(f"{name:>9}:", "  ".join(f"{low:.2f}-{high:.2f}" for low, high in zip(values.min(0), values.max(0), strict=True)))
print("scratch on its training images:", "  ".join(f"{value:.2f}" for value in scratch_train.mean(0)))

# %% figure alt="Test accuracy against training images per class, 1 to 20, logarithmic axis, with ranges over three seeds. Pretrained features with a new head rise from about one half to above 0.9. The network from scratch and the color statistics start near 0.45 and end near 0.6 to 0.7. The gap between the pretrained features and both opponents grows with the number of images." tags=["hide-input"]
fig, ax = plt.subplots(figsize=(7.5, 4.0))
looks = {
    "features": ("blue", "-", "o", "pretrained features, new head"),
    "scratch": ("vermilion", "--", "s", "small network from scratch"),
    "colors": ("gray", ":", "^", "colors only"),
}
for name, (color, line, marker, label) in looks.items():
    values = accuracy[name]
    ax.fill_between(counts, values.min(0), values.max(0), color=COLORS[color], alpha=0.18, linewidth=0)
    ax.plot(counts, values.mean(0), line, marker=marker, color=COLORS[color], label=label)
ax.axhline(0.1, color="black", linewidth=1)
ax.text(counts[-1], 0.115, "guessing", ha="right", fontsize=10)
ax.set_xscale("log")
ax.set_xticks(counts, [str(count) for count in counts])
ax.minorticks_off()
ax.set(xlabel="training images per class", ylabel="test accuracy", ylim=(0, 1))
fig.legend(loc="outside upper center", ncols=3, frameon=False, fontsize=10)
plt.show()

# %% [markdown]
# TEXT_MAIN
#
# ## Fine-tuning the last layers
#
# In (2) the features may change. How far should they go? They are worth more than anything ten images per class can teach, so what has to be feared is not that the steps are too short. Two precautions follow.
#
# 1. **Train the head first**, on frozen features. A random head sends large and random gradients into the body, and the first steps destroy what you came for. Kumar et al. analyze this effect, and recommend the same order ([@kumar2022]).
# 2. **Train only the upper part, with a small learning rate.** The first layers of networks for photographs are much alike whatever the task; the last ones are specialized ([@yosinski2014]).
#
# Freezing the lower part saves work as well: its feature maps are already computed. A step of fine-tuning costs a forward and a backward pass through the last few layers only.
#
# **Predict, then run.** Ten images per class, five epochs, BN frozen. The network's own weights have a typical size of a few hundredths. Which of the rates 0.01, 0.1, and 1 will improve on the head alone?


# %%
def fine_tune(trainer, start, head, maps, labels, rate, seed):
    """Fine-tune from pretrained weights and a trained head."""
    trainer.model.set_weights(start)
    trainer.model.layers[-1].set_weights(head)
    trainer.rng = np.random.default_rng(seed)
    trainer.fit(maps, labels, CONFIG["fine_batch"], rate, CONFIG["fine_epochs"])
    return trainer.accuracy(test_maps, y_test)


few = slice(10 * CONFIG["fine_count"])
few_labels = train_labels[few]
heads = [
    train_head(feature_head, features[few], few_labels, seed)
    for features, seed in zip(train_features, seeds, strict=True)
]
head_only = np.array([head_accuracy(head, test_features, y_test) for head in heads])
careful = Trainer(with_head(upper, 10, freeze_normalization=True))
pretrained_weights = careful.model.get_weights()
fine_tuned = {
    rate: np.array(
        [
            fine_tune(careful, pretrained_weights, heads[i], train_maps[i][few], few_labels, rate, seed)
            for i, seed in enumerate(seeds)
        ]
    )
    for rate in CONFIG["fine_rates"]
}
print(f"head only:         {head_only.min():.2f}-{head_only.max():.2f}")
for rate, values in fine_tuned.items():
    print(f"fine-tuned, {rate:<5}: {values.min():.2f}-{values.max():.2f}, gains {(values - head_only).round(3)}")

# %% figure alt="Change of test accuracy by fine-tuning against the learning rate, one point per seed. At 0.01 and 0.1 the points lie within a few percentage points of zero, at 1 they lie far below." tags=["hide-input"]
fig, ax = plt.subplots(figsize=(7.5, 3.3))
for i, (marker, color) in enumerate(zip("os^", ("blue", "orange", "green"), strict=True)):
    if i < len(seeds):
        gains = [100 * (values[i] - head_only[i]) for values in fine_tuned.values()]
        ax.plot(CONFIG["fine_rates"], gains, marker + ":", color=COLORS[color], label=f"seed {seeds[i]}")
ax.axhline(0, color="black", linewidth=1)
ax.set_xscale("log")
ax.set_xticks(CONFIG["fine_rates"], [f"{rate:g}" for rate in CONFIG["fine_rates"]])
ax.minorticks_off()
ax.set(xlabel="learning rate", ylabel="gain in percentage points")
ax.set_title("Fine-tuning against the head alone")
ax.legend(frameon=False, fontsize=10)
plt.show()

# %% [markdown]
# TEXT_FINE
#
# ## Batch normalization in frozen layers
#
# A BN layer has four rows of numbers (lesson 3). Scale and shift are trained by gradients. Moving mean and moving variance are **not**: they follow the batches in every forward pass in training mode, whatever the optimizer does. So "I do not train these layers" and "these layers stay as they are" are two different statements. In Keras, `trainable = False` on a BN layer means both: no gradients, **and** inference mode. What else protects the statistics?
#
# **Predict, then run.** Four ways to send one batch through the upper part. In which of them do the moving statistics move?
#
# 1. `upper(maps)`
# 2. `upper(maps, training=True)`, as in a training loop of your own that gives the optimizer only the head's variables
# 3. `upper.trainable = False`, then `upper(maps, training=True)`
# 4. a model that was built with `upper(inputs, training=False)`, the recipe of Keras's guide ([@kerastransfer2026]), and is then called by `fit`, that is, with `training=True`


# %%
def statistics_move(call):
    """Tell whether a call changes the moving statistics of the upper part; put them back."""
    before = upper.get_weights()
    call()
    moved = any(np.any(old != new) for old, new in zip(before, upper.get_weights(), strict=True))
    upper.set_weights(before)
    return moved


one_batch = tf.constant(train_maps[0][:8])
recipe_inputs = keras.Input(upper.input_shape[1:])
recipe = keras.Model(recipe_inputs, keras.layers.Dense(10)(upper(recipe_inputs, training=False)))
moves = {
    "1. upper(maps)": statistics_move(lambda: upper(one_batch)),
    "2. upper(maps, training=True)": statistics_move(lambda: upper(one_batch, training=True)),
}
upper.trainable = False
moves["3. trainable = False, training=True"] = statistics_move(lambda: upper(one_batch, training=True))
upper.trainable = True
moves["4. built with training=False, fitted"] = statistics_move(lambda: recipe(one_batch, training=True))
print("Keras", keras.__version__)
for way, moved in moves.items():
    print(f"{way:<38} {'statistics move' if moved else 'nothing moves'}")

# %% [markdown]
# TEXT_MOVES
#
# What does it cost when they move? We take the **whole** network with a head that is trained and right, show it random batches of training images in training mode, and change **no weight at all**. To see in 20 steps what would take some 200 with Keras's default, the momentum is set to 0.9.
#
# **Predict, then run.** Is it worse with batches of 2 or of 16 images? The images are those of the task, so should the network not even profit from statistics that fit them?

# %% include
from convlab.transfer import drift_of_statistics

# %%
whole = keras.Model(lower.inputs, upper(lower.output))
for layer in normalization_layers(whole):
    layer.momentum = 0.9
run_whole = tf.function(lambda batch: whole(batch, training=False), autograph=False, reduce_retracing=True)
probe = slice(10 * CONFIG["probe_test"])
probe_images, probe_labels = preprocess(x_test[probe]), y_test[probe]
at_steps = sorted({0, CONFIG["drift_steps"] // 4, CONFIG["drift_steps"]})
drift = {}
for batch_size in CONFIG["drift_batches"]:
    drift[batch_size] = np.array(
        [
            drift_of_statistics(
                whole,
                preprocess(train_sets[i][0][few]),
                batch_size,
                CONFIG["drift_steps"],
                seed,
                at_steps,
                lambda i=i: head_accuracy(
                    heads[i], compute_in_portions(run_whole, probe_images), probe_labels
                ),
            )
            for i, seed in enumerate(seeds)
        ]
    )
    for step, values in zip(at_steps, drift[batch_size].T, strict=True):
        print(f"batches of {batch_size:>2}, after {step:>2} steps: accuracy {values.min():.2f}-{values.max():.2f}")

# %% figure alt="Test accuracy against the number of batches shown in training mode, for batches of 2 and of 16 images, ranges over three seeds. No weight is changed. With batches of 2 the accuracy falls steeply, with batches of 16 by less. A dashed line marks the accuracy with frozen statistics, which stays." tags=["hide-input"]
fig, ax = plt.subplots(figsize=(7.5, 3.5))
for (batch_size, values), (color, marker) in zip(
    drift.items(), (("vermilion", "s"), ("blue", "o")), strict=False
):
    ax.fill_between(at_steps, values.min(0), values.max(0), color=COLORS[color], alpha=0.18, linewidth=0)
    ax.plot(
        at_steps, values.mean(0), "-", marker=marker, color=COLORS[color], label=f"batches of {batch_size}"
    )
ax.axhline(drift[CONFIG["drift_batches"][0]][:, 0].mean(), color="black", linewidth=1.2, linestyle="--")
ax.set(xlabel="batches shown in training mode", ylabel="test accuracy", ylim=(0, 1.02))
ax.set_title("No weight is changed; the dashed line is a frozen network")
ax.legend(frameon=False, loc="lower left", fontsize=10)
plt.show()

# %% [markdown]
# TEXT_DRIFT
#
# ## Images scaled for another network
#
# A pretrained network expects its images as in its own training. There is no common standard: EfficientNet-Lite0 wants $(x - 127)/128$, Keras's VGG and ResNet want blue first and a mean color subtracted, Keras's EfficientNets take 0 to 255 and scale inside, many PyTorch networks want 0 to 1, standardized per channel. In Keras each network has its own `preprocess_input`. None of the mistakes below raises an error.
#
# **Predict, then run.** Four mistakes: values left at 0 to 255; values 0 to 1; scaled twice; red and blue exchanged. Order them by damage. And does it help to make the mistake **consistently**, in training and in test?

# %%
mistakes = {
    "not scaled": lambda images: images,
    "0 to 1": lambda images: images / 255,
    "scaled twice": lambda images: preprocess(preprocess(images)),
    "blue first": lambda images: preprocess(images[..., ::-1]),
}
probe_count = min(5, max(counts))
probe_few = slice(10 * probe_count)
probe_right = test_features[probe]
right_heads = [
    train_head(feature_head, features[probe_few], train_labels[probe_few], seed)
    for features, seed in zip(train_features, seeds, strict=True)
]
preprocessing = {
    "right": np.array([[head_accuracy(head, probe_right, probe_labels)] * 2 for head in right_heads])
}
for name, wrong in mistakes.items():
    wrong_test = features_of(wrong(x_test[probe]))
    rows = []
    for i, seed in enumerate(seeds):
        wrong_train = features_of(wrong(train_sets[i][0][probe_few]))
        wrong_head = train_head(feature_head, wrong_train, train_labels[probe_few], seed)
        rows.append([head_accuracy(each, wrong_test, probe_labels) for each in (right_heads[i], wrong_head)])
    preprocessing[name] = np.array(rows)
print(f"{probe_count} images per class      wrong in the test only   wrong in both")
for name, values in preprocessing.items():
    low, high = values.min(0), values.max(0)
    print(f"{name:>12}: {low[0]:>20.2f}-{high[0]:.2f} {low[1]:>16.2f}-{high[1]:.2f}")

# %% figure alt="Accuracy for right preprocessing and four mistakes, with two markers each: wrong in the test only, and wrong in training and test. Unscaled values and values scaled twice cost most when only the test is wrong; being wrong in both repairs a part of the damage." tags=["hide-input"]
fig, ax = plt.subplots(figsize=(7.5, 3.4))
for side, (label, color, marker) in enumerate(
    (("wrong in the test only", "vermilion", "s"), ("wrong in training and test", "blue", "o"))
):
    for row, values in enumerate(preprocessing.values()):
        ax.plot(
            values[:, side],
            np.full(len(values), row + 0.16 * (2 * side - 1)),
            marker,
            color=COLORS[color],
            label=label if row == 0 else None,
        )
ax.set_yticks(range(len(preprocessing)), list(preprocessing))
ax.invert_yaxis()
ax.set(xlabel="test accuracy, one marker per seed", xlim=(0, 1))
fig.legend(loc="outside upper center", ncols=2, frameon=False, fontsize=10)
plt.show()

# %% [markdown]
# TEXT_PREPROCESS
#
# ## Leakage: is the test set new?
#
# Small data sets come from few sources: one patient, one video, one walk through a street. Images of one source are nearly copies, and if they are dealt to training and test at random, the test asks for what was shown. This is called **leakage**, and no formula in the training loop can notice it. A file's checksum finds exact copies only; a mirrored, resized, or newly compressed copy has another one. Features find them: they hardly change when an image is mirrored.
#
# **Predict, then run.** We smuggle mirror images of ten training patches into the test set. How do the cosines between their features and those of their nearest training image compare with those of honest test patches?


# %%
def nearest_cosine(features, others):
    """Return for each row the largest cosine with any row of `others`."""
    one, two = (rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in (features, others))
    return (one @ two.T).max(axis=1)


smuggled = train_sets[0][0][few][-10:, :, ::-1]
smuggled_cosine = nearest_cosine(features_of(preprocess(smuggled)), train_features[0])
honest_cosine = nearest_cosine(test_features, train_features[0])
same_pixels = sum(bool(np.any(np.all(image == train_sets[0][0], axis=(1, 2, 3)))) for image in smuggled)
print(f"smuggled images that equal a training image pixel by pixel: {same_pixels} of {len(smuggled)}")
print(f"cosine with the nearest training image: smuggled {smuggled_cosine.min():.3f} and more,", end=" ")
print(f"honest {np.median(honest_cosine):.3f} in the median, {honest_cosine.max():.3f} at most")

# %% [markdown]
# TEXT_LEAK
#
# ## What to choose when
#
# Photo patches are photographs, and so are ImageNet's images. What if the new images look different? The 8x8 digits of scikit-learn, blown up to 96x96, are as unlike photographs as it gets. Ten images per class, the same head, once on pretrained features and once on the 64 pixels as they are.

# %%
digit_pixels, digit_labels = load_digits(return_X_y=True)
digit_rng = np.random.default_rng(0)
digit_order = digit_rng.permutation(len(digit_labels))
digit_count = min(10, max(counts))
by_class = [digit_order[digit_labels[digit_order] == label] for label in range(10)]
digit_train = np.concatenate([np.stack([each[: 2 * digit_count] for each in by_class], axis=1).reshape(-1)])
digit_test = np.stack([each[-CONFIG["probe_test"] :] for each in by_class], axis=1).reshape(-1)
digit_features = {}
for name, chosen in (("train", digit_train), ("test", digit_test)):
    blown_up = [resize_bilinear(digit_pixels[n].reshape(8, 8, 1) * 255 / 16, size, size) for n in chosen]
    digit_features[name] = features_of(preprocess(np.repeat(np.stack(blown_up), 3, axis=-1)))
digit_accuracy = {"pretrained features": [], "64 pixels": []}
pixel_head = new_head_trainer(64)
for seed in seeds:
    # A new half of the training digits for each seed, the classes equally frequent.
    order = np.argsort(np.random.default_rng(seed).random((10, 2 * digit_count)), axis=1)[:, :digit_count]
    picked = (order.T * 10 + np.arange(10)).reshape(-1)
    labels = digit_labels[digit_train[picked]].astype("int32")
    head = train_head(feature_head, digit_features["train"][picked], labels, seed)
    digit_accuracy["pretrained features"].append(
        head_accuracy(head, digit_features["test"], digit_labels[digit_test])
    )
    pixels = digit_pixels[digit_train[picked]].astype("float32")
    head = train_head(pixel_head, pixels, labels, seed)
    digit_accuracy["64 pixels"].append(
        head_accuracy(head, digit_pixels[digit_test], digit_labels[digit_test])
    )
digit_accuracy = {name: np.array(values) for name, values in digit_accuracy.items()}
for name, values in digit_accuracy.items():
    print(f"digits, {digit_count} per class, {name:>19}: {values.min():.2f}-{values.max():.2f}")

# %% [markdown]
# TEXT_REST
