"""A word as an engine or character recognition found it, and the page that it stands on.

Coordinates are PDF points from the top left corner of the page as it is shown.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from docmill.documents.geometry import Box


@dataclass(slots=True)
class PlacedWord:
    """A run of characters without white space.

    Attributes:
        text: The characters, already cleaned.
        x0: Left edge.
        top: Upper edge.
        x1: Right edge.
        bottom: Lower edge.
        baseline: Height of the baseline; for turned text the position across the reading direction.
        turn: Reading direction in quarter turns clockwise: 0 to the right, 1 down, 2 to the left, 3 up.
        confidence: How sure character recognition is, 0 to 1; None for text that was not recognised.
        order: Place in the order of the file; -1 where that is not known.
        slanted: Whether it stands aslant, as watermarks do; it belongs to no row then.
        shown: Its box on the page, where the other coordinates are those of a page that was levelled.
    """

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    baseline: float
    turn: int = 0
    confidence: float | None = None
    order: int = -1
    slanted: bool = False
    shown: Box | None = None


@dataclass(slots=True)
class PageWords:
    """What an engine says about a page.

    Attributes:
        width: Width of the page as it is shown.
        height: Height of the page as it is shown.
        words: Its words, in the order of the file.
        characters: Visible characters.
        unreadable: Those of them that have no meaning: no Unicode value, private use, control codes.
        cropped: Whether the file shows only a part of the page.
        hidden: Pieces of text on layers that are switched off; their words are not here.
    """

    width: float
    height: float
    words: list[PlacedWord] = field(default_factory=list)
    characters: int = 0
    unreadable: int = 0
    cropped: bool = False
    hidden: int = 0

    def seen(self) -> PageWords:
        """Return the page without the words that were cropped away: the other half of a sheet, the marks of a printer.

        Words beside a page that was not cropped are kept: their place is a fault of the program that wrote it.
        """
        if not self.cropped:
            return self
        words = [word for word in self.words if self._shows(word)]
        beside = sum(len(word.text) for word in self.words) - sum(len(word.text) for word in words)
        return replace(self, words=words, characters=max(0, self.characters - beside)) if beside else self

    def _shows(self, word: PlacedWord) -> bool:
        x0, top, x1, bottom = word.shown or (word.x0, word.top, word.x1, word.bottom)
        return 0 <= (x0 + x1) / 2 <= self.width and 0 <= (top + bottom) / 2 <= self.height
