"""Who was really sent to: counted once, in the ledger that limits read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from tactful.bootstrap import store_at
from tactful.model.problems import Problems
from tactful.model.records import Contact
from tactful.profile.times import parse_time
from tactful.service.import_contacts import (
    ContactImport,
    SentFile,
    campaign_file,
    import_contacts,
    read_contacts,
)
from tactful.service.ports import Store

NOW = parse_time("2011-12-10T10:00:00Z", None)
SENT = parse_time("2011-12-02T10:00:00Z", None)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = store_at(tmp_path)
    opened.resolve([("customer", "1")])
    yield opened
    opened.close()


def read(*lines: str, at: int | None = None, **given: str) -> SentFile:
    frame = pl.read_csv("\n".join(lines).encode(), infer_schema=False)
    return read_contacts(frame, given, "customer", at, "Europe/London", NOW, "sent.csv")


def keep(store: Store, file: SentFile) -> ContactImport:
    return import_contacts(store, file, "email", "recommend", "sent.csv")


def test_each_contact_is_counted_once(store: Store) -> None:
    lines = ("external_id,sent_at", "1.0,2011-12-02 10:00", "1,2011-12-02T10:00:00Z", "2,2011-12-03")
    done = keep(store, read(*lines))
    assert (done.added, done.repeated, done.people, done.people_created) == (2, 1, 2, 1)
    person = store.find("customer", "1")
    assert person is not None
    assert store.contacts(person, 0) == [Contact("email", "recommend", SENT)]
    assert keep(store, read(*lines)).added == 0


def test_rows_that_are_not_understood_are_named(store: Store) -> None:
    file = read("id,time", "1,2011-12-02", ",2011-12-02", "1,", "1,2999-01-01", "1,02/12/2011", "1,1960-01-01")
    assert {each.line: each.reason for each in file.refused} == {
        3: "the row names nobody.",
        4: "the row does not say when it was sent, and --at was not said.",
        5: "its time is in the future.",
        6: "the time is not written like 2011-12-10T10:00:00Z.",
        7: "its time lies before 1970.",
    }
    assert len(file.rows) + len(file.refused) == file.lines


def test_a_place_that_was_taken_when_it_was_decided_is_not_taken_again(store: Store) -> None:
    person = store.find("customer", "1")
    assert person is not None
    assert store.reserve(person, Contact("email", "recommend", SENT - 5, "d-1"), ())
    done = keep(store, read("id,tactful_decision", "1,d-1", "1,d-2", at=SENT))
    assert (done.added, done.repeated) == (1, 1)
    assert keep(store, read("id,tactful_decision", "1,d-1", "1,d-2", at=SENT + 1)).added == 0


@pytest.mark.parametrize(
    ("header", "given", "sentence"),
    [
        ("id", {}, "no column says when it was sent: add --at TIME"),
        ("who,time", {}, "no column says who was written to"),
        ("id,customer,time", {}, "person may be id or customer: add --map person=COLUMN"),
        ("id,time", {"persn": "id"}, "Did you mean person?"),
        ("id,time", {"person": "idd"}, "Did you mean id?"),
    ],
)
def test_nothing_is_guessed(header: str, given: dict[str, str], sentence: str) -> None:
    with pytest.raises(Problems) as found:
        read(header, ",".join("1" for _ in header.split(",")), **given)
    assert sentence in str(found.value)


def test_a_column_that_names_nobody_we_know_is_refused(store: Store) -> None:
    with pytest.raises(Problems, match="nobody in column `id` is known here"):
        keep(store, read("id", "77", at=SENT))
    assert store.counts().persons == 1


def test_a_campaign_is_found_by_its_name_or_its_file(tmp_path: Path) -> None:
    folder = tmp_path / "campaigns"
    folder.mkdir()
    path = folder / "one.yaml"
    path.write_text("campaign: back-in-rhythm\n")
    assert campaign_file(tmp_path, "back-in-rhythm") == path
    assert campaign_file(tmp_path, str(path)) == path
    with pytest.raises(Problems, match="Did you mean back-in-rhythm"):
        campaign_file(tmp_path, "back-in-rythm")
    with pytest.raises(Problems, match="There are: back-in-rhythm"):
        campaign_file(tmp_path, "x")
