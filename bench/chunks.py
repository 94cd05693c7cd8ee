"""Measure one job of 100,000 chunks, and claims beside millions of finished ones: ``python -m bench.chunks``.

Prints one JSON object a figure beside the bar that it must keep; a ratio above 1 means that it keeps it. The server is
the scratch server of the other benchmarks: fsync on, data in memory, a fixed time for each flush of its log.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from uuid import UUID

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.scratch_server import ScratchServer
from docmill.database.connection import Database
from docmill.database.migrations import upgrade
from docmill.database.queries import load_queries
from docmill.engine.catalog import Catalog
from docmill.engine.chunk import ClaimedChunk, Completion, Failure
from docmill.engine.client import Client, Request
from docmill.engine.inspection import Inspection
from docmill.engine.pipeline import Pipeline, Step
from docmill.engine.store import Store
from docmill.engine.worker import retry_delays
from docmill.errors import ErrorKind
from docmill.settings import EngineSettings
from docmill.storage.local import LocalBlobs

QUERIES = load_queries("docmill.engine", "sql")
REFUSED = Failure(ErrorKind.PERMANENT, "not_a_pdf", "no")
WRITERS, WRITES = 10, 200
FILL = """
    insert into docmill.finished_chunks (id, job_id, step_id, owner_id, item, epoch, attempts, max_attempts, priority,
                                         status, started_at, output)
    select -n, job.id, %(step)s, 1, n, 1, 1, 3, 0, 'success', now(), '\\x0030'
      from (select gen_random_uuid() as id from generate_series(1, %(jobs)s)) job, generate_series(1, 100000) n
"""


def split(count: int) -> list[int]:
    return list(range(count))


async def work(item: int) -> int:
    return item


def join(items: list[int]) -> int:
    return len(items)


PIPELINE = Pipeline("chunks", steps=[Step(split), Step(work, each=True), Step(join)], partial=True)


class Bench:
    """One database with one large job."""

    def __init__(self, database: Database) -> None:
        self.database = database
        catalog = Catalog()
        with database.pool.connection() as connection:
            catalog.register(connection, [PIPELINE])
            row = connection.execute(QUERIES["register_worker"], {"name": "w", "lease": 3600, "before": 0}).fetchone()
        assert row is not None
        self.worker = int(row[0])
        self.steps = catalog.entry("chunks").step_ids
        settings = EngineSettings()
        self.store = Store(catalog, lambda connection, key_id: None, retry_delays(settings, Random()))  # type: ignore[arg-type, return-value]
        self.client = Client(
            database, self.store, LocalBlobs(Path(tempfile.gettempdir())), lambda path: "", settings, "bench"
        )

    def claim(self, step: int, number: int) -> list[ClaimedChunk]:
        with self.database.pool.connection() as connection:
            return self.store.claim(connection, self.worker, {self.steps[step]: number})

    def complete(self, chunks: list[ClaimedChunk]) -> None:
        with self.database.pool.connection() as connection:
            self.store.complete(connection, [Completion(chunk, b"\x000") for chunk in chunks], self.worker, 0)

    def fan_out(self, chunks: int) -> UUID:
        """Submit a job and let it have so many chunks."""
        [job] = self.client.submit("chunks", [Request(record=chunks)])
        [first] = self.claim(0, 1)
        with self.database.pool.connection() as connection:
            self.store.complete(connection, [Completion(first, items=[b"\x000"] * chunks)], self.worker, 0)
        return job.id

    def write_and_look(self, job: UUID) -> tuple[list[float], list[float]]:
        """Write chunks one by one from ten threads, and ask for the job meanwhile; return the seconds of each."""
        writes: list[float] = []
        queries: list[float] = []

        def write() -> None:
            chunks = self.claim(1, WRITES)
            writes.extend(seconds(lambda chunk=chunk: self.complete([chunk])) for chunk in chunks)

        threads = [threading.Thread(target=write) for _ in range(WRITERS)]
        for thread in threads:
            thread.start()
        inspection = Inspection(self.database, "bench")
        while len(queries) < 100 or any(thread.is_alive() for thread in threads):
            queries.append(seconds(lambda: (inspection.job(job), inspection.steps(job))))
        for thread in threads:
            thread.join()
        return writes, queries

    def retry(self, job: UUID) -> float:
        """Let one chunk fail and all others end; return the seconds from the retry of that one until it is claimed."""
        [failed] = self.claim(1, 1)
        while chunks := self.claim(1, 1000):
            self.complete(chunks)
        with self.database.pool.connection() as connection:
            self.store.fail(connection, failed, REFUSED, self.worker)
        self.complete(self.claim(2, 1))
        began = time.perf_counter()
        assert self.client.retry(job, chunk_ids=[failed.id]) == 1
        assert [chunk.id for chunk in self.claim(1, 100)] == [failed.id]
        return time.perf_counter() - began

    def rows_of_a_claim(self) -> tuple[float, float]:
        """Claim 100 chunks under EXPLAIN; return how many rows its plan met, and the milliseconds."""
        parameters = {
            "worker": self.worker,
            "steps": [self.steps[1]],
            "limits": [100],
            "lows": [0],
            "limit": 100,
            "turn_owner": 0,
            "turn_step": 0,
            "limited": False,
            "owner_limit": None,
        }
        with self.database.connect() as connection:
            connection.execute(QUERIES["prepare_session"], {"milliseconds": 600_000})
            statement = f"explain (analyze, format json) {QUERIES['claim_chunks']}"
            connection.execute(statement, parameters)
            connection.rollback()
            row = connection.execute(statement, parameters).fetchone()
            connection.rollback()
        assert row is not None
        return rows_met(row[0][0]["Plan"]), float(row[0][0]["Execution Time"])


def rows_met(plan: dict[str, object]) -> float:
    """Return the rows that a plan's nodes returned or threw away."""
    loops = float(str(plan["Actual Loops"]))
    here = sum(float(str(plan.get(key, 0))) for key in ("Actual Rows", "Rows Removed by Filter")) * loops
    below = plan.get("Plans", [])
    assert isinstance(below, list)
    return here + sum(rows_met(child) for child in below)


def seconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def p99(values: list[float]) -> float:
    return sorted(values)[int(0.99 * len(values))] * 1000


def report(metric: str, value: float, bar: float, name: str = "bar") -> None:
    """Print one figure; less is better."""
    line = {"bench": "chunks", "metric": metric, "docmill": round(value, 2), "peer": round(bar, 2), "peer_name": name}
    print(json.dumps({**line, "ratio": round(bar / value, 3)}), flush=True)


def measure(bench: Bench, chunks: int, finished: int) -> None:
    """Print all figures."""
    job = bench.fan_out(chunks)
    writes, queries = bench.write_and_look(job)
    report("chunk_write_p99_ms", p99(writes), 100)
    report("status_query_p99_ms", p99(queries), 500)
    plain_rows, plain_ms = bench.rows_of_a_claim()
    report("retry_dispatch_ms", bench.retry(job) * 1000, 1000)
    if finished:
        with bench.database.connect(autocommit=True) as connection:
            connection.execute(FILL, {"step": bench.steps[1], "jobs": finished // 100_000})
            connection.execute("vacuum analyze docmill.finished_chunks")
        bench.fan_out(chunks)
        rows, milliseconds = bench.rows_of_a_claim()
        report("claim_rows_beside_history", rows, plain_rows, f"without {finished} finished chunks")
        report("claim_ms_beside_history", milliseconds, plain_ms, f"without {finished} finished chunks")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chunks", type=int, default=100_000, help="Chunks of the job.")
    parser.add_argument("--finished", type=int, default=10_000_000, help="Finished chunks beside it; 0 for none.")
    parser.add_argument("--flush", type=int, default=1000, help="Microseconds of each flush of the write-ahead log.")
    parser.add_argument("--folder", type=Path, default=Path("/dev/shm"), help="Where the server's data lie.")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=chosen.folder) as folder:
        server = ScratchServer(Path(folder), chosen.flush)
        server.initialise()
        server.start()
        try:
            server.create("bench_chunks")
            upgrade(server.conninfo("bench_chunks"))
            with Database(server.conninfo("bench_chunks"), role="bench", pool_size=20) as database:
                measure(Bench(database), chosen.chunks, chosen.finished)
        finally:
            server.stop()


if __name__ == "__main__":
    main()
