"""Splitting a long sentence where its clauses meet.

Every way to cut the tokens into pieces has a cost: a cut costs by what stands there, a piece by how far its length
is from the limits, and whether it holds a verb. The cheapest way is found by dynamic programming, so that one long
clause does not spoil the next.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate
from math import inf

from docmill.pipelines.novel.language import grammar, is_abbreviated, leading_word
from docmill.pipelines.novel.models import Language, Token, is_word
from docmill.pipelines.novel.verbs import find_verbs

_STRONG = re.compile(r"[.!?…;][\"'»”’)\]_]*$")
_COLON_OR_DASH = re.compile(r"(?::|[-–—―]{1,2})[\"'»”’)\]_]*$")
_MARK = re.compile(r"[,;:.!?…–—][\"'»”’)\]_]*$")
_COMMA = re.compile(r",[\"'»”’)\]_]*$")
_OPENS = re.compile(r"^[«“(\[]|^[-–—―]{1,2}$")
_CLOSES = re.compile(r"^[^\w«“(\[—–-]")

_AT_STRONG = -10.0
_AT_COLON = 1.0
_AT_COMMA = 1.5
_BEFORE_CLAUSE = 4.0
_BEFORE_PHRASE = 9.0
_ANYWHERE = 16.0
# A verb stays with its subject and its object.
_BESIDE_VERB = 15.0
_AFTER_BOUND = 30.0
# What follows a mark does not stay behind without the rest of its clause.
_STUB = 12.0
_STUB_TOKENS = 2
_NEVER = 1e6

# Rows of dots and dashes hold no words, but must end as well.
_MOST_TOKENS = 200

_PER_MISSING_WORD = 3.0
_PER_EXCESS_WORD = 1000.0
_WITHOUT_VERB = 20.0


def split_clauses(
    tokens: Sequence[Token], language: Language, *, min_words: int, max_words: int
) -> list[Sequence[Token]]:
    """Return the sentence in pieces of at most ``max_words`` words; together they are all its tokens, in order."""
    words = [0, *accumulate(is_word(token.text) for token in tokens)]
    if words[-1] <= max_words:
        return [tokens]
    finite = find_verbs(tokens, language)
    verbs = [0, *accumulate(finite)]
    cuts = [0.0, *(_cut_cost(tokens, finite, place, language) for place in range(1, len(tokens))), 0.0]
    best, last_cut = [0.0], [0]
    for end in range(1, len(tokens) + 1):
        best.append(inf)
        last_cut.append(end - 1)
        for start in range(end - 1, -1, -1):
            length = words[end] - words[start]
            cost = best[start] + cuts[end] + _length_cost(length, min_words, max_words)
            cost += _WITHOUT_VERB * (verbs[end] == verbs[start])
            if cost < best[end]:
                best[end], last_cut[end] = cost, start
            if length > max_words or end - start > _MOST_TOKENS:
                break
    return _pieces(tokens, last_cut)


def _pieces(tokens: Sequence[Token], last_cut: Sequence[int]) -> list[Sequence[Token]]:
    pieces: list[Sequence[Token]] = []
    end = len(tokens)
    while end:
        pieces.append(tokens[last_cut[end] : end])
        end = last_cut[end]
    return pieces[::-1]


def _length_cost(length: int, min_words: int, max_words: int) -> float:
    if length == 0:
        return _NEVER
    if length > max_words:
        return _PER_EXCESS_WORD * (length - max_words)
    return _PER_MISSING_WORD * max(0, min_words - length)


def _cut_cost(tokens: Sequence[Token], finite: Sequence[bool], place: int, language: Language) -> float:
    """Return what it costs to cut before the token at ``place``."""
    before, after = tokens[place - 1].text, tokens[place].text
    # Marks stay with the words that they belong to.
    if _CLOSES.match(after) or _OPENS.match(before):
        return _NEVER
    if is_abbreviated(before, language):
        return _ANYWHERE + _AFTER_BOUND
    if _STRONG.search(before):
        return _AT_STRONG
    if _COLON_OR_DASH.search(before) or _OPENS.match(after):
        return _AT_COLON
    words = grammar(language)
    last, first = leading_word(before), leading_word(after)
    if _COMMA.search(before):
        return _AT_COMMA + _AFTER_BOUND * (last in words.clause_starts)
    stub = any(_MARK.search(token.text) for token in tokens[max(0, place - 1 - _STUB_TOKENS) : place - 1])
    cost = _AFTER_BOUND * (last in words.bound_to_next) + _STUB * stub
    if first in words.clause_starts:
        return cost + _BEFORE_CLAUSE
    if first in words.phrase_starts:
        return cost + _BEFORE_PHRASE
    beside_verb = finite[place - 1] or finite[place] or first in words.subjects
    return cost + _ANYWHERE + _BESIDE_VERB * beside_verb
