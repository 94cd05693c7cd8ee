"""Measure docmill's engine beside other queues, on one server with fsync on, in turn: ``python -m bench.engine``.

Each figure is the median of the repetitions, printed as one JSON object a figure and peer, where a ratio above 1 means
that docmill is better. Peers run in environments of their own, made at the first run in ``--environment``. The data
of the server lie in memory and each flush of its log takes ``--flush`` microseconds, so that the mood of a disk
decides nothing; ``--flush 0`` shows what processors alone allow.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

# Run as a script, too: `python bench/engine.py`.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.peers import PEERS, ScratchRedis, install
from bench.queues.counting import read_counters
from bench.scratch_server import ScratchServer

QUEUES = Path(__file__).parent / "queues"
_MOST_SECONDS = 60
_WARM_UP = 30


@dataclass
class Queue:
    """A queue that can be measured.

    Attributes:
        name: The adapter's name.
        python: The interpreter that runs it.
        environment: Variables for it.
        unfinished: SQL that counts what is not durably finished.
        fill: SQL that writes ``{count}`` finished jobs.
    """

    name: str
    python: str
    environment: dict[str, str] = field(default_factory=dict)
    unfinished: str = ""
    fill: str = ""

    def command(self, action: str, url: str, *more: str) -> list[str]:
        return [self.python, str(QUEUES / f"{self.name}_queue.py"), action, "--url", url, *more]

    def run(self, action: str, url: str, count: int = 0, callers: int = 10) -> float:
        command = self.command(action, url, "--count", str(count), "--callers", str(callers))
        environment = {**os.environ, **self.environment}
        done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{self.name} {action}: {done.stderr[-2000:]}")
        return float(json.loads(done.stdout.splitlines()[-1])["seconds"])


@dataclass(frozen=True)
class Drained:
    """What it took to run what waited.

    Attributes:
        rate: Jobs a second.
        log_bytes: Bytes of write-ahead log a job.
        transactions: Transactions that wrote, a job.
    """

    rate: float
    log_bytes: float
    transactions: float


@dataclass
class Bench:
    """One server, and how to measure on it."""

    server: ScratchServer
    folder: Path

    def prepare(self, queue: Queue, finished: int = 0) -> str:
        """Make a database with the queue's tables, and with finished jobs in them; return its URL."""
        name = f"bench_{queue.name}"
        template = f"{name}_{finished}"
        with self.server.connect() as connection:
            known = connection.execute("select 1 from pg_database where datname = %s", (template,)).fetchone()
        if not known:
            self.server.create(template)
            queue.run("setup", self.server.conninfo(template))
            with self.server.connect(template) as connection:
                if finished:
                    connection.execute(queue.fill.format(count=finished))
                connection.execute("vacuum analyze")
        self.server.create(name, template)
        return self.server.conninfo(name)

    @contextlib.contextmanager
    def workers(self, queue: Queue, url: str, number: int, best: bool, **extra: str) -> Iterator[Path]:
        """Run worker processes; yields the folder of their counters."""
        with tempfile.TemporaryDirectory(dir=self.folder) as folder, (self.folder / "workers.log").open("ab") as log:
            command = queue.command("work", url, "--folder", folder, *(["--best"] if best else []))
            environment = {**os.environ, **queue.environment, **extra}
            processes = [subprocess.Popen(command, env=environment, stdout=log, stderr=log) for _ in range(number)]
            try:
                yield Path(folder)
            finally:
                for process in processes:
                    process.send_signal(signal.SIGTERM)
                for process in processes:
                    try:
                        process.wait(5)
                    except subprocess.TimeoutExpired:
                        process.kill()
                        process.wait()

    def drain(
        self, queue: Queue, count: int, *, workers: int = 1, best: bool = False, finished: int = 0, pinned: bool = False
    ) -> Drained:
        """Run what waits."""
        url = self.prepare(queue, finished)
        queue.run("enqueue", url, count)
        database = url.rsplit("/", 1)[1]
        with self.server.connect(database) as connection, self.server.connect(database) as reader:
            connection.execute("vacuum analyze")
            connection.execute("checkpoint")
            if pinned:
                reader.execute("begin isolation level repeatable read; select count(*) from pg_class")
            with self.workers(queue, url, workers, best) as folder:
                began, before = 0, (0.0, 0.0)
                deadline = time.monotonic() + _MOST_SECONDS
                while time.monotonic() < deadline:
                    first, total, _ = read_counters(folder)
                    if first and not began:
                        began, before = first, _written(connection)
                    row = connection.execute(queue.unfinished).fetchone() if total >= count else None
                    if row is not None and row[0] == 0:
                        break
                    time.sleep(0.01)
                seconds = (time.monotonic_ns() - began) / 1e9
            reader.execute("rollback")
            log_bytes, transactions = (
                (after - earlier) / max(total, 1) for after, earlier in zip(_written(connection), before, strict=True)
            )
            return Drained(min(total, count) / seconds, log_bytes, transactions)

    def submit(self, queue: Queue, count: int, callers: int) -> float:
        """Submit one by one from some callers at once; return jobs a second."""
        url = self.prepare(queue)
        queue.run("callers", url, 200, callers)
        return count / queue.run("callers", url, count, callers)

    def submit_bulk(self, queue: Queue, count: int) -> float:
        """Submit many at a time, where the queue can; return jobs a second."""
        url = self.prepare(queue)
        rate = count / queue.run("enqueue", url, count)
        # Celery's tasks are in no database that is made anew for the next figure: its callers end by removing all.
        queue.run("callers", url, 0)
        return rate

    def pickup(self, queue: Queue, count: int) -> list[float]:
        """Submit jobs to an idle worker; return the milliseconds from each call to the start of its job."""
        url = self.prepare(queue)
        warm_up = min(_WARM_UP, count)
        with self.workers(queue, url, 1, False) as folder:
            queue.run("produce", url, warm_up)
            _wait(queue, lambda: read_counters(folder)[1] >= warm_up)
            queue.run("produce", url, count)
            _wait(queue, lambda: read_counters(folder)[1] >= warm_up + count)
            return [latency / 1e6 for latency in read_counters(folder)[2][-count:]]

    def recovery(self, queue: Queue) -> float:
        """Kill a worker in the middle of a job; return the seconds until another one runs it, by default settings."""
        url = self.prepare(queue)
        queue.run("enqueue", url, 1)
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            command = queue.command("work", url, "--folder", folder)
            environment = {**os.environ, **queue.environment, "HOLD": "1"}
            victim = _start(command, environment)
            _wait(queue, lambda: read_counters(Path(folder))[1] == 1)
            _kill(victim)
            killed = time.monotonic()
            other = _start(command, environment)
            _wait(queue, lambda: read_counters(Path(folder))[1] == 2, raises=False)
            seconds = time.monotonic() - killed
            _kill(other)
        return seconds


def _start(command: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )


def _kill(process: subprocess.Popen[bytes]) -> None:
    # Its children with it, as when a machine is lost.
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _written(connection: object) -> tuple[float, float]:
    """Return the bytes of write-ahead log and the transactions that wrote, both since the server was made."""
    row = connection.execute(  # type: ignore[attr-defined]
        "select pg_current_wal_insert_lsn() - '0/0', pg_snapshot_xmax(pg_current_snapshot())::text"
    ).fetchone()
    return float(row[0]), float(row[1])


def _wait(queue: Queue, condition: Callable[[], bool], *, raises: bool = True) -> None:
    deadline = time.monotonic() + _MOST_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            if raises:
                raise RuntimeError(f"{queue.name} ran nothing within {_MOST_SECONDS} s")
            return
        time.sleep(0.01)


def report(metric: str, ours: float, peer: float, name: str, *, less_is_better: bool = False) -> None:
    """Print one figure."""
    ratio = peer / ours if less_is_better else ours / peer
    line = {"bench": "engine", "metric": metric, "docmill": ours, "peer": peer, "peer_name": name, "ratio": ratio}
    print(json.dumps({key: round(value, 3) if isinstance(value, float) else value for key, value in line.items()}))
    sys.stdout.flush()


class Comparison:
    """Measures docmill and its peers in turn."""

    def __init__(self, bench: Bench, peers: list[Queue], repetitions: int, scale: float) -> None:
        self.bench = bench
        self.chunks = Queue("docmill", sys.executable, {"DOCMILL_QUEUE": "chunks"})
        self.jobs = Queue("docmill", sys.executable, {"DOCMILL_QUEUE": "jobs"})
        self.peers = peers
        self._repetitions = repetitions
        self._scale = scale
        for queue in (self.chunks, self.jobs, *peers):
            queue.unfinished = _constant(queue, "UNFINISHED")
            queue.fill = _constant(queue, "FILL")

    def count(self, number: int) -> int:
        """Return a number of jobs at the scale of this run."""
        return max(100, int(number * self._scale))

    def rates(self, measure: dict[str, Callable[[], float]]) -> dict[str, float]:
        """Return the median of each measurement; they take turns."""
        found: dict[str, list[float]] = {name: [] for name in measure}
        for _ in range(self._repetitions):
            for name, call in measure.items():
                found[name].append(call())
        return {name: statistics.median(values) for name, values in found.items()}

    def drain_default(self) -> None:
        """Defaults against defaults: chunks of a fan-out, and jobs of one chunk."""
        drain = self.bench.drain
        calls = {
            "chunks": lambda: drain(self.chunks, self.count(40_000)).rate,
            "jobs": lambda: drain(self.jobs, self.count(20_000)).rate,
            **{
                peer.name: lambda peer=peer: drain(peer, self.count(PEERS[peer.name].drained)).rate
                for peer in self.peers
            },
        }
        rates = self.rates(calls)
        for peer in self.peers:
            report("drain_default", rates["chunks"], rates[peer.name], peer.name)
            report("drain_default_jobs", rates["jobs"], rates[peer.name], peer.name)

    def drain_best(self) -> None:
        """Best settings against best settings, one worker and two."""
        drain = self.bench.drain
        calls = {
            "one": lambda: drain(self.chunks, self.count(100_000), best=True).rate,
            "two": lambda: drain(self.chunks, self.count(100_000), best=True, workers=2).rate,
            **{
                peer.name: lambda peer=peer: drain(peer, self.count(PEERS[peer.name].drained_best), best=True).rate
                for peer in self.peers
            },
        }
        rates = self.rates(calls)
        for peer in self.peers:
            report("drain_best", rates["one"], rates[peer.name], peer.name)
        report("drain_two_workers", rates["two"], rates["one"], "docmill with one worker")

    def drain_million(self) -> None:
        """With 1,000,000 finished jobs in the tables, and with a snapshot held open elsewhere."""
        count, million, drain = self.count(60_000), self.count(1_000_000), self.bench.drain
        # Not of Celery: it keeps nothing of what has ended.
        peers = [peer for peer in self.peers if peer.name != "celery"]
        rates = self.rates(
            {
                "plain": lambda: drain(self.chunks, count).rate,
                "million": lambda: drain(self.chunks, count, finished=million).rate,
                "pinned": lambda: drain(self.chunks, count, pinned=True).rate,
                **{
                    peer.name: lambda peer=peer: (
                        drain(peer, self.count(PEERS[peer.name].drained), finished=million).rate
                    )
                    for peer in peers
                },
            }
        )
        report("drain_million", rates["million"], rates["plain"], "docmill without history")
        report("drain_pinned", rates["pinned"], rates["plain"], "docmill without a held snapshot")
        for peer in peers:
            report("drain_million", rates["million"], rates[peer.name], peer.name)

    def written(self) -> None:
        """Write-ahead log and transactions a unit; of the log, also against the bar of 1,200 bytes a chunk."""
        drain = self.bench.drain
        # Celery keeps nothing in PostgreSQL.
        peers = [peer for peer in self.peers if peer.name != "celery"]
        found = {"chunks": drain(self.chunks, self.count(40_000)), "jobs": drain(self.jobs, self.count(20_000))}
        report("wal_bytes_chunk", found["chunks"].log_bytes, 1200.0, "bar", less_is_better=True)
        for peer in peers:
            theirs = drain(peer, self.count(PEERS[peer.name].drained))
            for name, ours in found.items():
                unit = name.removesuffix("s")
                report(f"wal_bytes_{unit}", ours.log_bytes, theirs.log_bytes, peer.name, less_is_better=True)
                report(f"transactions_{unit}", ours.transactions, theirs.transactions, peer.name, less_is_better=True)

    def submit(self) -> None:
        """One by one, from one caller and from ten at once; and many at a time."""
        queues, submit = (self.jobs, *self.peers), self.bench.submit
        calls: dict[str, Callable[[Queue], float]] = {
            "submit_one_caller": lambda queue: submit(queue, self.count(1_000), 1),
            "submit_ten_callers": lambda queue: submit(queue, self.count(3_000), 10),
            "submit_bulk": lambda queue: self.bench.submit_bulk(queue, self.count(_in_bulk(queue))),
        }
        for metric, call in calls.items():
            rates = self.rates({queue.name: lambda q=queue, call=call: call(q) for queue in queues})
            for peer in self.peers:
                report(metric, rates["docmill"], rates[peer.name], peer.name)

    def pickup(self) -> None:
        """From the call of submit to the first line of the step, when idle."""
        found = {
            queue.name: [self.bench.pickup(queue, _picked(queue)) for _ in range(self._repetitions)]
            for queue in (self.jobs, *self.peers)
        }
        for name, share in (("pickup_p50", 0.5), ("pickup_p99", 0.99)):
            at = {
                queue: statistics.median(sorted(run)[int(share * len(run))] for run in runs)
                for queue, runs in found.items()
            }
            for peer in self.peers:
                report(name, at["docmill"], at[peer.name], peer.name, less_is_better=True)

    def recovery(self) -> None:
        """Seconds until the job of a killed worker runs again; longer than a minute counts as a minute."""
        # At once: they only wait.
        with ThreadPoolExecutor(max_workers=1 + len(self.peers)) as threads:
            ours, *theirs = threads.map(self.bench.recovery, (self.jobs, *self.peers))
        for peer, seconds in zip(self.peers, theirs, strict=True):
            report("recovery", ours, seconds, peer.name, less_is_better=True)


MEASUREMENTS = ("drain_default", "drain_best", "submit", "pickup", "drain_million", "written", "recovery")


def _picked(queue: Queue) -> int:
    return PEERS[queue.name].picked if queue.name in PEERS else 150


def _in_bulk(queue: Queue) -> int:
    return PEERS[queue.name].drained if queue.name in PEERS else 20_000


def _constant(queue: Queue, name: str) -> str:
    source = (QUEUES / f"{queue.name}_queue.py").read_text()
    import ast

    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == name:
            return str(ast.literal_eval(node.value))
    raise ValueError(f"{queue.name} has no {name}")


def install_peers(folder: Path, names: list[str]) -> list[Queue]:
    """Install the peers; one that cannot be installed is left out, with the reason on standard error."""
    peers = []
    for name in names:
        found = install(folder, name)
        if isinstance(found, Path):
            peers.append(Queue(name, str(found)))
        else:
            print(f"{name} is left out: {found}", file=sys.stderr)
    return peers


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("measurements", nargs="*", choices=[*MEASUREMENTS, []], help="Which figures; all by default.")
    parser.add_argument("--peers", nargs="*", default=list(PEERS))
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--scale", type=float, default=1.0, help="Share of the usual number of jobs.")
    parser.add_argument("--flush", type=int, default=1000, help="Microseconds of each flush of the write-ahead log.")
    parser.add_argument(
        "--folder", type=Path, default=Path("/dev/shm"), help="Where the server's data lie for the run."
    )
    parser.add_argument("--environment", type=Path, default=Path(".bench"), help="Where the peers are installed.")
    chosen = parser.parse_args()
    peers = install_peers(chosen.environment.resolve(), chosen.peers)
    with tempfile.TemporaryDirectory(dir=chosen.folder) as folder:
        server = ScratchServer(Path(folder), chosen.flush)
        server.initialise()
        server.start()
        redis = _broker(peers, Path(folder), chosen.flush)
        try:
            comparison = Comparison(Bench(server, Path(folder)), peers, chosen.repetitions, chosen.scale)
            for name in chosen.measurements or MEASUREMENTS:
                getattr(comparison, name)()
        finally:
            server.stop()
            if redis is not None:
                redis.stop()


def _broker(peers: list[Queue], folder: Path, flush: int) -> ScratchRedis | None:
    for peer in peers:
        if peer.name == "celery":
            redis = ScratchRedis(folder, flush)
            peer.environment = {"BROKER_URL": redis.url}
            return redis
    return None


if __name__ == "__main__":
    main()
