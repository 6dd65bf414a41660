"""The folder: one thread that keeps everybody's document less than a second behind the events."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from tactful.model.problems import StoreProblem
from tactful.model.records import HOUR
from tactful.profile.document import FOLD
from tactful.service.aside import forget_old
from tactful.service.import_orders import folded
from tactful.service.ports import Store

PERIOD, LEAST_REST = 0.55, 0.1
"""Seconds from one look to the next, and at least between two. Every reader folds what is newer itself, so that nothing
waits for this; and whoever sends much is folded with more events at a time."""
TROUBLED_REST = 2.0
FOLLOWER = f"documents/{FOLD}"
"""Under what name the store remembers how far it has come: another way of folding begins anew."""
TOGETHER, SAVED = 1_000_000, 250
"""Events that are looked at together (more than come in between two looks), and documents that are saved together."""
A_WHILE = 2.0
"""Seconds of a step that found much to do."""


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
        self._drained = False
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
        """Fold what came in before now. Raises StoreProblem."""
        began = time.monotonic()
        behind = self._store.behind(FOLLOWER, TOGETHER)
        people = (*behind.people, *self._store.fold_again(TOGETHER))
        for start in range(0, len(people), SAVED):
            rows = self._store.documents(people[start : start + SAVED], FOLD)
            folding = [folded(row) for row in rows if row.tail or row.doc is None]
            self._store.save_documents(folding)
            self.folded += len(folding)
            if self._stop.is_set():
                return
        if behind.people:
            self._store.followed(FOLLOWER, behind.upto)
        # A long step may have been one part of a long list from before the server was started.
        if time.monotonic() - began < A_WHILE or self._drained:
            self._drained = True
            self._caught_up = began

    def _tidy(self) -> None:
        now = self._clock()
        if now - self._tidied_at > HOUR:
            forget_old(self._store, now)
            self._tidied_at = now

    def _run(self) -> None:
        rest = LEAST_REST
        while not self._stop.wait(rest):
            began = time.monotonic()
            try:
                self.step()
                self._tidy()
                took = time.monotonic() - began
                rest, self.trouble = max(LEAST_REST, PERIOD - took), ""
            except StoreProblem as problem:
                rest, self.trouble = TROUBLED_REST, str(problem)
