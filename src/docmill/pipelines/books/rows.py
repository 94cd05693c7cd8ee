"""Reading a CSV of books, row by row, in bounded memory."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

from docmill.engine.pipeline import InputRecord, RejectedRow
from docmill.errors import InvalidInput
from docmill.pipelines.books.isbn import normalise_isbn
from docmill.pipelines.books.models import BookRequest
from docmill.pipelines.books.titles import fold

_COLUMNS = {"title": "title", "author": "author", "authors": "author"} | dict.fromkeys(
    ("isbn", "isbn13", "isbn10"), "isbn"
)
_REQUIRED = ("title", "author")
_DELIMITERS = (",", ";", "\t", "|")
_LONGEST_CELL = 1000


def read_books(path: Path) -> Iterator[InputRecord | RejectedRow]:
    """Yield what each row of a CSV asks for; rows are counted as a spreadsheet does, the header being row 1.

    The file is UTF-8 with or without a byte order mark; the header names the columns ``title``, ``author`` and,
    where there is one, ``isbn``, in any case and order; comma, semicolon, tab and ``|`` are known as delimiters.

    Raises:
        InvalidInput: The file is not UTF-8, is no CSV, or lacks a column.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        try:
            header = file.readline()
            if not header.strip():
                return
            columns, delimiter = _columns(path.name, header)
            rows = csv.reader(file, delimiter=delimiter)
            for number, cells in enumerate(rows, start=2):
                if any(cell.strip() for cell in cells):
                    yield _read_row(number, cells, columns)
        except UnicodeDecodeError:
            raise InvalidInput(f"{path.name} is not UTF-8; save it as CSV in UTF-8.") from None
        except csv.Error as error:
            raise InvalidInput(f"{path.name} is not a CSV that can be read: {error}.") from None


def _columns(filename: str, header: str) -> tuple[list[str | None], str]:
    """Return what each column holds, and the delimiter under which the header names the most."""

    def named(delimiter: str) -> list[str | None]:
        cells = next(csv.reader([header], delimiter=delimiter))
        return [_COLUMNS.get(re.sub(r"[\s_-]", "", cell).lower()) for cell in cells]

    columns, delimiter = max(
        ((named(delimiter), delimiter) for delimiter in _DELIMITERS),
        key=lambda found: len({name for name in found[0] if name}),
    )
    missing = [name for name in _REQUIRED if name not in columns]
    if missing:
        raise InvalidInput(f"{filename} has no column {' and no column '.join(missing)}; name them in its first row.")
    return columns, delimiter


def _read_row(number: int, cells: list[str], columns: list[str | None]) -> InputRecord | RejectedRow:
    if len(cells) > len(columns):
        return RejectedRow(number, cells, "more cells than the header; put quotes around a text with the delimiter")
    values: dict[str, str] = {}
    for name, cell in zip(columns, cells, strict=False):
        text = " ".join(cell.split())
        if name and text:
            values.setdefault(name, text)
    reasons = [f"the {name} is missing" for name in _REQUIRED if name not in values]
    reasons += [f"the {name} is longer than {_LONGEST_CELL} characters" for name in values if _too_long(values[name])]
    reasons += [
        f"the {name} holds no letter or digit" for name in _REQUIRED if name in values and not fold(values[name])
    ]
    isbn = None
    if "isbn" in values:
        try:
            isbn = normalise_isbn(values["isbn"])
        except ValueError as error:
            reasons.append(str(error))
    if reasons:
        return RejectedRow(number, cells, "; ".join(reasons))
    request = BookRequest(title=values["title"], author=values["author"], isbn=isbn)
    return InputRecord(number, request.model_dump(exclude_none=True), request.key)


def _too_long(text: str) -> bool:
    return len(text) > _LONGEST_CELL
