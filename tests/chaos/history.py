"""What was asked for and what came of it, compared as Jepsen's total-queue does.

lost: accepted, yet never published. duplicated: published twice, or accepted as two jobs. unexpected: published
although nobody asked, although it was cancelled, or with a wrong result. recovered: published although its caller
never got an answer. Only the last one is allowed.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from tests.chaos.pipelines import Task

FINAL = ("completed", "failed", "cancelled")


@dataclass(frozen=True)
class Job:
    """A job's row at the end."""

    key: str
    id: UUID
    status: str
    error_code: str | None = None


@dataclass(frozen=True)
class Publication:
    """A published result."""

    key: str
    job_id: UUID
    total: int


@dataclass
class Figures:
    """What a run showed; the keys of everything that must not be are kept."""

    attempted: int = 0
    acknowledged: int = 0
    published: int = 0
    recovered: int = 0
    lost: list[str] = field(default_factory=list)
    duplicated: list[str] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not (self.lost or self.duplicated or self.unexpected or self.stuck)


class History:
    """The calls of all submitters; safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.tasks: dict[str, Task] = {}
        self.acknowledged: dict[str, UUID] = {}
        self.second_answers: list[str] = []
        self.asked_to_cancel: set[str] = set()
        self.cancelled: set[str] = set()

    def ask(self, task: Task) -> None:
        """Note a submission before it is sent."""
        with self._lock:
            self.tasks[task.key] = task

    def acknowledge(self, key: str, job_id: UUID) -> None:
        """Note the answer to a submission; a later one must name the same job."""
        with self._lock:
            if self.acknowledged.setdefault(key, job_id) != job_id:
                self.second_answers.append(key)

    def ask_to_cancel(self, key: str) -> None:
        """Note a cancellation before it is sent."""
        with self._lock:
            self.asked_to_cancel.add(key)

    def acknowledge_cancel(self, key: str) -> None:
        """Note that a cancellation was accepted."""
        with self._lock:
            self.cancelled.add(key)

    def check(self, jobs: Sequence[Job], publications: Sequence[Publication]) -> Figures:
        """Compare with what stands in the database at the end."""
        found = Figures(len(self.tasks), len(self.acknowledged), len(publications))
        by_key = {job.key: job for job in jobs}
        times = Counter(publication.key for publication in publications)
        jobs_of = Counter(job.key for job in jobs)
        found.duplicated = sorted({*self.second_answers, *_repeated(times), *_repeated(jobs_of)})
        found.stuck = sorted(job.key for job in jobs if job.status not in FINAL)
        found.recovered = sum(key not in self.acknowledged for key in times)
        found.unexpected = [publication.key for publication in publications if not self._expected(publication, by_key)]
        found.unexpected += [job.key for job in jobs if not self._allowed(job)]
        found.lost = [key for key in self.acknowledged if key not in by_key]
        found.lost += [
            job.key for job in jobs if job.status in FINAL and not times[job.key] and not self._may_lack_result(job)
        ]
        return found

    def _expected(self, publication: Publication, by_key: dict[str, Job]) -> bool:
        task, job = self.tasks.get(publication.key), by_key.get(publication.key)
        return (
            task is not None
            and job is not None
            and (job.id, job.status) == (publication.job_id, "completed")
            and publication.total == task.count * (task.count - 1)
        )

    def _allowed(self, job: Job) -> bool:
        if job.status == "cancelled":
            return job.key in self.asked_to_cancel
        return job.key in self.tasks and job.key not in self.cancelled

    def _may_lack_result(self, job: Job) -> bool:
        if job.status == "failed":
            return self.tasks[job.key].poisoned and job.error_code == "invalid_input"
        return job.status == "cancelled"


def _repeated(counted: Counter[str]) -> set[str]:
    return {key for key, number in counted.items() if number > 1}
