"""Events in, exactly once; histories and facts documents out."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from itertools import groupby
from operator import attrgetter, itemgetter

from tactful.model.kept import Appended, Document, PersonRow
from tactful.model.records import Event, NewEvent
from tactful.store.base import DAY, StorePart, in_parts

CHUNK = 20_000
LOOKUP = 500
DOCUMENTS = 1_000
FOLDING = attrgetter("occurred_at", "key")

TAIL = """SELECT pos, key, source, kind, occurred_at, received_at, body FROM event
    WHERE person_id = ? AND pos > ? ORDER BY pos"""
TAILS = """SELECT e.person_id, e.pos, e.key, e.source, e.kind, e.occurred_at, e.received_at, e.body
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
        first, counted = self._first_of_each(events)
        with self._db.writing() as connection:
            known = self._already_seen(connection, sorted(first))
            for key, content in known.items():
                counted.append(first.pop(key)[1] == content)
            meant, made = self._resolve(connection, self._identifiers(first))
            self._insert(connection, first, meant, received_at)
        self._remember(meant)
        return Appended(len(first), len(counted), counted.count(False), made)

    def _first_of_each(self, events: Sequence[NewEvent]) -> tuple[dict[bytes, tuple[NewEvent, int]], list[bool]]:
        """The first event of each key with the digest of its content; of the others, whether they say the same."""
        first: dict[bytes, tuple[NewEvent, int]] = {}
        counted: list[bool] = []
        key_of, content_of = self._digests()
        for event in events:
            key, content = key_of(event), content_of(event)
            kept = first.setdefault(key, (event, content))
            if kept[0] is not event:
                counted.append(kept[1] == content)
        return first, counted

    def _digests(self) -> tuple[Callable[[NewEvent], bytes], Callable[[NewEvent], int]]:
        """The keyed digests of what an event is called and of what it says; the common start is hashed once."""
        sources: dict[str, bytes] = {}
        key_start, content_start = self._keyed(16), self._keyed(8)

        def key_of(event: NewEvent) -> bytes:
            start = sources.get(event.source)
            if start is None:
                name = event.source.encode()
                start = sources[event.source] = len(name).to_bytes(4, "big") + name
            digest = key_start.copy()
            digest.update(start + event.message_id)
            return digest.digest()

        def content_of(event: NewEvent) -> int:
            kind, value = event.person or ("", "")
            digest = content_start.copy()
            head = f"{event.kind}\0{kind}\0{event.occurred_at}\0{value}\0"
            digest.update(head.encode("utf-8", "surrogatepass") + event.body)
            return int.from_bytes(digest.digest(), "big", signed=True)

        return key_of, content_of

    def _identifiers(self, events: dict[bytes, tuple[NewEvent, int]]) -> list[tuple[str, str]]:
        return list(dict.fromkeys(event.person for event, _ in events.values() if event.person))

    def _already_seen(self, connection: sqlite3.Connection, keys: Sequence[bytes]) -> dict[bytes, int]:
        seen: dict[bytes, int] = {}
        for part in in_parts(keys, LOOKUP):
            marks = ",".join("?" * len(part))
            query = f"SELECT message_key, content FROM seen WHERE message_key IN ({marks})"
            seen.update(connection.execute(query, part))
        return seen

    def _insert(
        self,
        connection: sqlite3.Connection,
        events: dict[bytes, tuple[NewEvent, int]],
        meant: dict[tuple[str, str], int | None],
        received_at: int,
    ) -> None:
        day = received_at // DAY
        connection.executemany(
            "INSERT INTO seen (message_key, day, content) VALUES (?, ?, ?)",
            ((key, day, events[key][1]) for key in sorted(events)),
        )
        connection.executemany(
            "INSERT INTO event (day, person_id, source, kind, occurred_at, received_at, key, body)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (
                    day, meant[event.person] if event.person else None, event.source, event.kind,
                    event.occurred_at, received_at, key, event.body,
                )
                for key, (event, _) in events.items()
            ),
        )  # fmt: skip

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
