"""Reading a CSV of books, row by row, in bounded memory."""

from __future__ import annotations

import codecs
import csv
import re
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

from docmill.engine.pipeline import InputRecord, RejectedRow
from docmill.errors import InvalidInput
from docmill.pipelines.books.isbn import normalise_isbn
from docmill.pipelines.books.models import BookRequest
from docmill.pipelines.books.titles import fold

_NAMES = {
    "title": ("title", "booktitle", "titre"),
    "author": ("author", "authors", "authorname", "auteur", "auteurs"),
    "isbn": ("isbn", "isbn13", "isbn10"),
}
_COLUMNS = {name: column for column, names in _NAMES.items() for name in names}
_REQUIRED = ("title", "author")
_DELIMITERS = (",", ";", "\t", "|")
_LONGEST_CELL = 1000
# Names are broken over two lines, a third is the next row.
_MOST_LINES = 3
_CHUNK_BYTES = 1024 * 1024

# What Excel writes first where a list is not separated by commas.
_SEPARATOR_LINE = re.compile(r"sep=.\s*", re.IGNORECASE)
# Says that a book has no ISBN.
_NO_ISBN = re.compile(r"[\W_]*|n/?a|nan|none|null", re.IGNORECASE)
_EXCEL_WORKBOOK = b"PK\x03\x04"


def read_books(path: Path) -> Iterator[InputRecord | RejectedRow]:
    """Yield what each row of a CSV asks for; rows are counted as a spreadsheet does, the header being row 1.

    The file is UTF-8, or UTF-16 with a byte order mark; the header names the columns ``title``, ``author`` and,
    where there are any, ``isbn``, ``isbn10``, ``isbn13``, in any case and order; comma, semicolon, tab and ``|`` are
    known as delimiters. Nothing is yielded of a file whose encoding or header is wrong.

    Raises:
        InvalidInput: The file is not in one of these encodings, is no CSV, or lacks a column.
    """
    with path.open(encoding=_encoding(path), newline="") as file:
        header, above = _header(file)
        if not header:
            return
        columns, delimiter = _columns(path.name, header)
        rows = csv.reader(file, delimiter=delimiter)
        number, line = above + 1, 0
        try:
            for number, cells in enumerate(rows, start=above + 2):
                if any(map(_clean, cells)):
                    yield _read_row(number, cells, columns, lines=rows.line_num - line)
                line = rows.line_num
        except csv.Error as error:
            raise InvalidInput(
                f"{path.name} cannot be read behind row {number}: {error}; most often a quote is not closed there."
            ) from None


def _encoding(path: Path) -> str:
    """Return the encoding of a file, all of which is looked at before any row of it is used."""
    with path.open("rb") as file:
        start = file.read(len(_EXCEL_WORKBOOK))
        if start == _EXCEL_WORKBOOK:
            raise InvalidInput(f"{path.name} is an Excel workbook; save it as CSV in UTF-8.")
        encoding = "utf-16" if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
        decoder = codecs.getincrementaldecoder(encoding)()
        file.seek(0)
        line = 1
        try:
            while chunk := file.read(_CHUNK_BYTES):
                line += decoder.decode(chunk).count("\n")
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            line += bytes(error.object[: error.start]).count(b"\n")
            raise InvalidInput(f"{path.name} is not UTF-8 (see line {line}); save it as CSV in UTF-8.") from None
    return encoding


def _header(file: TextIO) -> tuple[str, int]:
    """Return the first line that names columns, and the number of lines above it."""
    above = 0
    for line in iter(file.readline, ""):
        if line.strip(" \t\r\n,;|") and not _SEPARATOR_LINE.fullmatch(line):
            return line, above
        above += 1
    return "", above


def _columns(filename: str, header: str) -> tuple[list[str | None], str]:
    """Return what each column holds, and the delimiter under which the header names the most."""

    def named(delimiter: str) -> list[str | None]:
        cells = next(csv.reader([header], delimiter=delimiter))
        return [_COLUMNS.get(re.sub(r"[\W_]", "", cell).lower()) for cell in cells]

    columns, delimiter = max(
        ((named(delimiter), delimiter) for delimiter in _DELIMITERS),
        key=lambda found: len({name for name in found[0] if name}),
    )
    missing = [name for name in _REQUIRED if name not in columns]
    if missing:
        raise InvalidInput(
            f"{filename} has no column {' and no column '.join(missing)}; its first row must name the columns title, "
            "author and, where there is one, isbn."
        )
    return columns, delimiter


def _read_row(number: int, cells: list[str], columns: Sequence[str | None], *, lines: int) -> InputRecord | RejectedRow:
    reasons: list[str] = []
    if any(map(_clean, cells[len(columns) :])):
        reasons.append("more cells than the header; put quotes around a text with the delimiter")
    values: dict[str, list[str]] = {}
    for name, cell in zip(columns, cells, strict=False):
        if name and (text := _clean(cell)):
            values.setdefault(name, []).append(text)
            if len(cell.strip().splitlines()) > _MOST_LINES:
                reasons.append(f"the {name} has more than {_MOST_LINES} lines")
    reasons += [f"the {name} is missing" for name in _REQUIRED if name not in values]
    reasons += [
        f"the {name} is longer than {_LONGEST_CELL} characters"
        for name, texts in values.items()
        if any(len(text) > _LONGEST_CELL for text in texts)
    ]
    reasons += [
        f"the {name} holds no letter or digit" for name in _REQUIRED if name in values and not fold(values[name][0])
    ]
    isbn = None
    try:
        isbn = _isbn(values.get("isbn", []))
    except ValueError as error:
        reasons.append(str(error))
    if reasons:
        if lines > 1:
            reasons.append(f"the row takes up {lines} lines of the file: is a quote not closed?")
        return RejectedRow(number, cells, "; ".join(reasons))
    request = BookRequest(title=values["title"][0], author=values["author"][0], isbn=isbn)
    return InputRecord(number, request.model_dump(exclude_none=True), request.key)


def _isbn(texts: Sequence[str]) -> str | None:
    """Return the ISBN of a row, which may have columns for both lengths; None where it has none.

    Raises:
        ValueError: One is no ISBN, or they are of different editions.
    """
    found = {normalise_isbn(text) for text in texts if not _NO_ISBN.fullmatch(text)}
    if len(found) > 1:
        raise ValueError("the ISBNs of the row are of different books")
    return next(iter(found), None)


def _clean(cell: str) -> str:
    """Return a cell with one space between words, without characters that do not show."""
    shown = (character for character in cell if character.isspace() or unicodedata.category(character)[0] != "C")
    return " ".join("".join(shown).split())
