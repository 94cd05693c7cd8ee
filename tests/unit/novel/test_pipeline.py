"""The whole novel pipeline in memory, on a chapter that comes with docmill."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from tests.unit.documents.sheets import lab_report
from tests.unit.novel.building import page

from docmill import Document
from docmill.documents.models import PageRange, PageText
from docmill.engine.pipeline import Attempt
from docmill.errors import DocumentError, EncryptedDocument, InvalidConfiguration, InvalidInput, NoText
from docmill.llm.ledger import Prices
from docmill.pipelines.novel.estimate import estimate
from docmill.pipelines.novel.merging import merge_passages
from docmill.pipelines.novel.models import Novel, NovelOptions, Passage, count_words
from docmill.pipelines.novel.pages import book_page
from docmill.pipelines.novel.pipeline import pipeline
from docmill.pipelines.novel.rules import rewrite_passage
from docmill.pipelines.novel.steps import book_passages, extract_text, rewrite, split_pages
from docmill.settings import DocumentSettings

SETTINGS = DocumentSettings(ocr="never")
RESOURCES = {DocumentSettings: SETTINGS}


@pytest.fixture(scope="module")
def chapter(repository: Path) -> Path:
    return repository / "examples" / "novel" / "madame_bovary_1.pdf"


@pytest.fixture(scope="module")
def novel(chapter: Path) -> Novel:
    found: Novel = pipeline.run(chapter, resources=RESOURCES)
    return found


@pytest.fixture(scope="module")
def passages(chapter: Path) -> list[Passage]:
    document = Document.from_path(chapter)
    ranges = split_pages(document, SETTINGS)
    pages = [found for each in ranges for found in extract_text(each, document, SETTINGS)]
    return book_passages(pages, 13, NovelOptions())


def test_a_book_becomes_short_sentences_with_their_pages(novel: Novel) -> None:
    assert (novel.language, novel.pages, novel.method, novel.missing) == ("fr", 13, "rules", [])
    assert len(novel.sentences) > 300
    assert [sentence.page for sentence in novel.sentences] == sorted(sentence.page for sentence in novel.sentences)
    assert {sentence.page for sentence in novel.sentences} == set(range(1, 14))
    short = sum(count_words(sentence.text) <= novel.options.max_words for sentence in novel.sentences)
    assert short / len(novel.sentences) > 0.6


def test_no_word_of_the_book_is_lost_and_none_comes_twice(novel: Novel, passages: list[Passage]) -> None:
    before = " ".join(sentence.text for passage in passages for sentence in passage.sentences)
    assert " ".join(sentence.source for sentence in novel.sentences).split() == before.split()


def test_a_passage_knows_what_stands_around_it(passages: list[Passage]) -> None:
    assert [passage.first_page for passage in passages] == list(range(1, 14, 2))
    assert not passages[0].before
    assert all(passage.before for passage in passages[1:])
    assert all(passage.after for passage in passages[:-1])


def test_a_range_of_pages_is_read_with_its_lines(chapter: Path) -> None:
    found = extract_text(PageRange(first=2, last=3), Document.from_path(chapter), SETTINGS)
    assert [each.number for each in found] == [2, 3]
    for each in found:
        assert len(each.lines) > 10
        assert all(each.text[line.start : line.end].strip() for line in each.lines)
        assert [line.top for line in each.lines] == sorted(line.top for line in each.lines)


def test_a_line_without_words_has_no_place() -> None:
    empty = book_page(PageText(number=4, text="\n\n", method="empty", words=[]))
    assert (empty.number, empty.lines) == (4, [])


def test_pages_that_were_not_read_are_named() -> None:
    found = book_passages([page(2, ["Il faisait nuit."])], 4, NovelOptions(language="fr"))
    assert [(gap.first_page, gap.last_page) for gap in found[0].book.unread] == [(1, 1), (3, 4)]
    assert [(part.first_page, part.last_page, len(part.sentences)) for part in found] == [
        (1, 1, 0),
        (1, 2, 1),
        (3, 4, 0),
    ]
    with pytest.raises(DocumentError, match="Pages 3 to 4") as failure:
        asyncio.run(rewrite(found[2], NovelOptions(), Attempt(), None))
    assert failure.value.page == 3


def test_a_model_that_was_chosen_by_name_needs_an_endpoint(passages: list[Passage]) -> None:
    with pytest.raises(InvalidConfiguration, match="clever-1"):
        asyncio.run(rewrite(passages[0], NovelOptions(model="clever-1"), Attempt(), None))


def test_a_book_without_text_is_told() -> None:
    with pytest.raises(NoText, match="OCR"):
        book_passages([], 3, NovelOptions(language="fr"))


def test_a_locked_book_needs_its_password(tmp_path: Path) -> None:
    locked = lab_report(tmp_path / "locked.pdf", password="sesame", pages=2)
    with pytest.raises(EncryptedDocument):
        split_pages(Document.from_path(locked), SETTINGS)
    opened = Document.from_path(locked, password="sesame")
    assert split_pages(opened, SETTINGS) == [PageRange(first=1, last=2)]


def test_wrong_options_are_named_and_their_values_not_shown() -> None:
    with pytest.raises(InvalidInput, match="max_words"):
        pipeline.offers({"max_words": "2"}, Attempt())
    with pytest.raises(InvalidInput) as raised:
        pipeline.offers({"language": "canary"}, Attempt())
    assert "canary" not in str(raised.value)


def test_an_estimate_counts_what_the_rules_cannot_do(passages: list[Passage]) -> None:
    free = estimate(passages, NovelOptions(), Prices())
    assert (free.cost_usd, free.pages, free.passages) == (0, 13, len(passages))
    dear = estimate(passages, NovelOptions(), Prices(prompt=3, completion=9))
    assert dear.cost_usd == pytest.approx((dear.prompt_tokens * 3 + dear.completion_tokens * 9) / 1e6)
    without_dialogue = estimate(passages, NovelOptions(ignore_dialogue=True), Prices())
    assert without_dialogue.sentences_for_model < free.sentences_for_model
    assert without_dialogue.words == free.words


def test_an_incomplete_passage_is_refused(passages: list[Passage]) -> None:
    rewritten = [rewrite_passage(passage, NovelOptions()) for passage in passages]
    rewritten[0] = rewritten[0].model_copy(update={"source_ids": rewritten[0].source_ids[1:]})
    with pytest.raises(InvalidInput):
        merge_passages(rewritten, NovelOptions())


def test_a_book_in_another_language_is_refused_and_can_be_insisted_on() -> None:
    text = "En un lugar de la Mancha de cuyo nombre no quiero acordarme vivía un hidalgo que se"
    pages = [page(1, [text] * 40)]
    with pytest.raises(InvalidInput, match="neither in French nor in English"):
        book_passages(pages, 1, NovelOptions())
    assert book_passages(pages, 1, NovelOptions(language="fr"))
    assert book_passages([page(1, [text])], 1, NovelOptions())
