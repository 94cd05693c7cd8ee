"""From two answers to one book: what each field is taken from, and how it is written."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from docmill.errors import BadAnswer
from docmill.pipelines.books import google_books, open_library
from docmill.pipelines.books.cleaning import clean_genres, clean_language, clean_publisher, read_date
from docmill.pipelines.books.merging import merge_sources
from docmill.pipelines.books.models import Author, Book, BookRequest, FetchedBook
from docmill.pipelines.books.rehearsal.answers import Library
from docmill.pipelines.books.rehearsal.shelf import ShelfBook
from docmill.pipelines.books.titles import clean_title

EMMA = "9780141439587"


def volume(**changes: Any) -> dict[str, Any]:
    info = {
        "title": "Emma",
        "authors": ["Jane Austen"],
        "publisher": "PENGUIN BOOKS LTD.",
        "publishedDate": "2003-05-06",
        "industryIdentifiers": [{"type": "ISBN_13", "identifier": EMMA}, {"type": "OTHER", "identifier": "X"}],
        "pageCount": 512,
        "categories": ["Fiction / Classics"],
        "averageRating": 4.125,
        "ratingsCount": 9,
        "language": "en",
    }
    sale = {"isEbook": True, "listPrice": {"amount": 9.99, "currencyCode": "EUR"}}
    return {"totalItems": 1, "items": [{"volumeInfo": info | changes, "saleInfo": sale}]}


def work(**changes: Any) -> dict[str, Any]:
    doc = {
        "key": "/works/OL66562W",
        "title": "Emma",
        "author_name": ["Jane Austen"],
        "author_key": ["OL21594A"],
        "isbn": [EMMA, "0141439580"],
        "edition_count": 1200,
        "first_publish_year": 1815,
        "publish_date": ["2003", "May 6, 1996"],
        "publisher": ["Penguin Books", "Wordsworth"],
        "language": ["eng"],
        "number_of_pages_median": 400,
        "subject": ["Matchmaking", "Classics", "nyt:x=1", "Accessible book"],
    }
    return {"numFound": 1, "docs": [doc | changes]}


def merged(google: dict[str, Any] | None = None, library: dict[str, Any] | None = None, **changes: Any) -> Book:
    request = BookRequest(title="Emma", author="Jane Austen", isbn=changes.pop("isbn", EMMA))
    return merge_sources(
        FetchedBook(
            request=request,
            google=google and google_books.read_volumes(google)[0],
            open_library=library and open_library.read_works(library)[0],
            as_of=datetime.date(2026, 11, 22),
            **changes,
        )
    )


def test_both_sources_make_one_book() -> None:
    book = merged(volume(), work())
    assert book.isbn == EMMA
    assert book.authors == [Author(name="Jane Austen", key="OL21594A")]
    assert book.publisher == "Penguin Books"
    assert book.genres == ["classics", "matchmaking"]
    assert (book.page_count, book.language, book.work_key) == (512, "en", "/works/OL66562W")
    assert (str(book.published and book.published.date), book.published and book.published.precision) == (
        "2003-05-06",
        "day",
    )
    assert (str(book.metrics.rating_average), book.metrics.rating_count) == ("4.12", 9)
    assert (book.metrics.edition_count, str(book.metrics.list_price and book.metrics.list_price.amount)) == (
        1200,
        "9.99",
    )
    assert book.conflicts == []
    assert book.method == "rules"
    assert book.provenance["publisher"] == "google_books"


def test_one_source_is_enough() -> None:
    google, library = merged(volume(), None), merged(None, work())
    assert google.authors == [Author(name="Jane Austen")]
    assert (library.page_count, library.publisher) == (400, "Penguin Books")
    assert (str(library.published and library.published.date), library.published and library.published.precision) == (
        "1815-01-01",
        "year",
    )
    assert library.provenance["published"] == "open_library (first edition)"


def test_a_source_that_could_not_be_asked_is_named() -> None:
    book = merged(None, work(), unavailable={"google_books": "provider_timeout"})
    assert (book.method, book.unavailable) == ("fallback", {"google_books": "provider_timeout"})


def test_authors_are_joined_without_doubles() -> None:
    library = work(author_name=["Pratchett, Terry", "Neil Gaiman"], author_key=["OL1A", "OL2A"])
    book = merged(volume(authors=["T. Pratchett", "Neil Gaiman", "Stephen Briggs"]), library)
    assert book.authors == [
        Author(name="Terry Pratchett", key="OL1A"),
        Author(name="Neil Gaiman", key="OL2A"),
        Author(name="Stephen Briggs"),
    ]


def test_titles_that_differ_are_a_conflict_and_googles_is_taken() -> None:
    book = merged(volume(title="Nineteen Eighty-Four"), work(title="1984"))
    assert book.title == "Nineteen Eighty-Four"
    assert [(conflict.field, conflict.open_library) for conflict in book.conflicts] == [("title", "1984")]
    assert merged(volume(title="Wuthering Height"), work(title="Wuthering Heights")).title == "Wuthering Heights"


def test_other_conflicts_are_recorded() -> None:
    library = work(publisher=["Wordsworth"], language=["fre"], publish_date=["1996"])
    assert {conflict.field for conflict in merged(volume(), library).conflicts} == {
        "publisher",
        "language",
        "published",
    }


def test_what_nobody_knows_stays_empty() -> None:
    bare = volume(
        publisher=None,
        publishedDate="",
        pageCount=0,
        categories=None,
        averageRating=None,
        ratingsCount=None,
        language=None,
    )
    book = merged(bare)
    assert book.publisher == "Unknown Publisher"
    assert (book.page_count, book.language, book.published, book.genres) == (None, None, None, [])
    assert book.metrics.rating_average is None


def test_without_an_isbn_in_the_row_googles_is_taken() -> None:
    assert merged(volume(), work(isbn=["9780140430103"]), isbn=None).isbn == EMMA
    assert merged(None, work(isbn=["0140430105"]), isbn=None).isbn == "9780140430103"


@pytest.mark.parametrize(
    ("title", "clean"),
    [
        ("  EMMA   and  the OTHERS ", "EMMA and the OTHERS"),
        ("PRIDE AND PREJUDICE", "Pride and Prejudice"),
        ("the name of the rose", "The Name of the Rose"),
        ("Dune (40th Anniversary Edition)", "Dune"),
        ("Dune: Deluxe Edition", "Dune"),
        ("Dune - Paperback", "Dune"),
        ("Dune, Second Edition (Paperback)", "Dune"),
        ("The Edition", "The Edition"),
        ("Emma.", "Emma"),
    ],
)
def test_titles_are_cleaned(title: str, clean: str) -> None:
    assert clean_title(title) == clean


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("HARPER COLLINS, INC.", "Harper Collins"),
        ("Carl Hanser Verlag GmbH & Co. KG", "Carl Hanser Verlag"),
        ("", None),
    ],
)
def test_publishers_are_cleaned(name: str, clean: str | None) -> None:
    assert clean_publisher(name) == clean


@pytest.mark.parametrize(
    ("text", "date", "precision"),
    [
        ("2017", "2017-01-01", "year"),
        ("2017-07", "2017-07-01", "month"),
        ("2017-07-25", "2017-07-25", "day"),
        ("Jul 25, 2017", "2017-07-25", "day"),
        ("April 2018", "2018-04-01", "month"),
    ],
)
def test_dates_of_three_precisions(text: str, date: str, precision: str) -> None:
    found = read_date(text)
    assert found is not None
    assert (str(found.date), found.precision) == (date, precision)


@pytest.mark.parametrize("text", [None, "", "2017-13", "2017-02-30", "soon", "0000", "19??"])
def test_what_is_no_date(text: str | None) -> None:
    assert read_date(text) is None


def test_languages_and_genres() -> None:
    assert [clean_language(code) for code in ("eng", "ger", "pt-BR", "grc", "und", "", None)] == [
        *("en", "de", "pt", "grc"),
        *(None, None, None),
    ]
    assert clean_genres(["Fiction / Mystery", "mystery", "x" * 101, "71.38 society"]) == ["mystery"]


@pytest.mark.parametrize(
    "answer", [[], {}, {"totalItems": "1"}, {"totalItems": 1, "items": [[]]}, volume(pageCount="x")]
)
def test_an_answer_of_another_form_from_google_is_a_bad_answer(answer: Any) -> None:
    with pytest.raises(BadAnswer):
        google_books.read_volumes(answer)


@pytest.mark.parametrize("answer", [[], {}, {"docs": {}}, {"docs": [1]}, work(edition_count="many")])
def test_an_answer_of_another_form_from_open_library_is_a_bad_answer(answer: Any) -> None:
    with pytest.raises(BadAnswer):
        open_library.read_works(answer)


def test_nul_is_taken_out_since_postgresql_cannot_hold_it() -> None:
    assert merged(volume(title="Em\0ma", authors=["Jane\0Austen"])).title == "Em ma"


def test_what_the_rehearsal_answers_has_the_form_of_the_apis() -> None:
    book = ShelfBook(2)
    library = Library([book])
    request = BookRequest(title=book.title, author=book.author)
    google = {name: str(value) for name, value in google_books.query(request).items()}
    works = {name: str(value) for name, value in open_library.query(request).items()}
    assert len(google_books.read_volumes(library.google(google))) == 4
    assert len(open_library.read_works(library.open_library(works))) == 2


@pytest.mark.parametrize(
    "price",
    [
        None,
        {"amount": 9.99},
        {"currencyCode": "EUR"},
        {"amount": 0, "currencyCode": None},
        {"amount": -1, "currencyCode": "EUR"},
        {"amount": 1e12, "currencyCode": "EUR"},
        {"amount": float("nan"), "currencyCode": "EUR"},
    ],
)
def test_a_price_that_is_none_is_none(price: dict[str, Any] | None) -> None:
    answer = volume()
    answer["items"][0]["saleInfo"]["listPrice"] = price
    assert merged(google=answer).metrics.list_price is None


@pytest.mark.parametrize("number", [-1, 10**12])
def test_numbers_that_count_nothing_are_none(number: int) -> None:
    book = merged(google=volume(pageCount=number, ratingsCount=number, averageRating=4))
    assert (book.page_count, book.metrics.rating_count) == (None, None)
    book = merged(library=work(edition_count=number, cover_i=number, number_of_pages_median=number))
    assert (book.page_count, book.cover_image_id, book.metrics.edition_count) == (None, None, None)


@pytest.mark.parametrize("rating", [-0.5, 5.5, float("nan"), float("inf")])
def test_a_rating_off_the_scale_is_none(rating: float) -> None:
    assert merged(google=volume(averageRating=rating)).metrics.rating_average is None


def test_halves_of_characters_and_missing_names_are_left_out() -> None:
    book = merged(google=volume(authors=["Jane Austen", None], description="a\ud800b\0c"))
    assert ([author.name for author in book.authors], book.description) == (["Jane Austen"], "a b c")


def test_an_answer_without_a_title_is_none() -> None:
    assert google_books.read_volumes(volume(title=" ")) == []
    assert open_library.read_works(work(title=" ")) == []
