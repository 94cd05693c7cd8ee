"""What every script of this folder does: import, profile the file that is named, say how long it took."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any


def run(load: Callable[[], Any], work: Callable[[Any, str], Any]) -> None:
    """Print a line of JSON: seconds of importing, seconds of working, and what the work returned."""
    begun = time.perf_counter()
    loaded = load()
    ready = time.perf_counter()
    figures = work(loaded, sys.argv[1])
    ended = time.perf_counter()
    print(json.dumps({"imports": ready - begun, "work": ended - ready, "figures": figures}))
