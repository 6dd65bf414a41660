"""Her hours, also on the days when clocks are moved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tactful.arbitration.quiet import closes, is_quiet, known_zones, local_hours, opens
from tactful.model.records import HOUR, QuietHours

EVENING = QuietHours(20 * 60, 8 * 60)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def at(text: str) -> int:
    return (datetime.fromisoformat(text) - EPOCH) // timedelta(microseconds=1)


def local(text: str, zone: str) -> int:
    moment = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))
    return (moment - EPOCH) // timedelta(microseconds=1)


def test_the_edges_of_quiet_hours() -> None:
    london = known_zones(["Europe/London"])
    assert not is_quiet(london, EVENING, at("2011-12-09T19:59:59+00:00"))
    assert is_quiet(london, EVENING, at("2011-12-09T20:00:00+00:00"))
    assert is_quiet(london, EVENING, at("2011-12-10T07:59:59+00:00"))
    assert not is_quiet(london, EVENING, at("2011-12-10T08:00:00+00:00"))


def test_quiet_hours_within_one_day() -> None:
    noon = QuietHours(12 * 60, 13 * 60)
    london = known_zones(["Europe/London"])
    assert opens(london, noon, at("2011-12-09T12:30:10+00:00")) == at("2011-12-09T13:00:00+00:00")
    assert closes(london, noon, at("2011-12-09T13:00:00+00:00")) == at("2011-12-10T12:00:00+00:00")


def test_all_plausible_zones_must_be_awake() -> None:
    zones = known_zones(["America/New_York", "America/Los_Angeles"])
    nine_to_nine = QuietHours(21 * 60, 8 * 60)
    assert is_quiet(zones, nine_to_nine, local("2011-12-09T10:59", "America/New_York"))
    assert not is_quiet(zones, nine_to_nine, local("2011-12-09T11:00", "America/New_York"))
    assert is_quiet(zones, nine_to_nine, local("2011-12-09T21:00", "America/New_York"))
    assert opens(zones, nine_to_nine, local("2011-12-09T22:00", "America/New_York")) == local(
        "2011-12-10T08:00", "America/Los_Angeles"
    )
    assert local_hours(zones, local("2011-12-09T10:30", "America/New_York")) == {
        "contact.local_hour_min": 7,
        "contact.local_hour_max": 10,
    }


@pytest.mark.parametrize("names", [[], ["Europe/Atlantis"], ["Europe/London", "nowhere"], ["../etc"], ["Europe"], [""]])
def test_an_unknown_zone_is_always_quiet(names: list[str]) -> None:
    zones = known_zones(names)
    assert zones == ()
    assert is_quiet(zones, EVENING, 0)
    assert opens(zones, EVENING, 0) is None
    assert closes(zones, EVENING, 5) == 5
    assert local_hours(zones, 0) == {}


def test_the_night_in_which_clocks_go_forward_is_an_hour_shorter() -> None:
    london = known_zones(["Europe/London"])
    start = at("2011-03-26T20:00:00+00:00")
    assert opens(london, EVENING, start) == at("2011-03-27T07:00:00+00:00")


def test_the_night_in_which_clocks_go_back_is_an_hour_longer() -> None:
    london = known_zones(["Europe/London"])
    start = at("2011-10-29T19:00:00+00:00")
    assert opens(london, EVENING, start) == at("2011-10-30T08:00:00+00:00")


def test_an_end_inside_the_gap_comes_when_the_gap_is_jumped() -> None:
    """02:00 becomes 03:00 in Berlin: quiet hours until 02:30 are over at that very instant."""
    berlin = known_zones(["Europe/Berlin"])
    until_half_past_two = QuietHours(22 * 60, 2 * 60 + 30)
    assert opens(berlin, until_half_past_two, at("2011-03-26T23:00:00+00:00")) == at("2011-03-27T01:00:00+00:00")


def test_an_hour_that_comes_twice_is_quiet_twice() -> None:
    """03:00 becomes 02:00 in Berlin: quiet hours from 02:00 to 02:30 come twice."""
    berlin = known_zones(["Europe/Berlin"])
    half_hour = QuietHours(2 * 60, 2 * 60 + 30)
    first = at("2011-10-30T00:00:00+00:00")
    assert is_quiet(berlin, half_hour, first)
    over = opens(berlin, half_hour, first)
    assert over == at("2011-10-30T00:30:00+00:00")
    assert closes(berlin, half_hour, over) == at("2011-10-30T01:00:00+00:00")


ZONES = ("Europe/London", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Cairo")


@given(
    st.lists(st.sampled_from(ZONES), min_size=1, max_size=3),
    st.integers(0, 1439),
    st.integers(0, 1439),
    st.integers(at("2010-01-01T00:00:00+00:00"), at("2013-01-01T00:00:00+00:00")),
)
def test_opening_is_the_first_instant_that_is_not_quiet(names: list[str], start: int, end: int, now: int) -> None:
    zones, hours = known_zones(names), QuietHours(start, end)
    found = opens(zones, hours, now)
    if found is None:
        return
    assert not is_quiet(zones, hours, found)
    assert found == now or is_quiet(zones, hours, found - 1)
    step = 10 * 60_000_000
    assert all(is_quiet(zones, hours, each) for each in range(now, min(found, now + 40 * HOUR), step))


@given(st.sampled_from(ZONES), st.integers(0, 1439), st.integers(1, 1438), st.integers(0, 2**51))
def test_one_zone_always_opens_within_two_days(name: str, start: int, length: int, now: int) -> None:
    found = opens(known_zones([name]), QuietHours(start, (start + length) % 1440), now)
    assert found is not None
    assert found - now <= 48 * HOUR
