"""Promise 4 at the door: nobody else's yes, no repetition and no old answer undoes a no, and no page grants.

Each of these was once a way round it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.service.doors import DOORMAN, NOW, OPEN_PAGE, OPEN_SERVER, PAGE, SERVER

from tactful.model.records import DAY, HOUR
from tactful.permission.points import load_point, passed
from tactful.permission.standing import permission_for
from tactful.profile.document import BOUGHT, FOLD
from tactful.profile.fold import fold
from tactful.profile.identity import load_identity
from tactful.profile.origin import point_named, source_of
from tactful.service.door import Sender
from tactful.service.ingest import Ingested, ingest
from tactful.service.packs import packaged
from tactful.store import SqliteStore, open_store

RULES = load_identity(packaged("profile", "tables/identity.yaml"), "identity.yaml")
MINUTE = HOUR // 60


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    with closing(open_store(tmp_path / "s.db")) as opened:
        yield opened


def said(**choices: bool) -> dict[str, Any]:
    return {"consent": {"categoryPreferences": choices}}


def send(
    store: SqliteStore, call: dict[str, Any], after: int = 0, sender: Sender = SERVER, gpc: bool = False
) -> Ingested:
    return ingest(store, sender, DOORMAN, [call], NOW + after, gpc, RULES)


def state(
    store: SqliteStore, after: int, kind: str = "customer", value: str = "u1", purpose: str = "market"
) -> str | None:
    person = store.find(kind, value)
    assert person is not None
    return permission_for(store.permissions(person), [], purpose, "email", "*", NOW + after + 1, None).state


@pytest.mark.parametrize(
    "names",
    [
        {"traits": {"email": "ann@shop.example"}},
        {"traits": {"phone": "+442079460958"}},
        {"traits": {"loyaltyNumber": "L-1"}},
    ],
    ids=["email", "phone", "loyalty"],
)
def test_anothers_yes_that_names_her_is_not_hers(store: SqliteStore, names: dict[str, Any]) -> None:
    send(store, {"type": "identify", "messageId": "1", "userId": "u1", "context": said(Marketing=False), **names})
    assert state(store, 0) == "refused"
    send(store, {"type": "identify", "messageId": "2", "userId": "u2", "context": said(Marketing=True), **names}, HOUR)
    assert state(store, HOUR) == "refused"
    assert state(store, HOUR, value="u2") in ("given", "refused"), "the most restrictive, where they are taken for one"


def test_an_unsubscribe_is_heard_each_time(store: SqliteStore) -> None:
    stop = {"type": "track", "event": "Unsubscribed", "userId": "u1"}
    send(store, stop)
    send(store, {"type": "identify", "messageId": "g", "userId": "u1", "context": said(Marketing=True)}, HOUR)
    assert state(store, HOUR) == "given"
    send(store, stop, 10 * DAY)
    assert state(store, 10 * DAY) == "withdrawn"


def test_a_browser_that_begins_to_say_no_is_heard(store: SqliteStore) -> None:
    page = {"type": "page", "anonymousId": "a1"}
    send(store, page, 0, OPEN_PAGE)
    send(store, page, DAY, OPEN_PAGE, gpc=True)
    assert state(store, DAY, "anonymous", "a1", "sell") == "refused"


def test_a_message_id_that_a_page_sent_before_hides_nothing(store: SqliteStore) -> None:
    web = Sender("web", "site")
    send(store, {"type": "identify", "messageId": "g", "userId": "u1", "context": said(Marketing=True)}, 0, web)
    send(store, {"type": "page", "messageId": "unsub-u1", "anonymousId": "evil"}, MINUTE, PAGE)
    send(store, {"type": "track", "event": "Unsubscribed", "messageId": "unsub-u1", "userId": "u1"}, HOUR, web)
    assert state(store, HOUR) == "withdrawn"


def test_an_answer_that_she_gave_before_does_not_reopen_what_she_ended(store: SqliteStore) -> None:
    page = {"type": "page", "userId": "u1", "context": said(Marketing=True)}
    send(store, {**page, "messageId": "1"})
    send(store, {"type": "track", "event": "Unsubscribed", "messageId": "2", "userId": "u1"}, 5 * MINUTE)
    for number in range(3, 8):
        send(store, {**page, "messageId": str(number)}, number * HOUR)
        assert state(store, number * HOUR) == "withdrawn"
    send(store, {**page, "messageId": "8", "context": said(Marketing=False)}, 9 * HOUR)
    send(store, {**page, "messageId": "9"}, 10 * HOUR)
    assert state(store, 10 * HOUR) == "given", "a no and then a yes is a new answer"


def test_a_no_from_a_page_waits_for_whom_it_names(store: SqliteStore) -> None:
    send(store, {"type": "track", "event": "Unsubscribed", "messageId": "1", "userId": "u1"}, 0, PAGE)
    yes = {"type": "identify", "messageId": "2", "userId": "u1", "timestamp": "2026-11-21T18:00:00Z"}
    send(store, {**yes, "context": said(Marketing=True)}, HOUR)
    assert state(store, HOUR) == "withdrawn"


def test_a_no_in_a_call_that_is_not_taken_waits_for_whom_it_names(store: SqliteStore) -> None:
    broken = {"type": "track", "event": "Unsubscribed", "messageId": "1", "userId": "u1", "timestamp": "yesterday"}
    assert send(store, broken).refused == ()
    assert state(store, 0) == "withdrawn"


CHECKOUT = """
collection_point: open
notice: notices/site.md
seen_from: 2026-01-01
sources: [web, shop-server]
collects: [purchase, service]
purposes: [order]
permissions:
  - purpose: recommend
    channel: email
    basis: soft_opt_in
    conditions:
      details_from_a_sale: true
      own_similar_products: true
      could_refuse_then: true
      can_refuse_each_time: true
approved: {by: privacy@shop.example, on: 2026-01-01}
"""


@pytest.mark.parametrize(
    ("call", "sender"),
    [
        ({"type": "track", "event": "Complaint Opened", "properties": {"complaint_id": "c"}}, OPEN_PAGE),
        ({"type": "track", "event": "Parcel Late", "properties": {"order_id": "o"}}, OPEN_PAGE),
        ({"type": "track", "event": "Item Faulty", "properties": {"order_id": "o"}}, OPEN_SERVER),
        ({"type": "page"}, OPEN_SERVER),
    ],
)
def test_what_is_no_sale_gives_no_soft_opt_in(store: SqliteStore, call: dict[str, Any], sender: Sender) -> None:
    send(store, {"messageId": "1", "userId": "u1", **call}, 0, sender)
    order = {"type": "track", "event": "Order Completed", "messageId": "2", "userId": "u1",
             "properties": {"order_id": "o", "products": [{"sku": "1", "price": 2}]}}  # fmt: skip
    points = (load_point(CHECKOUT, "open.yaml"),)
    for bought, basis in ((False, "none"), (True, "soft_opt_in")):
        if bought:
            send(store, order, HOUR, OPEN_SERVER)
        row = store.document(store.find("customer", "u1") or 0, FOLD)
        document = fold(None, row.tail)
        lines = [line for each in document.products.values() for line in each.lines if line.nature == BOUGHT]
        visits = {(line.source, line.at) for line in lines}
        every = visits | {(origin, at) for origin, times in document.sources.items() for at in times}
        found = passed(points, named(every), NOW + DAY, named(visits))
        assert permission_for((), found, "recommend", "email", "*", NOW + DAY, None).basis == basis


def named(origins: set[tuple[str, int]]) -> list[tuple[str, str, int]]:
    return [(source_of(origin), point_named(origin), at) for origin, at in origins]
