"""What `track` calls say: orders, products, searches, complaints, parcels, her word, an end to e-mail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from tactful.model.records import NewEvent
from tactful.profile import events as kinds
from tactful.profile.call import CATEGORIES, TIGHTENS, Call, Refused, first, part, word
from tactful.profile.events import Note, OrderLine
from tactful.profile.orders import is_goods, thousandths
from tactful.profile.staffed import STAFF_KINDS, STAFFED, staffed
from tactful.profile.stated import STATEMENTS, stated

NO_USE = "we have no use for this event; nothing is kept of it."
MOST_PRODUCTS = 1000
STOPS = {"unsubscribed": "email", "email marked as spam": "email"}
"""Events that say in which channel she wants no more promotion."""
_ORDERS = {"order completed": False, "order refunded": True, "order cancelled": True}
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
MADE = frozenset(
    {
        kinds.ORDER_LINE,
        kinds.ORDER_SEEN,
        kinds.PRODUCTS_SEARCHED,
        *_PRODUCTS.values(),
        *(kind for kind, _ in _ABOUT.values()),
    }
)
"""The kinds of events that are made here."""
EVENTS = frozenset({*STOPS, *_ORDERS, *_PRODUCTS, "products searched", "product searched", *_ABOUT, *STAFFED})
"""The names of all events that mean something here, plain."""


def plain_name(payload: Mapping[str, Any]) -> str:
    """The event's name in small letters with blanks between its words. Raises Refused where there is none."""
    name = payload.get("event")
    if not isinstance(name, str) or not (words := name[:200].replace("_", " ").split()):
        raise Refused("`event` is missing.")
    return " ".join(words).lower()


def category_of(name: str) -> str:
    """What a `track` call of this (plain) name tells of, as a category; "" where we have no use for it."""
    if name in _ORDERS:
        return CATEGORIES[kinds.ORDER_LINE]
    if name in ("products searched", "product searched"):
        return CATEGORIES[kinds.PRODUCTS_SEARCHED]
    kind = _PRODUCTS.get(name) or (_ABOUT[name][0] if name in _ABOUT else STAFF_KINDS.get(name, ""))
    return CATEGORIES.get(kind, "")


def tracked(name: str, payload: Mapping[str, Any], call: Call) -> tuple[NewEvent, ...] | None:
    """The events of a `track` call of this (plain) name, None where we have no use for it. Raises Refused."""
    properties = part(payload, "properties")
    if name in _PRODUCTS:
        return call.event(_PRODUCTS[name], Note(_code(properties, "the product"), word(properties, "name")))
    if name in _ORDERS:
        return _order(properties, call, _ORDERS[name])
    if name in ("products searched", "product searched"):
        query = " ".join(word(properties, "query").split())
        if not query:
            raise Refused("`query` is missing.")
        return call.event(kinds.PRODUCTS_SEARCHED, Note(query.casefold(), query))
    if name in _ABOUT:
        kind, names = _ABOUT[name]
        if call.door.public and kind not in TIGHTENS:
            raise Refused(f"“{name}” cannot be taken from a key that anybody can read.")
        return call.event(kind, Note(next((ref for each in names if (ref := word(properties, each))), "")))
    if name in STAFFED:
        return staffed(name, properties, call)
    if name in STATEMENTS:
        return stated(name, properties, call)
    return () if name in STOPS else None


def _order(properties: Mapping[str, Any], call: Call, returned: bool) -> tuple[NewEvent, ...]:
    order = word(properties, "order_id") or word(properties, "checkout_id")
    if not order:
        raise Refused("`order_id` is missing.")
    products = properties.get("products")
    if not isinstance(products, list | tuple):
        products = ()
    if len(products) > MOST_PRODUCTS:
        raise Refused(f"`products` holds more than the {MOST_PRODUCTS} that an order may have.")
    country, ours = _country(properties), _in_our_currency(properties, call)
    kind = kinds.ORDER_SEEN if call.door.public else kinds.ORDER_LINE
    if not products:
        price = thousandths(_number(properties, "total", "revenue", "value")) or 0
        nature = _nature(returned, price)
        line = OrderLine(order, 0, "", "", -1 if returned else 1, price if ours else 0, country, nature, False)
        return call.event(kind, line, 0)
    lines = [_line(order, n, each, country, returned, call) for n, each in enumerate(products)]
    if not ours:
        lines = [msgspec.structs.replace(each, price=0) for each in lines]
    found: tuple[NewEvent, ...] = ()
    for n, each in enumerate(lines):
        made = call.event(kind, each, n)
        if not made:
            break
        found += made
    return found


def _in_our_currency(properties: Mapping[str, Any], call: Call) -> bool:
    """Whether the prices of an order can be added to others; where not, that is counted, and none of them is kept."""
    said = word(properties, "currency").upper()
    if not said or not call.door.currency or said == call.door.currency:
        return True
    call.left_out.append("prices: in another currency")
    return False


def _nature(returned: bool, price: int) -> kinds.Nature:
    return "returned" if returned else "free" if price == 0 else "bought"


def _line(order: str, n: int, product: object, country: str, returned: bool, call: Call) -> OrderLine:
    if not isinstance(product, dict):
        raise Refused(f"product {n + 1} is not a set of names and values.")
    code, name = _code(product, f"product {n + 1}"), word(product, "name")
    units = product.get("quantity", 1)
    if isinstance(units, bool) or not isinstance(units, int | float) or units != units or abs(units) > 1_000_000:
        raise Refused(f"product {n + 1}: `quantity` must be a number.")
    price = thousandths(_number(product, "price"))
    if price is None:
        raise Refused(f"product {n + 1}: `price` must be a number.")
    goods = is_goods(code, call.door.codes_pattern, call.door.not_goods, name)
    pieces = -abs(int(units)) if returned else int(units)
    return OrderLine(order, n, code, name, pieces, price, country, _nature(returned or units < 0, price), goods)


def _number(values: Mapping[str, Any], *names: str) -> str | int | float:
    value = first(values, *names)
    if isinstance(value, str):
        return value[:100]
    if isinstance(value, float) or (isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 63):
        return value
    return 0


def _country(properties: Mapping[str, Any]) -> str:
    for place in ("shipping_address", "shippingAddress", "billing_address", "billingAddress"):
        if country := word(part(properties, place), "country"):
            return country
    return word(properties, "country")


def _code(product: Mapping[str, Any], which: str) -> str:
    code = word(product, "sku") or word(product, "product_id") or word(product, "productId")
    if not code:
        raise Refused(f"{which} has no `sku` and no `product_id`.")
    return code
