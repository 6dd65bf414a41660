"""Following the events: whoever does sees every one of them, also those of a transaction that was slow to end."""

from __future__ import annotations

from tactful.model.kept import Behind, News
from tactful.model.records import Event
from tactful.store.base import StorePart
from tactful.store.connection import Connection

UPTO = "SELECT pos FROM event WHERE pos > ? ORDER BY pos LIMIT 1 OFFSET ?"
LAST = "SELECT max(pos) FROM event WHERE pos > ?"
PEOPLE = """SELECT DISTINCT person_id FROM event WHERE pos > ? AND pos <= ? AND person_id IS NOT NULL
    ORDER BY person_id"""
NEWS = """SELECT r.person_id, r.stamp, e.key, e.source, e.kind, e.occurred_at, e.received_at, e.body, e.point
    FROM event e CROSS JOIN person p ON p.person_id = e.person_id CROSS JOIN person r ON r.person_id = p.root
    WHERE e.pos > ? AND e.pos <= ?"""


class FollowingVerbs(StorePart):
    """How far each of those who follow the events has come."""

    def behind(self, name: str, most: int) -> Behind:
        """Whose events the follower of this name has not come to yet, of about `most` events.

        When their documents are saved, say `followed` with `upto`. On PostgreSQL an event that was read may be met
        again, and one may wait for a transaction that is not done; none is passed over.
        """
        with self._db.reading() as connection:
            since, upto, _ = reach(connection, name, most)
            if upto <= since:
                return Behind((), since)
            people = connection.execute(PEOPLE, (since, upto)).fetchall()
        return Behind(tuple(person for (person,) in people), upto)

    def news(self, name: str, most: int) -> News:
        """The events themselves that the follower of this name has not come to yet, unless there are `most` or more.

        Whoever remembers documents that hold all up to `since` has all up to `upto` with them; of somebody whose stamp
        is another one by now what is remembered is not to be used. Otherwise as `behind`.
        """
        tails: dict[int, tuple[int, list[Event]]] = {}
        with self._db.reading() as connection:
            since, upto, more = reach(connection, name, most)
            if upto <= since:
                return News(since, since)
            if more:
                return News(since, upto, whole=False)
            for row in connection.execute(NEWS, (since, upto)):
                found = tails.get(row[0])
                if found is None:
                    found = tails[row[0]] = (row[1], [])
                found[1].append(Event(*row[2:]))
        return News(since, upto, tails)

    def fold_again(self, most: int) -> tuple[int, ...]:
        """People whose document is gone because of whom they are one with, or of what was deleted; at most so many.

        Each is given once. A document is only a cache: where nothing comes of it, her next reader folds it herself.
        """
        with self._db.reading() as connection:
            found = connection.execute("SELECT person_id FROM refold ORDER BY person_id LIMIT ?", (most,)).fetchall()
        if found:
            with self._db.writing() as connection:
                connection.executemany("DELETE FROM refold WHERE person_id = ?", found)
        return tuple(person for (person,) in found)

    def followed(self, name: str, upto: int) -> None:
        """The follower of this name has come as far as `upto`; it never goes back."""
        with self._db.writing() as connection:
            connection.execute(
                "INSERT INTO follower (name, txid, pos) VALUES (?, 0, ?)"
                " ON CONFLICT (name) DO UPDATE SET pos = excluded.pos WHERE excluded.pos > follower.pos",
                (name, upto),
            )


def reach(connection: Connection, name: str, most: int) -> tuple[int, int, bool]:
    """How far a follower came, how far it may go now with about `most` events, and whether there are so many."""
    row = connection.execute("SELECT pos FROM follower WHERE name = ?", (name,)).fetchone()
    since = row[0] if row else -1
    horizon = connection.horizon()
    row = connection.execute(UPTO, (since, most - 1)).fetchone()
    upto = row[0] if row else None
    if horizon is not None:
        upto = horizon if upto is None else min(upto, horizon)
    elif upto is None:
        (upto,) = connection.execute(LAST, (since,)).fetchone()
    return since, since if upto is None else upto, row is not None
