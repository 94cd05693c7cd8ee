"""A lab report through the whole pipeline, with a model at its end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

LINES = [
    "Patient: Marlowe Quintana   DOB: 04/05/1961   MRN: 00482913",
    "Glucose     5.4     mmol/L     3.9 - 5.6",
    "Ferritin came back as 18 ng/ml this time",
]


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "report.pdf"
    canvas = Canvas(str(path), invariant=1)
    for number, line in enumerate(LINES):
        canvas.drawString(60, 780 - 16 * number, line)
    canvas.save()
    return path


def test_the_model_adds_what_the_rules_left_over_and_the_job_pays(docmill, bench, serve, report: Path) -> None:
    found = {
        "line": 1,
        "name": "Ferritin",
        "value": "18",
        "unit": "ng/ml",
        "reference_range": None,
        "flag": None,
    }
    provider = serve(respond=lambda request: json.dumps({"markers": [found]}))
    done = docmill("run", "medical-report", str(report), "--json", LLM_BASE_URL=provider.base_url)
    record = json.loads(done.stdout)
    assert record["status"] == "completed", done.stderr
    assert record["method"] == record["result"]["method"] == "model"
    methods = {marker["name"]: marker["method"] for marker in record["result"]["markers"]}
    assert methods == {"Glucose": "rules", "Ferritin": "model"}
    [request] = provider.requests
    assert "Ferritin came back" in request.raw.decode()
    for original in (b"Quintana", b"00482913", b"1961"):
        assert original not in request.raw
    [(job, chunk, outcome)] = bench.rows("select job_id, chunk_id, outcome from docmill.llm_calls")
    assert (str(job), outcome) == (record["job_id"], "answer")
    assert chunk is not None
