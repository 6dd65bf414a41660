"""What is kept of an event, and for how long: an event stays while any fact that could rest on it may still be seen."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from tactful.model.records import Event
from tactful.profile.events import (
    APPOINTMENT_BOOKED,
    APPOINTMENT_CANCELLED,
    APPOINTMENT_KEPT,
    COMPLAINT_CLOSED,
    COMPLAINT_OPENED,
    CONTACTED_US,
    FAULTY,
    NOTED,
    ORDER_CANCELLED_BY_US,
    ORDER_LINE,
    ORDER_SEEN,
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
    TRAITS,
    Noted,
    Traits,
    encode_body,
)
from tactful.profile.traits import NOTE, Keeps

RESTS: dict[str, tuple[str, ...]] = {
    ORDER_LINE: ("purchase.item", "purchase.frequency", "purchase.recency", "purchase.value", "service.return"),
    ORDER_SEEN: ("browsing.cart", "service.return"),
    PRODUCT_VIEWED: ("browsing.own",),
    PRODUCT_ADDED: ("browsing.cart",),
    PRODUCT_REMOVED: ("browsing.cart",),
    PRODUCTS_SEARCHED: ("search",),
    PAGE_VIEWED: ("browsing.own",),
    COMPLAINT_OPENED: ("service.complaint",),
    COMPLAINT_CLOSED: ("service.complaint",),
    PARCEL_LATE: ("service",),
    PARCEL_DELIVERED: ("service",),
    ORDER_CANCELLED_BY_US: ("service",),
    FAULTY: ("service",),
    REQUESTED: ("request",),
    APPOINTMENT_BOOKED: ("visit.appointment",),
    APPOINTMENT_CANCELLED: ("visit.appointment",),
    APPOINTMENT_KEPT: ("visit.appointment",),
    CONTACTED_US: ("service.contact",),
    SCORED: ("label",),
    PUT_RIGHT: ("service.complaint", "service", "service.return"),
}
"""The categories of the facts that rest on an event of each kind. What is not named here is kept: what she said of a
fact of hers, above all a denial, holds until she takes it back."""

_traits = msgspec.msgpack.Decoder(Traits).decode
_noted = msgspec.msgpack.Decoder(Noted).decode


class Retention:
    """How long to keep what, at an instant (µs)."""

    def __init__(self, keeps: Keeps, now: int) -> None:
        self._keeps = keeps
        self._now = now
        self._since = {kind: self.since(kind) for kind in RESTS}

    def since(self, kind: str) -> int:
        """The earliest time of an event of a kind that is still kept."""
        return min(self._keeps.since(category, self._now) for category in RESTS[kind])

    def body(self, kind: str, occurred_at: int, body: bytes) -> bytes | None:
        """What stays of an event: its body, less what is expired of it; None where nothing stays."""
        since = self._since.get(kind)
        if since is not None:
            return body if occurred_at >= since else None
        if kind == NOTED:
            return self._remark(occurred_at, body)
        return self._told(occurred_at, body) if kind == TRAITS else body

    def _remark(self, occurred_at: int, body: bytes) -> bytes | None:
        """A note is kept as long as the fact that it speaks of; one in free words as `note` says."""
        try:
            name = _noted(body).name or NOTE
        except msgspec.DecodeError:
            return body
        return body if occurred_at >= self._keeps.since(name, self._now) else None

    def _told(self, occurred_at: int, body: bytes) -> bytes | None:
        try:
            traits = _traits(body)
        except msgspec.DecodeError:
            return body
        kept = {
            name: value
            for name, value in traits.values.items()
            if occurred_at >= self._keeps.since(name.partition(":")[0], self._now)
        }
        if len(kept) == len(traits.values):
            return body
        return encode_body(msgspec.structs.replace(traits, values=kept)) if kept else None

    def kept(self, events: Iterable[Event]) -> list[Event]:
        """The events as far as they may still be seen."""
        bodies = ((event, self.body(event.kind, event.occurred_at, event.body)) for event in events)
        return [
            event if body == event.body else msgspec.structs.replace(event, body=body)
            for event, body in bodies
            if body is not None
        ]
