"""Moving the dates of a document by one offset, in the form in which each is written."""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Iterable

from docmill.privacy.dates import month_like, parse_date

_LEAST_DAYS = 30
_MOST_DAYS = 330


def random_offset() -> datetime.timedelta:
    """Return an offset of one to eleven months, back or forth; one is used for a whole document."""
    days = _LEAST_DAYS + secrets.randbelow(_MOST_DAYS - _LEAST_DAYS)
    return datetime.timedelta(days=days if secrets.randbelow(2) else -days)


def shift_date(text: str, offset: datetime.timedelta, *, month_first: bool) -> str | None:
    """Return a date moved by ``offset``, written as it was.

    Args:
        text: The date as it is written.
        offset: How far it is moved.
        month_first: How ``03/04/2020`` is read.

    Returns:
        None where the date cannot be read.
    """
    read = parse_date(text, month_first=month_first)
    if read is None:
        return None
    moved = read.value + offset
    padded = all(end - start > 1 for part, start, end in read.parts if part != "y")
    pieces: list[str] = []
    position = 0
    for part, start, end in read.parts:
        pieces += (text[position:start], _written(text[start:end], part, moved, padded))
        position = end
    pieces.append(text[position:])
    return "".join(pieces)


def _written(old: str, part: str, moved: datetime.date, padded: bool) -> str:
    if part == "y":
        return f"{moved.year % 10 ** len(old):0{len(old)}d}"
    if not old.isdigit():
        return month_like(old, moved.month)
    return f"{moved.day if part == 'd' else moved.month:0{2 if padded else 1}d}"


def is_month_first(dates: Iterable[str]) -> bool:
    """Whether the numeric dates of a document are written month first: one of them has a second part above 12."""
    for text in dates:
        read = parse_date(text)
        if read and read.parts[0][0] == "m" and text[read.parts[0][1] : read.parts[0][2]].isdigit():
            return True
    return False
