"""From the text of a model to a validated answer."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydantic import ValidationError

from docmill.llm.models import AnswerT

_THINKING = re.compile(r"<think>.*?(</think>|$)", re.DOTALL)
_FENCE = re.compile(r"```(?:json)?\s*\n(.*?)```", re.DOTALL)
_SHOWN_ERRORS = 10


class UnfitAnswer(Exception):
    """The text holds no answer that fits.

    Attributes:
        is_json: Whether the text holds JSON at all.
        complaint: What is wrong, for the model's eyes only: it may repeat words of the answer.
        kinds: What is wrong, without any word of the answer.
    """

    def __init__(self, *, is_json: bool, complaint: str, kinds: str) -> None:
        super().__init__(kinds)
        self.is_json = is_json
        self.complaint = complaint
        self.kinds = kinds


def read_answer(text: str, answer: type[AnswerT]) -> AnswerT:
    """Return the answer that a model's text holds, be it bare, fenced or among prose.

    Raises:
        UnfitAnswer: No part of the text is JSON that fits.
    """
    unfit = UnfitAnswer(is_json=False, complaint="The answer is not a JSON object.", kinds="json_invalid")
    for candidate in _candidates(text):
        try:
            return answer.model_validate_json(candidate)
        except ValidationError as error:
            if error.errors()[0]["type"] != "json_invalid" and not unfit.is_json:
                unfit = _unfit(error)
    raise unfit


def _candidates(text: str) -> Iterator[str]:
    spoken = _THINKING.sub("", text).strip()
    yield spoken
    yield from (match[1] for match in _FENCE.finditer(spoken))
    first, last = spoken.find("{"), spoken.rfind("}")
    if 0 <= first < last:
        yield spoken[first : last + 1]


def _unfit(error: ValidationError) -> UnfitAnswer:
    details = error.errors(include_url=False, include_input=False, include_context=False)
    places = [f"{'.'.join(map(str, detail['loc'])) or 'the whole'}: {detail['msg']}" for detail in details]
    return UnfitAnswer(
        is_json=True,
        complaint="\n".join(places[:_SHOWN_ERRORS]),
        kinds=", ".join(sorted({detail["type"] for detail in details})),
    )
