"""Households: several people behind one gate, so that what one of them hears counts for all. Nothing else is shared."""

from __future__ import annotations

from collections.abc import Sequence

from tactful.model.arrivals import Housemate
from tactful.model.problems import StoreProblem
from tactful.store.connection import Connection
from tactful.store.forms import read, written
from tactful.store.hers import encode, write_log
from tactful.store.joining import CROWD, JoiningVerbs, is_crowd
from tactful.store.members import (
    Entry,
    around,
    gates_of,
    group_of,
    insert_numbered,
    put_apart,
    put_behind,
    release,
    root_of,
)
from tactful.store.parts import among

ROWS = "SELECT household_id, person_id, since, evidence, left_at, left_why FROM housemate"
OPEN = "SELECT household_id, person_id FROM housemate WHERE left_at = 0 AND person_id IN ({})"
IN_IT = "SELECT person_id FROM housemate WHERE left_at = 0 AND household_id = ? ORDER BY person_id"
ENTER = """INSERT INTO housemate (household_id, person_id, since, evidence) VALUES (?, ?, ?, ?)
    ON CONFLICT (household_id, person_id, since) DO UPDATE SET left_at = 0, evidence = excluded.evidence"""
LEAVE = "UPDATE housemate SET left_at = ?, left_why = ? WHERE household_id = ? AND person_id = ? AND left_at = 0"


class HouseholdVerbs(JoiningVerbs):
    """Who shares a gate with whom. Permissions, facts and events stay each person's own."""

    def put_together(self, people: Sequence[int], at: int, evidence: str, alone: frozenset[str] = frozenset()) -> int:
        """Put people into one household, that of one of them or a new one; its number, 0 where all are in it already.

        Places of the joint ledger that are too many are given back, newest first. `StoreProblem` where they are one
        person, are in two households, or would be more than twelve known people (see `merge` for `alone`).
        """
        if not evidence.strip():
            raise ValueError("a household needs its evidence")
        return self._with_gates(people, lambda connection: enter(connection, people, at, evidence, alone))

    def take_apart(self, person_id: int, at: int, why: str) -> int:
        """Take somebody out of her household, behind a gate of her own again; the number of the household.

        Contacts are again each person's own. Where one alone is left, there is no household any more. `StoreProblem`
        where she is in none.
        """
        return self._with_gates([person_id], lambda connection: leave_it(connection, person_id, at, why))

    def housemates(self, person_id: int | None = None) -> list[Housemate]:
        """Everybody who is or was in a household, or in one with somebody or whoever is one with her; oldest first."""
        with self._db.reading() as connection:
            rows = connection.execute(f"{ROWS} ORDER BY household_id, since, person_id").fetchall()
            hers = set(group_of(connection, person_id)) if person_id is not None else set()
        numbers = {row[0] for row in rows if row[1] in hers}
        return [
            Housemate(household_id, person, since, read(evidence), left_at, read(left_why))
            for household_id, person, since, evidence, left_at, left_why in rows
            if person_id is None or household_id in numbers
        ]


def enter(connection: Connection, people: Sequence[int], at: int, evidence: str, alone: frozenset[str]) -> int:
    by_root = {root_of(connection, person): person for person in people}
    if len(by_root) < 2:
        raise StoreProblem("They are one person already, and that is no household.")
    groups = {root: group_of(connection, root) for root in by_root}
    inside = among(connection, OPEN, [member for group in groups.values() for member in group])
    numbers = {number for number, _ in inside}
    if len(numbers) > 1:
        raise StoreProblem("They are in two households: take one of them out of hers first.")
    together = around(connection, people)
    if is_crowd(connection, together, alone):
        raise StoreProblem(f"Together they are more than {CROWD} known people, and that is no household.")
    number = numbers.pop() if numbers else made(connection, at)
    there = {person for _, person in inside}
    new = [person for root, person in sorted(by_root.items()) if not there.intersection(groups[root])]
    if not new:
        return 0
    gates = gates_of(connection, together)
    last = max(last for (last,) in among(connection, "SELECT last_at FROM gate WHERE gate_id IN ({})", gates))
    for person in new:
        connection.execute(ENTER, (number, person, max(at, 1), written(evidence)))
        write_log(connection, person, "household", [(at, encode(Entry(number, 0)))])
    put_behind(connection, together, gates[0])
    connection.execute("UPDATE gate SET last_at = ? WHERE gate_id = ?", (last, gates[0]))
    release(connection, gates[0], at)
    return number


def made(connection: Connection, at: int) -> int:
    while not (number := insert_numbered(connection, "household", "household_id", "at", (at,))):
        pass
    return number


def leave_it(connection: Connection, person_id: int, at: int, why: str) -> int:
    root_of(connection, person_id)
    inside = among(connection, OPEN, group_of(connection, person_id))
    if not inside:
        raise StoreProblem("She is in no household.")
    together = around(connection, [person_id])
    for number, person in inside:
        go(connection, number, person, at, why)
        rest = connection.execute(IN_IT, (number,)).fetchall()
        if len(rest) == 1:
            go(connection, number, rest[0][0], at, why)
    put_apart(connection, together)
    return int(inside[0][0])


def go(connection: Connection, number: int, person: int, at: int, why: str) -> None:
    connection.execute(LEAVE, (max(at, 1), written(why), number, person))
    write_log(connection, person, "left", [(at, encode(Entry(number, 0)))])
