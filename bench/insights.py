"""Compare the profile of a table with other profilers on the same file: seconds, memory, and the figures themselves.

A CSV of 20 MB: against the full report of fg-data-profiling (which ydata-profiling became), whose figures are compared
one by one. A CSV of 500 MB: against every profiler below. Each runs in a process of its own, three times on the small
file, and the fastest counts. Each has run on a few rows before, so that all find their modules compiled, as
pip leaves them. The last lines are JSON, one a figure; a ratio above 1 means docmill is better.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

PROFILERS = Path(__file__).parent / "profilers"
PACKAGES = ("fg-data-profiling", "skrub", "polars", "duckdb>=2,<3", "setuptools<81")
ROWS = {"few": 1000, "20 MB": 180_000, "500 MB": 4_400_000}
OWN = "docmill_profile"
FULL = "data_profiling_full"
PEERS = {
    FULL: "fg-data-profiling, full report",
    "data_profiling_minimal": "fg-data-profiling, minimal",
    "skrub_report": "skrub TableReport",
    "polars_expressions": "polars by hand (no histograms, correlations, duplicates)",
    "duckdb_summarize": "DuckDB SUMMARIZE (eleven figures a column)",
}
QUIET = {"TQDM_DISABLE": "1", "MPLBACKEND": "Agg", "PYTHONWARNINGS": "ignore"}
# The sums of many floats differ in their last digits with the order of adding.
TOLERANCE = 1e-6


class Run(NamedTuple):
    """How a profiler did: seconds as a whole and without imports, processor seconds, megabytes, its figures."""

    whole: float
    work: float
    processor: float
    peak_mb: float
    figures: Any


def write_file(path: Path, rows: int) -> None:
    """Write a table of orders: 15 columns of numbers, dates, categories, texts and truth values, some with gaps."""
    import duckdb

    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute("SELECT setseed(0.42)")
        connection.execute(
            f"""
            COPY (
                SELECT id, date, city, segment, product, note, price, quantity, discount,
                       round(price * quantity * (1 - discount), 2) AS revenue, age, score, active, returned,
                       round(price * 0.7 + noise, 3) AS weight
                FROM (
                    SELECT i + 1 AS id, DATE '2020-01-01' + (i * 1500 // {rows})::INTEGER AS date,
                           ['Berlin', 'Paris', 'London', 'Madrid', 'Rome', 'Vienna', 'Oslo', 'Warsaw']
                               [1 + floor(random() * 8)::INTEGER] AS city,
                           ['bronze', 'silver', 'gold'][1 + floor(random() * 3)::INTEGER] AS segment,
                           'product-' || floor(random() * 200)::INTEGER AS product,
                           ['red', 'blue', 'green', 'white'][1 + floor(random() * 4)::INTEGER]
                               || ' paper for order ' || floor(random() * 100000)::INTEGER AS note,
                           round(exp(3 + sqrt(-2 * ln(random() + 1e-12)) * cos(2 * pi() * random())), 2) AS price,
                           1 + floor(random() * 20)::INTEGER AS quantity, round(random() * 0.3, 3) AS discount,
                           CASE WHEN random() > 0.05 THEN 18 + floor(random() * 72)::INTEGER END AS age,
                           CASE WHEN random() > 0.02
                                THEN round(50 + 10 * sqrt(-2 * ln(random() + 1e-12)) * cos(2 * pi() * random()), 4)
                                END AS score,
                           random() < 0.5 AS active, CASE WHEN random() < 0.03 THEN 'yes' ELSE 'no' END AS returned,
                           random() * 10 AS noise
                    FROM range({rows}) t(i)
                )
            ) TO '{path}' (HEADER)
            """
        )


def install(folder: Path) -> Path:
    """Return the Python of an environment with the peers, made where it is not there yet."""
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
    return python


def measure(python: Path | str, script: str, path: Path, repetitions: int) -> Run | None:
    """Return the fastest of some runs; None where a run failed."""
    few = path.with_name("few.csv")
    if not few.exists():
        write_file(few, ROWS["few"])
    once(python, script, few)
    runs = [run for _ in range(repetitions) if (run := once(python, script, path)) is not None]
    return min(runs, key=lambda run: run.whole) if len(runs) == repetitions else None


def once(python: Path | str, script: str, path: Path) -> Run | None:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"PYTHONPYCACHEPREFIX": str(path.with_name("compiled")), **QUIET}
    begun = time.perf_counter()
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as messages:
        process = subprocess.Popen(
            [python, PROFILERS / f"{script}.py", path], stdout=output, stderr=messages, env=environment
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begun
        output.seek(0)
        lines = output.read().decode().splitlines()
        messages.seek(0)
        said = messages.read().decode()
    if status or not lines:
        print(f"{script} failed: {said[-400:]}", file=sys.stderr)
        return None
    answer = json.loads(lines[-1])
    processor = usage.ru_utime + usage.ru_stime
    return Run(seconds, answer["work"], processor, usage.ru_maxrss / 1024, answer["figures"])


def compare_figures(own: Any, peer: Any) -> tuple[int, int, list[str]]:
    """Return how many figures both have and how many of them are equal, and the names of those that are not."""
    columns = {column["name"]: column for column in own["schema"]}
    compared, different = 0, []
    for name, theirs in peer["columns"].items():
        numeric = columns[name]["numeric"] or {}
        ours = {
            "missing": columns[name]["missing_count"],
            "distinct": columns[name]["unique_count"],
            **{key: value for key, value in numeric.items() if not isinstance(value, dict)},
            **(numeric.get("quantiles") or {}),
        }
        for key in theirs.keys() & ours.keys():
            compared += 1
            if not math.isclose(ours[key], theirs[key], rel_tol=TOLERANCE, abs_tol=1e-9):
                different.append(f"{name} {key}: {ours[key]} and {theirs[key]}")
    compared += 1
    if own["kpis"]["numDuplicates"] != peer["duplicates"]:
        different.append(f"duplicates: {own['kpis']['numDuplicates']} and {peer['duplicates']}")
    return compared, compared - len(different), different


def line(metric: str, own: float, peer: float | None, name: str) -> dict[str, Any]:
    return {
        "bench": "insights",
        "metric": metric,
        "docmill": round(own, 3),
        "peer": None if peer is None else round(peer, 3),
        "peer_name": name,
        "ratio": None if peer is None else round(peer / own, 2),
    }


def report(size: str, own: Run, peers: dict[str, Run | None]) -> list[dict[str, Any]]:
    lines = []
    print(f"{size:40} {'whole, s':>9} {'work, s':>9} {'CPU, s':>9} {'peak, MB':>9}")
    for name, run in {"docmill": own, **peers}.items():
        shown = "failed" if run is None else f"{run.whole:9.2f} {run.work:9.2f} {run.processor:9.2f} {run.peak_mb:9.0f}"
        print(f"  {name[:38]:38} {shown}", flush=True)
    for name, run in peers.items():
        lines += [
            line(f"{size}: seconds of the whole process", own.whole, run and run.whole, name),
            line(f"{size}: seconds without imports", own.work, run and run.work, name),
            line(f"{size}: processor seconds", own.processor, run and run.processor, name),
            line(f"{size}: peak memory in MB", own.peak_mb, run and run.peak_mb, name),
        ]
    return lines


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", type=Path, help="folder of the environment of the peers, to use it again")
    parser.add_argument("--small-only", action="store_true", help="only the file of 20 MB")
    options = parser.parse_args()
    lines: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as temporary:
        python = install(options.peers or Path(temporary) / "peers")
        small = Path(temporary) / "small.csv"
        write_file(small, ROWS["20 MB"])
        own, full = measure(sys.executable, OWN, small, 3), measure(python, FULL, small, 3)
        if own is None:
            return 1
        lines += report("20 MB", own, {PEERS[FULL]: full})
        if full is not None:
            compared, equal, different = compare_figures(own.figures, full.figures)
            print(f"{equal} of {compared} figures that both have are equal", *different, sep="\n  ")
            lines.append(line("20 MB: equal figures of those compared", compared, equal, PEERS[FULL]))
        if not options.small_only:
            large = Path(temporary) / "large.csv"
            write_file(large, ROWS["500 MB"])
            own = measure(sys.executable, OWN, large, 1)
            if own is None:
                return 1
            peers = {name: measure(python, script, large, 1) for script, name in PEERS.items() if script != FULL}
            lines += report("500 MB", own, peers)
    for item in lines:
        print(json.dumps(item))
    return 0


if __name__ == "__main__":
    sys.exit(main())
