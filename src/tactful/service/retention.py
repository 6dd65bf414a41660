"""Retention: what is kept how long, and deleting from the disk what nobody may see any more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import msgspec

from tactful.model.records import DAY
from tactful.profile.retention import Retention
from tactful.profile.traits import Keeps
from tactful.service.ports import Store

INPUTS_KEPT = 400 * DAY
"""How long the facts that a decision read are kept, so that it can be replayed: a year and a month."""
ASIDE_KEPT = 30 * DAY
STEP = 5_000


class Deleted(msgspec.Struct, frozen=True):
    """What a run deleted, or would: events and shortened events by kind, people who lost something, facts documents of
    old decisions, and what had been set aside at the door."""

    looked_at: int
    events: dict[str, int]
    shortened: dict[str, int]
    people: int
    inputs: int
    set_aside: int
    dry: bool = False


def run_retention(
    store: Store,
    keeps: Keeps,
    now: int,
    inputs_kept: int = INPUTS_KEPT,
    moved: Callable[[int], None] = lambda steps: None,
) -> Deleted:
    """Delete what its time has run out for. Stopped half-way, what was done stays done: run it again.

    Nothing that a decision at `now` could see changes: expired facts are invisible before they are deleted.
    """
    retention = Retention(keeps, now)
    events: Counter[str] = Counter()
    shortened: Counter[str] = Counter()
    people: set[int] = set()
    looked_at = pos = 0
    while True:
        step = store.forget_events(pos, STEP, retention.body)
        events.update(step.deleted)
        shortened.update(step.trimmed)
        people |= step.people
        looked_at, pos = looked_at + step.looked_at, step.last_pos
        moved(step.looked_at)
        if step.looked_at < STEP:
            break
    inputs = 0
    while forgotten := store.forget_inputs(now - inputs_kept, STEP):
        inputs += forgotten
    aside = store.forget_aside(now - ASIDE_KEPT)
    store.tidy()
    return Deleted(looked_at, dict(events), dict(shortened), len(people), inputs, aside)


def would_delete(store: Store, keeps: Keeps, now: int) -> Deleted:
    """What `run_retention` would delete of events; nothing is changed."""
    retention = Retention(keeps, now)
    events: Counter[str] = Counter()
    shortened: Counter[str] = Counter()
    looked_at = people = 0
    for row in store.read_documents(0):
        lost = False
        for event in row.tail:
            stays = retention.body(event.kind, event.occurred_at, event.body)
            looked_at += 1
            if stays is None:
                events[event.kind] += 1
            elif stays != event.body:
                shortened[event.kind] += 1
            lost = lost or stays != event.body
        people += lost
    return Deleted(looked_at, dict(events), dict(shortened), people, 0, 0, dry=True)
