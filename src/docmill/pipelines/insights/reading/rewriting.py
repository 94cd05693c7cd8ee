"""Rewriting a text file that breaks the rules of CSV into one that keeps them.

Lines are decoded one by one: those that are not UTF-8 are Windows-1252. A record with too few cells is filled up; one
with too many, or with a quotation mark that nothing closes, is kept out, and its line is reported.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from docmill.pipelines.insights.reading.blanks import BLANK, is_ruler, split_line
from docmill.pipelines.insights.reading.dialect import Dialect, is_undecoded, readable
from docmill.pipelines.insights.reading.footers import Footer, Numbered, is_note, without_footer
from docmill.pipelines.insights.reading.source import MOST_LINES_NAMED

_LONGEST_LINE = 1024 * 1024
_MOST_LINES_IN_A_RECORD = 200
_LONGEST_CELL = 128 * 1024


@dataclass
class Lines:
    """How many lines something is the case on, and the first of them, counted from 1."""

    count: int = 0
    first: list[int] = field(default_factory=list)

    def add(self, line: int) -> None:
        """Count one more line."""
        self.count += 1
        if len(self.first) < MOST_LINES_NAMED:
            self.first.append(line)


@dataclass
class Rewritten:
    """What was found while a file was rewritten.

    Attributes:
        bad: Lines that were kept out.
        short: Lines that were filled up.
        repeated: Lines with the header once more.
        decoded: Lines that are not UTF-8.
        unicode_lines: Lines with letters beyond ASCII that are UTF-8.
        footer: What stands below the rows.
    """

    bad: Lines = field(default_factory=Lines)
    short: Lines = field(default_factory=Lines)
    repeated: Lines = field(default_factory=Lines)
    decoded: Lines = field(default_factory=Lines)
    unicode_lines: int = 0
    footer: Footer = field(default_factory=Footer)


def rewrite(source: Path, target: Path, dialect: Dialect) -> Rewritten:
    """Write the records of a file, without its header, to ``target`` as plain CSV in UTF-8, with commas."""
    found = Rewritten()
    csv.field_size_limit(_LONGEST_CELL)
    with (
        source.open(encoding=dialect.encoding, errors=_error_handler(dialect.encoding), newline=None) as lines,
        target.open("w", encoding="utf-8", newline="") as output,
    ):
        # A blank line would be skipped, so that every cell is quoted.
        writer = csv.writer(output, quoting=csv.QUOTE_ALL, lineterminator="\n")
        found.footer.numbers = dialect.numbers
        records = without_footer(_fitting(lines, dialect, found), dialect.width, found.footer)
        writer.writerows(record for _, record in records)
    return found


def _fitting(lines: TextIO, dialect: Dialect, found: Rewritten) -> Iterator[Numbered]:
    """Yield the records that fit the table with their lines, those with too few cells filled up; and notes."""
    # Which cell is missing cannot be seen where blanks part them.
    fewest = dialect.width if dialect.delimiter == BLANK else 0
    for number, record in _records(_Decoded(lines, found), dialect):
        if record is not None and record == dialect.header:
            found.repeated.add(number)
            continue
        if record is not None and is_note(record, dialect.width):
            yield number, [", ".join(filter(None, record)), *[""] * (dialect.width - 1)]
            continue
        if record is None or not fewest <= len(record) <= dialect.width:
            found.bad.add(number)
            continue
        if len(record) < dialect.width:
            found.short.add(number)
            record += [""] * (dialect.width - len(record))
        yield number, record


def _error_handler(encoding: str) -> str:
    return "surrogateescape" if encoding in ("utf-8", "utf-8-sig") else "replace"


class _Decoded:
    """The lines of a file with their numbers; lines may be given back."""

    def __init__(self, lines: TextIO, found: Rewritten) -> None:
        self._lines = lines
        self._found = found
        self._number = 0
        self._waiting: list[tuple[int, str]] = []

    def next(self) -> tuple[int, str] | None:
        """Return the next line and its number; None at the end."""
        if self._waiting:
            return self._waiting.pop()
        line = self._lines.readline(_LONGEST_LINE)
        if not line:
            return None
        self._number += 1
        return self._number, self._decode(line)

    def give_back(self, lines: list[tuple[int, str]]) -> None:
        """Return lines, to be read again in the same order."""
        self._waiting += reversed(lines)

    def _decode(self, line: str) -> str:
        if line.isascii():
            return line
        if not is_undecoded(line):
            self._found.unicode_lines += 1
            return line
        self._found.decoded.add(self._number)
        return readable(line)


def _records(lines: _Decoded, dialect: Dialect) -> Iterator[tuple[int, list[str] | None]]:
    """Yield each record with the number of its first line; None for lines that make none."""
    ends = None if dialect.delimiter == BLANK else "\r\n"
    while (read := lines.next()) is not None:
        number, line = read
        if number < dialect.first_line or (dialect.width > 1 and not line.strip(ends)) or is_ruler(line):
            continue
        if len(line) >= _LONGEST_LINE:
            yield number, None
        else:
            yield number, _record(lines, line, dialect)


def _record(lines: _Decoded, line: str, dialect: Dialect) -> list[str] | None:
    if dialect.delimiter == BLANK:
        return split_line(line, dialect.starts)
    alone = _parse(line, dialect.delimiter)
    if alone is not None:
        return alone
    if line.count('"') % 2 == 0:
        # All quotation marks are closed, but something follows one of them.
        return _parse(line, dialect.delimiter, strict=False)
    taken: list[tuple[int, str]] = []
    text = line
    while len(taken) < _MOST_LINES_IN_A_RECORD and len(text) < _LONGEST_LINE and (following := lines.next()):
        taken.append(following)
        text += following[1]
        if text.count('"') % 2 == 0:
            record = _parse(text, dialect.delimiter)
            if record is not None and len(record) == dialect.width:
                return record
            break
    lines.give_back(taken)
    return None


def _parse(text: str, delimiter: str, *, strict: bool = True) -> list[str] | None:
    try:
        records = list(csv.reader(_with_ends(text), delimiter=delimiter, strict=strict))
    except csv.Error:
        return None
    return records[0] if len(records) == 1 else None


def _with_ends(text: str) -> list[str]:
    return text.rstrip("\n").splitlines(keepends=True) if "\n" in text.rstrip("\n") else [text.rstrip("\n")]


def most_common_encoding(found: Rewritten, encoding: str) -> str:
    """Return what to call the encoding of a file after its lines were decoded."""
    kinds = Counter({"windows-1252": found.decoded.count, "utf-8": found.unicode_lines})
    if not found.decoded.count:
        return encoding.removesuffix("-sig")
    return "windows-1252" if not kinds["utf-8"] else "utf-8 and windows-1252"
