"""Cells of exported tables that a spreadsheet would take for formulas."""

from __future__ import annotations

from typing import Any

# In CSV too (OWASP, "CSV Injection").
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def defused(cell: Any) -> Any:
    """Return a cell that no spreadsheet takes for a formula: text that looks like one gets an apostrophe before it."""
    if isinstance(cell, str) and cell.lstrip(" ").startswith(_FORMULA_STARTS):
        return f"'{cell}"
    return cell
