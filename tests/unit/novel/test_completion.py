from __future__ import annotations

import pytest
from tests.unit.novel.building import sentence

from docmill.pipelines.novel.completion import Completions
from docmill.pipelines.novel.models import Language, NovelOptions, Sentence
from docmill.pipelines.novel.rules import rewrite_by_rules
from docmill.pipelines.novel.verbs import find_verbs


def rewrite(text: str, language: Language, *, dialogue: bool = False, complete: bool = True) -> list[Sentence]:
    return rewrite_by_rules(sentence(text, dialogue=dialogue), language, NovelOptions(complete=complete))


def written(text: str, language: Language, *, dialogue: bool = False) -> list[str]:
    return [short.text for short in rewrite(text, language, dialogue=dialogue)]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        (
            "Quelques-unes de ses camarades apportaient au couvent les keepsakes, derrière la porte de la chapelle.",
            "fr",
            "C'était derrière la porte de la chapelle.",
        ),
        (
            "Elle aimait la mer à cause de ses tempêtes, et les ruines couvertes de verdure.",
            "fr",
            "Et c'étaient les ruines couvertes de verdure.",
        ),
        (
            "Il regardait la plaine depuis le matin, un pays où les hommes dormaient.",
            "fr",
            "C'était un pays où les hommes dormaient.",
        ),
        (
            "Les clochers et les toits d'ardoise brillaient, comme un grand miroir.",
            "fr",
            "C'était comme un grand miroir.",
        ),
        (
            "She could not imagine it; and they waited for the carriage in the narrow garden.",
            "en",
            "It was in the narrow garden.",
        ),
        (
            "Les enfants chantent la chanson du vieux moulin, dans la cour de la ferme.",
            "fr",
            "C'est dans la cour de la ferme.",
        ),
    ],
)
def test_a_phrase_without_a_verb_becomes_a_sentence(text: str, language: Language, expected: str) -> None:
    assert expected in written(text, language)


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        # What is denied is not stated.
        (
            "Tu n'as pas les bras assez longs, les reins assez solides pour le travail.",
            "fr",
            "Les reins assez solides pour le travail.",
        ),
        ("She did not often speak unnecessarily, in the garden of the house.", "en", "In the garden of the house."),
        # Nor what is asked.
        ("Is your master much at Pemberley in the course of the year?", "en", "In the course of the year?"),
        # What belongs to the noun before.
        (
            "Il arriva un grand marchand de bois et de charbon de la ville voisine.",
            "fr",
            "Et de charbon de la ville voisine.",
        ),
        # The object of an infinitive.
        (
            "Il voulait, au bord de cette grande rivière, la traverser avec tous ses chevaux.",
            "fr",
            "La traverser avec tous ses chevaux.",
        ),
        # What belongs to a verb: where somebody goes on to tell, or what somebody wants to do.
        (
            "She had always liked the old garden, in which nobody lived since the war.",
            "en",
            "In which nobody lived since the war.",
        ),
        (
            "She wished with all her heart to visit the old house, and the sea.",
            "en",
            "To visit the old house, and the sea.",
        ),
        # A title in capitals.
        (
            "LE VIEUX CHEMIN DE LA MAISON, DANS LA FORÊT DE LA VALLÉE",
            "fr",
            "DANS LA FORÊT DE LA VALLÉE.",
        ),
        # A compound is no preposition.
        (
            "The whole family were waiting there quietly, in-doors and out-of-doors, day after day.",
            "en",
            "In-doors and out-of-doors, day after day.",
        ),
    ],
)
def test_what_would_change_the_meaning_stays_as_it_is(text: str, language: Language, expected: str) -> None:
    assert expected in written(text, language)


def test_the_subject_of_what_follows_stays_as_it_is() -> None:
    sentence_of_two = sentence("Le vieux curé de la paroisse lentement salua les dames.")
    verbs = find_verbs(sentence_of_two.tokens, "fr")
    completions = Completions(sentence_of_two, verbs, "fr")
    assert completions.completion(0, 6) is None
    assert completions.completion(0, 5) is None
    alone = sentence("Le vieux curé de la paroisse, les dames et les enfants.")
    assert Completions(alone, [False] * len(alone.tokens), "fr").completion(0, 6) is not None


def test_a_statement_does_not_end_before_what_belongs_to_its_last_noun() -> None:
    found = sentence("Elle regardait longtemps, dans la chambre de la tour, de bonne heure.")
    completions = Completions(found, find_verbs(found.tokens, "fr"), "fr")
    room, tower, end = 3, 6, 9
    assert completions.completion(room, tower) is None
    assert completions.completion(room, end) is not None


@pytest.mark.parametrize(("mark", "is_completed"), [(".", True), ("!", False), ("?", False)])
def test_a_cry_stays_as_it_is(mark: str, is_completed: bool) -> None:
    found = sentence(f"Le colonel criait enfin: «Aux armes{mark}» et la garde sortit.")
    completions = Completions(found, find_verbs(found.tokens, "fr"), "fr")
    assert (completions.completion(4, 6) is not None) == is_completed


def test_a_noun_is_completed_behind_a_mark_or_a_coordinator_only() -> None:
    found = sentence("Elle regardait les bottes les lampes, les cordes et les voiles.")
    completions = Completions(found, find_verbs(found.tokens, "fr"), "fr")
    lamps, ropes, sails = 4, 6, 8
    assert completions.completion(lamps, ropes) is None
    assert completions.completion(ropes, sails) is not None
    assert completions.completion(sails, 11) is not None


def test_what_was_added_is_told_and_can_be_left_out() -> None:
    text = "Elle aimait la mer à cause de ses tempêtes, et les ruines couvertes de verdure."
    completed = rewrite(text, "fr")
    assert [short.added for short in completed] == [None, "c'était", "c'étaient"]
    assert " ".join(short.source for short in completed) == text
    plain = rewrite(text, "fr", complete=False)
    assert {short.added for short in plain} == {None}
    assert "Et les ruines couvertes de verdure." in [short.text for short in plain]


def test_marks_of_speech_stay_before_the_added_words() -> None:
    text = "— À cause du changement de régime dans la maison, répondit le vieux pharmacien."
    assert written(text, "fr", dialogue=True)[0] == "— C'était à cause du changement de régime."


def test_speech_without_a_verb_is_in_the_present() -> None:
    text = "« Les dames au salon, à la table ronde, les messieurs à la grande table. »"
    assert all(short.added in (None, "c'est", "ce sont") for short in rewrite(text, "fr", dialogue=True))
    assert any(short.added for short in rewrite(text, "fr", dialogue=True))


def test_added_words_count() -> None:
    found = rewrite("She had remained all day with no very cordial feelings toward the poor man.", "en")
    assert any(short.added for short in found)
    assert all(len(short.text.split()) <= 8 for short in found)
