"""The promises of the store: once and only once, nothing forgotten, caps exact; also under kills."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import count, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tactful.model.kept import Document
from tactful.model.records import Cap, Contact, Event, NewEvent, Permission
from tactful.store import SqliteStore, open_store
from tactful.store.postgres import open_postgres
from tactful.store.verbs import Verbs

KILLED = Path(__file__).parent.parent / "store" / "killed_writers.py"
MEMORY = Path("/dev/shm")
PEOPLE = (None, ("customer", "penny"), ("customer", "grace"), ("email", "penny@shop.example"), ("customer", " "))

events = st.builds(
    NewEvent,
    source=st.sampled_from(("orders", "tills")),
    message_id=st.binary(max_size=1),
    kind=st.sampled_from(("line", "return")),
    person=st.sampled_from(PEOPLE),
    occurred_at=st.integers(-(2**63), 2**63 - 1) | st.integers(0, 3),
    body=st.binary(max_size=3),
)
permissions = st.builds(
    Permission,
    purpose=st.just("market"),
    channel=st.sampled_from(("email", "sms")),
    category=st.just("*"),
    state=st.sampled_from(("given", "withdrawn")),
    basis=st.just("consent"),
    asked=st.just("plainly"),
    occurred_at=st.integers(0, 1),
    received_at=st.integers(0, 2),
    source=st.just("form"),
)
contacts = st.builds(
    Contact,
    channel=st.sampled_from(("email", "sms")),
    purpose=st.sampled_from(("market", "service")),
    at=st.integers(0, 12),
)
caps = st.lists(st.builds(Cap, st.integers(0, 2), st.integers(1, 6), st.sampled_from(("", "email"))), max_size=3)


@contextmanager
def new_store() -> Iterator[SqliteStore]:
    """An empty store whose keys and ids are always the same; in memory where there is such a folder, to be quick."""
    with (
        TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder,
        open_store(Path(folder) / "s.db", new_id=count(1).__next__, new_key=lambda: b"k" * 32) as store,
    ):
        yield store


def batches(rows: Sequence[Any], sizes: Sequence[int]) -> Iterator[list[Any]]:
    """The rows in batches of these sizes, then the rest."""
    rest = iter(rows)
    for size in sizes:
        yield list(islice(rest, size))
    yield list(rest)


def histories(store: Verbs) -> dict[str, list[Event]]:
    """Everybody's events by label, without the time when we received them."""
    return {
        store.person_label(row.person_id): [
            Event(e.key, e.source, e.kind, e.occurred_at, 0, e.body) for e in store.tail(row.person_id)
        ]
        for row in store.read_documents(1)
    }


@given(st.lists(events, max_size=25), st.lists(st.integers(0, 6), max_size=6), st.integers(0, 25))
def test_however_it_is_cut_and_repeated_it_is_kept_once(said: list[NewEvent], sizes: list[int], again: int) -> None:
    first: dict[tuple[str, bytes], NewEvent] = {}
    for event in said:
        first.setdefault((event.source, event.message_id), event)
    with new_store() as whole, new_store() as parts:
        once = whole.append(said, 1)
        assert (once.added, once.repeated) == (len(first), len(said) - len(first))
        added = 0
        for number, batch in enumerate(batches([*said, *said[:again]], sizes)):
            added += parts.append(batch, number).added
        assert added == len(first)
        assert whole.append(said, 9).added == 0
        assert histories(whole) == histories(parts)
        assert whole.counts() == parts.counts()
        expected: dict[str, list[tuple[int, str, bytes]]] = {}
        for event in first.values():
            if event.person and event.person[1].strip():
                expected.setdefault(event.person[1], []).append((event.occurred_at, event.kind, event.body))
        kept = {
            label: [(each.occurred_at, each.kind, each.body) for each in history]
            for label, history in histories(whole).items()
        }
        assert {label: sorted(rows) for label, rows in kept.items()} == {
            label: sorted(rows) for label, rows in expected.items()
        }
        for history in histories(whole).values():
            assert history == sorted(history, key=lambda event: (event.occurred_at, event.key))


@given(st.lists(events, max_size=25), st.lists(st.integers(0, 6), max_size=6), st.lists(st.booleans(), max_size=7))
def test_a_document_and_its_tail_hold_every_event_once(
    said: list[NewEvent], sizes: list[int], saves: list[bool]
) -> None:
    """Here a document is the list of the keys that were folded into it."""
    with new_store() as store:
        for number, batch in enumerate(batches(said, sizes)):
            store.append(batch, 0)
            if number < len(saves) and saves[number]:
                store.save_documents(
                    [
                        Document(
                            row.person_id,
                            1,
                            row.last_pos,
                            (row.doc or b"") + b"".join(b"%d %b" % (len(e.key), e.key) for e in row.tail),
                        )
                        for row in store.read_documents(1)
                    ]
                )
        for row in store.read_documents(1):
            folded, rest = list[bytes](), row.doc or b""
            while rest:
                size, _, rest = rest.partition(b" ")
                folded.append(rest[: int(size)])
                rest = rest[int(size) :]
            keys = [*folded, *(event.key for event in row.tail)]
            assert sorted(keys) == sorted(event.key for event in store.tail(row.person_id))
            assert row == store.document(row.person_id, 1)


@given(st.lists(st.tuples(st.integers(0, 1), permissions), max_size=20), st.lists(st.integers(0, 6), max_size=5))
def test_nothing_she_said_is_lost_or_doubled(said: list[tuple[int, Permission]], sizes: list[int]) -> None:
    with new_store() as store:
        people = store.resolve([("customer", "penny"), ("customer", "grace")])
        rows = [(people[number], permission) for number, permission in said]
        added = sum(store.record_permissions(batch) for batch in batches(rows, sizes))
        assert store.record_permissions(rows) == 0
        everybody = dict(store.read_permissions())
        for person in people:
            expected: dict[tuple[str, str, int], Permission] = {}
            for owner, each in rows:
                if owner == person:
                    expected.setdefault((each.channel, each.state, each.occurred_at), each)
            hers = tuple(expected.values())
            added -= len(hers)
            assert store.permissions(person) == store.logged_permissions(person) == everybody.get(person, ()) == hers
        assert added == 0


def fullest(cap: Cap, kept: Sequence[Contact]) -> int:
    """The most contacts of a cap in any window (t - window, t], for every instant t there is."""
    times = [c.at for c in kept if c.purpose in cap.purposes and cap.channel in ("", c.channel)]
    return max((sum(end - cap.window < at <= end for at in times) for end in range(-8, 20)), default=0)


@given(st.lists(contacts, max_size=12), caps)
def test_a_place_is_given_exactly_when_no_window_would_be_over(wanted: list[Contact], limits: list[Cap]) -> None:
    with new_store() as store:
        (penny,) = store.resolve([("customer", "penny")])
        kept: list[Contact] = []
        for number, each in enumerate(wanted):
            contact = Contact(each.channel, each.purpose, each.at, f"d{number}")
            room = all(fullest(cap, [*kept, contact]) <= max(cap.most, fullest(cap, kept)) for cap in limits)
            hit = [cap for cap in limits if contact.purpose in cap.purposes and cap.channel in ("", contact.channel)]
            room = room and all(cap.most > 0 for cap in hit)
            assert store.reserve(penny, contact, limits) == room
            if room:
                kept.append(contact)
        assert all(fullest(cap, kept) <= cap.most for cap in limits)
        assert sorted(c.decision for c in store.contacts(penny, -1)) == sorted(c.decision for c in kept)


def everything(place: Path | str) -> dict[str, Any]:
    """What a store holds, with labels in place of ids and without the order of arrival."""
    with closing(open_postgres(place) if isinstance(place, str) else open_store(place)) as store:
        labels = {row.person_id: store.person_label(row.person_id) for row in store.read_documents(1)}
        run = store.latest_run("tea")
        assert run is not None
        decisions = list(store.decisions(run.run_id))
        return {
            "people": sorted(labels.values()),
            "histories": histories(store),
            "permissions": {labels[person]: sorted(map(repr, hers)) for person, hers in store.read_permissions()},
            "contacts": {labels[person]: hers for person, hers in store.read_contacts(-1)},
            "documents": {
                labels[row.person_id]: sorted({*(row.doc or b"").split(b"|")[:-1], *(e.body for e in row.tail)})
                for row in store.read_documents(1)
            },
            "decisions": [(row.decision_id, labels[row.person_id], row.record, row.output) for row in decisions],
            "snapshots": [store.snapshot(row.person_id, row.inputs) for row in decisions],
            "chunks": store.chunks_done(run.run_id),
            "counts": store.counts(),
            "run": run,
        }


def killed(place: Path | str, kills: int, seed: int) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, str(KILLED), str(place), str(kills), str(seed)],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@pytest.mark.parametrize("seed", [1, 2])
def test_two_writers_killed_again_and_again_keep_what_one_undisturbed_keeps(tmp_path: Path, seed: int) -> None:
    clean, told = killed(tmp_path / "clean.db", 0, 0), killed(tmp_path / "killed.db", 24, seed)
    assert clean == {"ended": 0, "lives": 1, "acknowledged": list(range(200)), "wrong": []}
    assert told["wrong"] == []
    assert told["ended"] >= 20
    assert everything(tmp_path / "killed.db") == everything(tmp_path / "clean.db")


def test_on_postgresql_killed_writers_keep_the_same(tmp_path: Path, postgres_url: str) -> None:
    clean, told = killed(tmp_path / "clean.db", 0, 0), killed(postgres_url, 24, 3)
    assert clean["wrong"] == told["wrong"] == []
    assert told["ended"] >= 20
    assert everything(postgres_url) == everything(tmp_path / "clean.db")
