"""A model's answer gets its originals back, however it wrote the placeholders."""

from __future__ import annotations

import pytest

from docmill.privacy.models import Artifact
from docmill.privacy.restoring import restore_answer


def artifact(kind: str, original: str, replacement: str) -> Artifact:
    return Artifact(
        type=kind,
        original=original,
        replacement=replacement,
        page=1,
        start=0,
        end=len(original),
        output_start=0,
        output_end=len(replacement),
        layer="structure",
        score=1.0,
    )


ARTIFACTS = [
    artifact("PERSON", "Roe", "[PERSON_1]"),
    artifact("PERSON", "Jane Roe", "[PERSON_1]"),
    artifact("PERSON", "Adam Cole", "[PERSON_12]"),
    artifact("DATE_OF_BIRTH", "12/03/1960", "[DATE_OF_BIRTH_1]"),
]


@pytest.mark.parametrize(
    "written",
    ["[PERSON_1]", "PERSON_1", "<PERSON_1>", "[person_1]", "Person 1", "{ PERSON_1 }", "[PERSON-1]", "<<PERSON_1>>"],
)
def test_brackets_and_case_do_not_matter(written: str) -> None:
    restored = restore_answer(f"Summary for {written}.", ARTIFACTS).value
    assert restored.replace("<", "").replace(">", "") == "Summary for Jane Roe."


def test_a_longer_number_is_another_person() -> None:
    assert restore_answer("PERSON_12 and PERSON_1", ARTIFACTS).value == "Adam Cole and Jane Roe"


def test_brackets_of_the_sentence_stay() -> None:
    assert restore_answer("(see PERSON_1)", ARTIFACTS).value == "(see Jane Roe)"


def test_unknown_placeholders_are_told() -> None:
    restored = restore_answer("[PERSON_7] met [PERSON_1]", ARTIFACTS)
    assert restored.value == "[PERSON_7] met Jane Roe"
    assert restored.unknown == {"PERSON_7"}


def test_structures_are_restored_inside() -> None:
    answer = {
        "person": {"name": "[PERSON_1]", "dob": "DATE_OF_BIRTH_1"},
        "markers": [{"value": 5.6}],
        "notes": ("x", None),
    }
    assert restore_answer(answer, ARTIFACTS).value == {
        "person": {"name": "Jane Roe", "dob": "12/03/1960"},
        "markers": [{"value": 5.6}],
        "notes": ["x", None],
    }
