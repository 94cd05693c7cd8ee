"""Drift: how the first third of the rows differs from the last."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence

from docmill.pipelines.insights.models import Drift
from docmill.pipelines.insights.profiling.figures import Subject
from docmill.pipelines.insights.profiling.kinds import Kind
from docmill.pipelines.insights.profiling.over_time import date_column

_FEWEST_ROWS = 60
_MOST_CATEGORIES = 50
_DECILES = 10
# A share of 0 would make the index infinite.
_LEAST_SHARE = 0.0001

# Of a column in one of the two thirds: its mean, where it has one, and the share of its cells that are missing.
_Third = tuple[float | None, float]


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
    bins, figures = _bins(subject, compared), _figures(subject, compared)
    found = [_drift(subject, kind, date, bins[kind.field], figures[kind.field]) for kind in compared]
    return sorted((item for item in found if item), key=lambda item: -item.psi)


def _drift(subject: Subject, kind: Kind, date: Kind | None, bins: str, figures: Sequence[_Third]) -> Drift | None:
    counted = subject.rows_of(
        f"SELECT part, {bins} AS bin, count({kind.field}) FROM thirds WHERE {kind.field} IS NOT NULL GROUP BY part, bin"
    )
    parts: list[dict[str, int]] = [defaultdict(int), defaultdict(int)]
    for part, bin_, count in counted:
        parts[part][str(bin_)] += count
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


def _bins(subject: Subject, compared: Sequence[Kind]) -> dict[str, str]:
    """Return the expression for the bin of a value, by field: deciles of a measure, the values of a category."""
    shares = [place / _DECILES for place in range(1, _DECILES)]
    measures = [kind.field for kind in compared if kind.is_measure]
    asked = {field: f"quantile_cont({field}::DOUBLE, {shares})" for field in measures}
    edges = subject.ask(asked, "sample") if asked else {}
    return {
        kind.field: " + ".join(f"({kind.field} > {edge!r})::INTEGER" for edge in dict.fromkeys(edges[kind.field]))
        if kind.is_measure
        else f"{kind.field}::VARCHAR"
        for kind in compared
    }


def _chance(first: dict[str, int], last: dict[str, int]) -> float:
    """Return the index that two samples of one distribution have on average, which few rows make large."""
    bins = len(first.keys() | last.keys())
    return (bins - 1) * (1 / sum(first.values()) + 1 / sum(last.values()))


def stability_index(first: dict[str, int], last: dict[str, int]) -> float:
    """Return the population stability index of two distributions, given as counts by bin."""
    first_total, last_total = sum(first.values()), sum(last.values())
    index = 0.0
    for bin_ in first.keys() | last.keys():
        before = max(first.get(bin_, 0) / first_total, _LEAST_SHARE)
        after = max(last.get(bin_, 0) / last_total, _LEAST_SHARE)
        index += (after - before) * math.log(after / before)
    return index
