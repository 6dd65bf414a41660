"""Merging and parting people, by hand or after a list, and what waits for somebody to look."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tactful.model.arrivals import ANSWERS, Doubt, Merge, Review
from tactful.model.problems import NotThere, StoreProblem
from tactful.store.base import read, written
from tactful.store.connection import Connection
from tactful.store.joining import APART, CROWD, JoiningVerbs, is_crowd, leave
from tactful.store.members import become_one, come_apart, group_of, root_of
from tactful.store.parts import among

HOWS = ("rule", "staff", "list")
MERGE = "SELECT merge_id, loser, winner, at, how, evidence, undone_at, undone_why FROM merge"
REVIEW = "SELECT review_id, kind, people, reason, at, settled_at, answer FROM review"


class IdentityVerbs(JoiningVerbs):
    """Who is who, beside what rules do by themselves. Every verb that writes is one transaction."""

    def merge(
        self, loser: int, winner: int, at: int, how: str, evidence: str, alone: frozenset[str] = frozenset()
    ) -> int:
        """Take two people for one: `loser` becomes part of `winner`. The number of the merge; 0 where they are one.

        `StoreProblem` where one of them is not held, or more than twelve known people would be one; who has only
        identifiers of kinds in `alone` is not counted.
        """
        if how not in HOWS or not evidence.strip():
            raise ValueError("a merge needs its evidence, and is done by a rule, by staff or after a list")

        def work(connection: Connection) -> int:
            if root_of(connection, loser) == root_of(connection, winner):
                return 0
            if is_crowd(connection, (loser, winner), alone):
                raise StoreProblem(f"Together they are more than {CROWD} known people, and that is not one person.")
            return become_one(connection, loser, winner, at, how, evidence)

        merge_id = self._with_gates([loser, winner], work)
        self._unsettle()
        return merge_id

    def unmerge(self, merge_id: int, at: int, why: str) -> tuple[int, int]:
        """Undo a merge; gives the people of today of both sides, loser's first. They are not joined again by a rule.

        Both are again as if they had never been one, but for every no and every contact of that time: those stay with
        both. `StoreProblem` where there is no such merge, or it was undone before.
        """
        with self._db.reading() as connection:
            row = connection.execute(f"{MERGE} WHERE merge_id = ?", (merge_id,)).fetchone()
        if row is None:
            raise NotThere(f"There is no merge {merge_id}.")

        def work(connection: Connection) -> tuple[int, int]:
            undone = "SELECT undone_at FROM merge WHERE merge_id = ?"
            if connection.execute(undone, (merge_id,)).fetchone()[0]:
                raise NotThere(f"The merge {merge_id} was undone before.")
            return come_apart(connection, merge_id, at, why)

        sides = self._with_gates(row[1:3], work)
        self._unsettle()
        return sides

    def members(self, person_id: int) -> list[int]:
        """Everybody who is one with her today, herself included, in the order of ids."""
        with self._db.reading() as connection:
            return group_of(connection, person_id)

    def today(self, person_id: int) -> int | None:
        """The person that somebody is today; None where nobody has this id."""
        with self._db.reading() as connection:
            row = connection.execute("SELECT root FROM person WHERE person_id = ?", (person_id,)).fetchone()
        return row[0] if row else None

    def merges(self, person_id: int | None = None) -> list[Merge]:
        """All merges, or those of somebody and of all that she is, oldest first; also those that were undone."""
        with self._db.reading() as connection:
            if person_id is None:
                rows = connection.execute(f"{MERGE} ORDER BY merge_id").fetchall()
            else:
                people = group_of(connection, person_id)
                rows = among(connection, f"{MERGE} WHERE loser IN ({{}})", people)
                rows += among(connection, f"{MERGE} WHERE winner IN ({{}})", people)
        return [made_merge(row) for row in sorted(set(rows))]

    def parted(self, people: Sequence[int]) -> bool:
        """Whether any two of these were parted, by somebody or because they shared a device."""
        with self._db.reading() as connection:
            roots = {root_of(connection, person) for person in people}
            return any(one != other and other in roots for one, other in among(connection, APART, roots))

    def reviews(self, open_only: bool = True) -> list[Review]:
        """What waits for somebody to look, oldest first; with `open_only` False also what was settled."""
        with self._db.reading() as connection:
            rows = connection.execute(f"{REVIEW} ORDER BY review_id").fetchall()
        return [each for each in map(made_review, rows) if not (open_only and each.settled_at)]

    def doubt(self, doubt: Doubt, at: int) -> bool:
        """Leave something for review; False where the same was left before, also if it was settled since."""
        with self._db.writing() as connection:
            return bool(leave(connection, doubt, at))

    def settle(self, review_id: int, answer: str, at: int, note: str = "") -> None:
        """Note what somebody found: `same`, `different` or `leave`. `different` keeps these people from being joined.

        `same` only notes it; merging them is `merge`. `StoreProblem` where there is no such doubt that waits, or where
        people who are one by now are said to be different.
        """
        if answer not in ANSWERS:
            raise ValueError(f"an answer is one of {', '.join(ANSWERS)}")
        with self._db.writing() as connection:
            row = connection.execute(f"{REVIEW} WHERE review_id = ? AND settled_at = 0", (review_id,)).fetchone()
            if row is None:
                raise NotThere(f"There is no doubt {review_id} that waits.")
            review = made_review(row)
            if answer == "different":
                self._keep_apart(connection, review, at)
            said = f"{answer}: {note}" if note else answer
            connection.execute(
                "UPDATE review SET settled_at = ?, answer = ? WHERE review_id = ?",
                (max(at, 1), written(said), review_id),
            )
        self._unsettle()

    def _keep_apart(self, connection: Connection, review: Review, at: int) -> None:
        people = sorted(review.people)
        if len({root_of(connection, person) for person in people}) < len(people):
            raise NotThere("They are one person by now: undo the merge instead.")
        pairs = [(low, high) for place, low in enumerate(people) for high in people[place + 1 :]]
        connection.executemany(
            "INSERT INTO apart (low, high, at, why) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            [(low, high, at, written(f"review {review.review_id}")) for low, high in pairs],
        )


def made_merge(row: Sequence[Any]) -> Merge:
    merge_id, loser, winner, at, how, evidence, undone_at, why = row
    return Merge(merge_id, loser, winner, at, how, read(evidence), undone_at, read(why))


def made_review(row: Sequence[Any]) -> Review:
    review_id, kind, people, reason, at, settled_at, answer = row
    ids = tuple(int(each) for each in read(people).split())
    return Review(review_id, kind, ids, read(reason), at, settled_at, read(answer))
