"""Everything that is known of a table, put together."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from typing import NamedTuple

from docmill.pipelines.insights.column_models import ColumnProfile
from docmill.pipelines.insights.models import Correlation, Drift, Duplicates, Kpis, TableProfile, TimeSeries
from docmill.pipelines.insights.profiling.associations import correlations
from docmill.pipelines.insights.profiling.drifting import drift
from docmill.pipelines.insights.profiling.duplicates import duplicates
from docmill.pipelines.insights.profiling.figures import Subject, open_subject
from docmill.pipelines.insights.profiling.issues import find_issues
from docmill.pipelines.insights.profiling.kinds import DISTINCT_ERROR, Kind, find_kinds
from docmill.pipelines.insights.profiling.numbers import histograms, numeric_stats, outliers
from docmill.pipelines.insights.profiling.over_time import time_series
from docmill.pipelines.insights.profiling.personal import WHOLE_CELLS, mask_text, personal_columns
from docmill.pipelines.insights.profiling.preview import preview, sample_values, shown
from docmill.pipelines.insights.profiling.quality import quality
from docmill.pipelines.insights.profiling.texts import date_histogram, date_stats, text_stats, top_values
from docmill.pipelines.insights.reading.source import OpenTable
from docmill.settings import TableSettings


class _Relations(NamedTuple):
    """What is known beyond single columns."""

    duplicates: Duplicates
    correlations: list[Correlation]
    time_series: list[TimeSeries]
    drift: list[Drift]


def profile_table(table: OpenTable, tables: TableSettings) -> TableProfile:
    """Compute what is known about the columns of a table.

    Args:
        table: An open table.
        tables: How many values are counted, and up to which size figures are exact.
    """
    if not table.columns:
        return _without_table(table)
    subject = open_subject(table, tables.exact_rows)
    personal = personal_columns(subject)
    kinds = [_without_meaning(kind, personal.get(kind.field, {})) for kind in find_kinds(subject)]
    with subject.connection.cursor() as cursor, ThreadPoolExecutor(max_workers=1) as beside:
        # Small tables are computed by one thread of DuckDB; two queries at once make use of a second core.
        relating = beside.submit(_relations, replace(subject, connection=cursor), kinds)
        if tables.threads == 1:
            wait([relating])
        columns = _columns(subject, kinds, personal, tables.top_values)
        relations = relating.result()
    repeated = relations.duplicates
    missing = sum(column.missing_count for column in columns)
    invalid = sum(column.invalid_count for column in columns)
    return TableProfile(
        file_info=table.info,
        columns=columns,
        kpis=Kpis(
            row_count=subject.rows,
            col_count=len(columns),
            missing_count=missing,
            num_duplicates=repeated.count,
            numeric_stats={column.name: column.numeric for column in columns if column.numeric},
        ),
        cleaned_preview=preview(subject, kinds, personal),
        quality=quality(subject.rows, len(columns), missing, invalid, repeated.count, table.info.bad_lines),
        duplicates=repeated,
        correlations=relations.correlations,
        time_series=relations.time_series,
        drift=relations.drift,
        issues=[*table.issues, *find_issues(subject, kinds, personal)],
    )


def _relations(subject: Subject, kinds: Sequence[Kind]) -> _Relations:
    return _Relations(
        duplicates(subject, kinds), correlations(subject, kinds), time_series(subject, kinds), drift(subject, kinds)
    )


def _without_table(table: OpenTable) -> TableProfile:
    text = mask_text(table.text_extract) if table.text_extract else None
    return TableProfile(
        file_info=table.info,
        kpis=Kpis(row_count=0, col_count=0, missing_count=0, num_duplicates=0),
        quality=quality(0, 0, 0, 0, 0, 0),
        issues=table.issues,
        text_extract=text,
    )


def _without_meaning(kind: Kind, personal: dict[str, float]) -> Kind:
    """Return the kind of a column; numbers that stand for people are texts, so that none is published as a figure."""
    if kind.inferred_type == "integer" and max(personal.values(), default=0.0) >= WHOLE_CELLS:
        return Kind(kind.column, "text", kind.unique, kind.exact, kind.identifier)
    return kind


def _columns(
    subject: Subject, kinds: Sequence[Kind], personal: dict[str, dict[str, float]], most_values: int
) -> list[ColumnProfile]:
    numbers = numeric_stats(subject, kinds)
    bins = histograms(subject, kinds, numbers)
    far = outliers(subject, kinds, numbers)
    texts = text_stats(subject, kinds)
    dates = date_stats(subject, kinds)
    columns = []
    for kind in kinds:
        field, column, found = kind.field, kind.column, personal.get(kind.field, {})
        masked = bool(found) and max(found.values()) >= WHOLE_CELLS
        counted, counted_exactly = ([], True) if masked else top_values(subject, kind, most_values)
        dated = None if masked else dates.get(field)
        columns.append(
            ColumnProfile(
                name=kind.name,
                inferred_type=kind.inferred_type,
                missing_count=subject.rows - column.present - column.invalid,
                missing_share=(subject.rows - column.present - column.invalid) / subject.rows if subject.rows else 0.0,
                invalid_count=column.invalid,
                unique_count=kind.unique,
                unique_exact=kind.exact,
                unique_error=None if kind.exact else DISTINCT_ERROR,
                sample_values=sample_values(subject, kind, personal),
                unit=column.plan.unit,
                decimal=column.plan.decimal if kind.is_numeric else None,
                constant=kind.unique == 1,
                identifier=kind.identifier,
                numeric=numbers.get(field),
                dates=dated,
                text=texts.get(field),
                histogram=date_histogram(subject, field, dated) if dated else bins.get(field, []),
                top_values=[value.model_copy(update={"value": shown(value.value, found)}) for value in counted],
                top_values_exact=counted_exactly,
                outliers=far.get(field),
                personal=found,
            )
        )
    return columns
