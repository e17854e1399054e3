# %% [markdown]
# # Assignment 4: Measuring errors as ILSVRC does
#
# You write the measures by which the ImageNet challenge ranked its entries: the overlap of two boxes, the
# top-k error, the classification error and the localization error of one image, and both errors of a whole
# data set. The [lesson on the challenge](colab:book/04_ilsvrc.ipynb) has everything that you need.
#
# | part | what you write | points |
# |---|---|---:|
# | 1 | `iou` | 5 |
# | 2 | `top_k_error` | 4 |
# | 3 | `classification_error` | 4 |
# | 4 | `localization_error` | 7 |
# | 5 | `dataset_errors` | 4 |
# | 6 | written question: five guesses | 3 |
# | 7 | written question: what counts as found | 3 |
# | | **total** | **30** |

# %% [markdown]
# ## How this works
#
# - **Write** your code where it says `# YOUR CODE HERE`, and delete the line `raise NotImplementedError()`
#   below it. Keep the name and the arguments of each function. Written answers go where it says "YOUR ANSWER
#   HERE".
# - **Check** your code with the cell below each function. It is silent when all is well; otherwise its
#   message says what to look at. Change your code and run both cells again.
# - **Validate** before you hand in: restart the kernel and run all cells from top to bottom. In JupyterLab
#   with nbgrader the *Validate* button does this for you. A part that you have not written yet fails its
#   check; that is no reason not to hand in the others.
# - **Hand in** the notebook under the name that it has now. In Colab you get it from the menu with *File >
#   Download > Download .ipynb*.
#
# The checks that you see try small examples. Grading tries others: more shapes, other values of every
# argument, special cases that the text mentions. Each part is graded on its own, and a part that is half
# right gets part of the points.
#
# You may add cells, helper functions and imports, print what you like, and use loops, `einsum` or TensorFlow.
# Do not delete or copy cells that are already here.

# %% [markdown]
# ## Conventions
#
# - A **box** is four numbers `(x_min, y_min, x_max, y_max)` with `x_min <= x_max` and `y_min <= y_max`: a
#   tuple, a list, an array, or a row of an array of shape `(M, 4)`. The numbers are positions on continuous
#   axes, in any unit, and they may be negative. So a box from `x_min = 2` to `x_max = 5` is 3 wide, whether
#   these are pixels or not.
# - A **label** is the integer number of a class, from 0 on.
# - An algorithm makes **five guesses** about an image: five labels, and one box with each. It may guess the
#   same label more than once.
# - An **error** is a number from 0 (all right) to 1 (all wrong), not a percentage.
# - Your functions never change the arrays and lists that they are given.
# - Every array may hold integers; the results are floating-point numbers all the same. The precision of
#   `float32` is enough.

# %%
import numpy as np

# %% [markdown]
# ## 1. The overlap of two boxes
#
# How well a box fits an object is measured by **intersection over union**: the area that both boxes cover,
# divided by the area that at least one of them covers.
#
# $$\mathrm{IoU}(A, B) = \frac{|A \cap B|}{|A \cup B|}$$
#
# Two special cases:
#
# - Boxes that lie apart, or that only touch along an edge or in a corner, have nothing in common: the IoU is
#   0.
# - A degenerate box, whose width or height is 0, has no area. The IoU of a degenerate box with any box is 0,
#   even with itself. (Take care not to divide by zero.)


# %% solution iou
def iou(box_a, box_b):
    """Compute the intersection over union of two boxes.

    Args:
        box_a: Four numbers (x_min, y_min, x_max, y_max): a tuple, a list or an array of shape (4,).
        box_b: Another box of the same kind.

    Returns:
        A number from 0, for boxes without a common area, to 1, for equal boxes.
    """
    ### BEGIN SOLUTION
    left, top, right, bottom = np.array([box_a, box_b], float).T
    both = (right.min() - left.max()).clip(0) * (bottom.min() - top.max()).clip(0)
    if both == 0:
        return 0.0
    areas = (right - left) * (bottom - top)
    return both / (areas.sum() - both)
    ### END SOLUTION


# %% test iou points=5
def check_iou():
    """Try iou on boxes whose areas can be counted on squared paper."""

    def close(actual, expected):
        return np.allclose(actual, expected, atol=1e-4)

    # Their areas are 12 and 20; they share a square of 2 by 2. Together they cover 12 + 20 - 4 = 28.
    box, other = (0.0, 0.0, 4.0, 3.0), (2.0, 1.0, 7.0, 5.0)
    value = iou(box, other)
    assert value is not None, "The function returns nothing. Does it end with a return statement?"
    assert np.shape(value) == (), f"Return one number. Yours has shape {np.shape(value)}."
    assert not close(value, 4 / 32), (
        "In your union the common square counts twice, once with each box. It must count once."
    )
    assert not close(value, 4 / 12) and not close(value, 4 / 20), (
        "You divide by the area of one box. Divide by the area of the union."
    )
    assert close(value, 1 / 7), f"The boxes share 4 of the 28 units that they cover: 1/7. Yours: {value}"
    value = iou(other, box)
    assert close(value, 1 / 7), f"The same boxes in the other order must give 1/7 again. Yours: {value}"
    value = iou((1.0, 2.0, 8.0, 5.0), (1.0, 2.0, 8.0, 5.0))
    assert close(value, 1), f"Equal boxes have the IoU 1. Yours: {value}"
    value = iou((0.0, 0.0, 10.0, 10.0), (2.0, 3.0, 7.0, 5.0))
    assert close(value, 0.1), f"A box of area 10 inside one of area 100: 0.1. Yours: {value}"
    value = iou((0.0, 0.0, 2.0, 2.0), (3.0, 0.0, 5.0, 2.0))
    assert close(value, 0), (
        f"Side by side with a gap: nothing in common, 0. Yours: {value}.\n"
        "What is the width of the intersection in your code?"
    )
    value = iou((0.0, 0.0, 2.0, 2.0), (2.0, 0.0, 4.0, 2.0))
    assert close(value, 0), f"Boxes that share only an edge have no area in common: 0. Yours: {value}"
    try:
        value = iou((1.0, 1.0, 1.0, 1.0), (1.0, 1.0, 1.0, 1.0))
    except ZeroDivisionError:
        value = "a division by zero"
    assert value == 0, f"Two boxes without area have the IoU 0. Yours: {value}"


check_iou()

# %% [markdown]
# ## 2. Top-k error
#
# A classifier gives every class a score. Its **top-k error** is the share of images whose true class is not
# among the `k` classes with the highest scores. ILSVRC ranks by the top-5 error.
#
# The scores may be probabilities, logits or any other numbers, negative ones and integers too; only their
# order counts. No two scores of one image are equal. `k` may be any number from 1 to the number of classes.
#
# A test set has 100,000 images with 1,000 scores each: work on whole arrays instead of looping over images.
# (Grading looks at results.)


# %% solution top_k_error
def top_k_error(scores, labels, k=5):
    """Compute the share of images whose true class is not among the k best guesses.

    Args:
        scores: Score of each class for each image, array of shape (N, classes); the highest is the best guess.
        labels: True class of each image, integer array of shape (N,).
        k: Number of guesses that count.

    Returns:
        The error, a number from 0 to 1.
    """
    ### BEGIN SOLUTION
    best = np.argsort(scores)[:, -k:]
    return 1 - (best == np.expand_dims(labels, 1)).any(axis=1).mean()
    ### END SOLUTION


# %% test top_k_error points=4
def check_top_k_error():
    """Try top_k_error on five images and six classes."""

    def close(actual, expected):
        return np.allclose(actual, expected, atol=1e-4)

    # The true class of the images has the first, second, third, last and last place.
    scores = np.array(
        [
            [0.40, 0.25, 0.15, 0.10, 0.06, 0.04],
            [0.05, 0.30, 0.35, 0.12, 0.10, 0.08],
            [0.20, 0.10, 0.07, 0.33, 0.28, 0.02],
            [0.11, 0.24, 0.22, 0.21, 0.19, 0.03],
            [0.28, 0.30, 0.15, 0.14, 0.02, 0.11],
        ]
    )
    labels = np.array([0, 1, 0, 5, 4])
    before = scores.copy()
    error = top_k_error(scores, labels, k=1)
    assert error is not None, "The function returns nothing. Does it end with a return statement?"
    assert np.shape(error) == (), f"Return one number for all images. Yours has shape {np.shape(error)}."
    assert not close(error, 0.2), "You count the images that are right. The error is the share of the others."
    assert not close(error, 4), "You count images. The error is a share: divide by their number."
    assert close(error, 0.8), f"k=1: one of five images is right, so the error is 0.8. Yours: {error}"
    assert np.array_equal(scores, before), "The argument `scores` was changed. Work on a copy."
    assert np.array_equal(labels, [0, 1, 0, 5, 4]), "The argument `labels` was changed. Leave it as it is."
    for k, expected in [(2, 0.6), (3, 0.4), (6, 0)]:
        error = top_k_error(scores, labels, k=k)
        assert close(error, expected), (
            f"k={k}: the true classes have the places 1, 2, 3, 6 and 6, so the error is {expected}.\n"
            f"Yours: {error}. Do your guesses have the highest scores?"
        )
    error = top_k_error(scores, labels)
    assert close(error, 0.4), f"Without k the five best guesses count: 0.4. Yours: {error}"


check_top_k_error()

# %% [markdown]
# ## 3. Classification error of one image
#
# An image can show objects of several classes. Let its true labels be $C_1, \dots, C_n$, with $n \ge 1$, all
# different, and the guessed labels $c_1, \dots, c_5$. With $d(c, C) = 0$ for equal labels and 1 otherwise,
# the error of the image is
#
# $$e = \frac{1}{n} \sum_{k=1}^{n} \min_{i} d(c_i, C_k)$$
#
# Read it aloud before you write code: what does the minimum over $i$ say about one true label? What does the
# sum do with the true labels? And which of the two numbers, $n$ or 5, is in the denominator?
#
# There may be more than five true labels.


# %% solution classification_error
def classification_error(predicted_labels, true_labels):
    """Compute the classification error of one image as defined by ILSVRC.

    Args:
        predicted_labels: The five guessed labels, a list or an array of shape (5,).
        true_labels: The n true labels of the image, a list or an array of shape (n,).

    Returns:
        The error, a number from 0 to 1.
    """
    ### BEGIN SOLUTION
    return 1 - np.isin(true_labels, predicted_labels).mean()
    ### END SOLUTION


# %% test classification_error points=4
def check_classification_error():
    """Try classification_error on images with one, two and three true labels."""

    def close(actual, expected):
        return np.allclose(actual, expected, atol=1e-4)

    guesses = [7, 3, 9, 1, 4]
    error = classification_error(guesses, [7])
    assert error is not None, "The function returns nothing. Does it end with a return statement?"
    assert np.shape(error) == (), f"Return one number. Yours has shape {np.shape(error)}."
    assert not close(error, 1), (
        "The only true label, 7, is the first guess, so the error is 0. Yours is 1.\n"
        "Do you count what is found instead of what is missing?"
    )
    assert not close(error, 0.8), (
        "You count the four guesses that are wrong. They cost nothing: the formula asks for each TRUE label\n"
        "whether one of the guesses is right."
    )
    assert close(error, 0), f"The only true label, 7, is the first guess, so the error is 0. Yours: {error}"
    error = classification_error(guesses, [4])
    assert close(error, 0), f"The only true label, 4, is the last of the five guesses: 0. Yours: {error}"
    error = classification_error(guesses, [5])
    assert close(error, 1), f"The only true label, 5, is no guess: the error is 1. Yours: {error}"
    error = classification_error(guesses, [8, 9])
    assert close(error, 0.5), f"One of two true labels is among the guesses: 0.5. Yours: {error}"
    error = classification_error(guesses, [2, 3, 6])
    assert close(error, 2 / 3), (
        f"Two of three true labels are missing: 2/3. Yours: {error}. What do you divide by?"
    )
    assert guesses == [7, 3, 9, 1, 4], "The argument `predicted_labels` was changed. Leave it as it is."


check_classification_error()

# %% [markdown]
# ## 4. Localization error of one image
#
# Now a guess is a label $c_i$ **with a box** $b_i$. The image shows $M_k$ instances of the class $C_k$ (three
# cats, say); their boxes are $B_{k1}, \dots, B_{kM_k}$. Let $f(b, B) = 0$ if the boxes have an IoU of **more
# than** 0.5, and 1 otherwise: exactly 0.5 is not enough. The error of the image is
#
# $$e = \frac{1}{n} \sum_{k=1}^{n} \min_{i} \min_{m} \max\{d(c_i, C_k), f(b_i, B_{km})\}$$
#
# `true_boxes[k]` holds the boxes of the label `true_labels[k]`, shape `(M_k, 4)`. Different labels can have
# different numbers of instances, at least one each.
#
# Read this formula aloud, too. When is the maximum of $d$ and $f$ 0? Which $i$ stands in $d$, and which in
# $f$? How many of the $M_k$ instances have to be found?
#
# You may call your functions from above, but this part is graded by itself: if one of them is wrong, this one
# is wrong as well. If part 1 is not finished yet, write its few lines here once more.


# %% solution localization_error
def localization_error(predicted_labels, predicted_boxes, true_labels, true_boxes):
    """Compute the localization error of one image as defined by ILSVRC.

    Args:
        predicted_labels: The five guessed labels, a list or an array of shape (5,).
        predicted_boxes: The box of each guess, a list of five boxes or an array of shape (5, 4).
        true_labels: The n true labels of the image, a list or an array of shape (n,).
        true_boxes: The boxes of the instances of each true label: n lists of boxes or arrays of shape
            (M_k, 4).

    Returns:
        The error, a number from 0 to 1.
    """
    ### BEGIN SOLUTION
    # Written out, without iou, so that an error in part 1 costs part 1 only.
    left, top, right, bottom = np.array(predicted_boxes, float).T[..., np.newaxis]
    missing = []
    for k, label in enumerate(true_labels):
        x_min, y_min, x_max, y_max = np.array(true_boxes[k], float).T
        width = (right.clip(max=x_max) - left.clip(min=x_min)).clip(0)
        height = (bottom.clip(max=y_max) - top.clip(min=y_min)).clip(0)
        areas = (right - left) * (bottom - top) + (x_max - x_min) * (y_max - y_min)
        # both / (areas - both) > 1 / 2, without a division
        fits = 3 * width * height > areas
        missing.append(not (fits & (np.expand_dims(predicted_labels, 1) == label)).any())
    return np.mean(missing)
    ### END SOLUTION


# %% test localization_error points=7
def check_localization_error():
    """Try localization_error on an image with a cat (class 3) and two dogs (class 8)."""

    def close(actual, expected):
        return np.allclose(actual, expected, atol=1e-4)

    cat, dogs = [0.0, 0.0, 10.0, 10.0], [[20.0, 0.0, 40.0, 10.0], [50.0, 0.0, 60.0, 30.0]]
    nowhere = [90.0, 90.0, 95.0, 95.0]
    found_all = localization_error([3, 8, 1, 2, 4], [cat, dogs[1], *[nowhere] * 3], [3, 8], [[cat], dogs])
    assert found_all is not None, "The function returns nothing. Does it end with a return statement?"
    assert np.shape(found_all) == (), f"Return one number. Yours has shape {np.shape(found_all)}."
    assert close(found_all, 0), (
        f"The cat and one of the two dogs are found: error 0. Yours: {found_all}.\n"
        "One instance of each class is enough, and wrong guesses cost nothing."
    )

    def one_guess(label, box):
        """The error for the cat alone; the other four guesses are of no use."""
        return localization_error([1, label, 2, 5, 6], [nowhere, box, *[nowhere] * 3], [3], [[cat]])

    error = one_guess(3, nowhere)
    assert close(error, 1), f"The right label with a box elsewhere is wrong: error 1. Yours: {error}"
    error = one_guess(8, cat)
    assert close(error, 1), f"The right box with another label is wrong: error 1. Yours: {error}"
    error = one_guess(8, nowhere)
    assert close(error, 1), (
        f"A guess with a wrong label and a wrong box is as wrong as one with one of them: 1. Yours: {error}"
    )
    # The cat's area is 100. A box inside the cat's that covers 60, 50 or 40 of it has this share as its IoU.
    for height, expected in [(6.0, 0), (5.0, 1), (4.0, 1)]:
        error = one_guess(3, [0.0, 0.0, 10.0, height])
        assert close(error, expected), (
            f"A guess with an IoU of {height / 10} has the error {expected},\n"
            f"because more than 0.5 is right. Yours: {error}"
        )
    half = localization_error([8, 3, 1, 2, 4], [nowhere, cat, *[nowhere] * 3], [8, 3], [dogs, [cat]])
    assert close(half, 0.5), f"One of two classes is found: error 0.5. Yours: {half}"
    error = localization_error([3, 3, 1, 2, 4], [nowhere, cat, *[nowhere] * 3], [3], [[cat]])
    assert close(error, 0), (
        f"Two guesses say cat, and the second has the right box: error 0. Yours: {error}. Do you try them all?"
    )
    assert cat == [0, 0, 10, 10] and nowhere == [90, 90, 95, 95], "The boxes were changed. Work on copies."


check_localization_error()

# %% [markdown]
# ## 5. The errors of a data set
#
# The challenge ranks by the two errors of a whole test set. They are the **means over the images** of the
# errors in parts 3 and 4: every image counts the same, however many labels or instances it has.
#
# - `predictions` has one pair `(labels, boxes)` for each image: the five guesses, as in `predicted_labels`
#   and `predicted_boxes` above.
# - `ground_truths` has one pair `(labels, boxes)` for each image, in the same order, as in `true_labels` and
#   `true_boxes` above.
#
# Both are lists of at least one image. Again, you may call your functions from above.


# %% solution dataset_errors
def dataset_errors(predictions, ground_truths):
    """Compute the mean classification and localization errors of a data set.

    Args:
        predictions: List of pairs (labels, boxes), one for each image: five labels and their five boxes.
        ground_truths: List of pairs (labels, boxes), one for each image: n labels, and for each of them the
            boxes of its instances.

    Returns:
        Tuple (classification, localization) of the two mean errors, numbers from 0 to 1.
    """
    ### BEGIN SOLUTION
    # Two lines would do that call the functions of parts 3 and 4; an error there would be counted here again.
    errors = []
    for number, (classes, instances) in enumerate(ground_truths):
        guesses, boxes = predictions[number]
        named = np.expand_dims(guesses, 1) == classes
        x1, y1, x2, y2 = np.array(boxes, float).T[..., np.newaxis]
        located = []
        for k, truth in enumerate(instances):
            u1, v1, u2, v2 = np.array(truth, float).T
            both = (x2.clip(max=u2) - x1.clip(min=u1)).clip(0) * (y2.clip(max=v2) - y1.clip(min=v1)).clip(0)
            fits = 3 * both > (x2 - x1) * (y2 - y1) + (u2 - u1) * (v2 - v1)
            located.append(fits[named[:, k]].any())
        errors.append([1 - named.any(axis=0).mean(), 1 - np.mean(located)])
    classification, localization = np.mean(errors, axis=0)
    return classification, localization
    ### END SOLUTION


# %% test dataset_errors points=4
def check_dataset_errors():
    """Try dataset_errors on two images, the first with one true label, the second with four."""

    def close(actual, expected):
        return np.allclose(actual, expected, atol=1e-4)

    boxes = [[0.0, 0.0, 4.0, 4.0], [10.0, 0.0, 14.0, 4.0], [20.0, 0.0, 24.0, 4.0], [30.0, 0.0, 34.0, 4.0]]
    nowhere = [90.0, 90.0, 95.0, 95.0]
    predictions = [
        ([5, 1, 2, 3, 4], [nowhere] * 5),  # the right label, but not its place
        ([6, 7, 1, 2, 3], [boxes[0], *[nowhere] * 4]),  # two labels of four, the place of one
    ]
    ground_truths = [([5], [[boxes[0]]]), ([6, 7, 8, 9], [[box] for box in boxes])]
    result = dataset_errors(predictions, ground_truths)
    assert result is not None, "The function returns nothing. Does it end with a return statement?"
    assert np.size(result) == 2, (
        f"Return two numbers: the mean classification and localization errors. You return {np.size(result)}."
    )
    classification, localization = result
    assert not close([classification, localization], [0.875, 0.25]), (
        "First classification, then localization."
    )
    assert not close(classification, 0.4), (
        "You divide by the number of true labels in all images. Each image counts the same: first the error\n"
        "of each image, then their mean."
    )
    assert close(classification, 0.25), (
        f"The images have the classification errors 0 and 1/2, so the mean is 0.25. Yours: {classification}"
    )
    assert close(localization, 0.875), (
        f"The images have the localization errors 1 and 3/4, so the mean is 0.875. Yours: {localization}"
    )
    alone = dataset_errors(predictions[1:], ground_truths[1:])
    assert close(alone, [0.5, 0.75]), f"The second image alone has the errors 0.5 and 0.75. Yours: {alone}"


check_dataset_errors()

# %% [markdown]
# ## 6. Written question: five guesses
#
# 1. A photograph shows a desk with a laptop, a mouse and a cup; its only true label is *cup*. Why would a
#    single guess be an unfair test, and how do five guesses help?
# 2. Let every image have exactly one true label ($n = 1$). Show with the formula of part 3 that the mean of
#    the classification errors is the top-5 error of part 2, if the guesses are the five classes with the
#    highest scores.
# 3. A program always guesses five classes at random, all different, without looking at the image. There are
#    1,000 classes and $n = 1$. What is its expected classification error? And for an image with $n = 3$ true
#    labels? Give a reason.

# %% written five_guesses [markdown] points=3
# 1. All three objects are really there, and nothing in the image says which of them the annotator named. A
#    network that answers *laptop* has recognized something and would be counted as wrong. With five guesses it
#    can name all three: what it names in addition costs nothing, since the formula only asks whether the true
#    label is among the guesses. (The price is that five guesses also forgive real confusion, for instance
#    between similar breeds of dogs.)
# 2. With $n = 1$ the sum has one term, $e = \min_i d(c_i, C_1)$. It is 0 if one of the five guesses equals
#    $C_1$ and 1 if none does. So it is 1 exactly for those images whose true class is not among the five
#    classes with the highest scores, and its mean over $N$ images is the number of such images divided by
#    $N$: the top-5 error.
# 3. A given label is among five different random ones with the probability 5/1000, so the expected error is
#    0.995. For $n = 3$ each of the three terms has the expectation 0.995, and the expectation of a mean is the
#    mean of the expectations, even though the three events are not independent: 0.995 again.
#
# *Marking: 1 point for each part.*

# %% [markdown]
# ## 7. Written question: what counts as found
#
# 1. Suppose that overlap were measured by the share of the **true** box that the guessed box covers
#    (intersection over ground-truth area). Describe a program that reaches a localization error as low as its
#    classification error without locating anything. What becomes of it under IoU?
# 2. A classmate computes, for each true label, $\min_i d(c_i, C_k)$ and $\min_i \min_m f(b_i, B_{km})$ and
#    takes the larger of the two. Invent an image with two objects and five guesses for which the classmate
#    gets another error than the formula of part 4, and give both errors. Which of them is what the challenge
#    wants to measure?
# 3. Explain why the localization error of an image is never smaller than its classification error.

# %% written what_counts_as_found [markdown] points=3
# 1. It gives every guess the whole image as its box. That box covers 100 % of every true box, so $f$ is always
#    0 and the localization error equals the classification error. Under IoU the union is the whole image: such
#    a guess is right only where the object fills more than half of the image. What a box covers beside the
#    object counts against it.
# 2. A cat on the left, a dog on the right. The guesses are *cat* with a box around the dog, *dog* with a box
#    around the cat, and three others. For the cat there is a guess with the right label and another one with
#    the right box, so both minima are 0, and likewise for the dog: the classmate's error is 0. In the formula
#    label and box come from the same guess $i$; every guess is wrong in one of them, every maximum is 1, and
#    the error is 1. The challenge wants objects that are named and located by one guess, so 1 is meant.
# 3. For all $i$, $m$ and $k$ we have $\max\{d(c_i, C_k), f(b_i, B_{km})\} \ge d(c_i, C_k)$. Taking the minimum
#    over $i$ and $m$ on both sides keeps the inequality (the right side does not depend on $m$), and so does
#    the mean over $k$. In words: what is located has been named, too.
#
# *Marking: 1 point for each part; in part 2 half a point for the example with both errors.*
