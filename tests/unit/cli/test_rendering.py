"""What people see of a job: the state in words, values as printed, flags with their direction."""

from __future__ import annotations

import io
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from rich.console import Console

from docmill.cli.books import render_report
from docmill.cli.rendering import moment_text, number_text, render_job, render_markers
from docmill.cli.stats import render_statistics
from docmill.pipelines.books.reports import Report

NUMERIC = {"type": "numeric", "number": 126.0, "comparator": None, "unit": "mg/dL", "value": None, "text": None}


def table(*markers: dict[str, Any], width: int = 120) -> str:
    console = Console(file=io.StringIO(), width=width)
    render_markers(console, markers, "")
    return console.file.getvalue()  # type: ignore[attr-defined]


def marker(**changes: Any) -> dict[str, Any]:
    return {"name": "Glucose", "code": None, "value": NUMERIC, "reference_range": None, "flag": None} | changes


def job(**changes: Any) -> dict[str, Any]:
    record = {
        "file": "a.pdf",
        "status": "completed",
        "existing": False,
        "duration_ms": 12,
        "error": None,
        "result": None,
    }
    return record | changes


def render(record: dict[str, Any]) -> str:
    console = Console(file=io.StringIO(), width=120)
    render_job(console, record)
    return console.file.getvalue()  # type: ignore[attr-defined]


def test_a_marker_is_a_row() -> None:
    row = table(marker(reference_range={"text": "70-99"}, flag="H", code="2345-7"))
    assert all(cell in row for cell in ("Glucose", "126", "mg/dL", "70-99", "H", "2345-7"))


def test_a_derived_flag_stands_in_brackets() -> None:
    assert "(L)" in table(marker(flag_derived="L"))
    assert "(A)" in table(marker(flag_derived="A"))
    assert "A (L)" in table(marker(flag="A", flag_derived="L"))
    assert "(N)" not in table(marker(flag_derived="N"))
    assert "(H)" not in table(marker(flag="H", flag_derived="H"))


def test_values_keep_their_comparator_and_their_words() -> None:
    below = NUMERIC | {"number": 0.3, "comparator": "<"}
    words = {"type": "boolean", "value": False, "text": "Negative", "unit": None}
    text = table(marker(value=below), marker(value=words), marker(value=NUMERIC | {"number": 2.5e6}))
    assert all(cell in text for cell in ("<0.3", "Negative", "2500000"))


def test_no_digit_of_a_number_is_lost() -> None:
    assert [number_text(number) for number in (126.0, 12345.67, 1234567.8, 0.05)] == [
        "126",
        "12345.67",
        "1234567.8",
        "0.05",
    ]


def test_brackets_in_names_are_no_markup() -> None:
    assert "[PERSON_1]" in table(marker(name="[PERSON_1]"))


def test_moments_are_told_in_the_time_of_the_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    try:
        assert moment_text(datetime(2026, 11, 22, 20, 0, tzinfo=UTC)) == "2026-11-23 01:30:00"
    finally:
        monkeypatch.undo()
        time.tzset()
    assert moment_text(None) is None


def test_a_failed_job_says_why_and_where() -> None:
    error = {"code": "not_a_pdf", "message": "a.pdf is not a PDF.", "step": "split_pages", "page": None}
    text = render(job(status="failed", error=error))
    assert "failed" in text
    assert "a.pdf is not a PDF. [not_a_pdf] (step split_pages)" in text


def test_a_result_without_markers_is_json() -> None:
    assert '"total": 5' in render(job(result={"total": 5}))


def test_work_that_was_done_before_is_told() -> None:
    assert "the document was already there" in render(job(existing=True, result={"markers": []}, document_id="d1"))
    assert "the row was already there" in render(job(existing=True, result={"markers": []}, document_id=None))


def test_a_novel_is_told_with_how_it_was_made_and_how_it_begins() -> None:
    sentences = [{"page": page, "text": f"[Phrase] {page}."} for page in range(1, 9)]
    result = {
        "pages": 9,
        "sentences": sentences,
        "methods": {"rules": 6, "model": 2},
        "within_limits": 0.875,
        "missing": [{"first_page": 4, "last_page": 5}],
    }
    lines = render(job(result=result, job_id="JOB")).splitlines()
    assert "  9 pages, 8 sentences (6 by rules, 2 by model; 88% within the limits of length)" in lines
    assert "  p. 1  [Phrase] 1." in lines
    assert not any("Phrase] 6" in line for line in lines)
    assert "  missing: pages 4 to 5" in lines
    assert "  `docmill export JOB` prints them all." in lines


def test_a_book_is_told_with_its_authors_and_who_could_not_be_asked() -> None:
    result = {
        "isbn": "9780000000002",
        "title": "Emma [draft]",
        "authors": [{"name": "Ada"}, {"name": "Bo"}],
        "publisher": "A Press",
        "unavailable": {"google_books": "provider_error"},
    }
    line = "9780000000002  Emma [draft], by Ada, Bo; A Press"
    assert f"  {line}; google_books could not be asked\n" in render(job(result=result))
    assert "by nobody; A Press\n" in render(job(result=result | {"authors": [], "unavailable": {}}))


def test_a_report_is_told_with_its_title_and_its_warnings() -> None:
    result = {"markers": [marker()], "diagnostic_title": "Blood", "language": "en", "warnings": ["[1] page is empty."]}
    text = render(job(result=result))
    assert "Blood · en" in text
    assert "note: [1] page is empty." in text


def test_an_answer_of_the_warehouse_is_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    render_report(Report("decades", "How do the books spread?", ["decade", "books"], [(1950, 3), (None, 1)]))
    printed_lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert printed_lines[0] == ["How", "do", "the", "books", "spread?"]
    assert ["│", "1950", "│", "3", "│"] in printed_lines
    assert ["│", "│", "1", "│"] in printed_lines


def test_statistics_say_nothing_where_there_is_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    failed = [{"title": "Emma", "error_code": "book_not_found", "temporary": False, "job": None}]
    render_statistics({"by_status": [], "in_progress": [], "last_hour": [], "failed": failed})
    text = capsys.readouterr().out
    assert "In progress: nothing\n" in text
    assert all(cell in text for cell in ("Emma", "book_not_found", "False"))
    assert "None" not in text
