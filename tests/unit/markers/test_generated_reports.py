"""Reports made at random are read without a single difference."""

from __future__ import annotations

import pytest
from tests.unit.markers.generator import LANGUAGES, Report
from tests.unit.markers.rows import found, read

SEEDS = 320


@pytest.fixture(scope="module")
def reports() -> list[Report]:
    return [Report(seed) for seed in range(SEEDS)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_whatever_the_layout_every_result_is_read(reports: list[Report], language: str) -> None:
    chosen = [report for report in reports if report.style.language == language]
    assert len(chosen) >= 20
    for report in chosen:
        assert sorted(found(read(report.text)), key=str) == sorted(report.expected(), key=str), report.text
