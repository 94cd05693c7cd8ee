"""A CSV of books: what becomes a job, what is refused, and why."""

from __future__ import annotations

from pathlib import Path

import pytest

from docmill.engine.pipeline import InputRecord, RejectedRow
from docmill.errors import InvalidInput
from docmill.pipelines.books.rows import read_books

EMMA = "9780141439587"


@pytest.fixture
def csv_file(tmp_path: Path) -> Path:
    return tmp_path / "books.csv"


def records(path: Path) -> list[dict[str, str]]:
    return [row.record for row in read_books(path) if isinstance(row, InputRecord)]


def reasons(path: Path) -> dict[int, str]:
    return {row.row: row.reason for row in read_books(path) if isinstance(row, RejectedRow)}


@pytest.mark.parametrize(
    "content",
    [
        f"title,author,isbn\nEmma,Jane Austen,{EMMA}\n",
        f"Title,Author,ISBN\r\nEmma,Jane Austen,{EMMA}\r\n",
        f"\ufeffISBN-13;AUTHOR;TITLE\n{EMMA};Jane Austen;Emma\n",
        f"id\tTitle \t Authors\tisbn_13\n7\tEmma\tJane Austen\t{EMMA}",
        "title|author|isbn\n  Emma |Jane\tAusten|978-0-14-143958-7\n",
        'title,author,isbn\n"Emma","Jane\nAusten",0-14-143958-0\n',
    ],
)
def test_headers_delimiters_and_isbns_in_any_form(csv_file: Path, content: str) -> None:
    csv_file.write_text(content, encoding="utf-8", newline="")
    assert records(csv_file) == [{"title": "Emma", "author": "Jane Austen", "isbn": EMMA}]
    assert reasons(csv_file) == {}


def test_the_isbn_is_optional_and_a_title_may_hold_the_delimiter(csv_file: Path) -> None:
    csv_file.write_text('title,author\n"Eats, Shoots & Leaves",Lynne Truss\n')
    assert records(csv_file) == [{"title": "Eats, Shoots & Leaves", "author": "Lynne Truss"}]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (f",Jane Austen,{EMMA}", "the title is missing"),
        (f"Emma,  ,{EMMA}", "the author is missing"),
        ("Emma,Jane Austen,9780141439588", "check digit"),
        ("Emma,Jane Austen,97801414395", "10 or 13 digits"),
        ("Emma,Jane Austen,9.78014E+12", "spreadsheet"),
        ("Emma,Jane Austen,9790060115615", "ISMN"),
        (f"Emma,Austen, Jane,{EMMA}", "more cells than the header"),
        (f"???,Jane Austen,{EMMA}", "the title holds no letter"),
        (f"{'x' * 1001},Jane Austen,{EMMA}", "longer than 1000"),
        ("Emma", "the author is missing"),
        (f'"a\nb\nc\nd",Jane Austen,{EMMA}', "the title has more than 3 lines"),
    ],
)
def test_a_bad_row_is_refused_by_its_number_and_the_others_go_on(csv_file: Path, row: str, reason: str) -> None:
    csv_file.write_text(f"title,author,isbn\nEmma,Jane Austen,\n\n{row}\nEmma,Jane Austen,{EMMA}\n")
    assert list(reasons(csv_file)) == [4]
    assert reason in reasons(csv_file)[4]
    assert len(records(csv_file)) == 2


@pytest.mark.parametrize(
    "isbn",
    [
        "ISBN 978-0-14-143958-7",
        "ISBN-13: 978-0141439587",
        "isbn:0141439580",
        '"=""9780141439587"""',
        "'9780141439587",
        "9780141439587.0",
        "141439580",
        "978\u20130\u201314\u2013143958\u20137",
    ],
)
def test_what_stands_around_an_isbn_is_left_out(csv_file: Path, isbn: str) -> None:
    csv_file.write_text(f"title,author,isbn\nEmma,Jane Austen,{isbn}\n", encoding="utf-8")
    assert records(csv_file) == [{"title": "Emma", "author": "Jane Austen", "isbn": EMMA}]


@pytest.mark.parametrize("isbn", ["", "-", "N/A", "null", "\u2014"])
def test_a_mark_for_no_isbn_is_none(csv_file: Path, isbn: str) -> None:
    csv_file.write_text(f"title,author,isbn\nEmma,Jane Austen,{isbn}\n", encoding="utf-8")
    assert records(csv_file) == [{"title": "Emma", "author": "Jane Austen"}]


def test_columns_for_both_lengths_must_agree(csv_file: Path) -> None:
    rows = [
        f"Emma,Jane Austen,0-14-143958-0,{EMMA}",
        f"Emma,Jane Austen,,{EMMA}",
        f"Emma,Jane Austen,043942089X,{EMMA}",
    ]
    csv_file.write_text("title,author,isbn10,isbn13\n" + "\n".join(rows))
    assert [record["isbn"] for record in records(csv_file)] == [EMMA, EMMA]
    assert reasons(csv_file) == {4: "the ISBNs of the row are of different books"}


@pytest.mark.parametrize("above", ["\n", "sep=;\n", ";;\n\n"])
def test_lines_above_the_header_count_as_rows(csv_file: Path, above: str) -> None:
    csv_file.write_text(f"{above}Titre;Auteur\nEmma;Jane Austen;;\n;X\n", encoding="utf-8")
    assert records(csv_file) == [{"title": "Emma", "author": "Jane Austen"}]
    assert list(reasons(csv_file)) == [above.count("\n") + 3]


def test_a_spreadsheets_unicode_text_is_read(csv_file: Path) -> None:
    csv_file.write_text("title\tauthor\nÉmile\tRousseau\n", encoding="utf-16")
    assert records(csv_file) == [{"title": "Émile", "author": "Rousseau"}]


def test_characters_that_do_not_show_are_left_out(csv_file: Path) -> None:
    csv_file.write_text("title,author\n\u200bEm\0ma,Jane\u00a0Austen\n\u200b,X\n", encoding="utf-8")
    assert records(csv_file) == [{"title": "Emma", "author": "Jane Austen"}]
    assert reasons(csv_file) == {3: "the title is missing"}


def test_a_quote_that_is_never_closed_is_told_by_its_row(csv_file: Path) -> None:
    csv_file.write_text('title,author,isbn\nA,B,\nC,D,"\nE,F,\nG,H,\n')
    assert [record["title"] for record in records(csv_file)] == ["A"]
    assert "3 lines of the file: is a quote not closed?" in reasons(csv_file)[3]
    csv_file.write_text('title,author\nA,B\n"' + "x,y\n" * 50_000)
    with pytest.raises(InvalidInput, match=r"behind row 2: .*a quote is not closed"):
        list(read_books(csv_file))


def test_nothing_is_used_of_a_file_that_turns_out_not_to_be_utf_8(csv_file: Path) -> None:
    csv_file.write_bytes(b"title,author\n" + b"Emma,Austen\n" * 200_000 + "Étranger,Camus\n".encode("cp1252"))
    rows = read_books(csv_file)
    with pytest.raises(InvalidInput, match="line 200002"):
        next(rows)


def test_the_same_book_has_the_same_key(csv_file: Path) -> None:
    rows = ["The Trial,Franz Kafka,", "TRIAL (Penguin),franz kafka,", f"Emma,J. Austen,{EMMA}", "X,Y,0-14-143958-0"]
    csv_file.write_text("title,author,isbn\n" + "\n".join(rows))
    keys = [row.key for row in read_books(csv_file) if isinstance(row, InputRecord)]
    assert keys[0] == keys[1]
    assert keys[2] == keys[3]
    assert keys[0] != keys[2]


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"title,author,isbn\n", b"title,author\n\n,\n"])
def test_a_file_without_rows_asks_for_nothing(csv_file: Path, content: bytes) -> None:
    csv_file.write_bytes(content)
    assert list(read_books(csv_file)) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"title,isbn\nEmma,1\n", "no column author"),
        (b"Emma,Jane Austen\n", "no column title and no column author"),
        ("title,author\nÉtranger,Camus\n".encode("latin-1"), "not UTF-8"),
        (b"title,author\n" + b"x" * 200_000 + b",y\n", "behind row 1: field larger than field limit"),
        (b"PK\x03\x04" + b"\0" * 50, "Excel workbook"),
        ("title,author\n".encode("utf-16")[:-1], "not UTF-8"),
    ],
)
def test_a_file_that_is_no_list_of_books_is_refused(csv_file: Path, content: bytes, message: str) -> None:
    csv_file.write_bytes(content)
    with pytest.raises(InvalidInput, match=message):
        list(read_books(csv_file))
