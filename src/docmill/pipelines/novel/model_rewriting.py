"""Rewriting with a language model: asked in batches, checked sentence by sentence, rules where it fails.

The way down, each step of it recorded: the client's and the engine's retries, then a smaller piece (half of the
batch, a sentence alone), then the rules for that piece.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from docmill.errors import BadAnswer, CircuitOpen, ProviderError
from docmill.llm.client import LanguageModel
from docmill.llm.models import Answer, CallContext
from docmill.llm.prompts import load_prompt
from docmill.pipelines.novel.checks import find_fault
from docmill.pipelines.novel.models import (
    NovelOptions,
    Passage,
    RewrittenPassage,
    Sentence,
    SourceSentence,
    count_words,
)
from docmill.pipelines.novel.rules import rewrite_by_rules

_PACKAGE = "docmill.pipelines.novel"

# Source words of a question: long enough to spread the cost of the instruction, short enough to be answered whole.
_WORDS_PER_QUESTION = 250


class RewrittenText(BaseModel):
    """What the model made of a sentence."""

    id: int
    rewritten: list[str]


class RewrittenBatch(BaseModel):
    """What the model answers."""

    sentences: list[RewrittenText]


def needs_model(sentence: SourceSentence, options: NovelOptions) -> bool:
    """Tell whether a sentence is worth a question: short ones stay as they are."""
    if options.ignore_dialogue and sentence.dialogue:
        return False
    return count_words(sentence.text) > options.max_words


def batches(passage: Passage, options: NovelOptions) -> Iterator[list[SourceSentence]]:
    """Yield the sentences of a passage that are worth a question, as many as one question takes."""
    batch: list[SourceSentence] = []
    words = 0
    for sentence in passage.sentences:
        if not needs_model(sentence, options):
            continue
        length = count_words(sentence.text)
        if batch and words + length > _WORDS_PER_QUESTION:
            yield batch
            batch, words = [], 0
        batch.append(sentence)
        words += length
    if batch:
        yield batch


def question_text(batch: Sequence[SourceSentence], passage: Passage, options: NovelOptions) -> str:
    """Return the data of a question."""
    data: dict[str, Any] = {
        "language": passage.book.language,
        "min_words": options.min_words,
        "max_words": options.max_words,
        "before": passage.before,
        "after": passage.after,
        "sentences": [{"id": sentence.id, "text": sentence.text} for sentence in batch],
    }
    return json.dumps(data, ensure_ascii=False)


@dataclass
class ModelRewriting:
    """One passage on its way through a model.

    Attributes:
        passage: What is rewritten.
        options: What the user chose.
        model: Who is asked.
        context: On whose behalf.
        last_attempt: Nobody will try again: provider faults lead to the rules instead of a retry.
    """

    passage: Passage
    options: NovelOptions
    model: LanguageModel
    context: CallContext
    last_attempt: bool
    _texts: dict[int, list[str]] = field(default_factory=dict)
    _reasons: dict[int, str] = field(default_factory=dict)
    _answers: list[Answer[RewrittenBatch]] = field(default_factory=list)
    _splits: int = 0

    async def rewrite(self) -> RewrittenPassage:
        """Return the passage in short sentences.

        Raises:
            ProviderError: The provider failed, and the engine will try again; answers that came are kept.
        """
        for batch in batches(self.passage, self.options):
            await self._ask(batch)
        passage = self.passage
        return RewrittenPassage(
            book=passage.book,
            first_page=passage.first_page,
            last_page=passage.last_page,
            source_ids=[sentence.id for sentence in passage.sentences],
            sentences=[short for sentence in passage.sentences for short in self._written(sentence)],
            model=self.model.name,
            fallbacks=dict(Counter(self._reasons.values())),
            smaller_pieces=self._splits,
            requests=sum(answer.requests for answer in self._answers),
            cached_answers=sum(answer.cached for answer in self._answers),
            tokens=sum(answer.usage.tokens for answer in self._answers),
            cost_usd=sum(answer.usage.cost_usd for answer in self._answers),
        )

    async def _ask(self, batch: Sequence[SourceSentence]) -> None:
        text = question_text(batch, self.passage, self.options)
        prompt = load_prompt(_PACKAGE, "rewrite")
        try:
            answer = await self.model.ask(prompt, text, RewrittenBatch, context=self.context)
        except BadAnswer as error:
            await self._ask_smaller(batch, error.code)
        except ProviderError as error:
            if error.kind.retried and not isinstance(error, CircuitOpen) and not self.last_attempt:
                raise
            self._reasons.update({sentence.id: error.code for sentence in batch})
        else:
            self._answers.append(answer)
            await self._check(batch, {item.id: item.rewritten for item in answer.value.sentences})

    async def _check(self, batch: Sequence[SourceSentence], texts: dict[int, list[str]]) -> None:
        for sentence in batch:
            rewritten = [" ".join(text.split()) for text in texts.get(sentence.id, []) if text.strip()]
            fault = find_fault(sentence, rewritten, self.passage.book.language, self.options)
            if fault is None:
                self._texts[sentence.id] = rewritten
            elif len(batch) > 1:
                self._splits += 1
                await self._ask([sentence])
            else:
                self._reasons[sentence.id] = fault

    async def _ask_smaller(self, batch: Sequence[SourceSentence], reason: str) -> None:
        if len(batch) == 1:
            self._reasons[batch[0].id] = reason
            return
        self._splits += 1
        middle = len(batch) // 2
        await self._ask(batch[:middle])
        await self._ask(batch[middle:])

    def _written(self, sentence: SourceSentence) -> list[Sentence]:
        texts = self._texts.get(sentence.id)
        if texts is None:
            reason = self._reasons.get(sentence.id)
            return rewrite_by_rules(sentence, self.passage.book.language, self.options, reason=reason)
        first, last = sentence.tokens[0], sentence.tokens[-1]
        return [
            Sentence(
                text=text,
                source=sentence.text,
                source_id=sentence.id,
                page=first.page,
                start=first.start,
                end_page=last.end_page,
                end=last.end,
                dialogue=sentence.dialogue,
                method="model",
            )
            for text in texts
        ]
