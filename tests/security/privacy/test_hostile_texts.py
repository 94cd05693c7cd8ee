"""No text makes detection slow: four times the length takes about four times as long, whatever it repeats."""

from __future__ import annotations

import time

import pytest

from docmill.privacy.anonymisation import Anonymiser
from docmill.settings import PrivacySettings

UNITS = [
    *(
        "1",
        "1 ",
        "12 34 ",
        ".",
        "a.",
        "A.",
        "A-",
        "a-",
        "(",
        " ",
        ":",
        "a: ",
        "a@",
        "a@a.",
        "1-",
        "1.1",
        "QUJD",
        "\n",
        "\t",
    ),
    *(
        "|",
        '"',
        "'",
        '{"a":',
        "<a>",
        "<a ",
        "Aaaa Bbbb ",
        "Aa, ",
        "1 Aaaa ",
        "rue Aaaa ",
        "^~",
        "1/",
        "+1 ",
        "\u0301",
        "\u200b",
    ),
    *("Patient: Jane Roe\n", "Glucose 5.6 mmol/L 3.9-5.5\n", "a,b,c\n", "('a'),", "tel 1 ", "MRN ", "Dr. "),
    *("<a><u>", '{"a":1,"unit":"', "OBX|", "St. ", "AA Bb ", "a.b ", "A1/", "printed by ", "May 12 "),
]
SHORT = 1_500
# Linear work is four times as much, quadratic sixteen.
MOST = 9.0
NOTICEABLE_SECONDS = 0.4


@pytest.fixture(scope="module")
def anonymiser() -> Anonymiser:
    made = Anonymiser(PrivacySettings(model="none"))
    made.detect("Patient: Jane Roe")
    return made


def seconds(anonymiser: Anonymiser, text: str) -> float:
    started = time.process_time()
    anonymiser.anonymise(text)
    return time.process_time() - started


@pytest.mark.parametrize("unit", UNITS)
def test_time_grows_with_the_length_alone(anonymiser: Anonymiser, unit: str) -> None:
    short, long = unit * SHORT, unit * (4 * SHORT)
    # The faster of two runs: other work on the machine only slows down.
    long_seconds = min(seconds(anonymiser, long), seconds(anonymiser, long))
    if long_seconds > NOTICEABLE_SECONDS:
        assert long_seconds / min(seconds(anonymiser, short), seconds(anonymiser, short)) < MOST
