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
        "head_steps": 60,
        "head_rate": 50.0,
        "epochs": 25,  # of the network from scratch
        "batch_size": 32,
        "learning_rate": 0.3,
        "fine_count": 10,  # images per class for fine-tuning
        "fine_rates": [0.001, 0.01, 0.3],
        "fine_epochs": 5,
        "fine_batch": 10,
        "drift_steps": 16,
        "drift_batches": [2, 12],
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
        "head_steps": 60,
        "head_rate": 50.0,
        "epochs": 50,
        "batch_size": 32,
        "learning_rate": 0.3,
        "fine_count": 10,
        "fine_rates": [0.001, 0.01, 0.3],
        "fine_epochs": 5,
        "fine_batch": 10,
        "drift_steps": 16,
        "drift_batches": [2, 12],
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
    "fine_rates": [0.001, 0.01],
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

# %% figure alt="Four rows of ten patches, one column for each class: two rows from the training set and two from the test set. They are small parts of an astronaut's portrait, a gray photograph of a cameraman, a cat, a temple, a coffee cup, a flower, stars, stained tissue, a retina, and a rocket. Fur, petals, and stars are easy to match; others are plain black, gray, or blue." tags=["hide-input"]
fig, axes = plt.subplots(4, 10, figsize=(7.5, 3.4))
for row, images in enumerate((train_sets[0][0][:10], train_sets[0][0][10:20], x_test[:10], x_test[10:20])):
    for column in range(10):
        axes[row, column].imshow(images[column, ::2, ::2].round().astype("uint8"))
        axes[row, column].set(xticks=[], yticks=[])
        axes[row, column].grid(False)
    axes[row, 0].set_ylabel("train" if row < 2 else "test")
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
    trainer.fit((features - mean) / scale, labels, len(features), CONFIG["head_rate"], CONFIG["head_steps"])
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
        layers.append(keras.layers.Conv2D(filters, 3, 2, "same", use_bias=False, dtype=CONFIG["dtype"]))
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
    print(
        f"{name:>9}:",
        "  ".join(f"{low:.2f}-{high:.2f}" for low, high in zip(values.min(0), values.max(0), strict=True)),
    )
print("scratch on its training images:", "  ".join(f"{value:.2f}" for value in scratch_train.mean(0)))

# %% figure alt="Test accuracy against training images per class, 1 to 20, logarithmic axis, with ranges over three seeds. Pretrained features with a new head rise from about one half to above 0.9. The network from scratch and the color statistics start near 0.45 and end near 0.8 and 0.6. From five images per class on, the pretrained features lead on every seed." tags=["hide-input"]
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
# <details class="answer"><summary>Answer</summary>
#
# With one image per class all three are near one half: a single patch says little about a photograph, whoever looks at it. From two on the pretrained features lead in the mean, from five on with every seed, and with twenty they are near 0.9, while the network from scratch has reached about 0.8 and the colors have been stuck below 0.7 since five. At two images per class the network from scratch and the colors are close, and their order changes with the draw; at five the network is better on every seed.
#
# </details>
#
# Three remarks. The network from scratch is a serious opponent: it gets about nine tenths of its **training** images right, and with twenty images per class it is only some ten points behind. What separates the two is data, not effort: the head on pretrained features needs five images per class for what the other reaches with more than ten. And the ranges over seeds are wide, because so much depends on **which** few images one happens to have. A comparison on one draw of five images per class is worth nothing. (Whether the network from scratch gains by longer training, you can try with `epochs`.)
#
# Do better ImageNet networks give better features? Kornblith et al. compared sixteen networks on twelve data sets and found that ImageNet accuracy and transfer accuracy go together closely, for features as well as for fine-tuning ([@kornblith2019]).
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
# **Predict, then run.** Ten images per class, five epochs, BN frozen. The network's own weights have a typical size of a few hundredths. The network from scratch learned with a rate of 0.3. Which of the rates 0.001, 0.01, and 0.3 will improve on the head alone?


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
    print(
        f"fine-tuned, {rate:<5}: {values.min():.2f}-{values.max():.2f}, gains {(values - head_only).round(3)}"
    )

# %% figure alt="Change of test accuracy by fine-tuning against the learning rate, one point per seed. At 0.001 and 0.01 the points lie within a few percentage points of zero, at 0.3 all lie far below, by 50 points and more." tags=["hide-input"]
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
# <details class="answer"><summary>Answer</summary>
#
# None of them by much. At 0.001 next to nothing happens; at 0.01 the changes lie between a loss of a point and a gain of a few, which is within the scatter. At 0.3, where the network from scratch learned well, every seed loses more than half of its accuracy, down to guessing.
#
# </details>
#
# The asymmetry is the point: with ten images per class there are at best a few percentage points to win, and everything to lose. The upper part has a million weights, and 100 images cannot tell it how a feature ought to look. So **start with features and a head, and keep its accuracy as the mark that fine-tuning has to beat**. With a hundred images per class and more, or with images unlike those of ImageNet, the balance changes; then unfreeze block by block from the top, at a rate ten to a hundred times smaller than for training from scratch.
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
# <details class="answer"><summary>Answer</summary>
#
# In 2 and **in 4**. A plain call runs in inference mode. `training=True` moves the statistics, even if no optimizer ever sees the layers. `trainable = False` stops it, whatever `training` says. The surprise is the fourth: the guide's recipe hands `training=False` to the body when the model is built, but in the Keras of this book the outer call's `training=True` is passed down and overrules it. Others have noticed it in Keras 3, too ([@kerasissue20285]).
#
# </details>
#
# So the one protection that held in our test is `trainable = False` on the BN layers themselves, and it has to be there before the training step is compiled. For fine-tuning it means: set `body.trainable = True`, then go through the BN layers and set **them** back to `False`, as `with_head` does above. In a loop of your own you may also call the body itself with `training=False`; then nothing stands above it that could overrule. Whichever you choose, do as this cell does: compare the statistics before and after one step. It takes four lines.
#
# What does it cost when they move? We take the **whole** network (`features_of` uses its layers, too) with a head that is trained and right, show it random batches of training images in training mode, and change **no weight at all**. To see in 16 steps what would take some 160 with Keras's default, the momentum is set to 0.9.
#
# **Predict, then run.** Is it worse with batches of 2 or of 12 images? The images are those of the task, so should the network not even profit from statistics that fit them?

# %% include
from convlab.transfer import drift_of_statistics

# %%
whole = keras.Model(lower.inputs[0], upper(lower.output))
for layer in normalization_layers(whole):
    layer.momentum = 0.9
show = tf.function(lambda batch: whole(batch, training=True), autograph=False, reduce_retracing=True)
probe = slice(10 * CONFIG["probe_test"])
probe_images, probe_labels = preprocess(x_test[probe]), y_test[probe]
at_steps = sorted({0, CONFIG["drift_steps"] // 4, CONFIG["drift_steps"]})
drift = {}
for batch_size in CONFIG["drift_batches"]:
    drift[batch_size] = np.array(
        [
            drift_of_statistics(
                whole,
                show,
                preprocess(train_sets[i][0][few]),
                batch_size,
                CONFIG["drift_steps"],
                seed,
                at_steps,
                lambda i=i: head_accuracy(heads[i], features_of(probe_images), probe_labels),
            )
            for i, seed in enumerate(seeds)
        ]
    )
    for step, values in zip(at_steps, drift[batch_size].T, strict=True):
        print(
            f"batches of {batch_size:>2}, after {step:>2} steps: accuracy {values.min():.2f}-{values.max():.2f}"
        )

# %% figure alt="Test accuracy against the number of batches shown in training mode, for batches of 2 and of 12 images, ranges over three seeds. No weight is changed. Both curves fall steeply, to about one half after 16 batches. A dashed line marks the accuracy with frozen statistics, which stays." tags=["hide-input"]
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
# <details class="answer"><summary>Answer</summary>
#
# It is bad with both. After 16 batches, with not one weight changed, the accuracy has fallen by more than 20 percentage points on every seed. The size of the batch makes a smaller difference than one might expect.
#
# </details>
#
# Two effects add up. Small batches give noisy statistics, and a variance that is too small in the mean, since two images of one photograph vary less than photographs do (lesson 3). And even large batches of these images have **other** statistics than the 1.2 million photographs at 224x224 with which every weight of this network, and our head, was trained. Fitting statistics would be a gain only if the weights were trained to go with them. Each layer's change is handed to the next, through all of them.
#
# The treacherous part: while it trains, such a network looks fine. In training mode each batch is normalized with its own statistics, so the training loss falls as it should, and only the evaluation is poor. If your training accuracy is high and your validation accuracy near chance from the first epoch on, look at BN before you look at anything else.
#
# Should BN always be frozen? With few images and small batches, yes. With thousands of images from a different domain, batches of 32 or more, and enough steps for the moving averages to settle, letting it adapt can help; then train its scales and shifts, too.
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
# <details class="answer"><summary>Answer</summary>
#
# Scaling twice is the worst: all images become nearly one gray, and in the test alone the accuracy is close to guessing. Leaving the values at 0 to 255 costs half or more; values of 0 to 1 and exchanged colors cost some five to twenty points. Consistency helps a lot: a head that was trained on badly prepared images makes the best of them. And that is the danger. With values 0 to 1 in training **and** test the accuracy is only five or ten points below the right one; nobody would suspect anything.
#
# </details>
#
# The cure takes a minute: before you train anything, send one photograph of something that ImageNet has a class for, such as a cup of coffee, through the **complete** network, with your own loading code. If the right class does not come out on top, as it did in lesson 4, repair that first.
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
print(f"honest {np.median(honest_cosine):.3f} in the median")
suspects = [int(n) for n in np.flatnonzero(honest_cosine >= smuggled_cosine.min())]
print(
    f"{len(suspects)} honest test images are as close: of the classes {sorted({int(y_test[n]) for n in suspects})}"
)

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# Not one of the smuggled images equals a training image, pixel by pixel, and yet each lies much closer to one than honest patches lie in the median. The check has false alarms: plain patches, such as a black margin, resemble each other without having been copied. Such a list is for a person to look at, from the top down.
#
# </details>
#
# A check by features finds copies. What it cannot find is a split along the wrong line: had we cut overlapping patches and dealt them out at random, every test patch would share pixels with some training patch. **Split by source first** (blocks here; patients, videos, days elsewhere), and cut, augment and resize afterwards, each part for itself. Means and scales come from the training part. And choose everything that you choose by trying (learning rate, number of layers, when to stop) on a third part, or by cross-validation within the training set. We have not done this for the learning rates above; they were set by looking at the test set, so the best of the three is flattered a little. Say so when you do it.
#
# One leak you cannot check at home: whether your test images were among those the network was pretrained on.
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
# **Predict, then look at the output.** The pretrained features have 1,280 numbers and have seen 1.2 million photographs. Who wins?
#
# <details class="answer"><summary>Answer</summary>
#
# The 64 raw pixels. Digits are strokes at fixed places, and a linear classifier on pixels sees exactly that. The pretrained features still reach about 0.8: what they learned is not useless for strokes, but the average over positions throws away where the stroke was.
#
# </details>
#
# So two questions decide: **how much data**, and **how similar the task** is to that of the pretrained network.
#
# | | images like photographs | quite different images |
# |:--|:--|:--|
# | few (up to some tens per class) | features and a head; fine-tune with care, if at all | compare features, features from an earlier layer, and something simple |
# | some hundreds to thousands per class | fine-tune the last blocks, then more | fine-tune all layers, and train from scratch for comparison |
# | very many | fine-tune all, or from scratch: about equal in the end, but the former is done sooner | from scratch, or fine-tune all |
#
# Two studies mark its edges. For medical images, Raghu et al. found that pretraining gave little in accuracy, and that small networks from scratch kept up with the large ImageNet architectures ([@raghu2019]). And for object detection on COCO, which has more than 100,000 images, He et al. reached from scratch what pretraining reaches, given enough steps, even with a tenth of the images; with a thousand of them they did not, as reported by [@he2019].
#
# **Later in the course.** A detector or a segmentation network is made in the same way: the body stays, and instead of one head on the average it gets heads at every position, which answer with boxes or with a class for each pixel. What you have learned here about frozen statistics, scaling, and learning rates applies there without change.
#
# ## Where ILSVRC went
#
# "ILSVRC has now moved on to Kaggle", says the slide. The last edition was that of 2017. On the day of its workshop, 26 July 2017, the organizers announced that they were passing the baton: all three challenges, localization with classification, detection, and detection in video, would be hosted on Kaggle from then on ([@ilsvrc2017]). There, the data of the first of them can be had, and entries to it uploaded ([@kaggleimagenet]); it is an open exercise, not a yearly contest. The contest ended with a top-5 error of 2.25 %, below the 5.1 % of a person (lesson 4).
#
# What followed went in several directions.
#
# - **Other tasks.** COCO asks for boxes and outlines of common objects in cluttered scenes ([@lin2014coco]); detection and segmentation are compared on it.
# - **Is the old measure still good?** New test images, collected by the old rules, cost the networks 11 to 14 points of top-1 accuracy, but kept their order for the most part, as reported by [@recht2019]. Better labels for the validation images show that some of the last "errors" were none ([@beyer2020]).
# - **Is it enough?** Networks are tested with noise, blur, and weather, in which people hardly notice a difference ([@hendrycks2019]).
# - **What is in the data?** The organizers examined the part of ImageNet that shows people and found many of its categories offensive or impossible to see in a picture ([@yang2020]). Whoever takes pretrained weights takes over what was in the data.
#
# The 1,000 classes of 2012 stay in use as what they have become: the exercise on which bodies are pretrained and compared.
#
# ## Resources
#
# The last slide lists where to go on. Each is good for something else.
#
# 1. [CS231n, convolutional networks](https://cs231n.github.io/convolutional-networks/ "notes of a Stanford course on convolutional networks"): notes of a Stanford course; the place to look up how the sizes of layers follow from each other, with an animation of the convolution and rules of thumb for choosing them.
# 2. [EECS 498, Deep Learning for Computer Vision](https://web.eecs.umich.edu/~justincj/teaching/eecs498/FA2020/ "a course at Michigan: slides, recorded lectures, assignments in PyTorch"): Justin Johnson's course at Michigan, with slides, recorded lectures, and programming assignments (in PyTorch); its tables count memory, parameters, and operations layer by layer, as lesson 5 does.
# 3. [tf.keras](https://www.tensorflow.org/api_docs/python/tf/keras "TensorFlow's reference of Keras's layers, optimizers, and functions"): the reference. Read the page of a layer before you use it, above all its arguments' defaults; [keras.io](https://keras.io/api/applications/ "Keras's table of pretrained networks") has the same for Keras 3, with a table of all pretrained networks.
# 4. *Deep Learning with Python*, by François Chollet, who wrote Keras: how to work, from the problem to a tested model, with little mathematics. Take the latest edition; the first is older than Keras 3 by six years.
# 5. [*Deep Learning*](https://www.deeplearningbook.org/), by Goodfellow, Bengio, and Courville: the mathematics; chapter 9 is on convolutional networks ([@goodfellow2016]). Written in 2016, so without most of what came later.
# 6. *Hands-On Computer Vision with TensorFlow 2*, by Benjamin Planche and Eliot Andres: code for classification, detection, segmentation, and video; some calls have changed since, the ideas have not.
#
# The slide's Colab notebook, a toy ResNet built with the functional API, follows [TensorFlow's guide](https://www.tensorflow.org/guide/keras/functional "the functional API, with a toy ResNet among its examples"); lesson 10 builds and trains it.
#
# ## Common mistakes
#
# <div class="box mistakes">
#
# - **Frozen weights, moving statistics.** Leaving variables out of the optimizer does not freeze BN. `trainable = False` does. Check it with one step.
# - **`body.trainable = True` for fine-tuning, and BN along with it.** Set the BN layers back to `False` when images are few.
# - **Changing `trainable` after `compile`.** Compile again; a compiled training step does not notice.
# - **The `preprocess_input` of another network**, or a second scaling in front of a network that scales inside.
# - **A random head and an unfrozen body from the first step.** Train the head first.
# - **The learning rate of training from scratch.** For fine-tuning it is smaller by a factor of ten or a hundred.
# - **Passing every image through a frozen body in every epoch.** Without augmentation, compute the features once.
# - **No opponent.** 0.6 looks respectable until colors alone reach it.
# - **One draw of few images.** Repeat with several draws, and state the range.
# - **Dealing out patches, crops, or frames at random.** Split by source, then cut.
#
# </div>
#
# ## Self-check
#
# <div class="box quiz">
#
# **1.** A body gives 1,280 features, and you have 12 classes. How many numbers does the new head have?
#
# <details class="answer"><summary>Answer</summary>
#
# $1280 \cdot 12 + 12 = 15{,}372$.
#
# </details>
#
# **2.** Your features are computed once and stored. A colleague suggests random mirroring as augmentation. What does this change?
#
# <details class="answer"><summary>Answer</summary>
#
# Each mirrored image has features of its own, so they have to be computed as well: twice the work once, for two fixed versions. Augmentation with endless random crops needs a forward pass in every epoch.
#
# </details>
#
# **3.** `body.trainable = False`, then `model.fit(...)`. Do the moving statistics of the body change? And if instead your own loop computes gradients for `head.trainable_variables` only, and calls `model(x, training=True)`?
#
# <details class="answer"><summary>Answer</summary>
#
# No: a BN layer that is not trainable runs in inference mode. In the second case they do: nobody told the layers that they are frozen.
#
# </details>
#
# **4.** Training accuracy 0.98, validation accuracy 0.12 from the first epoch on, ten classes. Name two suspects from this lesson and a test that tells them apart.
#
# <details class="answer"><summary>Answer</summary>
#
# BN statistics that have drifted, or validation images that are prepared differently from training images. Evaluate the **training** images in inference mode: if they are as poor, it is BN; if they are good, it is the preprocessing (or a wrong split).
#
# </details>
#
# **5.** With Keras's default momentum of 0.99, which share of a pretrained moving mean is left after 100 batches in training mode?
#
# <details class="answer"><summary>Answer</summary>
#
# $0.99^{100} \approx 0.37$. After one epoch of a few thousand images hardly anything of the pretrained statistics is left.
#
# </details>
#
# **6.** You have 3,000 frames from 12 videos, and split the frames at random into training and test. The test accuracy is 0.99. What do you know about a thirteenth video?
#
# <details class="answer"><summary>Answer</summary>
#
# Next to nothing. Nearly every test frame has a neighbor in the training set that was taken a fraction of a second before. Keep whole videos for the test.
#
# </details>
#
# **7.** Does a high accuracy of pretrained features prove that the network understands the new task?
#
# <details class="answer"><summary>Answer</summary>
#
# No. It shows that a plane in feature space separates the classes of this test set. The colors alone get more than half of our patches right, and they understand nothing.
#
# </details>
#
# </div>
#
# ## Try it yourself
#
# This lesson has no assignment. Three tasks take its place.
#
# 1. **Another cut.** Take features from the lower part: the average of `train_maps` over its positions. Draw its curve into the main figure. Is the earlier layer better or worse on patches, and on digits? Then do not average, but flatten the maps of the digits: do positions help?
# 2. **Recalibrate.** Show the network 100 batches of 12 in training mode, train a **new** head on features that are computed with the new statistics, and compare with the right one. How much of the damage in the drift figure is a head that no longer fits, and how much is lost for good?
# 3. **Your own classes.** Take twenty photographs each of three things on your desk, on two different days. Train on the first day, test on the second; then mix the days, deal the images out at random, and test again. The difference between the two numbers is your leak.
#
# ## References
#
# [@references]
