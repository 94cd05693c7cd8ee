"""A server whose answers go wrong by a script."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from docmill.pipelines.books.rehearsal.server import GOOGLE, ApiAnswer, ApiRequest, BookApiServer
from docmill.pipelines.books.rehearsal.shelf import ShelfBook

Fault = Callable[[ApiRequest], ApiAnswer | None]

HANG_SECONDS = 60.0


def status(code: int, **headers: str) -> Fault:
    return lambda request: ApiAnswer(
        code, b'{"error": {}}', {name.replace("_", "-"): headers[name] for name in headers}
    )


def body(content: bytes) -> Fault:
    return lambda request: ApiAnswer(200, content)


def drop(request: ApiRequest) -> ApiAnswer:
    return ApiAnswer(0)


def hang(request: ApiRequest) -> ApiAnswer:
    return ApiAnswer(200, delay=HANG_SECONDS)


def none(request: ApiRequest) -> None:
    return None


class FaultyApis(BookApiServer):
    """Plays faults in turn, one script an API; where a script has ended, answers are right."""

    def __init__(self, books: Sequence[ShelfBook], **options: Any) -> None:
        super().__init__(books, **options)
        self.counts: Counter[str] = Counter()
        self._scripts: dict[str, list[Fault]] = {"google": [], "open_library": []}
        self._always: dict[str, Fault | None] = {"google": None, "open_library": None}
        self._lock = threading.Lock()

    def script(self, api: str, faults: Iterable[Fault]) -> None:
        self._scripts[api] = list(faults)

    def always(self, api: str, fault: Fault | None) -> None:
        self._always[api] = fault

    def answer(self, request: ApiRequest) -> ApiAnswer:
        api = "google" if request.path == GOOGLE else "open_library"
        with self._lock:
            self.counts[api] += 1
            fault = self._scripts[api].pop(0) if self._scripts[api] else self._always[api]
        found = fault(request) if fault else None
        return found if found is not None else super().answer(request)
