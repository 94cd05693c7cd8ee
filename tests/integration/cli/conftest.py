"""The command line as a person uses it: processes of their own, one home for all tests of a module."""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from docmill.cli.main import main
from docmill.database.server import EmbeddedServer


@dataclass
class CommandLine:
    home: Path
    environment: dict[str, str]
    conninfo: str

    def start(self, *arguments: object, **environment: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "docmill", *map(str, arguments)],
            env={**self.environment, **environment},
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=self.home,
        )

    def run(self, *arguments: object, code: int = 0, **environment: str) -> str:
        process = self.start(*arguments, **environment)
        output, errors = process.communicate(timeout=120)
        assert process.returncode == code, f"{arguments}: exit {process.returncode}\n{output}\n{errors}"
        return output

    def lines(self, *arguments: object, code: int = 0, **environment: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.run(*arguments, code=code, **environment).splitlines()]

    def line(self, *arguments: object, code: int = 0, **environment: str) -> dict[str, Any]:
        [record] = self.lines(*arguments, code=code, **environment)
        return record


class SameProcess(CommandLine):
    """Runs commands in the process of the tests: most of what a short command takes is the start of Python."""

    def run(self, *arguments: object, code: int = 0, **environment: str) -> str:
        output, errors, told = io.StringIO(), io.StringIO(), signal.getsignal(signal.SIGTERM)
        with (
            mock.patch.dict(os.environ, {**self.environment, **environment}, clear=True),
            mock.patch.object(sys, "argv", ["docmill", *map(str, arguments)]),
            contextlib.redirect_stdout(output),
            contextlib.redirect_stderr(errors),
            contextlib.chdir(self.home),
        ):
            try:
                main()
                ended = 0
            except SystemExit as end:
                ended = int(end.code or 0)
            finally:
                signal.signal(signal.SIGTERM, told)
        assert ended == code, f"{arguments}: exit {ended}\n{output.getvalue()}\n{errors.getvalue()}"
        return output.getvalue()


@pytest.fixture(scope="module")
def nearby(docmill: CommandLine) -> SameProcess:
    """The same installation, for short commands."""
    return SameProcess(docmill.home, docmill.environment, docmill.conninfo)


@pytest.fixture(scope="module")
def docmill(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Iterator[CommandLine]:
    home = tmp_path_factory.mktemp("home")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DOCMILL_", "DB_", "DATABASE_"))}
    sample = "tests.integration.engine.sample_pipelines"
    environment = {
        **kept,
        "DOCMILL_HOME": str(home / "docmill"),
        "PYTHONPATH": str(repository),
        "DOCMILL_PIPELINES": f"{sample}:measuring,{sample}:blocking",
        "RETRY_INITIAL_DELAY": "0.05",
        "LOG_LEVEL": "WARNING",
    }
    # A user that stays keeps the embedded server up between the commands of the tests.
    server = EmbeddedServer(home / "docmill", start_timeout=60, durable=False)
    yield CommandLine(home, environment, server.start())
    server.release()
