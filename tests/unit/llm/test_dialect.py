"""What an endpoint's refusal says about the parameters that it takes."""

from __future__ import annotations

import pytest

from docmill.llm.dialect import Dialect, refused_parameter
from docmill.llm.models import Rung

# The wording of real endpoints: OpenAI, DeepSeek, Groq, vLLM, llama.cpp, Azure, Mistral.
REFUSALS = [
    ("Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
     "length_limit"),
    ("Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) value is supported.",
     "temperature"),
    ("This response_format type is unavailable now", "response_format"),
    ("Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.",
     "response_format"),
    ("Invalid schema for response_format 'answer': In context=(), 'minimum' is not permitted.", "response_format"),
    ("failed to parse grammar", "response_format"),
    ("This model does not support structured outputs", "response_format"),
    ("This model's maximum context length is 8192 tokens. However, you requested 9000 tokens.", None),
    ("'max_tokens' is too large: 99999. This model supports at most 16384 completion tokens.", None),
    ("Invalid model name", None),
    ("", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "parameter"), REFUSALS)
def test_a_refusal_names_its_parameter(text: str, parameter: str | None) -> None:
    assert refused_parameter(text) == parameter


def test_the_ladder_goes_down_to_the_prompt_and_ends() -> None:
    schema = Dialect()
    json_object = schema.without("response_format")
    assert json_object is not None
    assert json_object.rung is Rung.JSON_OBJECT
    prompt = json_object.without("response_format")
    assert prompt is not None
    assert prompt.rung is Rung.PROMPT
    assert prompt.without("response_format") is None
    assert prompt.one_rung_down() == prompt


def test_other_parameters_have_one_alternative() -> None:
    adapted = Dialect().without("length_limit")
    assert adapted == Dialect(limit_parameter="max_completion_tokens")
    assert adapted.without("length_limit") is None
    cooler = Dialect().without("temperature")
    assert cooler == Dialect(temperature=False)
    assert cooler.without("temperature") is None
