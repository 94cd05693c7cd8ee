"""Reading tables: any format in, typed columns out, in bounded memory."""

from __future__ import annotations

from docmill.pipelines.insights.reading.opening import read_table

__all__ = ["read_table"]
