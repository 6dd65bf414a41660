"""What our staff and our models say of her: notes, wishes, appointments, calls and scores. Never from a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tactful.model.records import NewEvent
from tactful.profile import events as kinds
from tactful.profile.call import Call, Refused, word
from tactful.profile.events import Note, Noted, Requested, Scored
from tactful.profile.make_notes import LONGEST, note_refused

Made = tuple[NewEvent, ...]


def staffed(name: str, properties: Mapping[str, Any], call: Call) -> Made:
    """The event of a call of this (plain) name, one of `STAFFED`. Raises Refused."""
    if call.door.public:
        raise Refused(f"“{name}” cannot be taken from a key that anybody can read.")
    return STAFFED[name](properties, call)


def _noted(properties: Mapping[str, Any], call: Call) -> Made:
    """A note: its author, the store, the words; of which fact, where it is about one; and whether she said it."""
    noted = Noted(
        author=word(properties, "author"),
        store=word(properties, "store"),
        text=_text(properties, "text"),
        name=word(properties, "about"),
        said_by_her=properties.get("said_by_customer") is True,
    )
    if refused := note_refused(noted):
        raise Refused(refused)
    if noted.name and (reason := call.why_not(noted.name)):
        call.left_out.append(f"event {kinds.NOTED}: {reason}")
        return ()
    return call.event(kinds.NOTED, noted)


def _requested(properties: Mapping[str, Any], call: Call) -> Made:
    """What she asked for: a product, or free words, with who wrote it down and where."""
    code = word(properties, "sku") or word(properties, "product_id")
    wish = Requested(word(properties, "author"), word(properties, "store"), code, _text(properties, "text"))
    if not wish.author or not wish.store:
        raise Refused("a request needs its `author` and the `store`: she may ask who wrote it.")
    if not wish.code and not wish.text:
        raise Refused("a request needs a `sku` or a `text`: what did she ask for?")
    return call.event(kinds.REQUESTED, wish)


def _appointment(kind: str) -> Callable[[Mapping[str, Any], Call], Made]:
    """An appointment: its number, when it is, and where."""

    def made(properties: Mapping[str, Any], call: Call) -> Made:
        number = word(properties, "appointment_id")
        if not number:
            raise Refused("`appointment_id` is missing.")
        about = [part for part in (word(properties, "starts_at"), word(properties, "store")) if part]
        return call.event(kind, Note(number, ", ".join(about)))

    return made


def _contacted(properties: Mapping[str, Any], call: Call) -> Made:
    """That she called or wrote: by which channel, and what about."""
    about = _text(properties, "about")
    return call.event(kinds.CONTACTED_US, Note(word(properties, "contact_id"), about or word(properties, "channel")))


def _scored(properties: Mapping[str, Any], call: Call) -> Made:
    """A model's score, 0 to 1."""
    model, value = word(properties, "model"), properties.get("value")
    if not model:
        raise Refused("`model` is missing: which model says so?")
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise Refused("`value` must be a number from 0 to 1.")
    return call.event(kinds.SCORED, Scored(model, word(properties, "version"), round(value * 1_000_000)))


def _text(properties: Mapping[str, Any], name: str) -> str:
    value = properties.get(name)
    if not isinstance(value, str):
        return ""
    if len(value) > LONGEST:
        raise Refused(f"`{name}` may have {LONGEST} characters.")
    return " ".join(value.replace("\x00", " ").split())


STAFFED: dict[str, Callable[[Mapping[str, Any], Call], Made]] = {
    "staff note added": _noted,
    "product requested in store": _requested,
    "model scored": _scored,
    "appointment booked": _appointment(kinds.APPOINTMENT_BOOKED),
    "appointment cancelled": _appointment(kinds.APPOINTMENT_CANCELLED),
    "appointment kept": _appointment(kinds.APPOINTMENT_KEPT),
    "contacted us": _contacted,
}
STAFF_KINDS = {
    "staff note added": kinds.NOTED,
    "product requested in store": kinds.REQUESTED,
    "model scored": kinds.SCORED,
    "appointment booked": kinds.APPOINTMENT_BOOKED,
    "appointment cancelled": kinds.APPOINTMENT_CANCELLED,
    "appointment kept": kinds.APPOINTMENT_KEPT,
    "contacted us": kinds.CONTACTED_US,
}
"""The kind of the event that each of them makes."""
