"""Reading a PDF: what it is, and the text of its pages.

Everything here runs in the process that calls it. Files that strangers bring are read in child processes: see
``isolated.py``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from docmill.documents.models import DocumentInfo, PageRange, PageText
from docmill.errors import EmptyFile, MissingExtra, NotAPdf, TooLarge, TooManyPages
from docmill.settings import DocumentSettings

if TYPE_CHECKING:
    from docmill.documents.pages import PageReader

_MARK = b"%PDF-"
_MARK_WITHIN = 1024


def check_file(path: Path, settings: DocumentSettings) -> None:
    """Refuse what cannot be a readable PDF, by size and first bytes alone.

    Raises:
        EmptyFile: The file has no bytes.
        TooLarge: It is larger than the limit.
        NotAPdf: The mark of a PDF is missing.
    """
    size = path.stat().st_size
    if size == 0:
        raise EmptyFile(f"{path.name} has no bytes; upload it again.")
    if size > settings.max_size_kb * 1024:
        raise TooLarge(
            f"{path.name} has {size} bytes; the limit is {settings.max_size_kb} kB (UPLOADED_DOCUMENTS_MAX_SIZE_KB)."
        )
    with path.open("rb") as file:
        if _MARK not in file.read(_MARK_WITHIN):
            raise NotAPdf(f"{path.name} is not a PDF: {_MARK.decode()} is missing from its first 1,024 bytes.")


def inspect_document(path: Path, settings: DocumentSettings, password: str | None = None) -> DocumentInfo:
    """Open a PDF and return what it says about itself.

    Raises:
        DocumentError: The file cannot be read, or is over a limit; see ``docmill.errors`` for the classes.
    """
    from docmill.documents.opening import open_pdf

    check_file(path, settings)
    with open_pdf(path, settings, password) as opened:
        document = opened.document
        if document.page_count > settings.max_pages:
            raise TooManyPages(
                f"{path.name} has {document.page_count} pages; the limit is {settings.max_pages} (DOCMILL_MAX_PAGES)."
            )
        return DocumentInfo(
            pages=document.page_count,
            encrypted=document.encrypted,
            permissions=document.permissions,
            producer=document.producer,
            recovered=opened.recovered,
        )


def split_pages(pages: int, size: int) -> list[PageRange]:
    """Return the page ranges of a document, each of ``size`` pages, the last one of what is left."""
    return [PageRange(first=first, last=min(first + size - 1, pages)) for first in range(1, pages + 1, size)]


def read_pages(path: Path, pages: PageRange, settings: DocumentSettings, password: str | None = None) -> list[PageText]:
    """Return the text of a range of pages.

    Pages without readable text are recognised, at most ``ocr_max_pages`` of them. Where character recognition is
    not installed, they stay as they are and their signals say ``ocr_missing``.

    Raises:
        DocumentError: The file or a page cannot be read.
        MissingExtra: The engine is not installed, or recognition of every page is asked for and is not installed.
    """
    from docmill.documents.pages import PageReader

    found: list[PageText] = []
    left = settings.ocr_max_pages
    with PageReader(path, settings, password) as reader:
        for number in range(pages.first, pages.last + 1):
            page = reader.read_text(number)
            if page.signals["recognise"] and left > 0:
                left -= 1
                page = _recognise(reader, page, settings)
            found.append(page)
    return found


def _recognise(reader: PageReader, page: PageText, settings: DocumentSettings) -> PageText:
    try:
        return reader.recognise(page)
    except MissingExtra:
        if settings.ocr == "always":
            raise
        return page.model_copy(update={"signals": page.signals | {"ocr_missing": True}})
