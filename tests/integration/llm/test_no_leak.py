"""What must not leave does not leave, and nothing of a text stays in logs, errors or tables."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from docmill.errors import DocmillError, PiiLeakBlocked
from docmill.llm.models import CallContext
from docmill.telemetry.logs import SAFE_FIELDS

ORIGINAL = "Erika Mustermann"
CANARY = "canary-7f3a"


def refuse_original(text: str) -> None:
    if ORIGINAL in text:
        raise PiiLeakBlocked


def test_the_guard_of_the_client_stops_a_request(bench, serve) -> None:
    provider = serve()
    with pytest.raises(PiiLeakBlocked):
        bench.ask(bench.model(provider.base_url, guard=refuse_original), f"Name: {ORIGINAL}")
    assert provider.requests == []
    assert bench.rows("select 1 from docmill.llm_calls") == []
    assert bench.rows("select 1 from docmill.llm_answers") == []


def test_the_guard_of_the_document_stops_a_request(bench, serve) -> None:
    provider = serve()
    with pytest.raises(PiiLeakBlocked):
        bench.ask(bench.model(provider.base_url), f"Name: {ORIGINAL}", context=CallContext(guard=refuse_original))
    assert provider.requests == []


def test_the_guard_sees_the_repair_turn_too(bench, serve) -> None:
    provider = serve(respond=lambda request: f'{{"name": "{ORIGINAL}"}}')
    with pytest.raises(PiiLeakBlocked):
        bench.ask(bench.model(provider.base_url, guard=refuse_original))
    assert len(provider.requests) == 1


FAULTS = [
    "answer",
    "wrong_schema",
    "wrong_json",
    "html",
    "no_choices",
    "status:500",
    "status:400",
    "429:500",
    "quota",
    "drop",
    "cut_answer",
    "echo_error",
    "echo_bad",
]


@pytest.mark.parametrize("fault", FAULTS)
def test_no_content_and_no_key_in_logs_errors_and_tables(bench, serve, fault: str) -> None:
    provider = serve(fault)
    error: DocmillError | None = None
    with capture_logs() as logs:
        try:
            bench.ask(bench.model(provider.base_url), CANARY)
        except DocmillError as raised:
            error = raised
    assert CANARY in provider.requests[0].raw.decode()
    assert logs[0]["event"] == "language model called"
    assert {field for entry in logs for field in entry} - {"log_level"} <= SAFE_FIELDS
    tables = ["llm_calls", "circuit_changes", "circuit_breakers", "provider_limits"]
    stored = [bench.rows(f"select t::text from docmill.{table} t") for table in tables]
    for text in (str(logs), repr(error), str(stored)):
        assert CANARY not in text
        assert "secret-key" not in text
