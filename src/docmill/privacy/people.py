"""How names of people are written, and what is certainly not one."""

from __future__ import annotations

import re

from docmill.privacy.labels import classify
from docmill.privacy.text import fold
from docmill.privacy.vocabulary import given_names, laboratory_terms, listed

_MIXED_CREDENTIALS = frozenset({"phd", "frcpath", "mbchb", "mrcpath", "pharmd", "jr", "sr", "facharzt", "facharztin"})
_WORD = r"[^\W\d_](?:[^\W_]|['’`´](?=[^\W\d_])|-(?=[^\W\d_]))*"
NAME_WORD = re.compile(rf"{_WORD}\.?")
_OPENING = re.compile(r"[\s\"'*(]*")
_GAP = re.compile(r"(?:,? |\^|,)")
_LONGEST_NAME = 6


def is_capitalised(word: str) -> bool:
    """Whether a word begins with a capital letter."""
    return word[:1].isupper()


def is_title(word: str) -> bool:
    """Whether a word is a form of address ("Dr", "Frau")."""
    return fold(word) in listed("titles") or fold(word).rstrip(".") in listed("titles")


def is_credential(word: str) -> bool:
    """Whether a word stands after a name without being part of it ("MD", "RN", "PhD")."""
    key = fold(word).rstrip(".")
    known = key in listed("credentials") or fold(word) in listed("credentials")
    return known and (word.isupper() or "." in word or key in _MIXED_CREDENTIALS)


def is_given_name(word: str) -> bool:
    """Whether a word is a known given name that means nothing else."""
    return fold(word).rstrip(".") in given_names()


def is_laboratory_term(word: str) -> bool:
    """Whether a word belongs to laboratory medicine."""
    return fold(word).rstrip(".") in laboratory_terms()


def is_ordinary(word: str) -> bool:
    """Whether a word is no name by itself: an ordinary word, a label, a term, part of an organisation's name."""
    key = fold(word).rstrip(".")
    return (
        key in listed("ordinary")
        or key in laboratory_terms()
        or key in listed("organisations")
        or key in listed("not_names")
        or classify(key) is not None
    )


def name_at(text: str, start: int, end: int, *, labelled: bool) -> tuple[int, int] | None:
    """Return the span of the name that begins at ``start``, after titles, and before ``end``.

    Args:
        text: The normalised text.
        start: Where the value begins.
        end: Where it must end.
        labelled: Whether a label announces a name, so that it may be in lower case and be an ordinary word.
    """
    position = _after_titles(text, start, end)
    match = NAME_WORD.match(text, position, end)
    if not match or (not labelled and not is_capitalised(match.group())):
        return None
    accepted = [match]
    capitalised = is_capitalised(match.group())
    while len(accepted) < _LONGEST_NAME:
        following = _next_word(text, accepted[-1].end(), end)
        if not following or not _continues(following.group(), capitalised, following.end() == end):
            break
        accepted.append(following)
    return _trimmed(text, accepted, labelled)


def _after_titles(text: str, start: int, end: int) -> int:
    position = start
    while match := _OPENING.match(text, position, end):
        word = NAME_WORD.match(text, match.end(), end)
        if not word or not is_title(word.group()):
            return match.end()
        position = word.end()
        if text[position : position + 1] in "/.,":
            position += 1
    return position


def _next_word(text: str, position: int, end: int) -> re.Match[str] | None:
    gap = _GAP.match(text, position, end)
    return NAME_WORD.match(text, gap.end(), end) if gap else None


def _continues(word: str, capitalised: bool, last: bool) -> bool:
    if len(word) > 1 and is_credential(word):
        return False
    if capitalised and fold(word) in listed("particles"):
        return True
    # A surname such as "Ward" is also a label; at the end of a field it is the surname.
    return is_capitalised(word) == capitalised and (last or not _stops(word))


def _stops(word: str) -> bool:
    key = fold(word).rstrip(".")
    if len(key) <= 1:
        return False
    return (
        (key in listed("ordinary") and not is_given_name(word))
        or classify(key) is not None
        or key in listed("not_names")
    )


def _trimmed(text: str, accepted: list[re.Match[str]], labelled: bool) -> tuple[int, int] | None:
    """Drop particles that nothing follows, and refuse what holds no name at all."""
    while accepted and (fold(accepted[-1].group()) in listed("particles") and len(accepted) > 1):
        accepted.pop()
    told = [match.group() for match in accepted]
    if all(fold(word).rstrip(".") in listed("not_names") or is_title(word) for word in told):
        return None
    if all(is_ordinary(word) or len(word.rstrip(".")) == 1 for word in told) and not (labelled and _may_be_name(told)):
        return None
    start, end = accepted[0].start(), accepted[-1].end()
    # A full stop belongs to an initial, not to the end of a sentence.
    if text[end - 1] == "." and len(told[-1]) > 2:
        end -= 1
    return (start, end) if end - start > 1 else None


def _may_be_name(told: list[str]) -> bool:
    """Whether ordinary words beside a label can still be a name ("Grace Young"): none of them is a label or term."""
    return all(
        is_capitalised(word)
        and classify(fold(word)) is None
        and not is_laboratory_term(word)
        and fold(word) not in listed("organisations")
        for word in told
    )
