"""`docmill run`, `docmill submit` and `docmill worker`: getting work done."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from docmill.cli.application import opened, read_password, say
from docmill.cli.choices import Choices, read_choices
from docmill.cli.output import console, emit, error_console
from docmill.cli.records import Intake, report_intakes, submit_rows
from docmill.cli.rendering import render_job
from docmill.cli.running import Follower, Submission, describe_job, stopping_on_signals, submit_files
from docmill.errors import UsageError

if TYPE_CHECKING:
    from docmill.bootstrap import Application

PipelineName = Annotated[str, typer.Argument(metavar="PIPELINE", help="Its name; `docmill pipelines` lists them.")]
Files = Annotated[
    list[Path] | None,
    typer.Argument(metavar="FILE...", help="The documents; a pipeline of lists reads CSV_FILE_PATH without any."),
]
Json = Annotated[bool, typer.Option("--json", help="Print one line of JSON per file.")]
Again = Annotated[bool, typer.Option("--again", help="Do the work again although it was done before.")]
PasswordFile = Annotated[
    str | None,
    typer.Option(metavar="FILE", help="File whose first line opens encrypted documents; - is standard input."),
]
Priority = Annotated[int, typer.Option(min=-100, max=100, help="Higher ones run first.")]

JOB_FAILED = 3
TIMED_OUT = 4


def run(
    pipeline: PipelineName,
    files: Files = None,
    json: Json = False,
    again: Again = False,
    password_file: PasswordFile = None,
    priority: Priority = 0,
    choices: Choices = None,
    timeout: Annotated[
        float | None, typer.Option(help="Seconds after which to give up waiting; the jobs go on.")
    ] = None,
) -> None:
    """Submit documents and work until their jobs end. Exit 3 if any failed, 4 if the time was up."""
    password = read_password(password_file)
    intakes: list[Intake] = []
    with opened("run") as application:
        declared = application.store.catalog.entry(pipeline).pipeline
        if declared.records is not None:
            chosen = read_choices(choices)
            intakes = submit_rows(
                application,
                declared,
                files or [],
                again=again,
                priority=priority,
                choices=chosen,
                password=password,
            )
            report_intakes(intakes, as_json=False)
            submissions = [submission for intake in intakes for submission in intake.submissions]
        else:
            submissions = submit_files(
                application,
                pipeline,
                _named(files),
                password=password,
                again=again,
                priority=priority,
                record=read_choices(choices),
            )
        records, timed_out = work(application, pipeline, submissions, as_json=json, seconds=timeout)
    if any(intake.failed for intake in intakes):
        raise typer.Exit(1)
    if timed_out:
        raise typer.Exit(TIMED_OUT)
    if any(record["status"] not in ("completed", "completed_with_errors") for record in records):
        raise typer.Exit(JOB_FAILED)


def _named(files: list[Path] | None) -> list[Path]:
    if not files:
        raise UsageError("No file is named; name at least one.")
    return files


def work(
    application: Application, pipeline: str, submissions: list[Submission], *, as_json: bool, seconds: float | None
) -> tuple[list[dict[str, Any]], bool]:
    """Run a worker until the submitted jobs have ended; print each as it ends.

    Returns:
        The records that were printed, and whether the time was up.
    """
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    records: list[dict[str, Any]] = []
    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        console=error_console(),
        transient=True,
        disable=as_json or not error_console().is_terminal,
    )
    bar = progress.add_task(pipeline, total=1.0)

    def ended(submission: Submission) -> None:
        record = describe_job(application, pipeline, submission)
        records.append(record)
        if as_json:
            emit(record)
        else:
            render_job(console(), record)

    with progress:
        follower = Follower(
            application,
            submissions,
            on_end=ended,
            on_progress=lambda share: progress.update(bar, completed=share),
            seconds=seconds,
        )
        if not follower.done():
            worker = application.worker()
            with stopping_on_signals(worker):
                worker.run(until=follower.done)
    return records, follower.timed_out or len(records) < len(submissions)


def submit(
    pipeline: PipelineName,
    files: Files = None,
    json: Json = False,
    again: Again = False,
    password_file: PasswordFile = None,
    priority: Priority = 0,
    choices: Choices = None,
) -> None:
    """Store documents and submit a job for each; a worker does the rest. Exit 1 if a file was not accepted."""
    password = read_password(password_file)
    with opened("submit") as application:
        declared = application.store.catalog.entry(pipeline).pipeline
        if declared.records is not None:
            chosen = read_choices(choices)
            intakes = submit_rows(
                application,
                declared,
                files or [],
                again=again,
                priority=priority,
                choices=chosen,
                password=password,
            )
            report_intakes(intakes, as_json=json)
            raise typer.Exit(1 if any(intake.failed for intake in intakes) else 0)
        submissions = submit_files(
            application,
            pipeline,
            _named(files),
            password=password,
            again=again,
            priority=priority,
            record=read_choices(choices),
        )
    for submission in submissions:
        if json:
            emit(
                {
                    "file": submission.file,
                    "document_id": submission.document_id,
                    "job_id": submission.job_id,
                    "pipeline": pipeline,
                    "existing": submission.existing,
                    "error": submission.error,
                }
            )
        elif submission.error is not None:
            say(f"{submission.file}: {submission.error['message']} [{submission.error['code']}]")
        else:
            note = "  (already there)" if submission.existing else ""
            console().print(f"{submission.job_id}  {submission.file}{note}", markup=False)
    if any(submission.error for submission in submissions):
        raise typer.Exit(1)


def worker(
    drain: Annotated[bool, typer.Option("--drain", help="End when nothing is left to do.")] = False,
    concurrency: Annotated[
        int | None, typer.Option(min=1, help="Chunks at once, in place of DOCMILL_CONCURRENCY.")
    ] = None,
) -> None:
    """Run a worker until it is stopped. SIGTERM lets running chunks end; a second one forces."""
    with opened("worker") as application:
        if concurrency is not None:
            application.settings.engine.concurrency = concurrency
        runner = application.worker()
        say(f"Worker {runner.name} started; Ctrl-C stops it.")
        with stopping_on_signals(runner):
            runner.run(drain=drain)


def pipelines(
    json: Annotated[bool, typer.Option("--json", help="Print one line of JSON per pipeline.")] = False,
) -> None:
    """List the pipelines of this installation with their steps."""
    from docmill.bootstrap import load_pipelines
    from docmill.settings import load_settings

    for pipeline in load_pipelines(load_settings().engine):
        if json:
            steps = [
                {"name": step.name, "each": step.each, "cpu": step.cpu, "private": step.private}
                for step in pipeline.steps
            ]
            emit({"name": pipeline.name, "version": pipeline.version, "steps": steps, "partial": pipeline.partial})
        else:
            chain = " → ".join(f"{step.name} (each)" if step.each else step.name for step in pipeline.steps)
            console().print(f"{pipeline.name} (version {pipeline.version}): {chain}", markup=False)
