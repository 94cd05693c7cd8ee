"""Completing a piece without a verb: "dans la chambre" becomes "c'était dans la chambre".

Only a phrase that can stand behind these words is completed: one that begins with a preposition or with a noun's
article, and in which no clause begins but one that belongs to a noun of it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from docmill.pipelines.novel.language import grammar
from docmill.pipelines.novel.models import Language, SourceSentence
from docmill.pipelines.novel.verbs import is_infinitive, is_past, split_words

_MARK = re.compile(r"[,;:.!?…–—][\"'»”’)\]_]*$")
_STRONG = re.compile(r"[;:.!?…][\"'»”’)\]_]*$")
_CRIES = re.compile(r"[?!][\"'»”’)\]_]*$")
_ASKS = re.compile(r"\?[\"'»”’)\]_]*$")

# Longer rows of marks or of adverbs are no text.
_MOST_BEFORE = 3
# No piece is longer.
_MOST_TOKENS = 200


class Completion(NamedTuple):
    """Words that make a sentence of a piece.

    Attributes:
        words: The words, in small letters.
        place: Token of the piece before which they go.
        is_noun: A noun with its article follows them, not a phrase.
    """

    words: str
    place: int
    is_noun: bool


class Completions:
    """What could complete the pieces of one sentence.

    Args:
        sentence: The sentence; where no verb says otherwise, one in which somebody speaks is in the present.
        verbs: For each token whether it holds a finite verb.
        language: Its language.
    """

    def __init__(self, sentence: SourceSentence, verbs: Sequence[bool], language: Language) -> None:
        self._tokens = sentence.tokens
        self._verbs = verbs
        self._language: Language = language
        self._grammar = grammar(language)
        self._words = [split_words(token.text, language) for token in self._tokens]
        self._tense = self._tense_of(dialogue=sentence.dialogue)
        self._denied = self._find_denied()
        self._found = [self._opening(start) for start in range(len(self._tokens))]
        self._extents = [self._extent(start) for start in range(len(self._tokens))]
        self._predicates = [self._begins_predicate(place) for place in range(len(self._tokens))]

    def completion(self, start: int, end: int) -> Completion | None:
        """Return what makes a sentence of the tokens from ``start`` to before ``end``, or None."""
        least, most = self._extents[start]
        found = self._found[start]
        if found is None or not least < end <= most:
            return None
        is_subject = found.is_noun and end < len(self._tokens) and self._predicates[end]
        return None if is_subject or not self._ends_well(end) else found

    def _ends_well(self, end: int) -> bool:
        """Tell whether a statement may end before a token: no cry, and not where its last word asks for more."""
        last = self._tokens[end - 1].text
        words = self._words[end - 1]
        if _CRIES.search(last) or (words and words[-1] in self._grammar.bound_to_next):
            return False
        goes_on = not self._grammar.complement_starts.isdisjoint(self._words_at(end)[:1])
        return not goes_on or bool(_MARK.search(last))

    def _tense_of(self, *, dialogue: bool) -> str:
        verbs = [words for words, verb in zip(self._words, self._verbs, strict=True) if verb]
        if any(is_past(word, self._language) for words in verbs for word in words):
            return "past"
        return "present" if verbs or dialogue else "past"

    def _opening(self, start: int) -> Completion | None:
        if self._denied[start]:
            return None
        place = start
        while place < start + _MOST_BEFORE and not self._words_at(place):
            place += 1
        words = self._words_at(place)
        coordinated = len(words) == 1 and words[0] in self._grammar.coordinators
        place += coordinated
        words = self._words_at(place)
        if not words or self._is_compound_or_capitals(place):
            return None
        first, second = [*words, *self._words_at(place + 1), ""][:2]
        free = coordinated or start == 0 or bool(_MARK.search(self._tokens[start - 1].text))
        if not self._opens(first, free=free) or not self._goes_on(first, second, place):
            return None
        grammar = self._grammar
        number = "_plural" if first in grammar.plural_openings | grammar.bound_openings else ""
        is_noun = first not in grammar.phrase_openings
        return Completion(grammar.completions[self._tense + number], place - start, is_noun)

    def _find_denied(self) -> list[bool]:
        """Tell where nothing may be stated: in a question, and in a clause behind its negation."""
        words = self._grammar
        found = []
        asked = bool(_ASKS.search(self._tokens[-1].text))
        denied = coordinated = False
        for token, own, verb in zip(self._tokens, self._words, self._verbs, strict=True):
            found.append(asked or denied)
            coordinated = coordinated or not words.coordinators.isdisjoint(own)
            if (verb and coordinated) or _STRONG.search(token.text):
                denied = coordinated = False
            if any(word in words.negations or word.endswith("n't") for word in own):
                denied, coordinated = True, False
        return found

    def _begins_predicate(self, place: int) -> bool:
        """Tell whether a finite verb stands here, behind nothing but what may stand before one."""
        before_verb = self._grammar.before_verb | self._grammar.subjects
        for verb, words in zip(self._verbs[place : place + _MOST_BEFORE], self._words[place:], strict=False):
            if verb:
                return True
            if not words or not (words[-1] in before_verb or words[-1].endswith(tuple(self._grammar.adverb_endings))):
                return False
        return False

    def _words_at(self, place: int) -> list[str]:
        return self._words[place] if place < len(self._tokens) else []

    def _is_compound_or_capitals(self, place: int) -> bool:
        words = self._words[place]
        compound = len(words) > 1 and not words[0].endswith("'")
        return compound or (len(words[0]) > 1 and self._tokens[place].text.isupper())

    def _opens(self, first: str, *, free: bool) -> bool:
        words = self._grammar
        nouns = words.noun_openings | words.plural_openings | words.bound_openings
        return first in words.phrase_openings or (free and first in nouns)

    def _goes_on(self, first: str, second: str, place: int) -> bool:
        """Tell whether the word after an opening lets it open a phrase."""
        words = self._grammar
        if not second or second in words.relatives:
            return False
        if first in words.noun_only_openings:
            named = self._tokens[place + 1].text[:1].isupper()
            return named or second in words.noun_openings | words.plural_openings
        return first not in words.object_openings or not is_infinitive(second, self._language)

    def _extent(self, start: int) -> tuple[int, int]:
        """Return after which token a piece that begins at ``start`` may end, and before which it must."""
        opening = self._found[start]
        if opening is None:
            return 0, 0
        first = start + opening.place
        last = min(len(self._tokens), first + _MOST_TOKENS)
        for place in range(first + 1, last):
            if not self._grammar.relatives.isdisjoint(self._words[place]):
                verb = next((at for at in range(place, last) if self._verbs[at]), last)
                return verb, last
            if self._begins_clause(place):
                return first, place
        return first, last

    def _begins_clause(self, place: int) -> bool:
        words = self._grammar
        starts = (words.clause_starts | words.subjects) - words.coordinators - words.phrase_openings
        return self._verbs[place] or not starts.isdisjoint(self._words[place])
