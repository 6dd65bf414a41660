"""Deleting what is kept no longer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from tactful.model.kept import Forgotten
from tactful.store.base import StorePart
from tactful.store.connection import Connection
from tactful.store.following import UPTO
from tactful.store.parts import in_parts

AT_ONCE = 500
END = 2**63 - 1
Fate = Callable[[str, int, bytes], bytes | None]

NEXT = """SELECT pos, key, person_id, kind, occurred_at, body FROM event WHERE pos > ? AND pos <= ?
    ORDER BY pos, key"""
DROP_DOCS = """DELETE FROM doc WHERE person_id IN (SELECT root FROM person WHERE person_id IN ({marks}))"""
NEW_STAMP = """UPDATE person SET stamp = stamp + 1
    WHERE person_id IN (SELECT root FROM person WHERE person_id IN ({marks}))"""
REFOLD = """INSERT INTO refold (person_id) SELECT DISTINCT root FROM person WHERE person_id IN ({marks})
    ON CONFLICT DO NOTHING"""
UNREAD = """DELETE FROM snapshot WHERE (person_id, digest) IN (
    SELECT s.person_id, s.digest FROM snapshot s WHERE NOT EXISTS (
        SELECT 1 FROM decision_ref d WHERE d.person_id = s.person_id AND d.inputs = s.digest AND d.at >= ?
    ) LIMIT ?)"""


class RetentionVerbs(StorePart):
    """What a time has run out for is deleted in small steps; a step that was done stays done."""

    def forget_events(self, after_pos: int, most: int, fate: Fate) -> Forgotten:
        """Look at about the next `most` events: `fate` says of (kind, occurred at, body) what stays of each.

        Whoever loses something is folded anew; that a message was seen is remembered, so that it does not come back.
        """
        deleted: Counter[str] = Counter()
        trimmed: Counter[str] = Counter()
        people: set[int] = set()
        with self._db.writing() as connection:
            last = connection.execute(UPTO, (after_pos, most - 1)).fetchone()
            rows = connection.execute(NEXT, (after_pos, last[0] if last else END)).fetchall()
            gone, changed = [], []
            for pos, key, person_id, kind, occurred_at, body in rows:
                stays = fate(kind, occurred_at, body)
                if stays == body:
                    continue
                if stays is None:
                    gone.append((pos, key))
                    deleted[kind] += 1
                else:
                    changed.append((stays, pos, key))
                    trimmed[kind] += 1
                if person_id is not None:
                    people.add(person_id)
            connection.executemany("DELETE FROM event WHERE pos = ? AND key = ?", gone)
            connection.executemany("UPDATE event SET body = ? WHERE pos = ? AND key = ?", changed)
            drop_documents(connection, sorted(people))
        return Forgotten(rows[-1][0] if rows else after_pos, len(rows), dict(deleted), dict(trimmed), frozenset(people))

    def forget_inputs(self, before: int, most: int) -> int:
        """Delete facts documents that only decisions before an instant have read, at most so many; how many."""
        with self._db.writing() as connection:
            return int(connection.execute(UNREAD, (before, most)).rowcount)

    def tidy(self) -> None:
        """Let nothing that was deleted linger in the file or beside it."""
        self._db.tidy()


def drop_documents(connection: Connection, people: Sequence[int]) -> None:
    """Forget the documents of these people, and whatever is being folded of them now; they are folded anew."""
    connection.lock_people(people)
    for part in in_parts(people, AT_ONCE):
        marks = ",".join("?" * len(part))
        connection.execute(DROP_DOCS.format(marks=marks), part)
        connection.execute(NEW_STAMP.format(marks=marks), part)
        connection.execute(REFOLD.format(marks=marks), part)
