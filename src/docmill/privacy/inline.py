"""Labels inside a sentence or a dense header, without a colon: "MRN 12345678", "ordered by J. Cole"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from docmill.privacy.dates import date_pattern
from docmill.privacy.labels import alternation, classify, label_words, listed_labels
from docmill.privacy.models import Finding
from docmill.privacy.people import UPPER, is_ordinary, name_at
from docmill.privacy.values import value_spans
from docmill.privacy.vocabulary import listed

_NUMBERED = ("MRN", "ACCESSION", "ID", "SSN", "NHS", "NATIONAL_ID", "CREDIT_CARD", "BANK")
_WEAK_PEOPLE = frozenset({"to", "from", "re", "user", "name", "call"})
_WEAK_PHONES = frozenset({"port", "home", "call", "desk", "contact", "cell", "ph"})
_LIVING = frozenset(
    {
        *(
            "address",
            "addr",
            "adresse",
            "anschrift",
            "direccion",
            "domicilio",
            "indirizzo",
            "adres",
            "endereco",
            "адреса",
        ),
        "wohnhaft",
        "whft",
        "wohnh",
        "habitant",
        "mieszkaniec",
        "mieszkanka",
        "мешкає",
        "прож",
        "demeurant",
        "domicilie",
        "residente",
        "zamieszkaly",
        "zamieszkala",
        "zam",
        "проживає",
    }
)
_ADDRESS_END = re.compile(
    rf"\s{{2,}}|\n|\t|\||;|\(|(?<=\d)\. [{UPPER}]|(?<=[^\W\d_]{{4}})\. [{UPPER}]|\.$|$"
    r"|(?i:,? (?:and|phone|tel|who|born|dob|with|is|was)\b)"
    r"|(?<=[^\W\d_]), (?:der|die|qui|che|que|który|która|який|яка) "
)
_WORD = re.compile(rf"^(?!\S*@)(?:[^\s]+ )?[{UPPER}][^\W\d_]{{2,}}")
_LONGEST_ADDRESS = 90
_LONGEST_VALUE = 200
_GAP = re.compile(r"\s{2,}|\t|\||\n")


@cache
def _inline_pattern() -> re.Pattern[str]:
    """Labels that need no colon before a number: "MRN 12345678", "NHS number is 943 476 5919"."""
    plain = [label for label in listed_labels(*_NUMBERED) if len(label) > 2 and label not in listed("ambiguous_labels")]
    labels = alternation(plain)
    return re.compile(
        rf"(?<![^\W_])({labels})\b(?:[\s.#]*(?:id|no|nr|number|num|code))?[\s.#]*(?:is|was|are|of)?[\s.:#=(№°º`*]*"
        r"((?:[a-z]{1,5} (?=\d{4}))?(?=[^\s]*\d)[^\W_][\w/:.-]*[^\W_](?:[ ]\d[\d-]*[^\W\d_]?(?![\w/.]))*)"
    )


@cache
def _ambiguous_pattern() -> re.Pattern[str]:
    """Labels that are ordinary words: only a long number after "number", "no", "#" or nothing makes them one."""
    labels = alternation(listed("ambiguous_labels"))
    return re.compile(
        rf"(?<![^\W_])({labels})\b[\s.#]*(?:(?:id|no|nr|number|num|code|card)\b)?[\s.#]*(?:is|was)?[\s.:#=(№°º`*]*"
        r"((?=[^\s]*\d[^\s]*\d[^\s]*\d[^\s]*\d)[^\W_][\w/:-]*[^\W_](?:[ ]\d{3,}(?![\w/.]))*)"
    )


def inline_fields(text: str, folded: str) -> Iterator[Finding]:
    """Yield numbers that follow their label in a sentence or a dense header.

    Args:
        text: The normalised text.
        folded: The normalised text, folded.
    """
    for pattern, least, score in ((_inline_pattern(), 4, 0.9), (_ambiguous_pattern(), 5, 0.85)):
        for match in pattern.finditer(folded):
            kind = classify(" ".join(label_words(match.group(1))))
            # After "Provider" a number is that of the person.
            kind = "ID" if kind == "PERSON" else kind
            start, value = match.start(2), match.group(2)
            label, space, number = value.partition(" ")
            if space and classify(label) in _NUMBERED:
                # "Laboratory technician, no. PWZ 40671": the last label is that of the number.
                kind, start, value = classify(label), start + len(label) + 1, number
            if not _is_prefix(text[start : match.end(2)]):
                continue
            digits = sum(letter.isdigit() for letter in value)
            if (
                kind in _NUMBERED
                and digits >= least - (not value.isdigit())
                and not date_pattern().match(folded, start)
            ):
                yield Finding(start, match.end(2), kind, score, "structure")


def _is_prefix(value: str) -> bool:
    """Whether the letters before a number belong to it ("KMC 33871") and are no word ("since 2019")."""
    prefix, space, _ = value.partition(" ")
    return not space or not prefix.isalpha() or (prefix.isupper() and not is_ordinary(prefix))


@cache
def _inline_names() -> re.Pattern[str]:
    labels = [label for label in listed_labels("PERSON") if len(label) > 1 and label not in _WEAK_PEOPLE]
    return re.compile(rf"(?<![^\W_]){alternation(labels)}\b[.:]?[ \t]+(?=\S)")


def inline_names(text: str, folded: str) -> Iterator[Finding]:
    """Yield names that follow a person's label without a colon: "Patient Daniel Harper", "Ordered by J. Cole"."""
    for match in _inline_names().finditer(folded):
        span = name_at(text, match.end(), _cell_end(text, match.end()), labelled=False)
        if span and span[0] - match.end() < 20 and (" " in text[span[0] : span[1]] or "," in text[span[0] : span[1]]):
            yield Finding(*span, "PERSON", 0.85, "structure")


def _cell_end(text: str, position: int) -> int:
    """Return where the cell ends in which a value begins; a value is not looked for further than a line's length."""
    limit = min(len(text), position + _LONGEST_VALUE)
    gap = _GAP.search(text, position, limit)
    return gap.start() if gap else limit


@cache
def _inline_phones() -> re.Pattern[str]:
    labels = [label for label in listed_labels("PHONE") if len(label) > 1 and label not in _WEAK_PHONES]
    return re.compile(rf"(?<![^\W_]){alternation(labels)}\b[ .]{{0,2}}(?=[ (+]*\d)")


def inline_phones(text: str, folded: str) -> Iterator[Finding]:
    """Yield numbers that directly follow "tel" or "fax"."""
    for match in _inline_phones().finditer(folded):
        spans = value_spans("PHONE", text, match.end(), _cell_end(text, match.end()))
        if spans and spans[0][0] - match.end() <= 2:
            yield Finding(*spans[0], "PHONE", 0.95, "structure")


@cache
def _inline_addresses() -> re.Pattern[str]:
    labels = [label for label in listed_labels("ADDRESS") if " " in label or label in _LIVING]
    return re.compile(rf"(?<![^\W_]){alternation(labels)}\b\.?(?: (?:is|as|was|lautet|est|es|e))?[ \t]+(?=[^\s:=])")


def inline_addresses(text: str, folded: str) -> Iterator[Finding]:
    """Yield addresses that follow "residing at" or "wohnhaft in"; there must be a number in them."""
    for match in _inline_addresses().finditer(folded):
        end = _ADDRESS_END.search(text, match.end(), match.end() + _LONGEST_ADDRESS)
        limit = end.start() if end else min(len(text), match.end() + _LONGEST_ADDRESS)
        value = text[match.end() : limit].rstrip(" ,;.")
        if end and any(map(str.isdigit, value)) and len(value) > 5 and value[0] != "(" and _WORD.search(value):
            yield Finding(match.end(), match.end() + len(value), "ADDRESS", 0.85, "structure")
