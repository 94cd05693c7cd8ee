"""The words of a laboratory result: numbers, ranges, units, flags, qualitative values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from docmill.privacy.vocabulary import listed

_NUMBER = r"(?:[<>≤≥=~]{1,2}\s?)?[+-]?(?:\d{1,3}(?:[,.\u2009]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)?|\.\d+)"
_POWER = (
    r"(?:x\s?)?10\s?[e^*]{1,2}\s?-?\d{1,2}|x\s?10\s?-?\d{1,2}|10\s?-?\d{1,2}(?=\s?/)"
    r"|x_?10[_-]?[-e^*]?\d{1,2}|xloe\d|10[³⁶⁹¹²]+"
)
_PER = (
    r"(?:[munpfdcµμ]?l|mcl|mm3|mm³|mm\^3|cu\.?mm|cmm|kg|100\s?ml|m?mol|m?g|24\s?(?:hrs?|h)|hrs?|h"
    r"|min(?:/1[.,]73\s?m[2²]?)?|field|hpf|lpf|day|d|s|ml/min|л|дл|мл|мкл|нл|кг|год|доб[уа]?|ммоль|моль|хв|wbc|creat)"
)
_SIMPLE = (
    r"%|‰|fl|pg|фл|пг|ng|mg|µg|ug|mcg|g|mmol|µmol|umol|nmol|pmol|mol|mm|cm|sec|secs|seconds|sek|s|ratio|quotient"
    r"|index|ai|au|ru|coi|s/co|titer|titre|feu|ddu|gpl|mpl|iu|miu|µiu|uiu|u|meq|mosm|mosmol|mmhg|kpa|copies|cells|cfu|mom|years|ua|ui|ue|je|ie|°c|mval"
    r"|г|мг|мкг|нг|од|мм"
)
# The look ahead spares most words the search for where a prefix begins.
_FRACTION = rf"(?=[^\s/]{{0,25}}\s?/)[^\W\d_µμ.°]{{0,12}}[µμ]?[^\W\d_]{{0,12}}\s?/\s?{_PER}(?:/{_PER})?"
_UNIT = rf"(?:(?:{_POWER})(?:\s?/\s?{_PER})?|{_FRACTION}|(?:{_SIMPLE}))"
_TOKEN = re.compile(
    r"(?P<date>(?:\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d\d)|(?:19|20)\d\d-\d\d-\d\d)(?![\w]|[.,]\d))"
    r"|(?P<time>\d{1,2}(?::\d\d(?::\d\d)?(?:\s?[ap]m)?|h\d\d)\b)"
    r"|(?P<titer>1\s?:\s?\d{1,5}\b)"
    rf"|(?P<range>{_NUMBER}\s?(?:[-–—]|to\b|bis\b|à\b|до\b|\.\.)\s?{_NUMBER}(?![\w-]|[./]\d))"
    # A change of one base: "Prothrombin G20210A".
    r"|(?P<term>[acgt]\d{3,5}[acgt](?!\w))"
    r"|(?P<code>(?=[a-z]{1,5}[-:]?\d)(?=(?:[^\s\d]{0,8}\d){4})[a-z]{1,5}[-:]?\d[\w:/-]{3,}"
    r"|\d\w{0,30}(?:[-:/]\w{1,30}){2,9}|\d{6,}(?![.,]\d)\w*)"
    rf"|(?P<unit>(?<![\w.])(?:{_UNIT})(?![^\W_]))"
    rf"|(?P<number>{_NUMBER}(?![^\W_]))"
    r"|(?P<flag>(?<![\w])(?:\*{1,3}|!{1,2}|↑{1,2}|↓{1,2}|▲|▼|\+{1,4}|\[?(?:hh|ll|h|l|hi|lo|a|aa|n|c|high|low|abn)\]?)"
    r"(?!\w|\. ?[^\W\d_]))"
    r"|(?P<word>[^\W\d_][\w'’.-]*(?<![.]))"
    r"|(?P<mark>\S)"
)
_PLAIN_NUMBER = re.compile(r"\d+(?:[.,]\d+)?|\.\d+")
_QUALITATIVE = frozenset(
    {
        *(
            "negative",
            "positive",
            "neg",
            "pos",
            "detected",
            "reactive",
            "nonreactive",
            "non-reactive",
            "trace",
            "absent",
        ),
        *("present", "normal", "abnormal", "equivocal", "indeterminate", "inconclusive", "borderline", "none", "nil"),
        *("clear", "yellow", "turbid", "cloudy", "amber", "straw", "rare", "few", "moderate", "many", "immune", "seen"),
        *("negativ", "positiv", "nachweisbar", "unauffallig", "negatif", "positif", "negative", "positive", "absence"),
        *(
            "presence",
            "negativo",
            "positivo",
            "ausente",
            "presente",
            "assente",
            "tracce",
            "ujemny",
            "dodatni",
            "obecne",
        ),
        *("heterozygous", "homozygous", "wildtype", "wild-type", "heterozygot", "homozygot", "wildtyp"),
        *("heterozygote", "homozygote", "heterozygoot", "homozygoot", "heterozigota", "homozigota", "eterozigote"),
        *("nieobecne", "negatief", "positief", "негативний", "позитивний", "не", "виявлено", "hazy", "pending"),
    }
)


class Token(NamedTuple):
    """A piece of a line.

    Attributes:
        kind: ``date``, ``time``, ``range``, ``titer``, ``code``, ``unit``, ``number``, ``flag``, ``quality``,
            ``term`` (a word of laboratory medicine), ``eponym``, ``word`` or ``mark``.
        start: First code point in the line.
        end: One past the last.
    """

    kind: str
    start: int
    end: int


def tokens(folded: str) -> Iterator[Token]:
    """Yield the tokens of a folded line."""
    for match in _TOKEN.finditer(folded):
        kind = match.lastgroup or "mark"
        if kind == "word":
            kind = word_kind(match.group())
        elif kind == "range" and not _is_interval(match.group()):
            kind = "code"
        yield Token(kind, match.start(), match.end())


def _is_interval(text: str) -> bool:
    """Whether two numbers are the ends of a range, and not two groups of a phone number ("0381-494")."""
    numbers = _PLAIN_NUMBER.findall(text)
    if any(len(number) > 1 and number[0] == "0" and number[1].isdigit() for number in numbers):
        return False
    if any("." in number or "," in number for number in numbers):
        return True
    if len(numbers) != 2:
        return False
    return int(numbers[0]) <= int(numbers[1])


@cache
def word_kind(word: str) -> str:
    """Return ``quality``, ``term``, ``eponym`` or ``word`` for a folded word."""
    if word in _QUALITATIVE:
        return "quality"
    parts = word.split("-")
    if word in listed("laboratory") or (len(parts) > 1 and all(_is_term_part(part) for part in parts)):
        return "term"
    return "eponym" if word in listed("eponyms") else "word"


def _is_term_part(part: str) -> bool:
    return not part or part.isdigit() or part in listed("laboratory") or part in listed("eponyms")
