"""What the verbs need of a connection, on PostgreSQL."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import count
from typing import Any, NamedTuple, cast

import psycopg
from psycopg import sql as say

from tactful.store import partitions

Raw = psycopg.Connection[tuple[Any, ...]]
FETCHED = 2_000
CLAIM = """INSERT INTO seen (message_key, day, pos)
    SELECT k, %s, %s + (SELECT pg_current_xact_id()::text::bigint) FROM unnest(%b::bytea[]) AS k
    ON CONFLICT DO NOTHING RETURNING message_key, pos"""
SEEN = "SELECT message_key, pos FROM seen WHERE message_key = ANY(%b::bytea[])"
GATES = """SELECT gate_id FROM gate WHERE gate_id IN (SELECT gate_id FROM person WHERE person_id = ANY(%b::bigint[]))
    ORDER BY gate_id FOR NO KEY UPDATE"""
REFUSALS = 0x54414355
THEIR_GATES = "SELECT DISTINCT gate_id FROM person WHERE person_id = ANY(%b::bigint[])"
HORIZON = "SELECT %s + pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1"
DOCUMENT = """SELECT ? + pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1, d.*, t.*
    FROM (SELECT 1) AS one LEFT JOIN ({doc}) AS d ON true LEFT JOIN LATERAL ({tail}) AS t ON true"""
DOC_ENDS = 5
NUMBERS = """SELECT format('SELECT setval(pg_get_serial_sequence(%L, %L), greatest(1, max(%I))) FROM %I',
        'tactful.' || c.relname, a.attname, a.attname, c.relname)
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE a.attidentity <> '' AND c.relnamespace = 'tactful'::regnamespace ORDER BY 1"""
PIECE = re.compile(r"'(?:[^']|'')*'|\bIN \(\?(?:, ?\?)*\)|\?|%|\bCROSS JOIN\b")


class Said(NamedTuple):
    """A statement in psycopg's words; `lists` has the length of each list among the values, 0 for a single value."""

    text: bytes
    lists: tuple[int, ...]
    any_list: bool


@lru_cache(1_024)
def said(sql: str) -> Said:
    """`?` become `%s`, an `IN (?, ?)` one list, and a CROSS JOIN, which SQLite reads as an order, a JOIN."""
    lists: list[int] = []

    def piece(found: re.Match[str]) -> str:
        text = found[0]
        if text == "?":
            lists.append(0)
            return "%s"
        if text.startswith("IN ("):
            lists.append(text.count("?"))
            return "= ANY(%b)"
        return "JOIN" if text == "CROSS JOIN" else text.replace("%", "%%")

    return Said(PIECE.sub(piece, sql).encode(), tuple(lists), any(lists))


def listed(values: Sequence[Any], lists: Iterable[int]) -> list[Any]:
    """The values, those of each list in one."""
    given: list[Any] = []
    at = 0
    for length in lists:
        given.append(list(values[at : at + length]) if length else values[at])
        at += length or 1
    return given


class PostgresConnection:
    """Statements with `?` on one connection of psycopg. With `streams`, rows are fetched as they are read."""

    shares_positions = True

    def __init__(self, raw: Raw, base: int, *, streams: bool = False) -> None:
        self.raw = raw
        self.base = base
        self._streams = streams
        self._cursors: list[psycopg.ServerCursor[tuple[Any, ...]]] = []
        self._asked = count()

    def execute(self, sql: str, values: Sequence[Any] = (), /) -> psycopg.Cursor[tuple[Any, ...]]:
        text, lists, any_list = said(sql)
        given = listed(values, lists) if any_list else values
        if not self._streams:
            return self.raw.execute(text, given, binary=True)
        return self._streamed(text, given)

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]], /) -> psycopg.Cursor[tuple[Any, ...]]:
        cursor = self.raw.cursor()
        cursor.executemany(said(sql).text, rows)
        return cursor

    def insert_many(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], /) -> None:
        into = say.SQL("COPY {} ({}) FROM STDIN").format(
            say.Identifier(table), say.SQL(", ").join(map(say.Identifier, columns))
        )
        with self.raw.cursor() as cursor, cursor.copy(into) as copy:
            for row in rows:
                copy.write_row(row)

    def insert_new(self, sql: str, rows: Sequence[Sequence[Any]], /) -> list[bool]:
        if not rows:
            return []
        with self.raw.cursor() as cursor:
            cursor.executemany(said(sql).text, rows, returning=True)
            return [each.rowcount == 1 for each in cursor.results()]

    def claim(self, keys: Sequence[bytes], day: int, /) -> tuple[dict[bytes, int], dict[bytes, int]]:
        if not keys:
            return {}, {}
        ordered = sorted(keys)
        claimed = dict[bytes, int](self.raw.execute(CLAIM, (day, self.base, ordered), binary=True).fetchall())
        if len(claimed) == len(keys):
            return claimed, {}
        rest = [key for key in ordered if key not in claimed]
        return claimed, dict[bytes, int](self.raw.execute(SEEN, (rest,), binary=True).fetchall())

    def lock_people(self, people: Iterable[int], /) -> None:
        """Whoever is merged while we wait has another gate afterwards; then that one is waited for, too."""
        wanted = sorted(set(people))
        while wanted:
            locked = set(self.raw.execute(GATES, (wanted,)).fetchall())
            if locked.issuperset(self.raw.execute(THEIR_GATES, (wanted,)).fetchall()):
                return

    def lock_refusals(self, *, to_keep: bool) -> None:
        self.raw.execute(b"SELECT pg_advisory_xact_lock%b(%%s)" % (b"" if to_keep else b"_shared"), (REFUSALS,))

    def lock_policy(self, *, to_publish: bool) -> None:
        self.raw.execute(f"LOCK TABLE active IN {'EXCLUSIVE' if to_publish else 'ROW SHARE'} MODE".encode())

    def stream(self, sql: str, /) -> psycopg.Cursor[tuple[Any, ...]]:
        return self._streamed(said(sql).text, ())

    def _streamed(self, text: bytes, values: Sequence[Any]) -> psycopg.Cursor[tuple[Any, ...]]:
        cursor = self.raw.cursor(name=f"c{len(self._cursors)}")
        self._cursors.append(cursor)
        cursor.itersize = FETCHED
        return cast("psycopg.Cursor[tuple[Any, ...]]", cursor.execute(text, values, binary=True))

    def prepare_copy(self) -> None:
        self.raw.execute("SET LOCAL idle_in_transaction_session_timeout = '10min'")

    def make_room(self, days: Iterable[int], /) -> None:
        for month in partitions.lacking(self.raw, partitions.months_of(days)):
            partitions.make(self.raw, month)

    def finish_copy(self) -> None:
        for statement in self.raw.execute(NUMBERS).fetchall():
            self.raw.execute(statement[0].encode())
        self.raw.execute(
            "UPDATE meta SET value = convert_to((1 + (SELECT coalesce(max(pos), 0) FROM event))::text, 'UTF8')"
            " WHERE name = 'pos_base'"
        )

    def horizon(self) -> int:
        row = self.raw.execute(HORIZON, (self.base,)).fetchone()
        assert row is not None
        return int(row[0])

    def document(self, doc: str, tail_of: str, values: Sequence[Any], /) -> tuple[Any, list[Any], int]:
        """One statement: a way to the server and back takes longer than to find it all."""
        query = DOCUMENT.format(doc=doc, tail=tail_of.format(upto="d.upto", her="d.her"))
        rows = self.execute(query, (self.base, *values)).fetchall()
        horizon, *doc_found = rows[0][:DOC_ENDS]
        found = tuple(doc_found) if doc_found[0] is not None else None
        return found, [row[DOC_ENDS:] for row in rows if row[DOC_ENDS] is not None], horizon

    def version(self) -> int:
        """Others may always have written."""
        return next(self._asked)

    def done(self) -> None:
        """Close what is still being read."""
        for cursor in self._cursors:
            cursor.close()
        self._cursors.clear()
