"""Postal addresses without a label: streets, towns with a post code, boxes, in the forms of several countries."""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections.abc import Iterator
from functools import cache

from docmill.privacy.lab_guard import Guard
from docmill.privacy.labels import alternation
from docmill.privacy.lines import Cell, Line
from docmill.privacy.models import Finding
from docmill.privacy.people import UPPER, is_laboratory_term, is_ordinary
from docmill.privacy.vocabulary import listed, phrases, raw_words

_WORD = r"[A-ZÀ-ÞĀ-ŽА-ЯІЇЄҐ][\w'’.]{0,30}(?:-[\w'’.]{1,30}){0,3}"
_PLAIN_WORD = r"[A-ZÀ-ÞĀ-ŽА-ЯІЇЄҐ][\w'’.]{0,30}"
_NUMBER = r"\d{1,6}[A-Za-z]?(?:[-/]\d{1,4}[A-Za-z]?)?"
_UNIT_WORDS = r"Apt|Apartment|Suite|Ste|Unit|Flat|Floor|Fl|Room|Rm|Box|Appt|Wohnung|m\.|lok\.|bus"
_UNIT = rf"(?:,? ?\n? ?(?:{_UNIT_WORDS})\.? ?#?\w{{1,6}}\b|,? #\w{{1,6}})"
_DWELLING = (
    r"(?:\d{1,2}(?:st|nd|rd|th) Floor,? |(?:Flat|Apt\.?|Unit|Suite|Studio|House|H\. ?No\.|Plot|Door No\.|No\.)"
    r" ?\w{1,5},? )"
)
_HOUSE = rf"(?:{_DWELLING})?"
_ARTICLES = (
    r"(?:(?:de|du|des|la|le|les|l'|d'|del|della|dei|di|do|da|dos|das|los|las|el|y|San|Santa|Św\.|gen\.|im\.) ?){0,3}"
)
_NUMBER_AFTER = rf"(?:(?:,\n|,? ?)(?:nº|n°|n\.|num\.|буд\.|д\.)? ?{_NUMBER}\b(?:, ?\d{{1,2}}º? ?[A-Z]?\b)?)?"
_TOWN = rf"(?:{_WORD} ){{0,3}}{_WORD}"
_UK_CODE = r"\b(?:[A-Z]{1,2}\d[A-Z\d]?) ?\d[ABD-HJLNP-UW-Z]{2}\b"
_CA_CODE = r"\b[ABCEGHJ-NPRSTVXY]\d[A-Z] ?\d[A-Z]\d\b"
_ANY_CODE = rf"(?:{_UK_CODE}|{_CA_CODE}|\d{{5}}(?:-\d{{4}})?|\d{{6}}|\d{{4}})"
_BOX = (
    r"(?i:\b(?:P\.? ?O\.? Box|Postfach|Apartado|Casilla|Skr\. poczt\.) \d{2,6}\b|\bPSC \d{1,5},? Box \d{1,5}"
    r"|\bUnit \d{1,5},? Box \d{1,5}|\b(?:APO|FPO|DPO) A[AEP] \d{5}\b)"
)
_IRISH_CODE = r"\b[AC-FHKNPRTV-Y](?:\d\d|6W) ?(?=[A-Z]*\d)[\dA-Z]{4}\b"
# Words, a house number, a post code and a town: no list of streets is needed.
_WHOLE = (
    rf"(?:(?:{_WORD}|de|del|la|der|den|dem|an|am|van) ){{0,4}}{_WORD},? {_NUMBER}(?: ?[a-z]\b)?(?:/\d{{1,4}}){{0,2}}"
    r"(?:,? (?:int|interno|scala|piano|app|apt|bte|bus|m|lok|кв)\.? ?\w{1,4})?(?:,| -)?"
    rf" (?:\d{{5}}|\d{{2}}-\d{{3}}|\d{{4}} [A-Z]{{2}}) {_TOWN}"
)
_CANADIAN_TOWN = rf"{_TOWN},? (?:AB|BC|MB|NB|NL|NS|NT|NU|ON|PE|QC|SK|YT|\([^\W\d_]+\)),? {{0,2}}{_CA_CODE}"
_PART = rf"(?:\d{{1,4}}[A-Za-z]? )?{_WORD}(?: {_WORD}){{0,3}}, "
# Parts with commas between them, and a post code that needs no street: "Rose Cottage, Church Lane, Ludlow SY8 1NQ".
_IN_PARTS = rf"(?:{_PART}){{1,4}}{_WORD}(?: {_WORD})?,? (?:{_UK_CODE}|{_CA_CODE})"
_INDIAN = (
    rf"(?:(?:H\.? ?No\.?|Door No\.?|Plot No\.?|Plot|Flat|House|No\.|#) ?)?\d[\w/-]{{0,7}},? (?:{_PART}){{1,3}}"
    rf"{_WORD}(?: {_WORD})?[ ,–-]{{1,3}}[1-9]\d{{2}} ?\d{{3}}\b"
)
_BRAZILIAN_CODE = r"(?<![\w.,/-])\d{5}-\d{3}(?![\w-]|[.,]\d)"
_BRAZILIAN_TOWN = (
    rf"(?:{_WORD} (?:d[aeo]s? )?){{0,3}}{_WORD}(?: ?[-/–] ?| )[A-Z]{{2}},? (?:- )?(?:CEP:? )?{_BRAZILIAN_CODE}"
)
_AUSTRALIAN_STATES = "NSW|VIC|QLD|ACT|TAS|SA|WA|NT"
_AUSTRALIAN_TOWN = rf"{_TOWN},? (?:{_AUSTRALIAN_STATES}),? \d{{4}}\b"


_STREET_LINE = re.compile(rf"((?:{_DWELLING}(?:{_NUMBER},? )?|{_NUMBER},? )((?:{_WORD} ){{1,3}}{_WORD})){_UNIT}?,?")
_SMALL_WORDS = r"(?:de|del|der|den|dem|des|du|la|le|les|zum|zur|van|het|'t|da|do|dos|di|af|w|na) "
_NUMBER_LAST = re.compile(rf"({_WORD} (?:{_SMALL_WORDS}|{_WORD} ){{0,4}}){_NUMBER}(?:[ ,].{{0,12}})?,?")
_TOWN_WORDS = rf"{_WORD}(?:[ ’'-](?:{_SMALL_WORDS})?[{UPPER}(][\w'’.()-]*){{0,4}}"
_TOWN_CELL = re.compile(
    rf"(?:[A-Z]{{1,2}}[- ])?(?:\d{{5}}|\d{{2}}-\d{{3}}|\d{{4}}(?: [A-Z]{{2}})?) {_TOWN_WORDS}(?: \d{{1,2}})?"
    rf"|(?:{_WORD} ){{0,2}}{_WORD},? (?:[A-Z]{{2,3}} )?{_ANY_CODE}|Dublin \d{{1,2}}"
)
_POST_CODE_FIRST = re.compile(rf"(?:[A-Z]{{1,2}}[- ])?(?:\d{{4,5}}|\d{{2}}-\d{{3}}|\d{{4}} [A-Z]{{2}}) {_WORD}")
_COLUMN = 3
_PERSONAL = frozenset({"PERSON", "DATE_OF_BIRTH", "MRN", "ADDRESS"})


@cache
def _forms() -> tuple[_Form, ...]:
    types = _one_of("street_types")
    states = _one_of("states").upper()
    word = rf"(?:{_WORD}|\d{{1,3}}(?i:st|nd|rd|th))"
    named = rf"(?:[NSEW]\.? )?(?:{word} ){{1,4}}(?i:{types})\b\.?"
    numbered = r"(?i:(?:county|state|us|old)? ?(?:road|route|rd|highway|hwy|rte)) \d{1,4}\b"
    english = rf"{_HOUSE}{_NUMBER},? (?:{named}|{numbered})(?: [NSEW]{{1,2}}\b)?{_UNIT}?"
    suffixes = _one_of("street_suffixes")
    suffixed = (
        rf"(?:(?:{_PLAIN_WORD}[ -]){{1,3}}\w{{0,30}}(?i:{suffixes})"
        rf"|(?:{_PLAIN_WORD}[ -]){{0,3}}[A-ZÀ-Þ]\w{{0,30}}(?:{suffixes})) {_NUMBER}\b(?: [A-Z](?=\n|,|$))?{_UNIT}?"
    )
    named_words = rf"{_PLAIN_WORD}(?:[ -](?:(?:de|da|do|das|dos) )?{_PLAIN_WORD}){{0,3}}"
    prefixed = (
        rf"(?:{_NUMBER}(?: bis| ter)?,? (?:bis |ter )?)?(?i:{_one_of('street_prefixes')}) ?{_ARTICLES}"
        rf"(?:\d{{1,2}} (?:de )?)?{named_words}{_NUMBER_AFTER}{_UNIT}?"
    )
    prefix, suffix = alternation(listed("street_prefixes")), alternation(listed("street_suffixes"))
    british, canadian = _UK_CODE.lower(), _CA_CODE.lower()
    return (
        _Form(rf"(?<![\w./-])(?:{english})", 0.85),
        _Form(rf"(?<![\w.-])(?:{suffixed})", 0.85, rf"{suffix} \d"),
        _Form(rf"(?<![\w.-])(?:{prefixed})", 0.85, rf"(?<![^\W_]){prefix}"),
        _Form(rf"(?<![\w-])(?:{_TOWN},? (?:{states}),? \d{{5}}(?:-\d{{4}})?\b)", 0.9, r" \d{5}\b"),
        _Form(rf"(?<![\w-])(?:{_AUSTRALIAN_TOWN})", 0.85, rf"(?:{_AUSTRALIAN_STATES.lower()}),? \d{{4}}\b"),
        _Form(rf"(?<![\w-])(?:{_CANADIAN_TOWN})", 0.9, canadian),
        _Form(rf"(?<![\w.-])(?:{_IN_PARTS})", 0.9, f"{british}|{canadian}"),
        _Form(rf"(?<![\w.-])(?:{_INDIAN})", 0.9, r"[ ,–-][1-9]\d\d ?\d{3}\b"),
        _Form(rf"(?<![\w-])(?:{_TOWN}, )?(?i:Dublin) \d{{1,2}}[Ww]?\b", 0.8, r"dublin \d"),
        _Form(rf"{_UK_CODE}|{_CA_CODE}|{_IRISH_CODE}|{_BRAZILIAN_CODE}", 0.75),
        _Form(rf"(?<![\w-])(?:{_BRAZILIAN_TOWN})", 0.9, _BRAZILIAN_CODE),
        _Form(rf"(?<![\w.-]){_WHOLE}", 0.9, r" (?:\d{5}|\d\d-\d{3}|\d{4} [a-z]{2}) "),
        _Form(_BOX, 0.92),
    )


class _Form:
    """How an address is written, the score of what is found, and a sign: a part of it that is quick to look for.

    Args:
        pattern: Of the address, in the text as it is.
        score: Confidence.
        sign: What every such address holds, in folded text; only the lines around it are searched.
    """

    def __init__(self, pattern: str, score: float, sign: str = "") -> None:
        self._pattern = re.compile(pattern)
        self._sign = re.compile(sign) if sign else None
        self.score = score

    def matches(self, text: str, folded: str) -> Iterator[re.Match[str]]:
        """Yield the addresses of this form."""
        if self._sign is None:
            yield from self._pattern.finditer(text)
            return
        position = 0
        while sign := self._sign.search(folded, position):
            position = _line_end(text, sign.end())
            # A number may stand on the line below its street.
            yield from self._pattern.finditer(
                text, text.rfind("\n", 0, sign.start()) + 1, _line_end(text, position + 1)
            )


def _line_end(text: str, position: int) -> int:
    end = text.find("\n", position)
    return len(text) if end < 0 else end


def _one_of(name: str) -> str:
    """Return a pattern of the words of a list, as they are written there or without accents."""
    words = {form for phrase in phrases(name) for form in phrase.split()} | raw_words(name)
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


def addresses(text: str, folded: str) -> Iterator[Finding]:
    """Yield parts of addresses that their own form gives away.

    Args:
        text: The normalised text.
        folded: The same, folded.
    """
    for form in _forms():
        for match in form.matches(text, folded):
            if any(letter.isdigit() for letter in match.group()):
                yield Finding(*match.span(), "ADDRESS", form.score, "pattern")
    for match in _house_pattern().finditer(text):
        yield Finding(*match.span(), "ADDRESS", 0.85, "pattern")


@cache
def _house_pattern() -> re.Pattern[str]:
    """A house with a name before its street: "Flat 9, The Granary, Mill Lane", "The Old Chapel, Pound End"."""
    dwelling = r"(?:Flat|Apt\.?|Apartment|Unit|Suite) \w{1,5}, "
    named = rf"(?:The )?{_PLAIN_WORD}(?: {_PLAIN_WORD}){{0,2}}"
    types = "|".join(
        sorted({word.title() for word in [*raw_words("street_types"), "end", "marg"]}, key=len, reverse=True)
    )
    return re.compile(
        rf"(?<![\w.-])(?:{dwelling}{named}|The Old {_PLAIN_WORD}|{_PLAIN_WORD} (?:Cottage|Farm|Barn|Lodge)),"
        rf" (?:{_PLAIN_WORD} ){{1,3}}(?:{types})\b"
    )


def street_lines(text: str, lines: list[Line], found: list[Finding], guard: Guard) -> Iterator[Finding]:
    """Yield cells of a number and capitalised words that stand directly below or above a person or a post code.

    Args:
        text: The normalised text.
        lines: Its lines.
        found: What was found so far.
        guard: What is a result.
    """
    people = sorted(item.start for item in found if item.type in _PERSONAL)
    streets = sorted(item.start for item in found if item.type == "ADDRESS")
    for index, line in enumerate(lines):
        near = lines[max(0, index - 1) : index + 2]
        for cell in line.cells:
            if guard.touches(*cell):
                continue
            value = text[cell.start : cell.end].rstrip(",.")
            street = _is_street(value) and _between(people, near[0].start, near[-1].end)
            street = street or (_is_street(value, last=True) and _is_above_town(lines, index, cell))
            if street:
                insort(streets, cell.start)
            if street or (_TOWN_CELL.fullmatch(value) and _between(streets, near[0].start, line.start)):
                yield Finding(cell.start, cell.start + len(value), "ADDRESS", 0.75, "pattern")


def _between(starts: list[int], first: int, last: int) -> bool:
    return bisect_left(starts, first) < bisect_left(starts, last)


def _is_street(value: str, *, last: bool = False) -> bool:
    """Whether a cell is a street with its number before it or, with ``last``, behind it."""
    match = (_NUMBER_LAST if last else _STREET_LINE).fullmatch(value)
    words = match.group(1 if last else 2).split() if match else []
    if not words or any(map(is_laboratory_term, words)):
        return False
    return not last or not all(map(is_ordinary, words))


def _is_above_town(lines: list[Line], index: int, cell: Cell) -> bool:
    """Whether a post code and a town stand below a cell."""
    if index + 1 == len(lines):
        return False
    line, column = lines[index + 1], cell.start - lines[index].start
    return any(
        abs(other.start - line.start - column) <= _COLUMN
        and _POST_CODE_FIRST.match(line.text, other.start - line.start)
        for other in line.cells
    )
