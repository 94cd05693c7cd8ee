"""`docmill estimate`: what a novel will take, before anything is paid for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from docmill.cli.choices import Choices, check_choices, read_choices
from docmill.cli.files import PasswordFile, read_password
from docmill.cli.output import console, emit

if TYPE_CHECKING:
    from docmill.pipelines.novel.estimate import Estimate


def estimate(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The novel.", readable=False)],
    choices: Choices = None,
    password_file: PasswordFile = None,
    json: Annotated[bool, typer.Option("--json", help="Print one line of JSON.")] = False,
) -> None:
    """Tell the calls, tokens and cost that a novel will take; nothing is stored or sent."""
    found = _estimate(file, read_choices(choices), read_password(password_file))
    if json:
        emit({"file": str(file), **found.model_dump()})
        return
    for name, value in found.model_dump().items():
        console().print(f"{name.replace('_', ' ')}: {value}", markup=False)


def _estimate(file: Path, choices: dict[str, str] | None, password: str | None) -> Estimate:
    from docmill.documents.isolated import IsolatedReader
    from docmill.llm.ledger import Prices
    from docmill.pipelines.novel.estimate import estimate as estimate_book
    from docmill.pipelines.novel.models import NovelOptions
    from docmill.pipelines.novel.pages import book_page
    from docmill.pipelines.novel.pipeline import pipeline
    from docmill.pipelines.novel.steps import book_passages
    from docmill.settings import load_settings

    settings = load_settings()
    options: NovelOptions = check_choices(pipeline, choices)[NovelOptions]
    with IsolatedReader(settings.documents, settings.engine.cpu_processes) as reader:
        document = reader.read(file, password=password)
    pages = [book_page(page) for page in document.pages if page.method != "failed"]
    prices = Prices(settings.llm.prompt_price, settings.llm.completion_price)
    return estimate_book(book_passages(pages, document.info.pages, options), options, prices)
