"""The result as a page: one HTML file with everything inside, for screens light and dark, and for paper."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from docmill.errors import MissingExtra
from docmill.pipelines.insights.column_models import Cell, ColumnProfile
from docmill.pipelines.insights.drawing import draw
from docmill.pipelines.insights.language import written, written_share
from docmill.pipelines.insights.result_models import ChartSpec, InsightsResult

_QUOTED = re.compile(r'"([^"]*)"')
_LONGEST_CELL = 80
_GRADES = ((90, "good"), (70, "fair"), (0, "poor"))


def complete_specification(chart: ChartSpec) -> dict[str, Any]:
    """Return the Vega-Lite specification of a chart with its data."""
    return {**chart.spec, "data": {"values": chart.data}}


def render_report(result: InsightsResult) -> str:
    """Return the page of a result.

    Raises:
        MissingExtra: The extra ``insights`` is not installed.
        IsolationError: The charts could not be drawn.
    """
    pictures = draw([complete_specification(chart) for chart in result.chart_specs], "svg")
    drawn = {chart.id: picture.decode() for chart, picture in zip(result.chart_specs, pictures, strict=True)}
    return _page(result, drawn)


def _page(result: InsightsResult, pictures: Mapping[str, str]) -> str:
    try:
        from jinja2 import Environment, PackageLoader, StrictUndefined
        from markupsafe import Markup, escape
    except ImportError:
        raise MissingExtra("Reports need the extra `insights`: pip install 'docmill[insights]'.") from None

    def statement(text: str) -> Markup:
        """Return a statement with its names and values set apart."""
        parts = _QUOTED.split(text)
        return Markup("").join(
            Markup("<b>{}</b>").format(part) if place % 2 else escape(part) for place, part in enumerate(parts)
        )

    # The template is trusted, what is filled in is not: everything is escaped but the pictures, which the drawer made.
    environment = Environment(
        loader=PackageLoader("docmill.pipelines.insights", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(statement=statement, cell=shown_cell, number=written, share=written_share, bytes=_bytes)
    return environment.get_template("report.html").render(
        result=result,
        info=result.file_info,
        pictures={identity: Markup(picture) for identity, picture in pictures.items()},  # noqa: S704 - see above
        titles={chart.id: chart.title for chart in result.chart_specs},
        missing_share=_share(result.kpis.missing_count, result.kpis.row_count * result.kpis.col_count),
        duplicate_share=_share(result.kpis.num_duplicates, result.kpis.row_count),
        grade=next(grade for least, grade in _GRADES if result.quality_score >= least),
        figures={column.name: _figures(column) for column in result.columns},
    )


def shown_cell(value: Cell) -> str:
    """Return the value of a cell as people read it, shortened where it is long."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    text = written(value) if isinstance(value, float) else str(value)
    return text if len(text) <= _LONGEST_CELL else f"{text[: _LONGEST_CELL - 1]}…"


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _figures(column: ColumnProfile) -> list[tuple[str, str]]:
    """Return the figures that tell most about a column."""
    if column.numeric is not None:
        names = ("min", "median", "mean", "max", "std")
        values = [(name, getattr(column.numeric, name)) for name in names]
        return [(name, written(value)) for name, value in values if value is not None]
    if column.dates is not None:
        return [("from", column.dates.min), ("to", column.dates.max)]
    if column.top_values and not column.identifier:
        top = column.top_values[0]
        return [(shown_cell(top.value), written_share(top.share))]
    return []


def _bytes(count: int) -> str:
    size = float(count)
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" or size >= 10 else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"
