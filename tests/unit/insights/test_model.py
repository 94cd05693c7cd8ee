"""A language model at work on a real table: it may help, and it cannot lie."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.provider import Provider
from tests.quiet_database import QuietDatabase
from tests.unit.insights.speakers import LIES, assert_true, honest, lying

from docmill.engine.pipeline import Attempt, Document
from docmill.errors import ProviderError
from docmill.llm.models import no_guard
from docmill.llm.setup import configured_model
from docmill.pipelines.insights.result_models import InsightsResult
from docmill.pipelines.insights.steps import AnalysedTable, InsightsOptions, analyse, profile, word
from docmill.settings import DocumentSettings, EngineSettings, LanguageModelSettings, TableSettings

Serve = Callable[..., Provider]
Word = Callable[..., InsightsResult]


@pytest.fixture(scope="module")
def analysed(repository: Path) -> AnalysedTable:
    """The table, read and analysed once."""
    document = Document.from_path(repository / "examples" / "tables" / "sales.csv")
    return analyse(profile(document, InsightsOptions(), TableSettings(), DocumentSettings()))


@pytest.fixture
def worded(serve: Serve, analysed: AnalysedTable) -> Word:
    """Runs the last step against a model that answers so, or fails so."""

    def run(*script: str, last: bool = True, respond: Callable[..., str] = honest, **options: Any) -> InsightsResult:
        url = serve(*script, respond=respond).base_url
        llm = LanguageModelSettings(base_url=url, requests_per_minute=0, attempts=1)
        engine = EngineSettings(retry_initial_delay=0.01, retry_max_delay=0.05)
        model = configured_model(llm, engine, QuietDatabase(), no_guard)
        assert model is not None

        async def word_and_close() -> InsightsResult:
            try:
                return await word(analysed, InsightsOptions(**options), Attempt(last=last), model)
            finally:
                await model.close()

        return asyncio.run(word_and_close())

    return run


def test_rules_alone_say_what_is_true(analysed: AnalysedTable) -> None:
    result = asyncio.run(word(analysed, InsightsOptions(), Attempt(), None))
    assert_true(result)
    assert (result.method, result.dropped_statements) == ("rules", 0)
    assert {insight.method for insight in result.analyst_insights} == {"rules"}
    assert {insight.category for insight in result.analyst_insights} == {
        "privacy", "missing", "duplicates", "drift", "trend", "correlation", "outliers", "imbalance",
    }  # fmt: skip


def test_a_model_rewords_and_adds(worded: Word, analysed: AnalysedTable) -> None:
    result = worded(respond=honest)
    assert_true(result)
    assert (result.method, result.dropped_statements) == ("model", 0)
    by_model = [insight for insight in result.analyst_insights if insight.method == "model"]
    assert len(by_model) == 2
    assert len(result.analyst_insights) == len(analysed.insights) + 1
    assert result.business_summary[-1].startswith("The file has ")


def test_a_model_that_lies_gets_nothing_through(worded: Word, analysed: AnalysedTable) -> None:
    result = worded(respond=lying)
    assert_true(result)
    assert (result.method, result.dropped_statements) == ("model", LIES)
    assert result.analyst_insights == analysed.insights
    assert result.business_summary == asyncio.run(word(analysed, InsightsOptions(), Attempt(), None)).business_summary
    assert "excellent" not in result.model_dump_json()


def test_chance_content_gets_nothing_through(worded: Word, analysed: AnalysedTable) -> None:
    result = worded("invented")
    assert_true(result)
    assert result.analyst_insights == analysed.insights
    assert result.dropped_statements > 0


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("status:500", "provider_error"),
        ("wrong_json", "bad_answer"),
        ("quota", "quota_exceeded"),
        ("html", "bad_answer"),
    ],
)
def test_a_model_that_fails_leaves_the_rules(worded: Word, analysed: AnalysedTable, fault: str, code: str) -> None:
    result = worded(fault)
    assert result.method == "fallback"
    assert [insight.text for insight in result.analyst_insights] == [insight.text for insight in analysed.insights]
    assert {insight.method for insight in result.analyst_insights} == {"fallback"}
    issue = result.issues[-1]
    assert issue.code == "llm_failure_fallback"
    assert issue.message == f"The language model did not help ({code}); the insights are those of the rules."


def test_a_further_attempt_is_made_while_there_is_one(worded: Word) -> None:
    with pytest.raises(ProviderError):
        worded("status:500", last=False)
    assert worded("quota", last=False).method == "fallback"


def test_who_wants_no_model_gets_none(worded: Word) -> None:
    assert worded("status:500", model="never").method == "rules"
