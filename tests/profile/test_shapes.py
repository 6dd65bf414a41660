"""Events of Snowplow's trackers and CloudEvents: read as what they say, and never more."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.service.doors import DOORMAN, NOW, OPEN_PAGE, OPEN_SERVER, PAGE, SERVER, arrived, refused

from tactful.model.arrivals import Arrival
from tactful.permission.standing import ENDS
from tactful.profile.cloudevents import from_cloudevent, from_headers
from tactful.profile.events import OrderLine
from tactful.profile.shapes import shaped
from tactful.service.door import Refusal, arrive
from tactful.service.events_file import Call, calls_of
from tactful.service.unread import NOT_ALLOWED, body_aside, call_aside

OWN = "iglu:com.snowplowanalytics.snowplow"
SHOP = "iglu:com.snowplowanalytics.snowplow.ecommerce"
DTM = "1795285189981"


def described(schema: str, data: Any) -> dict[str, Any]:
    return {"schema": schema if schema.count("/") == 3 else f"{schema}/jsonschema/1-0-0", "data": data}


def sp(e: str = "ue", *entities: dict[str, Any], about: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    event = {"e": e, "tv": "js-4.10.1", "p": "web", "eid": "e1", "uid": "u1", "duid": "d1", "dtm": DTM} | more
    if about is not None:
        event["ue_pr"] = json.dumps(described(f"{OWN}/unstruct_event", about))
    if entities:
        event["co"] = json.dumps(described(f"{OWN}/contexts", list(entities)))
    return event


def action(kind: str, *entities: dict[str, Any]) -> dict[str, Any]:
    return sp("ue", *entities, about=described(f"{SHOP}/snowplow_ecommerce_action/jsonschema/1-0-2", {"type": kind}))


def product(code: str = "20725", **more: Any) -> dict[str, Any]:
    return described(f"{SHOP}/product", {"id": code, "name": "Bag", "category": "bags", "price": 1.65, **more})


def lines(found: Arrival) -> list[OrderLine]:
    return [msgspec.msgpack.decode(each.body, type=OrderLine) for each in found.events]


@pytest.mark.parametrize(
    ("event", "kinds"),
    [
        (sp("pv", url="https://shop.example/p", page="Bags"), ["page_viewed"]),
        (sp(about=described("iglu:com.snowplowanalytics.mobile/screen_view", {"name": "Bag"})), ["page_viewed"]),
        (sp(about=described(f"{OWN}/screen_view", {"name": "Bag"})), ["page_viewed"]),
        (action("product_view", product()), ["product_viewed"]),
        (action("add_to_cart", product(), described(f"{SHOP}/cart", {"total_value": 5})), ["product_added"]),
        (action("remove_from_cart", product()), ["product_removed"]),
        (sp(about=described(f"{OWN}/add_to_cart", {"sku": "1", "quantity": 2})), ["product_added"]),
        (sp(about=described(f"{OWN}/remove_from_cart", {"sku": "1", "quantity": 2})), ["product_removed"]),
        (sp(about=described(f"{OWN}/site_search", {"terms": ["red", "mugs"]})), ["products_searched"]),
        (action("transaction", described(f"{SHOP}/transaction", {"transaction_id": "o1", "revenue": 3.3}),
                product(quantity=2), product("x")), ["order_line", "order_line"]),
        (action("transaction", described(f"{SHOP}/transaction", {"transaction_id": "o1", "revenue": 3.3})),
         ["order_line"]),
        (action("refund", described(f"{SHOP}/refund", {"transaction_id": "o1", "refund_amount": 3})), ["order_line"]),
        (sp("ti", ti_id="o1", ti_sk="20725", ti_nm="Bag", ti_pr="1.65", ti_qu="2"), ["order_line"]),
        (sp(about=described("iglu:com.shop/complaint_opened", {"complaint_id": "c1"})), ["complaint_opened"]),
    ],
)  # fmt: skip
def test_what_trackers_of_snowplow_send(event: dict[str, Any], kinds: list[str]) -> None:
    found = arrived(event, OPEN_SERVER)
    assert [each.kind for each in found.events] == kinds
    assert found.names == (("customer", "u1"), ("anonymous", "d1"))
    assert (found.message_id, found.events[0].occurred_at) == (b"e1", 1795285189981_000)
    packed = {name: value for name, value in event.items() if name not in ("ue_pr", "co")}
    for plain, name in (("ue_pr", "ue_px"), ("co", "cx")):
        if plain in event:
            packed[name] = base64.urlsafe_b64encode(event[plain].encode()).decode().rstrip("=" if plain == "co" else "")
    assert arrived(packed, OPEN_SERVER) == found


@pytest.mark.parametrize(
    "event",
    [sp("pp"), sp("tr", tr_id="o1", tr_tt="5"), sp("se", se_ca="Order Completed", se_ac="order completed"),
     action("list_view", product()), action("checkout_step"), sp(about=described(f"{OWN}/link_click", {"x": 1})),
     sp(about=described("iglu:com.acme/viewed_product", {"sku": "s1"})), sp("zz"),
     sp(about=described("com.shop/order_completed", {"order_id": "o1"}))],
)  # fmt: skip
def test_what_means_nothing_here_is_not_guessed(event: dict[str, Any]) -> None:
    nothing = Refusal("we have no use for this event; nothing is kept of it.", wrong=False)
    assert arrive(event, OPEN_SERVER, DOORMAN, NOW) == nothing


def test_an_order_is_read_with_its_lines() -> None:
    transaction = described(f"{SHOP}/transaction", {"transaction_id": "o1", "revenue": 3.3})
    first, second = lines(arrived(action("transaction", transaction, product(quantity=2), product("x")), OPEN_SERVER))
    assert (first.order, first.code, first.units, first.price) == ("o1", "20725", 2, 1650)
    assert (second.code, second.units) == ("x", 1)
    entity = described(f"{SHOP}/refund", {"transaction_id": "o1", "refund_amount": 3})
    (refund,) = lines(arrived(action("refund", entity), OPEN_SERVER))
    assert (refund.nature, refund.price) == ("returned", 3000)


def test_whose_it_is_and_when() -> None:
    session = described(f"{OWN}/client_session", {"userId": "app-1", "sessionIndex": 3})
    app = sp("pv", session)
    del app["duid"]
    assert arrived(app, OPEN_SERVER).names == (("customer", "u1"), ("anonymous", "app-1"))
    user = described(f"{SHOP}/user", {"id": "other", "email": "p@shop.example"})
    assert arrived(sp("pv", user), OPEN_SERVER).names == (
        ("customer", "u1"), ("email", "p@shop.example"), ("anonymous", "d1"),
    )  # fmt: skip
    assert refused({**sp("pv"), "uid": None, "duid": None, "nuid": "x", "tnuid": "y", "ip": "z"}, OPEN_SERVER)
    assert arrived(sp("pv", ttm="1795285180000", stm="1"), OPEN_SERVER).events[0].occurred_at == 1795285180000_000
    slow = sp("pv", dtm=str(NOW // 1000 - 7_200_000), stm=str(NOW // 1000 - 7_195_000))
    assert arrived(slow, OPEN_SERVER).events[0].occurred_at == NOW - 5_000_000, "its clock is put right"
    assert "time" in refused(sp("pv", dtm="soon"), OPEN_SERVER).reason


def test_what_cannot_be_read_is_refused_and_a_no_in_it_is_kept() -> None:
    for broken in (sp(ue_pr="{"), sp(ue_px="!!"), sp(ue_pr="[]"), sp("ue"), sp(ue_pr="\ud800")):
        assert refused(broken, OPEN_SERVER).reason == "`ue_pr` or `ue_px` cannot be read."
        (no, *_) = arrive_with_no(broken)
        assert no.state in ENDS
    assert refused(sp("pv", co="nothing"), OPEN_SERVER).reason == "`co` or `cx` cannot be read."


def arrive_with_no(event: dict[str, Any]) -> Any:
    found = arrive(event, OPEN_SERVER, DOORMAN, NOW, True)
    assert isinstance(found, Arrival)
    assert found.events == ()
    return found.permissions


def test_her_choices_come_in_an_entity_of_ones_own() -> None:
    said = described("iglu:com.shop/consent", {"categoryPreferences": {"Marketing": False, "Analytics": False}})
    found = arrived(sp("pv", said), SERVER)
    assert ([each.state for each in found.permissions], found.events) == (["refused"], ())
    yes = described("iglu:com.shop/consent", {"categoryPreferences": {"Marketing": True, "Analytics": True}})
    assert [each.state for each in arrived(sp("pv", yes), SERVER).permissions] == ["given"]
    assert arrived(sp("pv", yes), PAGE).permissions == ()
    elsewhere = described("iglu:com.shop/collection_point", {"name": "open"})
    assert arrived(sp("pv", elsewhere), SERVER).events[0].point == "open"
    theirs = described(f"{OWN}/consent", {"categoryPreferences": {"Marketing": True}})
    assert arrived(sp("pv", theirs), SERVER).permissions == ()


def ce(kind: str = "com.shop.product.viewed", data: Any = None, **more: Any) -> dict[str, Any]:
    event = {"specversion": "1.0", "id": "c1", "source": "/pos/12", "type": kind, "time": "2026-11-21T18:30:00Z"}
    return event | {"userid": "u1", "data": {"sku": "s1"} if data is None else data} | more


@pytest.mark.parametrize(
    ("kind", "data", "kinds"),
    [
        ("com.shop.product.viewed", None, ["product_viewed"]),
        ("com.shop.product_viewed.v1", None, ["product_viewed"]),
        ("com.shop/product-added/2.0", None, ["product_added"]),
        ("Order.Completed", {"order_id": "o1", "products": [{"sku": "s1", "price": 2}]}, ["order_line"]),
        ("example.order.cancelled.by.us", {"order_id": "o1"}, ["order_cancelled_by_us"]),
        ("com.shop.item.faulty", {"order_id": "o1"}, ["faulty"]),
        ("com.shop.page", {"name": "Bags"}, ["page_viewed"]),
        ("com.shop.identify", {"email": "p@shop.example"}, ["traits"]),
    ],
)
def test_what_cloudevents_mean(kind: str, data: Any, kinds: list[str]) -> None:
    found = arrived(ce(kind, data), OPEN_SERVER)
    assert [each.kind for each in found.events] == kinds
    assert (found.names[0], found.message_id) == (("customer", "u1"), b"/pos/12 c1")


@pytest.mark.parametrize(
    "kind",
    ["com.shop.purchase_order.completed", "com.shop.completed", "orders", "", "..", "com.shop.order.completed.x"],
)
def test_a_type_that_is_none_of_ours_is_not_guessed(kind: str) -> None:
    found = arrive(ce(kind, {"order_id": "o1"}), OPEN_SERVER, DOORMAN, NOW)
    assert found == Refusal("we have no use for this event; nothing is kept of it.", wrong=False)


def test_whom_a_cloudevent_is_about() -> None:
    nobody = {**ce(), "userid": None}
    assert refused({**nobody, "subject": "o-17"}, OPEN_SERVER).reason == "`userId` or `anonymousId` is missing."
    for subject, name in (("customer:7", ("customer", "7")), ("email:p@shop.example", ("email", "p@shop.example")),
                          ("anonymous:b1", ("anonymous", "b1"))):  # fmt: skip
        assert arrived({**nobody, "subject": subject}, OPEN_SERVER).names == (name,)
    assert arrived({**nobody, "data": {"sku": "1", "userId": "8"}}, OPEN_SERVER).names == (("customer", "8"),)
    assert arrived(ce(subject="customer:7"), OPEN_SERVER).names == (("customer", "u1"),)
    refusing = {"sku": "1", "context": {"consent": {"categoryPreferences": {"Marketing": False}}}}
    assert [each.state for each in arrived(ce(data=refusing), SERVER).permissions] == ["refused"]
    assert arrived(ce(collectionpoint="open"), SERVER).events[0].point == "open"


def test_what_of_a_cloudevent_cannot_be_read() -> None:
    for more, reason in (
        ({"specversion": "0.3"}, "`specversion` must be 1.0."),
        ({"datacontenttype": "application/xml", "data": "<a/>"}, "`data` is not JSON."),
        ({"data": "text"}, "`data` is not names and values."),
        ({"data_base64": "!", "data": None}, "`data` cannot be read."),
        ({"data_base64": "e30x", "data": None}, "`data` cannot be read."),
    ):
        assert refused(ce(**more), OPEN_SERVER).reason == reason
    packed = base64.b64encode(b'{"sku": "s1"}').decode()
    assert arrived(ce(data_base64=packed, datacontenttype="text/json", data=None), OPEN_SERVER).events


def test_binary_mode_is_the_same_event() -> None:
    event = ce()
    headers = {f"ce-{name}": str(value) for name, value in event.items() if name != "data"}
    one = from_headers({**headers, "content-type": "application/json"}, b'{"sku": "s1"}')
    assert one is not None
    assert from_cloudevent(one) == from_cloudevent(event)
    quoted = from_headers({**headers, "ce-userid": "Euro%20%E2%82%AC"}, b"{}")
    assert quoted is not None
    assert quoted["userid"] == "Euro €"
    bad = from_headers({**headers, "ce-userid": "%C0%A0"}, b"{}")
    assert bad is not None
    assert "userid" not in bad
    assert from_headers({"ce-id": "1", "content-type": "application/json"}, b"{}") is None


def test_a_page_may_no_more_in_any_shape() -> None:
    for event in (sp("pv", described(f"{SHOP}/user", {"id": "x", "email": "p@shop.example"})), ce(anonymousid="d1")):
        found = arrived(event, OPEN_PAGE)
        assert (found.may_join, {each.person for each in found.events}) == (False, {("anonymous", "d1")})
    identify = arrived(ce("com.shop.identify", {"email": "p@shop.example"}, anonymousid="d1"), OPEN_PAGE)
    assert identify.events == ()


def test_of_one_who_said_no_nothing_is_set_aside_whatever_the_shape() -> None:
    no = {"categoryPreferences": {"Marketing": False}}
    entity = described("iglu:com.shop/consent", no)
    broken = [sp("pv", entity, dtm="soon"), ce(data={"context": {"consent": no}}, time="x")]
    for event in broken:
        assert call_aside(event, OPEN_SERVER, DOORMAN, False) == NOT_ALLOWED
    shown = call_aside(sp("pv", page="Bags", dtm="soon", nuid="cookie", ip="203.0.113.7"), OPEN_SERVER, DOORMAN, False)
    assert b"cookie" not in shown
    assert b"203.0.113.7" not in shown
    assert b"u1" in shown
    assert b"cookie" not in body_aside(b'{"cx": "cookie', OPEN_SERVER, DOORMAN, False)


def test_a_sender_cannot_set_what_is_ours() -> None:
    assert arrived({**sp("pv"), "problem": "x"}, OPEN_SERVER).events
    call = shaped(sp("pv"))
    assert shaped(call) is call


def test_requests_that_their_sdks_really_sent(shared_data: Path) -> None:
    found: dict[str, list[str]] = {}
    for name in ("node_sdks", "py_sdks", "browser_sdks"):
        for line in (shared_data / "sdk_requests" / f"{name}.jsonl").read_text("utf-8").splitlines():
            request = json.loads(line)
            body, path = request.get("body"), request.get("path", "")
            if body is None or ("snowplow" not in path and path != "/ce"):
                continue
            if path == "/ce" and "specversion" not in body:
                body = from_headers(
                    {key.lower(): value for key, value in request["headers"]}, json.dumps(body).encode()
                )
            for each in calls_of(body, 1):
                assert isinstance(each, Call)
                read = arrive(each.payload, OPEN_SERVER, DOORMAN, NOW)
                kinds = [event.kind for event in read.events] if isinstance(read, Arrival) else [read.reason]
                found.setdefault(f"{name} {path[:4]}", []).extend(kinds)
    nobody, useless = "`userId` or `anonymousId` is missing.", "we have no use for this event; nothing is kept of it."
    assert found == {
        "node_sdks /com": [nobody, nobody],
        "node_sdks /ce": [nobody, nobody],
        "py_sdks /com": ["page_viewed", useless],
        "browser_sdks /com": ["page_viewed", useless],
    }


@pytest.mark.parametrize("e", ["pv", "ue", "ti", None, 5, {}, []])
@pytest.mark.parametrize("value", [None, 5, [], {}, "x", "\ud800", 10**400, True, '{"data": 5}', '{"data": [5, {}]}'])
def test_nothing_breaks_it(e: Any, value: Any) -> None:
    for name in ("ue_pr", "ue_px", "co", "cx", "uid", "duid", "dtm", "stm", "ttm", "ti_qu", "ti_pr", "eid", "context"):
        assert isinstance(arrive({"e": e, "tv": 1, name: value}, OPEN_SERVER, DOORMAN, NOW), Arrival | Refusal)
    for name in ("data", "data_base64", "datacontenttype", "subject", "time", "userid", "context", "collectionpoint"):
        event = {**ce(), "data": {"context": value}, name: value}
        assert isinstance(arrive(event, OPEN_SERVER, DOORMAN, NOW), Arrival | Refusal)
