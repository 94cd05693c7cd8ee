"""The command line in this process, started as the installed program starts it."""

from __future__ import annotations

import io
import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from docmill.cli.main import main
from docmill.settings import known_names

# A port on which nobody listens, so that a command that wants the database is told at once.
NO_DATABASE = "postgresql://ada:canary-secret@127.0.0.1:1/mill"
CANARY = "canary-secret"


@dataclass(frozen=True)
class Printed:
    """What a command printed, and its exit code."""

    out: str
    err: str
    code: int

    @property
    def records(self) -> list[dict[str, Any]]:
        """Standard output, read as lines of JSON."""
        return [json.loads(line) for line in self.out.splitlines()]


Docmill = Callable[..., Printed]


@pytest.fixture
def docmill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]) -> Docmill:
    """Runs a command with the settings that are given to it and no others, in a folder of the test's own."""
    monkeypatch.chdir(tmp_path)
    for name in {*known_names(), *(name for name in os.environ if name.startswith("DOCMILL_"))}:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DOCMILL_HOME", str(tmp_path / "home"))
    # Pipelines of ones own are looked for in the working directory, which joins the path for good.
    monkeypatch.setattr(sys, "path", list(sys.path))

    def run(*arguments: object, given: bytes = b"", code: int = 0, **settings: str) -> Printed:
        before = signal.getsignal(signal.SIGTERM)
        with monkeypatch.context() as patch:
            for name, value in settings.items():
                patch.setenv(name, value)
            patch.setattr(sys, "argv", ["docmill", *map(str, arguments)])
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given), encoding="utf-8"))
            found = 0
            try:
                main()
            except SystemExit as ended:
                found = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
            finally:
                signal.signal(signal.SIGTERM, before)
        out, err = capsysbinary.readouterr()
        printed = Printed(out.decode(), err.decode(), found)
        assert found == code, f"{arguments}: exit {found}\n{printed.out}\n{printed.err}"
        return printed

    return run
