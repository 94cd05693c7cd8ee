"""The English of checked statements: reading it, and writing names, values and numbers in it."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files

from docmill.pipelines.insights.column_models import Cell

LONGEST_NAME = 60

_TOKEN = re.compile(
    r"""
    "(?P<quote>[^"]*)"
    | (?P<number>(?:(?<![\w.%])[-−])?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:e[+-]\d\d\d?)?)(?!\w)(?P<percent>\s?%)?
    | (?P<word>[A-Za-z][A-Za-z'-]*)
    | (?P<end>[.;!?](?=\s|$))
    | (?P<pause>[,:()])
    | (?P<other>\S)
    """,
    re.VERBOSE | re.ASCII,
)
_UNSPOKEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it is written.

    Attributes:
        value: Its value; of 12 %, 12.
        step: What its last digit counts.
        percent: Whether a per cent sign follows.
    """

    value: float
    step: float
    percent: bool


@dataclass(frozen=True, slots=True)
class Quote:
    """A name or a value between double quotes."""

    text: str


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase of the language.

    Attributes:
        text: In lower case.
        meaning: Name of its figure or quality; None where it claims nothing by itself.
        stated: Whether it states a figure.
    """

    text: str
    meaning: str | None = None
    stated: bool = False


@dataclass(frozen=True, slots=True)
class Pause:
    """A comma, a colon or a parenthesis: a clause ends here."""


Token = Number | Quote | Term | Pause


class UnknownWord(ValueError):
    """A text holds something that is not in the language."""


@dataclass(frozen=True)
class Vocabulary:
    """All words and phrases, by their text; the most words of a phrase."""

    terms: dict[str, Term]
    longest: int


@cache
def vocabulary() -> Vocabulary:
    """Return the words and phrases of ``data/language.toml``."""
    data = tomllib.loads(files(__package__).joinpath("data", "language.toml").read_text(encoding="utf-8"))
    terms = {word: Term(word) for word in data["neutral"]}
    for group in ("qualities", "figures"):
        for meaning, phrases in data[group].items():
            terms.update({phrase: Term(phrase, meaning, group == "figures") for phrase in phrases})
    return Vocabulary(terms, max(len(phrase.split()) for phrase in terms))


def read_sentences(text: str) -> list[list[Token]]:
    """Return the sentences of a text as their tokens.

    Raises:
        UnknownWord: There is something in it that is no word of the language, number or quoted text.
    """
    sentences: list[list[Token]] = []
    for part in _split(text):
        tokens = list(_terms(part))
        if tokens:
            sentences.append(tokens)
    return sentences


def _split(text: str) -> Iterator[list[Token | str]]:
    """Yield the sentences, with the words still single."""
    sentence: list[Token | str] = []
    for match in _TOKEN.finditer(text):
        if match["end"] is not None:
            yield sentence
            sentence = []
        elif match["quote"] is not None:
            sentence.append(Quote(match["quote"]))
        elif match["number"] is not None:
            number = Decimal(match["number"].replace(",", "").replace("−", "-"))
            step = float(Decimal(1).scaleb(int(number.as_tuple().exponent)))
            sentence.append(Number(float(number), step, match["percent"] is not None))
        elif match["pause"] is not None:
            sentence.append(Pause())
        elif match["word"] is not None:
            sentence.append(match["word"].lower())
        else:
            raise UnknownWord
    yield sentence


def _terms(parts: Sequence[Token | str]) -> Iterator[Token]:
    """Put words together into the longest phrases."""
    known, place = vocabulary(), 0
    while place < len(parts):
        part = parts[place]
        if not isinstance(part, str):
            yield part
            place += 1
            continue
        for length in range(known.longest, 0, -1):
            words = parts[place : place + length]
            if len(words) == length and (term := known.terms.get(" ".join(map(str, words)))) is not None:
                yield term
                place += length
                break
        else:
            raise UnknownWord


def spoken(value: Cell) -> str:
    """Return a name or a value as it stands between quotes: one short line without double quotes."""
    told = str(value).lower() if isinstance(value, bool) else str(value)
    text = " ".join(_UNSPOKEN.sub(" ", told).split()).replace('"', "'")
    return text if len(text) <= LONGEST_NAME else f"{text[: LONGEST_NAME - 1]}…"


def quoted(value: Cell) -> str:
    """Return a name or a value in double quotes."""
    return f'"{spoken(value)}"'


def written(value: float) -> str:
    """Return a number with four significant digits, or all of a whole one; with a power of ten where it is extreme."""
    if value and not 1e-6 <= abs(value) < 1e15:
        return f"{value:.3e}"
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{Decimal(f'{value:.4g}'):f}"


def written_share(share: float) -> str:
    """Return a share in per cent, with one decimal, or the first two digits of a small one."""
    percent = share * 100
    decimals = 1 if percent >= 1 or not percent else 1 - math.floor(math.log10(percent))
    return f"{percent:.{decimals}f}".removesuffix(".0") + " %"
