"""`docmill documents`: what was stored and what was published for it."""

from __future__ import annotations

from typing import Annotated

import typer

from docmill.cli.application import document_id, opened
from docmill.cli.output import console, emit
from docmill.cli.rendering import moment_text
from docmill.cli.tables import print_table

app = typer.Typer(help="Look at documents.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("list")
def list_documents(
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 20,
    before: Annotated[
        str | None, typer.Option(help="Only documents older than this one: the last id of the page before.")
    ] = None,
    json: Json = False,
) -> None:
    """List documents, newest first."""
    older_than = document_id(before) if before else None
    with opened() as application:
        documents = application.inspection.documents(before=older_than, limit=limit)
    if json:
        for document in documents:
            emit(document)
        return
    rows = [
        (
            document["id"],
            document["filename"],
            f"{document['file_size_bytes'] / 1024:.0f}",
            document["mime_type"],
            moment_text(document["created_at"]),
            moment_text(document["processed_at"]),
        )
        for document in documents
    ]
    print_table(console(), ("document", "file", "kB", "type", "stored", "processed"), rows, right=("kB",))


@app.command()
def show(
    document: Annotated[str, typer.Argument(metavar="DOCUMENT", help="The document's id.")], json: Json = False
) -> None:
    """Show a document and its anonymised text; originals stay sealed."""
    wanted = document_id(document)
    with opened() as application:
        found = application.inspection.document(wanted)
    if json:
        emit(found)
        return
    out = console()
    out.print(f"document {found['id']}  {found['filename']}  {found['mime_type']}", markup=False)
    out.print(f"SHA-256  {found['file_hash_sha256']}", markup=False)
    out.print((found["anonymised_result"] or "No result was published yet.").replace("\f", "\n"), markup=False)


def erase(
    documents: Annotated[list[str], typer.Argument(metavar="DOCUMENT", help="The documents' ids.")],
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
