"""`docmill anonymise` and `docmill privacy evaluate` as scripts use them."""

from __future__ import annotations

import codecs
import json
from pathlib import Path

import pytest
from tests.unit.cli.conftest import Docmill

REPORT = "Patient: Jane Roe   DOB: 12/03/1960\r\nGlucose 5.6 mmol/L 3.9-5.5 H\r\n"


@pytest.fixture(autouse=True)
def rules_alone(docmill: Docmill, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCMILL_PRIVACY_MODEL", "none")


@pytest.mark.parametrize("source", ["file", "-", None])
def test_a_text_keeps_everything_but_the_personal(docmill: Docmill, tmp_path: Path, source: str | None) -> None:
    path = tmp_path / "report.txt"
    path.write_bytes(REPORT.encode())
    arguments = [path] if source == "file" else [source] if source else []
    output = docmill("anonymise", *arguments, given=REPORT.encode()).out
    assert output == REPORT.replace("Jane Roe", "[PERSON_1]").replace("12/03/1960", "[DATE_OF_BIRTH_1]")


def test_lines_of_json(docmill: Docmill) -> None:
    lines = "\n".join(json.dumps({"id": number, "text": f"\u200bPatient: Jané Roe {number}"}) for number in (1, "b"))
    output = docmill("anonymise", "--jsonl", given=lines.encode()).out
    records = [json.loads(line) for line in output.splitlines()]
    assert [record["id"] for record in records] == [1, "b"]
    assert records[0]["text"] == "\u200bPatient: [PERSON_1] 1"
    assert records[0]["spans"] == [
        {"start": 10, "end": 18, "type": "PERSON", "placeholder": "[PERSON_1]", "score": 0.95, "layer": "structure"}
    ]


def test_a_line_that_is_no_json_is_named_but_not_shown(docmill: Docmill) -> None:
    errors = docmill("anonymise", "--jsonl", given=b'{"id": 1, "text": "x"}\nJane Roe\n', code=1).err
    assert "Line 2" in errors
    assert "Roe" not in errors


def test_a_mark_of_utf_8_is_no_part_of_the_text(docmill: Docmill) -> None:
    line = json.dumps({"id": 1, "text": "Patient: Jane Roe"}).encode()
    assert (
        json.loads(docmill("anonymise", "--jsonl", given=codecs.BOM_UTF8 + line).out)["text"] == "Patient: [PERSON_1]"
    )
    assert docmill("anonymise", given=codecs.BOM_UTF8 + b"Glucose 5.6\r\n").out == "Glucose 5.6\r\n"


def test_bytes_that_are_no_text_are_told(docmill: Docmill) -> None:
    errors = docmill("anonymise", given=b"\xff\xfe\x00", code=1).err
    assert "UTF-8" in errors


def test_a_missing_file_is_told(docmill: Docmill, tmp_path: Path) -> None:
    printed = docmill("anonymise", tmp_path / "none.txt", code=1)
    assert "error [file_error]" in printed.err
    assert "none.txt cannot be used: No such file or directory; check its name." in printed.err


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    path = tmp_path / "gold.jsonl"
    span = {"start": 9, "end": 17, "type": "PERSON"}
    path.write_text(json.dumps({"id": "a", "text": REPORT, "spans": [span], "protected": []}) + "\n")
    return path


def test_figures_on_labelled_texts(docmill: Docmill, gold: Path) -> None:
    output = docmill("privacy", "evaluate", "--gold", gold, "--json").out
    figures = json.loads(output)
    assert figures["recall_full"] == 1
    assert figures["precision"] == 0.5
    table = docmill("privacy", "evaluate", "--gold", gold).out
    assert "100.0%" in table


def test_figures_of_another_tool(docmill: Docmill, gold: Path, tmp_path: Path) -> None:
    predictions = tmp_path / "predictions.jsonl"
    predictions.write_text(json.dumps({"id": "a", "spans": []}) + "\n")
    output = docmill("privacy", "evaluate", "--gold", gold, "--predictions", predictions, "--json").out
    assert json.loads(output)["recall_full"] == 0
