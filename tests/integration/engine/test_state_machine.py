"""Operations in any order, good and bad: the database and a model of it agree, and every rule holds after each one."""

from __future__ import annotations

import logging
from collections.abc import Callable
from uuid import UUID

import pytest
import structlog
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from tests.integration.engine import sample_pipelines as samples
from tests.integration.engine.conftest import Engine
from tests.integration.engine.model import Job, Model, Place

from docmill.engine.chunk import ClaimedChunk, Completion, Failure
from docmill.engine.client import Request
from docmill.engine.states import CHUNK_TRANSITIONS, JOB_TRANSITIONS
from docmill.engine.sweeper import WORKER_LOST, end_overdue_jobs, rescue_chunks
from docmill.engine.verify import verify
from docmill.errors import ErrorKind, IllegalTransition

PIPELINES = {
    pipeline.name: pipeline
    for pipeline in (samples.single, samples.fan_out, samples.partial, samples.two_stages, samples.open_ended)
}
MAX_ATTEMPTS = 2
FAILURES = {
    "again": Failure(ErrorKind.TRANSIENT, "step_failed", "no"),
    "slow": Failure(ErrorKind.TIMEOUT, "step_timeout", "no"),
    "busy": Failure(ErrorKind.RATE_LIMITED, "rate_limited", "no", retry_after=0),
    "never": Failure(ErrorKind.PERMANENT, "not_a_pdf", "no"),
}
TABLES = "jobs, chunks, finished_chunks, attempts, events, workers"
EDGES = {(edge.source, edge.target) for edge in (*JOB_TRANSITIONS, *CHUNK_TRANSITIONS)}
NUMBERS = st.integers(0, 1000)


class EngineMachine(RuleBasedStateMachine):
    """One example: a database that begins empty, and three workers that are rows."""

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self.engine = engine
        self.model = Model()
        self.workers: list[int] = []
        self.claimed: list[ClaimedChunk] = []
        self.seen: dict[object, str] = {}

    @initialize()
    def begin(self) -> None:
        self.engine.execute(f"truncate docmill.{TABLES.replace(', ', ', docmill.')} cascade")
        self.workers = [self.engine.register(f"worker {n}", lease=3600) for n in range(3)]

    @rule(name=st.sampled_from(sorted(PIPELINES)), key=st.sampled_from([None, None, "a", "b"]))
    def submit(self, name: str, key: str | None) -> None:
        request = Request(record={"count": 2}, idempotency_key=None if key is None else f"{name} {key}")
        [job] = self.engine.client.submit(name, [request])
        known = self.model.keys.get(request.idempotency_key or "")
        assert (job.id, job.created) == (known or job.id, known is None)
        self.model.jobs.setdefault(job.id, Job(PIPELINES[name], MAX_ATTEMPTS))
        if request.idempotency_key is not None:
            self.model.keys[request.idempotency_key] = job.id

    @rule(who=NUMBERS, most=st.integers(1, 5))
    def claim(self, who: int, most: int) -> None:
        worker = self.workers[who % len(self.workers)]
        waiting = sum(c.status != "processing" for job in self.model.jobs.values() for c in job.open_chunks)
        claimed = self.engine.claim(worker, most)
        assert len(claimed) <= most
        assert bool(claimed) == bool(waiting)
        for chunk in claimed:
            self.model.claim(chunk, self.position(chunk), worker)
        self.claimed += claimed

    @precondition(lambda self: self.claimed)
    @rule(which=st.lists(NUMBERS, min_size=1, max_size=3), items=st.integers(0, 3), lost=st.booleans())
    def complete(self, which: list[int], items: int, lost: bool) -> None:
        chunks = list({chunk.id: chunk for chunk in map(self.choose, which)}.values())
        completions = [
            Completion(chunk, items=[b"\x00{}"] * items) if self.fans_out(chunk) else Completion(chunk, b"\x00{}")
            for chunk in chunks
        ]
        with self.engine.database.connect() as connection:
            completed = self.engine.store.complete(connection, completions, self.workers[0], 0)
            connection.rollback() if lost else connection.commit()
        held = [chunk for chunk in chunks if self.model.holds(chunk)]
        assert completed.accepted == {chunk.id for chunk in held}
        if not lost:
            self.end(held, items)

    @precondition(lambda self: self.claimed)
    @rule(which=NUMBERS, reason=st.sampled_from(sorted(FAILURES)))
    def fail(self, which: int, reason: str) -> None:
        self.let_fail(self.choose(which), FAILURES[reason])

    def let_fail(self, chunk: ClaimedChunk, failure: Failure) -> None:
        held = self.model.holds(chunk)
        with self.engine.database.pool.connection() as connection:
            if failure.leaves_attempts(chunk):
                self.engine.store.schedule_retries(connection, [(chunk, failure)], None)
            else:
                self.engine.store.fail(connection, chunk, failure, None)
        if held:
            self.give_up(chunk, failure)

    @rule(who=NUMBERS, most=st.integers(1, 5), one=st.one_of(st.none(), NUMBERS))
    def work(self, who: int, most: int, one: int | None) -> None:
        """Claim and complete; one of the chunks may fail for good. It takes an example to where more can happen."""
        self.claim(who, most)
        self.the_database_says_the_same()
        held = self.held_by({self.workers[who % len(self.workers)]})
        if held and one is not None:
            self.let_fail(held.pop(one % len(held)), FAILURES["never"])
        for chunk in held:
            if self.model.holds(chunk):
                self.finish(chunk, 2)

    @rule(who=NUMBERS)
    def hand_back(self, who: int) -> None:
        worker = self.workers[who % len(self.workers)]
        chunks = self.held_by({worker})
        with self.engine.database.pool.connection() as connection:
            self.engine.store.hand_back(connection, chunks, worker)
        for chunk in chunks:
            found = self.model.chunk(chunk)
            assert found is not None
            found.leave("pending")
            found.attempts -= 1

    @precondition(lambda self: len(self.model.lost_workers) < 3)
    @rule(who=NUMBERS)
    def lose_lease(self, who: int) -> None:
        worker = self.workers[who % len(self.workers)]
        self.engine.execute(
            "update docmill.workers set lease_until = now() - interval '1 second' where id = %s", worker
        )
        self.model.lost_workers.add(worker)

    @rule()
    def sweep(self) -> None:
        with self.engine.database.pool.connection() as connection:
            rescued = rescue_chunks(connection, self.engine.store, 3600)
        lost = sorted(self.held_by(self.model.lost_workers), key=lambda chunk: chunk.id)
        assert rescued == len(lost)
        runners = list(dict.fromkeys(self.runner(chunk) for chunk in lost))
        lost.sort(key=lambda c: (runners.index(self.runner(c)), not WORKER_LOST.leaves_attempts(c), c.id))
        for chunk in lost:
            # The failure of one may have ended the job of the next.
            if self.model.holds(chunk):
                self.give_up(chunk, WORKER_LOST)

    @precondition(lambda self: self.model.jobs)
    @rule(which=NUMBERS)
    def cancel(self, which: int) -> None:
        job_id, job = self.job(which)
        if job.ended and job.status != "cancelled":
            with pytest.raises(IllegalTransition):
                self.engine.client.cancel(job_id)
            return
        self.engine.client.cancel(job_id)
        job.end("cancelled")

    @precondition(lambda self: self.model.jobs)
    @rule(which=NUMBERS)
    def run_out_of_time(self, which: int) -> None:
        job_id, job = self.job(which)
        column = "deadline_at" if job.status == "processing" else "start_before"
        if not job.ended:
            code = "job_timeout" if job.status == "processing" else "queue_timeout"
            self.engine.execute(f"update docmill.jobs set {column} = now() - interval '1 second' where id = %s", job_id)
            job.end("failed", code)
        with self.engine.database.pool.connection() as connection:
            end_overdue_jobs(connection, self.engine.store)

    @precondition(
        lambda self: any(job.status in ("failed", "completed_with_errors") for job in self.model.jobs.values())
    )
    @rule(which=NUMBERS, force=st.booleans(), chosen=st.one_of(st.none(), st.lists(NUMBERS, min_size=1, max_size=2)))
    def retry(self, which: int, force: bool, chosen: list[int] | None) -> None:
        ended = [id_ for id_, job in self.model.jobs.items() if job.status in ("failed", "completed_with_errors")]
        job_id = ended[which % len(ended)]
        job = self.model.jobs[job_id]
        ids = self.ids(job_id)
        names = None if chosen is None else [sorted(ids)[n % len(ids)] for n in chosen]
        wanted = job.retriable(None if names is None else {ids[name] for name in names}, force=force)
        if wanted is None:
            with pytest.raises(IllegalTransition):
                self.engine.client.retry(job_id, chunk_ids=names, force=force)
            return
        assert self.engine.client.retry(job_id, chunk_ids=names, force=force) == len(wanted)
        job.reopen(wanted)

    @invariant()
    def the_database_says_the_same(self) -> None:
        now = self.compare()
        for key, status in now.items():
            before = self.seen.get(key, status)
            assert before == status or (before, status) in EDGES, f"{before} -> {status} is no edge"
        self.seen = now

    @invariant()
    def every_rule_holds(self) -> None:
        with self.engine.database.pool.connection() as connection:
            assert verify(connection).violations == []

    def teardown(self) -> None:
        """Whatever happened, the work can be brought to its end."""
        if not self.workers:
            return
        for _ in range(200):
            self.sweep()
            self.claim(0, 5)
            held = [chunk for chunk in self.claimed if self.model.holds(chunk)]
            if not held:
                break
            for chunk in held:
                self.finish(chunk, 1)
        self.compare()
        assert [job.status for job in self.model.jobs.values() if not job.ended] == []

    def finish(self, chunk: ClaimedChunk, items: int) -> None:
        completion = (
            Completion(chunk, items=[b"\x00{}"] * items) if self.fans_out(chunk) else Completion(chunk, b"\x00{}")
        )
        with self.engine.database.pool.connection() as connection:
            assert self.engine.store.complete(connection, [completion], 0, 0).accepted == {chunk.id}
        self.end([chunk], items)

    def end(self, chunks: list[ClaimedChunk], items: int) -> None:
        places: dict[UUID, list[Place]] = {}
        for chunk in chunks:
            places.setdefault(chunk.job_id, []).append(self.model.places[chunk.id][1])
        for job_id, ended in places.items():
            job = self.model.jobs[job_id]
            splits = any(job.pipeline.fans_out(position) for position, _ in ended)
            job.complete(ended, items if splits else None)

    def give_up(self, chunk: ClaimedChunk, failure: Failure) -> None:
        job_id, place = self.model.places[chunk.id]
        found = self.model.jobs[job_id].chunks[place]
        if failure.leaves_attempts(chunk):
            found.leave("retry_scheduled")
            found.attempts -= not failure.uses_attempt
        else:
            self.model.jobs[job_id].fail(place, failure.code)

    def compare(self) -> dict[object, str]:
        """Compare every job and chunk with the model; return their states."""
        jobs = self.engine.rows("select id, status, error_code, position from docmill.jobs")
        assert {row[0]: row[1:] for row in jobs} == {
            id_: (job.status, job.error_code, job.position) for id_, job in self.model.jobs.items()
        }
        chunks = self.engine.rows(
            "select c.id, c.job_id, s.position, c.item, c.status, c.epoch, c.attempts, c.max_attempts"
            " from docmill.all_chunks c join docmill.steps s on s.id = c.step_id"
        )
        assert {row[1:4]: row[4:] for row in chunks} == {
            (id_, *place): (chunk.status, chunk.epoch, chunk.attempts, chunk.max_attempts)
            for id_, job in self.model.jobs.items()
            for place, chunk in job.chunks.items()
        }
        return {row[0]: row[1] for row in jobs} | {row[0]: row[4] for row in chunks}

    def held_by(self, workers: set[int]) -> list[ClaimedChunk]:
        return [chunk for chunk in self.claimed if self.model.holds(chunk) and self.runner(chunk) in workers]

    def runner(self, chunk: ClaimedChunk) -> int | None:
        found = self.model.chunk(chunk)
        return None if found is None else found.worker

    def choose(self, which: int) -> ClaimedChunk:
        """Return a chunk that was claimed; two times in three one whose lease still stands."""
        held = [chunk for chunk in self.claimed if self.model.holds(chunk)]
        among = held if held and which % 3 else self.claimed
        return among[which % len(among)]

    def job(self, which: int) -> tuple[UUID, Job]:
        job_id = sorted(self.model.jobs)[which % len(self.model.jobs)]
        return job_id, self.model.jobs[job_id]

    def ids(self, job_id: UUID) -> dict[int, Place]:
        rows = self.engine.rows(
            "select c.id, s.position, c.item from docmill.all_chunks c join docmill.steps s on s.id = c.step_id"
            " where c.job_id = %s",
            job_id,
        )
        return {row[0]: (row[1], row[2]) for row in rows}

    def position(self, chunk: ClaimedChunk) -> int:
        return self.engine.catalog.locate(chunk.step_id)[1]

    def fans_out(self, chunk: ClaimedChunk) -> bool:
        entry, position = self.engine.catalog.locate(chunk.step_id)
        return entry.pipeline.fans_out(position)


@pytest.fixture
def engine(make_engine: Callable[..., Engine]) -> Engine:
    return make_engine(*PIPELINES.values(), max_attempts=MAX_ATTEMPTS, retry_initial_delay=0)


@pytest.mark.slow
def test_the_store_does_what_the_model_says(engine: Engine) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    # Add Phase.shrink to get the smallest example of a failure: it takes minutes.
    chosen = settings(
        max_examples=70,
        stateful_step_count=30,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(lambda: EngineMachine(engine), settings=chosen)
