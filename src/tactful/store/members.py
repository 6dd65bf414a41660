"""Whom somebody is made up of, and what moves when two become one or are parted again. All of it inside one write.

Logs, keys, events and contacts stay with those they were made for. What moves is `person.root` (who she is today), the
gate, which all of her share, and what is kept only to be quick.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from tactful.model.problems import NotThere
from tactful.model.records import DAY, Cap, Contact
from tactful.model.said import ENDS, statement
from tactful.store.base import written
from tactful.store.connection import Connection
from tactful.store.contacts import ONCE, counts_in, read_caps
from tactful.store.parts import among
from tactful.store.permissions import Hers, encode, keep_hers, kept_hers, write_log

GROUP = """SELECT person_id FROM person WHERE root = (SELECT root FROM person WHERE person_id = ?)
    ORDER BY person_id"""
LEDGER = f"""SELECT c.contact_id, c.channel, c.class, c.at, c.decision_id, c.state FROM contact c
    WHERE c.gate_id = ? AND {ONCE} ORDER BY c.at, c.contact_id"""
SHADOW = """INSERT INTO contact (person_id, gate_id, channel, class, state, at, lease_until, deadline, decision_id,
    shadow_of) SELECT ?, (SELECT gate_id FROM person WHERE person_id = ?), channel, class, state, at, lease_until,
    deadline, decision_id, CASE WHEN shadow_of = 0 THEN contact_id ELSE shadow_of END
    FROM contact WHERE contact_id = ? ON CONFLICT DO NOTHING"""


class Entry(msgspec.Struct, frozen=True):
    """What a log says of a merge: its number, and the other one."""

    merge_id: int
    other: int


def group_of(connection: Connection, person_id: int) -> list[int]:
    """Everybody who is one with her today, herself included, in the order of ids; empty where she is not held."""
    return [person for (person,) in connection.execute(GROUP, (person_id,)).fetchall()]


def root_of(connection: Connection, person_id: int) -> int:
    """The person that she is today. Raises StoreProblem where she is not held."""
    row = connection.execute("SELECT root FROM person WHERE person_id = ?", (person_id,)).fetchone()
    if row is None:
        raise NotThere(f"Nobody has the id {person_id}.")
    return int(row[0])


def next_id(connection: Connection, table: str, column: str) -> int:
    return int(connection.execute(f"SELECT coalesce(max({column}), 0) + 1 FROM {table}").fetchone()[0])


def insert_numbered(connection: Connection, table: str, column: str, rest: str, values: Sequence[Any]) -> int:
    """Insert a row under the next free number and give that; 0 where another one was quicker: look again."""
    marks = ", ".join("?" * (len(values) + 1))
    number = next_id(connection, table, column)
    query = f"INSERT INTO {table} ({column}, {rest}) VALUES ({marks}) ON CONFLICT DO NOTHING"
    return number if connection.execute(query, (number, *values)).rowcount else 0


def become_one(connection: Connection, loser: int, winner: int, at: int, how: str, evidence: str) -> int:
    """Take two for one: all that `loser` is today becomes part of what `winner` is today. The number of the merge.

    Both must be held and not be one yet. The joint ledger keeps the caps: see `release`.
    """
    losing, winning = group_of(connection, loser), group_of(connection, winner)
    everybody = sorted({*losing, *winning})
    gates = gates_of(connection, everybody)
    settle_in(connection, everybody, root_of(connection, winner), gates[0])
    last = connection.execute(
        f"SELECT max(last_at) FROM gate WHERE gate_id IN ({','.join('?' * len(gates))})", gates
    ).fetchone()[0]
    connection.execute("UPDATE gate SET last_at = ? WHERE gate_id = ?", (last, gates[0]))
    release(connection, gates[0], at)
    upto = connection.execute("SELECT coalesce(max(contact_id), 0) FROM contact").fetchone()[0]
    columns = "loser, winner, at, how, evidence, contacts_upto"
    values = (loser, winner, at, how, written(evidence), upto)
    while not (merge_id := insert_numbered(connection, "merge", "merge_id", columns, values)):
        pass
    write_log(connection, loser, "merge", [(at, encode(Entry(merge_id, winner)))])
    write_log(connection, winner, "merge", [(at, encode(Entry(merge_id, loser)))])
    forget_documents(connection, everybody)
    return merge_id


def come_apart(connection: Connection, merge_id: int, at: int, why: str) -> tuple[int, int]:
    """Undo a merge that holds, and never do it again unasked; gives the people of today of both sides.

    Each side is again what the merges that still hold make of it. Contacts made while they were one stay with both, and
    so does every no; a yes stays with the one who said it.
    """
    loser, winner, upto = connection.execute(
        "SELECT loser, winner, contacts_upto FROM merge WHERE merge_id = ?", (merge_id,)
    ).fetchone()
    everybody = group_of(connection, loser)
    connection.execute(
        "UPDATE merge SET undone_at = ?, undone_why = ? WHERE merge_id = ?", (max(at, 1), written(why), merge_id)
    )
    low, high = min(loser, winner), max(loser, winner)
    connection.execute(
        "INSERT INTO apart (low, high, at, why) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (low, high, at, written(why)),
    )
    (last,) = connection.execute(
        "SELECT last_at FROM gate WHERE gate_id = (SELECT gate_id FROM person WHERE person_id = ?)", (loser,)
    ).fetchone()
    sides = sides_of(connection, everybody)
    for root, members in sides.items():
        settle_in(connection, members, root, members[0])
        connection.execute("UPDATE gate SET last_at = ? WHERE gate_id = ? AND last_at < ?", (last, members[0], last))
    share_contacts(connection, [group_of(connection, each) for each in (loser, winner)], (loser, winner), upto)
    for members in sides.values():
        part_echoes(connection, members, at)
    write_log(connection, loser, "unmerge", [(at, encode(Entry(merge_id, winner)))])
    write_log(connection, winner, "unmerge", [(at, encode(Entry(merge_id, loser)))])
    forget_documents(connection, everybody)
    return root_of(connection, loser), root_of(connection, winner)


def sides_of(connection: Connection, people: Sequence[int]) -> dict[int, list[int]]:
    """What the merges that hold make of these people: by the person of today, her members in the order of ids."""
    holding = among(
        connection, "SELECT merge_id, loser, winner FROM merge WHERE undone_at = 0 AND loser IN ({})", people
    )
    root = {person: person for person in people}
    for _, loser, winner in sorted(holding):
        gone, stays = root[loser], root[winner]
        root = {person: stays if now == gone else now for person, now in root.items()}
    sides: dict[int, list[int]] = {}
    for person in sorted(people):
        sides.setdefault(root[person], []).append(person)
    return sides


def gates_of(connection: Connection, people: Iterable[int]) -> list[int]:
    """Their gates, lowest first."""
    return sorted({gate for (gate,) in among(connection, "SELECT gate_id FROM person WHERE person_id IN ({})", people)})


def settle_in(connection: Connection, people: Sequence[int], root: int, gate: int) -> None:
    """Make these one person behind one gate, with all their contacts."""
    connection.executemany(
        "UPDATE person SET root = ?, gate_id = ?, stamp = stamp + 1 WHERE person_id = ?",
        [(root, gate, person) for person in people],
    )
    connection.executemany(
        "UPDATE contact SET gate_id = ? WHERE person_id = ? AND gate_id <> ?",
        [(gate, person, gate) for person in people],
    )
    connection.execute("UPDATE gate SET version = version + 1 WHERE gate_id = ?", (gate,))


def forget_documents(connection: Connection, people: Sequence[int]) -> None:
    """Their documents have to be folded anew."""
    rows = [(person,) for person in people]
    connection.executemany("DELETE FROM doc WHERE person_id = ?", rows)
    connection.executemany("INSERT INTO refold (person_id) VALUES (?) ON CONFLICT DO NOTHING", rows)


def share_contacts(connection: Connection, sides: Sequence[Sequence[int]], ends: tuple[int, int], upto: int) -> None:
    """Give each side a copy of the contacts of the other that were made while they were one; a copy is as old as what
    it is a copy of."""
    made_at = "CASE WHEN shadow_of = 0 THEN contact_id ELSE shadow_of END"
    query = f"SELECT contact_id FROM contact WHERE {made_at} > {upto} AND person_id IN ({{}})"
    made = [among(connection, query, members) for members in sides]
    for contacts, other in ((made[0], ends[1]), (made[1], ends[0])):
        connection.executemany(SHADOW, [(other, other, contact) for (contact,) in sorted(contacts)])


def part_echoes(connection: Connection, members: Sequence[int], at: int) -> None:
    """Of what others said while they were one with these, leave every no, and what is still said by one of them."""
    hers = {person: kept_hers(connection, person) for person in members}
    own = {statement(each) for kept in hers.values() for each in kept.permissions}
    for person, kept in hers.items():
        stay = tuple(each for each in kept.echoes if each.state in ENDS or statement(each) in own)
        if stay != kept.echoes:
            write_log(connection, person, "echoes", [(at, encode(stay))])
            keep_hers(connection, person, Hers(kept.permissions, stay))


def release(connection: Connection, gate: int, at: int) -> int:
    """Give back places that are too many now that two ledgers are one, newest first; how many.

    Only what was taken within the last day and is not known to be sent: what is older has reached her.
    """
    row = connection.execute("SELECT caps FROM counted WHERE one = 1").fetchone()
    caps = read_caps(row[0]) if row else ()
    ledger = [
        (number, Contact(*rest), state == "reserved" and rest[2] > at - DAY)
        for number, *rest, state in connection.execute(LEDGER, (gate,)).fetchall()
    ]
    gone: list[int] = []
    while (number := too_many(ledger, caps)) is not None:
        gone.append(number)
        ledger = [each for each in ledger if each[0] != number]
    connection.executemany("DELETE FROM contact WHERE contact_id = ?", [(number,) for number in gone])
    return len(gone)


def too_many(ledger: Sequence[tuple[int, Contact, bool]], caps: Sequence[Cap]) -> int | None:
    """The newest place that stands in a window above its cap and can still be given back."""
    worst: tuple[int, int] | None = None
    for cap in caps:
        counted = [each for each in ledger if counts_in(cap, each[1])]
        for _, end, _ in counted:
            window = [each for each in counted if end.at - cap.window < each[1].at <= end.at]
            if len(window) > cap.most:
                free = [(contact.at, number) for number, contact, may_go in window if may_go]
                worst = max([*free, *([worst] if worst else [])], default=None)
    return worst[1] if worst else None
