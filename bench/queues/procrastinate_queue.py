"""Procrastinate: its defaults with a concurrency of ten; at its best with a connection for each slot."""

from __future__ import annotations

import asyncio
import sys

import procrastinate
from counting import Counter, batches, every_now_and_then, hold, main, share

UNFINISHED = "select count(*) from procrastinate_jobs where status in ('todo', 'doing')"
FILL = (
    "insert into procrastinate_jobs (queue_name, task_name, args, status, attempts) "
    "select 'queue', 'noop', '{{}}', 'succeeded', 1 from generate_series(1, {count})"
)


def _app(
    url: str, connections: int, counter: Counter | None = None
) -> tuple[procrastinate.App, procrastinate.tasks.Task]:
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=url, min_size=2, max_size=connections))

    @app.task(name="noop", queue="queue")
    async def noop(sent: int = 0) -> None:
        if counter is not None:
            counter.hit(sent)
            await hold()

    return app, noop


async def setup(url: str) -> None:
    app, _ = _app(url, 2)
    async with app.open_async():
        await app.schema_manager.apply_schema_async()


async def enqueue(url: str, count: int) -> None:
    app, noop = _app(url, 2)
    async with app.open_async():
        for size in batches(count, 1000):
            await noop.batch_defer_async(*({"sent": 0} for _ in range(size)))


async def callers(url: str, count: int, number: int) -> float:
    app, noop = _app(url, 12)
    async with app.open_async():
        return await share(count, [lambda: noop.defer_async(sent=0)] * number)


async def produce(url: str, count: int) -> None:
    app, noop = _app(url, 4)
    async with app.open_async():
        await every_now_and_then(count, lambda sent: noop.defer_async(sent=sent))


async def work(url: str, best: bool, counter: Counter) -> None:
    app, _ = _app(url, 12 if best else 10, counter)
    async with app.open_async():
        worker = asyncio.create_task(app.run_worker_async(queues=["queue"], concurrency=10))
        await worker


if __name__ == "__main__":
    main(sys.modules[__name__])
