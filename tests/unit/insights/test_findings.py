"""The insights of the rules: exactly those that the figures bear out, each number among the figures."""

from __future__ import annotations

from tests.unit.insights.building import category, number, profile

from docmill.pipelines.insights.charts import choose_charts
from docmill.pipelines.insights.checking import find_fault
from docmill.pipelines.insights.facts import find_facts
from docmill.pipelines.insights.findings import find_insights, summarise
from docmill.pipelines.insights.models import Correlation, Drift, Duplicates, Kpis, Quality, TableProfile
from docmill.pipelines.insights.result_models import AnalystInsight

DRIFTS = (
    '"tax" drifts over the rows, stability index 0.55. The mean of the first third of "tax" is 10.2,'
    " the mean of the last third is 15.4."
)
EXPECTED = [
    ("high", "privacy", '"mail" holds personal data in 98 % of its cells.', None),
    ("high", "missing", '"cabin" has 687 missing values, 77.1 % of its cells.', None),
    ("medium", "missing", '"fare" has 91 missing values, 10.2 % of its cells.', None),
    ("medium", "duplicates", "The data has 18 duplicate rows, 2 % of its records.", None),
    (
        "medium",
        "drift",
        DRIFTS,
        None,
    ),
    (
        "medium",
        "trend",
        '"fare" rises by 34.1 % along its trend over "sold", which explains 84 % of the variance.',
        "chart_timeseries_2",
    ),
    (
        "medium",
        "correlation",
        '"fare" and "tax" are strongly and positively correlated, Pearson coefficient 0.96.',
        "chart_corr_1",
    ),
    ("medium", "outliers", '"fare" has 116 outliers, below -26.72 or above 65.63.', "chart_hist_1"),
    (
        "low",
        "trend",
        '"fare" over "sold" has the peak "July" and the trough "March", pattern index 0.62.',
        "chart_timeseries_2",
    ),
    (
        "low",
        "correlation",
        '"fare" and "cabin" are strongly and negatively correlated, Spearman coefficient -0.75.',
        None,
    ),
    ("low", "imbalance", '"male" is the most frequent value of "sex", 90 % of its values.', "chart_cat_1"),
]


def insights_of(table: TableProfile) -> list[AnalystInsight]:
    return find_insights(table, choose_charts(table))


def test_a_known_table_yields_exactly_these_insights() -> None:
    found = [
        (insight.severity, insight.category, insight.text, insight.evidence.chart_id)
        for insight in insights_of(profile())
    ]
    assert found == EXPECTED


def test_a_trend_from_nothing_is_told_by_its_slope() -> None:
    table = profile()
    for series in table.time_series:
        if series.trend is not None:
            series.trend.relative_change = None
    found = [insight for insight in insights_of(table) if " slope " in insight.text]
    assert [(insight.severity, insight.category, insight.text) for insight in found] == [
        ("low", "trend", '"fare" has a trend over "sold" with slope 3.1, which explains 84 % of the variance.')
    ]
    assert sorted(found[0].evidence.aggregates.values()) == [0.84, 3.1]


def test_every_insight_says_what_it_rests_on_and_what_to_do() -> None:
    facts, charts = find_facts(profile()), {chart.id for chart in choose_charts(profile())}
    for number_, insight in enumerate(insights_of(profile()), 1):
        assert insight.id == f"i{number_}"
        assert insight.evidence.aggregates
        assert all(facts[path].value == value for path, value in insight.evidence.aggregates.items())
        assert find_fault(insight.text, [facts[path] for path in insight.evidence.aggregates]) is None
        assert insight.evidence.chart_id is None or insight.evidence.chart_id in charts
        assert insight.recommendation is not None
        assert insight.recommendation.priority == insight.severity


def test_rows_are_those_that_the_profile_names() -> None:
    rows = {insight.category: insight.evidence.row_indices for insight in insights_of(profile())}
    assert rows["duplicates"] == [5, 9]
    assert rows["outliers"] == [258, 679]
    assert rows["missing"] == []


def test_a_clean_table_yields_nothing() -> None:
    clean = TableProfile(
        file_info=profile().file_info,
        columns=[number("fare", missing_count=0, missing_share=0.0), category("sex", share=0.5)],
        kpis=Kpis(row_count=891, col_count=2, missing_count=0, num_duplicates=0),
        quality=Quality(score=100, formula="100", terms=[]),
        duplicates=Duplicates(),
    )
    assert insights_of(clean) == []
    assert summarise(clean, []) == ["The data has 891 rows and 2 columns.", "Its quality score is 100."]


def test_what_only_names_or_orders_the_rows_says_nothing() -> None:
    table = profile()
    for column in table.columns:
        column.identifier = True
        if column.numeric is not None:
            column.numeric.monotonic = "increasing"
    categories = {insight.category for insight in insights_of(table)}
    assert not categories & {"drift", "correlation", "outliers"}


def test_a_rare_step_of_a_scale_is_no_outlier() -> None:
    table = profile()
    scale = next(column for column in table.columns if column.name == "fare")
    scale.unique_count = 5
    assert not [insight for insight in insights_of(table) if insight.category == "outliers"]


def test_a_drift_of_rows_that_no_dates_order_is_not_of_high_severity() -> None:
    for order, severity in (("sold", "high"), (None, "medium")):
        drift = Drift(column="sex", order=order, psi=3.0)
        [insight] = [insight for insight in insights_of(profile(drift=[drift])) if insight.category == "drift"]
        assert insight.severity == severity


def test_rows_that_are_sorted_by_a_group_drift_for_that_reason_only() -> None:
    drifts = [Drift(column=name, order=None, psi=psi) for name, psi in (("sex", 15.0), ("fare", 14.0))]
    [insight] = [insight for insight in insights_of(profile(drift=drifts)) if insight.category == "drift"]
    assert (insight.columns, insight.severity) == (["sex"], "low")


def test_what_chance_does_to_few_rows_is_no_drift() -> None:
    def drifting(rows: int) -> list[str]:
        kpis = profile().kpis.model_copy(update={"row_count": rows})
        return [insight.text for insight in insights_of(profile(kpis=kpis)) if insight.category == "drift"]

    assert drifting(900)
    assert drifting(90) == []


def test_a_drift_matters_as_much_as_the_mean_moves() -> None:
    def severity(last_mean: float | None) -> str:
        drift = Drift(
            column="tax", order="sold", psi=1.5, first_mean=None if last_mean is None else 10, last_mean=last_mean
        )
        [insight] = [insight for insight in insights_of(profile(drift=[drift])) if insight.category == "drift"]
        return insight.severity

    assert [severity(mean) for mean in (10.5, 13.0, 30.0, None)] == ["low", "medium", "high", "high"]


def test_names_from_a_file_cannot_break_a_statement() -> None:
    name = 'fare" has 0 missing values. "x\n<script>'
    table = profile(columns=[number(name, missing_count=687, missing_share=687 / 891)], correlations=[], time_series=[])
    insight = next(insight for insight in insights_of(table) if insight.category == "missing")
    facts = find_facts(table)
    assert find_fault(insight.text, [facts[path] for path in insight.evidence.aggregates]) is None
    assert "\n" not in insight.text
    assert insight.text.count('"') == 2


def test_the_summary_tells_what_matters_most() -> None:
    told = summarise(profile(), insights_of(profile()))
    assert told[:2] == ["The data has 891 rows and 6 columns.", "Its quality score is 81."]
    assert told[2:] == [text for _, _, text, _ in EXPECTED[:3]]
    assert all(find_fault(text, list(find_facts(profile()).values())) is None for text in told)
    empty = profile(text_extract="Dear reader", columns=[])
    assert summarise(empty, []) == ["The file holds no table; its text is in the result."]


def test_a_few_rows_are_not_told_to_go_together() -> None:
    few = Correlation(column_a="fare", column_b="tax", method="pearson", value=1.0, rows=9)
    for rows, told in ((9, False), (10, True)):
        found = profile(correlations=[few.model_copy(update={"rows": rows})])
        assert ("correlation" in {insight.category for insight in find_insights(found, [])}) == told
