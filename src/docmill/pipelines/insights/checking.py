"""Whether a statement is borne out by the facts that it cites.

The rules, sentence by sentence:

- Every word is one of the language (``data/language.toml``); everything else is a number, or stands in quotes. Names of
  columns, dates, months and days of the week need none.
- A quoted text is the name of a column that the cited facts are about, or a value that one of them states.
- Only facts about exactly the columns that the sentence names count in it; ``its`` stands for those of the sentence
  before, ``over time`` for the column of dates. A sentence on several columns may be parted where each part is true.
- Each number, and each quoted value, belongs to a word that states a figure: the nearest of its clause (the one before
  it where two are as near), else the last one before it, else one right after the clause. It must be the value of a
  cited fact of that figure. Shares are told in per cent, all others are not. Clauses end at commas, colons and
  parentheses, and at ``and``, ``or`` and ``with``. ``No`` before what is counted is the number 0.
- A number may be rounded: it differs from the fact by half of its last digit at most, and by 5 % at most.
- No word around a number makes another one of it: ``over 5``, ``5 % of the missing values``.
- No figure is said of what it does not count: ``duplicate values``, ``missing rows``.
- Each word that states a figure has a number or a value; each word that qualifies is borne out by a fact.
- Fences are told of outliers: both, or the one beyond which all of them lie.
- Rows and columns of the table may be counted: where nothing else is stated, or after ``of``.

Sentences on single periods of time, and on what changed between two of them, have rules of their own (``changes.py``).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from itertools import pairwise

from docmill.pipelines.insights.changes import tells_changes
from docmill.pipelines.insights.facts import Fact
from docmill.pipelines.insights.language import (
    Number,
    Pause,
    Quote,
    Term,
    Token,
    UnknownWord,
    read_sentence,
    split_sentences,
    spoken,
)

CORRELATIONS = frozenset({"pearson", "spearman", "cramers_v", "correlation_ratio"})
LEAST_CORRELATED = 0.5
LEAST_STRONG = 0.7
LEAST_DRIFT = 0.25

_OVER_TIME = ("rise", "fall", "slope", "variance", "pattern", "peak", "trough")
_PRONOUNS = ("it", "its", "their")
_ARTICLES = ("the", "its", "their")
_ROWS = ("row", "rows", "record", "records", "entries", "observations")
_COLUMNS = ("column", "columns")
_COUNTED = {**dict.fromkeys(_ROWS, "rows"), **dict.fromkeys(_COLUMNS, "columns")}
_NOT_COUNTED = {
    "missing": (*_ROWS, *_COLUMNS, "category", "categories"),
    "distinct": (*_ROWS, *_COLUMNS),
    "duplicates": (*_COLUMNS, "category", "categories", "cell", "cells", "value", "values"),
}


def _coefficients(facts: Sequence[Fact]) -> list[float]:
    return [fact.number for fact in facts if fact.figure in CORRELATIONS and fact.number is not None]


def _strengths(facts: Sequence[Fact]) -> list[float]:
    patterns = [fact.number for fact in facts if fact.figure == "pattern" and fact.number is not None]
    return [*_coefficients(facts), *patterns]


def _signed(facts: Sequence[Fact]) -> list[float]:
    return _coefficients([fact for fact in facts if fact.figure in ("pearson", "spearman")])


def _all(values: Collection[float], holds: Callable[[float], bool]) -> bool:
    return bool(values) and all(holds(value) for value in values)


_BORNE_OUT: dict[str, Callable[[Sequence[Fact]], bool]] = {
    "correlated": lambda facts: _all(_coefficients(facts), lambda value: abs(value) >= LEAST_CORRELATED),
    "strong": lambda facts: _all(_strengths(facts), lambda value: abs(value) >= LEAST_STRONG),
    "positive": lambda facts: _all(_signed(facts), lambda value: value > 0),
    "negative": lambda facts: _all(_signed(facts), lambda value: value < 0),
    "trend": lambda facts: any(fact.figure in ("rise", "fall", "slope") for fact in facts),
    "drift": lambda facts: any(fact.figure == "psi" and (fact.number or 0) >= LEAST_DRIFT for fact in facts),
    "season": lambda facts: any(fact.figure == "pattern" for fact in facts),
    "explains": lambda facts: any(fact.figure == "variance" for fact in facts),
}


def find_fault(text: str, facts: Collection[Fact]) -> str | None:
    """Return the name of the first rule that a statement breaks, or None.

    Args:
        text: The statement.
        facts: The facts that it cites.
    """
    names = list(dict.fromkeys(column for fact in facts for column in fact.columns))
    before: frozenset[str] = frozenset()
    try:
        sentences = split_sentences(text, names)
        for parts in sentences:
            columns = _columns(parts, facts)
            if not columns and any(part in _PRONOUNS for part in parts):
                columns = before
            changes = tells_changes(parts, facts)
            fault = _fault(read_sentence(parts), columns, facts) if changes is None else None if changes else "changes"
            if fault is not None:
                return fault
            before = columns
    except UnknownWord:
        return "words"
    return None if sentences else "empty"


def _columns(sentence: Sequence[Token | str], facts: Collection[Fact]) -> frozenset[str]:
    """Return the columns that a sentence names, as they are spoken."""
    names = {spoken(column) for fact in facts for column in fact.columns}
    return frozenset(token.text for token in sentence if isinstance(token, Quote) and token.text in names)


def _fault(sentence: Sequence[Token], columns: frozenset[str], facts: Collection[Fact]) -> str | None:
    """Return the rule that a sentence breaks; one that joins statements on several columns is true if each of them is.

    No word of the language relates two clauses to each other, so that they can be checked apart.
    """
    fault = _sentence_fault(sentence, columns, facts)
    if fault is None or len(columns) < 2:
        return fault
    for place, token in enumerate(sentence):
        if isinstance(token, Pause) or (isinstance(token, Term) and token.text == "and"):
            parts = [(part, _columns(part, facts)) for part in (sentence[:place], sentence[place + 1 :])]
            if all(named and _fault(part, named, facts) is None for part, named in parts):
                return None
    return fault


def _sentence_fault(sentence: Sequence[Token], columns: frozenset[str], facts: Collection[Fact]) -> str | None:
    usable = _usable(sentence, columns, facts)
    table = [fact for fact in facts if not fact.columns]
    figures = _figures(sentence)
    served: set[int] = set()
    counted = False
    for place, token in enumerate(sentence):
        if not isinstance(token, Number | Quote) or (isinstance(token, Quote) and token.text in columns):
            continue
        if _counts(sentence, place, table, alone=not figures):
            counted = True
            continue
        figure = _figure_of(place, sentence, figures)
        if figure is None or _is_bent(sentence, place):
            return "numbers"
        if not any(_is_of(fact, figures[figure]) and _states(token, fact) for fact in usable):
            return "numbers"
        served.add(figure)
    if set(figures) - served or _miscounts(sentence) or not _fences_stand(set(figures.values()), usable):
        return "figures"
    qualities = {token.meaning for token in sentence if isinstance(token, Term) and token.meaning and not token.stated}
    if not all(_BORNE_OUT[quality](usable) for quality in qualities):
        return "qualities"
    return None if served or counted or qualities else "empty"


def _usable(sentence: Sequence[Token], columns: frozenset[str], facts: Collection[Fact]) -> list[Fact]:
    """Return the facts about exactly the columns; those about a column and the dates also where "over time" is said."""
    over_time = any(isinstance(token, Term) and token.text == "over time" for token in sentence)
    return [
        fact
        for fact in facts
        if columns == {spoken(column) for column in fact.columns}
        or (over_time and fact.figure in _OVER_TIME and columns == {spoken(fact.columns[0])})
    ]


def _is_of(fact: Fact, figure: str) -> bool:
    return fact.figure == figure or (figure == "coefficient" and fact.figure in ("pearson", "spearman"))


def _is_bent(sentence: Sequence[Token], place: int) -> bool:
    """Whether words around a number make another one of it: over 5, 5 % of the missing values."""
    before = sentence[place - 1] if place else None
    if isinstance(before, Term) and before.text == "over":
        return True
    words = [token.text if isinstance(token, Term) else "" for token in sentence[place + 1 : place + 3]]
    if words[:1] != ["of"]:
        return False
    after = sentence[place + (3 if words[1:] and words[1] in _ARTICLES else 2) :][:1]
    return bool(after) and isinstance(after[0], Term) and after[0].stated


def _miscounts(sentence: Sequence[Token]) -> bool:
    """Whether a figure is said of what it does not count: duplicate values, missing rows."""
    return any(
        isinstance(token, Term) and isinstance(after, Term) and after.text in _NOT_COUNTED.get(token.meaning or "", ())
        for token, after in pairwise(sentence)
    )


def _fences_stand(figures: Collection[str], facts: Collection[Fact]) -> bool:
    """Whether fences, where they are told, are told of outliers: both of them, or that with all outliers beyond it."""
    told = {"below", "above"} & set(figures)
    if not told:
        return True
    if "outliers" not in figures:
        return False
    low, high, least, most = (_number(facts, figure) for figure in ("below", "above", "minimum", "maximum"))
    if told == {"above"}:
        return low is not None and least is not None and least >= low
    return told != {"below"} or (high is not None and most is not None and most <= high)


def _number(facts: Collection[Fact], figure: str) -> float | None:
    return next((fact.number for fact in facts if fact.figure == figure), None)


def _figures(sentence: Sequence[Token]) -> dict[int, str]:
    """Return the words that state figures, by their places."""
    return {
        place: token.meaning
        for place, token in enumerate(sentence)
        if isinstance(token, Term) and token.stated and token.meaning is not None
    }


def _figure_of(place: int, sentence: Sequence[Token], figures: Collection[int]) -> int | None:
    """Return the place of the word that a number or value belongs to; None where there is none."""
    start, end = place, place
    while start > 0 and not _ends_clause(sentence[start - 1]):
        start -= 1
    while end < len(sentence) and not _ends_clause(sentence[end]):
        end += 1
    near = [figure for figure in figures if start <= figure < end]
    if near:
        # At equal distance the word before goes first: it comes first in the list.
        return min(near, key=lambda figure: abs(figure - place))
    before = max((figure for figure in figures if figure < place), default=None)
    if before is None and place + 2 in figures and isinstance(sentence[place + 1], Pause):
        # As in: a correlation of 0.9 (Pearson).
        return place + 2
    return before


def _ends_clause(token: Token) -> bool:
    return isinstance(token, Pause) or (isinstance(token, Term) and token.text in ("and", "or", "with"))


def _counts(sentence: Sequence[Token], place: int, table: Sequence[Fact], *, alone: bool) -> bool:
    """Whether a number counts the rows or columns of the table, and nothing else."""
    number, after = sentence[place], sentence[place + 1 : place + 2]
    counted = _COUNTED.get(after[0].text) if after and isinstance(after[0], Term) else None
    before = sentence[place - 1] if place else None
    after_of = isinstance(before, Term) and before.text in ("of", "out of")
    return (
        counted is not None
        and (alone or after_of)
        and isinstance(number, Number)
        and any(fact.figure == counted and _states(number, fact) for fact in table)
    )


def _states(token: Token, fact: Fact) -> bool:
    """Whether a number or a quoted value is the value of a fact."""
    if isinstance(token, Quote):
        return fact.number is None and token.text == spoken(fact.value)
    if not isinstance(token, Number) or token.percent != fact.share:
        return False
    if fact.number is None:
        # A most frequent value that is a number needs no quotes, and no rounding.
        return fact.value is not True and fact.value is not False and token.value == fact.value
    return token.tells(fact.number * 100 if fact.share else fact.number)
