from __future__ import annotations

import re

import pytest

from docmill.documents.models import PageText, Word
from docmill.pipelines.novel.flow import paragraphs
from docmill.pipelines.novel.models import join
from docmill.pipelines.novel.pages import book_page

SIZE, LEADING, WIDTH = 10.0, 14.0, 6.0


def page_text(lines: list[tuple[float, float, str]], large: str = "") -> PageText:
    """Lay out lines at their left and upper edges; the word ``large`` is three lines high and begins at the margin."""
    words, texts, offset = [], [], 0
    for left, top, text in lines:
        for match in re.finditer(r"\S+", text):
            x0 = left + match.start() * WIDTH
            size = SIZE
            if match[0] == large:
                x0, top_of_word, size = 50.0, 100.0, 3 * LEADING
            else:
                top_of_word = top
            x1 = x0 + len(match[0]) * (20.0 if match[0] == large else WIDTH)
            words.append(Word(offset + match.start(), offset + match.end(), x0, top_of_word, x1, top_of_word + size))
        texts.append(text)
        offset += len(text) + 1
    return PageText(number=1, text="\n".join(texts), words=words, width=400, height=600, method="text")


def flow(page: PageText) -> list[str]:
    return [join(tokens) for tokens in paragraphs([book_page(page)], "en", fix_hyphenation=True)]


@pytest.mark.parametrize(
    ("lines", "large", "expected"),
    [
        # The letter's foot stands on the second line, or it is a line of its own.
        (["he old house stood there", "and T nobody lived in it", "for many years."], "T", "The old house stood there"),
        (["T", "he old house stood there", "and nobody lived in it"], "T", "The old house stood there"),
        (["dark house stood there", "and A nobody lived in it", "for many years."], "A", "A dark house stood there"),
    ],
)
def test_a_large_initial_goes_before_what_it_begins(lines: list[str], large: str, expected: str) -> None:
    places = [(75.0, 100 + LEADING * number, line) for number, line in enumerate(lines)]
    [paragraph] = flow(page_text(places, large))
    assert paragraph.startswith(expected)
    assert paragraph.split().count(large) == (1 if large == "A" else 0)


def test_a_large_letter_with_nothing_beside_it_is_a_heading() -> None:
    page = page_text([(50, 100, "I"), (50, 160, "the old house stood there"), (50, 174, "for many years.")], "I")
    assert flow(page) == ["I", "the old house stood there for many years."]


def test_lines_of_columns_are_one_text() -> None:
    left = [
        (50, 100 + LEADING * number, text)
        for number, text in enumerate(["the old house", "stood at the", "end of the"])
    ]
    right = [
        (220, 100 + LEADING * number, text)
        for number, text in enumerate(["lane where no", "body ever came", "any more."])
    ]
    assert flow(page_text([*left, *right])) == [
        "the old house stood at the end of the lane where no body ever came any more."
    ]
