"""docmill: everything that the step `profile` computes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from timing import run


def load() -> Any:
    import duckdb  # noqa: F401

    from docmill.pipelines.insights import models, profiling, reading
    from docmill.settings import DocumentSettings, TableSettings

    return models, profiling, reading, TableSettings(), DocumentSettings(max_size_kb=10**7)


def work(loaded: Any, path: str) -> Any:
    models, profiling, reading, tables, documents = loaded
    with reading.read_table(Path(path), Path(path).name, models.TableOptions(), tables, documents) as table:
        found = profiling.profile_table(table, tables)
    return found.model_dump(mode="json")


if __name__ == "__main__":
    run(load, work)
