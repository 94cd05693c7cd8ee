"""DBOS: its default polling with ten workflows at once; at its best without a limit, polling every 0.1 s."""

from __future__ import annotations

import os
import sys

from counting import Counter, every_now_and_then, hold, main, share, stop_event
from dbos import DBOS, DBOSConfig

UNFINISHED = "select count(*) from dbos.workflow_status where status in ('ENQUEUED', 'PENDING', 'DELAYED')"
FILL = (
    "insert into dbos.workflow_status (workflow_uuid, status, name, executor_id, application_version, queue_name, "
    "inputs, output, created_at, updated_at) "
    "select gen_random_uuid()::text, 'SUCCESS', 'noop', 'worker', 'v1', 'queue', 'x', 'x', 1700000000000 + n, "
    "1700000000000 + n from generate_series(1, {count}) n"
)
_COUNTERS: list[Counter] = []


@DBOS.workflow(name="noop")
async def noop(sent: int) -> None:
    _COUNTERS[0].hit(sent)
    await hold()


def _launch(url: str, *, listen: bool) -> None:
    DBOS(
        config=DBOSConfig(
            name="bench",
            system_database_url=url.replace("postgresql://", "postgresql+psycopg://"),
            application_version="v1",
            executor_id=str(os.getpid()),
            log_level="ERROR",
        )
    )
    if not listen:
        DBOS.listen_queues([])
    DBOS.launch()


def setup(url: str) -> None:
    _launch(url, listen=False)
    DBOS.destroy()


async def enqueue(url: str, count: int) -> float:
    return await callers(url, count, 10)


async def callers(url: str, count: int, number: int) -> float:
    _launch(url, listen=False)
    seconds = await share(count, [lambda: DBOS.enqueue_workflow_async("queue", noop, 0)] * number)
    DBOS.destroy()
    return seconds


async def produce(url: str, count: int) -> None:
    _launch(url, listen=False)
    await every_now_and_then(count, lambda sent: DBOS.enqueue_workflow_async("queue", noop, sent), longest=0.3)
    DBOS.destroy()


async def work(url: str, best: bool, counter: Counter) -> None:
    _COUNTERS.append(counter)
    _launch(url, listen=True)
    limits = {"polling_interval_sec": 0.1} if best else {"worker_concurrency": 10}
    await DBOS.register_queue_async("queue", on_conflict="always_update", **limits)
    await stop_event().wait()
    os._exit(0)


if __name__ == "__main__":
    main(sys.modules[__name__])
