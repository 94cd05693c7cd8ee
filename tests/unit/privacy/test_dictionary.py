"""The user's own words are found whatever their case, accents or script."""

from __future__ import annotations

from pathlib import Path

import pytest

from docmill.errors import InvalidConfiguration
from docmill.privacy.anonymisation import Anonymiser
from docmill.privacy.dictionary import transliterate
from docmill.settings import PrivacySettings


@pytest.mark.parametrize(
    ("word", "text", "original"),
    [
        ("Müller-Lüdenscheidt", "herr MUELLER-LUEDENSCHEIDT kam", "MUELLER-LUEDENSCHEIDT"),
        ("Mueller", "Müller kam", "Müller"),
        ("Muller", "Müller kam", "Müller"),
        ("Шевченко", "seen by Shevchenko today", "Shevchenko"),
        ("Yevhen Shchur", "пацієнт Євген Щур тут", "Євген Щур"),
        ("Project Blue Heron", "for project  blue\nheron only", "project  blue\nheron"),
        ("Zoë", "Zoe\u0308 kam", "Zoe\u0308"),
    ],
)
def test_words_are_found_in_other_letters(word: str, text: str, original: str) -> None:
    anonymiser = Anonymiser(PrivacySettings(model="none"), words=[word])
    assert [artifact.original for artifact in anonymiser.anonymise(text).artifacts] == [original]


def test_parts_of_words_are_not_found() -> None:
    assert not Anonymiser(PrivacySettings(model="none"), words=["Ann"]).detect("annual planning")


def test_the_file_gives_types_and_comments(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("# ours\nORGANIZATION: Blue Heron\nX-77\n\n", encoding="utf-8")
    anonymiser = Anonymiser(PrivacySettings(model="none", dictionary_file=path))
    assert anonymiser.anonymise("Blue Heron sent x-77.").text == "[ORGANIZATION_1] sent [ID_1]."


def test_a_dictionary_word_is_found_even_in_a_result() -> None:
    anonymiser = Anonymiser(PrivacySettings(model="none"), words=["Glucosia"])
    assert anonymiser.anonymise("Glucosia 5.6 mmol/L 3.9-5.5").text == "[PERSON_1] 5.6 mmol/L 3.9-5.5"


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfiguration, match=r"words\.txt"):
        Anonymiser(PrivacySettings(model="none", dictionary_file=tmp_path / "words.txt")).detect("x")


def test_ukrainian_names_follow_the_official_spelling() -> None:
    assert transliterate("Юлія Згурська Їжакевич").text == "yuliia zhurska yizhakevych"
