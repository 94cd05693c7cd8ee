"""What the pipeline knows of a language: word lists of ``data/``, the dictionary, and which language a text is in."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import ModuleType
from typing import get_args

from docmill.errors import MissingExtra
from docmill.pipelines.novel.models import Language
from docmill.pipelines.novel.word_lists import frequent_french

_WORD = re.compile(r"[^\W\d_]+['’]?")
_TITLE = re.compile(r"\W*(?:\w+\W+)*?(\w+)\.")
_INITIAL = re.compile(r"\W*[A-ZÀ-Ü]\.")


@dataclass(frozen=True)
class Grammar:
    """Words that tell where sentences and clauses end; see ``data/``.

    Attributes:
        titles: A full stop after one of them ends no sentence.
        clause_starts: A clause begins before them.
        phrase_starts: A phrase begins before them.
        bound_to_next: No sentence should end with them.
        frequent: They tell the language.
        enclitics: Words that are joined to the word before by a hyphen.
        suffixes: Ends of words that look like words.
        compound_starts: First parts of compounds.
        elisions: What stands before an apostrophe, written out.
        subjects: What follows them is a verb, or belongs to one.
        finite: Finite verbs whose form does not tell it.
        finite_endings: Ends of finite verbs, each with the ends of the dictionary forms that they belong to.
    """

    titles: frozenset[str]
    clause_starts: frozenset[str]
    phrase_starts: frozenset[str]
    bound_to_next: frozenset[str]
    frequent: frozenset[str]
    enclitics: frozenset[str]
    suffixes: frozenset[str]
    compound_starts: frozenset[str]
    elisions: dict[str, str]
    subjects: frozenset[str]
    finite: frozenset[str]
    finite_endings: dict[str, list[str]]


@cache
def grammar(language: Language) -> Grammar:
    """Return the words of a language."""
    text = files(__package__).joinpath("data", f"{language}.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    return Grammar(
        elisions=data.pop("elisions"),
        finite_endings=data.pop("finite_endings"),
        **{name: frozenset(words) for name, words in data.items()},
    )


def detect_language(texts: Iterable[str]) -> Language:
    """Return the language whose frequent words are the most in a text."""
    counts = Counter(word for text in texts for word in _WORD.findall(text.casefold()))
    languages: tuple[Language, ...] = get_args(Language)
    return max(languages, key=lambda language: sum(counts[word] for word in grammar(language).frequent))


def leading_word(text: str) -> str:
    """Return the first word of a token in small letters; of an elided one the part up to the apostrophe."""
    match = _WORD.search(text.casefold())
    return match[0].replace("’", "'") if match else ""


def is_abbreviated(token: str, language: Language) -> bool:
    """Tell whether the full stop of a token ends no sentence: that of "M.", "Mrs." or an initial."""
    title = _TITLE.fullmatch(token)
    return bool(title and title[1].casefold() in grammar(language).titles) or bool(_INITIAL.fullmatch(token))


def is_known(word: str, language: Language) -> bool:
    """Tell whether a word is in the dictionary of a language.

    Raises:
        MissingExtra: The extra ``novel`` is not installed.
    """
    # The dictionary lacks words that have one form only, such as adverbs; the frequent ones are in the list.
    return bool(_dictionary().is_known(word, lang=language)) or (language == "fr" and word in frequent_french())


@cache
def lemma(word: str, language: Language) -> str:
    """Return the dictionary form of a word in small letters.

    Raises:
        MissingExtra: The extra ``novel`` is not installed.
    """
    return str(_dictionary().lemmatize(word, lang=language)).casefold()


def _dictionary() -> ModuleType:
    try:
        import simplemma
    except ImportError:
        raise missing_extra() from None
    return simplemma


def missing_extra() -> MissingExtra:
    """Return the error that says how to install what this pipeline needs."""
    return MissingExtra("The novel pipeline needs the extra `novel`: pip install 'docmill[novel]'.")
