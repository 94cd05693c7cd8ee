"""The lab guard: what is a result stays byte for byte as it is.

A result row is recognised by its form (a value with a unit, a range or a flag), so that markers which no word
list holds are kept too. Findings of layers that guess are refused where they touch a protected span; labelled
fields and checked numbers are not.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from itertools import pairwise, takewhile
from typing import NamedTuple

from docmill.privacy.fields import Label
from docmill.privacy.labels import OTHER, RESULT
from docmill.privacy.lines import Line
from docmill.privacy.measurements import Token, tokens
from docmill.privacy.models import Finding
from docmill.privacy.people import is_given_name, is_surname, is_title
from docmill.privacy.values import Span

_VALUES = frozenset({"number", "titer", "quality", "range"})
_RESULT_KINDS = frozenset({"number", "titer", "quality", "range", "unit", "flag", "term", "eponym"})
_FUNCTION_WORDS = frozenset(
    {
        *(
            "is",
            "are",
            "was",
            "were",
            "be",
            "been",
            "the",
            "of",
            "for",
            "with",
            "by",
            "in",
            "to",
            "and",
            "at",
            "from",
            "on",
            "if",
        ),
        *(
            "has",
            "have",
            "had",
            "should",
            "may",
            "please",
            "when",
            "than",
            "that",
            "this",
            "as",
            "her",
            "his",
            "your",
            "who",
        ),
        *(
            "ist",
            "sind",
            "war",
            "der",
            "die",
            "das",
            "mit",
            "fur",
            "von",
            "bei",
            "und",
            "nicht",
            "est",
            "sont",
            "les",
            "des",
        ),
        *(
            "pour",
            "avec",
            "par",
            "une",
            "es",
            "son",
            "los",
            "las",
            "con",
            "para",
            "por",
            "una",
            "sono",
            "per",
            "della",
            "jest",
        ),
        *("dla", "przy", "nie", "het", "een", "met", "voor", "van", "і", "та", "для", "при", "від"),
    }
)
_CELL_KINDS = frozenset({"number", "titer", "quality", "range", "unit", "flag"})
_DELIMITER = re.compile(r"[\t|;]|\s\s|,(?=\S)")
_MEASURING_WORDS = frozenset(
    {"was", "is", "of", "at", "=", ":", "(", "to", "level", "war", "ist", "est", "era", "es", "je", "jest"}
)
_SENTENCE_END = re.compile(r"([^\W_]{2,20}|[)\]%])\. {1,4}(?=[A-ZÀ-Þ][^\W\d_])")
# A segment of HL7 without observations, or "72M", a line of a list of patients.
_ABOUT_PEOPLE = re.compile(r"^(?!OBX)[A-Z][A-Z\d]{2}\||(?<![\w.,/-])\d{1,3}[MF](?![\w/-])")
_POST_CODE = re.compile(r"\s*\d\d-\d{3} [^\W\d_]{2}")
_LONGEST_LINK = 12
_LONGEST_MARKER = 48
_LONGEST_ROW = 220
_LOOK_AHEAD = 4
# What guesses must not touch results; what a label or a check digit proves may.
_CERTAIN_TYPES = frozenset({"EMAIL", "SSN", "CREDIT_CARD", "BANK", "URL", "DATE_OF_BIRTH", "IP", "NHS", "NATIONAL_ID"})
_CERTAIN_SCORE = 0.95


class Guard(NamedTuple):
    """What is protected.

    Attributes:
        spans: Protected spans in order, in the whole text.
        rows: Indexes of the lines that are results; nobody needs to read them for names.
    """

    spans: list[Span]
    rows: frozenset[int]

    def touches(self, start: int, end: int) -> bool:
        """Whether a span touches a protected one."""
        index = bisect_right(self.spans, (start, end)) - 1
        return any(first < end and start < last for first, last in self.spans[max(index, 0) : index + 2])

    def allows(self, finding: Finding) -> bool:
        """Whether a finding may stand."""
        if not self.touches(finding.start, finding.end):
            return True
        if finding.layer == "dictionary":
            return True
        certain = finding.layer == "pattern" and (
            finding.type in _CERTAIN_TYPES or (finding.type == "PHONE" and finding.score >= _CERTAIN_SCORE)
        )
        return certain or (finding.layer in ("structure", "propagation") and finding.score >= _CERTAIN_SCORE)


class _Row(NamedTuple):
    spans: list[Span]
    whole: bool


_PROSE = _Row([], False)


def guard(
    lines: list[Line],
    labels: list[Label],
    findings: list[Finding],
    results: Iterable[Span] = (),
    dates: Iterable[Span] = (),
) -> Guard:
    """Return what is protected in a text.

    Args:
        lines: The lines of the normalised text.
        labels: The labels in it; a line with a personal label is no result.
        findings: What labels announced; such a line is no result either.
        results: Cells that a table's header calls results.
        dates: Where dates stand, which are no results.
    """
    personal = sorted(
        [label.start for label in labels if label.kind not in (OTHER, RESULT)] + [finding.start for finding in findings]
    )
    days = sorted(dates)
    split = [_with_dates(line, list(tokens(line.folded)), days) if line.cells else [] for line in lines]
    rows = [
        _fragments(line, parts)
        if _holds(personal, line) or _ABOUT_PEOPLE.search(line.text)
        else _sentences(line, parts)
        for line, parts in zip(lines, split, strict=True)
    ]
    for index in _markers_above(lines, split, rows, personal):
        rows[index] = _Row([(0, len(lines[index].text))], True)
    found = [
        (line.start + start, line.start + end)
        for line, row in zip(lines, rows, strict=True)
        for start, end in row.spans
    ]
    spans = _merged(sorted([*found, *(span for span in results if span[1] > span[0])]))
    return Guard(spans, frozenset(index for index, row in enumerate(rows) if row.whole))


def _with_dates(line: Line, parts: list[Token], days: list[Span]) -> list[Token]:
    """Tell the parts of a written date ("12 March 2024") from values."""
    first = bisect_right(days, (line.start, 0))
    inside = [
        (start - line.start, end - line.start)
        for start, end in takewhile(lambda span: span[0] < line.end, days[max(0, first - 1) :])
    ]
    if not inside:
        return parts
    starts = [start for start, _ in inside]
    return [token._replace(kind="date") if _is_inside(token, inside, starts) else token for token in parts]


def _is_inside(token: Token, days: list[Span], starts: list[int]) -> bool:
    """Whether a token lies in one of the dates that begin at ``starts``."""
    place = bisect_left(starts, token.end) - 1
    return place >= 0 and days[place][1] > token.start


def _merged(spans: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in spans:
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def _holds(starts: list[int], line: Line) -> bool:
    index = bisect_right(starts, line.end)
    return index > 0 and starts[index - 1] >= line.start


def _sentences(line: Line, parts: list[Token]) -> _Row:
    """Judge each sentence of a line for itself: a result may stand between two of them."""
    breaks = [match.end() for match in _SENTENCE_END.finditer(line.text) if not is_title(match.group(1))]
    if not breaks:
        return _row(line, parts)
    rows: list[_Row] = []
    starts = [token.start for token in parts]
    for start, end in pairwise([0, *breaks, len(line.text) + 1]):
        sentence = parts[bisect_left(starts, start) : bisect_left(starts, end)]
        if sentence:
            rows.append(_row(line, sentence))
    return _Row([span for row in rows for span in row.spans], all(row.whole for row in rows))


def _row(line: Line, parts: list[Token]) -> _Row:
    """Return the protected spans of a line, and whether the line is nothing but a result."""
    known = [token for token in parts if token.kind != "mark"]
    if not known or len(line.text) > _LONGEST_ROW:
        return _fragments(line, parts)
    kinds = {token.kind for token in known}
    words = [token for token in known if token.kind in ("word", "eponym")]
    if not words and not kinds & {"code", "date"}:
        # Nothing but values, units, flags and terms: a cell of a table that runs down the page.
        return _Row([(known[0].start, known[-1].end)], True)
    if not _is_result(line, known, kinds, words):
        return _fragments(line, parts)
    return _protected_cells(line, known)


def _is_result(line: Line, known: list[Token], kinds: set[str], words: list[Token]) -> bool:
    functions = sum(line.folded[token.start : token.end] in _FUNCTION_WORDS for token in words)
    if functions >= 2 or (functions and line.text.rstrip().endswith(".")):
        return False
    if not kinds & _VALUES:
        return False
    measured = "titer" in kinds or _has_measure(known) or ("range" in kinds and not _is_address(line, kinds, words))
    named = _names_marker(line, known) and len(words) <= 4
    listed = len(line.cells) > 1 and _has_flag(known)
    return (measured or named or listed) and len(words) <= 2 * len(known) / 3 + 1


def _is_address(line: Line, kinds: set[str], words: list[Token]) -> bool:
    """Whether whole numbers stand among unknown words: "12234 Prairie Rose Ln   6-455 Pearl St", "80-253 Gdańsk"."""
    told = kinds & {"unit", "flag", "term", "eponym", "quality"} or re.search(r"\d[.,]\d", line.text)
    return not told and (len(words) > 1 or bool(_POST_CODE.match(line.text)))


def _has_flag(known: list[Token]) -> bool:
    """Whether a flag stands beside a value or a unit."""
    return any(
        {left.kind, right.kind} & {*_VALUES, "unit"} and "flag" in (left.kind, right.kind)
        for left, right in pairwise(known)
    )


def _names_marker(line: Line, known: list[Token]) -> bool:
    """Whether a word of laboratory medicine stands before the first value."""
    first = next(index for index, token in enumerate(known) if token.kind in _VALUES)
    # "ZU ELTZ, Ludwig / 81": what follows a comma is no eponym.
    return any(
        token.kind == "term" or (token.kind == "eponym" and not line.text[: token.start].endswith(", "))
        for token in known[:first]
    )


def _has_measure(known: list[Token]) -> bool:
    """Whether a unit follows a value, with at most flags, dates and earlier values between them."""
    valued = False
    for token in known:
        if token.kind == "unit" and valued:
            return True
        if token.kind in ("number", "quality"):
            valued = True
        elif token.kind not in ("flag", "date", "time"):
            valued = False
    return False


def _protected_cells(line: Line, known: list[Token]) -> _Row:
    """Protect a result row except what in it is neither its marker nor a part of a result."""
    first = next(index for index, token in enumerate(known) if token.kind in _VALUES or token.kind == "unit")
    last = max(index for index, token in enumerate(known) if token.kind in _RESULT_KINDS)
    spans: list[Span] = []
    odd = False
    for index, token in enumerate(known):
        if _is_foreign(line, known, index, first, last):
            odd = True
        elif spans and not line.text[spans[-1][1] : token.start].strip(" \t()[]|:;,.-–*/"):
            spans[-1] = (spans[-1][0], token.end)
        else:
            spans.append((token.start, token.end))
    return _Row(spans, not odd)


def _is_foreign(line: Line, known: list[Token], index: int, first: int, last: int) -> bool:
    """Whether a token of a result row is neither its marker nor a part of the result."""
    token = known[index]
    if token.kind == "code":
        follows = known[index + 1].kind if index + 1 < len(known) else ""
        return not (line.text[token.start : token.end].isdigit() and follows in ("unit", "range", "flag"))
    if token.kind in ("date", "time"):
        return True
    # "5,9 mmol/L – appelé au Dr Lefèvre, poste 4417": a number behind it makes no name a part of the result.
    before = known[index - 1] if index else None
    if token.kind in ("word", "eponym") and before and is_title(line.text[before.start : before.end]):
        return True
    if token.kind != "word":
        return False
    word = line.text[token.start : token.end]
    if index < first:
        return _is_name_before_marker(line, known, index, first)
    return index > last and len(word) > 3 and word[:1].isupper()


def _is_name_before_marker(line: Line, known: list[Token], index: int, first: int) -> bool:
    """Whether a word before the value belongs to a name ("Smith, John  Glucose 5.6"), not to the marker."""
    token = known[index]
    marker = max((place for place in range(first) if known[place].kind in ("term", "eponym")), default=-1)
    if index > marker and not _other_cell(line, token, known[first - 1]):
        return False
    before = [line.text[other.start : other.end] for other in known[: max(marker, index) + 1] if other.kind == "word"]
    return any(is_given_name(word) or is_title(word) for word in before)


def _other_cell(line: Line, token: Token, marker: Token) -> bool:
    between = line.text[token.end : marker.start]
    return "  " in between or "\t" in between or "|" in between


def _fragments(line: Line, parts: list[Token]) -> _Row:
    """Protect measurements inside a sentence: a number with its unit, and the marker that was measured."""
    spans: list[Span] = []
    for index, (left, right) in enumerate(pairwise(parts)):
        if left.kind in ("number", "range") and right.kind == "unit" and right.start - left.end <= 1:
            spans.extend(_marker_before(line, parts, index))
            spans.append((left.start, right.end))
    return _Row([*spans, *_result_cells(line, parts)], False)


def _result_cells(line: Line, parts: list[Token]) -> Iterator[Span]:
    """Yield the cells of a line about a person that hold nothing but a value, a unit, a range or a flag."""
    cell: list[Token] = []
    for token in [*parts, None]:
        if cell and (token is None or _DELIMITER.search(line.text, cell[-1].end, token.start)):
            telling = {item.kind for item in cell} & {"range", "unit", "flag", "quality"}
            decimal = len(cell) == 1 and "." in line.text[cell[0].start : cell[0].end]
            if all(item.kind in _CELL_KINDS for item in cell) and (telling or decimal):
                yield cell[0].start, cell[-1].end
            cell = []
        if token is not None and token.kind != "mark":
            cell.append(token)


def _marker_before(line: Line, parts: list[Token], index: int) -> list[Span]:
    """Return the unknown word that is measured in "Holotranscobalamin was 36.1 pmol/L", unless it is a name."""
    place = index - 1
    while place >= 0 and line.folded[parts[place].start : parts[place].end] in _MEASURING_WORDS:
        place -= 1
    if place < 0 or parts[place].kind not in ("word", "eponym", "term"):
        return []
    word = line.text[parts[place].start : parts[place].end]
    if is_given_name(word) or is_surname(word) or parts[index].start - parts[place].end > _LONGEST_LINK:
        return []
    return [(parts[place].start, parts[place].end)]


def _markers_above(lines: list[Line], split: list[list[Token]], rows: list[_Row], personal: list[int]) -> list[int]:
    """Return the lines that name the marker of the value on the next line."""
    found = []
    filled = [index for index, parts in enumerate(split) if parts]
    for place, index in enumerate(filled[:-1]):
        if rows[index].whole or _holds(personal, lines[index]) or not _may_be_marker(lines[index], split[index]):
            continue
        following = filled[place + 1 : place + 1 + _LOOK_AHEAD]
        value = {token.kind for token in split[following[0]] if token.kind != "mark"}
        context = {token.kind for other in following if rows[other].whole for token in split[other]}
        if rows[following[0]].whole and value & _VALUES and "term" not in value and context & {"unit", "range"}:
            found.append(index)
    return found


def _may_be_marker(line: Line, parts: list[Token]) -> bool:
    if len(line.text) > _LONGEST_MARKER or len(line.cells) > 1 or ":" in line.text:
        return False
    first = re.match(r"[^\W\d_]+\.?", line.text.strip())
    return not any(token.kind in ("code", "date") for token in parts) and not (first and is_title(first.group()))
