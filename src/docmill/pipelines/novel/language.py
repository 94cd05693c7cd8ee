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
from typing import Any, get_args

from docmill.errors import MissingExtra
from docmill.pipelines.novel.models import Language
from docmill.pipelines.novel.word_lists import frequent_french

_WORD = re.compile(r"[^\W\d_]+['’]?")
_TITLE = re.compile(r"\W*(?:\w+\W+)*?(\w+)\.")
_INITIAL = re.compile(r"\W*[A-ZÀ-Ü]\.")

# A text of so many words uses most of the frequent ones of its language; another language shares some of them.
_WORDS_THAT_TELL = 500
_LEAST_FREQUENCY = 0.001
_LEAST_USED = 0.5


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
        before_verb: What may stand between a subject and its verb.
        finite: Finite verbs whose form does not tell it.
        past: Those of the past.
        infinitive_endings: Ends of infinitives.
        imperfect_endings: What stands in place of them in the imperfect.
        future_endings: Ends of verbs that look like the past, but are not.
        nonfinite_endings: Ends that no finite verb has.
        before_nonfinite: After them a form that might be finite is a noun or a participle.
        contractions: Ends of words in which a verb has lost a part.
        finite_endings: Ends of finite verbs, each with the ends of the dictionary forms that they belong to.
        past_endings: Those of the past.
        phrase_openings: A phrase that begins with one of them can be completed to a sentence.
        noun_openings: So can a noun with one of them before it.
        plural_openings: So can a noun in the plural with one of them before it.
        complement_starts: Behind a noun they mostly belong to it.
        bound_openings: Openings that a noun before them may ask for.
        coordinators: What may stand before an opening.
        noun_only_openings: Openings that must have a noun behind them.
        object_openings: Openings that may be the object of an infinitive.
        negations: Behind them a phrase may be denied.
        adverb_endings: Ends of adverbs.
        relatives: A clause begins after them that belongs to the noun before.
        completions: What makes a sentence of a phrase: ``past`` and ``present``, each also as ``_plural``.
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
    before_verb: frozenset[str]
    finite: frozenset[str]
    past: frozenset[str]
    infinitive_endings: frozenset[str]
    imperfect_endings: frozenset[str]
    future_endings: frozenset[str]
    nonfinite_endings: frozenset[str]
    before_nonfinite: frozenset[str]
    contractions: frozenset[str]
    phrase_openings: frozenset[str]
    noun_openings: frozenset[str]
    plural_openings: frozenset[str]
    complement_starts: frozenset[str]
    bound_openings: frozenset[str]
    coordinators: frozenset[str]
    noun_only_openings: frozenset[str]
    object_openings: frozenset[str]
    negations: frozenset[str]
    adverb_endings: frozenset[str]
    relatives: frozenset[str]
    completions: dict[str, str]
    finite_endings: dict[str, list[str]]
    past_endings: dict[str, list[str]]


@cache
def grammar(language: Language) -> Grammar:
    """Return the words of a language."""
    text = files(__package__).joinpath("data", f"{language}.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    words: dict[str, Any] = {
        name: frozenset(value) if isinstance(value, list) else value for name, value in data.items()
    }
    return Grammar(**words)


def detect_language(texts: Iterable[str]) -> Language:
    """Return the language whose frequent words are the most in a text."""
    counts = Counter(word for text in texts for word in _WORD.findall(text.casefold()))
    languages: tuple[Language, ...] = get_args(Language)
    return max(languages, key=lambda language: sum(counts[word] for word in grammar(language).frequent))


def is_written_in(language: Language, texts: Iterable[str]) -> bool:
    """Tell whether a text uses the frequent words of a language; of a short one nothing can be told."""
    counts = Counter(word for text in texts for word in _WORD.findall(text.casefold()))
    total = counts.total()
    frequent = grammar(language).frequent
    used = sum(counts[word] >= _LEAST_FREQUENCY * total for word in frequent)
    return total < _WORDS_THAT_TELL or used >= _LEAST_USED * len(frequent)


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
