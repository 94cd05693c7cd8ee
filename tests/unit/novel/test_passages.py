from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.novel.building import book, sentence

from docmill.errors import InvalidInput
from docmill.pipelines.novel.merging import merge_passages
from docmill.pipelines.novel.models import MissingPages, NovelOptions, Passage, RewrittenPassage, count_words
from docmill.pipelines.novel.passages import pages_per_passage, split_passages
from docmill.pipelines.novel.rules import rewrite_passage


def passages_of(pages: list[int], total: int) -> list[Passage]:
    sentences = [sentence(f"Phrase numéro {n} ici.", id=n, page=page) for n, page in enumerate(sorted(pages))]
    return split_passages(sentences, book(len(sentences), total))


def rewritten(pages: list[int], total: int) -> list[RewrittenPassage]:
    return [rewrite_passage(passage, NovelOptions()) for passage in passages_of(pages, total)]


def test_small_medium_and_large_books_have_passages_of_their_own_size() -> None:
    assert [pages_per_passage(pages) for pages in (1, 30, 31, 100, 101, 5000)] == [2, 2, 4, 4, 5, 5]


@given(st.lists(st.integers(1, 120), min_size=1, max_size=80), st.integers(120, 130))
def test_every_sentence_is_in_the_passage_of_the_page_on_which_it_begins(pages: list[int], total: int) -> None:
    found = passages_of(pages, total)
    assert [s.id for passage in found for s in passage.sentences] == list(range(len(pages)))
    for passage in found:
        assert all(passage.first_page <= s.tokens[0].page <= passage.last_page for s in passage.sentences)
        assert passage.last_page <= total


def test_neighbours_come_along_as_context_only() -> None:
    first, second, third = passages_of([1, 2, 3, 4, 5, 6], 6)
    assert (first.before, first.has_overlap) == ("", False)
    assert second.before == "Phrase numéro 0 ici. Phrase numéro 1 ici."
    assert second.after == "Phrase numéro 4 ici. Phrase numéro 5 ici."
    assert (third.after, third.has_overlap, third.page_count) == ("", True, 2)
    assert max(count_words(text) for text in (second.before, second.after)) <= 60


def test_the_book_is_merged_in_order_whatever_order_passages_end_in() -> None:
    parts = rewritten([1, 2, 3, 4, 5, 6], 6)
    novel = merge_passages(parts[::-1], NovelOptions())
    assert [s.source_id for s in novel.sentences] == list(range(6))
    assert (novel.method, novel.methods, novel.missing, novel.within_limits) == ("rules", {"rules": 6}, [], 1.0)


def test_a_sentence_in_two_overlapping_passages_is_taken_once_and_repeats_of_the_book_stay() -> None:
    texts = ["Oui.", "Non.", "Oui.", "Oui."]
    sentences = [sentence(text, id=n, page=n + 1) for n, text in enumerate(texts)]
    first, second = split_passages(sentences, book(4, 4))
    overlapping = second.model_copy(update={"sentences": [sentences[1], *second.sentences]})
    parts = [rewrite_passage(passage, NovelOptions()) for passage in (first, overlapping)]
    assert [s.text for s in merge_passages(parts, NovelOptions()).sentences] == texts


@pytest.mark.parametrize(("lost", "pages"), [(0, (1, 2)), (1, (3, 4)), (2, (5, 6))])
def test_a_hole_is_told(lost: int, pages: tuple[int, int]) -> None:
    parts = rewritten([1, 2, 3, 4, 5, 6], 6)
    del parts[lost]
    missing = merge_passages(parts, NovelOptions()).missing
    assert missing == [MissingPages(first_page=pages[0], last_page=pages[1])]


def test_a_passage_that_lacks_a_sentence_is_refused() -> None:
    [part, *_] = rewritten([1, 1], 6)
    with pytest.raises(InvalidInput, match="Pages 1 to 2 are incomplete"):
        merge_passages([part.model_copy(update={"sentences": part.sentences[:1]})], NovelOptions())
    with pytest.raises(InvalidInput):
        merge_passages([part.model_copy(update={"sentences": part.sentences[::-1]})], NovelOptions())


def test_without_any_passage_there_is_no_book() -> None:
    with pytest.raises(InvalidInput):
        merge_passages([], NovelOptions())
