"""What a page tells of orders can only make us quieter, and never stands in the way of what a system of ours tells."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.laws.test_fact_laws import COUNTRIES, EVENTS, about, all_of, happened, instants
from tests.profile.given import RICH, at_day, event, known, line, note, page_told
from tests.service.doors import DOORMAN, NOW, OPEN_PAGE, OPEN_SERVER

from tactful.model.records import Event
from tactful.profile.attributes import AttributeSettings, attributes
from tactful.profile.events import ORDER_LINE, ORDER_SEEN, PRODUCT_ADDED, PRODUCT_VIEWED, PUT_RIGHT, Note
from tactful.profile.facts import read
from tactful.profile.fold import fold
from tactful.profile.identity import load_identity
from tactful.profile.journey import journey
from tactful.service.ingest import ingest
from tactful.service.packs import packaged
from tactful.service.person import document_of
from tactful.store import open_store

PAGE_TOLD = st.lists(happened([ORDER_SEEN]), max_size=6)
ENDED_BY_AN_ORDER = {"browsing.cart", "derived.left"}
"""What may become less when she may have ordered: what is in the basket, and what was left there."""


def but_for(names: Iterable[str], of: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in of.items() if name.removeprefix("# ") not in names}


@given(EVENTS, PAGE_TOLD, st.data())
def test_nothing_is_bought_by_what_a_page_tells(events: list[Event], told: list[Event], data: st.DataObject) -> None:
    """No fact, number, label, depth or country comes of it; what it ends was there before."""
    events = [each for each in events if each.kind != ORDER_SEEN]
    now = max([instants(data, [*events, *told]), *(each.received_at for each in (*events, *told))])
    without, with_it = fold(None, events), fold(None, [*events, *told])
    before, after = (all_of(read(document, now, RICH)) for document in (without, with_it))
    assert but_for(ENDED_BY_AN_ORDER, after) == but_for(ENDED_BY_AN_ORDER, before)
    assert all(fact in before["browsing.cart"] for fact in after.get("browsing.cart", ()))
    as_is, forged = (about(document, now, RICH).keys for document in (without, with_it))
    assert {key: value for key, value in forged.items() if as_is.get(key) != value} in (
        {}, {"customer.let_down": True}
    )  # fmt: skip
    assert as_is.keys() <= forged.keys()


@given(st.lists(happened([ORDER_LINE]), max_size=8), st.data())
def test_what_our_system_tells_counts_whatever_a_page_told(lines: list[Event], data: st.DataObject) -> None:
    """The same order from a page first, and then from a system of ours: it is bought, and told once."""
    now = max([instants(data, lines), *(each.received_at for each in lines)])
    told = [page_told(each) for each in lines]
    both = fold(None, data.draw(st.permutations([*told, *lines])))
    assert all_of(read(both, now, RICH)) == all_of(read(fold(None, lines), now, RICH))
    kinds = {episode.kind for episode in journey([*told, *lines], now, {}).episodes}
    assert ORDER_SEEN not in kinds


def basket(*events: Event) -> list[str]:
    return [fact.key for fact in known(events, 20).facts("browsing.cart")]


ADDED = note(PRODUCT_ADDED, 5, "1", "MUG", "web")


def test_a_page_s_order_stops_the_reminder() -> None:
    told = page_told(line(6, "1", "MUG", order="o1"))
    assert basket(ADDED) == ["1"]
    assert basket(ADDED, told) == []
    assert basket(told, note(PRODUCT_ADDED, 7, "1", "MUG", "web")) == ["1"], "put in again since"
    assert basket(ADDED, page_told(line(6, "1", "MUG", nature="returned"))) == ["1"], "a return orders nothing"
    free = page_told(line(6, "1", "MUG", price=0, nature="free"))
    assert basket(ADDED, free) == [], "pages often leave the price out"


def test_the_journey_says_who_told() -> None:
    told = page_told(line(6, "1", "MUG", order="o1"))
    looked = [note(PRODUCT_VIEWED, day, "1", "MUG", "web") for day in (4, 5)]
    found = journey([ADDED, *looked, told], at_day(7), {})
    assert found.middle_of == ()
    assert found.episodes[0].kind == ORDER_SEEN
    later = journey([ADDED, told, line(3, "9", "POT", order="o1")], at_day(7), {})
    assert [episode.kind for episode in later.episodes] == ["visit", "bought"], "our system told of the same number"
    assert later.middle_of == (), "and its time may be another one than the page's"


def test_a_page_s_cancellation_is_ours_to_mend() -> None:
    back = page_told(line(18, "1", "MUG", order="o1", nature="returned"))
    assert about(fold(None, [back]), at_day(20), RICH).keys["customer.let_down"] is True
    mended = event(PUT_RIGHT, Note("o1"), 19)
    assert "customer.let_down" not in about(fold(None, [back, mended]), at_day(20), RICH).keys


def test_a_forged_order_makes_nobody_a_customer(tmp_path: Path) -> None:
    """Orders by the hundred for a browser, which then becomes hers: she is a stranger, and the real one counts."""
    rules = load_identity(packaged("profile", "tables/identity.yaml"), "identity.yaml")
    goods = {"order_id": "o1", "products": [{"sku": "1", "price": 2}]}
    order = {"type": "track", "event": "Order Completed", "properties": goods}
    days = [f"2026-{month:02}-03T10:00:00Z" for month in range(1, 10)]
    forged = [{**order, "messageId": f"{day}", "anonymousId": "tab", "timestamp": day} for day in days]
    login = {"type": "identify", "messageId": "o1/0", "userId": "u1", "anonymousId": "tab"}
    real = {**order, "messageId": "o1", "userId": "u1", "timestamp": days[0]}
    with closing(open_store(tmp_path / "s.db")) as store:
        assert ingest(store, OPEN_PAGE, DOORMAN, forged, NOW, joining=rules).accepted == 9

        def depth() -> object:
            document = document_of(store, store.find("customer", "u1") or 0)
            return attributes(document, NOW, AttributeSettings(COUNTRIES)).keys["relationship.depth"]

        ingest(store, OPEN_SERVER, DOORMAN, [login], NOW, joining=rules)
        assert len(store.tail(store.find("customer", "u1") or 0)) == 9, "what her browser did is hers"
        assert depth() == "stranger"
        ingest(store, OPEN_SERVER, DOORMAN, [real], NOW, joining=rules)
        assert depth() == "acquaintance", "on one day, as the server says"
