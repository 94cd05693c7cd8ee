"""How much of a PDFium page is images and lines, and how much of its text means nothing."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as pdfium

from docmill.documents.engines.pdfium_objects import page_objects
from docmill.documents.engines.pdfium_text import MOST_CHARACTERS, PageFrame
from docmill.documents.geometry import Box
from docmill.documents.words import PlacedWord

_GRID = 20


@dataclass(frozen=True)
class PageParts:
    """What a page consists of besides text.

    Attributes:
        image_cover: Share of the page that lies under images, 0 to 1.
        image_characters: Characters that stand on images.
        paths: Number of paths and shadings.
        texts: Number of pieces of text, be they readable or not.
    """

    image_cover: float
    image_characters: int
    paths: int
    texts: int


def page_parts(page: Any, words: Iterable[PlacedWord]) -> PageParts:
    """Return what a page consists of besides its words; its first 5,000 objects are looked at."""
    frame = PageFrame(page)
    covered: set[tuple[int, int]] = set()
    paths = texts = 0
    for part in page_objects(page):
        if part.kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            box = part.box(frame)
            covered |= _cells_under(box, frame) if box else set()
        elif part.kind in (pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_SHADING):
            paths += 1
        elif part.kind == pdfium.FPDF_PAGEOBJ_TEXT:
            texts += 1
    on_images = sum(len(word.text) for word in words if covered and _cell_of(word, frame) in covered)
    return PageParts(len(covered) / _GRID**2, on_images, paths, texts)


def _cell_of(word: PlacedWord, frame: PageFrame) -> tuple[int, int]:
    x0, top, x1, bottom = word.shown or (word.x0, word.top, word.x1, word.bottom)
    across, down = (x0 + x1) / 2 / max(frame.width, 1.0), (top + bottom) / 2 / max(frame.height, 1.0)
    return int(across * _GRID), int(down * _GRID)


def _cells_under(box: Box, frame: PageFrame) -> set[tuple[int, int]]:
    x0, top, x1, bottom = box
    columns = _cells(x0, x1, frame.width)
    rows = _cells(top, bottom, frame.height)
    return {(column, row) for column in columns for row in rows}


def _cells(start: float, end: float, length: float) -> range:
    if length <= 0:
        return range(0)
    return range(max(0, int(start / length * _GRID)), min(_GRID, math.ceil(end / length * _GRID)))


def unmapped_share(text_page: Any) -> float:
    """Return the share of characters for which the file gives no Unicode value."""
    count = min(MOST_CHARACTERS, pdfium.FPDFText_CountChars(text_page))
    errors = sum(pdfium.FPDFText_HasUnicodeMapError(text_page, index) == 1 for index in range(count))
    return errors / count if count > 0 else 0.0
