"""Tables that come as rows of texts: sheets of workbooks, tables of PDF pages."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from docmill.errors import UnparseableInput
from docmill.pipelines.insights.models import FileInfo, Issue
from docmill.pipelines.insights.reading.dialect import is_header
from docmill.pipelines.insights.reading.source import TEXT, Source, check_width, column_names, csv_relation
from docmill.settings import TableSettings

_LOOKED_AT_ROWS = 200
_LEAST_FILLED = 0.5

Row = list[str]


@dataclass(frozen=True)
class _Top:
    """Where a table begins among its rows: the columns that hold anything, its header, how many rows are above."""

    header: Row | None
    above: int


def write_rows(rows: Iterable[Row], target: Path, info: FileInfo, settings: TableSettings) -> Source:
    """Write rows of equal length as CSV; return the table that they make.

    Rows that are empty are left out. The header is the first row of which at least half as many cells are filled as
    of most rows, provided that it looks like one.

    Raises:
        UnparseableInput: No cell holds anything.
        TooLarge: There are more columns than the limit.
    """
    numbered = ((number, row) for number, row in enumerate(rows, start=1) if any(cell.strip() for cell in row))
    first = deque(islice(numbered, _LOOKED_AT_ROWS))
    if not first:
        raise UnparseableInput(f"{info.name} holds no table: all cells are empty.")
    top = _top([row for _, row in first])
    for _ in range(top.above):
        first.popleft()
    header_line = first[0][0]
    if top.header is not None:
        first.popleft()
    width = max(len(row) for _, row in first) if first else len(top.header or ())
    width = max(width, len(top.header or ()))
    check_width(info.name, width, settings)
    used = _write(target, chain(first, numbered), width, top.header)
    names = column_names([top.header[place] for place in used] if top.header else None, len(used))
    source = Source(
        info.model_copy(update={"header_line": header_line if top.header else None, "cols": len(used)}),
        names,
        f"(SELECT {', '.join(f'c{place} AS c{index}' for index, place in enumerate(used))}"
        f" FROM {csv_relation(str(target), [TEXT] * width)})",
        locale_hint="." if info.sheet else "?",
    )
    if top.above:
        message = f"The header was found in row {header_line}; what stands above it is not in the table."
        source.issues.append(Issue(code="preamble", severity="low", message=message, count=header_line - 1))
    return source


def _top(rows: list[Row]) -> _Top:
    filled = [sum(bool(cell.strip()) for cell in row) for row in rows]
    usual = sorted(filled)[len(filled) // 2]
    above = next(index for index, count in enumerate(filled) if count >= usual * _LEAST_FILLED)
    return _Top(rows[above] if is_header(rows[above]) else None, above)


def _write(target: Path, rows: Iterator[tuple[int, Row]], width: int, header: Row | None) -> list[int]:
    """Write the rows; return the places of the columns that hold anything or have a name."""
    used = {place for place, name in enumerate(header or ()) if name.strip()}
    with target.open("w", encoding="utf-8", newline="") as output:
        writer = csv.writer(output, quoting=csv.QUOTE_ALL, lineterminator="\n")
        for _, row in rows:
            if len(used) < width:
                used |= {place for place, cell in enumerate(row) if cell}
            writer.writerow(row + [""] * (width - len(row)) if len(row) < width else row[:width])
    return sorted(used)
