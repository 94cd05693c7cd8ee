"""A stored answer is never paid for twice, and one question is asked by one at a time."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from pydantic import BaseModel, field_validator
from tests.local_model import PROMPT, TEXT, Reading

from docmill.errors import ProviderTimeout
from docmill.llm.models import Answer, CallContext, Prompt
from docmill.resilience.clock import Clock

JOB = UUID("01890000-0000-7000-8000-000000000001")
CHUNK = CallContext(job_id=JOB, chunk_id=1)
OTHER_CHUNK = CallContext(job_id=JOB, chunk_id=2)


def test_the_same_question_is_paid_once_whoever_asks(bench, serve) -> None:
    provider = serve()
    first = bench.ask(bench.model(provider.base_url), context=CHUNK)
    again = bench.ask(bench.model(provider.base_url), context=CallContext(job_id=uuid4(), chunk_id=9))
    assert len(provider.requests) == 1
    assert (first.cached, again.cached) == (False, True)
    assert again.value == first.value
    assert again.usage.tokens == 0


def test_another_question_is_another_answer(bench, serve) -> None:
    class Wider(Reading):
        unit: str

    provider = serve()
    model = bench.model(provider.base_url)
    bench.ask(model)
    bench.ask(model, "Glucose 5.5 mmol/L")
    bench.ask(model, prompt=Prompt("test", 2, PROMPT.text))
    bench.ask(model, shape=Wider)
    bench.ask(bench.model(provider.base_url, model="other-model"))
    assert len(provider.requests) == 5


def test_an_old_answer_is_asked_for_again(bench, serve) -> None:
    provider = serve()
    bench.ask(bench.model(provider.base_url))
    bench.time.pass_time(31 * 86_400)
    assert not bench.ask(bench.model(provider.base_url)).cached
    assert len(bench.rows("select 1 from docmill.llm_answers")) == 1


def test_old_answers_go_when_a_new_one_comes(bench, serve) -> None:
    model = bench.model(serve().base_url)
    bench.ask(model, "an old question")
    bench.time.pass_time(31 * 86_400)
    bench.ask(model, "a new question")
    assert len(bench.rows("select 1 from docmill.llm_answers")) == 1


def test_an_answer_that_fits_no_longer_is_asked_for_again(bench, serve) -> None:
    allowed = {""}

    class Picky(BaseModel):
        name: str

        @field_validator("name")
        @classmethod
        def is_allowed(cls, name: str) -> str:
            if name not in allowed:
                raise ValueError("not allowed")
            return name

    provider = serve(respond=lambda request: f'{{"name": "{next(iter(allowed))}"}}')
    bench.ask(bench.model(provider.base_url), shape=Picky)
    allowed.clear()
    allowed.add("new")
    assert bench.ask(bench.model(provider.base_url), shape=Picky).value.name == "new"
    assert len(provider.requests) == 2


def test_a_failed_question_is_not_stored(bench, serve) -> None:
    provider = serve("wrong_schema", "wrong_schema", "answer")
    with pytest.raises(Exception, match="does not fit"):
        bench.ask(bench.model(provider.base_url))
    assert bench.rows("select 1 from docmill.llm_answers") == []
    assert not bench.ask(bench.model(provider.base_url)).cached


def test_two_who_ask_at_once_pay_once(bench, serve) -> None:
    second_waits = threading.Event()

    async def sleep(seconds: float) -> None:
        second_waits.set()
        await asyncio.sleep(0)

    def respond(request: dict[str, object]) -> str:
        assert second_waits.wait(20)
        return '{"name": "Glucose", "value": 5.4}'

    provider = serve(respond=respond)

    async def both() -> list[Answer[Reading]]:
        models = [bench.model(provider.base_url, clock=Clock(sleep=sleep)) for _ in range(2)]
        answers = await asyncio.gather(*(model.ask(PROMPT, TEXT, Reading) for model in models))
        for model in models:
            await model.close()
        return answers

    answers = asyncio.run(both())
    assert len(provider.requests) == 1
    assert sorted(answer.cached for answer in answers) == [False, True]


class Asker:
    """A process that asks and then waits to be killed."""

    def __init__(self, bench, url: str, repository: Path) -> None:
        command = [sys.executable, "-m", "tests.integration.llm.asker", bench.database.conninfo, url, str(JOB), "1"]
        self.process = subprocess.Popen(command, cwd=repository, stdout=subprocess.PIPE, text=True)

    def wait_for_answer(self) -> None:
        assert self.process.stdout is not None
        assert any(line.startswith("answered") for line in self.process.stdout)

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


def test_a_kill_after_the_answer_repeats_no_paid_call(bench, serve, repository: Path) -> None:
    provider = serve()
    asker = Asker(bench, provider.base_url, repository)
    asker.wait_for_answer()
    asker.kill()
    assert bench.ask(bench.model(provider.base_url), context=CHUNK).cached
    assert len(provider.requests) == 1


def test_a_kill_in_flight_repeats_that_one_call_at_once(bench, serve, repository: Path) -> None:
    provider = serve("hang", "answer")
    asker = Asker(bench, provider.base_url, repository)
    provider.wait_for_requests(1)
    asker.kill()
    answer = bench.ask(bench.model(provider.base_url), context=CHUNK)
    assert bench.time.waits == []
    assert not answer.cached
    assert bench.ask(bench.model(provider.base_url), context=CHUNK).cached
    assert len(provider.requests) == 2
    assert bench.rows("select outcome from docmill.llm_calls order by id") == [(None,), ("answer",)]


def test_another_chunk_waits_until_the_time_of_a_dead_asker_is_up(bench, serve, repository: Path) -> None:
    provider = serve("hang", "answer")
    asker = Asker(bench, provider.base_url, repository)
    provider.wait_for_requests(1)
    asker.kill()
    with pytest.raises(ProviderTimeout):
        bench.ask(bench.model(provider.base_url, deadline_seconds=5), context=OTHER_CHUNK)
    assert not bench.ask(bench.model(provider.base_url, deadline_seconds=60), context=OTHER_CHUNK).cached
    assert len(provider.requests) == 2
