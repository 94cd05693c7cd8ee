"""What is sent to the database when jobs are submitted, and what its answer means."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from tests.quiet_database import QuietDatabase

from docmill.engine.payload import unpack
from docmill.engine.submission import Request, Submission, Submitter, time_ordered_ids
from docmill.errors import IdempotencyConflict
from docmill.settings import EngineSettings

ALL_NEW = [(None, False)]
ALL_KNOWN = [([], False)]


def submission(*requests: Request, pipeline: str = "books", priority: int = 0) -> Submission:
    return Submission(pipeline, "ada", requests, None, priority)


def submitter(database: QuietDatabase, **settings: Any) -> Submitter:
    return Submitter(database, EngineSettings(**settings))


def test_equal_terms_share_a_statement_and_each_caller_gets_its_own_jobs() -> None:
    database = QuietDatabase(accept_jobs=ALL_NEW)
    first, urgent, second = (
        submission(Request(record={"n": 1}), Request(record={"n": 2})),
        submission(Request(record={"n": 3}), priority=9),
        submission(Request(record={"n": 4})),
    )
    jobs = submitter(database, max_attempts=5)([first, urgent, second])
    together, alone = database.told("accept_jobs")
    assert [json.loads(unpack(item)) for item in together["inputs"]] == [{"n": 1}, {"n": 2}, {"n": 4}]
    assert (alone["priority"], together["max_attempts"]) == (9, 5)
    assert [[job.id for job in found] for found in jobs] == [
        together["job_ids"][:2],
        alone["job_ids"],
        together["job_ids"][2:],
    ]


def test_workers_are_woken_after_the_commit_and_once() -> None:
    database = QuietDatabase(accept_jobs=ALL_NEW)
    submit = submitter(database)
    submit([submission(Request(idempotency_key="k"), Request(idempotency_key="l"))])
    submit.wake()
    submit.wake()
    assert [name for name, _ in database.log] == ["accept_jobs", "commit", "wake_workers"]
    assert [asked["alone"] for asked in database.told("accept_jobs")] == [False]


def test_workers_that_the_statement_told_are_not_woken_again() -> None:
    database = QuietDatabase(accept_jobs=lambda asked: [(None, asked["alone"])])
    submit = submitter(database)
    submit([submission(Request())])
    submit.wake()
    assert [name for name, _ in database.log] == ["accept_jobs"]


@pytest.mark.parametrize(
    "requests", [[Request(), Request()], [Request(idempotency_key="k")]], ids=["no key", "one job"]
)
def test_what_is_accepted_or_refused_as_a_whole_is_one_statement_and_its_own_transaction(
    requests: list[Request],
) -> None:
    asked: list[bool] = []

    def answer(parameters: Mapping[str, Any]) -> Sequence[tuple[Any, ...]]:
        asked.append(database.autocommit)
        return ALL_NEW

    database = QuietDatabase(accept_jobs=answer)
    submitter(database)([submission(*requests)])
    assert [name for name, _ in database.log] == ["accept_jobs"]
    assert asked == [True]
    assert not database.autocommit


def known_as(request: Request, *, same_key: bool) -> QuietDatabase:
    """A database in which an earlier job has the key of a request."""
    earlier = QuietDatabase(accept_jobs=ALL_NEW)
    submitter(earlier)([submission(request)])
    [hashed] = earlier.told("accept_jobs")[0]["request_hashes"]
    row = (UUID(int=7), hashed, same_key)
    return QuietDatabase(accept_jobs=ALL_KNOWN, find_job_by_key=[row])


def test_the_same_request_gets_the_job_of_before() -> None:
    request = Request(record={"title": "Emma"}, idempotency_key="k")
    [[job]] = submitter(known_as(request, same_key=True))([submission(request)])
    assert (job.id, job.created) == (UUID(int=7), False)


def test_another_request_under_the_same_key_is_a_conflict_and_nothing_is_accepted() -> None:
    database = known_as(Request(record={"title": "Emma"}, idempotency_key="k"), same_key=True)
    other = Request(record={"title": "Persuasion"}, idempotency_key="k")
    with pytest.raises(IdempotencyConflict, match="'k' was used before"):
        submitter(database)([submission(other, Request(record={"title": "Sanditon"}))])
    assert "commit" not in [name for name, _ in database.log]


def test_the_same_work_in_other_words_is_no_conflict() -> None:
    database = known_as(Request(record={"title": "Emma"}, unique_key="emma"), same_key=False)
    [[job]] = submitter(database)([submission(Request(record={"title": "EMMA"}, unique_key="emma"))])
    assert (job.id, job.created) == (UUID(int=7), False)


def test_a_job_that_ended_at_this_moment_asks_for_another_try() -> None:
    with pytest.raises(IdempotencyConflict, match="submit again"):
        submitter(QuietDatabase(accept_jobs=ALL_KNOWN))([submission(Request(unique_key="emma"))])


def test_a_wake_that_is_lost_takes_no_job_back() -> None:
    def lost(_: Mapping[str, Any]) -> Sequence[tuple[Any, ...]]:
        raise psycopg.OperationalError("the connection is lost")

    database = QuietDatabase(accept_jobs=ALL_NEW, wake_workers=lost)
    submit = submitter(database)
    assert len(submit([submission(Request())])) == 1
    submit.wake()
    assert [name for name, _ in database.log] == ["accept_jobs", "wake_workers"]


def test_what_nobody_set_is_not_sent() -> None:
    database = QuietDatabase(accept_jobs=ALL_NEW)
    submitter(database)([submission(Request(record=1), Request(record=2))])
    [asked] = database.told("accept_jobs")
    assert {asked[name] for name in ("document_ids", "idempotency_keys", "unique_keys", "request_hashes")} == {None}


def test_ids_grow_with_time_and_are_version_7() -> None:
    found = [time_ordered_ids(1)[0] for _ in range(50)]
    assert {(identity.version, identity.variant) for identity in found} == {(7, uuid4().variant)}
    assert [identity.int >> 80 for identity in found] == sorted(identity.int >> 80 for identity in found)
    assert len(set(found)) == 50
