"""The policies that were published: a log that only grows, and the one in force."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from hashlib import sha256

from tactful.model.kept import Publication
from tactful.model.problems import StoreProblem
from tactful.store.base import StorePart
from tactful.store.connection import Connection
from tactful.store.forms import read, written
from tactful.store.runs import has_artefact

PUBLICATION = "SELECT number, kind, policy, name, author, at, note, texts FROM publication"


class PolicyVerbs(StorePart):
    """Publishing is one transaction: the texts, the line in the log and what is in force, or nothing of it."""

    def publish(self, publication: Publication, texts: bytes) -> None:
        """Put a policy into force. Its number must be one above that of the policy in force, or of none (1).

        Raises `StoreProblem` where it is not: then another one was published since, and nothing changes.
        """
        if sha256(texts).digest() != publication.texts:
            raise ValueError("these are not the texts of the publication")
        with self._db.writing() as connection:
            connection.lock_policy(to_publish=True)
            if publication.number != epoch_of(connection) + 1:
                raise StoreProblem("Another policy was published in the meantime: look at it, then publish again.")
            if not has_artefact(connection, publication.texts):
                connection.execute(
                    "INSERT INTO artefact VALUES (?, 'policy', ?) ON CONFLICT DO NOTHING",
                    (publication.texts, zlib.compress(texts)),
                )
            connection.execute("INSERT INTO publication VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row_of(publication))
            connection.execute(
                "INSERT INTO active VALUES (1, ?, ?, ?) ON CONFLICT (one) DO UPDATE SET"
                " number = excluded.number, policy = excluded.policy, epoch = excluded.epoch",
                (publication.number, publication.policy, publication.number),
            )

    def active(self) -> Publication | None:
        """The publication in force; None where nothing was ever published."""
        with self._db.reading() as connection:
            row = connection.execute(
                f"{PUBLICATION} WHERE number = (SELECT number FROM active WHERE one = 1)"
            ).fetchone()
        return made_publication(row) if row else None

    def publications(self) -> list[Publication]:
        """Every publication and rollback, oldest first."""
        with self._db.reading() as connection:
            rows = connection.execute(f"{PUBLICATION} ORDER BY number").fetchall()
        return [made_publication(row) for row in rows]


def epoch_of(connection: Connection) -> int:
    """The number that every publication raises; 0 where nothing was ever published."""
    row = connection.execute("SELECT epoch FROM active WHERE one = 1").fetchone()
    return int(row[0]) if row else 0


def row_of(publication: Publication) -> tuple[object, ...]:
    one = publication
    return (
        one.number, one.kind, one.policy, written(one.name), written(one.author), one.at, written(one.note), one.texts,
    )  # fmt: skip


def made_publication(row: Sequence[object]) -> Publication:
    number, kind, policy, name, author, at, note, texts = row
    texts_of = (read(each) for each in (name, author, note))  # type: ignore[arg-type]
    said, who, why = texts_of
    return Publication(number, kind, policy, said, who, at, why, texts)  # type: ignore[arg-type]
