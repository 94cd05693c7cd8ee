"""The result of a job in its row, and what people see of it on a terminal."""

from __future__ import annotations

import io
import json
from pathlib import Path
from uuid import UUID

from rich.console import Console
from tests.quiet_database import QuietDatabase

from docmill.cli.rendering import render_job
from docmill.engine.pipeline import Document
from docmill.engine.publication import PublishedJob
from docmill.pipelines.insights.pipeline import pipeline
from docmill.pipelines.insights.publication import load_result, save_result
from docmill.pipelines.insights.result_models import InsightsResult
from docmill.settings import DocumentSettings, TableSettings

JOB = UUID(int=7)
RESOURCES = {DocumentSettings: DocumentSettings(), TableSettings: TableSettings()}


def run(path: Path) -> InsightsResult:
    result = pipeline.run(Document.from_path(path), resources=RESOURCES)
    assert isinstance(result, InsightsResult)
    return result


def test_what_is_written_is_what_is_read(repository: Path) -> None:
    result = run(repository / "examples" / "tables" / "orders.json")
    database = QuietDatabase()
    save_result(database, PublishedJob(JOB, UUID(int=8), lambda step: None, lambda purpose, data: data), result)
    [row] = database.told("store_result")
    assert (row["job_id"], row["rows"], row["columns"], row["method"]) == (JOB, 240, 6, "rules")
    stored = QuietDatabase(find_result=[(json.loads(row["result"]),)])
    assert load_result(stored, JOB, "ada") == result
    assert stored.told("find_result") == [{"job_id": JOB, "owner": "ada"}]
    assert load_result(QuietDatabase(), JOB, "ada") is None


def test_columns_keep_their_order(repository: Path) -> None:
    result = run(repository / "examples" / "tables" / "readings.xlsx")
    assert list(result.cleaned_preview[0]) == ["measured_at", "sensor", "temperature", "humidity", "ok"]
    assert result.file_info.sheet == "readings"


def test_people_see_the_worst_first_and_where_the_rest_is(repository: Path) -> None:
    result = run(repository / "examples" / "tables" / "sales.csv")
    out = io.StringIO()
    record = {
        "file": "sales.csv", "status": "completed", "existing": False, "duration_ms": 900, "error": None,
        "job_id": str(JOB), "result": result.model_dump(mode="json"),
    }  # fmt: skip
    render_job(Console(file=out, width=200), record)
    lines = [" ".join(line.split()) for line in out.getvalue().splitlines()]
    assert lines[1].startswith("CSV, 1,189 rows, 11 columns; quality 87 of 100;")
    assert lines[2] == 'high "mail" holds personal data in 100 % of its cells.'
    assert f"docmill report {JOB} --open" in lines[-1]
