"""`docmill config show`: which settings are in force, and where each came from."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer

from docmill.cli.output import console, emit

app = typer.Typer(help="Look at the settings.", no_args_is_help=True)


@app.command()
def show(
    json: Annotated[bool, typer.Option("--json", help="Print one line of JSON per setting.")] = False,
    origin: Annotated[bool, typer.Option("--origin", help="Say where each value came from.")] = False,
) -> None:
    """Show all settings that are in force; secrets are masked."""
    rows = list(_rows())
    if json:
        for row in rows:
            emit(row)
        return
    width = max(len(row["name"]) for row in rows)
    for row in rows:
        source = f"  # {row['origin']}" if origin else ""
        value = "(not set)" if row["value"] is None else row["value"]
        console().print(f"{row['name']:{width}}  {value}{source}", markup=False)


def _rows() -> list[dict[str, Any]]:
    from docmill.settings import dotenv_values, environment_names, load_settings

    settings, dotenv = load_settings(), dotenv_values(Path(".env"))
    rows = []
    for name in type(settings).model_fields:
        group = getattr(settings, name)
        for attribute, field in type(group).model_fields.items():
            names = environment_names(field)
            value = _shown(getattr(group, attribute))
            rows.append({"name": names[0], "value": value, "origin": _origin(names, dotenv)})
    return rows


def _shown(value: object) -> str | None:
    """Return a value as people may see it: a secret, and what an address may hold of one, is masked."""
    from pydantic import SecretStr

    if value is None:
        return None
    text = "***" if isinstance(value, SecretStr) else str(value)
    if "://" not in text:
        return text
    address = urlsplit(text)
    host = "***@" + address.netloc.rpartition("@")[2] if "@" in address.netloc else address.netloc
    return address._replace(netloc=host, query="***" if address.query else "", fragment="").geturl()


def _origin(names: tuple[str, ...], dotenv: Mapping[str, str]) -> str:
    """Return the place whose value wins: the environment, then the file ``.env``, then the default."""
    for place, values in (("environment", os.environ), (".env", dotenv)):
        for name in names:
            if values.get(name):
                return f"{place} {name}"
    return "default"
