"""What is read of a book from the database, and what is written of it."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from tests.quiet_database import QuietDatabase
from tests.unit.novel.building import book, sentence

from docmill.engine.payload import pack
from docmill.errors import JobNotFound
from docmill.pipelines.novel.coverage import CoverageOptions
from docmill.pipelines.novel.library import cover, load_novel
from docmill.pipelines.novel.models import NovelOptions, Passage
from docmill.pipelines.novel.progress import passage_states
from docmill.pipelines.novel.rules import rewrite_by_rules

JOB = UUID(int=5)
TEXTS = ["Le chat dort sur le lit.", "La maison est grande."]


def stored() -> QuietDatabase:
    sentences = [
        short.model_dump()
        for number, text in enumerate(TEXTS)
        for short in rewrite_by_rules(sentence(text, id=number), "fr", NovelOptions(min_words=1))
    ]
    return QuietDatabase(find_novel=[{"filename": "a.pdf", "summary": {"language": "fr"}}], find_sentences=sentences)


def test_a_finished_book_is_read_whole() -> None:
    database = stored()
    found = load_novel(database, JOB, "ada")
    assert (found.job_id, found.filename, [short.text for short in found.sentences]) == (JOB, "a.pdf", TEXTS)
    assert database.told("find_novel") == [{"job_id": JOB, "owner": "ada"}]


def test_a_book_that_is_not_finished_is_told() -> None:
    with pytest.raises(JobNotFound, match=str(JOB)):
        load_novel(QuietDatabase(), JOB, "ada")


def test_coverage_is_kept_and_found_again_for_the_same_words_and_options() -> None:
    database = stored()
    novel = load_novel(database, JOB, "ada")
    options = CoverageOptions(mode="coverage")
    first, cached = cover(database, novel, ["chat", "maison", "astronaute"], options)
    assert (first.covered, first.missing, cached) == (2, ["astronaute"], False)
    [kept] = database.told("store_coverage")
    database.answers["find_coverage"] = [(kept["result"].obj,)]
    assert cover(database, novel, ["chat", "maison", "astronaute"], options) == (first, True)
    cover(database, novel, ["chat", "maison"], options)
    cover(database, novel, ["chat", "maison"], CoverageOptions(mode="filter"))
    asked = [request["request"] for request in database.told("find_coverage")]
    assert asked[0] == asked[1]
    assert len(set(asked)) == 3


def test_passages_stand_with_their_pages_attempts_and_errors() -> None:
    passage = Passage(book=book(2, pages=4), first_page=3, last_page=4, sentences=[sentence(text) for text in TEXTS])
    now = datetime(2026, 3, 1, tzinfo=UTC)
    row = {
        "chunk_id": 9,
        "input": pack(passage.model_dump_json().encode()),
        "status": "retry_scheduled",
        "attempts": 2,
        "max_attempts": 3,
        "last_error_code": "provider_error",
        "last_error": "The provider failed.",
        "started_at": now,
        "finished_at": None,
    }
    [state] = passage_states(QuietDatabase(find_passages=[row]), JOB, "ada")
    assert (state.chunk_id, state.first_page, state.last_page, state.page_count, state.sentences) == (9, 3, 4, 2, 2)
    assert (state.status, state.attempts, state.last_error_code) == ("retry_scheduled", 2, "provider_error")
    assert not state.has_overlap
