"""What every store must do with what comes in at the door, and with what its time has run out for.

A part of `check_store`, which explains `make_store`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from hashlib import sha256
from threading import Thread
from typing import Any

import msgspec

from tactful.model.arrivals import Arrival, Identifier, Key, SetAside
from tactful.model.kept import Article, DecisionRow, Document, Snapshot
from tactful.model.problems import StoreProblem
from tactful.model.records import DAY, NewEvent, Permission

MakeStore = Callable[[str], Any]
PENNY = ("customer", "penny")
TABLET = ("anonymous", "tablet")
NO = Permission("advertise", "*", "*", "refused", "none", "plainly", 5, 6, "web")


def call(
    number: int,
    person: Identifier | None = PENNY,
    body: bytes = b"one",
    events: int = 1,
    permissions: Sequence[Permission] = (),
    left_out: Sequence[str] = (),
    may_join: bool = True,
) -> Arrival:
    """A call with a number of events; its number is its message id and its time."""
    mark = b"%d" % number
    told = tuple(
        NewEvent("web", mark + b"/%d" % n, "page_viewed", person, number, body, "shop-page") for n in range(events)
    )
    names = () if person is None else (person,)
    return Arrival("web", mark, told, names, names, tuple(permissions), tuple(left_out), may_join)


def check_calls_once(make_store: MakeStore) -> None:
    """A call is kept once, whole: its events, what she said with it, and the count of what was not kept."""
    with closing(make_store("calls")) as store:
        first = [call(1, events=2, permissions=[NO], left_out=["trait a", "trait a"]), call(2, ("customer", "grace"))]
        taken = store.take_in(first, 50)
        assert (taken.appended.added, taken.appended.persons_created, taken.fresh) == (3, 2, (True, True))
        assert taken.permissions == 1
        again = [call(1, events=2, body=b"two", permissions=[granted()], left_out=["trait b"]), call(3)]
        taken = store.take_in([*again, call(3)], 60)
        assert taken.fresh == (False, True, False)
        assert (taken.appended.added, taken.appended.repeated, taken.appended.differing) == (1, 3, 2)
        assert store.permissions(store.find(*PENNY)) == (NO,), "what comes with a repeated call is not kept"
        assert store.left_out(0) == [("web", "trait a", 2)]
        tail = store.tail(store.find(*PENNY))
        assert [(each.occurred_at, each.body, each.point) for each in tail] == [
            (1, b"one", "shop-page"), (1, b"one", "shop-page"), (3, b"one", "shop-page"),
        ]  # fmt: skip


def granted() -> Permission:
    return Permission("market", "email", "*", "given", "consent", "plainly", 5, 6, "web")


def check_calls_without_events(make_store: MakeStore) -> None:
    """A call of which no event is kept is known when it comes again, also across midnight and after reopening."""
    nothing = call(1, events=0, permissions=[NO], left_out=["event: not collected here"])
    with closing(make_store("refused-calls")) as store:
        assert store.take_in([nothing, nothing], DAY - 1).fresh == (True, False)
    with closing(make_store("refused-calls")) as store:
        assert store.take_in([nothing], DAY + 1).fresh == (False,)
        assert store.left_out(0) == [("web", "event: not collected here", 1)]
        assert store.left_out(DAY) == []
        assert store.counts().events == 0
        assert store.permissions(store.find(*PENNY)) == (NO,)


def check_public_calls(make_store: MakeStore) -> None:
    """What a key that anybody can read says against us is hers, also before she is known; others whom it names are only
    found."""
    with closing(make_store("public-calls")) as store:
        claimed = call(1, permissions=[NO], may_join=False)
        claimed = msgspec.structs.replace(claimed, subjects=(PENNY, ("email", "penny@shop.example")))
        taken = store.take_in([claimed, call(2, TABLET, may_join=False)], 9)
        assert (taken.appended.added, taken.appended.persons_created) == (2, 2)
        assert store.permissions(store.find(*PENNY)) == (NO,)
        assert [each.occurred_at for each in store.tail(store.find(*PENNY))] == [1]
        assert store.find("email", "penny@shop.example") is None
        assert store.find(*TABLET) is not None


def check_whose_a_yes_is(make_store: MakeStore) -> None:
    """A yes is hers alone who speaks, and only the first time that it comes; a no is everybody's, whenever it comes."""
    grace = ("customer", "grace")
    with closing(make_store("whose-yes")) as store:
        store.take_in([call(1, permissions=[NO])], 9)
        penny = store.find(*PENNY)
        both = msgspec.structs.replace(call(2, grace, permissions=[granted(), NO]), subjects=(grace, PENNY))
        store.take_in([both], 10)
        assert store.permissions(penny) == (NO,), "another's yes is not hers"
        assert set(store.permissions(store.find(*grace))) == {granted(), NO}
        later = msgspec.structs.replace(NO, occurred_at=20, received_at=21)
        yes = msgspec.structs.replace(granted(), occurred_at=30, received_at=31)
        again = store.take_in([call(1, permissions=[later, yes])], 40)
        assert (again.fresh, again.permissions) == ((False,), 1)
        assert store.permissions(penny) == (NO, later), "a no in a repeated call is kept, a yes is not"
        withheld = msgspec.structs.replace(call(3, None, permissions=[yes]), names=(), subjects=(PENNY,))
        assert store.take_in([withheld], 41).permissions == 0


def check_a_dialogue_that_repeats(make_store: MakeStore) -> None:
    """The last answer of a dialogue told again does not reopen what she ended elsewhere; another answer does."""

    def answer(at: int, chosen: bool) -> Permission:
        state, proof = (
            ("given", "Marketing chosen at site, news.md") if chosen else ("refused", "Marketing refused at site")
        )
        return Permission("market", "email", "*", state, "consent", "plainly", at, at, "web", proof)

    ended = Permission("market", "email", "*", "withdrawn", "none", "not_asked", 20, 20, "web", "she ended it there")
    with closing(make_store("dialogue")) as store:
        said = [answer(10, True), ended, answer(30, True), answer(40, True), answer(50, False), answer(60, True)]
        kept = []
        for number, each in enumerate(said):
            kept.append(store.take_in([call(number, permissions=[each])], each.received_at).permissions)
        assert kept == [1, 1, 0, 0, 1, 1]
        assert store.permissions(store.find(*PENNY)) == (said[0], ended, said[4], said[5])


def check_calls_at_once(make_store: MakeStore) -> None:
    """Overlapping batches from many at once: every call is kept once and new to exactly one of them."""
    with closing(make_store("rush-of-calls")) as store:
        store.counts()
    fresh: list[int] = []

    def send(start: int) -> None:
        with closing(make_store("rush-of-calls")) as store:
            for first in range(start, start + 60, 10):
                numbers = [number % 80 for number in range(first, first + 20)]
                numbers = numbers if start % 2 else numbers[::-1]
                batch = [call(number, ("customer", str(number % 5)), left_out=["x"]) for number in numbers]
                fresh.append(sum(store.take_in(batch, first).fresh))

    threads = [Thread(target=send, args=(start,)) for start in (0, 21, 40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with closing(make_store("rush-of-calls")) as store:
        assert store.counts().events == sum(fresh) == 80
        assert store.counts().persons == 5
        assert store.left_out(0) == [("web", "x", 80)]


def check_keys(make_store: MakeStore) -> None:
    """Keys never change; a revoked one says when, once."""
    with closing(make_store("keys")) as store:
        one = Key("a1", b"\0digest", "web", "shop-page", ("ingest",), True, ("https://shop.example",), 5, 50, 0, "é\0")
        two = Key("b2", b"digest", "orders", "checkout", ("ingest", "read"), False, (), 4, 50)
        store.add_key(one)
        store.add_key(two)
        try:
            store.add_key(two)
        except StoreProblem:
            pass
        else:
            raise AssertionError("a key of an id that is taken was added")
        assert store.keys() == [two, one]
        assert (store.key("a1"), store.key("a2")) == (one, None)
        assert (store.revoke_key("a1", 9), store.revoke_key("a1", 10), store.revoke_key("no", 9)) == (
            True,
            False,
            False,
        )
        assert store.key("a1").revoked_at == 9


def check_set_aside(make_store: MakeStore) -> None:
    """What could not be taken is kept once, as of the last time that it came, newest first, for a time."""
    with closing(make_store("aside")) as store:
        rows = [SetAside("web", 5, "why\0", b"{"), SetAside("web", 6, "other", b"["), SetAside("app", 7, "why", b"{")]
        assert store.set_aside(rows) == 3
        assert store.set_aside([SetAside("web", 1, "why", b"{")]) == 0
        assert store.aside() == rows[::-1]
        assert store.aside("web", 1) == [rows[1]]
        assert store.set_aside([SetAside("web", 8, "why", b"{"), SetAside("web", 7, "why", b"{")]) == 0
        assert store.aside("web") == [SetAside("web", 8, "why\0", b"{"), rows[1]]
        assert store.set_aside([SetAside("web", 9, "long", b"x" * 100_000)]) == 1
        assert len(store.aside("web", 1)[0].body) == 32_768
        assert (store.forget_aside(8), len(store.aside())) == (2, 2)


def check_forgetting(make_store: MakeStore) -> None:
    """What fate says is deleted or shortened, its people are folded anew, and nothing of it comes back."""

    def fate(kind: str, at: int, body: bytes) -> bytes | None:
        return None if at < 10 else b"short" if at < 20 else body

    with closing(make_store("forgetting")) as store:
        (grace,) = store.resolve([("customer", "grace")])
        calls = [call(number, ("customer", "grace") if number == 30 else PENNY) for number in (5, 15, 25, 30, 6)]
        store.take_in([*calls, call(7, None)], 50)
        penny = store.find(*PENNY)
        store.save_documents([Document(row.person_id, 1, row.last_pos, b"d") for row in store.read_documents(1)])
        steps = [store.forget_events(0, 4, fate)]
        while steps[-1].looked_at:
            steps.append(store.forget_events(steps[-1].last_pos, 4, fate))
        assert sum(step.looked_at for step in steps) == 6
        assert sum(step.deleted.get("page_viewed", 0) for step in steps) == 3
        assert sum(step.trimmed.get("page_viewed", 0) for step in steps) == 1
        assert frozenset().union(*(step.people for step in steps)) == {penny}
        assert [(each.occurred_at, each.body) for each in store.tail(penny)] == [(15, b"short"), (25, b"one")]
        assert store.document(penny, 1).doc is None, "a document that knows more than the events is gone"
        assert store.document(grace, 1).doc == b"d"
        assert store.take_in(calls, 60).appended.added == 0
        store.tidy()


def check_forgetting_inputs(make_store: MakeStore) -> None:
    """Facts documents go with the last decision that read them and is young enough."""
    with closing(make_store("old-inputs")) as store:
        (penny,) = store.resolve([PENNY])
        store.begin_run("r", "watch", "tea", b"", 1)
        rows = [DecisionRow(f"d{at}", penny, at, digest(at), b"", b"") for at in (1, 2, 30)]
        rows.append(DecisionRow("again", penny, 31, digest(2), b"", b""))
        store.record_decisions("r", 0, rows, [Snapshot(penny, digest(at), b"facts %d" % at) for at in (1, 2, 30)])
        assert store.forget_inputs(20, 100) == 1
        assert [store.snapshot(penny, digest(at)) for at in (1, 2, 30)] == [None, b"facts 2", b"facts 30"]
        assert (store.forget_inputs(40, 1), store.forget_inputs(40, 1), store.forget_inputs(40, 1)) == (1, 1, 0)


def check_what_is_sold(make_store: MakeStore) -> None:
    """The later sale of a product gives its name and price, the earliest its first day, in whatever order they come."""
    told = [
        Article("20725", "LUNCH BAG", 1650, 20, 20, 3, True),
        Article("20725", "LUNCH BAG RED", 1950, 30, 40, 1, True),
        Article("20725", "BAG", 100, 5, 10, 1, True),
        Article("post", "POSTAGE", 400, 7, 7, 1, True),
        Article("post", "POSTAGE", 400, 7, 7, 1, False),
    ]
    whole = [Article("20725", "LUNCH BAG RED", 1950, 5, 40, 3, True), Article("post", "POSTAGE", 400, 7, 7, 1, False)]
    for name, rows in (("sold", told), ("sold-backwards", told[::-1])):
        with closing(make_store(name)) as store:
            assert store.articles() == []
            store.sold([])
            for each in rows:
                store.sold([each])
            store.sold(rows[:1])
            assert store.articles() == whole


def digest(number: int) -> bytes:
    return sha256(b"%d" % number).digest()


CHECKS_OF_THE_DOOR: tuple[Callable[[MakeStore], None], ...] = (
    check_calls_once, check_calls_without_events, check_public_calls, check_whose_a_yes_is,
    check_a_dialogue_that_repeats, check_calls_at_once, check_keys, check_set_aside,
    check_forgetting, check_forgetting_inputs, check_what_is_sold,
)  # fmt: skip
