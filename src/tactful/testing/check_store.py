"""What every store must do, whatever it keeps its rows in: `check_store(make_store)` raises where one does not.

`make_store(name)` opens the store of that name: an empty one when the name is new, otherwise the same again, also while
it is open elsewhere and from another thread. What it gives back has the verbs of the store port and `close()`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from hashlib import sha256
from itertools import pairwise

from tactful.model.kept import Appended, Document, ImportedFile, Publication, Snapshot
from tactful.model.records import DAY, HOUR, Cap, NewEvent
from tactful.testing.check_store_door import CHECKS_OF_THE_DOOR
from tactful.testing.check_store_identity import IDENTITY_CHECKS
from tactful.testing.check_store_many import CHECKS_OF_MANY
from tactful.testing.store_rows import (
    LIVE,
    MakeStore,
    decided,
    granted,
    line,
    message,
    refused,
    together,
)  # fmt: skip

__all__ = ["CHECKS", "MakeStore", "check_store", "decided", "together"]


def check_exactly_once(make_store: MakeStore) -> None:
    """Each (source, message id) is kept once, the first stays, and every event of a call is accounted for."""
    with closing(make_store("exactly-once")) as store:
        assert store.append([], 5) == Appended()
        assert store.append([line(3), line(1), line(2, "grace"), line(4, None)], 50) == Appended(4, 0, 0, 2)
        again = [line(1), line(2, "grace", b"two"), line(3, "grace"), line(5), line(5), line(5, body=b"two")]
        assert store.append(again, 60) == Appended(added=1, repeated=5, differing=3, persons_created=0)
        other = NewEvent("tills", b"1", "order.line", None, 1, b"")
        shifted = [NewEvent("a", b"b1", "k", None, 0, b""), NewEvent("ab", b"1", "k", None, 0, b"")]
        assert store.append([other, *shifted], 70).added == 3, "an id is unique within its source only"
        tail = store.tail(store.find("customer", "17850"))
        assert [(each.occurred_at, each.received_at, each.body) for each in tail] == [
            (1, 50, b"one"),
            (3, 50, b"one"),
            (5, 60, b"one"),
        ]
        assert len({each.key for each in tail}) == 3
        counts = store.counts()
        assert (counts.persons, counts.events, counts.events_without_person) == (2, 8, 4)
        assert (counts.first_occurred_at, counts.last_occurred_at) == (0, 5)


def check_people(make_store: MakeStore) -> None:
    """An identifier means one person, however it is found; text of every kind comes back as it was written."""
    values = ["17850", "Zoë", "a\0b", "\ud800", "'; drop table event; --", "💐" * 50]
    with closing(make_store("people")) as store:
        people = store.resolve([("customer", value) for value in values])
        assert len(set(people)) == len(values)
        assert all(0 < person < 2**63 for person in people)
        assert store.resolve([("customer", value) for value in values]) == people
        store.append([line(number, value) for number, value in enumerate(values)], 0)
        assert [store.find("customer", value) for value in values] == people
        assert [store.person_label(person) for person in people] == values
        assert store.identifiers(people[0]) == [("customer", "17850")]
        assert store.find("loyalty", "17850") is None
        assert store.find("customer", "") is None
        mails = store.resolve([("email", " Penny@Shop.example"), ("email", "penny@shop.example")])
        assert mails[0] == mails[1]
        assert store.persons() == store.counts().persons == len(values) + 1
        nobody = store.append([line(90, " "), line(91, "")], 0)
        assert (nobody.added, nobody.persons_created) == (2, 0), "a blank identifier means nobody"


def check_documents(make_store: MakeStore) -> None:
    """A document and the tail behind it hold every event exactly once, in folding order, at one instant."""
    with closing(make_store("documents")) as store:
        store.append([line(3, "penny"), line(2, "grace"), line(1, "penny"), line(9, None)], 0)
        quiet = store.resolve([("customer", "quiet")])[0]
        rows = list(store.read_documents(7))
        assert [row.person_id for row in rows] == sorted(row.person_id for row in rows)
        assert [row.tail for row in rows if row.person_id == quiet] == [()]
        assert all(row.doc is None and row.upto_pos == 0 for row in rows)
        assert sorted(tuple(each.occurred_at for each in row.tail) for row in rows) == [(), (1, 3), (2,)]
        store.save_documents([Document(row.person_id, 7, row.last_pos, b"d") for row in rows])
        store.append([line(0, "penny")], 0)
        for number, row in enumerate(store.read_documents(7)):
            hers = row.person_id == store.find("customer", "penny")
            assert (row.doc, [each.occurred_at for each in row.tail]) == (b"d", [0] if hers else [])
            alone = store.document(row.person_id, 7)
            assert store.documents([row.person_id], 7) == [alone], "several are read as each alone"
            assert (alone.doc, alone.upto_pos, alone.tail) == (row.doc, row.upto_pos, row.tail)
            assert list(row.tail) == store.tail(row.person_id, row.upto_pos)
            assert store.document(row.person_id, 8).doc is None, "a document of another fold version is none"
            store.append([line(100 + number, store.person_label(row.person_id))], 0)
            if row.upto_pos > 0:
                store.save_documents([Document(row.person_id, 7, row.upto_pos - 1, b"behind")])
                assert store.document(row.person_id, 7).doc == b"d", "a document never goes back"
        assert sum(len(row.tail) for row in store.read_documents(8)) == 3 + 1 + 3
        penny = store.find("customer", "penny")
        store.save_documents([Document(penny, 8, 1, b"anew")])
        assert (store.document(penny, 8).doc, store.document(penny, 7).doc) == (b"anew", None)
        assert sum(len(row.tail) for row in store.read_documents(7) if row.person_id == penny) == 4


def check_permissions(make_store: MakeStore) -> None:
    """Permissions are appended, never changed; the same statement heard again adds nothing; log and `hers` agree."""
    with closing(make_store("permissions")) as store:
        penny, grace = store.resolve([("customer", "penny"), ("customer", "grace")])
        rows = [(penny, granted()), (grace, granted("sms")), (penny, granted(state="withdrawn", at=30, heard=40))]
        assert store.record_permissions([*rows, rows[0]]) == 3, "said twice in one call is said once"
        assert store.record_permissions(rows) == 0
        assert store.record_permissions([(penny, granted(heard=99)), (penny, granted("sms", heard=99))]) == 1
        expected = (granted(), granted(state="withdrawn", at=30, heard=40), granted("sms", heard=99))
        assert store.permissions(penny) == expected == store.logged_permissions(penny)
        everybody = dict(store.read_permissions())
        assert everybody == {penny: expected, grace: (granted("sms"),)}
        assert list(everybody) == sorted(everybody)
        assert store.permissions(5) == ()
        nobody = next(number for number in range(1, 9) if number not in (penny, grace))
        assert refused(lambda: store.record_permissions([(grace, granted("post")), (nobody, granted())]))
        assert store.permissions(grace) == (granted("sms"),), "a refused call of this size keeps nothing"
        assert store.counts().permissions == 4


def check_contacts(make_store: MakeStore) -> None:
    """Contacts are counted once, and windows are half-open: later than `since`."""
    with closing(make_store("contacts")) as store:
        penny, grace = store.resolve([("customer", "penny"), ("customer", "grace")])
        rows = [(penny, message(20)), (penny, message(10, channel="sms")), (grace, message(20, "d1"))]
        assert store.record_contacts(rows) == 3
        assert store.record_contacts([*rows, (penny, message(20, "d2"))]) == 1
        assert store.contacts(penny, 0) == [message(10, channel="sms"), message(20), message(20, "d2")]
        assert store.contacts(penny, 10) == [message(20), message(20, "d2")]
        everybody = dict(store.read_contacts(10))
        assert everybody == {penny: store.contacts(penny, 10), grace: [message(20, "d1")]}
        assert list(everybody) == sorted(everybody)
        assert dict(store.read_contacts(20)) == {}


def check_caps(make_store: MakeStore) -> None:
    """No window is above its cap, at its edges, backwards in time, per channel and purpose; a decision counts once."""
    with closing(make_store("caps")) as store:
        (penny,) = store.resolve([("customer", "penny")])
        start, week = 100 * DAY, 7 * DAY
        assert store.reserve(penny, message(start, "d1"), [LIVE])
        assert store.reserve(penny, message(start, "d1"), [LIVE])
        assert store.reserve(penny, message(start + HOUR, "d2"), [LIVE])
        assert not store.reserve(penny, message(start + week - 1, "d3"), [LIVE])
        assert not store.reserve(penny, message(start - HOUR, "d4"), [LIVE]), "a window that ends later is full"
        assert store.reserve(penny, message(start + week, "d5"), [LIVE]), "the window is half-open"
        service = message(start + 2 * HOUR, "d6", purpose="service")
        assert store.reserve(penny, service, [LIVE]), "the cap does not speak of this purpose"
        text = message(start + 2 * HOUR, "d7", channel="sms")
        assert store.reserve(penny, text, [Cap(2, week, "email"), Cap(1, week, "sms")]), "the cap is of a channel"
        assert not store.reserve(penny, message(start + 3 * HOUR, "d8", "sms"), [Cap(1, week, "sms")])
        assert not store.reserve(penny, message(0, "d9"), [Cap(0, HOUR)])
        store.record_contacts([(penny, message(5))])
        assert refused(lambda: store.reserve(penny, message(5), [])), "the same contact twice, with no decision"
        edges = [Cap(1, HOUR), Cap(9, 365 * DAY)]
        assert store.reserve(penny, message(start - DAY, "e1"), edges)
        assert store.reserve(penny, message(start - DAY + HOUR, "e2"), edges), "exactly a window apart is apart"
        assert not store.reserve(penny, message(start - DAY + 2 * HOUR - 1, "e3"), edges)
        assert [each.decision for each in store.contacts(penny, 5)] == ["e1", "e2", "d1", "d2", "d6", "d7", "d5"]


def check_runs(make_store: MakeStore) -> None:
    """Chunks are kept whole and once; a run goes on where it stopped; decisions come back byte for byte."""
    with closing(make_store("runs")) as store:
        penny, grace = sorted(store.resolve([("customer", "penny"), ("customer", "grace")]))
        assert (store.run("r1"), store.latest_run("tea"), store.unfinished_run("tea")) == (None, None, None)
        store.begin_run("r1", "watch", "tea", b"h", 5)
        store.begin_run("r1", "watch", "tea", b"h", 6)
        assert store.run("r1").begun_at == 5
        assert refused(lambda: store.begin_run("r1", "watch", "tea", b"other", 6))
        assert refused(lambda: store.record_decisions("r0", 0, []))
        seen = [Snapshot(penny, b"digest", b"facts" * 100)]
        assert store.record_decisions("r1", 1, [decided(3, grace)])
        assert store.record_decisions("r1", 0, [decided(1, penny), decided(2, grace)], seen)
        assert not store.record_decisions("r1", 0, [decided(4, penny)], [Snapshot(penny, b"new", b"")])
        assert refused(lambda: store.record_decisions("r1", 2, [decided(5, penny), decided(1, grace)]))
        assert store.chunks_done("r1") == {0, 1}
        assert store.unfinished_run("tea").run_id == "r1"
        assert [each.decision_id for each in store.decisions("r1")] == ["d1", "d2", "d3"]
        assert store.decision("d1") == decided(1, penny)
        assert store.decision("d5") is None
        assert store.person_decisions(grace) == [decided(3, grace), decided(2, grace)]
        assert store.snapshot(penny, b"digest") == b"facts" * 100
        assert store.snapshot(penny, b"new") is None
        assert store.snapshot(grace, b"digest") is None
        assert refused(lambda: store.finish_run("r0", b"", 9))
        store.finish_run("r1", b"s", 9)
        store.finish_run("r1", b"other", 10)
        last = store.latest_run("tea")
        assert (last.run_id, last.kind, last.header, last.finished_at, last.summary) == ("r1", "watch", b"h", 9, b"s")
        store.begin_run("r2", "watch", "tea", b"h", 7)
        assert (store.latest_run("tea").run_id, store.unfinished_run("tea").run_id) == ("r1", "r2")
        store.finish_run("r2", b"", 11)
        assert (store.latest_run("tea").run_id, store.unfinished_run("tea")) == ("r2", None)
        assert ([run.run_id for run in store.runs("tea")], store.runs("coffee")) == (["r2", "r1"], [])
        assert (store.counts().runs, store.counts().decisions, store.counts().snapshots) == (2, 3, 1)


def check_artefacts_and_sources(make_store: MakeStore) -> None:
    """Artefacts are found by their bytes; sources and files are remembered, and an older word changes nothing."""
    with closing(make_store("artefacts")) as store:
        digests = [store.keep_artefact("policy", body) for body in (b"one", b"two", b"one")]
        assert digests[0] == digests[2] != digests[1]
        assert [store.artefact(digest) for digest in digests] == [b"one", b"two", b"one"]
        assert store.artefact(b"?" * 32) is None
        assert store.counts().artefacts == 2
        for as_of, at, note in ((10, 20, "first"), (15, 30, "newer"), (5, 40, "older")):
            store.hear("mail", as_of, at, note)
        store.hear("tills", 1, 2)
        heard = store.heard()
        assert [(name, each.as_of, each.at, each.note) for name, each in heard.items()] == [
            ("mail", 15, 30, "newer"),
            ("tills", 1, 2, ""),
        ]
        files = [ImportedFile(b"a", "orders.csv", b"\x01", 5), ImportedFile(b"b", "\udcff\0.csv", b"\x02", 4)]
        for file in (*files, ImportedFile(b"a", "again.csv", b"", 9)):
            store.note_import(file)
        assert store.imports() == files[::-1]
        assert (store.imported(b"a"), store.imported(b"c")) == (files[0], None)


def published(number: int, policy: str, texts: bytes, kind: str = "publish") -> Publication:
    """A publication of these texts."""
    return Publication(number, kind, policy, "norm/shop 1", "Grace", 100 + number, "why\0é", sha256(texts).digest())  # type: ignore[arg-type]


def check_publications(make_store: MakeStore) -> None:
    """A policy is put into force whole and one after the other; nobody reserves under one that is not in force."""
    with closing(make_store("publications")) as store:
        assert (store.active(), store.publications()) == (None, [])
        one, two, back = published(1, "aa", b"one"), published(2, "bb", b"two"), published(3, "aa", b"one", "rollback")
        assert refused(lambda: store.publish(two, b"two")), "a number was left out"
        assert (store.active(), store.artefact(two.texts)) == (None, None), "a refused one leaves nothing behind"
        store.publish(one, b"one")
        with closing(make_store("publications")) as other:
            assert other.active() == one
            other.publish(two, b"two")
        assert refused(lambda: store.publish(published(2, "cc", b"three"), b"three")), "another one came first"
        assert store.active() == two
        (penny,) = store.resolve([("customer", "penny")])
        assert refused(lambda: store.reserve(penny, message(5, "old"), [LIVE], 1))
        assert store.contacts(penny, 0) == []
        assert store.reserve(penny, message(5, "new"), [LIVE], 2)
        assert store.reserve(penny, message(6, "any"), [LIVE])
        store.publish(back, b"one")
        assert store.publications() == [one, two, back]
        assert (store.active(), store.artefact(one.texts)) == (back, b"one")


def check_reopening(make_store: MakeStore) -> None:
    """What was acknowledged is there after closing, under the same keys."""
    with closing(make_store("reopened")) as store:
        now = time.time_ns() // 1_000
        store.append([line(1), line(2)], now)
        penny = store.find("customer", "17850")
        before = store.tail(penny)
    with closing(make_store("reopened")) as store:
        assert store.damage() == ""
        assert store.append([line(2), line(3)], now) == Appended(1, 1, 0, 0)
        assert store.find("customer", "17850") == penny
        assert store.tail(penny)[:2] == before
        positions = [row.last_pos for row in store.read_documents(1)]
        assert all(one < other for one, other in pairwise([0, *positions]))


CHECKS: tuple[Callable[[MakeStore], None], ...] = (
    check_exactly_once, check_people, check_documents, check_permissions, check_contacts, check_caps,
    check_runs, check_artefacts_and_sources, check_publications,
    check_reopening, *CHECKS_OF_THE_DOOR, *CHECKS_OF_MANY, *IDENTITY_CHECKS,
)  # fmt: skip


def check_store(make_store: MakeStore) -> None:
    """Run every check; the first that does not hold raises `AssertionError`. Stores of many names are made."""
    for check in CHECKS:
        check(make_store)
