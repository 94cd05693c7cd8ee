"""fg-data-profiling (ydata-profiling until 2026): the full report, written as HTML."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from timing import run

MINIMAL = Path(sys.argv[0]).stem.endswith("minimal")
NAMES = {
    "n_missing": "missing", "n_distinct": "distinct", "mean": "mean", "std": "std", "min": "min", "max": "max",
    "sum": "sum", "variance": "variance", "skewness": "skewness", "kurtosis": "kurtosis", "mad": "mad",
    "n_zeros": "zeros", "n_negative": "negatives", "5%": "0.05", "25%": "0.25", "50%": "0.5", "75%": "0.75",
    "95%": "0.95",
}  # fmt: skip


def load() -> Any:
    import pandas
    from data_profiling import ProfileReport

    return pandas, ProfileReport


def work(loaded: Any, path: str) -> Any:
    pandas, report_of = loaded
    report = report_of(pandas.read_csv(path), progress_bar=False, minimal=MINIMAL)
    with tempfile.TemporaryDirectory() as folder:
        report.to_file(Path(folder) / "report.html", silent=True)
    found = report.get_description()
    columns = {
        name: {
            ours: float(variable[theirs])
            for theirs, ours in NAMES.items()
            if isinstance(variable.get(theirs), int | float) or hasattr(variable.get(theirs), "dtype")
        }
        for name, variable in found.variables.items()
    }
    return {"columns": columns, "duplicates": found.table.get("n_duplicates"), "rows": found.table["n"]}


if __name__ == "__main__":
    run(load, work)
