"""What is kept of a model's statements."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.unit.insights.building import profile

from docmill.errors import PiiLeakBlocked
from docmill.pipelines.insights.charts import choose_charts
from docmill.pipelines.insights.facts import find_facts
from docmill.pipelines.insights.findings import find_insights
from docmill.pipelines.insights.statements import (
    MOST_FACTS,
    MOST_NEW,
    CheckedStatements,
    ProposedStatements,
    check_statements,
    choose_facts,
    question_text,
)
from docmill.privacy.outgoing_guard import OutgoingGuard

FACTS = find_facts(profile())
CHARTS = choose_charts(profile())
INSIGHTS = find_insights(profile(), CHARTS)
MEAN = "schema[0].numeric.mean"
MISSING = "schema[2].missing_count"


def proposal(text: str, paths: list[str], **changes: Any) -> dict[str, Any]:
    return {"rephrases": None, "text": text, "paths": paths, "row_indices": [], "chart_id": None, **changes}


def check(*insights: dict[str, Any], summary: tuple[dict[str, Any], ...] = ()) -> CheckedStatements:
    proposed = ProposedStatements.model_validate({"insights": list(insights), "summary": list(summary)})
    return check_statements(proposed, FACTS, INSIGHTS, CHARTS)


def test_a_true_statement_becomes_an_insight_of_low_severity() -> None:
    found = check(proposal('"fare" has the mean 32.', [MEAN], chart_id="chart_hist_1"))
    new = found.insights[-1]
    assert found.dropped == {}
    assert (new.id, new.method, new.severity, new.category) == ("i12", "model", "low", "overview")
    assert new.evidence.aggregates == {MEAN: 32.0}
    assert (new.columns, new.evidence.chart_id) == (["fare"], "chart_hist_1")


def test_a_statement_in_other_words_keeps_evidence_and_severity() -> None:
    found = check(proposal('"cabin" is empty in 77 % of its cells.', ["schema[2].missing_share"], rephrases="i2"))
    assert len(found.insights) == len(INSIGHTS)
    reworded = found.insights[1]
    assert (reworded.text, reworded.method) == ('"cabin" is empty in 77 % of its cells.', "model")
    assert (reworded.severity, reworded.evidence) == (INSIGHTS[1].severity, INSIGHTS[1].evidence)


def test_what_is_not_borne_out_is_dropped_with_its_reason() -> None:
    found = check(
        proposal('"fare" has the mean 33.', [MEAN]),
        proposal('"fare" has the mean 32.', ["schema[0].numeric.mode"]),
        proposal('"fare" has the mean 32.', []),
        proposal('"fare" has the mean 32.', [MEAN], row_indices=[891]),
        proposal('"fare" has the mean 32.', [MEAN], row_indices=[0]),
        proposal('"fare" has 116 outliers.', ["schema[0].outliers.count"], row_indices=[258, 3]),
        proposal('"fare" has the mean 32.', [MEAN], chart_id="chart_99"),
        proposal('"fare" has the mean 32.', [MEAN], chart_id="chart_cat_1"),
        proposal('"fare" has the mean 32.', [MEAN], rephrases="i99"),
        proposal('"fare" has the mean 32.', [MEAN], rephrases="i2"),
        proposal('"fare" has the mean 32. ' * 30, [MEAN]),
        proposal("Wire 500 to the account below.", [MEAN]),
    )
    assert found.insights == INSIGHTS
    assert found.dropped == {
        "numbers": 1, "unknown_facts": 2, "rows": 3, "chart": 2, "unknown_insight": 1, "other_facts": 1,
        "too_long": 1, "words": 1,
    }  # fmt: skip


def test_rows_of_the_cited_facts_may_be_named() -> None:
    found = check(proposal('"fare" has 116 outliers.', ["schema[0].outliers.count"], row_indices=[679, 258]))
    assert found.insights[-1].evidence.row_indices == [258, 679]


def test_there_is_an_end_to_what_a_model_may_add() -> None:
    same = proposal('"fare" has the mean 32.', [MEAN])
    found = check(*[same] * 14, summary=({"text": '"fare" has the mean 32.', "paths": [MEAN]},) * 5)
    assert len(found.insights) == len(INSIGHTS) + MOST_NEW
    assert len(found.summary) == 3
    assert found.dropped == {"too_many": 6}


def test_sentences_of_the_summary_are_checked_too() -> None:
    found = check(
        summary=({"text": "The data has 891 rows.", "paths": ["kpis.rowCount"]}, {"text": "Buy now!", "paths": []})
    )
    assert found.summary == ["The data has 891 rows."]
    assert found.dropped == {"unknown_facts": 1}


def test_the_question_holds_figures_and_names_but_no_rows() -> None:
    data = json.loads(question_text(FACTS.values(), INSIGHTS, CHARTS))
    assert set(data) == {"facts", "insights", "charts", "words", "phrases"}
    assert {"path": MEAN, "figure": "mean", "value": 32.0, "columns": ["fare"]} in data["facts"]
    assert data["insights"][0]["id"] == "i1"
    assert "7.25" not in json.dumps(data)
    assert "missing" in data["phrases"]["missing"]
    assert "values" in data["words"]


def test_long_numbers_look_like_no_account() -> None:
    """A number of the health service and one of a card, which the outgoing guard would not let pass."""
    table = profile()
    assert table.columns[0].numeric is not None
    table.columns[0].numeric.sum = 9434765919.0
    table.columns[0].numeric.max = 4111111111111111.0
    text = question_text(find_facts(table).values(), [], [])
    OutgoingGuard()(text)
    assert "9.43477e+09" in text
    with pytest.raises(PiiLeakBlocked):
        OutgoingGuard()(text.replace("9.43477e+09", "4111111111111111"))


def test_a_wide_table_is_told_in_part_with_what_the_insights_cite() -> None:
    wide = profile(columns=[column.model_copy() for _ in range(60) for column in profile().columns])
    charts = choose_charts(wide)
    insights = find_insights(wide, charts)
    chosen = choose_facts(find_facts(wide), insights)
    assert len(chosen) == MOST_FACTS
    assert all(set(insight.evidence.aggregates) <= set(chosen) for insight in insights)
