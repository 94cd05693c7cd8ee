"""Directions: the frame in which turned text reads from left to right.

A box is ``(x0, top, x1, bottom)`` in points from the top left corner of the page as it is shown. A turn counts
quarter turns clockwise: 0 reads to the right, 1 downwards, 2 to the left, 3 upwards.
"""

from __future__ import annotations

Box = tuple[float, float, float, float]


def reading_box(box: Box, turn: int) -> Box:
    """Return the box in the frame in which text with this turn reads to the right, line below line."""
    x0, top, x1, bottom = box
    if turn == 0:
        return box
    if turn == 1:
        return top, -x1, bottom, -x0
    if turn == 2:
        return -x1, -bottom, -x0, -top
    return -bottom, x0, -top, x1


def shown_box(box: Box, turn: int) -> Box:
    """Return the box on the page as it is shown; undoes ``reading_box``."""
    return reading_box(box, -turn % 4)


def turned_page_box(box: Box, turn: int, width: float, height: float) -> Box:
    """Return a box of a page that is upright on the page after quarter turns clockwise.

    Args:
        box: The box on the page that is upright.
        turn: Quarter turns clockwise by which the page is shown.
        width: Width of the page as it is shown.
        height: Height of the page as it is shown.
    """
    if turn == 0:
        return box
    x0, y0, x1, y1 = shown_box(box, turn)
    across, down = ((width, 0.0), (width, height), (0.0, height))[turn - 1]
    return x0 + across, y0 + down, x1 + across, y1 + down
