"""Calls that wait for the same thing share it: whoever comes while a transaction runs goes with the next one.

Many callers that each commit alone wait for each other at the disk. Gathered, ten callers cost about one commit, with
no delay added: the first callers run alone, and whatever has come in the meantime is run by one of those that came.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from docmill.engine.outage import is_outage, is_undone

Item = TypeVar("Item")
Answer = TypeVar("Answer")


class _Ticket(Generic[Item, Answer]):
    """One caller's item, and how it learns what became of it."""

    def __init__(self, item: Item) -> None:
        self.item = item
        self.answers: list[Answer] = []
        self.error: BaseException | None = None
        self.leads = False
        self.turn = threading.Event()


class Gathering(Generic[Item, Answer]):
    """Runs items together.

    Args:
        run: Runs several items in one transaction, and returns an answer for each, in order.
        most: At most so many items in a transaction.
        transactions: At most so many transactions at once; while one waits for the disk, another one works.
        rest: Called when every answer is given and no other transaction follows at once.
    """

    def __init__(
        self,
        run: Callable[[Sequence[Item]], Sequence[Answer]],
        most: int = 100,
        transactions: int = 2,
        rest: Callable[[], None] = lambda: None,
    ) -> None:
        self._run = run
        self._rest = rest
        self._most = most
        self._lock = threading.Lock()
        self._waiting: list[_Ticket[Item, Answer]] = []
        self._free = transactions

    def __call__(self, item: Item) -> Answer:
        """Run one item, together with those of other threads; raise what ``run`` raises for it."""
        ticket = _Ticket[Item, Answer](item)
        with self._lock:
            ticket.leads = self._free > 0
            if ticket.leads:
                self._free -= 1
            else:
                self._waiting.append(ticket)
        if not ticket.leads:
            ticket.turn.wait()
        if ticket.leads:
            self._lead(ticket)
        if ticket.error is not None:
            raise ticket.error
        return ticket.answers[0]

    def _lead(self, leader: _Ticket[Item, Answer]) -> None:
        with self._lock:
            batch = [leader, *self._waiting[: self._most - 1]]
            self._waiting = self._waiting[self._most - 1 :]
        try:
            self._serve(batch)
        finally:
            with self._lock:
                heir = self._waiting.pop(0) if self._waiting else None
                self._free += heir is None
            if heir is not None:
                heir.leads = True
                heir.turn.set()
            for ticket in batch:
                ticket.turn.set()
            if heir is None:
                self._rest()

    def _serve(self, batch: Sequence[_Ticket[Item, Answer]]) -> None:
        if len(batch) > 1:
            try:
                answers = self._run([ticket.item for ticket in batch])
            except Exception as error:  # noqa: BLE001 - it is raised in the callers' own threads
                if is_outage(error) and not is_undone(error):
                    # Nobody knows whether it was committed: to run it again could do it twice.
                    for ticket in batch:
                        ticket.error = error
                    return
            else:
                for ticket, answer in zip(batch, answers, strict=True):
                    ticket.answers = [answer]
                return
        # Alone, each caller gets the error that is its own.
        for ticket in batch:
            try:
                ticket.answers = list(self._run([ticket.item]))
            except BaseException as error:  # noqa: BLE001 - it is raised in the caller's own thread
                ticket.error = error


class AsyncGathering(Generic[Item, Answer]):
    """Runs items of one event loop together, one transaction after the other.

    Args:
        run: Runs several items in one transaction, and returns an answer for each, in order.
        terms: What must be equal for two items to be run together.
        most: At most so many items in a transaction.
        rest: Called when every answer is given and no other transaction follows at once.
    """

    def __init__(
        self,
        run: Callable[[Sequence[Item]], Awaitable[Sequence[Answer]]],
        terms: Callable[[Item], object],
        most: int = 100,
        rest: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._run = run
        self._terms = terms
        self._most = most
        self._rest = rest
        self._waiting: list[tuple[Item, object, asyncio.Future[Answer]]] = []
        self._runner: asyncio.Task[None] | None = None

    def __call__(self, item: Item) -> asyncio.Future[Answer]:
        """Run one item, together with those of other coroutines; the future raises what ``run`` raises for it.

        Whoever is cancelled while the item runs does not learn what became of it.
        """
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Answer] = loop.create_future()
        self._waiting.append((item, self._terms(item), answer))
        if self._runner is None:
            # A task of its own: a caller that is cancelled must not take the others with it.
            self._runner = loop.create_task(self._serve_all())
        return answer

    async def finish(self) -> None:
        """Wait until all that was called has run; it runs on if whoever waits here is cancelled."""
        if self._runner is not None:
            await asyncio.shield(self._runner)

    async def _serve_all(self) -> None:
        batch: list[tuple[Item, asyncio.Future[Answer]]] = []
        try:
            while self._waiting:
                while batch := self._next():
                    await self._serve(batch)
                    # Callers that have their answer may come again before the next ones are taken.
                    await asyncio.sleep(0)
                if self._rest is not None:
                    await self._rest()
        except asyncio.CancelledError:
            # With all tasks of the loop. Nobody else would answer those who wait nevertheless.
            for answer in [pair[1] for pair in batch] + [ticket[2] for ticket in self._waiting]:
                answer.cancel()
            self._waiting = []
            raise
        finally:
            # Some may have come before a rest failed.
            self._runner = asyncio.create_task(self._serve_all()) if self._waiting else None

    def _next(self) -> list[tuple[Item, asyncio.Future[Answer]]]:
        alike: list[tuple[Item, asyncio.Future[Answer]]] = []
        others: list[tuple[Item, object, asyncio.Future[Answer]]] = []
        wanted: object = None
        for item, terms, answer in self._waiting:
            if answer.done():
                continue
            if not alike:
                wanted = terms
            if terms == wanted and len(alike) < self._most:
                alike.append((item, answer))
            else:
                others.append((item, terms, answer))
        self._waiting = others
        return alike

    async def _serve(self, batch: Sequence[tuple[Item, asyncio.Future[Answer]]]) -> None:
        try:
            answers = await self._run([item for item, _ in batch])
        except Exception as error:  # noqa: BLE001 - it is raised in the callers' own coroutines
            unknown = is_outage(error) and not is_undone(error)
            if len(batch) > 1 and not unknown:
                # Alone, each caller gets the error that is its own.
                for pair in batch:
                    await self._serve([pair])
                return
            for _, answer in batch:
                if not answer.done():
                    answer.set_exception(error)
        else:
            for (_, answer), value in zip(batch, answers, strict=True):
                if not answer.done():
                    answer.set_result(value)
