"""Submitting files whose rows are the work: one job a row, bad rows put aside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from docmill.cli.output import emit, say
from docmill.cli.rejects import RejectsFile
from docmill.cli.running import Submission, describe_error
from docmill.errors import DocmillError, FileError, InvalidInput, UsageError

if TYPE_CHECKING:
    from docmill.bootstrap import Application
    from docmill.engine.pipeline import InputRecord, Pipeline


@dataclass
class Intake:
    """What became of the rows of one file.

    Attributes:
        file: As it was named.
        batch_id: The batch of its jobs; None where no row became a job.
        total: Rows that hold anything.
        created: New jobs.
        duplicates: Rows whose work another row, or an earlier job, does.
        invalid: Rows that were put aside.
        rejects_file: Where they are, with their numbers and reasons.
        removed_file: Where those of an earlier load were; this one has none.
        error: Why the file could not be read, or not to its end.
    """

    file: str
    batch_id: UUID | None = None
    total: int = 0
    created: int = 0
    duplicates: int = 0
    invalid: int = 0
    rejects_file: str | None = None
    removed_file: str | None = None
    error: dict[str, Any] | None = None
    submissions: list[Submission] = field(default_factory=list, repr=False)

    @property
    def failed(self) -> bool:
        """Whether the file gave nothing that can be used: it was not read, or every row of it is bad."""
        return self.error is not None or 0 < self.total == self.invalid


def submit_rows(
    application: Application,
    pipeline: Pipeline,
    files: Sequence[Path],
    *,
    again: bool,
    priority: int,
    choices: dict[str, str] | None,
    password: str | None = None,
) -> list[Intake]:
    """Submit a job for each row of some files; a file that cannot be read does not stop the others.

    Args:
        application: Where to.
        pipeline: A pipeline that reads files row by row.
        files: What to read; without any, the list that the settings name.
        again: Submit new jobs although earlier ones have completed; rows that repeat are still skipped.
        priority: Higher ones run first.
        choices: Options that the user chose.
        password: What would open encrypted documents.

    Raises:
        UsageError: There is no file; or there are choices or a password: what a row asks for stands in the row, and no
            list is encrypted.
    """
    if choices:
        raise UsageError(f"Pipeline {pipeline.name!r} has no options; leave --set out.")
    if password is not None:
        raise UsageError(f"Pipeline {pipeline.name!r} reads lists, which have no password; leave --password-file out.")
    intakes = []
    for file in files or _configured_list(application):
        intake = Intake(str(file))
        intakes.append(intake)
        try:
            _submit_file(application, pipeline, file, intake, again, priority)
        except DocmillError as error:
            intake.error = describe_error(error.code, error.message)
        except OSError as error:
            unusable = FileError.of(file.name or file, error)
            intake.error = describe_error(unusable.code, unusable.message)
    return intakes


def _configured_list(application: Application) -> list[Path]:
    file = application.settings.books.csv_file
    if file is None:
        raise UsageError("No file is named; name one, or set CSV_FILE_PATH.")
    return [file]


def _submit_file(
    application: Application, pipeline: Pipeline, file: Path, intake: Intake, again: bool, priority: int
) -> None:
    from docmill.engine.client import Request

    seen: set[str] = set()
    rejects = RejectsFile(file)
    rows = _good_rows(pipeline, file, intake, rejects)
    while part := list(islice(rows, application.settings.books.batch_size)):
        new = list({row.key: row for row in reversed(part) if row.key not in seen}.values())[::-1]
        seen.update(row.key for row in new)
        intake.duplicates += len(part) - len(new)
        if intake.batch_id is None:
            intake.batch_id = application.client.start_batch(f"{pipeline.name}: {file.name}")
        requests = [
            Request(record=row.record, unique_key=None if again else f"{pipeline.name}@{pipeline.version}:{row.key}")
            for row in new
        ]
        jobs = application.client.submit(pipeline.name, requests, batch_id=intake.batch_id, priority=priority)
        for row, job in zip(new, jobs, strict=True):
            intake.submissions.append(Submission(f"{file}:{row.row}", job_id=job.id, existing=not job.created))
            intake.created += job.created
            intake.duplicates += not job.created
    if intake.batch_id and not intake.created and application.client.remove_empty_batch(intake.batch_id):
        intake.batch_id = None
    if not intake.invalid and rejects.remove_old():
        intake.removed_file = str(rejects.path)


def _good_rows(pipeline: Pipeline, file: Path, intake: Intake, rejects: RejectsFile) -> Iterator[InputRecord]:
    """Yield the rows that can become jobs; write the others to a file beside this one."""
    from docmill.engine.pipeline import RejectedRow

    if pipeline.records is None:
        return
    with rejects:
        for row in pipeline.records(file):
            intake.total += 1
            if isinstance(row, RejectedRow):
                rejected = row
            elif (reason := _misfit(pipeline, row)) is None:
                yield row
                continue
            else:
                rejected = RejectedRow(row.row, [str(value) for value in row.record.values()], reason)
            intake.invalid += 1
            rejects.add(rejected)
            intake.rejects_file = str(rejects.path)


def _misfit(pipeline: Pipeline, row: InputRecord) -> str | None:
    """Return why the pipeline could never run over a row; None where it can."""
    from docmill.engine.submission import encode_record

    try:
        pipeline.check_input(encode_record(row.record), None)
    except InvalidInput as error:
        return error.message
    return None


def report_intakes(intakes: Sequence[Intake], *, as_json: bool) -> None:
    """Tell what became of each file: as data, or as sentences for people."""
    for intake in intakes:
        if as_json:
            emit({name: value for name, value in asdict(intake).items() if name != "submissions"})
            continue
        if intake.error is not None:
            say(f"{intake.file}: {intake.error['message']} [{intake.error['code']}]")
        if intake.error is not None and not intake.total:
            continue
        counts = f"{intake.created} jobs created, {intake.duplicates} duplicates skipped, {intake.invalid} invalid"
        where = f" (see {intake.rejects_file})" if intake.rejects_file else ""
        say(f"{intake.file}: {intake.total} rows, {counts}{where}")
        if intake.removed_file:
            say(f"{intake.file}: {intake.removed_file} of an earlier load was removed.")
