"""Compare the reading of PDF files with pdfplumber and PyMuPDF on the same pages: speed, rows, columns, scans, bombs.

The files are those of ``../shared/data/pdf``; where they are absent only the book that is made here is read. PyMuPDF
(AGPL) is compared with where it is installed; the order of columns, too, needs it: its truth is what two of PyMuPDF,
pdfminer and (where it is installed) pypdf agree on. The last lines are JSON, one a figure; a ratio above 1 means
docmill is better.
"""

from __future__ import annotations

import csv
import importlib.util
import json
import re
import sys
import tempfile
import threading
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from reportlab.pdfgen.canvas import Canvas

from docmill.documents.engines.interface import open_source
from docmill.documents.isolated import IsolatedReader
from docmill.documents.layout.page import lay_out
from docmill.documents.pages import PageReader
from docmill.documents.reading import read_pages, split_pages
from docmill.errors import DocmillError
from docmill.resilience.isolation import ChildPool, Limits
from docmill.settings import DocumentSettings

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "pdf"
TEXT_ONLY = DocumentSettings(ocr="never")
MOST_PAGES = 30
BOOK_PAGES = 2000
SEQUENCE = 8

Lines = Iterator[dict[str, object]]


def main() -> None:
    lines: list[dict[str, object]] = []
    if SHARED.is_dir():
        for part in (speed, processes, rows, columns, scans, hostile):
            lines += part()
    else:
        print("bench documents: ../shared/data/pdf is not here", file=sys.stderr)
    lines += book()
    for line in lines:
        print(json.dumps({"bench": "documents", **line}))


def figure(
    metric: str, docmill: float, peer: float | None, peer_name: str, *, less_is_better: bool = False
) -> dict[str, object]:
    ratio = None
    if peer and docmill:
        ratio = round(peer / docmill if less_is_better else docmill / peer, 2)
    return {
        "metric": metric,
        "docmill": round(docmill, 4),
        "peer": None if peer is None else round(peer, 4),
        "peer_name": peer_name,
        "ratio": ratio,
    }


def good_files() -> list[Path]:
    with (SHARED / "manifest.csv").open(encoding="utf-8") as file:
        return [
            SHARED / row["file"] for row in csv.DictReader(file) if row["expected"] == "text" and not row["password"]
        ]


def read_docmill(path: Path) -> int:
    with PageReader(path, TEXT_ONLY) as reader:
        pages = min(reader.page_count, MOST_PAGES)
        for number in range(1, pages + 1):
            reader.read_text(number)
    return pages


def read_pdfplumber(path: Path) -> int:
    import pdfplumber

    with pdfplumber.open(path) as document:
        pages = document.pages[:MOST_PAGES]
        for page in pages:
            page.extract_text()
            page.close()
        return len(pages)


def read_pymupdf(path: Path) -> int:
    import pymupdf

    with pymupdf.open(path) as document:
        pages = min(len(document), MOST_PAGES)
        for number in range(pages):
            document[number].get_text(sort=True)
        return pages


def speed() -> Lines:
    """Pages a second of processor time on one core, layout included; the peers read the same pages."""
    files = good_files()
    readers: dict[str, Callable[[Path], int]] = {"docmill": read_docmill, "pdfplumber": read_pdfplumber}
    if importlib.util.find_spec("pymupdf"):
        readers["PyMuPDF sort=True"] = read_pymupdf
    rates = {}
    for name, read in readers.items():
        read(files[0])
        started = time.process_time()
        pages = sum(map(read, files))
        rates[name] = pages / (time.process_time() - started)
        print(f"{name:<20} {pages} pages, {rates[name]:.1f} pages/s")
    for name, rate in rates.items():
        if name != "docmill":
            yield figure("pages_per_second", rates["docmill"], rate, name)


def processes() -> Lines:
    """A book of 352 pages, read in child processes: two against one."""
    seconds = {}
    for count in (1, 2):
        with IsolatedReader(TEXT_ONLY, count, keep_words=False) as reader:
            for _ in range(2):
                started = time.perf_counter()
                reader.read(SHARED / "book_freeculture_352p.pdf")
                seconds[count] = time.perf_counter() - started
    yield figure("seconds_two_processes", seconds[2], seconds[1], "one process", less_is_better=True)


def rows() -> Lines:
    """The share of laboratory rows that stand on one line, name to range."""
    expected = json.loads((SHARED / "lab_rows.json").read_text(encoding="utf-8"))
    files = [name for name in expected if not name.startswith("scan") and (SHARED / name).is_file()]
    found = {"docmill": 0, "pdfplumber": 0}
    for name in files:
        for peer, text in (("docmill", docmill_text(SHARED / name)), ("pdfplumber", pdfplumber_text(SHARED / name))):
            lines = [re.sub(r"\s", "", line) for line in text.split("\n")]
            found[peer] += sum(any("".join(row).replace(" ", "") in line for line in lines) for row in expected[name])
    total = sum(len(expected[name]) for name in files)
    yield figure("lab_rows_intact", found["docmill"] / total, found["pdfplumber"] / total, "pdfplumber")


def docmill_text(path: Path) -> str:
    with PageReader(path, TEXT_ONLY) as reader:
        return "\n".join(reader.read_text(number).text for number in range(1, reader.page_count + 1))


def pdfplumber_text(path: Path) -> str:
    import pdfplumber

    with pdfplumber.open(path) as document:
        return "\n".join(page.extract_text() or "" for page in document.pages)


def columns() -> Lines:
    """The share of sequences of eight words that stand in reading order on pages with two columns."""
    if not importlib.util.find_spec("pymupdf"):
        return
    for name in ("tracemonkey.pdf", "naacl06-shinyama.pdf"):
        path = SHARED / name
        truth = [agreed(texts) for texts in zip(*peer_texts(path), strict=True)]
        total = sum(map(len, truth))
        with open_source("pdfium", path, None) as source:
            ours = [lay_out(source.page_words(number).words)[0] for number in range(1, len(truth) + 1)]
        share = sum(len(page & sequences(text)) for page, text in zip(truth, ours, strict=True)) / total
        other = sum(len(page & sequences(text)) for page, text in zip(truth, sorted_texts(path), strict=True)) / total
        yield figure(f"columns_in_order_{path.stem}", share, other, "PyMuPDF sort=True")


def peer_texts(path: Path) -> list[list[str]]:
    import pymupdf
    from pdfminer.high_level import extract_pages
    from pdfminer.layout import LAParams, LTTextContainer

    mined = [
        "\n".join(element.get_text() for element in page if isinstance(element, LTTextContainer))
        for page in extract_pages(path, laparams=LAParams())
    ]
    with pymupdf.open(path) as document:
        texts = [mined, [page.get_text() for page in document]]
    if importlib.util.find_spec("pypdf"):
        import pypdf

        texts.append([page.extract_text() for page in pypdf.PdfReader(path).pages])
    return texts


def sorted_texts(path: Path) -> list[str]:
    import pymupdf

    with pymupdf.open(path) as document:
        return [page.get_text(sort=True) for page in document]


def agreed(texts: tuple[str, ...]) -> set[tuple[str, ...]]:
    found = Counter(sequence for text in texts for sequence in sequences(text))
    return {sequence for sequence, count in found.items() if count > 1}


def sequences(text: str) -> set[tuple[str, ...]]:
    plain = unicodedata.normalize("NFKC", text).lower()
    words = re.findall(r"\w+", re.sub(r"(\w)-\s*\n\s*(\w)", r"\1\2", plain))
    return {tuple(words[start : start + SEQUENCE]) for start in range(len(words) - SEQUENCE + 1)}


def scans() -> Lines:
    """The share of laboratory rows that recognition reads without a fault, and rows with another value."""
    if not importlib.util.find_spec("rapidocr"):
        return
    expected = json.loads((SHARED / "lab_rows.json").read_text(encoding="utf-8"))
    exact = wrong = total = 0
    with IsolatedReader(DocumentSettings(), 1, keep_words=False) as reader:
        for name in expected:
            if not name.startswith("scan") or not (SHARED / name).is_file():
                continue
            text = "\n".join(page.text for page in reader.read(SHARED / name).pages)
            lines = [re.sub(r"\s", "", line) for line in text.split("\n")]
            for row in expected[name]:
                bare = [cell.replace(" ", "") for cell in row]
                total += 1
                exact += any("".join(bare) in line for line in lines)
                named = [line for line in lines if line.startswith(bare[0])]
                wrong += bool(named) and not any(line.startswith(bare[0] + bare[1]) for line in named)
    yield figure("scanned_rows_exact", exact / total, None, "")
    yield figure("scanned_rows_with_wrong_value", wrong, None, "")


def hostile() -> Lines:
    """The longest time and the most memory of a child on files that were made to hurt."""
    with (SHARED / "manifest.csv").open(encoding="utf-8") as file:
        names = [row["file"] for row in csv.DictReader(file) if row["expected"] == "any-bounded"]
    longest = 0.0
    with IsolatedReader(DocumentSettings(), 1) as reader, watched_children() as peak:
        for name in names:
            started = time.perf_counter()
            try:
                reader.read(SHARED / name)
            except DocmillError as error:
                print(f"{name:<40} {error.code}")
            longest = max(longest, time.perf_counter() - started)
    yield figure("hostile_seconds", longest, 30.0, "limit", less_is_better=True)
    yield figure("hostile_megabytes", max(peak) / 2**20, 512.0, "limit", less_is_better=True)


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


def book() -> Lines:
    """A book of 2,000 pages, read as a pipeline reads it: page ranges in one child process."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "book.pdf"
        write_book(path)
        ranges = split_pages(BOOK_PAGES, 25)
        memory = []
        with ChildPool(1, Limits(memory_bytes=4 * 2**30, wall_seconds=600)) as pool:
            started = time.perf_counter()
            for number, pages in enumerate(ranges):
                pool.submit(read_pages, path, pages, TEXT_ONLY).result()
                if number == 0:
                    first = time.perf_counter() - started
                memory.append(max(child.memory_info().rss for child in psutil.Process().children(recursive=True)))
            total = time.perf_counter() - started
    print(f"{BOOK_PAGES} pages in {total:.1f} s, first 25 after {first:.2f} s")
    yield figure("book_pages_per_second", BOOK_PAGES / total, None, "")
    yield figure("book_first_pages_seconds", first, None, "")
    quarter = len(memory) // 4
    yield figure("book_memory_end_against_begin", max(memory[-quarter:]) / max(memory[:quarter]), None, "")


def write_book(path: Path) -> None:
    canvas = Canvas(str(path), pagesize=(360, 560))
    for page in range(BOOK_PAGES):
        canvas.setFont("Times-Roman", 10)
        for line in range(36):
            canvas.drawString(40, 500 - 12 * line, f"Line {line} of page {page + 1} tells what happened on that day.")
        canvas.showPage()
    canvas.save()


if __name__ == "__main__":
    main()
