"""Invented books. Titles, people and ISBNs are made up; the check digits are right."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TextIO

_FIRST = ("Silent", "Crooked", "Winter", "Borrowed", "Amber", "Hollow", "Distant", "Painted", "Salt", "Iron")
_SECOND = ("Harbour", "Orchard", "Lantern", "Meridian", "Archive", "Garden", "Compass", "Ferry", "Mirror", "Quarry")
_PLACE = ("Lisbon", "Tromsø", "Odesa", "Kyoto", "Galway", "Québec", "Tartu", "Oaxaca", "Lagos", "Hobart")
_GIVEN = ("Ada", "Bruno", "Clara", "Dmitri", "Élise", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Keiko", "Lars")
_FAMILY = ("Novak", "Okafor", "Lindqvist", "Moreau", "Tanaka", "Castellanos", "Byrne", "Zieliński", "Haddad", "Petrov")
_PUBLISHERS = ("Harbour House", "Norden Press", "Éditions du Phare", "Blue Door Books", "Quarto & Sons")
_GENRES = ("Fiction / Literary", "Mystery", "Science Fiction", "History", "Biography & Autobiography", "Poetry")
_NOT_AT_GOOGLE, _NOT_AT_OPEN_LIBRARY = 7, 8


@dataclass(frozen=True)
class ShelfBook:
    """An invented book.

    Attributes:
        number: Its place on the shelf, from 0; everything else follows from it.
    """

    number: int

    @property
    def title(self) -> str:
        """Its title; no two books of the first thousand share one."""
        n = self.number
        return f"The {_FIRST[n % 10]} {_SECOND[n // 10 % 10]} of {_PLACE[n // 100 % 10]}"

    @property
    def author(self) -> str:
        """Its author; books share authors."""
        return f"{_GIVEN[self.number % 12]} {_FAMILY[self.number // 12 % 10]}"

    @property
    def author_key(self) -> str:
        """Open Library's key of the author."""
        return f"OL{9_000_000 + self.number % 12 * 10 + self.number // 12 % 10}A"

    @property
    def isbn(self) -> str:
        """Its ISBN-13."""
        return _with_check_digit(f"9781{self.number:08d}")

    @property
    def other_isbn(self) -> str:
        """The ISBN-13 of another edition."""
        return _with_check_digit(f"9782{self.number:08d}")

    @property
    def publisher(self) -> str:
        """Its publisher."""
        return _PUBLISHERS[self.number % 6 % 5]

    @property
    def genre(self) -> str:
        """Its genre, as Google Books writes it."""
        return _GENRES[self.number % 6]

    @property
    def year(self) -> int:
        """Year of the edition."""
        return 1950 + self.number % 70

    @property
    def at_google(self) -> bool:
        """Whether Google Books has it."""
        return self.number % 10 != _NOT_AT_GOOGLE

    @property
    def at_open_library(self) -> bool:
        """Whether Open Library has it."""
        return self.number % 10 != _NOT_AT_OPEN_LIBRARY


def shelf(count: int) -> list[ShelfBook]:
    """Return the first ``count`` invented books."""
    return [ShelfBook(number) for number in range(count)]


def write_csv(books: Sequence[ShelfBook], file: TextIO) -> None:
    """Write the list that somebody would submit; one book in twenty comes without its ISBN."""
    rows = csv.writer(file)
    rows.writerow(["Title", "Author", "ISBN"])
    rows.writerows([book.title, book.author, "" if book.number % 20 == 1 else book.isbn] for book in books)


def _with_check_digit(twelve: str) -> str:
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(twelve))
    return f"{twelve}{-total % 10}"
