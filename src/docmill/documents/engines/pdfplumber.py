"""pdfplumber: pure Python, several times slower than PDFium, never crashes; a good second opinion."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pdfplumber
from pdfplumber.utils.text import WordExtractor

from docmill.documents.cleaning import clean
from docmill.documents.engines.characters import Character, join_characters
from docmill.documents.engines.interface import WordSource
from docmill.documents.geometry import Box, reading_box, turned_page_box
from docmill.documents.words import PageWords, PlacedWord
from docmill.errors import DocumentError

# The default, three points, glues the words of narrow type; a ratio to the character size does not.
_GAP_RATIO = 0.15
_DESCENT = 0.2
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_UNREADABLE = re.compile(r"\(cid:\d+\)|[\x00-\x08\ue000-\uf8ff\ufffd]")


class PdfplumberSource(WordSource):
    """A PDF opened by pdfplumber.

    Args:
        path: The file.
        password: Its password, where it has one.

    Raises:
        DocumentError: pdfplumber cannot read it.
    """

    def __init__(self, path: Path, password: str | None) -> None:
        with _told("pdfplumber cannot read the document; try PDF_ENGINE=pdfium."):
            self._document: Any = pdfplumber.open(path, password=password or "")

    def page_words(self, number: int) -> PageWords:
        """Return the words of a page, counted from 1."""
        with _told(f"pdfplumber cannot read page {number}.", number):
            page = self._document.pages[number - 1]
            left, top, right, bottom = _seen_part(page)
            found = PageWords(width=right - left, height=bottom - top)
            found.cropped = found.width < page.width or found.height < page.height
            characters = [_moved(character, left, top) for character in page.chars]
            page.close()
            visible = [character for character in characters if character["text"].strip()]
            found.characters = len(visible)
            found.unreadable = sum(1 for character in visible if _UNREADABLE.search(character["text"]))
            found.words = _words(characters)
        return found

    def ruled_cells(self, number: int) -> list[list[list[Box | None]]]:
        """Return the boxes of cells that are drawn with lines: tables of rows of cells; None where one is merged."""
        with _told(f"pdfplumber cannot read page {number}.", number):
            page = self._document.pages[number - 1]
            left, top, *_ = _seen_part(page)
            return [
                [[cell and _moved_box(cell, left, top) for cell in row.cells] for row in table.rows]
                for table in page.find_tables()
            ]

    def close(self) -> None:
        """Let the file go."""
        # Closing the document would parse all of its pages, and raise for damaged ones.
        self._document.stream.close()


@contextmanager
def _told(message: str, page: int | None = None) -> Iterator[None]:
    """Turn whatever the parser raises, which is whatever its code meets in a damaged file, into one error."""
    try:
        yield
    except MemoryError:
        raise
    except Exception as error:
        raise DocumentError(message, page=page) from error


def _seen_part(page: Any) -> Box:
    """Return the box of a page that is shown, in pdfplumber's coordinates, which begin elsewhere.

    Raises:
        ValueError: The page has no size.
    """
    media, crop = _normal(page.page_obj.mediabox), _normal(page.page_obj.cropbox)
    # pdfminer moves and turns characters by this box and takes its corners as they come.
    page.page_obj.mediabox = media
    x0, y0, x1, y1 = _overlap(media, crop) or media
    width, height = media[2] - media[0], media[3] - media[1]
    if page.rotation % 180:
        width, height = height, width
    if width <= 0 or height <= 0:
        raise ValueError("the page has no size")
    upright = (x0 - media[0], media[3] - y1, x1 - media[0], media[3] - y0)
    seen = turned_page_box(upright, page.rotation // 90, width, height)
    return _moved_box(seen, -page.bbox[0], -page.bbox[1])


def _normal(box: Sequence[float]) -> Box:
    x0, y0, x1, y1 = map(float, box)
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _overlap(one: Box, other: Box) -> Box | None:
    x0, y0, x1, y1 = max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3])
    return (x0, y0, x1, y1) if x0 < x1 and y0 < y1 else None


def _moved_box(box: Box, left: float, top: float) -> Box:
    return box[0] - left, box[1] - top, box[2] - left, box[3] - top


def _moved(raw: dict[str, Any], left: float, top: float) -> dict[str, Any]:
    x0, upper, x1, lower = _moved_box((raw["x0"], raw["top"], raw["x1"], raw["bottom"]), left, top)
    return raw | {"x0": x0, "top": upper, "x1": x1, "bottom": lower}


def _words(characters: list[dict[str, Any]]) -> list[PlacedWord]:
    by_turn: list[list[dict[str, Any]]] = [[], [], [], []]
    for character in characters:
        by_turn[_turn(character)].append(character)
    raw_words = WordExtractor(x_tolerance_ratio=_GAP_RATIO).extract_words(by_turn[0])
    words = [word for raw in raw_words if (word := _word(raw)).text]
    for turn in (1, 2, 3):
        words += join_characters([_character(character, turn) for character in by_turn[turn]], turn)
    return words


def _word(raw: dict[str, Any]) -> PlacedWord:
    text = clean(raw["text"])
    if _RIGHT_TO_LEFT.search(text):
        # pdfplumber gives characters from left to right, whatever their script.
        text = text[::-1]
    baseline = raw["bottom"] - _DESCENT * (raw["bottom"] - raw["top"])
    return PlacedWord(text, raw["x0"], raw["top"], raw["x1"], raw["bottom"], baseline)


def _turn(character: dict[str, Any]) -> int:
    """Return the quarter turns clockwise in which a character reads."""
    across, up = character["matrix"][0], character["matrix"][1]
    if abs(across) > abs(up):
        return 2 if across < 0 else 0
    return 3 if up > 0 else 1


def _character(raw: dict[str, Any], turn: int) -> Character:
    box = reading_box((raw["x0"], raw["top"], raw["x1"], raw["bottom"]), turn)
    return Character(raw["text"], *box, box[3] - _DESCENT * (box[3] - box[1]))
