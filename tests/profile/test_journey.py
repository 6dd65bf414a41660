"""What she is in the middle of, told from a history."""

from __future__ import annotations

import msgspec
from tests.profile.given import DAY_0, event, line

from tactful.model.records import DAY
from tactful.profile.events import (
    COMPLAINT_CLOSED,
    COMPLAINT_OPENED,
    PARCEL_DELIVERED,
    PARCEL_LATE,
    PRODUCT_ADDED,
    PRODUCT_REMOVED,
    PRODUCT_VIEWED,
    TRAITS,
    Note,
    Traits,
)
from tactful.profile.journey import journey
from tactful.service.journeys import happened, middle_of

VIA = {"web": "web", "tablet": "app", "orders": "till"}


def at(day: float) -> int:
    return DAY_0 + int(day * DAY) + DAY // 2


def sentences(*events: object, now: float = 20) -> list[str]:
    return [middle_of(each) for each in journey(events, at(now), VIA).middle_of]  # type: ignore[arg-type]


def test_a_basket_waits_until_she_orders_or_takes_it_out_or_it_is_old() -> None:
    mug, tray = (
        event(PRODUCT_ADDED, Note(code, name), day, "web") for code, name, day in (("m", "Mug", 10), ("t", "Tray", 11))
    )
    assert sentences(mug, tray) == ["Has 2 things in the basket and has not ordered: Tray and Mug."]
    assert sentences(mug, tray, event(PRODUCT_REMOVED, Note("m"), 12, "tablet")) == [
        "Has 1 thing in the basket and has not ordered: Tray."
    ]
    assert sentences(mug, tray, line(12, "other")) == [], "who ordered has left the checkout, whatever she took"
    assert sentences(mug, tray, now=26) == []
    assert sentences(mug, tray, now=24.5) == ["Has 1 thing in the basket and has not ordered: Tray."]


def test_looking_takes_two_visits_over_all_devices() -> None:
    once = event(PRODUCT_VIEWED, Note("s", "Cake Stand"), 10, "web")
    again = event(PRODUCT_VIEWED, Note("s", "Cake Stand"), 10.01, "web")
    later = event(PRODUCT_VIEWED, Note("s", "Cake Stand"), 12, "tablet")
    assert sentences(once, again) == []
    assert sentences(once, again, later) == ["Came back to look at Cake Stand, and has not bought."]
    assert sentences(once, later, line(13, "s")) == []
    assert sentences(later, line(11, "s"), once) == [], "before and after she bought are not the same search"


def test_what_is_open_closes_by_its_number() -> None:
    opened = event(COMPLAINT_OPENED, Note("H-1"), 5, "helpdesk")
    late = event(PARCEL_LATE, Note("o-1"), 6, "carrier")
    assert sentences(opened, late) == [
        "Waits for a parcel that is late (o-1).",
        "Complained (H-1), and it is not settled.",
    ]
    assert sentences(
        opened, late, event(COMPLAINT_CLOSED, Note("H-2"), 7), event(PARCEL_DELIVERED, Note("o-1"), 7)
    ) == ["Complained (H-1), and it is not settled."]
    assert sentences(opened, event(COMPLAINT_CLOSED, Note("H-1"), 7)) == []
    assert sentences(event(COMPLAINT_CLOSED, Note("H-1"), 4), opened) == ["Complained (H-1), and it is not settled."]


def test_an_order_is_one_line_and_its_return_another() -> None:
    lines = [line(3, "a", "Mug", 2, 5000, order="o1"), line(3.1, "b", "Tray", 1, 2500, order="o1")]
    back = line(6, "a", "Mug", -1, 5000, order="o1", nature="returned")
    found = [happened(each, "GBP") for each in journey([*lines, back], at(9), VIA).episodes]
    assert found == ["Brought back or cancelled 1 piece: Mug.", "Bought 3 pieces for 12.50 GBP: Mug and Tray."]


def test_what_she_told_us_is_named_and_never_shown() -> None:
    told = event(
        TRAITS, Traits({"contact.email:value": "penny@shop.example", "contact.address:city": "Bath"}), 3, "web"
    )
    (episode,) = journey([told], at(9), VIA).episodes
    assert happened(episode, "GBP") == "Told us her postal address and her e-mail address."
    assert "penny" not in repr(episode)


def test_a_body_of_another_time_is_still_an_event() -> None:
    odd = msgspec.structs.replace(event(PRODUCT_VIEWED, Note("a"), 3, "web"), body=b"\xc1")
    other = msgspec.structs.replace(odd, key=b"2" * 16, kind="from_the_future", body=b"")
    assert {step.kind for each in journey([odd, other], at(9), VIA).episodes for step in each.steps} == {
        PRODUCT_VIEWED,
        "from_the_future",
    }
