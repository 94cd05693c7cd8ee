from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from docmill.pipelines.medical_report.markers import pages_from_text
from docmill.pipelines.medical_report.markers.text_pages import CHARACTER_WIDTH


@given(st.text(alphabet=st.sampled_from(list("ab 1\t|;\n\f.-")), max_size=200))
def test_offsets_fit_the_text_whatever_it_is(text: str) -> None:
    pages = pages_from_text(text)
    assert "\f".join(page.text for page in pages) == text
    for page in pages:
        for word in page.words:
            assert page.text[word.start : word.end].strip() == page.text[word.start : word.end] != ""
            assert word.x1 - word.x0 == (word.end - word.start) * CHARACTER_WIDTH


def test_form_feeds_part_pages() -> None:
    assert [(page.number, page.method) for page in pages_from_text("one\f\ftwo")] == [
        (1, "text"),
        (2, "empty"),
        (3, "text"),
    ]


def test_columns_of_delimited_tables_share_their_left_edges() -> None:
    for delimiter in ("\t", "|", ";"):
        rows = (("Test", "Result", "Units"), ("A long name of a test", "1", "mg/dL"), ("B", "22", "%"))
        page = pages_from_text("\n".join(delimiter.join(row) for row in rows))[0]
        edges = {word.x0 for word in page.words if page.text[word.start : word.end] in ("Units", "mg/dL", "%")}
        assert len(edges) == 1, delimiter


def test_rules_of_markdown_tables_are_no_words() -> None:
    page = pages_from_text("| a | b |\n|---|---|\n| c | d |")[0]
    assert [page.text[word.start : word.end] for word in page.words] == ["a", "b", "c", "d"]
