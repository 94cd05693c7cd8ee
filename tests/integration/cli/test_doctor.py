"""`docmill doctor` finds what is missing and says what to do."""

from __future__ import annotations

import json
from pathlib import Path

from tests.integration.cli.conftest import CommandLine


def states(lines: str) -> dict[str, str]:
    return {record["check"]: record["state"] for record in map(json.loads, lines.splitlines())}


def test_a_whole_installation_is_ok(docmill: CommandLine) -> None:
    found = docmill.lines("doctor", "--json")
    assert {record["check"] for record in found} >= {"python", "settings", "home", "pdf engine", "ocr", "database"}
    assert "fail" not in {record["state"] for record in found}
    [database] = [record for record in found if record["check"] == "database"]
    assert "embedded" in database["message"]
    assert "schema at 0" in database["message"]


def test_people_get_one_line_a_check(docmill: CommandLine) -> None:
    lines = docmill.run("doctor").splitlines()
    assert all(line.startswith(("ok ", "warn ", "fail ")) for line in lines)


def test_a_wrong_setting_is_found_and_named(docmill: CommandLine) -> None:
    output = docmill.run("doctor", "--json", code=1, DB_PORT="none")
    assert states(output)["settings"] == "fail"
    assert "DB_PORT" in output


def test_a_database_that_does_not_answer_is_found(docmill: CommandLine) -> None:
    output = docmill.run(
        "doctor", "--json", code=1, DATABASE_URL="postgresql://user:canary@127.0.0.1:1/none?connect_timeout=1"
    )
    assert states(output)["database"] == "fail"
    assert "canary" not in output


def test_a_folder_that_cannot_be_made_is_found(docmill: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    output = docmill.run("doctor", "--json", code=1, DOCMILL_HOME=str(tmp_path / "file" / "home"))
    assert states(output)["home"] == "fail"
    assert "DOCMILL_HOME" in output


def test_a_program_that_is_missing_is_a_warning(docmill: CommandLine, tmp_path: Path) -> None:
    output = docmill.run("doctor", "--json", DOCMILL_OCR_ENGINE="tesseract", PATH=str(tmp_path))
    assert states(output)["ocr"] == "warn"
