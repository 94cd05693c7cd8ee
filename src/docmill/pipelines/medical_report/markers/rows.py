"""Rows of a page: lines of text that know where their characters stand, and the cells that gaps cut them into."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from docmill.documents.models import PageText, Word
from docmill.pipelines.medical_report.markers.words import Token, tokens_of

CELL = "\t"

# A gap parts two cells when it is wider than this many characters of the page's mean width.
_CELL_GAP = 1.5
_LONGEST = 2000
_BLANKS = re.compile(r"[ \u00a0]*[|│¦][ \u00a0]*|[ \u00a0]{2,}|\t[ \t]*")
_CELL_TEXT = re.compile(rf"[^{CELL}]*\S[^{CELL}]*")
_BOLD = re.compile(r"\*\*(?=[^\s*])([^*\t]+)\*\*")
_LEADERS = re.compile(r"(?:\.{3,}|…+|_{3,}|(?:\. ){3,}\.?|·{3,}|-{4,})")
# "245  150...400": three dots between two numbers, behind a number, stand for "to".
_MEASURED = re.compile(r"(?<![^\W_])[<>]? ?\d+(?:[.,]\d+)?(?=\s)")
_BETWEEN = re.compile(r"(?<![\w.,/-])\d+(?:[.,]\d+)? {0,2}$")


@dataclass(slots=True)
class Row:
    """One line of a page.

    Attributes:
        page: Page number, counted from 1.
        offset: Where the line begins in the page's text.
        text: The line, character for character, with a tab where a cell ends and blanks for dotted leaders.
        printed: The line as it stands in the page's text.
        words: Its words, from left to right; offsets are those of the page's text.
        tokens: Its words in folded form; offsets are those of ``text``.
    """

    page: int
    offset: int
    text: str
    printed: str
    words: Sequence[Word]
    tokens: list[Token] = field(default_factory=list)
    _starts: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.tokens = tokens_of(self.text)
        self._starts = [word.start - self.offset for word in self.words]

    def x_at(self, position: int) -> float:
        """Return the left edge of a character, in points."""
        return self._x(position, position)

    def x_after(self, position: int) -> float:
        """Return the right edge of the character before a position, in points."""
        return self._x(position - 1, position)

    def _x(self, character: int, position: int) -> float:
        index = max(bisect_right(self._starts, character) - 1, 0)
        word = self.words[index]
        length = max(word.end - word.start, 1)
        share = min(max(position - self._starts[index], 0), length) / length
        return word.x0 + share * (word.x1 - word.x0)

    def box(self, start: int, end: int) -> tuple[float, float, float, float] | None:
        """Return the box around the words between two positions; None where no word stands there."""
        words = [word for word in self.words if word.start - self.offset < end and word.end - self.offset > start]
        if not words:
            return None
        return (
            min(word.x0 for word in words),
            min(word.top for word in words),
            max(word.x1 for word in words),
            max(word.bottom for word in words),
        )

    def cells(self) -> list[tuple[int, int]]:
        """Return where the cells begin and end in ``text``."""
        return [(match.start(), match.end()) for match in _CELL_TEXT.finditer(self.text)]

    def end_of_cell(self, position: int) -> int:
        """Return where the cell around a position ends."""
        end = self.text.find(CELL, position)
        return len(self.text) if end < 0 else end

    def part(self, start: int, end: int) -> Row:
        """Return the stretch of this row between two positions as a row of its own."""
        low, high = start + self.offset, end + self.offset
        words = [word for word in self.words if low <= word.start and word.end <= high]
        return Row(self.page, low, self.text[start:end], self.printed[start:end], words)

    @property
    def top(self) -> float:
        """Upper edge, in points."""
        return min(word.top for word in self.words)

    @property
    def bottom(self) -> float:
        """Lower edge, in points."""
        return max(word.bottom for word in self.words)

    @property
    def confidence(self) -> float:
        """The lowest OCR confidence of its words; 1.0 where the text was not read by OCR."""
        return min((word.confidence for word in self.words if word.confidence is not None), default=1.0)

    def token_index(self, position: int) -> int | None:
        """Return the index of the token that begins at a position."""
        index = bisect_right(self.tokens, position, key=lambda token: token.start) - 1
        return index if index >= 0 and self.tokens[index].start == position else None


def rows_of(page: PageText) -> list[Row]:
    """Return the rows of a page that hold words, from top to bottom."""
    gap = _CELL_GAP * _character_width(page.words)
    rows: list[Row] = []
    offset = 0
    position = 0
    for line in page.text.split("\n"):
        end = offset + len(line)
        first = position
        while position < len(page.words) and page.words[position].start < end:
            position += 1
        words = page.words[first:position]
        if words:
            row = Row(page.number, offset, _with_cells(line, offset, words, gap), line, words)
            rows += _divided(row) if len(line) > _LONGEST else [row]
        offset = end + 1
    return rows


def _divided(row: Row) -> list[Row]:
    """Return a very long row in parts: paragraphs on one line are prose, and time must not grow with their square."""
    parts: list[Row] = []
    start = 0
    while start < len(row.text):
        blank = row.text.rfind(" ", start + 1, start + _LONGEST)
        end = blank if blank > start and start + _LONGEST < len(row.text) else start + _LONGEST
        part = row.part(start, min(end, len(row.text)))
        parts += [part] if part.words else []
        start = end
    return parts


def _character_width(words: Sequence[Word]) -> float:
    width = sum(word.x1 - word.x0 for word in words)
    characters = sum(word.end - word.start for word in words)
    return width / characters if characters else 1.0


def _with_cells(line: str, offset: int, words: Sequence[Word], gap: float) -> str:
    """Return the line with a tab in each gap between cells; its length stays the same."""
    text = _BLANKS.sub(_as_cell, _LEADERS.sub(_as_leader, line))
    text = _BOLD.sub(r"  \1  ", text)
    characters = list(text.replace("\u00a0", " "))
    for word, following in pairwise(words):
        blank = word.end - offset
        if following.x0 - word.x1 > gap and blank < following.start - offset:
            characters[blank] = CELL
    return "".join(characters)


def _as_leader(match: re.Match[str]) -> str:
    """Return a cell's end for dotted leaders, and the dots themselves where they stand between the ends of a range."""
    before, after = match.string[: match.start()], match.string[match.end() :].lstrip(" ")
    low = _BETWEEN.search(before) if match.group() in ("...", "…") and after[:1].isdigit() else None
    return match.group() if low and _MEASURED.search(before, 0, low.start()) else _as_cell(match)


def _as_cell(match: re.Match[str]) -> str:
    return CELL.ljust(match.end() - match.start())
