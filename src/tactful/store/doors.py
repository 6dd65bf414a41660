"""Keys that let sources speak, what was set aside at the door, and the counts of what was not kept."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

from tactful.model.arrivals import Key, SetAside
from tactful.model.problems import StoreProblem
from tactful.store.base import DAY, StorePart, read, written

KEY = """SELECT key_id, digest, source, point, scopes, public, origins, made_at, expires_at, revoked_at, note
    FROM api_key"""
ASIDE = "INSERT INTO set_aside VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
LONGEST = 32_768


class DoorVerbs(StorePart):
    """Who may speak to us, and what became of what could not be taken."""

    def add_key(self, key: Key) -> None:
        """Let a key speak; `StoreProblem` where its id is taken. Keys never change, they are only revoked."""
        row = (
            key.key_id, key.digest, key.source, key.point, " ".join(key.scopes), int(key.public),
            written("\n".join(key.origins)), key.made_at, key.expires_at, key.revoked_at, written(key.note),
        )  # fmt: skip
        with self._db.writing() as connection:
            added = connection.execute(
                "INSERT INTO api_key VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", row
            )
            if not added.rowcount:
                raise StoreProblem(f"There is a key {key.key_id} already.")

    def key(self, key_id: str) -> Key | None:
        """The key of this id, revoked or not."""
        with self._db.reading() as connection:
            row = connection.execute(f"{KEY} WHERE key_id = ?", (key_id,)).fetchone()
        return made_key(row) if row else None

    def keys(self) -> list[Key]:
        """All keys, by source, oldest first."""
        with self._db.reading() as connection:
            rows = connection.execute(f"{KEY} ORDER BY source, made_at, key_id").fetchall()
        return [made_key(row) for row in rows]

    def revoke_key(self, key_id: str, at: int) -> bool:
        """Let a key speak no more; False where there is none, or it was revoked before."""
        with self._db.writing() as connection:
            done = connection.execute(
                "UPDATE api_key SET revoked_at = ? WHERE key_id = ? AND revoked_at = 0", (at, key_id)
            )
            return bool(done.rowcount)

    def set_aside(self, rows: Sequence[SetAside]) -> int:
        """Keep what could not be taken, each body of a source once, as of the last time that it came, at most its first
        32 KB; how many were new."""
        ready = [
            (self._aside(each), each.source, each.at, written(each.reason), zlib.compress(each.body[:LONGEST]))
            for each in rows
        ]
        with self._db.writing() as connection:
            new = connection.insert_new(ASIDE, sorted(ready))
            again = [(row[2], row[0], row[2]) for row, is_new in zip(sorted(ready), new, strict=True) if not is_new]
            connection.executemany("UPDATE set_aside SET at = ? WHERE digest = ? AND at < ?", again)
        return sum(new)

    def _aside(self, each: SetAside) -> bytes:
        name = each.source.encode()
        return blake2b(len(name).to_bytes(4, "big") + name + each.body, key=self._site, digest_size=16).digest()

    def aside(self, source: str = "", most: int = 100) -> list[SetAside]:
        """What was set aside, newest first; of one source, or of all."""
        with self._db.reading() as connection:
            rows = connection.execute(
                "SELECT source, at, reason, body FROM set_aside WHERE ? IN ('', source)"
                " ORDER BY at DESC, digest LIMIT ?",
                (source, most),
            ).fetchall()
        return [SetAside(name, at, read(reason), zlib.decompress(body)) for name, at, reason, body in rows]

    def forget_aside(self, before: int) -> int:
        """Delete what was set aside before an instant; how many."""
        with self._db.writing() as connection:
            return int(connection.execute("DELETE FROM set_aside WHERE at < ?", (before,)).rowcount)

    def left_out(self, since: int) -> list[tuple[str, str, int]]:
        """(source, what, how often) of what was not kept, from the day of `since` on, most often first."""
        with self._db.reading() as connection:
            rows = connection.execute(
                "SELECT source, what, sum(n) FROM left_out WHERE day >= ? GROUP BY source, what"
                " ORDER BY 3 DESC, source, what",
                (since // DAY,),
            ).fetchall()
        return [(source, read(what), int(n)) for source, what, n in rows]


def made_key(row: Sequence[Any]) -> Key:
    key_id, digest, source, point, scopes, public, origins, made_at, expires_at, revoked_at, note = row
    return Key(
        key_id=key_id,
        digest=digest,
        source=source,
        point=point,
        scopes=tuple(scopes.split()),
        public=bool(public),
        origins=tuple(each for each in read(origins).split("\n") if each),
        made_at=made_at,
        expires_at=expires_at,
        revoked_at=revoked_at,
        note=read(note),
    )
