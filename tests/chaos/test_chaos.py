"""A short run under fire; `make chaos SECONDS=600 SEED=1` makes a long one."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.chaos.__main__ import run
from tests.chaos.faults import Plan


@pytest.mark.slow
@pytest.mark.crash
def test_every_promise_is_kept_under_fire(tmp_path: Path) -> None:
    report = run(tmp_path, seconds=12, seed=1, plan=Plan(kill=2, restart=5, other=1, lease=2, verify=4))
    assert report.clean, report.line()
    assert report.figures.published > 0
    assert {"killed", "server restarted"} <= set(report.injected)
