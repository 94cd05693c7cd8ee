"""Damaged files end in text or in a code; never in a crash, never in a hang."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from tests.security.documents.mutation import mutants, seeds

from docmill.documents.isolated import IsolatedReader
from docmill.errors import DocmillError
from docmill.settings import DocumentSettings

CODES = {
    "empty_file",
    "encrypted_document",
    "memory_limit",
    "no_pages",
    "not_a_pdf",
    "page_timeout",
    "too_many_pages",
    "unreadable_document",
    "wrong_password",
    "xfa_placeholder",
}


def outcomes(folder: Path, sources: list[bytes], count: int, engine: str = "pdfium") -> Counter[str]:
    found: Counter[str] = Counter()
    settings = DocumentSettings.model_validate({"ocr": "never", "pdf_engine": engine})
    with IsolatedReader(settings, 2) as reader:
        for name, content in mutants(sources, count, seed=7):
            path = folder / f"{name}.pdf"
            path.write_bytes(content)
            try:
                document = reader.read(path)
            except DocmillError as error:
                found[error.code] += 1
            else:
                found.update({page.error_code or "ok" for page in document.pages})
            path.unlink()
    return found


@pytest.mark.parametrize("engine", ["pdfium", "pdfplumber"])
def test_a_hundred_damaged_files(tmp_path: Path, engine: str) -> None:
    found = outcomes(tmp_path, seeds(), 100, engine)
    assert set(found) <= CODES | {"ok"}
    assert found["ok"] > 40
    assert found["unreadable_document"] > 5


@pytest.mark.slow
@pytest.mark.shared
@pytest.mark.timeout(1800)
def test_two_thousand_damaged_files(tmp_path: Path, shared_data: Path) -> None:
    names = ("tracemonkey.pdf", "lab_chromium_short.pdf", "naacl06-shinyama.pdf", "census_12s0324.pdf")
    sources = [*seeds(), *((shared_data / "pdf" / name).read_bytes() for name in names)]
    found = outcomes(tmp_path, sources, 2000)
    assert set(found) <= CODES | {"ok"}
    assert found["ok"] > 1000


def test_the_same_seed_gives_the_same_damage() -> None:
    assert list(mutants(seeds(), 16, seed=3)) == list(mutants(seeds(), 16, seed=3))
