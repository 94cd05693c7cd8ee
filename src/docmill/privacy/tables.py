"""Fields without a colon: a header row above its columns, a label cell beside its value, a label line above it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from docmill.privacy.ages import ages_below
from docmill.privacy.fields import continuation, field_findings, line_labels
from docmill.privacy.labels import OTHER, RESULT, key_type, label_words
from docmill.privacy.lines import Cell, Line
from docmill.privacy.models import Finding
from docmill.privacy.values import Span, value_spans

_LONGEST_LABEL = 48
_MOST_ROWS = 100_000
_TOLERANCE = 2
_LEAST_RESULT_COLUMNS = 2
_RULE = re.compile(r"[\s|:+=_-]*")
# In a table of results these headers are about tests, whatever they mean elsewhere.
_TEST_COLUMNS = frozenset(
    {
        "name",
        "code",
        "id",
        "order",
        "specimen",
        "sample",
        "number",
        "no",
        "unit",
        "call",
        "lab",
        "technician",
        "group",
        "rif",
        "ref",
        "referencia",
        "riferimento",
    }
)
_TESTS = frozenset({"test", "test name", "assay", "analyte", "parameter", "component", "investigation", "marker"})
_OF_PEOPLE = {"order": "ACCESSION", "request": "ACCESSION", "ref": RESULT}


class Column(NamedTuple):
    """A labelled cell.

    Attributes:
        kind: What its label stands for, or None.
        start: First code point in the whole text.
        end: One past the last.
    """

    kind: str | None
    start: int
    end: int


class TableFields(NamedTuple):
    """What cells and lines without a colon announce.

    Attributes:
        findings: Personal values.
        results: Cells of columns of results, which stay as they are.
        ages: Ages above 89 in columns of ages.
    """

    findings: list[Finding]
    results: list[Span]
    ages: list[Finding]


def table_fields(text: str, lines: list[Line]) -> TableFields:
    """Return the values that cells and lines without a colon announce."""
    findings: list[Finding] = []
    results: list[Span] = []
    ages: list[Finding] = []
    header_until = -1
    for index, line in enumerate(lines):
        if not line.cells or index <= header_until:
            continue
        for delimiter in _delimiters(line):
            columns = _columns(text, line, delimiter)
            if _is_header(columns):
                header_until, table = _rows(text, lines, index, columns, delimiter)
                findings.extend(table.findings)
                results.extend(table.results)
                ages.extend(table.ages)
                break
        else:
            findings.extend(_beside(text, line))
    findings.extend(_below(text, lines))
    return TableFields(findings, results, ages)


def _delimiters(line: Line) -> Iterator[str]:
    for delimiter in ("\t", "|", ";", ","):
        if line.text.count(delimiter) >= (2 if delimiter in ",;" else 1):
            yield delimiter
    if len(line.cells) > 1:
        yield ""


def _columns(text: str, line: Line, delimiter: str) -> list[Column]:
    return [Column(_kind(text[cell.start : cell.end]), *cell) for cell in _split(line, delimiter)]


def _kind(value: str) -> str | None:
    if not 1 < len(value) <= _LONGEST_LABEL or value[:1].isdigit():
        return None
    return key_type(value)


def _split(line: Line, delimiter: str) -> list[Cell]:
    """Return the cells of a line, empty ones included where a delimiter tells of them."""
    if not delimiter:
        return list(line.cells)
    cells = []
    start = 0
    quoted = False
    for position, letter in enumerate(line.text):
        if letter == '"' and delimiter in ",;":
            quoted = not quoted
        elif letter == delimiter and not quoted:
            cells.append(Cell(line.start + start, line.start + position))
            start = position + 1
    cells.append(Cell(line.start + start, line.end))
    if delimiter == "|" and len(cells) > 2 and line.text.strip().startswith("|"):
        cells = cells[1:-1]
    return cells


def _is_header(columns: list[Column]) -> bool:
    """Whether a line labels the columns below it: nearly all of its cells are labels, one of them personal."""
    filled = [column for column in columns if column.end > column.start]
    kinds = [column.kind for column in filled if column.kind]
    personal = [kind for kind in kinds if kind not in (OTHER, RESULT)]
    return len(kinds) >= 2 and len(kinds) >= 0.6 * len(filled) and bool(personal)


def _is_other_header(columns: list[Column]) -> bool:
    """Whether a line ends a table: it labels further columns, personal ones or those of results."""
    results = sum(column.kind == RESULT for column in columns)
    return _is_header(columns) or (results >= _LEAST_RESULT_COLUMNS and 2 * results > len(columns))


def _rows(text: str, lines: list[Line], index: int, columns: list[Column], delimiter: str) -> tuple[int, TableFields]:
    """Return the last row of a table, the values in its personal columns and the cells of its results."""
    kinds = _column_kinds(text, columns)
    table = TableFields([], [], [])
    last = index
    for number in range(index + 1, min(len(lines), index + _MOST_ROWS)):
        line = lines[number]
        if not line.cells or (not delimiter and line_labels(line)):
            break
        if any(_is_other_header(_columns(text, line, mark)) for mark in {delimiter, ""}):
            break
        last = number
        if _RULE.fullmatch(line.text):
            continue
        for place, cell in _assigned(columns, _split(line, delimiter), lines[index].start, line.start, delimiter):
            kind = kinds[place]
            if kind == RESULT:
                table.results.append((cell.start, cell.end))
            elif kind == OTHER:
                table.ages.extend(ages_below(text[columns[place].start : columns[place].end], text, cell))
            elif kind:
                table.findings.extend(field_findings(kind, value_spans(kind, text, *cell)))
    return last, table


def _column_kinds(text: str, columns: list[Column]) -> list[str | None]:
    """Return what the columns of a table hold; in a table of results "name", "order" and their like are about tests.

    They are about people where a birth date tells that each row is one person's result, and the test is named beside.
    """
    headers = [" ".join(label_words(text[column.start : column.end])) for column in columns]
    kinds = [column.kind for column in columns]
    if kinds.count(RESULT) < _LEAST_RESULT_COLUMNS:
        return kinds
    if "DATE_OF_BIRTH" in kinds and not _TESTS.isdisjoint(headers):
        return [_OF_PEOPLE.get(header, kind) for header, kind in zip(headers, kinds, strict=True)]
    return [RESULT if header in _TEST_COLUMNS else kind for header, kind in zip(headers, kinds, strict=True)]


def _assigned(
    columns: list[Column], cells: list[Cell], header_start: int, row_start: int, delimiter: str
) -> Iterator[tuple[int, Cell]]:
    """Yield each cell of a row with the index of its column: by count, else by where it stands."""
    if delimiter or len(cells) == len(columns):
        yield from zip(range(len(columns)), cells, strict=False)
        return
    starts = [column.start - header_start for column in columns]
    for cell in cells:
        left = cell.start - row_start
        fitting = [place for place, start in enumerate(starts) if start <= left + _TOLERANCE]
        yield (fitting[-1] if fitting else 0), cell


def _beside(text: str, line: Line) -> Iterator[Finding]:
    """Yield the values of label cells from the cells on their right."""
    columns = [Column(_kind(text[cell.start : cell.end]), *cell) for cell in line.cells]
    for label, value in pairwise(columns):
        if label.kind and label.kind not in (OTHER, RESULT) and not value.kind:
            yield from field_findings(label.kind, value_spans(label.kind, text, value.start, value.end))


def _below(text: str, lines: list[Line]) -> Iterator[Finding]:
    """Yield the values of label lines from the lines below: one after another, or as many as there are labels."""
    filled = [index for index, line in enumerate(lines) if line.cells]
    kinds = [_line_kind(text, lines[index]) for index in filled]
    place = 0
    while place < len(filled):
        if not kinds[place]:
            place += 1
            continue
        after = place
        while after < len(filled) and kinds[after] and filled[after] - filled[place] == after - place:
            after += 1
        block = kinds[place:after]
        if sum(kind == RESULT for kind in block) < 2:
            yield from _block_values(text, lines, block, filled[after : after + len(block)])
        place = after


def _block_values(text: str, lines: list[Line], kinds: list[str | None], values: list[int]) -> Iterator[Finding]:
    for kind, index in zip(kinds, values, strict=False):
        line = lines[index]
        if not kind or kind in (OTHER, RESULT) or line_labels(line):
            continue
        spans = value_spans(kind, text, line.cells[0].start, line.cells[0].end)
        yield from field_findings(kind, spans)
        if kind == "ADDRESS" and spans and len(kinds) == 1:
            yield from continuation(text, lines, index, line.cells[0].start)


def _line_kind(text: str, line: Line) -> str | None:
    """Return what a line stands for that holds one label and nothing else."""
    if len(line.cells) != 1:
        return None
    return _kind(text[line.cells[0].start : line.cells[0].end].strip("*_#> "))
