"""Tables on the command line: `docmill run insights`, `docmill report`, `docmill demo insights`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from tests.integration.cli.conftest import CommandLine
from typer.testing import CliRunner

from docmill.cli.main import app
from docmill.errors import UsageError

PIPELINE = "insights"


@dataclass
class Commands:
    """Runs commands in this process, which saves their start."""

    environment: dict[str, str]

    def run(self, *arguments: object, code: int = 0) -> str:
        result = CliRunner().invoke(app, [str(part) for part in arguments], env=self.environment)
        found = 2 if isinstance(result.exception, UsageError) else result.exit_code
        assert found == code, f"{arguments}: exit {found}, {result.exception!r}"
        return result.stdout

    def line(self, *arguments: object, code: int = 0) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.run(*arguments, code=code))
        return found


@pytest.fixture(scope="module")
def commands(docmill: CommandLine) -> Commands:
    return Commands(docmill.environment)


@pytest.fixture(scope="module")
def demo(docmill: CommandLine) -> str:
    return docmill.run("demo", "insights")


@pytest.fixture(scope="module")
def sales(commands: Commands, demo: str, repository: Path) -> dict[str, Any]:
    """The job of the sales, which the demo has run."""
    return commands.line("run", PIPELINE, repository / "examples" / "tables" / "sales.csv", "--json")


def test_the_demo_shows_insights_and_where_the_reports_are(demo: str) -> None:
    assert 'high    "mail" holds personal data in 100 % of its cells.' in demo
    assert demo.count("completed") == 3
    assert len([line for line in demo.splitlines() if line.startswith("docmill report ")]) == 3


def test_run_prints_the_documented_result(sales: dict[str, Any]) -> None:
    assert (sales["status"], sales["method"], sales["existing"]) == ("completed", "rules", True)
    result = sales["result"]
    assert result["jobId"] == sales["job_id"]
    assert result["kpis"]["rowCount"] == 1189
    assert result["analystInsights"][0]["id"] == "i1"


def test_a_report_is_written_from_the_row(
    commands: Commands, sales: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = tmp_path / "shown"
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {shown}\n', encoding="utf-8")
    browser.chmod(0o700)
    monkeypatch.setenv("BROWSER", f"{browser} %s")
    written = commands.line(
        "report", sales["job_id"], "--output", tmp_path / "out", "--charts", "svg", "--json", "--open"
    )
    assert shown.read_text(encoding="utf-8").strip() == (tmp_path / "out" / "report.html").as_uri()
    assert written["status"] == "completed"
    assert all(Path(file).is_file() for file in written["files"])
    assert json.loads((tmp_path / "out" / "result.json").read_text(encoding="utf-8")) == sales["result"]
    assert (tmp_path / "out" / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert len(list((tmp_path / "out").glob("chart_*.svg"))) == len(sales["result"]["chartSpecs"])


def test_a_failed_job_gets_an_error_document(
    commands: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = tmp_path / "empty.csv"
    empty.touch()
    record = commands.line("run", PIPELINE, empty, "--json", code=3)
    monkeypatch.chdir(tmp_path)
    commands.run("report", record["job_id"], code=3)
    found = json.loads((tmp_path / "reports" / record["job_id"] / "error.json").read_text(encoding="utf-8"))
    assert set(found) == {"jobId", "status", "error", "message", "timestamp"}
    assert (found["jobId"], found["status"], found["error"]) == (record["job_id"], "failed", "empty_file")
    assert found["message"] == record["error"]["message"]


def test_a_cancelled_job_has_no_result(commands: Commands, repository: Path, tmp_path: Path) -> None:
    orders = repository / "examples" / "tables" / "orders.json"
    job = commands.line("submit", PIPELINE, orders, "--again", "--json")["job_id"]
    commands.run("report", job, "--output", tmp_path, code=2)
    commands.run("jobs", "cancel", job)
    commands.run("report", job, "--output", tmp_path, code=3)
    assert [path.name for path in tmp_path.iterdir()] == ["error.json"]


def test_who_asks_for_another_report_is_told(commands: Commands) -> None:
    commands.run("report", uuid4(), code=2)
    commands.run("report", "none", code=2)
