"""The two error measures of ILSVRC for a whole test set at once, and made-up entries to try them on."""

import numpy as np


def box_overlap(boxes, others):
    """Compute intersection over union for whole arrays of boxes.

    Args:
        boxes: Boxes (..., 4) as (x_min, y_min, x_max, y_max), in pixels or any other unit.
        others: Boxes (..., 4); the leading axes of both are broadcast against each other.

    Returns:
        Array of the broadcast leading shape, between 0 and 1, with the precision of the boxes (float64 for
        integers): 0 where boxes only touch or have no area, nan where one of them is nan.

    Raises:
        ValueError: If the last axes do not have length 4.

    Source: Everingham et al. (2010), doi 10.1007/s11263-009-0275-4, section 4.2.

    >>> box_overlap(np.array([0, 0, 2, 1]), np.array([[1, 0, 3, 1], [2, 0, 4, 1]])).round(3)
    array([0.333, 0.   ])
    """
    boxes, others = np.asarray(boxes), np.asarray(others)
    if boxes.shape[-1] != 4 or others.shape[-1] != 4:
        raise ValueError(f"A box has 4 numbers; the last axes are {boxes.shape[-1]} and {others.shape[-1]}.")
    dtype = np.result_type(boxes, others, "float32")  # integers become float64, float32 stays
    x_min, y_min, x_max, y_max = np.moveaxis(boxes.astype(dtype, copy=False), -1, 0)
    u_min, v_min, u_max, v_max = np.moveaxis(others.astype(dtype, copy=False), -1, 0)
    width = np.minimum(x_max, u_max) - np.maximum(x_min, u_min)
    height = np.minimum(y_max, v_max) - np.maximum(y_min, v_min)
    shared = np.maximum(width, 0) * np.maximum(height, 0)
    total = (x_max - x_min) * (y_max - y_min) + (u_max - u_min) * (v_max - v_min)
    return shared / np.where(total > 0, total - shared, 1)


def pack_truths(truths):
    """Pack ground truths of different sizes into two arrays with room for the largest.

    Args:
        truths: One dictionary per image, from each of its labels (an integer of at least 0) to the boxes of
            all instances of that label, each (x_min, y_min, x_max, y_max).

    Returns:
        Tuple `(labels, boxes)`: integers (N, n) filled up with -1, and float64 (N, n, M, 4) filled up with
        nan, where n and M are the largest numbers of labels per image and of boxes per label.

    Raises:
        ValueError: If an image has no label or a label has no box.

    >>> a_box, another = (0, 0, 5, 5), (2, 1, 9, 9)
    >>> labels, boxes = pack_truths([{7: [a_box]}, {2: [a_box, another], 4: [another]}])
    >>> labels.tolist(), boxes.shape
    ([[7, -1], [2, 4]], (2, 2, 2, 4))
    """
    if not all(truth and all(len(instances) for instances in truth.values()) for truth in truths):
        raise ValueError("Every image needs a label, and every label a box.")
    most_labels = max(len(truth) for truth in truths)
    most_boxes = max(len(instances) for truth in truths for instances in truth.values())
    labels = np.full((len(truths), most_labels), -1)
    boxes = np.full((len(truths), most_labels, most_boxes, 4), np.nan)
    for image, truth in enumerate(truths):
        for place, (label, instances) in enumerate(truth.items()):
            labels[image, place] = label
            boxes[image, place, : len(instances)] = instances
    return labels, boxes


def ilsvrc_errors(guess_labels, guess_boxes, true_labels, true_boxes):
    """Compute both errors of every image of a test set, without a loop over images.

    Only few of all combinations of a guess and a truth agree in their labels, and no other can count as
    right. So the labels are compared first, and boxes are compared for the agreeing pairs alone.

    Args:
        guess_labels: Integers (N, G): G guesses per image, five in ILSVRC.
        guess_boxes: Boxes (N, G, 4), one for each guess.
        true_labels: Integers (N, n) of at least 0, filled up with -1, as `pack_truths` returns them.
        true_boxes: Boxes (N, n, M, 4) of all instances of each label, filled up with nan.

    Returns:
        Tuple `(classification, localization)` of float64 arrays (N,): the two errors of each image. Their
        means are the errors of the entry.

    Raises:
        ValueError: If the shapes do not fit together, or an image has no true label.

    Source: Russakovsky et al. (2015), arXiv 1409.0575, section 4.

    >>> true_labels, true_boxes = pack_truths([{3: [(0, 0, 10, 10)], 5: [(20, 0, 30, 10)]}])
    >>> ilsvrc_errors([[3, 5]], [[(0, 0, 9, 10), (0, 0, 10, 10)]], true_labels, true_boxes)
    (array([0.]), array([0.5]))
    """
    guess_labels, guess_boxes, true_labels, true_boxes = map(
        np.asarray, (guess_labels, guess_boxes, true_labels, true_boxes)
    )
    shapes = [each.shape for each in (guess_labels, guess_boxes, true_labels, true_boxes)]
    if guess_boxes.shape != (*guess_labels.shape, 4) or true_boxes.shape[:2] != true_labels.shape:
        raise ValueError(f"These shapes do not fit together: {', '.join(map(str, shapes))}.")
    present = true_labels >= 0
    if len(guess_labels) != len(true_labels) or not present.any(axis=1).all():
        raise ValueError("Every image needs its guesses and at least one true label.")
    agree = (guess_labels[:, :, np.newaxis] == true_labels[:, np.newaxis]) & present[:, np.newaxis]
    image, guess, truth = np.unravel_index(np.flatnonzero(agree), agree.shape)
    overlaps = box_overlap(guess_boxes[image, guess, np.newaxis], true_boxes[image, truth])
    on_an_instance = (overlaps > 0.5).any(axis=1)
    named, located = np.zeros((2, *true_labels.shape), bool)
    named[image, truth] = True
    located[image[on_an_instance], truth[on_an_instance]] = True
    count = present.sum(axis=1)
    return (present & ~named).sum(axis=1) / count, (present & ~located).sum(axis=1) / count


def box_above(evidence, share=0.2):
    """Find the box around everything in a map that is above a share of the map's maximum.

    Args:
        evidence: Map (H, W), such as the evidence for one class at every position.
        share: Threshold as a share of the maximum, at least 0 and less than 1.

    Returns:
        Float64 array (x_min, y_min, x_max, y_max) in units of one cell of the map.

    Raises:
        ValueError: If the share is out of range, or nothing in the map is positive.

    Source: Zhou et al. (2016), arXiv 1512.04150, section 3.2, with the share 0.2.

    >>> box_above(np.array([[0.0, 0.1, 0.0], [0.1, 0.9, 1.0], [0.0, 0.0, 0.1]]))
    array([1., 1., 3., 2.])
    """
    if not 0 <= share < 1 or evidence.max() <= 0:
        raise ValueError(f"There is nothing above {share} times the maximum, {evidence.max():g}.")
    rows, columns = np.nonzero(evidence > share * evidence.max())
    return np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1], "float64")


def simulate_entry(
    num_images, rng, hit_rate=0.9, box_error=0.1, num_labels=1, num_instances=3, num_guesses=5
):
    """Make up ground truths and the guesses of an entry that errs now and then, for 1,000 classes.

    Objects are boxes with sides between 40 and 200 pixels in images of 500x375 pixels. Each true label is
    among the guesses with probability `hit_rate`. Its box is that of one of the instances, every edge moved
    by a Gaussian random amount; the other boxes lie anywhere.

    Args:
        num_images: Number of images N.
        rng: `numpy.random.Generator`.
        hit_rate: Probability that a true label is guessed, 0 to 1.
        box_error: Standard deviation by which an edge is moved, as a share of the box's width or height.
        num_labels: Largest number n of true labels per image, at most `num_guesses`.
        num_instances: Largest number M of instances per label.
        num_guesses: Number G of guesses per image.

    Returns:
        Tuple `(guess_labels, guess_boxes, true_labels, true_boxes)` of arrays as `ilsvrc_errors` takes them.

    Raises:
        ValueError: If there are more true labels than guesses.

    >>> entry = simulate_entry(1000, np.random.default_rng(0), hit_rate=1.0, box_error=0.0)
    >>> [float(error.mean()) for error in ilsvrc_errors(*entry)]
    [0.0, 0.0]
    """
    if num_labels > num_guesses:
        raise ValueError(f"{num_labels} labels cannot all be among {num_guesses} guesses.")

    def different_labels(count):
        # Steps of 1 to 999 // count add up to less than one round through the 1,000 classes.
        steps = rng.integers(1, 999 // count + 1, (num_images, count))
        return (rng.integers(1000, size=(num_images, 1)) + np.cumsum(steps, axis=1)) % 1000

    def anywhere(*shape):
        size = rng.uniform(40, 200, (*shape, 2))
        low = rng.random((*shape, 2)) * ([500, 375] - size)
        return np.concatenate([low, low + size], axis=-1).astype("float32")

    true_labels, guess_labels = different_labels(num_labels), different_labels(num_guesses)
    true_boxes = anywhere(num_images, num_labels, num_instances)
    guess_boxes = anywhere(num_images, num_guesses)
    instances = rng.integers(1, num_instances + 1, (num_images, num_labels))
    images = np.arange(num_images)
    places = rng.permuted(np.tile(np.arange(num_guesses), (num_images, 1)), axis=1)
    for k in range(num_labels):
        chosen = true_boxes[images, k, rng.integers(instances[:, k])]
        sides = chosen[:, 2:] - chosen[:, :2]
        moved = chosen + box_error * np.tile(sides, 2) * rng.standard_normal(chosen.shape, "float32")
        moved = np.sort(moved.reshape(-1, 2, 2), axis=1).reshape(-1, 4)  # an edge may have crossed another
        hit = rng.random(num_images) < hit_rate
        guess_labels[images[hit], places[hit, k]] = true_labels[hit, k]
        guess_boxes[images[hit], places[hit, k]] = moved[hit]
    true_boxes[np.arange(num_instances) >= instances[..., np.newaxis]] = np.nan
    unused = np.arange(num_labels) >= rng.integers(1, num_labels + 1, (num_images, 1))
    true_labels[unused], true_boxes[unused] = -1, np.nan
    return guess_labels, guess_boxes, true_labels, true_boxes
