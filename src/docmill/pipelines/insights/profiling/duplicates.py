"""Rows that repeat."""

from __future__ import annotations

from collections.abc import Sequence

from docmill.pipelines.insights.models import Duplicates
from docmill.pipelines.insights.profiling.figures import Subject
from docmill.pipelines.insights.profiling.kinds import Kind

_MOST_NAMED = 20


def duplicates(subject: Subject, kinds: Sequence[Kind]) -> Duplicates:
    """Return how many rows repeat an earlier one in all columns, missing cells being equal.

    Rows are compared by a hash of 64 bits: among ten million rows, two that differ are taken for equal with a
    probability of three in a million.
    """
    if any(kind.exact and kind.unique == subject.rows for kind in kinds):
        return Duplicates()
    # The texts that do not fit belong to the row, too.
    misfits = [kind.column.misfit for kind in kinds if kind.column.invalid and kind.column.misfit]
    fields = ", ".join([*(kind.field for kind in kinds), *misfits])
    count = subject.ask({"n": f"count(*) - count(DISTINCT hash({fields}))"})["n"]
    if not count:
        return Duplicates()
    hashed = f"SELECT rowid AS row, hash({fields}) AS h FROM data"
    rows = subject.rows_of(
        f"WITH hashed AS ({hashed}),"
        f" repeated AS (SELECT h, min(row) AS first FROM hashed GROUP BY h HAVING count(*) > 1)"
        f" SELECT row FROM hashed JOIN repeated USING (h) WHERE row <> first ORDER BY row LIMIT {_MOST_NAMED}"
    )
    return Duplicates(count=count, row_indices=[row for (row,) in rows])
