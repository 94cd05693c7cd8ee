"""A bench on which tests ask language models; the database beside it is quiet."""

from __future__ import annotations

from typing import Any

import pytest
from tests.local_model import Asker, local_model
from tests.quiet_database import QuietDatabase

from docmill.llm.client import LanguageModel
from docmill.resilience.clock import Clock


class PatientClock:
    """Real time plus the waits, which take no time here."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self.clock = Clock(monotonic=self.monotonic, sleep=self.sleep)

    def monotonic(self) -> float:
        return Clock().monotonic() + sum(self.waits)

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)


class Bench(Asker):
    """Builds language models beside one quiet database and asks them."""

    def __init__(self) -> None:
        self.database = QuietDatabase()
        self.time = PatientClock()

    def model(self, url: str, **changes: Any) -> LanguageModel:
        return local_model(self.database, url, **{"clock": self.time.clock} | changes)

    @property
    def outcomes(self) -> list[tuple[str, int]]:
        """What was written down about each call: its outcome, and its tokens."""
        ends = self.database.told("end_call")
        return [(end["outcome"], end["prompt_tokens"] + end["completion_tokens"]) for end in ends]


@pytest.fixture
def bench() -> Bench:
    return Bench()
