"""Permissions: each in her log, all of them together in `hers`, in the same transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from itertools import groupby
from operator import itemgetter

import msgspec

from tactful.model.records import Permission
from tactful.model.said import ENDS, GRANTS, Conflict, conflicts, only_repeats, statement, together
from tactful.store.base import StorePart
from tactful.store.connection import Connection
from tactful.store.events import ROOT
from tactful.store.parts import in_parts

PEOPLE = 1_000


class Hers(msgspec.Struct, frozen=True, omit_defaults=True):
    """What `hers` keeps of a person: all that her log says, so that one row is enough to read.

    `echoes` are what others said while she was merged with them. When they are parted, every no among them stays hers.
    """

    permissions: tuple[Permission, ...] = ()
    echoes: tuple[Permission, ...] = ()

    @property
    def voice(self) -> tuple[Permission, ...]:
        """All that counts as said by her."""
        return (*self.permissions, *self.echoes)


encode = msgspec.msgpack.Encoder(order="deterministic").encode
decode_hers = msgspec.msgpack.Decoder(Hers).decode
decode_permission = msgspec.msgpack.Decoder(Permission).decode


decode_echoes = msgspec.msgpack.Decoder(tuple[Permission, ...]).decode
MEMBERS = "SELECT person_id FROM person WHERE root = (SELECT root FROM person WHERE person_id = ?) ORDER BY person_id"
VOICES = f"""SELECT h.body FROM person p JOIN hers h ON h.person_id = p.person_id
    WHERE p.root = {ROOT} ORDER BY p.person_id"""
EVERYBODY = """SELECT p.root, h.body FROM person p CROSS JOIN hers h ON h.person_id = p.person_id
    ORDER BY p.root, p.person_id"""
LOGGED = f"""SELECT l.person_id, l.kind, l.body FROM person p JOIN log l ON l.person_id = p.person_id
    WHERE p.root = {ROOT} AND l.kind IN ('permission', 'echo', 'echoes') ORDER BY l.person_id, l.seq"""


class PermissionVerbs(StorePart):
    """What she chose or what was recorded for her; nothing is ever overwritten."""

    def record_permissions(self, rows: Sequence[tuple[int, Permission]]) -> int:
        """Append permissions to the logs of their people; gives how many were new.

        A statement that her log holds already (all but `received_at` the same) is not new: the first hearing stays.
        """
        by_person: dict[int, list[Permission]] = {}
        for person_id, permission in rows:
            by_person.setdefault(person_id, []).append(permission)
        added = 0
        for part in in_parts(sorted(by_person), PEOPLE):
            with self._db.writing() as connection:
                connection.lock_people(part)
                added += sum(add_permissions(connection, person, by_person[person]) for person in part)
        return added

    def permissions(self, person_id: int) -> tuple[Permission, ...]:
        """Hers, in the order in which they were recorded.

        Of who is merged: what all that she is said, person by person, but for each yes that meets another's no.
        """
        with self._db.reading() as connection:
            return together(voices(connection, person_id))

    def conflicts(self, person_id: int) -> list[Conflict]:
        """Where those whom she is made up of disagree: each yes that does not hold, and the no that it meets."""
        with self._db.reading() as connection:
            return conflicts(voices(connection, person_id))

    def logged_permissions(self, person_id: int) -> tuple[Permission, ...]:
        """The same from the log: what `permissions` must equal at all times."""
        with self._db.reading() as connection:
            rows = connection.execute(LOGGED, (person_id,)).fetchall()
        return together([hers_from(log).voice for _, log in groupby(rows, key=itemgetter(0))])

    def read_permissions(self) -> Iterator[tuple[int, tuple[Permission, ...]]]:
        """(person of today, hers) for everybody with permissions, in the order of ids, at one instant."""
        with (
            self._db.snapshot() as connection,
            closing(connection.execute(EVERYBODY)) as rows,
        ):
            for root, bodies in groupby(rows, key=itemgetter(0)):
                yield root, together([decode_hers(body).voice for _, body in bodies])


def voices(connection: Connection, person_id: int) -> list[tuple[Permission, ...]]:
    """What each of those said whom she is made up of."""
    return [decode_hers(body).voice for (body,) in connection.execute(VOICES, (person_id,)).fetchall()]


def hers_from(log: Iterable[tuple[int, str, bytes]]) -> Hers:
    """What `hers` must be, by her log."""
    said: list[Permission] = []
    echoes: list[Permission] = []
    for _, kind, body in log:
        if kind == "permission":
            said.append(decode_permission(body))
        elif kind == "echo":
            echoes.append(decode_permission(body))
        else:
            echoes = list(decode_echoes(body))
    return Hers(tuple(said), tuple(echoes))


def kept_hers(connection: Connection, person_id: int) -> Hers:
    row = connection.execute("SELECT body FROM hers WHERE person_id = ?", (person_id,)).fetchone()
    return decode_hers(row[0]) if row else Hers()


def add_permissions(
    connection: Connection,
    person_id: int,
    said: Sequence[Permission],
    *,
    known: bool = True,
    around: Iterable[int] = (),
) -> int:
    """Inside a write, her gate locked: log what is new, fold it into `hers`, and move the gate.

    Who is merged with her has said it too, until they are parted; but where it is not `known` who spoke, only a no.
    `around` are others who were named with her.
    """
    kept = kept_hers(connection, person_id)
    new = unheard(said, kept.permissions)
    if any(each.state in GRANTS for each in new):
        voice = heard_around(connection, {person_id, *around})
        new = [each for each in new if not only_repeats(each, kept.permissions, voice)]
    if not new:
        return 0
    write_log(connection, person_id, "permission", [(each.received_at, encode(each)) for each in new])
    keep_hers(connection, person_id, Hers((*kept.permissions, *new), kept.echoes))
    shared = new if known else [each for each in new if each.state in ENDS]
    for (other,) in connection.execute(MEMBERS, (person_id,)).fetchall():
        if other != person_id:
            theirs = kept_hers(connection, other)
            if echo := unheard(shared, theirs.voice):
                write_log(connection, other, "echo", [(each.received_at, encode(each)) for each in echo])
                keep_hers(connection, other, Hers(theirs.permissions, (*theirs.echoes, *echo)))
    connection.execute(
        "UPDATE gate SET version = version + 1 WHERE gate_id = (SELECT gate_id FROM person WHERE person_id = ?)",
        (person_id,),
    )
    return len(new)


def heard_around(connection: Connection, people: Iterable[int]) -> list[Permission]:
    """All that these people said, and all that they are."""
    return [each for person in sorted(people) for voice in voices(connection, person) for each in voice]


def unheard(said: Sequence[Permission], kept: Sequence[Permission]) -> list[Permission]:
    """What is not among the kept, each statement once."""
    known = {statement(each) for each in kept}
    new: list[Permission] = []
    for permission in said:
        if statement(permission) not in known:
            known.add(statement(permission))
            new.append(permission)
    return new


def write_log(connection: Connection, person_id: int, kind: str, rows: Sequence[tuple[int, bytes]]) -> None:
    """Append (at, body) to her log."""
    row = connection.execute("SELECT seq FROM person WHERE person_id = ?", (person_id,)).fetchone()
    start = row[0] if row else 0
    connection.executemany(
        "INSERT INTO log (person_id, seq, kind, at, body) VALUES (?, ?, ?, ?, ?)",
        [(person_id, start + n, kind, at, body) for n, (at, body) in enumerate(rows, 1)],
    )
    connection.execute("UPDATE person SET seq = ? WHERE person_id = ?", (start + len(rows), person_id))


def keep_hers(connection: Connection, person_id: int, hers: Hers) -> None:
    """Write `hers` as of the end of her log."""
    connection.execute(
        "INSERT INTO hers (person_id, seq, body) SELECT person_id, seq, ? FROM person WHERE person_id = ?"
        " ON CONFLICT (person_id) DO UPDATE SET seq = excluded.seq, body = excluded.body",
        (encode(hers), person_id),
    )
