"""The store of one shop in one SQLite file, made on first use."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from tactful.store.base import KEPT_KEYS
from tactful.store.database import open_database
from tactful.store.verbs import Verbs, random_id, random_key


class SqliteStore(Verbs):
    """Every verb is one transaction that is on the disk when the verb returns, or has not happened at all.

    What cannot be done raises `StoreProblem`. A store belongs to the thread that opened it; other threads and
    processes open their own. Readers never wait; a writer waits for another for `waits` seconds.
    """

    def __enter__(self) -> SqliteStore:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_store(
    path: Path,
    *,
    new_id: Callable[[], int] = random_id,
    new_key: Callable[[], bytes] = random_key,
    waits: float = 10.0,
    any_thread: bool = False,
) -> SqliteStore:
    """The store at `path`, for reading and writing; made if there is none.

    `new_id` gives ids of people, `new_key` the two keys of a new store (for event keys and identifiers). With
    `any_thread` threads may hand it to each other.
    """
    return SqliteStore(
        open_database(
            path,
            reads_only=False,
            waits=waits,
            seeds=lambda: {name: new_key() for name in KEPT_KEYS},
            any_thread=any_thread,
        ),
        new_id,
    )


def open_for_reading(path: Path, *, waits: float = 10.0, any_thread: bool = False) -> SqliteStore:
    """The store at `path` for reports: every verb that writes raises `StoreProblem`; a missing store too."""
    return SqliteStore(open_database(path, reads_only=True, waits=waits, seeds=dict, any_thread=any_thread), random_id)
