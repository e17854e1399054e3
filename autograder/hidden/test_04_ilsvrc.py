"""Hidden tests of assignment 04, the errors of ILSVRC.

Expected overlaps are counted on squared paper; expected errors follow from how an image was put together. So
nothing here is computed as a solution would, and nothing comes from the student. Boxes that are meant to be
right or wrong are so by far, except where the test is about the limit.
"""

import numpy as np
import pytest

from autograder.testing import CheckError, assert_close

# ---------------------------------------------------------------- iou: 5 points

PAPER = 40  # squares in each direction


def counted(box_a, box_b):
    """IoU of boxes with whole coordinates from 0 to PAPER, by counting squares."""
    painted = np.zeros((2, PAPER, PAPER), dtype=int)
    for sheet, (x_min, y_min, x_max, y_max) in zip(painted, (box_a, box_b), strict=True):
        sheet[y_min:y_max, x_min:x_max] = 1
    return (painted.sum(axis=0) == 2).sum() / (painted.sum(axis=0) > 0).sum()


def placed(rng, *boxes):
    """The same boxes on other axes, which changes no IoU: stretched and moved, also below zero."""
    stretch, move = rng.uniform(0.4, 3, 2), rng.uniform(-30, 30, 2)
    return [np.asarray(box) * np.tile(stretch, 2) + np.tile(move, 2) for box in boxes]


def corner_pairs(rng):
    """Four pairs of boxes with whole coordinates, each sharing another corner."""
    for step_x in (1, -1):
        for step_y in (1, -1):
            width, height = rng.integers(8, 12), rng.integers(13, 18)
            x, y = rng.integers(10, 14, 2)
            shift_x, shift_y = step_x * rng.integers(2, 6), step_y * rng.integers(3, 9)
            yield (
                (x, y, x + width, y + height),
                (x + shift_x, y + shift_y, x + shift_x + width + 3, y + shift_y + height - 3),
            )


@pytest.mark.cell("iou", weight=1.25)
def test_iou_of_boxes_that_share_a_part(student, rng):
    """For boxes that share a part, IoU is the shared area divided by the area that both cover together."""
    for pair in corner_pairs(rng):
        box_a, box_b = placed(rng, *pair)
        assert_close(student.iou(box_a, box_b), counted(*pair), "the IoU")
        assert_close(student.iou(box_b, box_a), counted(*pair), "the IoU with the boxes exchanged")


@pytest.mark.cell("iou", weight=0.75)
def test_iou_of_crossing_and_nested_boxes(student, rng):
    """Boxes that cross, lie inside one another or are equal come out right."""
    x, y, width, height = rng.integers(8, 12, 4)
    wide, tall = (x - 5, y, x + width + 7, y + height), (x, y - 6, x + width, y + height + 4)
    inner, outer = (x, y, x + width, y + height), (x - 3, y - 5, x + width + 4, y + height + 2)
    for pair in [(wide, tall), (inner, outer), (outer, inner), (inner, inner)]:
        assert_close(student.iou(*placed(rng, *pair)), counted(*pair), "the IoU")


@pytest.mark.cell("iou", weight=0.75)
def test_iou_of_boxes_apart(student, rng):
    """Boxes that lie apart have IoU 0: side by side, one above the other, or in both directions."""
    for gap in (0.25, rng.uniform(3, 9)):
        for apart in [(1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1)]:
            size = rng.uniform(2, 6, 2)
            low = rng.uniform(-9, 9, 2)
            other = low + np.array(apart) * (size + gap)
            box_a, box_b = np.concatenate([low, low + size]), np.concatenate([other, other + size])
            assert_close(student.iou(box_a, box_b), 0, "the IoU")


@pytest.mark.cell("iou", weight=0.5)
def test_iou_of_boxes_that_touch(student, rng):
    """Boxes that only touch, along an edge or in a corner, have IoU 0."""
    x, y, width, height = rng.integers(4, 12, 4).astype(float)
    box = np.array([x, y, x + width, y + height])
    for right, down in [(1, 0), (0, 1), (-1, 0), (0, -1), (1, 1), (-1, 1)]:
        shift = np.tile([right * width, down * height], 2)
        assert_close(student.iou(box, box + shift), 0, "the IoU")


@pytest.mark.cell("iou", weight=0.75)
def test_iou_of_degenerate_boxes(student, rng):
    """A box without width or without height has IoU 0 with every box, also with itself."""
    x, y, width, height = (float(number) for number in rng.integers(4, 12, 4))
    box = (x, y, x + width, y + height)
    point, upright, level = (x, y, x, y), (x, y, x, y + height), (x, y, x + width, y)
    inside = (x + 1, y + 1, x + 1, y + 3)
    for box_a, box_b in [
        *[(one, one) for one in (point, upright, level)],
        *[(one, box) for one in (point, upright, level, inside)],
        (box, inside),
        (upright, level),
    ]:
        assert_close(student.iou(box_a, box_b), 0, "the IoU")
        assert_close(student.iou(np.array(box_a), np.array(box_b)), 0, "the IoU of boxes as arrays")


@pytest.mark.cell("iou", weight=0.5)
def test_iou_does_not_depend_on_the_unit(student, rng):
    """Coordinates from 0 to 1 and coordinates in the thousands give the same IoU as any other unit."""
    for pair in list(corner_pairs(rng))[::3]:
        for unit in (1 / PAPER, 100.0):
            box_a, box_b = (unit * np.array(box) for box in pair)
            assert_close(student.iou(box_a, box_b), counted(*pair), "the IoU")


@pytest.mark.cell("iou", weight=0.25)
def test_iou_accepts_tuples_lists_and_integers(student, rng):
    """Boxes may be tuples, lists or arrays of integers and give the same IoU as floating-point arrays."""
    for kind in (tuple, list, np.array):
        for pair in corner_pairs(rng):
            assert_close(student.iou(*[kind(box) for box in pair]), counted(*pair), "the IoU")


@pytest.mark.cell("iou", weight=0.25)
def test_iou_leaves_arguments_alone(student, rng):
    """The IoU is right, and both boxes are the same after the call as before."""
    for pair in corner_pairs(rng):
        box_a, box_b = placed(rng, *pair)
        result = student.call("iou", box_a=box_a, box_b=box_b)
        assert_close(result.value, counted(*pair), "the IoU")
        if result.changed_arguments:
            raise CheckError("A box was changed.")


# ---------------------------------------------------------------- top_k_error: 4 points


def ranked(rng, places, classes, labels=None):
    """Scores and labels, such that the true class of image i has the place places[i], 0 for the best."""
    labels = rng.integers(0, classes, len(places)) if labels is None else labels
    scores = np.empty((len(places), classes))
    for row, place, label in zip(scores, places, labels, strict=True):
        order = rng.permutation(np.delete(np.arange(classes), label))
        falling = np.arange(classes, 0, -1) + rng.uniform(0, 0.5, classes)
        row[np.insert(order, place, label)] = falling + rng.uniform(-20, 20)
    return scores, labels


# Of 24 true classes, 6, 10, 13, 16, 18, 20, 21, 23 and 24 have one of the 1, ..., 9 best places.
PLACES = np.repeat(np.arange(9), [6, 4, 3, 3, 2, 2, 1, 2, 1])


@pytest.mark.cell("top_k_error", weight=1)
def test_top_five_is_the_default(student, rng):
    """Without k, the error is the share of images whose true class is not among the five best."""
    assert_close(student.top_k_error(*ranked(rng, rng.permutation(PLACES), 9)), 6 / 24, "the error")
    places = rng.permutation([0, 7, 4, 5, 3, 11, 6, 13, 2, 8])
    assert_close(student.top_k_error(*ranked(rng, places, 14)), 6 / 10, "the error")


@pytest.mark.cell("top_k_error", weight=1)
def test_top_k_for_every_k(student, rng):
    """The error is right for every k, from 1 to the number of classes."""
    scores, labels = ranked(rng, rng.permutation(PLACES), 9)
    for k, missing in enumerate([18, 14, 11, 8, 6, 4, 3, 1, 0], start=1):
        assert_close(student.top_k_error(scores, labels, k=k), missing / 24, f"the error for k={k}")


@pytest.mark.cell("top_k_error", weight=0.5)
def test_top_k_counts_every_image_once(student, rng):
    """Every image counts the same, whatever its class and whatever the other images show."""
    # Twelve images of one class, all right, and one each of four others, all wrong.
    labels = np.repeat([6, 0, 2, 3, 5], [12, 1, 1, 1, 1])
    places = np.where(labels == 6, rng.integers(0, 2, 16), 4)
    scores, _ = ranked(rng, places, 7, labels)
    assert_close(student.top_k_error(scores, labels, k=2), 4 / 16, "the error")
    order = rng.permutation(16)
    assert_close(student.top_k_error(scores[order], labels[order], k=2), 4 / 16, "the error in another order")


@pytest.mark.cell("top_k_error", weight=0.5)
def test_top_k_of_few_images(student, rng):
    """A single image has the error 0 or 1, and there may be fewer images than k, or as many as classes."""
    for place, error in [(0, 0), (2, 0), (3, 1), (6, 1)]:
        assert_close(student.top_k_error(*ranked(rng, [place], 7), k=3), error, "the error of a single image")
    assert_close(student.top_k_error(*ranked(rng, [4, 1], 8), 4), 1 / 2, "the error of two images")
    scores, labels = ranked(rng, [0, 5, 2, 1, 4, 3], 6)
    assert_close(student.top_k_error(scores, labels, 2), 4 / 6, "the error of six images and six classes")


@pytest.mark.cell("top_k_error", weight=0.5)
def test_top_k_accepts_any_numbers(student, rng):
    """Probabilities, negative scores, very large scores and integers are ranked all the same."""
    places = rng.permutation(PLACES[::2])  # 7 of 12 are among the best three
    scores, labels = ranked(rng, places, 9)
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    for kind in [
        powers / powers.sum(axis=1, keepdims=True),
        scores - 1000,
        1e20 * scores,
        np.argsort(np.argsort(scores)) - 5,
    ]:
        assert_close(student.top_k_error(kind, labels, k=3), 5 / 12, "the error")


@pytest.mark.cell("top_k_error", weight=0.5)
def test_top_k_leaves_arguments_alone(student, rng):
    """The error is right, and scores and labels are the same after the call as before."""
    scores, labels = ranked(rng, rng.permutation(PLACES), 9)
    result = student.call("top_k_error", scores=scores, labels=labels, k=3)
    assert_close(result.value, 11 / 24, "the error")
    if result.changed_arguments:
        raise CheckError("scores or labels were changed.")


# ---------------------------------------------------------------- classification_error: 4 points


def different(rng, count):
    """Labels, none twice, and never 0."""
    return rng.choice(np.arange(1, 1000), count, replace=False)


def labels_and_guesses(rng, found, missing):
    """Five guesses, and true labels of which so many are found and missing; both in random order."""
    labels = different(rng, 5 + missing)
    return rng.permutation(labels[:5]), rng.permutation(np.concatenate([labels[:found], labels[5:]]))


@pytest.mark.cell("classification_error", weight=1)
def test_classification_of_one_label(student, rng):
    """An image with one true label has the error 0 if any of the five guesses is right, otherwise 1."""
    guesses = different(rng, 6)
    for label, error in zip(guesses, [0, 0, 0, 0, 0, 1], strict=True):
        assert_close(student.classification_error(guesses[:5], np.array([label])), error, "the error")


@pytest.mark.cell("classification_error", weight=1.25)
def test_classification_of_several_labels(student, rng):
    """The error of an image with several true labels is the share of these that no guess has found."""
    for found, missing in [(1, 1), (1, 2), (2, 1), (3, 1), (2, 0), (0, 2), (4, 0)]:
        guesses, truth = labels_and_guesses(rng, found, missing)
        assert_close(student.classification_error(guesses, truth), missing / (found + missing), "the error")


@pytest.mark.cell("classification_error", weight=0.5)
def test_classification_of_many_labels(student, rng):
    """With more than five true labels, those beyond the five guesses are missing."""
    for found, missing in [(5, 2), (3, 5), (4, 6)]:
        guesses, truth = labels_and_guesses(rng, found, missing)
        assert_close(student.classification_error(guesses, truth), missing / (found + missing), "the error")


@pytest.mark.cell("classification_error", weight=0.5)
def test_classification_with_repeated_guesses(student, rng):
    """A guess that is made several times finds its label once."""
    a, b, c, d = different(rng, 4)
    for guesses, truth, error in [
        ([a, a, b, a, a], [a, c, d], 2 / 3),
        ([b, b, b, b, b], [b, c], 1 / 2),
        ([c, a, a, c, c], [b, c, d, a], 1 / 2),
    ]:
        assert_close(student.classification_error(np.array(guesses), np.array(truth)), error, "the error")


@pytest.mark.cell("classification_error", weight=0.5)
def test_classification_accepts_lists_and_class_zero(student, rng):
    """Labels may be lists, and class 0 is a class like any other."""
    a, b, c, d, e = different(rng, 5).tolist()
    for guesses, truth, error in [
        ([a, 0, b, c, d], [0], 0),
        ([a, b, c, d, e], [0], 1),
        ([0, b, c, d, e], [a, 0], 1 / 2),
        ([a, b, c, d, e], [0, e, b], 1 / 3),
    ]:
        assert_close(student.classification_error(guesses, truth), error, "the error")


@pytest.mark.cell("classification_error", weight=0.25)
def test_classification_leaves_arguments_alone(student, rng):
    """The error is right, and both arguments are the same after the call as before."""
    guesses, truth = labels_and_guesses(rng, 1, 2)
    for kind in (np.array, list):
        predicted, true = kind(guesses), kind(truth)
        result = student.call("classification_error", predicted_labels=predicted, true_labels=true)
        assert_close(result.value, 2 / 3, "the error")
        if result.changed_arguments:
            raise CheckError("The labels were changed.")


# ---------------------------------------------------------------- localization_error: 7 points


def objects(rng, count):
    """Boxes far from each other, of different sizes."""
    rows, columns = np.unravel_index(rng.choice(25, count, replace=False), (5, 5))
    corners = 200 * np.stack([columns, rows], axis=1) + rng.uniform(10, 40, (count, 2))
    return np.concatenate([corners, corners + rng.uniform(40, 100, (count, 2))], axis=1)


def moved(rng, box, share):
    """A box of the same size, moved by this share of its width and height to a random side."""
    return box + np.tile(share * (box[2:] - box[:2]) * rng.choice([-1, 1], 2), 2)


def right(rng, box):
    """A box with an IoU of about 0.8 with the given one."""
    return moved(rng, box, 0.05)


def wrong(rng, box):
    """A box with an IoU of about 0.2 with the given one, or of 0."""
    return moved(rng, box, rng.choice([0.4, 1.3]))


def guessing(rng, *guesses, shuffled=True):
    """Labels and boxes of five guesses: those given, filled up with others that are wrong."""
    labels, boxes = zip(*guesses, strict=True)
    others = 5 - len(guesses)
    labels = np.array([*labels, *rng.integers(5000, 6000, others)])
    boxes = np.array([*boxes, *objects(rng, others) + 2000])
    order = rng.permutation(5) if shuffled else np.arange(5)
    return labels[order], boxes[order]


@pytest.mark.cell("localization_error", weight=1)
def test_localization_needs_label_and_box(student, rng):
    """For one object the error is 0 if a guess has its label and its place, and 1 in all other cases."""
    (label, other), (box,) = different(rng, 2), objects(rng, 1)
    for named, at, error in [
        (label, right(rng, box), 0),
        (label, wrong(rng, box), 1),
        (other, right(rng, box), 1),
        (other, wrong(rng, box), 1),
    ]:
        guesses = guessing(rng, (named, at))
        assert_close(student.localization_error(*guesses, np.array([label]), [box[None]]), error, "the error")


@pytest.mark.cell("localization_error", weight=1)
def test_localization_of_several_instances(student, rng):
    """Of several instances of a class, one is enough, whichever it is."""
    (label,), boxes = different(rng, 1), objects(rng, 4)
    for found in range(4):
        guesses = guessing(rng, (label, right(rng, boxes[found])))
        assert_close(student.localization_error(*guesses, np.array([label]), [boxes]), 0, "the error")
    guesses = guessing(rng, *[(label, wrong(rng, box)) for box in boxes])
    assert_close(student.localization_error(*guesses, np.array([label]), [boxes]), 1, "the error")


@pytest.mark.cell("localization_error", weight=0.75)
def test_localization_tries_every_guess(student, rng):
    """Whichever of the five guesses is right counts, also when others have the same label."""
    (label,), (box,) = different(rng, 1), objects(rng, 1)
    for position in range(5):
        boxes = np.array([wrong(rng, box) for _ in range(5)])
        boxes[position] = right(rng, box)
        error = student.localization_error(np.repeat(label, 5), boxes, np.array([label]), [box[None]])
        assert_close(error, 0, "the error with five times the same label")
        guesses = different(rng, 5) + 1000
        guesses[position] = label
        error = student.localization_error(guesses, boxes, np.array([label]), [box[None]])
        assert_close(error, 0, "the error")


@pytest.mark.cell("localization_error", weight=1)
def test_localization_by_one_and_the_same_guess(student, rng):
    """Label and box have to be right in the same guess, not in two different ones."""
    (label, other), boxes = different(rng, 2), objects(rng, 2)
    guesses = guessing(rng, (label, wrong(rng, boxes[0])), (other, right(rng, boxes[0])))
    error = student.localization_error(*guesses, np.array([label]), [boxes[:1]])
    assert_close(error, 1, "the error of one object, with label and box from two guesses")
    guesses = guessing(rng, (label, right(rng, boxes[1])), (other, right(rng, boxes[0])))
    error = student.localization_error(*guesses, np.array([label, other]), [boxes[:1], boxes[1:]])
    assert_close(error, 1, "the error of two objects whose boxes are exchanged")


@pytest.mark.cell("localization_error", weight=1)
def test_localization_of_several_labels(student, rng):
    """For several classes, the error is the share of these that no guess has named and located."""
    for counts, located, named in [([2, 1], 1, 0), ([1, 3, 2], 2, 1), ([3, 1, 1, 2], 1, 2), ([1, 2], 2, 0)]:
        n = len(counts)
        labels, boxes = different(rng, n), objects(rng, sum(counts))
        truth = np.split(boxes, np.cumsum(counts)[:-1])
        guesses = [(labels[k], right(rng, truth[k][-1])) for k in range(located)]
        guesses += [(labels[k], wrong(rng, truth[k][0])) for k in range(located, located + named)]
        order = rng.permutation(n)
        error = student.localization_error(*guessing(rng, *guesses), labels[order], [truth[k] for k in order])
        assert_close(error, (n - located) / n, "the error")


@pytest.mark.cell("localization_error", weight=0.75)
def test_localization_needs_more_than_half(student, rng):
    """A box is right when its IoU is more than 0.5: exactly 0.5 is not enough, a little more is."""
    (label,), low = different(rng, 1), rng.integers(0, 50, 2)
    # Boxes that differ in one side only: the IoU is the shorter side divided by the longer one.
    for shorter, error in [(32, 1), (33, 0), (31, 1), (40, 0)]:
        for width in (0, 1):
            sides = np.full((2, 2), rng.integers(10, 60))
            sides[:, width] = shorter, 64
            boxes = np.concatenate([[low, low], low + sides], axis=1).astype(float)
            for guess, box in (boxes, boxes[::-1]):
                guesses = guessing(rng, (label, guess))
                result = student.localization_error(*guesses, np.array([label]), [box[None]])
                assert_close(result, error, f"the error with an IoU of {shorter}/64")


@pytest.mark.cell("localization_error", weight=0.5)
def test_localization_measures_overlap_by_iou(student, rng):
    """Overlap means IoU: boxes that are much too small, much too large or somewhere else are wrong."""
    (label,), (box,) = different(rng, 1), objects(rng, 1)
    size = box[2:] - box[:2]
    larger = np.concatenate([box[:2] - 0.3 * size, box[2:] + 0.3 * size])  # 1 of 2.56
    smaller = np.concatenate([box[:2] + 0.2 * size, box[2:] - 0.2 * size])  # 0.36 of 1
    covering = moved(rng, box, 0.2)  # 0.64 of 1.36
    near = moved(rng, box, 0.15)  # 0.7225 of 1.2775
    apart = moved(rng, box, 2)  # as far from the box as the box is wide and high
    beside, below = box + [2 * size[0], 0] * 2, box + [0, 2 * size[1]] * 2
    cases = [(larger, 1), (smaller, 1), (covering, 1), (near, 0), (apart, 1), (beside, 1), (below, 1)]
    for unit in (1, 1 / 1000):
        for guess, error in cases:
            labels, boxes = guessing(rng, (label, guess))
            result = student.localization_error(labels, unit * boxes, np.array([label]), [unit * box[None]])
            assert_close(result, error, "the error")


@pytest.mark.cell("localization_error", weight=0.5)
def test_localization_accepts_lists_and_any_unit(student, rng):
    """Labels and boxes may be lists, of integers or of parts of the image, and a box may have no area."""
    (a, b, c), boxes = different(rng, 3).tolist(), objects(rng, 3)
    whole = [[int(number) for number in box] for box in boxes]
    parts = [tuple(box) for box in (boxes / 1000).tolist()]
    for first, second, third in (whole, parts):
        flat = [*first[:3], first[1]]
        guesses = [0, b, 0, a, c], [flat, second, first, third, flat]
        truth = [0, a, c], [[flat, first], [second], [flat]]
        assert_close(student.localization_error(*guesses, *truth), 2 / 3, "the error")


@pytest.mark.cell("localization_error", weight=0.5)
def test_localization_leaves_arguments_alone(student, rng):
    """The error is right, and all arguments are the same after the call as before."""
    labels, boxes = different(rng, 3), objects(rng, 4)
    guesses = guessing(rng, (labels[0], right(rng, boxes[1])), (labels[1], wrong(rng, boxes[2])))
    result = student.call(
        "localization_error",
        predicted_labels=guesses[0],
        predicted_boxes=guesses[1],
        true_labels=labels,
        true_boxes=[boxes[:2], boxes[2:3], boxes[3:]],
    )
    assert_close(result.value, 2 / 3, "the error")
    if result.changed_arguments:
        raise CheckError("Labels or boxes were changed.")


# ---------------------------------------------------------------- dataset_errors: 4 points


def image(rng, located, named, missing, instances=1):
    """Guesses about an image and the truth; of its labels so many are located, only named, or missing."""
    n = located + named + missing
    labels, boxes = different(rng, n), objects(rng, n * instances).reshape(n, instances, 4)
    guesses = [(labels[k], right(rng, boxes[k, -1])) for k in range(located)]
    guesses += [(labels[k], wrong(rng, boxes[k, 0])) for k in range(located, located + named)]
    if not guesses:
        guesses = [(9999, boxes[0, 0])]
    return guessing(rng, *guesses), (labels, list(boxes))


def both(result):
    """The two errors in a result: a tuple, a list or an array."""
    classification, localization = result.tolist() if isinstance(result, np.ndarray) else result
    return classification, localization


def assert_errors(student, images, classification, localization):
    """Checks both errors of a data set that is made of such images."""
    predictions, ground_truths = (list(part) for part in zip(*images, strict=True))
    first, second = both(student.dataset_errors(predictions, ground_truths))
    assert_close(first, classification, "the classification error")
    assert_close(second, localization, "the localization error")


@pytest.mark.cell("dataset_errors", weight=1)
def test_dataset_of_images_with_one_label(student, rng):
    """For images with one label each, the errors are the shares of images not named, and not located."""
    # Five are located, two are only named, three are not even that.
    images = [image(rng, *kind) for kind in [(1, 0, 0)] * 5 + [(0, 1, 0)] * 2 + [(0, 0, 1)] * 3]
    assert_errors(student, [images[i] for i in rng.permutation(10)], 0.3, 0.5)


@pytest.mark.cell("dataset_errors", weight=1)
def test_dataset_weighs_images_equally(student, rng):
    """Every image counts the same, however many labels and instances it has."""
    images = [image(rng, 1, 0, 0, 3), image(rng, 1, 1, 2), image(rng, 0, 1, 0), image(rng, 1, 1, 6, 2)]
    assert_errors(student, images, (0 + 1 / 2 + 0 + 3 / 4) / 4, (0 + 3 / 4 + 1 + 7 / 8) / 4)
    assert_errors(student, images[::-1], (0 + 1 / 2 + 0 + 3 / 4) / 4, (0 + 3 / 4 + 1 + 7 / 8) / 4)


@pytest.mark.cell("dataset_errors", weight=0.5)
def test_dataset_of_a_single_image(student, rng):
    """The errors of a data set with one image are that image's."""
    assert_errors(student, [image(rng, 1, 2, 1)], 1 / 4, 3 / 4)
    assert_errors(student, [image(rng, 2, 1, 2, 3)], 2 / 5, 3 / 5)


@pytest.mark.cell("dataset_errors", weight=1)
def test_dataset_follows_both_formulas(student, rng):
    """Images are judged as in parts 3 and 4: IoU above 0.5, label and box in one guess, any instance."""
    (label, other), boxes = different(rng, 2), objects(rng, 3)
    size = boxes[0, 2:] - boxes[0, :2]
    half = np.array([16.0, 24.0, 48.0, 56.0]), np.array([16.0, 24.0, 48.0, 88.0])
    more = np.array([16.0, 24.0, 48.0, 57.0])
    larger = np.concatenate([boxes[0, :2] - 0.3 * size, boxes[0, 2:] + 0.3 * size])
    diagonal = np.concatenate([2 * boxes[0, 2:] - boxes[0, :2], 3 * boxes[0, 2:] - 2 * boxes[0, :2]])
    for guesses, truth, classification, localization in [
        ([(label, half[0])], [half[1][None]], 0, 1),
        ([(label, half[1])], [half[0][None]], 0, 1),
        ([(label, more)], [half[1][None]], 0, 0),
        ([(label, half[1] / 100)], [more[None] / 100], 0, 0),
        ([(label, half[1] / 100)], [half[1][None] / 100 + [1, 0, 1, 0]], 0, 1),
        ([(label, half[1] / 100)], [half[1][None] / 100 + [0, 1, 0, 1]], 0, 1),
        ([(label, larger)], [boxes[:1]], 0, 1),
        ([(label, diagonal)], [boxes[:1]], 0, 1),
        ([(label, boxes[1]), (other, boxes[0])], [boxes[:1]], 0, 1),
        ([(label, boxes[1]), (label, boxes[0])], [boxes[:1]], 0, 0),
        ([(label, boxes[2])], [boxes], 0, 0),
        ([(other, boxes[2])], [boxes], 1, 1),
    ]:
        assert_errors(
            student, [(guessing(rng, *guesses), (np.array([label]), truth))], classification, localization
        )
    exchanged = guessing(rng, (label, boxes[1]), (other, boxes[0]))
    assert_errors(student, [(exchanged, (np.array([label, other]), [boxes[:1], boxes[1:2]]))], 0, 1)


@pytest.mark.cell("dataset_errors", weight=0.5)
def test_dataset_leaves_arguments_alone(student, rng):
    """The errors are right, for lists as for arrays, and the arguments are the same after the call."""
    images = [image(rng, 1, 0, 1, 2), image(rng, 0, 1, 2), image(rng, 1, 0, 0)]
    predictions, ground_truths = (list(part) for part in zip(*images, strict=True))
    for kind in (np.array, np.ndarray.tolist):
        result = student.call(
            "dataset_errors",
            predictions=[(kind(labels), kind(boxes)) for labels, boxes in predictions],
            ground_truths=[(kind(labels), [kind(box) for box in boxes]) for labels, boxes in ground_truths],
        )
        classification, localization = both(result.value)
        assert_close(classification, (1 / 2 + 2 / 3 + 0) / 3, "the classification error")
        assert_close(localization, (1 / 2 + 1 + 0) / 3, "the localization error")
        if result.changed_arguments:
            raise CheckError("Labels or boxes were changed.")
