"""From the text of a PDF page to the lines of a book page."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from statistics import median

from docmill.documents.models import PageText, Word
from docmill.pipelines.novel.models import BookPage, Initial, Line

# The letter with which a chapter begins is at least so much higher than a word.
_HIGHER = 1.7


def book_page(page: PageText) -> BookPage:
    """Return a page with its lines; where each line stands is taken from its words."""
    large = _large_letters(page)
    starts = [word.start for word in page.words]
    lines = []
    offset = 0
    for text in page.text.split("\n"):
        words = page.words[bisect_left(starts, offset) : bisect_left(starts, offset + len(text))]
        if small := [word for word in words if word not in large]:
            lines.append(
                Line(
                    start=offset,
                    end=offset + len(text),
                    x0=min(word.x0 for word in small),
                    x1=max(word.x1 for word in small),
                    top=min(word.top for word in small),
                    bottom=max(word.bottom for word in small),
                )
            )
        offset += len(text) + 1
    initials = [initial for word in large if (initial := _initial(page, word, lines))]
    return BookPage(number=page.number, text=page.text, lines=lines, initials=initials)


def _large_letters(page: PageText) -> list[Word]:
    if not page.words:
        return []
    size = median(word.bottom - word.top for word in page.words)
    return [
        word
        for word in page.words
        if word.end - word.start == 1
        and page.text[word.start].isupper()
        and word.bottom - word.top > _HIGHER * size
        and _is_beside(word, page.words)
    ]


def _is_beside(letter: Word, words: Sequence[Word]) -> bool:
    """Tell whether text of more than one line stands to the right of a letter."""
    tops = [word.top for word in words if word.x0 >= letter.x1 - 1 and letter.top <= _middle(word) <= letter.bottom]
    return bool(tops) and max(tops) - min(tops) > (letter.bottom - letter.top) / 4


def _initial(page: PageText, letter: Word, lines: Sequence[Line]) -> Initial | None:
    """Return the letter with the line that it begins: the highest of those beside it."""
    beside = [line for line in lines if letter.top <= (line.top + line.bottom) / 2 <= letter.bottom]
    highest = min(beside, key=lambda line: line.top, default=None)
    return Initial(page.text[letter.start], letter.start, highest.start) if highest else None


def _middle(word: Word) -> float:
    return (word.top + word.bottom) / 2
