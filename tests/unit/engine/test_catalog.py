"""The pipelines of a process, and what of them the database knows."""

from __future__ import annotations

from typing import Any

import pytest
from tests.quiet_database import QuietDatabase

from docmill import Pipeline, Step
from docmill.engine.catalog import Catalog
from docmill.errors import InvalidConfiguration, UnknownPipeline


def read(number: int) -> list[int]:
    return [number]


def ask(number: int) -> int:
    return number


PIPELINE = Pipeline("p", version=2, steps=[Step(read, cpu=True), Step(ask, each=True, concurrency=4)])


def stored(**changes: Any) -> list[dict[str, Any]]:
    second = {"id": 12, "name": "ask", "each": True, "concurrency": 4} | changes
    return [{"id": 11, "name": "read", "each": False, "concurrency": None}, second]


def catalog(database: QuietDatabase) -> Catalog:
    made = Catalog()
    made.register(database, [PIPELINE])
    return made


def test_steps_are_found_by_their_ids() -> None:
    database = QuietDatabase(find_steps=stored())
    known = catalog(database)
    assert known.entry("p").step_ids == (11, 12)
    assert known.locate(12) == (known.entry("p"), 1)
    assert known.step(12).function is ask
    assert (known.knows(12), known.knows(13)) == (True, False)
    assert (known.step_ids(cpu=True), known.step_ids(cpu=False)) == ([11], [12])
    assert (known.versions, known.pipelines) == ([("p", 2)], [PIPELINE])
    assert database.told("register_steps") == []


def test_a_new_limit_is_written_and_the_steps_stay() -> None:
    database = QuietDatabase(find_steps=stored(concurrency=1))
    catalog(database)
    [written] = database.told("register_steps")
    assert (written["names"], written["concurrency"]) == (["read", "ask"], [None, 4])


@pytest.mark.parametrize("change", [{"name": "answer"}, {"each": False}])
def test_changed_steps_need_a_new_version(change: dict[str, Any]) -> None:
    with pytest.raises(InvalidConfiguration, match="raise its version"):
        catalog(QuietDatabase(find_steps=stored(**change)))


def test_a_pipeline_that_nobody_knows_is_told_with_those_that_are_known() -> None:
    with pytest.raises(UnknownPipeline, match="known here: p"):
        catalog(QuietDatabase(find_steps=stored())).entry("q")
