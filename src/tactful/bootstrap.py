"""The only place that knows both the ports and their adapters."""

from __future__ import annotations

from pathlib import Path

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
