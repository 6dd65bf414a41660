"""The only place that knows both the ports and their adapters.

A store is named by its place: the folder of a shop, where it is the file `tactful.db`, or the address of a PostgreSQL
database (`postgresql://…`).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, cast

from tactful.model.kept import CopiedTable
from tactful.model.problems import StoreProblem
from tactful.service.ports import Store
from tactful.store import copying
from tactful.store.sqlite import open_for_reading, open_store
from tactful.store.verbs import Verbs
from tactful.store.writer import ServingStore, serve_sqlite

if TYPE_CHECKING:
    from types import ModuleType

STORE_FILE = "tactful.db"
ADDRESSES = ("postgresql://", "postgres://")
Place = str | Path
SERVING_WAITS = 2.0
"""Seconds that a server waits for another process to be done writing; then whoever sends is told to send again."""


def is_address(place: Place) -> bool:
    """Whether a place is the address of a database, not a folder."""
    return str(place).startswith(ADDRESSES)


def store_from(place: Place) -> Store:
    """The store at a place, made on first use. Raises StoreProblem."""
    return _opened(place)


def reading_store(place: Place) -> Store:
    """The store at a place, for reports; it must be there. Raises StoreProblem."""
    return _opened(place, reads_only=True)


def serving_store(place: Place, *, most_open: int = 16) -> Store:
    """The store at a place for many threads of one server process; it is not brought forward. Raises StoreProblem."""
    if not is_address(place):
        return cast(Store, serve_sqlite(Path(place) / STORE_FILE, waits=SERVING_WAITS))
    address, open_postgres = str(place), _postgres().open_postgres
    open_postgres(address).close()
    return cast(Store, ServingStore(lambda: open_postgres(address), None, most_open=most_open))


def store_at(folder: Path) -> Store:
    """The store of the shop in a folder, made on first use. Raises StoreProblem."""
    return open_store(folder / STORE_FILE)


def store_for_reading(folder: Path) -> Store:
    """The store of the shop in a folder, for reports; it must be there. Raises StoreProblem."""
    return open_for_reading(folder / STORE_FILE)


def copy_store(
    source: Place, target: Place, watched: Callable[[int], Callable[[int], None]]
) -> tuple[list[CopiedTable], int]:
    """Copy a store whole into an empty one, or not at all: what became of each table, and how large it is there.

    `watched` is told how many rows there are to move and gives a function that is told of those that were. Raises
    StoreProblem where the target is not empty or something differs there.
    """
    if is_address(target):
        _postgres().migrate_postgres(str(target))
    with closing(_opened(source, reads_only=True)) as old, closing(_opened(target)) as new:
        copied = copying.copy(old, new, watched(2 * copying.rows_in(old)))
        return copied, new.size()


def migrate_store(place: Place) -> tuple[int, int]:
    """Bring a store forward to the newest version: from which, to which. Raises StoreProblem."""
    if is_address(place):
        return cast(tuple[int, int], _postgres().migrate_postgres(str(place)))
    path = Path(place) / STORE_FILE
    if not path.exists():
        raise StoreProblem(f"There is no store at {path} yet: import something first.")
    from tactful.store.database import version_at
    from tactful.store.schema import NEWEST

    before = version_at(path)
    open_store(path).close()
    return before, NEWEST


def make_partitions(place: Place, ahead: int) -> list[str]:
    """Make the months that events will lie in, on PostgreSQL: which were missing. Raises StoreProblem."""
    if not is_address(place):
        raise StoreProblem("A store in a folder has no partitions: they are PostgreSQL's.")
    return cast(list[str], _postgres().make_partitions(str(place), ahead))


def _opened(place: Place, *, reads_only: bool = False) -> Verbs:
    if is_address(place):
        return cast(Verbs, _postgres().open_postgres(str(place), reads_only=reads_only))
    return (open_for_reading if reads_only else open_store)(Path(place) / STORE_FILE)


def _postgres() -> ModuleType:
    """The adapter for PostgreSQL, whose packages need not be there."""
    try:
        from tactful.store import postgres
    except ImportError:
        raise StoreProblem(
            "A store on PostgreSQL needs one more package: pip install '.[postgres]' in the folder of Tactful, inside "
            "the environment that has the command."
        ) from None
    return postgres
