"""The result of a job as files; the rows in the database are the truth, and files follow them.

A folder holds what became of one job: ``result.json`` and ``report.html`` with two tables beside them, or
``error.json``.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from docmill.documents.formulas import defused
from docmill.errors import FileError
from docmill.pipelines.insights.drawing import PictureFormat, draw
from docmill.pipelines.insights.report import complete_specification, render_report
from docmill.pipelines.insights.result_models import InsightsResult

RESULT_FILE = "result.json"
REPORT_FILE = "report.html"
COLUMNS_FILE = "columns.csv"
PREVIEW_FILE = "preview.csv"
ERROR_FILE = "error.json"

_FIGURES = ("min", "median", "mean", "max", "std", "sum")
_COLUMNS = ("name", "type", "missing", "missing_share", "distinct", *_FIGURES, "samples")


class ErrorDocument(BaseModel):
    """What ``error.json`` holds.

    Attributes:
        job_id: The job.
        status: Its state: ``failed`` or ``cancelled``.
        error: The stable code.
        message: A sentence for people.
        timestamp: When the job ended, in UTC.
    """

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, serialize_by_alias=True)

    job_id: str
    status: str
    error: str
    message: str
    timestamp: datetime


def error_document(job: Mapping[str, Any]) -> ErrorDocument:
    """Return what is to be told about a job that has no result, from its row."""
    return ErrorDocument(
        job_id=str(job["id"]),
        status=job["status"],
        error=job["error_code"] or job["status"],
        message=job["error"] or f"The job was {job['status']}.",
        timestamp=job["finished_at"],
    )


def write_result(result: InsightsResult, folder: Path, pictures: PictureFormat | None = None) -> list[Path]:
    """Write the files of a result; an ``error.json`` of an earlier run goes.

    Args:
        result: The result.
        folder: Where to; it is made.
        pictures: Also write each chart as a file of this format.

    Returns:
        The files.

    Raises:
        FileError: A file cannot be written.
        MissingExtra: The extra ``insights`` is not installed.
        IsolationError: The charts could not be drawn.
    """
    contents = {
        REPORT_FILE: render_report(result).encode(),
        RESULT_FILE: result.model_dump_json(indent=1).encode() + b"\n",
        COLUMNS_FILE: _csv(_column_rows(result)),
        PREVIEW_FILE: _csv(_preview_rows(result)),
    }
    if pictures is not None:
        specifications = [{**complete_specification(chart), "title": chart.title} for chart in result.chart_specs]
        drawn = draw(specifications, pictures)
        contents |= {f"{chart.id}.{pictures}": data for chart, data in zip(result.chart_specs, drawn, strict=True)}
    return _write(folder, contents, obsolete=[ERROR_FILE])


def write_error(error: ErrorDocument, folder: Path) -> list[Path]:
    """Write ``error.json``; files of a result, which an earlier run may have left, go.

    Returns:
        The file.

    Raises:
        FileError: It cannot be written.
    """
    contents = {ERROR_FILE: error.model_dump_json(indent=1).encode() + b"\n"}
    return _write(folder, contents, obsolete=[RESULT_FILE, REPORT_FILE, COLUMNS_FILE, PREVIEW_FILE])


def _write(folder: Path, contents: Mapping[str, bytes], obsolete: Iterable[str]) -> list[Path]:
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in obsolete:
            (folder / name).unlink(missing_ok=True)
        for name, data in contents.items():
            written.append(_replace(folder / name, data))
    except OSError as error:
        raise FileError.of(folder, error) from None
    return written


def _replace(path: Path, data: bytes) -> Path:
    """Write a file, all of it or nothing."""
    partial = path.with_name(f".{path.name}.{uuid4().hex[:8]}")
    try:
        partial.write_bytes(data)
        partial.replace(path)
    finally:
        with suppress(OSError):
            partial.unlink()
    return path


def _csv(rows: Iterable[Iterable[Any]]) -> bytes:
    """Return rows as CSV in which no text is taken for a formula; the mark lets spreadsheets see that it is UTF-8."""
    file = io.StringIO(newline="")
    csv.writer(file).writerows([defused(cell) for cell in row] for row in rows)
    return file.getvalue().encode("utf-8-sig", "replace")


def _column_rows(result: InsightsResult) -> Iterator[list[Any]]:
    yield list(_COLUMNS)
    for column in result.columns:
        figures = [getattr(column.numeric, figure) if column.numeric is not None else None for figure in _FIGURES]
        samples = json.dumps(column.sample_values, ensure_ascii=False)
        yield [
            column.name,
            column.inferred_type,
            column.missing_count,
            round(column.missing_share, 6),
            column.unique_count,
            *figures,
            samples,
        ]


def _preview_rows(result: InsightsResult) -> Iterator[list[Any]]:
    names = [column.name for column in result.columns]
    yield names
    for row in result.cleaned_preview:
        yield [row.get(name) for name in names]
