from __future__ import annotations

import pytest
from tests.unit.novel.building import centred, page

from docmill.pipelines.novel.flow import paragraphs
from docmill.pipelines.novel.models import BookPage, Language, join


def flow(pages: list[BookPage], language: Language = "fr", *, fix_hyphenation: bool = True) -> list[str]:
    return [join(found) for found in paragraphs(pages, language, fix_hyphenation=fix_hyphenation)]


@pytest.mark.parametrize(
    ("lines", "language", "expected"),
    [
        (["il regar-", "dait la mer"], "fr", "il regardait la mer"),
        (["que disait-", "elle alors"], "fr", "que disait-elle alors"),
        (["Marie-", "Antoinette riait"], "fr", "Marie-Antoinette riait"),
        (["il a effronté-", "ment menti"], "fr", "il a effrontément menti"),
        (["un tire-", "bouchon rouillé"], "fr", "un tire-bouchon rouillé"),
        (["her pride had van-", "ished at last"], "en", "her pride had vanished at last"),
        (["a well-", "bred man"], "en", "a well-bred man"),
        (["c’est-à-", "dire rien"], "fr", "c’est-à-dire rien"),
        (["vis-à-", "vis de lui"], "fr", "vis-à-vis de lui"),
        (["tout-à-", "l’heure encore"], "fr", "tout-à-l’heure encore"),
        (["un chef-", "d’œuvre de plus"], "fr", "un chef-d’œuvre de plus"),
        (["de l’eau-", "de-vie"], "fr", "de l’eau-de-vie"),
        (["demanda-t-", "elle"], "fr", "demanda-t-elle"),
        (["le rez-", "de-chaussée"], "fr", "le rez-de-chaussée"),
        (["demanda-", "t-elle"], "fr", "demanda-t-elle"),
        (["Jeanne s’é-", "cria-t-elle"], "fr", "Jeanne s’écria-t-elle"),
        (["par-des-", "sus le mur"], "fr", "par-dessus le mur"),
        (["à Saint-Mar-", "cellin"], "fr", "à Saint-Marcellin"),
        (["my mother-in-", "law’s house"], "en", "my mother-in-law’s house"),
        (["my mother-", "in-law"], "en", "my mother-in-law"),
        (["the draw-", "ing-room"], "en", "the drawing-room"),
        (["an up-to-", "date list"], "en", "an up-to-date list"),
        (["a good-hu-", "moured man"], "en", "a good-humoured man"),
    ],
)
def test_hyphens_at_the_end_of_a_line(lines: list[str], language: Language, expected: str) -> None:
    assert flow([page(1, lines)], language) == [expected]


def test_the_book_decides_before_the_dictionary() -> None:
    compound = page(1, ["des plates-", "bandes, et d'autres plates-bandes"])
    assert flow([compound]) == ["des plates-bandes, et d'autres plates-bandes"]
    assert flow([page(1, ["des plates-", "bandes fleuries"])]) == ["des platesbandes fleuries"]
    name = page(1, ["chez Yon-", "ville, et de Yonville encore"])
    assert flow([name]) == ["chez Yonville, et de Yonville encore"]


def test_hyphenation_may_be_left_alone() -> None:
    assert flow([page(1, ["il regar-", "dait"])], fix_hyphenation=False) == ["il regar- dait"]


def test_a_joined_word_keeps_its_place_across_pages() -> None:
    [tokens] = paragraphs([page(1, ["il regar-"]), page(2, ["dait la mer"])], "fr", fix_hyphenation=True)
    assert tokens[1] == ("regardait", 1, 3, 2, 4)


def test_paragraphs_by_indent_gap_short_line_and_speech() -> None:
    found = flow(
        [
            page(
                1,
                [
                    " Le premier commence ici et va",
                    "jusque là sans reprendre son",
                    "souffle.|",
                    "Le second suit une ligne courte et",
                    "ne finit pas encore par un point",
                    " mais celui-ci est en retrait.",
                    "— Oui, dit-il encore une fois.",
                    "— Non, dit-elle encore une fois",
                    "",
                    "",
                    "après un blanc il y a autre chose",
                ],
            )
        ]
    )
    assert [text.split()[1] for text in found] == ["premier", "second", "celui-ci", "Oui,", "Non,", "un"]


def test_a_paragraph_goes_on_over_the_page() -> None:
    lines = ["La phrase commence sur une page", "et la lumière qui baissait dans"]
    assert flow([page(1, lines), page(2, ["la chambre la rendait triste."])]) == [
        "La phrase commence sur une page et la lumière qui baissait dans la chambre la rendait triste."
    ]


def test_a_page_that_is_missing_ends_the_paragraph() -> None:
    assert len(flow([page(1, ["elle marchait dans la"]), page(3, ["rue sans rien dire"])])) == 2


def test_a_heading_is_a_paragraph() -> None:
    assert flow([page(1, [" CHAPITRE PREMIER|", " Nous étions à l'étude"])]) == [
        "CHAPITRE PREMIER",
        "Nous étions à l'étude",
    ]


def test_entries_of_a_table_of_contents_are_apart_and_without_their_dots() -> None:
    lines = [
        "Contents",
        "I. The House . . . . . . . . . . 3",
        "II. The Lane ........... 12",
        "Notes ……… xii",
        "The story",
    ]
    assert flow([page(1, lines)], "en") == ["Contents I. The House 3", "II. The Lane 12", "Notes xii", "The story"]


def test_dots_of_the_story_stay() -> None:
    assert flow([page(1, ["Il attendit . . . . jusqu'au", "matin..."])]) == ["Il attendit . . . . jusqu'au matin..."]


def test_names_of_who_speaks_and_headings_in_the_middle_are_apart() -> None:
    lines = [
        "HARPAGON",
        "Hors d'ici tout à l'heure",
        "et qu'on ne réplique pas",
        "CHAPITRE II",
        "Où il ne se passe rien",
    ]
    found = flow([centred(page(1, [*lines, "Il faisait nuit et la pluie"]), 0, 3, 4)])
    assert found == [
        "HARPAGON",
        "Hors d'ici tout à l'heure et qu'on ne réplique pas",
        "CHAPITRE II",
        "Où il ne se passe rien",
        "Il faisait nuit et la pluie",
    ]


def test_lines_of_one_heading_stay_together() -> None:
    lines = ["LE LONG CHEMIN DE LA", "VIEILLE MAISON", "Il faisait nuit et la pluie"]
    assert flow([centred(page(1, lines), 0, 1)]) == [
        "LE LONG CHEMIN DE LA VIEILLE MAISON",
        "Il faisait nuit et la pluie",
    ]
