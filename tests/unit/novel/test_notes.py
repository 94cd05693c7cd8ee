from __future__ import annotations

import pytest
from tests.unit.novel.building import page, with_notes

from docmill.pipelines.novel.flow import paragraphs
from docmill.pipelines.novel.models import BookPage, NovelOptions, join
from docmill.pipelines.novel.notes import split_notes
from docmill.pipelines.novel.steps import book_passages

STORY = ["Il faisait nuit et la pluie", "tombait sur les toits de la", "ville sans bruit", "et toujours plus fort"]
NEXT = [
    "jusqu'au petit matin de ce jour",
    "puis elle cessa enfin.|",
    "Un autre jour commença alors",
    "et il faisait beau.",
]


def notes_of(laid: BookPage) -> list[str]:
    _, notes = split_notes(laid, laid.lines)
    return [" ".join(laid.text[line.start : line.end] for line in note) for note in notes]


@pytest.mark.parametrize("mark", ["1 ", "12. ", "[3] ", "* ", "† ", "¹ ", "a) "])
def test_a_footnote_waits_for_the_end_of_the_paragraph(mark: str) -> None:
    note = [f"{mark}Une ville du Nord de la", "France."]
    pages = [with_notes(1, STORY, note), page(2, NEXT)]
    found = [join(tokens) for tokens in paragraphs(pages, "fr", fix_hyphenation=True)]
    assert found == [" ".join([*STORY, *NEXT[:2]]).rstrip("|"), " ".join(note), " ".join(NEXT[2:])]


def test_each_footnote_is_apart() -> None:
    assert notes_of(with_notes(1, STORY, ["1 Une ville.", "2 Une autre, dans", "le Sud."])) == [
        "1 Une ville.",
        "2 Une autre, dans le Sud.",
    ]


def test_a_note_in_the_size_of_the_text_is_told_by_its_sign_and_its_distance() -> None:
    assert notes_of(page(1, [*STORY, "", "* Une ville du Nord."])) == ["* Une ville du Nord."]


@pytest.mark.parametrize(
    "laid",
    [
        page(1, [*STORY, "* Une ville sans distance."]),
        page(1, [*STORY, "", "* * *"]),
        page(1, [*STORY, "", "12 hommes attendaient."]),
        with_notes(1, STORY, ["Une lettre en petits caractères", "qui continue."]),
        page(1, STORY[:2]),
    ],
)
def test_the_story_is_no_footnote(laid: BookPage) -> None:
    assert notes_of(laid) == []


def test_no_passage_is_torn_by_a_footnote() -> None:
    overleaf = ["jusqu'au matin. Le vent", "se leva alors.|", "Un autre jour commença."]
    pages = [with_notes(2, STORY, ["1 Une note."]), page(3, overleaf), page(4, STORY)]
    passages = book_passages(pages, 4, NovelOptions(language="fr"))
    found = [[sentence.tokens[0].page for sentence in passage.sentences] for passage in passages if passage.sentences]
    assert found == [[2], [3, 2, 3, 4]]
    ids = [sentence.id for passage in passages for sentence in passage.sentences]
    assert ids == sorted(ids)
