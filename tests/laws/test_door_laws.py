"""What holds at the door whatever comes: it answers, a page grants nothing, what is not collected leaves no trace."""

from __future__ import annotations

import json
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.service.doors import DOORMAN, NOW, OPEN_PAGE, OPEN_SERVER, PAGE, SERVER, point

from tactful.model.arrivals import BROWSERS, Arrival
from tactful.permission.standing import ENDS
from tactful.profile.call import TIGHTENS
from tactful.profile.events import STATED, TRAITS
from tactful.profile.identifiers import email_address, loyalty_number, phone_number, plain
from tactful.profile.segment import Refusal
from tactful.service.door import Doorman, Sender, arrive

HALF = st.characters(exclude_categories=())
TEXT = st.text(HALF, max_size=12) | st.sampled_from(
    ["u1", "a1", "null", "g@shop.example", "+44 20 7946 0958", "\ud800", "\x00"]
)
NUMBER = st.integers() | st.floats() | st.sampled_from([10**400, -(10**400), 2**63, 2**64, float("nan"), 1e308])
LEAF = st.none() | st.booleans() | NUMBER | TEXT
NAMES = st.sampled_from(
    ["type", "event", "userId", "anonymousId", "messageId", "timestamp", "sentAt", "originalTimestamp", "receivedAt",
     "properties", "traits", "context", "previousId", "products", "sku", "price", "quantity", "order_id", "email",
     "phone", "consent", "categoryPreferences", "Analytics", "Advertising", "Marketing", "gpc", "consentManagement",
     "device", "id", "deniedConsentIds", "allowedConsentIds", "externalIds", "externalId", "encoding", "collection",
     "collection_point", "name", "query", "total", "gender", "loyaltyNumber", "address", "city"]
)  # fmt: skip
JSON = st.recursive(
    LEAF,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES | TEXT, inner, max_size=6),
    max_leaves=12,
)
EVENTS = st.sampled_from(
    ["Order Completed", "order_refunded", "Product Viewed", "Product Added", "Products Searched", "Complaint Opened",
     "Complaint Closed", "Parcel Late", "Put Right", "Unsubscribed", "Button Clicked"]
)  # fmt: skip
TIMES = (
    st.sampled_from(["2026-11-21T18:30:59Z", "2026-11-20T10:00:00+01:00", "1970-01-01T00:00:10Z", "2026-11-21"]) | JSON
)
PRODUCT = st.fixed_dictionaries({"sku": LEAF}, optional={"price": LEAF, "quantity": LEAF, "name": LEAF})
CONTEXT = st.fixed_dictionaries(
    {},
    optional={
        "traits": JSON, "device": JSON, "externalIds": JSON, "gpc": JSON, "categoryPreferences": JSON,
        "consent": st.fixed_dictionaries({}, optional={
            "categoryPreferences": st.dictionaries(st.sampled_from(["Analytics", "Advertising", "Marketing"]), LEAF),
            "gpc": LEAF,
        }),
        "collection_point": st.sampled_from(["site", "open", "x", None]) | LEAF,
    },
)  # fmt: skip
CALL = st.fixed_dictionaries(
    {"type": st.sampled_from(["identify", "track", "page", "screen", "alias", "group"]) | LEAF},
    optional={
        "event": EVENTS | LEAF, "userId": st.just("u1") | JSON, "anonymousId": st.just("a1") | JSON, "messageId": JSON,
        "timestamp": TIMES, "sentAt": TIMES, "originalTimestamp": TIMES, "previousId": JSON, "name": LEAF,
        "traits": st.dictionaries(NAMES | TEXT, JSON, max_size=5), "context": CONTEXT | JSON,
        "properties": JSON | st.fixed_dictionaries({}, optional={
            "order_id": LEAF, "sku": LEAF, "query": LEAF, "total": LEAF,
            "products": st.lists(PRODUCT | LEAF, max_size=4),
        }),
    },
)  # fmt: skip
SENDER = st.sampled_from([PAGE, OPEN_PAGE, SERVER, OPEN_SERVER, Sender("web"), Sender("helpdesk", live=False)])
POSTHOG = st.fixed_dictionaries(
    {"distinct_id": st.just("u1") | JSON},
    optional={
        "event": EVENTS | st.sampled_from(["$identify", "$pageview", "$create_alias", "$set"]) | LEAF,
        "properties": JSON | st.fixed_dictionaries({"sku": LEAF}, optional={
            "$set": JSON, "$device_id": JSON, "$is_identified": LEAF, "alias": JSON, "complaint_id": LEAF,
        }),
        "uuid": LEAF, "timestamp": TIMES, "sent_at": TIMES, "context": CONTEXT | JSON,
    },
)  # fmt: skip
ENTITY = st.fixed_dictionaries(
    {"schema": st.sampled_from([
        "iglu:com.snowplowanalytics.snowplow.ecommerce/product/jsonschema/1-0-0",
        "iglu:com.snowplowanalytics.snowplow.ecommerce/transaction/jsonschema/1-0-0",
        "iglu:com.snowplowanalytics.snowplow.ecommerce/user/jsonschema/1-0-0",
        "iglu:com.shop/consent/jsonschema/1-0-0", "iglu:com.shop/collection_point/jsonschema/1-0-0",
    ]) | LEAF},
    optional={"data": CONTEXT | PRODUCT | st.fixed_dictionaries({}, optional={
        "id": LEAF, "email": LEAF, "price": LEAF, "name": st.sampled_from(["site", "open"]) | LEAF,
        "transaction_id": LEAF, "categoryPreferences": JSON}) | JSON},
)  # fmt: skip
SELF = st.fixed_dictionaries(
    {"schema": st.sampled_from([
        "iglu:com.snowplowanalytics.snowplow.ecommerce/snowplow_ecommerce_action/jsonschema/1-0-2",
        "iglu:com.snowplowanalytics.snowplow/site_search/jsonschema/1-0-0",
        "iglu:com.shop/complaint_opened/jsonschema/1-0-0", "iglu:com.shop/staff_note_added/jsonschema/1-0-0",
        "iglu:com.shop/unsubscribed/jsonschema/1-0-0",
    ]) | LEAF},
    optional={"data": JSON | st.fixed_dictionaries({}, optional={
        "type": st.sampled_from(["product_view", "transaction", "refund"]) | LEAF, "terms": JSON,
        "complaint_id": LEAF})},
)  # fmt: skip
MILLIS = st.sampled_from(["1795285189981", 1795285189981, "9999999999999999"]) | LEAF
SNOWPLOW = st.fixed_dictionaries(
    {"e": st.sampled_from(["ue", "ue", "pv", "ti", "pp", "se"]) | LEAF, "tv": st.just("js-4.10.1") | LEAF},
    optional={
        "ue_pr": st.fixed_dictionaries({"data": SELF}) | JSON, "ue_px": LEAF, "cx": LEAF,
        "co": st.fixed_dictionaries({"data": st.lists(ENTITY | JSON, max_size=4)}) | JSON,
        "uid": st.just("u1") | JSON, "duid": st.just("a1") | JSON, "eid": JSON, "dtm": MILLIS, "stm": MILLIS,
        "ttm": MILLIS, "page": LEAF, "ti_id": LEAF, "ti_sk": LEAF, "ti_pr": LEAF, "ti_qu": LEAF, "context": CONTEXT,
    },
)  # fmt: skip
CLOUDEVENT = st.fixed_dictionaries(
    {
        "specversion": st.sampled_from(["1.0", "0.3"]), "id": TEXT, "source": TEXT,
        "type": TEXT | st.sampled_from(["shop.order.completed", "shop.identify", "shop.complaint_opened", "a.page.v1",
                                        "shop.staff_note_added", "shop.model.scored", "shop.product.viewed"]),
    },
    optional={
        "userid": st.just("u1") | JSON, "anonymousid": st.just("a1") | JSON, "time": TIMES, "context": CONTEXT,
        "subject": st.sampled_from(["customer:u1", "email:g@shop.example", "o1"]) | JSON, "datacontenttype": LEAF,
        "data": JSON | st.fixed_dictionaries({}, optional={"context": CONTEXT, "userId": JSON, "sku": LEAF,
                                                           "email": LEAF, "complaint_id": LEAF}),
        "data_base64": LEAF, "collectionpoint": LEAF,
    },
)  # fmt: skip
WHOLE = st.one_of(CALL, CALL, CALL, POSTHOG, SNOWPLOW, CLOUDEVENT, JSON)
SLOW = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def check(answer: Arrival | Refusal) -> None:
    """An answer that a store can keep, or one sentence."""
    if isinstance(answer, Refusal):
        assert answer.reason.endswith((".", "?"))
        assert "\n" not in answer.reason
        assert len(answer.reason) < 250
        return
    msgspec.msgpack.encode(answer)
    for text in (*answer.left_out, *(value for name in answer.names for value in name)):
        assert text.encode()
        assert "\x00" not in text
    assert len(answer.left_out) < 200


@SLOW
@given(WHOLE, SENDER, st.booleans())
def test_whatever_comes_is_answered(payload: Any, sender: Sender, gpc: bool) -> None:
    answer = arrive(payload, sender, DOORMAN, NOW, gpc)
    check(answer)
    if isinstance(answer, Arrival):
        assert all(event.source == sender.source and event.message_id for event in answer.events)
        assert all(event.person is None or event.person in answer.names for event in answer.events)
        assert all(event.occurred_at <= NOW + 86_400_000_000 for event in answer.events)
        assert bool(answer.subjects) <= bool(answer.permissions)
        assert arrive(payload, sender, DOORMAN, NOW, gpc) == answer


@SLOW
@given(WHOLE, st.sampled_from([PAGE, OPEN_PAGE]), st.booleans())
def test_a_forged_event_of_a_page_grants_nothing(payload: Any, sender: Sender, gpc: bool) -> None:
    answer = arrive(payload, sender, DOORMAN, NOW, gpc)
    if isinstance(answer, Arrival):
        assert answer.may_join is False
        assert {each.state for each in answer.permissions} <= ENDS
        assert not {each.kind for each in answer.events} & {
            TRAITS,
            STATED,
            "complaint_closed",
            "put_right",
            "parcel_delivered",
        }
        for event in answer.events:
            assert event.kind in TIGHTENS or event.person is None or event.person[0] == "anonymous"
            assert event.point == sender.point


NOTHING = Doorman(
    [point("""
collection_point: nothing
notice: n
seen_from: 2026-01-01
sources: [web]
purposes: [service]
approved: {by: x, on: 2026-01-01}
""")],
    DOORMAN.traits,
    DOORMAN.not_goods,
    region="GB",
)  # fmt: skip
SECRET = "Zanzibar7719"


def marked(payload: Any) -> Any:
    """The payload with a secret in place of every text that is a value, but for what says the kind of call."""
    if isinstance(payload, dict):
        keep = ("type", "event", "userId", "anonymousId", "messageId", "timestamp", "collection_point")
        return {key: value if key in keep else marked(value) for key, value in payload.items()}
    if isinstance(payload, list):
        return [marked(each) for each in payload]
    return SECRET if isinstance(payload, str) else payload


@SLOW
@given(CALL, st.sampled_from([Sender("web", "nothing"), Sender("web", "nothing", public=True)]), st.booleans())
def test_where_nothing_is_collected_nothing_that_was_sent_remains(payload: Any, sender: Sender, gpc: bool) -> None:
    answer = arrive(marked(payload), sender, NOTHING, NOW, gpc)
    if isinstance(answer, Refusal):
        assert SECRET not in answer.reason
        return
    assert answer.events == ()
    assert SECRET not in repr(answer.left_out)
    if not sender.public:
        assert {kind for kind, _ in answer.names} <= {"customer", "anonymous", "loyalty"}


@SLOW
@given(CALL | SNOWPLOW | CLOUDEVENT, SENDER)
def test_a_refusal_repeats_no_value(payload: Any, sender: Sender) -> None:
    answer = arrive(marked(payload), sender, DOORMAN, NOW)
    if isinstance(answer, Refusal):
        assert SECRET not in answer.reason
    else:
        assert SECRET not in repr(answer.left_out)


def deep(levels: int) -> Any:
    inner: Any = 1
    for _ in range(levels):
        inner = {"a": [inner]}
    return inner


def test_the_very_large_and_the_very_deep_are_answered() -> None:
    base = {"type": "identify", "userId": "u1", "messageId": "m"}
    heavy = [
        base | {"traits": deep(400), "context": deep(400)},
        base | {"traits": {f"t{n}": n for n in range(100_000)}},
        base | {"traits": {"email": "x" * 1_000_000, "phone": "1" * 1_000_000, "name": "y" * 1_000_000}},
        base | {"userId": "x" * 1_000_000},
        base | {"type": "x" * 1_000_000},
        base | {"type": "track", "event": "Product Viewed " * 100_000},
        base | {"context": {"externalIds": [{"type": "email", "id": "g@shop.example"}] * 100_000}},
        base | {"context": {"consent": {"categoryPreferences": {f"c{n}": True for n in range(100_000)}}}},
        base | {"timestamp": "2026-" + "1" * 1_000_000},
        base | {"type": "track", "event": "Order Completed",
                "properties": {"order_id": "o", "products": [{"sku": "1", "price": 1}] * 10_000}},
        {"type": "page", "userId": "u1", "properties": deep(900)},
    ]  # fmt: skip
    for payload in heavy:
        for sender in (PAGE, SERVER, OPEN_SERVER):
            check(arrive(payload, sender, DOORMAN, NOW))


@given(st.text(HALF, max_size=40) | st.emails() | LEAF)
def test_identifiers_are_written_one_way(value: Any) -> None:
    for read in (plain, email_address, loyalty_number, lambda each: phone_number(each, "GB")):
        found = read(value)
        if found:
            assert read(found) == found
            assert found == found.strip()
            assert found.encode()
            assert json.loads(json.dumps(found)) == found


@given(st.from_regex(r"[a-zA-Z0-9._%+-]{1,20}@[a-z0-9.-]{1,20}\.(example|com|test|local)", fullmatch=True))
def test_the_short_way_to_read_an_address_is_that_of_the_library(text: str) -> None:
    from email_validator import EmailNotValidError, validate_email

    try:
        expected = validate_email(text, check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        expected = None
    assert email_address(text) == expected


def test_names_of_nobody_are_of_a_browser_or_a_device() -> None:
    assert {"anonymous", "device"} == BROWSERS
