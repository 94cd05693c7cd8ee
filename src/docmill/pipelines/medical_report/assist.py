"""A language model helps to read a report, and the rules keep the last word.

The model sees the lines that the rules left over, or all lines as a cross-check. What it proposes must be proved by
its line. When it fails, is slow or lies, the result of the rules stands, and the report says so.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from pydantic import BaseModel

from docmill.errors import PrivacyError, ProviderError
from docmill.llm.client import LanguageModel
from docmill.llm.models import CallContext
from docmill.llm.prompts import load_prompt
from docmill.pipelines.medical_report.markers import read_markers
from docmill.pipelines.medical_report.markers.numbers import has_decimal_comma
from docmill.pipelines.medical_report.models import AnonymisedReport, Marker, NormalisedReport
from docmill.pipelines.medical_report.proposals import ProposedMarker, ProposedMarkers, proved_marker
from docmill.pipelines.medical_report.report import NO_RESULTS, build_report, normalised
from docmill.pipelines.medical_report.report_lines import ReportLine, report_lines, unread_lines
from docmill.privacy.models import Artifact
from docmill.settings import LanguageModelSettings

MOST_LINES = 100
# A disagreement says that somebody should look, not who is right.
DISPUTED = 0.7


class ReadReport(BaseModel):
    """What the rules made of a report, and what a model may look at.

    Attributes:
        report: The result of the rules.
        markers: Its markers, as they were read.
        lines: The lines that a model may see; none where no model is to be asked.
        decimal_comma: How the report writes decimals.
        artifacts: What must not leave the machine.
    """

    report: NormalisedReport
    markers: list[Marker] = []
    lines: list[ReportLine] = []
    decimal_comma: bool = False
    artifacts: list[Artifact] = []


def read_by_rules(report: AnonymisedReport, settings: LanguageModelSettings) -> ReadReport:
    """Read a report by rules, and note the lines for the model that the settings name, if any."""
    # A birth date that was replaced may be the only date that tells day from month; nothing of it gets into the result.
    births = [artifact.original for artifact in report.artifacts if artifact.type == "DATE_OF_BIRTH"]
    markers = read_markers(report.pages, further_dates=births)
    result = build_report(report.pages, markers=markers, further_dates=births, warnings=report.warnings)
    if settings.endpoint is None or settings.markers == "never":
        return ReadReport(report=result)
    lines = list(report_lines(report.pages))
    return ReadReport(
        report=result,
        markers=markers,
        lines=lines if settings.markers == "cross_check" else unread_lines(lines, markers),
        decimal_comma=has_decimal_comma(page.text for page in report.pages),
        artifacts=report.artifacts,
    )


async def assist(read: ReadReport, model: LanguageModel | None, context: CallContext) -> NormalisedReport:
    """Return the result of a report after a model has looked at it.

    Args:
        read: What the rules made of it.
        model: The model, where one is configured.
        context: On whose behalf, with the guard of the document.

    Returns:
        The result of the rules, and what the model found besides. Its method is ``rules`` where no model was asked,
        ``model`` where it was, ``fallback`` where it failed.
    """
    if model is None or not read.lines:
        return read.report
    warnings = _left_out(read.lines)
    numbered = dict(enumerate(read.lines[:MOST_LINES], 1))
    try:
        proposals = await _ask(numbered, model, context)
    except (ProviderError, PrivacyError) as error:
        warnings.append(f"The language model did not help ({error.code}); the rules alone read this report.")
        return read.report.model_copy(update={"method": "fallback", "warnings": [*read.report.warnings, *warnings]})
    markers, more = _merge(proposals, numbered, read.markers, read.decimal_comma)
    known = [told for told in read.report.warnings if told != NO_RESULTS or not markers]
    return read.report.model_copy(
        update={
            "markers": [normalised(marker) for marker in markers],
            "method": "model",
            "warnings": [*known, *warnings, *more],
        }
    )


def _left_out(lines: Sequence[ReportLine]) -> list[str]:
    surplus = len(lines) - MOST_LINES
    return [f"{surplus} lines were not shown to the language model; it reads {MOST_LINES}."] if surplus > 0 else []


async def _ask(numbered: dict[int, ReportLine], model: LanguageModel, context: CallContext) -> Sequence[ProposedMarker]:
    prompt = load_prompt(__package__, "report_lines")
    text = json.dumps([{"line": number, "text": line.text} for number, line in numbered.items()], ensure_ascii=False)
    answer = await model.ask(prompt, text, ProposedMarkers, context=context)
    return answer.value.markers


def _merge(
    proposals: Sequence[ProposedMarker],
    numbered: dict[int, ReportLine],
    markers: Sequence[Marker],
    decimal_comma: bool,
) -> tuple[list[Marker], list[str]]:
    """Put proved proposals among the markers of the rules, and tell what did not fit."""
    found: dict[tuple[object, ...], Marker] = {}
    disputed: set[int] = set()
    refused = 0
    for proposal in proposals:
        line = numbered.get(proposal.line)
        marker = proved_marker(proposal, line, decimal_comma=decimal_comma) if line else None
        if line is None or marker is None:
            refused += 1
            continue
        known = {position: other for position, other in enumerate(markers) if line.holds(other)}
        if not known:
            found[proposal.line, marker.name, marker.value] = marker
        elif not any(_same_value(other, marker) for other in known.values()):
            disputed.update(position for position, other in known.items() if _same_name(other, marker))
    rules = [_doubted(marker) if position in disputed else marker for position, marker in enumerate(markers)]
    return sorted([*rules, *found.values()], key=lambda marker: marker.page), _warnings(refused, disputed, markers)


def _same_value(one: Marker, other: Marker) -> bool:
    return (one.value, one.comparator) == (other.value, other.comparator)


def _same_name(one: Marker, other: Marker) -> bool:
    mine, theirs = one.name.casefold(), other.name.casefold()
    return mine in theirs or theirs in mine


def _doubted(marker: Marker) -> Marker:
    return marker.model_copy(update={"confidence": round(marker.confidence * DISPUTED, 3)})


def _warnings(refused: int, disputed: set[int], markers: Sequence[Marker]) -> list[str]:
    told = []
    if refused:
        told.append(f"{refused} results that the language model proposed do not stand in their lines: left out.")
    for position in sorted(disputed):
        marker = markers[position]
        told.append(f"The language model reads {marker.name} on page {marker.page} differently: check it.")
    return told
