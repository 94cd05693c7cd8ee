"""What a profile warns of: cells that do not fit, readings that were a choice, personal data, estimates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from docmill.pipelines.insights.models import Issue
from docmill.pipelines.insights.profiling.figures import Subject
from docmill.pipelines.insights.profiling.kinds import DISTINCT_ERROR, Kind
from docmill.pipelines.insights.reading.cells import DIGIT_DATES

_TEXTS = ("text", "categorical", "complex")
# What a spreadsheet takes for the beginning of a formula.
_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r")
# Most texts begin with a letter, which the first comparison tells at less cost.
_FORMULA = f"{{0}} < 'A' AND ascii({{0}}) IN ({', '.join(str(ord(sign)) for sign in _BEGINNINGS)})"


def find_issues(
    subject: Subject,
    kinds: Sequence[Kind],
    personal: Mapping[str, Mapping[str, float]],
    formulas: Mapping[str, int],
) -> list[Issue]:
    """Return what the reader of the figures must know, column by column."""
    issues = [issue for kind in kinds for issue in _of_column(kind, personal.get(kind.field, {}), formulas)]
    if not subject.exact:
        message = (
            f"The table has more rows than DOCMILL_TABLE_EXACT_ROWS: quantiles are estimated, and numbers of"
            f" different values may be off by {DISTINCT_ERROR:.0%}."
        )
        issues.append(Issue(code="estimated", severity="low", message=message, count=subject.rows))
    return issues


def count_formulas(subject: Subject, kind: Kind) -> int:
    """Return how many cells of a column of texts a spreadsheet would take for formulas."""
    if kind.inferred_type not in _TEXTS or not kind.column.present:
        return 0
    if kind.counts is not None:
        return sum(count for text, count in kind.counts.items() if text.startswith(_BEGINNINGS))
    found: int = subject.ask({"n": f"count_if({_FORMULA.format(f'{kind.field}::VARCHAR')})"})["n"]
    return found


def _of_column(kind: Kind, personal: Mapping[str, float], formulas: Mapping[str, int]) -> list[Issue]:
    column, issues = kind.column, []

    def note(code: str, severity: str, message: str, count: int = 0) -> None:
        issue = {"code": code, "severity": severity, "message": message, "column": kind.name, "count": count}
        issues.append(Issue.model_validate(issue))

    if not column.present and not column.invalid:
        note("empty_column", "medium", f"Column {kind.name!r} holds nothing.")
    if column.invalid:
        message = f"Cells of column {kind.name!r} that are not {kind.inferred_type}, and take part in no figure"
        note("invalid_cells", "medium", f"{message}: {column.invalid}.", column.invalid)
    if column.plan.ambiguous and kind.inferred_type == "datetime":
        note("ambiguous_dates", "medium", f"Column {kind.name!r} {_doubt(str(column.plan.format))}", column.present)
    if column.plan.ambiguous and kind.is_numeric:
        message = f"Column {kind.name!r} does not tell the decimal mark; {column.plan.decimal!r} was taken for it."
        note("ambiguous_numbers", "medium", message, column.present)
    if column.plan.units and kind.is_numeric:
        units = ", ".join(unit or "none" for unit in column.plan.units)
        message = (
            f"Column {kind.name!r} holds numbers in different units ({units}), which its figures do not tell apart."
        )
        note("mixed_units", "medium", message, column.present)
    if alike := _alike(kind):
        message = f"Values of column {kind.name!r} that differ in blanks or capitals only, and count as different"
        note("alike_values", "low", f"{message}: {alike}.", alike)
    if count := formulas.get(kind.field):
        message = f"Cells of column {kind.name!r} that begin like formulas, and are escaped in exports: {count}."
        note("formula_cells", "low", message, count)
    if personal:
        kinds = ", ".join(sorted(personal))
        message = f"Column {kind.name!r} holds personal data ({kinds}), which is masked in texts of the result."
        note("personal_data", "high", message, round(max(personal.values()) * column.present))
    return issues


def _alike(kind: Kind) -> int:
    """Return how many values of a column of few texts are another one but for blanks and capitals."""
    if kind.inferred_type not in _TEXTS or kind.counts is None:
        return 0
    spellings = Counter(" ".join(str(text).split()).casefold() for text in kind.counts)
    return sum(count for count in spellings.values() if count > 1)


def _doubt(form: str) -> str:
    """Return what a column of dates leaves open, and how it was read."""
    if form in DIGIT_DATES:
        return "holds numbers, all of which are days of the calendar; they were read as dates."
    first = "day" if form.startswith("%d") else "month"
    return f"does not tell day from month; the {first} was read first."
