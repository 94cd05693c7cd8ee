"""Which pipelines this process knows, and the ids of their steps in the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import dict_row

from docmill.database.queries import load_queries
from docmill.engine.pipeline import Pipeline, Step
from docmill.errors import InvalidConfiguration, UnknownPipeline

_QUERIES = load_queries("docmill.engine", "sql")


@dataclass(frozen=True)
class CatalogEntry:
    """A pipeline and the ids of its steps.

    Attributes:
        pipeline: The declaration.
        step_ids: Id of each step, by position.
    """

    pipeline: Pipeline
    step_ids: tuple[int, ...]


class Catalog:
    """The pipelines that a process can run."""

    def __init__(self) -> None:
        self._by_name: dict[str, CatalogEntry] = {}
        self._by_step: dict[int, tuple[CatalogEntry, int]] = {}

    def register(self, connection: psycopg.Connection[Any], pipelines: Iterable[Pipeline]) -> None:
        """Make pipelines known to the database and to this catalog.

        Raises:
            InvalidConfiguration: The steps of a known version were changed; a changed pipeline needs a new version.
        """
        for pipeline in pipelines:
            entry = CatalogEntry(pipeline, _step_ids(connection, pipeline))
            self._by_name[pipeline.name] = entry
            for position, step_id in enumerate(entry.step_ids):
                self._by_step[step_id] = (entry, position)
        connection.commit()

    def entry(self, name: str) -> CatalogEntry:
        """Return a pipeline's newest version by name."""
        try:
            return self._by_name[name]
        except KeyError:
            known = ", ".join(sorted(self._by_name)) or "none"
            raise UnknownPipeline(f"No pipeline is named {name!r}; known here: {known}.") from None

    def knows(self, step_id: int) -> bool:
        """Tell whether this process can run a step."""
        return step_id in self._by_step

    def locate(self, step_id: int) -> tuple[CatalogEntry, int]:
        """Return the pipeline that a step belongs to and the step's position."""
        return self._by_step[step_id]

    def step(self, step_id: int) -> Step:
        """Return the declaration of a step."""
        entry, position = self._by_step[step_id]
        return entry.pipeline.steps[position]

    def step_ids(self, *, cpu: bool) -> list[int]:
        """Return the ids of the steps that run in child processes, or of those that do not."""
        return [step_id for step_id in self._by_step if self.step(step_id).cpu is cpu]

    @property
    def versions(self) -> list[tuple[str, int]]:
        """Every pipeline that this process can run, by name and version; of some there may be an older version too."""
        return sorted({(entry.pipeline.name, entry.pipeline.version) for entry, _ in self._by_step.values()})

    @property
    def pipelines(self) -> list[Pipeline]:
        """All known pipelines by name."""
        return [self._by_name[name].pipeline for name in sorted(self._by_name)]


def _step_ids(connection: psycopg.Connection[Any], pipeline: Pipeline) -> tuple[int, ...]:
    key = {"pipeline": pipeline.name, "version": pipeline.version}
    concurrency = [step.concurrency for step in pipeline.steps]
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(_QUERIES["find_steps"], key).fetchall()
        if not rows or (_same_steps(rows, pipeline) and [row["concurrency"] for row in rows] != concurrency):
            cursor.execute(_QUERIES["register_pipeline"], {"name": pipeline.name, "version": pipeline.version})
            steps = {
                **key,
                "positions": list(range(len(pipeline.steps))),
                "names": [step.name for step in pipeline.steps],
                "each": [step.each for step in pipeline.steps],
                "concurrency": concurrency,
            }
            cursor.execute(_QUERIES["register_steps"], steps)
            rows = cursor.execute(_QUERIES["find_steps"], key).fetchall()
    if not _same_steps(rows, pipeline):
        raise InvalidConfiguration(
            f"The steps of pipeline {pipeline.name!r} version {pipeline.version} differ from those in the database; "
            "raise its version."
        )
    return tuple(row["id"] for row in rows)


def _same_steps(rows: Sequence[Mapping[str, Any]], pipeline: Pipeline) -> bool:
    return [(row["name"], row["each"]) for row in rows] == [(step.name, step.each) for step in pipeline.steps]
