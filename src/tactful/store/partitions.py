"""The months that events lie in, on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg

EPOCH = date(1970, 1, 1)
AHEAD = 3
MONTHS = """SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'event'::regclass ORDER BY 1"""
Raw = psycopg.Connection[tuple[Any, ...]]


def month_of(at: int) -> date:
    """The first day of the month of an instant (µs UTC)."""
    return datetime.fromtimestamp(at // 1_000_000, UTC).date().replace(day=1)


def following(month: date) -> date:
    """The first day of the next month."""
    return (month + timedelta(days=31)).replace(day=1)


def wanted(at: int, ahead: int = AHEAD) -> list[date]:
    """The month of an instant, the one before, and some ahead."""
    months = [(month_of(at) - timedelta(days=1)).replace(day=1)]
    while len(months) < ahead + 2:
        months.append(following(months[-1]))
    return months


def name_of(month: date) -> str:
    """What the partition of a month is called."""
    return f"event_{month:%Y%m}"


def there(raw: Raw) -> list[str]:
    """The partitions that there are."""
    return [name for (name,) in raw.execute(MONTHS)]


def months_of(days: Iterable[int]) -> set[date]:
    """The months of days since 1970; a day that no calendar has is in none."""
    last = (date.max - EPOCH).days - 31
    return {(EPOCH + timedelta(days=day)).replace(day=1) for day in days if 0 <= day <= last}


def missing(raw: Raw, at: int, ahead: int = AHEAD) -> list[date]:
    """The months that should have a partition at an instant, and have none."""
    return lacking(raw, wanted(at, ahead))


def lacking(raw: Raw, months: Iterable[date]) -> list[date]:
    """Those of some months that have no partition, in order."""
    have = set(there(raw))
    return sorted(month for month in months if name_of(month) not in have)


def stray(raw: Raw) -> set[date]:
    """The months of the events that lie in no month's partition."""
    return months_of(day for (day,) in raw.execute("SELECT DISTINCT day FROM event_other"))


def make(raw: Raw, month: date) -> None:
    """Make the partition of a month, inside a write; what fell into `event_other` meanwhile moves into it."""
    name = name_of(month)
    first, last = (month - EPOCH).days, (following(month) - EPOCH).days
    for statement in (
        f"CREATE TABLE {name} (LIKE event INCLUDING ALL)",
        "LOCK TABLE event_other IN ACCESS EXCLUSIVE MODE",
        f"""WITH moved AS (DELETE FROM event_other WHERE day >= {first} AND day < {last} RETURNING *)
            INSERT INTO {name} SELECT * FROM moved""",
        f"ALTER TABLE event ATTACH PARTITION {name} FOR VALUES FROM ({first}) TO ({last})",
    ):
        raw.execute(statement.encode())


def strangers(raw: Raw) -> int:
    """How many events lie in no month's partition."""
    row = raw.execute("SELECT count(*) FROM event_other").fetchone()
    return int(row[0]) if row else 0
