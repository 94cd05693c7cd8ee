"""The one interface of all character recognition, and how one is chosen by name."""

from __future__ import annotations

from typing import Protocol

from docmill.documents.ocr.image import PageImage
from docmill.documents.words import PlacedWord

# The resolution at which each was seen to read best, and the pixels of the largest page at that resolution.
DOTS_PER_INCH = {"rapidocr": 150, "tesseract": 300}
MOST_PIXELS = {"rapidocr": 5_000_000, "tesseract": 25_000_000}


class Recogniser(Protocol):
    """Reads the words of an image."""

    def recognise(self, image: PageImage) -> tuple[list[PlacedWord], PageImage]:
        """Return the words and the image, turned and levelled, in which their boxes lie (in points)."""
        ...


def find_recogniser(name: str) -> Recogniser:
    """Return character recognition by its name, as in the setting ``DOCMILL_OCR_ENGINE``.

    Raises:
        MissingExtra: It is not installed.
    """
    if name == "tesseract":
        from docmill.documents.ocr.tesseract import TesseractRecogniser

        return TesseractRecogniser()
    from docmill.documents.ocr.rapid import rapid_recogniser

    return rapid_recogniser()
