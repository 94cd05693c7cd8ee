"""From paragraphs to sentences, each with the tokens that it is made of."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from docmill.pipelines.novel.language import is_abbreviated, missing_extra
from docmill.pipelines.novel.models import Language, SourceSentence, Token, is_word, join

_QUOTE = re.compile(r"[«»“”\"]")
_DASHES = re.compile(r"[-–—―]{1,2}")
_ENDS = re.compile(r"[.!?…][\"'»”’)\]_]*$")


def split_sentences(paragraphs: Iterable[Sequence[Token]], language: Language) -> list[SourceSentence]:
    """Return the sentences of a book, numbered from 0; none crosses a paragraph, every token is in exactly one.

    Raises:
        MissingExtra: The extra ``novel`` is not installed.
    """
    found: list[SourceSentence] = []
    for paragraph in paragraphs:
        speech = False
        for tokens in _sentences_of(paragraph, language):
            marked, speech = _speaks(tokens, speech, first=tokens[0] is paragraph[0])
            found.append(SourceSentence(id=len(found), dialogue=marked, tokens=tokens))
    return found


def _sentences_of(paragraph: Sequence[Token], language: Language) -> Iterator[list[Token]]:
    waiting: list[Token] = []
    for segment in _segments(paragraph, language):
        for part in _speeches(segment, language):
            waiting.extend(part)
            # The segmenter takes the full stop of "M." or of an initial for the end of a sentence.
            if any(is_word(token.text) for token in waiting) and not is_abbreviated(part[-1].text, language):
                yield waiting
                waiting = []
    if waiting:
        yield waiting


def _speeches(segment: Sequence[Token], language: Language) -> Iterator[Sequence[Token]]:
    """Split between the sentences of a speech, which the segmenter leaves whole."""
    first = 0
    for place in range(1, len(segment)):
        before, after = segment[place - 1].text, segment[place].text
        if _ENDS.search(before) and after[:1].isupper() and not is_abbreviated(before, language):
            yield segment[first:place]
            first = place
    yield segment[first:]


def _segments(paragraph: Sequence[Token], language: Language) -> Iterator[list[Token]]:
    """Split at the boundaries that the segmenter finds, moved to the next white space."""
    try:
        from sentencex import get_sentence_boundaries
    except ImportError:
        raise missing_extra() from None
    starts = [0, *accumulate(len(token.text) + 1 for token in paragraph)]
    first = 0
    for boundary in get_sentence_boundaries(language, join(list(paragraph))):
        after = bisect_right(starts, boundary["end_index"] - 1)
        if after > first:
            yield list(paragraph[first:after])
            first = after
    if first < len(paragraph):
        yield list(paragraph[first:])


def _speaks(tokens: Sequence[Token], speech: bool, *, first: bool) -> tuple[bool, bool]:
    """Tell whether somebody speaks in a sentence, and whether that speech goes on after it."""
    if first and _DASHES.fullmatch(tokens[0].text):
        return True, True
    text = join(list(tokens))
    for mark in _QUOTE.findall(text):
        speech = mark in "«“" or (mark == '"' and not speech)
    return speech or bool(_QUOTE.search(text)), speech
