"""Cells: the parts of a row of a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from docmill.documents.layout.rows import Row
from docmill.documents.words import PlacedWord

# In parts of the height of the smaller neighbour.
_CELL_GAP = 1.1
_ALIGNED_GAP = 0.35
_EDGE_STEP = 2.0
_FEWEST_ALIGNED = 3
_LEADER = "...."
_FEWEST_DOTS = 2


def split_cells(rows: list[Row]) -> list[list[list[PlacedWord]]]:
    """Cut each row of a block into cells, from left to right.

    A cell begins after a wide gap or a dot leader, and after a narrow gap where at least three other rows begin or
    end one at the same place.
    """
    wide = [_split(row.words, frozenset(), frozenset()) for row in rows]
    starts = _common(round(cell[0].x0 / _EDGE_STEP) for cells in wide for cell in cells[1:])
    ends = _common(round(cell[-1].x1 / _EDGE_STEP) for cells in wide for cell in cells[:-1])
    if not starts and not ends:
        return wide
    return [_split(row.words, starts, ends) for row in rows]


def _common(edges: Iterable[int]) -> frozenset[int]:
    return frozenset(edge for edge, count in Counter(edges).items() if count >= _FEWEST_ALIGNED)


def _split(words: list[PlacedWord], starts: frozenset[int], ends: frozenset[int]) -> list[list[PlacedWord]]:
    cells = [[words[0]]]
    previous = words[0]
    dots = 0
    for word in words[1:]:
        dots = dots + 1 if _is_dots(previous) else 0
        height = min(word.bottom - word.top, previous.bottom - previous.top)
        gap = word.x0 - previous.x1
        aligned = round(word.x0 / _EDGE_STEP) in starts or round(previous.x1 / _EDGE_STEP) in ends
        led = dots >= _FEWEST_DOTS or previous.text.endswith(_LEADER)
        if not _is_dots(word) and (gap > _CELL_GAP * height or led or (aligned and gap > _ALIGNED_GAP * height)):
            cells.append([word])
        else:
            cells[-1].append(word)
        previous = word
    return cells


def _is_dots(word: PlacedWord) -> bool:
    return not word.text.strip(".·…")
