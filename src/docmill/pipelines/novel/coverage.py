"""Vocabulary coverage: which sentences of a book a learner can read, and which ones teach a list of words."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from docmill.pipelines.novel.models import Language, count_words
from docmill.pipelines.novel.vocabulary import Keys, keys_of, words_of

Mode = Literal["filter", "coverage"]

_READABLE_SENTENCES = 500


class CoverageOptions(BaseModel):
    """What is looked for.

    Attributes:
        mode: ``filter`` takes sentences whose words are known, ``coverage`` few sentences that hold each word.
        min_words: Fewest words of a sentence; of ``filter`` only.
        max_words: Most words of a sentence; of ``filter`` only.
        least_known: Least share of known words, 0 to 1; of ``filter`` only.
        limit: Most sentences; None is 500 for ``filter`` and as many as it takes for ``coverage``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    mode: Mode = "filter"
    min_words: int = Field(default=4, ge=1)
    max_words: int = Field(default=8, ge=1)
    least_known: float = Field(default=0.95, ge=0, le=1)
    limit: int | None = Field(default=None, ge=1)


class ChosenSentence(BaseModel):
    """A sentence that was chosen.

    Attributes:
        number: Its place in the book, from 0.
        text: The sentence.
        known: Share of its words that are in the list, 0 to 1.
        covers: Words of the list that no sentence before it holds; of ``coverage`` only.
    """

    number: int
    text: str
    known: float
    covers: list[str] = []


class Coverage(BaseModel):
    """What was found.

    Attributes:
        mode: As asked.
        words: Number of words in the list.
        covered: Words of the list that the chosen sentences hold.
        missing: Words of the list that the chosen sentences do not hold.
        sentences: The chosen sentences: best first.
    """

    mode: Mode
    words: int
    covered: int
    missing: list[str]
    sentences: list[ChosenSentence]


def find_coverage(
    sentences: Sequence[str], words: Sequence[str], language: Language, options: CoverageOptions
) -> Coverage:
    """Choose sentences of a book by a list of words.

    Args:
        sentences: The sentences of the book in order.
        words: The list.
        language: Language of both.
        options: What is looked for.

    Raises:
        MissingExtra: The extra ``novel`` is not installed.
    """
    index = _index(words, language)
    keys = [words_of(text, language) for text in sentences]
    known = [_share_known(members, index) for members in keys]
    if options.mode == "filter":
        chosen = _readable(sentences, known, options)
    else:
        chosen = _covering(
            sentences, known, [_listed(members, index) for members in keys], options.limit or len(sentences)
        )
    held = {word for sentence in chosen for word in _listed(keys[sentence.number], index)}
    missing = [word for word in words if word not in held]
    return Coverage(
        mode=options.mode, words=len(words), covered=len(words) - len(missing), missing=missing, sentences=chosen
    )


def _index(words: Sequence[str], language: Language) -> dict[str, set[str]]:
    """Return the words of the list by the forms under which they are found."""
    index: dict[str, set[str]] = {}
    for word in words:
        for key in keys_of(word.casefold(), language):
            index.setdefault(key, set()).add(word)
    return index


def _share_known(members: Sequence[Keys], index: dict[str, set[str]]) -> float:
    if not members:
        return 0.0
    return sum(any(key in index for key in keys) for keys in members) / len(members)


def _listed(members: Sequence[Keys], index: dict[str, set[str]]) -> set[str]:
    return {word for keys in members for key in keys for word in index.get(key, ())}


def _readable(sentences: Sequence[str], known: Sequence[float], options: CoverageOptions) -> list[ChosenSentence]:
    """Choose by the share of known words, then by length, then by place; the same text once."""
    found = [
        ChosenSentence(number=number, text=text, known=round(known[number], 4))
        for text, number in {text: number for number, text in reversed(list(enumerate(sentences)))}.items()
        if known[number] >= options.least_known and options.min_words <= count_words(text) <= options.max_words
    ]
    found.sort(key=lambda sentence: (-sentence.known, -count_words(sentence.text), sentence.number))
    return found[: options.limit or _READABLE_SENTENCES]


def _covering(
    sentences: Sequence[str], known: Sequence[float], listed: Sequence[set[str]], limit: int
) -> list[ChosenSentence]:
    """Choose greedily: always the sentence that adds most words of the list, the shortest of those.

    What a sentence adds can only shrink, so that an old count is a bound: only the top of the heap is counted again.
    """
    heap = [(-len(words), count_words(sentences[number]), number) for number, words in enumerate(listed) if words]
    heapq.heapify(heap)
    covered: set[str] = set()
    chosen: list[ChosenSentence] = []
    while heap and len(chosen) < limit:
        bound, length, number = heapq.heappop(heap)
        new = listed[number] - covered
        if not new:
            continue
        if len(new) < -bound:
            heapq.heappush(heap, (-len(new), length, number))
            continue
        covered |= new
        chosen.append(
            ChosenSentence(number=number, text=sentences[number], known=round(known[number], 4), covers=sorted(new))
        )
    return chosen
