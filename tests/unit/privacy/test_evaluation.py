"""The figures are those of the scorer: leaks, wrong masks, damaged results."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

from docmill.errors import InvalidInput
from docmill.privacy.anonymisation import Anonymiser
from docmill.privacy.evaluation import GoldText, evaluate, read_gold, read_predictions, required_by
from docmill.privacy.models import Finding

GOLD = GoldText.model_validate(
    {
        "id": "a",
        "text": "Jane Roe, 8812345, Glucose 5.6, on 2020-01-01",
        "spans": [
            {"start": 0, "end": 8, "type": "PERSON"},
            {"start": 10, "end": 17, "type": "MRN"},
            {"start": 35, "end": 45, "type": "DATE", "opt": True},
        ],
        "protected": [{"start": 19, "end": 26, "kind": "marker"}, {"start": 27, "end": 30, "kind": "value"}],
    }
)


def finding(start: int, end: int, kind: str) -> Finding:
    return Finding(start, end, kind, 1.0, "model")


def test_a_perfect_detector() -> None:
    figures = evaluate([GOLD], lambda _: [finding(0, 8, "PERSON"), finding(10, 17, "ID"), finding(35, 45, "DATE")])
    assert (figures.precision, figures.recall_full, figures.type_correct) == (1, 1, 1)
    assert (figures.leaking_documents, figures.damaged_cells, figures.damaged_documents) == (0, 0, 0)


def test_half_a_name_is_a_leak_and_a_masked_marker_is_damage() -> None:
    figures = evaluate(
        [GOLD], lambda _: [finding(0, 4, "PERSON"), finding(10, 17, "PERSON"), finding(19, 26, "PERSON")]
    )
    assert figures.recall_full == 0.5
    assert figures.recall_any == 1
    assert figures.type_correct == 0.5
    assert figures.precision == pytest.approx(2 / 3)
    assert (figures.leaking_documents, figures.damaged_cells, figures.damaged_documents) == (1, 0.5, 1)
    assert figures.types["MRN"].recall_full == 1


def test_a_detector_that_finds_nothing() -> None:
    figures = evaluate([GOLD], lambda _: [])
    assert (figures.recall_full, figures.precision, figures.leaking_documents) == (0, 0, 1)


def test_a_wrong_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text(GOLD.model_dump_json() + "\n\n" + json.dumps({"id": "b", "spans": []}) + "\n")
    with pytest.raises(InvalidInput, match="Line 3"):
        read_gold(path)


def test_safe_harbor_requires_dates_that_are_optional_elsewhere() -> None:
    text = GoldText.model_validate(
        {"id": "a", "text": "Seen 12/03/2020", "spans": [{"start": 5, "end": 15, "type": "DATE", "opt": True}]}
    )
    assert [span.opt for span in required_by("default", text).spans] == [True]
    assert [span.opt for span in required_by("safe_harbor", text).spans] == [False]


@pytest.mark.parametrize(("age", "optional"), [("89", True), ("90", False), ("104 years", False)])
def test_safe_harbor_requires_ages_above_89(age: str, optional: bool) -> None:
    span = {"start": 6, "end": 6 + len(age), "type": "AGE", "opt": True}
    text = GoldText.model_validate({"id": "a", "text": f"aged: {age}", "spans": [span]})
    assert [span.opt for span in required_by("safe_harbor", text).spans] == [optional]


def test_predictions_of_others_are_read(tmp_path: Path) -> None:
    path = tmp_path / "predictions.jsonl"
    path.write_text(json.dumps({"id": "a", "spans": [{"start": 0, "end": 8, "type": "PER"}]}) + "\n")
    assert read_predictions(path)["a"][0].end == 8


@pytest.mark.parametrize("line", ['{"id": "a"}', "[1]", "nope", '{"id": "a", "spans": [{"start": 1}]}'])
def test_a_wrong_prediction_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "predictions.jsonl"
    path.write_text(f'{{"id": "\u2028", "spans": []}}\n{line}\n', encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"Line 2 of .* is no prediction"):
        read_predictions(path)


@pytest.mark.parametrize("key", ["spans", "protected"])
@pytest.mark.parametrize(("start", "end"), [(0, 9), (5, 2)])
def test_labels_beyond_the_text_are_told(tmp_path: Path, key: str, start: int, end: int) -> None:
    path = tmp_path / "gold.jsonl"
    span = {"start": start, "end": end, "type": "PERSON", "kind": "value"}
    path.write_text(json.dumps({"id": "a", "text": "Jané Roe", key: [span]}))
    with pytest.raises(InvalidInput, match=f"Line 1 of .* is no gold line: {key} is wrong"):
        read_gold(path)


def test_predictions_beyond_the_text_are_told() -> None:
    with pytest.raises(InvalidInput, match="code points"):
        evaluate([GOLD], lambda text: [Finding(0, len(text.text) + 1, "PERSON", 1.0, "model")])


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(InvalidInput, match="is not UTF-8"):
        read_gold(path)


@pytest.mark.shared
def test_the_figures_agree_with_the_scorer(shared_data: Path, rules: Anonymiser) -> None:
    specification = importlib.util.spec_from_file_location("score", shared_data / "pii" / "score.py")
    assert specification
    assert specification.loader
    scorer = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(scorer)
    texts = read_gold(shared_data / "pii" / "dev.jsonl")[::12]
    found = {text.id: rules.detect(text.text) for text in texts}
    figures = evaluate(texts, lambda text: found[text.id])
    gold = [json.loads(line) for line in (shared_data / "pii" / "dev.jsonl").open(encoding="utf-8")][::12]
    spans = [
        {"id": name, "spans": [{"start": item.start, "end": item.end, "type": item.type} for item in items]}
        for name, items in found.items()
    ]
    expected, _ = scorer.score(gold, spans)
    assert figures.precision == pytest.approx(expected["P"])
    assert figures.recall_full == pytest.approx(expected["R_full"])
    assert figures.recall_any == pytest.approx(expected["R_any"])
    assert figures.type_correct == pytest.approx(expected["typeOK"])
    assert figures.leaking_documents == pytest.approx(expected["leakdoc"])
    assert figures.damaged_cells == pytest.approx(expected["lab"])
