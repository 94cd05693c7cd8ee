"""Take out each guard of the engine once, and see a test turn red: ``python -m tests.mutants``.

Works on a copy of the sources, so that nobody else notices. Prints one line a guard; exit 1 if a mutant survives.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
ENGINE = "src/docmill/engine"
TESTS = "tests/integration/engine"


@dataclass(frozen=True)
class Mutant:
    """A guard, how to take it out, and the test that must notice.

    Attributes:
        guard: What it protects.
        file: Below the engine's folder.
        before: The guard as it stands in the file, once.
        after: What stands there without it.
        test: The tests to run.
    """

    guard: str
    file: str
    before: str
    after: str
    test: str


MUTANTS = (
    Mutant(
        "completion is fenced by the epoch",
        "sql/complete.sql",
        "where c.id = d.id and c.epoch = d.epoch and (select",
        "where c.id = d.id and (select",
        "test_fencing.py -k late",
    ),
    Mutant(
        "a final failure is fenced by the epoch",
        "sql/retry.sql",
        "delete from docmill.chunks where id = %(id)s and epoch = %(epoch)s",
        "delete from docmill.chunks where id = %(id)s",
        "test_fencing.py -k late",
    ),
    Mutant(
        "a claim skips what another one holds",
        "sql/claim.sql",
        "order by c.ready_order limit greatest(0, g.most) for update skip locked",
        "order by c.ready_order limit greatest(0, g.most)",
        "test_claiming.py -k two",
    ),
    Mutant(
        "a claim counts the attempt",
        "sql/claim.sql",
        "attempts = c.attempts + 1,",
        "attempts = c.attempts,",
        "test_claiming.py -k counts_the_attempt",
    ),
    Mutant(
        "owners take turns",
        "sql/claim.sql",
        "ceil(%(limit)s::numeric / count(*) over (partition by h.priority))",
        "%(limit)s",
        "test_claiming.py -k starves",
    ),
    Mutant(
        "the turn goes on behind the last owner",
        "sql/claim.sql",
        "(h.owner_id, h.step_id) <= (%(turn_owner)s, %(turn_step)s), ",
        "%(turn_owner)s + %(turn_step)s < 0, ",
        "test_claiming.py -k turns",
    ),
    Mutant(
        "the concurrency of a step is counted over the fleet",
        "sql/claim.sql",
        "where %(limited)s and c.status",
        "where false and %(limited)s and c.status",
        "test_claiming.py -k concurrency",
    ),
    Mutant(
        "the jobs' rows are locked before chunks end",
        "sql/complete.sql",
        "and (select count(*) from locked) > 0",
        "",
        "test_fencing.py -k holds_no_chunk",
    ),
    Mutant(
        "a retried job ends only at its last step",
        "sql/complete.sql",
        "c.final_position is distinct from j.position then j.status",
        "c.final_position is null then j.status",
        "test_retrying.py -k different_steps",
    ),
    Mutant(
        "a rate limit uses no attempt",
        "chunk.py",
        "return self.kind.uses_attempt and not self.excused",
        "return True",
        "test_retrying.py -k rate_limit",
    ),
    Mutant(
        "a permanent error is not repeated",
        "chunk.py",
        "return self.kind.retried and (",
        "return (",
        "test_retrying.py -k permanent",
    ),
    Mutant(
        "strays are handed back after an outage",
        "dispatch.py",
        "        if self._doubtful:\n",
        "        if False:\n",
        "test_outages.py -k answer_was_lost",
    ),
    Mutant(
        "a lost lease is not trusted until everything is dropped",
        "heartbeat.py",
        "return self._held and time.monotonic()",
        "return time.monotonic()",
        "test_outages.py -k another_sweeper",
    ),
    Mutant(
        "a stopped worker hands back what it runs",
        "worker.py",
        "if chunks := self._dispatcher.hand_back():",
        "if chunks := 0:",
        "test_outages.py -k hands_back",
    ),
    Mutant(
        "a stopping worker claims no more",
        "worker.py",
        "self._heartbeat.valid and not self._stopping.is_set()",
        "self._heartbeat.valid",
        "test_outages.py -k claims_no_more",
    ),
    Mutant(
        "a listener outlives its connection",
        "wakeup.py",
        "while not self._stop.is_set():\n            try:",
        "for _ in range(1):\n            try:",
        "test_outages.py -k 'dead_listen or no_thread'",
    ),
    Mutant(
        "a sleeping worker says so",
        "sql/workers.sql",
        "set waiting = true, steps",
        "set waiting = false, steps",
        "test_outages.py -k woken",
    ),
    Mutant(
        "whatever a step raises is reported",
        "execution.py",
        "except BaseException as error:  # noqa: BLE001 - whatever a step raises, even SystemExit,",
        "except Exception as error:  # noqa: BLE001 - whatever a step raises, even SystemExit,",
        "test_retrying.py -k whatever",
    ),
    Mutant(
        "a thread that hangs is replaced",
        "execution.py",
        "self._threads.abandon(thread)",
        "pass",
        "test_retrying.py -k hang",
    ),
    Mutant(
        "keys are taken in one order",
        "../database/migrations/sql/0015_expand_short_acceptance.up.sql",
        "order by d.idempotency_key, d.unique_key, d.number",
        "order by d.number",
        "test_submitting.py -k another_order",
    ),
    Mutant(
        "an unknown pipeline's last attempt is left to who knows it",
        "sweeper.py",
        " and store.catalog.knows(chunk.step_id)",
        "",
        "test_outages.py -k does_not_know",
    ),
    Mutant(
        "a dead worker's chunks are found again after a sweep that died",
        "sql/sweep.sql",
        "from docmill.workers where not settled and stopped_at is not null",
        "from docmill.workers where not settled and stopped_at > clock_timestamp()",
        "test_outages.py -k half_way",
    ),
    Mutant(
        "a claim begins behind what was claimed before",
        "sql/claim.sql",
        "where c.status = 'pending' and c.step_id = w.step_id and c.ready_order >= w.low",
        "where c.status = 'pending' and c.step_id = w.step_id",
        "test_plans.py -k snapshot",
    ),
    Mutant(
        "only a look at everything says that nothing waits",
        "store.py",
        "if not rows and any(lows):",
        "if False:",
        "test_claiming.py -k below_the_mark",
    ),
    Mutant(
        "what was cancelled with its job comes back with any retry",
        "sql/retry.sql",
        "           f.status = 'cancelled'\n           or (",
        "           (",
        "test_retrying.py -k cancelled_with_its_job",
    ),
    Mutant(
        "a retry leaves no gap",
        "store.py",
        "if taken and left and not",
        "if not taken and left and not",
        "test_retrying.py -k gap",
    ),
    Mutant(
        "what comes after a retried step begins anew",
        "store.py",
        'rows = [row for row in rows if not row["superseded"]]',
        "rows = list(rows)",
        "test_retrying.py -k later_step_that_failed",
    ),
    Mutant(
        "no job is given to a worker whose lease is half over",
        "../database/migrations/sql/0015_expand_short_acceptance.up.sql",
        "and now() - w.heartbeat_at < (w.lease_until - w.heartbeat_at) / 2",
        "",
        "test_hand_over.py -k could_not_begin",
    ),
    Mutant(
        "a worker whose lease is over takes nothing",
        "worker.py",
        "        if self._heartbeat.valid:\n",
        "        if True:\n",
        "test_hand_over.py -k lease_is_over",
    ),
    Mutant(
        "what was given and rescued is not taken",
        "sql/workers.sql",
        "on c.id = h.id and c.worker_id = m.worker_id",
        "on c.id = h.id",
        "test_hand_over.py -k rescued_meanwhile",
    ),
    Mutant(
        "a worker that was given a job is not settled by its own end",
        "sql/workers.sql",
        "settled = %(settled)s and exists (select 1 from gone)",
        "settled = %(settled)s",
        "test_hand_over.py -k settled",
    ),
    Mutant(
        "a worker that may be given a job is not settled by a sweep",
        "sql/sweep.sql",
        """
       and not exists (select 1 from docmill.chunks c where c.id = any(s.handed) and c.worker_id = s.worker_id)""",
        "",
        "test_hand_over.py -k no_worker_is_settled",
    ),
    Mutant(
        "an outage is not made up for by submitting again",
        "gathering.py",
        "if len(batch) > 1 and not unknown:",
        "if len(batch) > 1:",
        "../../unit/engine/test_gathering.py -k told_to_all_coroutines",
    ),
    Mutant(
        "a session that the server ended is not submitted over",
        "async_submission.py",
        "if self._held is not None and has_input(self._held.connection):",
        "if False:",
        "test_async_submission.py -k was_ended",
    ),
    Mutant(
        "a statement is prepared on the session that runs it",
        "async_submission.py",
        "if self._statement is None or self._statement.connection is not connection:",
        "if self._statement is None:",
        "test_async_submission.py -k was_ended",
    ),
    Mutant(
        "the number of a lost session is free for the next one",
        "../database/repeated_statement.py",
        "        self._loop.remove_reader(self._descriptor)\n",
        "        pass\n",
        "../database/test_repeated_statement.py -k number_is_free",
    ),
    Mutant(
        "a job that has ended has no chunk to do",
        "../database/migrations/sql/0013_expand_sound_rows.up.sql",
        "       and (chunks_open = 0 or finished_at is null)\n",
        "",
        "test_fencing.py -k cannot_be",
    ),
    Mutant(
        "a chunk names its worker while it runs, and only then",
        "../database/migrations/sql/0013_expand_sound_rows.up.sql",
        "       and (worker_id is not null) = (status = 'processing')\n",
        "",
        "test_fencing.py -k cannot_be",
    ),
    Mutant(
        "who may have come while a key was waited for is woken",
        "../database/migrations/sql/0015_expand_short_acceptance.up.sql",
        "(somebody_sleeps is null and not keyed)",
        "somebody_sleeps is null",
        "test_submitting.py -k woken_after",
    ),
    Mutant(
        "a coroutine that is cancelled may close what it holds",
        "execution.py",
        "            ending.result(_CLOSE_SECONDS)\n",
        "            pass\n",
        "test_outages.py -k hands_back",
    ),
    Mutant(
        "a thread that has taken a task is idle no more",
        "threads.py",
        "            self._idle -= 1\n",
        "",
        "../../unit/engine/test_threads.py -k just_taken",
    ),
    Mutant(
        "a cancel that meets a start stops it",
        "execution.py",
        "        self._stops[_key(chunk)] = stop\n",
        "        if _key(chunk) in self._running:\n            return self._stops.update({_key(chunk): stop})\n",
        "test_execution.py -k meets_a_start",
    ),
    Mutant(
        "a coroutine that has ended cannot run too long",
        "execution.py",
        "            self._watched.pop(_key(prepared.chunk), None)\n",
        "",
        "test_execution.py -k has_ended",
    ),
    Mutant(
        "a listener hears however many files are open",
        "wakeup.py",
        "ears.poll(_ALIVE_SECONDS * 1000)",
        "select.select([connection, self._stopped], [], [], _ALIVE_SECONDS)[0]",
        "test_outages.py -k however_many",
    ),
    Mutant(
        "a worker sweeps before it claims",
        "sweeper.py",
        "        self._swept.wait(_FIRST_SECONDS)\n",
        "",
        "test_claiming.py -k too_late",
    ),
)


def survives(mutant: Mutant, copy: Path) -> bool:
    """Run the tests of a mutant; tell whether they pass without the guard."""
    file = copy / ENGINE / mutant.file
    source = file.read_text()
    if source.count(mutant.before) != 1:
        raise SystemExit(f"{mutant.guard}: the guard stands {source.count(mutant.before)} times in {mutant.file}")
    file.write_text(source.replace(mutant.before, mutant.after))
    try:
        name, _, chosen = mutant.test.partition(" -k ")
        choice = ["-k", chosen.strip("'")] if chosen else []
        command = [sys.executable, "-m", "pytest", "-q", "-x", "--timeout", "30", f"{TESTS}/{name}", *choice]
        environment = {**os.environ, "PYTHONPATH": str(copy / "src")}
        return subprocess.run(command, cwd=copy, env=environment, capture_output=True, check=False).returncode == 0
    finally:
        file.write_text(source)


def main() -> None:
    """Try every mutant."""
    survivors = 0
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in ("src", "tests"):
            shutil.copytree(REPOSITORY / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(REPOSITORY / "pyproject.toml", copy)
        for mutant in MUTANTS:
            alive = survives(mutant, copy)
            survivors += alive
            print(f"{'SURVIVES' if alive else 'killed'}: {mutant.guard} -> {mutant.test}", flush=True)
    print(f"{len(MUTANTS) - survivors} of {len(MUTANTS)} guards are missed by a test when they are gone")
    sys.exit(1 if survivors else 0)


if __name__ == "__main__":
    main()
