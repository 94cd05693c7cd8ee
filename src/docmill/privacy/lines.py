"""Lines and cells: how a text is laid out before anybody asks what it says."""

from __future__ import annotations

import re
from typing import NamedTuple

from docmill.privacy.text import fold

# A cell ends at a tab, a bar, or where two spaces or more leave a gap.
_CELL = re.compile(r"[^\s|]+(?: [^\s|]+)*")


class Cell(NamedTuple):
    """A run of words without a gap.

    Attributes:
        start: First code point in the whole text.
        end: One past the last.
    """

    start: int
    end: int


class Line(NamedTuple):
    """A line of the text.

    Attributes:
        start: First code point in the whole text.
        end: One past the last, without the line feed.
        text: What it says.
        folded: ``text`` in lower case without accents, of the same length.
        cells: Its cells from left to right.
    """

    start: int
    end: int
    text: str
    folded: str
    cells: tuple[Cell, ...]


def split_lines(text: str) -> list[Line]:
    """Return the lines of a normalised text."""
    lines = []
    folded = fold(text)
    start = 0
    for content in text.split("\n"):
        end = start + len(content)
        cells = tuple(Cell(start + match.start(), start + match.end()) for match in _CELL.finditer(content))
        lines.append(Line(start, end, content, folded[start:end], cells))
        start = end + 1
    return lines
