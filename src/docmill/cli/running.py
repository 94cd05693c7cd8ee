"""Submitting files, and following their jobs to their ends: what `run`, `submit` and `demo` share."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from docmill.cli.choices import check_choices, check_takes_files
from docmill.errors import DatabaseUnavailable, DocmillError, FileError, UsageError

if TYPE_CHECKING:
    from docmill.bootstrap import Application

_LOOK_SECONDS = 0.1


@dataclass
class Submission:
    """One file on its way.

    Attributes:
        file: As it was named.
        document_id: The stored document; None when the file was not accepted.
        job_id: Its job; None when the file was not accepted.
        existing: Whether an earlier job had done, or is doing, the same work.
        error: Why the file was not accepted.
    """

    file: str
    document_id: UUID | None = None
    job_id: UUID | None = None
    existing: bool = False
    error: dict[str, Any] | None = field(default=None)


def submit_files(
    application: Application,
    pipeline: str,
    files: Sequence[Path],
    *,
    password: str | None,
    again: bool,
    priority: int = 0,
    record: dict[str, str] | None = None,
) -> list[Submission]:
    """Store files and submit a job for each; a file that is not accepted does not stop the others.

    Args:
        application: Where to.
        pipeline: The pipeline's name.
        files: What to read.
        password: Opens encrypted documents.
        again: Submit a new job although an earlier one has completed.
        priority: Higher ones run first.
        record: Options of the pipeline.

    Raises:
        UnknownPipeline: No pipeline has this name.
        UsageError: The pipeline does not take files, or the options; or no file is named.
    """
    entry = application.store.catalog.entry(pipeline)
    check_takes_files(entry.pipeline)
    if not files:
        raise UsageError("No file is named; name at least one.")
    check_choices(entry.pipeline, record)
    batch = application.client.start_batch(f"{pipeline}: {len(files)} files") if len(files) > 1 else None
    submissions = []
    for file in files:
        submission = Submission(str(file))
        submissions.append(submission)
        try:
            _submit(application, entry.pipeline, file, submission, password, again, batch, priority, record)
        except DocmillError as error:
            submission.error = describe_error(error.code, error.message)
        except OSError as error:
            submission.error = describe_error(FileError.code, FileError.of(file.name or file, error).message)
    if batch is not None:
        # What was submitted is told, also where the database has gone meanwhile.
        with contextlib.suppress(DatabaseUnavailable):
            application.client.remove_empty_batch(batch)
    return submissions


def _submit(
    application: Application,
    pipeline: Any,
    file: Path,
    submission: Submission,
    password: str | None,
    again: bool,
    batch: UUID | None,
    priority: int,
    record: dict[str, str] | None,
) -> None:
    from docmill.engine.client import Request

    limit = application.settings.documents.max_size_kb * 1024
    stored = application.client.store_document(file, most_bytes=limit, password=password)
    chosen = json.dumps(record, sort_keys=True) if record else ""
    unique = None if again else f"{pipeline.name}@{pipeline.version}:{stored.id}{chosen}"
    request = Request(document_id=stored.id, record=record, unique_key=unique)
    [job] = application.client.submit(pipeline.name, [request], batch_id=batch, priority=priority)
    submission.document_id, submission.job_id, submission.existing = stored.id, job.id, not job.created


def describe_error(code: str, message: str, step: str | None = None, page: int | None = None) -> dict[str, Any]:
    """Return an error in the form that scripts read."""
    return {"code": code, "message": message, "step": step, "page": page}


def describe_job(application: Application, pipeline: str, submission: Submission) -> dict[str, Any]:
    """Return the line that scripts read about a file whose job has ended, or that was not accepted."""
    record: dict[str, Any] = {
        "file": submission.file,
        "document_id": submission.document_id and str(submission.document_id),
        "job_id": submission.job_id and str(submission.job_id),
        "pipeline": pipeline,
        "status": "failed",
        "attempts": 0,
        "result": None,
        "error": submission.error,
        "method": None,
        "duration_ms": None,
        "existing": submission.existing,
    }
    if submission.job_id is None:
        return record
    job = application.inspection.job(submission.job_id)
    result = application.client.result(submission.job_id)
    error = describe_error(job["error_code"], job["error"], job["error_step"], job["error_page"])
    return record | {
        "status": job["status"],
        "attempts": job["attempts"],
        "result": result,
        "error": error if job["error_code"] else None,
        "method": result.get("method") if isinstance(result, dict) else None,
        "duration_ms": None if job["duration_ms"] is None else round(job["duration_ms"]),
    }


class Follower:
    """Watches jobs until they have ended.

    Args:
        application: Where they run.
        submissions: What to watch; those without a job have ended already.
        on_end: Called once for each, in the order in which they end.
        on_progress: Called with the share of the work that is done, 0 to 1.
        seconds: How long to watch at most.
    """

    def __init__(
        self,
        application: Application,
        submissions: Sequence[Submission],
        *,
        on_end: Callable[[Submission], None],
        on_progress: Callable[[float], None],
        seconds: float | None,
    ) -> None:
        self._application = application
        self._open = {item.job_id: item for item in submissions if item.job_id is not None}
        self._total = max(1, len(submissions))
        self._on_end = on_end
        self._on_progress = on_progress
        self._deadline = None if seconds is None else time.monotonic() + seconds
        self._next_look = 0.0
        self.timed_out = False
        for submission in submissions:
            if submission.job_id is None:
                on_end(submission)

    def done(self) -> bool:
        """Look, at most ten times a second, and tell whether the watching is over."""
        now = time.monotonic()
        if now >= self._next_look:
            self._look()
            self._next_look = now + _LOOK_SECONDS
        if self._open and self._deadline is not None and now > self._deadline:
            self.timed_out = True
        return not self._open or self.timed_out

    def _look(self) -> None:
        from docmill.engine.states import JobStatus

        progress = self._application.inspection.progress(self._open)
        share = 0.0
        for job_id, row in progress.items():
            if JobStatus(row["status"]).final:
                self._on_end(self._open.pop(job_id))
            else:
                share += row["position"] / row["steps"]
        self._on_progress((self._total - len(self._open) + share) / self._total)
