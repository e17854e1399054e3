"""Drawings of arrays of height, width and channels as boxes."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import to_rgb


def draw_volume(ax, corner, size, color, opacity=1.0, edge="white"):
    """Draw a box in oblique projection: the front face is a channel, and the channels recede to the right.

    Boxes cover what was drawn before them, so draw from back to front. A box with a low opacity shows what
    stands inside it.

    Args:
        ax: Matplotlib axes, without distortion (equal aspect).
        corner: Lower left corner (x, y) of the front face.
        size: Height, width and depth (H, W, C) in units of the axes, all positive.
        color: Color of the front; the top is lighter and the side darker.
        opacity: Between 0 (edges only) and 1.
        edge: Color of the edges.

    Returns:
        Function from a place in the box to the place (x, y) on the axes. The place is (row, column, channel)
        as shares of the size, (0, 0, 0) being the upper left front corner and (1, 1, 1) the lower right back.

    Raises:
        ValueError: If a size is not positive.

    >>> figure, ax = plt.subplots()
    >>> place = draw_volume(ax, (0, 0), (4, 3, 2), "C0")
    >>> place(1, 1, 0), len(ax.patches)
    ((3.0, 0.0), 3)
    >>> plt.close(figure)
    """
    height, width, depth = size
    if min(size) <= 0:
        raise ValueError(f"A box has a positive height, width and depth, not {size}.")

    def place(row, column, channel):
        x = corner[0] + width * column + 0.45 * depth * channel
        y = corner[1] + height * (1 - row) + 0.3 * depth * channel
        return float(x), float(y)

    rgb = np.array(to_rgb(color))
    faces = (
        (rgb, [(0, 0, 0), (0, 1, 0), (1, 1, 0), (1, 0, 0)]),  # front
        (0.55 * rgb + 0.45, [(0, 0, 0), (0, 1, 0), (0, 1, 1), (0, 0, 1)]),  # top
        (0.7 * rgb, [(0, 1, 0), (1, 1, 0), (1, 1, 1), (0, 1, 1)]),  # right side
    )
    for shade, corners in faces:
        outline = [place(*each) for each in corners]
        layer = len(ax.patches)
        ax.add_patch(plt.Polygon(outline, facecolor=(*shade, opacity), edgecolor=edge, lw=1.2, zorder=layer))
    return place
