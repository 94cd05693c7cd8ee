"""Submitting jobs from coroutines: those that wait at the same time share one transaction and one wait for the disk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from itertools import islice
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import psycopg
from psycopg.rows import TupleRow

from docmill.database.connection import Database, has_input
from docmill.database.crashpoints import crash_point
from docmill.database.queries import load_queries
from docmill.database.repeated_statement import RepeatedStatement
from docmill.engine.gathering import AsyncGathering
from docmill.engine.outage import is_outage, outage_explained, outages_explained
from docmill.engine.submission import Request, Submission, SubmittedJob, acceptance, new_jobs, refusals_explained
from docmill.errors import UsageError
from docmill.settings import EngineSettings

_QUERIES = load_queries("docmill.engine", "sql")
_MOST_AHEAD = 100


class AsyncSubmitter:
    """Submits jobs from the coroutines of one event loop, over one connection; an asynchronous context manager.

    Args:
        database: Where jobs live.
        settings: Attempts and time limits of new jobs.
        prepare: Makes a submission of a pipeline's name, requests, batch and priority, if they fit.
        submit: Submits what has keys; it blocks, so it is called in a thread.
    """

    def __init__(
        self,
        database: Database,
        settings: EngineSettings,
        prepare: Callable[[str, Sequence[Request], UUID | None, int], Submission],
        submit: Callable[[Submission], list[SubmittedJob]],
    ) -> None:
        self._pool = database.async_pool()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._settings = settings
        self._prepare = prepare
        self._submit = submit
        self._statement: RepeatedStatement | None = None
        self._held: RepeatedStatement | None = None
        self._wake_owed = False
        self._next_jobs: list[SubmittedJob] = []
        self._gathering = AsyncGathering(self._accept, lambda submission: submission.terms, rest=self._rest)

    async def __call__(
        self, pipeline: str, requests: Sequence[Request], *, batch_id: UUID | None = None, priority: int = 0
    ) -> list[SubmittedJob]:
        """Submit jobs of one pipeline, in one transaction; they are durable when this returns.

        Raises:
            UnknownPipeline: No pipeline has this name.
            IdempotencyConflict: A key was used before for a different request.
            InvalidInput: A record does not fit the pipeline's first step or options, or the priority is out of range.
            DocumentNotFound: There is no such document.
            BatchNotFound: There is no such batch.
            DatabaseUnavailable: The database does not answer, or its answer was lost.
            UsageError: The submitter was not opened in this event loop.
        """
        if self._loop is not asyncio.get_running_loop():
            raise UsageError(
                "A submitter was opened in another event loop, or in none; open one with `async with` here."
            )
        submission = self._prepare(pipeline, requests, batch_id, priority)
        try:
            if submission.has_keys:
                return await asyncio.to_thread(self._submit, submission)
            return await self._gathering(submission)
        except psycopg.Error as error:
            if not is_outage(error):
                raise
            raise outage_explained(error) from error

    async def __aenter__(self) -> Self:
        if self._loop is not None:
            raise UsageError("A submitter is opened once; ask `Client.submissions()` for another one.")
        self._loop = asyncio.get_running_loop()
        await self._pool.open()
        try:
            # At once, so that the first who submits waits no longer than others.
            with outages_explained():
                async with self._pool.connection():
                    return self
        except BaseException:
            await self._pool.close()
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await self._gathering.finish()
        finally:
            await self._pool.close()

    async def _accept(self, submissions: Sequence[Submission]) -> list[list[SubmittedJob]]:
        jobs = self._take_jobs(sum(len(submission.requests) for submission in submissions))
        parameters = acceptance(submissions, jobs, self._settings, alone=True)
        # While the disk works, for those who wait now and come again together.
        asyncio.get_running_loop().call_soon(self._make_jobs, min(len(jobs), _MOST_AHEAD))
        crash_point("submit.before_commit")
        with refusals_explained():
            [(_, told)] = await self._fetch(parameters)
        crash_point("submit.after_commit")
        self._wake_owed = self._wake_owed or not told
        left = iter(jobs)
        return [list(islice(left, len(submission.requests))) for submission in submissions]

    def _make_jobs(self, count: int) -> None:
        self._next_jobs = new_jobs(count)

    def _take_jobs(self, count: int) -> list[SubmittedJob]:
        jobs, self._next_jobs = self._next_jobs[:count], []
        return jobs + new_jobs(count - len(jobs))

    async def _fetch(self, parameters: dict[str, Any]) -> list[TupleRow]:
        # Held until no other transaction follows at once: a checkout for each would cost a tenth of its time.
        if self._held is not None and has_input(self._held.connection):
            await self._give_back()
        if self._held is None:
            self._held = await self._take()
        try:
            return await self._held(parameters)
        except BaseException:
            await self._give_back()
            raise

    async def _take(self) -> RepeatedStatement:
        connection = await self._pool.getconn()
        if self._statement is None or self._statement.connection is not connection:
            self._statement = RepeatedStatement(connection, "accept_jobs", _QUERIES["accept_jobs"])
        self._statement.attach()
        return self._statement

    async def _give_back(self) -> None:
        if self._held is not None:
            statement, self._held = self._held, None
            statement.detach()
            await self._pool.putconn(statement.connection)

    async def _rest(self) -> None:
        # An id tells when its job came.
        self._next_jobs = []
        await self._give_back()
        if self._wake_owed:
            self._wake_owed = False
            await self._wake_workers()

    async def _wake_workers(self) -> None:
        try:
            async with self._pool.connection() as connection:
                await connection.execute(_QUERIES["wake_workers"])
        except Exception as error:
            if not is_outage(error):
                raise
