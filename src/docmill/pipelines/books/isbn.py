"""ISBNs: checked by their check digit and written as 13 digits."""

from __future__ import annotations

import re

_SPREADSHEET_NUMBER = re.compile(r"\d[.,]\d+E\+?\d+", re.IGNORECASE)
# What stands around the number: its name, the formula that keeps a spreadsheet from rounding it, and its decimal.
_AROUND = re.compile(r"^(?:\s|[='\"]|ISBN(?:[- ]?1[03])?\b|:)+|\.0$|[\s\"]+$", re.IGNORECASE)
_MUSIC_PREFIX = "9790"  # printed music (ISMN) shares the prefix 979 and the check digit


def normalise_isbn(text: str) -> str:
    """Return an ISBN-10 or ISBN-13 as 13 digits.

    Raises:
        ValueError: It is no ISBN; the message says why.
    """
    from stdnum import isbn
    from stdnum.exceptions import InvalidChecksum, ValidationError

    if _SPREADSHEET_NUMBER.fullmatch(text.strip()):
        raise ValueError("the ISBN was turned into a rounded number by a spreadsheet; format the column as text")
    try:
        number: str = isbn.to_isbn13(isbn.validate(_AROUND.sub("", text))).replace("-", "")
    except InvalidChecksum:
        raise ValueError("the check digit of the ISBN is wrong") from None
    except ValidationError:
        raise ValueError("the ISBN does not have 10 or 13 digits") from None
    if number.startswith(_MUSIC_PREFIX):
        raise ValueError("the number is an ISMN (printed music), not an ISBN")
    return number


def valid_isbns(texts: list[str]) -> list[str]:
    """Return those of the texts that are ISBNs, as 13 digits, in order and once each."""
    found: dict[str, None] = {}
    for text in texts:
        try:
            found[normalise_isbn(text)] = None
        except ValueError:
            continue
    return list(found)
