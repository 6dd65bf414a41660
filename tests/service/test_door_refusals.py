"""A no at the door is kept, whatever else is wrong with the call; and a yes is never more than she said."""

from __future__ import annotations

from typing import Any

import pytest
from tests.service.doors import DOORMAN, NOW, OPEN_PAGE, OPEN_SERVER, PAGE, SERVER, SITE, arrived, call, point, refused

from tactful.model.arrivals import Arrival
from tactful.model.said import ENDS
from tactful.permission.consent import GRAIN
from tactful.service.door import Doorman, Sender, arrive

MINUTE = 60_000_000
NO = {"consent": {"categoryPreferences": {"Marketing": False}}}
YES = {"consent": {"categoryPreferences": {"Marketing": True}}}
BOTH = {"consent": {"categoryPreferences": {"Marketing": True, "Advertising": False}}}
U1, A1, MAIL = ("customer", "u1"), ("anonymous", "a1"), ("email", "ann@shop.example")
NO_CONTACT = Doorman([point(SITE.replace("[contact, ", "["))], DOORMAN.traits, DOORMAN.not_goods, region="GB")


def stop(**other: Any) -> dict[str, Any]:
    return call(event="Unsubscribed", properties={}, **other)


def said(arrival: Arrival) -> list[tuple[str, str, str]]:
    return [(each.purpose, each.channel, each.state) for each in arrival.permissions]


@pytest.mark.parametrize(
    ("payload", "why", "ends"),
    [
        (call(properties={}, context=NO), "the product has no `sku`", [("market", "*", "refused")]),
        (call(properties={}, context=BOTH), "the product has no `sku`", [("advertise", "*", "refused")]),
        (stop(timestamp="2026-11-21 19:00"), "", [("market", "email", "withdrawn")]),
        (stop(timestamp="2026-11-22T19:32:00Z"), "more than 24 hours", [("market", "email", "withdrawn")]),
        (stop(type="Track "), "`type` must be", [("market", "email", "withdrawn")]),
        (stop(context={"collection_point": "old"}), "names no collection point", [("market", "email", "withdrawn")]),
        (call(context=NO | {"collection_point": "old"}), "names no collection point", [("market", "*", "refused")]),
    ],
)
def test_a_no_is_kept_of_a_call_that_is_refused(payload: Any, why: str, ends: list[Any]) -> None:
    found = arrived(payload)
    assert said(found) == ends
    assert (found.subjects, found.events, found.names, found.message_id) == ((U1, A1), (), (), b"m1")
    assert len(found.left_out) == 1
    assert found.left_out[0].startswith("call: ")
    assert why in found.left_out[0]
    assert all(NOW <= each.occurred_at < NOW + GRAIN and each.received_at == NOW for each in found.permissions) or (
        ends[0][2] == "withdrawn" and found.permissions[0].occurred_at == NOW
    )


def test_global_privacy_control_is_kept_of_an_order_without_a_number() -> None:
    found = arrived(call(event="Order Completed", properties={}), PAGE, gpc=True)
    assert [each.purpose for each in found.permissions] == ["sell", "advertise"]
    assert (found.subjects, found.events, found.may_join) == ((U1, A1), (), False)


def test_a_no_is_kept_where_one_of_her_names_cannot_be_read() -> None:
    found = arrived(stop(userId={"a": 1}))
    assert (found.subjects, said(found)) == ((A1,), [("market", "email", "withdrawn")])
    several = arrived(call(context=NO), Sender("web"))
    assert said(several) == [("market", "*", "refused")]


def test_a_call_that_is_refused_and_says_no_no_stays_refused() -> None:
    refused(call(properties={}))
    refused(call(properties={}, context=YES))
    refused(call(timestamp="2026-11-21 19:00", context=YES))
    refused(call(properties={}, userId=None, anonymousId=None, context=NO))
    refused(call(properties={}, context=NO), OPEN_SERVER)
    refused([NO])


def test_a_refusal_without_an_id_is_known_when_it_comes_again() -> None:
    once = [arrived(call(properties={}, messageId=None, context=NO)).message_id for _ in range(2)]
    assert once[0] == once[1]
    assert once[0].startswith(b"digest:")
    half = arrived(call(properties={"x": "\ud800"}, messageId=None, context=NO))
    assert (said(half), half.message_id != b"") == ([("market", "*", "refused")], True)


def test_where_no_point_is_known_nobody_is_made_of_a_refusal() -> None:
    found = arrive(call("page"), Sender("till"), DOORMAN, NOW, True)
    assert isinstance(found, Arrival)
    assert {each.purpose for each in found.permissions} == {"sell", "advertise"}
    assert (found.may_join, found.nobodies) == (False, frozenset())


def test_a_refusal_by_an_address_that_is_not_collected_reaches_her() -> None:
    un = stop(userId=None, anonymousId=None, context={"traits": {"email": MAIL[1]}})
    found = arrive(un, SERVER, NO_CONTACT, NOW)
    assert isinstance(found, Arrival)
    assert (found.subjects, found.names, said(found)) == ((MAIL,), (), [("market", "email", "withdrawn")])
    assert not found.may_join, "she is found by it, and never made of what is not collected"


def test_a_yes_is_only_for_a_name_that_may_be_kept() -> None:
    mail = call("identify", userId=None, anonymousId=None, traits={"email": MAIL[1]})
    alone = arrive(mail | {"context": YES}, SERVER, NO_CONTACT, NOW)
    assert isinstance(alone, Arrival)
    assert (alone.permissions, alone.subjects) == ((), ())
    mixed = arrive(mail | {"context": BOTH}, SERVER, NO_CONTACT, NOW)
    assert isinstance(mixed, Arrival)
    assert {each.state for each in mixed.permissions} <= ENDS
    assert mixed.subjects == (MAIL,)
    first = arrive(mail | {"anonymousId": "a1", "context": YES}, SERVER, NO_CONTACT, NOW)
    assert isinstance(first, Arrival)
    assert (first.subjects, said(first)) == ((A1, MAIL), [("market", "email", "given")])


def test_of_nobody_nothing_is_kept() -> None:
    search = call(event="Products Searched", properties={"query": "divorce lawyer ann smith"}, anonymousId=None)
    found = arrived(search, OPEN_PAGE)
    assert (found.events, found.left_out) == ((), ("event products_searched: of nobody",))
    assert "ann smith" not in repr(found)
    hers = arrived(call(event="Complaint Opened", properties={"complaint_id": "c"}, anonymousId=None), OPEN_PAGE)
    assert [(each.kind, each.person) for each in hers.events] == [("complaint_opened", U1)]
    assert arrived(search).left_out == ("event products_searched: Analytics not known",)


@pytest.mark.parametrize(
    "times",
    [
        {"timestamp": "2026-11-21T17:51:00Z", "sentAt": "2026-11-21T17:51:00Z"},
        {"timestamp": None, "sentAt": "2026-11-21T17:51:00Z"},
        {"timestamp": "2026-11-21T18:31:00Z", "originalTimestamp": "2026-11-21T17:51:00Z"},
    ],
)
def test_a_yes_that_comes_late_is_no_later_than_it_was_written(times: dict[str, Any]) -> None:
    (yes,) = arrived(call("identify", context=YES, **times)).permissions
    assert NOW - 40 * MINUTE - GRAIN < yes.occurred_at <= NOW - 40 * MINUTE
    (no,) = arrived(call("identify", context=NO, **times)).permissions
    assert NOW <= no.occurred_at < NOW + GRAIN, "and a no is no earlier than by our clock"


def test_a_yes_of_a_clock_that_is_ahead_is_put_right() -> None:
    times = {"timestamp": "2026-11-21T20:31:00Z", "sentAt": "2026-11-21T20:32:00Z"}
    (yes,) = arrived(call("identify", context=YES, **times)).permissions
    assert NOW - MINUTE - GRAIN < yes.occurred_at <= NOW - MINUTE
