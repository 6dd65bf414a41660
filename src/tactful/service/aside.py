"""What came in and could not be taken: kept for the officer for a while, then deleted."""

from __future__ import annotations

from tactful.model.arrivals import SetAside
from tactful.model.records import DAY
from tactful.service.ports import Store

KEPT_FOR = 30 * DAY
"""How long something is set aside: long enough to mend what sends it, and no longer."""


def set_aside(store: Store, source: str, most: int, now: int) -> list[SetAside]:
    """What is set aside and not too old, newest first; of one source, or of all."""
    return [each for each in store.aside(source, most) if each.at > now - KEPT_FOR]


def forget_old(store: Store, now: int) -> int:
    """Delete what was set aside longer ago than it is kept; how many."""
    return store.forget_aside(now - KEPT_FOR)
