"""An event that names its collection point is of that one alone, also where several cover its source."""

from __future__ import annotations

import msgspec
from tests.profile.given import SHOP, event, line

from tactful.profile.events import PRODUCT_VIEWED, TRAITS, Note, Traits
from tactful.profile.facts import read
from tactful.profile.fold import fold
from tactful.profile.origin import origin_of, point_named, source_of
from tactful.profile.told import Told

TOLD = (Told("checkout", ("orders",), ("order", "service"), 0), Told("club", ("orders",), ("recommend",), 0))
TWO = msgspec.structs.replace(SHOP, told=TOLD)


def test_the_point_says_what_she_was_told() -> None:
    told = event(TRAITS, Traits({"contact.email:value": "penny@shop.example"}), 2)
    seen = event(PRODUCT_VIEWED, Note("20725", "LUNCH BAG"), 3)
    for point, purposes in (
        ("checkout", ("order", "service")),
        ("club", ("recommend",)),
        ("gone", ()),
        ("", ("order", "recommend", "service")),
    ):
        events = [msgspec.structs.replace(each, point=point) for each in (told, seen, line(1))]
        known = read(fold(None, events), events[1].occurred_at + 1, TWO)
        for name in ("contact.email", "browsing.own", "purchase.item", "purchase.recency"):
            (fact,) = known.facts(name)
            assert fact.purposes == purposes, (point, name)
            assert fact.acquired_via == "till", "the channel is of the source, whatever the point"
            assert fact.point == (point if point in ("checkout", "club") else None if point else fact.point)


def test_an_origin_is_taken_apart_again() -> None:
    for source, point in (("orders", ""), ("orders", "club"), ("a b", "c-d")):
        assert (source_of(origin_of(source, point)), point_named(origin_of(source, point))) == (source, point)
