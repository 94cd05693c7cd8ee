"""Accepted means stored, once."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from uuid import uuid4

import pytest
from tests.integration.engine import sample_pipelines as samples
from tests.integration.engine.conftest import Engine, wait_until

from docmill.database.queries import load_queries
from docmill.engine.client import Client, Request
from docmill.engine.payload import unpack
from docmill.engine.submission import Submitter
from docmill.errors import BatchNotFound, DatabaseUnavailable, DocumentNotFound, IdempotencyConflict, InvalidInput


def test_an_idempotency_key_makes_one_job_also_when_many_submit_at_once(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.single)
    start, ids = threading.Barrier(20), []

    def submit() -> None:
        start.wait()
        [job] = engine.client.submit("single", [Request(record={"count": 1}, idempotency_key="k")])
        ids.append((job.id, job.created))

    threads = [threading.Thread(target=submit) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({job for job, _ in ids}) == 1
    assert sum(created for _, created in ids) == 1
    engine.drain()
    [again] = engine.client.submit("single", [Request(record={"count": 1}, idempotency_key="k")])
    assert (again.id, again.created) == (ids[0][0], False)


def test_a_key_that_was_used_for_another_request_is_refused(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.single)
    engine.client.submit("single", [Request(record={"count": 1}, idempotency_key="k")])
    with pytest.raises(IdempotencyConflict):
        engine.client.submit("single", [Request(record={"count": 2}, idempotency_key="k")])
    assert engine.value("select count(*) from docmill.jobs") == 1


def test_callers_with_the_same_keys_in_another_order_do_not_block_each_other(
    make_engine: Callable[..., Engine],
) -> None:
    # Two clients, as in two processes: one client would gather both calls into one.
    engine, other = make_engine(samples.single), make_engine(samples.single)
    errors: list[Exception] = []

    def submit(client: Client, keys: list[str], start: threading.Barrier) -> None:
        start.wait()
        try:
            client.submit("single", [Request(record={"count": 1}, idempotency_key=key) for key in keys])
        except DatabaseUnavailable as error:
            errors.append(error)

    for round_ in range(5):
        keys, start = [f"{round_}-{n:04}" for n in range(400)], threading.Barrier(2)
        calls = ((engine.client, keys, start), (other.client, keys[::-1], start))
        threads = [threading.Thread(target=submit, args=call) for call in calls]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert errors == []
    assert engine.value("select count(*) from docmill.jobs") == 2000


def test_a_failed_job_does_not_keep_its_unique_key(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.refusing)
    request = Request(record={"count": 1}, unique_key="u")
    [first] = engine.client.submit("refusing", [request])
    [same] = engine.client.submit("refusing", [request])
    engine.drain()
    [second] = engine.client.submit("refusing", [request])
    assert (same.id, same.created) == (first.id, False)
    assert (second.id != first.id, second.created) == (True, True)
    engine.drain()


def test_an_application_submits_in_its_own_transaction(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.single)
    statement = "select docmill.submit_job('single', input => %s, idempotency_key => 'k', owner => 'tester')"
    with engine.database.connect() as connection:
        connection.execute(statement, (json.dumps({"count": 3}),))
        connection.rollback()
    assert engine.value("select count(*) from docmill.jobs") == 0
    jobs = {engine.value(statement, json.dumps({"count": 3})) for _ in range(2)}
    assert len(jobs) == 1
    engine.drain()
    assert engine.client.result(jobs.pop())["total"] == 3


@pytest.mark.parametrize("note", ["a\x00b", "\x1b[31m\x07", "\u202e\ufeff\uffff", "\U0010ffff"])
def test_unsafe_text_in_records_is_stored(make_engine: Callable[..., Engine], note: str) -> None:
    engine = make_engine(samples.single)
    [job] = engine.submit("single", {"count": 1, "note": note})
    engine.drain()
    assert engine.client.result(job)["text"] == note


@pytest.mark.parametrize(
    ("record", "place"),
    [
        ({"count": "Jane Doe"}, "count: int_parsing"),
        ({"count": 1, "fail": [0, "Jane Doe"]}, "fail.1: int_parsing"),
        ({"note": "Jane Doe"}, "count: missing"),
        ("Jane Doe", "the input: model_type"),
        ({"count": 1, "note": "\ud800"}, "the input: json_invalid"),
        (None, "takes an input record, but the job has none"),
        ({"count": {"Jane Doe"}}, "cannot be written as JSON"),
    ],
)
def test_a_record_that_could_never_run_is_refused_by_its_place_and_nothing_is_stored(
    make_engine: Callable[..., Engine], record: object, place: str
) -> None:
    engine = make_engine(samples.single)
    with pytest.raises(InvalidInput, match=place) as refused:
        engine.client.submit("single", [Request(record={"count": 1}), Request(record=record)])
    assert "Jane Doe" not in str(refused.value)
    assert engine.value("select count(*) from docmill.jobs") == 0


def test_of_many_records_the_one_that_does_not_fit_is_counted(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.single)
    with pytest.raises(InvalidInput, match=r"^Request 2 of 2: Step 'echo' cannot take its input: count: missing\.$"):
        engine.client.submit("single", [Request(record={"count": 1}), Request(record={})])


def test_a_pipeline_of_documents_needs_one(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.measuring)
    with pytest.raises(InvalidInput, match="takes a document, but the job has none"):
        engine.client.submit("measuring", [Request(record={"count": 1})])
    assert engine.value("select count(*) from docmill.jobs") == 0


def test_a_record_is_stored_as_it_was_sent(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.single)
    record = {"count": "2", "unknown": [1, None], "note": "e\u0301"}
    engine.submit("single", record)
    assert json.loads(unpack(engine.value("select input from docmill.jobs"))) == record


def test_a_record_that_comes_through_sql_is_checked_when_it_runs(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.single)
    engine.value("select docmill.submit_job('single', input => '{\"count\": \"Jane Doe\"}')")
    engine.drain()
    assert engine.rows("select status, error_code from docmill.jobs") == [("failed", "invalid_input")]


def test_a_sleeper_is_woken_while_its_lease_is_renewed(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.single)
    worker = engine.register()
    engine.execute("update docmill.sleepers set waiting = true where worker_id = %s", worker)
    with engine.database.connect() as heartbeat:
        heartbeat.execute("update docmill.workers set heartbeat_at = now() where id = %s", [worker])
        engine.submit("single", {"count": 1})
        assert engine.value("select waiting from docmill.sleepers where worker_id = %s", worker) is False


def test_a_job_submitted_in_a_long_transaction_holds_no_lease_up(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.single)
    worker = engine.register()
    engine.execute("update docmill.sleepers set waiting = true where worker_id = %s", worker)
    with engine.database.connect() as application, engine.database.connect() as heartbeat:
        application.execute("select docmill.submit_job('single', input => '{\"count\": 1}')")
        heartbeat.execute("set lock_timeout = '1s'")
        query = load_queries("docmill.engine", "sql")["renew_lease"]
        assert heartbeat.execute(query, {"worker": worker, "lease": 60}).fetchall() == [(worker,)]


def test_what_is_not_there_is_named_and_nothing_is_accepted(make_engine: Callable[..., Engine]) -> None:
    engine, missing = make_engine(samples.single), uuid4()
    with pytest.raises(DocumentNotFound, match=str(missing)):
        engine.client.submit(
            "single", [Request(record={"count": 1}), Request(document_id=missing, record={"count": 2})]
        )
    with pytest.raises(BatchNotFound, match=str(missing)):
        engine.client.submit("single", [Request(record={"count": 1})], batch_id=missing)
    assert engine.value("select count(*) from docmill.jobs") == 0


def test_only_a_batch_that_no_job_came_into_is_removed(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.single)
    empty, used = engine.client.start_batch("empty"), engine.client.start_batch("used")
    engine.client.submit("single", [Request(record={"count": 1})], batch_id=used)
    assert [engine.client.remove_empty_batch(batch) for batch in (empty, empty, used)] == [True, False, False]
    assert engine.rows("select id from docmill.batches") == [(used,)]


def test_a_batch_stays_for_a_job_that_is_on_its_way(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.single)
    batch, answers = engine.client.start_batch("night"), list[bool]()
    [job] = engine.submit("single", {"count": 1})
    waiting = "from pg_stat_activity where wait_event_type = 'Lock' and query like 'delete from docmill.batches%%'"
    remover = threading.Thread(target=lambda: answers.append(engine.client.remove_empty_batch(batch)))
    with engine.database.connect() as submitter:
        submitter.execute("update docmill.jobs set batch_id = %s where id = %s", (batch, job))
        remover.start()
        wait_until(lambda: engine.value(f"select count(*) {waiting}"))
    remover.join(60)
    assert answers == [False]
    assert engine.rows("select b.id from docmill.batches b join docmill.jobs j on j.batch_id = b.id") == [(batch,)]


@pytest.mark.parametrize("priority", [-32768, 32768])
def test_a_priority_that_cannot_be_kept_is_refused(make_engine: Callable[..., Engine], priority: int) -> None:
    engine = make_engine(samples.single)
    with pytest.raises(InvalidInput, match=str(priority)):
        engine.client.submit("single", [Request(record={"count": 1})], priority=priority)
    engine.client.submit("single", [Request(record={"count": 1})], priority=priority - (1 if priority > 0 else -1))


@pytest.mark.parametrize("key", ["", "k" * 256, "a\0b"])
def test_an_idempotency_key_that_cannot_be_kept_is_refused(key: str) -> None:
    with pytest.raises(InvalidInput, match="1 to 255"):
        Request(idempotency_key=key)


@pytest.mark.parametrize(
    ("lives", "key", "wakes"),
    [(False, None, 0), (True, None, 1), (False, "k", 1)],
    ids=["nobody lives", "somebody may have fallen asleep", "somebody may have come while a key was waited for"],
)
def test_workers_are_woken_after_the_commit_only_where_one_may_sleep(
    make_engine: Callable[..., Engine], lives: bool, key: str | None, wakes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[bool] = []
    real = Submitter.wake

    def wake(self: Submitter) -> None:
        woken.append(self._wake_owed)
        real(self)

    monkeypatch.setattr(Submitter, "wake", wake)
    engine = make_engine(samples.single)
    if lives:
        engine.register()
    engine.client.submit("single", [Request(record={"count": 1}, idempotency_key=key)])
    assert sum(woken) == wakes
