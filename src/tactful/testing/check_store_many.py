"""What a store must do when many speak to it at once; part of `check_store`."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from random import Random
from typing import Any

from tactful.model.arrivals import Arrival
from tactful.model.kept import Appended, Document
from tactful.model.records import DAY, Cap, NewEvent
from tactful.testing.store_rows import MakeStore, line, message, together

KEY = 16


def check_caps_under_a_rush(make_store: MakeStore) -> None:
    """Many who reserve for the same person at once get exactly as many places as there are."""
    with closing(make_store("rush")) as store:
        (penny,) = store.resolve([("customer", "penny")])
    got: list[str] = []

    def rush(mark: str) -> Callable[[Any], None]:
        def task(store: Any) -> None:
            for number in range(10):
                contact = message(DAY + number, f"{mark}{number}")
                if store.reserve(penny, contact, [Cap(7, DAY)]):
                    got.append(contact.decision)

        return task

    together(make_store, "rush", [rush(mark) for mark in "abcd"])
    with closing(make_store("rush")) as store:
        kept = [each.decision for each in store.contacts(penny, 0)]
    assert len(kept) == 7
    assert sorted(kept) == sorted(got)


def check_two_writers(make_store: MakeStore) -> None:
    """Overlapping batches from many at once lose nothing, double nothing, and make each person once."""
    results: list[Appended] = []

    def append(start: int) -> Callable[[Any], None]:
        def task(store: Any) -> None:
            for first in range(start, start + 200, 20):
                batch = [line(number % 400, str(number % 7)) for number in range(first, first + 40)]
                results.append(store.append(batch, first))

        return task

    together(make_store, "writers", [append(start) for start in (0, 100, 200)])
    with closing(make_store("writers")) as store:
        counts = store.counts()
        added = sum(each.added for each in results)
        assert counts.events == added == len({n % 400 for n in range(420)})
        assert counts.persons == sum(each.persons_created for each in results) == 7
        assert sum(len(row.tail) for row in store.read_documents(1)) == added


def check_acknowledged_once(make_store: MakeStore) -> None:
    """Calls that come again, in batches that overlap in any order, are kept once."""
    calls = [
        Arrival("web", b"%d" % n, (NewEvent("web", b"%d" % n, "seen", ("customer", str(n % 5)), n, b"%d" % n),))
        for n in range(120)
    ]
    fresh: list[tuple[bool, ...]] = []

    def send(seed: int) -> Callable[[Any], None]:
        def task(store: Any) -> None:
            chance = Random(seed)
            for _ in range(12):
                batch = chance.sample(calls, 40)
                fresh.append(store.take_in(batch, DAY).fresh)
            fresh.append(store.take_in(chance.sample(calls, len(calls)), DAY).fresh)

        return task

    together(make_store, "acknowledged", [send(seed) for seed in range(4)])
    with closing(make_store("acknowledged")) as store:
        kept = sorted(event.body for row in store.read_documents(1) for event in row.tail)
        assert kept == sorted(call.message_id for call in calls)
        assert sum(map(sum, fresh)) == len(calls), "each call was new to exactly one who sent it"
        assert store.counts().persons == 5


def check_midnight(make_store: MakeStore) -> None:
    """What comes again after midnight, in another month, is known."""
    with closing(make_store("midnight")) as store:
        call = Arrival("web", b"m", (NewEvent("web", b"m", "seen", ("customer", "penny"), 5, b"m"),))
        assert store.take_in([call], 40 * DAY - 1).fresh == (True,)
        for later in (40 * DAY, 75 * DAY, 400 * DAY):
            again = store.take_in([call], later)
            assert (again.fresh, again.appended) == ((False,), Appended(0, 1))
        assert store.append([call.events[0]], 900 * DAY) == Appended(0, 1)
        assert store.counts().events == 1


def fold_all(store: Any, name: str) -> int:
    """Fold what is behind, as a server does: a document is the keys that it holds. How many people were folded."""
    behind = store.behind(name, 25)
    for person in behind.people:
        row = store.document(person, 3)
        held = row.doc or b""
        keys = {held[at : at + KEY] for at in range(0, len(held), KEY)} | {event.key for event in row.tail}
        store.save_documents([Document(person, 3, row.last_pos, b"".join(sorted(keys)))])
    store.followed(name, behind.upto)
    return len(behind.people)


def check_followers(make_store: MakeStore) -> None:
    """Whoever follows the events while many write them sees all; every document is what folding all gives."""
    done: list[int] = []

    def write(mark: int) -> Callable[[Any], None]:
        def task(store: Any) -> None:
            for turn in range(15):
                batch = [line(mark * 10_000 + turn * 10 + n, str((turn + n) % 9)) for n in range(10)]
                store.append(batch, DAY)
            done.append(mark)

        return task

    def follow(store: Any) -> None:
        while len(done) < 3:
            fold_all(store, "folder")

    together(make_store, "followed", [follow, *(write(mark) for mark in range(3))])
    with closing(make_store("followed")) as store:
        while fold_all(store, "folder"):
            pass
        assert store.behind("folder", 10).people == ()
        for row in store.read_documents(3):
            assert row.tail == (), "nothing is left to fold"
            assert row.doc == b"".join(sorted(event.key for event in store.tail(row.person_id)))
        assert len(store.behind("another", 1_000).people) == 9, "each follower has a place of its own"
        check_news(store)
        store.followed("folder", 0)
        assert store.behind("folder", 10).people == (), "a follower never goes back"


def check_news(store: Any) -> None:
    """The events themselves, by person, with what tells whether she is still made up of whom she was."""
    assert not store.news("another", 450).whole, "there are so many"
    news = store.news("another", 451)
    assert news.upto == store.behind("another", 1_000).upto
    for row in store.read_documents(3):
        stamp, events = news.tails.pop(row.person_id)
        assert sorted(event.key for event in events) == sorted(event.key for event in store.tail(row.person_id))
        assert stamp == row.stamp
    assert news.tails == {}, "of nobody else"
    store.followed("another", news.upto)
    assert store.news("another", 10).tails == {}, "each once, while nobody writes"


CHECKS_OF_MANY: tuple[Callable[[MakeStore], None], ...] = (
    check_caps_under_a_rush, check_two_writers, check_acknowledged_once, check_midnight, check_followers,
)  # fmt: skip
