"""`docmill config show` tells what is in force and where it came from, and no secret."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

CANARY = "canary-secret"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    (tmp_path / ".env").write_text("LOG_LEVEL=ERROR\nRETRY_MAX_ATTEMPTS=4\n")
    return {
        **kept,
        "HOME": str(tmp_path),
        "COLUMNS": "60",
        "DATABASE_URL": f"postgresql://u:{CANARY}@h/d",
        "DB_PASSWORD": CANARY,
        "DOCMILL_KEY": CANARY,
        "DOCMILL_PDF_PASSWORD": CANARY,
        "JOB_TIMEOUT": "30",
        "LOG_LEVEL": "WARNING",
        "LLM_BASE_URL": f"https://user:{CANARY}@models.example:8443/v1?key={CANARY}",
    }


def docmill(environment: dict[str, str], folder: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "docmill", *arguments]
    done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=True)
    assert CANARY not in done.stdout + done.stderr
    return done.stdout


def test_every_setting_is_shown_with_its_origin(environment: dict[str, str], tmp_path: Path) -> None:
    rows = [json.loads(line) for line in docmill(environment, tmp_path, "config", "show", "--json").splitlines()]
    shown = {row["name"]: (row["value"], row["origin"]) for row in rows}
    assert shown["LOG_LEVEL"] == ("WARNING", "environment LOG_LEVEL")
    assert shown["JOB_TIMEOUT_SECONDS"] == ("30.0", "environment JOB_TIMEOUT")
    assert shown["MAX_JOB_ATTEMPTS"] == ("4", ".env RETRY_MAX_ATTEMPTS")
    assert shown["RETRY_FACTOR"] == ("2.0", "default")
    assert shown["DATABASE_URL"] == ("***", "environment DATABASE_URL")
    assert shown["DB_HOST"] == (None, "default")
    assert shown["LLM_BASE_URL"][0] == "https://***@models.example:8443/v1?***"


def test_people_see_one_line_a_setting(environment: dict[str, str], tmp_path: Path) -> None:
    plain = docmill(environment, tmp_path, "config", "show").splitlines()
    with_origin = docmill(environment, tmp_path, "config", "show", "--origin").splitlines()
    assert len(plain) == len(with_origin) > 40
    assert any(line.startswith("LOG_LEVEL ") and line.endswith("# environment LOG_LEVEL") for line in with_origin)
    assert not any("#" in line for line in plain)
