"""Reading tables from Parquet files, whose columns have types already."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from docmill.pipelines.insights.models import FileInfo
from docmill.pipelines.insights.reading.loading import load
from docmill.pipelines.insights.reading.source import OpenTable, Source, check_size, column_names, literal
from docmill.pipelines.insights.reading.typed_sql import declared_kind
from docmill.settings import TableSettings

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def read_parquet_file(connection: DuckDBPyConnection, path: Path, filename: str, settings: TableSettings) -> OpenTable:
    """Load a Parquet file.

    Raises:
        TooLarge: The table is over a limit, by what the file says before any of it is read.
    """
    file = f"read_parquet({literal(str(path))})"
    described = connection.execute(f"DESCRIBE SELECT * FROM {file}").fetchall()
    names, types = [row[0] for row in described], [row[1] for row in described]
    rows = connection.execute(f"SELECT num_rows FROM parquet_file_metadata({literal(str(path))})").fetchone()
    check_size(filename, rows[0] if rows else 0, len(names), settings)
    columns = (
        f'"{name.replace(chr(34), chr(34) * 2)}"{"" if declared_kind(sql_type) else "::VARCHAR"} AS c{index}'
        for index, (name, sql_type) in enumerate(zip(names, types, strict=True))
    )
    info = FileInfo(name=filename, rows=0, cols=len(names), type="parquet", size_bytes=path.stat().st_size)
    source = Source(info, column_names(names, len(names)), f"(SELECT {', '.join(columns)} FROM {file})", list(types))
    return load(connection, source, settings)
