"""Windows and caps."""

from __future__ import annotations

from tactful.arbitration.pressure import counts, full
from tactful.model.records import DAY, HOUR, Cap, Contact

NOW = 1_323_432_000_000_000


def heard(ago: int, purpose: str = "market", channel: str = "email") -> Contact:
    return Contact(channel, purpose, NOW - ago)


def test_a_window_is_open_at_its_far_end() -> None:
    flow = counts([heard(DAY), heard(DAY - 1), heard(7 * DAY)], NOW)
    assert (flow["contact.last_24h"], flow["contact.last_7d"], flow["contact.last_30d"]) == (1, 2, 3)


def test_all_channels_and_purposes_count_together_and_each_alone() -> None:
    flow = counts([heard(HOUR, "service", "sms"), heard(HOUR), heard(HOUR, channel="kiosk")], NOW)
    assert (flow["contact.last_24h"], flow["contact.sms_last_24h"], flow["contact.push_last_7d"]) == (3, 1, 0)


def test_a_contact_being_handed_over_counts_already() -> None:
    assert counts([heard(-2_000_000)], NOW)["contact.last_24h"] == 1


def test_contacts_that_are_not_known_give_no_count() -> None:
    assert counts(None, NOW) == {}


def test_a_full_cap_opens_when_enough_have_left_the_window() -> None:
    cap = Cap(2, 7 * DAY)
    contacts = [heard(6 * DAY), heard(2 * DAY), heard(DAY)]
    found = full([cap], contacts, "market", "email", NOW)
    assert found is not None
    assert found.opens == NOW - 2 * DAY + 7 * DAY
    assert full([cap], contacts, "market", "email", found.opens) is None
    assert full([cap], contacts, "market", "email", found.opens - 1) is not None


def test_a_cap_counts_its_purposes_over_all_channels() -> None:
    cap = Cap(1, 7 * DAY)
    assert full([cap], [heard(DAY, channel="sms")], "winback", "email", NOW) is not None
    assert full([cap], [heard(DAY, "order")], "winback", "email", NOW) is None
    assert full([cap], [heard(DAY)], "order", "email", NOW) is None


def test_a_cap_of_one_channel_binds_there_only() -> None:
    cap = Cap(1, 7 * DAY, "sms")
    assert full([cap], [heard(DAY, channel="sms")], "market", "email", NOW) is None
    assert full([cap], [heard(DAY)], "market", "sms", NOW) is None
    assert full([cap], [heard(DAY, channel="sms")], "market", "sms", NOW) is not None


def test_the_last_of_several_caps_to_open_decides() -> None:
    caps = [Cap(1, DAY), Cap(1, 7 * DAY)]
    found = full(caps, [heard(HOUR)], "market", "email", NOW)
    assert found is not None
    assert found.opens == NOW - HOUR + 7 * DAY


def test_a_cap_that_cannot_be_evaluated_holds() -> None:
    found = full([Cap(1, DAY)], None, "market", "email", NOW)
    assert found is not None
    assert found.opens is None
    never = full([Cap(0, DAY)], [], "market", "email", NOW)
    assert never is not None
    assert never.opens is None
