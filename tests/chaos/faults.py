"""The faults of a run: which, when and where, all from one seed."""

from __future__ import annotations

import heapq
import itertools
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from tests.chaos.cluster import CLASSES, Cluster, Slot
from tests.chaos.proxy import Proxy


@dataclass(frozen=True)
class Plan:
    """How often what happens, in seconds.

    Attributes:
        kill: Between two kills of a worker.
        restart: Between two restarts of the server.
        other: Between two other faults, on average.
        lease: The workers' lease: what is stopped or silent stays so for up to three of them.
        verify: Between two checks of every rule.
    """

    kill: float
    restart: float
    other: float
    lease: float
    verify: float


class Faults:
    """Plans and injects the faults, one after the other.

    Attributes:
        injected: How many of each kind.
    """

    def __init__(self, cluster: Cluster, plan: Plan, dice: Random) -> None:
        self.injected: Counter[str] = Counter()
        self._cluster = cluster
        self._plan = plan
        self._dice = dice
        self._kinds = itertools.cycle(dice.sample(sorted(CLASSES), len(CLASSES)))
        self._victims = itertools.cycle(cluster.slots)
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self._pause = threading.Event()

    def run(self, seconds: float) -> None:
        """Inject faults for so long."""
        end = time.monotonic() + seconds
        self._later(self._plan.kill, self._kill)
        self._later(self._plan.restart, self._restart)
        self._later(self._plan.other, self._something)
        while self._due[0][0] < end:
            when, _, action = heapq.heappop(self._due)
            self._pause.wait(max(0.0, when - time.monotonic()))
            action()
            self._keep_workers()

    def heal(self) -> None:
        """End every fault that still lasts."""
        for proxy in self._cluster.proxies:
            proxy.heal()
            proxy.reset()
        for slot in self._cluster.slots:
            slot.signal(signal.SIGCONT)
            slot.stopped = False
        self._keep_workers()

    def _later(self, seconds: float, action: Callable[[], None]) -> None:
        heapq.heappush(self._due, (time.monotonic() + seconds, next(self._numbers), action))

    def _keep_workers(self) -> None:
        for slot in self._cluster.slots:
            if not slot.running:
                slot.start()

    def _kill(self) -> None:
        # In turn, so that each has lived for a while.
        slot = next(self._victims)
        slot.kill()
        slot.start()
        self.injected["killed"] += 1
        self._later(self._plan.kill, self._kill)

    def _restart(self) -> None:
        self._cluster.restart_server()
        self.injected["server restarted"] += 1
        self._later(self._plan.restart, self._restart)

    def _something(self) -> None:
        self._dice.choice((self._stop, self._terminate, self._delay, self._silence, self._reset, self._cut))()
        self._later(self._dice.uniform(0.5, 1.5) * self._plan.other, self._something)

    def _stop(self) -> None:
        slot = self._dice.choice(self._cluster.slots)
        if not slot.stopped:
            slot.signal(signal.SIGSTOP)
            slot.stopped = True
            self.injected["stopped"] += 1
            self._later(self._a_while(), lambda: self._continue(slot))

    def _continue(self, slot: Slot) -> None:
        if slot.stopped:
            slot.signal(signal.SIGCONT)
            slot.stopped = False

    def _terminate(self) -> None:
        # A class that has no connection at this moment leaves its turn to the next.
        for kind in itertools.islice(self._kinds, len(CLASSES)):
            if number := self._cluster.terminate(kind):
                self.injected[f"terminated: {kind}"] += number
                return

    def _delay(self) -> None:
        proxy = self._proxy()
        proxy.delay(self._dice.uniform(0.005, 0.1))
        self.injected["delayed"] += 1
        self._later(self._a_while(), lambda: proxy.delay(0))

    def _silence(self) -> None:
        proxy, resets = self._proxy(), self._dice.random() < 0.5
        proxy.silence()
        self.injected["silent"] += 1
        self._later(self._a_while(), lambda: self._end_silence(proxy, resets))

    def _end_silence(self, proxy: Proxy, resets: bool) -> None:
        if resets:
            proxy.reset()
        proxy.heal()

    def _reset(self) -> None:
        self._proxy().reset()
        self.injected["reset"] += 1

    def _cut(self) -> None:
        for proxy in self._cluster.proxies:
            proxy.cut_next_commit()

    def _proxy(self) -> Proxy:
        return self._dice.choice(self._cluster.proxies)

    def _a_while(self) -> float:
        return self._dice.uniform(0.2, 3) * self._plan.lease
