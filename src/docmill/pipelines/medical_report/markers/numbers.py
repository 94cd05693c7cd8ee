"""Numbers as laboratories print them: decimal comma or point, and groups of thousands in five styles."""

from __future__ import annotations

import re
from collections.abc import Iterable

# Groups parted by a plain blank are read only where the caller knows that both parts are one number.
NUMBER = (
    r"(?:\d{1,3}(?:[\u00a0\u2009\u202f'’]\d{3})+(?:[.,]\d+)?"
    r"|\d{1,2}(?:,\d{2})+,\d{3}(?:\.\d+)?"
    r"|\d+(?:[.,]\d+)*"
    r"|[.,]\d+)"
)
# A scan may tear the decimals off: "0 ,92".
TORN_NUMBER = r"(?:\d{1,3} [.,]\d{1,2}(?![\d.,]))"
SPACED_NUMBER = r"(?:\d{1,3}(?: \d{3})+(?:[.,]\d+)?)"

_COMMA_VOTE = re.compile(r"(?<![\d.,])(?!1,73)(?:\d+,\d{1,2}|0,\d+)(?![\d,./])")
_POINT_VOTE = re.compile(r"(?<![\d.,/-])(?!1\.73)(?:\d+\.\d{1,2}|0\.\d+)(?![\d.,/-]\d|\d)")
_GROUPS = re.compile(r"[\s\u00a0\u2009\u202f'’]")
_THOUSANDS = re.compile(r"[1-9]\d{0,2}([.,])\d{3}")


def has_decimal_comma(texts: Iterable[str]) -> bool:
    """Return whether a document writes decimals with a comma, by the vote of all its numbers."""
    commas = points = 0
    for text in texts:
        commas += len(_COMMA_VOTE.findall(text))
        points += len(_POINT_VOTE.findall(text))
    return commas > points


def parse_number(text: str, decimal_comma: bool) -> float | None:
    """Return the number that a text stands for, or None when it is none.

    Args:
        text: The printed number, for example ``1 234,5``, ``2,50,000`` or ``.5``.
        decimal_comma: How the document writes decimals; decides ``1,234`` and ``1.234``.
    """
    digits = _GROUPS.sub("", text)
    mark = _decimal_mark(digits, decimal_comma)
    for other in ",.":
        if other != mark:
            digits = digits.replace(other, "")
    try:
        return float(digits.replace(",", ".")) if digits else None
    except ValueError:
        return None


def _decimal_mark(digits: str, decimal_comma: bool) -> str | None:
    commas, points = digits.count(","), digits.count(".")
    if commas and points:
        return "," if digits.rfind(",") > digits.rfind(".") else "."
    if commas > 1 or points > 1:
        return None
    if not commas and not points:
        return None
    mark = "," if commas else "."
    if _THOUSANDS.fullmatch(digits) and decimal_comma != (mark == ","):
        return None
    return mark
