"""Small pipelines that the engine's tests run; a module of its own, because child processes import it."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from docmill.engine.pipeline import Document, Pipeline, Step
from docmill.engine.publication import PublishedJob
from docmill.errors import NotAPdf, RateLimited


class Numbers(BaseModel):
    count: int
    fail: list[int] = []
    folder: Path | None = None
    note: str = ""


class Item(BaseModel):
    number: int
    fail: bool = False
    folder: Path | None = None


class Total(BaseModel):
    total: int
    text: str = ""


def count_up(numbers: Numbers) -> list[Item]:
    return [Item(number=n, fail=n in numbers.fail, folder=numbers.folder) for n in range(numbers.count)]


async def double(item: Item) -> Item:
    mark(item.folder, f"double-{item.number}")
    if item.fail and not (item.folder and (item.folder / "mended").exists()):
        raise ValueError("a value that must not be logged: Jane Doe")
    return Item(number=item.number * 2, folder=item.folder)


def halve_in_child(item: Item) -> Item:
    return Item(number=item.number // 2, folder=item.folder)


async def halve_or_fail(item: Item) -> Item:
    if item.number == 4 and not (item.folder and (item.folder / "mended").exists()):
        raise ValueError("no")
    return Item(number=item.number // 2, folder=item.folder)


def add(items: list[Item]) -> Total:
    return Total(total=sum(item.number for item in items))


def echo(numbers: Numbers) -> Total:
    return Total(total=numbers.count, text=numbers.note)


async def wait_for_file(numbers: Numbers) -> Total:
    mark(numbers.folder, "waiting")
    while numbers.folder is not None and not (numbers.folder / "go").exists():  # noqa: ASYNC110 - another process says go
        await asyncio.sleep(0.01)
    return Total(total=numbers.count)


def refuse(numbers: Numbers) -> Total:
    raise NotAPdf


def fail_until_mended(numbers: Numbers) -> Total:
    if numbers.folder is None or not (numbers.folder / "mended").exists():
        raise ConnectionError("secret")
    return Total(total=numbers.count)


def wait_for_provider(numbers: Numbers) -> Total:
    assert numbers.folder is not None
    calls = len(list(numbers.folder.glob("call-*")))
    mark(numbers.folder, f"call-{calls}")
    if calls < 4:
        raise RateLimited(retry_after=0.01)
    return Total(total=numbers.count)


def abort(numbers: Numbers) -> Total:
    os.abort()


def use_all_memory(numbers: Numbers) -> Total:
    raise MemoryError


def wait_for_pipe(numbers: Numbers) -> Total:
    assert numbers.folder is not None
    mark(numbers.folder, "waiting")
    return Total(total=len((numbers.folder / "pipe").read_bytes()))


async def wait_for_own_gate(numbers: Numbers) -> Total:
    """Wait until this very process may go on; the result tells which process that was."""
    assert numbers.folder is not None
    mark(numbers.folder, f"waiting-{os.getpid()}")
    while not (numbers.folder / f"go-{os.getpid()}").exists():  # noqa: ASYNC110 - the sign comes from another process
        await asyncio.sleep(0.01)
    return Total(total=os.getpid())


def leave(numbers: Numbers) -> Total:
    sys.exit(3)


async def give_up(numbers: Numbers) -> Total:
    raise asyncio.CancelledError


async def never_end(numbers: Numbers) -> Total:
    mark(numbers.folder, "waiting")
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        # As who closes a connection does.
        await asyncio.sleep(0.05)
        mark(numbers.folder, "stopped")
        raise
    return Total(total=0)


def spin(numbers: Numbers) -> Total:
    mark(numbers.folder, f"spinning-{os.getpid()}")
    while True:
        pass


def save_total(connection: Any, job: PublishedJob, total: Total) -> None:
    connection.execute("insert into public.totals (job_id, total) values (%s, %s)", (job.id, total.total))


def save_double(connection: Any, job: PublishedJob, items: list[Item]) -> None:
    connection.execute("insert into public.totals (job_id, total) values (%s, %s)", (job.id, len(items)))


def size_of(document: Document) -> Total:
    return Total(total=len(document.read_bytes()))


def mark(folder: Path | None, name: str) -> None:
    if folder is not None:
        with (folder / name).open("a") as file:
            file.write("x")


fan_out = Pipeline("fan-out", steps=[Step(count_up), Step(double, each=True), Step(add)])
chain = Pipeline(
    "chain", steps=[Step(count_up), Step(double, each=True), Step(halve_in_child, each=True, cpu=True), Step(add)]
)
partial = Pipeline("partial", steps=[Step(count_up), Step(double, each=True), Step(add)], partial=True)
single = Pipeline("single", steps=[Step(echo)])
private = Pipeline("private", steps=[Step(count_up, private=True), Step(double, each=True, private=True), Step(add)])
patient = Pipeline("patient", steps=[Step(wait_for_file)])
secretive = Pipeline("secretive", steps=[Step(wait_for_file, private=True)])
refusing = Pipeline("refusing", steps=[Step(refuse)])
failing = Pipeline("failing", steps=[Step(fail_until_mended)])
limited = Pipeline("limited", steps=[Step(wait_for_provider)])
aborting = Pipeline("aborting", steps=[Step(abort, cpu=True)])
devouring = Pipeline("devouring", steps=[Step(use_all_memory, cpu=True)])
hanging = Pipeline("hanging", steps=[Step(wait_for_pipe, timeout_seconds=0.2)])
gated = Pipeline("gated", steps=[Step(wait_for_own_gate)])
leaving = Pipeline("leaving", steps=[Step(leave)])
giving_up = Pipeline("giving-up", steps=[Step(give_up)])
endless = Pipeline("endless", steps=[Step(never_end)])
hasty = Pipeline("hasty", steps=[Step(never_end, timeout_seconds=0.05)])
spinning = Pipeline("spinning", steps=[Step(spin, cpu=True)])
publishing = Pipeline("publishing", steps=[Step(echo)], publish=save_total)
publishing_parts = Pipeline(
    "publishing-parts", steps=[Step(count_up), Step(double, each=True)], publish=save_double, partial=True
)
narrow = Pipeline("narrow", steps=[Step(count_up), Step(double, each=True, concurrency=3), Step(add)])
two_stages = Pipeline(
    "two-stages",
    steps=[Step(count_up), Step(double, each=True), Step(halve_or_fail, each=True), Step(add)],
    partial=True,
)
open_ended = Pipeline(
    "open-ended", steps=[Step(count_up), Step(double, each=True), Step(halve_or_fail, each=True)], partial=True
)
measuring = Pipeline("measuring", steps=[Step(size_of, cpu=True)])


def first_step(document: Document) -> Total:
    return Total(total=document.size)


async def second_step(total: Total) -> Total:
    gate = Path(os.environ["TEST_GATE"])
    if not (gate / "open").exists():
        # The test reads this pipe: it knows by that where the worker stands.
        (gate / "reached").write_text("second step")
        await asyncio.Event().wait()
    return total


blocking = Pipeline("blocking", steps=[Step(first_step), Step(second_step)])
