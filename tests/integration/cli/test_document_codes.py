"""Every code that a document can be refused with, by `docmill extract` and through the engine; good files go on."""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from typing import Any

import pytest
from tests.integration.cli.conftest import CommandLine
from tests.unit.documents.sheets import (
    flate_bomb,
    handmade,
    lab_report,
    line_of_text,
    pages_of_streams,
    stream,
)

PIPELINE = "medical-report"
LIMITS = {
    "DOCMILL_OCR": "never",
    "DOCMILL_MAX_PAGES": "4",
    "DOCMILL_TEXT_MEMORY_MB": "256",
    "UPLOADED_DOCUMENTS_MAX_SIZE_KB": "100",
}
# The slow page is read by itself: on a busy machine a limit of time would come before the others.
HASTE = {"DOCMILL_PAGE_TIMEOUT_SECONDS": "0.05", "DOCMILL_TEXT_MEMORY_MB": "1024"}
SECRET = "canary-5119"
RESULT = stream(
    b"", b"BT /F1 10 Tf 60 700 Td (Glucose) Tj 130 0 Td (126 H) Tj 90 0 Td (mg/dL) Tj 90 0 Td (70-99) Tj ET"
)


def slow_page(mebibytes: int = 120) -> bytes:
    """Return a small content stream whose reading takes seconds and no memory to speak of."""
    packer = zlib.compressobj(9)
    unit = b"/F1 1 Tf " * (2**20 // 9)
    packed = b"".join(packer.compress(unit) for _ in range(mebibytes)) + packer.flush()
    return stream(b"/Filter [/FlateDecode /FlateDecode]", zlib.compress(packed, 9))


def bad_files() -> dict[str, bytes]:
    xfa = b"/AcroForm << /XFA [(template) 6 0 R] /Fields [] >> /NeedsRendering true"
    return {
        "unreadable_document": b"%PDF-1.7\nbroken\n%%EOF\n",
        "not_a_pdf": b"\x89PNG\r\n\x1a\n" + bytes(100),
        "empty_file": b"",
        "no_pages": handmade([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 0 >>"]),
        "too_large": pages_of_streams([RESULT]) + bytes(200 * 1024),
        "too_many_pages": pages_of_streams([line_of_text(b"page")] * 5),
        "memory_limit": pages_of_streams([flate_bomb(320)]),
        "xfa_placeholder": pages_of_streams([line_of_text(b"Please wait...")], xfa),
    }


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A file for each code, named after it, between two good ones."""
    folder = tmp_path_factory.mktemp("files")
    for code, content in bad_files().items():
        (folder / f"{code}.pdf").write_bytes(content)
    bad = [folder / f"{code}.pdf" for code in bad_files()]
    bad.append(lab_report(folder / "encrypted_document.pdf", password=SECRET))
    first = lab_report(folder / "first_good.pdf")
    last = lab_report(folder / "last_good.pdf", pages=2)
    return [first, *bad, last]


def codes(records: list[dict[str, Any]]) -> dict[str, str | None]:
    return {Path(record["file"]).stem: record["error"] and record["error"]["code"] for record in records}


def expected(files: list[Path]) -> dict[str, str | None]:
    return {file.stem: None if file.stem.endswith("good") else file.stem for file in files}


def test_extract_tells_each_code(docmill: CommandLine, files: list[Path]) -> None:
    records = docmill.lines("extract", "--json", *files, code=1, **LIMITS)
    assert codes(records) == expected(files)
    assert [Path(record["file"]) for record in records] == files


def test_a_slow_page_is_told(docmill: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "page_timeout.pdf"
    file.write_bytes(pages_of_streams([slow_page()]))
    for code, command in ((1, ["extract"]), (3, ["run", PIPELINE])):
        assert codes(docmill.lines(*command, "--json", file, code=code, **HASTE)) == {file.stem: file.stem}


@pytest.mark.timeout(240)
def test_jobs_fail_with_each_code(docmill: CommandLine, files: list[Path]) -> None:
    records = docmill.lines("run", PIPELINE, "--json", *files, code=3, **LIMITS)
    assert codes(records) == expected(files)
    statuses = {Path(record["file"]).stem: record["status"] for record in records}
    assert {statuses.pop("first_good"), statuses.pop("last_good")} == {"completed"}
    assert set(statuses.values()) == {"failed"}


def test_a_wrong_password_is_told_and_not_repeated(docmill: CommandLine, files: list[Path], tmp_path: Path) -> None:
    locked = next(file for file in files if file.stem == "encrypted_document")
    password = tmp_path / "password"
    for guess, code in (("canary-guess", "wrong_password"), (SECRET, None)):
        password.write_text(guess)
        for command in (["extract"], ["run", PIPELINE, "--again"]):
            process = docmill.start(*command, "--json", "--password-file", password, locked, LOG_LEVEL="DEBUG")
            output, messages = process.communicate(timeout=120)
            assert codes([json.loads(output)]) == {locked.stem: code}
            assert guess not in output + messages


def test_one_bad_page_costs_that_page(docmill: CommandLine, tmp_path: Path) -> None:
    report = tmp_path / "report.pdf"
    sodium = RESULT.replace(b"Glucose", b"Sodium").replace(b"126 H", b"139  ").replace(b"mg/dL", b"mmol/L")
    report.write_bytes(pages_of_streams([RESULT, flate_bomb(320), sodium]))
    record = docmill.line("run", PIPELINE, "--json", report, **LIMITS)
    assert record["status"] == "completed"
    assert "Page 2 could not be read (memory_limit)." in record["result"]["warnings"]
    found = {(marker["name"], marker["page"]) for marker in record["result"]["markers"]}
    assert found == {("Glucose", 1), ("Sodium", 3)}
    [line] = docmill.lines("extract", "--json", report, **LIMITS)
    assert [(page["method"], page["error_code"]) for page in line["pages"]] == [
        ("text", None), ("failed", "memory_limit"), ("text", None),
    ]  # fmt: skip
