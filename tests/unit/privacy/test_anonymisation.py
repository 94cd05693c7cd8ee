"""Placeholders, pages, policies, and the way back."""

from __future__ import annotations

import pickle
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.privacy.layouts import LAYOUTS, labelled_text

from docmill.errors import InvalidConfiguration, MissingExtra, PrivacyError, UnexplainedText
from docmill.privacy import model
from docmill.privacy.anonymisation import Anonymiser
from docmill.privacy.dates import parse_date
from docmill.privacy.restoring import restore, restore_pages
from docmill.settings import PrivacySettings

REPORT = "Patient: Jane Roe   DOB: 12/03/1960\nGlucose 5.6 mmol/L\nMs Roe called on 14/05/2021 from 020 7946 0958."


@pytest.mark.parametrize("layout", LAYOUTS)
def test_anonymise_and_restore_is_byte_identical(rules: Anonymiser, layout: str) -> None:
    text = labelled_text(layout, 3).text.replace("\n", "\r\n")
    anonymised = rules.anonymise(text)
    assert anonymised.text != text
    assert restore(anonymised.text, anonymised.artifacts) == text


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.sampled_from([*REPORT.split(), "\n", "\u00a0", "\u200b", "[PERSON_1]", "é", "\r\n", "  "]), max_size=40)
)
def test_any_text_comes_back(rules: Anonymiser, words: list[str]) -> None:
    text = " ".join(words)
    anonymised = rules.anonymise(text)
    assert restore(anonymised.text, anonymised.artifacts) == text


def test_offsets_are_exact(rules: Anonymiser) -> None:
    anonymised = rules.anonymise(REPORT)
    for artifact in anonymised.artifacts:
        assert REPORT[artifact.start : artifact.end] == artifact.original
        assert anonymised.text[artifact.output_start : artifact.output_end] == artifact.replacement


def test_one_person_has_one_placeholder(rules: Anonymiser) -> None:
    text = "Patient: SHAW, NATASHA L\nDear Ms Shaw,\nNatasha Shaw was seen by Dr. Omar Haddad.\nO. Haddad signed."
    assert rules.anonymise(text).text == (
        "Patient: [PERSON_1]\nDear Ms [PERSON_1],\n[PERSON_1] was seen by Dr. [PERSON_2].\n[PERSON_2] signed."
    )


def test_a_name_that_fits_two_people_is_neither(rules: Anonymiser) -> None:
    text = "Patient: Jane Roe\nNext of kin: Adam Roe\nMs Roe called."
    placeholders = re.findall(r"\[PERSON_\d\]", rules.anonymise(text).text)
    assert len(set(placeholders)) == 3


def test_two_spellings_of_a_number_have_one_placeholder(rules: Anonymiser) -> None:
    text = "NHS number: 943 476 5919\nNHS number: 9434765919"
    assert rules.anonymise(text).text.count("[NHS_1]") == 2


def test_pages_share_placeholders_and_keep_their_own_offsets(rules: Anonymiser) -> None:
    pages = ["Patient: Jane Roe\nGlucose 5.6 mmol/L", "", "Ms Roe was seen. MRN: 8812345"]
    anonymised = rules.anonymise_pages(pages)
    assert anonymised.texts == ["Patient: [PERSON_1]\nGlucose 5.6 mmol/L", "", "Ms [PERSON_1] was seen. MRN: [MRN_1]"]
    assert [(item.page, item.start, item.output_start) for item in anonymised.artifacts] == [
        (1, 9, 9),
        (3, 3, 3),
        (3, 22, 29),
    ]
    assert restore_pages(anonymised.texts, anonymised.artifacts) == pages


def test_a_finding_ends_with_its_page(rules: Anonymiser) -> None:
    pages = ["Address: 14813 Rice Lodge", "         West Davidfort, MO 32051"]
    anonymised = rules.anonymise_pages(pages)
    assert [item.page for item in anonymised.artifacts] == [1, 2]
    assert restore_pages(anonymised.texts, anonymised.artifacts) == pages


def test_a_thousand_chunks_agree(rules: Anonymiser) -> None:
    pages = [f"Page {number}. Ms Roe and Dr. Haddad. MRN: 8812345" for number in range(1000)]
    pages[0] += "\nPatient: Jane Roe"
    anonymised = rules.anonymise_pages(pages)
    person = {text.split("Ms ")[1].split(" and")[0] for text in anonymised.texts}
    assert len(person) == 1
    assert {text.split("MRN: ")[1].split("\n")[0] for text in anonymised.texts} == {"[MRN_1]"}


def test_placeholders_of_the_source_are_not_handed_out_again(rules: Anonymiser) -> None:
    text = "See [PERSON_1] and person_2. Patient: Jane Roe"
    assert rules.anonymise(text).text == "See [PERSON_1] and person_2. Patient: [PERSON_3]"


def test_an_empty_text_stays_empty(rules: Anonymiser) -> None:
    assert rules.anonymise("") == ("", [])
    assert rules.anonymise_pages([]) == ([], [])


def test_the_template_is_the_users(tmp_path: Path) -> None:
    anonymiser = Anonymiser(PrivacySettings(model="none", replacement_template="<<{entity_type}-{counter}>>"))
    assert anonymiser.anonymise("Patient: Jane Roe").text == "Patient: <<PERSON-1>>"
    with pytest.raises(InvalidConfiguration, match="counter"):
        Anonymiser(PrivacySettings(model="none", replacement_template="***")).anonymise("Patient: Jane Roe")


def test_only_the_configuration_travels(rules: Anonymiser) -> None:
    rules.detect(REPORT)
    packed = pickle.dumps(rules)
    assert len(packed) < 2_000
    assert pickle.loads(packed).anonymise(REPORT).text == rules.anonymise(REPORT).text


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (PrivacySettings(model="none"), "14/05/2021"),
        (PrivacySettings(model="none", dates="mask"), "[DATE_1]"),
        (PrivacySettings(model="none", policy="safe_harbor"), "[DATE_1]"),
        (PrivacySettings(model="none", policy="safe_harbor", dates="shift"), "[DATE_1]"),
    ],
)
def test_other_dates_follow_the_policy(settings: PrivacySettings, expected: str) -> None:
    text = Anonymiser(settings).anonymise(REPORT).text
    assert f"called on {expected} from" in text
    assert "12/03/1960" not in text


def test_shifted_dates_keep_their_distance() -> None:
    text = "Collected: 14/05/2021\nReported: 16/05/2021\nPrevious: 11 March 2021\nPatient: Jane Roe"
    anonymised = Anonymiser(PrivacySettings(model="none", dates="shift")).anonymise(text)
    dates = [item for item in anonymised.artifacts if item.type == "DATE"]
    assert all(item.replacement != item.original for item in dates)
    moved = [parse_date(item.replacement) for item in dates]
    assert all(moved)
    first, second, earlier = (item.value for item in moved if item)
    assert (second - first).days == 2
    assert (first - earlier).days == 64
    assert restore(anonymised.text, anonymised.artifacts) == text


def test_safe_harbor_hides_ages_above_89_and_web_addresses() -> None:
    text = "A 94-year-old and a 54-year-old, see https://www.lab.example"
    anonymised = Anonymiser(PrivacySettings(model="none", policy="safe_harbor")).anonymise(text)
    assert anonymised.text == "A [AGE_1]-year-old and a 54-year-old, see [URL_1]"


def test_strict_needs_a_model() -> None:
    with pytest.raises(MissingExtra, match="strict"):
        Anonymiser(PrivacySettings(policy="strict", model="none")).anonymise("Jane Roe")


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Anonymiser:
    if not model.is_installed():
        pytest.skip("the extra `ner` is not installed")
    return Anonymiser(PrivacySettings(policy="strict"), cache=tmp_path_factory.mktemp("models"))


@pytest.mark.ner
class TestStrict:
    def test_it_masks_what_has_the_form_of_an_identifier(self, strict: Anonymiser) -> None:
        anonymised = strict.anonymise("Kept under 77-4412-B9 since then.\nGlucose 5.6 mmol/L 3.9-5.5")
        assert "77-4412-B9" not in anonymised.text
        assert "Glucose 5.6 mmol/L 3.9-5.5" in anonymised.text

    @pytest.mark.parametrize("text", ["Patient: ???x9ab", "Comment: ผู้ป่วยชื่อสมชาย"])
    def test_it_refuses_what_it_cannot_explain(self, strict: Anonymiser, text: str) -> None:
        with pytest.raises(UnexplainedText, match="page 2") as caught:
            strict.anonymise_pages(["Glucose 5.6 mmol/L", text])
        assert caught.value.page == 2
        assert "สมชาย" not in str(caught.value)
        assert "x9ab" not in str(caught.value)

    def test_it_accepts_a_plain_report(self, strict: Anonymiser) -> None:
        strict.anonymise("Patient: Jane Roe   DOB: 12/03/1960\nGlucose 5.6 mmol/L 3.9-5.5 H\n")


def test_restoring_refuses_another_text(rules: Anonymiser) -> None:
    anonymised = rules.anonymise(REPORT)
    with pytest.raises(PrivacyError, match="not the one"):
        restore("X" + anonymised.text, anonymised.artifacts)
