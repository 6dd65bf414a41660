"""The journey: the same in any order, blind to what has not happened yet, and at one with what a flow is told."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from tests.profile.given import DAY_0, event, line

from tactful.model.records import DAY, HOUR, Event
from tactful.profile.attributes import AttributeSettings, Countries, attributes
from tactful.profile.events import (
    COMPLAINT_CLOSED,
    COMPLAINT_OPENED,
    PARCEL_DELIVERED,
    PARCEL_LATE,
    PRODUCT_ADDED,
    PRODUCT_REMOVED,
    PRODUCT_VIEWED,
    PRODUCTS_SEARCHED,
    PUT_RIGHT,
    Note,
)
from tactful.profile.fold import fold
from tactful.profile.journey import PAUSE, journey

KINDS = (
    COMPLAINT_CLOSED, COMPLAINT_OPENED, PARCEL_DELIVERED, PARCEL_LATE, PRODUCT_ADDED, PRODUCT_REMOVED, PRODUCT_VIEWED,
    PRODUCTS_SEARCHED, PUT_RIGHT,
)  # fmt: skip
VIA = {"web": "web", "app": "app", "orders": "till"}
when = st.integers(0, 30 * 48).map(lambda half_hours: half_hours / 48)
code = st.sampled_from("abc")
notes = st.builds(
    lambda kind, ref, day, source: event(kind, Note(ref, ref.upper()), day, source),
    st.sampled_from(KINDS), code, when, st.sampled_from(["web", "app", "helpdesk"]),
)  # fmt: skip
bought = st.builds(
    lambda day, ref, nature: line(day, ref, nature=nature), when, code, st.sampled_from(["bought", "returned"])
)
histories = st.lists(notes | bought, max_size=25, unique_by=lambda each: each.key)
instants = st.integers(0, 40).map(lambda days: DAY_0 + days * DAY + DAY // 2)


@given(histories, instants, st.randoms())
def test_the_order_of_arrival_does_not_matter(events: list[Event], now: int, random: object) -> None:
    shuffled = list(events)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert journey(shuffled, now, VIA) == journey(events, now, VIA)


@given(histories, instants)
def test_what_has_not_happened_yet_is_not_there(events: list[Event], now: int) -> None:
    assert journey(events, now, VIA) == journey([each for each in events if each.occurred_at <= now], now, VIA)


@given(histories, instants)
def test_every_event_is_in_exactly_one_episode(events: list[Event], now: int) -> None:
    found = [step.key for episode in journey(events, now, VIA).episodes for step in episode.steps]
    assert sorted(found) == sorted(each.key.hex() for each in events if each.occurred_at <= now)


@given(histories, instants)
def test_an_open_complaint_is_what_a_flow_is_told(events: list[Event], now: int) -> None:
    happened = [each for each in events if each.occurred_at <= now]
    told = attributes(fold(None, happened), now, AttributeSettings(Countries({}))).keys
    shown = any(each.kind == COMPLAINT_OPENED for each in journey(events, now, VIA).middle_of)
    assert shown == (told.get("customer.complaint_open") is True)


@given(histories, instants)
def test_a_visit_has_no_long_pause_and_one_channel(events: list[Event], now: int) -> None:
    for episode in journey(events, now, VIA).episodes:
        if episode.kind == "visit":
            times = [step.at for step in episode.steps]
            assert all(later - earlier <= PAUSE for earlier, later in pairwise(times))
            assert len({step.via or step.source for step in episode.steps}) == 1


def test_half_an_hour_is_one_visit_and_more_is_two() -> None:
    first = event(PRODUCT_VIEWED, Note("a"), 1, "web")
    for minutes, visits in ((30, 1), (30.001, 2)):
        second = event(PRODUCT_VIEWED, Note("b"), 1 + minutes / 60 / 24, "web")
        assert len(journey([first, second], second.occurred_at + HOUR, VIA).episodes) == visits
