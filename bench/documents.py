"""Measure the reading of PDF files against its bars, beside pdfplumber and PyMuPDF: ``make bench-documents``.

The files are those of ``../shared/data/pdf``; without them only the parts that make their own files are measured. The
peers run in an environment of their own, made at the first run in ``--environment``, because PyMuPDF is under the
AGPL. A table says which bars hold; the last lines are JSON, one a figure.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

# Run as a script, too: `python bench/documents.py`.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.reading import layouts, limits, manifest, speed
from bench.reading.figures import SHARED, Figure, Figures
from bench.reading.peers import Peers

PARTS: dict[str, Callable[[Peers], Figures]] = {
    "manifest": lambda _: manifest.outcomes(),
    "rows": layouts.rows,
    "columns": layouts.columns,
    "scans": layouts.scans,
    "speed": speed.speed,
    "processes": speed.processes,
    "hostile": limits.hostile,
    "mutations": limits.mutations,
    "book": limits.book,
}
WITHOUT_SHARED = ("mutations", "book")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="What to measure; everything by default.")
    parser.add_argument("--environment", type=Path, default=Path(".bench"), help="Where the peers are installed.")
    chosen = parser.parse_args()
    parts = chosen.parts or PARTS
    if not SHARED.is_dir():
        print("bench documents: ../shared/data/pdf is not here", file=sys.stderr)
        parts = [part for part in parts if part in WITHOUT_SHARED]
    peers = Peers(chosen.environment.resolve() / "documents")
    figures = [figure for part in parts for figure in PARTS[part](peers)]
    for figure in figures:
        print(line(figure))
    for figure in figures:
        print(json.dumps(figure.record))


def line(figure: Figure) -> str:
    asked = "" if figure.bar is None else f"{'<=' if figure.at_most else '>='} {figure.bar:g}"
    verdict = {None: "", True: "holds", False: "MISSED"}[figure.holds]
    return f"{figure.metric:<58} {figure.value:10.3f}  {asked:<8} {verdict:<7} {figure.unit}".rstrip()


if __name__ == "__main__":
    main()
