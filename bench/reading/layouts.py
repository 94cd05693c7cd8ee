"""Rows stay rows, columns follow each other, scans are read as printed."""

from __future__ import annotations

import json
import re
import tempfile
import unicodedata
from collections import Counter
from pathlib import Path

from tests.unit.documents.sheets import columns_of_prose

from bench.reading.figures import SHARED, Figure, Figures
from bench.reading.peers import Peers
from docmill.documents.engines.pdfium import PdfiumDocument
from docmill.documents.isolated import IsolatedReader
from docmill.documents.layout.page import lay_out
from docmill.settings import DocumentSettings

PAPERS = ("tracemonkey.pdf", "naacl06-shinyama.pdf")
WITNESSES = ("pymupdf", "pdfminer", "pypdf")
SEQUENCE = 8


def lab_rows() -> dict[str, list[list[str]]]:
    rows: dict[str, list[list[str]]] = json.loads((SHARED / "lab_rows.json").read_text(encoding="utf-8"))
    return {name: cells for name, cells in rows.items() if (SHARED / name).is_file()}


def docmill_pages(path: Path) -> list[str]:
    with PdfiumDocument(path) as document:
        return [lay_out(document.page_words(number + 1).words)[0] for number in range(document.page_count)]


def rows(peers: Peers) -> Figures:
    """The share of laboratory rows that stand on one line, name to range."""
    found, peer, total = 0, 0, 0
    for name, expected in lab_rows().items():
        if not name.startswith("scan"):
            found += whole_rows(expected, docmill_pages(SHARED / name))
            peer += whole_rows(expected, peers.texts("pdfplumber", SHARED / name))
            total += len(expected)
    yield Figure("lab_rows_intact", found / total, 1.0, unit=f"of {total} rows")
    yield Figure("lab_rows_intact_pdfplumber", peer / total, unit=f"of {total} rows")


def whole_rows(expected: list[list[str]], pages: list[str]) -> int:
    lines = [re.sub(r"\s", "", line) for page in pages for line in page.split("\n")]
    return sum(any(re.sub(r"\s", "", "".join(row)) in line for line in lines) for row in expected)


def columns(peers: Peers) -> Figures:
    """The share of sequences of eight words in reading order: on papers, and on columns whose text is known."""
    shares = []
    for name in PAPERS:
        texts = [peers.texts(witness, SHARED / name) for witness in WITNESSES]
        truth = [agreed(pages) for pages in zip(*texts, strict=True)]
        shares.append(share_in_order(truth, docmill_pages(SHARED / name)))
        yield Figure(f"columns_in_order {name}", shares[-1], 0.95, unit="of sequences that two of three peers agree on")
        sorted_pages = peers.texts("pymupdf-sorted", SHARED / name)
        yield Figure(f"columns_in_order {name}, PyMuPDF sort=True", share_in_order(truth, sorted_pages))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "prose.pdf"
        for count in (2, 3):
            for gutter in (10.0, 24.0):
                words = columns_of_prose(path, count, gutter=gutter)
                shares.append(share_in_order([sequences(" ".join(words))], docmill_pages(path)))
                yield Figure(f"columns_in_order {count} columns, gutter {gutter:.0f} pt", shares[-1], 0.95)
    yield Figure("columns_in_order", sum(shares) / len(shares), 0.95, unit="mean of the above")


def share_in_order(truth: list[set[tuple[str, ...]]], pages: list[str]) -> float:
    hits = sum(len(expected & sequences(text)) for expected, text in zip(truth, pages, strict=True))
    return hits / sum(map(len, truth))


def agreed(texts: tuple[str, ...]) -> set[tuple[str, ...]]:
    found = Counter(sequence for text in texts for sequence in sequences(text))
    return {sequence for sequence, count in found.items() if count > 1}


def sequences(text: str) -> set[tuple[str, ...]]:
    plain = unicodedata.normalize("NFKC", text).lower()
    words = re.findall(r"\w+", re.sub(r"(\w)-\s*\n\s*(\w)", r"\1\2", plain))
    return {tuple(words[start : start + SEQUENCE]) for start in range(len(words) - SEQUENCE + 1)}


def scans(_: Peers) -> Figures:
    """The share of laboratory rows that recognition reads without a fault, and rows with another value."""
    exact = wrong = total = 0
    with IsolatedReader(DocumentSettings(), 1, keep_words=False) as reader:
        for name, expected in lab_rows().items():
            if not name.startswith("scan"):
                continue
            lines = [
                re.sub(r"\s", "", line) for page in reader.read(SHARED / name).pages for line in page.text.split("\n")
            ]
            here = 0
            for row in expected:
                bare = [cell.replace(" ", "") for cell in row]
                here += any("".join(bare) in line for line in lines)
                named = [line for line in lines if line.startswith(bare[0])]
                wrong += bool(named) and not any(line.startswith(bare[0] + bare[1]) for line in named)
            print(f"{name:<40} {here}/{len(expected)} rows exact")
            exact, total = exact + here, total + len(expected)
    yield Figure("scanned_rows_exact", exact / total, 0.92, unit=f"of {total} rows")
    yield Figure("scanned_rows_with_wrong_value", wrong, 0, at_most=True)
