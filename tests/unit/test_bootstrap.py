"""The wiring: every step of every pipeline finds what it asks for, here and in a child process."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from tests.quiet_database import QuietDatabase

from docmill.bootstrap import _WorkerResources, load_pipelines, step_resources
from docmill.engine.pipeline import Attempt, Pipeline, Resources, Step
from docmill.llm.client import LanguageModel
from docmill.pipelines.books.apis import BookApis
from docmill.privacy.anonymisation import Anonymiser
from docmill.settings import DocumentSettings, EngineSettings, Settings, known_names, load_settings

PIPELINES = load_pipelines(EngineSettings(pipelines=""))


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.chdir(tmp_path)
    for name in known_names():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DOCMILL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DOCMILL_PRIVACY_MODEL", "none")
    return load_settings()


def offers_of_worker(settings: Settings) -> Resources:
    return _WorkerResources(settings, QuietDatabase())()


def steps(*, cpu: bool) -> list[tuple[Pipeline, Step]]:
    return [(pipeline, step) for pipeline in PIPELINES for step in pipeline.steps if step.cpu is cpu]


def named(pair: object) -> str:
    return getattr(pair, "name", "")


@pytest.mark.parametrize(("pipeline", "step"), steps(cpu=True), ids=named)
def test_a_child_process_has_what_its_steps_ask_for(settings: Settings, pipeline: Pipeline, step: Step) -> None:
    found = step.arguments(None, step_resources(settings), pipeline.offers(None, Attempt()))
    assert set(found) == set(step.resource_types)


@pytest.mark.parametrize(("pipeline", "step"), steps(cpu=False), ids=named)
def test_a_worker_has_what_its_own_steps_ask_for(settings: Settings, pipeline: Pipeline, step: Step) -> None:
    offers = offers_of_worker(settings)
    found = step.arguments(None, offers, pipeline.offers(None, Attempt()))
    assert set(found) == set(step.resource_types)


def test_each_resource_is_made_once_and_only_when_it_is_asked_for(settings: Settings) -> None:
    offers = step_resources(settings)
    assert offers[DocumentSettings] is settings.documents
    assert offers[Anonymiser] is offers[Anonymiser]
    assert (BookApis in offers, len(offers)) == (False, len(list(offers)))


def test_without_a_key_there_is_no_model_and_with_one_there_is(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert offers_of_worker(settings)[LanguageModel | None] is None
    monkeypatch.setenv("LLM_BASE_URL", "http://localhost:11434/v1")
    model = offers_of_worker(load_settings())[LanguageModel | None]
    assert model.provider == "localhost:11434"


def test_neither_database_nor_model_travel_to_a_child(settings: Settings) -> None:
    travelled = pickle.loads(pickle.dumps(_WorkerResources(settings, QuietDatabase())))
    assert LanguageModel | None not in travelled()
    assert DocumentSettings in travelled()
