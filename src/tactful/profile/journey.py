"""One person's journey: what happened in episodes, over all channels and devices, and what she is in the middle of.

1. Events are put in the order (occurred at, key). What she looked at belongs to one visit while it comes through the
   same channel and no pause is longer than half an hour; the lines of one order, of one kind, are one episode; every
   other event is one of its own.
2. A complaint is open until one of the same number is closed; a parcel is late until it arrives or is put right.
   What she asked for in a store waits until she bought that product, or said that it is not so any more.
3. A basket is open while something was put into it after her last order, was not taken out again, and that was at
   most `BASKET` ago. She is looking for something that she looked at in two visits or more within `LOOKING`, and has
   not bought since.
4. An event after `now` does not exist yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise

import msgspec

from tactful.model.records import DAY, HOUR, Event
from tactful.profile.events import (
    APPOINTMENT_BOOKED,
    APPOINTMENT_CANCELLED,
    APPOINTMENT_KEPT,
    COMPLAINT_CLOSED,
    COMPLAINT_OPENED,
    FAULTY,
    NOTED,
    ORDER_CANCELLED_BY_US,
    ORDER_LINE,
    PAGE_VIEWED,
    PARCEL_DELIVERED,
    PARCEL_LATE,
    PRODUCT_ADDED,
    PRODUCT_REMOVED,
    PRODUCT_VIEWED,
    PRODUCTS_SEARCHED,
    PUT_RIGHT,
    REQUESTED,
    SCORED,
    STATED,
    TRAITS,
    Note,
    Noted,
    OrderLine,
    Requested,
    Scored,
    Stated,
    Traits,
)

PAUSE = HOUR // 2
"""A longer pause ends a visit: the half hour that web analytics counts sessions by."""
BASKET = 14 * DAY
LOOKING = 14 * DAY

BROWSING = (PRODUCT_VIEWED, PRODUCTS_SEARCHED, PRODUCT_ADDED, PRODUCT_REMOVED, PAGE_VIEWED)
ENDS = {
    COMPLAINT_OPENED: (COMPLAINT_CLOSED,),
    PARCEL_LATE: (PARCEL_DELIVERED, PUT_RIGHT),
    ORDER_CANCELLED_BY_US: (PUT_RIGHT,),
    FAULTY: (PUT_RIGHT,),
    APPOINTMENT_BOOKED: (APPOINTMENT_KEPT, APPOINTMENT_CANCELLED),
}
"""What ends what is open, by the same number."""

_BODIES: dict[str, Callable[[bytes], object]] = {
    ORDER_LINE: msgspec.msgpack.Decoder(OrderLine).decode,
    TRAITS: msgspec.msgpack.Decoder(Traits).decode,
    STATED: msgspec.msgpack.Decoder(Stated).decode,
    NOTED: msgspec.msgpack.Decoder(Noted).decode,
    REQUESTED: msgspec.msgpack.Decoder(Requested).decode,
    SCORED: msgspec.msgpack.Decoder(Scored).decode,
}
_note = msgspec.msgpack.Decoder(Note).decode


class Step(msgspec.Struct, frozen=True):
    """One event, readable. `ref` is a product code, an order or a complaint, `text` its name or what she searched for.

    `author` wrote it down in `store`. `units` and `amount` (thousandths) are those of a line of an order, and `order`
    its number; `names` the facts that she told us. `via` is the channel it came through, empty where that is not known.
    """

    at: int
    kind: str
    source: str
    via: str
    key: str
    point: str = ""
    ref: str = ""
    text: str = ""
    order: str = ""
    nature: str = ""
    units: int = 0
    amount: int = 0
    names: tuple[str, ...] = ()
    holds: bool | None = None
    author: str = ""
    store: str = ""


class Episode(msgspec.Struct, frozen=True):
    """Steps that belong together. `kind` is `visit`, `bought`, `returned`, `free`, or the kind of its single event."""

    kind: str
    since: int
    until: int
    via: str
    steps: tuple[Step, ...]


class Open(msgspec.Struct, frozen=True):
    """Something that she is in the middle of: `basket`, `looking`, `requested`, or the kind of what is not ended.

    `ref` is the complaint or the order; `names` and `refs` are what it is about, latest first.
    """

    kind: str
    since: int
    latest: int
    via: tuple[str, ...]
    ref: str = ""
    refs: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


class Journey(msgspec.Struct, frozen=True):
    """What she is in the middle of, latest first; and all episodes, newest first."""

    middle_of: tuple[Open, ...]
    episodes: tuple[Episode, ...]


def journey(
    events: Iterable[Event], now: int, via: Mapping[str, str], names: Mapping[str, str] | None = None
) -> Journey:
    """The journey up to `now` (µs). `via` gives the channel of a source, `names` what products are called, by code."""
    steps = sorted(
        (step_of(event, via, names or {}) for event in events if event.occurred_at <= now),
        key=lambda step: (step.at, step.key),
    )
    found = [*_basket(steps, now), *_looking(steps, now), *_requested(steps), *_unended(steps)]
    found.sort(key=lambda each: (-each.latest, each.kind, each.ref))
    episodes = sorted(_episodes(steps), key=lambda each: (-each.until, -each.since, each.steps[0].key))
    return Journey(tuple(found), tuple(episodes))


def step_of(event: Event, via: Mapping[str, str], names: Mapping[str, str]) -> Step:
    """An event, readable; of a body that cannot be read only that it happened."""
    base = Step(event.occurred_at, event.kind, event.source, via.get(event.source, ""), event.key.hex(), event.point)
    try:
        body = _BODIES.get(event.kind, _note)(event.body)
    except msgspec.DecodeError:
        return base
    if isinstance(body, OrderLine):
        name = body.name or names.get(body.code, "")
        return msgspec.structs.replace(
            base, ref=body.code, text=name, order=body.order, nature=body.nature, units=body.units,
            amount=body.units * body.price,
        )  # fmt: skip
    if isinstance(body, Traits):
        return msgspec.structs.replace(base, names=tuple(sorted(body.values)))
    if isinstance(body, Stated):
        return msgspec.structs.replace(base, ref=body.key, text=body.name, holds=body.holds)
    if isinstance(body, Noted | Requested):
        ref = body.code if isinstance(body, Requested) else body.name
        text = body.text or (names.get(ref, "") if isinstance(body, Requested) else "")
        return msgspec.structs.replace(base, ref=ref, text=text, author=body.author, store=body.store)
    if isinstance(body, Scored):
        return msgspec.structs.replace(base, ref=body.model, text=f"{body.value / 1_000_000:.2f}")
    assert isinstance(body, Note)
    return msgspec.structs.replace(base, ref=body.ref, text=body.text or names.get(body.ref, ""))


def _episodes(steps: Sequence[Step]) -> list[Episode]:
    orders: dict[tuple[str, str], list[Step]] = {}
    visits: dict[str, list[list[Step]]] = {}
    alone: list[list[Step]] = []
    for step in steps:
        if step.kind == ORDER_LINE and step.order:
            orders.setdefault((step.nature, step.order), []).append(step)
        elif step.kind in BROWSING:
            hers = visits.setdefault(step.via or step.source, [])
            if hers and step.at - hers[-1][-1].at <= PAUSE:
                hers[-1].append(step)
            else:
                hers.append([step])
        else:
            alone.append([step])
    groups = [*orders.values(), *(visit for several in visits.values() for visit in several), *alone]
    return [_episode(group) for group in groups]


def _episode(steps: Sequence[Step]) -> Episode:
    first = steps[0]
    kind = "visit" if first.kind in BROWSING else first.nature if first.order else first.kind
    return Episode(kind, first.at, steps[-1].at, first.via, tuple(steps))


def _basket(steps: Sequence[Step], now: int) -> list[Open]:
    """What is in the basket: put in after the last order, and neither taken out nor older than `BASKET`."""
    held: dict[str, Step] = {}
    for step in steps:
        if step.kind == PRODUCT_ADDED:
            held[step.ref] = step
        elif step.kind == PRODUCT_REMOVED:
            held.pop(step.ref, None)
        elif step.kind == ORDER_LINE and step.nature == "bought":
            held.clear()
    return [_about("basket", kept)] if (kept := [s for s in held.values() if now - s.at <= BASKET]) else []


def _looking(steps: Sequence[Step], now: int) -> list[Open]:
    """What she looked at in two visits or more, and has not bought or put into the basket since she first did."""
    seen: dict[str, list[Step]] = {}
    for step in steps:
        if step.kind == PRODUCT_VIEWED and now - step.at <= LOOKING:
            seen.setdefault(step.ref, []).append(step)
        elif step.kind in (ORDER_LINE, PRODUCT_ADDED):
            seen.pop(step.ref, None)
    kept = [each[-1] for each in seen.values() if _visits(each) >= 2]
    return [_about("looking", kept)] if kept else []


def _requested(steps: Sequence[Step]) -> list[Open]:
    """What she asked for, has not bought since and does not say is over, each by itself."""
    waits: dict[tuple[str, str], Step] = {}
    for step in steps:
        if step.kind == REQUESTED:
            waits[step.ref, step.text] = step
        elif step.kind == STATED and step.text == "request" and not step.holds:
            waits = {what: each for what, each in waits.items() if step.ref not in ("", wish(*what))}
        elif step.kind == ORDER_LINE and step.nature == "bought":
            waits = {what: each for what, each in waits.items() if what[0] != step.ref}
    return [_about(REQUESTED, [step]) for step in waits.values()]


def wish(code: str, text: str) -> str:
    """By what a wish is known: the product's code, or its words however they are written."""
    return code or " ".join(text.casefold().split())


def _visits(steps: Sequence[Step]) -> int:
    return 1 + sum(later.at - earlier.at > PAUSE for earlier, later in pairwise(steps))


def _unended(steps: Sequence[Step]) -> list[Open]:
    """Complaints that are not closed, parcels that are late: each by its number. At the same instant it is open."""
    ended: dict[tuple[str, str], int] = {}
    for step in steps:
        ended[step.kind, step.ref] = step.at
    begun: dict[tuple[str, str], list[Step]] = {}
    for step in steps:
        if step.kind in ENDS and all(ended.get((end, step.ref), -1) <= step.at for end in ENDS[step.kind]):
            begun.setdefault((step.kind, step.ref), []).append(step)
    return [
        Open(kind, group[0].at, group[-1].at, _vias(group), ref, names=tuple(s.text for s in group[-1:] if s.text))
        for (kind, ref), group in begun.items()
    ]


def _about(kind: str, steps: Sequence[Step]) -> Open:
    latest = sorted(steps, key=lambda step: (-step.at, step.ref))
    names = tuple(step.text or step.ref for step in latest)
    return Open(kind, latest[-1].at, latest[0].at, _vias(latest), "", tuple(step.ref for step in latest), names)


def _vias(steps: Sequence[Step]) -> tuple[str, ...]:
    return tuple(sorted({step.via or step.source for step in steps}))
