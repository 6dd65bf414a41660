"""What every part of the store stands on: its file, its keys, and people by identifier."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence

from tactful.model.problems import StoreProblem
from tactful.model.records import Permission
from tactful.model.said import GRANTS
from tactful.store.connection import Connection, Database
from tactful.store.forms import normal_form, read, written
from tactful.store.hers import add_permissions, kept_hers
from tactful.store.parts import LOOKUP, in_parts
from tactful.store.suppression import NOBODY, anything_kept, lift, meet

DAY = 86_400_000_000
NORM_VERSION = 1
REMEMBERED = 1_000_000
HIGHEST_ID = 2**63 - 1
TRIES = 100_000
FIND = "SELECT blind, person_id FROM identifier WHERE kind = ? AND blind"
BIND = """INSERT INTO identifier (kind, blind, person_id, norm_version, label) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT DO NOTHING"""
GATE = "INSERT INTO gate (gate_id) VALUES (?) ON CONFLICT DO NOTHING"
KEPT_KEYS = ("site", "index", "suppression")
"""Of events, of identifiers, and of what was refused by somebody unknown."""
KEYS = f"SELECT name, value FROM meta WHERE name IN ({', '.join(repr(name) for name in KEPT_KEYS)}) ORDER BY name"
Identifier = tuple[str, str]


class StorePart:
    """The file, the keys and the identifiers; the parts with the verbs inherit from it."""

    def __init__(self, database: Database, new_id: Callable[[], int]) -> None:
        self._db = database
        self._new_id = new_id
        self._known: dict[Identifier, int] = {}
        self._known_at = -1
        with database.reading() as connection:
            keys = dict(connection.execute(KEYS).fetchall())
        if set(keys) != set(KEPT_KEYS):
            raise StoreProblem(f"{database.place} has lost its keys: put back a backup.")
        self._site: bytes = keys["site"]
        self._index: bytes = keys["index"]
        self._suppression: bytes = keys["suppression"]

    def _blind(self, kind: str, value: str) -> bytes:
        return hmac.digest(self._index, kind.encode() + b"\0" + normal_form(kind, value), "sha256")

    def _find(self, connection: Connection, kind: str, value: str) -> int | None:
        row = connection.execute(f"{FIND} = ?", (kind, self._blind(kind, value))).fetchone()
        return row[1] if row else None

    def _who(self, connection: Connection, identifier: Identifier | None) -> int | None:
        """The person an identifier means, if there is one; nobody is made."""
        if identifier is None:
            return None
        known = self._known.get(identifier)
        return known if known is not None else self._find(connection, *identifier)

    def _resolve(
        self, connection: Connection, identifiers: Iterable[Identifier]
    ) -> tuple[dict[Identifier, int | None], int]:
        """Who each identifier means, inside a write; unknown ones become people. Also: how many were made.

        An identifier without a value means nobody. What was found out is remembered by `_remember` after the commit.
        """
        version = connection.version()
        if version != self._known_at or len(self._known) > REMEMBERED:
            self._known.clear()
            self._known_at = version
        meant = self._found(connection, identifiers)
        unknown = [each for each, person_id in meant.items() if person_id is None and normal_form(*each)]
        if not unknown:
            return meant, 0
        made = self._make_people(connection, unknown)
        meant.update(self._found(connection, [each for each in unknown if each not in made]) | made)
        return meant, len(made)

    def _found(self, connection: Connection, identifiers: Iterable[Identifier]) -> dict[Identifier, int | None]:
        """The people that identifiers mean, if there are such; nobody is made."""
        meant = {each: self._known.get(each) for each in identifiers}
        asked: dict[str, dict[bytes, list[Identifier]]] = {}
        for each, person_id in meant.items():
            if person_id is None:
                asked.setdefault(each[0], {}).setdefault(self._blind(*each), []).append(each)
        for kind, blinds in asked.items():
            for part in in_parts(list(blinds), LOOKUP):
                rows = connection.execute(f"{FIND} IN ({','.join('?' * len(part))})", (kind, *part))
                meant.update((each, person_id) for blind, person_id in rows for each in blinds[blind])
        return meant

    def forget(self) -> None:
        """Forget whom identifiers mean: what was remembered of it may not have been kept."""
        self._known.clear()

    def _remember(self, meant: dict[Identifier, int | None]) -> None:
        self._known.update((identifier, person) for identifier, person in meant.items() if person is not None)

    def _make_people(self, connection: Connection, identifiers: Sequence[Identifier]) -> dict[Identifier, int]:
        """A person for each identifier, but for those that somebody else made meanwhile, or that mean the same."""
        people = self._free_ids(connection, len(identifiers))
        connection.insert_many("person", ("person_id", "gate_id", "root"), [(each,) * 3 for each in people])
        rows = sorted(
            (kind, self._blind(kind, value), place, person_id, written(value))
            for place, ((kind, value), person_id) in enumerate(zip(identifiers, people, strict=True))
        )
        new = connection.insert_new(
            BIND, [(kind, blind, person, NORM_VERSION, label) for kind, blind, _, person, label in rows]
        )
        made = {identifiers[row[2]]: row[3] for row, is_new in zip(rows, new, strict=True) if is_new}
        if len(made) < len(rows):
            needless = [(row[3],) for row, is_new in zip(rows, new, strict=True) if not is_new]
            connection.executemany("DELETE FROM person WHERE person_id = ?", needless)
            connection.executemany("DELETE FROM gate WHERE gate_id = ?", needless)
        self._meet(connection, {identifier: (person,) for identifier, person in made.items()}, 0)
        return made

    def _meet(self, connection: Connection, met: Mapping[Identifier, Iterable[int]], at: int) -> None:
        """These people came by these identifiers at `at` (0: they are new): what was refused by one of them before
        anybody had it is theirs."""
        named = {each: people for each, people in met.items() if each[0] != NOBODY}
        if named and anything_kept(connection):
            meet(connection, self._suppression, named, at)

    def _now_hers(self, connection: Connection, identifier: Identifier, person: int, at: int) -> None:
        """She got an identifier at `at`. A yes that she says with it undoes what was refused by it before."""
        if identifier[0] == NOBODY or not anything_kept(connection):
            return
        meet(connection, self._suppression, {identifier: (person,)}, at)
        said_now = [each for each in kept_hers(connection, person).permissions if each.received_at >= at]
        lift(connection, self._suppression, [identifier], said_now)

    def _say(
        self,
        connection: Connection,
        person: int,
        said: Sequence[Permission],
        *,
        known: bool = True,
        around: Iterable[int] = (),
    ) -> int:
        """Put permissions into her log, her gate taken; how many were new. See `add_permissions`. A yes of hers lets go
        of what was refused by her identifiers before she was known."""
        new = add_permissions(connection, person, said, known=known, around=around)
        if any(each.state in GRANTS for each in new):
            rows = connection.execute("SELECT kind, label FROM identifier WHERE person_id = ?", (person,)).fetchall()
            lift(connection, self._suppression, [(kind, read(label)) for kind, label in rows], new)
        return len(new)

    def _free_ids(self, connection: Connection, count: int) -> list[int]:
        """Ids that nobody has, each with a gate of its own."""
        free: list[int] = []
        tries = 0
        while len(free) < count:
            ids = [self._new_id() for _ in range(count - len(free))]
            if not all(0 < each <= HIGHEST_ID for each in ids):
                raise ValueError("a person's id is a positive number below 2**63")
            new = connection.insert_new(GATE, [(each,) for each in ids])
            free += [each for each, is_new in zip(ids, new, strict=True) if is_new]
            tries = 0 if any(new) else tries + 1
            if tries == TRIES:
                raise ValueError(f"new_id gave {TRIES} ids that are taken")
        return free
