"""How columns go together: correlations of numbers, associations of categories.

Pearson's coefficients are those of all rows; the others are computed on a sample of a large table. Where there are more
than 30 columns of numbers or 10 of categories, the first ones are compared.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations

from docmill.pipelines.insights.models import Correlation
from docmill.pipelines.insights.profiling.figures import Subject
from docmill.pipelines.insights.profiling.kinds import Kind

_MOST_LISTED = 200
_MOST_NUMBERS = 30
_MOST_CATEGORY_COLUMNS = 10
_MOST_CATEGORIES = 50
_FEWEST_ROWS = 3

# Yields how columns of numbers and of categories go together.
Association = Callable[[Subject, Sequence[Kind], Sequence[Kind]], Iterator[Correlation]]


def correlations(subject: Subject, find: Association, kinds: Sequence[Kind]) -> list[Correlation]:
    """Return how the columns go together in one of the ways of ``ASSOCIATIONS``."""
    numbers = [kind for kind in kinds if kind.is_measure and kind.unique > 1][:_MOST_NUMBERS]
    categories = [kind for kind in kinds if kind.is_category and 1 < kind.unique <= _MOST_CATEGORIES]
    return list(find(subject, numbers, categories[:_MOST_CATEGORY_COLUMNS]))


def strongest(found: Iterable[Correlation]) -> list[Correlation]:
    """Return how columns go together, the strongest first."""
    return sorted(found, key=lambda item: -abs(item.value))[:_MOST_LISTED]


def _pearson(subject: Subject, numbers: Sequence[Kind], _categories: Sequence[Kind]) -> Iterator[Correlation]:
    for a, b, value, rows in _coefficients(subject, list(combinations(numbers, 2)), "data"):
        yield Correlation(column_a=a.name, column_b=b.name, method="pearson", value=value, rows=rows)


def _coefficients(
    subject: Subject, pairs: Sequence[tuple[Kind, Kind]], table: str
) -> Iterator[tuple[Kind, Kind, float, int]]:
    """Yield Pearson's coefficient of each pair of columns that has one, with the rows that have both values."""
    wanted: dict[str, str] = {}
    for a, b in pairs:
        wanted[f"{a.field} {b.field} r"] = f"corr({a.field}::DOUBLE, {b.field}::DOUBLE)"
        wanted[f"{a.field} {b.field} n"] = f"count_if({a.field} IS NOT NULL AND {b.field} IS NOT NULL)"
    found = subject.ask(wanted, table)
    for a, b in pairs:
        value, rows = found[f"{a.field} {b.field} r"], found[f"{a.field} {b.field} n"]
        if value is not None and rows >= _FEWEST_ROWS:
            # Rounding puts that of a perfect line beyond 1.
            yield a, b, max(-1.0, min(1.0, value)), rows


def _spearman(subject: Subject, numbers: Sequence[Kind], _categories: Sequence[Kind]) -> Iterator[Correlation]:
    """Yield the correlations of the ranks; equal values share the mean of their ranks.

    Where cells are missing, the rows that have both values are ranked anew for each pair; in a sample, that would not
    make the estimate better.
    """
    pairs = list(combinations(numbers, 2))
    whole = pairs if subject.sampled else [pair for pair in pairs if all(_is_full(subject, kind) for kind in pair)]
    ranked = [kind for kind in numbers if any(kind in pair for pair in whole)]
    if ranked:
        subject.connection.execute(_ranks(ranked, "sample"))
        yield from _rank_correlations(subject, whole)
    for pair in pairs:
        if pair not in whole:
            present = " AND ".join(f"{kind.field} IS NOT NULL" for kind in pair)
            subject.connection.execute(_ranks(pair, f"sample WHERE {present}"))
            yield from _rank_correlations(subject, [pair])


def _is_full(subject: Subject, kind: Kind) -> bool:
    return kind.column.present == subject.rows


def _ranks(kinds: Sequence[Kind], rows: str) -> str:
    ranks = []
    for kind in kinds:
        field = kind.field
        # Half-way between the first and the last place of the equal values; both come from one sorting.
        rank = f"(rank() OVER (ORDER BY {field}) + count(*) OVER (ORDER BY {field})) / 2"
        ranks.append(f"CASE WHEN {field} IS NOT NULL THEN {rank} END AS {field}")
    return f"CREATE OR REPLACE TEMP TABLE ranks AS SELECT {', '.join(ranks)} FROM {rows}"


def _rank_correlations(subject: Subject, pairs: Sequence[tuple[Kind, Kind]]) -> Iterator[Correlation]:
    for a, b, value, rows in _coefficients(subject, pairs, "ranks"):
        yield Correlation(
            column_a=a.name, column_b=b.name, method="spearman", value=value, rows=rows, sampled=subject.sampled
        )


def _cramers_v(subject: Subject, _numbers: Sequence[Kind], categories: Sequence[Kind]) -> Iterator[Correlation]:
    for a, b in combinations(categories, 2):
        cells = subject.rows_of(
            f"SELECT {a.field}, {b.field}, count(*) FROM sample"
            f" WHERE {a.field} IS NOT NULL AND {b.field} IS NOT NULL GROUP BY ALL"
        )
        value = cramers_v([(str(left), str(right), count) for left, right, count in cells])
        rows = sum(count for _, _, count in cells)
        if value is not None and rows >= _FEWEST_ROWS:
            yield Correlation(
                column_a=a.name, column_b=b.name, method="cramers_v", value=value, rows=rows, sampled=subject.sampled
            )


def cramers_v(cells: Sequence[tuple[str, str, int]]) -> float | None:
    """Return Cramér's V of a contingency table, given its cells that are not 0; None with one row or column."""
    lefts: defaultdict[str, int] = defaultdict(int)
    rights: defaultdict[str, int] = defaultdict(int)
    for left, right, count in cells:
        lefts[left] += count
        rights[right] += count
    smaller = min(len(lefts), len(rights)) - 1
    if smaller < 1:
        return None
    # Chi-squared over n is the sum of squares over what the margins let expect, less 1.
    squared = sum(count * count / (lefts[left] * rights[right]) for left, right, count in cells) - 1
    return min(1.0, math.sqrt(max(0.0, squared) / smaller))


def _correlation_ratios(subject: Subject, numbers: Sequence[Kind], categories: Sequence[Kind]) -> Iterator[Correlation]:
    if not numbers:
        return
    for category in categories:
        parts = ", ".join(f"count({kind.field}), avg({kind.field}), var_pop({kind.field})" for kind in numbers)
        groups = subject.rows_of(
            f"SELECT {parts} FROM sample WHERE {category.field} IS NOT NULL GROUP BY {category.field}"
        )
        for place, kind in enumerate(numbers):
            figures = [group[3 * place : 3 * place + 3] for group in groups if group[3 * place]]
            value = correlation_ratio(figures)
            rows = sum(count for count, _, _ in figures)
            if value is not None and rows >= _FEWEST_ROWS:
                yield Correlation(
                    column_a=category.name,
                    column_b=kind.name,
                    method="correlation_ratio",
                    value=value,
                    rows=rows,
                    sampled=subject.sampled,
                )


def correlation_ratio(groups: Sequence[tuple[int, float, float]]) -> float | None:
    """Return the root of the share of the variance that lies between groups; None where there is no variance.

    Args:
        groups: Count, mean and variance (divided by the count) of each group.
    """
    total = sum(count for count, _, _ in groups)
    if not total or any(variance is None for _, _, variance in groups):
        return None
    mean = sum(count * group_mean for count, group_mean, _ in groups) / total
    between = sum(count * (group_mean - mean) ** 2 for count, group_mean, _ in groups)
    within = sum(count * variance for count, _, variance in groups)
    return math.sqrt(between / (between + within)) if between + within > 0 else None


ASSOCIATIONS: tuple[Association, ...] = (_pearson, _spearman, _cramers_v, _correlation_ratios)
