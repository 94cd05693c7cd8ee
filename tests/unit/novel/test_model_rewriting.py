"""The way down from a model's answer to the rules, step by step."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from tests.integration.novel.rewriter import question_of, rewrite
from tests.provider import Provider
from tests.quiet_database import QuietDatabase
from tests.unit.novel.building import book, sentence

from docmill.errors import ProviderError
from docmill.llm.models import CallContext, no_guard
from docmill.llm.setup import configured_model
from docmill.pipelines.novel.model_rewriting import ModelRewriting
from docmill.pipelines.novel.models import NovelOptions, Passage, RewrittenPassage
from docmill.settings import EngineSettings, LanguageModelSettings

TEXTS = [
    "Charles arriva en 1812 dans la grande maison de Rouault avec sa femme malade.",
    "Oui.",
    "Emma regardait la pluie tomber derrière les vitres de la chambre froide et sombre.",
    "Léon marchait lentement vers la gare avec une lourde valise brune sous le bras.",
]
Serve = Callable[..., Provider]


@pytest.fixture
def serve_model(serve: Serve) -> Serve:
    """Start local models that rewrite as they are told."""
    return lambda *script, **changes: serve(*script, **{"respond": rewrite, **changes})


def passage() -> Passage:
    sentences = [sentence(text, id=number, dialogue=number == 3) for number, text in enumerate(TEXTS)]
    return Passage(book=book(len(TEXTS)), first_page=1, last_page=1, sentences=sentences)


def run(
    server: Provider,
    *,
    last_attempt: bool = True,
    database: QuietDatabase | None = None,
    attempts: int = 2,
    named: str | None = None,
    **options: Any,
) -> RewrittenPassage:
    llm = LanguageModelSettings(base_url=server.base_url, requests_per_minute=0, attempt_seconds=5.0, attempts=attempts)
    engine = EngineSettings(retry_initial_delay=0.01, retry_max_delay=0.05)
    model = configured_model(llm, engine, database or QuietDatabase(), no_guard)
    assert model is not None
    model = model.named(named or model.name)

    async def ask_and_close() -> RewrittenPassage:
        try:
            chosen = NovelOptions.model_validate(options)
            return await ModelRewriting(passage(), chosen, model, CallContext(), last_attempt).rewrite()
        finally:
            await model.close()

    return asyncio.run(ask_and_close())


def asked(server: Provider) -> list[list[int]]:
    """Return the sentences that each request asked for."""
    return [[item["id"] for item in json.loads(question_of(request.body))["sentences"]] for request in server.requests]


def methods(rewritten: RewrittenPassage) -> dict[int, tuple[str, str | None]]:
    return {short.source_id: (short.method, short.reason) for short in rewritten.sentences}


def changed(change: Callable[[list[dict[str, Any]], bool], object]) -> Callable[[dict[str, Any]], str]:
    """Return a model that answers well but for a change, which is told whether one sentence is asked alone."""

    def respond(request: dict[str, Any]) -> str:
        answer = json.loads(rewrite(request))
        change(answer["sentences"], len(answer["sentences"]) == 1)
        return json.dumps(answer)

    return respond


def test_short_sentences_are_not_sent(serve_model: Serve) -> None:
    server = serve_model()
    found = run(server)
    assert asked(server) == [[0, 2, 3]]
    assert methods(found) == {0: ("model", None), 1: ("rules", None), 2: ("model", None), 3: ("model", None)}
    assert found.source_ids == [0, 1, 2, 3]
    assert (found.requests, found.fallbacks) == (1, {})
    assert found.tokens > 0


def test_another_model_of_the_endpoint_is_asked_by_name(serve_model: Serve) -> None:
    server = serve_model()
    assert run(server, named="clever-1").model == "clever-1"
    assert run(server).model == LanguageModelSettings().model
    assert [request.body["model"] for request in server.requests] == ["clever-1", LanguageModelSettings().model]


def test_dialogue_that_is_left_alone_is_not_sent(serve_model: Serve) -> None:
    server = serve_model()
    found = run(server, ignore_dialogue=True)
    assert asked(server) == [[0, 2]]
    assert [short.text for short in found.sentences if short.source_id == 3] == [TEXTS[3]]


def test_a_sentence_that_fails_a_check_is_asked_alone(serve_model: Serve) -> None:
    def drop_one(answers: list[dict[str, Any]], alone: bool) -> None:
        if not alone:
            del answers[1]

    server = serve_model(respond=changed(drop_one))
    found = run(server)
    assert asked(server) == [[0, 2, 3], [2]]
    assert methods(found)[2] == ("model", None)
    assert (found.smaller_pieces, found.fallbacks) == (1, {})


def test_what_still_fails_is_done_by_the_rules_and_says_why(serve_model: Serve) -> None:
    def change_year(answers: list[dict[str, Any]], alone: bool) -> None:
        for answer in answers:
            answer["rewritten"] = [text.replace("1812", "1912") for text in answer["rewritten"]]

    server = serve_model(respond=changed(change_year))
    found = run(server)
    assert asked(server) == [[0, 2, 3], [0]]
    assert methods(found)[0] == ("fallback", "numbers")
    assert found.fallbacks == {"numbers": 1}
    assert " ".join(short.source for short in found.sentences if short.source_id == 0) == TEXTS[0]


def test_answers_that_cannot_be_used_lead_to_smaller_pieces(serve_model: Serve) -> None:
    server = serve_model("wrong_json")
    found = run(server, attempts=1)
    pieces = list(dict.fromkeys(tuple(ids) for ids in asked(server)))
    assert pieces == [(0, 2, 3), (0,), (2, 3), (2,), (3,)]
    assert found.fallbacks == {"bad_answer": 3}
    assert found.smaller_pieces == 2


def test_a_provider_fault_is_left_to_the_next_attempt_while_there_is_one(serve_model: Serve) -> None:
    server = serve_model("status:500")
    with pytest.raises(ProviderError):
        run(server, last_attempt=False)
    found = run(server, last_attempt=True)
    assert found.fallbacks == {"provider_error": 3}
    assert len(asked(server)) == 4


def test_a_refusal_leads_to_the_rules_at_once(serve_model: Serve) -> None:
    server = serve_model("quota")
    found = run(server, last_attempt=False)
    assert found.fallbacks == {"quota_exceeded": 3}
    assert len(asked(server)) == 1


def test_an_answer_that_was_paid_is_not_asked_again(serve_model: Serve) -> None:
    server = serve_model()
    database = QuietDatabase()
    first = run(server, database=database)
    [paid] = database.told("store_answer")
    # What the database says from now on to who asks the same.
    kept = QuietDatabase(claim_question=[], stored_answer=[(paid["content"],)])
    second = run(server, database=kept)
    assert first.sentences == second.sentences
    assert (second.requests, second.cached_answers, len(server.requests)) == (0, 1, 1)
