"""The navigation of the documentation: the folders in reading order, their pages by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

SECTIONS = {
    "tutorial": "Tutorial",
    "how-to": "How to",
    "reference": "Reference",
    "explanation": "Explanation",
    "adr": "Decisions",
}


def on_config(config: Any) -> Any:
    """Give MkDocs the pages that are there, so that no list of them must be kept."""
    docs = Path(config["docs_dir"])
    config["nav"] = [{"Home": "index.md"}] + [
        {title: [f"{folder}/{page.name}" for page in sorted((docs / folder).glob("*.md"))]}
        for folder, title in SECTIONS.items()
    ]
    return config
