"""The follower: one thread that keeps everybody's document less than a second behind the events."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from tactful.model.problems import StoreProblem
from tactful.model.records import HOUR
from tactful.service.aside import forget_old
from tactful.service.folding import FOLLOWER, TOGETHER, Folding
from tactful.service.ports import Store

BEHIND, LEAST_REST, MOST_REST = 0.7, 0.02, 0.6
"""Seconds that a document may be behind, and the least and the most from one look to the next. An event waits for the
step that is under way and for all of the next one, so that the rest is what two steps leave. Every reader folds what is
newer itself, so that nothing waits for this; and whoever sends much is folded with more events at a time."""
FORGOTTEN = 0.9
"""What is left, after each step, of how long the slowest of before took: steps differ by half from one to the next."""
TROUBLED_REST = 2.0


class Follower:
    """Has folded what came in, keeps it, and once an hour deletes what was set aside longer ago than it is kept.

    `folding` reads and folds, here or in a process of its own; whatever is written, this thread writes. `clock` gives
    µs UTC. What it says of itself may be read from any thread.
    """

    def __init__(self, store: Store, folding: Folding, clock: Callable[[], int]) -> None:
        self._store = store
        self._folding = folding
        self._clock = clock
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="follower", daemon=True)
        self._tidied_at = 0
        self._caught_up = time.monotonic()
        self.folded = 0
        self.troubles = 0
        self.trouble = ""

    def start(self) -> None:
        """Begin to follow."""
        self._caught_up = time.monotonic()
        self._thread.start()

    def stop(self, seconds: float) -> None:
        """Stop after the documents that are under way, or wait so long for them and no longer."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(seconds)
        self._folding.close()

    @property
    def running(self) -> bool:
        """Whether it is following."""
        return self._thread.is_alive()

    def lag(self) -> float:
        """Seconds since the last instant of which everything is known to be folded and kept."""
        return time.monotonic() - self._caught_up

    def step(self) -> bool:
        """Fold what came in before now; whether that was all. Raises StoreProblem."""
        began = time.monotonic()
        for part in self._folding.fold(self._store.fold_again(TOGETHER)):
            if part.documents:
                self._store.save_documents(part.documents)
                self.folded += len(part.documents)
            if self._stop.is_set():
                return False
            if part.upto is not None:
                self._store.followed(FOLLOWER, part.upto)
            if part.all:
                self._caught_up = began
        return self._caught_up == began

    def _tidy(self) -> None:
        now = self._clock()
        if now - self._tidied_at > HOUR:
            forget_old(self._store, now)
            self._tidied_at = now

    def _run(self) -> None:
        rest, slowest = LEAST_REST, 0.0
        while not self._stop.wait(rest):
            began = time.monotonic()
            try:
                caught_up = self.step()
                self._tidy()
                slowest = max(time.monotonic() - began, FORGOTTEN * slowest)
                rest = min(max(LEAST_REST, BEHIND - 2 * slowest), MOST_REST) if caught_up else LEAST_REST
                self.trouble = ""
            except StoreProblem as problem:
                rest, self.trouble = TROUBLED_REST, str(problem)
                self.troubles += 1
