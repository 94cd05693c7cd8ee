"""A CSV from the command line to the warehouse, its reports and its files."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.book_apis import FaultyApis
from tests.integration.cli.conftest import CommandLine, SameProcess, docmill, nearby

from docmill.pipelines.books.rehearsal.shelf import shelf, write_csv

__all__ = ["docmill", "nearby"]


@pytest.fixture(scope="module")
def urls() -> Iterator[dict[str, str]]:
    with FaultyApis(shelf(30)) as server:
        yield {
            "GOOGLE_BOOKS_BASE_URL": server.google_url,
            "OPEN_LIBRARY_BASE_URL": server.open_library_url,
            "DOCMILL_GOOGLE_BOOKS_PER_MINUTE": "0",
            "DOCMILL_OPEN_LIBRARY_PER_MINUTE": "0",
        }


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thirty books, a row that repeats one, and three rows that are bad."""
    path = tmp_path_factory.mktemp("lists") / "books.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        write_csv(shelf(30), file)
        first = shelf(1)[0]
        rows = csv.writer(file)
        rows.writerow([first.title.upper(), first.author, first.isbn])
        rows.writerows([["", "Nobody", ""], ["No author", "", ""], ["Wrong", "Digit", "9780141439588"]])
    return path


@pytest.mark.timeout(300)
def test_from_a_list_to_reports(
    docmill: CommandLine, nearby: SameProcess, urls: dict[str, str], books: Path, tmp_path: Path
) -> None:
    summary = nearby.line("submit", "books", books, "--json")
    counts = {name: summary[name] for name in ("total", "created", "duplicates", "invalid", "error")}
    assert counts == {"total": 34, "created": 30, "duplicates": 1, "invalid": 3, "error": None}
    rejects = list(csv.DictReader(Path(summary["rejects_file"]).read_text(encoding="utf-8").splitlines()))
    assert [(row["row"], row["reason"]) for row in rejects] == [
        ("33", "the title is missing"),
        ("34", "the author is missing"),
        ("35", "the check digit of the ISBN is wrong"),
    ]
    again = nearby.line("submit", "books", books, "--json")
    assert (again["created"], again["duplicates"], again["batch_id"]) == (0, 31, None)
    [batch] = nearby.lines("batches", "list", "--json")
    assert (batch["id"], sum(batch["jobs"].values())) == (summary["batch_id"], 30)

    lines = docmill.lines("run", "books", books, "--json", **urls)
    assert len(lines) == 30
    assert {(line["status"], line["existing"], line["method"]) for line in lines} == {("completed", True, "rules")}
    assert {line["file"] for line in lines} == {f"{books}:{row}" for row in range(2, 32)}

    reports = {line["name"]: line["rows"] for line in nearby.lines("books", "report", "--json")}
    assert len(reports) == 15
    assert all(reports.values())
    assert reports["ebook-share"] == [{"books": 30, "ebooks": 12, "percent": "40.0"}]
    statistics = nearby.line("stats", "--json")
    assert statistics["by_status"] == statistics["failed"] == []
    assert statistics["last_hour"][0]["completed"] == 30

    nearby.run("books", "export", tmp_path / "out")
    duckdb = pytest.importorskip("duckdb")
    with duckdb.connect(str(tmp_path / "out" / "books.duckdb")) as database:
        assert database.sql("select count(*), count(distinct isbn) from dim_books").fetchall() == [(30, 30)]
        parquet = database.read_parquet(str(tmp_path / "out" / "fact_book_metrics.parquet"))
        [(rows, dearest)] = parquet.aggregate("count(*), max(list_price_amount)").fetchall()
        assert (rows, str(dearest)) == (30, "18.99")
        assert database.sql("select distinct conflicts from dim_books").fetchall() == [("[]",)]


def test_books_that_cannot_be_loaded_say_why(
    docmill: CommandLine, nearby: SameProcess, urls: dict[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "lost.csv"
    path.write_text("title,author,isbn\nNobody Knows It,Ada Nobody,9780141439587\n")
    [line] = docmill.lines("run", "books", path, "--json", code=3, **urls)
    assert (line["status"], line["error"]["code"], line["error"]["step"]) == ("failed", "book_not_found", "fetch")
    [failed] = nearby.line("stats", "--json")["failed"]
    assert (failed["title"], failed["error_class"], failed["temporary"]) == ("Nobody Knows It", "permanent", False)


@pytest.mark.parametrize(
    ("content", "code"),
    [("", 0), ("title,author\n", 0), ("title,author\n,\nEmma,\n", 1), ("name\nEmma\n", 1), (None, 1)],
)
def test_exit_codes_of_odd_files(nearby: SameProcess, tmp_path: Path, content: str | None, code: int) -> None:
    path = tmp_path / "odd.csv"
    if content is not None:
        path.write_text(content)
    output = nearby.run("submit", "books", path, "--json", code=code)
    assert json.loads(output)["created"] == 0


def test_an_export_that_cannot_be_written_is_told(nearby: SameProcess) -> None:
    # A folder that is there and takes no file, whoever asks.
    assert nearby.run("books", "export", "/proc/self", code=1) == ""
