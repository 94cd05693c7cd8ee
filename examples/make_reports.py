"""Make the lab reports of ``examples/reports`` and ``expected.jsonl`` beside them.

The people are invented, the laboratories too; the numbers are chosen by hand. Run it from anywhere::

    python examples/make_reports.py [FOLDER]
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from lab_reports import (
    cards,
    de_befund,
    fr_bilan,
    india_sections,
    scanned,
    uk_two_columns,
    us_brackets,
    us_columns,
    us_urinalysis,
)

REPORTS = tuple(
    module.REPORT
    for module in (
        us_columns, us_brackets, uk_two_columns, de_befund, fr_bilan, cards, india_sections, us_urinalysis, scanned,
    )
)  # fmt: skip


def make_reports(folder: Path) -> None:
    """Write every report and the truth about them into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for report in REPORTS:
        (folder / report.file).write_bytes(report.draw(report))
    lines = [json.dumps(report.expected(), ensure_ascii=False) + "\n" for report in REPORTS]
    (folder / "expected.jsonl").write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    make_reports(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "reports")
