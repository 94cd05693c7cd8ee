from __future__ import annotations

import pytest
from tests.unit.novel.building import sentence

from docmill.pipelines.novel.checks import find_fault
from docmill.pipelines.novel.models import NovelOptions

SOURCE = "Charles arriva en 1812 dans la maison de Rouault, qui souffrait beaucoup de sa jambe cassée."
GOOD = [
    "Charles arriva en 1812 dans la maison.",
    "Rouault souffrait beaucoup dans cette maison.",
    "Il avait la jambe cassée.",
]
INVENTED = [
    "Une tempête ravageait furieusement les champs voisins.",
    "Des brigands pillaient joyeusement plusieurs villages lointains.",
]


def test_a_fair_rewriting_passes() -> None:
    assert find_fault(sentence(SOURCE), GOOD, "fr", NovelOptions()) is None


@pytest.mark.parametrize(
    ("fault", "rewritten"),
    [
        ("missing", []),
        ("too_long", [*GOOD, "Et Charles arriva en 1812 dans la grande maison de Rouault."]),
        ("too_short", [*GOOD, "Il souffrait."]),
        ("unfinished", [*GOOD, "Charles arriva dans la maison"]),
        ("repeated", [*GOOD, GOOD[0]]),
        ("unreadable", [GOOD[0].replace("la", "l\0a"), *GOOD[1:]]),
        ("unreadable", [GOOD[0].replace("la", "l\ufffd"), *GOOD[1:]]),
        ("numbers", [GOOD[0].replace("1812", "1813"), *GOOD[1:]]),
        ("numbers", [GOOD[0].replace("en 1812", "tard"), *GOOD[1:]]),
        ("names", [GOOD[0], "Le bon Hippolyte souffrait beaucoup alors.", GOOD[2]]),
        ("lost_words", [GOOD[0]]),
        ("invented_words", [*GOOD, *INVENTED]),
    ],
)
def test_each_fault_is_found(fault: str, rewritten: list[str]) -> None:
    assert find_fault(sentence(SOURCE), rewritten, "fr", NovelOptions()) == fault


def test_marks_of_speech_are_kept_where_formatting_is() -> None:
    source = sentence(
        "« Venez vite dans la maison, Charles souffre beaucoup de la jambe », dit Rouault.", dialogue=True
    )
    bare = ["Venez vite dans la maison.", "Charles souffre beaucoup de la jambe.", "Ainsi parlait Rouault ce jour."]
    assert find_fault(source, bare, "fr", NovelOptions()) == "dialogue"
    assert find_fault(source, bare, "fr", NovelOptions(keep_formatting=False)) is None
    assert find_fault(source, [f"« {bare[0]} »", *bare[1:]], "fr", NovelOptions()) is None


def test_another_language_is_refused() -> None:
    english = ["Charles was in the house in 1812.", "And the old Rouault was with him."]
    assert find_fault(sentence(SOURCE), english, "fr", NovelOptions()) == "language"
