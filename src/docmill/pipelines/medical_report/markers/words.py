"""The words that reports print around their results, in eight languages, and how a text is searched for them.

The words themselves are data: ``data/words.toml``. A phrase is compared word by word, without case, accents and
punctuation, so that ``Inf. à`` and ``inf a`` are one.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib import resources
from typing import Any, NamedTuple

LANGUAGES = ("en", "de", "fr", "es", "it", "pl", "nl", "uk")

_WORD = re.compile(r"[^\W_]+")
# Letters that have no decomposition into a plain letter and a mark.
_PLAIN = {"ł": "l", "ß": "s", "ø": "o", "đ": "d", "æ": "a", "œ": "o", "µ": "u", "μ": "u", "ı": "i"}


class Token(NamedTuple):
    """A word of a text: its folded form and where it stands."""

    word: str
    start: int
    end: int


class Phrase(NamedTuple):
    """A known phrase found in a text: what it means, and which characters it covers."""

    meaning: str
    start: int
    end: int
    tokens: int


@lru_cache(maxsize=4096)
def _fold_character(character: str) -> str:
    lowered = character.lower()
    plain = _PLAIN.get(lowered)
    if plain:
        return plain
    return unicodedata.normalize("NFKD", lowered)[:1] or character


def fold(text: str) -> str:
    """Return the text without case and accents, character for character: its length stays the same."""
    return text.lower() if text.isascii() else "".join(map(_fold_character, text))


def tokens_of(text: str) -> list[Token]:
    """Return the words of a text in order, folded."""
    return [Token(match.group(), match.start(), match.end()) for match in _WORD.finditer(fold(text))]


class Vocabulary:
    """Phrases with their meanings, found by their first word, the longest first."""

    def __init__(self, phrases: Iterator[tuple[str, str]]) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        known: set[tuple[str, ...]] = set()
        for phrase, meaning in phrases:
            words = tuple(token.word for token in tokens_of(phrase))
            if words and words not in known:
                known.add(words)
                self._by_first.setdefault(words[0], []).append((words, meaning))
        for candidates in self._by_first.values():
            candidates.sort(key=lambda candidate: -len(candidate[0]))

    def at(self, tokens: Sequence[Token], index: int, until: int | None = None) -> Phrase | None:
        """Return the longest phrase that begins at the token with this index, and ends before ``until``."""
        for words, meaning in self._by_first.get(tokens[index].word, ()):
            if (
                index + len(words) <= len(tokens)
                and (until is None or tokens[index + len(words) - 1].end <= until)
                and all(tokens[index + offset].word == word for offset, word in enumerate(words))
            ):
                return Phrase(meaning, tokens[index].start, tokens[index + len(words) - 1].end, len(words))
        return None

    def all_in(self, tokens: Sequence[Token]) -> list[Phrase]:
        """Return the phrases of a text from left to right, without overlaps."""
        found: list[Phrase] = []
        index = 0
        while index < len(tokens):
            phrase = self.at(tokens, index)
            if phrase:
                found.append(phrase)
            index += phrase.tokens if phrase else 1
        return found

    def exact(self, text: str) -> str | None:
        """Return the meaning of a text that is one phrase from end to end."""
        tokens = tokens_of(text)
        phrase = self.at(tokens, 0) if tokens else None
        return phrase.meaning if phrase and phrase.tokens == len(tokens) else None


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    source = resources.files(__package__) / "data" / "words.toml"
    return tomllib.loads(source.read_text(encoding="utf-8"))


@lru_cache(maxsize=64)
def vocabulary(topic: str) -> Vocabulary:
    """Return the phrases of a topic, in all languages; the meaning is the table's name below the topic.

    A topic without tables below it (``note``) gives the language code as the meaning.
    """
    return Vocabulary(_phrases(_data()[topic]))


def _phrases(table: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, dict):
            for phrases in value.values():
                yield from ((phrase, key) for phrase in phrases)
        else:
            yield from ((phrase, key) for phrase in value)


@lru_cache(maxsize=1)
def month_numbers() -> dict[str, int]:
    """Return the number of each month by its folded name, and by the first three and four letters of it."""
    numbers: dict[str, int] = {}
    for names in _data()["months"].values():
        for number, name in enumerate(names, 1):
            folded = fold(name)
            for form in (folded, folded[:4], folded[:3]):
                numbers.setdefault(form, number)
    return numbers


@lru_cache(maxsize=1)
def common_words() -> dict[str, frozenset[str]]:
    """Return the frequent short words of each language, folded."""
    return {language: frozenset(map(fold, words)) for language, words in _data()["common"].items()}


@lru_cache(maxsize=1)
def noise_words() -> frozenset[str]:
    """Return the words in names that say nothing about what is measured, folded."""
    return frozenset(fold(word) for words in _data()["noise"].values() for word in words)


@lru_cache(maxsize=16)
def words_by_language(topic: str) -> dict[str, frozenset[str]]:
    """Return the single words of a topic's phrases by language: they tell which language a report is in."""
    collected: dict[str, set[str]] = {language: set() for language in LANGUAGES}
    table = _data()[topic]
    tables = table.values() if isinstance(next(iter(table.values())), dict) else [table]
    for below in tables:
        for language, phrases in below.items():
            collected[language].update(token.word for phrase in phrases for token in tokens_of(phrase))
    return {language: frozenset(words) for language, words in collected.items()}
