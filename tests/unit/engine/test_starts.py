"""The chunks of next steps: which the worker keeps for itself, and which wait for everybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from tests.quiet_database import QuietDatabase

from docmill import Pipeline, Step
from docmill.engine.catalog import CatalogEntry
from docmill.engine.chunk import ClaimedChunk
from docmill.engine.starts import Starts

JOB, DOCUMENT = UUID(int=1), UUID(int=2)


def read(number: int) -> int:
    return number


def ask(number: int) -> int:
    return number


def join(numbers: list[int]) -> int:
    return sum(numbers)


ENTRY = CatalogEntry(Pipeline("p", steps=[Step(read), Step(ask, concurrency=1), Step(join)]), step_ids=(11, 12, 13))
CHUNK = ClaimedChunk(5, JOB, 11, 3, 0, 1, 1, 3, DOCUMENT, None)


def taken(parameters: Mapping[str, Any]) -> Sequence[dict[str, Any]]:
    """The rows that the statement returns: one for each chunk that the worker has taken."""
    names = ("job_id", "step_id", "owner_id", "item")
    columns = zip(*(parameters[f"{name}s"] for name in names), parameters["taken"], strict=True)
    return [
        {**dict(zip(names, row, strict=False)), "id": 90, "epoch": 1, "attempts": 1, "max_attempts": 3}
        for row in columns
        if row[-1]
    ]


def test_a_worker_keeps_so_many_and_the_rest_is_released() -> None:
    database = QuietDatabase(start_steps=taken)
    starts = Starts(worker=4, keep=2)
    starts.add(CHUNK, ENTRY, 2, [b"a", b"b", b"c"])
    kept = starts.insert(database)
    assert [(chunk.step_id, chunk.item, chunk.input, chunk.document_id) for chunk in kept] == [
        (13, 0, b"a", DOCUMENT),
        (13, 1, b"b", DOCUMENT),
    ]
    assert starts.released == 1
    [sent] = database.told("start_steps")
    assert (sent["worker"], sent["inputs"], sent["taken"]) == (4, [b"a", b"b", b"c"], [True, True, False])


def test_a_step_with_a_limit_is_never_kept() -> None:
    database = QuietDatabase(start_steps=taken)
    starts = Starts(worker=4, keep=9)
    starts.add(CHUNK, ENTRY, 1, [b"a", b"b"])
    assert starts.insert(database) == []
    assert starts.released == 2


def test_nothing_to_start_is_no_statement() -> None:
    database = QuietDatabase()
    assert Starts(worker=4, keep=9).insert(database) == []
    assert database.log == []
