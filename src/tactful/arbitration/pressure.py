"""How much she has heard from us, over rolling windows, and whether a cap leaves room for one more.

A window of length W at the instant t is half-open: (t - W, t]. A contact that is dated ahead (one that is just being
handed over counts at its deadline) lies in every window that ends now.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tactful.model.flow import Flow
from tactful.model.records import DAY, Cap, Contact
from tactful.model.words_person import CHANNEL_WINDOWS

WINDOWS: tuple[tuple[str, int], ...] = (("24h", DAY), ("7d", 7 * DAY), ("30d", 30 * DAY))
_NOTHING: dict[str, int] = {f"contact.last_{name}": 0 for name, _ in WINDOWS} | {
    f"contact.{channel}_last_{name}": 0 for channel in CHANNEL_WINDOWS for name, _ in WINDOWS
}


class Full(NamedTuple):
    """No room under a cap. `opens` is the first instant with room if nothing else is said, None if not known."""

    opens: int | None
    note: str


def counts(contacts: Iterable[Contact] | None, now: int) -> Flow:
    """The `contact.last_*` keys: over all channels and people together, and per channel. Absent if not known."""
    if contacts is None:
        return {}
    flow = dict(_NOTHING)
    for contact in contacts:
        for name, window in WINDOWS:
            if contact.at > now - window:
                flow[f"contact.last_{name}"] += 1
                if contact.channel in CHANNEL_WINDOWS:
                    flow[f"contact.{contact.channel}_last_{name}"] += 1
    return dict(flow)


def full(caps: Iterable[Cap], contacts: Sequence[Contact] | None, purpose: str, channel: str, now: int) -> Full | None:
    """Whether a cap leaves no room for one more contact of this purpose in this channel, and until when.

    A cap of one channel binds in that channel only. Where the contacts are not known, every cap that binds is full.
    """
    return Room(caps, contacts, now).full(purpose, channel)


class Room:
    """What the caps leave at an instant, each looked at once; see `full`."""

    def __init__(self, caps: Iterable[Cap], contacts: Sequence[Contact] | None, now: int) -> None:
        self._full = [(cap, found) for cap in caps if (found := _full(cap, contacts, now)) is not None]
        self.free = not self._full

    def full(self, purpose: str, channel: str) -> Full | None:
        """Whether a cap leaves no room for one more contact of this purpose in this channel, and until when."""
        found = [full for cap, full in self._full if purpose in cap.purposes and cap.channel in ("", channel)]
        unknown = [each for each in found if each.opens is None]
        if unknown or not found:
            return unknown[0] if unknown else None
        return max(found, key=lambda each: each.opens or 0)


def _full(cap: Cap, contacts: Iterable[Contact] | None, now: int) -> Full | None:
    """A contact at t leaves the window of length W exactly at t + W."""
    if contacts is None:
        return Full(None, "What she has heard from us is not known.")
    if cap.most <= 0:
        return Full(None, "No contact of this kind is allowed.")
    times = sorted(
        contact.at
        for contact in contacts
        if contact.purpose in cap.purposes and cap.channel in ("", contact.channel) and contact.at > now - cap.window
    )
    if len(times) < cap.most:
        return None
    return Full(times[-cap.most] + cap.window, f"She has heard {len(times)} of at most {cap.most} from us.")
