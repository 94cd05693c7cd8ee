"""What a labelled value looks like, and where it ends."""

from __future__ import annotations

import re
from collections.abc import Callable

from docmill.privacy.dates import birth_date_pattern
from docmill.privacy.labels import label_type
from docmill.privacy.people import name_at
from docmill.privacy.text import fold

Span = tuple[int, int]

_DOMAIN_PART = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
# As a scan prints it: "jane.doe @ clinic . example". After a dot with a space a known ending must follow.
_ENDINGS = "com|org|net|edu|gov|info|io|eu|uk|de|at|ch|fr|be|lu|es|mx|ar|it|pl|nl|ua|ie|in|au|ca|us|nz|za|example|test"
SPACED_EMAIL = re.compile(
    rf"(?<![\w.%+’-])(?<!\w')[^\W_][\w.%+'’-]{{0,63}} ?@ ?{_DOMAIN_PART}(?: ?\. ?{_DOMAIN_PART}){{0,5}}"
    rf" ?\. ?(?:{_ENDINGS})(?!\w)"
)
EMAIL = re.compile(rf"(?<![\w.%+’-])(?<!\w')[^\W_][\w.%+'’-]{{0,63}}@{_DOMAIN_PART}(?:\.{_DOMAIN_PART}){{1,8}}")
_LEAD = re.compile(r"[\s\"'*:=#_.|>(-]*")
# Letters, digits and marks in one run; groups of digits may be parted by single spaces ("943 476 5919").
_IDENTIFIER = re.compile(
    r"(?:#\s?)?(?:[^\W_]{1,5} (?=\d))?[^\W_](?:[^\W_]|[-/.:_](?=[^\W_])|(?<=[A-Z]),(?=\d\d))*"
    r"(?: (?:\d[^\W_]*(?:[-/](?=[^\W_])[^\W_]+)*|[A-Z]{1,2}(?!\w))){0,7}"
)
_NUMBER_BEFORE_NAME = re.compile(r"\d{3,}[\s^,-]+(?=[^\W\d_])")
_LOGIN = re.compile(r"(?:[a-z][a-z\d]{0,19}(?:[._][a-z\d]{1,20}){1,2}|[a-z]{2,12}\d{1,4})(?=[\s,;|\"')]|$)")
_PHONE = re.compile(r"(?:\(?\+|\(|\b)?\d(?:[\d\s()/.–-]|\(0\))*\d(?:\s?(?:x|ext\.?|ex|poste|dw)\s?\d{1,5})?")
_USERNAME = re.compile(r"[^\s,;|\"'<>]+")
# A sentence that follows an address begins with a capital and goes on in small letters.
_ADDRESS_END = re.compile(
    r"(?:(?<=\d)|(?<=[^\W\d_]{4}))\. (?=[^\W\d_a-zß-ÿа-яіїєґ][^\W\d_]+,? [a-zß-ÿа-яіїєґ])"
    r"|\s{2,}|\t| \| |;(?=\s)|(?<!\"\w)\"(?!\w\")|\s[-–]\s(?=[^\W\d_]+:)"
)
_NOTHING = frozenset({"n/a", "na", "none", "unknown", "-", "--", "nil", "pending", "see", "self", "same", "not"})
_LEAST_DIGITS = {"MRN": 3, "ACCESSION": 3, "ID": 3, "SSN": 4, "NHS": 6, "NATIONAL_ID": 5, "BANK": 5, "CREDIT_CARD": 8}
_LEAST_PHONE_DIGITS = 5
_MOST_PHONE_DIGITS = 17
_LONGEST_PHONES = 120


def value_spans(kind: str, text: str, start: int, end: int) -> list[Span]:
    """Return the spans of the values of ``kind`` in the field ``text[start:end]``; none where nothing fits."""
    lead = _LEAD.match(text, start, end)
    position = lead.end() if lead else start
    opened = text[position - 1 : position]
    if position > start and opened in ("'", '"') and (closed := text.find(opened, position, end)) > 0:
        end = closed
    first = text[position:end].split(" ", 1)[0].strip(".,").lower()
    if position >= end or first in _NOTHING:
        return []
    return _READERS.get(kind, _identifier)(kind, text, position, end, start)


def _names(_kind: str, text: str, position: int, end: int, _start: int) -> list[Span]:
    found: list[Span] = []
    number = _NUMBER_BEFORE_NAME.match(text, position, end)
    position = number.end() if number else position
    while position < end:
        span = name_at(text, position, end, labelled=True)
        if not span:
            # Who did it is often told by the login name.
            login = _LOGIN.match(text, position, end)
            return [login.span()] if login and not found else found
        found.append(span)
        following = re.compile(r"\s?(?:[;/&+]|and|und|et|y|e|i|or)\s").match(text, span[1], end)
        if not following:
            break
        position = following.end()
    return found


def _birth_date(_kind: str, text: str, position: int, end: int, _start: int) -> list[Span]:
    match = birth_date_pattern().search(fold(text[position:end]))
    return [(position + match.start(), position + match.end())] if match and match.start() <= 12 else []


def _phone(_kind: str, text: str, position: int, end: int, start: int) -> list[Span]:
    # A leading bracket or plus belongs to the number.
    while position > start and text[position - 1] == "(":
        position -= 1
    found = []
    for match in _PHONE.finditer(text, position, min(end, position + _LONGEST_PHONES)):
        digits = sum(letter.isdigit() for letter in match.group())
        if match.start() - position > 24 or re.search(r"\s{3,}|\n", match.group()):
            break
        if _LEAST_PHONE_DIGITS <= digits <= _MOST_PHONE_DIGITS:
            found.append(match.span())
            position = match.end()
    return found


def _email(_kind: str, text: str, position: int, end: int, _start: int) -> list[Span]:
    return [match.span() for match in EMAIL.finditer(text, position, end)]


def _username(_kind: str, text: str, position: int, end: int, _start: int) -> list[Span]:
    match = _USERNAME.match(text, position, end)
    return [match.span()] if match and len(match.group()) > 2 else []


def _address(_kind: str, text: str, position: int, end: int, _start: int) -> list[Span]:
    cut = _ADDRESS_END.search(text, position, end)
    end = cut.start() if cut else end
    while end > position and text[end - 1] in " .,;*":
        end -= 1
    value = text[position:end]
    if len(value) < 3 or "@" in value or label_type(value) is not None:
        return []
    return [(position, end)]


def _identifier(kind: str, text: str, position: int, end: int, start: int) -> list[Span]:
    if position > start and text[position - 1] == "#":
        position -= 1
    match = _IDENTIFIER.match(text, position, end)
    if not match:
        return []
    value = match.group()
    digits = sum(letter.isdigit() for letter in value)
    if digits < _LEAST_DIGITS.get(kind, 3) or (digits < 4 and len(value) < 5):
        return []
    return [match.span()]


_READERS: dict[str, Callable[[str, str, int, int, int], list[Span]]] = {
    "PERSON": _names,
    "DATE_OF_BIRTH": _birth_date,
    "PHONE": _phone,
    "EMAIL": _email,
    "USERNAME": _username,
    "ADDRESS": _address,
}
