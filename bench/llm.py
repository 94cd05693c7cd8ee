"""What every fault of a provider costs: requests, wall time, outcome; beside the OpenAI SDK where it is installed.

``python bench/llm.py`` starts an embedded PostgreSQL and one local provider a fault. It ends with code 1
when a fault ends otherwise than the table says, or when a question takes longer than its deadline.
"""

from __future__ import annotations

import asyncio
import importlib.util
import json
import logging
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import structlog
from pydantic import BaseModel, SecretStr
from tests.provider import Provider, closed_port_url

from docmill.database import migrations
from docmill.database.connection import Database
from docmill.database.server import EmbeddedServer
from docmill.errors import DocmillError
from docmill.llm.models import Prompt, no_guard
from docmill.llm.setup import configured_model
from docmill.settings import EngineSettings, LanguageModelSettings

ATTEMPT_SECONDS, DEADLINE_SECONDS = 2.0, 5.0
# The clock of the question stops at its deadline; writing the outcome down comes on top.
ALLOWANCE_SECONDS = 0.5
PROMPT = Prompt("bench", 1, "Read the line.")
# The SDK reads an endless body until the machine has no memory left.
DEADLY = "endless body"


@dataclass(frozen=True)
class Case:
    """One fault and how it must end.

    Attributes:
        name: What happens.
        script: The provider's script; empty where nobody listens.
        requests: HTTP requests that must be made.
        outcome: ``answer`` or the code of the error.
        refuses: Parameters that the endpoint does not take.
    """

    name: str
    script: tuple[str, ...]
    requests: int
    outcome: str
    refuses: tuple[str, ...] = ()


CASES = (
    Case("good answer", ("answer",), 1, "answer"),
    Case("answer in chunks", ("chunked",), 1, "answer"),
    Case("answer in a code fence", ("fenced",), 1, "answer"),
    Case("answer among prose", ("prose",), 1, "answer"),
    Case("no json_schema", ("answer",), 2, "answer", ("json_schema",)),
    Case("no response_format at all", ("answer",), 3, "answer", ("json_schema", "json_object")),
    Case("no max_tokens, no temperature", ("answer",), 3, "answer", ("max_tokens", "temperature")),
    Case("429 once, Retry-After 1", ("429:1", "answer"), 2, "answer"),
    Case("429 once, no Retry-After", ("429", "answer"), 2, "answer"),
    Case("429, Retry-After 180", ("429:180",), 1, "rate_limited"),
    Case("quota used up", ("quota",), 1, "quota_exceeded"),
    Case("402 payment required", ("status:402",), 1, "quota_exceeded"),
    Case("400 context too long", ("context",), 1, "provider_refused"),
    Case("401 wrong key", ("status:401",), 1, "provider_refused"),
    Case("404 no such model", ("status:404",), 1, "provider_refused"),
    Case("redirect to elsewhere", ("redirect",), 1, "provider_refused"),
    Case("content filter", ("filtered",), 1, "provider_refused"),
    Case("500 once", ("status:500", "answer"), 2, "answer"),
    Case("500 always", ("status:500",), 2, "provider_error"),
    Case("503, Retry-After 1, once", ("status:503/1", "answer"), 2, "answer"),
    Case("connection refused", (), 0, "provider_unreachable"),
    Case("connection dropped", ("drop",), 2, "provider_error"),
    Case("connection reset", ("reset",), 2, "provider_error"),
    Case("body cut off", ("cut_body",), 2, "provider_error"),
    Case("silent server", ("hang",), 2, "provider_timeout"),
    Case("silent after the head", ("hang_after_head",), 2, "provider_timeout"),
    Case("one byte at a time", ("drip",), 2, "provider_timeout"),
    Case("endless body", ("huge",), 2, "bad_answer"),
    Case("HTML with 200", ("html",), 2, "bad_answer"),
    Case("error with 200", ("error_in_200",), 2, "provider_error"),
    Case("server-sent events", ("event_stream",), 2, "bad_answer"),
    Case("empty body", ("empty_body",), 2, "bad_answer"),
    Case("no choices", ("no_choices",), 2, "bad_answer"),
    Case("content null", ("null_content",), 2, "bad_answer"),
    Case("tokens spent on thinking", ("thinking",), 2, "bad_answer"),
    Case("answer cut by its limit", ("cut_answer",), 2, "bad_answer"),
    Case("answer cut once", ("cut_answer", "answer"), 2, "answer"),
    Case("wrong JSON, then repaired", ("wrong_json", "answer"), 2, "answer"),
    Case("wrong schema, then repaired", ("wrong_schema", "answer"), 2, "answer"),
    Case("wrong schema always", ("wrong_schema",), 2, "bad_answer"),
)


class Reading(BaseModel):
    name: str
    value: float


@dataclass(frozen=True)
class Result:
    """How a case ended."""

    requests: int
    seconds: float
    outcome: str


async def ask_docmill(database: Database, url: str) -> str:
    settings = LanguageModelSettings(
        base_url=url,
        api_key=SecretStr("key"),
        model="local",
        attempt_seconds=ATTEMPT_SECONDS,
        deadline_seconds=DEADLINE_SECONDS,
    )
    model = configured_model(settings, EngineSettings(), database.pool, no_guard)
    assert model is not None
    try:
        await model.ask(PROMPT, url, Reading)
    except DocmillError as error:
        return error.code
    finally:
        await model.close()
    return "answer"


async def ask_sdk(url: str) -> str:
    import openai

    async with openai.AsyncOpenAI(base_url=url, api_key="key", timeout=ATTEMPT_SECONDS) as client:
        try:
            answer: Any = await client.chat.completions.create(
                model="local",
                max_tokens=4096,
                temperature=0,
                messages=[{"role": "system", "content": PROMPT.text}, {"role": "user", "content": url}],
                response_format={
                    "type": "json_schema",
                    "json_schema": {"name": "answer", "strict": True, "schema": Reading.model_json_schema()},
                },
            )
            Reading.model_validate_json(answer.choices[0].message.content)
        except openai.OpenAIError as error:
            return type(error).__name__
        except Exception:  # noqa: BLE001 - whatever the SDK hands on as an answer
            return "unusable answer"
    return "answer"


def measure(case: Case, ask: Any) -> Result:
    with Provider(script=case.script or ("answer",), refuses=case.refuses) as provider:
        url = provider.base_url if case.script else closed_port_url()
        started = time.perf_counter()
        outcome = asyncio.run(ask(url))
        return Result(len(provider.requests), time.perf_counter() - started, outcome)


def run(database: Database, *, peer: bool) -> list[tuple[Case, Result, Result | None]]:
    rows = []
    for case in CASES:
        own = measure(case, lambda url: ask_docmill(database, url))
        other = measure(case, ask_sdk) if peer and case.name != DEADLY else None
        rows.append((case, own, other))
        text = f"{case.name:32}{own.requests:9}{own.seconds:9.2f}  {own.outcome:22}"
        if other is not None:
            text += f"{other.requests:9}{other.seconds:9.2f}  {other.outcome}"
        print(text, flush=True)
    return rows


def figures(rows: list[tuple[Case, Result, Result | None]]) -> list[dict[str, Any]]:
    others = [(case, other) for case, _, other in rows if other is not None]
    unusable = sum(own.outcome == "answer" and case.outcome != "answer" for case, own, _ in rows)
    measured: list[tuple[str, float, float | None]] = [
        (
            "longest_call_seconds",
            max(own.seconds for _, own, _ in rows),
            max((other.seconds for _, other in others), default=None),
        ),
        (
            "unusable_answers_returned",
            unusable,
            sum(other.outcome == "unusable answer" for _, other in others) if others else None,
        ),
        (
            "faults_that_ended_with_an_answer",
            sum(own.outcome == "answer" for _, own, _ in rows),
            sum(other.outcome == "answer" for _, other in others) if others else None,
        ),
    ]
    return [
        {
            "bench": "llm",
            "metric": metric,
            "docmill": round(own, 2),
            "peer": None if other is None else round(other, 2),
            "peer_name": "openai SDK" if others else None,
            "ratio": ratio(metric, own, other),
        }
        for metric, own, other in measured
    ]


def ratio(metric: str, own: float, other: float | None) -> float | None:
    """Above 1 means that docmill is better."""
    if other is None:
        return None
    better, worse = (own, other) if metric.startswith("faults") else (other, own)
    return round(better / worse, 2) if worse else None


def main() -> int:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    peer = importlib.util.find_spec("openai") is not None
    print(f"attempt {ATTEMPT_SECONDS:g} s, deadline {DEADLINE_SECONDS:g} s")
    print(f"{'fault':32}{'requests':>9}{'seconds':>9}  {'outcome':22}" + f"{'openai SDK':>20}" * peer)
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedServer(Path(folder), start_timeout=60, durable=False)
        conninfo = server.start()
        migrations.upgrade(conninfo)
        with Database(conninfo, role="bench", server=server) as database:
            rows = run(database, peer=peer)
    wrong = [
        case.name
        for case, own, _ in rows
        if (own.requests, own.outcome) != (case.requests, case.outcome)
        or own.seconds > DEADLINE_SECONDS + ALLOWANCE_SECONDS
    ]
    print(f"{len(rows) - len(wrong)} of {len(rows)} as documented" + (f"; not: {', '.join(wrong)}" if wrong else ""))
    for figure in figures(rows):
        print(json.dumps(figure))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
