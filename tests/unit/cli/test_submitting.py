"""From files to jobs: what becomes of each file and each row, and how they are followed to their end."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import pytest
from tests.quiet_database import QuietDatabase
from tests.unit.cli.conftest import Docmill

from docmill.bootstrap import Application, load_pipelines
from docmill.cli.records import Intake, report_intakes, submit_rows
from docmill.cli.rejects import RejectsFile
from docmill.cli.running import Follower, Submission, describe_job, submit_files
from docmill.documents.media_type import detect_media_type
from docmill.engine.catalog import Catalog
from docmill.engine.client import Client
from docmill.engine.inspection import Inspection
from docmill.engine.payload import pack, unpack
from docmill.engine.pipeline import InputRecord, RejectedRow
from docmill.engine.store import Store
from docmill.errors import FileError, UnknownPipeline, UsageError
from docmill.pipelines.books.pipeline import pipeline as books
from docmill.pipelines.books.rehearsal.shelf import shelf, write_csv
from docmill.privacy.vault import DocumentCipher
from docmill.settings import EngineSettings, load_settings
from docmill.storage.local import LocalBlobs

DOCUMENT, JOB = UUID(int=8), UUID(int=9)
Row = dict[str, Any]


def as_declared(parameters: Mapping[str, Any]) -> Sequence[Row]:
    """The steps of a pipeline, as an earlier start of docmill has written them down."""
    steps = {pipeline.name: pipeline.steps for pipeline in load_pipelines(EngineSettings())}[parameters["pipeline"]]
    first = sorted(reference.name for reference in load_pipelines(EngineSettings())).index(parameters["pipeline"])
    return [
        {"id": first * 100 + position, "name": step.name, "each": step.each, "concurrency": step.concurrency}
        for position, step in enumerate(steps)
    ]


@pytest.fixture
def database(docmill: Docmill) -> QuietDatabase:
    return QuietDatabase(
        find_steps=as_declared,
        accept_jobs=[(None, False)],
        insert_document=[(1,)],
        find_document_by_hash=[(DOCUMENT,)],
    )


@pytest.fixture
def application(database: QuietDatabase, tmp_path: Path) -> Application:
    settings = load_settings()
    catalog = Catalog()
    catalog.register(database, load_pipelines(settings.engine))
    store = Store(catalog, lambda connection, key_id: DocumentCipher(key_id, b"k" * 32), lambda attempt: 0.0)
    blobs = LocalBlobs(tmp_path / "blobs")
    client = Client(database, store, blobs, detect_media_type, settings.engine, "ada")
    return Application(settings, database, blobs, store, client, Inspection(database, "ada"))


@pytest.fixture
def list_of_books(tmp_path: Path) -> Path:
    """Thirty books, a row that repeats one, and three rows that are bad."""
    path = tmp_path / "books.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        write_csv(shelf(30), file)
        first = shelf(1)[0]
        csv.writer(file).writerows(
            [
                [first.title.upper(), first.author, first.isbn],
                ["", "Nobody", ""],
                ["No author", "", ""],
                ["Wrong", "Digit", "9780141439588"],
            ]
        )
    return path


def submitted(application: Application, *files: Path, again: bool = False) -> list[Intake]:
    return submit_rows(application, books, files, again=again, priority=3, choices=None)


def test_each_good_row_becomes_one_job(application: Application, database: QuietDatabase, list_of_books: Path) -> None:
    [intake] = submitted(application, list_of_books)
    assert (intake.total, intake.created, intake.duplicates, intake.invalid, intake.failed) == (34, 30, 1, 3, False)
    assert {entry.file for entry in intake.submissions} == {f"{list_of_books}:{row}" for row in range(2, 32)}
    titles = {json.loads(unpack(record))["title"] for record in database.told("accept_jobs")[0]["inputs"]}
    assert titles == {book.title for book in shelf(30)}
    [sent] = database.told("accept_jobs")
    assert (sent["priority"], sent["batch_id"]) == (3, intake.batch_id)
    assert all(key.startswith("books@1:") for key in sent["unique_keys"])
    assert len(set(sent["unique_keys"])) == 30


def test_bad_rows_are_put_aside_with_their_reasons(application: Application, list_of_books: Path) -> None:
    [intake] = submitted(application, list_of_books)
    assert intake.rejects_file is not None
    with Path(intake.rejects_file).open(encoding="utf-8", newline="") as file:
        rejects = list(csv.DictReader(file))
    assert [(row["row"], row["reason"]) for row in rejects] == [
        ("33", "the title is missing"),
        ("34", "the author is missing"),
        ("35", "the check digit of the ISBN is wrong"),
    ]


def test_work_that_was_done_before_is_not_done_again_unless_it_is_asked_for(
    application: Application, database: QuietDatabase, list_of_books: Path
) -> None:
    submitted(application, list_of_books, again=True)
    [sent] = database.told("accept_jobs")
    assert sent["unique_keys"] is None
    database.answers["accept_jobs"] = [([], True)]
    database.answers["find_job_by_key"] = [(JOB, b"", False)]
    [intake] = submitted(application, list_of_books)
    assert (intake.created, intake.duplicates) == (0, 31)
    assert all(entry.existing and entry.job_id == JOB for entry in intake.submissions)


def test_a_list_that_repeats_itself_over_thousands_of_rows_is_sent_in_parts_and_once(
    application: Application, database: QuietDatabase, tmp_path: Path
) -> None:
    path = tmp_path / "long.csv"
    rows = [f"{book.title},{book.author},{book.isbn}" for book in shelf(700)]
    path.write_text("\n".join(["title,author,isbn", *rows, *rows]) + "\n", encoding="utf-8")
    [intake] = submitted(application, path)
    assert (intake.total, intake.created, intake.duplicates) == (1400, 700, 700)
    assert len({sent["batch_id"] for sent in database.told("accept_jobs")}) == 1


def test_a_file_that_cannot_be_read_does_not_stop_the_others(
    application: Application, list_of_books: Path, tmp_path: Path
) -> None:
    wrong, all_bad = tmp_path / "wrong.csv", tmp_path / "bad.csv"
    wrong.write_text("name\nEmma\n")
    all_bad.write_text("title,author\n,\nEmma,\n")
    intakes = submitted(application, tmp_path / "absent.csv", wrong, all_bad, list_of_books)
    assert [intake.failed for intake in intakes] == [True, True, True, False]
    assert [intake.error and intake.error["code"] for intake in intakes] == ["file_error", "invalid_input", None, None]
    assert intakes[2].batch_id is None


def test_no_spreadsheet_takes_a_cell_that_was_put_aside_for_a_formula(application: Application, tmp_path: Path) -> None:
    path = tmp_path / "books.tsv"
    dangerous = ["=cmd|' /C calc'!A0", "+1", "-1", "@sum(1)", '"\t=1"', '"\r=1"', "plain"]
    path.write_text("title\tauthor\n" + "".join(f"\t{cell}\n" for cell in dangerous), encoding="utf-8")
    [intake] = submitted(application, path)
    assert intake.rejects_file == str(tmp_path / "books.tsv.rejects.csv")
    with Path(intake.rejects_file).open(encoding="utf-8", newline="") as file:
        cells = [row[3] for row in list(csv.reader(file))[1:]]
    assert cells == ["'=cmd|' /C calc'!A0", "'+1", "'-1", "'@sum(1)", "'\t=1", "'\r=1", "plain"]


def test_a_list_without_bad_rows_takes_away_the_file_of_its_earlier_load(
    application: Application, list_of_books: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    [before] = submitted(application, list_of_books)
    assert before.rejects_file is not None
    list_of_books.write_text("title,author\nEmma,Jane Austen\n", encoding="utf-8")
    intakes = submitted(application, list_of_books)
    assert (intakes[0].removed_file, intakes[0].rejects_file) == (before.rejects_file, None)
    assert not Path(before.rejects_file).exists()
    report_intakes(intakes, as_json=False)
    assert "books.rejects.csv of an earlier load was removed" in " ".join(
        capsysbinary.readouterr().err.decode().split()
    )
    [later] = submitted(application, list_of_books)
    assert later.removed_file is None


def test_the_file_of_an_earlier_load_stays_when_the_list_cannot_be_read(
    application: Application, list_of_books: Path
) -> None:
    [before] = submitted(application, list_of_books)
    list_of_books.write_text("name\nEmma\n", encoding="utf-8")
    [intake] = submitted(application, list_of_books)
    assert intake.error is not None
    assert Path(before.rejects_file or "").exists()


@pytest.mark.parametrize("bad_rows", [True, False])
def test_a_file_that_docmill_did_not_write_stays_as_it_is(
    application: Application, list_of_books: Path, bad_rows: bool
) -> None:
    foreign = list_of_books.with_name("books.rejects.csv")
    foreign.write_text("my own notes\n", encoding="utf-8")
    if not bad_rows:
        list_of_books.write_text("title,author\nEmma,Jane Austen\n", encoding="utf-8")
    [intake] = submitted(application, list_of_books)
    assert foreign.read_text(encoding="utf-8") == "my own notes\n"
    assert (intake.error is not None, intake.rejects_file, intake.removed_file) == (bad_rows, None, None)


def test_bad_rows_that_cannot_be_put_aside_are_told(application: Application, list_of_books: Path) -> None:
    list_of_books.with_name("books.rejects.csv").mkdir()
    [intake] = submitted(application, list_of_books)
    assert intake.error is not None
    assert intake.error["message"] == (
        "books.rejects.csv is in the way of the rows that are bad, and docmill did not write it; "
        "rename it, and submit the list again."
    )


def rows_of_two_kinds(path: Path) -> Iterator[InputRecord]:
    yield InputRecord(2, {"title": "Emma", "author": "Jane Austen"}, "emma")
    yield InputRecord(3, {"title": "Persuasion", "written_by": "Jane Austen"}, "persuasion")


def test_a_row_that_the_pipeline_could_never_run_over_is_put_aside(
    application: Application, database: QuietDatabase, list_of_books: Path
) -> None:
    careless = replace(books, records=rows_of_two_kinds)
    [intake] = submit_rows(application, careless, [list_of_books], again=False, priority=0, choices=None)
    assert (intake.total, intake.created, intake.invalid) == (2, 1, 1)
    [sent] = database.told("accept_jobs")
    assert [json.loads(unpack(record))["title"] for record in sent["inputs"]] == ["Emma"]
    with Path(intake.rejects_file or "").open(encoding="utf-8", newline="") as file:
        [rejected] = list(csv.reader(file))[1:]
    assert rejected == ["3", "Step 'fetch' cannot take its input: author: missing.", "Persuasion", "Jane Austen"]


def test_a_file_is_not_stored_for_a_pipeline_of_records(
    application: Application, database: QuietDatabase, reports: list[Path]
) -> None:
    application.store.catalog.register(cast("Any", database), [replace(books, records=None)])
    for files in (reports, []):
        with pytest.raises(UsageError, match="runs over records, not over files"):
            send(application, files, "books")
    assert not database.told("insert_document")
    assert not database.told("insert_batch")


def test_a_folder_that_cannot_take_the_bad_rows_is_told_with_what_to_do(tmp_path: Path) -> None:
    rejects = RejectsFile(tmp_path / "absent" / "books.csv")
    with (
        rejects,
        pytest.raises(FileError, match=r"cannot be written \(No such file or directory\); make room, or copy"),
    ):
        rejects.add(RejectedRow(2, ["", "x"], "the title is missing"))


def test_what_is_no_file_is_told(application: Application) -> None:
    reader, writer = os.pipe()
    os.write(writer, b"title,author\nEmma,Jane Austen\n")
    os.close(writer)
    folder, pipe = submitted(application, Path(), Path(f"/dev/fd/{reader}"))
    os.close(reader)
    assert [intake.error and intake.error["message"] for intake in (folder, pipe)] == [
        ". cannot be used: Is a directory; it is a folder: name a file.",
        f"{reader} cannot be used: File or stream is not seekable.",
    ]


def test_no_file_is_no_call(application: Application) -> None:
    with pytest.raises(UsageError, match="No file is named"):
        send(application, [], "medical-report")


def test_rows_have_no_options(application: Application, list_of_books: Path) -> None:
    with pytest.raises(UsageError, match="leave --set out"):
        submit_rows(application, books, [list_of_books], again=False, priority=0, choices={"max_words": "9"})


def test_lists_have_no_password(application: Application, list_of_books: Path) -> None:
    with pytest.raises(UsageError, match="leave --password-file out"):
        submit_rows(application, books, [list_of_books], again=False, priority=0, choices=None, password="sesame")


def test_without_a_file_the_list_of_the_settings_is_read(application: Application, list_of_books: Path) -> None:
    with pytest.raises(UsageError, match="CSV_FILE_PATH"):
        submitted(application)
    application.settings.books.csv_file = list_of_books
    [intake] = submitted(application)
    assert (intake.file, intake.created) == (str(list_of_books), 30)


def test_rows_are_sent_in_parts_of_the_batch_size(
    application: Application, database: QuietDatabase, list_of_books: Path
) -> None:
    application.settings.books.batch_size = 12
    submitted(application, list_of_books)
    assert [len(sent["job_ids"]) for sent in database.told("accept_jobs")] == [12, 12, 6]


def test_what_became_of_a_file_is_told_to_scripts_and_to_people(
    application: Application, list_of_books: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    intakes = submitted(application, list_of_books, list_of_books.with_name("absent.csv"))
    report_intakes(intakes, as_json=True)
    report, absent = map(json.loads, capsysbinary.readouterr().out.splitlines())
    assert (report["created"], report["invalid"], "submissions" in report) == (30, 3, False)
    assert absent["error"]["message"].endswith("absent.csv cannot be used: No such file or directory; check its name.")
    report_intakes(intakes, as_json=False)
    told = capsysbinary.readouterr()
    assert told.out == b""
    assert "34 rows, 30 jobs created, 1 duplicates skipped, 3 invalid (see " in " ".join(told.err.decode().split())
    assert b"[file_error]" in told.err
    assert b"absent.csv: 0 rows" not in told.err


@pytest.fixture
def reports(repository: Path, tmp_path: Path) -> list[Path]:
    """A report, a file that is not there, and one that is too large."""
    large = tmp_path / "large.pdf"
    with large.open("wb") as file:
        file.truncate(1024 * 1024 + 1)
    return [repository / "examples" / "reports" / "us_columns.pdf", tmp_path / "absent.pdf", large]


def send(application: Application, files: Sequence[Path], pipeline: str = "medical-report", **changes: Any) -> Any:
    return submit_files(application, pipeline, files, **({"password": None, "again": False} | changes))


def test_each_file_is_stored_and_becomes_a_job(
    application: Application, database: QuietDatabase, reports: list[Path]
) -> None:
    application.settings.documents.max_size_kb = 1024
    good, absent, large = send(application, reports)
    assert (good.document_id, good.existing, good.error) == (DOCUMENT, False, None)
    assert good.job_id is not None
    assert absent.error["code"] == "file_error"
    assert absent.error["message"].endswith("absent.pdf cannot be used: No such file or directory; check its name.")
    assert large.error["code"] == "too_large"
    [document] = database.told("insert_document")
    assert (document["owner"], document["media_type"]) == ("ada", "application/pdf")
    assert application.blobs.local_path(document["sha256"]).read_bytes() == reports[0].read_bytes()
    [sent] = database.told("accept_jobs")
    assert sent["unique_keys"] == [f"medical-report@1:{DOCUMENT}"]
    assert [batch["name"] for batch in database.told("insert_batch")] == ["medical-report: 3 files"]


def test_a_password_is_stored_sealed(application: Application, database: QuietDatabase, reports: list[Path]) -> None:
    send(application, reports[:1], password="sesame")
    [stored] = database.told("store_password")
    assert b"sesame" not in stored["sealed"]
    assert DocumentCipher(DOCUMENT, b"k" * 32).open("password", stored["sealed"]) == b"sesame"
    assert database.told("insert_batch") == []


def test_options_belong_to_pipelines_that_have_some(application: Application, reports: list[Path]) -> None:
    with pytest.raises(UsageError, match="has no options"):
        send(application, reports, record={"max_words": "9"})
    with pytest.raises(UsageError, match="max_words"):
        send(application, reports, "novel", record={"max_words": "2"})
    with pytest.raises(UsageError, match="no option 'colour'; it has language, max_words"):
        send(application, reports, "novel", record={"colour": "red"})
    with pytest.raises(UnknownPipeline):
        send(application, reports, "poems")


def test_a_file_that_was_not_accepted_has_a_line_like_any_other(application: Application) -> None:
    error = {"code": "too_large", "message": "Too large.", "step": None, "page": None}
    line = describe_job(application, "novel", Submission("a.pdf", error=error))
    assert (line["status"], line["job_id"], line["error"]) == ("failed", None, error)


def test_a_job_that_ended_is_described_with_its_result_and_its_method(
    application: Application, database: QuietDatabase
) -> None:
    job = {
        "id": JOB,
        "status": "completed",
        "attempts": 2,
        "pipeline": "books",
        "document_id": None,
        "error_code": None,
        "error": None,
        "error_step": None,
        "error_page": None,
        "duration_ms": 12.6,
    }
    database.answers |= {"find_job": [job], "find_inputs": [{"output": pack(b'{"method": "rules"}')}]}
    line = describe_job(application, "books", Submission("a.csv:2", job_id=JOB))
    assert (line["status"], line["attempts"], line["duration_ms"], line["error"]) == ("completed", 2, 13, None)
    assert (line["result"], line["method"]) == ({"method": "rules"}, "rules")
    failed = job | {"status": "failed", "error_code": "book_not_found", "error": "No.", "error_step": "fetch"}
    database.answers["find_job"] = [failed]
    line = describe_job(application, "books", Submission("a.csv:2", job_id=JOB))
    assert (line["result"], line["error"]["code"], line["error"]["step"]) == (None, "book_not_found", "fetch")


def test_jobs_are_followed_until_the_last_has_ended(application: Application, database: QuietDatabase) -> None:
    first, second = UUID(int=1), UUID(int=2)
    database.answers["find_progress"] = [
        {"id": first, "status": "completed", "position": 1, "steps": 2},
        {"id": second, "status": "processing", "position": 1, "steps": 2},
    ]
    ended: list[str] = []
    shares: list[float] = []
    follower = Follower(
        application,
        [Submission("a", job_id=first), Submission("b", job_id=second), Submission("c", error={"code": "x"})],
        on_end=lambda submission: ended.append(submission.file),
        on_progress=shares.append,
        seconds=None,
    )
    assert ended == ["c"]
    assert not follower.done()
    assert (ended, shares) == (["c", "a"], [pytest.approx(2.5 / 3)])
    assert database.told("find_progress") == [{"job_ids": [first, second]}]


def test_following_ends_at_its_time_limit(application: Application, database: QuietDatabase) -> None:
    database.answers["find_progress"] = [{"id": JOB, "status": "pending", "position": 0, "steps": 2}]
    follower = Follower(
        application, [Submission("a", job_id=JOB)], on_end=print, on_progress=lambda share: None, seconds=-1
    )
    assert follower.done()
    assert follower.timed_out
