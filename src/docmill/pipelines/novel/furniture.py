"""Page furniture: running heads and page numbers, told from the text by what repeats from page to page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import Literal

from docmill.pipelines.novel.models import BookPage, Line

_NUMBER = re.compile(r"\W*(?:(?:page|p\.)\s*)?(?P<digits>\d{1,4})(?:\s*(?:/|of|de|sur)\s*\d{1,4})?\W*", re.IGNORECASE)
# In capitals they number chapters.
_ROMAN = re.compile(r"\W*(?P<tens>x{0,3}|xl|lx{0,3}|xc)(?P<ones>ix|iv|v?i{0,3})\W*")
_TENS = ("", "x", "xx", "xxx", "xl", "l", "lx", "lxx", "lxxx", "xc")
_ONES = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")
_DIGITS = re.compile(r"\d+")
_NOT_LETTERS = re.compile(r"[\W_]+")

# A head stands on three pages at least; with fewer, a line that repeats may be the story's.
_FEWEST_PAGES = 3
# A head is set apart from the text by more than the usual distance of lines.
_APART = 1.25
# Left and right pages have heads of their own, and the first page of a chapter has none.
_NEAR_PAGES = 3
# Fewer lines have no usual distance.
_FEWEST_LINES = 3
# Points by which a head moves from page to page, at most.
_SAME_PLACE = 6.0
# Heads of two lines exist, of three hardly.
_MOST_LINES = 2
_TOP, _BOTTOM = 0, -1

Numerals = Literal["arabic", "roman"]


def body_lines(pages: Sequence[BookPage]) -> list[list[Line]]:
    """Return the lines of each page without running heads and page numbers."""
    bodies = [list(page.lines) for page in pages]
    for edge in (_TOP, _BOTTOM):
        for _ in range(_MOST_LINES):
            _drop_round(pages, bodies, edge)
    return bodies


def _drop_round(pages: Sequence[BookPage], bodies: list[list[Line]], edge: int) -> None:
    shifts = _number_shifts(pages, bodies, edge)
    heads: dict[str, list[tuple[int, float]]] = {}
    for page, body in zip(pages, bodies, strict=True):
        if _stands_apart(body, edge):
            for key in _keys(page, body[edge]):
                heads.setdefault(key, []).append((page.number, body[edge].top))
    for page, body in zip(pages, bodies, strict=True):
        if not body:
            continue
        number = _number(page, body[edge])
        if number is not None:
            is_furniture = _shift(number, page) in shifts
        else:
            line = body[edge]
            tops = [top for key in _keys(page, line) for top in _running_near(heads.get(key, []), page.number)]
            same_place = any(abs(top - line.top) < _SAME_PLACE for top in tops)
            # A line or two on a page have no usual distance; a title on a page of its own stands elsewhere.
            is_furniture = bool(tops) and (same_place if len(body) < _FEWEST_LINES else _stands_apart(body, edge))
        if is_furniture:
            del body[edge]


def _running_near(places: Sequence[tuple[int, float]], number: int) -> list[float]:
    """Return how far down a running head stands on the pages near one; a heading of chapters comes back on none.

    Args:
        places: Pages on which the line stands apart, and how far down.
        number: The page in question.
    """
    if len(places) < _FEWEST_PAGES:
        return []
    return [top for other, top in places if other != number and abs(other - number) <= _NEAR_PAGES]


def _number_shifts(pages: Sequence[BookPage], bodies: Sequence[list[Line]], edge: int) -> set[tuple[Numerals, int]]:
    """Return what the printed page numbers are ahead of the file's: of each kind the most frequent difference."""
    shifts = Counter(
        _shift(number, page)
        for page, body in zip(pages, bodies, strict=True)
        if body and (number := _number(page, body[edge])) is not None
    )
    best = {kind: (kind, shift) for (kind, shift), _ in reversed(shifts.most_common())}
    # One number alone may be the number of a chapter, unless it is the page's own.
    return {found for found in best.values() if shifts[found] > 1 or found == ("arabic", 0)}


def _shift(number: tuple[Numerals, int], page: BookPage) -> tuple[Numerals, int]:
    kind, value = number
    return kind, value - page.number


def _number(page: BookPage, line: Line) -> tuple[Numerals, int] | None:
    text = page.text[line.start : line.end]
    if match := _NUMBER.fullmatch(text):
        return "arabic", int(match["digits"])
    match = _ROMAN.fullmatch(text)
    value = _TENS.index(match["tens"]) * 10 + _ONES.index(match["ones"]) if match else 0
    return ("roman", value) if value else None


def _keys(page: BookPage, line: Line) -> set[str]:
    """Return the line as it is, and with its numbers relative to the page's."""
    text = _NOT_LETTERS.sub(" ", page.text[line.start : line.end].casefold()).strip()
    return {text, _DIGITS.sub(lambda match: f"#{int(match[0]) - page.number}", text)}


def _stands_apart(body: Sequence[Line], edge: int) -> bool:
    if len(body) < _FEWEST_LINES:
        return False
    distances = [below.top - above.top for above, below in pairwise(body)]
    return distances[edge] > _APART * median(distances)
