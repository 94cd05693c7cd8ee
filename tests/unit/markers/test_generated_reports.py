"""Reports made at random are read without a single difference."""

from __future__ import annotations

import pytest
from tests.unit.markers.generator import LANGUAGES, Report
from tests.unit.markers.rows import found, read


@pytest.mark.parametrize("language", LANGUAGES)
def test_whatever_the_layout_every_result_is_read(language: str) -> None:
    reports = [report for seed in range(400) if (report := Report(seed)).style.language == language]
    assert len(reports) >= 30
    for report in reports:
        assert sorted(found(read(report.text)), key=str) == sorted(report.expected(), key=str), report.text
