"""The one interface of all engines, and how one is chosen by name."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Self

from docmill.documents.words import PageWords


class WordSource(ABC):
    """An open document that gives the words of its pages."""

    @abstractmethod
    def page_words(self, number: int) -> PageWords:
        """Return the words of a page, counted from 1."""

    @abstractmethod
    def close(self) -> None:
        """Let the file go."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_source(engine: str, path: Path, password: str | None) -> WordSource:
    """Open a PDF with an engine.

    Args:
        engine: Its name, as in the setting ``PDF_ENGINE``.
        path: The file.
        password: The document's password, where it has one.

    Raises:
        DocumentError: The engine cannot read the file.
        MissingExtra: The engine is not installed.
    """
    if engine == "pdfplumber":
        from docmill.documents.engines.pdfplumber import PdfplumberSource

        return PdfplumberSource(path, password)
    if engine == "pymupdf":
        from docmill.documents.engines.pymupdf import PymupdfSource

        return PymupdfSource(path, password)
    from docmill.documents.engines.pdfium import PdfiumDocument

    return PdfiumDocument(path, password)
