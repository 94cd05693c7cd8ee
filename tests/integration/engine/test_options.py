"""What the user chose for a job reaches its steps, wherever they run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests.integration.engine import option_pipelines
from tests.integration.engine.conftest import Engine

from docmill.engine.client import Request
from docmill.errors import InvalidInput


def submit(engine: Engine, folder: Path, record: Any) -> UUID:
    file = folder / "book.pdf"
    file.write_bytes(b"x" * 100)
    stored = engine.client.store_document(file, most_bytes=1000)
    [job] = engine.client.submit("choosing", [Request(document_id=stored.id, record=record)])
    return job.id


def test_options_reach_child_processes_coroutines_and_threads(
    make_engine: Callable[..., Engine], tmp_path: Path
) -> None:
    engine = make_engine(option_pipelines.choosing)
    job = submit(engine, tmp_path, {"times": 3})
    engine.drain()
    seen = engine.client.result(job)
    assert [item["size"] for item in seen] == [300] * 9
    assert {item["job"] for item in seen} == {str(job)}
    assert {(item["attempt"], item["last"]) for item in seen} == {(1, False)}
    chunks = engine.rows("select id from docmill.finished_chunks where job_id = %s", job)
    assert {item["chunk"] for item in seen} < {row[0] for row in chunks}


def test_without_a_record_the_defaults_hold(make_engine: Callable[..., Engine], tmp_path: Path) -> None:
    engine = make_engine(option_pipelines.choosing, max_attempts=1)
    job = submit(engine, tmp_path, None)
    engine.drain()
    [seen] = engine.client.result(job)
    assert (seen["size"], seen["last"]) == (100, True)


@pytest.mark.parametrize("record", [{"times": 0}, {"times": "many"}, [1]])
def test_a_wrong_option_is_refused_before_anything_is_stored(
    make_engine: Callable[..., Engine], tmp_path: Path, record: Any
) -> None:
    engine = make_engine(option_pipelines.choosing)
    with pytest.raises(InvalidInput, match="choosing"):
        submit(engine, tmp_path, record)
    assert engine.rows("select id from docmill.jobs") == []
