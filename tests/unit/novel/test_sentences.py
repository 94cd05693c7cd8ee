from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.novel.building import tokens

from docmill.pipelines.novel.language import detect_language, is_abbreviated
from docmill.pipelines.novel.models import Language
from docmill.pipelines.novel.sentences import split_sentences


def split(text: str, language: Language) -> list[str]:
    return [sentence.text for sentence in split_sentences([tokens(text)], language)]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("M. Bovary entra. Mme Lefrançois sourit.", "fr", ["M. Bovary entra.", "Mme Lefrançois sourit."]),
        ("Il vit J. Dupont. Il rit.", "fr", ["Il vit J. Dupont.", "Il rit."]),
        ("Quoi ! dit-il. Rien.", "fr", ["Quoi ! dit-il.", "Rien."]),
        ("« Viens ici. Vite ! » Il partit.", "fr", ["« Viens ici.", "Vite ! »", "Il partit."]),
        ("Mr. Bennet was odd. He smiled.", "en", ["Mr. Bennet was odd.", "He smiled."]),
        ('"Have you heard? It is let!" she said.', "en", ['"Have you heard?', 'It is let!" she said.']),
        ("It cost 3.5 pounds. Enough.", "en", ["It cost 3.5 pounds.", "Enough."]),
        ("* * *", "en", ["* * *"]),
    ],
)
def test_where_sentences_end(text: str, language: Language, expected: list[str]) -> None:
    assert split(text, language) == expected


@pytest.mark.parametrize("token", ["M.", "(M.", "Mme.", "d'A.", "A."])
def test_abbreviations(token: str) -> None:
    assert is_abbreviated(token, "fr") == (token != "d'A.")


def test_dialogue_is_marked() -> None:
    paragraphs = [
        tokens("— Viens. Je pars."),
        tokens("Il dit : « Viens. Je pars. » Puis il sortit."),
        tokens("Personne ne parla."),
    ]
    found = split_sentences(paragraphs, "fr")
    assert [sentence.dialogue for sentence in found] == [True, True, True, True, False, False]


@given(
    st.lists(
        st.lists(st.text(alphabet="abMÉ.!?…«»\"' —-,;1", min_size=1, max_size=8).filter(str.strip), max_size=12),
        max_size=4,
    ),
    st.sampled_from(["fr", "en"]),
)
def test_every_token_is_in_exactly_one_sentence_in_order(words: list[list[str]], language: Language) -> None:
    paragraphs = [tokens(" ".join(paragraph), page) for page, paragraph in enumerate(words, start=1) if paragraph]
    found = split_sentences(paragraphs, language)
    assert [token for sentence in found for token in sentence.tokens] == [t for p in paragraphs for t in p]
    assert [sentence.id for sentence in found] == list(range(len(found)))


def test_the_language_is_told_from_the_text() -> None:
    assert detect_language(["Il était dans la maison et elle ne voulait pas."]) == "fr"
    assert detect_language(["He was in the house and she had not wanted it."]) == "en"
