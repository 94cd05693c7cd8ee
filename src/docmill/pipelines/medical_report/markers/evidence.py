"""How much speaks for a result: what has too little is not returned, the rest gets a confidence."""

from __future__ import annotations

import re
from collections.abc import Sequence

from docmill.pipelines.medical_report.markers.codes import analyte_of, code_for
from docmill.pipelines.medical_report.markers.names import is_name
from docmill.pipelines.medical_report.markers.readings import Reading
from docmill.pipelines.medical_report.markers.units import unit_of
from docmill.pipelines.medical_report.markers.words import fold, vocabulary

_ENOUGH = 2.0
_ENOUGH_ALONE = 3.0
_CERTAIN = 4.0
_LEAST_CONFIDENCE = 0.5
_SYMBOL = 2
_TITRE = re.compile(r"[<>]?=? ?1 ?: ?\d+")


def results_of(readings: Sequence[Reading]) -> list[Reading]:
    """Return the readings with a name, a value and enough that speaks for them.

    Where no known name has a result in the whole document, it may be no laboratory report: a heading for results, or
    more evidence, must speak then.
    """
    found = [reading for reading in readings if reading.value is not None and is_name(reading.name)]
    found = [reading for reading in found if evidence(reading) >= _ENOUGH]
    if any(analyte_of(reading.name) for reading in found):
        return found
    return [reading for reading in found if reading.under_result or evidence(reading) >= _ENOUGH_ALONE]


def evidence(reading: Reading) -> float:
    """Return how much speaks for a reading: name, unit, range, heading, flag and label each add to it."""
    score = _of_name(reading) + _of_value(reading)
    if reading.unit:
        score += 1.0 if unit_of(reading.unit) else 0.5
    if reading.low is not None or reading.high is not None:
        score += 1.0
    score += 0.5 if reading.flag else 0.0
    score += 0.5 if reading.labelled else 0.0
    score += 1.25 if reading.in_series else 0.0
    return score


def _of_name(reading: Reading) -> float:
    analyte = analyte_of(reading.name)
    if analyte is None:
        return 0.0
    has_no_unit = not reading.unit and code_for(reading.name, None, reading.value or 0.0, "urine").code is not None
    return (0.75 if len(reading.name) <= _SYMBOL else 1.5) + (0.5 if has_no_unit else 0.0)


def _of_value(reading: Reading) -> float:
    score = 1.0 if reading.under_result else 0.0
    score -= 1.0 if reading.beside_result else 0.0
    if isinstance(reading.value, str):
        quality = vocabulary("quality").exact(reading.value)
        score += 0.5 if quality else 0.0
        # "Rubella IgG  Positive": under the heading for results such a word needs no known name.
        score += 0.5 if reading.under_result and quality in ("negative", "positive") else 0.0
        score += 0.5 if _TITRE.fullmatch(reading.value) else 0.0
        score += 0.5 if reading.range_text else 0.0
        score += 0.5 if reading.range_text and fold(reading.range_text) == fold(reading.value) else 0.0
    elif reading.runs_on and not reading.unit:
        score -= 1.0
    return score


def confidence(reading: Reading, agrees: bool) -> float:
    """Return a confidence from 0 to 1.

    Args:
        reading: The reading.
        agrees: Whether the printed flag and the one that follows from the range say the same.
    """
    share = min(evidence(reading), _CERTAIN) / _CERTAIN
    rules = _LEAST_CONFIDENCE + (1 - _LEAST_CONFIDENCE) * share
    if not agrees:
        rules *= 0.8
    return round(rules * min(row.confidence for row in reading.rows), 3)
