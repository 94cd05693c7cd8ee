"""A date right behind a patient's name is that of the birth; one of a sample, a report or a signature is not."""

from __future__ import annotations

import pytest

from docmill.privacy.anonymisation import Anonymiser


def births(rules: Anonymiser, text: str) -> list[str]:
    return [text[item.start : item.end] for item in rules.detect(text) if item.type == "DATE_OF_BIRTH"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Emma Schmidt, 03.05.2019, Hb 12.1", ["03.05.2019"]),
        ("Emma Schmidt (03.05.2019): Hb 12.1 g/dl", ["03.05.2019"]),
        ("Schmidt, Emma | 03.05.2019 | Hb 12.1 g/dl", ["03.05.2019"]),
        ("1. Thomas Baker 2019-05-03, Hb 12.1", ["2019-05-03"]),
        ("Please look at Emma Schmidt, 03.05.2019, Hb 12.1. What next?", ["03.05.2019"]),
        ("Emma Schmidt, 03.05.2019\nCollected: 04.03.2024\nHb 12.1 g/dl", ["03.05.2019"]),
        ("Emma Schmidt, 03.05.2019, Hb 12.1\nThomas Baker, 07.08.2020, Hb 11.0", ["03.05.2019", "07.08.2020"]),
    ],
)
def test_a_date_behind_a_patients_name_is_a_birth(rules: Anonymiser, text: str, expected: list[str]) -> None:
    assert births(rules, text) == expected


@pytest.mark.parametrize(
    "text",
    [
        # Below a result, with nothing behind it, or with a time: a signature.
        "Hb 12.1 g/dl\nEmma Schmidt, 03.05.2024",
        "Hb 12.1 g/dl\nEmma Schmidt 03.05.2024 14:33",
        "Validated by\nEmma Schmidt, 03.05.2019, laboratory",
        "Seen by Emma Schmidt, 03.05.2019, Hb 12.1",
        # In the middle of a sentence.
        "We told Emma Schmidt, 03.05.2019, Hb 12.1",
        # As old as the other dates of the text.
        "Emma Schmidt, 03.05.2024, Hb 12.1\nCollected: 02.05.2024",
        # Visits: near to each other, on one day, or of one person.
        "Emma Schmidt 12.03.2024 Hb 12.1\nThomas Baker 13.03.2024 Hb 11.0",
        "Emma Schmidt 12.03.2021 Hb 12.1\nThomas Baker 12.03.2021 Hb 11.0\nSarah Baker 12.03.2024 Hb 9.0",
        "Emma Schmidt 12.03.2021 Hb 12.1\nEmma Schmidt 12.03.2024 Hb 11.0",
    ],
)
def test_other_dates_behind_names_stay(rules: Anonymiser, text: str) -> None:
    assert not {"Emma", "Baker"} & set(rules.anonymise(text).text.replace(",", " ").split()), "a name was missed"
    assert births(rules, text) == []
