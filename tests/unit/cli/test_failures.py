"""Whatever ends a command is told in one line with a code, never by a trace."""

from __future__ import annotations

import functools
import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import typer
from tests.unit.cli.conftest import Docmill

from docmill.cli import output
from docmill.cli.failures import tell_failure
from docmill.errors import NotAPdf, UnknownPipeline


def raised(error: Exception) -> Exception:
    """The error as it is after it went through docmill's code."""
    try:
        output.emit({"text": Unprintable(error)})
    except type(error) as found:
        return found
    raise AssertionError


class Unprintable:
    def __init__(self, error: Exception) -> None:
        self.error = error

    def __str__(self) -> str:
        raise self.error


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (UnknownPipeline("No such."), 2, "error [unknown_pipeline]: No such."),
        (NotAPdf("No PDF."), 1, "error [not_a_pdf]: No PDF."),
        (
            FileNotFoundError(2, "No such file", "a.csv"),
            1,
            "error [file_error]: a.csv cannot be used: No such file; check its name.",
        ),
        (psycopg.errors.DiskFull("canary"), 1, "error [database_error]: The database ended the command (DiskFull, SQL"),
        (ValueError("canary"), 1, "error [internal_error]: docmill met an error that it does not know: ValueError"),
        (typer.Abort(), 1, "Nothing was done. Answer y, or leave the question out with --yes."),
    ],
)
def test_each_error_has_its_line_and_its_exit_code(
    capsys: pytest.CaptureFixture[str], error: Exception, code: int, words: str
) -> None:
    assert tell_failure(error) == code
    told = " ".join(capsys.readouterr().err.split())
    assert told.startswith(words)
    assert "canary" not in told


def test_an_unknown_error_names_the_places_it_went_through(capsys: pytest.CaptureFixture[str]) -> None:
    tell_failure(raised(RuntimeError("canary")))
    told = "".join(capsys.readouterr().err.splitlines())
    assert "cli/output.py:" in told
    assert "canary" not in told


def test_the_version_is_told(docmill: Docmill) -> None:
    assert docmill("--version").out.startswith("docmill 0.")


def test_a_question_that_nobody_answers_is_a_no(docmill: Docmill) -> None:
    printed = docmill("erase", "00000000-0000-7000-8000-000000000000", code=1)
    assert "--yes" in printed.err


def start(tmp_path: Path, *command: str, **changes: object) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "DOCMILL_HOME": str(tmp_path / "home")}
    program = [sys.executable, "-m", "docmill", *command]
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "env": environment} | changes
    return subprocess.Popen(program, **options)  # type: ignore[call-overload, no-any-return]


def test_an_output_that_is_full_is_told(tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        process = start(tmp_path, "config", "show", stdout=full)
        _, errors = process.communicate(timeout=60)
    assert errors == b"error [file_error]: The output cannot be used: No space left on device; make room.\n"
    assert process.returncode == 1


def test_a_reader_that_has_gone_ends_the_command_in_silence(tmp_path: Path) -> None:
    theirs, ours = os.pipe()
    os.close(theirs)
    process = start(tmp_path, "config", "show", stdout=ours)
    os.close(ours)
    _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (1, b"")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_data_is_utf8_whatever_the_locale(tmp_path: Path, encoding: str) -> None:
    environment = {**os.environ, "DOCMILL_HOME": str(tmp_path / "home"), "PYTHONIOENCODING": encoding}
    output, errors = start(tmp_path, "pipelines", env=environment).communicate(timeout=60)
    assert "→".encode() in output
    assert errors == b""


def test_streams_that_are_closed_swallow_what_they_are_given(tmp_path: Path) -> None:
    program = f"exec {sys.executable} -m docmill anonymise <&- >&- 2>&-"
    environment = {**os.environ, "DOCMILL_HOME": str(tmp_path / "home")}
    assert subprocess.run(program, shell=True, env=environment, check=False, timeout=60).returncode == 0


def test_an_interrupt_ends_a_command_without_a_trace(tmp_path: Path) -> None:
    # Whoever runs these tests in the background of a shell has the signal ignored, and so would the child.
    listening = functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    process = start(tmp_path, "anonymise", "--jsonl", stdin=subprocess.PIPE, preexec_fn=listening)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(b'{"id": 1, "text": ""}\n')
    process.stdin.flush()
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (130, b"")
