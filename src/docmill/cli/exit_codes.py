"""What the exit code of a command says."""

from __future__ import annotations

FAILED = 1
USAGE = 2
JOB_FAILED = 3
TIMED_OUT = 4
INTERRUPTED = 130
