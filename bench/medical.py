"""What durability costs: the medical-report pipeline by a worker, beside a plain script that calls the same functions.

Both read the same three-page report of text again and again, warm, with one process for the steps. The worker's other
threads and PostgreSQL, whose log takes ``--flush`` microseconds a flush, run beside it. The last lines are JSON, one a
figure; a ratio above 1 means that docmill is better.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path
from uuid import UUID

import psutil

# Run as a script, too: `python bench/medical.py`.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.scratch_server import ScratchServer
from docmill.bootstrap import Application, open_application, step_resources
from docmill.database.migrations import upgrade
from docmill.documents.models import PageRange
from docmill.documents.reading import read_pages
from docmill.engine.client import Request
from docmill.engine.pipeline import Document
from docmill.pipelines.medical_report.markers import read_markers
from docmill.pipelines.medical_report.pipeline import pipeline
from docmill.settings import DocumentSettings, load_settings

REPORTS = Path(__file__).resolve().parents[1] / "examples" / "reports"
WARM_UP = 5


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=60, help="Reports a round.")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--flush", type=int, default=1000, help="Microseconds of each flush of the write-ahead log.")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as home, tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        report = three_pages(Path(home) / "report.pdf")
        server = ScratchServer(Path(folder), chosen.flush)
        server.initialise()
        server.start()
        try:
            server.create("medical")
            url = server.conninfo("medical")
            os.environ |= {"DATABASE_URL": url, "DOCMILL_HOME": home, "DOCMILL_CPU_PROCESSES": "1"}
            upgrade(url)
            with open_application(load_settings(), role="bench") as application:
                compare(application, report, chosen.reports, chosen.rounds)
        finally:
            server.stop()
        emit("three_pages_ms_a_core", from_pdf_to_markers(report), 150.0, "bar")


def three_pages(path: Path) -> Path:
    """Write a report of three pages of text, made of two examples."""
    import pypdfium2

    whole = pypdfium2.PdfDocument.new()
    for name in ("us_columns.pdf", "us_brackets.pdf"):
        whole.import_pages(pypdfium2.PdfDocument(REPORTS / name))
    whole.save(path)
    return path


def compare(application: Application, report: Path, reports: int, rounds: int) -> None:
    """Let the script and the worker take turns, and print the medians of their times a report."""
    worker = application.worker()
    working = threading.Thread(target=worker.run)
    working.start()
    try:
        stored = application.client.store_document(report, most_bytes=10**8)
        script = PlainScript(report)
        script.run(WARM_UP)
        by_worker(application, stored.id, WARM_UP)
        times: dict[str, list[tuple[float, float]]] = {"script": [], "worker": []}
        for _ in range(rounds):
            times["script"].append(script.run(reports))
            times["worker"].append(by_worker(application, stored.id, reports))
    finally:
        worker.stop()
        working.join()
    for metric, place in (("overhead_ms_a_report", 0), ("overhead_cpu_ms_a_report", 1)):
        script_ms, worker_ms = (
            statistics.median(run[place] for run in times[name]) * 1000 / reports for name in ("script", "worker")
        )
        emit(metric, worker_ms, script_ms, "the same functions in a plain script")


class PlainScript:
    """The functions of the pipeline, one after the other, in this process."""

    def __init__(self, report: Path) -> None:
        self._document = Document.from_path(report)
        self._resources = step_resources()

    def run(self, reports: int) -> tuple[float, float]:
        """Return the seconds, and the processor time in seconds."""
        began, used = time.monotonic(), time.process_time()
        for _ in range(reports):
            pipeline.run(self._document, resources=self._resources)
        return time.monotonic() - began, time.process_time() - used


def by_worker(application: Application, document: UUID, reports: int) -> tuple[float, float]:
    """Return the seconds until jobs over a document have ended, and the processor time of all processes."""
    began, used = time.monotonic(), processor_seconds()
    jobs = application.client.submit("medical-report", [Request(document_id=document)] * reports)
    with application.database.connect(autocommit=True) as connection:
        query = "select count(*) filter (where finished_at is null), count(*) filter (where status = 'failed')"
        while True:
            row = connection.execute(f"{query} from docmill.jobs where id = any(%s)", [[job.id for job in jobs]])
            [(waiting, failed)] = row.fetchall()
            if failed:
                raise RuntimeError(f"{failed} jobs failed")
            if not waiting:
                return time.monotonic() - began, processor_seconds() - used
            time.sleep(0.1)


def processor_seconds() -> float:
    """Return the processor time of this process, its children and the server's processes."""
    this = psutil.Process()
    servers = [process for process in psutil.process_iter() if is_of_server(process)]
    return sum(map(seconds_of, [this, *this.children(recursive=True), *servers]))


def is_of_server(process: psutil.Process) -> bool:
    """Tell whether a process belongs to the scratch server: it works for our database, or is its checkpointer, ..."""
    try:
        return process.name() == "postgres" and "medical" in " ".join(process.cmdline())
    except psutil.Error:
        return False


def seconds_of(process: psutil.Process) -> float:
    """Return the processor time of one process; 0 if it has ended."""
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system)


def from_pdf_to_markers(report: Path) -> float:
    """Return the milliseconds of one core from the file to its markers: the best of ten, other work only slows down."""
    settings = DocumentSettings()
    rounds = []
    for _ in range(10):
        began = time.process_time()
        read_markers(read_pages(report, PageRange(first=1, last=3), settings))
        rounds.append(time.process_time() - began)
    return min(rounds) * 1000


def emit(metric: str, docmill: float, peer: float, name: str) -> None:
    """Print one figure of which less is better."""
    line = {"bench": "medical", "metric": metric, "docmill": round(docmill, 2), "peer": round(peer, 2)}
    print(json.dumps({**line, "peer_name": name, "ratio": round(peer / docmill, 3)}))


if __name__ == "__main__":
    main()
