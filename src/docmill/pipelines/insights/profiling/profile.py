"""Everything that is known of a table, put together."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Any

from docmill.pipelines.insights.column_models import ColumnProfile
from docmill.pipelines.insights.models import Duplicates, Kpis, TableProfile
from docmill.pipelines.insights.profiling.associations import ASSOCIATIONS, correlations, strongest
from docmill.pipelines.insights.profiling.drifting import drift
from docmill.pipelines.insights.profiling.duplicates import duplicates
from docmill.pipelines.insights.profiling.figures import Subject, open_subject, side_by_side
from docmill.pipelines.insights.profiling.issues import count_formulas, find_issues
from docmill.pipelines.insights.profiling.kinds import DISTINCT_ERROR, Kind, find_kind
from docmill.pipelines.insights.profiling.numbers import number_figures
from docmill.pipelines.insights.profiling.over_time import time_series
from docmill.pipelines.insights.profiling.personal import WHOLE_CELLS, Personal, mask_text, personal_columns
from docmill.pipelines.insights.profiling.preview import (
    Head,
    first_rows,
    first_values,
    preview,
    sample_values,
    shown,
)
from docmill.pipelines.insights.profiling.quality import quality
from docmill.pipelines.insights.profiling.texts import date_histogram, date_stats, text_stats, top_values
from docmill.pipelines.insights.reading.source import OpenTable
from docmill.settings import TableSettings


def profile_table(table: OpenTable, tables: TableSettings) -> TableProfile:
    """Compute what is known about the columns of a table.

    Args:
        table: An open table.
        tables: How many values are counted, and up to which size figures are exact.
    """
    if not table.columns:
        return _without_table(table)
    subject = open_subject(table, tables.exact_rows)
    with _without_collecting(), side_by_side(subject, tables.threads) as begin:
        # One thread of Python at a time: texts are looked at in it while the database counts values.
        found = begin(personal_columns)
        counted = [begin(find_kind, column) for column in subject.columns]
        head = first_rows(subject)
        personal = found.result()
        kinds = [_without_meaning(kind.result(), personal[kind.result().field]) for kind in counted]
        # What takes longest is begun first.
        associations = [begin(correlations, find, kinds) for find in ASSOCIATIONS]
        series, drifts = begin(time_series, kinds), begin(drift, kinds)
        repeated = begin(duplicates, kinds)
        formulas = {kind.field: begin(count_formulas, kind) for kind in kinds}
        columns = [begin(_profile_column, kind, personal[kind.field], head, tables.top_values) for kind in kinds]
        return _put_together(
            table,
            [column.result() for column in columns],
            cleaned_preview=preview(head, kinds, personal),
            duplicates=repeated.result(),
            correlations=strongest(chain.from_iterable(part.result() for part in associations)),
            time_series=series.result(),
            drift=drifts.result(),
            issues=[
                *table.issues,
                *find_issues(subject, kinds, personal, {field: count.result() for field, count in formulas.items()}),
            ],
        )


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Keep Python from looking for cycles of objects.

    A profile makes many small objects and no cycles; all threads would wait while everything is gone through.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _put_together(
    table: OpenTable, columns: list[ColumnProfile], *, duplicates: Duplicates, **parts: Any
) -> TableProfile:
    rows, info = table.info.rows, table.info
    missing = sum(column.missing_count for column in columns)
    invalid = sum(column.invalid_count for column in columns)
    return TableProfile(
        file_info=info,
        columns=columns,
        kpis=Kpis(
            row_count=rows,
            col_count=len(columns),
            missing_count=missing,
            num_duplicates=duplicates.count,
            numeric_stats={column.name: column.numeric for column in columns if column.numeric},
        ),
        quality=quality(rows, len(columns), missing, invalid, duplicates.count, info.bad_lines),
        duplicates=duplicates,
        **parts,
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


def _profile_column(subject: Subject, kind: Kind, personal: Personal, head: Head, most_values: int) -> ColumnProfile:
    column = kind.column
    masked = max(personal.values(), default=0.0) >= WHOLE_CELLS
    first = first_values(subject, kind, head)
    numbers = number_figures(subject, kind, first) if kind.is_numeric and column.present else None
    dates = None if masked else date_stats(kind)
    counted, counted_exactly = ([], True) if masked else top_values(subject, kind, most_values)
    missing = subject.rows - column.present - column.invalid
    return ColumnProfile(
        name=kind.name,
        inferred_type=kind.inferred_type,
        missing_count=missing,
        missing_share=missing / subject.rows if subject.rows else 0.0,
        invalid_count=column.invalid,
        unique_count=kind.unique,
        unique_exact=kind.exact,
        unique_error=None if kind.exact else DISTINCT_ERROR,
        sample_values=sample_values(first, personal),
        unit=column.plan.unit,
        decimal=column.plan.decimal if kind.is_numeric else None,
        constant=kind.unique == 1,
        identifier=kind.identifier,
        numeric=numbers.stats if numbers else None,
        dates=dates,
        text=text_stats(subject, kind),
        histogram=date_histogram(subject, kind.field, dates) if dates else numbers.histogram if numbers else [],
        top_values=[value.model_copy(update={"value": shown(value.value, personal)}) for value in counted],
        top_values_exact=counted_exactly,
        outliers=numbers.outliers if numbers else None,
        personal=personal,
    )
