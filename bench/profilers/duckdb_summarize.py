"""DuckDB's own SUMMARIZE: counts, approximate distinct values, means, quartiles."""

from __future__ import annotations

from typing import Any

from timing import run


def load() -> Any:
    import duckdb

    return duckdb


def work(duckdb: Any, path: str) -> Any:
    return len(duckdb.execute(f"SUMMARIZE SELECT * FROM read_csv('{path}')").fetchall())


if __name__ == "__main__":
    run(load, work)
