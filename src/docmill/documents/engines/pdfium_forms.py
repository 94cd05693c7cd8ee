"""What stands on a page without being part of it: the values of form fields, typed notes and stamps."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pypdfium2.raw as pdfium

from docmill.documents.engines.pdfium_text import PageFrame
from docmill.documents.geometry import Box
from docmill.documents.words import PageWords, PlacedWord

_MOST_ANNOTATIONS = 2000
_KINDS = frozenset({pdfium.FPDF_ANNOT_FREETEXT, pdfium.FPDF_ANNOT_STAMP, pdfium.FPDF_ANNOT_WIDGET})


class FormFiller:
    """Writes form fields, typed notes and stamps into the pages of a document in memory.

    A field that has a value and no picture of it gets one, as a viewer would draw it.

    Args:
        document: An ``FPDF_DOCUMENT``; close the filler before it.
    """

    def __init__(self, document: Any) -> None:
        self._document = document
        self._callbacks = pdfium.FPDF_FORMFILLINFO(version=2)
        self._environment: Any = None

    def flatten(self, page: Any) -> bool:
        """Make the fields and notes of an ``FPDF_PAGE`` part of it; whether the page must be loaded again."""
        if self._environment is None:
            self._environment = pdfium.FPDFDOC_InitFormFillEnvironment(self._document, self._callbacks)
        if self._environment:
            pdfium.FORM_OnAfterLoadPage(page, self._environment)
        done = pdfium.FPDFPage_Flatten(page, pdfium.FLAT_NORMALDISPLAY) == pdfium.FLATTEN_SUCCESS
        if self._environment:
            pdfium.FORM_OnBeforeClosePage(page, self._environment)
        return bool(done)

    def close(self) -> None:
        """Let the document go."""
        if self._environment:
            pdfium.FPDFDOC_ExitFormFillEnvironment(self._environment)
            self._environment = None


def boxes_of_notes(page: Any) -> list[Box]:
    """Return the boxes of the fields, typed notes and stamps of an ``FPDF_PAGE``, on the page as it is shown."""
    count = min(_MOST_ANNOTATIONS, pdfium.FPDFPage_GetAnnotCount(page))
    boxes = [box for index in range(count) if (box := _box(page, index))]
    if not boxes:
        return []
    frame = PageFrame(page)
    return [frame.shown(*box) for box in boxes]


def _box(page: Any, index: int) -> Box | None:
    """Return left, lower, right and upper edge of an annotation with text of its own; None for all others."""
    annotation = pdfium.FPDFPage_GetAnnot(page, index)
    if not annotation:
        return None
    kind = pdfium.FPDFAnnot_GetSubtype(annotation)
    edges = pdfium.FS_RECTF()
    known = kind in _KINDS and pdfium.FPDFAnnot_GetRect(annotation, ctypes.byref(edges))
    pdfium.FPDFPage_CloseAnnot(annotation)
    return (edges.left, edges.bottom, edges.right, edges.top) if known else None


def with_notes(found: PageWords, own: Sequence[PlacedWord], boxes: Sequence[Box]) -> PageWords:
    """Return what another engine found on a page, with PDFium's words in the places of fields and notes.

    Args:
        found: The words of the other engine, which may have read some of the fields.
        own: PDFium's words of the whole page.
        boxes: The places of fields and notes.
    """
    kept = [word for word in found.words if not _lies_in(word, boxes)]
    # Their places in the order of the two files do not compare.
    added = [replace(word, order=-1) for word in own if _lies_in(word, boxes)]
    length = sum(len(word.text) for word in kept) + sum(len(word.text) for word in added)
    return replace(found, words=[*kept, *added], characters=length)


def _lies_in(word: PlacedWord, boxes: Sequence[Box]) -> bool:
    x0, top, x1, bottom = word.shown or (word.x0, word.top, word.x1, word.bottom)
    x, y = (x0 + x1) / 2, (top + bottom) / 2
    return any(box[0] <= x <= box[2] and box[1] <= y <= box[3] for box in boxes)
