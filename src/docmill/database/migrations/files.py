"""The migrations on disk: ``NNNN_expand_title.up.sql`` with its ``.down.sql``, in the order of their names.

``expand`` adds what a new release needs and leaves what the release before it uses; ``contract`` removes, one
release later, what nobody uses any more. So workers of two neighbouring releases can run together.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from docmill.errors import DatabaseError

_NAME = re.compile(r"(?P<revision>\d{4})_(?P<phase>expand|contract)_(?P<title>[a-z0-9_]+)\.(?P<way>up|down)\.sql")


@dataclass(frozen=True)
class Migration:
    """One step of the schema.

    Attributes:
        revision: Its number, four digits.
        phase: ``expand`` or ``contract``.
        title: What it brings, as in its file name.
        up: The SQL that makes it.
        down: The SQL that takes it back.
    """

    revision: str
    phase: str
    title: str
    up: str = field(repr=False)
    down: str = field(repr=False)

    @property
    def name(self) -> str:
        """The file name without its ending."""
        return f"{self.revision}_{self.phase}_{self.title}"


@cache
def migration_files() -> tuple[Migration, ...]:
    """Return docmill's own migrations, oldest first."""
    return read_folder(files(__package__).joinpath("sql"))


def read_folder(folder: Traversable) -> tuple[Migration, ...]:
    """Read the migrations of a folder, oldest first.

    Raises:
        DatabaseError: A file has another form of name, a number occurs twice, or one of a pair is missing.
    """
    texts: dict[tuple[str, str, str], dict[str, str]] = {}
    for file in folder.iterdir():
        match = _NAME.fullmatch(file.name)
        if match is None:
            raise DatabaseError(
                f"Migration {file.name}: name it NNNN_expand_title.up.sql or NNNN_contract_title.up.sql."
            )
        key = (match["revision"], match["phase"], match["title"])
        texts.setdefault(key, {})[match["way"]] = file.read_text(encoding="utf-8")
    found: list[Migration] = []
    for (revision, phase, title), ways in sorted(texts.items()):
        if set(ways) != {"up", "down"}:
            raise DatabaseError(f"Migration {revision}_{phase}_{title} needs both an .up.sql and a .down.sql file.")
        if found and found[-1].revision == revision:
            raise DatabaseError(f"Two migrations have the number {revision}; give the later one the next free number.")
        found.append(Migration(revision, phase, title, ways["up"], ways["down"]))
    return tuple(found)
