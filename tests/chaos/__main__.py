"""Put the engine under fire: ``python -m tests.chaos --seconds 600 --seed 1``; exit 1 if it breaks a promise.

Prints one line of JSON at the end: the seed, what was injected, and what became of the jobs.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from tests.chaos.cluster import Cluster, conninfo_of, wait_until
from tests.chaos.faults import Faults, Plan
from tests.chaos.history import Figures, History, Job, Publication
from tests.chaos.submitters import Submitters
from tests.chaos.watch import Watch

from docmill.engine.verify import Violation, verify
from docmill.settings import EngineSettings

WORKERS, CALLERS, MOST_OPEN = 4, 4, 150
SETTLE_SECONDS = 90
# Kills use attempts, and far more of them come than a step should survive in earnest.
ATTEMPTS = 100


@dataclass
class Report:
    """What a run showed."""

    seed: int
    seconds: float
    figures: Figures = field(default_factory=Figures)
    injected: dict[str, int] = field(default_factory=dict)
    outcomes: dict[str, int] = field(default_factory=dict)
    violations: list[Violation] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    checks: int = 0
    settled_after: float = 0.0

    @property
    def clean(self) -> bool:
        return self.figures.clean and not self.violations and not self.errors

    def line(self) -> str:
        """Return the report as one line of JSON; what must not be is counted, with some examples."""
        record: dict[str, Any] = dataclasses.asdict(self)
        figures = record.pop("figures")
        examples = {name: value[:5] for name, value in figures.items() if isinstance(value, list) and value}
        counted = {name: len(value) if isinstance(value, list) else value for name, value in figures.items()}
        return json.dumps({**record, **counted, "examples": examples, "clean": self.clean})


def run(folder: Path, seconds: float, seed: int, plan: Plan) -> Report:
    """Submit, break, mend, wait, and compare."""
    report = Report(seed, seconds)
    settings: dict[str, object] = {
        "max_attempts": ATTEMPTS,
        "lease_seconds": plan.lease,
        "heartbeat_seconds": plan.lease / 4,
        "cpu_processes": 1,
        "retry_initial_delay": 0.05,
        "retry_max_delay": 1,
        "shutdown_grace_seconds": 2,
    }
    cluster = Cluster(folder, settings, WORKERS)
    history = History()
    try:
        submitters = Submitters(
            conninfo_of(cluster.entrance),
            EngineSettings(**settings),
            history,
            seed,
            CALLERS,  # type: ignore[arg-type]
        )
        faults = Faults(cluster, plan, Random(seed))
        watch = Watch(cluster, submitters.room, MOST_OPEN, plan.verify)
        for slot in cluster.slots:
            slot.start()
        submitters.start()
        watch.start()
        faults.run(seconds)
        faults.heal()
        submitters.stop()
        watch.stop()
        report.violations += watch.violations
        report.checks = watch.checks
        report.errors += [repr(error) for error in submitters.errors]
        report.injected = {**faults.injected, "answers to COMMIT cut": sum(proxy.cut for proxy in cluster.proxies)}
        _settle(cluster, report)
        _judge(cluster, history, report)
    finally:
        cluster.close()
    return report


def _settle(cluster: Cluster, report: Report) -> None:
    """Wait until every job has ended, then end the workers as an operator would."""
    began = time.monotonic()
    with cluster.connect() as connection:
        open_jobs = "select exists (select 1 from docmill.jobs where status in ('pending', 'processing'))"
        wait_until(lambda: connection.execute(open_jobs).fetchone() == (False,), SETTLE_SECONDS)
    report.settled_after = round(time.monotonic() - began, 1)
    late = sum(not slot.end(30) for slot in cluster.slots)
    if late:
        report.errors.append(f"{late} workers did not end within 30 s of SIGTERM")


def _judge(cluster: Cluster, history: History, report: Report) -> None:
    with cluster.connect() as connection:
        # Whoever submitted without a key is known by what was submitted; the first byte says that it is plain.
        jobs = connection.execute(
            "select coalesce(idempotency_key, convert_from(substr(input, 2), 'UTF8')::jsonb ->> 'key'),"
            " id, status, error_code from docmill.jobs"
        ).fetchall()
        published = connection.execute("select key, job_id, total from public.published").fetchall()
        outcomes = connection.execute("select outcome, count(*) from docmill.attempts group by 1 order by 1").fetchall()
        report.violations += verify(connection).violations
    report.figures = history.check(
        [Job(*row) for row in jobs],  # type: ignore[arg-type]
        [Publication(*row) for row in published],  # type: ignore[arg-type]
    )
    report.outcomes = {str(name): int(str(number)) for name, number in outcomes}


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="How long faults are injected.")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="Decides faults and jobs.")
    parser.add_argument("--kill", type=float, default=2, help="Seconds between two kills of a worker.")
    parser.add_argument("--restart", type=float, default=60, help="Seconds between two restarts of the server.")
    parser.add_argument("--other", type=float, default=1.5, help="Seconds between two other faults, on average.")
    parser.add_argument("--lease", type=float, default=10, help="The workers' lease in seconds.")
    parser.add_argument("--keep", action="store_true", help="Keep the logs of a run that fails.")
    chosen = parser.parse_args()
    plan = Plan(chosen.kill, chosen.restart, chosen.other, chosen.lease, verify=10)
    folder = Path(tempfile.mkdtemp(prefix="docmill-chaos-"))
    report = run(folder, chosen.seconds, chosen.seed, plan)
    print(report.line())
    if report.clean or not chosen.keep:
        shutil.rmtree(folder)
    else:
        print(f"the logs are in {folder}", file=sys.stderr)
    sys.exit(0 if report.clean else 1)


if __name__ == "__main__":
    main()
