"""What reading a document yields: pages of text whose words keep their boxes.

Coordinates are PDF points, measured from the top left corner of the page as it is shown; offsets are code
points in the page's own text. A word holds no text of its own: ``page.text[word.start:word.end]`` is the
word, so that text and boxes can never disagree, before and after anonymisation.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

ReadMethod = Literal["text", "ocr", "empty", "failed"]


class Word(NamedTuple):
    """A run of characters without white space, with its place in the text and on the page."""

    start: int
    end: int
    x0: float
    top: float
    x1: float
    bottom: float
    confidence: float | None = None


class PageRange(BaseModel):
    """A run of pages of one document; the pages are named, their bytes are not copied.

    Attributes:
        first: First page, counted from 1.
        last: Last page, included.
    """

    model_config = ConfigDict(frozen=True)

    first: int = Field(ge=1)
    last: int = Field(ge=1)


class PageText(BaseModel):
    """The text of one page, in reading order, one table row a line.

    Attributes:
        number: Page number, counted from 1.
        text: The page's text; lines end with a line feed, cells of a row are parted by two spaces or more.
        words: The words in the order of the text.
        width: Width of the page in points.
        height: Height of the page in points.
        method: How it was read.
        confidence: Mean confidence of the OCR words, 0 to 1; None where the text was not read by OCR.
        signals: What the decision for or against OCR was based on, and ``hidden_texts``: how many pieces of text were
            left out, since they stand on layers that are switched off.
        error_code: Why the page failed, where ``method`` is ``failed``.
        recovered: Whether the file had to be repaired before it could be read.
    """

    number: int = Field(ge=1)
    text: str
    words: list[Word] = []
    width: float = 0.0
    height: float = 0.0
    method: ReadMethod = "text"
    confidence: float | None = None
    signals: dict[str, float | int | str | bool] = {}
    error_code: str | None = None
    recovered: bool = False


class DocumentInfo(BaseModel):
    """What a PDF says about itself.

    Attributes:
        pages: Number of pages.
        encrypted: Whether the file is encrypted, with or without the need for a password.
        permissions: Its permission bits (ISO 32000-1, table 22); they are recorded, not enforced.
        producer: The program that wrote it, as the file says.
        recovered: Whether the file had to be repaired before it could be read.
        attachments: Files that are embedded in it; they are not read.
    """

    model_config = ConfigDict(frozen=True)

    pages: int = Field(ge=1)
    encrypted: bool = False
    permissions: int = 0xFFFFFFFF
    producer: str = ""
    recovered: bool = False
    attachments: int = 0
