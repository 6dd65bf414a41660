"""What staff write down, what she asks for in a store, and what models say of her, at the door and after it."""

from __future__ import annotations

import pytest
from tests.profile.given import SHOP
from tests.profile.test_segment import DOOR, NOW, PUBLIC, refused, taken, track

from tactful.model.records import DAY, Event, NewEvent
from tactful.profile.call import NOT_COLLECTED
from tactful.profile.facts import read
from tactful.profile.fold import fold
from tactful.profile.journey import journey
from tactful.profile.segment import Taken, take
from tactful.service.journeys import happened, middle_of

NOTE = track(
    "Staff Note Added",
    author="Mia",
    store="Bath",
    text="Prefers to be left to look around.",
    about="preference.service",
)
WISH = track("Product Requested In Store", author="Mia", store="Bath", sku="20725", text="the red lunch bag")
SCORE = track("Model Scored", model="rhythm", version="3", value=0.25)


def kept(events: tuple[NewEvent, ...]) -> list[Event]:
    return [
        Event(b"k%07d" % n, each.source, each.kind, each.occurred_at, NOW, each.body, each.point)
        for n, each in enumerate(events)
    ]


def told(*payloads: dict[str, object]) -> list[Event]:
    return kept(
        tuple(event for n, each in enumerate(payloads) for event in taken({**each, "messageId": f"m{n}"}).events)
    )


def test_a_note_is_hers_to_see_with_who_wrote_it() -> None:
    events = told(NOTE)
    (fact,) = read(fold(None, events), NOW, SHOP).facts("preference.service")
    assert fact.provenance == "noted"
    assert "Prefers to be left to look around." in str(fact.value) + fact.she_reads
    (episode,) = journey(events, NOW, {}).episodes
    assert happened(episode, "GBP") == (
        "Noted of how she likes to be served: “Prefers to be left to look around.”, written down by Mia in Bath."
    )


def test_a_request_waits_until_she_has_it() -> None:
    wished = told(WISH)
    (waiting,) = journey(wished, NOW, {}).middle_of
    assert middle_of(waiting) == "Asked for the red lunch bag, and has not had it yet."
    order = {"type": "track", "event": "Order Completed", "timestamp": "2026-11-20T13:00:00Z",
             "properties": {"order_id": "o", "products": [{"sku": "20725", "price": 1}]}}  # fmt: skip
    assert journey(told(WISH, order), NOW, {}).middle_of == ()
    (fact,) = read(fold(None, wished), NOW, SHOP).facts("request")
    assert (fact.provenance, fact.value["open"], fact.value["by"], fact.value["store"]) == (
        "provided",
        True,
        "Mia",
        "Bath",
    )


def test_a_score_is_a_number_of_a_model() -> None:
    (episode,) = journey(told(SCORE), NOW, {}).episodes
    assert happened(episode, "GBP") == "The model rhythm gave 0.25."


def test_an_appointment_waits_until_she_came_or_cancelled() -> None:
    about = {"appointment_id": "A-1", "starts_at": "2026-11-25 10:00", "store": "Bath"}
    booked = track("Appointment Booked", **about)
    (waiting,) = journey(told(booked), NOW, {}).middle_of
    assert middle_of(waiting) == "Has an appointment (A-1): 2026-11-25 10:00, Bath."
    for ended in ("Appointment Kept", "Appointment Cancelled"):
        after = {**track(ended, appointment_id="A-1"), "timestamp": "2026-11-20T13:00:00Z"}
        assert journey(told(booked, after), NOW, {}).middle_of == ()
        other = {**track(ended, appointment_id="A-2"), "timestamp": "2026-11-20T13:00:00Z"}
        assert len(journey(told(booked, other), NOW, {}).middle_of) == 1


def test_a_call_is_in_the_journey() -> None:
    called = track("Contacted Us", contact_id="C-9", channel="call", about="Where is my parcel?")
    (episode,) = journey(told(called), NOW, {}).episodes
    assert happened(episode, "GBP") == "She called or wrote to us (C-9): Where is my parcel?"


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        (track("Staff Note Added", store="Bath", text="x"), "author"),
        (track("Staff Note Added", author="Mia", text="x"), "store"),
        (track("Staff Note Added", author="Mia", store="Bath", text=" "), "says nothing"),
        (track("Staff Note Added", author="Mia", store="Bath", text="x" * 1001), "1000 characters"),
        (track("Staff Note Added", author="Mia", store="Bath", text="x", about="nonsense"), "no category"),
        (track("Staff Note Added", author="Mia", store="Bath", text="sad", about="mood"), "never stored"),
        (track("Product Requested In Store", author="Mia", store="Bath"), "sku"),
        (track("Product Requested In Store", sku="1"), "author"),
        (track("Appointment Booked", store="Bath"), "appointment_id"),
        (track("Model Scored", value=0.5), "model"),
        (track("Model Scored", model="m", value=1.5), "from 0 to 1"),
        (track("Model Scored", model="m", value=True), "from 0 to 1"),
        (track("Model Scored", model="m", value=float("nan")), "from 0 to 1"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_what_is_missing_is_said(payload: dict[str, object], field: str) -> None:
    assert field in refused(payload).reason


@pytest.mark.parametrize("payload", [NOTE, WISH, SCORE], ids=["note", "wish", "score"])
def test_never_from_a_page(payload: dict[str, object]) -> None:
    assert "key that anybody can read" in refused(payload, PUBLIC).reason


def test_a_note_of_what_is_not_collected_is_counted_and_not_kept() -> None:
    payload = {"userId": "u1", "messageId": "m", "timestamp": "2026-11-20T12:00:00Z", **NOTE}
    result = take(payload, DOOR, NOW, lambda category: NOT_COLLECTED if category == "preference.service" else "")
    assert isinstance(result, Taken)
    assert (result.events, result.left_out) == ((), (f"event noted: {NOT_COLLECTED}",))
    assert result.at == NOW - DAY
