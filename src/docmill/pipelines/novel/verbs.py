"""Which words of a sentence look like its verbs: enough to tell a clause from a fragment, without a tagger.

A word counts as a finite verb when it is in the list of the language, when its dictionary form and its ending say so,
or when it stands behind a pronoun that can only be a subject.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache

from docmill.pipelines.novel.language import grammar, lemma
from docmill.pipelines.novel.models import Language, Token

# A French word may be elided; an English one may have taken in its verb.
_WORDS: dict[Language, re.Pattern[str]] = {
    "fr": re.compile(r"[^\W\d_]+'?"),
    "en": re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?"),
}


def find_verbs(tokens: Sequence[Token], language: Language) -> list[bool]:
    """Tell for each token whether it holds a finite verb, as far as its form shows it.

    Raises:
        MissingExtra: The extra ``novel`` is not installed.
    """
    words = grammar(language)
    found = []
    before, verb_due = "", False
    for token in tokens:
        holds = False
        for word in split_words(token.text, language):
            if word in words.subjects:
                verb_due = True
            elif not (verb_due and word in words.before_verb):
                nonfinite = before in words.before_nonfinite and word not in words.finite | words.past
                holds = holds or (is_finite(word, language) and not nonfinite)
                holds = holds or (verb_due and not is_nonfinite(word, language))
                verb_due = False
            before = word
        found.append(holds)
    return found


def split_words(text: str, language: Language) -> list[str]:
    """Return the words of a token in small letters, with straight apostrophes."""
    return _WORDS[language].findall(text.casefold().replace("’", "'"))


@cache
def is_finite(word: str, language: Language) -> bool:
    """Tell whether a word in small letters has the form of a finite verb.

    Raises:
        MissingExtra: The extra ``novel`` is not installed.
    """
    words = grammar(language)
    if word in words.finite or word in words.past or _ends(word, words.contractions):
        return True
    if is_nonfinite(word, language):
        return False
    return _conjugated(word, words.finite_endings, language)


@cache
def is_nonfinite(word: str, language: Language) -> bool:
    """Tell whether a word in small letters has the form of an infinitive or of a participle.

    Raises:
        MissingExtra: The extra ``novel`` is not installed.
    """
    participle = _ends(word, grammar(language).nonfinite_endings) and lemma(word, language) != word
    return participle or is_infinitive(word, language)


@cache
def is_infinitive(word: str, language: Language) -> bool:
    """Tell an infinitive, which has an imperfect, from a noun that ends like one.

    Raises:
        MissingExtra: The extra ``novel`` is not installed.
    """
    words = grammar(language)
    return _ends(word, words.infinitive_endings) and any(
        lemma(stem + ending, language) == word for stem in (word[:-2], word[:-3]) for ending in words.imperfect_endings
    )


@cache
def is_past(word: str, language: Language) -> bool:
    """Tell whether a word in small letters has the form of a finite verb of the past.

    Raises:
        MissingExtra: The extra ``novel`` is not installed.
    """
    words = grammar(language)
    return word in words.past or (
        _conjugated(word, words.past_endings, language) and not _ends(word, words.future_endings)
    )


def _conjugated(word: str, endings: dict[str, list[str]], language: Language) -> bool:
    base = lemma(word, language)
    return base != word and any(
        word.endswith(ending) and base.endswith(infinitive)
        for ending, infinitives in endings.items()
        for infinitive in infinitives
    )


def _ends(word: str, endings: Iterable[str]) -> bool:
    return word.endswith(tuple(endings))
