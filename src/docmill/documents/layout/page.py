"""The text of a page out of its words, with the place of each word in it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from docmill.documents.geometry import reading_box, shown_box
from docmill.documents.layout.cells import split_cells
from docmill.documents.layout.columns import reading_order
from docmill.documents.layout.rows import Row
from docmill.documents.models import Word
from docmill.documents.words import PlacedWord

CELL_SEPARATOR = "  "

_PARAGRAPH_GAP = 1.9
_WIDER_THAN_USUAL = 1.35
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")


def lay_out(words: Iterable[PlacedWord]) -> tuple[str, list[Word]]:
    """Bring words into reading order.

    Rows of tables stay one line, with cells parted by two spaces; columns of prose follow each other; blank lines
    part blocks. Text that is turned by quarters comes after the text of the most common direction.

    Args:
        words: The words of one page.

    Returns:
        The text, and its words in the order of the text; ``text[word.start:word.end]`` is the word.
    """
    by_turn: dict[int, list[PlacedWord]] = {}
    for word in words:
        if word.turn:
            word.x0, word.top, word.x1, word.bottom = reading_box((word.x0, word.top, word.x1, word.bottom), word.turn)
        by_turn.setdefault(word.turn, []).append(word)
    writer = _Writer()
    for turn in sorted(by_turn, key=lambda turn: -len(by_turn[turn])):
        writer.break_paragraph()
        for block in reading_order(by_turn[turn]):
            writer.write_block(block)
    return writer.text(), writer.words


class _Writer:
    """Writes words one after the other and notes where each comes to stand."""

    def __init__(self) -> None:
        self.words: list[Word] = []
        self._parts: list[str] = []
        self._length = 0
        self._last: Row | None = None

    def text(self) -> str:
        return "".join(self._parts)

    def break_paragraph(self) -> None:
        self._last = None
        if self._parts:
            self._add("\n")

    def write_block(self, rows: list[Row]) -> None:
        leading = _leading(rows)
        for row, cells in zip(rows, split_cells(rows), strict=True):
            if self._last is not None:
                distance = row.baseline - self._last.baseline
                if distance > max(_PARAGRAPH_GAP * max(row.height, self._last.height), _WIDER_THAN_USUAL * leading):
                    self._add("\n")
            self._write_row(_reading_cells(row, cells))
            self._last = row

    def _write_row(self, cells: list[list[PlacedWord]]) -> None:
        if self._parts:
            self._add("\n")
        for number, cell in enumerate(cells):
            if number:
                self._add(CELL_SEPARATOR)
            for position, word in enumerate(cell):
                if position:
                    self._add(" ")
                self._write_word(word)

    def _write_word(self, word: PlacedWord) -> None:
        start = self._length
        self._add(word.text)
        x0, top, x1, bottom = shown_box((word.x0, word.top, word.x1, word.bottom), word.turn)
        self.words.append(
            Word(start, self._length, round(x0, 2), round(top, 2), round(x1, 2), round(bottom, 2), word.confidence)
        )

    def _add(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)


def _leading(rows: list[Row]) -> float:
    """Return the usual distance between the rows of a block; 0 where there are too few to tell."""
    distances = sorted(row.baseline - above.baseline for above, row in pairwise(rows))
    return distances[(len(distances) - 1) // 2] if len(distances) > 1 else 0.0


def _reading_cells(row: Row, cells: list[list[PlacedWord]]) -> list[list[PlacedWord]]:
    foreign = sum(1 for word in row.words if _RIGHT_TO_LEFT.search(word.text))
    if not foreign:
        return cells
    lettered = sum(1 for word in row.words if any(map(str.isalpha, word.text)))
    if foreign * 2 <= lettered:
        return cells
    return [_right_to_left(cell) for cell in reversed(cells)]


def _right_to_left(words: list[PlacedWord]) -> list[PlacedWord]:
    """Return words in reading order: leftwards, but runs of left-to-right words keep theirs."""
    ordered: list[PlacedWord] = []
    run: list[PlacedWord] = []
    for word in reversed(words):
        if _RIGHT_TO_LEFT.search(word.text) or not any(map(str.isalnum, word.text)):
            ordered += [*reversed(run), word]
            run = []
        else:
            run.append(word)
    return ordered + run[::-1]
