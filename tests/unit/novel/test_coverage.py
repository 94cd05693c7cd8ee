from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docmill.errors import FileError, InvalidInput
from docmill.pipelines.novel.coverage import CoverageOptions, find_coverage
from docmill.pipelines.novel.vocabulary import fold, keys_of, words_of
from docmill.pipelines.novel.word_lists import FRENCH_2000, read_word_list

WORDS = ["le", "chat", "manger", "souris", "être", "petit", "dans", "maison", "élève"]
BOOK = [
    "Le chat mange la souris.",
    "Oui.",
    "L'élève était dans la petite maison.",
    "Xavier Quibble rencontra Zorglub hier.",
    "Le chat mange la souris.",
    "Les chats mangeaient dans les maisons.",
]


def test_diacritics_case_and_ligatures_are_folded() -> None:
    assert fold("ÉLÈVE Cœur Ça") == "eleve coeur ca"


@pytest.mark.parametrize(
    ("text", "word"),
    [("l'homme", "homme"), ("L’homme", "le"), ("d'eau", "de"), ("jusqu'ici", "jusque"), ("aujourd'hui", "aujourd'hui"),
     ("dit-il", "dire"), ("mangeaient", "manger")],
)  # fmt: skip
def test_a_word_is_found_in_its_forms(text: str, word: str) -> None:
    wanted = keys_of(word, "fr")
    assert any(keys & wanted for keys in words_of(text, "fr"))


def test_english_words_lose_what_follows_the_apostrophe() -> None:
    assert [sorted(keys) for keys in words_of("It's Bennet's dogs", "en")] == [["it"], ["bennet"], ["dog", "dogs"]]


def test_filter_takes_known_sentences_best_first_and_each_once() -> None:
    found = find_coverage(BOOK, WORDS, "fr", CoverageOptions(mode="filter"))
    assert [sentence.number for sentence in found.sentences] == [2, 5, 0]
    assert all(sentence.known == 1 for sentence in found.sentences)


def test_filter_obeys_share_and_length() -> None:
    sentences = ["Le chat mange Zorglub.", "Le chat."]
    assert find_coverage(sentences, WORDS, "fr", CoverageOptions()).sentences == []
    lenient = CoverageOptions(least_known=0.75, min_words=1)
    assert [s.known for s in find_coverage(sentences, WORDS, "fr", lenient).sentences] == [1.0, 0.75]


def test_coverage_takes_few_sentences_that_hold_each_word() -> None:
    found = find_coverage(BOOK, [*WORDS, "zèbre"], "fr", CoverageOptions(mode="coverage"))
    assert {word for sentence in found.sentences for word in sentence.covers} == set(WORDS)
    assert len(found.sentences) == 2
    assert (found.covered, found.missing) == (9, ["zèbre"])


@given(st.lists(st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join), max_size=12))
def test_coverage_finds_every_word_that_the_book_has_and_takes_no_idle_sentence(book: list[str]) -> None:
    found = find_coverage(book, WORDS, "fr", CoverageOptions(mode="coverage"))
    held = {word for text in book for word in text.split()}
    assert {word for sentence in found.sentences for word in sentence.covers} == held
    assert found.missing == [word for word in WORDS if word not in held]
    assert all(sentence.covers for sentence in found.sentences)
    assert len({word for sentence in found.sentences for word in sentence.covers}) == found.covered


def test_the_french_list_has_2000_words() -> None:
    words = read_word_list(FRENCH_2000)
    assert len(words) == len(set(words)) == 2000
    assert {"être", "avoir", "pourquoi", "toujours"} <= set(words)


def test_a_list_of_ones_own(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("\ufeffmot,niveau\nchat,A1\n\nsouris,A2\nchat,A1\n", encoding="utf-8")
    assert read_word_list(str(file)) == ["chat", "souris"]


@pytest.mark.parametrize("content", [b"", b"mot\n", b"\xff\xfe"])
def test_a_list_without_words_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes(content)
    with pytest.raises(InvalidInput, match=r"list\.csv"):
        read_word_list(str(file))


def test_a_list_that_is_not_there_is_refused() -> None:
    with pytest.raises(FileError, match="No such file"):
        read_word_list("nowhere.csv")
