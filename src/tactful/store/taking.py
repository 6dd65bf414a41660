"""Arrivals in, exactly once: the events, what she said with them, and the count of what was not kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from tactful.model.arrivals import BROWSERS, Arrival, Identifier, TakenIn
from tactful.model.kept import Appended
from tactful.model.records import NewEvent
from tactful.model.said import ENDS
from tactful.store.base import DAY, StorePart, written
from tactful.store.connection import Connection
from tactful.store.events import CHUNK, EventVerbs, divided, insert
from tactful.store.permissions import add_permissions

Meant = dict[Identifier, int | None]


class TakingVerbs(EventVerbs, StorePart):
    """What comes over the wire, as `append` takes what comes in files."""

    def take_in(self, arrivals: Sequence[Arrival], received_at: int) -> TakenIn:
        """Keep each call once, in one transaction; when this returns it is on the disk.

        At most 20,000 events a call. Of a repeated call the first stays: nothing of the second is kept or counted, but
        for what it refuses; a no is never taken for one that was heard before.
        """
        events = [event for arrival in arrivals for event in named_events(arrival)]
        if len(events) > CHUNK:
            raise ValueError(f"at most {CHUNK} events in one call, not {len(events)}")
        keys = self._keys(events)
        with self._db.writing() as connection:
            connection.lock_people(self._said_by(connection, arrivals))
            claimed, seen = connection.claim(list(dict.fromkeys(keys)), received_at // DAY)
            new, again = divided(keys, events, claimed)
            fresh = fresh_of(arrivals, keys, new)
            meant, made = self._meant(
                connection,
                [each for each, is_new in zip(arrivals, fresh, strict=True) if is_new or each.permissions],
            )
            kept = {key: event for key, event in new.items() if event.kind}
            insert(connection, kept, claimed, meant, received_at)
            differing = self._differing(connection, again, seen | claimed)
            permissions = said_with(connection, arrivals, fresh, meant)
            count_left_out(connection, arrivals, fresh, received_at)
        self._remember(meant)
        added = len(kept)
        repeated = sum(1 for _, event in again if event.kind)
        return TakenIn(Appended(added, repeated, differing, made), fresh, permissions)

    def _meant(self, connection: Connection, arrivals: Iterable[Arrival]) -> tuple[Meant, int]:
        """Whom the identifiers mean. People are made of whom an event is, and of whom a permission is first of all; of
        the other subjects only who is there is found: they are joined to her next. Where that may not be, a no waits
        under each of them. Of what may not be kept nobody is made."""
        makes: dict[Identifier, None] = {}
        finds: dict[Identifier, None] = {}
        for arrival in arrivals:
            subjects = arrival.subjects if arrival.permissions else ()
            own = {event.person for event in arrival.events if event.person}
            waits = not arrival.may_join and any(each.state in ENDS for each in arrival.permissions)
            own.update(
                each
                for each in (subjects if waits else subjects[:1])
                if each in arrival.names or (arrival.may_join and not arrival.names)
            )
            for each in own.union(subjects):
                if each in own or each[0] in arrival.nobodies:
                    makes[each] = None
                else:
                    finds[each] = None
        meant, made = self._resolve(connection, sorted(makes))
        for each in finds:
            if each not in meant:
                meant[each] = self._who(connection, each)
        return meant, made

    def _said_by(self, connection: Connection, arrivals: Iterable[Arrival]) -> list[int]:
        """Those who are there already of the people whose permissions came with the calls."""
        subjects = {each for arrival in arrivals if arrival.permissions for each in arrival.subjects}
        return [person for person in self._found(connection, subjects).values() if person is not None]


def named_events(arrival: Arrival) -> Sequence[NewEvent]:
    """The events of an arrival; of one without, a stand-in of no kind, so that it is known when it comes again."""
    return arrival.events or (NewEvent(arrival.source, arrival.message_id, "", None, 0, b""),)


def fresh_of(arrivals: Sequence[Arrival], keys: Sequence[bytes], new: Mapping[bytes, object]) -> tuple[bool, ...]:
    """For each arrival, whether any of its events is there for the first time."""
    if len(new) == len(keys):
        return (True,) * len(arrivals)
    fresh, at, taken = [], 0, set[bytes]()
    for arrival in arrivals:
        hers = keys[at : at + len(named_events(arrival))]
        at += len(hers)
        fresh.append(any(key in new and key not in taken for key in hers))
        taken.update(hers)
    return tuple(fresh)


def said_with(
    connection: Connection,
    arrivals: Sequence[Arrival],
    fresh: Sequence[bool],
    meant: Mapping[Identifier, int | None],
) -> int:
    """Keep what was said with calls; how much of it was new.

    A no is everybody's whom the call names, and is kept whenever it comes. A yes is hers alone who speaks, the
    strongest name that may be kept, and only the first time: a call can name somebody else, and be sent again. Where
    that is a browser, it answers for nobody whom we know: anybody may sit at it.
    """
    added = 0
    for arrival, is_new in zip(arrivals, fresh, strict=True):
        ends = tuple(each for each in arrival.permissions if each.state in ENDS)
        whole = arrival.permissions if is_new else ends
        if not whole:
            continue
        people = {person for each in arrival.subjects if (person := meant.get(each)) is not None}
        speaks = meant.get(arrival.names[0]) if arrival.names and arrival.names[0] in arrival.subjects else None
        known = bool(arrival.names) and arrival.names[0][0] not in BROWSERS
        connection.lock_people(people)
        for person in sorted(people):
            added += add_permissions(
                connection, person, whole if person == speaks else ends, known=known, around=people
            )
    return added


def count_left_out(
    connection: Connection, arrivals: Sequence[Arrival], fresh: Sequence[bool], received_at: int
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
