"""The insights pipeline with a halt in the middle of a parse; a module, because child processes import it."""

from __future__ import annotations

import os
import signal

from docmill.engine.pipeline import Document, Pipeline, Step
from docmill.pipelines.insights.models import TableProfile
from docmill.pipelines.insights.profiling import profile_table
from docmill.pipelines.insights.publication import save_result
from docmill.pipelines.insights.reading import read_table
from docmill.pipelines.insights.steps import InsightsOptions, analyse, word
from docmill.settings import DocumentSettings, TableSettings


def parse_and_halt(
    document: Document, options: InsightsOptions, tables: TableSettings, documents: DocumentSettings
) -> TableProfile:
    """Read the table, tell that it is open, and halt for good unless there is leave to go on."""
    signs = next(folder for folder in document.path.parents if folder.name == "blobs")
    with read_table(document.path, document.filename, options, tables, documents) as table:
        (signs / f"parsing-{os.getpid()}").touch()
        while not (signs / "go").exists():
            signal.pause()
        return profile_table(table, tables)


halting = Pipeline(
    "halting",
    steps=[Step(parse_and_halt, cpu=True), Step(analyse), Step(word)],
    publish=save_result,
    options=InsightsOptions,
)
