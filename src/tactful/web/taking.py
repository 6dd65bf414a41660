"""One request with calls of an SDK, from its bytes to the answer. Runs in a thread; knows nothing of HTTP's machinery.

400 is never the answer: what cannot be understood will not be understood the second time either, and an SDK would send
it again and again. It is set aside and said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from tactful.model.arrivals import Key
from tactful.model.problems import StoreProblem
from tactful.permission.consent import NOTHING_SAID, Choices, choices_of
from tactful.profile.call import first
from tactful.profile.snowplow import is_payload
from tactful.service.door import Refusal, sender_of
from tactful.service.ingest import Ingested, ingest, refuse_body
from tactful.web.answers import Answer, Taken, answer, trouble
from tactful.web.body import (
    MOST_CALLS,
    TooLarge,
    Unreadable,
    may_be_deep,
    too_deep,
    understood,
    unpacked,
)
from tactful.web.desk import Desk
from tactful.web.keyring import Speaker, written_in

NO_STORE = "The store cannot be written to now; nothing of this was kept. Send it again."
MOST_PARTS = 100
"""Parts that a packed body may have."""
MOST_CHOICES = 200_000
"""Choices that a batch may say for all of its calls, times its calls."""
KEYS = ("writeKey", "api_key")
"""How Segment's SDKs and those of PostHog call a key that stands in the body."""
MOST_SHARED = 20_000_000
"""Bytes that a batch says for all of its calls, times its calls."""
_PART = b"\x1f\x8b\x08"
"""With what each part of gzip begins; in a packed body it hardly ever stands elsewhere."""
_SAYS = ("consent", "categoryPreferences", "consentManagement", "gpc")


class Read(msgspec.Struct, frozen=True):
    """A body as calls: `key` is one that stands in the body, `fault` why it says nothing."""

    calls: tuple[object, ...] = ()
    key: str = ""
    fault: str = ""


def take(desk: Desk, kind: str, most: int, raw: bytes, speaker: Speaker, gpc: bool) -> Answer:
    """The answer to a request. `kind` is the kind of its one call, empty for a batch; `most` bytes may be in it."""
    try:
        known = entitled(desk, speaker, "ingest") if written_in(speaker.authorization) else None
        if isinstance(known, Answer):
            return known
        body, read = _read(raw, kind, most)
        key = known or entitled(desk, speaker, "ingest", read.key)
        if isinstance(key, Answer):
            return key
        return _taken(desk, key, read, body, gpc)
    except TooLarge as large:
        return trouble(413, str(large) or f"The body is larger than {most:,} bytes.")
    except StoreProblem:
        desk.metrics.problem()
        return trouble(503, NO_STORE, after=5)


def _read(raw: bytes, kind: str, most: int) -> tuple[bytes, Read]:
    """A body as it was before it was packed, if that can be said, and its calls. Raises TooLarge."""
    try:
        if raw.startswith(_PART) and raw.count(_PART) > MOST_PARTS:
            raise Unreadable("it is packed in too many parts.")
        body = unpacked(raw, most)
        return body, read_calls(body, kind)
    except Unreadable as unreadable:
        return raw, Read(fault=str(unreadable))


def entitled(desk: Desk, speaker: Speaker, scope: str, in_body: str = "") -> Key | Answer:
    """The key of a request, if it may do this now from there; else the answer to it. Raises StoreProblem."""
    key = desk.keyring.holder(written_in(speaker.authorization) or in_body)
    if key is None:
        if after := desk.bad_keys.take(speaker.address):
            return trouble(429, "Too many wrong keys came from here.", after)
        return trouble(401, "The key is missing, wrong, revoked or expired.")
    log: dict[str, object] = {"source": key.source}
    if after := desk.rate.take(key.key_id):
        return trouble(429, "This key comes too often.", after, log)
    if scope not in key.scopes:
        return trouble(403, f"This key may not do this: it takes the scope {scope}.", log=log)
    if key.public and speaker.origin and speaker.origin not in key.origins:
        return trouble(403, "This key may not be used by pages of this origin.", log=log)
    return key


def _taken(desk: Desk, key: Key, read: Read, body: bytes, gpc: bool) -> Answer:
    sender, now, shop = sender_of(key), desk.clock(), desk.shop
    if read.fault:
        done = refuse_body(desk.store, sender, shop.doorman, body, read.fault, now, gpc)
    else:
        done = ingest(desk.store, sender, shop.doorman, read.calls, now, gpc, shop.joining, desk.shelf)
    counts = counted(done)
    desk.metrics.events(key.source, counts)
    log: dict[str, object] = {"source": key.source, **counts}
    if done.faults:
        log["at"] = sorted(set(done.faults))
    said = Taken(True, done.accepted, done.repeated, done.unused, done.left_out, list(done.refused))
    return answer(said, log=log)


def counted(done: Ingested) -> dict[str, int]:
    """What became of the calls, in numbers."""
    return {
        "accepted": done.accepted,
        "repeated": done.repeated,
        "unused": done.unused,
        "refused": len(done.refused),
        "left_out": done.left_out,
        "faults": len(done.faults),
    }


def read_calls(body: bytes, kind: str) -> Read:
    """The calls of a body; of a kind, or a batch. Raises Unreadable and TooLarge."""
    document = understood(body)
    deep = may_be_deep(body)
    key = first(document, *KEYS) if isinstance(document, dict) else None
    written = key if isinstance(key, str) else ""
    if is_payload(document):
        return _tracked(document, deep)
    if kind:
        calls: Sequence[object] = [document]
    elif isinstance(document, list):
        calls = document
    elif isinstance(document, dict) and "batch" in document:
        if not isinstance(document["batch"], list):
            return Read(key=written, fault="`batch` is not a list.")
        calls = document["batch"]
    else:
        calls = [document]
    if len(calls) > MOST_CALLS:
        raise TooLarge(f"There are more than {MOST_CALLS:,} calls in it.")
    shared = _shared(document) if calls is not document and not kind else {}
    said = choices_of(shared.get("context"))
    if len(said.said) * len(calls) > MOST_CHOICES:
        raise TooLarge("Its context says too many choices for so many calls.")
    if shared and len(msgspec.json.encode(shared)) * len(calls) > MOST_SHARED:
        raise TooLarge("Its context says too much for so many calls.")
    return Read(tuple(_call(each, kind, shared, said, deep) for each in calls), written)


def _tracked(document: Mapping[str, Any], deep: bool) -> Read:
    """The events of a tracker of Snowplow. It can set no header, so its app's id may be the key; that is not kept."""
    events = document.get("data")
    if not isinstance(events, list):
        return Read(fault="`data` is not a list.")
    keys = [each.pop("aid", "") for each in events if isinstance(each, dict)]
    key = next((each for each in keys if isinstance(each, str)), "")
    return Read(tuple(_call(each, "", {}, NOTHING_SAID, deep) for each in events), key)


def _shared(document: object) -> dict[str, Any]:
    """What a batch says for all of its calls."""
    if not isinstance(document, dict) or "batch" not in document:
        return {}
    return {name: document[name] for name in ("context", "sentAt", "sent_at") if document.get(name)}


def _call(call: object, kind: str, shared: Mapping[str, Any], said: Choices, deep: bool) -> object:
    if not isinstance(call, dict):
        return call
    if deep and too_deep(call):
        return Refusal("it is nested too deeply.")
    if kind:
        call["type"] = kind
    for name in KEYS:
        call.pop(name, None)
    for name, value in shared.items():
        if name == "context" and isinstance(value, dict):
            own = call.get("context")
            call["context"] = _both(value, said, own) if isinstance(own, dict) else value
        else:
            call.setdefault(name, value)
    return call


def _both(batch: Mapping[str, Any], theirs: Choices, own: Mapping[str, Any]) -> dict[str, Any]:
    """The context of a call in a batch that says `theirs` in its own. What was refused in either is refused."""
    merged, hers = {**batch, **own}, choices_of(own)
    said = {**theirs.said, **hers.said, **{name: False for name, chosen in theirs.said.items() if not chosen}}
    gpc = theirs.gpc or hers.gpc
    if said or gpc:
        for name in _SAYS:
            merged.pop(name, None)
        merged["consent"] = {"categoryPreferences": said, "gpc": gpc}
    return merged
