"""Named places at which a test may kill the process: each is a no-op unless the environment arms it.

``ENGINE_CRASH_AT=name`` kills the process with SIGKILL when it reaches the place for the first time, ``name:3`` for the
third. ``tests/crash`` arms every one of them.
"""

from __future__ import annotations

import os
import signal

POINTS = (
    "submit.before_commit",
    "submit.after_commit",
    "take_handed.after_commit",
    "exchange.after_complete",
    "exchange.after_claim",
    "exchange.after_commit",
    "run.before_call",
    "run.after_call",
    "fan_out.after_insert",
    "fan_in.before_insert",
    "failures.before_commit",
    "failures.after_commit",
    "publish.before_commit",
    "publish.after_commit",
    "cancel.before_commit",
    "cancel.after_commit",
    "retry.before_commit",
    "retry.after_commit",
    "sweep.after_end",
    "sweep.after_rescue",
    "sweep.overdue",
    "sweep.forget",
    "hand_back.before_commit",
    "hand_back.after_commit",
    "migrate.before_sql",
    "migrate.before_commit",
)

_armed, _, _number = os.environ.get("ENGINE_CRASH_AT", "").partition(":")
_left = [int(_number or 1)]


def crash_point(name: str) -> None:
    """Die here, if this place is armed."""
    if name == _armed:
        _left[0] -= 1
        if _left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
