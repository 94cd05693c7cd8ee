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


def test_a_second_patient_is_told() -> None:
    first = PageText(number=1, text="Patient: [PERSON_1]  DOB: [DATE_OF_BIRTH_1]\nGlucose  126  H  mg/dL  70-99")
    second = PageText(number=3, text="Patient: [PERSON_2]  DOB: [DATE_OF_BIRTH_2]\nSodium  139  mmol/L  135-145")
    [warning] = build_report([first, second]).warnings
    assert warning.startswith("Page 3 names another patient")
    again = second.text.replace("[DATE_OF_BIRTH_2]", "[DATE_OF_BIRTH_1]")
    assert build_report([first, second.model_copy(update={"text": again})]).warnings == []


def test_a_date_that_no_calendar_has_is_not_called_ambiguous() -> None:
    page = PageText(number=1, text="Abnahme: 31.02.2026\nEingang: 25.03.2026\nGlucose  126  H  mg/dL  70-99")
    report = build_report([page])
    assert report.warnings == ["A date on page 1 is not in the calendar; it was left out."]
    assert report.diagnostic_date == "2026-03-25"
