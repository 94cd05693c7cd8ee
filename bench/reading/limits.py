"""Files made to hurt, damaged files and long books stay within their bounds."""

from __future__ import annotations

import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from reportlab.pdfgen.canvas import Canvas
from tests.security.documents.mutation import mutants, seeds

from bench.reading.figures import SHARED, Figure, Figures
from bench.reading.manifest import MOST_SECONDS, manifest, read
from bench.reading.peers import Peers
from docmill.documents.isolated import IsolatedReader
from docmill.documents.reading import read_pages, split_pages
from docmill.errors import all_errors
from docmill.resilience.isolation import ChildPool, Limits
from docmill.settings import DocumentSettings

TEXT_ONLY = DocumentSettings(ocr="never")
MOST_MEGABYTES = 512
BOOK_PAGES = 2000
FIRST_PAGES_SECONDS = 5.0
MUTANTS = 2000
MUTATED = ("tracemonkey.pdf", "lab_chromium_short.pdf", "naacl06-shinyama.pdf", "census_12s0324.pdf")
CRASHED = "step_crashed"


def hostile(_: Peers) -> Figures:
    """The longest time and the most memory of a child on files that were made to hurt."""
    worst_seconds = worst_bytes = 0.0
    for row in manifest():
        if row["expected"] != "any-bounded":
            continue
        with IsolatedReader(DocumentSettings(), 1) as reader, watched_children() as peak:
            outcome = read(reader, SHARED / row["file"], None)
        codes = {page.error_code or page.method for page in outcome.pages} or {outcome.code}
        print(f"{row['file']:<40} {', '.join(codes):<20} {outcome.seconds:5.1f} s {max(peak) / 2**20:6.0f} MB")
        worst_seconds, worst_bytes = max(worst_seconds, outcome.seconds), max(worst_bytes, *peak)
    yield Figure("hostile_seconds", worst_seconds, MOST_SECONDS, at_most=True, unit="s")
    yield Figure("hostile_megabytes", worst_bytes / 2**20, MOST_MEGABYTES, at_most=True, unit="MB of the largest child")


@contextmanager
def watched_children() -> Iterator[list[int]]:
    """Sample the resident memory of the largest child."""
    peak = [0]
    ended = threading.Event()

    def sample() -> None:
        while not ended.wait(0.01):
            for child in psutil.Process().children(recursive=True):
                try:
                    peak.append(max(peak.pop(), child.memory_info().rss))
                except psutil.Error:
                    continue

    watcher = threading.Thread(target=sample)
    watcher.start()
    try:
        yield peak
    finally:
        ended.set()
        watcher.join()


def mutations(_: Peers) -> Figures:
    """Damaged files: what is not text is a code; a death or an unknown error counts."""
    sources = [*seeds(), *((SHARED / name).read_bytes() for name in MUTATED if (SHARED / name).is_file())]
    found: Counter[str] = Counter()
    longest = 0.0
    with tempfile.TemporaryDirectory() as folder, IsolatedReader(TEXT_ONLY, 2, keep_words=False) as reader:
        for name, content in mutants(sources, MUTANTS, seed=7):
            path = Path(folder) / f"{name}.pdf"
            path.write_bytes(content)
            try:
                outcome = read(reader, path, None)
            except Exception as error:  # noqa: BLE001 - it is what is counted
                found[type(error).__name__] += 1
            else:
                found.update({page.error_code or "ok" for page in outcome.pages} or {outcome.code})
                longest = max(longest, outcome.seconds)
            path.unlink()
    print(dict(found))
    unknown = sum(count for code, count in found.items() if code not in {"ok", *all_errors()} - {CRASHED})
    yield Figure("mutants_that_crashed_or_had_no_code", unknown, 0, at_most=True, unit=f"of {MUTANTS} files")
    yield Figure("mutants_longest_seconds", longest, MOST_SECONDS, at_most=True, unit="s")


def book(_: Peers) -> Figures:
    """A book of 2,000 pages, read as a pipeline reads it: page ranges in one child process."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "book.pdf"
        write_book(path)
        memory = []
        with ChildPool(1, Limits(memory_bytes=4 * 2**30, wall_seconds=600)) as pool:
            started = time.perf_counter()
            for number, pages in enumerate(split_pages(BOOK_PAGES, 25)):
                pool.submit(read_pages, path, pages, TEXT_ONLY).result()
                if number == 0:
                    first = time.perf_counter() - started
                memory.append(max(child.memory_info().rss for child in psutil.Process().children(recursive=True)))
            total = time.perf_counter() - started
    quarter = len(memory) // 4
    growth = max(memory[-quarter:]) / max(memory[:quarter])
    yield Figure("book_first_pages_seconds", first, FIRST_PAGES_SECONDS, at_most=True, unit="s to the first 25 pages")
    yield Figure("book_pages_per_second", BOOK_PAGES / total)
    yield Figure("book_memory_at_the_end", growth, 1.1, at_most=True, unit="of that at the begin")


def write_book(path: Path) -> None:
    canvas = Canvas(str(path), pagesize=(360, 560))
    for page in range(BOOK_PAGES):
        canvas.setFont("Times-Roman", 10)
        for line in range(36):
            canvas.drawString(40, 500 - 12 * line, f"Line {line} of page {page + 1} tells what happened on that day.")
        canvas.showPage()
    canvas.save()
