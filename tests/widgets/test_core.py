"""What the widgets of the site compute is what the lessons compute."""

import json
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest
from playwright._impl._driver import compute_driver_executable

from autograder.course import REPOSITORY
from convlab.convolution import convolve_batch_by_loops, kernel_positions
from convlab.ilsvrc import box_overlap, ilsvrc_errors, pack_truths
from convlab.layer_costs import cost_of_layer

CORE = REPOSITORY / "book" / "_static" / "widgets" / "core.js"
NODE = compute_driver_executable()[0]  # the Node.js that Playwright brings


def compute(*calls):
    """Calls functions of core.js: pairs of a name and a list of arguments."""
    script = (
        f"const core = require({json.dumps(str(CORE))});"
        f"const calls = {json.dumps(calls)};"
        "console.log(JSON.stringify(calls.map(([name, values]) => core[name](...values))));"
    )
    done = subprocess.run([str(NODE), "-e", script], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_every_function_of_the_core_is_compared_here():
    defined = re.findall(r"^  (\w+)\(.*\{$", CORE.read_text(encoding="utf-8"), re.MULTILINE)
    here = Path(__file__).read_text(encoding="utf-8")
    assert len(defined) > 8
    assert [name for name in defined if f'"{name}"' not in here] == []


def test_output_sizes():
    grid = [(h, f, s, p) for h in range(1, 10) for f in range(1, 6) for s in (1, 2, 3) for p in (0, 1, 2)]
    found = compute(*(("outputSize", list(each)) for each in grid))
    for (size, kernel, stride, padding), positions in zip(grid, found, strict=True):
        if size + 2 * padding < kernel:
            assert positions == 0
        else:
            assert positions == len(kernel_positions(size, kernel, stride, padding))


@pytest.mark.parametrize(("stride", "padding"), [(1, 0), (2, 0), (1, 1), (3, 2)])
def test_a_batch_is_convolved(stride, padding):
    rng = np.random.default_rng(stride)
    images, kernel = rng.integers(0, 5, (3, 7, 7)), rng.integers(-2, 3, (3, 3))
    found, one, padded = compute(
        ("convolve", [images.tolist(), kernel.tolist(), stride, padding]),
        ("productsAt", [images[1].tolist(), kernel.tolist(), stride, padding, 1, 0]),
        ("pad", [images[1].tolist(), padding]),
    )
    around = ((0, 0), (padding, padding), (padding, padding), (0, 0))
    batch = np.pad(images[..., None], around).astype(float)
    expected = convolve_batch_by_loops(batch, kernel[:, :, None, None].astype(float))[..., 0]
    np.testing.assert_allclose(found, expected[:, ::stride, ::stride])
    assert one["sum"] == found[1][1][0]
    assert sum(each["value"] * each["weight"] for each in one["products"]) == one["sum"]
    np.testing.assert_array_equal(padded, batch[1, ..., 0])


def test_batch_normalization():
    import keras

    x = np.random.default_rng(3).normal(2, 3, (50, 1)).astype("float32")
    layer = keras.layers.BatchNormalization(epsilon=0.01)
    layer.build(x.shape)
    layer.gamma.assign([1.5])
    layer.beta.assign([-0.25])
    (found,) = compute(("batchNormalize", [x[:, 0].tolist(), 1.5, -0.25, 0.01]))
    np.testing.assert_allclose(found["y"], np.asarray(layer(x, training=True))[:, 0], atol=1e-4)
    np.testing.assert_allclose([found["mean"], found["variance"]], [x.mean(), x.var()], rtol=1e-5)
    np.testing.assert_allclose(np.array(found["normalized"]) * 1.5 - 0.25, found["y"])


def test_boxes_and_both_errors():
    rng = np.random.default_rng(4)
    corners = rng.integers(0, 20, (60, 2, 2))
    boxes = np.concatenate([corners.min(1), corners.max(1) + 1], axis=1)
    pairs = boxes.reshape(30, 2, 4)
    found = compute(*(("iou", [a.tolist(), b.tolist()]) for a, b in pairs))
    np.testing.assert_allclose(found, box_overlap(pairs[:, 0], pairs[:, 1]))
    for seed in range(12):
        rng = np.random.default_rng(seed)
        labels = rng.integers(0, 3, 2)
        near = np.array([[10, 10, 30, 30], [12, 11, 31, 33]]) + rng.integers(-6, 7, (2, 4))
        truth = {0: [(10, 10, 30, 30), (40, 40, 50, 50)], 1: [(12, 9, 33, 30)]}
        guesses = [{"label": int(n), "box": box.tolist()} for n, box in zip(labels, near, strict=True)]
        truths = [{"label": label, "boxes": instances} for label, instances in truth.items()]
        errors = compute(("classificationError", [guesses, truths]), ("localizationError", [guesses, truths]))
        expected = ilsvrc_errors([labels], [near], *pack_truths([truth]))
        np.testing.assert_allclose(errors, [each[0] for each in expected])


def _macs(kernel, side, inputs, filters):
    layer = {
        "kind": "convolution",
        "name": "conv",
        "filters": filters,
        "size": kernel,
        "stride": 1,
        "padding": kernel // 2,
    }
    return cost_of_layer(layer, (side, side, inputs))


def test_costs_of_blocks():
    inception, residual = compute(
        ("inceptionMacs", [28, 28, 192, 64, 96, 128, 16, 32, 32]), ("residualCosts", [56, 56, 256])
    )
    branches = [[(1, 192, 64)], [(1, 192, 96), (3, 96, 128)], [(1, 192, 16), (5, 16, 32)], [(1, 192, 32)]]
    assert inception["reduced"] == [
        sum(_macs(kernel, 28, inputs, filters).macs for kernel, inputs, filters in branch)
        for branch in branches
    ]
    plain = [(1, 192, 64), (3, 192, 128), (5, 192, 32)]
    assert inception["naive"] == [*(_macs(k, 28, inputs, filters).macs for k, inputs, filters in plain), 0]
    for name, layers in {
        "basic": [(3, 256, 256)] * 2,
        "bottleneck": [(1, 256, 64), (3, 64, 64), (1, 64, 256)],
    }.items():
        costs = [_macs(kernel, 56, inputs, filters) for kernel, inputs, filters in layers]
        assert residual[name] == {
            "weights": sum(cost.weights for cost in costs),
            "macs": sum(cost.macs for cost in costs),
        }


def test_numbers_that_look_random_are_the_same_for_everyone():
    once, again, other = compute(("gaussians", [2000, 7]), ("gaussians", [2000, 7]), ("gaussians", [2000, 8]))
    assert once == again != other
    assert abs(np.mean(once)) < 0.1
    assert abs(np.std(once) - 1) < 0.05
    assert compute(("random", [1])) == [None]  # a function, which is no plain data
