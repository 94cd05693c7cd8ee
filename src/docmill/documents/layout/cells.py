"""Cells: the parts of a row of a table."""

from __future__ import annotations

from collections import Counter

from docmill.documents.layout.rows import Row
from docmill.documents.words import PlacedWord

# In parts of the height of the smaller neighbour.
_CELL_GAP = 1.1
_ALIGNED_GAP = 0.35
_EDGE_STEP = 2.0
_FEWEST_ALIGNED = 3
_LEADER = "...."


def split_cells(rows: list[Row]) -> list[list[list[PlacedWord]]]:
    """Cut each row of a block into cells, from left to right.

    A cell begins after a wide gap or a dot leader, and after a narrow gap where at least three other rows begin
    one at the same place.
    """
    wide = [_split(row.words, Counter()) for row in rows]
    edges = Counter(round(cell[0].x0 / _EDGE_STEP) for cells in wide for cell in cells[1:])
    columns = Counter({edge: count for edge, count in edges.items() if count >= _FEWEST_ALIGNED})
    if not columns:
        return wide
    return [_split(row.words, columns) for row in rows]


def _split(words: list[PlacedWord], columns: Counter[int]) -> list[list[PlacedWord]]:
    cells = [[words[0]]]
    previous = words[0]
    for word in words[1:]:
        height = min(word.bottom - word.top, previous.bottom - previous.top)
        gap = word.x0 - previous.x1
        aligned = gap > _ALIGNED_GAP * height and round(word.x0 / _EDGE_STEP) in columns
        if gap > _CELL_GAP * height or aligned or previous.text.endswith(_LEADER):
            cells.append([word])
        else:
            cells[-1].append(word)
        previous = word
    return cells
