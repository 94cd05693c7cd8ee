"""Jobs run: alone, fanned out, in child processes, over documents and records."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.integration.engine import sample_pipelines as samples
from tests.integration.engine.conftest import Engine


def test_a_single_step_job_completes(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.single)
    [job] = engine.submit("single", {"count": 7})
    engine.drain()
    assert engine.client.result(job) == {"total": 7, "text": ""}
    assert engine.rows("select status, chunks_open, error_code from docmill.jobs") == [("completed", 0, None)]
    assert engine.value("select count(*) from docmill.chunks") == 0


def test_a_fan_out_joins_in_order(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.fan_out)
    [job] = engine.submit("fan-out", {"count": 1000})
    engine.drain()
    assert engine.client.result(job)["total"] == 999_000
    assert engine.value("select count(*) from docmill.finished_chunks where status = 'success'") == 1002


def test_a_chain_of_each_steps_uses_child_processes(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.chain)
    [job] = engine.submit("chain", {"count": 5})
    engine.drain()
    assert engine.client.result(job)["total"] == 10


def test_an_empty_fan_out_goes_on(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.fan_out, samples.chain)
    jobs = engine.submit("fan-out", {"count": 0}) + engine.submit("chain", {"count": 0})
    engine.drain()
    assert [engine.client.result(job)["total"] for job in jobs] == [0, 0]


def test_private_outputs_are_sealed(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.private)
    [job] = engine.submit("private", {"count": 3})
    engine.drain()
    assert engine.client.result(job)["total"] == 6
    stored = engine.rows(
        "select input, output from docmill.finished_chunks where item < 3 and coalesce(input, output) is not null"
    )
    sealed = [payload for row in stored for payload in row if payload is not None and b"number" not in payload]
    assert len(sealed) >= 6


def test_a_document_reaches_a_child_process(make_engine: Callable[..., Engine], tmp_path: Path) -> None:
    from docmill.engine.client import Request

    engine = make_engine(samples.measuring)
    file = tmp_path / "report.pdf"
    file.write_bytes(b"x" * 12345)
    stored = engine.client.store_document(file, most_bytes=1_000_000)
    again = engine.client.store_document(file, most_bytes=1_000_000)
    assert (stored.created, again.created, stored.id == again.id) == (True, False, True)
    [job] = engine.client.submit("measuring", [Request(document_id=stored.id)])
    engine.drain()
    assert engine.client.result(job.id)["total"] == 12345


def test_unsafe_text_is_stored(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.single)
    [job] = engine.submit("single", {"count": 1, "note": "a\x00b\x07c"})
    engine.drain()
    assert engine.client.result(job)["text"] == "a\x00b\x07c"
