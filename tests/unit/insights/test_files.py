"""The result as files: complete, safe to open, and never an error beside a result."""

from __future__ import annotations

import csv
import json
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from uuid import UUID

import pytest
from tests.unit.insights.building import category, number, profile

from docmill.errors import FileError
from docmill.pipelines.insights.charts import choose_charts
from docmill.pipelines.insights.files import error_document, write_error, write_result
from docmill.pipelines.insights.findings import find_insights, summarise
from docmill.pipelines.insights.models import TableProfile
from docmill.pipelines.insights.result_models import InsightsResult

ATTACKS = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</style><script>alert(1)</script>"]
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =HYPERLINK(1)", "＝1"]
JOB = {
    "id": UUID(int=1),
    "status": "failed",
    "error_code": "encrypted_document",
    "error": "The workbook needs a password.",
    "finished_at": datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
}


def result_of(table: TableProfile) -> InsightsResult:
    charts = choose_charts(table)
    insights = find_insights(table, charts)
    shared = ("file_info", "columns", "kpis", "cleaned_preview", "quality", "correlations", "issues", "text_extract")
    return InsightsResult(
        **{name: getattr(table, name) for name in shared},
        job_id="0190",
        analyst_insights=insights,
        business_summary=summarise(table, insights),
        chart_specs=charts,
        quality_score=table.quality.score,
        processed_at=datetime(2026, 1, 2, tzinfo=UTC),
    )


class Page(HTMLParser):
    """The elements and addresses of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs


@pytest.fixture(scope="module")
def hostile() -> InsightsResult:
    """A table whose names and cells attack whoever shows them."""
    table = profile(
        columns=[number(ATTACKS[0]), category(FORMULAS[0], ATTACKS[1], 0.9), number(ATTACKS[2])],
        cleaned_preview=[{ATTACKS[0]: 1.5, FORMULAS[0]: cell} for cell in [*FORMULAS, *ATTACKS]],
        correlations=[],
        drift=[],
        time_series=[],
    )
    table.file_info.name = f"{ATTACKS[0]}.csv"
    return result_of(table)


@pytest.fixture(scope="module")
def folder(hostile: InsightsResult, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files") / "new" / "folder"
    write_result(hostile, folder, "png")
    return folder


def test_the_files_of_a_result(folder: Path) -> None:
    names = {path.name for path in folder.iterdir()}
    assert names == {
        "result.json", "report.html", "columns.csv", "preview.csv",
        "chart_cat_1.png", "chart_hist_1.png", "chart_hist_2.png",
    }  # fmt: skip


def test_result_json_has_the_documented_names(folder: Path, hostile: InsightsResult) -> None:
    record = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    assert set(record) >= {
        "jobId", "fileInfo", "schema", "kpis", "cleanedPreview", "analystInsights", "businessSummary", "chartSpecs",
        "qualityScore", "issues", "processedAt",
    }  # fmt: skip
    assert set(record["kpis"]) == {"rowCount", "colCount", "missingCount", "numDuplicates", "numericStats"}
    assert set(record["chartSpecs"][0]) >= {"id", "type", "title", "data", "xKey", "yKey", "metadata"}
    assert record["chartSpecs"][0]["metadata"]["pointCount"] == len(record["chartSpecs"][0]["data"])
    assert InsightsResult.model_validate(record) == hostile


def test_the_report_loads_and_runs_nothing(folder: Path) -> None:
    text = (folder / "report.html").read_text(encoding="utf-8")
    page = Page(text)
    assert not page.tags & {
        "script",
        "img",
        "link",
        "iframe",
        "object",
        "embed",
        "form",
        "base",
        "image",
        "foreignobject",
    }
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    addresses = [value or "" for name, value in page.attributes if name in ("href", "src", "xlink:href", "action")]
    assert addresses
    assert all(address.startswith("#chart_") for address in addresses)
    assert "default-src 'none'" in text
    assert "@import" not in text
    assert text.count("url(") == text.count("url(#clip")


def test_the_report_can_be_heard_and_used_with_keys(folder: Path, hostile: InsightsResult) -> None:
    text = (folder / "report.html").read_text(encoding="utf-8")
    assert [text.count(mark) for mark in ('role="img" aria-label="', "<summary>")] == [3, 3]
    # Whatever is moved sideways can be reached, and has a name.
    assert text.count('class="wide"') == text.count('class="wide" role="region" aria-label="')
    assert text.count('class="wide"') == len(re.findall(r'class="wide"[^>]* tabindex="0"', text)) == 6
    assert not re.search(r"<th(?! scope)[ >]", text)
    for chart in hostile.chart_specs:
        figure = text[text.index(f'<figure id="{chart.id}"') :].partition("</figure>")[0]
        assert figure.count("<tr>") == len(chart.data) + 1


def test_the_report_shows_everything(folder: Path, hostile: InsightsResult) -> None:
    text = (folder / "report.html").read_text(encoding="utf-8")
    for heading in ("Insights", "Charts", "Columns", "First rows", "How the quality score comes about"):
        assert f"<h2>{heading}</h2>" in text
    assert text.count("<svg") == len(hostile.chart_specs) == 3
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    for insight in hostile.analyst_insights:
        assert all(f"<code>{path}</code>" in text for path in insight.evidence.aggregates)
    assert "prefers-color-scheme: dark" in text
    assert "@media print" in text


def test_no_cell_of_an_export_is_a_formula(folder: Path) -> None:
    for name in ("preview.csv", "columns.csv"):
        with (folder / name).open(encoding="utf-8-sig", newline="") as file:
            cells = [cell for row in csv.reader(file) for cell in row]
        assert cells
        risky = [cell for cell in cells if cell.lstrip(" ").startswith(("=", "+", "@", "\t", "＝"))]
        assert risky == []
        assert "'=1+1" in cells


def test_an_error_replaces_a_result_and_a_result_an_error(hostile: InsightsResult, tmp_path: Path) -> None:
    write_result(hostile, tmp_path)
    [path] = write_error(error_document(JOB), tmp_path)
    assert [path.name] == [file.name for file in tmp_path.iterdir()] == ["error.json"]
    assert json.loads(path.read_text(encoding="utf-8")) == {
        "jobId": str(JOB["id"]),
        "status": "failed",
        "error": "encrypted_document",
        "message": "The workbook needs a password.",
        "timestamp": "2026-01-02T03:04:00Z",
    }
    write_result(hostile, tmp_path)
    assert not path.exists()


def test_a_cancelled_job_has_an_error_document_too() -> None:
    found = error_document({**JOB, "status": "cancelled", "error_code": None, "error": None})
    assert (found.status, found.error, found.message) == ("cancelled", "cancelled", "The job was cancelled.")


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FileError, match="cannot be used"):
        write_error(error_document(JOB), tmp_path / "file" / "folder")


def test_a_file_without_a_table_shows_its_text(tmp_path: Path) -> None:
    table = profile(
        columns=[], correlations=[], time_series=[], drift=[], cleaned_preview=[], text_extract="Dear <b>reader</b>"
    )
    write_result(result_of(table), tmp_path)
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Dear &lt;b&gt;reader" in text
    assert "<h2>First rows</h2>" not in text
