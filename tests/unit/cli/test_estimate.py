"""`docmill estimate` tells what a novel will take, and neither stores nor sends anything."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.unit.cli.conftest import NO_DATABASE, Docmill
from tests.unit.documents.sheets import lab_report

PRICES = {"DOCMILL_LLM_PROMPT_PRICE": "1", "DOCMILL_LLM_COMPLETION_PRICE": "2", "DATABASE_URL": NO_DATABASE}


@pytest.fixture(scope="module")
def chapter(repository: Path) -> Path:
    return repository / "examples" / "novel" / "madame_bovary_1.pdf"


def estimated(docmill: Docmill, file: Path, *arguments: str) -> dict[str, Any]:
    [record] = docmill("estimate", file, "--json", *arguments, **PRICES).records
    return record


def test_calls_tokens_and_cost(docmill: Docmill, chapter: Path) -> None:
    found = estimated(docmill, chapter)
    assert (found["file"], found["pages"]) == (str(chapter), 13)
    assert found["sentences"] > found["sentences_for_model"] > 100
    assert found["calls"] >= found["passages"] == 7
    assert found["cost_usd"] == pytest.approx((found["prompt_tokens"] + 2 * found["completion_tokens"]) / 1e6)
    longer = estimated(docmill, chapter, "--set", "max_words=50")
    assert longer["sentences_for_model"] < found["sentences_for_model"]
    assert longer["cost_usd"] < found["cost_usd"]


def test_people_get_a_line_a_figure(docmill: Docmill, tmp_path: Path) -> None:
    locked = lab_report(tmp_path / "locked.pdf", password="sesame")
    printed = docmill("estimate", locked, "--password-file", "-", given=b"sesame\n", **PRICES)
    assert printed.out.startswith("pages: 1\nwords: ")
    assert "cost usd: 0.0" in printed.out


def test_a_book_that_cannot_be_opened_is_told(docmill: Docmill, tmp_path: Path) -> None:
    locked = lab_report(tmp_path / "locked.pdf", password="sesame")
    assert "error [encrypted_document]" in docmill("estimate", locked, code=1).err


def test_a_wrong_option_is_named(docmill: Docmill, chapter: Path) -> None:
    printed = docmill("estimate", chapter, "--set", "max_words=2", code=2)
    assert "max_words" in printed.err
    assert printed.out == ""
