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


def test_events_come_out_in_folding_order(tmp_path: Path) -> None:
    with open_store(tmp_path / "s.db", new_id=count(1).__next__) as store:
        assert store.append([line(3), line(1), line(2, "grace")], 77) == Appended(3, 0, 0, 2)
        person = store.find("customer", "17850")
        assert person == 1
        tail = store.tail(person)
        assert [(event.occurred_at, event.received_at, event.kind, event.body) for event in tail] == [
            (1, 77, "order.line", b"x"),
            (3, 77, "order.line", b"x"),
        ]


def test_a_repeated_event_is_counted_and_the_first_stays(tmp_path: Path) -> None:
    with open_store(tmp_path / "s.db") as store:
        store.append([line(1), line(2)], 0)
        again = store.append([line(1), line(2, body=b"y"), line(3), line(3), line(3, body=b"z")], 0)
        assert again == Appended(added=1, repeated=4, differing=2, persons_created=0)
        person = store.find("customer", "17850")
        assert person is not None
        assert [event.body for event in store.tail(person)] == [b"x", b"x", b"x"]


def test_the_same_message_id_of_two_sources_is_two_events(tmp_path: Path) -> None:
    with open_store(tmp_path / "s.db") as store:
        events = [NewEvent(source, b"1", "k", None, 0, b"") for source in ("a", "b")]
        assert store.append(events, 0).added == 2
        assert store.counts().events_without_person == 2


def test_source_and_message_id_cannot_be_shifted_into_each_other(tmp_path: Path) -> None:
    with open_store(tmp_path / "s.db") as store:
        events = [NewEvent("a", b"b1", "k", None, 0, b""), NewEvent("ab", b"1", "k", None, 0, b"")]
        assert store.append(events, 0).added == 2


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


@pytest.mark.parametrize("value", ["Zoë", "a\0b", "\ud800", "💐" * 50, "'; drop table event; --"])
def test_any_text_identifies_and_is_shown_as_it_was_written(tmp_path: Path, value: str) -> None:
    with open_store(tmp_path / "s.db") as store:
        store.append([line(1, value)], 0)
        person = store.find("customer", value)
        assert person is not None
        assert store.person_label(person) == value
        assert store.identifiers(person) == [("customer", value)]


def test_normal_forms_meet(tmp_path: Path) -> None:
    with open_store(tmp_path / "s.db") as store:
        people = store.resolve(
            [("email", "Penny@Shop.example "), ("email", "penny@shop.example"), ("customer", "A1"), ("customer", "a1")]
        )
        assert people[0] == people[1]
        assert len(set(people)) == 3
        assert store.person_label(people[0]) == "Penny@Shop.example "
        assert store.person_label(5) == ""


def test_documents_and_tails(tmp_path: Path) -> None:
    with open_store(tmp_path / "s.db", new_id=count(1).__next__) as store:
        store.append([line(1, "penny"), line(2, "grace"), line(3, "penny")], 0)
        rows = list(store.read_documents(7))
        assert [(row.person_id, row.doc, row.upto_pos, row.last_pos, len(row.tail)) for row in rows] == [
            (1, None, 0, 3, 2),
            (2, None, 0, 2, 1),
        ]
        store.save_documents([Document(row.person_id, 7, row.last_pos, b"d") for row in rows])
        store.append([line(4, "grace", at=-1), line(5, None)], 0)
        rows = list(store.read_documents(7))
        assert [(row.person_id, row.doc, row.upto_pos, row.last_pos, len(row.tail)) for row in rows] == [
            (1, b"d", 3, 3, 0),
            (2, b"d", 2, 4, 1),
        ]
        assert [store.document(person, 7) for person in (1, 2)] == rows
        assert [len(row.tail) for row in store.read_documents(8)] == [2, 2], "another fold version starts anew"
        assert store.document(2, 8).doc is None
        store.save_documents([Document(2, 7, 1, b"behind")])
        assert store.document(2, 7).doc == b"d"
        store.save_documents([Document(2, 8, 1, b"anew")])
        assert (store.document(2, 8).doc, store.document(2, 8).upto_pos) == (b"anew", 1)
        assert store.document(99, 7).tail == ()


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
