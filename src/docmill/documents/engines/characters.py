"""Single characters with boxes, joined to words: the slow way, for text that is turned or oddly spaced."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from docmill.documents.cleaning import clean
from docmill.documents.geometry import shown_box
from docmill.documents.words import PlacedWord

# In parts of the character height.
_WIDEST_GAP = 0.6
_WIDEST_OVERLAP = 1.3
_BASELINE_SHIFT = 0.25
_SCRIPT_SHIFT = 0.75
_SCRIPT_SIZE = 0.85

_EXPONENT_BASE = re.compile(r"(?:10|[munpk]?m)$")
# Arabic letters that join only what stands before them.
_LAST_IN_LIGATURE = frozenset("اأإآدذرزو")
_LONGEST_LIGATURE = 3
_LEFT_TO_RIGHT = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z.,:/%+-]*[0-9A-Za-z])?")
_SUPERSCRIPT = str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")


@dataclass(slots=True)
class Character:
    """A character in the frame in which its text reads to the right.

    Attributes:
        text: The character.
        x0: Left edge.
        top: Upper edge.
        x1: Right edge.
        bottom: Lower edge.
        baseline: Height of the baseline.
        origin: Where it begins; the characters of one ligature begin at one place.
    """

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    baseline: float
    origin: float = 0.0

    @property
    def height(self) -> float:
        """Height of the box, never zero."""
        return max(self.bottom - self.top, 0.01)


def join_characters(characters: Iterable[Character], turn: int) -> list[PlacedWord]:
    """Join neighbours to words.

    Args:
        characters: Characters in the order of the file, in the reading frame; white space ends a word.
        turn: Quarter turns clockwise of that frame against the page as it is shown.

    Returns:
        Words with boxes on the page as it is shown. Raised digits after a ten or a metre become superscript
        digits, so that ``10³/µL`` does not read ``103/µL``.
    """
    groups: list[list[Character]] = [[]]
    for character in characters:
        if character.text.isspace():
            groups.append([])
        elif groups[-1] and not _continues(groups[-1], character):
            groups.append([character])
        else:
            groups[-1].append(character)
    return [word for group in groups if group and (word := _word(group, turn)).text]


def _continues(group: list[Character], character: Character) -> bool:
    previous, first = group[-1], group[0]
    height = max(previous.height, character.height)
    gap = character.x0 - previous.x1
    if not -_WIDEST_OVERLAP * height <= gap <= _WIDEST_GAP * height:
        return False
    shift = abs(character.baseline - previous.baseline)
    if shift <= _BASELINE_SHIFT * height:
        return True
    # A group that begins with a script ends before a character of full size: the script belongs to what it touches.
    return _is_script(character, first) or (_is_script(previous, character) and not _is_script(first, character))


def right_to_left(characters: Iterable[Character], *, backwards: bool = False) -> str:
    """Return the text of a word that reads to the left, whichever way the file goes.

    Digits and Latin letters inside keep their order, and so do the characters of one ligature.

    Args:
        characters: The characters of the word.
        backwards: Whether the file is known to name the letters of its ligatures backwards.
    """
    ordered = sorted(characters, key=lambda character: (-character.origin, character.x0))
    glyphs = groupby(ordered, key=lambda character: character.origin)
    text = "".join(_ligature("".join(character.text for character in parts), backwards) for _, parts in glyphs)
    return _LEFT_TO_RIGHT.sub(lambda run: run[0][::-1], text)


def _ligature(letters: str, backwards: bool) -> str:
    """Return the letters of a ligature as they are read; files name them in either order."""
    turned = is_backwards(letters) or (backwards and letters.isalpha() and not is_backwards(letters[::-1]))
    return letters[::-1] if turned and len(letters) <= _LONGEST_LIGATURE else letters


def is_backwards(letters: str) -> bool:
    """Whether the letters of a ligature begin with one that can only end it."""
    first, last = letters[0], letters[-1]
    return first in _LAST_IN_LIGATURE and last not in _LAST_IN_LIGATURE and last.isalpha()


def _is_script(character: Character, base: Character) -> bool:
    smaller = character.height <= _SCRIPT_SIZE * base.height
    return smaller and abs(character.baseline - base.baseline) <= _SCRIPT_SHIFT * base.height


def _word(group: list[Character], turn: int) -> PlacedWord:
    text = ""
    for character in group:
        raised = group[0].baseline - character.baseline > _BASELINE_SHIFT * group[0].height / 2
        exponent = raised and _is_script(character, group[0]) and _EXPONENT_BASE.search(text.rstrip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺"))
        text += character.text.translate(_SUPERSCRIPT) if exponent else character.text
    box = (
        min(character.x0 for character in group),
        min(character.top for character in group),
        max(character.x1 for character in group),
        max(character.bottom for character in group),
    )
    return PlacedWord(clean(text), *shown_box(box, turn), group[0].baseline, turn)
