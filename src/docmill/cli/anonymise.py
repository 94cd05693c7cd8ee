"""`docmill anonymise`, `docmill restore` and `docmill privacy`: personal data out, and for those who may, back."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from docmill.cli.application import document_id, opened
from docmill.cli.files import text_lines
from docmill.cli.output import console, emit
from docmill.cli.tables import print_table
from docmill.errors import InvalidInput, PrivacyError, RoleMissing, UsageError

if TYPE_CHECKING:
    from docmill.privacy.anonymisation import Anonymiser
    from docmill.privacy.evaluation import Figures

app = typer.Typer(help="Measure the anonymiser on your own labelled texts.", no_args_is_help=True)

Source = Annotated[
    Path | None,
    typer.Argument(metavar="FILE", readable=False, help="A text file in UTF-8; standard input without one, or with -."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def anonymise(
    file: Source = None,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help='Read lines {"id", "text"}, print lines {"id", "text", "spans"}.')
    ] = False,
) -> None:
    """Replace personal data in a text by placeholders; results of laboratories stay as they are."""
    if jsonl:
        _anonymise_lines(file)
        return
    with text_lines(file) as lines:
        text = "".join(lines)
    sys.stdout.write(_anonymiser().anonymise(text).text)


def _anonymise_lines(file: Path | None) -> None:
    """Anonymise one text a line; a line that the policy refuses is told so, and the command fails at the end."""
    anonymiser = _anonymiser()
    refused = False
    with text_lines(file) as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            record = _record(line, number)
            try:
                emit({"id": record["id"], **_anonymised(anonymiser, record["text"])})
            except PrivacyError as error:
                refused = True
                emit({"id": record["id"], "error": {"code": error.code, "message": error.message}})
    if refused:
        raise typer.Exit(1)


def _record(line: str, number: int) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except json.JSONDecodeError:
        record = None
    if not isinstance(record, dict) or not isinstance(record.get("text"), str) or "id" not in record:
        raise InvalidInput(f'Line {number} is not of the form {{"id": ..., "text": "..."}}.')
    return record


def _anonymised(anonymiser: Anonymiser, text: str) -> dict[str, Any]:
    result = anonymiser.anonymise(text)
    spans = [
        {
            "start": artifact.start,
            "end": artifact.end,
            "type": artifact.type,
            "placeholder": artifact.replacement,
            "score": round(artifact.score, 3),
            "layer": artifact.layer,
        }
        for artifact in result.artifacts
    ]
    return {"text": result.text, "spans": spans}


def restore(
    document: Annotated[str, typer.Argument(metavar="DOCUMENT", help="The document's id.")],
    result: Annotated[bool, typer.Option("--result", help="Print the published result, as JSON.")] = False,
    answer: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            readable=False,
            help="Put originals into this text, for example a model's answer; - is stdin.",
        ),
    ] = None,
) -> None:
    """Print a document with its originals. Needs the role `phi` and the key; each use is written to the audit."""
    from docmill.privacy.access import operating_account, require_phi
    from docmill.privacy.originals import restore_document
    from docmill.privacy.restoring import restore_answer
    from docmill.privacy.vault import open_vault

    if result and answer is not None:
        raise UsageError("--result prints the result and --answer a text of yours; choose one.")
    wanted, actor, given = document_id(document), f"cli:{operating_account()}", ""
    if answer is not None:
        # Read first: a use that cannot be is not one for the audit.
        with text_lines(answer) as lines:
            given = "".join(lines)
    with opened() as application, application.database.pool.connection() as connection:
        settings = application.settings
        vault = open_vault(settings.privacy, settings.installation.home, connection)
        try:
            require_phi(settings.privacy, settings.installation.home)
        except RoleMissing:
            vault.audit(connection, actor, "restore_refused", wanted, 0)
            connection.commit()
            raise
        found = restore_document(connection, vault, wanted, owner=settings.installation.owner, actor=actor)
    if result:
        emit(found.result)
        return
    if answer is None:
        sys.stdout.write(found.text.replace("\f", "\n") + "\n")
        return
    restored = restore_answer(given, found.artifacts)
    sys.stdout.write(restored.value)
    if restored.unknown:
        names = ", ".join(sorted(restored.unknown))
        raise PrivacyError(f"The answer has placeholders that this document does not know: {names}.")


@app.command("evaluate")
def evaluate_gold(
    gold: Annotated[
        Path,
        typer.Option(
            metavar="FILE", readable=False, help='Lines {"id", "text", "spans", "protected"?} that you labelled.'
        ),
    ],
    predictions: Annotated[
        Path | None,
        typer.Option(metavar="FILE", readable=False, help='Score these lines {"id", "spans"} of another tool instead.'),
    ] = None,
    json_output: Json = False,
) -> None:
    """Print what would leak, what would be masked for nothing, and which results would be damaged.

    What must be hidden follows the policy: safe_harbor and strict hide dates, places, addresses and phones that are
    labelled as optional too.
    """
    from docmill.privacy.evaluation import evaluate, read_gold, read_predictions, required_by
    from docmill.settings import load_settings

    policy = load_settings().privacy.policy
    texts = [required_by(policy, text) for text in read_gold(gold)]
    if predictions is not None:
        known = read_predictions(predictions)
        figures = evaluate(texts, lambda text: known.get(text.id, []))
    else:
        anonymiser = _anonymiser()
        figures = evaluate(texts, lambda text: anonymiser.detect(text.text))
    if json_output:
        emit(figures)
        return
    _print_figures(figures)


def _print_figures(figures: Figures) -> None:
    rows = [
        (name.replace("_", " "), f"{value:.1%}" if isinstance(value, float) else value)
        for name, value in figures.model_dump(exclude={"types"}).items()
    ]
    rows += [
        (f"fully hidden: {kind} ({found.count})", f"{found.recall_full:.1%}") for kind, found in figures.types.items()
    ]
    print_table(console(), ("figure", "value"), rows)


def _anonymiser() -> Anonymiser:
    from docmill.privacy.anonymisation import Anonymiser
    from docmill.settings import load_settings

    settings = load_settings()
    return Anonymiser(settings.privacy, cache=settings.installation.home / "models")
