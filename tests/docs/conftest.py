"""What the commands of a page run with."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The environment of a user with a home of their own and no other settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DOCMILL_", "DB_", "DATABASE_"))}
    return {
        **kept,
        "DOCMILL_HOME": str(tmp_path / "home"),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "LOG_LEVEL": "ERROR",
        "COLUMNS": "140",
    }
