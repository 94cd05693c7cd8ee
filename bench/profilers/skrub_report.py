"""skrub: its table report over a polars frame, as HTML."""

from __future__ import annotations

from typing import Any

from timing import run


def load() -> Any:
    import polars
    import skrub

    return polars, skrub


def work(loaded: Any, path: str) -> Any:
    polars, skrub = loaded
    return len(skrub.TableReport(polars.read_csv(path, try_parse_dates=True), verbose=0).html())


if __name__ == "__main__":
    run(load, work)
