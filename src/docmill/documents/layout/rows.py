"""Rows: words that stand on one baseline, and the cells that wide gaps cut them into."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from docmill.documents.words import PlacedWord

CELL_GAP = 1.1
RUN_GAP = 0.75

_BASELINE_TOLERANCE = 0.38
_OPEN_ROWS = 6


@dataclass(slots=True)
class Row:
    """Words on one baseline, from left to right.

    Attributes:
        baseline: Their mean baseline.
        height: Height of its tallest word.
        words: The words.
    """

    baseline: float
    height: float
    words: list[PlacedWord]

    @property
    def x0(self) -> float:
        """Left edge of the first word."""
        return self.words[0].x0

    @property
    def x1(self) -> float:
        """Right edge of the last word."""
        return self.words[-1].x1


def build_rows(words: Iterable[PlacedWord]) -> list[Row]:
    """Group words by baseline, from the top of the page to its end.

    A word joins a row when their baselines differ by less than 0.38 of the smaller height: enough for raised and
    lowered characters and for skewed scans, not for the next line of narrow leading.
    """
    rows: list[Row] = []
    for word in sorted(words, key=lambda word: word.baseline):
        height = word.bottom - word.top
        for row in rows[: -_OPEN_ROWS - 1 : -1]:
            if abs(row.baseline - word.baseline) <= _BASELINE_TOLERANCE * min(row.height, height) + 0.3:
                row.words.append(word)
                row.baseline += (word.baseline - row.baseline) / len(row.words)
                row.height = max(row.height, height)
                break
        else:
            rows.append(Row(word.baseline, height, [word]))
    for row in rows:
        row.words.sort(key=lambda word: word.x0)
    rows.sort(key=lambda row: row.baseline)
    return rows


def split_at_gaps(words: list[PlacedWord], gap: float) -> list[list[PlacedWord]]:
    """Cut words of one row where the space between two is wider than ``gap`` times their height."""
    parts = [[words[0]]]
    previous = words[0]
    for word in words[1:]:
        height = min(word.bottom - word.top, previous.bottom - previous.top)
        if word.x0 - previous.x1 > gap * height:
            parts.append([word])
        else:
            parts[-1].append(word)
        previous = word
    return parts
