"""`docmill markers`: results as lines of JSON, as a table, as CSV and as FHIR."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.unit.documents.sheets import lab_report
from typer.testing import CliRunner, Result

from docmill.cli.main import app
from docmill.errors import DocmillError, InvalidInput

TEXT = """Test        Result    Units     Range
Glucose     145 H     mg/dL     70-99
Sodium      139       mmol/L    135-145
"""
FIELDS = {
    *("name", "code", "code_system", "value", "comparator", "unit", "ucum", "ref_low", "ref_high", "ref_text"),
    *("flag", "flag_derived", "specimen", "observed_at", "page", "source", "confidence", "method"),
    "loinc",
}


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "report.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def run(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, ["markers", *arguments], input=stdin)


def records(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_lines_of_json_in_and_out(report: Path) -> None:
    lines = [{"file": "a", "text": TEXT}, {"file": "b", "path": str(report)}, {"file": "c", "text": "nothing"}]
    result = run("--jsonl", stdin="\n".join(map(json.dumps, lines)) + "\n\n")
    assert result.exit_code == 0
    found = records(result)
    assert [record["file"] for record in found] == ["a", "b", "c"]
    assert [marker["value"] for marker in found[0]["results"]] == [145.0, 139.0]
    assert found[1]["results"] == found[0]["results"]
    assert found[2]["results"] == []
    assert set(found[0]["results"][0]) >= FIELDS


def test_files_as_json(report: Path, repository: Path) -> None:
    drawn = repository / "examples" / "reports" / "de_befund.pdf"
    text, pdf = records(run(str(report), str(drawn), "--json"))
    assert text["file"] == str(report)
    assert len(text["results"]) == 2
    assert len(pdf["results"]) == 25


def test_people_get_a_table(report: Path) -> None:
    result = run(str(report))
    assert result.exit_code == 0
    assert "Glucose" in result.stdout
    assert "2345-7" in result.stdout


def test_csv_has_one_head_for_all_files(report: Path) -> None:
    lines = run(str(report), str(report), "--format", "csv").stdout.splitlines()
    assert len(lines) == 5
    assert lines[0].startswith("file,name,code")


@pytest.mark.parametrize("release", ["fhir-r4", "fhir-r5"])
def test_fhir_is_one_bundle_a_line(report: Path, release: str) -> None:
    [bundle] = records(run(str(report), "--format", release))
    assert bundle["resourceType"] == "Bundle"
    assert len(bundle["entry"]) == 3


def test_a_file_that_cannot_be_read_does_not_stop_the_others(report: Path, tmp_path: Path) -> None:
    broken, binary = tmp_path / "broken.pdf", tmp_path / "binary.txt"
    broken.write_bytes(b"%PDF-1.7 and no more")
    binary.write_bytes(b"\xff\xfe\xfa")
    result = run(str(tmp_path / "missing.txt"), str(broken), str(binary), str(report), "--json")
    assert result.exit_code == 1
    *failed, read = records(result)
    assert [record["error"]["code"] for record in failed] == [
        "file_error",
        "unreadable_document",
        "invalid_input",
    ]
    assert all(record["results"] == [] for record in failed)
    assert len(read["results"]) == 2


@pytest.mark.parametrize("line", ["no json", "[1]", '{"text": "x"}', '{"file": "a"}', '{"file": 1, "text": "x"}'])
def test_a_wrong_line_is_named(line: str) -> None:
    result = run("--jsonl", stdin=f'{{"file": "a", "text": ""}}\n{line}\n')
    assert isinstance(result.exception, DocmillError)
    assert result.exception.message.startswith("Line 2 ")


def test_either_files_or_lines(report: Path) -> None:
    for arguments in ((), ("--jsonl", str(report))):
        assert isinstance(run(*arguments).exception, DocmillError)


def test_a_locked_report_opens_with_the_first_line_of_a_file(tmp_path: Path) -> None:
    locked, secret = lab_report(tmp_path / "locked.pdf", password="sesame"), tmp_path / "secret"
    secret.write_text("sesame\nnot this line\n")
    [refused] = records(run(str(locked), "--json"))
    assert refused["error"]["code"] == "encrypted_document"
    [read] = records(run(str(locked), "--json", "--password-file", str(secret)))
    assert read["results"]


def test_lines_that_cannot_be_used_are_told(tmp_path: Path) -> None:
    for line in ('{"file": "a", "text": 1}', '{"file": "a", "path": "a\\u0000b"}', '{"file": 1, "text": ""}', "[]"):
        result = run("--jsonl", stdin=line)
        assert isinstance(result.exception, InvalidInput)
        assert "Line 1" in str(result.exception)
