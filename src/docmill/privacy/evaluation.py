"""How good the detection is on labelled texts: what leaks, what is masked for nothing, which results are damaged.

A gold line is ``{"id", "text", "spans": [{"start", "end", "type", "opt"?}], "protected": [{"start", "end",
"kind"}]?}``. A span with ``opt`` need not be masked, and is no error if it is. Only letters and digits count, so
that a missed bracket is no leak.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, Field, ValidationError, ValidationInfo, field_validator

from docmill.errors import InvalidInput
from docmill.privacy.models import Finding

LineT = TypeVar("LineT", bound=BaseModel)

_CELLS = frozenset({"marker", "value", "unit", "range", "flag"})
_SAFE_HARBOR = frozenset({"DATE", "LOCATION", "ADDRESS", "PHONE"})
_OLD_AGE = re.compile(r"(?<!\d)(?:9\d|1[01]\d)(?!\d)")
_GROUPS = {
    **dict.fromkeys(("PERSON", "USERNAME", "TITLE"), "NAME"),
    **dict.fromkeys(("ADDRESS", "LOCATION"), "PLACE"),
    **dict.fromkeys(("DATE", "DATE_OF_BIRTH"), "DATE"),
    **dict.fromkeys(("PHONE", "EMAIL"), "CONTACT"),
    **dict.fromkeys(("URL", "IP"), "NET"),
    **dict.fromkeys(("ORGANIZATION", "NRP", "ORG_ID"), "ORG"),
    "AGE": "AGE",
}


class GoldSpan(BaseModel):
    """A labelled piece of personal data."""

    start: int = Field(ge=0)
    end: int
    type: str
    opt: bool = False


class ProtectedSpan(BaseModel):
    """A piece of a result that must stay as it is."""

    start: int = Field(ge=0)
    end: int
    kind: str


SpanT = TypeVar("SpanT", GoldSpan, ProtectedSpan)


class GoldText(BaseModel):
    """A labelled text."""

    id: str
    text: str
    spans: list[GoldSpan] = []
    protected: list[ProtectedSpan] = []

    @field_validator("spans", "protected")
    @classmethod
    def _lie_in_the_text(cls, spans: list[SpanT], info: ValidationInfo) -> list[SpanT]:
        """Refuse what begins behind its end or ends behind the text: offsets of bytes, for example."""
        length = len(info.data.get("text", ""))
        if any(not span.start <= span.end <= length for span in spans):
            raise ValueError("offsets are code points of the text")
        return spans


class PredictedText(BaseModel):
    """What another tool found in a text."""

    id: str
    spans: list[GoldSpan]


class TypeFigures(BaseModel):
    """Figures of one type: how many spans, and the share of them that is fully hidden."""

    count: int
    recall_full: float


class Figures(BaseModel):
    """What an evaluation found; shares from 0 to 1.

    Attributes:
        documents: Texts.
        required: Spans that must be masked.
        precision: Share of predicted spans that lie mostly inside gold; those inside optional gold are left out.
        recall_full: Share of required spans of which every letter and digit is masked.
        recall_any: Share of required spans that are touched at all.
        type_correct: Share of touched required spans whose best prediction is of the same group of types.
        leaking_documents: Share of texts with a required span that is not fully masked.
        damaged_cells: Share of result cells that a mask touches.
        damaged_documents: Share of texts with results in which a cell is touched.
        damaged_comments: Share of comments that a mask touches.
        types: Figures by type.
    """

    documents: int
    required: int
    precision: float
    recall_full: float
    recall_any: float
    type_correct: float
    leaking_documents: float
    damaged_cells: float
    damaged_documents: float
    damaged_comments: float
    types: dict[str, TypeFigures]


def read_gold(path: Path) -> list[GoldText]:
    """Read a file of gold lines.

    Raises:
        InvalidInput: A line is no gold line; the message names it.
    """
    return list(_read_lines(path, GoldText, "gold line"))


def read_predictions(path: Path) -> dict[str, list[Finding]]:
    """Read predictions of another tool: lines ``{"id", "spans": [{"start", "end", "type"}]}``.

    Raises:
        InvalidInput: A line holds no prediction; the message names it.
    """
    return {
        line.id: [Finding(span.start, span.end, span.type, 1.0, "model") for span in line.spans]
        for line in _read_lines(path, PredictedText, "prediction")
    }


def _read_lines(path: Path, shape: type[LineT], what: str) -> Iterator[LineT]:
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise InvalidInput(f"{path} is not UTF-8; it must hold lines of JSON.") from None
    # Only a line feed ends a line: within a text of JSON, other separators stand for themselves.
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            yield shape.model_validate_json(line)
        except ValidationError as error:
            where = ".".join(str(part) for part in error.errors()[0]["loc"])
            raise InvalidInput(f"Line {number} of {path} is no {what}: {where or 'the line'} is wrong.") from None


def required_by(policy: str, text: GoldText) -> GoldText:
    """Return a text as a policy reads it.

    For all but ``default``, dates, places, addresses, phones and ages above 89 are required.

    Args:
        policy: Name of the policy.
        text: As it was labelled.
    """
    if policy == "default":
        return text
    spans = [span.model_copy(update={"opt": span.opt and not _is_listed(span, text.text)}) for span in text.spans]
    return text.model_copy(update={"spans": spans})


def _is_listed(span: GoldSpan, text: str) -> bool:
    """Whether the Safe Harbor rule lists what is labelled."""
    return span.type in _SAFE_HARBOR or (span.type == "AGE" and bool(_OLD_AGE.search(text[span.start : span.end])))


def evaluate(gold: Iterable[GoldText], detect: Callable[[GoldText], Sequence[Finding]]) -> Figures:
    """Compare what ``detect`` finds in each text with what is labelled in it.

    Raises:
        InvalidInput: A finding ends behind its text.
    """
    counts: Counter[str] = Counter()
    types: dict[str, Counter[str]] = {}
    for text in gold:
        predicted = [finding for finding in detect(text) if finding.end > finding.start]
        if any(finding.end > len(text.text) for finding in predicted):
            raise InvalidInput(f"A prediction ends behind the text {text.id!r}: offsets are code points of the text.")
        for key, kind in _required(text, predicted):
            counts[key] += 1
            types.setdefault(kind, Counter())[key] += 1
        counts.update(_document(text, predicted))
    return _figures(counts, types)


def _required(text: GoldText, predicted: Sequence[Finding]) -> Iterator[tuple[str, str]]:
    """Yield what became of each required span, with its type."""
    for span in text.spans:
        if span.opt:
            continue
        letters = _letters(text.text, span.start, span.end)
        masked = [place for place in letters if any(item.start <= place < item.end for item in predicted)]
        yield "required", span.type
        if len(masked) == len(letters):
            yield "full", span.type
        if masked:
            yield "touched", span.type
            best = max(predicted, key=lambda item: min(item.end, span.end) - max(item.start, span.start))
            if _group(best.type) == _group(span.type):
                yield "typed", span.type


def _document(text: GoldText, predicted: Sequence[Finding]) -> Counter[str]:
    counts: Counter[str] = Counter(documents=1)
    masked = _covered(text, predicted)
    required = _covered(text, [span for span in text.spans if not span.opt])
    optional = _covered(text, [span for span in text.spans if span.opt])
    for finding in predicted:
        letters = {place for place in range(finding.start, finding.end) if text.text[place].isalnum()}
        inside, allowed = len(letters & required), len(letters & optional)
        if not letters:
            continue
        if 2 * (inside + allowed) < len(letters):
            counts["wrong"] += 1
        elif inside >= allowed:
            counts["right"] += 1
    counts["leaking"] = not required <= masked
    hit = [_is_hit(text.text, span, masked, predicted) for span in text.protected]
    cells = [touched for span, touched in zip(text.protected, hit, strict=True) if span.kind in _CELLS]
    counts.update(cells=len(cells), damaged=sum(cells), with_cells=bool(cells), damaged_documents=any(cells))
    counts.update(comments=len(hit) - len(cells), damaged_comments=sum(hit) - sum(cells))
    return counts


def _letters(text: str, start: int, end: int) -> list[int]:
    return [place for place in range(start, end) if text[place].isalnum()] or list(range(start, end))


def _covered(text: GoldText, spans: Iterable[GoldSpan | Finding]) -> set[int]:
    return {place for span in spans for place in _letters(text.text, span.start, span.end)}


def _is_hit(text: str, span: ProtectedSpan, masked: set[int], predicted: Sequence[Finding]) -> bool:
    if any(letter.isalnum() for letter in text[span.start : span.end]):
        return any(place in masked for place in range(span.start, span.end) if text[place].isalnum())
    return any(item.start < span.end and span.start < item.end for item in predicted)


def _group(kind: str) -> str:
    return _GROUPS.get(kind, "ID")


def _figures(counts: Mapping[str, int], types: Mapping[str, Counter[str]]) -> Figures:
    def share(part: str, *whole: str) -> float:
        total = sum(counts.get(name, 0) for name in whole)
        return counts.get(part, 0) / total if total else 0.0

    return Figures(
        documents=counts.get("documents", 0),
        required=counts.get("required", 0),
        precision=share("right", "right", "wrong"),
        recall_full=share("full", "required"),
        recall_any=share("touched", "required"),
        type_correct=share("typed", "touched"),
        leaking_documents=share("leaking", "documents"),
        damaged_cells=share("damaged", "cells"),
        damaged_documents=share("damaged_documents", "with_cells"),
        damaged_comments=share("damaged_comments", "comments"),
        types={
            kind: TypeFigures(count=found["required"], recall_full=found["full"] / found["required"])
            for kind, found in sorted(types.items())
        },
    )
