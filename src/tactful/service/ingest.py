"""Calls of SDKs in: each is checked at the door, the good are kept once, the bad are set aside with a reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from tactful.model.arrivals import Arrival, Joining, SetAside
from tactful.service.catalogue import Shelf
from tactful.service.door import Doorman, Refusal, Sender, arrive
from tactful.service.fault import place_of
from tactful.service.ports import Store
from tactful.service.unread import body_aside, call_aside

MOST_EVENTS = 20_000
"""Events that a store takes in at once."""
LONGEST_ID = 200
OURS = "we could not read this, and that is a fault of ours; it is set aside."


class Refused(msgspec.Struct, frozen=True, rename="camel"):
    """A call that was not taken: its place in the batch, its own id if it has one, and why."""

    index: int
    message_id: str | None
    reason: str


class Ingested(msgspec.Struct, frozen=True):
    """What became of the calls of one request: each is accepted, repeated, unused or refused.

    `unused` are calls with which nothing is wrong and for which we have no use. `left_out` counts what was not kept of
    the accepted ones. `faults` are the places in our own code that could not deal with a call.
    """

    accepted: int = 0
    repeated: int = 0
    unused: int = 0
    left_out: int = 0
    refused: tuple[Refused, ...] = ()
    faults: tuple[str, ...] = ()


def ingest(
    store: Store,
    sender: Sender,
    doorman: Doorman,
    payloads: Sequence[object],
    now: int,
    gpc: bool = False,
    joining: Joining | None = None,
    shelf: Shelf | None = None,
) -> Ingested:
    """Take calls in, received at `now` (µs). When this returns what was good is on the disk; it may be sent again.

    A Refusal among the calls stands for one that was found bad before. `gpc`: the browser said that she does not want
    to be followed. Raises StoreProblem where the store cannot be written; then the same calls should be sent again, and
    whatever was kept is not kept twice. `joining` are the rules for who is who; without them nobody is joined. `shelf`
    learns what is sold.
    """
    reading = _Reading(sender, doorman, now, gpc)
    for index, payload in enumerate(payloads):
        reading.take(index, payload)
    if reading.aside:
        store.set_aside(reading.aside)
    accepted = left_out = 0
    for part in _parts(reading.arrivals):
        done = store.take_in(part, now)
        accepted += sum(done.fresh)
        left_out += sum(len(each.left_out) for each, is_new in zip(part, done.fresh, strict=True) if is_new)
    if joining is not None:
        join_named(store, reading.arrivals, joining, now)
    if shelf is not None and not sender.public:
        shelf.take(reading.arrivals)
    return Ingested(
        accepted=accepted,
        repeated=len(reading.arrivals) - accepted,
        unused=reading.unused,
        left_out=left_out,
        refused=tuple(reading.refused),
        faults=tuple(reading.faults),
    )


def join_named(store: Store, arrivals: Sequence[Arrival], joining: Joining, now: int) -> None:
    """Join those whom one call names, also of calls that were there before: the last time may have been cut off."""
    rows = dict.fromkeys(
        (each.names, f"a call of {each.source} named both")
        for each in arrivals
        if each.may_join and len(each.names) > 1
    )
    if rows:
        store.join_many(list(rows), joining, now)


def refuse_body(
    store: Store, sender: Sender, doorman: Doorman, body: bytes, reason: str, now: int, gpc: bool = False
) -> Ingested:
    """Set a body aside that could not be read at all, so that nobody sends it again in vain."""
    store.set_aside([SetAside(sender.source, now, reason, body_aside(body, sender, doorman, gpc))])
    return Ingested(refused=(Refused(0, None, reason),))


class _Reading:
    """The heaps of one request."""

    def __init__(self, sender: Sender, doorman: Doorman, now: int, gpc: bool) -> None:
        self.sender = sender
        self.doorman = doorman
        self.now = now
        self.gpc = gpc
        self.arrivals: list[Arrival] = []
        self.refused: list[Refused] = []
        self.aside: list[SetAside] = []
        self.faults: list[str] = []
        self.unused = 0

    def take(self, index: int, payload: object) -> None:
        """Put one call on its heap."""
        found: Arrival | Refusal
        try:
            if isinstance(payload, Refusal):
                found = payload
            else:
                found = arrive(payload, self.sender, self.doorman, self.now, self.gpc)
        except RecursionError:
            found = Refusal("it is nested too deeply.")
        except Exception as fault:
            self.faults.append(place_of(fault))
            found = Refusal(OURS)
        if isinstance(found, Arrival):
            self.arrivals.append(found)
        elif not found.wrong:
            self.unused += 1
        else:
            self.refused.append(Refused(index, _message_id(payload), found.reason))
            body = call_aside(payload, self.sender, self.doorman, self.gpc)
            self.aside.append(SetAside(self.sender.source, self.now, found.reason, body))


def _message_id(payload: object) -> str | None:
    """What a call is called by the one who sent it: `messageId`, Snowplow's `eid`, the `id` of a CloudEvent."""
    names = ("messageId", "eid", "id")
    given = next((payload[each] for each in names if each in payload), None) if isinstance(payload, Mapping) else None
    return given if isinstance(given, str) and 0 < len(given) <= LONGEST_ID else None


def _parts(arrivals: Sequence[Arrival]) -> Iterator[Sequence[Arrival]]:
    """The arrivals in order, in parts that a store takes in at once."""
    start = size = 0
    for at, each in enumerate(arrivals):
        events = len(each.events) or 1
        if at > start and size + events > MOST_EVENTS:
            yield arrivals[start:at]
            start, size = at, 0
        size += events
    if start < len(arrivals):
        yield arrivals[start:]
