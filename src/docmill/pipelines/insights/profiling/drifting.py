"""Drift: how the first third of the rows differs from the last."""

from __future__ import annotations

import math
from collections.abc import Sequence

from docmill.pipelines.insights.models import Drift
from docmill.pipelines.insights.profiling.figures import Subject
from docmill.pipelines.insights.profiling.kinds import Kind
from docmill.pipelines.insights.profiling.over_time import date_column

_FEWEST_ROWS = 60
_MOST_CATEGORIES = 50
_DECILES = 10
# A share of 0 would make the index infinite; and of few rows, none is known to be so small.
_LEAST_SHARE = 0.0001
_LEAST_ROWS = 0.5

# Of a column in one of the two thirds: its mean, where it has one, and the share of its cells that are missing.
_Third = tuple[float | None, float]
# How many values lie in each bin, in the first and in the last third.
Counts = tuple[dict[str, int], dict[str, int]]


def drift(subject: Subject, kinds: Sequence[Kind]) -> list[Drift]:
    """Return how much each measure and category differs between the first and the last third of the rows.

    The rows are ordered by the date column, where there is one, else as in the file; of a large table, a sample is
    compared.
    """
    if subject.rows < _FEWEST_ROWS:
        return []
    date = date_column(kinds, subject.rows)
    order = date.field if date else "row"
    early, late = subject.rows_of(
        f"SELECT quantile_disc({order}, 0.3333), quantile_disc({order}, 0.6667) FROM sample WHERE {order} IS NOT NULL"
    )[0]
    if early is None or early >= late:
        return []
    subject.connection.execute(
        f"CREATE OR REPLACE TEMP TABLE thirds AS SELECT CASE WHEN {order} <= ? THEN 0 ELSE 1 END AS part, *"
        f" FROM sample WHERE {order} <= ? OR {order} > ?",
        [early, early, late],
    )
    compared = [
        kind
        for kind in kinds
        if kind.unique > 1 and (kind.is_measure or (kind.is_category and kind.unique <= _MOST_CATEGORIES))
    ]
    if not compared:
        return []
    counts, figures = _counts(subject, compared), _figures(subject, compared)
    found = [_drift(kind, date, counts[kind.field], figures[kind.field]) for kind in compared]
    return sorted((item for item in found if item), key=lambda item: -item.psi)


def _drift(kind: Kind, date: Kind | None, parts: Counts, figures: Sequence[_Third]) -> Drift | None:
    if not parts[0] or not parts[1] or len(figures) < 2:
        return None
    (first_mean, first_missing), (last_mean, last_missing) = figures
    return Drift(
        column=kind.name,
        order=date.name if date else None,
        psi=max(0.0, stability_index(*parts) - _chance(*parts)),
        first_mean=first_mean,
        last_mean=last_mean,
        first_missing=first_missing,
        last_missing=last_missing,
    )


def _figures(subject: Subject, compared: Sequence[Kind]) -> dict[str, list[_Third]]:
    """Return the mean and the share of missing cells of each column in both thirds, by its field."""
    wanted = ", ".join(
        f"{f'avg({kind.field})' if kind.is_measure else 'NULL'}, 1 - count({kind.field}) / count(*)"
        for kind in compared
    )
    thirds = subject.rows_of(f"SELECT {wanted} FROM thirds GROUP BY part ORDER BY part")
    return {
        kind.field: [(third[2 * place], third[2 * place + 1]) for third in thirds]
        for place, kind in enumerate(compared)
    }


def _counts(subject: Subject, compared: Sequence[Kind]) -> dict[str, Counts]:
    """Return how many values of each column lie in each bin, by field: deciles of measures, values of categories."""
    counts: dict[str, Counts] = {kind.field: ({}, {}) for kind in compared}
    edges = _deciles(subject, [kind.field for kind in compared if kind.is_measure])
    if edges:
        # Each border belongs to the bin below it.
        binned = ", ".join(f"histogram({field}::DOUBLE, {borders})" for field, borders in edges.items())
        for part, *histograms in subject.rows_of(f"SELECT part, {binned} FROM thirds GROUP BY part"):
            for field, histogram in zip(edges, histograms, strict=True):
                counts[field][part].update({str(bin_): count for bin_, count in (histogram or {}).items() if count})
    for kind in compared:
        if not kind.is_measure:
            query = (
                f"SELECT part, {kind.field}::VARCHAR AS v, count(*) FROM thirds WHERE v IS NOT NULL GROUP BY part, v"
            )
            for part, value, count in subject.rows_of(query):
                counts[kind.field][part][value] = count
    return counts


def _deciles(subject: Subject, fields: Sequence[str]) -> dict[str, list[float]]:
    """Return the different deciles of each column that has values in the sample, by its field."""
    shares = [place / _DECILES for place in range(1, _DECILES)]
    asked = {field: f"quantile_cont({field}::DOUBLE, {shares})" for field in fields}
    found = subject.ask(asked, "sample") if asked else {}
    return {field: list(dict.fromkeys(deciles)) for field, deciles in found.items() if deciles}


def _chance(first: dict[str, int], last: dict[str, int]) -> float:
    """Return the index that two samples of one distribution have on average, which few rows make large."""
    bins = len(first.keys() | last.keys())
    return (bins - 1) * (1 / sum(first.values()) + 1 / sum(last.values()))


def stability_index(first: dict[str, int], last: dict[str, int]) -> float:
    """Return the population stability index of two distributions, given as counts by bin."""
    first_total, last_total = sum(first.values()), sum(last.values())
    index = 0.0
    # In one order in every process: the sum depends on it.
    for bin_ in sorted(first.keys() | last.keys()):
        before = max(first.get(bin_, 0), _LEAST_ROWS, _LEAST_SHARE * first_total) / first_total
        after = max(last.get(bin_, 0), _LEAST_ROWS, _LEAST_SHARE * last_total) / last_total
        index += (after - before) * math.log(after / before)
    return index
