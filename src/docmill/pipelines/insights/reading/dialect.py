"""The form of a text file with a table: its encoding, what parts its cells, where its header is."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path

from docmill.documents.encoding import decode_head, find_encoding
from docmill.errors import InvalidInput, UnparseableInput
from docmill.pipelines.insights.models import TableOptions
from docmill.pipelines.insights.reading import cells
from docmill.pipelines.insights.reading.blanks import BLANK, find_layout, is_ruler, is_torn, split_line
from docmill.pipelines.insights.reading.footers import columns_of_numbers
from docmill.pipelines.insights.reading.headers import find_header, is_header

HEAD_BYTES = 256 * 1024
_LOOKED_AT_RECORDS = 200
_DELIMITERS = (",", ";", "\t", "|")
_FEWEST_NAMED_ROWS = 2
_NAMED_DELIMITER = re.compile(r'"?sep=(.)"?\n')
_UNDECODED = re.compile("[\udc80-\udcff]")
_SEVERAL_NUMBERS = re.compile(r"\d[ \t]+[-+]?[\d.]")
_UTF_8 = ("utf-8", "utf-8-sig")
_LEAST_SHARE = 0.4
_LONGEST_ONLY_CELL = 60


@dataclass(frozen=True)
class Dialect:
    """The form of a text file with a table.

    Attributes:
        encoding: As Python names it; ``utf-8`` also stands for files with lines in Windows-1252.
        delimiter: What parts the cells of a record; a blank stands for any number of them.
        width: Cells of most records.
        header: The cells of the header; None where the first record holds data.
        header_line: Line on which the header begins, counted from 1.
        first_line: Line on which the data begins.
        starts: Where the columns begin in a line, counted from 0, if they only stand below each other.
        header_rows: How many records the header has.
        repeated: Whether the header occurs again among the first records, as in files that were put together.
        shifted: Whether the header has one name less than the rows have cells, and none for the first column.
        numbers: The columns of the first records that hold numbers only, counted from 0, where empty lines part these.
    """

    encoding: str
    delimiter: str
    width: int
    header: list[str] | None
    header_line: int | None
    first_line: int
    starts: tuple[int, ...] = ()
    header_rows: int = 1
    repeated: bool = False
    shifted: bool = False
    numbers: frozenset[int] = frozenset()


def find_dialect(path: Path, filename: str, options: TableOptions) -> Dialect:
    """Return the form of a text file, found in its first 256 kB.

    Args:
        path: The file.
        filename: What to call it.
        options: Where the user knows better than the rules.

    Raises:
        InvalidInput: The encoding that the user named is unknown.
        UnparseableInput: The text holds no table.
    """
    text, encoding = read_head(path, _known_encoding(options.encoding) if options.encoding else None)
    wanted = options.delimiter
    if named := _NAMED_DELIMITER.match(text):
        wanted = wanted or named[1]
        text = "\n" + text[named.end() :]
    candidates = [wanted] if wanted else _DELIMITERS
    delimiter, width = max(
        ((delimiter, *_width(text, delimiter)) for delimiter in candidates),
        key=lambda found: (found[1] > 1 and found[2], found[1]),
    )[:2]
    if wanted in (None, BLANK):
        parted = _parted_by_blanks(text, encoding, delimiter if width > 1 else None, wanted=wanted == BLANK)
        if parted is not None:
            return parted
    records = list(_records(text, delimiter))
    if width < 2:
        _check_single_column(filename, records)
        delimiter, width, records = ",", 1, list(_records(text, ","))
    return _with_header(encoding, delimiter, width, records)


def _parted_by_blanks(text: str, encoding: str, delimiter: str | None, *, wanted: bool) -> Dialect | None:
    """Return the form of a file whose columns are parted by blanks; None where a delimiter parts them, or nothing.

    Args:
        text: The beginning of the file.
        encoding: Its encoding.
        delimiter: What seems to part cells, if anything does.
        wanted: Whether the user says that blanks do.
    """
    numbered = enumerate(text.split("\n"), start=1)
    filled = ((number, line) for number, line in numbered if line.strip() and not is_ruler(line))
    lines = list(islice(filled, _LOOKED_AT_RECORDS))
    rival = delimiter if lines and delimiter not in (None, BLANK) and delimiter in lines[0][1] else None
    if rival and not (any(_SEVERAL_NUMBERS.search(line) for _, line in lines) and _tears(text, rival)):
        return None
    layout = find_layout([line for _, line in lines], wanted=wanted)
    if layout is None:
        return None
    records = [
        (number, record)
        for number, line in lines[layout.above :]
        if (record := split_line(line, layout.starts)) is not None
    ]
    if rival and any(rival in record[place] for _, record in records[1:] for place in layout.texts):
        return None
    dialect = _with_header(encoding, BLANK, layout.width, records, layout.starts)
    return None if dialect.header is None and dialect.first_line != records[0][0] else dialect


def _tears(text: str, delimiter: str) -> bool:
    """Whether a delimiter leaves several numbers in most cells of a column."""
    width, _ = _width(text, delimiter)
    records = [record for _, record in _records(text, delimiter) if len(record) == width]
    return any(map(is_torn, zip(*records, strict=True)))


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
    text = _decoded(head) if encoding in _UTF_8 else decode_head(head, encoding)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if len(head) < HEAD_BYTES:
        return text, encoding
    return text[: text.rfind("\n") + 1] or text, encoding


def _decoded(head: bytes) -> str:
    text = codecs.getincrementaldecoder("utf-8-sig")(errors="surrogateescape").decode(head)
    return "".join(map(readable, text.splitlines(keepends=True))) if _UNDECODED.search(text) else text


def readable(line: str) -> str:
    """Return a line in which bytes that are not UTF-8 stand for themselves; they are taken for Windows-1252."""
    if not is_undecoded(line):
        return line
    # Five bytes mean nothing in Windows-1252.
    return line.encode("utf-8", "surrogateescape").decode("cp1252", "replace")


def is_undecoded(line: str) -> bool:
    """Whether a line holds bytes that are not UTF-8."""
    return _UNDECODED.search(line) is not None


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
            if any(cell.strip() for cell in record) and not is_ruler("".join(record)):
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


def _with_header(
    encoding: str, delimiter: str, width: int, records: list[tuple[int, list[str]]], starts: tuple[int, ...] = ()
) -> Dialect:
    if not records:
        return Dialect(encoding, delimiter, width, None, None, 1, starts)
    nameless = _without_name_of_rows(records, width)
    if nameless is not None:
        line, record = records[0]
        return Dialect(encoding, delimiter, width, nameless, line, line + _lines(record), starts, shifted=True)
    fitting = [(line, record) for line, record in records if len(record) == width] or records
    header = find_header([record for _, record in fitting])
    line = fitting[header.place][0]
    if header.names is None:
        return Dialect(encoding, delimiter, width, None, None, line, starts)
    last, record = fitting[header.place + header.rows - 1]
    # A ruler may stand between the names and the first row.
    first = next((begin for begin, _ in records if begin > last), last + _lines(record))
    data = [(begin, record) for begin, record in records if begin >= first]
    repeated = any(record == header.names for _, record in data)
    gaps = any(after > before + _lines(record) for (before, record), (after, _) in pairwise(data))
    numbers = columns_of_numbers(data, width) if gaps else frozenset[int]()
    return Dialect(
        encoding, delimiter, width, header.names, line, first, starts, header.rows, repeated=repeated, numbers=numbers
    )


def _lines(record: list[str]) -> int:
    return 1 + sum(cell.count("\n") for cell in record)


def _without_name_of_rows(records: list[tuple[int, list[str]]], width: int) -> list[str] | None:
    """Return the names of a header without one for the first column, which names the rows; None where it is none.

    Where the last column is empty, each row may end with a delimiter instead.
    """
    (_, names), rows = records[0], [record for _, record in records[1:] if len(record) == width]
    if len(names) != width - 1 or len(rows) < _FEWEST_NAMED_ROWS or not is_header(names, []):
        return None
    first, last = [row[0] for row in rows], [row[-1] for row in rows]
    numbered = first == [str(number) for number in range(1, len(rows) + 1)]
    texts = not any(cells.NUMBER["."].fullmatch(name) for name in first)
    if not any(map(str.strip, last)) or len(set(first)) < len(first) or not (numbered or texts):
        return None
    return ["", *names]
