"""polars, streaming: nulls, approximate distinct values, mean, deviation, sum, quantiles, most frequent values.

No profiler, but what somebody who knows polars writes by hand; no histograms, correlations, duplicates or outliers.
"""

from __future__ import annotations

from typing import Any

from timing import run

QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)


def load() -> Any:
    import polars

    return polars


def work(polars: Any, path: str) -> Any:
    frame = polars.scan_csv(path, try_parse_dates=True)
    schema = frame.collect_schema()
    asked = []
    for name, kind in schema.items():
        column = polars.col(name)
        asked += [column.null_count().alias(f"{name} nulls"), column.approx_n_unique().alias(f"{name} unique")]
        if kind.is_numeric():
            asked += [getattr(column, figure)().alias(f"{name} {figure}") for figure in ("mean", "std", "sum")]
            asked += [column.quantile(share).alias(f"{name} {share}") for share in QUANTILES]
    figures = frame.select(asked).collect(engine="streaming").width
    for name, kind in schema.items():
        if not kind.is_numeric() and not kind.is_temporal():
            frame.group_by(name).len().sort("len", descending=True).head(20).collect(engine="streaming")
    return figures


if __name__ == "__main__":
    run(load, work)
