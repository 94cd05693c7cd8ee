"""Numbers that no label announces are hidden by their form; numbers of measurements and catalogues are not."""

from __future__ import annotations

import pytest

from docmill.privacy.anonymisation import Anonymiser

PERSON = "Patient: Jane Roe\n"


def found(rules: Anonymiser, text: str) -> list[str]:
    return [text[item.start : item.end] for item in rules.detect(text)][1:]


@pytest.mark.parametrize(
    "identifier",
    [
        *("TW-0099-4410-C", "H-229-118-04", "8841/BR/22", "00-41-92", "B.24.0118832.K", "7152-7397", "X0091827"),
        *("W 8831 220 01", "01584 77 10 22", "DBK 221908", "KX418 7725"),
    ],
)
def test_a_token_with_the_form_of_an_identifier(rules: Anonymiser, identifier: str) -> None:
    assert found(rules, f"{PERSON}kept under {identifier} since") == [identifier]


@pytest.mark.parametrize(
    "number",
    [
        *("14.300/µl", "2345-7", "35.0-45.0", "150,000", "1 200 000", "7.2.0.1881", "2019-2024", "500000 IU", "12/14"),
        *("ISO 15189", "Lot 1234567", "ICD-10 E11.65", "NCT03036124", "CKD-EPI 2021", "€ 118822"),
    ],
)
def test_what_only_looks_like_one(rules: Anonymiser, number: str) -> None:
    assert found(rules, f"{PERSON}then {number} was noted") == []


def test_a_text_about_nobody_keeps_its_numbers(rules: Anonymiser) -> None:
    assert rules.detect("Reference 8841/BR/22 of the analyser") == []


def test_a_number_in_a_register_after_a_name(rules: Anonymiser) -> None:
    assert found(rules, f"{PERSON}Seen by Grace Harper - CRM-MG 48812.") == ["Grace Harper", "48812"]


def test_what_a_label_announced_is_hidden_even_where_it_looks_like_a_range(rules: Anonymiser) -> None:
    text = "Patient ID: 7391-8636\nSodium\n129\nmmol/L\n133-146\n7391-8636\n"
    hidden = rules.anonymise(text).text
    assert "7391" not in hidden
    assert "133-146" in hidden


@pytest.mark.parametrize(
    "text", ["a grey van, plate {}, left", "Kennzeichen {} gesehen", "license plate: {}", "Vehicle reg {}"]
)
def test_number_plates(rules: Anonymiser, text: str) -> None:
    for plate in ("KX63 LOT", "B-KD 4471", "BX 48 112"):
        assert [item.type for item in rules.detect(text.format(plate))] == ["ID"]


def test_what_follows_plate_in_a_laboratory(rules: Anonymiser) -> None:
    assert rules.detect("agar plate 24 h, plate 3, plate B7") == []


def test_the_last_of_two_labels_is_that_of_the_number(rules: Anonymiser) -> None:
    assert found(rules, f"{PERSON}diagnosta laboratoryjny, nr PWZ 51902") == ["51902"]


@pytest.mark.parametrize(
    "text",
    [
        "his file is 417-2960 now",
        "the screening number is 417-2960, yes",
        "pour entrer il faut l'identifiant 417-2960 et un mot de passe",
    ],
)
def test_a_file_is_no_range(rules: Anonymiser, text: str) -> None:
    assert found(rules, PERSON + text) == ["417-2960"]
    assert found(rules, f"{PERSON}between 417-2960 steps") == []


@pytest.mark.parametrize("text", ["record `417-2960`", "order **KX418 7725**", "sample KX418 7725 clotted"])
def test_a_label_before_a_marked_or_spaced_number(rules: Anonymiser, text: str) -> None:
    assert found(rules, PERSON + text) == [text.split(" ", 1)[1].strip("`*").removesuffix(" clotted")]


@pytest.mark.parametrize(
    "text", ["last four digits of her card 4417", "last 4 of phone: 4417", "account ending in 4417"]
)
def test_the_last_digits_of_a_longer_number(rules: Anonymiser, text: str) -> None:
    assert found(rules, PERSON + text) == ["4417"]
    assert rules.detect("the last 4 weeks of 2023, ending in 2024") == []
