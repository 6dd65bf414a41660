"""Her log, and `hers`, what it says in one row: written in one transaction, so that they are always equal.

Her permissions are appended and nothing is overwritten.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from tactful.model.records import Permission
from tactful.model.said import ENDS, GRANTS, only_repeats, statement
from tactful.store.connection import Connection

VOICES = """SELECT h.body FROM person p JOIN hers h ON h.person_id = p.person_id
    WHERE p.root = (SELECT root FROM person WHERE person_id = ?) ORDER BY p.person_id"""
MEMBERS = "SELECT person_id FROM person WHERE root = (SELECT root FROM person WHERE person_id = ?) ORDER BY person_id"


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
) -> list[Permission]:
    """Inside a write, her gate locked: log what is new, fold it into `hers`, and move the gate; gives what was new.

    Who is merged with her has said it too, until they are parted; but where it is not `known` who spoke, only a no.
    `around` are others who were named with her.
    """
    kept = kept_hers(connection, person_id)
    new = unheard(said, kept.permissions)
    if any(each.state in GRANTS for each in new):
        voice = heard_around(connection, {person_id, *around})
        new = [each for each in new if not only_repeats(each, kept.permissions, voice)]
    if not new:
        return []
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
    return new


def voices(connection: Connection, person_id: int) -> list[tuple[Permission, ...]]:
    """What each of those said whom she is made up of."""
    return [decode_hers(body).voice for (body,) in connection.execute(VOICES, (person_id,)).fetchall()]


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
