"""People by identifier, and what a source or a file has told."""

from __future__ import annotations

from collections.abc import Sequence

from tactful.model.kept import Heard, ImportedFile, StoreCounts
from tactful.store.base import Identifier, StorePart, normal_form, read, written
from tactful.store.parts import in_parts

RESOLVED = 5_000
LOOKUP = 500
FIND = """SELECT p.root FROM identifier i JOIN person p ON p.person_id = i.person_id
    WHERE i.kind = ? AND i.blind = ?"""
IDENTIFIERS = """SELECT i.kind, i.label FROM person p JOIN identifier i ON i.person_id = p.person_id
    WHERE p.root = (SELECT root FROM person WHERE person_id = ?)
    ORDER BY CASE WHEN p.person_id = p.root THEN 0 ELSE 1 END, i.kind, i.blind"""
PERSONS = "SELECT count(*) FROM person WHERE root = person_id"
COUNTS = (
    PERSONS,
    "SELECT count(*) FROM event",
    "SELECT count(*) FROM event WHERE person_id IS NULL",
    "SELECT min(occurred_at), max(occurred_at) FROM event",
    "SELECT count(*) FROM log WHERE kind = 'permission'",
    "SELECT count(*) FROM contact WHERE shadow_of = 0",
    "SELECT count(*) FROM run",
    "SELECT count(*) FROM decision_ref",
    "SELECT count(*) FROM snapshot",
    "SELECT count(*) FROM artefact",
)


class PeopleVerbs(StorePart):
    """Who is meant, when a source was heard, which files were read, and how much there is."""

    def find(self, kind: str, value: str) -> int | None:
        """The person of today with this identifier (kind, value), or None; nobody is made."""
        with self._db.reading() as connection:
            row = connection.execute(FIND, (kind, self._blind(kind, value))).fetchone()
        return row[0] if row else None

    def owner(self, kind: str, value: str) -> int | None:
        """The person whom this identifier was made for, whoever she is part of today, or None; nobody is made."""
        with self._db.reading() as connection:
            return self._find(connection, kind, value)

    def resolve(self, identifiers: Sequence[Identifier]) -> list[int]:
        """The person of today of each identifier, in order; unknown ones become people. None of them may be blank."""
        own = self.owners(identifiers)
        today: dict[int, int] = {}
        with self._db.reading() as connection:
            for part in in_parts(sorted(set(own)), LOOKUP):
                marks = ",".join("?" * len(part))
                query = f"SELECT person_id, root FROM person WHERE person_id IN ({marks})"
                today.update(connection.execute(query, part).fetchall())
        return [today[person] for person in own]

    def owners(self, identifiers: Sequence[Identifier]) -> list[int]:
        """The person whom each identifier was made for, also where she is part of somebody by now: whatever is written
        under it goes back to her when they are parted. Otherwise as `resolve`."""
        if blank := [kind for kind, value in identifiers if not normal_form(kind, value)]:
            raise ValueError(f"an identifier of kind {blank[0]} has no value")
        people: list[int] = []
        for part in in_parts(identifiers, RESOLVED):
            with self._db.writing() as connection:
                meant, _ = self._resolve(connection, part)
            self._remember(meant)
            people += [person for identifier in part if (person := meant[identifier]) is not None]
        return people

    def identifiers(self, person_id: int) -> list[Identifier]:
        """Her identifiers as they were written when they were first heard; of who is merged, those of all that she is.

        Those of the person whose id goes on come first.
        """
        with self._db.reading() as connection:
            rows = connection.execute(IDENTIFIERS, (person_id,)).fetchall()
        return [(kind, read(label)) for kind, label in rows]

    def own_identifiers(self, person_id: int) -> list[Identifier]:
        """The identifiers that were made for, or bound to, this very person, whoever she is part of today."""
        with self._db.reading() as connection:
            rows = connection.execute(
                "SELECT kind, label FROM identifier WHERE person_id = ? ORDER BY kind, blind", (person_id,)
            ).fetchall()
        return [(kind, read(label)) for kind, label in rows]

    def person_label(self, person_id: int) -> str:
        """What the retailer calls her: the value of her first identifier; empty for a person who is not held."""
        return next((value for _, value in self.identifiers(person_id)), "")

    def hear(self, source: str, as_of: int, at: int, note: str = "") -> None:
        """A source spoke: at `at` we heard how things stood at `as_of`. An older statement changes nothing."""
        with self._db.writing() as connection:
            connection.execute(
                "INSERT INTO source_heard (source, heard_at, as_of, note) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (source) DO UPDATE SET"
                " heard_at = excluded.heard_at, as_of = excluded.as_of, note = excluded.note"
                " WHERE (excluded.as_of, excluded.heard_at) > (source_heard.as_of, source_heard.heard_at)",
                (source, at, as_of, note),
            )

    def heard(self) -> dict[str, Heard]:
        """The newest statement of each source, by name."""
        with self._db.reading() as connection:
            rows = connection.execute(
                "SELECT source, as_of, heard_at, note FROM source_heard ORDER BY source"
            ).fetchall()
        return {source: Heard(as_of, at, note) for source, as_of, at, note in rows}

    def note_import(self, file: ImportedFile) -> None:
        """A file was read to its end; the first note of a digest stays."""
        with self._db.writing() as connection:
            connection.execute(
                "INSERT INTO import_file (digest, name, counts, at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (file.digest, written(file.name), file.counts, file.at),
            )

    def imported(self, digest: bytes) -> ImportedFile | None:
        """The note of a file with these bytes, if it was read to its end before."""
        with self._db.reading() as connection:
            row = connection.execute(
                "SELECT digest, name, counts, at FROM import_file WHERE digest = ?", (digest,)
            ).fetchone()
        return made_file(*row) if row else None

    def imports(self) -> list[ImportedFile]:
        """All files that were read, oldest first."""
        with self._db.reading() as connection:
            rows = connection.execute("SELECT digest, name, counts, at FROM import_file ORDER BY at, digest").fetchall()
        return [made_file(*row) for row in rows]

    def damage(self) -> str:
        """What is broken in the store itself, in a few words; empty where nothing is."""
        return self._db.damage()

    def size(self) -> int:
        """How many bytes the store takes on the disk."""
        return self._db.size()

    def persons(self) -> int:
        """How many people there are: `counts` looks at every event, this does not."""
        with self._db.reading() as connection:
            return int(connection.execute(PERSONS).fetchone()[0])

    def counts(self) -> StoreCounts:
        """How much there is, at one instant."""
        with self._db.snapshot() as connection:
            return StoreCounts(*(number for query in COUNTS for number in connection.execute(query).fetchone()))


def made_file(digest: bytes, name: bytes, counts: bytes, at: int) -> ImportedFile:
    return ImportedFile(digest, read(name), counts, at)
