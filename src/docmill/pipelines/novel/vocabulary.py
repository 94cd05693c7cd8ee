"""The words of a sentence as a vocabulary list knows them: dictionary forms, elisions written out, no diacritics."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from docmill.pipelines.novel.language import grammar, lemma
from docmill.pipelines.novel.models import Language

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "’": "'"})
# A French word may be elided and goes on after the apostrophe; an English one has lost its end there.
_WORDS: dict[Language, re.Pattern[str]] = {
    "fr": re.compile(r"aujourd'hui|[^\W\d_]+'?"),
    "en": re.compile(r"(?<![^\W\d_]')[^\W\d_]+"),
}

Keys = frozenset[str]


def fold(text: str) -> str:
    """Return a text in small letters without diacritics; ligatures are spelled out."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_LIGATURES))
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def words_of(text: str, language: Language) -> list[Keys]:
    """Return the words of a text, each as the forms under which a list may hold it."""
    return [keys_of(word, language) for word in _WORDS[language].findall(text.casefold().translate(_LIGATURES))]


@lru_cache(maxsize=100_000)
def keys_of(word: str, language: Language) -> Keys:
    """Return the forms under which a list may hold a word: as it is written, and as in a dictionary."""
    if word.endswith("'"):
        word = grammar(language).elisions.get(word[:-1], word[:-1])
    return frozenset({fold(word), fold(lemma(word, language))})
