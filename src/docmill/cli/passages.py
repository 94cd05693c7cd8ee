"""`docmill passages`: where the passages of a novel stand."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from docmill.cli.application import job_id, opened
from docmill.cli.output import console, emit
from docmill.cli.rendering import status_cell
from docmill.cli.tables import print_table
from docmill.errors import UsageError

if TYPE_CHECKING:
    from docmill.pipelines.novel.progress import PassageState


def passages(
    job: Annotated[str, typer.Argument(metavar="JOB", help="Id of a novel job.")],
    json: Annotated[bool, typer.Option("--json", help="Print one line of JSON: the passages and a summary.")] = False,
) -> None:
    """Show the page ranges of a novel, with state, attempts and last error; `docmill chunks retry` takes their ids."""
    from docmill.pipelines.novel.progress import passage_states

    wanted = job_id(job)
    with opened() as application:
        found = application.inspection.job(wanted)
        if found["pipeline"] != "novel":
            raise UsageError(f"Job {wanted} is one of {found['pipeline']!r}; only a novel has passages.")
        identity = found["id"]
        with application.database.pool.connection() as connection:
            states = passage_states(connection, identity, application.settings.installation.owner)
    summary = dict(Counter(state.status for state in states))
    if json:
        emit(
            {
                "job_id": str(identity),
                "summary": summary,
                "passages": [state.model_dump(mode="json") for state in states],
            }
        )
        return
    _print(states)
    if summary:
        console().print(", ".join(f"{count} {status}" for status, count in summary.items()))


def _print(states: list[PassageState]) -> None:
    rows = [
        (
            state.chunk_id,
            f"{state.first_page}-{state.last_page}",
            state.sentences,
            status_cell(state.status),
            f"{state.attempts} of {state.max_attempts}",
            f"{state.last_error} [{state.last_error_code}]" if state.last_error_code else None,
        )
        for state in states
    ]
    headings = ("chunk", "pages", "sentences", "state", "attempts", "last error")
    print_table(console(), headings, rows, wrapped=("last error",), nothing="None yet.")
