"""The store of one shop in a PostgreSQL database, in a schema of its own called `tactful`."""

from __future__ import annotations

import functools
import inspect
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, TypeVar

import psycopg
from psycopg.conninfo import conninfo_to_dict

from tactful.model.problems import StoreProblem
from tactful.store import partitions
from tactful.store.base import KEPT_KEYS
from tactful.store.connection import ForReading
from tactful.store.postgres_connection import PostgresConnection, Raw
from tactful.store.postgres_problems import UNDONE, Again, problem, unreached
from tactful.store.postgres_schema import steps
from tactful.store.verbs import Verbs, random_id, random_key

OLDEST_SERVER = 150_000
LOCK = 0x54414354
TRIES = 5
SETTINGS = {
    "search_path": "tactful, pg_catalog",
    "lock_timeout": "2s",
    "idle_in_transaction_session_timeout": "5s",
    "default_transaction_isolation": "read committed",
    "log_parameter_max_length_on_error": "0",
    "synchronous_commit": "on",
    "client_encoding": "UTF8",
    "timezone": "UTC",
}
SIZE = """SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint FROM pg_class
    WHERE relnamespace = 'tactful'::regnamespace AND relkind = 'r'"""
# A verb looks at a few rows by their keys, and must do so also before the server has counted what a new table holds.
BY_KEY = {
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
}
READING_ALL = {"idle_in_transaction_session_timeout": "10min"}
Seeds = Callable[[], dict[str, bytes]]


def clock() -> int:
    """Now, in µs UTC."""
    return time.time_ns() // 1_000


def place_of(url: str) -> str:
    """What to call the database of a URL, without user and password. Raises StoreProblem."""
    try:
        parts = conninfo_to_dict(url)
    except psycopg.Error:
        raise StoreProblem(
            "That is no address of a database: write postgresql://USER@HOST/NAME, as PostgreSQL's own tools take it."
        ) from None
    return f"{parts.get('dbname') or 'of this user'} at {parts.get('host') or 'this machine'}"


def connect(url: str, place: str, *, reads_only: bool, settings: dict[str, str]) -> Raw:
    """A connection that is as careful as the store promises. Raises StoreProblem."""
    try:
        raw = psycopg.connect(url, autocommit=True, connect_timeout=10, application_name="tactful")
    except psycopg.Error as error:
        raise unreached(error, place) from None
    try:
        if raw.info.server_version < OLDEST_SERVER:
            raise StoreProblem(f"{place} is a PostgreSQL older than 15: the store needs 15 or newer.")
        settings = {**SETTINGS, "default_transaction_read_only": "on" if reads_only else "off", **settings}
        raw.execute(
            b"SELECT " + b", ".join([b"set_config(%s, %s, false)"] * len(settings)), list(sum(settings.items(), ()))
        )
        if raw.info.parameter_status("server_encoding") != "UTF8":
            raise StoreProblem(
                f"{place} keeps text in another encoding than UTF8: make a database with ENCODING 'UTF8'."
            )
    except BaseException as error:
        raw.close()
        if isinstance(error, psycopg.Error):
            raise problem(error, place, lost=False, committing=False) from None
        raise
    return raw


class PostgresDatabase:
    """A connection to one database, made again when it was lost. Not to be shared between threads."""

    def __init__(self, url: str, *, reads_only: bool) -> None:
        self._url = url
        self._reads_only = reads_only
        self.place = place_of(url)
        self.base = 0
        self._connection = self._connected()

    def _connected(self, base: int = 0) -> PostgresConnection:
        raw = connect(self._url, self.place, reads_only=self._reads_only, settings=BY_KEY)
        return PostgresConnection(raw, base)

    def _alive(self) -> PostgresConnection:
        if self._connection.raw.closed:
            self._connection = self._connected(self.base)
        return self._connection

    def based(self, base: int) -> None:
        """Positions of events count from here."""
        self.base = self._connection.base = base

    @contextmanager
    def clearly(self, connection: PostgresConnection) -> Iterator[None]:
        """Whatever PostgreSQL complains about within becomes a `StoreProblem`."""
        try:
            yield
        except psycopg.Error as error:
            raise problem(error, self.place, lost=connection.raw.closed, committing=False) from None

    @contextmanager
    def writing(self) -> Iterator[PostgresConnection]:
        """One write transaction: all of it is on the disk when this ends, or nothing is."""
        if self._reads_only:
            raise ForReading(f"{self.place} may not be written to: it was opened for reading.")
        connection = self._alive()
        raw = connection.raw
        with self.clearly(connection):
            raw.execute("BEGIN")
            try:
                yield connection
                connection.done()
            except BaseException:
                if not raw.closed:
                    raw.rollback()
                connection.done()
                raise
        self._commit(connection)

    def _commit(self, connection: PostgresConnection) -> None:
        raw = connection.raw
        try:
            if raw.execute("COMMIT").statusmessage != "COMMIT":
                raise StoreProblem(f"{self.place} refused a step; {UNDONE}.")
        except psycopg.Error as error:
            raise problem(error, self.place, lost=raw.closed, committing=True) from None

    @contextmanager
    def reading(self) -> Iterator[PostgresConnection]:
        """For short statements, each of which sees what is committed."""
        connection = self._alive()
        with self.clearly(connection):
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[PostgresConnection]:
        """A connection of its own that sees the store as it is now, whatever is written meanwhile."""
        raw = connect(self._url, self.place, reads_only=True, settings=READING_ALL)
        connection = PostgresConnection(raw, self.base, streams=True)
        try:
            with self.clearly(connection):
                raw.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                yield connection
                connection.done()
        finally:
            if not raw.closed:
                raw.close()

    def size(self) -> int:
        """Tables with their indexes."""
        with self.reading() as connection:
            row = connection.execute(SIZE).fetchone()
        return int(row[0]) if row else 0

    def damage(self) -> str:
        """Months without a place of their own for events."""
        with self.reading() as connection:
            lost = partitions.strangers(connection.raw)
            late = partitions.missing(connection.raw, clock(), 1)
        said = [f"{lost:,} events lie in no month's partition"] if lost else []
        said += [f"there is no partition for {month:%Y-%m}" for month in late]
        return f"{'; '.join(said)}: run `tactful store partitions`" if said else ""

    def tidy(self) -> None:
        """Give back the room of what was deleted. It stays in the server's write-ahead log until that is recycled."""
        with self.reading() as connection:
            connection.execute("VACUUM event, doc, snapshot, set_aside")

    def close(self) -> None:
        """Let go of it."""
        self._connection.raw.close()


def version_of(connection: PostgresConnection, place: str) -> int:
    """The version of the store in the database; 0 where there is none."""
    row = connection.execute("SELECT to_regclass('tactful.meta') IS NOT NULL").fetchone()
    if not row or not row[0]:
        return 0
    (found,) = connection.execute("SELECT value FROM meta WHERE name = 'schema'").fetchone() or (b"0",)
    version, newest = int(found), len(steps())
    if version > newest:
        raise StoreProblem(
            f"{place} is a store of version {version}, made by a newer Tactful; this one knows up to {newest}. "
            "Update Tactful."
        )
    return version


def bring_forward(database: PostgresDatabase, seeds: Seeds, at: int) -> tuple[int, int]:
    """Take the steps that are missing, all or none, one process at a time; from which version to which."""
    with database.writing() as connection:
        connection.execute("SET LOCAL lock_timeout = '60s'")
        connection.execute("SET LOCAL idle_in_transaction_session_timeout = '10min'")
        for name in BY_KEY:
            connection.execute(f"SET LOCAL {name} TO DEFAULT")
        connection.execute("SELECT pg_advisory_xact_lock(?)", (LOCK,))
        connection.execute("CREATE SCHEMA IF NOT EXISTS tactful")
        version = version_of(connection, database.place)
        for step in steps()[version:]:
            for statement in step:
                connection.raw.execute(statement.encode())
        seeded = [*seeds().items(), ("pos_base", b"0")]
        connection.executemany("INSERT INTO meta VALUES (?, ?) ON CONFLICT DO NOTHING", seeded)
        connection.execute(
            "INSERT INTO meta VALUES ('schema', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (b"%d" % len(steps()),),
        )
        for month in partitions.missing(connection.raw, at):
            partitions.make(connection.raw, month)
        rebase(connection)
    return version, len(steps())


BEHIND = """SELECT greatest((SELECT coalesce(max(pos), -1) FROM event), (SELECT coalesce(max(upto_pos), -1) FROM doc),
    (SELECT coalesce(max(pos), -1) FROM follower))"""
NEXT = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint"


def base_of(connection: PostgresConnection) -> int:
    """What positions of events are counted from."""
    row = connection.execute("SELECT value FROM meta WHERE name = 'pos_base'").fetchone()
    return int(row[0]) if row else 0


def rebase(connection: PostgresConnection) -> None:
    """Where the server counts its transactions anew (a backup was put back), count positions above all there are."""
    (highest,) = connection.execute(BEHIND).fetchone() or (-1,)
    (coming,) = connection.execute(NEXT).fetchone() or (0,)
    if highest >= base_of(connection) + coming:
        connection.execute("UPDATE meta SET value = ? WHERE name = 'pos_base'", (b"%d" % (highest + 1),))


Store = TypeVar("Store", bound=Verbs)


def said_again(verb: Callable[..., Any]) -> Callable[..., Any]:
    """The verb, said up to five times where others were in its way; verbs change nothing the second time."""

    @functools.wraps(verb)
    def said(*args: Any, **more: Any) -> Any:
        for tried in range(1, TRIES):
            try:
                return verb(*args, **more)
            except Again:
                time.sleep(random.uniform(0, 0.02 * 2**tried))
        return verb(*args, **more)

    return said


def repeating(store: type[Store]) -> type[Store]:
    """The class with every verb said again where others were in its way."""
    for name, verb in inspect.getmembers(store, inspect.isfunction):
        if not name.startswith("_") and name != "close" and not inspect.isgeneratorfunction(verb):
            setattr(store, name, said_again(verb))
    return store


@repeating
class PostgresStore(Verbs):
    """Every verb is one transaction that is on the disk when the verb returns, or has not happened at all.

    What cannot be done raises `StoreProblem`. A store belongs to one thread at a time. A writer waits for another for
    two seconds; where two get in each other's way the verb is said again, up to five times.
    """

    def __enter__(self) -> PostgresStore:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_postgres(
    url: str,
    *,
    new_id: Callable[[], int] = random_id,
    new_key: Callable[[], bytes] = random_key,
    reads_only: bool = False,
) -> PostgresStore:
    """The store in the database at `url`; in an empty database it is made. Raises StoreProblem.

    A store of an older version is not brought forward by opening it: that is what `migrate_postgres` is for.
    """
    database = PostgresDatabase(url, reads_only=reads_only)
    try:
        with database.reading() as connection:
            version = version_of(connection, database.place)
        if version == 0 and reads_only:
            raise StoreProblem(f"There is no store at {database.place} yet: import something first.")
        if version == 0:
            bring_forward(database, lambda: {name: new_key() for name in KEPT_KEYS}, clock())
        elif version < len(steps()):
            raise StoreProblem(f"{database.place} is a store of an older version: run `tactful store migrate`.")
        with database.reading() as connection:
            database.based(base_of(connection))
            look_back(connection, database.place)
        return PostgresStore(database, new_id)
    except BaseException:
        database.close()
        raise


def look_back(connection: PostgresConnection, place: str) -> None:
    """Refuse a store whose events seem to come from the future."""
    (highest,) = connection.execute(BEHIND).fetchone() or (-1,)
    (coming,) = connection.execute(NEXT).fetchone() or (0,)
    if highest >= connection.base + coming:
        raise StoreProblem(f"{place} was put back from another server: run `tactful store migrate`, then it goes on.")


def migrate_postgres(url: str, *, new_key: Callable[[], bytes] = random_key) -> tuple[int, int]:
    """Bring the store in a database to the newest version, making it where there is none; from which, to which."""
    database = PostgresDatabase(url, reads_only=False)
    try:
        return bring_forward(database, lambda: {name: new_key() for name in KEPT_KEYS}, clock())
    finally:
        database.close()


def make_partitions(url: str, ahead: int = partitions.AHEAD) -> list[str]:
    """Make the partitions that are missing of this month, the one before, those ahead, and of events that have none."""
    database = PostgresDatabase(url, reads_only=False)
    try:
        with database.writing() as connection:
            connection.execute("SELECT pg_advisory_xact_lock(?)", (LOCK,))
            wanted = {*partitions.wanted(clock(), ahead), *partitions.stray(connection.raw)}
            months = partitions.lacking(connection.raw, wanted)
            for month in months:
                partitions.make(connection.raw, month)
        return [f"{month:%Y-%m}" for month in months]
    finally:
        database.close()
