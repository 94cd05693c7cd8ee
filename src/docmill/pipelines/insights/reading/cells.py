"""What the text of a cell can be: nothing, a truth value, a number, a date.

The rules are those of ``docs/adr/0082-types-of-columns.md``. They are written twice, as patterns for the sample on
which a column's type is decided and as SQL for all rows; a property test holds the two together.
"""

from __future__ import annotations

import re
from functools import cache

# As pandas reads them, and what spreadsheets print for nothing or for a formula that failed.
MISSING = frozenset(
    {
        *("", "NA", "N/A", "n/a", "#N/A", "#N/A N/A", "<NA>", "NaN", "nan", "-NaN", "-nan", "NULL", "null", "None"),
        *("-", "--", "–", "—", "?", "#NA", "#DIV/0!", "#REF!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!"),
        # No figure can hold them.
        *("inf", "-inf", "+inf", "Inf", "-Inf", "INF", "-INF", "Infinity", "-Infinity", "infinity", "-infinity"),
    }
)
TRUE = frozenset({"true", "yes", "y", "t", "on", "ja", "oui", "sí", "si", "wahr", "vrai"})
FALSE = frozenset({"false", "no", "n", "f", "off", "nein", "non", "falsch", "faux"})

# One that begins like another comes before it.
CURRENCIES = (
    *("US$", "A$", "C$", "R$", "$", "€", "£", "¥", "₹", "₩", "₽", "₺", "₴", "zł", "Kč", "kr", "грн"),
    *(
        "USD",
        "EUR",
        "GBP",
        "CHF",
        "JPY",
        "INR",
        "AUD",
        "BRL",
        "CAD",
        "CNY",
        "CZK",
        "DKK",
        "HUF",
        "NOK",
        "PLN",
        "SEK",
        "UAH",
    ),
)
_UNIT = "|".join(map(re.escape, ("%", *CURRENCIES)))
_LEADING = rf"[ \t]*(?:{_UNIT})?[ \t]*"
_TRAILING = rf"[ \t]*(?:{_UNIT})?[ \t]*"
_GROUPS = {".": r"\d{1,3}(?:[,'’ \x{00A0}\x{202F}]\d{3})+", ",": r"\d{1,3}(?:[.'’ \x{00A0}\x{202F}]\d{3})+"}
_EXPONENT = r"(?:[eE][+-]?\d{1,3})?"
GROUP_MARKS = {".": ",'’ \u00a0\u202f", ",": ".'’ \u00a0\u202f"}


# The minus of typesetters, and the dash that stands for it.
MINUS = r"\x{2212}\x{2013}"


def number_pattern(decimal: str) -> str:
    """Return the pattern of a whole cell with a number, in the syntax that RE2 and Python share.

    Thousands separators, a unit before or behind, and brackets or a minus behind for less than nothing are allowed.
    """
    mark = re.escape(decimal)
    minus = rf"[{MINUS}-]"
    digits = rf"(?:{_GROUPS[decimal]}|\d+)(?:{mark}\d*)?{_EXPONENT}|{mark}\d+{_EXPONENT}"
    return (
        rf"{_LEADING}(?:\+|{minus})?{_LEADING}(?:{digits}){_TRAILING}|{_LEADING}(?:{digits})-{_TRAILING}"
        rf"|{_LEADING}\({_LEADING}(?:{digits}){_TRAILING}\){_TRAILING}"
    )


def python_pattern(pattern: str) -> re.Pattern[str]:
    """Return a pattern of RE2's syntax as one of Python."""
    return re.compile(re.sub(r"\\x\{([0-9A-F]{4})\}", lambda match: chr(int(match[1], 16)), pattern), re.ASCII)


NUMBER = {mark: python_pattern(number_pattern(mark)) for mark in ".,"}
PLAIN_NUMBER = re.compile(r"[ \t]*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?[ \t]*", re.ASCII)
WHOLE_NUMBER = re.compile(r"[ \t]*[+-]?\d+[ \t]*", re.ASCII)
LEADING_ZERO = re.compile(r"[ \t]*[+-]?0\d+[ \t]*", re.ASCII)
LONGEST_WHOLE_NUMBER = 18
UNIT = re.compile(_UNIT)

_TIME = r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)"
ISO_DATE = re.compile(rf"[ \t]*\d{{4}}[-/]\d{{1,2}}[-/]\d{{1,2}}{_TIME}?[ \t]*", re.ASCII)
ZONED_DATE = re.compile(
    rf"[ \t]*\d{{4}}-\d{{2}}-\d{{2}}{_TIME}[ \t]?(?:Z|UTC|[+-]\d{{2}}(?::?\d{{2}})?)[ \t]*", re.ASCII
)
NUMBERED_DATE = re.compile(r"[ \t]*(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?:,?[T ](.+?))?[ \t]*", re.ASCII)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
_FULL_MONTH = r"(?:january|february|march|april|may|june|july|august|september|october|november|december)"
_YEAR = r"(?P<year>1[5-9]\d\d|2[01]\d\d)"
_MONTH_NUMBER = r"(?P<month>0[1-9]|1[0-2])"
# Digits alone that may stand for a date, by the form in which they are read then.
DIGIT_DATES = {
    "%Y%m%d": re.compile(rf"{_YEAR}{_MONTH_NUMBER}(?P<day>0[1-9]|[12]\d|3[01])", re.ASCII),
    "%Y%m%d%H%M%S": re.compile(
        rf"{_YEAR}{_MONTH_NUMBER}(?P<day>0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])[0-5]\d[0-5]\d", re.ASCII
    ),
    "%Y%m": re.compile(rf"{_YEAR}{_MONTH_NUMBER}", re.ASCII),
}
# Most texts are none, which one pattern tells at less cost than all of them.
BEGINNING_OF_WRITTEN_DATE = re.compile(rf"\d|Q[1-4]|{_MONTH}", re.IGNORECASE | re.ASCII)
# Two years, or a year and a month.
SEASON = re.compile(r"\d\d(\d\d)-(\d\d)", re.ASCII)
# Quarters and weeks are no forms of ``strptime``; weeks are those of ISO 8601.
QUARTERS = rf"{_YEAR}[-/: ]?Q[1-4]|Q[1-4][-/: ]?{_YEAR}".replace("?P<year>", "?:")
WEEKS = rf"{_YEAR}-?W(?:0[1-9]|[1-4]\d|5[0-3])(?:-?[1-7])?".replace("?P<year>", "?:")


@cache
def written_dates() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return patterns of written dates and the forms in which they are read; the longer names of months come last."""
    return (
        *(
            (re.compile(pattern, re.IGNORECASE | re.ASCII), form)
            for pattern, form in (
                (rf"{_YEAR}-{_MONTH_NUMBER}", "%Y-%m"),
                (rf"{_YEAR}/{_MONTH_NUMBER}", "%Y/%m"),
                (rf"{_MONTH_NUMBER}/{_YEAR}", "%m/%Y"),
                (rf"{_YEAR}M{_MONTH_NUMBER}", "%YM%m"),
                (rf"{DIGIT_DATES['%Y%m%d'].pattern}T\d{{6}}", "%Y%m%dT%H%M%S"),
                (QUARTERS, "quarter"),
                (WEEKS, "week"),
            )
        ),
        *(
            (re.compile(pattern, re.IGNORECASE | re.ASCII), form)
            for months, name in ((_MONTH, "%b"), (_FULL_MONTH, "%B"))
            for pattern, form in (
                (rf"\d{{1,2}} {months} \d{{4}}", f"%d {name} %Y"),
                (rf"\d{{1,2}}-{months}-\d{{4}}", f"%d-{name}-%Y"),
                (rf"\d{{1,2}}-{months}-\d{{2}}", f"%d-{name}-%y"),
                (rf"{months} \d{{1,2}}, \d{{4}}", f"{name} %d, %Y"),
                (rf"{months}-\d{{1,2}}-\d{{4}}", f"{name}-%d-%Y"),
                (rf"{months} \d{{1,2}} \d{{4}}", f"{name} %d %Y"),
                (rf"{months} \d{{4}}", f"{name} %Y"),
                (rf"{months}-\d{{4}}", f"{name}-%Y"),
                (rf"\d{{4}} {months}", f"%Y {name}"),
                (rf"\d{{4}}-{months}", f"%Y-{name}"),
                (rf"{months}-\d{{2}}", f"{name}-%y"),
            )
        ),
    )


TIMES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\d{1,2}:\d{2}", re.ASCII), "%H:%M"),
    (re.compile(r"\d{1,2}:\d{2}:\d{2}", re.ASCII), "%H:%M:%S"),
    (re.compile(r"\d{1,2}:\d{2}:\d{2}\.\d{1,6}", re.ASCII), "%H:%M:%S.%f"),
    (re.compile(r"\d{1,2}:\d{2} ?[ap]m", re.ASCII | re.IGNORECASE), "%I:%M %p"),
    (re.compile(r"\d{1,2}:\d{2}:\d{2} ?[ap]m", re.ASCII | re.IGNORECASE), "%I:%M:%S %p"),
)


def is_missing(text: str | None) -> bool:
    """Whether a cell holds nothing, or a mark for nothing."""
    return text is None or text.strip(" ") in MISSING
