"""Events in, exactly once; histories and facts documents out."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from hashlib import blake2b
from itertools import count, groupby
from operator import attrgetter, itemgetter

from tactful.model.kept import Appended, Document, PersonRow
from tactful.model.records import Event, NewEvent
from tactful.store.base import DAY, StorePart, in_parts

CHUNK = 20_000
LOOKUP = 500
DOCUMENTS = 1_000
FOLDING = attrgetter("occurred_at", "key")

TAIL = """SELECT pos, key, source, kind, occurred_at, received_at, body, point FROM event
    WHERE person_id = ? AND pos > ? ORDER BY pos"""
TAILS = """SELECT e.person_id, e.pos, e.key, e.source, e.kind, e.occurred_at, e.received_at, e.body, e.point
    FROM person p LEFT JOIN doc d ON d.person_id = p.person_id AND d.fold = ?
    CROSS JOIN event e ON e.person_id = p.person_id AND e.pos > coalesce(d.upto_pos, 0)
    ORDER BY p.person_id"""
DOCS = """SELECT p.person_id, d.body, coalesce(d.upto_pos, 0)
    FROM person p LEFT JOIN doc d ON d.person_id = p.person_id AND d.fold = ? ORDER BY p.person_id"""


class EventVerbs(StorePart):
    """What is appended and read of events and of the documents folded from them."""

    def append(self, events: Sequence[NewEvent], received_at: int) -> Appended:
        """Keep each (source, message id) once, in one transaction; when this returns it is on the disk.

        At most 20,000 events a call. A repeated one is counted and dropped: the first stays, whatever its content.
        """
        if len(events) > CHUNK:
            raise ValueError(f"at most {CHUNK} events in one call, not {len(events)}")
        keys = self._keys(events)
        new: dict[bytes, NewEvent] = {}
        again: list[tuple[bytes, NewEvent]] = []
        with self._db.writing() as connection:
            positions = already_seen(connection, sorted(set(keys)))
            for key, event in zip(keys, events, strict=True):
                if key in positions or key in new:
                    again.append((key, event))
                else:
                    new[key] = event
            meant, made = self._resolve(connection, (event.person for event in new.values() if event.person))
            positions.update(insert(connection, new, meant, received_at))
            differing = self._differing(connection, [(positions[key], event) for key, event in again])
        self._remember(meant)
        return Appended(len(new), len(again), differing, made)

    def _keys(self, events: Sequence[NewEvent]) -> list[bytes]:
        """The keyed digests of what the events are called; what a source's have in common is hashed once."""
        starts: dict[str, blake2b] = {}
        keys = []
        for event in events:
            start = starts.get(event.source)
            if start is None:
                name = event.source.encode()
                start = starts[event.source] = blake2b(key=self._site, digest_size=16)
                start.update(len(name).to_bytes(4, "big") + name)
            digest = start.copy()
            digest.update(event.message_id)
            keys.append(digest.digest())
        return keys

    def _differing(self, connection: sqlite3.Connection, again: Sequence[tuple[int, NewEvent]]) -> int:
        """How many repeated events say something else than the kept one at their position, if that is still there."""
        differing = 0
        for part in in_parts(again, LOOKUP):
            marks = ",".join("?" * len(part))
            query = f"SELECT pos, person_id, kind, occurred_at, body FROM event WHERE pos IN ({marks})"
            kept = {row[0]: row[1:] for row in connection.execute(query, [pos for pos, _ in part])}
            for pos, event in part:
                said = (self._who(connection, event.person), event.kind, event.occurred_at, event.body)
                differing += kept.get(pos, said) != said
        return differing

    def tail(self, person_id: int, after_pos: int = 0) -> list[Event]:
        """Her events behind a position, in folding order: (occurred_at, key)."""
        with self._db.reading() as connection:
            rows = connection.execute(TAIL, (person_id, after_pos)).fetchall()
        return sorted((made_event(row[1:]) for row in rows), key=FOLDING)

    def document(self, person_id: int, fold: int) -> PersonRow:
        """Her document of this fold version with the tail behind it; empty for a person who is not held."""
        with self._db.reading() as connection:
            found = connection.execute(
                "SELECT body, upto_pos FROM doc WHERE person_id = ? AND fold = ?", (person_id, fold)
            ).fetchone()
            body, upto = found or (None, 0)
            rows = connection.execute(TAIL, (person_id, upto)).fetchall()
        return person_row(person_id, body, upto, [(person_id, *row) for row in rows])

    def read_documents(self, fold: int) -> Iterator[PersonRow]:
        """Everybody's document of this fold version with the tail behind it, in the order of their ids.

        It shows one instant, whatever is written meanwhile (also by `save_documents`), and holds one person at a time.
        """
        with (
            self._db.snapshot() as connection,
            closing(connection.execute(DOCS, (fold,))) as docs,
            closing(connection.execute(TAILS, (fold,))) as events,
        ):
            tails = groupby(events, key=itemgetter(0))
            owner, rows = next(tails, (None, None))
            for person_id, body, upto in docs:
                if owner == person_id and rows is not None:
                    yield person_row(person_id, body, upto, list(rows))
                    owner, rows = next(tails, (None, None))
                else:
                    yield PersonRow(person_id, body, upto, upto, ())

    def save_documents(self, documents: Sequence[Document]) -> None:
        """Keep documents; one that is behind the kept one of the same fold version is left out."""
        for part in in_parts(documents, DOCUMENTS):
            rows = [(each.person_id, each.upto_pos, each.fold, each.body) for each in part]
            with self._db.writing() as connection:
                connection.executemany(
                    "INSERT INTO doc (person_id, upto_pos, fold, body) VALUES (?, ?, ?, ?)"
                    " ON CONFLICT (person_id) DO UPDATE SET"
                    " upto_pos = excluded.upto_pos, fold = excluded.fold, body = excluded.body"
                    " WHERE excluded.fold <> doc.fold OR excluded.upto_pos >= doc.upto_pos",
                    rows,
                )


def made_event(row: Sequence[object]) -> Event:
    return Event(*row)  # type: ignore[arg-type]


def person_row(person_id: int, body: bytes | None, upto: int, rows: list[tuple[object, ...]]) -> PersonRow:
    """One person's row from rows of (person, pos, the fields of an event), in the order of pos."""
    tail = sorted((made_event(row[2:]) for row in rows), key=FOLDING)
    last = rows[-1][1] if rows else upto
    return PersonRow(person_id, body, upto, last, tuple(tail))  # type: ignore[arg-type]


def already_seen(connection: sqlite3.Connection, keys: Sequence[bytes]) -> dict[bytes, int]:
    """The positions of those keys that were appended before."""
    seen: dict[bytes, int] = {}
    for part in in_parts(keys, LOOKUP):
        marks = ",".join("?" * len(part))
        seen.update(connection.execute(f"SELECT message_key, pos FROM seen WHERE message_key IN ({marks})", part))
    return seen


def insert(
    connection: sqlite3.Connection,
    events: Mapping[bytes, NewEvent],
    meant: Mapping[tuple[str, str], int | None],
    received_at: int,
) -> dict[bytes, int]:
    """Append events that are new, in their order; gives their positions."""
    take = "UPDATE meta SET value = value + ? WHERE name = 'next_pos' RETURNING value - ?"
    start = connection.execute(take, (len(events), len(events))).fetchone()[0]
    positions = dict(zip(events, count(start), strict=False))
    day = received_at // DAY
    connection.executemany(
        "INSERT INTO seen (message_key, day, pos) VALUES (?, ?, ?)",
        ((key, day, pos) for key, pos in sorted(positions.items())),
    )
    connection.executemany(
        "INSERT INTO event (pos, day, person_id, source, kind, occurred_at, received_at, key, body, point)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (
                pos, day, meant.get(event.person) if event.person else None, event.source, event.kind,
                event.occurred_at, received_at, key, event.body, event.point,
            )
            for (key, event), pos in zip(events.items(), count(start), strict=False)
        ),
    )  # fmt: skip
    return positions
