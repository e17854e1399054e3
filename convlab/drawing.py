"""How the book draws networks: chains of feature maps as boxes, to scale."""

import matplotlib.pyplot as plt
import numpy as np

from convlab.figures import COLORS

LAYER_COLORS = {
    "input": "gray",
    "convolution": "blue",
    "pooling": "orange",
    "fully connected": "green",
    "normalization": "purple",
    "activation": "vermilion",
    "concatenation": "sky",
    "addition": "sky",
    "flatten": "gray",
}
PAGE_WIDTH = 7.5  # inches, like every figure of the book
LETTER = 0.095  # inches, the width of a letter of 10 points


def box_size(shape, scale=1.0):
    """Say how large a volume is drawn.

    Every extent is drawn as its square root, so that a layer of 6x6 can still be seen next to one of 224x224:
    four times the height in pixels is twice the height on paper. The scale is the same for the whole book.

    Args:
        shape: Shape (H, W, C) of a feature map, or (C,) of a vector, drawn as 1x1xC.
        scale: Magnification.

    Returns:
        Tuple (thickness, height, depth) in inches: of C from left to right, H upwards, W into the page.

    Raises:
        ValueError: If the shape has neither one nor three extents.

    >>> [round(float(extent), 3) for extent in box_size((224, 56, 64))]
    [0.2, 1.272, 0.636]
    """
    if len(shape) not in (1, 3):
        raise ValueError(f"shape must be (H, W, C) or (C,), got {shape}.")
    H, W, C = shape if len(shape) == 3 else (1, 1, *shape)
    return tuple(scale * np.array([0.025, 0.085, 0.085]) * np.sqrt([C, H, W]))


def draw_box(ax, x, y, size, color):
    """Draw a box in oblique projection.

    Args:
        ax: Axes.
        x: Left edge of the front.
        y: Middle of the front.
        size: Thickness, height and depth as `box_size` gives them.
        color: Color as hexadecimal text.

    Returns:
        Right edge of the drawing.

    >>> float(draw_box(plt.gca(), 1.0, 0.0, (0.5, 1.0, 1.0), "#0072B2"))
    1.8
    """
    thickness, height, depth = size
    slant = 0.3 * depth
    low, high, right = y - height / 2, y + height / 2, x + thickness
    front = [(x, low), (right, low), (right, high), (x, high)]
    top = [(x, high), (right, high), (right + slant, high + slant), (x + slant, high + slant)]
    side = [(right, low), (right + slant, low + slant), (right + slant, high + slant), (right, high)]
    for face, opacity in ((front, "B0"), (top, "50"), (side, "80")):
        ax.add_patch(plt.Polygon(face, facecolor=color + opacity, edgecolor=color, lw=0.8, joinstyle="round"))
    return right + slant


def volume_label(volume):
    """Write the lines under a volume: its name, its shape and, if there is one, its note.

    Args:
        volume: Tuple (name, kind, shape) or (name, kind, shape, note).

    Returns:
        List of lines.

    >>> volume_label(("conv1", "convolution", (56, 56, 64), "11×11, stride 4"))
    ['conv1', '56×56×64', '11×11, stride 4']
    """
    name, _, shape, *note = volume
    return [name, "×".join(str(extent) for extent in shape), *note]


def volume_width(volume, scale=1.0):
    """Say how much room a volume and its label need from left to right, in inches.

    >>> round(float(volume_width(("fc1", "fully connected", (4096,)))), 2)
    1.63
    """
    thickness, _, depth = box_size(volume[2], scale)
    return max(thickness + 0.3 * depth, *(LETTER * len(line) for line in volume_label(volume)))


def in_rows(volumes, scale=1.0):
    """Break a chain of volumes into as few rows as fit the page, and make these of similar width.

    Args:
        volumes: List of tuples (name, kind, shape) or (name, kind, shape, note).
        scale: Magnification of the boxes.

    Returns:
        List of rows, each a list of volumes.

    >>> [len(row) for row in in_rows([("conv", "convolution", (56, 56, 64))] * 20)]
    [7, 7, 6]
    """
    best = None
    for room in np.arange(PAGE_WIDTH - 0.25, 0.0, -0.1):
        rows, used = [[]], 0.0
        for volume in volumes:
            width = volume_width(volume, scale) + 0.25
            if rows[-1] and used + width > room:
                rows, used = [*rows, []], 0.0
            rows[-1].append(volume)
            used += width
        if best is not None and len(rows) > len(best):
            break
        best = rows
    return best


def draw_arrow(ax, start, end):
    """Draw the arrow of all diagrams from one point to another.

    >>> ax = plt.figure().add_subplot()
    >>> draw_arrow(ax, (0, 0), (1, 0))
    >>> len(ax.texts)
    1
    """
    style = {"arrowstyle": "-|>", "color": "#444444", "lw": 1.2, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", end, start, arrowprops=style | {"mutation_scale": 9})


def draw_row(ax, row, top, scale=1.0, arrives=False, leaves=False):
    """Draw one row of volumes with arrows between them and labels under them.

    Args:
        ax: Axes whose unit is the inch.
        row: List of volumes.
        top: Upper edge of the row.
        scale: Magnification of the boxes.
        arrives: Draw an arrow that comes from the row before.
        leaves: Draw an arrow that goes on to the next row.

    Returns:
        Lower edge of the row.

    Raises:
        ValueError: If the row does not fit the page.

    >>> round(float(draw_row(plt.gca(), [("input", "input", (224, 224, 3))], 0.0)), 2)
    -2.1
    """
    widths = [volume_width(volume, scale) for volume in row]
    gap = min((PAGE_WIDTH - sum(widths)) / (len(row) + 1), 0.5)
    if gap < 0.15:
        raise ValueError(f"A row of {len(row)} volumes is too wide for the page, from {row[0][0]!r} on.")
    sizes = [box_size(volume[2], scale) for volume in row]
    upper = max(height / 2 + 0.3 * depth for _, height, depth in sizes)
    lower = max(height / 2 for _, height, _ in sizes)
    middle, x, before = top - upper, gap, 0.05 if arrives else None
    for volume, width, size in zip(row, widths, sizes, strict=True):
        left = x + (width - size[0] - 0.3 * size[2]) / 2
        if before is not None:
            draw_arrow(ax, (before + 0.04, middle), (left - 0.03, middle))
        # An arrow starts in the middle of the slanted side.
        before = draw_box(ax, left, middle, size, COLORS[LAYER_COLORS[volume[1]]]) - 0.15 * size[2]
        for line, text in enumerate(volume_label(volume)):
            look = {"weight": "normal" if line else "bold", "color": "#595959" if line > 1 else "black"}
            place = (x + width / 2, middle - lower - 0.06 - 0.165 * line)
            ax.text(*place, text, fontsize=10, ha="center", va="top", **look)
        x += width + gap
    if leaves:
        draw_arrow(ax, (before + 0.04, middle), (before + 0.1 + gap, middle))
    return middle - lower - 0.12 - 0.165 * max(len(volume_label(volume)) for volume in row)


def draw_volumes(ax, rows, scale=1.0):
    """Draw a network as a chain of volumes to scale, in rows, with a legend of the kinds of layer.

    The unit of the axes is the inch. A figure of a single axes gets the height that the drawing needs.

    Args:
        ax: Axes, in a figure 7.5 inches wide.
        rows: List of rows, each a list of volumes (name, kind, shape) or (name, kind, shape, note); kinds are
            those of `LAYER_COLORS`. `in_rows` makes rows from one long list.
        scale: Magnification; 1 suits inputs of 224x224, 2 to 3 inputs of 32x32.

    Returns:
        Height of the drawing in inches.

    Raises:
        ValueError: If a row does not fit the page or a shape is none.
        KeyError: If a kind is unknown.

    >>> chain = [("image", "input", (8, 8, 1)), ("conv", "convolution", (8, 8, 16)), ("fc", "pooling", (4,))]
    >>> round(float(draw_volumes(plt.gca(), [chain], scale=3.0)), 2)
    1.84
    """
    y = 0.0
    for number, row in enumerate(rows):
        y = draw_row(ax, row, y - 0.1, scale, arrives=number > 0, leaves=number + 1 < len(rows))
    kinds = dict.fromkeys(volume[1] for row in rows for volume in row)
    x = PAGE_WIDTH / 2 - sum(0.45 + LETTER * len(kind) for kind in kinds) / 2
    for kind in kinds:
        draw_box(ax, x, y - 0.22, (0.12, 0.12, 0.12), COLORS[LAYER_COLORS[kind]])
        ax.text(x + 0.22, y - 0.22, kind, fontsize=10, va="center")
        x += 0.45 + LETTER * len(kind)
    height = 0.35 - y
    finish_drawing(ax, (0, PAGE_WIDTH), (-height, 0))
    return height


def finish_drawing(ax, x_limits, y_limits):
    """Hide the axes, make its unit the inch and give a figure of a single axes the size of the drawing.

    >>> fig, ax = plt.subplots()
    >>> finish_drawing(ax, (0, 4), (-2, 0))
    >>> [float(extent) for extent in fig.get_size_inches()]
    [4.0, 2.0]
    """
    ax.set(xlim=x_limits, ylim=y_limits, aspect="equal")
    ax.axis("off")
    if ax.figure.axes == [ax]:
        ax.figure.set_size_inches(x_limits[1] - x_limits[0], y_limits[1] - y_limits[0])
        ax.set_position((0, 0, 1, 1))
