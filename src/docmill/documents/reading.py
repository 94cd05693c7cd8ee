"""Reading a PDF: what it is, and the text of its pages.

Everything here runs in the process that calls it. Files that strangers bring are read in child processes: see
``isolated.py``.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from docmill.documents.faults import Patience, called_twice, failed_page, unread_picture, without_recognition
from docmill.documents.models import DocumentInfo, PageRange, PageText
from docmill.errors import DocumentError, EmptyFile, IsolationError, MissingExtra, NotAPdf, TooLarge
from docmill.resilience.child import Limits, in_child
from docmill.resilience.isolation import ChildCaller
from docmill.settings import DocumentSettings

if TYPE_CHECKING:
    from docmill.documents.ocr.image import PageImage

T = TypeVar("T")

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
        raise EmptyFile("The file has no bytes; upload it again.")
    if size > settings.max_size_kb * 1024:
        raise TooLarge(
            f"The file has {size} bytes; the limit is {settings.max_size_kb} kB (UPLOADED_DOCUMENTS_MAX_SIZE_KB)."
        )
    with path.open("rb") as file:
        if _MARK not in file.read(_MARK_WITHIN):
            raise NotAPdf(f"The file is not a PDF: {_MARK.decode()} is missing from its first 1,024 bytes.")


def inspect_document(path: Path, settings: DocumentSettings, password: str | None = None) -> DocumentInfo:
    """Open a PDF and return what it says about itself; in a child process, a child of its own touches the file.

    Raises:
        DocumentError: The file cannot be read, or is over a limit; see ``docmill.errors`` for the classes.
        IsolationError: Opening the file took more memory or time than a page may.
    """
    from docmill.documents import page_calls

    if not in_child():
        return page_calls.inspect(path, settings, password)
    call = _own_child(_page_limits(settings)).call
    return called_twice(lambda: call(page_calls.inspect, path, settings, password))


def split_pages(pages: int, size: int) -> list[PageRange]:
    """Return the page ranges of a document, each of ``size`` pages, the last one of what is left."""
    return [PageRange(first=first, last=min(first + size - 1, pages)) for first in range(1, pages + 1, size)]


def read_pages(path: Path, pages: PageRange, settings: DocumentSettings, password: str | None = None) -> list[PageText]:
    """Return the text of a range of pages.

    In a child process of a ``ChildPool`` (so in every CPU step), a child of its own touches the file, with the memory
    and time limits of the settings: a page that breaks it comes back with the method ``failed`` and a code.
    Elsewhere everything happens in this process.

    Pages without readable text are recognised, at most ``ocr_max_pages`` of them. Where character recognition is
    not installed, they stay as they are and their signals say ``ocr_missing``.

    Raises:
        DocumentError: The file cannot be read.
        MissingExtra: The engine is not installed, or recognition of every page is asked for and is not installed.
    """
    from docmill.documents import page_calls

    if not in_child():
        try:
            return list(_read(_call_here, path, pages, settings, password))
        finally:
            page_calls.release()
    call = _own_child(_page_limits(settings)).call
    try:
        return list(_read(call, path, pages, settings, password))
    finally:
        # The child outlives the call; the document must not.
        call(page_calls.release)


@functools.cache
def _own_child(limits: Limits) -> ChildCaller:
    """Return the child of this child process: to fork one for each chunk takes longer than to read three pages."""
    return ChildCaller(limits, start="fork")


def _page_limits(settings: DocumentSettings) -> Limits:
    # Without a limit of its own on processor time, the child would live its whole life on that of one step.
    return Limits(settings.text_memory_mb * 2**20, settings.page_timeout_seconds, settings.page_timeout_seconds)


def _call_here(function: Callable[..., T], *arguments: Any) -> T:
    return function(*arguments)


def _read(
    call: Callable[..., Any], path: Path, pages: PageRange, settings: DocumentSettings, password: str | None
) -> Iterator[PageText]:
    from docmill.documents import page_calls

    left = settings.ocr_max_pages
    patience = Patience()
    for number in range(pages.first, pages.last + 1):
        if patience.exhausted_by:
            yield failed_page(number, patience.exhausted_by)
            continue
        run = PageRange(first=number, last=number)
        try:
            [page] = called_twice(functools.partial(call, page_calls.read_run, path, run, settings, password))
        except IsolationError as error:
            patience.page_broken(error)
            yield failed_page(number, error)
            continue
        if not page.signals.get("recognise") or left == 0:
            patience.page_read()
            yield page
            continue
        left -= 1
        try:
            image = called_twice(functools.partial(call, page_calls.render_page, path, page, settings, password))
            patience.page_read()
            yield _recognise(page, image, settings)
        except (DocumentError, IsolationError) as error:
            if isinstance(error, IsolationError):
                patience.page_broken(error)
            yield unread_picture(page, error)


def _recognise(page: PageText, image: PageImage, settings: DocumentSettings) -> PageText:
    from docmill.documents.pages import recognise

    try:
        return recognise(page, image, settings.ocr_engine)
    except MissingExtra:
        if settings.ocr == "always":
            raise
        return without_recognition(page)
