"""Ages of 90 and more, which are so rare that they name people: "aged 92", "92 ans", "92 y/o", "92-letnia".

Only what a word makes an age is one: a bare number, a value with a unit, a range of a reference group stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from docmill.privacy.labels import label_words
from docmill.privacy.models import Finding
from docmill.privacy.values import Span
from docmill.privacy.vocabulary import phrases

# Not the end of another number, of a range or of a limit.
_BEGIN = r"(?<![\w.,/<>≤≥+-])(?<![\d<>=≤≥–-] )(?<!\d[–-])"
_OLD = r"(9\d|1[01]\d)"
# What belongs to a reference group: "aged 90-99", "90 years and over".
_NO_GROUP = (
    r"(?!\s?[-–+]\s?\d|\s?\+|[\w -]{0,14} (?:and|or|und|et|y|e|o|i|en|або) (?:over|older|above|more|up|alter|mehr"
    r"|plus|mas|piu|wiecej|starsi|ouder|starsze|більше))"
)
# What makes the number after a cue another measure: "age 92 months", "turned 95 %".
_NO_MEASURE = (
    r"(?![\w/]|[.,:]\d|\s?(?:%|°|[munkpµ]?(?:g|l|m|mol|iu|u)\b|mmhg\b|bpm\b|cm\b|kg\b|/|x\s?10|degrees"
    r"|months?\b|mos?\b|weeks?\b|wks?\b|days?\b|hours?\b|hrs?\b|min|monate|wochen|tage|stunden|mois|semaines|jours"
    r"|meses|semanas|dias|mesi|settimane|giorni|miesi|tygodni|dni|maanden|weken|dagen|місяц|тижн|дн))"
)
# "Lung age", "bone age": a result that is given in years.
_MEASURED_AGE = re.compile(r"(?:bone|lung|vascular|heart|brain|biological|metabolic|arterial|epigenetic) $")
_LINK = (
    r"(?:[\s/(\[]{0,3}(?:years|yrs?|y|jahre|ans|anos|anni|lata?|jaar|років|sex|gender|geschlecht|sexe|sexo|sesso|plec"
    r"|geslacht|стать|of|is|was|now|at|visit|collection|diagnosis|di|de|van|von)\b[)\]]?){0,3}"
)
# "<age>92", "<td>Age</td><td>92", '"age": 92', "Age | 92"; "age > 90" is a limit.
_GAP = r"(?:>|</\w{1,12}>\s?<\w{1,12}>|[\s:=|\"',;.*]{0,24})"
_NINETIES = (
    r"ninety(?:[- ](?:one|two|three|four|five|six|seven|eight|nine))?"
    r"|(?:(?:ein|zwei|drei|vier|funf|sechs|sieben|acht|neun)und)?neunzig"
    r"|quatre-vingt-dix(?:-\w{2,5})?|quatre-vingt-(?:onze|douze|treize|quatorze|quinze|seize)"
    r"|noventa(?: [ye] \w{2,6})?|novant\w{1,8}"
    r"|(?:(?:een|twee|drie|vier|vijf|zes|zeven|acht|negen)en)?negentig"
    r"|dziewiecdziesiat\w{0,3}(?: \w{3,8})?|дев.яносто(?: .{2,6})?"
)
_BESIDE = re.compile(rf"(?:, | / |\s?\(){_OLD}(?=[);]|[,.](?!\d)| /|\n|$)")
_CELL = re.compile(rf"[\s\"']*{_OLD}(?![\d.,-])")
# "92M with pain", "a 92F": not "98F with chills", a temperature.
_AFTER_SEX = r"(?=,? (?:with|who|presents|presented|presenting|admitted|seen|c/o|h/o|s/p|found)\b)"
_WITH_SEX = re.compile(
    rf"\b(?:[Aa]n?|is|pt|[Pp]atient|[Tt]his) {_OLD}(?=[MF](?![\w/]))|{_BEGIN}{_OLD}(?=M{_AFTER_SEX})"
    rf"|{_BEGIN}(9[0-3]|11\d)(?=F{_AFTER_SEX})"
)


def old_ages(text: str, folded: str) -> Iterator[Finding]:
    """Yield the numbers of ages above 89.

    Args:
        text: The normalised text.
        folded: The same, folded.
    """
    for match in _age_pattern().finditer(folded):
        if not _MEASURED_AGE.search(folded, max(0, match.start() - 16), match.start()):
            yield _finding(match)
    for match in _WITH_SEX.finditer(text):
        yield _finding(match)


def ages_beside(text: str, found: Iterable[Finding]) -> Iterator[Finding]:
    """Yield ages above 89 right behind the names among ``found``: "Jane Roe, 92, was seen", "ROE / 92 / bed 6"."""
    for item in found:
        match = _BESIDE.match(text, item.end) if item.type == "PERSON" else None
        if match:
            yield _finding(match)


def ages_below(header: str, text: str, span: Span) -> Iterator[Finding]:
    """Yield the age above 89 with which a cell of a table begins, if its header is that of ages."""
    match = _CELL.match(text, *span)
    if match and not frozenset(phrases("age_cues")).isdisjoint(label_words(header)):
        yield _finding(match)


def _finding(match: re.Match[str]) -> Finding:
    return Finding(*match.span(match.lastindex or 0), "AGE", 0.9, "pattern")


@cache
def _age_pattern() -> re.Pattern[str]:
    units, occasions, cues = map(_alternatives, ("age_units", "age_occasions", "age_cues"))
    return re.compile(
        rf"{_BEGIN}{_OLD}(?={_NO_GROUP}[ -]?(?:{units})(?![^\W_]))"
        rf"|{_BEGIN}{_OLD}(?=(?:st|nd|rd|th|er?|eme|ste|de|[º°ª.])?[ -]?(?:{occasions})(?![^\W_]))"
        rf"|{_BEGIN}{_OLD}(?=/(?:m|f|w|k|h|v|ч|ж|male|female)(?![\w/]))"
        rf"|(?<![\w/])[mfwkhv]/{_OLD}(?![\w/]|[.,]\d)"
        # Behind the year of a birth: "03/27/1933 (91)".
        rf"|(?<!\d)19[0-4]\d \({_OLD}\)"
        rf"|(?<![^\W_])(?:{cues}){_LINK}{_GAP}(?<![\d.,-]){_OLD}{_NO_GROUP}{_NO_MEASURE}"
        rf"|(?<![^\W_])({_NINETIES})(?=[ -]?(?:{units})(?![^\W_]))"
    )


def _alternatives(name: str) -> str:
    return "|".join(re.escape(phrase).replace(r"\ ", "[ -]") for phrase in sorted(phrases(name), key=len, reverse=True))
