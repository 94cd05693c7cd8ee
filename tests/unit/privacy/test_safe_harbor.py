"""The policy ``safe_harbor`` hides times, months, wards and places too; the default policy keeps them."""

from __future__ import annotations

import pytest

from docmill.privacy.anonymisation import Anonymiser
from docmill.settings import PrivacySettings


@pytest.mark.parametrize(
    ("text", "kind", "hidden"),
    [
        ("Collected: 12/03/2024 07:55 AM", "DATE", "12/03/2024 07:55 AM"),
        ("Seen 03/04/2024 09:15: she is well", "DATE", "03/04/2024 09:15"),
        ("issued 2021-10-04T16:13:00Z.", "DATE", "2021-10-04T16:13:00Z"),
        ("admitted in April 2023 with pain", "DATE", "April 2023"),
        ("Ward: 7B North\nGlucose 5.6 mmol/L", "LOCATION", "7B North"),
        ("He was last seen at Baylor for this.", "LOCATION", "Baylor"),
        ("She moved here from Atlanta, GA last year", "LOCATION", "Atlanta, GA"),
        ("better in the summer of 2023 again", "DATE", "summer of 2023"),
        ("She fell at home on 3/14 again", "DATE", "3/14"),
        ("Seen on Tuesday 3/4 at home", "DATE", "3/4"),
        ("Am 14.3. war sie hier", "DATE", "14.3."),
        ("She was born in Dublin in 1932", "DATE_OF_BIRTH", "1932"),
        ("Sie ist geb. 1931 und lebt allein", "DATE_OF_BIRTH", "1931"),
        ("DOB 1931, a retired miner", "DATE_OF_BIRTH", "1931"),
        ("Next review 12/02 at home", "DATE", "12/02"),
        ("He was readmitted on the 4th with pain", "DATE", "4th"),
        ("lives in zip code 62704.", "ADDRESS", "62704"),
        ("Photo: roe_face_2024.jpg was taken", "ID", "roe_face_2024.jpg"),
        ("Voice print: VP_7781", "ID", "VP_7781"),
    ],
)
def test_what_only_safe_harbor_hides(rules: Anonymiser, text: str, kind: str, hidden: str) -> None:
    strict = Anonymiser(PrivacySettings(model="none", policy="safe_harbor"))
    assert (kind, hidden) in [(item.type, text[item.start : item.end]) for item in strict.detect(text)]
    assert hidden in rules.anonymise(text).text


def test_results_stay() -> None:
    strict = Anonymiser(PrivacySettings(model="none", policy="safe_harbor"))
    table = "Sodium 139 mmol/L 136-145\nANA 1:40 titer\nUnit: mL/min\n"
    assert table in strict.anonymise(f"Patient: Jane Roe   Ward: 4B\n{table}Phoned at 07:40").text


@pytest.mark.parametrize(
    "text", ["Pain 3/10, power 4/5 on 4/5, GCS 15/15, MMSE from 22/30", "murmur 2/6", "TSH on 1.5"]
)
def test_scores_are_no_days(text: str) -> None:
    assert Anonymiser(PrivacySettings(model="none", policy="safe_harbor")).anonymise(text).text == text
