"""Opening a file as a table, whatever its format."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from docmill.documents.media_type import PARQUET, PDF, XLSX, detect_media_type
from docmill.errors import EmptyFile, MemoryLimitExceeded, MissingExtra, TooLarge, UnparseableInput
from docmill.pipelines.insights.models import TableOptions
from docmill.pipelines.insights.reading.dialect import read_head
from docmill.pipelines.insights.reading.scratch import scratch_folder
from docmill.pipelines.insights.reading.source import OpenTable
from docmill.pipelines.insights.reading.text_files import read_text_file
from docmill.settings import DocumentSettings, TableSettings

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_BEGINNINGS_OF_PAGES = ("<!doctype", "<?xml", "<html", "<table", "<body", "<div")
_BEGINNINGS_OF_JSON = ('{"', "[{", "[[")
_TIMES_IN_MEMORY = 8
_OLE = "application/x-ole-storage"


@contextmanager
def read_table(
    path: Path,
    filename: str,
    options: TableOptions,
    tables: TableSettings,
    documents: DocumentSettings,
    password: str | None = None,
) -> Iterator[OpenTable]:
    """Open a file as a table; its format is told by its content.

    The rows are kept in a database of their own in a folder of their own, both gone at the end, so that a table may
    be larger than memory.

    Args:
        path: The file.
        filename: What to call it.
        options: Where the user knows better than the rules.
        tables: Limits.
        documents: How the pages of a PDF are read.
        password: Opens a PDF.

    Raises:
        DocumentError: The file cannot be read, holds no table, or is over a limit; its class says why.
        MissingExtra: The extra ``insights`` is not installed.
        MemoryLimitExceeded: Some row or value needs more memory than DOCMILL_TABLE_MEMORY_MB.
    """
    try:
        import duckdb
    except ImportError:
        raise MissingExtra("Tables are read with DuckDB: pip install 'docmill[insights]'.") from None
    _check_file(path, filename, documents)
    with scratch_folder() as scratch, _database(path, scratch, tables) as connection:
        try:
            yield _open(connection, scratch, path, filename, options, tables, documents, password)
        except duckdb.OutOfMemoryException:
            raise MemoryLimitExceeded(
                f"{filename} needs more memory than DOCMILL_TABLE_MEMORY_MB ({tables.memory_mb})."
            ) from None
        except duckdb.Error as error:
            # Its message would quote the file.
            raise UnparseableInput(f"{filename} cannot be read as a table ({type(error).__name__}).") from None


def _check_file(path: Path, filename: str, documents: DocumentSettings) -> None:
    size = path.stat().st_size
    if size == 0:
        raise EmptyFile(f"{filename} has no bytes; upload it again.")
    if size > documents.max_size_kb * 1024:
        raise TooLarge(
            f"{filename} has {size} bytes; the limit is {documents.max_size_kb} kB (UPLOADED_DOCUMENTS_MAX_SIZE_KB)."
        )


@contextmanager
def _database(path: Path, scratch: Path, tables: TableSettings) -> Iterator[DuckDBPyConnection]:
    """Open a database for the rows: in a file, where they are compressed, unless they are few."""
    import duckdb

    few = path.stat().st_size * _TIMES_IN_MEMORY < tables.memory_mb * 2**20
    connection = duckdb.connect(
        ":memory:" if few else scratch / "table.duckdb",
        config={
            "memory_limit": f"{tables.memory_mb}MB",
            "threads": tables.threads,
            "temp_directory": str(scratch / "spilled"),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        },
    )
    try:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection
    finally:
        connection.close()


def _open(
    connection: DuckDBPyConnection,
    scratch: Path,
    path: Path,
    filename: str,
    options: TableOptions,
    tables: TableSettings,
    documents: DocumentSettings,
    password: str | None,
) -> OpenTable:
    match detect_media_type(path):
        case "text/plain" if read_head(path)[0].lstrip().startswith(_BEGINNINGS_OF_JSON):
            raise UnparseableInput(f"{filename} begins like JSON, but is none; check where it ends.")
        case "text/csv" | "text/plain" if read_head(path)[0].lstrip().lower().startswith(_BEGINNINGS_OF_PAGES):
            raise UnparseableInput(
                f"{filename} is HTML or XML; open it with a spreadsheet program, and save it as CSV or XLSX."
            )
        case "text/csv" | "text/plain":
            return read_text_file(connection, scratch, path, filename, options, tables)
        case "application/json" | "application/x-ndjson":
            from docmill.pipelines.insights.reading.json_files import read_json_file

            return read_json_file(connection, scratch, path, filename, options, tables)
        case media_type if media_type in (XLSX, _OLE):
            from docmill.pipelines.insights.reading.workbooks import read_workbook

            return read_workbook(connection, scratch, path, filename, options, tables)
        case media_type if media_type == PARQUET:
            from docmill.pipelines.insights.reading.parquet_files import read_parquet_file

            return read_parquet_file(connection, path, filename, tables)
        case media_type if media_type == PDF:
            from docmill.pipelines.insights.reading.pdf_files import read_pdf_file

            return read_pdf_file(connection, scratch, path, filename, tables, documents, password)
        case media_type:
            raise UnparseableInput(
                f"{filename} holds no table ({media_type}); bring CSV, XLSX, XLS, JSON, Parquet or PDF."
            )
