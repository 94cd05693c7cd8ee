"""`docmill documents`: what was stored and what was published for it."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer

from docmill.cli.application import opened
from docmill.cli.output import console, emit
from docmill.errors import DocumentNotFound

app = typer.Typer(help="Look at documents.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("list")
def list_documents(
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 20,
    before: Annotated[str | None, typer.Option(help="Only documents older than this one.")] = None,
    json: Json = False,
) -> None:
    """List documents, newest first."""
    from rich.markup import escape
    from rich.table import Table

    with opened() as application:
        documents = application.inspection.documents(before=document_id(before) if before else None, limit=limit)
    if json:
        for document in documents:
            emit(document)
        return
    table = Table()
    for column in ("document", "file", "kB", "type", "stored", "processed"):
        table.add_column(column, no_wrap=True, min_width=36 if column == "document" else None)
    for document in documents:
        processed = document["processed_at"]
        table.add_row(
            str(document["id"]),
            escape(document["filename"]),
            f"{document['file_size_bytes'] / 1024:.0f}",
            document["mime_type"],
            f"{document['created_at']:%Y-%m-%d %H:%M:%S}",
            f"{processed:%Y-%m-%d %H:%M:%S}" if processed else "",
        )
    console().print(table)


@app.command()
def show(
    document: Annotated[str, typer.Argument(metavar="DOCUMENT", help="The document's id.")], json: Json = False
) -> None:
    """Show a document and its anonymised text; originals stay sealed."""
    with opened() as application:
        found = application.inspection.document(document_id(document))
    if json:
        emit(found)
        return
    out = console()
    out.print(f"document {found['id']}  {found['filename']}  {found['mime_type']}", markup=False)
    out.print(f"SHA-256  {found['file_hash_sha256']}", markup=False)
    out.print((found["anonymised_result"] or "No result was published yet.").replace("\f", "\n"), markup=False)


def erase(
    documents: Annotated[list[str], typer.Argument(metavar="DOCUMENT...", help="The documents' ids.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    json: Json = False,
) -> None:
    """Erase documents for good: key, bytes, jobs and results. What runs is cancelled; the audit keeps who did it."""
    from docmill.privacy.access import operating_account

    wanted = [document_id(text) for text in documents]
    if not yes:
        typer.confirm(f"Erase {len(wanted)} documents with all that was made of them?", abort=True, err=True)
    with opened() as application:
        for document in wanted:
            erased = application.erase(document, actor=f"cli:{operating_account()}")
            if json:
                emit({"document_id": str(document), "jobs": erased.jobs, "bytes_kept": erased.shared})
                continue
            kept = "; its bytes stay, since another document has the same" if erased.shared else ""
            console().print(f"{document}  erased with {erased.jobs} jobs{kept}", markup=False)


def document_id(text: str) -> UUID:
    """Return a document's id as it was typed.

    Raises:
        DocumentNotFound: It is no id.
    """
    try:
        return UUID(text)
    except ValueError:
        raise DocumentNotFound(f"{text!r} is no document id; `docmill documents list` shows them.") from None
