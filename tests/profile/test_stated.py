"""Her word on what we hold, from the door to the fact."""

from __future__ import annotations

import pytest
from tests.profile.given import SHOP
from tests.profile.test_segment import BASE, DOOR, NOW, PUBLIC, refused, taken, track
from tests.profile.test_staffed import told

from tactful.profile.call import NOT_COLLECTED
from tactful.profile.facts import read
from tactful.profile.fold import fold
from tactful.profile.journey import journey
from tactful.profile.segment import Taken, take
from tactful.service.journeys import happened

SAW = track("Product Viewed", sku="20725", name="LUNCH BAG RED") | {"timestamp": "2026-11-20T09:00:00Z"}
LATER = SAW | {"timestamp": "2026-11-20T11:30:00Z"}
DENIED = track("Fact Denied", fact="browsing.own", key="20725") | {"timestamp": "2026-11-20T11:00:00Z"}
CONFIRMED = track("Fact Confirmed", fact="browsing.own", key="20725") | {"timestamp": "2026-11-20T11:10:00Z"}


def held(*payloads: dict[str, object]) -> list[tuple[str, bool | None]]:
    facts = read(fold(None, told(*payloads)), NOW, SHOP).facts("browsing.own")
    return [(fact.key, fact.known_to_her) for fact in facts]


def test_what_she_denied_is_gone_until_it_is_learned_again() -> None:
    assert held(SAW) == [("20725", None)]
    assert held(SAW, DENIED) == []
    assert held(DENIED, SAW) == []
    assert held(SAW, DENIED, CONFIRMED) == [("20725", True)]
    assert held(SAW, DENIED, LATER) == [("20725", True)]


def test_it_stands_in_her_journey() -> None:
    (first, _) = journey(told(SAW, DENIED), NOW, {}).episodes
    assert happened(first, "GBP") == "Said that it is not so: what she looked at with us (20725)."


def test_a_label_or_a_derived_fact_can_be_denied() -> None:
    for name in ("label.a_while", "derived.looks", "note", "request"):
        (event,) = taken(track("Fact Denied", fact=name)).events
        assert event.kind == "stated"


@pytest.mark.parametrize(
    ("properties", "says"),
    [
        ({}, "`fact` is missing: what of all that we hold is meant?"),
        ({"fact": "preference.siez"}, "`fact` is not the name of a fact. Did you mean preference.size?"),
        ({"fact": "Zanzibar 7719"}, "`fact` is not the name of a fact."),
    ],
)
def test_what_names_no_fact_is_refused_and_not_repeated(properties: dict[str, object], says: str) -> None:
    assert refused(track("Fact Denied", **properties)).reason == says


def test_a_page_can_neither_deny_nor_confirm() -> None:
    for name in ("Fact Denied", "Fact Confirmed"):
        assert "a key that anybody can read" in refused(track(name, fact="browsing.own"), PUBLIC).reason


def test_where_nothing_is_collected_a_no_is_kept_and_a_yes_is_not() -> None:
    denied = take(BASE | DENIED, DOOR, NOW, lambda category: NOT_COLLECTED)
    confirmed = take(BASE | CONFIRMED, DOOR, NOW, lambda category: NOT_COLLECTED)
    assert isinstance(denied, Taken)
    assert [each.kind for each in denied.events] == ["stated"]
    assert isinstance(confirmed, Taken)
    assert confirmed.events == ()
    assert confirmed.left_out == ("event stated: not collected here",)


def test_a_wish_is_over_when_she_says_so() -> None:
    wished = [
        track("Product Requested In Store", author="Mia", store="Bath", text=text)
        | {"timestamp": f"2026-11-20T0{n}:00:00Z"}
        for n, text in enumerate(("Red  Gloves", "a blue hat"))
    ]
    over = track("Fact Denied", fact="request", key="red gloves") | {"timestamp": "2026-11-20T11:00:00Z"}
    events = told(*wished, over)
    (waits,) = journey(events, NOW, {}).middle_of
    assert waits.names == ("a blue hat",)
    assert [fact.key for fact in read(fold(None, events), NOW, SHOP).facts("request")] == ["a blue hat"]
    assert journey(told(*wished, over | track("Fact Denied", fact="request")), NOW, {}).middle_of == ()
