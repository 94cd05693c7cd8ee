"""`docmill llm check`: does the configured language model answer, and how must it be asked."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Any
from uuid import uuid4

import typer

from docmill.cli.output import console, emit, say
from docmill.errors import DocmillError, InvalidConfiguration

if TYPE_CHECKING:
    from docmill.llm.client import LanguageModel

app = typer.Typer(help="Look at the language model.", no_args_is_help=True)


@app.callback()
def language_model() -> None:
    """Look at the language model."""


@app.command()
def check(json: Annotated[bool, typer.Option("--json", help="Print one line of JSON.")] = False) -> None:
    """Ask the configured model one small question, which is paid for. Exit 1 if it does not answer."""
    import asyncio

    from docmill.bootstrap import prepare_schema
    from docmill.database.connection import Database
    from docmill.llm.models import no_guard
    from docmill.llm.setup import configured_model
    from docmill.settings import load_settings
    from docmill.telemetry.logs import configure_logging

    settings = load_settings()
    configure_logging(settings.logging)
    with Database.open(settings, say) as database:
        prepare_schema(settings, database)
        # The question holds nothing but a random number.
        model = configured_model(settings.llm, settings.engine, database.pool, no_guard)
        if model is None:
            raise InvalidConfiguration(
                "No language model is configured; set OPENAI_API_KEY or LLM_BASE_URL, and DOCMILL_LLM=auto."
            )
        report = asyncio.run(_examine(model))
    if json:
        emit(report)
    else:
        for name, value in report.items():
            if value is not None:
                console().print(f"{name:10} {value}", markup=False)
    if report["status"] != "ok":
        raise typer.Exit(1)


async def _examine(model: LanguageModel) -> dict[str, Any]:
    from pydantic import BaseModel

    from docmill.llm.models import Prompt

    class Echo(BaseModel):
        """The shape of the answer."""

        word: str

    began = time.monotonic()
    report: dict[str, Any] = {"provider": model.provider, "model": model.name, "status": "error"}
    prompt = Prompt("check", 1, "Repeat the word that you are given.")
    try:
        # A word that was never asked before has no stored answer.
        answer = await model.ask(prompt, uuid4().hex[:8], Echo)
    except DocmillError as error:
        report["error"] = f"[{error.code}] {error.message}"
    else:
        report |= {
            "status": "ok",
            "format": answer.rung.value,
            "requests": answer.requests,
            "tokens": answer.usage.tokens,
            "cost_usd": answer.usage.cost_usd,
        }
    finally:
        await model.close()
    report["seconds"] = round(time.monotonic() - began, 2)
    return report
