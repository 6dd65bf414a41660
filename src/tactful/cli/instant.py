"""Instants on the command line: the clock, and `--now 2011-12-10T10:00`."""

from __future__ import annotations

import datetime as dt
import time
from zoneinfo import ZoneInfo, available_timezones

from tactful.cli.screen import fail
from tactful.model.problems import suggestion

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def clock() -> int:
    """The clock, in microseconds UTC."""
    return time.time_ns() // 1000


def today() -> dt.date:
    """The day, by the clock, in UTC."""
    return dt.datetime.now(dt.UTC).date()


def known_zone(name: str, option: str = "--zone") -> str:
    """The name of a time zone, if it is one."""
    if name not in available_timezones():
        fail(
            f"{option} {name}: no such time zone.{suggestion(name, available_timezones())} Write it like Europe/London."
        )
    return name


def instant(text: str, zone: str, option: str = "--now") -> int:
    """An instant as written, in the shop's zone where it has none; the clock where nothing is written."""
    if not text:
        return clock()
    try:
        when = dt.datetime.fromisoformat(text)
    except ValueError:
        fail(f"{option} {text}: write it like 2011-12-10T10:00.")
    when = when if when.tzinfo else when.replace(tzinfo=ZoneInfo(zone))
    at = (when - _EPOCH) // dt.timedelta(microseconds=1)
    if at < 0:
        fail(f"{option} {text}: that is before 1970.")
    return at
