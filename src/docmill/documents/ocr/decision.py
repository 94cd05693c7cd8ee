"""Whether a page is read by character recognition, and the signals that decide it."""

from __future__ import annotations

import re
from typing import Literal

# The reason where the text is kept and only completed.
PICTURE_BESIDE_TEXT = "picture_beside_text"

Signals = dict[str, float | int | str | bool]

_RULE = re.compile(r"(?:[.·_\-–—=*•…]\s*){3,}")
_SAMPLE_WORDS = 400
_FEWEST_WORDS = 8
_VOWELS = frozenset("aeiouyàâäáãåæèéêëìíîïòóôöõøùúûüýÿœαάεέηήιίοόυύωώаеёиоуыэюяіїєąęůőű")
_USUAL = frozenset("aein")
_SHARE_OF_LANGUAGE = 0.25
_SHARE_OF_NOISE = 0.15
_FEWEST_LETTERS = 40
_CONSONANTS = re.compile("[bcdfghjklmnpqrstvwxz]{6,}")
_MIXED_CASE = re.compile("[a-z][A-Z][a-z]+[A-Z]")

_GARBLED = 0.30
_UNNATURAL = 0.35
_DOUBTFUL = 0.70
_DOUBTFUL_SHARE = 0.10
_LARGE_IMAGE = 0.4
_STAMP_CHARACTERS = 150
# A page with more text than this has no room for a large image.
_FULL_PAGE_CHARACTERS = 1500
_SOME_IMAGE = 0.02
_DRAWN_TEXT_PATHS = 60
_OUTLINED_TEXT_PATHS = 300


def naturalness(text: str) -> float | None:
    """Return how much a text looks like language, 0 to 1; None when it is too short to tell.

    The share of letters and digits among the visible characters, times the share of words that could be words
    (with vowels, without long runs of consonants, in a sane mixture of cases), times how usual their letters are.
    Scripts other than Latin count as words; the first 400 words are looked at.
    """
    words = _RULE.sub(" ", text[: _SAMPLE_WORDS * 12]).split()[:_SAMPLE_WORDS]
    if len(words) < _FEWEST_WORDS or sum(1 for word in words if len(word) == 1) > 0.6 * len(words):
        return None
    visible = "".join(words)
    alphanumeric = sum(map(str.isalnum, visible)) / len(visible)
    candidates = [stripped for word in words if len(stripped := re.sub(r"\W", "", word)) >= 3]
    if not candidates:
        return alphanumeric
    plausible = sum(map(_is_plausible, candidates)) / len(candidates)
    return alphanumeric * plausible * _usual_letters("".join({word.lower() for word in candidates}))


def _usual_letters(text: str) -> float:
    """Return 1 where the most frequent letters of Latin scripts are frequent, less where they are not.

    A, e, i and n make up 28 to 42 percent of a text in the languages of that script, and of shifted codes 5 to 20.
    """
    letters = [character for character in text if "a" <= character <= "z"]
    if len(letters) < _FEWEST_LETTERS or 2 * len(letters) < len(text):
        return 1.0
    usual = sum(1 for character in letters if character in _USUAL) / len(letters)
    return min(1.0, max(0.0, (usual - _SHARE_OF_NOISE) / (_SHARE_OF_LANGUAGE - _SHARE_OF_NOISE)))


def _is_plausible(word: str) -> bool:
    if not word.isalpha() or word.isupper():
        return not word.isalpha() or not _CONSONANTS.search(word.lower()) or len(word) <= 6
    lower = word.lower()
    if lower > "\u024f":
        return True
    vowels = sum(1 for character in lower if character in _VOWELS)
    return 0 < vowels < len(lower) and not _CONSONANTS.search(lower) and not _MIXED_CASE.search(word)


def needs_recognition(signals: Signals) -> tuple[Literal["text", "ocr", "empty"], str]:
    """Decide how a page is read.

    Args:
        signals: ``characters`` (visible ones), ``unreadable`` (share of them without meaning), ``naturalness``
            (absent when unknown); and for pages where these leave doubt ``unmapped`` (share of characters that
            the file maps to nothing), ``image_cover`` (share of the page under images), ``image_characters``
            (characters that stand on them), ``paths`` and ``texts`` (pieces of each).

    Returns:
        The decision and its reason.
    """
    characters = float(signals["characters"])
    cover = float(signals.get("image_cover", 0.0))
    if characters == 0:
        drawn = float(signals.get("paths", 0)) > _DRAWN_TEXT_PATHS or float(signals.get("texts", 0)) > 0
        if cover > _SOME_IMAGE or drawn:
            return "ocr", "no_text"
        return "empty", "nothing_on_the_page"
    if float(signals["unreadable"]) > _GARBLED:
        return "ocr", "unreadable_characters"
    natural = signals.get("naturalness")
    if natural is not None and float(natural) < _threshold(signals):
        return "ocr", "unnatural_text"
    if cover >= _LARGE_IMAGE and float(signals.get("image_characters", characters)) < _STAMP_CHARACTERS:
        return "ocr", PICTURE_BESIDE_TEXT
    # Text that was turned into outlines, and a line that somebody stamped on it.
    if characters < _STAMP_CHARACTERS and float(signals.get("paths", 0)) > _OUTLINED_TEXT_PATHS:
        return "ocr", PICTURE_BESIDE_TEXT
    return "text", "text_layer"


def _threshold(signals: Signals) -> float:
    doubtful = float(signals.get("unmapped", 0.0)) > _GARBLED or float(signals["unreadable"]) > _DOUBTFUL_SHARE
    return _DOUBTFUL if doubtful else _UNNATURAL


def leaves_doubt(signals: Signals) -> bool:
    """Whether the costly signal ``unmapped`` is needed."""
    natural = signals.get("naturalness")
    return natural is not None and float(natural) < _DOUBTFUL


def may_hold_a_picture(signals: Signals) -> bool:
    """Whether a page has room for a picture: what it consists of besides readable text is needed then."""
    return float(signals["characters"]) < _FULL_PAGE_CHARACTERS
