"""The engine as a few dictionaries: what each operation must lead to, with no database.

The numbers of chunks come from the database, everything else is worked out here; the stateful test compares both.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from docmill.engine.chunk import ClaimedChunk
from docmill.engine.pipeline import Pipeline

Place = tuple[int, int]
OPEN = ("pending", "processing", "retry_scheduled")


@dataclass
class Chunk:
    """One chunk; where it stands in its job is its key there."""

    max_attempts: int
    status: str = "pending"
    epoch: int = 0
    attempts: int = 0
    worker: int | None = None

    @property
    def open(self) -> bool:
        return self.status in OPEN

    def leave(self, status: str, *, worker: int | None = None) -> None:
        """Go to another state in which the present lease means nothing."""
        self.status, self.worker, self.epoch = status, worker, self.epoch + 1


@dataclass
class Job:
    """One job and its chunks by position of the step and item."""

    pipeline: Pipeline
    max_attempts: int
    status: str = "pending"
    error_code: str | None = None
    position: int = 0
    chunks: dict[Place, Chunk] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.start(0, 1)

    @property
    def ended(self) -> bool:
        return self.status not in ("pending", "processing")

    @property
    def open_chunks(self) -> list[Chunk]:
        return [chunk for chunk in self.chunks.values() if chunk.open]

    def start(self, position: int, items: int) -> None:
        """Begin a step."""
        self.position = position
        self.chunks.update({(position, item): Chunk(self.max_attempts) for item in range(items)})

    def end(self, status: str, error_code: str | None = None) -> None:
        """End the job; what has not ended is cancelled."""
        self.status, self.error_code = status, error_code
        for chunk in self.open_chunks:
            chunk.leave("cancelled", worker=chunk.worker)

    def complete(self, places: list[Place], items: int | None) -> None:
        """End chunks with success, and go on when they were the last ones."""
        for place in places:
            self.chunks[place].status = "success"
        if not self.open_chunks:
            self._advance(items)

    def fail(self, place: Place, error_code: str) -> None:
        """End a chunk for good."""
        self.chunks[place].status = "failed"
        position = place[0]
        if not (self.pipeline.partial and self.pipeline.steps[position].each):
            self.end("failed", error_code)
        elif not self.open_chunks:
            if self._successes(self.position):
                self._advance(None)
            else:
                self.end("failed", error_code)

    def retriable(self, chosen: set[Place] | None, *, force: bool) -> list[Place] | None:
        """Return the chunks that a retry would run again; None if it must be refused."""
        without = {place: chunk for place, chunk in self.chunks.items() if chunk.status in ("failed", "cancelled")}
        taken = [
            place
            for place, chunk in without.items()
            if chunk.status == "cancelled"
            or ((force or chunk.attempts < 2 * self.max_attempts) and (chosen is None or place in chosen))
        ]
        if not (taken if chosen is None else chosen.intersection(taken)):
            return None
        # What comes after a step that begins anew begins anew with it.
        forgotten = self._forgotten(taken)
        left = [place for place in without if place[0] < forgotten and place not in taken]
        if left and not self.pipeline.partial:
            return None
        return [place for place in taken if place[0] < forgotten]

    def reopen(self, places: list[Place]) -> None:
        """Put the job back to work."""
        for place in places:
            chunk = self.chunks[place]
            chunk.leave("pending")
            chunk.max_attempts = chunk.attempts + self.max_attempts
        self.status, self.error_code = "processing", None
        forgotten = self._forgotten(places)
        self.position = min(position for position, _ in places)
        self.chunks = {place: chunk for place, chunk in self.chunks.items() if place[0] < forgotten}

    def _forgotten(self, places: list[Place]) -> int:
        """Return the position from which nothing is kept when these chunks run again."""
        first, steps = min(position for position, _ in places), self.pipeline.steps
        return min((later for later in range(first + 1, len(steps)) if not steps[later].each), default=len(steps))

    def _successes(self, position: int) -> set[int]:
        return {item for (step, item), chunk in self.chunks.items() if step == position and chunk.status == "success"}

    def _advance(self, items: int | None) -> None:
        steps = self.pipeline.steps
        position = self.position
        while (position := position + 1) < len(steps):
            if not steps[position].each:
                self.start(position, 1)
                return
            if items is None:
                done = {item for step, item in self.chunks if step == position}
                if missing := self._successes(position - 1) - done:
                    self.position = position
                    self.chunks.update({(position, item): Chunk(self.max_attempts) for item in missing})
                    return
            elif items:
                self.start(position, items)
                return
            items = 0
        failed = any(chunk.status == "failed" for chunk in self.chunks.values())
        self.status = "completed_with_errors" if failed else "completed"


@dataclass
class Model:
    """All jobs and workers."""

    jobs: dict[UUID, Job] = field(default_factory=dict)
    keys: dict[str, UUID] = field(default_factory=dict)
    lost_workers: set[int] = field(default_factory=set)
    places: dict[int, tuple[UUID, Place]] = field(default_factory=dict)

    def chunk(self, claimed: ClaimedChunk) -> Chunk | None:
        """Return what a claimed chunk is now; None if it was forgotten."""
        job_id, place = self.places[claimed.id]
        return self.jobs[job_id].chunks.get(place)

    def holds(self, claimed: ClaimedChunk) -> bool:
        """Tell whether the lease that a worker got with a claim still stands."""
        chunk = self.chunk(claimed)
        return chunk is not None and (chunk.status, chunk.epoch) == ("processing", claimed.epoch)

    def claim(self, claimed: ClaimedChunk, position: int, worker: int) -> None:
        """Note that a worker has taken a chunk that was there to be taken."""
        job = self.jobs[claimed.job_id]
        place = (position, claimed.item)
        chunk = job.chunks[place]
        assert chunk.status in ("pending", "retry_scheduled"), f"claimed although {chunk.status}"
        assert not job.ended
        self.places[claimed.id] = (claimed.job_id, place)
        chunk.leave("processing", worker=worker)
        chunk.attempts += 1
        job.status = "processing"
        assert (claimed.epoch, claimed.attempts) == (chunk.epoch, chunk.attempts)
