"""A claimed chunk, and how an attempt of it ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

import psycopg

from docmill.engine.outage import is_outage
from docmill.errors import DocmillError, ErrorKind

Connection = psycopg.Connection[Any]


class ClaimedChunk(NamedTuple):
    """A chunk that a worker holds a lease on.

    Attributes:
        id: The chunk's id.
        job_id: Its job.
        step_id: Its step.
        owner_id: The number of the job's owner.
        item: Its place in the fan-out, from 0.
        epoch: The fence: a write with an older epoch finds no row.
        attempts: Starts so far, this one included.
        max_attempts: Starts after which it fails for good.
        document_id: The job's document, if it has one.
        input: The payload to work on; None where the step takes the document or all outputs of the step before.
    """

    id: int
    job_id: UUID
    step_id: int
    owner_id: int
    item: int
    epoch: int
    attempts: int
    max_attempts: int
    document_id: UUID | None
    input: bytes | None

    @property
    def key_id(self) -> UUID:
        """Whose key seals the payloads: the document's, or the job's where there is none."""
        return self.document_id or self.job_id


@dataclass(frozen=True)
class Completion:
    """The stored form of what a step returned.

    Attributes:
        chunk: The chunk that it belongs to.
        output: The payload; None where the step handed out items.
        items: One payload per item for the next step.
    """

    chunk: ClaimedChunk
    output: bytes | None = None
    items: Sequence[bytes] | None = None


@dataclass(frozen=True)
class Failure:
    """Why an attempt failed, in the form that is stored: no document text, no original, no secret.

    Attributes:
        kind: What the engine does about it.
        code: The stable code.
        message: A sentence for people.
        page: The page that it is about.
        retry_after: Seconds to wait, where the other side said so.
        excused: Whether the attempt does not count although its kind does: the engine's own database was away.
    """

    kind: ErrorKind
    code: str
    message: str
    page: int | None = None
    retry_after: float | None = None
    excused: bool = False

    @classmethod
    def from_error(cls, error: BaseException) -> Failure:
        """Describe an exception; of one that docmill does not know only the type is kept: its text may hold data."""
        if isinstance(error, DocmillError):
            wait = getattr(error, "retry_after", None)
            return cls(error.kind, error.code, error.message, error.page, wait, is_outage(error))
        if isinstance(error, psycopg.Error):
            message = f"The database refused a statement ({type(error).__name__})."
            return cls(ErrorKind.TRANSIENT, "database_error", message, excused=is_outage(error))
        return cls(ErrorKind.TRANSIENT, "step_failed", f"The step raised {type(error).__name__}.")

    @property
    def uses_attempt(self) -> bool:
        """Whether the attempt counts against the budget of the chunk."""
        return self.kind.uses_attempt and not self.excused

    def leaves_attempts(self, chunk: ClaimedChunk) -> bool:
        """Whether the chunk may be tried again by itself."""
        return self.kind.retried and (not self.uses_attempt or chunk.attempts < chunk.max_attempts)
