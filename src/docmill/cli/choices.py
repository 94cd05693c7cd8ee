"""What the user chooses for a job: `--set NAME=VALUE`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from docmill.errors import InvalidInput, UsageError

if TYPE_CHECKING:
    from docmill.engine.pipeline import Pipeline

Choices = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="NAME=VALUE", help="An option of the pipeline, for example max_words=10; repeatable."
    ),
]


def read_choices(choices: list[str] | None) -> dict[str, str] | None:
    """Return the options of a job as they were typed; None where nothing was chosen.

    Raises:
        UsageError: One is not of the form NAME=VALUE, or comes twice.
    """
    if not choices:
        return None
    found: dict[str, str] = {}
    for choice in choices:
        name, separator, value = choice.partition("=")
        if not separator or not name or name in found:
            raise UsageError(f"--set {choice}: write each option once, as NAME=VALUE.")
        found[name] = value
    return found


def check_choices(pipeline: Pipeline, choices: dict[str, str] | None) -> dict[type, Any]:
    """Return what the steps of a pipeline may ask for when its options are chosen so.

    Args:
        pipeline: Whose options they are.
        choices: The options that were typed; None takes the defaults.

    Raises:
        UsageError: The pipeline has no such option, or it does not take the value.
    """
    from docmill.engine.pipeline import Attempt

    known = pipeline.options.model_fields if pipeline.options is not None else {}
    unknown = sorted(set(choices or ()) - set(known))
    if unknown and not known:
        raise UsageError(f"Pipeline {pipeline.name!r} has no options; leave --set out.")
    if unknown:
        raise UsageError(f"Pipeline {pipeline.name!r} has no option {unknown[0]!r}; it has {', '.join(known)}.")
    try:
        return pipeline.offers(choices, Attempt())
    except InvalidInput as error:
        raise UsageError(error.message) from None


def check_takes_files(pipeline: Pipeline) -> None:
    """Refuse a file for a pipeline whose jobs run over records.

    Raises:
        UsageError: It is such a pipeline.
    """
    if pipeline.options is None and not pipeline.steps[0].takes_document:
        raise UsageError(
            f"Pipeline {pipeline.name!r} runs over records, not over files; submit them from a program, or give it "
            "`records`, which reads them from a list."
        )
