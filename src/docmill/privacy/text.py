"""Text as the detectors read it, with the way back to the text as it was given.

Detectors should not stumble over a no-break space, a soft hyphen, full-width digits or a letter that is
written with a separate accent. ``normalise`` takes such differences out and keeps, for every code point
that it yields, where it came from, so that each finding can be given in offsets of the original.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from functools import cache
from typing import NamedTuple

_SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_DROPPED = "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
_HYPHENS = "\u2010\u2011\u2012\u2212\ufe63\uff0d"
_REPLACED: dict[str, str] = {
    **dict.fromkeys(_SPACES, " "),
    **dict.fromkeys(_DROPPED, ""),
    **dict.fromkeys(_HYPHENS, "-"),
    **{chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F) if code != 0xFF0D},
    # The letter that Ukrainian writes as an apostrophe.
    "\u02bc": "'",
    "\u0085": "\n",
    "\u2028": "\n",
    "\u2029": "\n",
    "\r": "\n",
    "\x0b": "\n",
    "\x0c": "\n",
}
_SPECIAL = re.compile(f"[{''.join(_REPLACED)}\u0300-\u036f]")
_BASE_LETTERS = {"ß": "s", "ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "t", "æ": "a", "œ": "o", "ı": "i", "ħ": "h"}
_ACCENTED_RANGES = ((0xC0, 0x250), (0x1E00, 0x1F00))


class NormalisedText(NamedTuple):
    """A text ready for detection.

    Attributes:
        text: The normalised text.
        starts: Where each code point of ``text`` begins in the source; None where nothing was changed.
        ends: Where each ends, exclusively; None where nothing was changed.
    """

    text: str
    starts: array[int] | None
    ends: array[int] | None

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the source that the non-empty span ``[start, end)`` of ``text`` came from."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]


def normalise(source: str) -> NormalisedText:
    """Unify spaces, hyphens, line ends, full-width forms and separate accents; drop invisible marks.

    A carriage return before a line feed is dropped; alone it is a line end.
    """
    if not _SPECIAL.search(source):
        return NormalisedText(source, None, None)
    letters: list[str] = []
    starts: array[int] = array("q")
    ends: array[int] = array("q")
    for position, letter in enumerate(source):
        if "\u0300" <= letter <= "\u036f" and letters:
            # An accent belongs to its letter, whether or not Unicode has one code point for both.
            letters[-1] = _composed(letters[-1], letter)
            ends[-1] = position + 1
            continue
        replacement = _REPLACED.get(letter, letter)
        if letter == "\r" and source[position + 1 : position + 2] == "\n":
            continue
        if replacement:
            letters.append(replacement)
            starts.append(position)
            ends.append(position + 1)
    return NormalisedText("".join(letters), starts, ends)


def _composed(letter: str, accent: str) -> str:
    composed = unicodedata.normalize("NFC", letter + accent)
    return composed if len(composed) == 1 else letter


@cache
def _fold_table() -> dict[int, str]:
    table = {}
    for first, last in _ACCENTED_RANGES:
        for code in range(first, last):
            base = unicodedata.normalize("NFD", chr(code))[0].lower()
            table[code] = _BASE_LETTERS.get(base, base)
    return table


def fold(text: str) -> str:
    """Return ``text`` in lower case without accents, with the same number of code points."""
    if text.isascii():
        return text.lower()
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(letter.lower()[0] for letter in text)
    return lowered.translate(_fold_table())
