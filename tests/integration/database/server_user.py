"""A process that uses the embedded server of a home folder until its standard input ends.

It prints one line of JSON: the pid of the postmaster. Arguments: the home, and optionally a folder of PostgreSQL
programs.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from docmill.database.server import EmbeddedServer

if __name__ == "__main__":
    binaries = Path(sys.argv[2]) if len(sys.argv) > 2 else None
    server = EmbeddedServer(Path(sys.argv[1]), start_timeout=30, durable=False, binaries=binaries)
    server.start()
    postmaster = int((server.data / "postmaster.pid").read_text().split()[0])
    print(json.dumps({"postmaster": postmaster}), flush=True)
    sys.stdin.read()
    server.release()
