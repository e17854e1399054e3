"""Known wrong answers to assignment 04, the errors of ILSVRC, each with a hint for the student who gave it.

Each is a complete answer that differs from a right one by exactly one misunderstanding.
"""
# ruff: noqa: D103 - the hint says what a misconception is

import numpy as np

from autograder.testing import misconception

# ---------------------------------------------------------------- iou


def _area(box):
    return (box[2] - box[0]) * (box[3] - box[1])


def _sides(box_a, box_b):
    """Width and height of the intersection; negative where the boxes lie apart."""
    width = min(box_a[2], box_b[2]) - max(box_a[0], box_b[0])
    height = min(box_a[3], box_b[3]) - max(box_a[1], box_b[1])
    return width, height


def _shared(box_a, box_b):
    width, height = _sides(box_a, box_b)
    return max(width, 0) * max(height, 0)


def _ratio(part, whole):
    """A quotient that is 0 where nothing is to be divided."""
    return part / whole if part else 0.0


def _iou(box_a, box_b):
    both = _shared(box_a, box_b)
    return _ratio(both, _area(box_a) + _area(box_b) - both)


@misconception(
    "iou",
    hint="Your union is the sum of both areas, which counts the shared part twice. Subtract the "
    "intersection once.",
)
def union_counts_intersection_twice(box_a, box_b):
    return _ratio(_shared(box_a, box_b), _area(box_a) + _area(box_b))


@misconception(
    "iou",
    hint="You divide the intersection by the area of the first box. That is how much of it is covered; "
    "a huge second box would be perfect. Divide by the area of the union.",
)
def over_first_area(box_a, box_b):
    return _ratio(_shared(box_a, box_b), _area(box_a))


@misconception(
    "iou",
    hint="You divide the intersection by the area of the second box. That is how much of it is covered; "
    "a huge first box would be perfect. Divide by the area of the union.",
)
def over_second_area(box_a, box_b):
    return _ratio(_shared(box_a, box_b), _area(box_b))


@misconception(
    "iou",
    hint="You divide the intersection by the smaller of the two areas, so that a tiny box inside a large "
    "one gets 1. Divide by the area of the union.",
)
def over_smaller_area(box_a, box_b):
    return _ratio(_shared(box_a, box_b), min(_area(box_a), _area(box_b)))


@misconception(
    "iou",
    hint="You divide the intersection by the larger of the two areas. The union is larger still when "
    "both boxes have a part of their own.",
)
def over_larger_area(box_a, box_b):
    return _ratio(_shared(box_a, box_b), max(_area(box_a), _area(box_b)))


@misconception(
    "iou",
    hint="You divide by the area of the box around both boxes. The union has no corners filled in: it is "
    "the sum of the areas minus the intersection.",
)
def over_enclosing_box(box_a, box_b):
    low, high = np.minimum(box_a, box_b), np.maximum(box_a, box_b)
    return _ratio(_shared(box_a, box_b), _area([*low[:2], *high[2:]]))


@misconception(
    "iou",
    hint="You compute twice the intersection over the sum of the areas. That is the Dice coefficient, "
    "which is larger than the IoU; divide the intersection by the union.",
)
def dice_coefficient(box_a, box_b):
    return _ratio(2 * _shared(box_a, box_b), _area(box_a) + _area(box_b))


@misconception(
    "iou",
    hint="For boxes that lie apart, width and height of your intersection become negative, and a "
    "negative width times a negative height is a positive area. Each of them is at least 0.",
)
def negative_sides(box_a, box_b):
    width, height = _sides(box_a, box_b)
    both = width * height
    return _ratio(both, _area(box_a) + _area(box_b) - both)


@misconception(
    "iou",
    hint="You take the area of the intersection as at least 0, but not its width and its height: when "
    "both are negative, their product is positive. Limit each of them.",
)
def only_product_limited(box_a, box_b):
    width, height = _sides(box_a, box_b)
    both = max(width * height, 0)
    return _ratio(both, _area(box_a) + _area(box_b) - both)


@misconception(
    "iou",
    hint="You take the absolute value of the intersection's sides. A negative width means that the "
    "boxes lie apart: the width of the intersection is then 0.",
)
def absolute_sides(box_a, box_b):
    width, height = map(abs, _sides(box_a, box_b))
    return _ratio(width * height, _area(box_a) + _area(box_b) - width * height)


@misconception(
    "iou",
    hint="You add 1 to widths and heights, as if coordinates were numbers of pixels that are counted "
    "with both ends. Here they are positions on continuous axes: from 2 to 5 it is 3.",
)
def pixels_counted(box_a, box_b):
    box_a, box_b = np.add(box_a, [0, 0, 1, 1]), np.add(box_b, [0, 0, 1, 1])
    return _iou(box_a, box_b)


@misconception(
    "iou",
    hint="You read a box as (x, y, width, height). The last two numbers are positions, x_max and y_max.",
)
def corner_and_size(box_a, box_b):
    box_a, box_b = ([x, y, x + width, y + height] for x, y, width, height in (box_a, box_b))
    return _iou(box_a, box_b)


@misconception(
    "iou",
    hint="You read a box as (x_min, x_max, y_min, y_max). The order is (x_min, y_min, x_max, y_max): "
    "first one corner, then the opposite one.",
)
def coordinates_swapped(box_a, box_b):
    box_a, box_b = ([x_min, y_min, x_max, y_max] for x_min, x_max, y_min, y_max in (box_a, box_b))
    return _iou(box_a, box_b)


@misconception(
    "iou",
    hint="Boxes without area lead to a division by zero. Where the boxes have nothing in common return 0 "
    "before you divide.",
)
def divides_by_zero(box_a, box_b):
    both = _shared(box_a, box_b)
    with np.errstate(invalid="ignore"):
        return both / (_area(box_a) + _area(box_b) - both)


@misconception(
    "iou",
    hint="You divide with //, which drops the fraction. Divide with /.",
)
def whole_division(box_a, box_b):
    both = _shared(box_a, box_b)
    return both // (_area(box_a) + _area(box_b) - both) if both else 0.0


@misconception(
    "iou",
    hint="You return the distance 1 - IoU. Equal boxes have the IoU 1, boxes apart 0.",
)
def distance_for_overlap(box_a, box_b):
    return 1 - _iou(box_a, box_b)


@misconception(
    "iou",
    hint="You return a percentage. The IoU is a number from 0 to 1.",
)
def percentage_of_overlap(box_a, box_b):
    return 100 * _iou(box_a, box_b)


@misconception(
    "iou",
    hint="Your IoU of equal boxes is 1 even if they have no area. A degenerate box has the IoU 0 with "
    "every box.",
)
def equal_boxes_always_one(box_a, box_b):
    return 1.0 if np.array_equal(box_a, box_b) else _iou(box_a, box_b)


# ---------------------------------------------------------------- top_k_error


def _best(scores, k):
    """The k best classes of each image, the best first."""
    return np.argsort(np.negative(scores), axis=1)[:, :k]


def _found(scores, labels, k):
    """For each image, whether each of its k best classes is the true one."""
    return _best(scores, k) == np.reshape(labels, (-1, 1))


@misconception(
    "top_k_error",
    hint="You take the k classes with the lowest scores. np.argsort sorts from low to high: the best are "
    "at the end.",
)
def lowest_scores(scores, labels, k=5):
    return 1 - _found(np.negative(scores), labels, k).any(axis=1).mean()


@misconception(
    "top_k_error",
    hint="You return the accuracy, the share of images that are right. The error is the share of the others.",
)
def accuracy_for_error(scores, labels, k=5):
    return _found(scores, labels, k).any(axis=1).mean()


@misconception(
    "top_k_error",
    hint="Your k is always 5. It is an argument: use the value that the caller gives.",
)
def always_top_five(scores, labels, k=5):
    return 1 - _found(scores, labels, 5).any(axis=1).mean()


@misconception(
    "top_k_error",
    hint="You only look at the best guess. An image is right when its true class is among the k best.",
)
def top_one(scores, labels, k=5):
    return 1 - _found(scores, labels, 1).mean()


@misconception(
    "top_k_error",
    hint="You count wrong guesses: of k guesses about an image at most one can be right. Ask for each "
    "image whether any of them is, then take the mean over images.",
)
def mean_over_guesses_and_images(scores, labels, k=5):
    return 1 - _found(scores, labels, k).mean()


@misconception(
    "top_k_error",
    hint="You return the number of images that are wrong. The error is a share: divide by the number of "
    "images.",
)
def images_counted(scores, labels, k=5):
    return len(labels) - _found(scores, labels, k).any(axis=1).sum()


@misconception(
    "top_k_error",
    hint="You return a percentage. The error is a number from 0 to 1.",
)
def percentage_of_images(scores, labels, k=5):
    return 100 * (1 - _found(scores, labels, k).any(axis=1).mean())


@misconception(
    "top_k_error",
    hint="You ask for the true class among the guesses about all images (np.isin does so). Compare each "
    "image's label with the guesses of its own row.",
)
def guesses_of_all_images(scores, labels, k=5):
    return 1 - np.isin(labels, _best(scores, k)).mean()


@misconception(
    "top_k_error",
    hint="You sort along the wrong axis, so that images are ranked against each other. Rank the classes "
    "of each image: axis 1.",
)
def images_ranked(scores, labels, k=5):
    best = np.argsort(scores, axis=0)[:, -k:]
    return 1 - (best == np.reshape(labels, (-1, 1))).any(axis=1).mean()


@misconception(
    "top_k_error",
    hint="You use k - 1 guesses. Check the slice: the k best are [:k] of a descending order and [-k:] of "
    "an ascending one.",
)
def one_guess_too_few(scores, labels, k=5):
    return 1 - _found(scores, labels, k - 1).any(axis=1).mean()


@misconception(
    "top_k_error",
    hint="You use k + 1 guesses. Check the slice: the k best are [:k] of a descending order and [-k:] of "
    "an ascending one, and exactly k - 1 scores may be higher than the true class's.",
)
def one_guess_too_many(scores, labels, k=5):
    return 1 - _found(scores, labels, k + 1).any(axis=1).mean()


@misconception(
    "top_k_error",
    hint="You average the errors of the classes. Every image counts the same, whatever its class: take "
    "the mean over all images at once.",
)
def mean_over_classes(scores, labels, k=5):
    found = _found(scores, labels, k).any(axis=1)
    return np.mean([1 - found[labels == label].mean() for label in np.unique(labels)])


@misconception(
    "top_k_error",
    hint="You take the labels as numbered from 1. Label 0 is the first column of the scores.",
)
def labels_from_one(scores, labels, k=5):
    return 1 - _found(scores, labels - 1, k).any(axis=1).mean()


@misconception(
    "top_k_error",
    hint="You return one value for each image. The error is their mean, a single number.",
)
def one_value_per_image(scores, labels, k=5):
    return 1.0 - _found(scores, labels, k).any(axis=1)


@misconception(
    "top_k_error",
    hint="You overwrite scores that belong to the caller (with sort(), or where you cross out the best "
    "one after the other). Work on a copy, or use np.argsort.",
)
def scores_overwritten(scores, labels, k=5):
    found = _found(scores, labels, k).any(axis=1)
    scores.sort(axis=1)
    return 1 - found.mean()


# ---------------------------------------------------------------- classification_error


def _named(predicted_labels, true_labels):
    """Whether guess i has the true label k, for all i and k."""
    return np.reshape(predicted_labels, (-1, 1)) == np.reshape(true_labels, (1, -1))


@misconception(
    "classification_error",
    hint="You only look at the first guess. The minimum over i asks whether any of the five is right.",
)
def first_guess_only(predicted_labels, true_labels):
    return 1 - _named(predicted_labels[:1], true_labels).mean()


@misconception(
    "classification_error",
    hint="You only look at the first true label. The error is the mean over all n of them.",
)
def first_label_only(predicted_labels, true_labels):
    return 1.0 - _named(predicted_labels, true_labels[:1]).any()


@misconception(
    "classification_error",
    hint="You take the mean of d over guesses and true labels. For each true label it is the minimum "
    "over the guesses: wrong guesses cost nothing if one is right.",
)
def mean_over_guesses(predicted_labels, true_labels):
    return 1 - _named(predicted_labels, true_labels).mean()


@misconception(
    "classification_error",
    hint="You compute the share of guesses that are wrong. The error is the share of true labels that no "
    "guess has found.",
)
def share_of_wrong_guesses(predicted_labels, true_labels):
    return 1 - _named(predicted_labels, true_labels).any(axis=1).mean()


@misconception(
    "classification_error",
    hint="You add up the errors of the true labels. The factor 1/n is missing: take their mean.",
)
def sum_over_labels(predicted_labels, true_labels):
    return (~_named(predicted_labels, true_labels).any(axis=0)).sum()


@misconception(
    "classification_error",
    hint="You divide by the number of guesses. The denominator is n, the number of true labels.",
)
def divided_by_guesses(predicted_labels, true_labels):
    return (~_named(predicted_labels, true_labels).any(axis=0)).sum() / len(predicted_labels)


@misconception(
    "classification_error",
    hint="Your error is 0 as soon as one true label is found. Every true label counts: the error is the "
    "mean over all of them.",
)
def any_label_suffices(predicted_labels, true_labels):
    return 1.0 - _named(predicted_labels, true_labels).any()


@misconception(
    "classification_error",
    hint="Your error is 1 as soon as one true label is missing. It is the share of true labels that are "
    "missing.",
)
def all_labels_required(predicted_labels, true_labels):
    return 1.0 - _named(predicted_labels, true_labels).any(axis=0).all()


@misconception(
    "classification_error",
    hint="You return the share of true labels that are found. The error is the share of those that are not.",
)
def share_of_found_labels(predicted_labels, true_labels):
    return _named(predicted_labels, true_labels).any(axis=0).mean()


@misconception(
    "classification_error",
    hint="You compare the first guess with the first true label, the second with the second, and so on. "
    "The order of the labels means nothing: compare every true label with all guesses.",
)
def compared_by_position(predicted_labels, true_labels):
    pairs = zip(predicted_labels, true_labels, strict=False)
    return 1 - sum(guess == label for guess, label in pairs) / len(true_labels)


@misconception(
    "classification_error",
    hint="You only use as many guesses as there are true labels. There are always five guesses.",
)
def as_many_guesses_as_labels(predicted_labels, true_labels):
    return 1 - _named(predicted_labels[: len(true_labels)], true_labels).any(axis=0).mean()


@misconception(
    "classification_error",
    hint="A guess that is made several times counts several times in your code. Go through the true "
    "labels instead of the guesses: each of them is found or not.",
)
def repeated_guesses_count(predicted_labels, true_labels):
    return 1 - _named(predicted_labels, true_labels).sum() / len(true_labels)


@misconception(
    "classification_error",
    hint="With more than five true labels you divide by five. The denominator is n, however large it is.",
)
def at_most_five_labels(predicted_labels, true_labels):
    found = _named(predicted_labels, true_labels).any(axis=0).sum()
    n = min(len(true_labels), 5)
    return (n - found) / n


@misconception(
    "classification_error",
    hint="You take class 0 for no class. Labels start at 0: compare them with ==, and do not test whether "
    "a label is true.",
)
def class_zero_ignored(predicted_labels, true_labels):
    return np.mean([not (label and label in list(predicted_labels)) for label in true_labels])


# ---------------------------------------------------------------- localization_error


def _overlaps(predicted_boxes, boxes, measure=_iou):
    """Overlap of guess i with instance m, for all i and m."""
    return np.array([[measure(guess, box) for box in boxes] for guess in predicted_boxes])


def _right(predicted_labels, predicted_boxes, true_labels, true_boxes, measure=_iou):
    """For each true label an array that says whether guess i is right about instance m."""
    return [
        (_overlaps(predicted_boxes, boxes, measure) > 0.5) & _named(predicted_labels, [label])
        for label, boxes in zip(true_labels, true_boxes, strict=True)
    ]


@misconception(
    "localization_error",
    hint="You accept boxes with an IoU of exactly 0.5. The box is right with more than 50 % overlap: use >.",
)
def half_is_enough(predicted_labels, predicted_boxes, true_labels, true_boxes):
    return np.mean(
        [
            not ((_overlaps(predicted_boxes, boxes) >= 0.5) & _named(predicted_labels, [label])).any()
            for label, boxes in zip(true_labels, true_boxes, strict=True)
        ]
    )


@misconception(
    "localization_error",
    hint="You measure overlap by the share of the true box that is covered. A box around the whole image "
    "would always be right: divide by the area of the union (IoU).",
)
def share_of_true_box(predicted_labels, predicted_boxes, true_labels, true_boxes):
    answer = predicted_labels, predicted_boxes, true_labels, true_boxes
    right = _right(*answer, measure=lambda guess, box: _ratio(_shared(guess, box), _area(box)))
    return np.mean([not one.any() for one in right])


@misconception(
    "localization_error",
    hint="You measure overlap by the share of the guessed box that lies on the object. A tiny box "
    "anywhere on it would always be right: divide by the area of the union (IoU).",
)
def share_of_guessed_box(predicted_labels, predicted_boxes, true_labels, true_boxes):
    answer = predicted_labels, predicted_boxes, true_labels, true_boxes
    right = _right(*answer, measure=lambda guess, box: _ratio(_shared(guess, box), _area(guess)))
    return np.mean([not one.any() for one in right])


@misconception(
    "localization_error",
    hint="Your overlap is twice the intersection over the sum of the areas, which is larger than the IoU. "
    "Divide the intersection by the area of the union.",
)
def dice_for_iou(predicted_labels, predicted_boxes, true_labels, true_boxes):
    answer = predicted_labels, predicted_boxes, true_labels, true_boxes
    right = _right(
        *answer, measure=lambda guess, box: _ratio(2 * _shared(guess, box), _area(guess) + _area(box))
    )
    return np.mean([not one.any() for one in right])


@misconception(
    "localization_error",
    hint="The union in your overlap is the sum of both areas, which counts the shared part twice. Subtract "
    "the intersection once.",
)
def union_too_large(predicted_labels, predicted_boxes, true_labels, true_boxes):
    answer = predicted_labels, predicted_boxes, true_labels, true_boxes
    right = _right(*answer, measure=lambda guess, box: _ratio(_shared(guess, box), _area(guess) + _area(box)))
    return np.mean([not one.any() for one in right])


@misconception(
    "localization_error",
    hint="For boxes that lie apart in both directions, your overlap multiplies a negative width by a "
    "negative height, which gives a positive area. Each of them is at least 0.",
)
def overlap_of_negative_sides(predicted_labels, predicted_boxes, true_labels, true_boxes):
    answer = predicted_labels, predicted_boxes, true_labels, true_boxes
    return np.mean([not one.any() for one in _right(*answer, measure=negative_sides)])


@misconception(
    "localization_error",
    hint="In your overlap you add 1 to widths and heights, as if coordinates were numbers of pixels. Here "
    "they are positions on continuous axes.",
)
def overlap_of_pixels(predicted_labels, predicted_boxes, true_labels, true_boxes):
    answer = predicted_labels, predicted_boxes, true_labels, true_boxes
    return np.mean([not one.any() for one in _right(*answer, measure=pixels_counted)])


@misconception(
    "localization_error",
    hint="You take the minimum over guesses for the label and for the box separately, so that one guess "
    "may have the label and another one the place. Take the maximum of d and f for each guess "
    "first, then the minimum.",
)
def minima_taken_separately(predicted_labels, predicted_boxes, true_labels, true_boxes):
    return np.mean(
        [
            max(label not in list(predicted_labels), not (_overlaps(predicted_boxes, boxes) > 0.5).any())
            for label, boxes in zip(true_labels, true_boxes, strict=True)
        ]
    )


@misconception(
    "localization_error",
    hint="You add d and f. A guess that is wrong in both is as wrong as one that is wrong in one of them: "
    "the formula takes the larger of the two.",
)
def sum_for_maximum(predicted_labels, predicted_boxes, true_labels, true_boxes):
    return np.mean(
        [
            np.add(
                ~_named(predicted_labels, [label]), _overlaps(predicted_boxes, boxes) <= 0.5, dtype=int
            ).min()
            for label, boxes in zip(true_labels, true_boxes, strict=True)
        ]
    )


@misconception(
    "localization_error",
    hint="You stop at the first guess with the right label. If its box is wrong, a later guess with the "
    "same label may still be right.",
)
def first_match_only(predicted_labels, predicted_boxes, true_labels, true_boxes):
    labels, right = list(predicted_labels), _right(predicted_labels, predicted_boxes, true_labels, true_boxes)
    return np.mean(
        [
            not (label in labels and one[labels.index(label)].any())
            for label, one in zip(true_labels, right, strict=True)
        ]
    )


@misconception(
    "localization_error",
    hint="You only try the last guess with the right label (as a dictionary from labels to boxes does). "
    "Several guesses may have the same label: try them all.",
)
def last_match_only(predicted_labels, predicted_boxes, true_labels, true_boxes):
    return first_match_only(predicted_labels[::-1], predicted_boxes[::-1], true_labels, true_boxes)


@misconception(
    "localization_error",
    hint="You compare with the first instance only. The minimum over m asks whether any of the M_k "
    "instances is found.",
)
def first_instance_only(predicted_labels, predicted_boxes, true_labels, true_boxes):
    right = _right(predicted_labels, predicted_boxes, true_labels, true_boxes)
    return np.mean([not one[:, 0].any() for one in right])


@misconception(
    "localization_error",
    hint="You demand that all instances of a class are found. One is enough: the formula has a minimum "
    "over m.",
)
def all_instances_required(predicted_labels, predicted_boxes, true_labels, true_boxes):
    right = _right(predicted_labels, predicted_boxes, true_labels, true_boxes)
    return np.mean([not one.any(axis=0).all() for one in right])


@misconception(
    "localization_error",
    hint="You compute the share of instances that are not found. The error is about classes: for each of "
    "them one instance is enough.",
)
def mean_over_instances(predicted_labels, predicted_boxes, true_labels, true_boxes):
    right = _right(predicted_labels, predicted_boxes, true_labels, true_boxes)
    return 1 - np.mean(np.concatenate([one.any(axis=0) for one in right]))


@misconception(
    "localization_error",
    hint="You average over the instances of a class. One that is found is enough: the formula has a "
    "minimum over m.",
)
def mean_within_class(predicted_labels, predicted_boxes, true_labels, true_boxes):
    right = _right(predicted_labels, predicted_boxes, true_labels, true_boxes)
    return 1 - np.mean([one.any(axis=0).mean() for one in right])


@misconception(
    "localization_error",
    hint="You only look at the first guess. The minimum over i asks whether any of the five is right.",
)
def localization_of_first_guess(predicted_labels, predicted_boxes, true_labels, true_boxes):
    right = _right(predicted_labels, predicted_boxes, true_labels, true_boxes)
    return np.mean([not one[0].any() for one in right])


@misconception(
    "localization_error",
    hint="You average over the guesses. Wrong guesses cost nothing if one is right: take the minimum over i.",
)
def localization_mean_over_guesses(predicted_labels, predicted_boxes, true_labels, true_boxes):
    right = _right(predicted_labels, predicted_boxes, true_labels, true_boxes)
    return 1 - np.mean([one.any(axis=1).mean() for one in right])


@misconception(
    "localization_error",
    hint="You add up the errors of the true labels. The factor 1/n is missing: take their mean.",
)
def localization_summed(predicted_labels, predicted_boxes, true_labels, true_boxes):
    right = _right(predicted_labels, predicted_boxes, true_labels, true_boxes)
    return sum(not one.any() for one in right)


@misconception(
    "localization_error",
    hint="Your error is 0 as soon as one of the classes is found. Every true label counts: the error is "
    "the mean over all of them.",
)
def one_class_suffices(predicted_labels, predicted_boxes, true_labels, true_boxes):
    right = _right(predicted_labels, predicted_boxes, true_labels, true_boxes)
    return min(float(not one.any()) for one in right)


@misconception(
    "localization_error",
    hint="Your error is 1 as soon as one of the classes is missing. It is the share of classes that are "
    "missing.",
)
def every_class_required(predicted_labels, predicted_boxes, true_labels, true_boxes):
    right = _right(predicted_labels, predicted_boxes, true_labels, true_boxes)
    return max(float(not one.any()) for one in right)


@misconception(
    "localization_error",
    hint="You return the share of classes that are found. The error is the share of those that are not.",
)
def localization_accuracy(predicted_labels, predicted_boxes, true_labels, true_boxes):
    right = _right(predicted_labels, predicted_boxes, true_labels, true_boxes)
    return np.mean([one.any() for one in right])


@misconception(
    "localization_error",
    hint="You compare labels only. A guess must also have the place: an IoU of more than 0.5 with an "
    "instance of the class.",
)
def boxes_ignored(predicted_labels, predicted_boxes, true_labels, true_boxes):
    return 1 - _named(predicted_labels, true_labels).any(axis=0).mean()


@misconception(
    "localization_error",
    hint="You compare boxes only. A guess must also have the right label.",
)
def labels_ignored(predicted_labels, predicted_boxes, true_labels, true_boxes):
    return 1 - np.mean([(_overlaps(predicted_boxes, boxes) > 0.5).any() for boxes in true_boxes])


@misconception(
    "localization_error",
    hint="You compare a guess with the boxes of all classes. A cat's box has to be on a cat: use only the "
    "boxes that belong to the label.",
)
def boxes_of_all_labels(predicted_labels, predicted_boxes, true_labels, true_boxes):
    everything = [[box for boxes in true_boxes for box in boxes]] * len(true_labels)
    right = _right(predicted_labels, predicted_boxes, true_labels, everything)
    return np.mean([not one.any() for one in right])


@misconception(
    "localization_error",
    hint="You use 1 - IoU as the error of a box. f is either 0 or 1: 0 with an IoU of more than 0.5.",
)
def overlap_without_limit(predicted_labels, predicted_boxes, true_labels, true_boxes):
    return np.mean(
        [
            np.maximum(1 - _overlaps(predicted_boxes, boxes), ~_named(predicted_labels, [label])).min()
            for label, boxes in zip(true_labels, true_boxes, strict=True)
        ]
    )


@misconception(
    "localization_error",
    hint="You accept every box that overlaps at all. It has to have an IoU of more than 0.5.",
)
def any_overlap(predicted_labels, predicted_boxes, true_labels, true_boxes):
    answer = predicted_labels, predicted_boxes, true_labels, true_boxes
    right = _right(*answer, measure=lambda guess, box: float(_shared(guess, box) > 0))
    return np.mean([not one.any() for one in right])


@misconception(
    "localization_error",
    hint="You make one array of all boxes, which fails when the labels have different numbers of "
    "instances. Go through the labels, one set of boxes after the other.",
)
def boxes_stacked(predicted_labels, predicted_boxes, true_labels, true_boxes):
    right = _right(predicted_labels, predicted_boxes, true_labels, np.array(true_boxes, dtype=float))
    return np.mean([not one.any() for one in right])


# ---------------------------------------------------------------- dataset_errors


def _errors(predictions, ground_truths):
    """Classification and localization error of each image, shape (images, 2)."""
    return np.array(
        [
            [
                1 - _named(labels, classes).any(axis=0).mean(),
                np.mean([not one.any() for one in _right(labels, boxes, classes, instances)]),
            ]
            for (labels, boxes), (classes, instances) in zip(predictions, ground_truths, strict=True)
        ]
    )


@misconception(
    "dataset_errors",
    hint="You return localization first. The order is classification, localization.",
)
def errors_exchanged(predictions, ground_truths):
    classification, localization = _errors(predictions, ground_truths).mean(axis=0)
    return localization, classification


@misconception(
    "dataset_errors",
    hint="You average over the labels of all images, so that images with many labels count more. Compute "
    "the error of each image, then the mean of these.",
)
def labels_pooled(predictions, ground_truths):
    weights = [len(classes) for classes, _ in ground_truths]
    return tuple(np.average(_errors(predictions, ground_truths), axis=0, weights=weights))


@misconception(
    "dataset_errors",
    hint="You add up the errors of the images. Divide by their number.",
)
def sum_over_images(predictions, ground_truths):
    return tuple(_errors(predictions, ground_truths).sum(axis=0))


@misconception(
    "dataset_errors",
    hint="You return the errors of the first image: the return statement stands inside of the loop.",
)
def first_image_only(predictions, ground_truths):
    return tuple(_errors(predictions, ground_truths)[0])


@misconception(
    "dataset_errors",
    hint="You return the errors of the last image: in your loop each image overwrites the one before. "
    "Collect them.",
)
def last_image_only(predictions, ground_truths):
    return tuple(_errors(predictions, ground_truths)[-1])


@misconception(
    "dataset_errors",
    hint="You count images that have any error at all. An image with two labels of which one is found "
    "has the error 0.5, and this goes into the mean.",
)
def images_with_any_error(predictions, ground_truths):
    return tuple((_errors(predictions, ground_truths) > 0).mean(axis=0))


@misconception(
    "dataset_errors",
    hint="You return accuracies. An error is the share of what is not found.",
)
def accuracies_for_errors(predictions, ground_truths):
    return tuple(1 - _errors(predictions, ground_truths).mean(axis=0))


@misconception(
    "dataset_errors",
    hint="You return the errors of each image. Take the mean over the images of each of the two errors.",
)
def one_pair_per_image(predictions, ground_truths):
    return tuple(_errors(predictions, ground_truths).T)


@misconception(
    "dataset_errors",
    hint="You return the localization error twice. The classification error looks at labels only.",
)
def localization_twice(predictions, ground_truths):
    return (_errors(predictions, ground_truths).mean(axis=0)[1],) * 2


@misconception(
    "dataset_errors",
    hint="You return the classification error twice. The localization error needs the boxes as well.",
)
def classification_twice(predictions, ground_truths):
    return (_errors(predictions, ground_truths).mean(axis=0)[0],) * 2


@misconception(
    "dataset_errors",
    hint="You average the localization error over images whose labels are all found. It is the mean over "
    "all images, like the classification error.",
)
def only_classified_images_located(predictions, ground_truths):
    errors = _errors(predictions, ground_truths)
    kept = errors[errors[:, 0] == 0, 1]
    return errors[:, 0].mean(), kept.mean() if len(kept) else 0.0


@misconception(
    "dataset_errors",
    hint="You return percentages. An error is a number from 0 to 1.",
)
def percentages_of_images(predictions, ground_truths):
    return tuple(100 * _errors(predictions, ground_truths).mean(axis=0))


@misconception(
    "dataset_errors",
    hint="You mix the two errors into one number. Return both: a tuple (classification, localization).",
)
def one_number(predictions, ground_truths):
    return _errors(predictions, ground_truths).mean()


@misconception(
    "dataset_errors",
    hint="You accept boxes with an IoU of exactly 0.5. The box is right with more than 50 % overlap: use >.",
)
def half_is_enough_in_data_set(predictions, ground_truths):
    errors = [
        half_is_enough(*predicted, *true) for predicted, true in zip(predictions, ground_truths, strict=True)
    ]
    return _errors(predictions, ground_truths)[:, 0].mean(), np.mean(errors)


@misconception(
    "dataset_errors",
    hint="In the localization error you take the minimum over guesses for the label and for the box "
    "separately. Both have to be right in the same guess.",
)
def minima_taken_separately_in_data_set(predictions, ground_truths):
    errors = [
        minima_taken_separately(*predicted, *true)
        for predicted, true in zip(predictions, ground_truths, strict=True)
    ]
    return _errors(predictions, ground_truths)[:, 0].mean(), np.mean(errors)
