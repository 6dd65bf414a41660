"""Events as Snowplow's trackers send them (tracker protocol, `payload_data`), in the shape of Segment's.

Read: page and screen views, the ecommerce plugin's actions with their product, transaction and refund entities, the
older `add_to_cart`, `remove_from_cart`, `site_search` and transaction items, and self-describing events of one's own
whose schema is named as one of our events (`iglu:com.shop/complaint_opened/jsonschema/1-0-0`). A page ping, a
structured event, the older transaction (its items say what was bought) and all other schemas mean nothing here. Of
the names only `uid` (a customer number), `duid` or a client session's `userId` (a browser or an app), and an e-mail
address in the ecommerce plugin's user are read; cookies of a collector, addresses of machines and their programs are
not. An entity of one's own named `consent` or `collection_point` says what `context.consent` and
`context.collection_point` say.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeGuard

import msgspec

from tactful.profile.call import Shaped, first, part
from tactful.profile.tracked import EVENTS

_PAYLOAD = "iglu:com.snowplowanalytics.snowplow/payload_data/"
_OWN = "com.snowplowanalytics."
_SHOP = "com.snowplowanalytics.snowplow.ecommerce"
_ACTIONS = {
    "product_view": "Product Viewed",
    "add_to_cart": "Product Added",
    "remove_from_cart": "Product Removed",
    "transaction": "Order Completed",
    "refund": "Order Refunded",
}
_OLDER = {"add_to_cart": "Product Added", "remove_from_cart": "Product Removed", "site_search": "Products Searched"}
_NO_USE = "snowplow event"
"""The name of an event that means nothing here."""
_MOST_ENTITIES = 200
_read = msgspec.json.Decoder().decode


def is_payload(document: object) -> TypeGuard[dict[str, Any]]:
    """Whether a document holds the events of a tracker."""
    schema = document.get("schema") if isinstance(document, dict) else None
    return isinstance(schema, str) and schema.startswith(_PAYLOAD)


def is_snowplow(event: object) -> TypeGuard[dict[str, Any]]:
    """Whether a call is one event of a tracker: every one says its kind and the tracker's version."""
    return isinstance(event, dict) and "e" in event and "tv" in event and "type" not in event


def from_snowplow(event: dict[str, Any]) -> Shaped:
    """The same as a call in the shape of Segment."""
    entities, fault = _entities(event)
    name, properties, other = _said(event, entities)
    call = Shaped(
        {
            "type": "track",
            "event": name,
            "messageId": event.get("eid"),
            "userId": event.get("uid"),
            "anonymousId": first(event, "duid") or part(_entity(entities, "client_session"), "data").get("userId"),
            "properties": properties,
            "context": {**_context(entities), **part(event, "context")},
            **_times(event),
        }
    )
    kind = other if other in ("page", "screen") else ""
    call |= {"type": kind, "name": name} if kind else {}
    call.problem = fault or ("" if kind else other)
    return call


def _said(event: Mapping[str, Any], entities: list[dict[str, Any]]) -> tuple[Any, dict[str, Any], str]:
    """The event's name and properties; and `page` or `screen` where it is one, or why it cannot be read."""
    kind = event.get("e")
    if kind == "pv":
        return event.get("page"), {}, "page"
    if kind == "ti":
        item = {"sku": event.get("ti_sk"), "name": event.get("ti_nm"), "price": event.get("ti_pr")}
        product = {**item, "quantity": _number(event.get("ti_qu", 1))}
        return "Order Completed", {"order_id": event.get("ti_id"), "products": [product]}, ""
    if kind != "ue":
        return _NO_USE, {}, ""
    wrapped = _json(event, "ue_pr", "ue_px")
    if wrapped is None:
        return None, {}, "`ue_pr` or `ue_px` cannot be read."
    inner = part(wrapped, "data")
    vendor, schema = _schema(inner.get("schema"))
    data = dict(part(inner, "data"))
    if vendor == _SHOP and schema == "snowplow_ecommerce_action":
        return *_action(data, entities), ""
    if schema == "screen_view" and vendor.startswith(_OWN):
        return data.get("name"), {}, "screen"
    if vendor == f"{_OWN}snowplow" and schema in _OLDER:
        terms = data.get("terms")
        query = " ".join(each for each in terms if isinstance(each, str)) if isinstance(terms, list) else terms
        return _OLDER[schema], {"sku": data.get("sku"), "name": data.get("name"), "query": query}, ""
    own = not vendor.startswith(_OWN) and schema.replace("_", " ") in EVENTS
    return (schema, data, "") if own else (_NO_USE, {}, "")


def _action(data: Mapping[str, Any], entities: list[dict[str, Any]]) -> tuple[str, dict[str, Any]]:
    """An action of the ecommerce plugin: its name here, and what its entities say of it."""
    action = data.get("type")
    name = _ACTIONS.get(action, _NO_USE) if isinstance(action, str) else _NO_USE
    products = [_product(part(each, "data")) for each in entities if _is(each, "product")]
    if not name.startswith("Order"):
        return name, (products[0] if products else {})
    whole = part(_entity(entities, "transaction", "refund"), "data")
    total = first(whole, "revenue", "refund_amount")
    return name, {"order_id": whole.get("transaction_id"), "products": products, "total": total}


def _product(data: Mapping[str, Any]) -> dict[str, Any]:
    units = data.get("quantity")
    return {"sku": data.get("id"), "name": data.get("name"), "price": data.get("price"),
            "quantity": 1 if units is None else units}  # fmt: skip


def _context(entities: list[dict[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    email = part(next((each for each in entities if _is(each, "user")), {}), "data").get("email")
    if email is not None:
        found["traits"] = {"email": email}
    for each in entities:
        vendor, name = _schema(each.get("schema"))
        if name == "consent" and not vendor.startswith(_OWN):
            found["consent"] = each.get("data")
        elif name == "collection_point" and not vendor.startswith(_OWN):
            found["collection_point"] = part(each, "data").get("name")
    return found


def _entities(event: Mapping[str, Any]) -> tuple[list[dict[str, Any]], str]:
    """The entities of an event, and why they cannot be read."""
    if event.get("co") is None and event.get("cx") is None:
        return [], ""
    wrapped = _json(event, "co", "cx")
    entities = wrapped.get("data") if wrapped is not None else None
    if not isinstance(entities, list):
        return [], "`co` or `cx` cannot be read."
    return [each for each in entities[:_MOST_ENTITIES] if isinstance(each, dict)], ""


def _entity(entities: list[dict[str, Any]], *names: str) -> dict[str, Any]:
    """The first of Snowplow's own entities that is named so; empty where there is none."""
    own = (each for each in entities if _schema(each.get("schema"))[0].startswith(_OWN))
    return next((each for each in own if _schema(each.get("schema"))[1] in names), {})


def _is(entity: Mapping[str, Any], name: str) -> bool:
    return _schema(entity.get("schema")) == (_SHOP, name)


def _schema(written: object) -> tuple[str, str]:
    """The vendor and the name of a schema; empty where it is written otherwise than `iglu:VENDOR/NAME/…`."""
    if not isinstance(written, str) or not written.startswith("iglu:"):
        return "", ""
    parts = written[5:300].split("/")
    return (parts[0], parts[1]) if len(parts) == 4 else ("", "")


def _json(event: Mapping[str, Any], plain: str, packed: str) -> dict[str, Any] | None:
    """JSON that stands in an event as a text, or packed in base64; None where it cannot be read."""
    written = event.get(plain)
    if isinstance(written, dict):
        return written
    try:
        if written is None:
            text = event.get(packed)
            if not isinstance(text, str):
                return None
            # Trackers leave the padding out, or not; both alphabets are used.
            written = base64.b64decode(
                text.translate({45: 43, 95: 47}).rstrip("=") + "=" * (-len(text.rstrip("=")) % 4)
            )
        found = _read(written) if isinstance(written, str | bytes) else None
    except (msgspec.MsgspecError, binascii.Error, UnicodeError, RecursionError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _times(event: Mapping[str, Any]) -> dict[str, Any]:
    """The true time where the sender states it; else the device's, with when it sent, to put its clock right."""
    if event.get("ttm") is not None:
        return {"timestamp": _time(event["ttm"])}
    return {"timestamp": _time(event.get("dtm")), "sentAt": _time(event.get("stm"))}


def _time(written: object) -> object:
    """Milliseconds since 1970 as ISO 8601; what is none is given on, to be refused."""
    number = _number(written)
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < 1 << 47:
        return written
    return datetime.fromtimestamp(number // 1000, UTC).replace(microsecond=number % 1000 * 1000).isoformat()


def _number(written: object) -> object:
    """A whole number that stands as a text, as some trackers write all values."""
    if isinstance(written, str) and len(written) < 16 and written.isascii() and written.isdigit():
        return int(written)
    return written
