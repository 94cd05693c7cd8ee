"""The insights pipeline: what happens to a table."""

from __future__ import annotations

from docmill.engine.pipeline import Pipeline, Step
from docmill.pipelines.insights.publication import save_result
from docmill.pipelines.insights.steps import InsightsOptions, analyse, profile, word

pipeline = Pipeline(
    "insights",
    version=1,
    steps=[
        Step(profile, cpu=True),  # Document -> TableProfile
        Step(analyse),  # TableProfile -> AnalysedTable
        Step(word),  # AnalysedTable -> InsightsResult, with a language model where there is one
    ],
    publish=save_result,  # (connection, job, InsightsResult): in the completing transaction
    options=InsightsOptions,
)
