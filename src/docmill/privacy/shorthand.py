"""Names as those who are in a hurry write them: initials, one letter, a bed, a grade, capitals without a comma."""

from __future__ import annotations

import re
from collections.abc import Iterator

from docmill.privacy.dates import is_month
from docmill.privacy.labels import classify
from docmill.privacy.models import Finding
from docmill.privacy.namesakes import is_nobody
from docmill.privacy.people import (
    UPPER,
    is_credential,
    is_eponym,
    is_given_name,
    is_laboratory_term,
    is_ordinary,
    is_surname,
    is_title,
)
from docmill.privacy.text import fold

_NAME = rf"[{UPPER}][^\W\d_]{{1,30}}(?:['’-][^\W\d_]{{1,30}}){{0,3}}"
_PARTICLES = r"(?:(?:van|von|de|der|den|la|da|di|du|el|al|bin|zu|Ó|Ní|Mac) ){0,3}"
_DEEDS = (
    r"(?:typed|dictated|transcribed|entered|checked|verified|validated|signed|released|collected|taken|read|seen|done)"
)
# "typed JR", "entered by D.M.", "initials G.M.": what is before the letters, in folded text, and the letters.
_BEFORE_INITIALS = re.compile(rf"\b(?:{_DEEDS} by|typed|dictated|transcribed|initials?|tech):?[ ]{{1,3}}")
_INITIALS = re.compile(rf"(?:[{UPPER}]{{2}}|(?:[{UPPER}]\.){{2,3}})(?![\w-]|\.\w|/[{UPPER}])")
# "Validated by L. E": an initial before a surname of one letter.
_BEFORE_LETTERS = re.compile(
    rf"\b(?:{_DEEDS}(?: by)?|by|par|von|durch|door|przez|por|da|dr|prof)\.?:?[ \n](?=[^\W\d_]\.)"
)
_LETTERS = re.compile(rf"(?:[{UPPER}]\. ?){{1,2}}[{UPPER}](?=[\s,;)/]|\.\s|$)")
_GRADE = r"(?:FY?[12]|ST[1-8]|CT[1-3]|SHO|SpR|StR|Reg|Cons|Intern|RMO|HO|RN|CNS|ANP)\b"
_ONE = rf"{_PARTICLES}(?:{_NAME}|[{UPPER}](?![\w.]))"
# "Roe/van Dyck/FY1": who goes round, and the grade of the last.
_WARD_ROUND = re.compile(rf"(?<![\w/])({_ONE}(?: ?/ ?{_ONE}){{0,3}}) ?/ ?{_GRADE}")
_PART = re.compile(_ONE)
_BED = re.compile(
    rf"(?i:\b(?:bed|bay|room|bett|zimmer|lit|cama|letto|łóżko)) ?\d{{1,3}}[A-Za-z]?[ :–-]{{1,4}}"
    rf"({_PARTICLES}(?:[{UPPER}] )?{_NAME}(?: (?:{_NAME}|[{UPPER}](?!\w))){{0,2}})(?= ?[-–,(]|  )"
)
_CAPITALS = rf"[{UPPER}]{{2,30}}(?:['’-][{UPPER}]{{2,30}}){{0,2}}"
_CAPITALS_PAIR = re.compile(rf"(?<![\w.-])({_CAPITALS}) ({_CAPITALS})(?![\w-])")
# Names of two ordinary words: "asked May Long".
_WORDS = re.compile(
    rf"(?:(?<=[a-z,:] )(?:with|by|from|of|to|for|asked|called|told|and|is|did|w/)|\bw/) "
    rf"({_NAME}) ({_NAME})(?![\w-]| [{UPPER}])"
)
_STAMPED_SPEAKER = re.compile(
    rf"^\[?\d\d?:\d\d(?::\d\d)?\]? (?:- )?({_NAME}(?: (?:{_NAME}|[{UPPER}]\.?))?)(?: \([^()\n]{{2,12}}\))?:(?= |$)",
    re.MULTILINE,
)
# "PARRISH S", "Ng O": a surname and an initial that fill a cell.
_SURNAME_INITIAL = re.compile(
    rf"(?:^|(?<=  )|(?<=[|:\t] )|(?<=[|\t;,]))({_NAME}) [{UPPER}]\.?(?=$|  |\t| ?[|;,])", re.MULTILINE
)
_SPEAKER = re.compile(rf"^([{UPPER}][^\W\d_]{{1,20}}): (?=[^\W\d_])", re.MULTILINE)
_SHORTEST = 3
_LEAST_SPEECHES = 2


def shorthand_names(text: str, folded: str) -> Iterator[Finding]:
    """Yield names that are shortened, or written without the marks that names have elsewhere.

    Args:
        text: The normalised text.
        folded: The same, folded.
    """
    yield from _initials(text, folded)
    for match in _WARD_ROUND.finditer(text):
        yield from _of_round(text, *match.span(1))
    for pattern in (_BED, _STAMPED_SPEAKER):
        for match in pattern.finditer(text):
            if not all(is_ordinary(word) and not is_surname(word) for word in match.group(1).split()):
                yield _person(*match.span(1))
    for match in _SURNAME_INITIAL.finditer(text):
        name = match.group(1)
        if is_surname(name) and not is_ordinary(name) and not is_eponym(name):
            yield _person(*match.span())
    yield from _speakers(text)
    yield from _pairs(text)


def _person(start: int, end: int) -> Finding:
    return Finding(start, end, "PERSON", 0.8, "pattern")


def _initials(text: str, folded: str) -> Iterator[Finding]:
    """What two letters or three stand for where a word before them tells of somebody."""
    for match in _BEFORE_INITIALS.finditer(folded):
        letters = _INITIALS.match(text, match.end())
        if letters and not _is_known_abbreviation(letters.group()):
            yield _person(*letters.span())
    for match in _BEFORE_LETTERS.finditer(folded):
        if letters := _LETTERS.match(text, match.end()):
            yield _person(*letters.span())


def _is_known_abbreviation(letters: str) -> bool:
    """Whether two letters are a role, a department or a term, and nobody's initials ("seen by GP")."""
    return is_title(letters) or is_credential(letters) or is_laboratory_term(letters) or is_ordinary(letters)


def _of_round(text: str, start: int, end: int) -> Iterator[Finding]:
    parts = list(_PART.finditer(text, start, end))
    for part in parts:
        word = part.group().split()[-1]
        if is_surname(word) or is_given_name(word) or len(parts) > 1 or not (word.isupper() or is_ordinary(word)):
            yield _person(*part.span())


def _speakers(text: str) -> Iterator[Finding]:
    """Those who write in a chat: known given names before a colon, on two lines or more."""
    said = [match for match in _SPEAKER.finditer(text) if is_given_name(match.group(1))]
    said = [
        match for match in said if classify(fold(match.group(1))) is None and not is_laboratory_term(match.group(1))
    ]
    if len(said) >= _LEAST_SPEECHES:
        yield from (_person(*match.span(1)) for match in said)


def _pairs(text: str) -> Iterator[Finding]:
    """Two words that are a given name and a surname: both in capitals, or both ordinary where somebody is meant."""
    for match in _CAPITALS_PAIR.finditer(text):
        first, last = match.groups()
        if any(map(is_ordinary, (first, last))) or is_nobody(text, match.start(1), match.end(2)):
            continue
        if (is_given_name(last) and _is_name(first)) or (is_given_name(first) and _is_name(last)):
            yield _person(*match.span())
    for match in _WORDS.finditer(text):
        first, last = match.groups()
        if not is_given_name(first) or not is_surname(last) or is_laboratory_term(last) or is_month(last):
            continue
        if not (first + last).isupper() and not is_nobody(text, match.start(1), match.end(2)):
            yield _person(match.start(1), match.end(2))


def _is_name(word: str) -> bool:
    return len(word) >= _SHORTEST and (is_surname(word) or is_given_name(word))
