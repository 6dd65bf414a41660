"""One call of an SDK while it is read: who sends it, what may be kept of it, and what becomes of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import tzinfo
from typing import Any

import msgspec

from tactful.model.arrivals import Identifier
from tactful.model.records import LINE, SEEN_LINE, NewEvent
from tactful.profile import events as kinds
from tactful.profile.identifiers import ANONYMOUS
from tactful.profile.orders import NotGoods
from tactful.profile.traits import TraitTable

WhyNot = Callable[[str], str]
"""Why nothing of a category may be kept here; "" where it may."""
LONGEST = 200
"""Characters that are kept of a word: a product's code, a page's name."""
ANYBODY_S_ID = b"\xfd"
"""With what the id of a call of a public key begins; no text does."""
TIGHTENS = frozenset({kinds.COMPLAINT_OPENED, kinds.PARCEL_LATE, kinds.ORDER_CANCELLED_BY_US, kinds.FAULTY})
"""Kinds of events that can only make a verdict stricter."""
CATEGORIES: dict[str, str] = {
    kinds.ORDER_LINE: "purchase",
    kinds.ORDER_SEEN: "purchase",
    kinds.PRODUCT_VIEWED: "browsing.own",
    kinds.PAGE_VIEWED: "browsing.own",
    kinds.PRODUCT_ADDED: "browsing.cart",
    kinds.PRODUCT_REMOVED: "browsing.cart",
    kinds.PRODUCTS_SEARCHED: "search",
    kinds.COMPLAINT_OPENED: "service.complaint",
    kinds.COMPLAINT_CLOSED: "service.complaint",
    kinds.PARCEL_LATE: "purchase",
    kinds.PARCEL_DELIVERED: "purchase",
    kinds.PUT_RIGHT: "service",
    kinds.ORDER_CANCELLED_BY_US: "purchase",
    kinds.FAULTY: "purchase",
    kinds.NOTED: "service.contact",
    kinds.REQUESTED: "request",
    kinds.SCORED: "label",
    kinds.APPOINTMENT_BOOKED: "visit.appointment",
    kinds.APPOINTMENT_CANCELLED: "visit.appointment",
    kinds.APPOINTMENT_KEPT: "visit.appointment",
    kinds.CONTACTED_US: "service.contact",
}
"""What each kind of event is knowledge of; traits and what she said of a fact say it one by one."""
_SAYS_ITSELF = frozenset({kinds.TRAITS, kinds.STATED})
NOT_COLLECTED = "not collected here"
OF_NOBODY = "of nobody"
_HALVES = re.compile("[\ud800-\udfff\x00]")
_PLAIN_NAME = re.compile(r"[A-Za-z][A-Za-z_]{0,29}(?:\.[A-Za-z][A-Za-z_]{0,29}){0,4}")
_encode = kinds.encode_body


class Door(msgspec.Struct, frozen=True):
    """What is known of the one who sends.

    `zone` is how times without a zone are read (None: they are refused). `public` is true for a key that stands in a
    page or an app, where anybody can read it: its events are of the browser, and of a person only where they can but
    tighten; nothing of it counts as told by her. `person_kind` is the kind of its user ids. `region` is where
    telephone numbers without a country are (`GB`). `live` is true where calls come as they are sent, so that the
    instant of receipt is ours; false for files. `currency` is that of the shop's prices (`GBP`), empty where not known.
    """

    source: str
    traits: TraitTable
    not_goods: NotGoods
    codes_pattern: str | None = None
    zone: tzinfo | None = None
    public: bool = False
    person_kind: str = "customer"
    region: str | None = None
    live: bool = False
    currency: str = ""


class Taken(msgspec.Struct, frozen=True):
    """What one call says. `names` are its identifiers, strongest first, as far as they may be kept.

    `tells` are all of them: whom a refusal that comes with it is about. `at` is when it happened (µs), `written` the
    earliest that it says it was: a yes is no later. `left_out` says what was not kept and why, never its value.
    `stops` are the channels in which she wants no more promotion. `no_use` is the sentence why nothing is kept of it,
    where that is so and nothing is wrong.
    """

    message_id: bytes
    at: int
    events: tuple[NewEvent, ...] = ()
    names: tuple[Identifier, ...] = ()
    tells: tuple[Identifier, ...] = ()
    left_out: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()
    no_use: str = ""
    written: int = 0


class Shaped(dict[str, Any]):
    """A call that came in another shape. `problem` is why it cannot be taken, as a sentence; no sender can set it."""

    problem = ""


class Refusal(msgspec.Struct, frozen=True):
    """Why nothing was taken, in one sentence. `wrong` is false where nothing is wrong and we have no use for it."""

    reason: str
    wrong: bool = True


class Refused(Exception):
    """A call that cannot be taken; its text is the sentence."""


class Call:
    """What the parts of one call have in common, and the events that are made of them."""

    __slots__ = ("at", "door", "hers", "left_out", "message_id", "point", "shown", "why_not")

    def __init__(
        self, door: Door, message_id: bytes, at: int, names: tuple[Identifier, ...], point: str, why_not: WhyNot
    ) -> None:
        self.door = door
        self.message_id = message_id
        self.at = at
        self.point = point
        self.why_not = why_not
        self.left_out: list[str] = []
        self.hers = names[0] if names else None
        """Whose an event that can only tighten is: the strongest identifier's."""
        self.shown = self.hers
        """Whose all other events are; of a public key, the browser's."""
        if door.public:
            self.shown = next((each for each in names if each[0] == ANONYMOUS), None)

    def event(self, kind: str, body: kinds.Body, n: int | None = None) -> tuple[NewEvent, ...]:
        """The event, or nothing where its category may not be kept or it is of nobody; then it is counted.

        `n` is the place of a line within its order.
        """
        reason = self.why_not(CATEGORIES.get(kind, "")) if kind not in _SAYS_ITSELF else ""
        if reason:
            self.left_out.append(f"event {kind}: {reason}")
            return ()
        person = self.hers if kind in TIGHTENS else self.shown
        if self.door.public and kind in TIGHTENS and isinstance(body, kinds.Note):
            body = kinds.Reported(body.ref, body.text, by_page=True)
        if person is None:
            self.left_out.append(f"event {kind}: {OF_NOBODY}")
            return ()
        message_id = self.message_id
        if n is not None:
            seen = kind == kinds.ORDER_SEEN
            message_id = b"%b%b/%d" % (SEEN_LINE if seen else LINE, message_id.removeprefix(ANYBODY_S_ID), n)
        return (NewEvent(self.door.source, message_id, kind, person, self.at, _encode(body), self.point),)


def anything(category: str) -> str:
    """Everything may be kept: no collection point says otherwise."""
    return ""


def first(values: Mapping[str, Any], *names: str) -> Any:
    """The first of these that is there."""
    for name in names:
        value = values.get(name)
        if value is not None:
            return value
    return None


def part(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A set of names and values inside; empty where there is none."""
    value = values.get(name)
    return value if isinstance(value, dict) else {}


def word(values: Mapping[str, Any], name: str) -> str:
    """A word or a whole number as text, at most `LONGEST` characters; "" where there is none."""
    value = values.get(name)
    if isinstance(value, str):
        text = value.strip()[:LONGEST]
        return text if text.isascii() and "\x00" not in text else whole(text)
    if isinstance(value, int) and not isinstance(value, bool) and -(1 << 63) <= value < 1 << 63:
        return str(value)
    return ""


def whole(text: str) -> str:
    """A text without halves of characters, which no file can hold."""
    return _HALVES.sub("\ufffd", text)


def named(path: str) -> str:
    """The name of a trait for a count; one that may be a value itself is not repeated."""
    return f"trait {path}" if _PLAIN_NAME.fullmatch(path) else "a trait whose name is no plain word"
