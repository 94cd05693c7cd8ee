"""What the workers run under fire; a module of its own, because child processes import it."""

from __future__ import annotations

import asyncio
from random import Random
from typing import Any

from pydantic import BaseModel

from docmill.engine.pipeline import Attempt, Pipeline, Step
from docmill.engine.publication import PublishedJob
from docmill.errors import InvalidInput


class Task(BaseModel):
    """What a job is to do: so many items; a poisoned one never succeeds."""

    key: str
    count: int
    poisoned: bool = False


class Part(BaseModel):
    key: str
    number: int
    poisoned: bool = False


class Sum(BaseModel):
    key: str
    total: int


def split(task: Task) -> list[Part]:
    return [Part(key=task.key, number=n, poisoned=task.poisoned and n == 0) for n in range(task.count)]


async def work(part: Part, attempt: Attempt) -> Part:
    """Take some milliseconds; now and then fail in a way that a further attempt mends."""
    dice = Random(f"{part.key}/{part.number}/{attempt.number}")
    await asyncio.sleep(dice.uniform(0, 0.05))
    if part.poisoned:
        raise InvalidInput("This part never succeeds.")
    if dice.random() < 0.05:
        raise ConnectionError
    return Part(key=part.key, number=part.number * 2)


def work_in_child(part: Part) -> Part:
    return part


def add(parts: list[Part]) -> Sum:
    return Sum(key=parts[0].key, total=sum(part.number for part in parts))


def save(connection: Any, job: PublishedJob, result: Sum) -> None:
    # No key on this table: a second publication must be seen, not refused.
    connection.execute(
        "insert into public.published (job_id, key, total) values (%s, %s, %s)", (job.id, result.key, result.total)
    )


fanned_out = Pipeline("fanned-out", steps=[Step(split), Step(work, each=True), Step(add)], publish=save)
narrow = Pipeline("narrow", steps=[Step(split), Step(work, each=True, concurrency=3), Step(add)], publish=save)
with_child = Pipeline(
    "with-child",
    steps=[Step(split), Step(work, each=True), Step(work_in_child, each=True, cpu=True), Step(add)],
    publish=save,
)
PIPELINES = (fanned_out, narrow, with_child)
