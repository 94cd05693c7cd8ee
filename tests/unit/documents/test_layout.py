"""Rows stay rows, columns of prose follow each other, and every word knows its place in the text."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.documents.sheets import LAB_ROWS, columns_of_prose, lab_report

from docmill.documents.layout.page import lay_out
from docmill.documents.models import PageRange
from docmill.documents.reading import read_pages
from docmill.documents.words import PlacedWord
from docmill.settings import DocumentSettings

SETTINGS = DocumentSettings(ocr="never")


def read(path: Path, last: int = 1) -> list[str]:
    return [page.text for page in read_pages(path, PageRange(first=1, last=last), SETTINGS)]


def word(text: str, x: float, baseline: float, *, size: float = 10.0, turn: int = 0) -> PlacedWord:
    width = 0.5 * size * len(text)
    return PlacedWord(text, x, baseline - 0.8 * size, x + width, baseline + 0.2 * size, baseline, turn)


def line(text: str, x: float, baseline: float, *, size: float = 10.0) -> list[PlacedWord]:
    words = []
    for part in text.split():
        words.append(word(part, x, baseline, size=size))
        x = words[-1].x1 + 0.25 * size
    return words


@pytest.mark.parametrize("order", ["rows", "columns"])
@pytest.mark.parametrize("turn", [0, 1, 2, 3])
def test_rows_of_a_report_are_lines_however_they_were_drawn(tmp_path: Path, order: str, turn: int) -> None:
    lines = read(lab_report(tmp_path / "lab.pdf", order=order, turn=turn))[0].split("\n")
    assert ["  ".join(cell for cell in row if cell) for row in LAB_ROWS] == lines[-len(LAB_ROWS) :]


@pytest.mark.parametrize("count", [2, 3])
@pytest.mark.parametrize("gutter", [12.0, 24.0])
def test_columns_of_prose_are_read_one_after_the_other(tmp_path: Path, count: int, gutter: float) -> None:
    words = columns_of_prose(tmp_path / "prose.pdf", count, gutter=gutter)
    text = read(tmp_path / "prose.pdf")[0]
    assert text.split("\n")[0] == "A heading that is as wide as all of the columns"
    assert text.split()[-len(words) :] == words


def test_a_table_beside_prose_in_the_other_column_keeps_its_rows() -> None:
    words = []
    for row in range(20):
        baseline = 100 + 12.0 * row
        words += line("eight plain words that fill this line of text", 320, baseline)
        if row < 9:
            words += [*line(f"Item{row}", 50, 100 + 10.1 * row), *line(f"{row}.5", 180, 100 + 10.1 * row)]
        else:
            words += line("other full lines of prose in this column", 50, baseline)
    lines = lay_out(words)[0].split("\n")
    assert lines[:9] == [f"Item{row}  {row}.5" for row in range(9)]
    assert lines[-20:] == ["eight plain words that fill this line of text"] * 20


def test_a_table_with_a_column_of_remarks_is_not_torn() -> None:
    words = []
    for row in range(12):
        baseline = 100 + 14.0 * row
        words += [*line(f"Name{row}", 50, baseline), *line(f"{row}.5", 150, baseline)]
        words += line("a remark of several words about it", 250, baseline)
    lines = [text for text in lay_out(words)[0].split("\n") if text]
    assert lines == [f"Name{row}  {row}.5  a remark of several words about it" for row in range(12)]


def test_a_table_with_remarks_of_several_lines_is_not_torn() -> None:
    words = []
    for row in range(8):
        baseline = 100 + 42.0 * row
        words += [*line(f"Name{row} and more", 50, baseline), *line(f"{row}.5", 200, baseline)]
        for number in range(3):
            words += line("a remark of several words about it", 250, baseline + 14 * number)
    lines = [text for text in lay_out(words)[0].split("\n") if text]
    assert lines[0] == "Name0 and more  0.5  a remark of several words about it"
    assert lines[3] == "Name1 and more  1.5  a remark of several words about it"


def test_a_table_with_centred_cells_beside_long_ones_is_not_torn() -> None:
    words = []
    for row in range(10):
        middle = 100 + 40.0 * row
        words += line(f"Drug{row} tablets", 50, middle)
        words += line("a long description of six words", 260, middle - 7)
        words += line("that goes on in the next line", 260, middle + 7)
    lines = [text for text in lay_out(words)[0].split("\n") if text]
    assert lines[:3] == ["a long description of six words", "Drug0 tablets", "that goes on in the next line"]


def test_columns_that_the_file_writes_row_by_row_are_a_table() -> None:
    words = []
    for row in range(12):
        words += line("the question in several words of text", 50, 100 + 14.0 * row)
        words += line("and its answer in several other words", 300, 100 + 14.0 * row)
    columns = lay_out([replace(word) for word in words])[0].split("\n")
    assert columns[:2] == ["the question in several words of text"] * 2
    for order, placed in enumerate(words):
        placed.order = order
    rows = lay_out(words)[0].split("\n")
    assert rows[0] == "the question in several words of text  and its answer in several other words"


def test_short_lines_of_addresses_side_by_side_stay_rows() -> None:
    words = []
    for row, (left, right) in enumerate([("Name: Ada", "Collected: 1 May"), ("Street 5", "Received: 2 May")] * 3):
        words += [*line(left, 50, 100 + 12 * row), *line(right, 300, 100 + 12 * row)]
    assert lay_out(words)[0].split("\n")[0] == "Name: Ada  Collected: 1 May"


def test_cells_begin_where_other_rows_begin_one_even_after_a_narrow_gap() -> None:
    words = []
    for row, name in enumerate(["abc", "abc", "abc", "long-long-names"]):
        words += [*line(name, 50, 100 + 12 * row), word("5.1", 130, 100 + 12 * row)]
    assert lay_out(words)[0].split("\n")[-1] == "long-long-names  5.1"


def test_a_dot_leader_ends_a_cell() -> None:
    words = [word("Sodium..........", 50, 100), word("140", 132, 100)]
    assert lay_out(words)[0] == "Sodium..........  140"


def test_raised_characters_join_their_row() -> None:
    words = [*line("see the note", 50, 100), word("2", 106, 96, size=6), *line("next line", 50, 112)]
    assert lay_out(words)[0] == "see the note 2\nnext line"


def test_blocks_are_parted_by_a_blank_line() -> None:
    words = [*line("first block", 50, 100), *line("still first", 50, 112), *line("second", 50, 150)]
    assert lay_out(words)[0] == "first block\nstill first\n\nsecond"


def test_turned_text_comes_after_the_rest_and_keeps_its_place() -> None:
    turned = PlacedWord("aside", 500, 300, 512, 340, 503, turn=3)
    text, words = lay_out([turned, *line("main text here", 50, 100)])
    assert text == "main text here\n\naside"
    assert words[-1][2:6] == (500, 300, 512, 340)


def test_right_to_left_rows_are_read_from_the_right() -> None:
    words = [word("عالم", 50, 100), word("مرحبا", 80, 100), word("12", 200, 100), word("34", 215, 100)]
    assert lay_out(words)[0] == "12 34  مرحبا عالم"


def test_no_words_no_text() -> None:
    assert lay_out([]) == ("", [])


WORDS = st.builds(
    word,
    st.text("abcdefg23456789.-", min_size=1, max_size=12),
    st.floats(0, 600),
    st.floats(0, 800),
    size=st.floats(1, 40),
    turn=st.integers(0, 3),
)


@given(st.lists(WORDS, max_size=60, unique_by=lambda word: word.text))
def test_every_character_is_in_the_text_once_at_its_place(placed: list[PlacedWord]) -> None:
    """Words may be joined where one is raised or lowered beside the other; nothing is lost and nothing comes twice."""
    expected = sorted("".join(word.text for word in placed))
    text, words = lay_out(placed)
    assert sorted("".join(text[word.start : word.end] for word in words)) == expected
    assert [word.start for word in words] == sorted(word.start for word in words)
    assert text.split() == [text[word.start : word.end] for word in words]


def test_the_words_of_a_page_are_the_words_of_its_text(tmp_path: Path) -> None:
    page = read_pages(lab_report(tmp_path / "lab.pdf"), PageRange(first=1, last=1), SETTINGS)[0]
    assert [page.text[word.start : word.end] for word in page.words] == re.findall(r"\S+", page.text)
    value = next(word for word in page.words if page.text[word.start : word.end] == "0.87")
    assert (value.x0, value.x1) == pytest.approx((250, 269.5), abs=0.5)
    assert value.top < 842 - 720 + 22 * 5 < value.bottom


def written_down(text: str, x: float, top: float) -> list[PlacedWord]:
    return [
        PlacedWord(character, x, top + 12 * place, x + 12, top + 12 * place + 12, top + 12 * place + 10)
        for place, character in enumerate(text)
    ]


def test_vertical_writing_is_read_downwards_from_the_right() -> None:
    columns = ["縦書きの文章です", "右から左へ読みます", "三行目"]
    words = [word for place, text in enumerate(columns) for word in written_down(text, 500 - 20 * place, 100)]
    text, placed = lay_out([*words, word("12", 300, 780)])
    assert text.split() == [*columns, "12"]
    assert placed[0][2:6] == (500, 100, 512, 196)


def test_cells_of_one_character_stay_in_their_rows() -> None:
    signs = written_down("有无有无有", 300, 100)
    names = [word(f"name{row}", 60, 110 + 12.0 * row) for row in range(5)]
    values = [word(f"{row}.5", 200, 110 + 12.0 * row) for row in range(5)]
    lines = lay_out([*names, *values, *signs])[0].split("\n")
    assert [line.split() for line in lines] == [[f"name{row}", f"{row}.5", "有无"[row % 2]] for row in range(5)]


def test_hanging_numbers_of_a_list_stay_with_their_column() -> None:
    words: list[PlacedWord] = []
    for item in range(8):
        for row, text in enumerate(
            ("eight plain words that fill this line of text", "and a second line that is quite full")
        ):
            baseline = 100 + 26.0 * item + 12 * row
            for x in (50, 330):
                words += [word(f"{item}.", x, baseline)] if row == 0 else []
                words += line(text, x + 24, baseline)
    lines = lay_out(words)[0].split("\n")
    assert [text for text in lines if text] == [
        text
        for item in [*range(8), *range(8)]
        for text in (f"{item}.  eight plain words that fill this line of text", "and a second line that is quite full")
    ]


def test_short_headings_above_two_columns_stay_with_their_column() -> None:
    words = [*line("A title that is as wide as both of the columns below it are", 50, 80, size=14)]
    words += [*line("Methods", 50, 110, size=12), *line("Results", 330, 110, size=12)]
    for row in range(12):
        words += line("eight plain words that fill this line of text", 50, 130 + 12.0 * row)
        words += line("other words that fill the line of this text too", 330, 130 + 12.0 * row)
    lines = [text for text in lay_out(words)[0].split("\n") if text]
    assert lines.index("Results") == 14
    assert lines[1:3] == ["Methods", "eight plain words that fill this line of text"]


def test_a_larger_table_above_two_columns_keeps_its_rows() -> None:
    words = []
    for row in range(3):
        words += [
            *line(f"Name{row}", 50, 80 + 14.0 * row, size=12),
            *line(f"Value{row}", 330, 80 + 14.0 * row, size=12),
        ]
    for row in range(12):
        words += line("eight plain words that fill this line of text", 50, 130 + 12.0 * row)
        words += line("other words that fill the line of this text too", 330, 130 + 12.0 * row)
    lines = [text for text in lay_out(words)[0].split("\n") if text]
    assert lines[:3] == ["Name0  Value0", "Name1  Value1", "Name2  Value2"]
