"""Numbers with check digits need no label; without the right digits they are just numbers."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from docmill.privacy.anonymisation import Anonymiser
from docmill.privacy.patterns import pattern_findings
from docmill.privacy.phones import phone_numbers


@pytest.mark.parametrize(
    ("kind", "valid", "invalid"),
    [
        ("CREDIT_CARD", "4111 1111 1111 1111", "4111 1111 1111 1112"),
        ("CREDIT_CARD", "4040-9845-9702-5831", "4040-9845-9702-5832"),
        ("CREDIT_CARD", "180012345678905", "180012345678904"),
        ("BANK", "GB82 WEST 1234 5698 7654 32", "GB82 WEST 1234 5698 7654 33"),
        ("NHS", "943 476 5919", "943 476 5918"),
        ("NATIONAL_ID", "2 46 12 26 226 879 50", "2 46 12 26 226 879 51"),
        ("NATIONAL_ID", "54362315K", "54362315L"),
        ("NATIONAL_ID", "RCCMNL83S18D969H", "RCCMNL83S18D969I"),
        ("NATIONAL_ID", "44051401359", "44051401358"),
        ("NATIONAL_ID", "390.533.447-05", "390.533.447-06"),
        ("SSN", "536-90-4399", "000-90-4399"),
        ("IP", "192.168.10.12", "192.168.10.256"),
    ],
)
def test_check_digits_decide(kind: str, valid: str, invalid: str) -> None:
    assert [(item.type, item.start, item.end) for item in pattern_findings(f"x {valid} y")] == [
        (kind, 2, 2 + len(valid))
    ]
    assert not [item for item in pattern_findings(f"x {invalid} y") if item.type == kind]


def test_no_date_passes_for_a_card() -> None:
    days = [(date(2024, 1, 1) + timedelta(days=day)).isoformat() for day in range(366)]
    assert [day for day in days if pattern_findings(f"x {day} y")] == []
    assert [item.type for item in pattern_findings(f"x {days[0]} 4111 1111 1111 1111 y")] == ["CREDIT_CARD"]


def test_mail_addresses_of_all_scripts() -> None:
    text = "write to zoë.o'hara+lab@müller-praxis.example or 李@例え.jp."
    assert [text[item.start : item.end] for item in pattern_findings(text)] == [
        "zoë.o'hara+lab@müller-praxis.example",
        "李@例え.jp",
    ]


@pytest.mark.parametrize(
    "number",
    ["+44 20 7946 0958", "(612) 540-1371", "948.661.5938", "07531 673396", "+1-944-693-9092x66858", "01 95 19 53 32"],
)
def test_phone_numbers(number: str) -> None:
    text = f"call us: {number}, thanks"
    assert text.replace(number, "") not in {text[item.start : item.end] for item in phone_numbers(text)}
    assert number in {text[item.start : item.end] for item in phone_numbers(text)}


@pytest.mark.parametrize(
    "text",
    [
        *("0.30-0.70", "150-400", "2,079 1,400 - 7,000", "04/25/2023 08:24", "1995-11-22 1000"),
        *("150 000 - 400 000", "25 050 - 100 000", "000 - 400 000"),
    ],
)
def test_what_is_no_phone_number(text: str) -> None:
    assert not list(phone_numbers(text))


@pytest.mark.parametrize(
    "text", ["(01)00643169007222(21)A77812", "UDI: (01)00844588003288(17)141120(10)7654321D(21)10987654d321 ok"]
)
def test_the_number_of_a_device_is_one_piece(rules: Anonymiser, text: str) -> None:
    assert rules.anonymise(text).text == text.replace(text[text.index("(01)") :].split()[0], "[ID_1]")


def test_a_web_address_is_replaced_only_if_it_leads_to_a_person(rules: Anonymiser) -> None:
    assert not rules.detect("see https://www.lab.example/help")
    assert rules.detect("see https://www.lab.example/result?patient=4711")[0].type == "URL"


@pytest.mark.parametrize("number", ["A1234 25 019283", "A1234 25 019283 K", "A1234 25 0192837"])
def test_the_number_of_a_donation(number: str) -> None:
    text = f"Donation {number} tested"
    assert [text[item.start : item.end] for item in pattern_findings(text)] == [number]
