"""One SQLite file: opening it, making it on first use, transactions, and what to say when something is wrong."""

from __future__ import annotations

import errno
import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tactful.model.problems import StoreProblem
from tactful.store.connection import ForReading
from tactful.store.parts import LOOKUP, in_parts
from tactful.store.place import network_of
from tactful.store.schema import NEWEST, STEPS

APPLICATION = 0x54414354
SMALLEST = 512
"""Bytes that every file of SQLite has, unless it is empty."""
OLDEST_SQLITE = (3, 37, 0)
TAKE = "UPDATE meta SET value = value + ? WHERE name = 'next_pos' RETURNING value - ?"
ALONE = ("BEGIN IMMEDIATE", "COMMIT", ("ROLLBACK",))
AMONG_OTHERS = ("SAVEPOINT one", "RELEASE one", ("ROLLBACK TO one", "RELEASE one"))
SEEN = "INSERT INTO seen (message_key, day, pos) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
Seeds = Callable[[], dict[str, bytes]]
BEHIND = """UPDATE meta SET value = 1 + (SELECT coalesce(max(pos), 0) FROM
    (SELECT max(pos) AS pos FROM event UNION SELECT max(pos) FROM seen)) WHERE name = 'next_pos'"""
PRAGMAS = (
    "PRAGMA page_size=8192",
    "PRAGMA synchronous=FULL",
    "PRAGMA secure_delete=ON",
    "PRAGMA foreign_keys=ON",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA cache_size=-65536",
    "PRAGMA wal_autocheckpoint=4096",
    "PRAGMA journal_size_limit=67108864",
)


def sentence(error: sqlite3.Error, path: Path, waited: float) -> str:
    """What went wrong, for a person: one sentence that names the file and what to do."""
    code = getattr(error, "sqlite_errorcode", None) or sqlite3.SQLITE_ERROR
    undone = "nothing of this step was kept"
    if code in (sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY, sqlite3.SQLITE_CONSTRAINT_NOTNULL):
        return f"A record speaks of a person, run or chunk that {path} does not hold; {undone}."
    if code == sqlite3.SQLITE_READONLY_DBMOVED:
        return f"{path} was moved, replaced or deleted while it was in use; {undone}."
    match code & 0xFF:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED | sqlite3.SQLITE_PROTOCOL:
            return (
                f"Another process is writing to {path} and was not done after {waited:g} seconds; {undone}. "
                "Try again when it is done."
            )
        case sqlite3.SQLITE_FULL:
            return f"There is no room left on the disk for {path}; {undone}. Make room and try again."
        case sqlite3.SQLITE_IOERR:
            return (
                f"The disk would not read or write {path} (it may be full or failing); {undone}. "
                "Make room or look at the disk, then try again."
            )
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM:
            return f"{path} may not be written to: give yourself the right to write the file and its folder."
        case sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_AUTH:
            return f"{path} cannot be opened: see that it exists and that you may read and write it and its folder."
        case sqlite3.SQLITE_NOTADB:
            return f"{path} is not a store of Tactful: it is another kind of file."
        case sqlite3.SQLITE_CORRUPT:
            return f"{path} is damaged: put back a backup, or import into a new store."
    return f"The store {path} refused a step ({error}); {undone}."


class SqliteConnection(sqlite3.Connection):
    """A connection with what the verbs need beside statements. One writer at a time: nothing has to be locked."""

    shares_positions = False

    def insert_many(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], /) -> None:
        marks = ", ".join("?" * len(columns))
        self.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)

    def insert_new(self, sql: str, rows: Sequence[Sequence[Any]], /) -> list[bool]:
        return [self.execute(sql, row).rowcount == 1 for row in rows]

    def claim(self, keys: Sequence[bytes], day: int, /) -> tuple[dict[bytes, int], dict[bytes, int]]:
        if not keys:
            return {}, {}
        start = self.execute(TAKE, (len(keys), len(keys))).fetchone()[0]
        claimed, seen, ordered = dict(zip(keys, count(start), strict=False)), dict[bytes, int](), sorted(keys)
        done = self.executemany(SEEN, [(key, day, claimed[key]) for key in ordered])
        if done.rowcount < len(ordered):
            for part in in_parts(ordered, LOOKUP):
                marks = ",".join("?" * len(part))
                found = self.execute(f"SELECT message_key, pos FROM seen WHERE message_key IN ({marks})", part)
                seen.update((key, pos) for key, pos in found if pos != claimed[key])
            for key in seen:
                del claimed[key]
        return claimed, seen

    def lock_people(self, people: Iterable[int], /) -> None:
        pass

    def lock_policy(self, *, to_publish: bool) -> None:
        pass

    def stream(self, sql: str, /) -> sqlite3.Cursor:
        return self.execute(sql)

    def prepare_copy(self) -> None:
        self.execute("PRAGMA defer_foreign_keys=ON")

    def make_room(self, days: Iterable[int], /) -> None:
        pass

    def finish_copy(self) -> None:
        self.execute(BEHIND)

    def horizon(self) -> None:
        return None

    def document(self, doc: str, tail_of: str, values: Sequence[Any], /) -> tuple[Any, list[Any], None]:
        found = self.execute(doc, values).fetchone()
        if found is None:
            return None, [], None
        return found, self.execute(tail_of.format(upto="?", her="?"), (found[2], found[0])).fetchall(), None

    def version(self) -> int:
        return int(self.execute("PRAGMA data_version").fetchone()[0])


class SqliteDatabase:
    """A connection to one file, and the only way to a transaction. Not to be shared between threads."""

    def __init__(self, path: Path, connection: SqliteConnection, uri: str, waits: float) -> None:
        self.path = path
        self.waits = waits
        self._connection = connection
        self._uri = uri
        self._reads_only = "mode=ro" in uri
        self._in_group = False

    @property
    def place(self) -> str:
        return str(self.path)

    @contextmanager
    def clearly(self) -> Iterator[None]:
        """Whatever SQLite complains about within becomes a `StoreProblem`."""
        try:
            yield
        except sqlite3.ProgrammingError:
            raise
        except sqlite3.Error as error:
            raise StoreProblem(sentence(error, self.path, self.waits)) from error

    @contextmanager
    def writing(self) -> Iterator[SqliteConnection]:
        """One write transaction: all of it is on the disk when this ends, or nothing is.

        Within a group it ends with the group; nothing of it is kept where it fails.
        """
        if self._reads_only:
            raise ForReading(f"{self.path} may not be written to: it was opened for reading.")
        begin, end, undo = ALONE if not self._in_group else AMONG_OTHERS
        connection = self._connection
        with self.clearly():
            connection.execute(begin)
            try:
                yield connection
                connection.execute(end)
            except BaseException:
                if connection.in_transaction:
                    for statement in undo:
                        connection.execute(statement)
                raise

    @contextmanager
    def group(self) -> Iterator[None]:
        """Writes that are put on the disk together when this ends; where that fails, none of them is."""
        with self.writing():
            self._in_group = True
            try:
                yield
            finally:
                self._in_group = False

    def undone(self) -> bool:
        """Whether SQLite gave up the whole group by itself, as it does where there is no room on the disk."""
        return self._in_group and not self._connection.in_transaction

    @contextmanager
    def reading(self) -> Iterator[SqliteConnection]:
        """For one short statement."""
        with self.clearly():
            yield self._connection

    @contextmanager
    def snapshot(self) -> Iterator[SqliteConnection]:
        """A connection of its own that sees the store as it is now, whatever is written meanwhile."""
        with self.clearly(), closing(connect(self._uri.replace("mode=rw", "mode=ro"), self.waits)) as connection:
            connection.execute("PRAGMA query_only=ON")
            connection.execute("BEGIN")
            yield connection

    def size(self) -> int:
        """With what is not yet merged into the file."""
        files = [self.path, Path(f"{self.path}-wal")]
        return sum(file.stat().st_size for file in files if file.exists())

    def damage(self) -> str:
        """In SQLite's words."""
        with self.reading() as connection:
            found = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
        return "" if found == "ok" else found

    def tidy(self) -> None:
        """Merge what was written into the file and empty the log beside it, as far as no reader is in the way."""
        if self._reads_only:
            raise ForReading(f"{self.path} may not be written to: it was opened for reading.")
        if not self._in_group:
            with self.clearly():
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        with self.clearly():
            self._connection.close()


def connect(uri: str, waits: float, *, any_thread: bool = False) -> SqliteConnection:
    """A connection as durable and as forgetful as the store promises; nothing is written by opening it.

    With `any_thread` threads may hand it to each other.
    """
    connection: SqliteConnection = sqlite3.connect(
        uri, uri=True, timeout=waits, isolation_level=None, cached_statements=256, factory=SqliteConnection,
        check_same_thread=not any_thread,
    )  # fmt: skip
    try:
        for pragma in PRAGMAS:
            connection.execute(pragma)
    except BaseException:
        connection.close()
        raise
    return connection


def open_database(
    path: Path, *, reads_only: bool, waits: float, seeds: Seeds, any_thread: bool = False
) -> SqliteDatabase:
    """Open the store at `path`, making it first (with the `meta` values of `seeds`) unless only reading.

    Raises `StoreProblem` when it cannot be had, is no store, or is of a newer version than this one.
    """
    path = Path(os.path.abspath(path))
    look_at(path, reads_only=reads_only)
    uri = f"file:{quote(str(path))}?mode={'ro' if reads_only else 'rw'}"
    if reads_only and not may_write(path.parent) and not Path(f"{path}-wal").exists():
        uri += "&immutable=1"
    deadline = time.monotonic() + waits
    while True:
        try:
            return opened(path, uri, waits, reads_only=reads_only, seeds=seeds, any_thread=any_thread)
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            if code != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise StoreProblem(sentence(error, path, waits)) from error
            time.sleep(0.01)


def look_at(path: Path, *, reads_only: bool) -> None:
    """Refuse what SQLite would refuse less clearly, and make the empty file, for its owner's eyes only.

    A file that is there is not opened here: when a process closes a file, the system drops all locks that it has on it,
    also those of SQLite; then another process may take itself for the only one, and delete what was just written.
    """
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise StoreProblem(f"The SQLite of this Python is {sqlite3.sqlite_version}; the store needs 3.37 or newer.")
    try:
        if path.is_dir():
            raise StoreProblem(f"{path} is a folder; the store is a file.")
        if reads_only and not path.exists():
            raise StoreProblem(f"There is no store at {path} yet: import something first.")
        if not reads_only:
            path.parent.mkdir(parents=True, exist_ok=True)
            if kind := network_of(path.parent):
                raise StoreProblem(f"{path} lies on a network file system ({kind}); put the store on a local disk.")
            with suppress(FileExistsError):
                os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600))
        needed = os.R_OK if reads_only else os.R_OK | os.W_OK
        if not os.access(path, needed, effective_ids=os.access in os.supports_effective_ids):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        size = path.stat().st_size
    except OSError as error:
        why = (error.strerror or "").lower() or "no reason was given"
        raise StoreProblem(f"The store {path} cannot be opened or made: {why}.") from error
    if 0 < size < SMALLEST:
        raise StoreProblem(f"{path} is not a store of Tactful: it is another kind of file.")


def may_write(folder: Path) -> bool:
    return os.access(folder, os.W_OK, effective_ids=os.access in os.supports_effective_ids)


def opened(path: Path, uri: str, waits: float, *, reads_only: bool, seeds: Seeds, any_thread: bool) -> SqliteDatabase:
    connection = connect(uri, waits, any_thread=any_thread)
    try:
        connection.execute("BEGIN")
        version = version_of(connection, path)
        connection.execute("COMMIT")
        if reads_only:
            connection.execute("PRAGMA query_only=ON")
            if version < NEWEST:
                raise StoreProblem(f"{path} is a store of an older version: open it once for writing.")
        else:
            connection.execute("PRAGMA journal_mode=WAL")
            if version < NEWEST:
                bring_forward(connection, path, seeds)
    except BaseException:
        connection.close()
        raise
    return SqliteDatabase(path, connection, uri, waits)


def version_of(connection: sqlite3.Connection, path: Path) -> int:
    """The version of the store in the file; 0 when the file is empty. In a transaction: another may be making it."""
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    if application != APPLICATION:
        if application == 0 and connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] == 0:
            return 0
        raise StoreProblem(f"{path} is not a store of Tactful: it is the database of another program.")
    version = int(connection.execute("SELECT value FROM meta WHERE name = 'schema'").fetchone()[0])
    if version > NEWEST:
        raise StoreProblem(
            f"{path} is a store of version {version}, made by a newer Tactful; this one knows up to {NEWEST}. "
            "Update Tactful."
        )
    return version


def version_at(path: Path) -> int:
    """The version of the store in a file, 0 for an empty one. Raises StoreProblem."""
    try:
        with closing(connect(f"file:{quote(str(path))}?mode=ro", 10)) as connection:
            return version_of(connection, path)
    except sqlite3.Error as error:
        raise StoreProblem(sentence(error, path, 10)) from error


def bring_forward(connection: sqlite3.Connection, path: Path, seeds: Seeds) -> None:
    """Take the steps that are missing, all or none; another process may have taken them meanwhile."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = version_of(connection, path)
        for step in STEPS[version:]:
            for statement in step:
                connection.execute(statement)
        if version == 0:
            connection.execute(f"PRAGMA application_id = {APPLICATION}")
            connection.executemany("INSERT INTO meta VALUES (?, ?)", [*seeds().items(), ("next_pos", 1)])
        connection.execute("INSERT OR REPLACE INTO meta VALUES ('schema', ?)", (NEWEST,))
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
