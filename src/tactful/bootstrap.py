"""The only place that knows both the ports and their adapters."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any, cast

from tactful.service.ports import Store
from tactful.store.sqlite import open_for_reading, open_store

STORE_FILE = "tactful.db"


def store_at(folder: Path) -> Store:
    """The store of the shop in a folder, made on first use. Raises StoreProblem."""
    return open_store(folder / STORE_FILE)


def store_for_reading(folder: Path) -> Store:
    """The store of the shop in a folder, for reports; it must be there. Raises StoreProblem."""
    return open_for_reading(folder / STORE_FILE)


def store_bytes(folder: Path) -> int:
    """How large the store of a folder is on the disk, with what is not yet merged into it."""
    files = [folder / STORE_FILE, folder / f"{STORE_FILE}-wal"]
    return sum(file.stat().st_size for file in files if file.exists())


class PerThread:
    """A store for many threads: each opens the file for itself, and one writes at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._own = threading.local()
        self._lock = threading.Lock()
        self._all: list[Any] = []

    def __getattr__(self, verb: str) -> Any:
        store = getattr(self._own, "store", None)
        if store is None:
            store = self._own.store = open_store(self._path, waits=2.0)
        if verb not in ("take_in", "set_aside", "save_documents", "forget_aside", "add_key", "revoke_key"):
            return getattr(store, verb)

        def locked(*args: Any) -> Any:
            with self._lock:
                return getattr(store, verb)(*args)

        return locked

    def close(self) -> None:
        store = getattr(self._own, "store", None)
        if store is not None:
            store.close()


def serving_store(where: str | Path) -> Store:
    """The store of a server, for all its threads. Raises StoreProblem."""
    store = PerThread(Path(where) / STORE_FILE)
    store.counts  # noqa: B018
    return cast(Store, store)
