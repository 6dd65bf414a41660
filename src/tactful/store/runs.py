"""Runs, their decisions, what these read, and the artefacts that they were made with."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from hashlib import sha256

from tactful.model.kept import DecisionRow, Run, Snapshot
from tactful.model.problems import NotThere, StoreProblem
from tactful.store.base import StorePart
from tactful.store.connection import Connection
from tactful.store.parts import among

QUICKLY = 1
KEPT = "SELECT person_id, digest FROM snapshot WHERE person_id IN ({})"
RUN = "SELECT run_id, kind, campaign, header, begun_at, finished_at, summary FROM run"
DECISION = """SELECT decision_id, person_id, at, inputs, record, output, candidate, verdict, stage, digest
    FROM decision_ref"""

HERS = f"""{DECISION} WHERE person_id IN (SELECT person_id FROM person
    WHERE root = (SELECT root FROM person WHERE person_id = ?)) ORDER BY at DESC, decision_no DESC"""


def digest_of(row: DecisionRow) -> bytes:
    """SHA-256 over everything in the row, each part behind its length."""
    whole = sha256()
    texts = (row.decision_id, str(row.person_id), str(row.at), row.candidate, row.verdict, row.stage)
    for part in (*(text.encode() for text in texts), row.inputs, row.record, row.output):
        whole.update(len(part).to_bytes(8, "big") + part)
    return whole.digest()


class RunVerbs(StorePart):
    """What was decided and why, whole chunk by whole chunk, so that a killed run goes on where it stopped."""

    def begin_run(self, run_id: str, kind: str, campaign: str, header: bytes, at: int) -> None:
        """Begin a run, or go on with it: a run of the same id must have the same kind, campaign and header."""
        with self._db.writing() as connection:
            connection.execute(
                "INSERT INTO run (run_id, kind, campaign, header, begun_at) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT DO NOTHING",
                (run_id, kind, campaign, header, at),
            )
            row = connection.execute(f"{RUN} WHERE run_id = ?", (run_id,)).fetchone()
            if row[1:4] != (kind, campaign, header):
                raise StoreProblem(f"The run {run_id} was begun with another header: it cannot be gone on with.")

    def chunks_done(self, run_id: str) -> frozenset[int]:
        """The numbers of the chunks whose decisions are kept."""
        with self._db.reading() as connection:
            rows = connection.execute("SELECT n FROM run_chunk WHERE run_id = ?", (run_id,)).fetchall()
        return frozenset(n for (n,) in rows)

    def record_decisions(
        self, run_id: str, chunk_no: int, rows: Sequence[DecisionRow], snapshots: Sequence[Snapshot] = ()
    ) -> bool:
        """Keep a chunk whole, with the facts documents that it read; False when it is kept already (it stays)."""
        packed = self._packed(snapshots)
        ready = [
            (
                row.decision_id, row.person_id, run_id, chunk_no, row.at, row.candidate, row.verdict, row.stage,
                row.inputs, row.record, row.output, digest_of(row),
            )
            for row in rows
        ]  # fmt: skip
        with self._db.writing() as connection:
            done = connection.execute("INSERT INTO run_chunk VALUES (?, ?) ON CONFLICT DO NOTHING", (run_id, chunk_no))
            if not done.rowcount:
                return False
            connection.executemany("INSERT INTO snapshot VALUES (?, ?, ?) ON CONFLICT DO NOTHING", packed)
            connection.executemany(
                "INSERT INTO decision_ref (decision_id, person_id, run_id, chunk, at, candidate, verdict, stage,"
                " inputs, record, output, digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                ready,
            )
        return True

    def _packed(self, snapshots: Sequence[Snapshot]) -> list[tuple[int, bytes, bytes]]:
        """Those that are not kept yet, made small; most people's facts are the same as at the last run."""
        with self._db.reading() as connection:
            kept = {tuple(row) for row in among(connection, KEPT, [each.person_id for each in snapshots])}
        return [
            (each.person_id, each.digest, zlib.compress(each.body, QUICKLY))
            for each in snapshots
            if (each.person_id, each.digest) not in kept
        ]

    def finish_run(self, run_id: str, summary: bytes, at: int) -> None:
        """All chunks are there. Finishing again changes nothing."""
        with self._db.writing() as connection:
            found = connection.execute("SELECT finished_at FROM run WHERE run_id = ?", (run_id,)).fetchone()
            if found is None:
                raise NotThere(f"There is no run {run_id} to finish.")
            connection.execute(
                "UPDATE run SET finished_at = ?, summary = ? WHERE run_id = ? AND finished_at IS NULL",
                (at, summary, run_id),
            )

    def run(self, run_id: str) -> Run | None:
        """The run of this id."""
        return self._one_run("WHERE run_id = ?", (run_id,))

    def latest_run(self, campaign: str) -> Run | None:
        """The finished run of a campaign that was begun last."""
        return self._one_run(
            "WHERE campaign = ? AND finished_at IS NOT NULL ORDER BY begun_at DESC, run_id DESC LIMIT 1", (campaign,)
        )

    def runs(self, campaign: str) -> list[Run]:
        """The finished runs of a campaign, newest first."""
        with self._db.reading() as connection:
            rows = connection.execute(
                f"{RUN} WHERE campaign = ? AND finished_at IS NOT NULL ORDER BY begun_at DESC, run_id DESC", (campaign,)
            ).fetchall()
        return [Run(*row) for row in rows]

    def unfinished_run(self, campaign: str) -> Run | None:
        """The run of a campaign that was begun last, if it is not finished."""
        last = self._one_run("WHERE campaign = ? ORDER BY begun_at DESC, run_id DESC LIMIT 1", (campaign,))
        return last if last and last.finished_at is None else None

    def _one_run(self, where: str, values: tuple[str, ...]) -> Run | None:
        with self._db.reading() as connection:
            row = connection.execute(f"{RUN} {where}", values).fetchone()
        return Run(*row) if row else None

    def decision(self, decision_id: str) -> DecisionRow | None:
        """A decision as it was recorded; `StoreProblem` when the row was altered since."""
        with self._db.reading() as connection:
            row = connection.execute(f"{DECISION} WHERE decision_id = ?", (decision_id,)).fetchone()
        return self._unaltered(row) if row else None

    def decisions(self, run_id: str) -> Iterator[DecisionRow]:
        """The decisions of a run in the order in which they were given to it, at one instant."""
        query = f"{DECISION} WHERE run_id = ? ORDER BY chunk, decision_no"
        with self._db.snapshot() as connection, closing(connection.execute(query, (run_id,))) as rows:
            for row in rows:
                yield self._unaltered(row)

    def person_decisions(self, person_id: int) -> list[DecisionRow]:
        """All decisions about all that she is, newest first."""
        with self._db.reading() as connection:
            rows = connection.execute(HERS, (person_id,)).fetchall()
        return [self._unaltered(row) for row in rows]

    def _unaltered(self, row: Sequence[object]) -> DecisionRow:
        decision = DecisionRow(*row[:-1])  # type: ignore[arg-type]
        if digest_of(decision) != row[-1]:
            raise StoreProblem(f"The decision {decision.decision_id} was altered after it was recorded.")
        return decision

    def snapshot(self, person_id: int, digest: bytes) -> bytes | None:
        """The facts document of hers that a decision read."""
        with self._db.reading() as connection:
            row = connection.execute(
                "SELECT body FROM snapshot WHERE person_id = ? AND digest = ?", (person_id, digest)
            ).fetchone()
        return zlib.decompress(row[0]) if row else None

    def keep_artefact(self, kind: str, body: bytes) -> bytes:
        """Keep a policy, a campaign, a table (`kind` says which) under the SHA-256 of its bytes; gives the digest."""
        digest = sha256(body).digest()
        with self._db.writing() as connection:
            if not has_artefact(connection, digest):
                connection.execute(
                    "INSERT INTO artefact VALUES (?, ?, ?) ON CONFLICT DO NOTHING", (digest, kind, zlib.compress(body))
                )
        return digest

    def artefact(self, digest: bytes) -> bytes | None:
        """The bytes under a digest."""
        with self._db.reading() as connection:
            row = connection.execute("SELECT body FROM artefact WHERE digest = ?", (digest,)).fetchone()
        return zlib.decompress(row[0]) if row else None


def has_artefact(connection: Connection, digest: bytes) -> bool:
    return connection.execute("SELECT 1 FROM artefact WHERE digest = ?", (digest,)).fetchone() is not None
