"""The collected files, good, scanned, locked, broken and hostile, have the outcomes that their manifest expects."""

from __future__ import annotations

import csv
import importlib.util
import json
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from docmill.documents.isolated import IsolatedReader
from docmill.documents.models import PageText
from docmill.errors import DocmillError
from docmill.settings import DocumentSettings

pytestmark = pytest.mark.shared

GOOD = ("text", "encrypted", "ocr", "mixed")
RECOGNISED = ("ocr", "mixed")
HOSTILE_SECONDS = 30


@pytest.fixture(scope="module")
def reader() -> Iterator[IsolatedReader]:
    with IsolatedReader(DocumentSettings(ocr="never"), 2) as reader:
        yield reader


@pytest.fixture(scope="module")
def recognising() -> Iterator[IsolatedReader]:
    with IsolatedReader(DocumentSettings(), 2) as reader:
        yield reader


@pytest.fixture(scope="module")
def manifest(shared_data: Path) -> list[dict[str, str]]:
    with (shared_data / "pdf" / "manifest.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def outcome(reader: IsolatedReader, path: Path, password: str) -> tuple[str, list[PageText]]:
    try:
        document = reader.read(path, None, password or None)
    except DocmillError as error:
        return error.code, []
    return "ok", document.pages


def missing(pages: list[PageText], words: str) -> list[str]:
    text = _bare("\n".join(page.text for page in pages))
    return [word for word in words.split("|") if word and _bare(word) not in text]


def _bare(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).lower()


def test_good_files_have_their_words(reader: IsolatedReader, manifest: list[dict[str, str]], shared_data: Path) -> None:
    lost = {}
    for row in manifest:
        if row["expected"] in ("text", "encrypted"):
            code, pages = outcome(reader, shared_data / "pdf" / row["file"], row["password"])
            assert (row["file"], code) == (row["file"], "ok")
            assert all(page.method in ("text", "empty") for page in pages)
            lost |= {row["file"]: words} if (words := missing(pages, row["must_find"])) else {}
    assert lost == {}


def test_locked_files_ask_for_their_password(
    reader: IsolatedReader, manifest: list[dict[str, str]], shared_data: Path
) -> None:
    for row in manifest:
        if row["expected"] == "encrypted":
            path = shared_data / "pdf" / row["file"]
            assert outcome(reader, path, "")[0] == "encrypted_document"
            assert outcome(reader, path, "not it")[0] == "wrong_password"


def test_broken_files_have_a_code(reader: IsolatedReader, manifest: list[dict[str, str]], shared_data: Path) -> None:
    codes = {
        row["file"]: outcome(reader, shared_data / "pdf" / row["file"], "")[0]
        for row in manifest
        if row["expected"] == "broken"
    }
    assert set(codes.values()) <= {"unreadable_document", "no_pages", "not_a_pdf", "empty_file"}
    assert codes["zero_pages.pdf"] == "no_pages"
    assert codes["notpdf_png.pdf"] == "not_a_pdf"
    assert codes["notpdf_zero_bytes.pdf"] == "empty_file"


def test_empty_pages_are_no_error(reader: IsolatedReader, manifest: list[dict[str, str]], shared_data: Path) -> None:
    for row in manifest:
        if row["expected"] == "empty":
            code, pages = outcome(reader, shared_data / "pdf" / row["file"], "")
            assert (code, {page.method for page in pages}) == ("ok", {"empty"})


@pytest.mark.timeout(HOSTILE_SECONDS * 10)
def test_hostile_files_are_bounded(reader: IsolatedReader, manifest: list[dict[str, str]], shared_data: Path) -> None:
    codes = {
        row["file"]: outcome(reader, shared_data / "pdf" / row["file"], "")[0]
        for row in manifest
        if row["expected"] == "any-bounded"
    }
    assert codes["pages_50000.pdf"] == "too_many_pages"
    assert codes["bomb_content_1GiB_double_flate.pdf"] == "memory_limit"
    assert codes["count_lies_1e9.pdf"] == "ok"


@pytest.mark.slow
@pytest.mark.ocr
@pytest.mark.timeout(900)
@pytest.mark.skipif(importlib.util.find_spec("rapidocr") is None, reason="needs the extra `ocr`")
def test_scans_have_their_words_and_rows(
    recognising: IsolatedReader, manifest: list[dict[str, str]], shared_data: Path
) -> None:
    rows = json.loads((shared_data / "pdf" / "lab_rows.json").read_text(encoding="utf-8"))
    exact = total = 0
    for row in manifest:
        if row["expected"] in RECOGNISED:
            code, pages = outcome(recognising, shared_data / "pdf" / row["file"], "")
            assert (row["file"], code) == (row["file"], "ok")
            assert missing(pages, row["must_find"]) == []
            lines = {re.sub(r"\s", "", line) for page in pages for line in page.text.split("\n")}
            expected = ["".join(cells).replace(" ", "") for cells in rows.get(row["file"], [])]
            exact += sum(any(cells in line for line in lines) for cells in expected)
            total += len(expected)
    assert exact >= 0.92 * total > 0
