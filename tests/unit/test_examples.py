"""The example reports are what their script makes, and say what `expected.jsonl` says."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from docmill.privacy.models import ENTITY_TYPES

SCAN = "scanned_hospital.pdf"


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


def test_the_script_makes_the_files_that_are_kept(reports: Path, made: Path) -> None:
    kept = {path.name for path in reports.iterdir()}
    assert {path.name for path in made.iterdir()} == kept
    # The picture in the scan depends on the versions of the drawing libraries, so it is not compared.
    for name in kept - {SCAN}:
        assert (made / name).read_bytes() == (reports / name).read_bytes(), name


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


def test_the_scan_is_a_picture(reports: Path) -> None:
    assert text(reports / SCAN) == ""


def test_there_are_enough_of_them_and_they_are_small(reports: Path, expected: list[dict[str, Any]]) -> None:
    assert len(expected) >= 8
    assert len({report["layout"] for report in expected}) == len(expected)
    assert {report["language"] for report in expected} >= {"en", "de", "fr"}
    assert sum(path.stat().st_size for path in reports.iterdir()) < 1_500_000
