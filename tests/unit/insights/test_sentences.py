"""True sentences as models write them mostly pass; no false one does."""

from __future__ import annotations

import calendar
import re
from pathlib import Path

import pytest
import vega_datasets
from tests.unit.insights import sentences_on_changes as on_changes
from tests.unit.insights.sentences import FALSE, TRUE
from tests.unit.insights.tables import profile, written

from docmill.pipelines.insights.checking import find_fault
from docmill.pipelines.insights.facts import Fact, find_facts

_NUMBER = re.compile(r"(?<![\w.,-])-?\d[\d,]*(?:\.\d+)?(?![\w,.-]*\d)")

_MONTHS = calendar.month_name[1:]
_MONTH = re.compile("|".join(_MONTHS))


@pytest.fixture(scope="module")
def facts() -> list[Fact]:
    return list(find_facts(profile(Path(vega_datasets.__file__).parent / "_data" / "seattle-weather.csv")).values())


@pytest.fixture(scope="module")
def sales(tmp_path_factory: pytest.TempPathFactory) -> list[Fact]:
    path = written(tmp_path_factory.mktemp("sales"), on_changes.SALES)
    return list(find_facts(profile(path)).values())


def test_most_true_sentences_on_changes_pass(sales: list[Fact]) -> None:
    passed = [text for text in on_changes.TRUE if find_fault(text, sales) is None]
    assert len(on_changes.TRUE) == 40
    assert len(passed) >= 35


def test_no_false_sentence_on_changes_passes(sales: list[Fact]) -> None:
    assert len(on_changes.FALSE) == 40
    assert [text for text in on_changes.FALSE if find_fault(text, sales) is None] == []


def test_most_true_sentences_pass(facts: list[Fact]) -> None:
    passed = [text for text in TRUE if find_fault(text, facts) is None]
    assert len(TRUE) == 40
    assert len(passed) >= 35


def test_no_false_sentence_passes(facts: list[Fact]) -> None:
    assert len(FALSE) == 40
    assert [text for text in FALSE if find_fault(text, facts) is None] == []


def test_no_other_number_passes(facts: list[Fact], sales: list[Fact]) -> None:
    """Each number of a true sentence, in turn, is replaced by one that is a tenth and one more."""
    changed = 0
    told = [*((text, facts) for text in TRUE), *((text, sales) for text in on_changes.TRUE)]
    for text, facts in told:
        if find_fault(text, facts) is not None:
            continue
        for found in _NUMBER.finditer(text):
            other = float(found[0].replace(",", "")) * 1.1 + 1
            wrong = f"{text[: found.start()]}{other:.2f}{text[found.end() :]}"
            assert find_fault(wrong, facts) is not None, wrong
            changed += 1
    assert changed > 100


def test_no_other_month_passes(sales: list[Fact]) -> None:
    """Each month of a true sentence, in turn, is replaced by each other one; what only rose may hold by chance."""
    changed = 0
    for text in on_changes.TRUE:
        for found in _MONTH.finditer(text) if _NUMBER.search(text) else ():
            for other in set(_MONTHS) - {found[0]}:
                wrong = f"{text[: found.start()]}{other}{text[found.end() :]}"
                assert find_fault(wrong, sales) is not None, wrong
                changed += 1
    assert changed > 500
