"""What a well-behaved model answers to the questions of the novel pipeline: each sentence in parts of equal length."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

from docmill.pipelines.novel.models import count_words, is_word
from docmill.pipelines.novel.rules import write_out


def question_of(request: dict[str, Any]) -> str:
    """Return the data of a question, which is its key: the instruction is the same for all."""
    return str(next(message["content"] for message in request["messages"] if message["role"] == "user"))


def rewrite(request: dict[str, Any]) -> str:
    data = json.loads(question_of(request))
    answers = [{"id": item["id"], "rewritten": parts_of(item["text"], data["max_words"])} for item in data["sentences"]]
    return json.dumps({"sentences": answers}, ensure_ascii=False)


def parts_of(text: str, max_words: int) -> list[str]:
    tokens = text.split()
    places = [place for place, token in enumerate(tokens) if is_word(token)]
    words = count_words(text)
    parts = -(-words // max_words)
    cuts = [0, *(places[words * part // parts] for part in range(1, parts)), len(tokens)]
    return [
        write_out(" ".join(tokens[first:last]), whole=False, keep_formatting=True) for first, last in pairwise(cuts)
    ]
