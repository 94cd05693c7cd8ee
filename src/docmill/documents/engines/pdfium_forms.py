"""What stands on a page without being part of it: the values of form fields, typed notes and stamps."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pypdfium2.raw as pdfium

from docmill.documents.engines.pdfium_text import PageFrame
from docmill.documents.geometry import Box
from docmill.documents.words import PageWords, PlacedWord

_MOST_ANNOTATIONS = 2000
_KINDS = frozenset({pdfium.FPDF_ANNOT_FREETEXT, pdfium.FPDF_ANNOT_STAMP, pdfium.FPDF_ANNOT_WIDGET})


# ISO 32000-1, table 228: one character a box.
_COMB = 1 << 24


@dataclass(frozen=True)
class Notes:
    """Where fields, typed notes and stamps lie on a page as it is shown.

    Attributes:
        boxes: Their places.
        combs: Those of fields with a box for each character.
    """

    boxes: list[Box] = field(default_factory=list)
    combs: list[Box] = field(default_factory=list)


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

    def notes(self, page: Any) -> Notes:
        """Return the fields, typed notes and stamps of an ``FPDF_PAGE``; at most 2,000 are looked at."""
        notes = Notes()
        for index in range(min(_MOST_ANNOTATIONS, pdfium.FPDFPage_GetAnnotCount(page))):
            annotation = pdfium.FPDFPage_GetAnnot(page, index)
            if annotation:
                self._note(page, annotation, notes)
                pdfium.FPDFPage_CloseAnnot(annotation)
        return notes

    def _note(self, page: Any, annotation: Any, notes: Notes) -> None:
        kind, edges = pdfium.FPDFAnnot_GetSubtype(annotation), pdfium.FS_RECTF()
        if kind not in _KINDS or not pdfium.FPDFAnnot_GetRect(annotation, ctypes.byref(edges)):
            return
        self._begin()
        box = PageFrame(page).shown(edges.left, edges.bottom, edges.right, edges.top)
        notes.boxes.append(box)
        if kind == pdfium.FPDF_ANNOT_WIDGET and self._environment:
            flags = pdfium.FPDFAnnot_GetFormFieldFlags(self._environment, annotation)
            notes.combs.extend([box] if flags & _COMB else [])

    def _begin(self) -> None:
        if self._environment is None:
            self._environment = pdfium.FPDFDOC_InitFormFillEnvironment(self._document, self._callbacks)

    def flatten(self, page: Any) -> bool:
        """Make the fields and notes of an ``FPDF_PAGE`` part of it; whether the page must be loaded again."""
        self._begin()
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


def joined_combs(words: list[PlacedWord], combs: Sequence[Box]) -> list[PlacedWord]:
    """Return the words with the characters of each comb as one word: numbers that are spread over boxes."""
    for comb in combs:
        inside = sorted((word for word in words if _lies_in(word, [comb])), key=lambda word: word.x0)
        if len(inside) < 2 or any(word.turn or word.shown for word in inside):
            continue
        first, last = inside[0], inside[-1]
        joined = replace(first, text="".join(word.text for word in inside), x1=last.x1)
        words = [joined if word is first else word for word in words if word is first or word not in inside]
    return words


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
