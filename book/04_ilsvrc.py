# %% [markdown]
# # The ImageNet challenge
#
# Most networks in the second half of this book became known through one number: the share of 100,000 photographs that they got wrong in a competition, the **ImageNet Large Scale Visual Recognition Challenge** (ILSVRC). "AlexNet, 16.4 %" or "ResNet, 3.57 %" stands in every textbook. Few say what was counted, on which images, with how many networks and how many tries, and without these a percentage means nothing.
#
# This lesson takes the number apart. You will compute both of the challenge's error measures by hand and for a whole test set, watch a real network be judged by them on real photographs, and read the results of eight years with their small print.
#
# <div class="box goals">
#
# **What you will be able to do**
#
# - say what ImageNet and ILSVRC are, and which figures belong to which;
# - compute the intersection over union of two boxes, and predict how it reacts to a box that is shifted or too large;
# - read the two error formulas of the challenge, work them out by hand, and evaluate them for 100,000 images in a few hundredths of a second;
# - get the five best guesses of a pretrained network for a photograph, and tell which errors it cannot avoid;
# - name, for every well-known result, the data it was measured on and the number of networks and crops behind it;
# - say how certain an error rate is, and what the human error of 5.1 % means.
#
# </div>
#
# **Prerequisites.** NumPy with broadcasting, probabilities, the idea of a classifier that ends in a softmax. Nothing is trained here. **Time.** About 90 minutes, and about half a minute of computing on two CPU cores.
#
# ## Notation
#
# | symbol | meaning |
# |:--|:--|
# | $C_k,\ k = 1, \dots, n$ | true labels of an image; $n$ is their number |
# | $B_{km},\ m = 1, \dots, M_k$ | true boxes of label $C_k$: one for each of its $M_k$ instances |
# | $c_i,\ b_i,\ i = 1, \dots, 5$ | the five guesses for an image, best first: a label and a box each |
# | $d(c, C)$ | 0 if the labels are equal, else 1 |
# | $f(b, B)$ | 0 if the boxes overlap enough, else 1 |
# | $\mathrm{IoU}(b, B)$ | **intersection over union** of two boxes, between 0 and 1 |
# | $e$ | error of one image; the error of an entry is its mean over all images |
#
# A box is $(x_{\min}, y_{\min}, x_{\max}, y_{\max})$ in pixels, with $y$ pointing down, as in images.
#
# ## Set up

# %%
import hashlib
import importlib.util
import io
import pickle
import sys
import time
from collections import OrderedDict
from pathlib import Path

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from cycler import cycler

# %% [markdown]
# As in every lesson, what depends on your machine stands in one place. Since nothing is trained, the two profiles differ in little. To see what the network makes of your own pictures, put the name of a folder with JPEG files in place of `"photographs"`.

# %%
PROFILES = {
    "cpu": {
        "data": "photographs",  # bundled ones, or the name of a folder with your own
        "num_images": 100_000,  # images of the made-up test set
        "num_sample": 1_000,  # images for which the formulas are followed one by one
        "num_boxes": 20_000,  # random boxes per point of a curve
    },
    "gpu": {
        "data": "photographs",
        "num_images": 100_000,
        "num_sample": 2_000,
        "num_boxes": 50_000,
    },
}
CONFIG = PROFILES["gpu" if tf.config.list_physical_devices("GPU") else "cpu"]
# Everything that sets the length of a run, cut to the bone. For a quick look:
# CONFIG.update(CONFIG["smoke"])
CONFIG["smoke"] = {"num_images": 2_000, "num_sample": 50, "num_boxes": 500}

# %% [markdown]
# The photographs ship inside scikit-image and scikit-learn. Their authors are named in the second of these cells.

# %% include tags=["hide-input"]
from convlab.figures import COLORS, set_figure_style

# %% include tags=["hide-input"]
from convlab.photographs import PHOTOGRAPHS, crop_to_square, load_photographs, resize_bilinear

# %%
set_figure_style()
SHOWN = ["coffee", "chelsea", "camera", "china", "rocket", "astronaut"]
photographs = load_photographs(SHOWN)
for name in SHOWN:
    print(f"{name:>10}: {PHOTOGRAPHS[name]}")

# %% [markdown]
# ## The data
#
# ### ImageNet is not ILSVRC
#
# **ImageNet** is a collection of images, sorted by meaning. Its backbone is WordNet, a dictionary in which words of one meaning form a **synset** (a set of synonyms, such as "car, auto, automobile") and synsets are linked by "is a kind of" ([@miller1995]). For each synset, candidate images were collected from the web and checked by several people ([@deng2009]). By 2014 it held 14,197,122 images in 21,841 synsets, as reported by [@russakovsky2015].
#
# **ILSVRC** is the competition that was held with a part of it, every year from 2010 to 2017. The lecture's slide lists "1,000 classes, 1,281,167 training images, 50,000 validation images and 100,000 test images" under *ImageNet dataset*. These are the figures of the **ILSVRC subset**, and of one of its versions; ImageNet itself has more than 20,000 synsets. When a paper says "trained on ImageNet", it mostly means the subset of 2012, also called ImageNet-1k.
#
# | challenge | classes | training | validation | test | images per class (training) |
# |:--|--:|--:|--:|--:|--:|
# | 2010 | 1,000 | 1,261,406 | 50,000 | 150,000 | 668-3,047 |
# | 2011 | 1,000 | 1,229,413 | 50,000 | 100,000 | 384-1,300 |
# | 2012 to 2017 | 1,000 | 1,281,167 | 50,000 | 100,000 | 732-1,300 |
#
# The rows up to 2014 are those of [@russakovsky2015]; for 2016 and 2017 the organizers state that the data "will remain unchanged from ILSVRC 2012" ([@ilsvrc2016]; [@ilsvrc2017]). Two things to remember for the results: before 2012 the classes and the test images changed from year to year, and except for 2010 the labels of the test images were never published, so that an entry could be scored by the organizers only. What papers measure at home is the **validation** error.
#
# **Predict, then run.** No class has more than 1,300 or fewer than 732 training images. Do most classes have as many as they may? At least how many must have fewer?

# %%
train_images, val_images, test_images, num_classes = 1_281_167, 50_000, 100_000, 1_000
missing = 1_300 * num_classes - train_images
fewest_short_classes = int(np.ceil(missing / (1_300 - 732)))
print(
    f"per class: {train_images / num_classes:.1f} for training, {val_images / num_classes:.0f} for validation,",
    end=" ",
)
print(f"{test_images / num_classes:.0f} for test")
print(
    f"{missing:,} images are missing to 1,300 everywhere: at least {fewest_short_classes} classes are short"
)

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# The mean of 1,281 is close to the limit of 1,300, so the classes are nearly balanced. Only 18,833 images are missing. A class can lack at most $1300 - 732 = 568$ of them, so at least 34 classes are short; the rest could all be full. Balance matters for the measure: every class weighs about the same, however rare it is in the world.
#
# </details>
#
# ### What the classes are
#
# The 1,000 classes are synsets, not words, and some are very fine: in 2012, 90 of them were replaced by breeds of dogs, as reported by [@russakovsky2015]. Two small cells load a network for later and the names of the classes. Reading them is optional.

# %% include tags=["hide-input"]
from convlab.pretrained import (
    EFFICIENTNET_LITE0_SHA256,
    TensorUnpickler,
    build_efficientnet_lite0,
    imagenet_class_names,
    load_pretrained_network,
    read_pytorch_weights,
)

# %%
class_names = imagenet_class_names()
print(f"{len(class_names)} classes, {len(set(class_names))} different short names;", end=" ")
print("twice:", sorted({name for name in class_names if class_names.count(name) > 1}))
print("151 to 156:", ", ".join(class_names[151:157]))
for word in ("cat", "tripod", "missile", "person", "astronaut", "flower"):
    print(f"{word:>10}:", [name for name in class_names if word in name.lower().split()][:6])

# %% [markdown]
# So "crane" is a bird at one position and a machine at another: **a class is a position, not a name**. There are five kinds of cat, but no class for persons, none for astronauts, and none for flowers in general. Keep that in mind for the photographs.
#
# ### Tasks
#
# | task | years | an entry gives | judged by |
# |:--|:--|:--|:--|
# | image classification | 2010-2014; afterwards part of the next | five labels per image | formula (4) |
# | single-object localization | 2011-2017 | five labels with one box each | formula (5) |
# | object detection, 200 classes | 2013-2017 | any number of boxes with labels and scores | average precision |
# | detection in videos, 30 classes | 2015-2017 | the same for each frame | average precision |
# | scenes: classification, later parsing | 2015-2016 | labels of scenes; of pixels | five guesses, as for images; share of right pixels |
#
# The lecture's slides treat the first two, and so does this lesson. The classes of both tasks are the same 1,000.
#
# ## How an entry is judged
#
# ### Intersection over union
#
# When is a box right? Asking for the exact pixels would be absurd: two people who draw a box around the same cat do not agree to the pixel. The usual measure divides the area that two boxes share by the area that at least one of them covers ([@everingham2010]):
#
# $$\mathrm{IoU}(b, B) = \frac{\text{area of } b \cap B}{\text{area of } b \cup B} = \frac{|b \cap B|}{|b| + |B| - |b \cap B|} \tag{1}$$
#
# It is 1 for equal boxes, 0 for boxes that share no area, and it punishes both kinds of error: a box that is too small (small intersection) and one that is too large (large union). For boxes on a grid it is a matter of counting cells.


# %%
def cells(box):
    """Return the set of all unit cells in a box with whole coordinates."""
    x_min, y_min, x_max, y_max = box
    return {(x, y) for x in range(x_min, x_max) for y in range(y_min, y_max)}


PAIRS = {  # a guess against the same true box
    "shifted by a third": (2, 0, 8, 4),
    "shifted by a half": (3, 0, 9, 4),
    "half as wide and high": (1, 1, 4, 3),
    "too large on three sides": (-1, -1, 7, 4),
}
true_box = (0, 0, 6, 4)
counted = {}
for name, guess in PAIRS.items():
    shared, covered = cells(guess) & cells(true_box), cells(guess) | cells(true_box)
    counted[name] = len(shared) / len(covered)
    print(f"{name:>24}: {len(shared):2d} of {len(covered):2d} cells are shared, IoU = {counted[name]:.3f}")

# %% [markdown]
# **Predict, then look.** A guess has exactly the right size but is shifted sideways by half its width, so that half of it lies on the object. Is that "50 % overlap"?

# %% figure alt="Four panels, each with a true box and a guess drawn on a grid of cells; the shared cells are dark, cells covered by only one box are light. Shifted by a third: IoU 0.50, does not count. Shifted by a half: IoU 0.33, does not count. Half as wide and high, inside the true box: IoU 0.25, does not count. Too large on three sides: IoU 0.60, counts." tags=["hide-input"]
fig, axes = plt.subplots(2, 2, figsize=(7.5, 5.0))
for ax, (name, guess) in zip(axes.flat, PAIRS.items(), strict=True):
    for box, color in ((true_box, COLORS["green"]), (guess, COLORS["blue"])):
        for x, y in cells(box):
            shared = (x, y) in cells(guess) & cells(true_box)
            face = COLORS["orange"] if shared else color
            ax.add_patch(
                plt.Rectangle((x, y), 1, 1, facecolor=face, alpha=0.8 if shared else 0.15, edgecolor="white")
            )
    for box, color, line in ((true_box, "green", "-"), (guess, "blue", "--")):
        size = (box[2] - box[0], box[3] - box[1])
        ax.add_patch(
            plt.Rectangle(box[:2], *size, fill=False, edgecolor=COLORS[color], linewidth=2.5, linestyle=line)
        )
    verdict = "counts" if counted[name] > 0.5 else "does not count"
    ax.set_title(f"{name}\nIoU {counted[name]:.2f}: {verdict}", fontsize=11)
    ax.set(xlim=(-1.5, 9.5), ylim=(5.5, -1.5), aspect="equal")
    ax.axis("off")
legend = [
    plt.Line2D([], [], color=COLORS["green"], label="true box"),
    plt.Line2D([], [], color=COLORS["blue"], linestyle="--", label="guess"),
    plt.Rectangle((0, 0), 1, 1, color=COLORS["orange"], alpha=0.8, label="intersection"),
]
fig.legend(handles=legend, loc="outside lower center", ncols=3, frameon=False)
plt.show()

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# No: the IoU is one **third**. Half of each box is shared, that is half an area out of one and a half. With a shift by a third the IoU is exactly one half, and that is still not enough, because the challenge asks for **more than** 50 %. "50 % overlap" sounds generous and is not.
#
# </details>
#
# How much may a box be off? For a box of width $w$ that is shifted by $s \cdot w$ sideways the IoU is $(1 - s)/(1 + s)$; for a shift by the same share in both directions, with $q = (1 - s)^2$, it is $q / (2 - q)$; and for a box that sticks out by $s$ times the size on all four sides it is $1/(1 + 2s)^2$. For whole arrays of boxes, (1) is a few lines of NumPy:

# %% include tags=["hide-input"]
from convlab.ilsvrc import box_overlap

# %%
shift = np.linspace(0, 1, 1001)
unit = np.array([0.0, 0.0, 1.0, 1.0])
moves = {
    "sideways": shift[:, np.newaxis] * [1, 0, 1, 0],
    "sideways and down": shift[:, np.newaxis] * [1, 1, 1, 1],
    "too large on all sides": shift[:, np.newaxis] * [-1, -1, 1, 1],
}
curves = {name: box_overlap(unit + move, unit) for name, move in moves.items()}
limits = {name: float(np.interp(0.5, curve[::-1], shift[::-1])) for name, curve in curves.items()}
for name, limit in limits.items():
    print(f"{name:>22}: the IoU falls to 0.5 at an error of {limit:.1%} of the side")

# %% figure alt="Intersection over union against the error as a share of the box's side, three falling curves that start at 1. They cross the threshold of one half at 18 percent for a shift sideways and down, 21 percent for a box that is too large on all sides, and 33 percent for a shift sideways." tags=["hide-input"]
fig, ax = plt.subplots(figsize=(7.5, 3.7))
looks = {
    "sideways": ("blue", "-"),
    "too large on all sides": ("green", ":"),
    "sideways and down": ("vermilion", "--"),
}
for name, (color, line) in looks.items():
    label = f"{name}: until {limits[name]:.0%}"
    ax.plot(
        shift,
        curves[name],
        line,
        marker="o",
        markevery=[int(limits[name] * 1000)],
        color=COLORS[color],
        label=label,
    )
ax.axhline(0.5, color="black", linewidth=1)
ax.text(0.99, 0.515, "above: the box counts", ha="right", fontsize=10)
ax.legend(loc="upper right", frameon=False, fontsize=11)
ax.set(xlabel="error as a share of the side of the box", ylabel="IoU", xlim=(0, 1), ylim=(0, 1.02))
ax.set_title("How far a box may be off")
plt.show()

# %% [markdown]
# ### The two formulas
#
# For each image an entry gives five labels $c_1, \dots, c_5$ in decreasing order of confidence, and for localization a box $b_i$ with each. The image has $n$ true labels $C_1, \dots, C_n$; the label $C_k$ has $M_k$ instances with the boxes $B_{k1}, \dots, B_{kM_k}$. Two questions are asked about a guess, each answered with 0 for "right" and 1 for "wrong":
#
# $$d(c_i, C_k) = \left[\, c_i \ne C_k \,\right] \tag{2}$$
#
# $$f(b_i, B_{km}) = \left[\, \mathrm{IoU}(b_i, B_{km}) \le \tfrac12 \,\right] \tag{3}$$
#
# A statement in square brackets counts 1 when it is true and 0 when it is false: both functions ask "is it wrong?". (The lecture's slide defines $f(b_i, B_k)$ by "more than 50% overlap". What it means is (3): a single instance $B_{km}$, and overlap measured as IoU.) The error of the image is then
#
# $$e_{\text{classification}} = \frac1n \sum_{k} \min_{i}\, d(c_i, C_k) \tag{4}$$
#
# $$e_{\text{localization}} = \frac1n \sum_{k} \min_{i} \min_{m}\, \max\{\, d(c_i, C_k),\ f(b_i, B_{km}) \,\} \tag{5}$$
#
# and the error of the entry is the mean over all test images. Read them from the inside out. As $d$ and $f$ are 0 or 1, **a maximum means "wrong if one of them is wrong"**, and **a minimum means "right if at least one is right"**:
#
# - (4): a true label is found if **at least one** of the five guesses has it. The error is the share of true labels that were not found.
# - (5): a true label is found if **at least one** guess has this label **and** a box that fits **at least one** of its instances.
#
# Three consequences. The order of the five guesses does not matter, only which five they are. Wrong guesses cost nothing: an image may show things that nobody labeled, and naming them should not be punished. And since the maximum of $d$ and $f$ is never less than $d$, **the localization error of an image is never less than its classification error**.
#
# ### By hand
#
# The photograph of a launch pad will do as an image with $n = 2$ true labels: a rocket ($M_1 = 1$) and towers ($M_2 = 4$). We have drawn the true boxes; the five guesses are made up. (The labels are ours as well; ILSVRC's come later.)

# %%
LABELS = ["rocket", "tower", "lighthouse", "lamp", "crane"]
truth = {
    0: [(309, 126, 335, 407)],
    1: [(0, 0, 88, 427), (166, 122, 205, 427), (439, 122, 480, 427), (560, 0, 640, 427)],
}
guesses = [  # best first
    (0, (280, 90, 365, 427)),
    (2, (306, 128, 338, 410)),
    (1, (170, 120, 200, 427)),
    (3, (350, 370, 380, 420)),
    (4, (0, 0, 95, 427)),
]

# %% figure alt="A rocket on its launch pad at dusk between four lattice towers. Solid green boxes mark the rocket and the four towers. Five dashed numbered boxes are guesses: 1 rocket, much wider than the rocket; 2 lighthouse, tightly around the rocket; 3 tower, tightly around the second tower; 4 lamp, on a lamp; 5 crane, around the first tower." tags=["hide-input"]
fig, ax = plt.subplots(figsize=(7.5, 5.2))
photo = photographs["rocket"]
small = resize_bilinear(photo, photo.shape[0] // 2, photo.shape[1] // 2).round().astype("uint8")
ax.imshow(small, extent=(0, photo.shape[1], photo.shape[0], 0), interpolation="none")
for boxes in truth.values():
    for x_min, y_min, x_max, y_max in boxes:
        ax.add_patch(
            plt.Rectangle(
                (x_min, y_min), x_max - x_min, y_max - y_min, fill=False, edgecolor="#66FF99", linewidth=2
            )
        )
places = [(366, 88, "left"), (304, 160, "right"), (163, 118, "center"), (384, 398, "left"), (98, 20, "left")]
for number, ((label, box), (x, y, side)) in enumerate(zip(guesses, places, strict=True), start=1):
    ax.add_patch(
        plt.Rectangle(
            box[:2],
            box[2] - box[0],
            box[3] - box[1],
            fill=False,
            edgecolor=COLORS["orange"],
            linewidth=2,
            linestyle="--",
        )
    )
    ax.text(
        x,
        y,
        f"{number} {LABELS[label]}",
        ha=side,
        va="center",
        fontsize=10,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5},
    )
ax.set(xlim=(0, 640), ylim=(427, 0))
ax.axis("off")
ax.set_title("True boxes (solid) and five guesses (dashed)")
plt.show()

# %% [markdown]
# The tables of $d$ and $f$ hold all that the formulas need. Take a pencil before you look at the output: which guesses have $d = 0$ for which label, and which boxes have $f = 0$?

# %%
print("guess              d, rocket  d, tower | IoU with the rocket | IoU with the towers")
for number, (label, box) in enumerate(guesses, start=1):
    d_row = [int(label != true_label) for true_label in truth]
    with_rocket = box_overlap(box, truth[0]).round(2)
    with_towers = box_overlap(box, truth[1]).round(2)
    print(
        f"{number} {LABELS[label]:<16} {d_row[0]:>9} {d_row[1]:>9} | {with_rocket[0]:>19.2f} | {with_towers}"
    )

# %% [markdown]
# **Classification.** "rocket" is guess 1 and "tower" is guess 3, so $\min_i d(c_i, C_1) = \min_i d(c_i, C_2) = 0$ and
#
# $$e_{\text{classification}} = \tfrac12 (0 + 0) = 0.$$
#
# **Localization.** For the tower, guess 3 has the right label, and its box fits the second instance ($0.77 > 0.5$): found; the three other towers need not be found. For the rocket, only guess 1 has the right label, and its box is far too wide ($0.26$). Guess 2 has an excellent box and the wrong label. In every row $\max\{d, f\} = 1$, so the rocket is not found:
#
# $$e_{\text{localization}} = \tfrac12 (1 + 0) = 0.5.$$
#
# **Predict, then go on.** Somebody writes (5) with two minima, one for the labels and one for the boxes, $\max\{\min_i d,\ \min_i \min_m f\}$. What does that give here, and why is it wrong?
#
# <details class="answer"><summary>Answer</summary>
#
# It gives 0: the label comes from guess 1 and the box from guess 2. But no single guess said "a rocket is **here**". The maximum has to be taken for each guess, before the minimum over the guesses.
#
# </details>
#
# (On the site, the page *Playground* has this to try by hand: drag the boxes of two guesses and watch both errors.)
#
# ### n = 1 in practice
#
# The formulas allow several true labels, but in the challenge each image of these tasks has exactly one: "for this version of the competition, n=1", as the organizers write ([@ilsvrc2012]). Then $e$ is 0 or 1, and the mean of (4) is the share of images whose label is not among the five guesses: the **top-5 error**. The top-1 error counts the first guess alone. It follows that the label is *a* truth, not the whole truth: if the photograph shows a rocket and towers, and the one label is "crane", the guesses rocket, tower, lamp, sky, cloud are an error.
#
# **Predict, then compute.** What is the top-5 error of guessing five different classes at random?
#
# <details class="answer"><summary>Answer</summary>
#
# The label is among 5 of 1,000 classes with probability 0.5 %, so the error is 99.5 %. Against this, the 28.2 % of the first winner are remarkable.
#
# </details>
#
# ## 100,000 images at once
#
# A test set has 100,000 images. Following (4) and (5) literally means to look, for each image, at each combination of a guess, a label and an instance. The alternative asks first where labels agree. There are few such pairs, and no other pair can bring a maximum to 0; so boxes are compared for those pairs only, all in one go. Images have different numbers of labels and instances, hence the truths are **packed** into arrays with room for the largest and filled up with values that agree with nothing ($-1$ for labels, nan for boxes).

# %% include
from convlab.ilsvrc import ilsvrc_errors, pack_truths

# %%
true_labels, true_boxes = pack_truths([truth])
guess_labels, guess_boxes = (
    np.array([[label for label, _ in guesses]]),
    np.array([[box for _, box in guesses]]),
)
by_hand = ilsvrc_errors(guess_labels, guess_boxes, true_labels, true_boxes)
print(f"the launch pad: classification {by_hand[0][0]}, localization {by_hand[1][0]}")

# %% [markdown]
# No entry of a real competition is at hand, so we make one up: it knows the label of 90 % of the images and draws its boxes with some error.

# %% include tags=["hide-input"]
from convlab.ilsvrc import simulate_entry

# %%
rng = np.random.default_rng(0)
entry = simulate_entry(CONFIG["num_images"], rng, hit_rate=0.9, box_error=0.1)
classification, localization = ilsvrc_errors(*entry)
print(f"{len(classification):,} images: classification {classification.mean():.2%},", end=" ")
print(f"localization {localization.mean():.2%}")
print("localization is never less than classification:", bool((localization >= classification).all()))
chance = simulate_entry(CONFIG["num_images"], rng, hit_rate=0.0)
print(f"five guesses at random: classification {ilsvrc_errors(*chance)[0].mean():.2%}")

# %% [markdown]
# To check it, we follow the formulas for a sample of the images, one by one: a table of $d$, a table of $f$, minima and maxima in the order in which they stand in (4) and (5). For times we take the CPU seconds of this process, so that other programs on the machine do not count, and the best of a few runs.


# %%
def overlap_of_two(box, other):
    """Compute (1) for two boxes with plain numbers."""
    shared = 1.0
    for low, high in ((0, 2), (1, 3)):  # along x, then along y
        shared = shared * max(min(box[high], other[high]) - max(box[low], other[low]), 0.0)
    areas = [(each[2] - each[0]) * (each[3] - each[1]) for each in (box, other)]
    return shared / (areas[0] + areas[1] - shared) if sum(areas) > 0 else 0.0


def follow_the_formulas(labels, boxes, truths):
    """Compute (4) and (5) for one image; `truths` maps each label to the boxes of its instances."""
    e4 = e5 = 0.0
    for true_label, instances in truths.items():
        d_table = [int(label != true_label) for label in labels]
        f_table = [[int(overlap_of_two(box, each) <= 0.5) for each in instances] for box in boxes]
        e4 += min(d_table) / len(truths)
        e5 += min(max(d, f) for d, row in zip(d_table, f_table, strict=True) for f in row) / len(truths)
    return e4, e5


def image_of(entry, number):
    """Take one image out of the packed arrays."""
    labels, boxes, true_labels, true_boxes = (array[number] for array in entry)
    kept = {
        int(label): instances[~np.isnan(instances[:, 0])]
        for label, instances in zip(true_labels, true_boxes, strict=True)
        if label >= 0
    }
    return labels, boxes, kept


def best_time(function, repeats):
    """Return the CPU seconds of the fastest of some calls."""
    seconds = []
    for _ in range(repeats):
        start = time.process_time()
        function()
        seconds.append(time.process_time() - start)
    return min(seconds)


sample = [image_of(entry, number) for number in range(CONFIG["num_sample"])]
one_by_one = np.array([follow_the_formulas(*image) for image in sample])
together = np.stack([classification, localization], axis=1)[: len(sample)]
largest_difference = float(abs(one_by_one - together).max())

loop_time = best_time(lambda: [follow_the_formulas(*image) for image in sample], repeats=3) / len(sample)
array_time = best_time(lambda: ilsvrc_errors(*entry), repeats=7) / len(classification)
speedup = loop_time / array_time
print(f"largest difference between the two on {len(sample):,} images: {largest_difference}")
print(f"one by one {loop_time * 1e6:.1f} µs per image, together {array_time * 1e6:.3f} µs per image")
print(
    f"that is {speedup:.0f} times faster; all {len(classification):,} images took {array_time * len(classification):.3f} s"
)

# %% [markdown]
# The results are equal, image by image, and the arrays are more than 100 times faster. The loop pays Python's price for every little number; the arrays pay it once per operation, and they skip the boxes of guesses whose label is wrong anyway.
#
# ### What an error in pixels costs
#
# With an evaluator this quick, questions about the measure can be answered by trying. An entry always knows the right label, and each edge of its boxes is off by a random number of pixels. How large is its localization error for objects of different sizes?

# %%
edge_errors = np.linspace(0, 40, 17)  # standard deviation in pixels
box_cost = {}
for side in (50, 100, 200):
    noise = rng.standard_normal((len(edge_errors), CONFIG["num_boxes"], 4))
    drawn = np.array([0, 0, side, side]) + edge_errors[:, np.newaxis, np.newaxis] * noise
    box_cost[side] = (box_overlap(drawn, np.array([0, 0, side, side])) <= 0.5).mean(axis=1)
at_ten_pixels = {side: float(np.interp(10, edge_errors, cost)) for side, cost in box_cost.items()}
print("localization error at 10 pixels:", {side: f"{cost:.1%}" for side, cost in at_ten_pixels.items()})

# %% figure alt="Localization error against the standard deviation of each edge in pixels, for square objects with sides of 50, 100 and 200 pixels. At 10 pixels the error is about a third for 50 pixels, less than one percent for 100 and zero for 200; each doubling of the size moves the curve to twice the pixels." tags=["hide-input"]
fig, ax = plt.subplots(figsize=(7.5, 3.7))
looks = {50: ("vermilion", "-", "o"), 100: ("blue", "--", "s"), 200: ("green", ":", "^")}
for side, (color, line, marker) in looks.items():
    ax.plot(
        edge_errors,
        box_cost[side],
        line,
        marker=marker,
        markersize=5,
        color=COLORS[color],
        label=f"{side} pixels",
    )
ax.legend(title="side of the object", loc="center left", bbox_to_anchor=(1, 0.5), frameon=False, fontsize=11)
ax.set(xlabel="standard deviation of each edge in pixels", ylabel="localization error", ylim=(-0.02, 1.02))
ax.set_title("The same slip costs small objects more")
plt.show()

# %% [markdown]
# IoU is a ratio: it does not care how many pixels an object has, so a slip of ten pixels ruins about a third of the boxes around a 50-pixel object and next to none around a 200-pixel one. (ILSVRC's detection task lowers the threshold for very small objects for this reason, [@russakovsky2015].)
#
# ## A real network, real photographs
#
# Now a network that was trained on the ILSVRC training images, and photographs that it has never seen. Where the package with its weights is installed, the function below builds EfficientNet-Lite0, a small relative of the networks in [@tan2019]; elsewhere Keras downloads EfficientNetB0. What they are made of is the subject of later lessons; here a network is a function from an image of 224x224 pixels to 1,000 probabilities. **The numbers in the text belong to EfficientNet-Lite0.**

# %%
model, preprocess, source = load_pretrained_network()
print(f"{source}: {model.count_params():,} numbers")


def predict(images):
    """Return the probabilities (N, 1000) for images (N, 224, 224, 3), one by one to save memory."""
    return np.concatenate([model(preprocess(image[np.newaxis]), training=False) for image in images])


if CONFIG["data"] == "photographs":
    pictures = photographs
else:
    pictures = {
        path.stem: plt.imread(path)[..., :3] for path in sorted(Path(CONFIG["data"]).glob("*.jp*g"))[:6]
    }
squares = np.stack([crop_to_square(picture) for picture in pictures.values()])
probabilities = predict(squares)
top_five = np.argsort(-probabilities, axis=1)[:, :5]
for name, guesses_of_it, p in zip(pictures, top_five, probabilities, strict=True):
    print(f"{name:>10}:", ", ".join(f"{class_names[k]} {p[k]:.2f}" for k in guesses_of_it))

# %% [markdown]
# **Predict, then look.** One of the six is the official portrait of an astronaut in her orange suit, helmet on the table, a model of a space shuttle behind her. Which five classes would you bet on, knowing that there is no class "astronaut"?

# %% figure alt="Six photographs, each with bars for the network's five best guesses. Coffee cup: espresso 94 percent. Cat: Egyptian cat 40, tiger cat 33, tabby 16. Man with a camera: tripod 95. Chinese palace: palace 38, bell cote, monastery. Rocket: missile 31, projectile 17. Astronaut: bobsled 27, football helmet 10, go-kart 5, stretcher, barbell." tags=["hide-input"]
fig, axes = plt.subplots(
    (len(pictures) + 1) // 2, 4, figsize=(7.5, 1.75 * ((len(pictures) + 1) // 2)), width_ratios=[1, 1.25] * 2
)
for ax in axes.flat:
    ax.axis("off")
for (left, right), square, guesses_of_it, p in zip(
    axes.reshape(-1, 2, *axes.shape[2:]), squares, top_five, probabilities, strict=False
):
    left.imshow(resize_bilinear(square, 112, 112).round().astype("uint8"), interpolation="none")
    right.barh(range(5), p[guesses_of_it], 0.9, color=COLORS["sky"], alpha=0.75)
    for place, k in enumerate(guesses_of_it):
        share = f"{p[k]:.0%}" if p[k] >= 0.005 else "<1%"
        right.text(0.02, place, f"{class_names[k]}  {share}", va="center", fontsize=10)
    right.set(xlim=(0, 1), ylim=(4.6, -0.6))
fig.suptitle("Five best guesses and their probabilities", fontsize=12)
plt.show()

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# The network says bobsled, football helmet, go-kart: people in padded, colorful suits with helmets. It **must** be wrong about the astronaut, whatever it answers, because the right answer is not among its outputs. It cannot even say "none of these": a softmax distributes a probability of 1 over 1,000 classes, always. Nor does it help to be generous and to count the model in the background: "space shuttle" is a class, but it is not among the five.
#
# </details>
#
# Look at the others, too.
#
# - **Coffee.** The label "espresso" is right. So are "cup" and "coffee mug" further down. An image with one label has room for one of them.
# - **The cat.** The first guess says Egyptian cat, the third tabby. Which is right is hard to say even for people who know cats; with five guesses the network need not decide. This is what the five guesses are for.
# - **The rocket.** ILSVRC has no class for launch vehicles; "missile" is the nearest. And "projectile", the second guess, is a class whose training images look much the same. Some of the error of every network comes from classes that nobody can separate.
# - **Probabilities.** The wrong "bobsled" has 27 %, the right "missile" 31 %. A threshold below which one should not trust the answer would be convenient; between these two there is no room for one.

# %%
if CONFIG["data"] == "photographs":
    row = SHOWN.index("astronaut")
    shuttle = class_names.index("space shuttle")
    shuttle_rank = int((probabilities[row] > probabilities[row, shuttle]).sum()) + 1
    print(f"astronaut: 'space shuttle' is guess number {shuttle_rank} with {probabilities[row, shuttle]:.4f}")
    print(f"the 1,000 probabilities add up to {probabilities[row].sum():.4f}")

# %% [markdown]
# ### Boxes from a network that was never shown one
#
# The localization task needs boxes, and our network gives labels only. Yet it can be asked **where** it sees something. Its last feature map has 7x7 positions; their average goes through one fully connected layer. Since averaging and the fully connected layer are both linear, they can be swapped: the score of a class is the average of 49 scores, one per position. The map of these 49 scores is called a **class activation map** ([@zhou2016]), and a box around all that exceeds 20 % of its maximum is a rough localization:

# %% include
from convlab.ilsvrc import box_above

# %%
feature_map = [layer.output for layer in model.layers if len(layer.output.shape) == 4][-1]
look_inside = keras.Model(model.inputs[0], [feature_map, model.outputs[0]])
class_kernel = keras.ops.convert_to_numpy(model.layers[-1].kernel)  # (channels, 1000)


def guess_with_boxes(photo):
    """Return five labels and five boxes, in the photograph's pixels, for one photograph."""
    square = crop_to_square(photo)
    maps, p = look_inside(preprocess(square[np.newaxis]), training=False)
    labels = np.argsort(-keras.ops.convert_to_numpy(p)[0])[:5]
    evidence = resize_bilinear(keras.ops.convert_to_numpy(maps)[0] @ class_kernel[:, labels], 224, 224)
    side = min(photo.shape[:2])
    corner = np.array([photo.shape[1] - side, photo.shape[0] - side] * 2) / 2
    return labels, np.array([box_above(evidence[..., i]) * side / 224 + corner for i in range(5)])


# One label and one hand-drawn box for each photograph, by our own judgment.
OUR_TRUTH = {
    "coffee": ("espresso", (172, 17, 412, 307)),
    "chelsea": ("tabby", (0, 0, 451, 300)),
    "camera": ("tripod", (230, 185, 405, 512)),
    "china": ("palace", (62, 30, 372, 415)),
    "rocket": ("missile", (309, 126, 335, 407)),
    "astronaut": ("space shuttle", (365, 0, 470, 225)),
}
photo_guesses = {name: guess_with_boxes(photographs[name]) for name in OUR_TRUTH}
packed = pack_truths([{class_names.index(label): [box]} for label, box in OUR_TRUTH.values()])
photo_errors = ilsvrc_errors(*map(np.stack, zip(*photo_guesses.values(), strict=True)), *packed)
fits = {}
print("photograph  label          place   IoU  e (4)  e (5)")
for (name, (label, box)), e4, e5 in zip(OUR_TRUTH.items(), *photo_errors, strict=True):
    labels, boxes = photo_guesses[name]
    hits = [i for i in range(5) if class_names[labels[i]] == label]
    fits[name] = float(box_overlap(boxes[hits[0]], box)) if hits else float("nan")
    print(f"{name:>10}  {label:<14} {hits[0] + 1 if hits else '-':>5} {fits[name]:5.2f} {e4:6.0f} {e5:6.0f}")
print(f"top-5 error {photo_errors[0].mean():.0%}, localization error {photo_errors[1].mean():.0%}")

# %% figure alt="Four photographs with the hand-drawn true box, solid, and the box from the class activation map, dashed; a yellow glow shows where the network finds evidence. Espresso cup: the boxes nearly agree. Palace: a fair fit. Tripod: the dashed box also takes in the man, and is too large. Rocket: the evidence is beside and around the thin rocket and the dashed box is many times too wide." tags=["hide-input"]
fig, axes = plt.subplots(2, 2, figsize=(7.5, 5.6))
for ax, name in zip(axes.flat, ("coffee", "china", "camera", "rocket"), strict=True):
    photo, (label, box) = photographs[name], OUR_TRUTH[name]
    labels, boxes = photo_guesses[name]
    found = next((i for i in range(5) if class_names[labels[i]] == label), 0)
    height, width = photo.shape[:2]
    side = min(height, width)
    scale = 120 / side
    small = resize_bilinear(photo, round(height * scale), round(width * scale)).round().astype("uint8")
    ax.imshow(small, extent=(0, width, height, 0), interpolation="none")
    maps, _ = look_inside(preprocess(crop_to_square(photo)[np.newaxis]), training=False)
    evidence = keras.ops.convert_to_numpy(maps)[0] @ class_kernel[:, labels[found]]
    edges = [(size - side) / 2 + side * np.array([0, 1]) for size in (width, height)]
    glow = np.clip(resize_bilinear(evidence[..., np.newaxis], 56, 56) / evidence.max(), 0, 1)
    glow = np.concatenate([np.ones_like(glow), 0.75 * np.ones_like(glow), 0 * glow, 0.7 * glow], axis=-1)
    ax.imshow(glow, extent=(*edges[0], *edges[1][::-1]), interpolation="none")
    for each, color, line in ((box, "#66FF99", "-"), (boxes[found], "white", "--")):
        size = (each[2] - each[0], each[3] - each[1])
        ax.add_patch(
            plt.Rectangle(each[:2], *size, fill=False, edgecolor=color, linewidth=2.5, linestyle=line)
        )
    verdict = "found" if fits[name] > 0.5 else "not found"
    ax.set_title(f"{class_names[labels[found]]}: IoU {fits[name]:.2f}, {verdict}", fontsize=11)
    ax.set(xlim=(0, width), ylim=(height, 0))
    ax.axis("off")
fig.suptitle("True box (solid), box from the class activation map (dashed)", fontsize=12)
plt.show()

# %% [markdown]
# Knowing **what** is easier than knowing **where**. The label is found for five of the six photographs, label and box together only for three. Tripod and rocket are thin, and a map of 7x7 positions cannot outline them; both are errors of (5) though the label was the first guess. It was the same in the challenge, with networks that were trained to draw boxes: AlexNet's entry of 2012 had a top-5 error of 15.3 % and a localization error of 33.5 % ([@ilsvrc2012]), that of VGG in 2014 7.3 % and 25.3 % ([@simonyan2015]), that of ResNet in 2015 3.57 % and 9.0 % ([@he2016]).
#
# ### The protocol is part of the number
#
# A photograph is not a square of 224 pixels. Above we cut the largest square from its middle: a **single crop**. Papers often take ten: the four corners and the middle of an image whose shorter side is 256 pixels, and the mirror images of these five; the probabilities are averaged. Some average over 144 crops, or over several networks as well (an **ensemble**).
#
# **Predict, then run.** Does the first guess for a photograph depend on the crop? On averaging over ten of them?


# %%
def ten_crops(photo):
    """Cut 224x224 pixels from four corners and the middle, plain and mirrored: shape (10, 224, 224, 3)."""
    scale = 256 / min(photo.shape[:2])
    image = resize_bilinear(photo, round(photo.shape[0] * scale), round(photo.shape[1] * scale))
    bottom, right = image.shape[0] - 224, image.shape[1] - 224
    corners = [(0, 0), (0, right), (bottom, 0), (bottom, right), (bottom // 2, right // 2)]
    crops = np.stack([image[top : top + 224, left : left + 224] for top, left in corners])
    return np.concatenate([crops, crops[:, :, ::-1]])


first_guesses = {}
for name in ("coffee", "china", "rocket"):
    p_of_ten = predict(ten_crops(photographs[name]))
    average = p_of_ten.mean(axis=0)
    first_guesses[name] = {
        "single": class_names[probabilities[SHOWN.index(name)].argmax()] if pictures is photographs else "",
        "crops": [class_names[k] for k in p_of_ten.argmax(axis=1)],
        "average": class_names[average.argmax()],
        "top five": [class_names[k] for k in np.argsort(-average)[:5]],
    }
    print(
        f"{name}: single crop {first_guesses[name]['single']}, average of ten {first_guesses[name]['average']}"
    )
    print("    each crop:", ", ".join(sorted(set(first_guesses[name]["crops"]))))
    print("    five best of the average:", ", ".join(first_guesses[name]["top five"]))

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# The cup fills the picture, so every crop shows an espresso. The rocket is in the middle; the corners show lattice towers, and most of the crops answer "drilling platform". Averaged over ten crops that is the first guess, and the top-1 answer changes from right to wrong; the palace loses its first place, too. Both labels stay among the five best. On average over many images ten crops help, but "the error of this network" does not exist without saying how it was asked.
#
# </details>
#
# ## Results, 2010 to 2017
#
# Here is the table behind the figure that the lecture shows. For every entry: the **split** it was measured on, and how many networks were averaged. The second list holds what the lecture's slides give for the same networks, as accuracies; the split and the number of networks show why they differ.

# %%
SOURCES = {
    "A": "Russakovsky et al., 2015",
    "B": "Krizhevsky et al., 2012",
    "C": "Szegedy et al., 2015",
    "D": "Simonyan and Zisserman, 2015",
    "E": "He et al., 2016",
    "F": "ILSVRC 2016, results page",
    "G": "Hu et al., 2018",
    "H": "Zeiler and Fergus, 2014",
    "I": "Ioffe and Szegedy, 2015",
}
RESULTS = [  # year, entry, top-5 error in percent, split, models, source
    (2010, "NEC-UIUC", 28.2, "test", "no network: SVMs", "A"),
    (2011, "XRCE", 25.8, "test", "no network: SVMs", "A"),
    (2012, "SuperVision (AlexNet)", 16.4, "test", "5 networks", "B"),
    (2012, "the same, extra data", 15.3, "test, extra data", "7 networks", "B"),
    (2013, "Clarifai", 11.7, "test", "several networks", "A"),
    (2013, "the same, extra data", 11.2, "test, extra data", "several networks", "A"),
    (2014, "VGG (second place)", 7.3, "test", "7 networks", "D"),
    (2014, "GoogLeNet", 6.67, "test", "7 networks", "C"),
    (2015, "MSRA (ResNet)", 3.57, "test", "6 networks", "E"),
    (2016, "Trimps-Soushen", 2.99, "test", "several networks", "F"),
    (2017, "WMW (SENet)", 2.25, "test", "several networks", "G"),
]
SLIDES = [  # what the slides say as an accuracy; the rest as above
    (2012, "AlexNet", 84.6, "validation, extra data", "7 networks", "B"),
    (2013, "ZFNet", 85.3, "validation", "6 networks", "H"),
    (2014, "VGG-19", 92.0, "validation", "1 network, 1 scale", "D"),
    (2014, "GoogLeNet", 92.2, "validation", "1 network, 1 crop", "I"),
    (2015, "ResNet-152", 94.29, "validation", "1 network, 10 crops", "E"),
]
print("year  entry                   error  split                   models               source")
for year, name, error, split, models, letter in RESULTS:
    print(f"{year}  {name:<22} {error:>5.2f} %  {split:<22}  {models:<19}  {SOURCES[letter]}")
print("\nyear  slide                accuracy  error  split                   models               source")
for year, name, accuracy, split, models, letter in SLIDES:
    print(f"{year}  {name:<19} {accuracy:>7.2f} % {100 - accuracy:>4.1f} %", end="  ")
    print(f"{split:<22}  {models:<19}  {SOURCES[letter]}")

# %% figure alt="Top-5 errors as points on a horizontal axis, one row per result, labeled with year, entry, number of models and source. Filled circles are test errors of entries on the supplied data: 28.2 in 2010, 25.8, 16.4, 11.7, 6.67, 3.57, 2.99 and 2.25 percent in 2017. Open circles with extra data lie about one point lower. Diamonds for the numbers on the slides, measured on validation data, lie at other values than the test errors of the same year. A vertical line marks the human error of 5.1 percent; only the entries from 2015 on are left of it." tags=["hide-input"]
rows = [(*row[:2], row[2], *row[3:]) for row in RESULTS]
rows += [(year, f"slide: {name}", 100 - accuracy, *rest) for year, name, accuracy, *rest in SLIDES]
rows.sort(key=lambda row: (row[0], row[1].startswith("slide")))
styles = {  # split: marker, face, edge
    "test": ("o", COLORS["blue"], COLORS["blue"]),
    "test, extra data": ("o", "white", COLORS["blue"]),
    "validation": ("D", COLORS["orange"], COLORS["orange"]),
    "validation, extra data": ("D", "white", COLORS["orange"]),
}
fig, ax = plt.subplots(figsize=(7.5, 6.4))
for place, (_, _, error, split, *_) in enumerate(rows):
    marker, face, edge = styles[split]
    ax.plot([0, error], [place, place], color="#BBBBBB", linewidth=1.2, zorder=1)
    look = {"markerfacecolor": face, "markeredgecolor": edge, "markeredgewidth": 2, "zorder": 4}
    ax.plot(error, place, marker, markersize=8, **look)
    number = f"{error:.1f}" if error > 7 else f"{error:.2f}"
    ax.text(
        error + 0.8,
        place,
        number,
        va="center",
        fontsize=10,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
    )
ax.axvline(5.1, color="black", linewidth=1.2, linestyle="--")
ax.text(5.4, -0.75, "one person: 5.1", fontsize=10, va="center", ha="left")
ax.set_yticks(range(len(rows)), [f"{row[0]} {row[1]}, {row[4]} [{row[5]}]" for row in rows])
ax.set(xlabel="top-5 error in percent", xlim=(0, 32), ylim=(len(rows) - 0.4, -1.3))
ax.grid(axis="y", visible=False)
for split, (marker, face, edge) in styles.items():
    ax.plot([], [], marker, markerfacecolor=face, markeredgecolor=edge, markeredgewidth=2, label=split)
ax.legend(loc="lower right", fontsize=10, frameon=True, framealpha=1, edgecolor="white")
sources = [f"[{letter}] {source}" for letter, source in SOURCES.items()]
fig.supxlabel("\n".join("   ".join(sources[i : i + 3]) for i in (0, 3, 6)), fontsize=10)
fig.suptitle("ILSVRC: winners, and the numbers on the slides", fontsize=12, x=0.02, ha="left")
plt.show()

# %% [markdown]
# The sources: [@russakovsky2015] for 2010, 2011 and Clarifai (their table also has the other entries up to 2014, and gives GoogLeNet as 6.66 %); [@krizhevsky2012]; [@szegedy2015]; [@simonyan2015]; [@he2016]; [@ilsvrc2016] for Trimps-Soushen, whose 2.99 % is also what [@hu2018] compare with; [@hu2018]; [@zeiler2014]; [@ioffe2015]. "Several" stands where the source that we could see gives no number.
#
# Kindly read, the slides are not wrong; they quote numbers that belong to different protocols.
#
# - **AlexNet, 84.6 %.** The entry that used nothing but the supplied data, five networks, had a test error of 16.4 %. With two more networks that had been trained on a larger part of ImageNet it was 15.3 %. 84.6 % is the validation result of these seven (15.4 %).
# - **AlexNet, 37.5 % and 17.0 %.** These stand in the abstract that the slide shows: top-1 and top-5 error of one network on the test images of **2010**, which the paper could use at home because their labels are public.
# - **"25.8 % to 16.4 %."** Both are winners' test errors, of 2011 and 2012. But classes and test images had changed in between. On the same images of 2012, the second-best team had 26.2 % ([@krizhevsky2012]), which makes the same point more cleanly.
# - **ZFNet, "16.4 % to 11.7 %" and 85.3 %.** 11.7 % is the entry of Clarifai, the company of one of ZFNet's authors. The paper's own best is 14.7 % on the validation images with six networks, and 14.8 % on the test images.
# - **VGG, 92.0 %.** One network, VGG-19, on validation images at one scale. The entry had 7.3 % on the test images.
# - **GoogLeNet, 92.2 %.** The winning entry has 6.67 %, that is 93.33 %. We find 92.2 % for a later network with batch normalization, asked with a single crop.
# - **ResNet-152, 94.29 %.** One network, ten crops, validation (5.71 %). What won was an ensemble of six with 3.57 % on the test images.
#
# **Predict, then run.** Progress is best compared by the share of the remaining errors that a year removed. Which year removed the largest?

# %%
winners = {row[0]: row[2] for row in RESULTS if row[3] == "test" and "second" not in row[1]}
years = sorted(winners)
removed = {year: 1 - winners[year] / winners[year - 1] for year in years[1:]}
for year, share in removed.items():
    print(f"{year}: {winners[year - 1]:5.2f} % to {winners[year]:5.2f} %, {share:.0%} of the errors removed")
biggest_year = max(removed, key=removed.get)

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# Not 2012. AlexNet removed 36 % of the errors, GoogLeNet 43 %, ResNet 46 %. What 2012 changed was the method: the two winners before it computed hand-designed features and trained support vector machines; after it, nobody won without a convolutional network.
#
# </details>
#
# ### How certain is an error rate?
#
# An error rate is a sample mean. If an entry errs with probability $p$ and is tested on $N$ independent images, its measured error scatters with the standard deviation
#
# $$\sqrt{p\,(1 - p) / N} \tag{6}$$
#
# **Predict, then run.** GoogLeNet measured 6.67 % on 100,000 images, a person 5.1 % on 1,500. How wide are the intervals that contain the true rates with 95 %? Is 4.94 %, the first published result of a network below 5.1 % ([@he2015]), a proof that machines see better than people?

# %%
measured = {
    "GoogLeNet, 100,000 images": (0.0667, 100_000),
    "person, 1,500 images": (0.051, 1_500),
    "He et al. (2015), 100,000 images": (0.0494, 100_000),
}
intervals = {}
for name, (p, count) in measured.items():
    margin = 1.96 * np.sqrt(p * (1 - p) / count)
    intervals[name] = (p - margin, p + margin)
    print(f"{name:>33}: {p:.2%}, between {p - margin:.2%} and {p + margin:.2%}")

# %% [markdown]
# <details class="answer"><summary>Answer</summary>
#
# With 100,000 images the interval is $\pm 0.15$ percentage points, so the differences between winners are real. With 1,500 images it is $\pm 1.1$ points: the person's true rate may be anything between 4 % and 6.2 %. The network's 4.94 % lies inside. The two cannot be told apart by these data.
#
# </details>
#
# ### Human error: 5.1 %, and what that means
#
# The figure is from [@russakovsky2015] (arXiv 1409.0575), and it is the error of **one person**. This person labeled 1,500 test images with examples of all 1,000 classes at hand, after practicing on 500 others. On the same 1,500 images GoogLeNet had 6.8 %. A second person, who had practiced on 100 images, labeled 258 and had 12.0 %. So "human level" is not a constant; it depends on training, as it does for networks.
#
# The two make different errors, as the same authors report. The network suffers from small or thin objects, filters, and abstract depictions such as drawings and statues. The person fails at fine distinctions between breeds and species, and by not knowing that a class exists. And both fail where an image shows several things and has one label: this is an error of the measure, not of the one who is measured.
#
# ### What the numbers do not say
#
# - **One label per image** is often one of several right answers. When all plausible labels of the validation images were collected anew, the progress of the latest networks turned out to be clearly smaller than on the old labels ([@beyer2020]).
# - **A new test set is harder.** Following the recipe of the original as closely as possible, researchers collected new test images; top-1 accuracies fell by 11 to 14 percentage points, though the order of the networks stayed nearly the same ([@recht2019]).
# - **A thousand classes are not the world.** The astronaut showed it.
# - **An ensemble is not a network.** Seven networks with 144 crops each cost a thousand times one network with one crop; compare like with like (lesson 11).
#
# After 2017 the organizers handed the challenge over to Kaggle ([@ilsvrc2017]). The validation images of 2012 are still the yardstick of nearly every paper on image classification.
#
# ## Common mistakes
#
# <div class="box mistakes">
#
# - **Separate minima for label and box.** One guess must be right in both; take the maximum first.
# - **At least 50 % instead of more than 50 %.** Boxes with whole coordinates reach exactly one half easily.
# - **Intersection divided by the area of the true box.** A guess that covers the whole image would always be right.
# - **Asking for all instances.** One of them is enough; and any of them, not just the first.
# - **Forgetting $1/n$.** The error of an image lies between 0 and 1, however many labels it has.
# - **Averaging over guesses.** Four wrong guesses and a right one are a right answer.
# - **Comparing names.** "crane" is two classes. Compare positions.
# - **Mixing splits and protocols.** Test and validation, one network and seven, one crop and 144: name them with every number.
# - **"ImageNet has 1,000 classes."** ILSVRC has; ImageNet has more than 20,000 synsets.
# - **Reading a probability as knowledge.** The network has no output for "I do not know".
#
# </div>
#
# ## Self-check
#
# <div class="box quiz">
#
# **1.** A true box is $(0, 0, 10, 10)$, a guess $(5, 5, 15, 15)$. What is the IoU? Does the guess count?
#
# <details class="answer"><summary>Answer</summary>
#
# The intersection is $5 \cdot 5 = 25$, the union $100 + 100 - 25 = 175$: $\mathrm{IoU} = 1/7 \approx 0.14$. No.
#
# </details>
#
# **2.** An image has the labels cat and dog. The guesses are cat, fox, wolf, sofa, cushion. What is its classification error? And with $n = 1$ and the label dog?
#
# <details class="answer"><summary>Answer</summary>
#
# $\frac12 (0 + 1) = 0.5$. With the single label dog it is 1, with the single label cat it would be 0: which one was written down decides.
#
# </details>
#
# **3.** Three sheep stand on a meadow; the only label is "sheep". A guess says "sheep" with a box that fits the leftmost one. What are the two errors?
#
# <details class="answer"><summary>Answer</summary>
#
# Both are 0. The minimum over $m$ asks for one instance only. With one box around all three sheep, the localization error would probably be 1.
#
# </details>
#
# **4.** Can the localization error of an entry be smaller than its classification error? Can the two be equal?
#
# <details class="answer"><summary>Answer</summary>
#
# Never smaller, because $\max\{d, f\} \ge d$. Equal if for every label that is found some guess with this label has a fitting box.
#
# </details>
#
# **5.** Two papers report "top-5 error 7.3 %" and "top-5 error 7.1 %". What do you ask before you call the second one better?
#
# <details class="answer"><summary>Answer</summary>
#
# On which split (validation or test), with how many networks and crops, with what extra training data? Then, whether the difference exceeds the scatter: on 50,000 validation images one standard deviation is $\sqrt{0.073 \cdot 0.927 / 50000} \approx 0.12$ percentage points, so for independent samples 0.2 points would be little; on the same images the comparison is sharper.
#
# </details>
#
# **6.** A network answers "missile" for the launch pad with 31 % and "bobsled" for the astronaut with 27 %. May you conclude that it is almost as sure of a bobsled as of a missile?
#
# <details class="answer"><summary>Answer</summary>
#
# Its numbers say so, but they are shares among 1,000 given classes. For the astronaut every class is wrong, and the shares have to go somewhere.
#
# </details>
#
# **7.** True or false: "In 2015 networks became better than humans at recognizing images."
#
# <details class="answer"><summary>Answer</summary>
#
# As it stands: no. An ensemble of networks had a lower top-5 error on this test set than one trained person on 1,500 of its images. Persons were compared on a task with 1,000 fixed classes, many of them breeds of dogs, with the label that happened to be written down.
#
# </details>
#
# </div>
#
# ## Assignment
#
# In the assignment you write the evaluation yourself, for images that each have their own number of labels and instances: IoU with its special cases, the top-k error from scores, both formulas for one image, and the means over a set.
#
# - [Open the assignment in Colab](colab:exercises/04_ilsvrc/04_ilsvrc.ipynb)
# - [See it in the repository](repository:exercises/04_ilsvrc/04_ilsvrc.ipynb)
#
# ## References
#
# [@references]
