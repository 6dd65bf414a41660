"""A store for a server: many threads say verbs, and none has to know which engine there is.

On SQLite one thread does all the writing. It takes what waits, up to 64 verbs or some milliseconds, each with a
savepoint of its own, and puts them on the disk together; only then is anybody answered. A verb that fails, fails alone.
On PostgreSQL every thread takes a connection from a few that are there, and the server puts commits together.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from queue import Empty, Full, LifoQueue, Queue
from threading import Lock, Thread
from typing import Any, NamedTuple, cast

from tactful.model.problems import StoreProblem
from tactful.store.connection import ForReading
from tactful.store.database import SqliteDatabase
from tactful.store.sqlite import SqliteStore, open_for_reading, open_store
from tactful.store.verbs import Verbs

TOGETHER = 64
TOGETHER_SECONDS = 0.02
MOST_WAITING = 1_024
MOST_OPEN = 16
BUSY = "The store has more to do than it can: try again in a moment."
CLOSED = "The store is closed."
UNDONE = "The disk would take nothing more; nothing of this step was kept."


class Job(NamedTuple):
    """A verb that waits to be said, and the answer that somebody waits for."""

    verb: str
    values: tuple[Any, ...]
    named: dict[str, Any]
    answer: Future[Any]


class Answer(NamedTuple):
    """What came of a verb, before it is on the disk."""

    job: Job
    given: Any = None
    failure: BaseException | None = None


class Writer:
    """The one thread that writes to a store of SQLite."""

    def __init__(self, store: SqliteStore, most_waiting: int) -> None:
        self._store = store
        self._database = cast(SqliteDatabase, store._db)
        self._jobs: Queue[Job | None] = Queue(most_waiting)
        self._stopping = False
        self._thread = Thread(target=self._work, name="tactful-writer", daemon=True)
        self._thread.start()

    def say(self, verb: str, values: tuple[Any, ...], named: dict[str, Any], waits: float) -> Any:
        """Have a verb said, and wait until it is on the disk."""
        answer: Future[Any] = Future()
        try:
            self._jobs.put(Job(verb, values, named, answer), timeout=waits)
        except Full:
            raise StoreProblem(BUSY) from None
        if not self._thread.is_alive():
            self._refuse_the_rest()
        return answer.result()

    def waiting(self) -> int:
        """How many verbs wait, about."""
        return self._jobs.qsize()

    def close(self) -> None:
        """Say what still waits, then stop."""
        self._jobs.put(None)
        self._thread.join()
        self._refuse_the_rest()
        self._store.close()

    def _refuse_the_rest(self) -> None:
        """Answer whoever came too late."""
        with suppress(Empty):
            while True:
                if job := self._jobs.get_nowait():
                    job.answer.set_exception(StoreProblem(CLOSED))

    def _work(self) -> None:
        while not self._stopping and (job := self._jobs.get()):
            answers: list[Answer] = []
            failure: BaseException | None = None
            try:
                with self._database.group():
                    self._say_together(job, answers)
            except BaseException as error:
                failure = error
                self._store.forget()
            for each in answers or [Answer(job)]:
                if reason := failure or each.failure:
                    each.job.answer.set_exception(reason)
                else:
                    each.job.answer.set_result(each.given)

    def _say_together(self, job: Job | None, answers: list[Answer]) -> None:
        """Say verbs one after the other, as long as more of them wait; what came of each goes into `answers`."""
        end = time.monotonic() + TOGETHER_SECONDS
        while job:
            answers.append(self._said(job))
            if self._database.undone():
                raise answers[-1].failure or StoreProblem(UNDONE)
            if len(answers) == TOGETHER or time.monotonic() > end:
                return
            try:
                job = self._jobs.get_nowait()
            except Empty:
                return
        self._stopping = True

    def _said(self, job: Job) -> Answer:
        try:
            return Answer(job, getattr(self._store, job.verb)(*job.values, **job.named))
        except BaseException as failure:
            return Answer(job, failure=failure)


class ServingStore:
    """All verbs of the store, for many threads. `close` answers everybody who is waiting first.

    A verb is said to a store for reading; one that turns out to write goes to the writer, that time and ever after.
    """

    def __init__(
        self, open_one: Callable[[], Verbs], writer: Writer | None, *, most_open: int = MOST_OPEN, waits: float = 10.0
    ) -> None:
        self._open_one = open_one
        self._writer = writer
        self._waits = waits
        self._free: LifoQueue[Verbs | None] = LifoQueue()
        for _ in range(most_open):
            self._free.put(None)
        self._most_open = most_open
        self._writes: set[str] = set()
        self._lock = Lock()
        self._closed = False

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_") or not callable(getattr(Verbs, name, None)):
            raise AttributeError(name)

        def verb(*values: Any, **named: Any) -> Any:
            if self._closed:
                raise StoreProblem(CLOSED)
            if self._writer is None or name not in self._writes:
                try:
                    return self._read(name, values, named)
                except ForReading:
                    if self._writer is None:
                        raise
                    self._writes.add(name)
            return self._writer.say(name, values, named, self._waits)

        return verb

    def waiting(self) -> int:
        """How many verbs wait for the writer, about."""
        return self._writer.waiting() if self._writer else 0

    def close(self) -> None:
        """Take nothing more, answer who is waiting, and let go of the store."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        if self._writer:
            self._writer.close()
        for _ in range(self._most_open):
            store = self._free.get()
            if store is not None:
                store.close()

    def _read(self, name: str, values: tuple[Any, ...], named: dict[str, Any]) -> Any:
        try:
            store = self._free.get(timeout=self._waits)
        except Empty:
            raise StoreProblem(BUSY) from None
        try:
            store = store or self._open_one()
            return getattr(store, name)(*values, **named)
        finally:
            self._free.put(store)


def serve_sqlite(path: Path, *, waits: float = 10.0, most_waiting: int = MOST_WAITING) -> ServingStore:
    """The store in the file at `path` for the one server process that it may have. Raises StoreProblem."""
    writer = Writer(open_store(path, waits=waits, any_thread=True), most_waiting)
    return ServingStore(lambda: open_for_reading(path, waits=waits, any_thread=True), writer, waits=waits)
