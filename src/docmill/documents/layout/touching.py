"""Words that touch: those that were printed twice to look bold, and raised or lowered characters beside their word."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import product

from docmill.documents.words import PlacedWord

# In parts of the height of a word.
_ECHO = 0.15
_TOUCH = 0.14
_OVERLAP = 0.3
_NO_GAP = 0.05
_SCRIPT_HEIGHT = 0.85
_RAISED = (0.15, 0.75)
_LOWERED = (0.06, 0.5)

_ECHO_STEP = 8.0
_AROUND = tuple(product((-1, 0, 1), repeat=2))
_EXPONENT_BASE = re.compile(r"(?:10|[munpk]?m)$")
_EXPONENT = re.compile(r"[-+−–]?\d{1,2}")
_CHARGED = re.compile(r"(?:^|[^a-z])[A-Z][a-z]?\d?$")
_CHARGE = re.compile(r"\d?[-+−–]{1,2}")
_LOWERED_TEXT = re.compile(r"\d{1,2}")
_SUPERSCRIPT = str.maketrans("0123456789+-−–", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻")
_RAISED_DIGITS = frozenset("⁰¹²³⁴⁵⁶⁷⁸⁹")


def without_echoes(words: Iterable[PlacedWord]) -> list[PlacedWord]:
    """Return the words without those that stand on a word with the same text, as double strikes for bold do."""
    kept: list[PlacedWord] = []
    seen: dict[str, dict[tuple[int, int], list[PlacedWord]]] = {}
    for word in words:
        places = seen.get(word.text)
        line, column = int(word.baseline // _ECHO_STEP), int(word.x0 // _ECHO_STEP)
        if places is None:
            seen[word.text] = {(line, column): [word]}
        elif _is_echo(word, [twin for step in _AROUND for twin in places.get((line + step[0], column + step[1]), ())]):
            continue
        else:
            places.setdefault((line, column), []).append(word)
        kept.append(word)
    return kept


def _is_echo(word: PlacedWord, twins: list[PlacedWord]) -> bool:
    most = _ECHO * (word.bottom - word.top)
    return any(
        abs(word.x0 - twin.x0) <= most
        and abs(word.x1 - twin.x1) <= most
        and abs(word.baseline - twin.baseline) <= most
        and word.turn == twin.turn
        for twin in twins
    )


def join_touching(words: list[PlacedWord]) -> list[PlacedWord]:
    """Join the words of a row that touch: parts of one word, and raised and lowered characters.

    Exponents become raised digits, so that "10", a raised "9" and "/L" read ``10⁹/L``; indices and charges are
    joined as they are: ``CO2``, ``Na+``. Other raised characters, as those of notes, stay on their own.
    """
    joined = words[:1]
    for word in words[1:]:
        base = joined[-1]
        text = _joined_text(base, word) if _touch(base, word) else None
        if text is None:
            joined.append(word)
            continue
        base.text, base.x1 = text, max(base.x1, word.x1)
    return joined


def _touch(base: PlacedWord, word: PlacedWord) -> bool:
    height = base.bottom - base.top
    return -_OVERLAP * height <= word.x0 - base.x1 <= _TOUCH * height


def _is_one_word(base: PlacedWord, word: PlacedWord) -> bool:
    """Whether an engine parted two words without a gap.

    Single letters stand for themselves in formulas; the boxes of character recognition are too coarse to tell.
    """
    if base.confidence is not None or len(base.text) == 1 or len(word.text) == 1:
        return False
    return abs(word.x0 - base.x1) <= _NO_GAP * (base.bottom - base.top)


def _joined_text(base: PlacedWord, word: PlacedWord) -> str | None:
    height, raised = base.bottom - base.top, base.baseline - word.baseline
    if word.bottom - word.top > _SCRIPT_HEIGHT * height:
        goes_on = base.text[-1] in _RAISED_DIGITS or _is_one_word(base, word)
        return base.text + word.text if goes_on and abs(raised) < _RAISED[0] * height else None
    if _RAISED[0] * height <= raised <= _RAISED[1] * height:
        if _EXPONENT_BASE.search(base.text) and _EXPONENT.fullmatch(word.text):
            return base.text + word.text.translate(_SUPERSCRIPT)
        return base.text + word.text if _CHARGED.search(base.text) and _CHARGE.fullmatch(word.text) else None
    if _LOWERED[0] * height <= -raised <= _LOWERED[1] * height:
        return base.text + word.text if base.text[-1].isalpha() and _LOWERED_TEXT.fullmatch(word.text) else None
    return None
