"""The visual language of the book: colors, fonts and labels that every figure shares."""

import sys

import matplotlib.pyplot as plt
from cycler import cycler

COLORS = {
    "blue": "#0072B2",
    "orange": "#E69F00",
    "green": "#009E73",
    "vermilion": "#D55E00",
    "purple": "#CC79A7",
    "sky": "#56B4E9",
    "black": "#000000",
    "gray": "#767676",
}


def set_figure_style():
    """Set Matplotlib's defaults for the book: readable at page width, color-blind safe, SVG in notebooks.

    Colors are those of Okabe and Ito (2008) in `COLORS`. The background is white, so that a dark page does
    not swallow the axes.

    >>> set_figure_style()
    >>> plt.rcParams["figure.facecolor"], plt.rcParams["font.size"]
    ('white', 11.0)
    """
    plt.rcParams.update(
        {
            "figure.figsize": (7.5, 3.6),
            "figure.facecolor": "white",
            "figure.constrained_layout.use": True,
            "savefig.facecolor": "white",
            "axes.facecolor": "white",
            "axes.prop_cycle": cycler(color=list(COLORS.values())),
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.titlesize": 12,
            "axes.titlelocation": "left",
            "axes.grid": True,
            "grid.color": "#DDDDDD",
            "grid.linewidth": 0.6,
            "axes.axisbelow": True,
            "font.size": 11,
            "xtick.labelsize": 10,
            "ytick.labelsize": 10,
            "lines.linewidth": 2,
            "svg.hashsalt": "convlab",  # the same drawing gives the same file
        }
    )
    if "ipykernel" in sys.modules:  # a plain script has no notebook to draw into
        from matplotlib_inline.backend_inline import set_matplotlib_formats

        set_matplotlib_formats("svg")
