"""Rows: words that stand on one baseline, and the cells that wide gaps cut them into."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from docmill.documents.layout.touching import join_touching
from docmill.documents.words import PlacedWord

RUN_GAP = 0.75

_BASELINE_TOLERANCE = 0.38
_OPEN_ROWS = 6
# Raised and lowered characters: in parts of the height of their row.
_SCRIPT_HEIGHT = 0.85
_RAISED = 0.6
_LOWERED = 0.35
_SCRIPT_LENGTH = 3
_MOST_SCRIPTS = 6


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
    rows.sort(key=lambda row: row.baseline)
    rows = _join_scripts(rows)
    for row in rows:
        row.words.sort(key=lambda word: word.x0)
        row.words = join_touching(row.words)
    return rows


def _join_scripts(rows: list[Row]) -> list[Row]:
    """Move raised and lowered characters that stand alone to the row of their neighbour."""
    kept: list[Row] = []
    for index, row in enumerate(rows):
        following = rows[index + 1] if index + 1 < len(rows) else None
        if len(row.words) <= _MOST_SCRIPTS and all(len(word.text) <= _SCRIPT_LENGTH for word in row.words):
            owners = [_script_owner(word, kept[-1] if kept else None, following) for word in row.words]
            if None not in owners:
                for word, owner in zip(row.words, owners, strict=True):
                    assert owner is not None  # noqa: S101 - tested one line above
                    owner.words.append(word)
                continue
        kept.append(row)
    return kept


def _script_owner(word: PlacedWord, above: Row | None, below: Row | None) -> Row | None:
    height = word.bottom - word.top
    for row, most in ((below, _RAISED), (above, _LOWERED)):
        if row is None or height > _SCRIPT_HEIGHT * row.height:
            continue
        near = abs(row.baseline - word.baseline) <= most * row.height
        if near and any(-0.5 * height < max(word.x0 - other.x1, other.x0 - word.x1) < height for other in row.words):
            return row
    return None


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
