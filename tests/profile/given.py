"""A small shop and its customers, for the tests of the profile."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

import msgspec

import tactful.profile
from tactful.model.records import DAY, Event
from tactful.profile.dignity import load_undignified
from tactful.profile.document import Document
from tactful.profile.events import (
    NOTED,
    ORDER_LINE,
    ORDER_SEEN,
    REQUESTED,
    SCORED,
    STATED,
    TRAITS,
    Body,
    Nature,
    Note,
    Noted,
    OrderLine,
    Provenance,
    Requested,
    Scored,
    Stated,
    Traits,
    encode_body,
)
from tactful.profile.facts import Known, read
from tactful.profile.fold import fold
from tactful.profile.labels import Declared, load_labels
from tactful.profile.orders import load_not_goods
from tactful.profile.revealing import load_revealing
from tactful.profile.shop import Shop
from tactful.profile.told import Told
from tactful.profile.traits import load_keeps

TABLES = Path(tactful.profile.__file__).parent / "tables"
DAY_0 = 14_900 * DAY
NOON = DAY // 2

DUE = """
labels:
  - label: due_again
    kind: label.propensity
    means: Something she buys regularly is likely to be running low.
    she_reads: "You often buy {{ item.plain_name }}, usually every {{ rhythm.in_words }}."
    from: [purchase.item, purchase.recency]
    formula: times_bought >= 3 && usual_gap >= 5 && days_since_last >= 0.9 * usual_gap
    never_about: [OLD1]
    reveals: same_as_product
    forget_after: 90 days
  - label: reseller
    kind: label.segment
    means: Buys in quantities that suggest a shop rather than a home.
    she_reads: "You buy in quantities, so we treat you as a business."
    from: [purchase.value, purchase.frequency]
    formula: median_units_per_line >= 24
  - label: a_while
    kind: label.segment
    replaces: lapsed
    means: She has not ordered for longer than she usually leaves it. We do not know why.
    she_reads: "It is a while since you ordered from us."
    from: [purchase.recency, purchase.frequency]
    formula: days_since_last > 3 * usual_gap && days_since_last > 60
    used_only_to: [ask]
    forget_after: 30 days
  - label: expecting
    refused: "What it reveals is special (health)."
"""


def table(name: str) -> tuple[str, str]:
    """Text and label of a packaged table."""
    return (TABLES / name).read_text(encoding="utf-8"), name


def declared(text: str = DUE) -> Declared:
    return load_labels(text, "labels.yaml", load_undignified(*table("undignified.yaml")))


WORKED_OUT = """
derived:
  - {derived: looks, count: product_viewed, within: 10 days, means: x, she_reads: "You looked {{ number }} times."}
  - {derived: searches, count: products_searched, within: 3 days, means: x, she_reads: "{{ number }} searches."}
  - {derived: orders_lately, count: orders, within: 10 days, means: x, she_reads: "You ordered {{ number }} times."}
  - {derived: brought_back, count: returned, within: 10 days, means: x, she_reads: "You returned {{ number }} things."}
  - {derived: wishes, count: requested, within: 10 days, means: x, she_reads: "You asked for {{ number }} things."}
  - {derived: complaints, count: complaint_opened, within: 10 days, means: x, she_reads: "{{ number }} complaints."}
  - {derived: late, count: parcel_late, within: 10 days, means: x, she_reads: "{{ number }} parcels were late."}
  - {derived: arrived, recency: parcel_delivered, means: x, she_reads: "A parcel came {{ number }} days ago."}
  - {derived: since_look, recency: product_viewed, means: x, she_reads: "You looked {{ number }} days ago."}
  - {derived: since_order, recency: orders, means: x, she_reads: "You ordered {{ number }} days ago."}
  - {derived: spent, sum: value, within: 10 days, means: x, she_reads: "We add up {{ number }}."}
  - {derived: pieces, sum: units, means: x, she_reads: "You bought {{ number }} pieces."}
  - {derived: size, last: preference.size, means: x, she_reads: "Your size is {{ value }}."}
  - {derived: best, top: product, by: units, most: 2, means: x, she_reads: "You often buy {{ list }}."}
  - {derived: pace, rhythm: orders, means: x, she_reads: "You usually order {{ rhythm.how_often }}."}
  - derived: left
    sequence: [product_viewed, product_added]
    unless: ordered
    within: 3 days
    means: x
    she_reads: "{{ number }} things that you looked at wait in your basket."
  - derived: likely
    score: repeat
    from: [purchase.frequency, browsing.own]
    reveals: nothing
    forget_after: 7 days
    means: x
    she_reads: "We think it {{ percent }} % likely that you order again."
labels:
  - label: curious
    kind: label.segment
    means: Looks often.
    she_reads: "You looked at several things lately."
    from: [derived.looks]
    formula: derived.looks >= 2
    forget_after: 5 days
  - label: likely_soon
    kind: label.propensity
    means: A model thinks that she orders again.
    she_reads: "We think that you may order again."
    from: [derived.likely, purchase.frequency]
    formula: derived.likely >= 0.7 && orders >= 1
"""

CHECKOUT = Told("checkout", ("orders",), ("order", "recommend", "service"), 0)
SHOP = Shop(
    load_revealing(*table("revealing-products.yaml")),
    load_keeps(*table("keeps.yaml")),
    load_not_goods(*table("not_goods.yaml")),
    declared(),
    (CHECKOUT,),
    {"orders": "till"},
)


def event(kind: str, body: Body, day: float, source: str = "orders", key: object = None) -> Event:
    at = DAY_0 + int(day * DAY) + NOON
    name = repr((kind, body, day, source, key)).encode()
    return Event(hashlib.blake2b(name, digest_size=16).digest(), source, kind, at, at, encode_body(body))


def received(event: Event, day: float) -> Event:
    """The same event, as received at this day."""
    return msgspec.structs.replace(event, received_at=at_day(day))


def line(
    day: float,
    code: str = "20725",
    name: str = "LUNCH BAG RED RETROSPOT",
    units: int = 1,
    price: int = 1650,
    order: str = "",
    country: str = "United Kingdom",
    nature: Nature = "bought",
    goods: bool = True,
    source: str = "orders",
) -> Event:
    body = OrderLine(order or f"o{day}", 0, code, name, units, price, country, nature, goods)
    return event(ORDER_LINE, body, day, source)


def page_told(line: Event) -> Event:
    """The same line of an order, told by a page with a key that anybody can read."""
    return msgspec.structs.replace(line, kind=ORDER_SEEN, key=b"\xfe" + line.key)


def note(kind: str, day: float, ref: str = "", text: str = "", source: str = "orders") -> Event:
    return event(kind, Note(ref, text), day, source)


def traits(day: float, values: dict[str, str], source: str = "orders", provenance: Provenance = "provided") -> Event:
    return event(TRAITS, Traits(values, provenance), day, source)


def noted(day: float, text: str, name: str = "", said_by_her: bool = False, source: str = "store") -> Event:
    return event(NOTED, Noted("Dora", "Bath", text, name, said_by_her), day, source)


def requested(day: float, code: str = "", text: str = "", source: str = "store") -> Event:
    return event(REQUESTED, Requested("Dora", "Bath", code, text), day, source)


def scored(day: float, value: int, model: str = "repeat", version: str = "1", source: str = "models") -> Event:
    return event(SCORED, Scored(model, version, value), day, source)


def stated(day: float, name: str, holds: bool, key: str = "") -> Event:
    return event(STATED, Stated(name, key, holds), day)


def at_day(day: float) -> int:
    return DAY_0 + int(day * DAY) + NOON


def known(events: Iterable[Event], day: float, shop: Shop = SHOP, wanted: frozenset[str] | None = None) -> Known:
    return read(fold(None, events), at_day(day), shop, wanted)


def shop_with(**changes: object) -> Shop:
    return msgspec.structs.replace(SHOP, **changes)


def folded(*events: Event) -> Document:
    return fold(None, events)


RICH = shop_with(declared=declared(WORKED_OUT + DUE.replace("\nlabels:\n", "")))
