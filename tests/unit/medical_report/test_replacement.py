"""Placeholders take the place, in text and on the page, of the words that they replace."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from docmill.documents.models import PageText, Word
from docmill.pipelines.medical_report.replacement import replace_in_page
from docmill.privacy.models import Artifact


def page_of(*lines: str) -> PageText:
    """A page in a font of 10 points a character and lines of 20."""
    words: list[Word] = []
    offset = 0
    for row, line in enumerate(lines):
        position = 0
        for text in line.split(" "):
            if text:
                start = offset + position
                left = position * 10.0
                words.append(Word(start, start + len(text), left, row * 20.0, left + len(text) * 10, row * 20.0 + 12))
            position += len(text) + 1
        offset += len(line) + 1
    return PageText(number=1, text="\n".join(lines), words=words)


def replace(page: PageText, spans: list[tuple[int, int]]) -> tuple[PageText, list[Artifact]]:
    pieces, artifacts, position, length = [], [], 0, 0
    for number, (start, end) in enumerate(spans, start=1):
        placeholder = f"[PERSON_{number}]"
        pieces += [page.text[position:start], placeholder]
        length += start - position
        artifacts.append(
            Artifact(
                type="PERSON", original=page.text[start:end], replacement=placeholder, page=1, start=start, end=end,
                output_start=length, output_end=length + len(placeholder), layer="structure", score=1.0,
            )
        )  # fmt: skip
        length += len(placeholder)
        position = end
    text = "".join([*pieces, page.text[position:]])
    return replace_in_page(page, text, artifacts), artifacts


def texts(page: PageText) -> list[str]:
    return [page.text[word.start : word.end] for word in page.words]


def test_one_word_for_several() -> None:
    page, _ = replace(page_of("Name: Jane Doe  female"), [(6, 14)])
    assert texts(page) == ["Name:", "[PERSON_1]", "female"]
    assert (page.words[1].x0, page.words[1].x1) == (60.0, 140.0)


def test_part_of_a_word() -> None:
    page, _ = replace(page_of("Name:Jane;x Doe"), [(5, 9)])
    assert texts(page) == ["Name:", "[PERSON_1]", ";x", "Doe"]
    assert (page.words[1].x0, page.words[1].x1) == (50.0, 90.0)


def test_over_two_lines_it_stands_on_the_first() -> None:
    page, _ = replace(page_of("at 1 High", "Street now"), [(3, 16)])
    assert texts(page) == ["at", "[PERSON_1]", "now"]
    assert page.words[1].bottom == 12


def test_two_in_one_word() -> None:
    page, _ = replace(page_of("Doe/Roe 5.1"), [(0, 3), (4, 7)])
    assert texts(page) == ["[PERSON_1]", "/", "[PERSON_2]", "5.1"]


@given(st.data())
def test_words_always_agree_with_the_text(data: st.DataObject) -> None:
    lines = data.draw(st.lists(st.text("ab :", min_size=1, max_size=20), min_size=1, max_size=4))
    page = page_of(*lines)
    cuts = sorted(set(data.draw(st.lists(st.integers(0, len(page.text)), max_size=8))))
    spans = [(start, end) for start, end in zip(cuts[::2], cuts[1::2], strict=False) if page.text[start:end].strip()]
    replaced, artifacts = replace(page, spans)
    assert all(text and not any(character.isspace() for character in text) for text in texts(replaced))
    assert "".join(texts(replaced)) == "".join(replaced.text.split())
    assert sum(text == artifact.replacement for artifact in artifacts for text in texts(replaced)) == len(artifacts)
