"""Originals of a published document, for readers who may see them; every look is audited."""

from __future__ import annotations

import base64
from typing import Any, NamedTuple
from uuid import UUID

from psycopg.rows import dict_row

from docmill.database.queries import load_queries
from docmill.errors import DocumentNotFound
from docmill.privacy.models import Artifact
from docmill.privacy.restoring import restore, restore_answer
from docmill.privacy.vault import Connection, Vault

_QUERIES = load_queries("docmill.privacy", "sql")
# The purpose under which pipelines seal the original of an artifact.
_PURPOSE = "artifact"
_PAGE_BREAK = "\f"


class RestoredDocument(NamedTuple):
    """A published document with its originals.

    Attributes:
        text: The text before anonymisation; pages are parted by form feeds.
        result: The normalised result with originals in the place of placeholders, or None.
        artifacts: What was replaced.
    """

    text: str
    result: Any
    artifacts: list[Artifact]


def restore_document(
    connection: Connection, vault: Vault, document_id: UUID, *, owner: str | None, actor: str
) -> RestoredDocument:
    """Open the originals of a document and note who did.

    Args:
        connection: Reads the document and writes the audit, in one transaction of the caller's.
        vault: Opens what was sealed.
        document_id: The document.
        owner: Whose document it must be; None for any.
        actor: Who looks, for the audit.

    Raises:
        DocumentNotFound: There is no such document, or nothing was published for it.
        DocumentErased: Its key was destroyed.
        DecryptionFailed: It was sealed by another installation.
    """
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(_QUERIES["find_published"], {"document_id": document_id, "owner": owner}).fetchone()
    if row is None or row["anonymised_artifacts"] is None:
        raise DocumentNotFound(f"Document {document_id} is not here, or nothing was published for it yet.")
    cipher = vault.cipher(connection, document_id, create=False)
    artifacts = [
        Artifact(**{**stored, "original": cipher.open(_PURPOSE, base64.b64decode(stored["original"])).decode()})
        for stored in row["anonymised_artifacts"]["artifacts"]
    ]
    vault.audit(connection, actor, "restore", document_id, len(artifacts))
    pages = row["anonymised_result"].split(_PAGE_BREAK)
    by_page = _group(artifacts)
    text = _PAGE_BREAK.join(restore(page, by_page.get(number, [])) for number, page in enumerate(pages, start=1))
    return RestoredDocument(text, restore_answer(row["normalized_result"], artifacts).value, artifacts)


def _group(artifacts: list[Artifact]) -> dict[int, list[Artifact]]:
    groups: dict[int, list[Artifact]] = {}
    for artifact in artifacts:
        groups.setdefault(artifact.page, []).append(artifact)
    return groups
