"""Permissions: each in her log, all of them together in `hers`, in the same transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing

import msgspec

from tactful.model.records import Permission
from tactful.store.base import StorePart
from tactful.store.connection import Connection
from tactful.store.parts import in_parts

PEOPLE = 1_000


class Hers(msgspec.Struct, frozen=True):
    """What `hers` keeps of a person: all that her log says, so that one row is enough to read."""

    permissions: tuple[Permission, ...] = ()


encode = msgspec.msgpack.Encoder(order="deterministic").encode
decode_hers = msgspec.msgpack.Decoder(Hers).decode
decode_permission = msgspec.msgpack.Decoder(Permission).decode


def statement(permission: Permission) -> tuple[str | int, ...]:
    """What makes two permissions the same statement: everything but when we heard it."""
    each = permission
    return (
        each.purpose, each.channel, each.category, each.state, each.basis, each.asked, each.occurred_at,
        each.source, each.proof,
    )  # fmt: skip


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
        """Hers, in the order in which they were recorded."""
        with self._db.reading() as connection:
            return kept_permissions(connection, person_id)

    def logged_permissions(self, person_id: int) -> tuple[Permission, ...]:
        """The same from her log: what `permissions` must equal at all times."""
        with self._db.reading() as connection:
            rows = connection.execute(
                "SELECT body FROM log WHERE person_id = ? AND kind = 'permission' ORDER BY seq", (person_id,)
            ).fetchall()
        return tuple(decode_permission(body) for (body,) in rows)

    def read_permissions(self) -> Iterator[tuple[int, tuple[Permission, ...]]]:
        """(person, hers) for everybody with permissions, in the order of ids, at one instant."""
        with (
            self._db.snapshot() as connection,
            closing(connection.execute("SELECT person_id, body FROM hers ORDER BY person_id")) as rows,
        ):
            for person_id, body in rows:
                yield person_id, decode_hers(body).permissions


def kept_permissions(connection: Connection, person_id: int) -> tuple[Permission, ...]:
    row = connection.execute("SELECT body FROM hers WHERE person_id = ?", (person_id,)).fetchone()
    return decode_hers(row[0]).permissions if row else ()


def add_permissions(connection: Connection, person_id: int, said: Sequence[Permission]) -> int:
    """Inside a write, her gate locked: log what is new, fold it into `hers`, move the gate."""
    kept = kept_permissions(connection, person_id)
    known = {statement(each) for each in kept}
    new: list[Permission] = []
    for permission in said:
        if statement(permission) not in known:
            known.add(statement(permission))
            new.append(permission)
    if not new:
        return 0
    row = connection.execute("SELECT seq FROM person WHERE person_id = ?", (person_id,)).fetchone()
    start = row[0] if row else 0
    seq = start + len(new)
    connection.executemany(
        "INSERT INTO log (person_id, seq, kind, at, body) VALUES (?, ?, 'permission', ?, ?)",
        [(person_id, start + n, each.received_at, encode(each)) for n, each in enumerate(new, 1)],
    )
    connection.execute("UPDATE person SET seq = ? WHERE person_id = ?", (seq, person_id))
    connection.execute(
        "INSERT INTO hers (person_id, seq, body) VALUES (?, ?, ?)"
        " ON CONFLICT (person_id) DO UPDATE SET seq = excluded.seq, body = excluded.body",
        (person_id, seq, encode(Hers((*kept, *new)))),
    )
    connection.execute(
        "UPDATE gate SET version = version + 1 WHERE gate_id = (SELECT gate_id FROM person WHERE person_id = ?)",
        (person_id,),
    )
    return len(new)
