"""`docmill coverage`: which sentences of a novel fit a list of words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from docmill.cli.application import job_id, opened
from docmill.cli.output import console, emit, say

if TYPE_CHECKING:
    from docmill.pipelines.novel.coverage import Coverage


def coverage(
    jobs: Annotated[list[str], typer.Argument(metavar="JOB", help="Ids of finished novel jobs.")],
    words: Annotated[
        str, typer.Option(metavar="LIST", help="A CSV file with a word in its first column, or `french-2000`.")
    ] = "french-2000",
    mode: Annotated[
        Literal["filter", "coverage"],
        typer.Option(help="`filter`: sentences of known words; `coverage`: few sentences with every word."),
    ] = "filter",
    min_words: Annotated[int, typer.Option(min=1, help="Fewest words of a sentence (filter).")] = 4,
    max_words: Annotated[int, typer.Option(min=1, help="Most words of a sentence (filter).")] = 8,
    least_known: Annotated[float, typer.Option(min=0, max=1, help="Least share of known words (filter).")] = 0.95,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Most sentences: 500 for filter, as many as it takes for coverage.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one line of JSON per job.")] = False,
) -> None:
    """Choose sentences of novels by a list of words. In coverage, each further job covers only what is left."""
    from docmill.pipelines.novel.coverage import CoverageOptions
    from docmill.pipelines.novel.library import cover, load_novel
    from docmill.pipelines.novel.word_lists import read_word_list

    identities, wanted = [job_id(job) for job in jobs], read_word_list(words)
    options = CoverageOptions(mode=mode, min_words=min_words, max_words=max_words, least_known=least_known, limit=limit)
    with opened() as application:
        for identity in identities:
            with application.database.pool.connection() as connection:
                novel = load_novel(connection, identity, application.settings.installation.owner)
                found, cached = cover(connection, novel, wanted, options)
            if json:
                emit({"job_id": str(identity), "cached": cached, **found.model_dump()})
            else:
                _print(found, novel.filename)
            if mode == "coverage":
                wanted = found.missing


def _print(found: Coverage, filename: str) -> None:
    for sentence in found.sentences:
        console().print(f"{sentence.known:4.0%}  {sentence.text}", markup=False)
    say(f"{filename}: {len(found.sentences)} sentences hold {found.covered} of {found.words} words.")
