"""Pipelines with options; a module of its own, because child processes import it."""

from __future__ import annotations

from pydantic import BaseModel, Field

from docmill.engine.pipeline import Attempt, Document, Pipeline, Step


class Choice(BaseModel):
    times: int = Field(default=1, ge=1)


class Seen(BaseModel):
    size: int
    job: str
    chunk: int | None
    attempt: int
    last: bool


def sizes(document: Document, choice: Choice) -> list[int]:
    return [document.size] * choice.times


async def multiply(size: int, choice: Choice, attempt: Attempt) -> Seen:
    return Seen(
        size=size * choice.times,
        job=str(attempt.job_id),
        chunk=attempt.chunk_id,
        attempt=attempt.number,
        last=attempt.last,
    )


def last(seen: list[Seen], choice: Choice) -> list[Seen]:
    return seen * choice.times


choosing = Pipeline(
    "choosing",
    steps=[Step(sizes, cpu=True), Step(multiply, each=True), Step(last)],
    options=Choice,
)
