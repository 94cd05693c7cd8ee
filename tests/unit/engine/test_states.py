"""The state machine's tables are whole, and the database agrees with them."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path

import pytest

from docmill.engine.states import CHUNK_TRANSITIONS, JOB_TRANSITIONS, ChunkStatus, JobStatus, Transition


@pytest.mark.parametrize(("table", "states"), [(JOB_TRANSITIONS, JobStatus), (CHUNK_TRANSITIONS, ChunkStatus)])
def test_every_state_can_be_reached(table: tuple[Transition, ...], states: type[StrEnum]) -> None:
    assert {"pending"} | {edge.target for edge in table} == set(states)
    assert len({(edge.source, edge.target) for edge in table}) == len(table)


def test_final_states_are_left_only_by_an_explicit_retry() -> None:
    for table in (JOB_TRANSITIONS, CHUNK_TRANSITIONS):
        for edge in table:
            assert not edge.source.final or "explicit retry" in edge.cause  # type: ignore[attr-defined]


def test_the_database_knows_the_same_states(repository: Path) -> None:
    schema = (repository / "src/docmill/database/migrations/sql/0002_expand_engine.up.sql").read_text()
    checks = [set(re.findall(r"'(\w+)'", found)) for found in re.findall(r"check \(status in \(([^)]*)\)\)", schema)]
    assert set(JobStatus) in checks
    open_states = {status for status in ChunkStatus if not status.final}
    assert open_states in checks
    assert set(ChunkStatus) - open_states in checks
