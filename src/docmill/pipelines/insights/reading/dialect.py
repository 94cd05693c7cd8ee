"""The form of a text file with a table: its encoding, what parts its cells, where its header is."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from docmill.documents.encoding import decode_head, find_encoding
from docmill.errors import InvalidInput, UnparseableInput
from docmill.pipelines.insights.models import TableOptions
from docmill.pipelines.insights.reading import cells

HEAD_BYTES = 256 * 1024
_LOOKED_AT_RECORDS = 200
_DELIMITERS = (",", ";", "\t", "|")
_FIRST_YEAR, _LAST_YEAR = 1800, 2100
_LEAST_SHARE = 0.4
_LONGEST_ONLY_CELL = 60


@dataclass(frozen=True)
class Dialect:
    """The form of a text file with a table.

    Attributes:
        encoding: As Python names it; ``utf-8`` also stands for files with lines in Windows-1252.
        delimiter: What parts the cells of a record.
        width: Cells of most records.
        header: The cells of the header; None where the first record holds data.
        header_line: Line on which the header begins, counted from 1.
        first_line: Line on which the data begins.
    """

    encoding: str
    delimiter: str
    width: int
    header: list[str] | None
    header_line: int | None
    first_line: int


def find_dialect(path: Path, options: TableOptions) -> Dialect:
    """Return the form of a text file, found in its first 256 kB.

    Raises:
        InvalidInput: The encoding that the user named is unknown.
        UnparseableInput: The text holds no table.
    """
    text, encoding = read_head(path, _known_encoding(options.encoding) if options.encoding else None)
    candidates = [options.delimiter] if options.delimiter else _DELIMITERS
    delimiter, width = max(
        ((delimiter, *_width(text, delimiter)) for delimiter in candidates),
        key=lambda found: (found[1] > 1 and found[2], found[1]),
    )[:2]
    records = list(_records(text, delimiter))
    if width < 2:
        _check_single_column(path.name, records)
        delimiter, width, records = ",", 1, list(_records(text, ","))
    return _with_header(encoding, delimiter, width, records)


def _known_encoding(name: str) -> str:
    try:
        return codecs.lookup(name).name
    except LookupError:
        raise InvalidInput(
            f"The encoding {name!r} is unknown; leave the option `encoding` out to have it found."
        ) from None


def read_head(path: Path, encoding: str | None = None) -> tuple[str, str]:
    """Return the first whole lines of a text file, and its encoding where none is given."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    encoding = encoding or find_encoding(head)
    text = decode_head(head, encoding)
    if len(head) < HEAD_BYTES:
        return text, encoding
    return text[: max(text.rfind("\n"), text.rfind("\r")) + 1] or text, encoding


def _width(text: str, delimiter: str) -> tuple[int, float]:
    """Return how many cells most records have under a delimiter, and the share of the records that have them."""
    widths = Counter(len(record) for _, record in _records(text, delimiter))
    if not widths:
        return 0, 0.0
    # Of two equally frequent widths the larger one.
    width, count = max(widths.items(), key=lambda item: (item[1], item[0]))
    share = count / widths.total()
    return (width, share) if share >= _LEAST_SHARE else (1, share)


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the first records that are not blank, each with the line on which it begins."""
    reader = csv.reader(io.StringIO(text, newline=None), delimiter=delimiter)
    begin, count = 1, 0
    try:
        for record in reader:
            if record and any(cell.strip() for cell in record):
                yield begin, record
                count += 1
            if count == _LOOKED_AT_RECORDS:
                return
            begin = reader.line_num + 1
    except csv.Error:
        return


def _check_single_column(filename: str, records: Iterable[tuple[int, list[str]]]) -> None:
    lengths = sorted(len(",".join(record)) for _, record in records)
    if not lengths or lengths[len(lengths) // 2] > _LONGEST_ONLY_CELL:
        raise UnparseableInput(f"{filename} holds no table: its lines are not parted into cells.")


def _with_header(encoding: str, delimiter: str, width: int, records: list[tuple[int, list[str]]]) -> Dialect:
    place = next((index for index, (_, record) in enumerate(records) if len(record) == width), 0)
    if not records:
        return Dialect(encoding, delimiter, width, None, None, 1)
    line, record = records[place]
    if not is_header(record):
        return Dialect(encoding, delimiter, width, None, None, line)
    lines = 1 + sum(cell.count("\n") for cell in record)
    return Dialect(encoding, delimiter, width, record, line, line + lines)


def is_header(record: Iterable[str]) -> bool:
    """Whether a first row names columns: it holds a text, and no number or date; years may be names."""
    named = False
    for cell in record:
        text = cell.strip()
        if _is_data(text):
            return False
        named = named or (bool(text) and text not in cells.MISSING)
    return named


def _is_data(text: str) -> bool:
    if cells.WHOLE_NUMBER.fullmatch(text) and len(text) == 4:
        return not _FIRST_YEAR <= int(text) <= _LAST_YEAR
    return bool(
        cells.NUMBER["."].fullmatch(text)
        or cells.NUMBER[","].fullmatch(text)
        or cells.ISO_DATE.fullmatch(text)
        or cells.NUMBERED_DATE.fullmatch(text)
    )
