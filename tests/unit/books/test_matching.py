"""Which candidates are the book: the cases that real answers hold."""

from __future__ import annotations

import pytest

from docmill.pipelines.books.matching import best_match, match_score
from docmill.pipelines.books.models import BookRequest, Candidate
from docmill.pipelines.books.names import name_score, split_authors

GATSBY = "9780743273565"
OTHER = "9780141439587"


def candidate(title: str, *authors: str, subtitle: str | None = None, isbn: str = GATSBY) -> Candidate:
    return Candidate(title=title, subtitle=subtitle, authors=list(authors), isbns=[isbn])


def by_search(title: str = "The Great Gatsby", author: str = "F. Scott Fitzgerald") -> BookRequest:
    return BookRequest(title=title, author=author)


def by_isbn(title: str = "The Great Gatsby", author: str = "F. Scott Fitzgerald") -> BookRequest:
    return BookRequest(title=title, author=author, isbn=GATSBY)


@pytest.mark.parametrize(
    "found",
    [
        candidate("The Great Gatsby", "F. Scott Fitzgerald"),
        candidate("The Great Gatsby", "Francis Scott Fitzgerald"),
        candidate("The Great Gatsby", "F.Scott Fitzgerald"),
        candidate("The great Gatsby (Collins Classics)", "Fitzgerald, F. Scott"),
        candidate("Great Gatsby", "F. Scott Fitzgerald", subtitle="The Original 1925 Edition"),
    ],
)
def test_the_book_is_found(found: Candidate) -> None:
    assert match_score(by_search(), found) > 0
    assert match_score(by_isbn(), found) > 0


@pytest.mark.parametrize(
    "found",
    [
        candidate("The Great Gatsby", "Virginia Lee"),
        candidate("Understanding The Great Gatsby", "Dalton Gross"),
        candidate("Critical Essays on F. Scott Fitzgerald's The Great Gatsby", "Scott Donaldson"),
        candidate("The Great Gatsby: A Study Guide", "F. Scott Fitzgerald"),
        candidate("The Great Gatsby", "F. Scott Fitzgerald", subtitle="SparkNotes Literature Guide"),
        candidate("The Great Gatsby"),
        candidate("Tender Is the Night", "F. Scott Fitzgerald"),
    ],
)
def test_what_is_not_the_book_is_refused_even_under_its_isbn(found: Candidate) -> None:
    assert match_score(by_search(), found) == 0
    assert match_score(by_isbn(), found) == 0


def test_the_opera_that_names_the_novelist_second_is_refused() -> None:
    assert match_score(by_search(), candidate("The Great Gatsby", "John Harbison", "F. Scott Fitzgerald")) == 0


def test_another_volume_of_the_same_work_is_refused() -> None:
    request = by_search("The Lord of the Rings: The Two Towers", "J. R. R. Tolkien")
    king = candidate("The Lord of the Rings", "J.R.R. Tolkien", subtitle="The Return of the King")
    assert match_score(request, king) == 0
    assert match_score(by_search("Poems 1", "A. Poet"), candidate("Poems 2", "A. Poet")) == 0


def test_an_isbn_that_the_candidate_does_not_name_is_not_the_book() -> None:
    assert match_score(by_isbn(), candidate("The Great Gatsby", "F. Scott Fitzgerald", isbn=OTHER)) == 0


def test_a_search_needs_a_candidate_with_an_isbn() -> None:
    found = Candidate(title="The Great Gatsby", authors=["F. Scott Fitzgerald"])
    assert match_score(by_search(), found) == 0


def test_a_guide_that_was_asked_for_is_found() -> None:
    request = by_search("A Study Guide to Emma", "Una Gross")
    assert match_score(request, candidate("A Study Guide to Emma", "Una Gross")) > 0


def test_the_best_of_several_is_taken() -> None:
    right = candidate("The Great Gatsby", "F. Scott Fitzgerald")
    others = [candidate("The Great Gatsbys", "F. Scott Fitzgerald"), candidate("The Great Gatsby", "Virginia Lee")]
    assert best_match(by_search(), [*others, right]) is right
    assert best_match(by_search(), [others[1]]) is None
    assert best_match(by_search(), []) is None


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Terry Pratchett & Neil Gaiman", ["Terry Pratchett", "Neil Gaiman"]),
        ("Terry Pratchett and Neil Gaiman", ["Terry Pratchett", "Neil Gaiman"]),
        ("Pratchett, Terry; Gaiman, Neil", ["Terry Pratchett", "Neil Gaiman"]),
        ("Ada Novak, Bruno Okafor, Clara Byrne", ["Ada Novak", "Bruno Okafor", "Clara Byrne"]),
        ("Le Guin, Ursula K.", ["Ursula K. Le Guin"]),
        ("Marjane Satrapi (Illustrator)", ["Marjane Satrapi"]),
        ("Alexander Sanderson", ["Alexander Sanderson"]),
    ],
)
def test_authors_are_split_and_turned_round(text: str, names: list[str]) -> None:
    assert split_authors(text) == names


def test_initials_stand_for_names_but_not_for_others() -> None:
    assert name_score("J. Austen", "Jane Austen") >= 95
    assert name_score("Émile Zola", "Emile Zola") == 100
    assert name_score("Jane Austen", "Joan Auster") < 95
    assert name_score("K. Novak", "Jane Novak") < 95
