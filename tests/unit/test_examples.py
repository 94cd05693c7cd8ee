"""The example reports are what their script makes, and say what `expected.jsonl` says."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from docmill.documents.models import PageRange
from docmill.documents.reading import inspect_document, read_pages
from docmill.privacy.models import ENTITY_TYPES
from docmill.settings import DocumentSettings

SCAN = "scanned_hospital.pdf"
MADE_WITH = "5.1.0"  # reportlab
# Value and range of one result stand on lines below each other.
NOT_A_ROW_A_LINE = {"portal_cards.pdf", "india_sections.pdf"}


@pytest.fixture(scope="module")
def reports(repository: Path) -> Path:
    return repository / "examples" / "reports"


@pytest.fixture(scope="module")
def expected(reports: Path) -> list[dict[str, Any]]:
    lines = (reports / "expected.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def made(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reports")
    subprocess.run([sys.executable, str(repository / "examples" / "make_reports.py"), str(folder)], check=True)
    return folder


def text(path: Path) -> str:
    with pypdfium2.PdfDocument(path) as document:
        return "\n".join(page.get_textpage().get_text_range() for page in document)


def lines(path: Path) -> list[str]:
    """The report's lines as docmill reads them, with single spaces."""
    settings = DocumentSettings()
    every_page = PageRange(first=1, last=inspect_document(path, settings).pages)
    pages = read_pages(path, every_page, settings)
    return [" ".join(line.split()) for page in pages for line in page.text.splitlines()]


def test_the_script_makes_the_files_that_are_kept(reports: Path, made: Path) -> None:
    kept = {path.name for path in reports.iterdir()}
    assert {path.name for path in made.iterdir()} == kept
    # The picture in the scan depends on the versions of the drawing libraries, so it is not compared.
    other = {name for name in kept - {SCAN} if (made / name).read_bytes() != (reports / name).read_bytes()}
    assert "expected.jsonl" not in other
    if other and version("reportlab") != MADE_WITH:
        pytest.skip(f"the files were made with reportlab {MADE_WITH}; {version('reportlab')} writes other bytes")
    assert not other


def test_every_stated_name_value_and_identifier_is_printed(reports: Path, expected: list[dict[str, Any]]) -> None:
    for report in expected:
        if report["file"] == SCAN:
            continue
        printed = text(reports / report["file"])
        for marker in report["markers"]:
            assert marker["name"] in printed
        for identifier in report["identifiers"]:
            assert identifier["text"] in printed
            assert identifier["type"] in ENTITY_TYPES


def test_every_report_has_its_line(reports: Path, expected: list[dict[str, Any]]) -> None:
    assert sorted(report["file"] for report in expected) == sorted(path.name for path in reports.glob("*.pdf"))


def test_identifiers_are_read_whole_and_rows_as_one_line(reports: Path, expected: list[dict[str, Any]]) -> None:
    for report in expected:
        if report["file"] == SCAN:
            continue
        read = lines(reports / report["file"])
        assert [item["text"] for item in report["identifiers"] if not any(item["text"] in line for line in read)] == []
        if report["file"] not in NOT_A_ROW_A_LINE:
            rows = [(marker["name"], marker["unit"] or "", marker["ref_text"] or "") for marker in report["markers"]]
            assert [row for row in rows if not any(all(cell in line for cell in row) for line in read)] == []


def test_a_number_is_flagged_where_it_is_outside_its_range(expected: list[dict[str, Any]]) -> None:
    for report in expected:
        for marker in report["markers"]:
            value, low, high = marker["value"], marker["ref_low"], marker["ref_high"]
            if isinstance(value, float):
                side = "L" if low is not None and value < low else "H" if high is not None and value > high else None
                allowed = {None, "N"} if side is None else {side, "A"}
                assert marker["flag"] in allowed, (report["file"], marker["name"])


def test_the_scan_is_a_picture(reports: Path) -> None:
    assert text(reports / SCAN) == ""


def test_there_are_enough_of_them_and_they_are_small(reports: Path, expected: list[dict[str, Any]]) -> None:
    assert len(expected) >= 8
    assert len({report["layout"] for report in expected}) == len(expected)
    assert {report["language"] for report in expected} >= {"en", "de", "fr"}
    assert sum(path.stat().st_size for path in reports.iterdir()) < 1_500_000
