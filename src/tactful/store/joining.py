"""Joining what one call names: the rules come as an argument, here it is done whole or not at all.

Whoever writes takes the gates of all people concerned first, lowest first, and reads again what the rules are to judge.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import TypeVar

from tactful.model.arrivals import Doubt, Joined, Joining, Linking, Named, Plan
from tactful.model.problems import StoreProblem
from tactful.store.base import NORM_VERSION, REMEMBERED, Identifier, StorePart, normal_form, written
from tactful.store.connection import Connection
from tactful.store.members import become_one, come_apart, gates_of, insert_numbered
from tactful.store.parts import LOOKUP, among, in_parts

CROWD = 12
"""More known people than this are never one person, and no household: it is held for review."""
TRIES = 100
NAMED = """SELECT i.blind, i.person_id, p.root, i.shared FROM identifier i JOIN person p ON p.person_id = i.person_id
    WHERE i.kind = ? AND i.blind IN ({})"""
KINDS = """SELECT p.root, i.kind, count(*) FROM person p JOIN identifier i ON i.person_id = p.person_id
    WHERE i.shared = 0 AND p.root IN ({}) GROUP BY p.root, i.kind"""
APART = """SELECT l.root, h.root FROM person l JOIN apart a ON a.low = l.person_id
    JOIN person h ON h.person_id = a.high WHERE l.root IN ({})"""
WITH_KINDS = """SELECT p.person_id, i.kind FROM person p JOIN identifier i ON i.person_id = p.person_id
    WHERE p.root IN ({})"""
Names = tuple[Identifier, ...]
T = TypeVar("T")


class Moved(Exception):
    """Somebody else changed who is who between looking and taking the gates."""


class JoiningVerbs(StorePart):
    """What was settled for a set of names is remembered, since most come again and again."""

    _settled: set[Names]
    _settled_by: Joining | None = None

    def join(self, names: Sequence[Identifier], joining: Joining, at: int, evidence: str) -> Joined:
        """Do what the rules say of the names of one call, strongest first. The same again does nothing.

        `evidence` says what it rests on (`identify from web`), without a personal value.
        """
        return self.join_many([(names, evidence)], joining, at)

    def join_many(self, rows: Sequence[tuple[Sequence[Identifier], str]], joining: Joining, at: int) -> Joined:
        """The same for many calls, (names, evidence) each, one after the other and all in one transaction."""
        if joining is not self._settled_by or len(self._settled) > REMEMBERED:
            self._settled, self._settled_by = set(), joining
        waiting: dict[Names, str] = {}
        for names, evidence in rows:
            if (given := tuple(names)) in self._settled:
                continue
            found = tidy(given)
            if len(found) > 1 and found not in self._settled:
                waiting.setdefault(found, evidence)
        if not waiting:
            return Joined()
        with self._db.reading() as connection:
            linkings = self._linkings(connection, list(waiting))
        open_ones = {names: waiting[names] for names, each in linkings.items() if not nothing_follows(each, joining)}
        done = self._join_all(open_ones, joining, at) if open_ones else Joined()
        self._settled.update(waiting)
        return done

    def forget(self) -> None:
        """Forget also what was settled."""
        super().forget()
        self._unsettle()

    def _unsettle(self) -> None:
        self._settled, self._settled_by = set(), None

    def _join_all(self, rows: dict[Names, str], joining: Joining, at: int) -> Joined:
        for _ in range(TRIES):
            try:
                with self._db.writing() as connection:
                    self._take_gates_of(connection, rows)
                    done = [self._join_one(connection, names, joining, at, said) for names, said in rows.items()]
            except Moved:
                continue
            return Joined(*(sum(counts) for counts in zip(*done, strict=True)))
        raise StoreProblem("Others kept changing who is who; nothing of this step was kept. Try again.")

    def _take_gates_of(self, connection: Connection, rows: Iterable[Names]) -> None:
        people = {person for names in rows for each in self._named(connection, names) if (person := each.own)}
        if not take_gates(connection, people):
            raise Moved

    def _join_one(
        self, connection: Connection, names: Names, joining: Joining, at: int, evidence: str
    ) -> tuple[int, int, int, int]:
        """Bound, merged, parted and doubted."""
        self._make_missing(connection, names, joining.alone)
        linking = self._linking(connection, names)
        plan = joining.plan(linking)
        owner = owners(linking.names)
        for place, person in plan.bind:
            self._bind(connection, names[place], owner.get(person, person))
        merged = doubts = 0
        for loser, winner in plan.merge:
            if is_crowd(connection, (loser, winner), joining.alone):
                doubts += leave(connection, crowd(loser, winner), at)
            elif root(connection, loser) != root(connection, winner):
                become_one(connection, owner.get(loser, loser), owner.get(winner, winner), at, "rule", evidence)
                merged += 1
        for place in plan.part:
            part(connection, linking.names[place], at)
            connection.execute(
                "UPDATE identifier SET shared = 1 WHERE kind = ? AND blind = ?",
                (names[place][0], self._blind(*names[place])),
            )
        doubts += sum(leave(connection, each, at) for each in plan.doubts)
        return len(plan.bind), merged, len(plan.part), doubts

    def _make_missing(self, connection: Connection, names: Names, alone: frozenset[str]) -> None:
        """People for identifiers that begin as one of their own, and one for the strongest where nobody is known."""
        known = False
        for name, found in zip(names, self._named(connection, names), strict=True):
            known |= found.own is not None and found.kind not in alone
            if found.own is None and found.kind in alone:
                self._make_one(connection, name)
        first = next((name for name in names if name[0] not in alone), None)
        if not known and first is not None:
            self._make_one(connection, first)

    def _make_one(self, connection: Connection, name: Identifier) -> None:
        if not self._make_people(connection, [name]):
            raise Moved

    def _bind(self, connection: Connection, name: Identifier, person_id: int) -> None:
        kind, value = name
        added = connection.execute(
            "INSERT INTO identifier (kind, blind, person_id, norm_version, label) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            (kind, self._blind(kind, value), person_id, NORM_VERSION, written(value)),
        )
        if not added.rowcount:
            raise Moved

    def _named(self, connection: Connection, names: Names) -> tuple[Named, ...]:
        found = self._all_named(connection, names)
        return tuple(found[each] for each in names)

    def _all_named(self, connection: Connection, names: Iterable[Identifier]) -> dict[Identifier, Named]:
        """Whom each name means, in one statement for each kind."""
        found = {each: Named(each[0], None, None) for each in names}
        asked: dict[str, dict[bytes, list[Identifier]]] = {}
        for each in found:
            asked.setdefault(each[0], {}).setdefault(self._blind(*each), []).append(each)
        for kind, blinds in asked.items():
            for part in in_parts(list(blinds), LOOKUP):
                rows = connection.execute(NAMED.format(",".join("?" * len(part))), (kind, *part))
                for blind, own, now, shared in rows:
                    found.update((each, Named(kind, own, now, bool(shared))) for each in blinds[blind])
        return found

    def _linking(self, connection: Connection, names: Names) -> Linking:
        """What the rules need to judge these names, as it stands."""
        return self._linkings(connection, [names])[names]

    def _linkings(self, connection: Connection, rows: Sequence[Names]) -> dict[Names, Linking]:
        """The same for many sets of names, in a few statements."""
        named = self._all_named(connection, chain.from_iterable(rows))
        people = {each.now for each in named.values() if each.now is not None}
        kinds: dict[int, dict[str, int]] = {person: {} for person in people}
        for person, kind, count in among(connection, KINDS, people):
            kinds[person][kind] = count
        apart: dict[int, set[int]] = {}
        for one, other in among(connection, APART, people):
            if one != other:
                apart.setdefault(one, set()).add(other)
                apart.setdefault(other, set()).add(one)
        return {names: linking_of(tuple(named[each] for each in names), kinds, apart) for names in rows}

    def _with_gates(self, people: Sequence[int], work: Callable[[Connection], T]) -> T:
        """Do something to people in one transaction, with their gates taken first."""
        for _ in range(TRIES):
            with self._db.writing() as connection:
                if take_gates(connection, people):
                    return work(connection)
        raise StoreProblem("Others kept changing who is who; nothing of this step was kept. Try again.")


def nothing_follows(linking: Linking, joining: Joining) -> bool:
    """Whether the rules would do nothing, as it stands."""
    alone = [each.own is not None for each in linking.names if each.kind in joining.alone]
    known = [each.own is not None for each in linking.names if each.kind not in joining.alone]
    return all(alone) and (any(known) or not known) and joining.plan(linking) == Plan()


def linking_of(named: tuple[Named, ...], kinds: Mapping[int, dict[str, int]], apart: Mapping[int, set[int]]) -> Linking:
    """What the rules need to judge one set of names, of what is known of many."""
    people = {each.now for each in named if each.now is not None}
    parted = {(one, other) for one in people for other in apart.get(one, ()) if other in people and one < other}
    return Linking(named, {person: kinds[person] for person in people}, frozenset(parted))


def tidy(names: Iterable[Identifier]) -> Names:
    """Each name once, without blank ones."""
    return tuple(dict.fromkeys((kind, value) for kind, value in names if normal_form(kind, value)))


def take_gates(connection: Connection, people: Iterable[int]) -> bool:
    """Take the gates of people, lowest first; False where they have moved behind others meanwhile."""
    people = list(people)
    gates = gates_of(connection, people)
    for gate in gates:
        connection.execute("UPDATE gate SET version = version + 1 WHERE gate_id = ?", (gate,))
    return set(gates_of(connection, people)) <= set(gates)


def root(connection: Connection, person_id: int) -> int:
    return int(connection.execute("SELECT root FROM person WHERE person_id = ?", (person_id,)).fetchone()[0])


def owners(names: Sequence[Named]) -> dict[int, int]:
    """By person of today, the person whom the strongest of her identifiers here was made for: what a merge rests on."""
    owner: dict[int, int] = {}
    for each in names:
        if each.own is not None and each.now is not None and not each.shared:
            owner.setdefault(each.now, each.own)
    return owner


def part(connection: Connection, name: Named, at: int) -> None:
    """Undo what rules and lists made of the person of one identifier, newest first."""
    rows = connection.execute(
        "SELECT merge_id FROM merge WHERE (loser = ? OR winner = ?) AND undone_at = 0 AND how <> 'staff'"
        " ORDER BY merge_id DESC",
        (name.own, name.own),
    ).fetchall()
    for (merge_id,) in rows:
        come_apart(connection, merge_id, at, f"Two known people used the same {name.kind} id.")


def is_crowd(connection: Connection, people: Sequence[int], alone: frozenset[str]) -> bool:
    """Whether more known people than one person can be would become one."""
    roots = {root(connection, person) for person in people}
    known = {person for person, kind in among(connection, WITH_KINDS, roots) if kind not in alone}
    return len(known) > CROWD


def crowd(one: int, other: int) -> Doubt:
    reason = f"Together they would be more than {CROWD} known people, and that is not one person."
    return Doubt("crowd", (min(one, other), max(one, other)), reason)


def leave(connection: Connection, doubt: Doubt, at: int) -> int:
    """Leave a doubt for review, once: 1, or 0 where it was left before."""
    people = written(" ".join(str(person) for person in sorted(doubt.people)))
    query = "SELECT 1 FROM review WHERE kind = ? AND people = ?"
    values = (doubt.kind, people, written(doubt.reason), at)
    while not connection.execute(query, (doubt.kind, people)).fetchone():
        if insert_numbered(connection, "review", "review_id", "kind, people, reason, at", values):
            return 1
    return 0
