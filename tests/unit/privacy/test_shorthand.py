"""Names that somebody in a hurry wrote: initials, one letter, beds, grades, capitals without a comma."""

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
        ("hey, did Will Long send the keys", ["Will Long"]),
        ("a short lunch with May Young, then home", ["May Young"]),
        ("the name on it is KOWALSKI ROBERT, he said", ["KOWALSKI ROBERT"]),
        ("ROBERT KOWALSKI came late", ["ROBERT KOWALSKI"]),
        ("| Kowalski R | night |", ["Kowalski R"]),
        ("then Robert's regular pharmacy rang", ["Robert"]),
        ("Reviewed by: P. Day. Queries go to the desk", ["P. Day"]),
        ("asked Prof Y. yesterday", ["Y."]),
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


def test_the_name_of_a_patient_in_a_sentence_with_a_measure(rules: Anonymiser) -> None:
    text = 'Patient: Oltrogge, Gesine\nPot labelled "Oltrogge - B" holds one piece, 4 mm.'
    assert people(rules, text) == ["Oltrogge, Gesine", "Oltrogge"]
    text = 'Patient: bin Salleh, Ismail\nPot labelled "bin Salleh - B" holds one piece, 4 mm.'
    assert people(rules, text) == ["bin Salleh, Ismail", "bin Salleh"]
