"""The steps of the medical-report pipeline; each can be called without a database."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from docmill.database.queries import load_queries
from docmill.documents import reading
from docmill.documents.faults import check_pages
from docmill.documents.models import PageRange, PageText
from docmill.engine.pipeline import Attempt, Document
from docmill.engine.publication import PublishedJob
from docmill.errors import NoText
from docmill.llm.client import LanguageModel
from docmill.llm.models import CallContext
from docmill.pipelines.medical_report.assist import ReadReport, assist, read_by_rules
from docmill.pipelines.medical_report.models import AnonymisedReport, NormalisedReport
from docmill.pipelines.medical_report.replacement import replace_in_page
from docmill.privacy.anonymisation import Anonymiser
from docmill.privacy.models import Artifact
from docmill.privacy.outgoing_guard import OutgoingGuard
from docmill.settings import DocumentSettings, LanguageModelSettings, PrivacySettings

_QUERIES = load_queries("docmill.pipelines.medical_report", "sql")

# A page is a chunk of its own, so that a page that kills its child costs no other page's work.
_PAGES_PER_CHUNK = 1

PARSED_RESULT = "parsed_result"
ARTIFACT = "artifact"


def split_pages(document: Document, settings: DocumentSettings) -> list[PageRange]:
    """Return the page ranges of a report.

    Raises:
        DocumentError: The file is no readable PDF; its class says why.
    """
    information = reading.inspect_document(document.path, settings, document.password)
    return reading.split_pages(information.pages, _PAGES_PER_CHUNK)


def extract_text(pages: PageRange, document: Document, settings: DocumentSettings) -> list[PageText]:
    """Return the text of some pages, by OCR where a page has none.

    Raises:
        DocumentError: The document cannot be read.
    """
    return reading.read_pages(document.path, pages, settings, document.password)


def anonymise(page_groups: list[list[PageText]], anonymiser: Anonymiser, settings: PrivacySettings) -> AnonymisedReport:
    """Replace personal data, found over the whole report, in text and words alike.

    Raises:
        DocumentError: No page could be read; its class says why.
        NoText: No page has any text.
    """
    pages = [page for group in page_groups for page in group]
    check_pages(pages)
    if not any(page.text.strip() for page in pages):
        raise NoText("No text was found on any page: send a report that has some.")
    anonymised = anonymiser.anonymise_pages([page.text for page in pages])
    artifacts = [
        artifact.model_copy(update={"page": pages[artifact.page - 1].number}) for artifact in anonymised.artifacts
    ]
    return AnonymisedReport(
        pages=[
            replace_in_page(page, text, [artifact for artifact in artifacts if artifact.page == page.number])
            for page, text in zip(pages, anonymised.texts, strict=True)
        ],
        artifacts=artifacts,
        policy=settings.policy,
    )


def read_results(report: AnonymisedReport, settings: LanguageModelSettings) -> ReadReport:
    """Read the markers from the anonymised pages, by rules."""
    return read_by_rules(report, settings)


async def normalise(read: ReadReport, attempt: Attempt, model: LanguageModel | None) -> NormalisedReport:
    """Return the result of the report; a language model, where there is one, reads what the rules left over."""
    guard = OutgoingGuard(read.artifacts)
    return await assist(read, model, CallContext(attempt.job_id, attempt.chunk_id, guard))


def save_results(connection: psycopg.Connection[Any], job: PublishedJob, report: NormalisedReport) -> None:
    """Write the whole result of a report in one UPDATE; originals are sealed with the document's key."""
    groups: list[list[PageText]] = job.outputs(extract_text)
    anonymised: AnonymisedReport = job.outputs(anonymise)
    parsed = "\f".join(page.text for group in groups for page in group)
    connection.execute(
        _QUERIES["save_results"],
        {
            "document_id": job.document_id,
            "parsed_result": job.seal(PARSED_RESULT, parsed.encode()),
            "anonymised_result": "\f".join(page.text for page in anonymised.pages),
            "anonymised_artifacts": Jsonb({"artifacts": _sealed(anonymised.artifacts, job)}),
            "normalized_result": Jsonb(report.model_dump(mode="json")),
        },
    )


def _sealed(artifacts: Sequence[Artifact], job: PublishedJob) -> list[dict[str, Any]]:
    """Return artifacts as they are stored: the original only as what its document's key opens."""
    return [
        {
            **artifact.model_dump(exclude={"original"}),
            "original": base64.b64encode(job.seal(ARTIFACT, artifact.original.encode())).decode(),
        }
        for artifact in artifacts
    ]
