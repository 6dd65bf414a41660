"""The embedded store passes the kit, and the kit fails a store that breaks a promise."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path
from threading import Lock
from typing import Any

import msgspec
import pytest

from tactful.model.arrivals import Arrival, TakenIn
from tactful.model.kept import Appended, DecisionRow, Document, Snapshot
from tactful.model.records import Cap, Contact, NewEvent, Permission
from tactful.profile.identity import IdentityRules, Kind
from tactful.service.ports import Store
from tactful.store import SqliteStore, open_store
from tactful.store.hers import Hers, keep_hers, kept_hers, voices
from tactful.store.postgres import PostgresStore, open_postgres
from tactful.testing.check_store import CHECKS, MakeStore, check_store


def in_folder(folder: Path) -> Callable[[str], SqliteStore]:
    return lambda name: open_store(folder / name / "tactful.db")


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_embedded_store(check: Callable[[MakeStore], None], tmp_path: Path) -> None:
    check(in_folder(tmp_path))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_store_on_postgresql(check: Callable[[MakeStore], None], postgres_urls: Callable[[str], str]) -> None:
    lock = Lock()

    def make(name: str) -> PostgresStore:
        with lock:
            url = postgres_urls(name)
        return open_postgres(url)

    check(make)


def test_it_has_the_verbs_of_the_port(tmp_path: Path) -> None:
    port: Store = open_store(tmp_path / "s.db")
    port.close()
    for name, verb in inspect.getmembers(Store, inspect.isfunction):
        if not name.startswith("_"):
            wanted, given = (inspect.signature(each).parameters for each in (verb, getattr(SqliteStore, name)))
            assert [(each.name, each.default) for each in given.values()] == [
                (each.name, each.default) for each in wanted.values()
            ], name


class Wrapped:
    """A store that does one thing wrong."""

    def __init__(self, store: SqliteStore) -> None:
        self.store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)


class Doubles(Wrapped):
    numbers = count()

    def append(self, events: Sequence[NewEvent], received_at: int) -> Appended:
        new = [NewEvent(e.source, b"%d" % next(self.numbers), e.kind, e.person, e.occurred_at, e.body) for e in events]
        return self.store.append(new, received_at)


class ForgetsTails(Wrapped):
    def tail(self, person_id: int, after_pos: int = 0) -> list[Any]:
        return self.store.tail(person_id, after_pos)[:-1]


class GrantsTwice(Wrapped):
    numbers = count()

    def record_permissions(self, rows: Sequence[tuple[int, Permission]]) -> int:
        for person, each in rows:
            said = msgspec.structs.replace(each, proof=str(next(self.numbers)))
            self.store.record_permissions([(person, said)])
        return len(rows)


class CountsBackOnly(Wrapped):
    """Checks, then inserts, and never looks at windows that end later."""

    def reserve(self, person_id: int, contact: Contact, caps: Sequence[Cap]) -> bool:
        for cap in caps:
            before = self.store.contacts(person_id, contact.at - cap.window)
            if sum(each.at <= contact.at for each in before) >= cap.most:
                return False
        self.store.record_contacts([(person_id, contact)])
        return True


class KeepsHalfChunks(Wrapped):
    def record_decisions(
        self, run_id: str, chunk_no: int, rows: Sequence[DecisionRow], snapshots: Sequence[Snapshot] = ()
    ) -> bool:
        return self.store.record_decisions(run_id, chunk_no, rows[:1], snapshots)


class NewestDateWins(Wrapped):
    """Reads who is merged as if one person had said it all."""

    def permissions(self, person_id: int) -> tuple[Permission, ...]:
        with self.store._db.reading() as connection:
            return tuple(each for voice in voices(connection, person_id) for each in voice)


class LosesTheLosersNo(Wrapped):
    """Keeps what the one said whose id goes on."""

    def permissions(self, person_id: int) -> tuple[Permission, ...]:
        today = self.store.today(person_id)
        with self.store._db.reading() as connection:
            return kept_hers(connection, person_id if today is None else today).voice


class ForgetsTheNoOfThatTime(Wrapped):
    """Parts people and leaves with each only what was said under her own id."""

    def unmerge(self, merge_id: int, at: int, why: str) -> tuple[int, int]:
        sides = self.store.unmerge(merge_id, at, why)
        with self.store._db.writing() as connection:
            for person in sides:
                keep_hers(connection, person, Hers(kept_hers(connection, person).permissions))
        return sides


class KeepsStaleDocuments(Wrapped):
    def save_documents(self, documents: Sequence[Document]) -> None:
        now = [
            msgspec.structs.replace(each, stamp=self.store.document(each.person_id, each.fold).stamp)
            for each in documents
        ]
        self.store.save_documents(now)


class JoinsAFamily(Wrapped):
    """Does not mind who was on a device before."""

    def join(self, names: Sequence[Any], joining: Any, at: int, evidence: str) -> Any:
        return self.store.join(names, IdentityRules({**joining.kinds, "anonymous": Kind(True, 9)}), at, evidence)


class ForgetsStrangers(Wrapped):
    """Hears a no only of whom it knows."""

    def take_in(self, arrivals: Sequence[Arrival], received_at: int) -> TakenIn:
        known = [
            msgspec.structs.replace(each, subjects=tuple(who for who in each.subjects if who in each.names))
            for each in arrivals
        ]
        return self.store.take_in(known, received_at)


BROKEN = (
    Doubles, ForgetsTails, GrantsTwice, CountsBackOnly, KeepsHalfChunks, NewestDateWins, LosesTheLosersNo,
    ForgetsTheNoOfThatTime, KeepsStaleDocuments, JoinsAFamily, ForgetsStrangers,
)  # fmt: skip


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_store_fails(broken: type[Wrapped], tmp_path: Path) -> None:
    make = in_folder(tmp_path)
    with pytest.raises(AssertionError):
        check_store(lambda name: broken(make(name)))
