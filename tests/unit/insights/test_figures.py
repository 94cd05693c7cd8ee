"""Figures do not depend on how they are computed: by how many threads, from all values or from their counts."""

from __future__ import annotations

import datetime
import gc
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.insights.tables import profile, written

from docmill.pipelines.insights.profiling.figures import Subject
from docmill.pipelines.insights.profiling.values import CountedValues, StoredValues, Sums
from docmill.pipelines.insights.reading import cells, typed_sql
from docmill.pipelines.insights.reading.source import TEXT, ColumnPlan, csv_relation
from docmill.pipelines.insights.steps import analyse

ROOT = Path(__file__).parents[3]
ROWS = 150_000
SHARES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)


@pytest.fixture(scope="module")
def floats(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table of two groups of rows, whose sums depend on the order of adding."""
    path = tmp_path_factory.mktemp("floats") / "floats.csv"
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute("SELECT setseed(0.5)")
        connection.execute(
            f"COPY (SELECT DATE '2020-01-01' + (i // 400)::INTEGER AS day, random() AS a, exp(20 * random()) AS b,"
            f" CASE WHEN random() < 0.9 THEN round(random() - 0.5, 2) END AS c, 'k' || i % 7 AS kind"
            f" FROM range({ROWS}) t(i)) TO '{path}' (HEADER)"
        )
    return path


@pytest.mark.parametrize("exact_rows", [10**6, 1000])
def test_any_number_of_threads_gives_the_same_bytes(floats: Path, exact_rows: int) -> None:
    results = [
        analyse(profile(floats, threads=threads, exact_rows=exact_rows)).model_dump_json() for threads in (1, 2, 2, 4)
    ]
    assert len(set(results)) == 1


def test_any_process_gives_the_same_bytes(tmp_path: Path) -> None:
    # Two categories whose stability indexes are sums of many parts.
    lines = [f"{n % 7},a{n * n % (31 + n // 99)},b{n * n // 7 % 29}" for n in range(600)]
    path = written(tmp_path, "n,a,b\n" + "\n".join(lines))
    program = (
        "import sys; from pathlib import Path; from tests.unit.insights.tables import profile\n"
        "from docmill.pipelines.insights.steps import analyse\n"
        "sys.stdout.write(analyse(profile(Path(sys.argv[1]))).model_dump_json())"
    )
    results = {
        subprocess.run(
            [sys.executable, "-c", program, path],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(results) == 1


def test_python_collects_again_after_a_profile(tmp_path: Path) -> None:
    assert gc.isenabled()
    profile(written(tmp_path, "a,b\n1,2\n"))
    assert gc.isenabled()


@settings(max_examples=30)
@given(st.lists(st.integers(-50, 50) | st.sampled_from([0.1, -2.5, 1e12, 1e-12]), min_size=1, max_size=60))
def test_counts_give_the_figures_of_the_values(values: list[float]) -> None:
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute("CREATE TABLE data AS SELECT unnest(?::DOUBLE[]) AS c0", [values])
        stored = StoredValues(Subject(connection, [], len(values), True, False, frozenset()), "c0")
        counted = CountedValues(Counter(map(float, values)))
        assert counted.quantiles(SHARES) == pytest.approx(stored.quantiles(SHARES), rel=1e-12, abs=1e-12)
        assert tuple(counted.sums(0.5, -1.0, 1.0)) == pytest.approx(
            tuple(stored.sums(0.5, -1.0, 1.0)), rel=1e-9, abs=1e-6
        )
        low, high = min(values), max(values)
        width = (high - low) / 20 or 1.0
        assert dict(counted.bins(low, width, 20)) == dict(stored.bins(low, width, 20))


def test_sums_without_a_finite_value_are_none() -> None:
    found = CountedValues({1e308: 3, -1e308: 1}).sums(0.0, -1.0, 1.0)
    assert found == Sums(None, -1e308, 1e308, 0, 1, None, None, None, None, 1e308, 4)


ODD = (
    "1", " 1 ", "+1", "1.0", "1.5", "1e3", "1e-3", "1_000", "0x10", "0b1", "1,5", "1 000", "-0", "5.", ".5", "1e400",
    "9223372036854775807", "9007199254740993", "99999999999999999999", "NaN", "inf", "-inf", "Infinity", "１", "٣",
    "true", "No", " yes", "", "  ", "NA", " NA", "NA ", "#N/A", "—", "?", "- ", "none", "None", "nan",
    "2020-01-01", "2020-1-1", "2020/01/01", "2020-01-01 10:00", "2020-01-01T10:00:00.5", "2020-01-01 10:00:00+02",
    "2020-02-30", "infinity", "epoch", "today", "2020-01", "20200101", " 2020-01-01 ", "2020-01-01 24:00:00",
    "€ 1.234,50", "(3)", "31/12/2020",
)  # fmt: skip
PLANS = (
    ColumnPlan("integer"),
    ColumnPlan("numeric"),
    ColumnPlan("numeric", decimal=",", plain=False),
    ColumnPlan("boolean"),
    ColumnPlan("datetime", format="iso"),
    ColumnPlan("datetime", format="iso with zone"),
    ColumnPlan("datetime", format="%d/%m/%Y"),
    ColumnPlan("text"),
)


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: f"{plan.kind} {plan.format or plan.decimal}")
def test_the_reader_of_a_file_parses_a_cell_as_the_rules_do_or_stops(tmp_path: Path, plan: ColumnPlan) -> None:
    stopped = set()
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for text in ODD:
            path = str(written(tmp_path, f'"{text}",x\n'))
            by_rules = f"SELECT {typed_sql.value('t', plan)} FROM (SELECT ? AS t)"
            (expected,) = connection.execute(by_rules, [text]).fetchall()[0]
            parsed = csv_relation(path, [typed_sql.parsed_type(plan), TEXT], {"NA"})
            try:
                found = connection.execute(f"SELECT {typed_sql.parsed_value('c0', plan)} FROM {parsed}").fetchall()
            except (duckdb.ConversionException, duckdb.InvalidInputException):
                stopped.add(text)
                continue
            assert found == [(expected,)], text
            assert expected is not None or cells.is_missing(text) or not typed_sql.is_typed(plan), text
    assert stopped or plan.kind == "text"
    assert not stopped & {"", "NA"}


def test_dates_keep_their_value_where_the_reader_parses_them(tmp_path: Path) -> None:
    plan = ColumnPlan("datetime", format="iso")
    relation = csv_relation(
        str(written(tmp_path, "2020-05-01 10:00:00.123456,x\n")), [typed_sql.parsed_type(plan), TEXT]
    )
    (found,) = duckdb.execute(f"SELECT {typed_sql.parsed_value('c0', plan)} FROM {relation}").fetchall()
    assert found == (datetime.datetime(2020, 5, 1, 10, 0, 0, 123456),)
