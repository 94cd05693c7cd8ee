"""Pages out of plain text: each character gets a place, so that the code for tables serves text files too."""

from __future__ import annotations

import re

from docmill.documents.models import PageText, Word

CHARACTER_WIDTH = 6.0
LINE_HEIGHT = 12.0
WORD_HEIGHT = 10.0

_WORD = re.compile(r"\S+")
_RULE = re.compile(r"[\s|:+=_-]*[|+][\s|:+=_-]*|\s*[-=_]{4,}[\s=_-]*")
_DELIMITERS = ("|", "\t", ";", ",")
_FEWEST_COMMAS = 3
_FEWEST_ROWS = 2
_PIPES = re.compile(r"[|│¦]")


def pages_from_text(text: str) -> list[PageText]:
    """Return the pages of a plain text, with boxes as if it were printed in one width of character.

    A form feed begins a page. In tables whose cells are parted by tabs, pipes or semicolons, each column gets a place
    of its own. The text of the pages is the text that was given: offsets fit it.

    Args:
        text: The text, with line feeds between lines.

    Returns:
        One page at least; boxes are in points, six for each character.
    """
    clean = text.replace("\r\n", "\n").replace("\r", "\n")
    return [_page(number, part) for number, part in enumerate(clean.split("\f"), 1)]


def with_boxes(page: PageText) -> PageText:
    """Return a page whose words have places, where it came without any."""
    return page if page.words else _page(page.number, page.text)


def _page(number: int, text: str) -> PageText:
    lines = text.split("\n")
    words: list[Word] = []
    widest = 0.0
    offset = 0
    columns = _Delimited(lines)
    for index, line in enumerate(lines):
        if not _RULE.fullmatch(line):
            for start, end, column in columns.words_of(index):
                x0 = column * CHARACTER_WIDTH
                x1 = x0 + (end - start) * CHARACTER_WIDTH
                top = index * LINE_HEIGHT
                words.append(Word(offset + start, offset + end, x0, top, x1, top + WORD_HEIGHT))
                widest = max(widest, x1)
        offset += len(line) + 1
    method = "text" if words else "empty"
    return PageText(number=number, text=text, words=words, width=widest, height=len(lines) * LINE_HEIGHT, method=method)


class _Delimited:
    """Finds tables with delimiters in the lines of a page and gives their cells columns."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._delimiter: dict[int, str] = {}
        self._edges: dict[int, list[int]] = {}
        index = 0
        while index < len(lines):
            index = self._find_table(index)

    def words_of(self, index: int) -> list[tuple[int, int, int]]:
        """Return start, end and column of each word of a line."""
        line = self._lines[index]
        delimiter = self._delimiter.get(index)
        if delimiter is None:
            expanded = _tab_columns(line)
            return [(match.start(), match.end(), expanded[match.start()]) for match in _WORD.finditer(line)]
        found: list[tuple[int, int, int]] = []
        start = 0
        for cell, edge in zip(line.split(delimiter), self._edges[index], strict=False):
            indent = len(cell) - len(cell.lstrip())
            found.extend(
                (start + match.start(), start + match.end(), edge + match.start() - indent)
                for match in _WORD.finditer(cell)
            )
            start += len(cell) + 1
        return found

    def _find_table(self, first: int) -> int:
        """Note the table that begins at a line, and return the index of the line after it."""
        for delimiter in _DELIMITERS:
            rows = [first] if self._may_be_head(first, delimiter) else []
            at = first + 1
            while rows and at < len(self._lines):
                if self._is_row(at, first, delimiter):
                    rows.append(at)
                elif self._lines[at].strip():
                    break
                at += 1
            if len(rows) >= _FEWEST_ROWS:
                self._note_table(rows, delimiter)
                return rows[-1] + 1
        return first + 1

    def _may_be_head(self, index: int, delimiter: str) -> bool:
        """Return whether a line can begin a table; commas part cells only below a head of words without spaces."""
        line = self._lines[index]
        if delimiter != ",":
            return line.count(delimiter) >= 2
        return line.count(",") >= _FEWEST_COMMAS and not re.search(r"\d|, |\. ", line)

    def _is_row(self, index: int, first: int, delimiter: str) -> bool:
        count = self._lines[index].count(delimiter)
        return count == self._lines[first].count(",") if delimiter == "," else count >= 2

    def _note_table(self, indexes: list[int], delimiter: str) -> None:
        rows = {index: self._lines[index].split(delimiter) for index in indexes}
        widths = [0] * max(map(len, rows.values()))
        for index, row in rows.items():
            if _RULE.fullmatch(self._lines[index]):
                continue
            for position, cell in enumerate(row):
                widths[position] = max(widths[position], len(cell.strip()))
        edges = [0]
        for width in widths:
            edges.append(edges[-1] + width + 3)
        for index in indexes:
            self._delimiter[index] = delimiter
            self._edges[index] = edges


def _tab_columns(line: str) -> list[int]:
    """Return the column of each character, with tab stops at every eighth."""
    columns: list[int] = []
    column = 0
    for character in line:
        columns.append(column)
        column += 8 - column % 8 if character == "\t" else 1
    return columns
