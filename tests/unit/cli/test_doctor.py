"""`docmill doctor` finds what is missing and says what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.cli.conftest import CANARY, NO_DATABASE, Docmill


def states(docmill: Docmill, **settings: str) -> dict[str, tuple[str, str]]:
    printed = docmill("doctor", "--json", code=1, **({"DATABASE_URL": NO_DATABASE} | settings))
    return {record["check"]: (record["state"], record["message"]) for record in printed.records}


def test_what_is_there_is_ok_and_a_database_that_is_away_fails(docmill: Docmill) -> None:
    found = states(docmill)
    for check in ("python", "settings", "home", "pdf engine", "privacy", "key", "language model", "child processes"):
        assert found[check][0] == "ok"
    assert found["key"][1].endswith("is made when it is first needed")
    assert found["pipelines"] == ("ok", "medical-report, novel, books, insights")
    state, message = found["database"]
    assert state == "fail"
    assert "[database_unavailable]" in message
    assert CANARY not in message


def test_a_wrong_setting_ends_the_examination(docmill: Docmill) -> None:
    found = states(docmill, DB_PORT="none")
    assert list(found) == ["python", "settings"]
    assert found["settings"][0] == "fail"
    assert "DB_PORT" in found["settings"][1]


def test_a_folder_that_cannot_be_made_is_found(docmill: Docmill, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    state, message = states(docmill, DOCMILL_HOME=str(tmp_path / "file" / "home"))["home"]
    assert state == "fail"
    assert "set DOCMILL_HOME" in message


@pytest.mark.parametrize(
    ("check", "settings", "state", "words"),
    [
        ("ocr", {"DOCMILL_OCR_ENGINE": "tesseract", "PATH": "/nowhere"}, "warn", "tesseract is not on the PATH"),
        ("ocr", {"DOCMILL_OCR": "never"}, "ok", "DOCMILL_OCR=never"),
        ("privacy model", {"DOCMILL_PRIVACY_MODEL": "none"}, "ok", "switched off"),
    ],
)
def test_each_choice_is_looked_at(
    docmill: Docmill, check: str, settings: dict[str, str], state: str, words: str
) -> None:
    found = states(docmill, **settings)[check]
    assert found[0] == state
    assert words in found[1]


def test_each_setting_that_cannot_work_is_found_at_once(docmill: Docmill) -> None:
    found = states(
        docmill,
        DOCMILL_PRIVACY_DICTIONARY_FILE="/absent",
        DOCMILL_KEY="abc",
        DOCMILL_PIPELINES="absent:pipeline",
        LLM_BASE_URL=f"http://user:{CANARY}@localhost:1/v1",
    )
    assert found["privacy"] == ("fail", found["privacy"][1])
    assert "The dictionary /absent cannot be read" in found["privacy"][1]
    assert "DOCMILL_KEY must hold" in found["key"][1]
    assert "'absent:pipeline' cannot be loaded" in found["pipelines"][1]
    assert found["language model"] == ("ok", "gpt-4o-mini at localhost:1; `docmill llm check` asks it")


def test_people_get_one_line_a_check(docmill: Docmill) -> None:
    lines = docmill("doctor", code=1, DATABASE_URL=NO_DATABASE).out.splitlines()
    assert len(lines) >= 7
    assert all(line.startswith(("ok ", "warn ", "fail ")) for line in lines)
