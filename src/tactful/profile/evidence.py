"""What counts for a derived fact: the single occasions, not too old, not later than the instant, not denied since."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tactful.profile.document import BOUGHT, Document, Line, Seen
from tactful.profile.events import (
    COMPLAINT_OPENED,
    ORDER_SEEN,
    PARCEL_DELIVERED,
    PARCEL_LATE,
    PRODUCT_ADDED,
    PRODUCT_REMOVED,
    PRODUCT_VIEWED,
    PRODUCTS_SEARCHED,
)
from tactful.profile.measures import Person
from tactful.profile.moments import moments, subject

if TYPE_CHECKING:
    from tactful.profile.shop import Shop

NAME_OF = {
    PRODUCT_VIEWED: "browsing.own",
    PRODUCT_ADDED: "browsing.cart",
    PRODUCT_REMOVED: "browsing.cart",
    PRODUCTS_SEARCHED: "search",
}
"""The fact that a kind of event tells of."""
REPORTED = {COMPLAINT_OPENED: "service.complaint", PARCEL_LATE: "service", PARCEL_DELIVERED: "service"}
"""What is told by the number of a complaint or a parcel."""


class Occasion(NamedTuple):
    """Something that happened once. `about` is an order, a product's code or a text."""

    at: int
    key: bytes
    source: str
    about: str
    units: int = 0
    price: int = 0


def noticed(kind: str, person: Person, shop: Shop) -> list[tuple[str, Seen]]:
    """What she looked at, put into the basket, took out or searched for: the last time of each, in no order."""
    name = NAME_OF[kind]
    kept = person.kept(name)
    found = []
    for about, seen in person.document.seen.get(kind, {}).items():
        if not max(kept, person.denied(name, about) + 1) <= seen.at <= person.now:
            continue
        product = person.document.products.get(about)
        sold = product is None or product.goods
        if kind == PRODUCTS_SEARCHED or (sold and shop.goods(about, seen.text)):
            found.append((about, seen))
    return found


def looks(kind: str, person: Person, shop: Shop) -> list[Occasion]:
    """Each time that she did this, in order: with the latest products or texts, and the latest times, that are kept."""
    name = NAME_OF[kind]
    kept = person.kept(name)
    about = {subject(ref): (ref, seen, person.denied(name, ref)) for ref, seen in noticed(kind, person, shop)}
    found = []
    for at, key, checksum in moments(person.document.moments.get(kind, b"")):
        if checksum not in about or not kept <= at <= person.now:
            continue
        ref, seen, denied = about[checksum]
        if at > denied:
            found.append(Occasion(at, key, seen.source, ref))
    return found


def bought(lines: list[Line]) -> list[Occasion]:
    """Lines of orders as occasions."""
    return [Occasion(line.at, line.key, line.source, line.order, line.units, line.price) for line in lines]


def ordered_since(document: Document, code: str, at: int, now: int) -> bool:
    """Whether a product was ordered from an instant on, be it that only a page told of it: for what ends with an order
    and nothing else."""
    seen = document.seen.get(ORDER_SEEN, {}).get(code)
    if seen is not None and at <= seen.at <= now:
        return True
    product = document.products.get(code)
    return product is not None and any(line.nature == BOUGHT and at <= line.at <= now for line in product.lines)


def asked_for(person: Person) -> list[Occasion]:
    """What she asked for in a store, the last time of each, in order of time."""
    kept = person.kept("request")
    found = [
        Occasion(remark.at, remark.key, remark.source, ref)
        for ref, remark in person.document.requests.items()
        if max(kept, person.denied("request", ref) + 1) <= remark.at <= person.now
    ]
    return sorted(found, key=lambda each: (each.at, each.key))


def reported(kind: str, person: Person) -> list[Occasion]:
    """Complaints or parcels, by number, the last time of each that a system of ours told of, in order of time."""
    name = REPORTED[kind]
    kept = person.kept(name)
    found = [
        Occasion(flag.at, flag.key, flag.source, ref)
        for ref, flag in person.document.flags.get(kind, {}).items()
        if flag.source and max(kept, person.denied(name, ref) + 1) <= flag.at <= person.now
    ]
    return sorted(found, key=lambda each: (each.at, each.key))


def counted(what: str, person: Person, shop: Shop) -> list[Occasion]:
    """The occasions of a word of `COUNTED`, in order of time."""
    if what == "orders":
        return bought(person.lines)
    if what == "returned":
        return bought(person.returned)
    if what in REPORTED:
        return reported(what, person)
    return asked_for(person) if what == "requested" else looks(what, person, shop)
