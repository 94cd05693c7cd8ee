"""A result says what of its document was not read."""

from __future__ import annotations

from docmill.documents.models import PageText
from docmill.pipelines.medical_report.report import build_report

ROW = PageText(number=1, text="Glucose  126  H  mg/dL  70-99")
UNREAD = {"recognise": True, "ocr_missing": True}


def test_pages_that_were_not_read_are_named() -> None:
    pages = [
        ROW,
        PageText(number=2, text="", method="failed", error_code="page_timeout"),
        PageText(number=3, text="", method="empty", signals=UNREAD),
        PageText(number=4, text="Letterhead only", method="text", signals=UNREAD),
        PageText(number=5, text="", method="empty", signals={"recognise": True, "turn": 0}),
    ]
    assert build_report(pages).warnings == [
        "Page 2 could not be read (page_timeout).",
        "Page 3 is a picture that was not read.",
        "Page 4 is a picture that was not read.",
    ]


def test_a_repaired_document_is_told() -> None:
    [warning] = build_report([ROW.model_copy(update={"recovered": True})]).warnings
    assert "cut short or damaged" in warning
    assert build_report([ROW]).warnings == []
