"""Callers that submit under keys, ask again when no answer came, and sometimes give up or cancel.

Others, coroutines of one event loop, submit without keys: they never ask again, since that could do the work twice.
"""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from random import Random
from tempfile import gettempdir

import psycopg
from tests.chaos.history import History
from tests.chaos.pipelines import PIPELINES, Task
from tests.integration.engine.conftest import FixedKeyCipher

from docmill.database.connection import Database
from docmill.engine.async_submission import AsyncSubmitter
from docmill.engine.catalog import Catalog
from docmill.engine.client import Client, Request
from docmill.engine.store import Store
from docmill.engine.worker import retry_delays
from docmill.errors import DatabaseUnavailable, IllegalTransition
from docmill.settings import EngineSettings
from docmill.storage.local import LocalBlobs

OUTAGES = (psycopg.Error, DatabaseUnavailable)
WEIGHTS = (6, 3, 1)


class Submitters:
    """Some threads and coroutines that submit through one client.

    Args:
        conninfo: Of the proxy.
        settings: Attempts and time limits of the jobs.
        history: Where every call is noted.
        seed: Decides what is asked for.
        number: How many threads, and as many coroutines.
    """

    def __init__(self, conninfo: str, settings: EngineSettings, history: History, seed: int, number: int) -> None:
        self._database = Database(conninfo, role="submitter")
        catalog = Catalog()
        with self._database.pool.connection() as connection:
            catalog.register(connection, PIPELINES)
        cipher = FixedKeyCipher()
        store = Store(catalog, lambda connection, key_id: cipher, retry_delays(settings, Random()))
        self._client = Client(self._database, store, LocalBlobs(Path(gettempdir())), lambda path: "", settings, "chaos")
        self._history = history
        self._stop = threading.Event()
        self.room = threading.Event()
        self._threads = [
            threading.Thread(target=self._call, args=(n, Random(f"{seed}/{n}")), name=f"chaos-caller-{n}", daemon=True)
            for n in range(number)
        ]
        dice = [Random(f"{seed}/coroutine-{n}") for n in range(number)]
        self._threads.append(
            threading.Thread(target=self._run_coroutines, args=(dice,), name="chaos-coroutines", daemon=True)
        )
        self.errors: list[BaseException] = []

    def start(self) -> None:
        """Begin to submit."""
        self.room.set()
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End submitting; what has begun is brought to its end."""
        self._stop.set()
        self.room.set()
        for thread in self._threads:
            thread.join(60)
        self._database.close()
        if hanging := [thread.name for thread in self._threads if thread.is_alive()]:
            self.errors.append(TimeoutError(f"these callers got no answer at all: {hanging}"))

    def _call(self, caller: int, dice: Random) -> None:
        number = 0
        try:
            while not self._stop.is_set():
                self.room.wait()
                number += 1
                self._submit(f"{caller}-{number}", dice)
                self._stop.wait(dice.uniform(0, 0.1))
        except BaseException as error:  # noqa: BLE001 - the run reports it; a thread would only print it
            self.errors.append(error)

    def _submit(self, key: str, dice: Random) -> None:
        [pipeline] = dice.choices(PIPELINES, WEIGHTS)
        task = Task(key=key, count=dice.randint(1, 8), poisoned=dice.random() < 0.03)
        gives_up, repeats, cancels = (dice.random() < share for share in (0.1, 0.1, 0.05))
        self._history.ask(task)
        request = Request(record=task.model_dump(), idempotency_key=key)
        while True:
            try:
                [job] = self._client.submit(pipeline.name, [request])
            except OUTAGES:
                if gives_up or self._stop.is_set():
                    return
                self._stop.wait(0.1)
                continue
            self._history.acknowledge(key, job.id)
            if not repeats:
                break
            repeats = False
        if cancels:
            self._cancel(key)

    def _run_coroutines(self, dice: list[Random]) -> None:
        try:
            asyncio.run(self._call_together(dice))
        except BaseException as error:  # noqa: BLE001 - the run reports it; a thread would only print it
            self.errors.append(error)

    async def _call_together(self, dice: list[Random]) -> None:
        async with self._client.submissions() as submit:
            await asyncio.gather(*(self._call_without_keys(submit, n, one) for n, one in enumerate(dice)))

    async def _call_without_keys(self, submit: AsyncSubmitter, caller: int, dice: Random) -> None:
        number = 0
        while not self._stop.is_set():
            await asyncio.sleep(dice.uniform(0, 0.1))
            if not self.room.is_set():
                continue
            number += 1
            [pipeline] = dice.choices(PIPELINES, WEIGHTS)
            task = Task(key=f"coroutine-{caller}-{number}", count=dice.randint(1, 8), poisoned=dice.random() < 0.03)
            self._history.ask(task)
            try:
                [job] = await submit(pipeline.name, [Request(record=task.model_dump())])
            except OUTAGES:
                continue
            self._history.acknowledge(task.key, job.id)

    def _cancel(self, key: str) -> None:
        self._history.ask_to_cancel(key)
        while True:
            try:
                self._client.cancel(self._history.acknowledged[key])
            except IllegalTransition:
                return
            except OUTAGES:
                if self._stop.is_set():
                    return
                self._stop.wait(0.1)
                continue
            self._history.acknowledge_cancel(key)
            return
