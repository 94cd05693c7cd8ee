"""No library tells anybody that it is used."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.ocr
@pytest.mark.parametrize(("first", "written"), [("docmill", False), ("json", True)])
def test_onnxruntime_keeps_no_diary(tmp_path: Path, first: str, written: bool) -> None:
    pytest.importorskip("onnxruntime")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("ORT_", "XDG_"))}
    subprocess.run(
        [sys.executable, "-c", f"import {first}, onnxruntime"], env={**environment, "HOME": str(tmp_path)}, check=True
    )
    # Without docmill the diary is there: were it moved or gone, this test would have to look elsewhere.
    assert any(tmp_path.rglob("onnxruntime.db*")) is written
