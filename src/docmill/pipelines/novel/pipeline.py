"""The novel pipeline: what happens to a book."""

from __future__ import annotations

from docmill.engine.pipeline import Pipeline, Step
from docmill.pipelines.novel.models import NovelOptions
from docmill.pipelines.novel.publication import save_results
from docmill.pipelines.novel.steps import extract_text, find_sentences, merge, rewrite, split_pages

pipeline = Pipeline(
    "novel",
    version=1,
    steps=[
        Step(split_pages, cpu=True),  # Document -> list[PageRange]
        Step(extract_text, each=True, cpu=True),  # PageRange -> list[BookPage]
        Step(find_sentences, cpu=True),  # list[list[BookPage]] -> list[Passage]
        Step(rewrite, each=True),  # Passage -> RewrittenPassage
        Step(merge, cpu=True),  # list[RewrittenPassage] -> Novel
    ],
    publish=save_results,  # (connection, job, Novel): in the completing transaction
    partial=True,  # a book with a hole that says where it is helps more than none
    options=NovelOptions,
)
