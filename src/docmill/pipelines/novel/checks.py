"""Checks of what a model made of a sentence: a model's answer is never trusted over the source."""

from __future__ import annotations

import re
from collections.abc import Sequence

from docmill.pipelines.novel.language import detect_language, grammar, lemma
from docmill.pipelines.novel.models import Language, NovelOptions, SourceSentence, count_words

_NUMBER = re.compile(r"\d+")
_WORD = re.compile(r"[^\W\d_]+")
_NAME_INSIDE = re.compile(r"(?<=[\w,;:»\"] )[A-ZÀ-Ü][^\W\d_]+")
_ENDED = re.compile(r"[.!?…][\"'»”’)\]_\s]*$")
# Control and private characters are no text, and a database holds no NUL.
_UNREADABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ue000-\uf8ff\ufffd]")
_SPEECH = re.compile(r"[«»“”\"]|^[-–—―]")

# Shares of the words with a meaning of their own; a fair paraphrase keeps more, a wrong one less.
_LEAST_KEPT = 0.6
_MOST_NEW = 0.4
_SHORTEST_MEANING = 4


def find_fault(
    source: SourceSentence, rewritten: Sequence[str], language: Language, options: NovelOptions
) -> str | None:
    """Return the name of the first check that the rewritten sentences fail, or None."""
    if not rewritten:
        return "missing"
    return _shape_fault(rewritten, options) or _content_fault(source, rewritten, language, options)


def _shape_fault(rewritten: Sequence[str], options: NovelOptions) -> str | None:
    if any(_UNREADABLE.search(text) for text in rewritten):
        return "unreadable"
    counts = [count_words(text) for text in rewritten]
    if max(counts) > options.max_words:
        return "too_long"
    if min(counts) < options.min_words:
        return "too_short"
    if not all(_ENDED.search(text.strip()) for text in rewritten):
        return "unfinished"
    if len(set(rewritten)) < len(rewritten):
        return "repeated"
    return None


def _content_fault(
    source: SourceSentence, rewritten: Sequence[str], language: Language, options: NovelOptions
) -> str | None:
    text = " ".join(rewritten)
    if sorted(set(_NUMBER.findall(text))) != sorted(set(_NUMBER.findall(source.text))):
        return "numbers"
    known = {word.casefold() for word in _WORD.findall(source.text)}
    if any(name.casefold() not in known for name in _NAME_INSIDE.findall(text)):
        return "names"
    if options.keep_formatting and _SPEECH.search(source.text) and not any(map(_SPEECH.search, rewritten)):
        return "dialogue"
    if detect_language([text]) != detect_language([source.text]) == language:
        return "language"
    before, after = _meanings(source.text, language), _meanings(text, language)
    if len(before & after) < _LEAST_KEPT * len(before):
        return "lost_words"
    if len(after - before) > _MOST_NEW * len(after):
        return "invented_words"
    return None


def _meanings(text: str, language: Language) -> set[str]:
    """Return the dictionary forms of the words that are not there for the grammar alone."""
    words = (word.casefold() for word in _WORD.findall(text))
    small = grammar(language).bound_to_next | grammar(language).clause_starts
    return {lemma(word, language) for word in words if len(word) >= _SHORTEST_MEANING and word not in small}
