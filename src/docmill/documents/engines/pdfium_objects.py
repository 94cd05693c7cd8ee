"""The objects of a PDFium page, those inside of its forms included, and where each is seen."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as pdfium

from docmill.documents.engines.pdfium_text import PageFrame
from docmill.documents.geometry import Box

_MOST_OBJECTS = 5000
_DEEPEST_FORM = 3

# As in PDF: (a, b, c, d, e, f) takes x, y to ax + cy + e, bx + dy + f.
_Matrix = tuple[float, float, float, float, float, float]
_UNCHANGED: _Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class PageObject:
    """An object of a page.

    Attributes:
        handle: An ``FPDF_PAGEOBJECT``.
        kind: What it is: ``FPDF_PAGEOBJ_IMAGE``, ``FPDF_PAGEOBJ_PATH`` and so on.
        matrix: How the forms around it move it on the page.
    """

    handle: Any
    kind: int
    matrix: _Matrix

    def box(self, frame: PageFrame) -> Box | None:
        """Return its box on the page as it is shown; None where the file gives it none."""
        edges = [ctypes.c_float() for _ in range(4)]
        if not pdfium.FPDFPageObj_GetBounds(self.handle, *map(ctypes.byref, edges)):
            return None
        left, bottom, right, top = (edge.value for edge in edges)
        corners = [_moved(x, y, self.matrix) for x in (left, right) for y in (bottom, top)]
        xs, ys = [x for x, _ in corners], [y for _, y in corners]
        if not all(map(math.isfinite, (*xs, *ys))):
            return None
        return frame.shown(min(xs), min(ys), max(xs), max(ys))


def page_objects(page: Any) -> Iterator[PageObject]:
    """Yield the objects of an ``FPDF_PAGE`` and of its forms, but not the forms; the first 5,000 are looked at."""
    waiting = [
        (pdfium.FPDFPage_GetObject(page, index), _UNCHANGED, 0)
        for index in range(min(_MOST_OBJECTS, pdfium.FPDFPage_CountObjects(page)))
    ]
    for _ in range(_MOST_OBJECTS):
        if not waiting:
            return
        handle, matrix, depth = waiting.pop()
        kind = pdfium.FPDFPageObj_GetType(handle)
        if kind == pdfium.FPDF_PAGEOBJ_FORM and depth < _DEEPEST_FORM:
            inside = _product(_matrix_of(handle), matrix)
            count = min(_MOST_OBJECTS, pdfium.FPDFFormObj_CountObjects(handle))
            waiting += [(pdfium.FPDFFormObj_GetObject(handle, index), inside, depth + 1) for index in range(count)]
        else:
            yield PageObject(handle, kind, matrix)


def _matrix_of(handle: Any) -> _Matrix:
    matrix = pdfium.FS_MATRIX()
    if not pdfium.FPDFPageObj_GetMatrix(handle, ctypes.byref(matrix)):
        return _UNCHANGED
    return matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f


def _moved(x: float, y: float, matrix: _Matrix) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def _product(first: _Matrix, then: _Matrix) -> _Matrix:
    """Return the matrix that does what one does, and then what the other does."""
    a, b, c, d, e, f = first
    across, up = _moved(e, f, then)
    return (
        a * then[0] + b * then[2],
        a * then[1] + b * then[3],
        c * then[0] + d * then[2],
        c * then[1] + d * then[3],
        across,
        up,
    )
