"""Gathered calls: one run for all that wait, and each caller gets its own answer or error."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import psycopg
import pytest

from docmill.engine.gathering import Gathering


def call_at_once(gathering: Gathering[int, int], items: Sequence[int]) -> dict[int, int | BaseException]:
    answers: dict[int, int | BaseException] = {}

    def call(item: int) -> None:
        try:
            answers[item] = gathering(item)
        except Exception as error:  # noqa: BLE001 - the test looks at it
            answers[item] = error

    threads = [threading.Thread(target=call, args=(item,)) for item in items]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()
    return answers


def test_whoever_comes_while_one_runs_goes_with_the_next() -> None:
    runs: list[list[int]] = []
    first_runs, others_wait = threading.Event(), threading.Event()

    def run(items: Sequence[int]) -> list[int]:
        runs.append(list(items))
        if len(runs) == 1:
            first_runs.set()
            assert others_wait.wait(10)
        return [item * 2 for item in items]

    gathering = Gathering[int, int](run, transactions=1)
    first = threading.Thread(target=gathering, args=(0,))
    first.start()
    assert first_runs.wait(10)
    answers: dict[int, int] = {}
    others = [threading.Thread(target=lambda n=n: answers.update({n: gathering(n)})) for n in range(1, 10)]
    for thread in others:
        thread.start()
    while len(gathering._waiting) < 9:
        pass
    others_wait.set()
    for thread in [first, *others]:
        thread.join(10)
    assert answers == {n: 2 * n for n in range(1, 10)}
    assert [len(items) for items in runs] == [1, 9]


def test_a_second_transaction_begins_while_the_first_waits_for_the_disk() -> None:
    first_runs, second_ran = threading.Event(), threading.Event()

    def run(items: Sequence[int]) -> list[int]:
        if items == [0]:
            first_runs.set()
            assert second_ran.wait(10)
        return list(items)

    gathering = Gathering[int, int](run)
    first = threading.Thread(target=gathering, args=(0,))
    first.start()
    assert first_runs.wait(10)
    assert gathering(1) == 1
    second_ran.set()
    first.join(10)


def test_an_error_is_the_own_one_of_who_caused_it() -> None:
    def run(items: Sequence[int]) -> list[int]:
        if 3 in items:
            raise ValueError(items)
        return list(items)

    answers = call_at_once(Gathering[int, int](run), range(20))
    assert isinstance(answers.pop(3), ValueError)
    assert answers == {n: n for n in range(20) if n != 3}


def test_an_outage_is_not_run_again() -> None:
    runs: list[int] = []

    def run(items: Sequence[int]) -> list[int]:
        runs.extend(items)
        raise psycopg.OperationalError("the answer to the commit is lost")

    answers = call_at_once(Gathering[int, int](run), range(20))
    assert all(isinstance(answer, psycopg.OperationalError) for answer in answers.values())
    assert sorted(runs) == list(range(20))


@pytest.mark.parametrize("most", [1, 7])
def test_nobody_is_forgotten(most: int) -> None:
    gathering = Gathering[int, int](lambda items: list(items), most)
    assert call_at_once(gathering, range(50)) == {n: n for n in range(50)}
