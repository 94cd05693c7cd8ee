"""Rewriting by rules: long sentences are split where their clauses meet, short ones kept; no word is lost or added."""

from __future__ import annotations

import re

from docmill.pipelines.novel.clauses import Piece, split_clauses
from docmill.pipelines.novel.models import (
    Language,
    NovelOptions,
    Passage,
    RewrittenPassage,
    Sentence,
    SourceSentence,
    join,
)

_DANGLING = re.compile(r"\s*[,;:–—-][\s,;:–—-]*?(?P<closing>[\"'»”’)\]_\s]*)$")
_ENDED = re.compile(r"[.!?…][\"'»”’)\]_\s]*$")
_CLOSING = re.compile(r"[\"'»”’)\]_\s]*$")
_OPENING = re.compile(r"[\W_]+")
_MARKS = re.compile(r"[«»“”\"_]|^\s*[-–—―]{1,2}(?=\s|\w)|(?<=\s)[-–—―]{1,2}(?=\s|$)")


def rewrite_passage(passage: Passage, options: NovelOptions) -> RewrittenPassage:
    """Return a passage in short sentences."""
    language = passage.book.language
    return RewrittenPassage(
        book=passage.book,
        first_page=passage.first_page,
        last_page=passage.last_page,
        source_ids=[sentence.id for sentence in passage.sentences],
        sentences=[short for sentence in passage.sentences for short in rewrite_by_rules(sentence, language, options)],
    )


def rewrite_by_rules(
    sentence: SourceSentence, language: Language, options: NovelOptions, *, reason: str | None = None
) -> list[Sentence]:
    """Return the sentences that the rules make of one sentence of the book.

    Args:
        sentence: The sentence.
        language: Its language.
        options: What the user chose.
        reason: Why a model did not do it; None where none was to.
    """
    if options.ignore_dialogue and sentence.dialogue:
        pieces = [Piece(sentence.tokens)]
    else:
        pieces = split_clauses(sentence, language, options)
    return [_sentence(sentence, piece, options, reason) for piece in pieces]


def _sentence(sentence: SourceSentence, piece: Piece, options: NovelOptions, reason: str | None) -> Sentence:
    tokens = list(piece.tokens)
    whole = len(tokens) == len(sentence.tokens)
    return Sentence(
        text=write_out(_completed(piece), whole=whole, keep_formatting=options.keep_formatting),
        source=join(tokens),
        added=piece.completion.words if piece.completion else None,
        source_id=sentence.id,
        page=tokens[0].page,
        start=tokens[0].start,
        end_page=tokens[-1].end_page,
        end=tokens[-1].end,
        dialogue=sentence.dialogue,
        method="rules" if reason is None else "fallback",
        reason=reason,
    )


def _completed(piece: Piece) -> str:
    """Return the piece with what makes a sentence of it, after the marks that open its first word."""
    if piece.completion is None:
        return join(list(piece.tokens))
    words, place, _ = piece.completion
    texts = [token.text for token in piece.tokens]
    marks = _OPENING.match(texts[place])
    end = marks.end() if marks else 0
    # What began the sentence of the book stands inside now, and it is a small word, never a name.
    texts[place] = f"{texts[place][:end]}{words} {texts[place][end].lower()}{texts[place][end + 1 :]}"
    return " ".join(texts)


def write_out(text: str, *, whole: bool, keep_formatting: bool) -> str:
    """Write a piece of a sentence as a sentence: a capital first, a full stop last.

    Args:
        text: The piece.
        whole: It is the whole sentence: headings and cries stay as they are.
        keep_formatting: Keep quotation marks, dialogue dashes and marks of emphasis.
    """
    if not keep_formatting:
        text = " ".join(_MARKS.sub(" ", text).split())
    if whole:
        return text
    text = _DANGLING.sub(lambda match: match["closing"], text)
    if not _ENDED.search(text):
        closing = _CLOSING.search(text)
        end = closing.start() if closing else len(text)
        text = f"{text[:end]}.{text[end:]}"
    return _with_capital(text)


def _with_capital(text: str) -> str:
    for place, character in enumerate(text):
        if character.isalpha():
            return f"{text[:place]}{character.upper()}{text[place + 1 :]}"
        if character.isdigit():
            break
    return text
