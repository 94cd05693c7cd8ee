"""Names that words around them give away: a title before, a credential after, who did or was told something."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from docmill.privacy.dates import is_month
from docmill.privacy.labels import alternation
from docmill.privacy.models import Finding
from docmill.privacy.namesakes import is_clinical_use, is_nobody, is_work_or_brand
from docmill.privacy.people import (
    UPPER,
    is_credential,
    is_given_name,
    is_laboratory_term,
    is_ordinary,
    is_surname,
    is_title,
    may_be_surname,
    name_at,
    word_key,
)
from docmill.privacy.text import fold
from docmill.privacy.vocabulary import listed, phrases

_CAPITALISED = rf"[{UPPER}][^\W\d_]{{0,30}}(?:['’-][^\W\d_]{{1,30}}){{0,3}}"
_SHORTEST_NAME = 3
_LONGEST_ABBREVIATION = 5
_AROUND = 40
_ORDINARY_TITLES = frozenset({"med", "lord", "sir", "judge", "father", "sister", "mag"})
_BEFORE_CREDENTIAL = re.compile(
    rf"(?<![\w.-])({_CAPITALISED}(?:,? (?:{_CAPITALISED}|[A-Z]\.?|de|la|van|der|von|da|dos|el|al|bin)){{1,4}}),? "
    r"(?=[A-Z])"
)
_WITH_INITIAL = re.compile(rf"(?<![\w.-])({_CAPITALISED}) (?:[{UPPER}]\. ?)?[{UPPER}]\.(?=[\s,;:)?!'’]|$)")
_INITIAL_FIRST = re.compile(
    rf"(?<![\w.-])(?:[{UPPER}]\. ?){{1,2}}(?:(?:van|von|de|der|den|di|da|du|la|le|el|al|bin|zu|Ó|Ní|Mac|['’]t) ){{0,3}}"
    rf"((?:[dlDL]['’])?{_CAPITALISED})(?![\w-])"
)
# "T.Xyz 1.2": total, direct, serum, plasma, urine, blood, free, indirect, and what is measured.
# "A. Invasive carcinoma": parts of a specimen are lettered.
_LISTED_ITEM = re.compile(rf"(?<![^\n])[A-H]\. {_CAPITALISED}(?! [{UPPER}])")
_IS_MEASURED = re.compile(rf"[TDSPUBFI]\.{_CAPITALISED}[ .:=]{{1,12}}[<>]?\d{{1,4}}(?:[.,]\d+)?(?![\w/-])")
_LAST_FIRST = re.compile(
    rf"(?:^|(?<=[\n\t|])|(?<=[|:] )|(?<=  )|(?<=\d[).] ))({_CAPITALISED}(?:[ -]{_CAPITALISED})?), ?({_CAPITALISED})",
    re.MULTILINE,
)

# As machines write a name: "Haugen^Solveig^M".
_CARETS = re.compile(rf"(?<![\w^&])({_CAPITALISED})\^({_CAPITALISED})(?:\^{_CAPITALISED}\.?|\^[A-Z]\.?)*(?![^\W_])")
_CAPITALS = rf"[{UPPER}]{{2,30}}(?:[ '’-][{UPPER}]{{2,30}}){{0,2}}"
_CAPITALS_FIRST = re.compile(
    rf"(?<![\w.,-])((?:(?:Ó|Mc|Mac|O') ?)?{_CAPITALS})(, ?| )({_CAPITALISED})(?: [A-Z]\b\.?)?(?![\w])"
)
_LONE = re.compile(rf"(?<=[a-z,;] )(?!in |at )({_CAPITALISED})(?=[ ,.;:!?)]|['’]s|$)(?! [A-ZÀ-Þ])")
_AFTER_SEX = re.compile(rf"\b(?:male|female|man|woman|boy|girl|child|patient), ({_CAPITALISED})(?=,)")
_ROLE_AFTER = re.compile(
    rf"(?<![\w.-])({_CAPITALISED}(?: {_CAPITALISED})?)(?: \(|, )"
    r"(?:(?:his|her|their|my|the|a|aged|patient's|pt's) )?([^\W\d_]{2,20})"
)
_SMALL_AFTER_CUE = re.compile(
    r"\b(?:pt|pts|patient|named|name is|for|with|hi|i am|i'm|re)[: ] ?([a-z]{2,20}) ([a-z]{2,20})\b"
)
# "ASA II"
_ROMAN = re.compile(r"[IVX]+")
_LONE_INITIAL = re.compile(r"\s((?:[A-Z]\.){1,2}|[A-Z])(?=[\s,;:)?]|\.\s|['’]s|\.?$)")
_PAIR = re.compile(
    rf"(?<![\w.-])({_CAPITALISED}) (?:[A-Z]\.? |(?:van|von|de|der|den|la|da|di|el|al|bin|St\.) ){{0,2}}"
    rf"({_CAPITALISED})(?![\w-])"
)


def name_cues(text: str, folded: str) -> Iterator[Finding]:
    """Yield names that their surroundings give away.

    Args:
        text: The normalised text.
        folded: The same, folded.
    """
    yield from _titled(text)
    yield from _cued(text)
    yield from _birth_names(text, folded)
    yield from _kin(text, folded)
    yield from _with_roles(text)
    yield from _credentialed(text)
    yield from _with_initials(text)
    yield from _family_name_first(text)
    yield from _known_names(text)
    yield from _lone_given_names(text)
    yield from _capitals_first(text)
    for match in _CARETS.finditer(text):
        if not any(is_ordinary(word) for word in match.group().split("^")[:2]):
            yield _person(*match.span(), 0.85)
    for match in _SMALL_AFTER_CUE.finditer(text):
        if is_given_name(match.group(1)) and is_surname(match.group(2)):
            yield _person(match.start(1), match.end(2), 0.8)
    for match in _AFTER_SEX.finditer(text):
        if is_given_name(match.group(1)):
            yield _person(*match.span(1), 0.8)


def _person(start: int, end: int, score: float) -> Finding:
    return Finding(start, end, "PERSON", score, "pattern")


def _titled(text: str) -> Iterator[Finding]:
    for match in _title_pattern().finditer(text):
        span = name_at(text, match.start(), _line_end(text, match.end()), labelled=True)
        if span and (text[span[0] : span[0] + 1].isupper() or _is_small_name(text, *span)):
            yield _person(*span, 0.9)
        elif initial := _LONE_INITIAL.match(text, match.end()):
            yield _person(*initial.span(1), 0.8)


def _is_small_name(text: str, start: int, end: int) -> bool:
    """Whether words in small letters after a title are a name: "dr banks"."""
    return any(is_surname(word) or is_given_name(word) for word in text[start:end].split())


@cache
def _title_pattern() -> re.Pattern[str]:
    titles = {title.rstrip(".") for title in listed("titles")} - _ORDINARY_TITLES
    return re.compile(
        rf"(?<![\w.@-])(?i:{alternation(title for title in titles if len(title) > 1)})\b\.?(?=[ ./][ \w])"
    )


@cache
def _cue_pattern() -> re.Pattern[str]:
    deeds = [f"{deed} {word}" for deed in listed("deeds") for word in ("by", "to", "with")]
    return re.compile(rf"(?<![^\W_])(?i:{alternation([*phrases('cues'), *deeds])})(?![^\W_])[ ,:\n]{{1,3}}(?=\S)")


def _cued(text: str) -> Iterator[Finding]:
    for match in _cue_pattern().finditer(text):
        span = name_at(text, match.end(), _line_end(text, match.end()), labelled=False)
        if not span or span[0] - match.end() > 16:
            continue
        found = text[span[0] : span[1]].replace(",", " ").split()
        if _is_abbreviation(text, span) or is_work_or_brand(text, *span):
            continue
        plain = [word for word in found if not is_ordinary(word)]
        direct = fold(match.group()).strip(" ,:\n") in phrases("direct_cues") and _is_telling(text, span, found[0])
        reversed_order = "," in text[span[0] : span[1]] and any(map(is_given_name, found))
        if (
            direct
            or reversed_order
            or is_given_name(found[0])
            or (len(found) > 1 and len(plain) == len(found))
            or _is_initialled(found)
        ):
            yield _person(*span, 0.8)


def _is_abbreviation(text: str, span: tuple[int, int]) -> bool:
    """Whether a short word in capitals ("GERD") stands in a sentence that is not all in capitals."""
    word = text[span[0] : span[1]]
    around = text[max(0, span[0] - _AROUND) : span[0]]
    return word.isupper() and word.isalpha() and len(word) <= _LONGEST_ABBREVIATION and any(map(str.islower, around))


def _is_telling(text: str, span: tuple[int, int], word: str) -> bool:
    """Whether a word that somebody is asked or greeted by is no ordinary one, no department and no disease."""
    if is_ordinary(word) or word.isupper() or len(word) < _SHORTEST_NAME:
        return False
    return not is_nobody(text, *span)


@cache
def _birth_name_pattern() -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W_]){alternation(phrases('birth_names'))}(?![^\W_])(?:\(e\))?[.: ]{{1,3}}(?=\S)")


def _birth_names(text: str, folded: str) -> Iterator[Finding]:
    """Names that somebody was born with: "née ROCHEBRUNE", "geb. Kluge"."""
    for match in _birth_name_pattern().finditer(folded):
        span = name_at(text, match.end(), _line_end(text, match.end()), labelled=True)
        name = text[span[0] : span[1]] if span else ""
        if span and not name.islower() and not is_month(name.split()[0]):
            yield _person(*span, 0.9)


@cache
def _kin_pattern() -> re.Pattern[str]:
    possessed = rf"(?:mein|dein|sein|ihr|unser|euer|eur)e?[rmns]? {alternation(listed('possessed_relatives'))}"
    return re.compile(rf"(?<![^\W_])(?:{possessed}|{alternation(listed('relatives'))})(?: of|,| is|:)? (?=\S)")


def _kin(text: str, folded: str) -> Iterator[Finding]:
    """Relatives who are named: "daughter Max"."""
    for match in _kin_pattern().finditer(folded):
        # In a text in capitals every word begins with one.
        if text[match.start() : match.end() - 1].isupper() or not text[match.end()].isupper():
            continue
        span = name_at(text, match.end(), _line_end(text, match.end()), labelled=True)
        if span:
            yield _person(*span, 0.8)


def _with_roles(text: str) -> Iterator[Finding]:
    """Names whose role follows: "Pat, his partner", "Okafor (SpR)"."""
    for match in _ROLE_AFTER.finditer(text):
        words, role = match.group(1).split(), match.group(2)
        bracketed = text[match.end(1) + 1] == "("
        explicit = match.start(2) - match.end(1) > 2
        known = fold(role) in listed("relatives") or (
            bracketed and (fold(role) in listed("roles") or is_credential(role))
        )
        if not known or not (bracketed or explicit) or all(map(is_ordinary, words)):
            continue
        if not is_nobody(text, *match.span(1)):
            yield _person(*match.span(1), 0.8)


def _is_initialled(found: list[str]) -> bool:
    return len(found) > 1 and len(found[0].rstrip(".")) == 1 and may_be_surname(found[-1])


def _credentialed(text: str) -> Iterator[Finding]:
    for match in _BEFORE_CREDENTIAL.finditer(text):
        following = re.compile(r"[A-Za-z.()]+").match(text, match.end())
        if not following or len(following.group()) < 2 or not is_credential(following.group().rstrip("),;")):
            continue
        span = name_at(text, match.start(), match.end(), labelled=False)
        if span and " " in text[span[0] : span[1]]:
            yield _person(*span, 0.85)


def _with_initials(text: str) -> Iterator[Finding]:
    for match in _WITH_INITIAL.finditer(text):
        name = match.group(1)
        if is_title(name):
            continue
        if is_given_name(name) or not is_ordinary(name) or (is_surname(name) and not is_laboratory_term(name)):
            yield _person(*match.span(), 0.85)
    for match in _INITIAL_FIRST.finditer(text):
        surname = match.group(1)
        if _LISTED_ITEM.match(text, match.start()) and not is_surname(surname) and not is_given_name(surname):
            continue
        known = is_surname(surname) or (may_be_surname(surname) and not _IS_MEASURED.match(text, match.start()))
        if len(surname) > 2 and known and may_be_surname(surname) and not is_clinical_use(text, *match.span()):
            yield _person(*match.span(), 0.75)


def _family_name_first(text: str) -> Iterator[Finding]:
    """Names in the form "SHAW, NATASHA" that begin a line or a cell."""
    for match in _LAST_FIRST.finditer(text):
        if not is_given_name(match.group(2)) or is_laboratory_term(match.group(1)):
            continue
        span = name_at(text, match.start(1), _line_end(text, match.end()), labelled=False)
        if span:
            yield _person(*span, 0.85)


def _capitals_first(text: str) -> Iterator[Finding]:
    """A family name in capitals before a given name: "HAMMOND, Owen", "LAWSON Darren"."""
    for match in _CAPITALS_FIRST.finditer(text):
        family, mark, given = match.group(1, 2, 3)
        if given.isupper() or is_laboratory_term(family) or is_title(family):
            continue
        known = is_given_name(given) and not is_ordinary(given)
        plain = not any(map(is_ordinary, re.split("[ -]", family)))
        if (known and (mark != " " or plain)) or (
            mark != " " and plain and is_surname(family) and not is_ordinary(given)
        ):
            yield _person(*match.span(), 0.8)


def _known_names(text: str) -> Iterator[Finding]:
    """A known given name with what may be a surname: "Robert Brown"."""
    for match in _PAIR.finditer(text):
        given, surname = match.group(1), match.group(2)
        if not is_given_name(given) or is_laboratory_term(given) or not _is_pair(given, surname):
            continue
        if not is_nobody(text, *match.span()):
            yield _person(*match.span(), 0.8)


def _lone_given_names(text: str) -> Iterator[Finding]:
    """A known given name inside a sentence that means nothing else."""
    for match in _LONE.finditer(text):
        name = re.sub("['’]s$", "", match.group())
        if name.isupper() or not is_given_name(name) or is_ordinary(name):
            continue
        end = match.start() + len(name)
        if not is_nobody(text, match.start(), end):
            yield _person(match.start(), end, 0.7)


def _is_pair(given: str, surname: str) -> bool:
    if _ROMAN.fullmatch(surname):
        return False
    if is_ordinary(given):
        return is_surname(surname) and not is_ordinary(surname)
    if is_surname(surname) and not surname.isupper() and word_key(surname) not in listed("organisations"):
        return True
    return may_be_surname(surname) and (is_surname(surname) or not is_ordinary(surname))


def _line_end(text: str, position: int) -> int:
    end = text.find("\n", position)
    return len(text) if end < 0 else end
