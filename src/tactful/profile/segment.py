"""Calls in the shape that the common SDKs send (Segment spec, also as RudderStack has it), to our own events.

All identifiers of a call are read, strongest first, wherever an SDK puts them: `userId`, `anonymousId`, the traits of
an identify call, `context.traits`, `context.device.id`, `context.externalIds`, an alias's `previousId`. An event is
kept under the strongest. Of a public key, all but what can only tighten is kept under the browser's own.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from tactful.model.arrivals import Identifier
from tactful.profile import events as kinds
from tactful.profile.call import (
    ANYBODY_S_ID,
    Call,
    Door,
    Refusal,
    Refused,
    Shaped,
    Taken,
    WhyNot,
    anything,
    first,
    named,
    part,
    whole,
    word,
)
from tactful.profile.events import Note, Traits
from tactful.profile.identifiers import (
    ANONYMOUS,
    CATEGORIES,
    DEVICE,
    EMAIL,
    LONGEST,
    LOYALTY,
    LOYALTY_TRAITS,
    PHONE,
    email_address,
    external,
    loyalty_number,
    phone_number,
    plain,
    strongest_first,
)
from tactful.profile.moment import FUTURE, moment, written_at
from tactful.profile.times import TimeRefused
from tactful.profile.tracked import NO_USE, STOPS, plain_name, tracked
from tactful.profile.traits import TraitTable, take_traits, trait_of

__all__ = ["FUTURE", "Door", "Refusal", "Taken", "take", "told"]

TYPES = ("identify", "track", "page", "screen", "group", "alias")
GROUP = "a group is not a person; nothing is kept of it."
PUBLIC_ALIAS = "a key that anybody can read cannot say that two names are one person; nothing is kept of it."
ANYBODY_S = "not from a key that anybody can read"
_NOT_IN_DIGEST = frozenset({"sentAt", "receivedAt", "_metadata", "writeKey"})
_MOST_LEFT_OUT = 50
_EXTERNAL = {
    "user_id": "", "userid": "", "customer_id": "", "customer": "", "crm_id": "", "anonymous_id": ANONYMOUS,
    "email": EMAIL, "phone": PHONE, "loyalty": LOYALTY, "loyalty_id": LOYALTY, "loyalty_number": LOYALTY,
    "device_id": DEVICE,
}  # fmt: skip
"""Types of external ids that are kept, and the kind that each is ("": a customer number)."""


def take(payload: object, door: Door, now: int, why_not: WhyNot = anything, point: str = "") -> Taken | Refusal:
    """What one call of an SDK, received at `now` (µs), says; or why it cannot be taken.

    `why_not` says why nothing of a category may be kept here; what it names is left out and counted. Events carry
    `point`. Whatever the payload is, this answers.
    """
    try:
        if not isinstance(payload, dict):
            raise Refused("this is not a set of names and values.")
        return _take(payload, door, now, why_not, point)
    except (Refused, TimeRefused) as refused:
        return Refusal(str(refused))
    except UnicodeEncodeError:
        return Refusal("a text in this call holds half a character.")


def told(payload: object, door: Door, now: int, why_not: WhyNot = anything) -> Taken | None:
    """Whom a call that cannot be taken names, as far as that can be read, and in which channels she wants no more.

    Nothing else is read of it. It happened at `now` (µs): when it says it did may be what is wrong. None where it
    names nobody. Whatever the payload is, this answers.
    """
    if not isinstance(payload, dict):
        return None
    kind = first(payload, "type", "action")
    kind = kind[:20].strip().lower() if isinstance(kind, str) else ""
    found = _Names(door, why_not)
    found.read(payload, kind)
    tells = strongest_first(found.names, door.person_kind)
    if not tells:
        return None
    try:
        stop = STOPS.get(plain_name(payload)) if kind == "track" or kind not in TYPES else None
    except Refused:
        stop = None
    try:
        message_id = _message_id(payload, door)
    except (Refused, UnicodeEncodeError):
        message_id = b"digest:" + hashlib.blake2b(f"{tells} {stop} {now}".encode(), digest_size=16).digest()
    names = tuple(each for each in tells if each not in found.withheld)
    return Taken(message_id, now, (), names, tells, stops=() if stop is None else (stop,), written=now)


def _take(payload: Mapping[str, Any], door: Door, now: int, why_not: WhyNot, point: str) -> Taken:
    kind = first(payload, "type", "action")
    kind = kind.lower() if isinstance(kind, str) and len(kind) < 20 else ""
    if isinstance(payload, Shaped) and payload.problem:
        raise Refused(payload.problem)
    if kind not in TYPES:
        raise Refused("`type` must be identify, track, page or screen.")
    found = _Names(door, why_not)
    found.read(payload, kind)
    if found.problem:
        raise Refused(found.problem)
    tells = strongest_first(found.names, door.person_kind)
    if not tells:
        raise Refused("`userId` or `anonymousId` is missing.")
    names = tells if not found.withheld else tuple(each for each in tells if each not in found.withheld)
    call = Call(door, _message_id(payload, door), moment(payload, door, now), names, point, why_not)
    return _done(kind, payload, call, names, tells, found.left_out)


def _done(
    kind: str,
    payload: Mapping[str, Any],
    call: Call,
    names: tuple[Identifier, ...],
    tells: tuple[Identifier, ...],
    left_out: list[str],
) -> Taken:
    no_use = ""
    written = written_at(payload, call.door, call.at)
    stops: tuple[str, ...] = ()
    made: tuple[Any, ...] | None = ()
    if kind == "track":
        name = plain_name(payload)
        made = tracked(name, payload, call)
        no_use, stops = (NO_USE if made is None else ""), ((STOPS[name],) if name in STOPS else ())
    elif kind == "identify":
        made = _identify(payload, call)
    elif kind in ("page", "screen"):
        made = call.event(kinds.PAGE_VIEWED, Note(word(payload, "name")))
    elif kind == "group":
        no_use = GROUP
    elif call.door.public:
        no_use = PUBLIC_ALIAS
    if no_use:
        return Taken(call.message_id, call.at, (), names, tells, no_use=no_use, written=written)
    left = tuple(left_out) + tuple(call.left_out)
    return Taken(call.message_id, call.at, made or (), names, tells, left, stops, written=written)


class _Names:
    """The identifiers of a call while they are gathered. `withheld` are those whose category may not be kept here.

    `problem` is the sentence why the call cannot be taken, where one of its own identifiers is none.
    """

    __slots__ = ("door", "left_out", "names", "problem", "why_not", "withheld")

    def __init__(self, door: Door, why_not: WhyNot) -> None:
        self.door = door
        self.why_not = why_not
        self.names: list[Identifier] = []
        self.withheld: set[Identifier] = set()
        self.left_out: list[str] = []
        self.problem = ""

    def read(self, payload: Mapping[str, Any], kind: str) -> None:
        """Every identifier, wherever it stands."""
        self._own(self.door.person_kind, first(payload, "userId", "user_id"), "userId")
        self._own(ANONYMOUS, first(payload, "anonymousId", "anonymous_id"), "anonymousId")
        if kind == "alias":
            self._previous(first(payload, "previousId", "previous_id"))
        context = payload.get("context")
        if isinstance(context, dict):
            if "traits" in context:
                self._traits(part(context, "traits"))
            if "device" in context:
                self._add(DEVICE, plain(part(context, "device").get("id")), "context.device.id")
            if "externalIds" in context or "externalId" in context:
                self._external(context)
        if kind == "identify":
            self._traits(part(payload, "traits"))

    def _own(self, kind: str, value: object, field: str) -> None:
        if value is None or value == "":
            return
        text = plain(value)
        if text is None:
            self.problem = self.problem or f"`{field}` must be a text of at most {LONGEST} characters."
        elif text:
            self.names.append((kind, text))
        else:
            self.left_out.append(f"identifier {field}: a placeholder")

    def _add(self, kind: str, value: str | None, field: str) -> None:
        if value is None:
            self.left_out.append(f"identifier {field}: cannot be one")
        elif value:
            found = (kind, value)
            self.names.append(found)
            reason = self.why_not(CATEGORIES[kind]) if kind in CATEGORIES else ""
            if reason:
                self.withheld.add(found)
                self.left_out.append(f"identifier {kind}: {reason}")

    def _kind(self, kind: str, value: object, field: str) -> None:
        if value is None or value == "":
            return
        if kind == EMAIL:
            self._add(kind, email_address(value), field)
        elif kind == PHONE:
            self._add(kind, phone_number(value, self.door.region), field)
        elif kind == LOYALTY:
            self._add(kind, loyalty_number(value), field)
        else:
            self._add(kind, plain(value), field)

    def _traits(self, traits: Mapping[str, Any]) -> None:
        for name in traits if len(traits) <= 1000 else ():
            kind = _kind_of(name, self.door.traits)
            if kind:
                self._kind(kind, traits[name], kind)

    def _previous(self, value: object) -> None:
        address = email_address(value)
        if address is not None:
            self._add(EMAIL, address, "previousId")
        elif value is not None:
            self._own(ANONYMOUS, value, "previousId")

    def _external(self, context: Mapping[str, Any]) -> None:
        for kind, value in external(context):
            if kind in _EXTERNAL:
                self._kind(_EXTERNAL[kind] or self.door.person_kind, value, "context.externalIds")
            else:
                self.left_out.append("identifier context.externalIds: of a type that is not known here")


def _kind_of(name: str, table: TraitTable) -> str:
    """The kind of identifier that a trait of this name is, "" where it is none."""
    trait = trait_of(name, table)
    if trait is not None:
        if trait.about == "self" and trait.fact == CATEGORIES[EMAIL]:
            return EMAIL
        return PHONE if trait.about == "self" and trait.fact == CATEGORIES[PHONE] else ""
    return LOYALTY if re.sub(r"[^a-z]", "", name[:40].casefold()) in LOYALTY_TRAITS else ""


def _identify(payload: Mapping[str, Any], call: Call) -> tuple[Any, ...]:
    traits = dict(part(part(payload, "context"), "traits")) | dict(part(payload, "traits"))
    kept, unused = take_traits(traits, call.door.traits)
    call.left_out += _unused(unused, call)
    if call.door.public:
        call.left_out += [f"trait {name.partition(':')[0]}: {ANYBODY_S}" for name in kept]
        return ()
    allowed: dict[str, str] = {}
    for name, value in kept.items():
        reason = call.why_not(name.partition(":")[0])
        if reason:
            call.left_out.append(f"trait {name.partition(':')[0]}: {reason}")
        else:
            allowed[name] = value if value.isascii() and "\x00" not in value else whole(value)
    return call.event(kinds.TRAITS, Traits(allowed)) if allowed else ()


def _unused(paths: Iterable[str], call: Call) -> list[str]:
    """What is said of traits that are no fact; a page could name them as it likes, so there they are only counted."""
    found: list[str] = []
    for path in paths:
        if _kind_of(path, call.door.traits) == LOYALTY:
            continue
        if len(found) == _MOST_LEFT_OUT:
            return [*found, "further traits: no fact"]
        found.append("a trait: no fact" if call.door.public else f"{named(path)}: no fact")
    return found


def _message_id(payload: Mapping[str, Any], door: Door) -> bytes:
    """The id of a call within its source. Those of a public key are apart: with them anybody could take the place of
    what a server will send."""
    begins = ANYBODY_S_ID if door.public else b""
    given = first(payload, "messageId", "message_id")
    if isinstance(given, str) and 0 < len(given) <= LONGEST:
        return begins + given.encode("utf-8", "surrogatepass")
    body = {name: value for name, value in payload.items() if name not in _NOT_IN_DIGEST}
    try:
        said = msgspec.json.encode(body, order="deterministic")
    except (TypeError, ValueError, RecursionError, OverflowError):
        raise Refused("this cannot be written as JSON.") from None
    return begins + b"digest:" + hashlib.blake2b(said, digest_size=16).digest()
