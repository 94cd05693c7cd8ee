"""The quality score: what is taken off a hundred, by which rule."""

from __future__ import annotations

from docmill.pipelines.insights.models import Quality, QualityTerm

FORMULA = "score = max(0, 100 - missing - duplicates - invalid - bad_lines); 0 for a table without rows"
_MOST_POINTS = 30
_PENALTY = 10
_TOLERATED = 0.01


def quality(rows: int, columns: int, missing: int, invalid: int, duplicates: int, bad_lines: int) -> Quality:
    """Return the score of a table with its terms.

    Args:
        rows: Rows.
        columns: Columns.
        missing: Missing cells.
        invalid: Cells that do not fit the type of their column.
        duplicates: Rows that repeat an earlier one.
        bad_lines: Lines of the file that are not in the table.
    """
    if not rows or not columns:
        return Quality(score=0, formula=FORMULA)
    cells = rows * columns
    terms = [
        _proportional("missing", missing / cells),
        _over_limit("duplicates", duplicates / rows),
        _proportional("invalid", invalid / cells),
        _over_limit("bad_lines", bad_lines / (rows + bad_lines)),
    ]
    return Quality(score=max(0, 100 - sum(term.points for term in terms)), formula=FORMULA, terms=terms)


def _proportional(name: str, share: float) -> QualityTerm:
    rule = f"the whole part of {_MOST_POINTS} times the share"
    return QualityTerm(name=name, share=share, points=int(share * _MOST_POINTS), rule=rule)


def _over_limit(name: str, share: float) -> QualityTerm:
    rule = f"{_PENALTY} where the share is over {_TOLERATED:g}"
    return QualityTerm(name=name, share=share, points=_PENALTY if share > _TOLERATED else 0, rule=rule)
