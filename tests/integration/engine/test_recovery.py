"""Real worker processes, killed and stopped in the middle of their work."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest
from tests.integration.engine import sample_pipelines as samples
from tests.integration.engine.conftest import Engine, wait_until

from docmill.settings import EngineSettings

REPOSITORY = Path(__file__).resolve().parents[3]
# Leases that no busy machine lets run out, and a sweep every two seconds.
SETTINGS = {"retry_initial_delay": 0.01, "lease_seconds": 8.0, "heartbeat_seconds": 0.2, "cpu_processes": 1}

Processes = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Processes]:
    """Starts worker processes; those that are left at the end are killed."""
    started: list[subprocess.Popen[bytes]] = []

    def worker(engine: Engine, **settings: Any) -> subprocess.Popen[bytes]:
        pipelines = [pipeline.name for pipeline in engine.catalog.pipelines]
        arguments = [engine.database.conninfo, json.dumps({**SETTINGS, **settings}), *pipelines]
        with (tmp_path / f"worker-{len(started)}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.integration.engine.worker_process", *arguments],
                cwd=REPOSITORY,
                stdout=log,
                stderr=log,
            )
        started.append(process)
        return process

    yield worker
    for process in started:
        process.kill()
        process.wait()


@contextmanager
def stopped(process: subprocess.Popen[bytes]) -> Iterator[None]:
    os.kill(process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process.pid, signal.SIGCONT)


def waiting(folder: Path) -> set[int]:
    """The processes that have begun the gated step."""
    return {int(path.name.removeprefix("waiting-")) for path in folder.glob("waiting-*")}


def end_lease(engine: Engine, *processes: subprocess.Popen[bytes]) -> None:
    """Let the leases of processes that renew them no more be over at once."""
    for process in processes:
        engine.execute("update docmill.workers set lease_until = now() where name like %s", f"%:{process.pid}")


def go(folder: Path, process: int) -> None:
    (folder / f"go-{process}").touch()


def test_the_chunk_of_a_killed_worker_runs_again_in_another(
    make_engine: Callable[..., Engine], start: Processes, tmp_path: Path
) -> None:
    engine = make_engine(samples.gated)
    [job] = engine.submit("gated", {"count": 1, "folder": str(tmp_path)})
    victim = start(engine)
    wait_until(lambda: victim.pid in waiting(tmp_path))
    other = start(engine)
    asleep = (
        "select bool_or(s.waiting) from docmill.sleepers s join docmill.workers w on w.id = s.worker_id"
        " where w.name like %s"
    )
    wait_until(lambda: engine.value(asleep, f"%:{other.pid}"))
    victim.kill()
    victim.wait()
    # How long that takes is measured by `make bench-engine` (recovery), and bound by the defaults below.
    wait_until(lambda: other.pid in waiting(tmp_path), seconds=60)
    go(tmp_path, other.pid)
    wait_until(lambda: engine.value("select status from docmill.jobs where id = %s", job) == "completed")
    assert engine.client.result(job)["total"] == other.pid
    assert engine.rows("select attempt, outcome from docmill.all_attempts order by attempt") == [
        (1, "worker_lost"),
        (2, "success"),
    ]


def test_the_defaults_promise_recovery_within_fifteen_seconds() -> None:
    defaults = EngineSettings()
    longest_sweep = defaults.lease_seconds / 4 * 1.2
    assert defaults.lease_seconds + longest_sweep + defaults.retry_initial_delay * 1.1 < 15


def test_steps_that_had_ended_are_not_run_again(
    make_engine: Callable[..., Engine], start: Processes, tmp_path: Path
) -> None:
    engine = make_engine(samples.fan_out)
    [job] = engine.submit("fan-out", {"count": 3000, "folder": str(tmp_path)})
    victim = start(engine)
    wait_until(lambda: engine.value("select count(*) from docmill.finished_chunks") > 100)
    victim.kill()
    victim.wait()
    end_lease(engine, victim)
    ended = {
        row[0]
        for row in engine.rows(
            "select item from docmill.finished_chunks f join docmill.steps s on s.id = f.step_id where s.position = 1"
        )
    }
    engine.drain()
    assert engine.client.result(job)["total"] == 3000 * 2999
    assert {len((tmp_path / f"double-{item}").read_text()) for item in ended} == {1}
    assert engine.value("select count(*) from docmill.finished_chunks where status = 'success'") == 3002


def test_a_stopped_worker_that_wakes_up_after_its_lease_changes_nothing(
    make_engine: Callable[..., Engine], start: Processes, tmp_path: Path
) -> None:
    engine = make_engine(samples.gated)
    [job] = engine.submit("gated", {"count": 1, "folder": str(tmp_path)})
    zombie = start(engine)
    wait_until(lambda: zombie.pid in waiting(tmp_path))
    with stopped(zombie):
        end_lease(engine, zombie)
        other = start(engine)
        wait_until(lambda: other.pid in waiting(tmp_path))
        go(tmp_path, zombie.pid)
    # It has noticed when it has asked for a new lease.
    wait_until(lambda: engine.value("select count(*) from docmill.workers where name like %s", f"%:{zombie.pid}") == 2)
    assert engine.rows("select status, attempts from docmill.chunks") == [("processing", 2)]
    go(tmp_path, other.pid)
    wait_until(lambda: engine.value("select status from docmill.jobs where id = %s", job) == "completed")
    assert engine.client.result(job)["total"] == other.pid


def test_a_live_chunk_of_ten_leases_is_never_run_twice(
    make_engine: Callable[..., Engine], start: Processes, tmp_path: Path
) -> None:
    engine = make_engine(samples.gated)
    [job] = engine.submit("gated", {"count": 1, "folder": str(tmp_path)})
    # Long enough for a busy machine to renew it twenty times.
    lease = {"lease_seconds": 2.0, "heartbeat_seconds": 0.1}
    worker = start(engine, **lease)
    wait_until(lambda: worker.pid in waiting(tmp_path))
    start(engine, **lease)
    wait_until(
        lambda: engine.value("select bool_and(clock_timestamp() - started_at > '20 seconds') from docmill.chunks")
    )
    go(tmp_path, worker.pid)
    wait_until(lambda: engine.value("select status from docmill.jobs where id = %s", job) == "completed")
    assert waiting(tmp_path) == {worker.pid}
    assert engine.rows("select attempts from docmill.finished_chunks") == [(1,)]


def test_nothing_is_lost_or_doubled_while_workers_are_killed_again_and_again(
    make_engine: Callable[..., Engine], start: Processes
) -> None:
    engine = make_engine(samples.fan_out, max_attempts=50)
    jobs = engine.submit("fan-out", *({"count": 200} for _ in range(10)))
    random = Random(7)
    for round_ in range(3):
        workers = [start(engine), start(engine)]
        before = engine.value("select count(*) from docmill.finished_chunks")
        wait_until(
            lambda before=before: (
                engine.value("select count(*) from docmill.finished_chunks") > before + 50
                or engine.value("select count(*) from docmill.chunks") == 0
            )
        )
        for worker in random.sample(workers, 2):
            os.kill(worker.pid, signal.SIGTERM if round_ == 2 else signal.SIGKILL)
            worker.wait(30)
        end_lease(engine, *workers)
    engine.drain()
    assert [engine.client.result(job)["total"] for job in jobs] == [200 * 199] * 10
    assert engine.rows("select status, count(*) from docmill.finished_chunks group by 1") == [("success", 2020)]
