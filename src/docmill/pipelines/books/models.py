"""The shapes that the steps of the books pipeline hand to each other."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from docmill.pipelines.books.titles import comparable_title, fold

Source = Literal["google_books", "open_library"]
Precision = Literal["day", "month", "year"]


_MOST = 2**31 - 1
# NUL and halves of surrogate pairs, which JSON may hold and PostgreSQL may not.
_NO_TEXT = re.compile(r"[\0\ud800-\udfff]")


def _listed(value: object) -> object:
    """Return a list: both APIs leave a field out, or write one text where they mostly write several."""
    if value is None:
        return []
    if isinstance(value, list):
        return [member for member in value if member is not None]
    return [value] if isinstance(value, str) else value


def _storable(value: object) -> object:
    """Return a text without what PostgreSQL cannot hold."""
    return _NO_TEXT.sub(" ", value) if isinstance(value, str) else value


def _counted(value: object) -> object:
    """Return None for a number that counts nothing: below 0, as in Open Library's cover -1, or beyond all measure."""
    return None if isinstance(value, int | float) and not 0 <= value <= _MOST else value


def _rated(value: object) -> object:
    """Return None for a number that is no rating."""
    return None if isinstance(value, int | float) and not 0 <= value <= 5 else value


Text = Annotated[str, BeforeValidator(_storable)]
Texts = Annotated[list[Text], BeforeValidator(_listed)]
Count = Annotated[int | None, BeforeValidator(_counted)]
Rating = Annotated[float | None, BeforeValidator(_rated)]


class BookRequest(BaseModel):
    """What a row of the CSV asks for.

    Attributes:
        title: As written.
        author: As written; several are separated by ``;``, ``&`` or ``and``.
        isbn: 13 digits, where the row has one.
    """

    model_config = ConfigDict(frozen=True)

    title: str = Field(min_length=1)
    author: str = Field(min_length=1)
    isbn: str | None = Field(default=None, pattern=r"^97[89]\d{10}$")

    @property
    def key(self) -> str:
        """What makes two requests the same book."""
        return f"isbn:{self.isbn}" if self.isbn else f"title:{comparable_title(self.title)}|{fold(self.author)}"


class Candidate(BaseModel):
    """An answer of an API that may be the book.

    Attributes:
        title: Its title.
        subtitle: Its subtitle.
        authors: Its authors, first named first.
        isbns: Valid ISBNs that it names, as 13 digits.
    """

    model_config = ConfigDict(extra="ignore")

    title: Text
    subtitle: Text | None = None
    authors: Texts = []
    isbns: list[str] = []


class Price(BaseModel):
    """An amount of money.

    Attributes:
        amount: In units of the currency.
        currency: ISO 4217 code.
    """

    amount: Decimal = Field(ge=0, lt=10**10)
    currency: str = Field(pattern=r"^[A-Z]{3}$")


class GoogleVolume(Candidate):
    """What is used of a volume of Google Books.

    Attributes:
        description: Plain text.
        publisher: As written.
        published_date: ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``.
        page_count: 0 where it is not known.
        language: ISO 639-1 code.
        categories: Subjects.
        rating_average: 1 to 5.
        rating_count: Number of ratings.
        thumbnail: URL of the cover.
        is_ebook: Whether it is sold as an e-book.
        saleability: Such as ``FOR_SALE``.
        list_price: The publisher's.
        retail_price: The shop's.
    """

    description: Text | None = None
    publisher: Text | None = None
    published_date: Text | None = None
    page_count: Count = None
    language: Text | None = None
    categories: Texts = []
    rating_average: Rating = None
    rating_count: Count = None
    thumbnail: Text | None = None
    is_ebook: bool | None = None
    saleability: Text | None = None
    list_price: Price | None = None
    retail_price: Price | None = None


class OpenLibraryWork(Candidate):
    """What is used of a work of Open Library, which stands for all its editions.

    Attributes:
        key: Such as ``/works/OL20057658W``.
        author_keys: Such as ``OL7615491A``, in the order of ``authors``.
        cover_id: Number of the cover.
        edition_count: Number of editions.
        first_publish_year: Year of the first edition.
        publish_dates: Dates of the editions, as written.
        publishers: Publishers of the editions.
        languages: ISO 639-2 codes of the editions.
        subjects: Subjects.
        pages_median: Median page count of the editions.
        rating_average: 1 to 5.
        rating_count: Number of ratings.
    """

    key: Text
    author_keys: Texts = []
    cover_id: Count = None
    edition_count: Count = None
    first_publish_year: int | None = None
    publish_dates: Texts = []
    publishers: Texts = []
    languages: Texts = []
    subjects: Texts = []
    pages_median: Count = None
    rating_average: Rating = None
    rating_count: Count = None


class FetchedBook(BaseModel):
    """What the APIs know about a book.

    Attributes:
        request: What was asked for.
        google: The volume that matches.
        open_library: The work that matches.
        unavailable: APIs that could not be asked, with the code of the error.
        refused: Candidates that did not match.
        as_of: Day of the run, in UTC.
    """

    request: BookRequest
    google: GoogleVolume | None = None
    open_library: OpenLibraryWork | None = None
    unavailable: dict[Source, str] = {}
    refused: int = 0
    as_of: datetime.date


class Author(BaseModel):
    """An author.

    Attributes:
        name: As shown.
        key: Open Library's key.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    key: str | None = None


class PublishedDate(BaseModel):
    """When a book was published.

    Attributes:
        date: The day; the first of the month or year where only these are known.
        precision: How much of the day is known.
    """

    model_config = ConfigDict(frozen=True)

    date: datetime.date
    precision: Precision


class Conflict(BaseModel):
    """A field on which the APIs disagree.

    Attributes:
        field: Its name.
        google_books: What Google Books says.
        open_library: What Open Library says.
    """

    field: str
    google_books: str
    open_library: str


class Metrics(BaseModel):
    """What changes from day to day.

    Attributes:
        rating_average: 0 to 5.
        rating_count: Number of ratings.
        edition_count: Number of editions.
        list_price: The publisher's.
        retail_price: The shop's, in the same currency.
        is_ebook_available: Whether it is sold as an e-book.
        saleability: Such as ``FOR_SALE``.
    """

    rating_average: Decimal | None = Field(default=None, ge=0, le=5)
    rating_count: int | None = Field(default=None, ge=0)
    edition_count: int | None = Field(default=None, ge=0)
    list_price: Price | None = None
    retail_price: Price | None = None
    is_ebook_available: bool | None = None
    saleability: str | None = None


class Book(BaseModel):
    """A book, merged from what the APIs know.

    Attributes:
        isbn: 13 digits.
        title: Cleaned.
        authors: First named first.
        genres: Lower case.
        publisher: Cleaned; ``Unknown Publisher`` where nobody says.
        description: Plain text.
        page_count: At least 1.
        language: ISO 639-1 code, or ISO 639-2 where there is none.
        published: Date of the edition; of the work's first one where only that is known.
        cover_image_id: Open Library's number of the cover.
        cover_url: Google's URL of the cover.
        work_key: Open Library's key of the work.
        metrics: As of ``as_of``.
        as_of: Day of the run, in UTC.
        provenance: Which API each field is from.
        conflicts: Fields on which the APIs disagree.
        unavailable: APIs that could not be asked, with the code of the error.
        method: ``fallback`` where an API could not be asked.
    """

    isbn: str = Field(pattern=r"^97[89]\d{10}$")
    title: str = Field(min_length=1)
    authors: list[Author]
    genres: list[str] = []
    publisher: str
    description: str | None = None
    page_count: int | None = Field(default=None, ge=1)
    language: str | None = None
    published: PublishedDate | None = None
    cover_image_id: int | None = None
    cover_url: str | None = None
    work_key: str | None = None
    metrics: Metrics
    as_of: datetime.date
    provenance: dict[str, str] = {}
    conflicts: list[Conflict] = []
    unavailable: dict[Source, str] = {}
    method: Literal["rules", "fallback"] = "rules"
