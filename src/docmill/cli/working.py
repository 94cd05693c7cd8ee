"""Working on submitted jobs until they have ended: what `run` and `demo` share."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from docmill.cli.exit_codes import FAILED, JOB_FAILED, TIMED_OUT
from docmill.cli.output import console, emit, error_console, say
from docmill.cli.rendering import render_job
from docmill.cli.running import Follower, Submission, describe_job

if TYPE_CHECKING:
    from rich.progress import Progress

    from docmill.bootstrap import Application
    from docmill.engine.worker import Worker

_GOOD = ("completed", "completed_with_errors")


@dataclass
class Outcome:
    """How the work on some submissions ended.

    Attributes:
        records: What was printed: a line for each file that has ended, or was not accepted.
        waiting: Submissions whose jobs have not ended.
        signals: What told the worker to stop, oldest first.
    """

    records: list[dict[str, Any]] = field(default_factory=list)
    waiting: int = 0
    signals: list[int] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        """What the command says by its exit code: the reason that explains most goes first."""
        if self.waiting:
            return 128 + self.signals[0] if self.signals else TIMED_OUT
        if any(record["job_id"] is not None and record["status"] not in _GOOD for record in self.records):
            return JOB_FAILED
        return FAILED if any(record["job_id"] is None for record in self.records) else 0


def work(
    application: Application, pipeline: str, submissions: list[Submission], *, as_json: bool, seconds: float | None
) -> Outcome:
    """Run a worker until the submitted jobs have ended; print each as it ends.

    Args:
        application: Where they run.
        pipeline: The pipeline's name.
        submissions: What was submitted.
        as_json: Print lines for programs.
        seconds: How long to work at most; None for as long as it takes.
    """
    outcome = Outcome()

    def ended(submission: Submission) -> None:
        record = describe_job(application, pipeline, submission)
        outcome.records.append(record)
        if as_json:
            emit(record)
        else:
            render_job(console(), record)

    with _progress(shown=not as_json and error_console().is_terminal) as progress:
        bar = progress.add_task(pipeline, total=1.0)
        follower = Follower(
            application,
            submissions,
            on_end=ended,
            on_progress=lambda share: progress.update(bar, completed=share),
            seconds=seconds,
        )
        if not follower.done():
            worker = application.worker()
            with stopping_on_signals(worker) as outcome.signals:
                worker.run(until=follower.done)
    outcome.waiting = len(submissions) - len(outcome.records)
    if outcome.waiting:
        why = "Interrupted" if outcome.signals else "The time is up"
        say(f"{why}: {outcome.waiting} of {len(submissions)} jobs have not ended; `docmill worker` goes on with them.")
    return outcome


def _progress(*, shown: bool) -> Progress:
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        console=error_console(),
        transient=True,
        disable=not shown,
    )


@contextmanager
def stopping_on_signals(worker: Worker) -> Iterator[list[int]]:
    """Let SIGINT and SIGTERM stop a worker, a second one by force; give the list of those that came."""
    received: list[int] = []

    def stop(number: int, _frame: object) -> None:
        received.append(number)
        worker.stop()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
