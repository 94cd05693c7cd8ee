"""Dates whose month is a name: ``März 2024``, ``12 de enero de 2024``, ``janv.-24``, ``2024 marzec``.

The names are those of the Common Locale Data Repository, which Babel holds, in the languages that docmill reads. None
of them names different months in two languages. Accents and capitals do not count, since many leave them out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache

# Austria and Canada shorten some months in their own way.
LOCALES = ("en", "de", "de_AT", "es", "fr", "fr_CA", "it", "nl", "pl", "pt", "uk")
# What German spreadsheets print, and Austrians write.
_BESIDES = {"mrz": 3, "feber": 2}

_BLANK = "[ \u00a0\u202f]"
_NAME = r"(?P<month>[a-zЀ-ӿ]{3,12})\.?"
_DAY = r"(?P<day>0?[1-9]|[12]\d|3[01])(?:er|[.º°])?"
_YEAR = r"(?P<year>1[5-9]\d\d|2[01]\d\d)"
_SHORT_YEAR = r"(?P<year>\d\d)"
_GAP = rf"(?:{_BLANK}(?:del?{_BLANK})?|[-/.])"
# "2024 r." in Polish, "2024 р." in Ukrainian.
_WORD_FOR_YEAR = rf"(?:{_BLANK}(?:r\.?|roku|р\.?|року))?"
# By form, in the syntax that RE2 and Python share; the texts are folded.
SHAPES = {
    "day name year": rf"{_DAY}{_GAP}?{_NAME},?{_GAP}?{_YEAR}{_WORD_FOR_YEAR}",
    "day name short year": rf"{_DAY}{_GAP}{_NAME}{_GAP}{_SHORT_YEAR}",
    "name year": rf"{_NAME},?{_GAP}{_YEAR}{_WORD_FOR_YEAR}",
    "name short year": rf"{_NAME}(?:{_BLANK}['’]?|[-/.'’]){_SHORT_YEAR}",
    "year name": rf"{_YEAR}(?:\.?{_BLANK}|[-/.]){_NAME}",
}
_SHORT_FORM = "name short year"


@cache
def month_numbers() -> Mapping[str, int]:
    """Return the number of the month that each folded name stands for."""
    from babel import Locale

    numbers = dict(_BESIDES)
    for locale in map(Locale.parse, LOCALES):
        for use in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                numbers |= {fold(name).rstrip("."): number for number, name in locale.months[use][width].items()}
    return numbers


def fold(text: str) -> str:
    """Return a text in small letters without accents, as ``strip_accents(lower(…))`` of DuckDB does."""
    parts = unicodedata.normalize("NFD", text.lower())
    return unicodedata.normalize("NFC", "".join(part for part in parts if not unicodedata.combining(part)))


@cache
def _shapes() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((form, re.compile(shape, re.ASCII)) for form, shape in SHAPES.items())


def shape_of(text: str) -> tuple[str, str] | None:
    """Return the form of a text that is a date if a word in it names a month, and that word; None for all others."""
    text = text.strip(" ")
    if not (text[:1].isdecimal() or text[:1].isalpha()) or not any(map(str.isdecimal, text)):
        return None
    folded = fold(text)
    for form, pattern in _shapes():
        if match := pattern.fullmatch(folded):
            return form, match["month"]
    return None


def form_of(text: str) -> str | None:
    """Return the form of a date whose month is a name; None for texts that are none."""
    found = shape_of(text)
    return found[0] if found and found[1] in month_numbers() else None


def short_months(texts: Mapping[str, float]) -> set[int] | None:
    """Return the months of the texts that tell the year by two digits; None where none does."""
    words = {found[1] for text in texts if (found := shape_of(text)) and found[0] == _SHORT_FORM}
    return {month_numbers()[word] for word in words if word in month_numbers()} if words else None
