"""Reports, letters, cards and forms of many countries, written before the rules were looked at, with marks.

In ``marked_reports.txt`` a text begins with ``=== name``; ``{PERSON|Jane Roe}`` must be hidden, ``{RESULT|139 mmol/L}``
must stay, ``{OPTIONAL|Riverside Clinic}`` may be either.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from docmill.privacy.anonymisation import Anonymiser
from docmill.privacy.evaluation import GoldSpan, GoldText, ProtectedSpan, evaluate

MARKED = Path(__file__).parent / "marked_reports.txt"
MARK = re.compile(r"\{([A-Z_]+)\|([^}]*)\}")

pytestmark = pytest.mark.ner


def gold_texts() -> Iterator[GoldText]:
    for part in re.split(r"^=== ", MARKED.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
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


def test_what_is_marked_is_hidden_and_results_stay(anonymiser: Anonymiser) -> None:
    texts = list(gold_texts())
    figures = evaluate(texts, lambda text: anonymiser.detect(text.text))
    assert len(texts) >= 50
    assert figures.recall_full >= 0.98
    assert figures.precision >= 0.98
    assert figures.damaged_cells == 0


def test_the_rules_alone_hide_nearly_as_much(rules: Anonymiser) -> None:
    figures = evaluate(list(gold_texts()), lambda text: rules.detect(text.text))
    assert figures.recall_full >= 0.92
    assert figures.damaged_cells == 0
