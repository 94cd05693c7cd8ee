"""Columns of prose: where they are, and in which order their rows are read.

A column gap (gutter) and the gap between two columns of a table look alike. They differ in what stands beside
them: lines of several words that fill their column against short cells.
"""

from __future__ import annotations

from docmill.documents.layout.rows import RUN_GAP, Row, build_rows, split_at_gaps
from docmill.documents.words import PlacedWord

_MOST_NESTING = 3
_STEP = 3.0


def reading_order(words: list[PlacedWord], nesting: int = 0) -> list[list[Row]]:
    """Return blocks of rows in the order in which a person reads them."""
    if not words:
        return []
    rows = build_rows(words)
    gutter = _find_gutter(rows) if nesting < _MOST_NESTING else None
    if gutter is None:
        return [rows]
    blocks: list[list[Row]] = []
    index = 0
    while index < len(rows):
        if _crosses(rows[index], gutter):
            blocks.append([rows[index]])
            index += 1
            continue
        left: list[PlacedWord] = []
        right: list[PlacedWord] = []
        while index < len(rows) and not _crosses(rows[index], gutter):
            for word in rows[index].words:
                (left if word.x1 <= gutter + 1 else right).append(word)
            index += 1
        blocks += reading_order(left, nesting + 1)
        blocks += reading_order(right, nesting + 1)
    return blocks


def _crosses(row: Row, gutter: float) -> bool:
    last_left: PlacedWord | None = None
    for word in row.words:
        if word.x1 <= gutter + 1:
            last_left = word
        elif word.x0 < gutter - 1:
            return True
        else:
            if last_left is None:
                return False
            height = min(word.bottom - word.top, last_left.bottom - last_left.top)
            return word.x0 - last_left.x1 < 0.5 * height
    return False


def _find_gutter(rows: list[Row]) -> float | None:
    """Return the place of a vertical gap that most rows respect, with prose on both sides."""
    x0, x1 = min(row.x0 for row in rows), max(row.x1 for row in rows)
    if len(rows) < 6 or x1 - x0 < 150:
        return None
    low, high = x0 + 0.2 * (x1 - x0), x0 + 0.8 * (x1 - x0)
    crossings = [0] * (int((high - low) / _STEP) + 1)
    for row in rows:
        for run in split_at_gaps(row.words, RUN_GAP):
            first = max(0, int((run[0].x0 - low) / _STEP) + 1)
            last = min(len(crossings) - 1, int((run[-1].x1 - low) / _STEP))
            for index in range(first, last + 1):
                crossings[index] += 1
    fewest = min(crossings)
    if fewest > 0.3 * len(rows):
        return None
    gutter = low + _STEP * _widest_valley(crossings, fewest + max(1.0, 0.05 * len(rows)))
    left = [[word for word in row.words if word.x1 <= gutter + 1] for row in rows if not _crosses(row, gutter)]
    right = [[word for word in row.words if word.x0 >= gutter - 1] for row in rows if not _crosses(row, gutter)]
    return (
        gutter if _is_prose([part for part in left if part]) and _is_prose([part for part in right if part]) else None
    )


def _widest_valley(crossings: list[int], threshold: float) -> float:
    best, best_key = 0.0, (-1, 0)
    index = 0
    while index < len(crossings):
        if crossings[index] > threshold:
            index += 1
            continue
        end = index
        while end + 1 < len(crossings) and crossings[end + 1] <= threshold:
            end += 1
        key = (end - index, -sum(crossings[index : end + 1]))
        if key > best_key:
            best, best_key = (index + end) / 2, key
        index = end + 1
    return best


def _is_prose(parts: list[list[PlacedWord]]) -> bool:
    if len(parts) < 4:
        return False
    runs = [run for part in parts for run in split_at_gaps(part, RUN_GAP)]
    long_runs = [run for run in runs if len(run) >= 4]
    words = sum(map(len, runs))
    text = "".join(word.text for run in runs for word in run)
    letters = sum(map(str.isalpha, text)) / max(1, len(text))
    return sum(map(len, long_runs)) >= 0.6 * words and len(long_runs) >= max(3, 0.35 * len(runs)) and letters >= 0.6
