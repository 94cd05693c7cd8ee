"""What a peer does; run by the interpreter of the peers' environment, and free of docmill."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator


def pdfplumber_pages(path: str) -> Iterator[str]:
    import pdfplumber

    with pdfplumber.open(path) as document:
        for page in document.pages:
            yield page.extract_text() or ""
            page.close()


def pymupdf_pages(path: str) -> Iterator[str]:
    import pymupdf

    with pymupdf.open(path) as document:
        for page in document:
            yield page.get_text()


def sorted_pages(path: str) -> Iterator[str]:
    import pymupdf

    with pymupdf.open(path) as document:
        for page in document:
            yield page.get_text(sort=True)


def pdfminer_pages(path: str) -> Iterator[str]:
    from pdfminer.high_level import extract_pages
    from pdfminer.layout import LAParams, LTTextContainer

    for page in extract_pages(path, laparams=LAParams()):
        yield "\n".join(element.get_text() for element in page if isinstance(element, LTTextContainer))


def pypdf_pages(path: str) -> Iterator[str]:
    import pypdf

    for page in pypdf.PdfReader(path).pages:
        yield page.extract_text()


READERS: dict[str, Callable[[str], Iterator[str]]] = {
    "pdfplumber": pdfplumber_pages,
    "pymupdf": pymupdf_pages,
    "pymupdf-sorted": sorted_pages,
    "pdfminer": pdfminer_pages,
    "pypdf": pypdf_pages,
}


def speed(name: str, most: str, *files: str) -> dict[str, float]:
    read = READERS[name]
    next(iter(read(files[0])), None)
    started = time.process_time()
    pages = sum(1 for file in files for _ in zip(range(int(most)), read(file), strict=False))
    return {"pages": pages, "seconds": time.process_time() - started}


def texts(name: str, path: str) -> list[str]:
    return list(READERS[name](path))


if __name__ == "__main__":
    print(json.dumps({"speed": speed, "texts": texts}[sys.argv[1]](*sys.argv[2:])))
