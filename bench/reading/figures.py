"""Figures with the bar that each must reach."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "pdf"


@dataclass(frozen=True)
class Figure:
    """One measured figure.

    Attributes:
        metric: What was measured.
        value: The figure.
        bar: What it must reach; None where nothing is asked.
        at_most: Whether the bar is an upper one.
        unit: What it counts.
    """

    metric: str
    value: float
    bar: float | None = None
    at_most: bool = False
    unit: str = ""

    @property
    def holds(self) -> bool | None:
        """Whether the bar is reached; None without one."""
        if self.bar is None:
            return None
        return self.value <= self.bar if self.at_most else self.value >= self.bar

    @property
    def record(self) -> dict[str, object]:
        """The figure as one line of JSON tells it."""
        return {
            "bench": "documents",
            "metric": self.metric,
            "value": round(self.value, 4),
            "unit": self.unit,
            "bar": self.bar,
            "bar_is": "at most" if self.at_most else "at least",
            "holds": self.holds,
        }


Figures = Iterator[Figure]
