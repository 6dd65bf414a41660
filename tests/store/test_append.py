"""Events go in once and come out as they went in."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest

from tactful.model.kept import Appended, Document
from tactful.model.records import NewEvent
from tactful.store import open_store


def line(number: int, person: str | None = "17850", body: bytes = b"x", at: int | None = None) -> NewEvent:
    said = None if person is None else ("customer", person)
    return NewEvent("orders", str(number).encode(), "order.line", said, number if at is None else at, body)


def test_a_blank_identifier_is_nobody(tmp_path: Path) -> None:
    with open_store(tmp_path / "s.db") as store:
        assert store.append([line(1, " "), line(2, "")], 0) == Appended(2, 0, 0, 0)
        assert store.counts().persons == 0
        assert store.find("customer", " ") is None
        with pytest.raises(ValueError, match="customer has no value"):
            store.resolve([("customer", "\t")])


def test_more_than_a_chunk_is_refused(tmp_path: Path) -> None:
    with open_store(tmp_path / "s.db") as store, pytest.raises(ValueError, match="at most 20000"):
        store.append([line(1)] * 20_001, 0)


def test_normal_forms_meet(tmp_path: Path) -> None:
    with open_store(tmp_path / "s.db") as store:
        people = store.resolve(
            [("email", "Penny@Shop.example "), ("email", "penny@shop.example"), ("customer", "A1"), ("customer", "a1")]
        )
        assert people[0] == people[1]
        assert len(set(people)) == 3
        assert store.person_label(people[0]) == "Penny@Shop.example "
        assert store.person_label(5) == ""


def test_reading_everybody_shows_one_instant(tmp_path: Path) -> None:
    with open_store(tmp_path / "s.db", new_id=count(1).__next__) as store:
        store.append([line(number, str(number)) for number in range(50)], 0)
        seen = 0
        for row in store.read_documents(1):
            store.append([line(1_000 + seen, str(row.person_id + 1))], 0)
            store.save_documents([Document(row.person_id, 1, row.last_pos, b"d")])
            assert len(row.tail) == 1
            seen += 1
        assert seen == 50
        assert sum(len(row.tail) for row in store.read_documents(1)) == 50


def test_a_person_who_was_taken_out_meanwhile_is_not_written_to(tmp_path: Path) -> None:
    with open_store(tmp_path / "s.db", new_id=count(1).__next__) as store:
        store.append([line(1)], 0)
        with open_store(tmp_path / "s.db") as other, other._db.writing() as connection:
            for table in ("event", "identifier", "person"):
                connection.execute(f"DELETE FROM {table}")
        assert store.append([line(2)], 0).persons_created == 1
        assert store.find("customer", "17850") == 2
