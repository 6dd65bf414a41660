"""The store of one shop in one SQLite file, made on first use."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from tactful.store.base import StorePart
from tactful.store.contacts import ContactVerbs
from tactful.store.database import open_database
from tactful.store.doors import DoorVerbs
from tactful.store.people import PeopleVerbs
from tactful.store.permissions import PermissionVerbs
from tactful.store.policies import PolicyVerbs
from tactful.store.retention import RetentionVerbs
from tactful.store.runs import RunVerbs
from tactful.store.taking import TakingVerbs


def random_id() -> int:
    """A person's id: 63 random bits, never 0."""
    return secrets.randbits(63) or 1


def random_key() -> bytes:
    """A key of the store: 32 random bytes."""
    return secrets.token_bytes(32)


class SqliteStore(
    TakingVerbs, DoorVerbs, PeopleVerbs, PermissionVerbs, ContactVerbs, RunVerbs, PolicyVerbs, RetentionVerbs, StorePart
):
    """Every verb is one transaction that is on the disk when the verb returns, or has not happened at all.

    What cannot be done raises `StoreProblem`. A store belongs to the thread that opened it; other threads and
    processes open their own. Readers never wait; a writer waits for another for `waits` seconds.
    """

    def close(self) -> None:
        """Let go of the file; generators that were not read to their end may still be read."""
        self._db.close()

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
) -> SqliteStore:
    """The store at `path`, for reading and writing; made if there is none.

    `new_id` gives ids of people, `new_key` the two keys of a new store (for event keys and identifiers).
    """
    return SqliteStore(
        open_database(path, reads_only=False, waits=waits, seeds=lambda: {"site": new_key(), "index": new_key()}),
        new_id,
    )


def open_for_reading(path: Path, *, waits: float = 10.0) -> SqliteStore:
    """The store at `path` for reports: every verb that writes raises `StoreProblem`; a missing store too."""
    return SqliteStore(open_database(path, reads_only=True, waits=waits, seeds=dict), random_id)
