"""How the book draws what a block of layers does: boxes, arrows, branches that part and meet."""

import matplotlib.pyplot as plt
from matplotlib.patches import FancyBboxPatch

from convlab.drawing import LAYER_COLORS, draw_arrow, finish_drawing
from convlab.figures import COLORS


def block_extent(block):
    r"""Say how wide and how high a block is drawn, in inches.

    >>> [round(extent, 2) for extent in block_extent(("3×3 convolution\n128", "convolution"))]
    [1.45, 0.51]
    """
    text, kind = block
    if kind == "addition":
        return 0.34, 0.34
    lines = text.split("\n")
    return 0.08 * max(len(line) for line in lines) + 0.25, 0.165 * len(lines) + 0.18


def series_extent(series):
    """Say how wide and how high a series of blocks and forks is drawn, in inches.

    Args:
        series: List of blocks (text, kind) and forks; a fork is a list of branches, each a series. An empty
            branch is a line that passes its input on.

    >>> convolution = ("3×3", "convolution")
    >>> [round(extent, 2) for extent in series_extent([convolution, [[convolution], []], ("+", "addition")])]
    [0.99, 1.93]
    """
    width, height = 0.25, 0.0
    for part in series:
        if isinstance(part, list):
            extents = [series_extent(branch) for branch in part]
            part_width = sum(extent[0] for extent in extents) + 0.25 * (len(part) - 1)
            part_height = max(extent[1] for extent in extents) + 0.24
        else:
            part_width, part_height = block_extent(part)
            part_height += 0.22
        width, height = max(width, part_width), height + part_height
    return width, height


def draw_block(ax, block, x, top):
    """Draw one block with its upper edge at `top` and return its lower edge.

    Blocks of kind "addition" are circles, of kind "text" bare words, all others rounded boxes.

    >>> round(draw_block(plt.gca(), ("3×3", "convolution"), 0.0, 0.0), 3)
    -0.345
    """
    text, kind = block
    width, height = block_extent(block)
    color = COLORS[LAYER_COLORS[kind]] if kind != "text" else "#FFFFFF"
    style = {"facecolor": color + "30", "edgecolor": color, "lw": 1.4}
    if kind == "addition":
        ax.add_patch(plt.Circle((x, top - height / 2), height / 2, **style))
    elif kind != "text":
        corner = (x - width / 2 + 0.06, top - height + 0.06)
        rounded = "round,pad=0.06,rounding_size=0.08"
        ax.add_patch(FancyBboxPatch(corner, width - 0.12, height - 0.12, boxstyle=rounded, **style))
    ax.text(x, top - height / 2, text, fontsize=10, ha="center", va="center", linespacing=1.1)
    return top - height


def draw_series(ax, series, x, y, arrives=True):
    """Draw a series of blocks and forks downwards from the point (x, y); return where it ends.

    Args:
        ax: Axes whose unit is the inch.
        series: List of blocks and forks as in `series_extent`.
        x: Middle of the series.
        y: Upper end.
        arrives: Whether an arrow leads to the first block.

    >>> round(draw_series(plt.gca(), [("a", "text"), [[("b", "pooling")], []]], 0.0, 0.0, False), 2)
    -1.15
    """
    for part in series:
        if not isinstance(part, list):
            if arrives:
                draw_arrow(ax, (x, y), (x, y - 0.22))
            y = draw_block(ax, part, x, y - (0.22 if arrives else 0))
            arrives = True
            continue
        left, ends = x - series_extent([part])[0] / 2, []
        for branch in part:
            width = series_extent(branch)[0]
            ends.append((left + width / 2, draw_series(ax, branch, left + width / 2, y - 0.12)))
            left += width + 0.25
        low = min(end for _, end in ends) - 0.12
        for middle, end in ends:
            ax.plot([x, x, middle], [y, y - 0.12, y - 0.12], color="#444444", lw=1.2, snap=False)
            ax.plot([middle, middle, x], [end, low, low], color="#444444", lw=1.2, snap=False)
        y = low
    return y


def draw_blocks(ax, graphs):
    """Draw block diagrams from top to bottom, side by side: an inception module, a residual block.

    The unit of the axes is the inch. A figure of a single axes gets the size that the drawing needs.

    Args:
        ax: Axes.
        graphs: Dictionary from title (may be empty) to a series: a list of blocks (text, kind) and forks; a
            fork is a list of branches, each a series, an empty one for a shortcut. The block after a fork is
            where its branches meet. Kinds are those of `LAYER_COLORS` and "text".

    Returns:
        Tuple (width, height) of the drawing in inches.

    Raises:
        KeyError: If a kind is unknown.

    >>> block = [("x", "text"), [[("3×3", "convolution")], []], ("+", "addition")]
    >>> size = draw_blocks(plt.gca(), {"plain": block[:1], "residual": block})
    >>> [round(extent, 2) for extent in size]
    [2.26, 2.13]
    """
    title_height = 0.35 if any(graphs) else 0.05
    extents = [series_extent(series) for series in graphs.values()]
    widths = [max(width, 0.095 * len(title)) for title, (width, _) in zip(graphs, extents, strict=True)]
    right = 0.1
    for (title, series), width in zip(graphs.items(), widths, strict=True):
        ax.text(right + width / 2, -0.05, title, fontsize=11, weight="bold", ha="center", va="top")
        draw_series(ax, series, right + width / 2, -title_height, arrives=False)
        right += width + 0.6
    height = title_height + max(height for _, height in extents) - 0.15
    finish_drawing(ax, (0, right - 0.5), (-height, 0))
    return right - 0.5, height
