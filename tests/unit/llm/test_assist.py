"""The model helps to read a report; the rules keep the last word."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from docmill.engine.pipeline import Attempt
from docmill.pipelines.medical_report.assist import MOST_LINES, ReadReport
from docmill.pipelines.medical_report.markers.text_pages import pages_from_text
from docmill.pipelines.medical_report.models import AnonymisedReport, NormalisedReport
from docmill.pipelines.medical_report.report import NO_RESULTS, build_report
from docmill.pipelines.medical_report.steps import normalise, read_results
from docmill.privacy.models import Artifact
from docmill.settings import LanguageModelSettings

TEXT = """Glucose 5.4 mmol/L 3.9 - 5.6
Ferritin came back as 18 ng/ml this time
Seen by [PERSON_1] on 22.11.2024
"""
FERRITIN = "Ferritin came back as 18 ng/ml this time"


def proposal(line: int, name: str, value: str, unit: str | None = None) -> dict[str, Any]:
    return {"line": line, "name": name, "value": value, "unit": unit, "reference_range": None, "flag": None}


def answering(*proposals: dict[str, Any]) -> Callable[[dict[str, Any]], str]:
    return lambda request: json.dumps({"markers": proposals})


@pytest.fixture
def read(bench) -> Callable[..., NormalisedReport]:
    """Read a text by rules and then with a model, as the two last steps of the pipeline do."""

    def run(
        url: str, *, text: str = TEXT, scope: str = "leftover", artifacts: list[Artifact] | None = None, **changes: Any
    ) -> NormalisedReport:
        settings = LanguageModelSettings(base_url=url, markers=scope)
        report = AnonymisedReport(pages=pages_from_text(text), artifacts=artifacts or [])
        handed_on = ReadReport.model_validate_json(read_results(report, settings).model_dump_json())

        async def normalised() -> NormalisedReport:
            model = bench.model(url, **changes)
            try:
                return await normalise(handed_on, Attempt(), model)
            finally:
                await model.close()

        return asyncio.run(normalised())

    return run


def by_rules(text: str = TEXT) -> NormalisedReport:
    return build_report(pages_from_text(text))


def sent_lines(provider) -> list[str]:
    return [entry["text"] for entry in json.loads(provider.requests[0].body["messages"][1]["content"])]


def test_only_lines_that_the_rules_left_over_are_sent(serve, read) -> None:
    provider = serve(respond=answering(proposal(1, "Ferritin", "18", "ng/ml")))
    result = read(provider.base_url)
    assert sent_lines(provider) == [FERRITIN]
    rules, model = result.markers
    assert [rules] == by_rules().markers
    assert (model.name, model.value.number, model.value.unit, model.ucum) == ("Ferritin", 18, "ng/ml", "ng/mL")
    assert (model.method, model.source, model.page) == ("model", FERRITIN, 1)
    assert (result.method, result.warnings) == ("model", [])


def test_nothing_left_over_means_that_nothing_is_sent(serve, read) -> None:
    provider = serve()
    assert read(provider.base_url, text="Glucose 5.4 mmol/L 3.9 - 5.6").method == "rules"
    assert provider.requests == []


def test_never_means_never(serve, read) -> None:
    provider = serve()
    assert read(provider.base_url, scope="never") == by_rules()
    assert provider.requests == []


def test_without_a_model_nothing_is_kept_for_it() -> None:
    report = AnonymisedReport(pages=pages_from_text(TEXT), artifacts=[artifact("Erika Mustermann")])
    handed_on = read_results(report, LanguageModelSettings(use="never"))
    assert (handed_on.lines, handed_on.artifacts) == ([], [])
    assert asyncio.run(normalise(handed_on, Attempt(), None)) == by_rules()


LIES = {
    "a value of its own": proposal(1, "Ferritin", "19", "ng/ml"),
    "a unit of its own": proposal(1, "Ferritin", "18", "mg/ml"),
    "a line that was not given": proposal(7, "Ferritin", "18", "ng/ml"),
    "a result of another line": proposal(1, "Glucose", "5.4", "mmol/L"),
    "half of a number": proposal(1, "Ferritin", "8", "ng/ml"),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_is_left_out_and_told(serve, read, lie: str) -> None:
    result = read(serve(respond=answering(LIES[lie])).base_url)
    assert result.markers == by_rules().markers
    assert result.warnings == ["1 results that the language model proposed do not stand in their lines: left out."]


def test_invented_values_never_reach_the_result(serve, read) -> None:
    for seed in range(5):
        result = read(serve("invented", seed=seed).base_url, text=f"{TEXT}Number {seed} of 9\n")
        assert result.markers == by_rules().markers


FAILURES = {
    "status:500": "provider_error",
    "quota": "quota_exceeded",
    "wrong_schema": "bad_answer",
    "html": "bad_answer",
    "429:500": "rate_limited",
    "filtered": "provider_refused",
}


@pytest.mark.parametrize("fault", FAILURES)
def test_the_rules_stand_when_the_model_fails(serve, read, fault: str) -> None:
    result = read(serve(fault).base_url)
    assert result.markers == by_rules().markers
    assert result.method == "fallback"
    assert FAILURES[fault] in result.warnings[0]


def test_the_rules_stand_when_the_model_is_slow(serve, read) -> None:
    result = read(serve("hang").base_url, attempts=1, attempt_seconds=0.3)
    assert (result.markers, result.method) == (by_rules().markers, "fallback")
    assert "provider_timeout" in result.warnings[0]


def artifact(original: str) -> Artifact:
    return Artifact(
        type="PERSON",
        original=original,
        replacement="[PERSON_1]",
        page=1,
        start=0,
        end=len(original),
        output_start=0,
        output_end=10,
        layer="structure",
        score=1.0,
    )


def test_a_line_with_a_known_original_is_not_sent(serve, read) -> None:
    provider = serve()
    text = f"{TEXT}Sample 7 of Mustermann\n"
    result = read(provider.base_url, text=text, artifacts=[artifact("Erika Mustermann")])
    assert (result.markers, result.method) == (by_rules(text).markers, "fallback")
    assert "pii_leak_blocked" in result.warnings[0]
    assert provider.requests == []


def test_a_cross_check_marks_what_is_read_differently_and_changes_no_value(serve, read) -> None:
    provider = serve(respond=answering(proposal(1, "Glucose", "3.9", "mmol/L")))
    result = read(provider.base_url, scope="cross_check")
    assert sent_lines(provider) == ["Glucose 5.4 mmol/L 3.9 - 5.6", FERRITIN]
    [marker] = result.markers
    [rules] = by_rules().markers
    assert (marker.value, marker.method) == (rules.value, "rules")
    assert marker.confidence < rules.confidence
    assert result.warnings == ["The language model reads Glucose on page 1 differently: check it."]


def test_a_cross_check_that_agrees_changes_nothing(serve, read) -> None:
    answer = answering(proposal(1, "Glucose", "5.4", "mmol/L"), proposal(2, "Ferritin", "18", "ng/ml"))
    result = read(serve(respond=answer).base_url, scope="cross_check")
    assert [result.markers[0]] == by_rules().markers
    assert [marker.method for marker in result.markers] == ["rules", "model"]
    assert result.warnings == []


def test_the_same_proposal_twice_is_one_marker(serve, read) -> None:
    twice = [proposal(1, "Ferritin", "18", "ng/ml")] * 2
    assert len(read(serve(respond=answering(*twice)).base_url).markers) == 2


def test_what_the_model_finds_takes_back_that_nothing_was_found(serve, read) -> None:
    assert by_rules(FERRITIN).warnings == [NO_RESULTS]
    answer = answering(proposal(1, "Ferritin", "18", "ng/ml"))
    assert read(serve(respond=answer).base_url, text=FERRITIN).warnings == []


def test_a_long_report_is_cut_and_says_so(serve, read) -> None:
    provider = serve(respond=answering())
    text = "\n".join(f"Remark {number} of the laboratory" for number in range(MOST_LINES + 7))
    result = read(provider.base_url, text=text)
    assert len(sent_lines(provider)) == MOST_LINES
    assert f"7 lines were not shown to the language model; it reads {MOST_LINES}." in result.warnings
