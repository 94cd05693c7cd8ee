"""PgQueuer: by default the documented quick start; at its best with batches of 100 on uvloop."""

from __future__ import annotations

import asyncio
import struct
import sys

import asyncpg
import uvloop
from counting import Counter, batches, every_now_and_then, hold, main, share, stop_event
from pgqueuer import PgQueuer
from pgqueuer.db import AsyncpgDriver, AsyncpgPoolDriver
from pgqueuer.models import Job
from pgqueuer.queries import Queries

UNFINISHED = "select count(*) from pgqueuer"
FILL = (
    "insert into pgqueuer_log (job_id, status, entrypoint, priority, aggregated) "
    "select n, 'successful', 'noop', 0, true from generate_series(1, {count}) n"
)


async def setup(url: str) -> None:
    queries = Queries(AsyncpgDriver(await asyncpg.connect(url)))
    await queries.install()
    await queries.optimize_autovacuum()


async def enqueue(url: str, count: int) -> None:
    queries = Queries(AsyncpgDriver(await asyncpg.connect(url)))
    for size in batches(count, 1000):
        await queries.enqueue(["noop"] * size, [struct.pack("q", 0)] * size, [0] * size)


async def callers(url: str, count: int, number: int) -> float:
    pool = await asyncpg.create_pool(url, min_size=number, max_size=number)
    queries = Queries(AsyncpgPoolDriver(pool))
    return await share(count, [lambda: queries.enqueue("noop", struct.pack("q", 0))] * number)


async def produce(url: str, count: int) -> None:
    queries = Queries(AsyncpgDriver(await asyncpg.connect(url)))
    await every_now_and_then(count, lambda sent: queries.enqueue("noop", struct.pack("q", sent)))


def work(url: str, best: bool, counter: Counter) -> None:
    (uvloop.run if best else asyncio.run)(_work(url, 100 if best else 10, counter))


async def _work(url: str, batch: int, counter: Counter) -> None:
    manager = PgQueuer(AsyncpgDriver(await asyncpg.connect(url)))

    @manager.entrypoint("noop")
    async def noop(job: Job) -> None:
        counter.hit(struct.unpack("q", job.payload or bytes(8))[0])
        await hold()

    async def stop(event: asyncio.Event) -> None:
        await event.wait()
        manager.shutdown.set()

    stopping = asyncio.create_task(stop(stop_event()))
    await manager.run(batch_size=batch)
    stopping.cancel()


if __name__ == "__main__":
    main(sys.modules[__name__])
