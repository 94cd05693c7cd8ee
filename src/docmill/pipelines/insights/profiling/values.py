"""The values of a column of numbers: all that lie in the database, or few different ones with their counts.

Both answer the same questions, with the same figures.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any, NamedTuple, Protocol

from docmill.pipelines.insights.profiling.figures import Subject, finite

# Of all values ``v``, and of their distances ``a`` from some value, with ``b``, the squares of these.
_SUMS = {
    "total": "sum(v)::DOUBLE",
    "least": "min(v)",
    "most": "max(v)",
    "zeros": "count_if(v = 0)",
    "negatives": "count_if(v < 0)",
    "first": "sum(a)",
    "second": "sum(b)",
    "third": "sum(a * b)",
    "fourth": "sum(b * b)",
}


class Sums(NamedTuple):
    """What the values add up to; None where it is no finite number.

    Attributes:
        total: Their sum.
        least: The smallest.
        most: The largest.
        zeros: How many are 0.
        negatives: How many are below 0.
        first: Sum of the distances from some value.
        second: Sum of the squares of the distances.
        third: Sum of their cubes.
        fourth: Sum of their fourth powers.
        deviation: Median of the distances, without their signs.
        outside: How many lie outside of a span.
    """

    total: float | None
    least: float
    most: float
    zeros: int
    negatives: int
    first: float | None
    second: float | None
    third: float | None
    fourth: float | None
    deviation: float | None
    outside: int


class Values(Protocol):
    """What can be asked of the values of a column of numbers."""

    def quantiles(self, shares: Sequence[float]) -> list[float]:
        """Return quantiles, interpolated linearly."""

    def sums(self, center: float, low: float, high: float) -> Sums:
        """Return what the values add up to, with their distances from a value, and what lies outside of a span."""

    def bins(self, low: float, width: float, count: int) -> Mapping[int, int]:
        """Return how many values lie in each of ``count`` bins of equal width, the first of which begins at ``low``."""


class StoredValues:
    """The values of a column in the database."""

    def __init__(self, subject: Subject, field: str) -> None:
        self._subject = subject
        self._field = field

    def quantiles(self, shares: Sequence[float]) -> list[float]:
        """Return quantiles; estimates where the table has too many rows for others."""
        quantile = "quantile_cont" if self._subject.exact else "approx_quantile"
        found: list[float] = self._subject.ask({"q": f"{quantile}({self._field}::DOUBLE, {list(shares)})"})["q"]
        return found

    def sums(self, center: float, low: float, high: float) -> Sums:
        """Return what the values add up to; where quantiles are estimated, the deviation is that of the sample."""
        values = f"SELECT {self._field} AS v, {self._field}::DOUBLE - {center!r} AS a FROM {{}} WHERE v IS NOT NULL"
        asked = {**_SUMS, "outside": f"count_if(v < {low!r} OR v > {high!r})"}
        median = {"deviation": "quantile_cont(abs(a), 0.5)"}
        if self._subject.exact:
            asked |= median
        found = self._subject.ask(asked, f"(SELECT v, a, a * a AS b FROM ({values.format('data')}))")
        if not self._subject.exact:
            found |= self._subject.ask(median, f"({values.format('sample')})")
        return Sums(**found)

    def bins(self, low: float, width: float, count: int) -> Mapping[int, int]:
        """Return how many values lie in each bin."""
        place = f"least(floor(({self._field}::DOUBLE - {low!r}) / {width!r}), {count - 1})::INTEGER"
        # Grouping takes half the time of the aggregate that makes histograms.
        query = f"SELECT {place} AS b, count(*) FROM data WHERE {self._field} IS NOT NULL GROUP BY b"
        return dict(self._subject.rows_of(query))


class CountedValues:
    """Few different values with their counts."""

    def __init__(self, counts: Mapping[Any, int]) -> None:
        self._counts = sorted(counts.items())

    def quantiles(self, shares: Sequence[float]) -> list[float]:
        """Return quantiles, interpolated linearly."""
        return _quantiles(self._counts, shares)

    def sums(self, center: float, low: float, high: float) -> Sums:
        """Return what the values add up to, with their distances from a value."""
        distances = [(value - center, count) for value, count in self._counts]
        first = sum(distance * count for distance, count in distances)
        second = sum(distance * distance * count for distance, count in distances)
        third = sum(distance * distance * distance * count for distance, count in distances)
        fourth = sum(distance * distance * distance * distance * count for distance, count in distances)
        return Sums(
            total=finite(float(sum(value * count for value, count in self._counts))),
            least=self._counts[0][0],
            most=self._counts[-1][0],
            zeros=sum(count for value, count in self._counts if value == 0),
            negatives=sum(count for value, count in self._counts if value < 0),
            first=finite(first),
            second=finite(second),
            third=finite(third),
            fourth=finite(fourth),
            deviation=finite(_quantiles(sorted((abs(distance), count) for distance, count in distances), [0.5])[0]),
            outside=sum(count for value, count in self._counts if value < low or value > high),
        )

    def bins(self, low: float, width: float, count: int) -> Mapping[int, int]:
        """Return how many values lie in each bin."""
        found: Counter[int] = Counter()
        for value, rows in self._counts:
            found[min(math.floor((value - low) / width), count - 1)] += rows
        return found


def _quantiles(counts: Sequence[tuple[float, int]], shares: Sequence[float]) -> list[float]:
    places = list(accumulate(count for _, count in counts))

    def quantile(share: float) -> float:
        place = share * (places[-1] - 1)
        low, high = (float(counts[bisect_right(places, end)][0]) for end in (math.floor(place), math.ceil(place)))
        return low + (high - low) * (place - math.floor(place))

    return [quantile(share) for share in shares]
