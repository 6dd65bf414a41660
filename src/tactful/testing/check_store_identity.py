"""What every store must do when people are joined, merged and parted: checks of the kit, run by `check_store`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from threading import Barrier, Thread
from typing import Any

from tactful.model.arrivals import Doubt, Identifier, Joined
from tactful.model.kept import Document, PersonRow
from tactful.model.problems import StoreProblem
from tactful.model.records import DAY, HOUR, Cap, Contact, NewEvent, Permission
from tactful.model.said import Conflict
from tactful.profile.identity import load_identity

MakeStore = Callable[[str], Any]
RULES = load_identity(
    """identity: 1
kinds:
  customer: {is: unique, priority: 1, per_person: 1}
  email: {is: unique, priority: 2, per_person: 2}
  anonymous: {is: unique, priority: 3, per_person: any, alone: true}
  address: {is: shared}
""",
    "the kit",
)
PENNY, GRACE = ("customer", "penny"), ("customer", "grace")
MAIL, TABLET, STREET = ("email", "p@shop.example"), ("anonymous", "tablet"), ("address", "1 Elm Street")
WHY = "identify from web"


def seen(number: int, person: Identifier) -> NewEvent:
    """An event of somebody; its number is its message id and its time."""
    return NewEvent("web", str(number).encode(), "page.viewed", person, number, b"one")


def said(state: str, at: int, source: str = "form", channel: str = "email") -> Permission:
    """What somebody said of marketing, heard when it was said."""
    return Permission("market", channel, "*", state, "consent", "plainly", at, at, source)


def message(at: int, decision: str) -> Contact:
    """A marketing mail."""
    return Contact("email", "market", at, decision)


def refused(what: Callable[[], object]) -> bool:
    """Whether the store says `StoreProblem`."""
    try:
        what()
    except StoreProblem:
        return True
    return False


def two(store: Any) -> tuple[int, int]:
    """Penny and Grace, as the people they were made as."""
    penny, grace = store.owners([PENNY, GRACE])
    return penny, grace


def check_joining(make_store: MakeStore) -> None:
    """What one call names is bound or merged as the rules say, once; a shared identifier joins nobody."""
    with closing(make_store("joining")) as store:
        store.append([seen(1, PENNY), seen(2, TABLET)], 5)
        first = store.join((PENNY, MAIL, TABLET, STREET), RULES, 10, WHY)
        assert first == Joined(bound=1, merged=1), first
        assert store.join((PENNY, MAIL, TABLET, STREET), RULES, 11, WHY) == Joined()
        with closing(make_store("joining")) as other:
            assert other.join((PENNY, MAIL, TABLET, STREET), RULES, 11, WHY) == Joined(), (
                "another process joins no more"
            )
        penny = store.find(*PENNY)
        assert penny == store.find(*MAIL) == store.find(*TABLET) == store.resolve([TABLET])[0]
        assert store.owners([TABLET])[0] != penny, "an event is kept under the person it was made for"
        assert [each.occurred_at for each in store.tail(penny)] == [1, 2]
        (merge,) = store.merges(penny)
        assert (merge.winner, merge.how, merge.evidence, merge.undone_at) == (penny, "rule", WHY, 0)
        assert store.merges() == store.merges(merge.loser) == [merge]
        assert sorted(store.identifiers(penny)) == sorted([PENNY, MAIL, TABLET])
        assert store.person_label(penny) == store.person_label(merge.loser) == "penny"
        assert store.today(merge.loser) == penny
        assert store.members(merge.loser) == sorted([penny, merge.loser])
        both = store.join((PENNY, GRACE, MAIL), RULES, 12, WHY)
        assert both == Joined(doubts=1)
        assert store.find(*GRACE) is None, "nobody is made of a doubt"
        store.append([seen(3, GRACE)], 13)
        assert store.join((GRACE, MAIL), RULES, 14, WHY) == Joined(doubts=1), "two customers are two"
        assert store.join((GRACE, STREET), RULES, 15, WHY) == Joined()
        assert store.find(*GRACE) not in (None, penny)


def check_family_tablet(make_store: MakeStore) -> None:
    """One device with a second known person on it joins nobody any more; nobody keeps what only the device did."""
    with closing(make_store("tablet")) as store:
        store.append([seen(1, TABLET), seen(2, PENNY), seen(3, GRACE)], 5)
        assert store.join((PENNY, TABLET), RULES, 10, WHY) == Joined(merged=1)
        assert [each.occurred_at for each in store.tail(store.find(*PENNY))] == [1, 2]
        assert store.join((GRACE, TABLET), RULES, 20, WHY) == Joined(parted=1, doubts=1)
        tablet = store.find(*TABLET)
        times = [[each.occurred_at for each in store.tail(store.find(*who))] for who in (TABLET, PENNY, GRACE)]
        assert times == [[1], [2], [3]], "the tablet's own history is nobody's"
        assert store.members(tablet) == [tablet]
        rows = [((who, TABLET), WHY) for who in (PENNY, GRACE, PENNY)]
        assert store.join_many(rows, RULES, 30) == Joined()
        (review,) = store.reviews()
        assert (review.kind, sorted(review.people)) == (
            "shared_device",
            sorted([store.find(*PENNY), store.find(*GRACE)]),
        )
        (merge,) = store.merges()
        assert merge.undone_at == 20
        assert merge.undone_why


def check_most_restrictive(make_store: MakeStore) -> None:
    """Of people who are one the strictest counts, whatever is newer; what they say from then on is said by both."""
    with closing(make_store("restrictive")) as store:
        penny, grace = two(store)
        no, yes, text = said("withdrawn", 10), said("given", 20, "shop"), said("given", 5, channel="sms")
        store.record_permissions([(penny, no), (grace, yes), (penny, text)])
        number = store.merge(penny, grace, 30, "staff", "one address")
        hers = store.permissions(grace)
        assert set(hers) == {no, text}, "a newer yes is no yes"
        assert hers == store.permissions(penny) == store.logged_permissions(grace)
        assert store.conflicts(penny) == [Conflict(yes, no)]
        assert dict(store.read_permissions()) == {store.find(*PENNY): hers}
        stop = said("withdrawn", 40, "call", "sms")
        assert store.record_permissions([(grace, stop)]) == 1
        store.unmerge(number, 50, "two after all")
        assert set(store.permissions(penny)) == {no, text, stop}, "a no of that time stays with both"
        assert set(store.permissions(grace)) == {yes, stop}
        assert store.logged_permissions(penny) == store.permissions(penny)
        again = store.merge(grace, penny, 60, "staff", "one address")
        answer = said("given", 70, "her page")
        store.record_permissions([(penny, answer)])
        assert answer in store.permissions(grace)
        assert store.conflicts(grace) == [], "she was asked"
        store.unmerge(again, 80, "two after all")
        assert answer in store.permissions(penny)
        assert answer not in store.permissions(grace), "a yes is of who said it"
        assert store.counts().permissions == 5


def check_unmerge(make_store: MakeStore) -> None:
    """Parting gives both back as they were, with every contact of that time left to both; nobody is joined again."""
    with closing(make_store("unmerge")) as store:
        penny, grace = two(store)
        store.append([seen(1, PENNY), seen(2, GRACE)], 5)
        store.record_contacts([(penny, message(1, "p")), (grace, message(2, "g"))])
        assert store.counts().persons == 2
        number = store.merge(penny, grace, 10, "staff", "one address")
        assert store.counts().persons == 1
        assert store.merge(grace, penny, 10, "staff", "again") == 0
        assert store.find(*PENNY) == store.find(*GRACE) == grace
        store.append([seen(3, PENNY)], 15)
        store.record_contacts([(grace, message(4, "both"))])
        assert [each.decision for each in store.contacts(penny, 0)] == ["p", "g", "both"]
        assert store.unmerge(number, 20, "two after all") == (penny, grace)
        assert refused(lambda: store.unmerge(number, 21, "again"))
        assert refused(lambda: store.unmerge(99, 21, "none"))
        assert [[each.occurred_at for each in store.tail(who)] for who in (penny, grace)] == [[1, 3], [2]]
        ledgers = [[each.decision for each in store.contacts(who, 0)] for who in (penny, grace)]
        assert ledgers == [["p", "both"], ["g", "both"]], "what reached them then reached both"
        assert dict(store.read_contacts(0)) == {who: store.contacts(who, 0) for who in (penny, grace)}
        assert [row.person_id for row in store.read_documents(1)] == sorted([penny, grace])
        assert store.counts().contacts == 3
        store.merge(penny, grace, 30, "staff", "after all")
        assert [each.decision for each in store.contacts(penny, 0)] == ["p", "g", "both"], "nothing is counted twice"
        assert [each.undone_at for each in store.merges(grace)] == [20, 0]


def held(row: PersonRow) -> tuple[object, ...]:
    """A row but for how far it is known to have come, which grows whenever somebody writes."""
    return row.person_id, row.doc, row.upto_pos, row.tail, row.stamp


def check_stale_documents(make_store: MakeStore) -> None:
    """A document that was read before somebody was merged or parted is never kept after it."""
    with closing(make_store("stale")) as store:
        penny, grace = two(store)
        store.append([seen(1, PENNY), seen(2, GRACE)], 5)
        before = store.document(grace, 1)
        store.save_documents([Document(grace, 1, before.last_pos, b"kept", before.stamp)])
        number = store.merge(penny, grace, 10, "staff", "one address")
        merged = store.document(penny, 1)
        assert (merged.person_id, merged.doc, len(merged.tail)) == (grace, None, 2)
        store.save_documents([Document(grace, 1, before.last_pos, b"old", before.stamp)])
        assert held(store.document(grace, 1)) == held(merged), "it is about half of her"
        assert list(map(held, store.documents([penny, grace], 1))) == [held(merged)], "she is there twice"
        store.save_documents([Document(grace, 1, merged.last_pos, b"both", merged.stamp)])
        assert (store.document(penny, 1).doc, store.document(penny, 1).tail) == (b"both", ())
        assert list(store.read_documents(1)) == [store.document(grace, 1)]
        store.unmerge(number, 20, "two after all")
        store.save_documents([Document(grace, 1, merged.last_pos, b"both", merged.stamp)])
        assert store.document(grace, 1).doc is None
        assert [len(row.tail) for row in store.read_documents(1)] == [1, 1]


def check_caps_of_merged(make_store: MakeStore) -> None:
    """The joint ledger keeps the caps: what was reserved and is too many is given back, newest first."""
    caps = [Cap(2, 7 * DAY)]
    with closing(make_store("joint")) as store:
        penny, grace = two(store)
        now = 100 * DAY
        for who, at, name in ((penny, now - 5 * DAY, "old"), (grace, now, "g1"), (penny, now + HOUR, "p1")):
            assert store.reserve(who, message(at, name), caps)
        store.record_contacts([(grace, message(now - 4 * DAY, "sent"))])
        number = store.merge(penny, grace, now + 2 * HOUR, "staff", "one address")
        assert [each.decision for each in store.contacts(penny, 0)] == ["old", "sent"], "the newest are given back"
        assert not store.reserve(penny, message(now + 3 * HOUR, "p2"), caps)
        assert store.reserve(grace, message(now - 5 * DAY, "old"), caps), "a decision has its place once"
        later = message(now + 9 * DAY, "later")
        assert store.reserve(grace, later, caps)
        store.unmerge(number, now + 9 * DAY, "two after all")
        assert all(later in store.contacts(who, 0) for who in (penny, grace))
        assert [len(store.contacts(who, 0)) for who in (penny, grace)] == [2, 2], "what was given back stays so"


def check_reviews(make_store: MakeStore) -> None:
    """A doubt is left once and settled once; people who were found to be two are never joined by a rule."""
    with closing(make_store("reviews")) as store:
        penny, mail = store.owners([PENNY, MAIL])
        doubt = Doubt("cluster", (mail, penny), "A list has them as one.")
        assert [store.doubt(doubt, at) for at in (5, 6)] == [True, False]
        (review,) = store.reviews()
        assert (review.kind, set(review.people), review.reason, review.at) == (
            "cluster",
            {mail, penny},
            doubt.reason,
            5,
        )
        store.settle(review.review_id, "different", 10, "Ana asked her")
        assert store.reviews() == []
        assert store.reviews(open_only=False)[0].answer == "different: Ana asked her"
        assert refused(lambda: store.settle(review.review_id, "same", 11))
        assert refused(lambda: store.settle(99, "same", 1))
        assert store.join((PENNY, MAIL), RULES, 20, WHY) == Joined(doubts=1)
        assert store.find(*PENNY) != store.find(*MAIL)
        crowd = store.owners([("customer", str(number)) for number in range(13)])
        for person in crowd[1:12]:
            assert store.merge(person, crowd[0], 30, "list", "one list")
        assert refused(lambda: store.merge(crowd[12], crowd[0], 30, "list", "one list")), "more than twelve is nobody"


def check_joining_at_once(make_store: MakeStore) -> None:
    """Many who join the same names at once do it once."""
    done: list[Joined] = []
    barrier = Barrier(3)
    failures: list[BaseException] = []

    def work() -> None:
        try:
            with closing(make_store("at-once")) as store:
                barrier.wait(30)
                for number in range(8):
                    names: Sequence[Identifier] = (("customer", str(number)), ("anonymous", f"a{number}"))
                    done.append(store.join(names, RULES, 5, WHY))
        except BaseException as failure:
            barrier.abort()
            failures.append(failure)

    with closing(make_store("at-once")) as store:
        store.append([seen(number, ("anonymous", f"a{number}")) for number in range(8)], 5)
    threads = [Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    assert sum(each.merged for each in done) == 8
    with closing(make_store("at-once")) as store:
        assert store.counts().persons == len(store.merges()) == 8


IDENTITY_CHECKS: tuple[Callable[[MakeStore], None], ...] = (
    check_joining, check_family_tablet, check_most_restrictive, check_unmerge, check_stale_documents,
    check_caps_of_merged, check_reviews, check_joining_at_once,
)  # fmt: skip
