"""What every part of the SQLite store stands on: its file, its keys, and people by identifier."""

from __future__ import annotations

import hmac
import sqlite3
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from tactful.model.problems import StoreProblem
from tactful.store.database import Database

DAY = 86_400_000_000
NORM_VERSION = 1
REMEMBERED = 1_000_000
HIGHEST_ID = 2**63 - 1
TRIES = 100_000
Identifier = tuple[str, str]


def written(text: str) -> bytes:
    """Text from outside as bytes: whatever it holds, also what no encoding allows."""
    return text.encode("utf-8", "surrogatepass")


def read(text: bytes) -> str:
    """What `written` wrote."""
    return text.decode("utf-8", "surrogatepass")


def normal_form(kind: str, value: str) -> bytes:
    """The value that identifies: NFKC, without blanks around it, e-mail addresses in small letters."""
    form = unicodedata.normalize("NFKC", value).strip()
    return written(form.lower() if kind == "email" else form)


class StorePart:
    """The file, the keys and the identifiers; the parts with the verbs inherit from it."""

    def __init__(self, database: Database, new_id: Callable[[], int]) -> None:
        self._db = database
        self._new_id = new_id
        self._known: dict[Identifier, int] = {}
        self._known_at = -1
        with database.reading() as connection:
            keys = dict(connection.execute("SELECT name, value FROM meta WHERE name IN ('site', 'index')"))
        if set(keys) != {"site", "index"}:
            raise StoreProblem(f"{database.path} has lost its keys: put back a backup.")
        self._site: bytes = keys["site"]
        self._index: bytes = keys["index"]

    def _blind(self, kind: str, value: str) -> bytes:
        return hmac.digest(self._index, kind.encode() + b"\0" + normal_form(kind, value), "sha256")

    def _find(self, connection: sqlite3.Connection, kind: str, value: str) -> int | None:
        row = connection.execute(
            "SELECT person_id FROM identifier WHERE kind = ? AND blind = ?", (kind, self._blind(kind, value))
        ).fetchone()
        return row[0] if row else None

    def _who(self, connection: sqlite3.Connection, identifier: Identifier | None) -> int | None:
        """The person an identifier means, if there is one; nobody is made."""
        if identifier is None:
            return None
        known = self._known.get(identifier)
        return known if known is not None else self._find(connection, *identifier)

    def _resolve(
        self, connection: sqlite3.Connection, identifiers: Iterable[Identifier]
    ) -> tuple[dict[Identifier, int | None], int]:
        """Who each identifier means, inside a write; unknown ones become people. Also: how many were made.

        An identifier without a value means nobody. What was found out is remembered by `_remember` after the commit.
        """
        version = connection.execute("PRAGMA data_version").fetchone()[0]
        if version != self._known_at or len(self._known) > REMEMBERED:
            self._known.clear()
            self._known_at = version
        meant: dict[Identifier, int | None] = {}
        made = 0
        for identifier in identifiers:
            if identifier in meant:
                continue
            person_id = self._known.get(identifier)
            if person_id is None and normal_form(*identifier):
                person_id = self._find(connection, *identifier)
                if person_id is None:
                    person_id = self._make_person(connection, *identifier)
                    made += 1
            meant[identifier] = person_id
        return meant, made

    def _remember(self, meant: dict[Identifier, int | None]) -> None:
        self._known.update((identifier, person) for identifier, person in meant.items() if person is not None)

    def _make_person(self, connection: sqlite3.Connection, kind: str, value: str) -> int:
        for _ in range(TRIES):
            person_id = self._new_id()
            if not 0 < person_id <= HIGHEST_ID:
                raise ValueError("a person's id is a positive number below 2**63")
            if connection.execute("INSERT OR IGNORE INTO gate (gate_id) VALUES (?)", (person_id,)).rowcount:
                break
        else:
            raise ValueError(f"new_id gave {TRIES} ids that are taken")
        connection.execute(
            "INSERT INTO person (person_id, gate_id, root) VALUES (?, ?, ?)", (person_id, person_id, person_id)
        )
        connection.execute(
            "INSERT INTO identifier (kind, blind, person_id, norm_version, label) VALUES (?, ?, ?, ?, ?)",
            (kind, self._blind(kind, value), person_id, NORM_VERSION, written(value)),
        )
        return person_id


Row = TypeVar("Row")


def in_parts(rows: Sequence[Row], size: int) -> Iterator[Sequence[Row]]:
    """The rows in order, `size` at a time."""
    return (rows[start : start + size] for start in range(0, len(rows), size))
