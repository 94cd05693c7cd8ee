"""What a report says about itself: its language, its title, its date, and whose it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from docmill.documents.models import PageText
from docmill.pipelines.medical_report.markers.codes import analyte_of, names_by_language
from docmill.pipelines.medical_report.markers.dates import date_order, find_dates, is_ambiguous, to_iso
from docmill.pipelines.medical_report.markers.names import is_prose
from docmill.pipelines.medical_report.markers.numbers import has_decimal_comma
from docmill.pipelines.medical_report.markers.words import (
    LANGUAGES,
    common_words,
    tokens_of,
    vocabulary,
    words_by_language,
)
from docmill.pipelines.medical_report.models import Marker, Person

LONGEST_TITLE = 50
DEFAULT_TITLE = "Laboratory report"

_CELLS = re.compile(r"\s{2,}|\t|\|")
_PLACEHOLDER = re.compile(r"\[(PERSON|DATE_OF_BIRTH)_\d+\]")
_ANY_PLACEHOLDER = re.compile(r"\[[A-Z_]+_\d+\]")
_MOST_DIGITS = re.compile(r"\d{3}")
_PATIENT_WORDS = frozenset(
    {"patient", "name", "patientin", "patiente", "nom", "paciente", "nombre", "paziente", "nome", "pacjent", "naam"}
)
_TITLE_LINES = 25
_LEAST_VOTES = 2.0
_LEAST_LEAD = 1.15
_RANKS = {"collected": 0, "received": 1, "reported": 2}


def language_of(pages: Iterable[PageText]) -> str | None:
    """Return the language of a report as ISO 639-1, by a vote of its words; None where they do not tell.

    A word that several languages have gives each of them its share.
    """
    votes: dict[str, float] = dict.fromkeys(LANGUAGES, 0.0)
    groups = [common_words(), words_by_language("header"), words_by_language("label"), names_by_language()]
    for word in {token.word for page in pages for token in tokens_of(page.text)}:
        if len(word) < 2 or word.isdigit():
            continue
        for words in groups:
            having = [language for language in LANGUAGES if word in words[language]]
            for language in having:
                votes[language] += 1 / len(having)
    best, second = sorted(votes, key=lambda language: -votes[language])[:2]
    if votes[best] < max(_LEAST_VOTES, _LEAST_LEAD * votes[second]):
        return None
    return best


def title_of(pages: Sequence[PageText]) -> str:
    """Return the title of a report, at most 50 characters: its own heading, or the heading of its first section."""
    cells = [cell for page in pages[:1] for cell in _headings(page.text)]
    for topic in ("title", "panel"):
        for cell in cells:
            if vocabulary(topic).all_in(tokens_of(cell)):
                return _shortened(cell)
    return DEFAULT_TITLE


def _headings(text: str) -> Iterator[str]:
    """Yield the cells of the first lines that can be headings."""
    lines = [line for line in text.splitlines() if line.strip()]
    for line in lines[:_TITLE_LINES]:
        for cell in _CELLS.split(line.strip()):
            plain = _before_labels(cell).strip(" :-–—·*#|")
            if plain and _is_heading(plain):
                yield plain


def _is_heading(text: str) -> bool:
    if ":" in text or text.endswith(".") or _MOST_DIGITS.search(text):
        return False
    return analyte_of(text) is None and not is_prose(text)


def _before_labels(cell: str) -> str:
    """Return what stands before a placeholder, or before a label of the patient's data."""
    found = _ANY_PLACEHOLDER.search(cell)
    plain = cell[: found.start()] if found else cell
    for phrase in vocabulary("label").all_in(tokens_of(plain)):
        if phrase.start > 0 and plain[phrase.start : phrase.end].casefold() in _PATIENT_WORDS:
            return plain[: phrase.start]
    return plain


def _shortened(text: str) -> str:
    if len(text) <= LONGEST_TITLE:
        return text
    return text[: LONGEST_TITLE + 1].rsplit(" ", 1)[0][:LONGEST_TITLE]


def date_of(pages: Sequence[PageText], markers: Sequence[Marker], further_dates: Sequence[str] = ()) -> str | None:
    """Return the date of a report as ISO 8601: when the sample was taken, else received, else reported."""
    texts = [page.text for page in pages]
    order = _order(texts, further_dates)
    best: tuple[int, str] | None = None
    for text in texts:
        for line in text.splitlines():
            for rank, iso in _dated(line, order):
                if best is None or rank < best[0]:
                    best = rank, iso
    if best:
        return best[1]
    return max((marker.observed_at for marker in markers if marker.observed_at), default=None)


def _dated(line: str, order: str | None) -> Iterator[tuple[int, str]]:
    """Yield the dates of a line that a label announces, with the rank of the label."""
    found = find_dates(line)
    if not found:
        return
    tokens = tokens_of(line)
    for one in found:
        phrases = vocabulary("dated").all_in([token for token in tokens if token.end <= one.start])
        iso = to_iso(one, order)
        if iso and phrases and not line[phrases[-1].end : one.start].strip(" :.=-\t|"):
            yield _RANKS[phrases[-1].meaning], iso


def _order(texts: Sequence[str], further_dates: Sequence[str]) -> str | None:
    return date_order([*texts, *further_dates], "dm" if has_decimal_comma(texts) else None)


def has_doubtful_dates(pages: Sequence[PageText], further_dates: Sequence[str] = ()) -> bool:
    """Return whether there are dates of which nobody can say what is the day and what the month."""
    texts = [page.text for page in pages]
    order = _order(texts, further_dates)
    return any(is_ambiguous(one, order) for text in texts for one in find_dates(text))


def pages_with_impossible_dates(pages: Sequence[PageText], further_dates: Sequence[str] = ()) -> list[int]:
    """Return the numbers of the pages with a date that no calendar has, as 31.02.2026."""
    order = _order([page.text for page in pages], further_dates)
    return [
        page.number
        for page in pages
        if any(not is_ambiguous(one, order) and to_iso(one, order) is None for one in find_dates(page.text))
    ]


def person_of(pages: Sequence[PageText]) -> Person:
    """Return the placeholders of the patient: the first name after a label of patients, else the first of all."""
    first: dict[str, str] = {}
    for page in pages:
        for match in _PLACEHOLDER.finditer(page.text):
            first.setdefault(match.group(1), match.group())
    labelled = next((name for _, name in _patients(pages)), None)
    return Person(name=labelled or first.get("PERSON"), dob=first.get("DATE_OF_BIRTH"))


def page_of_another_patient(pages: Sequence[PageText]) -> int | None:
    """Return the first page that names another patient than the pages before; None where all are about one.

    A name alone does not tell, as one may be written in two ways: there must be a second birth date, too.
    """
    births = {
        match.group() for page in pages for match in _PLACEHOLDER.finditer(page.text) if match.group(1) != "PERSON"
    }
    patients = list(_patients(pages))
    if len(births) <= 1:
        return None
    return next((number for number, name in patients if name != patients[0][1]), None)


def _patients(pages: Iterable[PageText]) -> Iterator[tuple[int, str]]:
    """Yield the names that a label of patients announces, with the numbers of their pages."""
    for page in pages:
        for match in _PLACEHOLDER.finditer(page.text):
            before = tokens_of(page.text[max(match.start() - 20, 0) : match.start()])
            if match.group(1) == "PERSON" and before and before[-1].word in _PATIENT_WORDS:
                yield page.number, match.group()
