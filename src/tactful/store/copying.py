"""Copying a store whole into an empty one, on the same or another engine, and proving that it is the same.

One transaction: all of it is there at the end, or nothing is. The digest of a table is the sum of the digests of its
rows, so that it does not depend on their order; it is taken of what was read at one end and, before the commit, of what
can be read at the other. Positions of events are the engine's own: they are given anew and are not in the digests.
What is only there to be quick (documents folded from events, and how far their followers came) is made again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import blake2b
from itertools import islice
from typing import Any

import msgspec

from tactful.model.kept import CopiedTable
from tactful.model.problems import StoreProblem
from tactful.store.base import KEYS, StorePart
from tactful.store.connection import Connection
from tactful.store.schema import STEPS

ROWS = 2_000
MADE_AGAIN = frozenset({"doc", "follower", "meta"})
POSITIONS = frozenset({"pos", "txid"})
# Rows of events and of what was seen get the same new position where they are of one message.
NUMBERED = """WITH numbered AS (SELECT key, row_number() OVER (ORDER BY pos, key) AS pos
    FROM (SELECT pos, key FROM event UNION SELECT pos, message_key FROM seen) AS both_of_them)"""
encode = msgspec.msgpack.Encoder().encode
Moved = Callable[[int], None]


def tables() -> list[str]:
    """The tables that are copied, each behind those that it refers to."""
    made = [found[1] for step in STEPS for each in step if (found := re.match(r"CREATE TABLE (\w+)", each))]
    return [name for name in made if name not in MADE_AGAIN]


def columns_of(connection: Connection, table: str) -> list[str]:
    """The columns of a table, but for the numbers that only its engine needs."""
    rows = connection.execute(f"SELECT * FROM {table} WHERE 1 = 0")
    return [each[0] for each in rows.description if each[0] != "txid"]


def reading_of(table: str, columns: Sequence[str]) -> str:
    """The statement that reads a table, positions given anew."""
    key = {"event": "key", "seen": "message_key"}.get(table)
    if key is None:
        return f"SELECT {', '.join(columns)} FROM {table}"
    named = ", ".join("n.pos" if each == "pos" else f"t.{each}" for each in columns)
    return f"{NUMBERED} SELECT {named} FROM numbered n JOIN {table} t ON t.{key} = n.key ORDER BY n.pos"


class Digest:
    """The digest of rows in any order, and how many there were."""

    def __init__(self, columns: Sequence[str]) -> None:
        self._places = [place for place, name in enumerate(columns) if name not in POSITIONS]
        self._sum = 0
        self.rows = 0

    def take(self, rows: Iterable[Sequence[Any]]) -> None:
        """These rows, too."""
        places = self._places
        for row in rows:
            told = blake2b(encode([row[place] for place in places]), digest_size=16).digest()
            self._sum += int.from_bytes(told, "big")
            self.rows += 1

    def hex(self) -> str:
        """It in small letters and digits."""
        return f"{self._sum % 2**128:032x}"


def in_chunks(rows: Iterable[Sequence[Any]]) -> Iterator[list[Sequence[Any]]]:
    rest = iter(rows)
    while chunk := list(islice(rest, ROWS)):
        yield chunk


def copy(source: StorePart, target: StorePart, moved: Moved) -> list[CopiedTable]:
    """Copy everything from `source` into `target`, which must be empty; `moved` is told of rows that were done.

    Raises StoreProblem where the target holds something, or where what it holds then is not the same.
    """
    with source._db.snapshot() as old, target._db.writing() as new:
        new.prepare_copy()
        for table in tables():
            if new.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone():
                raise StoreProblem(f"{target._db.place} is not empty: copy into a new one.")
        new.make_room(day for (day,) in old.execute("SELECT DISTINCT day FROM event").fetchall())
        copied = [copied_table(old, new, table, moved) for table in tables()]
        keys = old.execute(KEYS).fetchall()
        new.executemany("UPDATE meta SET value = ? WHERE name = ?", [(value, name) for name, value in keys])
        new.finish_copy()
        if new.execute(KEYS).fetchall() != keys or not all(each.same for each in copied):
            wrong = ", ".join(each.table for each in copied if not each.same) or "meta"
            raise StoreProblem(f"What {target._db.place} holds is not what was read ({wrong}); nothing was kept.")
        return copied


def copied_table(old: Connection, new: Connection, table: str, moved: Moved) -> CopiedTable:
    """Copy one table and read it again."""
    columns = columns_of(old, table)
    read, written = Digest(columns), Digest(columns)
    for chunk in in_chunks(old.stream(reading_of(table, columns))):
        read.take(chunk)
        new.insert_many(table, columns, chunk)
        moved(len(chunk))
    for chunk in in_chunks(new.stream(f"SELECT {', '.join(columns)} FROM {table}")):
        written.take(chunk)
        moved(len(chunk))
    return CopiedTable(table, read.rows, read.hex(), written.rows, written.hex())


def rows_in(store: StorePart) -> int:
    """How many rows `copy` will move."""
    with store._db.snapshot() as connection:
        return sum(int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]) for table in tables())
