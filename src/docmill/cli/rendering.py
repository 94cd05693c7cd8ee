"""What people see of a job and its result."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from docmill.cli.tables import print_table

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

# State is never told by colour alone: the word stands beside it.
STYLES = {
    "completed": "green",
    "completed_with_errors": "yellow",
    "failed": "red",
    "cancelled": "magenta",
    "processing": "cyan",
    "pending": "blue",
    "success": "green",
    "retry_scheduled": "yellow",
}
_DIRECTIONS = ("H", "L", "HH", "LL")
_SENTENCES_SHOWN = 5
_INSIGHTS_SHOWN = 8


def styled_status(status: str) -> str:
    """Return a status with its colour, as rich markup."""
    return f"[{STYLES.get(status, 'default')}]{status}[/]"


def status_cell(status: str) -> Text:
    """Return a status with its colour, for a table."""
    from rich.text import Text

    return Text(status, style=STYLES.get(status, ""))


def moment_text(moment: datetime | None) -> str | None:
    """Return a moment in the time of whom it is shown to; None stays None."""
    return f"{moment.astimezone():%Y-%m-%d %H:%M:%S}" if moment else None


def render_job(console: Console, record: Mapping[str, Any]) -> None:
    """Print how a file's job ended, and its result."""
    from rich.markup import escape

    note = ""
    if record["existing"]:
        what = "document" if record["document_id"] else "row"
        note = f"  (the {what} was already there; its work was not done again)"
    duration = "" if record["duration_ms"] is None or record["existing"] else f"  {record['duration_ms']} ms"
    console.print(f"{escape(_near(record['file']))}  {styled_status(record['status'])}{duration}{note}")
    if record["error"] is not None:
        where = f" (step {record['error']['step']})" if record["error"]["step"] else ""
        console.print(f"  {escape(record['error']['message'])} \\[{record['error']['code']}]{where}")
    result = record["result"]
    if isinstance(result, dict) and isinstance(result.get("markers"), list):
        render_report(console, result)
    elif isinstance(result, dict) and isinstance(result.get("sentences"), list):
        render_novel(console, result, record["job_id"])
    elif isinstance(result, dict) and "isbn" in result:
        render_book(console, result)
    elif isinstance(result, dict) and "analystInsights" in result:
        render_insights(console, result, record["job_id"])
    elif result is not None:
        console.print_json(data=result)


def render_book(console: Console, result: Mapping[str, Any]) -> None:
    """Print what was loaded of a book."""
    authors = ", ".join(author["name"] for author in result["authors"]) or "nobody"
    missing = "".join(f"; {source} could not be asked" for source in result["unavailable"])
    console.print(f"  {result['isbn']}  {result['title']}, by {authors}; {result['publisher']}{missing}", markup=False)


def render_insights(console: Console, result: Mapping[str, Any], job_id: str) -> None:
    """Print what was found in a table."""
    info, insights = result["fileInfo"], result["analystInsights"]
    console.print(
        f"  {info['type'].upper()}, {info['rows']:,} rows, {info['cols']} columns; quality {result['qualityScore']} of"
        f" 100; {len(insights)} insights, {len(result['chartSpecs'])} charts ({result['method']})",
        markup=False,
    )
    for insight in insights[:_INSIGHTS_SHOWN]:
        console.print(f"  {insight['severity']:6}  {insight['text']}", markup=False)
    for issue in result["issues"]:
        console.print(f"  note: {issue['message']}", markup=False)
    console.print(f"  `docmill report {job_id} --open` shows all of it.", markup=False)


def render_novel(console: Console, result: Mapping[str, Any], job_id: str) -> None:
    """Print what became of a novel, and how its result begins."""
    made_by = ", ".join(f"{count} by {method}" for method, count in result["methods"].items())
    if result.get("model"):
        made_by += f", {result['model']}"
    within = f"{result['within_limits']:.0%} within the limits of length"
    console.print(
        f"  {result['pages']} pages, {len(result['sentences'])} sentences ({made_by}; {within})", markup=False
    )
    for sentence in result["sentences"][:_SENTENCES_SHOWN]:
        console.print(f"  p. {sentence['page']}  {sentence['text']}", markup=False)
    for pages in result["missing"]:
        console.print(f"  missing: pages {pages['first_page']} to {pages['last_page']}")
    console.print(f"  `docmill export {job_id}` prints them all.", markup=False)


def _near(file: str) -> str:
    """Return a path as seen from the working directory, where that is shorter."""
    relative = os.path.relpath(file)
    return relative if len(relative) < len(file) else file


def render_report(console: Console, result: Mapping[str, Any]) -> None:
    """Print the markers of a normalised report as a table."""
    from rich.markup import escape

    title = " · ".join(
        str(part)
        for part in (result.get("diagnostic_title"), result.get("diagnostic_date"), result.get("language"))
        if part
    )
    render_markers(console, result["markers"], title)
    for warning in result.get("warnings", ()):
        console.print(f"  note: {escape(warning)}")


def render_markers(console: Console, markers: Sequence[Mapping[str, Any]], title: str) -> None:
    """Print markers, as they stand in a ``normalized_result``, as a table."""
    rows = [
        (
            marker["name"],
            _value(marker["value"]),
            marker["value"].get("unit"),
            (marker["reference_range"] or {}).get("text"),
            flag_cell(marker.get("flag"), marker.get("flag_derived")),
            marker.get("code"),
        )
        for marker in markers
    ]
    headings = ("marker", "value", "unit", "range", "flag", "code")
    print_table(
        console, headings, rows, title=title, wrapped=("marker", "range"), right=("value",), nothing="No markers."
    )


def _value(value: Mapping[str, Any]) -> str:
    if value["type"] != "numeric":
        return str(value.get("text") or value.get("value") or "")
    return f"{value.get('comparator') or ''}{number_text(value['number'])}"


def number_text(number: float) -> str:
    """Return a number with all its digits, and no more."""
    return f"{number:.15g}"


def flag_cell(printed: str | None, derived: str | None) -> Text:
    """Return the printed flag; in brackets the one that follows from the range, where it says more."""
    from rich.text import Text

    parts = [Text(printed, style="bold")] if printed else []
    says_more = derived in _DIRECTIONS if printed == "A" else not printed and derived != "N"
    if derived and says_more:
        parts.append(Text(f"({derived})"))
    return Text(" ").join(parts)
