"""`docmill extract`: one line a file, whatever the files are."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest
from tests.unit.documents.sheets import lab_report, line_of_text, pages_of_streams
from typer.testing import CliRunner

from docmill.cli.main import app
from docmill.errors import MissingExtra, UsageError

runner = CliRunner()


def extract(*arguments: object) -> tuple[int, list[dict[str, object]]]:
    result = runner.invoke(app, ["extract", "--json", "--ocr", "never", *map(str, arguments)])
    return result.exit_code, [json.loads(line) for line in result.stdout.splitlines()]


def test_the_contract(tmp_path: Path) -> None:
    path = lab_report(tmp_path / "lab.pdf", pages=2)
    code, (line,) = extract(path)
    assert code == 0
    assert (line["file"], line["status"], line["page_count"], line["error"]) == (str(path), "ok", 2, None)
    pages = line["pages"]
    assert isinstance(pages, list)
    assert [(page["number"], page["method"]) for page in pages] == [(1, "text"), (2, "text")]
    assert "Creatinine  0.87  mg/dL  0.57-1.00" in pages[0]["text"]


def test_one_bad_file_does_not_stop_the_others(tmp_path: Path) -> None:
    (tmp_path / "empty.pdf").write_bytes(b"")
    good = lab_report(tmp_path / "lab.pdf")
    code, lines = extract(tmp_path / "empty.pdf", good, tmp_path / "absent.pdf", tmp_path, good)
    assert code == 1
    assert [line["status"] for line in lines] == ["error", "ok", "error", "error", "ok"]
    errors = [line["error"] for line in lines]
    assert errors[0] == {"code": "empty_file", "message": "The file has no bytes; upload it again."}
    assert [error["code"] if isinstance(error, dict) else None for error in errors[2:]] == [
        "file_error",
        "file_error",
        None,
    ]
    assert lines[0]["pages"] == []


def test_pages(tmp_path: Path) -> None:
    path = tmp_path / "many.pdf"
    path.write_bytes(pages_of_streams([line_of_text(b"page %d" % number) for number in range(1, 10)]))
    assert _texts(extract(path, "--pages", "3-5")) == ["page 3", "page 4", "page 5"]
    assert _texts(extract(path, "--pages", "9")) == ["page 9"]
    code, (line,) = extract(path, "--pages", "10-12")
    assert (code, line["status"]) == (1, "error")


def _texts(answer: tuple[int, list[dict[str, object]]]) -> list[str]:
    pages = answer[1][0]["pages"]
    assert isinstance(pages, list)
    return [page["text"] for page in pages]


@pytest.mark.parametrize("pages", ["0", "5-3", "x", "1-2-3"])
def test_wrong_ranges_are_usage_errors(tmp_path: Path, pages: str) -> None:
    result = runner.invoke(app, ["extract", str(tmp_path / "any.pdf"), "--pages", pages])
    assert isinstance(result.exception, UsageError)


def test_the_password_comes_from_a_file(tmp_path: Path) -> None:
    path = lab_report(tmp_path / "locked.pdf", password="sesame")
    secret = tmp_path / "secret"
    secret.write_text("sesame\n")
    assert extract(path, "--password-file", secret)[0] == 0
    code, (line,) = extract(path)
    assert (code, line["encrypted"]) == (1, True)
    assert line["error"] == {
        "code": "encrypted_document",
        "message": "The document needs a password; give it with --password-file.",
    }


def test_output_for_people(tmp_path: Path) -> None:
    good = lab_report(tmp_path / "lab.pdf")
    (tmp_path / "bad.pdf").write_bytes(b"nothing")
    result = runner.invoke(app, ["extract", "--engine", "pdfplumber", str(good), str(tmp_path / "bad.pdf")])
    assert result.exit_code == 1
    assert f"==> {good} <==" in result.stdout
    assert "--- page 1 (text) ---" in result.stdout
    assert "Creatinine  0.87  mg/dL  0.57-1.00" in result.stdout
    assert "error [not_a_pdf]" in result.stderr


def test_text_is_printed_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "page.pdf"
    path.write_bytes(pages_of_streams([line_of_text(b"[bold]ratio 1:100: stays :smile: here[/bold]")]))
    assert "[bold]ratio 1:100: stays :smile: here[/bold]\n" in runner.invoke(app, ["extract", str(path)]).stdout


def test_a_missing_engine_is_a_usage_error(tmp_path: Path) -> None:
    if importlib.util.find_spec("pymupdf"):
        pytest.skip("the extra `pymupdf` is installed")
    result = runner.invoke(app, ["extract", "--engine", "pymupdf", str(lab_report(tmp_path / "lab.pdf"))])
    assert isinstance(result.exception, MissingExtra)
