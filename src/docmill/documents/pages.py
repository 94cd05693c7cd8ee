"""Reading single pages: by their text, or by character recognition where that is not there or is rubbish."""

from __future__ import annotations

import re
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from docmill.documents.engines.interface import WordSource, open_source
from docmill.documents.engines.pdfium_drawing import Drawing
from docmill.documents.layout.page import lay_out
from docmill.documents.models import PageText, Word
from docmill.documents.ocr.decision import (
    PICTURE_BESIDE_TEXT,
    Signals,
    leaves_doubt,
    may_hold_a_picture,
    naturalness,
    needs_recognition,
)
from docmill.documents.ocr.image import PageImage
from docmill.documents.ocr.mixture import joined, unknown_words, without_text
from docmill.documents.ocr.recogniser import DOTS_PER_INCH, MOST_PIXELS, find_recogniser
from docmill.documents.opening import open_pdf
from docmill.documents.words import PageWords
from docmill.errors import XfaPlaceholder
from docmill.settings import DocumentSettings

_XFA_NOTICE = re.compile(r"please\s+wait|(?:adobe|acrobat)\s+reader|pdf\s+viewer", re.IGNORECASE)


class PageReader:
    """An open document whose pages are read one by one.

    Args:
        path: The file.
        settings: Engine, character recognition and limits.
        password: The document's password, where it has one.

    Raises:
        DocumentError: The file cannot be read.
        MissingExtra: The engine is not installed.
    """

    def __init__(self, path: Path, settings: DocumentSettings, password: str | None = None) -> None:
        self._settings = settings
        with ExitStack() as resources:
            opened = resources.enter_context(open_pdf(path, settings, password))
            self._document = opened.document
            self._source: WordSource = opened.document
            if settings.pdf_engine != "pdfium":
                self._source = open_source(settings.pdf_engine, opened.path, opened.password)
                resources.callback(self._source.close)
            self._recovered = opened.recovered
            self._resources = resources.pop_all()

    @property
    def page_count(self) -> int:
        """Number of pages of the document."""
        return self._document.page_count

    def read_text(self, number: int) -> PageText:
        """Return the text of a page as the file gives it; the signal ``recognise`` says that it should be redone.

        Raises:
            DocumentError: The page cannot be read.
            XfaPlaceholder: The page only asks for a program that shows XFA forms.
        """
        found = self._source.page_words(number)
        if self._source is not self._document:
            found = self._document.with_notes(number, found)
        found = found.seen()
        text, words = lay_out(found.words)
        if self._document.is_xfa and _XFA_NOTICE.search(text):
            raise XfaPlaceholder
        signals = self._signals(number, found, text)
        decision, reason = needs_recognition(signals)
        signals["decision"] = reason
        signals["recognise"] = self._settings.ocr == "always" or (self._settings.ocr == "auto" and decision == "ocr")
        return PageText(
            number=number,
            text=text,
            words=words,
            width=found.width,
            height=found.height,
            method="text" if words else "empty",
            signals=signals,
            recovered=self._recovered,
        )

    def render(self, page: PageText) -> PageImage:
        """Return the image of a page that was read, in the resolution that its character recognition wants.

        Raises:
            DocumentError: A picture on it cannot be decoded, or not within the memory.
        """
        engine = self._settings.ocr_engine
        drawing = Drawing(DOTS_PER_INCH[engine], MOST_PIXELS[engine], self._settings.text_memory_mb * 2**20)
        image = self._document.render(page.number, drawing)
        picture = without_text(page, image) if _is_beside_text(page) else image
        if not picture.may_hold_text:
            self._document.check_pictures(page.number, drawing)
        return image

    def close(self) -> None:
        """Let the file go."""
        self._resources.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _signals(self, number: int, found: PageWords, text: str) -> Signals:
        signals: Signals = {
            "characters": found.characters,
            "unreadable": round(found.unreadable / max(1, found.characters), 3),
        }
        if found.hidden:
            signals["hidden_texts"] = found.hidden
        natural = naturalness(text)
        if natural is not None:
            signals["naturalness"] = round(natural, 3)
        if leaves_doubt(signals):
            signals["unmapped"] = self._document.unmapped(number)
        if may_hold_a_picture(signals):
            signals |= self._document.look_closer(number, found.words)
        return signals


def recognise(page: PageText, image: PageImage, engine: str) -> PageText:
    """Return a page read by character recognition; the text is kept beside a picture, and where nothing is recognised.

    Args:
        page: The page as its text layer gave it, with its words; its size and signals are kept.
        image: What the page looks like.
        engine: Who reads, as in the setting ``DOCMILL_OCR_ENGINE``.

    Raises:
        MissingExtra: It is not installed.
    """
    beside_text = _is_beside_text(page)
    image = image.with_dark_text()
    if beside_text:
        image = without_text(page, image)
    found, image = find_recogniser(engine).recognise(image) if image.may_hold_text else ([], image)
    signals = page.signals | {"turn": image.turn, "skew": round(image.skew, 2)}
    placed = unknown_words(page, found, image) if beside_text else found
    confidences = [word.confidence for word in placed if word.confidence is not None]
    if not confidences:
        return page.model_copy(update={"signals": signals})
    text, words = lay_out(placed)
    words = [_on_page(word, image.page_box((word.x0, word.top, word.x1, word.bottom))) for word in words]
    if beside_text:
        text, words = joined(page, text, words)
    return page.model_copy(
        update={
            "text": text,
            "words": words,
            "method": "ocr",
            "confidence": round(sum(confidences) / len(confidences), 4),
            "signals": signals,
        }
    )


def _is_beside_text(page: PageText) -> bool:
    return page.signals.get("decision") == PICTURE_BESIDE_TEXT


def _on_page(word: Word, box: tuple[float, float, float, float]) -> Word:
    x0, top, x1, bottom = (round(edge, 2) for edge in box)
    return word._replace(x0=x0, top=top, x1=x1, bottom=bottom)
