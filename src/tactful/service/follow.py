"""The folder: one thread that keeps everybody's document less than a second behind the events."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from tactful.model.problems import StoreProblem
from tactful.model.records import HOUR
from tactful.service.aside import forget_old
from tactful.service.import_orders import fold_all
from tactful.service.ports import Store

REST = 0.4
"""Seconds between two looks. Every reader folds what is newer itself, so that nothing waits for this."""
TROUBLED_REST = 2.0


class Follower:
    """Folds what came in, and once an hour deletes what was set aside longer ago than it is kept.

    `clock` gives µs UTC. What it says of itself may be read from any thread.
    """

    def __init__(self, store: Store, clock: Callable[[], int]) -> None:
        self._store = store
        self._clock = clock
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="folder", daemon=True)
        self._tidied_at = 0
        self._caught_up = time.monotonic()
        self.folded = 0
        self.trouble = ""

    def start(self) -> None:
        """Begin to follow."""
        self._caught_up = time.monotonic()
        self._thread.start()

    def stop(self, seconds: float) -> None:
        """Stop after the step that is under way, or wait so long for it and no longer."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(seconds)

    @property
    def running(self) -> bool:
        """Whether it is following."""
        return self._thread.is_alive()

    def lag(self) -> float:
        """Seconds since the last instant of which everything is known to be folded."""
        return time.monotonic() - self._caught_up

    def step(self) -> None:
        """Fold everything that came in before now. Raises StoreProblem."""
        began = time.monotonic()
        self.folded += fold_all(self._store)
        self._caught_up = began
        now = self._clock()
        if now - self._tidied_at > HOUR:
            forget_old(self._store, now)
            self._tidied_at = now

    def _run(self) -> None:
        rest = REST
        while not self._stop.wait(rest):
            try:
                self.step()
                rest, self.trouble = REST, ""
            except StoreProblem as problem:
                rest, self.trouble = TROUBLED_REST, str(problem)
