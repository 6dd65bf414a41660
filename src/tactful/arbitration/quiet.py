"""Her hours: which hour it may now be for her, and when quiet hours are over for her.

She may live in one of several zones. Quiet is what is quiet in any of them; where no zone is known, it is always
quiet. Instants are microseconds UTC. Days on which clocks are put forward or back need no rule of their own: the
question is always what a clock on her wall shows at an instant. Whoever decides for many people asks the same of the
same zones at one instant, so the last answers are kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from tactful.model.flow import Flow
from tactful.model.records import DAY, QuietHours

MINUTE = 60_000_000
SECOND = 1_000_000
HORIZON = 9 * DAY
DAY_MINUTES = 1440
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_KEPT = 1000


def known_zones(names: Iterable[str]) -> tuple[ZoneInfo, ...]:
    """The zones of these names, in the order of their names; none at all if any name is not a zone."""
    zones = []
    for name in sorted(set(names)):
        try:
            zones.append(ZoneInfo(name))
        except (KeyError, ValueError, OSError):
            return ()
    return tuple(zones)


def local_hours(zones: Iterable[ZoneInfo], now: int) -> Flow:
    """`contact.local_hour_min` and `_max`: the range of hours it may now be for her. Absent if no zone is known."""
    hours = [_wall(zone, now).hour for zone in zones]
    if not hours:
        return {}
    return {"contact.local_hour_min": min(hours), "contact.local_hour_max": max(hours)}


def is_quiet(zones: Iterable[ZoneInfo], quiet: QuietHours, at: int) -> bool:
    """Whether it may be a quiet hour for her at this instant; true if no zone is known."""
    zones = tuple(zones)
    return not zones or any(_quiet_in(zone, quiet, at) for zone in zones)


def opens(zones: Iterable[ZoneInfo], quiet: QuietHours, now: int) -> int | None:
    """The first instant from `now` on at which it is quiet in none of her zones.

    None if no zone is known, or if no such instant comes within nine days.
    """
    zones = tuple(zones)
    at = now
    while zones and at < now + HORIZON:
        busy = [zone for zone in zones if _quiet_in(zone, quiet, at)]
        if not busy:
            return at
        at = max(_change(zone, quiet, at) for zone in busy)
    return None


def closes(zones: Iterable[ZoneInfo], quiet: QuietHours, now: int) -> int:
    """The first instant from `now` on at which it is quiet in one of her zones; `now` if no zone is known."""
    zones = tuple(zones)
    if not zones:
        return now
    return min(now if _quiet_in(zone, quiet, now) else _change(zone, quiet, now) for zone in zones)


@lru_cache(_MOST_KEPT)
def _wall(zone: ZoneInfo, at: int) -> datetime:
    return (_EPOCH + timedelta(microseconds=at)).astimezone(zone)


def _quiet_in(zone: ZoneInfo, quiet: QuietHours, at: int) -> bool:
    wall = _wall(zone, at)
    minute = wall.hour * 60 + wall.minute
    if quiet.start < quiet.end:
        return quiet.start <= minute < quiet.end
    return minute >= quiet.start or minute < quiet.end


@lru_cache(_MOST_KEPT)
def _change(zone: ZoneInfo, quiet: QuietHours, at: int) -> int:
    """The first instant after `at` at which quiet begins or ends in this zone; the horizon if it never does."""
    before, start = _quiet_in(zone, quiet, at), at
    while at < start + HORIZON:
        wall = _wall(zone, at)
        edge = quiet.end if before else quiet.start
        minutes = (edge - (wall.hour * 60 + wall.minute)) % DAY_MINUTES or DAY_MINUTES
        reached = at + minutes * MINUTE - wall.second * SECOND - wall.microsecond
        reached = min(reached, _shift(zone, at, reached))
        if _quiet_in(zone, quiet, reached) != before:
            return reached
        at = reached
    return start + HORIZON


def _shift(zone: ZoneInfo, low: int, high: int) -> int:
    """The instant in (low, high] at which the zone's clocks are moved, to the second; `high` if they are not."""
    offset = _wall(zone, low).utcoffset()
    if _wall(zone, high).utcoffset() == offset:
        return high
    low_second, high_second = low // SECOND, -(-high // SECOND)
    while high_second - low_second > 1:
        middle = (low_second + high_second) // 2
        if _wall(zone, middle * SECOND).utcoffset() == offset:
            low_second = middle
        else:
            high_second = middle
    return high_second * SECOND
