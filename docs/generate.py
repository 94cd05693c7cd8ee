"""Write the reference pages from the code: settings, errors, commands, states, the schema of a table's result.

``python docs/generate.py`` writes them; ``--check`` fails if one is not fresh.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import typer.main
from pydantic_core import PydanticUndefined

from docmill.cli.main import app
from docmill.engine.states import CHUNK_TRANSITIONS, JOB_TRANSITIONS, Transition
from docmill.errors import DocmillError, all_errors
from docmill.pipelines.insights.result_models import InsightsResult
from docmill.settings import environment_names, setting_groups

DOCS = Path(__file__).resolve().parent
NOTE = "<!-- Written by docs/generate.py; change the code, then run `make docs`. -->"


def settings_page() -> str:
    """Return the page of all settings."""
    lines = [
        NOTE,
        "",
        "# Settings",
        "",
        "Values come from the environment, then from a file `.env` in the working directory. A wrong value, or an",
        "unknown name that begins with `DOCMILL_`, stops the start with `invalid_configuration`.",
    ]
    for group in setting_groups().values():
        lines += ["", f"## {(group.__doc__ or '').strip().splitlines()[0].rstrip('.')}", ""]
        lines += ["| name | default | meaning |", "|---|---|---|"]
        for field in group.model_fields.values():
            name, *aliases = environment_names(field)
            also = f" Also read from `{'`, `'.join(aliases)}`." if aliases else ""
            lines.append(f"| `{name}` | {_default(field)} | {field.description}{also} |")
    return "\n".join(lines) + "\n"


def _default(field: object) -> str:
    default = getattr(field, "default", PydanticUndefined)
    if default is PydanticUndefined:
        return "computed"
    if default is None or default == "":
        return "none"
    return f"`{default}`"


def errors_page() -> str:
    """Return the page of all error codes."""
    lines = [
        NOTE,
        "",
        "# Error codes",
        "",
        "A code keeps its meaning. It stands in the job's row, in `--json` output and in logs. The kind says what",
        "the engine does with the attempt: `transient`, `rate_limited`, `timeout`, `worker_lost` and `worker_shutdown`",
        "are tried again, `permanent` fails at once, `cancelled` ends. A rate limit and a shutdown use no attempt.",
        "",
        "| code | kind | meaning |",
        "|---|---|---|",
    ]
    found = all_errors()
    lines += [f"| `{code}` | {found[code].kind.value} | {_first_line(found[code])} |" for code in sorted(found)]
    return "\n".join(lines) + "\n"


def _first_line(error: type[DocmillError]) -> str:
    return (error.__doc__ or "").strip().splitlines()[0]


def commands_page() -> str:
    """Return the page of all commands."""
    lines = [
        NOTE,
        "",
        "# Commands",
        "",
        "Exit codes: 0 ok, 1 failed, 2 wrong call or setting, 3 a job failed, 4 timed out, 130 interrupted. Data goes",
        "to standard output in UTF-8, with `--json` as one JSON object a line; messages go to standard error. An error",
        "is one line, `error [code]: message`; [the codes](errors.md) keep their meanings.",
    ]
    for name, command in _commands(typer.main.get_command(app), "docmill"):
        context = command.make_context(name, [], resilient_parsing=True, terminal_width=100)
        lines += ["", f"## {name}", "", "```text", command.get_help(context).replace("\b", "").strip(), "```"]
    return "\n".join(line.rstrip() for line in "\n".join(lines).splitlines()) + "\n"


def _commands(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    children = getattr(command, "commands", None)
    if children is None:
        yield name, command
        return
    for child in sorted(children):
        yield from _commands(children[child], f"{name} {child}")


def states_page() -> str:
    """Return the page of the state machine."""
    lines = [
        NOTE,
        "",
        "# The state machine",
        "",
        "A chunk is the only thing that a worker claims, runs, retries and stores. A job's state follows from its",
        "chunks. Final states never change by themselves; an explicit retry puts back what ended without a result.",
        "",
        "## Jobs",
        "",
        *_chart(JOB_TRANSITIONS),
        "",
        "## Chunks",
        "",
        *_chart(CHUNK_TRANSITIONS),
    ]
    return "\n".join(lines) + "\n"


def _chart(table: tuple[Transition, ...]) -> list[str]:
    edges = [f"    {edge.source} --> {edge.target}" for edge in table]
    final = sorted({edge.target for edge in table if edge.target.final})  # type: ignore[attr-defined]
    rows = [f"| `{edge.source}` | `{edge.target}` | {edge.cause} |" for edge in table]
    chart = [
        "```mermaid",
        "stateDiagram-v2",
        "    [*] --> pending",
        *edges,
        *(f"    {state} --> [*]" for state in final),
        "```",
    ]
    return [*chart, "", "| from | to | cause |", "|---|---|---|", *rows]


def result_schema() -> str:
    """Return the JSON schema of ``result.json``."""
    schema = InsightsResult.model_json_schema(mode="serialization")
    address = "https://json-schema.org/draft/2020-12/schema"
    return json.dumps({"$schema": address, **schema, "title": "result.json"}, indent=1, ensure_ascii=False) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "reference/settings.md": settings_page,
    "reference/errors.md": errors_page,
    "reference/commands.md": commands_page,
    "reference/insights-result.schema.json": result_schema,
    "explanation/state-machine.md": states_page,
}


def main() -> None:
    """Write the pages, or check them."""
    stale = []
    for name, make in PAGES.items():
        path, text = DOCS / name, make()
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if "--check" not in sys.argv:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    if stale and "--check" in sys.argv:
        sys.exit(f"Not fresh: {', '.join(stale)}; run `make docs`.")


if __name__ == "__main__":
    main()
