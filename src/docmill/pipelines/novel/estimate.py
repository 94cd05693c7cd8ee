"""What a book will take, told before anything is paid for."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel

from docmill.llm.ledger import CHARACTERS_PER_TOKEN, Prices
from docmill.llm.prompts import load_prompt
from docmill.pipelines.novel.model_rewriting import batches, needs_model, question_text
from docmill.pipelines.novel.models import NovelOptions, Passage, count_words

# The rewritten sentences are somewhat longer than the source, and each brings its share of JSON.
_ANSWER_GROWTH = 1.3
_JSON_PER_SENTENCE = 40


class Estimate(BaseModel):
    """What a book will take.

    Attributes:
        pages: Pages of the book.
        words: Its words.
        sentences: Its sentences.
        sentences_for_model: Those that are too long and go to a language model.
        passages: Chunks of the rewriting step.
        calls: Requests to a language model, where none fails.
        prompt_tokens: Tokens that it reads.
        completion_tokens: Tokens that it writes.
        cost_usd: By the configured prices; 0 where none are.
    """

    pages: int
    words: int
    sentences: int
    sentences_for_model: int
    passages: int
    calls: int
    prompt_tokens: int
    completion_tokens: int
    cost_usd: float


def estimate(passages: Sequence[Passage], options: NovelOptions, prices: Prices) -> Estimate:
    """Return what the rewriting of a book will take; nothing is sent.

    Args:
        passages: What ``find_sentences`` returned.
        options: What the user chose.
        prices: What the model costs.
    """
    instruction = len(load_prompt("docmill.pipelines.novel", "rewrite").text)
    questions = [(batch, passage) for passage in passages for batch in batches(passage, options)]
    read = sum(instruction + len(question_text(batch, passage, options)) for batch, passage in questions)
    written = sum(
        len(sentence.text) * _ANSWER_GROWTH + _JSON_PER_SENTENCE for batch, _ in questions for sentence in batch
    )
    usage = prices.usage(read // CHARACTERS_PER_TOKEN, int(written) // CHARACTERS_PER_TOKEN)
    sentences = [sentence for passage in passages for sentence in passage.sentences]
    return Estimate(
        pages=passages[0].book.pages,
        words=sum(count_words(sentence.text) for sentence in sentences),
        sentences=len(sentences),
        sentences_for_model=sum(needs_model(sentence, options) for sentence in sentences),
        passages=len(passages),
        calls=len(questions),
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
        cost_usd=usage.cost_usd,
    )
