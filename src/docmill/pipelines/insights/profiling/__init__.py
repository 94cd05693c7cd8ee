"""Profiling tables: every figure of the result is computed here."""

from __future__ import annotations

from docmill.pipelines.insights.profiling.profile import profile_table

__all__ = ["profile_table"]
