"""`docmill anonymise` and `docmill privacy evaluate` as scripts use them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

REPORT = "Patient: Jane Roe   DOB: 12/03/1960\r\nGlucose 5.6 mmol/L 3.9-5.5 H\r\n"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    return {**kept, "HOME": str(tmp_path), "DOCMILL_HOME": str(tmp_path / "docmill"), "DOCMILL_PRIVACY_MODEL": "none"}


def docmill(environment: dict[str, str], *arguments: object, given: bytes = b"", code: int = 0) -> tuple[bytes, str]:
    command = [sys.executable, "-m", "docmill", *map(str, arguments)]
    done = subprocess.run(command, env=environment, input=given, capture_output=True, check=False)
    assert done.returncode == code, done.stderr.decode()
    return done.stdout, done.stderr.decode()


@pytest.mark.parametrize("source", ["file", "-", None])
def test_a_text_keeps_everything_but_the_personal(
    environment: dict[str, str], tmp_path: Path, source: str | None
) -> None:
    path = tmp_path / "report.txt"
    path.write_bytes(REPORT.encode())
    arguments = [path] if source == "file" else [source] if source else []
    output, _ = docmill(environment, "anonymise", *arguments, given=REPORT.encode())
    assert output.decode() == REPORT.replace("Jane Roe", "[PERSON_1]").replace("12/03/1960", "[DATE_OF_BIRTH_1]")


def test_lines_of_json(environment: dict[str, str]) -> None:
    lines = "\n".join(json.dumps({"id": number, "text": f"\u200bPatient: Jané Roe {number}"}) for number in (1, "b"))
    output, _ = docmill(environment, "anonymise", "--jsonl", given=lines.encode())
    records = [json.loads(line) for line in output.decode().splitlines()]
    assert [record["id"] for record in records] == [1, "b"]
    assert records[0]["text"] == "\u200bPatient: [PERSON_1] 1"
    assert records[0]["spans"] == [
        {"start": 10, "end": 18, "type": "PERSON", "placeholder": "[PERSON_1]", "score": 0.95, "layer": "structure"}
    ]


def test_a_line_that_is_no_json_is_named_but_not_shown(environment: dict[str, str]) -> None:
    _, errors = docmill(environment, "anonymise", "--jsonl", given=b'{"id": 1, "text": "x"}\nJane Roe\n', code=1)
    assert "Line 2" in errors
    assert "Roe" not in errors


def test_bytes_that_are_no_text_are_told(environment: dict[str, str]) -> None:
    _, errors = docmill(environment, "anonymise", given=b"\xff\xfe\x00", code=1)
    assert "UTF-8" in errors


def test_a_missing_file_is_a_usage_error(environment: dict[str, str], tmp_path: Path) -> None:
    docmill(environment, "anonymise", tmp_path / "none.txt", code=2)


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    path = tmp_path / "gold.jsonl"
    span = {"start": 9, "end": 17, "type": "PERSON"}
    path.write_text(json.dumps({"id": "a", "text": REPORT, "spans": [span], "protected": []}) + "\n")
    return path


def test_figures_on_labelled_texts(environment: dict[str, str], gold: Path) -> None:
    output, _ = docmill(environment, "privacy", "evaluate", "--gold", gold, "--json")
    figures = json.loads(output)
    assert figures["recall_full"] == 1
    assert figures["precision"] == 0.5
    table, _ = docmill(environment, "privacy", "evaluate", "--gold", gold)
    assert "100.0%" in table.decode()


def test_figures_of_another_tool(environment: dict[str, str], gold: Path, tmp_path: Path) -> None:
    predictions = tmp_path / "predictions.jsonl"
    predictions.write_text(json.dumps({"id": "a", "spans": []}) + "\n")
    output, _ = docmill(environment, "privacy", "evaluate", "--gold", gold, "--predictions", predictions, "--json")
    assert json.loads(output)["recall_full"] == 0
