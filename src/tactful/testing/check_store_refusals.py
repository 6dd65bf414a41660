"""What every store must do with a no of somebody whom it does not know: it finds her, by whatever door she comes.

A part of `check_store`, which explains `make_store`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Any

from tactful.model.arrivals import Arrival, Identifier
from tactful.model.records import NewEvent, Permission
from tactful.model.said import standing_end
from tactful.testing.check_store_identity import RULES
from tactful.testing.store_rows import MakeStore, together

MAIL, PHONE, PENNY = ("email", "penny@shop.example"), ("phone", "+442079460958"), ("customer", "penny")
NO = Permission("market", "email", "*", "withdrawn", "none", "not_asked", 10, 20, "web", "she ended it there")


def stop(number: int, *subjects: Identifier, no: Permission = NO) -> Arrival:
    """A call that says no and names only what may not be kept here."""
    return Arrival("web", b"no%d" % number, (), (), subjects, (no,), ("event x: not collected here",), False)


def seen(number: int, *names: Identifier, permissions: Sequence[Permission] = ()) -> Arrival:
    """A call of a server that may keep what it names."""
    event = NewEvent("shop", b"m%d" % number, "page_viewed", names[0], number, b"")
    return Arrival("shop", b"m%d" % number, (event,), names, names[:1], tuple(permissions))


def yes(at: int, heard: int = 0, channel: str = "email", category: str = "*") -> Permission:
    return Permission("market", channel, category, "given", "consent", "plainly", at, heard or at, "form", "p. 1")


def stands(store: Any, identifier: Identifier) -> bool:
    """Whether her no holds for somebody who is known by an identifier."""
    about = [each for each in store.permissions(store.find(*identifier)) if each.channel == "email"]
    return standing_end(about) is not None


def by_doors(store: Any) -> list[Callable[[Identifier], None]]:
    """Every way in which an identifier comes into a store."""
    return [
        lambda name: store.append([NewEvent("tills", name[1].encode(), "order.line", name, 5, b"")], 50),
        lambda name: store.resolve([name]),
        lambda name: store.owners([("customer", "x"), name]),
        lambda name: store.take_in([seen(7, name)], 50),
        lambda name: store.join([("customer", name[1]), name], RULES, 50, "a call"),
    ]  # fmt: skip


def check_a_no_finds_her(make_store: MakeStore) -> None:
    """By every door, in every form, from its own time on; nobody is made of it, and it is told once."""
    with closing(make_store("unknown-no")) as store:
        for number, take in enumerate(by_doors(store)):
            mail = ("email", f"penny{number}@shop.example")
            said = store.take_in([stop(number, mail), stop(number, mail)], 20)
            assert (said.permissions, said.appended.persons_created) == (1, 0), "the same no again is not new"
            assert store.find(*mail) is None, "nobody is made of an address that may not be kept"
            take(mail)
            (no,) = store.permissions(store.find(*mail))
            assert (no.state, no.channel, no.occurred_at, no.received_at) == ("withdrawn", "email", 10, 20)
            assert no.proof.startswith(NO.proof)
            assert no.proof != NO.proof, "it says that it was said before we knew her"
        assert store.take_in([stop(90, ("email", "penny0@shop.example"))], 60).permissions == 1
        others = store.owners([("email", "grace@shop.example"), ("phone", "+442079460000")])
        assert [store.permissions(person) for person in others] == [(), ()]


def check_every_form_of_a_no(make_store: MakeStore) -> None:
    """An address with a tag, at Gmail with dots, a number without its country: any form finds her, a likeness not."""
    forms = [
        (("email", "Penny+news@shop.example"), ("email", "penny@SHOP.example"), True),
        (("email", "grace@shop.example"), ("email", "grace+x@shop.example"), True),
        (("email", "p.enny@gmail.com"), ("email", "penny+a@googlemail.com"), True),
        (("email", "d.ora@shop.example"), ("email", "dora@shop.example"), False),
        (("email", "mia@bücher.example"), ("email", "mia@xn--bcher-kva.example"), True),
        (("phone", "+442079460958"), ("phone", "020 7946 0958"), True),
        (("phone", "0044 20 7946 0959"), ("phone", "+44 20 79460959"), True),
        (("phone", "+442079460957"), ("phone", "+442079460956"), False),
        (("email", "not an address"), ("email", "NOT an address "), True),
        (("phone", "12"), ("phone", "012"), False),
        (("email", "\ud800@\ud800.x"), ("email", "\ud800@\ud800.x"), True),
    ]
    with closing(make_store("forms-of-no")) as store:
        for number, (refused, named, hers) in enumerate(forms):
            store.take_in([stop(number, refused)], 20)
            (person,) = store.owners([named])
            assert bool(store.permissions(person)) is hers, (refused, named)
        (known,) = store.owners([("email", "lee@shop.example")])
        assert store.take_in([stop(99, ("email", "lee+shop@shop.example"))], 30).permissions == 1
        assert len(store.permissions(known)) == 1, "who is known already by another form hears it at once"


def check_only_her_yes_lifts_it(make_store: MakeStore) -> None:
    """Nobody else's, no narrower, no other channel's and no earlier one; hers does, and then it finds nobody more."""
    alias = ("email", "penny+1@shop.example")
    with closing(make_store("her-yes")) as store:
        store.take_in([stop(1, MAIL)], 20)
        (grace,) = store.owners([("customer", "grace")])
        store.record_permissions([(grace, yes(30))])
        (penny,) = store.owners([MAIL])
        not_enough = [yes(9, 30), yes(30, 19), yes(30, channel="sms"), yes(31, category="contact.email")]
        store.record_permissions([(penny, each) for each in not_enough])
        (other,) = store.owners([alias])
        assert len(store.permissions(other)) == 1, "it is there for whoever comes by a form of it"
        store.record_permissions([(other, yes(40))])
        assert not stands(store, alias)
        assert len(store.permissions(store.owners([("email", "penny+2@shop.example")])[0])) == 1, (
            "the address is not hers"
        )
        store.record_permissions([(penny, yes(40))])
        assert not stands(store, MAIL)
    with closing(make_store("her-yes")) as store:
        (last,) = store.owners([("email", "penny+3@shop.example")])
        assert store.permissions(last) == (), "her own yes undoes it"


def check_a_no_that_meets_somebody(make_store: MakeStore) -> None:
    """A yes of before does not lift it, as nobody knew whose no it was; a yes that is said with the address does."""
    with closing(make_store("meeting")) as store:
        store.take_in([stop(1, MAIL), stop(2, PHONE), stop(3, ("loyalty", "L1"))], 20)
        store.take_in([seen(1, PENNY, permissions=[yes(30)])], 30)
        store.take_in([seen(2, PENNY, MAIL)], 40)
        assert stands(store, PENNY), "named together with it, though it is not bound"
        store.join([PENNY, MAIL], RULES, 40, "a call")
        assert len([each for each in store.permissions(store.find(*PENNY)) if each.state == "withdrawn"]) == 1
        store.record_permissions([(store.find(*PENNY), yes(50))])
        assert not stands(store, PENNY)
        grace = ("customer", "grace")
        store.take_in([seen(3, grace, permissions=[yes(31)])], 31)
        store.take_in([seen(4, grace, PHONE, permissions=[yes(60)])], 60)
        store.join([grace, PHONE], RULES, 60, "a call")
        assert not stands(store, grace), "she gave the number, and said yes with it"
        assert store.permissions(store.owners([("phone", "020 7946 0958")])[0]) == ()
        store.take_in([Arrival("web", b"own", (), (), (PENNY, ("loyalty", "L9")), (NO,))], 70)
        before = store.permissions(store.find(*PENNY))
        store.join([PENNY, ("loyalty", "L9")], RULES, 80, "a call")
        assert store.permissions(store.find(*PENNY)) == before, "what she said as the one whom we know is hers already"


def check_a_name_that_is_not_kept(make_store: MakeStore) -> None:
    """A file that knows her by a number and names an address beside it: the no finds her, the address is not kept."""
    with closing(make_store("beside")) as store:
        store.take_in([stop(1, MAIL)], 20)
        penny, grace = store.owners([PENNY, ("customer", "grace")])
        store.also_named([(penny, MAIL), (grace, ("email", "grace@shop.example"))], 40)
        assert [each.state for each in store.permissions(penny)] == ["withdrawn"]
        assert store.permissions(grace) == ()
        assert store.find(*MAIL) is None
        store.also_named([(penny, MAIL)], 50)
        assert len(store.permissions(penny)) == 1


def check_a_no_and_her_coming_at_once(make_store: MakeStore) -> None:
    """However a no and the one whom it is to find come in beside each other, she has it in the end."""
    with closing(make_store("no-and-her")) as store:
        store.counts()
    mails = [("email", f"m{number}@shop.example") for number in range(40)]

    def refuse(store: Any) -> None:
        for number, mail in enumerate(mails):
            store.take_in([stop(number, mail)], 20)

    def come(store: Any) -> None:
        for mail in mails:
            store.owners([mail])

    together(make_store, "no-and-her", [refuse, come])
    with closing(make_store("no-and-her")) as store:
        assert all(store.permissions(store.find(*mail)) for mail in mails)


CHECKS_OF_REFUSALS: tuple[Callable[[MakeStore], None], ...] = (
    check_a_no_finds_her, check_every_form_of_a_no, check_only_her_yes_lifts_it, check_a_no_that_meets_somebody,
    check_a_name_that_is_not_kept, check_a_no_and_her_coming_at_once,
)  # fmt: skip
