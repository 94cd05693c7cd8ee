"""Compare the reading of markers with plain line regexes on the same reports: results, ranges, codes, speed.

The reports, their gold values, the scorer and the regexes are those of ``../shared/data/markers``; where they are
absent there is nothing to compare with. The last lines are JSON, one a figure; a ratio above 1 means docmill is better.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from docmill.documents.models import PageRange, PageText
from docmill.documents.reading import inspect_document, read_pages
from docmill.pipelines.medical_report.markers import pages_from_text, read_markers
from docmill.settings import DocumentSettings

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "markers"
SETTINGS = DocumentSettings(ocr="never")
PEER = "line regexes"
ROUNDS = 9

Report = tuple[dict[str, Any], list[PageText]]
Reader = Callable[[list[PageText]], list[dict[str, Any]]]


def main() -> None:
    if not SHARED.is_dir():
        print("bench markers: ../shared/data/markers is not here; nothing to compare with", file=sys.stderr)
        return
    scorer, regexes = load("score"), load("baseline")
    lines = (SHARED / "gold.jsonl").read_text(encoding="utf-8").splitlines()
    reports = [(gold, pages(SHARED / gold["file"])) for gold in map(json.loads, lines)]
    readers: dict[str, Reader] = {
        "docmill": lambda read: [marker.model_dump() | {"loinc": marker.code} for marker in read_markers(read)],
        PEER: lambda read: regexes.parse("\n".join(page.text for page in read)),
    }
    figures = {
        name: score(reader, reports, scorer) | {"ms_3_pages": speed(reader, reports)}
        for name, reader in readers.items()
    }
    for name, found in figures.items():
        print(f"{name:<14}" + "  ".join(f"{metric} {value:.3f}" for metric, value in found.items()))
    print(f"\n3 pages from PDF to markers: {from_pdf():.0f} ms\n")
    print_lines(figures["docmill"], figures[PEER])


def load(name: str) -> ModuleType:
    """Return a module that lies beside the data."""
    specification = importlib.util.spec_from_file_location(f"shared_{name}", SHARED / f"{name}.py")
    if specification is None or specification.loader is None:
        raise ImportError(name)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def pages(path: Path) -> list[PageText]:
    if path.suffix == ".txt":
        return pages_from_text(path.read_text(encoding="utf-8"))
    return read_pages(path, PageRange(first=1, last=inspect_document(path, SETTINGS).pages), SETTINGS)


def score(reader: Reader, reports: list[Report], scorer: ModuleType) -> dict[str, float]:
    right = found = wanted = ranged = ranges_found = ranges_wanted = coded = codes_right = invented = 0
    for gold, read in reports:
        rows, _, predictions, with_range = scorer.score_file(gold["results"], reader(read))
        rows = [row for row in rows if not row["opt"]]
        codes = [row["loinc"] for row in rows if row["loinc"] is not None]
        right, found, wanted = right + sum(row["core"] for row in rows), found + predictions, wanted + len(rows)
        ranged += sum(row["rf"] for row in rows if row["has_rf"])
        ranges_found, ranges_wanted = ranges_found + with_range, ranges_wanted + sum(row["has_rf"] for row in rows)
        coded, codes_right = coded + len(codes), codes_right + sum(ok for ok, _ in codes)
        invented += 0 if gold["results"] else predictions
    return {
        "core_f1": 2 * right / (found + wanted),
        "range_flag_f1": 2 * ranged / (ranges_found + ranges_wanted),
        "codes_right": codes_right / coded,
        "invented_rows": float(invented),
    }


def speed(reader: Reader, reports: list[Report]) -> float:
    """Milliseconds of one core for the three fullest pages, best of some rounds: other work only slows down."""
    fullest = sorted((page for _, read in reports for page in read), key=lambda page: -len(page.words))[:3]
    report = [page.model_copy(update={"number": number}) for number, page in enumerate(fullest, 1)]
    return best(lambda: reader(report))


def from_pdf() -> float:
    """Milliseconds of one core from the file to the markers, scaled to three pages."""
    path = SHARED / "labcorp_like_4.pdf"
    count = inspect_document(path, SETTINGS).pages
    return best(lambda: read_markers(pages(path))) * 3 / count


def best(action: Callable[[], object]) -> float:
    rounds = []
    for _ in range(ROUNDS):
        started = time.process_time()
        action()
        rounds.append(time.process_time() - started)
    return min(rounds) * 1000


def print_lines(docmill: dict[str, float], peer: dict[str, float]) -> None:
    for metric in ("core_f1", "range_flag_f1", "codes_right"):
        emit(metric, docmill[metric], peer[metric], docmill[metric] / peer[metric])
    for metric in ("invented_rows", "ms_3_pages"):
        # None invented by either has no ratio.
        emit(metric, docmill[metric], peer[metric], peer[metric] / docmill[metric] if docmill[metric] else None)


def emit(metric: str, docmill: float, peer: float, ratio: float | None) -> None:
    record = {"bench": "markers", "metric": metric, "docmill": docmill, "peer": peer, "peer_name": PEER}
    print(json.dumps({**record, "ratio": ratio}))


if __name__ == "__main__":
    main()
