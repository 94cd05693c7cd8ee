"""Phone numbers without a label, told apart from ranges and counts by ``phonenumbers`` and their surroundings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from docmill.privacy.models import Finding
from docmill.privacy.vocabulary import listed

_CANDIDATE = re.compile(
    r"(?<![\w.,/+-])(?:"
    r"(?:\+|00)[1-9]\d{0,2}(?:[ ./-]?\(?0?\)?)?(?:[ ./-]?\(?\d{1,5}\)?){2,6}"
    r"|\+[1-9]\d{0,2} ?(?:\(0\))?(?:[ ./()-]{1,3}\d{1,5}){2,6}"
    r"|\(0\) ?[1-9]\d{1,4}(?:[ ./-]\d{2,5}){1,3}|[6-9]\d{4} \d{5}|3\d\d \d{6,7}"
    r"|(?:8 )?\(\d{2,5}\)[ ./-]{0,2}\d{2,4}(?:[ ./-]?\d{2,5}){1,3}"
    r"|1?[ .-]?\d{3}[ .-]\d{3}[ .-]\d{4}"
    # After a digit and a blank, "000 - 400 000" and "050 - 100 000" go on with a range: "150 000 - 400 000".
    r"|(?!(?<=\d )0\d\d(?!\d))0(?!00\b)\d{1,5}[ /.-]{1,3}\d{2,8}(?:[ /.-]\d{1,4}){0,4}"
    r"|0[67]\d{8,9}"
    r"|\d{2}(?:[ .]\d{2}){4}"
    r"|[6-9]\d{2} \d{3} \d{3}"
    r")(?:\s?(?:x|ext\.?)\s?\d{1,5})?(?![\w-]|[.,/]\d)"
)
_NUMBER = r"[+(]?\d[\d ()./-]{6,18}\d"
# After these words bare digits are a phone number; after the weak ones only if a country has such numbers.
_ANNOUNCED = re.compile(
    r"(?i:\b(?:phone|tel|telephone|call|calling|called|mobile|cell|fax|text|sms|whatsapp|number is|reach\w*|contact\w*"
    r"|ring|dial|telefon|handy|t[ée]l[ée]phone|tel[ée]fono|desk|pager)\b)"
    rf"[^\d\n+(]{{0,24}}({_NUMBER})(?![\w-]|[.,]\d)|(?i:@[\w.-]+ (?:or|/) )({_NUMBER})(?![\w-]|[.,]\d)"
)
_HINTED = re.compile(rf"(?i:\b(?:on|at|or|under)\b) ({_NUMBER})(?![\w-]|[.,]\d)")
_EXTENSION = re.compile(
    rf"(?i)(?<![^\W_])(?:{'|'.join(sorted(listed('extensions')))})\b[.:]?\s?(?:no\b|nr\b|#)?[.:]?\s?-?(\d{{3,6}})(?![\w.,/-]\d|\w)"
)
_LEAST_DIGITS = 8
_MOST_DIGITS = 20
_LEAST_INTERNATIONAL = 10
_LEAST_NATIONAL = 9
_REGIONS = ("US", "GB", "DE", "FR", "ES", "IT", "PL", "NL", "UA", "IN", "AU")


def phone_numbers(text: str) -> Iterator[Finding]:
    """Yield phone numbers that are written as such: with a country code, brackets, or groups of digits."""
    for match in _CANDIDATE.finditer(text):
        value = match.group()
        digits = sum(letter.isdigit() for letter in value)
        if _LEAST_DIGITS <= digits <= _MOST_DIGITS and not _looks_like_date(value):
            # Nothing but a phone number has a country code, an area code in brackets or a zero in front.
            least = _LEAST_NATIONAL if value[0] == "0" else _LEAST_INTERNATIONAL
            score = 0.95 if value[0] in "+(0" and digits >= least else 0.8
            yield Finding(*_balanced(value, match.start()), "PHONE", score, "pattern")
    for pattern, check in ((_ANNOUNCED, False), (_HINTED, True)):
        for match in pattern.finditer(text):
            value = match.group(match.lastindex or 1)
            digits = sum(letter.isdigit() for letter in value)
            if not _LEAST_DIGITS <= digits <= _MOST_DIGITS or _looks_like_date(value):
                continue
            if not check or not value.isdigit() or _is_possible(value):
                yield Finding(*_balanced(value, match.start(match.lastindex or 1)), "PHONE", 0.75, "pattern")
    for match in _EXTENSION.finditer(text):
        yield Finding(*match.span(1), "PHONE", 0.8, "pattern")


def _balanced(value: str, start: int) -> tuple[int, int]:
    """Return the span of a number without a bracket whose other half stands outside."""
    opened, closed = value.count("("), value.count(")")
    return start + (value.startswith("(") and opened > closed), start + len(value) - (
        value.endswith(")") and closed > opened
    )


def _looks_like_date(value: str) -> bool:
    return bool(
        re.match(r"(?:19|20)\d\d[-./ ]\d\d?[-./ ]\d\d?\b|\d\d?([./-])\d\d?\1(?:(?:19|20)\d\d|\d\d)\b(?!\1)", value)
    )


def _is_possible(value: str) -> bool:
    """Whether bare digits have the length of a phone number somewhere."""
    import phonenumbers

    for region in _REGIONS:
        try:
            number = phonenumbers.parse(value, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return True
    return False
