"""The text of a page out of its words, with the place of each word in it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from docmill.documents.geometry import reading_box, shown_box
from docmill.documents.layout.cells import split_cells
from docmill.documents.layout.columns import reading_order
from docmill.documents.layout.rows import Row
from docmill.documents.layout.stacked import join_stacked
from docmill.documents.layout.touching import join_touching, without_echoes
from docmill.documents.models import Word
from docmill.documents.words import PlacedWord

CELL_SEPARATOR = "  "

_PARAGRAPH_GAP = 1.9
_WIDER_THAN_USUAL = 1.35
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")


def lay_out(words: Iterable[PlacedWord]) -> tuple[str, list[Word]]:
    """Bring words into reading order.

    Rows of tables stay one line, with cells parted by two spaces; columns of prose follow each other; blank lines
    part blocks. Text that is turned by quarters comes after the text of the most common direction, slanted text (as
    watermarks are) at the end.

    Args:
        words: The words of one page.

    Returns:
        The text, and its words in the order of the text; ``text[word.start:word.end]`` is the word.
    """
    by_turn: dict[int, list[PlacedWord]] = {}
    aside: list[PlacedWord] = []
    for word in join_stacked(without_echoes(words)):
        if word.slanted:
            aside.append(word)
            continue
        if word.turn:
            word.x0, word.top, word.x1, word.bottom = reading_box((word.x0, word.top, word.x1, word.bottom), word.turn)
        by_turn.setdefault(word.turn, []).append(word)
    writer = _Writer([word for group in by_turn.values() for word in group])
    for turn in sorted(by_turn, key=lambda turn: -len(by_turn[turn])):
        writer.break_paragraph()
        # Once in the order of the file, because a raised character may stand nearer to the row above; rows do it again.
        for block in reading_order(join_touching(by_turn[turn])):
            writer.write_block(block)
    writer.write_aside(aside)
    return writer.text(), writer.words


class _Writer:
    """Writes words one after the other and notes where each comes to stand."""

    def __init__(self, placed: list[PlacedWord]) -> None:
        self.words: list[Word] = []
        self._has_foreign = bool(_RIGHT_TO_LEFT.search("".join([word.text for word in placed])))
        foreign, lettered = _count_foreign(placed) if self._has_foreign else (0, 0)
        self._from_right = 2 * foreign > lettered
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
            self._write_row(_from_right(cells) if self._reads_from_right(row) else cells)
            self._last = row

    def write_aside(self, words: list[PlacedWord]) -> None:
        if words:
            self.break_paragraph()
            self._write_row([words])

    def _reads_from_right(self, row: Row) -> bool:
        """Whether most words of a row are of a script that does, or one of them is and so are most of the page."""
        if not self._has_foreign:
            return False
        foreign, lettered = _count_foreign(row.words)
        return foreign > 0 and (self._from_right or 2 * foreign > lettered)

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
        x0, top, x1, bottom = word.shown or shown_box((word.x0, word.top, word.x1, word.bottom), word.turn)
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


def _count_foreign(words: list[PlacedWord]) -> tuple[int, int]:
    """Return how many words are of a script that is read from the right, and how many have letters."""
    foreign = sum(1 for word in words if _RIGHT_TO_LEFT.search(word.text))
    return foreign, sum(1 for word in words if any(map(str.isalpha, word.text)))


def _from_right(cells: list[list[PlacedWord]]) -> list[list[PlacedWord]]:
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
