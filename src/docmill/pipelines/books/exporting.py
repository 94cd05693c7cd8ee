"""The warehouse as files for analysts: Parquet, and one DuckDB database."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import IsolationLevel, sql

from docmill.database.queries import load_queries
from docmill.errors import FileError, MissingExtra

if TYPE_CHECKING:
    import duckdb

_QUERIES = load_queries("docmill.pipelines.books", "sql")

# PostgreSQL's types to DuckDB's, where the names differ.
_TYPES = {
    "jsonb": "VARCHAR",
    "character": "VARCHAR",
    "character varying": "VARCHAR",
    "text": "VARCHAR",
    "numeric": "DECIMAL(14, 2)",
    "timestamp with time zone": "TIMESTAMPTZ",
}


def export_warehouse(connection: psycopg.Connection[Any], folder: Path) -> dict[str, int]:
    """Write every table to ``folder`` as ``TABLE.parquet``, and all of them to ``books.duckdb``.

    All tables are of one moment. Files that are there already are replaced.

    Returns:
        Rows by table.

    Raises:
        MissingExtra: The extra ``books`` is not installed.
        FileError: The folder cannot be written.
    """
    try:
        import duckdb
    except ImportError:
        raise MissingExtra("The export needs DuckDB; install docmill[books].") from None
    folder.mkdir(parents=True, exist_ok=True)
    database = folder / "books.duckdb"
    database.unlink(missing_ok=True)
    connection.isolation_level = IsolationLevel.REPEATABLE_READ
    try:
        with connection.transaction(), duckdb.connect(str(database)) as target:
            return _copy_tables(connection, target, folder)
    except duckdb.IOException:
        raise FileError(f"The warehouse cannot be written to {folder}: make room, or choose another folder.") from None


def _copy_tables(
    connection: psycopg.Connection[Any], target: duckdb.DuckDBPyConnection, folder: Path
) -> dict[str, int]:
    """Write every table into the database of the export and into a file of its own; return the rows by table."""
    counts = {}
    with tempfile.TemporaryDirectory() as scratch:
        for table, columns, types in connection.execute(_QUERIES["export_tables"]).fetchall():
            copy = Path(scratch) / f"{table}.csv"
            _copy_out(connection, table, copy)
            declared = {name: _TYPES.get(kind, kind.upper()) for name, kind in zip(columns, types, strict=True)}
            target.read_csv(str(copy), columns=declared, header=True, na_values="\\N").create(table)
            target.table(table).write_parquet(str(folder / f"{table}.parquet"))
            counts[table] = len(target.table(table))
    return counts


def _copy_out(connection: psycopg.Connection[Any], table: str, path: Path) -> None:
    statement = sql.SQL("copy (select * from warehouse.{} order by 1) to stdout (format csv, header, null '\\N')")
    with (
        path.open("wb") as file,
        connection.cursor() as cursor,
        cursor.copy(statement.format(sql.Identifier(table))) as copy,
    ):
        for part in copy:
            file.write(part)
