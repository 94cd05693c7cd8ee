"""Builds the shapes of the novel pipeline from plain text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from docmill.pipelines.novel.models import Book, BookPage, Language, Line, SourceSentence, Token

LEADING = 14.0
LEFT, RIGHT = 50.0, 350.0


def tokens(text: str, page: int = 1) -> list[Token]:
    return [Token(match[0], page, match.start(), page, match.end()) for match in re.finditer(r"\S+", text)]


def sentence(text: str, *, id: int = 0, page: int = 1, dialogue: bool = False) -> SourceSentence:
    return SourceSentence(id=id, dialogue=dialogue, tokens=tokens(text, page))


def page(number: int, lines: Sequence[str]) -> BookPage:
    """Lay lines out from top to bottom: an empty one is a gap, leading spaces are an indent, a trailing | is short."""
    found, texts = [], []
    offset, top = 0, 60.0
    for line in lines:
        top += LEADING
        text = line.strip().removesuffix("|")
        if not text:
            continue
        indent = 20.0 if line.startswith(" ") else 0.0
        right = RIGHT - 150 if line.endswith("|") else RIGHT
        found.append(Line(offset, offset + len(text), LEFT + indent, right, top, top + 10))
        texts.append(text)
        offset += len(text) + 1
    return BookPage(number=number, text="\n".join(texts), lines=found)


def with_notes(number: int, lines: Sequence[str], notes: Sequence[str]) -> BookPage:
    """Lay out a page whose last lines are set smaller than the others."""
    laid = page(number, [*lines, *notes])
    first = len(laid.lines) - len(notes)
    small = [line._replace(bottom=line.top + 7) for line in laid.lines[first:]]
    return laid.model_copy(update={"lines": [*laid.lines[:first], *small]})


def centred(laid: BookPage, *numbers: int) -> BookPage:
    """Move some lines of a page to its middle."""
    lines = [
        line._replace(x0=LEFT + 100, x1=RIGHT - 100) if number in numbers else line
        for number, line in enumerate(laid.lines)
    ]
    return laid.model_copy(update={"lines": lines})


def book(sentences: int, pages: int = 1, language: Language = "fr") -> Book:
    return Book(language=language, pages=pages, sentences=sentences)
