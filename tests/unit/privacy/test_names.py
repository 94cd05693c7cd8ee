"""Names that their surroundings give away, and eponyms that are nobody's name."""

from __future__ import annotations

import pytest

from docmill.privacy.anonymisation import Anonymiser
from docmill.privacy.lab_guard import Guard
from docmill.privacy.lines import split_lines
from docmill.privacy.prose import left_over


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Dear Dr. Moore,", "Moore"),
        ("Critical value called to Mark Rogers, RN at 14:44", "Mark Rogers"),
        ("Reviewed by Cengiz Briemer, PhD", "Cengiz Briemer"),
        ("a 52-year-old patient, Mary A., with COPD", "Mary A."),
        ("seen by Dr. White today", "White"),
        ("Her daughter Max came too", "Max"),
        ("SN William Ward agreed", "William Ward"),
        ("ORDERED BY WHITE, CLIFFORD MD", "WHITE, CLIFFORD"),
        ("my name is Ruth R Montez.", "Ruth R Montez"),
        ("Authorised by R. Smith 2019-10-08", "R. Smith"),
        ("We discussed this with Siobhán O'Brien-Nuñez.", "Siobhán O'Brien-Nuñez"),
        ("Follow up with Yael Van der Berg in May", "Yael Van der Berg"),
        ("Authorised by: K. Ostrava, Principal Clinical Scientist", "K. Ostrava"),
        ("Sehr geehrter Herr Kollege Brandt,", "Brandt"),
        ("über Ihren Patienten Herrn Dietmar Kossak,", "Dietmar Kossak"),
        ("Einsender: Dr. Jürgen auf dem Hövel", "Jürgen auf dem Hövel"),
        ("Name: auf dem Hövel, Jürgen   geb. 01.02.1950", "Hövel, Jürgen"),
        ("Patient: Wilhelm aus der Fünten, geb. 01.02.1940", "Wilhelm aus der Fünten"),
        ("Frau Maria Kurz in der Notaufnahme gesehen", "Maria Kurz"),
    ],
)
def test_names(rules: Anonymiser, text: str, name: str) -> None:
    assert name in [text[item.start : item.end] for item in rules.detect(text) if item.type == "PERSON"]


@pytest.mark.parametrize(
    "text",
    [
        "Graves disease follow-up: TSH 0.02 uIU/mL.",
        "Wright-Giemsa smear: Howell-Jolly bodies present, Auer rods absent.",
        "Findings are consistent with Hashimoto thyroiditis.",
        "Epstein-Barr virus VCA IgM negative.",
        "No Bence Jones protein detected by immunofixation.",
        "LDL by the Friedewald equation; clearance by Cockcroft-Gault.",
        "Sed rate by Westergren method 22 mm/hr.",
        "Please call the ward on Monday.",
        "St. Brendan's Hospital, Riverside Diagnostics",
        "Capitalized words like Wisdom and Discipline are no names.",
        "Der Eingriff wurde in gutem Zustand beendet.",
        "They won 6-2, 6-3 at home.",
    ],
)
def test_what_is_no_name(anonymiser: Anonymiser, text: str) -> None:
    assert [text[item.start : item.end] for item in anonymiser.detect(text)] == []


def test_a_name_that_was_found_is_found_everywhere(rules: Anonymiser) -> None:
    text = "Patient: SHAW, NATASHA L\nMs Shaw called. Natasha agreed. natasha signed.\nGlucose 5.6 mmol/L"
    assert [text[item.start : item.end] for item in rules.detect(text)] == [
        *("SHAW, NATASHA L", "Shaw", "Natasha", "natasha")
    ]


def test_a_month_before_a_year_is_nobody(rules: Anonymiser) -> None:
    text = rules.anonymise("Seen by Dr. June May in May 2026, and by June again.").text
    assert text == "Seen by Dr. [PERSON_1] in May 2026, and by [PERSON_1] again."


def test_an_eponym_stays_although_a_patient_has_its_name(rules: Anonymiser) -> None:
    text = "Patient: Robert Graves\nGraves disease was excluded. Mr Graves is well."
    assert [text[item.start : item.end] for item in rules.detect(text)] == ["Robert Graves", "Graves"]


def test_the_number_of_a_specimen_is_no_name(anonymiser: Anonymiser) -> None:
    text = "Sample K118.2207 of Fri, MRN 55120934, grew nothing."
    assert all(item.type != "PERSON" for item in anonymiser.detect(text))


def test_only_the_name_of_the_patient_is_one(anonymiser: Anonymiser) -> None:
    text = "Wir danken für Ihren Patienten Herrn Dietmar Kossak und seinen Besuch."
    assert [text[item.start : item.end] for item in anonymiser.detect(text)] == ["Dietmar Kossak"]


def test_a_line_of_plain_words_and_labels_is_not_read_by_a_model() -> None:
    guard = Guard([], frozenset())
    for text, read in (("referring hosp mailing: identifier verified", []), ("referring zquill", [(0, 16)])):
        assert left_over(text, split_lines(text), [], guard) == read
