"""The whole pipeline, in memory, on the example reports: what comes out is what `expected.jsonl` says."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from docmill import Document
from docmill.bootstrap import step_resources
from docmill.pipelines.medical_report.models import NormalisedMarker, ReferenceRange
from docmill.pipelines.medical_report.pipeline import pipeline

REPORTS = Path(__file__).parents[3] / "examples" / "reports"
Row = tuple[Any, ...]


def expected_reports() -> list[Any]:
    lines = (REPORTS / "expected.jsonl").read_text(encoding="utf-8").splitlines()
    reports = [json.loads(line) for line in lines]
    scans = {"scanned_hospital.pdf": pytest.mark.ocr}
    return [pytest.param(report, id=report["file"], marks=scans.get(report["file"], ())) for report in reports]


@pytest.fixture(scope="module")
def resources(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[type, Any]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DOCMILL_HOME", str(tmp_path_factory.mktemp("home")))
        yield step_resources()


def found_row(marker: NormalisedMarker) -> Row:
    value, limits = marker.value, marker.reference_range or ReferenceRange()
    known = value.number if value.type == "numeric" else value.text
    return (marker.name, known, value.unit, limits.min, limits.max, marker.flag, marker.page)


def stated_row(marker: dict[str, Any]) -> Row:
    return tuple(marker[field] for field in ("name", "value", "unit", "ref_low", "ref_high", "flag", "page"))


@pytest.mark.parametrize("report", expected_reports())
def test_every_marker_is_read_and_none_is_invented(report: dict[str, Any], resources: Mapping[type, Any]) -> None:
    result = pipeline.run(Document.from_path(REPORTS / report["file"]), resources=resources)
    assert sorted(map(found_row, result.markers), key=repr) == sorted(map(stated_row, report["markers"]), key=repr)
    codes = {marker.name: marker.code for marker in result.markers}
    assert [marker["name"] for marker in report["markers"] if marker["code"] not in (None, codes[marker["name"]])] == []
