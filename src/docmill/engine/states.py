"""The state machine of jobs and chunks, as one table each.

The database's CHECK constraints, ``docs/explanation/state-machine.md`` and the dashboard's legend are
compared with these tables by tests.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class JobStatus(StrEnum):
    """Where a job stands."""

    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    COMPLETED_WITH_ERRORS = "completed_with_errors"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def final(self) -> bool:
        """Whether the job stays so unless somebody retries it."""
        return self not in (JobStatus.PENDING, JobStatus.PROCESSING)


class ChunkStatus(StrEnum):
    """Where a chunk stands."""

    PENDING = "pending"
    PROCESSING = "processing"
    SUCCESS = "success"
    RETRY_SCHEDULED = "retry_scheduled"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def final(self) -> bool:
        """Whether the chunk stays so unless somebody retries it."""
        return self in (ChunkStatus.SUCCESS, ChunkStatus.FAILED, ChunkStatus.CANCELLED)


class Transition(NamedTuple):
    """One allowed change of state and what causes it."""

    source: StrEnum
    target: StrEnum
    cause: str


JOB_TRANSITIONS: tuple[Transition, ...] = (
    Transition(JobStatus.PENDING, JobStatus.PROCESSING, "a worker claims its first chunk"),
    Transition(JobStatus.PENDING, JobStatus.CANCELLED, "cancel"),
    Transition(JobStatus.PENDING, JobStatus.FAILED, "nobody begins it in time"),
    Transition(JobStatus.PROCESSING, JobStatus.COMPLETED, "the last chunk succeeds; the result is published with it"),
    Transition(
        JobStatus.PROCESSING,
        JobStatus.COMPLETED_WITH_ERRORS,
        "the last chunk ends; some failed and the pipeline allows it",
    ),
    Transition(JobStatus.PROCESSING, JobStatus.FAILED, "a chunk fails for good, or the job's time is up"),
    Transition(JobStatus.PROCESSING, JobStatus.CANCELLED, "cancel"),
    Transition(JobStatus.FAILED, JobStatus.PROCESSING, "explicit retry"),
    Transition(JobStatus.COMPLETED_WITH_ERRORS, JobStatus.PROCESSING, "explicit retry"),
)

CHUNK_TRANSITIONS: tuple[Transition, ...] = (
    Transition(ChunkStatus.PENDING, ChunkStatus.PROCESSING, "claim"),
    Transition(ChunkStatus.PENDING, ChunkStatus.CANCELLED, "its job is cancelled or has failed"),
    Transition(ChunkStatus.PROCESSING, ChunkStatus.SUCCESS, "the step returned and its output is stored"),
    Transition(ChunkStatus.PROCESSING, ChunkStatus.RETRY_SCHEDULED, "the attempt failed and may be repeated"),
    Transition(ChunkStatus.PROCESSING, ChunkStatus.FAILED, "the error is permanent or the attempts are used up"),
    Transition(ChunkStatus.PROCESSING, ChunkStatus.PENDING, "the worker shuts down and hands it back"),
    Transition(ChunkStatus.PROCESSING, ChunkStatus.CANCELLED, "its job is cancelled or has failed"),
    Transition(ChunkStatus.RETRY_SCHEDULED, ChunkStatus.PROCESSING, "claim, once its time has come"),
    Transition(ChunkStatus.RETRY_SCHEDULED, ChunkStatus.CANCELLED, "its job is cancelled or has failed"),
    Transition(ChunkStatus.FAILED, ChunkStatus.PENDING, "explicit retry"),
    Transition(ChunkStatus.CANCELLED, ChunkStatus.PENDING, "explicit retry of the job that had failed"),
)
