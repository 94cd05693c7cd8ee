"""PyMuPDF: fast and forgiving, but under the AGPL; only for those who installed the extra ``pymupdf``."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Any

import structlog

from docmill.documents.cleaning import clean
from docmill.documents.engines.characters import Character, join_characters
from docmill.documents.engines.interface import WordSource
from docmill.documents.geometry import Box, reading_box, turned_page_box
from docmill.documents.words import PageWords, PlacedWord
from docmill.errors import DocumentError, MissingExtra

_UNREADABLE = re.compile("[\x00-\x08\ue000-\uf8ff\ufffd]")
_DESCENT = 0.2


@functools.cache
def _library() -> Any:
    try:
        import pymupdf
    except ImportError:
        raise MissingExtra("PDF_ENGINE=pymupdf needs the extra `pymupdf`: install docmill[pymupdf].") from None
    structlog.get_logger().warning(
        "PyMuPDF is under the AGPL-3.0 or a commercial licence; a service built on it must comply with one"
    )
    # Its messages on standard error may hold what it was reading.
    pymupdf.TOOLS.mupdf_display_errors(False)
    pymupdf.TOOLS.mupdf_display_warnings(False)
    return pymupdf


class PymupdfSource(WordSource):
    """A PDF opened by PyMuPDF.

    Args:
        path: The file.
        password: Its password, where it has one.

    Raises:
        DocumentError: PyMuPDF cannot read it.
        MissingExtra: The extra ``pymupdf`` is not installed.
    """

    def __init__(self, path: Path, password: str | None) -> None:
        library = _library()
        self._flags = library.TEXTFLAGS_WORDS & ~library.TEXT_PRESERVE_LIGATURES
        try:
            # Without the type, PyMuPDF would open images and web pages as documents, too.
            self._document: Any = library.open(path, filetype="pdf")
            if self._document.needs_pass and not self._document.authenticate(password or ""):
                raise ValueError("the password does not fit")
        except (RuntimeError, ValueError) as error:
            raise DocumentError("PyMuPDF cannot read the document; try PDF_ENGINE=pdfium.") from error

    def page_words(self, number: int) -> PageWords:
        """Return the words of a page, counted from 1."""
        try:
            page = self._document[number - 1]
            text_page = page.get_textpage(flags=self._flags)
            lines = _lines(text_page.extractDICT())
            words = [_word(raw) for raw in text_page.extractWORDS()]
            if page.rotation or any(line["dir"] != (1.0, 0.0) for line in lines):
                lines = _lines(text_page.extractRAWDICT())
                words = [word for line in lines for word in _line_words(line, page)]
        except (RuntimeError, ValueError, IndexError) as error:
            raise DocumentError(f"PyMuPDF cannot read page {number}.", page=number) from error
        for order, word in enumerate(words):
            word.order = order
        text = "".join(word.text for word in words)
        return PageWords(
            width=page.rect.width,
            height=page.rect.height,
            words=[word for word in words if word.text],
            characters=len(text),
            unreadable=len(_UNREADABLE.findall(text)),
        )

    def close(self) -> None:
        """Let the file go."""
        self._document.close()


def _lines(content: dict[str, Any]) -> list[dict[str, Any]]:
    return [line for block in content["blocks"] for line in block.get("lines", ())]


def _word(raw: tuple[Any, ...]) -> PlacedWord:
    x0, top, x1, bottom = raw[:4]
    return PlacedWord(clean(raw[4]), x0, top, x1, bottom, bottom - _DESCENT * (bottom - top))


def _line_words(line: dict[str, Any], page: Any) -> list[PlacedWord]:
    """Return the words of a line that may be turned, in the frame of the page as it is shown."""
    across, down = line["dir"]
    page_turn, size = page.rotation // 90, (page.rect.width, page.rect.height)
    upright_turn = (0 if across > 0 else 2) if abs(across) > abs(down) else (1 if down > 0 else 3)
    turn = (upright_turn + page_turn) % 4
    characters = [
        _character(raw, reading_box(turned_page_box(raw["bbox"], page_turn, *size), turn))
        for span in line["spans"]
        for raw in span["chars"]
    ]
    return join_characters(characters, turn)


def _character(raw: dict[str, Any], box: Box) -> Character:
    x0, top, x1, bottom = box
    return Character(raw["c"], x0, top, x1, bottom, bottom - _DESCENT * (bottom - top))
