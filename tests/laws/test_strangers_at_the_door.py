"""What somebody with a page's key, a careless program, or bad luck must not be able to do at the door.

Each of these was once possible.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.service.doors import DOORMAN, NOW, OPEN_PAGE, PAGE, SITE, call, point

from tactful.model.arrivals import Arrival
from tactful.model.records import DAY, HOUR
from tactful.permission.standing import permission_for
from tactful.profile.identity import load_identity
from tactful.profile.times import parse_time
from tactful.profile.traits import Keeps
from tactful.service.door import Doorman, Sender, arrive
from tactful.service.ingest import Ingested, ingest, refuse_body
from tactful.service.packs import packaged
from tactful.service.retention import run_retention
from tactful.store import SqliteStore, open_store

RULES = load_identity(packaged("profile", "tables/identity.yaml"), "identity.yaml")
WEB = Sender("web", "site")
"""A server that speaks for the same source as the shop's pages."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    with closing(open_store(tmp_path / "s.db")) as opened:
        yield opened


def send(store: SqliteStore, call: dict[str, Any], after: int = 0, sender: Sender = WEB, gpc: bool = False) -> Ingested:
    return ingest(store, sender, DOORMAN, [call], NOW + after, gpc, RULES)


def said(**choices: Any) -> dict[str, Any]:
    return {"consent": {"categoryPreferences": choices}}


def state(store: SqliteStore, kind: str = "customer", value: str = "u1", purpose: str = "market") -> str | None:
    person = store.find(kind, value)
    assert person is not None
    return permission_for(store.permissions(person), [], purpose, "email", "*", NOW + 1000 * HOUR, None).state


def kinds(store: SqliteStore, value: str = "u1") -> list[str]:
    return [event.kind for event in store.tail(store.find("customer", value) or 0)]


COMPLAINT = {"type": "track", "event": "Complaint Opened", "userId": "u1", "properties": {"complaint_id": "c-77"}}


@pytest.mark.parametrize("taken", ["complaint-77", None])
def test_a_page_cannot_take_the_place_of_what_a_server_will_send(store: SqliteStore, taken: str | None) -> None:
    real = COMPLAINT | {"messageId": taken, "timestamp": "2026-11-21T18:30:00Z"}
    forged = real if taken is None else {"type": "page", "anonymousId": "evil", "messageId": taken}
    send(store, forged, 0, PAGE)
    assert send(store, real, HOUR).accepted == 1
    assert "complaint_opened" in kinds(store)
    assert send(store, real, 2 * HOUR).repeated == 1
    assert send(store, forged, 2 * HOUR, PAGE).repeated == 1


def test_a_page_that_sends_twice_is_kept_once(store: SqliteStore) -> None:
    call = {"type": "page", "anonymousId": "a1", "messageId": "p1"}
    assert [send(store, call, after, OPEN_PAGE).accepted for after in (0, HOUR)] == [1, 0]


@pytest.mark.parametrize("login", ["before", "after"])
def test_a_yes_of_nobody_known_does_not_lift_the_no_of_whom_the_browser_belongs_to(
    store: SqliteStore, login: str
) -> None:
    here = {"type": "identify", "userId": "u1", "anonymousId": "tablet"}
    send(store, {"type": "page", "messageId": "0", "anonymousId": "tablet"})
    if login == "before":
        send(store, here | {"messageId": "1"}, HOUR)
    send(store, {"type": "identify", "messageId": "2", "userId": "u1", "context": said(Marketing=False)}, 2 * HOUR)
    send(store, {"type": "page", "messageId": "3", "anonymousId": "tablet", "context": said(Marketing=True)}, 4 * HOUR)
    send(store, here | {"messageId": "4"}, 5 * HOUR)
    assert state(store) == "refused"
    send(store, here | {"messageId": "5", "context": said(Marketing=True)}, 6 * HOUR)
    assert state(store) == "given", "she said so herself, logged in"


@pytest.mark.parametrize("no", [False, "false", "False", " no ", 0, 0.0, "0", "denied", "off", None, "maybe", {}, []])
def test_whatever_is_not_a_yes_gives_nothing_and_a_no_is_heard_in_any_word(store: SqliteStore, no: Any) -> None:
    send(store, {"type": "identify", "messageId": "1", "userId": "u1", "context": said(Marketing=True)})
    assert state(store) == "given"
    send(store, {"type": "identify", "messageId": "2", "userId": "u1", "context": said(Marketing=no)}, HOUR)
    assert state(store) == ("given" if no in (None, "maybe", {}, []) else "refused")


@pytest.mark.parametrize("yes", ["true", 1, "1", "yes", "granted", None, "maybe", {"a": True}, [True]])
def test_a_yes_is_true_and_nothing_else(store: SqliteStore, yes: Any) -> None:
    send(store, {"type": "identify", "messageId": "1", "userId": "u1", "context": said(Marketing=yes, Other=False)})
    assert store.find("customer", "u1") is None or state(store) == "never_asked"


def test_a_notice_that_was_not_shown_yet_was_agreed_to_by_nobody() -> None:
    later = Doorman([point(SITE.replace("2026-01-01", "2027-01-01"))], DOORMAN.traits, DOORMAN.not_goods, region="GB")
    yes = arrive(call("identify", context=said(Marketing=True)), WEB, later, NOW)
    assert isinstance(yes, Arrival)
    assert yes.permissions == ()
    no = arrive(call("identify", context=said(Marketing=False)), WEB, later, NOW)
    assert isinstance(no, Arrival)
    assert [each.state for each in no.permissions] == ["refused"]


@pytest.mark.parametrize("order", [(True, False), (False, True)])
def test_a_no_and_a_yes_in_one_batch_are_a_no_in_either_order(store: SqliteStore, order: tuple[bool, bool]) -> None:
    calls = [
        {"type": "identify", "messageId": str(place), "userId": "u1", "context": said(Marketing=chosen),
         "timestamp": f"2026-11-21T18:{20 + place}:00Z"}
        for place, chosen in enumerate(order)
    ]  # fmt: skip
    ingest(store, WEB, DOORMAN, calls, NOW, False, RULES)
    assert state(store) == "refused"


def test_what_was_deleted_does_not_come_back_when_it_is_sent_again(store: SqliteStore) -> None:
    old, new = "2026-06-01T10:00:00Z", "2026-11-20T10:00:00Z"
    yes = said(Analytics=True, Marketing=True)
    calls = [
        {"type": "page", "messageId": "old", "userId": "u1", "timestamp": old, "context": yes},
        {"type": "page", "userId": "u1", "timestamp": old, "name": "no id", "context": yes},
        {"type": "page", "messageId": "new", "userId": "u1", "timestamp": new, "context": yes},
        {"type": "track", "event": "Unsubscribed", "messageId": "no", "userId": "u1", "timestamp": new},
        {
            "type": "identify",
            "messageId": "t",
            "userId": "u1",
            "timestamp": old,
            "traits": {"email": "ann@shop.example"},
        },
    ]
    ingest(store, WEB, DOORMAN, calls, NOW, False, RULES)
    person = store.find("customer", "u1") or 0
    assert len(store.tail(person)) == 4
    keeps = Keeps({"browsing": 90 * DAY, "contact": 30 * DAY})
    assert run_retention(store, keeps, NOW).events == {"page_viewed": 2, "traits": 1}
    left = store.tail(person)
    assert [each.occurred_at for each in left] == [parse_time(new, None)]
    again = ingest(store, WEB, DOORMAN, calls, NOW + DAY, False, RULES)
    assert (again.accepted, again.repeated) == (0, 5)
    assert store.tail(person) == left
    assert state(store) == "withdrawn"
    assert run_retention(store, keeps, NOW + DAY).events == {}


def kept_aside(store: SqliteStore) -> bytes:
    return b"".join(each.body for each in store.aside())


PLANTED = "planted-4711"
UNREAD: list[dict[str, Any]] = [
    {"type": "identify", "traits": {"gender": PLANTED, "favouriteColour": PLANTED, "email": "a@shop.example"}},
    {"type": "identify", "traits": {"address": {"city": PLANTED}, PLANTED: 1}},
    {"type": "page", "context": {"traits": {"birthday": PLANTED}}},
    {"type": "page", "context": {"ip": PLANTED, "userAgent": PLANTED, "page": {"url": PLANTED}, "library": {}}},
    {"type": "page", "context": {"device": {"id": PLANTED, "model": PLANTED}, "location": {"city": PLANTED}}},
    {"type": "track", "event": "Product Viewed", "properties": {"name": PLANTED}},
    {"type": "track", "event": "Staff Note Added", "properties": {"text": PLANTED}},
    {"type": "track", "event": "Unheard Of", "properties": {"text": PLANTED}},
    {"type": "screen", "name": PLANTED, "properties": {"title": PLANTED}},
    {"type": "group", "groupId": PLANTED, "traits": {"name": PLANTED}},
    {"distinct_id": "u1", "event": "$pageview", "properties": {"$current_url": PLANTED, "$set": {"gender": PLANTED}}},
    {"distinct_id": "u1", "event": "$set", "$set": {"gender": PLANTED}, "extra": {"a": [PLANTED]}},
]  # fmt: skip
TILL = """
collection_point: till
notice: notices/site.md
seen_from: 2026-01-01
sources: [till]
purposes: [service]
collects: [purchase, contact.email]
approved: {by: privacy@shop.example, on: 2026-01-01}
"""
AT_THE_TILL = Doorman([point(TILL)], DOORMAN.traits, DOORMAN.not_goods, region="GB")


@pytest.mark.parametrize("payload", UNREAD)
def test_what_is_not_collected_is_not_set_aside_either(store: SqliteStore, payload: dict[str, Any]) -> None:
    bad = {"userId": "u1", "messageId": "m", "timestamp": "yesterday", **payload}
    done = ingest(store, Sender("till"), AT_THE_TILL, [bad], NOW, False, RULES)
    assert len(done.refused) == 1
    body = kept_aside(store)
    assert PLANTED.encode() not in body
    assert b"yesterday" in body, "what is wrong can still be seen"


def test_what_is_collected_can_be_seen_where_it_is_set_aside(store: SqliteStore) -> None:
    bad = [
        {"type": "track", "event": "Order Completed", "userId": "u1", "properties": {"products": [{"sku": PLANTED}]}},
        {"type": "identify", "timestamp": "?", "userId": "u1", "traits": {"email": f"{PLANTED}@shop.example", "x": 1}},
    ]
    ingest(store, Sender("till"), AT_THE_TILL, bad, NOW, False, RULES)
    assert kept_aside(store).count(PLANTED.encode()) == 2


@pytest.mark.parametrize(
    "body",
    [
        b'{"context": {"consent": {"categoryPreferences": {"Marketing": false}}}, "traits": "planted-4711"',
        b'{"context": {"GPC": "1"}, "planted-4711"',
        b'{"consentManagement" planted-4711',
        gzip.compress(b'{"gpc": true, "planted-4711"}', 0, mtime=0)[:-9],
    ],
)
def test_of_a_body_that_speaks_of_choices_nothing_is_set_aside(store: SqliteStore, body: bytes) -> None:
    refuse_body(store, Sender("till"), AT_THE_TILL, body, "it is cut off: the end is missing.", NOW)
    assert len(store.aside()) == 1
    assert b"4711" not in kept_aside(store)


STOP = {"type": "track", "event": "Unsubscribed", "messageId": "stop", "userId": "u1"}
HERE = {"type": "page", "userId": "u1", "anonymousId": "a1"}


def test_a_browser_s_answer_from_before_her_no_does_not_reopen_it_when_she_logs_in(store: SqliteStore) -> None:
    send(store, {"type": "page", "messageId": "1", "anonymousId": "a1", "context": said(Marketing=True)})
    send(store, STOP, HOUR)
    for number in range(2, 5):
        send(store, HERE | {"messageId": str(number), "context": said(Marketing=True)}, number * HOUR)
        assert state(store) == "withdrawn"
    send(store, HERE | {"messageId": "5", "context": said(Marketing=False)}, 6 * HOUR)
    send(store, HERE | {"messageId": "6", "context": said(Marketing=True)}, 7 * HOUR)
    assert state(store) == "given", "a no and then a yes is a new answer"


def test_an_answer_from_before_her_no_is_none_under_another_account_of_hers(store: SqliteStore) -> None:
    mail = {"traits": {"email": "ann@shop.example"}}
    send(store, {"type": "identify", "messageId": "1", **mail, "context": said(Marketing=True)})
    send(store, {"type": "track", "event": "Unsubscribed", "messageId": "2", "context": mail}, HOUR)
    both = {"type": "identify", "messageId": "3", "userId": "u1", **mail}
    send(store, both | {"context": said(Marketing=True)}, 2 * HOUR)
    send(store, {"type": "page", "messageId": "4", "userId": "u1", "context": said(Marketing=True)}, 3 * HOUR)
    assert state(store) == "withdrawn"


OTHERS = {
    "notice": SITE.replace("notices/newsletter.md", "notices/newsletter-2.md"),
    "point": SITE.replace("collection_point: site", "collection_point: shop"),
}


@pytest.mark.parametrize("changed", ["notice", "point", "source"])
def test_an_answer_from_before_her_no_stays_one_when_the_shop_words_it_anew(store: SqliteStore, changed: str) -> None:
    page = {"type": "page", "userId": "u1", "context": said(Marketing=True)}
    send(store, page | {"messageId": "1"})
    send(store, STOP, HOUR)
    sender = Sender("shop-server" if changed == "source" else "web", "shop" if changed == "point" else "site")
    doorman = Doorman([point(OTHERS.get(changed, SITE))], DOORMAN.traits, DOORMAN.not_goods, region="GB")
    for number in range(2, 5):
        ingest(store, sender, doorman, [page | {"messageId": str(number)}], NOW + number * HOUR, False, RULES)
        assert state(store) == "withdrawn"


def test_who_ended_it_elsewhere_can_say_yes_for_the_first_time(store: SqliteStore) -> None:
    send(store, STOP)
    send(store, HERE | {"messageId": "1", "context": said(Marketing=True)}, HOUR)
    assert state(store) == "given"


def test_a_no_from_a_page_waits_under_every_name_that_it_gives(store: SqliteStore) -> None:
    traits = {"email": "ann@shop.example", "phone": "+442079460958"}
    send(store, STOP | {"context": {"traits": traits}}, 0, PAGE)
    yes = {"context": said(Marketing=True), "timestamp": "2026-11-21T18:00:00Z"}
    for number, (kind, value) in enumerate(traits.items()):
        send(store, {"type": "identify", "messageId": f"y{number}", "traits": {kind: value}, **yes}, HOUR)
        assert state(store, kind, value) == "withdrawn", "and one who is met under it alone, later, has it"
    send(store, {"type": "identify", "messageId": "j", "userId": "u1", "traits": traits}, 2 * HOUR)
    assert len({store.find(*each) for each in [("customer", "u1"), *traits.items()]}) == 1
    assert state(store) == "withdrawn"
