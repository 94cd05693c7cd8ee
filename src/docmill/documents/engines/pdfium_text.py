"""The words of a PDFium page.

PDFium is asked as little as possible, because each question crosses from Python into C: the text of a page comes
in one call, and a word costs two (the origin of its first character, the box of its last). Only words that look
wrong (turned, too wide, raised, right to left) are looked at character by character.
"""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pypdfium2.raw as pdfium

from docmill.documents.cleaning import REPLACEMENT, clean
from docmill.documents.engines.characters import Character, join_characters, right_to_left
from docmill.documents.engines.skew import LEAST_SKEW, MOST_SKEW, levelled
from docmill.documents.geometry import Box, reading_box, shown_box, turned_page_box
from docmill.documents.words import PageWords, PlacedWord

MOST_CHARACTERS = 200_000

# A word may end with PDFium's mark for a hyphen at the end of a line, which it glues to the next line.
_WORD = re.compile("[^\\s\ufffe]+\ufffe?|\ufffe")
_LINE = re.compile(r"[^\r\n]+")
_UNREADABLE = re.compile("[\x01-\x08\x0e-\x1f\x7f-\x9f\ue000-\uf8ff\ufffd]")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
# Places where two words may have been glued: "DateUnits", "1.73m2(>90)".
_SEAM = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[\w%²³])(?=[(\[])|(?<=[)\]])(?=\w)")
# Digits that may be raised in the file: "103/µL", "1.73m2".
_MAYBE_EXPONENT = re.compile(r"(?:^|[x×*·])10\d{1,2}(?:/|$)|m[23](?:$|\W)")
# Two Arabic letters that are named backwards where they are one ligature.
_BACKWARDS = re.compile("[اأإآدذرزو](?=[بتثجحخسشصضطظعغفقكلمنهي])")
_SURROGATES = re.compile("[\ud800-\udbff][\udc00-\udfff]")
# In parts of the height of the characters.
_WIDEST_CHARACTER = 1.25
_SEAM_GAP = 0.05
_ROUNDING = 0.5


class PageFrame:
    """How PDFium's coordinates of a page (upwards, unturned) become those of the page as it is shown."""

    def __init__(self, page: Any) -> None:
        rectangle = pdfium.FS_RECTF()
        pdfium.FPDF_GetPageBoundingBox(page, ctypes.byref(rectangle))
        self.left, self._bottom = rectangle.left, rectangle.bottom
        self._right, self.top = rectangle.right, rectangle.top
        self.rotation = max(0, pdfium.FPDFPage_GetRotation(page))
        width, height = self._right - self.left, self.top - self._bottom
        self.cropped = _is_smaller(width, height, page)
        self.width, self.height = (height, width) if self.rotation % 2 else (width, height)

    def shown(self, left: float, bottom: float, right: float, top: float) -> Box:
        """Return a box of PDFium on the page as it is shown."""
        upright = (left - self.left, self.top - top, right - self.left, self.top - bottom)
        return turned_page_box(upright, self.rotation, self.width, self.height)


def _is_smaller(width: float, height: float, page: Any) -> bool:
    """Whether a part of a page is smaller than its whole sheet."""
    edges = [ctypes.c_float() for _ in range(4)]
    if not pdfium.FPDFPage_GetMediaBox(page, *map(ctypes.byref, edges)):
        # It stands with the document, and PDFium does not tell; a page with another box of its own was cropped.
        return bool(pdfium.FPDFPage_GetCropBox(page, *map(ctypes.byref, edges)))
    left, bottom, right, top = (edge.value for edge in edges)
    return width < abs(right - left) - _ROUNDING or height < abs(top - bottom) - _ROUNDING


class TextReader:
    """Reads the words of one page.

    Args:
        page: An ``FPDF_PAGE``.
        text_page: Its ``FPDF_TEXTPAGE``.
    """

    def __init__(self, page: Any, text_page: Any) -> None:
        self._text_page = text_page
        self._frame = PageFrame(page)
        self._rectangle = pdfium.FS_RECTF()
        self._x, self._y = ctypes.c_double(), ctypes.c_double()
        self._rectangle_pointer = ctypes.byref(self._rectangle)
        self._x_pointer, self._y_pointer = ctypes.byref(self._x), ctypes.byref(self._y)
        self._leans: list[tuple[float, int]] = []
        self._backwards = False

    def read(self) -> PageWords:
        """Return the words in the order of the file; at most the first 200,000 characters are looked at."""
        text = self._text()
        self._backwards = any(self._is_one_glyph(match.start()) for match in _BACKWARDS.finditer(text))
        words: list[PlacedWord] = []
        seams = [match.start() for match in _SEAM.finditer(text) if self._is_seam(match.start())]
        for line in _LINE.finditer(text):
            words += self._line_words(text, _cut(_WORD.finditer(text, line.start(), line.end()), seams))
        if clean(text) != text:
            words = [word for word in map(_cleaned, words) if word.text]
        words = levelled(words, self._leans, self._frame.width, self._frame.height)
        for order, word in enumerate(words):
            word.order = order
        return PageWords(
            width=self._frame.width,
            height=self._frame.height,
            words=words,
            characters=len(text) - sum(map(str.isspace, text)),
            unreadable=len(_UNREADABLE.findall(text)),
            cropped=self._frame.cropped,
        )

    def _text(self) -> str:
        count = min(pdfium.FPDFText_CountChars(self._text_page), MOST_CHARACTERS)
        if count <= 0:
            return ""
        buffer = (ctypes.c_ushort * (count + 1))()
        written = pdfium.FPDFText_GetText(self._text_page, 0, count, buffer)
        text = bytes(buffer)[: 2 * max(0, written - 1)].decode("utf-16-le", "surrogatepass")
        if len(text) != count:
            # Characters beyond the basic plane take two units: ask for each, so that positions fit again.
            text = "".join(chr(pdfium.FPDFText_GetUnicode(self._text_page, index)) for index in range(count))
            text = _SURROGATES.sub(_joined_surrogates, text)
        return text.replace("\0", REPLACEMENT)

    def _is_one_glyph(self, index: int) -> bool:
        """Whether a character and the next one begin at one place, as those of a ligature do."""
        places = []
        for place in (index, index + 1):
            pdfium.FPDFText_GetCharOrigin(self._text_page, place, self._x_pointer, self._y_pointer)
            places.append((self._x.value, self._y.value))
        return places[0] == places[1]

    def _is_seam(self, index: int) -> bool:
        """Whether a character begins a new text object that does not continue the one before it."""
        before = pdfium.FPDFText_GetTextObject(self._text_page, index - 1)
        after = pdfium.FPDFText_GetTextObject(self._text_page, index)
        if not before or not after or ctypes.addressof(before.contents) == ctypes.addressof(after.contents):
            return False
        pdfium.FPDFText_GetLooseCharBox(self._text_page, index - 1, self._rectangle_pointer)
        end = self._rectangle.right
        pdfium.FPDFText_GetLooseCharBox(self._text_page, index, self._rectangle_pointer)
        gap: float = self._rectangle.left - end
        height: float = self._rectangle.top - self._rectangle.bottom
        return abs(gap) > _SEAM_GAP * height

    def _line_words(self, text: str, spans: Iterator[tuple[int, int]]) -> list[PlacedWord]:
        words: list[PlacedWord] = []
        turned: bool | None = None
        lean = 0.0
        for first, last in spans:
            if turned is None:
                turns, lean = self._direction(first)
                turned = bool(turns or lean or self._frame.rotation)
            word = None if turned else self._plain_word(text[first : last + 1], first, last)
            words += [word] if word else self._spelled_words(text, first, last)
        self._leans.append((lean, len(words)))
        return words

    def _plain_word(self, text: str, first: int, last: int) -> PlacedWord | None:
        """Return the word when its two ends look like one run to the right, else None."""
        if _MAYBE_EXPONENT.search(text) or _RIGHT_TO_LEFT.search(text):
            return None
        origin = pdfium.FPDFText_GetCharOrigin(self._text_page, first, self._x_pointer, self._y_pointer)
        box = pdfium.FPDFText_GetLooseCharBox(self._text_page, last, self._rectangle_pointer)
        if not (origin and box):
            return None
        rectangle = self._rectangle
        x0, baseline, x1 = self._x.value, self._y.value, rectangle.right
        height = rectangle.top - rectangle.bottom
        if not (
            height < math.inf
            and 0 < x1 - x0 <= _WIDEST_CHARACTER * height * (last - first + 1)
            and rectangle.bottom - 0.2 * height <= baseline <= rectangle.bottom + 0.5 * height
        ):
            return None
        left, top = self._frame.left, self._frame.top
        return PlacedWord(text, x0 - left, top - rectangle.top, x1 - left, top - rectangle.bottom, top - baseline)

    def _spelled_words(self, text: str, first: int, last: int) -> list[PlacedWord]:
        turns, lean = self._direction(first)
        turn = (self._frame.rotation + turns) % 4
        slanted = abs(lean) > MOST_SKEW
        if slanted:
            turn = 0
        characters = [
            character for index in range(first, last + 1) if (character := self._character(text, index, turn))
        ]
        if not characters:
            return []
        if slanted:
            return [
                replace(_whole_word("".join(character.text for character in characters), characters, 0), slanted=True)
            ]
        if _RIGHT_TO_LEFT.search(text, first, last + 1):
            return [_whole_word(right_to_left(characters, backwards=self._backwards), characters, turn)]
        return join_characters(characters, turn)

    def _character(self, text: str, index: int, turn: int) -> Character | None:
        if not pdfium.FPDFText_GetLooseCharBox(self._text_page, index, self._rectangle_pointer):
            return None
        edges = (self._rectangle.left, self._rectangle.bottom, self._rectangle.right, self._rectangle.top)
        pdfium.FPDFText_GetCharOrigin(self._text_page, index, self._x_pointer, self._y_pointer)
        if not all(map(math.isfinite, (*edges, self._x.value, self._y.value))):
            return None
        box = self._frame.shown(*edges)
        origin = self._frame.shown(self._x.value, self._y.value, self._x.value, self._y.value)
        begin, baseline, *_ = reading_box(origin, turn)
        return Character(text[index], *reading_box(box, turn), baseline, begin)

    def _direction(self, index: int) -> tuple[int, float]:
        """Return the clockwise quarter turns of a character against the unturned page, and degrees beyond them."""
        angle: float = pdfium.FPDFText_GetCharAngle(self._text_page, index)
        if not math.isfinite(angle):  # a damaged matrix
            return 0, 0.0
        turns = round(angle / (math.pi / 2))
        lean = math.degrees(angle) - 90 * turns
        return turns % 4, lean if abs(lean) >= LEAST_SKEW else 0.0


def _cut(matches: Iterator[re.Match[str]], seams: list[int]) -> Iterator[tuple[int, int]]:
    """Yield the first and last position of each word, cut at its seams."""
    for match in matches:
        start, end = match.span()
        for seam in seams:
            if start < seam < end:
                yield start, seam - 1
                start = seam
        yield start, end - 1


def _whole_word(text: str, characters: list[Character], turn: int) -> PlacedWord:
    box = (
        min(character.x0 for character in characters),
        min(character.top for character in characters),
        max(character.x1 for character in characters),
        max(character.bottom for character in characters),
    )
    return PlacedWord(clean(text), *shown_box(box, turn), characters[0].baseline, turn)


def _joined_surrogates(match: re.Match[str]) -> str:
    # The second place is filled with a character that cleaning takes away.
    return match[0].encode("utf-16", "surrogatepass").decode("utf-16") + "\u2060"


def _cleaned(word: PlacedWord) -> PlacedWord:
    word.text = clean(word.text)
    return word
