"""Pages that are part text, part picture: the words of both, each from where it is known best."""

from __future__ import annotations

from docmill.documents.geometry import Box
from docmill.documents.models import PageText
from docmill.documents.ocr.image import PageImage
from docmill.documents.words import PlacedWord

_COVERED = 0.4
_DESCENT = 0.2


def completed(page: PageText, found: list[PlacedWord], image: PageImage) -> list[PlacedWord]:
    """Return the words of a page's text, and those recognised words that do not stand on one of them.

    Args:
        page: The page as its text layer gave it, with its words.
        found: The words that were recognised.
        image: The image in which they lie.
    """
    kept = [_placed(page.text[word.start : word.end], (word.x0, word.top, word.x1, word.bottom)) for word in page.words]
    added = [
        _placed(word.text, image.page_box((word.x0, word.top, word.x1, word.bottom)), word.confidence) for word in found
    ]
    return kept + [word for word in added if not any(_stands_on(word, other) for other in kept)]


def _placed(text: str, box: Box, confidence: float | None = None) -> PlacedWord:
    x0, top, x1, bottom = box
    return PlacedWord(text, x0, top, x1, bottom, bottom - _DESCENT * (bottom - top), confidence=confidence)


def _stands_on(word: PlacedWord, other: PlacedWord) -> bool:
    across = min(word.x1, other.x1) - max(word.x0, other.x0)
    down = min(word.bottom, other.bottom) - max(word.top, other.top)
    area = (word.x1 - word.x0) * (word.bottom - word.top)
    return across > 0 and down > 0 and across * down > _COVERED * area
