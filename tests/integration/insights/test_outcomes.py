"""How files end that are no table, or too much: through the whole engine, each with its code."""

from __future__ import annotations

import io
import os
import signal
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import psutil
import pytest
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas
from tests.integration.engine.conftest import wait_until
from tests.integration.insights.desk import Desk
from tests.integration.insights.halting import halting

from docmill.engine.pipeline import Document
from docmill.errors import TooLarge
from docmill.pipelines.insights.pipeline import pipeline
from docmill.pipelines.insights.steps import InsightsOptions, profile
from docmill.settings import DocumentSettings, TableSettings

MakeDesk = Callable[..., Desk]


def text_pdf(path: Path, encryption: StandardEncryption | None = None) -> Path:
    canvas = Canvas(str(path), encrypt=encryption, invariant=1)
    for number in range(20):
        canvas.drawString(60, 780 - 16 * number, "This letter has words in lines, and nothing that could be a table.")
    canvas.save()
    return path


def broken_workbook() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook")
    return data.getvalue()


BROKEN = {
    "empty.csv": (b"", "empty_file"),
    "noise.csv": (bytes(range(256)) * 12, "unparseable_input"),
    "cut.json": (b'[{"a": 1}, {"a": ', "unparseable_input"),
    "broken.xlsx": (broken_workbook(), "unparseable_input"),
    "cut.pdf": (b"%PDF-1.7\n1 0 obj\n", "unreadable_document"),
    "picture.png": (b"\x89PNG\r\n\x1a\n" + bytes(100), "unparseable_input"),
}


def test_files_that_are_no_table_end_each_in_its_way(desk: Desk, repository: Path, tmp_path: Path) -> None:
    expected: dict[UUID, tuple[str, str | None]] = {}
    for name, (data, code) in BROKEN.items():
        (tmp_path / name).write_bytes(data)
        expected[desk.submit(tmp_path / name)] = ("failed", code)
    locked = text_pdf(tmp_path / "locked.pdf", StandardEncryption("open sesame", strength=128))
    expected[desk.submit(locked)] = ("failed", "encrypted_document")
    readings = repository / "examples" / "tables" / "readings.xlsx"
    expected[desk.submit(readings, sheet="none")] = ("failed", "invalid_input")
    letter = desk.submit(text_pdf(tmp_path / "letter.pdf"))
    expected[letter] = ("completed", None)
    desk.worker().run(drain=True)
    assert {job: desk.outcome(job)[:2] for job in expected} == expected
    assert all(desk.outcome(job)[2] for job in expected if job != letter)
    assert desk.rows("select job_id, row_count, quality_score from docmill.insights") == [(letter, 0, 0)]


def test_a_pdf_without_a_table_completes_and_says_so(tmp_path: Path) -> None:
    document = Document.from_path(text_pdf(tmp_path / "letter.pdf"))
    resources = {DocumentSettings: DocumentSettings(), TableSettings: TableSettings()}
    result = pipeline.run(document, resources=resources)
    assert [issue.code for issue in result.issues] == ["non_tabular_pdf"]
    assert (result.file_info.rows, result.quality_score, result.columns) == (0, 0, [])
    assert result.text_extract is not None
    assert result.text_extract.startswith("This letter")
    assert result.business_summary == ["The file holds no table; its text is in the result."]


def test_a_file_over_a_limit_is_refused(sales: Path) -> None:
    for tables in (TableSettings(max_rows=1000), TableSettings(max_columns=5), TableSettings(max_cells=10_000)):
        with pytest.raises(TooLarge):
            profile(Document.from_path(sales), InsightsOptions(), tables, DocumentSettings())
    with pytest.raises(TooLarge):
        profile(Document.from_path(sales), InsightsOptions(), TableSettings(), DocumentSettings(max_size_kb=50))


@contextmanager
def working(desk: Desk) -> Iterator[None]:
    worker = desk.worker()
    thread = threading.Thread(target=worker.run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        worker.stop()
        thread.join(30)
        assert not thread.is_alive()


@pytest.mark.parametrize("way", ["cancel", "deadline"])
def test_a_running_parse_is_stopped(make_desk: MakeDesk, sales: Path, tmp_path: Path, way: str) -> None:
    desk = make_desk(declared=halting)
    signs = tmp_path / "blobs"
    job = desk.submit(sales)
    with working(desk):
        [sign] = wait_until(lambda: list(signs.glob("parsing-*")))
        child = psutil.Process(int(sign.name.removeprefix("parsing-")))
        assert child.is_running()
        if way == "cancel":
            desk.client.cancel(job)
        else:
            desk.rows("update docmill.jobs set deadline_at = now() where id = %s returning id", job)
        child.wait(20)
        wait_until(lambda: desk.outcome(job)[0] != "processing")
    expected = ("cancelled", None) if way == "cancel" else ("failed", "job_timeout")
    assert desk.outcome(job)[:2] == expected
    assert desk.rows("select * from docmill.insights") == []


def test_a_killed_parse_runs_again(make_desk: MakeDesk, sales: Path, tmp_path: Path) -> None:
    desk = make_desk(declared=halting)
    signs = tmp_path / "blobs"
    job = desk.submit(sales)
    with working(desk):
        [sign] = wait_until(lambda: list(signs.glob("parsing-*")))
        (signs / "go").touch()
        os.kill(int(sign.name.removeprefix("parsing-")), signal.SIGKILL)
        wait_until(lambda: desk.outcome(job)[0] == "completed")
    assert desk.rows("select row_count, column_count from docmill.insights")[0][1] == 11
