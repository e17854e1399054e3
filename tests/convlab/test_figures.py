import matplotlib
import matplotlib.pyplot as plt
import pytest
from matplotlib.colors import to_rgb

from convlab.figures import COLORS, set_figure_style


@pytest.fixture(autouse=True)
def own_style():
    with matplotlib.rc_context():
        yield


def contrast_to_white(color):
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(color)]
    return 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05)


def test_the_style_is_readable_and_white_even_on_a_dark_page():
    set_figure_style()
    assert plt.rcParams["figure.figsize"] == [7.5, 3.6]
    assert plt.rcParams["figure.facecolor"] == plt.rcParams["savefig.facecolor"] == "white"
    assert min(plt.rcParams[size] for size in ("font.size", "xtick.labelsize", "ytick.labelsize")) >= 10
    assert plt.rcParams["axes.prop_cycle"].by_key()["color"] == list(COLORS.values())


def test_gray_text_can_be_read_on_white():
    assert contrast_to_white(COLORS["gray"]) >= 4.5
    assert contrast_to_white(COLORS["blue"]) >= 4.5


def test_the_same_drawing_gives_the_same_svg(tmp_path):
    set_figure_style()
    for name in ("a.svg", "b.svg"):
        fig, ax = plt.subplots()
        ax.plot([1, 2], [3, 4])
        fig.savefig(tmp_path / name, metadata={"Date": None})
        plt.close(fig)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
