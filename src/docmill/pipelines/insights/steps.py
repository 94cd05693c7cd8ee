"""The steps of the insights pipeline; each can be called without a database."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from pydantic import BaseModel

from docmill.engine.pipeline import Attempt, Document
from docmill.errors import CircuitOpen, PrivacyError, ProviderError
from docmill.llm.client import LanguageModel
from docmill.llm.models import CallContext
from docmill.llm.prompts import load_prompt
from docmill.pipelines.insights.charts import choose_charts
from docmill.pipelines.insights.facts import find_facts
from docmill.pipelines.insights.findings import find_insights, summarise
from docmill.pipelines.insights.models import Issue, TableOptions, TableProfile
from docmill.pipelines.insights.profiling import profile_table
from docmill.pipelines.insights.reading import read_table
from docmill.pipelines.insights.result_models import AnalystInsight, ChartSpec, InsightsResult
from docmill.pipelines.insights.statements import (
    CheckedStatements,
    ProposedStatements,
    check_statements,
    choose_facts,
    question_text,
)
from docmill.privacy.outgoing_guard import OutgoingGuard
from docmill.settings import DocumentSettings, TableSettings


class InsightsOptions(TableOptions):
    """What the user may choose for one file.

    Attributes:
        model: ``auto`` takes the configured language model, ``never`` the rules alone.
    """

    model: Literal["auto", "never"] = "auto"


class AnalysedTable(BaseModel):
    """A profile with what the rules make of it."""

    profile: TableProfile
    charts: list[ChartSpec]
    insights: list[AnalystInsight]


def profile(
    document: Document, options: InsightsOptions, tables: TableSettings, documents: DocumentSettings
) -> TableProfile:
    """Return what is known of the table in a file.

    Raises:
        DocumentError: The file holds no table that can be read; its class says why.
    """
    with read_table(document.path, document.filename, options, tables, documents, document.password) as table:
        return profile_table(table, tables)


def analyse(profile: TableProfile) -> AnalysedTable:
    """Choose charts, and find insights by rules."""
    charts = choose_charts(profile)
    return AnalysedTable(profile=profile, charts=charts, insights=find_insights(profile, charts))


async def word(
    analysed: AnalysedTable, options: InsightsOptions, attempt: Attempt, model: LanguageModel | None
) -> InsightsResult:
    """Return the result; a language model, where there is one, words insights anew and adds some.

    Raises:
        ProviderError: The provider failed, and a further attempt may follow.
    """
    if model is None or options.model == "never" or not analysed.profile.columns:
        return _result(analysed, attempt)
    try:
        checked = await _ask(analysed, model, CallContext(attempt.job_id, attempt.chunk_id, OutgoingGuard()))
    except (ProviderError, PrivacyError) as error:
        if error.kind.retried and not isinstance(error, CircuitOpen) and not attempt.last:
            raise
        message = f"The language model did not help ({error.code}); the insights are those of the rules."
        issue = Issue(code="llm_failure_fallback", severity="low", message=message)
        insights = [insight.model_copy(update={"method": "fallback"}) for insight in analysed.insights]
        issues = [*analysed.profile.issues, issue]
        return _result(analysed, attempt).model_copy(
            update={"method": "fallback", "analyst_insights": insights, "issues": issues}
        )
    result = _result(analysed, attempt)
    return result.model_copy(
        update={
            "method": "model",
            "analyst_insights": checked.insights,
            "business_summary": [*result.business_summary, *checked.summary],
            "dropped_statements": sum(checked.dropped.values()),
        }
    )


async def _ask(analysed: AnalysedTable, model: LanguageModel, context: CallContext) -> CheckedStatements:
    facts = choose_facts(find_facts(analysed.profile), analysed.insights)
    text = question_text(facts.values(), analysed.insights, analysed.charts)
    answer = await model.ask(load_prompt(__package__, "statements"), text, ProposedStatements, context=context)
    return check_statements(answer.value, facts, analysed.insights, analysed.charts)


def _result(analysed: AnalysedTable, attempt: Attempt) -> InsightsResult:
    profile = analysed.profile
    return InsightsResult(
        job_id=str(attempt.job_id) if attempt.job_id is not None else None,
        file_info=profile.file_info,
        columns=profile.columns,
        kpis=profile.kpis,
        cleaned_preview=profile.cleaned_preview,
        analyst_insights=analysed.insights,
        business_summary=summarise(profile, analysed.insights),
        chart_specs=analysed.charts,
        quality_score=profile.quality.score,
        quality=profile.quality,
        correlations=profile.correlations,
        time_series=profile.time_series,
        drift=profile.drift,
        duplicates=profile.duplicates,
        issues=profile.issues,
        text_extract=profile.text_extract,
        processed_at=datetime.now(UTC),
    )
