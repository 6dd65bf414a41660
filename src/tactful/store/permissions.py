"""Permissions: each in her log, all of them together in `hers`, in the same transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from itertools import groupby
from operator import itemgetter

import msgspec

from tactful.model.records import Permission
from tactful.model.said import Conflict, conflicts, together
from tactful.store.base import StorePart
from tactful.store.events import ROOT
from tactful.store.hers import Hers, decode_hers, voices
from tactful.store.parts import in_parts

PEOPLE = 1_000


decode_permission = msgspec.msgpack.Decoder(Permission).decode


decode_echoes = msgspec.msgpack.Decoder(tuple[Permission, ...]).decode
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
                added += sum(self._say(connection, person, by_person[person]) for person in part)
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
