"""A language model words insights anew and adds some; what its facts do not bear out is dropped and counted.

The model sees figures and names, masked as in the result, and no rows. Who should do what, how severe an insight is and
which category it has are left to the rules.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from docmill.pipelines.insights.changes import FIGURES
from docmill.pipelines.insights.checking import CORRELATIONS, find_fault
from docmill.pipelines.insights.facts import Fact, cited
from docmill.pipelines.insights.language import spoken, vocabulary
from docmill.pipelines.insights.result_models import AnalystInsight, ChartSpec, Evidence, Recommendation

MOST_FACTS = 250
MOST_NEW = 10
MOST_SUMMARY = 3
LONGEST_TEXT = 400

_LONG = 10**8
_CATEGORIES = {
    **dict.fromkeys(CORRELATIONS, "correlation"),
    **dict.fromkeys(("rise", "fall", "slope", "variance", "pattern", "peak", "trough"), "trend"),
    **dict.fromkeys(FIGURES, "trend"),
    **dict.fromkeys(("psi", "first_mean", "last_mean"), "drift"),
    **dict.fromkeys(("outliers", "below", "above"), "outliers"),
    "missing": "missing",
    "duplicates": "duplicates",
    "frequent": "imbalance",
    "personal": "privacy",
}
_OTHER_CATEGORY = "overview"


class ProposedInsight(BaseModel):
    """What the model says about the table."""

    rephrases: str | None
    text: str
    paths: list[str]
    row_indices: list[int]
    chart_id: str | None


class ProposedSentence(BaseModel):
    """A sentence of the summary."""

    text: str
    paths: list[str]


class ProposedStatements(BaseModel):
    """What the model answers."""

    insights: list[ProposedInsight]
    summary: list[ProposedSentence]


def question_text(facts: Iterable[Fact], insights: Sequence[AnalystInsight], charts: Sequence[ChartSpec]) -> str:
    """Return the data of a question: figures and names, no rows."""
    known = vocabulary().terms.values()
    phrases = {figure: list(before) for figure, before in FIGURES.items()}
    for term in known:
        if term.meaning is not None:
            phrases.setdefault(term.meaning, []).append(term.text)
    data: dict[str, Any] = {
        "facts": [_told(fact) for fact in facts],
        "insights": [
            {"id": insight.id, "text": insight.text, "paths": list(insight.evidence.aggregates)} for insight in insights
        ],
        "charts": [
            {"id": chart.id, "columns": [spoken(name) for name in chart.metadata["columns"]]} for chart in charts
        ],
        "words": [term.text for term in known if term.meaning is None],
        "phrases": phrases,
    }
    return json.dumps(data, ensure_ascii=False)


def choose_facts(facts: Mapping[str, Fact], insights: Sequence[AnalystInsight]) -> dict[str, Fact]:
    """Return the facts that a model is told: those that insights cite, then the others in their order."""
    first = [path for insight in insights for path in insight.evidence.aggregates if path in facts]
    chosen = list(dict.fromkeys([*first, *facts]))[:MOST_FACTS]
    return {path: facts[path] for path in chosen}


def _told(fact: Fact) -> dict[str, Any]:
    value = fact.value
    if isinstance(value, str):
        value = spoken(value)
    elif isinstance(value, float) or (isinstance(value, int) and abs(value) >= _LONG):
        # Long numbers say no more than six digits do, and the outgoing guard may take them for those of an account.
        value = f"{value:.6g}" if abs(value) >= _LONG else float(f"{value:.6g}")
    told = {
        "path": fact.path,
        "figure": fact.figure,
        "value": value,
        "columns": [spoken(name) for name in fact.columns],
    }
    if fact.share:
        told["share"] = True
    if fact.periods:
        told["period"] = fact.periods[0]
    if fact.extreme:
        told["extreme"] = fact.extreme
    return told


@dataclass
class CheckedStatements:
    """The statements of a model that passed, and how many did not.

    Attributes:
        insights: All insights: those of the rules, some in other words, then new ones.
        summary: Sentences for the summary.
        dropped: Why statements were dropped, and how often.
    """

    insights: list[AnalystInsight]
    summary: list[str] = field(default_factory=list)
    dropped: dict[str, int] = field(default_factory=dict)

    def drop(self, reason: str) -> None:
        """Count a statement that was dropped."""
        self.dropped[reason] = self.dropped.get(reason, 0) + 1


def check_statements(
    proposed: ProposedStatements,
    facts: Mapping[str, Fact],
    insights: Sequence[AnalystInsight],
    charts: Sequence[ChartSpec],
) -> CheckedStatements:
    """Return what is borne out of a model's statements, among the insights of the rules.

    Args:
        proposed: What the model answered.
        facts: What it was told.
        insights: The insights of the rules.
        charts: The charts of the result.
    """
    places = {insight.id: place for place, insight in enumerate(insights)}
    checked = CheckedStatements(list(insights))
    for proposal in proposed.insights:
        fault = _find_fault(proposal, facts, insights, charts, places)
        if fault is None and proposal.rephrases is None and len(checked.insights) - len(insights) >= MOST_NEW:
            fault = "too_many"
        if fault is not None:
            checked.drop(fault)
        elif proposal.rephrases is not None:
            place = places[proposal.rephrases]
            checked.insights[place] = insights[place].model_copy(update={"text": proposal.text, "method": "model"})
        else:
            checked.insights.append(_new_insight(proposal, facts, len(checked.insights) + 1))
    for sentence in proposed.summary:
        fault = _text_fault(sentence.text, sentence.paths, facts)
        if fault is None and len(checked.summary) >= MOST_SUMMARY:
            fault = "too_many"
        if fault is not None:
            checked.drop(fault)
        else:
            checked.summary.append(sentence.text)
    return checked


def _find_fault(
    proposal: ProposedInsight,
    facts: Mapping[str, Fact],
    insights: Sequence[AnalystInsight],
    charts: Sequence[ChartSpec],
    places: Mapping[str, int],
) -> str | None:
    fault = _text_fault(proposal.text, proposal.paths, facts)
    if fault is not None:
        return fault
    about = [facts[path] for path in proposal.paths]
    if not set(proposal.row_indices) <= {row for fact in about for row in fact.rows}:
        return "rows"
    if proposal.chart_id is not None and not _shows(proposal.chart_id, about, charts):
        return "chart"
    if proposal.rephrases is None:
        return None
    if proposal.rephrases not in places:
        return "unknown_insight"
    original = insights[places[proposal.rephrases]].evidence
    return None if set(proposal.paths) <= set(original.aggregates) else "other_facts"


def _text_fault(text: str, paths: Sequence[str], facts: Mapping[str, Fact]) -> str | None:
    if len(text) > LONGEST_TEXT:
        return "too_long"
    if not paths or not set(paths) <= set(facts):
        return "unknown_facts"
    return find_fault(text, [facts[path] for path in paths])


def _shows(chart_id: str, about: Sequence[Fact], charts: Sequence[ChartSpec]) -> bool:
    """Whether a chart exists and shows all columns of the facts."""
    chart = next((chart for chart in charts if chart.id == chart_id), None)
    return chart is not None and {name for fact in about for name in fact.columns} <= set(chart.metadata["columns"])


def _new_insight(proposal: ProposedInsight, facts: Mapping[str, Fact], number: int) -> AnalystInsight:
    about = [facts[path] for path in proposal.paths]
    category = next((_CATEGORIES[fact.figure] for fact in about if fact.figure in _CATEGORIES), _OTHER_CATEGORY)
    return AnalystInsight(
        id=f"i{number}",
        text=proposal.text,
        severity="low",
        category=category,
        evidence=Evidence(
            aggregates=cited(about), row_indices=sorted(set(proposal.row_indices)), chart_id=proposal.chart_id
        ),
        recommendation=Recommendation(
            who="analyst", what="Check what follows from this for your question.", priority="low"
        ),
        method="model",
        columns=list(dict.fromkeys(name for fact in about for name in fact.columns)),
    )
