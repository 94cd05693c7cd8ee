"""Types of columns follow the documented rules, and SQL reads cells as the rules do."""

from __future__ import annotations

import datetime
import itertools
import math
from collections.abc import Iterator

import duckdb
import pytest
from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal
from hypothesis import given, settings
from hypothesis import strategies as st

from docmill.pipelines.insights.reading import cells, month_names, typed_sql
from docmill.pipelines.insights.reading.column_types import plan_column, plan_columns
from docmill.pipelines.insights.reading.source import ColumnPlan

DAYS = [datetime.date(2024, 1, 20) + datetime.timedelta(days=day) for day in range(60)]
LAST_MINUTE = datetime.datetime(2020, 12, 31, 23, 59)


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection


def planned(*texts: str, hint: str = ".") -> ColumnPlan:
    return plan_column(dict.fromkeys(texts, 1), hint, "")


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        (["true", "False", "TRUE"], "boolean"),
        (["ja", "nein"], "boolean"),
        (["Y", "n"], "boolean"),
        (["0", "1"], "integer"),
        (["1", "-2", "+3"], "integer"),
        (["1", "2.5"], "numeric"),
        (["1.0", "2.0"], "numeric"),
        (["1e3", "-.5"], "numeric"),
        (["1,234", "12,345,678"], "integer"),
        (["1,234.50", "7"], "numeric"),
        (["$1,200", "$3"], "integer"),
        (["12 %", "7.5%"], "numeric"),
        (["(1,200.00)", "3.00"], "numeric"),
        (["00123", "00456"], "text"),
        (["12345678901234567890", "2"], "text"),
        (["2020-01-31", "2020-02-01"], "datetime"),
        (["2020-01-31T10:00:00", "2020-02-01 11:30"], "datetime"),
        (["2020-01-31T10:00:00Z", "2020-02-01T11:30:00+02:00"], "datetime"),
        (["31/12/2020", "01/02/2021"], "datetime"),
        (["12/31/20", "1/2/21"], "datetime"),
        (["31.12.2020 10:15", "01.02.2021 11:00"], "datetime"),
        (["Jan 1 2000", "Feb 12 2001"], "datetime"),
        (["1 January 2000", "12 May 2001"], "datetime"),
        (["Jan-1-1995", "Feb-12-1995"], "datetime"),
        (["2020-01", "2020-02"], "datetime"),
        (["2019", "2020", "2021"], "integer"),
        (["10:30", "11:45"], "text"),
        (["20200131", "20200201"], "integer"),
        (["20240131T101500", "20240201T000000"], "datetime"),
        (["1974Q1", "1974Q2"], "datetime"),
        (["Q1 1974", "Q4 1975"], "datetime"),
        (["2024-Q3", "2024-q4"], "datetime"),
        (["2024Q5", "2024Q6"], "text"),
        (["FY2024 Q1", "FY2024 Q2"], "text"),
        (["2024-W07", "2024W08"], "datetime"),
        (["2024-W07-3", "2024-W08-4"], "datetime"),
        (["Week 7 2024", "Week 8 2024"], "text"),
        (["Mar 2024", "Apr 2024"], "datetime"),
        (["March 2024", "May 2024"], "datetime"),
        (["2024 Mar", "2024 Apr"], "datetime"),
        (["2024/03", "2024/04"], "datetime"),
        (["03/2024", "04/2024"], "datetime"),
        (["2024M03", "2024M04"], "datetime"),
        (["2010-11", "2011-12"], "text"),
        (["1207-03", "1207-04"], "text"),
        (["2024-13", "2024-14"], "text"),
        (["13/13/2020", "12/25/2020", "25/12/2020"], "text"),
        (["[1, 2]", '{"a": 1}'], "complex"),
        (["a", "1", "2"], "text"),
        ([], "text"),
    ],
)
def test_a_type(texts: list[str], kind: str) -> None:
    assert planned(*texts).kind == kind


@pytest.mark.parametrize(
    ("name", "texts", "form"),
    [
        ("date", ["20240131"], "%Y%m%d"),
        ("TradeDate", ["20240131", "20240201"], "%Y%m%d"),
        ("Datum", ["20240131", "20240229"], "%Y%m%d"),
        ("birthdate", ["19680131", "20010203"], "%Y%m%d"),
        ("timestamp", ["20240131101500"], "%Y%m%d%H%M%S"),
        ("month", ["202401", "202402"], "%Y%m"),
        ("V1", [f"{day:%Y%m%d}" for day in DAYS], "%Y%m%d"),
    ],
)
def test_digits_are_dates_where_their_column_says_so(name: str, texts: list[str], form: str) -> None:
    plan = plan_column(dict.fromkeys(texts, 1), ".", name)
    assert (plan.kind, plan.format) == ("datetime", form)
    assert plan.ambiguous == (name == "V1")


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        # No name says that they are dates, and nobody counts a month up to its end.
        ("amount", ["20240131", "20240201"]),
        ("V1", [f"202401{number:02d}" for number in range(1, 29)]),
        ("V1", [f"2024{month:02d}{number:02d}" for month in range(1, 7) for number in range(1, 9)]),
        # One that the calendar lacks, among numbers or as many as dates never have.
        ("V1", [*(f"{day:%Y%m%d}" for day in DAYS), "20240230"]),
        ("date", ["20240131", "20240230"]),
        ("date", ["20240131", "99999999"]),
        ("date", ["19680", "19681"]),
        # Named numbers, whatever they look like.
        ("date_id", ["20240131", "20240201"]),
        ("DateKey", [f"{day:%Y%m%d}" for day in DAYS]),
        ("order no", [f"{day:%Y%m%d}" for day in DAYS]),
        ("population", ["202401", "202402"]),
        ("V1", [f"2024{month:02d}" for month in range(1, 13)]),
        ("month", ["202400", "202413"]),
        ("date", ["01012024", "02012024"]),
    ],
)
def test_digits_stay_numbers_where_nothing_says_that_they_are_dates(name: str, texts: list[str]) -> None:
    assert plan_column(dict.fromkeys(texts, 1), ".", name).kind in ("integer", "text")


@pytest.mark.parametrize(
    ("texts", "first", "last"),
    [
        (["Januar 2024", "März 2024"], (2024, 1, 1), (2024, 3, 1)),
        (["Jan 24", "Mrz 24", "Dez. 24"], (2024, 1, 1), (2024, 12, 1)),
        (["1. Jänner 2024", "15. Feber 2024"], (2024, 1, 1), (2024, 2, 15)),
        (["Jan 2024", "Mai 2024"], (2024, 1, 1), (2024, 5, 1)),
        (["janv. 2024", "AOÛT 2024"], (2024, 1, 1), (2024, 8, 1)),
        (["1er janvier 2024", "2 fevrier 2024"], (2024, 1, 1), (2024, 2, 2)),
        (["janv.-24", "juil.-24", "déc.-24"], (2024, 1, 1), (2024, 12, 1)),
        (["enero-24", "marzo-24", "sept-24"], (2024, 1, 1), (2024, 9, 1)),
        (["12 de enero de 2024", "3 de agosto de 2024"], (2024, 1, 12), (2024, 8, 3)),
        (["12/ene/2024", "3-feb-24"], (2024, 1, 12), (2024, 2, 3)),
        (["gennaio 2024", "set 2024"], (2024, 1, 1), (2024, 9, 1)),
        (["1º de fevereiro de 2024", "2 de março de 2024"], (2024, 2, 1), (2024, 3, 2)),
        (["2024 marzec", "2024 październik"], (2024, 3, 1), (2024, 10, 1)),
        (["12 lipca 2024 r.", "1 września 2024"], (2024, 7, 12), (2024, 9, 1)),
        (["mrt 2024", "mei 2024"], (2024, 3, 1), (2024, 5, 1)),
        (["січень 2024", "Грудень 2024"], (2024, 1, 1), (2024, 12, 1)),
        (["12 травня 2024 р.", "1 липня 2024 року"], (2024, 5, 12), (2024, 7, 1)),
    ],
)  # fmt: skip
def test_months_have_names_in_many_languages(
    database: duckdb.DuckDBPyConnection, texts: list[str], first: tuple[int, int, int], last: tuple[int, int, int]
) -> None:
    plan = planned(*texts)
    assert plan.kind == "datetime"
    for text, day in ((texts[0], first), (texts[-1], last)):
        found = database.execute(f"SELECT {typed_sql.value('t', plan)} FROM (SELECT ? AS t)", [text]).fetchone()
        assert found == (datetime.datetime(*day),)


@pytest.mark.parametrize(
    "texts",
    [
        ["Mai", "June", "August"],
        ["Mars", "Set", "Lis"],
        ["Mai 2", "June 3", "August 4"],
        ["Set-12", "Set-24"],
        ["Set 12", "Mar 14"],
        ["Paris 2024", "Tokio 2020"],
        ["Product-12", "Product-13"],
        ["Mars 12345", "Mars 123"],
        ["31. Februar", "12. Mai"],
        ["Maya 2024", "Augusta 2023", "Juno 2022"],
    ],
)
def test_words_that_only_sound_like_months_are_no_dates(texts: list[str]) -> None:
    assert planned(*texts).kind == "text"


def test_a_column_that_says_so_holds_months_of_short_years() -> None:
    assert plan_column({"set-12": 1, "set-13": 1}, ".", "mese").kind == "datetime"
    assert plan_column({"set-12": 1, "set-13": 1}, ".", "codice").kind == "text"


@pytest.mark.parametrize("locale", month_names.LOCALES)
@pytest.mark.parametrize("pattern", ["d MMMM y", "LLLL y", "LLL y", "d-MMM-yy"])
def test_all_months_of_a_language_are_read_by_sql_as_well(
    database: duckdb.DuckDBPyConnection, locale: str, pattern: str
) -> None:
    days = [datetime.date(2031, month, 9 if "d" in pattern else 1) for month in range(1, 13)]
    texts = [format_date(day, pattern, locale) for day in days]
    plan = planned(*texts)
    found = database.execute(f"SELECT {typed_sql.value('t', plan)} FROM (SELECT unnest(?) AS t)", [texts]).fetchall()
    assert [value.date() for (value,) in found] == days


def test_a_name_means_one_month_in_all_languages() -> None:
    found: dict[str, set[int]] = {}
    for locale in map(Locale.parse, month_names.LOCALES):
        for use, width in itertools.product(("format", "stand-alone"), ("wide", "abbreviated")):
            for number, name in locale.months[use][width].items():
                found.setdefault(month_names.fold(name).rstrip("."), set()).add(number)
    assert [name for name, numbers in found.items() if len(numbers) > 1] == []


@pytest.mark.parametrize("locale", [*month_names.LOCALES, "de_CH", "es_MX", "pt_PT"])
@pytest.mark.parametrize("value", [-1234567.25, 0.5, 12, 987654.321])
def test_numbers_of_a_language(database: duckdb.DuckDBPyConnection, locale: str, value: float) -> None:
    texts = [format_decimal(value, locale=locale), format_decimal(1234567.5, locale=locale)]
    plan = planned(*texts)
    found = database.execute(f"SELECT {typed_sql.value('t', plan)} FROM (SELECT ? AS t)", [texts[0]]).fetchone()
    assert found == (value,)


def test_names_of_months_tell_the_decimal_mark_where_nothing_else_does() -> None:
    dates, numbers = {"Mai 2024": 1.0, "Juni 2024": 1.0}, {"1.234": 1.0, "2.345": 1.0}
    assert plan_columns([dates, numbers], "?", ["a", "b"])[1].decimal == ","
    assert plan_columns([dates, numbers], ".", ["a", "b"])[1].decimal == "."


def test_a_type_holds_when_95_in_100_cells_fit() -> None:
    assert plan_column({"1": 95, "x": 5}, ".", "").kind == "integer"
    assert plan_column({"1": 94, "x": 6}, ".", "").kind == "text"


@pytest.mark.parametrize(
    ("texts", "hint", "mark"),
    [
        (["1,5", "2,25"], ".", ","),
        (["1.234,56"], ".", ","),
        (["1,234.56"], ",", "."),
        (["1,234"], ".", "."),
        (["1,234"], ",", ","),
    ],
)
def test_the_decimal_mark(texts: list[str], hint: str, mark: str) -> None:
    assert planned(*texts, hint=hint).decimal == mark


def test_columns_without_doubt_decide_for_the_others() -> None:
    plans = plan_columns([{"1.234": 1.0}, {"3,5": 1.0}, {"2,75": 1.0}], "?", ["a", "b", "c"])
    assert [(plan.kind, plan.decimal) for plan in plans] == [("integer", ","), ("numeric", ","), ("numeric", ",")]
    assert plan_columns([{"1.234": 1.0}, {"2.75": 1.0}], "?", ["a", "b"])[0] == ColumnPlan("numeric")


def test_a_doubt_is_told() -> None:
    assert planned("1.234", hint="?").ambiguous
    assert not planned("1.234", hint=".").ambiguous
    assert planned("01/02/2020").ambiguous
    assert not planned("01.02.2020").ambiguous
    assert not planned("01/02/2020", "31/02/2020").ambiguous


@pytest.mark.parametrize(
    ("hint", "text", "form"),
    [(".", "01/02/2020", "%m/%d/%Y"), (",", "01/02/2020", "%d/%m/%Y"), (".", "01.02.2020", "%d.%m.%Y")],
)
def test_day_or_month_first(hint: str, text: str, form: str) -> None:
    assert planned(text, hint=hint).format == form


@pytest.mark.parametrize(
    ("text", "plan", "expected"),
    [
        ("1.234,5", ColumnPlan("numeric", decimal=",", plain=False), 1234.5),
        ("(1,200.50)", ColumnPlan("numeric", plain=False), -1200.5),
        ("€ 12", ColumnPlan("integer", plain=False), 12),
        ("7 %", ColumnPlan("integer", plain=False), 7),
        ("1’234’567", ColumnPlan("integer", plain=False), 1234567),
        ("12,5", ColumnPlan("numeric", plain=False), None),
        ("1.5", ColumnPlan("integer"), None),
        ("1e400", ColumnPlan("numeric"), None),
        ("inf", ColumnPlan("numeric"), None),
        ("NaN", ColumnPlan("numeric"), None),
        (" 12 ", ColumnPlan("integer"), 12),
        ("9007199254740993", ColumnPlan("integer"), 9007199254740993),
        ("Ja", ColumnPlan("boolean"), True),
        ("2020-02-30", ColumnPlan("datetime", format="iso"), None),
        ("infinity", ColumnPlan("datetime", format="iso"), None),
        (
            "2020-01-01T00:30:00+02:00",
            ColumnPlan("datetime", format="iso with zone"),
            datetime.datetime(2019, 12, 31, 22, 30),
        ),
        ("31.12.2020 23:59", ColumnPlan("datetime", format="%d.%m.%Y|%d.%m.%Y %H:%M"), LAST_MINUTE),
        ("20240229", ColumnPlan("datetime", format="%Y%m%d"), datetime.datetime(2024, 2, 29)),
        ("2024229", ColumnPlan("datetime", format="%Y%m%d"), None),
        ("20230229", ColumnPlan("datetime", format="%Y%m%d"), None),
        ("20241", ColumnPlan("datetime", format="%Y%m"), None),
        ("202412", ColumnPlan("datetime", format="%Y%m"), datetime.datetime(2024, 12, 1)),
        ("1974Q3", ColumnPlan("datetime", format="quarter"), datetime.datetime(1974, 7, 1)),
        (" q4 1974 ", ColumnPlan("datetime", format="quarter"), datetime.datetime(1974, 10, 1)),
        ("1974Q5", ColumnPlan("datetime", format="quarter"), None),
        ("2024-W01", ColumnPlan("datetime", format="week"), datetime.datetime(2024, 1, 1)),
        ("2021W01", ColumnPlan("datetime", format="week"), datetime.datetime(2021, 1, 4)),
        ("2020-W53-7", ColumnPlan("datetime", format="week"), datetime.datetime(2021, 1, 3)),
        ("2021-W53", ColumnPlan("datetime", format="week"), None),
        ("Mar 2024", ColumnPlan("datetime", format="quarter|%b %Y"), datetime.datetime(2024, 3, 1)),
        ("#N/A", ColumnPlan("text"), None),
        ("  ", ColumnPlan("text"), None),
        (" a ", ColumnPlan("text"), " a "),
    ],
)  # fmt: skip
def test_a_value(database: duckdb.DuckDBPyConnection, text: str, plan: ColumnPlan, expected: object) -> None:
    assert database.execute(f"SELECT {typed_sql.value('t', plan)} FROM (SELECT ? AS t)", [text]).fetchone() == (
        expected,
    )


numbers = st.one_of(st.integers(-(10**15), 10**15), st.floats(-1e12, 1e12).map(lambda value: round(value, 4)))


@settings(max_examples=40)
@given(st.lists(numbers, min_size=1, max_size=20), st.sampled_from(["plain", "english", "german"]))
def test_printed_numbers_are_read_as_they_were(
    database: duckdb.DuckDBPyConnection, values: list[float], style: str
) -> None:
    texts = [repr(value) if style == "plain" else f"{value:,}" for value in values]
    if style == "german":
        texts = [text.translate(str.maketrans(",.", ".,")) for text in texts]
    if any("e" in text for text in texts):
        return
    plan = plan_column(dict.fromkeys(texts, 1.0), "," if style == "german" else ".", "")
    assert plan.kind in ("integer", "numeric")
    for text, value in zip(texts, values, strict=True):
        found = database.execute(f"SELECT {typed_sql.value('t', plan)} FROM (SELECT ? AS t)", [text]).fetchone()
        assert found is not None
        assert math.isclose(found[0], value, rel_tol=1e-12)


@given(st.text(alphabet="0123456789.,-+eE()%$€ '\u00a0x", max_size=12), st.sampled_from(".,"))
def test_sql_and_python_agree_on_what_a_number_is(database: duckdb.DuckDBPyConnection, text: str, mark: str) -> None:
    plan = ColumnPlan("numeric", decimal=mark, plain=False)
    found = database.execute(f"SELECT {typed_sql.value('t', plan)} FROM (SELECT ? AS t)", [text]).fetchone()
    if not cells.NUMBER[mark].fullmatch(text):
        assert found == (None,)


@given(st.dates(datetime.date(1900, 1, 1), datetime.date(2199, 12, 31)))
def test_weeks_are_read_as_they_were(database: duckdb.DuckDBPyConnection, day: datetime.date) -> None:
    plan = plan_column({f"{day:%G-W%V-%u}": 1.0}, ".", "")
    query = f"SELECT {typed_sql.value('t', plan)} FROM (SELECT ? AS t)"
    assert database.execute(query, [f"{day:%G-W%V-%u}"]).fetchone() == (
        datetime.datetime.combine(day, datetime.time()),
    )


@given(st.dates(datetime.date(1900, 1, 1)), st.sampled_from(["%Y-%m-%d", "%d/%m/%Y", "%d %b %Y", "%B %d, %Y"]))
def test_written_dates_are_read_as_they_were(
    database: duckdb.DuckDBPyConnection, day: datetime.date, form: str
) -> None:
    text = day.strftime(form)
    plan = plan_column({text: 1.0, datetime.date(2020, 12, 31).strftime(form): 1.0}, ",", "")
    assert plan.kind == "datetime"
    found = database.execute(f"SELECT {typed_sql.value('t', plan)} FROM (SELECT ? AS t)", [text]).fetchone()
    assert found == (datetime.datetime(day.year, day.month, day.day),)
