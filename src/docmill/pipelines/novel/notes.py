"""Footnotes: lines at the foot of a page that do not belong to the sentence that goes on overleaf."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from docmill.pipelines.novel.models import BookPage, Line

_MARK = re.compile(r"[\[(]?(?:\d{1,3}|[¹²³⁰⁴-⁹]{1,3}|[a-z])[\])]?[.\s]\s*\S|[¹²³⁰⁴-⁹]\S")
_SYMBOL = re.compile(r"(?:\*{1,3}|[†‡§])\s?[^\W\d_]")

# Notes are set smaller than the text by at least this.
_SMALLER = 0.88
# A note in the size of the text is set apart by more than the usual distance of lines.
_APART = 1.25
# Fewer lines have no usual size and distance.
_FEWEST_LINES = 3


def split_notes(page: BookPage, body: Sequence[Line]) -> tuple[list[Line], list[list[Line]]]:
    """Return the lines of the text of a page, and the lines of each of its footnotes."""
    first = _first_note(page, body)
    notes: list[list[Line]] = []
    for line in body[first:]:
        if not notes or _begins_note(page, line):
            notes.append([])
        notes[-1].append(line)
    return list(body[:first]), notes


def _first_note(page: BookPage, body: Sequence[Line]) -> int:
    """Return the place of the first line of the footnotes; the number of lines where there are none."""
    if len(body) < _FEWEST_LINES:
        return len(body)
    size = median(line.bottom - line.top for line in body)
    distance = median(below.top - above.top for above, below in pairwise(body))
    first = len(body)
    for place in range(len(body) - 1, 0, -1):
        line = body[place]
        small = line.bottom - line.top < _SMALLER * size
        apart = line.top - body[place - 1].top > _APART * distance
        if (small and _begins_note(page, line)) or (apart and _SYMBOL.match(_text(page, line))):
            first = place
        elif not small:
            break
    return first


def _begins_note(page: BookPage, line: Line) -> bool:
    text = _text(page, line)
    return bool(_MARK.match(text) or _SYMBOL.match(text))


def _text(page: BookPage, line: Line) -> str:
    return page.text[line.start : line.end].lstrip()
