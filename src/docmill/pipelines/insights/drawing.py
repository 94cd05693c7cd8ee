"""Charts as pictures, drawn offline from their Vega-Lite specifications.

The specifications name no colours. A picture for a page takes them from CSS variables, so that it follows the page
from light to dark; a picture for a file has them fixed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from docmill.errors import MissingExtra
from docmill.resilience.isolation import ChildCaller, Limits

PictureFormat = Literal["svg", "png"]

# The drawing library reserves address space by the ten gigabytes and uses little of it.
_LIMITS = Limits(memory_bytes=256 * 1024**3, wall_seconds=120.0)
_PNG_SCALE = 2.0
_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

_PAGE_COLOURS = {
    "ink": "var(--chart-ink)",
    "faint": "var(--chart-faint)",
    "surface": "transparent",
    "mark": "var(--chart-mark)",
    "opposite": "var(--chart-opposite)",
}
_FILE_COLOURS = {
    "ink": "#3c4454",
    "faint": "#e2e5eb",
    "surface": "#ffffff",
    "mark": "#2f6fde",
    "opposite": "#c2571a",
}


def draw(specifications: Sequence[Mapping[str, Any]], form: PictureFormat) -> list[bytes]:
    """Return a picture for each specification, drawn in a child process that has no network.

    Args:
        specifications: Vega-Lite 6 with their data inside.
        form: ``svg`` for a page that defines ``--chart-ink``, ``--chart-faint``, ``--chart-mark`` and
            ``--chart-opposite``; ``png`` on white.

    Raises:
        MissingExtra: The extra ``insights`` is not installed.
        IsolationError: The child process died or took too long.
    """
    if not specifications:
        return []
    with ChildCaller(_LIMITS) as caller:
        return caller.call(_draw_all, [json.dumps(specification) for specification in specifications], form)


def _draw_all(specifications: Sequence[str], form: PictureFormat) -> list[bytes]:
    try:
        import vl_convert
    except ImportError:
        raise MissingExtra("Charts need the extra `insights`: pip install 'docmill[insights]'.") from None
    if form == "svg":
        config = _config(_PAGE_COLOURS)
        return [vl_convert.vegalite_to_svg(text, config=config).encode() for text in specifications]
    config = _config(_FILE_COLOURS)
    return [vl_convert.vegalite_to_png(text, config=config, scale=_PNG_SCALE) for text in specifications]


def _config(colours: Mapping[str, str]) -> dict[str, Any]:
    """Return the look of all charts, as Vega-Lite's configuration."""
    return {
        "background": colours["surface"],
        "font": _FONT,
        "view": {"stroke": None},
        "axis": {
            "labelColor": colours["ink"],
            "titleColor": colours["ink"],
            "titleFontWeight": "normal",
            "labelFontSize": 11,
            "titleFontSize": 11,
            "gridColor": colours["faint"],
            "domainColor": colours["faint"],
            "tickColor": colours["faint"],
        },
        "bar": {"fill": colours["mark"]},
        "line": {"stroke": colours["mark"], "strokeWidth": 1.75},
        "text": {"color": colours["ink"]},
        "range": {"category": [colours["mark"], colours["opposite"]]},
    }
