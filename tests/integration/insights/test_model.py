"""A language model at work through the engine, with the breaker and the paid answers of a real database."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.integration.insights.desk import Desk
from tests.provider import Provider
from tests.unit.insights.speakers import LIES, assert_true, honest, lying

from docmill.engine.pipeline import Attempt, Document
from docmill.pipelines.insights.result_models import InsightsResult
from docmill.pipelines.insights.steps import AnalysedTable, InsightsOptions, analyse, profile, word
from docmill.settings import DocumentSettings, TableSettings

Serve = Callable[..., Provider]
MakeDesk = Callable[..., Desk]


@pytest.fixture(scope="module")
def analysed(sales: Path) -> AnalysedTable:
    """The table, read and analysed once."""
    return analyse(profile(Document.from_path(sales), InsightsOptions(), TableSettings(), DocumentSettings()))


def test_the_engine_publishes_what_was_checked(make_desk: MakeDesk, serve: Serve, sales: Path) -> None:
    server = serve(respond=lying)
    result = make_desk(server.base_url).result(sales)
    assert_true(result)
    assert (result.method, result.dropped_statements) == ("model", LIES)
    # No cell leaves the machine but the most frequent value of a column, masked.
    [request] = server.requests
    assert b"@example.org" not in request.raw
    assert b"S-10500" not in request.raw


def test_an_open_breaker_sends_nothing(make_desk: MakeDesk, serve: Serve, analysed: AnalysedTable) -> None:
    server = serve("status:500")
    model = make_desk(server.base_url, circuit_threshold=1).model
    assert model is not None

    async def ask() -> list[InsightsResult]:
        try:
            return [await word(analysed, InsightsOptions(), Attempt(), model) for _ in range(2)]
        finally:
            await model.close()

    failed, refused = asyncio.run(ask())
    assert (failed.method, refused.method) == ("fallback", "fallback")
    assert "(circuit_open)" in refused.issues[-1].message
    assert len(server.requests) == 1


def test_a_paid_answer_is_not_paid_again(make_desk: MakeDesk, serve: Serve, analysed: AnalysedTable) -> None:
    server = serve(respond=honest)
    model = make_desk(server.base_url).model
    assert model is not None

    async def ask() -> list[InsightsResult]:
        try:
            return [await word(analysed, InsightsOptions(), Attempt(), model) for _ in range(2)]
        finally:
            await model.close()

    first, second = asyncio.run(ask())
    assert first.analyst_insights == second.analyst_insights
    assert len(server.requests) == 1
