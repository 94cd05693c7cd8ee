"""What only the policies ``safe_harbor`` and ``strict`` replace: times, months with a year, wards, towns, clinics."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from docmill.privacy.dates import is_month, month_names
from docmill.privacy.fields import Label
from docmill.privacy.labels import OTHER, label_words
from docmill.privacy.models import Finding
from docmill.privacy.people import (
    UPPER,
    is_eponym,
    is_given_name,
    is_laboratory_term,
    is_ordinary,
    is_surname,
    is_title,
)
from docmill.privacy.text import fold
from docmill.privacy.vocabulary import listed, phrases

_CLOCK = (
    r"(?:[01]?\d|2[0-3])(?:[:h.][0-5]\d){1,2}(?:\.\d{1,6})?(?:\s?[ap]\.?m\b\.?)?(?:\s?(?:Uhr|Z|UTC|GMT|C?EST|[ECMP][SD]T|h)\b)?"
    r"(?:[+-]\d\d:?\d\d)?"
)
_TIME_AFTER = re.compile(
    rf"(?:,? |T|\s{{1,2}}[/-]\s|\^)(?:(?:at|um|à|a las|alle|ore|o|om|godz\.|об?)\s)?{_CLOCK}(?![\d:])", re.IGNORECASE
)
_TIME = re.compile(
    r"(?<![\w:.,/-])(?:[01]\d|2[0-3])[:h][0-5]\d(?::[0-5]\d)?(?:\s?[ap]\.?m\b\.?)?(?![\w:]|[.,]\d)", re.IGNORECASE
)
_SHORT_TIME = re.compile(r"(?<![\w:.,/-])\d{1,2}(?::[0-5]\d)?\s?[ap]\.?m\b\.?", re.IGNORECASE)
_WORD = rf"[{UPPER}][\w'’.&-]{{0,30}}"
_HOUSES = "clinic|hospital|office|campus|ward|center|centre"
_AT_PLACE = re.compile(
    r"\b(?:at|from|in|to|near|visiting|visited)\s(?:our |the |a )?"
    rf"({_WORD}(?:,? (?:(?:of|and|the|in|&) )*{_WORD}){{0,5}}(?: (?:{_HOUSES}))?)"
)
_CELL_END = re.compile(r"\s{2,}|[\t|;\n,]|$")
_LONGEST_PLACE = 60
_SHORTEST_PLACE = 3


def further_findings(text: str, labels: Sequence[Label], found: Iterable[Finding]) -> list[Finding]:
    """Return what the Safe Harbor rule asks for beyond what the policy ``default`` looks for.

    Args:
        text: The normalised text.
        labels: The labels in it.
        found: What was found so far; its dates grow by the time behind them.
    """
    items = [*found, *_months(text)]
    return [*items, *_times(text, items), *_labelled_places(text, labels), *_named_places(text)]


@cache
def _month_pattern() -> re.Pattern[str]:
    months = "|".join(sorted(map(re.escape, month_names()), key=len, reverse=True))
    return re.compile(
        rf"(?<![^\W_])(?:{months})\b\.?(?: \d{{1,2}}(?:st|nd|rd|th)?)?(?:,? (?:of )?(?:19|20)\d\d|,? ['’]\d\d)(?!\d)"
    )


def _months(text: str) -> Iterator[Finding]:
    for match in _month_pattern().finditer(fold(text)):
        yield Finding(*match.span(), "DATE", 0.8, "pattern")


def _times(text: str, found: Iterable[Finding]) -> Iterator[Finding]:
    for item in found:
        time = _TIME_AFTER.match(text, item.end) if item.type == "DATE" else None
        if time:
            yield item._replace(end=time.end())
    for pattern in (_TIME, _SHORT_TIME):
        for match in pattern.finditer(text):
            yield Finding(*match.span(), "DATE", 0.7, "pattern")


def _labelled_places(text: str, labels: Sequence[Label]) -> Iterator[Finding]:
    """Yield what follows "Ward:", "Room:", "Place of birth:"."""
    known = frozenset(" ".join(label_words(phrase)) for phrase in phrases("place_labels"))
    starts = sorted(label.start for label in labels)
    for label in labels:
        if label.kind != OTHER or " ".join(label_words(text[label.start : label.end])) not in known:
            continue
        place = bisect_right(starts, label.start)
        limit = min(label.end + _LONGEST_PLACE, starts[place] if place < len(starts) else len(text))
        end = _CELL_END.search(text, label.end, limit)
        value = text[label.end : end.start() if end else limit].strip()
        if value:
            start = text.index(value, label.end)
            yield Finding(start, start + len(value), "LOCATION", 0.8, "structure")


def _named_places(text: str) -> Iterator[Finding]:
    """Yield capitalised words after a preposition: "seen at Baylor", "from Atlanta, GA"."""
    for match in _AT_PLACE.finditer(text):
        words = re.findall(_WORD, match.group(1))
        first = words[0].rstrip(".")
        if len(first) < _SHORTEST_PLACE or is_month(first) or is_title(first) or _is_term(first):
            continue
        if all(_is_term(word) for word in words) or (is_given_name(first) and len(words) > 1 and is_surname(words[1])):
            continue
        yield Finding(match.start(1), match.start(1) + len(match.group(1).rstrip(".,")), "LOCATION", 0.6, "pattern")


def _is_term(word: str) -> bool:
    return (
        (is_ordinary(word) and fold(word).rstrip(".") not in listed("organisations"))
        or is_laboratory_term(word)
        or is_eponym(word)
    )
