"""Arrivals in, exactly once: the events, what she said with them, and the count of what was not kept."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from tactful.model.arrivals import Arrival, Identifier, TakenIn
from tactful.model.kept import Appended
from tactful.model.records import NewEvent
from tactful.store.base import DAY, StorePart, written
from tactful.store.events import CHUNK, EventVerbs, already_seen, insert
from tactful.store.permissions import add_permissions

Meant = dict[Identifier, int | None]


class TakingVerbs(EventVerbs, StorePart):
    """What comes over the wire, as `append` takes what comes in files."""

    def take_in(self, arrivals: Sequence[Arrival], received_at: int) -> TakenIn:
        """Keep each call once, in one transaction; when this returns it is on the disk.

        At most 20,000 events a call. Of a repeated call the first stays: nothing of the second is kept or counted.
        """
        events = [event for arrival in arrivals for event in named_events(arrival)]
        if len(events) > CHUNK:
            raise ValueError(f"at most {CHUNK} events in one call, not {len(events)}")
        keys = self._keys(events)
        new: dict[bytes, NewEvent] = {}
        with self._db.writing() as connection:
            positions = already_seen(connection, sorted(set(keys)))
            again = [(key, event) for key, event in zip(keys, events, strict=True) if key in positions]
            for key, event in zip(keys, events, strict=True):
                if key not in positions:
                    if key in new:
                        again.append((key, event))
                    else:
                        new[key] = event
            fresh = fresh_of(arrivals, keys, new)
            meant, made = self._meant(
                connection, [each for each, is_new in zip(arrivals, fresh, strict=True) if is_new]
            )
            kept = {key: event for key, event in new.items() if event.kind}
            positions.update(insert(connection, kept, meant, received_at))
            mark_seen(connection, new.keys() - kept.keys(), received_at)
            differing = self._differing(connection, [(positions.get(key, 0), event) for key, event in again])
            permissions = said_with(connection, arrivals, fresh, meant)
            count_left_out(connection, arrivals, fresh, received_at)
        self._remember(meant)
        added = len(kept)
        repeated = sum(1 for _, event in again if event.kind)
        return TakenIn(Appended(added, repeated, differing, made), fresh, permissions)

    def _meant(self, connection: sqlite3.Connection, arrivals: Iterable[Arrival]) -> tuple[Meant, int]:
        """Whom the identifiers mean: people are made for those who may; of the others only who is there is found."""
        makes: dict[Identifier, None] = {}
        finds: dict[Identifier, None] = {}
        for arrival in arrivals:
            named = [event.person for event in arrival.events if event.person]
            if arrival.permissions:
                named += arrival.subjects
            for each in named:
                if arrival.may_join or each[0] in arrival.nobodies:
                    makes[each] = None
                else:
                    finds[each] = None
        meant, made = self._resolve(connection, sorted(makes))
        for each in finds:
            if each not in meant:
                meant[each] = self._who(connection, each)
        return meant, made


def named_events(arrival: Arrival) -> Sequence[NewEvent]:
    """The events of an arrival; of one without, a stand-in of no kind, so that it is known when it comes again."""
    return arrival.events or (NewEvent(arrival.source, arrival.message_id, "", None, 0, b""),)


def fresh_of(arrivals: Sequence[Arrival], keys: Sequence[bytes], new: Mapping[bytes, object]) -> tuple[bool, ...]:
    """For each arrival, whether any of its events is there for the first time."""
    fresh, at, taken = [], 0, set[bytes]()
    for arrival in arrivals:
        hers = keys[at : at + len(named_events(arrival))]
        at += len(hers)
        fresh.append(any(key in new and key not in taken for key in hers))
        taken.update(hers)
    return tuple(fresh)


def mark_seen(connection: sqlite3.Connection, keys: Iterable[bytes], received_at: int) -> None:
    """Remember calls of which no event was kept."""
    connection.executemany(
        "INSERT INTO seen (message_key, day, pos) VALUES (?, ?, 0)", ((key, received_at // DAY) for key in sorted(keys))
    )


def said_with(
    connection: sqlite3.Connection,
    arrivals: Sequence[Arrival],
    fresh: Sequence[bool],
    meant: Mapping[Identifier, int | None],
) -> int:
    """Keep the permissions of calls that are there for the first time; how many were new."""
    added = 0
    for arrival, is_new in zip(arrivals, fresh, strict=True):
        if is_new and arrival.permissions:
            people = {person for each in arrival.subjects if (person := meant.get(each)) is not None}
            for person in sorted(people):
                added += add_permissions(connection, person, arrival.permissions)
    return added


def count_left_out(
    connection: sqlite3.Connection, arrivals: Sequence[Arrival], fresh: Sequence[bool], received_at: int
) -> None:
    """Count what was not kept, by day and source; never what it said."""
    counted = Counter(
        (arrival.source, what)
        for arrival, is_new in zip(arrivals, fresh, strict=True)
        if is_new
        for what in arrival.left_out
    )
    connection.executemany(
        "INSERT INTO left_out (day, source, what, n) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (day, source, what) DO UPDATE SET n = left_out.n + excluded.n",
        [(received_at // DAY, source, written(what), n) for (source, what), n in sorted(counted.items())],
    )
