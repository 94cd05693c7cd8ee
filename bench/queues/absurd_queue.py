"""Absurd: ten tasks at once by its default polling; at its best 100 at once in batches of 100, polling every 20 ms."""

from __future__ import annotations

import asyncio
import sys

import psycopg
from absurd_sdk import AsyncAbsurd
from absurdctl import BUNDLED_SCHEMA_SQL
from counting import Counter, every_now_and_then, hold, main, share, stop_event

UNFINISHED = "select count(*) from absurd.t_queue where state not in ('completed', 'failed', 'cancelled')"
FILL = """
    with tasks as (
        insert into absurd.t_queue (task_id, task_name, params, state, attempts, enqueue_at, last_attempt_run)
        select gen_random_uuid(), 'noop', '{{"sent": 0}}', 'completed', 1, now(), gen_random_uuid()
          from generate_series(1, {count}) returning task_id, last_attempt_run
    )
    insert into absurd.r_queue (run_id, task_id, attempt, state, available_at, started_at, completed_at)
    select last_attempt_run, task_id, 1, 'completed', now(), now(), now() from tasks
"""


def setup(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(BUNDLED_SCHEMA_SQL)
        connection.execute("select absurd.create_queue('queue')")


async def enqueue(url: str, count: int) -> float:
    return await callers(url, count, 10)


async def callers(url: str, count: int, number: int) -> float:
    clients = [AsyncAbsurd(url, queue_name="queue") for _ in range(number)]
    await asyncio.gather(*(client.list_queues() for client in clients))
    return await share(
        count, [lambda client=client: client.spawn("noop", {"sent": 0}, queue="queue") for client in clients]
    )


async def produce(url: str, count: int) -> None:
    client = AsyncAbsurd(url, queue_name="queue")
    await every_now_and_then(count, lambda sent: client.spawn("noop", {"sent": sent}, queue="queue"))


async def work(url: str, best: bool, counter: Counter) -> None:
    client = AsyncAbsurd(url, queue_name="queue")

    @client.register_task("noop")
    async def noop(parameters: dict[str, int], context: object) -> None:
        counter.hit(parameters["sent"])
        await hold()

    settings = {"concurrency": 100, "batch_size": 100, "poll_interval": 0.02} if best else {"concurrency": 10}
    working = asyncio.create_task(client.start_worker(**settings))
    await stop_event().wait()
    client.stop_worker()
    await asyncio.wait([working], timeout=2)


if __name__ == "__main__":
    main(sys.modules[__name__])
