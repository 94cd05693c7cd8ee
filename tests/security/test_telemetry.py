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
    # Nothing is inherited: on a build server (CI=1) onnxruntime keeps no diary anyway, and the control would fail.
    environment = {"HOME": str(tmp_path), "PATH": os.defpath}
    subprocess.run([sys.executable, "-c", f"import {first}, onnxruntime"], env=environment, check=True)
    # Without docmill the diary is there: were it moved or gone, this test would have to look elsewhere.
    assert any(tmp_path.rglob("onnxruntime.db*")) is written
