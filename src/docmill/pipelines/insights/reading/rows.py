"""Tables that come as rows of texts: sheets of workbooks, tables of PDF pages."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path

from docmill.errors import UnparseableInput
from docmill.pipelines.insights.models import FileInfo
from docmill.pipelines.insights.reading.footers import Footer, columns_of_numbers, without_footer
from docmill.pipelines.insights.reading.headers import find_header, header_issues
from docmill.pipelines.insights.reading.source import TEXT, Source, check_width, column_names, csv_relation
from docmill.settings import TableSettings

_LOOKED_AT_ROWS = 200

Row = list[str]


def write_rows(rows: Iterable[Row], target: Path, info: FileInfo, settings: TableSettings) -> Source:
    """Write rows of equal length as CSV; return the table that they make.

    Rows that are empty are left out.

    Raises:
        UnparseableInput: No cell holds anything.
        TooLarge: There are more columns than the limit.
    """
    numbered = ((number, row) for number, row in enumerate(rows, start=1) if any(cell.strip() for cell in row))
    first = deque(islice(numbered, _LOOKED_AT_ROWS))
    if not first:
        raise UnparseableInput(f"{info.name} holds no table: all cells are empty.")
    header = find_header([row for _, row in first])
    for _ in range(header.place):
        first.popleft()
    top = first[0][0]
    for _ in range(header.rows):
        first.popleft()
    width = max([len(row) for _, row in first] + [len(header.names or ())])
    check_width(info.name, width, settings)
    footer = Footer(numbers=columns_of_numbers(first, width))
    used = _write(target, without_footer(chain(first, numbered), width, footer), width, header.names)
    names = column_names([header.names[place] for place in used] if header.names else None, len(used))
    source = Source(
        info.model_copy(update={"header_line": top if header.names else None, "cols": len(used)}),
        names,
        f"(SELECT {', '.join(f'c{place} AS c{index}' for index, place in enumerate(used))}"
        f" FROM {csv_relation(str(target), [TEXT] * width)})",
        locale_hint="." if info.sheet else "?",
    )
    source.issues += header_issues(top if header.names and header.place else None, header.rows, "row")
    source.issues += footer.issues("row")
    if footer.total is not None:
        place, cells = footer.total
        source.total = place, [cells[column] for column in used]
    return source


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
