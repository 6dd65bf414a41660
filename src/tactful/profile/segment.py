"""Events in the shape that the common SDKs send (Segment spec: identify, track, page, screen), to our own."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import tzinfo
from typing import Any

import msgspec

from tactful.model.records import DAY, NewEvent
from tactful.profile import events as kinds
from tactful.profile.events import Note, OrderLine, Traits, new_event
from tactful.profile.orders import NotGoods, is_goods, thousandths
from tactful.profile.times import TimeRefused, parse_time
from tactful.profile.traits import TraitTable, take_traits

FUTURE = DAY
"""How far ahead of our clock an event may lie."""

_LONGEST_ID = 200
_MOST_PRODUCTS = 1000
_NOT_IN_DIGEST = ("sentAt", "receivedAt", "_metadata", "writeKey")
_UNUSED_TYPES = {
    "group": "a group is not a person; nothing is kept of it.",
    "alias": "one person under two names is joined by identifiers with rules, never by an alias call.",
}
_ORDERS = {"order completed": "bought", "order refunded": "returned", "order cancelled": "returned"}
_PRODUCTS = {
    "product viewed": kinds.PRODUCT_VIEWED,
    "product added": kinds.PRODUCT_ADDED,
    "product removed": kinds.PRODUCT_REMOVED,
}
_ABOUT = {
    "complaint opened": (kinds.COMPLAINT_OPENED, ("complaint_id", "ticket_id")),
    "complaint closed": (kinds.COMPLAINT_CLOSED, ("complaint_id", "ticket_id")),
    "parcel late": (kinds.PARCEL_LATE, ("order_id", "parcel_id")),
    "parcel delivered": (kinds.PARCEL_DELIVERED, ("order_id", "parcel_id")),
    "order cancelled by us": (kinds.ORDER_CANCELLED_BY_US, ("order_id",)),
    "item faulty": (kinds.FAULTY, ("order_id", "parcel_id")),
    "put right": (kinds.PUT_RIGHT, ("order_id", "parcel_id")),
}
_TIGHTENS = frozenset({kinds.COMPLAINT_OPENED, kinds.PARCEL_LATE, kinds.ORDER_CANCELLED_BY_US, kinds.FAULTY})


class Door(msgspec.Struct, frozen=True):
    """What is known of the one who sends.

    `zone` is how times without a zone are read (None: they are refused). `public` is true for a key that stands in a
    page or an app, where anybody can read it: from it a person is taken only where that can tighten; all else is
    kept without a person, and nothing of it counts as told by her. `person_kind` is the kind of its user ids.
    """

    source: str
    traits: TraitTable
    not_goods: NotGoods
    codes_pattern: str | None = None
    zone: tzinfo | None = None
    public: bool = False
    person_kind: str = "customer"


class Taken(msgspec.Struct, frozen=True):
    """The events of one line. `unused` are the traits that were not kept, to be counted."""

    events: tuple[NewEvent, ...]
    unused: tuple[str, ...] = ()


class Refusal(msgspec.Struct, frozen=True):
    """Why nothing was taken, in one sentence. `wrong` is false where nothing is wrong and we have no use for it."""

    reason: str
    wrong: bool = True


class _Refused(Exception):
    def __init__(self, reason: str, wrong: bool = True) -> None:
        super().__init__(reason)
        self.refusal = Refusal(reason, wrong)


def take(payload: object, door: Door, now: int) -> Taken | Refusal:
    """The events of one call of an SDK, received at `now` (µs), or why there are none."""
    try:
        if not isinstance(payload, Mapping):
            raise _Refused("this is not a set of names and values.")
        return _take(payload, door, now)
    except _Refused as refused:
        return refused.refusal
    except TimeRefused as refused:
        return Refusal(str(refused))


def _take(payload: Mapping[str, Any], door: Door, now: int) -> Taken:
    kind = str(_first(payload, "type", "action") or "").casefold()
    if kind in _UNUSED_TYPES:
        raise _Refused(_UNUSED_TYPES[kind], wrong=False)
    if kind not in ("identify", "track", "page", "screen"):
        raise _Refused("`type` must be identify, track, page or screen.")
    user, anonymous = _id(payload, "userId", "user_id"), _id(payload, "anonymousId", "anonymous_id")
    if not user and not anonymous:
        raise _Refused("`userId` or `anonymousId` is missing.")
    call = _Call(door, (door.person_kind, user) if user else None, _message_id(payload), _time(payload, door, now))
    if kind == "identify":
        return _identify(payload, call)
    if kind != "track":
        name = _first(payload, "name")
        return Taken((call.event(kinds.PAGE_VIEWED, Note(name if isinstance(name, str) else "")),))
    name = payload.get("event")
    if not isinstance(name, str) or not name.strip():
        raise _Refused("`event` is missing.")
    properties = payload.get("properties")
    return _track(name, properties if isinstance(properties, Mapping) else {}, call)


class _Call(msgspec.Struct, frozen=True):
    door: Door
    person: tuple[str, str] | None
    message_id: bytes
    at: int

    def event(self, kind: str, body: kinds.Body, n: int | None = None) -> NewEvent:
        message_id = self.message_id if n is None else self.message_id + b"/" + str(n).encode()
        person = self.person if not self.door.public or kind in _TIGHTENS else None
        return new_event(kind, body, self.door.source, message_id, person, self.at)


def _identify(payload: Mapping[str, Any], call: _Call) -> Taken:
    traits = payload.get("traits")
    if not isinstance(traits, Mapping):
        traits = {}
    kept, unused = take_traits(traits, call.door.traits)
    if call.door.public:
        kept, unused = {}, tuple(sorted({*unused, *traits}))
    return Taken((call.event(kinds.TRAITS, Traits(kept)),), unused)


def _track(name: str, properties: Mapping[str, Any], call: _Call) -> Taken:
    plain = " ".join(re.split(r"[\s_]+", name.strip().casefold()))
    if plain in _ORDERS:
        return Taken(tuple(_order(properties, call, _ORDERS[plain] == "returned")))
    if plain in _PRODUCTS:
        return Taken((call.event(_PRODUCTS[plain], Note(_code(properties, "the product"), _word(properties, "name"))),))
    if plain in ("products searched", "product searched"):
        query = " ".join(_word(properties, "query").split())
        if not query:
            raise _Refused("`query` is missing.")
        return Taken((call.event(kinds.PRODUCTS_SEARCHED, Note(query.casefold(), query)),))
    if plain in _ABOUT:
        kind, names = _ABOUT[plain]
        if call.door.public and kind not in _TIGHTENS:
            raise _Refused(f"“{name}” cannot be taken from a key that anybody can read.")
        ref = next((word for each in names if (word := _word(properties, each))), "")
        return Taken((call.event(kind, Note(ref)),))
    raise _Refused("we have no use for this event; nothing is kept of it.", wrong=False)


def _order(properties: Mapping[str, Any], call: _Call, returned: bool) -> list[NewEvent]:
    order = _word(properties, "order_id") or _word(properties, "checkout_id")
    if not order:
        raise _Refused("`order_id` is missing.")
    products = properties.get("products")
    if not isinstance(products, list | tuple):
        products = []
    if len(products) > _MOST_PRODUCTS:
        raise _Refused(f"an order may have {_MOST_PRODUCTS} products.")
    country = _country(properties)
    if not products:
        price = thousandths(_number(properties, "total", "revenue", "value")) or 0
        line = OrderLine(order, 0, "", "", -1 if returned else 1, price, country, _nature(returned, price), False)
        return [call.event(kinds.ORDER_LINE, line, 0)]
    return [
        call.event(kinds.ORDER_LINE, _line(order, n, each, country, returned, call.door), n)
        for n, each in enumerate(products)
    ]


def _nature(returned: bool, price: int) -> kinds.Nature:
    return "returned" if returned else "free" if price == 0 else "bought"


def _line(order: str, n: int, product: object, country: str, returned: bool, door: Door) -> OrderLine:
    if not isinstance(product, Mapping):
        raise _Refused(f"product {n + 1} is not a set of names and values.")
    code, name = _code(product, f"product {n + 1}"), _word(product, "name")
    units = product.get("quantity", 1)
    if isinstance(units, bool) or not isinstance(units, int | float) or units != units or abs(units) > 1_000_000:
        raise _Refused(f"product {n + 1}: `quantity` must be a number.")
    price = thousandths(_number(product, "price"))
    if price is None:
        raise _Refused(f"product {n + 1}: `price` must be a number.")
    goods = is_goods(code, door.codes_pattern, door.not_goods, name)
    pieces = -abs(int(units)) if returned else int(units)
    return OrderLine(order, n, code, name, pieces, price, country, _nature(returned or units < 0, price), goods)


def _number(values: Mapping[str, Any], *names: str) -> str | int | float:
    value = _first(values, *names)
    return value if isinstance(value, str | int | float) and not isinstance(value, bool) else 0


def _country(properties: Mapping[str, Any]) -> str:
    for place in ("shipping_address", "shippingAddress", "billing_address", "billingAddress"):
        address = properties.get(place)
        if isinstance(address, Mapping) and (country := _word(address, "country")):
            return country
    return _word(properties, "country")


def _code(product: Mapping[str, Any], which: str) -> str:
    code = _word(product, "sku") or _word(product, "product_id") or _word(product, "productId")
    if not code:
        raise _Refused(f"{which} has no `sku` and no `product_id`.")
    return code


def _word(values: Mapping[str, Any], name: str) -> str:
    value = values.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value).strip()[:_LONGEST_ID]


def _first(values: Mapping[str, Any], *names: str) -> Any:
    return next((values[name] for name in names if values.get(name) is not None), None)


def _id(payload: Mapping[str, Any], *names: str) -> str:
    value = _first(payload, *names)
    if value is None or value == "":
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int) or len(str(value)) > _LONGEST_ID:
        raise _Refused(f"`{names[0]}` must be a text of at most {_LONGEST_ID} characters.")
    return str(value).strip()


def _message_id(payload: Mapping[str, Any]) -> bytes:
    given = _first(payload, "messageId", "message_id")
    if isinstance(given, str) and 0 < len(given) <= _LONGEST_ID:
        return given.encode("utf-8", "surrogatepass")
    body = {name: value for name, value in payload.items() if name not in _NOT_IN_DIGEST}
    try:
        return b"digest:" + hashlib.blake2b(msgspec.json.encode(body, order="deterministic"), digest_size=16).digest()
    except (TypeError, ValueError, RecursionError, OverflowError):
        raise _Refused("this cannot be written as JSON.") from None


def _time(payload: Mapping[str, Any], door: Door, now: int) -> int:
    written = _first(payload, "timestamp", "originalTimestamp", "sentAt")
    at = now if written is None else parse_time(written, door.zone)
    if at > now + FUTURE:
        raise _Refused("the time lies more than 24 hours in the future.")
    if at < 0:
        raise _Refused("the time lies before 1970.")
    return at
