"""Personal data in tables is found and masked; what only looks like it stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from faker import Faker
from tests.unit.insights.tables import column, issues, profile, written

from docmill.pipelines.insights.profiling.personal import mask, mask_text

PEOPLE = 40


@pytest.fixture(scope="module")
def people() -> list[dict[str, str]]:
    fake = Faker("en_US")
    fake.seed_instance(7)
    return [
        {
            "customer_name": fake.name(),
            "email": fake.email(),
            "phone": f"({fake.random_int(201, 989)}) 555-{fake.random_int(100, 199):04}",
            "ssn": fake.ssn(),
            "card": fake.credit_card_number(card_type="visa16"),
            "date_of_birth": fake.date_of_birth(minimum_age=20, maximum_age=80).isoformat(),
            "amount": str(fake.random_int(1, 500)),
            "city": fake.random_element(["Oslo", "Rome", "Paris"]),
        }
        for _ in range(PEOPLE)
    ]


def file_of(folder: Path, people: list[dict[str, str]]) -> Path:
    lines = [",".join(people[0]), *(",".join(person.values()) for person in people)]
    return written(folder, "\n".join(lines))


def test_nothing_personal_is_in_the_profile(tmp_path: Path, people: list[dict[str, str]]) -> None:
    found = profile(file_of(tmp_path, people))
    personal = {item.name: next(iter(item.personal), None) for item in found.columns}
    assert personal == {
        "customer_name": "PERSON", "email": "EMAIL", "phone": "PHONE", "ssn": "SSN", "card": "CREDIT_CARD",
        "date_of_birth": "DATE_OF_BIRTH", "amount": None, "city": None,
    }  # fmt: skip
    text = found.model_dump_json()
    for person in people:
        for name in ("customer_name", "email", "phone", "ssn", "card", "date_of_birth"):
            assert person[name] not in text, name
    assert found.cleaned_preview[0]["email"] == "[EMAIL]"
    assert found.cleaned_preview[0]["city"] in ("Oslo", "Rome", "Paris")
    assert issues(found)["personal_data"] == PEOPLE


def test_numbers_of_cards_are_no_figures(tmp_path: Path, people: list[dict[str, str]]) -> None:
    found = profile(file_of(tmp_path, people))
    card = column(found, "card")
    assert (card.inferred_type, card.numeric, card.histogram, card.outliers) == ("text", None, [], None)
    assert list(found.kpis.numeric_stats) == ["amount"]


def test_personal_data_inside_texts_is_masked(tmp_path: Path) -> None:
    notes = ["write to ann.lee@example.org today", *(f"call back on {day} about {day * 7}" for day in range(1, 30))]
    found = profile(written(tmp_path, "note,n\n" + "".join(f"{note},{n}\n" for n, note in enumerate(notes))))
    note = column(found, "note")
    assert note.personal == {"EMAIL": pytest.approx(1 / 30)}
    assert note.sample_values[0] == "write to [EMAIL] today"
    assert found.cleaned_preview[0]["note"] == "write to [EMAIL] today"


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("name", ["chevrolet chevelle malibu", "buick skylark 320", "plymouth satellite", "amc rebel sst"]),
        ("day", ["2020-01-01", "2020-01-02", "2020-01-03", "2020-02-02"]),
        ("code", ["AB-1200", "AB-1300", "CD-1400", "EF-1500"]),
        ("id", ["1000001", "1000002", "1000003", "1000004"]),
        ("price", ["1999.99", "2500.00", "12.50", "3.75"]),
        ("address", ["north", "south", "east", "west"]),
    ],
)
def test_what_only_looks_personal(tmp_path: Path, name: str, values: list[str]) -> None:
    found = profile(written(tmp_path, f"{name},n\n" + "".join(f"{text},{n}\n" for n, text in enumerate(values * 3))))
    assert found.columns[0].personal == {}
    assert "[" not in str(found.cleaned_preview[0][name])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mail a.b@example.com, c@example.org", "mail [EMAIL], [EMAIL]"),
        ("ssn 536-22-8726", "ssn [SSN]"),
        ("card 4111 1111 1111 1111 ok", "card [CREDIT_CARD] ok"),
        ("nothing here", "nothing here"),
        ("see https://example.org/page", "see https://example.org/page"),
    ],
)
def test_masked_texts(text: str, expected: str) -> None:
    assert mask_text(text) == expected


def test_a_cell_of_a_personal_column_is_masked_whatever_it_is() -> None:
    assert mask("Zaphod", {"PERSON": 1.0}) == "[PERSON]"
    assert mask(4111, {"CREDIT_CARD": 0.9}) == "[CREDIT_CARD]"
    assert mask(None, {"PERSON": 1.0}) is None
    assert mask("Zaphod", {"EMAIL": 0.1}) == "Zaphod"


def test_cells_that_begin_like_formulas_are_told(tmp_path: Path) -> None:
    cells = ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-x", "plain"]
    found = profile(written(tmp_path, "a,n\n" + "".join(f"{cell},{n}\n" for n, cell in enumerate(cells))))
    assert issues(found)["formula_cells"] == 4


def test_times_in_seconds_name_nobody(tmp_path: Path) -> None:
    lines = "".join(f"{1_700_000_000 + place * 86_400},{place}\n" for place in range(30))
    found = profile(written(tmp_path, "ts,visitors\n" + lines))
    assert column(found, "ts").personal == {}


def test_check_digits_by_chance_make_no_cards_of_articles(tmp_path: Path) -> None:
    lines = "".join(f"{4_006_381_333_900 + place},{place}\n" for place in range(100))
    found = profile(written(tmp_path, "ean,sold\n" + lines))
    assert column(found, "ean").personal == {}
    assert "personal_data" not in issues(found)
    assert [row["ean"] for row in found.cleaned_preview] == [4_006_381_333_900 + place for place in range(20)]


def test_cards_among_other_numbers_are_masked(tmp_path: Path) -> None:
    fake = Faker()
    fake.seed_instance(3)
    cards = [fake.credit_card_number(card_type="visa16") for _ in range(30)]
    lines = "".join(f"{card}\n{place + 1}\n" for place, card in enumerate([*cards[:12], *["77"] * 8]))
    found = profile(written(tmp_path, "paid_with\n" + lines))
    assert 0.25 < column(found, "paid_with").personal["CREDIT_CARD"] < 0.5
    preview = [row["paid_with"] for row in found.cleaned_preview]
    assert preview[:2] == ["[CREDIT_CARD]", 1]
