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
from typing import NamedTuple

from docmill.pipelines.novel.completion import Completion, Completions
from docmill.pipelines.novel.language import grammar, is_abbreviated, leading_word
from docmill.pipelines.novel.models import Language, NovelOptions, SourceSentence, Token, count_words, is_word
from docmill.pipelines.novel.verbs import find_verbs

_STRONG = re.compile(r"[.!?…;][\"'»”’)\]_]*$")
_COLON_OR_DASH = re.compile(r"(?::|[-–—―]{1,2})[\"'»”’)\]_]*$")
_MARK = re.compile(r"[,;:.!?…–—][\"'»”’)\]_]*$")
_COMMA = re.compile(r",[\"'»”’)\]_]*$")
_OPENS = re.compile(r"^[«“(\[]|^[-–—―]{1,2}$")
# The first part of a word that is left divided.
_DIVIDED = re.compile(r"\w[-‐\u00ad]$")
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
_COMPLETED = 7.0


class Piece(NamedTuple):
    """A piece of a sentence, and what makes a sentence of it where it has no verb."""

    tokens: Sequence[Token]
    completion: Completion | None = None


def split_clauses(sentence: SourceSentence, language: Language, options: NovelOptions) -> list[Piece]:
    """Return the sentence in pieces of at most ``max_words`` words; together they are all its tokens, in order.

    The words that complete a piece count.
    """
    tokens = sentence.tokens
    words = [0, *accumulate(is_word(token.text) for token in tokens)]
    if words[-1] <= options.max_words:
        return [Piece(tokens)]
    finite = find_verbs(tokens, language)
    verbs = [0, *accumulate(finite)]
    completions = Completions(sentence, finite, language) if options.complete else None
    cuts = [0.0, *(_cut_cost(tokens, finite, place, language) for place in range(1, len(tokens))), 0.0]
    best, last = [0.0], [(0, Piece([]))]
    for end in range(1, len(tokens) + 1):
        best.append(inf)
        last.append((end - 1, Piece(tokens[end - 1 : end])))
        for start in range(end - 1, -1, -1):
            length = words[end] - words[start]
            completion = completions.completion(start, end) if completions else None
            added = count_words(completion.words) if completion else 0
            if length + added > options.max_words:
                completion, added = None, 0
            cost = best[start] + cuts[end] + _length_cost(length + added, options.min_words, options.max_words)
            if completion:
                cost += _COMPLETED
            elif verbs[end] == verbs[start]:
                cost += _WITHOUT_VERB
            if cost < best[end]:
                best[end], last[end] = cost, (start, Piece(tokens[start:end], completion))
            if length > options.max_words or end - start > _MOST_TOKENS:
                break
    return _pieces(last)


def _pieces(last: Sequence[tuple[int, Piece]]) -> list[Piece]:
    """Follow the last pieces of the cheapest ways back to the start of the sentence."""
    pieces: list[Piece] = []
    end = len(last) - 1
    while end:
        end, piece = last[end]
        pieces.append(piece)
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
    # Marks stay with the words that they belong to, and so do parts of words.
    if _CLOSES.match(after) or _OPENS.match(before) or _DIVIDED.search(before):
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
