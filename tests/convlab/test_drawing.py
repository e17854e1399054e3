import itertools

import matplotlib
import matplotlib.pyplot as plt
import pytest

from convlab.block_diagrams import draw_blocks, series_extent
from convlab.drawing import LAYER_COLORS, box_size, draw_volumes, in_rows
from convlab.figures import COLORS, set_figure_style

CONVOLUTION, POOLING = "convolution", "pooling"


def vgg_19():
    volumes = [("image", "input", (224, 224, 3))]
    for stage, (depth, channels) in enumerate(((2, 64), (2, 128), (4, 256), (4, 512), (4, 512)), start=1):
        side = 448 // 2**stage
        for i in range(1, depth + 1):
            volumes.append((f"conv{stage}_{i}", CONVOLUTION, (side, side, channels), "3×3"))
        volumes.append((f"pool{stage}", POOLING, (side // 2, side // 2, channels), "2×2, stride 2"))
    return [
        *volumes,
        *((f"fc{i}", "fully connected", (size,)) for i, size in ((1, 4096), (2, 4096), (3, 1000))),
    ]


INCEPTION = [
    ("28×28×192", "text"),
    [
        [("1×1, 64", CONVOLUTION)],
        [("1×1, 96", CONVOLUTION), ("3×3, 128", CONVOLUTION)],
        [("1×1, 16", CONVOLUTION), ("5×5, 32", CONVOLUTION)],
        [("3×3 max-pooling\nstride 1", POOLING), ("1×1, 32", CONVOLUTION)],
    ],
    ("concatenate", "concatenation"),
]
RESIDUAL = [
    ("x", "text"),
    [[("3×3", CONVOLUTION), ("ReLU", "activation"), ("3×3", CONVOLUTION)], []],
    ("+", "addition"),
]


@pytest.fixture
def ax():
    with matplotlib.rc_context():
        set_figure_style()
        fig, ax = plt.subplots()
        yield ax
        plt.close(fig)


def boxes_of_texts(ax):
    renderer = ax.figure.canvas.get_renderer()
    return [(text, text.get_window_extent(renderer)) for text in ax.texts if text.get_text()]


def overlaps(ax):
    return [
        (one.get_text(), other.get_text())
        for (one, a), (other, b) in itertools.combinations(boxes_of_texts(ax), 2)
        if a.shrunk(0.98, 0.9).overlaps(b.shrunk(0.98, 0.9))
    ]


def test_every_kind_has_a_color_of_the_book():
    assert set(LAYER_COLORS.values()) <= set(COLORS)


def test_four_times_the_height_is_drawn_twice_as_tall():
    small, tall, thick = box_size((7, 7, 64)), box_size((28, 7, 64)), box_size((7, 7, 256))
    assert tall == pytest.approx((small[0], 2 * small[1], small[2]))
    assert thick == pytest.approx((2 * small[0], small[1], small[2]))
    assert box_size((7, 7, 64), scale=3) == pytest.approx([3 * extent for extent in small])


def test_a_vector_is_a_single_pixel_with_many_channels():
    assert box_size((4096,)) == box_size((1, 1, 4096))


def test_a_shape_with_two_extents_is_refused():
    with pytest.raises(ValueError, match=r"shape must be \(H, W, C\) or \(C,\), got \(3, 4\)"):
        box_size((3, 4))


def test_a_chain_is_broken_into_rows_in_order():
    volumes = vgg_19()
    rows = in_rows(volumes)
    assert [volume for row in rows for volume in row] == volumes
    assert 4 <= len(rows) <= 5
    assert in_rows(volumes[:3]) == [volumes[:3]]


def test_labels_of_a_deep_network_do_not_collide(ax):
    draw_volumes(ax, in_rows(vgg_19()))
    assert overlaps(ax) == []


def test_the_drawing_fills_the_page_and_nothing_is_cut(ax):
    height = draw_volumes(ax, in_rows(vgg_19()))
    assert tuple(ax.figure.get_size_inches()) == pytest.approx((7.5, height))
    page = ax.figure.bbox
    for text, box in boxes_of_texts(ax):
        assert page.x0 <= box.x0 and box.x1 <= page.x1, text.get_text()
        assert page.y0 <= box.y0 and box.y1 <= page.y1, text.get_text()
    assert min(text.get_fontsize() for text in ax.texts) >= 10


def test_an_axes_among_others_leaves_the_figure_alone():
    fig, (left, _) = plt.subplots(1, 2, figsize=(7.0, 3.0))
    draw_volumes(left, [vgg_19()[:2]])
    assert tuple(fig.get_size_inches()) == (7.0, 3.0)
    plt.close(fig)


def test_a_row_that_is_too_wide_is_refused(ax):
    with pytest.raises(ValueError, match="A row of 25 volumes is too wide for the page, from 'image' on"):
        draw_volumes(ax, [vgg_19()])


def test_an_unknown_kind_is_refused(ax):
    with pytest.raises(KeyError, match="magic"):
        draw_volumes(ax, [[("x", "magic", (3,))]])
    with pytest.raises(KeyError, match="magic"):
        draw_blocks(ax, {"": [("x", "magic")]})


def test_the_legend_names_each_kind_once(ax):
    draw_volumes(ax, in_rows(vgg_19()))
    texts = [text.get_text() for text in ax.texts]
    assert [texts.count(kind) for kind in ("input", CONVOLUTION, POOLING, "fully connected")] == [1] * 4


def test_branches_stand_side_by_side_and_do_not_collide(ax):
    width, height = draw_blocks(ax, {"inception": INCEPTION, "residual": RESIDUAL})
    assert overlaps(ax) == []
    assert tuple(ax.figure.get_size_inches()) == pytest.approx((width, height))
    assert width <= 7.5
    places = {text.get_text(): text.get_position() for text in ax.texts}
    assert places["1×1, 64"][0] < places["1×1, 96"][0] < places["1×1, 16"][0] < places["1×1, 32"][0]
    assert places["1×1, 64"][1] == places["1×1, 96"][1] > places["3×3, 128"][1] > places["concatenate"][1]


def test_words_fit_into_their_boxes(ax):
    draw_blocks(ax, {"": INCEPTION})
    boxes = [patch.get_window_extent() for patch in ax.patches]
    for text, extent in boxes_of_texts(ax):
        if text.get_text() != INCEPTION[0][0]:
            assert any(box.x0 < extent.x0 and extent.x1 < box.x1 for box in boxes), text.get_text()


def test_a_shortcut_has_lines_but_no_box(ax):
    draw_blocks(ax, {"": RESIDUAL})
    assert len(ax.patches) == 4
    assert len(ax.lines) == 4
    assert series_extent(RESIDUAL)[1] > series_extent(RESIDUAL[1][0])[1]
