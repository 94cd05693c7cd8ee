"""Settings of tables: how they are read and profiled."""

from __future__ import annotations

import os

from pydantic import Field
from pydantic_settings import BaseSettings

from docmill.settings.base import CONFIG


class TableSettings(BaseSettings):
    """How tables are read and profiled, and within which limits."""

    model_config = CONFIG

    max_rows: int = Field(
        default=20_000_000,
        ge=1,
        validation_alias="DOCMILL_TABLE_MAX_ROWS",
        description="Most rows of a table.",
    )
    max_columns: int = Field(
        default=1000,
        ge=1,
        validation_alias="DOCMILL_TABLE_MAX_COLUMNS",
        description="Most columns of a table.",
    )
    max_cells: int = Field(
        default=500_000_000,
        ge=1,
        validation_alias="DOCMILL_TABLE_MAX_CELLS",
        description="Most cells of a table.",
    )
    max_unpacked_mb: int = Field(
        default=1024,
        ge=1,
        validation_alias="DOCMILL_TABLE_MAX_UNPACKED_MB",
        description="Largest size of an XLSX file when it is unpacked.",
    )
    memory_mb: int = Field(
        default=512,
        ge=128,
        validation_alias="DOCMILL_TABLE_MEMORY_MB",
        description="Memory for the rows of a table; what does not fit goes to a file.",
    )
    threads: int = Field(
        default_factory=lambda: max(1, os.cpu_count() or 1),
        ge=1,
        le=256,
        validation_alias="DOCMILL_TABLE_THREADS",
        description="Threads that compute on one table; by default one per core.",
    )
    exact_rows: int = Field(
        default=1_000_000,
        ge=1,
        validation_alias="DOCMILL_TABLE_EXACT_ROWS",
        description="Rows up to which distinct values and quantiles are exact; beyond, they are estimated.",
    )
    top_values: int = Field(
        default=8,
        ge=1,
        le=100,
        validation_alias="TOP_CATEGORY_COUNT",
        description="Most frequent values of a column that are counted.",
    )
    pdf_min_rows: int = Field(
        default=5,
        ge=2,
        validation_alias="PDF_TABLE_MIN_ROWS",
        description="Fewest rows of a table in a PDF, its header included.",
    )
    pdf_min_columns: int = Field(
        default=2,
        ge=2,
        validation_alias="PDF_TABLE_MIN_COLS",
        description="Fewest columns of a table in a PDF.",
    )
