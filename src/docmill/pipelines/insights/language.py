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
from docmill.pipelines.insights.spelling import with_quotes

LONGEST_NAME = 60

_MOST_RELATIVE_ERROR = 0.05

_TOKEN = re.compile(
    r"""
    "(?P<quote>[^"]*)"
    | (?P<number>(?:(?<![\w.%])[-−])?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:e[+-]\d\d\d?)?)(?!\w)
        (?P<scale>\s(?:thousand|million|billion)\b)?(?P<percent>\s?%|\s(?:percent|per\scent)\b)?
    | (?P<word>[A-Za-z][A-Za-z'-]*)
    | (?P<end>[.;!?](?=\s|$))
    | (?P<pause>[,:()])
    | (?P<other>\S)
    """,
    re.VERBOSE | re.ASCII,
)
_SCALES = {None: 0, "thousand": 3, "million": 6, "billion": 9}
_NOTHING = ("no", "zero")
_MAY_BE_NONE = ("missing", "duplicates", "outliers")
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

    def tells(self, value: float) -> bool:
        """Whether it is a value, rounded by half of its last digit at most, and by 5 % at most."""
        error = abs(self.value - value)
        # A hair more than half of the last digit: binary fractions are not decimal ones.
        return error <= 0.5 * self.step * (1 + 1e-9) and error <= _MOST_RELATIVE_ERROR * abs(value)


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
    """The words of the language.

    Attributes:
        terms: All words and phrases that are terms, by their text.
        longest: The most words of a phrase.
        ranges: Phrases that two values follow, the smallest and the largest.
        values: Values that need no quotes, by their text in lower case.
        breaks: Words with which another statement begins.
        words: Every single word, and what else is no name without quotes.
    """

    terms: dict[str, Term]
    longest: int
    ranges: frozenset[str]
    values: dict[str, str]
    breaks: frozenset[str]
    words: frozenset[str]


@cache
def vocabulary() -> Vocabulary:
    """Return the words and phrases of ``data/language.toml``."""
    data = tomllib.loads(files(__package__).joinpath("data", "language.toml").read_text(encoding="utf-8"))
    terms = {word: Term(word) for word in data["neutral"]}
    for group in ("qualities", "figures"):
        for meaning, phrases in data[group].items():
            terms.update({phrase: Term(phrase, meaning, group == "figures") for phrase in phrases})
    phrases = [*terms, *data["ranges"]]
    words = {word for phrase in phrases for word in phrase.split()}
    values = {value.lower(): value for value in data["values"]}
    return Vocabulary(
        terms,
        max(len(phrase.split()) for phrase in phrases),
        frozenset(data["ranges"]),
        values,
        frozenset(data["breaks"]),
        frozenset([*words, *values, *data["breaks"], *data["no_names"], *_NOTHING]),
    )


def split_sentences(text: str, names: Sequence[str] = ()) -> list[list[Token | str]]:
    """Return the sentences of a text: numbers, quoted texts and pauses as tokens, words as they are in lower case.

    Args:
        text: The text.
        names: Names of columns, which may stand without quotes.

    Raises:
        UnknownWord: There is something in it that is no word, number or quoted text.
    """
    return [parts for parts in _split(with_quotes(text, names, vocabulary().words)) if parts]


def read_sentence(parts: Sequence[Token | str]) -> list[Token]:
    """Return a sentence as its tokens.

    Raises:
        UnknownWord: A word is not one of the language.
    """
    return list(_terms(parts))


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
            number = number.scaleb(_SCALES[match["scale"] and match["scale"].strip()])
            step = float(Decimal(1).scaleb(int(number.as_tuple().exponent)))
            sentence.append(Number(float(number), step, match["percent"] is not None))
        elif match["pause"] is not None:
            sentence.append(Pause())
        elif match["word"] is not None and match["word"].lower() in vocabulary().breaks:
            yield sentence
            sentence = []
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
        phrase = _longest_phrase(parts, place)
        end = place + len(phrase.split())
        if phrase in known.ranges:
            yield from _range(parts[end : end + 3])
            end += 3
        elif phrase in known.terms:
            yield known.terms[phrase]
        elif part in known.values:
            yield Quote(known.values[part])
        elif _counts_nothing(parts, place):
            yield Number(0, 1, percent=False)
        else:
            raise UnknownWord
        place = end


def _longest_phrase(parts: Sequence[Token | str], place: int) -> str:
    """Return the longest phrase of the language that begins at a place; the word there where none does."""
    known = vocabulary()
    for length in range(known.longest, 0, -1):
        words = parts[place : place + length]
        phrase = " ".join(map(str, words))
        if len(words) == length and (phrase in known.terms or phrase in known.ranges):
            return phrase
    return str(parts[place])


def _range(parts: Sequence[Token | str]) -> Iterator[Token]:
    """Yield "from 1 to 5" as a statement of the smallest and the largest value."""
    match parts:
        case [Number() as low, "to" | "and", Number() as high]:
            names = ("minimum", "maximum")
        case [Quote() as low, "to" | "and", Quote() as high]:
            names = ("earliest", "latest")
        case _:
            raise UnknownWord
    terms = vocabulary().terms
    yield from (Pause(), terms[names[0]], low, Pause(), terms[names[1]], high, Pause())


def _counts_nothing(parts: Sequence[Token | str], place: int) -> bool:
    """Whether a word says that there is none of what can be counted: no missing values."""
    if parts[place] not in _NOTHING or place + 1 == len(parts):
        return False
    term = vocabulary().terms.get(_longest_phrase(parts, place + 1))
    return term is not None and term.meaning in _MAY_BE_NONE


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
