"""A profile made by hand, whose every figure is known."""

from __future__ import annotations

from docmill.pipelines.insights.column_models import (
    ColumnProfile,
    DateStats,
    HistogramBin,
    NumericStats,
    Outliers,
    ValueCount,
)
from docmill.pipelines.insights.models import (
    Correlation,
    Drift,
    Duplicates,
    FileInfo,
    Kpis,
    Quality,
    QualityTerm,
    Seasonality,
    TableProfile,
    TimePoint,
    TimeSeries,
    Trend,
)


def number(name: str, **changes: object) -> ColumnProfile:
    stats = NumericStats(count=800, sum=25600.0, mean=32.0, min=-4.0, max=512.3, std=49.69, median=14.45)
    bins = [HistogramBin(low=-4.0, high=254.0, count=790), HistogramBin(low=254.0, high=512.3, count=10)]
    fields = {"missing_count": 91, "missing_share": 91 / 891, "unique_count": 248, "numeric": stats, "histogram": bins}
    return ColumnProfile(**{"name": name, "inferred_type": "numeric", **fields, **changes})


def category(name: str, value: object = "male", share: float = 0.5) -> ColumnProfile:
    count = round(891 * share)
    top = [
        ValueCount(value=value, count=count, share=share),
        ValueCount(value="female", count=891 - count, share=1 - share),
    ]
    return ColumnProfile(name=name, inferred_type="categorical", missing_count=0, unique_count=2, top_values=top)


def dates(name: str) -> ColumnProfile:
    return ColumnProfile(
        name=name,
        inferred_type="datetime",
        missing_count=0,
        unique_count=12,
        dates=DateStats(min="2024-01-01", max="2024-12-01"),
    )


def profile(**changes: object) -> TableProfile:
    """A table in which every rule finds something."""
    outliers = Outliers(count=116, low_fence=-26.72, high_fence=65.63, row_indices=[258, 679], values=[512.3, 512.3])
    columns = [
        number("fare", outliers=outliers),
        number("tax", missing_count=0, missing_share=0.0),
        number("cabin", missing_count=687, missing_share=687 / 891),
        category("sex", "male", 0.9),
        dates("sold"),
        ColumnProfile(
            name="mail",
            inferred_type="text",
            missing_count=0,
            unique_count=891,
            personal={"EMAIL": 0.98},
            identifier=True,
        ),
    ]
    trend = Trend(slope_per_period=3.1, r_squared=0.84, relative_change=0.341, direction="up", periods=12)
    season = Seasonality(cycle="month_of_year", strength=0.62, peak="July", trough="March", cycles=2.0)
    points = [
        TimePoint(period=f"2024-{month:02d}-01", count=70, sum=70.0 * month, mean=float(month))
        for month in range(1, 13)
    ]
    fields: dict[str, object] = {
        "file_info": FileInfo(name="fares.csv", rows=891, cols=6, type="csv", size_bytes=60_000),
        "columns": columns,
        "kpis": Kpis(row_count=891, col_count=6, missing_count=778, num_duplicates=18),
        "cleaned_preview": [{"fare": 7.25, "sex": "male", "mail": "[EMAIL]"}],
        "quality": Quality(
            score=81,
            formula="100 - missing - duplicates",
            terms=[
                QualityTerm(name="missing", share=778 / (891 * 6), points=9, rule="round(30 * share)"),
                QualityTerm(name="duplicates", share=18 / 891, points=10, rule="10 where share > 0.01"),
            ],
        ),
        "duplicates": Duplicates(count=18, row_indices=[5, 9]),
        "correlations": [
            Correlation(column_a="fare", column_b="tax", method="pearson", value=0.96, rows=800),
            Correlation(column_a="tax", column_b="cabin", method="pearson", value=-0.31, rows=200),
            Correlation(column_a="fare", column_b="cabin", method="spearman", value=-0.75, rows=200),
        ],
        "time_series": [
            TimeSeries(
                date_column="sold", value_column="fare", grain="month", points=points, trend=trend, seasonality=season
            )
        ],
        "drift": [
            Drift(column="tax", order="sold", psi=0.55, first_mean=10.2, last_mean=15.4),
            Drift(column="sex", order="sold", psi=0.05),
        ],
    }
    return TableProfile.model_validate({**fields, **changes})
