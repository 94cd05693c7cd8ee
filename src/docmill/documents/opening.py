"""Opening a PDF, with everything that is tried before a file is given up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from docmill.documents.engines.pdfium import PdfiumDocument
from docmill.documents.rescue import is_cut_short, repaired
from docmill.errors import DocumentError, WrongPassword
from docmill.settings import DocumentSettings


@dataclass(frozen=True)
class OpenPdf:
    """An open PDF.

    Attributes:
        document: The document in PDFium.
        path: The file that was opened: the given one, or a repaired copy.
        password: The password that opened it, where it needed one.
        recovered: Whether it is a repaired copy.
    """

    document: PdfiumDocument
    path: Path
    password: str | None
    recovered: bool


@contextmanager
def open_pdf(path: Path, settings: DocumentSettings, password: str | None) -> Iterator[OpenPdf]:
    """Open a PDF for the length of the block.

    Without a password, the one of the settings is tried. A password that does not fit is no failure where
    the file opens without one. A file that was cut short is repaired, where that is possible.

    Raises:
        DocumentError: The file cannot be read; ``EncryptedDocument``, ``WrongPassword`` and ``NoPages`` say why.
    """
    if password is None and settings.pdf_password is not None:
        password = settings.pdf_password.get_secret_value()
    with ExitStack() as stack:
        try:
            opened = _open(path, password, recovered=False)
        except DocumentError as error:
            if error.code != DocumentError.code or not is_cut_short(path):
                raise
            copy = stack.enter_context(repaired(path))
            if copy is None:
                raise
            opened = _open(copy, password, recovered=True)
        stack.callback(opened.document.close)
        yield opened


def _open(path: Path, password: str | None, *, recovered: bool) -> OpenPdf:
    try:
        return OpenPdf(PdfiumDocument(path, password), path, password, recovered)
    except WrongPassword as error:
        try:
            return OpenPdf(PdfiumDocument(path), path, None, recovered)
        except DocumentError:
            raise error from None
