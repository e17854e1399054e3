import itertools

import numpy as np
import pytest

from convlab.ilsvrc import box_above, box_overlap, ilsvrc_errors, pack_truths, simulate_entry


def overlap_of_cells(first, second):
    """Intersection over union of boxes with whole coordinates, by counting the cells that they cover."""
    cells = [set(itertools.product(range(box[0], box[2]), range(box[1], box[3]))) for box in (first, second)]
    return len(cells[0] & cells[1]) / len(cells[0] | cells[1])


def errors_by_the_formula(labels, boxes, truths):
    """Both errors of one image, read off the lecture's formulas from the right to the left."""
    by_label, by_box = [], []
    for true_label, instances in truths.items():
        d = [float(label != true_label) for label in labels]
        by_label.append(min(d))
        f = [[float(not overlap_of_cells(box, instance) > 0.5) for instance in instances] for box in boxes]
        by_box.append(min(min(max(d[i], miss) for miss in f[i]) for i in range(len(labels))))
    return sum(by_label) / len(truths), sum(by_box) / len(truths)


def random_box(rng, size=12):
    low, side = rng.integers(0, size - 4, 2), rng.integers(2, 5, 2)
    return (*low.tolist(), *(low + side).tolist())


def test_overlap_is_what_counting_cells_gives():
    rng = np.random.default_rng(0)
    pairs = [(random_box(rng), random_box(rng)) for _ in range(300)]
    found = box_overlap(np.array([a for a, _ in pairs]), np.array([b for _, b in pairs]))
    assert np.allclose(found, [overlap_of_cells(a, b) for a, b in pairs], atol=1e-12)
    assert 0 < (found > 0).mean() < 1


def test_overlap_does_not_depend_on_order_place_or_unit():
    rng = np.random.default_rng(1)
    a, b = simulate_entry(200, rng)[1][:, :2].astype("float64").transpose(1, 0, 2)
    found = box_overlap(a, b)
    assert np.array_equal(found, box_overlap(b, a))
    assert np.allclose(found, box_overlap(3 * a - 7, 3 * b - 7))
    assert np.allclose(box_overlap(a, a), 1)


def test_boxes_that_touch_or_have_no_area_do_not_overlap():
    assert box_overlap([0, 0, 1, 1], [1, 0, 2, 1]) == 0
    assert box_overlap([3, 3, 3, 3], [3, 3, 3, 3]) == 0
    assert box_overlap([0, 0, 0, 5], [0, 0, 0, 5]) == 0


def test_leading_axes_are_broadcast_and_the_precision_is_kept():
    boxes = np.ones((4, 1, 4), "float32") * [0, 0, 1, 1]
    others = np.ones((3, 4), "float32") * [0, 0, 2, 1]
    found = box_overlap(boxes.astype("float32"), others.astype("float32"))
    assert found.shape == (4, 3)
    assert found.dtype == np.float32
    assert box_overlap([0, 0, 1, 1], [0, 0, 2, 1]).dtype == np.float64


def test_a_missing_box_has_no_overlap_with_anything():
    assert np.isnan(box_overlap([0, 0, 1, 1], [np.nan] * 4))


def test_a_box_of_three_numbers_is_refused():
    with pytest.raises(ValueError, match="A box has 4 numbers; the last axes are 4 and 3"):
        box_overlap([0, 0, 1, 1], [0, 0, 1])


def test_truths_are_packed_with_room_for_the_largest():
    labels, boxes = pack_truths([{9: [(0, 0, 1, 1)]}, {4: [(1, 1, 2, 2)], 0: [(2, 2, 3, 3), (4, 4, 5, 5)]}])
    assert labels.tolist() == [[9, -1], [4, 0]]
    assert boxes[1, 1].tolist() == [[2, 2, 3, 3], [4, 4, 5, 5]]
    assert boxes[1, 0, 0].tolist() == [1, 1, 2, 2]
    assert np.isnan(boxes[1, 0, 1]).all()
    assert np.isnan(boxes[0, 1]).all()


@pytest.mark.parametrize("truths", [[{}], [{3: []}], [{1: [(0, 0, 1, 1)]}, {}]])
def test_an_image_without_truth_is_refused(truths):
    with pytest.raises(ValueError, match="Every image needs a label, and every label a box"):
        pack_truths(truths)


def test_both_errors_are_those_of_the_formulas():
    """Few classes and small boxes make every case happen: several instances, equal guesses, exact halves."""
    rng = np.random.default_rng(2)
    labels, boxes, truths, expected = [], [], [], []
    for _ in range(1500):
        true_labels = rng.permutation(4)[: rng.integers(1, 4)].tolist()
        truths.append({k: [random_box(rng) for _ in range(rng.integers(1, 4))] for k in true_labels})
        labels.append(rng.integers(0, 6, 5).tolist())
        boxes.append([random_box(rng) for _ in range(5)])
        for guess in range(5):  # some boxes are right, and some right ones have the wrong label
            if rng.random() < 0.4:
                instances = truths[-1][rng.choice(true_labels)]
                boxes[-1][guess] = instances[rng.integers(len(instances))]
        expected.append(errors_by_the_formula(labels[-1], boxes[-1], truths[-1]))
    classification, localization = ilsvrc_errors(labels, boxes, *pack_truths(truths))
    assert np.array_equal(classification, [pair[0] for pair in expected])
    assert np.array_equal(localization, [pair[1] for pair in expected])
    assert set(np.unique(localization)) == {0, 1 / 3, 1 / 2, 2 / 3, 1}
    assert (localization >= classification).all()


def test_exactly_one_half_is_not_more_than_one_half():
    truth = pack_truths([{1: [(0, 0, 3, 1)]}])
    errors = [ilsvrc_errors([[1]], [[box]], *truth)[1][0] for box in [(1, 0, 4, 1), (0.99, 0, 3.99, 1)]]
    assert errors == [1, 0]


def test_label_and_box_must_be_right_in_one_guess():
    truth = pack_truths([{1: [(0, 0, 3, 1)]}])
    classification, localization = ilsvrc_errors([[1, 2]], [[(5, 5, 6, 6), (0, 0, 3, 1)]], *truth)
    assert (classification[0], localization[0]) == (0, 1)


@pytest.mark.parametrize(
    "change",
    [
        lambda a, b, c, d: (a[:, :2], b, c, d),
        lambda a, b, c, d: (a, b[..., :3], c, d),
        lambda a, b, c, d: (a, b, c, d[:, :1]),
        lambda a, b, c, d: (a[:5], b[:5], c, d),
        lambda a, b, c, d: (a, b, np.full_like(c, -1), d),
    ],
)
def test_arrays_that_do_not_fit_together_are_refused(change):
    entry = simulate_entry(10, np.random.default_rng(0), num_labels=2)
    with pytest.raises(ValueError, match=r"do not fit together|at least one true label"):
        ilsvrc_errors(*change(*entry))


def test_a_simulated_entry_errs_as_often_as_it_is_told():
    rng = np.random.default_rng(3)
    for hit_rate, box_error in ((1.0, 0.0), (0.7, 0.0), (0.7, 0.02)):
        classification, localization = ilsvrc_errors(
            *simulate_entry(20_000, rng, hit_rate, box_error, num_labels=2)
        )
        # A label that is not planted can still be guessed by luck: 5 in 1,000.
        assert abs(classification.mean() - (1 - hit_rate) * 0.995) < 0.01
        assert abs(localization.mean() - classification.mean()) < 0.01


def test_a_simulated_entry_has_different_true_labels_and_boxes_the_right_way_round():
    guess_labels, guess_boxes, true_labels, true_boxes = simulate_entry(
        3_000, np.random.default_rng(4), box_error=0.8, num_labels=3, num_instances=4
    )
    assert guess_labels.shape == (3000, 5)
    assert true_boxes.shape == (3000, 3, 4, 4)
    assert guess_labels.min() >= 0
    assert max(guess_labels.max(), true_labels.max()) < 1000
    counts = (true_labels >= 0).sum(axis=1)
    assert set(counts) == {1, 2, 3}
    assert all(
        len(set(row[:count])) == count for row, count in zip(true_labels.tolist(), counts, strict=True)
    )
    boxes_per_label = (~np.isnan(true_boxes[..., 0])).sum(axis=-1)
    assert np.array_equal(boxes_per_label > 0, true_labels >= 0)
    assert set(boxes_per_label[true_labels >= 0]) == {1, 2, 3, 4}
    for boxes in (guess_boxes, true_boxes[~np.isnan(true_boxes[..., 0])]):
        assert (boxes[..., 2:] >= boxes[..., :2]).all()


def test_more_labels_than_guesses_are_refused():
    with pytest.raises(ValueError, match="6 labels cannot all be among 5 guesses"):
        simulate_entry(10, np.random.default_rng(0), num_labels=6)


def test_the_box_of_a_map_holds_all_that_is_strong():
    evidence = np.full((6, 8), 0.19)
    evidence[2:4, 3:7] = 1.0
    assert box_above(evidence).tolist() == [3, 2, 7, 4]
    assert box_above(evidence, 0.1).tolist() == [0, 0, 8, 6]


@pytest.mark.parametrize(("evidence", "share"), [(-np.ones((2, 2)), 0.2), (np.ones((2, 2)), 1.0)])
def test_a_map_without_anything_strong_is_refused(evidence, share):
    with pytest.raises(ValueError, match="nothing above"):
        box_above(evidence, share)
