"""Every file of the manifest has its expected outcome, and the good ones their words."""

from __future__ import annotations

import csv
import time
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bench.reading.figures import SHARED, Figure, Figures
from docmill.documents.isolated import IsolatedReader
from docmill.documents.models import PageText
from docmill.errors import DocmillError
from docmill.settings import DocumentSettings

GOOD = ("text", "encrypted", "ocr", "mixed")
BROKEN = ("unreadable_document", "no_pages", "not_a_pdf", "empty_file")
MOST_SECONDS = 30


@dataclass
class Outcome:
    """What became of a file."""

    code: str
    seconds: float
    pages: list[PageText] = field(default_factory=list)


def manifest() -> list[dict[str, str]]:
    with (SHARED / "manifest.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def read(reader: IsolatedReader, path: Path, password: str | None) -> Outcome:
    started = time.perf_counter()
    try:
        pages = reader.read(path, None, password).pages
    except DocmillError as error:
        return Outcome(error.code, time.perf_counter() - started)
    return Outcome("ok", time.perf_counter() - started, pages)


def outcomes() -> Figures:
    """Read every file as a user does, scans recognised; print a line a file."""
    rows = manifest()
    expected = wanted = found = crashed = 0
    with IsolatedReader(DocumentSettings(), 2, keep_words=False) as reader:
        for row in rows:
            outcome = read(reader, SHARED / row["file"], row["password"] or None)
            holds = is_expected(row, outcome) and all(locked_codes(reader, row))
            words = [word for word in row["must_find"].split("|") if word] if row["expected"] in GOOD else []
            text = bare("\n".join(page.text for page in outcome.pages))
            here = sum(bare(word) in text for word in words)
            print(
                f"{row['file']:<40} {row['expected']:<12} {outcome.code:<20} {outcome.seconds:6.1f} s  "
                f"{here}/{len(words)} words  {'as expected' if holds else 'NOT AS EXPECTED'}"
            )
            expected += holds
            wanted, found = wanted + len(words), found + here
            crashed += sum(code == "step_crashed" for code in (outcome.code, *(p.error_code for p in outcome.pages)))
        alive = read(reader, SHARED / "google-doc-document.pdf", None).code == "ok"
    yield Figure("files_as_expected", expected / len(rows), 1.0, unit=f"of {len(rows)} files")
    yield Figure("words_found", found / wanted, 0.98, unit=f"of {wanted} words")
    yield Figure("processes_that_died", crashed + (not alive), 0, at_most=True)


def is_expected(row: dict[str, str], outcome: Outcome) -> bool:
    methods = {page.method for page in outcome.pages}
    match row["expected"]:
        case "text" | "encrypted":
            return outcome.code == "ok" and "text" in methods and "failed" not in methods
        case "ocr" | "mixed":
            return outcome.code == "ok" and "ocr" in methods and "failed" not in methods
        case "empty":
            return outcome.code == "ok" and methods == {"empty"}
        case "broken":
            return outcome.code in BROKEN
        case _:
            return outcome.seconds <= MOST_SECONDS


def locked_codes(reader: IsolatedReader, row: dict[str, str]) -> Iterator[bool]:
    """Yield whether a locked file is refused without its password and with another one."""
    if row["expected"] == "encrypted":
        yield read(reader, SHARED / row["file"], None).code == "encrypted_document"
        yield read(reader, SHARED / row["file"], "another").code == "wrong_password"


def bare(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).lower()
