"""Whether the shop's own hours and caps let a candidate speak now. They bind where we start to speak."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tactful.arbitration import pressure, quiet
from tactful.model.records import Candidate, Cap, Contact, QuietHours

AT_ANY_HOUR = frozenset({"order", "security", "access"})
"""Purposes that the shop's quiet hours do not hold back; the policy may still do so, channel by channel."""
QUIET, WINDOW = "quiet_hours.over", "contact.window_open"
_HOURS = ("contact.local_hour_max", "contact.local_hour_min")
_ATTEMPTS = ("contact.last_24h", "contact.last_30d", "contact.last_7d")


class HeldBack(NamedTuple):
    """What holds a candidate (nothing: empty), when it opens (None: not known), a sentence, and what is not known."""

    until: tuple[str, ...]
    opens: int | None
    note: str
    missing: tuple[str, ...]


FREE = HeldBack((), None, "", ())


def she_began(candidate: Candidate) -> bool:
    """Whether it would be an answer in an exchange that she opened."""
    return candidate.scenario.get("scenario.initiator") == "customer"


def quiet_binds(candidate: Candidate) -> bool:
    """Whether the shop's quiet hours bind it: not where she is before us, nor for her order, her safety, her access."""
    return not she_began(candidate) and candidate.purpose not in AT_ANY_HOUR and candidate.contact != "contact.presence"


class Timely:
    """What of the shop's own hours and caps holds candidates for one person at one instant, each looked at once."""

    def __init__(
        self,
        hours: QuietHours | None,
        zones: Sequence[ZoneInfo],
        caps: Sequence[Cap],
        contacts: Sequence[Contact] | None,
        now: int,
    ) -> None:
        self._hours, self._zones, self._contacts, self._now = hours, zones, contacts, now
        self._room = pressure.Room(caps, contacts, now)
        self._quiet = hours is not None and quiet.is_quiet(zones, hours, now)
        self._free = not self._quiet and self._room.free

    def held_back(self, candidate: Candidate) -> HeldBack:
        """What holds this candidate."""
        if self._free:
            return FREE
        began = she_began(candidate)
        full = None if began else self._room.full(candidate.purpose, candidate.channel)
        is_quiet = self._quiet and quiet_binds(candidate)
        if full is None and not is_quiet:
            return FREE
        until: list[str] = []
        opens: list[int | None] = []
        missing: list[str] = []
        notes: list[str] = []
        if full is not None:
            until.append(WINDOW)
            opens.append(full.opens)
            notes.append(full.note)
            missing += _ATTEMPTS if self._contacts is None else ()
        if is_quiet and self._hours is not None:
            zones = self._zones
            until.append(QUIET)
            opens.append(quiet.opens(zones, self._hours, self._now))
            notes.append("It is a quiet hour for her." if zones else "Her time zone is not known.")
            missing += () if zones else _HOURS
        known = [at for at in opens if at is not None]
        opening = max(known) if known and len(known) == len(opens) else None
        return HeldBack(tuple(until), opening, " ".join(notes), tuple(missing))
