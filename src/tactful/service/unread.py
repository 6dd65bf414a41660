"""What is set aside of a call that could not be taken: why, and so much of it as the officer may read.

It is written like anything else, so it is held against the same promise: what a collection point does not collect is
not set aside either, nor anything of one who asked not to be followed, or who was to be asked first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from tactful.permission.consent import NOTHING_SAID, Consent, choices_of
from tactful.profile.call import CATEGORIES, Refused, part
from tactful.profile.shapes import shaped
from tactful.profile.tracked import category_of, plain_name
from tactful.profile.traits import TraitTable, trait_of
from tactful.service.door import Doorman, Sender

NOT_ALLOWED = b"(not kept: who sent it asked not to be followed)"
NOT_KNOWN = b"(not kept: it came through a collection point where some things need a yes)"
PACKED = b"(not kept: it is packed, and what is in it cannot be seen)"
NOT_COLLECTED = "(not kept)"
_CHOICES = ("consent", "categoryPreferences", "consentManagement")
_SPEAKS_OF_CHOICES = (b"consent", b"categorypreferences", b"gpc")
_PACKED_IN = (b'"cx"', b'"ue_px"', b'"data_base64"')
"""Names of what other shapes pack: choices may be in it."""
_FRAME = frozenset(
    {
        "type", "action", "event", "messageId", "message_id", "userId", "user_id", "anonymousId", "anonymous_id",
        "timestamp", "originalTimestamp", "sentAt", "receivedAt",
    }
)  # fmt: skip
"""What says of a call which one it is: shown wherever the rest may not be."""
_encode = msgspec.json.Encoder().encode
MayKeep = Callable[[str], bool]


def body_aside(body: bytes, sender: Sender, doorman: Doorman, gpc: bool) -> bytes:
    """What is set aside of a body that could not be read at all."""
    lowered = body.lower()
    if gpc or any(each in lowered for each in _SPEAKS_OF_CHOICES):
        return NOT_ALLOWED
    if _needs_yes(None, sender, doorman):
        return NOT_KNOWN
    return PACKED if body.startswith(b"\x1f\x8b") or any(each in lowered for each in _PACKED_IN) else body


def call_aside(payload: object, sender: Sender, doorman: Doorman, gpc: bool) -> bytes:
    """What is set aside of a call that could not be taken."""
    try:
        payload = shaped(payload)
    except RecursionError:
        return NOT_ALLOWED
    context = payload.get("context") if isinstance(payload, Mapping) else None
    if gpc or _may_say_no(context):
        return NOT_ALLOWED
    if _needs_yes(context, sender, doorman):
        return NOT_KNOWN
    through = _through(context, sender, doorman)

    def may_keep(category: str) -> bool:
        return bool(through) and not any(each.keeping(NOTHING_SAID)(category) for each in through)

    try:
        if isinstance(payload, dict):
            payload = _readable(payload, may_keep, doorman.traits)
        return _encode(payload)
    except (TypeError, ValueError, RecursionError, OverflowError):
        return b"(cannot be written as JSON)"


def _readable(payload: Mapping[str, Any], may_keep: MayKeep, traits: TraitTable) -> dict[str, Any]:
    category = _category(payload)
    about = bool(category) and may_keep(category)
    shown: dict[str, Any] = {}
    for name, value in payload.items():
        if name in ("properties", "name"):
            shown[name] = value if about else NOT_COLLECTED
        elif name == "traits" and isinstance(value, dict):
            shown[name] = _traits(value, may_keep, traits)
        elif name == "context" and isinstance(value, dict):
            shown[name] = {"traits": _traits(part(value, "traits"), may_keep, traits)} if "traits" in value else {}
            if isinstance(value.get("collection_point"), str):
                shown[name]["collection_point"] = value["collection_point"]
        elif name in _FRAME:
            shown[name] = NOT_COLLECTED if isinstance(value, dict | list) else value
        else:
            shown["something else"] = NOT_COLLECTED
    return shown


def _traits(values: Mapping[str, Any], may_keep: MayKeep, table: TraitTable) -> dict[str, Any]:
    found = ((name, trait_of(name, table), value) for name, value in values.items())
    kept = {name: value for name, trait, value in found if trait is not None and may_keep(trait.fact)}
    return kept if len(kept) == len(values) else kept | {"others": NOT_COLLECTED}


def _category(payload: Mapping[str, Any]) -> str:
    """The category of what a call tells; "" where that is nothing that is ever kept."""
    kind = payload.get("type")
    kind = kind.lower() if isinstance(kind, str) else ""
    if kind in ("page", "screen"):
        return CATEGORIES["page_viewed"]
    if kind != "track":
        return ""
    try:
        return category_of(plain_name(payload))
    except Refused:
        return ""


def _may_say_no(context: object) -> bool:
    """Whether the context of a call tells of choices, readable or not: such a one is not kept for reading, either."""
    if not isinstance(context, Mapping):
        return False
    return choices_of(context).gpc or any(context.get(each) for each in _CHOICES)


def _through(context: object, sender: Sender, doorman: Doorman) -> list[Consent]:
    """The collection points that a call may have come through."""
    covering = doorman.covering(sender.source)
    named = context.get("collection_point") if isinstance(context, Mapping) and not sender.public else None
    one = next((each for each in (named, sender.point) if each in covering), None)
    return [doorman.consents[each] for each in covering if one in (None, each)]


def _needs_yes(context: object, sender: Sender, doorman: Doorman) -> bool:
    """Whether a call may have come through a point where something is kept only where she chose yes."""
    through = _through(context, sender, doorman)
    return any(choice.needed_for for each in through for choice in each.point.consent)
