"""`docmill run`, `docmill submit` and `docmill worker`: getting work done."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from docmill.cli.application import opened
from docmill.cli.choices import Choices, read_choices
from docmill.cli.exit_codes import FAILED
from docmill.cli.files import PasswordFile, read_password
from docmill.cli.output import console, emit, say
from docmill.cli.records import Intake, report_intakes, submit_rows
from docmill.cli.running import Submission, submit_files
from docmill.cli.working import stopping_on_signals, work

if TYPE_CHECKING:
    from docmill.bootstrap import Application

PipelineName = Annotated[str, typer.Argument(metavar="PIPELINE", help="Its name; `docmill pipelines` lists them.")]
Files = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="FILE", readable=False, help="The documents; a pipeline of lists reads CSV_FILE_PATH without any."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one line of JSON per file.")]
Again = Annotated[bool, typer.Option("--again", help="Do the work again although it was done before.")]
Priority = Annotated[int, typer.Option(min=-100, max=100, help="Higher ones run first.")]


def run(
    pipeline: PipelineName,
    files: Files = None,
    json: Json = False,
    again: Again = False,
    password_file: PasswordFile = None,
    priority: Priority = 0,
    choices: Choices = None,
    timeout: Annotated[
        float | None, typer.Option(min=0, help="Seconds after which to give up waiting; `docmill worker` goes on.")
    ] = None,
) -> None:
    """Submit documents and work until their jobs end.

    Exit 3 if a job failed, 4 if the time was up, 1 if a file was not accepted.
    """
    password, chosen = read_password(password_file), read_choices(choices)
    with opened("run") as application:
        intakes, submissions = _submit(
            application, pipeline, files or [], again=again, priority=priority, choices=chosen, password=password
        )
        report_intakes(intakes, as_json=False)
        outcome = work(application, pipeline, submissions, as_json=json, seconds=timeout)
    refused = any(intake.failed for intake in intakes)
    raise typer.Exit(outcome.exit_code or (FAILED if refused else 0))


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
    password, chosen = read_password(password_file), read_choices(choices)
    with opened("submit") as application:
        intakes, submissions = _submit(
            application, pipeline, files or [], again=again, priority=priority, choices=chosen, password=password
        )
    if intakes:
        report_intakes(intakes, as_json=json)
        raise typer.Exit(FAILED if any(intake.failed for intake in intakes) else 0)
    for submission in submissions:
        _report(pipeline, submission, as_json=json)
    if any(submission.error for submission in submissions):
        raise typer.Exit(FAILED)


def _submit(
    application: Application,
    pipeline: str,
    files: Sequence[Path],
    *,
    again: bool,
    priority: int,
    choices: dict[str, str] | None,
    password: str | None,
) -> tuple[list[Intake], list[Submission]]:
    """Submit files, or the rows of lists; return what became of each list, and all that was submitted."""
    declared = application.store.catalog.entry(pipeline).pipeline
    if declared.records is not None:
        intakes = submit_rows(
            application, declared, files, again=again, priority=priority, choices=choices, password=password
        )
        return intakes, [submission for intake in intakes for submission in intake.submissions]
    return [], submit_files(
        application, pipeline, files, again=again, priority=priority, record=choices, password=password
    )


def _report(pipeline: str, submission: Submission, *, as_json: bool) -> None:
    if as_json:
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
