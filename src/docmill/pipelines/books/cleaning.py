"""Publishers, genres, languages and dates, written one way."""

from __future__ import annotations

import datetime
import re

from docmill.pipelines.books.models import PublishedDate

UNKNOWN_PUBLISHER = "Unknown Publisher"
MOST_GENRES = 10
_LONGEST_GENRE = 100

_LEGAL_FORM = re.compile(
    r"[\s,]+(?:inc|incorporated|ltd|limited|llc|llp|plc|corp|corporation|co|company|gmbh|ag|kg|s\.?\s?a|s\.?a\.?s"
    r"|s\.?r\.?l|b\.?v|n\.?v|pty)\.?$",
    re.IGNORECASE,
)
_NO_GENRE = re.compile(
    r"^\d|[:=]|accessible book|protected daisy|in library|large type|overdrive|internet archive", re.IGNORECASE
)
_FULL_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_WRITTEN_FORMS = ("%b %d, %Y", "%B %d, %Y", "%d %B %Y", "%d %b %Y", "%m/%d/%Y")
_WRITTEN_MONTHS = ("%B %Y", "%b %Y", "%B, %Y", "%b, %Y")
_EARLIEST_YEAR = 1000

# ISO 639-2, in both of its forms where it has two, to ISO 639-1.
_LANGUAGES: dict[str, str] = dict(
    re.findall(
        r"(\w+):(\w+)",
        """
        ara:ar bul:bg cat:ca ces:cs cze:cs cym:cy wel:cy dan:da deu:de ger:de ell:el gre:el eng:en est:et eus:eu baq:eu
        fas:fa per:fa fin:fi fra:fr fre:fr gle:ga heb:he hin:hi hrv:hr hun:hu ind:id isl:is ice:is ita:it jpn:ja kor:ko
        lat:la lav:lv lit:lt nld:nl dut:nl nor:no pol:pl por:pt ron:ro rum:ro rus:ru slk:sk slo:sk slv:sl spa:es srp:sr
        swe:sv tam:ta tha:th tur:tr ukr:uk urd:ur vie:vi zho:zh chi:zh
        """,
    )
)


def clean_publisher(name: str | None) -> str | None:
    """Return a publisher without its legal form, and not in capitals throughout; None where there is none."""
    text = " ".join((name or "").split()).strip(" ,;.")
    while (shorter := _LEGAL_FORM.sub("", text).strip(" ,;&")) not in (text, ""):
        text = shorter
    return (text.title() if text.isupper() or text.islower() else text) or None


def clean_genres(names: list[str]) -> list[str]:
    """Return genres in lower case, each once, without ``fiction / `` and without what is no genre."""
    found: dict[str, None] = {}
    for name in names:
        genre = " ".join(name.lower().split()).removeprefix("fiction / ").strip(" /.,")
        if genre and len(genre) <= _LONGEST_GENRE and not _NO_GENRE.search(genre):
            found[genre] = None
    return list(found)[:MOST_GENRES]


def clean_language(code: str | None) -> str | None:
    """Return a language as ISO 639-1 where that has it, else as it came; None where it is no code."""
    base = (code or "").lower().replace("_", "-").split("-")[0]
    if not re.fullmatch(r"[a-z]{2,3}", base) or base == "und":
        return None
    return _LANGUAGES.get(base, base)


def read_date(text: str | None) -> PublishedDate | None:
    """Return a date of any of three precisions; None where it is no date."""
    text = " ".join((text or "").split())
    if match := _FULL_DATE.fullmatch(text):
        year, month, day = match.groups()
        return _date(int(year), int(month) if month else None, int(day) if day else None)
    for form in _WRITTEN_FORMS:
        if found := _parse(text, form):
            return _date(found.year, found.month, found.day)
    for form in _WRITTEN_MONTHS:
        if found := _parse(text, form):
            return _date(found.year, found.month, None)
    return None


def _parse(text: str, form: str) -> datetime.date | None:
    try:
        return datetime.datetime.strptime(text, form).date()
    except ValueError:
        return None


def _date(year: int, month: int | None, day: int | None) -> PublishedDate | None:
    if year < _EARLIEST_YEAR:
        return None
    try:
        date = datetime.date(year, month or 1, day or 1)
    except ValueError:
        return None
    return PublishedDate(date=date, precision="day" if day else "month" if month else "year")
