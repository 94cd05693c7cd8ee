"""Login names: in the fields of programs, and made of the names of people who are found in the text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from docmill.privacy.models import Finding
from docmill.privacy.people import is_given_name, is_laboratory_term, is_ordinary, is_surname
from docmill.privacy.text import fold

_START = r"(?<![\w@./-])"
_DOTTED = re.compile(rf"{_START}([a-z]{{1,20}})[._]([a-z]{{1,20}})\d{{0,3}}(?![\w@/-]|\.\w)", re.IGNORECASE)
_TOKEN = re.compile(rf"{_START}([^\W\d_]{{4,20}})(\d{{0,4}})(?![\w@/]|[.-]\w)")
_HANDLE = re.compile(r"(?<![\w@.])@[a-z][\w.]{2,29}(?![\w@])", re.IGNORECASE)
# As the accounts of clinics are made: "wilvan61".
_ACCOUNT = re.compile(rf"{_START}[a-z]{{4,20}}\d{{1,3}}(?![\w@/]|[.-]\w)")
# "[10:02] ljusch86:", "10.8.25.117 - ljusch "
_SPEAKER = re.compile(r"(?:^\[\d\d?:\d\d(?::\d\d)?\] |\d\.\d{1,3} - )([a-z][\w.-]{2,29})(?=:? )", re.MULTILINE)
_DONE_BY = re.compile(
    r"(?i:\b(?:printed|edited|entered|created|updated|modified|viewed|run|imprimé|édité|saisi|gedruckt|erfasst|stampato|impreso"
    r"|wydruk\w*|drukowa\w*|geprint|afgedrukt|надруковано))[^\n]{0,40}?(?<![^\W_])(?i:by|par|von|durch|da|por|door|przez|użytkownik)"
    r":? ([^\W\d_][\w.-]{1,29})(?=\s{2}|\s*$|\s*[,;)|])",
    re.MULTILINE,
)
_LOGIN = r"[\"'`*]{0,2}([a-z][a-z0-9_-]{2,29}(?:\.[a-z0-9_-]{1,29})?|[a-z]\.[a-z0-9_-]{2,29})(?![\w@-]|\.\w)"
# The two that follow are for folded text; a login name has no capitals in the text itself.
# Whoever opens a ticket or forgets a password is called by the login name, even where it is one small word.
_ACCOUNT_OF = re.compile(
    r"\b(?:(?:ticket|case|issue|incident|request) (?:opened|raised|created|closed|logged|filed) by"
    r"|sign[- ]?in (?:for|by|from user)|log[- ]?in (?:for|by|of)|(?:reset|changed) the password (?:of|for)"
    r"|password reset (?:of|for)|(?:log|logged|sign|signed) (?:in|on) (?:as|with)"
    r"|(?:attempts?|failures?) (?:for|by)(?: user)?|sessions? (?:of|for|opened for|closed for)(?: user)?"
    r"|(?:login|log-in|user ?name|user ?id|account name)(?: name)? is"
    rf"|locked the account of|unlocked) {_LOGIN}"
    rf"|\bsudo(?:\[\d+\])?: {{1,3}}{_LOGIN}(?= :)|(?:^|  )(?:operator|oper|opr)\.? {{1,9}}{_LOGIN}(?=  |\t|$)",
    re.MULTILINE,
)
# What stands after these words is a login name only where it looks like one.
_TOLD_OF = re.compile(
    r"(?:\b(?:admin|colleague|users?|assigned to|reassigned to|owned by"
    r"|(?:documented|charted|noted|logged|entered|recorded|resolved|closed|changed|approved) by):? |(?:^|(?<=\s))[/~])"
    rf"{_LOGIN}",
    re.MULTILINE,
)
_PART = re.compile(r"[^\W\d_]+")
_SHORTEST_PART = 4
_SHORTEST_NAME = 2
_MOST_ADDED = 2


def usernames(text: str, found: Iterable[Finding]) -> Iterator[Finding]:
    """Yield login names that tell whose they are: "lesley.forster", "mortizyvega" beside "María Ortiz y Vega".

    Args:
        text: The normalised text.
        found: What was found so far; its people are those whose login names are known again.
    """
    for match in _DOTTED.finditer(text):
        if _is_of_names(*match.group(1, 2)):
            yield _username(*match.span())
    for match in _HANDLE.finditer(text):
        yield _username(*match.span())
    for match in _ACCOUNT.finditer(text):
        if not is_ordinary(match.group().rstrip("0123456789")):
            yield _username(*match.span())
    for match in (*_SPEAKER.finditer(text), *_DONE_BY.finditer(text)):
        if not is_ordinary(match.group(1)):
            yield _username(*match.span(1))
    yield from _of_accounts(text)
    yield from _of_people(text, found)


def _is_of_names(first: str, last: str) -> bool:
    """Whether two words are the names of somebody, or an initial and a surname: "b.scarponi", and not "x.lo"."""
    if len(min(first, last, key=len)) < _SHORTEST_NAME and len(first + last) <= _SHORTEST_PART:
        return False
    return any(is_given_name(part) or is_surname(part) for part in (first, last)) and not any(
        map(is_ordinary, (first, last))
    )


def _of_accounts(text: str) -> Iterator[Finding]:
    """Login names of those who asked for help or wrote a note: "ticket opened by susanw", "documented by rsmith"."""
    folded = fold(text)
    for match in _ACCOUNT_OF.finditer(folded):
        start, end = match.span(match.lastindex or 1)
        if text[start:end].islower() and not is_ordinary(text[start:end]):
            yield _username(start, end)
    for match in _TOLD_OF.finditer(folded):
        word = text[slice(*match.span(1))]
        if word.islower() and _is_made(word) and not is_ordinary(word) and not is_laboratory_term(word):
            yield _username(*match.span(1))


def _is_made(word: str) -> bool:
    """Whether a word has digits, a mark, or a surname after or before an initial ("biopsy" has none)."""
    if re.search(r"[\d_.]", word):
        return True
    return is_surname(word[1:]) or (is_surname(word[:-1]) and not word.endswith("s"))


def _username(start: int, end: int) -> Finding:
    return Finding(start, end, "USERNAME", 0.75, "pattern")


def _of_people(text: str, found: Iterable[Finding]) -> Iterator[Finding]:
    names = [text[item.start : item.end] for item in found if item.type == "PERSON"]
    people = {tuple(_PART.findall(fold(name))) for name in names}
    stems = {stem for parts in people for stem in _stems(parts)}
    cut = {stem[:length] for stem in stems for length in range(_SHORTEST_PART + 1, len(stem))}
    if not stems:
        return
    for match in _TOKEN.finditer(text):
        letters, digits = fold(match.group(1)), match.group(2)
        plain = letters in stems and (not digits or len(letters) >= _SHORTEST_PART)
        if plain or (digits and letters in cut):
            yield _username(*match.span())
    for match in _DOTTED.finditer(text):
        first, last = match.group(1, 2)
        if fold(first + last) in stems or any({first, last} <= set(parts) for parts in people):
            yield _username(*match.span())


def _stems(parts: tuple[str, ...]) -> Iterator[str]:
    """Yield what a login name is made of: a name with the first letters of another, before or after it."""
    whole = "".join(parts)
    for index, part in enumerate(parts):
        others = [other for place, other in enumerate(parts) if place != index and len(other) >= _SHORTEST_NAME]
        if len(part) >= _SHORTEST_PART:
            yield from (joined for other in others for joined in _joined(part, other))
        if index and others and len(whole) > _SHORTEST_PART:
            rest = "".join(parts[index:])
            yield from (parts[0][:count] + rest for count in range(1, _MOST_ADDED + 1))


def _joined(part: str, other: str) -> Iterator[str]:
    for count in range(1, _MOST_ADDED + 1):
        yield part + other[:count]
        yield other[:count] + part
    yield part + other
