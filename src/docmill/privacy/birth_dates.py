"""Dates, and which of them are birth dates: by a label, by the sex or the name printed beside it, or by its age."""

from __future__ import annotations

import datetime
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from docmill.privacy.dates import compact_date_pattern, date_pattern, is_plausible, parse_date
from docmill.privacy.fields import Label
from docmill.privacy.labels import OTHER, alternation, listed_labels
from docmill.privacy.models import Finding
from docmill.privacy.text import fold
from docmill.privacy.values import Span

_LOOK_BACK = 48
_YEARS_BEFORE = 14
_SEX = "m|f|w|h|k|ч|ж|male|female|mannlich|weiblich|masculin|feminin|homme|femme|hombre|mujer|uomo|donna|man|vrouw"
_AGE = r"(?:\(?\d{1,3} ?(?:y|yrs?|years?|jahre|ans|anni|anos|lat|jaar)?\)?[\s|,;/()-]{1,4})?"
_DAYS_OF_A_YEAR = 365
_LONGEST_LINK = 4
_STAFF = re.compile(
    r"\b(?:by|to|durch|von|an|par|por|da|przez|door|dr|doctor|doctora|arzt|arztin|medecin|docteur|medico|medica|lekarz|arts"
    r"|лікар|valid\w*|sign\w*|verif\w*|provider|physician|clinician|consultant|prescri\w*|director|firma\w*|gez)\b"
)
_SEX_BEFORE = re.compile(rf"(?<![^\W_])(?:{_SEX})[\s|,;/()-]{{1,6}}$")
_SEX_AFTER = re.compile(rf"[\s|,;/()-]{{1,4}}{_AGE}(?:m|f|w|male|female)(?![^\W_])")
_GAP = re.compile(r"[ ,;|(\[*\t–-]{1,5}$")
# A line, a cell or a list begins, or words that lead to a patient.
_NAME_BEGINS = re.compile(
    r"(?:^|[\n|;\t]|\s\s)[ *•#\"'(-]*(?:\d{1,3}[.)] )?$"
    r"|\b(?:of|for|about|is|re:?|regarding|patient|pt|child|baby|boy|girl|infant|son|daughter|at) $",
    re.IGNORECASE,
)
# More than a time: "Emma Li, 03.05.2019, Hb 12.1".
_GOES_ON = re.compile(r"[)\]]?[ ,;:|\t–-]{1,5}(?!\d{1,2}[:h.]\d\d\b)[^\W_]")
# "12.05.1956 р.н.", "ur. 1956 r."
_YEAR_OF_BIRTH = re.compile(r"\s?(?:р\.\s?н\.|р\. народження|року народження|rocznik)")
_STAR = re.compile(r"(?:^|[\s,(])(?:\*|b\.)\s?$")
# Reports that are read by machines are younger than this; a lone date that is much older is somebody's birth.
_RECENT = datetime.date(2018, 1, 1)


def date_findings(folded: str, labels: list[Label], fields: Sequence[Finding] = ()) -> list[Finding]:
    """Return all dates of a text; those of a birth have the type ``DATE_OF_BIRTH``.

    Args:
        folded: The normalised text, folded.
        labels: The labels in it: a date that another label announces is not judged by its age.
        fields: What labels announced: a date right after the patient's name is that of the birth.
    """
    matches = [*date_pattern().finditer(folded), *compact_date_pattern().finditer(folded)]
    days = {match.start(): parse_date(match.group()) for match in matches}
    known = [day.value for day in days.values() if day and is_plausible(day.value)]
    newest = max([*known, _RECENT])
    named = {field.end for field in fields if field.type == "PERSON" and not _is_staff(folded, field, labels)}
    announced = {label.end for label in labels if label.kind == OTHER}
    findings = []
    for match in matches:
        day = days[match.start()]
        before = folded[max(0, match.start() - _LOOK_BACK) : match.start()]
        stamped = match.group().isdigit()
        birth = bool(_birth_label().search(before) or _STAR.search(before) or _YEAR_OF_BIRTH.match(folded, match.end()))
        if not birth and day and not announced & set(range(match.start() - 2, match.start() + 1)):
            birth = (not stamped and _is_beside_sex(folded, match)) or _is_old(day.value, newest)
            birth = birth or (_is_after(folded, match.start(), named) and _is_earlier(day.value, newest, known))
        kind, score = ("DATE_OF_BIRTH", 0.95) if birth else ("DATE", 0.85)
        findings.append(Finding(*match.span(), kind, score, "pattern"))
    return findings


@cache
def _birth_label() -> re.Pattern[str]:
    labels = alternation(listed_labels("DATE_OF_BIRTH"))
    place = r"(?:(?:a|in|à|en|w|te) [^\d\n]{2,30} )?"
    link = r"(?:(?:is|was|as|on|am|le|il|el|op|dnia|the|of)\s{1,2}){0,3}"
    return re.compile(rf"(?<![^\W_]){labels}[\s.:)(*=\"'|_-]{{0,12}}{place}{link}[\"'(]?$")


def _is_beside_sex(folded: str, match: re.Match[str]) -> bool:
    """Whether the person's sex stands before or after the date ("COLLINS | F | 1998-06-05")."""
    return bool(
        _SEX_BEFORE.search(folded, max(0, match.start() - 16), match.start()) or _SEX_AFTER.match(folded, match.end())
    )


def _is_staff(folded: str, field: Finding, labels: list[Label]) -> bool:
    """Whether the label before a name tells of somebody who signs or orders."""
    place = bisect_right(labels, field.start, key=lambda label: label.end)
    return place == 0 or bool(_STAFF.search(folded, labels[place - 1].start, field.start))


def _is_after(folded: str, start: int, ends: set[int]) -> bool:
    """Whether nothing but a comma, a bracket or a star stands between the end of a name and a date."""
    return any(end in ends and not folded[end:start].strip(" ,(*-") for end in range(start - _LONGEST_LINK, start))


def _is_earlier(day: datetime.date, newest: datetime.date, known: list[datetime.date]) -> bool:
    """Whether a date is the only one, or more than a year before the newest."""
    return len(known) == 1 or (newest - day).days > _DAYS_OF_A_YEAR


def with_births_beside_people(text: str, found: Sequence[Finding]) -> list[Finding]:
    """Return the findings; a date right behind the name of a patient is that of the birth.

    A name is a patient's if it begins a line or a cell, or if a question is about it. A day on which something was
    done stands there, too, so a date is that of a birth only if it is more than a year before all dates that stand
    elsewhere; where there are none, if the line goes on behind it, and each of several people has one date of their
    own, years apart.

    Args:
        text: The normalised text.
        found: What was found so far; names that no label announced are among it.
    """
    starts: dict[int, int] = {}
    for item in found:
        if item.type == "PERSON":
            starts[item.end] = min(item.start, starts.get(item.end, item.start))
    dates = {(item.start, item.end) for item in found if item.type == "DATE"}
    dates -= {(item.start, item.end) for item in found if item.type == "DATE_OF_BIRTH"}
    names = {span: name for span in sorted(dates) if (name := _name_before(text, span[0], starts))}
    if not names:
        return list(found)
    days = {span: day.value for span in dates if (day := parse_date(text[slice(*span)])) and is_plausible(day.value)}
    beside = {span: (fold(text[slice(*name)]), days[span]) for span, name in names.items() if span in days}
    others = [day for span, day in days.items() if span not in names]
    births = frozenset(_births(text, beside, others))
    return [
        item._replace(type="DATE_OF_BIRTH", score=0.9) if (item.start, item.end) in births else item for item in found
    ]


def _name_before(text: str, start: int, starts: Mapping[int, int]) -> Span | None:
    """Return the name right before a date, unless somebody signs, or the name is in the middle of a sentence."""
    gap = _GAP.search(text, max(0, start - _LONGEST_LINK - 1), start)
    if gap is None or gap.start() not in starts:
        return None
    first = starts[gap.start()]
    before = text[max(0, first - _LOOK_BACK) : first]
    if not _NAME_BEGINS.search(before) or _STAFF.search(fold(before)):
        return None
    return first, gap.start()


def _births(
    text: str, beside: Mapping[Span, tuple[str, datetime.date]], others: Sequence[datetime.date]
) -> Iterator[Span]:
    if others:
        yield from (span for span, (_, day) in beside.items() if (min(others) - day).days > _DAYS_OF_A_YEAR)
        return
    days = {day for _, day in beside.values()}
    names = {name for name, _ in beside.values()}
    if len(beside) > 1 and (
        not len(days) == len(names) == len(beside) or (max(days) - min(days)).days <= _DAYS_OF_A_YEAR
    ):
        return
    yield from (span for span in beside if _GOES_ON.match(text, span[1]))


def _is_old(day: datetime.date, newest: datetime.date) -> bool:
    """Whether a date is so long before the others that it is somebody's birth."""
    return is_plausible(day) and (newest - day).days > _YEARS_BEFORE * 365
