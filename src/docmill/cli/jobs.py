"""`docmill jobs`: looking at jobs and steering them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from docmill.cli.application import batch_id, job_id, opened
from docmill.cli.exit_codes import JOB_FAILED, TIMED_OUT
from docmill.cli.output import console, emit, say
from docmill.cli.rendering import moment_text, render_report, status_cell, styled_status
from docmill.cli.tables import print_table
from docmill.errors import UsageError

if TYPE_CHECKING:
    from docmill.bootstrap import Application
    from docmill.engine.catalog import Catalog

app = typer.Typer(help="Look at jobs and steer them.", no_args_is_help=True)

Job = Annotated[str, typer.Argument(metavar="JOB", help="The job's id.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]

_LOOK_SECONDS = 0.3


@app.command("list")
def list_jobs(
    status: Annotated[str | None, typer.Option(help="Only jobs in this state.")] = None,
    pipeline: Annotated[str | None, typer.Option(help="Only jobs of this pipeline.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 20,
    before: Annotated[
        str | None, typer.Option(help="Only jobs older than this one: the last id of the page before.")
    ] = None,
    json: Json = False,
) -> None:
    """List jobs, newest first."""
    from docmill.engine.states import JobStatus

    if status is not None and status not in set(JobStatus):
        raise UsageError(f"No state is named {status!r}; use one of {', '.join(JobStatus)}.")
    chosen, older_than = JobStatus(status) if status else None, job_id(before) if before else None
    with opened() as application:
        jobs = application.inspection.jobs(status=chosen, pipeline=pipeline, before=older_than, limit=limit)
    if json:
        for job in jobs:
            emit(job)
    else:
        filtered = any(choice is not None for choice in (status, pipeline, before))
        _print_jobs(jobs, "No such jobs." if filtered else "No jobs. `docmill run PIPELINE FILE` makes one.")


def _print_jobs(jobs: list[dict[str, Any]], nothing: str) -> None:
    rows = [
        (
            job["id"],
            status_cell(job["status"]),
            job["pipeline"],
            job["filename"],
            moment_text(job["created_at"]),
            job["error_code"],
        )
        for job in jobs
    ]
    headings = ("job", "state", "pipeline", "document", "created", "error")
    print_table(console(), headings, rows, nothing=nothing)


@app.command()
def show(job: Job, json: Json = False) -> None:
    """Show a job: its steps, its chunks by state, every attempt."""
    identity = job_id(job)
    with opened() as application:
        record = describe(application, identity)
    if json:
        emit(record)
    else:
        _print_job(record)


def describe(application: Application, identity: UUID) -> dict[str, Any]:
    """Return a job with its steps, chunks by state and attempts, in the form that scripts read."""
    from docmill.engine.inspection import chunk_counts

    steps = application.inspection.steps(identity)
    return {
        **application.inspection.job(identity),
        "steps": steps,
        "chunks": chunk_counts(steps),
        "attempts": application.inspection.attempts(identity),
    }


def _print_job(job: dict[str, Any]) -> None:
    from rich.markup import escape

    out = console()
    out.print(f"job {job['id']}  {styled_status(job['status'])}  {job['pipeline']} version {job['version']}")
    if job["filename"]:
        out.print(f"document {job['document_id']}  {escape(job['filename'])}")
    if job["error_code"]:
        out.print(f"{escape(job['error'])} \\[{job['error_code']}] in step {job['error_step'] or '-'}")
    for step in job["steps"]:
        chunks = ", ".join(f"{count} {status}" for status, count in step["chunks"].items()) or "not started"
        out.print(f"  {step['name']}: {chunks}")
    headings = ("step", "chunk", "attempt", "worker", "outcome", "ms", "error")
    print_table(out, headings, map(_attempt_row, job["attempts"]), title="attempts", wrapped=("error",), right=("ms",))


def _attempt_row(attempt: Mapping[str, Any]) -> tuple[object, ...]:
    started, ended = attempt["started_at"], attempt["ended_at"]
    return (
        attempt["step"],
        attempt["chunk_id"],
        attempt["attempt"],
        attempt["worker"],
        attempt["outcome"] or "running",
        f"{(ended - started).total_seconds() * 1000:.0f}" if ended and started else None,
        f"{attempt['error']} [{attempt['error_code']}]" if attempt["error_code"] else None,
    )


@app.command()
def watch(
    job: Job,
    json: Json = False,
    timeout: Annotated[float | None, typer.Option(min=0, help="Seconds after which to give up.")] = None,
) -> None:
    """Print a job's events as they come, until it ends. Exit 3 if it failed, 4 if the time was up."""
    from docmill.engine.states import JobStatus

    identity = job_id(job)
    deadline = None if timeout is None else time.monotonic() + timeout
    cursor = 0
    with opened() as application:
        while True:
            status = JobStatus(application.inspection.job(identity)["status"])
            for event in application.inspection.events(identity, after=cursor):
                cursor = event["id"]
                _print_event(event, application.store.catalog, json)
            if status.final:
                break
            if deadline is not None and time.monotonic() > deadline:
                say(f"The time is up; the job is {status}.")
                raise typer.Exit(TIMED_OUT)
            time.sleep(_LOOK_SECONDS)
    if status not in (JobStatus.COMPLETED, JobStatus.COMPLETED_WITH_ERRORS):
        raise typer.Exit(JOB_FAILED)


def _print_event(event: dict[str, Any], catalog: Catalog, as_json: bool) -> None:
    if as_json:
        emit(event)
        return
    data = dict(event["data"] or {})
    if "step_id" in data and catalog.knows(data["step_id"]):
        data = {"step": catalog.step(data.pop("step_id")).name, **data}
    details = " ".join(f"{name}={value}" for name, value in data.items())
    console().print(f"{event['at'].astimezone():%H:%M:%S.%f}  {event['kind']}  {details}", markup=False)


@app.command()
def retry(
    job: Annotated[str | None, typer.Argument(metavar="JOB", help="The job's id; without it, a filter.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every job that ended without a full result.")] = False,
    pipeline: Annotated[str | None, typer.Option(help="Every such job of this pipeline.")] = None,
    code: Annotated[str | None, typer.Option(help="Every such job that failed with this error code.")] = None,
    batch: Annotated[str | None, typer.Option(help="Every such job of this batch.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many jobs.")] = 1000,
    force: Annotated[bool, typer.Option("--force", help="Also chunks that have used up a second budget.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count.")] = False,
) -> None:
    """Give chunks that ended without a result fresh attempts: of one job, or of all that match; successes are kept."""
    from docmill.engine.client import RetryFilter

    filtered = every or pipeline is not None or code is not None or batch is not None
    if filtered == (job is not None):
        raise UsageError("Name one job, or a filter: --all, --pipeline, --code or --batch.")
    verb = "would wait" if dry_run else "wait"
    identity = job_id(job) if job is not None else None
    matching = RetryFilter(pipeline, code, batch_id(batch) if batch else None, limit)
    with opened() as application:
        if identity is not None:
            chunks = application.client.retry(identity, force=force, dry_run=dry_run)
            console().print(f"{chunks} chunks {verb} for a worker again.")
        else:
            found = application.client.retry_all(matching, force=force, dry_run=dry_run)
            console().print(f"{found.chunks} chunks of {found.jobs} jobs {verb} for a worker again.")


@app.command()
def cancel(job: Job) -> None:
    """Cancel a job; what it runs is stopped."""
    identity = job_id(job)
    with opened() as application:
        application.client.cancel(identity)
    console().print("cancelled")


@app.command()
def result(job: Job, json: Json = False) -> None:
    """Print what a job's last step returned. Exit 3 while there is no result."""
    identity = job_id(job)
    with opened() as application:
        found = application.client.result(identity)
        status = application.inspection.job(identity)["status"]
    if found is None:
        say(f"Job {identity} has no result: it is {status}.")
        raise typer.Exit(JOB_FAILED)
    if json or not (isinstance(found, dict) and isinstance(found.get("markers"), list)):
        emit(found if isinstance(found, dict) else {"result": found})
    else:
        render_report(console(), found)
