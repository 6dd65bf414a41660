"""Events of the common SDKs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.profile.given import table

from tactful.model.records import DAY, HOUR
from tactful.profile.events import Note, OrderLine, Traits
from tactful.profile.orders import load_not_goods
from tactful.profile.segment import Door, Refusal, Taken, take
from tactful.profile.times import TimeRefused, parse_time
from tactful.profile.traits import load_traits

DOOR = Door("web", load_traits(*table("traits.yaml")), load_not_goods(*table("not_goods.yaml")))
PUBLIC = msgspec.structs.replace(DOOR, public=True)
NOW = parse_time("2026-11-21T12:00:00Z", None)
BASE: dict[str, Any] = {"userId": "u1", "messageId": "m1", "timestamp": "2026-11-20T12:00:00Z"}


def taken(payload: dict[str, Any], door: Door = DOOR) -> Taken:
    result = take(BASE | payload, door, NOW)
    assert isinstance(result, Taken), result
    return result


def refused(payload: dict[str, Any], door: Door = DOOR) -> Refusal:
    result = take(BASE | payload, door, NOW)
    assert isinstance(result, Refusal), result
    return result


def track(name: str, /, **properties: Any) -> dict[str, Any]:
    return {"type": "track", "event": name, "properties": properties}


ORDER = track(
    "Order Completed",
    order_id="o-1",
    shipping_address={"country": "FR"},
    products=[
        {"sku": "20725", "product_id": "77", "name": "LUNCH BAG", "price": 1.65, "quantity": 2},
        {"product_id": "post", "name": "Postage", "price": "4.00"},
        {"sku": "9", "name": "Sticker", "price": 0},
    ],
)


def test_an_order_becomes_lines() -> None:
    events = taken(ORDER).events
    lines = [msgspec.msgpack.decode(event.body, type=OrderLine) for event in events]
    assert lines == [
        OrderLine("o-1", 0, "20725", "LUNCH BAG", 2, 1650, "FR", "bought", True),
        OrderLine("o-1", 1, "post", "Postage", 1, 4000, "FR", "bought", False),
        OrderLine("o-1", 2, "9", "Sticker", 1, 0, "FR", "free", True),
    ]
    assert [event.message_id for event in events] == [b"m1/0", b"m1/1", b"m1/2"]
    assert {(event.source, event.kind, event.person) for event in events} == {("web", "order_line", ("customer", "u1"))}
    assert events[0].occurred_at == NOW - DAY


@pytest.mark.parametrize("name", ["Order Refunded", "order_cancelled"])
def test_what_is_refunded_or_cancelled_was_returned(name: str) -> None:
    (event,) = taken(track(name, order_id="o-1", products=[{"sku": "1", "price": 2, "quantity": 3}])).events
    line = msgspec.msgpack.decode(event.body, type=OrderLine)
    assert (line.nature, line.units) == ("returned", -3)
    (event,) = taken(track(name, order_id="o-1")).events
    line = msgspec.msgpack.decode(event.body, type=OrderLine)
    assert (line.nature, line.goods) == ("returned", False)


def test_traits() -> None:
    traits = {
        "email": "grace@shop.example", "firstName": "Grace", "last_name": "Hill", "plan": "premium",
        "address": {"postalCode": "AB1", "planet": "Earth"}, "age": 40, "phone": None, "vip": True,
    }  # fmt: skip
    result = taken({"type": "identify", "traits": traits})
    assert msgspec.msgpack.decode(result.events[0].body, type=Traits).values == {
        "contact.email:value": "grace@shop.example",
        "contact.name:given": "Grace",
        "contact.name:family": "Hill",
        "contact.address:postcode": "AB1",
        "demographic.age:value": "40",
    }
    assert result.left_out == (
        "trait plan: no fact",
        "trait address.planet: no fact",
        "trait phone: no fact",
        "trait vip: no fact",
    )
    assert result.names == (("customer", "u1"), ("email", "grace@shop.example"))


def test_a_trait_too_long_is_no_trait_and_without_traits_there_is_no_event() -> None:
    assert taken({"type": "identify"}).events == ()
    assert taken({"type": "identify", "traits": {"email": "x" * 501}}).left_out == (
        "identifier email: cannot be one",
        "trait email: no fact",
    )


@pytest.mark.parametrize(
    ("payload", "kind", "note"),
    [
        (track("Product Viewed", sku="1", name="BAG"), "product_viewed", Note("1", "BAG")),
        (track("Product Added", product_id=7), "product_added", Note("7", "")),
        (track("Products Searched", query=" Red  Bag "), "products_searched", Note("red bag", "Red Bag")),
        (track("Complaint Opened", complaint_id="c1"), "complaint_opened", Note("c1")),
        (track("Complaint Closed", ticket_id="c1"), "complaint_closed", Note("c1")),
        (track("Parcel Late", order_id="o1"), "parcel_late", Note("o1")),
        (track("Parcel Delivered", order_id="o1"), "parcel_delivered", Note("o1")),
        (track("Put Right", order_id="o1"), "put_right", Note("o1")),
        ({"type": "page", "name": "Home"}, "page_viewed", Note("Home")),
        ({"type": "screen"}, "page_viewed", Note("")),
    ],
)
def test_other_events(payload: dict[str, Any], kind: str, note: Note) -> None:
    (event,) = taken(payload).events
    assert event.kind == kind
    assert msgspec.msgpack.decode(event.body, type=Note) == note


def test_without_a_user_there_is_a_browser() -> None:
    (event,) = taken({"type": "page", "userId": None, "anonymousId": "a1"}).events
    assert event.person == ("anonymous", "a1")
    assert "`userId` or `anonymousId`" in refused({"type": "page", "userId": ""}).reason


def test_a_message_without_an_id_gets_the_same_one_again() -> None:
    first, again, other = (
        taken({"type": "page", "messageId": None, "name": name, "sentAt": sent}).events[0].message_id
        for name, sent in (("Home", "x"), ("Home", "y"), ("Shop", "x"))
    )
    assert first == again != other


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        ({"type": "tracks"}, "`type` must be identify, track, page or screen."),
        ({"type": "track"}, "`event` is missing."),
        ({"type": "page", "userId": {"a": 1}}, "`userId` must be a text"),
        (track("Order Completed", products=[]), "`order_id` is missing."),
        (track("Order Completed", order_id="1", products=[{"price": 1}]), "product 1 has no `sku`"),
        (
            track("Order Completed", order_id="1", products=[{"sku": "1", "price": "x"}]),
            "`price` must be a number",
        ),
        (track("Order Completed", order_id="1", products=[{"sku": "1", "quantity": "x"}]), "`quantity`"),
        (track("Product Viewed"), "the product has no `sku`"),
        (track("Products Searched"), "`query` is missing."),
        ({"type": "page", "timestamp": "2026-11-22T12:00:01Z"}, "more than 24 hours in the future"),
        ({"type": "page", "timestamp": "1969-01-01T00:00:00Z"}, "before 1970"),
        ({"type": "page", "timestamp": "2026-11-20T12:00:00"}, "the time has no zone"),
        ({"type": "page", "timestamp": 1795285349}, "the time is not written like"),
    ],
)
def test_what_is_not_taken_says_why(payload: dict[str, Any], reason: str) -> None:
    found = refused(payload)
    assert reason in found.reason
    assert found.wrong


@pytest.mark.parametrize(
    ("payload", "reason"),
    [({"type": "group"}, "a group is not a person"), (track("Button Clicked"), "we have no use for this event")],
)
def test_of_some_calls_nothing_is_kept_and_nothing_is_wrong(payload: dict[str, Any], reason: str) -> None:
    found = taken(payload)
    assert reason in found.no_use
    assert (found.events, found.left_out) == ((), ())


def test_anything_but_a_mapping_is_refused() -> None:
    assert isinstance(take(["x"], DOOR, NOW), Refusal)


def test_a_public_key_only_tightens() -> None:
    identify = taken({"type": "identify", "anonymousId": "a1", "traits": {"email": "grace@shop.example"}}, PUBLIC)
    assert identify.events == ()
    assert identify.left_out == ("trait contact.email: not from a key that anybody can read",)
    for payload in (ORDER, {"type": "page"}):
        of_nobody = taken(payload, PUBLIC)
        assert of_nobody.events == ()
        assert {each.rpartition(": ")[2] for each in of_nobody.left_out} == {"of nobody"}
        assert {event.person for event in taken(payload | {"anonymousId": "a1"}, PUBLIC).events} == {
            ("anonymous", "a1")
        }
    assert taken(track("Complaint Opened") | {"anonymousId": "a1"}, PUBLIC).events[0].person == ("customer", "u1")
    for name in ("Complaint Closed", "Put Right"):
        assert "anybody can read" in refused(track(name), PUBLIC).reason
    assert "anybody can read" in taken({"type": "alias", "previousId": "a1"}, PUBLIC).no_use


def test_times() -> None:
    assert parse_time("1970-01-01T01:00:00+01:00", None) == 0
    assert parse_time("1970-01-01", UTC) == 0
    assert parse_time("1970-01-01 02:00", timezone(timedelta(hours=2))) == 0
    assert parse_time("1970-01-01T00:00:00.000001Z", None) == 1
    assert (
        taken({"type": "page", "timestamp": None, "originalTimestamp": "2026-11-21T11:00:00Z"}).events[0].occurred_at
        == NOW - HOUR
    )
    assert taken({"type": "page", "timestamp": None}).events[0].occurred_at == NOW
    for wrong in ("2026-13-01T00:00:00Z", "0001-01-01T00:00:00+23:00x", "soon", None, 5):
        with pytest.raises(TimeRefused):
            parse_time(wrong, None)


@given(st.datetimes(min_value=datetime(1970, 1, 2), timezones=st.just(UTC)))
def test_a_time_survives_its_text(moment: datetime) -> None:
    assert timedelta(microseconds=parse_time(moment.isoformat(), None)) == moment - datetime(1970, 1, 1, tzinfo=UTC)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.sampled_from(["identify", "track", "page"]),
    st.sampled_from(["Order Completed", "Order Refunded", "Product Viewed", "Products Searched", "Put Right"]),
    st.dictionaries(st.sampled_from(["order_id", "sku", "name", "query", "products", "price", "total"]), JSON),
    st.dictionaries(st.sampled_from(["userId", "messageId", "timestamp", "traits"]), JSON),
)
def test_nothing_that_is_sent_breaks_the_door(kind: str, name: str, properties: Any, rest: dict[str, Any]) -> None:
    result = take({"type": kind, "event": name, "properties": properties, "userId": "u"} | rest, DOOR, NOW)
    assert isinstance(result, Taken | Refusal)


SPEC = [
    (0, ["customer", "email"]),  # alias, from an e-mail address
    (0, ["customer", "anonymous", "anonymous"]),  # alias, with a browser and an earlier one
    (0, ["customer", "email"]),  # unsubscribed: a refusal
    (0, ["customer", "email"]),  # marked as spam: likewise
    (1, ["customer", "email"]),
    (1, ["customer", "email", "anonymous"]),
    (1, ["customer", "anonymous"]),
]


def test_the_examples_of_the_spec(shared_data: Path) -> None:
    examples = msgspec.json.decode((shared_data / "segment_spec" / "examples.json").read_bytes())
    results = [take(each["payload"], DOOR, NOW) for each in examples]
    taken = [each for each in results if isinstance(each, Taken) and not each.no_use]
    assert [(len(each.events), [kind for kind, _ in each.names]) for each in taken] == SPEC
    assert all(each.reason.endswith(".") for each in results if isinstance(each, Refusal))


@pytest.mark.parametrize(("currency", "price"), [("GBP", 1650), ("gbp", 1650), ("", 1650), ("EUR", 0), (None, 1650)])
def test_prices_of_another_currency_are_not_added_to_ours(currency: Any, price: int) -> None:
    door = msgspec.structs.replace(DOOR, currency="GBP")
    order = {**ORDER, "properties": {**ORDER["properties"], "currency": currency}}
    found = taken(order, door)
    line = msgspec.msgpack.decode(found.events[0].body, type=OrderLine)
    assert (line.price, line.nature, line.units) == (price, "bought", 2)
    assert found.left_out == (() if price else ("prices: in another currency",))
    whole = taken(track("Order Completed", order_id="o-9", total=12.5, currency=currency), door)
    line = msgspec.msgpack.decode(whole.events[0].body, type=OrderLine)
    assert (line.price > 0, line.nature) == (price > 0, "bought")
    assert msgspec.msgpack.decode(taken(order).events[0].body, type=OrderLine).price == 1650
