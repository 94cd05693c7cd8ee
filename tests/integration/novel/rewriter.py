"""What a well-behaved model answers to the questions of the novel pipeline: sentences split, as the rules would."""

from __future__ import annotations

import json
import re
from typing import Any

from docmill.pipelines.novel.models import NovelOptions, SourceSentence, Token
from docmill.pipelines.novel.rules import rewrite_by_rules


def question_of(request: dict[str, Any]) -> str:
    """Return the data of a question, which is its key: the instruction is the same for all."""
    return str(next(message["content"] for message in request["messages"] if message["role"] == "user"))


def rewrite(request: dict[str, Any]) -> str:
    data = json.loads(question_of(request))
    options = NovelOptions(min_words=data["min_words"], max_words=data["max_words"])
    answers = []
    for item in data["sentences"]:
        tokens = [Token(match[0], 1, match.start(), 1, match.end()) for match in re.finditer(r"\S+", item["text"])]
        source = SourceSentence(id=item["id"], tokens=tokens)
        shorts = rewrite_by_rules(source, data["language"], options)
        answers.append({"id": item["id"], "rewritten": [short.text for short in shorts]})
    return json.dumps({"sentences": answers}, ensure_ascii=False)
