"""Phone numbers without a label, told apart from ranges and counts by ``phonenumbers`` and their surroundings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from docmill.privacy.models import Finding

_CANDIDATE = re.compile(
    r"(?<![\w.,/+-])(?:"
    r"(?:\+|00)[1-9]\d{0,2}(?:[ ./-]?\(?0?\)?)?(?:[ ./-]?\(?\d{1,5}\)?){2,6}"
    r"|\(\d{2,5}\)[ ./-]{0,2}\d{2,4}(?:[ ./-]?\d{2,5}){1,3}"
    r"|1?[ .-]?\d{3}[ .-]\d{3}[ .-]\d{4}"
    r"|0\d{1,5}[ /.-]{1,3}\d{2,8}(?:[ /.-]\d{1,4}){0,4}"
    r"|0[67]\d{8,9}"
    r"|\d{2}(?:[ .]\d{2}){4}"
    r"|[6-9]\d{2} \d{3} \d{3}"
    r")(?:\s?(?:x|ext\.?)\s?\d{1,5})?(?![\w-]|[.,/]\d)"
)
_BARE = re.compile(
    r"(?i:\b(?:phone|tel|telephone|call|calling|called|mobile|cell|fax|text|sms|whatsapp|number is|reach\w*|contact\w*|ring|dial|telefon|handy"
    r"|tél|téléphone|teléfono|telefono|desk|on|at)\b)[^\d\n+(]{0,24}([+(]?\d[\d ()./-]{6,18}\d)(?![\w-]|[.,]\d)"
)
_LEAST_DIGITS = 8
_MOST_DIGITS = 15
_REGIONS = ("US", "GB", "DE", "FR", "ES", "IT", "PL", "NL", "UA", "IN", "AU")


def phone_numbers(text: str) -> Iterator[Finding]:
    """Yield phone numbers that are written as such: with a country code, brackets, or groups of digits."""
    for match in _CANDIDATE.finditer(text):
        value = match.group()
        digits = sum(letter.isdigit() for letter in value)
        if _LEAST_DIGITS <= digits <= _MOST_DIGITS and not _looks_like_date(value):
            # A bracket that opens outside of the number does not belong to it.
            surplus = value.endswith(")") and value.count(")") > value.count("(")
            yield Finding(match.start(), match.end() - surplus, "PHONE", 0.8, "pattern")
    for match in _BARE.finditer(text):
        value = match.group(1)
        digits = sum(letter.isdigit() for letter in value)
        if (
            _LEAST_DIGITS <= digits <= _MOST_DIGITS
            and not _looks_like_date(value)
            and (digits != len(value) or _is_possible(value))
        ):
            yield Finding(*match.span(1), "PHONE", 0.75, "pattern")


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
