"""Sentences on changes between periods: "sales" rose by 12 % from March to April.

Other statements are put together from words that claim nothing and words that state a figure (``checking.py``). Which
of two periods came first, and which value belongs to which, is told by order: a sentence on changes is one of the forms
below, from its first word to its last, or it is none. Sums and means of periods with several rows are named as such.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from docmill.pipelines.insights.facts import Fact
from docmill.pipelines.insights.language import Number, Pause, Quote, Token, spoken
from docmill.pipelines.insights.periods import read_period, with_year

FIGURES = {
    "period_value": ("",),
    "period_sum": ("total", "sum of"),
    "period_mean": ("average", "mean"),
    "period_rows": ("number of rows",),
}

_KINDS = {
    "": ("period_value",),
    **dict.fromkeys(("total", "sum"), ("period_value", "period_sum")),
    **dict.fromkeys(("average", "mean"), ("period_value", "period_mean")),
}
_RISING = (
    *("rose", "rise", "rises", "increased", "increase", "increases", "grew", "grow", "grows", "climbed", "climbs"),
    *("gained", "gains", "jumped", "jumps", "went up"),
)
_FALLING = (
    *("fell", "fall", "falls", "decreased", "decrease", "decreases", "declined", "decline", "declines", "dropped"),
    *("drop", "drops", "shrank", "went down"),
)
_UP = frozenset({*_RISING, "growth", "gain", "higher", "up"})
_MULTIPLES = {"doubled": 2.0, "tripled": 3.0, "halved": 0.5}
_EXTREMES = {
    **dict.fromkeys(("highest", "maximum", "peak", "peaked"), "highest"),
    **dict.fromkeys(("lowest", "minimum"), "lowest"),
}
_NEARLY = 0.05
_OF_ROWS = r"(?:the )?number of (?P<rows>rows|records|entries|observations)"
_KIND = r"(?:(?P<kind>total|sum|average|mean) )?(?:of )?(?:(?:number|value) of )?"
_SUBJECT = rf"(?:(?:the )?{_KIND}(?P<column>C\d+)(?: values?)?|{_OF_ROWS})"
_NOUN = r"(?P<noun>rise|increase|growth|gain|decline|decrease|drop|fall|reduction)"
_VERB = rf"(?P<verb>{'|'.join((*_RISING, *_FALLING))}|went)"
_ABOUT = r"(?:about |approximately |around |roughly )?"
_BY = rf"(?:by )?{_ABOUT}(?P<amount>[NR]\d+)(?: or (?P<other>[NR]\d+))?"
_WAS = r"(?:is|are|was|were)"
_SPAN = r"(?:from|between) (?P<first>P\d+) (?:to|and) (?P<last>P\d+)"
_FROM_TO = r"from (?P<before>N\d+) to (?P<after>N\d+)"
_APPOSITION = rf"(?: (?:which (?:is|was) )?(?:or |by )?(?:an? )?(?:{_NOUN} of )?{_BY})?"
_OVER = r"(?: over D\d+)?"
_COMPARING = ("higher", "lower")
_MORE = rf"{_ABOUT}(?P<amount>[NR]\d+) (?P<verb>{'|'.join(_COMPARING)})"
_COMPARED = r"compared (?:to|with) (?P<first>P\d+)"
_VALUE_THEN = r"(?P<after>N\d+) in (?P<last>P\d+)"
_RECORD = rf"(?P<extreme>{'|'.join(_EXTREMES)})"
_REACHED = rf"(?:{_WAS}|amounted to|reached|stood at) {_ABOUT}"
_UP_OR_DOWN = r"(?P<verb>up|down)(?: (?P<amount>R\d+))?"
_HIGHEST = r"(?P<extreme>highest|lowest)"
_WITH = r"(?:(?: at| of| with)? (?P<after>N\d+))?"
_FROM_THEN = r"(?:from|compared to|compared with) (?:(?P<before>N\d+) in )?(?P<first>P\d+)"
_FORMS = (
    rf"{_SUBJECT} {_VERB}(?: {_BY})?{_OVER} {_SPAN}",
    rf"{_SPAN} {_SUBJECT} {_VERB}(?: {_BY})?{_OVER}",
    rf"{_SUBJECT} {_VERB} {_SPAN} {_BY}",
    rf"{_SUBJECT} {_VERB} from (?P<before>N\d+) in (?P<first>P\d+) to {_VALUE_THEN}{_APPOSITION}",
    rf"{_SUBJECT} {_VERB} {_FROM_TO} {_SPAN}{_APPOSITION}",
    rf"{_SPAN} {_SUBJECT} {_VERB} {_FROM_TO}{_APPOSITION}",
    rf"{_COMPARED} {_SUBJECT} {_VERB} {_BY} in (?P<last>P\d+)",
    rf"{_SUBJECT} {_VERB} {_BY} in (?P<last>P\d+) {_COMPARED}",
    rf"in (?P<last>P\d+) {_SUBJECT} {_VERB} {_BY} {_COMPARED}",
    rf"{_SUBJECT} {_WAS} {_MORE} in (?P<last>P\d+) than in (?P<first>P\d+)",
    rf"in (?P<last>P\d+) {_SUBJECT} {_WAS} {_MORE} than in (?P<first>P\d+)",
    rf"{_SUBJECT} in (?P<last>P\d+) {_WAS} {_MORE} than in (?P<first>P\d+)",
    rf"there was an? {_NOUN} of {_BY} in {_SUBJECT} {_SPAN}",
    rf"{_SUBJECT} (?:had|recorded|saw|showed|shows) an? {_NOUN} of {_BY} {_SPAN}",
    rf"{_SUBJECT} (?:had|recorded|saw|showed|shows) an? {_NOUN} {_FROM_TO} {_SPAN}",
    rf"{_SUBJECT} {_WAS} {_UP_OR_DOWN} in (?P<last>P\d+) {_COMPARED}",
    rf"{_SUBJECT} (?P<more>more than )?(?P<multiple>doubled|tripled|halved) {_SPAN}",
    rf"{_SPAN} {_SUBJECT} (?P<more>more than )?(?P<multiple>doubled|tripled|halved)",
    rf"{_SUBJECT} {_REACHED}{_VALUE_THEN}",
    rf"in (?P<last>P\d+) {_SUBJECT} {_REACHED}(?P<after>N\d+)",
    rf"{_SUBJECT} {_REACHED}{_VALUE_THEN} {_UP_OR_DOWN} {_FROM_THEN}",
    rf"in (?P<last>P\d+) {_SUBJECT} {_REACHED}(?P<after>N\d+) {_UP_OR_DOWN} {_FROM_THEN}",
    rf"(?P<last>P\d+) (?:had|recorded|saw|shows|showed) the {_HIGHEST} {_SUBJECT}{_WITH}",
    rf"the {_HIGHEST} {_SUBJECT} {_WAS} (?:found |observed |recorded )?in (?P<last>P\d+){_WITH}",
    rf"the {_HIGHEST} {_SUBJECT} {_WAS} {_VALUE_THEN}",
    rf"{_SUBJECT} {_WAS} (?:at (?:its|their) )?{_HIGHEST} in (?P<last>P\d+){_WITH}",
    rf"{_SUBJECT} (?P<extreme>peaked) in (?P<last>P\d+) (?:at|with) (?P<after>N\d+)",
    rf"{_SUBJECT} (?P<extreme>peaked) at {_VALUE_THEN}",
    rf"{_SUBJECT} (?:had|hit|reached) (?:a|its|the|their) {_RECORD}(?: value)?(?: of)? {_VALUE_THEN}",
)
_SAME = re.compile(r" (?:in|over) the same (?:period|months|time)$")


@dataclass(frozen=True)
class _Claim:
    """A sentence in one of the forms, and what its marks stand for."""

    found: re.Match[str]
    tokens: Sequence[Token | str]

    def number(self, group: str) -> Number | None:
        token = self._token(group)
        return token if isinstance(token, Number) else None

    def name(self, group: str) -> str | None:
        """The name of a column or period."""
        token = self._token(group)
        return token.text if isinstance(token, Quote) else None

    def word(self, group: str) -> str | None:
        return self.found[group] if group in self.found.re.groupindex else None

    def _token(self, group: str) -> Token | str | None:
        mark = self.word(group)
        return self.tokens[int(mark[1:])] if mark else None


def tells_changes(parts: Sequence[Token | str], facts: Collection[Fact]) -> bool | None:
    """Return whether a sentence on single periods is borne out; None where it is no such sentence.

    Args:
        parts: The sentence.
        facts: What it cites.
    """
    known = [fact for fact in facts if fact.periods]
    if not known:
        return None
    tokens = list(_tokens(parts, known))
    claims = _claims(_marked(tokens, known), tokens)
    return None if claims is None else all(_is_borne_out(claim, known) for claim in claims)


def _tokens(parts: Sequence[Token | str], facts: Sequence[Fact]) -> Iterator[Token | str]:
    """Yield the parts of a sentence without its pauses, each period that a fact is about as one quoted name."""
    names = {name for fact in facts for name in fact.periods}
    place = 0
    while place < len(parts):
        period = read_period(parts, place)
        if period is not None and period[0] not in names:
            # From January to December 2024: the year is that of both.
            period = with_year(period, parts)
        if period is not None and period[0] in names:
            yield Quote(period[0])
            place = period[1]
            continue
        if not isinstance(parts[place], Pause):
            yield parts[place]
        place += 1


def _marked(tokens: Sequence[Token | str], facts: Sequence[Fact]) -> str:
    """Return a sentence in which marks stand for tokens, by their places."""
    measures = {spoken(fact.columns[0]) for fact in facts if len(fact.columns) > 1}
    dates = {spoken(fact.columns[-1]) for fact in facts}
    periods = {name for fact in facts for name in fact.periods}

    def mark(place: int, token: Token | str) -> str:
        match token:
            case Quote(text):
                kinds = {"C": measures, "D": dates, "P": periods}
                return next((f"{kind}{place}" for kind, names in kinds.items() if text in names), "?")
            case Number():
                return f"{'R' if token.percent else 'N'}{place}"
            case str():
                return token
        return "?"

    return " ".join(mark(place, token) for place, token in enumerate(tokens))


@cache
def _forms() -> tuple[re.Pattern[str], ...]:
    return tuple(map(re.compile, _FORMS))


def _claims(text: str, tokens: Sequence[Token | str]) -> list[_Claim] | None:
    """Return what a sentence claims: one thing, or several that are joined by "and"."""
    for form in _forms():
        if found := form.fullmatch(text):
            return [_Claim(found, tokens)]
    for joint in re.finditer(r" and ", text):
        before = _claims(text[: joint.start()], tokens)
        for rest in _completed(text[joint.end() :], before[-1] if before else None):
            after = _claims(rest, tokens)
            if before is not None and after is not None:
                return [*before, *after]
    return None


def _completed(text: str, before: _Claim | None) -> Iterator[str]:
    """Yield the second part of a sentence as it stands, and with what the first part says for both."""
    yield text
    if before is None:
        return
    subject = before.word("column") or f"number of {before.word('rows')}"
    subject = f"{before.word('kind')} {subject}" if before.word("kind") else subject
    yield f"{subject} {text}"
    yield f"{subject} stood {text}"
    yield f"{subject} was {text}"
    yield f"{subject} {before.word('verb')} {text}"
    if before.word("first"):
        yield _SAME.sub(f" from {before.word('first')} to {before.word('last')}", text)


def _is_borne_out(claim: _Claim, facts: Collection[Fact]) -> bool:
    last = _fact(claim, "last", facts)
    if last is None or last.number is None:
        return False
    after, extreme = claim.number("after"), claim.word("extreme")
    if (after is not None and not after.tells(last.number)) or (extreme and last.extreme != _EXTREMES[extreme]):
        return False
    if not claim.word("first"):
        return True
    first = _fact(claim, "first", facts)
    if first is None or first.number is None:
        return False
    before = claim.number("before")
    in_order = claim.word("verb") in _COMPARING or first.periods[0] < last.periods[0]
    return in_order and (before is None or before.tells(first.number)) and _changed(claim, first.number, last.number)


def _fact(claim: _Claim, group: str, facts: Collection[Fact]) -> Fact | None:
    """Return what the column of a claim was in one of its periods."""
    name, period = claim.name("column"), claim.name(group)
    figures = ("period_rows",) if claim.word("rows") else _KINDS[claim.word("kind") or ""]
    found = [
        fact
        for fact in facts
        if fact.figure in figures and period in fact.periods and (name is None or spoken(fact.columns[0]) == name)
    ]
    return found[0] if len(found) == 1 else None


def _changed(claim: _Claim, first: float, last: float) -> bool:
    """Whether a value changed as a claim says: its direction, its size, and how many times."""
    amounts = [amount for group in ("amount", "other") if (amount := claim.number(group)) is not None]
    multiple = claim.word("multiple")
    told = {_direction(word) for group in ("verb", "noun") if (word := claim.word(group)) and word != "went"}
    if multiple is not None:
        return _is_multiple(_MULTIPLES[multiple], first, last, beyond=claim.word("more") is not None)
    change = last - first
    if any(change * direction <= 0 for direction in told):
        return False
    if amounts and not told and claim.word("before") is None:
        return False
    # Of what is not above nothing, per cent mean nothing.
    return all(
        first > 0 and amount.tells(100 * abs(change) / first) if amount.percent else amount.tells(abs(change))
        for amount in amounts
    )


def _direction(word: str) -> int:
    return 1 if word in _UP else -1


def _is_multiple(times: float, first: float, last: float, *, beyond: bool) -> bool:
    if first <= 0:
        return False
    ratio = last / first
    if beyond:
        return ratio > times if times > 1 else ratio < times
    return abs(ratio - times) <= _NEARLY * times
