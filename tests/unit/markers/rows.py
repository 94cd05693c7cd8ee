"""Results in short: one line of six cells a result, and how they are compared."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from docmill.pipelines.medical_report.markers import pages_from_text, read_markers
from docmill.pipelines.medical_report.models import Marker


class Result(NamedTuple):
    """A result: ``value`` with its comparator, as a number without trailing zeros."""

    name: str
    value: str
    unit: str | None
    low: float | None
    high: float | None
    flag: str | None


def expected(table: str) -> list[Result]:
    """Return the results of a table with tabs: name, value, unit, low, high, flag; ``-`` is none."""
    return [_expected(line.split("\t")) for line in table.splitlines() if line]


def _expected(cells: list[str]) -> Result:
    name, value, unit, low, high, flag = cells
    bounds = [None if cell == "-" else float(cell) for cell in (low, high)]
    return Result(name, value, None if unit == "-" else unit, bounds[0], bounds[1], None if flag == "-" else flag)


def found(markers: Iterable[Marker]) -> list[Result]:
    """Return markers as results."""
    return [
        Result(marker.name, printed(marker), marker.unit, marker.ref_low, marker.ref_high, marker.flag)
        for marker in markers
    ]


def printed(marker: Marker) -> str:
    """Return comparator and value of a marker."""
    value = marker.value if isinstance(marker.value, str) else f"{marker.value:.10g}"
    return f"{marker.comparator or ''}{value}"


def read(text: str) -> list[Marker]:
    """Return the markers of a text."""
    return read_markers(pages_from_text(text))


def only(text: str) -> Marker:
    """Return the one marker of a text."""
    markers = read(text)
    assert len(markers) == 1, [marker.name for marker in markers]
    return markers[0]
