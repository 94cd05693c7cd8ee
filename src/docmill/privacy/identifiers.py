"""Identifiers that no label announces: by their form, and by where they stand.

What must not leak in a layout that nobody has seen is mostly a number. A token of letters and digits that is no
date, no measurement and no code of a catalogue is hidden wherever the text is about a person at all.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import cache

from docmill.privacy.dates import date_pattern
from docmill.privacy.lab_guard import Guard
from docmill.privacy.labels import label_type
from docmill.privacy.measurements import tokens
from docmill.privacy.models import Finding
from docmill.privacy.people import UPPER, is_ordinary
from docmill.privacy.text import fold
from docmill.privacy.values import Span
from docmill.privacy.vocabulary import phrases

PERSONAL = frozenset(
    {
        *("PERSON", "ADDRESS", "PHONE", "EMAIL", "DATE_OF_BIRTH", "MRN", "ACCESSION", "ID", "SSN", "NHS"),
        *("NATIONAL_ID", "CREDIT_CARD", "BANK", "USERNAME"),
    }
)
_TOKEN = re.compile(
    r"(?:(?<![^\W_])(?<![\w][.,/@%+_-])|(?<=[a-z]/))(?:[A-Z],(?=\d\d\.))?[^\W_]+(?:(?:[-/.]|(?<=\d):(?=[A-Z]{1,3}\d{3}))[^\W_]+){0,6}(?![^\W_]|[-/.,@_]\w|[\\(])"
)
_PATH = re.compile(r"(?:^|/)[a-z]{4,}/")
_STEP = re.compile(r"[^/]+")
# "AB 123456": the letters belong to the number where they are no label.
_SERIES = re.compile(rf"(?<![^\W_])([{UPPER}]{{2,3}}) $")
_COLON_BEFORE = re.compile(r"[:#№]\"?\s{0,3}[\"']?$")
_LONGEST_COLON = 6
_SERIES_BEFORE = re.compile(r"^[^\W\d_]{2,3} (?=[^\s]+$)")
_LONGEST_SERIES = 5
# Groups of digits with spaces between them, of which thousands have three each.
_SPACED = re.compile(
    r"(?<![^\W_])(?<![\w][.,/-])(?:(?:[A-Z]{1,3} )?\d{1,6}(?: \d{2,6}){2,6}|[A-Z]{1,3}\d{3,6} \d{4,6})(?![\w/-]|[.,]\d)"
)
_THOUSANDS = re.compile(r"\d{1,3}(?: \d{3})+")
# After these words two groups of digits are no range: "his file is 753-6012".
_TOLD_BEFORE = re.compile(r"(?i:\b(?:number|file|record|chart|id|identifier|identifiant))(?: is| was)?:? [\"'`*]{0,2}$")
_LONGEST_TOLD = 20
_LEAST_FILE_DIGITS = 7
_LEAST_SPACED_DIGITS = 7
_LEAST_PHONE_DIGITS = 9
_COUNTED = re.compile(
    r"\s?(?:[%‰°€$£/]|(?:units?|einheiten|years?|days?|cells?|copies|steps|kcal|calories|words|patients|people|participants"
    r"|euros?|dollars?|eur|usd|gbp|pln|chf)\b)",
    re.IGNORECASE,
)
# Codes of LOINC end in a check digit.
_LOINC = re.compile(r"\d{3,5}-\d")
_VERSION = re.compile(r"\d{1,2}(?:\.\d{1,2}){2}\.\d{1,5}")
# Measured numbers have no zeros in front.
_PADDED = re.compile(r"00|0\d+-")
_WITH_UNIT = re.compile(r"[\d.]+/[^\W\d_]+\d?")
_GROUPED = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
_INTERVAL = re.compile(r"(\d+)-(\d+)")
_DECIMAL = re.compile(r"\d+\.\d+")
_DECIMALS = re.compile(r"\d+(?:\.\d+)?-\d+\.\d+|\d+\.\d+-\d+")
_VALUES = frozenset({"number", "range", "titer"})
_LONGEST_UNIT = 12
_LEAST_DIGITS = 6
_LEAST_TOLD_DIGITS = 5
_LEAST_MIXED_DIGITS = 5
_LEAST_GROUPED_DIGITS = 4
_LEAST_PARTS = 3
_SOME_DIGITS = re.compile(rf"(?:\D*\d){{{_LEAST_GROUPED_DIGITS}}}")
_YEAR_DIGITS = 4
_CENTURIES = ("19", "20")
_LOOK_BACK = 24
_REGISTRATION = re.compile(
    rf"(?! {{2}})[ ,;(/–-]{{1,3}}(?:[{UPPER}][\w.-]{{1,9}}[ :#nº°.]{{1,3}}){{1,3}}(\d{{5,8}}[A-Z]?)(?![^\W_]|[./,-]\d)"
)
_PLATE = re.compile(
    r"(?i:(?<![^\W_])(?:plates?|(?:vehicle|car) reg(?:istration)?"
    r"|kennzeichen|targa|plaque|matr[ií]cula|immatriculation|placa|kenteken|номерний знак)"
    r"(?: (?:no\.?|number|nr\.?))?):? "
    r"([A-ZÄÖÜ]{1,3}(?:[ -]?[A-Z]{1,2})?[ -]?\d{1,4}(?:[ -]?[A-Z]{1,3}(?:[ -]?\d{1,3})?|[ -]\d{2,3})?)(?![\w-])"
)
_LEAST_PLATE = 5
_LAST_DIGITS = re.compile(
    r"(?i:last (?:4|four)(?: digits)?(?: of)?(?: (?:the|his|her|their|your|my))?"
    r"(?: (?:phone|mobile|card|account|ssn|social|number))*|\b(?:card|account|number) ending(?: in| with)?)"
    r"(?: is| are|:)? (\d{4})(?![\w-]|[.,]\d)"
)


def loose_identifiers(text: str, found: Iterable[Finding], guard: Guard) -> Iterator[Finding]:
    """Yield tokens with the form of an identifier, in a text in which something personal was found.

    Args:
        text: The normalised text.
        found: What was found so far; what overlaps it is left out.
        guard: What is a result.
    """
    items = list(found)
    if not any(item.type in PERSONAL for item in items):
        return
    # A model that tags a part of a number is no reason to leave the rest.
    taken = sorted((item.start, item.end) for item in items if item.layer != "model")
    for start, end in _candidates(text):
        token = text[start:end]
        told = _SERIES_BEFORE.match(token) or _COLON_BEFORE.search(text, max(0, start - _LONGEST_COLON), start)
        if not (
            _is_file(text, start, token)
            or _is_identifier(_SERIES_BEFORE.sub("", token), _LEAST_TOLD_DIGITS if told else _LEAST_DIGITS)
        ):
            continue
        if _is_taken(start, end, taken) or guard.touches(start, end):
            continue
        if not _is_measured(text, start, end) and not _catalogued().search(
            fold(text[max(0, start - _LOOK_BACK) : end])
        ):
            yield Finding(start, end, "ID", 0.7, "structure")


def _is_file(text: str, start: int, token: str) -> bool:
    """Whether a word that announces a number stands before two groups of digits, which else may be a range."""
    enough = sum(map(str.isdigit, token)) >= _LEAST_FILE_DIGITS
    told = enough and _INTERVAL.fullmatch(token) and _TOLD_BEFORE.search(text, max(0, start - _LONGEST_TOLD), start)
    return bool(told)


def _candidates(text: str) -> Iterator[Span]:
    """Yield tokens that may be identifiers; the parts of a path one by one, a series of letters with its number."""
    for match in _TOKEN.finditer(text):
        if not _SOME_DIGITS.match(match.group()):
            continue
        if _PATH.search(match.group()):
            yield from (part.span() for part in _STEP.finditer(text, *match.span()))
        else:
            series = _SERIES.search(text, max(0, match.start() - _LONGEST_SERIES), match.start())
            known = series is None or label_type(series.group(1)) is not None or is_ordinary(series.group(1))
            yield (match.start() if known or series is None else series.start(1)), match.end()
    yield from (match.span() for match in _SPACED.finditer(text))


def _is_measured(text: str, start: int, end: int) -> bool:
    """Whether a token is a number that a unit or what was counted follows."""
    if _COUNTED.match(text, end):
        return True
    parts = list(tokens(fold(text[start : end + _LONGEST_UNIT])))
    counted = bool(parts) and (parts[0].kind in _VALUES or text[start:end].isdigit())
    return counted and len(parts) > 1 and parts[1].kind == "unit"


def _is_taken(start: int, end: int, taken: list[Span]) -> bool:
    """Whether something overlaps a token and is more than a part of it."""
    place = bisect_left(taken, (end, 0))
    return any(start < last and (first <= start or last >= end) for first, last in taken[max(0, place - 3) : place])


def registrations(text: str, found: Iterable[Finding]) -> Iterator[Finding]:
    """Yield numbers in a register that follow a name: "Otávio Brandão, CRM-MG 48812".

    Args:
        text: The normalised text.
        found: What was found so far.
    """
    for item in found:
        match = _REGISTRATION.match(text, item.end) if item.type == "PERSON" else None
        if match and not _is_measured(text, *match.span(1)):
            yield Finding(*match.span(1), "ID", 0.7, "structure")


def last_digits(text: str) -> Iterator[Finding]:
    """Yield what is told of a longer number: "last 4 of phone 6543", "a card ending in 4242".

    Args:
        text: The normalised text.
    """
    for match in _LAST_DIGITS.finditer(text):
        yield Finding(*match.span(1), "ID", 0.8, "pattern")


def plates(text: str) -> Iterator[Finding]:
    """Yield the number plates of vehicles: "plate KX63 LOT".

    Args:
        text: The normalised text.
    """
    for match in _PLATE.finditer(text):
        value = match.group(1)
        if any(map(str.isdigit, value)) and any(map(str.isalpha, value)) and len(value) >= _LEAST_PLATE:
            yield Finding(*match.span(1), "ID", 0.85, "pattern")


@cache
def _catalogued() -> re.Pattern[str]:
    """A token after a word for a catalogue, a standard or a price, or in the form of one of its entries."""
    words = "|".join(re.escape(phrase) for phrase in phrases("catalogues"))
    return re.compile(
        rf"(?<![^\W_])(?:{words})(?:\s?(?:no|nr|code|id|number))?[\s.:#-]{{0,3}}[^\W_]+(?:[-/.][^\W_]+)*$"
    )


def _is_identifier(token: str, least: int) -> bool:
    """Whether a token has so many digits, or such parts, that it stands for one thing only."""
    digits = sum(map(str.isdigit, token))
    if " " in token:
        return digits >= _LEAST_SPACED_DIGITS and not (_THOUSANDS.fullmatch(token) and digits < _LEAST_PHONE_DIGITS)
    if digits < _LEAST_GROUPED_DIGITS or date_pattern().fullmatch(fold(token)) or _is_number(token):
        return False
    parts = re.split(r"[-/.]", token)
    if any(map(str.isalpha, token)):
        # Words that a hyphen joins to a number ("KDIGO-2024") are no identifier.
        return digits >= _LEAST_MIXED_DIGITS or (len(parts) >= _LEAST_PARTS and not parts[0].isalpha())
    return digits >= (least if token.isdigit() else _LEAST_DIGITS)


def _is_number(token: str) -> bool:
    """Whether a token is a number with its thousands or decimals apart, a range of two, or a code of LOINC."""
    if _PADDED.match(token):
        return False
    if any(form.fullmatch(token) for form in (_GROUPED, _VERSION, _WITH_UNIT, _DECIMAL, _DECIMALS, _LOINC)):
        return True
    interval = _INTERVAL.fullmatch(token)
    return interval is not None and not interval.group(2).startswith("0") and _may_span(*interval.groups())


def _may_span(low: str, high: str) -> bool:
    if len(low) == len(high) == _YEAR_DIGITS:
        return low[:2] in _CENTURIES and high[:2] in _CENTURIES
    return int(low) < int(high) and len(high) - len(low) <= 1 and not low.startswith("0")
