"""The medical-report pipeline: what happens to a lab report."""

from __future__ import annotations

from docmill.engine.pipeline import Pipeline, Step
from docmill.pipelines.medical_report.steps import (
    anonymise,
    extract_text,
    normalise,
    read_results,
    save_results,
    split_pages,
)

pipeline = Pipeline(
    "medical-report",
    version=1,
    steps=[
        Step(split_pages, cpu=True),  # Document -> list[PageRange]
        Step(extract_text, each=True, cpu=True, private=True),  # PageRange -> list[PageText]
        Step(anonymise, cpu=True, private=True),  # list[list[PageText]] -> AnonymisedReport
        Step(read_results, cpu=True, private=True),  # AnonymisedReport -> ReadReport
        Step(normalise),  # ReadReport -> NormalisedReport, with a language model where there is one
    ],
    publish=save_results,  # (connection, job, NormalisedReport): in the completing transaction
)
