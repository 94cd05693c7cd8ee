"""From the text of a PDF page to the lines of a book page."""

from __future__ import annotations

from bisect import bisect_left

from docmill.documents.models import PageText
from docmill.pipelines.novel.models import BookPage, Line


def book_page(page: PageText) -> BookPage:
    """Return a page with its lines; where each line stands is taken from its words."""
    starts = [word.start for word in page.words]
    lines = []
    offset = 0
    for text in page.text.split("\n"):
        words = page.words[bisect_left(starts, offset) : bisect_left(starts, offset + len(text))]
        if words:
            lines.append(
                Line(
                    start=offset,
                    end=offset + len(text),
                    x0=min(word.x0 for word in words),
                    x1=max(word.x1 for word in words),
                    top=min(word.top for word in words),
                    bottom=max(word.bottom for word in words),
                )
            )
        offset += len(text) + 1
    return BookPage(number=page.number, text=page.text, lines=lines)
