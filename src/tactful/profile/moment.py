"""When a call happened: by the client's clock, put right where that clock is plainly wrong.

The rule is that of Segment: occurred = received - (sent - written), where both `sent` and `written` come from the
client's clock. It is used only where the clock is off by more than a minute, so that a slow network moves nothing and
a repeated call keeps its time; only where the call waited at the client for at most 90 days, so that a history which
a server writes with its true times is not moved; and never into the future.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo
from typing import Any

from tactful.model.records import DAY
from tactful.profile.call import Door, Refused, first
from tactful.profile.times import TimeRefused, parse_time

FUTURE = DAY
"""How far ahead of our clock an event may lie."""
SLOW = 60_000_000
"""How late a call may arrive before its client's clock is doubted, µs."""
LONGEST_WAIT = 90 * DAY
"""How long a call may have waited at a client whose clock is put right, µs."""


def moment(payload: Mapping[str, Any], door: Door, now: int) -> int:
    """µs UTC of what the call tells, received at `now`. Raises TimeRefused, Refused."""
    written = first(payload, "timestamp", "originalTimestamp")
    if written is None:
        other = None if door.live else first(payload, "sentAt")
        return now if other is None else _checked(parse_time(other, door.zone), now)
    at = parse_time(written, door.zone)
    sent = payload.get("sentAt")
    if sent is not None and not _put_right_before(payload):
        received = now if door.live else _or_none(payload.get("receivedAt"), door.zone)
        at = put_right(at, _or_none(sent, door.zone), received)
    return _checked(at, now)


def written_at(payload: Mapping[str, Any], door: Door, at: int) -> int:
    """The earliest that a call which happened at `at` (µs) says it was written, by whatever clock; at most `at`.

    A call that waited on its way cannot be told from one of a slow clock. What a yes undoes must not hang on that.
    """
    written = [payload.get("timestamp"), payload.get("originalTimestamp")]
    if written == [None, None]:
        written = [payload.get("sentAt")]
    return max(0, min([at, *(read for each in written if (read := _or_none(each, door.zone)) is not None)]))


def put_right(written: int, sent: int | None, received: int | None) -> int:
    """The instant that a client wrote, by our clock (all in µs)."""
    if sent is None or received is None or abs(received - sent) <= SLOW:
        return written
    waited = sent - written
    return received - max(0, waited) if -SLOW <= waited <= LONGEST_WAIT else written


def _put_right_before(payload: Mapping[str, Any]) -> bool:
    """Whether somebody before us did it already: then the call bears both times."""
    return payload.get("timestamp") is not None and payload.get("originalTimestamp") is not None


def _or_none(written: object, zone: tzinfo | None) -> int | None:
    try:
        return parse_time(written, zone) if written is not None else None
    except TimeRefused:
        return None


def _checked(at: int, now: int) -> int:
    if at > now + FUTURE:
        raise Refused("the time lies more than 24 hours in the future.")
    if at < 0:
        raise Refused("the time lies before 1970.")
    return at
