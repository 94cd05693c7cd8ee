from __future__ import annotations

import pytest
from tests.unit.novel.building import sentence, tokens

from docmill.pipelines.novel.models import Language, NovelOptions
from docmill.pipelines.novel.rules import rewrite_by_rules
from docmill.pipelines.novel.verbs import find_verbs


def verbs(text: str, language: Language) -> list[str]:
    found = tokens(text)
    return [token.text for token, holds in zip(found, find_verbs(found, language), strict=True) if holds]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Elle entra dans la chambre, où dormaient les enfants.", "fr", ["entra", "dormaient"]),
        ("Ils partirent; on n'osait rien dire.", "fr", ["partirent;", "n'osait"]),
        ("« Qu\u2019avez-vous?» répondit-il.", "fr", ["Qu\u2019avez-vous?»", "répondit-il."]),
        ("Le vieux lion d'or, aux premières lettres noires.", "fr", []),
        ("Il les regarde toujours.", "fr", ["regarde"]),
        ("Mr. Bingley entered, and the others went home.", "en", ["entered,", "went"]),
        ("She runs; they who sing never weep.", "en", ["runs;", "sing"]),
        ("She has never seen it; he never saw it.", "en", ["has", "saw"]),
        ("It's late, and they don't mind.", "en", ["It's", "don't"]),
        ("The surprised guests left the lighted room.", "en", ["left"]),
        ("Une arrivée tardive, la première, à s'occuper de rien.", "fr", []),
        ("Un garçon de classe parle.", "fr", ["parle."]),
        ("Elle ne lui en parla pas; voilà tout.", "fr", ["parla", "voilà"]),
        ("A pair of grey shoes of his own making.", "en", []),
    ],
)
def test_verbs_are_told_by_their_forms_and_their_subjects(text: str, language: Language, expected: list[str]) -> None:
    assert verbs(text, language) == expected


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        (
            "Quelques-unes de ses camarades apportaient au couvent les keepsakes qu'elles avaient reçus en étrennes.",
            "fr",
            [
                "Quelques-unes de ses camarades apportaient au couvent.",
                "Les keepsakes qu'elles avaient reçus en étrennes.",
            ],
        ),
        (
            "Mais, à présent, il possédait pour la vie cette jolie femme qu'il adorait.",
            "fr",
            ["Mais, à présent, il possédait pour la vie.", "Cette jolie femme qu'il adorait."],
        ),
        (
            "Indeed you must go, for it will be impossible for us to visit him if you do not.",
            "en",
            ["Indeed you must go.", "For it will be impossible for us.", "To visit him if you do not."],
        ),
    ],
)
def test_pieces_are_cut_so_that_each_has_a_verb(text: str, language: Language, expected: list[str]) -> None:
    assert rewritten(text, language) == expected


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        (
            "Ceux qui dormaient se réveillèrent, et chacun se leva comme surpris dans son travail.",
            "fr",
            ["Ceux qui dormaient se réveillèrent.", "Et chacun se leva.", "Comme surpris dans son travail."],
        ),
        (
            "Quant au piano, plus les doigts y couraient vite, plus il s'émerveillait.",
            "fr",
            ["Quant au piano.", "Plus les doigts y couraient vite.", "Plus il s'émerveillait."],
        ),
        (
            "In that respect his friend had greatly the advantage.",
            "en",
            ["In that respect.", "His friend had greatly the advantage."],
        ),
        (
            "Mr. Darcy walked off; and Elizabeth remained with no very cordial feelings toward him.",
            "en",
            ["Mr. Darcy walked off.", "And Elizabeth remained.", "With no very cordial feelings toward him."],
        ),
    ],
)
def test_a_verb_is_not_torn_from_its_subject(text: str, language: Language, expected: list[str]) -> None:
    assert rewritten(text, language) == expected


def rewritten(text: str, language: Language) -> list[str]:
    return [short.text for short in rewrite_by_rules(sentence(text), language, NovelOptions(complete=False))]
