"""Following the events: whoever does sees every one of them, also those of a transaction that was slow to end."""

from __future__ import annotations

from tactful.model.kept import Behind
from tactful.store.base import StorePart

UPTO = "SELECT pos FROM event WHERE pos > ? ORDER BY pos LIMIT 1 OFFSET ?"
LAST = "SELECT max(pos) FROM event WHERE pos > ?"
PEOPLE = """SELECT DISTINCT person_id FROM event WHERE pos > ? AND pos <= ? AND person_id IS NOT NULL
    ORDER BY person_id"""


class FollowingVerbs(StorePart):
    """How far each of those who follow the events has come."""

    def behind(self, name: str, most: int) -> Behind:
        """Whose events the follower of this name has not come to yet, of about `most` events.

        When their documents are saved, say `followed` with `upto`. On PostgreSQL an event that was read may be met
        again, and one may wait for a transaction that is not done; none is passed over.
        """
        with self._db.reading() as connection:
            row = connection.execute("SELECT pos FROM follower WHERE name = ?", (name,)).fetchone()
            since = row[0] if row else -1
            horizon = connection.horizon()
            row = connection.execute(UPTO, (since, most - 1)).fetchone()
            upto = row[0] if row else None
            if horizon is not None:
                upto = horizon if upto is None else min(upto, horizon)
            elif upto is None:
                (upto,) = connection.execute(LAST, (since,)).fetchone()
            if upto is None or upto <= since:
                return Behind((), since)
            people = connection.execute(PEOPLE, (since, upto)).fetchall()
        return Behind(tuple(person for (person,) in people), upto)

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
