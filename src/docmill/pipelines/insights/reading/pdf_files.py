"""Reading a table from a PDF: the one with the best score, else the text.

The score of a table is its rows, at most 100, and twice its columns, and 50 times the share of its cells that hold
anything, and 30 times the share of those that hold a number. A table with fewer rows or columns than the settings ask
for scores 0.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from docmill.documents.models import PageRange
from docmill.documents.reading import check_file, inspect_document, read_pages
from docmill.documents.tables import join_tables, read_tables
from docmill.errors import NoText
from docmill.pipelines.insights.models import FileInfo, Issue
from docmill.pipelines.insights.reading.cells import NUMBER
from docmill.pipelines.insights.reading.loading import load
from docmill.pipelines.insights.reading.rows import write_rows
from docmill.pipelines.insights.reading.source import OpenTable
from docmill.settings import DocumentSettings, TableSettings

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_MOST_ROWS_SCORED = 100
_EXTRACT_LENGTH = 5000
_EXTRACT_PAGES = 20


def read_pdf_file(
    connection: DuckDBPyConnection,
    scratch: Path,
    path: Path,
    filename: str,
    settings: TableSettings,
    documents: DocumentSettings,
    password: str | None,
) -> OpenTable:
    """Load the best table of a PDF; without one, a table without columns that holds the text.

    Raises:
        DocumentError: The file cannot be read.
        NoText: There is neither a table nor a text.
    """
    check_file(path, documents)
    pages = PageRange(first=1, last=inspect_document(path, documents, password).pages)
    tables = join_tables(read_tables(path, pages, documents, password))
    info = FileInfo(name=filename, rows=0, cols=0, type="pdf", size_bytes=path.stat().st_size, tables_found=len(tables))
    best = max(tables, key=lambda table: table_score(table.rows, settings), default=None)
    score = table_score(best.rows, settings) if best else 0.0
    if best is None or not score:
        return _text_only(connection, path, info, pages, documents, password)
    info = info.model_copy(update={"page": best.page, "table_score": round(score, 2)})
    source = write_rows(best.rows, scratch / "table.csv", info, settings)
    if len(tables) > 1:
        message = f"Only the table with the highest score is read; others of the PDF: {len(tables) - 1}."
        source.issues.append(Issue(code="other_tables", severity="low", message=message, count=len(tables) - 1))
    return load(connection, source, settings)


def table_score(rows: list[list[str]], settings: TableSettings) -> float:
    """Return how much a table of texts is worth reading."""
    columns = max((len(row) for row in rows), default=0)
    if len(rows) < settings.pdf_min_rows or columns < settings.pdf_min_columns:
        return 0.0
    cells = [cell.strip() for row in rows for cell in row]
    filled = [cell for cell in cells if cell]
    numeric = sum(any(pattern.fullmatch(cell) for pattern in NUMBER.values()) for cell in filled)
    share = numeric / len(filled) if filled else 0.0
    return min(len(rows), _MOST_ROWS_SCORED) + 2 * columns + 50 * len(filled) / len(cells) + 30 * share


def _text_only(
    connection: DuckDBPyConnection,
    path: Path,
    info: FileInfo,
    pages: PageRange,
    documents: DocumentSettings,
    password: str | None,
) -> OpenTable:
    first = PageRange(first=1, last=min(pages.last, _EXTRACT_PAGES))
    text = "\n".join(page.text for page in read_pages(path, first, documents, password)).strip()
    if not text:
        raise NoText(f"{info.name} holds neither a table nor a text; if its pages are scans, install the extra `ocr`.")
    message = "The PDF holds no table that can be read; its text is given instead. Export the table as CSV or XLSX."
    issue = Issue(code="non_tabular_pdf", severity="high", message=message)
    return OpenTable(connection, info, [], [issue], text[:_EXTRACT_LENGTH])
