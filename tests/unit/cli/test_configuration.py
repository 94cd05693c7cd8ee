"""`docmill config show` tells what is in force and where it came from, and no secret."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.unit.cli.conftest import CANARY, Docmill


@pytest.fixture
def shown(docmill: Docmill, tmp_path: Path) -> Callable[..., str]:
    """Shows the settings of an environment full of secrets."""
    (tmp_path / ".env").write_text("LOG_LEVEL=ERROR\nRETRY_MAX_ATTEMPTS=4\n")
    settings = {
        "COLUMNS": "60",
        "DATABASE_URL": f"postgresql://u:{CANARY}@h/d",
        "DB_PASSWORD": CANARY,
        "DOCMILL_KEY": CANARY,
        "DOCMILL_PDF_PASSWORD": CANARY,
        "JOB_TIMEOUT": "30",
        "LOG_LEVEL": "WARNING",
        "LLM_BASE_URL": f"https://user:{CANARY}@models.example:8443/v1?key={CANARY}",
    }

    def show(*arguments: str) -> str:
        printed = docmill("config", "show", *arguments, **settings)
        assert CANARY not in printed.out + printed.err
        return printed.out

    return show


def test_every_setting_is_shown_with_its_origin(shown: Callable[..., str]) -> None:
    rows = [json.loads(line) for line in shown("--json").splitlines()]
    values = {row["name"]: (row["value"], row["origin"]) for row in rows}
    assert values["LOG_LEVEL"] == ("WARNING", "environment LOG_LEVEL")
    assert values["JOB_TIMEOUT_SECONDS"] == ("30.0", "environment JOB_TIMEOUT")
    assert values["MAX_JOB_ATTEMPTS"] == ("4", ".env RETRY_MAX_ATTEMPTS")
    assert values["RETRY_FACTOR"] == ("2.0", "default")
    assert values["DATABASE_URL"] == ("***", "environment DATABASE_URL")
    assert values["DB_HOST"] == (None, "default")
    assert values["LLM_BASE_URL"][0] == "https://***@models.example:8443/v1?***"


def test_people_see_one_line_a_setting(shown: Callable[..., str]) -> None:
    plain = shown().splitlines()
    with_origin = shown("--origin").splitlines()
    assert len(plain) == len(with_origin) > 40
    assert any(line.startswith("LOG_LEVEL ") and line.endswith("# environment LOG_LEVEL") for line in with_origin)
    assert not any("#" in line for line in plain)
