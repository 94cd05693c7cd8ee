"""Reports, letters, cards and forms of many countries with marks; ``marked_layouts.txt`` has the odder forms.

A text begins with ``=== name``; ``{PERSON|Jane Roe}`` must be hidden, ``{RESULT|139 mmol/L}`` must stay,
``{OPTIONAL|Riverside Clinic}`` may be either.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from docmill.privacy.anonymisation import Anonymiser
from docmill.privacy.evaluation import GoldSpan, GoldText, ProtectedSpan, evaluate

FOLDER = Path(__file__).parent
MARK = re.compile(r"\{([A-Z_]+)\|([^}]*)\}")

pytestmark = pytest.mark.ner


def gold_texts(name: str) -> Iterator[GoldText]:
    for part in re.split(r"^=== ", (FOLDER / name).read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        name, _, marked = part.partition("\n")
        yield gold_text(name, marked)


def gold_text(name: str, marked: str) -> GoldText:
    gold = GoldText(id=name, text="")
    position = 0
    for mark in MARK.finditer(marked):
        gold.text += marked[position : mark.start()]
        start, end = len(gold.text), len(gold.text) + len(mark.group(2))
        if mark.group(1) == "RESULT":
            gold.protected.append(ProtectedSpan(start=start, end=end, kind="value"))
        else:
            optional = mark.group(1) == "OPTIONAL"
            kind = "ORGANIZATION" if optional else mark.group(1)
            gold.spans.append(GoldSpan(start=start, end=end, type=kind, opt=optional))
        gold.text += mark.group(2)
        position = mark.end()
    gold.text += marked[position:]
    return gold


@pytest.mark.parametrize(
    ("name", "least", "recall"), [("marked_reports.txt", 50, 0.98), ("marked_layouts.txt", 30, 0.94)]
)
def test_what_is_marked_is_hidden_and_results_stay(
    anonymiser: Anonymiser, name: str, least: int, recall: float
) -> None:
    texts = list(gold_texts(name))
    figures = evaluate(texts, lambda text: anonymiser.detect(text.text))
    assert len(texts) >= least
    assert figures.recall_full >= recall
    assert figures.precision >= 0.98
    assert figures.damaged_cells == 0


@pytest.mark.parametrize(("name", "recall"), [("marked_reports.txt", 0.92), ("marked_layouts.txt", 0.86)])
def test_the_rules_alone_hide_nearly_as_much(rules: Anonymiser, name: str, recall: float) -> None:
    figures = evaluate(list(gold_texts(name)), lambda text: rules.detect(text.text))
    assert figures.recall_full >= recall
    assert figures.damaged_cells == 0
