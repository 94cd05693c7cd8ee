"""Insights by rules: what the figures of a table say by themselves, worst first.

Every text keeps to the rules of ``checking``, as a model's text must: each of its numbers is a fact that it cites.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from docmill.pipelines.insights.charts import find_chart
from docmill.pipelines.insights.checking import LEAST_DRIFT, LEAST_STRONG
from docmill.pipelines.insights.column_models import ColumnProfile
from docmill.pipelines.insights.facts import LEAST_STRENGTH, Fact, cited, find_facts
from docmill.pipelines.insights.language import quoted, spoken, written, written_share
from docmill.pipelines.insights.models import Drift, Severity, TableProfile, TimeSeries
from docmill.pipelines.insights.result_models import AnalystInsight, ChartSpec, Evidence, Recommendation

MOST_PER_CATEGORY = 5
MOST_SUMMARISED = 3

# Shares from which on an insight is of high, medium and low severity; below the last there is none.
MISSING = (0.2, 0.05, 0.01)
DUPLICATES = (0.1, 0.01, 0.0)
OUTLIERS = (1.0, 0.05, 0.0)
IMBALANCE = (1.01, 0.95, 0.8)
PERSONAL = (0.0, 0.0, 0.0)
# The same for coefficients of correlation, changes along a trend, and stability indexes.
CORRELATION = (1.01, 0.95, LEAST_STRONG)
CHANGE = (1.0, 0.25, 0.05)
DRIFT = (1.0, 0.5, LEAST_DRIFT)
LEAST_PERIODS = 6
# A drift of numbers whose mean moves by less than this share is of low severity; by less than the second, not of high.
LITTLE_MOVED = 0.1
MUCH_MOVED = 0.5

# Columns with fewer different values are scales, whose rarer steps are no outliers.
_FEWEST_VALUES = 10
# Any few points lie near some line.
_FEWEST_RELATED = 10
_DECILES = 10
# From this stability index on, the groups of the first rows and those of the last ones hardly overlap.
_SORTED = 5.0

_RANKS: tuple[Severity, ...] = ("high", "medium", "low")
_CATEGORIES = ("privacy", "missing", "duplicates", "drift", "trend", "correlation", "outliers", "imbalance")
_METHOD_NAMES = {
    "pearson": "Pearson coefficient",
    "spearman": "Spearman coefficient",
    "cramers_v": "Cramer's V",
    "correlation_ratio": "correlation ratio",
}


@dataclass(frozen=True)
class Finding:
    """An insight before it has its number.

    Attributes:
        category: What it is about.
        severity: How much it matters.
        size: Sorts findings of one category and severity, largest first.
        text: The statement.
        facts: What it cites.
        advice: Who should do what.
        chart_id: The chart that shows it.
    """

    category: str
    severity: Severity
    size: float
    text: str
    facts: tuple[Fact, ...]
    advice: tuple[str, str]
    chart_id: str | None = None

    def insight(self, number: int) -> AnalystInsight:
        """Return the insight with its number, counted from 1."""
        who, what = self.advice
        return AnalystInsight(
            id=f"i{number}",
            text=self.text,
            severity=self.severity,
            category=self.category,
            evidence=Evidence(
                aggregates=cited(self.facts),
                row_indices=list(dict.fromkeys(row for fact in self.facts for row in fact.rows)),
                chart_id=self.chart_id,
            ),
            recommendation=Recommendation(who=who, what=what, priority=self.severity),
            columns=list(dict.fromkeys(column for fact in self.facts for column in fact.columns)),
        )


def find_insights(profile: TableProfile, charts: list[ChartSpec]) -> list[AnalystInsight]:
    """Return the insights that the rules find, the most severe first."""
    facts = find_facts(profile)
    rules = (
        _privacy(profile, facts),
        _missing(profile, facts),
        _duplicates(facts),
        _drift(profile, facts),
        _trends(profile, facts, charts),
        _correlations(profile, facts, charts),
        _outliers(profile, facts, charts),
        _imbalance(profile, facts, charts),
    )
    found = [finding for rule in rules for finding in islice(sorted(rule, key=_worst), MOST_PER_CATEGORY)]
    found.sort(key=lambda finding: (_RANKS.index(finding.severity), _CATEGORIES.index(finding.category)))
    return [finding.insight(number) for number, finding in enumerate(found, 1)]


def summarise(profile: TableProfile, insights: Sequence[AnalystInsight]) -> list[str]:
    """Return the result in a few sentences: size, quality, and what matters most."""
    if profile.text_extract is not None:
        return ["The file holds no table; its text is in the result."]
    rows, columns = written(profile.kpis.row_count), written(profile.kpis.col_count)
    told = [f"The data has {rows} rows and {columns} columns.", f"Its quality score is {profile.quality.score}."]
    return [*told, *(insight.text for insight in insights[:MOST_SUMMARISED] if insight.severity != "low")]


def _worst(finding: Finding) -> tuple[int, float]:
    return _RANKS.index(finding.severity), -finding.size


def _severity(value: float, borders: tuple[float, float, float]) -> Severity | None:
    return next((rank for rank, border in zip(_RANKS, borders, strict=True) if value >= border and value > 0), None)


def _columns(profile: TableProfile) -> Iterator[tuple[str, ColumnProfile]]:
    for place, column in enumerate(profile.columns):
        yield f"schema[{place}]", column


def _privacy(profile: TableProfile, facts: Mapping[str, Fact]) -> Iterator[Finding]:
    for path, column in _columns(profile):
        for kind, share in column.personal.items():
            severity = _severity(share, PERSONAL)
            if severity is None:
                continue
            yield Finding(
                "privacy",
                severity,
                share,
                f"{quoted(column.name)} holds personal data in {written_share(share)} of its cells.",
                (facts[f"{path}.personal.{kind}"],),
                ("data protection officer", f"Decide whether {quoted(column.name)} may be kept and shared: {kind}."),
            )


def _missing(profile: TableProfile, facts: Mapping[str, Fact]) -> Iterator[Finding]:
    for path, column in _columns(profile):
        severity = _severity(column.missing_share, MISSING)
        if severity is None:
            continue
        name, count, share = quoted(column.name), column.missing_count, column.missing_share
        yield Finding(
            "missing",
            severity,
            share,
            f"{name} has {written(count)} missing {_plural('value', count)}, {written_share(share)} of its cells.",
            (facts[f"{path}.missing_count"], facts[f"{path}.missing_share"]),
            ("data owner", f"Find out why {name} is empty and fill it at the source, or leave it out of the analysis."),
        )


def _duplicates(facts: Mapping[str, Fact]) -> Iterator[Finding]:
    count = facts["kpis.numDuplicates"]
    share = next((fact for fact in facts.values() if fact.figure == "duplicates" and fact.share), None)
    if not count.number or share is None or share.number is None:
        return
    severity = _severity(share.number, DUPLICATES)
    if severity is not None:
        rows = _plural("row", count.number)
        yield Finding(
            "duplicates",
            severity,
            share.number,
            f"The data has {written(count.number)} duplicate {rows}, {written_share(share.number)} of its records.",
            (count, share),
            ("data engineer", "Check whether the source sends records twice; remove the repeated rows before summing."),
        )


def _drift(profile: TableProfile, facts: Mapping[str, Fact]) -> Iterator[Finding]:
    ordered = {
        column.name
        for column in profile.columns
        if column.identifier
        or column.inferred_type == "datetime"
        or (column.numeric is not None and column.numeric.monotonic != "no")
    }
    bins = {column.name: min(_DECILES, column.unique_count) for column in profile.columns}
    groups = _sorted_groups(profile)
    for place, drift in enumerate(profile.drift):
        if groups and drift.column not in groups:
            continue
        severity = "low" if groups else _drift_severity(drift)
        by_chance = _spread_by_chance(bins.get(drift.column, _DECILES), profile.kpis.row_count, len(profile.drift))
        if severity is None or drift.psi < LEAST_DRIFT + by_chance or drift.column in ordered:
            continue
        name, path = quoted(drift.column), f"drift[{place}]"
        text = f"{name} drifts over the rows, stability index {written(drift.psi)}."
        about = [facts[f"{path}.psi"]]
        first, last = facts.get(f"{path}.firstMean"), facts.get(f"{path}.lastMean")
        if first is not None and last is not None and first.number is not None and last.number is not None:
            about += [first, last]
            text += (
                f" The mean of the first third of {name} is {written(first.number)},"
                f" the mean of the last third is {written(last.number)}."
            )
        yield Finding(
            "drift",
            severity,
            drift.psi,
            text,
            tuple(about),
            (
                "analyst",
                f"Look for a change of source, process or unit in {name} before older and newer rows are mixed.",
            ),
        )


def _sorted_groups(profile: TableProfile) -> set[str]:
    """Return the categories by which rows without dates are sorted; the other drifts follow from them."""
    categories = {column.name for column in profile.columns if column.inferred_type == "categorical"}
    return {
        drift.column
        for drift in profile.drift
        if drift.order is None and drift.psi >= _SORTED and drift.column in categories
    }


def _drift_severity(drift: Drift) -> Severity | None:
    """Return the severity by the stability index, lowered where the mean moves little.

    It is not high where no dates order the rows: files are often sorted by a column.
    """
    severity = _severity(drift.psi, DRIFT)
    if severity == "high" and drift.order is None:
        severity = "medium"
    if severity is None or drift.first_mean is None or drift.last_mean is None:
        return severity
    largest = max(abs(drift.first_mean), abs(drift.last_mean))
    moved = abs(drift.last_mean - drift.first_mean) / largest if largest else 0.0
    if moved < LITTLE_MOVED:
        return "low"
    return "medium" if moved < MUCH_MOVED and severity == "high" else severity


def _spread_by_chance(bins: int, rows: int, columns: int) -> float:
    """Return how far the stability index of thirds goes in a table without any drift, beyond what it has on average.

    That is twice its standard deviation, and more where one of many columns is the worst. The index that such thirds
    have on average is taken off in the profile.
    """
    third = rows / 3
    deviations = max(2.0, math.sqrt(2 * math.log(columns)))
    return deviations * math.sqrt(2 * (bins - 1)) * (2 / third) if rows else 0.0


def _trends(profile: TableProfile, facts: Mapping[str, Fact], charts: list[ChartSpec]) -> Iterator[Finding]:
    for place, series in enumerate(profile.time_series):
        if series.value_column is None:
            continue
        chart = find_chart(charts, "line", series.value_column, series.date_column)
        yield from _trend(series, f"timeSeries[{place}].trend", facts, chart)
        yield from _season(series, f"timeSeries[{place}].seasonality", facts, chart)


def _trend(series: TimeSeries, path: str, facts: Mapping[str, Fact], chart: str | None) -> Iterator[Finding]:
    figures = ("relativeChange", "slopePerPeriod", "rSquared")
    change, slope, fit = (facts.get(f"{path}.{figure}") for figure in figures)
    if series.trend is None or series.trend.periods < LEAST_PERIODS or slope is None or fit is None:
        return
    name, date = quoted(series.value_column), quoted(series.date_column)
    explained = f"which explains {written_share(fit.number or 0.0)} of the variance."
    advice = ("analyst", f"Find out what drives {name}, and whether a plan already counts on it.")
    if change is None:
        # Of a beginning at nothing there is no share, and so no rank either.
        text = f"{name} has a trend over {date} with slope {written(slope.number or 0.0)}, {explained}"
        yield Finding("trend", "low", fit.number or 0.0, text, (slope, fit), advice, chart)
        return
    size = abs(change.number or 0.0)
    severity = _severity(size, CHANGE)
    if severity is not None:
        verb = "rises" if change.figure == "rise" else "falls"
        text = f"{name} {verb} by {written_share(size)} along its trend over {date}, {explained}"
        yield Finding("trend", severity, size, text, (change, fit), advice, chart)


def _season(series: TimeSeries, path: str, facts: Mapping[str, Fact], chart: str | None) -> Iterator[Finding]:
    season = series.seasonality
    if season is None or season.strength < LEAST_STRENGTH:
        return
    name, date = quoted(series.value_column), quoted(series.date_column)
    yield Finding(
        "trend",
        "low",
        season.strength,
        f"{name} over {date} has the peak {quoted(season.peak)} and the trough {quoted(season.trough)},"
        f" pattern index {written(season.strength)}.",
        tuple(facts[f"{path}.{figure}"] for figure in ("strength", "peak", "trough")),
        ("analyst", f"Compare {name} with the same part of the cycle before, not with the period before."),
        chart,
    )


def _correlations(profile: TableProfile, facts: Mapping[str, Fact], charts: list[ChartSpec]) -> Iterator[Finding]:
    names_only = {column.name for column in profile.columns if column.identifier or column.constant}
    seen: set[frozenset[str]] = set()
    for place, correlation in enumerate(profile.correlations):
        pair = frozenset((correlation.column_a, correlation.column_b))
        severity = _severity(abs(correlation.value), CORRELATION)
        if severity is None or pair & names_only or pair in seen or correlation.rows < _FEWEST_RELATED:
            continue
        seen.add(pair)
        a, b = quoted(correlation.column_a), quoted(correlation.column_b)
        direction = ""
        if correlation.method in ("pearson", "spearman"):
            direction = " and positively" if correlation.value > 0 else " and negatively"
        yield Finding(
            "correlation",
            severity,
            abs(correlation.value),
            f"{a} and {b} are strongly{direction} correlated,"
            f" {_METHOD_NAMES[correlation.method]} {written(correlation.value)}.",
            (facts[f"correlations[{place}].value"],),
            ("analyst", f"Check whether {a} and {b} measure the same thing; a correlation alone tells no cause."),
            _heat_map(charts, correlation.column_a, correlation.column_b) if correlation.method == "pearson" else None,
        )


def _heat_map(charts: list[ChartSpec], *columns: str) -> str | None:
    return next(
        (chart.id for chart in charts if chart.type == "heatmap" and set(columns) <= set(chart.metadata["columns"])),
        None,
    )


def _outliers(profile: TableProfile, facts: Mapping[str, Fact], charts: list[ChartSpec]) -> Iterator[Finding]:
    for path, column in _columns(profile):
        outliers = column.outliers
        if outliers is None or column.numeric is None or not column.numeric.count or column.identifier:
            continue
        if column.unique_count < _FEWEST_VALUES:
            continue
        share = outliers.count / column.numeric.count
        severity = _severity(share, OUTLIERS)
        if severity is None:
            continue
        name = quoted(column.name)
        yield Finding(
            "outliers",
            severity,
            share,
            f"{name} has {written(outliers.count)} {_plural('outlier', outliers.count)},"
            f" below {written(outliers.low_fence)} or above {written(outliers.high_fence)}.",
            tuple(facts[f"{path}.outliers.{figure}"] for figure in ("count", "low_fence", "high_fence")),
            ("analyst", f"Look at these rows of {name}: correct errors, and use the median where the values are real."),
            find_chart(charts, "histogram", column.name),
        )


def _imbalance(profile: TableProfile, facts: Mapping[str, Fact], charts: list[ChartSpec]) -> Iterator[Finding]:
    for path, column in _columns(profile):
        share = facts.get(f"{path}.top_values[0].share")
        if column.inferred_type not in ("categorical", "boolean") or share is None or column.personal:
            continue
        severity = _severity(share.number or 0.0, IMBALANCE)
        if severity is None:
            continue
        name, value = quoted(column.name), facts[f"{path}.top_values[0].value"]
        if spoken(value.value) == spoken(column.name):
            continue
        yield Finding(
            "imbalance",
            severity,
            share.number or 0.0,
            f"{quoted(value.value)} is the most frequent value of {name},"
            f" {written_share(share.number or 0.0)} of its values.",
            (value, share),
            ("analyst", f"Do not compare groups of {name} by their totals; the small ones hold few rows."),
            find_chart(charts, "bar", column.name),
        )


def _plural(noun: str, count: float) -> str:
    return noun if count == 1 else f"{noun}s"
