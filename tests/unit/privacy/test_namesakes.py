"""What has the name of a person and is nobody stays: diseases, organisations, films, books and goods."""

from __future__ import annotations

import pytest

from docmill.privacy.anonymisation import Anonymiser
from docmill.privacy.namesakes import is_clinical_use, is_nobody, is_part_of_organisation, is_work_or_brand


def people(anonymiser: Anonymiser, text: str) -> list[str]:
    return [text[item.start : item.end] for item in anonymiser.detect(text) if item.type == "PERSON"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("known Quist disease since May", True),
        ("Morbus Quist, stable", True),
        ("Quist IIb lesion", True),
        ("Quist's sign positive", True),
        ("Sibling Quist had a cold", False),
        ("asked Quist about it", False),
    ],
)
def test_clinical_use(text: str, expected: bool) -> None:
    start = text.index("Quist")
    assert is_clinical_use(text, start, start + len("Quist")) is expected
    assert is_nobody(text, start, start + len("Quist")) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("at Quist Hospital", True),
        ("at Quist's Pharmacy", True),
        ("Quist's regular pharmacy", False),
        ("Quist came", False),
    ],
)
def test_organisations(text: str, expected: bool) -> None:
    assert is_part_of_organisation(text, text.index("Quist") + len("Quist")) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a musical called Robert Kowalski was on", True),
        ("they will remake Robert Kowalski soon", True),
        ("when Robert Kowalski was in cinemas", True),
        ("stocks Robert Kowalski sneakers", True),
        ("we saw Kowalski's Garden", True),
        ("Kowalski's GP rang", False),
        ("nurse called Robert Kowalski twice", False),
        ("Robert Kowalski sneaked out", False),
        ("bring Robert shoes", False),
    ],
)
def test_works_and_goods(text: str, expected: bool) -> None:
    start = text.index("Kowalski" if "Kowalski" in text else "Robert")
    end = start + len("Kowalski" if "Kowalski" in text else "Robert")
    assert is_work_or_brand(text, start, end) is expected


def test_works_are_not_hidden(rules: Anonymiser) -> None:
    assert people(rules, "We sell tickets for a musical called Robert Kowalski and Robert Kowalski sneakers.") == []
    assert people(rules, "Please bring Robert shoes.") == ["Robert"]


@pytest.mark.ner
def test_elements_that_a_model_takes_for_people(anonymiser: Anonymiser) -> None:
    document = '<Moritz kind="x">\n <Authoriser>Ottilie Quist</Authoriser>\n</Moritz>'
    assert people(anonymiser, document) == ["Ottilie Quist"]
    assert people(anonymiser, "<Moritz> hello, I am Ottilie Quist") == ["Moritz", "Ottilie Quist"]
