"""Gathered calls: one run for all that wait, and each caller gets its own answer or error."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from typing import Any

import psycopg
import pytest

from docmill.engine.gathering import AsyncGathering, Gathering


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


def test_a_rest_comes_when_no_other_run_follows_at_once() -> None:
    told: list[str] = []
    first_runs, other_waits = threading.Event(), threading.Event()

    def run(items: Sequence[int]) -> list[int]:
        told.append("run")
        if items == [0]:
            first_runs.set()
            assert other_waits.wait(10)
        return list(items)

    gathering = Gathering[int, int](run, transactions=1, rest=lambda: told.append("rest"))
    first, other = (threading.Thread(target=gathering, args=(item,)) for item in range(2))
    first.start()
    assert first_runs.wait(10)
    other.start()
    while not gathering._waiting:
        pass
    other_waits.set()
    first.join(10)
    other.join(10)
    assert told == ["run", "run", "rest"]


class Recorder:
    """Runs items of coroutines and keeps what was run together.

    Attributes:
        runs: The items of each run.
        refused: Items that fail.
    """

    def __init__(self, *refused: int, error: type[Exception] = ValueError) -> None:
        self.runs: list[list[int]] = []
        self.rests = 0
        self._refused = set(refused)
        self._error = error

    async def run(self, items: Sequence[int]) -> list[int]:
        self.runs.append(list(items))
        await asyncio.sleep(0)
        if self._refused.intersection(items):
            raise self._error(items)
        return [item * 2 for item in items]

    async def rest(self) -> None:
        self.rests += 1


def gather(recorder: Recorder, items: Sequence[int], most: int = 100, rounds: int = 1) -> list[Any]:
    """Call with all items at once, some rounds after each other, and wait for the end; odd and even ones differ."""

    async def main() -> list[Any]:
        gathering = AsyncGathering[int, int](recorder.run, lambda item: item % 2, most, recorder.rest)

        async def call(item: int) -> list[int]:
            return [await gathering(item) for _ in range(rounds)]

        answers: list[Any] = await asyncio.gather(*map(call, items), return_exceptions=True)
        await gathering.finish()
        return answers

    return asyncio.run(main())


def test_coroutines_that_wait_go_together_if_their_terms_are_equal() -> None:
    recorder = Recorder()
    assert gather(recorder, range(6)) == [[0], [2], [4], [6], [8], [10]]
    assert recorder.runs == [[0, 2, 4], [1, 3, 5]]


def test_coroutines_that_come_again_meet_in_the_next_run_without_a_rest() -> None:
    recorder = Recorder()
    gather(recorder, [0, 2, 4], rounds=3)
    assert recorder.runs == [[0, 2, 4]] * 3
    assert recorder.rests == 1


def test_no_more_coroutines_go_together_than_may() -> None:
    recorder = Recorder()
    gather(recorder, range(0, 14, 2), most=3)
    assert [len(items) for items in recorder.runs] == [3, 3, 1]


def test_a_coroutine_gets_the_error_that_is_its_own() -> None:
    recorder = Recorder(2)
    first, second, third = gather(recorder, [0, 2, 4])
    assert (first, third) == ([0], [8])
    assert isinstance(second, ValueError)
    assert recorder.runs == [[0, 2, 4], [0], [2], [4]]


def test_an_outage_is_told_to_all_coroutines_and_not_run_again() -> None:
    recorder = Recorder(2, error=psycopg.OperationalError)
    assert all(isinstance(answer, psycopg.OperationalError) for answer in gather(recorder, [0, 2, 4]))
    assert recorder.runs == [[0, 2, 4]]


def test_a_coroutine_that_is_cancelled_before_its_run_takes_nobody_with_it() -> None:
    recorder = Recorder()

    async def main() -> tuple[Any, ...]:
        gathering = AsyncGathering[int, int](recorder.run, lambda item: 0)
        calls = [gathering(item) for item in range(3)]
        calls[0].cancel()
        return tuple(await asyncio.gather(*calls, return_exceptions=True))

    cancelled, *others = asyncio.run(main())
    assert isinstance(cancelled, asyncio.CancelledError)
    assert others == [2, 4]
    assert recorder.runs == [[1, 2]]


@pytest.mark.parametrize("outage", [False, True])
def test_a_coroutine_that_is_cancelled_while_it_runs_takes_nobody_with_it(outage: bool) -> None:
    started, go = asyncio.Event(), asyncio.Event()

    async def run(items: Sequence[int]) -> list[int]:
        started.set()
        await go.wait()
        if outage:
            raise psycopg.OperationalError("the connection is lost")
        return list(items)

    async def main() -> tuple[Any, ...]:
        gathering = AsyncGathering[int, int](run, lambda item: 0)
        calls = [gathering(item) for item in range(3)]
        await started.wait()
        calls[1].cancel()
        await asyncio.sleep(0)
        go.set()
        return tuple(await asyncio.gather(*calls, return_exceptions=True))

    first, cancelled, third = asyncio.run(main())
    assert isinstance(cancelled, asyncio.CancelledError)
    if outage:
        assert isinstance(first, psycopg.OperationalError)
        assert isinstance(third, psycopg.OperationalError)
    else:
        assert (first, third) == (0, 2)


class Blocked:
    """Runs that do not end before they may."""

    def __init__(self) -> None:
        self.started, self.go = asyncio.Event(), asyncio.Event()

    async def run(self, items: Sequence[int]) -> list[int]:
        self.started.set()
        await self.go.wait()
        return list(items)


def test_whoever_is_cancelled_while_it_waits_for_the_end_takes_no_coroutine_with_it() -> None:
    async def main() -> list[int]:
        blocked = Blocked()
        gathering = AsyncGathering[int, int](blocked.run, lambda item: item % 2)
        calls = [gathering(item) for item in range(4)]
        await blocked.started.wait()
        end = asyncio.ensure_future(gathering.finish())
        await asyncio.sleep(0)
        end.cancel()
        with pytest.raises(asyncio.CancelledError):
            await end
        blocked.go.set()
        return await asyncio.wait_for(asyncio.gather(*calls), 30)

    assert asyncio.run(main()) == [0, 1, 2, 3]


def test_when_all_tasks_are_cancelled_nobody_waits_for_ever() -> None:
    async def main() -> list[Any]:
        blocked = Blocked()
        gathering = AsyncGathering[int, int](blocked.run, lambda item: item % 2)
        calls = [gathering(item) for item in range(4)]
        await blocked.started.wait()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        answers = await asyncio.wait_for(asyncio.gather(*calls, return_exceptions=True), 30)
        blocked.go.set()
        return [*map(type, answers), await gathering(5)]

    assert asyncio.run(main()) == [asyncio.CancelledError] * 4 + [5]


def test_whoever_comes_while_a_rest_fails_is_served_nevertheless() -> None:
    resting, fail = asyncio.Event(), asyncio.Event()

    async def run(items: Sequence[int]) -> list[int]:
        return list(items)

    async def rest() -> None:
        if not fail.is_set():
            resting.set()
            await fail.wait()
            raise ValueError("no rest")

    async def main() -> int:
        gathering = AsyncGathering[int, int](run, lambda item: 0, rest=rest)
        await gathering(1)
        await resting.wait()
        end = asyncio.ensure_future(gathering.finish())
        call = gathering(2)
        fail.set()
        with pytest.raises(ValueError, match="no rest"):
            await end
        return await asyncio.wait_for(call, 30)

    assert asyncio.run(main()) == 2
