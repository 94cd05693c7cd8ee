"""The circuit breaker that the whole fleet shares."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import timedelta
from multiprocessing import get_context
from threading import Barrier
from typing import Any

import psycopg
import pytest
from psycopg_pool import ConnectionPool

from docmill.database.connection import Database
from docmill.errors import CircuitOpen, ErrorKind
from docmill.resilience.breaker import CircuitBreaker

PROVIDER = "api.example.org"


def breaker_on(pool: ConnectionPool[Any]) -> CircuitBreaker:
    return CircuitBreaker(pool, threshold=5, window_seconds=300, cooldown_seconds=600)


@pytest.fixture
def breaker(database: Database) -> CircuitBreaker:
    return breaker_on(database.pool)


@pytest.fixture
def pass_time(database: Database) -> Callable[[float], None]:
    """Move all times of the breakers into the past."""

    def move(seconds: float) -> None:
        with database.pool.connection() as connection:
            connection.execute(
                """update docmill.circuit_breakers
                      set open_until = open_until - %(passed)s, probe_until = probe_until - %(passed)s,
                          failures = array(select failure - %(passed)s from unnest(failures) as failure)""",
                {"passed": timedelta(seconds=seconds)},
            )

    return move


def fail(breaker: CircuitBreaker, times: int = 1) -> None:
    for _ in range(times):
        breaker.failed(breaker.permit(PROVIDER, hold_seconds=60), "provider_error")


def state(database: Database) -> str:
    with database.pool.connection() as connection:
        row = connection.execute("select state from docmill.circuit_states where provider = %s", [PROVIDER]).fetchone()
    return row[0] if row else "closed"


def changes(database: Database) -> list[tuple[str, str | None]]:
    with database.pool.connection() as connection:
        return connection.execute("select state, error_code from docmill.circuit_changes order by id").fetchall()


def test_the_fifth_failure_in_the_window_opens_it(breaker: CircuitBreaker, database: Database) -> None:
    fail(breaker, 4)
    assert state(database) == "closed"
    fail(breaker)
    assert state(database) == "open"
    with pytest.raises(CircuitOpen) as raised:
        breaker.permit(PROVIDER, hold_seconds=60)
    assert 590 < raised.value.retry_after <= 600
    assert raised.value.kind is ErrorKind.RATE_LIMITED
    assert changes(database) == [("open", "provider_error")]


def test_failures_outside_of_the_window_do_not_count(
    breaker: CircuitBreaker, database: Database, pass_time: Callable[[float], None]
) -> None:
    fail(breaker, 4)
    pass_time(301)
    fail(breaker, 4)
    assert state(database) == "closed"
    fail(breaker)
    assert state(database) == "open"


def test_a_success_does_not_wipe_the_failures_out(breaker: CircuitBreaker, database: Database) -> None:
    fail(breaker, 4)
    breaker.succeeded(breaker.permit(PROVIDER, hold_seconds=60))
    fail(breaker)
    assert state(database) == "open"


def test_another_provider_is_not_concerned(breaker: CircuitBreaker) -> None:
    fail(breaker, 5)
    assert breaker.permit("other.example.org", hold_seconds=60).probe is None


def test_a_call_that_was_under_way_when_it_opened_changes_nothing(breaker: CircuitBreaker, database: Database) -> None:
    late = [breaker.permit(PROVIDER, hold_seconds=60) for _ in range(2)]
    fail(breaker, 5)
    breaker.succeeded(late[0])
    breaker.failed(late[1], "provider_timeout")
    assert state(database) == "open"
    assert len(changes(database)) == 1


def test_after_the_cooldown_one_probe_goes_and_closes_it(
    breaker: CircuitBreaker, database: Database, pass_time: Callable[[float], None]
) -> None:
    fail(breaker, 5)
    pass_time(601)
    assert state(database) == "half_open"
    probe = breaker.permit(PROVIDER, hold_seconds=60)
    assert probe.probe is not None
    with pytest.raises(CircuitOpen):
        breaker.permit(PROVIDER, hold_seconds=60)
    breaker.succeeded(probe)
    assert state(database) == "closed"
    fail(breaker, 4)
    assert state(database) == "closed"
    assert [state for state, _ in changes(database)] == ["open", "half_open", "closed"]


def test_a_failed_probe_opens_it_for_another_cooldown(
    breaker: CircuitBreaker, database: Database, pass_time: Callable[[float], None]
) -> None:
    fail(breaker, 5)
    pass_time(601)
    breaker.failed(breaker.permit(PROVIDER, hold_seconds=60), "provider_timeout")
    assert state(database) == "open"
    assert changes(database)[-1] == ("open", "provider_timeout")
    pass_time(601)
    assert breaker.permit(PROVIDER, hold_seconds=60).probe is not None


def test_a_probe_that_said_nothing_is_given_to_the_next(
    breaker: CircuitBreaker, pass_time: Callable[[float], None]
) -> None:
    fail(breaker, 5)
    pass_time(601)
    breaker.released(breaker.permit(PROVIDER, hold_seconds=60))
    assert breaker.permit(PROVIDER, hold_seconds=60).probe is not None


def test_the_probe_of_a_dead_process_is_taken_over_and_its_late_word_is_ignored(
    breaker: CircuitBreaker, database: Database, pass_time: Callable[[float], None]
) -> None:
    fail(breaker, 5)
    pass_time(601)
    dead = breaker.permit(PROVIDER, hold_seconds=60)
    pass_time(61)
    living = breaker.permit(PROVIDER, hold_seconds=60)
    breaker.succeeded(dead)
    breaker.failed(dead, "provider_error")
    assert state(database) == "half_open"
    breaker.succeeded(living)
    assert state(database) == "closed"


def test_of_many_callers_at_once_one_gets_the_probe(
    breaker: CircuitBreaker, pass_time: Callable[[float], None]
) -> None:
    fail(breaker, 5)
    pass_time(601)
    together = Barrier(8)

    def permitted(_: int) -> bool:
        together.wait()
        try:
            breaker.permit(PROVIDER, hold_seconds=60)
        except CircuitOpen:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(permitted, range(8))) == 1


def test_failures_of_two_processes_open_it_for_both(
    breaker: CircuitBreaker, database: Database, pass_time: Callable[[float], None]
) -> None:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as fleet:
        list(fleet.map(fail_once, [database.conninfo] * 5))
        assert state(database) == "open"
        assert list(fleet.map(is_permitted, [database.conninfo] * 4)) == [False] * 4
        pass_time(601)
        assert sum(fleet.map(is_permitted, [database.conninfo] * 6)) == 1
    assert [state for state, _ in changes(database)] == ["open", "half_open"]


def fail_once(conninfo: str) -> None:
    with ConnectionPool(conninfo, min_size=1) as pool:
        fail(breaker_on(pool))


def is_permitted(conninfo: str) -> bool:
    with ConnectionPool(conninfo, min_size=1) as pool:
        try:
            breaker_on(pool).permit(PROVIDER, hold_seconds=60)
        except CircuitOpen:
            return False
        return True


def test_failures_at_once_are_all_counted(breaker: CircuitBreaker, database: Database) -> None:
    permits = [breaker.permit(PROVIDER, hold_seconds=60) for _ in range(4)]
    together = Barrier(4)

    def report(permit: Any) -> None:
        together.wait()
        breaker.failed(permit, "provider_error")

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(report, permits))
    with psycopg.connect(database.conninfo) as connection:
        assert connection.execute("select failures from docmill.circuit_states").fetchone() == (4,)
