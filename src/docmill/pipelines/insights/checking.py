"""Whether a statement is borne out by the facts that it cites.

The rules, sentence by sentence:

- Every word is one of the language (``data/language.toml``); everything else is a number, or stands in quotes.
- A quoted text is the name of a column that the cited facts are about, or a value that one of them states.
- Only facts about exactly the columns that the sentence names count in it.
- Each number, and each quoted value, belongs to a word that states a figure: the nearest of its clause (the one before
  it where two are as near), else the last one before it. It must be the value of a cited fact of that figure. Shares
  are told in per cent, all others are not. Clauses end at commas, colons, parentheses, ``and`` and ``or``.
- A number may be rounded: it differs from the fact by half of its last digit at most, and by 5 % at most.
- Each word that states a figure has a number or a value; each word that qualifies is borne out by a fact.
- Rows and columns of the table may be counted: where nothing else is stated, or after ``of``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from docmill.pipelines.insights.facts import Fact
from docmill.pipelines.insights.language import (
    Number,
    Pause,
    Quote,
    Term,
    Token,
    UnknownWord,
    read_sentences,
    spoken,
)

CORRELATIONS = frozenset({"pearson", "spearman", "cramers_v", "correlation_ratio"})
LEAST_CORRELATED = 0.5
LEAST_STRONG = 0.7
LEAST_DRIFT = 0.25

_MOST_RELATIVE_ERROR = 0.05
_COUNTED = {"row": "rows", "rows": "rows", "column": "columns", "columns": "columns"}


def _coefficients(facts: Sequence[Fact]) -> list[float]:
    return [fact.number for fact in facts if fact.figure in CORRELATIONS and fact.number is not None]


def _signed(facts: Sequence[Fact]) -> list[float]:
    return _coefficients([fact for fact in facts if fact.figure in ("pearson", "spearman")])


def _all(values: Collection[float], holds: Callable[[float], bool]) -> bool:
    return bool(values) and all(holds(value) for value in values)


_BORNE_OUT: dict[str, Callable[[Sequence[Fact]], bool]] = {
    "correlated": lambda facts: _all(_coefficients(facts), lambda value: abs(value) >= LEAST_CORRELATED),
    "strong": lambda facts: _all(_coefficients(facts), lambda value: abs(value) >= LEAST_STRONG),
    "positive": lambda facts: _all(_signed(facts), lambda value: value > 0),
    "negative": lambda facts: _all(_signed(facts), lambda value: value < 0),
    "trend": lambda facts: any(fact.figure in ("rise", "fall", "slope") for fact in facts),
    "drift": lambda facts: any(fact.figure == "psi" and (fact.number or 0) >= LEAST_DRIFT for fact in facts),
    "explains": lambda facts: any(fact.figure == "variance" for fact in facts),
}


def find_fault(text: str, facts: Collection[Fact]) -> str | None:
    """Return the name of the first rule that a statement breaks, or None.

    Args:
        text: The statement.
        facts: The facts that it cites.
    """
    try:
        sentences = read_sentences(text)
    except UnknownWord:
        return "words"
    if not sentences:
        return "empty"
    return next((fault for sentence in sentences if (fault := _sentence_fault(sentence, facts))), None)


def _sentence_fault(sentence: Sequence[Token], facts: Collection[Fact]) -> str | None:
    names = {spoken(column) for fact in facts for column in fact.columns}
    columns = {token.text for token in sentence if isinstance(token, Quote) and token.text in names}
    usable = [fact for fact in facts if {spoken(column) for column in fact.columns} == columns]
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
        if figure is None or not any(fact.figure == figures[figure] and _states(token, fact) for fact in usable):
            return "numbers"
        served.add(figure)
    if set(figures) - served:
        return "figures"
    qualities = {token.meaning for token in sentence if isinstance(token, Term) and token.meaning and not token.stated}
    if not all(_BORNE_OUT[quality](usable) for quality in qualities):
        return "qualities"
    return None if served or counted or qualities else "empty"


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
    return max((figure for figure in figures if figure < place), default=None)


def _ends_clause(token: Token) -> bool:
    return isinstance(token, Pause) or (isinstance(token, Term) and token.text in ("and", "or"))


def _counts(sentence: Sequence[Token], place: int, table: Sequence[Fact], *, alone: bool) -> bool:
    """Whether a number counts the rows or columns of the table, and nothing else."""
    number, after = sentence[place], sentence[place + 1 : place + 2]
    counted = _COUNTED.get(after[0].text) if after and isinstance(after[0], Term) else None
    before = sentence[place - 1] if place else None
    after_of = isinstance(before, Term) and before.text == "of"
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
    if not isinstance(token, Number) or fact.number is None or token.percent != fact.share:
        return False
    value = fact.number * 100 if fact.share else fact.number
    error = abs(token.value - value)
    # A hair more than half of the last digit: binary fractions are not decimal ones.
    return error <= 0.5 * token.step * (1 + 1e-9) and error <= _MOST_RELATIVE_ERROR * abs(value)
