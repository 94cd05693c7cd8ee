"""Reading and profiling small files in tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from docmill.pipelines.insights.column_models import ColumnProfile
from docmill.pipelines.insights.models import TableOptions, TableProfile
from docmill.pipelines.insights.profiling import profile_table
from docmill.pipelines.insights.reading import read_table
from docmill.pipelines.insights.reading.source import OpenTable
from docmill.settings import DocumentSettings, TableSettings

DOCUMENTS = DocumentSettings(ocr="never")


def table_settings(**changes: Any) -> TableSettings:
    return TableSettings(**{"threads": 1, **changes})


@contextmanager
def opened(
    path: Path, options: TableOptions | None = None, *, filename: str | None = None, **changes: Any
) -> Iterator[OpenTable]:
    settings = table_settings(**changes)
    with read_table(path, filename or path.name, options or TableOptions(), settings, DOCUMENTS) as table:
        yield table


def written(folder: Path, content: str | bytes, name: str = "table.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def rows(path: Path, options: TableOptions | None = None, **changes: Any) -> list[tuple[Any, ...]]:
    """The typed rows of a file."""
    with opened(path, options, **changes) as table:
        fields = ", ".join(column.field for column in table.columns)
        return table.connection.execute(f"SELECT {fields} FROM data ORDER BY rowid").fetchall()


def profile(path: Path, options: TableOptions | None = None, **changes: Any) -> TableProfile:
    with opened(path, options, **changes) as table:
        return profile_table(table, table_settings(**changes))


def column(found: TableProfile, name: str) -> ColumnProfile:
    return next(column for column in found.columns if column.name == name)


def issues(found: TableProfile) -> dict[str, int]:
    """The issues of a profile by code, with their counts."""
    return {issue.code: issue.count for issue in found.issues}
