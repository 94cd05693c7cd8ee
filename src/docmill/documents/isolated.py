"""Reading files of strangers: every touch in a child process, one bad page costs that page.

Pages are read in runs. A run whose child dies or takes too long is read again page by page, so that only the page
that did it is lost.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

from docmill.documents.models import DocumentInfo, PageRange, PageText
from docmill.documents.reading import inspect_document, split_pages
from docmill.errors import (
    DocmillError,
    DocumentError,
    InvalidInput,
    IsolationError,
    MissingExtra,
    NoText,
    PageTimeout,
    TimeLimitExceeded,
    XfaPlaceholder,
    all_errors,
)
from docmill.resilience.isolation import ChildPool, Limits
from docmill.settings import DocumentSettings

if TYPE_CHECKING:
    from docmill.documents.pages import PageReader

_MEGABYTE = 2**20
_RUN_PAGES = 16
# After as many pages in a row that broke their child, the rest of the document is given up.
_MOST_BROKEN = 3


@dataclass
class ReadDocument:
    """A document as far as it could be read.

    Attributes:
        info: What the document says about itself.
        pages: The pages that were asked for; a page that could not be read has the method ``failed``.
    """

    info: DocumentInfo
    pages: list[PageText] = field(default_factory=list)


class IsolatedReader:
    """Reads documents in child processes, several at once.

    Args:
        settings: Engine, character recognition and limits.
        processes: Most child processes of each kind (text, recognition).
        keep_words: Whether pages keep their words; without them less has to travel between processes.
    """

    def __init__(self, settings: DocumentSettings, processes: int, *, keep_words: bool = True) -> None:
        self._settings = settings
        self._keep_words = keep_words
        self._text_pool = ChildPool(
            processes,
            Limits(settings.text_memory_mb * _MEGABYTE, settings.page_timeout_seconds),
            warm_up=functools.partial(_warm_up, settings.pdf_engine),
        )
        self._ocr_pool = ChildPool(
            processes, Limits(settings.ocr_memory_mb * _MEGABYTE, settings.ocr_page_timeout_seconds)
        )

    def read(self, path: Path, pages: PageRange | None = None, password: str | None = None) -> ReadDocument:
        """Read a document, or a range of its pages.

        Raises:
            DocumentError: The file cannot be read, or none of its pages.
            IsolationError: The file cannot be opened within the limits, or none of its pages can be read so.
            MissingExtra: Something that the settings ask for is not installed.
        """
        info = self._inspect(path, password)
        wanted = pages or PageRange(first=1, last=info.pages)
        if wanted.first > info.pages:
            raise InvalidInput(f"{path.name} has {info.pages} pages; page {wanted.first} is not one of them.")
        wanted = PageRange(first=wanted.first, last=min(wanted.last, info.pages))
        document = ReadDocument(info, list(self._read_text(path, wanted, password)))
        self._recognise(path, document, password)
        _check(path, document)
        return document

    def _inspect(self, path: Path, password: str | None) -> DocumentInfo:
        try:
            return self._text_pool.submit(inspect_document, path, self._settings, password).result()
        except TimeLimitExceeded:
            raise PageTimeout(f"Opening {path.name} took longer than its limit.") from None

    def close(self) -> None:
        """End the child processes."""
        self._text_pool.close(force=True)
        self._ocr_pool.close(force=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _read_text(self, path: Path, wanted: PageRange, password: str | None) -> Iterator[PageText]:
        runs = [
            PageRange(first=wanted.first + run.first - 1, last=wanted.first + run.last - 1)
            for run in split_pages(wanted.last - wanted.first + 1, _RUN_PAGES)
        ]
        futures = [self._submit_run(path, run, password) for run in runs]
        broken: list[PageText] = []
        for run, future in zip(runs, futures, strict=True):
            if len(broken) >= _MOST_BROKEN:
                future.cancel()
                yield from (_failed(number, str(broken[-1].error_code)) for number in range(run.first, run.last + 1))
                continue
            try:
                yield from future.result()
                broken = []
            except IsolationError as error:
                if run.first < run.last:
                    yield from self._read_singly(path, run, password, broken)
                else:
                    broken.append(_failed(run.first, _page_code(error)))
                    yield broken[-1]

    def _read_singly(
        self, path: Path, run: PageRange, password: str | None, broken: list[PageText]
    ) -> Iterator[PageText]:
        """Yield the pages of a run that broke its child, and note in ``broken`` those that do it again."""
        for number in range(run.first, run.last + 1):
            if len(broken) >= _MOST_BROKEN:
                yield _failed(number, str(broken[-1].error_code))
                continue
            try:
                yield from self._submit_run(path, PageRange(first=number, last=number), password).result()
                broken.clear()
            except IsolationError as error:
                broken.append(_failed(number, _page_code(error)))
                yield broken[-1]

    def _submit_run(self, path: Path, run: PageRange, password: str | None) -> Future[list[PageText]]:
        return self._text_pool.submit(_read_run, path, run, self._settings, password, self._keep_words)

    def _recognise(self, path: Path, document: ReadDocument, password: str | None) -> None:
        """Read the pages that need it by character recognition, in place."""
        wanted = [index for index, page in enumerate(document.pages) if page.signals.get("recognise")]
        futures = {
            index: self._ocr_pool.submit(
                _recognise_page, path, document.pages[index], self._settings, password, self._keep_words
            )
            for index in wanted[: self._settings.ocr_max_pages]
        }
        for index, future in futures.items():
            page = document.pages[index]
            try:
                document.pages[index] = future.result()
            except MissingExtra:
                if self._settings.ocr == "always":
                    raise
                document.pages[index] = page.model_copy(update={"signals": page.signals | {"ocr_missing": True}})
            except (DocumentError, IsolationError) as error:
                document.pages[index] = _failed(page.number, _page_code(error))


def _page_code(error: DocmillError) -> str:
    return PageTimeout.code if isinstance(error, TimeLimitExceeded) else error.code


def _failed(number: int, code: str) -> PageText:
    return PageText(number=number, text="", method="failed", error_code=code)


def _check(path: Path, document: ReadDocument) -> None:
    """Refuse a document of which nothing could be read.

    Raises:
        DocmillError: The error of its first page, or why no page has text.
    """
    pages = document.pages
    if all(page.method == "failed" for page in pages):
        code = str(pages[0].error_code)
        raise all_errors()[code](f"No page of {path.name} could be read: {code}.", page=pages[0].number)
    if any(page.text for page in pages):
        return
    if any(page.signals.get("ocr_missing") for page in pages):
        raise NoText(f"{path.name} is a scan; install the extra `ocr` to read it.")
    if document.info.recovered:
        raise DocumentError(f"{path.name} is damaged and nothing in it could be read.")


def _read_run(
    path: Path, run: PageRange, settings: DocumentSettings, password: str | None, keep_words: bool
) -> list[PageText]:
    """Read pages in the child; one that PDFium refuses costs only itself."""
    reader = _reader(path, settings, password)
    pages: list[PageText] = []
    for number in range(run.first, run.last + 1):
        try:
            page = reader.read_text(number)
        except XfaPlaceholder:
            raise
        except DocumentError as error:
            page = _failed(number, error.code)
        pages.append(page if keep_words else page.model_copy(update={"words": []}))
    return pages


def _recognise_page(
    path: Path, page: PageText, settings: DocumentSettings, password: str | None, keep_words: bool
) -> PageText:
    recognised = _reader(path, settings, password).recognise(page)
    return recognised if keep_words else recognised.model_copy(update={"words": []})


# The document that this child read last stays open, because most calls are for its next pages.
_kept: dict[tuple[object, ...], PageReader] = {}


def _reader(path: Path, settings: DocumentSettings, password: str | None) -> PageReader:
    from docmill.documents.pages import PageReader

    status = path.stat()
    key = (path, status.st_mtime_ns, status.st_size, settings.model_dump_json(), password)
    if key not in _kept:
        while _kept:
            _kept.popitem()[1].close()
        _kept[key] = PageReader(path, settings, password)
    return _kept[key]


def _warm_up(engine: str) -> None:
    """Import what reading needs, so that its time is not counted as a page's."""
    importlib.import_module("docmill.documents.pages")
    importlib.import_module(f"docmill.documents.engines.{engine}")
