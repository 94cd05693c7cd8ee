"""The reports with gold values of ../shared, scored with the scorer that lies beside them."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from docmill.documents.models import PageRange, PageText
from docmill.documents.reading import inspect_document, read_pages
from docmill.pipelines.medical_report.markers import pages_from_text, read_markers
from docmill.pipelines.medical_report.models import Marker
from docmill.pipelines.medical_report.steps import anonymise
from docmill.privacy.anonymisation import Anonymiser
from docmill.settings import DocumentSettings, PrivacySettings

pytestmark = pytest.mark.shared

Gold = list[tuple[dict[str, Any], list[PageText]]]


@pytest.fixture(scope="module")
def scorer(shared_data: Path) -> ModuleType:
    specification = importlib.util.spec_from_file_location("marker_score", shared_data / "markers" / "score.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def gold(shared_data: Path) -> Gold:
    folder = shared_data / "markers"
    lines = (folder / "gold.jsonl").read_text(encoding="utf-8").splitlines()
    return [(report, pages(folder / report["file"])) for report in map(json.loads, lines)]


def pages(path: Path) -> list[PageText]:
    if path.suffix == ".txt":
        return pages_from_text(path.read_text(encoding="utf-8"))
    settings = DocumentSettings(ocr="never")
    return read_pages(path, PageRange(first=1, last=inspect_document(path, settings).pages), settings)


def predicted(read: list[PageText]) -> list[dict[str, Any]]:
    return [marker.model_dump() | {"loinc": marker.code} for marker in read_markers(read)]


def f1(right: int, found: int, wanted: int) -> float:
    return 2 * right / (found + wanted)


def test_the_bars_are_met(gold: Gold, scorer: ModuleType) -> None:
    right = found = wanted = ranged = ranges_found = ranges_wanted = coded = codes_right = 0
    for report, read in gold:
        rows, _, predictions, with_range = scorer.score_file(report["results"], predicted(read))
        rows = [row for row in rows if not row["opt"]]
        right, found, wanted = right + sum(row["core"] for row in rows), found + predictions, wanted + len(rows)
        ranged += sum(row["rf"] for row in rows if row["has_rf"])
        ranges_found, ranges_wanted = ranges_found + with_range, ranges_wanted + sum(row["has_rf"] for row in rows)
        codes = [row["loinc"] for row in rows if row["loinc"] is not None]
        coded, codes_right = coded + sum(given for _, given in codes), codes_right + sum(ok for ok, _ in codes)
    assert wanted > 600
    assert f1(right, found, wanted) >= 0.97
    assert f1(ranged, ranges_found, ranges_wanted) >= 0.93
    assert codes_right / coded >= 0.95


def test_nothing_is_invented_where_there_are_no_results(gold: Gold) -> None:
    controls = [read for report, read in gold if not report["results"]]
    assert len(controls) >= 2
    assert [predicted(read) for read in controls] == [[] for _ in controls]


def test_anonymising_changes_no_result(gold: Gold) -> None:
    settings = PrivacySettings()
    anonymiser = Anonymiser(settings)
    for report, read in gold:
        after = anonymise([read], anonymiser, settings)
        dates = [artifact.original for artifact in after.artifacts if artifact.type == "DATE_OF_BIRTH"]
        assert results(read_markers(after.pages, further_dates=dates)) == results(read_markers(read)), report["file"]


def results(markers: list[Marker]) -> list[dict[str, Any]]:
    return [marker.model_dump(exclude={"source", "box", "confidence"}) for marker in markers]
