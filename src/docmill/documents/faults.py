"""Pages that could not be read, and documents of which nothing could be read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from docmill.documents.models import PageText
from docmill.documents.ocr.decision import PICTURE_BESIDE_TEXT
from docmill.errors import (
    DocmillError,
    DocumentError,
    IsolationError,
    NoText,
    PageTimeout,
    TimeLimitExceeded,
    all_errors,
)

T = TypeVar("T")

# After as many pages that broke their child, the rest of the document is given up.
_MOST_BROKEN_IN_A_ROW = 3
_MOST_BROKEN = 30


class Patience:
    """How long a document is read whose pages break their child.

    Attributes:
        exhausted_by: The last error, where the rest of the document is given up; None until then.
    """

    def __init__(self) -> None:
        self.exhausted_by: IsolationError | None = None
        self._in_a_row = 0
        self._broken = 0

    def page_read(self) -> None:
        """Note a page that broke nothing."""
        self._in_a_row = 0

    def page_broken(self, error: IsolationError) -> None:
        """Note a page that broke its child."""
        self._in_a_row += 1
        self._broken += 1
        if self._in_a_row >= _MOST_BROKEN_IN_A_ROW or self._broken >= _MOST_BROKEN:
            self.exhausted_by = error


def called_twice(call: Callable[[], T]) -> T:
    """Return what a call in a child returns; a child that died without a limit being met is given a second try.

    The first death may be the doing of the machine, or of a file that was read before.
    """
    try:
        return call()
    except IsolationError as error:
        if error.code != IsolationError.code:
            raise
    return call()


def failed_page(number: int, error: DocmillError) -> PageText:
    """Return the place of a page that could not be read."""
    code = PageTimeout.code if isinstance(error, TimeLimitExceeded) else error.code
    return PageText(number=number, text="", method="failed", error_code=code)


def unread_picture(page: PageText, error: DocmillError) -> PageText:
    """Return a page whose picture could not be read: its own text, where that stands beside the picture."""
    if page.signals.get("decision") != PICTURE_BESIDE_TEXT:
        return failed_page(page.number, error)
    return page.model_copy(update={"signals": page.signals | {"picture_error": error.code}})


def without_recognition(page: PageText) -> PageText:
    """Return a page that needs character recognition where none is installed."""
    return page.model_copy(update={"signals": page.signals | {"ocr_missing": True}})


def check_pages(pages: Sequence[PageText]) -> None:
    """Refuse a document of which nothing could be read; a document of blank pages is fine.

    Args:
        pages: All pages that were asked for.

    Raises:
        DocmillError: Every page failed: the error of the first.
        NoText: The pages are scans and character recognition is not installed.
        DocumentError: The file was damaged and what was saved of it holds no text.
    """
    if pages and all(page.method == "failed" for page in pages):
        number, cause = pages[0].number, all_errors()[str(pages[0].error_code)]
        raise cause(f"No page of the document could be read; page {number}: {cause().message}", page=number)
    if any(page.text for page in pages):
        return
    if any(page.signals.get("ocr_missing") for page in pages):
        raise NoText("The document is a scan; install the extra `ocr` to read it.")
    if any(page.recovered for page in pages):
        raise DocumentError("The document is damaged and nothing in it could be read.")
