"""Contacts: the ledger that caps are counted in, and taking a place in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing

import msgspec

from tactful.model.problems import StoreProblem
from tactful.model.records import Cap, Contact
from tactful.store.base import StorePart
from tactful.store.connection import Connection
from tactful.store.parts import in_parts
from tactful.store.policies import epoch_of

ROWS = 5_000
INSERT = """INSERT INTO contact (person_id, gate_id, channel, class, state, at, decision_id)
    VALUES (?, (SELECT gate_id FROM person WHERE person_id = ?), ?, ?, ?, ?, ?)
    ON CONFLICT DO NOTHING"""
GATE = "(SELECT gate_id FROM person WHERE person_id = ?)"
ONCE = """(c.shadow_of = 0 OR NOT EXISTS (SELECT 1 FROM contact o WHERE o.gate_id = c.gate_id AND o.at = c.at
    AND o.contact_id < c.contact_id AND (o.contact_id = c.shadow_of OR o.shadow_of = c.shadow_of)))"""
HERS = f"""SELECT c.channel, c.class, c.at, c.decision_id FROM contact c
    WHERE c.gate_id = {GATE} AND c.at > ? AND c.at < ? AND {ONCE}
    ORDER BY c.at, c.contact_id"""
EVERYBODY = f"""SELECT p.person_id, c.channel, c.class, c.at, c.decision_id
    FROM person p CROSS JOIN contact c ON c.gate_id = p.gate_id AND c.at > ? AND {ONCE}
    WHERE p.root = p.person_id ORDER BY p.person_id, c.at, c.contact_id"""
REMEMBER = """INSERT INTO counted (one, caps) VALUES (1, ?)
    ON CONFLICT (one) DO UPDATE SET caps = excluded.caps WHERE counted.caps <> excluded.caps"""
END = 2**63 - 1


def counts_in(cap: Cap, contact: Contact) -> bool:
    """Whether a contact is of those that a cap speaks of."""
    return contact.purpose in cap.purposes and cap.channel in ("", contact.channel)


def fits(contact: Contact, cap: Cap, others: Iterable[Contact]) -> bool:
    """Whether one more contact leaves every window (t - window, t] with at most `most`, also those that end later."""
    if not counts_in(cap, contact):
        return True
    times = [each.at for each in others if counts_in(cap, each)]
    ends = [contact.at, *(at for at in times if contact.at < at < contact.at + cap.window)]
    return all(1 + sum(end - cap.window < at <= end for at in times) <= cap.most for end in ends)


class ContactVerbs(StorePart):
    """What was sent or said, over all channels; a household shares one ledger."""

    _counted: tuple[Cap, ...] = ()

    def record_contacts(self, rows: Sequence[tuple[int, Contact]]) -> int:
        """Contacts that have happened, with their person; gives how many were new (the same one again is not)."""
        added = 0
        for part in in_parts(rows, ROWS):
            with self._db.writing() as connection:
                connection.lock_people(person_id for person_id, _ in part)
                for person_id, contact in part:
                    added += insert(connection, person_id, contact, "handed")
                touch(connection, ((person_id, contact.at) for person_id, contact in part))
        return added

    def contacts(self, person_id: int, since: int) -> list[Contact]:
        """Contacts with her and whoever shares her gate, later than `since`, oldest first."""
        with self._db.reading() as connection:
            rows = connection.execute(HERS, (person_id, since, END)).fetchall()
        return [made_contact(row) for row in rows]

    def read_contacts(self, since: int) -> Iterator[tuple[int, list[Contact]]]:
        """(person, contacts later than `since`, oldest first) in the order of ids, at one instant."""
        with (
            self._db.snapshot() as connection,
            closing(connection.execute(EVERYBODY, (since,))) as rows,
        ):
            owner, contacts = 0, list[Contact]()
            for person_id, *row in rows:
                if person_id != owner:
                    if contacts:
                        yield owner, contacts
                    owner, contacts = person_id, []
                contacts.append(made_contact(row))
            if contacts:
                yield owner, contacts

    def reserve(self, person_id: int, contact: Contact, caps: Sequence[Cap], epoch: int | None = None) -> bool:
        """Take a place for a contact if every cap allows it; False when one is full, and then nothing is kept.

        Counting and taking are one write, so that no window is ever above its cap, whoever else reserves, and also
        when clocks step back: windows that end after `contact.at` are counted too. A decision has its place once:
        asking again for the same person and `decision` is True and takes nothing. With `epoch`, the number of the
        publication decided under (0 for none), `StoreProblem` where another policy is in force now.
        """
        widest = max((cap.window for cap in caps), default=0)
        with self._db.writing() as connection:
            connection.lock_people([person_id])
            if epoch is not None:
                connection.lock_policy(to_publish=False)
            if epoch is not None and epoch != epoch_of(connection):
                raise StoreProblem("Another policy was published while this was decided: decide again.")
            if contact.decision and already(connection, person_id, contact.decision):
                return True
            near = connection.execute(HERS, (person_id, contact.at - widest, contact.at + widest)).fetchall()
            others = [made_contact(row) for row in near]
            if not all(fits(contact, cap, others) for cap in caps):
                return False
            if not insert(connection, person_id, contact, "reserved"):
                raise StoreProblem("This contact is in the ledger already, and no decision tells the two apart.")
            if caps and tuple(caps) != self._counted:
                remember_caps(connection, packed_caps(caps))
            touch(connection, [(person_id, contact.at)])
        self._counted = tuple(caps) or self._counted
        return True


def remember_caps(connection: Connection, caps: bytes) -> None:
    """Keep the caps that places are taken under; looked at first, so that not everybody waits for that one row."""
    if connection.execute("SELECT caps FROM counted WHERE one = 1").fetchone() != (caps,):
        connection.execute(REMEMBER, (caps,))


packed_caps = msgspec.msgpack.Encoder(order="deterministic").encode
read_caps = msgspec.msgpack.Decoder(tuple[Cap, ...]).decode


def made_contact(row: Sequence[object]) -> Contact:
    return Contact(*row)  # type: ignore[arg-type]


def insert(connection: Connection, person_id: int, contact: Contact, state: str) -> int:
    row = (person_id, person_id, contact.channel, contact.purpose, state, contact.at, contact.decision)
    return connection.execute(INSERT, row).rowcount


def already(connection: Connection, person_id: int, decision: str) -> bool:
    query = f"SELECT 1 FROM contact WHERE decision_id = ? AND gate_id = {GATE}"
    return connection.execute(query, (decision, person_id)).fetchone() is not None


def touch(connection: Connection, rows: Iterable[tuple[int, int]]) -> None:
    """A contact moves its gate, since it may make a verdict stricter."""
    connection.executemany(
        "UPDATE gate SET version = version + 1, last_at = CASE WHEN last_at < ? THEN ? ELSE last_at END"
        " WHERE gate_id = (SELECT gate_id FROM person WHERE person_id = ?)",
        ((at, at, person_id) for person_id, at in sorted(rows)),
    )
