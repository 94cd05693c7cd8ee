from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.novel.building import sentence

from docmill.pipelines.novel.clauses import split_clauses
from docmill.pipelines.novel.models import Language, NovelOptions, count_words, join
from docmill.pipelines.novel.rules import rewrite_by_rules, write_out

WORDS = st.sampled_from(
    "la porte qui et mais dans Bovary M. l'homme — « » , ; : dit-il viens! alors... \"oui été 1857 mer,".split()  # noqa: SIM905
)
TEXTS = st.lists(WORDS, min_size=1, max_size=60).map(" ".join)
LANGUAGES = st.sampled_from(["fr", "en"])


def rewrite(text: str, language: Language = "fr", *, dialogue: bool = False, **options: object) -> list[str]:
    found = rewrite_by_rules(sentence(text, dialogue=dialogue), language, NovelOptions.model_validate(options))
    return [short.text for short in found]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        (
            "Resté dans l'angle, derrière la porte, le nouveau était un gars de la campagne.",
            "fr",
            ["Resté dans l'angle, derrière la porte.", "Le nouveau était un gars de la campagne."],
        ),
        (
            "Il n'osait rien dire à sa femme, parce qu'elle pleurait depuis le matin.",
            "fr",
            ["Il n'osait rien dire à sa femme.", "Parce qu'elle pleurait depuis le matin."],
        ),
        (
            "Au bout du village, ouvrit la fenêtre parce qu'il avait entendu un bruit étrange dans la cour.",
            "fr",
            ["Au bout du village, ouvrit la fenêtre.", "Parce qu'il avait entendu un bruit étrange.", "Dans la cour."],
        ),
        (
            "She could not imagine what business he could have in town; it was late.",
            "en",
            ["She could not imagine.", "What business he could have in town.", "It was late."],
        ),
    ],
)
def test_long_sentences_are_split_where_clauses_meet(text: str, language: Language, expected: list[str]) -> None:
    assert rewrite(text, language) == expected


def test_a_title_stays_with_its_name() -> None:
    found = rewrite("Elle aperçut au loin le jeune M. Bovary qui revenait de la ville.")
    assert len(found) > 1
    assert any("M. Bovary" in short for short in found)


def test_a_word_that_is_left_divided_is_in_one_sentence() -> None:
    found = rewrite("Il habitait depuis trente ans la même mai- son au bout du village, près de la rivière.")
    assert len(found) > 1
    assert any("mai- son" in short.casefold() for short in found)


def test_short_sentences_stay_as_they_are() -> None:
    assert rewrite("Oui!") == ["Oui!"]
    assert rewrite("PREMIÈRE PARTIE") == ["PREMIÈRE PARTIE"]


def test_the_limit_is_the_users() -> None:
    text = "Il marchait et elle riait et le chien courait et le vent soufflait."
    assert len(rewrite(text, max_words=50)) == 1
    assert max(count_words(short) for short in rewrite(text, max_words=3, min_words=1)) <= 3


def test_dialogue_is_left_alone_on_request() -> None:
    text = "— Je ne sais pas, dit-il, si vous avez raison, mais je le crois."
    assert rewrite(text, dialogue=True, ignore_dialogue=True) == [text]
    assert len(rewrite(text, dialogue=False, ignore_dialogue=True)) > 1
    assert len(rewrite(text, dialogue=True)) > 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("— Oui, dit-il", "Oui, dit-il."),
        ("« Viens »", "Viens."),
        ("le mot _ridicule_,", "Le mot ridicule."),
    ],
)
def test_marks_are_dropped_on_request(text: str, expected: str) -> None:
    assert write_out(text, whole=False, keep_formatting=False) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("et la mer,", "Et la mer."),
        ("« et la mer,»", "« Et la mer.»"),
        ("et la mer. »", "Et la mer. »"),
        ("et la mer, »", "Et la mer. »"),
        ("que fais-tu?", "Que fais-tu?"),
        ("la mer —", "La mer."),
        ("12 francs", "12 francs."),
        ("l'homme…", "L'homme…"),
    ],
)
def test_a_piece_is_written_as_a_sentence(text: str, expected: str) -> None:
    assert write_out(text, whole=False, keep_formatting=True) == expected


@given(TEXTS, LANGUAGES, st.integers(3, 12), st.integers(1, 10), st.booleans())
def test_no_word_is_dropped_and_none_invented_unless_it_is_told(
    text: str, language: Language, max_words: int, min_words: int, complete: bool
) -> None:
    options = NovelOptions(max_words=max_words, min_words=min(min_words, max_words), complete=complete)
    source = sentence(text)
    found = rewrite_by_rules(source, language, options)
    assert complete or not any(short.added for short in found)
    written = [words_of(short.text) for short in found]
    for words, short in zip(written, found, strict=True):
        for added in words_of(short.added or ""):
            words.remove(added)
    assert [word for words in written for word in words] == words_of(text)
    assert " ".join(short.source for short in found) == text
    assert [(short.start, short.end) for short in found] == spans(text, [short.source for short in found])


@given(TEXTS, LANGUAGES, st.integers(3, 12))
def test_the_limit_holds_and_every_piece_has_a_word(text: str, language: Language, max_words: int) -> None:
    pieces = split_clauses(sentence(text), language, NovelOptions(min_words=3, max_words=max_words))
    counts = [count_words(join(list(piece.tokens))) for piece in pieces]
    if count_words(text) > max_words:
        assert min(counts) > 0
    options = NovelOptions(min_words=3, max_words=max_words, complete=True)
    assert all(count_words(short.text) <= max_words for short in rewrite_by_rules(sentence(text), language, options))


@pytest.mark.timeout(60)
def test_a_long_row_of_marks_does_not_stop_the_book() -> None:
    row = sentence(". " * 20_000 + "un deux trois quatre cinq six sept huit neuf")
    pieces = split_clauses(row, "fr", NovelOptions())
    assert [token for piece in pieces for token in piece.tokens] == row.tokens


def words_of(text: str) -> list[str]:
    return [word.casefold() for word in re.findall(r"\w+", text)]


def spans(text: str, pieces: list[str]) -> list[tuple[int, int]]:
    found, at = [], 0
    for piece in pieces:
        found.append((at, at + len(piece)))
        at += len(piece) + 1
    return found
