"""Instants on the command line: the clock, and `--now 2011-12-10T10:00`."""

from __future__ import annotations

import datetime as dt
import time
from zoneinfo import ZoneInfo

from tactful.cli.screen import fail

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def clock() -> int:
    """The clock, in microseconds UTC."""
    return time.time_ns() // 1000


def today() -> dt.date:
    """The day, by the clock, in UTC."""
    return dt.datetime.now(dt.UTC).date()


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
