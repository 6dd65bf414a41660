"""The kinds of events that the profile reads, and what their bodies hold."""

from __future__ import annotations

from typing import Literal

import msgspec

from tactful.model.records import NewEvent

Nature = Literal["bought", "returned", "free"]
Provenance = Literal["provided", "observed", "noted", "inferred", "third_party", "public"]

ORDER_LINE = "order_line"
ORDER_SEEN = "order_seen"
TRAITS = "traits"
STATED = "stated"
PRODUCT_VIEWED = "product_viewed"
PRODUCTS_SEARCHED = "products_searched"
PRODUCT_ADDED = "product_added"
PRODUCT_REMOVED = "product_removed"
PAGE_VIEWED = "page_viewed"
COMPLAINT_OPENED = "complaint_opened"
COMPLAINT_CLOSED = "complaint_closed"
PARCEL_LATE = "parcel_late"
PARCEL_DELIVERED = "parcel_delivered"
PUT_RIGHT = "put_right"
ORDER_CANCELLED_BY_US = "order_cancelled_by_us"
FAULTY = "faulty"
NOTED = "noted"
REQUESTED = "requested"
SCORED = "scored"
APPOINTMENT_BOOKED = "appointment_booked"
APPOINTMENT_CANCELLED = "appointment_cancelled"
APPOINTMENT_KEPT = "appointment_kept"
CONTACTED_US = "contacted_us"

KINDS: dict[str, str] = {
    ORDER_LINE: "One line of an order: bought, brought back or free of charge.",
    ORDER_SEEN: "A line of an order that only a page told of: nothing is bought until a system of ours tells the same.",
    TRAITS: "Things she told us about herself.",
    STATED: "She confirmed or denied something that we hold.",
    PRODUCT_VIEWED: "She looked at a product.",
    PRODUCTS_SEARCHED: "She searched for something.",
    PRODUCT_ADDED: "She put a product into the basket.",
    PRODUCT_REMOVED: "She took a product out of the basket.",
    PAGE_VIEWED: "She looked at a page or a screen.",
    COMPLAINT_OPENED: "She complained.",
    COMPLAINT_CLOSED: "Her complaint was settled.",
    PARCEL_LATE: "A parcel of hers is late.",
    PARCEL_DELIVERED: "A parcel of hers arrived.",
    PUT_RIGHT: "We put right what went wrong.",
    ORDER_CANCELLED_BY_US: "We cancelled an order of hers.",
    FAULTY: "Something that she had from us was faulty.",
    NOTED: "A member of staff wrote something down about her.",
    REQUESTED: "She asked us for something, and a member of staff wrote it down.",
    SCORED: "A model's score of her.",
    APPOINTMENT_BOOKED: "She booked an appointment.",
    APPOINTMENT_CANCELLED: "She cancelled an appointment.",
    APPOINTMENT_KEPT: "She came to an appointment.",
    CONTACTED_US: "She called or wrote to us.",
}


class OrderLine(msgspec.Struct, frozen=True, array_like=True):
    """One line of an order. `n` is its position within the order, `price` thousandths of a currency unit per piece.

    `units` is signed as in the export: below 0 where something was brought back. `goods` is False for postage, fees
    and the like, which are kept and never spoken of.
    """

    order: str
    n: int
    code: str
    name: str
    units: int
    price: int
    country: str
    nature: Nature
    goods: bool


class Note(msgspec.Struct, frozen=True, array_like=True):
    """The body of every other event about one thing: `ref` is a product code, an order or a complaint; `text` is
    its name or what she searched for."""

    ref: str = ""
    text: str = ""


class Reported(Note, frozen=True, array_like=True):
    """The body of an event that tells of something that went wrong. `by_page`: only a page or an app told of it, which
    makes us more careful and is counted for nothing."""

    by_page: bool = False


class Traits(msgspec.Struct, frozen=True, array_like=True):
    """Things about her as text, by fact and part (`contact.name:given`).

    `provenance` says who says so: `provided` is she herself; `observed`, `inferred`, `third_party` and `public` are for
    records that came otherwise, such as a bought list.
    """

    values: dict[str, str]
    provenance: Provenance = "provided"


class Stated(msgspec.Struct, frozen=True, array_like=True):
    """What she said about something we hold: the fact's name, its key ("" for all of that name), whether it is so."""

    name: str
    key: str
    holds: bool


class Noted(msgspec.Struct, frozen=True, array_like=True):
    """What a member of staff (`author`, in `store`) wrote down.

    With `name` (a category such as `preference.service`) it says `text` of that fact; without, it is a note in free
    words. `said_by_her` is true where it is what she said, and then it counts as told by her; else it is the staff's
    own remark.
    """

    author: str
    store: str
    text: str
    name: str = ""
    said_by_her: bool = False


class Requested(msgspec.Struct, frozen=True, array_like=True):
    """What she asked for in a store: a product's code, or free words, or both; who wrote it down, and where."""

    author: str
    store: str
    code: str = ""
    text: str = ""


class Scored(msgspec.Struct, frozen=True, array_like=True):
    """A model's score of her. `value` is parts per million, 0 to 1,000,000."""

    model: str
    version: str
    value: int


Body = OrderLine | Note | Traits | Stated | Noted | Requested | Scored
_encoder = msgspec.msgpack.Encoder(order="deterministic")


def encode_body(body: Body) -> bytes:
    """Deterministic MessagePack of an event's body."""
    return _encoder.encode(body)


def new_event(
    kind: str, body: Body, source: str, message_id: bytes, person: tuple[str, str] | None, at: int
) -> NewEvent:
    """An event for the door. `at` is µs UTC; `message_id` is unique within `source`."""
    return NewEvent(source, message_id, kind, person, at, _encoder.encode(body))
