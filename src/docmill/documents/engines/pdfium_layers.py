"""Layers of a PDF that are switched off: what stands on them is seen by nobody, and is left out of a page.

PDFium leaves hidden layers out of what it draws, but reads their text like any other. It tells the layer of a piece of
a page by its name; which layers are off is read from the file with pdfminer.
"""

from __future__ import annotations

import ctypes
import mmap
import re
import zlib
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import pypdfium2.raw as pdfium

_MOST_OBJECTS = 50_000
_DEEPEST_FORM = 3
_LONGEST_NAME = 1024
_LAYER = "OC"
# In bytes, as PDFium counts: two a letter, and two for the end.
_LENGTH_OF_LAYER = 6
# An entry of the catalog, which may lie in a compressed stream of objects.
_LAYERS = b"/OCProperties"
_STREAM_OF_OBJECTS = re.compile(rb"/ObjStm\b.{0,300}?\bstream\r?\n", re.DOTALL)
_MOST_UNPACKED = 2**20


class Layers:
    """The layers of a document.

    Args:
        path: The file.
        password: What opened it.
    """

    def __init__(self, path: Path, password: str | None) -> None:
        self._path, self._password = path, password
        self._marks = _Marks()

    def leave_out(self, page: Any) -> int:
        """Make what stands on hidden layers no part of an open ``FPDF_PAGE``; return how many pieces of text it was.

        The first 50,000 objects are looked at.
        """
        if not self.possible:
            return 0
        texts = 0
        waiting = [(handle, 0, False) for handle in _objects(page)]
        for _ in range(_MOST_OBJECTS):
            if not waiting:
                break
            handle, depth, inside = waiting.pop()
            hidden = inside or any(map(self._is_hidden, self._marks.layers(handle)))
            if hidden and not inside:
                pdfium.FPDFPageObj_SetIsActive(handle, False)
            kind = pdfium.FPDFPageObj_GetType(handle)
            texts += hidden and kind == pdfium.FPDF_PAGEOBJ_TEXT
            if kind == pdfium.FPDF_PAGEOBJ_FORM and depth < _DEEPEST_FORM and len(waiting) < _MOST_OBJECTS:
                waiting += [(inner, depth + 1, hidden) for inner in _objects_inside(handle)]
        return texts

    def _is_hidden(self, name: str) -> bool:
        return name in self._hidden

    @cached_property
    def possible(self) -> bool:
        """Whether the file may have layers, as far as a quick look tells."""
        with self._path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return content.find(_LAYERS) >= 0 or any(
                _names_layers(content, match.end()) for match in _STREAM_OF_OBJECTS.finditer(content)
            )

    @cached_property
    def _hidden(self) -> frozenset[str]:
        """The names that only hidden layers have; asked for once a page has pieces on layers."""
        return hidden_layers(self._path, self._password)


def _names_layers(content: mmap.mmap, start: int) -> bool:
    """Whether a stream of objects may hold the catalog of a document with layers; one that cannot be unpacked may."""
    try:
        unpacked = zlib.decompressobj().decompress(content[start : start + _MOST_UNPACKED], _MOST_UNPACKED)
    except zlib.error:
        return True
    return _LAYERS in unpacked or len(unpacked) == _MOST_UNPACKED


def hidden_layers(path: Path, password: str | None) -> frozenset[str]:
    """Return the names of the layers that a file shows nobody; none where another layer of the name is shown.

    A file whose layers cannot be read has none: what may be seen must not be lost.
    """
    from pdfminer.pdfdocument import PDFDocument
    from pdfminer.pdfparser import PDFParser
    from pdfminer.pdftypes import dict_value, list_value
    from pdfminer.utils import decode_text

    shown: dict[str, bool] = {}
    try:
        with path.open("rb") as file:
            catalog = PDFDocument(PDFParser(file), password or "", fallback=False).catalog
            properties = dict_value(catalog["OCProperties"])
            state = _State(dict_value(properties["D"]))
            for reference in list_value(properties["OCGs"]):
                layer = dict_value(reference)
                name = decode_text(layer["Name"])
                shown[name] = shown.get(name, False) or state.shows(reference.objid, layer)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - whatever the parser meets in a damaged file
        return frozenset()
    return frozenset(name for name, seen in shown.items() if not seen)


class _State:
    """Which layers are on, as the default configuration of a file says (ISO 32000-1, 8.11.4.3)."""

    def __init__(self, configuration: dict[str, Any]) -> None:
        from pdfminer.pdftypes import dict_value, list_value
        from pdfminer.psparser import literal_name

        self._shown = literal_name(configuration.get("BaseState", "")) != "OFF"
        self._on, self._off = (_numbers(configuration.get(key, [])) for key in ("ON", "OFF"))
        usages = map(dict_value, list_value(configuration.get("AS", [])))
        views = [usage for usage in usages if literal_name(usage.get("Event", "")) == "View"]
        self._by_view = frozenset().union(*(_numbers(usage.get("OCGs", [])) for usage in views))

    def shows(self, number: int, layer: dict[str, Any]) -> bool:
        """Whether a layer is on, given the number of its object."""
        from pdfminer.pdftypes import dict_value
        from pdfminer.psparser import literal_name

        view = dict_value(dict_value(layer.get("Usage", {})).get("View", {}))
        if number in self._by_view and "ViewState" in view:
            return literal_name(view["ViewState"]) != "OFF"
        return number not in self._off and (self._shown or number in self._on)


def _numbers(references: Any) -> frozenset[int]:
    from pdfminer.pdftypes import list_value

    return frozenset(reference.objid for reference in list_value(references))


def _objects(page: Any) -> Iterator[Any]:
    for index in range(min(_MOST_OBJECTS, pdfium.FPDFPage_CountObjects(page))):
        yield pdfium.FPDFPage_GetObject(page, index)


def _objects_inside(form: Any) -> Iterator[Any]:
    for index in range(min(_MOST_OBJECTS, pdfium.FPDFFormObj_CountObjects(form))):
        yield pdfium.FPDFFormObj_GetObject(form, index)


class _Marks:
    """Asks for the marks of objects, of which a tagged page has thousands, with one buffer for all answers."""

    def __init__(self) -> None:
        self._buffer, self._length = (pdfium.FPDF_WCHAR * _LONGEST_NAME)(), ctypes.c_ulong()
        self._rest = (self._buffer, ctypes.sizeof(self._buffer), ctypes.byref(self._length))

    def layers(self, handle: Any) -> Iterator[str]:
        """Yield the names of the layers that an object stands on."""
        for index in range(pdfium.FPDFPageObj_CountMarks(handle)):
            mark = pdfium.FPDFPageObj_GetMark(handle, index)
            named = pdfium.FPDFPageObjMark_GetName(mark, *self._rest)
            if not named or self._length.value != _LENGTH_OF_LAYER or self._answer() != _LAYER:
                continue
            if pdfium.FPDFPageObjMark_GetParamStringValue(mark, b"Name", *self._rest):
                yield self._answer()

    def _answer(self) -> str:
        return bytes(self._buffer)[: max(0, self._length.value - 2)].decode("utf-16-le", "replace")
