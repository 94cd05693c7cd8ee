from __future__ import annotations

import pytest
from tests.unit.novel.building import page

from docmill.pipelines.novel.furniture import body_lines
from docmill.pipelines.novel.models import BookPage

STORY = ["Il faisait nuit et la pluie", "tombait sur les toits de la", "ville, sans bruit, depuis", "la veille au soir"]


def texts(pages: list[BookPage]) -> list[list[str]]:
    bodies = body_lines(pages)
    return [[page.text[line.start : line.end] for line in body] for page, body in zip(pages, bodies, strict=True)]


def test_heads_of_left_and_right_pages_and_page_numbers_are_dropped() -> None:
    pages = [
        page(number, ["FLAUBERT" if number % 2 else "MADAME BOVARY", "", *STORY, "", f"– {number + 12} –"])
        for number in range(1, 11)
    ]
    assert texts(pages) == [STORY] * 10


def test_a_head_that_holds_the_page_number_is_dropped() -> None:
    pages = [page(number, [f"Austen   {number}", "", *STORY]) for number in range(1, 8)]
    assert texts(pages) == [STORY] * 7


def test_headings_of_chapters_stay() -> None:
    pages = [page(number, [f"Chapter {number}", "", *STORY] if number % 5 == 0 else STORY) for number in range(1, 40)]
    assert [body[0] for body in texts(pages) if len(body) > len(STORY)] == [f"Chapter {n}" for n in range(5, 40, 5)]


def test_the_same_heading_in_each_part_stays() -> None:
    pages = [page(number, ["I", "", *STORY] if number in (3, 20, 37) else STORY) for number in range(1, 40)]
    assert sum(body[0] == "I" for body in texts(pages)) == 3


def test_numbers_of_chapters_stay() -> None:
    pages = [page(number, [str(chapter), "", *STORY]) for chapter, number in enumerate((3, 11, 30), start=1)]
    assert [body[0] for body in texts(pages)] == ["1", "2", "3"]


def test_lines_of_the_story_that_repeat_stay() -> None:
    pages = [page(number, ["— Oui.", *STORY]) for number in range(1, 8)]
    assert all(body[0] == "— Oui." for body in texts(pages))


def test_blank_pages_do_no_harm() -> None:
    assert texts([page(1, []), page(2, STORY)]) == [[], STORY]


@pytest.mark.parametrize("form", ["Page {} of 30", "{} / 30", "p. {}", "- {} sur 30 -"])
def test_page_numbers_in_other_forms_are_dropped(form: str) -> None:
    pages = [page(number, [*STORY, "", form.format(number)]) for number in range(1, 31)]
    assert texts(pages) == [STORY] * 30


def test_small_roman_numbers_before_the_first_page_are_dropped() -> None:
    front = [page(place, [*STORY, "", number]) for place, number in enumerate(["iii", "iv", "v"], start=1)]
    story = [page(number + 3, [*STORY, "", str(number)]) for number in range(1, 5)]
    assert texts([*front, *story]) == [STORY] * 7


def test_small_words_that_look_like_roman_numbers_stay() -> None:
    pages = [page(number, [*STORY, "", "xi" if number == 3 else "vi"]) for number in (3, 11, 30)]
    assert [body[-1] for body in texts(pages)] == ["xi", "vi", "vi"]


def test_a_head_is_dropped_on_a_page_with_no_other_line() -> None:
    head = ["MADAME BOVARY", "", *STORY]
    pages = [page(number, head[:1] if number in (3, 6) else head) for number in range(1, 8)]
    assert texts(pages) == [[] if number in (3, 6) else STORY for number in range(1, 8)]


def test_a_title_on_a_page_of_its_own_stays() -> None:
    title = page(1, [*[""] * 15, "MADAME BOVARY"])
    pages = [title, *(page(number, ["MADAME BOVARY", "", *STORY]) for number in range(2, 8))]
    assert texts(pages) == [["MADAME BOVARY"], *[STORY] * 6]
