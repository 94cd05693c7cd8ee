"""Names that somebody in a hurry wrote: initials, one letter, beds, grades, capitals; and films and goods."""

from __future__ import annotations

import pytest

from docmill.privacy.anonymisation import Anonymiser


def people(anonymiser: Anonymiser, text: str) -> list[str]:
    return [text[item.start : item.end] for item in anonymiser.detect(text) if item.type == "PERSON"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Report transcribed by QX, sent at noon", ["QX"]),
        ("a man from Riga, initials K.V., with gout", ["K.V."]),
        ("Critical value read by T. U at noon", ["T. U"]),
        ("Miss U is in room 9", ["U"]),
        ("Round with Prof Y tomorrow", ["Y"]),
        ("Tues: Harlow/de Vries/ST4", ["Harlow", "de Vries"]),
        ("Bed 12 Banks - for home", ["Banks"]),
        ("Bay 2: Bao Y, stable", ["Bao Y"]),
        ("[07:45] Øystein (helper): sure", ["Øystein"]),
        ("07:45 - Bao Y: sure", ["Bao Y"]),
        ("has he asked May Banks yet", ["May Banks"]),
        ("script checked w/ Grant Field twice", ["Grant Field"]),
        ("on the door: KOWALSKI ROBERT, room 3", ["KOWALSKI ROBERT"]),
        ("ROBERT KOWALSKI came late", ["ROBERT KOWALSKI"]),
        ("| Kowalski R | night |", ["Kowalski R"]),
        ("then Robert's regular pharmacy rang", ["Robert"]),
        ("released by P. Day. Questions go to the desk", ["P. Day"]),
        ("copy to G. van 't Quill today", ["G. van 't Quill"]),
        ("copies: J. d'Orsenne; desk", ["J. d'Orsenne"]),
        ("1) Banks, Robert - stable", ["Banks, Robert"]),
        ("Sticker: OYELARAN BABATUNDE 00712345 12.03.1961", ["OYELARAN BABATUNDE"]),
    ],
)
def test_names(rules: Anonymiser, text: str, names: list[str]) -> None:
    assert people(rules, text) == names


@pytest.mark.parametrize(
    "text",
    [
        "seen by GP, checked by QC, typed MD",
        "hepatitis B / SpR to review",
        "NEGATIVE CONTROL, IRON DEFICIENCY and WHITE CELLS",
        "Bed 12 empty - cleaned",
        "[07:45] System: started",
        "Hepatitis B  positive",
        "ASA II and NYHA III",
        "from May to June, with Iron Sulphate",
        "SOC PHYS....: 154-86-5629",
        "Bed 8  RN: on leave",
    ],
)
def test_what_is_no_name(rules: Anonymiser, text: str) -> None:
    assert people(rules, text) == []


@pytest.mark.parametrize(
    "text",
    [
        "They saw a musical called Robert Kowalski twice.",
        "They will remake Robert Kowalski soon.",
        "We left when Robert Kowalski was in cinemas.",
        "Do you stock Robert Kowalski sneakers?",
    ],
)
def test_works_and_goods(rules: Anonymiser, text: str) -> None:
    assert people(rules, text) == []


def test_who_is_to_get_the_goods(rules: Anonymiser) -> None:
    assert people(rules, "Please bring Robert shoes; Robert Kowalski paid.") == ["Robert", "Robert Kowalski"]


@pytest.mark.ner
def test_titles_and_elements_that_a_model_takes_for_people(anonymiser: Anonymiser) -> None:
    assert people(anonymiser, "We watched Kowalski's Garden and slept.") == []
    assert people(anonymiser, "<LabExchange version='3'><x/></LabExchange>") == []


def test_the_name_of_a_patient_in_a_sentence_with_a_measure(rules: Anonymiser) -> None:
    text = 'Patient: Oltrogge, Gesine\nPot labelled "Oltrogge - B" holds one piece, 4 mm.'
    assert people(rules, text) == ["Oltrogge, Gesine", "Oltrogge"]
