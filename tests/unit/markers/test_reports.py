"""Reports in many layouts and languages, each with the results that it states; those named `none_` state none."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.markers.rows import expected, found

from docmill.pipelines.medical_report.markers import pages_from_text, read_markers

REPORTS = sorted((Path(__file__).parent / "reports").glob("*.txt"))


@pytest.mark.parametrize("report", REPORTS, ids=lambda path: path.stem)
def test_a_report_is_read_as_it_stands(report: Path) -> None:
    markers = read_markers(pages_from_text(report.read_text(encoding="utf-8")))
    table = report.with_suffix(".tsv").read_text(encoding="utf-8")
    assert sorted(found(markers), key=str) == sorted(expected(table), key=str)


def test_there_are_reports_without_results() -> None:
    assert sum(report.stem.startswith("none_") for report in REPORTS) >= 4
