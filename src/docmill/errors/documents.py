"""Documents and inputs that cannot be read or used."""

from __future__ import annotations

from docmill.errors.base import DocmillError


class DocumentError(DocmillError):
    """The document cannot be read; open it with another program and save it again."""

    code = "unreadable_document"


class EncryptedDocument(DocumentError):
    """The document needs a password; give it in DOCMILL_PDF_PASSWORD or with --password-file."""

    code = "encrypted_document"


class WrongPassword(DocumentError):
    """The password does not open the document."""

    code = "wrong_password"


class NotAPdf(DocumentError):
    """The file is not a PDF: the mark %PDF- is missing from its first 1,024 bytes."""

    code = "not_a_pdf"


class EmptyFile(DocumentError):
    """The file has no bytes; upload it again."""

    code = "empty_file"


class NoPages(DocumentError):
    """The document has no pages."""

    code = "no_pages"


class TooLarge(DocumentError):
    """The file is larger than the limit; raise UPLOADED_DOCUMENTS_MAX_SIZE_KB or split the file."""

    code = "too_large"


class TooManyPages(DocumentError):
    """The document has more pages than the limit; raise DOCMILL_MAX_PAGES or split the file."""

    code = "too_many_pages"


class PictureTooLarge(DocumentError):
    """A picture on a page is too large to be drawn; raise DOCMILL_TEXT_MEMORY_MB, or save it with smaller pictures."""

    code = "picture_too_large"


class XfaPlaceholder(DocumentError):
    """The PDF is an XFA form: its pages only ask for another reader; print it to a plain PDF."""

    code = "xfa_placeholder"


class NoText(DocumentError):
    """No text was found on any page; install the extra `ocr` to read scans."""

    code = "no_text"


class InvalidInput(DocumentError):
    """The input does not have the form that the pipeline expects."""

    code = "invalid_input"


class UnparseableInput(DocumentError):
    """The file holds no table that can be read; bring it as CSV, XLSX, JSON, Parquet or PDF with a table."""

    code = "unparseable_input"


class BookNotFound(DocumentError):
    """Neither Google Books nor Open Library knows the book; check its ISBN, or its title and author."""

    code = "book_not_found"


class AmbiguousBook(DocumentError):
    """Books were found, but none that fits title and author; correct the row, or give another ISBN."""

    code = "ambiguous_book"
