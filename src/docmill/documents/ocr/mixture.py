"""Pages that are part text, part picture: the words of both, each from where it is known best."""

from __future__ import annotations

from dataclasses import replace

from PIL import ImageDraw

from docmill.documents.geometry import Box
from docmill.documents.models import PageText, Word
from docmill.documents.ocr.image import PageImage
from docmill.documents.words import PlacedWord

_COVERED = 0.4
_BREAK = "\n\n"


def without_text(page: PageText, image: PageImage) -> PageImage:
    """Return the unturned image of a page without its known words, so that only the picture tells how it lies."""
    pixels = image.pixels.copy()
    draw = ImageDraw.Draw(pixels)
    for word in page.words:
        draw.rectangle([edge * image.scale for edge in (word.x0, word.top, word.x1, word.bottom)], fill="white")
    return replace(image, pixels=pixels)


def unknown_words(page: PageText, found: list[PlacedWord], image: PageImage) -> list[PlacedWord]:
    """Return the recognised words that do not stand on a word of the page's own text.

    Args:
        page: The page as its text layer gave it, with its words.
        found: The words that were recognised.
        image: The image in which they lie.
    """
    known = [(word.x0, word.top, word.x1, word.bottom) for word in page.words]
    return [
        word
        for word in found
        if not any(_stands_on(image.page_box((word.x0, word.top, word.x1, word.bottom)), box) for box in known)
    ]


def _stands_on(word: Box, other: Box) -> bool:
    across = min(word[2], other[2]) - max(word[0], other[0])
    down = min(word[3], other[3]) - max(word[1], other[1])
    area = (word[2] - word[0]) * (word[3] - word[1])
    return across > 0 and down > 0 and across * down > _COVERED * area


def joined(page: PageText, text: str, words: list[Word]) -> tuple[str, list[Word]]:
    """Return a page's text and what was recognised beside it, from above, with the words of both."""
    parts = [(page.text, page.words), (text, words)]
    parts = sorted(
        (part for part in parts if part[1]), key=lambda part: sum(word.top for word in part[1]) / len(part[1])
    )
    placed: list[Word] = []
    begin = 0
    for part, part_words in parts:
        placed += [word._replace(start=word.start + begin, end=word.end + begin) for word in part_words]
        begin += len(part) + len(_BREAK)
    return _BREAK.join(part for part, _ in parts), placed
