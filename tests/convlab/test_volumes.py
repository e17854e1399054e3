import matplotlib.pyplot as plt
import pytest

from convlab.volumes import draw_volume


@pytest.fixture
def ax():
    figure, axes = plt.subplots()
    yield axes
    plt.close(figure)


def test_a_box_has_three_faces_that_meet(ax):
    draw_volume(ax, (1, 2), (4, 3, 2), "red")
    front, top, side = ({tuple(corner) for corner in patch.get_xy()} for patch in ax.patches)
    assert front == {(1, 2), (4, 2), (4, 6), (1, 6)}
    assert len(front & top) == len(front & side) == len(top & side) == 2


def test_places_are_shares_of_height_width_and_depth(ax):
    place = draw_volume(ax, (1, 2), (4, 3, 2), "red")
    assert place(0, 0, 0) == (1, 6)
    assert place(1, 1, 0) == (4, 2)
    assert place(1, 1, 1) == pytest.approx((4.9, 2.6))


def test_later_boxes_cover_earlier_ones(ax):
    draw_volume(ax, (0, 0), (1, 1, 1), "red")
    draw_volume(ax, (0, 0), (1, 1, 1), "blue", opacity=0.5, edge="black")
    layers = [patch.get_zorder() for patch in ax.patches]
    assert layers == sorted(set(layers))
    assert ax.patches[-1].get_facecolor()[3] == 0.5


def test_a_flat_box_is_refused(ax):
    with pytest.raises(ValueError, match="positive height, width and depth"):
        draw_volume(ax, (0, 0), (4, 3, 0), "red")
