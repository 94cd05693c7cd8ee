"""Pages a second beside the peers, and two processes beside one."""

from __future__ import annotations

import time
from pathlib import Path

from bench.reading.figures import SHARED, Figure, Figures
from bench.reading.manifest import manifest
from bench.reading.peers import Peers
from docmill.documents.isolated import IsolatedReader
from docmill.documents.pages import PageReader
from docmill.resilience.isolation import ChildPool, Limits
from docmill.settings import DocumentSettings

TEXT_ONLY = DocumentSettings(ocr="never")
MOST_PAGES = 30
TURNS = 3
PEERS = {"pdfplumber": 8.0, "pymupdf-sorted": 1.4}


def good_files() -> list[Path]:
    return [SHARED / row["file"] for row in manifest() if row["expected"] == "text" and not row["password"]]


def docmill_pages_per_second(files: list[Path]) -> float:
    read_pages(files[0])
    started = time.process_time()
    pages = sum(map(read_pages, files))
    return pages / (time.process_time() - started)


def read_pages(path: Path) -> int:
    with PageReader(path, TEXT_ONLY) as reader:
        pages = min(reader.page_count, MOST_PAGES)
        for number in range(1, pages + 1):
            reader.read_text(number)
    return pages


def speed(peers: Peers) -> Figures:
    """Pages a second of processor time, layout included: in turns on the same pages, the best turn of each."""
    files = good_files()
    ours: list[float] = []
    theirs: dict[str, list[float]] = {name: [] for name in PEERS}
    for _ in range(TURNS):
        ours.append(docmill_pages_per_second(files))
        for name, rates in theirs.items():
            rates.append(peers.pages_per_second(name, files, MOST_PAGES))
    yield Figure("pages_per_second", max(ours))
    for name, bar in PEERS.items():
        yield Figure(f"pages_per_second {name}", max(theirs[name]))
        yield Figure(f"times as fast as {name}", max(ours) / max(theirs[name]), bar)


def processes(_: Peers) -> Figures:
    """A book of 352 pages in child processes, with two and with one in turns: the best turn of each.

    Plain arithmetic in the same turns tells what two processes are worth on this machine at this time.
    """
    book: dict[int, list[float]] = {1: [], 2: []}
    sums: dict[int, list[float]] = {1: [], 2: []}
    with IsolatedReader(TEXT_ONLY, 1, keep_words=False) as one, IsolatedReader(TEXT_ONLY, 2, keep_words=False) as two:
        for _turn in range(TURNS + 1):
            for count, reader in ((1, one), (2, two)):
                started = time.perf_counter()
                reader.read(SHARED / "book_freeculture_352p.pdf")
                book[count].append(time.perf_counter() - started)
                sums[count].append(seconds_of_sums(count))
    yield Figure("two processes against one", min(book[1][1:]) / min(book[2][1:]), 1.7)
    yield Figure("two processes against one, plain arithmetic", min(sums[1][1:]) / min(sums[2][1:]))


def seconds_of_sums(count: int) -> float:
    with ChildPool(count, Limits(memory_bytes=2**30, wall_seconds=120)) as pool:
        for future in [pool.submit(add_up) for _ in range(count)]:
            future.result()
        started = time.perf_counter()
        for future in [pool.submit(add_up) for _ in range(4)]:
            future.result()
        return time.perf_counter() - started


def add_up() -> int:
    return sum(range(20_000_000))
