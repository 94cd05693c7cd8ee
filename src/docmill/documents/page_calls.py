"""What child processes are asked to do with a document: the functions that travel there."""

from __future__ import annotations

import importlib
from pathlib import Path

from docmill.documents.faults import failed_page
from docmill.documents.models import DocumentInfo, PageRange, PageText
from docmill.documents.ocr.image import PageImage
from docmill.documents.opening import open_pdf
from docmill.documents.pages import PageReader, recognise
from docmill.documents.reading import check_file
from docmill.errors import DocumentError, TooManyPages, XfaPlaceholder
from docmill.settings import DocumentSettings

# The document that this process read last stays open, because most calls are for its next pages.
_kept: dict[tuple[object, ...], PageReader] = {}


def inspect(path: Path, settings: DocumentSettings, password: str | None) -> DocumentInfo:
    """Return what a PDF says about itself.

    Raises:
        DocumentError: The file cannot be read, or is over a limit.
    """
    check_file(path, settings)
    with open_pdf(path, settings, password) as opened:
        document = opened.document
        if document.page_count > settings.max_pages:
            raise TooManyPages(
                f"The document has {document.page_count} pages; the limit is {settings.max_pages} (DOCMILL_MAX_PAGES)."
            )
        return DocumentInfo(
            pages=document.page_count,
            encrypted=document.encrypted,
            permissions=document.permissions,
            producer=document.producer,
            recovered=opened.recovered,
            attachments=document.attachments,
        )


def read_run(
    path: Path, run: PageRange, settings: DocumentSettings, password: str | None, keep_words: bool = True
) -> list[PageText]:
    """Return the text of a run of pages; one that cannot be read costs only itself.

    Raises:
        DocumentError: The file cannot be read.
    """
    reader = _reader(path, settings, password)
    pages = [_read_page(reader, number) for number in range(run.first, run.last + 1)]
    # Recognition adds to the words that are there.
    return [
        page if keep_words or page.signals.get("recognise") else page.model_copy(update={"words": []}) for page in pages
    ]


def render_page(path: Path, page: PageText, settings: DocumentSettings, password: str | None) -> PageImage:
    """Return the image of a page that was read.

    Raises:
        DocumentError: A picture on it cannot be drawn.
    """
    return _reader(path, settings, password).render(page)


def recognise_page(page: PageText, image: PageImage, settings: DocumentSettings) -> PageText:
    """Return a page read by character recognition."""
    return recognise(page, image, settings.ocr_engine)


def warm_up(engine: str) -> None:
    """Import an engine, so that its time is not counted as a page's."""
    importlib.import_module(f"docmill.documents.engines.{engine}")


def release() -> None:
    """Close the document that was read last."""
    while _kept:
        _kept.popitem()[1].close()


def _read_page(reader: PageReader, number: int) -> PageText:
    try:
        return reader.read_text(number)
    except XfaPlaceholder:
        raise
    except DocumentError as error:
        return failed_page(number, error)


def _reader(path: Path, settings: DocumentSettings, password: str | None) -> PageReader:
    status = path.stat()
    key = (path, status.st_mtime_ns, status.st_size, settings.model_dump_json(), password)
    if key not in _kept:
        release()
        _kept[key] = PageReader(path, settings, password)
    return _kept[key]
