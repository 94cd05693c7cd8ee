"""What a page looks like to PDFium: its image, and how much of it is images and lines."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as pdfium
from PIL import Image

from docmill.documents.engines.pdfium_text import MOST_CHARACTERS, PageFrame
from docmill.documents.ocr.image import PageImage
from docmill.documents.words import PlacedWord

MOST_PIXELS = 25_000_000

_WHITE = 0xFFFFFFFF
_GRID = 20
_MOST_OBJECTS = 5000
_DEEPEST_FORM = 3


def render(page: Any, dots_per_inch: int) -> PageImage:
    """Return a grey image of a page, turned as it is shown; at most 25 million pixels, whatever its size."""
    frame = PageFrame(page)
    width, height = max(frame.width, 1.0), max(frame.height, 1.0)
    scale = min(dots_per_inch / 72, math.sqrt(MOST_PIXELS / (width * height)))
    columns, rows = max(1, round(width * scale)), max(1, round(height * scale))
    bitmap = pdfium.FPDFBitmap_CreateEx(columns, rows, pdfium.FPDFBitmap_Gray, None, 0)
    try:
        pdfium.FPDFBitmap_FillRect(bitmap, 0, 0, columns, rows, _WHITE)
        pdfium.FPDF_RenderPageBitmap(bitmap, page, 0, 0, columns, rows, 0, pdfium.FPDF_ANNOT)
        stride = pdfium.FPDFBitmap_GetStride(bitmap)
        content = ctypes.string_at(pdfium.FPDFBitmap_GetBuffer(bitmap), stride * rows)
    finally:
        pdfium.FPDFBitmap_Destroy(bitmap)
    pixels = Image.frombytes("L", (columns, rows), content, "raw", "L", stride)
    return PageImage(pixels, columns / width, width, height)


@dataclass(frozen=True)
class PageParts:
    """What a page consists of besides text.

    Attributes:
        image_cover: Share of the page that lies under images, 0 to 1.
        image_characters: Characters that stand on images.
        paths: Number of paths and shadings.
    """

    image_cover: float
    image_characters: int
    paths: int


def page_parts(page: Any, words: Iterable[PlacedWord]) -> PageParts:
    """Return what a page consists of besides its words; its first 5,000 objects are looked at."""
    frame = PageFrame(page)
    covered: set[tuple[int, int]] = set()
    paths = 0
    for shape in _objects(page):
        kind = pdfium.FPDFPageObj_GetType(shape)
        if kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            covered |= _cells_under(shape, frame)
        elif kind in (pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_SHADING):
            paths += 1
    on_images = sum(len(word.text) for word in words if covered and _cell_of(word, frame) in covered)
    return PageParts(len(covered) / _GRID**2, on_images, paths)


def _cell_of(word: PlacedWord, frame: PageFrame) -> tuple[int, int]:
    x0, top, x1, bottom = word.shown or (word.x0, word.top, word.x1, word.bottom)
    across, down = (x0 + x1) / 2 / max(frame.width, 1.0), (top + bottom) / 2 / max(frame.height, 1.0)
    return int(across * _GRID), int(down * _GRID)


def _objects(page: Any) -> Iterator[Any]:
    """Yield the objects of a page and of its forms."""
    waiting = [
        (pdfium.FPDFPage_GetObject(page, index), 0)
        for index in range(min(_MOST_OBJECTS, pdfium.FPDFPage_CountObjects(page)))
    ]
    for _ in range(_MOST_OBJECTS):
        if not waiting:
            return
        shape, depth = waiting.pop()
        if pdfium.FPDFPageObj_GetType(shape) == pdfium.FPDF_PAGEOBJ_FORM and depth < _DEEPEST_FORM:
            count = min(_MOST_OBJECTS, pdfium.FPDFFormObj_CountObjects(shape))
            waiting += [(pdfium.FPDFFormObj_GetObject(shape, index), depth + 1) for index in range(count)]
        else:
            yield shape


def _cells_under(shape: Any, frame: PageFrame) -> set[tuple[int, int]]:
    edges = [ctypes.c_float() for _ in range(4)]
    if not pdfium.FPDFPageObj_GetBounds(shape, *map(ctypes.byref, edges)):
        return set()
    x0, top, x1, bottom = frame.shown(*(edge.value for edge in edges))
    columns = _cells(x0, x1, frame.width)
    rows = _cells(top, bottom, frame.height)
    return {(column, row) for column in columns for row in rows}


def _cells(start: float, end: float, length: float) -> range:
    if length <= 0 or not all(map(math.isfinite, (start, end))):
        return range(0)
    return range(max(0, int(start / length * _GRID)), min(_GRID, math.ceil(end / length * _GRID)))


def unmapped_share(text_page: Any) -> float:
    """Return the share of characters for which the file gives no Unicode value."""
    count = min(MOST_CHARACTERS, pdfium.FPDFText_CountChars(text_page))
    errors = sum(pdfium.FPDFText_HasUnicodeMapError(text_page, index) == 1 for index in range(count))
    return errors / count if count > 0 else 0.0
