"""What stands on a page without being part of it: the values of form fields, typed notes and stamps."""

from __future__ import annotations

from typing import Any

import pypdfium2.raw as pdfium

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
        if not _has_text_of_its_own(page):
            return False
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


def _has_text_of_its_own(page: Any) -> bool:
    """Whether fields, typed notes or stamps lie on a page."""
    count = min(_MOST_ANNOTATIONS, pdfium.FPDFPage_GetAnnotCount(page))
    return any(_kind(page, index) in _KINDS for index in range(count))


def _kind(page: Any, index: int) -> int:
    annotation = pdfium.FPDFPage_GetAnnot(page, index)
    if not annotation:
        return int(pdfium.FPDF_ANNOT_UNKNOWN)
    kind = pdfium.FPDFAnnot_GetSubtype(annotation)
    pdfium.FPDFPage_CloseAnnot(annotation)
    return int(kind)
