"""Endpoints that refuse or ignore parameters are asked in the way that they take."""

from __future__ import annotations

import pytest

from docmill.errors import ProviderRefused
from docmill.llm.models import Rung


@pytest.mark.parametrize(
    ("refuses", "rung", "requests"),
    [
        ((), Rung.JSON_SCHEMA, 1),
        (("json_schema",), Rung.JSON_OBJECT, 2),
        (("json_schema", "json_object"), Rung.PROMPT, 3),
        (("max_tokens",), Rung.JSON_SCHEMA, 2),
        (("temperature",), Rung.JSON_SCHEMA, 2),
        (("json_schema", "json_object", "max_tokens", "temperature"), Rung.PROMPT, 5),
    ],
)
def test_the_ladder_ends_on_what_the_endpoint_takes_and_is_remembered(
    bench, serve, refuses: tuple[str, ...], rung: Rung, requests: int
) -> None:
    provider = serve(refuses=refuses)
    model = bench.model(provider.base_url)
    answer = bench.ask(model)
    assert (answer.rung, answer.requests) == (rung, requests)
    assert bench.ask(model, "another question").requests == 1


def test_the_request_of_each_rung(bench, serve) -> None:
    provider = serve(refuses=("json_schema", "json_object"))
    bench.ask(bench.model(provider.base_url))
    first, second, third = (request.body for request in provider.requests)
    assert first["response_format"]["json_schema"]["strict"] is True
    assert first["response_format"]["json_schema"]["schema"]["additionalProperties"] is False
    assert "schema" not in first["messages"][0]["content"]
    assert second["response_format"] == {"type": "json_object"}
    assert '"properties"' in second["messages"][0]["content"]
    assert "response_format" not in third
    assert '"properties"' in third["messages"][0]["content"]


def test_a_parameter_without_alternative_is_final(bench, serve) -> None:
    provider = serve(refuses=("max_tokens", "max_completion_tokens"))
    with pytest.raises(ProviderRefused):
        bench.ask(bench.model(provider.base_url))
    assert len(provider.requests) == 2


def test_a_context_that_is_too_long_is_final_and_changes_no_dialect(bench, serve) -> None:
    provider = serve("context", "answer")
    model = bench.model(provider.base_url)
    with pytest.raises(ProviderRefused):
        bench.ask(model)
    assert bench.ask(model, "shorter").rung is Rung.JSON_SCHEMA


def test_an_endpoint_that_ignores_the_format_is_asked_one_rung_lower(bench, serve) -> None:
    provider = serve("wrong_json", "answer")
    model = bench.model(provider.base_url)
    assert bench.ask(model).rung is Rung.JSON_OBJECT


def test_the_repair_turn_shows_the_model_what_is_wrong(bench, serve) -> None:
    provider = serve("wrong_schema", "answer")
    answer = bench.ask(bench.model(provider.base_url))
    *_, bad, complaint = provider.requests[1].body["messages"]
    assert bad == {"role": "assistant", "content": '{"surprise": true}'}
    assert "name: Field required" in complaint["content"]
    assert '"properties"' in complaint["content"]
    assert answer.requests == 2
    assert answer.rung is Rung.JSON_SCHEMA
