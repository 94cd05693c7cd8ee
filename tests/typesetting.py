"""Sets plain text as a book: indented paragraphs, hyphenated lines, running heads and page numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

WIDTH, HEIGHT = 360.0, 560.0
LEFT, RIGHT, TOP, BOTTOM = 45.0, 315.0, 500.0, 70.0
FONT, SIZE, LEADING, INDENT = "Times-Roman", 11.0, 14.0, 16.0
HEADING = re.compile(r"[A-ZÀ-Ü' ]{1,40}|Chapter \d+")
DIVISIBLE = re.compile(r"[^\W\d_]{7,}[,.;:!?]?")


@dataclass
class Book:
    """A book that was set.

    Attributes:
        path: The PDF.
        words: The words of the story on each page as they were before they were hyphenated; a word that was divided
            between two pages counts for the first.
    """

    path: Path
    words: list[list[str]] = field(default_factory=list)


@dataclass
class SetLine:
    """A line of the book: what is printed, and the words of the story that begin in it."""

    text: str
    words: list[str]
    indent: float = 0.0
    heading: bool = False


def typeset(text: str, path: Path, *, title: str, author: str, pages: int) -> Book:
    """Write the first ``pages`` pages of a text as a PDF."""
    canvas = Canvas(str(path), pagesize=(WIDTH, HEIGHT), pageCompression=1)
    book = Book(path)
    y, last = 0.0, ""
    for line in lines_of(text):
        space = LEADING * 2 if line.heading else LEADING
        if not book.words or y - space < BOTTOM:
            if len(book.words) == pages:
                break
            start_page(canvas, len(book.words) + 1, title, author)
            book.words.append([])
            y = TOP
        y -= space
        canvas.drawString(LEFT + line.indent, y, line.text)
        book.words[-1].extend(line.words)
        last = line.text
        if line.heading:
            y -= LEADING
    if last.endswith("-"):
        # The book ends within a word.
        book.words[-1][-1] = last.split()[-1]
    canvas.save()
    return book


def start_page(canvas: Canvas, number: int, title: str, author: str) -> None:
    if number > 1:
        canvas.showPage()
    canvas.setFont(FONT, SIZE - 2)
    canvas.drawCentredString((LEFT + RIGHT) / 2, TOP + 24, author.upper() if number % 2 == 0 else title.upper())
    canvas.drawCentredString((LEFT + RIGHT) / 2, BOTTOM - 32, str(number))
    canvas.setFont(FONT, SIZE)


def lines_of(text: str) -> Iterator[SetLine]:
    for paragraph in re.split(r"\n\s*\n", text):
        # A hyphen at the end of a line of the source is the word's own.
        words = re.sub(r"(\w)-\n(\w)", r"\1-\2", paragraph).replace("--", "—").split()
        if words and HEADING.fullmatch(" ".join(words)):
            yield SetLine(" ".join(words), words, indent=60, heading=True)
        elif words:
            yield from paragraph_lines(words)


def paragraph_lines(words: list[str]) -> Iterator[SetLine]:
    line, begun, indent = "", [], INDENT
    for word in words:
        room = RIGHT - LEFT - indent
        longer = f"{line} {word}".strip()
        if stringWidth(longer, FONT, SIZE) <= room:
            line = longer
            begun.append(word)
            continue
        head, tail = divide(word, room - stringWidth(f"{line} ", FONT, SIZE))
        if head:
            yield SetLine(f"{line} {head}".strip(), [*begun, word], indent)
            line, begun, indent = tail, [], 0.0
        else:
            yield SetLine(line, begun, indent)
            line, begun, indent = word, [word], 0.0
    yield SetLine(line, begun, indent)


def divide(word: str, room: float) -> tuple[str, str]:
    """Hyphenate a word so that its first part fits, at least three letters on each side."""
    if DIVISIBLE.fullmatch(word):
        for place in range(len(word) - 4, 2, -1):
            if stringWidth(f"{word[:place]}-", FONT, SIZE) <= room:
                return f"{word[:place]}-", word[place:]
    return "", ""
