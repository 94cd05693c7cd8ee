"""Under ``safe_harbor`` ages of 90 and more go, in every language that is read; ages below 90 and results stay."""

from __future__ import annotations

import pytest

from docmill.privacy.ages import old_ages
from docmill.privacy.anonymisation import Anonymiser
from docmill.privacy.text import fold
from docmill.settings import PrivacySettings

SAYINGS = (
    *("aged #", "#-year-old", "# years old", "# y/o", "# y.o.", "#yo F", "#yoF", "# yrs", "# years of age", "Age: #"),
    *(
        "Sex/Age: F/#",
        "DOB: 03/27/1933 (#) F",
        "Age/Sex: #/M",
        "Age (years): #",
        "#Y/F",
        "(#/F)",
        "age #",
        '"age": #',
        "<age>#</age>",
        "at the age of #",
    ),
    *("Age\n#\nSex", "<td>Age</td><td>#</td>", "#M with chest pain", "a #M came", "died at #", "her #th birthday"),
    *("Age # Glucose 5.6 mmol/L", "AGED #", "# Jahre alt", "#-jähriger Mann", "#jährige", "Alter: # J."),
    *("im Alter von # Jahren", "im #. Lebensjahr", "zum #. Geburtstag", "# ans", "âgée de # ans", "à l'âge de #"),
    *("# años", "Edad #", "# anni", "Età: #", "# lat", "#-letnia", "w wieku # lat", "#. urodziny", "Wiek: #"),
    *("# jaar", "#-jarige vrouw", "Leeftijd: #", "# anos de idade", "Idade: #", "# років", "#-річна", "Вік: #"),
    *("# roky", "# let."),
)
NO_AGES = (
    *("# %", "# mg/dl", "1.#", "#.5", "#/95", "95/#", "HR #", "SpO2 # %", "ESR # mm/h", "K # U/l", "IgA #", "2#", "#2"),
    *("age 18-#", "age #-99", "#-99 years", "18 - # years", ">= # years", "age > #", "aged # and over", "#+ years"),
    *("# years and older", "age # months", "# days", "Lung age # years", "T #F, fever", "Temp #F with chills"),
    *("walked #m", "average #", "stage #", "turned # %", "Page #", "Glucose # M"),
)


def found(text: str) -> list[str]:
    return [text[item.start : item.end] for item in old_ages(text, fold(text))]


@pytest.mark.parametrize("saying", SAYINGS)
def test_an_age_of_90_and_more_is_found_and_a_younger_one_is_not(saying: str) -> None:
    for age in ("90", "92", "104"):
        assert found(saying.replace("#", age)) == [age]
    for age in ("9", "45", "89", "190"):
        assert found(saying.replace("#", age)) == []


@pytest.mark.parametrize("saying", NO_AGES)
def test_what_is_no_age_stays(saying: str) -> None:
    for number in ("98", "101"):
        assert found(saying.replace("#", number)) == []


@pytest.mark.parametrize("words", ["ninety-two years old", "neunzigjährige", "noventa y dos años"])
def test_ages_in_words_are_found(words: str) -> None:
    assert len(found(words)) == 1


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("Jane Roe is 92 years old.\nGlucose 92 mg/dl 70-99\nSpO2 92 %\nCreatinine 1.92 mg/dl 0.6-1.2 H", ["92"]),
        ("|Name|Age|Sex|Hb|\n|Jane Roe|92|F|12.1|\n|John Doe|45|M|92|", ["92"]),
        ("name,age,ward\nJane Roe,45,92\nJohn Doe,93,3", ["93"]),
        ("Jane Roe, 93, was admitted.\nGlucose 93, stable", ["93"]),
        ("Patient: Jane Roe / 94 / bed 6", ["94"]),
        ("name,age,sex\nJane Roe,103,F\nJohn Doe,89,M", ["103"]),
    ],
)
def test_the_policy_hides_them_and_no_result(text: str, hidden: list[str]) -> None:
    harbor = Anonymiser(PrivacySettings(model="none", policy="safe_harbor"))
    assert [text[item.start : item.end] for item in harbor.detect(text) if item.type == "AGE"] == hidden
    default = Anonymiser(PrivacySettings(model="none"))
    assert "AGE" not in {item.type for item in default.detect(text)}
    for line in text.splitlines()[1:]:
        if "Roe" not in line and "Doe" not in line:
            assert line in harbor.anonymise(text).text
