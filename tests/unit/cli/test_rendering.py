"""What people see of a job: the state in words, values as printed, flags with their direction."""

from __future__ import annotations

import io
from typing import Any

from rich.console import Console

from docmill.cli.rendering import marker_table, render_job

NUMERIC = {"type": "numeric", "number": 126.0, "comparator": None, "unit": "mg/dL", "value": None, "text": None}


def printed(value: Any) -> str:
    console = Console(file=io.StringIO(), width=120)
    console.print(value)
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
    row = printed(marker_table([marker(reference_range={"text": "70-99"}, flag="H", code="2345-7")], ""))
    assert all(cell in row for cell in ("Glucose", "126", "mg/dL", "70-99", "H", "2345-7"))


def test_a_derived_flag_stands_in_brackets() -> None:
    assert "(L)" in printed(marker_table([marker(flag_derived="L")], ""))
    assert "A (L)" in printed(marker_table([marker(flag="A", flag_derived="L")], ""))
    assert "(N)" not in printed(marker_table([marker(flag_derived="N")], ""))


def test_values_keep_their_comparator_and_their_words() -> None:
    below = NUMERIC | {"number": 0.3, "comparator": "<"}
    words = {"type": "boolean", "value": False, "text": "Negative", "unit": None}
    table = printed(
        marker_table([marker(value=below), marker(value=words), marker(value=NUMERIC | {"number": 2.5e6})], "")
    )
    assert all(cell in table for cell in ("<0.3", "Negative", "2500000"))


def test_brackets_in_names_are_no_markup() -> None:
    assert "[PERSON_1]" in printed(marker_table([marker(name="[PERSON_1]")], ""))


def test_a_failed_job_says_why_and_where() -> None:
    error = {"code": "not_a_pdf", "message": "a.pdf is not a PDF.", "step": "split_pages", "page": None}
    text = render(job(status="failed", error=error))
    assert "failed" in text
    assert "a.pdf is not a PDF. [not_a_pdf] (step split_pages)" in text


def test_a_result_without_markers_is_json() -> None:
    assert '"total": 5' in render(job(result={"total": 5}))


def test_work_that_was_done_before_is_told() -> None:
    assert "already there" in render(job(existing=True, result={"markers": []}))
