"""Files made to hurt cost a page and nothing else."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from tests.unit.documents.sheets import flate_bomb, lab_report, line_of_text, pages_of_streams, stream

from docmill.documents.faults import Patience, called_twice
from docmill.documents.isolated import IsolatedReader
from docmill.documents.models import PageRange
from docmill.documents.reading import read_pages
from docmill.errors import EncryptedDocument, InvalidInput, IsolationError, MemoryLimitExceeded, NoPages, PageTimeout
from docmill.resilience.isolation import ChildPool, Limits
from docmill.settings import DocumentSettings

SETTINGS = DocumentSettings(ocr="never", text_memory_mb=256, page_timeout_seconds=20)


@pytest.fixture(scope="module")
def reader() -> Iterator[IsolatedReader]:
    with IsolatedReader(SETTINGS, 1) as reader:
        yield reader


@pytest.fixture(scope="module")
def bomb() -> bytes:
    return flate_bomb()


def write(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "file.pdf"
    path.write_bytes(content)
    return path


def test_a_bomb_costs_its_page_and_the_rest_is_read(reader: IsolatedReader, tmp_path: Path, bomb: bytes) -> None:
    path = write(tmp_path, pages_of_streams([line_of_text(b"before"), bomb, line_of_text(b"after")]))
    document = reader.read(path)
    assert [(page.text, page.method, page.error_code) for page in document.pages] == [
        ("before", "text", None),
        ("", "failed", "memory_limit"),
        ("after", "text", None),
    ]


def test_a_document_of_bombs_fails_with_their_code(reader: IsolatedReader, tmp_path: Path, bomb: bytes) -> None:
    with pytest.raises(MemoryLimitExceeded, match="No page"):
        reader.read(write(tmp_path, pages_of_streams([bomb])))


def test_three_bombs_in_a_row_end_the_document(reader: IsolatedReader, tmp_path: Path, bomb: bytes) -> None:
    pages = [line_of_text(b"before"), *[bomb] * 3, line_of_text(b"given up")]
    document = reader.read(write(tmp_path, pages_of_streams(pages)))
    assert [page.method for page in document.pages] == ["text", *["failed"] * 4]


def test_bombs_between_good_pages_end_the_document_too() -> None:
    patience = Patience()
    for _ in range(29):
        patience.page_broken(MemoryLimitExceeded())
        patience.page_read()
    assert patience.exhausted_by is None
    patience.page_broken(last := MemoryLimitExceeded())
    assert patience.exhausted_by is last


def test_a_bomb_in_a_step_costs_its_page(tmp_path: Path, bomb: bytes) -> None:
    """A CPU step has much more memory than a page may take; the child of its child has not."""
    path = write(tmp_path, pages_of_streams([line_of_text(b"before"), bomb, line_of_text(b"after")]))
    with ChildPool(1, Limits(memory_bytes=2**32, wall_seconds=60)) as pool:
        pages = pool.submit(read_pages, path, PageRange(first=1, last=3), SETTINGS).result()
    assert [page.error_code for page in pages] == [None, "memory_limit", None]
    assert [page.text for page in pages] == ["before", "", "after"]


def read_again_and_again(path: Path, pages: list[int]) -> list[tuple[str | None, int, int]]:
    """Read pages one by one; return each one's error, and whose memory it was and how long that may compute."""
    seen = []
    for number in pages:
        [page] = read_pages(path, PageRange(first=number, last=number), SETTINGS)
        [child] = multiprocessing.active_children()
        process = psutil.Process(child.pid)
        seen.append((page.error_code, process.pid, process.rlimit(psutil.RLIMIT_CPU)[0]))
        assert not any(file.path == str(path) for file in process.open_files())
    return seen


def test_the_child_of_a_step_is_kept_until_a_page_breaks_it(tmp_path: Path, bomb: bytes) -> None:
    """It keeps nothing of the document, and its processor time is counted page by page, not over its life."""
    path = write(tmp_path, pages_of_streams([line_of_text(b"before"), bomb]))
    limits = Limits(memory_bytes=2**32, wall_seconds=60, cpu_seconds=SETTINGS.page_timeout_seconds / 2)
    with ChildPool(1, limits) as pool:
        seen = pool.submit(read_again_and_again, path, [1, 1, 2, 1]).result()
    errors, children, seconds = zip(*seen, strict=True)
    assert errors == (None, None, "memory_limit", None)
    assert children[0] == children[1] != children[2] == children[3]
    assert min(seconds) >= SETTINGS.page_timeout_seconds


def kill_a_reader_of(path: Path) -> None:
    """Kill the process that holds a file open, as a machine that runs out of memory does."""
    while True:
        for child in psutil.Process().children(recursive=True):
            with contextlib.suppress(psutil.Error):
                if any(file.path == str(path) for file in child.open_files()):
                    child.kill()
                    return


def test_a_page_whose_reader_was_killed_is_read_again(tmp_path: Path) -> None:
    path = write(tmp_path, pages_of_streams([slow_page(10_000)]))
    with IsolatedReader(SETTINGS, 1) as reader, ThreadPoolExecutor(1) as threads:
        killing = threads.submit(kill_a_reader_of, path)
        [page] = reader.read(path).pages
        killing.result()
    assert (page.method, page.error_code) == ("text", None)


def test_a_call_whose_child_dies_twice_is_given_up(tmp_path: Path) -> None:
    deaths = tmp_path / "deaths"
    with ChildPool(1, Limits(memory_bytes=2**29, wall_seconds=20)) as pool, pytest.raises(IsolationError) as caught:
        called_twice(lambda: pool.submit(note_and_die, deaths).result())
    assert (caught.value.code, deaths.read_text()) == ("step_crashed", "xx")


def note_and_die(path: Path) -> None:
    with path.open("a") as file:
        file.write("x")
    os.abort()


def slow_page(texts: int) -> bytes:
    return stream(b"", b"BT /F1 4 Tf " + b"1 0 0 1 9 9 Tm (aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa) Tj " * texts + b"ET")


def test_a_page_that_takes_too_long(tmp_path: Path) -> None:
    settings = SETTINGS.model_copy(update={"page_timeout_seconds": 0.02, "text_memory_mb": 1024})
    with IsolatedReader(settings, 1) as reader:
        started = time.monotonic()
        with pytest.raises(PageTimeout):
            reader.read(write(tmp_path, pages_of_streams([slow_page(60_000)])))
        assert time.monotonic() - started < 20


def test_deep_nesting_and_loops_end(reader: IsolatedReader, tmp_path: Path) -> None:
    deep = stream(b"", b"[" * 30_000 + b"]" * 30_000)
    assert reader.read(write(tmp_path, pages_of_streams([deep]))).pages[0].method == "empty"
    looping = pages_of_streams([line_of_text(b"x")]).replace(b"/Kids [4 0 R]", b"/Kids [2 0 R]")
    with pytest.raises(NoPages):
        reader.read(write(tmp_path, looping))


def test_the_reader_goes_on_after_every_failure(reader: IsolatedReader, tmp_path: Path) -> None:
    with pytest.raises(EncryptedDocument):
        reader.read(lab_report(tmp_path / "locked.pdf", password="sesame"))
    assert "Creatinine" in reader.read(lab_report(tmp_path / "lab.pdf")).pages[0].text


def test_long_documents_are_read_in_order(reader: IsolatedReader, tmp_path: Path) -> None:
    path = write(tmp_path, pages_of_streams([line_of_text(b"page %d" % number) for number in range(1, 101)]))
    document = reader.read(path)
    assert [page.text for page in document.pages] == [f"page {number}" for number in range(1, 101)]
    chosen = reader.read(path, PageRange(first=98, last=200))
    assert [page.number for page in chosen.pages] == [98, 99, 100]
    with pytest.raises(InvalidInput, match="100 pages"):
        reader.read(path, PageRange(first=101, last=101))
