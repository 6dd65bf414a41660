"""By what a call names its person, and when it happened by which clock."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.profile.test_segment import DOOR, NOW, PUBLIC, taken

from tactful.model.records import DAY, HOUR
from tactful.profile.call import CATEGORIES, TIGHTENS
from tactful.profile.events import KINDS
from tactful.profile.identifiers import email_address, loyalty_number, phone_number, plain, strongest_first
from tactful.profile.moment import LONGEST_WAIT, SLOW, put_right
from tactful.profile.segment import Refusal, take
from tactful.profile.times import parse_time
from tactful.profile.tracked import MADE

BRITISH = msgspec.structs.replace(DOOR, region="GB")
LIVE = msgspec.structs.replace(DOOR, live=True)


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("17850", "17850"), (17850, "17850"), ("  x ", "x"), ("Ｇrace", "Grace"), (None, ""), ("", ""), (" ", ""),
        ("null", ""), ("undefined", ""), ("NaN", ""), ("[object Object]", ""), ("guest", ""), ("0", ""),
        ("00000000-0000-0000-0000-000000000000", ""), (True, None), (1.5, None), ({}, None), ("x" * 201, None),
        ("a\x00b", None), ("\ud83d", None), (2**70, None), ("ﷺ" * 20, None),
    ],
)  # fmt: skip
def test_what_names_a_person_and_what_stands_where_a_name_should(value: Any, kept: str | None) -> None:
    assert plain(value) == kept


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("Grace.Hill@Shop.Example", "grace.hill@shop.example"), (" g@shop.example ", "g@shop.example"),
        ("g+news@shop.example", "g+news@shop.example"), ("ü@straße.example", "ü@straße.example"),
        ("g@xn--strae-oqa.example", "g@straße.example"), ("Ｇ@shop.example", "g@shop.example"),
        ("not an address", None), ("g@", None), ("g@shop", None), ("a@b@shop.example", None), ("g@-shop.example", None),
        ("x" * 65 + "@shop.example", None), ("g@shop.local", None), (5, None), (None, None), ("", None),
    ],
)  # fmt: skip
def test_an_address_has_one_spelling(value: Any, kept: str | None) -> None:
    assert email_address(value) == kept


@pytest.mark.parametrize(
    ("value", "region", "kept"),
    [
        ("+44 20 7946 0958", None, "+442079460958"), ("020 7946 0958", "GB", "+442079460958"),
        ("(0) 20 7946-0958", "GB", "+442079460958"), ("020 7946 0958", None, None),
        ("+1 650-253-0000", "GB", "+16502530000"),
        ("12", "GB", None), ("call me", "GB", None), (442079460958, None, None), ("0" * 41, "GB", None),
        ("", "GB", None),
    ],
)  # fmt: skip
def test_a_number_has_one_spelling(value: Any, region: str | None, kept: str | None) -> None:
    assert phone_number(value, region) == kept


def test_a_card_has_one_spelling() -> None:
    assert loyalty_number(" 1234-5678 90 ") == loyalty_number("1234567890") == "1234567890"
    assert loyalty_number("null") is None
    assert loyalty_number("A´") == "Á"


def test_the_strongest_comes_first_and_each_once() -> None:
    names = [
        ("anonymous", "a"),
        ("device", "d"),
        ("phone", "p"),
        ("crm", "c"),
        ("email", "e"),
        ("loyalty", "l"),
        ("customer", "u"),
    ]
    assert [kind for kind, _ in strongest_first([*names, *names], "customer")] == [
        "customer", "loyalty", "email", "phone", "crm", "device", "anonymous",
    ]  # fmt: skip
    assert strongest_first(names, "crm")[0] == ("crm", "c")


def test_every_identifier_is_found_wherever_an_sdk_puts_it() -> None:
    call = {
        "type": "identify",
        "anonymousId": "a1",
        "traits": {"email": "Grace@shop.example", "Loyalty Number": "12 34", "plan": "gold"},
        "context": {
            "traits": {"phone": "020 7946 0958", "email": "grace@shop.example"},
            "device": {"id": "d1", "advertisingId": "never"},
            "externalIds": [
                {"id": "other@shop.example", "type": "email", "collection": "users", "encoding": "none"},
                {"id": "x", "type": "ios.idfa", "collection": "users", "encoding": "none"},
                {"id": "hashed", "type": "email", "encoding": "sha256"},
                {"id": "acme", "type": "group_id", "collection": "accounts"},
            ],
        },
    }
    found = taken(call, BRITISH)
    assert found.names == (
        ("customer", "u1"), ("loyalty", "1234"), ("email", "grace@shop.example"), ("email", "other@shop.example"),
        ("phone", "+442079460958"), ("device", "d1"), ("anonymous", "a1"),
    )  # fmt: skip
    assert found.left_out == ("identifier context.externalIds: of a type that is not known here", "trait plan: no fact")
    assert {event.person for event in found.events} == {("customer", "u1")}


def test_traits_in_the_context_name_her_and_are_told_only_by_an_identify_call() -> None:
    context = {"traits": {"email": "grace@shop.example", "firstName": "Grace"}}
    page = taken({"type": "page", "userId": None, "anonymousId": "a1", "context": context})
    assert page.names == (("email", "grace@shop.example"), ("anonymous", "a1"))
    assert [(event.kind, event.person) for event in page.events] == [("page_viewed", ("email", "grace@shop.example"))]
    assert [event.kind for event in taken({"type": "identify", "context": context}).events] == ["traits"]


def test_a_placeholder_names_nobody_and_is_counted() -> None:
    found = taken({"type": "page", "userId": "undefined", "anonymousId": "a1"})
    assert found.names == (("anonymous", "a1"),)
    assert found.left_out == ("identifier userId: a placeholder",)
    assert isinstance(take({"type": "page", "userId": "null"}, DOOR, NOW), Refusal)


def test_an_alias_gives_names_and_no_events() -> None:
    found = taken({"type": "alias", "previousId": "anon1"})
    assert (found.events, found.names) == ((), (("customer", "u1"), ("anonymous", "anon1")))
    assert taken({"type": "alias", "previousId": "Jen@shop.example"}).names[1] == ("email", "jen@shop.example")


def test_on_a_page_only_what_tightens_is_of_the_person_who_is_named() -> None:
    late = {"type": "track", "event": "Parcel Late", "properties": {"order_id": "1"}, "anonymousId": "a1"}
    assert taken(late, PUBLIC).events[0].person == ("customer", "u1")
    assert taken(late | {"event": "Product Viewed", "properties": {"sku": "1"}}, PUBLIC).events[0].person == (
        "anonymous",
        "a1",
    )


def test_every_kind_of_event_that_comes_in_is_knowledge_of_something() -> None:
    assert set(CATEGORIES) <= set(KINDS)
    assert set(MADE) <= set(CATEGORIES)
    assert set(TIGHTENS) <= set(CATEGORIES)


def at(**times: Any) -> int:
    return taken({"type": "page", "timestamp": None} | times, LIVE).at


def test_a_client_whose_clock_is_wrong_is_put_right() -> None:
    """A clock that is two hours slow; the call waited there for five minutes."""
    sent, written = "2026-11-21T10:00:00Z", "2026-11-21T09:55:00Z"
    assert at(timestamp=written, sentAt=sent) == NOW - 300_000_000
    assert at(originalTimestamp=written, sentAt=sent) == NOW - 300_000_000
    assert at(timestamp="1970-01-01T00:05:00Z", sentAt="1970-01-01T00:10:00Z") == NOW - 300_000_000
    assert at(timestamp="2036-02-07T06:28:10Z", sentAt="2036-02-07T06:28:15Z") == NOW - 5_000_000


def test_what_is_not_plainly_wrong_is_left_as_it_is() -> None:
    written = parse_time("2026-11-21T11:55:00Z", None)
    for sent in (
        "2026-11-21T11:59:30Z",  # a slow network
        "soon", 5, None,  # no time of sending
    ):  # fmt: skip
        assert at(timestamp="2026-11-21T11:55:00Z", sentAt=sent) == written
    history = at(timestamp="2015-01-01T00:00:00Z", sentAt="2026-11-21T10:00:00Z")
    assert history == parse_time("2015-01-01T00:00:00Z", None)
    put_right_before = {"timestamp": "2026-11-21T11:00:00Z", "originalTimestamp": "2026-11-21T11:05:00Z"}
    assert at(**put_right_before, sentAt="2026-11-21T11:10:00Z") == NOW - HOUR


def test_without_a_time_it_is_when_we_received_it() -> None:
    assert at(sentAt="2026-11-21T10:00:00Z") == NOW
    assert at() == NOW


def test_a_file_is_put_right_by_the_receipt_it_bears() -> None:
    times = {"originalTimestamp": "2026-11-21T09:55:00Z", "sentAt": "2026-11-21T10:00:00Z", "timestamp": None}
    assert taken({"type": "page"} | times).at == parse_time("2026-11-21T09:55:00Z", None)
    received = {"receivedAt": "2026-11-21T11:00:00Z"}
    assert taken({"type": "page"} | times | received).at == parse_time("2026-11-21T10:55:00Z", None)


INSTANTS = st.integers(0, 4 * 10**15)


@given(INSTANTS, INSTANTS, INSTANTS)
def test_putting_right_keeps_how_long_it_waited_and_never_reaches_the_future(written: int, sent: int, now: int) -> None:
    found = put_right(written, sent, now)
    if found != written:
        assert found <= now
        assert now - found == max(0, sent - written) <= LONGEST_WAIT
    else:
        assert (
            abs(now - sent) <= SLOW
            or not -SLOW <= sent - written <= LONGEST_WAIT
            or found in (now, now - (sent - written))
        )


def test_the_future_and_the_time_before_time_are_refused() -> None:
    for written, words in (("2026-11-22T12:00:01Z", "24 hours in the future"), ("1969-12-31T23:59:59Z", "before 1970")):
        found = take({"type": "page", "userId": "u1", "timestamp": written}, LIVE, NOW)
        assert isinstance(found, Refusal)
        assert words in found.reason
    assert taken({"type": "page", "timestamp": "2026-11-22T12:00:00Z"}, LIVE).at == NOW + DAY
