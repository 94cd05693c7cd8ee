"""Which words of a sentence look like its verbs: enough to tell a clause from a fragment, without a tagger.

A word counts as a finite verb when it is in the list of the language, when its dictionary form and its ending say so,
or when it stands behind a pronoun that can only be a subject.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from docmill.pipelines.novel.language import grammar, lemma
from docmill.pipelines.novel.models import Language, Token

_WORD = re.compile(r"[^\W\d_]+['’]?")


def find_verbs(tokens: Sequence[Token], language: Language) -> list[bool]:
    """Tell for each token whether it holds a finite verb, as far as its form shows it.

    Raises:
        MissingExtra: The extra ``novel`` is not installed.
    """
    subjects = grammar(language).subjects
    found = []
    before = ""
    for token in tokens:
        holds = False
        for word in _WORD.findall(token.text.casefold().replace("’", "'")):
            holds = holds or is_finite(word, language) or (before in subjects and word not in subjects)
            before = word
        found.append(holds)
    return found


@cache
def is_finite(word: str, language: Language) -> bool:
    """Tell whether a word in small letters has the form of a finite verb.

    Raises:
        MissingExtra: The extra ``novel`` is not installed.
    """
    words = grammar(language)
    if word in words.finite:
        return True
    base = lemma(word, language)
    return any(
        base != word and word.endswith(ending) and base.endswith(infinitive)
        for ending, infinitives in words.finite_endings.items()
        for infinitive in infinitives
    )
