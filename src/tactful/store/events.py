"""Events in, exactly once; histories and facts documents out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from hashlib import blake2b
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Any

from tactful.model.kept import Appended, Document, PersonRow
from tactful.model.records import Event, NewEvent
from tactful.store.base import DAY, StorePart
from tactful.store.connection import Connection
from tactful.store.parts import LOOKUP, in_parts

CHUNK = 20_000
DOCUMENTS = 1_000
FOLDING = attrgetter("occurred_at", "key")

EVENT = ("pos", "day", "person_id", "source", "kind", "occurred_at", "received_at", "key", "body", "point")
KEPT = "SELECT key, person_id, kind, occurred_at, body FROM event"
ROOT = "(SELECT root FROM person WHERE person_id = ?)"
TAIL_OF = """SELECT p.root, p.person_id, e.pos, e.key, e.source, e.kind, e.occurred_at, e.received_at, e.body, e.point
    FROM person p CROSS JOIN event e ON e.person_id = p.person_id AND e.pos > {upto}
    WHERE p.root = {her} ORDER BY p.person_id, e.pos"""
HER_TAIL = TAIL_OF.format(upto="?", her=ROOT)
TAILS = """SELECT p.root, p.person_id, e.pos, e.key, e.source, e.kind, e.occurred_at, e.received_at, e.body, e.point
    FROM person p LEFT JOIN doc d ON d.person_id = p.root AND d.fold = ?
    CROSS JOIN event e ON e.person_id = p.person_id AND e.pos > coalesce(d.upto_pos, 0)
    WHERE 1 = 1 {} ORDER BY p.root, p.person_id"""
DOCS = """SELECT p.person_id, d.body, coalesce(d.upto_pos, 0), p.stamp
    FROM person p LEFT JOIN doc d ON d.person_id = p.person_id AND d.fold = ?
    WHERE p.root = p.person_id {} ORDER BY p.person_id"""
OF_THEM = "AND p.root IN (SELECT root FROM person WHERE person_id IN ({}))"
DOC = f"""SELECT p.person_id AS her, d.body, coalesce(d.upto_pos, 0) AS upto, p.stamp
    FROM person p LEFT JOIN doc d ON d.person_id = p.person_id AND d.fold = ? WHERE p.person_id = {ROOT}"""
SAVE = """INSERT INTO doc (person_id, upto_pos, fold, body)
    SELECT person_id, ?, ?, ? FROM person WHERE person_id = ? AND root = person_id AND stamp = ?
    ON CONFLICT (person_id) DO UPDATE SET upto_pos = excluded.upto_pos, fold = excluded.fold, body = excluded.body
    WHERE excluded.fold <> doc.fold OR excluded.upto_pos >= doc.upto_pos"""


class EventVerbs(StorePart):
    """What is appended and read of events and of the documents folded from them."""

    def append(self, events: Sequence[NewEvent], received_at: int) -> Appended:
        """Keep each (source, message id) once, in one transaction; when this returns it is on the disk.

        At most 20,000 events a call. A repeated one is counted and dropped: the first stays, whatever its content.
        """
        if len(events) > CHUNK:
            raise ValueError(f"at most {CHUNK} events in one call, not {len(events)}")
        keys = self._keys(events)
        with self._db.writing() as connection:
            fresh, seen = connection.claim(list(dict.fromkeys(keys)), received_at // DAY)
            new, again = divided(keys, events, fresh)
            meant, made = self._resolve(connection, (event.person for event in new.values() if event.person))
            insert(connection, new, fresh, meant, received_at)
            differing = self._differing(connection, again, seen | fresh)
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

    def _differing(
        self, connection: Connection, again: Sequence[tuple[bytes, NewEvent]], positions: Mapping[bytes, int]
    ) -> int:
        """How many repeated events say something else than the kept one, if that is still there."""
        differing = 0
        meant = self._found(connection, {event.person for _, event in again if event.person})
        for part in in_parts(again, LOOKUP):
            marks = ",".join("?" * len(part))
            query = f"{KEPT} WHERE pos IN ({marks})"
            asked: list[object] = [positions[key] for key, _ in part]
            if connection.shares_positions:
                query, asked = f"{query} AND key IN ({marks})", [*asked, *(key for key, _ in part)]
            kept = {row[0]: row[1:] for row in connection.execute(query, asked)}
            for key, event in part:
                said = (meant[event.person] if event.person else None, event.kind, event.occurred_at, event.body)
                differing += kept.get(key, said) != said
        return differing

    def tail(self, person_id: int, after_pos: int = 0) -> list[Event]:
        """The events of all that she is, behind a position, in folding order: (occurred_at, key)."""
        with self._db.reading() as connection:
            rows = connection.execute(HER_TAIL, (after_pos, person_id)).fetchall()
        return sorted((made_event(row[3:]) for row in rows), key=FOLDING)

    def document(self, person_id: int, fold: int) -> PersonRow:
        """Her document of this fold version with the tail behind it; empty for a person who is not held.

        Of somebody who was merged: that of the person of today, with the events of all that she is.
        """
        with self._db.reading() as connection:
            doc, rows, horizon = connection.document(DOC, TAIL_OF, (fold, person_id))
        return person_row(doc or (person_id, None, 0, 0), rows, horizon)

    def read_documents(self, fold: int) -> Iterator[PersonRow]:
        """Everybody's document of this fold version with the tail behind it, in the order of their ids.

        Who was merged is read as one, under the id of the person of today.

        It shows one instant, whatever is written meanwhile (also by `save_documents`), and holds one person at a time.
        """
        with self._db.snapshot() as connection:
            yield from person_rows(connection, "", (fold,))

    def documents(self, people: Sequence[int], fold: int) -> list[PersonRow]:
        """The documents of these people as `document` gives each, in the order of ids; who was merged is there once."""
        found: dict[int, PersonRow] = {}
        for part in in_parts(people, LOOKUP):
            of_them = OF_THEM.format(", ".join("?" * len(part)))
            with self._db.snapshot() as connection:
                found.update((row.person_id, row) for row in person_rows(connection, of_them, (fold, *part)))
        return [found[person] for person in sorted(found)]

    def save_documents(self, documents: Sequence[Document]) -> None:
        """Keep documents; one that is behind the kept one of the same fold version is left out.

        So is one of somebody who was merged or parted since it was read: it is not about whom she is made up of now.
        Who does that, or deletes events of hers, holds her gate; only behind it the stamp is sure.
        """
        for part in in_parts(documents, DOCUMENTS):
            rows = [(each.upto_pos, each.fold, each.body, each.person_id, each.stamp) for each in part]
            with self._db.writing() as connection:
                connection.lock_people(each.person_id for each in part)
                connection.executemany(SAVE, rows)


def person_rows(connection: Connection, of_whom: str, values: Sequence[Any]) -> Iterator[PersonRow]:
    """Documents with their tails, of all or of some, in the order of ids; from one snapshot, one person at a time."""
    with (
        closing(connection.execute(DOCS.format(of_whom), values)) as docs,
        closing(connection.execute(TAILS.format(of_whom), values)) as events,
    ):
        horizon = connection.horizon()
        tails = groupby(events, key=itemgetter(0))
        owner, rows = next(tails, (None, None))
        for person_id, body, upto, stamp in docs:
            if owner == person_id and rows is not None:
                yield person_row((person_id, body, upto, stamp), list(rows), horizon)
                owner, rows = next(tails, (None, None))
            else:
                yield person_row((person_id, body, upto, stamp), [], horizon)


def made_event(row: Sequence[object]) -> Event:
    return Event(*row)  # type: ignore[arg-type]


def person_row(
    doc: tuple[int, bytes | None, int, int], rows: Sequence[Sequence[Any]], horizon: int | None
) -> PersonRow:
    """One person's row from (person, body, up to, stamp) and rows of (root, person, pos, the fields of an event)."""
    person_id, body, upto, stamp = doc
    tail = sorted((made_event(row[3:]) for row in rows), key=FOLDING)
    if horizon is not None:
        last = max(upto, horizon)
    elif not rows:
        last = upto
    elif rows[0][1] == rows[-1][1]:
        last = rows[-1][2]
    else:
        last = max(row[2] for row in rows)
    return PersonRow(person_id, body, upto, last, tuple(tail), stamp)


def divided(
    keys: Sequence[bytes], events: Sequence[NewEvent], fresh: Mapping[bytes, int]
) -> tuple[dict[bytes, NewEvent], list[tuple[bytes, NewEvent]]]:
    """Events that are there for the first time, by key; and the others."""
    new: dict[bytes, NewEvent] = {}
    again: list[tuple[bytes, NewEvent]] = []
    for key, event in zip(keys, events, strict=True):
        if key in fresh and key not in new:
            new[key] = event
        else:
            again.append((key, event))
    return new, again


def insert(
    connection: Connection,
    events: Mapping[bytes, NewEvent],
    positions: Mapping[bytes, int],
    meant: Mapping[tuple[str, str], int | None],
    received_at: int,
) -> None:
    """Append events that are new at the positions that were claimed for them."""
    day = received_at // DAY
    connection.insert_many(
        "event",
        EVENT,
        (
            (
                positions[key], day, meant.get(event.person) if event.person else None, event.source, event.kind,
                event.occurred_at, received_at, key, event.body, event.point,
            )
            for key, event in events.items()
        ),
    )  # fmt: skip
