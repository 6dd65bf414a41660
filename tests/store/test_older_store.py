"""A store of version 2, with people in it, opens as the newest: everybody is who she was, and can be merged."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tactful.model.records import Contact, Permission
from tactful.store import database, open_store, schema
from tactful.store.hers import Hers, encode

SAID = Permission("market", "email", "*", "withdrawn", "consent", "plainly", 10, 20, "form")


def of_version_2(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as older:
        older.setattr(database, "STEPS", schema.STEPS[:2])
        older.setattr(database, "NEWEST", 2)
        with open_store(path) as store:
            blinds = [store._blind("customer", name) for name in ("penny", "grace")]
    with sqlite3.connect(path) as file:
        for person, blind in zip((7, 9), blinds, strict=True):
            file.execute("INSERT INTO gate (gate_id) VALUES (?)", (person,))
            file.execute("INSERT INTO person (person_id, gate_id, seq) VALUES (?, ?, 1)", (person, person))
            file.execute("INSERT INTO identifier VALUES ('customer', ?, ?, 1, ?)", (blind, person, b"p%d" % person))
            file.execute(
                "INSERT INTO event (pos, day, person_id, source, kind, occurred_at, received_at, key, body)"
                " VALUES (?, 0, ?, 'tills', 'k', ?, 5, ?, x'')",
                (person, person, person, b"%016d" % person),
            )
            file.execute("INSERT INTO log VALUES (?, 1, 'permission', 20, ?)", (person, encode(SAID)))
            file.execute("INSERT INTO hers VALUES (?, 1, ?)", (person, encode({"permissions": [SAID]})))
            file.execute(
                "INSERT INTO contact (person_id, gate_id, channel, class, state, at, decision_id)"
                " VALUES (?, ?, 'email', 'market', 'handed', 30, ?)",
                (person, person, f"d{person}"),
            )
            file.execute("INSERT INTO doc (person_id, upto_pos, fold, body) VALUES (?, ?, 1, x'00')", (person, person))
    file.close()


def test_everybody_is_who_she_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "tactful.db"
    of_version_2(path, monkeypatch)
    with open_store(path) as store:
        assert [store.find("customer", name) for name in ("penny", "grace")] == [7, 9]
        assert [row.person_id for row in store.read_documents(1)] == [7, 9]
        assert store.document(7, 1).doc == b"\0"
        assert dict(store.read_permissions()) == {7: (SAID,), 9: (SAID,)}
        assert store.logged_permissions(7) == (SAID,)
        assert store.contacts(7, 0) == [Contact("email", "market", 30, "d7")]
        merge = store.merge(9, 7, 60, "staff", "one address")
        assert [each.occurred_at for each in store.tail(9)] == [7, 9]
        assert [each.decision for each in store.contacts(9, 0)] == ["d7", "d9"]
        assert store.permissions(9) == (SAID,)
        store.unmerge(merge, 70, "two after all")
        assert store.contacts(9, 0) == [Contact("email", "market", 30, "d9")]
        assert encode(Hers((SAID,))) == encode({"permissions": [SAID]}), "what is written for her is as before"
