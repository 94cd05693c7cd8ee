"""fg-data-profiling in its minimal mode: no correlations, no interactions, no duplicates."""

from __future__ import annotations

from data_profiling_full import load, work
from timing import run

if __name__ == "__main__":
    run(load, work)
