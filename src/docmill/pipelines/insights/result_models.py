"""The shapes of the published result: what ``result.json`` holds beside the profile of the table."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from docmill.pipelines.insights.column_models import CamelShape, Cell, ColumnProfile, Shape
from docmill.pipelines.insights.models import (
    Correlation,
    Drift,
    Duplicates,
    FileInfo,
    Issue,
    Kpis,
    Quality,
    Severity,
    TimeSeries,
)

Method = Literal["rules", "model", "fallback"]


class Evidence(Shape):
    """What a statement rests on.

    Attributes:
        aggregates: Figures by the path of the place where they stand in the result (``kpis.missingCount``).
        row_indices: Rows, counted from 0.
        chart_id: The chart that shows it.
    """

    aggregates: dict[str, Cell] = Field(default_factory=dict)
    row_indices: list[int] = Field(default_factory=list)
    chart_id: str | None = None


class Recommendation(Shape):
    """Who should do what, and how soon."""

    who: str
    what: str
    priority: Severity


class AnalystInsight(Shape):
    """A statement about the table with its evidence.

    Attributes:
        id: ``i1``, ``i2``, in order.
        text: The statement.
        severity: How much it matters.
        category: What it is about (``missing``, ``duplicates``, ``outliers``, ``imbalance``, ``correlation``,
            ``trend``, ``drift``, ``privacy``; ``overview`` for anything else that a model adds).
        evidence: What it rests on.
        recommendation: What to do.
        method: What made the text.
        columns: Columns that it is about.
    """

    id: str
    text: str
    severity: Severity
    category: str
    evidence: Evidence
    recommendation: Recommendation | None = None
    method: Method = "rules"
    columns: list[str] = Field(default_factory=list)


class ChartSpec(CamelShape):
    """A chart.

    Attributes:
        id: ``chart_timeseries_1``, ``chart_cat_1`` and so on.
        type: ``line``, ``bar``, ``histogram`` or ``heatmap``.
        title: Its title.
        data: What it shows, a record a point.
        x_key: Field of ``data`` along the horizontal axis.
        y_key: Field of ``data`` along the vertical axis.
        metadata: ``pointCount`` and what else is known of it.
        spec: The Vega-Lite specification, without the data.
    """

    id: str
    type: Literal["line", "bar", "histogram", "heatmap"]
    title: str
    data: list[dict[str, Any]] = Field(default_factory=list)
    x_key: str
    y_key: str
    metadata: dict[str, Any] = Field(default_factory=dict)
    spec: dict[str, Any] = Field(default_factory=dict)


class InsightsResult(CamelShape):
    """The published result of a job, ``result.json``.

    Attributes:
        job_id: The job; None outside of one.
        file_info: As in the profile.
        columns: As in the profile; ``schema`` in JSON.
        kpis: As in the profile.
        cleaned_preview: As in the profile.
        analyst_insights: Statements, the most severe first.
        business_summary: The result in a few sentences.
        chart_specs: Charts.
        quality_score: 0 to 100.
        quality: The score with its terms.
        correlations: As in the profile.
        time_series: As in the profile.
        drift: As in the profile.
        duplicates: As in the profile.
        issues: As in the profile, and what went wrong on the way.
        text_extract: As in the profile.
        method: What made the texts: ``fallback`` are rules where a model failed.
        dropped_statements: Statements of a model that its evidence did not bear out.
        processed_at: When, in UTC.
    """

    job_id: str | None = None
    file_info: FileInfo
    columns: list[ColumnProfile] = Field(default_factory=list, alias="schema")
    kpis: Kpis
    cleaned_preview: list[dict[str, Cell]] = Field(default_factory=list)
    analyst_insights: list[AnalystInsight] = Field(default_factory=list)
    business_summary: list[str] = Field(default_factory=list)
    chart_specs: list[ChartSpec] = Field(default_factory=list)
    quality_score: int
    quality: Quality
    correlations: list[Correlation] = Field(default_factory=list)
    time_series: list[TimeSeries] = Field(default_factory=list)
    drift: list[Drift] = Field(default_factory=list)
    duplicates: Duplicates = Duplicates()
    issues: list[Issue] = Field(default_factory=list)
    text_extract: str | None = None
    method: Method = "rules"
    dropped_statements: int = 0
    processed_at: datetime
