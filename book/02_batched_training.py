# %% [markdown]
# # Batched training
#
# `model.fit(x, y, batch_size=64, epochs=3)`: one line, and a network is trained. This lesson opens that line. It goes through the arguments of `fit` one by one, writes the same training as a loop and checks that the weights come out the same, and then asks what everybody who types `batch_size=` ought to ask: **why 64?**
#
# The lecture's slide answers: the number of training samples per batch is "usually in powers of 2 for hardware efficiency: 2, 4, 8, 16, 32, 64, ...". One half of that is a habit and the other half a claim about hardware, and a claim can be measured. So we shall vary the batch size and look at all that changes with it: the number of steps, the time of an epoch, the memory, the noise of the gradient, the accuracy in the end. Powers of two get no advantage in advance.
#
# <div class="box goals">
#
# **What you will be able to do**
#
# - say how many steps an epoch has, what each step sees, and in which order;
# - use every argument of `fit` on purpose, and translate code that was written for Keras 2;
# - write `fit` as a loop with `tf.GradientTape`, and prove that the two train the same network;
# - predict how time and memory grow with the batch size, and measure both fairly;
# - derive how the noise of the gradient falls with the batch size, and find the size at which more images stop paying;
# - choose a batch size, and adapt the learning rate to it, within limits that you can name;
# - train on several devices, and explain why the result does not change.
#
# </div>
#
# **Prerequisites.** Convolution of a batch of images (lesson 1), gradient descent, the chain rule, mean and variance. **Time.** About two hours, and about one minute of computing on two CPU cores.
#
# ## Notation
#
# | symbol | meaning |
# |:--|:--|
# | $n$ | number of training images |
# | $N$ | batch size: number of images in one step |
# | $B$ | a mini-batch: the $N$ images of one step |
# | $\theta$ | all weights of the network, written as one long vector |
# | $L_i(\theta)$ | loss of image $i$; $g_i = \nabla L_i(\theta)$ is its gradient |
# | $g$ | mean of all $n$ gradients $g_i$: the gradient that we want |
# | $g_B$ | mean of the $N$ gradients of a mini-batch: the gradient that we get |
# | $\sigma_g$ | spread of the single gradients $g_i$ around $g$ |
# | $\eta$ (`learning_rate`) | learning rate |
#
# ## Set up

# %%
import inspect
import math
import resource
import sys
import time

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from cycler import cycler
from sklearn.datasets import load_digits

# TensorFlow reports each step of its work with several devices; its warnings are enough.
tf.get_logger().setLevel("WARNING")
# The last experiment trains on two devices. Few of us own two, so TensorFlow is asked to show its one
# processor as two. That has to happen before it computes anything.
processor = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(processor, [tf.config.LogicalDeviceConfiguration()] * 2)

# %% [markdown]
# Everything that depends on your machine stands in one place. With a GPU the experiments run on CIFAR-10 with half-precision arithmetic and XLA compilation; without one they run on handwritten digits of 8x8 pixels ([@alpaydin1998]). **The numbers in the text belong to the CPU profile.** Of the 1,797 digits 1,280 serve for training. That number can be divided by 20, 40, 80, and so on up to itself, and none of these divisors is a power of two.

# %%
PROFILES = {
    "cpu": {
        "data": "digits",  # ships inside scikit-learn
        "num_train": 1280,
        "num_test": 397,
        "width": 16,  # filters of the first convolution
        "fit_batch_size": 100,  # fit against the loop, and the two devices
        "fit_epochs": 3,
        # Powers of two, sizes between them, and close neighbors
        "time_sizes": [
            1,
            2,
            4,
            8,
            16,
            24,
            32,
            40,
            48,
            56,
            63,
            64,
            65,
            80,
            96,
            100,
            112,
            127,
            128,
            192,
            256,
            512,
        ],
        "time_rounds": 50,
        "memory_sizes": [500, 2000, 4000, 8000, 16_000],
        "noise_images": 1280,
        "noise_sizes": [1, 3, 10, 32, 100, 320, 640, 1000, 1200],
        "noise_draws": 30,
        "batch_sizes": [20, 40, 80, 160, 320, 640, 1280],
        "patient_size": 160,  # one of them, trained once more with as many steps as the first
        "base_rate": 0.04,  # learning rate of the first
        "epochs": 4,
        "seeds": [0, 1, 2],  # every training is repeated with each of them
        "dtype": "float32",
        "jit_compile": False,  # XLA makes such small networks slower on a CPU
        "loss_scale": 1.0,
    },
    "gpu": {
        "data": "cifar10",  # needs a network; falls back to the digits
        "num_train": 20_480,
        "num_test": 2_000,
        "width": 32,
        "fit_batch_size": 100,
        "fit_epochs": 3,
        "time_sizes": [1, 4, 16, 64, 96, 100, 112, 127, 128, 129, 160, 192, 200, 240, 255, 256, 512, 1024],
        "time_rounds": 50,
        "memory_sizes": [50, 200, 400, 800, 1600],
        "noise_images": 1280,
        "noise_sizes": [1, 3, 10, 32, 100, 320, 640, 1000, 1200],
        "noise_draws": 30,
        "batch_sizes": [20, 40, 80, 160, 320, 640, 1280],
        "patient_size": 160,
        "base_rate": 0.02,
        "epochs": 4,
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
    "num_train": 40,
    "num_test": 16,
    "width": 2,
    "fit_batch_size": 16,
    "fit_epochs": 2,
    "time_sizes": [2, 3, 4],
    "time_rounds": 2,
    "memory_sizes": [8, 16, 32],
    "noise_images": 16,
    "noise_sizes": [2, 8],
    "noise_draws": 2,
    "batch_sizes": [8, 20],
    "patient_size": 20,
    "epochs": 1,
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
n = len(x_train)
print(
    f"train {x_train.shape}, test {x_test.shape}; devices {[d.name for d in tf.config.list_logical_devices()]}"
)

# %% [markdown]
# The network is small: three convolutions and a dense layer. It has **no** batch normalization (lesson 3), and that is on purpose: each image passes through it as if it were alone. So whatever the batch size changes below, it changes through the training and not through the network.

# %% include
from convlab.batched_training import build_small_net

# %%
net = build_small_net(x_train.shape[1:], CONFIG["width"])
print(f"{net.count_params():,} weights")

# %% [markdown]
# ## From epoch to step
#
# Gradient descent wants the gradient of the mean loss over all $n$ images. **Mini-batch** gradient descent takes $N$ of them, its **batch size**, pretends that they are all, and makes one **update** of the weights, a **training step**, or step for short:
#
# $$\theta \leftarrow \theta - \eta\, g_B, \qquad g_B = \frac{1}{N} \sum_{i \in B} \nabla L_i(\theta) \tag{1}$$
#
# Then it takes the next $N$. When every image has had its turn, an **epoch** is over. It has
#
# $$\left\lceil \frac{n}{N} \right\rceil \text{ steps, or } \left\lfloor \frac{n}{N} \right\rfloor \text{ if an incomplete last batch is left out.} \tag{2}$$
#
# The two ends have names of their own: $N = 1$ is **stochastic** gradient descent in the strict sense, $N = n$ is **full-batch** gradient descent. In everyday language, and in Keras, everything in between is called SGD too.
#
# What does `fit` hand to the network, and in which order? Ask it. The following model learns nothing. It overrides the two methods that `fit` calls for each batch, `train_step` and `test_step`, and writes down what it is given.

# %% include
from convlab.batched_training import FitRecorder


# %%
def record_fit(**arguments):
    """Let `fit` run on a recorder and return it, with the History object that `fit` returned."""
    recorder = FitRecorder()
    recorder.history_of_fit = recorder.fit(verbose=0, **arguments)
    return recorder


# %% [markdown]
# **Predict, then run.** Fourteen samples, numbered 0 to 13, are trained on for three epochs with `batch_size=4`. How many steps are made? How large is the last batch of an epoch? Does the second epoch see the same batches as the first?

# %% figure alt="Three tables of colored cells. Each row is an epoch with fourteen cells, one for each sample in the order in which it was used; every run of four cells has one color, the last run has two cells. With shuffle=False every row runs from 0 to 13. With shuffle=True and a seed the order is mixed, but the three rows are equal. With tf.data and its own shuffle the three rows have three different orders." tags=["hide-input"]
keras.utils.set_random_seed(0)
numbers = np.arange(14)
dealt = tf.data.Dataset.from_tensor_slices((numbers, numbers)).shuffle(14).batch(4)
diaries = {
    "arrays, shuffle=False": record_fit(x=numbers, y=numbers, batch_size=4, epochs=3, shuffle=False),
    "arrays, shuffle=True, seed set": record_fit(x=numbers, y=numbers, batch_size=4, epochs=3),
    "tf.data with shuffle, seed set": record_fit(x=dealt, epochs=3, shuffle=False),
}
fig, axes = plt.subplots(3, 1, figsize=(7.5, 5.6))
batch_colors = [COLORS[name] for name in ("sky", "orange", "green", "purple")]
for ax, (title, diary) in zip(axes, diaries.items(), strict=True):
    for step, batch in enumerate(diary.training):
        epoch, k = divmod(step, 4)
        for place, number in enumerate(batch[0]):
            column = 4 * k + place + 0.35 * k
            ax.add_patch(plt.Rectangle((column, -epoch), 0.92, -0.8, color=batch_colors[k]))
            ax.text(column + 0.46, -epoch - 0.41, str(number), ha="center", va="center", fontsize=11)
    for epoch in range(3):
        ax.text(-0.3, -epoch - 0.41, f"epoch {epoch + 1}", ha="right", va="center")
    for k in range(4):
        middle = 4 * k + 0.35 * k + (1.95 if k < 3 else 0.95)
        ax.text(middle, 0.12, f"step {k + 1}", ha="center", va="bottom", fontsize=10)
    ax.set(xlim=(-2.2, 15.4), ylim=(-2.95, 0.6), title=title)
    ax.axis("off")
plt.show()


# %%
def different_orders(diary, num_samples):
    """Return in how many different orders the epochs of a recorded training visited the samples."""
    visited = np.concatenate([batch[0] for batch in diary.training]).reshape(-1, num_samples)
    return len(np.unique(visited, axis=0))


orders = {title: different_orders(diary, 14) for title, diary in diaries.items()}
tf.random.set_seed(None)  # as if nobody had ever set a seed
orders["arrays, shuffle=True, no seed"] = different_orders(record_fit(x=numbers, y=numbers, epochs=3), 14)
keras.utils.set_random_seed(0)
for title, count in orders.items():
    print(f"{title:>31}: {count} different orders in 3 epochs")

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# $\lceil 14/4 \rceil = 4$ steps per epoch, 12 in all. The last batch of each epoch holds the 2 samples that are left: `fit` drops nothing. In no epoch does a sample come twice, and none is forgotten: this is drawing **without replacement**, like dealing cards, and that will matter for the noise.
#
# The last question has a surprise in it. `shuffle=True`, the default, is meant to deal the samples anew in every epoch, and so it does if no seed is set. After `keras.utils.set_random_seed` (or `tf.random.set_seed`) Keras with TensorFlow deals the **same** order in every epoch: the data set that it makes from your arrays starts its random numbers afresh with each epoch. So those who do the right thing for repeatable results get less mixing than they think.
#
# </details>
#
# One fixed order does little harm when the batches are well mixed, and you would hardly notice it from the loss. Those who want both, repeatable results and new batches in each epoch, let `tf.data` shuffle, as in the third table.
#
# The short last batch deserves a thought. Its step is as long as any other, but fewer images share it. In our case, 1,280 images in batches of 100, the last 80 images of an epoch count $100/80$ times as much as the others. That is harmless if shuffling gives that place to other images each time. With 1,281 images and batches of 128, every epoch would end with a step that follows **one** image. Those who want all steps alike leave the incomplete batch out (`drop_remainder=True` of `tf.data`), and again shuffling takes care that no image is left out for ever.

# %%
diary = record_fit(x=x_train, y=y_train, batch_size=CONFIG["fit_batch_size"])
batch_lengths = [len(images) for images, _ in diary.training]
print(f"{n} images, batch_size={CONFIG['fit_batch_size']}: {len(batch_lengths)} steps,", end=" ")
print(f"the first of {batch_lengths[0]} images, the last of {batch_lengths[-1]}")
steps = len(batch_lengths)

# %% [markdown]
# ## `fit`, argument by argument
#
# The slide shows the signature of `fit` from Keras 2. Here it is again, as data. Python can tell us what has become of it.

# %%
lecture_signature = dict(
    x=None, y=None, batch_size=None, epochs=1, verbose="auto", callbacks=None, validation_split=0.0,
    validation_data=None, shuffle=True, class_weight=None, sample_weight=None, initial_epoch=0,
    steps_per_epoch=None, validation_steps=None, validation_batch_size=None, validation_freq=1,
    max_queue_size=10, workers=1, use_multiprocessing=False,
)  # fmt: skip


def defaults_of(function):
    """Return the arguments of a function and their defaults, without `self`."""
    parameters = inspect.signature(function).parameters.values()
    return {parameter.name: parameter.default for parameter in parameters if parameter.name != "self"}


today = defaults_of(keras.Model.fit)
of_data_set = defaults_of(keras.utils.PyDataset.__init__)
gone = {name: value for name, value in lecture_signature.items() if name not in today}
still_there = {name: value for name, value in lecture_signature.items() if name in today}

print(f"Keras {keras.__version__}: fit has {len(today)} arguments, the slide {len(lecture_signature)}")
print("same names, order, and defaults as on the slide:", list(today.items()) == list(still_there.items()))
print("added since:", set(today) - set(lecture_signature) or "none")
print("gone from fit:        ", gone)
print("arguments of PyDataset:", of_data_set)

# %% [markdown]
# Sixteen of the nineteen are still there, with the same defaults. Three have moved, to the class of data sets that they were made for.
#
# | argument | default | what it does in Keras 3 ([@kerasfit2026]) |
# |:--|:--|:--|
# | `x` | `None` | the inputs: arrays (also a list or dictionary of arrays), or something that yields whole batches: `tf.data.Dataset`, `keras.utils.PyDataset`, a PyTorch `DataLoader`, a generator |
# | `y` | `None` | the targets, if `x` is an array; anything that yields batches yields its targets itself, and `y` is refused |
# | `batch_size` | `None` | images per step, for arrays: `None` means 32; data sets come in batches already, and then it is **ignored without a word** |
# | `epochs` | `1` | number of the **last** epoch, which is the number of epochs only if `initial_epoch` is 0 |
# | `verbose` | `"auto"` | 0 silent, 1 a progress bar, 2 one line per epoch; `"auto"` is 1 in most places |
# | `callbacks` | `None` | objects whose methods are called around epochs and batches: early stopping, learning rates, saving |
# | `validation_split` | `0.0` | share of the arrays to validate on: the **last** part, cut off **before** shuffling |
# | `validation_data` | `None` | data to validate on after each epoch; takes precedence over `validation_split` |
# | `shuffle` | `True` | arrays: a new order of the samples each epoch (but the same in all epochs once a seed is set, see above); `PyDataset`: a new order of the **batches**; `tf.data` and generators: ignored, with a warning |
# | `class_weight` | `None` | dictionary from class to factor: the loss of each sample is multiplied by that of its class |
# | `sample_weight` | `None` | the same, one factor per sample; data sets yield it as a third part |
# | `initial_epoch` | `0` | where to begin counting, to continue an interrupted training |
# | `steps_per_epoch` | `None` | end the epoch after so many steps; necessary for data without an end. For arrays without `batch_size` it **sets** the batch size, to $\lceil n / \text{steps} \rceil$ |
# | `validation_steps` | `None` | the same for validation |
# | `validation_batch_size` | `None` | batch size of validation; `None` takes `batch_size` |
# | `validation_freq` | `1` | validate after every so many epochs, or a list of the epochs to validate after |
# | `max_queue_size` | was `10` | **moved** to `PyDataset`: how many batches are prepared ahead |
# | `workers` | was `1` | **moved** to `PyDataset`: how many threads or processes prepare them |
# | `use_multiprocessing` | was `False` | **moved** to `PyDataset`: processes instead of threads |
#
# A table can be wrong, so we hold every statement of it that has a surprise in it against the recorder.

# %%
x, y = np.arange(100), np.arange(100) % 4
half_and_half = tf.data.Dataset.from_tensor_slices((x, y)).batch(50)


def lengths(batches):
    """Return the number of samples of each batch."""
    return [len(batch[0]) for batch in batches]


def refused(error, **arguments):
    """Return whether `fit` refuses these arguments with this kind of error."""
    try:
        record_fit(**arguments)
    except error:
        return True
    return False


plain = record_fit(x=x, y=y)
split = record_fit(x=x, y=y, validation_split=0.2, validation_batch_size=15)
weighted = record_fit(x=x, y=y, class_weight={0: 1.0, 1: 5.0, 2: 1.0, 3: 0.5})
resumed = record_fit(x=x, y=y, initial_epoch=2, epochs=5, validation_data=(x, y), validation_freq=[4])
checks = {
    "batch_size is 32 by default": lengths(plain.training) == [32, 32, 32, 4],
    "steps_per_epoch=5 makes batches of 20": lengths(record_fit(x=x, y=y, steps_per_epoch=5).training)
    == [20] * 5,
    "a Dataset ignores batch_size": lengths(record_fit(x=half_and_half, batch_size=7, shuffle=False).training)
    == [50, 50],
    "a Dataset refuses y": refused(ValueError, x=half_and_half, y=y, shuffle=False),
    "a Dataset refuses validation_split": refused(
        ValueError, x=half_and_half, validation_split=0.2, shuffle=False
    ),
    "validation_split=0.2 takes samples 80 to 99": np.concatenate([b[0] for b in split.validation]).tolist()
    == list(range(80, 100)),
    "validation_batch_size": lengths(split.validation) == [15, 5],
    "validation_steps=2": len(record_fit(x=x, y=y, validation_data=(x, y), validation_steps=2).validation)
    == 2,
    "class_weight becomes a weight per sample": all(
        np.allclose(weights, np.array([1.0, 5.0, 1.0, 0.5])[labels])
        for _, labels, weights in weighted.training
    ),
    "initial_epoch=2, epochs=5 are three epochs": resumed.history_of_fit.epoch == [2, 3, 4],
    "validation_freq=[4] validates once": lengths(resumed.validation) == [32, 32, 32, 4],
    "workers is refused": refused(TypeError, x=x, y=y, workers=4),
}
for statement, holds in checks.items():
    print(f"{holds!s:5} {statement}")

# %% [markdown]
# **Predict, then run.** Many data sets come sorted by class. Suppose that the digits did, and that you write `fit(x, y, validation_split=0.2)`. `shuffle` is on. Which digits does the network learn, and which is it tested on?

# %%
order = np.argsort(y_train, kind="stable")
diary = record_fit(x=x_train[order], y=y_train[order], validation_split=0.2)
learned, validated = (
    sorted({int(label) for _, labels in batches for label in labels})
    for batches in (diary.training, diary.validation)
)
print("trained on  ", learned)
print("validated on", validated)

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# The split is made before the shuffling, at the end of the arrays, so validation gets the last classes only, and training never sees a 9. Training accuracy will be excellent and validation accuracy close to zero. **Shuffle once, before** you use `validation_split`, or make the split yourself.
#
# </details>
#
# ### The three that moved
#
# In Keras 2 `workers`, `use_multiprocessing`, and `max_queue_size` stood in the signature of everybody's `fit`, but they had a meaning for one kind of data only: a Python object that makes its batches itself. In Keras 3 they belong to that object. A `PyDataset` says how many batches it has and makes number `index` when it is asked to. Ours takes 25 milliseconds for each, as if it had to read files from a slow disk.


# %%
class SlowImages(keras.utils.PyDataset):
    """Batches of 50 digits that arrive from a slow disk."""

    def __len__(self):
        return 24

    def __getitem__(self, index):
        time.sleep(0.025)
        chosen = np.arange(50 * index, 50 * (index + 1)) % n
        return x_train[chosen], y_train[chosen]


loading_seconds = {}
for workers in (1, 4):
    start = time.perf_counter()
    record_fit(x=SlowImages(workers=workers, use_multiprocessing=False, max_queue_size=10))
    loading_seconds[workers] = time.perf_counter() - start
print({f"workers={workers}": f"{seconds:.2f} s" for workers, seconds in loading_seconds.items()})

# %% [markdown]
# Four threads wait for the disk side by side, so the epoch is over in a fraction of the time. Threads help as long as the work is waiting. When it is computing in Python (say, rotating images), threads stand in each other's way, and `use_multiprocessing=True` starts processes instead. Then the data set is copied into each of them, which has to be possible (no open files, no lambdas), and where processes start from nothing (Windows, macOS) its class must stand in a module that they can import. For most work `tf.data` with `map(..., num_parallel_calls=tf.data.AUTOTUNE)` and `prefetch` does the same without processes.
#
# To port old code: take the three arguments out of `fit`, replace `keras.utils.Sequence` by `keras.utils.PyDataset` (the old name still works), call `super().__init__(**kwargs)` in its constructor, and give the arguments to it.
#
# ## `fit` written by hand
#
# Behind the sixteen arguments there is a loop of a few lines. It is worth knowing for three reasons: you understand what `fit` does, you can do what it cannot (two networks that train each other, a gradient that you want to look at), and you lose the fear of code that looks different. First a single step:

# %% include
from convlab.batched_training import make_update

# %%
update = make_update(net, keras.optimizers.SGD(0.05))
first_losses = [float(update(x_train[:100], y_train[:100])[0]) for _ in range(6)]
print("six steps on the same images, loss before each:", np.round(first_losses, 2))

# %% [markdown]
# Line by line: `GradientTape` records every operation of the forward pass; `training=True` switches on what behaves differently in training (dropout, lesson 5; batch normalization, lesson 3); `tape.gradient` walks the record backward, which gives $g_B$; `optimizer.apply` makes step (1), or whatever the optimizer makes of it. `tf.function` runs the Python code **once**, keeps the operations as a graph, and from then on runs the graph. `reduce_retracing` says that batches of other lengths shall share it, so that the short last batch does not cause a new one.
#
# If this is what `fit` does, then a loop around it must arrive at **the same weights**, given the same start and the same batches. The same start is easy: `set_random_seed` fixes the initial weights, and also the numbers that dropout draws (we switch dropout on here, to make it harder). For the same batches we let `tf.data` line up the batches of all epochs in one long stream, and tell `fit` with `steps_per_epoch` where an epoch ends.

# %% include
from convlab.batched_training import batch_stream

# %%
stream = batch_stream(x_train, y_train, CONFIG["fit_batch_size"], CONFIG["fit_epochs"], seed=0)
first_labels = [labels.numpy()[:8].tolist() for _, labels in stream][::steps]
first_labels_again = [labels.numpy()[:8].tolist() for _, labels in stream][::steps]
for epoch, labels in enumerate(first_labels, start=1):
    print(f"epoch {epoch} begins with the labels {labels}")
print("and the same when the stream is read again:", first_labels == first_labels_again)

# %% [markdown]
# Now the loop. Two details are easy to get wrong: the loss of an epoch is the mean over **images**, so a short last batch must count less; and validation runs with `training=False`.

# %% include
from convlab.batched_training import fit_by_hand


# %%
def start_afresh(dropout):
    """Return a new network, an optimizer, and a stream of batches, the same at every call."""
    keras.utils.set_random_seed(0)
    model = build_small_net(x_train.shape[1:], CONFIG["width"], dropout)
    optimizer = keras.optimizers.SGD(0.05, momentum=0.9)
    return (
        model,
        optimizer,
        batch_stream(x_train, y_train, CONFIG["fit_batch_size"], CONFIG["fit_epochs"], seed=0),
    )


fitted, optimizer, stream = start_afresh(dropout=0.3)
initial_weights = fitted.get_weights()
fitted.compile(
    optimizer,
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
    jit_compile=False,
)
history_of_fit = fitted.fit(
    stream,
    steps_per_epoch=steps,
    epochs=CONFIG["fit_epochs"],
    validation_data=(x_test, y_test),
    validation_batch_size=len(x_test),
    shuffle=False,  # a stream has its order; True would be ignored, with a warning
    verbose=0,
).history

by_hand, optimizer, stream = start_afresh(dropout=0.3)
history_by_hand = fit_by_hand(by_hand, optimizer, stream, steps, validation_data=(x_test, y_test))


def largest_difference(weights, other_weights):
    """Return the largest difference between two lists of arrays."""
    return max(float(abs(a - b).max()) for a, b in zip(weights, other_weights, strict=True))


for name in history_by_hand:
    pairs = zip(history_of_fit[name], history_by_hand[name], strict=True)
    print(f"{name:>12}  fit / by hand: " + ",  ".join(f"{a:.4f} / {b:.4f}" for a, b in pairs))
weight_change = largest_difference(fitted.get_weights(), initial_weights)
weight_difference = largest_difference(fitted.get_weights(), by_hand.get_weights())
history_difference = max(
    abs(a - b)
    for name in history_by_hand
    for a, b in zip(history_of_fit[name], history_by_hand[name], strict=True)
)
print(f"training changed weights by up to {weight_change:.2f};", end=" ")
print(f"fit and loop differ by at most {weight_difference:.1e}")

# %% [markdown]
# The weights agree to the last digits of float32, and so do the four curves of the history. There is no magic in `fit`.
#
# **Predict, then run.** Look at the first epoch in the printout. The loss on images that the network was trained on is higher than the loss on images that it has never seen. Is that a mistake?
#
# <details class="answer"><summary>Answer</summary>
#
# No. The number that `fit` calls `loss` is the mean over the epoch's steps, each measured **before** its own update: it averages over a network that is still bad at the beginning of the epoch and much better at the end. `val_loss` is measured with the weights at the end. (Dropout adds to it: it is switched on for one of the two only.) For a fair comparison evaluate both sets with the same weights: `model.evaluate`.
#
# </details>

# %%
with_final_weights = fitted.evaluate(x_train, y_train, verbose=0)[0]
print(f"last epoch: training loss as reported by fit {history_of_fit['loss'][-1]:.3f},", end=" ")
print(f"with the weights at the end {with_final_weights:.3f}, test loss {history_of_fit['val_loss'][-1]:.3f}")

# %% [markdown]
# What `fit` does beyond our loop, and what you have to do yourself when you write one:
#
# | in `fit` | in a loop |
# |:--|:--|
# | `compile(optimizer, loss, metrics)` | your variables |
# | `sample_weight`, `class_weight` | pass `sample_weight=` to the loss and to the metrics |
# | regularization losses of layers (`model.losses`) | add them to the loss |
# | `callbacks` | call a function |
# | `steps_per_execution` (several steps per call, less Python) | a loop inside `tf.function` |
# | mixed precision: scaled loss | `keras.optimizers.LossScaleOptimizer` |
# | several devices | `strategy.run`, see below |
#
# There is a middle way: keep `fit` and override `train_step`, as the recorder did. And one line in `make_update` is worth a measurement: what does `tf.function` buy? Fair timing is a small art of its own. We run the candidates **alternately**, in random order, many times, and take the smallest time of each: whatever else the machine does can only make a run longer.

# %% include
from convlab.batch_size import time_alternating


# %%
def step_jobs(model_settings, batch_sizes, compiled=True, **step_settings):
    """Return one function per batch size; each makes a training step and waits until it is done."""
    model = build_small_net(x_train.shape[1:], CONFIG["width"], **model_settings)
    update = make_update(model, keras.optimizers.SGD(0.01), compiled, **step_settings)

    def job(batch_size):
        chosen = np.resize(np.arange(n), batch_size)
        images, labels = tf.constant(x_train[chosen]), tf.constant(y_train[chosen])
        return lambda: float(update(images, labels)[0])

    return {batch_size: job(batch_size) for batch_size in batch_sizes}


candidates = {
    "operation by operation": step_jobs({}, [32], compiled=False)[32],
    "as a graph": step_jobs({}, [32])[32],
}
graph_seconds = {name: seconds.min() for name, seconds in time_alternating(candidates, rounds=15).items()}
for name, seconds in graph_seconds.items():
    print(f"{name:>22}: {1000 * seconds:6.2f} ms for a step with 32 images")

# %% [markdown]
# The same arithmetic, several times faster: without the graph most of the time goes into Python, which starts some hundred small operations one by one.
#
# ## Batch size and time
#
# Now to the batch size itself. A step needs some time that does not depend on $N$ (starting operations, updating the weights) and some for each image. The simplest model is a straight line,
#
# $$t(N) = a + b\,N \tag{3}$$
#
# for the time of a step, and therefore for an epoch
#
# $$\frac{n}{N}\, t(N) = n \left( \frac{a}{N} + b \right) \tag{4}$$
#
# The overhead $a$ is paid once per step. Small batches pay it often; from about $N = a/b$ on, it is the smaller part, and larger batches gain less and less.
#
# **Predict, then run.** How many times longer does a step with 128 images take than a step with one? How many times faster is an epoch with $N = 64$ than with $N = 1$? And is 64 faster per image than 63 and 65?

# %%
time_sizes = CONFIG["time_sizes"]
jobs = step_jobs({"dtype": CONFIG["dtype"]}, time_sizes, jit_compile=CONFIG["jit_compile"])
step_seconds = {
    size: float(seconds.min()) for size, seconds in time_alternating(jobs, CONFIG["time_rounds"]).items()
}
image_seconds = {size: seconds / size for size, seconds in step_seconds.items()}
epoch_seconds = {size: math.ceil(n / size) * seconds for size, seconds in step_seconds.items()}
print("batch size  steps per epoch  ms per step  ms per epoch  µs per image")
for size in time_sizes:
    print(
        f"{size:>10}{math.ceil(n / size):>17}{1e3 * step_seconds[size]:>13.2f}"
        f"{1e3 * epoch_seconds[size]:>14.0f}{1e6 * image_seconds[size]:>14.1f}"
    )

# %% [markdown]
# The two numbers of (3), fitted to these times (so that relative errors are small for all sizes):

# %%
sizes = np.array(time_sizes)
per_step = 1e3 * np.array([step_seconds[size] for size in time_sizes])
design = np.stack([np.ones(len(sizes)), sizes], axis=1) / per_step[:, None]
(overhead, per_image_cost), *_ = np.linalg.lstsq(design, np.ones(len(sizes)), rcond=None)
half_size = overhead / per_image_cost
print(f"a = {overhead:.2f} ms per step, b = {1e3 * per_image_cost:.1f} µs per image,", end=" ")
print(f"equal shares at N = {half_size:.0f}")

# %% [markdown]
# For the powers of two we do not trust the eye. Take a size between two powers, such as 48 between 32 and 64, and ask what the straight line through the times of those two would give. If powers of two were privileged, the sizes between them would lie **above** the line: their ratio to it would be clearly more than 1.

# %% include
from convlab.batch_size import compare_with_powers_of_two

# %%
ratios = compare_with_powers_of_two(step_seconds)
print("time of a step / time on the line between the powers of two around it:")
print({size: round(ratio, 2) for size, ratio in ratios.items()})
print(f"median {np.median(list(ratios.values())):.2f}, largest {max(ratios.values()):.2f}")

# %% figure alt="Left: time per image against batch size, both axes logarithmic. It falls steeply, by more than a factor of ten, and levels off for batches of hundreds; the curve a over N plus b follows the points. Right: time of a step against batch size from 16 to 128 on linear axes. Powers of two are filled squares, other sizes open circles; all lie close to one rising line." tags=["hide-input"]
fig, (left, right) = plt.subplots(1, 2, figsize=(7.5, 3.9))
powers = np.array([size & (size - 1) == 0 for size in time_sizes])
per_image = 1e6 * np.array([image_seconds[size] for size in time_sizes])
marks = (
    (powers, "s", COLORS["blue"], COLORS["blue"], "power of two"),
    (~powers, "o", "white", COLORS["vermilion"], "other size"),
)
grid = np.geomspace(sizes[0], sizes[-1], 60)
left.plot(grid, 1e3 * (overhead / grid + per_image_cost), "-", color=COLORS["gray"], label="$a/N + b$")
for chosen, marker, face, edge, name in marks:
    left.plot(sizes[chosen], per_image[chosen], marker, mfc=face, mec=edge, mew=1.6, markersize=7, label=name)
left.set_xscale("log", base=2)
left.set_yscale("log")
left.set_xticks([1, 8, 64, 512], ["1", "8", "64", "512"])
left.set(xlabel="batch size $N$", ylabel="µs per image")
left.set_title("Large batches share the overhead")
left.legend(frameon=False, fontsize=10)

middle = (sizes >= 16) & (sizes <= 128)
span = np.array([0, 132])
right.plot(span, overhead + per_image_cost * span, "-", color=COLORS["gray"], label="$a + bN$")
for chosen, marker, face, edge, _ in marks:
    chosen = chosen & middle
    right.plot(sizes[chosen], per_step[chosen], marker, mfc=face, mec=edge, mew=1.6, markersize=7)
right.set_xticks([0, 16, 32, 64, 96, 128])
right.set(xlabel="batch size $N$", ylabel="ms per step", xlim=(0, 136), ylim=(0, None))
right.set_title("Nothing special at 32, 64, 128")
right.legend(frameon=False, fontsize=10)
plt.show()

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# A step with 128 images takes less than ten times as long as a step with one, and an epoch with $N = 64$ is more than five times faster than with $N = 1$ (on an idle machine much more). Between neighbors there is no cliff: the sizes between powers of two lie on the line through them, within the noise of the measurement, and 65 is as good as 64.
#
# </details>
#
# ### What is right about powers of two
#
# The slide's sentence contains a true observation, that **size** matters for efficiency, and a habit, to double when one looks for a good size. What the hardware likes is more modest than a power of two:
#
# - Arithmetic is done in groups: a vector instruction of a CPU takes 8 or 16 float32 numbers, a GPU starts threads in groups of 32, and cuts matrices into tiles of, say, 128 by 128. A matrix that does not fill its last tile wastes the rest of it. So **multiples** of such a number are good, and 96 is as good as 128 in this respect ([@nvidia2023]).
# - For half-precision arithmetic NVIDIA recommends sizes that are multiples of 8 (on newer GPUs 64). This concerns above all the number of **channels**; where a layer is fully connected it concerns the batch size too ([@nvidia2023]).
# - In a convolution the batch size hardly ever stands alone. Lesson 1 turned a batch into a matrix with $N \cdot H_{out} \cdot W_{out}$ rows. With $N = 65$ feature maps of 8x8 positions it has $4{,}160 = 32.5 \cdot 128$ rows instead of $32 \cdot 128$: there is one half-empty tile among 33.
# - The cost of one tile too many is real when there are few of them: on a big GPU with a small matrix, 129 rows can take as long as 256. This is a reason to measure, and to avoid sizes **just above** such a limit.
#
# So the rule put right: **take the batch as large as time, memory, and accuracy allow; a multiple of 8 or 32 is a good habit on a GPU; a power of two is not required by anything.** If 96 fits into memory and 128 does not, 96 is the better choice than 64.
#
# ## Batch size and memory
#
# Backpropagation needs the outputs of the layers again, so the forward pass keeps them until the backward pass is done. Weights and their gradients are there once; the kept outputs, the **activations**, are there once **per image**:
#
# $$\text{memory}(N) \approx \text{weights} + \text{gradients} + \text{optimizer} + N \cdot \text{activations of one image} \tag{5}$$

# %%
values_per_image = {
    layer.name: math.prod(layer.output.shape[1:])
    for layer in net.layers
    if isinstance(layer, keras.layers.Conv2D | keras.layers.Dense)
}
activations_kb = 4 * sum(values_per_image.values()) / 1024  # 4 bytes for a float32
weights_kb = 4 * net.count_params() / 1024
print(values_per_image)
print(f"weights {weights_kb:.1f} KB, gradients as much; activations {activations_kb:.1f} KB per image")
print(f"from {math.ceil(2 * weights_kb / activations_kb)} images on the activations are the larger part")

# %% [markdown]
# That is counted. Measured, it is the growth of the process while steps with ever more images are made. The operating system keeps the high-water mark.

# %% include
from convlab.batch_size import peak_memory

# %%
memory_sizes = CONFIG["memory_sizes"]
peaks = []
with tf.device("CPU:0"):  # the operating system does not see a GPU's memory
    update = make_update(build_small_net(x_train.shape[1:], CONFIG["width"]), keras.optimizers.SGD(0.01))
    for size in memory_sizes:
        images, labels = np.resize(x_train, (size, *x_train.shape[1:])), np.resize(y_train, size)
        update(images, labels)
        peaks.append(peak_memory())
memory_slope_kb = 1024 * (peaks[-1] - peaks[-3]) / (memory_sizes[-1] - memory_sizes[-3])
for size, peak in zip(memory_sizes, peaks, strict=True):
    print(f"{size:>6} images per step: the process has used up to {peak:5.0f} MB")
print(f"{memory_slope_kb:.1f} KB per image, {memory_slope_kb / activations_kb:.1f} times the activations")

# %% figure alt="Peak memory of the process against batch size. The measured points rise along a straight line that starts at several hundred megabytes; a second, flatter line from the same start shows the activations as counted." tags=["hide-input"]
fig, ax = plt.subplots(figsize=(7.5, 3.3))
images = np.array(memory_sizes)
line = peaks[-1] + memory_slope_kb / 1024 * (images - images[-1])
ax.plot(images, line, "--", color=COLORS["gray"], label=f"{memory_slope_kb:.0f} KB per image")
ax.plot(images, peaks, "o", color=COLORS["blue"], markersize=8, label="measured")
counted = line[0] + activations_kb / 1024 * (images - images[0])
ax.plot(images, counted, ":", color=COLORS["vermilion"], label=f"activations alone, {activations_kb:.0f} KB")
ax.set(xlabel="images per step", ylabel="peak memory in MB")
ax.set_title("Memory grows in proportion to the batch")
ax.legend(frameon=False, fontsize=10)
plt.show()

# %% [markdown]
# A straight line, as (5) says. It starts at the hundreds of megabytes that TensorFlow itself takes, and it is steeper than the count of the activations: the backward pass needs gradients of the same size as the activations for a while, and the convolutions need working memory. As a rule of thumb the true need is one to three times the count. In this network with its tiny images one needs thousands of them to see anything. For photographs of 224x224 pixels the activations are thousands of times larger, and there **memory is what limits the batch size** (lessons 5 and 11 count it).
#
# ### Large batches in small memory
#
# The gradient of a batch is a mean over images. So it can be computed in portions that fit, one after the other, with **one** update at the end: **gradient accumulation**. Keras's optimizers have it built in. With four equal portions the result is that of the whole batch.

# %%
whole_images, whole_labels = x_train[:32], y_train[:32]
at_once = build_small_net(x_train.shape[1:], CONFIG["width"])
in_portions = keras.models.clone_model(at_once)
in_portions.set_weights(at_once.get_weights())
start_weights = at_once.get_weights()

make_update(at_once, keras.optimizers.SGD(0.5), compiled=False)(whole_images, whole_labels)
update = make_update(in_portions, keras.optimizers.SGD(0.5, gradient_accumulation_steps=4), compiled=False)
for k in range(4):
    update(whole_images[8 * k : 8 * k + 8], whole_labels[8 * k : 8 * k + 8])
accumulated_change = largest_difference(at_once.get_weights(), start_weights)
accumulated_difference = largest_difference(at_once.get_weights(), in_portions.get_weights())
print(f"one step changes weights by up to {accumulated_change:.2f};", end=" ")
print(f"one batch of 32 and four of 8 differ by {accumulated_difference:.1e}")

# %% [markdown]
# It saves memory, not time. Two conditions: the portions are equally large (in the assignment you will find out what to do if they are not), and nothing in the network mixes the images of a batch. Batch normalization does, and then four portions of 8 are **not** a batch of 32.
#
# ## Batch size and the noise of the gradient
#
# A mini-batch is a sample, and its gradient $g_B$ an estimate of $g$. How good an estimate? Let $\sigma_g$ be the spread of the single gradients,
#
# $$\sigma_g^2 = \frac{1}{n-1} \sum_{i=1}^{n} \lVert g_i - g \rVert^2 \tag{6}$$
#
# If the $N$ images are drawn independently, the variances of their gradients add up, and the mean divides by $N^2$: $\mathbb{E}\,\lVert g_B - g \rVert^2 = N \sigma_g^2 / N^2 = \sigma_g^2 / N$. But an epoch draws **without replacement**: the more images are in the batch, the fewer can be missing. That multiplies the variance by $1 - N/n$, the share of the images that are not in the batch:
#
# $$\sqrt{\mathbb{E}\,\lVert g_B - g \rVert^2} = \frac{\sigma_g}{\sqrt{N}} \cdot \sqrt{1 - \frac{N}{n}} \tag{7}$$
#
# The first factor is the famous one. Four times the images, half the noise: **a straight line of slope $-1/2$** on double logarithmic axes. The second factor is close to 1 as long as the batch is a small part of the data, and makes the noise vanish at $N = n$, as it must.
#
# Equation (7) has no free parameter. We compute $g$ and $\sigma_g$ exactly, from all single gradients, then draw mini-batches of many sizes and measure how far their gradients really lie from $g$. Once at the initial weights, and once after one epoch of training.
#
# **Predict, then run.** How does the noise compare with the length of $g$ itself, at the start and after an epoch? Which of the two shrinks faster while the network learns?

# %% include
from convlab.batch_size import GradientNoise

# %% [markdown]
# For the trainings we use the training step from above, packed into a class that can repeat a training quickly with other seeds and learning rates (the step is compiled once). It is plain gradient descent, with a learning rate that falls linearly to zero.
# %% include
from convlab.training import Trainer

# %%
examined = build_small_net(x_train.shape[1:], CONFIG["width"])  # in float32 on every device
noise_trainer = Trainer(examined)
noise = GradientNoise(examined, x_train[: CONFIG["noise_images"]], y_train[: CONFIG["noise_images"]])
noise_sizes = np.array(CONFIG["noise_sizes"])
first_size, base_rate = CONFIG["batch_sizes"][0], CONFIG["base_rate"]

noise_trainer.reset(CONFIG["seeds"][0])
noise_at = {}
for moment in ("at the start", "after one epoch"):
    if moment == "after one epoch":
        noise_trainer.fit(x_train, y_train, first_size, 2 * base_rate, epochs=1)
    signal, spread = noise.signal_and_spread()
    measured = np.array([noise.measure(size, CONFIG["noise_draws"]) for size in noise_sizes])
    predicted = spread / np.sqrt(noise_sizes) * np.sqrt(1 - noise_sizes / CONFIG["noise_images"])
    noise_at[moment] = {"signal": signal, "spread": spread, "measured": measured, "predicted": predicted}
    print(f"{moment}: |g| = {signal:.3f}, spread of single gradients {spread:.2f}")
    print("  batch size        ", *[f"{size:>7}" for size in noise_sizes])
    print("  measured noise    ", *[f"{value:>7.3f}" for value in measured])
    print("  measured / (7)    ", *[f"{value:>7.2f}" for value in measured / predicted])
noise_scale = {moment: (found["spread"] / found["signal"]) ** 2 for moment, found in noise_at.items()}
print({moment: f"noise equals signal at N = {size:.0f}" for moment, size in noise_scale.items()})

# %% figure alt="Two panels with double logarithmic axes: distance of the mini-batch gradient from the full gradient against batch size. Measured points follow a line of slope minus one half and bend down at the right end, where the batch becomes the whole set, as predicted. A horizontal line marks the length of the full gradient; the noise crosses it at a few tens of images at the start, and at hundreds of images after one epoch." tags=["hide-input"]
fig, axes = plt.subplots(1, 2, figsize=(7.5, 4.2), sharey=True)
grid = np.geomspace(1, 0.99 * CONFIG["noise_images"], 80)
for ax, (moment, found) in zip(axes, noise_at.items(), strict=True):
    ax.plot(grid, found["spread"] / np.sqrt(grid), ":", color=COLORS["gray"], label=r"$\sigma_g/\sqrt{N}$")
    ax.plot(
        grid,
        found["spread"] / np.sqrt(grid) * np.sqrt(1 - grid / CONFIG["noise_images"]),
        "-",
        color=COLORS["sky"],
        label="equation (7)",
    )
    ax.plot(noise_sizes, found["measured"], "o", color=COLORS["blue"], markersize=7, label="measured")
    ax.axhline(found["signal"], color=COLORS["vermilion"], linestyle="--", label=r"length of $g$")
    crossing = noise_scale[moment]
    ax.plot([crossing], [found["signal"]], "D", color="black", markersize=7)
    ax.annotate(
        f"$N = {crossing:.0f}$", (crossing, found["signal"]), (0, 9), textcoords="offset points", ha="left"
    )
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set(xlabel="batch size $N$", title=moment)
axes[0].set_ylabel("noise of the gradient")
axes[0].legend(frameon=False, fontsize=10, loc="lower left")
plt.show()

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# The measured noise follows (7) over three orders of magnitude, the bend at the end included. At the start single gradients agree a good deal, since the network is wrong about everything in much the same way, and a few tens of images are enough for the noise to be smaller than the signal. After an epoch both have shrunk, but $\lVert g \rVert$ far more: what is left to learn differs from image to image. Now it takes hundreds of images to get a gradient that is more signal than noise.
#
# </details>
#
# The size at which both are equal, $\sigma_g^2 / \lVert g \rVert^2$, is called the **simple noise scale** ([@mccandlish2018]). Far below it, doubling the batch is nearly as good as making two steps: each step is dominated by noise, and averaging removes it. Far above it, $g_B$ is nearly $g$, and more images only confirm what is known already. The authors found that it predicts the largest useful batch size across very different tasks, and that it grows during training, as it does here.
#
# Note what follows: **there is no batch size that is right for all of a training**. It also explains why raising the batch size during training works about as well as lowering the learning rate ([@smith2018]): both reduce the noise of the steps.
#
# ## Batch size and accuracy
#
# Large batches make better steps, but fewer of them per epoch. With 1,280 images and four epochs, $N = 20$ makes 256 steps and $N = 1280$ makes 4. What remains of the accuracy?
#
# For the same learning rate the answer is easy to guess. But a step with less noise can afford to be longer. How much longer? Follow $k$ steps with batches $B_1, \dots, B_k$ of size $N$, and compare with one step on all of them together, a batch of size $kN$:
#
# $$\theta_k = \theta_0 - \eta \sum_{j=1}^{k} g_{B_j}(\theta_{j-1}) \qquad\text{and}\qquad \theta_1' = \theta_0 - \eta'\, \frac{1}{k} \sum_{j=1}^{k} g_{B_j}(\theta_0) \tag{8}$$
#
# **If** the gradient changes little on the way, $g_{B_j}(\theta_{j-1}) \approx g_{B_j}(\theta_0)$, then both arrive at the same point for $\eta' = k\,\eta$. This is the **linear scaling rule**: multiply the learning rate by the same factor as the batch size ([@goyal2017]). The "if" is its limit: a rate $k\eta$ that is too large for the curvature of the loss diverges, however good the gradient.
#
# **Predict, then run.** We train with each batch size for the same number of epochs, with a fixed rate and with a linearly scaled one, three seeds each. How far does each rule carry?

# %%
trainer = Trainer(
    build_small_net(x_train.shape[1:], CONFIG["width"], dtype=CONFIG["dtype"]),
    CONFIG["jit_compile"],
    CONFIG["loss_scale"],
)


def train_with(batch_size, learning_rate, epochs, seed):
    """Train from scratch; return the test accuracy and the loss of every step."""
    trainer.reset(seed)
    losses = trainer.fit(x_train, y_train, batch_size, learning_rate, epochs)
    return trainer.accuracy(x_test, y_test), losses


batch_sizes, seeds, epochs = CONFIG["batch_sizes"], CONFIG["seeds"], CONFIG["epochs"]
accuracy = {"fixed rate": [], "rate in proportion": []}
losses_of = {}  # losses of every step, shape (seeds, steps), with the fixed rate
for size in batch_sizes:
    runs = [train_with(size, base_rate, epochs, seed) for seed in seeds]
    accuracy["fixed rate"].append([reached for reached, _ in runs])
    losses_of[size] = np.array([losses for _, losses in runs])
    if size > first_size:
        runs = [train_with(size, base_rate * size / first_size, epochs, seed) for seed in seeds]
    accuracy["rate in proportion"].append([reached for reached, _ in runs])
accuracy = {rule: np.array(values) for rule, values in accuracy.items()}  # shape (sizes, seeds)

print(f"{'batch size':>20}" + "".join(f"{size:>11}" for size in batch_sizes))
print(f"{'steps':>20}" + "".join(f"{losses_of[size].shape[1]:>11}" for size in batch_sizes))
for rule, values in accuracy.items():
    print(f"{rule:>20}" + "".join(f"{row.min():>6.2f}-{row.max():.2f}" for row in values))

# %% [markdown]
# And one more training: the larger batch at the **fixed** rate, but with as many **steps** as the smallest. It needs more epochs for it.

# %%
patient_size = CONFIG["patient_size"]
patient_epochs = epochs * (n // first_size) // (n // patient_size)
patient_runs = [train_with(patient_size, base_rate, patient_epochs, seed) for seed in seeds]
patient_accuracy = np.array([reached for reached, _ in patient_runs])
patient_losses = np.array([losses for _, losses in patient_runs])
print(f"batch size {patient_size}, {patient_epochs} epochs, {patient_losses.shape[1]} steps:", end=" ")
print(f"accuracy {patient_accuracy.min():.2f}-{patient_accuracy.max():.2f}")

# %% figure alt="Left: test accuracy against batch size after four epochs. With a fixed learning rate it falls steadily from above 0.95 at 20 images toward chance at 1280. With a rate in proportion to the batch size it stays close to its first value up to about 160 images and then collapses. Right: training loss against steps at the fixed rate for batches of 20 and of 160 images; step by step the two curves fall together, the one of 160 images more smoothly; a mark shows where four epochs end for 160 images, early on the curve." tags=["hide-input"]
fig, (left, right) = plt.subplots(1, 2, figsize=(7.5, 4.1))
for rule, color, marker, line in (
    ("rate in proportion", "blue", "o", "-"),
    ("fixed rate", "vermilion", "s", "--"),
):
    values = accuracy[rule]
    left.fill_between(batch_sizes, values.min(1), values.max(1), color=COLORS[color], alpha=0.18, linewidth=0)
    left.plot(batch_sizes, values.mean(1), line, marker=marker, color=COLORS[color], label=rule)
left.axhline(0.1, color="black", linewidth=0.8)
left.set_xscale("log")
left.set_xticks(batch_sizes, batch_sizes, rotation=45)
left.minorticks_off()
left.set(xlabel="batch size", ylabel="test accuracy", ylim=(0, 1.03))
left.set_title(f"After {epochs} epochs")
left.legend(frameon=False, fontsize=10, loc="lower left", bbox_to_anchor=(0, 0.1))

for size, curves, color, line, width in (
    (first_size, losses_of[first_size], "orange", "-", 1.2),
    (patient_size, patient_losses, "blue", "-", 2),
):
    mean = curves.mean(0)
    right.plot(
        np.arange(len(mean)) + 1, mean, line, color=COLORS[color], linewidth=width, label=f"{size} images"
    )
stop = losses_of[patient_size].shape[1]
right.plot([stop], [patient_losses.mean(0)[stop - 1]], "D", color="black", markersize=8, zorder=3)
right.annotate(
    f"{epochs} epochs of\n{patient_size} images end here",
    (stop, patient_losses.mean(0)[stop - 1]),
    (22, 28),
    textcoords="offset points",
    arrowprops={"arrowstyle": "-", "color": "black"},
    fontsize=10,
)
right.set(xlabel="step", ylabel="training loss", ylim=(0, None))
right.set_title("Step by step, at the fixed rate")
right.legend(frameon=False, fontsize=10, loc="upper right")
plt.show()

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# With the fixed rate every doubling costs accuracy, and the full batch is still below one half after its four steps. With the scaled rate all sizes up to 80 reach what the smallest reaches, to within a few points on every seed: a quarter of the steps, at next to no price. At 160 the scaled rate is still far ahead of the fixed one on average. Beyond that the rule breaks, sooner for one seed than for another. At 1,280 images the rate is 64 times the base rate, and the training diverges.
#
# The right-hand panel shows what was missing at the fixed rate: not better gradients, but **steps**. Counted in steps, the large batch learns as fast as the small one, with less noise.
#
# </details>
#
# What is known beyond our small network:
#
# - ResNet-50 (lesson 10) was trained on the million photographs of ImageNet (lesson 4) with batches of up to 8,192 images and the linear rule, in one hour on 256 GPUs, without loss of accuracy. Two things were needed: a **warm-up**, in which the rate rises from a small value during the first epochs, when (8) is least true; and the limit was there too, larger batches did lose ([@goyal2017]).
# - Do large batches **generalize** worse, even if the training loss is the same? It was observed and explained by "sharp" minima into which quiet gradients settle ([@keskar2017]). Others found that the gap closes when large batches get as many **steps** as small ones ([@hoffer2017]), as in our panel. A study of many data sets and networks, each with its own tuned learning rate, found no evidence that larger batches as such degrade the result ([@shallue2019]). With a fixed number of epochs, batches of 32 or fewer came out best in another ([@masters2018]).
# - The study of many data sets saw three regimes for the number of steps to a goal: halved by each doubling of the batch at first, then by less, and finally not at all ([@shallue2019]). Our left-hand panel shows the beginning of all three.
#
# ## Several devices
#
# A batch of images can be computed in portions one after the other. It can also be computed **at the same time** on several devices. In **data-parallel** training each device holds a copy of all weights (a **replica**) and takes an equal share of the batch. Each computes the mean gradient of its share; the means are averaged over the devices, an operation called **all-reduce**; and every device makes the same update, so that the copies stay equal. For $k$ devices with shares $B_1, \dots, B_k$ of the same size,
#
# $$\frac{1}{k} \sum_{j=1}^{k} g_{B_j} = \frac{1}{N} \sum_{i \in B} g_i = g_B \tag{9}$$
#
# It is the step that one device would make. Nothing is approximated.

# %% figure alt="Diagram. A batch of eight images is split into two halves. Each half goes to a device with its own copy of the weights, which computes a gradient. Both gradients go to a box named all-reduce, mean, and the same mean goes back to both devices, where it updates the weights." tags=["hide-input"]
fig, ax = plt.subplots(figsize=(7.5, 3.9))


def draw_box(x, y, text, color, width, height=1.0):
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


device_colors = (COLORS["blue"], COLORS["vermilion"])
for k in range(8):
    ax.add_patch(
        plt.Rectangle((0, 4.45 - 0.6 * k - (0.25 if k > 3 else 0)), 0.5, 0.5, color=device_colors[k // 4])
    )
ax.text(0.25, 5.2, "batch $B$", ha="center", va="bottom")
for j, y in enumerate((3.8, 1.15)):
    color = device_colors[j]
    draw_arrow((0.65, y), (1.65, y), color)
    ax.text(1.15, y + 0.1, f"$B_{j + 1}$", ha="center", va="bottom")
    draw_box(2.85, y, f"device {j + 1}\nweights $\\theta$ (a copy)", color, 2.3, 1.3)
    draw_arrow((4.05, y), (6.2, 2.475 + 0.45 * (1 - 2 * j)), color)
    ax.text(
        5.0,
        y - 0.2 + 0.4 * j,
        f"$g_{{B_{j + 1}}}$",
        ha="center",
        va="bottom" if j == 0 else "top",
        fontsize=12,
    )
    bend = {"connectionstyle": "arc3,rad=" + ("0.42" if j == 0 else "-0.42"), "linestyle": "--"}
    draw_arrow((7.6, 2.475 + 0.6 * (1 - 2 * j)), (2.85, y + 0.72 * (1 - 2 * j)), COLORS["green"], **bend)
draw_box(7.3, 2.475, "all-reduce:\nmean of the\ngradients", COLORS["green"], 2.1, 1.2)
ax.text(8.4, 4.5, "the same $g_B$\ngoes back to both:", ha="center", va="bottom")
ax.text(8.4, 4.35, "$\\theta \\leftarrow \\theta - \\eta\\, g_B$", ha="center", va="top", fontsize=12)
ax.set(xlim=(-0.5, 9.8), ylim=(-0.4, 5.6))
ax.axis("off")
plt.show()

# %% [markdown]
# In TensorFlow this is `tf.distribute.MirroredStrategy`. Create the model and compile it inside its `scope`; the rest of the program stays as it is. At the top of this notebook we had the processor appear as two devices, so we can try it. (On a machine with several GPUs write `MirroredStrategy()`: it takes all of them, and the fitting way to add their gradients.)
#
# **Predict, then run.** `fit` gets batches of 100 images. How many does each of the two devices see? And what should come out for the loss?

# %%
strategy = tf.distribute.MirroredStrategy(
    ["CPU:0", "CPU:1"], cross_device_ops=tf.distribute.ReductionToOneDevice()
)


def train_under(strategy):
    """Train with `fit` under a strategy; return the model and the losses of the epochs."""
    with strategy.scope():
        model, optimizer, stream = start_afresh(dropout=0.0)
        model.compile(
            optimizer, loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True), jit_compile=False
        )
    epochs = CONFIG["fit_epochs"]
    history = model.fit(stream, steps_per_epoch=steps, epochs=epochs, shuffle=False, verbose=0).history
    return model, np.array(history["loss"])


mirrored_model, mirrored_losses = train_under(strategy)
single_model, single_losses = train_under(tf.distribute.get_strategy())  # the default: one device
device_difference = largest_difference(mirrored_model.get_weights(), single_model.get_weights())
print(f"{strategy.num_replicas_in_sync} devices, losses {mirrored_losses.round(5)}")
print(f"1 device,  losses {single_losses.round(5)}")
print(f"largest difference of a weight {device_difference:.1e}")

# %% [markdown]
# What happens inside? `strategy.run` calls a function once on each device, with that device's share. We use it to look, and to compute the mean loss of a batch in two ways.

# %%
each_loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction="none")
_, _, stream = start_afresh(dropout=0.0)
(first_batch,) = stream.take(1)
(shares,) = strategy.experimental_distribute_dataset(stream.take(1))


@tf.function
def on_all_devices(shares):
    """Return for each device how many images it got, the mean loss of its share, and its part of the loss."""

    def on_one_device(images, labels):
        each = each_loss(labels, mirrored_model(images, training=False))
        part = tf.reduce_sum(each) / CONFIG["fit_batch_size"]  # divided by the size of the whole batch
        return tf.shape(images)[0], tf.reduce_mean(each), part

    return strategy.run(on_one_device, args=shares)


share_sizes, share_means, share_parts = on_all_devices(shares)
share_sizes = [int(size) for size in strategy.experimental_local_results(share_sizes)]
true_loss = float(tf.reduce_mean(each_loss(first_batch[1], mirrored_model(first_batch[0]))))
sum_of_means = float(strategy.reduce("SUM", share_means, axis=None))
sum_of_parts = float(strategy.reduce("SUM", share_parts, axis=None))
print(f"images per device {share_sizes}")
print(f"loss of the batch {true_loss:.5f}; sum of means {sum_of_means:.5f}, sum of parts {sum_of_parts:.5f}")

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# Each device sees 50: the batch size that you give to `fit` (or to the data set) is the **global** one. The losses agree with those of a single device, and so do the weights, up to the last digits of float32.
#
# </details>
#
# Note the last line of the printout. Optimizers under a strategy **add** the gradients of the devices. If each device divides by the size of its own share, the sum is $k$ times too large, and the training runs with $k$ times the learning rate without telling. In a loop of your own divide by the size of the **whole** batch (`tf.nn.compute_average_loss` does it); `fit` takes care of it for you.
#
# On two halves of one processor nothing got faster, since they share the same cores. On two real devices a step with $N$ images takes the time of $N/2$, plus that of the all-reduce, which sends a gradient as large as the network. So a second device pays when $b\,N$ in (3) is large compared with that, in other words for large batches. This is where large batches come from: to keep 256 GPUs busy with 32 images each, one has to find a way to train with 8,192. Batch normalization would see 32 images per device in such a training, not 8,192 (unless `synchronized=True`).
#
# Several **machines** need `MultiWorkerMirroredStrategy`, and the mathematics stays (9). Networks too large for one device are cut apart instead (model parallelism); the networks of this book are not.
#
# ## Choosing a batch size
#
# 1. **Start with what is usual for the task**, such as 32 to 256 for image classification, and a learning rate that is known to go with it.
# 2. **Increase it while the time per epoch falls.** Beyond that a larger batch costs steps and gives nothing.
# 3. **Stop where memory ends.** If you need more, accumulate gradients, or lower the precision.
# 4. **Change the learning rate along**, in proportion at first, with a warm-up if the factor is large, and verify: at some size it breaks.
# 5. **Compare at equal steps or equal time**, not only at equal epochs, and with the rate tuned for each size.
# 6. **Forget about powers of two.** Multiples of 8 or 32 on a GPU.
#
# ## Common mistakes
#
# <div class="box mistakes">
#
# - **`validation_split` on sorted data.** It takes the end of the arrays as they are.
# - **`batch_size` for a data set that is batched already.** It is ignored, silently.
# - **`workers=` in `fit`.** It moved to `PyDataset`; in Keras 3 it raises a `TypeError`.
# - **Shuffling images and labels separately**, or with a buffer that is smaller than the data (`dataset.shuffle(100)` on sorted data mixes neighbors only).
# - **Averaging batch losses without weights** when the last batch is shorter.
# - **Comparing the training loss of an epoch with its validation loss** as if they came from the same weights.
# - **Forgetting `training=True`** in a loop of your own: `model(x)` means inference, and dropout is off.
# - **A loop without `tf.function`**, or one that is traced again for every batch because Python numbers are passed to it instead of tensors.
# - **Another batch size with the old learning rate**, and the conclusion that large batches do not learn.
# - **The mean over each device's share** in a distributed loop of your own.
# - **Timing one candidate after the other**, once, with the compilation in it.
#
# </div>
#
# ## Self-check
#
# <div class="box quiz">
#
# **1.** 50,000 images, `batch_size=128`. How many steps has an epoch, and how large is the last batch? How many steps if the incomplete batch is dropped?
#
# <details class="answer"><summary>Answer</summary>
#
# $\lceil 50000/128 \rceil = 391$ steps; the last batch has $50000 - 390 \cdot 128 = 80$ images. With dropping 390.
#
# </details>
#
# **2.** `fit(x, y, epochs=10, initial_epoch=7)` on arrays of 1,000 samples: how many updates are made?
#
# <details class="answer"><summary>Answer</summary>
#
# Three epochs (`epochs` is the number of the last one), each with $\lceil 1000/32 \rceil = 32$ steps, since `batch_size` is 32 by default: 96.
#
# </details>
#
# **3.** You go from batches of 64 to batches of 576. By which factor does the noise of the gradient fall? By which factor would you multiply the learning rate first?
#
# <details class="answer"><summary>Answer</summary>
#
# $\sqrt{576/64} = 3$ for the noise (by a little more if the batch is a sizable part of the data). The linear rule says 9 for the rate; use a warm-up and check that training does not diverge.
#
# </details>
#
# **4.** A step takes 2 ms for one image and 4 ms for 101 images. What are $a$ and $b$ in (3)? How long does an epoch of 10,000 images take with $N = 1$, with $N = 100$?
#
# <details class="answer"><summary>Answer</summary>
#
# $b = (4 - 2)/100 = 0.02$ ms, $a = 1.98$ ms. With $N = 1$: $10{,}000 \cdot 2$ ms $= 20$ s. With $N = 100$: $100 \cdot (1.98 + 2)$ ms $= 0.4$ s.
#
# </details>
#
# **5.** Your GPU has room for 100 images. A colleague insists on 64. What do you answer?
#
# <details class="answer"><summary>Answer</summary>
#
# That nothing requires a power of two: 96 is a multiple of 32 and fits. Measure the time per image of 64, 96, and 100, alternately; and then remember that accuracy, not memory, may be the reason to take fewer.
#
# </details>
#
# **6.** With two devices and a loop of your own, the loss explodes at a learning rate that is fine on one device. What do you suspect?
#
# <details class="answer"><summary>Answer</summary>
#
# Each device averages over its own share and the optimizer adds the two gradients: the steps are twice as long as intended. Divide by the size of the whole batch.
#
# </details>
#
# **7.** True or false: "At $N = n$ there is no noise, so full-batch training is best."
#
# <details class="answer"><summary>Answer</summary>
#
# The first half is true, see (7). The second does not follow: for the price of one such step one can make many noisy steps that together get much further, as the last experiment shows.
#
# </details>
#
# </div>
#
# ## Assignment
#
# Now build it yourself. In the assignment you write mini-batch gradient descent in NumPy, without any library to help: counting steps, dealing out batches, the gradient of softmax regression, putting gradients of unequal batches together, and a whole epoch. The notebook has checks that you can run as often as you like.
#
# - [Open the assignment in Colab](colab:exercises/02_batched_training/02_batched_training.ipynb)
# - [See it in the repository](repository:exercises/02_batched_training/02_batched_training.ipynb)
#
# ## References
#
# [@references]
