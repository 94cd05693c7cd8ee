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
    rf"(?:,? |T|\s{{1,2}}[/-]\s|\^)(?:(?:at|um|à|a las|alle|ore|o|om|godz\.|об?)\s)?{_CLOCK}(?!\d|:\d)", re.IGNORECASE
)
_TIME = re.compile(
    r"(?<![\w:.,/-])(?:[01]\d|2[0-3])[:h][0-5]\d(?::[0-5]\d)?(?:\s?[ap]\.?m\b\.?)?(?![\w:]|[.,]\d)", re.IGNORECASE
)
_SHORT_TIME = re.compile(r"(?<![\w:.,/-])\d{1,2}(?::[0-5]\d)?\s?[ap]\.?m\b\.?", re.IGNORECASE)
_DAY_NAMES = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|satur|sat|sun)(?:day)?"
# Scores have the form of days, too ("pain 3/10", "from 3/5"): a word of dates stands before, or a day above 12.
_SHORT_DATE = re.compile(
    rf"\b(?:{_DAY_NAMES},? (?:the )?|week of |follow[- ]?up (?:on )?|f/u (?:on )?"
    r"|(?:seen|admitted|discharged|scheduled|appointment|review|due|dated|visit)(?: on)? )"
    r"((?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12]\d|3[01]))(?![\w/]|[.,]\d)"
    r"|\b(?:on|since|until|till) ((?:0?[1-9]|1[0-2])/(?:1[3-9]|2\d|3[01]))(?![\w/]|[.,]\d)"
    r"|\b(?:admitted|discharged|seen|reviewed|returned|readmitted) on the (\d{1,2}(?:st|nd|rd|th))\b"
    r"|\b(?:am|vom|bis|seit|ab|den|zum) ((?:0?[1-9]|[12]\d|3[01])\.\s?(?:0?[1-9]|1[0-2])\.)(?!\d)"
)
_POST_CODE = re.compile(
    r"\b(?:zip(?: ?code)?|post(?:al)? ?code|postleitzahl|plz|code postal|codigo postal|kod pocztowy|postcode)"
    r"[ :.#]{1,3}(\d{2,5}(?:-\d{3,4})?)(?![\w-]|[.,]\d)"
)
_BIRTH_YEAR = re.compile(
    r"\b(?:born|d\.?o\.?b|nee?|geb(?:oren)?|jahrgang|nacid[oa]|nat[oa]|urodzon[yae]|nascid[oa]|народи\w{2,5}|народжен\w{1,2})(?![^\W_])\.?"
    r"(?: [^\W\d_][\w.,'’-]{0,20}){0,4} ((?:18|19|20)\d\d)(?![\w-]|[.,/]\d)"
)
_PICTURE = re.compile(
    r"(?<![\w/.-])[\w-]{3,60}\.(?:jpe?g|png|tiff?|heic|bmp|gif|webp|dcm|mp[34]|wav|mov)\b", re.IGNORECASE
)
_PRINT = re.compile(
    r"\b(?:voice|finger|palm|retina(?:l)?|iris|face)[ -]?(?:prints?|scans?|id)(?: (?:id|no|number))?\b[ .:#]{1,3}"
    r"((?=[\w/-]*\d)[\w/-]{4,40})",
    re.IGNORECASE,
)
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
    folded = fold(text)
    items = [*found, *_months(folded), *_short_dates(folded)]
    items.extend(_times(text, items))
    return [*items, *_labelled_places(text, labels), *_named_places(text), *_by_words(text, folded)]


@cache
def _month_pattern() -> re.Pattern[str]:
    names = "|".join(sorted(map(re.escape, [*month_names(), *phrases("seasons")]), key=len, reverse=True))
    return re.compile(
        rf"(?<![^\W_])(?:{names})\b\.?(?: \d{{1,2}}(?:st|nd|rd|th)?)?"
        r"(?:,? (?:of |de |del |di |du |van )?(?:19|20)\d\d|,? ['’]\d\d)(?!\d)"
    )


def _months(folded: str) -> Iterator[Finding]:
    for match in _month_pattern().finditer(folded):
        yield Finding(*match.span(), "DATE", 0.8, "pattern")


def _short_dates(folded: str) -> Iterator[Finding]:
    """Yield days without a year after a word that asks for one: "on 3/14", "Tuesday 3/14", "am 14.3."."""
    for match in _SHORT_DATE.finditer(folded):
        yield Finding(*match.span(match.lastindex or 0), "DATE", 0.7, "pattern")


def _by_words(text: str, folded: str) -> Iterator[Finding]:
    """Yield what a word beside it or its ending tells of.

    A year of birth tells an age above 89; names of pictures and recordings, and numbers of prints, lead to a face,
    a voice, a finger.
    """
    for pattern, read, kind in (
        (_BIRTH_YEAR, folded, "DATE_OF_BIRTH"),
        (_POST_CODE, folded, "ADDRESS"),
        (_PICTURE, text, "ID"),
        (_PRINT, text, "ID"),
    ):
        for match in pattern.finditer(read):
            yield Finding(*match.span(match.lastindex or 0), kind, 0.8, "pattern")


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
