"""A worker's conversation with the database: store what has ended, claim anew, in as few transactions as is safe.

Whatever has ended while a transaction ran is stored by the next one, together with the next claim, so the batch
grows with the load and needs no timer. When the answer to a commit is lost, nobody knows what it did: completions
are sent again, which is safe because of the epoch, and chunks that the database believes to be ours but that never
arrived are handed back.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import psycopg
import structlog

from docmill.database.crashpoints import crash_point
from docmill.database.queries import load_queries
from docmill.engine.budget import ClaimBudget
from docmill.engine.chunk import ClaimedChunk, Completion, Connection, Failure
from docmill.engine.execution import Outcome
from docmill.engine.heartbeat import Heartbeat
from docmill.engine.outage import is_outage
from docmill.engine.store import Completed, Store
from docmill.errors import ErrorKind

log = structlog.get_logger("docmill.engine")

_QUERIES = load_queries("docmill.engine", "sql")
# So many completions and a claim take about as long as the wait for the disk that a shared transaction saves.
_FEW = 50


@dataclass
class Exchange:
    """What one exchange with the database led to.

    Attributes:
        fresh: Chunks to run now.
        released: How many chunks of next steps are ready for any worker.
        idle: Whether there was room, and nothing to claim.
    """

    fresh: list[ClaimedChunk] = field(default_factory=list)
    released: int = 0
    idle: bool = False


class Dispatcher:
    """Owns the connection over which one worker completes and claims.

    Args:
        connect: Opens a connection.
        store: The engine's statements.
        budgets: How much to claim of which steps.
        lease: The worker's lease.
        stall_seconds: The server ends a transaction in which the worker says nothing for so long.
        owner_concurrency: Most chunks of one owner that run at once in the fleet; 0 for no limit.
        running: What the worker holds, by id; whatever is settled here is removed.
    """

    def __init__(
        self,
        connect: Callable[[], Connection],
        store: Store,
        budgets: Sequence[ClaimBudget],
        lease: Heartbeat,
        *,
        stall_seconds: float,
        owner_concurrency: int,
        running: dict[int, ClaimedChunk],
    ) -> None:
        self._connect = connect
        self._store = store
        self._budgets = budgets
        self._lease = lease
        self._stall = {"milliseconds": int(stall_seconds * 1000)}
        self._owner_limit = owner_concurrency or None
        self._running = running
        self._connection: Connection | None = None
        self._unsent: list[Outcome] = []
        steps = [step_id for budget in budgets for step_id in budget.steps]
        self._limits = any(self._limited(step_id) for step_id in steps)
        self._doubtful = False
        self._turn = (0, 0)
        self._hungry: list[int] = []

    @property
    def pending(self) -> bool:
        """Whether something that has ended is not stored yet."""
        return bool(self._unsent)

    @property
    def doubtful(self) -> bool:
        """Whether the database may believe this worker to hold chunks of which it never heard."""
        return self._doubtful

    def take(self, outcomes: Sequence[Outcome]) -> None:
        """Accept what has ended; what the worker no longer holds is dropped."""
        self._unsent.extend(outcome for outcome in outcomes if self._running.get(outcome.chunk.id) is outcome.chunk)

    def exchanges(self, *, claim: bool) -> Iterator[Exchange]:
        """Store completions and claim: in one transaction, or in two where much has ended.

        Completing holds the rows of the jobs, and other workers wait for them; they should not wait for a large claim,
        too.

        Raises:
            psycopg.Error: An outage; what was not yielded stays as it was, and the call is to be repeated.
        """
        apart = claim and len(self._unsent) > _FEW
        yield self._exchange(claim=claim and not apart, keep=claim)
        if apart:
            yield self._exchange(claim=True, keep=True)

    def _exchange(self, *, claim: bool, keep: bool) -> Exchange:
        connection = self._ready()
        completions = [outcome.completion for outcome in self._unsent if outcome.completion is not None]
        leaving = {outcome.chunk.id for outcome in self._unsent}
        claimed: list[ClaimedChunk] = []
        idle = False
        self._doubtful = True
        try:
            # A claim alone is one statement, and needs no transaction around it.
            with connection.transaction() if completions or self._limits else contextlib.nullcontext():
                completed = self._complete(connection, completions, keep=keep)
                if completions:
                    crash_point("exchange.after_complete")
                if claim:
                    claimed, idle = self._claim(connection, leaving, completed.kept)
                if claimed:
                    crash_point("exchange.after_claim")
        except psycopg.Error as error:
            if is_outage(error) or not completions:
                raise
            # One output that the database refuses must not hold up the others.
            completed = self._complete_one_by_one(connection, completions)
        if completions or claimed:
            crash_point("exchange.after_commit")
        self._doubtful = False
        self._settle(completed)
        fresh = [*completed.kept, *claimed]
        self._running.update({chunk.id: chunk for chunk in fresh})
        return Exchange(fresh, completed.released, idle and not completed.released)

    def store_failures(self) -> None:
        """Store the failures among what was taken.

        Raises:
            psycopg.Error: An outage; what is not stored yet stays for the next call.
        """
        failed = [(outcome.chunk, outcome.failure) for outcome in self._unsent if outcome.failure is not None]
        if not failed:
            return
        connection = self._ready()
        retried = [pair for pair in failed if pair[1].leaves_attempts(pair[0])]
        final = [pair for pair in failed if not pair[1].leaves_attempts(pair[0])]
        if retried:
            with connection.transaction():
                self._store.schedule_retries(connection, retried, self._lease.worker_id)
                crash_point("failures.before_commit")
            crash_point("failures.after_commit")
            self._release(retried)
        for chunk, failure in final:
            with connection.transaction():
                self._store.fail(connection, chunk, failure, self._lease.worker_id)
            self._release([(chunk, failure)])

    def hand_back(self) -> int:
        """Return whatever the worker still holds, without using an attempt; tell how many chunks."""
        chunks = list(self._running.values())
        if not chunks and not self._doubtful:
            return 0
        connection = self._ready()
        if chunks:
            with connection.transaction():
                self._store.hand_back(connection, chunks, self._lease.worker_id)
                crash_point("hand_back.before_commit")
            crash_point("hand_back.after_commit")
            self._running.clear()
            self._unsent.clear()
            self.wake_others()
        return len(chunks)

    def wake_others(self) -> None:
        """Wake workers that sleep: there is more to do than this one takes."""
        self._ready().execute(_QUERIES["wake_workers"])

    def fall_asleep(self) -> tuple[bool, bool, float | None]:
        """Say that this worker sleeps.

        Returns:
            Whether nobody knew yet, so that another look is needed; whether it was given chunks that it has not taken;
            and the seconds until a retry is due that this worker could take.
        """
        parameters = {
            "worker": self._lease.worker_id,
            "steps": self._hungry,
            "free": [step for step in self._hungry if not self._limited(step)],
        }
        [(news, handed, due, _)] = self._ready().execute(_QUERIES["fall_asleep"], parameters).fetchall()
        return news, handed, due

    def take_handed(self) -> list[ClaimedChunk]:
        """Return what this worker was given while it slept, to run it now; from now on it is given nothing.

        Raises:
            psycopg.Error: An outage; what was given is handed back when the database answers again.
        """
        connection = self._ready()
        self._doubtful = True
        fresh = [
            chunk for chunk in self._store.take_handed(connection, self._lease.worker_id) if not self._holds(chunk)
        ]
        if fresh:
            crash_point("take_handed.after_commit")
        self._doubtful = False
        self._running.update({chunk.id: chunk for chunk in fresh})
        return fresh

    def nothing_left(self) -> bool:
        """Tell whether every job of the pipelines that this process knows has ended."""
        known = self._store.catalog.versions
        parameters = {"pipelines": [name for name, _ in known], "versions": [version for _, version in known]}
        connection = self._ready()
        with connection.transaction():
            row = connection.execute(_QUERIES["find_open_job"], parameters).fetchone()
        return row is not None and not row[0]

    def forget(self) -> None:
        """Drop what is not stored: the lease is lost, and nothing of it would be accepted."""
        self._unsent = [outcome for outcome in self._unsent if self._running.get(outcome.chunk.id) is outcome.chunk]

    def disconnect(self) -> None:
        """Close the connection; the next call opens another."""
        if self._connection is not None:
            with contextlib.suppress(psycopg.Error):
                self._connection.close()
            self._connection = None

    def _ready(self) -> Connection:
        if self._connection is None or self._connection.closed:
            self._connection = self._connect()
            with self._connection.transaction():
                self._connection.execute(_QUERIES["prepare_session"], self._stall)
        if self._doubtful:
            self._return_strays(self._connection)
            self._doubtful = False
        return self._connection

    def _return_strays(self, connection: Connection) -> None:
        with connection.transaction():
            held = self._store.held(connection, self._lease.worker_id)
            strays = [chunk for chunk in held if not self._holds(chunk)]
            if strays:
                self._store.hand_back(connection, strays, self._lease.worker_id)
        if strays:
            log.warning("chunks handed back: the answer to their claim was lost", chunks=len(strays))

    def _holds(self, chunk: ClaimedChunk) -> bool:
        known = self._running.get(chunk.id)
        return known is not None and known.epoch == chunk.epoch

    def _complete(self, connection: Connection, completions: Sequence[Completion], *, keep: bool) -> Completed:
        if not completions:
            return Completed()
        most = len(completions) if keep and self._owner_limit is None else 0
        return self._store.complete(connection, completions, self._lease.worker_id, most)

    def _complete_one_by_one(self, connection: Connection, completions: Sequence[Completion]) -> Completed:
        total = Completed()
        for completion in completions:
            try:
                with connection.transaction():
                    completed = self._store.complete(connection, [completion], self._lease.worker_id, 0)
            except psycopg.Error as error:
                if is_outage(error):
                    raise
                refused = Failure(
                    ErrorKind.PERMANENT, "database_error", "The database refused to store the step's output."
                )
                with connection.transaction():
                    self._store.fail(connection, completion.chunk, refused, self._lease.worker_id)
            else:
                total.accepted |= completed.accepted
                total.released += completed.released
        return total

    def _claim(
        self, connection: Connection, leaving: set[int], kept: Sequence[ClaimedChunk]
    ) -> tuple[list[ClaimedChunk], bool]:
        claimed: list[ClaimedChunk] = []
        self._hungry = []
        busy = [chunk.step_id for chunk in self._running.values() if chunk.id not in leaving]
        busy += [chunk.step_id for chunk in kept]
        for budget in self._budgets:
            wanted = budget.wanted(sum(step_id in budget.step_ids for step_id in busy))
            self._hungry += wanted
            claimed += self._claim_steps(connection, wanted)
        return claimed, bool(self._hungry) and not claimed

    def _claim_steps(self, connection: Connection, wanted: Mapping[int, int]) -> list[ClaimedChunk]:
        claimed: list[ClaimedChunk] = []
        free = {step: most for step, most in wanted.items() if not self._limited(step)}
        if free:
            claimed += self._pick(connection, free, limited=False)
        limited = [step for step in wanted if self._limited(step)]
        if limited:
            connection.execute(_QUERIES["lock_limits"])
        for step in limited:
            claimed += self._pick(connection, {step: wanted[step]}, limited=True)
        return claimed

    def _limited(self, step_id: int) -> bool:
        return self._owner_limit is not None or self._store.catalog.step(step_id).concurrency is not None

    def _pick(self, connection: Connection, wanted: Mapping[int, int], *, limited: bool) -> list[ClaimedChunk]:
        found = self._store.claim(
            connection,
            self._lease.worker_id,
            wanted,
            turn=self._turn,
            limited=limited,
            owner_limit=self._owner_limit,
        )
        if found:
            self._turn = (found[-1].owner_id, found[-1].step_id)
        return found

    def _settle(self, completed: Completed) -> None:
        for outcome in self._unsent:
            if outcome.failure is None:
                self._end(outcome)
                if outcome.completion is not None and outcome.chunk.id not in completed.accepted:
                    log.warning("result dropped: the lease is lost, or it was stored before", chunk_id=outcome.chunk.id)
        self._unsent = [outcome for outcome in self._unsent if outcome.failure is not None]

    def _release(self, failed: Sequence[tuple[ClaimedChunk, Failure]]) -> None:
        stored = {chunk.id for chunk, _ in failed}
        for outcome in self._unsent:
            if outcome.chunk.id in stored:
                self._end(outcome)
        self._unsent = [outcome for outcome in self._unsent if outcome.chunk.id not in stored]
        for chunk, failure in failed:
            log.info(
                "attempt failed",
                chunk_id=chunk.id,
                job_id=str(chunk.job_id),
                attempt=chunk.attempts,
                error_code=failure.code,
            )

    def _end(self, outcome: Outcome) -> None:
        self._running.pop(outcome.chunk.id, None)
        for budget in self._budgets:
            budget.note(outcome.chunk.step_id, outcome.seconds)
