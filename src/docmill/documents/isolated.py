"""Reading files of strangers: every touch in a child process, one bad page costs that page.

Pages are read in runs. A run whose child dies or takes too long is read again page by page, so that only the page
that did it is lost.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, TypeVar

from docmill.documents import page_calls
from docmill.documents.faults import (
    Patience,
    called_twice,
    check_pages,
    failed_page,
    unread_picture,
    without_recognition,
)
from docmill.documents.models import DocumentInfo, PageRange, PageText
from docmill.documents.reading import split_pages
from docmill.errors import DocumentError, InvalidInput, IsolationError, MissingExtra, PageTimeout, TimeLimitExceeded
from docmill.resilience.isolation import ChildPool, Limits
from docmill.settings import DocumentSettings

T = TypeVar("T")

_MEGABYTE = 2**20
_RUN_PAGES = 16


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
        self._processes = processes
        self._recognition_missing = False
        self._keep_words = keep_words
        self._text_pool = ChildPool(
            processes,
            Limits(settings.text_memory_mb * _MEGABYTE, settings.page_timeout_seconds),
            warm_up=functools.partial(page_calls.warm_up, settings.pdf_engine),
        )
        self._ocr_pool = ChildPool(
            processes, Limits(settings.ocr_memory_mb * _MEGABYTE, settings.ocr_page_timeout_seconds)
        )

    def read(self, path: Path, wanted: PageRange | None = None, password: str | None = None) -> ReadDocument:
        """Read a document, or a range of its pages.

        Raises:
            DocumentError: The file cannot be read, or none of its pages.
            IsolationError: The file cannot be opened within the limits, or none of its pages can be read so.
            MissingExtra: Something that the settings ask for is not installed.
        """
        info = self._inspect(path, password)
        wanted = wanted or PageRange(first=1, last=info.pages)
        if wanted.first > info.pages:
            raise InvalidInput(f"The document has {info.pages} pages; page {wanted.first} is not one of them.")
        wanted = PageRange(first=wanted.first, last=min(wanted.last, info.pages))
        pages = list(self._read_text(path, wanted, password))
        self._recognise(path, pages, password)
        check_pages(pages)
        return ReadDocument(info, pages)

    def _inspect(self, path: Path, password: str | None) -> DocumentInfo:
        try:
            return self._call(self._text_pool, page_calls.inspect, path, self._settings, password)
        except TimeLimitExceeded:
            raise PageTimeout("Opening the document took longer than its limit.") from None

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
        patience = Patience()
        for run, future in zip(runs, futures, strict=True):
            if patience.exhausted_by:
                future.cancel()
                yield from (failed_page(number, patience.exhausted_by) for number in range(run.first, run.last + 1))
                continue
            try:
                yield from future.result()
                patience.page_read()
            except IsolationError as error:
                yield from self._read_singly(path, run, password, patience, error)

    def _read_singly(
        self, path: Path, run: PageRange, password: str | None, patience: Patience, error: IsolationError
    ) -> Iterator[PageText]:
        """Yield the pages of a run that broke its child."""
        if run.first == run.last and error.code != IsolationError.code:
            patience.page_broken(error)
            yield failed_page(run.first, error)
            return
        for number in range(run.first, run.last + 1):
            if patience.exhausted_by:
                yield failed_page(number, patience.exhausted_by)
                continue
            try:
                yield from self._submit_run(path, PageRange(first=number, last=number), password).result()
                patience.page_read()
            except IsolationError as fault:
                patience.page_broken(fault)
                yield failed_page(number, fault)

    def _call(self, pool: ChildPool, function: Callable[..., T], *arguments: Any) -> T:
        return called_twice(lambda: pool.submit(function, *arguments).result())

    def _submit_run(self, path: Path, run: PageRange, password: str | None) -> Future[list[PageText]]:
        return self._text_pool.submit(page_calls.read_run, path, run, self._settings, password, self._keep_words)

    def _recognise(self, path: Path, pages: list[PageText], password: str | None) -> None:
        """Read the pages that need it by character recognition, in place."""
        wanted = [index for index, page in enumerate(pages) if page.signals.get("recognise")]
        with ThreadPoolExecutor(max_workers=self._processes) as threads:
            read = functools.partial(self._recognise_page, path, password)
            chosen = wanted[: self._settings.ocr_max_pages]
            for index, page in zip(chosen, threads.map(read, [pages[index] for index in chosen]), strict=True):
                pages[index] = page
        if not self._keep_words:
            for index in wanted:
                pages[index] = pages[index].model_copy(update={"words": []})

    def _recognise_page(self, path: Path, password: str | None, page: PageText) -> PageText:
        """Let the one kind of child draw the page and the other read the picture, which cannot hurt it."""
        if self._recognition_missing:
            return without_recognition(page)
        try:
            image = self._call(self._text_pool, page_calls.render_page, path, page, self._settings, password)
            return self._call(self._ocr_pool, page_calls.recognise_page, page, image, self._settings)
        except MissingExtra:
            if self._settings.ocr == "always":
                raise
            self._recognition_missing = True
            return without_recognition(page)
        except (DocumentError, IsolationError) as error:
            return unread_picture(page, error)
