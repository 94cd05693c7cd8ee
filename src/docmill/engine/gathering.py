"""Calls that wait for the same thing share it: whoever comes while a transaction runs goes with the next one.

Many callers that each commit alone wait for each other at the disk. Gathered, ten callers cost about one commit, with
no delay added: the first callers run alone, and whatever has come in the meantime is run by one of those that came.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import psycopg

from docmill.engine.outage import is_outage

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
    """

    def __init__(
        self, run: Callable[[Sequence[Item]], Sequence[Answer]], most: int = 100, transactions: int = 2
    ) -> None:
        self._run = run
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

    def _serve(self, batch: Sequence[_Ticket[Item, Answer]]) -> None:
        if len(batch) > 1:
            try:
                answers = self._run([ticket.item for ticket in batch])
            except Exception as error:  # noqa: BLE001 - it is raised in the callers' own threads
                if is_outage(error) and not _rolled_back(error):
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


def _rolled_back(error: Exception) -> bool:
    """Tell whether the server said that it has undone the transaction: a deadlock, for one."""
    return isinstance(error, psycopg.Error) and (error.sqlstate or "").startswith("40")
