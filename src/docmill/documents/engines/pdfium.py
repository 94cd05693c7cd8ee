"""PDFium through pypdfium2: the default engine, and the one that opens every PDF.

PDFium is not safe with threads, and it aborts the process when it cannot allocate: every call belongs into a child
process (``resilience.isolation``) that does one thing at a time.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pypdfium2.raw as pdfium

from docmill.documents.engines.interface import WordSource
from docmill.documents.engines.pdfium_drawing import Drawing, check_pictures, render
from docmill.documents.engines.pdfium_forms import FormFiller, Notes, joined_combs, with_notes
from docmill.documents.engines.pdfium_layers import Layers
from docmill.documents.engines.pdfium_parts import page_parts, unmapped_share
from docmill.documents.engines.pdfium_text import TextReader
from docmill.documents.ocr.image import PageImage
from docmill.documents.words import PageWords, PlacedWord
from docmill.errors import DocumentError, EncryptedDocument, NoPages, WrongPassword


class PdfiumDocument(WordSource):
    """An open PDF.

    Args:
        path: The file.
        password: The user's or owner's password.

    Raises:
        EncryptedDocument: It needs a password and none was given.
        WrongPassword: The password does not open it.
        NoPages: It has no pages.
        DocumentError: PDFium cannot read it.
    """

    def __init__(self, path: Path, password: str | None = None) -> None:
        _initialise()
        secret = None if password is None else password.encode() + b"\0"
        self._document = pdfium.FPDF_LoadDocument(str(path).encode("utf-8", "surrogateescape") + b"\0", secret)
        if not self._document:
            # Only a load that failed sets the error. After one that found no pages, it is still that of the file
            # before, for example "wrong password".
            raise _load_error(path, pdfium.FPDF_GetLastError(), password)
        self._forms = FormFiller(self._document)
        self._layers = Layers(path, password)
        self._page: Any = None
        self._notes = Notes()
        self._page_number = 0
        self._hidden_texts = 0
        self.page_count: int = pdfium.FPDF_GetPageCount(self._document)
        if not self._has_a_page():
            self.close()
            raise NoPages("The document has no pages.")

    def _has_a_page(self) -> bool:
        """Whether at least one of the pages that the file counts exists."""
        size = pdfium.FS_SIZEF()
        return any(
            pdfium.FPDF_GetPageSizeByIndexF(self._document, index, ctypes.byref(size))
            for index in range(self.page_count)
        )

    @property
    def encrypted(self) -> bool:
        """Whether the file is encrypted, with or without the need for a password."""
        return bool(pdfium.FPDF_GetSecurityHandlerRevision(self._document) >= 0)

    @property
    def permissions(self) -> int:
        """The permission bits of the file (ISO 32000-1, table 22); all ones where it is not encrypted."""
        return int(pdfium.FPDF_GetDocPermissions(self._document))

    @property
    def attachments(self) -> int:
        """Number of files that are embedded in the document."""
        return max(0, int(pdfium.FPDFDoc_GetAttachmentCount(self._document)))

    @property
    def producer(self) -> str:
        """The program that wrote the file, as the file says."""
        size = pdfium.FPDF_GetMetaText(self._document, b"Producer", None, 0)
        buffer = ctypes.create_string_buffer(size)
        pdfium.FPDF_GetMetaText(self._document, b"Producer", buffer, size)
        return buffer.raw[: max(0, size - 2)].decode("utf-16-le", "replace")

    def page(self, number: int) -> Any:
        """Return a page, counted from 1, as an ``FPDF_PAGE``.

        Its form fields and notes are made part of it; what stands on hidden layers is none.

        It stays open until another one is asked for.

        Raises:
            DocumentError: The page cannot be read.
        """
        if self._page_number != number:
            self._close_page()
            page = self._load_page(number)
            self._notes = self._forms.notes(page)
            if self._notes.boxes and self._forms.flatten(page):
                pdfium.FPDF_ClosePage(page)
                page = self._load_page(number)
            self._hidden_texts = self._layers.leave_out(page)
            self._page, self._page_number = page, number
        return self._page

    def _load_page(self, number: int) -> Any:
        page = pdfium.FPDF_LoadPage(self._document, number - 1)
        if not page:
            raise DocumentError(f"Page {number} cannot be read.", page=number)
        return page

    def _close_page(self) -> None:
        if self._page is not None:
            pdfium.FPDF_ClosePage(self._page)
        self._page, self._page_number = None, 0

    def page_words(self, number: int) -> PageWords:
        """Return the words of a page, counted from 1.

        Raises:
            DocumentError: The page cannot be read.
        """
        page = self.page(number)
        with _text_page(page, number) as text_page:
            found = TextReader(page, text_page).read()
        found.words = joined_combs(found.words, self._notes.combs)
        found.hidden = self._hidden_texts
        return found

    def with_notes(self, number: int, found: PageWords) -> PageWords:
        """Return what another engine found on a page, with the values of form fields, typed notes and stamps.

        Raises:
            DocumentError: The page cannot be read.
        """
        self.page(number)
        boxes = self._notes.boxes
        return with_notes(found, self.page_words(number).words, boxes) if boxes else found

    def look_closer(self, number: int, words: Iterable[PlacedWord]) -> dict[str, float | int]:
        """Return the costly signals of a page: ``image_cover``, ``image_characters``, ``paths`` and ``texts``."""
        parts = page_parts(self.page(number), words)
        return {
            "image_cover": round(parts.image_cover, 3),
            "image_characters": parts.image_characters,
            "paths": parts.paths,
            "texts": parts.texts,
        }

    def unmapped(self, number: int) -> float:
        """Return the share of a page's characters for which the file gives no Unicode value."""
        with _text_page(self.page(number), number) as text_page:
            return round(unmapped_share(text_page), 3)

    def render(self, number: int, drawing: Drawing) -> PageImage:
        """Return a grey image of a page, counted from 1.

        Raises:
            PictureTooLarge: A picture on it cannot be decoded within the memory.
        """
        return render(self.page(number), number, drawing)

    def check_pictures(self, number: int, drawing: Drawing) -> None:
        """Refuse a page with a picture that cannot be decoded and so was left out of the drawing.

        Raises:
            DocumentError: There is such a picture.
        """
        check_pictures(self.page(number), number, drawing)

    @property
    def is_xfa(self) -> bool:
        """Whether the content is an XFA form, which PDFium does not draw."""
        return pdfium.FPDF_GetFormType(self._document) in (pdfium.FORMTYPE_XFA_FULL, pdfium.FORMTYPE_XFA_FOREGROUND)

    def close(self) -> None:
        """Let the file go."""
        if self._document:
            self._close_page()
            self._forms.close()
            pdfium.FPDF_CloseDocument(self._document)
            self._document = None


@contextmanager
def _text_page(page: Any, number: int) -> Iterator[Any]:
    text_page = pdfium.FPDFText_LoadPage(page)
    if not text_page:
        raise DocumentError(f"The text of page {number} cannot be read.", page=number)
    try:
        yield text_page
    finally:
        pdfium.FPDFText_ClosePage(text_page)


def _initialise() -> None:
    # Importing the package, not only its raw part, initialises the library and registers its end.
    import pypdfium2  # noqa: F401


def _load_error(path: Path, code: int, password: str | None) -> DocumentError:
    if code == pdfium.FPDF_ERR_PASSWORD:
        if password is None:
            return EncryptedDocument("The document needs a password; give it with --password-file.")
        return WrongPassword("The password does not open the document.")
    if code == pdfium.FPDF_ERR_SECURITY:
        return DocumentError("The document uses an encryption that is not supported; save it without one.")
    return DocumentError("The document is damaged and cannot be read; open it elsewhere and save it again.")
