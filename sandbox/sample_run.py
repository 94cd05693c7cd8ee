"""A complete run of the books pipeline, offline and in a folder of its own: list, jobs, warehouse, monitoring.

``python sandbox/sample_run.py`` makes a list of invented books, submits it, works it off against a local server
that plays Google Books and Open Library, and prints what was loaded, three reports and the state of the jobs.
Nothing of it stays.
"""

import os
import tempfile
from pathlib import Path

from docmill.cli.rehearsal import rehearse


def main() -> None:
    """Run it all on an embedded database that is thrown away."""
    # A setting of the person who runs this must not lead the sample to a database of theirs.
    for name in ("DATABASE_URL", "DB_HOST"):
        os.environ.pop(name, None)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        os.environ["DOCMILL_HOME"] = str(Path(folder) / "docmill")
        os.environ.setdefault("LOG_LEVEL", "WARNING")
        rehearse()


if __name__ == "__main__":
    main()
