"""No identifier of the project's own example reports is left after anonymisation."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from docmill.documents.models import PageRange
from docmill.documents.reading import inspect_document, read_pages
from docmill.privacy.anonymisation import Anonymiser
from docmill.settings import DocumentSettings

REPORTS = Path(__file__).resolve().parents[3] / "examples" / "reports"
EXPECTED = [json.loads(line) for line in (REPORTS / "expected.jsonl").read_text(encoding="utf-8").splitlines()]
SCAN = "scanned_hospital.pdf"

pytestmark = pytest.mark.ner


def anonymised(anonymiser: Anonymiser, file: str) -> str:
    settings = DocumentSettings()
    every_page = PageRange(first=1, last=inspect_document(REPORTS / file, settings).pages)
    texts = [page.text for page in read_pages(REPORTS / file, every_page, settings)]
    return "\n".join(anonymiser.anonymise_pages(texts).texts)


@pytest.mark.parametrize(
    "report",
    [pytest.param(item, id=item["file"], marks=[pytest.mark.ocr] * (item["file"] == SCAN)) for item in EXPECTED],
)
def test_no_identifier_is_left(anonymiser: Anonymiser, report: dict[str, Any]) -> None:
    if report["file"] == SCAN:
        pytest.importorskip("rapidocr")
    left = anonymised(anonymiser, report["file"])
    assert [item["text"] for item in report["identifiers"] if item["text"] in left] == []
    names = [item["text"] for item in report["identifiers"] if item["type"] == "PERSON"]
    parts = {part for name in names for part in re.findall(r"[^\W\d_]{3,}", name)}
    assert [part for part in parts if re.search(rf"\b{part}\b", left, re.IGNORECASE)] == []
