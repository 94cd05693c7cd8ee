"""Tables out of pages: rows and columns, with the page of origin.

Ruled tables are found by their lines (pdfplumber), because only those tell which lines of text share a cell. All
others are found in the text of a page, so on scans, too: a table is a run of lines with several cells each, and its
columns are the strips of the page that only cells of that run cover.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from docmill.documents.geometry import Box
from docmill.documents.models import PageRange, PageText, Word
from docmill.documents.reading import read_pages
from docmill.errors import DocumentError
from docmill.settings import DocumentSettings

_CELL = re.compile(r"\S+(?: \S+)*")
_LEADER = re.compile(r"(?:\s*[.·…]){3,}\s*$")
_FEWEST_ROWS = 3
_FEWEST_COLUMNS = 2
# Of the rows: so many may reach over the gap between two columns, as headings do.
_MOST_CROSSINGS = 0.1
_NARROWEST_GAP = 1.0
# In points: what lies nearer stands on one line.
_LINE_STEP = 4.0
_MOST_STACKED = 0.3
_EDGE_STEP = 2.0


class Table(BaseModel):
    """A table as it stands on one page.

    Attributes:
        page: Number of the page, counted from 1.
        rows: Its rows, from above; each has as many cells as the table has columns, empty ones included.
        box: Left, upper, right and lower edge in points from the top left corner of the page.
    """

    model_config = ConfigDict(frozen=True)

    page: int
    rows: list[list[str]]
    box: tuple[float, float, float, float]


@dataclass(slots=True)
class _Cell:
    text: str
    x0: float
    top: float
    x1: float
    bottom: float


def read_tables(path: Path, pages: PageRange, settings: DocumentSettings, password: str | None = None) -> list[Table]:
    """Return the tables of a range of pages, from above, page by page.

    Raises:
        DocumentError: The file cannot be read.
    """
    tables: list[Table] = []
    for page in read_pages(path, pages, settings, password):
        ruled = _ruled_tables(path, page, password) if page.method == "text" else []
        tables += ruled or find_tables(page)
    return tables


def _ruled_tables(path: Path, page: PageText, password: str | None) -> list[Table]:
    """Return the tables of a page whose cells are drawn with lines; none where pdfplumber cannot read the page."""
    from docmill.documents.engines.pdfplumber import PdfplumberSource

    try:
        with PdfplumberSource(path, password) as source:
            grids = source.ruled_cells(page.number)
    except DocumentError:
        return []
    return [table for grid in grids if (table := _fill(page, grid))]


def _fill(page: PageText, grid: list[list[Box | None]]) -> Table | None:
    """Put the words of a page into the cells of a grid; None where the grid holds no table."""
    rows = [[_inside(page, box) for box in row] for row in grid]
    filled = [row for row in rows if any(row)]
    if len(filled) < _FEWEST_ROWS or len(filled[0]) < _FEWEST_COLUMNS:
        return None
    if sum(map(_is_stacked, filled)) > _MOST_STACKED * len(filled):
        return None
    boxes = [box for row in grid for box in row if box]
    return Table(
        page=page.number,
        rows=[[" ".join(page.text[word.start : word.end] for word in cell) for cell in row] for row in filled],
        box=(
            min(box[0] for box in boxes),
            min(box[1] for box in boxes),
            max(box[2] for box in boxes),
            max(box[3] for box in boxes),
        ),
    )


def _inside(page: PageText, box: Box | None) -> list[Word]:
    """Return the words whose middle lies in a box, line by line, in the order of the text."""
    if box is None:
        return []
    x0, top, x1, bottom = box
    words = [
        word
        for word in page.words
        if x0 <= (word.x0 + word.x1) / 2 < x1 and top <= (word.top + word.bottom) / 2 < bottom
    ]
    return sorted(words, key=_line_number)


def _line_number(word: Word) -> int:
    return round((word.top + word.bottom) / 2 / _LINE_STEP)


def _is_stacked(row: list[list[Word]]) -> bool:
    """Whether the lines draw a box around several rows: then most of its cells hold the same number of lines."""
    counts = Counter(len({_line_number(word) for word in cell}) for cell in row if cell)
    lines, cells = counts.most_common(1)[0]
    return lines > 1 and cells >= _FEWEST_COLUMNS and cells > 0.5 * counts.total()


def find_tables(page: PageText) -> list[Table]:
    """Return the tables in the text of a page, from above."""
    return [table for lines in _stretches(list(_lines(page))) if (table := _table(page.number, lines))]


def _stretches(lines: list[list[_Cell]]) -> Iterator[list[list[_Cell]]]:
    """Yield stretches of lines with several cells.

    Lines that go on with a cell of the line above are part of a stretch, and so is a single other line inside.
    """
    stretch: list[list[_Cell]] = []
    single: list[list[_Cell]] = []
    for cells in lines:
        if len(cells) > 1:
            stretch += [*single, cells] if stretch else [cells]
            single = []
        elif stretch and not single and _goes_on(stretch, cells[0]):
            stretch.append(cells)
        elif single or not stretch:
            yield stretch
            stretch, single = [], []
        else:
            single = [cells]
    yield stretch


def _goes_on(stretch: list[list[_Cell]], cell: _Cell) -> bool:
    """Whether a cell stands right under a stretch, below a cell that is not the first of its line."""
    above = next(line for line in reversed(stretch) if len(line) > 1)
    distance = cell.top - max(other.bottom for other in stretch[-1])
    return distance < cell.bottom - cell.top and any(abs(cell.x0 - other.x0) <= _EDGE_STEP for other in above[1:])


def join_tables(tables: list[Table]) -> list[Table]:
    """Join tables that go on over pages: as many columns, and nothing else between them.

    A heading that is repeated on the next page is taken away there. The joined table keeps the page and the box of
    its first part.
    """
    joined: list[Table] = []
    last_page = 0
    for table in tables:
        previous = joined[-1] if joined else None
        if previous and table.page == last_page + 1 and len(table.rows[0]) == len(previous.rows[0]):
            rows = table.rows[1:] if table.rows[0] == previous.rows[0] else table.rows
            joined[-1] = previous.model_copy(update={"rows": [*previous.rows, *rows]})
        else:
            joined.append(table)
        last_page = table.page
    return joined


def _lines(page: PageText) -> Iterator[list[_Cell]]:
    """Yield the cells of each line that is not blank."""
    words = iter(page.words)
    for line in page.text.split("\n"):
        cells = []
        for match in _CELL.finditer(line):
            count = match[0].count(" ") + 1
            inside = list(itertools.islice(words, count))
            text = _LEADER.sub("", match[0])
            if not text:
                continue
            cells.append(
                _Cell(
                    text,
                    min(word.x0 for word in inside),
                    min(word.top for word in inside),
                    max(word.x1 for word in inside),
                    max(word.bottom for word in inside),
                )
            )
        if cells:
            yield cells


def _table(page: int, lines: list[list[_Cell]]) -> Table | None:
    if len(lines) < _FEWEST_ROWS:
        return None
    columns = _columns(lines)
    if len(columns) < _FEWEST_COLUMNS:
        return None
    cells = [cell for line in lines for cell in line]
    return Table(
        page=page,
        rows=[_row(line, columns) for line in lines],
        box=(
            min(cell.x0 for cell in cells),
            min(cell.top for cell in cells),
            max(cell.x1 for cell in cells),
            max(cell.bottom for cell in cells),
        ),
    )


def _columns(lines: list[list[_Cell]]) -> list[tuple[float, float]]:
    """Return the left and right edge of each column: what lies between gaps that hardly any row reaches over."""
    steps = sorted(
        edge for line in lines for cell in line for edge in ((cell.x0, 1), (cell.x1, -1)) if cell.x1 > cell.x0
    )
    most = _MOST_CROSSINGS * len(lines)
    columns: list[tuple[float, float]] = []
    covered = 0
    for x, step in steps:
        before, covered = covered, covered + step
        if before <= most < covered:
            if columns and x - columns[-1][1] < _NARROWEST_GAP:
                x = columns.pop()[0]
            columns.append((x, x))
        elif covered <= most < before:
            columns[-1] = (columns[-1][0], x)
    return columns


def _row(line: list[_Cell], columns: list[tuple[float, float]]) -> list[str]:
    row: list[list[str]] = [[] for _ in columns]
    for cell in line:
        overlaps = [min(cell.x1, right) - max(cell.x0, left) for left, right in columns]
        row[overlaps.index(max(overlaps))].append(cell.text)
    return [" ".join(parts) for parts in row]
