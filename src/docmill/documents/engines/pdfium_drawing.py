"""Drawings of PDFium pages for character recognition, within the memory that there is."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as pdfium
from PIL import Image

from docmill.documents.engines.jpeg2000 import Picture, drawing_scale, read_header
from docmill.documents.engines.pdfium_objects import PageObject, page_objects
from docmill.documents.engines.pdfium_text import PageFrame
from docmill.documents.geometry import Box
from docmill.documents.ocr.image import PageImage
from docmill.errors import DocumentError, PictureTooLarge

MOST_PIXELS = 25_000_000

_WHITE = 0xFFFFFFFF
_BLACK = 0xFF000000
# Of the page: smaller pictures hold no text worth a larger drawing.
_LEAST_COVER = 0.02
# Of the memory of the child: the rest is for the page itself.
_MEMORY_FOR_A_PICTURE = 0.6
_LONGEST_FILTER_NAME = 16


@dataclass(frozen=True)
class Drawing:
    """How a page is to be drawn.

    Attributes:
        dots_per_inch: Its resolution.
        most_pixels: No drawing has more, whatever the size of the page; at most 25 million.
        memory_bytes: What the process may use.
    """

    dots_per_inch: int
    most_pixels: int
    memory_bytes: int


def render(page: Any, number: int, drawing: Drawing) -> PageImage:
    """Return a grey image of a page, turned as it is shown.

    Raises:
        PictureTooLarge: A JPEG 2000 picture on it cannot be decoded within the memory.
    """
    frame = PageFrame(page)
    width, height = max(frame.width, 1.0), max(frame.height, 1.0)
    wanted, scale = _scales(page, number, drawing)
    pixels = _draw(page, scale, _WHITE)
    if scale > wanted:
        pixels = pixels.resize(_size(width, height, wanted), Image.Resampling.BOX)
    return PageImage(pixels, pixels.width / width, width, height)


def _scales(page: Any, number: int, drawing: Drawing) -> tuple[float, float]:
    """Return the pixels a point that are wanted, and those at which all pictures can be drawn."""
    frame = PageFrame(page)
    area = max(frame.width, 1.0) * max(frame.height, 1.0)
    most = math.sqrt(MOST_PIXELS / area)
    wanted = min(drawing.dots_per_inch / 72, math.sqrt(drawing.most_pixels / area), most)
    pictures = [picture for part in _large_images(page, frame) if (picture := _as_jpeg2000(part, frame))]
    scale = drawing_scale(pictures, wanted, most, _memory(drawing))
    if scale is None:
        raise PictureTooLarge(_too_large(number, drawing), page=number)
    return wanted, scale


def _memory(drawing: Drawing) -> int:
    return int(drawing.memory_bytes * _MEMORY_FOR_A_PICTURE)


def _size(width: float, height: float, scale: float) -> tuple[int, int]:
    return max(1, round(width * scale)), max(1, round(height * scale))


def _draw(page: Any, scale: float, paper: int) -> Image.Image:
    frame = PageFrame(page)
    columns, rows = _size(max(frame.width, 1.0), max(frame.height, 1.0), scale)
    bitmap = pdfium.FPDFBitmap_CreateEx(columns, rows, pdfium.FPDFBitmap_Gray, None, 0)
    try:
        pdfium.FPDFBitmap_FillRect(bitmap, 0, 0, columns, rows, paper)
        pdfium.FPDF_RenderPageBitmap(bitmap, page, 0, 0, columns, rows, 0, pdfium.FPDF_ANNOT)
        stride = pdfium.FPDFBitmap_GetStride(bitmap)
        content = ctypes.string_at(pdfium.FPDFBitmap_GetBuffer(bitmap), stride * rows)
    finally:
        pdfium.FPDFBitmap_Destroy(bitmap)
    return Image.frombytes("L", (columns, rows), content, "raw", "L", stride)


def _too_large(number: int, drawing: Drawing) -> str:
    return (
        f"A picture on page {number} is too large to be drawn in {drawing.memory_bytes // 2**20} MB; raise"
        " DOCMILL_TEXT_MEMORY_MB, or save the document with smaller pictures."
    )


def check_pictures(page: Any, number: int, drawing: Drawing) -> None:
    """Refuse a page with a picture that PDFium leaves out or draws in black because it cannot decode it.

    On black paper, such a picture is black. So is a stencil without any ink, but that can be decoded.

    Raises:
        DocumentError: There is such a picture.
    """
    frame = PageFrame(page)
    _, scale = _scales(page, number, drawing)
    dark = _draw(page, scale, _BLACK)
    for part in _large_images(page, frame):
        if _is_black(dark, part.box(frame), scale) and not _can_be_decoded(part, frame, drawing):
            raise DocumentError(
                f"A picture on page {number} cannot be decoded; open the document elsewhere and save it again.",
                page=number,
            )


def _is_black(pixels: Image.Image, box: Box | None, scale: float) -> bool:
    x0, top, x1, bottom = (round(edge * scale) for edge in box or (0.0, 0.0, 0.0, 0.0))
    seen = (max(x0, 0), max(top, 0), min(x1, pixels.width), min(bottom, pixels.height))
    if seen[0] >= seen[2] or seen[1] >= seen[3]:
        return False
    return pixels.crop(seen).getbbox() is None


def _can_be_decoded(part: PageObject, frame: PageFrame, drawing: Drawing) -> bool:
    picture = _as_jpeg2000(part, frame)
    if picture and picture.header.decoded_bytes(0) > _memory(drawing):
        # The attempt could end the process, and no JPEG 2000 picture is a stencil.
        return False
    bitmap = pdfium.FPDFImageObj_GetBitmap(part.handle)
    if bitmap:
        pdfium.FPDFBitmap_Destroy(bitmap)
    return bool(bitmap)


def _large_images(page: Any, frame: PageFrame) -> Iterator[PageObject]:
    for part in page_objects(page):
        if part.kind == pdfium.FPDF_PAGEOBJ_IMAGE and (box := part.box(frame)):
            x0, top, x1, bottom = box
            if (x1 - x0) * (bottom - top) >= _LEAST_COVER * frame.width * frame.height:
                yield part


def _as_jpeg2000(part: PageObject, frame: PageFrame) -> Picture | None:
    """Return an image as a JPEG 2000 picture; None where it is none."""
    buffer = ctypes.create_string_buffer(_LONGEST_FILTER_NAME)
    count = pdfium.FPDFImageObj_GetImageFilterCount(part.handle)
    pdfium.FPDFImageObj_GetImageFilter(part.handle, count - 1, buffer, len(buffer))
    columns, rows = ctypes.c_uint(), ctypes.c_uint()
    box = part.box(frame)
    if buffer.value != b"JPXDecode" or box is None:
        return None
    if not pdfium.FPDFImageObj_GetImagePixelSize(part.handle, ctypes.byref(columns), ctypes.byref(rows)):
        return None
    size = pdfium.FPDFImageObj_GetImageDataDecoded(part.handle, None, 0)
    content = ctypes.create_string_buffer(size)
    pdfium.FPDFImageObj_GetImageDataDecoded(part.handle, content, size)
    header = read_header(content.raw)
    x0, top, x1, bottom = box
    density = min(columns.value / max(x1 - x0, 1.0), rows.value / max(bottom - top, 1.0))
    return Picture(header, density) if header else None
